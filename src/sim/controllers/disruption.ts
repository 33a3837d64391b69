import type { Change } from '../api/change.ts';
import { semanticallyEqual } from '../api/equal.ts';
import { scaledValue } from '../api/intOrString.ts';
import { pathOfKey } from '../api/kinds.ts';
import { conditionOf, controllerOf, keyOf } from '../api/object.ts';
import type { Condition, Pod, PodDisruptionBudget } from '../api/object.ts';
import { isPodReady, isPodTerminal } from '../api/pods.ts';
import type { Reason } from '../api/reason.ts';
import { objectReference, referenceTo } from '../api/references.ts';
import { selects } from '../api/selector.ts';
import { MILLISECOND, MINUTE, SECOND, parseTimestamp, timestamp } from '../api/time.ts';
import type { Micros } from '../api/time.ts';
import { idle } from '../reconcile/controller.ts';
import type { Controller, EventNote, Plan, View } from '../reconcile/controller.ts';

/**
 * Keeps the status of PodDisruptionBudgets, from which the API server decides about evictions (pkg/controller/disruption). A key is a budget,
 * or "stale POD": a Pod that was told it would be disrupted, and then was not.
 * Simplified: of controllers it knows ReplicaSets, Deployments, StatefulSets and ReplicationControllers; upstream all with a scale subresource.
 */

/** So long an eviction that was granted counts before its Pod is seen to be deleted. */
const DELETION_TIMEOUT: Micros = 2 * MINUTE;
/** So long a Pod may say that it is about to be disrupted without being deleted. */
const STALE: Micros = 2 * MINUTE;
const STALE_PREFIX = 'stale ';
const ALLOWED = 'DisruptionAllowed';

/** A Pod's wait until its DisruptionTarget condition is taken back; undefined: it has none that could be stale. */
function staleIn(pod: Pod, now: Micros): Micros | undefined {
  if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return undefined;
  const condition = conditionOf(pod, 'DisruptionTarget');
  if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined;
  return Math.max(0, STALE - (now - (parseTimestamp(condition.lastTransitionTime) ?? now)));
}

const budgetsFor = (pod: Pod, view: View): readonly PodDisruptionBudget[] =>
  view.list('PodDisruptionBudget', { index: 'namespace', value: pod.metadata.namespace ?? '' }).filter((budget) => selects(budget.spec.selector, pod.metadata.labels));

/** What has no size that a percentage could be a percentage of. */
const UNSCALABLE: Readonly<Record<string, string>> = { DaemonSet: 'daemonsets.apps', Job: 'jobs.batch' };

type Expected = { readonly count: number } | { readonly error: string };

/** The sum of the sizes of everything that controls one of these Pods: what a percentage is a percentage of. */
function expectedScale(pods: readonly Pod[], view: View): Expected & { readonly unmanaged: number } {
  const scales = new Map<string, number>();
  let unmanaged = 0;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) {
      unmanaged++;
      continue;
    }
    if (owner.kind === 'ReplicaSet') {
      const set = view.get('ReplicaSet', `${pod.metadata.namespace ?? ''}/${owner.name}`);
      if (set !== undefined && set.metadata.uid === owner.uid) {
        const above = controllerOf(set);
        if (above === undefined) {
          scales.set(set.metadata.uid, set.spec.replicas ?? 1);
          continue;
        }
        const deployment = above.kind === 'Deployment' ? view.get('Deployment', `${pod.metadata.namespace ?? ''}/${above.name}`) : undefined;
        if (deployment !== undefined && deployment.metadata.uid === above.uid) {
          scales.set(deployment.metadata.uid, deployment.spec.replicas);
          continue;
        }
      }
    }
    if (owner.kind === 'StatefulSet' || owner.kind === 'ReplicationController') {
      const set = view.get(owner.kind, `${pod.metadata.namespace ?? ''}/${owner.name}`);
      if (set !== undefined && set.metadata.uid === owner.uid) {
        scales.set(set.metadata.uid, set.spec.replicas);
        continue;
      }
    }
    const unscalable = UNSCALABLE[owner.kind];
    return { error: unscalable === undefined ? `found no controllers for pod "${pod.metadata.name}"` : `${unscalable} does not implement the scale subresource`, unmanaged };
  }
  let count = 0;
  for (const scale of scales.values()) count += scale;
  return { count, unmanaged };
}

interface Counts {
  readonly expected: number;
  readonly desired: number;
  readonly unmanaged: number;
}
function countsFor(budget: PodDisruptionBudget, pods: readonly Pod[], view: View): Counts | { readonly error: string } {
  const { maxUnavailable, minAvailable } = budget.spec;
  if (maxUnavailable !== undefined) {
    const scale = expectedScale(pods, view);
    if ('error' in scale) return scale;
    return { expected: scale.count, desired: Math.max(0, scale.count - (scaledValue(maxUnavailable, scale.count, true) ?? 0)), unmanaged: scale.unmanaged };
  }
  if (typeof minAvailable === 'string') {
    const scale = expectedScale(pods, view);
    if ('error' in scale) return scale;
    return { expected: scale.count, desired: scaledValue(minAvailable, scale.count, true) ?? 0, unmanaged: scale.unmanaged };
  }
  return { expected: minAvailable === undefined ? 0 : pods.length, desired: minAvailable ?? 0, unmanaged: 0 };
}

function withCondition(conditions: readonly Condition[] | undefined, next: Pick<Condition, 'status' | 'reason'> & { readonly message: string; readonly observedGeneration?: number }, now: Micros): readonly Condition[] {
  const old = conditions?.find(({ type }) => type === ALLOWED);
  const lastTransitionTime = old?.status === next.status ? (old.lastTransitionTime ?? timestamp(now)) : timestamp(now);
  const condition: Condition = { type: ALLOWED, lastTransitionTime, ...next };
  return old === undefined ? [...(conditions ?? []), condition] : conditions!.map((candidate) => (candidate === old ? condition : candidate));
}

function put(budget: PodDisruptionBudget, status: NonNullable<PodDisruptionBudget['status']>, because: Reason): Plan<never>['batches'] {
  return [[{ request: { method: 'PUT', path: pathOfKey('PodDisruptionBudget', keyOf(budget), 'status'), body: { ...budget, status } }, because }]];
}

function reconcileBudget(key: string, view: View): Plan<never> {
  const { now } = view;
  const budget = view.get('PodDisruptionBudget', key);
  if (budget === undefined) return idle({ code: 'disruption.gone', args: { budget: key } });
  const refs = [referenceTo(budget)];
  const pods = view.list('Pod', { index: 'namespace', value: budget.metadata.namespace ?? '' }).filter((pod) => selects(budget.spec.selector, pod.metadata.labels));
  const events: EventNote[] = [];
  const say = (type: EventNote['type'], reason: string, message: string, about: EventNote['regarding'] = objectReference(budget)): void => void events.push({ regarding: about, type, reason, message });
  if (pods.length === 0) say('Normal', 'NoPods', 'No matching pods found');
  const generation = budget.metadata.generation;
  const old = budget.status;
  const counts = countsFor(budget, pods, view);
  if ('error' in counts) {
    say('Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${counts.error}`);
    // Rather no eviction than one too many.
    const because: Reason = { code: 'disruption.failSafe', args: { budget: key, error: counts.error }, refs };
    const conditions = withCondition(old?.conditions, { status: 'False', reason: 'SyncFailed', message: counts.error, ...(old?.observedGeneration === undefined ? {} : { observedGeneration: old.observedGeneration }) }, now);
    const status = { ...(old ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }), disruptionsAllowed: 0, conditions };
    return { batches: semanticallyEqual(status, old) ? [] : put(budget, status, because), events, because };
  }
  if (counts.unmanaged > 0) {
    const labels = Object.entries(budget.spec.selector?.matchLabels ?? {}).map(([label, value]) => `${label}: ${value},`).join('');
    say('Warning', 'UnmanagedPods', `Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`);
  }

  // Evictions that were granted and whose Pods are not yet seen to be deleted.
  const disrupted: Record<string, string> = {};
  let recheckAt = Infinity;
  let healthy = 0;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const since = old?.disruptedPods?.[pod.metadata.name];
    if (since !== undefined) {
      const until = (parseTimestamp(since) ?? now) + DELETION_TIMEOUT;
      if (until < now) say('Warning', 'NotDeleted', `Pod was expected by PDB ${budget.metadata.namespace ?? ''}/${budget.metadata.namespace ?? ''} to be deleted but it wasn't`, objectReference(pod));
      else {
        disrupted[pod.metadata.name] = since;
        recheckAt = Math.min(recheckAt, until);
        if (until > now) continue;
      }
    }
    if (isPodReady(pod)) healthy++;
  }
  const allowed = counts.expected <= 0 ? 0 : Math.max(0, healthy - counts.desired);
  const status = {
    currentHealthy: healthy, desiredHealthy: counts.desired, expectedPods: counts.expected, disruptionsAllowed: allowed,
    ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: withCondition(old?.conditions, { status: allowed > 0 ? 'True' : 'False', reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods', message: '', ...(generation === undefined ? {} : { observedGeneration: generation }) }, now),
  };
  const condition = conditionOf(budget, ALLOWED);
  const same = old !== undefined && condition?.status === (allowed > 0 ? 'True' : 'False') && condition.reason === (allowed > 0 ? 'SufficientPods' : 'InsufficientPods') && old.currentHealthy === healthy && old.desiredHealthy === counts.desired &&
    old.expectedPods === counts.expected && old.disruptionsAllowed === allowed && old.observedGeneration === generation && semanticallyEqual(old.disruptedPods, status.disruptedPods);
  const args = { budget: key, healthy, desired: counts.desired, expected: counts.expected, allowed };
  const because: Reason = { code: same ? 'disruption.upToDate' : 'disruption.counted', args, refs };
  return {
    batches: same ? [] : put(budget, status, because),
    ...(events.length > 0 ? { events } : {}),
    because,
    ...(recheckAt === Infinity ? {} : { requeueAfterMicros: Math.max(recheckAt - now, 0) + MILLISECOND }),
  };
}

function reconcileStale(key: string, view: View): Plan<never> {
  const pod = view.get('Pod', key);
  const wait = pod === undefined ? undefined : staleIn(pod, view.now);
  if (pod === undefined || wait === undefined) return idle({ code: 'disruption.notStale', args: { pod: key } });
  const refs = [referenceTo(pod)];
  if (wait > 0) return { batches: [], because: { code: 'disruption.mayBecomeStale', args: { pod: key, seconds: Math.ceil(wait / SECOND) }, refs }, requeueAfterMicros: wait };
  const because: Reason = { code: 'disruption.stale', args: { pod: key, seconds: STALE / SECOND }, refs };
  const conditions = pod.status.conditions!.map((condition): Condition =>
    condition.type !== 'DisruptionTarget' ? condition : { type: condition.type, status: 'False', lastProbeTime: null, lastTransitionTime: timestamp(view.now), ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }) });
  return { batches: [[{ request: { method: 'PUT', path: pathOfKey('Pod', key, 'status'), body: { ...pod, status: { ...pod.status, conditions } } }, because, accept: [404] }]], because };
}

const isTarget = (pod: Change['before']): boolean => pod !== undefined && conditionOf(pod as Pod, 'DisruptionTarget') !== undefined;

export const disruption: Controller<never> = {
  name: 'disruption-controller',
  source: 'controllermanager',
  workers: 1,
  reads: ['ReplicaSet', 'Deployment', 'StatefulSet', 'ReplicationController'],
  watches: {
    PodDisruptionBudget: (budget) => [keyOf(budget)],
    Pod(pod, view, change) {
      // Upstream takes any one of several budgets and says so in an Event; the first by name is as good, and always the same.
      const budget = budgetsFor(pod, view)[0];
      const stale = change.after === pod ? staleIn(pod, view.now) : undefined;
      return [...(budget === undefined ? [] : [keyOf(budget)]), ...(stale === undefined ? [] : [{ key: STALE_PREFIX + keyOf(pod), afterMicros: stale }])];
    },
  },
  /** Upstream counts again at every change of a Pod; only these can change the count. */
  ignores(change: Change): boolean {
    if (change.kind !== 'Pod') return false;
    const before = change.before as Pod | undefined;
    const after = change.after as Pod | undefined;
    if (before === undefined || after === undefined) return false;
    return before.metadata.deletionTimestamp === after.metadata.deletionTimestamp && before.metadata.labels === after.metadata.labels && isPodReady(before) === isPodReady(after) &&
      before.metadata.ownerReferences === after.metadata.ownerReferences && conditionOf(before, 'DisruptionTarget')?.status === conditionOf(after, 'DisruptionTarget')?.status;
  },
  onlyWith: { Pod: { kind: 'PodDisruptionBudget', such: () => true, unless: ({ before, after }) => isTarget(before) || isTarget(after) } },
  reconcile(key, view, _memory, context): Plan<never> {
    if (key.startsWith(STALE_PREFIX)) return reconcileStale(key.slice(STALE_PREFIX.length), view);
    // Upstream would go ahead and meet a conflict; its informer is nearly always quicker than here.
    if (!context.settled) return { batches: [], because: { code: 'disruption.behind', args: { budget: key } }, requeueAfterMicros: MILLISECOND };
    return reconcileBudget(key, view);
  },
};
