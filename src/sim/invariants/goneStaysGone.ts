import { invariant } from './invariant.ts';

/** What is gone is never written again: who comes under its name is another, with a uid of its own. */
export const goneStaysGone = invariant<Set<string>>({
  name: 'goneStaysGone',
  init: () => new Set(),
  check({ changes }, gone) {
    for (const { kind, key, before, after, revision } of changes) {
      if (after !== undefined && gone.has(after.metadata.uid)) return `r${revision} wrote ${kind} ${key}, which had gone`;
      if (before !== undefined && after !== undefined && before.metadata.uid !== after.metadata.uid) return `r${revision} made another of ${kind} ${key} without an end of the first`;
      if (before !== undefined && after === undefined) gone.add(before.metadata.uid);
    }
    return undefined;
  },
});
