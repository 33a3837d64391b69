/** Screenshots of the stage's samples, to be looked at beside the design's drawings: `npx tsx test/ui/stage.shots.ts [name...]` writes test/.screens. */
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import react from '@vitejs/plugin-react';
import { createServer } from 'vite';

const SHOTS: readonly (readonly [name: string, width: number, height: number, query: string])[] = [
  ['stage', 1440, 900, 'sample=deploy'],
  ['stage-dark-failure', 1440, 900, 'sample=failure&theme=dark'],
  ['stage-1280', 1280, 720, 'sample=deploy'],
  ['stage-1280-dark-failure', 1280, 720, 'sample=failure&theme=dark'],
  ['stage-zh', 1440, 900, 'sample=deploy&lang=zh'],
  ['stage-dark-failure-zh', 1440, 900, 'sample=failure&theme=dark&lang=zh'],
  ['stage-1280-zh', 1280, 720, 'sample=deploy&lang=zh'],
  ['rollout', 1440, 900, 'sample=rollout'],
  ['rollout-dark-1280', 1280, 720, 'sample=rollout&theme=dark'],
  ['reduced', 1440, 900, 'sample=rollout&reduced'],
  ['wide', 1920, 1080, 'sample=failure'],
  ['empty', 1440, 900, 'sample=empty'],
  ['nodes1', 1440, 900, 'sample=nodes1'],
  ['nodes4', 1440, 900, 'sample=nodes4'],
  ['nodes5', 1440, 900, 'sample=nodes5'],
  ['nodes10', 1440, 900, 'sample=nodes10'],
  ['nodes10-1280', 1280, 720, 'sample=nodes10'],
  ['nodes50', 1440, 900, 'sample=nodes50'],
  ['nodes400', 1440, 900, 'sample=nodes400'],
  ['busy', 1440, 900, 'sample=busy'],
  ['zoom1', 1440, 900, 'sample=long&zoom=1'],
  ['zoom2', 1440, 900, 'sample=long&zoom=2'],
  ['twin', 1440, 900, 'sample=failure&twin'],
  ['glyphs', 1440, 900, 'sample=glyphs'],
  ['card-pod', 1440, 900, 'sample=deploy&card=pod'],
  ['card-pod-dark', 1440, 900, 'sample=deploy&card=pod&theme=dark'],
  ['card-service', 1440, 900, 'sample=deploy&card=service'],
  ['card-service-zh', 1440, 900, 'sample=deploy&card=service&lang=zh'],
];

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = `${root}test/.screens`;
mkdirSync(out, { recursive: true });
const wanted = process.argv.slice(2);
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const server = await createServer({ root, configFile: false, plugins: [react()], server: { port: 0, host: '127.0.0.1', hmr: false, watch: null }, logLevel: 'error', cacheDir: '/tmp/orrery-shots-vite' });
await server.listen();
const port = (server.httpServer?.address() as { port: number }).port;
const browser = await chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: ['--no-sandbox'] });
try {
  for (const [name, width, height, query] of SHOTS) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const page = await browser.newPage({ viewport: { width, height } });
    page.on('pageerror', (error) => console.error(name, error.message));
    page.on('console', (message) => message.type() === 'error' && console.error(name, message.text()));
    await page.goto(`http://127.0.0.1:${port}/test/ui/stage.shots.html?${query}`);
    await page.waitForSelector('svg', { state: 'attached' });
    await page.evaluate(() => document.fonts.ready);
    const zoom = Number(new URLSearchParams(query).get('zoom') ?? 0);
    if (zoom > 0) await page.focus('.stage');
    for (let i = 0; i < zoom; i++) await page.keyboard.press('-');
    await page.waitForTimeout(450);
    await page.screenshot({ path: `${out}/${name}.png` });
    await page.close();
    console.log(`${out}/${name}.png`);
  }
} finally {
  await browser.close();
  await server.close();
}
