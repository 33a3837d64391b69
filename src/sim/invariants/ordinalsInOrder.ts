import { keyOf } from '../api/object.ts';
import type { Pod } from '../api/object.ts';
import { isPodReady } from '../api/pods.ts';
import type { StatefulSet } from '../api/workloads.ts';
import { objectAt } from '../apiserver/store.ts';
import { invariant } from './invariant.ts';

/** A StatefulSet that goes in order makes no Pod before the one before it has been ready. */
export const ordinalsInOrder = invariant<{ readonly ready: Set<string> }>({
  name: 'ordinalsInOrder',
  init: () => ({ ready: new Set() }),
  check({ world, changes }, { ready }) {
    for (const { kind, key, before, after, because } of changes) {
      if (kind !== 'Pod' || after === undefined) continue;
      const pod = after as Pod;
      if (isPodReady(pod)) ready.add(key);
      if (before !== undefined || because?.code !== 'statefulset.createsNext') continue;
      const ref = because.refs?.find((each) => each.kind === 'StatefulSet');
      const set = ref === undefined ? undefined : (objectAt(world.store, 'StatefulSet', ref.key, ref.revision ?? world.store.revision) as StatefulSet | undefined);
      if (set === undefined) return `${key} was made, and there is no StatefulSet for which`;
      for (let ordinal = set.spec.ordinals?.start ?? 0; ordinal < Number(because.args['ordinal']); ordinal++)
        if (!ready.has(`${pod.metadata.namespace}/${set.metadata.name}-${ordinal}`)) return `${key} was made before ${keyOf(set)}-${ordinal} had been ready`;
    }
    return undefined;
  },
});
