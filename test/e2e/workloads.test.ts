import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chapter, inTwin, press, shot, stand, violations, type Stand } from './page.ts';

let at: Stand;
beforeAll(async () => {
  at = await stand();
});
afterAll(() => at.close());

describe('owners that are no Deployments', () => {
  it.each([['en', 'light', 1440, 900], ['zh', 'dark', 1280, 720]] as const)('%s, %s, %i x %i: a StatefulSet by ordinal, a CronJob over its Job, and their Pods in the inspector', async (language, theme, width, height) => {
    const { page, errors } = await at.open({ language, theme, width, height });
    const story = async (name: RegExp): Promise<void> => {
      await page.locator('.picker').click();
      await page.getByRole('menuitemradio', { name }).click();
      await page.getByRole('menu').waitFor({ state: 'detached' });
    };
    await story(/StatefulSet/);
    await chapter(page, 6);
    await press(inTwin(page, /^StatefulSet db, (3 of 3 ready|就绪 3\/3)/));
    await page.getByRole('tab').nth(1).click();
    const sheet = page.getByRole('tabpanel');
    await sheet.getByRole('button', { name: 'db-2' }).waitFor();
    expect(await sheet.getByRole('listitem').getByRole('button').allTextContents()).toEqual(['db-0', 'db-1', 'db-2']);
    await shot(page, `owned-${language}-${theme}`);
    expect(await violations(page)).toEqual([]);
    await story(/minute|每分钟|Jobs|Job/);
    await chapter(page, 12);
    await press(inTwin(page, /^CronJob tick/));
    await inTwin(page, /^Job tick-\d+, (1 of 1 done|完成 1\/1)/).waitFor({ state: 'attached' });
    await shot(page, `cronjob-${language}-${theme}`);
    expect(await violations(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });
});
