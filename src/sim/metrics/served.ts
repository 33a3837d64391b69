import type { Curve, ServedMetrics } from '../api/metrics.ts';
import { conditionOf, type LabelSelector, type Pod } from '../api/object.ts';
import type { Response } from '../api/request.ts';
import { selects } from '../api/selector.ts';
import { SECOND, timestamp, type Micros } from '../api/time.ts';

/**
 * The metrics server of a recording (ClusterConfig.metrics): a total after a curve, shared equally by the Pods that are ready; others that run
 * report 0. So that comparisons see what the recorded controller saw.
 */
const at = <V>(curve: readonly (readonly [number, V])[], micros: Micros): V => (curve.findLast(([second]) => second * SECOND <= micros) ?? curve[0]!)[1];

/** Recorded: 8 s after an outage began it was not noticed yet, after 23 s it was. */
const NOTICED: Micros = 15 * SECOND;

export function served(metrics: ServedMetrics, group: string, scene: { readonly now: Micros; pods(): readonly Pod[] }, namespace: string, selector: LabelSelector, metric: string): Response | undefined {
  const micros = Math.max(0, scene.now - metrics.from);
  const state = metrics.api === undefined ? 'up' : at(metrics.api, micros);
  const isCpu = group === 'metrics.k8s.io';
  const curve: Curve | undefined = isCpu ? metrics.cpu : metrics.pods?.[metric];
  if (state === 'absent' || (isCpu ? metrics.cpu : metrics.pods) === undefined) return undefined;
  const refused = (code: 404 | 503, message: string): Response => ({ code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: code === 404 ? 'NotFound' : 'ServiceUnavailable', code } });
  if (state !== 'up') {
    // After a while the aggregation layer takes the versions of a group that does not answer out of discovery, and the client of custom metrics asks there first.
    const since = metrics.api?.findLast(([second]) => second * SECOND <= micros)?.[0] ?? 0;
    return refused(503, !isCpu && micros - since * SECOND > NOTICED ? 'no known available metric versions found' : 'the server is currently unable to handle the request');
  }
  if (curve === undefined) return refused(404, 'the server could not find the requested resource');
  const running = scene.pods().filter(({ metadata, status }) => metadata.namespace === namespace && selects(selector, metadata.labels) && status.phase === 'Running' && metadata.deletionTimestamp === undefined);
  const isReady = (pod: Pod): boolean => conditionOf(pod, 'Ready')?.status === 'True';
  const ready = running.filter(isReady).length;
  const without = metrics.without === undefined ? undefined : new RegExp(metrics.without);
  const now = timestamp(scene.now);
  const reports = running.filter(({ metadata }) => without?.test(metadata.name) !== true).map((pod) => ({ pod, value: isReady(pod) ? Math.round(at(curve, micros) / ready) : 0 }));
  if (isCpu) {
    const items = reports.map(({ pod: { metadata: { name, labels }, spec }, value }) => ({
      metadata: { name, namespace, labels, creationTimestamp: now }, timestamp: now, window: `${metrics.window ?? 20}s`,
      containers: spec.containers.map((container, i) => ({ name: container.name, usage: { cpu: `${i === 0 ? value : 0}m`, memory: '64Mi' } })),
    }));
    return { code: 200, body: { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items } };
  }
  const items = reports.map(({ pod, value }) => ({ describedObject: { kind: 'Pod', namespace, name: pod.metadata.name, apiVersion: 'v1' }, metric: { name: metric }, timestamp: now, windowSeconds: metrics.window ?? 20, value: String(value) }));
  return { code: 200, body: { kind: 'MetricValueList', apiVersion: 'custom.metrics.k8s.io/v1beta2', metadata: {}, items } };
}
