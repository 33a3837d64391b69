import { describe, expect, it } from 'vitest';
import { keep, keptSeeds, story } from './faults.ts';

/** 200 seeds of random deeds and faults, ten tests of twenty; plus those that failed once. */
const SEEDS = 200;
const EACH = 20;

function tell(seed: number): string | undefined {
  try {
    const { violation } = story(seed);
    if (violation === undefined) return undefined;
    keep(seed);
    return `seed ${seed}, step ${violation.step} at ${(violation.at / 1_000_000).toFixed(6)} s: ${violation.invariant}: ${violation.text}`;
  } catch (error) {
    keep(seed);
    return `seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

describe('whatever happens, the invariants hold', () => {
  it.each(Array.from({ length: SEEDS / EACH }, (_, i) => [1 + i * EACH, (i + 1) * EACH] as const))('seeds %i to %i', (from, to) => {
    const told: string[] = [];
    for (let seed = from; seed <= to; seed++) {
      const text = tell(seed);
      if (text !== undefined) told.push(text);
    }
    expect(told).toEqual([]);
  });
  it('seeds that failed once', () => {
    expect(keptSeeds().flatMap((seed) => tell(seed) ?? [])).toEqual([]);
  });
  it('the same seed is the same story', () => {
    const a = story(7);
    const b = story(7);
    expect(a.timeline.world.digest).toEqual(b.timeline.world.digest);
    expect(a.timeline.inputs).toEqual(b.timeline.inputs);
  });
  it('much happens in them', () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) for (const { command } of story(seed).timeline.inputs) kinds.add(command.type === 'fault' ? command.fault.type : command.type === 'request' ? `${command.request.method} ${command.request.path.replace(/\/(red|green|blue|node-\d)(-[^/]*)?/g, '/NAME')}` : 'on' in command ? 'traffic on' : 'traffic off');
    expect(kinds.size).toBeGreaterThanOrEqual(20);
  });
});
