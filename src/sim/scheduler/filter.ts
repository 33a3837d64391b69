import { addPodInfo, cloneNodeInfo } from './nodeinfo.ts';
import type { Cycle, NodeInfo, Plugin, PodInfo, Rejection, Snapshot } from './plugin.ts';
import type { CompiledProfile } from './profile.ts';

/** The filter plugins that have something to say in this cycle, in order. */
export type Filters = readonly Plugin[];

/** The first that rejects. */
export function runFilters(filters: Filters, pod: PodInfo, node: NodeInfo, cycle: Cycle): Rejection | undefined {
  for (let i = 0; i < filters.length; i++) {
    const rejection = filters[i]!.filter!(pod, node, cycle);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

/** A cycle whose preFilter state can be changed without harm to the original. */
export function cloneCycle(cycle: Cycle, profile: CompiledProfile): Cycle {
  const filterState = new Map(cycle.filterState);
  for (const plugin of profile.preFilter) {
    const state = filterState.get(plugin.name);
    if (plugin.cloneState !== undefined && state !== undefined) filterState.set(plugin.name, plugin.cloneState(state));
  }
  return { ...cycle, filterState };
}

export function tellAdded(filters: Filters, pod: PodInfo, added: PodInfo, node: NodeInfo, cycle: Cycle): void {
  for (const plugin of filters) plugin.addPod?.(pod, added, node, cycle);
}
export function tellRemoved(filters: Filters, pod: PodInfo, removed: PodInfo, node: NodeInfo, cycle: Cycle): void {
  for (const plugin of filters) plugin.removePod?.(pod, removed, node, cycle);
}

const nominatedFor = (snapshot: Snapshot, pod: PodInfo, node: NodeInfo): readonly PodInfo[] | undefined => {
  if (snapshot.nominated.size === 0) return undefined;
  const others = snapshot.nominated.get(node.name)?.filter((each) => each.priority >= pod.priority && each.key !== pod.key);
  return others === undefined || others.length === 0 ? undefined : others;
};

/**
 * A node must do with and without the Pods that are nominated to it and are at least as important: they may come, or may not.
 */
export function runFiltersWithNominated(filters: Filters, pod: PodInfo, node: NodeInfo, cycle: Cycle, profile: CompiledProfile): Rejection | undefined {
  const others = nominatedFor(cycle.snapshot, pod, node);
  if (others !== undefined) {
    const withThem = cloneNodeInfo(node);
    const cycleWithThem = cloneCycle(cycle, profile);
    for (const other of others) {
      addPodInfo(withThem, other);
      tellAdded(filters, pod, other, withThem, cycleWithThem);
    }
    const rejection = runFilters(filters, pod, withThem, cycleWithThem);
    if (rejection !== undefined) return rejection;
  }
  return runFilters(filters, pod, node, cycle);
}
