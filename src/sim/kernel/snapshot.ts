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
    const out = new Map<unknown, unknown>();
    for (const [key, item] of value) out.set(key, copy(item));
    return out;
  }
  if (value instanceof Set) return new Set(value);
  if (ArrayBuffer.isView(value)) return (value as Float64Array).slice();
  if ('apiVersion' in value || Object.isFrozen(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key in value) out[key] = copy((value as Record<string, unknown>)[key]);
  return out;
}
