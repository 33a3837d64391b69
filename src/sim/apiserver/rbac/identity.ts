import { USERS, type Request } from '../../api/request.ts';
import type { Identity } from './rules.ts';

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
export const ANONYMOUS = 'system:anonymous';

/** Who asks, with all the groups that authentication and impersonation give. */
export function identityOf({ user, groups }: Pick<Request, 'user' | 'groups'>): Identity {
  const out = groups === undefined ? usualGroups(user) : [...groups];
  const add = (group: string): void => {
    if (!out.includes(group)) out.push(group);
  };
  const account = ACCOUNT.exec(user);
  if (account !== null && (groups === undefined || groups.length === 0)) {
    add('system:serviceaccounts');
    add(`system:serviceaccounts:${account[1]}`);
  }
  if (user === ANONYMOUS) add('system:unauthenticated');
  else if (!out.includes('system:unauthenticated')) add('system:authenticated');
  return { user, groups: out };
}

/** The groups in the certificates of the cluster's own. */
function usualGroups(user: string): string[] {
  if (user === USERS.admin || user === USERS.apiserver) return ['system:masters'];
  return user.startsWith('system:node:') ? ['system:nodes'] : [];
}
