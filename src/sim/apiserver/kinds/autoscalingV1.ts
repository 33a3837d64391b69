import type { KubernetesObject, StringMap } from '../../api/object.ts';
import type { Conversion } from '../convert.ts';
import { decodeAs } from '../decode.ts';
import { goJson } from '../goText.ts';
import { structType } from '../schema.ts';
import { CPU_AT_80, type MetricIn, type RulesIn } from './autoscalers.ts';
import { settled } from './strategies.ts';

/**
 * autoscaling/v1 is the older face of a HorizontalPodAutoscaler: it has one metric, the CPU; all others, the behaviour and the conditions are in
 * annotations (pkg/apis/autoscaling/v1/conversion.go). What is stored is autoscaling/v2.
 */
type Plain = Readonly<Record<string, unknown>>;

const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const CURRENT = 'autoscaling.alpha.kubernetes.io/current-metrics';
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';
const OWN = [METRICS, BEHAVIOR, 'autoscaling.alpha.kubernetes.io/scale-down-tolerance', 'autoscaling.alpha.kubernetes.io/scale-up-tolerance', CURRENT, CONDITIONS];

const at = (value: unknown, key: string): Plain => ((value as Plain | undefined)?.[key] as Plain | undefined) ?? {};
/** An object without what is undefined. */
const defined = (object: Plain): Plain => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
/** In the order in which Go writes the type's fields, with those that it always writes. */
const inOrder = (type: string, value: unknown): unknown => decodeAs(structType(type), value).value ?? value;
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function metricToV1(metric: Plain): Plain {
  const source = (key: string): Plain => at(metric, key);
  const target = (key: string): Plain => at(source(key), 'target');
  const id = (key: string): Plain => at(source(key), 'metric');
  const usage = (key: string): Plain => ({ name: source(key)['name'], targetAverageUtilization: target(key)['averageUtilization'], targetAverageValue: target(key)['averageValue'] });
  return {
    type: metric['type'],
    ...(metric['object'] === undefined ? {} : { object: { target: source('object')['describedObject'], metricName: id('object')['name'], targetValue: target('object')['value'], selector: id('object')['selector'], averageValue: target('object')['averageValue'] } }),
    ...(metric['pods'] === undefined ? {} : { pods: { metricName: id('pods')['name'], targetAverageValue: target('pods')['averageValue'], selector: id('pods')['selector'] } }),
    ...(metric['resource'] === undefined ? {} : { resource: usage('resource') }),
    ...(metric['containerResource'] === undefined ? {} : { containerResource: { ...usage('containerResource'), container: source('containerResource')['container'] } }),
    ...(metric['external'] === undefined ? {} : { external: { metricName: id('external')['name'], metricSelector: id('external')['selector'], targetValue: target('external')['value'], targetAverageValue: target('external')['averageValue'] } }),
  };
}
function metricFromV1(metric: Plain): Plain {
  const source = (key: string): Plain => at(metric, key);
  const target = (type: string, of: Plain): Plain => defined({ type, ...of });
  const id = (name: unknown, selector: unknown): Plain => defined({ name, selector });
  const usage = (key: string): Plain => {
    const { name, targetAverageUtilization: averageUtilization, targetAverageValue: averageValue } = source(key);
    return { name, target: target(averageUtilization === undefined ? 'AverageValue' : 'Utilization', { averageValue, averageUtilization }) };
  };
  const object = source('object');
  const external = source('external');
  const isAverage = object['averageValue'] !== undefined;
  // A zero is what a type without a way to leave it out says for none.
  const value = isAverage && (object['targetValue'] === undefined || object['targetValue'] === '0') ? undefined : (object['targetValue'] ?? '0');
  return {
    type: metric['type'],
    ...(metric['object'] === undefined ? {} : { object: { describedObject: object['target'], target: target(isAverage ? 'AverageValue' : 'Value', { value, averageValue: object['averageValue'] }), metric: id(object['metricName'], object['selector']) } }),
    ...(metric['pods'] === undefined ? {} : { pods: { metric: id(source('pods')['metricName'], source('pods')['selector']), target: { type: 'AverageValue', averageValue: source('pods')['targetAverageValue'] ?? '0' } } }),
    ...(metric['resource'] === undefined ? {} : { resource: usage('resource') }),
    ...(metric['containerResource'] === undefined ? {} : { containerResource: { ...usage('containerResource'), container: source('containerResource')['container'] } }),
    ...(metric['external'] === undefined ? {} : { external: { metric: id(external['metricName'], external['metricSelector']), target: target(external['targetValue'] === undefined ? 'AverageValue' : 'Value', { value: external['targetValue'], averageValue: external['targetAverageValue'] }) } }),
  };
}

function statusToV1(metric: Plain): Plain {
  const source = (key: string): Plain => at(metric, key);
  const current = (key: string): Plain => at(source(key), 'current');
  const id = (key: string): Plain => at(source(key), 'metric');
  const usage = (key: string): Plain => ({ name: source(key)['name'], currentAverageUtilization: current(key)['averageUtilization'], currentAverageValue: current(key)['averageValue'] });
  return {
    type: metric['type'],
    ...(metric['object'] === undefined ? {} : { object: { target: source('object')['describedObject'], metricName: id('object')['name'], currentValue: current('object')['value'], selector: id('object')['selector'], averageValue: current('object')['averageValue'] } }),
    ...(metric['pods'] === undefined ? {} : { pods: { metricName: id('pods')['name'], currentAverageValue: current('pods')['averageValue'], selector: id('pods')['selector'] } }),
    ...(metric['resource'] === undefined ? {} : { resource: usage('resource') }),
    ...(metric['containerResource'] === undefined ? {} : { containerResource: { ...usage('containerResource'), container: source('containerResource')['container'] } }),
    ...(metric['external'] === undefined ? {} : { external: { metricName: id('external')['name'], metricSelector: id('external')['selector'], currentValue: current('external')['value'], currentAverageValue: current('external')['averageValue'] } }),
  };
}
function statusFromV1(metric: Plain): Plain {
  const source = (key: string): Plain => at(metric, key);
  const id = (name: unknown, selector: unknown): Plain => defined({ name, selector });
  const usage = (key: string): Plain => ({ name: source(key)['name'], current: defined({ averageValue: source(key)['currentAverageValue'] ?? '0', averageUtilization: source(key)['currentAverageUtilization'] }) });
  const { object, external } = { object: source('object'), external: source('external') };
  return {
    type: metric['type'],
    ...(metric['object'] === undefined ? {} : { object: { metric: id(object['metricName'], object['selector']), current: defined({ value: object['currentValue'] ?? '0', averageValue: object['averageValue'] }), describedObject: object['target'] } }),
    ...(metric['pods'] === undefined ? {} : { pods: { metric: id(source('pods')['metricName'], source('pods')['selector']), current: { averageValue: source('pods')['currentAverageValue'] ?? '0' } } }),
    ...(metric['resource'] === undefined ? {} : { resource: usage('resource') }),
    ...(metric['containerResource'] === undefined ? {} : { containerResource: { ...usage('containerResource'), container: source('containerResource')['container'] } }),
    ...(metric['external'] === undefined ? {} : { external: { metric: id(external['metricName'], external['metricSelector']), current: defined({ value: external['currentValue'] ?? '0', averageValue: external['currentAverageValue'] }) } }),
  };
}

/** The behaviour is kept as Go's internal value. */
const rulesToGo = (rules: RulesIn | undefined): unknown =>
  rules === undefined ? null : {
    StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
    SelectPolicy: rules.selectPolicy ?? null,
    Policies: rules.policies?.map(({ type, value, periodSeconds }) => ({ Type: type ?? '', Value: value ?? 0, PeriodSeconds: periodSeconds ?? 0 })) ?? null,
    Tolerance: rules.tolerance ?? null,
  };
/** Go reads field names whatever their case. */
const field = (value: unknown, name: string): unknown => Object.entries((value ?? {}) as Plain).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? undefined;
function rulesFromGo(value: unknown): Plain | undefined {
  if (value === null || value === undefined) return undefined;
  const policies = field(value, 'policies') as readonly unknown[] | undefined;
  return defined({
    stabilizationWindowSeconds: field(value, 'stabilizationWindowSeconds'),
    selectPolicy: field(value, 'selectPolicy'),
    policies: policies?.map((policy) => ({ type: field(policy, 'type') ?? '', value: field(policy, 'value') ?? 0, periodSeconds: field(policy, 'periodSeconds') ?? 0 })),
    tolerance: field(value, 'tolerance'),
  });
}

const isCpu = (metric: Plain): boolean => metric['type'] === 'Resource' && at(metric, 'resource')['name'] === 'cpu';
const cpuTarget = (metric: Plain): unknown => (isCpu(metric) ? at(at(metric, 'resource'), 'target')['averageUtilization'] : undefined);
const listAt = (value: unknown, key: string): readonly Plain[] => ((value as Plain | undefined)?.[key] as readonly Plain[] | null | undefined) ?? [];

function withAnnotations(object: KubernetesObject, own: Readonly<Record<string, string>>): KubernetesObject['metadata'] {
  const { annotations, ...metadata } = object.metadata;
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(annotations ?? {})) if (!OWN.includes(key)) kept[key] = value;
  const next: StringMap = Object.fromEntries(Object.entries({ ...kept, ...own }).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  return Object.keys(next).length === 0 ? metadata : { ...metadata, annotations: next };
}

function fromStored(object: KubernetesObject): KubernetesObject {
  const { spec, status } = object as unknown as { readonly spec: Plain; readonly status?: Plain };
  const own: Record<string, string> = {};
  const others = listAt(spec, 'metrics').filter((metric) => cpuTarget(metric) === undefined);
  if (others.length > 0) own[METRICS] = goJson(others.map((metric) => inOrder('MetricSpec', metricToV1(metric))));
  const current = listAt(status, 'currentMetrics');
  if (current.length > 0) own[CURRENT] = goJson(current.map((metric) => inOrder('MetricStatus', statusToV1(metric))));
  const behavior = spec['behavior'] as { readonly scaleUp?: RulesIn; readonly scaleDown?: RulesIn } | undefined;
  if (behavior !== undefined) own[BEHAVIOR] = goJson({ ScaleUp: rulesToGo(behavior.scaleUp), ScaleDown: rulesToGo(behavior.scaleDown) });
  const conditions = listAt(status, 'conditions');
  if (conditions.length > 0) own[CONDITIONS] = goJson(conditions);
  const target = listAt(spec, 'metrics').map(cpuTarget).find((value) => value !== undefined);
  let utilization: unknown;
  for (const metric of current) if (isCpu(metric)) utilization = at(at(metric, 'resource'), 'current')['averageUtilization'] ?? utilization;
  const { observedGeneration, lastScaleTime, currentReplicas, desiredReplicas } = status ?? {};
  return {
    kind: object.kind,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(object, own),
    spec: settled('HorizontalPodAutoscalerSpec', defined({ scaleTargetRef: spec['scaleTargetRef'], minReplicas: spec['minReplicas'], maxReplicas: spec['maxReplicas'], targetCPUUtilizationPercentage: target })),
    status: settled('HorizontalPodAutoscalerStatus', defined({ observedGeneration, lastScaleTime, currentReplicas, desiredReplicas, currentCPUUtilizationPercentage: utilization })),
  } as unknown as KubernetesObject;
}

function toStored(object: KubernetesObject): KubernetesObject {
  const { spec = {}, status = {} } = object as unknown as { readonly spec?: Plain; readonly status?: Plain };
  const { annotations } = object.metadata;
  const { targetCPUUtilizationPercentage: target, ...rest } = spec;
  const { currentCPUUtilizationPercentage: utilization, ...other } = status;
  const cpu: MetricIn | undefined = target === undefined ? undefined : { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target as number } } };
  const kept = parsed(annotations?.[METRICS]);
  const metrics = [...(Array.isArray(kept) ? (kept as readonly Plain[]).map(metricFromV1) : []), ...(cpu === undefined ? [] : [cpu])];
  const behavior = parsed(annotations?.[BEHAVIOR]);
  const rules = defined({ scaleUp: rulesFromGo(field(behavior, 'scaleUp')), scaleDown: rulesFromGo(field(behavior, 'scaleDown')) });
  const current = parsed(annotations?.[CURRENT]);
  const conditions = parsed(annotations?.[CONDITIONS]);
  const currentMetrics = Array.isArray(current) ? (current as readonly Plain[]).map(statusFromV1)
    : utilization === undefined ? undefined : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: utilization } } }];
  return {
    kind: object.kind,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(object, {}),
    spec: settled('v2.HorizontalPodAutoscalerSpec', { ...rest, metrics: metrics.length === 0 ? [CPU_AT_80] : metrics, ...(Object.keys(rules).length === 0 ? {} : { behavior: rules }) }),
    status: settled('v2.HorizontalPodAutoscalerStatus', defined({ ...other, currentMetrics, ...(Array.isArray(conditions) ? { conditions } : {}) })),
  } as unknown as KubernetesObject;
}

export const autoscalingV1: Readonly<Record<string, Conversion>> = { 'autoscaling/v1/HorizontalPodAutoscaler': { toStored, fromStored } };
