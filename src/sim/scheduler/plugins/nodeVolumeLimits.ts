import { keyOf, type PersistentVolumeClaim, type Pod } from '../../api/object.ts';
import { hasPlace, hintFor } from '../events.ts';
import { reject, type CSINode, type Cycle, type Plugin, type Rejection } from '../plugin.ts';
import { claimsOf, classOfClaim, isMigratable, isOwnClaim, migratedProvisioner, migratedVolume, type CsiVolume } from './volumes.ts';

const TOO_MANY = reject('NodeVolumeLimits', 'Unschedulable', 'node(s) exceed max volume count');

/** Which CSI volume a claim is, or, if it has none yet, which it will be: one of its class's provisioner. */
function volumeOf(claim: PersistentVolumeClaim, csiNode: CSINode | undefined, cycle: Cycle): CsiVolume | undefined {
  const volume = claim.spec.volumeName === undefined || claim.spec.volumeName === '' ? undefined : cycle.lookups.get('PersistentVolume', claim.spec.volumeName);
  if (volume !== undefined) {
    const csi = volume.spec['csi'] as { readonly driver: string; readonly volumeHandle: string } | undefined;
    if (csi !== undefined) return csi.driver === '' || csi.volumeHandle === '' ? undefined : { driver: csi.driver, handle: csi.volumeHandle };
    return csiNode === undefined ? undefined : migratedVolume(volume.spec);
  }
  const provisioner = cycle.lookups.get('StorageClass', classOfClaim(claim))?.provisioner;
  if (provisioner === undefined || provisioner === '') return undefined;
  const migrated = migratedProvisioner(provisioner);
  if (migrated !== undefined && csiNode === undefined) return undefined;
  return { driver: migrated ?? provisioner, handle: `unbound-${claim.metadata.namespace}/${claim.metadata.name}` };
}

/** Adds the Pod's CSI volumes, as driver/handle to driver. A new Pod must have all its claims. */
function collect(pod: Pod, isNew: boolean, csiNode: CSINode | undefined, cycle: Cycle, into: Map<string, string>): Rejection | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined || csiNode === undefined) continue;
    const inline = migratedVolume(volume);
    if (inline !== undefined) into.set(`${inline.driver}/${inline.handle}`, inline.driver);
  }
  for (const { name, ephemeral } of claimsOf(pod)) {
    const key = `${pod.metadata.namespace}/${name}`;
    const claim = cycle.lookups.get('PersistentVolumeClaim', key);
    if (claim === undefined) {
      if (isNew) return reject('NodeVolumeLimits', 'UnschedulableAndUnresolvable', `looking up PVC ${key}: persistentvolumeclaim "${name}" not found`);
      continue;
    }
    if (ephemeral && !isOwnClaim(pod, claim)) return reject('NodeVolumeLimits', 'Error', `PVC ${key} was not created for pod ${keyOf(pod)} (pod is not owner)`);
    const found = volumeOf(claim, csiNode, cycle);
    if (found !== undefined) into.set(`${found.driver}/${found.handle}`, found.driver);
  }
  return undefined;
}

/** A CSI driver can say how many of its volumes a node can have. Left out: volumes attached without a Pod (VolumeAttachment). */
export const nodeVolumeLimits: Plugin = {
  name: 'NodeVolumeLimits',
  preFilter(pod) {
    for (const volume of pod.pod.spec.volumes ?? []) if (volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined || isMigratable(volume)) return undefined;
    return 'skip';
  },
  filter(pod, node, cycle) {
    const csiNode = cycle.lookups.get('CSINode', node.name);
    const wanted = new Map<string, string>();
    const refusal = collect(pod.pod, true, csiNode, cycle, wanted);
    if (refusal !== undefined) return refusal;
    if (wanted.size === 0 || csiNode === undefined) return undefined;
    const limits = new Map<string, number>();
    for (const { name, allocatable } of csiNode.spec?.drivers ?? []) if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
    if (limits.size === 0) return undefined;
    const attached = new Map<string, string>();
    for (const other of node.pods.values()) {
      const foreign = collect(other.pod, false, csiNode, cycle, attached);
      if (foreign !== undefined) return foreign;
    }
    const counts = new Map<string, number>();
    for (const [volume, driver] of attached) {
      wanted.delete(volume);
      counts.set(driver, (counts.get(driver) ?? 0) + 1);
    }
    const more = new Map<string, number>();
    for (const driver of wanted.values()) more.set(driver, (more.get(driver) ?? 0) + 1);
    for (const [driver, count] of more) {
      const limit = limits.get(driver);
      if (limit !== undefined && (counts.get(driver) ?? 0) + count > limit) return TOO_MANY;
    }
    return undefined;
  },
  events: [
    { kind: 'storage.k8s.io/CSINode', actions: ['Add'] },
    {
      kind: 'storage.k8s.io/CSINode',
      actions: ['Update'],
      hint: hintFor<CSINode>((_pod, before, after) => {
        const limit = (of: CSINode | undefined, driver: string): number => of?.spec?.drivers?.find((each) => each.name === driver)?.allocatable?.count ?? 0;
        return (after?.spec?.drivers ?? []).some((each) => (each.allocatable?.count ?? 0) > limit(before, each.name));
      }),
    },
    {
      kind: 'Pod',
      actions: ['Delete'],
      hint: hintFor<Pod>(
        (_pod, before) =>
          before !== undefined &&
          hasPlace(before) &&
          (before.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined || isMigratable(volume)),
      ),
    },
    {
      kind: 'PersistentVolumeClaim',
      actions: ['Add'],
      hint: hintFor<PersistentVolumeClaim>((pod, _before, after) => after !== undefined && after.metadata.namespace === pod.metadata.namespace && claimsOf(pod).some((each) => each.name === after.metadata.name)),
    },
    { kind: 'storage.k8s.io/VolumeAttachment', actions: ['Delete'], hint: (pod) => (pod.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined) },
  ],
};
