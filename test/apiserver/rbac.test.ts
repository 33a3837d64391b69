import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ObjectList, Request, Response, Status } from '../../src/sim/api/request.ts';
import type { Role } from '../../src/sim/apiserver/rbac/rules.ts';
import { handle } from '../../src/sim/apiserver/handle.ts';
import { read } from '../../src/sim/record/client.ts';
import { newCluster } from '../../src/sim/cluster/cluster.ts';
import { runUntil } from '../../src/sim/cluster/step.ts';
import { runPart } from '../parity/api.ts';

const recorded = fileURLToPath(new URL('../golden/api-rbac', import.meta.url));
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

it('a real API server, asked by people who may do little, says what ours says', () => {
  const result = runPart('mutations', recorded, '');
  expect(result === 'not run' ? ['not run'] : result.disagreements.map((one) => one.id)).toEqual([]);
  expect(result !== 'not run' && result.total).toBeGreaterThan(50);
});

const cluster = () => {
  const world = newCluster({ nodes: [], proxyMode: 'iptables' }, 1);
  const ask = (path: string, more: Partial<Request> = {}): Response => read(world, { user: 'kubernetes-admin', method: 'GET', path, ...more });
  return { world, ask };
};
const names = (response: Response): readonly string[] => (response.body as ObjectList).items.map(({ metadata }) => metadata.name);

describe('the roles of a new cluster', () => {
  it('have always been there: asking for them changes nothing that is counted', () => {
    const { world, ask } = cluster();
    runUntil(world, 2_000_000);
    const before = [world.store.revision, world.store.log.length, JSON.stringify(world.digest)];
    expect(names(ask(`${RBAC}/clusterroles`))).toContain('cluster-admin');
    const one = ask(`${RBAC}/clusterroles/edit`).body as Role;
    expect([world.store.revision, world.store.log.length, JSON.stringify(world.digest)]).toEqual(before);
    runUntil(world, 20_000_000);
    expect(ask(`${RBAC}/clusterroles/edit`).body).toEqual(one);
    expect(Number(one.metadata.resourceVersion)).toBeLessThanOrEqual(world.store.revision);
  });

  it('edit has what view has, and admin what edit has', () => {
    const { ask } = cluster();
    const rulesOf = (name: string): readonly string[] => ((ask(`${RBAC}/clusterroles/${name}`).body as Role).rules ?? []).map((rule) => JSON.stringify(rule));
    const view = rulesOf('view');
    expect(view).toHaveLength(12);
    expect(view.filter((rule) => !rulesOf('edit').includes(rule))).toEqual([]);
    expect([rulesOf('edit').length, rulesOf('admin').length]).toEqual([27, 29]);
  });

  it('can be changed and deleted like any other', () => {
    const { world } = cluster();
    const write = (method: Request['method'], path: string, body?: unknown): Response => handle({ store: world.store, now: world.now, step: 1, draw: () => 1 }, { user: 'kubernetes-admin', method, path, ...(body === undefined ? {} : { body }), ...(method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {}) });
    const path = `${RBAC}/clusterroles/system:monitoring`;
    expect(write('PATCH', path, { metadata: { labels: { mine: 'yes' } } }).code).toBe(200);
    expect(write('DELETE', path).code).toBe(200);
    expect(write('GET', path).code).toBe(404);
  });
});

describe('who came in from outside', () => {
  it('with groups is judged by RBAC, also under the name of a component', () => {
    const { ask } = cluster();
    const secrets = '/api/v1/secrets';
    expect(ask(secrets, { user: 'system:kube-scheduler' }).code).toBe(200);
    const refused = ask(secrets, { user: 'system:kube-scheduler', groups: [] });
    expect([refused.code, (refused.body as Status).message]).toEqual([403, 'secrets is forbidden: User "system:kube-scheduler" cannot list resource "secrets" in API group "" at the cluster scope']);
    expect(ask('/api/v1/pods', { user: 'system:kube-scheduler', groups: [] }).code).toBe(200);
    expect(ask(secrets, { user: 'anybody', groups: ['system:masters'] }).code).toBe(200);
  });

  it('unknown may look at nothing but the version', () => {
    const { ask } = cluster();
    expect(ask('/version', { user: 'system:anonymous', groups: [] }).code).toBe(200);
    expect((ask('/apis', { user: 'system:anonymous', groups: [] }).body as Status).message).toBe('forbidden: User "system:anonymous" cannot get path "/apis"');
  });
});
