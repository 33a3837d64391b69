import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/sim/api/object.ts';
import { newServer, run } from './server.ts';
import type { Server } from './server.ts';

interface Recorded {
  readonly trace: string;
  readonly args: readonly string[];
  readonly stdin?: unknown;
  readonly out: string;
  readonly err: string;
  readonly code: number;
}
const steps = JSON.parse(readFileSync(new URL('../golden/kubectl/trace-steps.json', import.meta.url), 'utf8')) as readonly Recorded[];

const meta = (name: string, more: object = {}): object => ({ name, uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '2026-01-05T08:00:00Z', ...more });
const make = (kind: string, apiVersion: string, name: string, more: object, metadata: object = {}): KubernetesObject => ({ apiVersion, kind, metadata: meta(name, metadata), ...more }) as unknown as KubernetesObject;
const start = (): Server =>
  newServer([
    make('Namespace', 'v1', 'default', {}),
    make('Namespace', 'v1', 'team', {}),
    ...['node-1', 'node-2', 'node-3'].map((name) => make('Node', 'v1', name, { spec: {}, status: {} }, { labels: { 'kubernetes.io/hostname': name } })),
  ], 0);

/** What the controllers had made by the time of a step, as far as the step looks at it. */
function world(server: Server, step: Recorded): void {
  const add = (object: KubernetesObject): unknown => server.objects.set(`${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`, object);
  const owner = (kind: string, name: string): object => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }] });
  const pods = (names: readonly string[]): void => {
    for (const name of names) add(make('Pod', 'v1', name, { spec: { nodeName: 'node-2', containers: [{ name: 'app', image: 'nginx:1.27' }] }, status: { phase: 'Running' } }, { namespace: 'default', labels: { app: 'web' }, ...owner('ReplicaSet', 'web-{hash1}') }));
  };
  if (step.args[0] === 'create' && step.args[1] === 'namespace') server.objects.delete('Namespace//team');
  if (step.args[0] === 'drain') pods(['web-{hash1}-{4}', 'web-{hash1}-{1}']);
  if (step.trace === 'kill-pod' && step.args[0] === 'delete') pods(['web-{hash1}-{2}']);
  if (step.args[1] === 'undo') {
    const live = server.objects.get('Deployment/default/web') as KubernetesObject & { spec: { template: object } };
    for (const [revision, image] of [['1', 'nginx:1.27'], ['2', 'nginx:1.28']] as const) {
      const template = { metadata: { labels: { app: 'web', 'pod-template-hash': revision } }, spec: { containers: [{ name: 'app', image }] } };
      add(make('ReplicaSet', 'apps/v1', `web-${revision}`, { spec: { replicas: 0, selector: {}, template } }, { namespace: 'default', labels: { app: 'web' }, annotations: { 'deployment.kubernetes.io/revision': revision }, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: live.metadata.uid, controller: true }] }));
    }
  }
}
/** Kubelets and the garbage collector: what is going is gone a second later. */
function meanwhile(server: Server): void {
  for (const [key, object] of server.objects) if (object.metadata.deletionTimestamp !== undefined) server.objects.delete(key);
}
// A drain's evictions are parallel: their order is the recording's own.
const lines = (text: string, args: readonly string[]): readonly string[] => (args[0] === 'drain' ? text.split('\n').sort((a, b) => (a < b ? -1 : 1)) : text.split('\n'));

describe('the command lines of the recorded traces say and do the same', () => {
  for (const trace of [...new Set(steps.map((step) => step.trace))]) {
    it(trace, () => {
      const server = start();
      server.meanwhile = meanwhile;
      for (const step of steps.filter((one) => one.trace === trace)) {
        world(server, step);
        server.requests.length = 0;
        const result = run(server, step.args, step.stdin === undefined ? {} : { stdin: JSON.stringify(step.stdin) });
        expect({ args: step.args, out: lines(result.out, step.args), err: result.err, code: result.code }).toEqual({ args: step.args, out: lines(step.out, step.args), err: step.err, code: step.code });
        expect(server.requests.some((request) => request.method !== 'GET')).toBe(true);
        server.now += 5e6;
      }
    });
  }
});
