import { scheduleFault } from './cronSchedule.ts';
import { invalid, nonNegative, notSupported, required, type Errors } from './field.ts';
import { defaultFailurePolicy, jobSpecWarnings } from './jobs.ts';
import type { CronJobIn } from './jobShapes.ts';
import { validateJobSpecParts } from './jobValidation.ts';
import { validateMeta, validateMetaUpdate } from './meta.ts';
import { subdomainName } from './names.ts';
import { defaultPodTemplate } from './podDefaults.ts';
import { nameWarning } from './podWarnings.ts';
import { createdWithStatus, NO_ERRORS, settled, statusUpdated, strategyFor, updatedKeepingStatus } from './strategies.ts';
import { zoneFault } from './timeZones.ts';

/** CronJob (pkg/apis/batch, pkg/registry/batch/cronjob). The Job in its template has no defaults of its own: it gets them when it is made. */
type Spec = CronJobIn['spec'];

function validateTimeZone(errors: Errors, zone: string, field: string): void {
  if (zone === '') return invalid(errors, field, zone, 'timeZone must be nil or non-empty string');
  // Each part of the name is short and plain.
  if (zone.split('/').some((part) => part === '.' || part === '..' || part.startsWith('-') || !/^[A-Za-z.\-_0-9+]{1,14}$/.test(part))) return invalid(errors, field, zone, `unknown time zone ${zone}`);
  if (zone.toLowerCase() === 'local') invalid(errors, field, zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  const fault = zoneFault(zone);
  if (fault !== undefined) invalid(errors, field, zone, fault);
}

function validateSchedule(errors: Errors, spec: Spec, old: Spec | undefined): void {
  const schedule = spec.schedule ?? '';
  if (schedule === '') return required(errors, 'spec.schedule');
  const fault = scheduleFault(schedule, zoneFault);
  if (fault !== undefined) invalid(errors, 'spec.schedule', schedule, fault);
  if (!schedule.includes('TZ')) return;
  // A zone in the schedule is only kept where it was before there was a field for it.
  if (old?.schedule?.includes('TZ') !== true) invalid(errors, 'spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  else if (spec.timeZone !== undefined) invalid(errors, 'spec.schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule');
}

const POLICIES = ['Allow', 'Forbid', 'Replace'];

function validateSpec(errors: Errors, spec: Spec, old: Spec | undefined): void {
  validateSchedule(errors, spec, old);
  nonNegative(errors, 'spec.startingDeadlineSeconds', spec.startingDeadlineSeconds);
  if (spec.timeZone !== undefined && spec.timeZone !== old?.timeZone) validateTimeZone(errors, spec.timeZone, 'spec.timeZone');
  const policy = spec.concurrencyPolicy ?? '';
  if (policy === '') required(errors, 'spec.concurrencyPolicy');
  else if (!POLICIES.includes(policy)) notSupported(errors, 'spec.concurrencyPolicy', policy, POLICIES);
  const template = spec.jobTemplate.spec;
  validateJobSpecParts(errors, template, 'spec.jobTemplate.spec');
  if (template.selector !== undefined) invalid(errors, 'spec.jobTemplate.spec.selector', template.selector, '`selector` will be auto-generated');
  if (template.manualSelector === true) notSupported(errors, 'spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']);
  nonNegative(errors, 'spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit);
  nonNegative(errors, 'spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit);
}

/** The controller puts the minute behind the name, and a Job's name has 63 characters. */
const LONGEST_NAME = 52;

export const cronJob = strategyFor<CronJobIn>({
  default: (object) => {
    const { spec } = object;
    const job = spec.jobTemplate.spec;
    const policy = defaultFailurePolicy(job.podFailurePolicy);
    const next: Spec = {
      ...spec,
      concurrencyPolicy: spec.concurrencyPolicy || 'Allow',
      suspend: spec.suspend ?? false,
      jobTemplate: { ...spec.jobTemplate, spec: { ...job, ...(policy === undefined ? {} : { podFailurePolicy: policy }), template: defaultPodTemplate(job.template) } },
      successfulJobsHistoryLimit: spec.successfulJobsHistoryLimit ?? 3,
      failedJobsHistoryLimit: spec.failedJobsHistoryLimit ?? 1,
    };
    return { ...object, spec: settled('CronJobSpec', next) };
  },
  prepareForCreate: createdWithStatus('CronJob'),
  prepareForUpdate: updatedKeepingStatus,
  prepareForStatusUpdate: statusUpdated(false),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateSpec(errors, object.spec, undefined);
    const name = (object.metadata.name as string | undefined) ?? '';
    if (name.length > LONGEST_NAME) invalid(errors, 'metadata.name', name, `must be no more than ${LONGEST_NAME} characters`);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateSpec(errors, object.spec, old.spec);
    return errors;
  },
  validateStatusUpdate: () => NO_ERRORS,
  warnings: (object, old) => {
    const field = 'spec.jobTemplate.spec';
    if (old === undefined) return [...nameWarning(object.metadata.name), ...jobSpecWarnings(field, object.spec.jobTemplate.spec)];
    const zone = object.spec.schedule?.includes('TZ') === true
      ? ['cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details']
      : [];
    return [...(object.metadata.generation === old.metadata.generation ? [] : jobSpecWarnings(field, object.spec.jobTemplate.spec)), ...zone];
  },
});
