import type { Change } from '../api/change.ts';
import { pathOfKey } from '../api/kinds.ts';
import { conditionOf, keyOf } from '../api/object.ts';
import type { Node, Pod } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { referenceTo } from '../api/references.ts';
import { STRATEGIC_MERGE_PATCH } from '../api/request.ts';
import { SECOND, timestamp } from '../api/time.ts';
import type { Micros } from '../api/time.ts';
import { isPodTerminal } from '../api/pods.ts';
import type { Controller, Plan, View, Write } from '../reconcile/controller.ts';

/**
 * Sweeps up Pods that nobody else deletes any more (pkg/controller/podgc): those of Nodes that are gone, those that were never scheduled
 * and are being deleted, those on a Node declared out of service, and the oldest of very many that ended.
 * Upstream sweeps every 20 s. Here the sweeps have the same rhythm, but one takes place only when something happened that it could find:
 * an idle cluster costs nothing. Simplified: whether a Node is really gone is read from the informer, not asked of the API server once more.
 */

const PERIOD: Micros = 20 * SECOND;
/** A sweep is not arranged sooner, so that what was under way when something happened has arrived by then. */
const SETTLE: Micros = SECOND;
const QUARANTINE: Micros = 40 * SECOND;
/** --terminated-pod-gc-threshold. */
const THRESHOLD = 12_500;
const SWEEP = 'sweep';
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export interface PodGCMemory {
  /** Where in its 20 s the rhythm is. */
  readonly phase: Micros;
  /** The sweep that is arranged; none: nothing to find. */
  readonly dueAt: Micros | undefined;
  /** Nodes that were missed, and until when they may yet turn up. */
  readonly quarantine: Readonly<Record<string, Micros>>;
}

const outOfService = (node: Node): boolean => conditionOf(node, 'Ready')?.status !== 'True' && (node.spec.taints ?? []).some((taint) => taint.key === OUT_OF_SERVICE);
const nodeOf = (pod: Pod): string => pod.spec.nodeName ?? '';
const evicted = (pod: Pod): boolean => pod.status.phase === 'Failed' && pod.status.reason === 'Evicted';

/** Evicted ones first, then by age, then by name. */
function byEvictionAndAge(a: Pod, b: Pod): number {
  if (evicted(a) !== evicted(b)) return evicted(a) ? -1 : 1;
  const [x, y] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (x !== y) return x < y ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** Failed first, so that controllers and observers see how it ended, then gone at once: there is no kubelet that would end it. */
function remove(pod: Pod, now: Micros, because: Reason, orphaned: boolean): Write[][] {
  const key = keyOf(pod);
  const batches: Write[][] = [];
  if (!isPodTerminal(pod)) {
    const observedGeneration = pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation };
    const old = conditionOf(pod, 'DisruptionTarget');
    const condition = {
      type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists', lastProbeTime: null,
      lastTransitionTime: old?.status === 'True' ? old.lastTransitionTime : timestamp(now), ...observedGeneration,
    };
    batches.push([{
      request: {
        method: 'PATCH', path: pathOfKey('Pod', key, 'status'), contentType: STRATEGIC_MERGE_PATCH,
        body: { metadata: { uid: pod.metadata.uid }, status: { phase: 'Failed', ...observedGeneration, ...(orphaned ? { conditions: [condition] } : {}) } },
      },
      because, accept: [404, 409],
    }]);
  }
  batches.push([{ request: { method: 'DELETE', path: pathOfKey('Pod', key), body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 } }, because, accept: [404, 409] }]);
  return batches;
}

function sweep(view: View, phase: Micros, known: Readonly<Record<string, Micros>>): Plan<PodGCMemory> {
  const { now } = view;
  const pods = view.list('Pod');
  const nodes = new Map(view.list('Node').map((node) => [node.metadata.name, node]));
  const batches: Write[][] = [];
  const done = new Set<string>();
  const take = (pod: Pod, code: string, args: Reason['args'] = {}, orphaned = false): void => {
    if (done.has(keyOf(pod))) return;
    done.add(keyOf(pod));
    batches.push(...remove(pod, now, { code, args: { pod: keyOf(pod), node: nodeOf(pod), ...args }, refs: [referenceTo(pod)] }, orphaned));
  };
  if (pods.length > THRESHOLD) {
    const ended = pods.filter(isPodTerminal).sort(byEvictionAndAge);
    for (const pod of ended.slice(0, Math.max(0, ended.length - THRESHOLD))) take(pod, 'podgc.tooManyEnded', { threshold: THRESHOLD });
  }
  const quarantine: Record<string, Micros> = {};
  for (const pod of pods) {
    const name = nodeOf(pod);
    if (name === '') {
      if (pod.metadata.deletionTimestamp !== undefined) take(pod, 'podgc.neverScheduled');
      continue;
    }
    const node = nodes.get(name);
    if (node !== undefined) {
      if (pod.metadata.deletionTimestamp !== undefined && outOfService(node)) take(pod, 'podgc.outOfService');
      continue;
    }
    const until = known[name];
    quarantine[name] = until ?? now + QUARANTINE;
    if (quarantine[name] <= now) take(pod, 'podgc.nodeGone', { seconds: QUARANTINE / SECOND }, true);
  }
  const waits = Object.keys(quarantine).length > 0;
  return {
    batches,
    memory: { phase, quarantine, dueAt: waits ? now + PERIOD : undefined },
    because: batches[0]?.[0]?.because ?? { code: waits ? 'podgc.quarantine' : 'podgc.clean', args: { nodes: Object.keys(quarantine).join(', ') } },
    ...(waits ? { requeueAfterMicros: PERIOD } : {}),
  };
}

export const podGC: Controller<PodGCMemory> = {
  name: 'pod-garbage-collector',
  workers: 1,
  watches: {
    Node: () => [SWEEP],
    Pod(pod, view, change) {
      if (change.after === undefined) return [];
      const name = nodeOf(pod);
      if (name === '') return pod.metadata.deletionTimestamp === undefined ? [] : [SWEEP];
      const node = view.get('Node', name);
      if (node === undefined || (pod.metadata.deletionTimestamp !== undefined && outOfService(node))) return [SWEEP];
      return isPodTerminal(pod) && view.list('Pod').length > THRESHOLD ? [SWEEP] : [];
    },
  },
  ignores(change: Change): boolean {
    const { before, after } = change;
    if (change.kind === 'Node') return after !== undefined && !(after as Node).spec.taints?.some((taint) => taint.key === OUT_OF_SERVICE);
    if (after === undefined) return true;
    const pod = after as Pod;
    if (before === undefined) return nodeOf(pod) === '';
    const began = pod.metadata.deletionTimestamp !== undefined && before.metadata.deletionTimestamp === undefined;
    const ended = pod.metadata.deletionTimestamp === undefined && isPodTerminal(pod) && !isPodTerminal(before as Pod);
    return !began && !ended;
  },
  reconcile(_key, view, memory, context): Plan<PodGCMemory> {
    const { now } = view;
    const phase = memory?.phase ?? Math.floor((context.draw('phase', '') / 0x1_0000_0000) * PERIOD);
    const dueAt = memory?.dueAt ?? phase + Math.ceil((now + SETTLE - phase) / PERIOD) * PERIOD;
    const quarantine = memory?.quarantine ?? {};
    if (context.failures === 0 && now < dueAt) {
      return { batches: [], memory: { phase, dueAt, quarantine }, because: { code: 'podgc.nextSweep', args: { seconds: Math.ceil((dueAt - now) / SECOND) } }, requeueAfterMicros: dueAt - now };
    }
    return sweep(view, phase, quarantine);
  },
};
