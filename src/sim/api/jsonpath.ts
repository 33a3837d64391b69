import { compactJson } from './gojson.ts';
import type { Json } from './object.ts';
import { equal, field, isList, isTree, sortedKeys } from './tree.ts';

/** client-go's JSONPath: {.a.b}, {.a[0]}, {.a[*]}, {..a}, {.a[?(@.b=="c")]}, {range .items[*]}...{end}, {"text"}. */
type Part =
  | { readonly do: 'text'; readonly text: string }
  | { readonly do: 'path'; readonly steps: readonly PathStep[] }
  | { readonly do: 'range'; readonly steps: readonly PathStep[]; readonly body: readonly Part[] };
type PathStep =
  | { readonly on: 'field'; readonly name: string }
  | { readonly on: 'every' }
  | { readonly on: 'deep' }
  | { readonly on: 'slice'; readonly from: number | undefined; readonly to: number | undefined; readonly step: number }
  | { readonly on: 'index'; readonly at: number }
  | { readonly on: 'names'; readonly names: readonly string[] }
  | { readonly on: 'filter'; readonly left: Operand; readonly operator: string; readonly right: Operand | undefined };
type Operand = { readonly steps: readonly PathStep[] } | { readonly value: Json };
export type Template = readonly Part[];

export class JsonPathError extends Error {}

function closing(text: string, from: number, open: string, close: string, what: string): number {
  let depth = 0;
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const c = text[i]!;
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === open) depth++;
    else if (c === close && --depth === 0) return i;
  }
  throw new JsonPathError(what);
}

const unquote = (text: string): string => text.slice(1, -1).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : c === 'r' ? '\r' : c));
const quoted = (text: string): boolean => /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')$/.test(text);

function operand(text: string): Operand {
  const trimmed = text.trim();
  if (quoted(trimmed)) return { value: unquote(trimmed) };
  if (/^-?\d+(?:\.\d+)?$/.test(trimmed)) return { value: Number(trimmed) };
  if (trimmed === 'true' || trimmed === 'false') return { value: trimmed === 'true' };
  return { steps: path(trimmed.replace(/^@/, '')) };
}

function bracket(inside: string): PathStep {
  const text = inside.trim();
  if (text === '*') return { on: 'every' };
  // Empty brackets are a slice without ends: the whole list.
  if (text === '') return { on: 'slice', from: undefined, to: undefined, step: 1 };
  if (text.startsWith('?(') && text.endsWith(')')) {
    const condition = text.slice(2, -1);
    const m = /^((?:[^=!<>"']|"[^"]*"|'[^']*')+?)\s*(==|!=|<=|>=|<|>)\s*(.+)$/.exec(condition);
    return m === null ? { on: 'filter', left: operand(condition), operator: 'exists', right: undefined } : { on: 'filter', left: operand(m[1]!), operator: m[2]!, right: operand(m[3]!) };
  }
  const names = text.match(/"[^"]*"|'[^']*'|[^,]+/g) ?? [];
  if (names.length === 1 && text.startsWith("'") && quoted(text)) return { on: 'field', name: unquote(text) };
  if (names.length > 1 && names.every((name) => name.trim().startsWith("'") && quoted(name.trim()))) return { on: 'names', names: names.map((name) => unquote(name.trim())) };
  const m = /^(-?\d*)(?:(:)(-?\d*)(?::(-?\d*))?)?$/.exec(text);
  if (m === null || text === '') throw new JsonPathError(`invalid array index ${names[0]?.trim() ?? text}`);
  if (m[2] === undefined) return { on: 'index', at: Number(m[1]) };
  return { on: 'slice', from: m[1] === '' ? undefined : Number(m[1]), to: m[3] === '' || m[3] === undefined ? undefined : Number(m[3]), step: m[4] === undefined || m[4] === '' ? 1 : Number(m[4]) };
}

function path(text: string): PathStep[] {
  const steps: PathStep[] = [];
  let i = 0;
  while (i < text.length) {
    if (text[i] === '[') {
      const end = closing(text, i, '[', ']', 'unterminated array');
      steps.push(bracket(text.slice(i + 1, end)));
      i = end + 1;
    } else if (text.startsWith('..', i)) {
      steps.push({ on: 'deep' });
      i += text[i + 2] === '[' ? 2 : 1;
    } else if (text[i] === '.' || text[i] === '$' || text[i] === '@' || i === 0) {
      if (text[i] === '.' || text[i] === '$' || text[i] === '@') i++;
      let name = '';
      for (; i < text.length && text[i] !== '.' && text[i] !== '['; i++) {
        if (text[i] === '\\') i++;
        name += text[i] ?? '';
      }
      if (name === '*') steps.push({ on: 'every' });
      else if (name !== '') steps.push({ on: 'field', name: name.trim() });
    } else throw new JsonPathError(`unrecognized character in action: U+${text.charCodeAt(i).toString(16).toUpperCase().padStart(4, '0')} '${text[i]!}'`);
  }
  return steps;
}

export function parseTemplate(source: string): Template {
  const stack: { steps: readonly PathStep[]; parts: Part[] }[] = [{ steps: [], parts: [] }];
  const top = (): Part[] => stack.at(-1)!.parts;
  let i = 0;
  while (i < source.length) {
    const open = source.indexOf('{', i);
    if (open !== i) top().push({ do: 'text', text: source.slice(i, open < 0 ? source.length : open) });
    if (open < 0) break;
    if (source.indexOf(']', open) < 0 && source.indexOf('[', open) >= 0) throw new JsonPathError('unterminated array');
    const end = closing(source, open, '{', '}', 'unclosed action');
    const inside = source.slice(open + 1, end).trim();
    if (quoted(inside)) top().push({ do: 'text', text: unquote(inside) });
    else if (/^range(?![A-Za-z0-9_])/.test(inside)) stack.push({ steps: path(inside.slice(5).trim()), parts: [] });
    else if (inside === 'end') {
      if (stack.length === 1) throw new JsonPathError('not in range, nothing to end');
      const { steps, parts } = stack.pop()!;
      top().push({ do: 'range', steps, body: parts });
    } else top().push({ do: 'path', steps: path(inside) });
    i = end + 1;
  }
  if (stack.length > 1) throw new JsonPathError('range not closed, missing "end"');
  return stack[0]!.parts;
}

function everyBelow(value: Json): Json[] {
  const below = isList(value) ? value : isTree(value) ? sortedKeys(value).map((key) => value[key]!) : [];
  return [value, ...below.flatMap(everyBelow)];
}

function compare(left: readonly Json[], operator: string, right: readonly Json[]): boolean {
  const [a] = left;
  const [b] = right;
  if (a === undefined || b === undefined) return false;
  if (operator === '==') return equal(a, b);
  if (operator === '!=') return !equal(a, b);
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return false;
  const [x, y] = [a, b] as [number, number];
  return operator === '<' ? x < y : operator === '>' ? x > y : operator === '<=' ? x <= y : x >= y;
}

const valuesOf = (value: Operand, at: Json): readonly Json[] => ('value' in value ? [value.value] : walk([at], value.steps));

function walk(from: readonly Json[], steps: readonly PathStep[]): readonly Json[] {
  let values = from;
  for (const step of steps) {
    values = values.flatMap((value): readonly Json[] => {
      switch (step.on) {
        case 'field': {
          const inner = field(value, step.name);
          return inner === undefined ? [] : [inner];
        }
        case 'names':
          return step.names.map((name) => field(value, name)).filter((inner) => inner !== undefined);
        case 'every':
          return isList(value) ? value : isTree(value) ? sortedKeys(value).map((key) => value[key]!) : [];
        case 'deep':
          return everyBelow(value);
        case 'index': {
          if (!isList(value)) return [];
          const at = step.at < 0 ? value.length + step.at : step.at;
          if (at >= value.length || at < 0) throw new JsonPathError(`array index out of bounds: index ${step.at}, length ${value.length}`);
          return [value[at]!];
        }
        case 'slice': {
          if (!isList(value)) return [];
          const place = (n: number | undefined, otherwise: number): number => (n === undefined ? otherwise : Math.min(value.length, Math.max(0, n < 0 ? value.length + n : n)));
          return value.slice(place(step.from, 0), place(step.to, value.length)).filter((_, i) => i % Math.max(1, step.step) === 0);
        }
        case 'filter':
          return (isList(value) ? value : isTree(value) ? [value] : []).filter((item) => {
            const left = valuesOf(step.left, item);
            return step.right === undefined ? left.length > 0 : compare(left, step.operator, valuesOf(step.right, item));
          });
      }
    });
  }
  return values;
}

export const find = (root: Json, template: Template): readonly Json[] => template.flatMap((part) => (part.do === 'path' ? walk([root], part.steps) : []));
export const textOf = (value: Json): string => (typeof value === 'string' ? value : compactJson(value));

function render(root: Json, current: Json, template: Template): string {
  return template
    .map((part) => {
      if (part.do === 'text') return part.text;
      const from = part.steps.length > 0 && current !== root ? current : root;
      const values = walk([from], part.steps);
      return part.do === 'path' ? values.map(textOf).join(' ') : values.map((value) => render(root, value, part.body)).join('');
    })
    .join('');
}
export const execute = (root: Json, template: Template): string => render(root, root, template);

/** The loose form of flags: "x.y", ".x.y", "{.x.y}" are all {.x.y}. */
export function relaxed(expression: string): string {
  const m = /^\{?\.?([^{}]*)\}?$/.exec(expression.trim());
  if (m === null) throw new JsonPathError(`unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`);
  return `{.${m[1]!}}`;
}
