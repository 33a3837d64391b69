import { describe, expect, it } from 'vitest';
import type { AnyObject, Namespace, Pod } from '../../src/sim/api/object.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import { namespace } from '../../src/sim/controllers/namespace.ts';
import type { NamespaceMemory } from '../../src/sim/controllers/namespace.ts';
import { rootCA } from '../../src/sim/controllers/rootca.ts';
import { serviceAccount } from '../../src/sim/controllers/serviceaccount.ts';
import type { Plan } from '../../src/sim/reconcile/controller.ts';
import { answer, backend, change, full, fullTranscript, namespaceNamed } from './clusterObjects.ts';
import { KINDS } from '../../src/sim/api/kinds.ts';
import { context, fakeView } from './fakeView.ts';

const CONTENT_REMOVED = [
  ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'],
  ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  ['NamespaceDeletionContentFailure', 'False', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
  ['NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed'],
  ['NamespaceFinalizersRemaining', 'False', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
];
const deleted = namespaceNamed('team', { deletedAt: 8 * SECOND });
const settled = namespaceNamed('team', { deletedAt: 8 * SECOND, conditions: CONTENT_REMOVED.map(([type, status, reason, message]) => ({ type: type!, status: status as 'False', reason, message })) });

/** Carries a plan out: what the collections hold is asked of `content`. */
function play(object: Namespace, memory: NamespaceMemory | undefined, now: number, content: (path: string) => readonly object[], beside: readonly AnyObject[] = []): { readonly plan: Plan<NamespaceMemory>; readonly memory: NamespaceMemory | undefined } {
  const plan = namespace.reconcile('team', fakeView([object, ...beside], { now }), memory, context());
  let next = plan.memory === undefined ? memory : (plan.memory ?? undefined);
  for (const write of plan.batches.flat()) next = namespace.answered!('team', write, answer(200, { items: content(write.request.path) }), next, fakeView([]));
  return { plan, memory: next };
}
const conditions = (plan: Plan<unknown>): unknown => (plan.batches.flat().find((write) => write.request.path.endsWith('/status'))?.request.body as Namespace | undefined)?.status!.conditions!.map(({ type, status, reason, message }) => [type, status, reason, message]);

describe('a Namespace that is being deleted', () => {
  it('is left alone for 5 s, and again after each of its changes', () => {
    expect(namespace.watches.Namespace!(deleted, fakeView([]), change(namespaceNamed('team'), deleted))).toEqual([{ key: 'team', afterMicros: 5 * SECOND }]);
    expect(namespace.ignores!(change(undefined, namespaceNamed('team')))).toBe(true);
  });

  it.each<[string, boolean]>([['Deployment', true], ['ReplicaSet', false]])('is emptied in an order of chance (%s first), of which only the last is always the same', (first, deploymentFirst) => {
    const memory: NamespaceMemory = { done: 'pods', left: {}, graceSeconds: 0 };
    const deletes = namespace.reconcile('team', fakeView([deleted], { now: 13 * SECOND }), memory, context({ draw: (_purpose, kind) => (kind === first ? 1 : 2) })).batches.flat()
      .filter(({ request }) => request.method === 'DELETE').map(({ request }) => request.path.split('/').at(-1)!);
    const usual = namespace.reconcile('team', fakeView([deleted], { now: 13 * SECOND }), memory, context()).batches.flat().filter(({ request }) => request.method === 'DELETE').map(({ request }) => request.path.split('/').at(-1)!);
    expect(deletes.indexOf('deployments') < deletes.indexOf('replicasets')).toBe(deploymentFirst);
    expect(deletes.at(-1)).toBe(usual.at(-1));
    expect(new Set(deletes)).toEqual(new Set(usual));
  });

  it('loses its Pods first, and nothing else while one is left', () => {
    const pods: readonly Pod[] = [backend('a', 'x', { spec: { terminationGracePeriodSeconds: 30 } })];
    const first = play(deleted, undefined, 13 * SECOND, () => pods);
    expect(first.plan.batches.flat().map(({ request }) => `${request.method} ${request.path}`)).toEqual(['GET /api/v1/namespaces/team/pods', 'DELETE /api/v1/namespaces/team/pods', 'GET /api/v1/namespaces/team/pods']);
    expect(first.memory).toEqual({ done: 'pods', graceSeconds: 30, left: { 'pods.': { items: 1, finalizers: {} } } });
    const second = play(deleted, first.memory, 13 * SECOND, () => pods);
    // The recorded conditions say that everything is removed: upstream has not counted yet.
    expect(conditions(second.plan)).toEqual(CONTENT_REMOVED);
    expect([second.plan.requeueAfterMicros, second.memory!.done]).toEqual([16 * SECOND, 'nothing']);
  });

  it('loses objects of custom kinds, too, before the last kind that tells the end', () => {
    const definition = (plural: string, scope: string, established: string): never => ({
      apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.example.com`, uid: plural, resourceVersion: '9', creationTimestamp: '2026-01-05T08:00:00Z' },
      spec: { group: 'example.com', scope, names: { kind: 'Widget', plural }, versions: [{ name: 'v1alpha1', served: false }, { name: 'v1', served: true }] }, status: { conditions: [{ type: 'Established', status: established }] },
    }) as never;
    const beside = [definition('widgets', 'Namespaced', 'True'), definition('worlds', 'Cluster', 'True'), definition('wishes', 'Namespaced', 'False')];
    const first = play(settled, undefined, 18 * SECOND, () => [], beside);
    const second = play(settled, first.memory, 18 * SECOND, () => [], beside);
    const emptied = second.plan.batches.flat().filter(({ request }) => request.method === 'DELETE').map(({ request }) => request.path);
    expect(emptied.filter((path) => path.includes('example.com'))).toEqual(['/apis/example.com/v1/namespaces/team/widgets']);
    expect(emptied.at(-1)).not.toContain('example.com');
  });

  it('then loses everything else, in the recorded order, and then its finalizer', () => {
    const first = play(settled, undefined, 18 * SECOND, () => []);
    expect(first.memory).toEqual({ done: 'pods', graceSeconds: 0, left: {} });
    const second = play(settled, first.memory, 18 * SECOND, () => []);
    const emptied = second.plan.batches.flat().filter(({ request }) => request.method === 'DELETE').map(({ request }) => request.path.split('/').at(-1)!);
    expect(emptied.slice(0, 11)).toEqual([
      'persistentvolumeclaims', 'poddisruptionbudgets', 'deployments', 'events', 'serviceaccounts', 'services', 'replicasets', 'secrets', 'configmaps', 'endpointslices', 'endpoints',
    ]);
    // And every other kind that lives in a namespace, once.
    expect([...emptied].sort()).toEqual(KINDS.filter(({ namespaced, kind }) => namespaced && kind !== 'Pod').map(({ resource }) => resource).sort());
    const third = play(settled, second.memory, 18 * SECOND, () => []);
    expect(third.plan.batches.flat().map(full)).toEqual([
      `PUT /api/v1/namespaces/team/finalize {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team","uid":"uid-team","creationTimestamp":"2026-01-05T08:00:00Z","deletionTimestamp":"2026-01-05T08:00:08Z","resourceVersion":"50"},"spec":{"finalizers":[]}}`,
    ]);
  });

  it('tells what remains, and who holds it', () => {
    const held = (path: string): readonly object[] => (path.endsWith('/configmaps') ? [{ metadata: { finalizers: ['example.com/hold'] } }, { metadata: {} }] : []);
    let { memory } = play(settled, undefined, 18 * SECOND, held);
    ({ memory } = play(settled, memory, 18 * SECOND, held));
    const last = play(settled, memory, 18 * SECOND, held);
    expect(conditions(last.plan)).toEqual([...CONTENT_REMOVED.slice(0, 3),
      ['NamespaceContentRemaining', 'True', 'SomeResourcesRemain', 'Some resources are remaining: configmaps. has 2 resource instances'],
      ['NamespaceFinalizersRemaining', 'True', 'SomeFinalizersRemain', 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances'],
    ]);
    expect([last.plan.requeueAfterMicros, last.plan.because.code]).toEqual([8 * SECOND, 'namespace.contentRemains']);
  });
});

describe('what every Namespace gets', () => {
  const team = namespaceNamed('team');
  it('a ServiceAccount', () => {
    const plan = serviceAccount.reconcile('team', fakeView([team]), undefined, context());
    expect(fullTranscript(plan)).toEqual(['POST /api/v1/namespaces/team/serviceaccounts {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default","namespace":"team"}}']);
    const there = { kind: 'ServiceAccount' as const, apiVersion: 'v1', metadata: { ...team.metadata, name: 'default', namespace: 'team' } };
    expect([serviceAccount.reconcile('team', fakeView([team, there]), undefined, context()).because.code, serviceAccount.reconcile('team', fakeView([deleted]), undefined, context()).because.code]).toEqual(['serviceaccount.there', 'serviceaccount.notActive']);
  });
  it('the certificate authority, and again when somebody touches it; one of a Namespace that ends is tried and refused, as recorded', () => {
    const created = rootCA.reconcile('team', fakeView([team]), undefined, context());
    const write = created.batches.flat()[0]!;
    expect([`${write.request.method} ${write.request.path}`, write.accept]).toEqual(['POST /api/v1/namespaces/team/configmaps', [403, 404]]);
    const body = write.request.body as { metadata: object; data: Record<string, string> };
    const map = { kind: 'ConfigMap' as const, apiVersion: 'v1', metadata: { ...team.metadata, ...body.metadata }, data: body.data };
    expect(rootCA.reconcile('team', fakeView([map as never]), undefined, context()).batches).toEqual([]);
    expect(rootCA.reconcile('team', fakeView([{ ...map, data: { 'ca.crt': 'mine' } } as never]), undefined, context()).batches.flat().map(({ request }) => `${request.method} ${request.path}`)).toEqual(['PUT /api/v1/namespaces/team/configmaps/kube-root-ca.crt']);
    expect([change(map as never, undefined), change(undefined, map as never)].map((of) => rootCA.ignores!(of))).toEqual([false, true]);
  });
});
