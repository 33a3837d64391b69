import { matchesRequiredNodeAffinity } from '../api/nodeaffinity.ts';
import { selectsAll } from '../api/selector.ts';
import { untoleratedTaint } from '../api/toleration.ts';
import type { Taint } from '../api/object.ts';
import { newCycle, type Decision } from './decide.ts';
import { runFilters } from './filter.ts';
import { balanceOf } from './hot.ts';
import { snapshotOf, type Moment } from './moment.ts';
import { isPortTaken } from './nodeinfo.ts';
import type { Cycle, NodeInfo, Rejection, Snapshot } from './plugin.ts';
import { podInfoOf, type PodInfo } from './podinfo.ts';
import { affinityParts } from './plugins/interPodAffinity.ts';
import { fitParts } from './plugins/nodeResourcesFit.ts';
import { spreadParts, spreadScoreParts } from './plugins/podTopologySpread.ts';
import { compile } from './profile.ts';
import { nodeInfo } from './snapshot.ts';
import type { WhatIf } from './whatIf.ts';

/**
 * A decision in sentences: for every cell of the matrix what was found there, with the numbers it was computed from. Sentences are codes
 * and arguments; the catalogue has the words. Everything is read from the moment of the decision, when somebody looks.
 */
export interface Sentence {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
}
export interface FilterCell {
  /** `notAsked`: another filter had ruled the node out; `notReached`: the search had found enough. */
  readonly verdict: 'ok' | 'out' | 'skip' | 'notAsked' | 'notReached';
  readonly sentences: readonly Sentence[];
}
export interface ScoreCell {
  readonly raw?: number;
  readonly normalized?: number;
  readonly weighted?: number;
  readonly sentences: readonly Sentence[];
}

/** A moment made ready for questions. */
export interface Explanation {
  readonly moment: Moment;
  readonly decision: Decision;
  readonly pod: PodInfo;
  readonly snapshot: Snapshot;
  /** With the filters' and the scores' state. */
  readonly cycle: Cycle;
  readonly feasible: readonly NodeInfo[];
}

/** Works out the state of every plugin once, for all the cells of a decision. */
export function explain(moment: Moment, decision: Decision): Explanation {
  const snapshot = snapshotOf(moment);
  const pod = podInfoOf(moment.pod);
  const cycle = newCycle(snapshot, moment.lookups, moment.profile);
  const profile = compile(moment.profile);
  for (const plugin of profile.preFilter) {
    const answer = plugin.preFilter!(pod, cycle);
    if (answer !== undefined && answer !== 'skip' && 'code' in answer && answer.code !== 'Unschedulable') break;
  }
  const feasible = decision.feasible.flatMap((at) => nodeInfo(snapshot, decision.nodes[at]!) ?? []);
  if (feasible.length > 0) for (const plugin of profile.preScore) plugin.preScore!(pod, feasible, cycle);
  return { moment, decision, pod, snapshot, cycle, feasible };
}

const sentence = (code: string, args: Sentence['args'] = {}): Sentence => ({ code, args });

/** "1.5" cores, "512Mi" of memory, "2" devices: for people, not exact to the byte. */
export function amount(resource: string, value: number): string {
  const short = (x: number): string => `${Math.round(x * 100) / 100}`;
  if (resource === 'cpu') return short(value / 1000);
  if (resource !== 'memory' && resource !== 'ephemeral-storage' && !resource.startsWith('hugepages-')) return `${value}`;
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];
  let unit = 0;
  let scaled = value;
  while (Math.abs(scaled) >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${short(scaled)}${units[unit]}`;
}

// ---- filters

export function filterCell(about: Explanation, plugin: string, nodeName: string): FilterCell {
  const { decision, moment } = about;
  const at = decision.nodes.indexOf(nodeName);
  const { preFilter } = decision;
  if (preFilter.rejected !== undefined) {
    const { plugin: by, reasons } = preFilter.rejected;
    return { verdict: by === plugin || by === '' ? 'out' : 'notAsked', sentences: [sentence('cell.preFilter.rejected', { plugin: by === '' ? (preFilter.narrowedBy ?? []).join(', ') : by, reason: reasons.join(', ') })] };
  }
  if (preFilter.skip.includes(plugin)) return { verdict: 'skip', sentences: [sentence(SKIPS[plugin] ?? 'cell.skip.other', { plugin, pod: moment.pod.metadata.name })] };
  const verdict = decision.verdicts[at];
  if (verdict === undefined) return { verdict: 'notReached', sentences: [sentence('cell.notReached', { found: decision.feasible.length })] };
  if (verdict !== 'ok' && verdict.plugin === 'PreFilter') {
    const isItsOwn = preFilter.narrowedBy?.includes(plugin) === true;
    return { verdict: isItsOwn ? 'out' : 'notAsked', sentences: [sentence('cell.preFilter.narrowed', { node: nodeName, plugins: (preFilter.narrowedBy ?? []).join(', '), nodes: (preFilter.nodes ?? []).join(', ') })] };
  }
  if (verdict !== 'ok' && verdict.plugin !== plugin) {
    const order = moment.profile.filter;
    if (order.indexOf(plugin) > order.indexOf(verdict.plugin)) return { verdict: 'notAsked', sentences: [sentence('cell.notAsked', { node: nodeName, by: verdict.plugin })] };
  }
  const node = nodeInfo(about.snapshot, nodeName);
  if (node === undefined) return { verdict: verdict === 'ok' ? 'ok' : 'out', sentences: [] };
  const rejected = verdict !== 'ok' && verdict.plugin === plugin ? verdict : undefined;
  const filter = compile(moment.profile).filter.find((each) => each.name === plugin);
  const alone = filter?.filter === undefined ? undefined : runFilters([filter], about.pod, node, about.cycle);
  // It is out only with the Pods that are nominated to it, which have no place yet.
  if (rejected !== undefined && alone === undefined) return { verdict: 'out', sentences: [sentence('cell.nominated', { node: nodeName, reason: rejected.reasons.join(', ') })] };
  const found = (DETAILS[plugin] ?? otherDetail)(about, node, alone);
  return { verdict: rejected === undefined ? 'ok' : 'out', sentences: found };
}

const SKIPS: Readonly<Record<string, string>> = {
  NodeAffinity: 'cell.skip.NodeAffinity', NodePorts: 'cell.skip.NodePorts', VolumeRestrictions: 'cell.skip.volumes', NodeVolumeLimits: 'cell.skip.volumes', VolumeBinding: 'cell.skip.volumes', VolumeZone: 'cell.skip.volumes',
  PodTopologySpread: 'cell.skip.PodTopologySpread', InterPodAffinity: 'cell.skip.InterPodAffinity', DynamicResources: 'cell.skip.DynamicResources', NodeDeclaredFeatures: 'cell.skip.NodeDeclaredFeatures',
};

type Detail = (about: Explanation, node: NodeInfo, rejection: Rejection | undefined) => readonly Sentence[];

const otherDetail: Detail = (_about, node, rejection) => [rejection === undefined ? sentence('cell.passed', { node: node.name }) : sentence('cell.other', { node: node.name, reason: rejection.reasons.join(', ') })];

const taintText = (taint: Taint): string => `${taint.key}${taint.value === undefined || taint.value === '' ? '' : `=${taint.value}`}:${taint.effect}`;

const DETAILS: Readonly<Record<string, Detail>> = {
  NodeUnschedulable: (_about, node, rejection) => [
    sentence(rejection !== undefined ? 'cell.unschedulable.cordoned' : node.node.spec?.unschedulable === true ? 'cell.unschedulable.tolerated' : 'cell.unschedulable.open', { node: node.name }),
  ],
  NodeName: ({ pod }, node, rejection) => {
    const wanted = pod.pod.spec.nodeName ?? '';
    return [sentence(rejection !== undefined ? 'cell.nodeName.other' : wanted === '' ? 'cell.nodeName.any' : 'cell.nodeName.this', { node: node.name, wanted })];
  },
  TaintToleration: ({ pod }, node, rejection) => {
    const hard = (node.node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
    if (rejection !== undefined) return [sentence('cell.taints.untolerated', { node: node.name, taint: taintText(untoleratedTaint(hard, pod.pod.spec.tolerations)!) })];
    return [hard.length === 0 ? sentence('cell.taints.none', { node: node.name }) : sentence('cell.taints.tolerated', { node: node.name, taints: hard.map(taintText).join(', ') })];
  },
  NodeAffinity: ({ pod }, node, rejection) => {
    if (rejection === undefined) return [sentence('cell.affinity.matches', { node: node.name })];
    const labels = node.node.metadata.labels ?? {};
    const { nodeSelector, affinity } = pod.pod.spec;
    const found: Sentence[] = [];
    for (const [key, wanted] of Object.entries(nodeSelector ?? {})) {
      if (selectsAll({ [key]: wanted }, labels)) continue;
      found.push(Object.hasOwn(labels, key) ? sentence('cell.affinity.selector', { node: node.name, key, wanted, has: labels[key]! }) : sentence('cell.affinity.selectorMissing', { node: node.name, key, wanted }));
    }
    if (affinity !== undefined && !matchesRequiredNodeAffinity({ containers: [], affinity }, node.node)) {
      found.push(sentence('cell.affinity.required', { node: node.name, terms: affinity.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms.length ?? 0 }));
    }
    return found;
  },
  NodePorts: ({ pod }, node, rejection) => {
    const ports = pod.hostPorts.filter((port) => (rejection === undefined) !== isPortTaken(node, port.hostIP, port.protocol, port.hostPort!));
    return ports.map((port) => sentence(rejection === undefined ? 'cell.ports.free' : 'cell.ports.taken', { node: node.name, port: port.hostPort!, protocol: port.protocol ?? 'TCP' }));
  },
  NodeResourcesFit: resourceDetail,
  PodTopologySpread: ({ pod, cycle }, node, rejection) => {
    const found: Sentence[] = [];
    for (const { topologyKey, value, here, self, fewest, maxSkew } of spreadParts(pod, node, cycle)) {
      const skew = here + self - fewest;
      const isBad = value === undefined || skew > maxSkew;
      if (rejection !== undefined && !isBad) continue;
      if (value === undefined) found.push(sentence('cell.spread.noLabel', { node: node.name, key: topologyKey }));
      else found.push(sentence(isBad ? 'cell.spread.skew' : 'cell.spread.even', { node: node.name, key: topologyKey, value, here, after: here + self, fewest, skew, maxSkew }));
      // The first that does not hold decides.
      if (rejection !== undefined) break;
    }
    return found;
  },
  InterPodAffinity: ({ cycle }, node, rejection) => {
    const parts = affinityParts(node, cycle);
    if (rejection === undefined) {
      const near = parts.filter(({ about, pods }) => about === 'affinity' && pods > 0);
      if (near.length > 0) return near.map(({ topologyKey, value, pods }) => sentence('cell.interpod.near', { node: node.name, key: topologyKey, value: value ?? '', pods }));
      return [sentence(parts.some(({ about }) => about === 'affinity') ? 'cell.interpod.first' : 'cell.interpod.apart', { node: node.name })];
    }
    const missing = parts.filter(({ about, pods }) => about === 'affinity' && pods === 0);
    if (missing.length > 0) return missing.map(({ topologyKey, value }) => (value === undefined ? sentence('cell.interpod.noLabel', { node: node.name, key: topologyKey }) : sentence('cell.interpod.alone', { node: node.name, key: topologyKey, value })));
    const anti = parts.filter(({ about, pods }) => about === 'antiAffinity' && pods > 0);
    const found = anti.length > 0 ? anti : parts.filter(({ about }) => about === 'existing');
    return found.map(({ about, topologyKey, value, pods }) => sentence(about === 'existing' ? 'cell.interpod.existing' : 'cell.interpod.anti', { node: node.name, key: topologyKey, value: value ?? '', pods }));
  },
};

function resourceDetail({ pod }: Explanation, node: NodeInfo, rejection: Rejection | undefined): readonly Sentence[] {
  const { milliCpu, memory, ephemeralStorage, scalars } = pod.requests;
  const rows: readonly (readonly [resource: string, asked: number, allocatable: number, requested: number])[] = [
    ['cpu', milliCpu, node.allocatableMilliCpu, node.requestedMilliCpu],
    ['memory', memory, node.allocatableMemory, node.requestedMemory],
    ['ephemeral-storage', ephemeralStorage, node.allocatableEphemeralStorage, node.requestedEphemeralStorage],
    ...scalars.map(([name, asked]) => [name, asked, node.allocatableScalars.get(name) ?? 0, node.requestedScalars.get(name) ?? 0] as const),
  ];
  const found: Sentence[] = [];
  if (rejection !== undefined && node.pods.size + 1 > node.allowedPods) found.push(sentence('cell.resources.tooManyPods', { node: node.name, pods: node.pods.size, allowed: node.allowedPods }));
  for (const [resource, asked, allocatable, requested] of rows) {
    if (asked === 0) continue;
    const isShort = asked > allocatable - requested;
    if (rejection !== undefined && !isShort) continue;
    found.push(
      sentence(isShort ? (asked > allocatable ? 'cell.resources.tooBig' : 'cell.resources.short') : 'cell.resources.enough', {
        node: node.name, resource, asked: amount(resource, asked), free: amount(resource, Math.max(allocatable - requested, 0)), allocatable: amount(resource, allocatable),
      }),
    );
  }
  if (found.length === 0) found.push(sentence('cell.resources.nothingAsked', { node: node.name, pods: node.pods.size, allowed: node.allowedPods }));
  return found;
}

// ---- scores

export function scoreCell(about: Explanation, plugin: string, nodeName: string): ScoreCell {
  const { decision } = about;
  const column = decision.scores.plugins.findIndex(({ name }) => name === plugin);
  const place = decision.feasible.findIndex((at) => decision.nodes[at] === nodeName);
  if (place < 0) return { sentences: [sentence('cell.score.out', { node: nodeName })] };
  if (decision.scores.plugins.length === 0) return { sentences: [sentence('cell.score.only', { node: nodeName })] };
  if (column < 0) return { sentences: [sentence('cell.score.skip', { plugin })] };
  const { weight } = decision.scores.plugins[column]!;
  const count = decision.feasible.length;
  const all = decision.scores.raw.slice(column * count, (column + 1) * count);
  const raw = all[place]!;
  const normalized = decision.scores.normalized[column * count + place]!;
  const weighted = normalized * weight;
  const node = nodeInfo(about.snapshot, nodeName);
  const parts = node === undefined ? [] : (SCORES[plugin] ?? (() => [sentence('cell.score.none', { plugin })]))(about, node, raw);
  const lowest = all.reduce((least, each) => (each < least ? each : least), Infinity);
  const highest = all.reduce((most, each) => (each > most ? each : most), -Infinity);
  const isScaled = compile(about.moment.profile).score.some((each) => each.plugin.name === plugin && each.plugin.normalize !== undefined);
  const args = { raw, lowest, highest, normalized, weight, weighted };
  const end = !isScaled ? 'cell.score.weighted' : lowest === highest ? 'cell.score.alike' : LESS_IS_BETTER.includes(plugin) ? 'cell.score.reversed' : 'cell.score.scaled';
  return { raw, normalized, weighted, sentences: [...parts, sentence(end, args)] };
}

const LESS_IS_BETTER: readonly string[] = ['TaintToleration', 'PodTopologySpread'];
const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.min(100, Math.round((part * 100) / whole)));

const SCORES: Readonly<Record<string, (about: Explanation, node: NodeInfo, raw: number) => readonly Sentence[]>> = {
  TaintToleration: (_about, node, raw) => [sentence('cell.score.taints', { node: node.name, taints: raw })],
  NodeAffinity: (_about, node, raw) => [sentence('cell.score.nodeAffinity', { node: node.name, sum: raw })],
  NodeResourcesFit: ({ pod, moment }, node) =>
    fitParts(pod, node, moment.profile.args.resourcesFit).map(({ resource, requested, allocatable, score, weight }) =>
      sentence(FIT[moment.profile.args.resourcesFit.strategy], { resource, requested: amount(resource, requested), allocatable: amount(resource, allocatable), percent: percent(requested, allocatable), score, weight }),
    ),
  NodeResourcesBalancedAllocation: ({ pod }, node, raw) => {
    const before = balanceOf(node.requestedMilliCpu, node.allocatableMilliCpu, node.requestedMemory, node.allocatableMemory);
    const [milliCpu, memory] = [node.requestedMilliCpu + pod.used.milliCpu, node.requestedMemory + pod.used.memory];
    const after = balanceOf(milliCpu, node.allocatableMilliCpu, memory, node.allocatableMemory);
    return [
      sentence('cell.score.balance', {
        node: node.name, cpuBefore: percent(node.requestedMilliCpu, node.allocatableMilliCpu), memoryBefore: percent(node.requestedMemory, node.allocatableMemory), before, cpuAfter: percent(milliCpu, node.allocatableMilliCpu), memoryAfter: percent(memory, node.allocatableMemory), after, raw,
      }),
    ];
  },
  ImageLocality: ({ pod, snapshot }, node, raw) => {
    const names = new Set((node.node.status?.images ?? []).flatMap((image) => image.names ?? []));
    const images = [...(pod.pod.spec.initContainers ?? []), ...pod.pod.spec.containers].map(({ image }) => (image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image));
    const there = images.filter((image) => names.has(image));
    if (there.length === 0) return [sentence('cell.score.noImages', { node: node.name, images: images.length })];
    const megabytes = Math.round(there.reduce((sum, image) => sum + (snapshot.images.get(image)?.sizeBytes ?? 0), 0) / (1024 * 1024));
    return [sentence('cell.score.images', { node: node.name, there: there.length, images: images.length, megabytes, raw })];
  },
  PodTopologySpread: ({ pod, cycle }, node) =>
    spreadScoreParts(pod, node, cycle).map(({ topologyKey, value, pods }) => (value === undefined ? sentence('cell.score.spreadNoLabel', { node: node.name, key: topologyKey }) : sentence('cell.score.spread', { node: node.name, key: topologyKey, value, pods }))),
  InterPodAffinity: (_about, node, raw) => [sentence('cell.score.interpod', { node: node.name, sum: raw })],
};
const FIT = { LeastAllocated: 'cell.score.leastAllocated', MostAllocated: 'cell.score.mostAllocated', RequestedToCapacityRatio: 'cell.score.ratio' } as const;

// ---- remedies

/** A change as a sentence: "ask for 1.9 cpu instead of 3". */
export function remedySentence(change: WhatIf): Sentence {
  switch (change.type) {
    case 'removeTaint':
      return sentence('whatIf.removeTaint', { node: change.node, taint: `${change.key}:${change.effect}` });
    case 'uncordon':
      return sentence('whatIf.uncordon', { node: change.node });
    case 'label':
      return sentence('whatIf.label', { node: change.node, label: `${change.key}=${change.value}` });
    case 'tolerate':
      return sentence('whatIf.tolerate', { taint: `${change.key}${change.value === undefined || change.value === '' ? '' : `=${change.value}`}:${change.effect}` });
    case 'scaleRequest':
      return sentence('whatIf.scaleRequest', { resource: change.resource, percent: Math.round(change.factor * 100) });
    case 'shrink':
      return sentence('whatIf.shrink', { requests: Object.entries(change.toMilli).map(([resource, milli]) => `${resource} ${amount(resource, resource === 'cpu' ? milli : milli / 1000)}`).join(', ') });
    case 'drop': {
      const { constraint } = change;
      if (constraint.in === 'nodeSelector') return sentence('whatIf.dropNodeSelector', { key: constraint.key });
      if (constraint.in === 'nodeAffinity') return sentence('whatIf.dropNodeAffinity');
      if (constraint.in === 'hostPort') return sentence('whatIf.dropHostPort', { port: constraint.port });
      if (constraint.in === 'spread') return sentence('whatIf.dropSpread', { number: constraint.at + 1 });
      return sentence(constraint.in === 'podAffinity' ? 'whatIf.dropPodAffinity' : 'whatIf.dropPodAntiAffinity', { number: constraint.at + 1 });
    }
    case 'removePod':
      return sentence('whatIf.removePod', { pod: change.pod });
    case 'addNode':
      return sentence('whatIf.addNode', { like: change.like });
    case 'strategy':
      return sentence('whatIf.strategy', { strategy: change.resourcesFit.strategy });
    case 'weight':
      return sentence('whatIf.weight', { plugin: change.plugin, weight: change.weight });
    case 'priority':
      return sentence('whatIf.priority', { priority: change.priority });
  }
}
