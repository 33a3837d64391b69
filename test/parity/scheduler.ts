import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject, Node, Pod } from '../../src/sim/api/object.ts';
import { keyOf } from '../../src/sim/api/object.ts';
import { decide, filterTable, type Decision } from '../../src/sim/scheduler/decide.ts';
import type { LookupKinds, Lookups, Rejection } from '../../src/sim/scheduler/plugin.ts';
import { DEFAULT_PROFILE } from '../../src/sim/scheduler/profile.ts';
import { newSnapshot, nominate, putNode, putPod, type Snapshot } from '../../src/sim/scheduler/snapshot.ts';
import { answerQueue } from './schedulerQueue.ts';

// Plays recorded clusters to the scheduler and says what it says, in the form of the recordings.

export interface Input {
  readonly nodes?: readonly Node[];
  readonly pods?: readonly Pod[];
  readonly nominated?: readonly Pod[];
  readonly pod: Pod;
  readonly [list: string]: unknown;
}
export interface Vector {
  readonly id: string;
  readonly family: string;
  readonly kind?: string;
  readonly input: Input;
  readonly expected: { readonly [field: string]: unknown };
}

const LISTS: Readonly<Record<keyof LookupKinds & string, string>> = {
  Namespace: 'namespaces', PodDisruptionBudget: 'pdbs', Service: 'services', ReplicaSet: 'replicasets', PersistentVolume: 'pvs', PersistentVolumeClaim: 'pvcs',
  StorageClass: 'storageclasses', CSINode: 'csinodes', CSIDriver: 'csidrivers', CSIStorageCapacity: 'csistoragecapacities',
} as Record<keyof LookupKinds & string, string>;

export function lookupsOf(input: Input): Lookups {
  const maps = new Map<string, Map<string, KubernetesObject>>();
  for (const [kind, list] of Object.entries(LISTS)) {
    const objects = (input[list] ?? []) as readonly KubernetesObject[];
    maps.set(kind, new Map(objects.map((object) => [keyOf(object), object])));
  }
  return {
    get: (kind, key) => maps.get(kind)?.get(key) as never,
    list: (kind) => [...(maps.get(kind)?.values() ?? [])] as never,
  };
}

export function snapshotOf(input: Input): Snapshot {
  const snapshot = newSnapshot();
  for (const node of input.nodes ?? []) putNode(snapshot, node);
  for (const pod of input.pods ?? []) putPod(snapshot, pod);
  for (const pod of input.nominated ?? []) nominate(snapshot, pod, pod.status.nominatedNodeName ?? '');
  return snapshot;
}

const plain = ({ code, reasons }: Rejection): object => ({ code, reasons });
const plainMap = (rejections: ReadonlyMap<string, Rejection>): object => Object.fromEntries([...rejections].map(([name, rejection]) => [name, plain(rejection)]));

function scoresOf(decision: Decision): { scores: object; total: object } {
  const scores: Record<string, Record<string, number[]>> = {};
  const total: Record<string, number> = {};
  const { plugins, raw, normalized, totals } = decision.scores;
  decision.feasible.forEach((at, i) => {
    const row: Record<string, number[]> = {};
    plugins.forEach(({ name, weight }, p) => {
      const cell = p * decision.feasible.length + i;
      row[name] = [raw[cell]!, normalized[cell]!, normalized[cell]! * weight];
    });
    scores[decision.nodes[at]!] = row;
    total[decision.nodes[at]!] = totals[i]!;
  });
  return { scores, total };
}

/** What the scheduler says of a recorded cluster, as the recorder writes it. */
export function answer(input: Input): Record<string, unknown> {
  const snapshot = snapshotOf(input);
  const lookups = lookupsOf(input);
  const decision = decide(input.pod, snapshot, lookups, DEFAULT_PROFILE, { draw: 0, everything: true });
  const out: Record<string, unknown> = { result: decision.result };
  const { skip, nodes, narrowedBy, rejected } = decision.preFilter;
  out['preFilter'] = {
    skip: [...skip].sort((a, b) => (a < b ? -1 : 1)),
    ...(rejected === undefined ? (nodes === undefined ? {} : { nodes, narrowedBy }) : { rejected: { ...plain(rejected), plugin: rejected.plugin } }),
  };
  if (rejected === undefined) {
    out['filter'] = Object.fromEntries(decision.nodes.map((name, at) => {
      const verdict = decision.verdicts[at];
      return [name, verdict === 'ok' || verdict === undefined ? verdict : { ...plain(verdict), rejectedBy: verdict.plugin }];
    }));
  }
  const table: Record<string, unknown> = {};
  for (const [name, row] of filterTable(input.pod, snapshot, lookups, DEFAULT_PROFILE)) {
    if (row === 'skip') table[name] = 'skip';
    else if ('preFilter' in row) table[name] = { preFilter: plain(row.preFilter) };
    else if (row.rejections.size === 0 && row.nodes === undefined) table[name] = 'ok';
    else table[name] = { ...(row.nodes === undefined ? {} : { preFilterNodes: row.nodes }), ...(row.rejections.size === 0 ? {} : { nodes: plainMap(row.rejections) }) };
  }
  out['table'] = table;
  if (decision.result === 'fit') {
    out['preScoreSkip'] = [...decision.preScoreSkip].sort((a, b) => (a < b ? -1 : 1));
    Object.assign(out, scoresOf(decision));
    out['best'] = [...decision.best].sort((a, b) => (a < b ? -1 : 1));
    if (decision.nominatedTaken) out['nominatedTaken'] = true;
    return out;
  }
  const failure = decision.failure!;
  out['unschedulablePlugins'] = failure.unschedulablePlugins;
  out['filterMessage'] = failure.filterMessage;
  out['message'] = failure.message;
  const { postFilter } = failure;
  out['postFilter'] = {
    code: postFilter.code,
    ...(postFilter.candidates.length === 0
      ? {}
      : { candidates: Object.fromEntries(postFilter.candidates.map(({ node, victims, pdbViolations }) => [node, { victims: victims.map((victim) => victim.key), pdbViolations }])) }),
    ...(postFilter.hopeless.size === 0 ? {} : { hopeless: plainMap(postFilter.hopeless) }),
    ...(postFilter.code === 'Success' ? { nominated: [...postFilter.nominated].sort((a, b) => (a < b ? -1 : 1)) } : {}),
  };
  return out;
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** The first path at which two values differ. */
function difference(expected: unknown, actual: unknown, path = ''): string | undefined {
  if (canonical(expected) === canonical(actual)) return undefined;
  if (typeof expected === 'object' && expected !== null && typeof actual === 'object' && actual !== null && !Array.isArray(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const found = difference((expected as Record<string, unknown>)[key], (actual as Record<string, unknown>)[key], `${path}.${key}`);
      if (found !== undefined) return found;
    }
  }
  return `${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
}

/**
 * The recorder's own note, and the order of sets, are no output of Kubernetes. Nor is `nominatedTaken`, which the recorder concludes from
 * there being one node: where that is another than the nominated one, nothing was taken.
 */
function normalized({ expected, input }: Vector): unknown {
  const { best, postFilter, nominatedTaken, ...rest } = expected as { best?: string[]; nominatedTaken?: boolean; postFilter?: { decidedBy?: string } };
  const taken = nominatedTaken === true && best?.includes(input.pod.status.nominatedNodeName ?? '') === true;
  return { ...rest, ...(taken ? { nominatedTaken } : {}), ...(best === undefined ? {} : { best: [...best].sort((a, b) => (a < b ? -1 : 1)) }), ...(postFilter === undefined ? {} : { postFilter: { ...postFilter, decidedBy: undefined } }) };
}

/** Undefined: agreed. Otherwise the first difference. */
export function check(vector: Vector): string | undefined {
  const expected = vector.family === 'queue' ? vector.expected : normalized(vector);
  let actual: unknown;
  try {
    actual = vector.family === 'queue' ? answerQueue(vector) : answer(vector.input);
  } catch (error) {
    return `${vector.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  const found = difference(expected, actual);
  if (found === undefined && vector.family !== 'queue') return checkChoice(vector);
  return found === undefined ? undefined : `${vector.id}${found}`;
}

/** What a cycle does for real, without looking at everything, must come to one of the same nodes and the same words. */
function checkChoice(vector: Vector): string | undefined {
  const { best, message, postFilter } = vector.expected as { best?: string[]; message?: string; postFilter?: { nominated?: string[] } };
  for (const draw of [0, 7, 0xfffffffb]) {
    const decision = decide(vector.input.pod, snapshotOf(vector.input), lookupsOf(vector.input), { ...DEFAULT_PROFILE, percentageOfNodesToScore: 100 }, { draw });
    if (best !== undefined && !best.includes(decision.chosen ?? '')) return `${vector.id}.best: ${decision.chosen} is not among ${best.join(', ')}`;
    if (message !== decision.failure?.message) return `${vector.id}.message: expected ${message}, got ${decision.failure?.message}`;
    const chosen = decision.failure?.postFilter.chosen?.node;
    if (postFilter?.nominated === undefined ? chosen !== undefined : !postFilter.nominated.includes(chosen ?? '')) return `${vector.id}.nominated: ${chosen}`;
  }
  return undefined;
}

export function* vectors(dir: string, only?: string): Generator<Vector> {
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.jsonl')).sort((a, b) => (a < b ? -1 : 1))) {
    if (only !== undefined && file !== `${only}.jsonl`) continue;
    for (const line of readFileSync(join(dir, file), 'utf8').split('\n')) if (line !== '') yield JSON.parse(line) as Vector;
  }
}

export interface Tally {
  agreed: number;
  total: number;
  first?: string;
}

export function run(dir: string): Tally & { readonly families: Readonly<Record<string, Tally>> } {
  const tally: Tally = { agreed: 0, total: 0 };
  const families: Record<string, Tally> = {};
  for (const vector of vectors(dir)) {
    const family = (families[vector.family] ??= { agreed: 0, total: 0 });
    const found = check(vector);
    for (const each of [tally, family]) {
      each.total++;
      if (found === undefined) each.agreed++;
      else each.first ??= found;
    }
  }
  return { ...tally, families };
}
