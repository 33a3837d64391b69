import { scaledValue } from '../api/intOrString.ts';
import type { Deployment, ReplicaSet } from '../api/object.ts';
import { objectAt } from '../apiserver/store.ts';
import { invariant } from './invariant.ts';

/**
 * A rolling update keeps to maxSurge and maxUnavailable: by what the controller knew when it decided, its ReplicaSets were never to have
 * more than replicas + maxSurge, and never so few that less than replicas - maxUnavailable stayed available.
 */
export const rolloutKeepsBounds = invariant<undefined>({
  name: 'rolloutKeepsBounds',
  init: () => undefined,
  check({ world, changes }) {
    for (const { kind, key, before, after, because } of changes) {
      if (kind !== 'ReplicaSet' || before === undefined || after === undefined || because === undefined) continue;
      const from = (before as ReplicaSet).spec.replicas;
      const to = (after as ReplicaSet).spec.replicas;
      // Pods that are not available anyway are no loss: they go first.
      const idle = Math.max(0, from - ((before as ReplicaSet).status.availableReplicas ?? 0));
      if (because.code === 'deployment.scaleDownOld' && Number(because.args['available']) - Math.max(0, from - to - idle) < Number(because.args['atLeast'])) return `${key} went from ${from} to ${to} with ${because.args['available']} available, of which ${because.args['atLeast']} must stay`;
      if (because.code !== 'deployment.scaleUpNew' || to <= from) continue;
      const ref = because.refs?.find((each) => each.kind === 'Deployment');
      const deployment = ref === undefined ? undefined : (objectAt(world.store, 'Deployment', ref.key, ref.revision ?? world.store.revision) as Deployment | undefined);
      if (deployment === undefined) return `${key} grew, and there is no Deployment for which`;
      const replicas = deployment.spec.replicas ?? 1;
      const surge = scaledValue(deployment.spec.strategy?.rollingUpdate?.maxSurge ?? 0, replicas, true) ?? 0;
      if (Number(because.args['pods']) + (to - from) > replicas + Math.max(surge, 1)) return `${key} went from ${from} to ${to} with ${because.args['pods']} Pods, where ${replicas} and ${surge} more may be`;
    }
    return undefined;
  },
});
