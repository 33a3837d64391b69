import type { NodeSelector, Node, PersistentVolume, PersistentVolumeClaim } from './object.ts';
import { matchesNodeTerm } from './nodeaffinity.ts';
import { milliValue } from './quantity.ts';
import { selects } from './selector.ts';

// What the scheduler and the volume binder share (component-helpers/storage/volume).

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';

export const classOfClaim = (claim: PersistentVolumeClaim): string => claim.metadata.annotations?.[BETA_CLASS] ?? claim.spec.storageClassName ?? '';
export const classOfVolume = (volume: PersistentVolume): string => volume.metadata.annotations?.[BETA_CLASS] ?? volume.spec.storageClassName ?? '';
export const sizeOf = (claim: PersistentVolumeClaim): number => milliValue(claim.spec.resources?.requests?.['storage']);

/** Whether a volume can be used on a node. */
export function reaches(volume: PersistentVolume, node: Node): boolean {
  const required: NodeSelector | undefined = volume.spec.nodeAffinity?.required;
  // Only labels count for volumes: terms on fields find nothing (CheckNodeAffinity gives the matcher a node without a name).
  return required === undefined || required.nodeSelectorTerms.some((term) => (term.matchFields?.length ?? 0) === 0 && matchesNodeTerm(term, node));
}

/** Reserved for this claim, be it by name only. */
export function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec.claimRef;
  if (reference === undefined || reference.name !== claim.metadata.name || reference.namespace !== claim.metadata.namespace) return false;
  return reference.uid === undefined || reference.uid === '' || reference.uid === claim.metadata.uid;
}

const attributesClass = (spec: object): unknown => (spec as { readonly volumeAttributesClassName?: string }).volumeAttributesClassName ?? '';

/**
 * The volume a claim would get: one reserved for it, or the smallest free one that fits. With a node: one that can be used there. `delayed`
 * without a node: the class waits for the first consumer, so that only what is reserved is taken (pv_helpers.go, FindMatchingVolume).
 */
export function findVolume(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[], node: Node | undefined, chosen: ReadonlySet<string>, delayed: boolean): PersistentVolume | undefined {
  const requested = sizeOf(claim);
  const className = classOfClaim(claim);
  let smallest: PersistentVolume | undefined;
  let smallestSize = 0;
  for (const volume of volumes) {
    if (chosen.has(volume.metadata.name)) continue;
    const mine = isReservedFor(volume, claim);
    if (volume.spec.claimRef !== undefined && !mine) continue;
    const size = milliValue(volume.spec.capacity?.['storage']);
    if (size < requested) continue;
    if ((claim.spec.volumeMode ?? 'Filesystem') !== (volume.spec.volumeMode ?? 'Filesystem')) continue;
    if (attributesClass(claim.spec) !== attributesClass(volume.spec)) continue;
    if (volume.metadata.deletionTimestamp !== undefined) continue;
    const reachable = node === undefined || reaches(volume, node);
    if (mine) return reachable ? volume : undefined;
    if (node === undefined && delayed) continue;
    if (volume.status?.phase !== 'Available' || classOfVolume(volume) !== className || !reachable) continue;
    if (claim.spec.selector !== undefined && !selects(claim.spec.selector, volume.metadata.labels)) continue;
    const modes = volume.spec.accessModes ?? [];
    if ((claim.spec.accessModes ?? []).some((mode) => !modes.includes(mode))) continue;
    if (smallest === undefined || size < smallestSize) {
      smallest = volume;
      smallestSize = size;
    }
  }
  return smallest;
}

/** The volume with a claim written into it: what binding begins with (GetBindVolumeToClaim). */
export function withClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  // Whoever reserved it by hand keeps it: then it was not the controller that bound it.
  const byHand = isReservedFor(volume, claim);
  const annotations = byHand ? volume.metadata.annotations : { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
  return {
    ...volume,
    metadata: { ...volume.metadata, ...(annotations === undefined ? {} : { annotations }) },
    spec: { ...volume.spec, claimRef: { kind: 'PersistentVolumeClaim', namespace: namespace ?? '', name, uid, apiVersion: 'v1', resourceVersion } },
  };
}
