import { KINDS, pathOf } from '../sim/api/kinds.ts';
import type { Pod } from '../sim/api/object.ts';
import { currentContext, kubeconfig } from './commands/config.ts';
import { runInside } from './inside/run.ts';
import { kubectl, commandNames, flagsOf } from './kubectl.ts';
import { basicPrograms } from './shell/programs.ts';
import type { Io, Program, Programs, ShellState } from './shell/interpret.ts';
import { Exit, HOME, Shell, newShellState } from './shell/interpret.ts';
import { ShellSyntaxError, parseShell } from './shell/parse.ts';
import { textPrograms } from './shell/texts.ts';
import { parseFlags } from './flags.ts';
import { Failure } from './failure.ts';
import { resolvePath } from './files.ts';
import type { Answer, Context, Disks, Input, Place, Run, Step } from './steps.ts';
import { list, readIfAny } from './steps.ts';
import { dig } from './tree.ts';

/** What a terminal keeps from line to line. It is no part of the simulation: a replay does not need it, since requests are recorded. */
export interface TerminalState {
  readonly shell: ShellState;
  readonly disks: Disks;
  /** Lines go into this container, in this folder of it. */
  inside: { readonly place: Place; readonly folder: { at: string } } | undefined;
}
export const newTerminalState = (): TerminalState => ({ shell: newShellState(), disks: new Map(), inside: undefined });

const inputOf = (state: TerminalState, now: Input['now'], more: Partial<Input> = {}): Input => ({ files: Object.fromEntries(state.shell.files), folder: state.shell.folder, now, disks: state.disks, ...more });

/** "default $", or "/ #" in a container. */
export function promptOf(state: TerminalState): string {
  if (state.inside !== undefined) return `${state.inside.place.pod}:${state.inside.folder.at} # `;
  const namespace = dig(currentContext(kubeconfig(inputOf(state, () => 0))), 'namespace');
  const folder = state.shell.folder === HOME ? '' : ` ${state.shell.folder.replace(HOME, '~')}`;
  return `${typeof namespace === 'string' && namespace !== '' ? namespace : 'default'}${folder} $ `;
}

const HELP = `kubectl and its short form k, with the usual tools around it: pipes (|), files (>, >>, <), here documents (<<EOF), &&, ||, ;, variables, $( ), for, while, if.
  files     cat ls cp mv rm mkdir touch tee, vi FILE (an editor opens)
  text      grep sed awk cut sort uniq head tail wc tr jq base64 column xargs
  other     echo printf date sleep seq watch history clear export alias
  keys      Tab completes, the arrows bring lines back, Ctrl-C breaks off, Ctrl-L wipes
Files live in this page only. kubectl help lists its commands.
`;

/** Opens a file of the terminal's disk in the page's editor. */
const editor: Program = function* (args, io, shell) {
  const name = args.find((arg) => !arg.startsWith('-') && !arg.startsWith('+'));
  if (name === undefined) {
    yield* io.err('vi: name a file, as in: vi pod.yaml\n');
    return 1;
  }
  const before = shell.read(name) ?? '';
  const text = yield { edit: { name, text: before } };
  if (typeof text === 'string' && text !== before) shell.state.files.set(shell.path(name), text);
  return 0;
};

function programs(state: TerminalState, now: Input['now'], history: readonly string[]): Programs {
  const away = (name: string): Program => function* (_, io) {
    yield* io.err(`${name}: this terminal is in the page, outside of the cluster and without a network; try it from a container: kubectl run tmp --image=busybox --rm -it --restart=Never -- wget -O- HOST\n`);
    return 6;
  };
  return {
    ...basicPrograms(now), ...textPrograms,
    *kubectl(args, io) {
      const run = kubectl(args, inputOf(state, now, { terminal: !io.piped, ...(io.stdin === undefined ? {} : { stdin: io.stdin }) }));
      let answer: Answer | undefined;
      for (;;) {
        const turn: IteratorResult<Step, number> = run.next(answer);
        answer = undefined;
        if (turn.done === true) return turn.value;
        const step = turn.value;
        if ('out' in step) yield* io.out(step.out);
        else if ('err' in step) yield* io.err(step.err);
        else if ('write' in step) state.shell.files.set(resolvePath(state.shell.folder, step.write.path), step.write.text);
        else if ('enter' in step) state.inside = { place: step.enter, folder: { at: '/' } };
        else answer = yield step;
      }
    },
    vi: editor, vim: editor, nano: editor, emacs: editor, edit: editor,
    *clear() {
      yield { clear: true };
      return 0;
    },
    *help(_, io) {
      yield* io.out(HELP);
      return 0;
    },
    *history(_, io) {
      yield* io.out(history.map((line, i) => `${String(i + 1).padStart(5)}  ${line}\n`).join(''));
      return 0;
    },
    *watch(args, io, shell) {
      const at = args[0] === '-n' ? 2 : 0;
      const seconds = at === 2 ? Number(args[1]) : 2;
      for (;;) {
        yield { clear: true };
        yield* io.out(`Every ${seconds}s: ${args.slice(at).join(' ')}\n\n`);
        yield* shell.source(args.slice(at).join(' '), io);
        yield { sleepMicros: Math.max(0.1, seconds) * 1_000_000 };
      }
    },
    *'ssh-keygen'(_, io, shell) {
      shell.state.files.set(`${HOME}/id_rsa`, '-----BEGIN OPENSSH PRIVATE KEY-----\nan example that opens nothing\n-----END OPENSSH PRIVATE KEY-----\n').set(`${HOME}/id_rsa.pub`, 'ssh-rsa example you@orrery\n');
      yield* io.out('Your identification has been saved in id_rsa\n');
      return 0;
    },
    wget: away('wget'), curl: away('curl'), ping: away('ping'), nslookup: away('nslookup'), nc: away('nc'), telnet: away('telnet'),
    ...Object.fromEntries(['docker', 'podman', 'helm', 'minikube', 'kind', 'kubeadm', 'systemctl', 'ssh', 'git', 'apt-get', 'yum', 'brew', 'open'].map((name): [string, Program] => [name, function* (_, io) {
      yield* io.err(`${name}: not in this terminal: it has kubectl and a few tools around it ("help" lists them)\n`);
      return 127;
    }])),
  };
}

/** A line that only lacks its end: a quote, a here document, a "done". */
export function lacksMore(text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\\n?$/.test(text)) return true;
  try {
    parseShell(text);
    return false;
  } catch (error) {
    return error instanceof ShellSyntaxError && error.more;
  }
}

const bare = (input: Input, namespace: string): Context => ({ input, flags: parseFlags('get', [], {}), namespace, enforceNamespace: false, warned: new Set(), discovered: {} });

/** Runs what was typed. Yields what it wants done, like `kubectl`; ends with the exit code. Whoever runs it may break it off with `return()`. */
export function* terminal(text: string, state: TerminalState, now: Input['now'], history: readonly string[] = []): Run<number> {
  const io: Io = {
    stdin: undefined, piped: false,
    *out(out) { yield { out }; },
    *err(err) { yield { err }; },
  };
  if (state.inside !== undefined) {
    const { place, folder } = state.inside;
    if (/^\s*(?:exit|logout)\s*$/.test(text)) {
      state.inside = undefined;
      return 0;
    }
    const context = bare(inputOf(state, now), place.namespace);
    const pod = (yield* readIfAny(context, pathOf('Pod', place.namespace, place.pod))) as Pod | undefined;
    const container = pod?.spec.containers.find((one) => one.name === place.container);
    const running = pod?.status?.containerStatuses?.find((one) => one.name === place.container)?.state?.running;
    if (pod === undefined || container === undefined || running === undefined) {
      state.inside = undefined;
      yield { err: `command terminated with exit code 137\n` };
      return 137;
    }
    try {
      return yield* runInside(context, pod, container, ['sh', '-c', text], { ...io, stdin: '' }, folder);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      yield { err: `${error.text}\n` };
      return error.code;
    }
  }
  const shell = new Shell(state.shell, programs(state, now, history));
  // Prompts that were copied along with a command are taken off.
  const plain = text.replace(/^\s*(?::~)?\$ +/gm, '');
  try {
    state.shell.status = yield* shell.source(plain, io);
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    state.shell.status = error.code;
  }
  return state.shell.status;
}

// ---- completion

export interface Completion {
  /** Where in the line the word begins that is completed. */
  readonly from: number;
  readonly words: readonly string[];
}

const SUBCOMMANDS: Readonly<Record<string, readonly string[]>> = {
  create: ['clusterrole', 'clusterrolebinding', 'configmap', 'cronjob', 'deployment', 'ingress', 'job', 'namespace', 'poddisruptionbudget', 'priorityclass', 'quota', 'role', 'rolebinding', 'secret', 'service', 'serviceaccount', 'token'],
  rollout: ['history', 'pause', 'restart', 'resume', 'status', 'undo'], set: ['env', 'image', 'resources', 'selector', 'serviceaccount', 'subject'], config: ['current-context', 'delete-context', 'get-clusters', 'get-contexts', 'get-users', 'rename-context', 'set-context', 'use-context', 'view'],
  auth: ['can-i', 'whoami'], top: ['node', 'pod'], certificate: ['approve', 'deny'], apply: ['set-last-applied', 'view-last-applied'], completion: ['bash', 'fish', 'powershell', 'zsh'],
};
const OF_PODS = new Set(['logs', 'exec', 'attach', 'debug', 'port-forward', 'cp']);
const OF_NODES = new Set(['cordon', 'drain', 'uncordon']);
const OUTPUTS = ['custom-columns=', 'go-template=', 'json', 'jsonpath=', 'kyaml', 'name', 'wide', 'yaml'];

/** What may stand in the place of the last word of a line: commands, types, names that there are, flags, files. Reads, and writes nothing. */
export function* complete(line: string, state: TerminalState, now: Input['now']): Run<Completion> {
  const start = Math.max(line.lastIndexOf('|'), line.lastIndexOf(';'), line.lastIndexOf('&'), line.lastIndexOf('(')) + 1;
  const words = line.slice(start).split(/\s+/).filter((word, i, all) => word !== '' || i === all.length - 1);
  const last = words.at(-1) ?? '';
  const from = line.length - last.length;
  const before = words.slice(0, -1);
  const fitting = (all: readonly string[]): Completion => ({ from, words: [...new Set(all)].filter((word) => word.startsWith(last)).sort((a, b) => (a < b ? -1 : 1)) });
  const files = (): readonly string[] => [...state.shell.files.keys()].map((name) => (last.startsWith('/') ? name : name.startsWith(`${state.shell.folder}/`) ? name.slice(state.shell.folder.length + 1) : '')).filter((name) => name !== '' && !name.startsWith('.'));
  if (before.length === 0) return fitting(['kubectl', ...Object.keys(programs(state, now, []))].filter((name) => /^[a-z]/.test(name)));
  if (before[0] !== 'kubectl' && state.shell.aliases.get(before[0]!) !== 'kubectl') return fitting(files());
  const own = before.slice(1);
  const command = own.find((word) => !word.startsWith('-') && commandNames.includes(word));
  if (command === undefined) return fitting(commandNames);
  const previous = own.at(-1) ?? '';
  const namespaceAt = own.findIndex((word) => word === '-n' || word === '--namespace');
  const input = inputOf(state, now);
  const standard = dig(currentContext(kubeconfig(input)), 'namespace');
  const context = bare(input, namespaceAt >= 0 ? (own[namespaceAt + 1] ?? 'default') : typeof standard === 'string' && standard !== '' ? standard : 'default');
  const namesOf = function* (kind: string): Run<readonly string[]> {
    const info = KINDS.find((one) => one.kind === kind)!;
    return (yield* list(context, pathOf(kind, info.namespaced ? context.namespace : undefined))).map((object) => object.metadata.name);
  };
  if (previous === '-n' || previous === '--namespace') return fitting(yield* namesOf('Namespace'));
  if (previous === '-f' || previous === '--filename') return fitting(files());
  if (previous === '-o' || previous === '--output') return fitting(OUTPUTS);
  if (last.startsWith('-')) return fitting(flagsOf(command));
  const args = own.slice(own.indexOf(command) + 1).filter((word, i, all) => !word.startsWith('-') && !/^(?:-n|-o|-l|-c|-f|--namespace|--output|--selector|--container|--filename)$/.test(all[i - 1] ?? ''));
  if (args.length === 0 && Object.hasOwn(SUBCOMMANDS, command)) return fitting(SUBCOMMANDS[command]!);
  if (OF_NODES.has(command)) return fitting(yield* namesOf('Node'));
  const skip = command === 'rollout' || command === 'set' || command === 'top' ? 1 : 0;
  const type = args[skip];
  const kinds = command === 'rollout' ? ['Deployment', 'DaemonSet', 'StatefulSet'] : KINDS.filter((info) => info.transient !== true).map((info) => info.kind);
  const known = (word: string) => KINDS.find((info) => info.resource === word || info.singular === word || info.shortNames.includes(word));
  if (last.includes('/')) {
    const info = known(last.split('/')[0]!);
    return info === undefined ? fitting([]) : fitting((yield* namesOf(info.kind)).map((name) => `${last.split('/')[0]!}/${name}`));
  }
  if (OF_PODS.has(command) && type === undefined) return fitting(yield* namesOf('Pod'));
  if (type === undefined) return fitting(KINDS.filter((info) => kinds.includes(info.kind)).map((info) => info.resource));
  const info = known(type);
  return info === undefined ? fitting([]) : fitting(yield* namesOf(info.kind));
}
