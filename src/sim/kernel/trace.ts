import type { Change, StepId } from '../api/change.ts';
import type { Command } from '../api/cluster.ts';
import type { Reason } from '../api/reason.ts';
import type { Request, Response } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import type { Journal } from './journal.ts';
import type { Message, Note } from './process.ts';

/**
 * What happened, step by step, for observers: *why*, the ten steps, the stage. Nothing in the simulation reads it, and it enters no digest.
 * Step n is item n - 1 of the journal.
 */
export type StepRecord = {
  readonly step: StepId;
  readonly at: Micros;
  /** Whose step it was; "user" for commands from outside. */
  readonly process: string;
  /** The step that led to this one; 0: the start. */
  readonly cause: StepId;
  /** Why the cause's process did it, where it said so. */
  readonly because?: Reason;
  readonly notes?: readonly Note[];
} & (
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'start' }
  /** At the API server. `answer` and `revisions` (first and last written; equal to or less than `before` if none) say what came of it. */
  | { readonly type: 'request'; readonly from: string; readonly id: number; readonly sentAt: Micros; readonly request: Request; readonly response: Response; readonly firstRevision: number; readonly lastRevision: number }
  | { readonly type: 'reply'; readonly id: number; readonly sentAt: Micros; readonly request: Request; readonly response: Response }
  | { readonly type: 'watch'; readonly kind: string; readonly sentAt: Micros; readonly changes: readonly Change[]; readonly relist: boolean }
  | { readonly type: 'timer'; readonly name: string }
  | { readonly type: 'message'; readonly from: string; readonly sentAt: Micros; readonly message: Message }
  /** A message that never arrived: the wire was cut, or nobody was there. */
  | { readonly type: 'dropped'; readonly from: string; readonly sentAt: Micros; readonly what: string }
);

export type Trace = Journal<StepRecord>;
