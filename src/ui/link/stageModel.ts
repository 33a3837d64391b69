import type { Change } from '../../sim/api/change.ts';
import { conditionOf, controllerOf, keyOf, type Lease, type Node, type Pod, type Service } from '../../sim/api/object.ts';
import { milliValue, wholeValue } from '../../sim/api/quantity.ts';
import { parseTimestamp, SECOND, type Micros } from '../../sim/api/time.ts';
import { head, headList } from '../../sim/apiserver/store.ts';
import { machineOf } from '../../sim/cluster/processes.ts';
import { matches } from '../../sim/cluster/network.ts';
import { ensureProcess } from '../../sim/cluster/processes.ts';
import type { Pending, Slot, World } from '../../sim/cluster/world.ts';
import { upcoming } from '../../sim/kernel/agenda.ts';
import { at as itemAt } from '../../sim/kernel/journal.ts';
import type { StepRecord } from '../../sim/kernel/trace.ts';
import type { HostState } from '../../sim/reconcile/host.ts';
import type {
  ChainModel, ControllerModel, EchoModel, Endpoint, FutureGap, FutureTile, GapTile, MarkModel, MessageModel, NodeModel, PodLook, PodModel, SchedulerModel, StageModel, StageTarget, TrafficModel, WatcherModel, WriteTile, YouLine, RequestOutcome,
} from '../stage/model.ts';
import { chainOf } from './chainModel.ts';
import type { Digested } from './digested.ts';

/** What the still depends on besides the world: the session's choices. */
export interface StageOptions {
  readonly selected?: StageTarget;
  /** The Deployment (or bare owner) whose chain the state row shows; absent: the newest. */
  readonly chain?: string;
  readonly you: readonly YouLine[];
  readonly branchFrom?: number;
  /** The newest revision that exists beyond the present, when rewound: those writes are drawn dashed. */
  readonly digested: Digested;
  /** Writes that exist in the part of the history right of the hand. */
  readonly later: readonly Change[];
}

/** The cells of the controller-manager, in the order in which they are drawn. */
const CELLS: readonly (readonly [process: string, label: string])[] = [
  ['deployment-controller', 'deployment'],
  ['replicaset-controller', 'replicaset'],
  ['endpointslice-controller', 'endpointslice'],
  ['node-controller', 'node-lifecycle'],
  ['taint-eviction-controller', 'taint-eviction'],
  ['generic-garbage-collector', 'garbage-coll.'],
  ['pod-garbage-collector', 'pod-gc'],
  ['disruption-controller', 'disruption'],
  ['endpoint-controller', 'endpoints'],
  ['namespace-controller', 'namespace'],
  ['service-account-controller', 'serviceaccount'],
  ['root-ca-cert-publisher', 'root-ca'],
];
/** Those that sleep until there is something for them: they get a cell when they wake. Helpers of others are counted when cells are few. */
const FURTHER: Readonly<Record<string, readonly [label: string, background?: true]>> = {
  'statefulset-controller': ['statefulset'],
  'daemonset-controller': ['daemonset'],
  'job-controller': ['job'],
  'cronjob-controller': ['cronjob'],
  'replication-controller': ['replication'],
  'horizontal-pod-autoscaler': ['hpa'],
  'metrics-server': ['metrics'],
  'resourcequota-controller': ['quota'],
  'persistent-volume-binder': ['pv-binder'],
  'endpointslicemirroring-controller': ['ep-mirroring', true],
  'ttl-after-finished-controller': ['ttl-after-fin.', true],
  'pvc-protection-controller': ['pvc-protection', true],
  'pv-protection-controller': ['pv-protection', true],
  'apiextensions-apiserver': ['crd', true],
};
const FIRST = new Set(CELLS.map(([process]) => process));
/** Neither a controller nor anything else that has a place of its own on stage. */
const isController = (process: string): boolean => endpointOf(process)?.startsWith('controller/') === true;
const NODE_GRACE: Micros = 50 * SECOND;
/** How many tiles are worth sending: the strip shows fewer. */
const TILES = 40;
/** Beyond this much quiet the strip shows a broken line. */
const QUIET: Micros = 2 * SECOND;
/** How long a controller that took part is drawn in ink. */
const LATELY: Micros = 3 * SECOND;

export function endpointOf(process: string): Endpoint | undefined {
  if (process === 'user' || process === 'apiserver' || process === 'scheduler') return process;
  if (process.startsWith('kubelet/') || process.startsWith('proxy/')) return process as Endpoint;
  if (process.startsWith('traffic/')) return 'client';
  if (process.startsWith('machine/')) return undefined;
  return `controller/${process}`;
}

const pathTail = (path: string): string => path.replace(/^\/(api\/v1|apis\/[^/]+\/[^/]+)\//, '').replace(/^namespaces\/[^/]+\//, '');

export function shortName(name: string): string {
  const last = name.lastIndexOf('-');
  return name.length <= 11 || last < 0 ? name : name.slice(last + 1);
}

/** A Pod without its owner's name; a StatefulSet's keeps it, with as much of it as there is room for before the ordinal. */
function shortPodName(pod: Pod): string {
  const { name } = pod.metadata;
  const owner = controllerOf(pod);
  if (owner === undefined || !name.startsWith(`${owner.name}-`)) return shortName(name);
  const own = name.slice(owner.name.length + 1);
  return owner.kind !== 'StatefulSet' ? own : name.length <= 8 ? name : `${owner.name.slice(0, 5)}…-${own}`;
}

function podLook(pod: Pod, lostNodes: ReadonlySet<string>): PodLook {
  const { status, spec, metadata } = pod;
  if (spec.nodeName !== undefined && lostNodes.has(spec.nodeName)) return 'unknown';
  if (metadata.deletionTimestamp !== undefined) return 'terminating';
  if (status.phase === 'Succeeded') return 'succeeded';
  if (status.phase === 'Failed') return 'failed';
  const waiting = (status.containerStatuses ?? []).some((container) => container.state?.waiting?.reason === 'CrashLoopBackOff');
  if (waiting) return 'restarting';
  if (conditionOf(pod, 'Ready')?.status === 'True') return 'ready';
  if (status.phase === 'Running') return 'running';
  return spec.nodeName === undefined || spec.nodeName === '' ? 'pending' : 'starting';
}

export function stageModel(world: World, options: StageOptions): StageModel {
  const { store, now } = world;
  const nodes = headList(store, 'Node') as readonly Node[];
  const pods = headList(store, 'Pod') as readonly Pod[];
  const lost = new Set(nodes.filter((node) => conditionOf(node, 'Ready')?.status === 'Unknown').map((node) => node.metadata.name));
  const decided = reservations(world, options.digested);
  const chain = chainModel(world, options, pods, lost, decided);
  const inFocus = new Set([...(chain?.replicaSets.flatMap((set) => set.pods.map((pod) => pod.key)) ?? []), ...(chain?.loosePods.map((pod) => pod.key) ?? [])]);
  const evictions = evictionTimes(world);
  const podModel = (pod: Pod): PodModel => describePod(pod, lost, decided, evictions, now, inFocus);
  const traffic = trafficOf(world, options.digested);
  return {
    now,
    revision: store.revision,
    ...(options.branchFrom === undefined ? {} : { branch: { fromRevision: options.branchFrom } }),
    you: options.you,
    controllers: [
      ...CELLS.filter(([process]) => world.slots.has(process)).map(([process, label]) => controllerModel(world, process, label, options.digested, lost.size > 0)),
      // In the order in which they woke, so that whoever has a cell keeps it.
      ...[...world.slots.keys()].filter((process) => isController(process) && !FIRST.has(process)).map((process): ControllerModel => {
        const [label, background] = FURTHER[process] ?? [process.replace(/-controller$/, '')];
        return { ...controllerModel(world, process, label, options.digested, false), ...(background === true ? { background } : {}) };
      }),
    ],
    scheduler: schedulerModel(world, options.digested, lost, pods),
    apiserver: apiserverModel(world),
    ...troublesOf(world),
    strip: {
      tiles: tilesOf(world, options),
      future: futureOf(world, decided, evictions),
      watchers: watchersOf(world),
      marks: marksOf(world, options),
      ...(options.selected?.on === 'object' ? { highlighted: highlighted(world, options.selected.kind, options.selected.key) } : {}),
    },
    chain,
    messages: messagesOf(world),
    echoes: echoesOf(world),
    nodes: nodes.map((node) => nodeModel(world, node, pods.filter((pod) => pod.spec.nodeName === node.metadata.name), decided, podModel)),
    ...(traffic === undefined ? {} : { traffic }),
    ...(options.selected === undefined ? {} : { selected: options.selected }),
  };
}

// ---- Pods

/** Pods that the scheduler has chosen a node for and that are not bound in etcd yet. */
function reservations(world: World, digested: Digested): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const decision of digested.recentDecisions(world.steps)) {
    if (decision.chosen === undefined) continue;
    const pod = head(world.store, 'Pod', decision.pod) as Pod | undefined;
    if (pod !== undefined && (pod.spec.nodeName ?? '') === '') out.set(decision.pod, decision.chosen);
  }
  return out;
}

/** When the taint-eviction controller will delete a Pod: its own delayed keys. */
function evictionTimes(world: World): ReadonlyMap<string, Micros> {
  const state = world.slots.get('taint-eviction-controller')?.state as HostState | undefined;
  const out = new Map<string, Micros>();
  for (const { key, at } of state?.queue.later ?? []) if (head(world.store, 'Pod', key) !== undefined) out.set(key, at);
  return out;
}

function describePod(pod: Pod, lost: ReadonlySet<string>, decided: ReadonlyMap<string, string>, evictions: ReadonlyMap<string, Micros>, now: Micros, inFocus: ReadonlySet<string>): PodModel {
  const key = keyOf(pod);
  const look = podLook(pod, lost);
  const evictedAt = evictions.get(key);
  const deletedAt = parseTimestamp(pod.metadata.deletionTimestamp);
  const grace = (pod.metadata.deletionGracePeriodSeconds ?? 30) * SECOND;
  const restarts = (pod.status.containerStatuses ?? []).reduce((sum, container) => sum + container.restartCount, 0);
  const timer =
    evictedAt !== undefined && evictedAt > now && pod.metadata.deletionTimestamp === undefined
      ? ({ kind: 'eviction', share: Math.min(1, (evictedAt - now) / (300 * SECOND)), leftMicros: evictedAt - now } as const)
      : deletedAt !== undefined && deletedAt > now && grace > 0
        ? ({ kind: 'grace', share: Math.min(1, (deletedAt - now) / grace), leftMicros: deletedAt - now } as const)
        : undefined;
  const shown: PodLook = decided.has(key) ? 'chosen' : look === 'ready' && inFocus.size > 0 && !inFocus.has(key) ? 'other' : look;
  return { key, name: pod.metadata.name, short: shortPodName(pod), look: shown, ...(restarts > 0 ? { restarts } : {}), ...(timer === undefined ? {} : { timer }) };
}

function chainModel(world: World, options: StageOptions, pods: readonly Pod[], lost: ReadonlySet<string>, decided: ReadonlyMap<string, string>): ChainModel | undefined {
  const evictions = evictionTimes(world);
  const none: ReadonlySet<string> = new Set();
  return chainOf(world.store, { selected: options.selected, chosen: options.chain, pods, podModel: (pod) => describePod(pod, lost, decided, evictions, world.now, none) });
}

// ---- clients

function controllerModel(world: World, process: string, label: string, digested: Digested, nodesLost: boolean): ControllerModel {
  const slot = world.slots.get(process)!;
  // The metrics server is no controller: it has no queue.
  const queue = (slot.state as Partial<HostState> | undefined)?.queue;
  const queueLength = queue === undefined ? 0 : queue.ready.size + queue.dirty.size;
  const working = queue !== undefined && (queue.processing.size > 0 || queue.ready.size > 0);
  const last = digested.lastWriteOf(process, world.steps);
  const look = !slot.running ? 'down' : working ? 'working' : last !== undefined && world.now - last < LATELY ? (process === 'node-controller' && nodesLost ? 'alarm' : 'watching') : 'idle';
  return { name: process, label, state: look, queueLength };
}

function schedulerModel(world: World, digested: Digested, lost: ReadonlySet<string>, pods: readonly Pod[]): SchedulerModel {
  const slot = world.slots.get('scheduler');
  const recent = digested.recentDecisions(world.steps);
  const last = recent.at(-1);
  const fresh = last !== undefined && world.now - last.at < 2 * SECOND ? last : undefined;
  const waiting = pods.filter((pod) => (pod.spec.nodeName ?? '') === '' && pod.metadata.deletionTimestamp === undefined && keyOf(pod) !== fresh?.pod);
  const bars = (fresh?.totals ?? []).slice().sort((a, b) => b.total - a.total).slice(0, 3).sort((a, b) => (a.node < b.node ? -1 : 1));
  return {
    ...(slot?.running === false ? { down: true } : {}),
    ...(fresh === undefined ? {} : { podInHand: { key: fresh.pod, name: fresh.pod.slice(fresh.pod.indexOf('/') + 1), ...(bars.length === 0 ? { only: fresh.chosen ?? '' } : {}) } }),
    bars: bars.map(({ node, total }) => ({ node, total, chosen: node === fresh?.chosen })),
    most: Math.max(1, ...bars.map(({ total }) => total)),
    waiting: waiting.map((pod) => ({ key: keyOf(pod), queue: conditionOf(pod, 'PodScheduled')?.status === 'False' ? 'unschedulable' : 'active' })),
    heldOnSilentNodes: pods.filter((pod) => pod.spec.nodeName !== undefined && lost.has(pod.spec.nodeName)).map((pod) => pod.metadata.name),
  };
}

function apiserverModel(world: World): StageModel['apiserver'] {
  const slot = world.slots.get('apiserver')!;
  if (!slot.running) return { down: true };
  const last = itemAt(world.trace, world.trace.length - 1);
  if (last?.type !== 'request' || last.process !== 'apiserver') return last?.type === 'watch' ? { phase: 'notify' } : {};
  if (last.response.code === 403) return { phase: 'authorize' };
  if (last.response.code === 422 || last.response.code === 400) return { phase: 'validate' };
  return { phase: last.request.method === 'GET' ? 'authorize' : 'store' };
}

/** What is wrong with single components: on a machine that is off, or cut off as a whole, that is the machine's trouble. */
function troublesOf(world: World): Pick<StageModel, 'troubles'> {
  const troubles: NonNullable<StageModel['troubles']>[number][] = [];
  for (const slot of world.slots.values()) {
    const process = endpointOf(slot.name);
    if (process === undefined || process === 'client') continue;
    const node = machineOf(slot.name);
    const machine = node === undefined ? undefined : world.slots.get(`machine/${node}`);
    if (!slot.running && machine?.running !== false) troubles.push({ process, is: 'down' });
    if (slot.cut && machine?.cut !== true) troubles.push({ process, is: 'cut' });
    if (slot.extraMicros > 0) troubles.push({ process, is: 'slow' });
  }
  return troubles.length === 0 ? {} : { troubles };
}

// ---- the log

const FOLDED = new Set(['Lease', 'Event']);

const operationOf = (change: Change): WriteTile['operation'] => (change.before === undefined ? 'create' : change.after === undefined ? 'delete' : 'update');

function tileOf(change: Change): WriteTile {
  const bound = change.subresource === 'binding';
  const alarm = change.kind === 'Node' && change.by.endsWith(':node-controller');
  return { type: 'write', revision: change.revision, kind: bound ? 'Binding' : change.kind, key: change.key, operation: operationOf(change), ...(alarm ? { alarm } : {}) };
}

function tilesOf(world: World, options: StageOptions): readonly (WriteTile | GapTile)[] {
  const { log } = world.store;
  const out: (WriteTile | GapTile)[] = [];
  let writes = 0;
  let gap: { first: number; last: number; leases: number; events: number } | undefined;
  let nextAt = world.now;
  const close = (from: Micros): void => {
    if (gap === undefined && nextAt - from < QUIET) return;
    const upTo = gap?.last ?? (out.at(-1)?.type === 'write' ? (out.at(-1) as WriteTile).revision - 1 : world.store.revision);
    if (gap !== undefined || nextAt - from >= QUIET) out.push({ type: 'gap', afterRevision: gap === undefined ? upTo : gap.first - 1, upToRevision: upTo, durationMicros: Math.max(0, nextAt - from), leases: gap?.leases ?? 0, events: gap?.events ?? 0 });
    gap = undefined;
  };
  for (let i = log.length - 1; i >= 0 && writes < TILES; i--) {
    const change = itemAt(log, i)!;
    // What was there when the curtain rose is not news.
    if (change.cause === 0) break;
    if (FOLDED.has(change.kind)) {
      gap = gap === undefined ? { first: change.revision, last: change.revision, leases: 0, events: 0 } : { ...gap, first: change.revision };
      if (change.kind === 'Lease') gap.leases++;
      else gap.events++;
      continue;
    }
    // Events of a busy moment are not quiet time: they vanish between the tiles.
    if (gap !== undefined && nextAt - change.at < QUIET) gap = undefined;
    close(change.at);
    out.push(tileOf(change));
    writes++;
    nextAt = change.at;
  }
  out.reverse();
  for (const change of options.later) if (!FOLDED.has(change.kind)) out.push(tileOf(change));
  return out;
}

function highlighted(world: World, kind: string, key: string): readonly number[] {
  const out: number[] = [];
  let change = world.store.tables.get(kind)?.live.get(key) ?? world.store.tables.get(kind)?.gone.get(key);
  while (change !== undefined && out.length < 100) {
    out.push(change.revision);
    change = change.previous;
  }
  return out;
}

function watchersOf(world: World): readonly WatcherModel[] {
  const out: WatcherModel[] = [];
  for (const slot of world.slots.values()) {
    if (slot.connections.length === 0) continue;
    const process = endpointOf(slot.name);
    if (process === undefined || process === 'client') continue;
    out.push(watcherOf(world, slot, process));
  }
  return out;
}

function watcherOf(world: World, slot: Slot, process: Endpoint): WatcherModel {
  const { process: definition } = ensureProcess(world, slot.name);
  let seen = world.store.revision;
  let behind = 0;
  slot.connections.forEach((connection, i) => {
    const subscription = definition.watches[i]!;
    const log = world.store.tables.get(connection.kind)?.log;
    if (log === undefined || FOLDED.has(connection.kind)) return;
    // Where nothing wakes it, its place is only known when it looks: what is long delivered does not count as behind.
    const silent = slot.cut || !slot.running || slot.frozen;
    for (let j = Math.max(connection.position, connection.given); j < log.length; j++) {
      const change = itemAt(log, j)!;
      if (!matches(subscription, change) || (!silent && world.now - change.at > 5_000)) continue;
      behind++;
      seen = Math.min(seen, change.revision - 1);
    }
  });
  return { process, seenRevision: seen, behind, ...(!slot.running || slot.cut || slot.frozen ? { silent: true } : {}) };
}

function marksOf(world: World, options: StageOptions): readonly MarkModel[] {
  const oldest = itemAt(world.store.log, Math.max(0, world.store.log.length - 400))?.revision ?? 0;
  return options.digested.marks(world.steps).filter((mark) => mark.afterRevision >= oldest);
}

function futureOf(world: World, decided: ReadonlyMap<string, string>, evictions: ReadonlyMap<string, Micros>): readonly (FutureTile | FutureGap)[] {
  for (const [key] of decided) return [{ type: 'future', id: `bind:${key}`, kind: 'Binding', expected: 'next' }];
  let soonest: readonly [string, Micros] | undefined;
  for (const [key, at] of evictions) if (at > world.now && (soonest === undefined || at < soonest[1])) soonest = [key, at];
  if (soonest === undefined) return [];
  return [
    { type: 'wait', id: 'eviction', durationMicros: soonest[1] - world.now },
    { type: 'future', id: 'delete', kind: 'Pod', expected: 'delete' },
    { type: 'future', id: 'create', kind: 'Pod', expected: 'create' },
    { type: 'future', id: 'bind', kind: 'Binding', expected: 'bind' },
  ];
}

// ---- on the wires

const VERB: Readonly<Record<string, string>> = { create: 'ADDED', update: 'MODIFIED', delete: 'DELETED' };

function messageOf(world: World, id: string, due: Pending, arrivesAt: Micros): MessageModel | undefined {
  switch (due.type) {
    case 'request': {
      const from = endpointOf(due.from);
      if (from === undefined || due.sentAt > world.now) return undefined;
      return { id, from, to: 'apiserver', kind: 'request', sentAt: due.sentAt, arrivesAt, label: `${due.request.method} ${pathTail(due.request.path)}`, ...(world.slots.get(due.from)?.cut === true ? { droppedAfter: 0.5 } : {}) };
    }
    case 'reply': {
      const to = endpointOf(due.to);
      if (to === undefined || due.response.code === 0) return undefined;
      return { id, from: 'apiserver', to, kind: 'reply', sentAt: due.sentAt, arrivesAt, label: `${due.response.code} ${pathTail(due.request.path)}`, ...(due.response.code >= 400 ? { refused: true } : {}) };
    }
    case 'watch': {
      const to = endpointOf(due.to);
      const slot = world.slots.get(due.to);
      if (to === undefined || slot === undefined || slot.cut || !slot.running) return undefined;
      const connection = slot.connections[due.connection];
      const log = connection === undefined ? undefined : world.store.tables.get(connection.kind)?.log;
      if (connection === undefined || log === undefined) return undefined;
      let label = connection.kind as string;
      for (let i = connection.given; i < log.length; i++) {
        const change = itemAt(log, i)!;
        if (change.at === due.sentAt) label = `${VERB[operationOf(change)]} ${change.kind.toLowerCase()} ${change.key.slice(change.key.indexOf('/') + 1)}`;
      }
      return { id, from: 'apiserver', to, kind: 'watch', sentAt: due.sentAt, arrivesAt, label };
    }
    case 'message': {
      const from = endpointOf(due.from);
      const to = due.to.startsWith('machine/') && typeof due.message['pod'] === 'string' ? (`pod/${due.message['pod'] as string}` as const) : endpointOf(due.to);
      if (from === undefined || to === undefined || machineOf(due.from) === (machineOf(due.to) ?? '')) return undefined;
      const cut = world.slots.get(due.to)?.cut === true || world.slots.get(due.to)?.running === false;
      return { id, from, to, kind: 'request', sentAt: due.sentAt, arrivesAt, label: due.message.type, ...(cut ? { refused: true, droppedAfter: 0.7 } : {}) };
    }
    default:
      return undefined;
  }
}

function messagesOf(world: World): readonly MessageModel[] {
  const out: MessageModel[] = [];
  for (const { at, seq, entry } of upcoming(world.agenda)) {
    if (entry.type === 'timer' || entry.type === 'start') continue;
    const message = messageOf(world, `m${seq}`, entry, at);
    if (message !== undefined) out.push(message);
    if (out.length >= 200) break;
  }
  // The one that arrives next shows what it says; heartbeats say nothing.
  const next = out.findIndex((message) => message.arrivesAt > world.now && message.kind !== 'watch' && message.from !== 'client' && message.to !== 'client' && !/leases\/|\/status$|^\d+ |events/.test(message.label));
  if (next >= 0) out[next] = { ...out[next]!, tagged: true };
  return out;
}

function echoesOf(world: World): readonly EchoModel[] {
  const out: EchoModel[] = [];
  for (let i = world.trace.length - 1; i >= 0 && out.length < 60; i--) {
    const record: StepRecord = itemAt(world.trace, i)!;
    if (world.now - record.at > SECOND) break;
    const process = endpointOf(record.process);
    if (record.type === 'request') {
      const from = endpointOf(record.from);
      if (from !== undefined) out.push({ id: `e${record.step}`, from, to: 'apiserver', kind: 'request', ...(record.response.code >= 400 ? { refused: true } : {}) });
    } else if (record.type === 'reply' && process !== undefined) out.push({ id: `e${record.step}`, from: 'apiserver', to: process, kind: 'reply', ...(record.response.code >= 400 ? { refused: true } : {}) });
    else if (record.type === 'watch' && process !== undefined) out.push({ id: `e${record.step}`, from: 'apiserver', to: process, kind: 'watch' });
  }
  return out;
}

// ---- nodes and traffic

function requests(pod: Pod, resource: 'cpu' | 'memory'): number {
  const value = resource === 'cpu' ? milliValue : wholeValue;
  const of = (containers: Pod['spec']['containers'] | undefined, sidecars: boolean): number => (containers ?? []).reduce((sum, container) => (sidecars && container.restartPolicy !== 'Always' ? sum : sum + value(container.resources?.requests?.[resource])), 0);
  return of(pod.spec.containers, false) + of(pod.spec.initContainers, true);
}

function nodeModel(world: World, node: Node, pods: readonly Pod[], decided: ReadonlyMap<string, string>, podModel: (pod: Pod) => PodModel): NodeModel {
  const { name } = node.metadata;
  const lease = head(world.store, 'Lease', `kube-node-lease/${name}`) as Lease | undefined;
  const renewed = parseTimestamp(lease?.spec.renewTime) ?? 0;
  const age = Math.max(0, world.now - renewed);
  const machine = world.slots.get(`machine/${name}`);
  const kubelet = world.slots.get(`kubelet/${name}`);
  const counted = pods.filter((pod) => pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed');
  const chosen = [...decided].filter(([, on]) => on === name).flatMap(([key]) => (head(world.store, 'Pod', key) as Pod | undefined) ?? []);
  const sum = (of: readonly Pod[], resource: 'cpu' | 'memory'): number => of.reduce((total, pod) => total + requests(pod, resource), 0);
  return {
    name,
    ready: conditionOf(node, 'Ready')?.status ?? 'Unknown',
    ...(node.spec.unschedulable === true ? { cordoned: true } : {}),
    ...(machine?.running === false || machine?.frozen === true ? { dead: true } : {}),
    ...(machine?.running !== false && machine?.cut === true ? { partitioned: true } : {}),
    ...(machine?.running !== false && kubelet?.running === false ? { kubeletDown: true } : {}),
    ...(chosen.length > 0 ? { chosen: true } : {}),
    heartbeat: { ageMicros: age, share: Math.max(0, 1 - age / NODE_GRACE) },
    cpuMillis: { requested: sum(counted, 'cpu'), reserved: sum(chosen, 'cpu'), allocatable: milliValue(node.status.allocatable?.['cpu']) },
    memoryBytes: { requested: sum(counted, 'memory'), reserved: sum(chosen, 'memory'), allocatable: wholeValue(node.status.allocatable?.['memory']) },
    pods: [...pods, ...chosen].map(podModel),
  };
}

function trafficOf(world: World, digested: Digested): TrafficModel | undefined {
  for (const config of world.traffic.values()) {
    const { total, failed, recent } = digested.traffic(world.steps, 20);
    const service = head(world.store, 'Service', config.service) as Service | undefined;
    const outside = 'outside' in config.from;
    const port = service?.spec.ports?.find((each) => each.port === config.port);
    return {
      from: outside ? 'outside' : 'inside',
      serviceKey: config.service,
      target: outside ? `node:${port?.nodePort ?? '?'}` : `${config.service.slice(config.service.indexOf('/') + 1)}:${config.port}`,
      perSecond: config.perSecond,
      total,
      failed,
      recent: recent.map(({ step, outcome, pod }) => ({ id: `t${step}`, outcome: outcome as RequestOutcome, ...(pod === undefined ? {} : { pod }) })),
    };
  }
  return undefined;
}
