import { describe, expect, it } from 'vitest';
import { answerScheduler } from '../../../src/ui/link/explain.ts';
import type { Change, MatrixModel, Offers, Overview } from '../../../src/ui/link/scheduling.ts';
import { decisive, itemsOf, quietScorers, rankOf, runnerUp, scoreOf, sheetOf, stateOf, totalOf, type Sheet } from '../../../src/ui/scheduler/sheet.ts';
import { backward, covered, forward, goTo, isRowDone, isShown, opened, placeOf, predicting, tell, type Unit, type Walk } from '../../../src/ui/scheduler/steps.ts';
import { en } from '../../../src/ui/i18n/en.ts';
import { schedulerEn } from '../../../src/ui/i18n/scheduler.en.ts';
import { schedulerZh } from '../../../src/ui/i18n/scheduler.zh.ts';
import { preempting, sixNodes, type Crafted } from '../../e2e/crafted.ts';

const six = sixNodes();
const overview = async (it: Crafted, pod?: string): Promise<Overview> => ((await answerScheduler(it.timeline.world, { about: 'overview', ...(pod === undefined ? {} : { pod }) })) as { overview: Overview }).overview;
const matrixAt = async (it: Crafted, step: number, changes: readonly Change[] = []): Promise<MatrixModel> => ((await answerScheduler(it.timeline.world, { about: 'matrix', step, changes })) as { matrix: MatrixModel }).matrix;
const offersAt = async (it: Crafted, step: number): Promise<Offers> => ((await answerScheduler(it.timeline.world, { about: 'offers', step })) as { offers: Offers }).offers;
async function sheetFor(it: Crafted, pod: string, attempt = 0): Promise<Sheet> {
  const { attempts } = await overview(it, pod);
  return sheetOf(await matrixAt(it, attempts.at(attempt)!.step));
}
/** What is on the table, row by row: ✓ × – for filters, points for scores, ? for what is hidden. */
function drawn(sheet: Sheet, walk: Walk): string {
  return sheet.model.nodes
    .map((node, row) => {
      const cells = sheet.columns.map((_, column) => {
        const state = stateOf(sheet, row, column);
        if (state === 'unscored') return '';
        if (!isShown(sheet, walk, row, column)) return '?';
        return { ok: '✓', refused: '×', notAsked: '–', notReached: '–', absent: '·', scored: String(scoreOf(sheet, row, column)?.weighted) }[state];
      });
      return `${node} ${cells.join(' ').trim()}`;
    })
    .join('\n');
}

describe('a decision as a sheet', () => {
  it('has the columns that tell something, and the verdicts and points of the record', async () => {
    const sheet = await sheetFor(six, 'default/web-7d9-4kx9p');
    expect(sheet.columns.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'filter NodeUnschedulable', 'filter NodeName', 'filter TaintToleration', 'filter NodeResourcesFit', 'score TaintToleration', 'score NodeResourcesFit', 'score PodTopologySpread', 'score NodeResourcesBalancedAllocation',
    ]);
    expect(quietScorers(sheet)).toEqual(['NodeAffinity', 'VolumeBinding', 'InterPodAffinity', 'DynamicResources', 'ImageLocality']);
    expect(drawn(sheet, opened(sheet))).toBe(`node-1 ✓ ✓ ✓ ✓ 300 70 100 73
node-2 ✓ ✓ ✓ ✓ 300 90 200 73
node-3 ✓ ✓ ✓ ×
node-4 ✓ ✓ × –
node-5 × – – –
node-6 ✓ ✓ ✓ ✓ 0 81 200 71`);
    expect(sheet.model.nodes.map((_, row) => totalOf(sheet, row))).toEqual([543, 663, undefined, undefined, undefined, 352]);
    expect(sheet.model.nodes.map((_, row) => rankOf(sheet, row))).toEqual([1, 0, -1, -1, -1, 2]);
    expect([runnerUp(sheet), decisive(sheet, 1, 0)?.name]).toEqual([0, 'PodTopologySpread']);
  });

  it('stands across from what would have been, column by column', async () => {
    const { attempts } = await overview(six, 'default/web-7d9-4kx9p');
    const { step } = attempts[0]!;
    const fact = await matrixAt(six, step);
    // Without its spread constraint that plugin has nothing to say, and keeps its place all the same.
    const then = await matrixAt(six, step, [{ type: 'weight', plugin: 'PodTopologySpread', weight: 0 }]);
    const [before, after] = [sheetOf(fact, then), sheetOf(then, fact)];
    expect(after.columns.map(({ name }) => name)).toEqual(before.columns.map(({ name }) => name));
    expect(drawn(after, opened(after)).split('\n')[1]).toBe('node-2 ✓ ✓ ✓ ✓ 300 90 · 73');
    expect(itemsOf(before, true, after).filter(({ type }) => type === 'whatIf')).toHaveLength(3);
  });

  it('of many nodes shows what matters: winners, and one line for each reason', async () => {
    const sheet = await sheetFor(six, 'default/web-7d9-4kx9p');
    const { model } = sheet;
    const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
    const wide = sheetOf({
      ...model, nodes: names, chosen: 'n3', best: ['n3'],
      refusedBy: Int16Array.from(names, (_, i) => (i < 8 ? -1 : i < 20 ? 5 : i < 30 ? 2 : -2)), rejectionOf: Int32Array.from(names, (_, i) => (i < 8 ? -1 : i < 20 ? 0 : i < 30 ? 1 : -1)),
      feasible: Int32Array.from({ length: 8 }, (_, i) => i), raw: new Float64Array(48), normalized: Float64Array.from({ length: 48 }, (_, i) => i % 8), totals: Float64Array.from({ length: 8 }, (_, i) => (i === 3 ? 99 : i)),
    });
    expect(itemsOf(wide, false, undefined).map((item) => (item.type === 'group' ? `${item.count} ${item.of}` : item.type === 'node' ? names[item.row] : ''))).toEqual(['n3', 'n7', 'n6', 'n5', 'n4', 'n2', '2 passed', '12 refused', '10 refused', '10 notReached']);
    expect(itemsOf(wide, true, undefined)).toHaveLength(40);
  });
});

describe('walking through it', () => {
  it('goes in the order of the scheduler and back', async () => {
    const sheet = await sheetFor(six, 'default/web-7d9-4kx9p');
    let walk = goTo(sheet, opened(sheet), 0);
    const seen: string[] = [];
    for (let i = 0; i < sheet.order.length; i++) {
      seen.push(`${sheet.model.nodes[walk.row]}/${sheet.columns[walk.column]?.name}`);
      walk = forward(sheet, walk, 'cell');
    }
    expect(seen.slice(0, 5)).toEqual(['node-1/NodeUnschedulable', 'node-1/NodeName', 'node-1/TaintToleration', 'node-1/NodeResourcesFit', 'node-2/NodeUnschedulable']);
    expect(seen.slice(-6, -3)).toEqual(['node-1/PodTopologySpread', 'node-2/PodTopologySpread', 'node-6/PodTopologySpread']);
    expect(new Set(seen.map((each, i) => `${i < 20}${each}`)).size).toBe(32);
    expect([walk.column, walk.row]).toEqual([sheet.columns.length, sheet.chosen]);
    for (let i = 0; i < 40; i++) walk = backward(sheet, walk, 'cell');
    expect(placeOf(sheet, walk)).toBe(1);
  });

  it('reveals cells, rows and columns, and takes each back', async () => {
    const sheet = await sheetFor(six, 'default/web-7d9-4kx9p');
    let walk = covered(sheet);
    expect(drawn(sheet, walk)).not.toMatch(/[✓×–] | \d/);
    for (const unit of ['cell', 'cell', 'node', 'plugin', 'node', 'node'] satisfies Unit[]) walk = forward(sheet, walk, unit);
    expect(drawn(sheet, walk)).toBe(`node-1 ✓ ✓ ✓ ✓ 300 70 100 73
node-2 ✓ ✓ ✓ ✓ 300 90 200 73
node-3 ✓ ✓ ✓ ×
node-4 ✓ ? ? ?
node-5 × – – –
node-6 ✓ ? ? ? ? ? ? ?`);
    // What is not on the table yet is not to be guessed from what is not asked.
    expect([isRowDone(sheet, walk, 2), isRowDone(sheet, walk, 3)]).toEqual([true, false]);
    const trail = [drawn(sheet, walk)];
    for (let i = 0; i < 6; i++) {
      walk = backward(sheet, walk, 'cell');
      trail.push(drawn(sheet, walk));
    }
    expect(trail.at(-1)).toBe(drawn(sheet, covered(sheet)));
    for (let i = 0; i < 40; i++) walk = forward(sheet, walk, 'cell');
    expect(walk.told).toBe(true);
    expect(drawn(sheet, walk)).toBe(drawn(sheet, opened(sheet)));
    walk = goTo(sheet, covered(sheet), 5);
    expect(drawn(sheet, walk).match(/✓/g)).toHaveLength(6);
    walk = backward(sheet, walk, 'cell');
    expect(drawn(sheet, walk).match(/✓/g)).toHaveLength(5);
  });

  it('while a class predicts, shows the filters and no score', async () => {
    const sheet = await sheetFor(six, 'default/web-7d9-4kx9p');
    const walk = predicting(sheet);
    expect(drawn(sheet, walk).split('\n').slice(0, 3)).toEqual(['node-1 ✓ ✓ ✓ ✓ ? ? ? ?', 'node-2 ✓ ✓ ✓ ✓ ? ? ? ?', 'node-3 ✓ ✓ ✓ ×']);
    expect(drawn(sheet, tell(sheet, walk))).toBe(drawn(sheet, opened(sheet)));
  });
});

describe('what the worker says', () => {
  it('offers what could have been otherwise, each decided anew', async () => {
    const { attempts } = await overview(six, 'default/web-7d9-4kx9p');
    const { others, fits } = await offersAt(six, attempts[0]!.step);
    expect(fits).toBe(true);
    expect(others.map(({ sentences, outcome }) => `${sentences.map(({ code, args }) => en.reason(code, args)).join()}: ${schedulerEn.outcome(outcome)} ${schedulerEn.outcomeWon(outcome)}`.trim())).toMatchInlineSnapshot(`
      [
        "let the Pod tolerate dedicated=batch:NoSchedule: node-4 joins. node-4 would win, by lot of 2.",
        "let the Pod tolerate slow=disk:PreferNoSchedule: node-2 still wins; its lead shrinks from 120 to 11.",
        "uncordon node-5: node-5 joins. node-2 still wins; its lead shrinks from 120 to 2.",
        "ask for 50 % of the CPU: node-3 joins. node-2 still wins; its lead shrinks from 120 to 60.",
        "ask for 50 % of the memory: node-2 still wins.",
        "drop spread constraint 1: node-2 still wins; its lead shrinks from 120 to 20.",
        "add a node like node-2: node-new-7 joins. node-new-7 would win, by lot of 2.",
        "let TaintToleration score nothing: node-2 still wins; its lead shrinks from 120 to 11.",
        "score resources by MostAllocated: node-2 still wins; its lead shrinks from 120 to 80.",
        "score resources by RequestedToCapacityRatio: node-2 still wins; its lead shrinks from 120 to 80.",
      ]
    `);
  });

  it('a Pod that nobody takes: the smallest change first, with the line that makes it', async () => {
    const { attempts, queue } = await overview(six, 'default/huge');
    const { remedies, tried } = await offersAt(six, attempts[0]!.step);
    expect(remedies.map(({ sentences, outcome, line }) => `${sentences.map(({ code, args }) => en.reason(code, args)).join()} -> ${outcome.chosen} ${line ?? ''}`.trim())).toEqual([
      'ask for no more than cpu 3.5 -> node-2', 'uncordon node-5 -> node-5 kubectl uncordon node-5', 'let the Pod tolerate dedicated=batch:NoSchedule -> node-4', 'take the taint dedicated:NoSchedule off node-4 -> node-4 kubectl taint nodes node-4 dedicated:NoSchedule-',
      'remove Pod default/web-7d9-4kx9p -> node-2 kubectl delete pod web-7d9-4kx9p -n default', 'add a node like node-1 -> node-new-7',
    ]);
    expect(tried).toBeGreaterThan(5);
    expect(queue).toHaveLength(1);
    expect(queue[0]).toMatchObject({ key: 'default/huge', place: 'unschedulable', plugins: ['NodeResourcesFit', 'NodeUnschedulable', 'TaintToleration'] });
    expect(queue[0]!.waitsFor).toContain('Pod Delete');
  });

  it('every attempt from its own moment: the candidates, the room that was made, and the place that was taken', async () => {
    const it = preempting();
    const { attempts, queue } = await overview(it, 'default/urgent');
    expect(attempts.map(({ number, chosen, nominated }) => [number, chosen ?? nominated ?? '-'])).toEqual([[1, 'node-1'], [2, '-'], [3, 'node-1']]);
    const { preemption } = await matrixAt(it, attempts[0]!.step);
    expect(preemption?.candidates.map(({ node, outBy }) => [node, outBy]).sort()).toEqual([['node-1', undefined], ['node-2', 1], ['node-3', 0]]);
    expect(preemption?.chosen).toBe('node-1');
    expect((await matrixAt(it, attempts[2]!.step)).nominatedTaken).toBe(true);
    expect(queue.map(({ key, place }) => [key, place])).toEqual([['default/gated', 'gated']]);
  });

  it('does not touch the history', async () => {
    const { world } = six.timeline;
    const before = [world.steps, world.store.revision, world.digest];
    const { attempts } = await overview(six, 'default/huge');
    await offersAt(six, attempts[0]!.step);
    await matrixAt(six, attempts[0]!.step, [{ type: 'addNode', like: 'node-1', name: 'node-7' }]);
    expect([world.steps, world.store.revision, world.digest]).toEqual(before);
  });

  it('says undefined of a step that decided nothing', async () => {
    expect(await matrixAt(six, 1)).toBeUndefined();
    expect(await matrixAt(six, 1e9)).toBeUndefined();
  });
});

describe('words', () => {
  it('are the same places in both languages', () => {
    const places = (value: unknown, path = ''): readonly string[] => (typeof value === 'function' || typeof value === 'string' ? [path] : typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, item]) => places(item, `${path}.${key}`)) : []);
    expect(places(schedulerZh)).toEqual(places(schedulerEn));
    const kept = JSON.stringify(schedulerZh);
    expect(kept).not.toMatch(/[a-z]{4,} [a-z]{4,} [a-z]{4,}/);
  });
});
