import type { Deployment, LabelSelector, ReplicaSet, StringMap } from '../../api/object.ts';
import { selects } from '../../api/selector.ts';
import { forbidden, invalid, invalidEach, nonNegative, notSupported, required, type Errors } from './field.ts';
import { isEmptySelector, same, selectorReadable, validateAnnotations, validateLabels, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta.ts';
import { percent, subdomainName } from './names.ts';
import { defaultPodTemplate } from './podDefaults.ts';
import type { PodTemplateIn } from './podShapes.ts';
import { validatePodAnnotations, validatePodSpec } from './podValidation.ts';
import { createdWithStatus, NO_ERRORS, settled, statusUpdated, strategyFor, updatedKeepingStatus } from './strategies.ts';

/** Deployment and ReplicaSet (pkg/apis/apps). */

interface WorkloadSpec {
  readonly replicas?: number;
  readonly selector?: LabelSelector | null;
  readonly template: PodTemplateIn;
  readonly minReadySeconds?: number;
  readonly strategy?: { readonly type?: string; readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string } };
  readonly revisionHistoryLimit?: number;
  readonly progressDeadlineSeconds?: number;
  readonly paused?: boolean;
}

// Invisible: whole specs that were found right.
const right = new WeakSet<object>();
const rightTemplates = new WeakSet<object>();

export function validatePodTemplate(errors: Errors, template: PodTemplateIn, field: string): void {
  if (rightTemplates.has(template)) return;
  const before = errors.length;
  validateLabels(errors, template.metadata?.labels, `${field}.labels`);
  validateAnnotations(errors, template.metadata?.annotations, `${field}.annotations`);
  validatePodAnnotations(errors, template.metadata?.annotations, template.spec, `${field}.annotations`);
  validatePodSpec(errors, template.spec, undefined, `${field}.spec`, { isPod: false });
  if (template.spec.ephemeralContainers !== undefined) forbidden(errors, `${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template');
  if (errors.length === before) rightTemplates.add(template);
}

const NO_LABELS: StringMap = {};

function validateSelectorAndTemplate(errors: Errors, spec: WorkloadSpec): void {
  const { selector, template } = spec;
  if (selector === undefined || selector === null) required(errors, 'spec.selector');
  else {
    validateLabelSelector(errors, selector, 'spec.selector');
    if (isEmptySelector(selector)) invalid(errors, 'spec.selector', selector, 'empty selector is invalid for deployment');
    if (!selectorReadable(selector)) {
      invalid(errors, 'spec.selector', selector, 'invalid label selector');
      return;
    }
  }
  const labels = template.metadata?.labels;
  // No selector at all is Nothing(), which matches no template; the empty one matches every template.
  if (selector === undefined || selector === null ? true : !selects(selector, labels ?? NO_LABELS)) {
    invalid(errors, 'spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`');
  }
  validatePodTemplate(errors, template, 'spec.template');
  if (template.spec.restartPolicy !== 'Always') notSupported(errors, 'spec.template.spec.restartPolicy', template.spec.restartPolicy ?? '', ['Always']);
  if (template.spec.activeDeadlineSeconds !== undefined) forbidden(errors, 'spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in ReplicaSet is not Supported');
}

export function validateIntOrPercent(errors: Errors, value: number | string, field: string): void {
  if (typeof value === 'string') invalidEach(errors, field, value, percent(value));
  else nonNegative(errors, field, value);
}
export function validateAtMost100Percent(errors: Errors, value: number | string, field: string): void {
  if (typeof value === 'string' && percent(value).length === 0 && Number(value.slice(0, -1)) > 100) invalid(errors, field, value, 'must not be greater than 100%');
}
/** IntValue(): the number in front of the percent sign, or what Atoi makes of any other text: 0. */
export function plainValue(value: number | string): number {
  if (typeof value === 'number') return value;
  if (percent(value).length === 0) return Number(value.slice(0, -1));
  return /^[+-]?\d+$/.test(value) ? Number(value) : 0;
}

function validateStrategy(errors: Errors, strategy: NonNullable<WorkloadSpec['strategy']>): void {
  const field = 'spec.strategy';
  if (strategy.type === 'Recreate') {
    if (strategy.rollingUpdate !== undefined) forbidden(errors, `${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'");
  } else if (strategy.type === 'RollingUpdate') {
    const unavailable = strategy.rollingUpdate?.maxUnavailable ?? 0;
    const surge = strategy.rollingUpdate?.maxSurge ?? 0;
    validateIntOrPercent(errors, unavailable, `${field}.rollingUpdate.maxUnavailable`);
    validateIntOrPercent(errors, surge, `${field}.rollingUpdate.maxSurge`);
    if (plainValue(unavailable) === 0 && plainValue(surge) === 0) invalid(errors, `${field}.rollingUpdate.maxUnavailable`, unavailable, 'may not be 0 when `maxSurge` is 0');
    validateAtMost100Percent(errors, unavailable, `${field}.rollingUpdate.maxUnavailable`);
  } else {
    const update = strategy.rollingUpdate;
    const shown = { Type: strategy.type ?? '', RollingUpdate: update === undefined ? null : { MaxUnavailable: update.maxUnavailable ?? 0, MaxSurge: update.maxSurge ?? 0 } };
    notSupported(errors, field, shown, ['Recreate', 'RollingUpdate']);
  }
}

function validateDeploymentSpec(errors: Errors, spec: WorkloadSpec): void {
  if (right.has(spec)) return;
  const before = errors.length;
  nonNegative(errors, 'spec.replicas', spec.replicas);
  validateSelectorAndTemplate(errors, spec);
  validateStrategy(errors, spec.strategy ?? {});
  nonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  nonNegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  const deadline = spec.progressDeadlineSeconds;
  nonNegative(errors, 'spec.progressDeadlineSeconds', deadline);
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) invalid(errors, 'spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
  if (errors.length === before) right.add(spec);
}

function validateReplicaSetSpec(errors: Errors, spec: WorkloadSpec): void {
  if (right.has(spec)) return;
  const before = errors.length;
  nonNegative(errors, 'spec.replicas', spec.replicas);
  nonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  validateSelectorAndTemplate(errors, spec);
  if (errors.length === before) right.add(spec);
}

function validateReplicaCounts(errors: Errors, status: Readonly<Record<string, unknown>>, names: readonly string[], below: readonly string[]): void {
  const count = (name: string): number => (typeof status[name] === 'number' ? status[name] : 0);
  for (const name of names) nonNegative(errors, `status.${name}`, count(name));
  for (const name of below) if (count(name) > count('replicas')) invalid(errors, `status.${name}`, count(name), 'cannot be greater than status.replicas');
  if (count('availableReplicas') > count('readyReplicas')) invalid(errors, 'status.availableReplicas', count('availableReplicas'), 'cannot be greater than readyReplicas');
}

const specOf = (object: { readonly spec: unknown }): WorkloadSpec => object.spec as WorkloadSpec;

export const deployment = strategyFor<Deployment>({
  default: (object) => {
    const spec = specOf(object);
    const strategy = spec.strategy ?? {};
    const type = strategy.type || 'RollingUpdate';
    const template = defaultPodTemplate(spec.template);
    const rolling = strategy.rollingUpdate;
    const complete = template === spec.template && spec.replicas !== undefined && strategy.type !== undefined && spec.revisionHistoryLimit !== undefined && spec.progressDeadlineSeconds !== undefined &&
      (type !== 'RollingUpdate' || (rolling?.maxUnavailable !== undefined && rolling.maxSurge !== undefined));
    if (complete) return object;
    const next = {
      ...spec,
      replicas: spec.replicas ?? 1,
      template,
      strategy: type === 'RollingUpdate' ? { type, rollingUpdate: { maxUnavailable: rolling?.maxUnavailable ?? '25%', maxSurge: rolling?.maxSurge ?? '25%' } } : { ...strategy, type },
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
    };
    return { ...object, spec: settled('DeploymentSpec', next) as unknown as Deployment['spec'] };
  },
  prepareForCreate: createdWithStatus('Deployment'),
  // Annotations count too: a Deployment's generation also rises with them, because the controller copies them to its ReplicaSets.
  prepareForUpdate: (object, old) => {
    const next = updatedKeepingStatus(object, old);
    if (next.metadata.generation !== old.metadata.generation || same(object.metadata.annotations ?? {}, old.metadata.annotations ?? {})) return next;
    return { ...next, metadata: { ...next.metadata, generation: (old.metadata.generation ?? 0) + 1 } };
  },
  prepareForStatusUpdate: statusUpdated(true),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateDeploymentSpec(errors, specOf(object));
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateDeploymentSpec(errors, specOf(object));
    validateSelectorKept(errors, specOf(object), specOf(old));
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const status = (object.status ?? {}) as Readonly<Record<string, unknown>>;
    validateReplicaCounts(errors, status, ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas', 'collisionCount'], ['updatedReplicas', 'readyReplicas', 'availableReplicas']);
    const before = old.status?.collisionCount;
    const now = object.status?.collisionCount;
    if (before !== undefined && (now ?? 0) < before) invalid(errors, 'status.collisionCount', now ?? 0, 'cannot be decremented');
    return errors;
  },
});

function validateSelectorKept(errors: Errors, spec: WorkloadSpec, old: WorkloadSpec): void {
  if (!same(spec.selector, old.selector)) invalid(errors, 'spec.selector', spec.selector ?? null, 'field is immutable');
}

export const replicaSet = strategyFor<ReplicaSet>({
  default: (object) => {
    const spec = specOf(object);
    const template = defaultPodTemplate(spec.template);
    // The labels of the template are the ReplicaSet's own when it has none; its selector, since apps/v1, is not.
    if (template === spec.template && spec.replicas !== undefined) return object;
    return { ...object, spec: settled('ReplicaSetSpec', { ...spec, replicas: spec.replicas ?? 1, template }) as unknown as ReplicaSet['spec'] };
  },
  prepareForCreate: createdWithStatus('ReplicaSet'),
  prepareForUpdate: updatedKeepingStatus,
  prepareForStatusUpdate: statusUpdated(false),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateReplicaSetSpec(errors, specOf(object));
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateReplicaSetSpec(errors, specOf(object));
    validateSelectorKept(errors, specOf(object), specOf(old));
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    if (object === old) return NO_ERRORS;
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const status = (object.status ?? {}) as Readonly<Record<string, unknown>>;
    validateReplicaCounts(errors, status, ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration', 'terminatingReplicas'], ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']);
    return errors;
  },
});

