// A program of its own has no set-up file.
import '../../src/sim/further.ts';
import { SECOND, type Micros } from '../../src/sim/api/time.ts';
import { digestOf, newTimeline, nextMoment, stepForward, type Timeline } from '../../src/sim/index.ts';
import { scenarios, type Scenario } from '../../src/sim/scenarios/index.ts';

export const endOf = (scenario: Scenario): Micros => scenario.script.at(-1)!.at + 40 * SECOND;

/** The digest after every step of a story. */
export function digestsOf(scenario: Scenario, make: () => Timeline = () => newTimeline(scenario), after?: (timeline: Timeline) => void): readonly string[] {
  const timeline = make();
  const until = endOf(scenario);
  const out: string[] = [];
  while (nextMoment(timeline) <= until) {
    stepForward(timeline);
    after?.(timeline);
    out.push(digestOf(timeline));
  }
  return out;
}

/** The first step after which two runs differ, as text; undefined: they are the same. */
export function firstDifference(a: readonly string[], b: readonly string[]): string | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return `step ${i + 1}: ${a[i] ?? 'no such step'} and ${b[i] ?? 'no such step'}`;
  return undefined;
}

// As a program of its own: the digests of all stories, one line each.
if (process.argv[1]?.endsWith('digests.ts') === true) for (const scenario of scenarios) console.log(`${scenario.id} ${digestsOf(scenario).join(',')}`);
