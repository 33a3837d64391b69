import { parseQuoted, parseShell, type Command, type Part, type Redirect, type Script, type Word } from '../../api/shell.ts';

/**
 * A script as a flat list of instructions. A process in a container has to stop anywhere (`sleep` in a loop in a function), to be copied
 * there and to go on later, so where it stands must be a number and a stack of plain frames, not a place in a program that is running.
 */
export type Piece =
  | { readonly is: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly is: 'variable'; readonly name: string; readonly operator?: string; readonly word?: Pieces; readonly quoted: boolean }
  /** What the n-th substitution of this command wrote. */
  | { readonly is: 'output'; readonly index: number; readonly quoted: boolean }
  | { readonly is: 'sum'; readonly word: Pieces; readonly quoted: boolean };
export type Pieces = readonly Piece[];
export interface Redirection {
  readonly fd: 0 | 1 | 2;
  readonly how: Redirect['how'];
  readonly target: Pieces;
}
export type Instruction =
  /** Runs commands whose output belongs into a word of the next instruction. */
  | { readonly op: 'capture'; readonly code: Code }
  | { readonly op: 'simple'; readonly assigns: readonly { readonly name: string; readonly value: Pieces }[]; readonly words: readonly Pieces[]; readonly redirects: readonly Redirection[]; readonly captures: number }
  | { readonly op: 'jump'; readonly to: number }
  /** Jumps if the last command went well (`ok`), or if not. */
  | { readonly op: 'branch'; readonly ok: boolean; readonly to: number }
  | { readonly op: 'negate' }
  | { readonly op: 'status'; readonly code: number }
  /** With `set -e` a failure ends here. */
  | { readonly op: 'check' }
  | { readonly op: 'loop'; readonly end: number; readonly again: number }
  | { readonly op: 'items'; readonly name: string; readonly words: readonly Pieces[]; readonly captures: number; readonly positional: boolean }
  | { readonly op: 'next'; readonly end: number }
  | { readonly op: 'case'; readonly word: Pieces; readonly captures: number }
  | { readonly op: 'match'; readonly patterns: readonly Pieces[]; readonly captures: number; readonly miss: number }
  | { readonly op: 'open'; readonly redirects: readonly Redirection[]; readonly captures: number; readonly fail: number }
  /** Takes the innermost frame off. */
  | { readonly op: 'close' }
  | { readonly op: 'fork'; readonly codes: readonly Code[]; readonly background: boolean }
  | { readonly op: 'define'; readonly name: string; readonly code: Code };
export type Code = readonly Instruction[];

class Compiler {
  readonly out: Instruction[] = [];
  #captures = 0;

  /** Instructions whose targets are not known yet are put in later. */
  hole(): number {
    return this.out.push({ op: 'status', code: 0 }) - 1;
  }
  pieces(word: Word): Pieces {
    return word.map((part) => this.piece(part));
  }
  piece(part: Part): Piece {
    switch (part.is) {
      case 'text':
        return part;
      case 'variable':
        return { is: 'variable', name: part.name, quoted: part.quoted, ...(part.operator === undefined ? {} : { operator: part.operator, word: this.pieces(part.word ?? []) }) };
      case 'command':
        this.out.push({ op: 'capture', code: compiled(part.script) });
        return { is: 'output', index: this.#captures++, quoted: part.quoted };
      case 'sum':
        return { is: 'sum', word: this.pieces(parseQuoted(part.text)), quoted: part.quoted };
    }
  }
  /** Words whose substitutions run before the instruction that uses them. Simplified: they run even where ${x:-$(y)} would not need them. */
  words<T>(read: () => T): readonly [T, number] {
    const outer = this.#captures;
    this.#captures = 0;
    const value = read();
    const captures = this.#captures;
    this.#captures = outer;
    return [value, captures];
  }
  redirections(redirects: readonly Redirect[]): readonly Redirection[] {
    return redirects.map(({ fd, how, target }) => ({ fd, how, target: this.pieces(target) }));
  }

  script(script: Script, tested: boolean): void {
    for (let i = 0; i < script.length; i++) {
      const { after, pipeline, background } = script[i]!;
      const joined = script[i + 1] !== undefined && script[i + 1]!.after !== ';';
      const skip = after === ';' ? undefined : this.hole();
      if (background === true) this.out.push({ op: 'fork', codes: [compiled([{ after: ';', pipeline }])], background: true });
      else {
        const [only] = pipeline.commands;
        if (pipeline.commands.length === 1) this.command(only!, tested || joined || pipeline.negated);
        else this.out.push({ op: 'fork', codes: pipeline.commands.map((command) => compiled([{ after: ';', pipeline: { negated: false, commands: [command] } }])), background: false });
        if (pipeline.negated) this.out.push({ op: 'negate' });
        else if (!tested && !joined) this.out.push({ op: 'check' });
      }
      if (skip !== undefined) this.out[skip] = { op: 'branch', ok: after === '||', to: this.out.length };
    }
  }

  command(command: Command, tested: boolean): void {
    if (command.do === 'simple') {
      const [[assigns, words, redirects], captures] = this.words(() => [command.assigns.map(({ name, value }) => ({ name, value: this.pieces(value) })), command.words.map((word) => this.pieces(word)), this.redirections(command.redirects)] as const);
      this.out.push({ op: 'simple', assigns, words, redirects, captures });
      return;
    }
    if (command.do === 'function') {
      const body = new Compiler();
      body.command(command.body, false);
      this.out.push({ op: 'define', name: command.name, code: body.out });
      return;
    }
    let open: number | undefined;
    let redirects: readonly [readonly Redirection[], number] = [[], 0];
    if (command.redirects.length > 0) {
      redirects = this.words(() => this.redirections(command.redirects));
      open = this.hole();
    }
    switch (command.do) {
      case 'group':
        if (command.own) this.out.push({ op: 'fork', codes: [compiled(command.body)], background: false });
        else this.script(command.body, tested);
        break;
      case 'if':
        this.branches(command, tested);
        break;
      case 'case':
        this.cases(command, tested);
        break;
      case 'for': {
        const [words, captures] = this.words(() => command.words.map((word) => this.pieces(word)));
        this.out.push({ op: 'items', name: command.name, words, captures, positional: command.words.length === 0 });
        const loop = this.hole();
        const again = this.hole();
        this.script(command.body, tested);
        this.out.push({ op: 'jump', to: again });
        this.out[again] = { op: 'next', end: this.out.length };
        this.out.push({ op: 'close' });
        this.out[loop] = { op: 'loop', end: this.out.length, again };
        this.out.push({ op: 'close' });
        break;
      }
      case 'while': {
        const loop = this.hole();
        const again = this.out.length;
        this.script(command.test, true);
        const test = this.hole();
        this.script(command.body, tested);
        this.out.push({ op: 'jump', to: again });
        this.out[test] = { op: 'branch', ok: command.until, to: this.out.length };
        this.out.push({ op: 'status', code: 0 }, { op: 'close' });
        this.out[loop] = { op: 'loop', end: this.out.length, again };
        break;
      }
    }
    if (open !== undefined) {
      this.out.push({ op: 'close' });
      this.out[open] = { op: 'open', redirects: redirects[0], captures: redirects[1], fail: this.out.length };
    }
  }

  branches({ branches, otherwise }: Extract<Command, { do: 'if' }>, tested: boolean): void {
    const ends: number[] = [];
    for (const { test, body } of branches) {
      this.script(test, true);
      const miss = this.hole();
      this.script(body, tested);
      ends.push(this.hole());
      this.out[miss] = { op: 'branch', ok: false, to: this.out.length };
    }
    this.out.push({ op: 'status', code: 0 });
    if (otherwise !== undefined) this.script(otherwise, tested);
    for (const end of ends) this.out[end] = { op: 'jump', to: this.out.length };
  }

  cases({ word, branches }: Extract<Command, { do: 'case' }>, tested: boolean): void {
    const [pieces, captures] = this.words(() => this.pieces(word));
    this.out.push({ op: 'case', word: pieces, captures });
    const ends: number[] = [];
    for (const branch of branches) {
      const [patterns, inPatterns] = this.words(() => branch.patterns.map((pattern) => this.pieces(pattern)));
      const match = this.hole();
      this.script(branch.body, tested);
      ends.push(this.hole());
      this.out[match] = { op: 'match', patterns, captures: inPatterns, miss: this.out.length };
    }
    this.out.push({ op: 'status', code: 0 });
    for (const end of ends) this.out[end] = { op: 'jump', to: this.out.length };
    this.out.push({ op: 'close' });
  }
}

/** Frozen, so that checkpoints share it. */
function compiled(script: Script): Code {
  const compiler = new Compiler();
  compiler.script(script, false);
  return Object.freeze(compiler.out);
}

// An invisible cache: the same text is the same code.
const codes = new Map<string, Code>();
/** Throws a ShellSyntaxError. */
export function compile(text: string): Code {
  let code = codes.get(text);
  if (code === undefined) {
    if (codes.size > 500) codes.clear();
    codes.set(text, (code = compiled(parseShell(text))));
  }
  return code;
}
