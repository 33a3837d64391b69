import type { Request, Response } from '../sim/api/request.ts';
import { isRefusal } from '../sim/api/request.ts';
import { APPLY_FLAGS, CREATE_FILE_FLAGS, apply, replace } from './commands/apply.ts';
import { AUTOSCALE_FLAGS, autoscale } from './commands/autoscale.ts';
import { LABEL_FLAGS, PATCH_FLAGS, SCALE_FLAGS, SET_FLAGS, TAINT_FLAGS, label, patch, scale, set, taint } from './commands/change.ts';
import { CREATE_FLAGS, EXPOSE_FLAGS, RUN_FLAGS, create, expose, run } from './commands/create.ts';
import { DELETE_FLAGS, remove } from './commands/delete.ts';
import { DIFF_FLAGS, diff } from './commands/diff.ts';
import { EDIT_FLAGS, edit } from './commands/edit.ts';
import { GET_FLAGS, get } from './commands/get.ts';
import { API_RESOURCES_FLAGS, AUTH_FLAGS, CONFIG_FLAGS, LOGS_FLAGS, VERSION_FLAGS, apiResources, auth, config, kubelet, lacking, version } from './commands/misc.ts';
import { CORDON_FLAGS, DRAIN_FLAGS, cordon, drain } from './commands/nodes.ts';
import { ROLLOUT_FLAGS, rollout } from './commands/rollout.ts';
import { WAIT_FLAGS, wait } from './commands/wait.ts';
import { DESCRIBE_FLAGS, describe } from './describe/command.ts';
import { Failure } from './failure.ts';
import type { FlagSpecs } from './flags.ts';
import { given, parseFlags, text, truth } from './flags.ts';
import type { Answer, Context, Input, Run, Step } from './steps.ts';

export { splitCommandLine } from './shell.ts';
export type { Answer, Input, Step } from './steps.ts';

interface Command {
  readonly flags: FlagSpecs;
  readonly run: (context: Context) => Run<number>;
}

const ANYTHING: FlagSpecs = {};
const without = (name: string, why: string): Command => ({ flags: ANYTHING, run: () => lacking(name, why) });
const onKubelet = (name: string): Command => ({ flags: LOGS_FLAGS, run: (context) => kubelet(context, name) });

const COMMANDS: Readonly<Record<string, Command>> = {
  annotate: { flags: LABEL_FLAGS, run: (context) => label(context, 'annotations') },
  'api-resources': { flags: API_RESOURCES_FLAGS, run: apiResources },
  apply: { flags: APPLY_FLAGS, run: apply },
  attach: onKubelet('attach'),
  auth: { flags: AUTH_FLAGS, run: auth },
  autoscale: { flags: AUTOSCALE_FLAGS, run: autoscale },
  config: { flags: CONFIG_FLAGS, run: config },
  cordon: { flags: CORDON_FLAGS, run: (context) => cordon(context, true) },
  cp: onKubelet('cp'),
  create: { flags: CREATE_FLAGS, run: create },
  debug: onKubelet('debug'),
  delete: { flags: DELETE_FLAGS, run: remove },
  describe: { flags: DESCRIBE_FLAGS, run: describe },
  diff: { flags: DIFF_FLAGS, run: diff },
  drain: { flags: DRAIN_FLAGS, run: drain },
  edit: { flags: EDIT_FLAGS, run: edit },
  events: without('events', 'kubectl get events shows the same events'),
  exec: onKubelet('exec'),
  explain: without('explain', 'it carries no schema documentation; see https://kubernetes.io/docs/reference/'),
  expose: { flags: EXPOSE_FLAGS, run: expose },
  get: { flags: GET_FLAGS, run: get },
  label: { flags: LABEL_FLAGS, run: (context) => label(context, 'labels') },
  logs: onKubelet('logs'),
  patch: { flags: PATCH_FLAGS, run: patch },
  'port-forward': onKubelet('port-forward'),
  proxy: without('proxy', 'there is no network to open a port on'),
  replace: { flags: CREATE_FILE_FLAGS, run: replace },
  rollout: { flags: ROLLOUT_FLAGS, run: rollout },
  run: { flags: RUN_FLAGS, run },
  scale: { flags: SCALE_FLAGS, run: scale },
  set: { flags: SET_FLAGS, run: set },
  taint: { flags: TAINT_FLAGS, run: taint },
  top: without('top', 'it has no metrics server yet'),
  uncordon: { flags: CORDON_FLAGS, run: (context) => cordon(context, false) },
  version: { flags: VERSION_FLAGS, run: version },
  wait: { flags: WAIT_FLAGS, run: wait },
};

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
  const close = Object.keys(COMMANDS).filter((name) => distance(word.toLowerCase(), name) <= 2 || name.startsWith(word.toLowerCase()));
  const hint = close.length === 0 ? '' : `\n\nDid you mean this?\n${close.map((name) => `\t${name}\n`).join('')}`;
  return new Failure(`error: unknown command "${word}" for "kubectl"${hint}`);
}

const HELP = `kubectl controls the Kubernetes cluster manager.

 Commands of this version: ${Object.keys(COMMANDS).join(', ')}.
 Find more information at: https://kubernetes.io/docs/reference/kubectl/
`;

/**
 * Runs one command line (without the word "kubectl"). It yields what it wants done, in order: a request to be sent, whose answer resumes it; a time to
 * pass; a text to be shown. It ends with the exit code. Nothing in it waits, reads a clock or keeps a state of its own.
 */
export function* kubectl(args: readonly string[], input: Input): Generator<Step, number, Answer | undefined> {
  const words = args[0] === 'kubectl' ? args.slice(1) : args;
  try {
    // Global flags may come before the command.
    let at = 0;
    while (at < words.length && words[at]!.startsWith('-')) at += /^(?:-n|--namespace|--context|-s|--server|--as|-v|--kubeconfig)$/.test(words[at]!) ? 2 : 1;
    const name = words[at];
    if (name === undefined || name === 'help') {
      yield { out: HELP };
      return 0;
    }
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) throw unknown(name);
    const rest = [...words.slice(0, at), ...words.slice(at + 1)];
    const flags = command.flags === ANYTHING ? parseFlags(name, [], ANYTHING) : parseFlags(name, rest, command.flags);
    if (truth(flags, 'help')) {
      yield { out: HELP };
      return 0;
    }
    for (const missing of ['kubeconfig', 'server', 'context', 'cluster', 'user', 'as', 'as-group']) {
      if (given(flags, missing) && name !== 'auth') throw new Failure(`error: --${missing} is not in this version of Orrery: there is one cluster and one user`);
    }
    const own = text(flags, 'namespace');
    const context: Context = { input, flags, namespace: own ?? input.namespace ?? 'default', enforceNamespace: own !== undefined, warned: new Set(), discovered: {} };
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
