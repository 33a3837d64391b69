import type { Reason } from '../api/reason.ts';
import type { Micros } from '../api/time.ts';
import type { History } from './history.ts';
import { walkChange } from './walk.ts';
import { lastChange } from './history.ts';

/** What stands before a link: who or what it was. */
export type Glyph = 'you' | 'fault' | 'start' | 'apiserver' | 'controller' | 'scheduler' | 'kubelet' | 'machine' | 'proxy' | 'traffic' | 'clock';

/** One cause, and why. A chain is read from what was asked about to where it began: at a command, at a fault, or at the cluster's start. */
export interface Link {
  readonly at: Micros;
  readonly glyph: Glyph;
  /** Who did it, as the stage names processes: "replicaset-controller", "kubelet/node-1", "you". */
  readonly by: string;
  readonly step?: number;
  readonly revision?: number;
  readonly subject?: { readonly kind: string; readonly key: string };
  readonly reason: Reason;
  /** How many stimuli the controller's queue had merged into this reconciliation, where more than one. */
  readonly merged?: number;
}

export type Question =
  /** Why it exists; of something that is gone: why it is gone. */
  | { readonly ask: 'exists'; readonly kind: string; readonly key: string }
  /** Why this write happened. */
  | { readonly ask: 'change'; readonly revision: number }
  /** Why a field has its value: "spec.replicas", "spec.nodeName", "status.phase", "metadata.deletionTimestamp", "status.conditions.Ready". */
  | { readonly ask: 'field'; readonly kind: string; readonly key: string; readonly field: string }
  /** Why an Event was written. */
  | { readonly ask: 'event'; readonly key: string }
  /** How a client's request ended, and why so; without an id: the last one that failed. */
  | { readonly ask: 'request'; readonly client: string; readonly id?: number }
  /** Why a Pod does not run yet. */
  | { readonly ask: 'waiting'; readonly key: string }
  /** Why a Pod that was deleted is still there. */
  | { readonly ask: 'terminating'; readonly key: string }
  /** Why nothing takes the place of a Pod that nobody hears of any more. */
  | { readonly ask: 'notReplaced'; readonly key: string };

export function why(question: Question, history: History): readonly Link[] {
  switch (question.ask) {
    case 'exists': {
      const last = lastChange(history, question.kind, question.key);
      return last === undefined ? [] : walkChange(last, history);
    }
    default:
      return [];
  }
}

/** What can be asked about an object as it is now, the most telling question first. */
export function questionsOf(kind: string, key: string, history: History): readonly Question[] {
  return lastChange(history, kind, key) === undefined ? [] : [{ ask: 'exists', kind, key }];
}
