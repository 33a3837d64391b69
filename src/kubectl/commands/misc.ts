import { KINDS, apiVersionOf, pathOf } from '../../sim/api/kinds.ts';
import type { KindInfo } from '../../sim/api/kinds.ts';
import { Failure } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, text, truth } from '../flags.ts';
import { findResource } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { read } from '../steps.ts';
import { TABLE, align } from '../tabwriter.ts';
import { compareText } from '../tree.ts';

export const VERSION = 'v1.36.3';

export const VERSION_FLAGS: FlagSpecs = { client: kinds.bool(), output: kinds.string('o') };
export function* version(context: Context): Run<number> {
  yield { out: `Client Version: ${VERSION}\nKustomize Version: v5.8.1\n${truth(context.flags, 'client') ? '' : `Server Version: ${VERSION}\n`}` };
  return 0;
}

export const API_RESOURCES_FLAGS: FlagSpecs = { 'api-group': kinds.string(), namespaced: kinds.bool(), output: kinds.string('o'), 'no-headers': kinds.bool(), 'sort-by': kinds.string(), verbs: kinds.strings(), cached: kinds.bool(), categories: kinds.strings(), 'show-kind': kinds.bool() };
export function* apiResources(context: Context): Run<number> {
  const { flags } = context;
  const group = text(flags, 'api-group');
  const order = text(flags, 'sort-by');
  const by = (info: KindInfo): string => (order === 'kind' ? info.kind : order === 'name' ? info.resource : `${info.group}/${info.resource}`);
  const rows = KINDS.filter((info) => (group === undefined || info.group === group) && (!given(flags, 'namespaced') || info.namespaced === truth(flags, 'namespaced'))).sort((a, b) => compareText(by(a), by(b)));
  if (text(flags, 'output') === 'name') {
    yield { out: rows.map((info) => `${info.resource}${info.group === '' ? '' : `.${info.group}`}\n`).join('') };
    return 0;
  }
  const lines = rows.map((info) => [info.resource, info.shortNames.join(','), apiVersionOf(info), String(info.namespaced), info.kind].join('\t'));
  yield { out: align(`${[...(truth(flags, 'no-headers') ? [] : ['NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND']), ...lines].join('\n')}\n`, TABLE) };
  return 0;
}

export const CONFIG_FLAGS: FlagSpecs = { output: kinds.string('o'), minify: kinds.bool(), current: kinds.bool() };
export function* config(context: Context): Run<number> {
  const [what, name] = context.flags.args;
  switch (what) {
    case 'current-context':
      yield { out: 'orrery\n' };
      return 0;
    case 'get-contexts':
      yield { out: align(`CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n*\torrery\torrery\tkubernetes-admin\t${context.input.namespace ?? ''}\n`, TABLE) };
      return 0;
    case 'use-context':
      if (name !== 'orrery') throw new Failure(`error: no context exists with the name: "${name ?? ''}"`);
      yield { out: 'Switched to context "orrery".\n' };
      return 0;
    default:
      throw new Failure(`error: kubectl config ${what ?? ''} is not in this version of Orrery: there is one cluster and one user; -n chooses the namespace`);
  }
}

export const AUTH_FLAGS: FlagSpecs = { 'all-namespaces': kinds.bool('A'), list: kinds.bool(), quiet: kinds.bool('q'), subresource: kinds.string(), output: kinds.string('o') };
export function* auth(context: Context): Run<number> {
  const { flags } = context;
  const [what, verb, name, ...more] = flags.args;
  if (given(flags, 'as') || given(flags, 'as-group')) throw new Failure('error: --as is not in this version of Orrery: everyone is the administrator (no RBAC yet)');
  if (what === 'whoami') {
    yield { out: align('ATTRIBUTE\tVALUE\nUsername\tkubernetes-admin\nGroups\t[system:masters system:authenticated]\n', TABLE) };
    return 0;
  }
  if (what !== 'can-i') throw new Failure(`error: kubectl auth ${what ?? ''} is not in this version of Orrery; auth can-i and auth whoami are`);
  if (verb === undefined || name === undefined || more.length > 0) throw new Failure("error: you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.");
  const info = yield* findResource(context, name.split('/')[0]!);
  if (info !== undefined && !info.namespaced && !truth(flags, 'all-namespaces')) yield { err: `Warning: resource '${info.resource}' is not namespace scoped\n\n` };
  if (info === undefined && name !== '*' && !name.startsWith('/')) yield { err: `Warning: the server doesn't have a resource type '${name}'\n\n` };
  if (!truth(flags, 'quiet')) yield { out: 'yes\n' };
  return 0;
}

export const LOGS_FLAGS: FlagSpecs = {
  container: kinds.string('c'), follow: kinds.bool('f'), previous: kinds.bool('p'), tail: kinds.int(), since: kinds.duration, 'since-time': kinds.string(), timestamps: kinds.bool(), 'all-containers': kinds.bool(), selector: kinds.string('l'), 'all-pods': kinds.bool(), prefix: kinds.bool(), 'limit-bytes': kinds.int(), 'max-log-requests': kinds.int(), 'ignore-errors': kinds.bool(),
  stdin: kinds.bool('i'), tty: kinds.bool('t'), quiet: kinds.bool('q'), image: kinds.string(), address: kinds.string(),
};
/** logs, exec and the like: what a real one would say about the Pod first, then plainly what is missing here. */
export function* kubelet(context: Context, command: string): Run<number> {
  const [pod] = context.flags.args;
  if (pod === undefined) {
    if (command === 'logs') throw new Failure("error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples");
    throw new Failure(`error: pod, type/name or --filename must be specified`);
  }
  const name = pod.replace(/^(?:pods?|po)\//, '');
  if (!name.includes('/')) {
    const object = yield* read(context, pathOf('Pod', context.namespace, name));
    const containers = ((object as unknown as { spec: { containers: readonly { name: string }[] } }).spec.containers ?? []).map((container) => container.name);
    const chosen = text(context.flags, 'container');
    if (command === 'logs' && chosen !== undefined && !containers.includes(chosen)) throw new Failure(`error: container ${chosen} is not valid for pod ${name} out of: ${containers.join(', ')}`);
  }
  throw new Failure(`error: kubectl ${command} is not in this version of Orrery: its containers are behaviour models (start, readiness, exit, load), they run no program and write no output. kubectl describe pod ${name} shows what they did.`);
}

export function* lacking(command: string, why: string): Run<number> {
  yield { err: `error: kubectl ${command} is not in this version of Orrery: ${why}\n` };
  return 1;
}
