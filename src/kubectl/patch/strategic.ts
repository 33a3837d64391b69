import type { Json } from '../../sim/api/object.ts';
import type { Tree } from '../tree.ts';
import { compareText, equal, field, has, isList, isTree, sortedKeys } from '../tree.ts';
import { mergeKey, mergesPrimitives, retainsKeys } from './schema.ts';

/**
 * Strategic merge patches as kubectl computes them (apimachinery, pkg/util/strategicpatch): what changed, by the API's merge keys, with the directives
 * `$patch`, `$setElementOrder`, `$deleteFromPrimitiveList` and `$retainKeys`.
 */
interface Options {
  readonly kind: string;
  readonly ignoreDeletions: boolean;
  readonly ignoreChanges: boolean;
}

const keyed = (list: readonly Json[], key: string): boolean => list.every((item) => isTree(item) && has(item, key));

function lists(before: readonly Json[], after: readonly Json[], key: string, path: readonly string[], options: Options): Json[] {
  const name = (item: Json): string => String(field(item, key));
  const patch: Json[] = [];
  for (const item of after) {
    const old = before.find((other) => name(other) === name(item));
    if (old === undefined) {
      if (!options.ignoreChanges) patch.push(item);
      continue;
    }
    const changed = maps(old as Tree, item as Tree, path, options);
    if (Object.keys(changed).length > 0) patch.push({ ...changed, [key]: field(item, key)! });
  }
  if (!options.ignoreDeletions) {
    for (const item of before) if (!after.some((other) => name(other) === name(item))) patch.push({ $patch: 'delete', [key]: field(item, key)! });
  }
  return patch;
}

function maps(before: Tree, after: Tree, path: readonly string[], options: Options): Tree {
  const patch: [string, Json][] = [];
  for (const key of sortedKeys(before)) {
    const old = before[key]!;
    const at = [...path, key];
    if (!has(after, key) || after[key] === undefined) {
      if (!options.ignoreDeletions) patch.push([key, null]);
      continue;
    }
    const now = after[key]!;
    if (isTree(old) && isTree(now)) {
      const inner = maps(old, now, at, options);
      if (Object.keys(inner).length === 0) continue;
      patch.push([key, retainsKeys(at) ? { ...inner, $retainKeys: sortedKeys(now) } : inner]);
    } else if (isList(old) && isList(now)) {
      const by = mergeKey(at, options.kind);
      if (by !== undefined && keyed(old, by) && keyed(now, by)) {
        const inner = lists(old, now, by, at, options);
        const order = (list: readonly Json[]): string => list.map((item) => String(field(item, by))).join('\n');
        const common = (list: readonly Json[], other: readonly Json[]): readonly Json[] => list.filter((item) => other.some((one) => equal(field(one, by), field(item, by))));
        const reordered = !options.ignoreChanges && order(common(old, now)) !== order(common(now, old));
        if (inner.length > 0) patch.push([key, inner]);
        if (inner.length > 0 || reordered) patch.push([`$setElementOrder/${key}`, now.map((item) => ({ [by]: field(item, by)! }))]);
      } else if (mergesPrimitives(at)) {
        const added = options.ignoreChanges ? [] : now.filter((item) => !old.includes(item));
        const removed = options.ignoreDeletions ? [] : old.filter((item) => !now.includes(item));
        if (added.length > 0) patch.push([key, added]);
        if (removed.length > 0) patch.push([`$deleteFromPrimitiveList/${key}`, removed]);
        if (added.length > 0 || removed.length > 0) patch.push([`$setElementOrder/${key}`, now]);
      } else if (!options.ignoreChanges && !equal(old, now)) patch.push([key, now]);
    } else if (!options.ignoreChanges && !equal(old, now)) patch.push([key, now]);
  }
  if (!options.ignoreChanges) for (const key of sortedKeys(after)) if (!has(before, key) && after[key] !== undefined) patch.push([key, after[key]!]);
  return Object.fromEntries(patch);
}

/** Two patches of the same object made one: kubectl's deletions under its additions and changes. */
function combine(base: Tree, over: Tree, path: readonly string[], kind: string): Tree {
  const out = new Map<string, Json>(Object.entries(base));
  for (const key of Object.keys(over)) {
    const old = out.get(key);
    const now = over[key]!;
    const at = [...path, key];
    if (isTree(old) && isTree(now)) out.set(key, combine(old, now, at, kind));
    else if (isList(old) && isList(now) && !key.startsWith('$')) {
      const by = mergeKey(at, kind);
      out.set(key, by === undefined ? now : [
        ...now.map((item) => {
          const same = old.find((other) => equal(field(other, by), field(item, by)));
          return isTree(same) && isTree(item) ? combine(same, item, at, kind) : item;
        }),
        ...old.filter((item) => !now.some((other) => equal(field(other, by), field(item, by)))),
      ]);
    } else out.set(key, now);
  }
  return Object.fromEntries([...out].sort((a, b) => compareText(a[0], b[0])));
}

/** What to send so that `before` becomes `after`. */
export const strategicDiff = (kind: string, before: Tree, after: Tree): Tree => maps(before, after, [], { kind, ignoreDeletions: false, ignoreChanges: false });

/**
 * The three-way merge of apply: what the new manifest says differently from the live object is set; what the last applied manifest said and the new one
 * does not is taken out; what neither said, and others wrote, stays.
 */
export function threeWayPatch(kind: string, lastApplied: Tree | undefined, manifest: Tree, live: Tree): Tree {
  const changes = maps(live, manifest, [], { kind, ignoreDeletions: true, ignoreChanges: false });
  const deletions = lastApplied === undefined ? {} : maps(lastApplied, manifest, [], { kind, ignoreDeletions: false, ignoreChanges: true });
  return combine(deletions, changes, [], kind);
}

/** RFC 7396, for kinds and commands that use it. */
export function mergeDiff(before: Tree, after: Tree): Tree {
  return Object.fromEntries(
    [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareText).flatMap((key): [string, Json][] => {
      if (!has(after, key)) return [[key, null]];
      const [old, now] = [field(before, key), after[key]!];
      if (!isTree(old) || !isTree(now)) return equal(old, now) ? [] : [[key, now]];
      const inner = mergeDiff(old, now);
      return Object.keys(inner).length === 0 ? [] : [[key, inner]];
    }),
  );
}

/** apply for custom kinds, whose lists are replaced whole: what the new manifest says, and null for what only the last one said. */
export function mergeThreeWay(lastApplied: Tree | undefined, manifest: Tree, live: Tree): Tree {
  const keys = [...new Set([...Object.keys(manifest), ...Object.keys(lastApplied ?? {})])].sort(compareText);
  return Object.fromEntries(keys.flatMap((key): [string, Json][] => {
    if (!has(manifest, key)) return has(live, key) ? [[key, null]] : [];
    const [now, old, was] = [manifest[key]!, field(live, key), field(lastApplied, key)];
    if (!isTree(now) || !isTree(old)) return equal(now, old) ? [] : [[key, now]];
    const inner = mergeThreeWay(isTree(was) ? was : undefined, now, old);
    return Object.keys(inner).length === 0 ? [] : [[key, inner]];
  }));
}
