import { balanceOf } from '../hot.ts';
import { MAX_NODE_SCORE, type NodeInfo, type Plugin, type PodInfo, type ProfileArgs } from '../plugin.ts';

type Resources = ProfileArgs['balancedAllocation']['resources'];

function wantedOf(pod: PodInfo, resource: string): number {
  if (resource === 'cpu') return pod.used.milliCpu;
  if (resource === 'memory') return pod.used.memory;
  if (resource === 'ephemeral-storage') return pod.used.ephemeralStorage;
  return pod.used.scalars.find(([name]) => name === resource)?.[1] ?? 0;
}

function takenOf(node: NodeInfo, resource: string): number {
  if (resource === 'cpu') return node.requestedMilliCpu;
  if (resource === 'memory') return node.requestedMemory;
  if (resource === 'ephemeral-storage') return node.requestedEphemeralStorage;
  return node.requestedScalars.get(resource) ?? 0;
}
function allocatableOf(node: NodeInfo, resource: string): number {
  if (resource === 'cpu') return node.allocatableMilliCpu;
  if (resource === 'memory') return node.allocatableMemory;
  if (resource === 'ephemeral-storage') return node.allocatableEphemeralStorage;
  return node.allocatableScalars.get(resource) ?? 0;
}

/** The share of a resource in use, with the Pod or without. Undefined: it does not count here. */
function shareOf(pod: PodInfo, node: NodeInfo, resource: string, withPod: boolean): number | undefined {
  const wanted = wantedOf(pod, resource);
  const allocatable = allocatableOf(node, resource);
  if (allocatable === 0 || (wanted === 0 && resource.includes('/'))) return undefined;
  const share = (takenOf(node, resource) + (withPod ? wanted : 0)) / allocatable;
  return share > 1 ? 1 : share;
}

/** (1 - standard deviation of the shares in use) * 100. */
function balance(pod: PodInfo, node: NodeInfo, resources: Resources, withPod: boolean): number {
  let count = 0;
  let total = 0;
  let first = 0;
  let second = 0;
  for (let i = 0; i < resources.length; i++) {
    const share = shareOf(pod, node, resources[i]!.name, withPod);
    if (share === undefined) continue;
    if (count === 0) first = share;
    else if (count === 1) second = share;
    count++;
    total += share;
  }
  let deviation = 0;
  if (count === 2) deviation = Math.abs((first - second) / 2);
  else if (count > 2) {
    const mean = total / count;
    let sum = 0;
    for (let i = 0; i < resources.length; i++) {
      const share = shareOf(pod, node, resources[i]!.name, withPod);
      if (share !== undefined) sum += (share - mean) * (share - mean);
    }
    deviation = Math.sqrt(sum / count);
  }
  return Math.trunc((1 - deviation) * MAX_NODE_SCORE);
}

/** Whether the Pod makes the use of a node's resources more even, or less: about 75 where it changes nothing. Plain requests, no stand-ins. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  preScore(pod, _feasible, cycle) {
    for (const { name } of cycle.args.balancedAllocation.resources) if (wantedOf(pod, name) !== 0) return undefined;
    return 'skip';
  },
  score(pod, node, cycle) {
    const { resources } = cycle.args.balancedAllocation;
    return MAX_NODE_SCORE / 2 + Math.trunc((MAX_NODE_SCORE / 2 + balance(pod, node, resources, true) - balance(pod, node, resources, false)) / 2);
  },
  hotScore(pod, cycle, hot, feasible, count) {
    const { resources } = cycle.args.balancedAllocation;
    if (resources.length !== 2 || resources[0]!.name !== 'cpu' || resources[1]!.name !== 'memory') return 'ask';
    const { milliCpu, memory } = pod.used;
    if (milliCpu === 0 && memory === 0) return 'skip';
    return (out) => {
      for (let i = 0; i < count; i++) {
        const at = feasible[i]!;
        const after = balanceOf(hot.requestedMilliCpu[at]! + milliCpu, hot.milliCpu[at]!, hot.requestedMemory[at]! + memory, hot.memory[at]!);
        out[i] = MAX_NODE_SCORE / 2 + Math.trunc((MAX_NODE_SCORE / 2 + after - hot.balance[at]!) / 2);
      }
    };
  },
};
