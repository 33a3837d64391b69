import type { Json } from '../../sim/api/object.ts';
import { compactJson } from '../encode.ts';
import { equal, field, isList, isTree, sortedKeys } from '../tree.ts';
import { usage } from './texts.ts';

/** The jq that people write behind `kubectl get -o json`: paths, pipes, select, map, comparisons, texts put together, objects and lists. */
type Filter = (value: Json) => readonly Json[];

const TOKEN = /"(?:[^"\\]|\\.)*"|\.\.|\.[A-Za-z_]\w*|\/\/|[<>=!]=|[.|,;()[\]{}:+\-*/<>?]|\d+(?:\.\d+)?|\$?[A-Za-z_]\w*/g;
const rank = (value: Json): number => (value === null ? 0 : value === false ? 1 : value === true ? 2 : typeof value === 'number' ? 3 : typeof value === 'string' ? 4 : isList(value) ? 5 : 6);
const compare = (a: Json, b: Json): number => rank(a) - rank(b) || (typeof a === 'number' || typeof a === 'string' ? (a < b! ? -1 : a > b! ? 1 : 0) : compactJson(a) < compactJson(b) ? -1 : equal(a, b) ? 0 : 1);
const truth = (value: Json | undefined): boolean => value !== undefined && value !== null && value !== false;

const add = (a: Json, b: Json): Json => {
  if (a === null) return b;
  if (b === null) return a;
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (isList(a) && isList(b)) return [...a, ...b];
  if (isTree(a) && isTree(b)) return { ...a, ...b };
  throw usage(`jq: error: ${compactJson(a)} and ${compactJson(b)} cannot be added`);
};
const contains = (a: Json, b: Json): boolean =>
  typeof a === 'string' && typeof b === 'string' ? a.includes(b) : isList(a) && isList(b) ? b.every((one) => a.some((other) => contains(other, one))) : isTree(a) && isTree(b) ? Object.keys(b).every((key) => Object.hasOwn(a, key) && contains(a[key]!, b[key]!)) : equal(a, b);
const each = (value: Json): readonly Json[] => {
  if (isList(value)) return value;
  if (isTree(value)) return Object.keys(value).map((key) => value[key]!);
  throw usage(`jq: error: Cannot iterate over ${value === null ? 'null' : typeof value}`);
};
const at = (value: Json, key: Json): Json => {
  if (value === null) return null;
  if (typeof key === 'number' && isList(value)) return value[key < 0 ? value.length + key : key] ?? null;
  if (typeof key === 'string' && isTree(value)) return field(value, key) ?? null;
  throw usage(`jq: error: Cannot index ${isList(value) ? 'array' : typeof value} with ${JSON.stringify(key)}`);
};
const deep = (value: Json): readonly Json[] => [value, ...(isList(value) || isTree(value) ? each(value).flatMap(deep) : [])];

export function parseJq(source: string): Filter {
  const tokens = source.match(TOKEN) ?? [];
  let place = 0;
  const peek = (): string | undefined => tokens[place];
  const eat = (token: string): boolean => {
    if (peek() !== token) return false;
    place++;
    return true;
  };
  const need = (token: string): void => {
    if (!eat(token)) throw usage(`jq: error: syntax error, unexpected ${peek() ?? 'end'}, expecting ${token}`);
  };
  const pipe = (): Filter => {
    const left = comma();
    if (!eat('|')) return left;
    const right = pipe();
    return (value) => left(value).flatMap(right);
  };
  const comma = (): Filter => {
    const left = other();
    if (!eat(',')) return left;
    const right = comma();
    return (value) => [...left(value), ...right(value)];
  };
  const both = (left: Filter, right: Filter, run: (a: Json, b: Json) => Json): Filter => (value) => left(value).flatMap((a) => right(value).map((b) => run(a, b)));
  const other = (): Filter => {
    const left = either();
    if (!eat('//')) return left;
    const right = other();
    return (value) => {
      const good = left(value).filter(truth);
      return good.length > 0 ? good : right(value);
    };
  };
  const either = (): Filter => {
    let left = test();
    while (peek() === 'and' || peek() === 'or') left = both(left, (place++, test()), tokens[place - 1] === 'and' ? (a, b) => truth(a) && truth(b) : (a, b) => truth(a) || truth(b));
    return left;
  };
  const test = (): Filter => {
    const left = terms();
    const operator = peek();
    if (operator === undefined || !['==', '!=', '<', '>', '<=', '>='].includes(operator)) return left;
    place++;
    return both(left, terms(), (a, b) => (operator === '==' ? equal(a, b) : operator === '!=' ? !equal(a, b) : operator === '<' ? compare(a, b) < 0 : operator === '>' ? compare(a, b) > 0 : operator === '<=' ? compare(a, b) <= 0 : compare(a, b) >= 0));
  };
  const terms = (): Filter => {
    let left = factors();
    for (;;) {
      if (eat('+')) left = both(left, factors(), add);
      else if (eat('-')) left = both(left, factors(), (a, b) => (isList(a) && isList(b) ? a.filter((one) => !b.some((x) => equal(x, one))) : Number(a) - Number(b)));
      else return left;
    }
  };
  const factors = (): Filter => {
    let left = postfix();
    for (;;) {
      if (eat('*')) left = both(left, postfix(), (a, b) => Number(a) * Number(b));
      else if (eat('/')) left = both(left, postfix(), (a, b) => (typeof a === 'string' && typeof b === 'string' ? a.split(b) : Number(a) / Number(b)));
      else return left;
    }
  };
  const postfix = (): Filter => {
    let left = atom();
    for (;;) {
      const token = peek();
      if (token !== undefined && /^\.[A-Za-z_]/.test(token)) {
        place++;
        left = through(left, (value) => [at(value, token.slice(1))]);
      } else if (token === '.' && tokens[place + 1]?.startsWith('"') === true) {
        const key = JSON.parse(tokens[place + 1]!) as string;
        place += 2;
        left = through(left, (value) => [at(value, key)]);
      } else if (token === '[' || (token === '.' && tokens[place + 1] === '[')) {
        place += token === '.' ? 2 : 1;
        left = brackets(left);
      } else if (eat('?')) {
        const inner = left;
        left = (value) => {
          try {
            return inner(value);
          } catch {
            return [];
          }
        };
      } else return left;
    }
  };
  const through = (left: Filter, right: Filter): Filter => (value) => left(value).flatMap(right);
  const brackets = (left: Filter): Filter => {
    if (eat(']')) return through(left, each);
    const from = peek() === ':' ? undefined : pipe();
    if (eat(':')) {
      const to = peek() === ']' ? undefined : pipe();
      need(']');
      return (value) => left(value).map((one) => (one as string).slice(Number(from?.(value)[0] ?? 0), to === undefined ? undefined : Number(to(value)[0])));
    }
    need(']');
    return (value) => left(value).flatMap((one) => from!(value).map((key) => at(one, key)));
  };
  const atom = (): Filter => {
    const token = tokens[place++];
    if (token === undefined) throw usage('jq: error: syntax error, unexpected end of the filter');
    if (token === '.') {
      if (peek()?.startsWith('"') === true) {
        const key = JSON.parse(tokens[place++]!) as string;
        return (value) => [at(value, key)];
      }
      return (value) => [value];
    }
    if (token === '..') return deep;
    if (/^\.[A-Za-z_]/.test(token)) return (value) => [at(value, token.slice(1))];
    if (token.startsWith('"')) {
      const parts = token.slice(1, -1).split(/\\\(([^()]*(?:\([^()]*\)[^()]*)*)\)/);
      const filters = parts.map((part, i): Filter => (i % 2 === 0 ? () => [JSON.parse(`"${part}"`) as string] : parseJq(part)));
      return (value) => [filters.map((one) => one(value).map((x) => (typeof x === 'string' ? x : compactJson(x))).join('')).join('')];
    }
    if (/^\d/.test(token)) return () => [Number(token)];
    if (token === '-') {
      const inner = postfix();
      return (value) => inner(value).map((one) => -Number(one));
    }
    if (token === '(') {
      const inner = pipe();
      need(')');
      return inner;
    }
    if (token === '[') {
      if (eat(']')) return () => [[]];
      const inner = pipe();
      need(']');
      return (value) => [inner(value)];
    }
    if (token === '{') {
      const entries: { key: Filter; value: Filter }[] = [];
      while (!eat('}')) {
        const name = tokens[place++] ?? '';
        const key: Filter = name === '(' ? ((): Filter => {
          const inner = pipe();
          need(')');
          return inner;
        })() : () => [name.startsWith('"') ? (JSON.parse(name) as string) : name];
        entries.push({ key, value: eat(':') ? other() : (value) => [at(value, name)] });
        eat(',');
      }
      return (value) => entries.reduce<readonly Json[]>((all, entry) => all.flatMap((one) => entry.value(value).map((x) => ({ ...(one as object), [String(entry.key(value)[0])]: x }))), [{}]);
    }
    if (token === 'if') {
      const test2 = pipe();
      need('then');
      const yes = pipe();
      const no: Filter = eat('else') ? pipe() : (value) => [value];
      need('end');
      return (value) => test2(value).flatMap((one) => (truth(one) ? yes(value) : no(value)));
    }
    const args: Filter[] = [];
    if (eat('(')) {
      do args.push(pipe()); while (eat(';'));
      need(')');
    }
    const run = FUNCTIONS[token];
    if (run === undefined || !Object.hasOwn(FUNCTIONS, token)) throw usage(`jq: error: ${token}/${args.length} is not known to this small jq`);
    return (value) => run(value, args);
  };
  const filter = pipe();
  if (peek() !== undefined) throw usage(`jq: error: syntax error, unexpected ${peek()!}`);
  return filter;
}

const first = (filter: Filter | undefined, value: Json): Json => filter?.(value)[0] ?? null;
const list = (value: Json): readonly Json[] => (isList(value) ? value : []);
const by = (value: Json, filter: Filter | undefined): readonly Json[] => [...list(value)].sort((a, b) => compare(first(filter, a), first(filter, b)));
const FUNCTIONS: Readonly<Record<string, (value: Json, args: readonly Filter[]) => readonly Json[]>> = {
  true: () => [true], false: () => [false], null: () => [null], empty: () => [], not: (value) => [!truth(value)],
  select: (value, [test]) => (test!(value).some(truth) ? [value] : []), map: (value, [run]) => [each(value).flatMap(run!)],
  length: (value) => [value === null ? 0 : typeof value === 'string' || isList(value) ? value.length : isTree(value) ? Object.keys(value).length : Number(value)],
  keys: (value) => [isTree(value) ? sortedKeys(value) : list(value).map((_, i) => i)], values: (value) => (value === null ? [] : [value]), has: (value, [key]) => [isTree(value) ? Object.hasOwn(value, String(first(key, value))) : list(value).length > Number(first(key, value))],
  contains: (value, [part]) => [contains(value, first(part, value))], test: (value, [shape]) => [new RegExp(String(first(shape, value))).test(String(value))], startswith: (value, [text]) => [String(value).startsWith(String(first(text, value)))], endswith: (value, [text]) => [String(value).endsWith(String(first(text, value)))],
  split: (value, [text]) => [String(value).split(String(first(text, value)))], join: (value, [text]) => [list(value).map((one) => (one === null ? '' : typeof one === 'string' ? one : compactJson(one))).join(String(first(text, value)))],
  add: (value) => [each(value).reduce(add, null)], sort: (value) => [[...list(value)].sort(compare)], sort_by: (value, [filter]) => [by(value, filter)], reverse: (value) => [[...list(value)].reverse()], unique: (value) => [[...list(value)].sort(compare).filter((one, i, all) => i === 0 || !equal(one, all[i - 1]))],
  group_by: (value, [filter]) => [by(value, filter).reduce<Json[][]>((groups, one) => {
    if (groups.length > 0 && equal(first(filter, groups.at(-1)![0]!), first(filter, one))) groups.at(-1)!.push(one);
    else groups.push([one]);
    return groups;
  }, [])],
  first: (value, [filter]) => (filter === undefined ? [at(value, 0)] : filter(value).slice(0, 1)), last: (value) => [at(value, -1)], any: (value, [filter]) => [each(value).some((one) => truth(filter === undefined ? one : first(filter, one)))], all: (value, [filter]) => [each(value).every((one) => truth(filter === undefined ? one : first(filter, one)))],
  min: (value) => [[...list(value)].sort(compare)[0] ?? null], max: (value) => [[...list(value)].sort(compare).at(-1) ?? null], tostring: (value) => [typeof value === 'string' ? value : compactJson(value)], tonumber: (value) => [Number(value)], type: (value) => [value === null ? 'null' : isList(value) ? 'array' : isTree(value) ? 'object' : typeof value],
  to_entries: (value) => [Object.entries(value as object).map(([key, one]) => ({ key, value: one as Json }))], from_entries: (value) => [Object.fromEntries(list(value).map((one) => [String(field(one, 'key') ?? field(one, 'name')), field(one, 'value') ?? null]))], del: (value) => [value],
  ascii_downcase: (value) => [String(value).toLowerCase()], ascii_upcase: (value) => [String(value).toUpperCase()], range: (value, [to]) => Array.from({ length: Math.min(100_000, Number(first(to, value))) }, (_, i) => i),
};
