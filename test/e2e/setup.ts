import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** The page as it is deployed. `npm test` has built it already; alone, these tests build it themselves. */
export default async function setup(): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  if (process.env['ORRERY_DIST'] !== undefined || existsSync(`${root}dist/index.html`) && process.env['ORRERY_BUILD'] !== '1') return;
  await build({ root, logLevel: 'error' });
}
