import type { ReplicaSet } from '../../api/object.ts';
import { isPodTerminal } from '../../api/pods.ts';
import { isComplete, syncRolloutStatus } from './progress.ts';
import * as sets from './replicasets.ts';
import { cleanUp, reason, replicaSets, scaleReplicaSet } from './sync.ts';
import type { Sync } from './sync.ts';

/** Recreate (pkg/controller/deployment/recreate.go): first all old Pods have ended, then the new ones are made. */
export function rolloutRecreate(sync: Sync): void {
  let { current, old, all } = replicaSets(sync, false);
  if (sync.failed) return;
  const active = old.filter(sets.isActive);
  for (const replicaSet of active) scaleReplicaSet(sync, replicaSet, 0, reason(sync, 'recreateDown', { replicaSet: replicaSet.metadata.name, from: replicaSet.spec.replicas }, replicaSet));
  if (active.length > 0) {
    syncRolloutStatus(sync, all, current);
    return;
  }
  const running = oldPodsRunning(sync, current, old);
  if (running > 0) {
    sync.because = reason(sync, 'waitsForOldPods', { pods: running }, ...old);
    syncRolloutStatus(sync, all, current);
    return;
  }
  if (current === undefined) ({ current, old, all } = replicaSets(sync, true));
  if (sync.failed || current === undefined) return;
  const { replicas } = sync.deployment.spec;
  scaleReplicaSet(sync, current, replicas, reason(sync, 'recreateUp', { replicaSet: current.metadata.name, from: current.spec.replicas, to: replicas }, current));
  if (isComplete(sync.deployment, sync.deployment.status)) cleanUp(sync, old);
  syncRolloutStatus(sync, all, current);
}

/** How many Pods of other ReplicaSets have not ended: one being deleted still runs. */
function oldPodsRunning(sync: Sync, current: ReplicaSet | undefined, old: readonly ReplicaSet[]): number {
  const counted = sets.actualReplicas(old);
  if (counted > 0) return counted;
  let running = 0;
  for (const replicaSet of sync.owned) {
    if (replicaSet.metadata.uid === current?.metadata.uid) continue;
    for (const pod of sync.view.list('Pod', { index: 'controller', value: replicaSet.metadata.uid })) if (!isPodTerminal(pod)) running++;
  }
  return running;
}
