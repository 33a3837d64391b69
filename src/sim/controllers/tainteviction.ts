import type { Change } from '../api/change.ts';
import { semanticallyEqual } from '../api/equal.ts';
import { pathOfKey } from '../api/kinds.ts';
import { conditionOf, keyOf } from '../api/object.ts';
import type { Node, Pod, Taint, Toleration } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { referenceTo } from '../api/references.ts';
import { STRATEGIC_MERGE_PATCH } from '../api/request.ts';
import { SECOND, timestamp } from '../api/time.ts';
import type { Micros } from '../api/time.ts';
import { toleratesTaint } from '../api/toleration.ts';
import { idle } from '../reconcile/controller.ts';
import type { Controller, EventNote, Plan, Write } from '../reconcile/controller.ts';

/**
 * Deletes Pods from Nodes with NoExecute taints, when they have tolerated them long enough (pkg/controller/tainteviction). Its writes carry the
 * node controller's identity, because both run in one loop of kube-controller-manager; its Events name it.
 * A key is a Pod; upstream also keys by Node and hands that Node's Pods on.
 * Simplified: an eviction whose time has come but whose taint is already seen to be gone is called off; upstream's timer would still win that race.
 */

/** What upstream keeps in its TimedWorkerQueue: the eviction that a Pod waits for. */
export interface EvictionMemory {
  readonly createdAt: Micros;
  readonly fireAt: Micros;
}

const EVICTED = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' } as const;

const noExecute = (node: Node | undefined): readonly Taint[] => (node?.spec.taints ?? []).filter((taint) => taint.effect === 'NoExecute');

/** How long these taints are tolerated: 0 for not at all, Infinity for ever (GetMatchingTolerations and getMinTolerationTime). */
export function toleratedFor(taints: readonly Taint[], tolerations: readonly Toleration[] | undefined): Micros {
  let least = Infinity;
  for (const taint of taints) {
    const match = tolerations?.find((toleration) => toleratesTaint(toleration, taint));
    if (match === undefined) return 0;
    if (match.tolerationSeconds !== undefined) least = Math.min(least, Math.max(0, match.tolerationSeconds * SECOND));
  }
  return least;
}

function event(key: string, message: string): EventNote {
  const slash = key.indexOf('/');
  return { regarding: { apiVersion: 'v1', kind: 'Pod', namespace: key.slice(0, slash), name: key.slice(slash + 1) }, type: 'Normal', reason: 'TaintManagerEviction', message };
}
const cancelling = (key: string): EventNote => event(key, `Cancelling deletion of Pod ${key}`);

function evict(pod: Pod, now: Micros, because: Reason, first: boolean, pending: EvictionMemory): Plan<EvictionMemory> {
  const key = keyOf(pod);
  const batches: Write[][] = [];
  const old = conditionOf(pod, EVICTED.type);
  if (old?.status !== EVICTED.status || old.reason !== EVICTED.reason || old.message !== EVICTED.message) {
    const condition = {
      ...EVICTED, lastProbeTime: null, lastTransitionTime: old?.status === EVICTED.status ? old.lastTransitionTime : timestamp(now),
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    };
    batches.push([{
      request: { method: 'PATCH', path: pathOfKey('Pod', key, 'status'), contentType: STRATEGIC_MERGE_PATCH, body: { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } } },
      because, accept: [404],
    }]);
  }
  batches.push([{ request: { method: 'DELETE', path: pathOfKey('Pod', key), body: { kind: 'DeleteOptions', apiVersion: 'v1' } }, because, accept: [404] }]);
  return { batches, because, memory: pending, ...(first ? { events: [event(key, `Marking for deletion Pod ${key}`)] } : {}) };
}

export const taintEviction: Controller<EvictionMemory> = {
  name: 'taint-eviction-controller',
  identity: 'node-controller',
  // Each eviction has a goroutine of its own upstream.
  workers: 100,
  watches: {
    Node: (node, view, change) => (change.after === undefined || (change.before === undefined && noExecute(node).length === 0) ? [] : view.list('Pod', { index: 'node', value: node.metadata.name }).map(keyOf)),
    Pod(pod, view, change) {
      if (pod !== (change.after ?? change.before) || pod.spec.nodeName === undefined || pod.spec.nodeName === '') return [];
      return noExecute(view.get('Node', pod.spec.nodeName)).length === 0 ? [] : [keyOf(pod)];
    },
  },
  ignores(change: Change): boolean {
    if (change.kind === 'Node') return semanticallyEqual(noExecute(change.before as Node | undefined), noExecute(change.after as Node | undefined));
    const before = change.before as Pod | undefined;
    const after = change.after as Pod | undefined;
    if (before === undefined || after === undefined) return (before ?? after)?.spec.nodeName === undefined;
    return before.spec.nodeName === after.spec.nodeName && before.spec.tolerations === after.spec.tolerations;
  },
  onlyWith: { Pod: { kind: 'Node', such: (node) => noExecute(node as Node).length > 0 } },
  reconcile(key, view, memory, context) {
    const pod = view.get('Pod', key);
    const { now } = view;
    if (pod === undefined) {
      const because: Reason = { code: 'tainteviction.podGone', args: { pod: key } };
      return memory === undefined ? idle(because) : { batches: [], events: [cancelling(key)], memory: null, because };
    }
    const nodeName = pod.spec.nodeName ?? '';
    const node = nodeName === '' ? undefined : view.get('Node', nodeName);
    const refs = [referenceTo(pod), ...(node === undefined ? [] : [referenceTo(node)])];
    if (node === undefined) {
      // A timer outlives its Node.
      if (memory === undefined) return idle({ code: 'tainteviction.noNode', args: { pod: key, node: nodeName }, refs });
      const because: Reason = { code: 'tainteviction.timeIsUp', args: { pod: key, node: nodeName, seconds: (memory.fireAt - memory.createdAt) / SECOND }, refs };
      return memory.fireAt <= now ? evict(pod, now, because, context.failures === 0, memory) : { batches: [], because, requeueAfterMicros: memory.fireAt - now };
    }
    const taints = noExecute(node);
    const patience = toleratedFor(taints, pod.spec.tolerations);
    if (taints.length === 0 || patience === Infinity) {
      const because: Reason = { code: taints.length === 0 ? 'tainteviction.noTaint' : 'tainteviction.toleratedForEver', args: { pod: key, node: nodeName }, refs };
      return memory === undefined ? idle(because) : { batches: [], events: [cancelling(key)], memory: null, because };
    }
    const named = taints.map((taint) => taint.key).join(', ');
    if (patience === 0) {
      const because: Reason = { code: 'tainteviction.notTolerated', args: { pod: key, node: nodeName, taint: named }, refs };
      const plan = evict(pod, now, because, context.failures === 0, { createdAt: now, fireAt: now });
      return memory === undefined || memory.fireAt <= now ? plan : { ...plan, events: [cancelling(key), ...(plan.events ?? [])] };
    }
    if (memory !== undefined && memory.fireAt <= now) {
      return evict(pod, now, { code: 'tainteviction.timeIsUp', args: { pod: key, node: nodeName, taint: named, seconds: (memory.fireAt - memory.createdAt) / SECOND }, refs }, context.failures === 0, memory);
    }
    // An eviction that waits keeps its moment, whatever other taints come.
    const pending = memory ?? { createdAt: now, fireAt: now + patience };
    return {
      batches: [],
      memory: pending,
      because: { code: 'tainteviction.tolerated', args: { pod: key, node: nodeName, taint: named, seconds: (pending.fireAt - now) / SECOND }, refs },
      requeueAfterMicros: pending.fireAt - now,
    };
  },
  /** Once deleted, nothing waits any more. */
  answered: (_key, write, response, memory) => (write.request.method === 'DELETE' && (response.code < 300 || response.code === 404) ? undefined : memory),
};
