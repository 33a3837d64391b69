import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/sim/api/object.ts';
import { pathOf } from '../../src/sim/api/kinds.ts';
import { USERS, type Response, type Status } from '../../src/sim/api/request.ts';
import { MILLISECOND, SECOND } from '../../src/sim/api/time.ts';
import { head } from '../../src/sim/apiserver/store.ts';
import { newTimeline, playUntil } from '../../src/sim/index.ts';
import { at as itemAt } from '../../src/sim/kernel/journal.ts';

// Pods that ask for what cannot be, or for too much: refused in a real API server's words, or left to wait in a real scheduler's (test/golden/hostile-pods).

interface Line {
  readonly pod?: { readonly metadata: { readonly name: string } };
  readonly name: string;
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
  readonly requests?: object;
  readonly node?: string;
  readonly scheduled?: string;
}
const lines = (file: string): readonly Line[] => readFileSync(join(import.meta.dirname, '../golden/hostile-pods', file), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Line);

const many = <T>(count: number, of: (i: number) => T): readonly T[] => Array.from({ length: count }, (_, i) => of(i));
const pod = (name: string, spec: object): NonNullable<Line['pod']> & object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec } }) as never;
const term = (i: number): object => ({ labelSelector: { matchLabels: { app: `a${i}` } }, topologyKey: 'kubernetes.io/hostname' });
const MANY: readonly NonNullable<Line['pod']>[] = [
  pod('many-terms', { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: many(3000, (i) => ({ weight: 1 + (i % 100), podAffinityTerm: term(i) })) } } }),
  pod('many-required', { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: many(3000, term) } } }),
  pod('many-spread', { topologySpreadConstraints: many(2000, (i) => ({ maxSkew: 1, topologyKey: `example.com/k${i}`, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { app: 'x' } } })) }),
  pod('many-tolerations', { tolerations: many(4000, (i) => ({ key: `k${i}`, operator: 'Exists' })) }),
  pod('many-node-terms', { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: many(3000, (i) => ({ matchExpressions: [{ key: `k${i}`, operator: 'Exists' }] })) } } } }),
];

/** Posts them one after the other to two small nodes, and says what became of each, in the form of the recording. */
function ask(pods: readonly NonNullable<Line['pod']>[]): ReadonlyMap<string, Line> {
  const node = (name: string, index: number): { readonly name: string; readonly index: number; readonly cpu: string; readonly memory: string; readonly hollow: true } => ({ name, index, cpu: '1', memory: '3840Mi', hollow: true });
  const script = pods.map((body, i) => ({ at: 2 * SECOND + i * 20 * MILLISECOND, command: { type: 'request' as const, request: { user: USERS.admin, method: 'POST' as const, path: pathOf('Pod', 'default'), body } } }));
  const timeline = newTimeline({ config: { proxyMode: 'iptables', nodes: [node('node-1', 0), node('node-2', 1)] }, seed: 1, script });
  playUntil(timeline, 15 * SECOND);
  const { world } = timeline;
  const out = new Map<string, Line>();
  for (let i = 0; i < world.trace.length; i++) {
    const record = itemAt(world.trace, i)!;
    if (record.type !== 'reply' || record.process !== 'user') continue;
    const { name } = (record.request.body as NonNullable<Line['pod']>).metadata;
    const { code, body } = record.response as Response;
    const stored = head(world.store, 'Pod', `default/${name}`) as Pod | undefined;
    const condition = stored?.status.conditions?.find(({ type }) => type === 'PodScheduled');
    const requests = stored?.spec.containers[0]!.resources?.requests;
    out.set(name, {
      name, code,
      ...(code >= 300 ? { reason: (body as Status).reason!, message: (body as Status).message! } : {}),
      ...(requests === undefined ? {} : { requests }),
      ...(stored === undefined ? {} : { node: (stored.spec.nodeName ?? '') === '' ? 'none' : 'placed' }),
      ...(condition?.status === 'False' ? { scheduled: `${condition.reason}: ${condition.message}` } : {}),
    });
  }
  return out;
}

describe('a Pod that is too much', () => {
  const recorded = lines('pods.jsonl');
  const answers = ask(recorded.map(({ pod: each }) => each!));
  it.each(recorded.map((line) => [line.name, line] as const))('%s', (name, { pod: _pod, ...line }) => expect(answers.get(name)).toEqual(line));
});

describe('thousands of terms', () => {
  it('are answered as a real cluster answers them', () => {
    const answers = ask(MANY);
    for (const line of lines('many.jsonl')) expect(answers.get(line.name), line.name).toEqual(line);
  });
  // No clock: the work is counted in comparisons that a hang would never come to the end of.
  it('meet a node full of such Pods, and the cluster goes on', () => {
    const crowd = many(40, (i) => pod(`crowd-${i}`, { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '1m' } } }], affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: many(300, (t) => ({ weight: 1, podAffinityTerm: term(t) })) } } }));
    const answers = ask([...crowd, pod('after', {})]);
    expect([...answers.values()].filter(({ node }) => node === 'placed')).toHaveLength(41);
  });
});
