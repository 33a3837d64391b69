import { checkDepth, ObjectDraft, isObject, same, type ObjectValue, type Value } from './patch-values.ts';

const EMPTY: ObjectValue = {};

/** JSON merge patch, RFC 7396: null takes away, an object is merged, anything else replaces. */
export function mergePatch(target: Value, patch: Value, depth = 0): Value {
  if (!isObject(patch)) return same(target, patch) ? target : patch;
  checkDepth(depth);
  const draft = new ObjectDraft(isObject(target) ? target : EMPTY);
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null || value === undefined) draft.remove(key);
    else draft.set(key, mergePatch(draft.get(key), value, depth + 1));
  }
  const merged = draft.done();
  // An empty object in place of nothing is a new value, not the shared constant.
  return merged === EMPTY ? {} : merged;
}
