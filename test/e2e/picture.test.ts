import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chapter, inTwin, press, stand, type Stand } from './page.ts';

const PICTURE = fileURLToPath(new URL('../../docs/stage.png', import.meta.url));
const SCREENS = fileURLToPath(new URL('../.screens/page/readme.png', import.meta.url));

let at: Stand;
beforeAll(async () => {
  at = await stand();
});
afterAll(() => at.close());

/** The README's picture: the scheduler has chosen, and one looks into why. UPDATE=1 puts a new one into docs. */
it('the picture of the README is of this page', async () => {
  const { page, errors } = await at.open();
  await chapter(page, 6);
  await press(inTwin(page, /^Pod /));
  await page.getByText('Why does this Pod exist?').waitFor();
  // Fades are over when the last tile is opaque.
  await page.waitForFunction(() => document.getAnimations().every((animation) => animation.playState !== 'running'));
  await page.screenshot({ path: process.env['UPDATE'] === '1' ? PICTURE : SCREENS });
  expect(existsSync(PICTURE)).toBe(true);
  expect(statSync(PICTURE).size).toBeGreaterThan(50_000);
  expect(errors).toEqual([]);
  await page.close();
});
