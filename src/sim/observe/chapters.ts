import type { Micros } from '../api/time.ts';
import type { StepRecord } from '../kernel/trace.ts';
import { at as itemAt } from '../kernel/journal.ts';
import type { History } from './history.ts';

export type Args = Readonly<Record<string, string | number>>;

/** A turn of a story: found by watching what happens, so it is there in whatever way it came about. */
export interface Chapter {
  readonly id: string;
  /** The names and numbers for its narration when this record is the one; undefined: not yet. Absent: the story's first moment. */
  readonly when?: (record: StepRecord, history: History) => Args | undefined;
  /** Looked for once that chapter is reached; absent: the one before it in the list. So neighbours may come in either order. */
  readonly after?: string;
}

export interface Reached {
  readonly id: string;
  readonly step: number;
  readonly at: Micros;
  readonly revision?: number;
  readonly args: Args;
}

export interface ChapterState {
  /** How many records were seen. */
  seen: number;
  /** In the order in which they came. */
  readonly reached: Reached[];
}

export const newChapterState = (): ChapterState => ({ seen: 0, reached: [] });

const NONE: Args = {};

/** Chapters that may come now: not reached, but what they come after is. */
function open(chapters: readonly Chapter[], reached: readonly Reached[]): readonly Chapter[] {
  const known = new Set(reached.map(({ id }) => id));
  return chapters.filter((chapter, i) => {
    const after = chapter.after ?? chapters[i - 1]?.id;
    return !known.has(chapter.id) && (after === undefined || known.has(after));
  });
}

/** Reads on to the end of what happened. */
export function followChapters(chapters: readonly Chapter[], state: ChapterState, history: History): void {
  const { trace } = history;
  let waiting = open(chapters, state.reached);
  for (const { id, when } of waiting) if (when === undefined) state.reached.push({ id, step: 0, at: 0, args: NONE });
  waiting = open(chapters, state.reached);
  for (; state.seen < trace.length && waiting.length > 0; state.seen++) {
    const record = itemAt(trace, state.seen)!;
    let found = false;
    for (const { id, when } of waiting) {
      const args = when?.(record, history);
      if (args === undefined) continue;
      found = true;
      const revision = record.type === 'request' && record.lastRevision >= record.firstRevision ? record.lastRevision : undefined;
      state.reached.push({ id, step: record.step, at: record.at, args, ...(revision === undefined ? {} : { revision }) });
    }
    if (found) waiting = open(chapters, state.reached);
  }
  // In a past that was rewound to, what was seen later stays seen.
  state.seen = Math.max(state.seen, trace.length);
}

/** Forgets what came after a step: another future begins there. */
export function cutChapters(state: ChapterState, step: number, history: History): void {
  while (state.reached.length > 0 && state.reached.at(-1)!.step > step) state.reached.pop();
  let length = Math.min(state.seen, history.trace.length);
  while (length > 0 && itemAt(history.trace, length - 1)!.step > step) length--;
  state.seen = length;
}
