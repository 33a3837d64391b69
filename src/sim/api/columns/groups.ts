import type { EndpointSlice, Lease, PodDisruptionBudget, PriorityClass, StorageClass } from '../object.ts';
import { dig } from '../tree.ts';
import type { Printer } from './column.ts';
import { atMostThree, columns } from './column.ts';
import { since } from './duration.ts';

/** coordination, discovery, policy, scheduling and storage: one or two kinds each. */
export const leases: Printer<Lease> = {
  columns: columns('Name|Holder|Age'),
  cells: ({ metadata, spec }, now) => [metadata.name, spec?.holderIdentity ?? '', since(metadata.creationTimestamp, now)],
};
export const endpointSlices: Printer<EndpointSlice> = {
  columns: columns('Name|AddressType|Ports|Endpoints|Age'),
  cells: (slice, now) => [
    slice.metadata.name, slice.addressType, atMostThree((slice.ports ?? []).map((port) => (port.port === undefined ? (port.name ?? '*') : String(port.port)))),
    atMostThree((slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses)), since(slice.metadata.creationTimestamp, now),
  ],
};
export const podDisruptionBudgets: Printer<PodDisruptionBudget> = {
  columns: columns('Name|Min Available|Max Unavailable|Allowed Disruptions:integer|Age'),
  cells: ({ metadata, spec, status }, now) => [metadata.name, String(spec.minAvailable ?? 'N/A'), String(spec.maxUnavailable ?? 'N/A'), status?.disruptionsAllowed ?? 0, since(metadata.creationTimestamp, now)],
};
export const priorityClasses: Printer<PriorityClass> = {
  columns: columns('Name|Value:integer|Global-Default:boolean|Age|PreemptionPolicy'),
  cells: (object, now) => [object.metadata.name, object.value, object.globalDefault ?? false, since(object.metadata.creationTimestamp, now), object.preemptionPolicy ?? ''],
};
export const storageClasses: Printer<StorageClass> = {
  columns: columns('Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age'),
  cells: (object, now) => [
    object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ? `${object.metadata.name} (default)` : object.metadata.name, object.provisioner,
    String(dig(object, 'reclaimPolicy') ?? 'Delete'), object.volumeBindingMode ?? 'Immediate', dig(object, 'allowVolumeExpansion') === true, since(object.metadata.creationTimestamp, now),
  ],
};
