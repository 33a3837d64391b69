import type { KubernetesObject } from './object.ts';
import type { Reason } from './reason.ts';
import type { Micros } from './time.ts';

/** The number of an event that the cluster handled, counted from 1: the cause of what it led to. 0: the cluster's start. */
export type StepId = number;

/** One write, for ever: the store is the list of them. `before` absent: created; `after` absent: gone. */
export interface Change {
  readonly revision: number;
  readonly at: Micros;
  readonly kind: string;
  readonly key: string;
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
  /** The user that asked, as authenticated. */
  readonly by: string;
  readonly verb: 'create' | 'update' | 'patch' | 'delete';
  readonly subresource?: string;
  readonly cause: StepId;
  readonly because?: Reason;
  /** The change of the same object before this one; undefined at its creation. */
  readonly previous: Change | undefined;
  /** How many changes this object had before: 0 at its creation. */
  readonly nth: number;
}
