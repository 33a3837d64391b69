/** Main-thread time per frame with 100 Pods and 100 messages in flight, new stills four times a second: `npx tsx test/ui/stage.frames.ts`. Printed, never asserted. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import react from '@vitejs/plugin-react';
import { build, preview } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outDir = '/tmp/orrery-frames';
await build({ root, base: './', configFile: false, plugins: [react()], logLevel: 'error', build: { outDir, emptyOutDir: true, rollupOptions: { input: `${root}test/ui/stage.shots.html` } } });
const server = await preview({ root, configFile: false, build: { outDir }, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
const port = (server.httpServer.address() as { port: number }).port;
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const browser = await chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: ['--no-sandbox'] });
try {
  for (const [name, query] of [['still', 'sample=busy&playing'], ['with steps', 'sample=busy&playing&steps']] as const) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`http://127.0.0.1:${port}/test/ui/stage.shots.html?${query}`);
    await page.waitForSelector('canvas', { state: 'attached' });
    await page.waitForTimeout(1000);
    // A message posted in a frame's first callback is handled after that frame's script, style, layout and paint. (A string: tsx would put helpers of its own into a function.)
    const frames = (await page.evaluate(`new Promise((resolve) => {
      const channel = new MessageChannel();
      const busy = [];
      const gaps = [];
      let began = 0;
      let last = 0;
      channel.port1.onmessage = () => void busy.push(performance.now() - began);
      requestAnimationFrame(function tick(now) {
        began = performance.now();
        if (last !== 0) gaps.push(now - last);
        last = now;
        channel.port2.postMessage(0);
        if (busy.length < 300) requestAnimationFrame(tick);
        else resolve({ busy, gaps });
      });
    })`)) as { busy: number[]; gaps: number[] };
    const at = (list: readonly number[], share: number): string => ([...list].sort((a, b) => a - b)[Math.floor(list.length * share)] ?? 0).toFixed(1);
    console.log(`${name}: main thread per frame p50 ${at(frames.busy, 0.5)} ms, p95 ${at(frames.busy, 0.95)} ms, p99 ${at(frames.busy, 0.99)} ms; frame gap p50 ${at(frames.gaps, 0.5)} ms, p95 ${at(frames.gaps, 0.95)} ms`);
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}
