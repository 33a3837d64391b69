import { parseArgs } from 'node:util';
import '../sim/further.ts';
import { runScenario } from './run.ts';
import { serve } from './serve.ts';

const HELP = `orrery: a clockwork Kubernetes, without a screen

  orrery serve [options]      a simulated cluster over HTTP, for kubectl and every other client
    --scenario ID             what it starts from (default: sandbox; sandbox-12 has twelve nodes)
    --port N                  default 8001; 0: any that is free
    --host ADDRESS            default 127.0.0.1; another address lets other machines in
    --speed N                 virtual seconds for each real one (default 1)
    --kubeconfig FILE         where the kubeconfig is written (default: orrery.kubeconfig)
    --record FILE             saves a share link of the session when it ends
    --without PART            scheduler or controllers: a real one works from outside (may be given twice)

  orrery run SCENARIO         plays a scenario and prints what happened
    --seed N                  another seed than the scenario's
    --until SECONDS           how long, in virtual seconds (default: to its last chapter)
    --json                    one line of JSON for each write
    --as FORM                 instead: kind or kwok (a shell script for a real cluster), or manifests (what is wished for at the end)
  orrery run --list           the scenarios
`;

/** Returns the exit code. Everything that is wrong with the command line is said with its remedy. */
export async function main(argv: readonly string[]): Promise<number> {
  const [verb, ...rest] = argv;
  try {
    switch (verb) {
      case 'serve':
        return await serveUntilStopped(rest);
      case 'run':
        return run(rest);
      case undefined:
      case 'help':
      case '--help':
      case '-h':
        console.log(HELP);
        return 0;
      default:
        console.error(`orrery: there is no command ${JSON.stringify(verb)}\n\n${HELP}`);
        return 2;
    }
  } catch (thrown) {
    console.error(`orrery: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return 2;
  }
}

function number(text: string | undefined, name: string, otherwise: number, low: number, high: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < low || value > high) throw new Error(`--${name} is a number from ${low} to ${high}, and not ${JSON.stringify(text)}`);
  return value;
}

async function serveUntilStopped(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { scenario: { type: 'string' }, port: { type: 'string' }, host: { type: 'string' }, speed: { type: 'string' }, kubeconfig: { type: 'string' }, record: { type: 'string' }, without: { type: 'string', multiple: true }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const without = (values.without ?? []).map((part) => {
    if (part !== 'scheduler' && part !== 'controllers') throw new Error(`--without is scheduler or controllers, and not ${JSON.stringify(part)}`);
    return part;
  });
  const serving = await serve({
    scenario: values.scenario ?? 'sandbox',
    port: number(values.port, 'port', 8001, 0, 65_535),
    host: values.host ?? '127.0.0.1',
    speed: number(values.speed, 'speed', 1, 0.01, 100_000),
    kubeconfig: values.kubeconfig ?? 'orrery.kubeconfig',
    record: values.record,
    without,
    print: (line) => console.log(line),
  });
  await new Promise<void>((stopped) => {
    process.once('SIGINT', () => stopped());
    process.once('SIGTERM', () => stopped());
  });
  await serving.stop();
  return 0;
}

function run(args: readonly string[]): number {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { seed: { type: 'string' }, until: { type: 'string' }, json: { type: 'boolean' }, as: { type: 'string' }, list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const { as } = values;
  if (as !== undefined && as !== 'kind' && as !== 'kwok' && as !== 'manifests') throw new Error(`--as is kind, kwok or manifests, and not ${JSON.stringify(as)}`);
  return runScenario({
    ...(as === undefined ? {} : { as }),
    id: values.list === true ? undefined : positionals[0],
    seed: values.seed === undefined ? undefined : number(values.seed, 'seed', 1, 0, 4_294_967_295),
    until: values.until === undefined ? undefined : number(values.until, 'until', 0, 0, 30 * 86_400),
    json: values.json === true,
    print: (line) => console.log(line),
  });
}
