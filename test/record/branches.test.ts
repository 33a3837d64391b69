import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/sim/api/time.ts';
import { act, digestOf, fork, newTimeline, playUntil, seek, stepForward } from '../../src/sim/index.ts';
import { at as itemAt } from '../../src/sim/kernel/journal.ts';
import type { World } from '../../src/sim/cluster/world.ts';
import { scenarios } from '../../src/sim/scenarios/index.ts';
import { hour } from '../bench/stories.ts';

describe('the commands of a story', () => {
  // Behind a timer that was set anew a command was once taken only with the next real event.
  it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('come at their time, however one gets there: %s', (_, scenario) => {
    const times = (world: World): readonly number[] => Array.from({ length: world.trace.length }, (_item, i) => itemAt(world.trace, i)!).filter(({ type }) => type === 'command').map(({ at }) => at);
    const end = scenario.script.at(-1)!.at;
    const inOne = newTimeline(scenario);
    playUntil(inOne, end);
    const inSeconds = newTimeline(scenario);
    for (let at = 0; at < end; at += SECOND) playUntil(inSeconds, at);
    playUntil(inSeconds, end);
    expect(times(inOne.world)).toEqual(scenario.script.map(({ at }) => at));
    expect(digestOf(inSeconds)).toBe(digestOf(inOne));
  });
});

/** Checkpoints share with each other, and with branches, whatever has not changed: nothing that one of them does may be felt by another. */
describe('a timeline', () => {
  it('comes to the same digests however it is rewound, and whatever branches do', () => {
    const timeline = newTimeline(hour());
    const known = new Map<number, string>();
    while (timeline.world.now < 6 * MINUTE) {
      stepForward(timeline);
      if (timeline.world.steps % 1000 === 0) known.set(timeline.world.steps, digestOf(timeline));
    }
    expect(timeline.checkpoints.length).toBeGreaterThan(5);
    const points = [...known.keys()];
    const check = (steps: number): void => {
      seek(timeline, { steps });
      expect([steps, timeline.world.steps, timeline.world.trace.length, digestOf(timeline)]).toEqual([steps, steps, steps, known.get(steps)]);
    };
    for (let i = 0; i < 12; i++) check(points[(i * 7) % points.length]!);

    seek(timeline, { steps: points[1]! });
    const branch = fork(timeline);
    act(branch, { type: 'fault', fault: { type: 'killNode', node: 'node-3' } });
    playUntil(branch, branch.world.now + MINUTE);
    seek(branch, { steps: points[2]! });
    expect(digestOf(branch)).not.toBe(known.get(points[2]!));
    for (const steps of [points.at(-1)!, points[0]!, points[2]!, points.at(-2)!]) check(steps);
  });
});
