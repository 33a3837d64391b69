import type { Change, StepId } from '../api/change.ts';
import type { Command } from '../api/cluster.ts';
import type { Reason } from '../api/reason.ts';
import { USERS, type Request, type Response } from '../api/request.ts';
import { MINUTE, HOUR, parseTimestamp, type Micros } from '../api/time.ts';
import type { Event } from '../api/object.ts';
import { handle } from '../apiserver/handle.ts';
import { changeAt, commit, compact, headList, tableOf } from '../apiserver/store.ts';
import { nextAt, pop, push } from '../kernel/agenda.ts';
import { digestNumber, digestText, hashDifference } from '../kernel/digest.ts';
import { draw, hashText } from '../kernel/draw.ts';
import { append } from '../kernel/journal.ts';
import type { Message, Note, Out, Process, Stimulus } from '../kernel/process.ts';
import { applyFault } from './faults.ts';
import { advance, LATENCY, listenersOf, messageLatency, planDelivery, replyLatency, requestLatency, takeArrived, viewOf } from './network.ts';
import { ensureProcess, machineOf } from './processes.ts';
import type { StepRecord } from '../kernel/trace.ts';
import type { Pending, Slot, World } from './world.ts';

/**
 * Everything that can happen, on one page: a command from outside, a start, a timer, a request at the API server, its answer, the news of a
 * watch, a message between processes. Each is one step with a number, and that number is the cause of all it leads to.
 */

type Extra = StepRecord extends infer R ? (R extends StepRecord ? Omit<R, 'step' | 'at' | 'process' | 'cause' | 'notes'> : never) : never;

function begin(world: World, process: string, seq: number, type: string): StepId {
  world.steps++;
  digestNumber(world.digest, world.now);
  digestNumber(world.digest, seq);
  digestText(world.digest, process);
  digestText(world.digest, type);
  return world.steps;
}

function record(world: World, process: string, cause: StepId, extra: Extra, notes?: readonly Note[]): void {
  append(world.trace, { step: world.steps, at: world.now, process, cause, ...extra, ...(notes === undefined || notes.length === 0 ? {} : { notes }) } as StepRecord);
}

// ---- effects

interface Sent {
  readonly kind: 'request' | 'timer' | 'cancel' | 'send';
  readonly cause: StepId;
  readonly [field: string]: unknown;
}

/** client-go's token bucket (golang.org/x/time/rate, Reserve): when the next request may leave. */
function departure(world: World, slot: Slot, process: Process<unknown>, tokens: number): Micros {
  const limit = process.limit;
  if (limit === undefined || tokens === 0) return world.now;
  const gained = ((world.now - slot.refilledAt) * limit.perSecond) / 1_000_000;
  slot.tokens = Math.min(limit.burst, slot.tokens + gained) - tokens;
  slot.refilledAt = world.now;
  return slot.tokens >= 0 ? world.now : world.now + Math.ceil((-slot.tokens * 1_000_000) / limit.perSecond);
}

function sendRequest(world: World, slot: Slot, departsAt: Micros, id: number, tag: string, request: Request, cause: StepId, because: Reason | undefined): void {
  const drawn = draw(world.chance, slot.name, 'request', request.path);
  const arrives = Math.max(slot.requestArrivesAt, departsAt + requestLatency(drawn, request.method !== 'GET') + slot.extraMicros);
  slot.requestArrivesAt = arrives;
  push(world.agenda, arrives, { type: 'request', from: slot.name, epoch: slot.epoch, cause, id, tag, request, sentAt: departsAt, ...(because === undefined ? {} : { because }) });
}

function applyEffects(world: World, slot: Slot, process: Process<unknown>, effects: readonly Sent[]): void {
  for (const effect of effects) {
    switch (effect.kind) {
      case 'request':
        sendRequest(world, slot, departure(world, slot, process, effect.tokens as number), effect.id as number, effect.tag as string, effect.request as Request, effect.cause, effect.because as Reason | undefined);
        break;
      case 'timer': {
        const name = effect.name as string;
        slot.timers.set(name, push(world.agenda, Math.max(effect.at as Micros, world.now), { type: 'timer', to: slot.name, epoch: slot.epoch, cause: effect.cause, name }));
        break;
      }
      case 'cancel':
        slot.timers.delete(effect.name as string);
        break;
      case 'send': {
        const to = effect.to as string;
        const local = machineOf(slot.name) !== undefined && machineOf(slot.name) === machineOf(to);
        const latency = messageLatency(draw(world.chance, slot.name, 'message', to), local) + (effect.delayMicros as Micros);
        push(world.agenda, world.now + latency, { type: 'message', to, from: slot.name, cause: effect.cause, message: effect.message as Message, sentAt: world.now, ...(effect.because === undefined ? {} : { because: effect.because as Reason }) });
        break;
      }
    }
  }
}

/** Lets a process take one step. */
function run(world: World, slot: Slot, stimulus: Stimulus, extra: Extra): void {
  const process = ensureProcess(world, slot.name);
  const effects: Sent[] = [];
  const notes: Note[] = [];
  let cause: StepId = world.steps;
  const out: Out = {
    request(request, tag, because, tokens = 1) {
      const id = slot.nextRequest++;
      effects.push({ kind: 'request', cause, id, tag, request: { ...request, user: process.process.user }, because, tokens });
      return id;
    },
    timer(name, at) {
      effects.push({ kind: 'timer', cause, name, at });
    },
    cancel(name) {
      effects.push({ kind: 'cancel', cause, name });
    },
    send(to, message, options) {
      effects.push({ kind: 'send', cause, to, message, because: options?.because, delayMicros: options?.delayMicros ?? 0 });
    },
    note(note) {
      notes.push(note);
    },
    draw: (purpose, key) => draw(world.chance, slot.name, purpose, key),
    causedBy(step) {
      cause = step === 0 ? world.steps : step;
    },
  };
  process.process.step(slot.state, stimulus, viewOf(world, slot, process.process.watches, process.hashes), out);
  record(world, slot.name, stimulus.cause, extra, notes);
  applyEffects(world, slot, process.process, effects);
}

// ---- the API server

const UNREACHABLE: Response = {
  code: 0,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'the API server could not be reached', reason: 'ServiceUnavailable', code: 0 },
};

/** Tells everybody who listens of what was just written, and mixes it into the digest. */
export function announce(world: World, change: Change): void {
  digestNumber(world.digest, change.revision);
  digestText(world.digest, change.by);
  digestText(world.digest, change.key);
  digestNumber(world.digest, hashDifference(change.before, change.after));
  for (const listener of listenersOf(world, change)) {
    const slot = world.slots.get(listener.slot)!;
    // One that has not come up yet will list what there is.
    if (!slot.running || slot.cut || slot.connections.length === 0) continue;
    const subscription = ensureProcess(world, slot.name).process.watches[listener.connection]!;
    if (subscription.wakes === undefined || subscription.wakes(change)) planDelivery(world, slot, subscription, slot.connections[listener.connection]!, listener.hash, listener.connection);
  }
}

function serve(world: World, due: Extract<Pending, { type: 'request' }>, seq: number): void {
  const client = world.slots.get(due.from)!;
  const server = world.slots.get('apiserver')!;
  if (client.cut) {
    begin(world, 'apiserver', seq, 'dropped');
    record(world, 'apiserver', due.cause, { type: 'dropped', from: due.from, sentAt: due.sentAt, what: `${due.request.method} ${due.request.path}` });
    push(world.agenda, due.sentAt + LATENCY.timeoutMicros, { type: 'reply', to: due.from, epoch: due.epoch, cause: due.cause, id: due.id, tag: due.tag, request: due.request, response: UNREACHABLE, sentAt: due.sentAt });
    return;
  }
  begin(world, 'apiserver', seq, 'request');
  const before = world.store.revision;
  const response = server.running
    ? handle({ store: world.store, now: world.now, step: world.steps, ...(due.because === undefined ? {} : { because: due.because }), draw: (purpose, key) => draw(world.chance, 'apiserver', purpose, key) }, due.request)
    : UNREACHABLE;
  record(world, 'apiserver', due.cause, { type: 'request', from: due.from, id: due.id, sentAt: due.sentAt, request: due.request, response, firstRevision: before + 1, lastRevision: world.store.revision, ...(due.because === undefined ? {} : { because: due.because }) });
  for (let revision = before + 1; revision <= world.store.revision; revision++) announce(world, changeAt(world.store, revision)!);
  const arrives = Math.max(client.replyArrivesAt, world.now + replyLatency(draw(world.chance, 'apiserver', 'reply', due.from)) + client.extraMicros);
  client.replyArrivesAt = arrives;
  push(world.agenda, arrives, { type: 'reply', to: due.from, epoch: due.epoch, cause: world.steps, id: due.id, tag: due.tag, request: due.request, response, sentAt: world.now });
}

const COMPACTION_MICROS = 5 * MINUTE;
const EVENT_TTL_MICROS = HOUR;

/**
 * etcd's housekeeping: compaction of what is older than five minutes (the API server's --etcd-compaction-interval) and the end of Events after
 * an hour (--event-ttl; upstream each Event has a lease of its own, here they go at the next five-minute round).
 */
function keepHouse(world: World): void {
  const { store, now } = world;
  let { compacted } = store;
  while (compacted < store.revision && changeAt(store, compacted + 1)!.at <= now - COMPACTION_MICROS) compacted++;
  compact(store, compacted);
  if (now >= EVENT_TTL_MICROS) {
    for (const event of headList(store, 'Event') as readonly Event[]) {
      const seen = parseTimestamp(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp) ?? now;
      if (seen > now - EVENT_TTL_MICROS) continue;
      announce(world, commit(store, { at: now, kind: 'Event', key: `${event.metadata.namespace}/${event.metadata.name}`, after: undefined, by: USERS.apiserver, verb: 'delete', cause: world.steps }));
    }
  }
  const slot = world.slots.get('apiserver')!;
  push(world.agenda, now + COMPACTION_MICROS, { type: 'timer', to: 'apiserver', epoch: slot.epoch, cause: world.steps, name: 'compaction' });
}

// ---- the loop

function start(world: World, slot: Slot, due: Extract<Pending, { type: 'start' }>, seq: number): void {
  const { process, durable } = ensureProcess(world, slot.name);
  begin(world, slot.name, seq, 'start');
  if (!durable || slot.state === undefined) slot.state = process.init();
  // It lists before it watches: its informers begin at what is stored now.
  slot.connections = process.watches.map((subscription) => {
    const position = tableOf(world.store, subscription.kind).log.length;
    return { kind: subscription.kind, position, arrivedAt: world.now, given: position, planned: position, plannedAt: world.now, relist: false };
  });
  run(world, slot, { type: 'Started', cause: due.cause }, { type: 'start' });
}

function deliver(world: World, slot: Slot, due: Extract<Pending, { type: 'watch' }>, seq: number): void {
  const { process, hashes } = ensureProcess(world, slot.name);
  const subscription = process.watches[due.connection]!;
  const connection = slot.connections[due.connection]!;
  advance(world, slot, subscription, connection, hashes[due.connection]!, world.now);
  const changes = takeArrived(world, subscription, connection);
  // An earlier delivery may have brought this one's news along.
  if (changes.length === 0) return;
  begin(world, slot.name, seq, 'watch');
  const { relist } = connection;
  connection.relist = false;
  run(world, slot, { type: 'Watched', kind: subscription.kind, changes, relist, cause: due.cause }, { type: 'watch', kind: subscription.kind, sentAt: due.sentAt, changes, relist });
}

/** Handles what is due next. False when nothing is. */
export function step(world: World): boolean {
  const next = pop(world.agenda);
  if (next === undefined) return false;
  world.now = next.at;
  const due = next.entry;
  if (due.type === 'request') {
    serve(world, due, next.seq);
    return true;
  }
  const slot = world.slots.get(due.to);
  if (slot === undefined) return true;
  if (due.type === 'message') {
    const sender = world.slots.get(due.from);
    const apart = machineOf(due.from) !== machineOf(due.to);
    if (!slot.running || (apart && (slot.cut || sender?.cut === true))) {
      begin(world, slot.name, next.seq, 'dropped');
      record(world, slot.name, due.cause, { type: 'dropped', from: due.from, sentAt: due.sentAt, what: due.message.type });
      return true;
    }
  } else if (due.epoch !== slot.epoch || (!slot.running && due.type !== 'start')) return true;
  if (slot.frozen) {
    // A timer that was set again since is no longer due.
    if (due.type !== 'timer' || slot.timers.get(due.name) === next.seq) slot.held.push(due);
    return true;
  }
  switch (due.type) {
    case 'start':
      start(world, slot, due, next.seq);
      break;
    case 'timer':
      if (slot.name === 'apiserver') {
        begin(world, slot.name, next.seq, 'timer');
        record(world, slot.name, due.cause, { type: 'timer', name: due.name });
        keepHouse(world);
        break;
      }
      // Set again or cancelled since.
      if (slot.timers.get(due.name) !== next.seq) break;
      slot.timers.delete(due.name);
      begin(world, slot.name, next.seq, 'timer');
      run(world, slot, { type: 'TimerFired', name: due.name, cause: due.cause }, { type: 'timer', name: due.name });
      break;
    case 'reply':
      if (slot.cut && due.response !== UNREACHABLE) {
        push(world.agenda, Math.max(world.now, due.sentAt + LATENCY.timeoutMicros), { ...due, response: UNREACHABLE });
        break;
      }
      begin(world, slot.name, next.seq, 'reply');
      if (slot.name === 'user') record(world, 'user', due.cause, { type: 'reply', id: due.id, sentAt: due.sentAt, request: due.request, response: due.response });
      else run(world, slot, { type: 'Replied', id: due.id, tag: due.tag, request: due.request, response: due.response, cause: due.cause }, { type: 'reply', id: due.id, sentAt: due.sentAt, request: due.request, response: due.response });
      break;
    case 'watch':
      if (!slot.cut) deliver(world, slot, due, next.seq);
      break;
    case 'message':
      begin(world, slot.name, next.seq, 'message');
      run(world, slot, { type: 'Received', from: due.from, message: due.message, cause: due.cause }, { type: 'message', from: due.from, sentAt: due.sentAt, message: due.message, ...(due.because === undefined ? {} : { because: due.because }) });
      break;
  }
  return true;
}

/** Handles everything that is due up to and including a moment, which then is now. */
export function runUntil(world: World, until: Micros): void {
  while (nextAt(world.agenda) <= until) step(world);
  if (until > world.now) world.now = until;
}

/** Something from outside happens now. Returns the id of the request, if it is one: its reply carries it. */
export function command(world: World, input: Command): { readonly step: StepId; readonly id: number } {
  begin(world, 'user', 0, 'command');
  record(world, 'user', 0, { type: 'command', command: input });
  const at = world.steps;
  const user = world.slots.get('user')!;
  switch (input.type) {
    case 'request': {
      const id = user.nextRequest++;
      digestText(world.digest, input.request.method);
      digestText(world.digest, input.request.path);
      digestNumber(world.digest, hashDifference(undefined, input.request.body ?? null));
      sendRequest(world, user, world.now, id, '', input.request, at, undefined);
      return { step: at, id };
    }
    case 'fault':
      digestNumber(world.digest, hashDifference(undefined, input.fault));
      applyFault(world, input.fault, at);
      break;
    case 'traffic':
      if ('on' in input) {
        digestNumber(world.digest, hashDifference(undefined, input.on));
        startTraffic(world, input.on, at);
      } else {
        digestText(world.digest, input.off);
        const slot = world.slots.get(`traffic/${input.off}`);
        if (slot !== undefined) {
          slot.running = false;
          slot.epoch++;
        }
        world.traffic.delete(input.off);
      }
  }
  return { step: at, id: -1 };
}

function startTraffic(world: World, config: Extract<Command, { on: unknown }>['on'], cause: StepId): void {
  const name = `traffic/${config.name}`;
  world.traffic.set(config.name, config);
  world.runtime.processes.delete(name);
  addSlot(world, name);
  const slot = world.slots.get(name)!;
  slot.state = undefined;
  slot.running = true;
  slot.epoch++;
  push(world.agenda, world.now, { type: 'start', to: name, epoch: slot.epoch, cause });
}

/** Makes room for a process. It starts when a `start` comes due. */
export function addSlot(world: World, name: string): Slot {
  const old = world.slots.get(name);
  if (old !== undefined) return old;
  const slot: Slot = {
    name,
    running: true,
    frozen: false,
    cut: false,
    extraMicros: 0,
    epoch: 0,
    state: undefined,
    connections: [],
    tokens: Infinity,
    refilledAt: 0,
    nextRequest: 1,
    requestArrivesAt: 0,
    replyArrivesAt: 0,
    timers: new Map(),
    held: [],
  };
  world.slots.set(name, slot);
  if (name !== 'user' && name !== 'apiserver') {
    const { process } = ensureProcess(world, name);
    slot.tokens = process.limit?.burst ?? 0;
    process.watches.forEach((subscription, connection) => {
      const listener = { slot: name, connection, hash: hashText(subscription.kind, hashText(name)) };
      const { everything, byNode, byKey } = world.runtime;
      const into = <K>(map: Map<K, (typeof listener)[]>, key: K): void => {
        const list = map.get(key);
        if (list === undefined) map.set(key, [listener]);
        else list.push(listener);
      };
      const inner = (map: Map<string, Map<string, (typeof listener)[]>>): Map<string, (typeof listener)[]> => {
        let found = map.get(subscription.kind);
        if (found === undefined) map.set(subscription.kind, (found = new Map()));
        return found;
      };
      if (subscription.nodeName !== undefined) into(inner(byNode), subscription.nodeName);
      else if (subscription.key !== undefined) into(inner(byKey), subscription.key);
      else into(everything, subscription.kind);
    });
  }
  return slot;
}
