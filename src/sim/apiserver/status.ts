import type { KindInfo } from '../api/kinds.ts';
import { qualifiedResource } from '../api/kinds.ts';
import type { Status, StatusCause } from '../api/request.ts';
import { goQuote } from './goText.ts';
import type { FieldError } from './strategy.ts';

/** The Status objects with which the API server refuses, as apimachinery's api/errors builds them. Each has the code that the response carries. */

function failure(code: number, reason: string | undefined, message: string, details?: Status['details']): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, ...(reason === undefined ? {} : { reason }), ...(details === undefined ? {} : { details }), code };
}

/** `details` of an error about one resource: here `kind` is the resource's plural, a quirk of the API that clients know. */
function about(info: KindInfo, name: string): NonNullable<Status['details']> {
  return { ...(name === '' ? {} : { name }), ...(info.group === '' ? {} : { group: info.group }), kind: info.resource };
}

export function notFound(info: KindInfo, name: string): Status {
  return failure(404, 'NotFound', `${qualifiedResource(info)} "${name}" not found`, about(info, name));
}

export function alreadyExists(info: KindInfo, name: string): Status {
  return failure(409, 'AlreadyExists', `${qualifiedResource(info)} "${name}" already exists`, about(info, name));
}

/** A create with generateName that hit a taken name five times over (the sixth word of the API's own message is meant for people). */
export function generateNameConflict(info: KindInfo, name: string): Status {
  return failure(409, 'AlreadyExists', `${qualifiedResource(info)} "${name}" already exists, the server was not able to generate a unique name for the object`, about(info, name));
}

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(info: KindInfo, name: string, why: string = MODIFIED, subresource?: string): Status {
  const resource = subresource === undefined ? qualifiedResource(info) : `${info.resource}/${subresource}${info.group === '' ? '' : `.${info.group}`}`;
  return failure(409, 'Conflict', `Operation cannot be fulfilled on ${resource} "${name}": ${why}`, { ...about(info, name), ...(subresource === undefined ? {} : { kind: `${info.resource}/${subresource}` }) });
}

export function uidConflict(info: KindInfo, name: string, key: string, wanted: string, found: string): Status {
  return conflict(info, name, `StorageError: invalid object, Code: 4, Key: /registry/${registryPath(info)}/${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`);
}

/** Where etcd keeps a kind: the folder names of the oldest groups are older than the groups. */
function registryPath(info: KindInfo): string {
  if (info.group === '' && info.resource === 'nodes') return 'minions';
  if (info.group === '' && (info.resource === 'services' || info.resource === 'endpoints')) return `services/${info.resource === 'services' ? 'specs' : 'endpoints'}`;
  if (info.resource === 'ingresses') return 'ingress';
  // Groups that an aggregated server of its own serves stand under their name.
  return /^api(?:extensions|registration)\.k8s\.io$/.test(info.group) ? `${info.group}/${info.resource}` : info.resource;
}

export function forbidden(info: KindInfo, name: string, why: string, causes?: readonly StatusCause[]): Status {
  const subject = name === '' ? qualifiedResource(info) : `${qualifiedResource(info)} "${name}"`;
  return failure(403, 'Forbidden', `${subject} is forbidden: ${why}`, { ...about(info, name), ...(causes === undefined ? {} : { causes }) });
}

/** Not the Forbidden of RBAC but of admission, when a namespace is on its way out: it carries the cause by which clients know it. */
export function namespaceTerminating(info: KindInfo, name: string, namespace: string): Status {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  return forbidden(info, name, why, [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }]);
}

export function badRequest(message: string): Status {
  return failure(400, 'BadRequest', message);
}

/** A server error that upstream has no reason for: plain 500, the message alone. */
export function internalError(message: string): Status {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** An error that no part of the API server gave a form: it goes out as 500 with its text. */
export function plainError(message: string): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 };
}

export function methodNotAllowed(): Status {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** A verb that a kind's definition does not serve there. */
export function methodNotSupported(info: KindInfo, verb: string): Status {
  return failure(405, 'MethodNotAllowed', `${verb} is not supported on resources of kind "${qualifiedResource(info)}"`, about(info, ''));
}

export function unsupportedMediaType(message = 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf'): Status {
  return failure(415, 'UnsupportedMediaType', message);
}

export function expired(message: string): Status {
  return failure(410, 'Expired', message);
}

export function gone(message: string): Status {
  return failure(410, 'Gone', message);
}

export function tooManyRequests(message: string, retryAfterSeconds: number, causes?: readonly StatusCause[]): Status {
  return failure(429, 'TooManyRequests', message, { ...(causes === undefined ? {} : { causes }), ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }) });
}

export function tooLarge(message: string): Status {
  return failure(413, 'RequestEntityTooLarge', message);
}

/**
 * 422 with every cause. `group` and `kind` are of the object ("Deployment.apps"), also for things that are no kind of the table
 * (`{ kind: 'DeleteOptions', group: 'meta.k8s.io' }`).
 */
export function invalid(of: { readonly kind: string; readonly group: string }, name: string, errors: readonly FieldError[]): Status {
  const who = `${of.kind}${of.group === '' ? '' : `.${of.group}`}`;
  const head = `${who} ${goQuote(name)} is invalid`;
  const said = new Set<string>();
  for (const error of errors) said.add(`${error.field}: ${error.message}`);
  const all = [...said];
  const message = errors.length === 0 ? head : `${head}: ${all.length === 1 ? all[0] : `[${all.join(', ')}]`}`;
  const causes = errors.map((error) => ({ reason: error.reason, message: error.message, field: error.field }));
  return failure(422, 'Invalid', message, {
    ...(name === '' ? {} : { name }),
    ...(of.group === '' ? {} : { group: of.group }),
    kind: of.kind,
    ...(causes.length === 0 ? {} : { causes }),
  });
}
