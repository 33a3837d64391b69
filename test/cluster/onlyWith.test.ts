import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/sim/api/change.ts';
import type { Endpoints, Pod } from '../../src/sim/api/object.ts';
import { MILLISECOND, SECOND } from '../../src/sim/api/time.ts';
import { head, tableOf } from '../../src/sim/apiserver/store.ts';
import { act, newTimeline, playUntil, type Timeline } from '../../src/sim/index.ts';
import { at } from '../../src/sim/kernel/journal.ts';
import { createDeployment, hollowNodes, service } from '../bench/stories.ts';

/** Deliveries of Pods to a process. */
function podNews(timeline: Timeline, process: string): number {
  let count = 0;
  const { trace } = timeline.world;
  for (let i = 0; i < trace.length; i++) {
    const record = at(trace, i)!;
    if (record.process === process && record.type === 'watch' && record.kind === 'Pod') count++;
  }
  return count;
}
const createService = { type: 'request', request: { user: 'kubernetes-admin', method: 'POST', path: '/api/v1/namespaces/default/services', body: service } } as const;
const ipOf = (pod: Change['after']): string | undefined => (pod as Pod | undefined)?.status.podIP;
const addresses = (timeline: Timeline): number => ((head(timeline.world.store, 'Endpoints', 'default/web') as Endpoints | undefined)?.subsets ?? []).reduce((sum, subset) => sum + (subset.addresses?.length ?? 0), 0);

describe('changes that concern nobody without an object of another kind', () => {
  test('are no events as long as there is none, and are from when there is one', () => {
    const timeline = newTimeline({ config: hollowNodes(2, '8', '16Gi', 110), seed: 1, script: [] });
    playUntil(timeline, 2 * SECOND);
    act(timeline, createDeployment(4));
    playUntil(timeline, 10 * SECOND);
    expect(tableOf(timeline.world.store, 'Pod').live.size).toBe(4);
    for (const process of ['endpoint-controller', 'endpointslice-controller', 'disruption-controller', 'taint-eviction-controller']) expect(podNews(timeline, process), process).toBe(0);
    act(timeline, createService);
    playUntil(timeline, 12 * SECOND);
    expect(addresses(timeline)).toBe(4);
    act(timeline, { type: 'request', request: { user: 'kubernetes-admin', method: 'PATCH', path: '/apis/apps/v1/namespaces/default/deployments/web/scale', contentType: 'application/merge-patch+json', body: { spec: { replicas: 6 } } } });
    playUntil(timeline, 20 * SECOND);
    expect(podNews(timeline, 'endpoint-controller')).toBeGreaterThan(0);
    expect(addresses(timeline)).toBe(6);
  });

  test('the Service comes while the news of its last Pod is under way, and the Pod is found', () => {
    const begun = (seed: number): Timeline => {
      const timeline = newTimeline({ config: hollowNodes(2, '8', '16Gi', 110), seed, script: [] });
      playUntil(timeline, 2 * SECOND);
      act(timeline, createDeployment(3));
      return timeline;
    };
    // A write takes up to five milliseconds to arrive: in some of these tries it is made just after the Pod's.
    for (const seed of [1, 6]) {
      const first = begun(seed);
      playUntil(first, 10 * SECOND);
      const { log } = tableOf(first.world.store, 'Pod');
      let found = 0;
      for (let i = 0; i < log.length; i++) {
        const { before, after, at: written } = at(log, i)!;
        if (ipOf(before) === undefined && ipOf(after) !== undefined) found = written;
      }
      for (let early = MILLISECOND; early < 6 * MILLISECOND; early += 250) {
        const timeline = begun(seed);
        playUntil(timeline, found - early);
        act(timeline, createService);
        playUntil(timeline, 12 * SECOND);
        expect(addresses(timeline), `seed ${seed}, ${early} microseconds before the last Pod has an address`).toBe(3);
      }
    }
  });
});
