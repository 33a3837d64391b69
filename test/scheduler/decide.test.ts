import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ln } from '../../src/sim/kernel/ln.ts';
import { snapshot as copyOf } from '../../src/sim/kernel/snapshot.ts';
import { decide, nodesToFind } from '../../src/sim/scheduler/decide.ts';
import { DEFAULT_PROFILE } from '../../src/sim/scheduler/profile.ts';
import { denominate, newSnapshot, nominate, nodeInfo, order, putNode, putPod, removeNode, removePod, type Snapshot } from '../../src/sim/scheduler/snapshot.ts';
import { node, NO_LOOKUPS, pod } from './objects.ts';

const cluster = (...nodes: Parameters<typeof node>[]): Snapshot => {
  const snapshot = newSnapshot();
  for (const args of nodes) putNode(snapshot, node(...args));
  return snapshot;
};
const at = (name: string, nodeName: string, cpu = '1', spec = {}) => pod(name, { cpu, labels: { app: 'web' }, spec: { nodeName, ...spec } });
const messageOf = (snapshot: Snapshot, subject = pod('new', { cpu: '2' })): string | undefined => decide(subject, snapshot, NO_LOOKUPS, DEFAULT_PROFILE, { draw: 0 }).failure?.message;

describe('decide', () => {
  it('says why no node fits, in the words of the condition and of the event', () => {
    expect(messageOf(cluster())).toBe('no nodes available to schedule pods');
    expect(messageOf(cluster(['a', { cpu: '1' }], ['b', { cpu: '1' }], ['c', { spec: { unschedulable: true } }]))).toBe(
      '0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    );
    const full = cluster(['a', { cpu: '2' }]);
    putPod(full, at('old', 'a'));
    expect(messageOf(full)).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    );
  });

  it('prefers the emptier node, and breaks ties by the draw alone', () => {
    const snapshot = cluster(['a'], ['b'], ['c']);
    putPod(snapshot, at('old', 'b', '3'));
    const chosen = [0, 1, 2, 3].map((draw) => decide(pod('new', { cpu: '100m' }), snapshot, NO_LOOKUPS, DEFAULT_PROFILE, { draw }));
    expect(chosen.map((decision) => decision.best)).toEqual([['a', 'c'], ['a', 'c'], ['a', 'c'], ['a', 'c']]);
    expect(chosen.map((decision) => decision.chosen)).toEqual(['a', 'c', 'a', 'c']);
  });

  it('shows the matrix: one row of raw and normalized scores per plugin', () => {
    const snapshot = cluster(['a', { cpu: '4' }], ['b', { cpu: '8' }]);
    const { scores, nodes, feasible, preScoreSkip } = decide(pod('new', { cpu: '2' }), snapshot, NO_LOOKUPS, DEFAULT_PROFILE, { draw: 0 });
    const rows = scores.plugins.map(({ name, weight }, p) => `${name} x${weight}: ${feasible.map((place, i) => `${nodes[place]} ${scores.raw[p * feasible.length + i]} -> ${scores.normalized[p * feasible.length + i]}`).join(', ')}`);
    expect(rows).toEqual([
      'TaintToleration x3: a 0 -> 100, b 0 -> 100',
      'NodeResourcesFit x1: a 73 -> 73, b 86 -> 86',
      'DynamicResources x2: a 0 -> 0, b 0 -> 0',
      'NodeResourcesBalancedAllocation x1: a 62 -> 62, b 68 -> 68',
      'ImageLocality x1: a 0 -> 0, b 0 -> 0',
    ]);
    expect(preScoreSkip).toEqual(['NodeAffinity', 'VolumeBinding', 'PodTopologySpread', 'InterPodAffinity']);
    expect(scores.totals).toEqual([435, 454]);
  });

  it('scores nothing when a single node is left', () => {
    const decision = decide(pod('new', { cpu: '5' }), cluster(['a'], ['b', { cpu: '8' }]), NO_LOOKUPS, DEFAULT_PROFILE, { draw: 0 });
    expect([decision.chosen, decision.scores.plugins]).toEqual(['b', []]);
  });

  it('looks at part of a large cluster, and goes on where it stopped', () => {
    expect([5, 99, 100, 200, 1000, 5000, 20000].map((count) => nodesToFind(count, 0))).toEqual([5, 99, 100, 100, 420, 500, 1000]);
    const snapshot = newSnapshot();
    for (let i = 0; i < 300; i++) putNode(snapshot, node(`n${i}`));
    const first = decide(pod('p', { cpu: '1' }), snapshot, NO_LOOKUPS, DEFAULT_PROFILE, { draw: 0 });
    expect([first.feasible.length, first.nextStart]).toEqual([144, 144]);
    const second = decide(pod('p', { cpu: '1' }), snapshot, NO_LOOKUPS, DEFAULT_PROFILE, { draw: 0, start: first.nextStart });
    expect([second.feasible[0], second.nextStart]).toEqual([144, 288]);
    expect(decide(pod('p', { cpu: '1' }), snapshot, NO_LOOKUPS, DEFAULT_PROFILE, { draw: 0, start: 288 }).nextStart).toBe(132);
  });

  it('takes nodes zone by zone in turn', () => {
    const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } });
    const snapshot = cluster(['a1', zone('a')], ['a2', zone('a')], ['b1', zone('b')], ['c1', zone('c')], ['a3', zone('a')]);
    order(snapshot);
    expect(snapshot.names).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
    putNode(snapshot, node('a2', zone('b')));
    removeNode(snapshot, 'c1');
    order(snapshot);
    expect(snapshot.names).toEqual(['a1', 'b1', 'a3', 'a2']);
  });

  it('keeps room for a nominated Pod that is at least as important', () => {
    const snapshot = cluster(['a', { cpu: '3' }]);
    nominate(snapshot, pod('waiting', { cpu: '2', spec: { priority: 5 } }), 'a');
    expect(messageOf(snapshot)).toContain('Insufficient cpu');
    expect(messageOf(snapshot, pod('new', { cpu: '2', spec: { priority: 6 } }))).toBeUndefined();
    denominate(snapshot, 'default/waiting');
    expect(messageOf(snapshot)).toBeUndefined();
  });

  it('says so when the only nodes that a Pod allows do not exist', () => {
    const only = (...names: string[]) => ({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: names.map((name) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] })) } } } });
    expect(messageOf(cluster(['a'], ['b']), pod('new', { spec: only('gone') }))).toBe(
      "0/2 nodes are available: 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    );
    expect(decide(pod('new', { spec: only('gone', 'b') }), cluster(['a'], ['b']), NO_LOOKUPS, DEFAULT_PROFILE, { draw: 0 }).chosen).toBe('b');
  });

  it('changes nothing it reads', () => {
    const snapshot = cluster(['a', { cpu: '2' }], ['b', { cpu: '2' }]);
    putPod(snapshot, at('low', 'a', '2', { priority: -1 }));
    order(snapshot);
    const before = copyOf(snapshot);
    decide(pod('new', { cpu: '2' }), snapshot, NO_LOOKUPS, DEFAULT_PROFILE, { draw: 0, everything: true });
    decide(pod('huge', { cpu: '2', spec: { nodeSelector: { 'kubernetes.io/hostname': 'a' } } }), snapshot, NO_LOOKUPS, DEFAULT_PROFILE, { draw: 0 });
    expect(snapshot).toEqual(before);
  });
});

describe('the cache', () => {
  /** What there is to count, whatever the order it came in. */
  const sums = (snapshot: Snapshot): unknown => {
    order(snapshot);
    return [...snapshot.names].sort((a, b) => (a < b ? -1 : 1)).map((name) => {
      const { node: _node, pods, groups, ...rest } = nodeInfo(snapshot, name)!;
      const zeroless = (map: ReadonlyMap<string, number>): unknown => [...map].filter(([, amount]) => amount !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        ...rest,
        requestedScalars: zeroless(rest.requestedScalars),
        usedPorts: [...rest.usedPorts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, taken]) => [key, [...taken].sort((a, b) => (a < b ? -1 : 1))]),
        pods: [...pods.keys()].sort((a, b) => (a < b ? -1 : 1)),
        groups: [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => [key, group.count, group.live]),
      };
    });
  };
  const variants = (i: number, n: string) =>
    pod(`p${i % 12}`, {
      cpu: `${(i % 5) * 100}m`, labels: { app: ['web', 'db'][i % 2]! },
      spec: {
        nodeName: n,
        ...(i % 3 === 0 ? { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: {} }] } } } : {}),
        containers: [{ name: 'c', image: 'i', ports: i % 4 === 0 ? [{ containerPort: 80, hostPort: 8000 + (i % 12) }] : [], resources: { requests: { cpu: `${(i % 5) * 100}m`, 'example.com/gpu': String(i % 3) } } }],
      },
    });

  it('kept up change by change is the same as made anew', () => {
    const step = fc.record({ what: fc.constantFrom('put', 'put', 'put', 'remove', 'dropNode', 'addNode', 'terminate'), i: fc.nat(59), n: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const snapshot = cluster(['n0'], ['n1'], ['n2']);
        const nodes = new Set(['n0', 'n1', 'n2']);
        const pods = new Map<string, ReturnType<typeof pod>>();
        for (const { what, i, n } of steps) {
          const name = `n${n}`;
          const key = `default/p${i % 12}`;
          const existing = pods.get(key);
          if (what === 'put') {
            // A Pod's node never changes.
            const added = variants(i, existing?.spec.nodeName ?? name);
            putPod(snapshot, added);
            pods.set(key, added);
          } else if (what === 'terminate' && existing !== undefined) {
            const terminating = { ...existing, metadata: { ...existing.metadata, deletionTimestamp: '2026-01-05T08:00:00Z' } };
            putPod(snapshot, terminating);
            pods.set(key, terminating);
          } else if (what === 'remove' && existing !== undefined) {
            removePod(snapshot, key, existing.spec.nodeName!);
            pods.delete(key);
          } else if (what === 'dropNode') {
            removeNode(snapshot, name);
            nodes.delete(name);
          } else if (what === 'addNode') {
            putNode(snapshot, node(name));
            nodes.add(name);
          }
        }
        const anew = newSnapshot();
        for (const name of nodes) putNode(anew, node(name));
        for (const each of pods.values()) putPod(anew, each);
        expect(sums(snapshot)).toEqual(sums(anew));
        expect([snapshot.withAffinity, snapshot.withRequiredAntiAffinity]).toEqual([anew.withAffinity, anew.withRequiredAntiAffinity]);
        expect(sums(copyOf(snapshot))).toEqual(sums(anew));
      }),
      { numRuns: 150, seed: 20260105 },
    );
  });
});

describe('ln', () => {
  it('is the logarithm to the last bit or two', () => {
    for (const x of [1e-300, 0.1, 0.5, 0.7, Math.SQRT1_2, 1, 1.5, 2, 3, 5, 7, 10, 100, 502, 5002, 1e10, 1e300]) {
      const expected = Math.log(x);
      expect(Math.abs(ln(x) - expected)).toBeLessThanOrEqual(Math.abs(expected) * 2.3e-16);
    }
  });
  it('knows its edges', () => {
    expect([ln(1), ln(0), ln(Infinity), ln(-1)]).toEqual([0, -Infinity, Infinity, NaN]);
  });
  it('gives the bits that Go gives, which is what the real scheduler computes with', () => {
    expect([3, 5, 7, 12, 502].map(ln)).toEqual([1.0986122886681096, 1.6094379124341003, 1.9459101490553132, 2.4849066497880004, 6.218600119691729]);
  });
});
