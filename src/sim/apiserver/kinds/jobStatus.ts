import { duplicate, invalid, invalidUnprinted, nonNegative, required, type Errors } from './field.ts';
import { isIndexed, type JobIn, type JobStatusIn } from './jobShapes.ts';
import { countIndexes, parseInterval } from './jobValidation.ts';
import { same } from './meta.ts';

/**
 * What a Job's status may say, and which steps it may take (validateJobStatus, ValidateJobStatusUpdate, getStatusValidationOptions upstream):
 * since somebody else than the Job controller may manage a Job, the API server sees to it that a finished Job stays what it is.
 */

const isTrue = (status: JobStatusIn, type: string): boolean => status.conditions?.some((one) => one.type === type && one.status === 'True') === true;
const isFinished = (status: JobStatusIn): boolean => isTrue(status, 'Complete') || isTrue(status, 'Failed');

function overlap(completed: string, failed: string, completions: number): string | undefined {
  if (completed === '' || failed === '') return undefined;
  const intervals = (text: string): readonly (readonly [number, number])[] => text.split(',').flatMap((part) => {
    const interval = parseInterval(part, completions);
    return typeof interval === 'string' ? [] : [interval];
  });
  const [done, bad] = [intervals(completed), intervals(failed)];
  for (let i = 0, j = 0; i < done.length && j < bad.length; ) {
    const [a, b] = [done[i]!, bad[j]!];
    if (a[0] <= b[1] && b[0] <= a[1]) return `failedIndexes and completedIndexes overlap at index: ${Math.max(a[0], b[0])}`;
    if (a[0] <= b[0]) i += 1;
    else j += 1;
  }
  return undefined;
}

function validateUncounted(errors: Errors, status: JobStatusIn): void {
  const seen = new Set<string>();
  for (const key of ['succeeded', 'failed'] as const) {
    status.uncountedTerminatedPods?.[key]?.forEach((uid, i) => {
      const at = `status.uncountedTerminatedPods.${key}[${i}]`;
      if (uid === '') invalid(errors, at, uid, 'must not be empty');
      else if (seen.has(uid)) duplicate(errors, at, uid);
      else seen.add(uid);
    });
  }
}

export function validateJobStatus(errors: Errors, job: JobIn, old: JobIn): void {
  const status = job.status ?? {};
  const before = old.status ?? {};
  const { spec } = job;
  const conditions = (detail: string): void => invalidUnprinted(errors, 'status.conditions', detail);
  const changed = (...types: readonly string[]): boolean => types.some((type) => isTrue(status, type) !== isTrue(before, type));
  const differs = (...keys: readonly (keyof JobStatusIn)[]): boolean => keys.some((key) => !same(status[key] ?? (key === 'active' ? 0 : undefined), before[key] ?? (key === 'active' ? 0 : undefined)));
  const complete = isTrue(status, 'Complete');
  const failed = isTrue(status, 'Failed');
  const target = isTrue(status, 'FailureTarget');
  const met = isTrue(status, 'SuccessCriteriaMet');
  const finished = isFinished(status);
  const finishedChanged = finished !== isFinished(before);

  for (const key of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) nonNegative(errors, `status.${key}`, status[key]);
  validateUncounted(errors, status);
  if (changed('Complete', 'Failed') && complete && failed) conditions('cannot set Complete=True and Failed=true conditions');
  if (changed('Complete', 'FailureTarget') && complete && target) conditions('cannot set Complete=True and FailureTarget=true conditions');
  if (changed('Complete') || differs('completionTime')) {
    if (status.completionTime !== undefined && !complete) invalid(errors, 'status.completionTime', status.completionTime, 'cannot set completionTime when there is no Complete=True condition');
    if (status.completionTime === undefined && complete) required(errors, 'status.completionTime', 'completionTime is required for Complete jobs');
  }
  if (differs('startTime', 'completionTime') && status.startTime !== undefined && status.completionTime !== undefined && status.completionTime < status.startTime) invalid(errors, 'status.completionTime', status.completionTime, 'must be equal to or after `startTime`');
  if ((changed('Failed') || differs('failedIndexes')) && failed && !target) conditions('cannot set Failed=True condition without the FailureTarget=true condition');
  if (changed('Complete', 'SuccessCriteriaMet') && complete && !met) conditions('cannot set Complete=True condition without the SuccessCriteriaMet=true condition');
  if ((finishedChanged || differs('active')) && (status.active ?? 0) > 0 && finished) invalid(errors, 'status.active', status.active, 'active>0 is invalid for finished job');
  const heldWithNothing = spec.suspend === true && spec.completions === 0;
  if ((finishedChanged || differs('startTime')) && !heldWithNothing && status.startTime === undefined && finished) required(errors, 'status.startTime', 'startTime is required for finished job');
  const uncounted = status.uncountedTerminatedPods;
  if ((finishedChanged || differs('uncountedTerminatedPods')) && finished && (uncounted?.succeeded?.length ?? 0) + (uncounted?.failed?.length ?? 0) > 0) {
    invalid(errors, 'status.uncountedTerminatedPods', { Succeeded: uncounted?.succeeded ?? null, Failed: uncounted?.failed ?? null }, 'must be empty for finished job');
  }
  const done = status.completedIndexes ?? '';
  if (differs('completedIndexes') && spec.completions !== undefined) {
    const found = countIndexes(done, spec.completions);
    if (typeof found === 'string') invalid(errors, 'status.completedIndexes', done, `error parsing completedIndexes: ${found}`);
  }
  const bad = status.failedIndexes;
  if (differs('failedIndexes') && spec.completions !== undefined && spec.backoffLimitPerIndex !== undefined && bad !== undefined) {
    const found = countIndexes(bad, spec.completions);
    if (typeof found === 'string') invalid(errors, 'status.failedIndexes', bad, `error parsing failedIndexes: ${found}`);
  }
  if (differs('completedIndexes') && done !== '' && !isIndexed(spec)) invalid(errors, 'status.completedIndexes', done, 'cannot set non-empty completedIndexes when non-indexed completion mode');
  if (differs('failedIndexes') && spec.backoffLimitPerIndex === undefined && bad !== undefined) invalid(errors, 'status.failedIndexes', bad, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null');
  if (differs('failedIndexes', 'completedIndexes') && spec.completions !== undefined && bad !== undefined) {
    const why = overlap(done, bad, spec.completions);
    if (why !== undefined) invalid(errors, 'status.failedIndexes', bad, why);
  }
  if ((finishedChanged || differs('terminating')) && (status.terminating ?? 0) > 0 && finished) invalid(errors, 'status.terminating', status.terminating, 'terminating>0 is invalid for finished job');
  if (differs('ready', 'active') && status.ready !== undefined && status.ready > (status.active ?? 0)) invalid(errors, 'status.ready', status.ready, 'cannot set more ready pods than active');
  if (met && failed) conditions('cannot set SuccessCriteriaMet=True and Failed=true conditions');
  if (met && target) conditions('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions');
  if (spec.successPolicy !== undefined && !met && complete) conditions('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True');

  for (const type of ['Failed', 'Complete', 'FailureTarget']) if (isTrue(before, type) && !isTrue(status, type)) conditions(`cannot disable the terminal ${type}=True condition`);
  if ((status.failed ?? 0) < (before.failed ?? 0)) invalid(errors, 'status.failed', status.failed ?? 0, 'cannot decrease the failed counter');
  // An Indexed Job with as many Pods as completions can be made smaller.
  if (!(isIndexed(spec) && spec.completions === spec.parallelism) && (status.succeeded ?? 0) < (before.succeeded ?? 0)) invalid(errors, 'status.succeeded', status.succeeded ?? 0, 'cannot decrease the succeeded counter');
  if (status.completionTime !== undefined && before.completionTime !== undefined && status.completionTime !== before.completionTime) invalid(errors, 'status.completionTime', status.completionTime, 'field is immutable');
  const resumes = isTrue(before, 'Suspended') && status.conditions?.some((one) => one.type === 'Suspended' && one.status === 'False') === true;
  if (!resumes && before.startTime !== undefined && before.startTime !== status.startTime && spec.suspend !== true) invalid(errors, 'status.startTime', status.startTime ?? null, 'field is immutable for unsuspended job once set');
  if (isTrue(before, 'SuccessCriteriaMet') && !met) conditions('cannot disable the SuccessCriteriaMet=True condition');
  if (isTrue(before, 'Complete') && !isTrue(before, 'SuccessCriteriaMet') && met) conditions('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions');
}
