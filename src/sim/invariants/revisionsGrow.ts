import { invariant } from './invariant.ts';

/** Every write has a revision of its own, one more than the last, and its object carries it. */
export const revisionsGrow = invariant<{ last: number; at: number }>({
  name: 'revisionsGrow',
  init: (world) => ({ last: world.store.revision, at: world.now }),
  check({ changes }, memory) {
    for (const { revision, kind, key, after, at } of changes) {
      if (revision !== memory.last + 1) return `after r${memory.last} came r${revision}`;
      if (at < memory.at) return `r${revision} was written at ${at}, before the one before it`;
      if (after !== undefined && after.metadata.resourceVersion !== String(revision)) return `${kind} ${key} of r${revision} says that it is of r${after.metadata.resourceVersion}`;
      memory.last = revision;
      memory.at = at;
    }
    return undefined;
  },
});
