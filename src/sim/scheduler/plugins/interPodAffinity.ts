import type { Node, Pod, StringMap } from '../../api/object.ts';
import { hasPlace, hintFor, isSamePod } from '../events.ts';
import { countsOf, topologyOf, type Hot } from '../hot.ts';
import { EVERYTHING, isEmpty, matches } from '../matcher.ts';
import { MAX_NODE_SCORE, reject, type Cycle, type NodeInfo, type Plugin, type PodInfo } from '../plugin.ts';
import { podInfoOf, termMatches, type AffinityTerm, type AffinityTerms } from '../podinfo.ts';
import type { Snapshot } from '../snapshot.ts';

const AFFINITY = reject('InterPodAffinity', 'UnschedulableAndUnresolvable', "node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = reject('InterPodAffinity', 'Unschedulable', "node(s) didn't match pod anti-affinity rules");
const EXISTING = reject('InterPodAffinity', 'Unschedulable', "node(s) didn't satisfy existing pods anti-affinity rules");

const NO_LABELS: StringMap = {};
const NO_TERMS: readonly AffinityTerm[] = [];

/** "key=value" to a number of Pods, without zeros. */
type Counts = Map<string, number>;

function bump(counts: Counts, node: NodeInfo, topologyKey: string, by: number): void {
  const labels = node.node.metadata.labels ?? NO_LABELS;
  if (!Object.hasOwn(labels, topologyKey)) return;
  const pair = `${topologyKey}=${labels[topologyKey]}`;
  const sum = (counts.get(pair) ?? 0) + by;
  if (sum === 0) counts.delete(pair);
  else counts.set(pair, sum);
}

const matchesAll = (terms: readonly AffinityTerm[], namespace: string, labels: StringMap): boolean => {
  if (terms.length === 0) return false;
  for (const term of terms) if (!termMatches(term, namespace, labels, undefined)) return false;
  return true;
};

/**
 * Resolves a term's namespace selector against the namespaces there are. A selector that holds of no labels at all (an empty one, but also
 * `NotIn` and `DoesNotExist`) selects every namespace: upstream means to drop it once it is resolved, but drops it from a copy
 * (mergeAffinityTermNamespacesIfNotEmpty takes the term by value), and then asks it about a namespace without labels. That is v1.36.3.
 */
function resolved(terms: readonly AffinityTerm[], cycle: Cycle): readonly AffinityTerm[] {
  if (terms.every((term) => term.namespaceSelector === undefined || isEmpty(term.namespaceSelector))) return terms;
  return terms.map((term) => {
    if (term.namespaceSelector === undefined || isEmpty(term.namespaceSelector)) return term;
    if (matches(term.namespaceSelector, NO_LABELS)) return { ...term, namespaceSelector: EVERYTHING };
    const selected = cycle.lookups.list('Namespace').filter((each) => matches(term.namespaceSelector, each.metadata.labels)).map((each) => each.metadata.name);
    return { ...term, namespaces: [...term.namespaces, ...selected], namespaceSelector: undefined };
  });
}

const namespaceLabels = (pod: PodInfo, cycle: Cycle): StringMap => cycle.lookups.get('Namespace', pod.namespace)?.metadata.labels ?? NO_LABELS;

interface FilterState {
  /** Pods there whose required anti-affinity is against this Pod. */
  readonly existingAnti: Counts;
  /** Pods there that meet all of this Pod's required affinity terms. */
  readonly affinity: Counts;
  /** Pods there that this Pod's required anti-affinity is against. */
  readonly anti: Counts;
  readonly affinityTerms: readonly AffinityTerm[];
  readonly antiTerms: readonly AffinityTerm[];
  readonly namespaceLabels: StringMap;
}

/** Adds `times` Pods like `other`, which are on the node, to the counts. */
function tally(state: FilterState, pod: PodInfo, other: PodInfo, node: NodeInfo, times: number): void {
  if (other.terms !== undefined) {
    for (const term of other.terms.requiredAntiAffinity) if (termMatches(term, pod.namespace, pod.labels, state.namespaceLabels)) bump(state.existingAnti, node, term.topologyKey, times);
  }
  if (matchesAll(state.affinityTerms, other.namespace, other.labels)) for (const term of state.affinityTerms) bump(state.affinity, node, term.topologyKey, times);
  for (const term of state.antiTerms) if (termMatches(term, other.namespace, other.labels, undefined)) bump(state.anti, node, term.topologyKey, times);
}

interface ScoreState {
  /** Topology key to value to score. */
  readonly scores: Map<string, Map<string, number>>;
}

/** Adds what one group of Pods on a node is worth to every node of the same topology. */
function credit(scores: Map<string, Map<string, number>>, node: NodeInfo, topologyKey: string, amount: number): void {
  const labels = node.node.metadata.labels ?? NO_LABELS;
  if (!Object.hasOwn(labels, topologyKey)) return;
  let values = scores.get(topologyKey);
  if (values === undefined) scores.set(topologyKey, (values = new Map()));
  const value = labels[topologyKey]!;
  values.set(value, (values.get(value) ?? 0) + amount);
}

/** What one group of alike Pods adds to nodes, by their value of a topology. */
interface Share {
  readonly counts: Int32Array;
  readonly valueOf: Int32Array;
  weight: number;
}

/** Adds a term's share of a group; none if no Pod of it is on a node with the term's key. */
function addShare(shares: Share[], hot: Hot, snapshot: Snapshot, group: string, term: AffinityTerm, weight: number): void {
  const topology = topologyOf(hot, snapshot, term.topologyKey);
  const counts = countsOf(hot, snapshot, topology, group);
  if (counts.total === 0) return;
  // A Pod and its copies usually name the same term to each other: one share then.
  for (let i = shares.length - 1; i >= 0 && i >= shares.length - 4; i--) {
    if (shares[i]!.counts !== counts.all) continue;
    shares[i]!.weight += weight;
    return;
  }
  shares.push({ counts: counts.all, valueOf: topology.valueOf, weight });
}

function anyAt(shares: readonly Share[], at: number): boolean {
  for (let i = 0; i < shares.length; i++) {
    const { counts, valueOf } = shares[i]!;
    const value = valueOf[at]!;
    if (value >= 0 && counts[value]! > 0) return true;
  }
  return false;
}

export interface AffinityPart {
  readonly about: 'affinity' | 'antiAffinity' | 'existing';
  readonly topologyKey: string;
  /** Undefined: the node has no such label. */
  readonly value: string | undefined;
  /** How many Pods there match, or object. */
  readonly pods: number;
}
/** What the verdict on a node is made of, after preFilter: a part for each required term, and for each topology with Pods that object. */
export function affinityParts(node: NodeInfo, cycle: Cycle): readonly AffinityPart[] {
  const state = cycle.filterState.get('InterPodAffinity') as FilterState;
  const labels = node.node.metadata.labels ?? NO_LABELS;
  const part = (about: AffinityPart['about'], topologyKey: string, counts: Counts): AffinityPart => ({ about, topologyKey, value: labels[topologyKey], pods: Object.hasOwn(labels, topologyKey) ? (counts.get(`${topologyKey}=${labels[topologyKey]}`) ?? 0) : 0 });
  return [
    ...state.affinityTerms.map(({ topologyKey }) => part('affinity', topologyKey, state.affinity)),
    ...state.antiTerms.map(({ topologyKey }) => part('antiAffinity', topologyKey, state.anti)),
    ...Object.keys(labels).map((key) => part('existing', key, state.existingAnti)).filter(({ pods }) => pods > 0),
  ];
}

export const interPodAffinity: Plugin = {
  name: 'InterPodAffinity',

  preFilter(pod, cycle) {
    const { snapshot } = cycle;
    const affinityTerms = pod.terms?.requiredAffinity ?? NO_TERMS;
    const antiTerms = pod.terms?.requiredAntiAffinity ?? NO_TERMS;
    const hasOwn = affinityTerms.length > 0 || antiTerms.length > 0;
    if (!hasOwn && snapshot.withRequiredAntiAffinity === 0) return 'skip';
    const state: FilterState = {
      existingAnti: new Map(),
      affinity: new Map(),
      anti: new Map(),
      affinityTerms: resolved(affinityTerms, cycle),
      antiTerms: resolved(antiTerms, cycle),
      namespaceLabels: namespaceLabels(pod, cycle),
    };
    for (const node of snapshot.list) {
      if (!hasOwn && node.withRequiredAntiAffinity === 0) continue;
      for (const group of node.groups.values()) if (hasOwn || group.info.terms !== undefined) tally(state, pod, group.info, node, group.count);
    }
    if (!hasOwn && state.existingAnti.size === 0) return 'skip';
    cycle.filterState.set('InterPodAffinity', state);
    return undefined;
  },
  addPod(pod, added, node, cycle) {
    const state = cycle.filterState.get('InterPodAffinity') as FilterState | undefined;
    if (state !== undefined) tally(state, pod, added, node, 1);
  },
  removePod(pod, removed, node, cycle) {
    const state = cycle.filterState.get('InterPodAffinity') as FilterState | undefined;
    if (state !== undefined) tally(state, pod, removed, node, -1);
  },
  cloneState(state) {
    const from = state as FilterState;
    return { ...from, existingAnti: new Map(from.existingAnti), affinity: new Map(from.affinity), anti: new Map(from.anti) } satisfies FilterState;
  },
  filter(pod, node, cycle) {
    const state = cycle.filterState.get('InterPodAffinity') as FilterState;
    const labels = node.node.metadata.labels ?? NO_LABELS;
    let near = true;
    for (const { topologyKey } of state.affinityTerms) {
      if (!Object.hasOwn(labels, topologyKey)) return AFFINITY;
      if ((state.affinity.get(`${topologyKey}=${labels[topologyKey]}`) ?? 0) <= 0) near = false;
    }
    // The first Pod of a group that wants to be together finds nobody: it may go anywhere if it would be company for itself.
    if (!near && !(state.affinity.size === 0 && matchesAll(state.affinityTerms, pod.namespace, pod.labels))) return AFFINITY;
    if (state.anti.size > 0) {
      for (const { topologyKey } of state.antiTerms) {
        if (Object.hasOwn(labels, topologyKey) && (state.anti.get(`${topologyKey}=${labels[topologyKey]}`) ?? 0) > 0) return ANTI_AFFINITY;
      }
    }
    if (state.existingAnti.size > 0) for (const key in labels) if ((state.existingAnti.get(`${key}=${labels[key]}`) ?? 0) > 0) return EXISTING;
    return undefined;
  },

  preScore(pod, _feasible, cycle) {
    const own = pod.terms;
    const hasOwn = own !== undefined && (own.preferredAffinity.length > 0 || own.preferredAntiAffinity.length > 0);
    const { snapshot } = cycle;
    if (!hasOwn && snapshot.withAffinity === 0) return 'skip';
    const wanted = hasOwn ? resolved(own.preferredAffinity, cycle) : NO_TERMS;
    const unwanted = hasOwn ? resolved(own.preferredAntiAffinity, cycle) : NO_TERMS;
    const labels = namespaceLabels(pod, cycle);
    const hard = cycle.args.hardPodAffinityWeight;
    const scores = new Map<string, Map<string, number>>();
    for (const node of snapshot.list) {
      if (!hasOwn && node.withAffinity === 0) continue;
      for (const { info, count } of node.groups.values()) {
        for (const term of wanted) if (termMatches(term, info.namespace, info.labels, undefined)) credit(scores, node, term.topologyKey, term.weight * count);
        for (const term of unwanted) if (termMatches(term, info.namespace, info.labels, undefined)) credit(scores, node, term.topologyKey, -term.weight * count);
        if (info.terms === undefined) continue;
        const theirs = (terms: readonly AffinityTerm[], weight: (term: AffinityTerm) => number): void => {
          for (const term of terms) if (termMatches(term, pod.namespace, pod.labels, labels)) credit(scores, node, term.topologyKey, weight(term) * count);
        };
        if (hard > 0) theirs(info.terms.requiredAffinity, () => hard);
        theirs(info.terms.preferredAffinity, (term) => term.weight);
        theirs(info.terms.preferredAntiAffinity, (term) => -term.weight);
      }
    }
    if (scores.size === 0) return 'skip';
    cycle.scoreState.set('InterPodAffinity', { scores } satisfies ScoreState);
    return undefined;
  },
  score(_pod, node, cycle) {
    const { scores } = cycle.scoreState.get('InterPodAffinity') as ScoreState;
    const labels = node.node.metadata.labels ?? NO_LABELS;
    let sum = 0;
    for (const [key, values] of scores) if (Object.hasOwn(labels, key)) sum += values.get(labels[key]!) ?? 0;
    return sum;
  },
  normalize: (raw, lowest, highest) => (highest > lowest ? Math.trunc(MAX_NODE_SCORE * ((raw - lowest) / (highest - lowest))) : 0),

  hotFilter(pod, cycle, hot) {
    const { snapshot } = cycle;
    const affinityTerms = pod.terms?.requiredAffinity ?? NO_TERMS;
    const antiTerms = pod.terms?.requiredAntiAffinity ?? NO_TERMS;
    const hasOwn = affinityTerms.length > 0 || antiTerms.length > 0;
    if (!hasOwn && snapshot.withRequiredAntiAffinity === 0) return 'skip';
    const existing: Share[] = [];
    if (snapshot.withRequiredAntiAffinity > 0) {
      const labels = namespaceLabels(pod, cycle);
      for (const [key, { info }] of hot.withTerms) {
        for (const term of info.terms!.requiredAntiAffinity) if (termMatches(term, pod.namespace, pod.labels, labels)) addShare(existing, hot, snapshot, key, term, 1);
      }
    }
    if (!hasOwn && existing.length === 0) return 'skip';
    const anti: Share[] = [];
    for (const term of resolved(antiTerms, cycle)) {
      for (const [key, { info }] of hot.groups) if (termMatches(term, info.namespace, info.labels, undefined)) addShare(anti, hot, snapshot, key, term, 1);
    }
    const near = resolved(affinityTerms, cycle);
    const company = near.map((term) => {
      const shares: Share[] = [];
      for (const [key, { info }] of hot.groups) if (matchesAll(near, info.namespace, info.labels)) addShare(shares, hot, snapshot, key, term, 1);
      return { topology: topologyOf(hot, snapshot, term.topologyKey), shares };
    });
    const mayBeFirst = near.length > 0 && company.every(({ shares }) => shares.length === 0) && matchesAll(near, pod.namespace, pod.labels);
    return (at) => {
      let isNear = true;
      for (let i = 0; i < company.length; i++) {
        const { topology, shares } = company[i]!;
        if (topology.valueOf[at]! < 0) return AFFINITY;
        if (!anyAt(shares, at)) isNear = false;
      }
      if (!isNear && !mayBeFirst) return AFFINITY;
      if (anyAt(anti, at)) return ANTI_AFFINITY;
      return anyAt(existing, at) ? EXISTING : undefined;
    };
  },
  hotScore(pod, cycle, hot, feasible, count) {
    const own = pod.terms;
    const hasOwn = own !== undefined && (own.preferredAffinity.length > 0 || own.preferredAntiAffinity.length > 0);
    const { snapshot } = cycle;
    if (!hasOwn && snapshot.withAffinity === 0) return 'skip';
    const shares: Share[] = [];
    if (hasOwn) {
      const mine = (terms: readonly AffinityTerm[], sign: 1 | -1): void => {
        for (const term of resolved(terms, cycle)) {
          for (const [key, { info }] of hot.groups) if (termMatches(term, info.namespace, info.labels, undefined)) addShare(shares, hot, snapshot, key, term, sign * term.weight);
        }
      };
      mine(own.preferredAffinity, 1);
      mine(own.preferredAntiAffinity, -1);
    }
    if (hot.withTerms.size > 0) {
      const labels = namespaceLabels(pod, cycle);
      const hard = cycle.args.hardPodAffinityWeight;
      for (const [key, { info }] of hot.withTerms) {
        const { requiredAffinity, preferredAffinity, preferredAntiAffinity } = info.terms!;
        if (hard > 0) for (const term of requiredAffinity) if (termMatches(term, pod.namespace, pod.labels, labels)) addShare(shares, hot, snapshot, key, term, hard);
        for (const term of preferredAffinity) if (termMatches(term, pod.namespace, pod.labels, labels)) addShare(shares, hot, snapshot, key, term, term.weight);
        for (const term of preferredAntiAffinity) if (termMatches(term, pod.namespace, pod.labels, labels)) addShare(shares, hot, snapshot, key, term, -term.weight);
      }
    }
    if (shares.length === 0) return 'skip';
    return (out) => {
      out.fill(0, 0, count);
      for (let s = 0; s < shares.length; s++) {
        const { counts, valueOf, weight } = shares[s]!;
        for (let i = 0; i < count; i++) {
          const value = valueOf[feasible[i]!]!;
          if (value >= 0) out[i]! += counts[value]! * weight;
        }
      }
    };
  },

  events: [
    {
      kind: 'Pod',
      actions: ['Add', 'Delete', 'UpdatePodLabel'],
      hint: hintFor<Pod>((pod, before, after) => {
        if (after !== undefined && isSamePod(pod, after)) return true;
        if ((after !== undefined && !hasPlace(after)) || (before !== undefined && !hasPlace(before))) return false;
        const own = podInfoOf(pod).terms;
        const meetsAll = (terms: readonly AffinityTerm[] | undefined, other: Pod): boolean => matchesAll(terms ?? NO_TERMS, other.metadata.namespace ?? '', other.metadata.labels ?? NO_LABELS);
        if (before !== undefined && after !== undefined) {
          return (
            (!meetsAll(own?.requiredAffinity, before) && meetsAll(own?.requiredAffinity, after)) ||
            (meetsAll(own?.requiredAntiAffinity, before) && !meetsAll(own?.requiredAntiAffinity, after))
          );
        }
        if (after !== undefined) return meetsAll(own?.requiredAffinity, after);
        if (before === undefined) return false;
        return meetsAll(own?.requiredAntiAffinity, before) || meetsAll(podInfoOf(before).terms?.requiredAntiAffinity, pod);
      }),
    },
    {
      kind: 'Node',
      actions: ['Add', 'UpdateNodeLabel'],
      hint: hintFor<Node>((pod, before, after) => isWorthForTerms(podInfoOf(pod).terms, before?.metadata.labels, after?.metadata.labels, before === undefined)),
    },
  ],
};

/** A node that is new, or that moves between the topologies which the Pod's required terms are about. */
function isWorthForTerms(terms: AffinityTerms | undefined, before: StringMap | undefined, after: StringMap | undefined, isNew: boolean): boolean {
  const had = (key: string): boolean => Object.hasOwn(before ?? NO_LABELS, key);
  const has = (key: string): boolean => Object.hasOwn(after ?? NO_LABELS, key);
  const moved = (key: string): boolean => had(key) && has(key) && before?.[key] !== after?.[key];
  for (const { topologyKey } of terms?.requiredAffinity ?? NO_TERMS) if (isNew ? has(topologyKey) : (!had(topologyKey) && has(topologyKey)) || moved(topologyKey)) return true;
  for (const { topologyKey } of terms?.requiredAntiAffinity ?? NO_TERMS) if (isNew || (had(topologyKey) && !has(topologyKey)) || moved(topologyKey)) return true;
  return false;
}
