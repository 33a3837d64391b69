import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chapter, clock, inTwin, press, revision, shot, stand, story, twin, type Stand } from './page.ts';

let at: Stand;
beforeAll(async () => {
  at = await stand();
});
afterAll(() => at.close());

describe('a story in a real browser', () => {
  it('plays the deployment to its end, and back to any moment', async () => {
    const { page, errors } = await at.open({ pace: 4 });
    await inTwin(page, /^node-1$/).first().waitFor({ state: 'attached' });
    await shot(page, 'first-visit');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    // It comes to rest by itself: nothing but heartbeats lies ahead.
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor({ timeout: 150_000 });
    await inTwin(page, /Deployment nginx-deployment, 3 of 3 ready/).waitFor({ state: 'attached' });
    await inTwin(page, /Service nginx-service, 3 addresses/).waitFor({ state: 'attached' });
    expect(await page.locator('.steps li.done, .steps li.on').count()).toBe(10);
    const end = { clock: await clock(page), revision: await revision(page) };
    await shot(page, 'deploy-end');

    // Back to the decision, and one message back and forth.
    await chapter(page, 5);
    expect(await revision(page)).toBeLessThan(end.revision);
    await inTwin(page, /chosen, not bound/).first().waitFor({ state: 'attached' });
    const there = await clock(page);
    await page.getByRole('button', { name: 'Next message' }).click();
    await page.waitForFunction((before) => document.querySelector('[role=timer]')?.textContent !== before, there);
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();

    // The end again is the same end.
    await page.keyboard.press('Shift+ArrowRight');
    await page.waitForFunction((before) => document.querySelector('[role=timer]')?.textContent === before, end.clock);
    expect(await revision(page)).toBe(end.revision);

    await page.getByRole('button', { name: 'Back to the beginning' }).click();
    await twin(page).getByText('at revision 23').waitFor({ state: 'attached' });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('a node is killed, and what it ran comes back elsewhere', async () => {
    const { page, errors } = await at.open({ pace: 4 });
    await chapter(page, 10);
    await page.getByRole('button', { name: 'Kill node' }).click();
    await page.getByText('Which node loses its power, or gets it back?').waitFor();
    await press(inTwin(page, /^node-2$/));
    await inTwin(page, /^node-2$/).waitFor({ state: 'attached' });
    await twin(page).getByText(/NotReady|power off/).first().waitFor({ state: 'attached' });
    // The Pod on the dead node stays on the books, with its reason.
    await inTwin(page, /Pod .*unknown/).first().waitFor({ state: 'attached', timeout: 60_000 });
    await page.getByRole('button', { name: 'Pause' }).click();
    await press(inTwin(page, /Pod .*unknown/));
    await page.getByText('Why has nothing replaced this Pod?').waitFor();
    await page.getByText(/power of node-2 failed/i).first().waitFor();
    await shot(page, 'why-not-replaced');

    // What if it waited for 30 s only: a branch, in which it is replaced.
    await page.getByRole('button', { name: 'Tolerate only 30 s' }).click();
    await page.getByRole('region', { name: 'What if' }).waitFor();
    await inTwin(page, /ReplicaSet .*3 wanted, 4 exist/).waitFor({ state: 'attached', timeout: 60_000 });
    await shot(page, 'branch');
    await page.getByRole('button', { name: 'discard' }).click();
    await page.getByRole('region', { name: 'What if' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await inTwin(page, /Deployment nginx-deployment, 3 of 3 ready/).waitFor({ state: 'attached', timeout: 120_000 });
    await shot(page, 'recovered');
    expect(errors).toEqual([]);
    await page.close();
  });

  it('the terminal: a line is typed, read at once or written in the time that the cluster takes', async () => {
    const { page, errors } = await at.open({ pace: 4 });
    await chapter(page, 10);
    await page.keyboard.press('`');
    const terminal = page.getByRole('region', { name: 'Terminal' });
    await terminal.locator('textarea').waitFor({ state: 'attached' });
    const rows = terminal.locator('.xterm-rows');
    const says = (text: string): Promise<unknown> => page.waitForFunction((wanted) => (document.querySelector('.xterm-rows')?.textContent ?? '').includes(wanted), text, { timeout: 60_000 });
    const enter = async (text: string): Promise<void> => {
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    };
    await enter('kubectl get nodes');
    await says('node-3');
    await enter('kubectl scale deployment/nginx-deployment --replicas=5');
    await says('deployment.apps/nginx-deployment scaled');
    await inTwin(page, /ReplicaSet .*5 wanted, 5 exist/).waitFor({ state: 'attached', timeout: 60_000 });

    // Several lines are one command, and a mistake is answered in the server's words.
    await enter('kubectl apply -f - <<EOF');
    for (const text of ['apiVersion: v1', 'kind: ConfigMap', 'metadata: {name: typed}', 'EOF']) await enter(text);
    await says('configmap/typed created');
    await enter('kubectl get pods nope');
    await says('Error from server (NotFound): pods "nope" not found');
    await enter('kubectl get cm -o name | grep typed | wc -l');

    // A watch goes on until it is broken off; the terminal then takes the next line.
    await enter('kubectl get deployment -w');
    await says('nginx-deployment');
    await page.keyboard.press('Control+c');
    await enter('echo and on');
    await says('and on');
    await shot(page, 'terminal');
    expect(await rows.count()).toBe(1);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('every story opens and goes to its first chapters', async () => {
    const { page, errors } = await at.open();
    for (let place = 1; place < 6; place++) {
      await story(page, place);
      await chapter(page, 3);
      expect(await page.locator('.say').textContent()).not.toBe('');
    }
    expect(errors).toEqual([]);
    await page.close();
  });
});
