/**
 * A unified diff with three lines around each change, as Python's difflib makes it: the API server prints such diffs into some refusals
 * (k8s.io/apimachinery/pkg/util/diff over go-difflib). The matcher is Ratcliff and Obershelp's, with difflib's rule that in a long text a line
 * that occurs in more than one in a hundred places starts no match.
 */
const CONTEXT = 3;
const LONG = 200;

type Opcode = readonly [tag: 'equal' | 'replace' | 'delete' | 'insert', i1: number, i2: number, j1: number, j2: number];
type Block = readonly [i: number, j: number, size: number];

function places(lines: readonly string[]): Map<string, number[]> {
  const out = new Map<string, number[]>();
  lines.forEach((line, index) => {
    const known = out.get(line);
    if (known === undefined) out.set(line, [index]);
    else known.push(index);
  });
  if (lines.length >= LONG) {
    const limit = Math.floor(lines.length / 100) + 1;
    for (const [line, indexes] of out) if (indexes.length > limit) out.delete(line);
  }
  return out;
}

function longest(a: readonly string[], b: readonly string[], where: ReadonlyMap<string, readonly number[]>, alo: number, ahi: number, blo: number, bhi: number): Block {
  let [besti, bestj, bestsize] = [alo, blo, 0];
  let lengths = new Map<number, number>();
  for (let i = alo; i < ahi; i += 1) {
    const next = new Map<number, number>();
    for (const j of where.get(a[i] ?? '') ?? []) {
      if (j < blo) continue;
      if (j >= bhi) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > bestsize) [besti, bestj, bestsize] = [i - size + 1, j - size + 1, size];
    }
    lengths = next;
  }
  while (besti > alo && bestj > blo && a[besti - 1] === b[bestj - 1]) {
    besti -= 1;
    bestj -= 1;
    bestsize += 1;
  }
  while (besti + bestsize < ahi && bestj + bestsize < bhi && a[besti + bestsize] === b[bestj + bestsize]) bestsize += 1;
  return [besti, bestj, bestsize];
}

function opcodes(a: readonly string[], b: readonly string[]): Opcode[] {
  const where = places(b);
  const blocks: Block[] = [];
  const waiting: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const [alo, ahi, blo, bhi] = one;
    const [i, j, size] = longest(a, b, where, alo, ahi, blo, bhi);
    if (size === 0) continue;
    blocks.push([i, j, size]);
    if (alo < i && blo < j) waiting.push([alo, i, blo, j]);
    if (i + size < ahi && j + size < bhi) waiting.push([i + size, ahi, j + size, bhi]);
  }
  blocks.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  const out: Opcode[] = [];
  let [i, j] = [0, 0];
  for (const [bi, bj, size] of [...blocks, [a.length, b.length, 0] as const]) {
    if (i < bi && j < bj) out.push(['replace', i, bi, j, bj]);
    else if (i < bi) out.push(['delete', i, bi, j, bj]);
    else if (j < bj) out.push(['insert', i, bi, j, bj]);
    if (size > 0) {
      const last = out.at(-1);
      // Two matches that touch are one.
      if (last !== undefined && last[0] === 'equal') out[out.length - 1] = ['equal', last[1], bi + size, last[3], bj + size];
      else out.push(['equal', bi, bi + size, bj, bj + size]);
    }
    i = bi + size;
    j = bj + size;
  }
  return out;
}

function groups(codes: readonly Opcode[]): Opcode[][] {
  const trimmed = codes.map((code, index): Opcode => {
    const [tag, i1, i2, j1, j2] = code;
    if (tag !== 'equal') return code;
    if (index === 0) return [tag, Math.max(i1, i2 - CONTEXT), i2, Math.max(j1, j2 - CONTEXT), j2];
    if (index === codes.length - 1) return [tag, i1, Math.min(i2, i1 + CONTEXT), j1, Math.min(j2, j1 + CONTEXT)];
    return code;
  });
  const out: Opcode[][] = [];
  let group: Opcode[] = [];
  for (const [tag, i1, i2, j1, j2] of trimmed) {
    let [from, fromJ] = [i1, j1];
    if (tag === 'equal' && i2 - i1 > 2 * CONTEXT) {
      group.push([tag, i1, Math.min(i2, i1 + CONTEXT), j1, Math.min(j2, j1 + CONTEXT)]);
      out.push(group);
      group = [];
      [from, fromJ] = [Math.max(i1, i2 - CONTEXT), Math.max(j1, j2 - CONTEXT)];
    }
    group.push([tag, from, i2, fromJ, j2]);
  }
  if (group.length > 0 && !(group.length === 1 && group[0]?.[0] === 'equal')) out.push(group);
  return out;
}

const range = (start: number, stop: number): string => {
  const length = stop - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
};

export function unifiedDiff(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let out = '';
  for (const group of groups(opcodes(a, b))) {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) continue;
    out += `@@ -${range(first[1], last[2])} +${range(first[3], last[4])} @@\n`;
    for (const [tag, i1, i2, j1, j2] of group) {
      if (tag === 'equal') for (const line of a.slice(i1, i2)) out += ` ${line}\n`;
      if (tag === 'replace' || tag === 'delete') for (const line of a.slice(i1, i2)) out += `-${line}\n`;
      if (tag === 'replace' || tag === 'insert') for (const line of b.slice(j1, j2)) out += `+${line}\n`;
    }
  }
  return out;
}
