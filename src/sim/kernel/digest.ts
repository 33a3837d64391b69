import { hashText, mix } from './draw.ts';

/**
 * A rolling digest of everything that happened: two 32-bit lanes, so that an accident does not collide. Mixed per step and per change.
 */
export interface Digest {
  a: number;
  b: number;
}
export const newDigest = (): Digest => ({ a: 0x0badcafe, b: 0x5eed1e55 });

export function digestNumber(digest: Digest, n: number): void {
  // A virtual time needs more than 32 bits: both halves count.
  const low = n | 0;
  const high = Math.floor(n / 0x1_0000_0000) | 0;
  digest.a = mix(digest.a, low ^ Math.imul(high, 0x9e3779b1));
  digest.b = mix(digest.b ^ high, low);
}

export function digestText(digest: Digest, text: string): void {
  const h = textHash(text);
  digest.a = mix(digest.a, h);
  digest.b = mix(digest.b, h ^ text.length);
}

// Invisible caches: what the names of fields and the texts that are in many objects come to. Walking a text costs more than finding it.
const fields = new Map<string, number>();
const texts = new Map<string, number>();
const LONG = 64;
function textHash(text: string, known = texts): number {
  if (text.length > LONG) return hashText(text);
  let h = known.get(text);
  if (h === undefined) {
    h = hashText(text);
    if (known.size >= 4096) known.clear();
    known.set(text, h);
  }
  return h;
}

// An invisible cache: a name's two hashes. There are as many names as there are processes and types of steps.
const names = new Map<string, readonly [number, number]>();
/** The same as `digestText`, for texts of which there are few. */
export function digestName(digest: Digest, name: string): void {
  let hashes = names.get(name);
  if (hashes === undefined) {
    const h = hashText(name);
    hashes = [h, hashText(name, h)];
    if (names.size > 4096) names.clear();
    names.set(name, hashes);
  }
  digest.a = mix(digest.a, hashes[0]);
  digest.b = mix(digest.b, hashes[1]);
}

export function digestHex(digest: Digest): string {
  return (digest.a >>> 0).toString(16).padStart(8, '0') + (digest.b >>> 0).toString(16).padStart(8, '0');
}

/**
 * A hash of plain JSON that does not depend on the order of keys and walks no further where two versions share a subtree:
 * `value` against `before`, only what differs is hashed.
 */
export function hashDifference(before: unknown, value: unknown): number {
  if (before === value) return 0;
  if (typeof value !== 'object' || value === null) return hashScalar(value);
  if (typeof before !== 'object' || before === null || Array.isArray(before) !== Array.isArray(value)) return hashValue(value, before === undefined ? 0 : SHARED_FROM);
  if (Array.isArray(value)) {
    const old = before as readonly unknown[];
    let h = value.length;
    for (let i = 0; i < value.length; i++) if (old[i] !== value[i]) h = (h + mix(i + 1, hashPart(old[i], value[i]))) | 0;
    return h;
  }
  const old = before as Record<string, unknown>;
  const now = value as Record<string, unknown>;
  let h = 0x2f;
  for (const key in now) {
    const item = now[key];
    if (old[key] !== item) h = (h + mix(textHash(key, fields), hashPart(Object.hasOwn(old, key) ? old[key] : undefined, item))) | 0;
  }
  for (const key in old) {
    const item = now[key];
    // A name such as `constructor` is found on every object, and is no field of it.
    if ((item === undefined || typeof item === 'function') && !Object.hasOwn(now, key)) h = (h + mix(textHash(key, fields), 0x0dead)) | 0;
  }
  return h;
}

const hashPart = (before: unknown, value: unknown): number => (before === undefined && typeof value === 'object' && value !== null ? hashValue(value, SHARED_FROM) : hashDifference(before, value));

// An invisible cache: immutable parts that many new objects share, such as those of a Pod template.
const values = new WeakMap<object, number>();
/** What is nearer to an object's root is mostly its own. */
const SHARED_FROM = 2;

function hashValue(value: object, depth: number): number {
  if (depth >= SHARED_FROM) {
    const known = values.get(value);
    if (known !== undefined) return known;
  }
  let h: number;
  if (Array.isArray(value)) {
    h = value.length;
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      h = (h + mix(i + 1, typeof item === 'object' && item !== null ? hashValue(item, depth + 1) : hashScalar(item))) | 0;
    }
  } else {
    h = 0x2f;
    const object = value as Record<string, unknown>;
    for (const key in object) {
      const item = object[key];
      h = (h + mix(textHash(key, fields), typeof item === 'object' && item !== null ? hashValue(item, depth + 1) : hashScalar(item))) | 0;
    }
  }
  if (depth >= SHARED_FROM) values.set(value, h);
  return h;
}

function hashScalar(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return textHash(value);
    case 'number':
      return Number.isInteger(value) ? mix(value | 0, Math.floor(value / 0x1_0000_0000) | 0) : hashText(String(value));
    case 'boolean':
      return value ? 0x7ee1 : 0xfa15e;
    default:
      return 0x0;
  }
}
