import { pathOf } from '../api/kinds.ts';
import { MERGE_PATCH, STRATEGIC_MERGE_PATCH, USERS } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import type { ScriptedCommand } from './scenario.ts';

// What an administrator does to machines, as kubectl sends it.

interface TaintWords {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}
/** `kubectl taint` of a node that has no taint yet. */
export const taint = (at: Micros, node: string, { key, value, effect }: TaintWords): ScriptedCommand => ({
  at,
  command: {
    type: 'request',
    request: { user: USERS.admin, userAgent: 'kubectl', method: 'PATCH', path: pathOf('Node', undefined, node), query: { fieldManager: 'kubectl-taint' }, contentType: STRATEGIC_MERGE_PATCH, body: { spec: { taints: [{ effect, key, value }] } } },
    line: `kubectl taint nodes ${node} ${key}=${value}:${effect}`,
  },
});

/** `kubectl label` of a node. */
export const label = (at: Micros, node: string, key: string, value: string): ScriptedCommand => ({
  at,
  command: {
    type: 'request',
    request: { user: USERS.admin, userAgent: 'kubectl', method: 'PATCH', path: pathOf('Node', undefined, node), query: { fieldManager: 'kubectl-label' }, contentType: MERGE_PATCH, body: { metadata: { labels: { [key]: value } } } },
    line: `kubectl label node ${node} ${key}=${value}`,
  },
});
