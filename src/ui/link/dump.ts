/**
 * Reads what somebody pastes: a dump of a whole cluster as YAML or JSON, or a few manifests. A dump of 20 MB is cut at its items before it is parsed, so
 * that a parser never holds all of it, other asks are heard in between, and an error spoils one object and not all. The cuts are sound: what stands in
 * column 0 belongs to no scalar, and `---` there ends a document wherever it comes.
 */
import { CORE_SCHEMA, load, Type, YAMLException } from 'js-yaml';
import type { Tree } from '../../sim/api/tree.ts';

export const MOST_CHARACTERS = 20_000_000;
const MOST_DEPTH = 100;
/** Of all values together: an alias that stands for a thousand counts a thousand times. */
const MOST_VALUES = 4_000_000;
/** One wrong file can be wrong in every line: more than these help nobody. */
const MOST_PROBLEMS = 200;
const PIECES_IN_A_SLICE = 20;
/** Timestamps stay text, as in JSON; `<<` merges, as the parser knows it by its tag. */
const SCHEMA = CORE_SCHEMA.extend({ implicit: [new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (value: unknown) => value === '<<' || value === null })] });

export interface Place {
  /** Its first line in what was pasted, from 1, and that piece of it. */
  readonly line: number;
  readonly text: string;
  /** How deep the object lies in its piece. */
  readonly prefix: string;
}
export interface ReadObject {
  readonly object: Tree;
  readonly place: Place;
}
export interface Unread {
  readonly line: number;
  /** In the parser's words, or (with a code) in Orrery's own. */
  readonly message: string;
  readonly limit?: { readonly code: string; readonly args: Readonly<Record<string, string | number>> };
}
export interface Dump {
  readonly objects: readonly ReadObject[];
  readonly unread: readonly Unread[];
}

interface Piece {
  readonly line: number;
  readonly text: string;
  /** An item of a list's text: it parses to a list of one. */
  readonly item: boolean;
}

function* documentsOf(text: string): Generator<{ readonly line: number; readonly text: string }> {
  const mark = /^---(?:[ \t].*)?\r?$|^\.\.\.[ \t]*\r?$/gm;
  let from = 0;
  let line = 1;
  for (;;) {
    const found = mark.exec(text);
    const to = found?.index ?? text.length;
    const part = text.slice(from, to);
    yield { line, text: part };
    if (found === null) return;
    line += linesIn(part);
    // What stands behind the mark on its line belongs to the document: the mark becomes blanks.
    from = to + 3;
  }
}
function linesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The items of a list, each as a piece of its own; undefined: it is no list as kubectl prints one. */
function* itemsOf(line: number, text: string): Generator<Piece> {
  const start = /^items:[ \t]*\r?\n(?=- )/m.exec(text);
  // An alias may refer to an earlier item: then all is read at once.
  if (start === null || !/^kind: [A-Za-z]*List\r?$/m.test(text) || / [&*][A-Za-z0-9_-]+\r?$/m.test(text)) return yield { line, text, item: false };
  const begin = start.index + start[0].length;
  let from = begin;
  let at = line + linesIn(text.slice(0, begin));
  const next = /^(?! |\r?\n|#)/gm;
  next.lastIndex = begin + 1;
  for (;;) {
    const found = next.exec(text);
    const to = found?.index ?? text.length;
    const part = text.slice(from, to);
    if (part.startsWith('- ')) yield { line: at, text: part, item: true };
    if (found === null) return;
    // An empty match stays where it is.
    next.lastIndex = to + 1;
    at += linesIn(part);
    from = to;
  }
}

/** Of one text as JSON: where the elements of "items" begin, or the whole. */
function* jsonPieces(text: string): Generator<Piece> {
  const begin = text.search(/\S/);
  const array = text[begin] === '[';
  let depth = 0;
  let from = -1;
  let line = 1;
  let lineFrom = 1;
  let inItems = array;
  let found = false;
  let key = '';
  for (let i = begin; i < text.length; i++) {
    const c = text[i];
    if (c === '\n') line++;
    else if (c === '"') {
      const start = i + 1;
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
      if (depth === 1) key = text.slice(start, i);
    } else if (c === '{' || c === '[') {
      depth++;
      if (!array && depth === 2) inItems = c === '[' && key === 'items';
      if (c === '{' && inItems && depth === (array ? 2 : 3)) [from, lineFrom, found] = [i, line, true];
    } else if (c === '}' || c === ']') {
      if (from >= 0 && depth === (array ? 2 : 3)) {
        yield { line: lineFrom, text: text.slice(from, i + 1), item: false };
        from = -1;
      }
      if (!array && depth === 2) inItems = false;
      depth--;
    }
  }
  if (!found) yield { line: 1, text, item: false };
}

function piecesOf(text: string): Iterable<Piece> {
  const begin = /^\s*[{[]/.test(text);
  if (begin && looksLikeJson(text)) return jsonPieces(text);
  return (function* () {
    for (const document of documentsOf(text)) yield* itemsOf(document.line, document.text);
  })();
}
function looksLikeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // A flow mapping of YAML, or broken: the YAML parser names the line.
    return false;
  }
}

class TooMuch extends Error {
  constructor(readonly code: 'limit.depth' | 'limit.values') {
    super(code);
  }
}

/** Plain JSON of what was parsed: aliases are written out, up to a limit. */
function plain(value: unknown, budget: { left: number }, depth = 0): unknown {
  if (depth > MOST_DEPTH) throw new TooMuch('limit.depth');
  if (--budget.left < 0) throw new TooMuch('limit.values');
  if (Array.isArray(value)) return value.map((item) => plain(item, budget, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, budget, depth + 1)]));
}

export async function readDump(text: string, breathe: () => Promise<void>, isWanted: () => boolean): Promise<Dump> {
  const objects: ReadObject[] = [];
  const unread: Unread[] = [];
  const budget = { left: MOST_VALUES };
  let pieces = 0;
  for (const cut of piecesOf(text)) {
    // A piece begins with its first line of content.
    const lead = /^(?:[ \t]*(?:#.*)?\r?\n)*/.exec(cut.text)![0];
    const piece: Piece = { ...cut, line: cut.line + linesIn(lead), text: cut.text.slice(lead.length) };
    if (++pieces % PIECES_IN_A_SLICE === 0) {
      await breathe();
      if (!isWanted()) break;
    }
    if (unread.length >= MOST_PROBLEMS) break;
    if (piece.text.trim() === '' || /^[ \t]*#[^\n]*$/.test(piece.text)) continue;
    let value: unknown;
    try {
      value = plain(load(piece.text, { schema: SCHEMA }), budget);
    } catch (error) {
      if (error instanceof TooMuch) {
        unread.push({ line: piece.line, message: '', limit: { code: error.code, args: { most: error.code === 'limit.depth' ? MOST_DEPTH : MOST_VALUES } } });
        // What unfolds without end is not looked at again.
        if (error.code === 'limit.values') break;
        continue;
      }
      const at = error instanceof YAMLException ? error.mark : undefined;
      const line = piece.line + (at?.line ?? 0);
      if (error instanceof YAMLException && error.reason.includes('maxDepth')) unread.push({ line, message: '', limit: { code: 'limit.depth', args: { most: MOST_DEPTH } } });
      else unread.push({ line, message: `yaml: line ${line}: ${error instanceof YAMLException ? error.reason : String(error)}` });
      continue;
    }
    if (value === null || value === undefined) continue;
    const { line } = piece;
    const take = (one: unknown, prefix: string): void => {
      if (typeof one !== 'object' || one === null || Array.isArray(one)) {
        unread.push({ line, message: 'error validating data: not an object' });
        return;
      }
      const { kind, items } = one as { readonly kind?: unknown; readonly items?: unknown };
      if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
        for (const [i, item] of items.entries()) take(item, `${prefix === '' ? '' : `${prefix}.`}items[${i}]`);
      } else objects.push({ object: one as Tree, place: { line, text: piece.text, prefix } });
    };
    if (piece.item && Array.isArray(value)) take(value[0], '[0]');
    else if (Array.isArray(value)) for (const [i, item] of value.entries()) take(item, `[${i}]`);
    else take(value, '');
  }
  return { objects, unread };
}
