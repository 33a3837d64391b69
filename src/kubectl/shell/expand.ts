import type { Run } from '../steps.ts';
import type { Script, Word } from './parse.ts';
import { ShellSyntaxError } from './parse.ts';

export interface Names {
  readonly get: (name: string) => string | undefined;
  readonly set: (name: string, value: string) => void;
  /** The paths that a pattern with * or ? stands for. */
  readonly glob: (pattern: string) => readonly string[];
  /** Runs commands and gives what they wrote. */
  readonly output: (script: Script) => Run<string>;
}

/** a{b,c}d and x{1..3}, in words that are not quoted. */
function braces(text: string): readonly string[] {
  const range = /^(.*?)\{(-?\d+)\.\.(-?\d+)\}(.*)$/s.exec(text);
  if (range !== null) {
    const [, before = '', from, to, after = ''] = range;
    const [low, high] = [Number(from), Number(to)];
    if (Math.abs(high - low) > 10_000) throw new ShellSyntaxError(`{${low}..${high}} has more than 10000 words`);
    const numbers = Array.from({ length: Math.abs(high - low) + 1 }, (_, i) => (low <= high ? low + i : low - i));
    return numbers.flatMap((number) => braces(`${before}${number}${after}`));
  }
  const list = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(text);
  if (list === null) return [text];
  return list[2]!.split(',').flatMap((part) => braces(`${list[1]!}${part}${list[3]!}`));
}

/** Whole numbers with + - * / % ( ), comparisons and variables. */
export function sum(text: string, names: Names): number {
  const tokens = text.match(/\d+|[A-Za-z_]\w*|\+\+|--|[<>=!]=|&&|\|\||[-+*/%()<>!=$]/g) ?? [];
  let at = 0;
  const atom = (): number => {
    const token = tokens[at++];
    if (token === '(') {
      const value = level(0);
      at++;
      return value;
    }
    if (token === '-') return -atom();
    if (token === '!') return atom() === 0 ? 1 : 0;
    if (token === '$') return atom();
    if (token !== undefined && /^\d/.test(token)) return Number(token);
    if (token !== undefined && /^\w/.test(token)) {
      const value = Number(names.get(token) ?? 0);
      if (tokens[at] === '++' || tokens[at] === '--') names.set(token, String(value + (tokens[at++] === '++' ? 1 : -1)));
      return value;
    }
    throw new ShellSyntaxError(`arithmetic: "${text}" cannot be worked out here`);
  };
  const LEVELS: readonly (readonly string[])[] = [['||'], ['&&'], ['==', '!='], ['<', '>', '<=', '>='], ['+', '-'], ['*', '/', '%']];
  const level = (depth: number): number => {
    if (depth === LEVELS.length) return atom();
    let value = level(depth + 1);
    while (tokens[at] !== undefined && LEVELS[depth]!.includes(tokens[at]!)) {
      const operator = tokens[at++]!;
      const other = level(depth + 1);
      if ((operator === '/' || operator === '%') && other === 0) throw new ShellSyntaxError('arithmetic: division by 0');
      const flag = (holds: boolean): number => (holds ? 1 : 0);
      value = operator === '+' ? value + other : operator === '-' ? value - other : operator === '*' ? value * other : operator === '/' ? Math.trunc(value / other) : operator === '%' ? value % other
        : operator === '==' ? flag(value === other) : operator === '!=' ? flag(value !== other) : operator === '<' ? flag(value < other) : operator === '>' ? flag(value > other)
          : operator === '<=' ? flag(value <= other) : operator === '>=' ? flag(value >= other) : operator === '&&' ? flag(value !== 0 && other !== 0) : flag(value !== 0 || other !== 0);
    }
    return value;
  };
  if (tokens.length === 0) return 0;
  return level(0);
}

export const globPattern = (text: string): RegExp => new RegExp(`^${text.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 's');

function* valueOf(part: Exclude<Word[number], { is: 'text' }>, names: Names): Run<string> {
  if (part.is === 'sum') return String(sum(yield* single([{ is: 'text', text: part.text.replace(/\$\{?(\w+)\}?/g, '$1'), quoted: true }], names), names));
  if (part.is === 'command') return (yield* names.output(part.script)).replace(/\n+$/, '');
  const value = names.get(part.name);
  const { operator, word } = part;
  if (operator === undefined || word === undefined) return value ?? '';
  const missing = value === undefined || (operator.startsWith(':') && value === '');
  switch (operator.replace(':', '')) {
    case '-':
      return missing ? yield* single(word, names) : value;
    case '=':
      if (missing) names.set(part.name, yield* single(word, names));
      return names.get(part.name) ?? '';
    case '+':
      return missing ? '' : yield* single(word, names);
    case '?':
      if (missing) throw new ShellSyntaxError(`${part.name}: ${(yield* single(word, names)) || 'parameter null or not set'}`);
      return value;
    default: {
      // %, %%, #, ##: the shortest or longest match taken off an end.
      const pattern = globPattern(yield* single(word, names));
      const text = value ?? '';
      const sizes = Array.from({ length: text.length + 1 }, (_, i) => i);
      for (const size of operator.length === 2 ? sizes.reverse() : sizes) {
        if (operator.startsWith('%') && pattern.test(text.slice(text.length - size))) return text.slice(0, text.length - size);
        if (operator.startsWith('#') && pattern.test(text.slice(0, size))) return text.slice(size);
      }
      return text;
    }
  }
}

/** A word as one text: no splitting, no patterns. */
export function* single(word: Word, names: Names): Run<string> {
  let out = '';
  for (const part of word) out += part.is === 'text' ? part.text : yield* valueOf(part, names);
  return out;
}

/** A word as the words it becomes: braces, variables split at blanks, patterns. */
export function* fields(word: Word, names: Names): Run<readonly string[]> {
  const done: { text: string; pattern: boolean }[] = [];
  let open: { text: string; pattern: boolean } | undefined;
  const add = (text: string, pattern = false): void => {
    open = { text: (open?.text ?? '') + text, pattern: pattern || open?.pattern === true };
  };
  const simple = word.length === 1 && word[0]!.is === 'text' && !word[0]!.quoted ? braces(word[0]!.text) : undefined;
  if (simple !== undefined && simple.length !== 1) return simple;
  // Braces may stand beside quotes and variables: the alternatives are found in the plain parts alone.
  const at = word.findIndex((part) => part.is === 'text' && !part.quoted && braces(part.text).length > 1);
  if (at >= 0) {
    const out: string[] = [];
    for (const text of braces((word[at] as { text: string }).text)) out.push(...(yield* fields([...word.slice(0, at), { is: 'text', text, quoted: false }, ...word.slice(at + 1)], names)));
    return out;
  }
  for (const part of word) {
    if (part.is === 'text') add(part.text, !part.quoted && /[*?]/.test(part.text));
    else {
      const value = yield* valueOf(part, names);
      if (part.quoted) add(value);
      else {
        const pieces = value.split(/[ \t\n]+/);
        pieces.forEach((piece, i) => {
          if (i > 0 && open !== undefined) {
            done.push(open);
            open = undefined;
          }
          if (piece !== '') add(piece);
        });
      }
    }
  }
  if (open !== undefined) done.push(open);
  return done.flatMap(({ text, pattern }) => {
    const found = pattern ? names.glob(text) : [];
    return found.length > 0 ? found : [text];
  });
}
