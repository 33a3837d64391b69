import type { Json } from '../sim/api/object.ts';
import { fromBase64 } from './base64.ts';
import { compactJson } from './encode.ts';
import { field, isList, isTree, sortedKeys } from './tree.ts';

/** Go's text/template over JSON, as far as kubectl's -o go-template needs it: fields, pipelines, if, with, range, variables, and the usual functions. */
export class TemplateError extends Error {}

type Node =
  | { readonly do: 'text'; readonly text: string }
  | { readonly do: 'print'; readonly pipe: Pipe }
  | { readonly do: 'if' | 'with' | 'range'; readonly pipe: Pipe; readonly body: readonly Node[]; readonly otherwise: readonly Node[] };
interface Pipe {
  readonly set: readonly string[];
  readonly declares: boolean;
  readonly commands: readonly (readonly Operand[])[];
}
type Operand =
  | { readonly is: 'value'; readonly value: Json }
  | { readonly is: 'path'; readonly from: string; readonly names: readonly string[] }
  | { readonly is: 'word'; readonly word: string }
  | { readonly is: 'pipe'; readonly pipe: Pipe; readonly names: readonly string[] };

const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)*'|:=|=|\||\(|\)|,|-?\d+(?:\.\d+)?|\$?[\w]*(?:\.[\w-]+)*\.?[\w-]*|./gy;
const words = (text: string): string[] => (text.match(TOKEN) ?? []).filter((token) => token.trim() !== '');

class Reader {
  #at = 0;
  constructor(private readonly tokens: readonly string[]) {}
  get next(): string | undefined {
    return this.tokens[this.#at];
  }
  take(): string {
    return this.tokens[this.#at++] ?? '';
  }
  pipe(): Pipe {
    const set: string[] = [];
    let declares = false;
    const rest = this.tokens.slice(this.#at);
    const sign = rest.findIndex((token) => token === ':=' || token === '=');
    if (sign > 0 && rest.slice(0, sign).every((token) => token === ',' || /^\$\w+$/.test(token))) {
      set.push(...rest.slice(0, sign).filter((token) => token !== ','));
      declares = rest[sign] === ':=';
      this.#at += sign + 1;
    }
    const commands: Operand[][] = [[]];
    while (this.next !== undefined && this.next !== ')') {
      if (this.next === '|') {
        this.take();
        commands.push([]);
      } else commands.at(-1)!.push(this.operand());
    }
    return { set, declares, commands };
  }
  operand(): Operand {
    const token = this.take();
    if (token === '(') {
      const pipe = this.pipe();
      if (this.take() !== ')') throw new TemplateError('unclosed left paren');
      const names: string[] = [];
      if (this.next?.startsWith('.') === true) names.push(...this.take().split('.').filter((name) => name !== ''));
      return { is: 'pipe', pipe, names };
    }
    if (token.startsWith('"')) return { is: 'value', value: JSON.parse(token.replace(/\\a/g, '\\u0007')) as string };
    if (token.startsWith('`')) return { is: 'value', value: token.slice(1, -1) };
    if (/^-?\d/.test(token)) return { is: 'value', value: Number(token) };
    if (token === 'true' || token === 'false') return { is: 'value', value: token === 'true' };
    if (token === 'nil') return { is: 'value', value: null };
    if (token.startsWith('.') || token.startsWith('$')) {
      const [from = '', ...names] = token.split('.');
      return { is: 'path', from, names: names.filter((name) => name !== '') };
    }
    if (/^\w+$/.test(token)) return { is: 'word', word: token };
    throw new TemplateError(`unexpected ${JSON.stringify(token)} in operand`);
  }
}

export function parseGoTemplate(source: string): readonly Node[] {
  const pieces: { text?: string; action?: string }[] = [];
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('{{', at);
    if (open < 0) {
      pieces.push({ text: source.slice(at) });
      break;
    }
    const close = source.indexOf('}}', open);
    if (close < 0) throw new TemplateError('unclosed action');
    let text = source.slice(at, open);
    let action = source.slice(open + 2, close);
    at = close + 2;
    if (/^-\s/.test(action)) {
      text = text.trimEnd();
      action = action.slice(1);
    }
    pieces.push({ text });
    if (/\s-$/.test(action)) {
      action = action.slice(0, -1);
      at += /^\s*/.exec(source.slice(at))![0].length;
    }
    pieces.push({ action: action.trim() });
  }
  let place = 0;
  const block = (): { nodes: Node[]; end: string } => {
    const nodes: Node[] = [];
    while (place < pieces.length) {
      const { text, action } = pieces[place++]!;
      if (text !== undefined) {
        if (text !== '') nodes.push({ do: 'text', text });
        continue;
      }
      const [head = '', ...rest] = words(action!);
      if (head.startsWith('/*')) continue;
      if (head === 'end' || head === 'else') return { nodes, end: action! };
      if (head === 'if' || head === 'with' || head === 'range') nodes.push(branch(head, rest));
      else nodes.push({ do: 'print', pipe: new Reader([head, ...rest]).pipe() });
    }
    return { nodes, end: '' };
  };
  const branch = (kind: 'if' | 'with' | 'range', tokens: readonly string[]): Node => {
    const pipe = new Reader(tokens).pipe();
    const { nodes, end } = block();
    let otherwise: Node[] = [];
    if (end === '') throw new TemplateError('unexpected EOF');
    const [, next, ...more] = words(end);
    if (next === 'if' || next === 'with') otherwise = [branch(next, more)];
    else if (end.startsWith('else')) otherwise = block().nodes;
    return { do: kind, pipe, body: nodes, otherwise };
  };
  const { nodes, end } = block();
  if (end !== '') throw new TemplateError(`unexpected {{${end}}}`);
  return nodes;
}

/** Go prints maps as map[a:1 b:2], lists as [a b], and what is absent as <no value>. */
const goText = (value: Json | undefined): string => {
  if (value === undefined || value === null) return '<no value>';
  if (isList(value)) return `[${value.map((one) => goText(one)).join(' ')}]`;
  return isTree(value) ? `map[${sortedKeys(value).map((key) => `${key}:${goText(value[key])}`).join(' ')}]` : String(value);
};
const truth = (value: Json | undefined): boolean => value !== undefined && value !== null && value !== false && value !== 0 && value !== '' && !(isList(value) && value.length === 0) && !(isTree(value) && Object.keys(value).length === 0);

function format(args: readonly (Json | undefined)[]): string {
  let i = 1;
  return String(args[0] ?? '').replace(/%([-+# 0]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g, (_, flags: string, width: string, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    const value = args[i++];
    let text = verb === 'q' ? JSON.stringify(String(value ?? '')) : verb === 'f' ? Number(value).toFixed(precision === undefined ? 6 : Number(precision)) : goText(value);
    if (precision !== undefined && verb === 's') text = text.slice(0, Number(precision));
    return flags.includes('-') ? text.padEnd(Number(width)) : text.padStart(Number(width), flags.includes('0') ? '0' : ' ');
  });
}

const order = (a: Json | undefined, b: Json | undefined): number => {
  const [x, y] = [a ?? null, b ?? null];
  if (typeof x !== typeof y || (typeof x !== 'number' && typeof x !== 'string')) throw new TemplateError('incompatible types for comparison');
  return x < y! ? -1 : x > y! ? 1 : 0;
};
const FUNCTIONS: Readonly<Record<string, (...args: readonly (Json | undefined)[]) => Json | undefined>> = {
  len: (value) => (typeof value === 'string' || isList(value) ? value.length : isTree(value) ? Object.keys(value).length : 0),
  index: (value, ...keys) => keys.reduce<Json | undefined>((at, key) => (isList(at) && typeof key === 'number' ? at[key] : field(at, String(key))), value),
  eq: (a, ...others) => others.some((b) => compactJson(a ?? null) === compactJson(b ?? null)),
  ne: (a, b) => compactJson(a ?? null) !== compactJson(b ?? null),
  lt: (a, b) => order(a, b) < 0, le: (a, b) => order(a, b) <= 0, gt: (a, b) => order(a, b) > 0, ge: (a, b) => order(a, b) >= 0,
  not: (value) => !truth(value), and: (...all) => all.find((one) => !truth(one)) ?? all.at(-1), or: (...all) => all.find(truth) ?? all.at(-1),
  print: (...all) => all.map(goText).join(''), println: (...all) => `${all.map(goText).join(' ')}\n`, printf: (...all) => format(all),
  base64decode: (value) => fromBase64(String(value ?? '')) ?? '', exists: (value, ...keys) => FUNCTIONS.index!(value, ...keys) !== undefined,
  html: (value) => goText(value), js: (value) => goText(value), urlquery: (value) => goText(value), slice: (value, from, to) => (typeof value === 'string' || isList(value) ? value.slice(Number(from ?? 0), to === undefined ? undefined : Number(to)) : value),
};

interface Scope {
  readonly names: Map<string, Json | undefined>;
  readonly outer: Scope | undefined;
}
const lookup = (scope: Scope | undefined, name: string): Json | undefined => {
  for (let at = scope; at !== undefined; at = at.outer) if (at.names.has(name)) return at.names.get(name);
  throw new TemplateError(`undefined variable ${JSON.stringify(name)}`);
};

export function executeGoTemplate(nodes: readonly Node[], root: Json): string {
  const down = (value: Json | undefined, names: readonly string[]): Json | undefined => names.reduce<Json | undefined>((at, name) => {
    if (at !== undefined && at !== null && !isTree(at)) throw new TemplateError(`can't evaluate field ${name} in type ${isList(at) ? '[]interface {}' : typeof at}`);
    return field(at, name);
  }, value);
  const evaluate = (operand: Operand, dot: Json | undefined, scope: Scope): Json | undefined => {
    switch (operand.is) {
      case 'value':
        return operand.value;
      case 'path':
        return down(operand.from === '' ? dot : operand.from === '$' ? root : lookup(scope, operand.from), operand.names);
      case 'pipe':
        return down(run(operand.pipe, dot, scope), operand.names);
      case 'word':
        return call(operand.word, []);
    }
  };
  const call = (name: string, args: readonly (Json | undefined)[]): Json | undefined => {
    if (!Object.hasOwn(FUNCTIONS, name)) throw new TemplateError(`function ${JSON.stringify(name)} not defined`);
    return FUNCTIONS[name]!(...args);
  };
  const run = (pipe: Pipe, dot: Json | undefined, scope: Scope, assign = true): Json | undefined => {
    let value: Json | undefined;
    pipe.commands.forEach((command, i) => {
      const [head, ...rest] = command;
      if (head === undefined) throw new TemplateError('missing value for command');
      const args = rest.map((one) => evaluate(one, dot, scope));
      value = head.is === 'word' ? call(head.word, [...args, ...(i === 0 ? [] : [value])]) : evaluate(head, dot, scope);
    });
    if (assign) for (const name of pipe.set) put(scope, name, value, pipe.declares);
    return value;
  };
  const put = (scope: Scope, name: string, value: Json | undefined, declares: boolean): void => {
    let at: Scope | undefined = scope;
    while (!declares && at !== undefined && !at.names.has(name)) at = at.outer;
    (at ?? scope).names.set(name, value);
  };
  const walk = (list: readonly Node[], dot: Json | undefined, scope: Scope): string =>
    list.map((node) => {
      if (node.do === 'text') return node.text;
      if (node.do === 'print') {
        const value = run(node.pipe, dot, scope);
        return node.pipe.set.length > 0 ? '' : goText(value);
      }
      const inner: Scope = { names: new Map(), outer: scope };
      const value = run(node.pipe, dot, inner, node.do !== 'range');
      if (node.do !== 'range') return truth(value) ? walk(node.body, node.do === 'with' ? value : dot, inner) : walk(node.otherwise, dot, inner);
      const entries: readonly (readonly [Json, Json])[] = isList(value) ? value.map((one, i) => [i, one]) : isTree(value) ? sortedKeys(value).map((key) => [key, value[key]!]) : [];
      if (entries.length === 0) return walk(node.otherwise, dot, inner);
      return entries.map(([key, one]) => {
        const [first, second] = node.pipe.set;
        if (first !== undefined) inner.names.set(first, second === undefined ? one : key);
        if (second !== undefined) inner.names.set(second, one);
        return walk(node.body, one, inner);
      }).join('');
    }).join('');
  return walk(nodes, root, { names: new Map(), outer: undefined });
}
