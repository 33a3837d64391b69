import type { Change } from '../api/change.ts';
import { pathOf, pathOfKey } from '../api/kinds.ts';
import { conditionOf, keyOf } from '../api/object.ts';
import type { Condition, Node, Pod, Taint } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { objectReference, referenceTo } from '../api/references.ts';
import { STRATEGIC_MERGE_PATCH } from '../api/request.ts';
import { MILLISECOND, SECOND, parseTimestamp, timestamp } from '../api/time.ts';
import type { Micros } from '../api/time.ts';
import { idle } from '../reconcile/controller.ts';
import type { Controller, EventNote, Plan, ReconcileContext, View, Write } from '../reconcile/controller.ts';

/**
 * The node lifecycle controller (pkg/controller/nodelifecycle): it notices that a kubelet has gone silent, says so in the Node's conditions,
 * taints the Node, and marks its Pods as not ready. Three loops of upstream are three kinds of keys here:
 *   "monitor"       every 5 s: which kubelets were heard of, what follows for conditions and Pods, and the end of NoExecute taints;
 *   "node/NAME"     when a Node changes: the NoSchedule taints that its conditions and its cordon ask for;
 *   "noexecute"     the NoExecute taints that are due, at most one in 10 s a zone.
 * Simplified: two patches that upstream sends one after the other to swap a taint are one; Nodes are read from the informer where upstream
 * asks the API server again before it patches; a Pod that is bound to a lost Node after that Node was lost is not looked at again, because
 * it has no Ready condition to change.
 */

export const MONITOR_PERIOD: Micros = 5 * SECOND;
/** --node-monitor-grace-period: 50 s since 1.32. */
export const GRACE: Micros = 50 * SECOND;
/** --node-startup-grace-period, for a Node whose kubelet never reported. */
export const STARTUP_GRACE: Micros = 60 * SECOND;
/** --node-eviction-rate and --secondary-node-eviction-rate, as the time between two Nodes of a zone. */
const EVERY: Micros = 10 * SECOND;
const EVERY_IN_LARGE_DISRUPTED_ZONE: Micros = 100 * SECOND;
/** --large-cluster-size-threshold and --unhealthy-zone-threshold. */
const LARGE_ZONE = 50;
const UNHEALTHY = 0.55;
/** How often the loop that sets NoExecute taints looks. */
const TAINT_PERIOD: Micros = 100 * MILLISECOND;

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const EXCLUDED = 'node.kubernetes.io/exclude-disruption';

/** Which NoSchedule taint a condition brings, by its status. */
const TAINT_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};
const MANAGED = new Set([UNSCHEDULABLE, ...Object.values(TAINT_OF).flatMap((byStatus) => Object.values(byStatus))]);
/** The conditions that a kubelet owns; NetworkUnavailable belongs to the control plane. */
const KUBELET_CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;
const LABEL_PAIRS = [['kubernetes.io/os', 'beta.kubernetes.io/os'], ['kubernetes.io/arch', 'beta.kubernetes.io/arch']] as const;

/** What was seen of a Node, and when by this controller's own clock: a kubelet's clock may be wrong. */
interface Health {
  readonly heardAt: Micros;
  readonly renewTime: string;
  readonly heartbeat: string;
}
export interface MonitorMemory {
  readonly type: 'monitor';
  readonly nodes: Readonly<Record<string, Health>>;
  /** How many Pods of a lost Node are still to be marked: more than none after a refusal, and then the next round tries again. */
  readonly unmarked: Readonly<Record<string, number>>;
  /** All zones were without a single ready Node: then it is taken to be the controller that is cut off, and nobody is evicted. */
  readonly allDisrupted: boolean;
}
export interface TaintMemory {
  readonly type: 'noexecute';
  /** When a Node that needs its taint came up in the queue. */
  readonly due: Readonly<Record<string, Micros>>;
  /** When a zone may taint its next Node. */
  readonly nextAt: Readonly<Record<string, Micros>>;
  /** Nodes whose turn it was: a refused patch is tried again without waiting for another turn. */
  readonly granted: Readonly<Record<string, true>>;
}
export type NodeLifecycleMemory = MonitorMemory | TaintMemory;

/** A draw as a stretch of time shorter than this. */
const within = (drawn: number, period: Micros): Micros => Math.floor((drawn / 0x1_0000_0000) * period);
const statusOf = (node: Node, type: string): string | undefined => conditionOf(node, type)?.status;
const zoneOf = (node: Node): string => {
  const labels = node.metadata.labels ?? {};
  return `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`;
};
const hasTaint = (node: Node, key: string, effect: Taint['effect']): boolean => (node.spec.taints ?? []).some((taint) => taint.key === key && taint.effect === effect);
const nodeReference = (node: Node): EventNote['regarding'] => ({ apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid });

/** controller_utils.go PatchNodeTaints: the whole list, guarded by the version it was made from. */
function patchTaints(node: Node, taints: readonly Taint[], because: Reason): Write {
  return {
    request: {
      method: 'PATCH', path: pathOf('Node', undefined, node.metadata.name), contentType: STRATEGIC_MERGE_PATCH,
      body: { metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints: taints.length === 0 ? null : taints } },
    },
    because, accept: [404],
  };
}

// ---- NoSchedule taints and labels of one Node

function reconcileNode(name: string, view: View): Plan<NodeLifecycleMemory> {
  const node = view.get('Node', name);
  if (node === undefined) return idle({ code: 'nodelifecycle.nodeGone', args: { node: name } });
  const wanted: string[] = [];
  for (const condition of node.status.conditions ?? []) {
    const key = TAINT_OF[condition.type]?.[condition.status];
    if (key !== undefined) wanted.push(key);
  }
  if (node.spec.unschedulable === true) wanted.push(UNSCHEDULABLE);
  const taints = node.spec.taints ?? [];
  const added = wanted.filter((key) => !hasTaint(node, key, 'NoSchedule'));
  const removed = taints.filter((taint) => taint.effect === 'NoSchedule' && MANAGED.has(taint.key) && !wanted.includes(taint.key));
  const batches: Write[][] = [];
  if (added.length > 0 || removed.length > 0) {
    const because: Reason = {
      code: added.length > 0 ? 'nodelifecycle.taintNoSchedule' : 'nodelifecycle.untaintNoSchedule',
      args: { node: name, taints: (added.length > 0 ? added : removed.map((taint) => taint.key)).join(', ') }, refs: [referenceTo(node)],
    };
    const timeAdded = timestamp(view.now);
    batches.push([patchTaints(node, [...taints.filter((taint) => !removed.includes(taint)), ...added.map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded }))], because)]);
  }
  const labels: Record<string, string> = {};
  for (const [primary, secondary] of LABEL_PAIRS) {
    const value = node.metadata.labels?.[primary];
    if (value !== undefined && node.metadata.labels?.[secondary] !== value) labels[secondary] = value;
  }
  if (Object.keys(labels).length > 0) {
    batches.push([{
      request: { method: 'PATCH', path: pathOf('Node', undefined, name), contentType: STRATEGIC_MERGE_PATCH, body: { metadata: { labels } } },
      because: { code: 'nodelifecycle.labels', args: { node: name }, refs: [referenceTo(node)] }, accept: [404],
    }]);
  }
  return { batches, because: batches[0]?.[0]?.because ?? { code: 'nodelifecycle.nodeInOrder', args: { node: name }, refs: [referenceTo(node)] } };
}

// ---- NoExecute taints

/** Whether each zone may be emptied at the full rate, slowly, or not at all (ComputeZoneState and handleDisruption). */
function everyByZone(nodes: readonly Node[]): ReadonlyMap<string, Micros | undefined> {
  const counts = new Map<string, { ready: number; not: number }>();
  for (const node of nodes) {
    if (node.metadata.labels?.[EXCLUDED] !== undefined) continue;
    const zone = counts.get(zoneOf(node)) ?? { ready: 0, not: 0 };
    counts.set(zoneOf(node), zone);
    if (statusOf(node, 'Ready') === 'True') zone.ready++;
    else zone.not++;
  }
  const allDisrupted = counts.size > 0 && [...counts.values()].every(({ ready }) => ready === 0);
  const out = new Map<string, Micros | undefined>();
  for (const [zone, { ready, not }] of counts) {
    const partly = ready > 0 && not > 2 && not / (ready + not) >= UNHEALTHY;
    out.set(zone, allDisrupted ? undefined : partly ? (ready + not > LARGE_ZONE ? EVERY_IN_LARGE_DISRUPTED_ZONE : undefined) : EVERY);
  }
  return out;
}

/** The NoExecute taint that a Node should have and has not; undefined: all is as it should be. */
function missingTaint(node: Node): { readonly key: string; readonly opposite: string } | undefined {
  const status = statusOf(node, 'Ready');
  if (status === undefined || status === 'True') return undefined;
  const key = status === 'False' ? NOT_READY : UNREACHABLE;
  return hasTaint(node, key, 'NoExecute') ? undefined : { key, opposite: status === 'False' ? UNREACHABLE : NOT_READY };
}

function reconcileNoExecute(view: View, memory: TaintMemory | undefined, context: ReconcileContext): Plan<NodeLifecycleMemory> {
  const nodes = view.list('Node');
  const needy = nodes.filter((node) => missingTaint(node) !== undefined);
  if (needy.length === 0) return { batches: [], because: { code: 'nodelifecycle.nothingToTaint', args: {} }, ...(memory === undefined ? {} : { memory: { ...memory, due: {}, granted: {} } }) };
  const every = everyByZone(nodes);
  const due: Record<string, Micros> = {};
  const granted: Record<string, true> = {};
  const nextAt: Record<string, Micros> = { ...memory?.nextAt };
  for (const node of needy) {
    const { name } = node.metadata;
    // A Node that this controller itself found silent is queued in the same round; what a kubelet says of itself is found in the next one.
    const untilFound = statusOf(node, 'Ready') === 'Unknown' ? 0 : within(context.draw('round', name), MONITOR_PERIOD);
    due[name] = memory?.due[name] ?? view.now + untilFound + within(context.draw('noexecute', name), TAINT_PERIOD);
  }
  const writes: Write[] = [];
  let wakeAt = Infinity;
  for (const node of [...needy].sort((a, b) => due[a.metadata.name]! - due[b.metadata.name]! || (a.metadata.name < b.metadata.name ? -1 : 1))) {
    const { name } = node.metadata;
    const { key, opposite } = missingTaint(node)!;
    const at = due[name]!;
    if (at > view.now) {
      wakeAt = Math.min(wakeAt, at);
      continue;
    }
    const zone = zoneOf(node);
    // To exchange one taint for the other evicts nobody anew, so it needs no turn.
    if (memory?.granted[name] !== true && !hasTaint(node, opposite, 'NoExecute')) {
      const pause = every.get(zone);
      if (pause === undefined) continue;
      if (view.now < (nextAt[zone] ?? 0)) {
        wakeAt = Math.min(wakeAt, nextAt[zone]!);
        continue;
      }
      nextAt[zone] = view.now + pause;
    }
    granted[name] = true;
    const taints = (node.spec.taints ?? []).filter((taint) => !(taint.key === opposite && taint.effect === 'NoExecute'));
    writes.push(patchTaints(node, [...taints, { key, effect: 'NoExecute', timeAdded: timestamp(view.now) }], {
      code: 'nodelifecycle.taintNoExecute', args: { node: name, taint: key }, refs: [referenceTo(node)],
    }));
  }
  return {
    batches: [writes],
    memory: { type: 'noexecute', due, nextAt, granted },
    because: writes[0]?.because ?? { code: 'nodelifecycle.taintWaits', args: { nodes: needy.length }, refs: needy.map(referenceTo) },
    ...(wakeAt === Infinity ? {} : { requeueAfterMicros: wakeAt - view.now }),
  };
}

// ---- the round over all Nodes

function silentNode(node: Node, now: Micros): Node {
  const conditions: Condition[] = [...(node.status.conditions ?? [])];
  for (const type of KUBELET_CONDITIONS) {
    const index = conditions.findIndex((condition) => condition.type === type);
    const current = conditions[index];
    if (current === undefined) {
      conditions.push({
        type, status: 'Unknown', lastHeartbeatTime: node.metadata.creationTimestamp, lastTransitionTime: timestamp(now), reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.',
      });
    } else if (current.status !== 'Unknown') {
      conditions[index] = { ...current, status: 'Unknown', lastTransitionTime: timestamp(now), reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
    }
  }
  return { ...node, status: { ...node.status, conditions } };
}

function notReadyPod(pod: Pod, node: Node, now: Micros): Write | undefined {
  const ready = conditionOf(pod, 'Ready');
  if (ready === undefined || ready.status === 'False') return undefined;
  const conditions = pod.status.conditions!.map((condition) => (condition === ready ? { ...condition, status: 'False' as const, lastTransitionTime: timestamp(now) } : condition));
  return {
    request: { method: 'PUT', path: pathOfKey('Pod', keyOf(pod), 'status'), body: { ...pod, status: { ...pod.status, conditions } } },
    because: { code: 'nodelifecycle.podNotReady', args: { node: node.metadata.name, pod: keyOf(pod) }, refs: [referenceTo(pod), referenceTo(node)] },
    // Gone is as good; in conflict it is left for the next round.
    accept: [404, 409],
    event: { regarding: objectReference(pod), type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' },
  };
}

function reconcileRound(view: View, memory: MonitorMemory | undefined): Plan<NodeLifecycleMemory> {
  const { now } = view;
  const nodes = view.list('Node');
  const health: Record<string, Health> = {};
  const unmarked: Record<string, number> = {};
  const events: EventNote[] = [];
  const first: Write[] = [];
  const podsOf: Write[][] = [];
  let newHealth = memory === undefined || Object.keys(memory.nodes).length !== nodes.length;
  const after: Node[] = [];

  for (const node of nodes) {
    const { name } = node.metadata;
    const known = memory?.nodes[name];
    if (known === undefined) events.push({ regarding: nodeReference(node), type: 'Normal', reason: 'RegisteredNode', message: `Node ${name} event: Registered Node ${name} in Controller` });
    const ready = conditionOf(node, 'Ready');
    const heartbeat = ready?.lastHeartbeatTime ?? '';
    const lease = view.get('Lease', `kube-node-lease/${name}`);
    const renewTime = lease?.spec.renewTime ?? '';
    let heardAt = known?.heardAt ?? (ready === undefined ? (parseTimestamp(node.metadata.creationTimestamp) ?? now) : now);
    if (known !== undefined && heartbeat !== known.heartbeat) heardAt = now;
    if (renewTime > (known?.renewTime ?? '')) heardAt = now;
    if (known !== undefined && heardAt === known.heardAt && heartbeat === known.heartbeat && renewTime === known.renewTime) health[name] = known;
    else {
      newHealth = true;
      health[name] = { heardAt, renewTime, heartbeat };
    }

    let current = node;
    if (now > heardAt + (ready === undefined ? STARTUP_GRACE : GRACE)) {
      current = silentNode(node, now);
      if (ready?.status !== 'Unknown') {
        first.push({
          request: { method: 'PUT', path: pathOf('Node', undefined, name, 'status'), body: current },
          because: {
            code: 'nodelifecycle.leaseTooOld',
            args: { node: name, silentSeconds: Math.floor((now - heardAt) / SECOND), graceSeconds: (ready === undefined ? STARTUP_GRACE : GRACE) / SECOND },
            refs: [...(lease === undefined ? [] : [referenceTo(lease)]), referenceTo(node)],
          },
          ...(ready?.status === 'True' ? { event: { regarding: nodeReference(node), type: 'Normal' as const, reason: 'NodeNotReady', message: `Node ${name} status is now: NodeNotReady` } } : {}),
        });
      }
    }
    after.push(current);
    const status = statusOf(current, 'Ready');
    if (status !== undefined && status !== 'True' && (ready?.status === 'True' || memory?.unmarked[name] !== undefined)) {
      const writes: Write[] = [];
      for (const pod of view.list('Pod', { index: 'node', value: name })) {
        const write = notReadyPod(pod, node, now);
        if (write !== undefined) writes.push(write);
      }
      if (writes.length > 0) {
        unmarked[name] = writes.length;
        podsOf.push(writes);
      }
    }
    if (status === 'True' || (known === undefined && status !== undefined)) reachable(node);
  }
  if (memory !== undefined) {
    for (const name of Object.keys(memory.nodes)) {
      if (health[name] === undefined) events.push({ regarding: { apiVersion: 'v1', kind: 'Node', name }, type: 'Normal', reason: 'RemovingNode', message: `Node ${name} event: Removing Node ${name} from Controller` });
    }
  }

  const counted = after.filter((node) => node.metadata.labels?.[EXCLUDED] === undefined);
  const allDisrupted = counted.length > 0 && counted.every((node) => statusOf(node, 'Ready') !== 'True');
  const was = memory?.allDisrupted ?? false;
  if (allDisrupted && !was) for (const node of nodes) reachable(node);
  if (!allDisrupted && was) {
    // The silence may have been this controller's own: everybody gets a new grace period.
    newHealth = true;
    for (const name of Object.keys(health)) health[name] = { ...health[name]!, heardAt: now };
  }

  function reachable(node: Node): void {
    if (!hasTaint(node, UNREACHABLE, 'NoExecute') && !hasTaint(node, NOT_READY, 'NoExecute')) return;
    if (first.some((write) => write.request.method === 'PATCH' && write.request.path === pathOf('Node', undefined, node.metadata.name))) return;
    const taints = (node.spec.taints ?? []).filter((taint) => taint.effect !== 'NoExecute' || (taint.key !== UNREACHABLE && taint.key !== NOT_READY));
    first.push(patchTaints(node, taints, { code: 'nodelifecycle.untaintNoExecute', args: { node: node.metadata.name }, refs: [referenceTo(node)] }));
  }

  const pending = Object.keys(unmarked).length > 0 || Object.keys(memory?.unmarked ?? {}).length > 0;
  const batches: Write[][] = [first];
  // The Pods of one Node one after the other, those of several Nodes side by side, as upstream's workers do.
  for (let i = 0; podsOf.some((writes) => i < writes.length); i++) batches.push(podsOf.flatMap((writes) => writes[i] ?? []));
  return {
    batches: first.length === 0 && podsOf.length === 0 ? [] : batches,
    ...(events.length > 0 ? { events } : {}),
    ...(newHealth || pending || allDisrupted !== was ? { memory: { type: 'monitor' as const, nodes: health, unmarked, allDisrupted } } : {}),
    because: first[0]?.because ?? podsOf[0]?.[0]?.because ?? { code: 'nodelifecycle.allHeard', args: { nodes: nodes.length } },
  };
}

const sameStatuses = (a: Node, b: Node): boolean => {
  const left = a.status.conditions ?? [];
  const right = b.status.conditions ?? [];
  return left === right || (left.length === right.length && left.every((condition, i) => condition.type === right[i]!.type && condition.status === right[i]!.status));
};

export const nodeLifecycle: Controller<NodeLifecycleMemory> = {
  name: 'node-controller',
  workers: 8,
  reads: ['Lease', 'Pod'],
  ticks: { monitor: MONITOR_PERIOD },
  watches: {
    Node: (node, _view, change) => (change.after === undefined ? [] : [`node/${node.metadata.name}`, 'noexecute']),
  },
  /** Heartbeats concern nobody: the round looks at them when it comes. */
  ignores(change: Change): boolean {
    const before = change.before as Node | undefined;
    const after = change.after as Node | undefined;
    if (before === undefined || after === undefined) return after === undefined;
    return before.spec.taints === after.spec.taints && before.spec.unschedulable === after.spec.unschedulable && before.metadata.labels === after.metadata.labels && sameStatuses(before, after);
  },
  reconcile(key, view, memory, context) {
    if (key === 'monitor') return reconcileRound(view, memory?.type === 'monitor' ? memory : undefined);
    if (key === 'noexecute') return reconcileNoExecute(view, memory?.type === 'noexecute' ? memory : undefined, context);
    return reconcileNode(key.slice('node/'.length), view);
  },
  answered(_key, write, response, memory) {
    if (memory?.type !== 'monitor' || write.because?.code !== 'nodelifecycle.podNotReady') return memory;
    if (response.code >= 300 && response.code !== 404) return memory;
    const node = String(write.because.args.node);
    const { [node]: left, ...others } = memory.unmarked;
    return { ...memory, unmarked: left !== undefined && left > 1 ? { ...others, [node]: left - 1 } : others };
  },
};
