/**
 * `npm run bench [-- --json] [-- --only NAME]`: speed, printed and never asserted. CPU time of this process is measured, not wall time.
 */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import type { Deployment } from '../../src/sim/api/object.ts';
import { MINUTE, SECOND } from '../../src/sim/api/time.ts';
import { head } from '../../src/sim/apiserver/store.ts';
import { act, newTimeline, playUntil, seek, stepForward, type Timeline } from '../../src/sim/index.ts';
import '../../src/sim/further.ts';
import { schedulerFigures } from './scheduler.ts';
import { serveFigures } from './serve.ts';
import { createDeployment, day, hollowNodes, hour, PATIENCE } from './stories.ts';

const json = process.argv.includes('--json');
const onlyAt = process.argv.indexOf('--only');
const only = onlyAt < 0 ? undefined : process.argv[onlyAt + 1];
const rows: { name: string; value: number; unit: string; aim: string }[] = [];
function figure(name: string, value: number, unit: string, aim = ''): void {
  rows.push({ name, value, unit, aim });
  if (json) console.log(JSON.stringify({ name, value, unit }));
  else console.log(`${name.padEnd(62)} ${value.toLocaleString('en', { maximumFractionDigits: 3 }).padStart(12)} ${unit.padEnd(10)} ${aim}`);
}
const cpuSeconds = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1e6;
};
const wants = (name: string): boolean => only === undefined || name.includes(only);

function deploy(replicas: number, nodes: number): { cpu: number; virtualSeconds: number; timeline: Timeline } {
  const timeline = newTimeline({ config: hollowNodes(nodes, '32', '256Gi', 110), seed: 1, script: [] });
  playUntil(timeline, SECOND);
  const cpu = cpuSeconds(() => {
    act(timeline, createDeployment(replicas));
    while (timeline.world.now < PATIENCE) {
      if (!stepForward(timeline)) break;
      if ((head(timeline.world.store, 'Deployment', 'default/web') as Deployment | undefined)?.status?.readyReplicas === replicas) break;
    }
  });
  return { cpu, virtualSeconds: (timeline.world.now - SECOND) / SECOND, timeline };
}

if (wants('replicas')) {
  const first = deploy(300, 5);
  figure('300 replicas on 5 hollow nodes, first run: CPU', first.cpu, 's', 'aim <= 0.3');
  const runs = Array.from({ length: 5 }, () => deploy(300, 5).cpu).sort((a, b) => a - b);
  figure('300 replicas on 5 hollow nodes, median of five: CPU', runs[2]!, 's', 'aim <= 0.12');
  figure('300 replicas: virtual time until all are Ready', first.virtualSeconds, 's', 'recorded 19.4');
  figure('300 replicas: steps', first.timeline.world.steps, 'steps');
  const many = deploy(3000, 50);
  figure('3,000 replicas on 50 nodes: CPU', many.cpu, 's');
  figure('3,000 replicas: cost of a Pod against 300', many.cpu / 3000 / (runs[2]! / 300), 'times', 'aim <= 1.5');
}

if (wants('scheduler')) schedulerFigures(figure, cpuSeconds);
if (wants('serve')) await serveFigures(figure);

if (wants('idle')) {
  const timeline = newTimeline({ config: hollowNodes(3, '4', '8Gi', 110), seed: 1, script: [] });
  playUntil(timeline, MINUTE);
  const span = 20_000 * SECOND;
  const cpu = cpuSeconds(() => playUntil(timeline, timeline.world.now + span));
  figure('idle cluster of 3 nodes: virtual seconds per CPU second', span / SECOND / cpu, 's/s', 'aim >= 20,000');
}

if (wants('seek')) {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const timeline = newTimeline(hour());
  const cpu = cpuSeconds(() => playUntil(timeline, 60 * MINUTE));
  globalThis.gc?.();
  const after = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  figure('an hour of 5 nodes, 40 Pods, traffic, rollouts: CPU', cpu, 's');
  figure('the hour: steps', timeline.world.steps, 'steps');
  figure('the hour: memory', (after - before) / 1e6, 'MB', `aim <= 150${globalThis.gc === undefined ? ' (run with --expose-gc)' : ''}`);
  let state = 12345;
  const times: number[] = [];
  for (let i = 0; i < 100; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const at = (state / 2 ** 32) * 60 * MINUTE;
    times.push(1000 * cpuSeconds(() => seek(timeline, { at: Math.floor(at) })));
  }
  times.sort((a, b) => a - b);
  figure('seek in the hour, p50', times[50]!, 'ms CPU');
  figure('seek in the hour, p95', times[95]!, 'ms CPU', 'aim <= 50');
}

if (wants('day')) {
  const timeline = newTimeline(day());
  // Nobody seeks in it: what is measured is the day itself.
  timeline.spacing = Infinity;
  const cpu = cpuSeconds(() => playUntil(timeline, 24 * 60 * MINUTE));
  figure('a day of 20 nodes, 400 Pods, 10 CronJobs, an autoscaler, traffic: CPU', cpu, 's', 'aim <= 10');
  figure('the day: steps', timeline.world.steps, 'steps');
}

/** What a static import of a built chunk pulls along. */
function reachable(dir: string, file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, name] of readFileSync(dir + file, 'utf8').matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) reachable(dir, name!, seen);
  return seen;
}

if (wants('page')) {
  const dist = mkdtempSync(join(tmpdir(), 'orrery-dist-'));
  await build({ root: fileURLToPath(new URL('../..', import.meta.url)), logLevel: 'error', build: { outDir: dist, emptyOutDir: true } });
  const assets = `${dist}/assets/`;
  const files = readdirSync(assets).filter((name) => name.endsWith('.js'));
  const size = (names: Iterable<string>): number => [...names].reduce((sum, name) => sum + gzipSync(readFileSync(assets + name), { level: 9 }).length / 1000, 0);
  const main = readFileSync(`${dist}/index.html`, 'utf8').match(/src="\.\/assets\/([\w.-]+\.js)"/)?.[1];
  const worker = files.find((name) => name.startsWith('worker'));
  const words = files.filter((name) => /^en-/.test(name));
  if (main !== undefined) figure('page: JavaScript before the first frame, main thread, gzip', size(new Set([...reachable(assets, main), ...words.flatMap((name) => [...reachable(assets, name)])])), 'kB', 'aim <= 200');
  if (worker !== undefined) figure('page: JavaScript in the worker, gzip', size(reachable(assets, worker)), 'kB', 'aim <= 200');
}

if (wants('frames')) {
  const { measureFrames } = await import('./frames.ts');
  try {
    for (const { name, p50, p95 } of await measureFrames()) {
      figure(`frame with 100 Pods and 100 messages, ${name}: p50`, p50, 'ms');
      figure(`frame with 100 Pods and 100 messages, ${name}: p95`, p95, 'ms', 'aim <= 8');
    }
  } catch (error) {
    console.error(`frames: not run (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`);
  }
}
