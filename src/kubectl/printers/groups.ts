import type { EndpointSlice, Lease, PodDisruptionBudget, PriorityClass, StorageClass } from '../../sim/api/object.ts';
import { since } from '../dates.ts';
import { dig } from '../tree.ts';
import type { Printer } from './columns.ts';
import { atMostThree } from './columns.ts';

/** coordination, discovery, policy, scheduling and storage: one or two kinds each. */
export const leases: Printer<Lease> = {
  columns: ['NAME', 'HOLDER', 'AGE'],
  cells: ({ metadata, spec }, now) => [metadata.name, spec?.holderIdentity ?? '', since(metadata.creationTimestamp, now)],
};
export const endpointSlices: Printer<EndpointSlice> = {
  columns: ['NAME', 'ADDRESSTYPE', 'PORTS', 'ENDPOINTS', 'AGE'],
  cells: (slice, now) => [
    slice.metadata.name, slice.addressType, atMostThree((slice.ports ?? []).map((port) => (port.port === undefined ? (port.name ?? '*') : String(port.port)))),
    atMostThree((slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses)), since(slice.metadata.creationTimestamp, now),
  ],
};
export const podDisruptionBudgets: Printer<PodDisruptionBudget> = {
  columns: ['NAME', 'MIN AVAILABLE', 'MAX UNAVAILABLE', 'ALLOWED DISRUPTIONS', 'AGE'],
  cells: ({ metadata, spec, status }, now) => [metadata.name, spec.minAvailable ?? 'N/A', spec.maxUnavailable ?? 'N/A', status?.disruptionsAllowed ?? 0, since(metadata.creationTimestamp, now)],
};
export const priorityClasses: Printer<PriorityClass> = {
  columns: ['NAME', 'VALUE', 'GLOBAL-DEFAULT', 'AGE', 'PREEMPTIONPOLICY'],
  cells: (object, now) => [object.metadata.name, object.value, String(object.globalDefault ?? false), since(object.metadata.creationTimestamp, now), object.preemptionPolicy ?? ''],
};
export const storageClasses: Printer<StorageClass> = {
  columns: ['NAME', 'PROVISIONER', 'RECLAIMPOLICY', 'VOLUMEBINDINGMODE', 'ALLOWVOLUMEEXPANSION', 'AGE'],
  cells: (object, now) => [
    object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ? `${object.metadata.name} (default)` : object.metadata.name, object.provisioner,
    String(dig(object, 'reclaimPolicy') ?? 'Delete'), object.volumeBindingMode ?? 'Immediate', String(dig(object, 'allowVolumeExpansion') ?? false), since(object.metadata.creationTimestamp, now),
  ],
};
