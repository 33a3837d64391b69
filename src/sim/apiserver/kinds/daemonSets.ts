import type { KubernetesObject, LabelSelector, StringMap } from '../../api/object.ts';
import { selects } from '../../api/selector.ts';
import { plainValue, validateAtMost100Percent, validateIntOrPercent, validatePodTemplate } from './apps.ts';
import { forbidden, invalid, nonNegative, notSupported, required, type Errors } from './field.ts';
import { isEmptySelector, same, selectorReadable, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta.ts';
import { subdomainName } from './names.ts';
import { defaultPodTemplate } from './podDefaults.ts';
import type { PodTemplateIn } from './podShapes.ts';
import { podTemplateWarnings } from './podWarnings.ts';
import { createdWithStatus, settled, statusUpdated, strategyFor, updatedKeepingStatus } from './strategies.ts';

/** DaemonSet (pkg/apis/apps). */

interface DaemonSetSpecIn {
  readonly selector?: LabelSelector | null;
  readonly template: PodTemplateIn;
  readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly maxUnavailable?: number | string; readonly maxSurge?: number | string } };
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
}
interface DaemonSetIn extends KubernetesObject {
  readonly spec: DaemonSetSpecIn;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** A field of the internal type that v1 shows as an annotation: how often the template has changed. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
const templateGeneration = (set: DaemonSetIn): number => {
  const text = set.metadata.annotations?.[TEMPLATE_GENERATION] ?? '';
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : 0;
};
function withTemplateGeneration(set: DaemonSetIn, generation: number): DaemonSetIn {
  const text = String(generation);
  const annotations = set.metadata.annotations ?? {};
  if (annotations[TEMPLATE_GENERATION] === text) return set;
  const next: StringMap = { ...annotations, [TEMPLATE_GENERATION]: text };
  return { ...set, metadata: { ...set.metadata, annotations: next } };
}

function validateUpdateStrategy(errors: Errors, strategy: NonNullable<DaemonSetSpecIn['updateStrategy']>, field: string): void {
  if (strategy.type === 'OnDelete') return;
  const rolling = strategy.rollingUpdate;
  if (strategy.type !== 'RollingUpdate') {
    const shown = rolling === undefined ? null : { MaxUnavailable: rolling.maxUnavailable ?? 0, MaxSurge: rolling.maxSurge ?? 0 };
    notSupported(errors, field, { Type: strategy.type ?? '', RollingUpdate: shown }, ['RollingUpdate', 'OnDelete']);
    return;
  }
  if (rolling === undefined) {
    required(errors, `${field}.rollingUpdate`);
    return;
  }
  const unavailable = rolling.maxUnavailable ?? 0;
  const surge = rolling.maxSurge ?? 0;
  const at = `${field}.rollingUpdate`;
  validateIntOrPercent(errors, unavailable, `${at}.maxUnavailable`);
  validateIntOrPercent(errors, surge, `${at}.maxSurge`);
  validateAtMost100Percent(errors, unavailable, `${at}.maxUnavailable`);
  validateAtMost100Percent(errors, surge, `${at}.maxSurge`);
  const hasUnavailable = plainValue(unavailable) !== 0;
  const hasSurge = plainValue(surge) !== 0;
  if (hasUnavailable && hasSurge) invalid(errors, `${at}.maxSurge`, surge, 'may not be set when maxUnavailable is non-zero');
  else if (!hasUnavailable && !hasSurge) required(errors, `${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
}

function validateSpec(errors: Errors, spec: DaemonSetSpecIn, generation: number): void {
  const { selector, template } = spec;
  validateLabelSelector(errors, selector, 'spec.selector');
  const labels = template.metadata?.labels;
  const none = selector === undefined || selector === null;
  if (none || (selectorReadable(selector) && !selects(selector, labels ?? {}))) invalid(errors, 'spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`');
  if (!none && isEmptySelector(selector)) invalid(errors, 'spec.selector', selector, 'empty selector is invalid for daemonset');
  validatePodTemplate(errors, template, 'spec.template');
  if (template.spec.restartPolicy !== 'Always') notSupported(errors, 'spec.template.spec.restartPolicy', template.spec.restartPolicy ?? '', ['Always']);
  if (template.spec.activeDeadlineSeconds !== undefined) forbidden(errors, 'spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in DaemonSet is not Supported');
  nonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  nonNegative(errors, 'spec.templateGeneration', generation);
  validateUpdateStrategy(errors, spec.updateStrategy ?? {}, 'spec.updateStrategy');
  nonNegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
}

function defaultUpdateStrategy(strategy: NonNullable<DaemonSetSpecIn['updateStrategy']>): NonNullable<DaemonSetSpecIn['updateStrategy']> {
  const type = strategy.type || 'RollingUpdate';
  const rolling = strategy.rollingUpdate;
  if (type === 'RollingUpdate') return { type, rollingUpdate: { maxUnavailable: rolling?.maxUnavailable ?? 1, maxSurge: rolling?.maxSurge ?? 0 } };
  // The internal type has no way to leave these numbers out.
  return rolling === undefined ? { type } : { type, rollingUpdate: { maxUnavailable: rolling.maxUnavailable ?? 0, maxSurge: rolling.maxSurge ?? 0 } };
}

const COUNTS = ['currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady', 'observedGeneration', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable', 'collisionCount'];

export const daemonSet = strategyFor<DaemonSetIn>({
  default: (object) => {
    const { spec } = object;
    return {
      ...object,
      spec: settled('DaemonSetSpec', {
        ...spec,
        template: defaultPodTemplate(spec.template),
        updateStrategy: defaultUpdateStrategy(spec.updateStrategy ?? {}),
        revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      }),
    };
  },
  prepareForCreate: (object) => withTemplateGeneration(createdWithStatus('DaemonSet')(object), Math.max(1, templateGeneration(object))),
  prepareForUpdate: (object, old) => updatedKeepingStatus(withTemplateGeneration(object, templateGeneration(old) + (same(object.spec.template, old.spec.template) ? 0 : 1)), old),
  prepareForStatusUpdate: (object, old) => withTemplateGeneration(statusUpdated<DaemonSetIn>(false)(object, old), templateGeneration(old)),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateSpec(errors, object.spec, templateGeneration(object));
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    if (!same(object.spec.selector, old.spec.selector)) invalid(errors, 'spec.selector', object.spec.selector ?? null, 'field is immutable');
    if (object.spec !== old.spec) validateSpec(errors, object.spec, templateGeneration(object));
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const { status = {} } = object;
    const count = (name: string): number => (typeof status[name] === 'number' ? status[name] : 0);
    for (const name of COUNTS) nonNegative(errors, `status.${name}`, count(name));
    const was = old.status?.['collisionCount'];
    if (typeof was === 'number' && count('collisionCount') < was) invalid(errors, 'status.collisionCount', count('collisionCount'), 'cannot be decremented');
    return errors;
  },
  warnings: (object, old) => (old === undefined || !same(object.spec.template, old.spec.template) ? podTemplateWarnings('spec.template', object.spec.template) : []),
});
