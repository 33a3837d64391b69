import type { NodeConfig } from '../api/cluster.ts';
import type { Container } from '../api/object.ts';
import type { ProbeKind, RuntimeRequest } from '../api/runtime.ts';
import type { Micros } from '../api/time.ts';
import type { TrafficMessage } from '../api/traffic.ts';
import type { Message, Out } from '../kernel/process.ts';
import type { Behaviour } from './behaviour.ts';
import type { MachineState, Program, Sandbox } from './machine.ts';
import type { Inside, LogLine } from './shell/state.ts';

/** One life of one container, and the machine that it runs on. */
export interface Place {
  readonly node: NodeConfig;
  readonly state: MachineState;
  readonly sandbox: Sandbox;
  readonly container: Container;
  readonly now: Micros;
  readonly out: Out;
}

/**
 * What makes programs of commands. It puts itself in here when it is loaded, after the first picture; a container that only runs the server
 * of its image needs nothing of it.
 */
export interface Engine {
  /** What is inside a new container, if its command is a program that is run; or why it cannot be started. */
  prepare?(place: Place, behaviour: Behaviour, environment: Readonly<Record<string, string>>): { readonly inside: Inside } | { readonly startError: string } | undefined;
  /** Lets its processes go on; tells what became of them. */
  advance?(place: Place, program: Program): void;
  /** SIGTERM for its first process. */
  terminate?(place: Place, program: Program): void;
  /** The last words of a program that has just ended: what the kubelet reads as its termination message. */
  closed?(place: Place, program: Program): string | undefined;
  listens?(program: Program): boolean;
  probe?(place: Place, program: Program, kind: ProbeKind, command: readonly string[], timeoutMicros: Micros): void;
  hook?(place: Place, program: Program, message: Extract<RuntimeRequest, { type: 'RunHook' }>, command: readonly string[]): void;
  exec?(node: NodeConfig, state: MachineState, message: Message, now: Micros, out: Out): void;
  /** What its server answers to a request. */
  answer?(place: Place, program: Program, http: NonNullable<Extract<TrafficMessage, { type: 'request' }>['http']>): { readonly status: number; readonly body: string };
  /** An answer to a question that a program here asked. */
  answered?(node: NodeConfig, state: MachineState, message: Message, now: Micros, out: Out): void;
  volumes?(state: MachineState, sandbox: Sandbox, files: Readonly<Record<string, Readonly<Record<string, string>>>>): void;
  log?(program: Program): readonly LogLine[];
}
export const engine: Engine = {};
export function registerPrograms(parts: Engine): void {
  Object.assign(engine, parts);
}
