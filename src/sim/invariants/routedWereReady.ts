import type { EndpointSlice } from '../api/object.ts';
import type { Backend } from '../api/traffic.ts';
import { listAt, positionAt } from '../apiserver/store.ts';
import { invariant } from './invariant.ts';

/** What a node's rules send to was, at the revision that they are made from, ready; or, when nothing was, still serving on its way out. */
export const routedWereReady = invariant<undefined>({
  name: 'routedWereReady',
  init: () => undefined,
  check({ world, records }) {
    for (const record of records) {
      for (const note of record.notes ?? []) {
        if (note.type !== 'rules') continue;
        const table = world.store.tables.get('EndpointSlice');
        if (table === undefined) return `${record.process} has rules, and there is no EndpointSlice`;
        const backends = note['backends'] as readonly Backend[];
        if (backends.length === 0) continue;
        const service = note.subject!.key;
        const slices = listAt(table, positionAt(table, Number(note['revision'])), { index: 'service', value: service }) as readonly EndpointSlice[];
        const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
        const anyReady = endpoints.some(({ conditions }) => conditions?.ready !== false);
        for (const { ip } of backends) {
          const usable = endpoints.some(({ addresses, conditions }) => addresses.includes(ip) && (anyReady ? conditions?.ready !== false : conditions?.serving === true));
          if (!usable) return `${record.process} sends requests for ${service} to ${ip}, which was not ready at r${Number(note['revision'])}`;
        }
      }
    }
    return undefined;
  },
});
