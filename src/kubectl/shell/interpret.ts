import { resolvePath } from '../files.ts';
import { Failure } from '../failure.ts';
import type { Answer, Run } from '../steps.ts';
import { fields, globPattern, single } from './expand.ts';
import type { Names } from './expand.ts';
import type { Command, Pipeline, Redirect, Script } from './parse.ts';
import { ShellSyntaxError, parseShell } from './parse.ts';

/** Where a program reads and writes. */
export interface Io {
  readonly stdin: string | undefined;
  readonly out: (text: string) => Run<void>;
  readonly err: (text: string) => Run<void>;
  /** Nobody types or looks at it: a pipe or a file stands between. */
  readonly piped: boolean;
}

/** What lives from line to line: variables, files, the folder. Plain data that whoever runs the shell keeps. */
export interface ShellState {
  readonly variables: Map<string, string>;
  readonly aliases: Map<string, string>;
  readonly files: Map<string, string>;
  folder: string;
  status: number;
}
export const HOME = '/home/you';
export const newShellState = (): ShellState => ({ variables: new Map([['HOME', HOME], ['USER', 'you'], ['SHELL', '/bin/sh']]), aliases: new Map([['k', 'kubectl']]), files: new Map(), folder: HOME, status: 0 });

export type Program = (args: readonly string[], io: Io, shell: Shell) => Run<number>;
export type Programs = Readonly<Record<string, Program>>;

function bounded(text: string, more: string): string {
  if (text.length + more.length > MOST_OUTPUT) throw new Failure(`the output of one command has more than ${MOST_OUTPUT / 1_000_000} MB, more than this shell keeps`);
  return text + more;
}

/** Ends the whole line: `exit`, or a limit. */
export class Exit extends Error {
  constructor(readonly code: number) {
    super('exit');
  }
}

const MOST_ROUNDS = 10_000;
const MOST_OUTPUT = 4_000_000;

/** Programs that do to each line what they would do to it alone, unless one of these flags makes them count or look around. */
const LINE_BY_LINE: Readonly<Record<string, RegExp>> = {
  grep: /^(?:-[a-zA-Z]*[cmnqlLABC]|--(?:count|max-count|line-number|quiet|context|after|before))/, egrep: /^-[a-zA-Z]*[cmnqlLABC]/, cut: /^$/, tr: /^$/, cat: /^-n|^[^-]/, sed: /^-n|^'?[0-9$]|[;{]|^-i/, awk: /NR|BEGIN|END|\+=|\+\+/, jq: /^-s|^--slurp/,
};

/** What stands after the first part of a pipe: all line by line (Infinity), or ending in a head, which needs so many lines. Undefined: they need the whole text. */
function passesOn(rest: readonly Command[]): number | undefined {
  let most = Infinity;
  for (const [i, command] of rest.entries()) {
    if (command.do !== 'simple' || command.redirects.length > 0) return undefined;
    const words = command.words.map((word) => (word.every((part) => part.is === 'text') ? word.map((part) => (part.is === 'text' ? part.text : '')).join('') : undefined));
    if (words.some((word) => word === undefined)) return undefined;
    const [name = '', ...args] = words as readonly string[];
    if (name === 'head' && i === rest.length - 1) {
      const count = /^(?:-n\s*)?-?(\d+)$/.exec(args.join(' ').replace(/^-n /, ''))?.[1];
      if (args.length > 0 && count === undefined) return undefined;
      // What stands between keeps an unknown number of lines back.
      if (i > 0) return undefined;
      most = Number(count ?? 10);
    } else if (!Object.hasOwn(LINE_BY_LINE, name) || args.some((arg) => LINE_BY_LINE[name]!.test(arg))) return undefined;
  }
  return most;
}

export class Shell {
  rounds = 0;
  constructor(readonly state: ShellState, readonly programs: Programs, readonly local: ReadonlyMap<string, string> = new Map()) {}

  path(name: string): string {
    return resolvePath(this.state.folder, name.startsWith('~') ? HOME + name.slice(1) : name);
  }
  read(name: string): string | undefined {
    return this.state.files.get(this.path(name));
  }

  names(io: Io): Names {
    return {
      get: (name) => (name === '?' ? String(this.state.status) : name === 'PWD' ? this.state.folder : name === '#' ? '0' : (this.local.get(name) ?? this.state.variables.get(name))),
      set: (name, value) => this.state.variables.set(name, value),
      glob: (pattern) => {
        const whole = globPattern(this.path(pattern)).source.replaceAll('.*', '[^/]*');
        const shape = new RegExp(whole, 's');
        return [...this.state.files.keys()].filter((name) => shape.test(name)).map((name) => (pattern.startsWith('/') ? name : name.slice(this.state.folder === '/' ? 1 : this.state.folder.length + 1))).sort((a, b) => (a < b ? -1 : 1));
      },
      output: (script) => this.captured(script, io),
    };
  }

  /** What a command in `$( )` writes. */
  *captured(script: Script, io: Io): Run<string> {
    let text = '';
    yield* this.script(script, { ...io, piped: true, out: function* (more) { text = bounded(text, more); } });
    return text;
  }

  *script(script: Script, io: Io): Run<number> {
    for (const { after, pipeline } of script) {
      if ((after === '&&' && this.state.status !== 0) || (after === '||' && this.state.status === 0)) continue;
      this.state.status = yield* this.pipeline(pipeline, io);
    }
    return this.state.status;
  }

  /** The parts of a pipe run one after the other; each reads what the one before wrote. Where the first one waits, what it wrote goes on meanwhile. */
  *pipeline({ negated, commands }: Pipeline, io: Io): Run<number> {
    const most = commands.length > 1 ? passesOn(commands.slice(1)) : undefined;
    if (most !== undefined) {
      const code = yield* this.streamed(commands[0]!, commands.slice(1), most, io);
      return negated ? (code === 0 ? 1 : 0) : code;
    }
    let { stdin } = io;
    let code = 0;
    for (let i = 0; i < commands.length; i++) {
      const last = i === commands.length - 1;
      let text = '';
        code = yield* this.command(commands[i]!, last ? { ...io, stdin } : { ...io, stdin, piped: true, out: function* (more) { text = bounded(text, more); } });
      stdin = text;
    }
    return negated ? (code === 0 ? 1 : 0) : code;
  }

  /**
   * `get -w | grep ...`: whenever the first part waits, the lines that it has written so far are given to the others, which treat each line by itself.
   * `most` lines are enough for a `head` at the end: then the first part is broken off, as by SIGPIPE.
   */
  *streamed(first: Command, rest: readonly Command[], most: number, io: Io): Run<number> {
    let pending = '';
    let lines = 0;
    const program = this.command(first, { ...io, piped: true, out: function* (more) { pending = bounded(pending, more); } });
    const feed = (text: string): Run<number> => this.pipeline({ negated: false, commands: rest }, { ...io, stdin: text });
    let matched = false;
    let fed = false;
    let answer: Answer | undefined;
    try {
      for (;;) {
        const turn = program.next(answer);
        if (turn.done === true) break;
        const waits = 'sleepMicros' in turn.value || 'watch' in turn.value;
        const whole = waits ? pending.lastIndexOf('\n') + 1 : 0;
        const count = whole === 0 ? 0 : pending.slice(0, whole).split('\n').length - 1;
        // A head sees all its lines at once; without one they go on as they come.
        if (whole > 0 && (most === Infinity || lines + count >= most)) {
          const chunk = pending.slice(0, whole);
          pending = pending.slice(whole);
          lines += count;
          fed = true;
          if ((yield* feed(chunk)) === 0) matched = true;
          if (lines >= most) return 0;
        }
        answer = yield turn.value;
      }
    } finally {
      program.return(130);
    }
    if (fed && pending === '') return matched ? 0 : 1;
    const code = yield* feed(pending);
    return matched ? 0 : code;
  }

  /** Runs with files in the place of streams; what was written is kept when it is done, or broken off. */
  *redirected(redirects: readonly Redirect[], io: Io, run: (io: Io) => Run<number>): Run<number> {
    if (redirects.length === 0) return yield* run(io);
    const names = this.names(io);
    let { stdin, out, err, piped } = io;
    const written = new Map<string, string>();
    const into = (path: string) => function* (text: string): Run<void> {
      written.set(path, bounded(written.get(path) ?? '', text));
    };
    for (const { fd, how, target } of redirects) {
      const name = yield* single(target, names);
      if (how === '<<') stdin = name;
      else if (how === '<<<') stdin = `${name}\n`;
      else if (how === '<') {
        stdin = this.read(name);
        if (stdin === undefined && name !== '/dev/null') {
          yield* io.err(`sh: ${name}: No such file or directory\n`);
          return 1;
        }
      } else if (how === '>&') {
        if (name === '1') err = out;
        else if (name === '2') out = err;
      } else {
        const path = this.path(name);
        const sink = path === '/dev/null' ? function* (): Run<void> {} : path === '/dev/stderr' ? io.err : path === '/dev/stdout' ? io.out : into(path);
        if (!path.startsWith('/dev/')) written.set(path, how === '>>' ? (this.state.files.get(path) ?? '') : '');
        if (fd === 2) err = sink;
        else {
          out = sink;
          piped = true;
        }
      }
    }
    const code = yield* run({ stdin, out, err, piped });
    for (const [path, text] of written) this.state.files.set(path, text);
    return code;
  }

  *command(command: Command, io: Io): Run<number> {
    switch (command.do) {
      case 'simple':
        return yield* this.simple(command, io);
      case 'group':
        return yield* this.redirected(command.redirects, io, (inner) => this.script(command.body, inner));
      case 'if':
        return yield* this.redirected(command.redirects, io, (inner) => this.branch(command, inner));
      case 'for':
      case 'while':
        return yield* this.redirected(command.redirects, io, (inner) => this.loop(command, inner));
      default:
        throw new ShellSyntaxError(`"${(command as { readonly do: string }).do}" is not known by the terminal's small shell`);
    }
  }

  *branch({ branches, otherwise }: Extract<Command, { do: 'if' }>, io: Io): Run<number> {
    for (const { test, body } of branches) if ((yield* this.script(test, io)) === 0) return yield* this.script(body, io);
    return otherwise === undefined ? 0 : yield* this.script(otherwise, io);
  }

  *loop(command: Extract<Command, { do: 'for' | 'while' }>, io: Io): Run<number> {
    let code = 0;
    const round = (): void => {
      if (++this.rounds > MOST_ROUNDS) throw new Failure(`a loop went round more than ${MOST_ROUNDS} times, more than this shell does`);
    };
    if (command.do === 'for') {
      for (const word of command.words) {
        for (const value of yield* fields(word, this.names(io))) {
          round();
          this.state.variables.set(command.name, value);
          code = yield* this.script(command.body, io);
        }
      }
      return code;
    }
    while (((yield* this.script(command.test, io)) === 0) !== command.until) {
      round();
      code = yield* this.script(command.body, io);
    }
    return code;
  }

  *simple({ assigns, words, redirects }: Extract<Command, { do: 'simple' }>, io: Io): Run<number> {
    const names = this.names(io);
    let argv: string[] = [];
    for (const word of words) argv.push(...(yield* fields(word, names)));
    // An alias is a text: it is read like what is typed.
    const alias = argv[0] === undefined ? undefined : this.state.aliases.get(argv[0]);
    if (alias !== undefined) argv = [...alias.split(/\s+/).filter((part) => part !== ''), ...argv.slice(1)];
    if (argv.length === 0) {
      for (const { name, value } of assigns) this.state.variables.set(name, yield* single(value, names));
      return redirects.length === 0 ? 0 : yield* this.redirected(redirects, io, function* () { return 0; });
    }
    const local = new Map(this.local);
    for (const { name, value } of assigns) local.set(name, yield* single(value, names));
    const shell = assigns.length === 0 ? this : new Shell(this.state, this.programs, local);
    return yield* this.redirected(redirects, io, (inner) => shell.start(argv, inner));
  }

  /** Runs a program by its name. */
  *start(argv: readonly string[], io: Io): Run<number> {
    const [name = '', ...args] = argv;
    const own = name.replace(/^\/(?:usr\/)?(?:local\/)?s?bin\//, '');
    if (!Object.hasOwn(this.programs, own)) {
      yield* io.err(`${name}: command not found\n`);
      return 127;
    }
    return yield* this.programs[own]!(args, io, this);
  }

  /** Runs a text, as `sh -c` does. Its own mistakes end in a message. */
  *source(text: string, io: Io): Run<number> {
    try {
      return yield* this.script(parseShell(text), io);
    } catch (error) {
      if (error instanceof Exit) return error.code;
      if (!(error instanceof ShellSyntaxError) && !(error instanceof Failure)) throw error;
      yield* io.err(`${error instanceof Failure ? error.text : `sh: ${error.message}`}\n`);
      return 2;
    }
  }
}
