/** Completion indexes as the status writes them: "0-3,5,7,8" (pkg/controller/job/indexed_job_utils.go). */

export interface Interval {
  readonly first: number;
  readonly last: number;
}
export type Intervals = readonly Interval[];

const whole = (text: string): number | undefined => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined);

/** What cannot be read is left out; what is not below `completions` too. */
export function parseIndexes(text: string, completions: number): Intervals {
  const result: Interval[] = [];
  if (text === '') return result;
  for (const part of text.split(',')) {
    const [from, to] = part.split('-');
    const first = whole(from ?? '');
    if (first === undefined) continue;
    if (first >= completions) break;
    const end = to === undefined ? first : whole(to);
    if (end === undefined) continue;
    const last = Math.min(end, completions - 1);
    const before = result.at(-1);
    if (before !== undefined && before.last === first - 1) result[result.length - 1] = { first: before.first, last };
    else result.push({ first, last });
  }
  return result;
}

export function formatIndexes(intervals: Intervals): string {
  return intervals.map(({ first, last }) => (last === first ? String(first) : last === first + 1 ? `${first},${last}` : `${first}-${last}`)).join(',');
}

export function merge(a: Intervals, b: Intervals): Intervals {
  const result: Interval[] = [];
  for (const interval of [...a, ...b].sort((x, y) => x.first - y.first)) {
    const before = result.at(-1);
    if (before === undefined || interval.first > before.last + 1) result.push(interval);
    else if (before.last < interval.last) result[result.length - 1] = { first: before.first, last: interval.last };
  }
  return result;
}
export const withIndexes = (intervals: Intervals, indexes: Iterable<number>): Intervals => merge(intervals, [...new Set(indexes)].sort((a, b) => a - b).map((index) => ({ first: index, last: index })));
export const total = (intervals: Intervals): number => intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);
export const hasIndex = (intervals: Intervals, index: number): boolean => intervals.some(({ first, last }) => first <= index && index <= last);

/** The first `count` indexes below `completions` that are in none of the intervals. */
export function firstOutside(intervals: Intervals, count: number, completions: number): readonly number[] {
  const result: number[] = [];
  let candidate = 0;
  for (const { first, last } of intervals) {
    for (; candidate < completions && result.length < count && candidate < first; candidate++) result.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  for (; candidate < completions && result.length < count; candidate++) result.push(candidate);
  return result;
}

/** How many indexes are in both. */
export function overlap(a: Intervals, b: Intervals): number {
  let sum = 0;
  for (const x of a) for (const y of b) sum += Math.max(0, Math.min(x.last, y.last) - Math.max(x.first, y.first) + 1);
  return sum;
}
