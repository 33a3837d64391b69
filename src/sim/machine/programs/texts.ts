import { SECOND } from '../../api/time.ts';
import { base64, fromBase64 } from '../../api/base64.ts';
import { joined, linesIn, options, type Call, type Program, type Programs } from './program.ts';

/** Programs that read texts and write texts, with the options that manifests use. */
const missing = (call: Call, file: string): string => `${call.argv[0]!}: ${call.argv[0] === 'cat' || call.argv[0] === 'head' ? `can't open '${file}'` : file}: No such file or directory\n`;

/** The texts of the named files, or all that comes in; undefined: more is to come. */
function inputs(call: Call, files: readonly string[]): { readonly texts: readonly (readonly [string, string])[]; readonly failed: boolean } | undefined {
  if (files.length === 0 || (files.length === 1 && files[0] === '-')) {
    const { text, ended } = call.read();
    call.memo['text'] = String(call.memo['text'] ?? '') + text;
    return ended ? { texts: [['', String(call.memo['text'])]], failed: false } : undefined;
  }
  const texts: [string, string][] = [];
  let failed = false;
  for (const file of files) {
    const path = call.path(file);
    const text = path === '/dev/stdin' ? call.read().text : path === '/dev/null' ? '' : call.around.files.read(path);
    if (text === undefined) {
      failed = true;
      call.err(call.around.files.isFolder(path) ? `${call.argv[0]!}: read error: Is a directory\n` : missing(call, file));
    } else texts.push([file, text]);
  }
  return { texts, failed };
}

/** Reads everything, then writes. */
const filter = (valued: string, over: (lines: readonly string[], given: ReturnType<typeof options>) => readonly string[], numeric = false): Program => ({
  run: (call) => {
    const args = numeric ? call.args.map((arg) => (/^-\d+$/.test(arg) ? `-n${arg.slice(1)}` : arg)) : call.args;
    const given = options(args, valued);
    const found = inputs(call, given.rest);
    if (found === undefined) return call.input();
    call.out(joined(over(found.texts.flatMap(([, text]) => linesIn(text)), given)));
    return found.failed ? 1 : 0;
  },
});

const cat: Program = {
  run: (call) => {
    const { rest, flags } = options(call.args);
    if (rest.length > 0 && rest[0] !== '-') {
      const found = inputs(call, rest)!;
      const text = found.texts.map(([, one]) => one).join('');
      call.out(flags.has('n') ? joined(linesIn(text).map((line, i) => `${String(i + 1).padStart(6)}\t${line}`)) : text);
      return found.failed ? 1 : 0;
    }
    const { text, ended } = call.read();
    call.out(text);
    return ended ? 0 : call.input();
  },
};

const tail: Program = {
  run: (call) => {
    const args = call.args.map((arg) => (/^-\d+$/.test(arg) ? `-n${arg.slice(1)}` : arg));
    const given = options(args, 'ncs');
    const { flags, values, rest } = given;
    const count = values.get('n') ?? '10';
    const last = (lines: readonly string[]): readonly string[] => (count.startsWith('+') ? lines.slice(Number(count.slice(1)) - 1) : Number(count) === 0 ? [] : lines.slice(-Number(count)));
    const follows = (flags.has('f') || flags.has('F') || flags.has('follow')) && rest.length > 0;
    if (!follows) {
      const found = inputs(call, rest);
      if (found === undefined) return call.input();
      call.out(joined(last(found.texts.flatMap(([, text]) => linesIn(text)))));
      return found.failed ? 1 : 0;
    }
    const path = call.path(rest[0]!);
    if (path === '/dev/null') return call.sleep(1_000_000 * SECOND);
    const text = call.around.files.read(path);
    const seen = Number(call.memo['seen'] ?? -1);
    if (text === undefined) {
      if (seen === -1 && !flags.has('F')) {
        call.err(`tail: can't open '${rest[0]!}': No such file or directory\ntail: no files\n`);
        return 1;
      }
      if (call.memo['said'] !== true) call.err(`tail: can't open '${rest[0]!}': No such file or directory\n`);
      call.memo['said'] = true;
      call.memo['seen'] = 0;
    } else {
      call.out(seen < 0 ? joined(last(linesIn(text))) : text.length < seen ? text : text.slice(seen));
      call.memo['seen'] = text.length;
    }
    return call.sleep(SECOND);
  },
};

const grep: Program = {
  run: (call) => {
    const given = options(call.args, 'eABCm');
    const { flags, values, rest } = given;
    const shape = values.get('e') ?? rest[0] ?? '';
    const files = values.has('e') ? rest : rest.slice(1);
    const fixed = flags.has('F') || call.argv[0] === 'fgrep';
    let expression: RegExp;
    try {
      const extended = flags.has('E') || flags.has('P') || call.argv[0] === 'egrep' ? shape : shape.replace(/\\([|+?(){}])|([|+?(){}])/g, (_, special: string | undefined, plain: string | undefined) => special ?? `\\${plain!}`);
      const source = fixed ? shape.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : extended.replace(/\[\[:space:\]\]/g, '\\s').replace(/\[\[:digit:\]\]/g, '\\d').replace(/\[:alpha:\]/g, 'A-Za-z').replace(/\[:digit:\]/g, '0-9').replace(/\[:alnum:\]/g, 'A-Za-z0-9').replace(/\[:space:\]/g, '\\s');
      expression = new RegExp(flags.has('w') ? `\\b(?:${source})\\b` : flags.has('x') ? `^(?:${source})$` : source, flags.has('i') ? 'i' : '');
    } catch {
      call.err(`grep: bad regex '${shape}'\n`);
      return 2;
    }
    const fits = (line: string): boolean => expression.test(line) !== flags.has('v');
    if (files.length === 0) {
      // Line by line, as they come: `tail -f log | grep ERROR`.
      const { text, ended } = call.read();
      const all = String(call.memo['rest'] ?? '') + text;
      const end = ended ? all.length : all.lastIndexOf('\n') + 1;
      call.memo['rest'] = all.slice(end);
      const found = linesIn(all.slice(0, end)).filter(fits);
      call.memo['count'] = Number(call.memo['count'] ?? 0) + found.length;
      if (!flags.has('q') && !flags.has('c')) call.out(joined(flags.has('o') ? found.map((line) => expression.exec(line)?.[0] ?? '') : found));
      if (flags.has('q') && found.length > 0) return 0;
      if (!ended) return call.input();
      if (flags.has('c')) call.out(`${String(call.memo['count'])}\n`);
      return Number(call.memo['count']) > 0 ? 0 : 1;
    }
    const found = inputs(call, files)!;
    let count = 0;
    for (const [file, text] of found.texts) {
      const lines = linesIn(text).map((line, i) => [i + 1, line] as const).filter(([, line]) => fits(line));
      count += lines.length;
      if (flags.has('q')) continue;
      const head = files.length > 1 && !flags.has('h') ? `${file}:` : '';
      if (flags.has('l')) call.out(lines.length > 0 ? `${file}\n` : '');
      else if (flags.has('c')) call.out(`${head}${lines.length}\n`);
      else call.out(joined(lines.map(([number, line]) => `${head}${flags.has('n') ? `${number}:` : ''}${flags.has('o') ? (expression.exec(line)?.[0] ?? '') : line}`)));
    }
    return found.failed && count === 0 ? 2 : count > 0 ? 0 : 1;
  },
};

const wc: Program = {
  run: (call) => {
    const { flags, rest } = options(call.args);
    const found = inputs(call, rest);
    if (found === undefined) return call.input();
    for (const [file, text] of found.texts) {
      const numbers = { l: text.split('\n').length - 1, w: text.split(/\s+/).filter((word) => word !== '').length, c: text.length };
      const wanted = (['l', 'w', 'c'] as const).filter((flag) => flags.size === 0 || flags.has(flag));
      call.out(`${wanted.map((flag) => (wanted.length === 1 ? String(numbers[flag]) : String(numbers[flag]).padStart(9))).join(' ')}${file === '' ? '' : ` ${file}`}\n`);
    }
    return found.failed ? 1 : 0;
  },
};

const ranges = (text: string): ((at: number) => boolean) => {
  const parts = text.split(',').map((part) => part.split('-'));
  return (at) => parts.some(([low, high]) => at >= Number(low || 1) && at <= (high === undefined ? Number(low) : Number(high || 1e9)));
};

function characters(set: string): string {
  const expanded = set.replace('[:upper:]', 'A-Z').replace('[:lower:]', 'a-z').replace('[:digit:]', '0-9').replace('[:alpha:]', 'A-Za-z').replace('[:alnum:]', 'A-Za-z0-9').replace('[:space:]', ' \t\n').replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\r/g, '\r');
  let out = '';
  for (let i = 0; i < expanded.length; i++) {
    if (expanded[i + 1] === '-' && i + 2 < expanded.length) {
      for (let c = expanded.charCodeAt(i); c <= expanded.charCodeAt(i + 2); c++) out += String.fromCharCode(c);
      i += 2;
    } else out += expanded[i]!;
  }
  return out;
}
const tr: Program = {
  run: (call) => {
    const { flags, rest } = options(call.args);
    const found = inputs(call, []);
    if (found === undefined) return call.input();
    const [from, to] = [characters(rest[0] ?? ''), characters(rest[1] ?? '')];
    const belongs = (c: string): boolean => from.includes(c) !== (flags.has('c') || flags.has('C'));
    let out = '';
    for (const c of found.texts[0]![1]) {
      if (flags.has('d')) out += belongs(c) ? '' : c;
      else if (flags.has('s') && rest[1] === undefined) out += belongs(c) && out.endsWith(c) ? '' : c;
      else {
        const at = from.indexOf(c);
        out += at < 0 ? c : (to[Math.min(at, to.length - 1)] ?? c);
      }
    }
    call.out(out);
    return 0;
  },
};

/** s/a/b/flags, d, p and $ or a number or /pattern/ in front. */
const sed: Program = {
  run: (call) => {
    const given = options(call.args, 'e');
    const script = given.values.get('e') ?? given.rest[0] ?? '';
    const files = given.values.has('e') ? given.rest : given.rest.slice(1);
    const found = inputs(call, files);
    if (found === undefined) return call.input();
    const m = /^\s*(?:(\d+|\$)|\/((?:[^/\\]|\\.)*)\/)?\s*(?:s(.)(.*)|([dpq]))\s*$/s.exec(script);
    if (m === null) {
      call.err(`sed: unsupported command ${script}\n`);
      return 1;
    }
    const quiet = given.flags.has('n');
    const extended = given.flags.has('E') || given.flags.has('r');
    const compileShape = (text: string, flags: string): RegExp => new RegExp(extended ? text : text.replace(/\\([|+?(){}])|([|+?(){}])/g, (_, special: string | undefined, plain: string | undefined) => special ?? `\\${plain!}`), flags);
    const parts = m[3] === undefined ? undefined : m[4]!.split(new RegExp(`(?<!\\\\)${m[3].replace(/[|.*+?^$()[\]{}\\]/g, '\\$&')}`));
    const out: string[] = [];
    const lines = found.texts.flatMap(([, text]) => linesIn(text));
    try {
      for (const [i, line] of lines.entries()) {
        const fits = m[1] === '$' ? i === lines.length - 1 : m[1] !== undefined ? i + 1 === Number(m[1]) : m[2] === undefined || compileShape(m[2], '').test(line);
        if (!fits) {
          if (!quiet) out.push(line);
          continue;
        }
        if (m[5] === 'd') continue;
        if (m[5] === 'p') {
          out.push(line);
          if (!quiet) out.push(line);
          continue;
        }
        if (m[5] === 'q') {
          out.push(line);
          break;
        }
        const [from = '', to = '', flags = ''] = parts!;
        const by = to.replace(/\$/g, '$$$$').replace(/\\(\d)/g, '$$$1').replace(/(?<!\\)&/g, '$$&').replace(/\\([&/])/g, '$1').replace(/\\n/g, '\n');
        const changed = line.replace(compileShape(from, `${flags.includes('g') ? 'g' : ''}${/[iI]/.test(flags) ? 'i' : ''}`), by);
        if (!quiet || (flags.includes('p') && changed !== line)) out.push(changed);
      }
    } catch {
      call.err(`sed: bad regex in ${script}\n`);
      return 1;
    }
    if (given.flags.has('i') && files.length > 0) {
      const why = call.around.files.write(call.path(files[0]!), joined(out));
      if (why !== undefined) call.err(`sed: can't create '${files[0]!}': ${why}\n`);
      return why === undefined ? 0 : 1;
    }
    call.out(joined(out));
    return found.failed ? 1 : 0;
  },
};

/** '{print $1, "x"}' with an optional /pattern/ in front: what manifests use of it. */
const awk: Program = {
  run: (call) => {
    const given = options(call.args, 'Fv');
    const found = inputs(call, given.rest.slice(1));
    if (found === undefined) return call.input();
    const m = /^\s*(?:\/((?:[^/\\]|\\.)*)\/)?\s*(?:\{\s*print\s*(.*?)\s*;?\s*\})?\s*$/s.exec(given.rest[0] ?? '');
    if (m === null) {
      call.err('awk: this program is more than this awk knows: a pattern and one print\n');
      return 2;
    }
    const by = given.values.get('F');
    for (const line of found.texts.flatMap(([, text]) => linesIn(text))) {
      if (m[1] !== undefined && !new RegExp(m[1]).test(line)) continue;
      const parts = by === undefined ? line.trim().split(/\s+/) : line.split(by);
      const value = (word: string): string => (word === '$0' ? line : word === '$NF' ? (parts.at(-1) ?? '') : word === 'NF' ? String(parts.length) : /^\$\d+$/.test(word) ? (parts[Number(word.slice(1)) - 1] ?? '') : word.replace(/^"|"$/g, ''));
      const words = (m[2] === undefined || m[2] === '' ? '$0' : m[2]).match(/"[^"]*"|,|\$?\w+/g) ?? [];
      let out = '';
      for (const word of words) out += word === ',' ? ' ' : value(word);
      call.out(`${out}\n`);
    }
    return 0;
  },
};

const number = (text: string): number => Number(/^\s*-?\d+(?:\.\d+)?/.exec(text)?.[0] ?? 0);
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const textPrograms: Programs = {
  cat, tail, grep, egrep: grep, fgrep: grep, wc, tr, sed, awk,
  head: filter('nc', (lines, { values }) => (Number(values.get('n') ?? 10) < 0 ? lines.slice(0, Number(values.get('n'))) : lines.slice(0, Number(values.get('n') ?? 10))), true),
  sort: filter('kt', (lines, { flags, values }) => {
    const key = Number.parseInt(values.get('k') ?? '0', 10);
    const keyOf = (line: string): string => (key === 0 ? line : ((values.has('t') ? line.split(values.get('t')!) : line.trim().split(/\s+/))[key - 1] ?? ''));
    const sorted = [...lines].sort((a, b) => (flags.has('n') ? number(keyOf(a)) - number(keyOf(b)) : 0) || order(keyOf(a), keyOf(b)));
    const list = flags.has('r') ? sorted.reverse() : sorted;
    return flags.has('u') ? list.filter((line, i) => i === 0 || line !== list[i - 1]) : list;
  }),
  uniq: filter('', (lines, { flags }) => {
    const groups: { line: string; count: number }[] = [];
    for (const line of lines) if (groups.at(-1)?.line === line) groups.at(-1)!.count++;
    else groups.push({ line, count: 1 });
    return groups.filter(({ count }) => !flags.has('d') || count > 1).map(({ line, count }) => (flags.has('c') ? `${String(count).padStart(7)} ${line}` : line));
  }),
  rev: filter('', (lines) => lines.map((line) => [...line].reverse().join(''))),
  tac: filter('', (lines) => [...lines].reverse()),
  nl: filter('', (lines) => lines.map((line, i) => `${String(i + 1).padStart(6)}\t${line}`)),
  cut: filter('dfcb', (lines, { values }) => {
    const wanted = ranges(values.get('f') ?? values.get('c') ?? values.get('b') ?? '1');
    const by = values.get('d') ?? '\t';
    return lines.map((line) => (values.has('f') ? (line.includes(by) ? line.split(by).filter((_, i) => wanted(i + 1)).join(by) : line) : [...line].filter((_, i) => wanted(i + 1)).join('')));
  }),
  base64: {
    run: (call) => {
      const given = options(call.args, 'w');
      const found = inputs(call, given.rest);
      if (found === undefined) return call.input();
      const text = found.texts.map(([, one]) => one).join('');
      const decoded = given.flags.has('d') || given.flags.has('decode') ? fromBase64(text) : `${base64(text)}\n`;
      if (decoded === undefined) call.err('base64: invalid input\n');
      call.out(decoded ?? '');
      return decoded === undefined ? 1 : 0;
    },
  },
  tee: {
    run: (call) => {
      const { rest, flags } = options(call.args);
      const { text, ended } = call.read();
      call.out(text);
      for (const file of rest) {
        const path = call.path(file);
        const begun = call.memo['begun2'] === true || flags.has('a');
        const why = call.around.files.write(path, (begun ? (call.around.files.read(path) ?? '') : '') + text);
        if (why !== undefined) call.err(`tee: ${file}: ${why}\n`);
      }
      call.memo['begun2'] = true;
      return ended ? 0 : call.input();
    },
  },
  yes: {
    run: (call) => {
      if (!call.hasReader()) return 141;
      call.out(`${call.args.length === 0 ? 'y' : call.args.join(' ')}\n`.repeat(64));
      return call.sleep(SECOND);
    },
  },
  seq: {
    run: (call) => {
      const { rest, values } = options(call.args.map((arg) => (/^-\d/.test(arg) ? ` ${arg}` : arg)), 's');
      const numbers = rest.map((arg) => Number(arg.trim()));
      const [low, step, high] = numbers.length === 1 ? [1, 1, numbers[0]!] : numbers.length === 2 ? [numbers[0]!, 1, numbers[1]!] : [numbers[0] ?? 1, numbers[1] ?? 1, numbers[2] ?? 0];
      if (numbers.some((value) => Number.isNaN(value)) || step === 0) {
        call.err('seq: invalid number\n');
        return 1;
      }
      const out: string[] = [];
      for (let value = low; (step > 0 ? value <= high : value >= high) && out.length < 100_000; value += step) out.push(String(value));
      call.out(values.has('s') ? `${out.join(values.get('s'))}\n` : joined(out));
      return 0;
    },
  },
  expr: {
    run: (call) => {
      const [a = '', operator, b = ''] = call.args;
      let value: string;
      if (operator === undefined) value = a;
      else if (a === 'length') value = String(operator.length);
      else {
        const [x, y] = [Number(a), Number(b)];
        const isSum = ['+', '-', '*', '/', '%'].includes(operator);
        if (isSum && (Number.isNaN(x) || Number.isNaN(y))) {
          call.err('expr: non-integer argument\n');
          return 2;
        }
        if ((operator === '/' || operator === '%') && y === 0) {
          call.err('expr: division by zero\n');
          return 2;
        }
        const both = !Number.isNaN(x) && !Number.isNaN(y) && a !== '' && b !== '';
        const compared = both ? x - y : order(a, b);
        const results: Readonly<Record<string, () => string | number | boolean>> = {
          '+': () => x + y, '-': () => x - y, '*': () => x * y, '/': () => Math.trunc(x / y), '%': () => x % y, '=': () => compared === 0, '==': () => compared === 0, '!=': () => compared !== 0, '<': () => compared < 0, '>': () => compared > 0, '<=': () => compared <= 0, '>=': () => compared >= 0,
          '|': () => (a !== '' && a !== '0' ? a : b), '&': () => (a !== '' && a !== '0' && b !== '' && b !== '0' ? a : '0'), ':': () => new RegExp(`^${b.replace(/\\([()])/g, '$1')}`).exec(a)?.[1] ?? '',
        };
        if (!Object.hasOwn(results, operator)) {
          call.err('expr: syntax error\n');
          return 2;
        }
        const result = results[operator]!();
        value = result === true ? '1' : result === false ? '0' : String(result);
      }
      call.out(`${value}\n`);
      return value === '' || value === '0' ? 1 : 0;
    },
  },
};
