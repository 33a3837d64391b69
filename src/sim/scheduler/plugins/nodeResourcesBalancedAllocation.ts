import { MAX_NODE_SCORE, type NodeInfo, type Plugin, type PodInfo } from '../plugin.ts';

function wantedOf(pod: PodInfo, resource: string): number {
  if (resource === 'cpu') return pod.used.milliCpu;
  if (resource === 'memory') return pod.used.memory;
  if (resource === 'ephemeral-storage') return pod.used.ephemeralStorage;
  return pod.used.scalars.find(([name]) => name === resource)?.[1] ?? 0;
}

function takenOf(node: NodeInfo, resource: string): readonly [taken: number, allocatable: number] {
  if (resource === 'cpu') return [node.requestedMilliCpu, node.allocatableMilliCpu];
  if (resource === 'memory') return [node.requestedMemory, node.allocatableMemory];
  if (resource === 'ephemeral-storage') return [node.requestedEphemeralStorage, node.allocatableEphemeralStorage];
  return [node.requestedScalars.get(resource) ?? 0, node.allocatableScalars.get(resource) ?? 0];
}

/** (1 - standard deviation of the shares in use) * 100. */
function balance(shares: readonly number[]): number {
  let deviation = 0;
  if (shares.length === 2) deviation = Math.abs((shares[0]! - shares[1]!) / 2);
  else if (shares.length > 2) {
    let total = 0;
    for (const share of shares) total += share;
    const mean = total / shares.length;
    let sum = 0;
    for (const share of shares) sum += (share - mean) * (share - mean);
    deviation = Math.sqrt(sum / shares.length);
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
    const withPod: number[] = [];
    const without: number[] = [];
    for (const { name } of cycle.args.balancedAllocation.resources) {
      const wanted = wantedOf(pod, name);
      if (wanted === 0 && name.includes('/')) continue;
      const [taken, allocatable] = takenOf(node, name);
      if (allocatable === 0) continue;
      const after = (taken + wanted) / allocatable;
      const before = taken / allocatable;
      withPod.push(after > 1 ? 1 : after);
      without.push(before > 1 ? 1 : before);
    }
    return MAX_NODE_SCORE / 2 + Math.trunc((MAX_NODE_SCORE / 2 + balance(withPod) - balance(without)) / 2);
  },
};
