import { describe, expect, it } from 'vitest';
import { replicaSetController, slowStart } from '../../src/sim/controllers/replicaset.ts';
import { logarithm, podsToDelete } from '../../src/sim/controllers/replicaset/ranking.ts';
import type { Change } from '../../src/sim/api/change.ts';
import type { AnyObject, Pod } from '../../src/sim/api/object.ts';
import type { Response } from '../../src/sim/api/request.ts';
import { MINUTE, SECOND, timestamp } from '../../src/sim/api/time.ts';
import { context, eventsOf, fakeView, pod, replicaSet, transcript } from './fakeView.ts';

const plan = (objects: readonly AnyObject[], over: Parameters<typeof context>[0] = {}, memory?: Parameters<typeof replicaSetController.reconcile>[2], now = 0) =>
  replicaSetController.reconcile('default/web', fakeView(objects, { now }), memory, context(over));

describe('replicaset controller', () => {
  it('creates missing Pods in batches of 1, 2, 4 ...', () => {
    expect(slowStart(10)).toEqual([1, 2, 4, 3]);
    expect(slowStart(0)).toEqual([]);
    const web = replicaSet('web', 4, undefined, { status: { replicas: 0 } });
    const made = plan([web]);
    expect(made.batches.map((batch) => batch.length)).toEqual([1, 2, 1, 1]);
    expect(transcript(made)).toEqual(['POST pods', '* POST pods', '  POST pods', 'POST pods', 'PUT replicasets/web/status replicas=0 terminating=0 observedGeneration=1']);
    expect(made.batches[0]![0]!.request.body).toEqual({
      kind: 'Pod', apiVersion: 'v1',
      metadata: { generateName: 'web-', labels: { app: 'web', 'pod-template-hash': 'web' }, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'uid-web', controller: true, blockOwnerDeletion: true }] },
      spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] },
    });
    expect(eventsOf(made)[0]).toBe('SuccessfulCreate: Created pod: {name}');
    expect(made.because).toMatchObject({ code: 'replicaset.tooFew', args: { wanted: 4, have: 0 } });
  });

  it('creates at most 500 at once', () => {
    expect(plan([replicaSet('web', 3000, undefined, { status: { replicas: 0 } })]).batches.flat().filter((write) => write.request.method === 'POST')).toHaveLength(500);
  });

  it('has nothing to write when all is as desired, and gives the same plan for the same view', () => {
    const web = replicaSet('web', 2, undefined);
    const objects = [web, pod('a', web), pod('b', web)];
    expect(plan(objects)).toMatchObject({ batches: [], because: { code: 'replicaset.asDesired' } });
    const few = [web, pod('a', web)];
    expect(plan(few)).toEqual(plan(few));
  });

  it('counts what is ready, available and terminating', () => {
    const web = replicaSet('web', 3, undefined, { spec: { minReadySeconds: 10 } });
    const objects = [
      web, pod('a', web, { readyAt: 0 }), pod('b', web, { readyAt: 5 * SECOND }), pod('c', web, { ready: false }),
      pod('d', web, { metadata: { deletionTimestamp: timestamp(40 * SECOND) } }), pod('e', web, { status: { phase: 'Failed' } }),
    ];
    const made = plan(objects, {}, undefined, 12 * SECOND);
    expect(transcript(made)).toEqual(['PUT replicasets/web/status replicas=3 fullyLabeled=3 ready=2 available=1 terminating=1 observedGeneration=1']);
    expect(made.requeueAfterMicros).toBe(3 * SECOND);
  });

  it('waits for its own writes before it acts again', () => {
    const web = replicaSet('web', 2, undefined, { status: { replicas: 0, observedGeneration: 1, terminatingReplicas: 0 } });
    const view = (at: number) => fakeView([web], { revisions: { Pod: at, ReplicaSet: 200 } });
    const memory = { podRevision: 300, replicaSetRevision: 150 };
    expect(replicaSetController.reconcile('default/web', view(299), memory, context())).toMatchObject({ batches: [], because: { code: 'replicaset.awaitsOwnWrites' } });
    expect(replicaSetController.reconcile('default/web', view(300), memory, context()).because.code).toBe('replicaset.tooFew');
  });

  it('keeps the status up while deletions are not seen yet, and nothing else', () => {
    const web = replicaSet('web', 1, undefined, { status: { replicas: 3 } });
    const objects = [web, pod('a', web), pod('b', web)];
    expect(transcript(plan(objects, { settled: false }))).toEqual(['PUT replicasets/web/status replicas=2 fullyLabeled=2 ready=2 available=2 terminating=0 observedGeneration=1']);
    expect(transcript(plan(objects))[0]).toMatch(/^DELETE pods/);
  });

  it('makes and deletes no Pods of a ReplicaSet that is being deleted', () => {
    const web = replicaSet('web', 3, undefined, { metadata: { deletionTimestamp: timestamp(0) } });
    const made = plan([web, pod('a', web)]);
    expect(transcript(made)).toEqual(['PUT replicasets/web/status replicas=1 fullyLabeled=1 ready=1 available=1 terminating=0 observedGeneration=1']);
    expect(made.because.code).toBe('replicaset.beingDeleted');
  });

  it('adopts orphans that it selects and releases what it no longer selects', () => {
    const web = replicaSet('web', 2, undefined);
    const orphan = pod('orphan', undefined, { metadata: { labels: { app: 'web', 'pod-template-hash': 'web' } } });
    const stranger = pod('stranger', undefined, { metadata: { labels: { app: 'db' } } });
    const elsewhere = pod('elsewhere', undefined, { metadata: { namespace: 'other', labels: orphan.metadata.labels } });
    const relabelled = pod('relabelled', web, { metadata: { labels: { app: 'debug' } } });
    const made = plan([web, pod('a', web), orphan, stranger, elsewhere, relabelled]);
    expect(transcript(made)).toEqual([
      'PATCH pods/relabelled {"metadata":{"uid":"uid-relabelled","ownerReferences":[{"$patch":"delete","uid":"uid-web"}]}}',
      'PATCH pods/orphan {"metadata":{"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"uid-web","controller":true,"blockOwnerDeletion":true}],"uid":"uid-orphan"}}',
    ]);
  });

  it('writes a refused creation into the status before it tries again, and takes it away when it went well', () => {
    const web = replicaSet('web', 2, undefined, { status: { replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 1, availableReplicas: 1, observedGeneration: 1, terminatingReplicas: 0 } });
    const objects = [web, pod('a', web)];
    const first = plan(objects);
    const refusal: Response = { code: 403, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'no service account', reason: 'Forbidden', code: 403 } };
    const memory = replicaSetController.answered!('default/web', first.batches[0]![0]!, refusal, undefined, fakeView(objects));
    expect(memory?.failure).toBe('no service account');
    const second = plan(objects, { failures: 1 }, memory);
    expect(transcript(second)).toEqual(['PUT replicasets/web/status replicas=1 fullyLabeled=1 ready=1 available=1 terminating=0 observedGeneration=1 ReplicaFailure=True(FailedCreate)']);
    const failing = { ...web, status: (second.batches[0]![0]!.request.body as typeof web).status };
    const third = plan([failing, objects[1]!], {}, memory);
    expect(transcript(third)).toEqual(['POST pods', 'PUT replicasets/web/status replicas=1 fullyLabeled=1 ready=1 available=1 terminating=0 observedGeneration=1']);
    expect(third.memory?.failure).toBeUndefined();
  });

  it('in a namespace that is being deleted takes refusals for no failure, and does not try again for five minutes', () => {
    const web = replicaSet('web', 2, undefined, { status: { replicas: 0, terminatingReplicas: 0, observedGeneration: 1 } });
    const namespace: AnyObject = { kind: 'Namespace', apiVersion: 'v1', metadata: { ...web.metadata, namespace: undefined, name: 'default', deletionTimestamp: timestamp(0) } };
    const made = plan([web, namespace]);
    expect(made.batches.flat().map((write) => [write.accept, write.failureEvent])).toEqual([[[403], undefined], [[403], undefined]]);
    const refusal: Response = { code: 403, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'terminating', details: { causes: [{ reason: 'NamespaceTerminating' }] }, code: 403 } };
    const memory = replicaSetController.answered!('default/web', made.batches[0]![0]!, refusal, undefined, fakeView([web]));
    expect(memory).toMatchObject({ expectsUntil: 5 * MINUTE });
    expect(memory?.failure).toBeUndefined();
    expect(plan([web, namespace], {}, memory, 5 * MINUTE - 1).batches).toEqual([]);
    expect(plan([web, namespace], {}, memory, 5 * MINUTE).batches).toHaveLength(2);
  });
});

describe('which Pods go first', () => {
  const web = replicaSet('web', 3, undefined);
  const now = 100 * MINUTE;
  const first = (...pods: readonly Pod[]): string => podsToDelete(pods, pods, 1, now)[0]!.metadata.name;
  const on = (name: string, node: string, more: Parameters<typeof pod>[2] = {}): Pod => pod(name, web, { ...more, spec: { nodeName: node } });

  it.each<readonly [rule: string, goes: Pod, stays: Pod]>([
    ['without a node before with one', on('x', ''), on('a', 'n1', { ready: false })],
    ['pending before running', on('x', 'n1', { status: { phase: 'Pending' } }), on('a', 'n2', { ready: false, status: { phase: 'Running' } })],
    ['not ready before ready', on('x', 'n1', { ready: false, status: { phase: 'Running', conditions: [] } }), on('a', 'n2', { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-9' } } })],
    ['lower deletion cost first', on('x', 'n1', { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-1' } } }), on('a', 'n2', { readyAt: now - SECOND })],
    ['ready for a shorter time first', on('x', 'n1', { readyAt: now - SECOND }), on('a', 'n2', { readyAt: now - MINUTE })],
    ['more restarts first', on('x', 'n1', { status: { containerStatuses: [{ name: 'app', ready: true, restartCount: 3, image: '', imageID: '' }], phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: timestamp(0) }] } }), on('a', 'n2')],
    ['younger first', on('x', 'n1', { metadata: { creationTimestamp: timestamp(now - SECOND) } }), on('a', 'n2', { metadata: { creationTimestamp: timestamp(0) } })],
    ['of about the same age the smaller uid', on('x', 'n1', { metadata: { uid: '1' }, readyAt: now - 99 * MINUTE }), on('a', 'n2', { metadata: { uid: '2' }, readyAt: now - 98 * MINUTE })],
  ])('%s', (_rule, goes, stays) => {
    expect(first(stays, goes)).toBe('x');
    expect(first(goes, stays)).toBe('x');
  });

  it('takes from the node with most of its kin', () => {
    const pods = [on('a', 'n1'), on('b', 'n2'), on('c', 'n2'), on('d', 'n3')];
    expect(['b', 'c']).toContain(first(...pods));
    const sibling = pod('old', replicaSet('old', 1, undefined), { spec: { nodeName: 'n3' } });
    const other = pod('older', replicaSet('old', 1, undefined), { spec: { nodeName: 'n3' } });
    expect(podsToDelete(pods, [...pods, sibling, other], 1, now)[0]!.metadata.name).toBe('d');
  });

  it('knows binary logarithms of nanoseconds', () => {
    expect([0, 1, 2, 1_000_000, 1_048_576].map(logarithm)).toEqual([-1, 9, 10, 29, 29]);
  });
});

describe('whom a Pod wakes', () => {
  const web = replicaSet('web', 1, undefined);
  const change = (before: Pod | undefined, after: Pod | undefined): Change => ({ revision: 1, at: 0, kind: 'Pod', key: '', before, after, by: '', verb: 'update', cause: 0, previous: undefined, nth: 0, ordinal: 0, id: 0 });
  const a = pod('a', web);
  const woken = (before: Pod | undefined, after: Pod | undefined): unknown =>
    replicaSetController.ignores!(change(before, after)) ? 'ignored' : replicaSetController.watches.Pod!((after ?? before)!, fakeView([web]), change(before, after));

  it('its own ReplicaSet, when something changed that counts', () => {
    expect(woken(undefined, a)).toEqual(['default/web']);
    expect(woken(a, undefined)).toEqual(['default/web']);
    expect(woken(a, { ...a, metadata: { ...a.metadata, deletionTimestamp: timestamp(30) } })).toEqual(['default/web']);
    expect(woken(a, { ...a, spec: { ...a.spec, nodeName: 'node-2' } })).toEqual([]);
    expect(woken(a, { ...a, status: { ...a.status, conditions: [] } })).toEqual(['default/web']);
  });
  it('a ReplicaSet that selects it, when it is an orphan', () => {
    const orphan = pod('o', undefined, { metadata: { labels: { app: 'web', 'pod-template-hash': 'web' } } });
    expect(woken(undefined, orphan)).toEqual(['default/web']);
    expect(woken(orphan, undefined)).toEqual([]);
  });
  it('nobody, when somebody else controls it', () => {
    const other = { ...a, metadata: { ...a.metadata, ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j', controller: true }] } };
    expect(woken(undefined, other)).toBe('ignored');
  });
});
