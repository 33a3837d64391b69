import type { Status } from '../api/request.ts';
import { USERS } from '../api/request.ts';
import type { Call } from './verbs-call.ts';

/**
 * Who may do what, as far as it goes without RBAC objects: the administrator and the cluster's own components may do everything,
 * whoever else asks may do nothing. A real cluster grants each component only what it needs; none of them asks for more here, so the
 * difference cannot be seen.
 */
export function isTrusted(user: string): boolean {
  if (user === USERS.admin) return true;
  if (!user.startsWith('system:')) return false;
  return user !== 'system:anonymous' && (!user.startsWith('system:serviceaccount:') || user.startsWith('system:serviceaccount:kube-system:'));
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** The 403 of the authorizer: it names the question, not the reason. */
export function unauthorized(call: Call): Status {
  const { info, name, namespace, subresource, query, request } = call;
  const group = call.apiVersion.includes('/') ? call.apiVersion.slice(0, call.apiVersion.indexOf('/')) : '';
  const verb = VERBS[request.method] ?? (request.method === 'DELETE' ? (name === undefined ? 'deletecollection' : 'delete') : query['watch'] === 'true' ? 'watch' : name === undefined ? 'list' : 'get');
  const resource = subresource === undefined ? info.resource : `${info.resource}/${subresource}`;
  const subject = `${info.resource}${group === '' ? '' : `.${group}`}${name === undefined ? '' : ` ${JSON.stringify(name)}`}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return {
    kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure',
    message: `${subject} is forbidden: User ${JSON.stringify(request.user)} cannot ${verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${where}`,
    reason: 'Forbidden',
    details: { ...(name === undefined ? {} : { name }), ...(group === '' ? {} : { group }), kind: info.resource },
    code: 403,
  };
}
