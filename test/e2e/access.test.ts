import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chapter, inTwin, press, shot, stand, story, violations, type Stand } from './page.ts';

let at: Stand;
beforeAll(async () => {
  at = await stand();
});
afterAll(() => at.close());

const STORIES = ['deploy', 'scale', 'rollout', 'killPod', 'killNode', 'partitionNode'] as const;
const LOOKS = [
  ['en', 'light', 1440, 900],
  ['en', 'dark', 1280, 720],
  ['zh', 'light', 1280, 720],
  ['zh', 'dark', 1440, 900],
] as const;

describe.each(LOOKS)('axe, %s, %s, %i x %i', (language, theme, width, height) => {
  it('finds nothing in any story', async () => {
    const { page } = await at.open({ language, theme, width, height });
    for (const [place, name] of STORIES.entries()) {
      if (place > 0) await story(page, place);
      await chapter(page, name === 'deploy' ? 5 : 6);
      await press(inTwin(page, /^Pod /));
      await page.getByRole('tabpanel').waitFor();
      await shot(page, `${name}-${language}-${theme}-${width}`);
      expect(await violations(page), name).toEqual([]);
    }
    await page.close();
  });

  it('finds nothing in any dialog, tab or drawer', async () => {
    const { page } = await at.open({ language, theme, width, height });
    await chapter(page, 10);
    await press(inTwin(page, /^Pod /));
    for (const [i, name] of ['why', 'inside', 'object', 'changes', 'events'].entries()) {
      await page.getByRole('tab').nth(i).click();
      await shot(page, `tab-${name}-${language}-${theme}`);
      expect(await violations(page), name).toEqual([]);
    }
    await page.getByRole('tab').nth(0).click();
    await page.locator('.more .lnk').first().click();
    await page.locator('.decision').waitFor();
    await shot(page, `decision-${language}-${theme}`);
    expect(await violations(page), 'decision').toEqual([]);
    await page.keyboard.press('Escape');
    for (const [key, selector, name] of [['e', '.drawer.apply .cm-content', 'apply'], ['`', '.drawer.shell', 'kubectl']] as const) {
      await page.keyboard.press(key);
      await page.locator(selector).waitFor();
      await shot(page, `${name}-${language}-${theme}`);
      expect(await violations(page), name).toEqual([]);
      await page.keyboard.press('Escape');
      await page.locator(selector).waitFor({ state: 'detached' });
    }
    for (const [open, name] of [[() => page.keyboard.press('?'), 'keys'], [() => page.locator('.badge').click(), 'simplified'], [() => page.keyboard.press('s'), 'scale'], [() => page.keyboard.press('i'), 'image'], [() => page.locator('.top .btn.line').click(), 'share']] as const) {
      await open();
      await page.getByRole('dialog').waitFor();
      await page.waitForTimeout(200);
      await shot(page, `${name}-${language}-${theme}`);
      expect(await violations(page), name).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.keyboard.press('t');
    await shot(page, `twin-${language}-${theme}`);
    expect(await violations(page), 'twin').toEqual([]);
    await page.close();
  });
});

describe('the keyboard', () => {
  it('does everything, and letters do nothing while one types', async () => {
    const { page, errors } = await at.open({ pace: 4 });
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    await page.keyboard.press('w');
    expect(await page.getByRole('radio', { name: 'write' }).isChecked()).toBe(true);
    await page.keyboard.press('`');
    await page.keyboard.type('tk?');
    expect(await page.getByRole('textbox', { name: 'kubectl command line' }).inputValue()).toBe('tk?');
    await page.keyboard.press('Escape');
    await page.keyboard.press('k');
    await page.getByText('Which node loses its power, or gets it back?').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Which node loses its power, or gets it back?').waitFor({ state: 'detached' });
    await page.keyboard.press('b');
    await page.getByRole('region', { name: 'What if' }).waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  it('with reduced motion nothing travels: each step stands', async () => {
    const { page, errors } = await at.open({ reducedMotion: true });
    await page.getByRole('button', { name: 'Next message' }).click();
    await page.getByRole('timer').filter({ hasText: '00:05' }).waitFor();
    await shot(page, 'reduced-motion');
    expect(errors).toEqual([]);
    await page.close();
  });
});
