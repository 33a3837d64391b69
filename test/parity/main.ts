/**
 * `npm run parity -- [traces|api|scheduler|kubectl] [--dir DIR] [--manifests DIR] [--only NAME] [--json]`: how far Orrery agrees with the recordings.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

await import('../../src/sim/further.ts');
const root = fileURLToPath(new URL('../../', import.meta.url));
const args = process.argv.slice(2);
const option = (name: string): string | undefined => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? undefined : args[at + 1];
};
const values = new Set(['--dir', '--manifests', '--only']);
const families = args.filter((arg, i) => !arg.startsWith('--') && !values.has(args[i - 1] ?? ''));
const known = ['traces', 'api', 'scheduler', 'kubectl'] as const;
const json = args.includes('--json');

for (const family of families) {
  if (!(known as readonly string[]).includes(family)) {
    console.error(`unknown family "${family}": use one of ${known.join(', ')}`);
    process.exit(2);
  }
}

for (const family of families.length === 0 ? known : families) {
  const dir = option('dir') ?? `${root}test/golden/${family}`;
  if (!existsSync(dir)) {
    console.error(`${family}: not run, there is no folder ${dir}`);
    if (option('dir') !== undefined) process.exitCode = 2;
    continue;
  }
  const manifests = option('manifests') ?? `${root}../shared/corpus/manifests`;
  let result: { agreed: number; total: number; first?: string; lines?: readonly string[]; rates?: unknown } | 'not run';
  if (family === 'traces') result = (await import('./traces.ts')).run(dir, option('only'));
  else if (family === 'scheduler') result = (await import('./scheduler.ts')).run(dir);
  else if (family === 'kubectl') result = (await import('./kubectl.ts')).run(dir);
  else result = (await import('./api.ts')).run(dir, manifests);
  if (result === 'not run') {
    console.log(`${family}: not run (no manifests at ${manifests})`);
    continue;
  }
  for (const line of result.lines ?? []) console.log(line);
  console.log(`${family}: ${result.agreed} of ${result.total} agree${result.first === undefined ? '' : `; first disagreement: ${result.first}`}`);
  if (result.rates !== undefined) console.log(`${family}: rates ${JSON.stringify(result.rates)}`);
  if (json) console.log(JSON.stringify({ family, agreed: result.agreed, total: result.total, first: result.first ?? null, ...(result.rates === undefined ? {} : { rates: result.rates }) }));
}
