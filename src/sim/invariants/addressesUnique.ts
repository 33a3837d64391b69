import type { Service } from '../api/object.ts';
import { headList } from '../apiserver/store.ts';
import { invariant } from './invariant.ts';

/** No two Services share a cluster address or a node port. */
export const addressesUnique = invariant<undefined>({
  name: 'addressesUnique',
  init: () => undefined,
  check({ world, changes }) {
    if (!changes.some(({ kind }) => kind === 'Service')) return undefined;
    const taken = new Map<string, string>();
    for (const service of headList(world.store, 'Service') as readonly Service[]) {
      const name = `${service.metadata.namespace}/${service.metadata.name}`;
      const { clusterIP, ports } = service.spec;
      const all = [...(clusterIP === undefined || clusterIP === 'None' || clusterIP === '' ? [] : [clusterIP]), ...(ports ?? []).flatMap(({ nodePort, protocol }) => (nodePort === undefined ? [] : [`${protocol ?? 'TCP'} ${nodePort}`]))];
      for (const address of all) {
        const other = taken.get(address);
        if (other !== undefined && other !== name) return `${address} belongs to ${other} and to ${name}`;
        taken.set(address, name);
      }
    }
    return undefined;
  },
});
