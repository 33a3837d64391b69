import { describe, expect, it } from 'vitest';
import type { ProxyMode, TrafficConfig } from '../../src/sim/api/cluster.ts';
import { STRATEGIC_MERGE_PATCH, type Method } from '../../src/sim/api/request.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import type { RequestNote } from '../../src/sim/api/traffic.ts';
import { newCluster } from '../../src/sim/cluster/cluster.ts';
import { command, runUntil } from '../../src/sim/cluster/step.ts';
import type { StepRecord } from '../../src/sim/kernel/trace.ts';
import type { World } from '../../src/sim/cluster/world.ts';
import { at } from '../../src/sim/kernel/journal.ts';

/** A whole cluster with a Deployment of three, a Service, and a client that asks 20 times a second. */
function shop(options: { readonly mode?: ProxyMode; readonly drain?: boolean; readonly seed?: number; readonly from?: TrafficConfig['from'] }): World {
  const nodes = [1, 2, 3].map((index) => ({ name: `node-${index}`, cpu: '4', memory: '8Gi', index, hollow: false }));
  const world = newCluster({ nodes, proxyMode: options.mode ?? 'iptables' }, options.seed ?? 1);
  runUntil(world, 10 * SECOND);
  const drain = options.drain === true ? { readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 2 }, lifecycle: { preStop: { sleep: { seconds: 5 } } } } : {};
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'nginx:1.27', ...drain }] } };
  send(world, 'POST', '/apis/apps/v1/namespaces/default/deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template } });
  send(world, 'POST', '/api/v1/namespaces/default/services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 80 }] } });
  runUntil(world, 25 * SECOND);
  command(world, { type: 'traffic', on: { name: 'client', service: 'default/web', port: 80, perSecond: 20, from: options.from ?? { node: 'node-1' } } });
  runUntil(world, 30 * SECOND);
  return world;
}
function send(world: World, method: Method, path: string, body: object, contentType?: string): void {
  command(world, { type: 'request', request: { user: 'kubernetes-admin', method, path, body, ...(contentType === undefined ? {} : { contentType }) } });
}
function requests(world: World, fromSeconds = 0, toSeconds = Infinity): readonly RequestNote[] {
  const out: RequestNote[] = [];
  for (let i = 0; i < world.trace.length; i++) for (const note of (at(world.trace, i) as StepRecord).notes ?? []) if (note.type === 'request') out.push(note as unknown as RequestNote);
  return out.filter(({ sentAt }) => sentAt >= fromSeconds * SECOND && sentAt < toSeconds * SECOND);
}
const failed = (list: readonly RequestNote[]): readonly RequestNote[] => list.filter(({ outcome }) => outcome !== 'answered');
/** When the rules of a node lost an endpoint after a moment. */
function rulesChangedAt(world: World, node: string, after: number): number {
  for (let i = 0; i < world.trace.length; i++) {
    const record = at(world.trace, i) as StepRecord;
    if (record.at > after * SECOND && record.notes?.some((note) => note.type === 'rules' && note.node === node && (note.backends as unknown[]).length < (note.was as unknown[]).length)) return record.at / SECOND;
  }
  return Infinity;
}

describe('a steady client', () => {
  it('is answered by every Pod in its turn, and each request has its path', () => {
    const world = shop({});
    const all = requests(world);
    expect(all.length).toBeGreaterThan(95);
    expect(failed(all)).toEqual([]);
    const shares = new Map<string, number>();
    for (const { backend } of all) shares.set(backend!.pod!, (shares.get(backend!.pod!) ?? 0) + 1);
    expect(shares.size).toBe(3);
    for (const share of shares.values()) expect(share / all.length).toBeGreaterThan(0.2);
    const [first] = all;
    expect(first!.path.map(({ process }) => process)).toEqual(['traffic/client', 'proxy/node-1', `machine/${first!.backend!.node}`, 'traffic/client']);
    for (let i = 1; i < first!.path.length; i++) expect(first!.path[i]!.at).toBeGreaterThan(first!.path[i - 1]!.at);
  });

  it.each<[string, TrafficConfig['from'], ProxyMode]>([
    ['inside', { node: 'node-1' }, 'iptables'],
    ['inside', { node: 'node-1' }, 'ipvs'],
    ['outside', { outside: true }, 'iptables'],
  ])('%s (%o, %s): about a third of the requests fail after the death of a node, until its endpoint goes; none after', (_, from, mode) => {
    const world = shop({ from, mode });
    command(world, { type: 'fault', fault: { type: 'killNode', node: 'node-2' } });
    runUntil(world, 120 * SECOND);
    const gone = rulesChangedAt(world, 'node-1', 30);
    // A silent node is found out 40 to 55 s later.
    expect(gone).toBeGreaterThan(65);
    expect(gone).toBeLessThan(90);
    const between = requests(world, 30, gone);
    const share = failed(between).length / between.length;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.42);
    for (const { outcome, sentAt, endedAt } of failed(between)) {
      expect(outcome).toBe('timedOut');
      expect(endedAt - sentAt).toBeGreaterThanOrEqual(SECOND);
    }
    expect(failed(requests(world, gone))).toEqual([]);
  });

  it.each([1, 2, 3])('a rollout with a readiness probe and 5 s of drain loses nothing (seed %d)', (seed) => {
    for (const mode of ['iptables', 'ipvs'] as const) {
      const world = shop({ drain: true, mode, seed });
      roll(world);
      expect(failed(requests(world))).toEqual([]);
    }
  });

  it.each([1, 2, 3])('without them it loses some (seed %d)', (seed) => {
    const world = shop({ seed });
    roll(world);
    const lost = failed(requests(world, 30, 60));
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(60);
  });

  function roll(world: World): void {
    send(world, 'PATCH', '/apis/apps/v1/namespaces/default/deployments/web', { spec: { template: { spec: { containers: [{ name: 'app', image: 'nginx:1.28' }] } } } }, STRATEGIC_MERGE_PATCH);
    runUntil(world, 80 * SECOND);
    const pods = new Set(requests(world, 70).map(({ backend }) => backend?.pod));
    const before = new Set(requests(world, 0, 30).map(({ backend }) => backend?.pod));
    for (const pod of pods) expect(before).not.toContain(pod);
  }

  it('is refused at once when there is no endpoint', () => {
    const world = shop({});
    send(world, 'PATCH', '/apis/apps/v1/namespaces/default/deployments/web', { spec: { replicas: 0 } }, STRATEGIC_MERGE_PATCH);
    runUntil(world, 50 * SECOND);
    const late = requests(world, 45);
    expect(new Set(late.map(({ outcome }) => outcome))).toEqual(new Set(['noEndpoints']));
    for (const { sentAt, endedAt } of late) expect(endedAt - sentAt).toBeLessThan(5000);
  });

  it('gets no answer across a partition, and all of them after', () => {
    const world = shop({});
    command(world, { type: 'fault', fault: { type: 'partitionNode', node: 'node-3' } });
    runUntil(world, 60 * SECOND);
    const share = failed(requests(world, 31, 59)).length / requests(world, 31, 59).length;
    expect(share).toBeGreaterThan(0.2);
    command(world, { type: 'fault', fault: { type: 'healNode', node: 'node-3' } });
    runUntil(world, 80 * SECOND);
    expect(failed(requests(world, 65))).toEqual([]);
  });

  it('outside, finds another way in when its node dies', () => {
    const world = shop({ from: { outside: true } });
    command(world, { type: 'fault', fault: { type: 'killNode', node: 'node-1' } });
    runUntil(world, 120 * SECOND);
    expect(failed(requests(world, 100))).toEqual([]);
  });
});
