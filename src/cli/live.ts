import type { Request, Response } from '../sim/api/request.ts';
import type { Micros } from '../sim/api/time.ts';
import { act, newTimeline, nextMoment, read, stepForward, type Story, type Timeline } from '../sim/index.ts';
import { at as itemAt, newJournal } from '../sim/kernel/journal.ts';
import type { World } from '../sim/cluster/world.ts';

/**
 * A simulated cluster that goes with the clock on the wall: `speed` virtual seconds for each real one. Requests come in as commands of the
 * story (so that the whole session can be replayed), and are answered when their answer has arrived in virtual time. Nothing in here knows HTTP.
 */
export interface Live {
  readonly timeline: Timeline;
  /** Sends a request that may write; resolves with the answer. */
  readonly send: (request: Request) => Promise<Response>;
  /** Reads without a trace in the story. */
  readonly read: (request: Request) => Response;
  /** The world as it is now on the wall. */
  readonly world: () => World;
  /** Called after every stretch in which something was written, and at least once a second. */
  readonly onNews: (listener: () => void) => () => void;
  readonly stop: () => void;
}

/** So long the simulation may hold the thread before sockets get a turn. */
const SLICE_MILLIS = 12;
/** The trace of a served session is read by nobody once its replies are given: it starts anew when it has grown so long. */
const TRACE_LENGTH = 20_000;
/** A request whose answer never comes (the API server is crashed) ends as upstream's would: after a minute. */
const PATIENCE: Micros = 60_000_000;

export const STOPPED: Response = { code: 503, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'the server is shutting down', reason: 'ServiceUnavailable', code: 503 } };
const UNANSWERED: Response = { code: 504, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'the simulated API server did not answer within a minute', reason: 'Timeout', code: 504 } };

export function newLive(story: Story, speed: number, clock: () => number): Live {
  const timeline = newTimeline(story);
  // Nobody seeks in a served session: what it needs to be played again are its inputs.
  timeline.spacing = Infinity;
  const waiting = new Map<number, { readonly resolve: (response: Response) => void; readonly until: Micros }>();
  const listeners = new Set<() => void>();
  let began = clock();
  let base: Micros = timeline.world.now;
  let told = 0;
  let toldAt = began;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let immediate: ReturnType<typeof setImmediate> | undefined;
  let ended = false;
  let read0 = 0;

  const wall = (): Micros => base + Math.floor((clock() - began) * 1_000 * speed);

  /** Gives the answers that have arrived. */
  function giveReplies(): void {
    const { trace } = timeline.world;
    for (; read0 < trace.length; read0++) {
      const record = itemAt(trace, read0)!;
      if (record.type !== 'reply' || record.process !== 'user') continue;
      waiting.get(record.id)?.resolve(record.response);
      waiting.delete(record.id);
    }
    if (trace.length > TRACE_LENGTH) {
      timeline.world.trace = newJournal();
      read0 = 0;
    }
    for (const [id, { resolve, until }] of waiting) {
      if (timeline.world.now < until) continue;
      waiting.delete(id);
      resolve(UNANSWERED);
    }
  }

  /** Plays up to the wall's clock, or as far as one slice goes. False: there is more to do at once. */
  function play(): boolean {
    const start = clock();
    const target = wall();
    let count = 0;
    while (nextMoment(timeline) <= target) {
      if (!stepForward(timeline, target)) break;
      if ((++count & 15) === 0 && clock() - start > SLICE_MILLIS) {
        // A cluster that is too busy for its speed falls behind the wall instead of running after it for ever.
        began = clock();
        base = timeline.world.now;
        return false;
      }
    }
    const { world } = timeline;
    if (target > world.now) world.now = target;
    return true;
  }

  function pump(): void {
    if (ended) return;
    clearTimeout(timer);
    if (immediate !== undefined) clearImmediate(immediate);
    immediate = undefined;
    const done = play();
    giveReplies();
    const { revision } = timeline.world.store;
    const now = clock();
    if (revision !== told || now - toldAt > 1_000) {
      told = revision;
      toldAt = now;
      for (const listener of listeners) listener();
    }
    if (!done) {
      immediate = setImmediate(pump);
      return;
    }
    const next = (nextMoment(timeline) - wall()) / 1_000 / speed;
    timer = setTimeout(pump, Math.min(1_000, Math.max(1, Math.ceil(next))));
  }

  immediate = setImmediate(pump);
  return {
    timeline,
    send: (request) =>
      new Promise((resolve) => {
        if (ended) {
          resolve(STOPPED);
          return;
        }
        play();
        const { id } = act(timeline, { type: 'request', request });
        waiting.set(id, { resolve, until: timeline.world.now + PATIENCE });
        // All requests that came with this turn of the event loop are on their way before the clock goes on.
        immediate ??= setImmediate(pump);
      }),
    read(request) {
      play();
      return read(timeline.world, request);
    },
    world: () => timeline.world,
    onNews(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      ended = true;
      clearTimeout(timer);
      if (immediate !== undefined) clearImmediate(immediate);
      for (const { resolve } of waiting.values()) resolve(STOPPED);
      waiting.clear();
    },
  };
}
