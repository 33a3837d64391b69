const CONTEXT = 3;
type Edit = { readonly kind: ' ' | '-' | '+'; readonly line: string };

/** The shortest way from one list of lines to the other: what both begin and end with is set aside, the rest by longest common subsequence. */
function edits(a: readonly string[], b: readonly string[]): readonly Edit[] {
  let [start, end] = [0, 0];
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [x, y] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const width = y.length + 1;
  const table = new Uint32Array((x.length + 1) * width);
  for (let i = x.length - 1; i >= 0; i--) for (let j = y.length - 1; j >= 0; j--) table[i * width + j] = x[i] === y[j] ? table[(i + 1) * width + j + 1]! + 1 : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!);
  const out: Edit[] = a.slice(0, start).map((line) => ({ kind: ' ', line }));
  let [i, j] = [0, 0];
  while (i < x.length || j < y.length) {
    if (i < x.length && j < y.length && x[i] === y[j]) {
      out.push({ kind: ' ', line: x[i++]! });
      j++;
    } else if (i < x.length && (j >= y.length || table[(i + 1) * width + j]! >= table[i * width + j + 1]!)) out.push({ kind: '-', line: x[i++]! });
    else out.push({ kind: '+', line: y[j++]! });
  }
  out.push(...a.slice(a.length - end).map((line): Edit => ({ kind: ' ', line })));
  return out;
}

/** The hunks of `diff -u`; empty when both texts are the same. */
export function unifiedHunks(before: string, after: string): string {
  const lines = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
  const all = edits(lines(before), lines(after));
  const hunks: string[] = [];
  let at = 0;
  while (at < all.length) {
    const first = all.findIndex((edit, i) => i >= at && edit.kind !== ' ');
    if (first < 0) break;
    const from = Math.max(at, first - CONTEXT);
    let last = first;
    for (let i = first; i < all.length && i - last <= 2 * CONTEXT; i++) if (all[i]!.kind !== ' ') last = i;
    const to = Math.min(all.length, last + CONTEXT + 1);
    const count = (part: readonly Edit[], other: '-' | '+'): number => part.filter((edit) => edit.kind !== other).length;
    const hunk = all.slice(from, to);
    const range = (begin: number, size: number): string => `${size === 0 ? begin : begin + 1}${size === 1 ? '' : `,${size}`}`;
    hunks.push(`@@ -${range(count(all.slice(0, from), '+'), count(hunk, '+'))} +${range(count(all.slice(0, from), '-'), count(hunk, '-'))} @@\n${hunk.map((edit) => `${edit.kind}${edit.line}\n`).join('')}`);
    at = to;
  }
  return hunks.join('');
}
