import type { Change } from '../api/change.ts';
import { changeAt } from '../apiserver/store.ts';
import type { World } from '../cluster/world.ts';
import { at as itemAt } from '../kernel/journal.ts';
import type { StepRecord } from '../kernel/trace.ts';

/** What has happened since the last look. */
export interface News {
  readonly world: World;
  readonly records: readonly StepRecord[];
  readonly changes: readonly Change[];
}

/** Something that is always true of a cluster, whatever is done to it. Cheap enough to be looked at after every step: only news is read. */
export interface Invariant<M = unknown> {
  readonly name: string;
  /** What it has to remember from look to look. */
  init(world: World): M;
  /** In one sentence what is not as it must be; undefined: all is well. */
  check(news: News, memory: M): string | undefined;
}

export interface Violation {
  readonly invariant: string;
  readonly step: number;
  readonly at: number;
  readonly text: string;
}

/** One reader's place in a world, with what each invariant remembers. */
export interface Watch {
  seen: number;
  revision: number;
  readonly memories: readonly { readonly invariant: Invariant; readonly memory: unknown }[];
}

export const watch = (world: World, invariants: readonly Invariant[]): Watch => ({
  seen: world.trace.length, revision: world.store.revision, memories: invariants.map((invariant) => ({ invariant, memory: invariant.init(world) })),
});

/** Looks at what is new. The first violation, if there is one. */
export function look(state: Watch, world: World): Violation | undefined {
  const records: StepRecord[] = [];
  for (; state.seen < world.trace.length; state.seen++) records.push(itemAt(world.trace, state.seen)!);
  const changes: Change[] = [];
  while (state.revision < world.store.revision) changes.push(changeAt(world.store, ++state.revision)!);
  const news: News = { world, records, changes };
  for (const { invariant, memory } of state.memories) {
    const text = invariant.check(news, memory);
    if (text !== undefined) return { invariant: invariant.name, step: world.steps, at: world.now, text };
  }
  return undefined;
}

/** Keeps the type of its memory where it is written, and forgets it in the list. */
export const invariant = <M>(made: Invariant<M>): Invariant => made as Invariant;
