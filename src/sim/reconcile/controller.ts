import type { Change } from '../api/change.ts';
import type { EventNote } from '../api/eventnote.ts';
import type { Kind, ByKind, KubernetesObject } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import type { Request, Response } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import type { Companion, View } from '../kernel/process.ts';

export type { EventNote, View };

/** One request of a plan. */
export interface Write {
  readonly request: Omit<Request, 'user'>;
  readonly because?: Reason;
  /** Refusals with these codes count as success (404 for a delete that somebody else was faster with). */
  readonly accept?: readonly number[];
  /** Recorded when it was accepted. */
  readonly event?: EventNote;
  /** Recorded when it was refused. */
  readonly failureEvent?: EventNote;
}

/** What a reconciliation wants done. */
export interface Plan<M> {
  /** A batch is sent when the one before is answered; the first refusal ends the plan and requeues with back-off, as upstream's `return err`. */
  readonly batches: readonly (readonly Write[])[];
  /** Recorded at once, without waiting for a write. */
  readonly events?: readonly EventNote[];
  /** What upstream keeps in the controller's struct, per key; null forgets it; absent keeps it. A crash loses it. */
  readonly memory?: M | null;
  readonly because: Reason;
  readonly requeueAfterMicros?: Micros;
  /** It cannot be done yet: the key comes back after its back-off, as after a refusal. */
  readonly retry?: true;
  /** It only tells of a failure: that this goes well does not end the back-off. */
  readonly stillFailing?: true;
}

export interface ReconcileContext {
  /**
   * False while this key's own creations and deletions are not yet in the view: upstream's expectations (controller_utils.go),
   * here read off the revisions of the answers instead of counted.
   */
  readonly settled: boolean;
  /** How many times in a row this key's plan failed. */
  readonly failures: number;
  /** An unsigned 32-bit draw. */
  draw(purpose: string, key: string): number;
}

/** A key to enqueue, at once or later. */
export type Enqueue = string | { readonly key: string; readonly afterMicros: Micros };

/**
 * Add one file to controllers/ and one line to its index, and it runs: in its own process with its own lagging informers, rate-limited
 * workqueue and identity.
 */
export interface Controller<M = unknown> {
  /** Its process, and its identity (the service account in kube-system) where that is not another. */
  readonly name: string;
  /** The service account it writes with, where it is not the name: taint eviction writes as "node-controller". */
  readonly identity?: string;
  /** Who writes, where it is no service account: the API server's own loops. */
  readonly user?: string;
  /** What Events give as source, where it is not the name. */
  readonly source?: string;
  /** Its process starts when the first object of one of these kinds is written. Absent: with the control plane. */
  readonly sleepsUntil?: readonly Kind[];
  /** Of those objects only some wake it. */
  readonly wakesFor?: (object: KubernetesObject) => boolean;
  /** How long a key waits after a plan that failed, doubling. Absent: 5 ms to 1000 s, and at most 10 a second over all keys. */
  readonly backOff?: { readonly firstMicros: Micros; readonly lastMicros: Micros };
  /** How many keys are reconciled at once (upstream's --concurrent-...-syncs). */
  readonly workers: number;
  /** For each kind with an informer: the keys that a change concerns. Called for the state after, and for the state before where it differs. */
  readonly watches: { readonly [K in Kind]?: (object: ByKind[K], view: View, change: Change) => readonly Enqueue[] };
  /** Kinds that are read, but whose changes alone never start a reconciliation. */
  readonly reads?: readonly Kind[];
  /** Says of a change that it cannot concern anybody here, from the change alone: it is then delivered without an event. */
  readonly ignores?: (change: Change) => boolean;
  /**
   * For a kind: what must exist for its changes to concern anybody here (a Pod's, a budget that could count it). Until then they are delivered
   * without an event, as those that are ignored; when it comes to be, what is still on its way is an event again.
   */
  readonly onlyWith?: { readonly [K in Kind]?: Companion };
  /** Keys that are enqueued at the start and then each time so much later. */
  readonly ticks?: Readonly<Record<string, Micros>>;
  reconcile(key: string, view: View, memory: M | undefined, context: ReconcileContext): Plan<M>;
  /** Sees each answer to its own writes while a plan is in flight; returns the memory to go on with. */
  answered?(key: string, write: Write, response: Response, memory: M | undefined, view: View): M | undefined;
}

/** Nothing to do. */
export const idle = <M>(because: Reason): Plan<M> => ({ batches: [], because });
