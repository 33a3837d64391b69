import { defineConfig } from 'vitest/config';

// One browser, one page after another: the machine that runs this may have two cores.
export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  test: { include: ['test/e2e/**/*.test.ts'], globalSetup: ['test/e2e/setup.ts'], testTimeout: 180_000, hookTimeout: 120_000, fileParallelism: false, maxWorkers: 1 },
});
