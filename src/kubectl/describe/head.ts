import type { EndpointSlice, Event, KubernetesObject, Lease, Pod, PodTemplateSpec, ReplicaSet } from '../../sim/api/object.ts';
import type { Micros } from '../../sim/api/time.ts';
import { dig, isList } from '../tree.ts';
import { containersLines, spreadLines, volumesLines } from './containers.ts';
import type { Writer } from './text.ts';
import { annotationLines, labelLines, tolerationLines } from './text.ts';

/** What was fetched besides the object itself, by kind; each description takes what it needs. */
export interface Related {
  readonly now: Micros;
  readonly events: readonly Event[] | undefined;
  readonly pods?: readonly Pod[];
  readonly replicaSets?: readonly ReplicaSet[];
  readonly slices?: readonly EndpointSlice[];
  readonly lease?: Lease;
  /** Quotas and limits of a namespace. */
  readonly quotas?: readonly KubernetesObject[];
  readonly limits?: readonly KubernetesObject[];
  /** The Services that an Ingress names, with their slices; undefined in it: there is no such Service. */
  readonly backends?: ReadonlyMap<string, { readonly service: KubernetesObject; readonly slices: readonly EndpointSlice[] } | undefined>;
  /** The Secrets and Pods of a ServiceAccount. */
  readonly tokens?: readonly KubernetesObject[];
}
export type Describer = (w: Writer, object: KubernetesObject, related: Related) => void;

export function head(w: Writer, object: KubernetesObject): void {
  w.line(0, `Name:\t${object.metadata.name}`).line(0, `Namespace:\t${object.metadata.namespace ?? ''}`);
}
export function labelled(w: Writer, object: KubernetesObject): void {
  labelLines(w, 'Labels', object.metadata.labels);
  annotationLines(w, 'Annotations', object.metadata.annotations);
}

export function templateLines(w: Writer, template: PodTemplateSpec): void {
  const { spec, metadata } = template;
  w.line(0, 'Pod Template:');
  labelLines(w, '  Labels', metadata?.labels);
  if (Object.keys(metadata?.annotations ?? {}).length > 0) annotationLines(w, '  Annotations', metadata?.annotations);
  if (spec.serviceAccountName !== undefined && spec.serviceAccountName !== '') w.line(1, `Service Account:\t${spec.serviceAccountName}`);
  if ((spec.initContainers ?? []).length > 0) containersLines(w, 'Init Containers', spec.initContainers ?? [], [], undefined, '  ');
  containersLines(w, 'Containers', spec.containers, [], undefined, '  ');
  volumesLines(w, spec.volumes, '  ');
  spreadLines(w, spec.topologySpreadConstraints, '  ');
  if (spec.priorityClassName !== undefined && spec.priorityClassName !== '') w.line(1, `Priority Class Name:\t${spec.priorityClassName}`);
  labelLines(w, '  Node-Selectors', spec.nodeSelector);
  tolerationLines(w, '  Tolerations', spec.tolerations);
}

export function conditionLines(w: Writer, object: KubernetesObject): void {
  const conditions = dig(object, 'status', 'conditions');
  if (!isList(conditions) || conditions.length === 0) return;
  w.line(0, 'Conditions:').line(1, 'Type\tStatus\tReason').line(1, '----\t------\t------');
  for (const one of conditions) w.line(1, `${String(dig(one, 'type'))} \t${String(dig(one, 'status'))}\t${String(dig(one, 'reason') ?? '')}`);
}

/** How many Pods of a controller are in each phase. */
export function podCounts(pods: readonly Pod[] | undefined): string {
  const count = (phase: string): number => (pods ?? []).filter((one) => one.status?.phase === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}
