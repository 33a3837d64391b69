import { describe, expect, it } from 'vitest';
import type { AnyObject, KubernetesObject } from '../../src/sim/api/object.ts';
import { garbageCollector } from '../../src/sim/controllers/garbagecollector.ts';
import type { OwnersAsked } from '../../src/sim/controllers/garbagecollector.ts';
import type { Change } from '../../src/sim/api/change.ts';
import { keyOf } from '../../src/sim/api/object.ts';
import { answer, change, fullTranscript } from './clusterObjects.ts';
import { context, deployment, fakeView, pod, replicaSet } from './fakeView.ts';

const web = deployment('web', 2);
const set = replicaSet('web-1', 2, web);
const one = pod('web-1-a', set);
const two = pod('web-1-b', set);
const deleting = <T extends KubernetesObject>(object: T, ...finalizers: string[]): T => ({ ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-05T08:00:00Z', ...(finalizers.length > 0 ? { finalizers } : {}) } });
const owning = <T extends KubernetesObject>(object: T, owners: KubernetesObject['metadata']['ownerReferences']): T => ({ ...object, metadata: { ...object.metadata, ownerReferences: owners } });

const enqueued = (of: Change, objects: readonly AnyObject[]): readonly unknown[] => {
  if (garbageCollector.ignores!(of)) return ['ignored'];
  const handler = garbageCollector.watches[of.kind as 'Pod']!;
  const view = fakeView(objects);
  return [...(of.after === undefined ? [] : handler(of.after as never, view, of)), ...(of.before === undefined ? [] : handler(of.before as never, view, of))];
};
const key = (what: string, object: KubernetesObject): string => `${what} ${object.kind} ${keyOf(object)} ${object.metadata.uid}`;

describe('what a change makes worth a look', () => {
  it.each([
    ['the owner is gone', change(web, undefined), [set, one], [key('delete', set)]],
    ['nobody belonged to it', change(one, undefined), [web, set], []],
    ['a dependent is gone and its owner waits', change(one, undefined), [deleting(set, 'foregroundDeletion')], [key('delete', set)]],
    ['created with its owner there', change(undefined, one), [set, one], []],
    ['created after its owner went', change(undefined, one), [one], [key('delete', one)]],
    ['created while its owner waits', change(undefined, one), [deleting(set, 'foregroundDeletion'), one], [key('delete', one)]],
    ['foreground deletion begins', change(web, deleting(web, 'foregroundDeletion')), [deleting(web, 'foregroundDeletion'), set], [key('delete', set), key('delete', web)]],
    ['orphaning begins', change(web, deleting(web, 'orphan')), [deleting(web, 'orphan'), set], [key('orphan', web)]],
    ['a blocking owner was struck out', change(set, owning(set, undefined)), [deleting(web, 'foregroundDeletion'), owning(set, undefined)], [key('delete', web)]],
    ['a status', change(one, { ...one, metadata: { ...one.metadata, resourceVersion: '999' } }), [set, one], ['ignored']],
    ['a Pod without owners', change(undefined, pod('p', undefined)), [], ['ignored']],
    ['a plain deletion begins', change(one, deleting(one)), [set], ['ignored']],
  ] as const)('%s', (_, of, objects, keys) => expect(enqueued(of, objects as readonly AnyObject[])).toEqual(keys));
});

const plan = (what: string, object: AnyObject, objects: readonly AnyObject[], options: { readonly memory?: OwnersAsked; readonly failures?: number; readonly revisions?: object } = {}): ReturnType<typeof garbageCollector.reconcile> =>
  garbageCollector.reconcile(key(what, object), fakeView([object, ...objects], { revisions: options.revisions ?? {} }), options.memory, context({ failures: options.failures ?? 0 }));
const path = '/apis/apps/v1/namespaces/default';

describe('an object that may have to go', () => {
  it('goes when its owner is gone, guarded by uid and version, in the background', () => {
    const { batches: _, ...rest } = plan('delete', set, []);
    expect(fullTranscript(plan('delete', set, []))).toEqual([
      `DELETE ${path}/replicasets/web-1 {"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"uid-web-1","resourceVersion":"${set.metadata.resourceVersion}"},"propagationPolicy":"Background"}`,
    ]);
    expect(rest.because).toMatchObject({ code: 'garbagecollector.ownerGone', args: { kind: 'ReplicaSet', object: 'default/web-1', ownerKind: 'Deployment', owner: 'web' } });
    expect(fullTranscript(plan('delete', set, [], { failures: 1 }))[0]).not.toContain('resourceVersion');
  });

  it('stays when its owner is there, and when it is another one of that name it goes', () => {
    expect(plan('delete', set, [web]).because.code).toBe('garbagecollector.owned');
    expect(plan('delete', set, [{ ...web, metadata: { ...web.metadata, uid: 'other' } }]).because.code).toBe('garbagecollector.ownerGone');
  });

  it('asks the API server when the owner may only not have arrived yet', () => {
    const behind = { revisions: { Deployment: 1 } };
    const asks = plan('delete', set, [], behind);
    expect([fullTranscript(asks), asks.requeueAfterMicros]).toEqual([[`GET ${path}/deployments/web`], 1000]);
    const told = (code: number, uid?: string): OwnersAsked => garbageCollector.answered!('', asks.batches[0]![0]!, answer(code, { metadata: { uid } }), undefined, fakeView([]))!;
    expect([told(404), told(200, web.metadata.uid), told(200, 'other')]).toEqual([{ [web.metadata.uid]: 'gone' }, { [web.metadata.uid]: 'there' }, { [web.metadata.uid]: 'gone' }]);
    expect(plan('delete', set, [], { ...behind, memory: told(404) }).because.code).toBe('garbagecollector.ownerGone');
    expect(plan('delete', set, [], { ...behind, memory: told(200, web.metadata.uid) }).because.code).toBe('garbagecollector.owned');
  });

  it('loses owners that are gone when it has another', () => {
    const both = owning(set, [...set.metadata.ownerReferences!, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'old', uid: 'uid-old' }]);
    expect(fullTranscript(plan('delete', both, [web]))).toEqual([`PATCH ${path}/replicasets/web-1 {"metadata":{"uid":"uid-web-1","ownerReferences":[{"$patch":"delete","uid":"uid-old"}]}}`]);
  });

  it('goes in the foreground before an owner that waits, if it has dependents itself', () => {
    const waits = deleting(web, 'foregroundDeletion');
    expect(fullTranscript(plan('delete', set, [waits, one]))[0]).toContain('"propagationPolicy":"Foreground"');
    expect(fullTranscript(plan('delete', set, [waits]))[0]).toContain('"propagationPolicy":"Background"');
    expect(plan('delete', set, [waits, one]).because.code).toBe('garbagecollector.ownerWaits');
  });

  it('waits for what blocks it, then drops the finalizer', () => {
    const waits = deleting(set, 'keep', 'foregroundDeletion');
    expect(plan('delete', waits, [one, two]).because).toMatchObject({ code: 'garbagecollector.waitsForDependents', args: { dependents: 2 } });
    const free = owning(one, [{ ...one.metadata.ownerReferences![0]!, blockOwnerDeletion: false }]);
    expect(fullTranscript(plan('delete', waits, [free]))).toEqual([`PATCH ${path}/replicasets/web-1 {"metadata":{"resourceVersion":"${set.metadata.resourceVersion}","finalizers":["keep"]}}`]);
  });

  it.each([
    ['being deleted already', deleting(one), [], 'garbagecollector.beingDeleted'],
    ["nobody's", pod('p', undefined), [], 'garbagecollector.noOwner'],
    ['of a kind that is not known here', owning(one, [{ apiVersion: 'example.com/v1', kind: 'Thing', name: 't', uid: 't' }]), [], 'garbagecollector.owned'],
  ] as const)('%s: nothing', (_, object, objects, code) => expect(plan('delete', object as AnyObject, objects)).toMatchObject({ batches: [], because: { code } }));

  it('is not confused by another object of that name', () => {
    expect(garbageCollector.reconcile('delete Pod default/web-1-a older', fakeView([one]), undefined, context()).because.code).toBe('garbagecollector.gone');
  });
});

describe('orphaning', () => {
  it('strikes the owner out of all its dependents at once, then lets it go', () => {
    const owner = deleting(set, 'orphan');
    expect(fullTranscript(plan('orphan', owner, [one, two]))).toEqual([
      ['a', 'b'].map((name) => `PATCH /api/v1/namespaces/default/pods/web-1-${name} {"metadata":{"uid":"uid-web-1-${name}","ownerReferences":[{"$patch":"delete","uid":"uid-web-1"}]}}`).join(' | '),
      `PATCH ${path}/replicasets/web-1 {"metadata":{"resourceVersion":"${set.metadata.resourceVersion}","finalizers":null}}`,
    ]);
  });
});
