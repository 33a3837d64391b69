import { invariant } from './invariant.ts';
import type { Micros } from '../api/time.ts';

/** A node's Lease is renewed only by a kubelet that runs: none is sent after it has stopped. */
export const leasesOfTheLiving = invariant<Map<string, Micros>>({
  name: 'leasesOfTheLiving',
  init: () => new Map(),
  check({ world, records, changes }, lastAlive) {
    for (const { name, running, frozen } of world.slots.values()) if (running && !frozen && name.startsWith('kubelet/')) lastAlive.set(name, world.now);
    for (const { kind, key, cause } of changes) {
      if (kind !== 'Lease' || !key.startsWith('kube-node-lease/')) continue;
      const record = records.find(({ step }) => step === cause);
      if (record?.type !== 'request') return `Lease ${key} was written by no request`;
      const owner = `kubelet/${key.slice('kube-node-lease/'.length)}`;
      if (record.from !== owner && record.from !== 'user' && record.request.method !== 'DELETE') return `Lease ${key} was renewed by ${record.from}`;
      if (record.from === owner && record.sentAt > (lastAlive.get(owner) ?? -1)) return `${owner} renewed its Lease at ${record.sentAt}, when it did not run`;
    }
    return undefined;
  },
});
