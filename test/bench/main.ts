/**
 * `npm run bench [-- --json] [-- --only NAME]`: speed, printed and never asserted. CPU time of this process is measured, not wall time.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Deployment } from '../../src/sim/api/object.ts';
import { MINUTE, SECOND } from '../../src/sim/api/time.ts';
import { head } from '../../src/sim/apiserver/store.ts';
import { act, newTimeline, playUntil, seek, stepForward, type Timeline } from '../../src/sim/index.ts';
import { schedulerFigures } from './scheduler.ts';
import { createDeployment, hollowNodes, hour, PATIENCE } from './stories.ts';

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

const assets = fileURLToPath(new URL('../../dist/assets/', import.meta.url));
if (wants('page') && existsSync(assets)) {
  for (const file of readdirSync(assets).filter((name) => name.endsWith('.js')).sort()) {
    figure(`page: ${file}, gzip`, gzipSync(readFileSync(assets + file)).length / 1000, 'kB');
  }
}
