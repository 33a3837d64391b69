import type { Node, Pod } from '../../api/object.ts';
import { podRequests } from '../../api/podrequests.ts';
import { hintFor, isSamePod } from '../events.ts';
import { newNodeInfo } from '../nodeinfo.ts';
import { MAX_NODE_SCORE, reject, type NodeInfo, type Plugin, type PodInfo, type ProfileArgs, type Rejection } from '../plugin.ts';
import { podInfoOf, resourcesOf } from '../podinfo.ts';

/**
 * Whether the node has room for the Pod's requests. Every shortage is named; where one can never be met because the node as a whole is too small,
 * removing Pods is no help. The real order of several scarce extended resources is a Go map's: here it is that of their names.
 */
export function shortages(pod: PodInfo, node: NodeInfo): Rejection | undefined {
  let reasons: string[] | undefined;
  let hopeless = false;
  if (node.pods.size + 1 > node.allowedPods) reasons = ['Too many pods'];
  const { milliCpu, memory, ephemeralStorage, scalars } = pod.requests;
  if (milliCpu > 0 && milliCpu > node.allocatableMilliCpu - node.requestedMilliCpu) {
    (reasons ??= []).push('Insufficient cpu');
    if (milliCpu > node.allocatableMilliCpu) hopeless = true;
  }
  if (memory > 0 && memory > node.allocatableMemory - node.requestedMemory) {
    (reasons ??= []).push('Insufficient memory');
    if (memory > node.allocatableMemory) hopeless = true;
  }
  if (ephemeralStorage > 0 && ephemeralStorage > node.allocatableEphemeralStorage - node.requestedEphemeralStorage) {
    (reasons ??= []).push('Insufficient ephemeral-storage');
    if (ephemeralStorage > node.allocatableEphemeralStorage) hopeless = true;
  }
  for (let i = 0; i < scalars.length; i++) {
    const [name, amount] = scalars[i]!;
    const allocatable = node.allocatableScalars.get(name) ?? 0;
    if (amount <= allocatable - (node.requestedScalars.get(name) ?? 0)) continue;
    (reasons ??= []).push(`Insufficient ${name}`);
    if (amount > allocatable) hopeless = true;
  }
  if (reasons === undefined) return undefined;
  // One object for all nodes with the same shortage: a Pod that fits nowhere costs no more memory for it.
  if (reasons.length === 1) {
    const known = (hopeless ? HOPELESS : SHORT).get(reasons[0]!);
    if (known !== undefined) return known;
  }
  return { plugin: 'NodeResourcesFit', code: hopeless ? 'UnschedulableAndUnresolvable' : 'Unschedulable', reasons };
}
const COMMON = ['Too many pods', 'Insufficient cpu', 'Insufficient memory', 'Insufficient ephemeral-storage'];
const SHORT: ReadonlyMap<string, Rejection> = new Map(COMMON.map((reason) => [reason, reject('NodeResourcesFit', 'Unschedulable', reason)]));
const HOPELESS: ReadonlyMap<string, Rejection> = new Map(COMMON.map((reason) => [reason, reject('NodeResourcesFit', 'UnschedulableAndUnresolvable', reason)]));

/** What LeastAllocated and MostAllocated count: requests, with stand-ins for containers that name none. Two functions, so that a score allocates nothing. */
function requestedOf(pod: PodInfo, node: NodeInfo, resource: string): number {
  if (resource === 'cpu') return node.nonZeroMilliCpu + pod.wantedNonZeroMilliCpu;
  if (resource === 'memory') return node.nonZeroMemory + pod.wantedNonZeroMemory;
  if (resource === 'ephemeral-storage') return node.requestedEphemeralStorage + pod.used.ephemeralStorage;
  return (node.requestedScalars.get(resource) ?? 0) + scalarOf(pod, resource);
}
function allocatableOf(pod: PodInfo, node: NodeInfo, resource: string): number {
  if (resource === 'cpu') return node.allocatableMilliCpu;
  if (resource === 'memory') return node.allocatableMemory;
  if (resource === 'ephemeral-storage') return node.allocatableEphemeralStorage;
  return scalarOf(pod, resource) === 0 ? 0 : (node.allocatableScalars.get(resource) ?? 0);
}
function scoreOf(args: ProfileArgs['resourcesFit'], requested: number, allocatable: number): number {
  switch (args.strategy) {
    case 'LeastAllocated':
      return requested > allocatable ? 0 : Math.floor(((allocatable - requested) * MAX_NODE_SCORE) / allocatable);
    case 'MostAllocated':
      return Math.floor((Math.min(requested, allocatable) * MAX_NODE_SCORE) / allocatable);
    case 'RequestedToCapacityRatio':
      return alongShape(args.shape ?? [], requested > allocatable ? 100 : Math.floor((requested * 100) / allocatable));
  }
}

/** helper/shape_score.go: straight lines between the points, flat before the first and after the last; whole numbers throughout, cut towards 0. */
function alongShape(shape: readonly { readonly utilization: number; readonly score: number }[], utilization: number): number {
  const scale = MAX_NODE_SCORE / 10;
  for (let i = 0; i < shape.length; i++) {
    const right = shape[i]!;
    if (utilization > right.utilization) continue;
    if (i === 0) return right.score * scale;
    const left = shape[i - 1]!;
    return left.score * scale + Math.trunc(((right.score - left.score) * scale * (utilization - left.utilization)) / (right.utilization - left.utilization));
  }
  return shape.length === 0 ? 0 : shape[shape.length - 1]!.score * scale;
}

const scalarOf = (pod: PodInfo, resource: string): number => pod.used.scalars.find(([name]) => name === resource)?.[1] ?? 0;

/** What the score of a node is made of. */
export function fitParts(pod: PodInfo, node: NodeInfo, args: ProfileArgs['resourcesFit']): readonly { readonly resource: string; readonly requested: number; readonly allocatable: number; readonly score: number; readonly weight: number }[] {
  return args.resources.flatMap(({ name, weight }) => {
    const allocatable = allocatableOf(pod, node, name);
    const requested = requestedOf(pod, node, name);
    return allocatable === 0 ? [] : [{ resource: name, requested, allocatable, score: scoreOf(args, requested, allocatable), weight }];
  });
}

function emptyNode(node: Node): NodeInfo {
  return newNodeInfo(node);
}

/** Whether a node's change gives more of something that the Pod asks for. */
function hasMore(pod: PodInfo, before: NodeInfo, after: NodeInfo): boolean {
  if (after.allowedPods > before.allowedPods) return true;
  const { milliCpu, memory, ephemeralStorage, scalars } = pod.requests;
  return (
    (milliCpu > 0 && after.allocatableMilliCpu > before.allocatableMilliCpu) ||
    (memory > 0 && after.allocatableMemory > before.allocatableMemory) ||
    (ephemeralStorage > 0 && after.allocatableEphemeralStorage > before.allocatableEphemeralStorage) ||
    scalars.some(([name]) => (after.allocatableScalars.get(name) ?? 0) > (before.allocatableScalars.get(name) ?? 0))
  );
}

/** Whether the other Pod now asks for less of something that this one asks for. */
function gaveUp(pod: Pod, before: Pod, after: Pod): boolean {
  const was = resourcesOf(podRequests(before, { useStatus: true }));
  const is = resourcesOf(podRequests(after, { useStatus: true }));
  const wanted = podInfoOf(pod).used;
  if (wanted.milliCpu > 0 && was.milliCpu > is.milliCpu) return true;
  if (wanted.memory > 0 && was.memory > is.memory) return true;
  if (wanted.ephemeralStorage > 0 && was.ephemeralStorage > is.ephemeralStorage) return true;
  const amount = (of: typeof was, name: string): number => of.scalars.find((each) => each[0] === name)?.[1] ?? 0;
  return wanted.scalars.some(([name]) => amount(was, name) > amount(is, name));
}

export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit',
  preFilter: () => undefined,
  filter: shortages,
  preScore: () => undefined,
  score(pod, node, cycle) {
    const { resources } = cycle.args.resourcesFit;
    let sum = 0;
    let weights = 0;
    for (let i = 0; i < resources.length; i++) {
      const { name, weight } = resources[i]!;
      const allocatable = allocatableOf(pod, node, name);
      if (allocatable === 0) continue;
      const score = scoreOf(cycle.args.resourcesFit, requestedOf(pod, node, name), allocatable);
      // requested_to_capacity_ratio.go leaves out what scores 0, and rounds instead of cutting.
      if (cycle.args.resourcesFit.strategy === 'RequestedToCapacityRatio' && score <= 0) continue;
      sum += score * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return cycle.args.resourcesFit.strategy === 'RequestedToCapacityRatio' ? Math.round(sum / weights) : Math.floor(sum / weights);
  },
  hotFilter(pod, cycle, hot) {
    const { list } = cycle.snapshot;
    const { milliCpu, memory, ephemeralStorage, scalars } = pod.requests;
    const plain = ephemeralStorage === 0 && scalars.length === 0;
    // The common answer from columns; who is short of what is worked out in words only where something is.
    return (at) =>
      plain &&
      hot.pods[at]! < hot.allowedPods[at]! &&
      (milliCpu === 0 || milliCpu <= hot.milliCpu[at]! - hot.requestedMilliCpu[at]!) &&
      (memory === 0 || memory <= hot.memory[at]! - hot.requestedMemory[at]!)
        ? undefined
        : shortages(pod, list[at]!);
  },
  hotScore(pod, cycle, hot, feasible, count) {
    const { strategy, resources } = cycle.args.resourcesFit;
    if (strategy !== 'LeastAllocated' || resources.length !== 2 || resources[0]!.name !== 'cpu' || resources[1]!.name !== 'memory') return 'ask';
    const cpuWeight = resources[0]!.weight;
    const memoryWeight = resources[1]!.weight;
    const { wantedNonZeroMilliCpu, wantedNonZeroMemory } = pod;
    return (out) => {
      for (let i = 0; i < count; i++) {
        const at = feasible[i]!;
        const milliCpu = hot.milliCpu[at]!;
        const memory = hot.memory[at]!;
        const leftCpu = milliCpu - hot.nonZeroMilliCpu[at]! - wantedNonZeroMilliCpu;
        const leftMemory = memory - hot.nonZeroMemory[at]! - wantedNonZeroMemory;
        let sum = 0;
        if (leftCpu > 0) sum += Math.floor((leftCpu * MAX_NODE_SCORE) / milliCpu) * cpuWeight;
        if (leftMemory > 0) sum += Math.floor((leftMemory * MAX_NODE_SCORE) / memory) * memoryWeight;
        const weights = (milliCpu === 0 ? 0 : cpuWeight) + (memory === 0 ? 0 : memoryWeight);
        out[i] = weights === 0 ? 0 : Math.floor(sum / weights);
      }
    };
  },
  events: [
    {
      kind: 'Pod',
      actions: ['Delete', 'UpdatePodScaleDown'],
      hint: hintFor<Pod>((pod, before, after) => {
        if (after === undefined) return before !== undefined && ((before.spec.nodeName ?? '') !== '' || (before.status?.nominatedNodeName ?? '') !== '');
        if (isSamePod(pod, after)) return true;
        return (after.spec.nodeName ?? '') !== '' && before !== undefined && gaveUp(pod, before, after);
      }),
    },
    {
      kind: 'Node',
      actions: ['Add', 'UpdateNodeAllocatable'],
      hint: hintFor<Node>((pod, before, after) => {
        if (after === undefined) return false;
        const info = podInfoOf(pod);
        const empty = emptyNode(after);
        if (shortages(info, empty) !== undefined) return false;
        return before === undefined || hasMore(info, emptyNode(before), empty);
      }),
    },
    { kind: 'resource.k8s.io/DeviceClass', actions: ['Add', 'Update'], hint: () => false },
  ],
};
