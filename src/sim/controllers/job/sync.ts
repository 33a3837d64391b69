import { pathOf, pathOfKey } from '../../api/kinds.ts';
import { keyOf } from '../../api/object.ts';
import type { Condition, Container, Pod } from '../../api/object.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../../api/pods.ts';
import type { Reason } from '../../api/reason.ts';
import { controllerReference, objectReference, referenceTo } from '../../api/references.ts';
import { STRATEGIC_MERGE_PATCH } from '../../api/request.ts';
import { SECOND, parseTimestamp, timestamp } from '../../api/time.ts';
import type { Micros } from '../../api/time.ts';
import type { Job, JobStatus } from '../../api/workloads.ts';
import type { EventNote, Write } from '../../reconcile/controller.ts';
import { recordOf, remaining, remainingOf } from './backOff.ts';
import type { FailureRecord } from './backOff.ts';
import { firstOutside, formatIndexes, hasIndex, merge, parseIndexes, total, withIndexes } from './indexes.ts';
import type { Intervals } from './indexes.ts';
import { COMPLETION_INDEX, INDEX_FAILURES, INDEX_IGNORED_FAILURES, TRACKING_FINALIZER, allIndexFailures, byWorth, finishedAt, ignoredIndexFailures, indexFailures, indexOf, isFailed, isIndexed, isSuspended, isTracked, onlyReplacesFailed } from './pods.ts';
import { failMessage, judge, successMessage } from './policies.ts';

/**
 * One synchronisation of a Job (pkg/controller/job/job_controller.go: syncJob, manageJob, trackJobStatusAndRemoveFinalizers), worked out whole: which
 * Pods are made and deleted, and then in this order: the status with the Pods that have ended but are not counted, the finalizers off those, the counts.
 */

const BATCH: Micros = SECOND;
const MAX_PODS = 500;
const MAX_UNCOUNTED = 500;

export interface Synced {
  readonly batches: readonly (readonly Write[])[];
  readonly events: readonly EventNote[];
  readonly because: Reason;
  /** The record of failures once the first status is written. */
  readonly record: FailureRecord;
  readonly againAfter: Micros | undefined;
}

const conditionNow = (type: string, status: Condition['status'], reason: string, message: string, now: Micros): Condition => ({ type, status, lastProbeTime: timestamp(now), lastTransitionTime: timestamp(now), reason, message });
const isTrue = (conditions: readonly Condition[], type: string): Condition | undefined => conditions.find((condition) => condition.type === type && condition.status === 'True');

/** A condition is set where it says something else; one that is not there is not made to say False. */
function ensured(conditions: readonly Condition[], wanted: Condition): readonly Condition[] {
  const there = conditions.find(({ type }) => type === wanted.type);
  if (there === undefined) return wanted.status === 'False' ? conditions : [...conditions, wanted];
  if (there.status === wanted.status && there.reason === wanted.reason && there.message === wanted.message) return conditions;
  return conditions.map((condition) => (condition === there ? wanted : condition));
}

const some = (name: string, value: number | string | undefined): object => (value === undefined || value === 0 || value === '' ? {} : { [name]: value });

/** As the API serialises it. */
function serialised(status: JobStatus): JobStatus {
  const { succeeded, failed } = status.uncountedTerminatedPods ?? {};
  return {
    ...(status.conditions === undefined || status.conditions.length === 0 ? {} : { conditions: status.conditions }),
    ...some('startTime', status.startTime),
    ...some('completionTime', status.completionTime),
    ...some('active', status.active),
    ...some('succeeded', status.succeeded),
    ...some('failed', status.failed),
    ...(status.terminating === undefined ? {} : { terminating: status.terminating }),
    ...some('completedIndexes', status.completedIndexes),
    ...(status.failedIndexes === undefined ? {} : { failedIndexes: status.failedIndexes }),
    uncountedTerminatedPods: { ...(succeeded === undefined || succeeded.length === 0 ? {} : { succeeded }), ...(failed === undefined || failed.length === 0 ? {} : { failed }) },
    ...(status.ready === undefined ? {} : { ready: status.ready }),
  };
}

const names = (pods: readonly Pod[]): string => pods.map((pod) => pod.metadata.name).join(', ');

export function syncJob(job: Job, pods: readonly Pod[], known: FailureRecord, now: Micros, doomed: boolean, failedBefore: boolean, expects: boolean): Synced {
  const { spec } = job;
  const key = keyOf(job);
  const refs = [referenceTo(job)];
  const why = (code: string, args: Readonly<Record<string, string | number>> = {}, about: readonly Pod[] = []): Reason => ({ code, args: { job: job.metadata.name, ...args }, refs: [...refs, ...about.slice(0, 5).map(referenceTo)] });
  const completions = spec.completions;
  const parallelism = spec.parallelism ?? 1;
  const perIndex = spec.backoffLimitPerIndex;
  const indexed = isIndexed(job);
  const events: EventNote[] = [];
  const acts: (readonly Write[])[] = [];
  let because: Reason | undefined;
  let againAfter: Micros | undefined;
  const again = (after: Micros): void => void (againAfter = Math.min(againAfter ?? Infinity, Math.max(0, after)));

  const old = job.status;
  const uncounted = { succeeded: old.uncountedTerminatedPods?.succeeded ?? [], failed: old.uncountedTerminatedPods?.failed ?? [] };
  let conditions = old.conditions ?? [];
  let { startTime } = old;
  const activePods = pods.filter(isPodActive);
  let active = activePods.length;
  let ready = activePods.filter(isPodReady).length;
  let terminating = pods.filter(isPodTerminating).length;

  const inRange = (pod: Pod): boolean => {
    const index = indexOf(pod);
    return index !== undefined && index < (completions ?? 0);
  };
  const valid = (pod: Pod, counted: readonly string[]): boolean => isTracked(pod) && !counted.includes(pod.metadata.uid) && (!indexed || inRange(pod));
  const newSucceeded = pods.filter((pod) => valid(pod, uncounted.succeeded) && pod.status.phase === 'Succeeded');
  const newFailed = pods.filter((pod) => valid(pod, uncounted.failed) && isFailed(pod, job));
  let succeeded = (old.succeeded ?? 0) + newSucceeded.length + uncounted.succeeded.length;
  const failed = (old.failed ?? 0) + newFailed.filter((pod) => judge(job, pod).counts).length + uncounted.failed.length;
  if (startTime === undefined && !isSuspended(job)) startTime = timestamp(now);
  const record = recordOf(known, newSucceeded, newFailed);

  // ---- how it ends, if it does

  const started = parseTimestamp(startTime) ?? now;
  const since = old.startTime === undefined ? 0 : now - started;
  let end: Condition | undefined = isTrue(conditions, 'SuccessCriteriaMet');
  if (end === undefined) {
    const target = isTrue(conditions, 'FailureTarget');
    const message = target === undefined ? failMessage(job, pods) : undefined;
    if (target !== undefined) end = conditionNow('Failed', 'True', target.reason ?? '', target.message ?? '', now);
    else if (message !== undefined) end = conditionNow('FailureTarget', 'True', 'PodFailurePolicy', message, now);
  }
  const fails = (reason: string, message: string): Condition => conditionNow('FailureTarget', 'True', reason, message, now);
  if (end === undefined) {
    const limit = spec.backoffLimit ?? 6;
    if (failed > limit || restartedTooOften(job, pods, limit)) end = fails('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
    else if (spec.activeDeadlineSeconds !== undefined && !isSuspended(job)) {
      const left = spec.activeDeadlineSeconds * SECOND - since;
      if (left <= 0) end = fails('DeadlineExceeded', 'Job was active longer than specified deadline');
      else again(left);
    }
  }
  let previousIndexes: Intervals = [];
  let succeededIndexes: Intervals = [];
  let failedIndexes: Intervals | undefined;
  const awaiting = new Map<number, Pod>();
  if (indexed) {
    previousIndexes = parseIndexes(old.completedIndexes ?? '', completions ?? 0);
    succeededIndexes = withIndexes(previousIndexes, pods.filter((pod) => pod.status.phase === 'Succeeded' && inRange(pod) && isTracked(pod)).map((pod) => indexOf(pod)!));
    succeeded = total(succeededIndexes);
    if (perIndex !== undefined) {
      const gone = pods.filter((pod) => {
        if (!inRange(pod) || !isTracked(pod) || !isFailed(pod, job)) return false;
        const verdict = judge(job, pod);
        return verdict.action === 'FailIndex' || (verdict.counts && indexFailures(pod) >= perIndex);
      });
      failedIndexes = withIndexes(parseIndexes(old.failedIndexes ?? '', completions ?? 0), gone.map((pod) => indexOf(pod)!));
      const failures = total(failedIndexes);
      if (end === undefined) {
        if (spec.maxFailedIndexes !== undefined && failures > spec.maxFailedIndexes) end = fails('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
        else if (failures > 0 && failures + succeeded >= (completions ?? 0)) end = fails('FailedIndexes', 'Job has failed indexes');
      }
      // A failed Pod stays until its successor is there, which takes over the count of failures of its index.
      const busy = new Set(activePods.map(indexOf));
      for (const pod of pods) {
        const index = indexOf(pod);
        if (index === undefined || !valid(pod, []) || !isFailed(pod, job) || hasIndex(succeededIndexes, index) || hasIndex(failedIndexes, index) || busy.has(index)) continue;
        const last = awaiting.get(index);
        if (last === undefined || (allIndexFailures(last) <= allIndexFailures(pod) && finishedAt(pod) >= finishedAt(last))) awaiting.set(index, pod);
      }
    }
    const message = end === undefined ? successMessage(job, succeededIndexes) : undefined;
    if (message !== undefined) end = conditionNow('SuccessCriteriaMet', 'True', 'SuccessPolicy', message, now);
  }

  // ---- Pods

  const event = (message: string, reason: string, type: 'Normal' | 'Warning' = 'Normal'): EventNote => ({ regarding: objectReference(job), type, reason, message });
  const deletion = (pod: Pod, reason: Reason): Write => ({
    request: { method: 'DELETE', path: pathOfKey('Pod', keyOf(pod)) },
    because: reason,
    accept: [404],
    event: event(`Deleted pod: ${pod.metadata.name}`, 'SuccessfulDelete'),
    failureEvent: event('Error deleting: {error}', 'FailedDelete', 'Warning'),
  });
  const free = (pod: Pod, reason: Reason): Write => freePod(pod, reason);
  const removed = (some: readonly Pod[]): void => {
    active -= some.length;
    terminating += some.length;
    ready -= some.filter(isPodReady).length;
  };
  let suspensionChanged = false;
  if (end !== undefined) {
    const reason = why(end.type === 'SuccessCriteriaMet' || end.type === 'Complete' ? 'job.stopsTheRest' : 'job.fails', { reason: end.reason ?? '', pods: activePods.length }, activePods);
    because = reason;
    if (activePods.length > 0) acts.push(activePods.map((pod) => deletion(pod, reason)));
    removed(activePods);
    // Not while it still expects Pods that it asked for.
    if (expects) end = undefined;
  } else {
    const managed = job.metadata.deletionTimestamp === undefined && !expects;
    if (managed) managePods();
    const complete = completions === undefined ? succeeded > 0 && active === 0 : succeeded >= completions && active === 0;
    if (complete) {
      end = conditionNow('SuccessCriteriaMet', 'True', 'CompletionsReached', 'Reached expected number of succeeded pods', now);
      because ??= why('job.completes', { succeeded });
    } else if (managed) {
      const wanted = isSuspended(job) ? conditionNow('Suspended', 'True', 'JobSuspended', 'Job suspended', now) : conditionNow('Suspended', 'False', 'JobResumed', 'Job resumed', now);
      const changed = ensured(conditions, wanted);
      if (changed !== conditions) {
        conditions = changed;
        suspensionChanged = true;
        events.push(isSuspended(job) ? event('Job suspended', 'Suspended') : event('Job resumed', 'Resumed'));
        startTime = isSuspended(job) ? undefined : timestamp(now);
      }
    }
  }

  function managePods(): void {
    if (isSuspended(job)) {
      const going = forRemoval(job, activePods, active);
      because = why('job.suspended', { pods: going.length }, going);
      letGo(going, because);
      return;
    }
    const wanted = completions === undefined ? (succeeded > 0 ? active : parallelism) : Math.max(0, Math.min(parallelism, completions - succeeded));
    const going = forRemoval(job, activePods, Math.max(0, active - wanted)).slice(0, MAX_PODS);
    if (going.length > 0) {
      because = why('job.tooMany', { wanted, have: active }, going);
      letGo(going, because);
      return;
    }
    let missing = wanted - (onlyReplacesFailed(job) ? terminating : 0) - active;
    if (missing <= 0) return;
    const wait = perIndex === undefined ? remaining(record, now) : 0;
    if (wait > 0) {
      because = why('job.awaitsBackOff', { seconds: Math.ceil(wait / SECOND), failures: record.failures }, newFailed);
      again(Math.max(wait, BATCH));
      return;
    }
    missing = Math.min(missing, MAX_PODS);
    let indexes: readonly (number | undefined)[] = Array.from({ length: missing }, () => undefined);
    if (indexed) {
      const taken = [...activePods, ...(onlyReplacesFailed(job) ? pods.filter(isPodTerminating) : [])].flatMap((pod) => indexOf(pod) ?? []);
      const pending = firstOutside(merge(withIndexes(succeededIndexes, taken), failedIndexes ?? []), missing, completions ?? 0);
      indexes = pending;
      if (perIndex !== undefined) {
        indexes = pending.filter((index) => remainingOf(awaiting.get(index), now) === 0);
        if (indexes.length === 0 && pending.length > 0) {
          const least = Math.min(...pending.map((index) => remainingOf(awaiting.get(index), now)));
          because = why('job.awaitsBackOff', { seconds: Math.ceil(least / SECOND), failures: 1 }, [...awaiting.values()]);
          again(Math.max(least, BATCH));
          return;
        }
      }
    }
    const again0 = failed > 0 || record.failures > 0;
    because = why(again0 ? 'job.replaces' : 'job.tooFew', { wanted, have: active, succeeded, completions: completions ?? 0, failed });
    const creates = indexes.map((index) => createPod(index, because!));
    for (let at = 0, size = 1; at < creates.length; at += size, size *= 2) acts.push(creates.slice(at, at + size));
    active += creates.length;
  }
  function letGo(going: readonly Pod[], reason: Reason): void {
    if (going.length === 0) return;
    acts.push(going.filter(isTracked).map((pod) => free(pod, reason)), going.map((pod) => deletion(pod, reason)));
    removed(going);
  }
  function createPod(index: number | undefined, reason: Reason): Write {
    const { template } = spec;
    const { labels, annotations, finalizers } = template.metadata ?? {};
    const { name, namespace } = job.metadata;
    const suffix = index === undefined ? '-' : `-${index}-`;
    const base = index === undefined ? `${name}-` : `${name}${suffix}`.length > 58 ? `${name}${suffix}`.slice(0, 58 - suffix.length) + suffix : `${name}${suffix}`;
    const before = index === undefined || perIndex === undefined ? undefined : awaiting.get(index);
    let failures = 0;
    let ignored = 0;
    if (before !== undefined) {
      const { counts } = judge(job, before);
      failures = indexFailures(before) + (counts ? 1 : 0);
      ignored = ignoredIndexFailures(before) + (counts ? 0 : 1);
    }
    const indexAnnotations = index === undefined ? {} : {
      [COMPLETION_INDEX]: String(index),
      ...(perIndex === undefined ? {} : { [INDEX_FAILURES]: String(failures), ...(ignored > 0 ? { [INDEX_IGNORED_FAILURES]: String(ignored) } : {}) }),
    };
    const podAnnotations = { ...annotations, ...indexAnnotations };
    return {
      request: {
        method: 'POST',
        path: pathOf('Pod', namespace),
        body: {
          kind: 'Pod',
          apiVersion: 'v1',
          metadata: {
            generateName: base,
            labels: { ...labels, ...(index === undefined ? {} : { [COMPLETION_INDEX]: String(index) }) },
            ...(Object.keys(podAnnotations).length === 0 ? {} : { annotations: podAnnotations }),
            finalizers: finalizers?.includes(TRACKING_FINALIZER) === true ? finalizers : [...(finalizers ?? []), TRACKING_FINALIZER],
            ownerReferences: [controllerReference(job)],
          },
          spec: index === undefined && !indexed ? template.spec : {
            ...template.spec,
            containers: template.spec.containers.map(withIndexVariable),
            ...(template.spec.initContainers === undefined ? {} : { initContainers: template.spec.initContainers.map(withIndexVariable) }),
            ...(index === undefined ? {} : { hostname: `${name}-${index}` }),
          },
        },
      },
      because: reason,
      event: event('Created pod: {name}', 'SuccessfulCreate'),
      ...(doomed ? { accept: [403] } : { failureEvent: event('Error creating: {error}', 'FailedCreate', 'Warning') }),
    };
  }

  // ---- what has ended: noted in the status, freed of its finalizer, counted

  const tracked = new Set(pods.filter(isTracked).map((pod) => pod.metadata.uid));
  const status: { -readonly [F in keyof JobStatus]: JobStatus[F] } = { ...old, conditions, startTime: startTime ?? '', active, ready, terminating, uncountedTerminatedPods: uncounted };
  let flush = suspensionChanged || active !== (old.active ?? 0) || ready !== old.ready || terminating !== old.terminating;
  /** Those whose finalizer is gone are counted. */
  const counted = (still: ReadonlySet<string>): boolean => {
    const waiting = status.uncountedTerminatedPods ?? {};
    const left = { succeeded: (waiting.succeeded ?? []).filter((uid) => still.has(uid)), failed: (waiting.failed ?? []).filter((uid) => still.has(uid)) };
    const moved = { succeeded: (waiting.succeeded?.length ?? 0) - left.succeeded.length, failed: (waiting.failed?.length ?? 0) - left.failed.length };
    status.uncountedTerminatedPods = left;
    status.succeeded = (status.succeeded ?? 0) + moved.succeeded;
    status.failed = (status.failed ?? 0) + moved.failed;
    return moved.succeeded > 0 || moved.failed > 0;
  };
  if (counted(tracked)) flush = true;
  const freed: Pod[] = [];
  const nowSucceeded: string[] = [...(status.uncountedTerminatedPods?.succeeded ?? [])];
  const nowFailed: string[] = [...(status.uncountedTerminatedPods?.failed ?? [])];
  const newIndexes: number[] = [];
  let full = false;
  const inTurn = indexed ? [...pods].sort((a, b) => (indexOf(a) ?? -1) - (indexOf(b) ?? -1)) : pods;
  for (const pod of inTurn) {
    if (!isTracked(pod)) continue;
    const { uid } = pod.metadata;
    const { phase } = pod.status;
    const hasFailed = isFailed(pod, job);
    const index = indexOf(pod);
    const awaited = perIndex !== undefined && index !== undefined && awaiting.get(index)?.metadata.uid === uid;
    if (!(job.metadata.deletionTimestamp !== undefined || end !== undefined || phase === 'Succeeded' || (hasFailed && !awaited))) continue;
    freed.push(pod);
    if (phase === 'Succeeded' && !uncounted.failed.includes(uid)) {
      if (indexed) {
        if (inRange(pod) && !hasIndex(previousIndexes, index!)) {
          newIndexes.push(index!);
          flush = true;
        }
      } else if (!uncounted.succeeded.includes(uid)) {
        flush = true;
        nowSucceeded.push(uid);
      }
    } else if (hasFailed || (end !== undefined && end.type !== 'SuccessCriteriaMet')) {
      if (!uncounted.failed.includes(uid) && (!indexed || inRange(pod)) && (spec.podFailurePolicy === undefined || judge(job, pod).counts)) {
        flush = true;
        nowFailed.push(uid);
      }
    }
    if (newIndexes.length + nowSucceeded.length + nowFailed.length >= MAX_UNCOUNTED) {
      full = true;
      break;
    }
  }
  status.uncountedTerminatedPods = { succeeded: nowSucceeded, failed: nowFailed };
  if (indexed) {
    succeededIndexes = withIndexes(succeededIndexes, newIndexes);
    const text = formatIndexes(succeededIndexes);
    if (text !== (old.completedIndexes ?? '')) flush = true;
    status.completedIndexes = text;
    status.succeeded = total(succeededIndexes);
    const failedText = failedIndexes === undefined ? undefined : formatIndexes(failedIndexes);
    if (failedText !== old.failedIndexes) flush = true;
    if (failedText === undefined) delete status.failedIndexes;
    else status.failedIndexes = failedText;
  }
  let final = end;
  if (end?.type === 'FailureTarget') {
    status.conditions = [...(status.conditions ?? []), end];
    flush = true;
    final = conditionNow('Failed', 'True', end.reason ?? '', end.message ?? '', now);
  } else if (end?.type === 'SuccessCriteriaMet') {
    if (isTrue(status.conditions ?? [], 'SuccessCriteriaMet') === undefined) {
      status.conditions = [...(status.conditions ?? []), end];
      flush = true;
    }
    final = conditionNow('Complete', 'True', end.reason ?? '', end.message ?? '', now);
  }
  const put = (code: string, args: Readonly<Record<string, string | number>>, about: readonly Pod[], first: boolean): Write => {
    const { resourceVersion: _, ...anyVersion } = job.metadata;
    return {
      // The second of one synchronisation follows the first, whose version is not known yet.
      request: { method: 'PUT', path: pathOfKey('Job', key, 'status'), body: { ...job, metadata: first ? job.metadata : anyVersion, status: serialised(status) } },
      because: why(code, args, about),
    };
  };
  const batches: (readonly Write[])[] = [];
  const firstStatus = flush ? [put(freed.length > 0 ? 'job.notes' : 'job.counts', { active, ready, succeeded: status.succeeded ?? 0, failed: status.failed ?? 0, pods: freed.length }, freed.length > 0 ? freed : newest(pods), true)] : [];
  // After a refusal the status goes first: upstream writes it in any case.
  batches.push(...(failedBefore ? [firstStatus, ...acts] : [...acts, firstStatus]));
  const reasonToFree = freed.length === 0 ? undefined : why('job.frees', { pods: freed.length, names: names(freed) }, freed);
  if (reasonToFree !== undefined) {
    batches.push(freed.map((pod) => ({ ...free(pod, reasonToFree), accept: [404] })));
    because ??= why('job.notes', { active, ready, succeeded: status.succeeded ?? 0, failed: status.failed ?? 0, pods: freed.length }, freed);
  }
  const left = new Set(tracked);
  for (const pod of freed) left.delete(pod.metadata.uid);
  let flushAgain = counted(left);
  const waiting = status.uncountedTerminatedPods ?? {};
  const finishes = final !== undefined && !full && (waiting.succeeded?.length ?? 0) + (waiting.failed?.length ?? 0) === 0 && terminating === 0;
  if (finishes) {
    status.conditions = ensured(status.conditions ?? [], final!);
    if (final!.type === 'Complete') status.completionTime = timestamp(now);
    flushAgain = true;
  }
  if (flushAgain) {
    const code = finishes ? (final!.type === 'Complete' ? 'job.completes' : 'job.failed') : 'job.counts';
    const done: EventNote | undefined = !finishes ? undefined : final!.type === 'Complete' ? event('Job completed', 'Completed') : event(final!.message ?? '', final!.reason ?? '', 'Warning');
    const write = put(code, { active, ready, succeeded: status.succeeded ?? 0, failed: status.failed ?? 0, reason: final?.reason ?? '' }, freed, !flush);
    batches.push([{ ...write, ...(done === undefined ? {} : { event: done }) }]);
    because ??= write.because;
  }
  return { batches: batches.filter((batch) => batch.length > 0), events, because: because ?? why('job.runs', { active, succeeded, failed }), record: flush ? record : known, againAfter };
}

const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';
const withIndexVariable = (container: Container): Container =>
  container.env?.some(({ name }) => name === INDEX_VARIABLE) === true ? container : { ...container, env: [...(container.env ?? []), { name: INDEX_VARIABLE, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } }] };

export const freePod = (pod: Pod, because: Reason): Write => ({
  request: { method: 'PATCH', path: pathOfKey('Pod', keyOf(pod)), contentType: STRATEGIC_MERGE_PATCH, body: { metadata: { '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] } } },
  because,
  accept: [404],
});

/** With restartPolicy OnFailure it is the containers that start again, and their restarts that count. */
function restartedTooOften(job: Job, pods: readonly Pod[], limit: number): boolean {
  if (job.spec.template.spec.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) if (status.phase === 'Running' || status.phase === 'Pending') for (const { restartCount } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) restarts += restartCount;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Which Pods go: of an index that several have all but the best, those without one or with one that is too high, and then the least worth. */
function forRemoval(job: Job, active: readonly Pod[], atLeast: number): readonly Pod[] {
  const going: Pod[] = [];
  let staying: readonly Pod[] = active;
  if (isIndexed(job)) {
    const best: Pod[] = [];
    const byIndex = new Map<number, Pod[]>();
    for (const pod of active) {
      const index = indexOf(pod);
      if (index === undefined || index >= (job.spec.completions ?? 0)) going.push(pod);
      else byIndex.set(index, [...(byIndex.get(index) ?? []), pod]);
    }
    for (const [, pods] of [...byIndex].sort(([a], [b]) => a - b)) {
      const sorted = [...pods].sort(byWorth);
      best.push(sorted.at(-1)!);
      going.push(...sorted.slice(0, -1));
    }
    staying = best;
  }
  if (going.length < atLeast) going.push(...[...staying].sort(byWorth).slice(0, atLeast - going.length));
  return going;
}

/** Of all the Pods, the one that changed last is what is new. */
function newest(pods: readonly Pod[]): readonly Pod[] {
  let last: Pod | undefined;
  for (const pod of pods) if (last === undefined || Number(pod.metadata.resourceVersion) > Number(last.metadata.resourceVersion)) last = pod;
  return last === undefined ? [] : [last];
}
