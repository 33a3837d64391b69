import type { Pod } from '../../api/object.ts';
import { MINUTE, SECOND } from '../../api/time.ts';
import type { Micros } from '../../api/time.ts';
import { allIndexFailures, finishedAt } from './pods.ts';

/** How long a failed Pod waits for its successor (pkg/controller/job/backoff_utils.go): 10 s, doubling to 10 minutes, from the moment at which it ended. */

const FIRST: Micros = 10 * SECOND;
const LAST: Micros = 10 * MINUTE;

export interface FailureRecord {
  readonly failures: number;
  readonly at: Micros | undefined;
}
export const NO_FAILURES: FailureRecord = { failures: 0, at: undefined };

/** A success starts the count anew. */
export function recordOf(old: FailureRecord, succeeded: readonly Pod[], failed: readonly Pod[]): FailureRecord {
  if (failed.length === 0) return succeeded.length === 0 ? old : NO_FAILURES;
  const ends = failed.map(finishedAt);
  if (succeeded.length === 0) return { failures: old.failures + failed.length, at: Math.max(...ends) };
  const success = Math.max(...succeeded.map(finishedAt));
  const after = ends.filter((at) => at > success);
  return after.length === 0 ? NO_FAILURES : { failures: after.length, at: Math.max(...after) };
}

export function remaining({ failures, at }: FailureRecord, now: Micros): Micros {
  if (failures === 0 || at === undefined) return 0;
  let wait = FIRST;
  for (let i = 1; i < failures && wait < LAST; i++) wait = Math.min(wait * 2, LAST);
  return Math.max(0, wait - (now - at));
}
/** With a limit per index each index waits for itself. */
export const remainingOf = (lastFailed: Pod | undefined, now: Micros): Micros => (lastFailed === undefined ? 0 : remaining({ failures: allIndexFailures(lastFailed) + 1, at: finishedAt(lastFailed) }, now));
