import type { Micros } from '../../api/time.ts';
import type { Inside, NetAnswer, Proc } from '../shell/state.ts';

/** What a program can see and do. It is called again after each wait, and keeps what it needs in `memo`: plain data, copied by checkpoints. */
export interface Call {
  readonly argv: readonly string[];
  readonly args: readonly string[];
  readonly memo: Record<string, string | number | boolean>;
  readonly environment: Readonly<Record<string, string>>;
  readonly around: Around;
  readonly inside: Inside;
  readonly proc: Proc;
  readonly now: Micros;
  /** What has come in; `back` gives a rest back. */
  read(): { readonly text: string; readonly ended: boolean; back(rest: string): void };
  out(text: string): void;
  err(text: string): void;
  path(name: string): string;
  // Each of these ends the step: `return call.sleep(...)`.
  sleep(micros: Micros): undefined;
  input(): undefined;
  ever(): undefined;
  dial(question: Question, patienceMicros: Micros): undefined;
  children(pids: readonly number[], builtin: boolean): undefined;
  answer(): NetAnswer | undefined;
  exit(status: number): void;
  unwind(levels: number, how: 'break' | 'continue' | 'return'): void;
  replace(argv: readonly string[]): void;
  signal(target: Proc, name: string): void;
  evaluate(text: string): void;
  hasReader(): boolean;
}

export interface Program {
  readonly builtin?: true;
  /** Its exit code; undefined: it waits. */
  readonly run: (call: Call) => number | undefined;
}
export type Programs = Readonly<Record<string, Program>>;

export interface Question {
  readonly host: string;
  readonly port: number;
  readonly purpose: 'http' | 'tcp' | 'name' | 'ping';
  readonly method?: string;
  readonly path?: string;
  readonly agent?: string;
}

/** The files of a container: its own layer, its volumes, and what its image brings along. Paths are absolute. */
export interface Files {
  read(path: string): string | undefined;
  /** What is wrong, in the system's words. */
  write(path: string, text: string): string | undefined;
  remove(path: string): string | undefined;
  makeFolder(path: string): string | undefined;
  isFolder(path: string): boolean;
  /** Names in a folder; undefined: there is none. */
  list(path: string): readonly string[] | undefined;
  /** All paths that exist, folders too. */
  all(): readonly string[];
  /** "../data" of a ConfigMap's key, as `ls -l` shows it. */
  isReadOnly(path: string): boolean;
}

export interface Facts {
  readonly hostname: string;
  readonly ip: string;
  readonly node: string;
  readonly namespace: string;
  readonly repository: string;
  readonly user: number;
  /** Its Pod belongs to a Job: an unknown program ends well after a while. */
  readonly isWork: boolean;
  /** Its standard input is held open: a shell waits for lines. */
  readonly isInteractive: boolean;
  readonly memoryBytes: number;
  readonly stopMicros: Micros;
  readonly stopCode: number;
  readonly ports: readonly number[];
  draw(purpose: string): number;
  /** Whether the container's own server answers. */
  listening(): boolean;
  /** Runs out of memory: the kernel ends the container. */
  outOfMemory(): void;
}

export interface Around {
  readonly now: Micros;
  readonly files: Files;
  readonly facts: Facts;
  dial(question: Question, pid: number): number;
}

/** Flags, joined or not; those in `valued` take a value. */
export function options(args: readonly string[], valued = ''): { readonly flags: ReadonlySet<string>; readonly values: ReadonlyMap<string, string>; readonly rest: readonly string[] } {
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
      if (value.length > 0) values.set(name, value.join('='));
      flags.add(name);
    } else if (arg.startsWith('-') && arg.length > 1) {
      for (let j = 1; j < arg.length; j++) {
        const short = arg[j]!;
        if (valued.includes(short)) {
          values.set(short, arg.slice(j + 1) !== '' ? arg.slice(j + 1) : (args[++i] ?? ''));
          break;
        }
        flags.add(short);
      }
    } else rest.push(arg);
  }
  return { flags, values, rest };
}

export const linesIn = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
export const joined = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`);
export const ok = (): number => 0;
