import type { StepId } from '../api/change.ts';
import type { Micros } from '../api/time.ts';
import { MILLISECOND, SECOND } from '../api/time.ts';

/**
 * client-go's rate-limiting work queue (util/workqueue: queue.go, delaying_queue.go, default_rate_limiters.go) as plain data and functions that
 * change it in place. A key is at most once in it, and is not handed out again while somebody works on it. It merges stimuli, so each key
 * remembers the first and the last cause that put it there, and how many there were.
 */

const BASE_DELAY: Micros = 5 * MILLISECOND;
const MAX_DELAY: Micros = 1000 * SECOND;
/** The bucket over all keys: 10 retries a second, 100 at once. */
const BUCKET_REFILL: Micros = SECOND / 10;
const BUCKET_BURST = 100;

/** What led to a key being in the queue. */
export interface Stimuli {
  readonly firstCause: StepId;
  readonly lastCause: StepId;
  /** How many additions became this one. */
  readonly merged: number;
}
export interface Item extends Stimuli {
  readonly key: string;
}
interface Delayed extends Item {
  readonly at: Micros;
}

export interface Workqueue {
  /** Ready to be taken, first come, first served. */
  readonly ready: Map<string, Stimuli>;
  /** Being worked on. */
  readonly processing: Set<string>;
  /** Added while being worked on: ready again when that is done. */
  readonly dirty: Map<string, Stimuli>;
  /** To be added later, the earliest first; one entry a key. */
  readonly later: Delayed[];
  readonly failures: Map<string, number>;
  /** (now - value) / BUCKET_REFILL are the bucket's tokens; in the future when it is overdrawn. */
  bucketEmptyAt: Micros;
}

export const newWorkqueue = (): Workqueue => ({
  ready: new Map(), processing: new Set(), dirty: new Map(), later: [], failures: new Map(), bucketEmptyAt: -BUCKET_BURST * BUCKET_REFILL,
});

function put(into: Map<string, Stimuli>, key: string, firstCause: StepId, lastCause: StepId, merged: number): void {
  const there = into.get(key);
  into.set(key, Object.freeze(there === undefined ? { firstCause, lastCause, merged } : { firstCause: there.firstCause, lastCause, merged: there.merged + merged }));
}

/** Adds a key. Already there: only its causes grow. */
export function add(queue: Workqueue, key: string, cause: StepId): void {
  put(queue.processing.has(key) ? queue.dirty : queue.ready, key, cause, cause, 1);
}

/** Hands out the next key, which then counts as being worked on until `done`. */
export function take(queue: Workqueue): Item | undefined {
  for (const [key, stimuli] of queue.ready) {
    queue.ready.delete(key);
    queue.processing.add(key);
    return { key, ...stimuli };
  }
  return undefined;
}

export function done(queue: Workqueue, key: string): void {
  queue.processing.delete(key);
  const again = queue.dirty.get(key);
  if (again === undefined) return;
  queue.dirty.delete(key);
  queue.ready.set(key, again);
}

/** Adds a key at a moment. Of two moments for one key the earlier counts. The caller sets a timer for `nextAt`. */
export function addAfter(queue: Workqueue, key: string, at: Micros, cause: StepId): void {
  const { later } = queue;
  let entry: Delayed = Object.freeze({ key, at, firstCause: cause, lastCause: cause, merged: 1 });
  const there = later.findIndex((delayed) => delayed.key === key);
  if (there >= 0) {
    const old = later[there]!;
    entry = Object.freeze({ key, at: Math.min(at, old.at), firstCause: old.firstCause, lastCause: cause, merged: old.merged + 1 });
    later.splice(there, 1);
  }
  // After all that are due at the same moment, so that their order is that of their arrival.
  let place = later.length;
  while (place > 0 && later[place - 1]!.at > entry.at) place--;
  later.splice(place, 0, entry);
}

/** When `due` has something to do next; Infinity: never. */
export const nextAt = (queue: Workqueue): Micros => queue.later[0]?.at ?? Infinity;

/** Adds what has become due; returns how many keys that were. */
export function due(queue: Workqueue, now: Micros): number {
  const { later } = queue;
  let count = 0;
  for (; count < later.length && later[count]!.at <= now; count++) {
    const { key, firstCause, lastCause, merged } = later[count]!;
    put(queue.processing.has(key) ? queue.dirty : queue.ready, key, firstCause, lastCause, merged);
  }
  later.splice(0, count);
  return count;
}

/** Adds a key that failed after its back-off: 5 ms, doubling to 1000 s, or later when many failed; or by a back-off of its own. Returns the moment. */
export function rateLimited(queue: Workqueue, key: string, now: Micros, cause: StepId, own?: { readonly firstMicros: Micros; readonly lastMicros: Micros }): Micros {
  const failures = queue.failures.get(key) ?? 0;
  queue.failures.set(key, failures + 1);
  if (own !== undefined) {
    const later = now + Math.min(own.firstMicros * 2 ** Math.min(failures, 30), own.lastMicros);
    addAfter(queue, key, later, cause);
    return later;
  }
  const backOff = failures >= 18 ? MAX_DELAY : Math.min(BASE_DELAY * 2 ** failures, MAX_DELAY);
  queue.bucketEmptyAt = Math.max(queue.bucketEmptyAt, now - BUCKET_BURST * BUCKET_REFILL) + BUCKET_REFILL;
  const at = Math.max(now + backOff, queue.bucketEmptyAt);
  addAfter(queue, key, at, cause);
  return at;
}

/** It went well: the next failure of this key is the first. */
export function forget(queue: Workqueue, key: string): void {
  queue.failures.delete(key);
}

/** How many times in a row a key failed. */
export const failuresOf = (queue: Workqueue, key: string): number => queue.failures.get(key) ?? 0;
