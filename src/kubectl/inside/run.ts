import { pathOf } from '../../sim/api/kinds.ts';
import type { Container, Pod } from '../../sim/api/object.ts';
import { SECOND } from '../../sim/api/time.ts';
import type { Micros } from '../../sim/api/time.ts';
import { Failure } from '../failure.ts';
import { basicPrograms } from '../shell/programs.ts';
import type { Io, Program, Programs, ShellState } from '../shell/interpret.ts';
import { Exit, Shell } from '../shell/interpret.ts';
import { options, textPrograms } from '../shell/texts.ts';
import type { Answer, Context, Disks, Run } from '../steps.ts';
import { send } from '../steps.ts';
import { dig } from '../tree.ts';
import type { Inside } from './files.ts';
import { imageName, insideOf, keep } from './files.ts';
import { reach, serviceNamed } from './network.ts';

const user = ({ pod, container }: Inside): number => Number(dig(container, 'securityContext', 'runAsUser') ?? dig(pod.spec.securityContext, 'runAsUser') ?? 0);

/** The text that a server in a Pod answers with. */
function* answerOf(context: Context, pod: Pod, path: string, disks: Disks): Run<string> {
  const container = pod.spec.containers[0]!;
  if (!['nginx', 'httpd'].includes(imageName(container.image))) return `Hello world from ${pod.metadata.name}\n`;
  const inside = yield* preparedInside(context, pod, container, disks);
  const root = imageName(container.image) === 'nginx' ? '/usr/share/nginx/html' : '/usr/local/apache2/htdocs';
  return inside.files.get(`${root}${path === '/' ? '/index.html' : path}`) ?? (imageName(container.image) === 'httpd' && path === '/' ? '<html><body><h1>It works!</h1></body></html>\n' : '404 Not Found\n');
}

/** What the programs of a container have besides the shell's own: the network, and who they are. */
function programsOf(context: Context, inside: Inside, now: () => Micros, disks: Disks): Programs {
  let turn = 0;
  const fetch = (name: 'wget' | 'curl'): Program => function* (args, io) {
    const { flags, values, rest } = options(args.map((arg) => (arg === '-O-' ? '-O' : arg)).flatMap((arg, i, all) => (arg === '-O' && all[i + 1] !== '-' && name === 'wget' ? ['-O', '-'] : [arg])), 'qSsvkLfiI', 'OTtmowHXd', { timeout: 'T', quiet: 'q', spider: 'S', 'max-time': 'm', 'connect-timeout': 'm', silent: 's', 'output-document': 'O', tries: 't', 'no-check-certificate': 'k', fail: 'f' });
    const [, scheme = 'http', host = '', port, path = '/'] = /^(?:(https?):\/\/)?([^/:]+)(?::(\d+))?(\/.*)?$/.exec(rest.filter((arg) => arg !== '-')[0] ?? '') ?? [];
    const number = Number(port ?? (scheme === 'https' ? 443 : 80));
    const quiet = flags.has('q') || flags.has('s') || name === 'curl';
    const found = yield* reach(context, inside.pod, host, number, turn++);
    if (found.is === 'unknown') {
      yield* io.err(name === 'wget' ? `wget: bad address '${host}${port === undefined ? '' : `:${port}`}'\n` : `curl: (6) Could not resolve host: ${host}\n`);
      return name === 'wget' ? 1 : 6;
    }
    if (!quiet) yield* io.err(`Connecting to ${host}${port === undefined ? '' : `:${port}`} (${found.address}:${number})\n`);
    if (found.is === 'refused') {
      yield* io.err(name === 'wget' ? `wget: can't connect to remote host (${found.address}): Connection refused\n` : `curl: (7) Failed to connect to ${host} port ${number}: Connection refused\n`);
      return name === 'wget' ? 1 : 7;
    }
    if (found.is === 'silent') {
      yield { sleepMicros: Number(values.get('T') ?? values.get('m') ?? 60) * SECOND };
      yield* io.err(name === 'wget' ? 'wget: download timed out\n' : `curl: (28) Connection timed out\n`);
      return name === 'wget' ? 1 : 28;
    }
    if (found.is !== 'pod') return 1;
    const text = yield* answerOf(context, found.pod, path, disks);
    if (!quiet) yield* io.err(flags.has('S') ? '' : 'writing to stdout\n');
    if (!flags.has('S')) yield* io.out(text);
    if (!quiet) yield* io.err(flags.has('S') ? 'remote file exists\n' : `-                    100% |********************************| ${String(text.length).padStart(5)}  0:00:00 ETA\nwritten to stdout\n`);
    return 0;
  };
  const word = (text: string): Program => function* (_, io) {
    yield* io.out(`${text}\n`);
    return 0;
  };
  const uid = user(inside);
  const group = Number(dig(inside.container, 'securityContext', 'runAsGroup') ?? dig(inside.pod.spec.securityContext, 'runAsGroup') ?? 0);
  const extra = dig(inside.pod.spec.securityContext, 'fsGroup');
  return {
    ...basicPrograms(now), ...textPrograms, wget: fetch('wget'), curl: fetch('curl'), hostname: word(inside.pod.metadata.name), uname: word('Linux'), tty: word('/dev/pts/0'),
    whoami: word(uid === 0 ? 'root' : `whoami: unknown uid ${uid}`), id: word(`uid=${uid}${uid === 0 ? '(root)' : ''} gid=${group}${group === 0 ? '(root)' : ''}${extra === undefined ? '' : ` groups=${String(extra)}`}`),
    ps: word(`PID   USER     TIME  COMMAND\n    1 ${uid === 0 ? 'root' : uid}      0:00 ${[...(inside.container.command ?? []), ...(inside.container.args ?? [])].join(' ') || imageName(inside.container.image)}`),
    mount: word((inside.container.volumeMounts ?? []).map((mount) => `/dev/vda on ${mount.mountPath} type ext4 (${mount.readOnly === true ? 'ro' : 'rw'},relatime)`).join('\n')),
    df: word(`Filesystem           1K-blocks      Used Available Use% Mounted on\noverlay               61255492   8000000  53255492  13% /`), nginx: word('nginx version: nginx'), perl: word('3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798'),
    nslookup: function* (args, io) {
      const name = args.find((arg) => !arg.startsWith('-')) ?? '';
      const service = yield* serviceNamed(context, name, inside.pod.metadata.namespace ?? 'default');
      yield* io.out('Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n');
      if (service === undefined) {
        yield* io.out(`** server can't find ${name}: NXDOMAIN\n`);
        return 1;
      }
      yield* io.out(`Name:\t${service.metadata.name}.${service.metadata.namespace ?? ''}.svc.cluster.local\nAddress: ${String(dig(service, 'spec', 'clusterIP') ?? '')}\n`);
      return 0;
    },
    nc: function* (args, io) {
      const [host = '', port = ''] = args.filter((arg) => !arg.startsWith('-') && arg !== '2');
      const found = yield* reach(context, inside.pod, host, Number(port), 0);
      yield* io.err(found.is === 'pod' ? `${host} (${found.address}:${port}) open\n` : `nc: ${host} (${found.is === 'unknown' ? '' : found.address}:${port}): ${found.is === 'refused' ? 'Connection refused' : 'Connection timed out'}\n`);
      return found.is === 'pod' ? 0 : 1;
    },
  };
}

export interface LogLine {
  readonly at: Micros;
  readonly text: string;
}

/** A container's own program, as it is started: the command of the manifest, or what is known of the image. */
function commandOf(container: Container): readonly string[] {
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  return words;
}

const nginxLines = (at: Micros): readonly LogLine[] => ['/docker-entrypoint.sh: Configuration complete; ready for start up', '[notice] 1#1: using the "epoll" event method', '[notice] 1#1: start worker processes'].map((text) => ({ at, text }));

/** What the container's program has written so far: its commands are played with a clock of their own, up to `elapsed`. */
export function* logOf(context: Context, inside: Inside, startedAt: Micros, elapsed: Micros, disks: Disks): Run<readonly LogLine[]> {
  const words = commandOf(inside.container);
  if (words.length === 0) return imageName(inside.container.image) === 'nginx' ? nginxLines(startedAt) : [];
  const out: LogLine[] = [];
  let clock = 0;
  let open = '';
  const write = function* (text: string): Run<void> {
    const parts = (open + text).split('\n');
    open = parts.pop()!;
    for (const part of parts) out.push({ at: startedAt + clock, text: part });
  };
  const state: ShellState = { variables: new Map(inside.environment), aliases: new Map(), files: inside.files, folder: String(dig(inside.container, 'workingDir') ?? '/'), status: 0 };
  const shell = new Shell(state, programsOf(context, inside, () => startedAt + clock, disks));
  const io: Io = { stdin: '', out: write, err: write, piped: true };
  // A program that is no shell command, and that nobody knows, writes nothing.
  const known = Object.hasOwn(shell.programs, words[0]!.split('/').at(-1)!);
  const run = known ? shell.start(words.map((word) => word.replace(/\$\((\w+)\)/g, (all, name: string) => inside.environment.get(name) ?? all)), io) : (function* (): Run<number> { return 0; })();
  let answer: Answer | undefined;
  try {
    for (;;) {
      const turn: IteratorResult<unknown, number> = run.next(answer);
      answer = undefined;
      if (turn.done === true) break;
      const step = turn.value as { readonly sleepMicros?: number; readonly request?: unknown };
      if (step.sleepMicros !== undefined) {
        clock += step.sleepMicros;
        if (clock > elapsed) break;
      } else if (step.request !== undefined) answer = yield step as { request: never };
    }
  } catch (error) {
    if (!(error instanceof Exit) && !(error instanceof Failure)) throw error;
  }
  if (open !== '') out.push({ at: startedAt + clock, text: open });
  return out;
}

/** The inside as it is now: what init containers and the container's own program have put on its disks is there. */
export function* preparedInside(context: Context, pod: Pod, container: Container, disks: Disks): Run<Inside> {
  const now = context.input.now();
  for (const init of pod.spec.initContainers ?? []) {
    const mark = `${pod.metadata.uid}/played/${init.name}`;
    if (disks.has(mark)) continue;
    disks.set(mark, new Map());
    const inside = yield* insideOf(context, pod, init, disks);
    const before = new Map(inside.files);
    yield* logOf(context, inside, now, 60 * SECOND, disks);
    keep(inside, before, disks);
  }
  for (const other of pod.spec.containers) {
    const mark = `${pod.metadata.uid}/played/${other.name}`;
    if (disks.has(mark) || commandOf(other).length === 0) continue;
    disks.set(mark, new Map());
    const inside = yield* insideOf(context, pod, other, disks);
    const before = new Map(inside.files);
    yield* logOf(context, inside, now, 5 * SECOND, disks);
    keep(inside, before, disks);
  }
  return yield* insideOf(context, pod, container, disks);
}

const MARK = '\u001e';
/** The cluster runs it, and answers when it has ended; undefined: nobody behind this API can. A line of a shell session brings its folder back. */
function* runThere(context: Context, pod: Pod, container: Container, words: readonly string[], io: Io, folder?: { at: string }): Run<number | undefined> {
  const command = folder === undefined ? words : ['sh', '-c', `cd '${folder.at}'\n${words.at(-1) ?? ''}\ncode=$?; printf '${MARK}%s' "$PWD"; exit $code`];
  const { body } = yield* send(context, { method: 'POST', path: pathOf('Pod', pod.metadata.namespace, pod.metadata.name, 'exec'), contentType: 'application/json', body: { container: container.name, command, stdin: io.stdin ?? '' } as never });
  const { kind, stdout = '', stderr = '', exitCode = 0, message = '' } = body as { readonly kind: string; readonly stdout?: string; readonly stderr?: string; readonly exitCode?: number; readonly message?: string };
  if (kind !== 'ExecResult') {
    if (!message.includes('executing command in container')) return undefined;
    yield* io.err(`error: Internal error occurred: ${message}\n`);
    return 126;
  }
  const [text = '', at] = folder === undefined ? [stdout] : stdout.split(MARK);
  if (folder !== undefined && at !== undefined) folder.at = at;
  if (text !== '') yield* io.out(text);
  if (stderr !== '') yield* io.err(stderr);
  return exitCode;
}

/** Runs words in a container, and keeps what they wrote there. */
export function* runInside(context: Context, pod: Pod, container: Container, words: readonly string[], io: Io, folder?: { at: string }): Run<number> {
  const there = yield* runThere(context, pod, container, words, io, folder);
  if (there !== undefined) return there;
  const disks = context.input.disks ?? new Map();
  const inside = yield* preparedInside(context, pod, container, disks);
  const before = new Map(inside.files);
  const state: ShellState = { variables: new Map(inside.environment), aliases: new Map(), files: inside.files, folder: folder?.at ?? String(dig(container, 'workingDir') ?? '/'), status: 0 };
  const shell = new Shell(state, programsOf(context, inside, context.input.now, disks));
  const name = words[0]!.split('/').at(-1)!;
  if (!Object.hasOwn(shell.programs, name)) {
    yield* io.err(`error: Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: exec failed: unable to start container process: exec: ${JSON.stringify(words[0]!)}: executable file not found in $PATH\n`);
    return 126;
  }
  let code: number;
  try {
    code = yield* shell.start(words, io);
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    ({ code } = error);
  }
  keep(inside, before, disks);
  if (folder !== undefined) folder.at = state.folder;
  return code;
}
