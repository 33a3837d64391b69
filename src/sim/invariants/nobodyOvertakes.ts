import { invariant } from './invariant.ts';

interface Memory {
  readonly requests: Map<string, number>;
  readonly changes: Map<string, number>;
}
/** Messages of one connection never overtake each other: requests of one client arrive in the order of their numbers, news in the order of revisions. */
export const nobodyOvertakes = invariant<Memory>({
  name: 'nobodyOvertakes',
  init: () => ({ requests: new Map(), changes: new Map() }),
  check({ records }, memory) {
    for (const record of records) {
      if (record.type === 'start') {
        for (const key of memory.changes.keys()) if (key.startsWith(`${record.process} `)) memory.changes.delete(key);
      } else if (record.type === 'request') {
        const last = memory.requests.get(record.from) ?? 0;
        if (record.id <= last) return `request ${record.id} of ${record.from} came after its request ${last}`;
        memory.requests.set(record.from, record.id);
      } else if (record.type === 'watch') {
        const key = `${record.process} ${record.kind}`;
        let last = memory.changes.get(key) ?? 0;
        for (const { revision } of record.changes) {
          if (revision <= last) return `${record.process} heard of r${revision} of ${record.kind} after r${last}`;
          last = revision;
        }
        memory.changes.set(key, last);
      }
    }
    return undefined;
  },
});
