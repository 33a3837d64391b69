import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node, Pod, PodSpec } from '../../src/sim/api/object.ts';
import { snapshot as copyOf } from '../../src/sim/kernel/snapshot.ts';
import { choose, matrixOf } from '../../src/sim/scheduler/decide.ts';
import { countsOf, hotOf, topologyOf } from '../../src/sim/scheduler/hot.ts';
import { DEFAULT_PROFILE, type Profile } from '../../src/sim/scheduler/profile.ts';
import { denominate, newSnapshot, nodeInfo, nominate, order, putNode, putPod, removeNode, removePod } from '../../src/sim/scheduler/snapshot.ts';
import type { Lookups } from '../../src/sim/scheduler/plugin.ts';
import { node, pod } from './objects.ts';

// The fast way (columns kept up by events) against the plain one (every plugin asked about every node, object by object), after random histories.

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const APPS = ['web', 'db', 'cache'];
const maybe = <T>(value: fc.Arbitrary<T>, weight = 3): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: weight });

const selector = fc.constantFrom({ matchLabels: { app: 'web' } }, { matchLabels: { app: 'db' } }, { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, {}, undefined);
const topologyKey = fc.constantFrom(ZONE, HOST, 'rack', 'nowhere');
const term = fc.record({ topologyKey, labelSelector: selector, namespaceSelector: fc.constantFrom(undefined, {}, { matchLabels: { team: 'a' } }) });
const weighted = fc.record({ weight: fc.integer({ min: 1, max: 100 }), podAffinityTerm: term });
const terms = fc.record({
  requiredDuringSchedulingIgnoredDuringExecution: maybe(fc.array(term, { maxLength: 2 }), 1),
  preferredDuringSchedulingIgnoredDuringExecution: maybe(fc.array(weighted, { maxLength: 2 })),
});
const spread = fc.record({
  maxSkew: fc.integer({ min: 1, max: 3 }), topologyKey, labelSelector: selector, whenUnsatisfiable: fc.constantFrom('DoNotSchedule', 'ScheduleAnyway'),
  minDomains: maybe(fc.integer({ min: 1, max: 4 })), nodeAffinityPolicy: fc.constantFrom(undefined, 'Honor', 'Ignore'), nodeTaintsPolicy: fc.constantFrom(undefined, 'Honor', 'Ignore'),
});
const specOf = fc.record({
  affinity: maybe(fc.record({ podAffinity: maybe(terms, 1), podAntiAffinity: maybe(terms, 1) }), 1),
  topologySpreadConstraints: maybe(fc.array(spread, { minLength: 1, maxLength: 2 }), 1),
  nodeSelector: fc.constantFrom(undefined, undefined, undefined, { rack: 'r1' }),
  tolerations: fc.constantFrom(undefined, undefined, [{ operator: 'Exists' }], [{ key: 'soft', operator: 'Exists' }]),
  priority: fc.constantFrom(0, 0, 5),
});
const bare = (spec: object): Partial<PodSpec> => JSON.parse(JSON.stringify(spec)) as Partial<PodSpec>;
const podOf = fc
  .record({ spec: specOf, app: fc.constantFrom(...APPS, undefined), cpu: fc.constantFrom(undefined, '100m', '500m', '2'), image: fc.constantFrom('nginx', 'redis:7', 'other'), port: fc.constantFrom(undefined, undefined, 80), gpu: fc.constantFrom(undefined, undefined, undefined, '1') })
  .map(({ spec, app, cpu, image, port, gpu }) => (name: string): Pod => {
    const made = pod(name, { labels: app === undefined ? {} : { app }, spec: bare(spec) });
    const requests = { ...(cpu === undefined ? {} : { cpu, memory: '256Mi' }), ...(gpu === undefined ? {} : { 'example.com/gpu': gpu }) };
    return { ...made, spec: { ...made.spec, containers: [{ name: 'app', image, resources: { requests }, ...(port === undefined ? {} : { ports: [{ containerPort: 80, hostPort: port }] }) }] } };
  });
const nodeOf = fc
  .record({
    cpu: fc.constantFrom('1', '2', '4', '0'), pods: fc.constantFrom('3', '110'), zone: fc.constantFrom('a', 'b', 'c', '', undefined), rack: fc.constantFrom('r1', 'r2', undefined), noHost: fc.constantFrom(false, false, false, true),
    taint: fc.constantFrom(undefined, undefined, { key: 'soft', effect: 'PreferNoSchedule' }, { key: 'hard', effect: 'NoSchedule' }), unschedulable: fc.constantFrom(false, false, false, true),
    images: fc.constantFrom([], [{ names: ['nginx:latest'], sizeBytes: 200_000_000 }], [{ names: ['nginx:latest'], sizeBytes: 200_000_000 }, { names: ['redis:7'], sizeBytes: 900_000_000 }]),
    gpu: fc.constantFrom(undefined, '2'),
  })
  .map(({ cpu, pods, zone, rack, noHost, taint, unschedulable, images, gpu }) => (name: string): Node => {
    const made = node(name, { cpu, pods });
    const labels = { ...(noHost ? {} : { [HOST]: name }), ...(zone === undefined ? {} : { [ZONE]: zone }), ...(rack === undefined ? {} : { rack }) };
    return { ...made, metadata: { ...made.metadata, labels }, spec: { ...(taint === undefined ? {} : { taints: [taint] }), unschedulable }, status: { ...made.status, images, allocatable: { ...made.status.allocatable, ...(gpu === undefined ? {} : { 'example.com/gpu': gpu }) } } };
  });

type Event =
  | { readonly type: 'node' | 'sameLabels'; readonly at: number; readonly make: (name: string) => Node }
  | { readonly type: 'noNode' | 'nothing'; readonly at: number }
  | { readonly type: 'pod'; readonly make: (name: string) => Pod; readonly draw: number; readonly start: number }
  | { readonly type: 'end' | 'terminate' | 'status'; readonly at: number }
  | { readonly type: 'nominate'; readonly at: number; readonly make: (name: string) => Pod };
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('node' as const, 'sameLabels' as const, 'sameLabels' as const, 'sameLabels' as const), at: fc.nat(7), make: nodeOf }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('noNode' as const, 'nothing' as const, 'nothing' as const, 'nothing' as const), at: fc.nat(7) }) },
  { weight: 12, arbitrary: fc.record({ type: fc.constant('pod' as const), make: podOf, draw: fc.nat(), start: fc.nat(7) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constantFrom('end' as const, 'terminate' as const, 'status' as const), at: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('nominate' as const), at: fc.nat(7), make: podOf }) },
);

const LOOKUPS: Lookups = {
  get: ((kind: string, key: string) => (kind === 'Namespace' && key === 'default' ? { metadata: { name: 'default', labels: { team: 'a' } } } : undefined)) as never,
  list: ((kind: string) => (kind === 'Service' ? [{ metadata: { name: 'cache', namespace: 'default' }, spec: { selector: { app: 'cache' } } }] : kind === 'Namespace' ? [{ metadata: { name: 'default', labels: { team: 'a' } } }] : [])) as never,
};
const PROFILES: readonly Profile[] = [
  DEFAULT_PROFILE,
  { ...DEFAULT_PROFILE, percentageOfNodesToScore: 50, args: { ...DEFAULT_PROFILE.args, resourcesFit: { strategy: 'MostAllocated', resources: DEFAULT_PROFILE.args.resourcesFit.resources } } },
];

describe('columns', () => {
  for (const profile of PROFILES) {
    it(`decide as objects do: ${profile.args.resourcesFit.strategy}`, () => {
      let decided = 0;
      let failed = 0;
      fc.assert(
        fc.property(fc.array(nodeOf, { minLength: 1, maxLength: 8 }), fc.array(event, { minLength: 15, maxLength: 40, size: 'max' }), (nodes, events) => {
          const snapshot = newSnapshot();
          nodes.forEach((make, i) => putNode(snapshot, make(`n${i}`)));
          const there: Pod[] = [];
          events.forEach((each, i) => {
            if (each.type === 'node') putNode(snapshot, each.make(`n${each.at}`));
            else if (each.type === 'sameLabels') {
              const before = nodeInfo(snapshot, `n${each.at}`)?.node;
              if (before !== undefined) putNode(snapshot, { ...each.make(before.metadata.name), metadata: { ...before.metadata, labels: { ...before.metadata.labels } } });
            } else if (each.type === 'nothing') return;
            else if (each.type === 'noNode') removeNode(snapshot, `n${each.at}`);
            else if (each.type === 'nominate') nominate(snapshot, each.make(`nominated${i % 2}`), `n${each.at}`);
            else if (each.type === 'pod') {
              const subject = each.make(`p${i}`);
              order(snapshot);
              const options = { draw: each.draw, start: snapshot.list.length === 0 ? 0 : each.start % snapshot.list.length };
              const fast = choose(subject, snapshot, LOOKUPS, profile, options);
              const plain = choose(subject, snapshot, LOOKUPS, profile, { ...options, objects: true });
              expect(fast).toEqual(plain);
              expect(choose(subject, copyOf(snapshot), LOOKUPS, profile, options)).toEqual(plain);
              const all = matrixOf(choose(subject, snapshot, LOOKUPS, profile, { ...options, everything: true }));
              expect(all).toEqual(matrixOf(choose(subject, snapshot, LOOKUPS, profile, { ...options, everything: true, objects: true })));
              for (const name of ['nominated0', 'nominated1']) denominate(snapshot, `default/${name}`);
              decided++;
              if (fast.chosen === undefined) failed++;
              else {
                const bound = { ...subject, spec: { ...subject.spec, nodeName: fast.chosen } };
                putPod(snapshot, bound);
                there.push(bound);
              }
            } else if (there.length > 0) {
              const place = each.at % there.length;
              const subject = there[place]!;
              const key = `default/${subject.metadata.name}`;
              if (each.type === 'end') {
                removePod(snapshot, key, subject.spec.nodeName!);
                there.splice(place, 1);
              } else {
                const changed: Pod = each.type === 'status' ? { ...subject, status: { ...subject.status, phase: 'Running' } } : { ...subject, metadata: { ...subject.metadata, deletionTimestamp: '2026-01-05T08:00:00Z' } };
                putPod(snapshot, changed);
                there[place] = changed;
              }
            }
          });
          // What is kept up is what would be worked out anew.
          order(snapshot);
          const kept = hotOf(snapshot);
          const anew = hotOf(copyOf(snapshot));
          for (const name of ['milliCpu', 'memory', 'requestedMilliCpu', 'requestedMemory', 'nonZeroMilliCpu', 'nonZeroMemory', 'pods', 'balance', 'flags', 'cordoned', 'hardTainted', 'softTainted'] as const) expect(kept[name]).toEqual(anew[name]);
          for (const [key, topology] of kept.topologies) {
            for (const [group, counts] of topology.counts) expect([key, group, counts]).toEqual([key, group, countsOf(anew, snapshot, topologyOf(anew, snapshot, key), group)]);
          }
          expect([...kept.groups].map(([key, { count }]) => `${key} ${count}`).sort((a, b) => (a < b ? -1 : 1))).toEqual([...anew.groups].map(([key, { count }]) => `${key} ${count}`).sort((a, b) => (a < b ? -1 : 1)));
        }),
        { numRuns: 150, seed: 20260105 },
      );
      expect(decided).toBeGreaterThan(1000);
      expect(failed).toBeGreaterThan(100);
      expect(decided - failed).toBeGreaterThan(500);
    });
  }
  it('decide as objects do where the search looks at part of the nodes', () => {
    const pods = fc.sample(podOf, { numRuns: 120, seed: 4 });
    const nodes = fc.sample(nodeOf, { numRuns: 230, seed: 4 });
    const snapshot = newSnapshot();
    nodes.forEach((make, i) => putNode(snapshot, make(`n${i}`)));
    let start = 0;
    let stoppedEarly = 0;
    pods.forEach((make, i) => {
      const subject = make(`p${i}`);
      const fast = choose(subject, snapshot, LOOKUPS, DEFAULT_PROFILE, { draw: i * 7919, start });
      expect(fast).toEqual(choose(subject, snapshot, LOOKUPS, DEFAULT_PROFILE, { draw: i * 7919, start, objects: true }));
      start = fast.nextStart;
      if (fast.processed < 230 && fast.preFilter.rejected === undefined) stoppedEarly++;
      if (fast.chosen !== undefined) putPod(snapshot, { ...subject, spec: { ...subject.spec, nodeName: fast.chosen } });
    });
    expect(stoppedEarly).toBeGreaterThan(5);
  });
});
