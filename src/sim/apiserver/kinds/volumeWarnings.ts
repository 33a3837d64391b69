import type { KubernetesObject, StringMap } from '../../api/object.ts';
import { claimWarnings, ofNodeTerm } from './podWarnings.ts';

/** What the API server warns of in volumes and claims that it accepts (pkg/api/persistentvolume, pkg/api/persistentvolumeclaim). */

const ANNOTATIONS: Readonly<Record<string, string>> = {
  'volume.beta.kubernetes.io/storage-class': 'deprecated since v1.8; use "storageClassName" attribute instead',
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
};
const PLUGINS: readonly (readonly [field: string, shown: string, why: string])[] = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];
type Term = Parameters<typeof ofNodeTerm>[1];
interface VolumeSpec {
  readonly persistentVolumeReclaimPolicy?: string;
  readonly nodeAffinity?: { readonly required?: { readonly nodeSelectorTerms?: readonly Term[] } };
}

export function volumeWarnings(spec: VolumeSpec, annotations: StringMap | undefined): readonly string[] {
  const out: string[] = [];
  for (const [key, message] of Object.entries(ANNOTATIONS)) if (annotations?.[key] !== undefined) out.push(`metadata.annotations[${key}]: ${message}`);
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') out.push('spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.');
  spec.nodeAffinity?.required?.nodeSelectorTerms?.forEach((term, i) => ofNodeTerm(out, term, false, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`));
  for (const [field, shown, why] of PLUGINS) if ((spec as Readonly<Record<string, unknown>>)[field] !== undefined) out.push(`spec.${shown}: ${why}`);
  return out;
}

export function persistentClaimWarnings(spec: Parameters<typeof claimWarnings>[1], annotations: StringMap | undefined): readonly string[] {
  const key = 'volume.beta.kubernetes.io/storage-class';
  return [...(annotations?.[key] === undefined ? [] : [`metadata.annotations[${key}]: ${ANNOTATIONS[key]}`]), ...claimWarnings('spec', spec)];
}

/** A claim whose data come from another namespace: that feature is off by default, and the reference goes (pkg/api/persistentvolumeclaim, DropDisabledFields). */
export function withoutForeignSource(claim: KubernetesObject): KubernetesObject {
  const { spec } = claim as unknown as { readonly spec: { readonly dataSourceRef?: { readonly namespace?: string } } };
  if (!spec.dataSourceRef?.namespace) return claim;
  const { dataSourceRef: _foreign, ...rest } = spec;
  return { ...claim, spec: rest } as KubernetesObject;
}
