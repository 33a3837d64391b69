import { describe, expect, it } from 'vitest';
import { pathOf } from '../../src/sim/api/kinds.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import { at as itemAt } from '../../src/sim/kernel/journal.ts';
import { act, newTimeline, playUntil, read, type Timeline } from '../../src/sim/index.ts';
import { responseTime } from '../../src/sim/scenarios/responseTime.ts';
import { apply, THREE_NODES, traffic } from '../../src/sim/scenarios/scenario.ts';
import { goDuration } from '../../src/sim/metrics/answers.ts';

interface PodMetrics {
  readonly metadata: { readonly name: string };
  readonly window: string;
  readonly containers: readonly { readonly usage: { readonly cpu: string; readonly memory: string } }[];
}
const get = <T>(timeline: Timeline, path: string): { readonly code: number; readonly body: T } => read(timeline.world, { user: 'kubernetes-admin', method: 'GET', path }) as unknown as { readonly code: number; readonly body: T };
const podsOf = (timeline: Timeline): readonly PodMetrics[] => get<{ readonly items: readonly PodMetrics[] }>(timeline, '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dshop').body.items;
const RESPONSE = '/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/pods/*/response_time_milliseconds';
const responseTimes = (timeline: Timeline): readonly number[] => get<{ readonly items: readonly { readonly value: string }[] }>(timeline, RESPONSE).body.items.map(({ value }) => (value.endsWith('m') ? Number(value.slice(0, -1)) / 1000 : Number(value)));
const milli = (cpu: string): number => (cpu.endsWith('n') ? Number(cpu.slice(0, -1)) / 1e6 : cpu.endsWith('u') ? Number(cpu.slice(0, -1)) / 1e3 : cpu.endsWith('m') ? Number(cpu.slice(0, -1)) : Number(cpu) * 1000);
const stepsOf = (timeline: Timeline, process: string): number => {
  let count = 0;
  for (let i = 0; i < timeline.world.trace.length; i++) if (itemAt(timeline.world.trace, i)!.process === process) count++;
  return count;
};

describe('from load to metrics', () => {
  it('six requests a second of 120 ms on two Pods: 20m and 360m each, 120 ms', () => {
    const timeline = newTimeline(responseTime);
    playUntil(timeline, 62 * SECOND);
    const pods = podsOf(timeline);
    expect(pods).toHaveLength(2);
    for (const { window, containers } of pods) {
      expect(Number(window.slice(0, -1))).toBeCloseTo(15, 1);
      expect(milli(containers[0]!.usage.cpu)).toBeGreaterThan(300);
      expect(milli(containers[0]!.usage.cpu)).toBeLessThan(460);
      expect(containers[0]!.usage.memory).toBe('9216Ki');
    }
    expect(pods.reduce((sum, { containers }) => sum + milli(containers[0]!.usage.cpu), 0)).toBeCloseTo(2 * 20 + 6 * 120, -1.5);
    expect(responseTimes(timeline)).toEqual([120, 120]);
  });

  it('a rush makes it slow, more Pods make it quick again', () => {
    const timeline = newTimeline(responseTime);
    playUntil(timeline, 76 * SECOND);
    expect(Math.min(...responseTimes(timeline))).toBeGreaterThan(500);
    playUntil(timeline, 106 * SECOND);
    expect(responseTimes(timeline).length).toBeGreaterThan(4);
    expect(Math.max(...responseTimes(timeline))).toBeLessThan(220);
  });

  it('nodes have metrics as well, and what is not there is refused', () => {
    const timeline = newTimeline(responseTime);
    playUntil(timeline, 40 * SECOND);
    expect(get<{ readonly items: readonly unknown[] }>(timeline, '/apis/metrics.k8s.io/v1beta1/nodes').body.items).toHaveLength(3);
    expect(get(timeline, '/apis/metrics.k8s.io/v1beta1/nodes/node-2').body).toMatchObject({ kind: 'NodeMetrics', metadata: { name: 'node-2' } });
    expect(get(timeline, '/apis/metrics.k8s.io/v1beta1/nodes/node-9')).toMatchObject({ code: 404, body: { message: 'nodemetrics.metrics.k8s.io "node-9" not found' } });
    expect(get(timeline, RESPONSE.replace('response_time_milliseconds', 'beauty'))).toMatchObject({ code: 404, body: { message: 'the server could not find the metric beauty for pods' } });
    expect(get(timeline, '/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue').code).toBe(404);
  });

  it('a node that is dead says nothing any more', () => {
    const timeline = newTimeline(responseTime);
    playUntil(timeline, 40 * SECOND);
    act(timeline, { type: 'fault', fault: { type: 'killNode', node: 'node-3' } });
    playUntil(timeline, 90 * SECOND);
    expect(get<{ readonly items: readonly { readonly metadata: { readonly name: string } }[] }>(timeline, '/apis/metrics.k8s.io/v1beta1/nodes').body.items.map(({ metadata }) => metadata.name)).toEqual(['node-1', 'node-2']);
  });

  it('while the metrics server is down its groups answer 503', () => {
    const timeline = newTimeline(responseTime);
    playUntil(timeline, 40 * SECOND);
    act(timeline, { type: 'fault', fault: { type: 'crash', component: 'metrics-server' } });
    expect(get(timeline, RESPONSE).code).toBe(503);
    act(timeline, { type: 'fault', fault: { type: 'restart', component: 'metrics-server' } });
    playUntil(timeline, 80 * SECOND);
    expect(get(timeline, RESPONSE).code).toBe(200);
  });
});

describe('without an autoscaler', () => {
  const shop = responseTime.script.filter(({ command }) => command.type === 'request' && !command.request.path.includes('autoscal'));
  const story = { ...responseTime, config: THREE_NODES, script: [...shop, traffic(12 * SECOND, { name: 'c', service: 'default/shop', port: 80, perSecond: 6, from: { node: 'node-1' } })] };
  it('nobody scrapes, and who asks is answered', () => {
    const timeline = newTimeline(story);
    playUntil(timeline, 60 * SECOND);
    expect(timeline.world.slots.has('metrics-server')).toBe(false);
    expect(timeline.world.slots.has('horizontal-pod-autoscaler')).toBe(false);
    const { steps } = timeline.world;
    expect(podsOf(timeline)).toHaveLength(2);
    expect(timeline.world.steps).toBe(steps);
  });
  it('with one, each round is three messages a node and a timer', () => {
    const timeline = newTimeline({ ...story, script: [...story.script, apply(20 * SECOND, { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'shop' }, spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' }, maxReplicas: 3 } }, 'a.yaml')] });
    playUntil(timeline, 30 * SECOND);
    const before = stepsOf(timeline, 'metrics-server');
    playUntil(timeline, 60 * SECOND);
    expect(stepsOf(timeline, 'metrics-server') - before).toBe(2 * (1 + 3));
    expect(get(timeline, pathOf('HorizontalPodAutoscaler', 'default', 'shop')).code).toBe(200);
  });
});

describe('durations as Go prints them', () => {
  it.each([[15 * SECOND, '15s'], [15_020_000, '15.02s'], [63 * SECOND, '1m3s']])('%s', (micros, text) => expect(goDuration(micros)).toBe(text));
});
