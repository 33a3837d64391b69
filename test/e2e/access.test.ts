import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/ui/i18n/en.ts';
import { chapter, inTwin, press, shot, stand, story, terminal, violations, type Stand } from './page.ts';

let at: Stand;
beforeAll(async () => {
  at = await stand();
});
afterAll(() => at.close());

/** In the picker's order; the empty clusters come last. */
const STORIES = [...en.shelves.flatMap(({ stories }) => stories), 'sandbox', 'sandbox-12'];
/** These in every look; of the others each in one, taken in turn: they are drawn by the same few parts. */
const EVERYWHERE = 6;
const LOOKS = [
  ['en', 'light', 1440, 900],
  ['en', 'dark', 1280, 720],
  ['zh', 'light', 1280, 720],
  ['zh', 'dark', 1440, 900],
] as const;

describe.each(LOOKS)('axe, %s, %s, %i x %i', (language, theme, width, height) => {
  it('finds nothing in any story', async () => {
    const { page } = await at.open({ language, theme, width, height });
    const turn = LOOKS.findIndex((look) => look[0] === language && look[1] === theme);
    for (const [place, name] of STORIES.entries()) {
      if (place >= EVERYWHERE && place % LOOKS.length !== turn) continue;
      if (place > 0) await story(page, place);
      if (!name.startsWith('sandbox')) {
        const chapters = await page.locator('.steps li').count();
        await chapter(page, name === 'deploy' ? 5 : place < EVERYWHERE ? 6 : Math.ceil(chapters * 0.6));
        // At such a moment there may be no Pod: then a node.
        await press(inTwin(page, (await inTwin(page, /^Pod /).count()) > 0 ? /^Pod / : /^node-1$/));
        await page.getByRole('tabpanel').waitFor();
      }
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
    await terminal(page, 'tk?', false);
    await page.locator('.xterm-accessibility').getByText('tk?').first().waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    await page.locator('.drawer.shell').waitFor({ state: 'detached' });
    await page.keyboard.press('k');
    await page.getByText('Which node loses its power, or gets it back?').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Which node loses its power, or gets it back?').waitFor({ state: 'detached' });
    await page.keyboard.press('b');
    await page.getByRole('region', { name: 'What if' }).waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  it('crashes a component and starts it again, and says what that means', async () => {
    const { page, errors } = await at.open({ pace: 4 });
    await chapter(page, 10);
    await page.locator('.stage').focus();
    await press(inTwin(page, /^scheduler/));
    await page.keyboard.press('r');
    await inTwin(page, /^scheduler, down/).waitFor({ state: 'attached' });
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.getByText('While it is down new Pods stay Pending.').waitFor();
    await inspector.getByText('scheduler crashed.').waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'scheduler-down');
    await inspector.getByRole('button', { name: 'Restart' }).click();
    await inTwin(page, /^scheduler, idle/).waitFor({ state: 'attached' });
    // The same where the thing is: its menu on stage.
    await page.locator('[data-target="process:controller/deployment-controller"]').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Slow wire' }).click();
    await inTwin(page, /^deployment, .*slow wire/).waitFor({ state: 'attached' });
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
