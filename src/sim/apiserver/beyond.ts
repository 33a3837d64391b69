import type { Change } from '../api/change.ts';
import type { Managed } from '../api/managedFields.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { Request, Response, Status } from '../api/request.ts';
import type { PodSpecIn } from './kinds/podShapes.ts';
import type { ApiContext, Call } from './verbs-call.ts';
import type { Store } from './store.ts';

/**
 * What the API server can do beyond the first scenario: the parts that further.ts loads put themselves in here while modules load, never
 * later. Where a part is absent, nothing asks for it yet.
 */
export interface Document {
  readonly kind: string;
  readonly apiVersion: string;
  readonly [key: string]: unknown;
}
export interface Beyond {
  /** The difference of two Pods' specs as Go prints it, for the refusal of an update. */
  podSpecDiff?(old: PodSpecIn, now: PodSpecIn): string;
  /** What there is: discovery, by its path ("/apis/apps/v1") and the form that an Accept header asks for. */
  document?(context: ApiContext, path: string, accept: string | undefined): Document | undefined;
  /** PATCH with application/apply-patch+yaml: server-side apply. */
  apply?(call: Call, body: unknown, face: string): Response;
  /** The managed fields that a client sent with an object: who manages what after this write; undefined: as if it had sent none. */
  sentManaged?(call: Call, sent: unknown, next: KubernetesObject, old: KubernetesObject | undefined): Managed | undefined;
  /** What a dry run would have written, for whoever shows the answer. */
  rememberDry?(object: KubernetesObject, change: Change): void;
  /** The admission plugins that ask for LimitRanges, quotas, Pod security and the like. */
  admit?(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): KubernetesObject | Status;
  /** The last plugin of all, ResourceQuota: charges what is about to be written. */
  charge?(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): Status | undefined;
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
