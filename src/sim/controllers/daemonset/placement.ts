import type { Affinity, Node, Pod, PodSpec, Toleration } from '../../api/object.ts';
import { matchesRequiredNodeAffinity } from '../../api/nodeaffinity.ts';
import { semanticallyEqual } from '../../api/equal.ts';
import { anyTolerates } from '../../api/toleration.ts';
import { compareText } from '../../api/tree.ts';
import type { DaemonSet } from '../../api/workloads.ts';

/** Where a DaemonSet's Pods belong (pkg/controller/daemon/util/daemonset_util.go; daemon_controller.go: NodeShouldRunDaemonPod). */

const EXISTS: readonly (readonly [key: string, effect: string])[] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];
const NETWORK: readonly [key: string, effect: string] = ['node.kubernetes.io/network-unavailable', 'NoSchedule'];

/** A toleration of the same key, operator, value and effect is replaced, others are added at the end. */
function withToleration(tolerations: readonly Toleration[], added: Toleration): readonly Toleration[] {
  const same = (each: Toleration): boolean => each.key === added.key && (each.effect ?? '') === (added.effect ?? '') && (each.operator ?? '') === (added.operator ?? '') && (each.value ?? '') === (added.value ?? '');
  const at = tolerations.findIndex(same);
  if (at < 0) return [...tolerations, added];
  return semanticallyEqual(tolerations[at], added) ? tolerations : tolerations.map((each, i) => (i === at ? added : each));
}

/** Its Pods stay on nodes in trouble. */
export function tolerationsOf(spec: PodSpec): readonly Toleration[] {
  let tolerations = spec.tolerations ?? [];
  for (const [key, effect] of spec.hostNetwork === true ? [...EXISTS, NETWORK] : EXISTS) tolerations = withToleration(tolerations, { key, operator: 'Exists', effect });
  return tolerations;
}

/** Each Pod is tied to its node by name; that takes the place of the required node affinity, which was looked at before. */
export function tiedTo(affinity: Affinity | undefined, node: string): Affinity {
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] },
    },
  };
}

/** The node that a Pod is on or tied to. */
export function targetOf(pod: Pod): string | undefined {
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '') return pod.spec.nodeName;
  for (const term of pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [])
    for (const { key, operator, values } of term.matchFields ?? []) if (key === 'metadata.name' && operator === 'In') return values?.length === 1 ? values[0] : undefined;
  return undefined;
}

export interface Belongs {
  /** A Pod should be made there if there is none. */
  readonly starts: boolean;
  /** A Pod that is there may stay. */
  readonly stays: boolean;
}
const NOWHERE: Belongs = { starts: false, stays: false };

export function belongs(daemonSet: DaemonSet, node: Node, tolerations: readonly Toleration[]): Belongs {
  const { spec } = daemonSet.spec.template;
  if (spec.nodeName !== undefined && spec.nodeName !== '' && spec.nodeName !== node.metadata.name) return NOWHERE;
  if (!matchesRequiredNodeAffinity(spec, node)) return NOWHERE;
  const repelling = (node.spec.taints ?? []).filter((taint) => taint.effect !== 'PreferNoSchedule' && !anyTolerates(tolerations, taint));
  if (repelling.length === 0) return { starts: true, stays: true };
  return { starts: false, stays: !repelling.some((taint) => taint.effect === 'NoExecute') };
}

/** Those with a node first, then the oldest. */
export const byAge = (a: Pod, b: Pod): number =>
  Number((a.spec.nodeName ?? '') === '') - Number((b.spec.nodeName ?? '') === '') || compareText(a.metadata.creationTimestamp, b.metadata.creationTimestamp) || compareText(a.metadata.name, b.metadata.name);
