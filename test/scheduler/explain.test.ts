import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explain, filterCell, scoreCell, type Sentence } from '../../src/sim/scheduler/explain.ts';
import { momentOf } from '../../src/sim/scheduler/moment.ts';
import { DEFAULT_PROFILE } from '../../src/sim/scheduler/profile.ts';
import { decisionAt } from '../../src/sim/scheduler/whatIf.ts';
import { schedulerReasons as en } from '../../src/ui/i18n/reasons/scheduler.en.ts';
import { schedulerReasons as zh } from '../../src/ui/i18n/reasons/scheduler.zh.ts';
import { lookupsOf, vectors } from '../parity/scheduler.ts';
import { node, NO_LOOKUPS, pod } from './objects.ts';

const DIR = join(import.meta.dirname, '../golden/scheduler');
const SOURCE = readFileSync(join(import.meta.dirname, '../../src/sim/scheduler/explain.ts'), 'utf8');
const texts: Readonly<Record<string, (args: Sentence['args']) => string>> = en;
const chinese: Readonly<Record<string, (args: Sentence['args']) => string>> = zh;
const word = ({ code, args }: Sentence): string => texts[code]!(args);

describe('the words', () => {
  const given = new Set([...SOURCE.matchAll(/'((?:cell|whatIf)\.[a-zA-Z.]+)'/g)].map((match) => match[1]!));
  const sorted = (codes: Iterable<string>): string[] => [...codes].sort((a, b) => (a < b ? -1 : 1));
  it('exist for every code that is given, in both languages, and for no others', () => {
    expect(given.size).toBeGreaterThan(60);
    expect(sorted(Object.keys(en))).toEqual(sorted(given));
    expect(sorted(Object.keys(zh))).toEqual(sorted(given));
  });
});

describe('a decision in sentences', () => {
  const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } });
  it('reads', () => {
    const at = momentOf({
      pod: pod('new', { cpu: '1500m', labels: { app: 'web' }, spec: { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } }] } }),
      nodes: [
        node('node-1', { cpu: '4', ...zone('a') }), node('node-2', { cpu: '2', ...zone('b') }), node('node-3', { cpu: '1', ...zone('b') }), node('node-4', { ...zone('b'), spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } }),
        node('node-5', { cpu: '8', ...zone('b') }), node('node-6', { cpu: '4', ...zone('b') }),
      ],
      pods: [pod('old', { cpu: '1200m', labels: { app: 'web' }, spec: { nodeName: 'node-1' } }), pod('other', { cpu: '1200m', spec: { nodeName: 'node-2' } })],
      lookups: NO_LOOKUPS, profile: DEFAULT_PROFILE,
    });
    const decision = decisionAt(at);
    const about = explain(at, decision);
    const lines: string[] = [];
    for (const name of decision.nodes) {
      for (const plugin of ['TaintToleration', 'NodeResourcesFit', 'PodTopologySpread']) {
        const { verdict, sentences } = filterCell(about, plugin, name);
        lines.push(`${name} ${plugin} ${verdict}: ${sentences.map(word).join('; ')}`);
      }
    }
    for (const { name } of decision.scores.plugins) lines.push(`node-5 ${name}: ${scoreCell(about, name, 'node-5').sentences.map(word).join('; ')}`);
    expect(lines).toMatchInlineSnapshot(`
      [
        "node-1 TaintToleration ok: node-1 has no taint that keeps Pods away",
        "node-1 NodeResourcesFit ok: 1.5 cores asked, 2.8 free",
        "node-1 PodTopologySpread out: node-1 is out: topology.kubernetes.io/zone=a would have 2 and the emptiest has 0: a difference of 2, and only 1 is allowed",
        "node-2 TaintToleration ok: node-2 has no taint that keeps Pods away",
        "node-2 NodeResourcesFit out: node-2 is out: 1.5 cores asked, 0.8 free",
        "node-2 PodTopologySpread notAsked: Not asked: NodeResourcesFit had already ruled node-2 out",
        "node-3 TaintToleration ok: node-3 has no taint that keeps Pods away",
        "node-3 NodeResourcesFit out: node-3 is out: 1.5 cores asked, and the whole node has only 1",
        "node-3 PodTopologySpread notAsked: Not asked: NodeResourcesFit had already ruled node-3 out",
        "node-4 TaintToleration out: node-4 is out: the Pod does not tolerate gpu:NoSchedule",
        "node-4 NodeResourcesFit notAsked: Not asked: TaintToleration had already ruled node-4 out",
        "node-4 PodTopologySpread notAsked: Not asked: TaintToleration had already ruled node-4 out",
        "node-5 TaintToleration ok: node-5 has no taint that keeps Pods away",
        "node-5 NodeResourcesFit ok: 1.5 cores asked, 8 free",
        "node-5 PodTopologySpread ok: topology.kubernetes.io/zone=b would have 1 and the emptiest has 0: a difference of 1, and 1 is allowed",
        "node-6 TaintToleration ok: node-6 has no taint that keeps Pods away",
        "node-6 NodeResourcesFit ok: 1.5 cores asked, 4 free",
        "node-6 PodTopologySpread ok: topology.kubernetes.io/zone=b would have 1 and the emptiest has 0: a difference of 1, and 1 is allowed",
        "node-5 TaintToleration: node-5 has no PreferNoSchedule taint that the Pod does not tolerate; All nodes have the same here, so each gets 100; times weight 3 makes 300",
        "node-5 NodeResourcesFit: CPU: with the Pod 1.5 of 8 would be asked for (19 %); the more is left, the better: 81; memory: with the Pod 200Mi of 8Gi would be asked for (2 %); the more is left, the better: 97; 89 times weight 1 makes 89",
        "node-5 DynamicResources: DynamicResources gives every node the same; 0 times weight 2 makes 0",
        "node-5 NodeResourcesBalancedAllocation: CPU 0 % and memory 0 % in use now (evenness 100), 19 % and 0 % with the Pod (90): 50 + (50 + 90 - 100) / 2 = 70; 70 times weight 1 makes 70",
        "node-5 ImageLocality: node-5 does not have the image yet; 0 times weight 1 makes 0",
      ]
    `);
  });

  it('computes every sentence from numbers that bear out the recorded verdict and score, in every cell of every recording', () => {
    let cells = 0;
    let scored = 0;
    const seen = new Set<string>();
    for (const file of readdirSync(DIR).filter((name) => name.endsWith('.jsonl') && name !== 'queue.jsonl' && name !== 'large.jsonl').sort((a, b) => (a < b ? -1 : 1))) {
      for (const { id, input, expected } of vectors(DIR, file.slice(0, -'.jsonl'.length))) {
        const at = momentOf({ pod: input.pod, nodes: input.nodes ?? [], pods: [...(input.pods ?? []), ...(input.nominated ?? [])], lookups: lookupsOf(input), profile: DEFAULT_PROFILE });
        const decision = decisionAt(at);
        const about = explain(at, decision);
        const recorded = expected['filter'] as Readonly<Record<string, 'ok' | { readonly rejectedBy: string }>> | undefined;
        const scores = expected['scores'] as Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> | undefined;
        for (const name of decision.nodes) {
          for (const plugin of DEFAULT_PROFILE.filter) {
            const { verdict, sentences } = filterCell(about, plugin, name);
            cells++;
            if (recorded !== undefined) {
              const real = recorded[name]!;
              if (real !== 'ok' && real.rejectedBy === plugin) expect([id, name, plugin, verdict]).toEqual([id, name, plugin, 'out']);
              else expect([id, name, plugin, verdict === 'out' && (real === 'ok' || real.rejectedBy !== 'PreFilter')]).toEqual([id, name, plugin, false]);
            }
            expect([id, name, plugin, sentences.length > 0]).toEqual([id, name, plugin, true]);
            for (const { code, args } of sentences) {
              seen.add(code);
              for (const text of [texts[code]!(args), chinese[code]!(args)]) expect([id, code, text]).toEqual([id, code, expect.not.stringMatching(/undefined|NaN|\[object/)]);
              if (code === 'cell.spread.skew') expect(Number(args['skew'])).toBeGreaterThan(Number(args['maxSkew']));
              if (code === 'cell.spread.even') expect(Number(args['skew'])).toBeLessThanOrEqual(Number(args['maxSkew']));
              if (code === 'cell.interpod.anti' || code === 'cell.interpod.existing') expect(Number(args['pods'])).toBeGreaterThan(0);
            }
          }
          for (const [plugin, [raw, normalized, weighted]] of Object.entries(scores?.[name] ?? {})) {
            const cell = scoreCell(about, plugin, name);
            scored++;
            expect([id, name, plugin, cell.raw, cell.normalized, cell.weighted]).toEqual([id, name, plugin, raw, normalized, weighted]);
            for (const { code, args } of cell.sentences) {
              seen.add(code);
              for (const text of [texts[code]!(args), chinese[code]!(args)]) expect([id, code, text]).toEqual([id, code, expect.not.stringMatching(/undefined|NaN|\[object/)]);
            }
          }
        }
      }
    }
    expect(cells).toBeGreaterThan(40_000);
    expect(scored).toBeGreaterThan(5_000);
    expect(seen.size).toBeGreaterThan(50);
  });
});
