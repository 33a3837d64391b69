import type { Pod } from '../api/object.ts';
import { invariant } from './invariant.ts';

/** The store's indexes say what its objects say. */
export const indexesAgree = invariant<undefined>({
  name: 'indexesAgree',
  init: () => undefined,
  check({ world, changes }) {
    for (const { kind, key } of changes) {
      const table = world.store.tables.get(kind)!;
      const object = table.live.get(key)?.after;
      if (table.live.has(key) === table.gone.has(key)) return `${kind} ${key} is both there and gone, or neither`;
      const spaces = table.indexes.get('namespace');
      if (spaces !== undefined && object !== undefined && spaces.get(object.metadata.namespace ?? '')?.has(key) !== true) return `${kind} ${key} is not in the index of its namespace`;
      if (kind !== 'Pod') continue;
      for (const [node, keys] of table.indexes.get('node') ?? []) {
        const on = object !== undefined && ((object as Pod).spec.nodeName ?? '') === node;
        if (keys.has(key) !== on) return `Pod ${key} is ${on ? 'on' : 'not on'} ${node === '' ? 'no node' : node}, and the index of nodes says otherwise`;
      }
    }
    return undefined;
  },
});
