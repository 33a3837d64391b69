/** An object at a revision: where a cause can be looked at. */
export interface Reference {
  readonly kind: string;
  readonly key: string;
  /** The revision at which it was as it mattered; absent: not known. */
  readonly revision?: number;
}

/**
 * Why somebody did something: a code that the message catalogue puts into words, with its numbers and names,
 * and the objects that it rests on. `code` is `component.what`: "replicaset.tooFew", "nodelifecycle.leaseTooOld".
 */
export interface Reason {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly refs?: readonly Reference[];
}
