import type { Change } from '../api/change.ts';
import { pathOf, pathOfKey } from '../api/kinds.ts';
import { controllerOf, keyOf } from '../api/object.ts';
import type { Pod, ReplicaSet } from '../api/object.ts';
import { semanticallyEqual } from '../api/equal.ts';
import { isPodActive, isPodReady, isPodTerminating, readyCondition, readySince } from '../api/pods.ts';
import { adoptPatch, controllerReference, objectReference, referenceTo, releasePatch } from '../api/references.ts';
import type { Reason } from '../api/reason.ts';
import { STRATEGIC_MERGE_PATCH, isRefusal } from '../api/request.ts';
import type { Response, Status } from '../api/request.ts';
import { selects } from '../api/selector.ts';
import { MINUTE, SECOND } from '../api/time.ts';
import type { Micros } from '../api/time.ts';
import type { Controller, Enqueue, Plan, ReconcileContext, View, Write } from '../reconcile/controller.ts';
import { podsToDelete } from './replicaset/ranking.ts';
import { calculateStatus, sameStatus } from './replicaset/status.ts';
import type { Failure } from './replicaset/status.ts';

/**
 * Keeps as many Pods as the ReplicaSet asks for (pkg/controller/replicaset/replica_set.go).
 *
 * | reason                     | it does so because                                                              |
 * |----------------------------|---------------------------------------------------------------------------------|
 * | replicaset.gone            | the ReplicaSet does not exist any more: nothing to do                           |
 * | replicaset.awaitsOwnWrites | its caches do not show yet what it wrote itself                                 |
 * | replicaset.tooFew          | fewer active Pods than wanted                                                   |
 * | replicaset.tooMany         | more active Pods than wanted                                                    |
 * | replicaset.asDesired       | as many active Pods as wanted                                                   |
 * | replicaset.awaitsDeletions | the Pods it created or deleted do not show as such yet                           |
 * | replicaset.beingDeleted    | the ReplicaSet is being deleted: it makes and deletes no Pods any more          |
 * | replicaset.adopts          | an active Pod without a controller has labels that the selector selects         |
 * | replicaset.releases        | a Pod of its own has no longer the labels that the selector selects             |
 * | replicaset.counts          | the status does not say what its Pods are                                       |
 *
 * Simplified: a failed creation gets into the status when the back-off is over, just before the next try, not right after it; a status
 * update that met a conflict is worked out again after the back-off instead of being sent once more at once; before it adopts, upstream
 * reads the ReplicaSet once more from the API server; Pods of sibling ReplicaSets are found by their owner, not by selector.
 */
interface Memory {
  /** Nothing is done before the informers have reached these: what this controller wrote last (upstream's consistency store, new in 1.36). */
  readonly podRevision: number;
  readonly replicaSetRevision: number;
  /** What the last try to create or delete was refused with. */
  readonly failure?: string;
  /** Pods were refused because the namespace is being deleted: upstream takes them for created and expects to see them, until it gives up on that. */
  readonly expectsUntil?: Micros;
}

const NOTHING_WRITTEN: Memory = { podRevision: 0, replicaSetRevision: 0 };

/** How long upstream expects to see what it created (ExpectationsTimeout). */
const EXPECTATIONS_TIMEOUT: Micros = 5 * MINUTE;

/** At most so many Pods are created or deleted in one go. */
const BURST_REPLICAS = 500;

/** A Pod's update matters if it can change the counts of the status or who owns it; in between, upstream reconciles to no effect. */
function matters(before: Pod, after: Pod): boolean {
  const ready = readyCondition(before);
  const readyNow = readyCondition(after);
  return (
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.status.phase !== after.status.phase ||
    ready?.status !== readyNow?.status ||
    ready?.lastTransitionTime !== readyNow?.lastTransitionTime ||
    !semanticallyEqual(before.metadata.labels, after.metadata.labels) ||
    !semanticallyEqual(before.metadata.ownerReferences, after.metadata.ownerReferences)
  );
}

const ownedByOther = (pod: Pod | undefined): boolean => {
  if (pod === undefined) return true;
  const owner = controllerOf(pod);
  return owner !== undefined && owner.kind !== 'ReplicaSet';
};

/**
 * Any other update of a Pod is nothing but another try of what was refused, and each counts for the back-off. What is refused for long is refused by a
 * quota: so without one these updates are no events.
 */
const isIdle = ({ before, after }: Change): boolean => before !== undefined && after !== undefined && !matters(before as Pod, after as Pod);

const ignores = (change: Change): boolean => change.kind === 'Pod' && ownedByOther(change.before as Pod | undefined) && ownedByOther(change.after as Pod | undefined);

/** The ReplicaSet that a reference means: by its name, if it is still that one. */
function resolve(pod: Pod, view: View): ReplicaSet | undefined {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'ReplicaSet') return undefined;
  const replicaSet = view.get('ReplicaSet', `${pod.metadata.namespace}/${owner.name}`);
  return replicaSet?.metadata.uid === owner.uid ? replicaSet : undefined;
}

function ofPod(pod: Pod, view: View, change: Change): readonly Enqueue[] {
  const before = change.before as Pod | undefined;
  const after = change.after as Pod | undefined;
  const sameOwner = before !== undefined && after !== undefined && controllerOf(before)?.uid === controllerOf(after)?.uid;
  if (isIdle(change) && view.list('ResourceQuota', { index: 'namespace', value: pod.metadata.namespace ?? '' }).length === 0) return [];
  // The state before only counts where it had another owner.
  if (pod !== after && sameOwner) return [];
  if (controllerOf(pod) !== undefined) {
    const replicaSet = resolve(pod, view);
    if (replicaSet === undefined) return [];
    const key = keyOf(replicaSet);
    const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
    if (minReadySeconds > 0 && pod === after && sameOwner && isPodReady(after) && !isPodReady(before)) return [key, { key, afterMicros: minReadySeconds * SECOND }];
    return [key];
  }
  // An orphan: whoever selects it may want to adopt it, if it is new or has new labels.
  if (pod !== after || pod.metadata.deletionTimestamp !== undefined) return [];
  if (sameOwner && semanticallyEqual(before.metadata.labels, pod.metadata.labels)) return [];
  if (pod.metadata.labels === undefined) return [];
  return view
    .list('ReplicaSet', { index: 'namespace', value: pod.metadata.namespace ?? '' })
    .filter((replicaSet) => !semanticallyEqual(replicaSet.spec.selector, {}) && selects(replicaSet.spec.selector, pod.metadata.labels))
    .map(keyOf);
}

/** The sizes in which creations are sent: 1, and twice as many each time that all went well. */
export function slowStart(count: number): readonly number[] {
  const sizes: number[] = [];
  for (let remaining = count, size = 1; remaining > 0; size *= 2) {
    const next = Math.min(size, remaining);
    sizes.push(next);
    remaining -= next;
  }
  return sizes;
}

/** Whether creations are bound to be refused: that is then no failure. Upstream tells it by the cause in the refusal. */
const isDoomed = (replicaSet: ReplicaSet, view: View): boolean => view.get('Namespace', replicaSet.metadata.namespace ?? '')?.metadata.deletionTimestamp !== undefined;

// Invisible: the Pod of a template, which is the same each time that it is asked for.
const drafts = new WeakMap<ReplicaSet['spec']['template'], { readonly uid: string; readonly body: object }>();

function podOf(replicaSet: ReplicaSet): object {
  const { template } = replicaSet.spec;
  const { name, uid } = replicaSet.metadata;
  const known = drafts.get(template);
  if (known?.uid === uid) return known.body;
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const body = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      // A name that is too long for the dash after it goes without.
      generateName: name.length < 253 ? `${name}-` : name,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(replicaSet)],
    },
    spec: template.spec,
  };
  drafts.set(template, { uid, body });
  return body;
}

function createPod(replicaSet: ReplicaSet, because: Reason, doomed: boolean): Write {
  return {
    request: { method: 'POST', path: pathOf('Pod', replicaSet.metadata.namespace), body: podOf(replicaSet) },
    because,
    event: { regarding: objectReference(replicaSet), type: 'Normal', reason: 'SuccessfulCreate', message: 'Created pod: {name}' },
    ...(doomed ? { accept: [403] } : { failureEvent: { regarding: objectReference(replicaSet), type: 'Warning', reason: 'FailedCreate', message: 'Error creating: {error}' } }),
  };
}

const deletePod = (replicaSet: ReplicaSet, pod: Pod, because: Reason): Write => ({
  request: { method: 'DELETE', path: pathOfKey('Pod', keyOf(pod)) },
  because: { ...because, refs: [...(because.refs ?? []), referenceTo(pod)] },
  // Upstream does not delete again what is gone already.
  accept: [404],
  event: { regarding: objectReference(replicaSet), type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` },
  failureEvent: { regarding: objectReference(replicaSet), type: 'Warning', reason: 'FailedDelete', message: 'Error deleting: {error}' },
});

const patchPod = (pod: Pod, body: unknown, because: Reason, accept: readonly number[]): Write => ({
  request: { method: 'PATCH', path: pathOfKey('Pod', keyOf(pod)), contentType: STRATEGIC_MERGE_PATCH, body },
  because,
  accept,
});

interface Claim {
  readonly active: readonly Pod[];
  readonly terminating: number;
  /** Of its own that are not active any more, the one that changed last. */
  readonly lost: Pod | undefined;
  readonly patches: readonly Write[];
}

/** The one that was written last. */
function newest(pods: readonly Pod[]): Pod | undefined {
  let found: Pod | undefined;
  let revision = -1;
  for (const pod of pods) {
    const of = Number(pod.metadata.resourceVersion);
    if (of <= revision) continue;
    revision = of;
    found = pod;
  }
  return found;
}
const newer = (a: Pod | undefined, b: Pod): Pod => (a !== undefined && Number(a.metadata.resourceVersion) >= Number(b.metadata.resourceVersion) ? a : b);

/** Which Pods are its own: it adopts orphans that it selects, and releases what it no longer selects (controller_ref_manager.go). */
function claim(replicaSet: ReplicaSet, view: View): Claim {
  const { selector } = replicaSet.spec;
  const dying = replicaSet.metadata.deletionTimestamp !== undefined;
  const active: Pod[] = [];
  const patches: Write[] = [];
  let terminating = 0;
  let lost: Pod | undefined;
  const refs = (pod: Pod): Reason['refs'] => [referenceTo(replicaSet), referenceTo(pod)];
  // Pods of one template share its labels: one answer is for all.
  let labels: Pod['metadata']['labels'];
  let selected = selects(selector, labels);
  for (const pod of view.list('Pod', { index: 'controller', value: replicaSet.metadata.uid })) {
    if (pod.metadata.labels !== labels) {
      labels = pod.metadata.labels;
      selected = selects(selector, labels);
    }
    if (isPodActive(pod)) {
      if (selected) active.push(pod);
      else if (!dying) {
        const because: Reason = { code: 'replicaset.releases', args: { pod: pod.metadata.name, replicaSet: replicaSet.metadata.name }, refs: refs(pod) };
        patches.push(patchPod(pod, releasePatch(replicaSet, pod.metadata.uid), because, [404, 422]));
      }
    } else {
      lost = newer(lost, pod);
      if (selected && isPodTerminating(pod)) terminating++;
    }
  }
  if (!dying) {
    for (const pod of view.list('Pod', { index: 'controller', value: '' })) {
      if (pod.metadata.namespace !== replicaSet.metadata.namespace || !isPodActive(pod) || !selects(selector, pod.metadata.labels)) continue;
      const because: Reason = { code: 'replicaset.adopts', args: { pod: pod.metadata.name, replicaSet: replicaSet.metadata.name }, refs: refs(pod) };
      patches.push(patchPod(pod, adoptPatch(replicaSet, pod.metadata.uid), because, [404]));
      active.push(pod);
    }
  }
  return { active, terminating, lost, patches };
}

/** The Pods of all ReplicaSets that have the same owner as this one. */
function relatedPods(replicaSet: ReplicaSet, view: View): readonly Pod[] {
  const owner = controllerOf(replicaSet);
  if (owner === undefined) return [];
  return view.list('ReplicaSet', { index: 'controller', value: owner.uid }).flatMap((sibling) => view.list('Pod', { index: 'controller', value: sibling.metadata.uid }));
}

/** When the next Pod will have been ready for minReadySeconds. */
function nextCheck(replicaSet: ReplicaSet, active: readonly Pod[], status: ReplicaSet['status'], now: Micros): Micros | undefined {
  const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
  if (minReadySeconds === 0 || (status.readyReplicas ?? 0) === (status.availableReplicas ?? 0)) return undefined;
  let next: Micros | undefined;
  for (const pod of active) {
    const since = readySince(pod);
    if (since === undefined) continue;
    const left = since + minReadySeconds * SECOND - now;
    if (left > 0 && (next === undefined || left < next)) next = left;
  }
  return next ?? minReadySeconds * SECOND;
}

function reconcile(key: string, view: View, memory: Memory | undefined, context: ReconcileContext): Plan<Memory> {
  const replicaSet = view.get('ReplicaSet', key);
  if (replicaSet === undefined) return { batches: [], memory: null, because: { code: 'replicaset.gone', args: { replicaSet: key } } };
  const args = { replicaSet: replicaSet.metadata.name, wanted: replicaSet.spec.replicas };
  const refs = [referenceTo(replicaSet)];
  const known = memory ?? NOTHING_WRITTEN;
  // Upstream comes back after the back-off; here what it waits for wakes it.
  if (known.podRevision > view.revision('Pod') || known.replicaSetRevision > view.revision('ReplicaSet'))
    return { batches: [], because: { code: 'replicaset.awaitsOwnWrites', args, refs }, stillFailing: true };

  const { active, terminating, lost, patches } = claim(replicaSet, view);
  const batches: Write[][] = patches.map((patch) => [patch]);
  const difference = active.length - replicaSet.spec.replicas;
  const dying = replicaSet.metadata.deletionTimestamp !== undefined;
  const expects = !context.settled || (known.expectsUntil ?? 0) > view.now;
  const manages = !expects && !dying && difference !== 0;

  let failure: Failure | undefined;
  if (manages && known.failure !== undefined) failure = { reason: difference < 0 ? 'FailedCreate' : 'FailedDelete', message: known.failure };
  const have = { ...args, have: active.length };
  const counts = (status: ReplicaSet['status']): Write => {
    // Of all the Pods that it counted, the one that changed last is what is new.
    const last = newest(active);
    return {
      request: { method: 'PUT', path: pathOfKey('ReplicaSet', key, 'status'), body: { ...replicaSet, status } },
      because: {
        code: 'replicaset.counts',
        args: { ...have, ready: status.readyReplicas ?? 0, available: status.availableReplicas ?? 0, terminating },
        refs: last === undefined ? refs : [...refs, referenceTo(last)],
      },
    };
  };
  if (failure !== undefined) {
    const status = calculateStatus(replicaSet, active, terminating, failure, view.now);
    // First what the last try came to; that write wakes this controller again, for the next try.
    if (!sameStatus(replicaSet.status, status)) return { batches: [...batches, [counts(status)]], because: { code: 'replicaset.counts', args: have, refs }, stillFailing: true };
  }

  let because: Reason;
  if (!manages) {
    because = dying ? { code: 'replicaset.beingDeleted', args: have, refs }
      : difference === 0 ? { code: 'replicaset.asDesired', args: have, refs }
      : { code: 'replicaset.awaitsDeletions', args: have, refs };
  } else if (difference < 0) {
    // Fewer than when it last counted: one was lost. Otherwise more are wanted.
    const replaces = lost !== undefined && replicaSet.status.replicas > active.length;
    because = { code: 'replicaset.tooFew', args: have, refs: replaces ? [...refs, referenceTo(lost)] : refs };
    const doomed = isDoomed(replicaSet, view);
    for (const size of slowStart(Math.min(-difference, BURST_REPLICAS))) batches.push(Array.from({ length: size }, () => createPod(replicaSet, because, doomed)));
  } else {
    because = { code: 'replicaset.tooMany', args: have, refs };
    const chosen = podsToDelete(active, relatedPods(replicaSet, view), Math.min(difference, BURST_REPLICAS), view.now);
    batches.push(chosen.map((pod) => deletePod(replicaSet, pod, because)));
  }

  const status = calculateStatus(replicaSet, active, terminating, undefined, view.now);
  if (!sameStatus(replicaSet.status, status)) batches.push([counts(status)]);
  const requeueAfterMicros = nextCheck(replicaSet, active, status, view.now);
  return {
    batches,
    because,
    ...(known.failure === undefined ? {} : { memory: { ...known, failure: undefined } }),
    ...(requeueAfterMicros === undefined ? {} : { requeueAfterMicros }),
  };
}

function isNamespaceTerminating(status: Status): boolean {
  return status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false;
}

function answered(_key: string, write: Write, response: Response, memory: Memory | undefined, view: View): Memory | undefined {
  const known = memory ?? NOTHING_WRITTEN;
  const { method, path } = write.request;
  if (isRefusal(response)) {
    const creates = method === 'POST';
    const deletes = method === 'DELETE' && response.code !== 404;
    if (creates && isNamespaceTerminating(response.body)) return { ...known, expectsUntil: view.now + EXPECTATIONS_TIMEOUT };
    if ((!creates && !deletes) || known.failure !== undefined) return memory;
    const message = response.body.message ?? '';
    return { ...known, failure: deletes ? `unable to delete pods: ${message}` : message };
  }
  if (method === 'DELETE' || response.code === 0) return memory;
  const revision = Number((response.body as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion ?? 0);
  if (path.endsWith('/status')) return { ...known, replicaSetRevision: Math.max(known.replicaSetRevision, revision) };
  return { ...known, podRevision: Math.max(known.podRevision, revision) };
}

export const replicaSetController: Controller<Memory> = {
  name: 'replicaset-controller',
  workers: 5,
  watches: { ReplicaSet: (replicaSet) => [keyOf(replicaSet)], Pod: ofPod },
  reads: ['Namespace', 'ResourceQuota'],
  onlyWith: { Pod: { kind: 'ResourceQuota', such: () => true, unless: (change) => !isIdle(change) } },
  ignores,
  reconcile,
  answered,
};
