import type { KubernetesObject, Node, Pod } from '../api/object.ts';
import { podRequests } from '../api/podrequests.ts';
import { hasPlace, type Action, type ClusterEvent } from './events.ts';

// What a change of an object is, in the words plugins wait for: framework/events.go.

const GROUP: Readonly<Record<string, string>> = {
  StorageClass: 'storage.k8s.io/StorageClass',
  CSINode: 'storage.k8s.io/CSINode',
  CSIDriver: 'storage.k8s.io/CSIDriver',
  CSIStorageCapacity: 'storage.k8s.io/CSIStorageCapacity',
  VolumeAttachment: 'storage.k8s.io/VolumeAttachment',
};

/** Deep equality of JSON: an absent list or map is equal to an empty one, the order of keys does not matter. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const x = a ?? {};
  const y = b ?? {};
  if (typeof x !== 'object' || typeof y !== 'object') return false;
  const left = Object.keys(x);
  if (left.length !== Object.keys(y).length) return false;
  return left.every((key) => Object.hasOwn(y, key) && same((x as Record<string, unknown>)[key], (y as Record<string, unknown>)[key]));
}

const conditionsOf = (node: Node): Readonly<Record<string, string>> => Object.fromEntries((node.status?.conditions ?? []).map(({ type, status }) => [type, status]));

function nodeActions(before: Node, after: Node): Action[] {
  const actions: Action[] = [];
  // Uncordoning counts as a change of taints; cordoning makes nothing possible and counts as nothing.
  if (before.spec?.unschedulable === true && after.spec?.unschedulable !== true) actions.push('UpdateNodeTaint');
  if (!same(before.status?.allocatable, after.status?.allocatable)) actions.push('UpdateNodeAllocatable');
  if (!same(before.metadata.labels, after.metadata.labels)) actions.push('UpdateNodeLabel');
  if (!same(before.spec?.taints, after.spec?.taints)) actions.push('UpdateNodeTaint');
  if (before.status?.conditions !== after.status?.conditions && !same(conditionsOf(before), conditionsOf(after))) actions.push('UpdateNodeCondition');
  if (!same(before.metadata.annotations, after.metadata.annotations)) actions.push('UpdateNodeAnnotation');
  if (!same(before.status?.declaredFeatures, after.status?.declaredFeatures)) actions.push('UpdateNodeDeclaredFeature');
  return actions;
}

function scaledDown(before: Pod, after: Pod): boolean {
  if (before.spec === after.spec && before.status?.containerStatuses === after.status?.containerStatuses) return false;
  const is = podRequests(after, { useStatus: true });
  for (const [name, was] of podRequests(before, { useStatus: true })) if ((is.get(name) ?? -1) < was) return true;
  return false;
}

function podActions(before: Pod, after: Pod): Action[] {
  const actions: Action[] = [];
  if (!same(before.metadata.labels, after.metadata.labels)) actions.push('UpdatePodLabel');
  if (scaledDown(before, after)) actions.push('UpdatePodScaleDown');
  if ((before.spec.schedulingGates?.length ?? 0) > 0 && (after.spec.schedulingGates?.length ?? 0) === 0) actions.push('UpdatePodSchedulingGatesEliminated');
  if ((before.spec.tolerations?.length ?? 0) !== (after.spec.tolerations?.length ?? 0)) actions.push('UpdatePodToleration');
  if (actions.length === 0) actions.push('Update');
  return actions;
}

const NONE: readonly ClusterEvent[] = [];
const isBound = (pod: KubernetesObject | undefined): boolean => ((pod as Pod | undefined)?.spec.nodeName ?? '') !== '';

/**
 * The events of a change. None: nothing that could help a waiting Pod. A Pod that gets its node counts as added, for the others;
 * one that comes or goes without a place takes nothing away and gives nothing back (eventhandlers.go).
 */
export function eventsOf(kind: string, before: KubernetesObject | undefined, after: KubernetesObject | undefined): readonly ClusterEvent[] {
  const name = GROUP[kind] ?? kind;
  if (kind === 'Pod') {
    if (!isBound(before) && isBound(after)) return [{ kind, action: 'Add', before: undefined, after }];
    if (before === undefined || (after === undefined && !hasPlace(before as Pod))) return NONE;
  }
  if (before === undefined) return [{ kind: name, action: 'Add', before, after }];
  if (after === undefined) return [{ kind: name, action: 'Delete', before, after }];
  const actions: readonly Action[] = kind === 'Node' ? nodeActions(before as Node, after as Node) : kind === 'Pod' ? podActions(before as Pod, after as Pod) : ['Update'];
  return actions.map((action) => ({ kind: name, action, before, after }));
}

/** Whether a registered action covers what happened: the general `Update` covers every kind of update, never the other way round. */
export const covers = (registered: readonly Action[], action: Action): boolean => registered.includes(action) || (action.startsWith('Update') && registered.includes('Update'));
