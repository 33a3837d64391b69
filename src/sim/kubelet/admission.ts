import type { Pod } from '../api/object.ts';
import { matchesRequiredNodeAffinity } from '../api/nodeaffinity.ts';
import { milliValue } from '../api/quantity.ts';
import { toleratesTaint } from '../api/toleration.ts';
import { nodeObject, type Context, type KubeletState, type PodWorker } from './state.ts';

/**
 * Whether a Pod that was given to this node can run on it: the kubelet checks again what the scheduler promised, because the promise may be
 * old, or nobody gave it (lifecycle/predicate.go). Only the first reason is told. Left out: making room for critical Pods, and the
 * topology manager.
 */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

const OUT_OF: Readonly<Record<string, string>> = { cpu: 'OutOfcpu', memory: 'OutOfmemory', 'ephemeral-storage': 'OutOfephemeral-storage', pods: 'OutOfpods' };

/** Numbers in messages: CPU in thousandths, everything else in whole units. */
const shown = (resource: string, milli: number): number => (resource === 'cpu' ? milli : Math.ceil(milli / 1000));

const hostPorts = (pod: Pod): readonly string[] => {
  const out: string[] = [];
  for (const container of pod.spec.containers) for (const port of container.ports ?? []) if (port.hostPort !== undefined && port.hostPort > 0) out.push(`${port.protocol ?? 'TCP'}/${port.hostPort}`);
  return out;
};

export function admit(context: Context, worker: PodWorker): Refusal | undefined {
  const { state } = context;
  const node = nodeObject(context);
  if (node === undefined) return { reason: 'InvalidNodeInfo', message: 'Kubelet cannot get node info.' };
  const { pod } = worker;
  const allocatable = node.status.allocatable ?? {};
  const capacity = milliValue(allocatable.pods);
  const insufficient = (resource: string, requested: number, used: number, total: number): Refusal => ({
    reason: OUT_OF[resource] ?? `OutOf${resource}`,
    message: `Node didn't have enough resource: ${resource}, requested: ${shown(resource, requested)}, used: ${shown(resource, used)}, capacity: ${shown(resource, total)}`,
  });
  if ((state.usedPods + 1) * 1000 > capacity) return insufficient('pods', 1000, state.usedPods * 1000, capacity);
  for (const [resource, requested] of worker.requests) {
    // What the node does not know of at all may be a resource of the cluster.
    if (requested === 0 || allocatable[resource] === undefined) continue;
    const used = state.used.get(resource) ?? 0;
    const total = milliValue(allocatable[resource]);
    if (requested + used > total) return insufficient(resource, requested, used, total);
  }
  if (!matchesRequiredNodeAffinity(pod.spec, node)) return { reason: 'NodeAffinity', message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector" };
  const wanted = hostPorts(pod);
  if (wanted.length > 0) {
    for (const other of state.pods.values()) {
      if (other !== worker && other.counted && hostPorts(other.pod).some((port) => wanted.includes(port))) {
        return { reason: 'NodePorts', message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports" };
      }
    }
  }
  for (const taint of node.spec.taints ?? []) {
    if (taint.effect === 'NoExecute' && !(pod.spec.tolerations ?? []).some((toleration) => toleratesTaint(toleration, taint))) {
      return { reason: 'TaintToleration', message: 'Predicate TaintToleration failed: node(s) had taints that the pod didn\'t tolerate' };
    }
  }
  return undefined;
}

export function reserve(state: KubeletState, worker: PodWorker): void {
  if (worker.counted) return;
  worker.counted = true;
  state.usedPods++;
  for (const [resource, requested] of worker.requests) state.used.set(resource, (state.used.get(resource) ?? 0) + requested);
}

/** What it used is free again: its containers have ended. */
export function release(state: KubeletState, worker: PodWorker): void {
  if (!worker.counted) return;
  worker.counted = false;
  state.usedPods--;
  for (const [resource, requested] of worker.requests) state.used.set(resource, (state.used.get(resource) ?? 0) - requested);
}
