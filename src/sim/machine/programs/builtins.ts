import { SECOND, timestamp } from '../../api/time.ts';
import type { Proc } from '../shell/state.ts';
import { pattern } from '../shell/words.ts';
import { civilTime, formatDate } from './dates.ts';
import type { Call, Program, Programs } from './program.ts';
import { ok } from './program.ts';

/** What a shell does itself. */
const builtin = (run: Program['run']): Program => ({ builtin: true, run });

const whole = (text: string | undefined): number | undefined => (text !== undefined && /^\s*[-+]?\d+\s*$/.test(text) ? Number(text) : undefined);

class TestError extends Error {}

/** test, [ and [[. */
function holds(args: readonly string[], call: Call, double: boolean): boolean {
  if (args.length === 0) return false;
  for (const [word, isAnd] of double ? ([['||', false], ['&&', true]] as const) : ([['-o', false], ['-a', true]] as const)) {
    const at = args.findIndex((arg, i) => i > 0 && i < args.length - 1 && arg === word);
    if (at < 0) continue;
    const [left, right] = [args.slice(0, at), args.slice(at + 1)];
    return isAnd ? holds(left, call, double) && holds(right, call, double) : holds(left, call, double) || holds(right, call, double);
  }
  if (args[0] === '!' && args.length > 1) return !holds(args.slice(1), call, double);
  if (args[0] === '(' && args.at(-1) === ')' && args.length > 2) return holds(args.slice(1, -1), call, double);
  const { files } = call.around;
  if (args.length === 1) return args[0] !== '';
  if (args.length === 2) {
    const [operator, value] = [args[0]!, args[1]!];
    const path = call.path(value);
    switch (operator) {
      case '-z': return value === '';
      case '-n': return value !== '';
      case '-d': return files.isFolder(path);
      case '-f': return files.read(path) !== undefined;
      case '-s': return (files.read(path) ?? '') !== '';
      case '-e': case '-r': case '-x': return files.read(path) !== undefined || files.isFolder(path);
      case '-w': return (files.read(path) !== undefined || files.isFolder(path)) && !files.isReadOnly(path);
      case '-L': case '-h': case '-p': case '-S': case '-b': case '-c': case '-t': return false;
      default: throw new TestError(`${operator}: unknown operand`);
    }
  }
  const [a = '', operator = '', b = ''] = args;
  if (args.length > 3) throw new TestError(`${args[1]!}: unknown operand`);
  switch (operator) {
    case '=': case '==': return double ? pattern(b).test(a) : a === b;
    case '!=': return double ? !pattern(b).test(a) : a !== b;
    case '<': return a < b;
    case '>': return a > b;
    case '=~': return new RegExp(b).test(a);
    case '-nt': case '-ot': case '-ef': return false;
  }
  const [x, y] = [whole(a), whole(b)];
  if (!/^-(?:eq|ne|lt|le|gt|ge)$/.test(operator)) throw new TestError(`${operator}: unknown operand`);
  if (x === undefined || y === undefined) throw new TestError(`${x === undefined ? a : b}: bad number`);
  switch (operator) {
    case '-eq': return x === y;
    case '-ne': return x !== y;
    case '-lt': return x < y;
    case '-le': return x <= y;
    case '-gt': return x > y;
    default: return x >= y;
  }
}
const test: Program = builtin((call) => {
  const [name = ''] = call.argv;
  const close = name === '[' ? ']' : name === '[[' ? ']]' : undefined;
  let { args } = call;
  if (close !== undefined) {
    if (args.at(-1) !== close) {
      call.err(`sh: missing ${close}\n`);
      return 2;
    }
    args = args.slice(0, -1);
  }
  try {
    return holds(args, call, name === '[[') ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestError) && !(error instanceof SyntaxError)) throw error;
    call.err(`sh: ${error.message}\n`);
    return 2;
  }
});

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', a: '\x07', b: '\b', f: '\f', v: '\v', e: '\x1b' };
/** `stopped`: a \c was met. */
export function escaped(text: string): { readonly text: string; readonly stopped: boolean } {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c !== '\\') {
      out += c;
      continue;
    }
    const next = text[++i] ?? '';
    const octal = /^0?[0-7]{1,3}/.exec(text.slice(i));
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(text.slice(i));
    if (next === 'c') return { text: out, stopped: true };
    if (Object.hasOwn(ESCAPES, next)) out += ESCAPES[next]!;
    else if (octal !== null) {
      out += String.fromCharCode(parseInt(octal[0], 8) & 255);
      i += octal[0].length - 1;
    } else if (hex !== null) {
      out += String.fromCharCode(parseInt(hex[1]!, 16));
      i += hex[0].length - 1;
    } else out += `\\${next}`;
  }
  return { text: out, stopped: false };
}

export function printf(format: string, args: readonly string[], now: number): string {
  let left = [...args];
  let out = '';
  do {
    let used = false;
    const before = left.length;
    out += format.replace(/%%|%([-+ 0#]*)(\*|\d+)?(?:\.(\d+))?([sdiufxXoceqb]|\([^)]*\)T)|\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)/gs, (all, flags: string, width: string | undefined, precision: string | undefined, kind: string | undefined) => {
      if (all === '%%') return '%';
      if (kind === undefined) return escaped(all).text;
      used = true;
      const size = width === '*' ? Number(left.shift() ?? 0) : Number(width ?? 0);
      const value = left.shift() ?? '';
      let text: string;
      const number = value.startsWith("'") || value.startsWith('"') ? (value.codePointAt(1) ?? 0) : Number(value) || 0;
      if (kind.endsWith('T')) text = formatDate(kind.slice(1, -2), now);
      else if (kind === 's' || kind === 'q') text = precision === undefined ? value : value.slice(0, Number(precision));
      else if (kind === 'b') text = escaped(value).text;
      else if (kind === 'c') text = value.slice(0, 1);
      else if (kind === 'f' || kind === 'e') text = number.toFixed(precision === undefined ? 6 : Number(precision));
      else if (kind === 'x' || kind === 'X') text = Math.trunc(number).toString(16)[kind === 'X' ? 'toUpperCase' : 'toLowerCase']();
      else if (kind === 'o') text = Math.trunc(number).toString(8);
      else text = String(Math.trunc(number));
      if (flags.includes('+') && /[dif]/.test(kind) && number >= 0) text = `+${text}`;
      if (flags.includes('-')) return text.padEnd(size);
      return flags.includes('0') && kind !== 's' ? text.padStart(size, '0') : text.padStart(size);
    });
    if (!used || left.length === before) left = [];
  } while (left.length > 0);
  return out;
}

const echo: Program = builtin((call) => {
  let { args } = call;
  let [newline, escapes] = [true, false];
  for (; /^-[neE]+$/.test(args[0] ?? ''); args = args.slice(1)) {
    if (args[0]!.includes('n')) newline = false;
    if (args[0]!.includes('e')) escapes = true;
  }
  const { text, stopped } = escapes ? escaped(args.join(' ')) : { text: args.join(' '), stopped: false };
  call.out(`${text}${newline && !stopped ? '\n' : ''}`);
  return 0;
});

const SIGNALS: Readonly<Record<string, string>> = { 0: 'EXIT', 1: 'HUP', 2: 'INT', 3: 'QUIT', 9: 'KILL', 10: 'USR1', 12: 'USR2', 14: 'ALRM', 15: 'TERM', 17: 'CHLD', 18: 'CONT' };
const signalName = (text: string): string => SIGNALS[text] ?? text.toUpperCase().replace(/^SIG/, '');

const trap: Program = builtin(({ args, proc, out }) => {
  if (args.length === 0) {
    for (const [name, action] of proc.traps) out(`trap -- '${action}' ${name}\n`);
    return 0;
  }
  const [action = '', ...signals] = args[0] === '--' ? args.slice(1) : args;
  if (action === '-' || signals.length === 0) for (const name of signals.length === 0 ? [action] : signals) proc.traps.delete(signalName(name));
  else for (const name of signals) proc.traps.set(signalName(name), action);
  return 0;
});

const kill: Program = builtin((call) => {
  const { args, inside, err } = call;
  let name = 'TERM';
  let code = 0;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '-l') {
      call.out('HUP INT QUIT KILL USR1 USR2 ALRM TERM\n');
      return 0;
    }
    if (arg === '-s' || arg === '-n') {
      name = signalName(args[++i] ?? '');
      continue;
    }
    if (i === 0 && /^-\w+$/.test(arg)) {
      name = arg === '-0' ? '0' : signalName(arg.slice(1));
      continue;
    }
    const target: Proc | undefined = inside.procs.get(Number(arg.replace(/^%/, '')));
    if (target === undefined || target.ended !== undefined) {
      err(`sh: can't kill pid ${arg}: No such process\n`);
      code = 1;
    } else call.signal(target, name);
  }
  return code;
});

const wait: Program = builtin((call) => {
  if (call.memo['waited'] === true) return call.proc.status;
  const { args, inside, proc } = call;
  const own = args.length > 0 ? args.filter((arg) => !arg.startsWith('-')).map((arg) => Number(arg)) : [...inside.procs.values()].filter((one) => one.parent === proc.pid).map((one) => one.pid);
  const known = own.filter((pid) => inside.procs.has(pid));
  if (known.length === 0) return own.length > 0 && args.length > 0 ? 127 : 0;
  call.memo['waited'] = true;
  return call.children(known, true);
});

const read: Program = builtin((call) => {
  const { args, proc, memo } = call;
  let raw = false;
  const variables: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '-p' || args[i] === '-t' || args[i] === '-n' || args[i] === '-d') i++;
    else if (args[i]!.startsWith('-')) raw ||= args[i]!.includes('r');
    else variables.push(args[i]!);
  }
  const { text, ended, back } = call.read();
  const all = String(memo['text'] ?? '') + text;
  const end = all.indexOf('\n');
  if (end < 0 && !ended) {
    memo['text'] = all;
    return call.input();
  }
  const line = end < 0 ? all : all.slice(0, end);
  if (end >= 0) back(all.slice(end + 1));
  const split = proc.variables.get('IFS');
  const targets = variables.length === 0 ? ['REPLY'] : variables;
  let rest = raw ? line : line.replace(/\\(.)/g, '$1');
  const between = split === undefined || split.trim() === '' ? /[ \t]+/ : new RegExp(`[${split.replace(/[\]\\^-]/g, '\\$&')}]`);
  if (split !== '') rest = rest.replace(/^[ \t]+|[ \t]+$/g, '');
  targets.forEach((name, i) => {
    const found = i === targets.length - 1 || split === '' ? null : between.exec(rest);
    proc.variables.set(name, found === null ? rest : rest.slice(0, found.index));
    rest = found === null ? '' : rest.slice(found.index + found[0].length);
  });
  return end < 0 && line === '' ? 1 : end < 0 ? 1 : 0;
});

const set: Program = builtin(({ args, proc, out }) => {
  if (args.length === 0) for (const [name, value] of [...proc.variables].sort(([a], [b]) => (a < b ? -1 : 1))) out(`${name}='${value}'\n`);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') {
      proc.params = args.slice(i + 1);
      return 0;
    }
    if (arg === '-o' || arg === '+o') {
      if (args[++i] === 'errexit') proc.errexit = arg === '-o';
    } else if (/^[-+]/.test(arg)) {
      if (arg.includes('e')) proc.errexit = arg.startsWith('-');
    } else {
      proc.params = args.slice(i);
      return 0;
    }
  }
  return 0;
});

const assign = (exports: boolean): Program => builtin(({ args, proc, out }) => {
  if (exports && (args.length === 0 || args[0] === '-p')) for (const name of [...proc.exported].sort((a, b) => (a < b ? -1 : 1))) out(`export ${name}='${proc.variables.get(name) ?? ''}'\n`);
  for (const arg of args) {
    if (arg.startsWith('-')) continue;
    const at = arg.indexOf('=');
    const name = at < 0 ? arg : arg.slice(0, at);
    if (at >= 0) proc.variables.set(name, arg.slice(at + 1));
    if (exports) proc.exported.add(name);
  }
  return 0;
});

const leave = (how: 'break' | 'continue'): Program => builtin((call) => {
  call.proc.status = 0;
  call.unwind(Math.max(1, Number(call.args[0] ?? 1) || 1), how);
  return undefined;
});

export const sleepMicros = (args: readonly string[]): number | undefined => {
  let total = 0;
  for (const arg of args) {
    if (arg === 'inf' || arg === 'infinity') return Infinity;
    const m = /^(\d*\.?\d+)([smhd]?)$/.exec(arg);
    if (m === null) return undefined;
    total += Number(m[1]) * (m[2] === 'm' ? 60 : m[2] === 'h' ? 3600 : m[2] === 'd' ? 86_400 : 1);
  }
  return Math.round(total * SECOND);
};

export const builtins: Programs = {
  ':': builtin(ok), true: builtin(ok), false: builtin(() => 1), test, '[': test, '[[': test, echo, trap, kill, wait, read, set, export: assign(true), local: assign(false), readonly: assign(false), declare: assign(false), break: leave('break'), continue: leave('continue'), umask: builtin(ok), ulimit: builtin(ok), alias: builtin(ok), hash: builtin(ok), shopt: builtin(ok),
  printf: builtin((call) => {
    call.out(printf(call.args[0] ?? '', call.args.slice(1), call.now));
    return 0;
  }),
  exit: builtin((call) => {
    call.exit(call.args[0] === undefined ? call.proc.status : Number(call.args[0]) & 255);
    return undefined;
  }),
  return: builtin((call) => {
    if (call.args[0] !== undefined) call.proc.status = Number(call.args[0]) & 255;
    call.unwind(0, 'return');
    return undefined;
  }),
  exec: builtin((call) => {
    // Without a program it only moves the streams, and they stay so.
    if (call.args.length === 0) {
      call.proc.running = undefined;
      call.proc.status = 0;
      return undefined;
    }
    call.replace(call.args);
    return undefined;
  }),
  eval: builtin((call) => {
    call.evaluate(call.args.join(' '));
    return undefined;
  }),
  '.': builtin((call) => {
    const text = call.around.files.read(call.path(call.args[0] ?? ''));
    if (text === undefined) {
      call.err(`sh: .: can't open '${call.args[0] ?? ''}': No such file or directory\n`);
      return 2;
    }
    call.evaluate(text);
    return undefined;
  }),
  cd: builtin((call) => {
    const target = call.path(call.args[0] ?? call.environment['HOME'] ?? '/root');
    if (!call.around.files.isFolder(target)) {
      call.err(`sh: cd: can't cd to ${call.args[0] ?? ''}: No such file or directory\n`);
      return 2;
    }
    call.proc.folder = target;
    return 0;
  }),
  pwd: builtin((call) => {
    call.out(`${call.proc.folder}\n`);
    return 0;
  }),
  shift: builtin(({ args, proc }) => {
    proc.params = proc.params.slice(Number(args[0] ?? 1));
    return 0;
  }),
  unset: builtin(({ args, proc }) => {
    for (const name of args) {
      proc.variables.delete(name);
      proc.exported.delete(name);
      proc.functions.delete(name);
    }
    return 0;
  }),
  date: {
    run: (call) => {
      const format = call.args.find((arg) => arg.startsWith('+'));
      const iso = call.args.find((arg) => /^-I|^--iso-8601/.test(arg));
      const at = call.args[call.args.indexOf('-d') + 1];
      const now = call.args.includes('-d') && /^@\d+$/.test(at ?? '') ? civilTime(Number(at!.slice(1))) : call.now;
      if (iso !== undefined) call.out(`${iso.includes('s') && iso !== '--iso-8601' ? timestamp(now).replace('Z', '+00:00') : timestamp(now).slice(0, 10)}\n`);
      else call.out(`${formatDate(format?.slice(1) ?? '%a %b %e %H:%M:%S UTC %Y', now)}\n`);
      return 0;
    },
  },
  sleep: {
    run: (call) => {
      if (call.memo['slept'] === true) return 0;
      const micros = sleepMicros(call.args);
      if (micros === undefined || call.args.length === 0) {
        call.err(call.args.length === 0 ? 'sleep: missing operand\n' : `sleep: invalid number '${call.args[0]!}'\n`);
        return 1;
      }
      call.memo['slept'] = true;
      // It has no handler for SIGTERM; as good as for ever.
      return call.sleep(Math.min(micros, 1_000_000 * SECOND));
    },
  },
};
