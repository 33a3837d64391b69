import type { Change, StepId } from '../api/change.ts';
import type { EventNote } from '../api/eventnote.ts';
import { keyOf, type Kind, type KubernetesObject } from '../api/object.ts';
import { USERS, type Request, type Response, type Status } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import type { Out, Process, Stimulus, View } from '../kernel/process.ts';
import { instead, newRecorder, record, type Recorder } from '../kernel/recorder.ts';
import type { Controller, Enqueue, Plan } from './controller.ts';
import { add, addAfter, done, due, failuresOf, forget, newWorkqueue, nextAt, rateLimited, take, type Workqueue } from './workqueue.ts';

/**
 * What runs a controller: its informers' handlers put keys on a workqueue, workers take them out and carry out the plan that the controller
 * makes of the view. Corresponds to the Run loops of pkg/controller/*, client-go's shared informers and workqueue, and its event broadcaster.
 */
export interface HostState {
  readonly queue: Workqueue;
  readonly memory: Map<string, unknown>;
  /** Plans that are being carried out, by key. */
  readonly plans: Map<string, InFlight>;
  /** For each key: the newest revision it wrote or deleted, by kind. Until the view has come that far, the key is not settled. */
  readonly written: Map<string, Record<string, number>>;
  readonly recorder: Recorder;
  /** Events wait for one another: a broadcaster sends one at a time. */
  readonly events: { readonly request: Omit<Request, 'user'>; /** The step in which it was said. */ readonly cause: StepId }[];
  sending: boolean;
  working: boolean;
  /** Ticks, and how long after them the next. */
  wakeAt: Micros;
}
interface InFlight {
  readonly plan: Plan<unknown>;
  batch: number;
  waiting: number;
  failed: boolean;
  readonly cause: StepId;
}

/** Client limits of a controller in kube-controller-manager: 20 requests a second, 30 at once. */
const LIMIT = { perSecond: 20, burst: 30 } as const;

const isStatus = (body: Response['body']): body is Status => body.kind === 'Status';

/** A controller as the host sees it: what it remembers is its own business. */
export type AnyController = Controller<unknown>;

export function host(controller: AnyController): Process<HostState> {
  const kinds = Object.keys(controller.watches) as Kind[];
  const reads = (controller.reads ?? []).filter((kind) => !kinds.includes(kind));
  const source = controller.source ?? controller.name;

  const informed: ReadonlySet<string> = new Set<string>([...kinds, ...reads]);

  const process: Process<HostState> = {
    name: controller.name,
    user: controller.user ?? USERS.controller(controller.identity ?? controller.name),
    limit: LIMIT,
    watches: [
      ...kinds.map((kind) => {
        const onlyWith = controller.onlyWith?.[kind];
        const wakes = (change: Change): boolean => controller.ignores === undefined || !controller.ignores(change);
        return onlyWith === undefined ? { kind, wakes } : { kind, wakes, onlyWith };
      }),
      ...reads.map((kind) => ({ kind, wakes: (): boolean => false })),
    ],
    init: () => ({ queue: newWorkqueue(), memory: new Map(), plans: new Map(), written: new Map(), recorder: newRecorder(), events: [], sending: false, working: false, wakeAt: Infinity }),
    step(state, on, view, out) {
      switch (on.type) {
        case 'Started':
          for (const kind of kinds) for (const object of view.list(kind)) enqueue(state, kind, object, view, undefined, out);
          // Upstream's loops run once at the start and then in their period (wait.Until): the phase is that of the process.
          for (const key of Object.keys(controller.ticks ?? {})) add(state.queue, key, view.step);
          break;
        case 'Watched':
          // What is only read is delivered too when a wire has been mended; it concerns nobody.
          if (controller.watches[on.kind] === undefined) break;
          for (const change of on.changes) {
            if (controller.ignores?.(change) === true) continue;
            if (change.after !== undefined) enqueue(state, on.kind, change.after, view, change, out);
            if (change.before !== undefined && (change.after === undefined || change.before.metadata.labels !== change.after.metadata.labels || change.before.metadata.ownerReferences !== change.after.metadata.ownerReferences)) enqueue(state, on.kind, change.before, view, change, out);
          }
          break;
        case 'Replied':
          replied(state, on, view, out);
          break;
        case 'TimerFired':
          if (on.name === 'later') {
            state.wakeAt = Infinity;
            due(state.queue, view.now);
          } else {
            state.working = false;
            work(state, view, out);
          }
          break;
        case 'Received':
          break;
      }
      arm(state, view, out);
    },
  };

  function enqueue(state: HostState, kind: Kind, object: KubernetesObject, view: View, change: Change | undefined, _out: Out): void {
    const keysOf = controller.watches[kind] as ((object: KubernetesObject, view: View, change: Change) => readonly Enqueue[]) | undefined;
    if (keysOf === undefined) return;
    // At the start there is no change: everything is new, as a list followed by "added" of each object is.
    const news: Change = change ?? { revision: Number(object.metadata.resourceVersion), at: view.now, kind, key: keyOf(object), before: undefined, after: object, by: '', verb: 'create', cause: view.step, previous: undefined, nth: 0, ordinal: 0, id: 0 };
    for (const item of keysOf(object, view, news)) {
      if (typeof item === 'string') add(state.queue, item, view.step);
      else addAfter(state.queue, item.key, view.now + item.afterMicros, view.step);
    }
  }

  /** Sets the timers that what waits needs. */
  function arm(state: HostState, view: View, out: Out): void {
    if (!state.working && state.queue.ready.size > 0 && state.queue.processing.size < controller.workers) {
      state.working = true;
      // What a worker needs to take a key and think about it: tens of microseconds of a real CPU.
      out.timer('work', view.now + 40 + (out.draw('work', '') % 120));
    }
    const next = nextAt(state.queue);
    if (next < state.wakeAt) {
      state.wakeAt = next;
      out.timer('later', next);
    }
  }

  function work(state: HostState, view: View, out: Out): void {
    if (state.queue.processing.size >= controller.workers) return;
    const item = take(state.queue);
    if (item === undefined) return;
    const { key } = item;
    const every = controller.ticks?.[key];
    if (every !== undefined) addAfter(state.queue, key, view.now + every, view.step);
    const written = state.written.get(key);
    let settled = true;
    if (written !== undefined) {
      for (const kind in written) if (view.revision(kind as Kind) < written[kind]!) settled = false;
      if (settled) state.written.delete(key);
    }
    const plan = controller.reconcile(key, view, state.memory.get(key), { settled, failures: failuresOf(state.queue, key), draw: (purpose, about) => out.draw(purpose, about) });
    if (plan.memory === null) state.memory.delete(key);
    else if (plan.memory !== undefined) state.memory.set(key, plan.memory);
    const writes = plan.batches.reduce((sum, batch) => sum + batch.length, 0);
    out.note({ type: 'reconcile', subject: { kind: controller.name, key }, because: plan.because, first: item.firstCause, last: item.lastCause, merged: item.merged, writes });
    for (const event of plan.events ?? []) say(state, event, view, out);
    state.plans.set(key, { plan, batch: -1, waiting: 0, failed: plan.retry === true, cause: item.firstCause });
    nextBatch(state, key, view, out);
  }

  function nextBatch(state: HostState, key: string, view: View, out: Out): void {
    const flight = state.plans.get(key)!;
    const { plan } = flight;
    while (++flight.batch < plan.batches.length) {
      const batch = plan.batches[flight.batch]!;
      if (batch.length === 0) continue;
      flight.waiting = batch.length;
      batch.forEach((write, i) => out.request({ userAgent: controller.name, ...write.request }, `${flight.batch} ${i} ${key}`, write.because ?? plan.because));
      return;
    }
    finish(state, key, flight, view);
  }

  function finish(state: HostState, key: string, flight: InFlight, view: View): void {
    state.plans.delete(key);
    done(state.queue, key);
    if (flight.failed) rateLimited(state.queue, key, view.now, view.step, controller.backOff);
    else {
      if (flight.plan.stillFailing !== true) forget(state.queue, key);
      if (flight.plan.requeueAfterMicros !== undefined) addAfter(state.queue, key, view.now + flight.plan.requeueAfterMicros, view.step);
    }
  }

  function replied(state: HostState, on: Extract<Stimulus, { type: 'Replied' }>, view: View, out: Out): void {
    if (on.tag === 'event') {
      state.sending = false;
      const { method, path } = on.request;
      const anew = on.response.code === 404 ? instead(state.recorder, { method, path }) : undefined;
      if (anew !== undefined) state.events.unshift({ request: anew, cause: view.step });
      sendEvent(state, out);
      return;
    }
    const first = on.tag.indexOf(' ');
    const second = on.tag.indexOf(' ', first + 1);
    const key = on.tag.slice(second + 1);
    const flight = state.plans.get(key);
    const write = flight?.plan.batches[Number(on.tag.slice(0, first))]?.[Number(on.tag.slice(first + 1, second))];
    if (flight === undefined || write === undefined) return;
    const { code, body } = on.response;
    const refused = code === 0 || code >= 300;
    const accepted = !refused || write.accept?.includes(code) === true;
    if (!refused) remember(state, key, on.response);
    const event = accepted ? (refused ? undefined : write.event) : write.failureEvent;
    if (event !== undefined) say(state, fill(event, on.response), view, out);
    if (controller.answered !== undefined) {
      const memory = controller.answered(key, write, on.response, state.memory.get(key), view);
      if (memory === undefined) state.memory.delete(key);
      else state.memory.set(key, memory);
    }
    if (!accepted) {
      flight.failed = true;
      out.note({ type: 'refused', subject: { kind: controller.name, key }, code, message: isStatus(body) ? (body.message ?? '') : '' });
    }
    if (--flight.waiting > 0) return;
    if (flight.failed) finish(state, key, flight, view);
    else nextBatch(state, key, view, out);
  }

  function remember(state: HostState, key: string, response: Response): void {
    const object = response.body as KubernetesObject;
    const revision = Number(object.metadata?.resourceVersion ?? 0);
    if (!(revision > 0) || !informed.has(object.kind)) return;
    const written = state.written.get(key);
    if (written === undefined) state.written.set(key, { [object.kind]: revision });
    else if (revision > (written[object.kind] ?? 0)) written[object.kind] = revision;
  }

  function fill(event: EventNote, response: Response): EventNote {
    if (!event.message.includes('{')) return event;
    const { body } = response;
    const name = (body as KubernetesObject).metadata?.name ?? '';
    const error = isStatus(body) ? (body.message ?? '') : '';
    return { ...event, message: event.message.replace('{name}', () => name).replace('{error}', () => error) };
  }

  function say(state: HostState, event: EventNote, view: View, out: Out): void {
    const request = record(state.recorder, event, { component: source }, view.now);
    if (request === undefined) return;
    state.events.push({ request, cause: view.step });
    sendEvent(state, out);
  }

  function sendEvent(state: HostState, out: Out): void {
    if (state.sending) return;
    const next = state.events.shift();
    if (next === undefined) return;
    state.sending = true;
    out.causedBy(next.cause);
    out.request({ userAgent: controller.name, ...next.request }, 'event');
    out.causedBy(0);
  }

  return process;
}
