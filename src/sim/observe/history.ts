import type { Change } from '../api/change.ts';
import type { KubernetesObject, Node, Pod } from '../api/object.ts';
import { at as itemAt, type Journal } from '../kernel/journal.ts';
import type { StepRecord, Trace } from '../kernel/trace.ts';

/** What an observer reads: the record of steps and the log of writes. A world is one; nobody here can change it. */
export interface History {
  readonly steps: number;
  readonly now: number;
  readonly trace: Trace;
  readonly store: {
    readonly revision: number;
    readonly log: Journal<Change>;
    readonly tables: ReadonlyMap<string, { readonly log: Journal<Change>; readonly live: ReadonlyMap<string, Change>; readonly gone: ReadonlyMap<string, Change> }>;
  };
}

/** Step n is item n - 1 of the trace, but for steps of which nothing was recorded: then the list is searched. */
export function recordOf(history: History, step: number): StepRecord | undefined {
  if (step <= 0) return undefined;
  const direct = itemAt(history.trace, step - 1);
  if (direct?.step === step) return direct;
  let low = 0;
  let high = history.trace.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (itemAt(history.trace, middle)!.step < step) low = middle + 1;
    else high = middle;
  }
  const found = itemAt(history.trace, low);
  return found?.step === step ? found : undefined;
}

export const changeOf = (history: History, revision: number): Change | undefined => itemAt(history.store.log, revision - 1);

/** The last change of an object, also of one that is gone. */
export function lastChange(history: History, kind: string, key: string): Change | undefined {
  const table = history.store.tables.get(kind);
  return table?.live.get(key) ?? table?.gone.get(key);
}

/** The last change of an object up to a revision. */
export function changeUpTo(history: History, kind: string, key: string, revision: number): Change | undefined {
  let change = lastChange(history, kind, key);
  while (change !== undefined && change.revision > revision) change = change.previous;
  return change;
}

/** What a request wrote. */
export function changesOf(history: History, record: StepRecord): readonly Change[] {
  if (record.type !== 'request' || record.lastRevision < record.firstRevision) return [];
  const out: Change[] = [];
  for (let revision = record.firstRevision; revision <= record.lastRevision; revision++) {
    const change = changeOf(history, revision);
    if (change !== undefined) out.push(change);
  }
  return out;
}

export const isGone = (change: Change): boolean => change.after === undefined;
export const subjectOf = (change: Change): KubernetesObject => (change.after ?? change.before)!;

/** The newest change, from this one back, by which something came to be as it is. Of a condition that never held: undefined. */
export function cameAbout(from: Change | undefined, test: (before: KubernetesObject | undefined, after: KubernetesObject | undefined) => boolean): Change | undefined {
  let change = from;
  while (change !== undefined && !test(change.before, change.after)) change = change.previous;
  return change;
}

export const readyOf = (object: Node | undefined): string | undefined => object?.status.conditions?.find(({ type }) => type === 'Ready')?.status;
export const hasNoExecute = (object: Node | undefined): boolean => object?.spec.taints?.some(({ effect }) => effect === 'NoExecute') === true;
export const isPodReady = (object: KubernetesObject | undefined): boolean => (object as Pod | undefined)?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
