import { semanticallyEqual } from '../api/equal.ts';
import { pathOfKey } from '../api/kinds.ts';
import { keyOf } from '../api/object.ts';
import type { KubernetesObject, PersistentVolume, PersistentVolumeClaim } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { objectReference, referenceTo } from '../api/references.ts';
import { SECOND, timestamp } from '../api/time.ts';
import type { Micros } from '../api/time.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, classOfClaim, findVolume, isReservedFor, SELECTED_NODE, withClaim } from '../api/volumes.ts';
import { idle } from '../reconcile/controller.ts';
import type { Controller, EventNote, Plan, View } from '../reconcile/controller.ts';

/**
 * Brings claims and volumes together (pkg/controller/volume/persistentvolume, pv_controller.go).
 *
 * | reason                    | it does so because                                                             |
 * |---------------------------|--------------------------------------------------------------------------------|
 * | volumebinder.gone         | the claim or the volume does not exist any more                                  |
 * | volumebinder.awaits       | its cache does not show yet what it wrote itself                                 |
 * | volumebinder.available    | the volume has no claim: it is free                                              |
 * | volumebinder.reserves     | a free volume fits the claim                                                     |
 * | volumebinder.boundVolume  | the volume has its claim                                                         |
 * | volumebinder.completes    | the volume is reserved for the claim: the claim gets its name                    |
 * | volumebinder.boundClaim   | the claim has its volume                                                         |
 * | volumebinder.waits        | the class waits for the first Pod, or no volume fits                             |
 * | volumebinder.provisioner  | the class has a provisioner outside of the cluster, which is to make a volume    |
 * | volumebinder.released     | the claim of the volume is gone                                                  |
 * | volumebinder.cannotDelete | the volume is to be deleted with its claim, and nobody here can                  |
 * | volumebinder.lost         | the volume of a bound claim is gone, or belongs to another                       |
 * | volumebinder.unbinds      | the volume was bound by the controller, and the claim has another one by now      |
 * | volumebinder.asDesired    | nothing is to be done                                                            |
 *
 * A reconciliation writes one thing, and its own write brings the key back: the same writes in the same order as upstream's bind().
 * Simplified: there are no provisioners, so that nothing is provisioned and the volume of a released claim can only be kept (Retain) or not
 * be deleted; a class made default later is not given to older claims; what upstream says again in its resync every 15 s is said 15 s after it was said last.
 */
const RESYNC: Micros = 15 * SECOND;
const CLAIM = 'claim ';
const VOLUME = 'volume ';

type Plans = Plan<undefined>;
const because = (code: string, object: KubernetesObject, args: Readonly<Record<string, string>> = {}): Reason => ({ code, args: { name: object.metadata.name, ...args }, refs: [referenceTo(object)] });

const put = (reason: Reason, object: KubernetesObject, subresource?: string, event?: EventNote): Plans => ({
  because: reason,
  batches: [[{ request: { method: 'PUT', path: pathOfKey(object.kind, keyOf(object), subresource), body: object }, because: reason, ...(event === undefined ? {} : { event }) }]],
});
const said = (object: KubernetesObject, type: EventNote['type'], reason: string, message: string): EventNote => ({ regarding: objectReference(object), type, reason, message });

// ---- volumes

const phased = (volume: PersistentVolume, phase: string, view: View, message?: string): PersistentVolume => ({
  ...volume,
  status: { ...volume.status, phase, ...(message === undefined ? {} : { message }), lastPhaseTransitionTime: timestamp(view.now) } as NonNullable<PersistentVolume['status']>,
});

function syncVolume(volume: PersistentVolume, view: View): Plans {
  const { claimRef } = volume.spec;
  const phase = volume.status?.phase;
  if (claimRef === undefined || (claimRef.uid ?? '') === '') return phase === 'Available' ? idle(because('volumebinder.asDesired', volume)) : put(because('volumebinder.available', volume), phased(volume, 'Available', view), 'status');
  const known = view.get('PersistentVolumeClaim', `${claimRef.namespace}/${claimRef.name}`);
  const claim = known?.metadata.uid === claimRef.uid ? known : undefined;
  if (claim === undefined) {
    if (phase !== 'Released' && phase !== 'Failed') return put(because('volumebinder.released', volume, { claim: claimRef.name ?? '' }), phased(volume, 'Released', view), 'status');
    return phase === 'Released' ? reclaim(volume, view) : idle(because('volumebinder.asDesired', volume));
  }
  const bound = claim.spec.volumeName ?? '';
  // The claim's own turn comes: its key is enqueued by the same change.
  if (bound === '') return idle(because('volumebinder.asDesired', volume));
  if (bound === volume.metadata.name) return phase === 'Bound' ? idle(because('volumebinder.asDesired', volume)) : put(because('volumebinder.boundVolume', volume), phased(volume, 'Bound', view), 'status');
  if (volume.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined) return idle(because('volumebinder.asDesired', volume));
  const { claimRef: _claim, ...spec } = volume.spec;
  const { [BOUND_BY_CONTROLLER]: _by, ...annotations } = volume.metadata.annotations;
  return put(because('volumebinder.unbinds', volume, { claim: claim.metadata.name }), { ...volume, metadata: { ...volume.metadata, annotations }, spec } as KubernetesObject);
}

/** What is to happen with a volume whose claim is gone. */
function reclaim(volume: PersistentVolume, view: View): Plans {
  if (volume.spec['persistentVolumeReclaimPolicy'] !== 'Delete' || volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== undefined) return idle(because('volumebinder.asDesired', volume));
  const path = (volume.spec['hostPath'] as { readonly path: string } | undefined)?.path;
  const why = because('volumebinder.cannotDelete', volume);
  if (path !== undefined && /^\/tmp\/.+/.test(path)) return { because: why, batches: [[{ request: { method: 'DELETE', path: pathOfKey('PersistentVolume', volume.metadata.name) }, because: why, accept: [404] }]] };
  const message = path === undefined ? `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched` : `host_path deleter only supports /tmp/.+ but received provided ${path}`;
  return put(why, phased(volume, 'Failed', view, message), 'status', said(volume, 'Warning', 'VolumeFailedDelete', message));
}

// ---- claims

const isComplete = (claim: PersistentVolumeClaim): boolean => claim.metadata.annotations?.[BIND_COMPLETED] !== undefined;
const modesFirst = (a: PersistentVolume, b: PersistentVolume): number => (a.spec.accessModes?.length ?? 0) - (b.spec.accessModes?.length ?? 0);

function syncClaim(claim: PersistentVolumeClaim, view: View): Plans {
  const bound = claim.spec.volumeName ?? '';
  if (isComplete(claim)) {
    const volume = bound === '' ? undefined : view.get('PersistentVolume', bound);
    if (volume === undefined) return lost(claim, 'ClaimLost', bound === '' ? 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!' : 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
    if (volume.spec.claimRef !== undefined && volume.spec.claimRef.uid !== claim.metadata.uid) return lost(claim, 'ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
    return bind(volume, claim, view);
  }
  if (claim.metadata.deletionTimestamp !== undefined) return idle(because('volumebinder.asDesired', claim));
  const volumes = view.list('PersistentVolume');
  if (bound !== '') {
    const volume = view.get('PersistentVolume', bound);
    if (volume === undefined) return idle(because('volumebinder.waits', claim));
    if (volume.spec.claimRef === undefined || isReservedFor(volume, claim)) return bind(volume, claim, view);
    return says(claim, 'Warning', 'FailedBinding', `volume "${bound}" already bound to a different claim.`);
  }
  const className = classOfClaim(claim);
  const storageClass = className === '' ? undefined : view.get('StorageClass', className);
  const delayed = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  const volume = findVolume(claim, [...volumes].sort(modesFirst), undefined, NONE, delayed);
  if (volume !== undefined) return bind(volume, claim, view);
  if (delayed && claim.metadata.annotations?.[SELECTED_NODE] === undefined) {
    const waiting = view.list('Pod').filter((pod) => pod.metadata.namespace === claim.metadata.namespace && (pod.spec.nodeName ?? '') === '' && pod.spec.volumes?.some((each) => each.persistentVolumeClaim?.claimName === claim.metadata.name) === true).map((pod) => pod.metadata.name);
    if (waiting.length === 0) return says(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    return says(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${waiting.length > 1 ? 'pods' : 'pod'} ${waiting.join(',')} to be scheduled`);
  }
  if (className === '') return says(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
  if (storageClass === undefined) return says(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`);
  return provision(claim, storageClass.provisioner);
}

const NONE: ReadonlySet<string> = new Set();
const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
const BETA_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';

function provision(claim: PersistentVolumeClaim, provisioner: string): Plans {
  if (provisioner.startsWith('kubernetes.io/')) return says(claim, 'Warning', 'ProvisioningFailed', `no volume plugin matched name: ${provisioner}`);
  const reason = because('volumebinder.provisioner', claim, { provisioner });
  const annotations = { ...claim.metadata.annotations, [BETA_PROVISIONER]: provisioner, [PROVISIONER]: provisioner };
  if (!semanticallyEqual(annotations, claim.metadata.annotations)) return put(reason, { ...claim, metadata: { ...claim.metadata, annotations } });
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  return { because: reason, batches: [], events: [said(claim, 'Normal', 'ExternalProvisioning', message)], requeueAfterMicros: RESYNC };
}

const says = (claim: PersistentVolumeClaim, type: EventNote['type'], reason: string, message: string): Plans => ({ because: because('volumebinder.waits', claim), batches: [], events: [said(claim, type, reason, message)], requeueAfterMicros: RESYNC });

/** The next of the four writes that bind them: the volume with its claim, the volume's phase, the claim with its volume, the claim's status. */
function bind(volume: PersistentVolume, claim: PersistentVolumeClaim, view: View): Plans {
  if (volume.spec.claimRef?.uid !== claim.metadata.uid) return put(because('volumebinder.reserves', claim, { volume: volume.metadata.name }), withClaim(volume, claim));
  if (volume.status?.phase !== 'Bound') return put(because('volumebinder.boundVolume', volume), phased(volume, 'Bound', view), 'status');
  if (claim.spec.volumeName !== volume.metadata.name || !isComplete(claim)) {
    const byHand = claim.spec.volumeName === volume.metadata.name;
    const annotations = { ...claim.metadata.annotations, [BIND_COMPLETED]: 'yes', ...(byHand ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }) };
    return put(because('volumebinder.completes', claim, { volume: volume.metadata.name }), { ...claim, metadata: { ...claim.metadata, annotations }, spec: { ...claim.spec, volumeName: volume.metadata.name } } as KubernetesObject);
  }
  const status = { ...claim.status, phase: 'Bound', accessModes: volume.spec.accessModes ?? [], capacity: volume.spec.capacity ?? {} };
  if (semanticallyEqual(status, claim.status)) return idle(because('volumebinder.asDesired', claim));
  return put(because('volumebinder.boundClaim', claim, { volume: volume.metadata.name }), { ...claim, status } as KubernetesObject, 'status');
}

function lost(claim: PersistentVolumeClaim, reason: string, message: string): Plans {
  if (claim.status?.phase === 'Lost') return idle(because('volumebinder.asDesired', claim));
  return put(because('volumebinder.lost', claim), { ...claim, status: { phase: 'Lost' } } as KubernetesObject, 'status', said(claim, 'Warning', reason, message));
}

export const persistentVolumeBinder: Controller<undefined> = {
  name: 'persistent-volume-binder',
  source: 'persistentvolume-controller',
  sleepsUntil: ['PersistentVolumeClaim', 'PersistentVolume'],
  workers: 1,
  watches: {
    PersistentVolumeClaim: (claim, view) => [CLAIM + keyOf(claim), ...(claim.spec.volumeName === undefined ? [] : [VOLUME + claim.spec.volumeName]), ...reservedBy(claim, view)],
    // A volume that is free may be what a claim waits for: those are looked at again.
    PersistentVolume: (volume, view) => {
      const { claimRef } = volume.spec;
      if (claimRef !== undefined) return [VOLUME + volume.metadata.name, `${CLAIM}${claimRef.namespace}/${claimRef.name}`];
      return [VOLUME + volume.metadata.name, ...view.list('PersistentVolumeClaim').filter((claim) => !isComplete(claim)).map((claim) => CLAIM + keyOf(claim))];
    },
  },
  reads: ['StorageClass', 'Pod'],
  reconcile(key, view, _memory, { settled }) {
    const isClaim = key.startsWith(CLAIM);
    const name = key.slice(isClaim ? CLAIM.length : VOLUME.length);
    const args = { name: name.slice(name.indexOf('/') + 1) };
    if (!settled) return idle({ code: 'volumebinder.awaits', args });
    const object = isClaim ? view.get('PersistentVolumeClaim', name) : view.get('PersistentVolume', name);
    if (object === undefined) return idle({ code: 'volumebinder.gone', args });
    return isClaim ? syncClaim(object as PersistentVolumeClaim, view) : syncVolume(object as PersistentVolume, view);
  },
};

/** The volumes that name a claim: when it goes they are released. */
const reservedBy = (claim: PersistentVolumeClaim, view: View): readonly string[] => view.list('PersistentVolume').filter((volume) => isReservedFor(volume, claim)).map((volume) => VOLUME + volume.metadata.name);
