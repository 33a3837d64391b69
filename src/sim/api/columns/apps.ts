import type { Container, Deployment, KubernetesObject, LabelSelector, ReplicaSet, StringMap } from '../object.ts';
import { controllerOf } from '../object.ts';
import { dig, isList } from '../tree.ts';
import type { Printer } from './column.ts';
import { columns, containerImages, containerNames, labelsText, selectorText } from './column.ts';
import { since } from './duration.ts';

export const deployments: Printer<Deployment> = {
  columns: columns('Name|Ready|Up-to-date|Available|Age|Containers*|Images*|Selector*'),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name, `${status?.readyReplicas ?? 0}/${spec.replicas}`, status?.updatedReplicas ?? 0, status?.availableReplicas ?? 0, since(metadata.creationTimestamp, now),
    containerNames(spec.template.spec.containers), containerImages(spec.template.spec.containers), selectorText(spec.selector),
  ],
};

const REPLICAS = columns('Name|Desired:integer|Current:integer|Ready:integer|Age|Containers*:string|Images*|Selector*');
export const replicaSets: Printer<ReplicaSet> = {
  columns: REPLICAS,
  cells: ({ metadata, spec, status }, now) => [
    metadata.name, spec.replicas, status?.replicas ?? 0, status?.readyReplicas ?? 0, since(metadata.creationTimestamp, now), containerNames(spec.template.spec.containers), containerImages(spec.template.spec.containers), selectorText(spec.selector),
  ],
};

const at = (object: KubernetesObject, ...path: readonly string[]): number => Number(dig(object, ...path) ?? 0);
/** The containers of the object's template. */
export const templateContainers = (object: KubernetesObject, ...path: readonly string[]): readonly Container[] => {
  const list = dig(object, ...(path.length === 0 ? ['spec', 'template'] : path), 'spec', 'containers');
  return (isList(list) ? list : []) as unknown as readonly Container[];
};
const age = (object: KubernetesObject, now: number): string => since(object.metadata.creationTimestamp, now);

export const replicationControllers: Printer = {
  columns: REPLICAS,
  cells: (object, now) => {
    const containers = templateContainers(object);
    return [object.metadata.name, at(object, 'spec', 'replicas'), at(object, 'status', 'replicas'), at(object, 'status', 'readyReplicas'), age(object, now), containerNames(containers), containerImages(containers), labelsText(dig(object, 'spec', 'selector') as StringMap | undefined)];
  },
};
export const daemonSets: Printer = {
  columns: columns('Name|Desired:integer|Current:integer|Ready:integer|Up-to-date:integer|Available:integer|Node Selector|Age|Containers*|Images*|Selector*'),
  cells: (object, now) => {
    const containers = templateContainers(object);
    return [
      object.metadata.name, at(object, 'status', 'desiredNumberScheduled'), at(object, 'status', 'currentNumberScheduled'), at(object, 'status', 'numberReady'), at(object, 'status', 'updatedNumberScheduled'), at(object, 'status', 'numberAvailable'),
      labelsText(dig(object, 'spec', 'template', 'spec', 'nodeSelector') as StringMap | undefined), age(object, now), containerNames(containers), containerImages(containers), selectorText(dig(object, 'spec', 'selector') as LabelSelector | undefined),
    ];
  },
};
export const statefulSets: Printer = {
  columns: columns('Name|Ready|Age|Containers*|Images*'),
  cells: (object, now) => {
    const containers = templateContainers(object);
    return [object.metadata.name, `${at(object, 'status', 'readyReplicas')}/${at(object, 'spec', 'replicas')}`, age(object, now), containerNames(containers), containerImages(containers)];
  },
};
export const controllerRevisions: Printer = {
  columns: columns('Name|Controller|Revision|Age'),
  cells: (object, now) => {
    const owner = controllerOf(object);
    const group = owner?.apiVersion.includes('/') === true ? `.${owner.apiVersion.split('/')[0]!}` : '';
    return [object.metadata.name, owner === undefined ? '<none>' : `${owner.kind.toLowerCase()}${group}/${owner.name}`, at(object, 'revision'), age(object, now)];
  },
};
export const podTemplates: Printer = {
  columns: columns('Name|Containers|Images|Pod Labels'),
  cells: (object) => {
    const containers = templateContainers(object, 'template');
    return [object.metadata.name, containerNames(containers), containerImages(containers), labelsText(dig(object, 'template', 'metadata', 'labels') as StringMap | undefined)];
  },
};
