import { USERS } from '../api/request.ts';
import { at as itemAt } from '../kernel/journal.ts';
import { invariant } from './invariant.ts';

/** Every write was caused by an earlier step that is on record, and whoever is no user says why. */
export const writesHaveCauses = invariant<undefined>({
  name: 'writesHaveCauses',
  init: () => undefined,
  check({ world, changes }) {
    for (const { revision, cause, by, kind, key, because } of changes) {
      const record = itemAt(world.trace, cause - 1);
      if (record === undefined || record.step !== cause) return `r${revision}: ${kind} ${key} names step ${cause} as its cause, which is not on record`;
      if (record.type !== 'request' && record.type !== 'timer') return `r${revision}: ${kind} ${key} was written by a step of type ${record.type}`;
      if (record.cause >= record.step) return `step ${record.step} was caused by step ${record.cause}, which came later`;
      if (by === USERS.admin || by === USERS.apiserver || kind === 'Event') continue;
      if (because === undefined) return `r${revision}: ${by} wrote ${kind} ${key} and did not say why`;
    }
    return undefined;
  },
});
