import type { ContainerStatus, Pod } from '../../api/object.ts';
import { conditionOf } from '../../api/object.ts';
import { isPodReady, readySince } from '../../api/pods.ts';
import { SECOND, parseTimestamp } from '../../api/time.ts';
import type { Micros } from '../../api/time.ts';
import type { Job } from '../../api/workloads.ts';

/** What a Job asks of a Pod (pkg/controller/job: job_controller.go, indexed_job_utils.go, backoff_utils.go). */

export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const INDEX_IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';

export const isTracked = (pod: Pod): boolean => pod.metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
export const isIndexed = (job: Job): boolean => job.spec.completionMode === 'Indexed';
export const isSuspended = (job: Job): boolean => job.spec.suspend === true;
export const onlyReplacesFailed = (job: Job): boolean => job.spec.podReplacementPolicy === 'Failed' || job.spec.podFailurePolicy !== undefined;
export const isFinished = (job: Job): boolean => job.status.conditions?.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True') ?? false;

/** A Pod that is being deleted counts as failed, for it may never get to say so; not where only failed ones are replaced. */
export const isFailed = (pod: Pod, job: Job): boolean =>
  pod.status.phase === 'Failed' || (!onlyReplacesFailed(job) && pod.metadata.deletionTimestamp !== undefined && pod.status.phase !== 'Succeeded');

const smallNumber = (text: string | undefined): number | undefined => (text !== undefined && /^[+-]?\d+$/.test(text) && Number(text) >= 0 ? Number(text) : undefined);
/** Undefined: it has none that can be read. */
export const indexOf = (pod: Pod): number | undefined => smallNumber(pod.metadata.annotations?.[COMPLETION_INDEX]);
const countOf = (pod: Pod, annotation: string): number => {
  const count = smallNumber(pod.metadata.annotations?.[annotation]) ?? 0;
  return count > 2_147_483_647 ? 0 : count;
};
export const indexFailures = (pod: Pod): number => countOf(pod, INDEX_FAILURES);
export const ignoredIndexFailures = (pod: Pod): number => countOf(pod, INDEX_IGNORED_FAILURES);
export const allIndexFailures = (pod: Pod): number => indexFailures(pod) + ignoredIndexFailures(pod);

/** When a Pod ended: its last container; else when it turned not ready; else when it was deleted; else when it was made. */
export function finishedAt(pod: Pod): Micros {
  const sidecars = new Set((pod.spec.initContainers ?? []).filter((each) => each.restartPolicy === 'Always').map((each) => each.name));
  const statuses: readonly ContainerStatus[] = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? []).filter((status) => sidecars.has(status.name))];
  let last: Micros | undefined;
  for (const { state } of statuses) {
    const at = parseTimestamp(state?.terminated?.finishedAt);
    if (at === undefined) {
      last = undefined;
      break;
    }
    last = Math.max(last ?? -Infinity, at);
  }
  if (last !== undefined) return last;
  const ready = conditionOf(pod, 'Ready');
  const turned = ready?.status === 'False' ? parseTimestamp(ready.lastTransitionTime) : undefined;
  if (turned !== undefined) return turned;
  const deleted = parseTimestamp(pod.metadata.deletionTimestamp);
  if (deleted !== undefined) return deleted - (pod.metadata.deletionGracePeriodSeconds ?? 0) * SECOND;
  return parseTimestamp(pod.metadata.creationTimestamp) ?? 0;
}

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const restarts = (pod: Pod): number => Math.max(0, ...(pod.status.containerStatuses ?? []).map((status) => status.restartCount));
/** Which of several Pods goes first (controller_utils.go: ActivePods): without a node, pending, not ready, ready for a shorter time, more restarts, younger. */
export function byWorth(a: Pod, b: Pod): number {
  const assigned = Number((a.spec.nodeName ?? '') !== '') - Number((b.spec.nodeName ?? '') !== '');
  const first = assigned || (PHASES[a.status.phase ?? ''] ?? 0) - (PHASES[b.status.phase ?? ''] ?? 0) || Number(isPodReady(a)) - Number(isPodReady(b));
  if (first !== 0) return first;
  if (isPodReady(a)) {
    const since = (readySince(b) ?? Infinity) - (readySince(a) ?? Infinity);
    if (since > 0 || since < 0) return since;
  }
  return restarts(b) - restarts(a) || (parseTimestamp(b.metadata.creationTimestamp) ?? 0) - (parseTimestamp(a.metadata.creationTimestamp) ?? 0);
}
