import type { Change } from '../api/change.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { Micros } from '../api/time.ts';
import { getAt, listAt, tableOf, type Table } from '../apiserver/store.ts';
import { push } from '../kernel/agenda.ts';
import { between, drawNth } from '../kernel/draw.ts';
import { at as itemAt } from '../kernel/journal.ts';
import type { Subscription, View } from '../kernel/process.ts';
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

/** Hands over what has arrived since the last stimulus of this informer. */
export function takeArrived(world: World, subscription: Subscription, connection: Connection): readonly Change[] {
  const { log } = tableOf(world.store, connection.kind);
  const out: Change[] = [];
  for (let i = connection.given; i < connection.position; i++) {
    const change = itemAt(log, i)!;
    if (matches(subscription, change)) out.push(change);
  }
  connection.given = connection.position;
  return out;
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

/** The view of one process in one step. Arrivals are worked out when a kind is first read. */
export function viewOf(world: World, slot: Slot, subscriptions: readonly Subscription[], hashes: readonly number[]): View {
  const find = (kind: string): number => subscriptions.findIndex((subscription) => subscription.kind === kind);
  const reach = (kind: string): readonly [Table, number, Subscription] => {
    const index = find(kind);
    if (index < 0) throw new Error(`${slot.name} has no informer for ${kind}`);
    const subscription = subscriptions[index]!;
    const connection = slot.connections[index]!;
    if (!slot.cut) advance(world, slot, subscription, connection, hashes[index]!, world.now);
    return [tableOf(world.store, kind), connection.position, subscription];
  };
  const view: View = {
    now: world.now,
    step: world.steps,
    get(kind, key) {
      const [table, position, subscription] = reach(kind);
      const object = getAt(table, key, position);
      return (holds(subscription, object, key) ? object : undefined) as never;
    },
    list(kind, by) {
      const [table, position, subscription] = reach(kind);
      if (subscription.nodeName !== undefined && by === undefined) return listAt(table, position, { index: 'node', value: subscription.nodeName }) as never;
      const all = listAt(table, position, by);
      return (subscription.nodeName === undefined && subscription.key === undefined ? all : all.filter((object) => holds(subscription, object, object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`))) as never;
    },
    revision(kind) {
      const [table, position] = reach(kind);
      return itemAt(table.log, position - 1)?.revision ?? 0;
    },
  };
  return view;
}
