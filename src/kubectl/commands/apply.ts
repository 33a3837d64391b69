import type { KubernetesObject } from '../../sim/api/object.ts';
import { MERGE_PATCH, STRATEGIC_MERGE_PATCH } from '../../sim/api/request.ts';
import { compactJson, indentedJson, yamlText } from '../encode.ts';
import { Failure, Refusal, problemText, problemsText, sourced } from '../failure.ts';
import type { Problem } from '../failure.ts';
import { filesIn, resolvePath } from '../files.ts';
import { labelChoice } from '../labelChoice.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, number, text, truth } from '../flags.ts';
import type { Manifest } from '../documents.ts';
import { manifests } from '../documents.ts';
import { changed, format, shown } from '../output.ts';
import type { Found } from '../resources.ts';
import { strategicMerge } from '../patch/merge.ts';
import { mergeThreeWay, threeWayPatch } from '../patch/strategic.ts';
import { builtIn, fetchEvery, pathIn, selectors, targets, typeName } from '../resources.ts';
import type { Context, DryRun, Run } from '../steps.ts';
import { POLL_MICROS, call, list, readIfAny } from '../steps.ts';
import { applyServerSide } from './applyServerSide.ts';
import type { Tree } from '../tree.ts';
import { dig, field, isTree, withValue } from '../tree.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const CHANGE: FlagSpecs = {
  filename: kinds.strings('f'), kustomize: kinds.string('k'), recursive: kinds.bool('R'), 'dry-run': { type: 'string', bare: 'unchanged' }, output: kinds.string('o'), validate: { type: 'string', bare: 'strict' },
  'field-manager': kinds.string(), 'show-managed-fields': kinds.bool(), selector: kinds.string('l'),
};
export const APPLY_FLAGS: FlagSpecs = {
  ...CHANGE, 'server-side': kinds.bool(), 'force-conflicts': kinds.bool(), force: kinds.bool(), overwrite: kinds.bool(), prune: kinds.bool(), all: kinds.bool(), wait: kinds.bool(), timeout: kinds.duration, 'grace-period': kinds.int(), cascade: kinds.string(), 'open-api-patch': kinds.bool(), 'openapi-patch': kinds.bool(), 'prune-allowlist': kinds.strings(), 'create-annotation': kinds.bool(), subresource: kinds.string(),
};
export const CREATE_FILE_FLAGS: FlagSpecs = { ...CHANGE, 'save-config': kinds.bool(), edit: kinds.bool(), force: kinds.bool(), cascade: { type: 'string', bare: 'background' }, 'grace-period': kinds.int(), wait: kinds.bool(), timeout: kinds.duration, raw: kinds.string(), subresource: kinds.string() };

export function dryRun(context: Context): DryRun {
  const value = text(context.flags, 'dry-run');
  if (value === undefined || value === 'none' || value === 'false') return 'none';
  if (value === 'client' || value === 'server') return value;
  if (value === 'unchanged' || value === 'true') return 'client';
  throw new Failure(`error: Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
}

/** The parameters of a write: who manages the fields, how strictly unknown ones are taken, and whether it is only a try. */
export function writeQuery(context: Context, manager: string): Record<string, string> {
  const validate = text(context.flags, 'validate') ?? 'strict';
  if (!['strict', 'true', 'warn', 'ignore', 'false'].includes(validate)) throw new Failure(`error: invalid - validate option "${validate}"; must be one of: strict (or true), warn, ignore (or false)`);
  const strictness = validate === 'false' || validate === 'ignore' ? 'Ignore' : validate === 'warn' ? 'Warn' : 'Strict';
  return { ...(dryRun(context) === 'server' ? { dryRun: 'All' } : {}), fieldManager: text(context.flags, 'field-manager') ?? manager, fieldValidation: strictness };
}

/** The object as it will be remembered: itself, as text, in an annotation of itself. */
export function withLastApplied(object: Tree): Tree {
  const annotations = Object.fromEntries(Object.entries((dig(object, 'metadata', 'annotations') ?? {}) as Tree).filter(([key]) => key !== LAST_APPLIED));
  const bare = withValue(object, ['metadata', 'annotations'], annotations);
  return withValue(object, ['metadata', 'annotations'], { ...annotations, [LAST_APPLIED]: `${compactJson(bare)}\n` });
}

export function lastApplied(live: KubernetesObject): Tree | undefined {
  const annotation = live.metadata.annotations?.[LAST_APPLIED];
  if (annotation === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(annotation);
    return isTree(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Says what was done with an object; with -o it is kept, so that several are printed as one list. */
function* told(context: Context, kept: Found[], found: Found, done: string, mode: DryRun): Run<void> {
  if (format(text(context.flags, 'output')) === undefined) yield { out: changed(undefined, found, done, mode) };
  else kept.push(found);
}

function* one(context: Context, manifest: Manifest, kept: Found[]): Run<void> {
  const { info, object, source } = manifest;
  const metadata = field(object, 'metadata');
  const name = field(metadata, 'name');
  if (typeof name !== 'string' || name === '') {
    const generate = field(metadata, 'generateName');
    throw new Failure(typeof generate === 'string' ? `error: from ${generate}: cannot use generate name with apply` : `error: error when retrieving current configuration of:\nResource: "${info.group === '' ? '/' : `${info.group}/`}${info.version}, Resource=${info.resource}", GroupVersionKind: "${info.group === '' ? '/' : `${info.group}/`}${info.version}, Kind=${info.kind}"\nName: "", Namespace: "${String(field(metadata, 'namespace') ?? '')}"\nfrom server for: "${source}": resource name may not be empty`);
  }
  const namespace = info.namespaced ? String(field(metadata, 'namespace')) : undefined;
  const mode = dryRun(context);
  const wanted = withLastApplied(object);
  const query = writeQuery(context, 'kubectl-client-side-apply');
  const live = yield* readIfAny(context, pathIn(info, namespace, name));
  if (live === undefined) {
    const made = mode === 'client' ? (wanted as unknown as KubernetesObject) : ((yield* attempt(call(context, { method: 'POST', path: pathIn(info, namespace), query, body: wanted }), 'creating', source)).body as KubernetesObject);
    yield* told(context, kept, { info, object: made }, 'created', mode);
    return;
  }
  if (live.metadata.annotations?.[LAST_APPLIED] === undefined) {
    yield { err: `Warning: resource ${info.resource}/${name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n` };
  }
  const patch = threeWayPatch(info.kind, lastApplied(live), wanted, live as unknown as Tree);
  const unchanged = Object.keys(patch).length === 0;
  const after = unchanged ? live : mode === 'client' ? (strategicMerge(info.kind, live as unknown as Tree, patch) as unknown as KubernetesObject) : ((yield* attempt(call(context, { method: 'PATCH', path: pathIn(info, namespace, name), query, contentType: info.custom === undefined ? STRATEGIC_MERGE_PATCH : MERGE_PATCH, body: info.custom === undefined ? patch : mergeThreeWay(lastApplied(live), wanted, live as unknown as Tree) }), 'applying patch', undefined)).body as KubernetesObject);
  if (live.metadata.deletionTimestamp !== undefined) yield { err: `Warning: Detected changes to resource ${name} which is currently being deleted.\n` };
  yield* told(context, kept, { info, object: after }, unchanged ? 'unchanged' : 'configured', mode);
}

function* attempt<T>(run: Run<T>, doing: string, source: string | undefined): Run<T> {
  try {
    return yield* run;
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(sourced(error.status, doing, source)) : error;
  }
}

const asProblem = (failure: Failure): Problem => (failure instanceof Refusal ? { status: failure.status } : { message: failure.text.replace(/^error: /, '') });

export function* eachManifest(context: Context, verb: string, run: (manifest: Manifest) => Run<void>): Run<number> {
  const read = yield* manifests(context);
  const { problems } = read;
  // -l chooses among what the files hold.
  const chosen = labelChoice(text(context.flags, 'selector') ?? '');
  const found = read.found.filter(({ object }) => chosen((dig(object, 'metadata', 'labels') ?? {}) as Tree));
  const failed: Problem[] = [...problems];
  if (found.length === 0 && failed.length === 0) throw new Failure(`error: no objects passed to ${verb}`);
  for (const manifest of found) {
    try {
      yield* run(manifest);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failed.push(asProblem(error));
    }
  }
  if (failed.length > 0) throw new Failure(problemsText(failed));
  return 0;
}

export function* apply(context: Context): Run<number> {
  const { flags } = context;
  if (flags.args[0] === 'view-last-applied') return yield* viewLastApplied(context);
  if (flags.args[0] === 'set-last-applied') return yield* setLastApplied(context);
  const folder = text(flags, 'kustomize');
  if (folder !== undefined) {
    if (filesIn(context.input, folder, true).length === 0) throw new Failure(`error: must build at directory: not a valid directory: evalsymlink failure on '${folder}' : lstat ${resolvePath(context.input.folder ?? '/', folder)}: no such file or directory`);
    throw new Failure('error: -k (kustomize) is not in this version of Orrery; apply the files with -f');
  }
  if (!given(flags, 'filename')) throw new Failure('error: must specify one of -f and -k');
  if (truth(flags, 'force-conflicts') && !truth(flags, 'server-side')) throw new Failure('error: --force-conflicts only works with --server-side');
  if (truth(flags, 'prune') && !truth(flags, 'all') && !given(flags, 'selector')) throw new Failure('error: all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector');
  const seen: Manifest[] = [];
  const kept: Found[] = [];
  const code = yield* eachManifest(context, 'apply', function* (manifest): Run<void> {
    seen.push(manifest);
    yield* truth(flags, 'server-side') ? applyServerSide(context, manifest) : one(context, manifest, kept);
  });
  const print = format(text(flags, 'output'));
  if (print !== undefined && kept.length > 0) yield { out: kept.length > 1 && /^(?:json|yaml)$/.test(text(flags, 'output')!) ? (text(flags, 'output') === 'yaml' ? yamlText : indentedJson)({ apiVersion: 'v1', items: kept.map(({ object }) => shown(object)), kind: 'List', metadata: {} }) : print(kept, kept.length === 1, true) };
  if (truth(flags, 'prune')) yield* prune(context, seen);
  return code;
}

/** What --prune looks through, unless --prune-allowlist says otherwise (kubectl, pkg/util/prune). */
const PRUNED = ['ConfigMap', 'Endpoints', 'Namespace', 'PersistentVolumeClaim', 'PersistentVolume', 'Pod', 'ReplicationController', 'Secret', 'Service', 'CronJob', 'Job', 'Ingress', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'];

/** Deletes what an earlier apply made and this one no longer names. */
function* prune(context: Context, applied: readonly Manifest[]): Run<void> {
  const mode = dryRun(context);
  const namespaces = new Set(applied.map(({ object }) => dig(object, 'metadata', 'namespace')).filter((name) => typeof name === 'string'));
  const kept = new Set(applied.map(({ info, object }) => `${info.kind}/${String(dig(object, 'metadata', 'namespace') ?? '')}/${String(dig(object, 'metadata', 'name'))}`));
  for (const info of PRUNED.map((kind) => builtIn(kind)!)) {
    for (const namespace of info.namespaced ? namespaces : [undefined]) {
      for (const object of yield* list(context, pathIn(info, namespace), selectors(context))) {
        if (object.metadata.annotations?.[LAST_APPLIED] === undefined || kept.has(`${info.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`)) continue;
        if (mode === 'none') yield* call(context, { method: 'DELETE', path: pathIn(info, namespace, object.metadata.name), body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' } });
        yield { out: changed(text(context.flags, 'output'), { info, object }, 'pruned', mode) };
      }
    }
  }
}

/** apply set-last-applied: the annotation alone, taken from the manifest. */
function* setLastApplied(context: Context): Run<number> {
  return yield* eachManifest(context, 'set-last-applied', function* ({ info, object }): Run<void> {
    const path = pathIn(info, info.namespaced ? String(dig(object, 'metadata', 'namespace')) : undefined, String(dig(object, 'metadata', 'name')));
    const live = (yield* call(context, { method: 'GET', path })).body as KubernetesObject;
    if (live.metadata.annotations?.[LAST_APPLIED] === undefined && !truth(context.flags, 'create-annotation')) throw new Failure(`error: no last-applied-configuration annotation found on resource: ${live.metadata.name}, to create the annotation, run the command with --create-annotation`);
    const annotation = dig(withLastApplied(object), 'metadata', 'annotations', LAST_APPLIED)!;
    const after = (yield* call(context, { method: 'PATCH', path, contentType: MERGE_PATCH, query: { fieldManager: 'kubectl-client-side-apply' }, body: { metadata: { annotations: { [LAST_APPLIED]: annotation } } } })).body as KubernetesObject;
    yield { out: changed(text(context.flags, 'output'), { info, object: after }, 'configured', dryRun(context)) };
  });
}

function* viewLastApplied(context: Context): Run<number> {
  for (const { object } of yield* fetchEvery(context, yield* targets(context, context.flags.args.slice(1)))) {
    const annotation = object.metadata.annotations?.[LAST_APPLIED];
    // An object that was never applied has nothing to show, and that is no mistake.
    if (annotation === undefined) continue;
    const value = JSON.parse(annotation) as unknown;
    yield { out: text(context.flags, 'output') === 'json' ? indentedJson(value) : yamlText(value) };
  }
  return 0;
}

/** create -f: each object as it is written, refused if it is there already. */
export function* createFiles(context: Context): Run<number> {
  return yield* eachManifest(context, 'create', function* ({ info, object, source }): Run<void> {
    const body = truth(context.flags, 'save-config') ? withLastApplied(object) : object;
    const mode = dryRun(context);
    const namespace = info.namespaced ? String(dig(object, 'metadata', 'namespace')) : undefined;
    const made = mode === 'client' ? (body as unknown as KubernetesObject) : ((yield* attempt(call(context, { method: 'POST', path: pathIn(info, namespace), query: writeQuery(context, 'kubectl-create'), body }), 'creating', source)).body as KubernetesObject);
    yield { out: changed(text(context.flags, 'output'), { info, object: made }, 'created', mode) };
  });
}

/** replace --force: all the old objects go first, then the new ones take their places. */
function* replaceByForce(context: Context): Run<number> {
  const grace = number(context.flags, 'grace-period') ?? 0;
  const place = ({ info, object }: Manifest): readonly [string | undefined, string] => [info.namespaced ? String(dig(object, 'metadata', 'namespace')) : undefined, String(dig(object, 'metadata', 'name') ?? '')];
  yield* eachManifest(context, 'replace', function* (manifest): Run<void> {
    const [namespace, name] = place(manifest);
    const path = pathIn(manifest.info, namespace, name);
    if ((yield* readIfAny(context, path)) === undefined) return;
    yield* call(context, { method: 'DELETE', path, body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: grace, propagationPolicy: 'Background' } });
    yield { out: `${typeName(manifest.info)} "${name}" deleted${namespace === undefined ? '' : ` from ${namespace} namespace`}\n` };
    while ((yield* readIfAny(context, path)) !== undefined) yield { sleepMicros: POLL_MICROS };
  });
  return yield* eachManifest(context, 'replace', function* (manifest): Run<void> {
    const { info, object, source } = manifest;
    const fresh = (yield* attempt(call(context, { method: 'POST', path: pathIn(info, place(manifest)[0]), query: writeQuery(context, 'kubectl-replace'), body: object }), 'creating', source)).body as KubernetesObject;
    yield { out: changed(text(context.flags, 'output'), { info, object: fresh }, 'replaced', 'none') };
  });
}

/** replace -f: the whole object, at whatever version it is. */
export function* replace(context: Context): Run<number> {
  if (!given(context.flags, 'filename')) throw new Failure('error: must specify one of -f and -k');
  if (truth(context.flags, 'force') && dryRun(context) === 'none') return yield* replaceByForce(context);
  return yield* eachManifest(context, 'replace', function* ({ info, object, source }): Run<void> {
    const name = String(dig(object, 'metadata', 'name') ?? '');
    const namespace = info.namespaced ? String(dig(object, 'metadata', 'namespace')) : undefined;
    const mode = dryRun(context);
    const made = mode === 'client' ? (object as unknown as KubernetesObject) : ((yield* attempt(call(context, { method: 'PUT', path: pathIn(info, namespace, name), query: writeQuery(context, 'kubectl-replace'), body: object }), 'replacing', source)).body as KubernetesObject);
    yield { out: changed(text(context.flags, 'output'), { info, object: made }, 'replaced', mode) };
  });
}

export { problemText };
