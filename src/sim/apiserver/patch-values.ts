import { setOwn } from './decode.ts';

/**
 * JSON values as patches see them. Nothing here changes a value in place: what comes out shares every part that did not change
 * with what went in, and is the same value when nothing did. So a write that changes nothing is known by identity,
 * and whoever looks at an object afterwards can skip the parts that are still the same.
 */
export type Value = unknown;
export type ObjectValue = Readonly<Record<string, unknown>>;
export type ListValue = readonly unknown[];

export const isObject = (value: Value): value is ObjectValue => typeof value === 'object' && value !== null && !Array.isArray(value);
export const isList = (value: Value): value is ListValue => Array.isArray(value);
/** A name like `constructor` must never be found on the prototype. */
export const own = (object: ObjectValue, key: string): Value => (Object.hasOwn(object, key) ? object[key] : undefined);

/** Deeper than this no API type goes; recursion must not be a way to stop the page. */
export const MAX_PATCH_DEPTH = 100;

/** Why a patch cannot be applied. The server's own error texts; `form` says how the API server wraps them. */
export class PatchFailure extends Error {
  readonly form: 'BadRequest' | 'Unprocessable' | 'TooLarge' | 'Plain';
  constructor(form: PatchFailure['form'], message: string) {
    super(message);
    this.form = form;
  }
}

export function checkDepth(depth: number): void {
  if (depth > MAX_PATCH_DEPTH) throw new PatchFailure('BadRequest', `the patch is nested more than ${MAX_PATCH_DEPTH} levels deep`);
}

/** An object being changed: a copy is made at the first difference. */
export class ObjectDraft {
  private readonly from: ObjectValue;
  private copy: Record<string, unknown> | undefined;
  constructor(from: ObjectValue) {
    this.from = from;
  }
  has(key: string): boolean {
    return Object.hasOwn(this.copy ?? this.from, key);
  }
  get(key: string): Value {
    return own(this.copy ?? this.from, key);
  }
  keys(): string[] {
    return Object.keys(this.copy ?? this.from);
  }
  set(key: string, value: Value): void {
    if (this.copy === undefined) {
      if (Object.hasOwn(this.from, key) && this.from[key] === value) return;
      this.copy = { ...this.from };
    }
    setOwn(this.copy, key, value);
  }
  remove(key: string): void {
    if (!this.has(key)) return;
    this.copy ??= { ...this.from };
    delete this.copy[key];
  }
  done(): ObjectValue {
    return this.copy ?? this.from;
  }
}

/** Deep equality; the order of keys does not matter. */
export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  let count = 0;
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !same((a as ObjectValue)[key], (b as ObjectValue)[key])) return false;
    count++;
  }
  for (const _ in b) count--;
  return count === 0;
}

/** `next`, with every part that equals the same part of `old` replaced by that part; `old` itself when they are equal. */
export function share<T>(old: Value, next: T): T {
  if (old === next || typeof old !== 'object' || typeof next !== 'object' || old === null || next === null) return next;
  if (Array.isArray(next)) {
    if (!Array.isArray(old)) return next;
    let equal = old.length === next.length;
    let out: unknown[] | undefined;
    for (let i = 0; i < next.length; i++) {
      const item: unknown = next[i];
      const before: unknown = old[i];
      const shared = i < old.length ? share(before, item) : item;
      if (shared !== before) equal = false;
      if (shared !== item) (out ??= next.slice())[i] = shared;
    }
    return (equal ? old : (out ?? next)) as T;
  }
  if (Array.isArray(old)) return next;
  let equal = true;
  let count = 0;
  let out: Record<string, unknown> | undefined;
  for (const key in next) {
    count++;
    const item: unknown = next[key];
    if (!Object.hasOwn(old, key)) {
      equal = false;
      continue;
    }
    const before = (old as ObjectValue)[key];
    if (before === item) continue;
    const shared = share(before, item);
    if (shared !== before) equal = false;
    if (shared !== item) setOwn((out ??= { ...(next as ObjectValue) }), key, shared);
  }
  if (equal) {
    for (const _ in old) count--;
    if (count === 0) return old as T;
  }
  return (out ?? next) as T;
}
