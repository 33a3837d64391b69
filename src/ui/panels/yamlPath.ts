/**
 * Where a place in a manifest stands, read from the indentation alone: while somebody types, the text is seldom whole YAML. Flow style ({a: 1}) is
 * not looked into.
 */
export interface YamlPlace {
  readonly apiVersion: string;
  readonly kind: string;
  /** The keys above this place, from the object's root; items of lists are no part of it. */
  readonly path: readonly string[];
  /** A key is being written, or the value of one. */
  readonly at: { readonly is: 'key'; readonly from: number; readonly text: string } | { readonly is: 'value'; readonly key: string; readonly from: number; readonly text: string };
  /** The keys that stand beside it already. */
  readonly beside: ReadonlySet<string>;
}

const KEY = /^(\s*(?:- +)*)(?:"([^"]*)"|'([^']*)'|([\w./$-]+))\s*:(?:\s|$)/;
const isBlank = (line: string): boolean => /^\s*(?:#.*)?$/.test(line);

interface Line {
  readonly column: number;
  readonly key: string;
}
function keyOf(line: string): Line | undefined {
  const found = KEY.exec(line);
  return found === null ? undefined : { column: found[1]!.length, key: found[2] ?? found[3] ?? found[4] ?? '' };
}

/** The place at an offset; undefined: outside of any object, or in a comment or a text block. */
export function placeAt(text: string, offset: number): YamlPlace | undefined {
  const start = text.lastIndexOf('\n---', Math.max(0, offset - 1));
  const from = start < 0 ? (text.startsWith('---') ? text.indexOf('\n') + 1 : 0) : text.indexOf('\n', start + 1) + 1;
  if (from > offset || (start >= 0 && from === 0)) return undefined;
  const next = text.indexOf('\n---', from - 1);
  const document = text.slice(from, next < 0 || next < offset ? text.length : next);
  const lines = document.split('\n');
  let at = 0;
  let begin = 0;
  while (at < lines.length - 1 && begin + lines[at]!.length < offset - from) begin += lines[at++]!.length + 1;
  const line = lines[at]!;
  const cursor = offset - from - begin;
  const before = line.slice(0, cursor);
  if (/(?:^|\s)#/.test(before)) return undefined;

  const own = keyOf(line);
  let column: number;
  let place: YamlPlace['at'];
  const colon = own === undefined ? -1 : line.indexOf(':', own.column);
  if (own !== undefined && cursor > colon) {
    const value = /\S*$/.exec(before.slice(colon + 1))?.[0] ?? '';
    place = { is: 'value', key: own.key, from: offset - value.length, text: value };
    column = own.column;
  } else {
    column = /^\s*(?:- +)*(?:-$)?/.exec(before)?.[0].length ?? 0;
    const written = before.slice(column);
    if (!/^[\w./$"'-]*$/.test(written)) return undefined;
    place = { is: 'key', from: offset - written.length, text: written };
  }

  const path: string[] = [];
  const beside = new Set<string>();
  let width = column;
  let isHere = true;
  for (let i = at - 1; i >= 0; i--) {
    const above = lines[i]!;
    if (isBlank(above)) continue;
    const key = keyOf(above);
    if (key === undefined) continue;
    if (key.column < width) {
      // A text block swallows what is indented below it.
      if (/[|>][+-]?\d?\s*$/.test(above)) return undefined;
      path.unshift(key.key);
      width = key.column;
      isHere = false;
    } else if (isHere && key.column === column) beside.add(key.key);
    // Another item of the list begins here: what stands above it is none of this one's.
    if (isHere && key.column === column && /-\s*$/.test(above.slice(0, key.column))) isHere = false;
  }
  if (!/-\s*$/.test(line.slice(0, column))) {
    for (let i = at + 1; i < lines.length; i++) {
      const below = lines[i]!;
      if (isBlank(below)) continue;
      const key = keyOf(below);
      const indent = key?.column ?? /^\s*/.exec(below)![0].length;
      if (indent < column || (indent === column && /-\s*$/.test(below.slice(0, column)))) break;
      if (key !== undefined && key.column === column) beside.add(key.key);
    }
  }
  const root = (name: string): string => new RegExp(`^${name}:[ \\t]*["']?([^"'#\\s]+)`, 'm').exec(document)?.[1] ?? '';
  return { apiVersion: root('apiVersion'), kind: root('kind'), path, at: place, beside };
}
