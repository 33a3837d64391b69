import { isPodAvailable } from '../../api/pods.ts';
import type { Micros } from '../../api/time.ts';
import type { StatefulSet } from '../../api/workloads.ts';
import { isCreated, isRunningAndReady, isTerminating, revisionOf } from './identity.ts';
import type { Replica } from './identity.ts';

/** The status of a StatefulSet (stateful_set_control.go: updateStatus; stateful_set_utils.go: completeRollingUpdate, inconsistentStatus). */

export interface Counts {
  readonly replicas: number;
  readonly ready: number;
  readonly available: number;
  readonly current: number;
  readonly updated: number;
}
export function countReplicas(pods: readonly Replica[], minReadySeconds: number, currentRevision: string, updateRevision: string, now: Micros): Counts {
  let replicas = 0;
  let ready = 0;
  let available = 0;
  let current = 0;
  let updated = 0;
  for (const pod of pods) {
    if (!isCreated(pod)) continue;
    replicas++;
    if (isRunningAndReady(pod)) {
      ready++;
      if (isPodAvailable(pod, minReadySeconds, now)) available++;
    }
    if (isTerminating(pod)) continue;
    if (revisionOf(pod) === currentRevision) current++;
    if (revisionOf(pod) === updateRevision) updated++;
  }
  return { replicas, ready, available, current, updated };
}

const some = (name: string, n: number): Readonly<Record<string, number>> => (n === 0 ? {} : { [name]: n });

/** As the API serialises it. When every Pod has the new revision and is ready, that is the current one. */
export function statusOf(set: StatefulSet, counts: Counts, currentRevision: string, updateRevision: string, collisionCount: number): StatefulSet['status'] {
  const { replicas } = set.spec;
  const complete = set.spec.updateStrategy.type === 'RollingUpdate' && counts.updated === replicas && counts.ready === replicas && counts.replicas === replicas;
  return {
    ...some('observedGeneration', set.metadata.generation ?? 0),
    replicas: counts.replicas,
    ...some('readyReplicas', counts.ready),
    ...some('currentReplicas', complete ? counts.updated : counts.current),
    ...some('updatedReplicas', counts.updated),
    currentRevision: complete ? updateRevision : currentRevision,
    updateRevision,
    collisionCount,
    availableReplicas: counts.available,
  };
}

export function isInconsistent(set: StatefulSet, status: StatefulSet['status']): boolean {
  const old = set.status;
  return (
    (status.observedGeneration ?? 0) > (old.observedGeneration ?? 0) ||
    (status.replicas ?? 0) !== (old.replicas ?? 0) ||
    (status.currentReplicas ?? 0) !== (old.currentReplicas ?? 0) ||
    (status.readyReplicas ?? 0) !== (old.readyReplicas ?? 0) ||
    (status.updatedReplicas ?? 0) !== (old.updatedReplicas ?? 0) ||
    status.currentRevision !== old.currentRevision ||
    (status.availableReplicas ?? 0) !== (old.availableReplicas ?? 0) ||
    status.updateRevision !== old.updateRevision
  );
}
