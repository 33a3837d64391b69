import { goValue } from './goText.ts';
import { checkDepth, isList, isObject, ObjectDraft, own, PatchFailure, same, type ListValue, type ObjectValue, type Value } from './patch-values.ts';
import { structBelow, type Field, type StructType } from './schema.ts';

/**
 * Strategic merge patch: like a merge patch, but lists that have a merge key (or are sets) are merged item by item, and directives say
 * what cannot be said by example. After apimachinery's util/strategicpatch, as the API server calls it (MergeParallelList,
 * IgnoreUnmatchedNulls). Where Go walks a map in random order, this walks it in the order of the document.
 */
const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList';
const ORDER = '$setElementOrder';

const EMPTY: ObjectValue = {};
const plain = (message: string): never => {
  throw new PatchFailure('Plain', message);
};
const badFormat = (of: string): never => {
  throw new PatchFailure('BadRequest', `invalid patch format of ${of}`);
};
const noMergeKey = (item: ObjectValue, key: string): never => plain(`map: ${goValue(item)} does not contain declared merge key: ${key}`);

export function strategicPatch(original: ObjectValue, patch: ObjectValue, struct: StructType | undefined): ObjectValue {
  return mergeMap(original, patch, struct, 0);
}

/** "$setElementOrder/containers" to "containers". */
function keyBehind(key: string, prefix: string, what: string): string {
  return key.charAt(prefix.length) === '/' ? key.slice(prefix.length + 1) : badFormat(what);
}

const strategyOf = (field: Field | undefined): string => field?.patchStrategies.find((one) => one !== 'retainKeys') ?? '';

function mergeMap(original: ObjectValue, patch: ObjectValue, struct: StructType | undefined, depth: number): ObjectValue {
  checkDepth(depth);
  const directive = own(patch, DIRECTIVE);
  if (directive !== undefined) {
    if (directive === 'replace') {
      const { [DIRECTIVE]: _, ...rest } = patch;
      return rest;
    }
    if (directive === 'delete') return {};
    return plain(`unknown patch type: ${String(directive)} in map: ${goValue(patch)}`);
  }
  const draft = new ObjectDraft(original);
  const keys = Object.keys(patch);
  let done: Set<string> | undefined;
  let special = false;
  for (const key of keys) if (key.charCodeAt(0) === 36) special = true;
  if (special) {
    if (own(patch, RETAIN_KEYS) !== undefined) retainKeys(draft, patch, keys);
    done = new Set([RETAIN_KEYS]);
    for (const key of keys) {
      if (!key.startsWith(ORDER)) continue;
      done.add(key);
      const list = keyBehind(key, ORDER, 'setElementOrder list');
      if (mergeOrdered(draft, patch, list, patch[key], struct, depth)) done.add(list);
    }
  }
  for (const patchKey of keys) {
    if (done?.has(patchKey) === true) continue;
    const value = patch[patchKey];
    const isDeleteList = special && patchKey.startsWith(DELETE_FROM);
    const key = isDeleteList ? keyBehind(patchKey, DELETE_FROM, 'primitive list') : patchKey;
    if (value === null || value === undefined) {
      draft.remove(key);
      continue;
    }
    const had = draft.has(key);
    const before = draft.get(key);
    if (had && isObject(before) && isObject(value)) {
      const field = struct?.byName.get(key);
      draft.set(key, strategyOf(field) === 'replace' ? (same(before, value) ? before : value) : mergeMap(before, value, structBelow(field?.type), depth + 1));
    } else if (had && isList(before) && isList(value)) {
      draft.set(key, mergeList(before, value, struct?.byName.get(key), isDeleteList, depth + 1));
    } else if (!isDeleteList) {
      const cleaned = clean(value, depth);
      if (cleaned === undefined) draft.remove(key);
      else draft.set(key, cleaned);
    }
  }
  const merged = draft.done();
  return merged === EMPTY ? {} : merged;
}

/** Only the named keys stay. A patch that sets another key contradicts itself. */
function retainKeys(draft: ObjectDraft, patch: ObjectValue, keys: readonly string[]): void {
  const retained = patch[RETAIN_KEYS];
  if (!isList(retained)) return badFormat('retainKeys');
  const keep = new Set(retained);
  for (const key of keys) {
    if (key === RETAIN_KEYS || patch[key] === null || key.startsWith(DELETE_FROM) || key.startsWith(ORDER)) continue;
    if (!keep.has(key)) badFormat('retainKeys');
  }
  for (const key of draft.keys()) if (!keep.has(key)) draft.remove(key);
}

/** A list together with its $setElementOrder. Says whether the patch's list is dealt with. */
function mergeOrdered(draft: ObjectDraft, patch: ObjectValue, key: string, order: Value, struct: StructType | undefined, depth: number): boolean {
  const wrong = (value: Value): never => plain(`expected a []interface {}, but received a ${isObject(value) ? 'map[string]interface {}' : typeof value}`);
  if (!isList(order)) return wrong(order);
  const before = draft.get(key);
  const change = own(patch, key);
  if (before !== undefined && !isList(before)) return wrong(before);
  if (change !== undefined && !isList(change)) return wrong(change);
  const field = struct?.byName.get(key);
  const mergeKey = field?.patchMergeKey ?? '';
  checkOrder(change, order, mergeKey);
  let merged: ListValue;
  if (before !== undefined) merged = change === undefined ? before : mergeList(before, change, field, false, depth + 1, true);
  else if (change !== undefined) merged = (clean(change, depth, false) as ListValue | undefined) ?? [];
  else return false;
  const inOrder = (item: Value): boolean => positionIn(order, item, mergeKey) >= 0;
  if (mergeKey !== '') for (const item of merged) keyOfItem(item, mergeKey);
  const sorted = placed(merged, order, mergeKey) ?? inServerOrder(merged.filter(inOrder), merged.filter((item) => !inOrder(item)), order, before ?? [], mergeKey);
  draft.set(key, before !== undefined && sameItems(before, sorted) ? before : sorted);
  return true;
}

/** The usual case: every item has a place of its own in the order list. */
function placed(items: ListValue, order: ListValue, mergeKey: string): ListValue | undefined {
  const places: Value[] = [];
  let next = 0;
  for (const item of items) {
    // Mostly they stand in that order already.
    const at = next < order.length && identity(order[next], mergeKey) === identity(item, mergeKey) ? next : positionIn(order, item, mergeKey);
    if (at < 0 || places[at] !== undefined) return undefined;
    places[at] = item;
    next = at + 1;
  }
  return places.filter((item) => item !== undefined);
}

/** Every item of the patch must stand in the order list, in that order. */
function checkOrder(change: ListValue | undefined, order: ListValue, mergeKey: string): void {
  if (change === undefined || change.length === 0 || order.length === 0) return;
  let at = 0;
  for (const item of change) {
    if (isObject(item) && own(item, DIRECTIVE) !== undefined) continue;
    while (at < order.length && (mergeKey === '' ? order[at] !== item : keyOfItem(order[at], mergeKey) !== keyOfItem(item, mergeKey))) at++;
    if (at >= order.length) return plain(`The order in patch list:\n${goValue(change)}\n doesn't match $setElementOrder list:\n${goValue(order)}\n`);
    at++;
  }
}

function keyOfItem(item: Value, mergeKey: string): Value {
  if (!isObject(item)) return plain(`expected a map[string]interface {}, but received a ${typeof item}`);
  return Object.hasOwn(item, mergeKey) ? item[mergeKey] : noMergeKey(item, mergeKey);
}

const identity = (item: Value, mergeKey: string): Value => (mergeKey === '' ? item : isObject(item) ? own(item, mergeKey) : undefined);
function positionIn(list: ListValue, item: Value, mergeKey: string): number {
  const wanted = identity(item, mergeKey);
  for (let i = 0; i < list.length; i++) if (identity(list[i], mergeKey) === wanted) return i;
  return -1;
}

function sameItems(a: ListValue, b: ListValue): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The patch's items in the patch's order, the others in the server's; the two are woven so that the server's order holds where both know an item. */
function inServerOrder(patched: ListValue, serverOnly: ListValue, patchOrder: ListValue, serverOrder: ListValue, mergeKey: string): ListValue {
  const sorted = (items: ListValue, order: ListValue): ListValue =>
    items.length < 2 ? items : items.map((item, index) => ({ item, index, place: positionIn(order, item, mergeKey) })).sort((a, b) => a.place - b.place || a.index - b.index).map(({ item }) => item);
  const left = sorted(serverOnly, serverOrder);
  const right = sorted(patched, patchOrder);
  const out: Value[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const l = positionIn(serverOrder, left[i], mergeKey);
    const r = positionIn(serverOrder, right[j], mergeKey);
    out.push(l >= 0 && r >= 0 && l < r ? left[i++] : right[j++]);
  }
  while (j < right.length) out.push(right[j++]);
  while (i < left.length) out.push(left[i++]);
  return out;
}

/** `orderFollows`: who calls puts the items in order. */
function mergeList(original: ListValue, patch: ListValue, field: Field | undefined, isDeleteList: boolean, depth: number, orderFollows = false): ListValue {
  if (strategyOf(field) !== 'merge' && !isDeleteList) return same(original, patch) ? original : patch;
  if (original.length === 0 && patch.length === 0) return original;
  const first = original.length > 0 ? original[0] : patch[0];
  const ofMaps = isObject(first);
  for (const list of [original, patch]) {
    for (const item of list) if (isObject(item) !== ofMaps) plain(`list element types are not identical: ${goValue(list)}`);
  }
  if (!ofMaps) {
    if (isDeleteList) {
      const kept = original.filter((item) => !patch.includes(item));
      return kept.length === original.length ? original : kept;
    }
    const both = [...new Set([...original, ...patch])];
    return sameItems(original, both) ? original : inServerOrder(both.filter((item) => patch.includes(item)), both.filter((item) => !patch.includes(item)), patch, original, '');
  }
  const mergeKey = field?.patchMergeKey ?? '';
  if (mergeKey === '') return plain(`cannot merge lists without merge key for ${field?.name ?? ''}`);
  // First the directives among the items, then the items themselves.
  let base = original as readonly ObjectValue[];
  let replace = false;
  const items: ObjectValue[] = [];
  for (const item of patch as readonly ObjectValue[]) {
    const directive = own(item, DIRECTIVE);
    if (directive === undefined) items.push(item);
    else if (directive === 'delete') {
      const gone = keyOfItem(item, mergeKey);
      if (base.some((one) => own(one, mergeKey) === gone)) base = base.filter((one) => own(one, mergeKey) !== gone);
    } else if (directive === 'replace') replace = true;
    else if (directive === 'merge') plain('merging lists cannot yet be specified in the patch');
    else plain(`unknown patch type: ${String(directive)} in map: ${goValue(item)}`);
  }
  if (replace) {
    for (const item of items) keyOfItem(item, mergeKey);
    return same(original, items) ? original : items;
  }
  if (items.length === 0) return base;
  const struct = structBelow(field?.type);
  const merged = base.slice();
  for (const item of items) {
    const wanted = keyOfItem(item, mergeKey);
    const at = merged.findIndex((one) => own(one, mergeKey) === wanted);
    if (at >= 0) merged[at] = mergeMap(merged[at]!, item, struct, depth + 1);
    else merged.push(item);
  }
  for (const item of merged) keyOfItem(item, mergeKey);
  if (sameItems(original, merged)) return original;
  if (orderFollows) return merged;
  const isPatched = (item: Value): boolean => positionIn(items, item, mergeKey) >= 0;
  return inServerOrder(merged.filter(isPatched), merged.filter((item) => !isPatched(item)), items, base, mergeKey);
}

// An invisible cache: what was not clean, and what it is then.
const cleaned = new WeakMap<ObjectValue, ObjectValue>();
/** A value that meets nothing to be merged with: without nulls in its objects, and without what only carries a directive. undefined: nothing is left. */
function clean(value: Value, depth: number, dropNulls = true): Value {
  if (typeof value !== 'object' || value === null) return value;
  checkDepth(depth);
  if (isList(value)) {
    let out: Value[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const item = clean(value[i], depth + 1, dropNulls);
      if (item === value[i]) out?.push(item);
      else {
        out ??= value.slice(0, i);
        if (item !== undefined) out.push(item);
      }
    }
    return out ?? value;
  }
  const object = value as ObjectValue;
  if (dropNulls) {
    const known = cleaned.get(object);
    if (known !== undefined) return known;
  }
  if (Object.hasOwn(object, DIRECTIVE)) return undefined;
  const draft = new ObjectDraft(object);
  for (const key of Object.keys(object)) {
    const item = object[key];
    if (item === null) {
      if (dropNulls) draft.remove(key);
      continue;
    }
    const cleaned = clean(item, depth + 1, dropNulls);
    if (cleaned === undefined) draft.remove(key);
    else draft.set(key, cleaned);
  }
  const done = draft.done();
  if (dropNulls && done !== object) cleaned.set(object, done);
  return done;
}
