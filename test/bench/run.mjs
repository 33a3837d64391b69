/**
 * Measures what is shipped: one bundle without types, as the page has it. (tsx gives every function its name when it is made, which costs
 * time and memory that nobody who opens the page pays.)
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const outfile = fileURLToPath(new URL('./main.bundle.mjs', import.meta.url));
await build({ entryPoints: [fileURLToPath(new URL('./main.ts', import.meta.url))], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' });
try {
  await import('./main.bundle.mjs');
} finally {
  rmSync(outfile, { force: true });
}
