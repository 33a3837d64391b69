import { ShellSyntaxError } from '../../api/shell.ts';
import { MILLISECOND, type Micros } from '../../api/time.ts';
import { programNamed } from '../programs/index.ts';
import type { Around, Call } from '../programs/program.ts';
import { compile, type Code, type Instruction, type Redirection } from './code.ts';
import { LOG, NULL, writeLog, type Frame, type Handle, type Inside, type Proc } from './state.ts';
import { fields, pattern, patternText, text, type Names } from './words.ts';

/**
 * Runs the processes of a container until every one of them waits for something. Time passes only where a program waits: what a command
 * takes is added up (`debt`) and paid before the next wait, so that `date; sleep 10` in a loop costs one event a round. A loop that never
 * waits is slowed down more and more: it must not be able to hold up the whole cluster.
 */
const MOST_DEBT: Micros = 20 * MILLISECOND;
const BUILTIN_MICROS = 20;
const PROGRAM_MICROS: Micros = MILLISECOND;
const MOST_PROCESSES = 200;
const FOR_EVER: Micros = 1_000_000_000_000;
const MOST_INSTRUCTIONS = 20_000;

export function newInside(environment: Readonly<Record<string, string>>): Inside {
  return {
    environment, disk: new Map(), removed: new Set(), pinned: new Map(), sessions: new Map(), procs: new Map(), handles: new Map<number, Handle>([[LOG, { is: 'log' }], [NULL, { is: 'null' }]]), log: { chunks: [], tail: [] }, open: '', nextPid: 1, nextHandle: 2, answers: new Map(), killed: false, unknown: '',
  };
}

/** A process that runs an argv, as a container's first one or as one of `exec`. */
export function spawn(inside: Inside, argv: readonly string[], folder: string, fds: readonly [number, number, number]): Proc {
  const proc: Proc = {
    pid: inside.nextPid++, parent: 0, code: Object.freeze([{ op: 'simple', assigns: [], words: argv.map((word) => [{ is: 'text', text: word, quoted: true }]), redirects: [], captures: 0 }] satisfies Instruction[]), pc: 0, frames: [], outputs: [],
    variables: new Map(Object.entries(inside.environment)), exported: new Set(Object.keys(inside.environment)), functions: new Map(), traps: new Map(), params: [], name: argv[0] ?? 'sh', folder, fds,
    status: 0, errexit: false, background: 0, running: undefined, waits: undefined, pending: [], direct: true, debt: 0, busy: 0, exiting: false, ended: undefined,
  };
  inside.procs.set(proc.pid, proc);
  return proc;
}

function fork(inside: Inside, parent: Proc, code: Code, fds: readonly [number, number, number]): Proc {
  const child: Proc = {
    ...parent, pid: inside.nextPid++, parent: parent.pid, code, pc: 0, frames: [], outputs: [], variables: new Map(parent.variables), exported: new Set(parent.exported), functions: new Map(parent.functions), traps: new Map([...parent.traps].filter(([, action]) => action === '')),
    fds, running: undefined, waits: undefined, pending: [], direct: false, busy: 0, exiting: false, ended: undefined,
  };
  inside.procs.set(child.pid, child);
  return child;
}

export const newHandle = (inside: Inside, handle: Handle): number => {
  inside.handles.set(inside.nextHandle, handle);
  return inside.nextHandle++;
};

/** Somebody still holds this handle at one of these places. */
function held(inside: Inside, id: number, places: readonly number[]): boolean {
  for (const proc of inside.procs.values()) {
    if (proc.ended !== undefined) continue;
    const sets = [proc.fds, ...(proc.running === undefined ? [] : [proc.running.fds]), ...proc.frames.flatMap((frame) => (frame.is === 'fds' || frame.is === 'call' ? [frame.fds] : []))];
    if (sets.some((fds) => places.some((place) => fds[place] === id))) return true;
  }
  return false;
}
function dropHandles(inside: Inside, fds: readonly number[]): void {
  for (const id of fds) if (id > NULL && inside.handles.get(id)?.is === 'file' && !held(inside, id, [0, 1, 2])) inside.handles.delete(id);
}

// ---- reading and writing

export function write(inside: Inside, around: Around, proc: Proc, place: 1 | 2, content: string): void {
  const handle = inside.handles.get(proc.fds[place]);
  if (handle === undefined || content === '') return;
  switch (handle.is) {
    case 'log': {
      const parts = (inside.open + content).split('\n');
      inside.open = parts.pop()!;
      for (const part of parts) writeLog(inside.log, { at: around.now + proc.debt, text: part });
      break;
    }
    case 'pipe':
      // Whoever writes where nobody reads ends (SIGPIPE).
      if (handle.text.length < 1_000_000) handle.text += content;
      break;
    case 'file':
      around.files.write(handle.path, (around.files.read(handle.path) ?? '') + content);
      break;
  }
}

function read(inside: Inside, around: Around, proc: Proc): { text: string; ended: boolean; back(rest: string): void } {
  const id = proc.fds[0];
  const handle = inside.handles.get(id);
  if (handle?.is === 'pipe') {
    const { text: all } = handle;
    handle.text = '';
    return { text: all, ended: !held(inside, id, [1, 2]), back: (rest) => void (handle.text = rest + handle.text) };
  }
  if (handle?.is === 'file') {
    const all = (around.files.read(handle.path) ?? '').slice(handle.at);
    handle.at += all.length;
    return { text: all, ended: true, back: (rest) => void (handle.at -= rest.length) };
  }
  return { text: '', ended: true, back: () => undefined };
}

// ---- the loop

/** Runs what can run. Returns when somebody has to be woken next: Infinity: never by time. */
export function advance(inside: Inside, around: Around): Micros {
  for (let round = 0, moved = true; moved && round < 1000; round++) {
    moved = false;
    for (const proc of [...inside.procs.values()]) {
      if (inside.killed) return Infinity;
      if (proc.ended !== undefined || !isRunnable(inside, around, proc)) continue;
      runProcess(inside, around, proc);
      moved = true;
    }
  }
  sweep(inside);
  let next = Infinity;
  for (const proc of inside.procs.values()) {
    if (proc.ended !== undefined) continue;
    const { waits } = proc;
    if (waits?.for === 'time') next = Math.min(next, waits.at);
    else if (waits?.for === 'net') next = Math.min(next, waits.until);
    else if (waits === undefined) next = Math.min(next, around.now + MILLISECOND);
  }
  return next;
}

/** Children that nobody waits for any more are forgotten. */
function sweep(inside: Inside): void {
  for (const proc of inside.procs.values()) {
    if (proc.ended === undefined || proc.pid === 1) continue;
    const parent = inside.procs.get(proc.parent);
    if (parent === undefined ? proc.parent !== 0 : parent.ended !== undefined) inside.procs.delete(proc.pid);
  }
}

const SILENT = { is: 'silent' } as const;
function isRunnable(inside: Inside, around: Around, proc: Proc): boolean {
  const { waits } = proc;
  if (waits === undefined) return true;
  if (proc.pending.length > 0 && waits.for === 'children' && waits.builtin === true) return true;
  switch (waits.for) {
    case 'time':
      return waits.at <= around.now;
    case 'children':
      return waits.pids.every((pid) => inside.procs.get(pid)?.ended !== undefined || !inside.procs.has(pid));
    case 'input': {
      const handle = inside.handles.get(proc.fds[0]);
      return handle?.is !== 'pipe' || handle.text !== '' || !held(inside, proc.fds[0], [1, 2]);
    }
    case 'net':
      // "silent" is only known in the end: until then it says to which address nobody has answered yet.
      return (inside.answers.get(waits.id) ?? SILENT).is !== 'silent' || waits.until <= around.now;
    case 'ever':
      return false;
  }
}

function childrenOver(inside: Inside, proc: Proc): void {
  const waits = proc.waits;
  if (waits?.for !== 'children') return;
  const last = inside.procs.get(waits.pids.at(-1) ?? -1);
  if (last !== undefined) {
    proc.status = last.ended ?? 0;
    // What a child took is its parent's time, too.
    if (waits.builtin !== true) proc.debt = Math.max(proc.debt, last.debt);
  }
  for (const pid of waits.pids) if (inside.procs.get(pid)?.ended !== undefined) inside.procs.delete(pid);
  if (waits.capture !== undefined) {
    const handle = inside.handles.get(waits.capture);
    proc.outputs.push(handle?.is === 'pipe' ? handle.text.replace(/\n+$/, '') : '');
    inside.handles.delete(waits.capture);
  }
}

function runProcess(inside: Inside, around: Around, proc: Proc): void {
  const { waits } = proc;
  if (waits?.for === 'children') {
    const interrupted = waits.builtin === true && !waits.pids.every((pid) => inside.procs.get(pid)?.ended !== undefined || !inside.procs.has(pid));
    if (interrupted) proc.status = 143;
    else childrenOver(inside, proc);
    proc.waits = undefined;
    if (waits.builtin === true) proc.running = undefined;
  } else if (waits !== undefined) proc.waits = undefined;
  for (let count = 0; proc.ended === undefined && proc.waits === undefined; count++) {
    if (proc.debt > MOST_DEBT || count > MOST_INSTRUCTIONS) {
      proc.waits = { for: 'time', at: around.now + Math.max(proc.debt, MILLISECOND) };
      proc.debt = 0;
      return;
    }
    try {
      if (proc.running !== undefined) goOn(inside, around, proc);
      else if (proc.pending.length > 0) trapped(proc, proc.pending.shift()!);
      else if (proc.pc >= proc.code.length) leave(inside, around, proc);
      else instruction(inside, around, proc, proc.code[proc.pc++]!);
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      write(inside, around, proc, 2, `${proc.name}: ${error.message}\n`);
      proc.running = undefined;
      finish(inside, around, proc, 2);
    }
  }
}

function trapped(proc: Proc, signal: string): void {
  const action = proc.traps.get(signal);
  if (action === undefined || action === '') return;
  proc.frames.push({ is: 'call', code: proc.code, pc: proc.pc, params: proc.params, fds: proc.fds, status: proc.status });
  proc.code = compile(action);
  proc.pc = 0;
}

/** The end of the code: of a function, of a trap, or of the process. */
function leave(inside: Inside, around: Around, proc: Proc): void {
  for (let frame = proc.frames.pop(); frame !== undefined; frame = proc.frames.pop()) {
    if (frame.is !== 'call') continue;
    comeBack(inside, proc, frame);
    return;
  }
  finish(inside, around, proc, proc.status);
}
function comeBack(inside: Inside, proc: Proc, frame: Extract<Frame, { is: 'call' }>): void {
  proc.code = frame.code;
  proc.pc = frame.pc;
  proc.params = frame.params;
  if (frame.status !== undefined) proc.status = frame.status;
  const { fds } = proc;
  proc.fds = frame.fds;
  dropHandles(inside, fds);
}

export function finish(inside: Inside, around: Around, proc: Proc, status: number): void {
  const action = proc.traps.get('EXIT');
  if (action !== undefined && action !== '' && !proc.exiting) {
    proc.exiting = true;
    proc.frames.length = 0;
    proc.traps.delete('EXIT');
    proc.status = status;
    proc.frames.push({ is: 'call', code: Object.freeze([]), pc: 0, params: proc.params, fds: proc.fds, status });
    proc.code = compile(action);
    proc.pc = 0;
    return;
  }
  // The time it has used has to pass before it can have ended.
  if (proc.debt > 0 && proc.parent === 0) {
    proc.frames.length = 0;
    proc.code = Object.freeze([]);
    proc.pc = 0;
    proc.status = status & 255;
    proc.waits = { for: 'time', at: around.now + proc.debt };
    proc.debt = 0;
    return;
  }
  proc.ended = status & 255;
  proc.running = undefined;
  proc.frames.length = 0;
  const { fds } = proc;
  dropHandles(inside, fds);
}

/** A signal for one process, from `kill` or from the kubelet. */
export function signal(around: Around, proc: Proc, name: string): void {
  if (proc.ended !== undefined || name === '0') return;
  if (name === 'KILL') {
    if (proc.pid !== 1) proc.ended = 137;
    return;
  }
  if (proc.traps.has(name) && !proc.direct) {
    if (proc.traps.get(name) !== '') proc.pending.push(name);
    return;
  }
  if (name === 'CHLD' || name === 'WINCH' || name === 'CONT' || name === 'URG') return;
  if (proc.pid === 1) {
    // The kernel shields process 1 from a signal that it has no handler for. Servers have one.
    if (!proc.direct || proc.waits?.for !== 'ever') return;
    proc.waits = { for: 'time', at: around.now + around.facts.stopMicros };
    if (proc.running !== undefined) proc.running.memo['stopped'] = true;
    return;
  }
  proc.waits = undefined;
  proc.ended = name === 'INT' ? 130 : name === 'HUP' ? 129 : name === 'USR1' ? 138 : 143;
}

// ---- instructions

function names(around: Around, proc: Proc): Names {
  return {
    params: proc.params,
    outputs: proc.outputs,
    get(name) {
      if (/^[1-9]\d*$/.test(name)) return proc.params[Number(name) - 1];
      switch (name) {
        case '?': return String(proc.status);
        case '#': return String(proc.params.length);
        case '$': return String(proc.pid);
        case '!': return proc.background === 0 ? '' : String(proc.background);
        case '0': return proc.name;
        case '@':
        case '*': return proc.params.join(' ');
        case 'PWD': return proc.folder;
        case 'RANDOM': return String(around.facts.draw('random') % 32_768);
        default: return proc.variables.get(name);
      }
    },
    set: (name, value) => void proc.variables.set(name, value),
    files(glob) {
      const absolute = glob.startsWith('/');
      const whole = pattern(absolute ? glob : `${proc.folder === '/' ? '' : proc.folder}/${glob}`, true);
      const cut = absolute ? 0 : proc.folder === '/' ? 1 : proc.folder.length + 1;
      const found = around.files.all().filter((path) => whole.test(path) && !path.slice(path.lastIndexOf('/') + 1).startsWith('.'));
      return [...new Set(found)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map((path) => path.slice(cut));
    },
  };
}
export const pathIn = (folder: string, name: string): string => {
  const out: string[] = [];
  for (const part of `${name.startsWith('/') ? '' : folder}/${name}`.split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return `/${out.join('/')}`;
};

/** Opens what redirections name; undefined: one could not be opened, and that was said. */
function opened(inside: Inside, around: Around, proc: Proc, redirects: readonly Redirection[]): readonly [number, number, number] | undefined {
  const fds: [number, number, number] = [...proc.fds];
  const all = names(around, proc);
  for (const { fd, how, target } of redirects) {
    const value = text(target, all);
    if (how === '<<' || how === '<<<') {
      fds[0] = newHandle(inside, { is: 'pipe', text: how === '<<<' ? `${value}\n` : value });
      continue;
    }
    if (how === '>&') {
      if (value === '-') fds[fd] = NULL;
      else if (value === '0' || value === '1' || value === '2') fds[fd] = fds[Number(value) as 0 | 1 | 2];
      continue;
    }
    const path = pathIn(proc.folder, value);
    if (path === '/dev/null') fds[fd] = NULL;
    else if (path === '/dev/stdout' || path === '/proc/1/fd/1' || path === '/dev/stderr' || path === '/proc/1/fd/2' || path === '/dev/tty') fds[fd] = path.startsWith('/proc/1') ? LOG : fds[path === '/dev/stderr' ? 2 : 1];
    else if (how === '<') {
      if (around.files.read(path) === undefined) {
        write(inside, around, proc, 2, `${proc.name}: can't open ${value}: no such file\n`);
        return undefined;
      }
      fds[0] = newHandle(inside, { is: 'file', path, at: 0, append: false });
    } else {
      const why = around.files.write(path, how === '>>' ? (around.files.read(path) ?? '') : '');
      if (why !== undefined) {
        write(inside, around, proc, 2, `${proc.name}: can't create ${value}: ${why}\n`);
        return undefined;
      }
      fds[fd] = newHandle(inside, { is: 'file', path, at: 0, append: true });
    }
  }
  return fds;
}

function pop(inside: Inside, proc: Proc): Frame | undefined {
  const frame = proc.frames.pop();
  if (frame?.is === 'fds') {
    const { fds } = proc;
    proc.fds = frame.fds;
    dropHandles(inside, fds);
  }
  return frame;
}

function instruction(inside: Inside, around: Around, proc: Proc, step: Instruction): void {
  switch (step.op) {
    case 'jump':
      // A loop that never waits.
      if (step.to < proc.pc && ++proc.busy > 500) proc.debt += Math.min(proc.busy, 2_000) * 500;
      proc.pc = step.to;
      break;
    case 'branch':
      if ((proc.status === 0) === step.ok) proc.pc = step.to;
      break;
    case 'negate':
      proc.status = proc.status === 0 ? 1 : 0;
      break;
    case 'status':
      proc.status = step.code;
      break;
    case 'check':
      if (proc.errexit && proc.status !== 0) finish(inside, around, proc, proc.status);
      break;
    case 'loop':
      proc.frames.push({ is: 'loop', end: step.end, again: step.again });
      break;
    case 'items': {
      const all = names(around, proc);
      proc.frames.push({ is: 'items', name: step.name, items: step.positional ? [...proc.params] : step.words.flatMap((word) => fields(word, all)), at: 0 });
      proc.outputs = [];
      proc.status = 0;
      break;
    }
    case 'next': {
      const frame = proc.frames.at(-2);
      if (frame?.is !== 'items' || frame.at >= frame.items.length) proc.pc = step.end;
      else proc.variables.set(frame.name, frame.items[frame.at++]!);
      break;
    }
    case 'case':
      proc.frames.push({ is: 'case', text: text(step.word, names(around, proc)) });
      proc.outputs = [];
      break;
    case 'match': {
      const frame = proc.frames.at(-1);
      const all = names(around, proc);
      if (frame?.is !== 'case' || !step.patterns.some((one) => pattern(patternText(one, all)).test(frame.text))) proc.pc = step.miss;
      proc.outputs = [];
      break;
    }
    case 'open': {
      const fds = opened(inside, around, proc, step.redirects);
      proc.outputs = [];
      if (fds === undefined) {
        proc.status = 1;
        proc.pc = step.fail;
        break;
      }
      proc.frames.push({ is: 'fds', fds: proc.fds });
      proc.fds = fds;
      break;
    }
    case 'close':
      pop(inside, proc);
      break;
    case 'define':
      proc.functions.set(step.name, step.code);
      proc.status = 0;
      break;
    case 'capture': {
      const pipe = newHandle(inside, { is: 'pipe', text: '' });
      if (tooMany(inside, around, proc)) break;
      const child = fork(inside, proc, step.code, [proc.fds[0], pipe, proc.fds[2]]);
      child.outputs = [];
      proc.waits = { for: 'children', pids: [child.pid], capture: pipe };
      break;
    }
    case 'fork':
      forked(inside, around, proc, step);
      break;
    case 'simple':
      simple(inside, around, proc, step);
      break;
  }
}

function tooMany(inside: Inside, around: Around, proc: Proc): boolean {
  if (inside.procs.size < MOST_PROCESSES) return false;
  write(inside, around, proc, 2, `${proc.name}: can't fork: Resource temporarily unavailable\n`);
  finish(inside, around, proc, 2);
  return true;
}

function forked(inside: Inside, around: Around, proc: Proc, { codes, background }: Extract<Instruction, { op: 'fork' }>): void {
  if (tooMany(inside, around, proc)) return;
  const pids: number[] = [];
  let stdin = background ? NULL : proc.fds[0];
  codes.forEach((code, i) => {
    const last = i === codes.length - 1;
    const pipe = last ? proc.fds[1] : newHandle(inside, { is: 'pipe', text: '' });
    pids.push(fork(inside, proc, code, [stdin, pipe, proc.fds[2]]).pid);
    stdin = pipe;
  });
  if (background) {
    proc.background = pids.at(-1)!;
    proc.status = 0;
  } else proc.waits = { for: 'children', pids };
}

function simple(inside: Inside, around: Around, proc: Proc, step: Extract<Instruction, { op: 'simple' }>): void {
  const all = names(around, proc);
  const argv = step.words.flatMap((word) => fields(word, all));
  const assigned = step.assigns.map(({ name, value }): readonly [string, string] => [name, text(value, all)]);
  const captured = proc.outputs.length > 0;
  const before = proc.fds;
  const fds = step.redirects.length === 0 ? proc.fds : opened(inside, around, proc, step.redirects);
  proc.outputs = [];
  if (fds === undefined) {
    proc.status = 1;
    return;
  }
  if (argv.length === 0) {
    for (const [name, value] of assigned) proc.variables.set(name, value);
    if (!captured) proc.status = 0;
    if (fds !== before) {
      proc.fds = before;
      dropHandles(inside, fds);
    }
    return;
  }
  const body = proc.functions.get(argv[0]!);
  if (body !== undefined) {
    for (const [name, value] of assigned) proc.variables.set(name, value);
    if (proc.frames.length > 200) throw new ShellSyntaxError('functions call each other too deeply');
    proc.frames.push({ is: 'call', code: proc.code, pc: proc.pc, params: proc.params, fds: before });
    proc.fds = fds;
    proc.params = argv.slice(1);
    proc.code = body;
    proc.pc = 0;
    return;
  }
  proc.fds = fds;
  start(proc, argv, assigned, before);
}

/** Begins a program; the next round of the loop runs it. */
function start(proc: Proc, argv: readonly string[], assigned: readonly (readonly [string, string])[], before: readonly [number, number, number]): void {
  const environment: Record<string, string> = {};
  for (const name of proc.exported) {
    const value = proc.variables.get(name);
    if (value !== undefined) environment[name] = value;
  }
  for (const [name, value] of assigned) environment[name] = value;
  proc.running = { argv, fds: before, environment: Object.freeze(environment), memo: {} };
}

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash']);

/** Lets the program that is under way take its next step. */
function goOn(inside: Inside, around: Around, proc: Proc): void {
  const running = proc.running!;
  const [name = ''] = running.argv;
  const base = name.slice(name.lastIndexOf('/') + 1);
  if (running.memo['stopped'] === true && proc.waits === undefined && running.memo['begun'] === true) {
    over(inside, proc, running.fds);
    finish(inside, around, proc, around.facts.stopCode);
    return;
  }
  let code: number | undefined;
  if (SHELLS.has(base)) code = shell(inside, around, proc, running.argv);
  else {
    const program = programNamed(name, around);
    if (running.memo['begun'] !== true) {
      running.memo['begun'] = true;
      proc.debt += program.builtin === true ? BUILTIN_MICROS : PROGRAM_MICROS;
      if (++proc.busy > 2_000) proc.debt += Math.min(proc.busy, 20_000) * 50;
    }
    code = program.run(callOf(inside, around, proc));
  }
  if (proc.ended !== undefined || proc.running !== running) return;
  if (code === undefined) {
    // It waits; what is owed passes first.
    const { waits } = proc as Proc;
    if (waits?.for === 'time') proc.waits = { for: 'time', at: waits.at + proc.debt };
    if (waits?.for === 'time' || waits?.for === 'net') {
      proc.debt = 0;
      proc.busy = 0;
    }
    return;
  }
  over(inside, proc, running.fds);
  proc.status = code & 255;
}

function over(inside: Inside, proc: Proc, before: readonly [number, number, number]): void {
  const { fds } = proc;
  const id = proc.running?.memo['dial'];
  if (typeof id === 'number') inside.answers.delete(id);
  proc.running = undefined;
  if (fds === before) return;
  proc.fds = before;
  dropHandles(inside, fds);
}

/** `sh -c text`, `sh file`: in a container's first process the same process, else one of its own. */
function shell(inside: Inside, around: Around, proc: Proc, argv: readonly string[]): number | undefined {
  const running = proc.running!;
  if (running.memo['waited'] === true) return proc.status;
  let errexit = false;
  let script: string | undefined;
  let rest: readonly string[] = [];
  let at = 1;
  for (; at < argv.length && /^[-+]/.test(argv[at]!); at++) {
    const flag = argv[at]!;
    if (flag.startsWith('--')) continue;
    if (flag.includes('e')) errexit = true;
    if (flag === '-o' || flag === '+o') {
      if (argv[++at] === 'errexit') errexit = true;
      continue;
    }
    if (flag.includes('c')) {
      script = argv[at + 1] ?? '';
      rest = argv.slice(at + 2);
      break;
    }
    if (flag.includes('o')) at++;
  }
  if (script === undefined) {
    const file = argv[at];
    if (file !== undefined) {
      script = around.files.read(pathIn(proc.folder, file));
      rest = argv.slice(at);
      if (script === undefined) {
        write(inside, around, proc, 2, `${argv[0]!}: can't open '${file}': No such file or directory\n`);
        return 127;
      }
    } else {
      if (proc.pid === 1 && around.facts.isInteractive) {
        proc.waits = { for: 'time', at: around.now + FOR_EVER };
        return undefined;
      }
      // Its commands come from its standard input.
      const input = read(inside, around, proc);
      running.memo['text'] = String(running.memo['text'] ?? '') + input.text;
      if (!input.ended) {
        proc.waits = { for: 'input' };
        return undefined;
      }
      script = String(running.memo['text']);
    }
  }
  const code = compile(script);
  const inPlace = proc.direct || (proc.pc >= proc.code.length && proc.frames.length === 0);
  const target = inPlace ? proc : fork(inside, proc, code, proc.fds);
  for (const [name, value] of Object.entries(running.environment)) {
    target.variables.set(name, value);
    target.exported.add(name);
  }
  if (!inPlace) {
    // Only what is exported goes along.
    for (const name of [...target.variables.keys()]) if (!Object.hasOwn(running.environment, name)) target.variables.delete(name);
    target.functions.clear();
  }
  target.name = rest[0] ?? argv[0]!;
  target.params = rest.slice(1);
  target.errexit = errexit;
  if (inPlace) {
    proc.running = undefined;
    proc.direct = false;
    proc.code = code;
    proc.pc = 0;
    proc.frames.length = 0;
    return undefined;
  }
  running.memo['waited'] = true;
  proc.waits = { for: 'children', pids: [target.pid] };
  return undefined;
}

function callOf(inside: Inside, around: Around, proc: Proc): Call {
  const running = proc.running!;
  return {
    argv: running.argv,
    args: running.argv.slice(1),
    memo: running.memo,
    environment: running.environment,
    around,
    inside,
    proc,
    now: around.now + proc.debt,
    read: () => read(inside, around, proc),
    out: (content) => write(inside, around, proc, 1, content),
    err: (content) => write(inside, around, proc, 2, content),
    path: (name) => pathIn(proc.folder, name),
    sleep(micros) {
      proc.waits = { for: 'time', at: around.now + micros };
      return undefined;
    },
    input() {
      proc.waits = { for: 'input' };
      return undefined;
    },
    ever() {
      proc.waits = { for: 'ever' };
      return undefined;
    },
    dial(question, patienceMicros) {
      const id = around.dial(question, proc.pid);
      proc.waits = { for: 'net', id, until: around.now + proc.debt + patienceMicros };
      running.memo['dial'] = id;
      return undefined;
    },
    answer() {
      const id = running.memo['dial'];
      return typeof id === 'number' ? inside.answers.get(id) : undefined;
    },
    children(pids, builtin) {
      proc.waits = builtin ? { for: 'children', pids, builtin: true } : { for: 'children', pids };
      return undefined;
    },
    exit: (status) => {
      over(inside, proc, running.fds);
      finish(inside, around, proc, status);
    },
    unwind(levels, how) {
      over(inside, proc, running.fds);
      unwind(inside, proc, levels, how);
    },
    replace(argv) {
      proc.direct = true;
      proc.running = { argv, fds: running.fds, environment: running.environment, memo: {} };
      proc.code = Object.freeze([]);
      proc.pc = 0;
      proc.frames.length = 0;
      proc.traps.clear();
    },
    signal: (target, name) => signal(around, target, name),
    evaluate(content) {
      over(inside, proc, running.fds);
      proc.frames.push({ is: 'call', code: proc.code, pc: proc.pc, params: proc.params, fds: proc.fds });
      proc.code = compile(content);
      proc.pc = 0;
    },
    hasReader: () => {
      const handle = inside.handles.get(proc.fds[1]);
      return handle?.is !== 'pipe' || proc.parent === 0 || held(inside, proc.fds[1], [0]) || isCaptured(inside, proc.fds[1]);
    },
  };
}
const isCaptured = (inside: Inside, id: number): boolean => [...inside.procs.values()].some(({ waits }) => waits?.for === 'children' && waits.capture === id);

/** break, continue and return take frames off. */
function unwind(inside: Inside, proc: Proc, levels: number, how: 'break' | 'continue' | 'return'): void {
  let left = levels;
  while (proc.frames.length > 0) {
    const frame = proc.frames.at(-1)!;
    if (frame.is === 'call') {
      if (how !== 'return') return;
      proc.frames.pop();
      comeBack(inside, proc, frame);
      return;
    }
    if (how !== 'return' && frame.is === 'loop' && --left === 0) {
      if (how === 'continue') {
        proc.busy++;
        proc.pc = frame.again;
        return;
      }
      proc.frames.pop();
      proc.pc = frame.end;
      return;
    }
    pop(inside, proc);
  }
  if (how === 'return') proc.pc = proc.code.length;
}

