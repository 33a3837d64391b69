import type { Json } from '../../sim/api/object.ts';
import type { Tree } from '../tree.ts';
import { equal, field, isList, isTree } from '../tree.ts';
import { mergeKey, mergesPrimitives } from './schema.ts';

/**
 * A strategic merge patch put on an object by kubectl itself, as --dry-run=client does (apimachinery, strategicpatch.StrategicMergePatch): no server is
 * asked, so nothing is defaulted or refused. Of the order directives only the first wish counts: what is new comes last.
 */
export function strategicMerge(kind: string, object: Tree, patch: Tree, path: readonly string[] = []): Tree {
  if (patch.$patch === 'replace') return without(patch, ['$patch']);
  const retained = isList(patch.$retainKeys) ? patch.$retainKeys : undefined;
  const out = new Map<string, Json>(Object.entries(object).filter(([key]) => retained === undefined || retained.includes(key)));
  for (const [name, value] of Object.entries(patch)) {
    const gone = /^\$deleteFromPrimitiveList\/(.*)$/.exec(name)?.[1];
    if (gone !== undefined) {
      const old = out.get(gone);
      if (isList(old) && isList(value)) out.set(gone, old.filter((item) => !value.some((one) => equal(one, item))));
      continue;
    }
    if (name.startsWith('$')) continue;
    const at = [...path, name];
    const old = out.get(name);
    if (value === null) out.delete(name);
    else if (isTree(value)) {
      if (value.$patch === 'delete') out.delete(name);
      else out.set(name, strategicMerge(kind, isTree(old) ? old : {}, value, at));
    } else if (isList(value)) out.set(name, lists(kind, isList(old) ? old : [], value, at));
    else out.set(name, value);
  }
  return Object.fromEntries(out);
}

const without = (tree: Tree, names: readonly string[]): Tree => Object.fromEntries(Object.entries(tree).filter(([key]) => !names.includes(key)));

function lists(kind: string, before: readonly Json[], patch: readonly Json[], path: readonly string[]): readonly Json[] {
  const key = mergeKey(path, kind);
  if (key === undefined) return mergesPrimitives(path) ? [...before, ...patch.filter((item) => !before.some((one) => equal(one, item)))] : patch;
  if (patch.some((item) => field(item, '$patch') === 'replace')) return patch.filter((item) => field(item, '$patch') === undefined);
  const out = [...before];
  const fresh: Json[] = [];
  for (const item of patch) {
    const at = out.findIndex((one) => equal(field(one, key), field(item, key)));
    if (field(item, '$patch') === 'delete') {
      if (at >= 0) out.splice(at, 1);
    } else if (at >= 0 && isTree(item) && isTree(out[at])) out[at] = strategicMerge(kind, out[at], item, path);
    else fresh.push(item);
  }
  // What the patch adds stands before what was there, as in apimachinery's mergeSliceWithSpecialElements followed by its sort by the patch's order.
  return [...fresh, ...out];
}

/** RFC 7396. */
export function jsonMerge(object: Json, patch: Json): Json {
  if (!isTree(patch)) return patch;
  const out = new Map<string, Json>(Object.entries(isTree(object) ? object : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) out.delete(key);
    else out.set(key, jsonMerge(out.get(key) ?? null, value));
  }
  return Object.fromEntries(out);
}
