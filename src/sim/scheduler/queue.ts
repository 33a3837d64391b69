import { keyOf, type Pod } from '../api/object.ts';
import { MINUTE, SECOND, type Micros } from '../api/time.ts';
import { covers } from './clusterEvents.ts';
import type { ClusterEvent, Registration } from './events.ts';
import { podInfoOf } from './podinfo.ts';
import { compile, type Profile } from './profile.ts';
import type { Plugin, QueueOrder } from './plugin.ts';

/**
 * The scheduling queue: Pods that are to be tried now (active), those that have failed and wait out a delay (backoff), and those
 * for which nothing has happened yet that could help (unschedulable), which is also where gated Pods are. Plain data, and functions
 * that change it in place. After backend/queue: with queueing hints and with popping from the backoff queue, both on by default.
 */
export interface SchedulingQueue {
  /** A binary heap in the order of QueueSort. */
  readonly active: QueuedPod[];
  readonly backoff: Map<string, QueuedPod>;
  readonly unschedulable: Map<string, QueuedPod>;
  /** Pods taken out and not yet done with: what happens meanwhile counts for them too. */
  readonly inFlight: Map<string, InFlight>;
  /** What has happened since the oldest of those was taken out. */
  readonly events: ClusterEvent[];
  /** How many events were forgotten before those. */
  eventsBefore: number;
  /** Of the next Pod added: the last tie-break, so that the order is total. */
  next: number;
}

export interface QueuedPod extends QueueOrder {
  readonly key: string;
  pod: Pod;
  readonly priority: number;
  /** When it last came from a failure, or first came: the order among equals. */
  timestamp: Micros;
  readonly order: number;
  /** How often it was popped. */
  attempts: number;
  readonly addedAt: Micros;
  /** How often no node was found, and how often in a row something else went wrong. */
  unschedulableCount: number;
  errorCount: number;
  /** The end of its delay, a whole second; 0: none. */
  backoffUntil: Micros;
  /** The plugins that rejected it last, or that keep it gated. */
  plugins: readonly string[];
  /** The plugin that does not let it into the queue, and its words. */
  gatedBy: string | undefined;
  gateMessage: string | undefined;
}

export interface InFlight {
  readonly queued: QueuedPod;
  /** Number of the first event that it has not seen. */
  readonly from: number;
}

export type Place = 'active' | 'backoff' | 'unschedulable' | 'inFlight';

export const INITIAL_BACKOFF = SECOND;
export const MAX_BACKOFF = 10 * SECOND;
/** A Pod is tried again after so long even if nothing has happened; looked for every 30 s. */
export const MAX_UNSCHEDULABLE = 5 * MINUTE;
export const UNSCHEDULABLE_FLUSH_PERIOD = 30 * SECOND;

export const newQueue = (): SchedulingQueue => ({ active: [], backoff: new Map(), unschedulable: new Map(), inFlight: new Map(), events: [], eventsBefore: 0, next: 0 });

/** Where a Pod is; undefined: nowhere. */
export function placeOf(queue: SchedulingQueue, key: string): Place | undefined {
  if (queue.unschedulable.has(key)) return 'unschedulable';
  if (queue.backoff.has(key)) return 'backoff';
  if (queue.inFlight.has(key)) return 'inFlight';
  return queue.active.some((each) => each.key === key) ? 'active' : undefined;
}

export function find(queue: SchedulingQueue, key: string): QueuedPod | undefined {
  return queue.unschedulable.get(key) ?? queue.backoff.get(key) ?? queue.inFlight.get(key)?.queued ?? queue.active.find((each) => each.key === key);
}

// ---- the heap

function before(a: QueuedPod, b: QueuedPod, profile: Profile): boolean {
  const { queueSort } = compile(profile);
  return queueSort.less!(a, b) || (!queueSort.less!(b, a) && a.order < b.order);
}

function push(heap: QueuedPod[], item: QueuedPod, profile: Profile): void {
  heap.push(item);
  siftUp(heap, heap.length - 1, profile);
}
function siftUp(heap: QueuedPod[], from: number, profile: Profile): void {
  let at = from;
  const item = heap[at]!;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(item, heap[parent]!, profile)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = item;
}
function siftDown(heap: QueuedPod[], from: number, profile: Profile): void {
  let at = from;
  const item = heap[at]!;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!, profile)) child++;
    if (!before(heap[child]!, item, profile)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = item;
}
function takeAt(heap: QueuedPod[], at: number, profile: Profile): QueuedPod {
  const item = heap[at]!;
  const last = heap.pop()!;
  if (at < heap.length) {
    heap[at] = last;
    siftDown(heap, at, profile);
    siftUp(heap, at, profile);
  }
  return item;
}

// ---- backoff

/** Delays end at whole seconds, and a Pod whose delay ends in this second is still waiting: they leave together, in order. */
const alignToSecond = (at: Micros): Micros => Math.floor(at / SECOND) * SECOND;

function backoffMicros(count: number): Micros {
  let delay: Micros = INITIAL_BACKOFF;
  for (let i = 1; i < count && delay < MAX_BACKOFF; i++) delay *= 2;
  return Math.min(delay, MAX_BACKOFF);
}

/** Works out the end of the delay once per failure. */
function backoffUntil(pod: QueuedPod): Micros {
  const count = pod.errorCount > 0 ? pod.errorCount : pod.unschedulableCount;
  if (count === 0) return -Infinity;
  if (pod.backoffUntil === 0) pod.backoffUntil = alignToSecond(pod.timestamp + backoffMicros(count));
  return pod.backoffUntil;
}
const isBackingOff = (pod: QueuedPod, now: Micros): boolean => backoffUntil(pod) >= alignToSecond(now);

/** After an error, not a rejection, the delay is waited out even if there is nothing else to do. */
const isError = (pod: QueuedPod): boolean => pod.plugins.length === 0;

// ---- moving

/** PreEnqueue: sets or lifts the gate. */
function isGated(pod: QueuedPod, profile: Profile): boolean {
  const info = podInfoOf(pod.pod);
  for (const plugin of compile(profile).preEnqueue) {
    const rejection = plugin.preEnqueue?.(info);
    if (rejection === undefined) continue;
    pod.gatedBy = plugin.name;
    pod.gateMessage = rejection.reasons.join(', ');
    if (!pod.plugins.includes(plugin.name)) pod.plugins = [...pod.plugins, plugin.name];
    return true;
  }
  pod.gatedBy = undefined;
  pod.gateMessage = undefined;
  return false;
}

function toActive(queue: SchedulingQueue, pod: QueuedPod, profile: Profile, mayBeGated: boolean): Place {
  if (mayBeGated && isGated(pod, profile)) {
    queue.unschedulable.set(pod.key, pod);
    return 'unschedulable';
  }
  queue.unschedulable.delete(pod.key);
  queue.backoff.delete(pod.key);
  push(queue.active, pod, profile);
  return 'active';
}

function requeue(queue: SchedulingQueue, pod: QueuedPod, now: Micros, profile: Profile): Place {
  if (!isBackingOff(pod, now)) return toActive(queue, pod, profile, true);
  if (isGated(pod, profile)) {
    queue.unschedulable.set(pod.key, pod);
    return 'unschedulable';
  }
  queue.unschedulable.delete(pod.key);
  queue.backoff.set(pod.key, pod);
  return 'backoff';
}

/** A new Pod that is to be scheduled. */
export function add(queue: SchedulingQueue, pod: Pod, now: Micros, profile: Profile): Place {
  const queued: QueuedPod = {
    key: keyOf(pod), pod, priority: pod.spec.priority ?? 0, timestamp: now, order: queue.next++, attempts: 0, addedAt: now,
    unschedulableCount: 0, errorCount: 0, backoffUntil: 0, plugins: [], gatedBy: undefined, gateMessage: undefined,
  };
  return toActive(queue, queued, profile, true);
}

/** It was deleted, or bound by somebody. */
export function remove(queue: SchedulingQueue, key: string, profile: Profile): void {
  if (queue.unschedulable.delete(key) || queue.backoff.delete(key)) return;
  const at = queue.active.findIndex((each) => each.key === key);
  if (at >= 0) takeAt(queue.active, at, profile);
}

/** The next Pod to try. If none is active, one that waits out a rejection's delay is tried at once. */
export function pop(queue: SchedulingQueue, profile: Profile): QueuedPod | undefined {
  let queued: QueuedPod | undefined;
  if (queue.active.length > 0) queued = takeAt(queue.active, 0, profile);
  else {
    for (const each of queue.backoff.values()) {
      if (isError(each)) continue;
      if (queued === undefined || backoffUntil(each) < backoffUntil(queued) || (backoffUntil(each) === backoffUntil(queued) && before(each, queued, profile))) queued = each;
    }
    if (queued === undefined) return undefined;
    queue.backoff.delete(queued.key);
  }
  queued.attempts++;
  // Their marks are of the last attempt.
  queued.plugins = [];
  queue.inFlight.set(queued.key, { queued, from: queue.eventsBefore + queue.events.length });
  return queued;
}

export const hasWork = (queue: SchedulingQueue): boolean => {
  if (queue.active.length > 0) return true;
  for (const each of queue.backoff.values()) if (!isError(each)) return true;
  return false;
};

/** The attempt is over and the Pod needs no queue any more (it is being bound). */
export function done(queue: SchedulingQueue, key: string): void {
  queue.inFlight.delete(key);
  if (queue.inFlight.size === 0) {
    queue.eventsBefore += queue.events.length;
    queue.events.length = 0;
    return;
  }
  let oldest = Infinity;
  for (const { from } of queue.inFlight.values()) if (from < oldest) oldest = from;
  const seen = oldest - queue.eventsBefore;
  if (seen > 0) {
    queue.events.splice(0, seen);
    queue.eventsBefore = oldest;
  }
}

/**
 * The attempt failed: because these plugins rejected the Pod, or, if there are none, because something went wrong. An event that
 * came during the attempt and could help brings it back at once. `pod`: its newest state.
 */
export function addUnschedulable(queue: SchedulingQueue, queued: QueuedPod, pod: Pod, plugins: readonly string[], now: Micros, profile: Profile): Place {
  const inFlight = queue.inFlight.get(queued.key);
  const missed = inFlight === undefined ? [] : queue.events.slice(inFlight.from - queue.eventsBefore);
  queued.pod = pod;
  queued.plugins = plugins;
  if (plugins.length === 0) queued.errorCount++;
  else {
    queued.unschedulableCount++;
    queued.errorCount = 0;
  }
  queued.timestamp = now;
  queued.backoffUntil = 0;
  const helped = plugins.length === 0 || missed.some((event) => canHelp(queued, event, profile));
  done(queue, queued.key);
  if (helped) return requeue(queue, queued, now, profile);
  queue.unschedulable.set(queued.key, queued);
  return 'unschedulable';
}

/**
 * What a plugin waits for. Whoever waits for new nodes and not for changed taints is made to wait for those too, with no hint:
 * upstream's remedy for new nodes that were looked at too early (scheduler.go, buildQueueingHintMap). It is not in the plugin's own list.
 */
export function registrationsOf(plugin: Plugin): readonly Registration[] {
  const own = plugin.events ?? [];
  const ofNodes = own.filter((each) => each.kind === 'Node');
  const needsTaints = ofNodes.some((each) => each.actions.includes('Add')) && !ofNodes.some((each) => covers(each.actions, 'UpdateNodeTaint'));
  return needsTaints ? [...own, ANY_TAINT] : own;
}
const ANY_TAINT: Registration = { kind: 'Node', actions: ['UpdateNodeTaint'] };

/** Whether an event can make a Pod fit: a plugin that rejected it waits for such an event, and its hint does not say no. */
export function canHelp(queued: QueuedPod, event: ClusterEvent, profile: Profile): boolean {
  if (queued.plugins.length === 0) return true;
  for (const plugin of compile(profile).all) {
    if (!queued.plugins.includes(plugin.name)) continue;
    for (const { kind, actions, hint } of registrationsOf(plugin)) {
      if (kind === event.kind && covers(actions, event.action) && (hint === undefined || hint(queued.pod, event.before, event.after))) return true;
    }
  }
  return false;
}

const concerns = (name: string, event: ClusterEvent, profile: Profile): boolean =>
  compile(profile).all.some((plugin) => plugin.name === name && registrationsOf(plugin).some(({ kind, actions }) => kind === event.kind && covers(actions, event.action)));

/** Something happened in the cluster: the Pods it can help leave the unschedulable ones. Their keys, with where they went. */
export function moveOnEvent(
  queue: SchedulingQueue,
  event: ClusterEvent,
  now: Micros,
  profile: Profile,
  only?: (pod: Pod) => boolean,
): readonly { readonly key: string; readonly to: Place }[] {
  const moved: { readonly key: string; readonly to: Place }[] = [];
  if (queue.inFlight.size > 0) queue.events.push(event);
  if (queue.unschedulable.size === 0) return moved;
  for (const queued of [...queue.unschedulable.values()]) {
    if (only !== undefined && !only(queued.pod)) continue;
    if (queued.gatedBy !== undefined && !concerns(queued.gatedBy, event, profile)) continue;
    if (!canHelp(queued, event, profile)) continue;
    const to = requeue(queue, queued, now, profile);
    if (to !== 'unschedulable') moved.push({ key: queued.key, to });
  }
  return moved;
}

/** A waiting Pod itself has changed: `events` are those of the change. Says where it is now. */
export function update(queue: SchedulingQueue, pod: Pod, events: readonly ClusterEvent[], now: Micros, profile: Profile): Place | undefined {
  const key = keyOf(pod);
  if (queue.inFlight.has(key)) {
    queue.events.push(...events);
    return 'inFlight';
  }
  const queued = find(queue, key);
  if (queued === undefined) return add(queue, pod, now, profile);
  queued.pod = pod;
  if (!queue.unschedulable.has(key)) return placeOf(queue, key);
  for (const event of events) {
    if (!canHelp(queued, event, profile)) continue;
    const to = requeue(queue, queued, now, profile);
    if (to !== 'unschedulable') return to;
  }
  return 'unschedulable';
}

/** Puts a Pod into the active queue whatever it waits for. */
export function activate(queue: SchedulingQueue, key: string, profile: Profile): Place | undefined {
  const waiting = queue.unschedulable.get(key);
  if (waiting !== undefined) return toActive(queue, waiting, profile, true);
  const backingOff = queue.backoff.get(key);
  return backingOff === undefined ? undefined : toActive(queue, backingOff, profile, false);
}

// ---- time

/** When the next Pod's delay is over, so that it leaves for the active queue; undefined: none waits. */
export function nextBackoffFlush(queue: SchedulingQueue): Micros | undefined {
  let earliest = Infinity;
  for (const each of queue.backoff.values()) earliest = Math.min(earliest, backoffUntil(each));
  return earliest === Infinity ? undefined : earliest + SECOND;
}

/** Those whose delay is over become active. Upstream looks every whole second. */
export function flushBackoff(queue: SchedulingQueue, now: Micros, profile: Profile): readonly string[] {
  const over = [...queue.backoff.values()].filter((each) => !isBackingOff(each, now));
  for (const each of over) toActive(queue, each, profile, false);
  return over.map((each) => each.key);
}

/** When a Pod has been unschedulable for so long that it is tried anyway; undefined: none is. */
export function nextUnschedulableFlush(queue: SchedulingQueue): Micros | undefined {
  let earliest = Infinity;
  for (const each of queue.unschedulable.values()) if (each.gatedBy === undefined) earliest = Math.min(earliest, each.timestamp);
  return earliest === Infinity ? undefined : earliest + MAX_UNSCHEDULABLE;
}

export function flushUnschedulable(queue: SchedulingQueue, now: Micros, profile: Profile): readonly string[] {
  const late = [...queue.unschedulable.values()].filter((each) => each.gatedBy === undefined && now - each.timestamp > MAX_UNSCHEDULABLE);
  for (const each of late) requeue(queue, each, now, profile);
  return late.map((each) => each.key);
}
