import { deflateSync, strToU8 } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chapter, clock, inTwin, press, revision, shot, stand, terminal, twin, type Stand } from './page.ts';

let at: Stand;
beforeAll(async () => {
  at = await stand();
});
afterAll(() => at.close());

describe('a link', () => {
  it('opens in a fresh page at the same moment, with what was done, and the same digest', async () => {
    const { page } = await at.open({ pace: 4 });
    await chapter(page, 10);
    await terminal(page, 'kubectl scale deployment/nginx-deployment --replicas=4');
    await inTwin(page, /ReplicaSet .*4 wanted, 4 exist/).waitFor({ state: 'attached', timeout: 60_000 });
    await page.getByRole('button', { name: 'Share' }).click();
    const field = page.getByRole('textbox', { name: 'The link' });
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('dialog input[readonly]')?.value.includes('#1.'));
    await page.getByRole('img', { name: 'QR code of the link' }).waitFor();
    await shot(page, 'share');
    const link = await field.inputValue();
    const here = { clock: await clock(page), revision: await revision(page) };
    expect(link.length).toBeLessThan(2_000);

    const { page: fresh, errors } = await at.open({ hash: new URL(link).hash });
    await twin(fresh).getByText(`at revision ${here.revision}`).waitFor({ state: 'attached' });
    expect(await clock(fresh)).toBe(here.clock);
    // A link whose digest did not come out would say so.
    expect(await fresh.getByRole('alert').allTextContents()).toEqual(['']);
    expect(errors).toEqual([]);

    await page.getByText('At the beginning').click();
    await page.waitForFunction((before) => document.querySelector<HTMLInputElement>('dialog input[readonly]')?.value !== before, link);
    const { page: start } = await at.open({ hash: new URL(await field.inputValue()).hash, pace: 4 });
    await twin(start).getByText('at revision 23').waitFor({ state: 'attached' });
    await page.close();
    await fresh.close();
    await start.close();
  });

  const forged = (text: string): string => `#1.en.-.${Buffer.from(deflateSync(strToU8(text))).toString('base64url')}`;
  it.each([
    ['no link of Orrery', '#hello', /does not hold a link of Orrery/],
    ['another format', '#9.en.-.AAAA', /format 9/],
    ['cut off', '#1.en.-.jVLLbtsw', /ends too early|cannot be read/],
    ['wrong letters', '#1.en.-.<script>', /characters that no link of Orrery has|does not hold/],
    ['1 MB', `#1.en.-.${'A'.repeat(1_000_000)}`, /characters, more than/],
    ['a bomb', forged(' '.repeat(20_000_000)), /unpacks to more/],
    ['forged', forged('[1,"x","deploy","x",1,[[0,0,{"type":"request","__proto__":{"a":1}}]],[0,0],"x"]'), /cannot be read/],
    ['an unknown story', forged('[1,"0123456789ab","nosuch","0123456789abcdef",1,[],[0,0],"0123456789abcdef"]'), /which this version does not have|cannot be read/],
  ])('%s: says so, and the first lesson is there', async (_, hash, words) => {
    const { page } = await at.open({ hash });
    await page.getByRole('alert').filter({ hasText: words }).waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await press(inTwin(page, /^node-1$/));
    await page.getByRole('button', { name: 'Next message' }).click();
    await twin(page).getByText('$ kubectl apply').first().waitFor({ state: 'attached' });
    await page.close();
  });
});

describe('without a network', () => {
  it('comes up again after one visit', async () => {
    const { page, context, errors } = await at.open();
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.reload();
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await context.setOffline(true);
    await page.reload();
    await inTwin(page, /^node-1$/).first().waitFor({ state: 'attached' });
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'YAML to apply' }).waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });
});
