/**
 * A copy of plain data that shares nothing mutable with the original. API objects, requests and other things that are immutable by
 * contract are shared: an object is taken for one when it has `apiVersion` (API objects), or when it is marked by being frozen.
 */
export function snapshot<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    if (Object.isFrozen(value)) return value;
    const out = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) out[i] = copy(value[i]);
    return out;
  }
  if (value instanceof Map) {
    const out = new Map<unknown, unknown>(value);
    for (const [key, item] of value) {
      if (typeof item !== 'object') continue;
      const own = copy(item);
      if (own !== item) out.set(key, own);
    }
    return out;
  }
  if (value instanceof Set) return new Set(value);
  if (ArrayBuffer.isView(value)) return (value as Float64Array).slice();
  if ('apiVersion' in value || Object.isFrozen(value)) return value;
  // A spread keeps the layout of the original, in memory as well.
  const out: Record<string, unknown> = { ...value };
  for (const key in out) {
    const item = out[key];
    if (typeof item === 'object' && item !== null) out[key] = copy(item);
  }
  return out;
}
