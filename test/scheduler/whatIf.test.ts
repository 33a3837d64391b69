import { describe, expect, it } from 'vitest';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Node, Pod } from '../../src/sim/api/object.ts';
import { snapshot as copyOf } from '../../src/sim/kernel/snapshot.ts';
import { choose } from '../../src/sim/scheduler/decide.ts';
import { momentOf, snapshotOf, type Moment } from '../../src/sim/scheduler/moment.ts';
import { DEFAULT_PROFILE } from '../../src/sim/scheduler/profile.ts';
import { decisionAt, smallestChange, whatIf, type WhatIf } from '../../src/sim/scheduler/whatIf.ts';
import { lookupsOf, vectors, type Input } from '../parity/scheduler.ts';
import { node, NO_LOOKUPS, pod } from './objects.ts';

const moment = (subject: Pod, nodes: readonly Node[], pods: readonly Pod[] = []): Moment => momentOf({ pod: subject, nodes, pods, lookups: NO_LOOKUPS, profile: DEFAULT_PROFILE });
const on = (name: string, nodeName: string, cpu: string, spec = {}): Pod => pod(name, { cpu, spec: { nodeName, ...spec } });
const tainted = { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' as const }] };
const say = (change: WhatIf): string => {
  const { type, ...rest } = change;
  return `${type} ${JSON.stringify(rest)}`;
};
const told = (at: Moment): string[] => smallestChange(at).remedies.map(({ changes, node }) => `${changes.map(say).join(' + ')} -> ${node}`);

describe('what if', () => {
  const base = moment(pod('new', { cpu: '3' }), [node('a', { cpu: '4' }), node('b', { cpu: '4', spec: tainted })], [on('old', 'a', '2')]);
  it.each<[string, WhatIf[], string | undefined]>([
    ['nothing', [], undefined],
    ['a taint goes', [{ type: 'removeTaint', node: 'b', key: 'gpu', effect: 'NoSchedule' }], 'b'],
    ['the Pod tolerates it', [{ type: 'tolerate', key: 'gpu', value: 'yes', effect: 'NoSchedule' }], 'b'],
    ['it tolerates another value', [{ type: 'tolerate', key: 'gpu', value: 'no', effect: 'NoSchedule' }], undefined],
    ['half the request', [{ type: 'scaleRequest', resource: 'cpu', factor: 0.5 }], 'a'],
    ['another node', [{ type: 'addNode', like: 'a', name: 'c' }], 'c'],
    ['another node like the tainted one', [{ type: 'addNode', like: 'b', name: 'c' }], undefined],
    ['the other Pod goes', [{ type: 'removePod', pod: 'default/old' }], 'a'],
    ['too small a difference', [{ type: 'scaleRequest', resource: 'cpu', factor: 0.9 }], undefined],
  ])('%s', (_, changes, chosen) => {
    const before = copyOf(base);
    expect(whatIf(base, ...changes).chosen).toBe(chosen);
    expect(base).toEqual(before);
  });

  it('packs with MostAllocated and spreads with LeastAllocated, from the same moment', () => {
    const at = moment(pod('new', { cpu: '1' }), [node('full'), node('empty')], [on('old', 'full', '2')]);
    const { resources } = DEFAULT_PROFILE.args.resourcesFit;
    expect(whatIf(at).chosen).toBe('empty');
    expect(whatIf(at, { type: 'strategy', resourcesFit: { strategy: 'MostAllocated', resources } }).chosen).toBe('full');
    // A shape that likes full nodes: 0 points when empty, 10 when full.
    const shape = [{ utilization: 0, score: 0 }, { utilization: 100, score: 10 }];
    const packed = whatIf(at, { type: 'strategy', resourcesFit: { strategy: 'RequestedToCapacityRatio', resources, shape } });
    expect(packed.chosen).toBe('full');
    const fit = packed.scores.plugins.findIndex(({ name }) => name === 'NodeResourcesFit');
    // full: cpu 3 of 4 = 75, memory 400Mi of 8Gi = 4; empty: cpu 25, memory 2.
    expect(packed.feasible.map((place, i) => [packed.nodes[place], packed.scores.raw[fit * packed.feasible.length + i]])).toEqual([['full', 40], ['empty', 14]]);
  });
});

describe('the smallest change that would make it fit', () => {
  it('is none when it fits', () => {
    expect(smallestChange(moment(pod('new', { cpu: '1' }), [node('a')]))).toEqual({ fits: true, remedies: [], tried: 0, cutShort: false });
  });
  it('asks for what is free, opens what is closed, then removes, then adds', () => {
    expect(told(moment(pod('new', { cpu: '3' }), [node('a', { cpu: '4' }), node('b', { cpu: '4', spec: tainted })], [on('old', 'a', '2'), on('small', 'a', '100m')]))).toEqual([
      'shrink {"node":"a","toMilli":{"cpu":1900}} -> a',
      'tolerate {"key":"gpu","effect":"NoSchedule","value":"yes"} -> b',
      'removeTaint {"node":"b","key":"gpu","effect":"NoSchedule"} -> b',
      'removePod {"pod":"default/old"} -> a',
      'addNode {"like":"a","name":"node-new-3"} -> node-new-3',
    ]);
  });
  it('names the wish that is in the way, not the others', () => {
    const spec = { nodeSelector: { disk: 'ssd' }, topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'x' } } }] };
    expect(told(moment(pod('new', { cpu: '1', spec }), [node('a'), node('b')]))).toEqual(['label {"node":"a","key":"disk","value":"ssd"} -> a', 'drop {"constraint":{"in":"nodeSelector","key":"disk"}} -> a']);
  });
  it('finds a pair where no single change does', () => {
    const at = moment(pod('new', { cpu: '3', spec: { nodeSelector: { disk: 'ssd' } } }), [node('a', { cpu: '2', spec: tainted })]);
    const { remedies } = smallestChange(at);
    expect(remedies).toEqual([]);
    const two = moment(pod('new', { cpu: '3' }), [node('a', { cpu: '2', spec: tainted })]);
    expect(told(two)[0]).toBe('shrink {"node":"a","toMilli":{"cpu":2000}} + tolerate {"key":"gpu","effect":"NoSchedule","value":"yes"} -> a');
  });
  it('tells only what the decision confirms: every recorded Pod that fits nowhere', () => {
    const dir = join(import.meta.dirname, '../golden/scheduler');
    let helped = 0;
    let asked = 0;
    for (const file of readdirSync(dir).filter((name) => name.endsWith('.jsonl') && name !== 'queue.jsonl').sort((a, b) => (a < b ? -1 : 1))) {
      for (const vector of vectors(dir, file.slice(0, -'.jsonl'.length))) {
        if (vector.expected['result'] !== 'nofit') continue;
        const input: Input = vector.input;
        const at = { ...momentOf({ pod: input.pod, nodes: input.nodes ?? [], pods: [...(input.pods ?? []), ...(input.nominated ?? [])], lookups: lookupsOf(input), profile: DEFAULT_PROFILE }) };
        const { remedies, fits } = smallestChange(at, 60);
        expect([vector.id, fits]).toEqual([vector.id, false]);
        asked++;
        if (remedies.length > 0) helped++;
        const costs = remedies.map(({ cost }) => cost);
        expect(costs).toEqual([...costs].sort((a, b) => a - b));
        for (const { changes, node: name } of remedies) expect([vector.id, changes, whatIf(at, ...changes).result, name !== undefined]).toEqual([vector.id, changes, 'fit', true]);
      }
    }
    expect(asked).toBeGreaterThan(100);
    expect(helped / asked).toBeGreaterThan(0.7);
  });
});

describe('a moment', () => {
  it('is rebuilt from lists, in the order of the decision', () => {
    const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } });
    const nodes = [node('c', zone('x')), node('a', zone('y')), node('b', zone('x'))];
    const pods = [on('bound', 'a', '1'), pod('assumed', { cpu: '2' }), pod('waiting', { cpu: '2' }), on('done', 'b', '1')].map((each) => (each.metadata.name === 'done' ? { ...each, status: { phase: 'Succeeded' as const } } : each));
    const at = momentOf({ pod: pod('waiting', { cpu: '2' }), nodes, pods, lookups: NO_LOOKUPS, profile: DEFAULT_PROFILE, assumed: [['default/assumed', 'c'], ['default/bound', 'b']] }, { nodes: ['b', 'a', 'c'], start: 1 });
    const built = snapshotOf(at);
    expect(built.list.map(({ name, pods: there }) => `${name}: ${[...there.keys()].join()}`)).toEqual(['b: ', 'a: default/bound', 'c: default/assumed']);
    expect(decisionAt(at).nodes).toEqual(['b', 'a', 'c']);
    expect(choose(at.pod, built, at.lookups, at.profile, { draw: 0, start: at.start }).start).toBe(1);
  });
});
