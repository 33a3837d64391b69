import type { PersistentVolumeClaim, Pod } from '../../api/object.ts';

// What the volume plugins share.

export interface ClaimUse {
  readonly name: string;
  /** Of a generic ephemeral volume: the claim is the Pod's own. */
  readonly ephemeral: boolean;
}

/** The claims of a Pod's volumes, those of ephemeral volumes by the name their controller gives them. */
export function claimsOf(pod: Pod): readonly ClaimUse[] {
  const claims: ClaimUse[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.persistentVolumeClaim !== undefined) claims.push({ name: volume.persistentVolumeClaim.claimName, ephemeral: false });
    else if (volume.ephemeral !== undefined) claims.push({ name: `${pod.metadata.name}-${volume.name}`, ephemeral: true });
  }
  return claims;
}

/** A claim of an ephemeral volume's name serves only the Pod it was made for (component-helpers/storage/ephemeral). */
export const isOwnClaim = (pod: Pod, claim: PersistentVolumeClaim): boolean => (claim.metadata.ownerReferences ?? []).some((owner) => owner.controller === true && owner.uid === pod.metadata.uid);

export { classOfClaim, classOfVolume, reaches } from '../../api/volumes.ts';

/** In-tree volume sources that run as CSI drivers today: source, in-tree plugin, driver, and the field that names the disk. */
const MIGRATED: readonly (readonly [source: string, plugin: string, driver: string, id: string])[] = [
  ['awsElasticBlockStore', 'kubernetes.io/aws-ebs', 'ebs.csi.aws.com', 'volumeID'],
  ['gcePersistentDisk', 'kubernetes.io/gce-pd', 'pd.csi.storage.gke.io', 'pdName'],
  ['azureDisk', 'kubernetes.io/azure-disk', 'disk.csi.azure.com', 'diskURI'],
  ['cinder', 'kubernetes.io/cinder', 'cinder.csi.openstack.org', 'volumeID'],
  ['portworxVolume', 'kubernetes.io/portworx-volume', 'pxd.portworx.com', 'volumeID'],
];
/** Recognised as migratable, but not counted: their plugins are not migrated as far as volume limits go. */
const ONLY_RECOGNISED = ['azureFile', 'vsphereVolume'];

export interface CsiVolume {
  readonly driver: string;
  readonly handle: string;
}
export function migratedVolume(sources: { readonly [source: string]: unknown }): CsiVolume | undefined {
  for (const [source, , driver, id] of MIGRATED) {
    const value = sources[source] as { readonly [field: string]: unknown } | undefined;
    if (value !== undefined) return { driver, handle: String(value[id]) };
  }
  return undefined;
}
export const isMigratable = (sources: { readonly [source: string]: unknown }): boolean =>
  MIGRATED.some(([source]) => sources[source] !== undefined) || ONLY_RECOGNISED.some((source) => sources[source] !== undefined);
export const migratedProvisioner = (provisioner: string): string | undefined => MIGRATED.find(([, plugin]) => plugin === provisioner)?.[2];
