import type { KubernetesObject, Pod } from '../api/object.ts';

/**
 * What happens to objects, in the words in which plugins say what they wait for. An update is split by what changed:
 * framework/events.go. `Update` alone is an update of another kind, or one of a Pod that changed none of the named things.
 */
export type Action =
  | 'Add'
  | 'Delete'
  | 'Update'
  | 'UpdateNodeAllocatable'
  | 'UpdateNodeLabel'
  | 'UpdateNodeTaint'
  | 'UpdateNodeCondition'
  | 'UpdateNodeAnnotation'
  | 'UpdateNodeDeclaredFeature'
  | 'UpdatePodLabel'
  | 'UpdatePodScaleDown'
  | 'UpdatePodToleration'
  | 'UpdatePodSchedulingGatesEliminated'
  | 'UpdatePodGeneratedResourceClaim';

/** `kind` is that of the object; for other groups than the core with the group, as the registrations are written ("storage.k8s.io/CSINode"). */
export interface ClusterEvent {
  readonly kind: string;
  readonly action: Action;
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
}

/** A queueing hint: whether this event can make this Pod fit. Absent: it always can. */
export type Hint = (pod: Pod, before: KubernetesObject | undefined, after: KubernetesObject | undefined) => boolean;

export interface Registration {
  readonly kind: string;
  readonly actions: readonly Action[];
  readonly hint?: Hint;
}

/** Writes a hint for one kind in its own type. */
export const hintFor =
  <T extends KubernetesObject>(hint: (pod: Pod, before: T | undefined, after: T | undefined) => boolean): Hint =>
  (pod, before, after) =>
    hint(pod, before as T | undefined, after as T | undefined);

export const isSamePod = (a: Pod, b: Pod): boolean => a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace && a.metadata.uid === b.metadata.uid;
/** On a node, or nominated to one: only such Pods take anything away from others. */
export const hasPlace = (pod: Pod): boolean => (pod.spec.nodeName ?? '') !== '' || (pod.status?.nominatedNodeName ?? '') !== '';
