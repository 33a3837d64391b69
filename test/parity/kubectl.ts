import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KINDS } from '../../src/sim/api/kinds.ts';
import type { KubernetesObject } from '../../src/sim/api/object.ts';
import { parseTimestamp } from '../../src/sim/api/time.ts';
import { handle } from '../../src/sim/apiserver/handle.ts';
import { commit, newStore } from '../../src/sim/apiserver/store.ts';
import { keyOf } from '../../src/sim/api/object.ts';
import type { Micros } from '../../src/sim/api/time.ts';
import type { Request, Response } from '../../src/sim/api/request.ts';
import { run as runLine } from '../kubectl/server.ts';

interface Line {
  readonly id: string;
  readonly family: string;
  readonly state: string;
  readonly now: string;
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | string;
}

const SERVED = new Set(KINDS.map((info) => info.kind));

/** The API server alone, holding the recorded objects at their recorded versions: nothing else runs, as in the recordings. */
function frozen(objects: readonly KubernetesObject[], now: Micros): { now: Micros; handle(request: Request): Response; meanwhile: () => void } {
  const store = newStore();
  for (const object of [...objects].sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))) {
    store.revision = Math.max(store.revision, Number(object.metadata.resourceVersion) - 1);
    // A custom kind has a table of its own name.
    const kind = SERVED.has(object.kind) ? object.kind : `${object.kind}.${object.apiVersion.split('/')[0]!}`;
    commit(store, { kind: kind as typeof object.kind, key: keyOf(object), after: object, at: 0, by: 'kubernetes-admin', verb: 'create', cause: 0 });
  }
  let draws = 0;
  const server = {
    now,
    meanwhile: () => undefined,
    handle: (request: Request): Response => handle({ store, now: server.now, step: 1, draw: () => (draws = (Math.imul(draws, 1664525) + 1013904223) >>> 0) }, request),
  };
  return server;
}

/** What the recordings' README says to ignore: times of ages within a second, parallel order, generated suffixes, klog lines, temporary paths of diff. */
function comparable(text: string, family: string): string {
  return text
    .split('\n')
    .filter((line) => !/^[IEW]\d{4} /.test(line))
    .map((line) => line.replace('/tmp/api/home/', '/home/you/').replace(/\/tmp\/(LIVE|MERGED)-\d+\//g, '/tmp/$1/').replace(/^((?:---|\+\+\+) \/tmp\/\S+)\t.*$/, '$1').replace(/debugger-[a-z0-9]{5}\b/g, 'debugger-{random}').replace(/gen-[a-z0-9]{5}\b/g, 'gen-{random}').replace(/^(\s*"?resourceVersion"?: )".*"/, family === 'get-output' ? '$&' : '$1'))
    .join('\n')
    .trimEnd();
}

/** The kubeconfig of the recordings. */
const KUBECONFIG = `apiVersion: v1
clusters: [{cluster: {insecure-skip-tls-verify: true, server: 'https://127.0.0.1:10443'}, name: c}]
contexts: [{context: {cluster: c, user: u}, name: x}]
current-context: x
kind: Config
users: [{name: u, user: {token: secret}}]
`;

/** Where a recorded line met a kubelet that is gone, the connection error and what follows is unspecified; what was said before it is not. */
function beforeKubelet(line: Line): string | undefined {
  const at = line.stderr.split('\n').findIndex((one) => / dial tcp: /.test(one));
  return at < 0 || line.args.some((arg) => arg.startsWith('https://')) ? undefined : line.stderr.split('\n').slice(0, at).map((one) => `${one}\n`).join('');
}

/** How many recorded kubectl lines print the same and exit the same. Lines over kinds that are not simulated count, and cannot agree. */
export function run(dir: string): { agreed: number; total: number; first?: string; lines: readonly string[] } {
  const states = new Map<string, readonly KubernetesObject[]>();
  const own = fileURLToPath(new URL('../golden/kubectl/', import.meta.url));
  const stateOf = (name: string): readonly KubernetesObject[] => {
    const had = states.get(name);
    if (had !== undefined) return had;
    const file = [join(dir, 'states', `${name}.json`), join(own, 'states', `${name}.json`)].find(existsSync);
    if (file === undefined) throw new Error(`no state ${name} in ${dir}`);
    const { objects } = JSON.parse(readFileSync(file, 'utf8')) as { objects: readonly KubernetesObject[] };
    // Custom kinds are served because their definitions are there.
    const custom = new Set(objects.filter((object) => object.kind === 'CustomResourceDefinition').map((object) => (object as unknown as { spec: { names: { kind: string } } }).spec.names.kind));
    const served = objects.filter((object) => SERVED.has(object.kind) || custom.has(object.kind));
    states.set(name, served);
    return served;
  };
  const tally = new Map<string, { agreed: number; total: number }>();
  let first: string | undefined;
  let [agreed, total, outside] = [0, 0, 0];
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.jsonl') && name !== 'lessons.jsonl').sort((a, b) => (a < b ? -1 : 1))) {
    const family = file.slice(0, -'.jsonl'.length);
    const count = { agreed: 0, total: 0 };
    tally.set(family, count);
    for (const text of readFileSync(join(dir, file), 'utf8').split('\n').filter((one) => one !== '')) {
      const line = JSON.parse(text) as Line;
      count.total++;
      total++;
      let same = false;
      let mine = '';
      try {
        const result = runLine(frozen(stateOf(line.state), parseTimestamp(line.now) ?? 0), line.args, { files: { '/home/you/.kube/config': KUBECONFIG }, ...(line.stdin === undefined ? {} : { stdin: line.stdin }) });
        const code = result.code === 'never' ? 'killed SIGTERM' : result.code;
        const begins = beforeKubelet(line);
        same = begins !== undefined ? result.err.startsWith(begins) && result.out === line.stdout : code === line.code && comparable(result.out, family) === comparable(line.stdout, family) && comparable(result.err, family) === comparable(line.stderr, family);
        mine = `code ${code}\n${result.out}${result.err}`;
      } catch (error) {
        mine = `crashed: ${error instanceof Error ? error.message : String(error)}`;
      }
      // What names a kind or a command that is not in this version cannot agree; it counts all the same, and is told apart.
      const lacks = !same && /is not in this version of Orrery|no matches for kind/.test(mine);
      const unserved = !same && /the server doesn't have a resource type/.test(mine) && !line.stderr.includes("doesn't have a resource type");
      if (lacks || unserved) outside++;
      if (same) {
        agreed++;
        count.agreed++;
      } else {
        first ??= `${line.id}: kubectl ${line.args.join(' ')}`;
        if (process.env.ORRERY_SHOW === family && !lacks && !unserved) console.log(`---- ${line.id}: kubectl ${line.args.join(' ')}\nwanted: code ${line.code}\n${line.stdout}${line.stderr}\ngot: ${mine}`);
      }
    }
  }
  const lines = [...tally].map(([family, count]) => `  ${family}: ${count.agreed} of ${count.total}`);
  lines.push(`  ${outside} of the ${total - agreed} others name kinds or commands that are not simulated; of the rest ${agreed} of ${total - outside} agree`);
  return { agreed, total, ...(first === undefined ? {} : { first }), lines };
}
