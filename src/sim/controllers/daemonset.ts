import type { Change } from '../api/change.ts';
import { claim } from '../api/claiming.ts';
import { semanticallyEqual } from '../api/equal.ts';
import { pathOfKey } from '../api/kinds.ts';
import { controllerOf, keyOf } from '../api/object.ts';
import type { Node, Pod } from '../api/object.ts';
import { isPodAvailable, isPodReady, isPodTerminal } from '../api/pods.ts';
import type { Reason } from '../api/reason.ts';
import { adoptPatch, objectReference, referenceTo, releasePatch } from '../api/references.ts';
import { STRATEGIC_MERGE_PATCH, isRefusal } from '../api/request.ts';
import type { Response, Status } from '../api/request.ts';
import { selects } from '../api/selector.ts';
import { MILLISECOND, MINUTE, SECOND } from '../api/time.ts';
import type { Micros } from '../api/time.ts';
import { compareText } from '../api/tree.ts';
import type { ControllerRevision, DaemonSet } from '../api/workloads.ts';
import type { Controller, Enqueue, Plan, ReconcileContext, View, Write } from '../reconcile/controller.ts';
import { forgotten, historyOf } from './daemonset/history.ts';
import { NO_BACK_OFF, NOTHING_MANAGED, because, createPod, deletePod, manage, synced } from './daemonset/manage.ts';
import type { BackOff, Round } from './daemonset/manage.ts';
import { belongs, byAge, targetOf, tolerationsOf } from './daemonset/placement.ts';
import type { Belongs } from './daemonset/placement.ts';
import { isUpdated, rollingUpdate, surgeOf } from './daemonset/update.ts';

/**
 * Keeps one Pod on every node that it belongs on (pkg/controller/daemon). It ties each Pod to its node by node affinity; the scheduler binds it.
 *
 * | reason                     | it does so because                                                                       |
 * |----------------------------|------------------------------------------------------------------------------------------|
 * | daemonset.gone             | the DaemonSet does not exist any more: nothing to do                                       |
 * | daemonset.awaitsOwnWrites  | its caches do not show yet what it wrote itself                                            |
 * | daemonset.selectsAll       | the empty selector would select every Pod: it does nothing                                 |
 * | daemonset.beingDeleted     | the DaemonSet is being deleted: nothing is done any more                                   |
 * | daemonset.adopts           | a Pod without a controller has labels that the selector selects                            |
 * | daemonset.releases         | a Pod of its own has no longer such labels                                                 |
 * | daemonset.adoptsRevision   | a ControllerRevision without a controller has such labels                                  |
 * | daemonset.releasesRevision | a ControllerRevision of its own has no longer such labels                                  |
 * | daemonset.newRevision      | no revision has the template that it has now                                               |
 * | daemonset.goesBack         | an older revision has the template that it has now: it becomes the newest                  |
 * | daemonset.forgetsRevision  | there are more old revisions than the limit allows                                         |
 * | daemonset.missing          | a node that it belongs on has no Pod                                                       |
 * | daemonset.notHere          | a Pod is on a node that it does not belong on                                              |
 * | daemonset.ended            | a Pod has ended: it is deleted, and another one is made                                    |
 * | daemonset.surplus          | a node has more Pods than it should                                                        |
 * | daemonset.nodeGone         | the node that a Pod waits for does not exist any more                                      |
 * | daemonset.updates          | a Pod has another revision than the one that is to be, and may be missing for a while      |
 * | daemonset.surges           | a node gets its Pod of the new revision before the old one goes                            |
 * | daemonset.succeeded        | the Pod of the new revision is available: the old one goes                                 |
 * | daemonset.asDesired        | every node has the Pod that it should have                                                 |
 * | daemonset.counts           | the status does not say what its Pods are                                                  |
 *
 * Simplified: what upstream does after a refused write within one synchronisation (the status) is done before the next try; a status update that
 * met a conflict is worked out again after the back-off; before it adopts, upstream reads the DaemonSet once more from the API server; counts come
 * from what was seen when the synchronisation began.
 */
interface Memory {
  readonly backOff: BackOff;
  /** Pods were refused because the namespace is being deleted: upstream takes them for created and expects to see them, until it gives up on that. */
  readonly expectsUntil?: Micros;
}

/** News of a node goes through a queue of its own, which only then brings up its DaemonSets: fitted, so that others who act on the same news may be first. */
const NODE_QUEUE: Micros = 4 * MILLISECOND;
/** How long upstream expects to see what it created (ExpectationsTimeout). */
const EXPECTATIONS_TIMEOUT: Micros = 5 * MINUTE;

const some = (name: string, n: number): Readonly<Record<string, number>> => (n === 0 ? {} : { [name]: n });

function statusOf(round: Round, nodes: readonly Node[], byNode: ReadonlyMap<string, readonly Pod[]>, belongsOn: (node: string) => Belongs, raises: boolean): DaemonSet['status'] {
  const { daemonSet, view, hash } = round;
  let desired = 0;
  let current = 0;
  let misscheduled = 0;
  let ready = 0;
  let updated = 0;
  let available = 0;
  for (const { metadata: { name } } of nodes) {
    const pods = byNode.get(name) ?? [];
    if (!belongsOn(name).starts) {
      if (pods.length > 0) misscheduled++;
      continue;
    }
    desired++;
    const pod = [...pods].sort(byAge)[0];
    if (pod === undefined) continue;
    current++;
    if (isPodReady(pod)) {
      ready++;
      if (isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, view.now)) available++;
    }
    if (isUpdated(daemonSet, pod, hash)) updated++;
  }
  const { collisionCount, conditions, observedGeneration } = daemonSet.status;
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...some('observedGeneration', raises ? (daemonSet.metadata.generation ?? 0) : (observedGeneration ?? 0)),
    ...some('updatedNumberScheduled', updated),
    ...some('numberAvailable', available),
    ...some('numberUnavailable', desired - available),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(conditions === undefined ? {} : { conditions }),
  };
}

const COUNTS = ['desiredNumberScheduled', 'currentNumberScheduled', 'numberMisscheduled', 'numberReady', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable'] as const;

function reconcile(key: string, view: View, memory: Memory | undefined, context: ReconcileContext): Plan<Memory> {
  const daemonSet = view.get('DaemonSet', key);
  if (daemonSet === undefined) return { batches: [], memory: null, because: { code: 'daemonset.gone', args: { daemonSet: key } } };
  const { name, namespace } = daemonSet.metadata;
  const refs = [referenceTo(daemonSet)];
  const say = (code: string): Reason => ({ code, args: { daemonSet: name }, refs });
  if (!context.settled) return { batches: [], because: say('daemonset.awaitsOwnWrites'), retry: true };
  if (semanticallyEqual(daemonSet.spec.selector, {}))
    return { batches: [], because: say('daemonset.selectsAll'), events: [{ regarding: objectReference(daemonSet), type: 'Warning', reason: 'SelectingAll', message: 'This daemon set is selecting all pods. A non-empty selector is required.' }] };
  if (daemonSet.metadata.deletionTimestamp !== undefined) return { batches: [], because: say('daemonset.beingDeleted') };

  const history = historyOf(daemonSet, view);
  const round: Round = { daemonSet, view, hash: history.hash, doomed: view.get('Namespace', namespace ?? '')?.metadata.deletionTimestamp !== undefined };
  const { own: pods, adopts, releases } = claim(daemonSet, daemonSet.spec.selector, [...view.list('Pod', { index: 'controller', value: daemonSet.metadata.uid }), ...view.list('Pod', { index: 'controller', value: '' })]);
  const patch = (pod: Pod, body: unknown, code: string): Write => ({
    request: { method: 'PATCH', path: pathOfKey('Pod', keyOf(pod)), contentType: STRATEGIC_MERGE_PATCH, body },
    because: because(round, code, { pod: pod.metadata.name }, pod),
    accept: [404, 422],
  });
  const nodes = [...view.list('Node')].sort((a, b) => compareText(a.metadata.name, b.metadata.name));
  const tolerations = tolerationsOf(daemonSet.spec.template.spec);
  const places = new Map(nodes.map((node) => [node.metadata.name, belongs(daemonSet, node, tolerations)]));
  const belongsOn = (node: string): Belongs => places.get(node) ?? { starts: false, stays: false };
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined) continue;
    const node = targetOf(pod);
    if (node === undefined) continue;
    const there = byNode.get(node);
    if (there === undefined) byNode.set(node, [pod]);
    else there.push(pod);
  }

  const expects = (memory?.expectsUntil ?? 0) > view.now;
  const managed = expects ? NOTHING_MANAGED : manage(round, nodes, byNode, belongsOn, memory?.backOff ?? NO_BACK_OFF);
  const acts: (readonly Write[])[] = [...synced(managed.creates, managed.deletes)];
  let why: Reason | undefined = (managed.creates[0] ?? managed.deletes[0])?.because;
  // Upstream first wants to see what it has just created and deleted.
  if (!expects && acts.length === 0 && daemonSet.spec.updateStrategy.type === 'RollingUpdate') {
    const wanted = [...places].filter(([, { starts }]) => starts).map(([node]) => node);
    const everywhere = new Map<string, readonly Pod[]>([...new Set([...byNode.keys(), ...wanted])].sort(compareText).map((node) => [node, byNode.get(node) ?? []]));
    const { deletes, createsOn } = rollingUpdate(daemonSet, everywhere, belongsOn, wanted.length, history.hash, view.now);
    acts.push(...synced(
      createsOn.map((node) => createPod(round, node, because(round, 'daemonset.surges', { node, revision: history.name }))),
      deletes.map((pod) => deletePod(round, pod, because(round, surgeOf(daemonSet, 1) > 0 ? 'daemonset.succeeded' : 'daemonset.updates', { pod: pod.metadata.name, node: targetOf(pod) ?? '', revision: history.name }, pod))),
    ));
    why = acts[0]?.[0]?.because;
  }
  const status = statusOf(round, nodes, byNode, belongsOn, !expects);
  const old = daemonSet.status;
  const same = COUNTS.every((count) => (status[count] ?? 0) === (old[count] ?? 0)) && (old.observedGeneration ?? 0) >= (daemonSet.metadata.generation ?? 0);
  const counts: readonly Write[] = same ? [] : [{
    request: { method: 'PUT', path: pathOfKey('DaemonSet', key, 'status'), body: { ...daemonSet, status } },
    because: { code: 'daemonset.counts', args: { daemonSet: name, desired: status.desiredNumberScheduled ?? 0, ready: status.numberReady ?? 0, updated: status.updatedNumberScheduled ?? 0 }, refs: [...refs, ...newest(pods)] },
  }];
  const forgets = (expects ? [] : forgotten(daemonSet, pods, history)).map((write) => [write]);
  const batches = [
    ...history.writes,
    ...releases.map((pod) => [patch(pod, releasePatch(daemonSet, pod.metadata.uid), 'daemonset.releases')]),
    ...adopts.map((pod) => [patch(pod, adoptPatch(daemonSet, pod.metadata.uid), 'daemonset.adopts')]),
    // After a refusal the status goes first: upstream writes it in any case.
    ...(context.failures > 0 ? [counts, ...acts, ...forgets] : [...acts, ...forgets, counts]),
  ].filter((batch) => batch.length > 0);
  const minReadySeconds = daemonSet.spec.minReadySeconds ?? 0;
  const waits = [managed.waitMicros, minReadySeconds > 0 && (status.numberReady ?? 0) !== (status.numberAvailable ?? 0) ? minReadySeconds * SECOND : undefined].filter((wait) => wait !== undefined);
  return {
    batches,
    because: why ?? { code: 'daemonset.asDesired', args: { daemonSet: name, desired: status.desiredNumberScheduled ?? 0 }, refs },
    ...(managed.events.length === 0 ? {} : { events: managed.events }),
    ...(expects || managed.backOff === (memory?.backOff ?? NO_BACK_OFF) ? {} : { memory: { backOff: managed.backOff } }),
    ...(waits.length === 0 ? {} : { requeueAfterMicros: Math.min(...waits) }),
  };
}

function newest(pods: readonly Pod[]): NonNullable<Reason['refs']> {
  let last: Pod | undefined;
  for (const pod of pods) if (last === undefined || Number(pod.metadata.resourceVersion) > Number(last.metadata.resourceVersion)) last = pod;
  return last === undefined ? [] : [referenceTo(last)];
}

type Owned = Pod | ControllerRevision;
const ownedByOther = (object: Owned | undefined): boolean => {
  if (object === undefined) return true;
  const owner = controllerOf(object);
  return owner !== undefined && owner.kind !== 'DaemonSet';
};
function ignores(change: Change): boolean {
  if (change.kind === 'Pod' || change.kind === 'ControllerRevision') return ownedByOther(change.before as Owned | undefined) && ownedByOther(change.after as Owned | undefined);
  if (change.kind !== 'Node') return false;
  const before = change.before as Node | undefined;
  const after = change.after as Node | undefined;
  return after === undefined || (before !== undefined && semanticallyEqual(before.metadata.labels, after.metadata.labels) && semanticallyEqual(before.spec.taints, after.spec.taints));
}

function ofOwned(object: Owned, view: View, change: Change): readonly Enqueue[] {
  const before = change.before as Owned | undefined;
  const after = change.after as Owned | undefined;
  const sameOwner = before !== undefined && after !== undefined && controllerOf(before)?.uid === controllerOf(after)?.uid;
  if (object !== after && sameOwner) return [];
  const owner = controllerOf(object);
  if (owner !== undefined) {
    const key = `${object.metadata.namespace}/${owner.name}`;
    const daemonSet = owner.kind === 'DaemonSet' ? view.get('DaemonSet', key) : undefined;
    if (daemonSet?.metadata.uid !== owner.uid) return [];
    // A revision of its own that has just been made is no news.
    if (object.kind === 'ControllerRevision') return before === undefined ? [] : [key];
    const minReadySeconds = daemonSet.spec.minReadySeconds ?? 0;
    const turned = object === after && before?.kind === 'Pod' && isPodReady(object) && !isPodReady(before);
    return minReadySeconds > 0 && turned ? [key, { key, afterMicros: (minReadySeconds + 1) * SECOND }] : [key];
  }
  if (object !== after || object.metadata.deletionTimestamp !== undefined || object.metadata.labels === undefined) return [];
  if (sameOwner && semanticallyEqual(before.metadata.labels, object.metadata.labels)) return [];
  return view.list('DaemonSet', { index: 'namespace', value: object.metadata.namespace ?? '' }).filter((each) => !semanticallyEqual(each.spec.selector, {}) && selects(each.spec.selector, object.metadata.labels)).map(keyOf);
}

/** The DaemonSets for which a node that is new, or has other labels or taints, changes anything. */
function ofNode(node: Node, view: View, change: Change): readonly Enqueue[] {
  if (node !== change.after) return [];
  const keys: Enqueue[] = [];
  const pods = view.list('Pod', { index: 'node', value: node.metadata.name });
  for (const daemonSet of view.list('DaemonSet')) {
    const { starts, stays } = belongs(daemonSet, node, tolerationsOf(daemonSet.spec.template.spec));
    const scheduled = pods.some((pod) => controllerOf(pod)?.uid === daemonSet.metadata.uid);
    if ((starts && !scheduled) || (!stays && scheduled) || (scheduled && (daemonSet.status.numberMisscheduled ?? 0) > 0)) keys.push({ key: keyOf(daemonSet), afterMicros: NODE_QUEUE });
  }
  return keys;
}

const isNamespaceTerminating = (status: Status): boolean => status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
function answered(_key: string, write: Write, response: Response, memory: Memory | undefined, view: View): Memory | undefined {
  if (write.request.method !== 'POST' || !isRefusal(response) || !isNamespaceTerminating(response.body)) return memory;
  return { backOff: NO_BACK_OFF, ...memory, expectsUntil: view.now + EXPECTATIONS_TIMEOUT };
}

export const daemonSetController: Controller<Memory> = {
  name: 'daemonset-controller',
  identity: 'daemon-set-controller',
  sleepsUntil: ['DaemonSet'],
  workers: 2,
  watches: { DaemonSet: (daemonSet) => [keyOf(daemonSet)], ControllerRevision: ofOwned, Pod: ofOwned, Node: ofNode },
  reads: ['Namespace'],
  ignores,
  reconcile,
  answered,
};
