import type { ContainerUsage, ServedMetrics, UsageReport } from '../api/metrics.ts';
import type { Node, Pod } from '../api/object.ts';
import { formatNano } from '../api/quantity.ts';
import type { Request, Response } from '../api/request.ts';
import { selects } from '../api/selector.ts';
import { parseSelector } from '../api/selectorText.ts';
import { SECOND, timestamp, type Micros } from '../api/time.ts';
import { RESOLUTION, type MetricsState } from './server.ts';
import { served } from './served.ts';

/**
 * What metrics.k8s.io and custom.metrics.k8s.io answer, behind the aggregation layer of the API server. Usage is the difference of the last two
 * scrapes by their distance. A container that is younger than that counts from its start, once it is ten seconds old.
 */
export interface MetricsScene {
  readonly now: Micros;
  /** What the metrics server remembers; undefined: it sleeps, and the nodes are asked at once. */
  readonly state: MetricsState | undefined;
  readonly served: ServedMetrics | 'absent' | undefined;
  pods(): readonly Pod[];
  nodes(): readonly Node[];
  /** What the nodes would say now. */
  ask(): readonly UsageReport[];
}
/** In thousandths of a millisecond and of a request a second. */
export const CUSTOM_METRICS = ['response_time_milliseconds', 'requests_per_second'] as const;

const FRESH: Micros = 10 * SECOND;
/** A node that has not answered for two rounds says nothing any more. */
const STALE: Micros = 2 * RESOLUTION + RESOLUTION / 2;

export interface Usage {
  readonly at: Micros;
  readonly windowMicros: Micros;
  readonly cpuNano: number;
  readonly memoryBytes: number;
  readonly requests: number;
  readonly responseMicros: number;
}
export interface PodUsage {
  readonly namespace: string;
  readonly pod: string;
  readonly containers: ReadonlyMap<string, Usage>;
}

function usageOf(at: Micros, now: ContainerUsage, before: ContainerUsage | undefined, beforeAt: Micros, asleep: boolean): Usage | undefined {
  let base = before?.startedAt === now.startedAt ? before : undefined;
  let from = beforeAt;
  if (base === undefined) {
    const age = at - now.startedAt;
    if (age < (asleep ? SECOND : FRESH) || (!asleep && age >= RESOLUTION)) return undefined;
    base = { ...now, cpuMicros: 0, requests: 0, responseMicros: 0 };
    from = now.startedAt;
  }
  const windowMicros = at - from;
  if (windowMicros <= 0) return undefined;
  return { at, windowMicros, cpuNano: Math.round(((now.cpuMicros - base.cpuMicros) * 1_000_000_000) / windowMicros), memoryBytes: now.memoryBytes, requests: now.requests - base.requests, responseMicros: now.responseMicros - base.responseMicros };
}

/** Every Pod all of whose containers have a usage, by `namespace/name`; and what its node is. */
export function usages({ now, state, ask }: MetricsScene): { readonly pods: ReadonlyMap<string, PodUsage>; readonly nodes: ReadonlyMap<string, Usage> } {
  const pods = new Map<string, PodUsage>();
  const nodes = new Map<string, Usage>();
  const pairs = state === undefined ? ask().map((last) => ({ last, previous: undefined })) : [...state.nodes.values()].filter(({ last }) => last.at > now - STALE);
  for (const { last, previous } of pairs) {
    const missing = new Set<string>();
    let cpuNano = 0;
    let memoryBytes = 0;
    for (const one of last.containers) {
      const key = `${one.namespace}/${one.pod}`;
      const usage = usageOf(last.at, one, previous?.containers.find((each) => each.namespace === one.namespace && each.pod === one.pod && each.container === one.container), previous?.at ?? 0, state === undefined);
      if (usage === undefined) {
        missing.add(key);
        continue;
      }
      cpuNano += usage.cpuNano;
      memoryBytes += usage.memoryBytes;
      const known = pods.get(key)?.containers ?? [];
      pods.set(key, { namespace: one.namespace, pod: one.pod, containers: new Map([...known, [one.container, usage]]) });
    }
    for (const key of missing) pods.delete(key);
    nodes.set(last.node, { at: last.at, windowMicros: RESOLUTION, cpuNano: cpuNano + NODE_ITSELF.cpuNano, memoryBytes: memoryBytes + NODE_ITSELF.memoryBytes, requests: 0, responseMicros: 0 });
  }
  return { pods, nodes };
}
/** What a machine needs without Pods: its system, its kubelet, its container runtime. Made up. */
const NODE_ITSELF = { cpuNano: 60_000_000, memoryBytes: 600 * 1024 * 1024 };

/** A Go duration: "15.02s", "1m3s". */
export function goDuration(micros: Micros): string {
  const minutes = Math.floor(micros / (60 * SECOND));
  const rest = micros - minutes * 60 * SECOND;
  return `${minutes > 0 ? `${minutes}m` : ''}${Number((rest / SECOND).toFixed(6))}s`;
}
const cpuText = (nano: number): string => formatNano(BigInt(nano), 'decimal');
const memoryText = (bytes: number): string => `${Math.round(bytes / 1024)}Ki`;

export const refusal = (code: 404 | 503 | 405, message: string): Response => ({
  code,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: code === 404 ? 'NotFound' : code === 405 ? 'MethodNotAllowed' : 'ServiceUnavailable', code },
});

/** The answer to a request of one of the metrics' groups; undefined: nobody serves it. */
export function metricsAnswer(request: Request, scene: MetricsScene): Response | undefined {
  const question = request.path.indexOf('?');
  const [, , group, version, ...rest] = (question < 0 ? request.path : request.path.slice(0, question)).split('/');
  const isResource = group === 'metrics.k8s.io' && version === 'v1beta1';
  const isCustom = group === 'custom.metrics.k8s.io' && version === 'v1beta2';
  if ((!isResource && !isCustom) || scene.served === 'absent') return undefined;
  if (request.method !== 'GET') return refusal(405, 'the server does not allow this method on the requested resource');
  const selector = parseSelector(request.query?.['labelSelector'] ?? '');
  const [first, namespace, third, fourth, fifth] = rest;
  if (scene.served !== undefined) return served(scene.served, group, scene, namespace ?? '', selector, isCustom ? (fifth ?? '') : 'cpu');
  if (first === undefined) return { code: 200, body: resourceList(group, version) };
  const all = usages(scene);
  if (isResource) {
    if (first === 'nodes') return nodeMetrics(scene, all.nodes, namespace, selector);
    const name = first === 'namespaces' && third === 'pods' ? fourth : undefined;
    if (first !== 'pods' && third !== 'pods') return refusal(404, 'the server could not find the requested resource');
    const items = scene.pods().filter(({ metadata }) => (first === 'pods' || metadata.namespace === namespace) && (name === undefined ? selects(selector, metadata.labels) : metadata.name === name)).flatMap((pod) => podMetrics(pod, all.pods));
    if (name !== undefined) return items[0] === undefined ? refusal(404, `podmetrics.metrics.k8s.io "${namespace}/${name}" not found`) : { code: 200, body: { kind: 'PodMetrics', apiVersion: 'metrics.k8s.io/v1beta1', ...items[0] } };
    return { code: 200, body: { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items } };
  }
  return customMetrics(scene, all.pods, namespace ?? '', third ?? '', fourth ?? '', fifth ?? '', selector);
}

const resourceList = (group: string, version: string): Response['body'] => ({
  kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}`,
  resources: group === 'metrics.k8s.io'
    ? [{ name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] }, { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] }]
    : CUSTOM_METRICS.map((name) => ({ name: `pods/${name}`, singularName: '', namespaced: true, kind: 'MetricValueList', verbs: ['get'] })),
});

function podMetrics({ metadata, spec }: Pod, all: ReadonlyMap<string, PodUsage>): readonly object[] {
  const usage = all.get(`${metadata.namespace}/${metadata.name}`);
  const [newest] = usage?.containers.values() ?? [];
  if (usage === undefined || newest === undefined) return [];
  const { name, namespace, labels } = metadata;
  return [{
    metadata: { name, namespace, ...(labels === undefined ? {} : { labels }), creationTimestamp: timestamp(newest.at) },
    timestamp: timestamp(newest.at),
    window: goDuration(newest.windowMicros),
    containers: spec.containers.flatMap((container) => {
      const one = usage.containers.get(container.name);
      return one === undefined ? [] : [{ name: container.name, usage: { cpu: cpuText(one.cpuNano), memory: memoryText(one.memoryBytes) } }];
    }),
  }];
}

function nodeMetrics(scene: MetricsScene, all: ReadonlyMap<string, Usage>, name: string | undefined, selector: ReturnType<typeof parseSelector>): Response {
  const items = scene.nodes().filter(({ metadata }) => (name === undefined ? selects(selector, metadata.labels) : metadata.name === name)).flatMap(({ metadata }) => {
    const usage = all.get(metadata.name);
    return usage === undefined ? [] : [{ metadata: { name: metadata.name, ...(metadata.labels === undefined ? {} : { labels: metadata.labels }), creationTimestamp: timestamp(usage.at) }, timestamp: timestamp(usage.at), window: goDuration(usage.windowMicros), usage: { cpu: cpuText(usage.cpuNano), memory: memoryText(usage.memoryBytes) } }];
  });
  if (name !== undefined) return items[0] === undefined ? refusal(404, `nodemetrics.metrics.k8s.io "${name}" not found`) : { code: 200, body: { kind: 'NodeMetrics', apiVersion: 'metrics.k8s.io/v1beta1', ...items[0] } };
  return { code: 200, body: { kind: 'NodeMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items } };
}

function customMetrics(scene: MetricsScene, all: ReadonlyMap<string, PodUsage>, namespace: string, resource: string, name: string, metric: string, selector: ReturnType<typeof parseSelector>): Response {
  if (resource !== 'pods' || !(CUSTOM_METRICS as readonly string[]).includes(metric)) return refusal(404, `the server could not find the metric ${metric} for ${resource}${name === '*' ? '' : ` ${name}`}`);
  const items = scene.pods().filter(({ metadata }) => metadata.namespace === namespace && (name === '*' ? selects(selector, metadata.labels) : metadata.name === name)).flatMap(({ metadata }) => {
    const usage = all.get(`${namespace}/${metadata.name}`);
    const [newest] = usage?.containers.values() ?? [];
    if (usage === undefined || newest === undefined) return [];
    let requests = 0;
    let micros = 0;
    for (const one of usage.containers.values()) {
      requests += one.requests;
      micros += one.responseMicros;
    }
    const milli = metric === 'requests_per_second' ? Math.round((requests * 1_000_000_000) / newest.windowMicros) : requests === 0 ? 0 : Math.round(micros / requests);
    return [{ describedObject: { kind: 'Pod', namespace, name: metadata.name, apiVersion: 'v1' }, metric: { name: metric }, timestamp: timestamp(newest.at), windowSeconds: Math.round(newest.windowMicros / SECOND), value: formatNano(BigInt(milli) * 1_000_000n, 'decimal') }];
  });
  if (name !== '*' && items.length === 0) return refusal(404, `the server could not find the metric ${metric} for pods ${name}`);
  return { code: 200, body: { kind: 'MetricValueList', apiVersion: 'custom.metrics.k8s.io/v1beta2', metadata: {}, items } };
}
