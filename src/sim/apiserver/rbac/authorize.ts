import type { Request, Status } from '../../api/request.ts';
import type { Call } from '../verbs-call.ts';
import type { ApiContext } from '../verbs-call.ts';
import { unauthorized, verbOf } from '../verbs-authorize.ts';
import { identityOf } from './identity.ts';
import { decide, type Attributes } from './rules.ts';

/** What a call asks to do, in the authorizer's words. */
export function attributesOf(call: Call): Attributes {
  const { info, name, namespace, subresource, query } = call;
  // A Namespace is in itself; who lists one object by its name asks for that one.
  const isNamespace = info.kind === 'Namespace' && name !== undefined;
  const selected = name === undefined ? /^metadata\.name=([^,]+)$/.exec(query['fieldSelector'] ?? '')?.[1] : undefined;
  return {
    verb: verbOf(call),
    namespace: isNamespace ? name : (namespace ?? ''),
    group: call.apiVersion.includes('/') ? call.apiVersion.slice(0, call.apiVersion.indexOf('/')) : '',
    resource: info.resource,
    subresource: subresource ?? '',
    name: name ?? selected ?? '',
  };
}

/** RBAC's answer to a call of somebody from outside. */
export function authorize(call: Call): Status | undefined {
  const asked = attributesOf(call);
  const { allowed, reason } = decide(call.context.store, identityOf(call.request), asked);
  return allowed ? undefined : unauthorized(call, asked, reason);
}

/** The same for a path that names no object. */
export function authorizePath(context: ApiContext, request: Request): Status | undefined {
  const question = request.path.indexOf('?');
  const path = question < 0 ? request.path : request.path.slice(0, question);
  const verb = request.method.toLowerCase();
  const { allowed, reason } = decide(context.store, identityOf(request), { verb, namespace: '', group: '', resource: '', subresource: '', name: '', path });
  if (allowed) return undefined;
  return {
    kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: `forbidden: User ${JSON.stringify(request.user)} cannot ${verb} path ${JSON.stringify(path)}${reason === '' ? '' : `: ${reason}`}`, reason: 'Forbidden', details: {}, code: 403,
  };
}
