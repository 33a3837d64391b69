import type { Request, Response } from '../sim/api/request.ts';
import { isRefusal } from '../sim/api/request.ts';
import { APPLY_FLAGS, CREATE_FILE_FLAGS, replace } from './commands/apply.ts';
import { applyOrEdit } from './commands/editLastApplied.ts';
import { AUTOSCALE_FLAGS, autoscale } from './commands/autoscale.ts';
import { LABEL_FLAGS, PATCH_FLAGS, SCALE_FLAGS, SET_FLAGS, TAINT_FLAGS, label, patch, scale, set, taint } from './commands/change.ts';
import { CREATE_FLAGS, EXPOSE_FLAGS, RUN_FLAGS, create, expose, run } from './commands/create.ts';
import { DELETE_FLAGS, remove } from './commands/delete.ts';
import { DIFF_FLAGS, diff } from './commands/diff.ts';
import { EDIT_FLAGS, edit } from './commands/edit.ts';
import { GET_FLAGS, get } from './commands/get.ts';
import { CONFIG_FLAGS, config, contextNamed, currentContext, hasContext, kubeconfig } from './commands/config.ts';
import { DEBUG_FLAGS, EXEC_FLAGS, LOGS_FLAGS, attach, cp, debug, exec, logs, portForward } from './commands/containers.ts';
import { EVENTS_FLAGS, events } from './commands/events.ts';
import { EXPLAIN_FLAGS, explain } from './commands/explain.ts';
import { API_RESOURCES_FLAGS, AUTH_FLAGS, CERTIFICATE_FLAGS, TOP_FLAGS, VERSION_FLAGS, apiResources, apiVersions, auth, certificate, clusterInfo, lacking, top, version } from './commands/misc.ts';
import { fileAt, filesIn } from './files.ts';
import { COMMANDS_HELP, OPTIONS_HELP } from './helpText.ts';
import { dig } from './tree.ts';
import { CORDON_FLAGS, DRAIN_FLAGS, cordon, drain } from './commands/nodes.ts';
import { ROLLOUT_FLAGS, rollout } from './commands/rollout.ts';
import { WAIT_FLAGS, wait } from './commands/wait.ts';
import { DESCRIBE_FLAGS, describe } from './describe/command.ts';
import { Failure } from './failure.ts';
import type { FlagSpecs } from './flags.ts';
import { GLOBAL, kinds, parseFlags, raws, text, truth } from './flags.ts';
import type { Answer, Context, Input, Run, Step } from './steps.ts';

export { splitCommandLine } from './shell.ts';
export type { Answer, Input, Step } from './steps.ts';

interface Command {
  readonly flags: FlagSpecs;
  readonly run: (context: Context) => Run<number>;
}

const ANYTHING: FlagSpecs = {};

const COMMANDS: Readonly<Record<string, Command>> = {
  annotate: { flags: LABEL_FLAGS, run: (context) => label(context, 'annotations') },
  'api-resources': { flags: API_RESOURCES_FLAGS, run: apiResources },
  apply: { flags: APPLY_FLAGS, run: applyOrEdit },
  attach: { flags: EXEC_FLAGS, run: attach },
  auth: { flags: AUTH_FLAGS, run: auth },
  'api-versions': { flags: ANYTHING, run: apiVersions },
  autoscale: { flags: AUTOSCALE_FLAGS, run: autoscale },
  certificate: { flags: CERTIFICATE_FLAGS, run: certificate },
  'cluster-info': { flags: { 'output-directory': kinds.string(), 'all-namespaces': kinds.bool('A'), namespaces: kinds.strings() }, run: (context) => clusterInfo(context, serverOf(context.input)) },
  completion: { flags: ANYTHING, run: completion },
  config: { flags: CONFIG_FLAGS, run: config },
  cordon: { flags: CORDON_FLAGS, run: (context) => cordon(context, true) },
  cp: { flags: EXEC_FLAGS, run: cp },
  create: { flags: CREATE_FLAGS, run: create },
  debug: { flags: DEBUG_FLAGS, run: debug },
  delete: { flags: DELETE_FLAGS, run: remove },
  describe: { flags: DESCRIBE_FLAGS, run: describe },
  diff: { flags: DIFF_FLAGS, run: diff },
  drain: { flags: DRAIN_FLAGS, run: drain },
  edit: { flags: EDIT_FLAGS, run: edit },
  events: { flags: EVENTS_FLAGS, run: events },
  exec: { flags: EXEC_FLAGS, run: exec },
  explain: { flags: EXPLAIN_FLAGS, run: explain },
  expose: { flags: EXPOSE_FLAGS, run: expose },
  get: { flags: GET_FLAGS, run: get },
  kustomize: { flags: { 'enable-helm': kinds.bool(), output: kinds.string('o') }, run: kustomize },
  label: { flags: LABEL_FLAGS, run: (context) => label(context, 'labels') },
  logs: { flags: LOGS_FLAGS, run: logs },
  patch: { flags: PATCH_FLAGS, run: patch },
  plugin: { flags: ANYTHING, run: () => plugin() },
  'port-forward': { flags: EXEC_FLAGS, run: portForward },
  options: { flags: ANYTHING, run: options },
  proxy: { flags: { port: kinds.int('p'), address: kinds.string(), 'api-prefix': kinds.string(), 'accept-hosts': kinds.string(), www: kinds.string('w'), 'www-prefix': kinds.string('P'), 'disable-filter': kinds.bool() }, run: () => lacking('proxy', 'there is no network to open a port on') },
  replace: { flags: CREATE_FILE_FLAGS, run: replace },
  rollout: { flags: ROLLOUT_FLAGS, run: rollout },
  run: { flags: RUN_FLAGS, run },
  scale: { flags: SCALE_FLAGS, run: scale },
  set: { flags: SET_FLAGS, run: set },
  taint: { flags: TAINT_FLAGS, run: taint },
  top: { flags: TOP_FLAGS, run: top },
  uncordon: { flags: CORDON_FLAGS, run: (context) => cordon(context, false) },
  version: { flags: VERSION_FLAGS, run: version },
  wait: { flags: WAIT_FLAGS, run: wait },
};

export const commandNames: readonly string[] = Object.keys(COMMANDS);
/** The flags of a command, as they are typed. */
export const flagsOf = (name: string): readonly string[] => Object.keys({ ...GLOBAL, ...(Object.hasOwn(COMMANDS, name) ? COMMANDS[name]!.flags : {}) }).map((flag) => `--${flag}`);

/** cobra's suggestions: names at most two edits away, or that the word begins. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}

function unknown(word: string): Failure {
  const close = Object.keys(COMMANDS).filter((name) => distance(word.toLowerCase(), name) <= 2 || name.startsWith(word.toLowerCase()))
    // In the order of kubectl's own list of commands.
    .sort((a, b) => COMMANDS_HELP.indexOf(`\n  ${a} `) - COMMANDS_HELP.indexOf(`\n  ${b} `));
  const hint = close.length === 0 ? '' : `\n\nDid you mean this?\n${close.map((name) => `\t${name}\n`).join('')}`;
  return new Failure(`error: unknown command "${word}" for "kubectl"${hint}`);
}

const HELP = `kubectl controls the Kubernetes cluster manager.

 Find more information at: https://kubernetes.io/docs/reference/kubectl/

${COMMANDS_HELP.trimStart()}`;

const serverOf = (input: Input): string => {
  const config = kubeconfig(input);
  const clusters = dig(config, 'clusters');
  const name = dig(currentContext(config), 'cluster');
  return String(dig((Array.isArray(clusters) ? clusters : []).find((one) => dig(one, 'name') === name), 'cluster', 'server') ?? '');
};

function* options(): Run<number> {
  yield { out: OPTIONS_HELP };
  return 0;
}
function* plugin(): Run<number> {
  throw new Failure('error: unable to find any kubectl plugins in your PATH');
}
function* kustomize({ input, flags }: Context): Run<number> {
  const folder = flags.args[0] ?? '.';
  if (filesIn(input, folder, true).length === 0) throw new Failure(`error: must build at directory: not a valid directory: evalsymlink failure on '${folder}' : lstat ${folder}: no such file or directory`);
  throw new Failure('error: kubectl kustomize is not in this version of Orrery; write the manifests out and apply them with -f');
}
function* completion({ flags }: Context): Run<number> {
  const [shell] = flags.args;
  if (shell === undefined) throw new Failure("error: Shell not specified.\nSee 'kubectl completion -h' for help and examples");
  if (!['bash', 'zsh', 'fish', 'powershell'].includes(shell)) throw new Failure(`error: Unsupported shell type "${shell}".`);
  yield { out: "# Orrery's terminal completes kubectl by itself: press Tab.\n" };
  return 0;
}

/** The flags of a command, as its help lists them. */
const helpOf = (name: string, command: Command): string => {
  const flags = Object.entries(command.flags).map(([flag, spec]) => `    ${spec.short === undefined ? '' : `-${spec.short}, `}--${flag}${spec.type === 'bool' ? '=false' : spec.type === 'strings' ? '=[]' : spec.type === 'int' ? '=0' : spec.type === 'duration' ? '=0s' : "=''"}\n`).join('');
  return `Usage:\n  kubectl ${name} [flags] [options]\n${flags === '' ? '' : `\nOptions:\n${flags}`}\nUse "kubectl options" for a list of global command-line options (applies to all commands).\n`;
};

/** Whom a request is sent as with --as: the groups are those that a real server gives an impersonated user. */
function identityOf(user: string | undefined, groups: readonly string[]): Context['identity'] {
  if (user === undefined) return undefined;
  const account = /^system:serviceaccount:([^:]+):/.exec(user);
  const own = account !== null && groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]!}`] : groups;
  return { user, groups: user === 'system:anonymous' || own.includes('system:authenticated') ? own : [...own, 'system:authenticated'] };
}

/**
 * Runs one command line (without the word "kubectl"). It yields what it wants done, in order: a request to be sent, whose answer resumes it; a time to
 * pass; a text to be shown. It ends with the exit code. Nothing in it waits, reads a clock or keeps a state of its own.
 */
export function* kubectl(args: readonly string[], input: Input): Generator<Step, number, Answer | undefined> {
  const words = args[0] === 'kubectl' ? args.slice(1) : args;
  try {
    // Global flags may come before the command.
    let at = 0;
    while (at < words.length && words[at]!.startsWith('-') && words[at] !== '--help' && words[at] !== '-h') at += /^(?:-n|--namespace|--context|-s|--server|--as|-v|--kubeconfig)$/.test(words[at]!) ? 2 : 1;
    const name = words[at];
    if (name === undefined || (name === 'help' && words[at + 1] === undefined) || name === '--help' || name === '-h') {
      yield { out: HELP };
      return 0;
    }
    if (name === 'help') {
      const [topic = ''] = words.slice(at + 1);
      if (Object.hasOwn(COMMANDS, topic)) yield { out: helpOf(topic, COMMANDS[topic]!) };
      else yield { err: `Unknown help topic [\`${topic}\`]\n${COMMANDS_HELP}` };
      return 0;
    }
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) throw unknown(name);
    const rest = [...words.slice(0, at), ...words.slice(at + 1)];
    const flags = parseFlags(name, rest, command.flags);
    if (truth(flags, 'help')) {
      yield { out: helpOf(name, command) };
      return 0;
    }
    const chosen = name === 'config' ? undefined : text(flags, 'kubeconfig');
    if (chosen !== undefined && fileAt(input, chosen) === undefined) throw new Failure(`error: stat ${chosen}: no such file or directory`);
    const config = kubeconfig(input);
    const server = name === 'config' ? undefined : text(flags, 'server');
    if (server !== undefined && server !== serverOf(input)) throw new Failure(`The connection to the server ${server.replace(/^https?:\/\//, '').replace(/\/.*$/, '')} was refused - did you specify the right host or port?`);
    const wanted = name === 'config' ? undefined : text(flags, 'context');
    if (wanted !== undefined && !hasContext(config, wanted)) throw new Failure(`error: context "${wanted}" does not exist`);
    const own = text(flags, 'namespace');
    const standard = dig(wanted === undefined ? currentContext(config) : contextNamed(config, wanted), 'namespace');
    const namespace = own ?? input.namespace ?? (typeof standard === 'string' && standard !== '' ? standard : 'default');
    const identity = identityOf(text(flags, 'as'), raws(flags, 'as-group'));
    const context: Context = { input, flags, namespace, enforceNamespace: own !== undefined, warned: new Set(), discovered: {}, ...(identity === undefined ? {} : { identity }) };
    return yield* command.run(context);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    yield { err: `${error.text}\n` };
    return error.code;
  }
}

/** One line about a request and its answer: "POST /apis/apps/v1/namespaces/default/deployments → 201". */
export function summarize(request: Request, response: Response): string {
  const query = Object.entries(request.query ?? {}).filter(([key]) => key === 'labelSelector' || key === 'fieldSelector' || key === 'dryRun').map(([key, value]) => `${key}=${value}`).join('&');
  const reason = isRefusal(response) && response.body.reason !== undefined ? ` ${response.body.reason}` : '';
  return `${request.method} ${request.path}${query === '' ? '' : `?${query}`} → ${response.code}${reason}`;
}
