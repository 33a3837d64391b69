import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../src/sim/api/time.ts';
import { act, digestOf, fork, newTimeline, playUntil, seek, stepForward } from '../../src/sim/index.ts';
import { hour } from '../bench/stories.ts';

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
