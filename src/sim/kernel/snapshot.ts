/**
 * A copy of plain data that shares nothing mutable with the original. API objects, requests and other things that are immutable by
 * contract are shared: an object is taken for one when it has `apiVersion` (API objects), or when it is marked by being frozen.
 *
 * `earlier`: a copy of the same thing from before, which nobody changes. Whatever is still as it was then is shared with it, so that one
 * more checkpoint of a large cluster takes the room of what has changed.
 */
export function snapshot<T>(value: T, earlier?: unknown): T {
  return copy(value, earlier) as T;
}

function copy(value: unknown, earlier: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.isFrozen(value) ? value : copyArray(value, Array.isArray(earlier) ? earlier : undefined);
  if (value instanceof Map) return copyMap(value, earlier instanceof Map ? earlier : undefined);
  if (value instanceof Set) return new Set(value);
  if (ArrayBuffer.isView(value)) return (value as Float64Array).slice();
  if ('apiVersion' in value || Object.isFrozen(value)) return value;
  return copyRecord(value as Fields, typeof earlier === 'object' && earlier !== null && !Array.isArray(earlier) ? (earlier as Fields) : undefined);
}

type Fields = Record<string, unknown>;

function copyArray(value: readonly unknown[], earlier: readonly unknown[] | undefined): readonly unknown[] {
  let same = earlier?.length === value.length;
  const out = new Array<unknown>(value.length);
  for (let i = 0; i < value.length; i++) {
    const before = earlier?.[i];
    out[i] = copy(value[i], before);
    if (same && !Object.is(out[i], before)) same = false;
  }
  return same ? earlier! : out;
}

function copyMap(value: ReadonlyMap<unknown, unknown>, earlier: ReadonlyMap<unknown, unknown> | undefined): ReadonlyMap<unknown, unknown> {
  let same = earlier?.size === value.size;
  // The order of entries is part of the state.
  const keys = same ? earlier!.keys() : undefined;
  let out: Map<unknown, unknown> | undefined;
  for (const [key, item] of value) {
    if (same && !Object.is(keys!.next().value, key)) same = false;
    const before = earlier?.get(key);
    const own = typeof item === 'object' ? copy(item, before) : item;
    if (same && !Object.is(own, before)) same = false;
    if (own !== item) (out ??= new Map(value)).set(key, own);
  }
  return same ? earlier! : (out ?? new Map(value));
}

function copyRecord(value: Fields, earlier: Fields | undefined): Fields {
  if (earlier === undefined) {
    // A spread keeps the layout of the original, in memory as well.
    const out = { ...value };
    for (const key in out) {
      const item = out[key];
      if (typeof item === 'object' && item !== null) out[key] = copy(item, undefined);
    }
    return out;
  }
  const keys = Object.keys(value);
  const keysBefore = Object.keys(earlier);
  let same = keys.length === keysBefore.length;
  let out: Fields | undefined;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (same && keysBefore[i] !== key) same = false;
    const item = value[key];
    const before = Object.hasOwn(earlier, key) ? earlier[key] : undefined;
    const own = typeof item === 'object' && item !== null ? copy(item, before) : item;
    if (same && !Object.is(own, before)) same = false;
    if (own !== item) (out ??= { ...value })[key] = own;
  }
  return same ? earlier : (out ?? { ...value });
}
