import type { Change, StepId } from '../api/change.ts';
import type { Command } from '../api/cluster.ts';
import { USERS, type Response } from '../api/request.ts';
import { MINUTE, HOUR, parseTimestamp, type Micros } from '../api/time.ts';
import type { Event } from '../api/object.ts';
import { handle } from '../apiserver/handle.ts';
import { changeAt, commit, compact, headList, tableOf } from '../apiserver/store.ts';
import { nextAt, pop, push } from '../kernel/agenda.ts';
import { digestName, digestNumber, digestText, hashDifference } from '../kernel/digest.ts';
import { draw, hashText } from '../kernel/draw.ts';
import { append } from '../kernel/journal.ts';
import type { Message, Note, Stimulus } from '../kernel/process.ts';
import { aggregateOf } from './aggregation.ts';
import { Effects, sendRequest } from './effects.ts';
import { applyFault } from './faults.ts';
import { advance, hasCompanion, LATENCY, listenersOf, messageLatency, planDelivery, planWhatIsUnderWay, replyLatency, takeArrived, wakeLatency, Window } from './network.ts';
import { kubeletsOf } from './kubelets.ts';
import { ensureProcess, machineOf } from './processes.ts';
import { rankOf, wokenBy } from './sleepers.ts';
import type { Listener, Pending, Slot, World } from './world.ts';

/**
 * Everything that can happen, on one page: a command from outside, a start, a timer, a request at the API server, its answer, the news of a
 * watch, a message between processes. Each is one step with a number, and that number is the cause of all it leads to.
 */

function begin(world: World, process: string, seq: number, type: string): StepId {
  world.steps++;
  digestNumber(world.digest, world.now);
  digestNumber(world.digest, seq);
  digestName(world.digest, process);
  digestName(world.digest, type);
  return world.steps;
}

/** Lets a process take one step. Returns what it had to say to observers. */
function run(world: World, slot: Slot, stimulus: Stimulus): readonly Note[] | undefined {
  const { process, hashes } = ensureProcess(world, slot.name);
  const out = new Effects(world, slot, process);
  slot.ranAt = world.steps;
  process.step(slot.state, stimulus, new Window(world, slot, process.watches, hashes), out);
  return out.notes;
}

// An hour has some hundred thousand records: each is made in one piece, so that it takes no more room than its fields.

function recordDropped(world: World, process: string, cause: StepId, from: string, sentAt: Micros, what: string): void {
  append(world.trace, { step: world.steps, at: world.now, process, cause, type: 'dropped', from, sentAt, what });
}
function recordTimer(world: World, process: string, cause: StepId, name: string, notes: readonly Note[] | undefined): void {
  append(world.trace, notes === undefined ? { step: world.steps, at: world.now, process, cause, type: 'timer', name } : { step: world.steps, at: world.now, process, cause, type: 'timer', name, notes });
}

// ---- the API server

const UNREACHABLE: Response = {
  code: 0,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'the API server could not be reached', reason: 'ServiceUnavailable', code: 0 },
};

/** Tells everybody who listens of what was just written, and mixes it into the digest. */
export function announce(world: World, change: Change): void {
  digestNumber(world.digest, change.revision);
  digestName(world.digest, change.by);
  digestText(world.digest, change.key);
  digestNumber(world.digest, hashDifference(change.before, change.after));
  for (const listener of listenersOf(world, change)) {
    const slot = world.slots.get(listener.slot);
    // One that has not come up yet will list what there is; one that another branch woke is not there at all.
    if (slot === undefined || !slot.running || slot.cut || slot.connections.length === 0) continue;
    const subscription = ensureProcess(world, slot.name).process.watches[listener.connection]!;
    const { wakes, onlyWith } = subscription;
    if (onlyWith !== undefined && !hasCompanion(world.store, onlyWith) && onlyWith.unless?.(change) !== true) continue;
    if (wakes === undefined || wakes(change)) planDelivery(world, slot, subscription, slot.connections[listener.connection]!, listener.hash, listener.connection);
  }
  const companions = world.runtime.companions.get(change.kind);
  if (companions !== undefined) for (const listener of companions) startListening(world, listener, change);
  for (const { name, wakesFor } of wokenBy(change.kind)) if (!world.slots.has(name) && (wakesFor === undefined || (change.after !== undefined && wakesFor(change.after))) && world.config.without?.includes('controllers') !== true) wake(world, name, change);
}

/** A change may be what an informer of another kind waited for (`onlyWith`). */
function startListening(world: World, listener: Listener, { before, after }: Change): void {
  const slot = world.slots.get(listener.slot);
  if (slot === undefined || !slot.running || slot.cut || slot.connections.length === 0) return;
  const subscription = ensureProcess(world, slot.name).process.watches[listener.connection]!;
  const { such } = subscription.onlyWith!;
  if (after === undefined || !such(after) || (before !== undefined && such(before))) return;
  planWhatIsUnderWay(world, slot, subscription, slot.connections[listener.connection]!, listener.hash, listener.connection);
}

/** A controller that slept starts when the news would have reached it, and lists what there is. */
function wake(world: World, name: string, change: Change): void {
  const slot = addSlot(world, name);
  push(world.agenda, world.now + wakeLatency(draw(world.chance, name, 'wake', change.kind)), { type: 'start', to: name, epoch: slot.epoch, cause: world.steps });
}

function serve(world: World, due: Extract<Pending, { type: 'request' }>, seq: number): void {
  const client = world.slots.get(due.from)!;
  const server = world.slots.get('apiserver')!;
  if (client.cut) {
    begin(world, 'apiserver', seq, 'dropped');
    recordDropped(world, 'apiserver', due.cause, due.from, due.sentAt, `${due.request.method} ${due.request.path}`);
    push(world.agenda, due.sentAt + LATENCY.timeoutMicros, { type: 'reply', to: due.from, epoch: due.epoch, cause: due.cause, id: due.id, tag: due.tag, request: due.request, response: UNREACHABLE, sentAt: due.sentAt });
    return;
  }
  begin(world, 'apiserver', seq, 'request');
  const before = world.store.revision;
  const response = server.running
    ? handle({ store: world.store, now: world.now, step: world.steps, because: due.because, aggregate: aggregateOf(world), kubelets: kubeletsOf(world), draw: (purpose, key) => draw(world.chance, 'apiserver', purpose, key) }, due.request)
    : UNREACHABLE;
  if (response.againMicros !== undefined) {
    recordTimer(world, 'apiserver', due.cause, 'try again', undefined);
    push(world.agenda, world.now + response.againMicros, due);
    return;
  }
  if (response.forward !== undefined) {
    const { to, message } = response.forward;
    recordTimer(world, 'apiserver', due.cause, message.type, undefined);
    push(world.agenda, world.now + messageLatency(draw(world.chance, 'apiserver', 'message', to), false), { type: 'message', to, from: 'apiserver', cause: world.steps, message: { ...message, reply: Object.freeze({ ...due }) }, sentAt: world.now });
    return;
  }
  answerWith(world, due, response, before);
}

function answerWith(world: World, due: Extract<Pending, { type: 'request' }>, response: Response, before: number): void {
  const client = world.slots.get(due.from)!;
  const { cause, from, id, sentAt, request, because } = due;
  const [firstRevision, lastRevision] = [before + 1, world.store.revision];
  append(
    world.trace,
    because === undefined
      ? { step: world.steps, at: world.now, process: 'apiserver', cause, type: 'request', from, id, sentAt, request, response, firstRevision, lastRevision }
      : { step: world.steps, at: world.now, process: 'apiserver', cause, because, type: 'request', from, id, sentAt, request, response, firstRevision, lastRevision },
  );
  for (let revision = before + 1; revision <= world.store.revision; revision++) announce(world, changeAt(world.store, revision)!);
  const arrives = Math.max(client.replyArrivesAt, world.now + replyLatency(draw(world.chance, 'apiserver', 'reply', due.from)) + client.extraMicros);
  client.replyArrivesAt = arrives;
  push(world.agenda, arrives, { type: 'reply', to: due.from, epoch: due.epoch, cause: world.steps, id: due.id, tag: due.tag, request: due.request, response, sentAt: world.now });
}

/** What a kubelet said about an exec: the answer to the request that it came with. */
function execDone(world: World, { message }: Extract<Pending, { type: 'message' }>): void {
  const { reply: due, error, code, stdout, stderr } = message as Message & { readonly reply: Extract<Pending, { type: 'request' }>; readonly error?: string; readonly code?: number; readonly stdout?: string; readonly stderr?: string };
  const response: Response =
    error === undefined
      ? { code: 200, body: { kind: 'ExecResult', apiVersion: 'v1', stdout: stdout ?? '', stderr: stderr ?? '', exitCode: code ?? 0 } }
      : { code: 500, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: error, reason: 'InternalError', code: 500 } };
  if (world.slots.has(due.from)) answerWith(world, due, response, world.store.revision);
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
  const notes = run(world, slot, { type: 'Started', cause: due.cause });
  append(world.trace, { step: world.steps, at: world.now, process: slot.name, cause: due.cause, type: 'start', ...(notes === undefined ? undefined : { notes }) });
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
  const { kind } = subscription;
  const { cause, sentAt } = due;
  const notes = run(world, slot, { type: 'Watched', kind, changes, relist, cause });
  append(
    world.trace,
    notes === undefined
      ? { step: world.steps, at: world.now, process: slot.name, cause, type: 'watch', kind, sentAt, changes, relist }
      : { step: world.steps, at: world.now, process: slot.name, cause, type: 'watch', kind, sentAt, changes, relist, notes },
  );
}

function reply(world: World, slot: Slot, { cause, id, tag, sentAt, request, response }: Extract<Pending, { type: 'reply' }>): void {
  const notes = slot.name === 'user' ? undefined : run(world, slot, { type: 'Replied', id, tag, request, response, cause });
  append(
    world.trace,
    notes === undefined
      ? { step: world.steps, at: world.now, process: slot.name, cause, type: 'reply', id, sentAt, request, response }
      : { step: world.steps, at: world.now, process: slot.name, cause, type: 'reply', id, sentAt, request, response, notes },
  );
}

function receive(world: World, slot: Slot, { cause, from, sentAt, message, because }: Extract<Pending, { type: 'message' }>): void {
  const notes = run(world, slot, { type: 'Received', from, message, cause });
  const { steps: step, now } = world;
  const process = slot.name;
  append(
    world.trace,
    because === undefined
      ? notes === undefined
        ? { step, at: now, process, cause, type: 'message', from, sentAt, message }
        : { step, at: now, process, cause, type: 'message', from, sentAt, message, notes }
      : notes === undefined
        ? { step, at: now, process, cause, because, type: 'message', from, sentAt, message }
        : { step, at: now, process, cause, because, type: 'message', from, sentAt, message, notes },
  );
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
      recordDropped(world, slot.name, due.cause, due.from, due.sentAt, due.message.type);
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
        recordTimer(world, slot.name, due.cause, due.name, undefined);
        keepHouse(world);
        break;
      }
      // Set again or cancelled since.
      if (slot.timers.get(due.name) !== next.seq) break;
      slot.timers.delete(due.name);
      begin(world, slot.name, next.seq, 'timer');
      recordTimer(world, slot.name, due.cause, due.name, run(world, slot, { type: 'TimerFired', name: due.name, cause: due.cause }));
      break;
    case 'reply':
      if (slot.cut && due.response !== UNREACHABLE) {
        push(world.agenda, Math.max(world.now, due.sentAt + LATENCY.timeoutMicros), { ...due, response: UNREACHABLE });
        break;
      }
      begin(world, slot.name, next.seq, 'reply');
      reply(world, slot, due);
      break;
    case 'watch':
      if (!slot.cut) deliver(world, slot, due, next.seq);
      break;
    case 'message':
      begin(world, slot.name, next.seq, 'message');
      if (slot.name === 'apiserver') {
        execDone(world, due);
        break;
      }
      receive(world, slot, due);
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
  append(world.trace, { step: world.steps, at: world.now, process: 'user', cause: 0, type: 'command', command: input });
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
    ranAt: 0,
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
    // Who listens is shared by all branches and checkpoints of a world, so it must follow from the configuration. Clients come and go,
    // differently on each branch; nothing that they watch wakes them.
    if (name.startsWith('traffic/')) return slot;
    process.watches.forEach((subscription, connection) => {
      const listener = { slot: name, connection, hash: hashText(subscription.kind, hashText(name)) };
      const { everything, byNode, byKey, companions } = world.runtime;
      const into = <K>(map: Map<K, Listener[]>, key: K): void => {
        const list = map.get(key);
        if (list === undefined) map.set(key, [listener]);
        else insert(list, listener);
      };
      const inner = (map: Map<string, Map<string, Listener[]>>): Map<string, Listener[]> => {
        let found = map.get(subscription.kind);
        if (found === undefined) map.set(subscription.kind, (found = new Map()));
        return found;
      };
      if (subscription.nodeName !== undefined) into(inner(byNode), subscription.nodeName);
      else if (subscription.key !== undefined) into(inner(byKey), subscription.key);
      else into(everything, subscription.kind);
      if (subscription.onlyWith !== undefined) into(companions, subscription.onlyWith.kind);
    });
  }
  return slot;
}

/**
 * Branches wake the sleepers in different orders, and share the lists of who listens: so their place in it is that of their registration,
 * and one whom another branch woke before is there already.
 */
function insert(list: Listener[], listener: Listener): void {
  const rank = rankOf(listener.slot);
  if (rank < 0) {
    list.push(listener);
    return;
  }
  if (list.some((each) => each.slot === listener.slot && each.connection === listener.connection)) return;
  let at = list.length;
  while (at > 0 && rankOf(list[at - 1]!.slot) > rank) at--;
  list.splice(at, 0, listener);
}
