import type { Change } from '../api/change.ts';
import { pathOfKey } from '../api/kinds.ts';
import { controllerOf, keyOf } from '../api/object.ts';
import type { Deployment, Pod, ReplicaSet } from '../api/object.ts';
import { semanticallyEqual } from '../api/equal.ts';
import { adoptPatch, isControlledBy, referenceTo, releasePatch } from '../api/references.ts';
import type { Reason } from '../api/reason.ts';
import { STRATEGIC_MERGE_PATCH, isRefusal } from '../api/request.ts';
import type { Response } from '../api/request.ts';
import { selects } from '../api/selector.ts';
import type { Controller, Plan, View, Write } from '../reconcile/controller.ts';
import { checkPaused } from './deployment/progress.ts';
import { rolloutRecreate } from './deployment/recreate.ts';
import { rolloutRolling } from './deployment/rolling.ts';
import { eventOf, isScalingEvent, reason, replicaSets, setStatus, syncSize, syncStatus, writeStatus } from './deployment/sync.ts';
import type { Sync } from './deployment/sync.ts';

/**
 * Has one ReplicaSet for each template that a Deployment has had, and moves Pods from the old ones to the current one
 * (pkg/controller/deployment/deployment_controller.go).
 *
 * | reason                      | it does so because                                                                       |
 * |-----------------------------|------------------------------------------------------------------------------------------|
 * | deployment.gone             | the Deployment does not exist any more: nothing to do                                    |
 * | deployment.asDesired        | nothing differs from what is wanted                                                      |
 * | deployment.selectsAll       | an empty selector would select every Pod: it refuses to act                              |
 * | deployment.beingDeleted     | the Deployment is being deleted: only its status is kept up                              |
 * | deployment.adopts           | a ReplicaSet without a controller has labels that the selector selects                   |
 * | deployment.releases         | a ReplicaSet of its own has no longer such labels                                        |
 * | deployment.firstReplicaSet  | there is no ReplicaSet yet                                                               |
 * | deployment.newTemplate      | no ReplicaSet has the template that the Deployment has now: a rollout begins             |
 * | deployment.revision         | the current ReplicaSet gets the newest revision (a rollback), or the Deployment's annotations |
 * | deployment.foundReplicaSet  | the Deployment's revision is not that of its current ReplicaSet                          |
 * | deployment.createFailed     | the ReplicaSet could not be created                                                      |
 * | deployment.collision        | another ReplicaSet has the name that the template's hash gives                           |
 * | deployment.scaled           | the Deployment was given another size                                                    |
 * | deployment.proportional     | it was given another size amid a rollout: each ReplicaSet gets its share                 |
 * | deployment.saturated        | the current ReplicaSet has all Pods, all available: the old ones need none               |
 * | deployment.scaleUpNew       | fewer Pods than replicas + maxSurge: the current ReplicaSet may grow                     |
 * | deployment.scaleDownNew     | the current ReplicaSet has more than the Deployment wants                                |
 * | deployment.cleanUpUnhealthy | Pods of an old ReplicaSet that are not available go first                                |
 * | deployment.scaleDownOld     | more Pods are available than replicas - maxUnavailable: an old ReplicaSet may shrink     |
 * | deployment.waits            | neither is allowed now: it waits for Pods to become available                            |
 * | deployment.recreateDown     | Recreate: old Pods go first                                                              |
 * | deployment.waitsForOldPods  | Recreate: old Pods have not ended                                                        |
 * | deployment.recreateUp       | Recreate: old Pods have ended, the new ones may come                                     |
 * | deployment.history          | more old ReplicaSets than revisionHistoryLimit                                           |
 * | deployment.paused           | the Deployment was paused                                                                |
 * | deployment.resumed          | the Deployment was resumed                                                               |
 * | deployment.deadline         | no progress within progressDeadlineSeconds                                               |
 * | deployment.counts           | the status does not say what its ReplicaSets are                                         |
 *
 * Simplified: the rollback annotation that extensions/v1beta1 left behind is not read; before it adopts, upstream reads the Deployment once more from
 * the API server; after 15 failures upstream forgets a key until something changes.
 */
interface Memory {
  /** With which words the last creation of a ReplicaSet was refused. */
  readonly createError?: string;
}

function resolve(replicaSet: ReplicaSet, view: View): Deployment | undefined {
  const owner = controllerOf(replicaSet);
  if (owner?.kind !== 'Deployment') return undefined;
  const deployment = view.get('Deployment', `${replicaSet.metadata.namespace}/${owner.name}`);
  return deployment?.metadata.uid === owner.uid ? deployment : undefined;
}

function ofReplicaSet(replicaSet: ReplicaSet, view: View, change: Change): readonly string[] {
  const before = change.before as ReplicaSet | undefined;
  const after = change.after as ReplicaSet | undefined;
  const sameOwner = before !== undefined && after !== undefined && controllerOf(before)?.uid === controllerOf(after)?.uid;
  // The state before only counts where it had another owner.
  if (replicaSet !== after && sameOwner) return [];
  if (controllerOf(replicaSet) !== undefined) {
    const deployment = resolve(replicaSet, view);
    return deployment === undefined ? [] : [keyOf(deployment)];
  }
  // An orphan: whoever selects it may want to adopt it, if it is new or has new labels.
  if (replicaSet !== after || replicaSet.metadata.deletionTimestamp !== undefined) return [];
  if (sameOwner && semanticallyEqual(before.metadata.labels, replicaSet.metadata.labels)) return [];
  return view
    .list('Deployment', { index: 'namespace', value: replicaSet.metadata.namespace ?? '' })
    .filter((deployment) => !semanticallyEqual(deployment.spec.selector, {}) && selects(deployment.spec.selector, replicaSet.metadata.labels))
    .map(keyOf);
}

/** Only Recreate waits for Pods: until the last one is gone. */
function ofPod(pod: Pod, view: View, change: Change): readonly string[] {
  if (change.after !== undefined) return [];
  const owner = controllerOf(pod);
  if (owner?.kind !== 'ReplicaSet') return [];
  const replicaSet = view.get('ReplicaSet', `${pod.metadata.namespace}/${owner.name}`);
  const deployment = replicaSet?.metadata.uid === owner.uid ? resolve(replicaSet, view) : undefined;
  if (deployment?.spec.strategy.type !== 'Recreate') return [];
  const left = view
    .list('ReplicaSet', { index: 'controller', value: deployment.metadata.uid })
    .some((one) => view.list('Pod', { index: 'controller', value: one.metadata.uid }).some((other) => other.metadata.uid !== pod.metadata.uid));
  return left ? [] : [keyOf(deployment)];
}

interface Claim {
  readonly owned: readonly ReplicaSet[];
  readonly patches: readonly Write[];
}

/** It adopts orphans that it selects, and releases what it no longer selects (controller_ref_manager.go). */
function claim(deployment: Deployment, view: View): Claim {
  const { selector } = deployment.spec;
  const dying = deployment.metadata.deletionTimestamp !== undefined;
  const owned: ReplicaSet[] = [];
  const patches: Write[] = [];
  const patch = (replicaSet: ReplicaSet, code: string, body: unknown, accept: readonly number[]): void => {
    const because: Reason = { code, args: { replicaSet: replicaSet.metadata.name, deployment: deployment.metadata.name }, refs: [referenceTo(deployment), referenceTo(replicaSet)] };
    patches.push({ request: { method: 'PATCH', path: pathOfKey('ReplicaSet', keyOf(replicaSet)), contentType: STRATEGIC_MERGE_PATCH, body }, because, accept });
  };
  for (const replicaSet of view.list('ReplicaSet', { index: 'namespace', value: deployment.metadata.namespace ?? '' })) {
    const selected = selects(selector, replicaSet.metadata.labels);
    if (controllerOf(replicaSet) !== undefined) {
      if (!isControlledBy(replicaSet, deployment)) continue;
      if (selected) owned.push(replicaSet);
      else if (!dying) patch(replicaSet, 'deployment.releases', releasePatch(deployment, replicaSet.metadata.uid), [404, 422]);
    } else if (selected && !dying && replicaSet.metadata.deletionTimestamp === undefined) {
      patch(replicaSet, 'deployment.adopts', adoptPatch(deployment, replicaSet.metadata.uid), [404]);
      owned.push(replicaSet);
    }
  }
  return { owned, patches };
}

function run(sync: Sync): void {
  const { deployment } = sync;
  if (semanticallyEqual(deployment.spec.selector, {})) {
    sync.because = reason(sync, 'selectsAll', {});
    sync.events.push(eventOf(sync, 'Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.'));
    if ((deployment.status.observedGeneration ?? 0) < (deployment.metadata.generation ?? 0)) {
      setStatus(sync, { ...deployment.status, observedGeneration: deployment.metadata.generation });
      writeStatus(sync, sync.because);
    }
    return;
  }
  if (deployment.metadata.deletionTimestamp !== undefined) {
    sync.because = reason(sync, 'beingDeleted', {});
    const { current, all } = replicaSets(sync, false);
    syncStatus(sync, all, current);
    return;
  }
  checkPaused(sync);
  if (deployment.spec.paused === true || isScalingEvent(sync)) syncSize(sync);
  else if (deployment.spec.strategy.type === 'Recreate') rolloutRecreate(sync);
  else rolloutRolling(sync);
}

function reconcile(key: string, view: View, memory: Memory | undefined): Plan<Memory> {
  const deployment = view.get('Deployment', key);
  if (deployment === undefined) return { batches: [], memory: null, because: { code: 'deployment.gone', args: { deployment: key } } };
  const { owned, patches } = claim(deployment, view);
  const sync: Sync = {
    view,
    now: view.now,
    original: deployment,
    deployment,
    owned,
    writes: [...patches],
    events: [],
    failed: false,
    because: { code: 'deployment.asDesired', args: { deployment: deployment.metadata.name }, refs: [referenceTo(deployment)] },
    requeueAfterMicros: undefined,
    createError: memory?.createError,
  };
  run(sync);
  // One request after the other, as upstream's calls are.
  const batches = sync.writes.map((write) => [write]);
  const first = sync.writes[0];
  const because = sync.because.code === 'deployment.asDesired' && first?.because !== undefined ? first.because : sync.because;
  return {
    batches,
    because,
    ...(sync.events.length === 0 ? {} : { events: sync.events }),
    ...(sync.requeueAfterMicros === undefined ? {} : { requeueAfterMicros: sync.requeueAfterMicros }),
  };
}

/** Remembers what the creation of a ReplicaSet was refused with, until one succeeds. */
function answered(_key: string, write: Write, response: Response, memory: Memory | undefined): Memory | undefined {
  if (write.request.method !== 'POST') return memory;
  if (!isRefusal(response)) return memory?.createError === undefined ? memory : {};
  // A name that is taken is no error: the cache was behind, or the hash collides.
  if (response.code === 409 || response.body.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true) return memory;
  return { createError: response.body.message ?? '' };
}

export const deploymentController: Controller<Memory> = {
  name: 'deployment-controller',
  workers: 5,
  watches: { Deployment: (deployment) => [keyOf(deployment)], ReplicaSet: ofReplicaSet, Pod: ofPod },
  reads: ['Namespace'],
  // Of Pods only deletions matter, and only to Recreate.
  ignores: (change) => change.kind === 'Pod' && (change.after !== undefined || controllerOf(change.before!)?.kind !== 'ReplicaSet'),
  reconcile,
  answered,
};
