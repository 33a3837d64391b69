import type { KindInfo } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { Method, Request, Response, Status } from '../api/request.ts';
import { APPLY_PATCH } from '../api/request.ts';
import { namespaceLifecycle } from './admission.ts';
import { beyond, type Document } from './beyond.ts';
import type { FieldValidation } from './decode.ts';
import { bodyBytes, bodyRefusal } from './limits.ts';
import { routeIn } from './routing.ts';
import { badRequest, expired, internalError, methodNotAllowed, methodNotSupported, unsupportedMediaType } from './status.ts';
import { head } from './store.ts';
import type { FieldError } from './strategy.ts';
import { bind, evict, scale, token } from './subresources.ts';
import { remove, removeCollection } from './verbs-delete.ts';
import { isTrusted, unauthorized } from './verbs-authorize.ts';
import { badOptions, refuse, type ApiContext, type Call } from './verbs-call.ts';
import { get, list } from './verbs-read.ts';
import { create, mediaType, patch, update } from './verbs-write.ts';

export type { ApiContext } from './verbs-call.ts';

/**
 * The API server: one request in, one answer out, and what it changed is in the store when this returns. Watches are not answered
 * here: the cluster delivers changes to whoever listens.
 */
export function handle(context: ApiContext, request: Request): Response {
  try {
    const response = answered(context, request);
    return request.managedFields === true || request.accept !== undefined ? (beyond.present?.(context.store, context.now, request, response) ?? response) : response;
  } catch (failure) {
    // No request may stop the simulation. Whatever was not foreseen is an answer like any other, and names what was asked.
    const why = failure instanceof Error ? failure.message : String(failure);
    return refuse(internalError(`${request.method} ${String(request.path).slice(0, 200)}: ${why}`));
  }
}

const document = (context: ApiContext, request: Request, path: string): Document | undefined => beyond.document?.(context, path, request.accept);
/** Who may read metrics is asked as for any path that names no object here. */
function aggregated(aggregate: NonNullable<ApiContext['aggregate']>, context: ApiContext, request: Request): Response | undefined {
  const refused = isTrusted(request) ? undefined : beyond.authorizePath?.(context, request);
  return refused === undefined ? aggregate(request) : refuse(refused);
}
const nothingHere = (isServed: boolean): Response =>
  refuse({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: isServed ? 'the server could not find the requested resource' : '404 page not found\n', ...(isServed ? { reason: 'NotFound', details: {} } : {}), code: 404 });

const NO_QUERY: Readonly<Record<string, string>> = {};

function answered(context: ApiContext, request: Request): Response {
  if (context.aggregate !== undefined && request.path.includes('metrics.k8s.io')) {
    const passedOn = aggregated(context.aggregate, context, request);
    if (passedOn !== undefined) return passedOn;
  }
  const at = routeIn(context.store, request.path);
  // An unknown path is answered by the HTTP server, not by the API: plain text, which clients turn into "the server could not find the requested resource".
  if (at === undefined) {
    const missing = beyond.custom?.missing(context.store, request.path);
    if (missing !== undefined) return refuse(missing);
    // A group that is served answers for itself.
    return nothingHere(request.path.startsWith('/api') && document(context, request, request.path.split('/', 3).join('/')) !== undefined);
  }
  if (at.type === 'document') {
    const refused = isTrusted(request) ? undefined : beyond.authorizePath?.(context, request);
    if (refused !== undefined) return refuse(refused);
    const body = document(context, request, at.path);
    if (body === undefined) return nothingHere(false);
    return request.method === 'GET' ? { code: 200, body } : refuse(methodNotAllowed());
  }
  const query = queryOf(request);
  const { body } = request;
  const bytes = body === undefined || (typeof body !== 'string' && request.user.startsWith('system:')) ? 0 : bodyBytes(body);
  const over = bodyRefusal(bytes);
  if (over !== undefined) return refuse(over);
  const call: Call = {
    context,
    request,
    info: at.info,
    apiVersion: at.apiVersion,
    namespace: at.namespace,
    name: at.name,
    subresource: at.subresource,
    query,
    dryRun: query['dryRun'] === 'All',
    validation: (query['fieldValidation'] || 'Warn') as FieldValidation,
    warnings: [],
    bytes,
  };
  if (!isTrusted(request)) {
    const refused = beyond.authorize === undefined ? unauthorized(call) : beyond.authorize(call);
    if (refused !== undefined) return refuse(refused);
  }
  if (at.info.table !== undefined) {
    const deprecated = beyond.custom?.deprecation(at.info);
    if (deprecated !== undefined) call.warnings.push(deprecated);
  } else if (at.info.kind === 'Endpoints') call.warnings.push('v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice');
  const wrong = optionErrors(request, query);
  const response = wrong === undefined ? dispatched(call, body) : refuse(wrong);
  // A refusal carries the warnings, too.
  return call.warnings.length > 0 && response.warnings === undefined ? { ...response, warnings: [...new Set(call.warnings)] } : response;
}

function dispatched(call: Call, body: unknown): Response {
  if (call.info.transient === true) return beyond.review?.(call, body) ?? refuse(methodNotAllowed());
  const { request, info, name, namespace } = call;
  // Above its namespaces a custom kind is only read.
  if (info.table !== undefined && info.namespaced && namespace === undefined && request.method !== 'GET') return nothingHere(false);
  if (call.subresource !== undefined) return subresource(call, call.subresource, body);
  switch (request.method) {
    case 'GET':
      // Of one object it means nothing.
      if (name === undefined && isTrue(call.query['watch'])) return refuse(watchRefusal(call));
      return name === undefined ? list(call) : get(call);
    case 'POST':
      if (info.table !== undefined) return create(call, body);
      // A namespaced object is created in its namespace.
      if (name !== undefined || (info.namespaced && namespace === undefined)) return refuse(methodNotAllowed());
      return create(call, body);
    case 'PUT':
      return name === undefined ? refuse(unnamed(info)) : update(call, body);
    case 'PATCH':
      return name === undefined ? refuse(unnamed(info)) : patch(call, body);
    case 'DELETE':
      if (name !== undefined) return remove(call, body);
      return info.kind === 'Namespace' || (info.namespaced && namespace === undefined) ? refuse(methodNotAllowed()) : removeCollection(call, body);
    default:
      return refuse(methodNotAllowed());
  }
}

const unnamed = (info: KindInfo): Status => (info.table === undefined ? methodNotAllowed() : badRequest('name must be provided'));

function subresource(call: Call, name: string, body: unknown): Response {
  const { method } = call.request;
  if (call.info.table !== undefined && (method === 'POST' || method === 'DELETE')) return refuse(methodNotSupported(call.info, method === 'POST' ? 'create' : 'delete'));
  if (method === 'POST' && call.name !== undefined) {
    // Creating below an object is creating in its namespace, too.
    const about = { metadata: { name: call.name, namespace: call.namespace } } as unknown as KubernetesObject;
    const refused = namespaceLifecycle(call.info, about, { lookup: (kind, key) => head(call.context.store, kind, key) });
    if (refused !== undefined) return refuse(refused);
  }
  switch (name) {
    case 'status':
      return method === 'GET' ? get(call) : method === 'PUT' ? update(call, body, 'status') : method === 'PATCH' ? patch(call, body, 'status') : refuse(methodNotAllowed());
    case 'approval':
    case 'ephemeralcontainers':
    case 'resize':
      return method === 'GET' ? get(call) : method === 'PUT' ? update(call, body, name) : method === 'PATCH' ? patch(call, body, name) : refuse(methodNotAllowed());
    case 'finalize':
      return method === 'PUT' ? update(call, body, 'finalize') : refuse(methodNotAllowed());
    case 'scale':
      return method === 'GET' || method === 'PUT' || method === 'PATCH' ? scale(call, body) : refuse(methodNotAllowed());
    case 'binding':
      return method === 'POST' ? bind(call, body) : refuse(methodNotAllowed());
    case 'eviction':
      return method === 'POST' ? evict(call, body) : refuse(methodNotAllowed());
    case 'token':
      return method === 'POST' ? token(call, body) : refuse(methodNotAllowed());
    default:
      return beyond.askKubelet?.(call, name, body) ?? refuse({
        kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NotImplemented', code: 501,
        message: `Orrery's API server does not serve ${call.info.resource}/${name} yet: a real one would ask the node's kubelet`,
      });
  }
}

const isTrue = (text: string | undefined): boolean => text === 'true' || text === '1' || text === '';

/** Watches are streams, and this door gives one answer; that a revision is gone it can say. */
function watchRefusal(call: Call): Status {
  const { store } = call.context;
  const since = call.query['resourceVersion'] ?? '';
  if (/^\d{1,15}$/.test(since) && Number(since) > 0 && Number(since) < store.compacted) return expired(`too old resource version: ${since} (${store.compacted})`);
  return badRequest(`a watch of ${call.request.path} is a stream of changes, and this request takes one answer: listen to the cluster's changes instead`);
}

/** The decoded parameters; those that stand in the path count too, as long as nothing else was given. */
function queryOf(request: Request): Readonly<Record<string, string>> {
  const question = request.path.indexOf('?');
  if (question < 0) return request.query ?? NO_QUERY;
  const out: Record<string, string> = {};
  for (const pair of request.path.slice(question + 1).split('&')) {
    const equals = pair.indexOf('=');
    const key = unescaped(equals < 0 ? pair : pair.slice(0, equals));
    if (key !== '' && key !== '__proto__' && !Object.hasOwn(out, key)) out[key] = equals < 0 ? '' : unescaped(pair.slice(equals + 1));
  }
  return request.query === undefined ? out : { ...out, ...request.query };
}
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

const OPTIONS: Readonly<Record<Method, string>> = { GET: 'ListOptions', POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions', DELETE: 'DeleteOptions' };

/** What is wrong with the parameters of a write, and with the type of its body. */
function optionErrors(request: Request, query: Readonly<Record<string, string>>): Status | undefined {
  const { method, contentType } = request;
  if (method === 'GET') return undefined;
  if (method === 'POST' || method === 'PUT') {
    const type = mediaType(contentType);
    if (type !== 'application/json' && type !== 'application/yaml') return unsupportedMediaType();
  }
  // Asked most: a write without any parameter.
  if (query === NO_QUERY && contentType !== APPLY_PATCH) return undefined;
  const errors: FieldError[] = [];
  const { dryRun, fieldValidation, fieldManager, force } = query;
  if (method !== 'DELETE') {
    const isApply = method === 'PATCH' && mediaType(contentType) === APPLY_PATCH;
    if (isApply && (fieldManager ?? '') === '') errors.push({ field: 'fieldManager', reason: 'FieldValueRequired', message: 'Required value: is required for apply patch' });
    if (method === 'PATCH' && !isApply && force !== undefined) errors.push({ field: 'force', reason: 'FieldValueForbidden', message: 'Forbidden: may not be specified for non-apply patch' });
    if (fieldManager !== undefined && fieldManager.length > 128) errors.push({ field: 'fieldManager', reason: 'FieldValueTooLong', message: 'Too long: may not be more than 128 bytes' });
  }
  // A delete takes its options from its body, if it has one, and then none from its query.
  if (method !== 'DELETE' && dryRun !== undefined && dryRun !== '' && dryRun !== 'All') errors.push({ field: 'dryRun', reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify([dryRun])}: supported values: "All"` });
  if (method !== 'DELETE' && fieldValidation !== undefined && !['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    errors.push({ field: 'fieldValidation', reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "", "Ignore", "Strict", "Warn"` });
  }
  return errors.length === 0 ? undefined : badOptions(OPTIONS[method], errors);
}
