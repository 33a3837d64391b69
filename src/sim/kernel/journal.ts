/**
 * An append-only list whose snapshot is cheap: full chunks are never written again, so a checkpoint shares them and copies only
 * the list of chunks and the last, unfinished one.
 */
export interface Journal<T> {
  length: number;
  readonly chunks: T[][];
}

const BITS = 10;
const CHUNK = 1 << BITS;

export const newJournal = <T>(): Journal<T> => ({ length: 0, chunks: [] });

export function append<T>(journal: Journal<T>, item: T): void {
  const chunk = journal.length >> BITS;
  if (chunk === journal.chunks.length) journal.chunks.push([]);
  journal.chunks[chunk]!.push(item);
  journal.length++;
}

export function at<T>(journal: Journal<T>, index: number): T | undefined {
  return index < 0 || index >= journal.length ? undefined : journal.chunks[index >> BITS]![index & (CHUNK - 1)];
}

export function snapshotJournal<T>(journal: Journal<T>): Journal<T> {
  const chunks = journal.chunks.slice();
  const last = chunks.length - 1;
  if (last >= 0 && chunks[last]!.length < CHUNK) chunks[last] = chunks[last]!.slice();
  return { length: journal.length, chunks };
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
