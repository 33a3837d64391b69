import type { Command } from '../api/cluster.ts';
import type { Request, Response } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import { handle } from '../apiserver/handle.ts';
import { openWatch, readWatch, type WatchEvent } from '../apiserver/watch.ts';
import { at as itemAt } from '../kernel/journal.ts';
import { aggregateOf } from '../cluster/aggregation.ts';
import { kubeletsOf } from '../cluster/kubelets.ts';
import type { World } from '../cluster/world.ts';
import { act, nextMoment, stepForward, type Timeline } from './timeline.ts';

/** A read from outside: no step, no draw, nothing of it in the digest. What it would write is not written. */
export function read(world: World, request: Request): Response {
  return handle({ store: world.store, now: world.now, step: world.steps, aggregate: aggregateOf(world), kubelets: kubeletsOf(world), draw: () => 0 }, request);
}

/**
 * What has happened to what a watch names since its resourceVersion: a look into the log, which is no step either. Empty: nothing yet. A watch that
 * goes on asks again from the version of the last event.
 */
export function watched(world: World, request: Request): readonly WatchEvent[] {
  const opened = openWatch(world.store, request, world.now);
  return 'position' in opened ? readWatch(world.store, opened, world.now) : [{ type: 'ERROR', object: opened }];
}

/** The answer to a command's request, once it has arrived at the user. */
export function answerTo(world: World, id: number, sinceStep: number): Response | undefined {
  for (let i = sinceStep; i < world.trace.length; i++) {
    const record = itemAt(world.trace, i)!;
    if (record.type === 'reply' && record.process === 'user' && record.id === id) return record.response;
  }
  return undefined;
}

/** Sends a request from outside and plays until its answer is there, at most `patienceMicros`; undefined: none came. */
export function perform(timeline: Timeline, request: Request, line?: string, patienceMicros: Micros = 60_000_000): Response | undefined {
  const command: Command = { type: 'request', request, ...(line === undefined ? {} : { line }) };
  const until = timeline.world.now + patienceMicros;
  const { step, id } = act(timeline, command);
  let seen = step;
  while (nextMoment(timeline) <= until) {
    if (!stepForward(timeline)) return undefined;
    const answer = answerTo(timeline.world, id, seen);
    if (answer !== undefined) return answer;
    seen = timeline.world.trace.length;
  }
  return undefined;
}
