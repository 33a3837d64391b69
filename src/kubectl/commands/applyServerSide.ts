import type { Json, KubernetesObject } from '../../sim/api/object.ts';
import { APPLY_PATCH, JSON_PATCH } from '../../sim/api/request.ts';
import { compactJson } from '../encode.ts';
import type { Manifest } from '../documents.ts';
import { Failure, Refusal, sourced } from '../failure.ts';
import { text, truth } from '../flags.ts';
import { changed } from '../output.ts';
import { pathIn } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { call, send } from '../steps.ts';
import type { Tree } from '../tree.ts';
import { dig, isList, isTree, withValue } from '../tree.ts';
import { LAST_APPLIED, dryRun, writeQuery } from './apply.ts';

const REVIEW = `Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

function union(a: Json | undefined, b: Json | undefined): Json {
  if (!isTree(a)) return b ?? {};
  if (!isTree(b)) return a;
  return Object.fromEntries([...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [key, union(a[key], b[key])]));
}

/** client-go, util/csaupgrade: the fields of a former client-side apply become the server-side one's, so that what a manifest no longer names goes away. */
function migrated(object: KubernetesObject, manager: string): readonly Tree[] | undefined {
  const entries = dig(object, 'metadata', 'managedFields');
  const list = (isList(entries) ? entries : []).filter(isTree);
  const old = (entry: Tree): boolean => entry.operation === 'Update' && entry.subresource === undefined && (entry.manager === 'kubectl-client-side-apply' || entry.manager === 'before-first-apply');
  const from = list.filter(old);
  if (from.length === 0) return undefined;
  const own = list.find((entry) => entry.operation === 'Apply' && entry.manager === manager && entry.subresource === undefined);
  const fields = withValue([...from, ...(own === undefined ? [] : [own])].map((entry) => entry.fieldsV1).reduce((a, b) => union(a, b), {}) as Tree, ['f:metadata', 'f:annotations', `f:${LAST_APPLIED}`], undefined);
  const base = own ?? from[0]!;
  return [{ ...base, fieldsV1: fields, manager, operation: 'Apply' }, ...list.filter((entry) => !old(entry) && entry !== own)];
}

/** apply --server-side: the server merges by who owns which field. */
export function* applyServerSide(context: Context, { info, object, source }: Manifest): Run<void> {
  const { flags } = context;
  const mode = dryRun(context);
  if (mode === 'client') throw new Failure("error: --dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  const name = String(dig(object, 'metadata', 'name') ?? '');
  const namespace = info.namespaced ? String(dig(object, 'metadata', 'namespace')) : undefined;
  const path = pathIn(info, namespace, name);
  const manager = text(flags, 'field-manager') ?? 'kubectl';
  const query = { ...writeQuery(context, 'kubectl'), ...(truth(flags, 'force-conflicts') ? { force: 'true' } : { force: 'false' }) };
  const patch = { method: 'PATCH', path, query, contentType: APPLY_PATCH, body: object } as const;
  const first = yield* send(context, patch);
  if (first.code >= 300) {
    const status = first.body as ConstructorParameters<typeof Refusal>[0];
    if (status.reason === 'Conflict' && (status.details?.causes ?? []).length > 0) throw new Failure(`error: ${status.message ?? ''}\n${REVIEW}`);
    throw new Refusal(sourced(status, 'applying patch', status.reason === 'Invalid' ? undefined : source));
  }
  let after = first.body as KubernetesObject;
  if (mode === 'none') {
    const entries = migrated(after, manager);
    if (entries !== undefined) {
      const moved = yield* send(context, { method: 'PATCH', path, contentType: JSON_PATCH, query: { fieldManager: manager }, body: [{ op: 'replace', path: '/metadata/managedFields', value: entries }, { op: 'replace', path: '/metadata/resourceVersion', value: after.metadata.resourceVersion }] });
      if (moved.code < 300) after = (yield* call(context, patch)).body as KubernetesObject;
    }
    // A former client-side apply left its memory of the manifest: it is kept up to date.
    if (after.metadata.annotations?.[LAST_APPLIED] !== undefined) {
      const annotation = { apiVersion: object.apiVersion!, kind: object.kind!, metadata: { annotations: { [LAST_APPLIED]: `${compactJson(dig(object, 'metadata', 'annotations') === undefined ? object : withValue(object, ['metadata', 'annotations', LAST_APPLIED], undefined))}\n` }, name, ...(namespace === undefined ? {} : { namespace }) } };
      after = (yield* call(context, { method: 'PATCH', path, contentType: APPLY_PATCH, query: { fieldManager: 'kubectl-last-applied', force: 'true' }, body: annotation })).body as KubernetesObject;
    }
  }
  yield { out: changed(text(flags, 'output'), { info, object: after }, 'serverside-applied', mode) };
}
