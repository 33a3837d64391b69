import type { Node, Pod, StringMap } from '../api/object.ts';
import { nodeChanged, podsChanged, spoil } from './hot.ts';
import { addPodInfo, newNodeInfo, removePod as removePodFrom, setNode, type NodeInfo } from './nodeinfo.ts';
import { podInfoOf, type PodInfo } from './podinfo.ts';

/**
 * The scheduler's cache: what it believes the cluster to be, with the Pods it has assumed. Upstream copies what changed into a
 * snapshot at the start of each cycle, because its cycles run beside its informers; here nothing runs beside a cycle, so the cache
 * itself is read. Plain data; changed in place by the functions of this file.
 */
export interface Snapshot {
  /** Round robin over the zones, in the order zones and nodes were first seen (upstream: node_tree.go): the order in which a sampled search looks. */
  list: NodeInfo[];
  /** Nodes have come, gone or moved since the order was made: `order` makes it when it is needed, not once per node. */
  unordered: boolean;
  /** Name to place in `list`. */
  readonly index: Map<string, number>;
  /** The same names as an array that is never changed, only replaced: decisions share it. */
  names: readonly string[];
  /** Zone to the names of its nodes. */
  readonly zones: Map<string, string[]>;
  /** Image name to its size, as the first node that had it said, and the number of nodes that have it. */
  readonly images: Map<string, { readonly sizeBytes: number; nodes: number }>;
  /** Pods whose node is not known (yet): node name to Pods. They count once the node is there. */
  readonly strays: Map<string, PodInfo[]>;
  /** Waiting Pods with a nominated node, by node. */
  readonly nominated: Map<string, PodInfo[]>;
  /** Sums over all nodes, to skip searches that can find nothing. */
  withAffinity: number;
  withRequiredAntiAffinity: number;
  /** Priority to the number of Pods on nodes that have it: where none is lower, preemption finds nobody. */
  readonly priorities: Map<number, number>;
}

export const newSnapshot = (): Snapshot => ({
  list: [], unordered: false, index: new Map(), names: [], zones: new Map(), images: new Map(), strays: new Map(), nominated: new Map(), withAffinity: 0, withRequiredAntiAffinity: 0, priorities: new Map(),
});

export function nodeInfo(snapshot: Snapshot, name: string): NodeInfo | undefined {
  const at = snapshot.index.get(name);
  return at === undefined ? undefined : snapshot.list[at];
}

// ---- nodes

const NO_LABELS: StringMap = {};
/** utilnode.GetZoneKey: region and zone; the beta labels come first, as there. */
function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? NO_LABELS;
  const zone = labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? '';
  const region = labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? '';
  return zone === '' && region === '' ? '' : `${region}:\x00:${zone}`;
}

function enter(snapshot: Snapshot, zone: string, name: string): void {
  const names = snapshot.zones.get(zone);
  if (names === undefined) snapshot.zones.set(zone, [name]);
  else names.push(name);
}
function leave(snapshot: Snapshot, zone: string, name: string): void {
  const names = snapshot.zones.get(zone);
  const at = names?.indexOf(name) ?? -1;
  if (names === undefined || at < 0) return;
  names.splice(at, 1);
  if (names.length === 0) snapshot.zones.delete(zone);
}

function reindex(snapshot: Snapshot): void {
  snapshot.index.clear();
  for (let at = 0; at < snapshot.list.length; at++) snapshot.index.set(snapshot.list[at]!.name, at);
}

/** Puts the nodes into the order of the search. To be called before a cycle. */
export function order(snapshot: Snapshot): void {
  if (!snapshot.unordered) return;
  const list: NodeInfo[] = [];
  const zones = [...snapshot.zones.values()];
  for (let round = 0; list.length < snapshot.list.length; round++) {
    for (const names of zones) if (round < names.length) list.push(nodeInfo(snapshot, names[round]!)!);
  }
  snapshot.list = list;
  snapshot.names = Object.freeze(list.map((info) => info.name));
  snapshot.unordered = false;
  reindex(snapshot);
  spoil(snapshot);
}

/** Puts the nodes into a given order: that of a past decision, so that the same search meets them in the same turn. Nodes that it does not name come last. */
export function arrange(snapshot: Snapshot, names: readonly string[]): void {
  order(snapshot);
  const left = new Set(snapshot.names);
  const list: NodeInfo[] = [];
  for (const name of names) if (left.delete(name)) list.push(nodeInfo(snapshot, name)!);
  for (const name of left) list.push(nodeInfo(snapshot, name)!);
  snapshot.list = list;
  snapshot.names = Object.freeze(list.map((info) => info.name));
  reindex(snapshot);
  spoil(snapshot);
}

function countImages(snapshot: Snapshot, node: Node, sign: 1 | -1): void {
  if (node.status?.images === undefined) return;
  const seen = new Set<string>();
  for (const image of node.status.images) {
    for (const name of image.names ?? []) {
      if (seen.has(name)) continue;
      seen.add(name);
      const known = snapshot.images.get(name);
      if (known === undefined) {
        if (sign > 0) snapshot.images.set(name, { sizeBytes: image.sizeBytes ?? 0, nodes: 1 });
      } else {
        known.nodes += sign;
        if (known.nodes === 0) snapshot.images.delete(name);
      }
    }
  }
}

function sameLabels(a: StringMap | undefined, b: StringMap | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  for (const name of names) if (!Object.hasOwn(b, name) || a[name] !== b[name]) return false;
  return true;
}

/** Adds a node, or takes over its new state. */
export function putNode(snapshot: Snapshot, node: Node): void {
  const name = node.metadata.name;
  const info = nodeInfo(snapshot, name);
  if (info !== undefined) {
    const before = info.node;
    if (before === node) return;
    if (before.status?.images !== node.status?.images) {
      countImages(snapshot, before, -1);
      countImages(snapshot, node, 1);
    }
    setNode(info, node);
    if (sameLabels(before.metadata.labels, node.metadata.labels)) {
      nodeChanged(snapshot, snapshot.index.get(name)!, info);
      return;
    }
    spoil(snapshot);
    const zone = zoneOf(node);
    if (zoneOf(before) !== zone) {
      leave(snapshot, zoneOf(before), name);
      enter(snapshot, zone, name);
      snapshot.unordered = true;
    }
    return;
  }
  const added = newNodeInfo(node);
  countImages(snapshot, node, 1);
  enter(snapshot, zoneOf(node), name);
  snapshot.index.set(name, snapshot.list.length);
  snapshot.list.push(added);
  snapshot.unordered = true;
  spoil(snapshot);
  const strays = snapshot.strays.get(name);
  if (strays !== undefined) {
    snapshot.strays.delete(name);
    for (const pod of strays) place(snapshot, added, pod);
  }
}

/** The Pods that are still said to be on it are kept for the case that it comes back. */
export function removeNode(snapshot: Snapshot, name: string): void {
  const info = nodeInfo(snapshot, name);
  if (info === undefined) return;
  countImages(snapshot, info.node, -1);
  leave(snapshot, zoneOf(info.node), name);
  snapshot.withAffinity -= info.withAffinity;
  snapshot.withRequiredAntiAffinity -= info.withRequiredAntiAffinity;
  if (info.pods.size > 0) snapshot.strays.set(name, [...info.pods.values()]);
  for (const pod of info.pods.values()) countPriority(snapshot, pod.priority, -1);
  snapshot.list.splice(snapshot.index.get(name)!, 1);
  snapshot.unordered = true;
  spoil(snapshot);
  reindex(snapshot);
}

// ---- Pods on nodes: bound, or assumed

function place(snapshot: Snapshot, info: NodeInfo, pod: PodInfo): void {
  const { withAffinity, withRequiredAntiAffinity } = info;
  const before = info.pods.get(pod.key);
  addPodInfo(info, pod);
  snapshot.withAffinity += info.withAffinity - withAffinity;
  snapshot.withRequiredAntiAffinity += info.withRequiredAntiAffinity - withRequiredAntiAffinity;
  countPriority(snapshot, pod.priority, 1);
  if (before !== undefined) countPriority(snapshot, before.priority, -1);
  podsChanged(snapshot, snapshot.index.get(info.name)!, info, pod, before);
}

function countPriority(snapshot: Snapshot, priority: number, by: 1 | -1): void {
  const count = (snapshot.priorities.get(priority) ?? 0) + by;
  if (count === 0) snapshot.priorities.delete(priority);
  else snapshot.priorities.set(priority, count);
}

/** Adds a Pod to its node, or takes over its new state there. */
export function putPod(snapshot: Snapshot, pod: Pod, nodeName: string = pod.spec.nodeName ?? ''): void {
  const added = podInfoOf(pod);
  const info = nodeInfo(snapshot, nodeName);
  if (info !== undefined) {
    const before = info.pods.get(added.key);
    // A new status changes nothing that is counted: only the object is replaced.
    if (before !== undefined && before.priority === added.priority && before.used === added.used && before.group === added.group && before.terminating === added.terminating && before.usedNonZeroMemory === added.usedNonZeroMemory) {
      info.pods.set(added.key, added);
      return;
    }
    place(snapshot, info, added);
    return;
  }
  const strays = (snapshot.strays.get(nodeName) ?? []).filter((each) => each.key !== added.key);
  strays.push(added);
  snapshot.strays.set(nodeName, strays);
}

export function removePod(snapshot: Snapshot, key: string, nodeName: string): void {
  const info = nodeInfo(snapshot, nodeName);
  if (info !== undefined) {
    const before = info.pods.get(key);
    if (before === undefined) return;
    const { withAffinity, withRequiredAntiAffinity } = info;
    removePodFrom(info, key);
    snapshot.withAffinity += info.withAffinity - withAffinity;
    snapshot.withRequiredAntiAffinity += info.withRequiredAntiAffinity - withRequiredAntiAffinity;
    countPriority(snapshot, before.priority, -1);
    podsChanged(snapshot, snapshot.index.get(nodeName)!, info, undefined, before);
    return;
  }
  const strays = snapshot.strays.get(nodeName)?.filter((each) => each.key !== key);
  if (strays === undefined) return;
  if (strays.length === 0) snapshot.strays.delete(nodeName);
  else snapshot.strays.set(nodeName, strays);
}

// ---- nominations

export function nominate(snapshot: Snapshot, pod: Pod, nodeName: string): void {
  denominate(snapshot, podInfoOf(pod).key);
  const pods = snapshot.nominated.get(nodeName);
  if (pods === undefined) snapshot.nominated.set(nodeName, [podInfoOf(pod)]);
  else pods.push(podInfoOf(pod));
}

export function denominate(snapshot: Snapshot, key: string): void {
  for (const [nodeName, pods] of snapshot.nominated) {
    const at = pods.findIndex((each) => each.key === key);
    if (at < 0) continue;
    pods.splice(at, 1);
    if (pods.length === 0) snapshot.nominated.delete(nodeName);
    return;
  }
}
