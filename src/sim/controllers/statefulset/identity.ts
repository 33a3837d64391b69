import { REVISION_HASH_LABEL } from '../../api/controllerRevisions.ts';
import type { Pod, PodTemplateSpec, Volume } from '../../api/object.ts';
import { isPodAvailable, isPodReady } from '../../api/pods.ts';
import { controllerReference } from '../../api/references.ts';
import type { Micros } from '../../api/time.ts';
import type { StatefulSet } from '../../api/workloads.ts';

/** Who a StatefulSet's Pods are, and in what state (pkg/controller/statefulset/stateful_set_utils.go). */

export const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
export const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';

const NAME = /^(.*)-(\d+)$/;
export function parentAndOrdinal(pod: { readonly metadata: { readonly name: string } }): readonly [parent: string, ordinal: number] {
  const found = NAME.exec(pod.metadata.name);
  if (found === null) return ['', -1];
  const ordinal = Number(found[2]);
  return [found[1]!, ordinal > 2_147_483_647 ? -1 : ordinal];
}
export const ordinalOf = (pod: { readonly metadata: { readonly name: string } }): number => parentAndOrdinal(pod)[1];
export const startOf = (set: StatefulSet): number => set.spec.ordinals?.start ?? 0;
export const inRange = (pod: { readonly metadata: { readonly name: string } }, set: StatefulSet): boolean => {
  const ordinal = ordinalOf(pod);
  return ordinal >= startOf(set) && ordinal < startOf(set) + set.spec.replicas;
};
export const claimName = (template: string, set: StatefulSet, ordinal: number): string => `${template}-${set.metadata.name}-${ordinal}`;
export const revisionOf = (pod: Replica): string => pod.metadata.labels?.[REVISION_HASH_LABEL] ?? '';

/** A Pod that is, or one that is to be made: then it has no uid and no phase. */
export type Replica = Pod;
export const isCreated = (pod: Replica): boolean => pod.status.phase !== undefined;
export const isTerminating = (pod: Replica): boolean => pod.metadata.deletionTimestamp !== undefined;
export const isRunningAndReady = (pod: Replica): boolean => pod.status.phase === 'Running' && isPodReady(pod);
export const isUnavailable = (pod: Replica, minReadySeconds: number, now: Micros): boolean => !isPodAvailable(pod, minReadySeconds, now) || isTerminating(pod);

export const identityMatches = (set: StatefulSet, pod: Replica): boolean => {
  const [parent, ordinal] = parentAndOrdinal(pod);
  return ordinal >= 0 && parent === set.metadata.name && pod.metadata.name === `${set.metadata.name}-${ordinal}` && pod.metadata.labels?.[POD_NAME_LABEL] === pod.metadata.name;
};

export function storageMatches(set: StatefulSet, pod: Replica): boolean {
  const ordinal = ordinalOf(pod);
  if (ordinal < 0) return false;
  return (set.spec.volumeClaimTemplates ?? []).every(({ metadata }) => pod.spec.volumes?.find((volume) => volume.name === metadata.name)?.persistentVolumeClaim?.claimName === claimName(metadata.name, set, ordinal));
}

/** The volumes of the claims first, then those of the template that no claim stands for. */
export function volumesOf(set: StatefulSet, own: readonly Volume[] | undefined, ordinal: number): readonly Volume[] {
  const names = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  return [...names.map((name): Volume => ({ name, persistentVolumeClaim: { claimName: claimName(name, set, ordinal) } })), ...(own ?? []).filter((volume) => !names.includes(volume.name))];
}

/** The Pod of an ordinal, as it is to be made. */
export function newReplica(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Replica {
  const { name, namespace } = set.metadata;
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const podName = `${name}-${ordinal}`;
  const volumes = volumesOf(set, template.spec.volumes, ordinal);
  const { volumes: _, ...spec } = template.spec;
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: podName,
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, [POD_NAME_LABEL]: podName, [POD_INDEX_LABEL]: String(ordinal), [REVISION_HASH_LABEL]: revision },
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(set)],
    } as unknown as Pod['metadata'],
    spec: { ...spec, ...(volumes.length === 0 ? {} : { volumes }), hostname: podName, ...(set.spec.serviceName === undefined || set.spec.serviceName === '' ? {} : { subdomain: set.spec.serviceName }) },
    status: {},
  };
}
