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
  const h = hashText(text);
  digest.a = mix(digest.a, h);
  digest.b = mix(digest.b, hashText(text, h));
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
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) {
      const old = Array.isArray(before) ? before : [];
      let h = value.length;
      for (let i = 0; i < value.length; i++) h = (h + mix(i + 1, hashDifference(old[i], value[i]))) | 0;
      return h;
    }
    const old = typeof before === 'object' && before !== null && !Array.isArray(before) ? (before as Record<string, unknown>) : undefined;
    const now = value as Record<string, unknown>;
    let h = 0x2f;
    for (const key in now) {
      const was = old !== undefined && Object.hasOwn(old, key) ? old[key] : undefined;
      if (was !== now[key]) h = (h + mix(hashText(key), hashDifference(was, now[key]))) | 0;
    }
    if (old !== undefined) for (const key in old) if (!Object.hasOwn(now, key)) h = (h + mix(hashText(key), 0x0dead)) | 0;
    return h;
  }
  switch (typeof value) {
    case 'string':
      return hashText(value);
    case 'number':
      return Number.isInteger(value) ? mix(value | 0, Math.floor(value / 0x1_0000_0000) | 0) : hashText(String(value));
    case 'boolean':
      return value ? 0x7ee1 : 0xfa15e;
    default:
      return 0x0;
  }
}
