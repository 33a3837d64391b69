import type { Request, Status } from '../api/request.ts';
import { USERS } from '../api/request.ts';
import type { Call } from './verbs-call.ts';

/**
 * Who need not be asked about: the administrator and the cluster's own components, which a real cluster grants just what they need; none of them asks
 * for more here, so the difference cannot be seen. Of everybody else, and of whoever came in from outside with groups, RBAC decides (rbac/).
 */
export function isTrusted({ user, groups }: Pick<Request, 'user' | 'groups'>): boolean {
  if (groups !== undefined) return groups.includes('system:masters');
  if (user === USERS.admin) return true;
  if (!user.startsWith('system:')) return false;
  return user !== 'system:anonymous' && (!user.startsWith('system:serviceaccount:') || user.startsWith('system:serviceaccount:kube-system:'));
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };
export function verbOf({ request, name, query }: Call): string {
  const known = VERBS[request.method];
  if (known !== undefined) return known;
  if (request.method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete';
  return query['watch'] === 'true' || query['watch'] === '1' ? 'watch' : name === undefined ? 'list' : 'get';
}

/** The 403 of the authorizer: it names the question; a reason only where bindings name roles that are not there. */
export function unauthorized(call: Call, asked?: { readonly namespace: string; readonly name: string }, reason = ''): Status {
  const { info, subresource, request } = call;
  const name = asked?.name ?? call.name ?? '';
  const namespace = asked?.namespace ?? call.namespace ?? '';
  const group = call.apiVersion.includes('/') ? call.apiVersion.slice(0, call.apiVersion.indexOf('/')) : '';
  const resource = subresource === undefined ? info.resource : `${info.resource}/${subresource}`;
  const subject = `${info.resource}${group === '' ? '' : `.${group}`}${name === '' ? '' : ` ${JSON.stringify(name)}`}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return {
    kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure',
    message: `${subject} is forbidden: User ${JSON.stringify(request.user)} cannot ${verbOf(call)} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${where}${reason === '' ? '' : `: ${reason}`}`,
    reason: 'Forbidden',
    details: { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: info.resource },
    code: 403,
  };
}
