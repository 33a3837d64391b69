import type { Change } from '../api/change.ts';
import { pathOf, pathOfKey } from '../api/kinds.ts';
import { controllerOf, keyOf } from '../api/object.ts';
import type { ObjectReference } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { controllerReference, isControlledBy, objectReference, referenceTo } from '../api/references.ts';
import { isRefusal } from '../api/request.ts';
import type { Response } from '../api/request.ts';
import { EPOCH_MILLIS, MILLISECOND, SECOND, civil, parseTimestamp, timestamp } from '../api/time.ts';
import type { Micros } from '../api/time.ts';
import { UTC, offsetAt, timeZone } from '../api/timeZones.ts';
import type { CronJob, Job } from '../api/workloads.ts';
import { compareText } from '../api/tree.ts';
import type { Controller, Enqueue, EventNote, Plan, ReconcileContext, View, Write } from '../reconcile/controller.ts';
import { NEVER, next, parseSchedule } from './cronjob/schedule.ts';
import type { Schedule } from './cronjob/schedule.ts';

/**
 * Makes Jobs when they are due (pkg/controller/cronjob/cronjob_controllerv2.go, utils.go).
 *
 * | reason                  | it does so because                                                                   |
 * |-------------------------|--------------------------------------------------------------------------------------|
 * | cronjob.gone            | the CronJob does not exist any more: nothing to do                                   |
 * | cronjob.awaitsOwnWrites | its caches do not show yet what it wrote itself                                      |
 * | cronjob.beingDeleted    | the CronJob is being deleted: it makes no Jobs any more                              |
 * | cronjob.suspended       | it is suspended                                                                      |
 * | cronjob.unknownZone     | nobody knows its time zone                                                           |
 * | cronjob.cannotBeRead    | its schedule cannot be read                                                          |
 * | cronjob.never           | its schedule names a day that never comes                                            |
 * | cronjob.notDue          | the next time is still to come                                                       |
 * | cronjob.tooLate         | the time has passed by more than startingDeadlineSeconds                             |
 * | cronjob.alreadyDone     | the Job of this time was made already                                                |
 * | cronjob.forbidden       | it is due, but a Job still runs, and concurrencyPolicy is Forbid                     |
 * | cronjob.replaces        | it is due, a Job still runs, and concurrencyPolicy is Replace                        |
 * | cronjob.due             | it is due: a Job is made                                                             |
 * | cronjob.forgets         | there are more finished Jobs than its history limits allow                           |
 * | cronjob.notes           | its status does not say what has started or ended                                    |
 *
 * Simplified: where upstream reads a CronJob or a Job once more from the API server, its own caches answer, once they show what it wrote itself;
 * a Job that could not be deleted is tried again as a whole. Time zones: see api/timeZones.generated.ts.
 */
interface Memory {
  /** The Job that was made, until the status says so. */
  readonly made?: { readonly ref: ObjectReference; readonly at: number };
  /** A Job of that name was there already. */
  readonly exists?: { readonly name: string; readonly at: number };
}

/** Added to each time, in case clocks differ a little. */
const DELTA: Micros = 100 * MILLISECOND;
const EPOCH = EPOCH_MILLIS / 1000;
const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** Seconds since 1970, and back. */
const unix = (at: Micros): number => at / SECOND + EPOCH;
const micros = (seconds: number): Micros => Math.round((seconds - EPOCH) * SECOND);
const unixOf = (text: string | undefined): number | undefined => {
  const at = parseTimestamp(text);
  return at === undefined ? undefined : unix(at);
};

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const pad = (n: number): string => String(n).padStart(2, '0');
/** Go's time.RFC1123Z, in UTC. */
function rfc1123(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const [year, month, day] = civil(days);
  const rest = seconds - days * 86_400;
  return `${WEEKDAYS[((days % 7) + 7) % 7]}, ${pad(day)} ${MONTHS[month - 1]} ${year} ${pad(Math.floor(rest / 3600))}:${pad(Math.floor(rest / 60) % 60)}:${pad(rest % 60)} +0000`;
}
/** Go's time.RFC3339, as clocks show it in the CronJob's zone. */
function rfc3339(seconds: number, zone: string | undefined): string {
  const offset = offsetAt(timeZone(zone ?? '') ?? UTC, seconds);
  if ((zone ?? '') === '' || zone === 'UTC') return timestamp(micros(seconds));
  const local = timestamp(micros(seconds + offset)).slice(0, -1);
  const minutes = Math.abs(offset) / 60;
  return offset === 0 ? `${local}Z` : `${local}${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

interface Missed {
  readonly earliest: number;
  /** The latest time that has come. */
  readonly recent: number | undefined;
  readonly missed: 'none' | 'few' | 'many';
  readonly never?: true;
}
function mostRecent(cronJob: CronJob, now: number, schedule: Schedule, withDeadline: boolean): Missed {
  let earliest = unixOf(cronJob.status.lastScheduleTime) ?? unixOf(cronJob.metadata.creationTimestamp) ?? now;
  const deadline = cronJob.spec.startingDeadlineSeconds;
  if (withDeadline && deadline !== undefined) earliest = Math.max(earliest, now - deadline);
  const first = next(schedule, earliest);
  const second = next(schedule, first);
  if (now < first) return { earliest, recent: undefined, missed: 'none' };
  if (now < second) return { earliest, recent: first, missed: 'none' };
  const between = second - first;
  if (between < 1) return { earliest, recent: undefined, missed: 'none', never: true };
  const count = Math.floor((now - first) / between) + 1;
  let recent: number | undefined;
  for (let at = next(schedule, first + (count - 2) * between); at <= now && at !== NEVER; at = next(schedule, at)) recent = at;
  return { earliest, recent, missed: count > 100 ? 'many' : 'few' };
}
/** How long until it is due next. */
function untilNext(cronJob: CronJob, now: number, schedule: Schedule): Micros {
  const { earliest, recent, missed, never } = mostRecent(cronJob, now, schedule, false);
  const from = never === true ? now : (recent ?? (missed === 'none' ? earliest : now));
  return Math.max(0, Math.round((next(schedule, from) - now) * SECOND) + DELTA);
}

const lineOf = (cronJob: CronJob): string => {
  const { schedule, timeZone: zone } = cronJob.spec;
  return schedule.includes('TZ') || zone === undefined || timeZone(zone) === undefined ? schedule : `TZ=${zone} ${schedule}`;
};

const ended = (job: Job): 'Complete' | 'Failed' | undefined => job.status.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')?.type as 'Complete' | 'Failed' | undefined;
const byStart = (a: Job, b: Job): number => {
  const left = a.status.startTime;
  const right = b.status.startTime;
  if ((left === undefined) !== (right === undefined)) return left === undefined ? 1 : -1;
  return compareText(left ?? '', right ?? '') || compareText(a.metadata.name, b.metadata.name);
};

type Status = { -readonly [F in keyof CronJob['status']]: CronJob['status'][F] };
type Active = NonNullable<CronJob['status']['active']>;

function reconcile(key: string, view: View, memory: Memory | undefined, context: ReconcileContext): Plan<Memory> {
  const cronJob = view.get('CronJob', key);
  if (cronJob === undefined) return { batches: [], memory: null, because: { code: 'cronjob.gone', args: { cronJob: key } } };
  const { name, namespace } = cronJob.metadata;
  const refs = [referenceTo(cronJob)];
  const say = (code: string, args: Readonly<Record<string, string | number>> = {}, about: readonly Job[] = []): Reason => ({ code, args: { cronJob: name, ...args }, refs: [...refs, ...about.map(referenceTo)] });
  const now = unix(view.now);
  const status: Status = { ...cronJob.status };
  let active: Active = cronJob.status.active ?? [];
  let changed = false;
  const events: EventNote[] = [];
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string): void => void events.push(event(cronJob, type, reason, message));
  const drop = (uid: string | undefined): void => void (active = active.filter((each) => each.uid !== uid));
  const write = (): Write => ({
    request: { method: 'PUT', path: pathOfKey('CronJob', key, 'status'), body: { ...cronJob, status: { ...(active.length === 0 ? {} : { active }), ...(status.lastScheduleTime === undefined ? {} : { lastScheduleTime: status.lastScheduleTime }), ...(status.lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime: status.lastSuccessfulTime }) } } },
    because: say('cronjob.notes', { active: active.length }),
  });
  const schedule = parseSchedule(lineOf(cronJob));

  // The Job of this round is made: the status follows.
  const exists = memory?.exists;
  const there = exists === undefined ? undefined : view.get('Job', `${namespace}/${exists.name}`);
  const found = there !== undefined && isControlledBy(there, cronJob) && !active.some(({ uid }) => uid === there.metadata.uid) ? { ref: objectReference(there), at: exists!.at } : undefined;
  const made = memory?.made ?? found;
  if (made !== undefined && schedule !== undefined) {
    status.lastScheduleTime = timestamp(micros(made.at));
    active = [...active.filter(({ uid, name: job }) => uid !== made.ref.uid && (view.get('Job', `${namespace}/${job}`) !== undefined || cronJob.spec.concurrencyPolicy !== 'Replace')), made.ref];
    if (cronJob.spec.concurrencyPolicy === 'Replace') active = active.filter(({ uid }) => uid === made.ref.uid);
    const after: CronJob = { ...cronJob, status: { ...status, active } };
    return { batches: [[write()]], because: say('cronjob.notes', { active: active.length }), memory: memory?.made === undefined ? { made } : memory, requeueAfterMicros: untilNext(after, now, schedule) };
  }
  if (!context.settled) return { batches: [], because: say('cronjob.awaitsOwnWrites'), retry: true };

  const jobs = view.list('Job', { index: 'namespace', value: namespace ?? '' }).filter((job) => controllerOf(job)?.name === name);
  const deletion = (job: Job, reason: Reason): Write => ({
    request: { method: 'DELETE', path: pathOfKey('Job', keyOf(job)), body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' } },
    because: reason,
    accept: [404],
    event: event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`),
    failureEvent: event(cronJob, 'Warning', 'FailedDelete', 'Deleted job: {error}'),
  });

  // ---- finished Jobs beyond the limits, the oldest first

  const cleans: Write[] = [];
  const limits: readonly (readonly [condition: string, limit: number | undefined])[] = [['Complete', cronJob.spec.successfulJobsHistoryLimit], ['Failed', cronJob.spec.failedJobsHistoryLimit]];
  for (const [condition, limit] of limits) {
    if (limit === undefined) continue;
    const finished = jobs.filter((job) => ended(job) === condition).sort(byStart);
    for (const job of finished.slice(0, Math.max(0, finished.length - limit))) {
      cleans.push(deletion(job, say('cronjob.forgets', { job: job.metadata.name, limit }, [job])));
      drop(job.metadata.uid);
      changed = true;
    }
  }

  // ---- what has started and ended

  for (const job of jobs) {
    const { uid } = job.metadata;
    const known = active.some((each) => each.uid === uid);
    const condition = ended(job);
    if (condition === undefined) {
      if (!known) tell('Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${job.metadata.name}`);
      continue;
    }
    if (known) {
      drop(uid);
      tell('Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${condition}`);
      changed = true;
    }
    const { completionTime } = job.status;
    if (condition === 'Complete' && completionTime !== undefined && (status.lastSuccessfulTime === undefined || completionTime > status.lastSuccessfulTime)) {
      status.lastSuccessfulTime = completionTime;
      changed = true;
    }
  }
  const children = new Set(jobs.map((job) => job.metadata.uid));
  for (const { uid, name: job } of active) {
    if (uid !== undefined && children.has(uid)) continue;
    tell('Normal', 'MissingJob', `Active job went missing: ${job}`);
    drop(uid);
    changed = true;
  }

  const plan = (because: Reason, requeueAfterMicros?: Micros, first: readonly (readonly Write[])[] = [], keep: Memory | null = null, failed = false): Plan<Memory> => ({
    batches: [...cleans.map((each) => [each]), ...first, ...(changed && !failed ? [[write()]] : [])],
    because: cleans[0]?.because ?? because,
    memory: keep,
    ...(events.length === 0 ? {} : { events }),
    ...(requeueAfterMicros === undefined ? {} : { requeueAfterMicros }),
  });

  // ---- is it due?

  const { spec } = cronJob;
  if (cronJob.metadata.deletionTimestamp !== undefined) return plan(say('cronjob.beingDeleted'));
  if (spec.timeZone !== undefined && timeZone(spec.timeZone) === undefined) {
    tell('Warning', 'UnknownTimeZone', `invalid timeZone: "${spec.timeZone}": unknown time zone ${spec.timeZone}`);
    return plan(say('cronjob.unknownZone', { zone: spec.timeZone }));
  }
  if (spec.suspend === true) return plan(say('cronjob.suspended'));
  if (spec.schedule.includes('TZ')) tell('Warning', 'UnsupportedSchedule', `CRON_TZ or TZ used in schedule "${spec.schedule}" is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`);
  if (schedule === undefined) {
    tell('Warning', 'UnparseableSchedule', `unparseable schedule: "${spec.schedule}"`);
    return plan(say('cronjob.cannotBeRead', { schedule: spec.schedule }));
  }
  const { recent, missed, never } = mostRecent(cronJob, now, schedule, true);
  if (never === true) {
    tell('Warning', 'InvalidSchedule', `invalid schedule: ${spec.schedule} : time difference between two schedules is less than 1 second`);
    return plan(say('cronjob.never', { schedule: spec.schedule }));
  }
  const later = (): Micros => untilNext({ ...cronJob, status: { ...status, active } }, now, schedule);
  if (recent === undefined || recent > now) {
    const wait = later();
    return plan(say('cronjob.notDue', { seconds: Math.round(wait / SECOND), schedule: spec.schedule }), wait);
  }
  if (missed === 'many') tell('Warning', 'TooManyMissedTimes', 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew');
  if (spec.startingDeadlineSeconds !== undefined && recent + spec.startingDeadlineSeconds < now) {
    tell('Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123(recent)}`);
    return plan(say('cronjob.tooLate', { seconds: spec.startingDeadlineSeconds }), later());
  }
  const jobName = `${name}-${Math.floor(recent / 60)}`;
  if (active.some((each) => each.name === jobName) || unixOf(status.lastScheduleTime) === recent) return plan(say('cronjob.alreadyDone', { job: jobName }), later());
  const running = active.flatMap(({ name: job }) => view.get('Job', `${namespace}/${job}`) ?? []);
  if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
    tell('Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid');
    return plan(say('cronjob.forbidden', { active: active.length }, running), later());
  }
  const first: (readonly Write[])[] = [];
  if (spec.concurrencyPolicy === 'Replace') for (const job of running) first.push([deletion(job, say('cronjob.replaces', { job: job.metadata.name }, [job]))]);
  const because = say('cronjob.due', { job: jobName, schedule: spec.schedule });
  const { labels, annotations } = spec.jobTemplate.metadata ?? {};
  const doomed = view.get('Namespace', namespace ?? '')?.metadata.deletionTimestamp !== undefined;
  first.push([{
    request: {
      method: 'POST',
      path: pathOf('Job', namespace),
      body: {
        kind: 'Job',
        apiVersion: 'batch/v1',
        metadata: {
          name: jobName,
          ...(labels === undefined ? {} : { labels }),
          annotations: { ...annotations, [SCHEDULED]: rfc3339(recent, spec.timeZone) },
          ownerReferences: [controllerReference(cronJob)],
        },
        spec: spec.jobTemplate.spec,
      },
    },
    because,
    accept: [409],
    event: event(cronJob, 'Normal', 'SuccessfulCreate', 'Created job {name}'),
    ...(doomed ? {} : { failureEvent: event(cronJob, 'Warning', 'FailedCreate', 'Error creating job: {error}') }),
  }]);
  // The status is written once the Job's uid is known: at once, in a round of its own.
  return plan(because, 0, first, null, true);
}

/** Remembers the Job that was made, until the status names it. */
function answered(_key: string, { request }: Write, response: Response, memory: Memory | undefined): Memory | undefined {
  if (request.method === 'POST') {
    const asked = request.body as Job;
    const at = unixOf(asked.metadata.annotations?.[SCHEDULED]) ?? 0;
    if (isRefusal(response)) return response.code === 409 ? { exists: { name: asked.metadata.name, at } } : undefined;
    if (response.code === 0) return undefined;
    return { made: { ref: objectReference(response.body as Job), at } };
  }
  if (request.method === 'PUT' && !isRefusal(response) && response.code !== 0) return undefined;
  return memory;
}

const event = (cronJob: CronJob, type: 'Normal' | 'Warning', reason: string, message: string): EventNote => ({ regarding: objectReference(cronJob), type, reason, message });

function ofCronJob(cronJob: CronJob, view: View, change: Change): readonly Enqueue[] {
  const before = change.before as CronJob | undefined;
  if (cronJob !== change.after && change.after !== undefined) return [];
  const key = keyOf(cronJob);
  if (before === undefined || change.after === undefined || (before.spec.schedule === cronJob.spec.schedule && before.spec.timeZone === cronJob.spec.timeZone)) return [key];
  const schedule = parseSchedule(lineOf(cronJob));
  return schedule === undefined ? [] : [{ key, afterMicros: untilNext(cronJob, unix(view.now), schedule) }];
}

function ofJob(job: Job, view: View): readonly Enqueue[] {
  const owner = controllerOf(job);
  const key = `${job.metadata.namespace}/${owner?.name}`;
  return owner?.kind === 'CronJob' && view.get('CronJob', key)?.metadata.uid === owner.uid ? [key] : [];
}

export const cronJobController: Controller<Memory> = {
  name: 'cronjob-controller',
  sleepsUntil: ['CronJob'],
  workers: 5,
  watches: { CronJob: ofCronJob, Job: ofJob },
  reads: ['Namespace'],
  reconcile,
  answered,
};
