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

  // Those that do no work go first: that costs no availability, and they would stand in the way.
  const shrunk = [...old].sort(sets.byCreation);
  let removed = 0;
  shrunk.forEach((replicaSet, i) => {
    const size = replicaSet.spec.replicas;
    const idle = Math.min(most - removed, size - (replicaSet.status.availableReplicas ?? 0));
    if (removed >= most || size === 0 || size === (replicaSet.status.availableReplicas ?? 0)) return;
    shrunk[i] = scaleReplicaSet(sync, replicaSet, size - idle, reason(sync, 'cleanUpUnhealthy', { replicaSet: replicaSet.metadata.name, from: size, to: size - idle }, replicaSet));
    removed += idle;
  });

  const spare = sets.availableReplicas([...shrunk, current]) - minimum;
  let taken = 0;
  for (const [i, replicaSet] of shrunk.entries()) {
    if (taken >= spare) break;
    const size = replicaSet.spec.replicas;
    if (size === 0) continue;
    const step = Math.min(size, spare - taken);
    const because = reason(sync, 'scaleDownOld', { replicaSet: replicaSet.metadata.name, from: size, to: size - step, available: sets.availableReplicas([...shrunk, current]), atLeast: minimum }, old[i], current);
    shrunk[i] = scaleReplicaSet(sync, replicaSet, size - step, because);
    taken += step;
  }
  return removed + taken > 0;
}
