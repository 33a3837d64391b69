import { conditionOf } from '../../api/object.ts';
import type { Condition, Pod, ReplicaSet } from '../../api/object.ts';
import { semanticallyEqual } from '../../api/equal.ts';
import { isPodAvailable, isPodReady } from '../../api/pods.ts';
import { selectsAll } from '../../api/selector.ts';
import { timestamp } from '../../api/time.ts';
import type { Micros } from '../../api/time.ts';

/** The status that a ReplicaSet's Pods give it (pkg/controller/replicaset/replica_set_utils.go). */

export interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

// Invisible: each sync counts all Pods again, of which nearly all are as they were.
const known = new WeakMap<Pod, boolean>();
function isReady(pod: Pod): boolean {
  let ready = known.get(pod);
  if (ready === undefined) known.set(pod, (ready = isPodReady(pod)));
  return ready;
}

const count = (name: string, n: number): Readonly<Record<string, number>> => (n === 0 ? {} : { [name]: n });

export function calculateStatus(replicaSet: ReplicaSet, active: readonly Pod[], terminating: number, failure: Failure | undefined, now: Micros): ReplicaSet['status'] {
  const templateLabels = replicaSet.spec.template.metadata?.labels ?? {};
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
  for (const pod of active) {
    const { labels } = pod.metadata;
    if (labels === templateLabels || selectsAll(templateLabels, labels)) fullyLabeled++;
    if (!isReady(pod)) continue;
    ready++;
    if (minReadySeconds === 0 || isPodAvailable(pod, minReadySeconds, now)) available++;
  }
  let conditions = replicaSet.status.conditions ?? [];
  const failing = conditionOf(replicaSet, 'ReplicaFailure');
  if (failure !== undefined && failing === undefined) {
    const condition: Condition = { type: 'ReplicaFailure', status: 'True', lastTransitionTime: timestamp(now), reason: failure.reason, message: failure.message };
    conditions = [...conditions, condition];
  } else if (failure === undefined && failing !== undefined) {
    conditions = conditions.filter((condition) => condition !== failing);
  }
  // As the API serialises it: counts of 0 are left out, except for the first and the pointer.
  return {
    replicas: active.length,
    ...count('fullyLabeledReplicas', fullyLabeled),
    ...count('readyReplicas', ready),
    ...count('availableReplicas', available),
    terminatingReplicas: terminating,
    ...count('observedGeneration', replicaSet.metadata.generation ?? 0),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

export const sameStatus = (a: ReplicaSet['status'], b: ReplicaSet['status']): boolean =>
  a.replicas === b.replicas &&
  (a.fullyLabeledReplicas ?? 0) === (b.fullyLabeledReplicas ?? 0) &&
  (a.readyReplicas ?? 0) === (b.readyReplicas ?? 0) &&
  (a.availableReplicas ?? 0) === (b.availableReplicas ?? 0) &&
  a.terminatingReplicas === b.terminatingReplicas &&
  (a.observedGeneration ?? 0) === (b.observedGeneration ?? 0) &&
  semanticallyEqual(a.conditions, b.conditions);
