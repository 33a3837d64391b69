/**
 * What is equal becomes identical: the next value with every part that equals the old one's replaced by the old part. A still that comes
 * from the worker is a fresh copy through and through; after this only what changed is new, so only that is laid out and painted again.
 */
export function share<T>(old: unknown, next: T): T {
  if (Object.is(old, next)) return next;
  if (typeof old !== 'object' || old === null || typeof next !== 'object' || next === null) return next;
  if (Array.isArray(next)) {
    if (!Array.isArray(old)) return next;
    let same = old.length === next.length;
    const copy: unknown[] = new Array(next.length);
    for (let i = 0; i < next.length; i++) {
      copy[i] = i < old.length ? share(old[i], next[i]) : next[i];
      if (same && !Object.is(copy[i], old[i])) same = false;
    }
    return (same ? old : copy) as T;
  }
  if (Object.getPrototypeOf(next) !== Object.prototype || Object.getPrototypeOf(old) !== Object.prototype) return next;
  const before = old as Readonly<Record<string, unknown>>;
  const after = next as Readonly<Record<string, unknown>>;
  const keys = Object.keys(after);
  let same = keys.length === Object.keys(before).length;
  const copy: Record<string, unknown> = {};
  for (const key of keys) {
    const known = Object.hasOwn(before, key);
    const value = known ? share(before[key], after[key]) : after[key];
    if (same && (!known || !Object.is(value, before[key]))) same = false;
    // A key called "__proto__" stays a key.
    if (key === '__proto__') Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
    else copy[key] = value;
  }
  return (same ? old : copy) as T;
}
