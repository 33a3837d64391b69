import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/sim/api/change.ts';
import { changeAt } from '../../src/sim/apiserver/store.ts';
import { snapshotWorld } from '../../src/sim/cluster/world.ts';
import { act, digestOf, fork, newTimeline, nextMoment, playUntil, seek, stepForward, type Timeline } from '../../src/sim/index.ts';
import { draw } from '../../src/sim/kernel/draw.ts';
import { at as itemAt } from '../../src/sim/kernel/journal.ts';
import { scenarioOf, scenarios } from '../../src/sim/scenarios/index.ts';
import { chanceOf, story } from '../fuzz/faults.ts';
import { digestsOf, endOf, firstDifference } from './digests.ts';

const EACH = scenarios.map((scenario) => [scenario.id, scenario] as const);
const reference = new Map(scenarios.map((scenario) => [scenario.id, digestsOf(scenario)]));

describe('the same story has the same digest after every step', () => {
  it.each(EACH)('%s, played twice', (id, scenario) => {
    expect(firstDifference(reference.get(id)!, digestsOf(scenario))).toBeUndefined();
  });

  it.each(EACH)('%s, by way of seeks to random points', (id, scenario) => {
    const digests = reference.get(id)!;
    const timeline = newTimeline(scenario);
    playUntil(timeline, endOf(scenario));
    const next = chanceOf(42);
    for (let i = 0; i < 12; i++) {
      const steps = 1 + Math.floor(next() * (digests.length - 1));
      seek(timeline, { steps });
      expect(timeline.world.steps).toBe(steps);
      expect(`step ${steps}: ${digestOf(timeline)}`).toBe(`step ${steps}: ${digests[steps - 1]}`);
      // On from there by some steps, as somebody would who looks around.
      for (let j = 0; j < 5 && timeline.world.steps < digests.length; j++) stepForward(timeline);
      expect(`step ${timeline.world.steps}: ${digestOf(timeline)}`).toBe(`step ${timeline.world.steps}: ${digests[timeline.world.steps - 1]}`);
    }
    seek(timeline, { steps: digests.length });
    expect(digestOf(timeline)).toBe(digests.at(-1));
  });

  it('in a process of its own, in another country and another language', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const text = execFileSync(process.execPath, ['--import', 'tsx', 'test/laws/digests.ts'], { cwd: root, encoding: 'utf8', env: { ...process.env, TZ: 'Asia/Shanghai', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' }, maxBuffer: 64_000_000 });
    const lines = text.trim().split('\n');
    expect(lines).toHaveLength(scenarios.length);
    for (const line of lines) {
      const space = line.indexOf(' ');
      expect(firstDifference(reference.get(line.slice(0, space))!, line.slice(space + 1).split(',')), line.slice(0, space)).toBeUndefined();
    }
  });

  it('on a branch that does the same', () => {
    const scenario = scenarioOf('killPod')!;
    const timeline = newTimeline(scenario);
    playUntil(timeline, 12_000_000);
    const branch = fork(timeline);
    act(branch, { type: 'fault', fault: { type: 'crash', component: 'scheduler' } });
    playUntil(branch, endOf(scenario));
    // The trunk knows nothing of it.
    playUntil(timeline, endOf(scenario));
    expect(digestOf(timeline)).toBe(reference.get('killPod')!.at(-1));
    expect(digestOf(branch)).not.toBe(digestOf(timeline));
  });

  it.each([3, 11, 19])('with commands and faults by chance, replayed from its inputs: seed %i', (seed) => {
    const { timeline } = story(seed);
    const again = newTimeline(timeline.story, timeline.inputs);
    while (again.world.steps < timeline.world.steps) if (!stepForward(again)) break;
    expect(digestOf(again)).toBe(digestOf(timeline));
    // And rewound to the middle.
    seek(timeline, { steps: Math.floor(again.world.steps / 2) });
    seek(timeline, { steps: again.world.steps });
    expect(digestOf(timeline)).toBe(digestOf(again));
  });
});

describe('the digest sees everything', () => {
  const scenario = scenarioOf('killPod')!;
  const until = endOf(scenario);
  const end = (make: Timeline): string => {
    playUntil(make, until);
    return digestOf(make);
  };
  const same = end(newTimeline(scenario));
  const first = scenario.script[0]!;
  const bodyOf = (change: (body: Record<string, unknown>) => unknown): Timeline => {
    if (first.command.type !== 'request') throw new Error('the first command is no request');
    const request = { ...first.command.request, body: change(first.command.request.body as Record<string, unknown>) };
    return newTimeline({ ...scenario, script: [{ ...first, command: { ...first.command, request } }, ...scenario.script.slice(1)] });
  };

  it('is the same for the same', () => expect(end(newTimeline(scenario))).toBe(same));
  it('one label', () => expect(end(bodyOf((body) => ({ ...body, metadata: { ...(body['metadata'] as object), labels: { app: 'nginy' } } })))).not.toBe(same));
  it('a field that nobody reads', () => expect(end(bodyOf((body) => ({ ...body, metadata: { ...(body['metadata'] as object), annotations: { note: 'x' } } })))).not.toBe(same));
  it('one microsecond', () => expect(end(newTimeline({ ...scenario, script: [{ ...first, at: first.at + 1 }, ...scenario.script.slice(1)] }))).not.toBe(same));
  it('another seed', () => expect(end(newTimeline({ ...scenario, seed: scenario.seed + 1 }))).not.toBe(same));
  it('one draw more', () => {
    const timeline = newTimeline(scenario);
    playUntil(timeline, 4_900_000);
    // As if somebody had asked for a name once before.
    draw(timeline.world.chance, 'user', 'request', '/apis/apps/v1/namespaces/default/deployments');
    expect(end(timeline)).not.toBe(same);
  });
  it('one request more, even if nothing comes of it', () => {
    const timeline = newTimeline(scenario);
    playUntil(timeline, 10_000_000);
    act(timeline, { type: 'request', request: { user: 'kubernetes-admin', method: 'GET', path: '/api/v1/pods' } });
    expect(end(timeline)).not.toBe(same);
  });
});

/** Freezes what is immutable by contract, all the way down. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
}

describe('what is immutable stays as it is', () => {
  it.each(EACH)('%s: objects, requests, answers, messages and notes are frozen, and nobody minds', (id, scenario) => {
    let records = 0;
    let revision = 0;
    const frozen = digestsOf(scenario, undefined, ({ world }) => {
      for (; records < world.trace.length; records++) {
        const record = itemAt(world.trace, records)!;
        if (record.type === 'request' || record.type === 'reply') {
          freeze(record.request);
          freeze(record.response);
        } else if (record.type === 'message') freeze(record.message);
        else if (record.type === 'command') freeze(record.command);
      }
      while (revision < world.store.revision) {
        const change: Change = changeAt(world.store, ++revision)!;
        freeze(change.after);
      }
    });
    expect(firstDifference(reference.get(id)!, frozen)).toBeUndefined();
  });

  it.each(EACH)('%s: goes on from a copy of everything as from itself', (id, scenario) => {
    const digests = reference.get(id)!;
    for (const share of [0.2, 0.45, 0.7]) {
      const timeline = newTimeline(scenario);
      const steps = Math.floor(digests.length * share);
      while (timeline.world.steps < steps) stepForward(timeline);
      const copy = snapshotWorld(timeline.world);
      for (const slot of copy.slots.values()) slot.state = structuredClone(slot.state);
      timeline.world = copy;
      const rest: string[] = [];
      while (nextMoment(timeline) <= endOf(scenario)) {
        stepForward(timeline);
        rest.push(digestOf(timeline));
      }
      expect(firstDifference(digests.slice(steps), rest), `from step ${steps}`).toBeUndefined();
    }
  });
});
