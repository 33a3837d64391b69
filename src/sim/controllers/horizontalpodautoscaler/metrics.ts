import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus, MetricValue, PodMetrics } from '../../api/autoscaling.ts';
import { kindInfo, qualifiedResource } from '../../api/kinds.ts';
import type { Pod } from '../../api/object.ts';
import { formatNano, milliValue } from '../../api/quantity.ts';
import type { Request, Response, Status } from '../../api/request.ts';
import { SECOND, parseTimestamp, type Micros } from '../../api/time.ts';
import { byAverage, byShare, byUtilization, byValue, failed, tolerancesOf, type Proposed, type Sample, type Samples } from './calculator.ts';
import { goSelector, printSelector } from '../../api/selectorText.ts';

/**
 * What is asked for each metric of a spec, and what the answer says (pkg/controller/podautoscaler/metrics/client.go; computeReplicasForMetric and
 * the functions below it in horizontal.go). Upstream's words throughout: they get into conditions and Events.
 */
const RESOURCE = '/apis/metrics.k8s.io/v1beta1';
const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta2';
const EXTERNAL = '/apis/external.metrics.k8s.io/v1beta1';
/** What a custom metric's window counts as, where it does not say. */
const DEFAULT_WINDOW = 60 * SECOND;

type Ask = Omit<Request, 'user'>;
const withSelectors = (path: string, selectors: Readonly<Record<string, string>>): Ask => {
  const query = Object.fromEntries(Object.entries(selectors).filter(([, text]) => text !== ''));
  return { method: 'GET', path, ...(Object.keys(query).length === 0 ? {} : { query }) };
};

function resourceOf(kind: string): string {
  const info = kindInfo(kind);
  return info === undefined ? `${kind.toLowerCase()}s` : qualifiedResource(info);
}

/** The request that a metric needs; undefined: of a kind that nobody knows. */
export function questionFor(spec: MetricSpec, namespace: string, podSelector: string): Ask | undefined {
  switch (spec.type) {
    case 'Resource':
    case 'ContainerResource':
      return withSelectors(`${RESOURCE}/namespaces/${namespace}/pods`, { labelSelector: podSelector });
    case 'Pods':
      return withSelectors(`${CUSTOM}/namespaces/${namespace}/pods/*/${spec.pods!.metric.name}`, { labelSelector: podSelector, metricLabelSelector: printSelector(spec.pods!.metric.selector) });
    case 'Object': {
      const { describedObject, metric } = spec.object!;
      const resource = resourceOf(describedObject.kind);
      const selectors = { metricLabelSelector: printSelector(metric.selector) };
      return describedObject.kind === 'Namespace' ? withSelectors(`${CUSTOM}/namespaces/${namespace}/metrics/${metric.name}`, selectors) : withSelectors(`${CUSTOM}/namespaces/${namespace}/${resource}/${describedObject.name}/${metric.name}`, selectors);
    }
    case 'External':
      return withSelectors(`${EXTERNAL}/namespaces/${namespace}/${spec.external!.metric.name}`, { labelSelector: printSelector(spec.external!.metric.selector) });
    default:
      return undefined;
  }
}

export interface Computed {
  /** Absent: it could not be computed, and why: for the condition with its Event, and for the one that counts all metrics. */
  readonly failure?: { readonly reason: string; readonly error: string; readonly whole: string };
  readonly replicas: number;
  readonly name: string;
  readonly status: MetricStatus;
}
export interface Scene {
  readonly hpa: HorizontalPodAutoscaler;
  readonly pods: readonly Pod[];
  /** Of the scale: what is asked for, and what there is. */
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly now: Micros;
}

/** What client-go makes of an answer that is no Status of its own: a general sentence, and what was asked for. */
const PLAIN: Readonly<Record<number, string>> = { 404: 'the server could not find the requested resource', 503: 'the server is currently unable to handle the request' };
function messageOf(response: Response, spec: MetricSpec): string {
  const said = (response.body as Status).message ?? 'the server could not be reached';
  const plain = PLAIN[response.code];
  const isNowhere = said.startsWith('404 page not found');
  if (plain === undefined || (said !== plain && !isNowhere)) return said;
  switch (spec.type) {
    case 'Pods':
    case 'Object':
      // Its client looks first whether the group is there at all.
      if (isNowhere) return 'no custom metrics API (custom.metrics.k8s.io) registered';
      return `${plain} (get ${spec.object === undefined ? 'pods.custom.metrics.k8s.io *' : `${resourceOf(spec.object.describedObject.kind).split('.')[0]}.custom.metrics.k8s.io ${spec.object.describedObject.name}`})`;
    case 'External':
      return `${plain} (get ${spec.external!.metric.name}.external.metrics.k8s.io)`;
    default:
      return `${plain} (get pods.metrics.k8s.io)`;
  }
}
const itemsOf = <T>(response: Response): readonly T[] => ((response.body as { readonly items?: unknown }).items ?? []) as readonly T[];
const milli = (value: number, resource = ''): string => formatNano(BigInt(value) * 1_000_000n, resource === 'memory' ? 'binary' : 'decimal');

function windowOf(text: string): Micros {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?$/.exec(text);
  return match === null ? 0 : Math.round((Number(match[1] ?? 0) * 3_600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0)) * SECOND);
}

/** The CPU or memory of each Pod, or of one container of each: a Pod of which a container is missing does not count. */
function resourceSamples(response: Response, spec: MetricSpec, resource: string, container: string): Samples | { readonly error: string } {
  const about = `unable to get metrics for resource ${resource}`;
  if (response.code >= 300 || response.code === 0) return { error: `${about}: unable to fetch metrics from resource metrics API: ${messageOf(response, spec)}` };
  const items = itemsOf<PodMetrics>(response);
  if (items.length === 0) return { error: `${about}: no metrics returned from resource metrics API` };
  const samples = new Map<string, Sample>();
  for (const { metadata, timestamp, window, containers } of items) {
    const counted = container === '' ? containers : containers.filter(({ name }) => name === container).slice(0, 1);
    if (counted.length === 0 || counted.some(({ usage }) => usage[resource] === undefined)) continue;
    samples.set(metadata.name, { value: counted.reduce((sum, { usage }) => sum + milliValue(usage[resource]), 0), at: parseTimestamp(timestamp) ?? 0, windowMicros: windowOf(window) });
  }
  return samples;
}
function podSamples(response: Response, spec: MetricSpec, metric: string): Samples | { readonly error: string } {
  const about = `unable to get metric ${metric}`;
  if (response.code >= 300 || response.code === 0) return { error: `${about}: unable to fetch metrics from custom metrics API: ${messageOf(response, spec)}` };
  const items = itemsOf<MetricValue>(response);
  if (items.length === 0) return { error: `${about}: no metrics returned from custom metrics API` };
  return new Map(items.map(({ describedObject, timestamp, windowSeconds, value }): [string, Sample] => [describedObject.name, { value: milliValue(value), at: parseTimestamp(timestamp) ?? 0, windowMicros: windowSeconds === undefined ? DEFAULT_WINDOW : windowSeconds * SECOND }]));
}

const FAILURES: Readonly<Record<string, string>> = { Object: 'FailedGetObjectMetric', Pods: 'FailedGetPodsMetric', Resource: 'FailedGetResourceMetric', ContainerResource: 'FailedGetContainerResourceMetric', External: 'FailedGetExternalMetric' };

/** What one metric asks for. */
export function compute(spec: MetricSpec, response: Response, scene: Scene): Computed {
  const fail = (error: string, whole: string): Computed => ({ failure: { reason: FAILURES[spec.type] ?? 'InvalidMetricSourceType', error, whole }, replicas: 0, name: '', status: { type: '' } });
  const { hpa, pods, specReplicas, statusReplicas, now } = scene;
  const tolerances = tolerancesOf(hpa.spec.behavior);
  switch (spec.type) {
    case 'Resource':
    case 'ContainerResource': {
      const { name: resource, target } = (spec.resource ?? spec.containerResource)!;
      const container = spec.containerResource?.container ?? '';
      const isAverage = target.averageValue !== undefined;
      const samples = resourceSamples(response, spec, resource, container);
      const proposed: Proposed = failed(samples)
        ? samples
        : isAverage
          ? byAverage(samples, pods, resource, milliValue(target.averageValue), specReplicas, tolerances, now)
          : byUtilization(samples, pods, resource, container, target.averageUtilization ?? 0, specReplicas, tolerances, now);
      if (failed(proposed)) {
        const error = `failed to get ${resource} ${isAverage ? 'usage' : 'utilization'}: ${proposed.error}`;
        return fail(error, container === '' ? `failed to get ${resource} resource metric value: ${error}` : `failed to get ${container} container metric value: ${error}`);
      }
      const current = { ...(proposed.utilization === undefined ? {} : { averageUtilization: proposed.utilization }), averageValue: milli(proposed.usage, resource) };
      const name = isAverage ? `${resource} resource` : `${resource}${container === '' ? '' : ' container'} resource utilization (percentage of request)`;
      return { replicas: proposed.replicas, name, status: container === '' ? { type: spec.type, resource: { name: resource, current } } : { type: spec.type, containerResource: { name: resource, container, current } } };
    }
    case 'Pods': {
      const { metric, target } = spec.pods!;
      const samples = podSamples(response, spec, metric.name);
      const proposed = failed(samples) ? samples : byAverage(samples, pods, '', milliValue(target.averageValue), specReplicas, tolerances, now);
      if (failed(proposed)) return fail(proposed.error, `failed to get pods metric value: ${proposed.error}`);
      return { replicas: proposed.replicas, name: `pods metric ${metric.name}`, status: { type: 'Pods', pods: { metric, current: { averageValue: milli(proposed.usage) } } } };
    }
    case 'Object': {
      const { describedObject, metric, target } = spec.object!;
      const isAverage = target.averageValue !== undefined;
      const value = objectValue(response, spec, `unable to get metric ${metric.name}: ${describedObject.kind} on ${hpa.metadata.namespace} ${describedObject.name}/`);
      const proposed = failed(value) ? value : isAverage ? byShare(value.usage, milliValue(target.averageValue), statusReplicas, tolerances) : byValue(value.usage, pods, milliValue(target.value), specReplicas, tolerances);
      if (failed(proposed)) {
        const error = isAverage ? `failed to get ${metric.name} object metric: ${proposed.error}` : proposed.error;
        return fail(proposed.error, `failed to get object metric value: ${error}`);
      }
      const current = isAverage ? { averageValue: milli(proposed.usage) } : { value: milli(proposed.usage) };
      const name = isAverage ? `external metric ${metric.name}(${goSelector(metric.selector)})` : `${describedObject.kind} metric ${metric.name}`;
      return { replicas: proposed.replicas, name, status: { type: 'Object', object: { metric, current, describedObject } } };
    }
    case 'External': {
      const { metric, target } = spec.external!;
      const isAverage = target.averageValue !== undefined;
      const value = externalValue(response, spec, `unable to get external metric ${hpa.metadata.namespace}/${metric.name}/${goSelector(metric.selector)}: `);
      const proposed = failed(value) ? value : isAverage ? byShare(value.usage, milliValue(target.averageValue), statusReplicas, tolerances) : byValue(value.usage, pods, milliValue(target.value), specReplicas, tolerances);
      if (failed(proposed)) {
        const error = isAverage ? `failed to get ${metric.name} external metric: ${proposed.error}` : `failed to get external metric ${metric.name}: ${proposed.error}`;
        return fail(proposed.error, `failed to get ${metric.name} external metric value: ${error}`);
      }
      const current = isAverage ? { averageValue: milli(proposed.usage) } : { value: milli(proposed.usage) };
      return { replicas: proposed.replicas, name: `external metric ${metric.name}(${goSelector(metric.selector)})`, status: { type: 'External', external: { metric, current } } };
    }
    default: {
      const error = `unknown metric source type ${JSON.stringify(spec.type)}`;
      return fail(error, error);
    }
  }
}

/** One object's value: the list has one entry. */
function objectValue(response: Response, spec: MetricSpec, about: string): { readonly usage: number } | { readonly error: string } {
  if (response.code >= 300 || response.code === 0) return { error: `${about}unable to fetch metrics from custom metrics API: ${messageOf(response, spec)}` };
  const items = itemsOf<MetricValue>(response);
  if (items.length !== 1) return { error: `${about}unable to fetch metrics from custom metrics API: the custom metrics API server returned ${items.length} results when we asked for exactly one` };
  return { usage: milliValue(items[0]!.value) };
}
/** The values of all series that the selector selects count together. */
function externalValue(response: Response, spec: MetricSpec, about: string): { readonly usage: number } | { readonly error: string } {
  if (response.code >= 300 || response.code === 0) return { error: `${about}unable to fetch metrics from external metrics API: ${messageOf(response, spec)}` };
  const items = itemsOf<{ readonly value: string }>(response);
  if (items.length === 0) return { error: `${about}no metrics returned from external metrics API` };
  return { usage: items.reduce((sum, { value }) => sum + milliValue(value), 0) };
}
