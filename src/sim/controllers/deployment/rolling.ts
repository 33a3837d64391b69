import type { ReplicaSet } from '../../api/object.ts';
import { isComplete, syncRolloutStatus } from './progress.ts';
import * as sets from './replicasets.ts';
import { cleanUp, reason, replicaSets, scaleReplicaSet } from './sync.ts';
import type { Sync } from './sync.ts';

/** The rolling update (pkg/controller/deployment/rolling.go): in each sync one step up, or else one step down. */
export function rolloutRolling(sync: Sync): void {
  const { current, old, all } = replicaSets(sync, true);
  if (sync.failed || current === undefined) return;
  if (scaleCurrent(sync, all, current) || scaleOld(sync, all, old.filter(sets.isActive), current)) {
    syncRolloutStatus(sync, all, current);
    return;
  }
  if (isComplete(sync.deployment, sync.deployment.status)) cleanUp(sync, old);
  else if (old.some(sets.isActive))
    sync.because = reason(sync, 'waits', { replicaSet: current.metadata.name, available: sets.availableReplicas(all), wanted: sync.deployment.spec.replicas, atLeast: sync.deployment.spec.replicas - sets.maxUnavailable(sync.deployment) }, current);
  syncRolloutStatus(sync, all, current);
}

function scaleCurrent(sync: Sync, all: readonly ReplicaSet[], current: ReplicaSet): boolean {
  const { replicas } = sync.deployment.spec;
  const size = current.spec.replicas;
  if (size === replicas) return false;
  const next = size > replicas ? replicas : sets.allowedForCurrent(sync.deployment, all, size);
  if (next === size) return false;
  const most = replicas + sets.maxSurge(sync.deployment);
  scaleReplicaSet(sync, current, next, reason(sync, next > size ? 'scaleUpNew' : 'scaleDownNew', { replicaSet: current.metadata.name, from: size, to: next, pods: sets.wantedReplicas(all), atMost: most, replicas }, current));
  return true;
}

function scaleOld(sync: Sync, all: readonly ReplicaSet[], old: readonly ReplicaSet[], current: ReplicaSet): boolean {
  if (sets.wantedReplicas(old) === 0) return false;
  const minimum = sync.deployment.spec.replicas - sets.maxUnavailable(sync.deployment);
  const unavailable = current.spec.replicas - (current.status.availableReplicas ?? 0);
  const most = sets.wantedReplicas(all) - minimum - unavailable;
  if (most <= 0) return false;

  // Those that do no work go first: that costs no availability, and they would stand in the way. Upstream shrinks a ReplicaSet twice in one
  // sync when it has both such Pods and Pods to spare; here both steps are one update.
  const sorted = [...old].sort(sets.byCreation);
  const sizes = sorted.map((replicaSet) => replicaSet.spec.replicas);
  const idleOf = (replicaSet: ReplicaSet): number => replicaSet.spec.replicas - (replicaSet.status.availableReplicas ?? 0);
  let removed = 0;
  sorted.forEach((replicaSet, i) => {
    if (removed >= most) return;
    const idle = Math.min(most - removed, idleOf(replicaSet));
    sizes[i]! -= idle;
    removed += idle;
  });
  const available = sets.availableReplicas([...sorted, current]);
  const spare = available - minimum;
  let taken = 0;
  const steps = sizes.map((size) => {
    const step = Math.max(0, Math.min(size, spare - taken));
    taken += step;
    return step;
  });
  sorted.forEach((replicaSet, i) => {
    const from = replicaSet.spec.replicas;
    const to = sizes[i]! - steps[i]!;
    const args = { replicaSet: replicaSet.metadata.name, from, to };
    const because = steps[i]! > 0
      ? reason(sync, 'scaleDownOld', { ...args, available, atLeast: minimum }, replicaSet, current)
      : reason(sync, 'cleanUpUnhealthy', { ...args, idle: idleOf(replicaSet) }, replicaSet);
    scaleReplicaSet(sync, replicaSet, to, because);
  });
  return removed + taken > 0;
}
