import { SECOND } from '../../api/time.ts';
import { builtins } from './builtins.ts';
import { filePrograms } from './files.ts';
import { networkPrograms } from './network.ts';
import type { Around, Program, Programs } from './program.ts';
import { textPrograms } from './texts.ts';
import { workPrograms } from './works.ts';

const PROGRAMS: Programs = {
  ...builtins, ...textPrograms, ...filePrograms, ...networkPrograms, ...workPrograms,
  which: find('which', '/bin/'), type: find('type', ''), command: {
    builtin: true,
    run: (call) => {
      if (call.args[0] === '-v' || call.args[0] === '-V') return find('command', '').run({ ...call, args: call.args.slice(1) });
      call.replace(call.args);
      return undefined;
    },
  },
  nohup: { run: (call) => (call.replace(call.args), undefined) },
  time: { run: (call) => (call.replace(call.args), undefined) },
  usleep: { run: (call) => (call.memo['slept'] === true ? 0 : ((call.memo['slept'] = true), call.sleep(Number(call.args[0] ?? 0)))) },
};
function find(_name: string, folder: string): Program {
  return {
    builtin: true,
    run: (call) => {
      const found = call.args.filter((name) => isThere(name, call.around));
      call.out(found.map((name) => `${folder === '' ? '' : folder}${name}\n`).join(''));
      return found.length === call.args.length ? 0 : 1;
    },
  };
}

/** Images whose programs are all known: what is not among them is not there. */
const SMALL: ReadonlySet<string> = new Set(['busybox', 'alpine', 'curl', 'nginx', 'httpd', 'redis', 'hello-world', 'pause', 'debian', 'ubuntu', 'bash']);
/** What only some images have. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  curl: ['alpine', 'curl', 'nginx', 'debian-curl', 'httpd'], perl: ['perl', 'debian', 'ubuntu', 'nginx', 'httpd', 'mysql', 'postgres'], python: ['python'], python3: ['python', 'ubuntu'], node: ['node'], nginx: ['nginx'], httpd: ['httpd', 'busybox'], 'redis-cli': ['redis'], 'redis-server': ['redis'], mysqld: ['mysql'], java: ['tomcat'], stress: ['stress'], bash: ['bash', 'nginx', 'debian', 'ubuntu', 'httpd', 'redis'], 'apt-get': ['debian', 'ubuntu', 'nginx', 'httpd', 'redis', 'python', 'node'], apt: ['debian', 'ubuntu', 'nginx', 'httpd', 'redis'], apk: ['alpine', 'curl'], pip: ['python'], npm: ['node'], kubectl: ['kubectl'], helm: [], jq: [], go: [], git: [], make: [],
};

const baseName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
const SHELLS = ['sh', 'ash', 'dash', 'bash'];

/** Whether the image of a container has a program. Of an image that is not known everything may be there. */
export function isThere(name: string, { files, facts }: Pick<Around, 'files' | 'facts'>): boolean {
  const base = baseName(name);
  if (name.includes('/') && files.read(name) !== undefined) return true;
  if (facts.repository === 'pause' || facts.repository === 'hello-world') return base === 'pause' || base === 'hello';
  if (!SMALL.has(facts.repository)) return true;
  if (Object.hasOwn(ONLY, base)) return ONLY[base]!.includes(facts.repository);
  return Object.hasOwn(PROGRAMS, base) || SHELLS.includes(base);
}

/** A program nobody knows runs until it is stopped; as the work of a Job it ends well after a while. */
const UNKNOWN: Program = {
  run: (call) => {
    call.inside.unknown = call.argv[0] ?? '';
    // What a probe, a hook or somebody's exec asks for does well if the container does.
    let root = call.proc;
    for (let up = call.inside.procs.get(root.parent); up !== undefined; up = call.inside.procs.get(root.parent)) root = up;
    if (root.pid !== 1) return call.around.facts.listening() ? 0 : 1;
    if (!call.around.facts.isWork) return call.ever();
    if (call.memo['worked'] === true) return 0;
    call.memo['worked'] = true;
    return call.sleep(20 * SECOND);
  },
};
const NOT_THERE: Program = {
  run: (call) => {
    call.err(`${call.proc.name}: ${call.argv[0] ?? ''}: not found\n`);
    return 127;
  },
};
const SCRIPT: Program = {
  run: (call) => {
    call.replace(['sh', call.argv[0]!, ...call.args]);
    return undefined;
  },
};

export function programNamed(name: string, around: Around): Program {
  const base = baseName(name);
  if (name.includes('/') && !Object.hasOwn(PROGRAMS, base) && around.files.read(name) !== undefined) return SCRIPT;
  if (!Object.hasOwn(builtins, base) && !isThere(name, around)) return NOT_THERE;
  return Object.hasOwn(PROGRAMS, base) ? PROGRAMS[base]! : UNKNOWN;
}
