import type { IncomingMessage } from 'node:http';
import { USERS, type Status } from '../sim/api/request.ts';

/**
 * Who may come in, before anything is read. The server listens on the loopback interface, where web pages can reach it as well: a page that rebinds its
 * name to 127.0.0.1 is known by its Host header, and one that just sends requests by its Origin.
 */
export interface Door {
  /** Names under which the server may be addressed, without a port. */
  readonly hosts: readonly string[];
}

export const failure = (code: number, reason: string, message: string): Status => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code });

const hostOf = (header: string): string => header.replace(/:\d+$/, '').replace(/^\[|\]$/g, '').toLowerCase();

export function refusalOf(door: Door, request: IncomingMessage): Status | undefined {
  const host = request.headers.host;
  if (host === undefined || !door.hosts.includes(hostOf(host))) {
    return failure(403, 'Forbidden', `Host ${JSON.stringify(host ?? '')} is not served here: address this server as ${door.hosts.join(' or ')}, or start it with --host NAME`);
  }
  const { origin } = request.headers;
  if (origin !== undefined) return failure(403, 'Forbidden', `requests of web pages are not served: this one came from ${JSON.stringify(origin)}`);
  return undefined;
}

/**
 * The identity of who asks: the administrator, as behind `kubectl proxy`; the bearer of a token that the cluster gave to a service account; or whom
 * the administrator impersonates. There is no password to send: client-go sends none over plain HTTP, and only this machine can knock.
 */
export function userOf(request: IncomingMessage, ofToken: (token: string) => string | undefined): { readonly user: string; readonly groups?: readonly string[] } | Status {
  const { authorization } = request.headers;
  let user: string = USERS.admin;
  if (authorization !== undefined) {
    const known = ofToken(/^bearer (.+)$/i.exec(authorization)?.[1] ?? '');
    if (known === undefined) return failure(401, 'Unauthorized', 'Unauthorized');
    user = known;
  }
  const as = request.headers['impersonate-user'];
  // Whoever is not the administrator is judged by RBAC: that is what groups say, also when there are none.
  if (typeof as !== 'string' || as === '') return user === USERS.admin ? { user } : { user, groups: [] };
  if (user !== USERS.admin) return failure(403, 'Forbidden', `users ${JSON.stringify(as)} is forbidden: User ${JSON.stringify(user)} cannot impersonate resource "users" in API group "" at the cluster scope`);
  const groups = request.headers['impersonate-group'];
  return { user: as, groups: groups === undefined ? [] : typeof groups === 'string' ? groups.split(/,\s*/) : groups };
}
