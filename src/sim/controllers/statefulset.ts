import type { Change } from '../api/change.ts';
import { claim } from '../api/claiming.ts';
import { semanticallyEqual } from '../api/equal.ts';
import { pathOf, pathOfKey } from '../api/kinds.ts';
import { controllerOf, keyOf } from '../api/object.ts';
import type { Pod } from '../api/object.ts';
import { isPodAvailable, isPodReady, readySince } from '../api/pods.ts';
import type { Reason } from '../api/reason.ts';
import { adoptPatch, objectReference, referenceTo, releasePatch } from '../api/references.ts';
import { STRATEGIC_MERGE_PATCH } from '../api/request.ts';
import { selects } from '../api/selector.ts';
import { SECOND } from '../api/time.ts';
import type { Micros } from '../api/time.ts';
import type { StatefulSet } from '../api/workloads.ts';
import type { Controller, Enqueue, EventNote, Plan, ReconcileContext, View, Write } from '../reconcile/controller.ts';
import { claimOwners, conflictingClaims, hasStaleClaim, missingClaims, ownersAreRight } from './statefulset/claims.ts';
import { historyOf, truncated } from './statefulset/history.ts';
import type { History } from './statefulset/history.ts';
import { POD_INDEX_LABEL, POD_NAME_LABEL, identityMatches, inRange, isCreated, isRunningAndReady, isTerminating, isUnavailable, newReplica, ordinalOf, parentAndOrdinal, revisionOf, startOf, storageMatches, volumesOf } from './statefulset/identity.ts';
import type { Replica } from './statefulset/identity.ts';
import { countReplicas, isInconsistent, statusOf } from './statefulset/status.ts';

/**
 * Keeps Pods with names and claims of their own, one after another (pkg/controller/statefulset).
 *
 * | reason                       | it does so because                                                                     |
 * |------------------------------|----------------------------------------------------------------------------------------|
 * | statefulset.gone             | the StatefulSet does not exist any more: nothing to do                                   |
 * | statefulset.awaitsOwnWrites  | its caches do not show yet what it wrote itself                                          |
 * | statefulset.adopts           | a Pod without a controller has its name and its labels                                   |
 * | statefulset.releases         | a Pod of its own has no longer its labels                                                |
 * | statefulset.adoptsRevision   | a ControllerRevision without a controller has its labels                                 |
 * | statefulset.newRevision      | no revision has the template that it has now                                             |
 * | statefulset.goesBack         | an older revision has the template that it has now: it becomes the newest                |
 * | statefulset.forgetsRevision  | there are more old revisions than the limit allows                                       |
 * | statefulset.claims           | a Pod needs a claim of a template                                                        |
 * | statefulset.claimOwners      | the retention policy wants another owner for a claim                                     |
 * | statefulset.awaitsClaim      | a claim of an earlier Pod of that name is still being deleted                            |
 * | statefulset.createsNext      | in order: all before this ordinal are ready, and its Pod is missing                      |
 * | statefulset.createsMissing   | in parallel: the Pod of this ordinal is missing                                          |
 * | statefulset.replacesEnded    | a Pod has ended: it is deleted, and made again when it is gone                           |
 * | statefulset.awaitsPod        | in order: this Pod is not ready yet, so nothing else is done                             |
 * | statefulset.repairs          | a Pod has not the name label or the volumes that it should have                          |
 * | statefulset.scalesDown       | its ordinal is outside of what is wanted; the highest go first                           |
 * | statefulset.updates          | the Pod has another revision than the one that is to be; the highest go first            |
 * | statefulset.asDesired        | all Pods are as wanted                                                                   |
 * | statefulset.beingDeleted     | the StatefulSet is being deleted: only its status is kept up                             |
 * | statefulset.counts           | the status does not say what its Pods are                                                |
 *
 * Simplified: what upstream does after a refused write within one synchronisation (the status) is done before the next try; a status update that
 * met a conflict is worked out again after the back-off; before it adopts, upstream reads the StatefulSet once more from the API server.
 */

const MAX_BATCH = 500;

const args = (set: StatefulSet): { readonly set: string } => ({ set: set.metadata.name });

function event(set: StatefulSet, verb: 'Create' | 'Update' | 'Delete', pod: Replica): Pick<Write, 'event' | 'failureEvent'> {
  const words = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  return {
    event: { regarding: objectReference(set), type: 'Normal', reason: `Successful${verb}`, message: `${words} successful` },
    failureEvent: { regarding: objectReference(set), type: 'Warning', reason: `Failed${verb}`, message: `${words} failed error: {error}` },
  };
}

const deletePod = (set: StatefulSet, pod: Replica, because: Reason): Write => ({
  request: { method: 'DELETE', path: pathOfKey('Pod', keyOf(pod)) },
  because,
  accept: [404],
  ...event(set, 'Delete', pod),
});

function createPod(set: StatefulSet, pod: Replica, because: Reason, taken: boolean): Write {
  const { status: _, ...body } = pod;
  const { event: good, failureEvent } = event(set, 'Create', pod);
  // That the name is somebody else's is no Event.
  return { request: { method: 'POST', path: pathOf('Pod', set.metadata.namespace), body }, because, ...(good === undefined ? {} : { event: good }), ...(failureEvent === undefined || taken ? {} : { failureEvent }) };
}

function updatePod(set: StatefulSet, pod: Replica): Write {
  const ordinal = ordinalOf(pod);
  const name = `${set.metadata.name}-${ordinal}`;
  return {
    request: {
      method: 'PUT',
      path: pathOfKey('Pod', keyOf(pod)),
      body: {
        ...pod,
        metadata: { ...pod.metadata, ...(identityMatches(set, pod) ? {} : { labels: { ...pod.metadata.labels, [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(ordinal) } }) },
        ...(storageMatches(set, pod) ? {} : { spec: { ...pod.spec, volumes: volumesOf(set, pod.spec.volumes, ordinal) } }),
      },
    },
    because: { code: 'statefulset.repairs', args: { ...args(set), pod: pod.metadata.name }, refs: [referenceTo(set), referenceTo(pod)] },
    ...event(set, 'Update', pod),
  };
}

/** What is to be done about one Pod: in turn; `stop` says that in order nothing comes after it. */
interface Step {
  readonly turns: readonly (readonly Write[])[];
  readonly stop: boolean;
  readonly because?: Reason;
}


interface Round {
  readonly set: StatefulSet;
  readonly view: View;
  readonly history: History;
  readonly inOrder: boolean;
  readonly events: EventNote[];
}

function about(round: Round, code: string, pod: Replica, more: Readonly<Record<string, string | number>> = {}): Reason {
  const { set } = round;
  return { code, args: { ...args(set), pod: pod.metadata.name, ...more }, refs: isCreated(pod) ? [referenceTo(set), referenceTo(pod)] : [referenceTo(set)] };
}

function ownClaims(round: Round, pod: Replica): readonly Write[] {
  const { set, view } = round;
  for (const name of conflictingClaims(set, pod, view))
    round.events.push({ regarding: objectReference(set), type: 'Warning', reason: 'ConflictingController', message: `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim` });
  return claimOwners(set, pod, view);
}

/** One Pod that should be there. */
function processReplica(round: Round, pod: Replica): Step {
  const { set, view, inOrder } = round;
  const { phase } = pod.status;
  if (phase === 'Failed' || phase === 'Succeeded') {
    const because = about(round, 'statefulset.replacesEnded', pod, { phase });
    return { turns: isTerminating(pod) ? [] : [[deletePod(set, pod, because)]], stop: true, because };
  }
  if (!isCreated(pod)) {
    if (hasStaleClaim(set, pod, view)) return { turns: [], stop: true, because: about(round, 'statefulset.awaitsClaim', pod) };
    const claims = missingClaims(set, pod, view);
    if (claims.blocked !== undefined) return { turns: [claims.writes], stop: true, because: about(round, 'statefulset.awaitsClaim', pod, { claim: claims.blocked }) };
    const because = about(round, inOrder ? 'statefulset.createsNext' : 'statefulset.createsMissing', pod, { ordinal: ordinalOf(pod) });
    return { turns: [claims.writes, [createPod(set, pod, because, view.get('Pod', keyOf(pod)) !== undefined)], ownClaims(round, pod)], stop: inOrder, because };
  }
  const turns: (readonly Write[])[] = [];
  if (phase === 'Pending') turns.push(missingClaims(set, pod, view).writes, ownClaims(round, pod));
  const available = isPodAvailable(pod, set.spec.minReadySeconds ?? 0, view.now);
  if (inOrder && (isTerminating(pod) || !isRunningAndReady(pod) || !available)) return { turns, stop: true, because: about(round, 'statefulset.awaitsPod', pod) };
  // Those of a Pod that is not placed yet have just been put right.
  const ownersRight = phase === 'Pending' || ownersAreRight(set, pod, view);
  if (identityMatches(set, pod) && storageMatches(set, pod) && ownersRight) return { turns, stop: false };
  if (!storageMatches(set, pod)) turns.push(missingClaims(set, pod, view).writes);
  if (!ownersRight) turns.push(ownClaims(round, pod));
  // Upstream writes the Pod too where only its claims' owners were wrong; that changes nothing.
  turns.push([updatePod(set, pod)]);
  return { turns, stop: false, because: about(round, 'statefulset.repairs', pod) };
}

/** One Pod that should not be there. */
function processCondemned(round: Round, pod: Replica, firstUnavailable: Replica | undefined): Step {
  const { set, view, inOrder } = round;
  if (isTerminating(pod)) return { turns: [], stop: inOrder, because: about(round, 'statefulset.awaitsPod', pod) };
  const available = isRunningAndReady(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, view.now);
  if (inOrder && !available && pod !== firstUnavailable) return { turns: [], stop: true, because: about(round, 'statefulset.awaitsPod', firstUnavailable ?? pod) };
  const because = about(round, 'statefulset.scalesDown', pod, { wanted: set.spec.replicas });
  return { turns: [[deletePod(set, pod, because)]], stop: true, because };
}

/** In order: one after another, until one stops it. In parallel: all, 1, 2, 4 ... at a time. */
function run(round: Round, pods: readonly Replica[], step: (pod: Replica) => Step): { readonly batches: readonly (readonly Write[])[]; readonly stopped: boolean; readonly because?: Reason } {
  const batches: (readonly Write[])[] = [];
  let because: Reason | undefined;
  if (round.inOrder) {
    for (const pod of pods) {
      const { turns, stop, because: why } = step(pod);
      batches.push(...turns);
      because ??= why;
      if (stop) return { batches, stopped: true, ...(because === undefined ? {} : { because }) };
    }
  } else {
    for (let at = 0, size = 1; at < pods.length; at += size, size = Math.min(2 * size, MAX_BATCH)) {
      const steps = pods.slice(at, at + size).map(step);
      const longest = Math.max(0, ...steps.map(({ turns }) => turns.length));
      for (let turn = 0; turn < longest; turn++) batches.push(steps.flatMap(({ turns }) => turns[turn] ?? []));
      because ??= steps.find((each) => each.because !== undefined)?.because;
    }
  }
  return { batches, stopped: false, ...(because === undefined ? {} : { because }) };
}

/**
 * Which Pod is deleted so that it comes back with the new revision: the highest that has another one, when all above it are available.
 * `maxUnavailable` is behind a feature gate that is off by default in 1.36: the API server drops it, and one Pod goes at a time.
 */
function outdated(round: Round, replicas: readonly Replica[]): Replica | undefined {
  const { set, view, history } = round;
  const { type, rollingUpdate } = set.spec.updateStrategy;
  if (type === 'OnDelete') return undefined;
  for (let i = replicas.length - 1; i >= (rollingUpdate?.partition ?? 0); i--) {
    const pod = replicas[i]!;
    if (revisionOf(pod) !== history.update.name && !isTerminating(pod)) return pod;
    if (isUnavailable(pod, set.spec.minReadySeconds ?? 0, view.now)) return undefined;
  }
  return undefined;
}

/** When the next Pod will have been ready for minReadySeconds. */
function nextCheck(set: StatefulSet, pods: readonly Pod[], status: StatefulSet['status'], now: Micros): Micros | undefined {
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  if (minReadySeconds === 0 || (status.readyReplicas ?? 0) === (status.availableReplicas ?? 0)) return undefined;
  let next: Micros | undefined;
  for (const pod of pods) {
    const since = readySince(pod);
    if (since === undefined) continue;
    const left = since + minReadySeconds * SECOND - now;
    if (left > 0 && (next === undefined || left < next)) next = left;
  }
  return next ?? minReadySeconds * SECOND;
}

function reconcile(key: string, view: View, _memory: undefined, context: ReconcileContext): Plan<undefined> {
  const set = view.get('StatefulSet', key);
  if (set === undefined) return { batches: [], because: { code: 'statefulset.gone', args: { set: key } } };
  const refs = [referenceTo(set)];
  if (!context.settled) return { batches: [], because: { code: 'statefulset.awaitsOwnWrites', args: args(set), refs }, retry: true };

  const candidates = [...view.list('Pod', { index: 'controller', value: set.metadata.uid }), ...view.list('Pod', { index: 'controller', value: '' })];
  const { own: pods, adopts, releases } = claim(set, set.spec.selector, candidates, (pod) => parentAndOrdinal(pod)[0] === set.metadata.name);
  const patch = (pod: Pod, body: unknown, code: string, accept: readonly number[]): Write => ({
    request: { method: 'PATCH', path: pathOfKey('Pod', keyOf(pod)), contentType: STRATEGIC_MERGE_PATCH, body },
    because: { code, args: { ...args(set), pod: pod.metadata.name }, refs: [...refs, referenceTo(pod)] },
    accept,
  });
  const history = historyOf(set, view);
  // Who is being deleted adopts nothing: upstream's synchronisation fails here, and with it everything after it.
  if (set.metadata.deletionTimestamp !== undefined && history.writes.some(({ request }) => request.method === 'PATCH')) return { batches: [], because: { code: 'statefulset.beingDeleted', args: args(set), refs }, retry: true };
  const batches: (readonly Write[])[] = [
    ...history.writes.filter(({ request }) => request.method === 'PATCH').map((write) => [write]),
    ...releases.map((pod) => [patch(pod, releasePatch(set, pod.metadata.uid), 'statefulset.releases', [404, 422])]),
    ...adopts.map((pod) => [patch(pod, adoptPatch(set, pod.metadata.uid), 'statefulset.adopts', [404])]),
    ...history.writes.filter(({ request }) => request.method !== 'PATCH').map((write) => [write]),
  ];

  const { current, update } = history;
  const start = startOf(set);
  const replicas: Replica[] = [];
  const { rollingUpdate, type } = set.spec.updateStrategy;
  const keepsCurrent = rollingUpdate === undefined ? (type === 'RollingUpdate' ? (set.status.currentReplicas ?? 0) : 0) : (rollingUpdate.partition ?? 0);
  for (let i = 0; i < set.spec.replicas; i++) {
    const ordinal = start + i;
    const revision = i < keepsCurrent ? current : update;
    replicas.push(pods.find((pod) => ordinalOf(pod) === ordinal) ?? newReplica(set, revision.template, revision.name, ordinal));
  }
  const condemned = pods.filter((pod) => ordinalOf(pod) >= 0 && !inRange(pod, set)).sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const firstUnavailable = [...replicas, ...[...condemned].reverse()].find((pod) => isUnavailable(pod, minReadySeconds, view.now));

  const round: Round = { set, view, history, inOrder: set.spec.podManagementPolicy !== 'Parallel', events: [] };
  const count = (lists: readonly Replica[]): ReturnType<typeof countReplicas> => countReplicas(lists, minReadySeconds, current.name, update.name, view.now);
  let counts = count(pods);
  let because: Reason | undefined;
  const acts: (readonly Write[])[] = [];
  if (set.metadata.deletionTimestamp !== undefined) because = { code: 'statefulset.beingDeleted', args: args(set), refs };
  else {
    const living = run(round, replicas, (pod) => processReplica(round, pod));
    acts.push(...living.batches);
    ({ because } = living);
    let { stopped } = living;
    if (!stopped) for (const pod of condemned) if (!ownersAreRight(set, pod, view)) acts.push(ownClaims(round, pod));
    if (!stopped) {
      const ending = run(round, condemned, (pod) => processCondemned(round, pod, firstUnavailable));
      acts.push(...ending.batches);
      because ??= ending.because;
      ({ stopped } = ending);
    }
    counts = count([...replicas, ...condemned]);
    if (!stopped) {
      const pod = outdated(round, replicas);
      if (pod !== undefined) {
        const why = about(round, 'statefulset.updates', pod, { revision: update.name });
        because ??= why;
        // Upstream deletes even what it is making in this very synchronisation; the answer is then that there is nothing.
        if (isCreated(pod)) acts.push([deletePod(set, pod, why)]);
        counts = { ...counts, current: counts.current - 1 };
      }
    }
  }
  const status = statusOf(set, counts, current.name, update.name, history.collisionCount);
  const write: readonly Write[] = isInconsistent(set, status)
    ? [{
        request: { method: 'PUT', path: pathOfKey('StatefulSet', key, 'status'), body: { ...set, status } },
        because: { code: 'statefulset.counts', args: { ...args(set), have: counts.replicas, wanted: set.spec.replicas, ready: counts.ready, updated: counts.updated }, refs: [...refs, ...newest(pods)] },
      }]
    : [];
  // After a refusal the status goes first: upstream writes it in any case.
  batches.push(...(context.failures > 0 ? [write, ...acts] : [...acts, write]), ...truncated(set, pods, history).map((each) => [each]));
  const requeueAfterMicros = nextCheck(set, pods, status, view.now);
  return {
    batches: batches.filter((batch) => batch.length > 0),
    because: because ?? { code: 'statefulset.asDesired', args: { ...args(set), have: counts.replicas }, refs },
    ...(round.events.length === 0 ? {} : { events: round.events }),
    ...(requeueAfterMicros === undefined ? {} : { requeueAfterMicros }),
  };
}

/** Of all the Pods, the one that changed last is what is new. */
function newest(pods: readonly Pod[]): NonNullable<Reason['refs']> {
  let last: Pod | undefined;
  for (const pod of pods) if (last === undefined || Number(pod.metadata.resourceVersion) > Number(last.metadata.resourceVersion)) last = pod;
  return last === undefined ? [] : [referenceTo(last)];
}

const ownedByOther = (pod: Pod | undefined): boolean => {
  if (pod === undefined) return true;
  const owner = controllerOf(pod);
  return owner !== undefined && owner.kind !== 'StatefulSet';
};
const ignores = (change: Change): boolean => change.kind === 'Pod' && ownedByOther(change.before as Pod | undefined) && ownedByOther(change.after as Pod | undefined);

function ofPod(pod: Pod, view: View, change: Change): readonly Enqueue[] {
  const before = change.before as Pod | undefined;
  const after = change.after as Pod | undefined;
  const sameOwner = before !== undefined && after !== undefined && controllerOf(before)?.uid === controllerOf(after)?.uid;
  if (pod !== after && sameOwner) return [];
  const owner = controllerOf(pod);
  if (owner !== undefined) {
    const key = `${pod.metadata.namespace}/${owner.name}`;
    const set = owner.kind === 'StatefulSet' ? view.get('StatefulSet', key) : undefined;
    if (set?.metadata.uid !== owner.uid) return [];
    const minReadySeconds = set.spec.minReadySeconds ?? 0;
    return minReadySeconds > 0 && pod === after && before !== undefined && isPodReady(after) && !isPodReady(before) ? [key, { key, afterMicros: minReadySeconds * SECOND }] : [key];
  }
  if (pod !== after || pod.metadata.deletionTimestamp !== undefined || pod.metadata.labels === undefined) return [];
  if (sameOwner && semanticallyEqual(before.metadata.labels, pod.metadata.labels)) return [];
  return view.list('StatefulSet', { index: 'namespace', value: pod.metadata.namespace ?? '' }).filter((set) => !semanticallyEqual(set.spec.selector, {}) && selects(set.spec.selector, pod.metadata.labels)).map(keyOf);
}

export const statefulSetController: Controller<undefined> = {
  name: 'statefulset-controller',
  sleepsUntil: ['StatefulSet'],
  workers: 5,
  watches: { StatefulSet: (set) => [keyOf(set)], Pod: ofPod },
  reads: ['PersistentVolumeClaim', 'ControllerRevision'],
  ignores,
  reconcile,
};
