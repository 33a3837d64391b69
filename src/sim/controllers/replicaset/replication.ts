import type { Change } from '../../api/change.ts';
import { semanticallyEqual } from '../../api/equal.ts';
import { pathOfKey } from '../../api/kinds.ts';
import { controllerOf, keyOf } from '../../api/object.ts';
import type { ByKind, Kind, Pod, ReplicaSet } from '../../api/object.ts';
import { isPodReady } from '../../api/pods.ts';
import type { Response } from '../../api/request.ts';
import { selectsAll } from '../../api/selector.ts';
import { SECOND } from '../../api/time.ts';
import type { ReplicationController } from '../../api/workloads.ts';
import type { Controller, Enqueue, Plan, View, Write } from '../../reconcile/controller.ts';
import { replicaSetController } from '../replicaset.ts';

/**
 * ReplicationControllers are ReplicaSets with a plainer selector: as upstream (pkg/controller/replication/conversion.go) this shows them to the
 * ReplicaSets' controller as such, and turns what it wants to write back. Its reasons are the replicaset ones.
 */

type Memory = typeof replicaSetController extends Controller<infer M> ? M : never;

const asReplicaSet = (object: ReplicationController): ReplicaSet => ({
  ...object,
  spec: { ...object.spec, selector: { matchLabels: object.spec.selector ?? {} } },
  status: object.status,
}) as unknown as ReplicaSet;

/** Under the name of ReplicaSets it shows ReplicationControllers. */
function shown(view: View): View {
  const real = <K extends Kind>(kind: K): Kind => (kind === 'ReplicaSet' ? 'ReplicationController' : kind);
  const dress = <K extends Kind>(kind: K, object: unknown): ByKind[K] => (kind === 'ReplicaSet' ? asReplicaSet(object as ReplicationController) : object) as ByKind[K];
  return {
    now: view.now,
    step: view.step,
    get: (kind, key) => {
      const object = view.get(real(kind), key);
      return object === undefined ? undefined : dress(kind, object);
    },
    list: (kind, by) => (kind === 'ReplicaSet' ? view.list('ReplicationController', by).map((object) => dress(kind, object)) : view.list(kind, by)),
    revision: (kind) => view.revision(real(kind)),
  };
}

/** Its status has no count of Pods that are ending. */
function back(write: Write, key: string, own: ReplicationController): Write {
  const { request } = write;
  if (request.path !== pathOfKey('ReplicaSet', key, 'status')) return write;
  const { terminatingReplicas: _, ...status } = (request.body as ReplicaSet).status;
  return { ...write, request: { ...request, path: pathOfKey('ReplicationController', key, 'status'), body: { ...own, status } } };
}
const withoutTerminating = (object: ReplicationController, status: ReplicaSet['status']): boolean => {
  const { terminatingReplicas: _, ...rest } = status;
  return semanticallyEqual(rest, object.status);
};

function reconcile(key: string, view: View, memory: Memory | undefined, context: Parameters<typeof replicaSetController.reconcile>[3]): Plan<Memory> {
  const plan = replicaSetController.reconcile(key, shown(view), memory, context);
  const own = view.get('ReplicationController', key);
  if (own === undefined) return plan;
  const path = pathOfKey('ReplicaSet', key, 'status');
  return {
    ...plan,
    batches: plan.batches
      // That its Pods are ending is no news for a status that does not say so.
      .map((batch) => batch.filter(({ request }) => request.path !== path || !withoutTerminating(own, (request.body as ReplicaSet).status)).map((write) => back(write, key, own)))
      .filter((batch) => batch.length > 0),
  };
}

const ownedByOther = (pod: Pod | undefined): boolean => {
  if (pod === undefined) return true;
  const owner = controllerOf(pod);
  return owner !== undefined && owner.kind !== 'ReplicationController';
};
const ignores = (change: Change): boolean => change.kind === 'Pod' && ownedByOther(change.before as Pod | undefined) && ownedByOther(change.after as Pod | undefined);

function ofPod(pod: Pod, view: View, change: Change): readonly Enqueue[] {
  const before = change.before as Pod | undefined;
  const after = change.after as Pod | undefined;
  const sameOwner = before !== undefined && after !== undefined && controllerOf(before)?.uid === controllerOf(after)?.uid;
  if (pod !== after && sameOwner) return [];
  const owner = controllerOf(pod);
  if (owner !== undefined) {
    const key = `${pod.metadata.namespace}/${owner.name}`;
    const own = owner.kind === 'ReplicationController' ? view.get('ReplicationController', key) : undefined;
    if (own?.metadata.uid !== owner.uid) return [];
    const minReadySeconds = own.spec.minReadySeconds ?? 0;
    return minReadySeconds > 0 && pod === after && before !== undefined && isPodReady(after) && !isPodReady(before) ? [key, { key, afterMicros: minReadySeconds * SECOND }] : [key];
  }
  if (pod !== after || pod.metadata.deletionTimestamp !== undefined || pod.metadata.labels === undefined) return [];
  if (sameOwner && semanticallyEqual(before.metadata.labels, pod.metadata.labels)) return [];
  return view.list('ReplicationController', { index: 'namespace', value: pod.metadata.namespace ?? '' }).filter(({ spec }) => !semanticallyEqual(spec.selector, {}) && selectsAll(spec.selector ?? {}, pod.metadata.labels)).map(keyOf);
}

export const replicationController: Controller<Memory> = {
  name: 'replication-controller',
  sleepsUntil: ['ReplicationController'],
  workers: 5,
  watches: { ReplicationController: (object) => [keyOf(object)], Pod: ofPod },
  reads: ['Namespace'],
  ignores,
  reconcile,
  answered: (key: string, write: Write, response: Response, memory: Memory | undefined, view: View): Memory | undefined => replicaSetController.answered!(key, write, response, memory, view),
};
