import type { Micros } from '../../api/time.ts';
import type { HookKind, ProbeKind } from '../../api/runtime.ts';
import type { Code } from './code.ts';

/** The processes of a container as plain data: a checkpoint copies them like everything else, and a branch goes on from the copy. */
export interface LogLine {
  readonly at: Micros;
  readonly text: string;
  /** It did not end in a line feed. */
  readonly partial?: true;
}
/** What a container wrote, newest last. Full chunks are frozen; the oldest go when there are too many, as the kubelet rotates log files. */
export interface Log {
  readonly chunks: (readonly LogLine[])[];
  tail: LogLine[];
}

/** Files by their path without a slash in front; null: a folder. */
export type Disk = Map<string, string | null>;

export type Handle =
  | { readonly is: 'log' }
  | { readonly is: 'null' }
  | { readonly is: 'file'; readonly path: string; at: number; readonly append: boolean }
  /** Read and written; also what $(...) collects. */
  | { readonly is: 'pipe'; text: string };

export type Waits =
  | { readonly for: 'time'; readonly at: Micros }
  | { readonly for: 'children'; readonly pids: readonly number[]; readonly capture?: number; /** The `wait` builtin: a trap interrupts it. */ readonly builtin?: true }
  | { readonly for: 'input' }
  | { readonly for: 'net'; readonly id: number; readonly until: Micros }
  | { readonly for: 'ever' };

export type Frame =
  | { readonly is: 'loop'; readonly end: number; readonly again: number }
  | { readonly is: 'items'; readonly name: string; readonly items: readonly string[]; at: number }
  | { readonly is: 'case'; readonly text: string }
  | { readonly is: 'fds'; readonly fds: readonly [number, number, number] }
  /** A function or a trap: where it goes on afterwards. */
  | { readonly is: 'call'; readonly code: Code; readonly pc: number; readonly params: readonly string[]; readonly fds: readonly [number, number, number]; readonly status?: number };

export interface Running {
  readonly argv: readonly string[];
  /** Of a command with redirections: what was there before. */
  readonly fds: readonly [number, number, number];
  readonly environment: Readonly<Record<string, string>>;
  /** What the program keeps while it is under way. */
  readonly memo: Record<string, string | number | boolean>;
}

export interface Proc {
  readonly pid: number;
  readonly parent: number;
  code: Code;
  pc: number;
  readonly frames: Frame[];
  /** What substitutions wrote for the instruction that comes. */
  outputs: string[];
  readonly variables: Map<string, string>;
  readonly exported: Set<string>;
  readonly functions: Map<string, Code>;
  readonly traps: Map<string, string>;
  params: readonly string[];
  name: string;
  folder: string;
  fds: readonly [number, number, number];
  status: number;
  errexit: boolean;
  background: number;
  running: Running | undefined;
  waits: Waits | undefined;
  /** Signals that wait for the command under way. */
  readonly pending: string[];
  /** The program that the container is; no shell in between. */
  direct: boolean;
  /** Time that its commands have taken, which has not passed yet. */
  debt: Micros;
  /** Commands since it last waited for anything. */
  busy: number;
  exiting: boolean;
  ended: number | undefined;
}

/** What is inside one life of one container. */
export interface Inside {
  readonly environment: Readonly<Record<string, string>>;
  /** Its own layer: gone with the container. */
  readonly disk: Disk;
  /** Paths of the image's files that were removed. */
  readonly removed: Set<string>;
  /** What volumes from the API hold at a subPath, by where it is mounted, as it was when the container started. */
  readonly pinned: Map<string, Disk>;
  readonly procs: Map<number, Proc>;
  readonly handles: Map<number, Handle>;
  readonly log: Log;
  /** The last line that has no line feed yet. */
  open: string;
  readonly sessions: Map<number, Session>;
  nextPid: number;
  nextHandle: number;
  /** Answers that came over the network, by the number of the question. */
  readonly answers: Map<number, NetAnswer>;
  /** Killed for its memory. */
  killed: boolean;
  /** A program was run of which nothing is known. */
  unknown: string;
}

/** Who asked for a process besides the container's own first one. Frozen. */
export type Session =
  | { readonly for: 'probe'; readonly probe: ProbeKind; readonly pipe: number; readonly until: Micros }
  | { readonly for: 'hook'; readonly hook: HookKind; readonly pipe: number; readonly command: string }
  | { readonly for: 'exec'; readonly out: number; readonly err: number; readonly reply: unknown };

/** What came of a question to the network. Frozen. */
export type NetAnswer =
  | { readonly is: 'unknownName' }
  | { readonly is: 'named'; readonly name: string; readonly addresses: readonly string[] }
  | { readonly is: 'refused'; readonly address: string }
  | { readonly is: 'silent'; readonly address: string }
  | { readonly is: 'answered'; readonly address: string; readonly status: number; readonly body: string };

export const LOG = 0;
export const NULL = 1;

export const newLog = (): Log => ({ chunks: [], tail: [] });
const CHUNK = 128;
const MOST_CHUNKS = 64;
export function writeLog(log: Log, line: LogLine): void {
  log.tail.push(Object.freeze(line));
  if (log.tail.length < CHUNK) return;
  log.chunks.push(Object.freeze(log.tail));
  log.tail = [];
  if (log.chunks.length > MOST_CHUNKS) log.chunks.shift();
}
export const linesOf = (log: Log): readonly LogLine[] => [...log.chunks.flat(), ...log.tail];
