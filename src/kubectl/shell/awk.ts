import { escapes, pattern, usage } from './texts.ts';

/** The awk of one line: patterns and { print, printf, assignments, if }, fields, NR, NF, FS, OFS, BEGIN and END. */
type Value = string | number;
interface Env {
  readonly variables: Map<string, Value>;
  fields: string[];
  line: string;
  out: string;
}
type Expression = (env: Env) => Value;
type Statement = (env: Env) => void;

const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|\d+(?:\.\d+)?|[A-Za-z_]\w*|&&|\|\||[-+*/%]=|\+\+|--|[<>=!]=|!~|[-+*/%<>=!~$(){},;?:[\]]|./g;
const number = (value: Value): number => (typeof value === 'number' ? value : Number(/^\s*-?\d*\.?\d*/.exec(value)![0]) || 0);
const text = (value: Value): string => (typeof value === 'number' ? String(Number.isInteger(value) ? value : Number(value.toPrecision(6))) : value);
const truth = (value: Value): boolean => (typeof value === 'number' ? value !== 0 : value !== '');
const looksNumeric = (value: Value): boolean => typeof value === 'number' || /^\s*-?\d+(?:\.\d+)?\s*$/.test(value);

function parse(source: string): { readonly when: 'BEGIN' | 'END' | Expression | undefined; readonly run: Statement }[] {
  // A slash opens a pattern where a value may stand, and divides elsewhere.
  const tokens: string[] = [];
  for (let at = 0; at < source.length; ) {
    const last = tokens.at(-1);
    if (source[at] === '/' && (last === undefined || /^(?:[({,;~!]|&&|\|\||!~|\n|\})$/.test(last))) {
      const end = /^\/((?:[^/\\]|\\.)*)\//.exec(source.slice(at));
      if (end === null) throw usage('awk: non-terminated regular expression');
      tokens.push(`/${end[1]!}`);
      at += end[0].length;
      continue;
    }
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(source)![0];
    if (token.trim() !== '') tokens.push(token);
    else if (token.includes('\n')) tokens.push(';');
    at += token.length;
  }
  let place = 0;
  const peek = (): string | undefined => tokens[place];
  const eat = (token: string): boolean => peek() === token && place++ >= 0;
  const need = (token: string): void => {
    if (!eat(token)) throw usage(`awk: syntax error at source line 1: "${token}" expected${peek() === undefined ? '' : ` before "${peek()!}"`}`);
  };
  const expression = (): Expression => {
    const left = or();
    if (eat('?')) {
      const yes = expression();
      need(':');
      const no = expression();
      return (env) => (truth(left(env)) ? yes(env) : no(env));
    }
    return left;
  };
  const or = (): Expression => {
    let left = and();
    while (eat('||')) left = ((a, b): Expression => (env) => (truth(a(env)) || truth(b(env)) ? 1 : 0))(left, and());
    return left;
  };
  const and = (): Expression => {
    let left = match();
    while (eat('&&')) left = ((a, b): Expression => (env) => (truth(a(env)) && truth(b(env)) ? 1 : 0))(left, match());
    return left;
  };
  const match = (): Expression => {
    const left = comparison();
    const operator = peek();
    if (operator !== '~' && operator !== '!~') return left;
    place++;
    const source2 = peek()?.startsWith('/') === true ? tokens[place++]!.slice(1) : undefined;
    const right = source2 === undefined ? comparison() : undefined;
    return (env) => (pattern(source2 ?? text(right!(env)), true).test(text(left(env))) === (operator === '~') ? 1 : 0);
  };
  const comparison = (): Expression => {
    const left = joined();
    const operator = peek();
    if (operator === undefined || !['==', '!=', '<', '>', '<=', '>='].includes(operator)) return left;
    place++;
    const right = joined();
    return (env) => {
      const [a, b] = [left(env), right(env)];
      const [x, y]: readonly Value[] = looksNumeric(a) && looksNumeric(b) ? [number(a), number(b)] : [text(a), text(b)];
      return (operator === '==' ? x === y : operator === '!=' ? x !== y : operator === '<' ? x! < y! : operator === '>' ? x! > y! : operator === '<=' ? x! <= y! : x! >= y!) ? 1 : 0;
    };
  };
  const joined = (): Expression => {
    let left = terms();
    while (peek() !== undefined && /^(?:["$\dA-Za-z_(]|-?\d)/.test(peek()!) && !['in'].includes(peek()!)) left = ((a, b): Expression => (env) => text(a(env)) + text(b(env)))(left, terms());
    return left;
  };
  const terms = (): Expression => {
    let left = factors();
    for (;;) {
      if (eat('+')) left = ((a, b): Expression => (env) => number(a(env)) + number(b(env)))(left, factors());
      else if (eat('-')) left = ((a, b): Expression => (env) => number(a(env)) - number(b(env)))(left, factors());
      else return left;
    }
  };
  const factors = (): Expression => {
    let left = atom();
    for (;;) {
      if (eat('*')) left = ((a, b): Expression => (env) => number(a(env)) * number(b(env)))(left, atom());
      else if (eat('/')) left = ((a, b): Expression => (env) => number(a(env)) / number(b(env)))(left, atom());
      else if (eat('%')) left = ((a, b): Expression => (env) => number(a(env)) % number(b(env)))(left, atom());
      else return left;
    }
  };
  const atom = (): Expression => {
    const token = tokens[place++];
    if (token === undefined) throw usage('awk: syntax error: the program ends too early');
    if (token.startsWith('"')) {
      const value = escapes(token.slice(1, -1));
      return () => value;
    }
    if (token.startsWith('/') && token.length > 1) return (env) => (pattern(token.slice(1), true).test(env.line) ? 1 : 0);
    if (/^\d/.test(token)) return () => Number(token);
    if (token === '$') {
      const inner = atom();
      return (env) => {
        const i = number(inner(env));
        return i === 0 ? env.line : (env.fields[i - 1] ?? '');
      };
    }
    if (token === '(') {
      const inner = expression();
      need(')');
      return inner;
    }
    if (token === '!') {
      const inner = atom();
      return (env) => (truth(inner(env)) ? 0 : 1);
    }
    if (token === '-') {
      const inner = atom();
      return (env) => -number(inner(env));
    }
    if (!/^[A-Za-z_]/.test(token)) throw usage(`awk: syntax error near "${token}"`);
    if (eat('(')) {
      const args: Expression[] = [];
      while (!eat(')')) {
        args.push(expression());
        eat(',');
      }
      return (env) => {
        const [a = '', b = '', c] = args.map((arg) => arg(env));
        switch (token) {
          case 'length':
            return args.length === 0 ? env.line.length : text(a).length;
          case 'toupper':
            return text(a).toUpperCase();
          case 'tolower':
            return text(a).toLowerCase();
          case 'substr':
            return text(a).slice(number(b) - 1, c === undefined ? undefined : number(b) - 1 + number(c));
          case 'index':
            return text(a).indexOf(text(b)) + 1;
          case 'int':
            return Math.trunc(number(a));
          default:
            throw usage(`awk: the function ${token} is not known to this small awk`);
        }
      };
    }
    return (env) => (token === 'NF' ? env.fields.length : (env.variables.get(token) ?? ''));
  };
  const statement = (): Statement => {
    if (eat('{')) return block();
    if (eat('if')) {
      need('(');
      const test = expression();
      need(')');
      const yes = statement();
      eat(';');
      const no = eat('else') ? statement() : undefined;
      return (env) => (truth(test(env)) ? yes(env) : no?.(env));
    }
    if (peek() === 'print' || peek() === 'printf') {
      const format = tokens[place++] === 'printf';
      const args: Expression[] = [];
      while (peek() !== undefined && ![';', '}'].includes(peek()!)) {
        args.push(expression());
        if (!eat(',')) break;
      }
      return (env) => {
        const values = args.map((arg) => arg(env));
        env.out += format ? sprintf(values) : `${values.length === 0 ? env.line : values.map(text).join(text(env.variables.get('OFS') ?? ' '))}\n`;
      };
    }
    const name = peek();
    const operator = tokens[place + 1];
    if (name !== undefined && /^[A-Za-z_]\w*$/.test(name) && operator !== undefined && /^(?:[-+*/]?=|\+\+|--)$/.test(operator)) {
      place += 2;
      const value: Expression = operator === '++' || operator === '--' ? () => 1 : expression();
      return (env) => {
        const old = number(env.variables.get(name) ?? 0);
        const next = value(env);
        env.variables.set(name, operator === '=' ? next : operator === '+=' || operator === '++' ? old + number(next) : operator === '-=' || operator === '--' ? old - number(next) : operator === '*=' ? old * number(next) : old / number(next));
      };
    }
    const value = expression();
    return (env) => void value(env);
  };
  const block = (): Statement => {
    const list: Statement[] = [];
    while (!eat('}')) {
      if (peek() === undefined) throw usage('awk: syntax error: "}" is missing');
      if (eat(';')) continue;
      list.push(statement());
    }
    return (env) => list.forEach((run) => run(env));
  };
  const rules: { when: 'BEGIN' | 'END' | Expression | undefined; run: Statement }[] = [];
  while (place < tokens.length) {
    if (eat(';')) continue;
    const when = eat('BEGIN') ? ('BEGIN' as const) : eat('END') ? ('END' as const) : peek() === '{' ? undefined : expression();
    rules.push({ when, run: eat('{') ? block() : (env) => void (env.out += `${env.line}\n`) });
  }
  return rules;
}

export function sprintf(values: readonly Value[]): string {
  let i = 1;
  return escapes(text(values[0] ?? '')).replace(/%([-0]*)(\d*)(?:\.(\d+))?([a-z%])/g, (_, flags: string, width: string, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    const value = values[i++] ?? '';
    const shown = verb === 'd' || verb === 'i' ? String(Math.trunc(number(value))) : verb === 'f' ? number(value).toFixed(precision === undefined ? 6 : Number(precision)) : verb === 'x' ? Math.trunc(number(value)).toString(16) : precision === undefined ? text(value) : text(value).slice(0, Number(precision));
    return flags.includes('-') ? shown.padEnd(Number(width)) : shown.padStart(Number(width), flags.includes('0') ? '0' : ' ');
  });
}

export function awk(source: string, separator: string | undefined, assigns: readonly (readonly [string, string])[], lines: readonly string[]): string {
  const rules = parse(source);
  const env: Env = { variables: new Map<string, Value>([['OFS', ' '], ['FS', separator ?? ' '], ...assigns]), fields: [], line: '', out: '' };
  for (const { when, run } of rules) if (when === 'BEGIN') run(env);
  lines.forEach((line, i) => {
    const by = text(env.variables.get('FS') ?? ' ');
    env.line = line;
    env.fields = by === ' ' ? line.trim().split(/\s+/).filter((part) => part !== '') : line.split(by.length === 1 ? by : pattern(by, true));
    env.variables.set('NR', i + 1);
    for (const { when, run } of rules) if (when === undefined || (typeof when === 'function' && truth(when(env)))) run(env);
  });
  for (const { when, run } of rules) if (when === 'END') run(env);
  return env.out;
}
