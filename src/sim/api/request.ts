import type { Json, KubernetesObject } from './object.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * What HTTP would carry. Controllers, kubectl, the page and a server over sockets use no other door to the API server.
 * `path` is the URL's path ("/apis/apps/v1/namespaces/default/deployments/web/status"), `query` its decoded parameters.
 */
export interface Request {
  readonly user: string;
  readonly method: Method;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Of the body: "application/json" when absent; for PATCH one of the `PATCH_TYPES`. */
  readonly contentType?: string;
  readonly body?: unknown;
  /** The representation asked for, as in HTTP's Accept: "application/json;as=Table;v=v1;g=meta.k8s.io". Absent: the object itself. */
  readonly accept?: string;
  /** For messages in status objects and managedFields: kubectl, the name of a controller. */
  readonly userAgent?: string;
  /** The uid that authentication gives, where it gives one (a line of a token file). */
  readonly uid?: string;
  /** Who came in from outside is in these groups, as authenticated (or impersonated): RBAC decides. Absent: one of the cluster's own. */
  readonly groups?: readonly string[];
  /** The answer shows who manages which field, as over HTTP it always does. */
  readonly managedFields?: boolean;
}

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}
/** metav1.Status: every refusal, and the answer to some deletes. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
  readonly code?: number;
}
export interface ObjectList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly KubernetesObject[];
}
export interface Response {
  readonly code: number;
  readonly body: KubernetesObject | ObjectList | Status | { readonly kind: string; readonly apiVersion: string; readonly [key: string]: unknown };
  /** The Warning headers. */
  readonly warnings?: readonly string[];
  /** Nothing was done and this is no answer yet: the API server tries again by itself after so long (an eviction that met another on its budget). */
  readonly againMicros?: number;
  /** Nor is this: somebody else answers, and the API server passes that on. */
  readonly forward?: { readonly to: string; readonly message: { readonly type: string; readonly [field: string]: unknown } };
}

export function isRefusal(response: Response): response is Response & { readonly body: Status } {
  return response.code >= 300;
}

export type { Json };

// ---- who asks: the identities of a real cluster, as its audit log shows them

export const USERS = {
  admin: 'kubernetes-admin',
  apiserver: 'system:apiserver',
  scheduler: 'system:kube-scheduler',
  controller: (name: string): string => `system:serviceaccount:kube-system:${name}`,
  node: (name: string): string => `system:node:${name}`,
} as const;

/** The field manager under which a component writes: the name of its program. */
export function usualManager(user: string): string {
  if (user.startsWith('system:serviceaccount:kube-system:')) return 'kube-controller-manager';
  if (user.startsWith('system:node:')) return 'kubelet';
  if (user === USERS.scheduler) return 'kube-scheduler';
  if (user === USERS.apiserver) return 'kube-apiserver';
  return user === USERS.admin ? 'kubectl' : 'unknown';
}

/** The short name of an identity, as traces, the stage and *why* show it. */
export function actorOf(user: string): string {
  if (user.startsWith('system:serviceaccount:kube-system:')) return user.slice('system:serviceaccount:kube-system:'.length);
  if (user.startsWith('system:node:')) return `kubelet/${user.slice('system:node:'.length)}`;
  if (user === USERS.scheduler) return 'scheduler';
  if (user === USERS.apiserver) return 'apiserver';
  if (user === USERS.admin) return 'user';
  return user;
}
