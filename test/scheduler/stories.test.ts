import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/sim/api/time.ts';
import { newTimeline, playUntil } from '../../src/sim/index.ts';
import { at as itemAt } from '../../src/sim/kernel/journal.ts';
import { scenarioOf } from '../../src/sim/scenarios/index.ts';
import type { Choice } from '../../src/sim/scheduler/decide.ts';

// What the scheduler decides in its stories, as a class would note it on the board: no choice among equals, so that each can be predicted.

const STORIES: Readonly<Record<string, readonly string[]>> = {
  whyNode3: ['api -> node-1, the only one', 'logs -> node-3, the only one', 'batch -> node-4, the only one', 'cache -> node-5, the only one', 'web -> node-3, by 187 of 3'],
  fragmentation: ['app-1 -> node-3, by 3 of 3', 'app-2 -> node-2, by 2 of 3', 'app-3 -> node-1, by 25 of 3', 'big waits', 'big -> node-2, the only one'],
  taints: ['plain -> node-2, by 12 of 2', 'tolerant -> node-1, by 18 of 3', 'plain -> node-3, the only one'],
  affinity: ['cache -> node-3, by 4 of 2', 'web -> node-1, by 5 of 2', 'web -> node-3, the only one', 'web waits', 'cache-b -> node-2, the only one', 'web -> node-2, the only one'],
  zones: ['report -> node-4, the only one', 'web -> node-2, by 5 of 4', 'web -> node-3, by 52 of 2', 'web -> node-4, the only one', 'web -> node-1, by 3 of 3', 'web -> node-3, the only one', 'web waits', 'web waits', 'web -> node-4, the only one'],
  imageLocality: ['probe -> node-2, the only one', 'db-1 -> node-2, by 6 of 3', 'db-2 -> node-3, by 8 of 3'],
  preemption: ['orders -> node-1, the only one', 'report -> node-2, the only one', 'crawler -> node-3, the only one', 'urgent waits for crawler of node-3', 'urgent -> node-3, the only one'],
  gang: ['train -> node-3, by 1 of 3', 'train -> node-2, by 2 of 2', 'train -> node-1, the only one', 'train waits', 'render waits', 'render waits', 'render -> node-1, the only one', 'render -> node-2, by 106 of 2'],
  backoff: ['app-1 -> node-1, the only one', 'app-2 -> node-1, the only one', 'big waits', 'big waits', 'big waits', 'big -> node-1, the only one'],
  twoSchedulers: ['first -> node-3, by 12 of 3', 'spread -> node-2, by 4 of 3', 'packed -> node-3, by 27 of 3'],
};

const nameOf = (key: string): string => key.slice(key.indexOf('/') + 1).replace(/-[0-9a-f]{8,10}-[a-z0-9]{5}$/, '');
function noted({ pod, chosen, feasibleCount, top, second, failure, ties }: Choice): string {
  const name = nameOf(pod);
  const taken = failure?.postFilter.chosen;
  if (taken !== undefined) return `${name} waits for ${taken.victims.map(({ pod: victim }) => victim.metadata.name).join(', ')} of ${taken.node}`;
  if (chosen === undefined) return `${name} waits`;
  return `${name} -> ${chosen}, ${feasibleCount === 1 ? 'the only one' : ties > 1 ? `one of ${ties} equals` : `by ${top - second} of ${feasibleCount}`}`;
}

describe('the decisions of the stories about the scheduler', () => {
  it.each(Object.entries(STORIES))('%s', (id, board) => {
    const scenario = scenarioOf(id)!;
    const timeline = newTimeline(scenario);
    playUntil(timeline, scenario.script.at(-1)!.at + 60 * SECOND);
    const { trace } = timeline.world;
    const found: string[] = [];
    for (let i = 0; i < trace.length; i++) for (const note of itemAt(trace, i)!.notes ?? []) if (note.type === 'decision') found.push(noted(note['decision'] as Choice));
    expect(found).toEqual(board);
  });

  it('do not depend on the seed', () => {
    for (const id of ['whyNode3', 'preemption', 'imageLocality', 'twoSchedulers']) {
      const scenario = scenarioOf(id)!;
      for (const seed of [7, 4711]) {
        const timeline = newTimeline({ ...scenario, seed });
        playUntil(timeline, scenario.script.at(-1)!.at + 60 * SECOND);
        const { trace } = timeline.world;
        const found: string[] = [];
        for (let i = 0; i < trace.length; i++) for (const note of itemAt(trace, i)!.notes ?? []) if (note.type === 'decision') found.push(noted(note['decision'] as Choice));
        expect(found, `${id}, seed ${seed}`).toEqual(STORIES[id]);
      }
    }
  });
});
