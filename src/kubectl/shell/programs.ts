import { timestamp } from '../../sim/api/time.ts';
import { compactJson, indentedJson } from '../encode.ts';
import { Failure } from '../failure.ts';
import type { Run } from '../steps.ts';
import { awk, sprintf } from './awk.ts';
import type { Io, Program, Programs, Shell } from './interpret.ts';
import { Exit } from './interpret.ts';
import { parseJq } from './jq.ts';
import { careful, escapes, inputs, joined, lines, options, usage } from './texts.ts';
import type { Json } from '../../sim/api/object.ts';
import { SECOND } from '../../sim/api/time.ts';

/** The builtins that need nothing but the shell: words, files, variables. The same run in the terminal and inside containers. */
const number = (value: string | undefined): number => Number(value ?? 0);

/** [ -f x ], [ "$a" = b ], and the like. */
function holds(args: readonly string[], shell: Shell): boolean {
  if (args[0] === '!') return !holds(args.slice(1), shell);
  const join = args.findIndex((arg) => arg === '-a' || arg === '-o');
  if (join > 0) return args[join] === '-a' ? holds(args.slice(0, join), shell) && holds(args.slice(join + 1), shell) : holds(args.slice(0, join), shell) || holds(args.slice(join + 1), shell);
  const [a = '', operator = '', b = ''] = args;
  if (args.length <= 1) return a !== '';
  if (args.length === 2) {
    const path = shell.path(operator);
    const folder = [...shell.state.files.keys()].some((name) => name.startsWith(`${path}/`));
    switch (a) {
      case '-z':
        return operator === '';
      case '-n':
        return operator !== '';
      case '-d':
        return folder;
      case '-s':
        return (shell.read(operator) ?? '') !== '';
      default:
        return shell.read(operator) !== undefined || (a === '-e' && folder);
    }
  }
  switch (operator) {
    case '=':
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '-eq':
      return number(a) === number(b);
    case '-ne':
      return number(a) !== number(b);
    case '-lt':
      return number(a) < number(b);
    case '-le':
      return number(a) <= number(b);
    case '-gt':
      return number(a) > number(b);
    case '-ge':
      return number(a) >= number(b);
    default:
      throw usage(`test: ${operator}: unknown operator`);
  }
}

function* copyOrMove(name: 'cp' | 'mv', args: readonly string[], io: Io, shell: Shell): Run<number> {
  const { rest } = options(args, 'rfpRav');
  const target = rest.at(-1);
  if (rest.length < 2 || target === undefined) throw usage(`usage: ${name} SOURCE TARGET`);
  for (const source of rest.slice(0, -1)) {
    const text = shell.read(source);
    if (text === undefined) {
      yield* io.err(`${name}: can't stat '${source}': No such file or directory\n`);
      return 1;
    }
    const whole = shell.path(target);
    const folder = target.endsWith('/') || target === '.' || [...shell.state.files.keys()].some((file) => file.startsWith(`${whole}/`));
    shell.state.files.set(folder ? `${whole === '/' ? '' : whole}/${source.split('/').at(-1)!}` : whole, text);
    if (name === 'mv') shell.state.files.delete(shell.path(source));
  }
  return 0;
}

const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** date(1): without a format as it prints by itself, in UTC. */
export function dateText(now: number, format: string | undefined): string {
  const iso = timestamp(now);
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = iso.split(/[-T:Z]/);
  const seconds = Math.floor(now / SECOND) + 1_767_600_000;
  const weekday = DAYS[Math.floor(seconds / 86_400) % 7]!;
  const parts: Readonly<Record<string, string>> = { Y: year, m: month, d: day, H: hour, M: minute, S: second, s: String(seconds), F: `${year}-${month}-${day}`, T: `${hour}:${minute}:${second}`, Z: 'UTC', z: '+0000', a: weekday, b: MONTHS[Number(month) - 1]!, e: String(Number(day)).padStart(2), n: '\n', t: '\t', '%': '%', N: '000000000' };
  return (format ?? '%a %b %e %H:%M:%S UTC %Y').replace(/%([A-Za-z%])/g, (all, c: string) => parts[c] ?? all);
}

export const basicPrograms = (now: () => number): Programs => {
  const all: Programs = {
    echo: function* (args, io) {
      const flags = /^-[neE]+$/.test(args[0] ?? '') ? args[0]! : '';
      const text = (flags === '' ? args : args.slice(1)).join(' ');
      yield* io.out(`${flags.includes('e') ? escapes(text) : text}${flags.includes('n') ? '' : '\n'}`);
      return 0;
    },
    printf: function* (args, io) {
      const [format = '', ...values] = args;
      const each = (format.match(/%[-0-9.]*[a-z]/g) ?? []).length;
      let out = '';
      for (let i = 0; i === 0 || (each > 0 && i < values.length); i += each === 0 ? 1 : each) out += sprintf([format.replace(/%b/g, '%s'), ...values.slice(i, i + each)]);
      yield* io.out(out);
      return 0;
    },
    awk: function* (args, io, shell) {
      let separator: string | undefined;
      const assigns: (readonly [string, string])[] = [];
      const rest: string[] = [];
      for (let i = 0; i < args.length; i++) {
        const arg = args[i]!;
        if (rest.length === 0 && arg.startsWith('-F')) separator = escapes(arg.length > 2 ? arg.slice(2) : (args[++i] ?? ' '));
        else if (rest.length === 0 && arg === '-v') {
          const [name = '', ...value] = (args[++i] ?? '').split('=');
          assigns.push([name, value.join('=')]);
        } else rest.push(arg);
      }
      const [source, ...files] = rest;
      if (source === undefined) throw usage("usage: awk [-F fs] 'prog' [file ...]");
      const texts = yield* inputs('awk', files, io, shell);
      if (texts === undefined) return 1;
      yield* io.out(awk(source, separator, assigns, lines(texts.join(''))));
      return 0;
    },
    jq: function* (args, io, shell) {
      const { flags, rest } = options(args, 'rcesnSj', '', { 'raw-output': 'r', 'compact-output': 'c', slurp: 's', 'exit-status': 'e' });
      const [source = '.', ...files] = rest;
      const texts = yield* inputs('jq', files, io, shell);
      if (texts === undefined) return 2;
      let value: Json;
      try {
        value = texts.join('').trim() === '' ? null : (JSON.parse(texts.join('')) as Json);
      } catch {
        throw usage('parse error: the input is not JSON');
      }
      if (texts.join('').trim() === '') return 0;
      for (const one of parseJq(source)(value)) yield* io.out(typeof one === 'string' && (flags.has('r') || flags.has('j')) ? `${one}${flags.has('j') ? '' : '\n'}` : flags.has('c') ? `${compactJson(one)}\n` : indentedJson(one).replace(/^( +)/gm, (_, gap: string) => ' '.repeat(gap.length / 2)));
      return 0;
    },
    seq: function* (args, io) {
      const [from, step, to] = args.length === 1 ? [1, 1, number(args[0])] : args.length === 2 ? [number(args[0]), 1, number(args[1])] : [number(args[0]), number(args[1]), number(args[2])];
      if (step === 0 || Math.abs((to - from) / step) > 100_000) throw usage('seq: too many numbers');
      yield* io.out(joined(Array.from({ length: Math.max(0, Math.floor((to - from) / step) + 1) }, (_, i) => String(from + i * step))));
      return 0;
    },
    sleep: function* (args) {
      const [, amount = '0', unit = 's'] = /^([\d.]+)([smhd]?)$/.exec(args[0] ?? '') ?? (args[0] === 'infinity' ? ['', '31536000', 's'] : []);
      yield { sleepMicros: Math.max(1, Math.round(Number(amount) * ({ '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 1) * SECOND)) };
      return 0;
    },
    true: function* () { return 0; }, ':': function* () { return 0; }, false: function* () { return 1; },
    test: function* (args, _, shell) { return holds(args, shell) ? 0 : 1; },
    '[': function* (args, _, shell) { return holds(args.at(-1) === ']' ? args.slice(0, -1) : args, shell) ? 0 : 1; },
    exit: function* (args, _, shell) { throw new Exit(args[0] === undefined ? shell.state.status : number(args[0])); },
    export: function* (args, io, shell) {
      for (const arg of args) if (arg.includes('=')) shell.state.variables.set(arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1));
      if (args.length === 0) yield* io.out(joined([...shell.state.variables].map(([name, value]) => `export ${name}='${value}'`)));
      return 0;
    },
    unset: function* (args, _, shell) {
      for (const arg of args) shell.state.variables.delete(arg);
      return 0;
    },
    alias: function* (args, io, shell) {
      for (const arg of args) if (arg.includes('=')) shell.state.aliases.set(arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1));
      if (args.length === 0) yield* io.out(joined([...shell.state.aliases].map(([name, value]) => `alias ${name}='${value}'`)));
      return 0;
    },
    set: function* () { return 0; },
    read: function* (args, io, shell) {
      const words = (io.stdin ?? '').split('\n')[0]!.split(/\s+/);
      args.filter((arg) => !arg.startsWith('-')).forEach((name, i, list) => shell.state.variables.set(name, i === list.length - 1 ? words.slice(i).join(' ') : (words[i] ?? '')));
      return (io.stdin ?? '') === '' ? 1 : 0;
    },
    cd: function* (args, _, shell) {
      shell.state.folder = shell.path(args[0] ?? '~');
      return 0;
    },
    pwd: function* (_, io, shell) {
      yield* io.out(`${shell.state.folder}\n`);
      return 0;
    },
    ls: function* (args, io, shell) {
      const { flags, rest } = options(args, 'laAhtr1R');
      let code = 0;
      for (const name of rest.length === 0 ? ['.'] : rest) {
        const path = shell.path(name);
        if (shell.state.files.has(path)) {
          yield* io.out(`${name}\n`);
          continue;
        }
        const prefix = path === '/' ? '/' : `${path}/`;
        const inside = [...new Set([...shell.state.files.keys()].filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length).split('/')[0]!))].filter((file) => file !== '' && (flags.has('a') || flags.has('A') || !file.startsWith('.'))).sort((a, b) => (a < b ? -1 : 1));
        if (inside.length === 0 && path !== shell.state.folder && ![...shell.state.files.keys()].some((file) => file.startsWith(prefix))) {
          yield* io.err(`ls: ${name}: No such file or directory\n`);
          code = 1;
          continue;
        }
        if (rest.length > 1) yield* io.out(`${name}:\n`);
        yield* io.out(joined(flags.has('l') ? inside.map((file) => `-rw-r--r--    1 root     root     ${String((shell.state.files.get(prefix + file) ?? '').length).padStart(9)} ${file}`) : inside));
      }
      return code;
    },
    rm: function* (args, io, shell) {
      const { flags, rest } = options(args, 'rfRi');
      for (const name of rest) {
        const path = shell.path(name);
        const gone = [...shell.state.files.keys()].filter((file) => file === path || ((flags.has('r') || flags.has('R')) && file.startsWith(`${path}/`)));
        if (gone.length === 0 && !flags.has('f')) {
          yield* io.err(`rm: can't remove '${name}': No such file or directory\n`);
          return 1;
        }
        for (const file of gone) shell.state.files.delete(file);
      }
      return 0;
    },
    cp: (args, io, shell) => copyOrMove('cp', args, io, shell), mv: (args, io, shell) => copyOrMove('mv', args, io, shell),
    touch: function* (args, _, shell) {
      for (const name of args.filter((arg) => !arg.startsWith('-'))) if (shell.read(name) === undefined) shell.state.files.set(shell.path(name), '');
      return 0;
    },
    mkdir: function* (args, _, shell) {
      for (const name of options(args, 'pv').rest) shell.state.files.set(`${shell.path(name)}/.keep`, '');
      return 0;
    },
    chmod: function* () { return 0; }, chown: function* () { return 0; }, sync: function* () { return 0; },
    basename: function* (args, io) {
      yield* io.out(`${(args[0] ?? '').split('/').at(-1)!.replace(new RegExp(`${(args[1] ?? '').replace(/\./g, '\\.')}$`), '')}\n`);
      return 0;
    },
    dirname: function* (args, io) {
      yield* io.out(`${(args[0] ?? '').split('/').slice(0, -1).join('/') || '.'}\n`);
      return 0;
    },
    date: function* (args, io) {
      yield* io.out(`${dateText(now(), args.find((arg) => arg.startsWith('+'))?.slice(1))}\n`);
      return 0;
    },
    whoami: function* (_, io, shell) {
      yield* io.out(`${shell.state.variables.get('USER') ?? 'root'}\n`);
      return 0;
    },
    which: function* (args, io, shell) {
      const found = args.filter((name) => Object.hasOwn(shell.programs, name));
      yield* io.out(joined(found.map((name) => `/usr/bin/${name}`)));
      return found.length === args.length ? 0 : 1;
    },
    env: function* (_, io, shell) {
      yield* io.out(joined([...shell.state.variables, ...shell.local].map(([name, value]) => `${name}=${value}`)));
      return 0;
    },
    printenv: function* (args, io, shell) {
      yield* io.out(args[0] === undefined ? joined([...shell.state.variables].map(([name, value]) => `${name}=${value}`)) : `${shell.state.variables.get(args[0]) ?? ''}\n`);
      return 0;
    },
    yes: function* () { throw new Failure('yes: it would never end; use a loop with a sleep'); },
    time: (args, io, shell) => shell.start(args, io), sudo: (args, io, shell) => shell.start(args, io), exec: (args, io, shell) => shell.start(args, io),
    timeout: (args, io, shell) => shell.start(args.slice(1), io),
    eval: (args, io, shell) => shell.source(args.join(' '), io),
    source: function* (args, io, shell) { return yield* shell.source(shell.read(args[0] ?? '') ?? '', io); },
    sh: function* (args, io, shell) {
      const at = args.indexOf('-c');
      if (at >= 0) return yield* shell.source(args[at + 1] ?? '', io);
      const file = args.find((arg) => !arg.startsWith('-'));
      if (file === undefined) return io.stdin === undefined ? 0 : yield* shell.source(io.stdin, io);
      const text = shell.read(file);
      if (text !== undefined) return yield* shell.source(text, io);
      yield* io.err(`sh: can't open '${file}': No such file or directory\n`);
      return 2;
    },
  };
  const withBash: Record<string, Program> = { ...all, bash: all.sh!, ash: all.sh!, gawk: all.awk!, '.': all.source! };
  return Object.fromEntries(Object.entries(withBash).map(([name, program]) => [name, careful(name, program)]));
};
