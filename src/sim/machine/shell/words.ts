import { ShellSyntaxError } from '../../api/shell.ts';
import type { Pieces } from './code.ts';

/** Words become arguments (POSIX: 2.6 Word Expansions): variables, sums, splitting at blanks, patterns of file names. */
export interface Names {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  readonly params: readonly string[];
  readonly outputs: readonly string[];
  /** The paths that fit a pattern, in order. */
  files(pattern: string): readonly string[];
}

/** "*.txt" as an expression; `path`: stars do not go over slashes. */
export function pattern(text: string, path = false, flags = 's'): RegExp {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const end = c === '[' ? text.indexOf(']', i + 2) : -1;
    if (c === '\\') out += `\\${text[++i] ?? '\\'}`;
    else if (c === '*') out += path ? '[^/]*' : '.*';
    else if (c === '?') out += path ? '[^/]' : '.';
    else if (end > 0) {
      out += `[${text.slice(i + 1, end).replace(/^!/, '^').replace(/\\/g, '\\\\')}]`;
      i = end;
    } else out += c.replace(/[.+^${}()|[\]\\]/, '\\$&');
  }
  return new RegExp(`^${out}$`, flags);
}

function variable(name: string, operator: string | undefined, word: Pieces, names: Names): string {
  const value = names.get(name);
  if (operator === undefined) return value ?? '';
  if (operator === 'length') return String((value ?? '').length);
  const missing = value === undefined || (operator.startsWith(':') && value === '');
  const other = (): string => text(word, names);
  switch (operator.replace(':', '')) {
    case '-':
      return missing ? other() : value!;
    case '+':
      return missing ? '' : other();
    case '=':
      if (missing) names.set(name, other());
      return names.get(name) ?? '';
    case '?':
      if (missing) throw new ShellSyntaxError(`${name}: ${other() || 'parameter not set'}`);
      return value!;
    default:
      return trimmed(value ?? '', operator, other());
  }
}

function trimmed(value: string, operator: string, glob: string): string {
  const shape = pattern(glob);
  const lengths = Array.from({ length: value.length + 1 }, (_, i) => i);
  const front = operator.startsWith('#');
  const longest = operator.length === 2;
  for (const length of longest ? [...lengths].reverse() : lengths) {
    const part = front ? value.slice(0, length) : value.slice(value.length - length);
    if (shape.test(part)) return front ? value.slice(length) : value.slice(0, value.length - length);
  }
  return value;
}

function valueOf(piece: Exclude<Pieces[number], { is: 'text' }>, names: Names): string {
  if (piece.is === 'output') return names.outputs[piece.index] ?? '';
  if (piece.is === 'sum') return String(sum(text(piece.word, names), names));
  return variable(piece.name, piece.operator, piece.word ?? [], names);
}

/** One text: as in an assignment. */
export function text(word: Pieces, names: Names): string {
  return word.map((piece) => (piece.is === 'text' ? piece.text : valueOf(piece, names))).join('');
}
/** The same as a pattern: what is quoted stands for itself. */
export function patternText(word: Pieces, names: Names): string {
  return word.map((piece) => {
    const value = piece.is === 'text' ? piece.text : valueOf(piece, names);
    return piece.quoted ? value.replace(/[*?[\]\\]/g, '\\$&') : value;
  }).join('');
}

function braces(value: string): readonly string[] {
  const range = /^(.*?)\{(-?\d+)\.\.(-?\d+)\}(.*)$/s.exec(value);
  if (range !== null) {
    const [low, high] = [Number(range[2]), Number(range[3])];
    if (Math.abs(high - low) > 10_000) throw new ShellSyntaxError(`{${low}..${high}} has more than 10000 words`);
    return Array.from({ length: Math.abs(high - low) + 1 }, (_, i) => (low <= high ? low + i : low - i)).flatMap((number) => braces(`${range[1]!}${number}${range[4]!}`));
  }
  const list = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(value);
  return list === null ? [value] : list[2]!.split(',').flatMap((part) => braces(`${list[1]!}${part}${list[3]!}`));
}

/** The fields of one word. */
export function fields(word: Pieces, names: Names): readonly string[] {
  const [first] = word;
  if (word.length === 1 && first!.is === 'text' && !first!.quoted && first!.text.includes('{')) {
    const several = braces(first!.text);
    if (several.length > 1) return several.flatMap((one) => fields([{ is: 'text', text: one, quoted: false }], names));
  }
  const out: { text: string; glob: string; isPattern: boolean }[] = [];
  let open: (typeof out)[number] | undefined;
  const add = (value: string, quoted: boolean): void => {
    if (open === undefined) out.push((open = { text: '', glob: '', isPattern: false }));
    open.text += value;
    open.glob += quoted ? value.replace(/[*?[\]\\]/g, '\\$&') : value;
    open.isPattern ||= !quoted && /[*?[]/.test(value);
  };
  word.forEach((piece, i) => {
    if (piece.is === 'text') {
      add(i === 0 && !piece.quoted && /^~(\/|$)/.test(piece.text) ? `${names.get('HOME') ?? '/root'}${piece.text.slice(1)}` : piece.text, piece.quoted);
      return;
    }
    if (piece.is === 'variable' && piece.name === '@' && piece.operator === undefined && piece.quoted) {
      names.params.forEach((param, j) => {
        if (j > 0) open = undefined;
        add(param, true);
      });
      return;
    }
    const value = valueOf(piece, names);
    if (piece.quoted) {
      add(value, true);
      return;
    }
    const parts = value.split(/[ \t\n]+/);
    parts.forEach((part, j) => {
      if (j > 0) open = undefined;
      if (part !== '') add(part, false);
    });
  });
  return out.flatMap((field) => {
    const found = field.isPattern ? names.files(field.glob) : [];
    return found.length > 0 ? found : [field.text];
  });
}

const LEVELS: readonly (readonly string[])[] = [['||'], ['&&'], ['|'], ['^'], ['&'], ['==', '!='], ['<', '>', '<=', '>='], ['<<', '>>'], ['+', '-'], ['*', '/', '%']];

/** $(( )): whole numbers, variables, assignments. */
export function sum(source: string, names: Names): number {
  const tokens = source.match(/0x[0-9a-fA-F]+|\d+|[A-Za-z_]\w*|\+\+|--|<<|>>|[<>=!+\-*/%]=|&&|\|\||[-+*/%()<>!=?:&|^~]/g) ?? [];
  let at = 0;
  const fail = (why: string): never => {
    throw new ShellSyntaxError(`arithmetic: ${why}`);
  };
  const numberOf = (name: string): number => Number(names.get(name) ?? 0) || 0;
  const atom = (): number => {
    const token = tokens[at++];
    if (token === undefined) return fail(`"${source.trim()}" ends too soon`);
    if (token === '(') {
      const value = assign();
      if (tokens[at++] !== ')') fail('")" is missing');
      return value;
    }
    if (token === '-') return -atom();
    if (token === '+') return atom();
    if (token === '!') return atom() === 0 ? 1 : 0;
    if (token === '~') return ~atom();
    if (token === '++' || token === '--') {
      const name = tokens[at++] ?? '';
      names.set(name, String(numberOf(name) + (token === '++' ? 1 : -1)));
      return numberOf(name);
    }
    if (/^\d/.test(token)) return Number(token);
    if (!/^\w/.test(token)) return fail(`"${token}" is not understood`);
    const value = numberOf(token);
    if (tokens[at] === '++' || tokens[at] === '--') names.set(token, String(value + (tokens[at++] === '++' ? 1 : -1)));
    return value;
  };
  const level = (depth: number): number => {
    if (depth === LEVELS.length) return atom();
    let value = level(depth + 1);
    while (tokens[at] !== undefined && LEVELS[depth]!.includes(tokens[at]!)) value = operate(tokens[at++]!, value, level(depth + 1));
    return value;
  };
  const operate = (operator: string, a: number, b: number): number => {
    const flag = (holds: boolean): number => (holds ? 1 : 0);
    if ((operator === '/' || operator === '%') && b === 0) fail('division by zero');
    switch (operator) {
      case '+': return a + b;
      case '-': return a - b;
      case '*': return a * b;
      case '/': return Math.trunc(a / b);
      case '%': return a % b;
      case '<<': return a << b;
      case '>>': return a >> b;
      case '&': return a & b;
      case '|': return a | b;
      case '^': return a ^ b;
      case '==': return flag(a === b);
      case '!=': return flag(a !== b);
      case '<': return flag(a < b);
      case '>': return flag(a > b);
      case '<=': return flag(a <= b);
      case '>=': return flag(a >= b);
      case '&&': return flag(a !== 0 && b !== 0);
      default: return flag(a !== 0 || b !== 0);
    }
  };
  const assign = (): number => {
    const [name, operator] = [tokens[at], tokens[at + 1]];
    if (name !== undefined && /^[A-Za-z_]/.test(name) && operator !== undefined && /^[-+*/%]?=$/.test(operator)) {
      at += 2;
      const value = assign();
      names.set(name, String(operator === '=' ? value : operate(operator[0]!, numberOf(name), value)));
      return numberOf(name);
    }
    const value = level(0);
    if (tokens[at] !== '?') return value;
    at++;
    const yes = assign();
    if (tokens[at++] !== ':') fail('":" is missing');
    const no = assign();
    return value === 0 ? no : yes;
  };
  if (tokens.length === 0) return 0;
  const value = assign();
  if (at < tokens.length) fail(`"${tokens[at]!}" is not understood`);
  return value + 0;
}
