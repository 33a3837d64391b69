import type { Micros } from '../api/time.ts';
import { SECOND } from '../api/time.ts';

/**
 * What a command line does, as far as lessons need it: how long it runs, how it ends, and which files it makes on the way. No shell is
 * run here: a script is read command by command. Programs that are known to end at once do; `sleep` takes its time; a `while`, `until` or
 * `for` loop and every program that is not known run until they are stopped. Pipes, conditions and variables are not understood.
 */
export interface Run {
  /** Infinity: until it is stopped. */
  readonly endsAfterMicros: Micros;
  readonly code: number;
  readonly files: readonly FileChange[];
  /** Run by a shell or `sleep` as process 1, which the kernel shields from a SIGTERM that it has no handler for. */
  readonly ignoresTerm: boolean;
}
export interface FileChange {
  readonly afterMicros: Micros;
  readonly path: string;
  readonly exists: boolean;
}

const INSTANT = new Set([
  'echo', 'printf', 'touch', 'rm', 'mkdir', 'cp', 'mv', 'ls', 'cat', 'date', 'env', 'true', 'false', 'test', '[', 'chmod', 'chown', 'id', 'ps', 'grep', 'sed', 'awk', 'head',
  'ln', 'hostname', 'expr', 'df', 'du', 'whoami', 'uname', 'set', 'export', 'cd', 'pwd', 'wget', 'curl', 'nslookup', 'dig', 'ping', 'trap', 'umask', 'ulimit', 'stat', 'mount', 'seq', 'tr', 'sort', 'wc',
]);
const SHELLS = new Set(['sh', 'bash', 'ash', 'dash']);

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** "30", "0.5", "5m": undefined for "infinity" and what is no number. */
function seconds(text: string | undefined): number | undefined {
  const m = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text ?? '');
  if (m === null) return undefined;
  const unit = m[2] === 'm' ? 60 : m[2] === 'h' ? 3600 : m[2] === 'd' ? 86_400 : 1;
  return Number(m[1]) * unit;
}

/** Words of one command, with simple quotes taken off. */
function words(command: string): readonly string[] {
  const out: string[] = [];
  const pattern = /"([^"]*)"|'([^']*)'|(\S+)/g;
  for (let m = pattern.exec(command); m !== null; m = pattern.exec(command)) out.push(m[1] ?? m[2] ?? m[3] ?? '');
  return out;
}

interface Progress {
  at: Micros;
  code: number;
  readonly files: FileChange[];
  ended: boolean;
}

/** The files that "> path" and "tee path" make. */
function redirects(command: string, into: Progress): void {
  const pattern = />>?\s*([^\s;&|<>]+)/g;
  for (let m = pattern.exec(command); m !== null; m = pattern.exec(command)) if (!m[1]!.startsWith('/dev/') && !m[1]!.startsWith('&')) into.files.push({ afterMicros: into.at, path: m[1]!, exists: true });
}

function runOne(command: string, progress: Progress): void {
  redirects(command, progress);
  const argv = words(command).filter((word) => !/^\w+=/.test(word) || word.startsWith('/'));
  const program = baseName(argv[0] ?? '');
  const args = argv.slice(1);
  progress.code = 0;
  if (program === '' || program.startsWith('#')) return;
  if (program === 'sleep') {
    const duration = seconds(args[0]);
    if (duration === undefined) progress.at = Infinity;
    else progress.at += Math.round(duration * SECOND);
  } else if (program === 'exit') {
    progress.code = Number(args[0] ?? 0) & 255;
    progress.ended = true;
  } else if (program === 'false') progress.code = 1;
  else if (program === 'touch') for (const path of args) progress.files.push({ afterMicros: progress.at, path, exists: true });
  else if (program === 'rm') {
    for (const path of args) if (!path.startsWith('-')) progress.files.push({ afterMicros: progress.at, path, exists: false });
  } else if (program === 'exec') runOne(command.slice(command.indexOf('exec') + 4).trim(), progress);
  else if (!INSTANT.has(program)) progress.at = Infinity;
}

function script(text: string): Run {
  const progress: Progress = { at: 0, code: 0, files: [], ended: false };
  const trimmed = text.trim();
  // A loop is not unrolled: it runs until it is stopped. What comes before it is done first.
  const loop = /(^|[;\n&]\s*)(while|until|for)\b/.exec(trimmed);
  const head = loop === null ? trimmed : trimmed.slice(0, loop.index);
  for (const part of head.split(/&&|;|\n/)) {
    runOne(part.trim(), progress);
    if (progress.ended || progress.at === Infinity) break;
  }
  if (loop !== null && !progress.ended) {
    redirects(trimmed.slice(loop.index), progress);
    progress.at = Infinity;
  }
  return { endsAfterMicros: progress.at, code: progress.code, files: progress.files, ignoresTerm: true };
}

/** Reads an argv. Undefined: it says nothing (no command), so the image's own program runs. */
export function readCommand(argv: readonly string[]): Run | undefined {
  const first = argv[0];
  if (first === undefined) return undefined;
  const program = baseName(first);
  if (SHELLS.has(program)) {
    const flag = argv.findIndex((word) => /^-\w*c$/.test(word));
    const text = flag < 0 ? undefined : argv[flag + 1];
    // A shell without a script reads its standard input, which is empty: it ends.
    if (text === undefined) return argv.length > 1 && flag < 0 ? { endsAfterMicros: Infinity, code: 0, files: [], ignoresTerm: true } : { endsAfterMicros: 0, code: 0, files: [], ignoresTerm: true };
    return script(text);
  }
  const progress: Progress = { at: 0, code: 0, files: [], ended: false };
  runOne(argv.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' '), progress);
  return { endsAfterMicros: progress.at, code: progress.code, files: progress.files, ignoresTerm: program === 'sleep' || program === 'tail' };
}
