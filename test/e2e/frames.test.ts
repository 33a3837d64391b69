import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chapter, inTwin, stand, terminal, type Stand } from './page.ts';

let at: Stand;
beforeAll(async () => {
  at = await stand();
});
afterAll(() => at.close());

describe('the main thread', () => {
  it('is measured while a hundred Pods come to life: printed, never asserted as time', async () => {
    const { page, errors } = await at.open({ pace: 4 });
    await chapter(page, 10);
    const line = await terminal(page, 'kubectl scale deployment/nginx-deployment --replicas=100');
    await inTwin(page, /ReplicaSet .*100 wanted, \d\d+ exist/).waitFor({ state: 'attached', timeout: 90_000 });
    await line.press('Escape');
    // What one frame's callbacks cost, and what a new still costs: long tasks are those of more than 50 ms.
    const figures = await page.evaluate(
      () =>
        new Promise<{ readonly frames: number; readonly p95: number; readonly longTasks: number; readonly worst: number }>((resolve) => {
          const costs: number[] = [];
          const tasks: number[] = [];
          new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ entryTypes: ['longtask'] });
          const original = window.requestAnimationFrame.bind(window);
          window.requestAnimationFrame = (callback) =>
            original((time) => {
              const before = performance.now();
              callback(time);
              costs.push(performance.now() - before);
            });
          setTimeout(() => {
            costs.sort((a, b) => a - b);
            resolve({ frames: costs.length, p95: costs[Math.floor(costs.length * 0.95)] ?? 0, longTasks: tasks.length, worst: Math.max(0, ...tasks) });
          }, 8_000);
        }),
    );
    console.log(`frames ${figures.frames}, p95 ${figures.p95.toFixed(1)} ms, long tasks ${figures.longTasks}, the longest ${figures.worst.toFixed(0)} ms`);
    expect(figures.frames).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await page.close();
  });
});
