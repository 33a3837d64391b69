import type { LabelSelector, StringMap } from '../../api/object.ts';
import { selects } from '../../api/selector.ts';
import { invalid, required, type Errors } from './field.ts';
import { goPodSpec } from './goDiff.ts';
import { isIndexed, type JobIn, type JobSpecIn } from './jobShapes.ts';
import { validateJobStatus } from './jobStatus.ts';
import { goFailurePolicy, goSuccessPolicy, validateJobSpecParts } from './jobValidation.ts';
import { same, selectorReadable, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta.ts';
import { dns1123Label, subdomainName } from './names.ts';
import { defaultPodTemplate, mapSame } from './podDefaults.ts';
import type { ContainerIn, PodSpecIn, PodTemplateIn } from './podShapes.ts';
import { nameWarning, podTemplateWarnings } from './podWarnings.ts';
import { createdWithStatus, settled, statusUpdated, strategyFor, updatedKeepingStatus } from './strategies.ts';

/** Job (pkg/apis/batch, pkg/registry/batch/job). */

/** The only default inside a policy: a pattern asks for conditions that are true. */
export function defaultFailurePolicy(policy: JobSpecIn['podFailurePolicy']): JobSpecIn['podFailurePolicy'] {
  const rules = mapSame(policy?.rules ?? undefined, (rule) => {
    const conditions = mapSame(rule.onPodConditions ?? undefined, (one) => ((one.status ?? '') === '' ? { ...one, status: 'True' } : one));
    return conditions === undefined || conditions === rule.onPodConditions ? rule : { ...rule, onPodConditions: conditions };
  });
  return rules === undefined || rules === policy?.rules ? policy : { ...policy, rules };
}

const hasLabels = (labels: StringMap | undefined): labels is StringMap => labels !== undefined && Object.keys(labels).length > 0;
/** A Job without labels has its template's. */
function withTemplateLabels(job: JobIn): JobIn {
  const labels = job.spec.template.metadata?.labels;
  return hasLabels(labels) && !hasLabels(job.metadata.labels) ? { ...job, metadata: { ...job.metadata, labels } } : job;
}

/**
 * The default is set on reading, too, so what was generated for a template without labels counts. And where the default took the template's labels
 * they are, upstream, one map with them: what is generated is in both, unless the name was generated, for then the Job was copied before.
 */
function withGeneratedLabels(job: JobIn, given: JobIn): JobIn {
  const labels = given.metadata.labels;
  const isOneMap = labels !== undefined && labels === given.spec.template.metadata?.labels && !hasGeneratedName(given);
  return isOneMap ? { ...job, metadata: { ...job.metadata, labels: { ...job.spec.template.metadata?.labels } } } : withTemplateLabels(job);
}
/** Were the Job's labels taken from its template when it was about to be stored? Then it had none when it was looked at. */
const readFromTemplate = (job: JobIn): boolean => job.metadata.labels !== undefined && job.metadata.labels === job.spec.template.metadata?.labels;

const RANDOM_LENGTH = 5;
const hasGeneratedName = ({ metadata: { name, generateName = '' } }: JobIn): boolean => generateName !== '' && name.length === Math.min(generateName.length, 63 - RANDOM_LENGTH) + RANDOM_LENGTH && name.startsWith(generateName.slice(0, 63 - RANDOM_LENGTH));

const UID_LABELS = ['controller-uid', 'batch.kubernetes.io/controller-uid'];
const NAME_LABELS = ['job-name', 'batch.kubernetes.io/job-name'];

/** A Job that nobody named is refused, but looked at first. */
const nameOf = (job: JobIn): string => (job.metadata.name as string | undefined) ?? '';

/** Selector and labels by which a Job knows its Pods. What somebody wrote himself stays, and is refused where it is in the way. */
function withGeneratedSelector(job: JobIn): JobIn {
  if (job.spec.manualSelector === true) return job;
  const { uid } = job.metadata;
  const name = nameOf(job);
  const generated: Record<string, string> = {};
  for (const label of UID_LABELS) generated[label] = uid;
  for (const label of NAME_LABELS) generated[label] = name;
  const { template, selector } = job.spec;
  const matchLabels = { 'batch.kubernetes.io/controller-uid': uid, ...selector?.matchLabels };
  const spec: JobSpecIn = {
    ...job.spec,
    selector: { ...selector, matchLabels } as LabelSelector,
    template: { ...template, metadata: { ...template.metadata, labels: { ...generated, ...template.metadata?.labels } } },
  };
  return { ...job, spec: settled('JobSpec', spec) };
}

function validateGenerated(errors: Errors, job: JobIn, prefixedToo: boolean): void {
  const { spec, metadata } = job;
  if (spec.manualSelector === true || spec.selector === undefined) return;
  const labels = spec.template.metadata?.labels;
  const expected: Record<string, string> = {};
  for (const [names, value] of [[UID_LABELS, metadata.uid], [NAME_LABELS, nameOf(job)]] as const) for (const label of names) if (prefixedToo || !label.includes('/')) expected[label] = value;
  for (const label of ['controller-uid', 'job-name', ...(prefixedToo ? ['batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'] : [])]) {
    const at = `spec.template.metadata.labels[${label}]`;
    const has = labels?.[label];
    if (has === undefined) required(errors, at, `must be '${expected[label]}'`);
    else if (has !== expected[label]) invalid(errors, at, labels, `must be '${expected[label]}'`);
  }
  if (selectorReadable(spec.selector) && !selects(spec.selector, expected)) invalid(errors, 'spec.selector', spec.selector, '`selector` not auto-generated');
}

function validateSpec(errors: Errors, spec: JobSpecIn): void {
  validateJobSpecParts(errors, spec, 'spec');
  const { selector } = spec;
  if (selector === undefined) required(errors, 'spec.selector');
  else validateLabelSelector(errors, selector, 'spec.selector');
  const labels = spec.template.metadata?.labels;
  if (selector === undefined || (selectorReadable(selector) && !selects(selector, labels ?? {}))) invalid(errors, 'spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`');
}

function validateJob(errors: Errors, job: JobIn, prefixedToo: boolean): void {
  const { labels: _labels, ...unlabelled } = job.metadata;
  validateMeta(errors, readFromTemplate(job) ? unlabelled : job.metadata, true, subdomainName);
  validateGenerated(errors, job, prefixedToo);
  validateSpec(errors, job.spec);
  const completions = job.spec.completions ?? 0;
  if (!isIndexed(job.spec) || completions <= 0) return;
  const last = `${nameOf(job)}-${completions - 1}`;
  if (dns1123Label(last).length > 0) invalid(errors, 'metadata.name', nameOf(job), `will not able to create pod with invalid DNS label: ${last}`);
}

/** The internal Go value of a template, as its JSON reads: metadata stands among the fields. */
const goTemplate = (template: PodTemplateIn): unknown => ({ ...template.metadata, Spec: goPodSpec(template.spec) });

const isSuspended = (job: JobIn): boolean => job.spec.suspend === true;
/** Suspended, and nothing of it runs (any more). */
const isAtRest = (job: JobIn): boolean =>
  isSuspended(job) && (job.status?.startTime === undefined || job.status.conditions?.some((one) => one.type === 'Suspended' && one.status === 'True') === true) && (job.status?.active ?? 0) === 0;

/** The old template with what the new one may change while the Job is at rest: where its Pods may go. */
function withDirectives(old: PodTemplateIn, now: PodTemplateIn): PodTemplateIn {
  const { nodeSelector: _n, tolerations: _t, schedulingGates: _g, affinity: before, ...rest } = old.spec;
  const after = now.spec.affinity;
  const { nodeAffinity: _old, ...others } = before ?? {};
  const affinity = after === undefined ? (Object.keys(others).length === 0 ? undefined : { ...others }) : { ...others, ...(after.nodeAffinity === undefined ? {} : { nodeAffinity: after.nodeAffinity }) };
  const { nodeSelector, tolerations, schedulingGates } = now.spec;
  const { labels: _l, annotations: _a, ...meta } = old.metadata ?? {};
  const spec = {
    ...rest, ...(affinity === undefined ? {} : { affinity }), ...(nodeSelector === undefined ? {} : { nodeSelector }), ...(tolerations === undefined ? {} : { tolerations }), ...(schedulingGates === undefined ? {} : { schedulingGates }),
  } as PodSpecIn;
  const { labels, annotations } = now.metadata ?? {};
  return { metadata: { ...meta, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) }, spec };
}
/** The old containers with the resources of the new ones of the same name. */
function withResources(old: readonly ContainerIn[] | null | undefined, now: readonly ContainerIn[] | null | undefined): readonly ContainerIn[] | null | undefined {
  if (old?.length !== now?.length) return old;
  return old?.map((container, i) => {
    const other = now?.[i];
    if (other?.name !== container.name) return container;
    const { resources: _old, ...rest } = container;
    return (other?.resources === undefined ? rest : { ...rest, resources: other.resources }) as ContainerIn;
  });
}

function validateTemplateUpdate(errors: Errors, job: JobIn, old: JobIn): void {
  const atRest = isAtRest(old);
  const { template } = job.spec;
  const before = atRest ? withDirectives(old.spec.template, template) : old.spec.template;
  if (!atRest) {
    if (!same(template, before)) invalid(errors, 'spec.template', goTemplate(template), 'field is immutable');
    return;
  }
  const { containers, initContainers } = before.spec;
  const allowed = { ...before.spec, containers: withResources(containers, template.spec.containers) ?? null, ...(initContainers === undefined ? {} : { initContainers: withResources(initContainers, template.spec.initContainers) }) };
  if (!same(template.spec, allowed)) invalid(errors, 'spec.template.spec', goPodSpec(template.spec), 'field is immutable');
}

function validateSpecUpdate(errors: Errors, job: JobIn, old: JobIn): void {
  const { spec } = job;
  const was = old.spec;
  validateSpec(errors, spec);
  if (!isIndexed(spec)) {
    if (spec.completions !== was.completions) invalid(errors, 'spec.completions', spec.completions ?? null, 'field is immutable');
  } else if (spec.completions !== was.completions && spec.completions !== undefined && spec.completions !== spec.parallelism) invalid(errors, 'spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism');
  const kept = (field: string, now: unknown, before: unknown, shown: unknown): void => {
    if (!same(now, before)) invalid(errors, field, shown ?? null, 'field is immutable');
  };
  kept('spec.selector', spec.selector, was.selector, spec.selector);
  validateTemplateUpdate(errors, job, old);
  kept('spec.completionMode', spec.completionMode, was.completionMode, spec.completionMode);
  kept('spec.podFailurePolicy', spec.podFailurePolicy, was.podFailurePolicy, goFailurePolicy(spec.podFailurePolicy));
  kept('spec.backoffLimitPerIndex', spec.backoffLimitPerIndex, was.backoffLimitPerIndex, spec.backoffLimitPerIndex);
  kept('spec.managedBy', spec.managedBy, was.managedBy, spec.managedBy);
  kept('spec.successPolicy', spec.successPolicy, was.successPolicy, goSuccessPolicy(spec.successPolicy));
}

/** What is warned of in a Job's spec, wherever it stands. */
export function jobSpecWarnings(field: string, spec: JobSpecIn): readonly string[] {
  const large = isIndexed(spec) && (spec.completions ?? 0) > 100_000 && (spec.parallelism ?? 0) > 10_000;
  const why = `${field}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`;
  return [...(large ? [why] : []), ...podTemplateWarnings(`${field}.template`, spec.template)];
}

export const job = strategyFor<JobIn>({
  default: (object) => {
    const { spec } = object;
    const policy = defaultFailurePolicy(spec.podFailurePolicy);
    const next: JobSpecIn = {
      ...spec,
      ...(spec.completions === undefined && spec.parallelism === undefined ? { completions: 1 } : {}),
      parallelism: spec.parallelism ?? 1,
      backoffLimit: spec.backoffLimit ?? (spec.backoffLimitPerIndex === undefined ? 6 : 2_147_483_647),
      ...(policy === undefined ? {} : { podFailurePolicy: policy }),
      manualSelector: spec.manualSelector ?? false,
      template: defaultPodTemplate(spec.template),
      completionMode: spec.completionMode ?? 'NonIndexed',
      suspend: spec.suspend ?? false,
      podReplacementPolicy: spec.podReplacementPolicy ?? (spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'),
    };
    return withTemplateLabels({ ...object, spec: settled('JobSpec', next) });
  },
  prepareForCreate: (object) => (object.spec.manualSelector === true ? createdWithStatus('Job')(object) : withGeneratedLabels(createdWithStatus('Job')(withGeneratedSelector(object)), object)),
  prepareForUpdate: updatedKeepingStatus,
  prepareForStatusUpdate: statusUpdated(false),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateJob(errors, object, true);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    const labels = old.spec.template.metadata?.labels;
    validateJob(errors, object, labels?.['batch.kubernetes.io/job-name'] !== undefined && labels['batch.kubernetes.io/controller-uid'] !== undefined);
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateSpecUpdate(errors, object, old);
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateJobStatus(errors, object, old);
    return errors;
  },
  warnings: (object, old) => {
    if (old !== undefined) return object.metadata.generation === old.metadata.generation ? [] : jobSpecWarnings('spec', object.spec);
    return [...nameWarning(object.metadata.name), ...jobSpecWarnings('spec', object.spec)];
  },
});
