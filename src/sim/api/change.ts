import type { Ownership } from './managedFields.ts';
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
  readonly ownership?: Ownership;
  /** The change of the same key before this one, also across a deletion: so a view that lags finds what it knew. */
  readonly previous: Change | undefined;
  /** How many changes this key had before. */
  readonly nth: number;
  /** Its place in the log of its kind. */
  readonly ordinal: number;
  /** A hash of kind and key: the draws about this object start from it. */
  readonly id: number;
}
