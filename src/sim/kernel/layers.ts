/**
 * A map that is only added to, made for cheap checkpoints: what has settled is frozen and shared by all of them, and only what is recent is
 * copied. The recent part grows to a quarter of the whole before it settles, so that settling costs little for each entry.
 */
export interface Layers<K, V> {
  settled: { readonly entries: ReadonlyMap<K, V> };
  recent: Map<K, V>;
}

const LEAST = 128;

export const newLayers = <K, V>(): Layers<K, V> => ({ settled: Object.freeze({ entries: new Map<K, V>() }), recent: new Map() });

export function snapshotLayers<K, V>(layers: Layers<K, V>): Layers<K, V> {
  return { settled: layers.settled, recent: new Map(layers.recent) };
}

export function getIn<K, V>(layers: Layers<K, V>, key: K): V | undefined {
  return layers.recent.get(key) ?? layers.settled.entries.get(key);
}

/** `atMost`: when it settles, what was set longest ago is forgotten beyond so many entries. */
export function setIn<K, V>(layers: Layers<K, V>, key: K, value: V, atMost = Infinity): void {
  const { recent } = layers;
  if (atMost !== Infinity) recent.delete(key);
  recent.set(key, value);
  if (recent.size > LEAST && recent.size > layers.settled.entries.size >> 2) settle(layers, atMost);
}

function settle<K, V>(layers: Layers<K, V>, atMost: number): void {
  const { settled, recent } = layers;
  const entries = new Map<K, V>();
  for (const [key, value] of settled.entries) if (!recent.has(key)) entries.set(key, value);
  for (const [key, value] of recent) entries.set(key, value);
  if (entries.size > atMost) {
    let surplus = entries.size - atMost;
    for (const key of entries.keys()) {
      if (surplus-- <= 0) break;
      entries.delete(key);
    }
  }
  layers.settled = Object.freeze({ entries });
  layers.recent = new Map();
}

/** The values, each key's newest. */
export function* valuesIn<K, V>(layers: Layers<K, V>): Generator<V> {
  yield* layers.recent.values();
  for (const [key, value] of layers.settled.entries) if (!layers.recent.has(key)) yield value;
}
