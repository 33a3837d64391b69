#!/usr/bin/env node
/**
 * `orrery serve`, `orrery run`: bundles the command line from its sources (about a tenth of a second) and runs it, so that a clone needs no build
 * step and what runs is what stands in src/. One bundle also runs faster than modules that are translated one by one.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { engineHash } from '../scripts/engineHash.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = `${root}node_modules/.cache/orrery/cli-${process.pid}.mjs`;
mkdirSync(`${root}node_modules/.cache/orrery`, { recursive: true });
await build({ entryPoints: [`${root}src/cli/main.ts`], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'error', define: { __ENGINE__: JSON.stringify(engineHash(root)) } });
const { main } = await import(pathToFileURL(outfile).href);
const { rmSync } = await import('node:fs');
rmSync(outfile, { force: true });
process.exitCode = await main(process.argv.slice(2));
