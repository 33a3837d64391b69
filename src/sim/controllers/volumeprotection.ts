import { pathOfKey } from '../api/kinds.ts';
import { keyOf } from '../api/object.ts';
import type { KubernetesObject } from '../api/object.ts';
import { referenceTo } from '../api/references.ts';
import { idle } from '../reconcile/controller.ts';
import type { Controller, Plan } from '../reconcile/controller.ts';

/**
 * A claim that a Pod uses, and a volume that is bound, stay until they are no longer in use: the finalizers that admission gave them
 * go only then (pkg/controller/volume/pvcprotection and pvprotection).
 *
 * | reason                    | it does so because                                          |
 * |---------------------------|-------------------------------------------------------------|
 * | volumeprotection.idle     | it is not being deleted                                       |
 * | volumeprotection.inUse    | a Pod on a node uses the claim, or the volume is bound        |
 * | volumeprotection.letsGo   | nobody uses it any more: the finalizer goes                   |
 *
 * Simplified: upstream lists Pods once more from the API server before it takes a finalizer away; a finalizer that was taken away by hand is
 * not put back.
 */
const letGo = (object: KubernetesObject, finalizer: string): Plan<undefined> => {
  const because = { code: 'volumeprotection.letsGo', args: { name: object.metadata.name }, refs: [referenceTo(object)] };
  const { finalizers, ...metadata } = object.metadata;
  const left = (finalizers ?? []).filter((each) => each !== finalizer);
  return { because, batches: [[{ request: { method: 'PUT', path: pathOfKey(object.kind, keyOf(object)), body: { ...object, metadata: { ...metadata, ...(left.length === 0 ? {} : { finalizers: left }) } } }, because, accept: [404] }]] };
};
const isLeaving = (object: KubernetesObject, finalizer: string): boolean => object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(finalizer) === true;
const stays = (object: KubernetesObject | undefined, name: string, code = 'volumeprotection.idle'): Plan<undefined> => idle({ code, args: { name: object?.metadata.name ?? name } });

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
export const claimProtection: Controller<undefined> = {
  name: 'pvc-protection-controller',
  sleepsUntil: ['PersistentVolumeClaim'],
  workers: 1,
  watches: {
    PersistentVolumeClaim: (claim) => (isLeaving(claim, CLAIM_FINALIZER) ? [keyOf(claim)] : []),
    Pod: (pod, _view, change) => {
      if (change.after !== undefined && change.before !== undefined) return [];
      return (pod.spec.volumes ?? []).flatMap((volume) => (volume.persistentVolumeClaim === undefined ? [] : [`${pod.metadata.namespace}/${volume.persistentVolumeClaim.claimName}`]));
    },
  },
  ignores: ({ kind, before, after }) => kind === 'Pod' && before !== undefined && after !== undefined,
  reconcile(key, view) {
    const claim = view.get('PersistentVolumeClaim', key);
    if (claim === undefined || !isLeaving(claim, CLAIM_FINALIZER)) return stays(claim, key);
    const { name, namespace } = claim.metadata;
    const used = view.list('Pod').some((pod) => pod.metadata.namespace === namespace && (pod.spec.nodeName ?? '') !== '' && pod.spec.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === name) === true);
    return used ? stays(claim, key, 'volumeprotection.inUse') : letGo(claim, CLAIM_FINALIZER);
  },
};

const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';
export const volumeProtection: Controller<undefined> = {
  name: 'pv-protection-controller',
  sleepsUntil: ['PersistentVolume'],
  workers: 1,
  watches: { PersistentVolume: (volume) => (isLeaving(volume, VOLUME_FINALIZER) ? [volume.metadata.name] : []) },
  reconcile(key, view) {
    const volume = view.get('PersistentVolume', key);
    if (volume === undefined || !isLeaving(volume, VOLUME_FINALIZER)) return stays(volume, key);
    return volume.status?.phase === 'Bound' ? stays(volume, key, 'volumeprotection.inUse') : letGo(volume, VOLUME_FINALIZER);
  },
};
