import type { Change } from '../api/change.ts';
import { semanticallyEqual } from '../api/equal.ts';
import { KINDS as ALL_KINDS, kindInfo, apiVersionOf, pathOfKey } from '../api/kinds.ts';
import { keyOf } from '../api/object.ts';
import type { Kind, KubernetesObject, OwnerReference } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { referenceTo } from '../api/references.ts';
import { MERGE_PATCH, STRATEGIC_MERGE_PATCH } from '../api/request.ts';
import { MILLISECOND } from '../api/time.ts';
import { idle } from '../reconcile/controller.ts';
import type { Controller, Plan, ReconcileContext, View, Write } from '../reconcile/controller.ts';

/**
 * Deletes what has no owner any more (pkg/controller/garbagecollector). Upstream builds a graph of all objects from their metadata; here the
 * graph is the view's index by owner. Two queues of upstream are two kinds of keys:
 *   "delete KIND KEY UID"   an object that may have to go: its owners are gone, or it waits for its dependents;
 *   "orphan KIND KEY UID"   an owner that lets its dependents go before it goes itself.
 * An owner that is not in the view was either deleted or has not arrived yet, because each kind has its own informer. If the informer of its kind is
 * further than the dependent's own revision, it is gone for sure; otherwise the API server is asked, as upstream always does.
 * Simplified: Events are not collected (nor are they upstream), owners of kinds that this API server does not have count as there; the
 * cluster-wide check for owners in another namespace makes no Event.
 */

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';
const KINDS: readonly Kind[] = ALL_KINDS.filter(({ kind }) => kind !== 'Event').map(({ kind }) => kind as Kind);
const WATCHED: ReadonlySet<string> = new Set(KINDS);

/** What the API server said of owners that were not in the view (upstream's absentOwnerCache, but per object). */
export type OwnersAsked = Readonly<Record<string, 'gone' | 'there'>>;

type Graph = View;

const uidKey = (what: 'delete' | 'orphan', object: KubernetesObject): string => `${what} ${object.kind} ${keyOf(object)} ${object.metadata.uid}`;
const beingDeleted = (object: KubernetesObject): boolean => object.metadata.deletionTimestamp !== undefined;
const hasFinalizer = (object: KubernetesObject, finalizer: string): boolean => object.metadata.finalizers?.includes(finalizer) === true;
const waitsForDependents = (object: KubernetesObject): boolean => beingDeleted(object) && hasFinalizer(object, FOREGROUND);

function dependentsOf(owner: KubernetesObject, view: Graph): readonly KubernetesObject[] {
  const out: KubernetesObject[] = [];
  for (const kind of KINDS) out.push(...view.list(kind, { index: 'owner', value: owner.metadata.uid }));
  return out;
}

const referenceKey = (reference: OwnerReference, of: KubernetesObject): string => (kindInfo(reference.kind)?.namespaced === true ? `${of.metadata.namespace ?? ''}/${reference.name}` : reference.name);
function ownerIn(view: Graph, reference: OwnerReference, of: KubernetesObject): KubernetesObject | undefined {
  if (!WATCHED.has(reference.kind)) return undefined;
  const owner = view.get(reference.kind as Kind, referenceKey(reference, of));
  return owner?.metadata.uid === reference.uid ? owner : undefined;
}
const blocks = (object: KubernetesObject, owner: KubernetesObject): boolean =>
  (object.metadata.ownerReferences ?? []).some((reference) => reference.uid === owner.metadata.uid && reference.blockOwnerDeletion === true);

/** Whether the object's deletion began with this change and waits for this finalizer. */
function startsWaiting(change: Change, finalizer: string): boolean {
  const { before, after } = change;
  if (after === undefined || !beingDeleted(after) || !hasFinalizer(after, finalizer)) return false;
  return before === undefined || !beingDeleted(before) || !hasFinalizer(before, finalizer);
}

/** GraphBuilder.processGraphChanges: what a change makes worth a look. */
function affected(object: KubernetesObject, view: Graph, change: Change): readonly string[] {
  // Also called for the state before where that differs; the change says it all at once.
  if (object !== (change.after ?? change.before)) return [];
  const keys: string[] = [];
  if (change.after === undefined) {
    for (const dependent of dependentsOf(object, view)) keys.push(uidKey('delete', dependent));
    for (const reference of object.metadata.ownerReferences ?? []) {
      const owner = ownerIn(view, reference, object);
      if (owner !== undefined && waitsForDependents(owner)) keys.push(uidKey('delete', owner));
    }
    return keys;
  }
  const references = object.metadata.ownerReferences ?? [];
  const old = change.before?.metadata.ownerReferences ?? [];
  if (!semanticallyEqual(references, old)) {
    for (const reference of references) {
      const owner = ownerIn(view, reference, object);
      const isNew = !old.some(({ uid }) => uid === reference.uid);
      if (isNew && (owner === undefined || waitsForDependents(owner))) keys.push(uidKey('delete', object));
    }
    for (const reference of old) {
      if (reference.blockOwnerDeletion !== true || references.some(({ uid, blockOwnerDeletion }) => uid === reference.uid && blockOwnerDeletion === true)) continue;
      const owner = ownerIn(view, reference, object);
      if (owner !== undefined && waitsForDependents(owner)) keys.push(uidKey('delete', owner));
    }
  }
  if (startsWaiting(change, ORPHAN)) keys.push(uidKey('orphan', object));
  else if (startsWaiting(change, FOREGROUND)) {
    for (const dependent of dependentsOf(object, view)) keys.push(uidKey('delete', dependent));
    keys.push(uidKey('delete', object));
  }
  return keys;
}

function removeFinalizer(object: KubernetesObject, finalizer: string, because: Reason): Write {
  const left = (object.metadata.finalizers ?? []).filter((candidate) => candidate !== finalizer);
  return {
    request: {
      method: 'PATCH', path: pathOfKey(object.kind, keyOf(object)), contentType: MERGE_PATCH,
      body: { metadata: { resourceVersion: object.metadata.resourceVersion, finalizers: left.length === 0 ? null : left } },
    },
    because, accept: [404],
  };
}
/** GenerateDeleteOwnerRefStrategicMergeBytes; the uid makes it fail on another object of that name. */
const dropOwners = (object: KubernetesObject, uids: readonly string[], because: Reason): Write => ({
  request: {
    method: 'PATCH', path: pathOfKey(object.kind, keyOf(object)), contentType: STRATEGIC_MERGE_PATCH,
    body: { metadata: { uid: object.metadata.uid, ownerReferences: uids.map((uid) => ({ $patch: 'delete', uid })) } },
  },
  because, accept: [404],
});

function remove(object: KubernetesObject, propagationPolicy: string, because: Reason, context: ReconcileContext): Write {
  const { uid, resourceVersion } = object.metadata;
  return {
    request: {
      method: 'DELETE', path: pathOfKey(object.kind, keyOf(object)),
      // The version guards against owners that changed meanwhile. Refused, it was something else that changed: the view is newer by then, and its owners were looked at again.
      body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid, ...(context.failures === 0 ? { resourceVersion } : {}) }, propagationPolicy },
    },
    because, accept: [404],
  };
}

function attemptToDelete(object: KubernetesObject, view: Graph, asked: OwnersAsked | undefined, context: ReconcileContext): Plan<OwnersAsked> {
  const args = { kind: object.kind, object: keyOf(object) };
  const self = referenceTo(object);
  if (beingDeleted(object) && !waitsForDependents(object)) return idle({ code: 'garbagecollector.beingDeleted', args, refs: [self] });
  if (waitsForDependents(object)) {
    const blocking = dependentsOf(object, view).filter((dependent) => blocks(dependent, object));
    if (blocking.length > 0) return idle({ code: 'garbagecollector.waitsForDependents', args: { ...args, dependents: blocking.length }, refs: [self, ...blocking.map(referenceTo)] });
    const because: Reason = { code: 'garbagecollector.dependentsGone', args, refs: [self] };
    return { batches: [[removeFinalizer(object, FOREGROUND, because)]], because };
  }
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0) return idle({ code: 'garbagecollector.noOwner', args, refs: [self] });

  const solid: KubernetesObject[] = [];
  let unknownOwners = 0;
  const dangling: OwnerReference[] = [];
  const waiting: OwnerReference[] = [];
  const ask: Write[] = [];
  const doubt: Reason = { code: 'garbagecollector.asksForOwner', args, refs: [self] };
  for (const reference of references) {
    const info = kindInfo(reference.kind);
    if (info === undefined || apiVersionOf(info) !== reference.apiVersion || !WATCHED.has(reference.kind)) {
      unknownOwners++;
      continue;
    }
    const owner = ownerIn(view, reference, object);
    if (owner !== undefined) {
      if (waitsForDependents(owner)) waiting.push(reference);
      else solid.push(owner);
    } else if (view.revision(reference.kind as Kind) >= Number(object.metadata.resourceVersion) || asked?.[reference.uid] === 'gone') dangling.push(reference);
    else if (asked?.[reference.uid] === 'there') unknownOwners++;
    else {
      ask.push({
        request: { method: 'GET', path: pathOfKey(reference.kind, referenceKey(reference, object)) }, accept: [404],
        because: { ...doubt, args: { ...args, owner: reference.name, ownerUid: reference.uid } },
      });
    }
  }
  if (ask.length > 0) return { batches: [ask], because: doubt, requeueAfterMicros: MILLISECOND };

  if (solid.length > 0 || unknownOwners > 0) {
    const because: Reason = { code: 'garbagecollector.owned', args, refs: [self, ...solid.map(referenceTo)] };
    const stale = [...dangling, ...waiting];
    if (stale.length === 0) return { batches: [], memory: null, because };
    // Else an owner that waits for its dependents would wait for ever.
    const drop: Reason = { code: 'garbagecollector.dropsOwners', args: { ...args, owners: stale.map(({ name }) => name).join(', ') }, refs: because.refs };
    return { batches: [[dropOwners(object, stale.map(({ uid }) => uid), drop)]], memory: null, because: drop };
  }
  const owner = (waiting[0] ?? dangling[0])!;
  const ownerArgs = { ...args, ownerKind: owner.kind, owner: owner.name };
  const ownerRef = { kind: owner.kind, key: referenceKey(owner, object) };
  if (waiting.length > 0) {
    const dependents = dependentsOf(object, view);
    if (dependents.length > 0) {
      const because: Reason = { code: 'garbagecollector.ownerWaits', args: ownerArgs, refs: [self, ownerRef] };
      const batches: Write[][] = [];
      if (dependents.some(waitsForDependents)) {
        // A circle: let go of the owners, so that one of them can end.
        const unblocked = references.filter(({ blockOwnerDeletion }) => blockOwnerDeletion === true).map((reference) => ({ ...reference, blockOwnerDeletion: false }));
        batches.push([{
          request: { method: 'PATCH', path: pathOfKey(object.kind, keyOf(object)), contentType: STRATEGIC_MERGE_PATCH, body: { metadata: { uid: object.metadata.uid, ownerReferences: unblocked } } },
          because, accept: [404],
        }]);
        return { batches: [...batches, [remove(object, 'Foreground', because, { ...context, failures: 1 })]], memory: null, because };
      }
      return { batches: [[remove(object, 'Foreground', because, context)]], memory: null, because };
    }
  }
  const because: Reason = { code: waiting.length > 0 ? 'garbagecollector.ownerWaits' : 'garbagecollector.ownerGone', args: ownerArgs, refs: [self, ownerRef] };
  const policy = hasFinalizer(object, ORPHAN) ? 'Orphan' : hasFinalizer(object, FOREGROUND) ? 'Foreground' : 'Background';
  return { batches: [[remove(object, policy, because, context)]], memory: null, because };
}

function attemptToOrphan(owner: KubernetesObject, view: Graph): Plan<OwnersAsked> {
  const args = { kind: owner.kind, object: keyOf(owner) };
  if (!hasFinalizer(owner, ORPHAN)) return idle({ code: 'garbagecollector.noOwner', args, refs: [referenceTo(owner)] });
  const dependents = dependentsOf(owner, view);
  const because: Reason = { code: 'garbagecollector.orphans', args: { ...args, dependents: dependents.length }, refs: [referenceTo(owner)] };
  return {
    batches: [
      dependents.map((dependent) => dropOwners(dependent, [owner.metadata.uid], { code: 'garbagecollector.orphaned', args: { kind: dependent.kind, object: keyOf(dependent), ownerKind: owner.kind, owner: owner.metadata.name }, refs: [referenceTo(dependent), referenceTo(owner)] })),
      [removeFinalizer(owner, ORPHAN, because)],
    ],
    because,
  };
}

export const garbageCollector: Controller<OwnersAsked> = {
  name: 'generic-garbage-collector',
  workers: 20,
  watches: Object.fromEntries(KINDS.map((kind) => [kind, affected])),
  /** Only beginnings, ends and changes of owners and finalizers matter. */
  ignores(change: Change): boolean {
    const { before, after } = change;
    if (after === undefined) return false;
    const { ownerReferences, finalizers, deletionTimestamp } = after.metadata;
    if (before === undefined) return ownerReferences === undefined && deletionTimestamp === undefined;
    const old = before.metadata;
    if (deletionTimestamp !== undefined && finalizers !== undefined && (old.deletionTimestamp === undefined || old.finalizers !== finalizers)) return false;
    return ownerReferences === old.ownerReferences || semanticallyEqual(ownerReferences, old.ownerReferences);
  },
  reconcile(key, view, memory, context) {
    const [what, kind, name, uid] = key.split(' ') as [string, Kind, string, string];
    const object = view.get(kind, name) as KubernetesObject | undefined;
    if (object === undefined || object.metadata.uid !== uid) return { batches: [], memory: null, because: { code: 'garbagecollector.gone', args: { kind, object: name } } };
    return what === 'orphan' ? attemptToOrphan(object, view) : attemptToDelete(object, view, memory, context);
  },
  answered(_key, write, response, memory): OwnersAsked | undefined {
    const uid = write.request.method === 'GET' ? write.because?.args.ownerUid : undefined;
    if (uid === undefined) return memory;
    const there = response.code < 300 && (response.body as KubernetesObject).metadata?.uid === uid;
    return { ...memory, [String(uid)]: there ? 'there' as const : 'gone' as const };
  },
};
