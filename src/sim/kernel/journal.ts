/**
 * An append-only list whose snapshot is cheap: it shares all chunks and copies only the list of them. What another branch of history
 * has appended to a shared chunk lies beyond `length`, and is never seen: who appends next takes a chunk of its own.
 */
export interface Journal<T> {
  length: number;
  /** Not to be read but by the functions here: the last one may hold more than belongs to this list. */
  readonly chunks: T[][];
}

const BITS = 10;
const CHUNK = 1 << BITS;

export const newJournal = <T>(): Journal<T> => ({ length: 0, chunks: [] });

export function append<T>(journal: Journal<T>, item: T): void {
  const { chunks } = journal;
  const index = journal.length >> BITS;
  const within = journal.length & (CHUNK - 1);
  let chunk = chunks[index];
  if (chunk === undefined) chunks.push((chunk = []));
  else if (chunk.length !== within) chunks[index] = chunk = chunk.slice(0, within);
  chunk.push(item);
  journal.length++;
}

export function at<T>(journal: Journal<T>, index: number): T | undefined {
  return index < 0 || index >= journal.length ? undefined : journal.chunks[index >> BITS]![index & (CHUNK - 1)];
}

export function snapshotJournal<T>(journal: Journal<T>): Journal<T> {
  return { length: journal.length, chunks: journal.chunks.slice() };
}

/** The first index whose item is at or past what `below` says (binary search: `below` is true, then false). */
export function firstWhere<T>(journal: Journal<T>, below: (item: T) => boolean): number {
  let low = 0;
  let high = journal.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (below(at(journal, middle)!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
