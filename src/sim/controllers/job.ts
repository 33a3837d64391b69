import type { Change } from '../api/change.ts';
import { claim } from '../api/claiming.ts';
import { semanticallyEqual } from '../api/equal.ts';
import { pathOfKey } from '../api/kinds.ts';
import { controllerOf, keyOf } from '../api/object.ts';
import type { LabelSelector, Pod } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { adoptPatch, objectReference, referenceTo, releasePatch } from '../api/references.ts';
import { STRATEGIC_MERGE_PATCH, isRefusal } from '../api/request.ts';
import type { Response, Status } from '../api/request.ts';
import { selects } from '../api/selector.ts';
import { MINUTE, SECOND, parseTimestamp } from '../api/time.ts';
import type { Micros } from '../api/time.ts';
import type { Job } from '../api/workloads.ts';
import type { Controller, Enqueue, Plan, ReconcileContext, View, Write } from '../reconcile/controller.ts';
import { NO_FAILURES } from './job/backOff.ts';
import type { FailureRecord } from './job/backOff.ts';
import { TRACKING_FINALIZER, isFinished, isTracked } from './job/pods.ts';
import { freePod, syncJob } from './job/sync.ts';

/**
 * Runs Pods to their end (pkg/controller/job).
 *
 * | reason               | it does so because                                                                            |
 * |----------------------|-----------------------------------------------------------------------------------------------|
 * | job.gone             | the Job does not exist any more: nothing to do                                                |
 * | job.managedElsewhere | spec.managedBy names another controller                                                       |
 * | job.awaitsOwnWrites  | its caches do not show yet what it wrote itself                                               |
 * | job.finished         | the Job is complete or has failed: nothing is done any more                                   |
 * | job.unknownMode      | it does not know the completion mode                                                          |
 * | job.adopts           | a Pod without a controller has labels that the selector selects                               |
 * | job.releases         | a Pod of its own has no longer such labels                                                    |
 * | job.tooFew           | fewer Pods run than may, and there is more to complete                                        |
 * | job.replaces         | the same, after failures                                                                      |
 * | job.tooMany          | more Pods run than may                                                                        |
 * | job.awaitsBackOff    | a Pod failed: its successor has to wait                                                       |
 * | job.suspended        | the Job is suspended: its Pods are deleted                                                    |
 * | job.fails            | a limit or a policy says that the Job has failed: its Pods are deleted                        |
 * | job.stopsTheRest     | the Job has succeeded by its policy: its other Pods are deleted                               |
 * | job.notes            | Pods have ended: the status notes them before they are let go                                 |
 * | job.frees            | Pods have been noted: their finalizer comes off                                               |
 * | job.freesOrphan      | a Pod has the finalizer of a Job that is gone or finished                                     |
 * | job.counts           | the status does not say what its Pods are                                                     |
 * | job.completes        | as many Pods have succeeded as should                                                         |
 * | job.failed           | all that ran has ended, and the Job has failed                                                |
 * | job.runs             | everything is under way                                                                       |
 *
 * Simplified: what upstream does after a refused write within one synchronisation (the status) is done before the next try; the second status of one
 * synchronisation is written without a version, where upstream has the version of the first; before it adopts, upstream reads the Job once
 * more from the API server; Workloads and PodGroups (alpha in 1.36) are left out.
 */
interface Memory {
  readonly record: FailureRecord;
  /** Counts when the status that notes the failures is written. */
  readonly next?: FailureRecord;
  /** Pods were refused because the namespace is being deleted: upstream takes them for created and expects to see them, until it gives up on that. */
  readonly expectsUntil?: Micros;
}

/** Changes of Pods and of the status are handled together, a second later. */
const BATCH: Micros = SECOND;
/** How long upstream expects to see what it created (ExpectationsTimeout). */
const EXPECTATIONS_TIMEOUT: Micros = 5 * MINUTE;
const OWN = 'kubernetes.io/job-controller';

const managedElsewhere = (job: Job): boolean => job.spec.managedBy !== undefined && job.spec.managedBy !== OWN;

/** Keys beside those of Jobs: Pods that may have to be freed of their finalizer, one or all that a selector selects. */
const ORPHAN = 'pod ';
const ORPHANS = 'pods ';

function resolve(pod: Pod, view: View): Job | undefined {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'Job') return undefined;
  const job = view.get('Job', `${pod.metadata.namespace}/${owner.name}`);
  return job?.metadata.uid === owner.uid ? job : undefined;
}

function freeOrphans(key: string, view: View): Plan<Memory> {
  let pods: readonly Pod[];
  if (key.startsWith(ORPHANS)) {
    const [, namespace, ...rest] = key.split(' ');
    const selector = JSON.parse(rest.join(' ')) as LabelSelector;
    pods = view.list('Pod', { index: 'namespace', value: namespace ?? '' }).filter((pod) => selects(selector, pod.metadata.labels));
  } else {
    const pod = view.get('Pod', key.slice(ORPHAN.length));
    pods = pod === undefined ? [] : [pod];
  }
  const free = pods.filter((pod) => {
    if (!isTracked(pod)) return false;
    const owner = controllerOf(pod);
    if (owner === undefined) return true;
    if (owner.kind !== 'Job' || owner.apiVersion !== 'batch/v1') return false;
    const job = resolve(pod, view);
    return job === undefined || (!managedElsewhere(job) && isFinished(job));
  });
  const because = (pod: Pod): Reason => ({ code: 'job.freesOrphan', args: { pod: pod.metadata.name }, refs: [referenceTo(pod)] });
  return { batches: free.map((pod) => [freePod(pod, because(pod))]), because: free[0] === undefined ? { code: 'job.freesOrphan', args: { pod: '' } } : because(free[0]) };
}

function reconcile(key: string, view: View, memory: Memory | undefined, context: ReconcileContext): Plan<Memory> {
  if (key.startsWith(ORPHAN) || key.startsWith(ORPHANS)) return freeOrphans(key, view);
  const job = view.get('Job', key);
  if (job === undefined) return { batches: [], memory: null, because: { code: 'job.gone', args: { job: key } } };
  const refs = [referenceTo(job)];
  const say = (code: string): Reason => ({ code, args: { job: job.metadata.name }, refs });
  if (!context.settled) return { batches: [], because: say('job.awaitsOwnWrites'), retry: true };
  if (managedElsewhere(job)) return { batches: [], because: { ...say('job.managedElsewhere'), args: { job: job.metadata.name, manager: job.spec.managedBy ?? '' } } };
  if (isFinished(job)) return { batches: [], memory: null, because: say('job.finished') };
  const { completionMode } = job.spec;
  if (completionMode !== undefined && completionMode !== 'NonIndexed' && completionMode !== 'Indexed')
    return { batches: [], because: say('job.unknownMode'), events: [{ regarding: objectReference(job), type: 'Warning', reason: 'UnknownCompletionMode', message: 'Skipped Job sync because completion mode is unknown' }] };

  const { own, adopts, releases } = claim(job, job.spec.selector, [...view.list('Pod', { index: 'controller', value: job.metadata.uid }), ...view.list('Pod', { index: 'controller', value: '' })]);
  const patch = (pod: Pod, body: unknown, code: string): Write => ({
    request: { method: 'PATCH', path: pathOfKey('Pod', keyOf(pod)), contentType: STRATEGIC_MERGE_PATCH, body },
    because: { code, args: { job: job.metadata.name, pod: pod.metadata.name }, refs: [...refs, referenceTo(pod)] },
    accept: [404, 422],
  });
  const adopted = (pod: Pod): unknown => {
    const { metadata } = adoptPatch(job, pod.metadata.uid) as { readonly metadata: object };
    return { metadata: { ...metadata, finalizers: [TRACKING_FINALIZER] } };
  };
  const released = (pod: Pod): unknown => {
    const { metadata } = releasePatch(job, pod.metadata.uid) as { readonly metadata: object };
    return { metadata: { ...metadata, '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] } };
  };
  const pods = own.map((pod) => (adopts.includes(pod) && !isTracked(pod) ? { ...pod, metadata: { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER] } } : pod));
  const record = memory?.record ?? NO_FAILURES;
  const doomed = view.get('Namespace', job.metadata.namespace ?? '')?.metadata.deletionTimestamp !== undefined;
  const expects = (memory?.expectsUntil ?? 0) > view.now;
  const synced = syncJob(job, pods, record, view.now, doomed, context.failures > 0, expects);
  return {
    batches: [...releases.map((pod) => [patch(pod, released(pod), 'job.releases')]), ...adopts.map((pod) => [patch(pod, adopted(pod), 'job.adopts')]), ...synced.batches],
    because: synced.because,
    memory: { record, ...(synced.record === record ? {} : { next: synced.record }), ...(expects ? { expectsUntil: memory!.expectsUntil! } : {}) },
    ...(synced.events.length === 0 ? {} : { events: synced.events }),
    ...(synced.againAfter === undefined ? {} : { requeueAfterMicros: synced.againAfter }),
  };
}

const isNamespaceTerminating = (status: Status): boolean => status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;

/** The failures count once the status that notes them is written. */
function answered(_key: string, write: Write, response: Response, memory: Memory | undefined, view: View): Memory | undefined {
  if (write.request.method === 'POST' && isRefusal(response) && isNamespaceTerminating(response.body)) return { record: NO_FAILURES, ...memory, expectsUntil: view.now + EXPECTATIONS_TIMEOUT };
  if (memory?.next === undefined || write.request.method !== 'PUT' || isRefusal(response) || response.code === 0) return memory;
  const { next: record, ...rest } = memory;
  return { ...rest, record };
}

const ownedByOther = (pod: Pod | undefined): boolean => {
  if (pod === undefined) return true;
  const owner = controllerOf(pod);
  return owner !== undefined && owner.kind !== 'Job';
};
function ignores(change: Change): boolean {
  if (change.kind !== 'Pod') return false;
  const before = change.before as Pod | undefined;
  const after = change.after as Pod | undefined;
  if (ownedByOther(before) && ownedByOther(after)) return true;
  // A Pod without an owner is news when it is new or has other labels.
  const orphan = (pod: Pod | undefined): boolean => pod === undefined || (controllerOf(pod) === undefined && !isTracked(pod));
  return before !== undefined && orphan(before) && orphan(after) && (after === undefined || semanticallyEqual(before.metadata.labels, after.metadata.labels));
}

const batched = (key: string): Enqueue => ({ key, afterMicros: BATCH });
const orphanKey = (pod: Pod): Enqueue => `${ORPHAN}${keyOf(pod)}`;

function ofPod(pod: Pod, view: View, change: Change): readonly Enqueue[] {
  const before = change.before as Pod | undefined;
  const after = change.after as Pod | undefined;
  if (pod !== after && after !== undefined) {
    // The state before only counts where it had another owner.
    if (before === undefined || after.metadata.deletionTimestamp !== undefined || controllerOf(before)?.uid === controllerOf(after)?.uid) return [];
    const job = resolve(before, view);
    return job === undefined ? [] : [batched(keyOf(job))];
  }
  const owner = controllerOf(pod);
  if (after === undefined || pod.metadata.deletionTimestamp !== undefined) {
    const job = owner === undefined ? undefined : resolve(pod, view);
    if (owner === undefined || job === undefined || isFinished(job)) return isTracked(pod) && (owner === undefined || owner.kind === 'Job') && after !== undefined ? [orphanKey(pod)] : [];
    return [batched(keyOf(job))];
  }
  if (owner !== undefined) {
    const job = resolve(pod, view);
    return job === undefined ? [] : [batched(keyOf(job))];
  }
  const keys: Enqueue[] = isTracked(pod) ? [orphanKey(pod)] : [];
  if (before !== undefined && semanticallyEqual(before.metadata.labels, pod.metadata.labels) && controllerOf(before) === undefined) return keys;
  if (pod.metadata.labels === undefined) return keys;
  for (const job of view.list('Job', { index: 'namespace', value: pod.metadata.namespace ?? '' })) if (!semanticallyEqual(job.spec.selector, {}) && selects(job.spec.selector, pod.metadata.labels)) keys.push(batched(keyOf(job)));
  return keys;
}

function ofJob(job: Job, view: View, change: Change): readonly Enqueue[] {
  const before = change.before as Job | undefined;
  const after = change.after as Job | undefined;
  const key = keyOf(job);
  const all = `${ORPHANS}${job.metadata.namespace} ${JSON.stringify(job.spec.selector ?? null)}`;
  if (after === undefined) return [key, all];
  if (job !== after) return [];
  if (before === undefined) return [key];
  if (isFinished(job)) return [all];
  const keys: Enqueue[] = [before.metadata.generation === job.metadata.generation ? batched(key) : key];
  const { activeDeadlineSeconds } = job.spec;
  const started = parseTimestamp(job.status.startTime);
  if (started !== undefined && activeDeadlineSeconds !== undefined && activeDeadlineSeconds !== before.spec.activeDeadlineSeconds) keys.push({ key, afterMicros: Math.max(0, started + activeDeadlineSeconds * SECOND - view.now) });
  return keys;
}

export const jobController: Controller<Memory> = {
  name: 'job-controller',
  sleepsUntil: ['Job'],
  workers: 5,
  backOff: { firstMicros: SECOND, lastMicros: MINUTE },
  watches: { Job: ofJob, Pod: ofPod },
  reads: ['Namespace'],
  ignores,
  reconcile,
  answered,
};
