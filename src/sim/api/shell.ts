/**
 * The part of a POSIX shell that people type around kubectl and write into manifests: words with quotes, variables, substitutions and braces;
 * pipes, redirections and here documents; && || ; and &; for, while, until, if, case, functions, { } and ( ). Arrays and select are refused
 * by name. Of the parsers that exist one is compiled from Go to WebAssembly and loads later (sh-syntax), one is its predecessor of a
 * megabyte (mvdan-sh), one belongs to an interpreter that waits for promises (just-bash): none can be asked in the middle of a step.
 */
export type Part =
  | { readonly is: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly is: 'variable'; readonly name: string; readonly operator?: string; readonly word?: Word; readonly quoted: boolean }
  | { readonly is: 'command'; readonly script: Script; readonly quoted: boolean }
  | { readonly is: 'sum'; readonly text: string; readonly quoted: boolean };
export type Word = readonly Part[];

export interface Redirect {
  readonly fd: 0 | 1 | 2;
  readonly how: '<' | '>' | '>>' | '<<' | '<<<' | '>&';
  readonly target: Word;
}
export type Command =
  | { readonly do: 'simple'; readonly assigns: readonly { readonly name: string; readonly value: Word }[]; readonly words: readonly Word[]; readonly redirects: readonly Redirect[] }
  | { readonly do: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: Script; readonly redirects: readonly Redirect[] }
  | { readonly do: 'while'; readonly until: boolean; readonly test: Script; readonly body: Script; readonly redirects: readonly Redirect[] }
  | { readonly do: 'case'; readonly word: Word; readonly branches: readonly { readonly patterns: readonly Word[]; readonly body: Script }[]; readonly redirects: readonly Redirect[] }
  | { readonly do: 'function'; readonly name: string; readonly body: Command; readonly redirects: readonly Redirect[] }
  | { readonly do: 'if'; readonly branches: readonly { readonly test: Script; readonly body: Script }[]; readonly otherwise: Script | undefined; readonly redirects: readonly Redirect[] }
  | { readonly do: 'group'; readonly body: Script; readonly own: boolean; readonly redirects: readonly Redirect[] };
export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
}
/** Each pipeline with what joins it to the one before; `background`: an & stands behind it. */
export type Script = readonly { readonly after: ';' | '&&' | '||'; readonly pipeline: Pipeline; readonly background?: true }[];

/** What is wrong with a line; `more`: it only lacks its end (a quote, a here document, a "done"), and the next line may bring it. */
export class ShellSyntaxError extends Error {
  readonly more: boolean;
  constructor(message: string, more = false) {
    super(message);
    this.more = more;
  }
}

const OPERATORS = ['&&', '||', ';;', '<<<', '<<-', '<<', '>>', '>&', '<&', '&>', '|', ';', '&', '(', ')', '<', '>', '\n'];
const RESERVED: ReadonlySet<string> = new Set(['do', 'done', 'then', 'else', 'elif', 'fi', '}', 'esac']);
const MOST_LEVELS = 30;

interface Token {
  readonly operator?: string;
  readonly word?: Word;
  /** The plain text of a word without quotes, by which keywords are known. */
  readonly plain?: string;
  readonly fd?: 0 | 1 | 2;
}

class Lexer {
  at = 0;
  readonly pending: { readonly end: string; readonly quoted: boolean; readonly strip: boolean; readonly put: (word: Word) => void }[] = [];
  constructor(readonly text: string, readonly level: number) {
    if (level > MOST_LEVELS) throw new ShellSyntaxError(`substitutions are nested more than ${MOST_LEVELS} levels deep`);
  }

  blank(): void {
    for (;;) {
      const c = this.text[this.at];
      if (c === ' ' || c === '\t' || c === '\r') this.at++;
      else if (c === '\\' && this.text[this.at + 1] === '\n') this.at += 2;
      else if (c === '#') while (this.at < this.text.length && this.text[this.at] !== '\n') this.at++;
      else return;
    }
  }

  next(): Token | undefined {
    this.blank();
    if (this.at >= this.text.length) {
      if (this.pending.length > 0) throw new ShellSyntaxError(`the here document ends nowhere: a line "${this.pending[0]!.end}" is missing`, true);
      return undefined;
    }
    const number = /^[012](?=[<>])/.exec(this.text.slice(this.at, this.at + 2));
    if (number !== null) this.at++;
    for (const operator of OPERATORS) {
      if (!this.text.startsWith(operator, this.at)) continue;
      this.at += operator.length;
      if (operator === '\n') this.documents();
      return { operator, ...(number === null ? {} : { fd: Number(number[0]) as 0 | 1 | 2 }) };
    }
    const start = this.at;
    const word = this.word('');
    const raw = this.text.slice(start, this.at);
    return { word, plain: /["'\\$`]/.test(raw) ? undefined : raw };
  }

  /** Here documents stand on the lines behind the line that names them. */
  documents(): void {
    for (const { end, quoted, strip, put } of this.pending.splice(0)) {
      let body = '';
      for (;;) {
        if (this.at >= this.text.length) throw new ShellSyntaxError(`the here document ends nowhere: a line "${end}" is missing`, true);
        const stop = this.text.indexOf('\n', this.at);
        let line = this.text.slice(this.at, stop < 0 ? this.text.length : stop);
        this.at = stop < 0 ? this.text.length : stop + 1;
        if (strip) line = line.replace(/^\t+/, '');
        if (line.replace(/\r$/, '') === end) break;
        body += `${line}\n`;
      }
      put(quoted ? [{ is: 'text', text: body, quoted: true }] : new Lexer(body, this.level + 1).quotedText(undefined));
    }
  }

  /** One word, up to a blank, an operator or one of `stops`. */
  word(stops: string): Word {
    const parts: Part[] = [];
    let plain = '';
    const flush = (): void => {
      if (plain !== '') parts.push({ is: 'text', text: plain, quoted: false });
      plain = '';
    };
    while (this.at < this.text.length) {
      const c = this.text[this.at]!;
      if (stops === '' ? ' \t\r\n|&;()<>'.includes(c) : stops.includes(c)) break;
      if (c === '\\') {
        if (this.at + 1 >= this.text.length) throw new ShellSyntaxError('the line ends with a backslash that escapes nothing', true);
        flush();
        if (this.text[this.at + 1] !== '\n') parts.push({ is: 'text', text: this.text[this.at + 1]!, quoted: true });
        this.at += 2;
      } else if (c === "'") {
        const end = this.text.indexOf("'", this.at + 1);
        if (end < 0) throw new ShellSyntaxError("a single quote (') is opened but not closed", true);
        flush();
        parts.push({ is: 'text', text: this.text.slice(this.at + 1, end), quoted: true });
        this.at = end + 1;
      } else if (c === '"') {
        flush();
        this.at++;
        parts.push({ is: 'text', text: '', quoted: true }, ...this.quotedText('"'));
      } else if (c === '$' || c === '`') {
        flush();
        parts.push(this.substitution(false));
      } else {
        plain += c;
        this.at++;
      }
    }
    flush();
    return parts;
  }

  /** Inside double quotes, or of a here document. */
  quotedText(close: '"' | undefined): Part[] {
    const parts: Part[] = [];
    let text = '';
    const flush = (): void => {
      if (text !== '') parts.push({ is: 'text', text, quoted: true });
      text = '';
    };
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) {
        if (close !== undefined) throw new ShellSyntaxError('a double quote (") is opened but not closed', true);
        flush();
        return parts;
      }
      if (c === close) {
        this.at++;
        flush();
        return parts;
      }
      if (c === '\\' && '$`\\\n"'.includes(this.text[this.at + 1] ?? ' ') && !(this.text[this.at + 1] === '"' && close === undefined)) {
        if (this.text[this.at + 1] !== '\n') text += this.text[this.at + 1]!;
        this.at += 2;
      } else if (c === '$' || c === '`') {
        flush();
        parts.push(this.substitution(true));
      } else {
        text += c;
        this.at++;
      }
    }
  }

  /** $name, ${name:-word}, $(commands), `commands`, $((sum)); a lone $ is itself. */
  substitution(quoted: boolean): Part {
    const { text } = this;
    if (text[this.at] === '`') {
      const end = text.indexOf('`', this.at + 1);
      if (end < 0) throw new ShellSyntaxError('a backquote (`) is opened but not closed', true);
      const inside = text.slice(this.at + 1, end);
      this.at = end + 1;
      return { is: 'command', script: parseShell(inside, this.level + 1), quoted };
    }
    if (text.startsWith('$((', this.at)) {
      let end = this.at + 3;
      for (let depth = 0; end < text.length && (depth > 0 || !text.startsWith('))', end)); end++) depth += text[end] === '(' ? 1 : text[end] === ')' ? -1 : 0;
      if (end >= text.length) throw new ShellSyntaxError('"$((" is opened but not closed', true);
      const inside = text.slice(this.at + 3, end);
      this.at = end + 2;
      return { is: 'sum', text: inside, quoted };
    }
    if (text.startsWith('$(', this.at)) {
      const inner = new Lexer(text, this.level + 1);
      inner.at = this.at + 2;
      const script = new Parser(inner).script([')']);
      this.at = inner.at;
      return { is: 'command', script, quoted };
    }
    if (text.startsWith('${', this.at)) {
      const length = /^\$\{#([A-Za-z_]\w*)\}/.exec(text.slice(this.at));
      if (length !== null) {
        this.at += length[0].length;
        return { is: 'variable', name: length[1]!, operator: 'length', word: [], quoted };
      }
      const head = /^\$\{([A-Za-z_]\w*|[?#@*!$0-9])(:?[-=+?]|%%?|##?)?/.exec(text.slice(this.at));
      if (head === null) throw new ShellSyntaxError(`"${text.slice(this.at, this.at + 12)}": this form of a variable is not known here`);
      this.at += head[0].length;
      const word = head[2] === undefined ? undefined : this.word('}');
      if (text[this.at] !== '}') throw new ShellSyntaxError('"${" is opened but not closed', this.at >= text.length);
      this.at++;
      return { is: 'variable', name: head[1]!, ...(head[2] === undefined ? {} : { operator: head[2], word: word! }), quoted };
    }
    const name = /^\$([A-Za-z_]\w*|[?#@*!$0-9])/.exec(text.slice(this.at));
    if (name === null) {
      this.at++;
      return { is: 'text', text: '$', quoted: true };
    }
    this.at += name[0].length;
    return { is: 'variable', name: name[1]!, quoted };
  }
}

class Parser {
  #held: Token | undefined;
  #ended = false;
  constructor(private readonly lexer: Lexer) {}

  peek(): Token | undefined {
    if (this.#held === undefined && !this.#ended) {
      this.#held = this.lexer.next();
      this.#ended = this.#held === undefined;
    }
    return this.#held;
  }
  take(): Token | undefined {
    const token = this.peek();
    this.#held = undefined;
    return token;
  }

  /** Up to one of the words or operators that end it, which is taken too; without any, to the end. */
  script(ends: readonly string[]): Script {
    const out: Script[number][] = [];
    let after: ';' | '&&' | '||' = ';';
    for (;;) {
      while (this.peek()?.operator === '\n' || this.peek()?.operator === ';') this.take();
      const token = this.peek();
      if (token === undefined) {
        if (ends.length > 0) throw new ShellSyntaxError(`"${ends[0]!}" is missing at the end`, true);
        return out;
      }
      const closing = token.operator ?? token.plain;
      if (closing !== undefined && ends.includes(closing)) return out;
      if (token.operator !== undefined && token.operator !== '(' && !['<', '>', '>>', '<<', '<<-', '<<<', '>&', '&>'].includes(token.operator)) throw new ShellSyntaxError(`syntax error near unexpected token \`${token.operator === '\n' ? 'newline' : token.operator}'`);
      if (token.plain !== undefined && RESERVED.has(token.plain)) throw new ShellSyntaxError(`syntax error near unexpected token \`${token.plain}'`);
      const one: { after: typeof after; pipeline: Pipeline; background?: true } = { after, pipeline: this.pipeline() };
      out.push(one);
      const next = this.peek();
      after = ';';
      if (next?.operator === '&&' || next?.operator === '||') {
        after = next.operator;
        this.take();
        while (this.peek()?.operator === '\n') this.take();
        if (this.peek() === undefined) throw new ShellSyntaxError(`a command is missing after "${after}"`, true);
      } else if (next?.operator === '&') {
        this.take();
        one.background = true;
      }
    }
  }

  pipeline(): Pipeline {
    let negated = false;
    if (this.peek()?.plain === '!') {
      this.take();
      negated = true;
    }
    const commands = [this.command()];
    while (this.peek()?.operator === '|') {
      this.take();
      while (this.peek()?.operator === '\n') this.take();
      if (this.peek() === undefined) throw new ShellSyntaxError('a command is missing after "|"', true);
      commands.push(this.command());
    }
    return { negated, commands };
  }

  expect(word: string): void {
    while (this.peek()?.operator === '\n' || this.peek()?.operator === ';') this.take();
    const token = this.take();
    if (token === undefined) throw new ShellSyntaxError(`"${word}" is missing`, true);
    if ((token.operator ?? token.plain) !== word) throw new ShellSyntaxError(`"${word}" is missing before "${token.plain ?? token.operator ?? '...'}"`);
  }
  until(...ends: readonly string[]): { readonly body: Script; readonly end: string } {
    const body = this.script(ends);
    const token = this.take()!;
    return { body, end: (token.operator ?? token.plain)! };
  }

  command(): Command {
    const { plain, operator } = this.peek()!;
    if (operator === '(') {
      this.take();
      return { do: 'group', body: this.until(')').body, own: true, redirects: this.redirects() };
    }
    switch (plain) {
      case '{':
        this.take();
        return { do: 'group', body: this.until('}').body, own: false, redirects: this.redirects() };
      case 'for': {
        this.take();
        const name = this.take()?.plain;
        if (name === undefined || !/^[A-Za-z_]\w*$/.test(name)) throw new ShellSyntaxError('"for" needs the name of a variable');
        const words: Word[] = [];
        if (this.peek()?.plain === 'in') {
          this.take();
          while (this.peek()?.word !== undefined) words.push(this.take()!.word!);
        }
        this.expect('do');
        return { do: 'for', name, words, body: this.until('done').body, redirects: this.redirects() };
      }
      case 'while':
      case 'until': {
        this.take();
        const { body: test } = this.until('do');
        return { do: 'while', until: plain === 'until', test, body: this.until('done').body, redirects: this.redirects() };
      }
      case 'if': {
        this.take();
        const branches: { test: Script; body: Script }[] = [];
        let otherwise: Script | undefined;
        let end = 'elif';
        while (end === 'elif') {
          const { body: test } = this.until('then');
          const part = this.until('elif', 'else', 'fi');
          branches.push({ test, body: part.body });
          end = part.end;
        }
        if (end === 'else') otherwise = this.until('fi').body;
        return { do: 'if', branches, otherwise, redirects: this.redirects() };
      }
      case 'case':
        this.take();
        return this.cases();
      case 'function': {
        this.take();
        const name = this.take()?.plain ?? '';
        if (this.peek()?.operator === '(') {
          this.take();
          this.expect(')');
        }
        return this.definition(name);
      }
      case 'select':
        throw new ShellSyntaxError(`"${plain}" is not known by this small shell`);
      default:
        return this.simple();
    }
  }

  cases(): Command {
    const word = this.take()?.word;
    if (word === undefined) throw new ShellSyntaxError('"case" needs a word');
    this.expect('in');
    const branches: { patterns: Word[]; body: Script }[] = [];
    for (;;) {
      while (this.peek()?.operator === '\n') this.take();
      if (this.peek() === undefined) throw new ShellSyntaxError('"esac" is missing', true);
      if (this.peek()!.plain === 'esac') {
        this.take();
        return { do: 'case', word, branches, redirects: this.redirects() };
      }
      if (this.peek()!.operator === '(') this.take();
      const patterns: Word[] = [];
      for (;;) {
        const pattern = this.take()?.word;
        if (pattern === undefined) throw new ShellSyntaxError('a pattern is missing in "case"');
        patterns.push(pattern);
        const next = this.take()?.operator;
        if (next === ')') break;
        if (next !== '|') throw new ShellSyntaxError('")" is missing behind a pattern of "case"');
      }
      branches.push({ patterns, body: this.script([';;', 'esac']) });
      if (this.peek()?.operator === ';;') this.take();
    }
  }
  definition(name: string): Command {
    if (!/^[A-Za-z_][\w-]*$/.test(name)) throw new ShellSyntaxError(`"${name}" is no name for a function`);
    while (this.peek()?.operator === '\n') this.take();
    if (this.peek() === undefined) throw new ShellSyntaxError(`the body of the function ${name} is missing`, true);
    return { do: 'function', name, body: this.command(), redirects: [] };
  }

  redirect(): Redirect | undefined {
    const token = this.peek();
    if (token?.operator === undefined || !['<', '>', '>>', '<<', '<<-', '<<<', '>&', '&>'].includes(token.operator)) return undefined;
    this.take();
    const target = this.take();
    if (target?.word === undefined) throw new ShellSyntaxError(`a file name is missing after "${token.operator}"`);
    const { operator } = token;
    const fd = token.fd ?? (operator.startsWith('<') ? 0 : 1);
    if (operator === '<<' || operator === '<<-') {
      const redirect = { fd: 0 as const, how: '<<' as const, target: [] as Word };
      const end = target.word.map((part) => (part.is === 'text' ? part.text : '')).join('');
      this.lexer.pending.push({ end, quoted: target.word.some((part) => part.is === 'text' && part.quoted), strip: operator === '<<-', put: (word) => (redirect.target = word) });
      return redirect;
    }
    return { fd, how: operator === '&>' ? '>' : (operator as Redirect['how']), target: target.word };
  }
  redirects(): Redirect[] {
    const out: Redirect[] = [];
    for (let one = this.redirect(); one !== undefined; one = this.redirect()) out.push(one);
    return out;
  }

  simple(): Command {
    const assigns: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      const redirect = this.redirect();
      if (redirect !== undefined) {
        redirects.push(redirect);
        continue;
      }
      const token = this.peek();
      if (token?.word === undefined) break;
      this.take();
      const [first, ...rest] = token.word;
      const assign = words.length === 0 && first?.is === 'text' && !first.quoted ? /^([A-Za-z_]\w*)=/.exec(first.text) : null;
      if (assign !== null && first?.is === 'text') assigns.push({ name: assign[1]!, value: [...(first.text.length > assign[0].length ? [{ ...first, text: first.text.slice(assign[0].length) }] : []), ...rest] });
      else words.push(token.word);
    }
    const only = words.length === 1 && assigns.length === 0 && words[0]!.length === 1 ? words[0]![0]! : undefined;
    if (this.peek()?.operator === '(' && only?.is === 'text' && !only.quoted) {
      this.take();
      this.expect(')');
      return this.definition(only.text);
    }
    return { do: 'simple', assigns, words, redirects };
  }
}

export function parseShell(text: string, level = 0): Script {
  return new Parser(new Lexer(text.endsWith('\n') ? text : `${text}\n`, level)).script([]);
}
/** What stands between double quotes, or in $(( )), as one word. */
export const parseQuoted = (text: string): Word => new Lexer(text, 1).quotedText(undefined);
