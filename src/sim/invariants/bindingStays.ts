import type { Pod } from '../api/object.ts';
import { invariant } from './invariant.ts';

/** A Pod that has a node keeps it as long as it exists. */
export const bindingStays = invariant<undefined>({
  name: 'bindingStays',
  init: () => undefined,
  check({ changes }) {
    for (const { kind, key, before, after } of changes) {
      if (kind !== 'Pod' || before === undefined || after === undefined || before.metadata.uid !== after.metadata.uid) continue;
      const was = (before as Pod).spec.nodeName ?? '';
      const is = (after as Pod).spec.nodeName ?? '';
      if (was !== '' && was !== is) return `Pod ${key} was on ${was} and is on ${is === '' ? 'no node' : is}`;
    }
    return undefined;
  },
});
