import type { Container, Deployment, ReplicaSet } from '../../sim/api/object.ts';
import { since } from '../dates.ts';
import type { Printer } from './columns.ts';
import { selectorText } from './columns.ts';

const names = (containers: readonly Container[]): string => containers.map((container) => container.name).join(',');
const images = (containers: readonly Container[]): string => containers.map((container) => container.image).join(',');

export const deployments: Printer<Deployment> = {
  columns: ['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE'],
  wide: ['CONTAINERS', 'IMAGES', 'SELECTOR'],
  cells: ({ metadata, spec, status }, now) => [
    metadata.name, `${status?.readyReplicas ?? 0}/${spec.replicas}`, status?.updatedReplicas ?? 0, status?.availableReplicas ?? 0, since(metadata.creationTimestamp, now),
    names(spec.template.spec.containers), images(spec.template.spec.containers), selectorText(spec.selector),
  ],
};
export const replicaSets: Printer<ReplicaSet> = {
  columns: ['NAME', 'DESIRED', 'CURRENT', 'READY', 'AGE'],
  wide: ['CONTAINERS', 'IMAGES', 'SELECTOR'],
  cells: ({ metadata, spec, status }, now) => [
    metadata.name, spec.replicas, status?.replicas ?? 0, status?.readyReplicas ?? 0, since(metadata.creationTimestamp, now), names(spec.template.spec.containers), images(spec.template.spec.containers), selectorText(spec.selector),
  ],
};
