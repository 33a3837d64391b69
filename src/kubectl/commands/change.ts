import { qualifiedResource } from '../../sim/api/kinds.ts';
import type { KubernetesObject, Taint } from '../../sim/api/object.ts';
import { parseQuantity } from '../../sim/api/quantity.ts';
import { JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH } from '../../sim/api/request.ts';
import { compactJson } from '../encode.ts';
import { manifests, parsePatch } from '../documents.ts';
import { Failure, Refusal, problemsText } from '../failure.ts';
import { fileAt } from '../files.ts';
import type { Problem } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, number, raws, text, texts, truth } from '../flags.ts';
import { changed, format } from '../output.ts';
import { jsonMerge, strategicMerge } from '../patch/merge.ts';
import { mergeDiff, strategicDiff } from '../patch/strategic.ts';
import type { Found, Target } from '../resources.ts';
import { NO_RESOURCE, fetchEvery, pathFor, targets } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { call } from '../steps.ts';
import type { Tree } from '../tree.ts';
import { dig, equal, field, isList, isTree, sortedKeys, withValue } from '../tree.ts';
import { dryRun, writeQuery } from './apply.ts';

export const PICK: FlagSpecs = {
  all: kinds.bool(), 'all-namespaces': kinds.bool('A'), selector: kinds.string('l'), 'field-selector': kinds.string(), filename: kinds.strings('f'), recursive: kinds.bool('R'), kustomize: kinds.string('k'),
  output: kinds.string('o'), 'dry-run': { type: 'string', bare: 'unchanged' }, 'field-manager': kinds.string(), local: kinds.bool(), 'show-managed-fields': kinds.bool(), template: kinds.string(),
};

/** What the words and -f name; with `named`, a type alone is refused unless --all or a selector says which. */
export function* picked(context: Context, args: readonly string[], named = true): Run<readonly Target[]> {
  const { flags } = context;
  if (given(flags, 'filename')) {
    const { found, problems } = yield* manifests(context);
    if (problems.length > 0) throw new Failure(problemsText(problems));
    return found.map(({ info, object }) => ({ info, name: String(dig(object, 'metadata', 'name') ?? ''), namespace: info.namespaced ? String(dig(object, 'metadata', 'namespace')) : undefined }));
  }
  if (args.length === 0) throw new Failure(`error: ${NO_RESOURCE}`);
  const wanted = yield* targets(context, args);
  if (named && wanted.some((target) => target.name === undefined) && !truth(flags, 'all') && !given(flags, 'selector') && !given(flags, 'field-selector')) throw new Failure('error: resource(s) were provided, but no name was specified');
  if (wanted.some((target) => target.name !== undefined) && (truth(flags, 'all') || given(flags, 'selector'))) throw new Failure('error: name cannot be provided when a selector is specified');
  return wanted;
}

export function* patchObject(context: Context, found: Found, contentType: string, body: unknown, manager: string, subresource?: string): Run<KubernetesObject> {
  const { fieldValidation: _, ...query } = writeQuery(context, manager);
  return (yield* call(context, { method: 'PATCH', path: pathFor(found, subresource), query, contentType, body })).body as KubernetesObject;
}

/** Runs for every object; refusals are collected, and said at the end. */
export function* forEach(found: readonly Found[], run: (one: Found) => Run<void>): Run<number> {
  const problems: Problem[] = [];
  for (const one of found) {
    try {
      yield* run(one);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problems.push(error instanceof Refusal ? { status: error.status } : { message: error.text.replace(/^error: /, '') });
    }
  }
  if (problems.length > 0) throw new Failure(problemsText(problems));
  return 0;
}

// ---- scale

export const SCALE_FLAGS: FlagSpecs = { ...PICK, replicas: kinds.int(), 'current-replicas': kinds.int(), 'resource-version': kinds.string(), timeout: kinds.duration };

export function* scale(context: Context): Run<number> {
  const { flags } = context;
  const replicas = number(flags, 'replicas');
  if (replicas === undefined) throw new Failure('error: required flag(s) "replicas" not set');
  if (replicas < 0) throw new Failure('error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
  const mode = dryRun(context);
  const expected = number(flags, 'current-replicas');
  const version = text(flags, 'resource-version');
  return yield* forEach(yield* fetchEvery(context, yield* picked(context, flags.args)), function* (found): Run<void> {
    if (!found.info.subresources.includes('scale')) throw new Refusal({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NotFound', message: 'the server could not find the requested resource' });
    if (mode !== 'client') {
      if ((expected !== undefined && expected >= 0) || version !== undefined) {
        const current = (yield* call(context, { method: 'GET', path: pathFor(found, 'scale') })).body as unknown as Tree;
        const had = Number(dig(current, 'spec', 'replicas') ?? 0);
        if (expected !== undefined && expected >= 0 && had !== expected) throw new Failure(`error: Expected replicas to be ${expected}, was ${had}`);
        if (version !== undefined && found.object.metadata.resourceVersion !== version) throw new Failure(`error: Expected resource version to be ${version}, was ${found.object.metadata.resourceVersion}`);
        const query: Record<string, string> = mode === 'server' ? { dryRun: 'All' } : {};
        yield* call(context, { method: 'PUT', path: pathFor(found, 'scale'), query, body: withValue(current, ['spec', 'replicas'], replicas) });
      } else yield* patchObject(context, found, MERGE_PATCH, { spec: { replicas } }, 'kubectl-scale', 'scale');
    }
    yield { out: changed(text(flags, 'output'), found, 'scaled', mode) };
  });
}

// ---- set image, set env, set resources

export const SET_FLAGS: FlagSpecs = {
  ...PICK, containers: kinds.string('c'), limits: kinds.string(), requests: kinds.string(), env: kinds.strings('e'), from: kinds.string(), list: kinds.bool(), overwrite: kinds.bool(), prefix: kinds.string(), keys: kinds.strings(), resolve: kinds.bool(), user: kinds.strings(), group: kinds.strings(), serviceaccount: kinds.strings(),
};
const SET_HELP = `Configure application resources.

 These commands help you make changes to existing application resources.

Available Commands:
  env              Update environment variables on a pod template
  image            Update the image of a pod template
  resources        Update resource requests/limits on objects with pod templates
  selector         Set the selector on a resource
  serviceaccount   Update the service account of a resource
  subject          Update the user, group, or service account in a role binding or cluster role binding

Usage:
  kubectl set SUBCOMMAND [options]

Use "kubectl set <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
`;

export const templatePath = (object: KubernetesObject): readonly string[] => (object.kind === 'Pod' ? ['spec'] : object.kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template', 'spec'] : ['spec', 'template', 'spec']);
const matches = (pattern: string, name: string): boolean => (pattern === '*' ? true : pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : pattern === name);

/** The object with each of its containers changed. */
function editContainers(object: KubernetesObject, edit: (container: Tree, list: string) => Tree): Tree {
  const path = templatePath(object);
  let tree = object as unknown as Tree;
  for (const list of ['containers', 'initContainers']) {
    const containers = dig(tree, ...path, list);
    if (isList(containers)) tree = withValue(tree, [...path, list], containers.map((container) => (isTree(container) ? edit(container, list) : container)));
  }
  return tree;
}

/** `what` names the update in the words that refusals of it begin with. */
function* sendEdited(context: Context, found: Found, after: Tree, done: string, what: string): Run<void> {
  const patch = strategicDiff(found.info.kind, found.object as unknown as Tree, after);
  if (Object.keys(patch).length === 0) return;
  const mode = dryRun(context);
  let object = after as unknown as KubernetesObject;
  if (mode !== 'client') {
    try {
      object = yield* patchObject(context, found, STRATEGIC_MERGE_PATCH, patch, 'kubectl-set');
    } catch (error) {
      throw error instanceof Refusal ? new Failure(`error: failed to patch ${what} ${error.status.message ?? ''}`) : error;
    }
  }
  yield { out: changed(text(context.flags, 'output'), { info: found.info, object }, done, mode) };
}

const hasTemplate = (found: Found): void => {
  if (!isTree(dig(found.object, ...templatePath(found.object))) || !isList(dig(found.object, ...templatePath(found.object), 'containers'))) throw new Failure(`error: the object is not a pod or does not have a pod template: ${found.info.kind}`);
};

export function* set(context: Context): Run<number> {
  const [what, ...args] = context.flags.args;
  switch (what) {
    case undefined:
      throw new Failure(SET_HELP);
    case 'image':
      return yield* setImage(context, args);
    case 'env':
      return yield* setEnv(context, args);
    case 'resources':
      return yield* setResources(context, args);
    case 'selector':
      return yield* setSelector(context, args);
    case 'serviceaccount':
    case 'sa':
      return yield* setServiceAccount(context, args);
    case 'subject':
      return yield* setSubject(context, args);
    default:
      throw new Failure(`error: unknown command "${[what, ...args].join(' ')}"\nSee 'kubectl set -h' for help and examples`);
  }
}

/** Words before the first assignment name resources, the rest are assignments. */
function split(args: readonly string[], assignment: (word: string) => boolean): readonly [readonly string[], readonly string[]] {
  const at = args.findIndex(assignment);
  return at < 0 ? [args, []] : [args.slice(0, at), args.slice(at)];
}

function* setImage(context: Context, args: readonly string[]): Run<number> {
  const [names, assignments] = split(args, (word) => word.includes('='));
  const wanted = yield* picked(context, names);
  if (assignments.length === 0) throw new Failure('error: at least one image update is required');
  const images = assignments.map((word) => {
    const [name = '', ...image] = word.split('=');
    if (name === '') throw new Failure(`error: invalid image assignment "${word}", expected CONTAINER=IMAGE`);
    return { name, image: image.join('=') };
  });
  return yield* forEach(yield* fetchEvery(context, wanted), function* (found): Run<void> {
    hasTemplate(found);
    const used = new Set<string>();
    const after = editContainers(found.object, (container) => {
      const hit = images.filter(({ name }) => matches(name, String(container.name)));
      for (const { name } of hit) used.add(name);
      const image = hit.at(-1)?.image;
      return image === undefined ? container : { ...container, image };
    });
    for (const { name } of images) if (!used.has(name) && name !== '*') throw new Failure(`error: unable to find container named "${name}"`);
    yield* sendEdited(context, found, after, 'image updated', 'image update to pod template:');
  });
}

function envText(found: Found): string {
  let out = '';
  editContainers(found.object, (container, list) => {
    out += `# ${found.info.kind} ${found.object.metadata.name}, ${list === 'containers' ? 'container' : 'init container'} ${String(container.name)}\n`;
    for (const variable of (container.env ?? []) as readonly Tree[]) {
      const from = variable.valueFrom;
      const name = String(variable.name);
      const part = (...path: string[]): string => String(dig(from, ...path) ?? '');
      if (!isTree(from)) out += `${name}=${String(variable.value ?? '')}\n`;
      else if (from.fieldRef !== undefined) out += `# ${name} from field path ${part('fieldRef', 'fieldPath')}\n`;
      else if (from.configMapKeyRef !== undefined) out += `# ${name} from configmap ${part('configMapKeyRef', 'name')}, key ${part('configMapKeyRef', 'key')}\n`;
      else if (from.secretKeyRef !== undefined) out += `# ${name} from secret ${part('secretKeyRef', 'name')}, key ${part('secretKeyRef', 'key')}\n`;
      else if (from.resourceFieldRef !== undefined) out += `# ${name} from resource field ${part('resourceFieldRef', 'resource')}\n`;
    }
    return container;
  });
  return out;
}

function* setEnv(context: Context, args: readonly string[]): Run<number> {
  const { flags } = context;
  const [names, words] = split(args, (word) => word.includes('=') || word.endsWith('-'));
  const wanted = yield* picked(context, names);
  const listing = truth(flags, 'list');
  const assignments = [...words, ...raws(flags, 'env')];
  const taken = given(flags, 'from') ? yield* variablesOf(context, text(flags, 'from')!) : [];
  // Nothing to set is no mistake: nothing is done, and nothing is said.
  for (const { name, key } of taken) if (name !== key) yield { err: `Warning: key ${key} transferred to ${name}\n` };
  const prefix = text(flags, 'prefix') ?? '';
  const only = text(flags, 'containers') ?? '*';
  return yield* forEach(yield* fetchEvery(context, wanted), function* (found): Run<void> {
    hasTemplate(found);
    if (listing) {
      yield { out: envText(found) };
      return;
    }
    const after = editContainers(found.object, (container, list) => {
      if (!matches(only, String(container.name)) || (list === 'initContainers' && only === '*')) return container;
      let env = ((container.env ?? []) as readonly Tree[]).slice();
      for (const one of taken) {
        const variable = { ...one.variable, name: `${prefix}${one.name}` };
        const at = env.findIndex((one) => one.name === variable.name);
        if (at < 0) env.push(variable);
        else env[at] = variable;
      }
      for (const word of assignments) {
        const equals = word.indexOf('=');
        if (equals < 0) env = env.filter((variable) => variable.name !== word.slice(0, -1));
        else {
          const variable = { name: word.slice(0, equals), value: word.slice(equals + 1) };
          const at = env.findIndex((one) => one.name === variable.name);
          if (at < 0) env.push(variable);
          else env[at] = variable;
        }
      }
      return env.length === 0 ? Object.fromEntries(Object.entries(container).filter(([key]) => key !== 'env')) : { ...container, env };
    });
    yield* sendEdited(context, found, after, 'env updated', 'env update to pod template:');
  });
}

/** --from: a variable for every key of a ConfigMap or Secret, named after the key. */
function* variablesOf(context: Context, from: string): Run<readonly { readonly name: string; readonly key: string; readonly variable: Tree }[]> {
  const found = yield* fetchEvery(context, yield* targets(context, from.includes('/') ? [from] : from.split(/\s+/)));
  const only = texts(context.flags, 'keys');
  return found.flatMap(({ object }) => {
    if (object.kind !== 'ConfigMap' && object.kind !== 'Secret') throw new Failure('error: unsupported resource specified in --from');
    const reference = object.kind === 'ConfigMap' ? 'configMapKeyRef' : 'secretKeyRef';
    const keys = sortedKeys((dig(object, 'data') ?? {}) as Tree).filter((key) => only.length === 0 || only.includes(key));
    return keys.map((key) => ({ name: key.replace(/[^a-zA-Z0-9_]/g, '_').toUpperCase(), key, variable: { valueFrom: { [reference]: { key, name: object.metadata.name } } } }));
  });
}

/** set selector, set serviceaccount and set subject: the last word, or a flag, says what. */
function* setSelector(context: Context, args: readonly string[]): Run<number> {
  if (args.length < 2 && !given(context.flags, 'filename')) throw new Failure(`error: ${NO_RESOURCE}`);
  const selector = Object.fromEntries(args.at(-1)!.split(',').map((part) => {
    const [key = '', value] = part.split('=');
    if (value === undefined) throw new Failure(`error: couldn't parse the selector string "${args.at(-1)!}": only "key=value" requirements can be set`);
    return [key, value];
  }));
  return yield* forEach(yield* fetchEvery(context, yield* picked(context, args.slice(0, -1))), function* (found): Run<void> {
    if (found.info.kind !== 'Service') throw new Failure('error: setting a selector is only supported for Services');
    yield* sendEdited(context, found, withValue(found.object as unknown as Tree, ['spec', 'selector'], selector), 'selector updated', 'selector update:');
  });
}

function* setServiceAccount(context: Context, args: readonly string[]): Run<number> {
  const name = args.at(-1);
  if (name === undefined) throw new Failure('error: serviceaccount is required');
  if (args.length < 2 && !given(context.flags, 'filename')) throw new Failure(`error: ${NO_RESOURCE}`);
  return yield* forEach(yield* fetchEvery(context, yield* picked(context, args.slice(0, -1))), function* (found): Run<void> {
    hasTemplate(found);
    const path = templatePath(found.object);
    yield* sendEdited(context, found, withValue(withValue(found.object as unknown as Tree, [...path, 'serviceAccountName'], name), [...path, 'serviceAccount'], name), 'serviceaccount updated', 'ServiceAccountName');
  });
}

function* setSubject(context: Context, args: readonly string[]): Run<number> {
  const { flags } = context;
  const group = 'rbac.authorization.k8s.io';
  const added: Tree[] = [
    ...texts(flags, 'user').map((name) => ({ apiGroup: group, kind: 'User', name })), ...texts(flags, 'group').map((name) => ({ apiGroup: group, kind: 'Group', name })),
    ...texts(flags, 'serviceaccount').map((account) => {
      const [namespace = '', name = ''] = account.split(':');
      if (namespace === '' || name === '') throw new Failure('error: serviceaccount must be <namespace>:<name>');
      return { kind: 'ServiceAccount', name, namespace };
    }),
  ];
  if (added.length === 0) throw new Failure('error: you must specify at least one value of user, group or serviceaccount');
  return yield* forEach(yield* fetchEvery(context, yield* picked(context, args)), function* (found): Run<void> {
    if (!['RoleBinding', 'ClusterRoleBinding'].includes(found.info.kind)) throw new Failure('error: setting subjects is only supported for RoleBinding/ClusterRoleBinding');
    const had = dig(found.object, 'subjects');
    const old = isList(had) ? had : [];
    const fresh = added.filter((one) => !old.some((other) => equal(one, other)));
    yield* sendEdited(context, found, { ...(found.object as unknown as Tree), subjects: [...old, ...fresh] }, 'subjects updated', 'subjects to rolebinding:');
  });
}

export const BAD_QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
function quantities(value: string | undefined, flag: string): Tree | undefined {
  if (value === undefined) return undefined;
  return Object.fromEntries(value.split(',').map((part) => {
    const [name = '', quantity, ...more] = part.split('=');
    if (quantity === undefined || more.length > 0) throw new Failure(`error: failed parsing ${flag} argument "${part}": expected <resource>=<quantity>`);
    if (parseQuantity(quantity) === undefined) throw new Failure(`error: ${BAD_QUANTITY}`);
    return [name, quantity];
  }));
}

function* setResources(context: Context, args: readonly string[]): Run<number> {
  const { flags } = context;
  const wanted = yield* picked(context, args);
  const limits = quantities(text(flags, 'limits'), '--limits');
  const requests = quantities(text(flags, 'requests'), '--requests');
  if (limits === undefined && requests === undefined) throw new Failure('error: you must specify an update to requests or limits (in the form of --requests/--limits)');
  const only = text(flags, 'containers') ?? '*';
  return yield* forEach(yield* fetchEvery(context, wanted), function* (found): Run<void> {
    hasTemplate(found);
    let hit = false;
    const after = editContainers(found.object, (container, list) => {
      if (list === 'initContainers' || !matches(only, String(container.name))) return container;
      hit = true;
      const old = (container.resources ?? {}) as Tree;
      const merged = (name: string, more: Tree | undefined): Tree => (more === undefined ? {} : { [name]: { ...((field(old, name) ?? {}) as Tree), ...more } });
      return { ...container, resources: { ...old, ...merged('limits', limits), ...merged('requests', requests) } };
    });
    if (!hit) throw new Failure(`error: unable to find container named ${only}`);
    yield* sendEdited(context, found, after, 'resource requirements updated', 'resources update to pod template');
  });
}

// ---- label, annotate

export const LABEL_FLAGS: FlagSpecs = { ...PICK, overwrite: kinds.bool(), list: kinds.bool(), 'resource-version': kinds.string() };
const VALUE = /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

export function* label(context: Context, what: 'labels' | 'annotations'): Run<number> {
  const { flags } = context;
  const noun = what === 'labels' ? 'label' : 'annotation';
  const [names, words] = split(flags.args, (word) => word.includes('=') || (word.endsWith('-') && word !== '-'));
  const listing = truth(flags, 'list');
  if (names.length === 0 && !given(flags, 'filename')) throw new Failure(`error: one or more resources must be specified as <resource> <name> or <resource>/<name>`);
  if (words.length === 0 && !listing) throw new Failure(`error: at least one ${noun} update is required`);
  const additions = new Map<string, string>();
  const removals: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) {
      const value = word.slice(equals + 1);
      if (what === 'labels' && (!VALUE.test(value) || value.length > 63)) {
        throw new Failure(`error: invalid label value: "${word}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`);
      }
      additions.set(word.slice(0, equals), value);
    } else if (word.endsWith('-')) removals.push(word.slice(0, -1));
    else throw new Failure(`error: unknown ${noun} spec: ${word}`);
  }
  for (const key of removals) if (additions.has(key)) throw new Failure(`error: can not both modify and remove a ${noun} in the same command`);
  const mode = dryRun(context);
  const overwrite = truth(flags, 'overwrite');
  const several = new Set<string>();
  return yield* forEach(yield* fetchEvery(context, yield* picked(context, names)), function* (found): Run<void> {
    const { object, info } = found;
    const had: Tree = (object.metadata[what] ?? {}) as Tree;
    if (listing) {
      if (flags.args.length > 2 && several.size === 0) several.add(info.kind);
      for (const key of Object.keys(had)) yield { out: `${key}=${String(had[key])}\n` };
      return;
    }
    if (!overwrite) {
      // The cause of a change is meant to be said anew with every change.
      const clashes = [...additions].filter(([key, value]) => Object.hasOwn(had, key) && had[key] !== value && key !== 'kubernetes.io/change-cause').map(([key]) => `'${key}' already has a value (${String(had[key])}), and --overwrite is false`);
      if (clashes.length > 0) throw new Failure(what === 'annotations' ? `error: --overwrite is false but found the following declared annotation(s): ${clashes.map((clash) => clash.replace(', and --overwrite is false', '')).join('; ')}` : clashes.length === 1 ? `error: ${clashes[0]!}` : `error: [${clashes.join(', ')}]`);
    }
    if (what === 'labels') for (const key of removals) if (!Object.hasOwn(had, key)) yield { out: `label "${key}" not found.\n` };
    const values = Object.fromEntries([...Object.entries(had).filter(([key]) => !removals.includes(key) && !additions.has(key)), ...additions]);
    const version = text(flags, 'resource-version');
    const changedMap = withValue(object as unknown as Tree, ['metadata', what], Object.keys(values).length === 0 ? undefined : values);
    const after = version === undefined ? changedMap : withValue(changedMap, ['metadata', 'resourceVersion'], version);
    const same = equal(values, had);
    // Upstream tells "labeled" from "unlabeled" by which text of the object is the longer one.
    const shorter = compactJson(after).length < compactJson(object).length;
    const done = what === 'annotations' ? 'annotated' : equal(values, had) ? 'not labeled' : !overwrite && shorter ? 'unlabeled' : 'labeled';
    const sent = same || mode === 'client' ? (after as unknown as KubernetesObject) : yield* patchObject(context, found, MERGE_PATCH, mergeDiff(object as unknown as Tree, after), what === 'labels' ? 'kubectl-label' : 'kubectl-annotate');
    yield { out: changed(text(flags, 'output'), { info, object: sent }, done, mode) };
  });
}

// ---- taint

export const TAINT_FLAGS: FlagSpecs = { ...PICK, overwrite: kinds.bool(), validate: { type: 'string', bare: 'strict' } };
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const NAME_RULE = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const KEY = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

function parseTaint(spec: string): { key: string; value: string; effect: string } {
  const help = (why: string): Failure => new Failure(`error: ${why}\nSee 'kubectl taint -h' for help and examples`);
  const parts = spec.split(':');
  if (parts.length > 2) throw help(`invalid taint spec: ${spec}`);
  const pair = parts.length === 1 ? [spec] : parts[0]!.split('=');
  const key = pair[0]!;
  const effect = parts[1] ?? '';
  if (effect !== '' && !EFFECTS.includes(effect)) throw help(`invalid taint effect: ${effect}, unsupported taint effect`);
  if (pair.length > 2) throw help(`invalid taint spec: ${spec}`);
  if (!KEY.test(key)) throw help(`invalid taint spec: ${spec}, ${key === '' ? 'name part must be non-empty; ' : ''}${NAME_RULE}`);
  return { key, value: pair[1] ?? '', effect };
}

export function* taint(context: Context): Run<number> {
  const { flags } = context;
  const [names, words] = split(flags.args, (word) => word.includes('=') || word.includes(':') || word.endsWith('-'));
  if (names.length === 0) throw new Failure('error: one or more resources must be specified as <resource> <name>');
  const wanted = yield* targets(context, names);
  for (const { info } of wanted) if (info.kind !== 'Node') throw new Failure(`error: invalid resource type ${names[0]!.split('/')[0]!}, only node types are supported`);
  if (words.length === 0) throw new Failure('error: at least one taint update is required');
  if (wanted.some((target) => target.name === undefined) && !truth(flags, 'all') && !given(flags, 'selector')) throw new Failure('error: at least one resource name must be specified since \'all\' parameter is not set');
  const additions = words.filter((word) => !word.endsWith('-')).map((word) => ({ ...parseTaint(word), word }));
  for (const { effect, word } of additions) if (effect === '') throw new Failure(`error: invalid taint spec: ${word}\nSee 'kubectl taint -h' for help and examples`);
  const removals = words.filter((word) => word.endsWith('-')).map((word) => parseTaint(word.slice(0, -1)));
  const overwrite = truth(flags, 'overwrite');
  return yield* forEach(yield* fetchEvery(context, wanted), function* (found): Run<void> {
    const { object, info } = found;
    const old = ((dig(object, 'spec', 'taints') ?? []) as unknown as readonly Taint[]);
    if (!overwrite) {
      const clash = additions.filter(({ key, effect }) => old.some((one) => one.key === key && one.effect === effect));
      if (clash.length > 0) throw new Failure(`error: node ${object.metadata.name} already has ${clash.map(({ key }) => key).join(', ')} taint(s) with same effect(s) and --overwrite is false`);
    }
    for (const { key, effect } of removals) {
      if (!old.some((one) => one.key === key && (effect === '' || one.effect === effect))) throw new Failure(`error: taint "${key}${effect === '' ? '' : `:${effect}`}" not found`);
    }
    const kept = old.filter((one) => !additions.some(({ key, effect }) => one.key === key && one.effect === effect) && !removals.some(({ key, effect }) => one.key === key && (effect === '' || one.effect === effect)));
    const taints = [...additions.map(({ key, value, effect }) => ({ key, ...(value === '' ? {} : { value }), effect })), ...(kept as unknown as readonly Tree[])] as unknown as readonly Tree[];
    const after = withValue(object as unknown as Tree, ['spec', 'taints'], taints.length === 0 ? undefined : taints);
    const done = additions.length > 0 && removals.length > 0 ? 'modified' : removals.length > 0 ? 'untainted' : overwrite ? 'modified' : 'tainted';
    const mode = dryRun(context);
    const sent = mode === 'client' ? (after as unknown as KubernetesObject) : yield* patchObject(context, found, STRATEGIC_MERGE_PATCH, strategicDiff('Node', object as unknown as Tree, after), 'kubectl-taint');
    // A try on the client is not marked as one, unlike in other commands.
    yield { out: changed(text(flags, 'output'), { info, object: sent }, done, mode === 'client' ? 'none' : mode) };
  });
}

// ---- patch

export const PATCH_FLAGS: FlagSpecs = { ...PICK, patch: kinds.string('p'), 'patch-file': kinds.string(), type: kinds.string(), subresource: kinds.string() };
const PATCH_TYPES: Readonly<Record<string, string>> = { json: JSON_PATCH, merge: MERGE_PATCH, strategic: STRATEGIC_MERGE_PATCH };

export function* patch(context: Context): Run<number> {
  const { flags } = context;
  const type = text(flags, 'type') ?? 'strategic';
  if (!Object.hasOwn(PATCH_TYPES, type)) throw new Failure(`error: --type must be one of [json merge strategic], not "${type}"`);
  const file = text(flags, 'patch-file');
  const fromFile = file === undefined ? undefined : fileAt(context.input, file);
  if (file !== undefined && fromFile === undefined) throw new Failure(`error: unable to read patch file: open ${file}: no such file or directory`);
  const content = text(flags, 'patch') ?? fromFile;
  if (content === undefined || content === '') throw new Failure('error: must specify --patch or --patch-file containing the contents of the patch');
  let body: unknown;
  try {
    body = parsePatch(content);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // What is neither JSON nor YAML is sent as it is, and refused by the server; here it is refused in the server's words.
    const inside = /^\s*\{\s*(\S)/.exec(content)?.[1];
    if (inside !== undefined && inside !== '"' && inside !== '}') throw new Failure(`Error from server (BadRequest): invalid character '${inside}' looking for beginning of object key string`);
    throw new Failure(error.text.replace(/^error: error parsing patch: error converting YAML to JSON: /, 'error: unable to parse "patch": '));
  }
  // What is no JSON object is sent all the same, and refused in the words of Go's decoder.
  if (type !== 'json' && !isTree(body)) throw new Failure(`Error from server (BadRequest): ${type === 'merge' ? 'error decoding patch: ' : ''}json: cannot unmarshal ${isList(body) ? 'array' : typeof body === 'boolean' ? 'bool' : typeof body} into Go value of type map[string]interface {}`);
  const mode = dryRun(context);
  const subresource = text(flags, 'subresource');
  return yield* forEach(yield* fetchEvery(context, yield* picked(context, flags.args)), function* (found): Run<void> {
    if (mode === 'client') {
      const local = type === 'strategic' ? locally(found, body as Tree) : type === 'merge' ? (jsonMerge(found.object as unknown as Tree, body as Tree) as unknown as KubernetesObject) : found.object;
      yield { out: changed(text(flags, 'output'), { info: found.info, object: local }, 'patched', 'none') };
      return;
    }
    const before = subresource === undefined ? found.object : ((yield* call(context, { method: 'GET', path: pathFor(found, subresource) })).body as KubernetesObject);
    let after: KubernetesObject;
    try {
      after = yield* patchObject(context, found, PATCH_TYPES[type]!, body, 'kubectl-patch', subresource);
    } catch (error) {
      throw error instanceof Refusal && error.status.reason === 'UnsupportedMediaType' ? new Failure(`error: ${PATCH_TYPES[type]!} is not supported by ${found.info.group}/${found.info.version}, Kind=${found.info.kind}: ${error.status.message ?? ''}`) : error;
    }
    const done = after.metadata.resourceVersion === before.metadata.resourceVersion && mode === 'none' ? 'patched (no change)' : 'patched';
    // The scale of a Deployment is an object of its own kind.
    const how = format(text(flags, 'output'));
    yield { out: how === undefined && after.kind !== found.info.kind ? `${after.kind.toLowerCase()}.${after.apiVersion.split('/')[0]!}/${found.object.metadata.name} ${done}\n` : changed(text(flags, 'output'), { info: found.info, object: after }, done, mode) };
  });
}

/** kubectl knows the Go types, and so the merge keys, of its own kinds only. */
function locally({ info, object }: Found, patch: Tree): KubernetesObject {
  if (info.custom !== undefined || info.group === 'apiextensions.k8s.io' || info.group === 'apiregistration.k8s.io') throw new Failure(`error: strategic merge patch is not supported for ${info.group}/${info.version}, Kind=${info.kind} locally, try --type merge`);
  return strategicMerge(info.kind, object as unknown as Tree, patch) as unknown as KubernetesObject;
}

export const pausedName = (found: Found): string => `${qualifiedResource(found.info)} "${found.object.metadata.name}"`;
export { texts };
