import { base64, fromBase64 } from '../base64.ts';
import type { Run } from '../steps.ts';
import { compareText } from '../tree.ts';
import type { Io, Program, Programs, Shell } from './interpret.ts';

/** The programs that people pipe kubectl's output through, with the options that are used for it. */
class Usage extends Error {}

interface Options {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
}

/** Short flags, joined or not; those in `valued` take a value. Long ones are looked up in `long`. */
export function options(args: readonly string[], known: string, valued = '', long: Readonly<Record<string, string>> = {}): Options {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith('--')) {
      const [name = '', ...value] = arg.slice(2).split('=');
      const short = Object.hasOwn(long, name) ? long[name]! : undefined;
      if (short === undefined) throw new Usage(`unrecognized option '--${name}'`);
      if (valued.includes(short)) values.set(short, value.length > 0 ? value.join('=') : (args[++i] ?? ''));
      else flags.add(short);
    } else if (/^-[^\d]/.test(arg) && arg !== '-') {
      for (let j = 1; j < arg.length; j++) {
        const short = arg[j]!;
        if (valued.includes(short)) {
          values.set(short, arg.slice(j + 1) !== '' ? arg.slice(j + 1) : (args[++i] ?? ''));
          break;
        }
        if (!known.includes(short)) throw new Usage(`invalid option -- '${short}'`);
        flags.add(short);
      }
    } else rest.push(arg);
  }
  return { flags, values, rest };
}

/** The texts of the named files, or of what comes in. */
function* inputs(name: string, files: readonly string[], io: Io, shell: Shell): Run<readonly string[] | undefined> {
  if (files.length === 0) return [io.stdin ?? ''];
  const out: string[] = [];
  for (const file of files) {
    const text = file === '-' ? (io.stdin ?? '') : shell.read(file);
    if (text === undefined) {
      yield* io.err(`${name}: ${file}: No such file or directory\n`);
      return undefined;
    }
    out.push(text);
  }
  return out;
}
const lines = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
const joined = (list: readonly string[]): string => list.map((line) => `${line}\n`).join('');

/** A program over lines: the named files, or what comes in. */
const filter = (name: string, run: (args: readonly string[]) => { readonly files: readonly string[]; readonly over: (list: readonly string[], text: string) => string; readonly code?: (out: string) => number }): Program =>
  function* (args, io, shell) {
    const { files, over, code } = run(args);
    const texts = yield* inputs(name, files, io, shell);
    if (texts === undefined) return 1;
    const text = texts.join('');
    const out = over(lines(text), text);
    if (out !== '') yield* io.out(out);
    return code?.(out) ?? 0;
  };

/** A POSIX pattern as JavaScript's: in basic ones, \| \( \) \{ \} + ? are the special ones only with a backslash. */
export function pattern(source: string, extended: boolean, flags = ''): RegExp {
  let text = source.replace(/\[\[:(\w+):\]\]/g, (_, name: string) => ({ space: '\\s', digit: '\\d', alpha: '[A-Za-z]', alnum: '[A-Za-z0-9]', upper: '[A-Z]', lower: '[a-z]' })[name] ?? '.');
  if (!extended) text = text.replace(/\\?[|(){}+?]/g, (one) => (one.startsWith('\\') ? one.slice(1) : `\\${one}`));
  try {
    return new RegExp(text, flags);
  } catch {
    throw new Usage(`invalid regular expression: ${source}`);
  }
}

const grep = filter('grep', (args) => {
  // -5 and the like are numbers of lines of context.
  const { flags, values, rest } = options(args.map((arg) => (/^-\d+$/.test(arg) ? `-C${arg.slice(1)}` : arg)), 'ivcnoEFwqhHlrxPs', 'ABCem', { 'ignore-case': 'i', 'invert-match': 'v', count: 'c', 'line-number': 'n', 'only-matching': 'o', 'extended-regexp': 'E', 'fixed-strings': 'F', quiet: 'q', color: 's', 'after-context': 'A', 'before-context': 'B', context: 'C', 'max-count': 'm' });
  const [source, ...files] = values.has('e') ? [values.get('e')!, ...rest] : rest;
  if (source === undefined) throw new Usage('usage: grep [-ivcnoEFwq] PATTERN [FILE]...');
  const literal = source.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const base = flags.has('F') ? new RegExp(literal) : pattern(source, flags.has('E') || flags.has('P'));
  const shape = new RegExp(flags.has('w') ? `(?<!\\w)(?:${base.source})(?!\\w)` : flags.has('x') ? `^(?:${base.source})$` : base.source, flags.has('i') ? 'i' : '');
  const around = (short: string): number => Number(values.get(short) ?? values.get('C') ?? 0);
  const most = Number(values.get('m') ?? Infinity);
  let found = 0;
  return {
    files,
    over: (list) => {
      const hits = list.flatMap((line, i) => (shape.test(line) !== flags.has('v') ? [i] : [])).slice(0, most);
      found = hits.length;
      if (flags.has('q')) return '';
      if (flags.has('c')) return `${hits.length}\n`;
      if (flags.has('o')) return joined(hits.flatMap((i) => list[i]!.match(new RegExp(shape.source, `g${shape.flags}`)) ?? []));
      const [before, after] = [around('B'), around('A')];
      const shown = [...new Set(hits.flatMap((i) => Array.from({ length: before + after + 1 }, (_, k) => i - before + k)).filter((i) => i >= 0 && i < list.length))].sort((a, b) => a - b);
      return joined(shown.flatMap((i, k) => {
        const line = flags.has('n') ? `${i + 1}${hits.includes(i) ? ':' : '-'}${list[i]!}` : list[i]!;
        return before + after > 0 && k > 0 && shown[k - 1] !== i - 1 ? ['--', line] : [line];
      }));
    },
    code: () => (found > 0 ? 0 : 1),
  };
});

const ends = (name: 'head' | 'tail'): Program => filter(name, (args) => {
  const { values, rest } = options(args.map((arg) => (/^[-+]\d+$/.test(arg) ? `-n${name === 'head' ? arg.slice(1) : arg.replace(/^-/, '')}` : arg)), 'qf', 'nc', { lines: 'n', bytes: 'c' });
  const bytes = values.get('c');
  const text = values.get('n') ?? '10';
  const count = Number(text.replace(/^\+/, ''));
  return {
    files: rest,
    over: (list, all) => {
      if (bytes !== undefined) return name === 'head' ? all.slice(0, Number(bytes)) : all.slice(-Number(bytes));
      if (name === 'head') return joined(count < 0 ? list.slice(0, count) : list.slice(0, count));
      return joined(text.startsWith('+') ? list.slice(count - 1) : count === 0 ? [] : list.slice(-Math.abs(count)));
    },
  };
});

const wc = filter('wc', (args) => {
  const { flags, rest } = options(args, 'lwcm', '', { lines: 'l', words: 'w', bytes: 'c', chars: 'm' });
  return {
    files: rest,
    over: (_, text) => {
      const counts: readonly (readonly [string, number])[] = [['l', (text.match(/\n/g) ?? []).length], ['w', (text.match(/\S+/g) ?? []).length], ['c', text.length], ['m', text.length]];
      const wanted = flags.size === 0 ? ['l', 'w', 'c'] : [...flags];
      const shown = counts.filter(([flag]) => wanted.includes(flag)).map(([, count]) => String(count));
      return `${shown.length === 1 ? shown[0]! : shown.map((one) => one.padStart(7)).join(' ')}${rest.length === 1 ? ` ${rest[0]!}` : ''}\n`;
    },
  };
});

const sort = filter('sort', (args) => {
  const { flags, values, rest } = options(args, 'rnuhVfbk', 'kt', { reverse: 'r', 'numeric-sort': 'n', unique: 'u', key: 'k', 'field-separator': 't', 'version-sort': 'V' });
  const column = Number(/^\d+/.exec(values.get('k') ?? '')?.[0] ?? 0);
  const numeric = flags.has('n') || flags.has('h') || /n/.test(values.get('k') ?? '');
  const part = (line: string): string => (column === 0 ? line : (line.trim().split(values.get('t') ?? /\s+/)[column - 1] ?? ''));
  const size = (text: string): number => {
    const [, number = '0', unit = ''] = /^\s*(-?[\d.]+)([KMGT]?)/.exec(text) ?? [];
    return Number(number) * 1024 ** ' KMGT'.indexOf(unit === '' ? ' ' : unit);
  };
  const compare = (a: string, b: string): number => (numeric ? size(part(a)) - size(part(b)) || compareText(a, b) : compareText(part(a), part(b)) || compareText(a, b));
  return {
    files: rest,
    over: (list) => {
      const sorted = [...list].sort((a, b) => (flags.has('r') ? -1 : 1) * compare(a, b));
      return joined(flags.has('u') ? sorted.filter((line, i) => i === 0 || line !== sorted[i - 1]) : sorted);
    },
  };
});

const uniq = filter('uniq', (args) => {
  const { flags, rest } = options(args, 'cdu', '', { count: 'c' });
  return {
    files: rest,
    over: (list) => {
      const runs: { line: string; count: number }[] = [];
      for (const line of list) {
        if (runs.at(-1)?.line === line) runs.at(-1)!.count++;
        else runs.push({ line, count: 1 });
      }
      return joined(runs.filter(({ count }) => (!flags.has('d') || count > 1) && (!flags.has('u') || count === 1)).map(({ line, count }) => (flags.has('c') ? `${String(count).padStart(7)} ${line}` : line)));
    },
  };
});

/** "1,3-5,7-" */
function ranges(spec: string): (place: number) => boolean {
  const parts = spec.split(',').map((part) => {
    const [, from = '', dash, to = ''] = /^(\d*)(-)?(\d*)$/.exec(part) ?? [];
    if (from === '' && to === '') throw new Usage(`invalid field list: ${spec}`);
    return { from: from === '' ? 1 : Number(from), to: dash === undefined ? Number(from) : to === '' ? Infinity : Number(to) };
  });
  return (place) => parts.some(({ from, to }) => place >= from && place <= to);
}
const cut = filter('cut', (args) => {
  const { flags, values, rest } = options(args, 's', 'dfc', { delimiter: 'd', fields: 'f', characters: 'c' });
  const delimiter = values.get('d') ?? '\t';
  const picks = ranges(values.get('f') ?? values.get('c') ?? '');
  return {
    files: rest,
    over: (list) => joined(list.flatMap((line) => {
      if (values.has('c')) return [[...line].filter((_, i) => picks(i + 1)).join('')];
      if (!line.includes(delimiter)) return flags.has('s') ? [] : [line];
      return [line.split(delimiter).filter((_, i) => picks(i + 1)).join(delimiter)];
    })),
  };
});

const escapes = (text: string): string => text.replace(/\\(n|t|r|\\|0|[0-7]{1,3}|e|"|a)/g, (_, c: string) => ({ n: '\n', t: '\t', r: '\r', '\\': '\\', e: '\u001b', '"': '"', a: '\u0007' })[c] ?? String.fromCharCode(Number.parseInt(c, 8)));

const tr = filter('tr', (args) => {
  const { flags, rest } = options(args, 'dsc');
  const set = (text: string): string => escapes(text).replace(/\[:(\w+):\]/g, (_, name: string) => ({ upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', lower: 'abcdefghijklmnopqrstuvwxyz', digit: '0123456789', space: ' \t\n\r' })[name] ?? '')
    .replace(/(.)-(.)/gs, (_, from: string, to: string) => Array.from({ length: Math.max(0, Math.min(1000, to.charCodeAt(0) - from.charCodeAt(0) + 1)) }, (__, i) => String.fromCharCode(from.charCodeAt(0) + i)).join(''));
  const [from = '', to = ''] = rest.map(set);
  const has = (c: string): boolean => from.includes(c) !== flags.has('c');
  return {
    files: [],
    over: (_, text) => {
      let out = flags.has('d') ? [...text].filter((c) => !has(c)).join('') : [...text].map((c) => (!has(c) || to === '' ? c : flags.has('c') ? to.at(-1)! : (to[from.indexOf(c)] ?? to.at(-1)!))).join('');
      if (flags.has('s')) out = out.replace(/(.)\1+/gs, (run, c: string) => ((to === '' ? from : to).includes(c) ? c : run));
      return out;
    },
  };
});

type Address = (line: string, number: number, last: boolean) => boolean;
/** sed: s, d, p, q, a, i and c, with line numbers, $, /patterns/ and ranges of them. */
function sedProgram(source: string, quiet: boolean, extended: boolean): (list: readonly string[]) => string {
  const commands: { readonly address: Address; readonly run: string; readonly shape?: RegExp; readonly to?: string; readonly print?: boolean; readonly nth?: number }[] = [];
  let rest = source.trim();
  while (rest !== '') {
    const one = (): Address | undefined => {
      const found = /^(?:(\d+)|(\$)|\/((?:[^/\\]|\\.)*)\/)/.exec(rest);
      if (found === null) return undefined;
      rest = rest.slice(found[0].length);
      if (found[1] !== undefined) return (_, number) => number === Number(found[1]);
      if (found[2] !== undefined) return (_, __, last) => last;
      const shape = pattern(found[3]!, extended);
      return (line) => shape.test(line);
    };
    const first = one();
    let address: Address = first ?? (() => true);
    if (first !== undefined && rest.startsWith(',')) {
      rest = rest.slice(1);
      const until = one();
      if (until === undefined) throw new Usage('sed: unexpected `,\'');
      let inside = false;
      address = (line, number, last) => {
        const was = inside;
        if (!inside) inside = first(line, number, last);
        const now = inside;
        if (inside && was && until(line, number, last)) inside = false;
        return now;
      };
    }
    if (rest.startsWith('!')) {
      const inner = address;
      address = (line, number, last) => !inner(line, number, last);
      rest = rest.slice(1);
    }
    const letter = rest[0] ?? '';
    rest = rest.slice(1);
    if (letter === 's') {
      const mark = rest[0] ?? '/';
      const parts: string[] = [''];
      let i = 1;
      for (; i < rest.length && parts.length < 3; i++) {
        if (rest[i] === '\\' && i + 1 < rest.length) parts[parts.length - 1] += rest[i + 1] === mark ? rest[++i]! : `\\${rest[++i]!}`;
        else if (rest[i] === mark) parts.push('');
        else parts[parts.length - 1] += rest[i]!;
      }
      if (parts.length < 3) throw new Usage(`sed: -e expression #1: unterminated \`s' command`);
      const flags = /^[gip0-9]*/.exec(rest.slice(i))![0];
      rest = rest.slice(i + flags.length);
      const [from = '', to = ''] = parts;
      commands.push({ address, run: 's', shape: pattern(from, extended || /\\[1-9]/.test(to) ? extended : extended, `${flags.includes('g') ? 'g' : ''}${flags.includes('i') ? 'i' : ''}`), to, print: flags.includes('p') });
    } else if ('dpq='.includes(letter) && letter !== '') commands.push({ address, run: letter });
    else if ('aic'.includes(letter) && letter !== '') {
      const text = /^\\?\s*(.*)/s.exec(rest)![1]!;
      commands.push({ address, run: letter, to: escapes(text) });
      rest = '';
    } else throw new Usage(`sed: -e expression #1: unknown command: \`${letter}'`);
    rest = rest.replace(/^[\s;]+/, '');
  }
  return (list) => {
    const out: string[] = [];
    for (let i = 0; i < list.length; i++) {
      let line = list[i]!;
      let gone = false;
      const behind: string[] = [];
      let stop = false;
      for (const { address, run, shape, to = '', print } of commands) {
        if (gone || !address(line, i + 1, i === list.length - 1)) continue;
        if (run === 's') {
          let hit = false;
          line = line.replace(shape!, (...found: readonly unknown[]) => {
            hit = true;
            return to.replace(/\\([0-9nt&\\])|&/g, (all, c: string | undefined) => (all === '&' ? String(found[0]) : c === 'n' ? '\n' : c === 't' ? '\t' : c === '&' || c === '\\' ? c : String(found[Number(c)] ?? '')));
          });
          if (hit && print === true) out.push(line);
        } else if (run === 'd') gone = true;
        else if (run === 'p') out.push(line);
        else if (run === '=') out.push(String(i + 1));
        else if (run === 'i') out.push(to);
        else if (run === 'a') behind.push(to);
        else if (run === 'c') line = to;
        else stop = true;
      }
      if (!gone && !quiet) out.push(line);
      out.push(...behind);
      if (stop) break;
    }
    return joined(out);
  };
}
const sed: Program = function* (args, io, shell) {
  const { flags, values, rest } = options(args, 'nirE', 'e', { quiet: 'n', 'in-place': 'i', 'regexp-extended': 'E', expression: 'e' });
  const [source, ...files] = values.has('e') ? [values.get('e')!, ...rest] : rest;
  if (source === undefined) throw new Usage('Usage: sed [-niE] SCRIPT [FILE]...');
  const run = sedProgram(source, flags.has('n'), flags.has('E') || flags.has('r'));
  const texts = yield* inputs('sed', files, io, shell);
  if (texts === undefined) return 1;
  if (flags.has('i')) files.forEach((file, i) => shell.state.files.set(shell.path(file), run(lines(texts[i]!))));
  else yield* io.out(run(lines(texts.join(''))));
  return 0;
};

const xargs: Program = function* (args, io, shell) {
  let [most, place, i] = [Infinity, undefined as string | undefined, 0];
  for (; i < args.length && args[i]!.startsWith('-'); i++) {
    const arg = args[i]!;
    if (/^-[nL]/.test(arg)) most = Number(arg.length > 2 ? arg.slice(2) : args[++i]);
    else if (arg.startsWith('-I')) place = arg.length > 2 ? arg.slice(2) : args[++i]!;
    else if (!['-r', '-0', '-t', '--no-run-if-empty'].includes(arg)) throw new Usage(`xargs: unknown option ${arg}`);
  }
  const command = args.slice(i).length === 0 ? ['echo'] : args.slice(i);
  const items = place !== undefined ? lines(io.stdin ?? '').map((line) => line.trim()).filter((line) => line !== '') : (io.stdin ?? '').split(/\s+/).filter((item) => item !== '');
  if (items.length === 0) return 0;
  let code = 0;
  const inner: Io = { ...io, stdin: '' };
  if (place !== undefined) {
    for (const item of items) if ((yield* shell.start(command.map((word) => word.replaceAll(place!, item)), inner)) !== 0) code = 123;
    return code;
  }
  for (let from = 0; from < items.length; from += most) if ((yield* shell.start([...command, ...items.slice(from, from + most)], inner)) !== 0) code = 123;
  return code;
};

/** Runs a program whose own complaints become its message. */
const careful = (name: string, program: Program): Program => function* (args, io, shell) {
  try {
    return yield* program(args, io, shell);
  } catch (error) {
    if (!(error instanceof Usage)) throw error;
    yield* io.err(`${error.message.startsWith(name) ? '' : `${name}: `}${error.message}\n`);
    return 2;
  }
};

export const usage = (message: string): Error => new Usage(message);
export { careful, escapes, inputs, joined, lines };

const TEXTS: Programs = {
  grep, egrep: (args, io, shell) => grep(['-E', ...args], io, shell), fgrep: (args, io, shell) => grep(['-F', ...args], io, shell), head: ends('head'), tail: ends('tail'), wc, sort, uniq, cut, tr, sed, xargs,
  cat: filter('cat', (args) => ({ files: options(args, 'nAbeEstTuv').rest, over: (list, text) => (args.includes('-n') ? joined(list.map((line, i) => `${String(i + 1).padStart(6)}\t${line}`)) : text) })),
  less: filter('less', (args) => ({ files: options(args, 'SRNFX').rest, over: (_, text) => text })), more: filter('more', (args) => ({ files: args, over: (_, text) => text })),
  tac: filter('tac', (args) => ({ files: args, over: (list) => joined([...list].reverse()) })), rev: filter('rev', (args) => ({ files: args, over: (list) => joined(list.map((line) => [...line].reverse().join(''))) })),
  nl: filter('nl', (args) => ({ files: args, over: (list) => joined(list.map((line, i) => `${String(i + 1).padStart(6)}\t${line}`)) })),
  column: filter('column', (args) => {
    const { rest } = options(args, 't', 's');
    return { files: rest, over: (list) => {
      const rows = list.map((line) => line.trim().split(/\s+/));
      const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)).concat(all.slice(row.length)), []);
      return joined(rows.map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join('  ')));
    } };
  }),
  tee: function* (args, io, shell) {
    const { flags, rest } = options(args, 'a');
    for (const file of rest) shell.state.files.set(shell.path(file), (flags.has('a') ? (shell.read(file) ?? '') : '') + (io.stdin ?? ''));
    yield* io.out(io.stdin ?? '');
    return 0;
  },
  base64: filter('base64', (args) => {
    const { flags, rest } = options(args, 'dDi', 'w', { decode: 'd', wrap: 'w' });
    return { files: rest, over: (_, text) => {
      if (!flags.has('d') && !flags.has('D')) return `${base64(text)}\n`;
      const plain = fromBase64(text);
      if (plain === undefined) throw new Usage('invalid input');
      return plain;
    } };
  }),
};
export const textPrograms: Programs = Object.fromEntries(Object.entries(TEXTS).map(([name, program]) => [name, careful(name, program)]));
