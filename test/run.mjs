// What `npm test` runs: each stage in order, all of them even after a failure, so that one run tells everything.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => `${root}node_modules/.bin/${name}`;
const stages = [
  ['types of the page, the tests and the tools', bin('tsc'), ['-p', 'tsconfig.json']],
  ['types of the simulation, with nothing but the language', bin('tsc'), ['-p', 'src/sim/tsconfig.json']],
  ['lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['unit tests, transcripts, laws', bin('vitest'), ['run']],
  ['build', bin('vite'), ['build', '--logLevel', 'warn']],
  ['the page in a real browser', bin('vitest'), ['run', '--config', 'test/e2e/vitest.config.ts']],
];
const only = process.argv.slice(2);
const results = [];
for (const [title, command, args] of stages) {
  if (only.length > 0 && !only.some((word) => title.includes(word))) continue;
  console.log(`\n== ${title}`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, NO_COLOR: '1' } });
  if (error) console.error(error.message);
  results.push([title, status === 0]);
}
console.log('');
for (const [title, good] of results) console.log(`${good ? 'ok    ' : 'FAILED'} ${title}`);
const failed = results.filter(([, good]) => !good).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
