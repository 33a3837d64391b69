import type { Plugin } from '../plugin.ts';

/**
 * Devices by ResourceClaim. Orrery has no ResourceClaims, so this plugin has nothing to decide; but it takes part in every cycle:
 * it gives each node a score of 0, and the words "no new claims to deallocate" in each FailedScheduling message are its own.
 */
export const dynamicResources: Plugin = {
  name: 'DynamicResources',
  preEnqueue: () => undefined,
  preFilter(_pod, cycle) {
    cycle.filterState.set('DynamicResources', true);
    return 'skip';
  },
  score: () => 0,
  hotScore: () => 0,
  events: [
    { kind: 'Node', actions: ['Add', 'UpdateNodeAllocatable', 'UpdateNodeLabel'] },
    { kind: 'Pod', actions: ['UpdatePodGeneratedResourceClaim'], hint: () => false },
    { kind: 'resource.k8s.io/DeviceClass', actions: ['Add', 'Update'] },
    { kind: 'resource.k8s.io/ResourceClaim', actions: ['Add', 'Update'], hint: () => false },
    { kind: 'resource.k8s.io/ResourceSlice', actions: ['Add', 'Update'] },
  ],
};
