import type { KubernetesObject } from '../../sim/api/object.ts';
import { APPLY_PATCH, STRATEGIC_MERGE_PATCH, MERGE_PATCH } from '../../sim/api/request.ts';
import { unifiedHunks } from '../diffText.ts';
import { yamlText } from '../encode.ts';
import { Failure, Refusal, problemsText } from '../failure.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, text, truth } from '../flags.ts';
import { manifests } from '../documents.ts';
import { shown } from '../output.ts';
import { threeWayPatch } from '../patch/strategic.ts';
import { pathIn } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { call, readIfAny } from '../steps.ts';
import type { Tree } from '../tree.ts';
import { dig, isTree } from '../tree.ts';
import { CREATE_FILE_FLAGS, lastApplied, withLastApplied } from './apply.ts';

export const DIFF_FLAGS: FlagSpecs = { ...CREATE_FILE_FLAGS, 'server-side': kinds.bool(), 'force-conflicts': kinds.bool(), prune: kinds.bool(), concurrency: kinds.int() };

/** What a Secret holds is not shown, only whether it changed (kubectl, pkg/cmd/diff). */
function masked(from: Tree | undefined, to: Tree | undefined): readonly [Tree | undefined, Tree | undefined] {
  const [a, b] = [dig(from, 'data'), dig(to, 'data')];
  const hide = (own: unknown, other: unknown, tag: string): Tree | undefined => (isTree(own) ? Object.fromEntries(Object.entries(own).map(([key, value]) => [key, isTree(other) && Object.hasOwn(other, key) && other[key] !== value ? `*** (${tag})` : '***'])) : undefined);
  const put = (whole: Tree | undefined, data: Tree | undefined): Tree | undefined => (whole === undefined || data === undefined ? whole : { ...whole, data });
  return [put(from, hide(a, b, 'before')), put(to, hide(b, a, 'after'))];
}

function* beyondOne<T>(run: Run<T>): Run<T> {
  try {
    return yield* run;
  } catch (error) {
    throw error instanceof Failure && error.code === 1 && /^error: the path /.test(error.text) ? new Failure(error.text, 2) : error;
  }
}

/** diff -f: the live object beside what an apply would make of it, which the server works out as a try. Exit code 1: there are differences. */
export function* diff(context: Context): Run<number> {
  if (given(context.flags, 'kustomize')) throw new Failure('error: -k (kustomize) is not in this version of Orrery; use -f');
  if (!given(context.flags, 'filename')) throw new Failure('error: must specify one of -f and -k', 2);
  // 1 is said of differences, so that what cannot be compared at all is more than that.
  const { found, problems } = yield* beyondOne(manifests(context));
  if (problems.length > 0) throw new Failure(problemsText(problems), 1);
  if (found.length === 0) throw new Failure('error: no objects passed to diff');
  let differs = false;
  for (const { info, object } of found) {
    const name = String(dig(object, 'metadata', 'name') ?? '');
    const namespace = info.namespaced ? String(dig(object, 'metadata', 'namespace')) : undefined;
    const path = pathIn(info, namespace, name);
    const live = yield* readIfAny(context, path);
    let merged: KubernetesObject;
    try {
      if (truth(context.flags, 'server-side')) merged = (yield* call(context, { method: 'PATCH', path, query: { dryRun: 'All', fieldManager: text(context.flags, 'field-manager') ?? 'kubectl', force: String(truth(context.flags, 'force-conflicts')) }, contentType: APPLY_PATCH, body: object })).body as KubernetesObject;
      else if (live === undefined) merged = (yield* call(context, { method: 'POST', path: pathIn(info, namespace), query: { dryRun: 'All', fieldManager: 'kubectl-client-side-apply' }, body: object })).body as KubernetesObject;
      else {
        const patch = threeWayPatch(info.kind, lastApplied(live), withLastApplied(object), live as unknown as Tree);
        merged = Object.keys(patch).length === 0 ? live : ((yield* call(context, { method: 'PATCH', path, query: { dryRun: 'All', fieldManager: 'kubectl-client-side-apply' }, contentType: info.custom === undefined ? STRATEGIC_MERGE_PATCH : MERGE_PATCH, body: patch })).body as KubernetesObject);
      }
    } catch (error) {
      throw error instanceof Refusal ? new Failure(error.text, 1) : error;
    }
    // The memory of the last apply would only repeat what the rest shows.
    const bare = (one: KubernetesObject | undefined): Tree | undefined => (one === undefined ? undefined : shown({ ...one, metadata: live === undefined ? one.metadata : { ...one.metadata, annotations: live.metadata.annotations } } as KubernetesObject));
    const [from, to] = info.kind === 'Secret' ? masked(live === undefined ? undefined : shown(live), bare(merged)) : [live === undefined ? undefined : shown(live), bare(merged)];
    const hunks = unifiedHunks(from === undefined ? '' : yamlText(from), to === undefined ? '' : yamlText(to));
    if (hunks === '') continue;
    differs = true;
    const file = [...(info.group === '' ? [] : [info.group]), info.version, info.kind, ...(namespace === undefined ? [''] : [namespace]), name].join('.');
    const [left, right] = [`/tmp/LIVE-1/${file}`, `/tmp/MERGED-1/${file}`];
    yield { out: `diff -u -N ${left} ${right}\n--- ${left}\n+++ ${right}\n${hunks}` };
  }
  return differs ? 1 : 0;
}
