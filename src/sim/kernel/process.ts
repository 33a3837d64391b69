import type { Change, StepId } from '../api/change.ts';
import type { ByKind, Kind, KubernetesObject } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import type { Request, Response } from '../api/request.ts';
import type { Micros } from '../api/time.ts';

/**
 * The one contract of everything that runs: the scheduler, the host of a controller, a kubelet, a kube-proxy, a machine, a client.
 * A step gets a stimulus and answers with effects; it has no other way to see or to change anything.
 *
 * A step may change its own state in place (against the plan's "next state out": returning copies cost a third of the run and
 * nobody else ever holds the state). State is plain data: a checkpoint copies it with `snapshot`, and a law goes on from the copy.
 */
export interface Process<S> {
  readonly name: string;
  /** The identity its requests carry. */
  readonly user: string;
  /** The kinds it has an informer for. */
  readonly watches: readonly Subscription[];
  /** Client-side rate limit of its requests; absent: none. */
  readonly limit?: RateLimit;
  /** The state of a process that has just started: what was in memory before is gone. */
  init(): S;
  step(state: S, on: Stimulus, view: View, out: Out): void;
}

export interface Subscription {
  readonly kind: Kind;
  /** A field selector: only Pods of this node. What no longer matches is delivered as gone. */
  readonly nodeName?: string;
  /** Only this object (a kubelet's own Node or Lease). */
  readonly key?: string;
  /**
   * Whether a change can make this process do anything. If not, the delivery is no event: its revision is worked out when the view is read.
   * Must depend on the change alone. Absent: always.
   */
  readonly wakes?: (change: Change) => boolean;
  /** What must be there for a change to concern anybody. While it is not, the delivery is no event either. */
  readonly onlyWith?: Companion;
}

/** There is an object of this kind at the API server of which `such` is true. Both must be the same whenever they are asked: invisible caches go by them. */
export interface Companion {
  readonly kind: Kind;
  readonly such: (object: KubernetesObject) => boolean;
  /** Changes that concern somebody even without it. */
  readonly unless?: (change: Change) => boolean;
}

export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

export type Stimulus = (
  | { readonly type: 'Started' }
  /** The informer of a kind went on; `changes` are those that match its selector, in order. `relist`: after a gap it listed again. */
  | { readonly type: 'Watched'; readonly kind: Kind; readonly changes: readonly Change[]; readonly relist: boolean }
  /** Code 0: no answer came. */
  | { readonly type: 'Replied'; readonly id: number; readonly tag: string; readonly request: Request; readonly response: Response }
  | { readonly type: 'TimerFired'; readonly name: string }
  | { readonly type: 'Received'; readonly from: string; readonly message: Message }
) & { readonly cause: StepId };

/** What processes say to each other past the API server: a kubelet to its machine's runtime, a client to an address. Plain, immutable data. */
export interface Message {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Where a step's effects go. Nothing of it happens before the step has ended. */
export interface Out {
  /**
   * Sends a request to the API server, when the rate limit allows; the answer comes as Replied with this id and `tag`. `tokens`:
   * what it takes from the limit, if not 1: 2 where upstream's client reads before it writes and ours knows the answer; 0 where it has a client of its own.
   */
  request(request: Omit<Request, 'user'>, tag: string, because?: Reason, tokens?: number): number;
  /** A timer of this process; setting a name again moves it. Dies with the process. */
  timer(name: string, at: Micros): void;
  cancel(name: string): void;
  /** `delayMicros`: on top of the way's own latency. */
  send(to: string, message: Message, options?: { readonly because?: Reason; readonly delayMicros?: number }): void;
  /** For observers only: no process can see it. */
  note(note: Note): void;
  /** An unsigned 32-bit number: the next draw for this purpose about this object. */
  draw(purpose: string, key: string): number;
  /** Overrides the cause of effects that follow in this step (a workqueue's item was caused by what enqueued it, not by the timer that took it out). 0: back to the stimulus itself. */
  causedBy(step: StepId): void;
}

/** This process's own, lagging window on the store. Everything in it is immutable. */
export interface View {
  readonly now: Micros;
  /** The number of the step in which this is read. */
  readonly step: StepId;
  get<K extends Kind>(kind: K, key: string): ByKind[K] | undefined;
  /** In a stable order. Without `by`: all. */
  list<K extends Kind>(kind: K, by?: Index): readonly ByKind[K][];
  /** How far the informer of this kind is. */
  revision(kind: Kind): number;
}

/** The store's indexes. */
export type Index =
  | { readonly index: 'namespace'; readonly value: string }
  /** Pods by spec.nodeName ("" for those without). */
  | { readonly index: 'node'; readonly value: string }
  /** By the uid of the owner with controller=true ("" for those without). */
  | { readonly index: 'controller'; readonly value: string }
  /** By the uid of any owner. */
  | { readonly index: 'owner'; readonly value: string }
  /** EndpointSlices by `namespace/service`. */
  | { readonly index: 'service'; readonly value: string };
export type IndexName = Index['index'];

/** What an observer can read beyond the log of changes. `subject` names the object it is about. */
export interface Note {
  readonly type: string;
  readonly subject?: { readonly kind: string; readonly key: string };
  readonly because?: Reason;
  readonly [field: string]: unknown;
}

export type AnyProcess = Process<unknown>;
export type { KubernetesObject };
