import { pathOf, pathOfKey } from '../../api/kinds.ts';
import { keyOf } from '../../api/object.ts';
import type { Deployment, ReplicaSet } from '../../api/object.ts';
import { semanticallyEqual } from '../../api/equal.ts';
import { controllerReference, isControlledBy, objectReference, referenceTo } from '../../api/references.ts';
import type { Reason } from '../../api/reason.ts';
import type { Micros } from '../../api/time.ts';
import type { EventNote, View, Write } from '../../reconcile/controller.ts';
import * as conditions from './conditions.ts';
import * as sets from './replicasets.ts';

/**
 * What every strategy needs: the current ReplicaSet, changing the size of one, the status, the history
 * (pkg/controller/deployment/sync.go).
 *
 * One sync works on a copy of the Deployment, as upstream's does: it writes down what to send and goes on as if it had been accepted. So
 * a second status update in one sync carries the resourceVersion from before the first and meets a conflict; after it the key comes
 * back. That is what a real controller does, and what the recordings show.
 */
export interface Sync {
  readonly view: View;
  readonly now: Micros;
  /** As it was read: what is written down refers to this revision. */
  readonly original: Deployment;
  /** Annotations and status move on within a sync. */
  deployment: Deployment;
  /** Owned by the Deployment, as they were read. */
  readonly owned: readonly ReplicaSet[];
  /** One request after the other. */
  readonly writes: Write[];
  readonly events: EventNote[];
  /** Upstream gives up here with an error: nothing after this can succeed. */
  failed: boolean;
  /** The most telling of the reasons so far. */
  because: Reason;
  requeueAfterMicros: Micros | undefined;
  /** With which words the last creation of a ReplicaSet was refused. */
  readonly createError: string | undefined;
}

export const refs = (sync: Sync, ...replicaSets: readonly (ReplicaSet | undefined)[]): Reason['refs'] => [
  referenceTo(sync.original),
  ...replicaSets.filter((replicaSet) => replicaSet !== undefined && replicaSet.metadata.resourceVersion !== '').map((replicaSet) => referenceTo(replicaSet!)),
];

export const reason = (sync: Sync, code: string, args: Reason['args'], ...replicaSets: readonly (ReplicaSet | undefined)[]): Reason => ({
  code: `deployment.${code}`,
  args: { deployment: sync.original.metadata.name, ...args },
  refs: refs(sync, ...replicaSets),
});

export function writeStatus(sync: Sync, because: Reason): void {
  sync.writes.push({ request: { method: 'PUT', path: pathOfKey('Deployment', keyOf(sync.original), 'status'), body: sync.deployment }, because });
}

export const setStatus = (sync: Sync, status: Deployment['status']): void => {
  sync.deployment = { ...sync.deployment, status };
};

function setCondition(sync: Sync, next: ReturnType<typeof conditions.condition>): void {
  setStatus(sync, { ...sync.deployment.status, conditions: conditions.set(sync.deployment.status.conditions ?? [], next) });
}

function setRevision(sync: Sync, revision: string): boolean {
  const { metadata } = sync.deployment;
  if (metadata.annotations?.[sets.REVISION] === revision) return false;
  sync.deployment = { ...sync.deployment, metadata: { ...metadata, annotations: { ...metadata.annotations, [sets.REVISION]: revision } } };
  return true;
}

function updateReplicaSet(sync: Sync, replicaSet: ReplicaSet, because: Reason, event?: EventNote): void {
  sync.writes.push({ request: { method: 'PUT', path: pathOfKey('ReplicaSet', keyOf(replicaSet)), body: replicaSet }, because, ...(event === undefined ? {} : { event }) });
}

export interface All {
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  /** The old ones, then the current. */
  readonly all: readonly ReplicaSet[];
}

/** Finds the current ReplicaSet and brings its revision, and the Deployment's, up to date; makes it if it is wanted and there is none. */
export function replicaSets(sync: Sync, create: boolean): All {
  const { current: existing, old } = sets.sortOut(sync.deployment, sync.owned);
  const revision = sets.maxRevision(old) + 1n;
  const current = existing === undefined ? (create ? createCurrent(sync, old, revision) : undefined) : syncCurrent(sync, existing, revision);
  return { current, old, all: current === undefined ? old : [...old, current] };
}

function syncCurrent(sync: Sync, existing: ReplicaSet, revision: bigint): ReplicaSet {
  const annotations = sets.currentAnnotations(sync.deployment, existing.metadata.annotations, revision);
  const minReadySeconds = sync.deployment.spec.minReadySeconds ?? 0;
  if (annotations !== existing.metadata.annotations || (existing.spec.minReadySeconds ?? 0) !== minReadySeconds) {
    const updated: ReplicaSet = { ...existing, metadata: { ...existing.metadata, annotations }, spec: { ...existing.spec, minReadySeconds } };
    const because = reason(sync, 'revision', { replicaSet: existing.metadata.name, revision: Number(revision) }, existing);
    sync.because = because;
    // Within one sync upstream comes here twice with what it read: the second update meets a conflict.
    if (sync.writes.some((write) => write.request.path === pathOfKey('ReplicaSet', keyOf(existing)))) sync.failed = true;
    updateReplicaSet(sync, updated, because);
    return updated;
  }
  let changed = setRevision(sync, existing.metadata.annotations?.[sets.REVISION] ?? '');
  if (conditions.hasProgressDeadline(sync.deployment) && conditions.find(sync.deployment.status.conditions, 'Progressing') === undefined) {
    setCondition(sync, conditions.condition('Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${existing.metadata.name}"`, sync.now));
    changed = true;
  }
  if (changed) {
    const because = reason(sync, 'foundReplicaSet', { replicaSet: existing.metadata.name, revision: existing.metadata.annotations?.[sets.REVISION] ?? '' }, existing);
    sync.because = because;
    writeStatus(sync, because);
  }
  return existing;
}

function createCurrent(sync: Sync, old: readonly ReplicaSet[], revision: bigint): ReplicaSet {
  const { metadata, spec } = sync.deployment;
  const collisions = sync.deployment.status.collisionCount;
  const hash = sets.templateHash(spec.template, collisions);
  const labels = { ...spec.template.metadata?.labels, [sets.TEMPLATE_HASH]: hash };
  const name = sets.replicaSetName(metadata.name, hash);
  const replicas = sets.allowedForCurrent(sync.deployment, old, 0);
  const { namespace } = metadata;
  const made: ReplicaSet = {
    kind: 'ReplicaSet',
    apiVersion: 'apps/v1',
    metadata: {
      name,
      namespace,
      labels,
      annotations: { ...sets.currentAnnotations(sync.deployment, undefined, revision), ...sets.replicaAnnotations(sync.deployment) },
      ownerReferences: [controllerReference(sync.original)],
      // The API server gives it these.
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
    },
    spec: {
      replicas,
      ...((spec.minReadySeconds ?? 0) === 0 ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [sets.TEMPLATE_HASH]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, ...sent } = made.metadata;
  const previous = old.at(-1);
  const because = reason(sync, previous === undefined ? 'firstReplicaSet' : 'newTemplate', { replicaSet: name, replicas, revision: Number(revision) }, previous);
  sync.because = because;
  const namesake = sync.view.get('ReplicaSet', `${namespace}/${name}`);
  const collides = namesake !== undefined && !(isControlledBy(namesake, sync.original) && sets.sameTemplate(namesake.spec.template, spec.template));

  if (sync.createError !== undefined && conditions.hasProgressDeadline(sync.deployment)) {
    // Upstream writes this right after the refusal; here it is the first thing when the back-off is over.
    const before = sync.deployment.status.conditions;
    setCondition(sync, conditions.condition('Progressing', 'False', 'ReplicaSetCreateError', `Failed to create new replica set "${name}": ${sync.createError}`, sync.now));
    if (sync.deployment.status.conditions !== before) {
      writeStatus(sync, reason(sync, 'createFailed', { replicaSet: name, error: sync.createError }));
      sync.failed = true;
      return made;
    }
  }
  // In a namespace that is being deleted it is refused, and upstream leaves it at that.
  const doomed = sync.view.get('Namespace', namespace ?? '')?.metadata.deletionTimestamp !== undefined;
  sync.writes.push({
    request: { method: 'POST', path: pathOf('ReplicaSet', namespace), body: { ...made, metadata: sent } },
    because,
    ...(doomed ? { accept: [403] } : collides ? { accept: [409] } : {
      ...(replicas === 0 ? {} : { event: eventOf(sync, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${replicas}`) }),
      failureEvent: eventOf(sync, 'Warning', 'ReplicaSetCreateError', `Failed to create new replica set "${name}": {error}`),
    }),
  });
  if (doomed) {
    sync.failed = true;
    return made;
  }
  if (collides) {
    setStatus(sync, { ...sync.deployment.status, collisionCount: (collisions ?? 0) + 1 });
    writeStatus(sync, reason(sync, 'collision', { replicaSet: name, collisions: (collisions ?? 0) + 1 }, namesake));
    sync.failed = true;
    return made;
  }
  const revised = setRevision(sync, String(revision));
  const progress = conditions.hasProgressDeadline(sync.deployment);
  if (progress) setCondition(sync, conditions.condition('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`, sync.now));
  if (revised || progress) writeStatus(sync, because);
  return made;
}

export const eventOf = (sync: Sync, type: EventNote['type'], what: string, message: string): EventNote => ({ regarding: objectReference(sync.original), type, reason: what, message });

/** Gives a ReplicaSet a size. `force`: also when only its annotations are behind. Returns what it becomes. */
export function scaleReplicaSet(sync: Sync, replicaSet: ReplicaSet, replicas: number, because: Reason, force = false): ReplicaSet {
  const from = replicaSet.spec.replicas;
  if (!force && from === replicas) return replicaSet;
  const wanted = sets.replicaAnnotations(sync.deployment);
  const annotated = Object.keys(wanted).every((name) => replicaSet.metadata.annotations?.[name] === wanted[name]);
  if (from === replicas && annotated) return replicaSet;
  const updated: ReplicaSet = {
    ...replicaSet,
    metadata: { ...replicaSet.metadata, annotations: { ...replicaSet.metadata.annotations, ...wanted } },
    spec: { ...replicaSet.spec, replicas },
  };
  const { name } = replicaSet.metadata;
  const event = from === replicas ? undefined : eventOf(sync, 'Normal', 'ScalingReplicaSet', `Scaled ${from < replicas ? 'up' : 'down'} replica set ${name} from ${from} to ${replicas}`);
  sync.because = because;
  updateReplicaSet(sync, updated, because, event);
  return updated;
}

/** Whether somebody changed the Deployment's size: its ReplicaSets still carry the old one. */
export function isScalingEvent(sync: Sync): boolean {
  const { all } = replicaSets(sync, false);
  return all.filter(sets.isActive).some((replicaSet) => {
    const desired = sets.countAnnotation(replicaSet, sets.DESIRED_REPLICAS);
    return desired !== undefined && desired !== sync.deployment.spec.replicas;
  });
}

/** On a change of size, or while paused: no rollout, only sizes. */
export function syncSize(sync: Sync): void {
  const { current, old, all } = replicaSets(sync, false);
  if (sync.failed) return;
  scale(sync, current, old);
  if (sync.deployment.spec.paused === true) cleanUp(sync, old);
  syncStatus(sync, all, current);
}

function roundHalfAway(value: number): number {
  return value < 0 ? -Math.floor(-value + 0.5) : Math.floor(value + 0.5);
}

/** By how much a ReplicaSet grows or shrinks when the Deployment does so amid a rollout: in proportion to its size. */
export function proportion(deployment: Deployment, replicaSet: ReplicaSet, toAdd: number, added: number): number {
  const size = replicaSet.spec.replicas;
  if (size === 0 || toAdd === 0 || toAdd === added) return 0;
  const allowed = toAdd - added;
  let fraction: number;
  if (deployment.spec.replicas === 0) fraction = -size;
  else {
    const before = sets.countAnnotation(replicaSet, sets.MAX_REPLICAS) || (deployment.status.replicas ?? 0);
    fraction = before === 0 ? 0 : roundHalfAway((size * (deployment.spec.replicas + sets.maxSurge(deployment))) / before) - size;
  }
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
}

function scale(sync: Sync, current: ReplicaSet | undefined, old: readonly ReplicaSet[]): void {
  const { deployment } = sync;
  const { replicas } = deployment.spec;
  const only = sets.activeOrLatest(current, old);
  if (only !== undefined) {
    scaleReplicaSet(sync, only, replicas, reason(sync, 'scaled', { replicaSet: only.metadata.name, from: only.spec.replicas, replicas }, only));
    return;
  }
  if (sets.isSaturated(deployment, current)) {
    for (const one of old.filter(sets.isActive)) scaleReplicaSet(sync, one, 0, reason(sync, 'saturated', { replicaSet: one.metadata.name, from: one.spec.replicas, current: current!.metadata.name }, one, current));
    return;
  }
  if (deployment.spec.strategy.type !== 'RollingUpdate') return;
  const active = [...old, ...(current === undefined ? [] : [current])].filter(sets.isActive);
  const limit = replicas > 0 ? replicas + sets.maxSurge(deployment) : 0;
  const toAdd = limit - sets.wantedReplicas(active);
  if (toAdd > 0) active.sort(sets.bySizeNewer);
  else if (toAdd < 0) active.sort(sets.bySizeOlder);
  let added = 0;
  const sizes = active.map((replicaSet) => {
    const share = proportion(deployment, replicaSet, toAdd, added);
    added += share;
    return replicaSet.spec.replicas + share;
  });
  active.forEach((replicaSet, i) => {
    // What rounding left over goes to the largest.
    const size = i === 0 && toAdd !== 0 ? Math.max(0, sizes[0]! + toAdd - added) : sizes[i]!;
    scaleReplicaSet(sync, replicaSet, size, reason(sync, 'proportional', { replicaSet: replicaSet.metadata.name, from: replicaSet.spec.replicas, to: size, replicas }, replicaSet), true);
  });
}

/** Deletes ReplicaSets of old revisions beyond the limit of the history. */
export function cleanUp(sync: Sync, old: readonly ReplicaSet[]): void {
  if (!conditions.hasHistoryLimit(sync.deployment)) return;
  const limit = sync.deployment.spec.revisionHistoryLimit ?? 0;
  const alive = old.filter((replicaSet) => replicaSet.metadata.deletionTimestamp === undefined);
  const surplus = alive.length - limit;
  if (surplus <= 0) return;
  for (const replicaSet of [...alive].sort(sets.byRevision).slice(0, surplus)) {
    const { status, spec, metadata } = replicaSet;
    if (status.replicas !== 0 || spec.replicas !== 0 || (metadata.generation ?? 0) > (status.observedGeneration ?? 0)) continue;
    sync.writes.push({
      request: { method: 'DELETE', path: pathOfKey('ReplicaSet', keyOf(replicaSet)) },
      because: reason(sync, 'history', { replicaSet: metadata.name, revision: Number(sets.revisionOf(replicaSet) ?? 0n), limit }, replicaSet),
      accept: [404],
    });
  }
}

// ---- status

const count = (name: string, n: number): Readonly<Record<string, number>> => (n === 0 ? {} : { [name]: n });

/** The status that the ReplicaSets give, with the Available condition; counts of 0 are left out, as the API serialises it. */
export function calculateStatus(sync: Sync, all: readonly ReplicaSet[], current: ReplicaSet | undefined): Deployment['status'] {
  const { deployment } = sync;
  const available = sets.availableReplicas(all);
  const terminating = sets.terminatingReplicas(all);
  const { collisionCount } = deployment.status;
  const minimum = deployment.spec.replicas - sets.maxUnavailable(deployment);
  const next = available >= minimum
    ? conditions.condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', sync.now)
    : conditions.condition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', sync.now);
  return {
    ...count('observedGeneration', deployment.metadata.generation ?? 0),
    ...count('replicas', sets.actualReplicas(all)),
    ...count('updatedReplicas', current?.status.replicas ?? 0),
    ...count('readyReplicas', sets.readyReplicas(all)),
    ...count('availableReplicas', available),
    ...count('unavailableReplicas', Math.max(0, sets.wantedReplicas(all) - available)),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: conditions.set(deployment.status.conditions ?? [], next),
  };
}

/** Counts of 0 and lists without entries are as good as absent; pointers are not. */
export const sameStatus = (a: Deployment['status'], b: Deployment['status']): boolean => a.terminatingReplicas === b.terminatingReplicas && semanticallyEqual(withoutZeros(a), withoutZeros(b));
const withoutZeros = (status: Deployment['status']): unknown => Object.fromEntries(Object.entries(status).filter(([, value]) => value !== 0));

export const statusReason = (sync: Sync, status: Deployment['status'], all: readonly ReplicaSet[]): Reason => {
  // Of all the ReplicaSets that it counted, the one that changed last is what is new.
  const newest = all.reduce<ReplicaSet | undefined>((last, one) => (last !== undefined && Number(last.metadata.resourceVersion) >= Number(one.metadata.resourceVersion) ? last : one), undefined);
  return reason(sync, 'counts', { replicas: status.replicas ?? 0, updated: status.updatedReplicas ?? 0, available: status.availableReplicas ?? 0, wanted: sync.original.spec.replicas }, newest);
};

/** Writes the status if it is not what it should be; progress is not looked at. */
export function syncStatus(sync: Sync, all: readonly ReplicaSet[], current: ReplicaSet | undefined): void {
  const status = calculateStatus(sync, all, current);
  if (sameStatus(sync.deployment.status, status)) return;
  setStatus(sync, status);
  writeStatus(sync, statusReason(sync, status, all));
}
