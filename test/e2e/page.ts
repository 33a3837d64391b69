import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launch } from './browser.ts';
import { serve, type Site } from './server.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const DIST = process.env['ORRERY_DIST'] ?? `${ROOT}dist`;
const SCREENS = `${ROOT}test/.screens/page`;

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
  readonly pace?: number;
  readonly hash?: string;
  readonly reducedMotion?: boolean;
}
export interface Stand {
  readonly site: Site;
  readonly open: (look?: Look) => Promise<Opened>;
  readonly close: () => Promise<void>;
}
export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong in the page: scripts that threw, things the policy forbade. */
  readonly errors: readonly string[];
}

/** A site and a browser, for one file of tests. */
export async function stand(): Promise<Stand> {
  const site = await serve(DIST);
  const browser: Browser = await launch();
  return {
    site,
    async open({ width = 1440, height = 900, language = 'en', theme, pace, hash = '', reducedMotion = false } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, locale: language === 'zh' ? 'zh-CN' : 'en-US', reducedMotion: reducedMotion ? 'reduce' : 'no-preference', ...(theme === undefined ? {} : { colorScheme: theme }) });
      if (pace !== undefined) await context.addInitScript((value) => localStorage.setItem('orrery.preferences', JSON.stringify({ pace: value })), pace);
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(`${site.url}${hash}`);
      await page.locator('.stage').waitFor();
      return { page, context, errors };
    },
    async close() {
      await browser.close();
      await site.close();
    },
  };
}

// ---- what a reader finds, by role and name

/** The stage as text: always there, seen or not. */
export const twin = (page: Page): Locator => page.getByRole('region', { name: /^(The stage as text|舞台的文字版)$/ });
export const inTwin = (page: Page, name: RegExp): Locator => twin(page).getByRole('button', { name });
/** The twin's buttons may lie outside the screen: they are pressed as a screen reader does. */
export const press = (button: Locator): Promise<void> => button.first().evaluate((element) => (element as HTMLElement).click());
export const clock = async (page: Page): Promise<string> => (await page.getByRole('timer').textContent()) ?? '';
export const revision = async (page: Page): Promise<number> => Number(/(?:at revision|版本) (\d+)/.exec((await twin(page).textContent()) ?? '')?.[1]);

export async function story(page: Page, place: number): Promise<void> {
  await page.locator('.picker').click();
  await page.getByRole('menuitemradio').nth(place).click();
  await page.getByRole('menu').waitFor({ state: 'detached' });
}
/** A chapter's or a step's number on the rail; done when it is reached. */
export async function chapter(page: Page, n: number): Promise<void> {
  await page.locator('.steps li').nth(n - 1).getByRole('button').click();
  await page.locator(`.steps li:nth-child(${n}):is(.done, .on)`).waitFor();
}

/** Opens the terminal and types a line; it is sent only with `enter`. Returns what is typed into. */
export async function terminal(page: Page, line: string, enter = true): Promise<Locator> {
  await page.keyboard.press('`');
  const input = page.getByRole('textbox', { name: /^(Terminal: type kubectl here|终端)/ });
  await input.waitFor({ state: 'attached' });
  await page.keyboard.type(line);
  if (enter) await page.keyboard.press('Enter');
  return input;
}

export async function shot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENS, { recursive: true });
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${SCREENS}/${name}.png` });
}

/** What axe finds, in words that name the place. */
export async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']).analyze();
  return found.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')}: ${node.failureSummary?.split('\n').slice(1, 3).join(' ').trim() ?? ''}`));
}
