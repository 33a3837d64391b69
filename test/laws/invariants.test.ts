import { describe, expect, it } from 'vitest';
import { newTimeline, nextMoment, stepForward } from '../../src/sim/index.ts';
import { invariants, look, watch } from '../../src/sim/invariants/index.ts';
import { scenarios } from '../../src/sim/scenarios/index.ts';
import { endOf } from './digests.ts';

describe('the invariants hold after every step', () => {
  it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s', (_, scenario) => {
    const timeline = newTimeline(scenario);
    const eye = watch(timeline.world, invariants);
    while (nextMoment(timeline) <= endOf(scenario)) {
      stepForward(timeline);
      expect(look(eye, timeline.world)).toBeUndefined();
    }
    expect(timeline.world.steps).toBeGreaterThan(300);
  });
  // Stretches of quiet count too: nothing may go wrong while nobody does anything.
  it('and of an hour in which nobody does anything', () => {
    const timeline = newTimeline({ ...scenarios[0]!, script: [] });
    const eye = watch(timeline.world, invariants);
    while (nextMoment(timeline) <= 3_600_000_000) {
      stepForward(timeline);
      expect(look(eye, timeline.world)).toBeUndefined();
    }
  });
});
