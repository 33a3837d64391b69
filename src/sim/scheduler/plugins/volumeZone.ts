import type { PersistentVolume, PersistentVolumeClaim, StorageClass, StringMap } from '../../api/object.ts';
import { hintFor } from '../events.ts';
import { reject, type Plugin } from '../plugin.ts';
import { podInfoOf } from '../podinfo.ts';
import { classOfClaim } from './volumes.ts';

const WRONG_ZONE = reject('VolumeZone', 'UnschedulableAndUnresolvable', 'node(s) had no available volume zone');
const refuse = (reason: string): ReturnType<typeof reject> => reject('VolumeZone', 'UnschedulableAndUnresolvable', reason);
const BETA_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const BETA_REGION = 'failure-domain.beta.kubernetes.io/region';
const LABELS = [BETA_ZONE, BETA_REGION, 'topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];
const NO_LABELS: StringMap = {};

interface Topology {
  readonly label: string;
  readonly values: readonly string[];
}

/** Where a volume is, by its labels; several zones are joined by "__". A label with an empty part says nothing. */
function topologiesOf(volume: PersistentVolume): readonly Topology[] {
  const found: Topology[] = [];
  for (const label of LABELS) {
    const value = volume.metadata.labels?.[label];
    if (value === undefined) continue;
    const values = value.split('__').map((each) => each.trim());
    if (!values.includes('')) found.push({ label, values });
  }
  return found;
}

function nodeValue(labels: StringMap, label: string): string | undefined {
  const general = label === BETA_ZONE ? 'topology.kubernetes.io/zone' : label === BETA_REGION ? 'topology.kubernetes.io/region' : label;
  return Object.hasOwn(labels, label) ? labels[label] : Object.hasOwn(labels, general) ? labels[general] : undefined;
}

/** A volume with zone or region labels can only be used there. */
export const volumeZone: Plugin = {
  name: 'VolumeZone',
  preFilter(pod, cycle) {
    const topologies: Topology[] = [];
    for (const name of pod.claims) {
      if (name === '') return refuse('PersistentVolumeClaim had no name');
      const claim = cycle.lookups.get('PersistentVolumeClaim', `${pod.namespace}/${name}`);
      if (claim === undefined) return refuse(`persistentvolumeclaim "${name}" not found`);
      const volumeName = claim.spec.volumeName ?? '';
      if (volumeName === '') {
        const className = classOfClaim(claim);
        if (className === '') return refuse('PersistentVolumeClaim had no pv name and storageClass name');
        const storageClass = cycle.lookups.get('StorageClass', className);
        if (storageClass === undefined) return refuse(`storageclass.storage.k8s.io "${className}" not found`);
        if (storageClass.volumeBindingMode === undefined) return refuse(`VolumeBindingMode not set for StorageClass "${className}"`);
        if (storageClass.volumeBindingMode === 'WaitForFirstConsumer') continue;
        return refuse('PersistentVolume had no name');
      }
      const volume = cycle.lookups.get('PersistentVolume', volumeName);
      if (volume === undefined) return refuse(`persistentvolume "${volumeName}" not found`);
      topologies.push(...topologiesOf(volume));
    }
    if (topologies.length === 0) return 'skip';
    cycle.filterState.set('VolumeZone', topologies);
    return undefined;
  },
  filter(_pod, node, cycle) {
    const labels = node.node.metadata.labels ?? NO_LABELS;
    // A node without any such label is in a cluster without zones.
    if (!LABELS.some((label) => Object.hasOwn(labels, label))) return undefined;
    for (const { label, values } of cycle.filterState.get('VolumeZone') as readonly Topology[]) {
      const value = nodeValue(labels, label);
      if (value === undefined || !values.includes(value)) return WRONG_ZONE;
    }
    return undefined;
  },
  events: [
    { kind: 'storage.k8s.io/StorageClass', actions: ['Add'], hint: hintFor<StorageClass>((_pod, _before, after) => after?.volumeBindingMode === 'WaitForFirstConsumer') },
    { kind: 'Node', actions: ['Add', 'UpdateNodeLabel'] },
    {
      kind: 'PersistentVolumeClaim',
      actions: ['Add', 'Update'],
      hint: hintFor<PersistentVolumeClaim>((pod, _before, after) => after !== undefined && after.metadata.namespace === pod.metadata.namespace && podInfoOf(pod).claims.includes(after.metadata.name)),
    },
    {
      kind: 'PersistentVolume',
      actions: ['Add', 'Update'],
      hint: hintFor<PersistentVolume>((_pod, before, after) => before === undefined || after === undefined || JSON.stringify(topologiesOf(before)) !== JSON.stringify(topologiesOf(after))),
    },
  ],
};
