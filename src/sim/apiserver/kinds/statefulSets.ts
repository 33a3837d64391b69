import type { KubernetesObject, LabelSelector } from '../../api/object.ts';
import { selects } from '../../api/selector.ts';
import { plainValue, validateAtMost100Percent, validateIntOrPercent, validatePodTemplate } from './apps.ts';
import { validateClaimSpec } from './claims.ts';
import { forbidden, invalid, invalidEach, nonNegative, notSupported, required, type Errors } from './field.ts';
import { isEmptySelector, same, selectorReadable, validateAnnotations, validateLabels, validateLabelSelector, validateMeta, validateMetaUpdate, type Meta } from './meta.ts';
import { dns1123Label, labelName } from './names.ts';
import { defaultClaimSpec, defaultPodTemplate, mapSame } from './podDefaults.ts';
import type { ClaimSpecIn, PodTemplateIn, VolumeIn } from './podShapes.ts';
import { validatePodAnnotations } from './podValidation.ts';
import { claimWarnings, podTemplateWarnings } from './podWarnings.ts';
import { createdWithStatus, settled, statusUpdated, strategyFor, updatedKeepingStatus } from './strategies.ts';

/** StatefulSet (pkg/apis/apps). Without the feature MaxUnavailableStatefulSet, which is off by default: `maxUnavailable` is dropped. */

interface ClaimTemplateIn {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata?: Meta;
  readonly spec: ClaimSpecIn;
  readonly status?: object;
}
interface StatefulSetSpecIn {
  readonly replicas?: number;
  readonly selector?: LabelSelector | null;
  readonly template: PodTemplateIn;
  readonly volumeClaimTemplates?: readonly ClaimTemplateIn[];
  readonly serviceName?: string;
  readonly podManagementPolicy?: string;
  readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number; readonly maxUnavailable?: number | string } };
  readonly revisionHistoryLimit?: number;
  readonly minReadySeconds?: number;
  readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: string; readonly whenScaled?: string };
  readonly ordinals?: { readonly start?: number };
}
interface StatefulSetIn extends KubernetesObject {
  readonly spec: StatefulSetSpecIn;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** A claim template has the defaults of a claim, its status too, and always says what it is. */
function defaultClaimTemplate(template: ClaimTemplateIn): ClaimTemplateIn {
  const spec = defaultClaimSpec(template.spec);
  const status = (template.status as { readonly phase?: string } | undefined)?.phase === undefined ? { phase: 'Pending', ...template.status } : template.status;
  if (spec === template.spec && status === template.status && template.kind === 'PersistentVolumeClaim' && template.apiVersion === 'v1') return template;
  return { ...template, kind: 'PersistentVolumeClaim', apiVersion: 'v1', spec, ...(status === undefined ? {} : { status }) };
}

function defaultUpdateStrategy(given: NonNullable<StatefulSetSpecIn['updateStrategy']>): NonNullable<StatefulSetSpecIn['updateStrategy']> {
  const type = given.type || 'RollingUpdate';
  const rolling = given.rollingUpdate ?? ((given.type ?? '') === '' ? {} : undefined);
  if (type !== 'RollingUpdate' || rolling === undefined) return given;
  return { type, rollingUpdate: { ...rolling, partition: rolling.partition ?? 0 } };
}

/** dropStatefulSetDisabledFields. */
function withoutMaxUnavailable(set: StatefulSetIn, old?: StatefulSetIn): StatefulSetIn {
  const rolling = set.spec.updateStrategy?.rollingUpdate;
  if (rolling?.maxUnavailable === undefined || old?.spec.updateStrategy?.rollingUpdate?.maxUnavailable !== undefined) return set;
  const { maxUnavailable: _dropped, ...rest } = rolling;
  return { ...set, spec: settled('StatefulSetSpec', { ...set.spec, updateStrategy: { ...set.spec.updateStrategy, rollingUpdate: rest } }) };
}

/** The template as its Pods will be: the controller sets host name and subdomain, and the claims are volumes. */
function templateOfPods(spec: StatefulSetSpecIn): PodTemplateIn {
  const claims = spec.volumeClaimTemplates ?? [];
  const pod = spec.template.spec;
  if (claims.length === 0 && !pod.subdomain && !pod.hostname) return spec.template;
  const { subdomain: _subdomain, hostname: _hostname, ...rest } = pod;
  if (claims.length === 0) return { ...spec.template, spec: rest };
  const byName = new Map<string, VolumeIn>();
  for (const { metadata } of claims) byName.set(metadata?.name ?? '', { name: metadata?.name ?? '', persistentVolumeClaim: { claimName: metadata?.name ?? '' } });
  return { ...spec.template, spec: { ...rest, volumes: [...byName.values(), ...(pod.volumes ?? []).filter(({ name }) => !byName.has(name))] } };
}

interface Rules {
  readonly anyServiceName: boolean;
  readonly skipTemplate: boolean;
  readonly skipClaims: boolean;
}
const ON_CREATE: Rules = { anyServiceName: false, skipTemplate: false, skipClaims: false };

function validateUpdateStrategy(errors: Errors, strategy: NonNullable<StatefulSetSpecIn['updateStrategy']>, field: string): void {
  const rolling = strategy.rollingUpdate;
  const shown = rolling === undefined ? null : { Partition: rolling.partition ?? 0, MaxUnavailable: rolling.maxUnavailable ?? null };
  const type = strategy.type ?? '';
  if (type === '') required(errors, field);
  else if (type === 'OnDelete') {
    if (rolling !== undefined) invalid(errors, `${field}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'");
  } else if (type === 'RollingUpdate') {
    if (rolling === undefined) return;
    nonNegative(errors, `${field}.rollingUpdate.partition`, rolling.partition);
    const most = rolling.maxUnavailable;
    if (most === undefined) return;
    validateIntOrPercent(errors, most, `${field}.rollingUpdate.maxUnavailable`);
    if (plainValue(most) === 0) invalid(errors, `${field}.rollingUpdate.maxUnavailable`, most, 'cannot be 0');
    validateAtMost100Percent(errors, most, `${field}.rollingUpdate.maxUnavailable`);
  } else invalid(errors, field, { Type: type, RollingUpdate: shown }, "must be 'RollingUpdate' or 'OnDelete'");
}

function validateSpec(errors: Errors, spec: StatefulSetSpecIn, rules: Rules): void {
  const policy = spec.podManagementPolicy ?? '';
  if (policy === '') required(errors, 'spec.podManagementPolicy');
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') invalid(errors, 'spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'");
  validateUpdateStrategy(errors, spec.updateStrategy ?? {}, 'spec.updateStrategy');
  const retention = spec.persistentVolumeClaimRetentionPolicy;
  if (retention !== undefined) {
    for (const key of ['whenDeleted', 'whenScaled'] as const) if (retention[key] !== 'Retain' && retention[key] !== 'Delete') notSupported(errors, `spec.persistentVolumeClaimRetentionPolicy.${key}`, retention[key] ?? '', ['Retain', 'Delete']);
  }
  if (!rules.skipClaims) spec.volumeClaimTemplates?.forEach((claim, i) => validateClaimSpec(errors, claim.spec, `spec.volumeClaimTemplates[${i}].spec`));
  nonNegative(errors, 'spec.replicas', spec.replicas);
  nonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  nonNegative(errors, 'spec.ordinals.start', spec.ordinals?.start);
  if (!rules.anyServiceName && (spec.serviceName ?? '') !== '') invalidEach(errors, 'spec.serviceName', spec.serviceName, dns1123Label(spec.serviceName!));
  const { selector } = spec;
  if (selector === undefined || selector === null) required(errors, 'spec.selector');
  else {
    validateLabelSelector(errors, selector, 'spec.selector');
    if (isEmptySelector(selector)) invalid(errors, 'spec.selector', selector, 'empty selector is invalid for statefulset');
  }
  if (selector !== undefined && selector !== null && !selectorReadable(selector)) invalid(errors, 'spec.selector', selector, '');
  else {
    const template = templateOfPods(spec);
    const labels = template.metadata?.labels;
    // No selector at all selects nothing, and only that one is asked; the empty one is not.
    if (selector === undefined || selector === null || (!isEmptySelector(selector) && !selects(selector, labels ?? {}))) invalid(errors, 'spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`');
    if (!rules.skipTemplate) validatePodTemplate(errors, template, 'spec.template');
    validateLabels(errors, labels, 'spec.template.labels');
    validateAnnotations(errors, template.metadata?.annotations, 'spec.template.annotations');
    validatePodAnnotations(errors, template.metadata?.annotations, template.spec, 'spec.template.annotations');
  }
  if (spec.template.spec.restartPolicy !== 'Always') notSupported(errors, 'spec.template.spec.restartPolicy', spec.template.spec.restartPolicy ?? '', ['Always']);
  if (spec.template.spec.activeDeadlineSeconds !== undefined) forbidden(errors, 'spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in StatefulSet is not Supported');
}

/** The parts of a spec that an update may change. */
const MUTABLE = ['replicas', 'template', 'updateStrategy', 'minReadySeconds', 'ordinals', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy'] as const;
const immutableParts = (spec: StatefulSetSpecIn): object => Object.fromEntries(Object.entries(spec).filter(([key]) => !(MUTABLE as readonly string[]).includes(key)));

export const statefulSet = strategyFor<StatefulSetIn>({
  default: (object) => {
    const { spec } = object;
    const retention = spec.persistentVolumeClaimRetentionPolicy;
    const claims = mapSame(spec.volumeClaimTemplates, defaultClaimTemplate);
    return {
      ...object,
      spec: settled('StatefulSetSpec', {
        ...spec,
        template: defaultPodTemplate(spec.template),
        ...(claims === undefined ? {} : { volumeClaimTemplates: claims }),
        podManagementPolicy: spec.podManagementPolicy || 'OrderedReady',
        updateStrategy: defaultUpdateStrategy(spec.updateStrategy ?? {}),
        persistentVolumeClaimRetentionPolicy: { whenDeleted: retention?.whenDeleted || 'Retain', whenScaled: retention?.whenScaled || 'Retain' },
        replicas: spec.replicas ?? 1,
        revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      }),
    };
  },
  prepareForCreate: (object) => withoutMaxUnavailable(createdWithStatus('StatefulSet')(object)),
  prepareForUpdate: (object, old) => updatedKeepingStatus(withoutMaxUnavailable(object, old), old),
  prepareForStatusUpdate: statusUpdated(false),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, labelName);
    validateSpec(errors, object.spec, ON_CREATE);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    if (object.spec === old.spec) return errors;
    // What was stored before a rule existed may stay as it is.
    const before: Errors = [];
    validateSpec(before, old.spec, { anyServiceName: true, skipTemplate: false, skipClaims: true });
    validateSpec(errors, object.spec, { anyServiceName: true, skipTemplate: before.length > 0, skipClaims: true });
    if (!same(immutableParts(object.spec), immutableParts(old.spec))) {
      forbidden(errors, 'spec', "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    const { status = {} } = object;
    const count = (name: string): number => (typeof status[name] === 'number' ? status[name] : 0);
    for (const name of ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas', 'observedGeneration', 'collisionCount']) nonNegative(errors, `status.${name}`, count(name));
    for (const name of ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas']) if (count(name) > count('replicas')) invalid(errors, `status.${name}`, count(name), 'cannot be greater than status.replicas');
    if (count('availableReplicas') > count('readyReplicas')) invalid(errors, 'status.availableReplicas', count('availableReplicas'), 'cannot be greater than status.readyReplicas');
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const was = old.status?.['collisionCount'];
    if (typeof was === 'number' && count('collisionCount') < was) invalid(errors, 'status.collisionCount', count('collisionCount'), 'cannot be decremented');
    return errors;
  },
  warnings: (object, old) => {
    const out = old === undefined || object.metadata.generation !== old.metadata.generation ? [...podTemplateWarnings('spec.template', object.spec.template)] : [];
    // The path of an update has a capital letter upstream.
    object.spec.volumeClaimTemplates?.forEach((claim, i) => out.push(...claimWarnings(`spec.volumeClaimTemplates[${i}]${old === undefined ? '' : '.Spec'}`, claim.spec)));
    if ((object.spec.revisionHistoryLimit ?? 0) < 0) out.push('spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended');
    return out;
  },
});
