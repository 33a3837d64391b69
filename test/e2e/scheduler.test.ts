import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { preempting, sixNodes, thousandNodes } from './crafted.ts';
import { inTwin, press, shot, stand, violations, type Stand } from './page.ts';

let at: Stand;
beforeAll(async () => {
  at = await stand();
});
afterAll(() => at.close());

const view = (page: Page): Locator => page.getByRole('region', { name: /^(The scheduler|调度器)$/ });
const grid = (page: Page): Locator => page.getByRole('grid');
const cell = (page: Page, name: RegExp): Locator => page.getByRole('gridcell', { name });
const position = (page: Page): Promise<string | null> => page.getByRole('slider', { name: 'Cell' }).getAttribute('aria-valuetext');
/** Chooses a Pod in the picker by its name. */
async function look(page: Page, pod: string): Promise<void> {
  const picker = page.getByRole('combobox').first();
  await picker.selectOption(await picker.evaluate((select, name) => [...(select as HTMLSelectElement).options].find((option) => option.textContent === name)!.value, pod));
  await page.getByRole('heading', { name: new RegExp(pod) }).waitFor();
  await grid(page).waitFor();
}
const offered = (page: Page): Promise<void> => page.getByRole('switch').first().waitFor();

describe('a decision, by keyboard alone', () => {
  it('opens from the Pod, steps cell by cell, node by node and plugin by plugin, and closes to where it came from', async () => {
    const { page, errors } = await at.open({ hash: sixNodes().link() });
    await press(inTwin(page, /^Pod web-7d9-4kx9p/));
    await page.getByRole('button', { name: 'Step through the decision' }).first().waitFor();
    await page.locator('body').press('n');
    await grid(page).waitFor();
    await page.getByRole('heading', { name: 'Which node for web-7d9-4kx9p?' }).waitFor();
    // What is covered can be reached neither by Tab nor by ear.
    expect(await page.locator('.rail[inert], .insp[inert], .dock[inert]').count()).toBe(3);
    // The cell that decided has the focus; its figures are those of the cards.
    expect(await position(page)).toBe('cell 28 of 32');
    await cell(page, /^node-2 and PodTopologySpread: raw 2, normalised 100, times weight 2 makes 200$/).waitFor();
    await page.getByText('Nodes have from 2 to 4 and the least is best: 2 makes 100; times weight 2 makes 200').first().waitFor();
    await cell(page, /^node-2: the total 663 chosen$/).waitFor();
    // In the order of the scheduler: node by node through the filters, plugin by plugin through the scores.
    await page.keyboard.press('Home');
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft');
    expect(await position(page)).toBe('cell 1 of 32');
    await page.keyboard.press('Enter');
    expect(await position(page)).toBe('cell 2 of 32');
    await page.keyboard.press('Backspace');
    expect(await position(page)).toBe('cell 1 of 32');
    await page.keyboard.press('n');
    await page.keyboard.press('PageDown');
    expect(await position(page)).toBe('cell 5 of 32');
    await page.keyboard.press('p');
    await page.keyboard.press('PageDown');
    expect(await position(page)).toBe('cell 6 of 32');
    await page.keyboard.press('PageUp');
    expect(await position(page)).toBe('cell 5 of 32');
    await page.keyboard.press('Escape');
    await view(page).waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('a class predicts: scores are hidden, a node is said, and the column that decided is named', async () => {
    const { page, errors } = await at.open({ hash: sixNodes().link() });
    await page.locator('body').press('n');
    await grid(page).waitFor();
    await look(page, 'web-7d9-4kx9p');
    await page.keyboard.press('h');
    await page.getByText('Which node will it be? Press its number, or choose its row.').waitFor();
    // Nothing gives it away: no score, no total, no what-if.
    expect(await cell(page, /makes \d/).count()).toBe(0);
    expect(await page.getByRole('switch').count()).toBe(0);
    await page.keyboard.press('1');
    await page.getByText('The class says node-1. Enter shows the scores.').waitFor();
    await shot(page, 'scheduler-predict');
    await page.keyboard.press('Enter');
    await page.getByText('node-2, not node-1: 120 points more, most of them by PodTopologySpread.').waitFor();
    await cell(page, /^node-2: the total 663 chosen$/).waitFor();
    await page.keyboard.press('h');
    await page.keyboard.press('2');
    await page.keyboard.press('Enter');
    await page.getByText('Right: node-2. PodTopologySpread tells it apart most.').waitFor();
    await page.keyboard.press('Escape');
    // Revealed cell by cell: what was not reached stays hidden, and so does whether a node passes.
    await page.keyboard.press('r');
    await page.keyboard.press('c');
    await page.keyboard.press('Enter');
    await cell(page, /^node-1 and NodeUnschedulable: passed$/).waitFor();
    await cell(page, /^node-3 and NodeResourcesFit: hidden$/).nth(1).waitFor();
    await cell(page, /^node-3 and TaintToleration: hidden$/).nth(1).waitFor();
    await page.keyboard.press('n');
    for (let i = 0; i < 6; i++) await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await cell(page, /^node-2: the total 663 chosen$/).waitFor();
    expect(await position(page)).toBe('the choice');
    await page.keyboard.press('Backspace');
    expect(await cell(page, /chosen$/).count()).toBe(0);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('what if: one thing otherwise, before and after in one matrix or side by side; the story is as it was', async () => {
    const { page, errors } = await at.open({ hash: sixNodes().link() });
    const digest = async (): Promise<string> => (await page.locator('.stage').textContent()) ?? '';
    const before = await digest();
    await page.locator('body').press('n');
    await grid(page).waitFor();
    await look(page, 'web-7d9-4kx9p');
    await offered(page);
    await page.getByRole('switch', { name: 'Let the Pod tolerate dedicated=batch:NoSchedule' }).waitFor();
    await page.keyboard.press('1');
    await page.getByRole('row', { name: /^what if.*would win/ }).waitFor();
    await shot(page, 'scheduler-whatif');
    await page.keyboard.press('s');
    const halves = view(page).getByRole('table');
    expect(await halves.count()).toBe(2);
    await halves.nth(0).getByRole('row', { name: /^node-4.*Taint ?Toleration/ }).waitFor();
    await halves.nth(1).getByRole('row', { name: /^node-4 passed 300 90 200 73 663$/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('s');
    await page.keyboard.press('0');
    await page.getByRole('row', { name: /^what if/ }).waitFor({ state: 'detached' });
    // Another profile, by its switch.
    await page.getByRole('switch', { name: 'Score resources by MostAllocated' }).press('Enter');
    await page.getByRole('row', { name: /^what if/ }).first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await view(page).waitFor({ state: 'detached' });
    expect(await digest()).toBe(before);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('a waiting Pod says why, node by node, and what would be enough; the smallest change comes first', async () => {
    const { page, errors } = await at.open({ hash: sixNodes().link() });
    await press(inTwin(page, /^Pod huge/));
    await page.locator('body').press('n');
    await page.getByRole('heading', { name: 'Which node for huge?' }).waitFor();
    await view(page).getByText('None of 6 nodes can take it.').waitFor();
    for (const sentence of ['node-2 is out: 3.7 cores asked, 3.5 free', 'node-4 is out: the Pod does not tolerate dedicated=batch:NoSchedule', 'node-5 is out: it is cordoned', 'node-6 is out: 3.7 cores asked, and the whole node has only 2']) await view(page).getByText(sentence).first().waitFor();
    await offered(page);
    const first = page.getByRole('listitem').filter({ has: page.getByRole('switch') }).first();
    expect(await first.textContent()).toContain('Ask for no more than cpu 3.5');
    expect(await first.textContent()).toContain('the smallest change');
    // By its number: node-5 is uncordoned, and takes it.
    await page.keyboard.press('2');
    await page.getByRole('row', { name: /^what if.*would win/ }).waitFor();
    await shot(page, 'scheduler-pending');
    // And played: a branch in which somebody uncordons it.
    await page.getByRole('button', { name: 'Play this branch' }).press('Enter');
    await page.getByRole('region', { name: 'What if' }).waitFor();
    await inTwin(page, /^Pod huge, chosen|^Pod huge, (starting|running|ready)/).first().waitFor({ state: 'attached', timeout: 60_000 });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('preemption: every attempt is kept, candidates fall rule by rule, and the queue says what brings a Pod back', async () => {
    const { page, errors } = await at.open({ hash: preempting().link() });
    await page.locator('body').press('n');
    await grid(page).waitFor();
    await look(page, 'urgent');
    const attempts = page.getByRole('combobox').nth(1);
    expect(await attempts.locator('option').allTextContents()).toEqual([expect.stringMatching(/^attempt 1, .*makes room on node-1$/), expect.stringMatching(/^attempt 2, .*no node$/), expect.stringMatching(/^attempt 3, .*node-1$/)]);
    await page.keyboard.press('a');
    await page.keyboard.press('PageUp');
    await view(page).getByText('Filters refuse all 3 nodes.').waitFor();
    await page.keyboard.press('PageUp');
    const table = page.getByRole('region', { name: 'Whose place could it take?' }).getByRole('table');
    await table.waitFor();
    // node-3 falls to its budget, node-2 to the priority of its Pod; node-1 is nominated.
    await table.getByRole('row', { name: /^node-3 1/ }).waitFor();
    await table.getByRole('row', { name: /^node-2 0 100/ }).waitFor();
    await table.getByRole('row', { name: /^node-1nominated 0 0 0 2/ }).waitFor();
    await shot(page, 'scheduler-preemption');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('q');
    await page.getByRole('region', { name: 'gated' }).getByText('waiting for scheduling gates: [example.com/wait]').waitFor();
    await page.getByRole('region', { name: 'gated' }).getByText('Back when its gates are lifted.').waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });
});

describe('a thousand nodes', () => {
  it('opens as what matters, or all of them, of which only those in sight are drawn; the time is printed', async () => {
    const { page, context, errors } = await at.open({ hash: thousandNodes().link() });
    await page.locator('.stage').waitFor({ timeout: 60_000 });
    await page.locator('body').press('n');
    await grid(page).waitFor({ timeout: 60_000 });
    await look(page, 'small');
    await page.getByText(/It stops when 420 nodes pass/).waitFor();
    await page.keyboard.press('m');
    await page.waitForFunction(() => document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === '1002');
    expect(await view(page).getByRole('row').count()).toBeLessThan(40);
    await offered(page);
    // From choosing a Pod to the picture of all its nodes: asked of the worker, rebuilt from the record, drawn.
    const opening = async (pod: string): Promise<number> =>
      page.evaluate(
        (name) =>
          new Promise<number>((resolve) => {
            const picker = document.querySelector<HTMLSelectElement>('.pickers select')!;
            const began = performance.now();
            const seen = (): void => {
              if (document.querySelector('.h1')?.textContent?.includes(name) === true && document.querySelector('[role=grid][aria-rowcount="1002"] [role=gridcell]') !== null) resolve(performance.now() - began);
              else requestAnimationFrame(seen);
            };
            picker.value = [...picker.options].find((option) => option.textContent === name)!.value;
            picker.dispatchEvent(new Event('change', { bubbles: true }));
            requestAnimationFrame(seen);
          }),
        pod,
      );
    // What the main thread itself works, however busy the machine is.
    const inspector = await context.newCDPSession(page);
    await inspector.send('Performance.enable', { timeDomain: 'threadTicks' });
    const worked = async (): Promise<number> => 1000 * ((await inspector.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
    const times: number[] = [];
    const work: number[] = [];
    for (const pod of ['middling', 'small', 'huge', 'middling', 'small', 'huge', 'middling']) {
      const before = await worked();
      times.push(await opening(pod));
      work.push((await worked()) - before);
      await offered(page);
    }
    const first = times[0]!;
    times.sort((a, b) => a - b);
    work.sort((a, b) => a - b);
    // Scrolled from end to end, a screen a frame.
    const frames = await page.evaluate(
      () =>
        new Promise<readonly number[]>((resolve) => {
          const scroll = document.querySelector('.mxscroll')!;
          const costs: number[] = [];
          let last = performance.now();
          const step = (): void => {
            const now = performance.now();
            costs.push(now - last);
            last = now;
            scroll.scrollTop += 300;
            if (costs.length > 120) resolve(costs.slice(1).sort((a, b) => a - b));
            else requestAnimationFrame(step);
          };
          requestAnimationFrame(step);
        }),
    );
    console.log(`1,000 nodes: a decision opens in ${times[3]!.toFixed(0)} ms (median of seven; the first ${first.toFixed(0)}, the fastest ${times[0]!.toFixed(0)}, the slowest ${times[6]!.toFixed(0)}), of which the main thread works ${work[3]!.toFixed(0)} ms; scrolling ${frames[Math.floor(frames.length / 2)]!.toFixed(0)} ms a frame, p95 ${frames[Math.floor(frames.length * 0.95)]!.toFixed(0)} ms`);
    await shot(page, 'scheduler-1000');
    expect(errors).toEqual([]);
    await page.close();
  });
});
