import { describe, expect, it } from 'vitest';
import { newTimeline, seek } from '../../../src/sim/index.ts';
import { scenarios } from '../../../src/sim/scenarios/index.ts';
import type { World } from '../../../src/sim/cluster/world.ts';
import { answerScheduler } from '../../../src/ui/link/explain.ts';
import type { MatrixModel, NodeCells, Offers, Overview, SchedulerAsk } from '../../../src/ui/link/scheduling.ts';
import { scoreOf, sheetOf, stateOf, totalOf } from '../../../src/ui/scheduler/sheet.ts';
import { covered, forward } from '../../../src/ui/scheduler/steps.ts';
import { en } from '../../../src/ui/i18n/en.ts';
import { zh } from '../../../src/ui/i18n/zh.ts';

const MINUTE = 60_000_000;
const ask = async <T,>(world: World, what: SchedulerAsk): Promise<T> => (await answerScheduler(world, what)) as T;

/** Whatever the scheduler decides in a story can be looked at: every cell has its sentence, and the figures add up. */
describe.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s', (_, scenario) => {
  it('every decision has a matrix whose figures add up, a sentence in every cell, and offers', async () => {
    const timeline = newTimeline(scenario);
    seek(timeline, { at: 3 * MINUTE });
    const { world } = timeline;
    const { overview } = await ask<{ overview: Overview }>(world, { about: 'overview' });
    expect(overview.pods.length).toBeGreaterThan(0);
    const wordless = new Set<string>();
    for (const { key } of overview.pods.slice(0, 12)) {
      const { attempts } = (await ask<{ overview: Overview }>(world, { about: 'overview', pod: key })).overview;
      for (const { step, chosen } of [...attempts.slice(0, 2), ...attempts.slice(-1)]) {
        const { matrix } = await ask<{ matrix: MatrixModel }>(world, { about: 'matrix', step });
        expect(matrix.chosen).toBe(chosen);
        // The moment that is rebuilt is the one it was decided at: with nothing otherwise, it comes to the same.
        const { matrix: again } = await ask<{ matrix: MatrixModel }>(world, { about: 'matrix', step, changes: [{ type: 'weight', plugin: 'nobody', weight: 1 }] });
        expect({ ...again, preemption: undefined }, `${key}, step ${step}`).toEqual({ ...matrix, preemption: undefined });
        expect(again.preemption?.candidates.map(({ node }) => node)).toEqual(matrix.preemption?.candidates.map(({ node }) => node));
        const sheet = sheetOf(matrix);
        for (const row of matrix.feasible) {
          if (matrix.totals.length === 0) continue;
          const sum = sheet.columns.reduce((total, _column, at) => total + (scoreOf(sheet, row, at)?.weighted ?? 0), 0);
          expect(sum, `${key} ${matrix.nodes[row]}`).toBe(totalOf(sheet, row));
          expect(sum).toBeLessThanOrEqual(matrix.totals.reduce((most, total) => Math.max(most, total), 0));
        }
        const { cells } = await ask<{ cells: readonly NodeCells[] }>(world, { about: 'cells', step, nodes: matrix.nodes.slice(0, 20) });
        for (const own of cells) {
          const row = matrix.nodes.indexOf(own.node);
          sheet.columns.forEach((column, at) => {
            const state = stateOf(sheet, row, at);
            const sentences = column.kind === 'filter' ? own.filters[column.at] : state === 'scored' ? own.scores[column.at] : undefined;
            if (column.kind === 'filter' || state === 'scored') expect(sentences?.length, `${key} ${own.node} ${column.name}`).toBeGreaterThan(0);
            for (const { code } of sentences ?? []) if (en.reasons[code] === undefined || zh.reasons[code] === undefined) wordless.add(code);
          });
        }
        let walk = covered(sheet);
        for (let i = 0; i <= matrix.nodes.length + sheet.columns.length && !walk.told; i++) walk = forward(sheet, walk, i % 2 === 0 ? 'node' : 'plugin');
        expect(walk.told).toBe(true);
        const { offers } = await ask<{ offers: Offers }>(world, { about: 'offers', step });
        expect(offers.fits).toBe(chosen !== undefined);
        for (const { sentences, outcome } of [...offers.remedies, ...offers.others]) for (const { code } of sentences) if (en.reasons[code] === undefined || zh.reasons[code] === undefined) wordless.add(`${code} ${outcome.chosen}`);
        // What is called a remedy lets it fit.
        for (const { outcome } of offers.remedies) expect(outcome.chosen).toBeDefined();
      }
    }
    expect([...wordless]).toEqual([]);
  });
});
