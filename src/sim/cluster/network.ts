import type { Change, StepId } from '../api/change.ts';
import { keyOf, type ByKind, type Kind, type KubernetesObject } from '../api/object.ts';
import type { Micros } from '../api/time.ts';
import { getAt, listAt, tableOf, type Store, type Table } from '../apiserver/store.ts';
import { push } from '../kernel/agenda.ts';
import { between, drawNth } from '../kernel/draw.ts';
import { at as itemAt } from '../kernel/journal.ts';
import type { Companion, Index, Subscription, View } from '../kernel/process.ts';
import type { Connection, Listener, Slot, World } from './world.ts';

/**
 * How long things take on the wire, in microseconds, low and high. Chosen so that the recorded milliseconds come out
 * (three replicas are all Running about half a second after the POST); upstream has no such numbers, its machines have.
 */
export const LATENCY = {
  /** A request to the API server. */
  requestMicros: [300, 900],
  /** What etcd takes on top to make a write durable. */
  commitMicros: [1_500, 4_000],
  replyMicros: [200, 600],
  watchMicros: [600, 2_200],
  /** Between machines, and between processes of one machine. */
  wireMicros: [200, 700],
  localMicros: [60, 250],
  /** After a broken connection: the reflector's back-off (800 ms to twice that) before it lists again. */
  reconnectMicros: [800_000, 1_600_000],
  /** A client gives up on an answer. */
  timeoutMicros: 10_000_000,
} as const;

const range = (drawn: number, [low, high]: readonly [number, number]): number => between(drawn, low, high);

export function requestLatency(drawn: number, write: boolean): Micros {
  return range(drawn, LATENCY.requestMicros) + (write ? range(Math.imul(drawn, 0x9e3779b1) >>> 0, LATENCY.commitMicros) : 0);
}
/** When a controller that slept comes up: as the news on its watch would have come. */
export const wakeLatency = (drawn: number): Micros => range(drawn, LATENCY.watchMicros);
export const replyLatency = (drawn: number): Micros => range(drawn, LATENCY.replyMicros);
export const messageLatency = (drawn: number, local: boolean): Micros => range(drawn, local ? LATENCY.localMicros : LATENCY.wireMicros);
export const reconnectLatency = (drawn: number): Micros => range(drawn, LATENCY.reconnectMicros);

const nodeNameOf = (object: KubernetesObject | undefined): string | undefined => (object as { spec?: { nodeName?: string } } | undefined)?.spec?.nodeName;

const holds = (subscription: Subscription, object: KubernetesObject | undefined, key: string): boolean =>
  object !== undefined && (subscription.nodeName === undefined || nodeNameOf(object) === subscription.nodeName) && (subscription.key === undefined || subscription.key === key);

/** Whether a change comes over this watch at all. */
export const matches = (subscription: Subscription, change: Change): boolean =>
  (subscription.nodeName === undefined && subscription.key === undefined) || holds(subscription, change.before, change.key) || holds(subscription, change.after, change.key);

/** When a change arrives, given when the one before it on this connection did. A pure function: nothing needs to be kept of it. */
function arrival(world: World, slot: Slot, hash: number, change: Change, previous: Micros): Micros {
  const latency = range(drawNth(world.chance.seed, hash ^ change.id, change.nth), LATENCY.watchMicros) + slot.extraMicros;
  const at = change.at + latency;
  return at > previous ? at : previous;
}

/** Moves an informer on to what has arrived by now. */
export function advance(world: World, slot: Slot, subscription: Subscription, connection: Connection, hash: number, now: Micros): void {
  const { log } = tableOf(world.store, connection.kind);
  while (connection.position < log.length) {
    const change = itemAt(log, connection.position)!;
    if (matches(subscription, change)) {
      const at = arrival(world, slot, hash, change, connection.arrivedAt);
      if (at > now) return;
      connection.arrivedAt = at;
    }
    connection.position++;
  }
}

/** Puts the arrival of the newest change on the agenda, because it wakes its receiver. */
export function planDelivery(world: World, slot: Slot, subscription: Subscription, connection: Connection, hash: number, index: number): void {
  const { log } = tableOf(world.store, connection.kind);
  if (connection.planned < connection.position) {
    connection.planned = connection.position;
    connection.plannedAt = Math.max(connection.plannedAt, connection.arrivedAt);
  }
  while (connection.planned < log.length) {
    const change = itemAt(log, connection.planned)!;
    if (matches(subscription, change)) connection.plannedAt = arrival(world, slot, hash, change, connection.plannedAt);
    connection.planned++;
  }
  const last = itemAt(log, log.length - 1)!;
  push(world.agenda, connection.plannedAt, { type: 'watch', to: slot.name, epoch: slot.epoch, cause: last.cause, connection: index, sentAt: last.at });
}

// An invisible cache: whether a table has such an object, as of a length of its log.
const companions = new WeakMap<Table, Map<Companion['such'], { length: number; there: boolean }>>();

/** Whether what must be there is there now, at the API server. */
export function hasCompanion(store: Store, { kind, such }: Companion): boolean {
  const table = tableOf(store, kind);
  let known = companions.get(table);
  if (known === undefined) companions.set(table, (known = new Map()));
  const { length } = table.log;
  let answer = known.get(such);
  if (answer?.length === length) return answer.there;
  answer = { length, there: false };
  for (const { after } of table.live.values()) {
    if (!such(after!)) continue;
    answer.there = true;
    break;
  }
  known.set(such, answer);
  return answer.there;
}

/** What an informer's changes needed has just come to be: those that are still on their way to it are events from now on. */
export function planWhatIsUnderWay(world: World, slot: Slot, subscription: Subscription, connection: Connection, hash: number, index: number): void {
  advance(world, slot, subscription, connection, hash, world.now);
  if (connection.position < tableOf(world.store, connection.kind).log.length) planDelivery(world, slot, subscription, connection, hash, index);
}

const NOTHING: readonly Change[] = [];
/** Hands over what has arrived since the last stimulus of this informer. */
export function takeArrived(world: World, subscription: Subscription, connection: Connection): readonly Change[] {
  const { log } = tableOf(world.store, connection.kind);
  // Mostly it is one, and an array of one takes less room when it is made so.
  let out: Change[] | undefined;
  for (let i = connection.given; i < connection.position; i++) {
    const change = itemAt(log, i)!;
    if (!matches(subscription, change)) continue;
    if (out === undefined) out = [change];
    else out.push(change);
  }
  connection.given = connection.position;
  return out ?? NOTHING;
}

/** Who has to be told of a change, in a stable order. */
export function listenersOf(world: World, change: Change): readonly Listener[] {
  const { everything, byNode, byKey } = world.runtime;
  const all = everything.get(change.kind) ?? [];
  const nodes = byNode.get(change.kind);
  const keys = byKey.get(change.kind);
  if (nodes === undefined && keys === undefined) return all;
  const out = all.slice();
  if (nodes !== undefined) {
    const before = nodeNameOf(change.before);
    const after = nodeNameOf(change.after);
    if (before !== undefined) out.push(...(nodes.get(before) ?? []));
    if (after !== undefined && after !== before) out.push(...(nodes.get(after) ?? []));
  }
  if (keys !== undefined) out.push(...(keys.get(change.key) ?? []));
  return out;
}

/** The view of one process in one step. Arrivals are worked out when a kind is read. */
export class Window implements View {
  readonly now: Micros;
  readonly step: StepId;
  private readonly world: World;
  private readonly slot: Slot;
  private readonly subscriptions: readonly Subscription[];
  private readonly hashes: readonly number[];

  constructor(world: World, slot: Slot, subscriptions: readonly Subscription[], hashes: readonly number[]) {
    this.now = world.now;
    this.step = world.steps;
    this.world = world;
    this.slot = slot;
    this.subscriptions = subscriptions;
    this.hashes = hashes;
  }

  private informer(kind: string): number {
    const { subscriptions } = this;
    for (let i = 0; i < subscriptions.length; i++) if (subscriptions[i]!.kind === kind) return i;
    throw new Error(`${this.slot.name} has no informer for ${kind}`);
  }
  /** How many changes of the kind have arrived. */
  private position(table: Table, index: number): number {
    const connection = this.slot.connections[index]!;
    if (!this.slot.cut && connection.position < table.log.length) advance(this.world, this.slot, this.subscriptions[index]!, connection, this.hashes[index]!, this.world.now);
    return connection.position;
  }

  get<K extends Kind>(kind: K, key: string): ByKind[K] | undefined {
    const index = this.informer(kind);
    const table = tableOf(this.world.store, kind);
    const object = getAt(table, key, this.position(table, index));
    return (holds(this.subscriptions[index]!, object, key) ? object : undefined) as ByKind[K] | undefined;
  }
  list<K extends Kind>(kind: K, by?: Index): readonly ByKind[K][] {
    const index = this.informer(kind);
    const table = tableOf(this.world.store, kind);
    const position = this.position(table, index);
    const subscription = this.subscriptions[index]!;
    if (subscription.nodeName !== undefined && by === undefined) return listAt(table, position, { index: 'node', value: subscription.nodeName }) as readonly unknown[] as readonly ByKind[K][];
    const all = listAt(table, position, by);
    return (subscription.nodeName === undefined && subscription.key === undefined ? all : all.filter((object) => holds(subscription, object, keyOf(object)))) as readonly unknown[] as readonly ByKind[K][];
  }
  revision(kind: Kind): number {
    const index = this.informer(kind);
    const table = tableOf(this.world.store, kind);
    return itemAt(table.log, this.position(table, index) - 1)?.revision ?? 0;
  }
}
