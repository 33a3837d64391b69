import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/sim/api/object.ts';
import { summarize } from '../../src/kubectl/kubectl.ts';
import { newServer, run } from './server.ts';
import type { Server } from './server.ts';

const make = (kind: string, apiVersion: string, name: string, more: object, metadata: object = {}): KubernetesObject => ({ apiVersion, kind, metadata: { name, uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '2026-01-05T08:00:00Z', ...metadata }, ...more }) as unknown as KubernetesObject;
const web = make('Deployment', 'apps/v1', 'web', { spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, strategy: { type: 'RollingUpdate' }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'nginx:1.27' }, { name: 'log', image: 'fluentd:1' }] } } } }, { namespace: 'default', generation: 1 });
const start = (...more: readonly KubernetesObject[]): Server => newServer([make('Namespace', 'v1', 'default', {}), make('Node', 'v1', 'node-1', { spec: {}, status: {} }), web, ...more], 0);

/** The writes of a line, as the stage shows them, with what they carry. */
function writes(line: readonly string[], server = start(), stdin?: string): readonly string[] {
  run(server, line, stdin === undefined ? {} : { stdin });
  return server.requests.filter((request) => request.method !== 'GET').map((request) => `${request.method} ${request.path} ${JSON.stringify(request.body)}`);
}

const D = '/apis/apps/v1/namespaces/default/deployments/web';
describe('what a command line writes', () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['scale deployment/web --replicas=5', [`PATCH ${D}/scale {"spec":{"replicas":5}}`]],
    ['set image deployment/web app=nginx:1.28', [`PATCH ${D} {"spec":{"template":{"spec":{"containers":[{"image":"nginx:1.28","name":"app"}],"$setElementOrder/containers":[{"name":"app"},{"name":"log"}]}}}}`]],
    ['rollout pause deployment/web', [`PATCH ${D} {"spec":{"paused":true}}`]],
    ['rollout restart deployment/web', [`PATCH ${D} {"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-01-05T08:00:00Z"}}}}}`]],
    ['label deployment web a=b', [`PATCH ${D} {"metadata":{"labels":{"a":"b"}}}`]],
    ['annotate deployment web a=b', [`PATCH ${D} {"metadata":{"annotations":{"a":"b"}}}`]],
    ['cordon node-1', ['PATCH /api/v1/nodes/node-1 {"spec":{"unschedulable":true}}']],
    ['uncordon node-1', []],
    ['taint node node-1 a=b:NoSchedule', ['PATCH /api/v1/nodes/node-1 {"spec":{"taints":[{"key":"a","value":"b","effect":"NoSchedule"}]}}']],
    ['delete deployment web --wait=false', [`DELETE ${D} {"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}`]],
    ['delete deployment web --cascade=orphan --wait=false --now', [`DELETE ${D} {"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":1,"propagationPolicy":"Orphan"}`]],
    ['create namespace team', ['POST /api/v1/namespaces {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"},"spec":{},"status":{}}']],
    ['scale deployment/web --replicas=5 --dry-run=client', []],
    ['set image deployment/web app=nginx:1.27', []],
  ];
  for (const [line, expected] of table) it(line, () => expect(writes(line.split(' '))).toEqual(expected));

  it('is summed up in a line', () => {
    const server = start();
    run(server, ['scale', 'deployment/web', '--replicas=5']);
    const [, scale] = server.requests;
    expect(summarize(scale!, { code: 200, body: web })).toBe(`PATCH ${D}/scale → 200`);
    expect(summarize({ ...scale!, method: 'GET', query: { labelSelector: 'app=web', fieldManager: 'x' } }, server.handle({ user: 'x', method: 'GET', path: '/api/v1/nodes/none' }))).toBe(`GET ${D}/scale?labelSelector=app=web → 404 NotFound`);
  });
});

describe('a drain that a disruption budget holds up', () => {
  it('tries again every 5 s, and says so', () => {
    const pod = make('Pod', 'v1', 'web-1', { spec: { nodeName: 'node-1', containers: [] }, status: { phase: 'Running' } }, { namespace: 'default', ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true }] });
    const server = start(pod);
    const plain = server.handle.bind(server);
    const refusals: number[] = [];
    server.handle = (request) => {
      if (!request.path.endsWith('/eviction') || server.now >= 9e6) return plain(request);
      refusals.push(server.now);
      return { code: 429, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'TooManyRequests', message: "Cannot evict pod as it would violate the pod's disruption budget.", code: 429 } };
    };
    server.meanwhile = () => {
      for (const [key, object] of server.objects) if (object.metadata.deletionTimestamp !== undefined) server.objects.delete(key);
    };
    const result = run(server, ['drain', 'node-1']);
    expect(refusals).toEqual([0, 5e6]);
    expect(result).toEqual({
      out: 'node/node-1 cordoned\nevicting pod default/web-1\nevicting pod default/web-1\nevicting pod default/web-1\npod/web-1 evicted\nnode/node-1 drained\n',
      err: `error when evicting pods/"web-1" -n "default" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.\n`.repeat(2),
      code: 0,
    });
  });
});

describe('apply', () => {
  const manifest = (spec: object, metadata: object = {}): string => JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'shop', ...metadata }, spec });
  const base = { replicas: 2, selector: { matchLabels: { app: 'shop' } }, template: { metadata: { labels: { app: 'shop' } }, spec: { containers: [{ name: 'c', image: 'nginx', env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }] }] } } };
  const applied = (server: Server, stdin: string): { readonly out: string; readonly patch: unknown } => {
    server.requests.length = 0;
    const { out } = run(server, ['apply', '-f', '-'], { stdin });
    return { out, patch: server.requests.find((request) => request.method === 'PATCH')?.body };
  };
  const withoutAnnotation = (patch: unknown): unknown => {
    const { metadata: _, ...rest } = patch as Record<string, unknown>;
    return rest;
  };
  it('creates, then leaves unchanged without a write', () => {
    const server = start();
    expect(applied(server, manifest(base)).out).toBe('deployment.apps/shop created\n');
    expect(applied(server, manifest(base))).toEqual({ out: 'deployment.apps/shop unchanged\n', patch: undefined });
  });
  it('takes out what the last manifest had and the new one has not, and nothing else', () => {
    const server = start();
    applied(server, manifest(base));
    // Somebody else scales and adds a sidecar.
    run(server, ['patch', 'deployment', 'shop', '-p', '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"x"}]}},"minReadySeconds":5}}']);
    const { replicas: _, ...rest } = base;
    const next = { ...rest, template: { ...base.template, spec: { containers: [{ name: 'c', image: 'nginx:2', env: [{ name: 'A', value: '1' }] }] } } };
    const { out, patch } = applied(server, manifest(next));
    expect(out).toBe('deployment.apps/shop configured\n');
    expect(withoutAnnotation(patch)).toEqual({
      spec: { replicas: null, template: { spec: { '$setElementOrder/containers': [{ name: 'c' }], containers: [{ name: 'c', image: 'nginx:2', '$setElementOrder/env': [{ name: 'A' }], env: [{ $patch: 'delete', name: 'B' }] }] } } },
    });
    const live = server.objects.get('Deployment/default/shop') as unknown as { spec: { minReadySeconds: number; template: { spec: { containers: readonly { name: string; image: string; env?: unknown }[] } } } };
    expect(live.spec.minReadySeconds).toBe(5);
    expect(live.spec.template.spec.containers.map(({ name, image }) => `${name} ${image}`)).toEqual(expect.arrayContaining(['c nginx:2', 'side x']));
    expect(live.spec.template.spec.containers.find(({ name }) => name === 'c')?.env).toEqual([{ name: 'A', value: '1' }]);
  });
  it('warns of an object that was not made by apply', () => {
    const server = start();
    const result = run(server, ['apply', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 3 } }) });
    expect(result.err).toContain('Warning: resource deployments/web is missing the kubectl.kubernetes.io/last-applied-configuration annotation');
    expect(result.out).toBe('deployment.apps/web configured\n');
  });
  it('keeps the change of strategy whole', () => {
    const server = start();
    applied(server, manifest({ ...base, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } }));
    expect(withoutAnnotation(applied(server, manifest({ ...base, strategy: { type: 'Recreate' } })).patch)).toEqual({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: null } } });
  });
});
