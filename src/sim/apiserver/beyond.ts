import type { Change } from '../api/change.ts';
import type { Managed } from '../api/managedFields.ts';
import type { KindInfo } from '../api/kinds.ts';
import type { Printer } from '../api/columns/column.ts';
import type { Event, KubernetesObject, Service } from '../api/object.ts';
import type { Request, Response, Status } from '../api/request.ts';
import type { PodSpecIn } from './kinds/podShapes.ts';
import type { FieldError } from './strategy.ts';
import type { ApiContext, Call } from './verbs-call.ts';
import type { Store } from './store.ts';
import type { Strategy } from './strategy.ts';

/**
 * What the API server can do beyond the first scenario: the parts that further.ts loads put themselves in here while modules load, never
 * later. Where a part is absent, nothing asks for it yet.
 */
export interface Document {
  readonly kind: string;
  readonly apiVersion: string;
  readonly [key: string]: unknown;
}
/** The kinds that CustomResourceDefinitions add to a world. */
export interface CustomKinds {
  kind(store: Store, group: string, version: string, resource: string): KindInfo | undefined;
  all(store: Store): readonly KindInfo[];
  decode(call: Call, body: unknown): KubernetesObject | Status;
  /** A stored object in the version of a path, with what its definition says today. */
  shown(info: KindInfo, object: KubernetesObject): KubernetesObject;
  /** What a patch made of an object; strict findings, or why it is none. */
  decodePatched(call: Call, document: unknown): { readonly object: KubernetesObject; readonly strict: readonly string[] } | { readonly error: string; readonly refused?: Status };
  strategy(info: KindInfo): Strategy;
  refuseCreate(call: Call, object: KubernetesObject): Status | undefined;
  /** A path within a group that definitions serve that names nothing: 404, by the API or by the HTTP server. */
  missing(store: Store, path: string): Status | undefined;
  /** A definition that was just asked to go. */
  going(definition: KubernetesObject, now: string): KubernetesObject;
  deprecation(info: KindInfo): string | undefined;
  printer(info: KindInfo): Printer;
  /** The number of replicas, as its paths say where it is. */
  scaleOf(info: KindInfo, object: KubernetesObject): { readonly replicas: number; readonly current: number; readonly selector?: string };
  scaled(info: KindInfo, object: KubernetesObject, replicas: number): KubernetesObject;
}
export interface Beyond {
  /** Subresources that a node's kubelet answers: logs and exec. */
  askKubelet?(call: Call, what: string, body: unknown): Response | undefined;
  custom?: CustomKinds;
  /** The difference of two Pods' specs as Go prints it, for the refusal of an update. */
  podSpecDiff?(old: PodSpecIn, now: PodSpecIn): string;
  /** What there is: discovery, by its path ("/apis/apps/v1") and the form that an Accept header asks for. */
  document?(context: ApiContext, path: string, accept: string | undefined): Document | undefined;
  /** PATCH with application/apply-patch+yaml: server-side apply. */
  apply?(call: Call, body: unknown, face: string): Response;
  /** What a merge or JSON patch made of an object, as a refusal prints it: managed fields and all. */
  patchShown?(call: Call, old: KubernetesObject, body: unknown): string | undefined;
  /** The managed fields that a client sent with an object: who manages what after this write; undefined: as if it had sent none. */
  sentManaged?(call: Call, sent: unknown, next: KubernetesObject, old: KubernetesObject | undefined): Managed | undefined;
  /** What a dry run would have written, for whoever shows the answer. */
  rememberDry?(object: KubernetesObject, change: Change): void;
  /** LimitRanger's defaults for a new object: the first plugin that changes one. */
  limit?(call: Call, object: KubernetesObject): KubernetesObject;
  /** The last plugins that change a new object: what its classes give it. */
  admit?(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): KubernetesObject | Status;
  /** MutatingAdmissionPolicies, after all plugins that change an object. */
  mutate?(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): KubernetesObject | Status;
  /** ValidatingAdmissionPolicies about a delete. */
  refuseDelete?(call: Call, object: KubernetesObject): Status | undefined;
  /** The plugins that only look: LimitRanger, PodSecurity, and ResourceQuota, which charges what is about to be written. */
  validate?(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): Status | undefined;
  /** What events.k8s.io/v1 asks of an Event, and of its change. */
  newEvent?(event: Event): readonly FieldError[];
  newEventUpdate?(event: Event, old: Event): readonly FieldError[];
  /** Cluster addresses and node ports of a Service, beside those of the others. */
  allocate?(service: Service, old: Service | undefined, others: readonly Service[], draw: (purpose: string, n: number) => number): Service | Status;
  /** RBAC: why somebody who is not the administrator may not do this. */
  authorize?(call: Call): Status | undefined;
  /** The same for a path that names no object ("/version"). */
  authorizePath?(context: ApiContext, request: Request): Status | undefined;
  /** What a role or a binding may not grant, because who writes it does not have it. */
  escalates?(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): Status | undefined;
  /** Kinds that are only answered, never stored: reviews. */
  review?(call: Call, body: unknown): Response | undefined;
  /** The answer in the form that its reader asked for: managed fields, Table, PartialObjectMetadata. */
  present?(store: Store, now: number, request: Request, response: Response): Response;
}
export const beyond: Beyond = {};
export function registerBeyond(parts: Beyond): void {
  Object.assign(beyond, parts);
}
