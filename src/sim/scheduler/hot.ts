import type { StringMap } from '../api/object.ts';
import type { NodeInfo } from './nodeinfo.ts';
import type { PodInfo } from './podinfo.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * The cache as columns: one array per quantity, by place in the order of the search, so that a cycle over hundreds of nodes reads memory
 * in a row and allocates nothing. All of it can be worked out from the snapshot's NodeInfos, which stay the truth: it is an invisible
 * cache, made when a decision first needs it, kept up as Pods and nodes come and go, and not part of a checkpoint.
 */
export interface Hot {
  readonly count: number;
  readonly milliCpu: Float64Array;
  readonly memory: Float64Array;
  readonly ephemeralStorage: Float64Array;
  readonly allowedPods: Float64Array;
  readonly requestedMilliCpu: Float64Array;
  readonly requestedMemory: Float64Array;
  readonly requestedEphemeralStorage: Float64Array;
  readonly nonZeroMilliCpu: Float64Array;
  readonly nonZeroMemory: Float64Array;
  readonly pods: Float64Array;
  /** How evenly cpu and memory are in use as it is: NodeResourcesBalancedAllocation without the new Pod. */
  readonly balance: Float64Array;
  /** Bits: CORDONED, HARD_TAINT, SOFT_TAINT; and how many nodes have each. */
  readonly flags: Uint8Array;
  cordoned: number;
  hardTainted: number;
  softTainted: number;
  /** By place, the names of the images that are there. */
  readonly images: (ReadonlySet<string> | undefined)[];
  /** Every group of alike Pods on any node. */
  readonly groups: Map<string, HotGroup>;
  /** Those of them with Pod affinity of their own. */
  readonly withTerms: Map<string, HotGroup>;
  /** By topology key; made when a Pod first asks for it. */
  readonly topologies: Map<string, Topology>;
  /** Room to work in: contents mean nothing between decisions. */
  readonly feasible: Int32Array;
  readonly totals: Float64Array;
  readonly columns: Float64Array[];
}
export interface HotGroup {
  readonly info: PodInfo;
  count: number;
}
/** Where nodes are in terms of one label. */
export interface Topology {
  readonly key: string;
  /** By place: a number for the label's value; -1: the node has no such label. */
  readonly valueOf: Int32Array;
  /** How many values there are. */
  readonly values: number;
  /** How many nodes have no such label. */
  readonly missing: number;
  /** Some node has the label with the empty value. */
  readonly hasEmptyValue: boolean;
  /** By group of Pods: made when first asked for, then kept up. */
  readonly counts: Map<string, Counts>;
}
/** How many Pods of a group there are, by value of a topology. */
export interface Counts {
  readonly all: Int32Array;
  /** Without those that are being deleted. */
  readonly live: Int32Array;
  total: number;
}

export const CORDONED = 1;
export const HARD_TAINT = 2;
export const SOFT_TAINT = 4;
/** Instead of a topology key: every node is its own value. */
export const EACH_NODE = '';

const NO_LABELS: StringMap = {};
const caches = new WeakMap<Snapshot, Hot>();

/** The columns of a snapshot whose order is made. */
export function hotOf(snapshot: Snapshot): Hot {
  const known = caches.get(snapshot);
  if (known !== undefined) return known;
  const made = build(snapshot);
  caches.set(snapshot, made);
  return made;
}

/** Places or labels have changed: forget everything. */
export function spoil(snapshot: Snapshot): void {
  caches.delete(snapshot);
}

function build(snapshot: Snapshot): Hot {
  const { list } = snapshot;
  const count = list.length;
  const column = (): Float64Array => new Float64Array(count);
  const hot: Hot = {
    count,
    milliCpu: column(), memory: column(), ephemeralStorage: column(), allowedPods: column(),
    requestedMilliCpu: column(), requestedMemory: column(), requestedEphemeralStorage: column(), nonZeroMilliCpu: column(), nonZeroMemory: column(), pods: column(),
    balance: column(), flags: new Uint8Array(count), cordoned: 0, hardTainted: 0, softTainted: 0, images: new Array<undefined>(count).fill(undefined),
    groups: new Map(), withTerms: new Map(), topologies: new Map(),
    feasible: new Int32Array(count), totals: column(), columns: [],
  };
  for (let at = 0; at < count; at++) {
    const info = list[at]!;
    writeNode(hot, at, info);
    writeSums(hot, at, info);
    for (const group of info.groups.values()) register(hot, group.info, group.count);
  }
  return hot;
}

/** A place to write scores to, as long as there are nodes. */
export function columnOf(hot: Hot, at: number): Float64Array {
  return (hot.columns[at] ??= new Float64Array(hot.count));
}

const imageNames = new WeakMap<readonly { readonly names?: readonly string[] }[], ReadonlySet<string>>();
function imagesOf(info: NodeInfo): ReadonlySet<string> | undefined {
  const images = info.node.status?.images;
  if (images === undefined || images.length === 0) return undefined;
  let names = imageNames.get(images);
  if (names === undefined) {
    const found = new Set<string>();
    for (const image of images) if (image.names !== undefined) for (const name of image.names) found.add(name);
    imageNames.set(images, (names = found));
  }
  return names;
}

function writeNode(hot: Hot, at: number, info: NodeInfo): void {
  hot.milliCpu[at] = info.allocatableMilliCpu;
  hot.memory[at] = info.allocatableMemory;
  hot.ephemeralStorage[at] = info.allocatableEphemeralStorage;
  hot.allowedPods[at] = info.allowedPods;
  hot.images[at] = imagesOf(info);
  const { spec } = info.node;
  let flags = spec?.unschedulable === true ? CORDONED : 0;
  if (spec?.taints !== undefined) for (const { effect } of spec.taints) flags |= effect === 'PreferNoSchedule' ? SOFT_TAINT : HARD_TAINT;
  const before = hot.flags[at]!;
  if (before === flags) return;
  hot.cordoned += (flags & CORDONED) - (before & CORDONED);
  hot.hardTainted += ((flags & HARD_TAINT) - (before & HARD_TAINT)) >> 1;
  hot.softTainted += ((flags & SOFT_TAINT) - (before & SOFT_TAINT)) >> 2;
  hot.flags[at] = flags;
}

/** trunc((1 - standard deviation of the two shares in use) * 100). */
export function balanceOf(takenMilliCpu: number, milliCpu: number, takenMemory: number, memory: number): number {
  if (milliCpu === 0 || memory === 0) return 100;
  let cpuShare = takenMilliCpu / milliCpu;
  let memoryShare = takenMemory / memory;
  if (cpuShare > 1) cpuShare = 1;
  if (memoryShare > 1) memoryShare = 1;
  const deviation = (cpuShare - memoryShare) / 2;
  return Math.trunc((1 - (deviation < 0 ? -deviation : deviation)) * 100);
}

function writeSums(hot: Hot, at: number, info: NodeInfo): void {
  hot.requestedMilliCpu[at] = info.requestedMilliCpu;
  hot.requestedMemory[at] = info.requestedMemory;
  hot.requestedEphemeralStorage[at] = info.requestedEphemeralStorage;
  hot.nonZeroMilliCpu[at] = info.nonZeroMilliCpu;
  hot.nonZeroMemory[at] = info.nonZeroMemory;
  hot.pods[at] = info.pods.size;
  hot.balance[at] = balanceOf(info.requestedMilliCpu, info.allocatableMilliCpu, info.requestedMemory, info.allocatableMemory);
}

function register(hot: Hot, pod: PodInfo, by: number): void {
  const group = hot.groups.get(pod.group);
  if (group === undefined) {
    const made: HotGroup = { info: pod, count: by };
    hot.groups.set(pod.group, made);
    if (pod.terms !== undefined) hot.withTerms.set(pod.group, made);
    return;
  }
  group.count += by;
  if (group.count > 0) return;
  hot.groups.delete(pod.group);
  hot.withTerms.delete(pod.group);
  for (const topology of hot.topologies.values()) topology.counts.delete(pod.group);
}

// ---- what happens

/** The node at this place has a new state, with the same labels. */
export function nodeChanged(snapshot: Snapshot, at: number, info: NodeInfo): void {
  const hot = caches.get(snapshot);
  if (hot === undefined) return;
  writeNode(hot, at, info);
  hot.balance[at] = balanceOf(info.requestedMilliCpu, info.allocatableMilliCpu, info.requestedMemory, info.allocatableMemory);
}

/** One Pod came to the node at this place, or left it; `info` knows already. */
export function podsChanged(snapshot: Snapshot, at: number, info: NodeInfo, came: PodInfo | undefined, left: PodInfo | undefined): void {
  const hot = caches.get(snapshot);
  if (hot === undefined) return;
  writeSums(hot, at, info);
  if (came !== undefined) {
    register(hot, came, 1);
    count(hot, at, came, 1);
  }
  if (left !== undefined) {
    count(hot, at, left, -1);
    register(hot, left, -1);
  }
}

function count(hot: Hot, at: number, pod: PodInfo, by: 1 | -1): void {
  for (const topology of hot.topologies.values()) {
    const counts = topology.counts.get(pod.group);
    const value = topology.valueOf[at]!;
    if (counts === undefined || value < 0) continue;
    counts.all[value]! += by;
    if (!pod.terminating) counts.live[value]! += by;
    counts.total += by;
  }
}

// ---- topologies

export function topologyOf(hot: Hot, snapshot: Snapshot, key: string): Topology {
  const known = hot.topologies.get(key);
  if (known !== undefined) return known;
  const valueOf = new Int32Array(hot.count);
  let values = 0;
  let missing = 0;
  let hasEmptyValue = false;
  if (key === EACH_NODE) {
    for (let at = 0; at < hot.count; at++) valueOf[at] = at;
    values = hot.count;
  } else {
    const ids = new Map<string, number>();
    for (let at = 0; at < hot.count; at++) {
      const labels = snapshot.list[at]!.node.metadata.labels ?? NO_LABELS;
      if (!Object.hasOwn(labels, key)) {
        valueOf[at] = -1;
        missing++;
        continue;
      }
      const value = labels[key]!;
      if (value === '') hasEmptyValue = true;
      let id = ids.get(value);
      if (id === undefined) ids.set(value, (id = ids.size));
      valueOf[at] = id;
    }
    values = ids.size;
  }
  const made: Topology = { key, valueOf, values, missing, hasEmptyValue, counts: new Map() };
  hot.topologies.set(key, made);
  return made;
}

export function countsOf(hot: Hot, snapshot: Snapshot, topology: Topology, group: string): Counts {
  const known = topology.counts.get(group);
  if (known !== undefined) return known;
  const made: Counts = { all: new Int32Array(topology.values), live: new Int32Array(topology.values), total: 0 };
  for (let at = 0; at < hot.count; at++) {
    const value = topology.valueOf[at]!;
    const here = value < 0 ? undefined : snapshot.list[at]!.groups.get(group);
    if (here === undefined) continue;
    made.all[value]! += here.count;
    made.live[value]! += here.live;
    made.total += here.count;
  }
  topology.counts.set(group, made);
  return made;
}
