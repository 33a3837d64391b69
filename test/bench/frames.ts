import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build, preview } from 'vite';
import { launch } from '../e2e/browser.ts';

export interface Frames {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
}

/**
 * Main-thread milliseconds a frame with 100 Pods and 100 messages in flight, in headless Chromium: with the same still all the time, and with
 * four new stills a second, as playback gives them.
 */
export async function measureFrames(): Promise<readonly Frames[]> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const outDir = mkdtempSync(join(tmpdir(), 'orrery-frames-'));
  await build({ root, base: './', configFile: false, plugins: [react()], logLevel: 'error', build: { outDir, emptyOutDir: true, rollupOptions: { input: `${root}test/ui/stage.shots.html` } } });
  const server = await preview({ root, configFile: false, build: { outDir }, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
  const { port } = server.httpServer.address() as { port: number };
  const browser = await launch();
  try {
    const out: Frames[] = [];
    for (const [name, query] of [['one still', 'sample=busy&playing'], ['four stills a second', 'sample=busy&playing&steps']] as const) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(`http://127.0.0.1:${port}/test/ui/stage.shots.html?${query}`);
      await page.waitForSelector('canvas', { state: 'attached' });
      await page.waitForTimeout(1000);
      // A message posted in a frame's first callback is handled after that frame's script, style, layout and paint. (A string: tsx would put helpers of its own into a function.)
      const busy = (await page.evaluate(`new Promise((resolve) => {
        const channel = new MessageChannel();
        const busy = [];
        let began = 0;
        channel.port1.onmessage = () => void busy.push(performance.now() - began);
        requestAnimationFrame(function tick() {
          began = performance.now();
          channel.port2.postMessage(0);
          if (busy.length < 300) requestAnimationFrame(tick);
          else resolve(busy);
        });
      })`)) as number[];
      busy.sort((a, b) => a - b);
      out.push({ name, p50: busy[Math.floor(busy.length * 0.5)]!, p95: busy[Math.floor(busy.length * 0.95)]! });
      await page.close();
    }
    return out;
  } finally {
    await browser.close();
    await server.close();
  }
}
