import type { KubernetesObject } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { forbidden, invalid, invalidEach, nonNegative, notSupported, required, type Errors } from './field.ts';
import { validateMeta, validateMetaUpdate } from './meta.ts';
import { dns1123Label, pathSegmentName, subdomainName } from './names.ts';
import { containerResourceName } from './resources.ts';
import { emptyStatus, settled, strategyFor, withField } from './strategies.ts';

/** HorizontalPodAutoscaler (pkg/apis/autoscaling), as autoscaling/v2, which is how it is stored. Scaling to zero is off by default. */

export interface ReferenceIn {
  readonly kind?: string;
  readonly name?: string;
  readonly apiVersion?: string;
}
export interface TargetIn {
  readonly type?: string;
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}
export interface IdentifierIn {
  readonly name?: string;
  readonly selector?: unknown;
}
export interface MetricIn {
  readonly type?: string;
  readonly object?: { readonly describedObject?: ReferenceIn; readonly metric?: IdentifierIn; readonly target?: TargetIn };
  readonly external?: { readonly metric?: IdentifierIn; readonly target?: TargetIn };
  readonly pods?: { readonly metric?: IdentifierIn; readonly target?: TargetIn };
  readonly resource?: { readonly name?: string; readonly target?: TargetIn };
  readonly containerResource?: { readonly name?: string; readonly container?: string; readonly target?: TargetIn };
}
export interface RulesIn {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: string;
  readonly policies?: readonly { readonly type?: string; readonly value?: number; readonly periodSeconds?: number }[];
  readonly tolerance?: string;
}
export interface AutoscalerIn extends KubernetesObject {
  readonly spec: {
    readonly scaleTargetRef?: ReferenceIn;
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly metrics?: readonly MetricIn[];
    readonly behavior?: { readonly scaleUp?: RulesIn; readonly scaleDown?: RulesIn };
  };
  readonly status?: { readonly currentReplicas?: number; readonly desiredReplicas?: number };
}
type Spec = AutoscalerIn['spec'];

export const CPU_AT_80: MetricIn = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } };
const UP: RulesIn = { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }] };
const DOWN: RulesIn = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };

// ---- validation

/** schema.ParseGroupVersion: the group, or what is wrong with the text. */
function groupOf(apiVersion: string): { readonly group: string } | { readonly error: string } {
  const parts = apiVersion.split('/');
  if (apiVersion === '' || apiVersion === '/' || parts.length === 1) return { group: '' };
  return parts.length === 2 ? { group: parts[0] ?? '' } : { error: `unexpected GroupVersion string: ${apiVersion}` };
}
interface ReferenceRules {
  readonly anyVersion: boolean;
  readonly coreToo: boolean;
}
function versionFault(reference: ReferenceIn, rules: ReferenceRules): string | undefined {
  if (rules.anyVersion) return undefined;
  const found = groupOf(reference.apiVersion ?? '');
  if ('error' in found) return found.error;
  return !rules.coreToo && found.group === '' ? 'apiVersion must specify API group' : undefined;
}
function validateReference(errors: Errors, reference: ReferenceIn, field: string, rules: ReferenceRules): void {
  for (const key of ['kind', 'name'] as const) {
    const text = reference[key] ?? '';
    if (text === '') required(errors, `${field}.${key}`);
    else invalidEach(errors, `${field}.${key}`, text, pathSegmentName(text, false));
  }
  const fault = versionFault(reference, rules);
  if (fault !== undefined) invalid(errors, `${field}.apiVersion`, reference.apiVersion ?? '', fault);
}

const isPositive = (text: string): boolean => (parseQuantity(text) ?? 0n) > 0n;
function validateTarget(errors: Errors, target: TargetIn, field: string): void {
  const type = target.type ?? '';
  if (type === '') required(errors, `${field}.type`, 'must specify a metric target type');
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) invalid(errors, `${field}.type`, type, 'must be either Utilization, Value, or AverageValue');
  for (const key of ['value', 'averageValue'] as const) if (target[key] !== undefined && !isPositive(target[key])) invalid(errors, `${field}.${key}`, target[key], 'must be positive');
  if (target.averageUtilization !== undefined && target.averageUtilization < 1) invalid(errors, `${field}.averageUtilization`, target.averageUtilization, 'must be greater than 0');
}
function validateIdentifier(errors: Errors, metric: IdentifierIn, field: string): void {
  const name = metric.name ?? '';
  if (name === '') required(errors, `${field}.name`, 'must specify a metric name');
  else invalidEach(errors, `${field}.name`, name, pathSegmentName(name, false));
}
/** A usage that is measured: relative, or an amount, and not both. */
function validateUsage(errors: Errors, target: TargetIn, field: string): void {
  validateTarget(errors, target, field);
  if (target.averageUtilization === undefined && target.averageValue === undefined) required(errors, `${field}.averageUtilization`, 'must set either a target raw value or a target utilization');
  if (target.averageUtilization !== undefined && target.averageValue !== undefined) forbidden(errors, `${field}.averageValue`, 'may not set both a target raw value and a target utilization');
}

const NO_TARGET: TargetIn = {};
function validateSource(errors: Errors, metric: MetricIn, source: string, field: string, rules: ReferenceRules): void {
  const { object, external, pods, resource, containerResource } = metric;
  switch (source) {
    case 'object': {
      const target = object?.target ?? NO_TARGET;
      validateReference(errors, object?.describedObject ?? {}, `${field}.describedObject`, rules);
      validateIdentifier(errors, object?.metric ?? {}, `${field}.metric`);
      validateTarget(errors, target, `${field}.target`);
      if (target.value === undefined && target.averageValue === undefined) required(errors, `${field}.target.averageValue`, 'must set either a target value or averageValue');
      return;
    }
    case 'external': {
      const target = external?.target ?? NO_TARGET;
      validateIdentifier(errors, external?.metric ?? {}, `${field}.metric`);
      validateTarget(errors, target, `${field}.target`);
      if (target.value === undefined && target.averageValue === undefined) required(errors, `${field}.target.averageValue`, 'must set either a target value for metric or a per-pod target');
      if (target.value !== undefined && target.averageValue !== undefined) forbidden(errors, `${field}.target.value`, 'may not set both a target value for metric and a per-pod target');
      return;
    }
    case 'pods':
      validateIdentifier(errors, pods?.metric ?? {}, `${field}.metric`);
      validateTarget(errors, pods?.target ?? NO_TARGET, `${field}.target`);
      if (pods?.target?.averageValue === undefined) required(errors, `${field}.target.averageValue`, 'must specify a positive target averageValue');
      return;
    case 'resource':
      if ((resource?.name ?? '') === '') required(errors, `${field}.name`, 'must specify a resource name');
      validateUsage(errors, resource?.target ?? NO_TARGET, `${field}.target`);
      return;
    default: {
      const { name = '', container = '', target = NO_TARGET } = containerResource ?? {};
      if (name === '') required(errors, `${field}.name`, 'must specify a resource name');
      else containerResourceName(errors, `${field}.name`, name);
      if (container === '') required(errors, `${field}.container`, 'must specify a container');
      else invalidEach(errors, `${field}.container`, container, dns1123Label(container));
      validateUsage(errors, target, `${field}.target`);
    }
  }
}

/** Types of metrics by name, and in the order in which upstream looks for their sources. */
const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const SOURCES = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;

function validateMetric(errors: Errors, metric: MetricIn, field: string, rules: ReferenceRules): void {
  const type = metric.type ?? '';
  if (type === '') required(errors, `${field}.type`, 'must specify a metric source type');
  if (!TYPES.includes(type)) notSupported(errors, `${field}.type`, type, TYPES);
  const present = SOURCES.filter((source) => metric[source] !== undefined);
  if (present[0] !== undefined) validateSource(errors, metric, present[0], `${field}.${present[0]}`, rules);
  const expected = SOURCES.find((source) => source.toLowerCase() === type.toLowerCase() && TYPES.includes(type));
  if (expected === undefined) notSupported(errors, `${field}.type`, type, TYPES);
  else if (metric[expected] === undefined) required(errors, `${field}.${expected}`, 'must populate information for the given metric source');
  if (present.length > 1) for (const source of present) if (source !== expected) forbidden(errors, `${field}.${source}`, 'must populate the given metric source only');
}

function validateRules(errors: Errors, rules: RulesIn, field: string): void {
  const window = rules.stabilizationWindowSeconds;
  if (window !== undefined && window < 0) invalid(errors, `${field}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero');
  if (window !== undefined && window > 3600) invalid(errors, `${field}.stabilizationWindowSeconds`, window, 'must be less than or equal to 3600');
  const select = ['Disabled', 'Max', 'Min'];
  if (rules.selectPolicy !== undefined && !select.includes(rules.selectPolicy)) notSupported(errors, `${field}.selectPolicy`, rules.selectPolicy, select);
  const policies = rules.policies ?? [];
  if (policies.length === 0) required(errors, `${field}.policies`, 'must specify at least one Policy');
  policies.forEach((policy, i) => {
    const at = `${field}.policies[${i}]`;
    const { type = '', value = 0, periodSeconds: period = 0 } = policy;
    if (type !== 'Pods' && type !== 'Percent') notSupported(errors, `${at}.type`, type, ['Percent', 'Pods']);
    if (value <= 0) invalid(errors, `${at}.value`, value, 'must be greater than zero');
    if (period <= 0) invalid(errors, `${at}.periodSeconds`, period, 'must be greater than zero');
    if (period > 1800) invalid(errors, `${at}.periodSeconds`, period, 'must be less than or equal to 1800');
  });
  if (rules.tolerance !== undefined && (parseQuantity(rules.tolerance) ?? 0n) < 0n) invalid(errors, `${field}.tolerance`, rules.tolerance, 'must be greater than or equal to 0');
}

const OBJECTS: ReferenceRules = { anyVersion: false, coreToo: true };

function validateSpec(errors: Errors, spec: Spec, old: Spec | undefined): void {
  const { minReplicas: least, maxReplicas: most = 0, scaleTargetRef: target = {}, metrics = [], behavior } = spec;
  // What was at zero before it was forbidden may stay there.
  const bound = old?.minReplicas === 0 ? 0 : 1;
  if (least !== undefined && least < bound) invalid(errors, 'spec.minReplicas', least, `must be greater than or equal to ${bound}`);
  if (most === 0) required(errors, 'spec.maxReplicas', 'must be set and greater than 0');
  else if (most < 0) invalid(errors, 'spec.maxReplicas', most, 'must be greater than or equal to 1');
  if (least !== undefined && most < least) invalid(errors, 'spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`');
  const before = old?.scaleTargetRef ?? {};
  const isSame = old !== undefined && (before.apiVersion ?? '') === (target.apiVersion ?? '') && (before.kind ?? '') === (target.kind ?? '');
  validateReference(errors, target, 'spec.scaleTargetRef', { anyVersion: isSame, coreToo: target.kind === 'ReplicationController' });
  const wasWrong = old?.metrics?.some((metric) => metric.type === 'Object' && metric.object !== undefined && versionFault(metric.object.describedObject ?? {}, OBJECTS) !== undefined) === true;
  metrics.forEach((metric, i) => validateMetric(errors, metric, `spec.metrics[${i}]`, { ...OBJECTS, anyVersion: wasWrong }));
  if (least === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) forbidden(errors, 'spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas');
  if (behavior?.scaleUp !== undefined) validateRules(errors, behavior.scaleUp, 'spec.behavior.scaleUp');
  if (behavior?.scaleDown !== undefined) validateRules(errors, behavior.scaleDown, 'spec.behavior.scaleDown');
}

export const horizontalPodAutoscaler = strategyFor<AutoscalerIn>({
  default: (object) => {
    const { spec } = object;
    const { behavior } = spec;
    const next: Spec = {
      ...spec,
      minReplicas: spec.minReplicas ?? 1,
      metrics: (spec.metrics?.length ?? 0) === 0 ? [CPU_AT_80] : spec.metrics!,
      ...(behavior === undefined ? {} : { behavior: { scaleUp: { ...UP, ...behavior.scaleUp }, scaleDown: { ...DOWN, ...behavior.scaleDown } } }),
    };
    return { ...object, spec: settled('v2.HorizontalPodAutoscalerSpec', next) };
  },
  prepareForCreate: (object) => withField(object, 'status', emptyStatus('HorizontalPodAutoscaler')),
  prepareForUpdate: (object, old) => withField(object, 'status', old.status),
  prepareForStatusUpdate: (object, old) => withField(object, 'spec', old.spec),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateSpec(errors, object.spec, undefined);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateSpec(errors, object.spec, old.spec);
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    for (const key of ['currentReplicas', 'desiredReplicas'] as const) nonNegative(errors, `status.${key}`, object.status?.[key]);
    return errors;
  },
});
