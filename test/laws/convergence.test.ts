import { describe, expect, it } from 'vitest';
import type { Deployment, EndpointSlice, Pod, Service } from '../../src/sim/api/object.ts';
import { pathOf, pathOfKey } from '../../src/sim/api/kinds.ts';
import { keyOf } from '../../src/sim/api/object.ts';
import { MERGE_PATCH, STRATEGIC_MERGE_PATCH, USERS, type Method } from '../../src/sim/api/request.ts';
import { MINUTE } from '../../src/sim/api/time.ts';
import { changesAfter, headList } from '../../src/sim/apiserver/store.ts';
import { act, newTimeline, playUntil, type Timeline } from '../../src/sim/index.ts';
import { scenarios } from '../../src/sim/scenarios/index.ts';
import { heal, story } from '../fuzz/faults.ts';

/** What a quiet cluster writes in two minutes, beyond signs of life. */
function unrest(timeline: Timeline): readonly string[] {
  const { world } = timeline;
  const from = world.store.revision;
  playUntil(timeline, world.now + 2 * MINUTE);
  return changesAfter(timeline.world.store, from)
    .filter(({ kind, subresource, verb }) => kind !== 'Lease' && !(kind === 'Node' && subresource === 'status') && !(kind === 'Event' && verb === 'delete'))
    .map(({ revision, kind, key, by, because }) => `r${revision} ${by} ${kind} ${key} ${because?.code ?? ''}`);
}

function send(timeline: Timeline, method: Method, path: string, body: unknown, contentType?: string): void {
  act(timeline, { type: 'request', request: { user: USERS.admin, method, path, body, ...(contentType === undefined ? {} : { contentType }) } });
}

/** Everything works again, and all that is wanted can be had: images exist, programs run, there is room. */
function calm(timeline: Timeline): void {
  heal(timeline);
  playUntil(timeline, timeline.world.now + 2 * MINUTE);
  const { store } = timeline.world;
  for (const node of headList(store, 'Node')) send(timeline, 'PATCH', pathOf('Node', undefined, node.metadata.name), { spec: { unschedulable: false } }, MERGE_PATCH);
  for (const set of headList(store, 'ReplicaSet')) if (set.metadata.ownerReferences === undefined) send(timeline, 'DELETE', pathOfKey('ReplicaSet', keyOf(set)), { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' });
  for (const deployment of headList(store, 'Deployment')) {
    const template = { metadata: { annotations: { 'orrery.dev/behaviour': null } }, spec: { containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu: '50m' } } }] } };
    send(timeline, 'PATCH', pathOfKey('Deployment', keyOf(deployment)), { spec: { paused: null, template } }, STRATEGIC_MERGE_PATCH);
  }
  for (const name of [...timeline.world.traffic.keys()]) act(timeline, { type: 'traffic', off: name });
  playUntil(timeline, timeline.world.now + 20 * MINUTE);
}

describe('left alone, a cluster comes to rest', () => {
  it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s', (_, scenario) => {
    const timeline = newTimeline({ ...scenario, script: scenario.script.filter(({ command }) => command.type !== 'traffic') });
    playUntil(timeline, scenario.script.at(-1)!.at + 15 * MINUTE);
    expect(unrest(timeline)).toEqual([]);
  });

  it.each(Array.from({ length: 24 }, (_, i) => 1 + i))('and at what was wanted, whatever went wrong before: seed %i', (seed) => {
    const { timeline } = story(seed);
    calm(timeline);
    const { store } = timeline.world;
    for (const { metadata, spec, status } of headList(store, 'Deployment') as readonly Deployment[]) {
      expect({ name: metadata.name, available: status?.availableReplicas ?? 0, updated: status?.updatedReplicas ?? 0, all: status?.replicas ?? 0 }).toEqual({ name: metadata.name, available: spec.replicas, updated: spec.replicas, all: spec.replicas });
    }
    const pods = headList(store, 'Pod') as readonly Pod[];
    expect(pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).map(keyOf)).toEqual([]);
    for (const service of headList(store, 'Service') as readonly Service[]) {
      const { selector } = service.spec;
      if (selector === undefined) continue;
      const wanted = pods.filter(({ metadata, status }) => Object.entries(selector).every(([name, value]) => metadata.labels?.[name] === value) && status.phase === 'Running').map(({ status }) => status.podIP!);
      const slices = headList(store, 'EndpointSlice', { index: 'service', value: keyOf(service) }) as readonly EndpointSlice[];
      const has = slices.flatMap((slice) => (slice.endpoints ?? []).flatMap(({ addresses, conditions }) => (conditions?.ready === false ? [] : addresses)));
      const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
      expect(has.sort(order), keyOf(service)).toEqual(wanted.sort(order));
    }
    expect(unrest(timeline)).toEqual([]);
  });
});
