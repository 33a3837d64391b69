import { getIn, newLayers, setIn, type Layers } from './layers.ts';

/**
 * Chance as keyed draws: a draw is a hash of what it is for, never the next number of a stream. So two branches of one history
 * share all chance that their difference does not touch. 32-bit integer arithmetic only: the same in every engine.
 */

/** FNV-1a over UTF-16 units, then mixed: a number for a text. */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let h = seed | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h | 0;
}

/** murmur3's finaliser with a second word mixed in. */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ Math.imul(b, 0xcc9e2d51), 0x1b873593) ^ (a >>> 15);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/**
 * The draws of one world. `counts` says how many draws each (process, purpose, object) has had: it is state and belongs in checkpoints.
 */
export interface Chance {
  readonly seed: number;
  readonly counts: Layers<number, number>;
}

export const newChance = (seed: number): Chance => ({ seed: seed | 0, counts: newLayers() });

/** For one process and purpose: where the hash of a draw starts, and what it comes to for the keys that were drawn for. */
interface Start {
  readonly hash: number;
  readonly ids: Map<string, number>;
}
// An invisible cache.
const starts = new Map<string, Map<string, Start>>();
function startOf(process: string, purpose: string): Start {
  let ofProcess = starts.get(process);
  if (ofProcess === undefined) {
    if (starts.size > 4096) starts.clear();
    starts.set(process, (ofProcess = new Map()));
  }
  let start = ofProcess.get(purpose);
  if (start === undefined) {
    start = { hash: mix(hashText(process), hashText(purpose)), ids: new Map() };
    if (ofProcess.size < 256) ofProcess.set(purpose, start);
  }
  return start;
}
function idOf({ hash, ids }: Start, key: string): number {
  let id = ids.get(key);
  if (id === undefined) {
    id = hashText(key, hash);
    if (ids.size >= 64) ids.clear();
    ids.set(key, id);
  }
  return id;
}

/** An unsigned 32-bit number: the nth draw of this process for this purpose about this object. */
export function draw(chance: Chance, process: string, purpose: string, key: string): number {
  const id = idOf(startOf(process, purpose), key);
  const nth = getIn(chance.counts, id) ?? 0;
  setIn(chance.counts, id, nth + 1);
  return mix(mix(chance.seed, id), nth) >>> 0;
}

/** The same for a caller that knows n itself and needs no count. */
export function drawNth(seed: number, id: number, nth: number): number {
  return mix(mix(seed, id), nth) >>> 0;
}

/** A number to an integer in [low, high]. */
export function between(drawn: number, low: number, high: number): number {
  return low + Math.floor((drawn / 0x1_0000_0000) * (high - low + 1));
}
