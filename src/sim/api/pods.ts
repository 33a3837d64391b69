import { conditionOf } from './object.ts';
import type { Condition, Pod } from './object.ts';
import { SECOND, parseTimestamp } from './time.ts';
import type { Micros } from './time.ts';

/** What controllers ask of a Pod (pkg/api/v1/pod, pkg/controller/controller_utils.go). */

export const readyCondition = (pod: Pod): Condition | undefined => conditionOf(pod, 'Ready');

export const isPodReady = (pod: Pod): boolean => readyCondition(pod)?.status === 'True';

export const isPodTerminal = (pod: Pod): boolean => pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';

/** Neither ended nor being deleted. */
export const isPodActive = (pod: Pod): boolean => !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;

/** Being deleted, and not ended yet. */
export const isPodTerminating = (pod: Pod): boolean => !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;

/** Since when the Pod is ready; undefined when it is not. */
export function readySince(pod: Pod): Micros | undefined {
  const condition = readyCondition(pod);
  return condition?.status === 'True' ? parseTimestamp(condition.lastTransitionTime) : undefined;
}

/** Ready for at least this long. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: Micros): boolean {
  if (!isPodReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = readySince(pod);
  return since !== undefined && since + minReadySeconds * SECOND <= now;
}
