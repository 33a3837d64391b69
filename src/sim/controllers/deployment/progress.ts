import { conditionOf } from '../../api/object.ts';
import type { Condition, Deployment, ReplicaSet } from '../../api/object.ts';
import { MILLISECOND, SECOND, parseTimestamp } from '../../api/time.ts';
import type { Micros } from '../../api/time.ts';
import * as conditions from './conditions.ts';
import { calculateStatus, reason, sameStatus, setStatus, statusReason, writeStatus } from './sync.ts';
import type { Sync } from './sync.ts';

/** How a rollout is getting on, as the Progressing condition tells it (pkg/controller/deployment/progress.go). */

export const isComplete = (deployment: Deployment, status: Deployment['status']): boolean =>
  (status.updatedReplicas ?? 0) === deployment.spec.replicas &&
  (status.replicas ?? 0) === deployment.spec.replicas &&
  (status.availableReplicas ?? 0) === deployment.spec.replicas &&
  (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);

function isProgressing(before: Deployment['status'], status: Deployment['status']): boolean {
  const old = (of: Deployment['status']): number => (of.replicas ?? 0) - (of.updatedReplicas ?? 0);
  return (
    (status.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(status) < old(before) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

const deadlineOf = (deployment: Deployment, progressing: Condition): Micros =>
  (parseTimestamp(progressing.lastUpdateTime) ?? 0) + (deployment.spec.progressDeadlineSeconds ?? 0) * SECOND;

function hasTimedOut(deployment: Deployment, status: Deployment['status'], now: Micros): boolean {
  const progressing = conditions.find(status.conditions, 'Progressing');
  if (progressing === undefined || progressing.reason === 'NewReplicaSetAvailable') return false;
  return progressing.reason === 'ProgressDeadlineExceeded' || deadlineOf(deployment, progressing) < now;
}

/** The current ReplicaSet's failure to make Pods is the Deployment's; without one, that of an old ReplicaSet. */
function replicaFailure(all: readonly ReplicaSet[], current: ReplicaSet | undefined): Condition | undefined {
  for (const replicaSet of [...(current === undefined ? [] : [current]), ...all]) {
    const failure = conditionOf(replicaSet, 'ReplicaFailure');
    if (failure !== undefined) {
      const { type, status, lastTransitionTime, reason: what, message } = failure;
      return { type, status, lastUpdateTime: lastTransitionTime, lastTransitionTime, reason: what, message };
    }
  }
  return undefined;
}

/** Writes the status during a rollout; comes back when the deadline for progress is over. */
export function syncRolloutStatus(sync: Sync, all: readonly ReplicaSet[], current: ReplicaSet | undefined): void {
  const { deployment, now } = sync;
  let status = calculateStatus(sync, all, current);
  const put = (next: readonly Condition[]): void => {
    status = { ...status, conditions: next };
  };
  const have = (): readonly Condition[] => status.conditions ?? [];
  const deadline = conditions.hasProgressDeadline(deployment);
  if (!deadline) put(conditions.without(have(), 'Progressing'));

  const before = conditions.find(deployment.status.conditions, 'Progressing');
  const wasComplete = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && before?.reason === 'NewReplicaSetAvailable';
  if (deadline && !wasComplete) {
    const who = current === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${current.metadata.name}"`;
    const progressing = (value: Condition['status'], what: string, ends: string): Condition => conditions.condition('Progressing', value, what, `${who} ${ends}`, now);
    if (isComplete(deployment, status)) put(conditions.set(have(), progressing('True', 'NewReplicaSetAvailable', 'has successfully progressed.')));
    else if (isProgressing(deployment.status, status)) {
      // Unlike other conditions this one is renewed with the same status and reason: its lastUpdateTime is the last progress.
      const next = progressing('True', 'ReplicaSetUpdated', 'is progressing.');
      put([...conditions.without(have(), 'Progressing'), before?.status === 'True' ? { ...next, lastTransitionTime: before.lastTransitionTime } : next]);
    } else if (hasTimedOut(deployment, status, now)) put(conditions.set(have(), progressing('False', 'ProgressDeadlineExceeded', 'has timed out progressing.')));
  }
  const failure = replicaFailure(all, current);
  put(failure === undefined ? conditions.without(have(), 'ReplicaFailure') : conditions.set(have(), failure));

  if (sameStatus(deployment.status, status)) {
    requeueStuck(sync, status);
    return;
  }
  const timedOut = conditions.find(status.conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded' && before?.reason !== 'ProgressDeadlineExceeded';
  setStatus(sync, status);
  const because = timedOut ? reason(sync, 'deadline', { seconds: deployment.spec.progressDeadlineSeconds ?? 0 }, current) : statusReason(sync, status, all);
  writeStatus(sync, because);
}

/** Nothing new: looks again when the deadline will have passed, and at once (after the shortest back-off) within its last second. */
function requeueStuck(sync: Sync, status: Deployment['status']): void {
  const { deployment, now } = sync;
  const progressing = conditions.find(deployment.status.conditions, 'Progressing');
  if (!conditions.hasProgressDeadline(deployment) || progressing === undefined) return;
  if (isComplete(deployment, status) || progressing.reason === 'ProgressDeadlineExceeded') return;
  const after = deadlineOf(deployment, progressing) - now;
  sync.requeueAfterMicros = after < SECOND ? 5 * MILLISECOND : after + SECOND;
}

/** While paused no progress is expected: the condition says so, and starts anew when resumed. */
export function checkPaused(sync: Sync): void {
  const { deployment } = sync;
  if (!conditions.hasProgressDeadline(deployment)) return;
  const progressing = conditions.find(deployment.status.conditions, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return;
  const paused = deployment.spec.paused === true;
  if (paused === (progressing?.reason === 'DeploymentPaused')) return;
  const next = paused
    ? conditions.condition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', sync.now)
    : conditions.condition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', sync.now);
  setStatus(sync, { ...deployment.status, conditions: conditions.set(deployment.status.conditions ?? [], next) });
  const because = reason(sync, paused ? 'paused' : 'resumed', {});
  sync.because = because;
  writeStatus(sync, because);
}
