import { matchesRequiredNodeAffinity } from '../../api/nodeaffinity.ts';
import { controllerOf, type Node, type Pod, type StringMap, type TopologySpreadConstraint } from '../../api/object.ts';
import { selectsAll } from '../../api/selector.ts';
import { untoleratedTaint } from '../../api/toleration.ts';
import { ln } from '../../kernel/ln.ts';
import { hasPlace, hintFor, isSamePod } from '../events.ts';
import { countsOf, EACH_NODE, topologyOf, type Hot, type Topology } from '../hot.ts';
import { EVERYTHING, isEmpty, matcherOf, matches, requirementsOf, type Matcher } from '../matcher.ts';
import { MAX_NODE_SCORE, NO_SAY, reject, type Cycle, type NodeInfo, type Plugin, type PodInfo, type Snapshot } from '../plugin.ts';

const SKEW = reject('PodTopologySpread', 'Unschedulable', "node(s) didn't match pod topology spread constraints");
const NO_LABEL = reject('PodTopologySpread', 'UnschedulableAndUnresolvable', "node(s) didn't match pod topology spread constraints (missing required label)");
const HOSTNAME = 'kubernetes.io/hostname';
const NO_LABELS: StringMap = {};

interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: Matcher;
  readonly minDomains: number;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

function selectorOf(constraint: TopologySpreadConstraint, labels: StringMap): Matcher {
  const selector = matcherOf(constraint.labelSelector);
  if (selector === undefined || constraint.matchLabelKeys === undefined) return selector;
  const own: Record<string, string> = {};
  for (const key of constraint.matchLabelKeys) if (Object.hasOwn(labels, key)) own[key] = labels[key]!;
  return [...requirementsOf(own), ...selector];
}

function ownConstraints(pod: Pod, action: string): readonly Constraint[] {
  const constraints: Constraint[] = [];
  for (const each of pod.spec.topologySpreadConstraints ?? []) {
    if (each.whenUnsatisfiable !== action) continue;
    constraints.push({
      maxSkew: each.maxSkew,
      topologyKey: each.topologyKey,
      selector: selectorOf(each, pod.metadata.labels ?? NO_LABELS),
      minDomains: each.minDomains ?? 1,
      honorsAffinity: each.nodeAffinityPolicy !== 'Ignore',
      honorsTaints: each.nodeTaintsPolicy === 'Honor',
    });
  }
  return constraints;
}

/** What selects this Pod: its Services' selectors and its controller's, together (helper/spread.go, DefaultSelector). */
function defaultSelector(pod: PodInfo, cycle: Cycle): Matcher {
  // Services and controllers that select the same Pod do not contradict each other, so their requirements can simply be joined.
  let requirements: Matcher = EVERYTHING;
  const join = (more: Matcher): void => {
    if (more !== undefined && more.length > 0) requirements = isEmpty(requirements) ? more : [...requirements!, ...more];
  };
  for (const service of cycle.lookups.list('Service')) {
    const selector = service.spec.selector;
    if (selector !== undefined && service.metadata.namespace === pod.namespace && selectsAll(selector, pod.labels)) join(requirementsOf(selector));
  }
  const owner = controllerOf(pod.pod);
  if (owner === undefined) return requirements;
  const key = `${pod.namespace}/${owner.name}`;
  if (owner.kind === 'ReplicaSet' && owner.apiVersion === 'apps/v1') join(matcherOf(cycle.lookups.get('ReplicaSet', key)?.spec.selector));
  else if (owner.kind === 'StatefulSet' && owner.apiVersion === 'apps/v1') join(matcherOf(cycle.lookups.get('StatefulSet', key)?.spec.selector));
  else if (owner.kind === 'ReplicationController' && owner.apiVersion === 'v1') join(requirementsOf(cycle.lookups.get('ReplicationController', key)?.spec.selector ?? NO_LABELS));
  return requirements;
}

function constraintsOf(pod: PodInfo, action: string, cycle: Cycle): readonly Constraint[] {
  if ((pod.pod.spec.topologySpreadConstraints?.length ?? 0) > 0) return ownConstraints(pod.pod, action);
  const defaults = cycle.args.defaultSpreadConstraints.filter((each) => each.whenUnsatisfiable === action);
  if (defaults.length === 0) return [];
  const selector = defaultSelector(pod, cycle);
  if (isEmpty(selector)) return [];
  return defaults.map(({ maxSkew, topologyKey }) => ({ maxSkew, topologyKey, selector, minDomains: 1, honorsAffinity: true, honorsTaints: false }));
}

/** How many Pods of this namespace on the node match; those being deleted do not count, and an empty selector counts nothing. */
function count(node: NodeInfo, selector: Matcher, namespace: string): number {
  if (selector === undefined || selector.length === 0) return 0;
  let sum = 0;
  for (const group of node.groups.values()) if (group.live > 0 && group.info.namespace === namespace && matches(selector, group.info.labels)) sum += group.live;
  return sum;
}

const hasAllKeys = (node: Node, constraints: readonly Constraint[]): boolean => {
  const labels = node.metadata.labels ?? NO_LABELS;
  for (const { topologyKey } of constraints) if (!Object.hasOwn(labels, topologyKey)) return false;
  return true;
};

/** Whether a node takes part in a constraint's count at all. */
const takesPart = (constraint: Constraint, pod: Pod, node: Node): boolean =>
  (!constraint.honorsAffinity || matchesRequiredNodeAffinity(pod.spec, node)) && (!constraint.honorsTaints || untoleratedTaint(node.spec?.taints, pod.spec.tolerations) === undefined);

interface FilterState {
  readonly constraints: readonly Constraint[];
  /** By constraint: topology value to the number of matching Pods. */
  readonly counts: readonly Map<string, number>[];
  /** By constraint: the smallest of them. Worked out when asked, forgotten when a count changes. */
  readonly minima: (number | undefined)[];
}

function minimum(state: FilterState, at: number): number {
  const known = state.minima[at];
  if (known !== undefined) return known;
  let min = 2 ** 31 - 1;
  const counts = state.counts[at]!;
  for (const each of counts.values()) if (each < min) min = each;
  if (counts.size < state.constraints[at]!.minDomains) min = 0;
  state.minima[at] = min;
  return min;
}

function update(pod: PodInfo, other: PodInfo, node: NodeInfo, cycle: Cycle, delta: 1 | -1): void {
  const state = cycle.filterState.get('PodTopologySpread') as FilterState | undefined;
  if (state === undefined || other.namespace !== pod.namespace || !hasAllKeys(node.node, state.constraints)) return;
  state.constraints.forEach((constraint, at) => {
    if (!matches(constraint.selector, other.labels) || !takesPart(constraint, pod.pod, node.node)) return;
    const value = node.node.metadata.labels![constraint.topologyKey]!;
    const counts = state.counts[at]!;
    counts.set(value, (counts.get(value) ?? 0) + delta);
    state.minima[at] = undefined;
  });
}

/** Whether every node with the keys is counted, so that the counts that are kept up can be used as they are. */
function allTakePart(constraints: readonly Constraint[], pod: PodInfo, hot: Hot): boolean {
  const { nodeSelector, affinity } = pod.pod.spec;
  const restricted = nodeSelector !== undefined || affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
  for (const { honorsAffinity, honorsTaints } of constraints) if ((honorsAffinity && restricted) || (honorsTaints && hot.hardTainted > 0)) return false;
  return true;
}

/** By value of the topology, the Pods of the namespace that match. With one group of alike Pods, as nearly always, its own counts. */
function liveCounts(hot: Hot, snapshot: Snapshot, topology: Topology, selector: Matcher, namespace: string): Int32Array {
  let found: Int32Array | undefined;
  let isCopy = false;
  if (selector !== undefined && selector.length > 0) {
    for (const [key, { info }] of hot.groups) {
      if (info.namespace !== namespace || !matches(selector, info.labels)) continue;
      const { live } = countsOf(hot, snapshot, topology, key);
      if (found === undefined) found = live;
      else {
        if (!isCopy) found = found.slice();
        isCopy = true;
        for (let v = 0; v < live.length; v++) found[v]! += live[v]!;
      }
    }
  }
  return found ?? new Int32Array(topology.values);
}

function domainsOf(topology: Topology, feasible: Int32Array, count: number, withoutLabel: boolean): number {
  const seen = new Uint8Array(topology.values);
  let domains = 0;
  let without = 0;
  for (let i = 0; i < count; i++) {
    const value = topology.valueOf[feasible[i]!]!;
    if (value < 0) without = 1;
    else if (seen[value] === 0) {
      seen[value] = 1;
      domains++;
    }
  }
  return withoutLabel ? domains + without : domains;
}

interface ScoreState {
  readonly constraints: readonly Constraint[];
  readonly ignored: ReadonlySet<string>;
  readonly counts: readonly Map<string, number>[];
  readonly weights: readonly number[];
}

const round = (x: number): number => {
  const whole = Math.floor(x);
  return x - whole >= 0.5 ? whole + 1 : whole;
};

export interface SpreadPart {
  readonly topologyKey: string;
  /** Undefined: the node has no such label. */
  readonly value: string | undefined;
  readonly here: number;
  /** 1 if the Pod itself matches. */
  readonly self: number;
  readonly fewest: number;
  readonly maxSkew: number;
}
/** What the verdict on a node is made of, after preFilter. */
export function spreadParts(pod: PodInfo, node: NodeInfo, cycle: Cycle): readonly SpreadPart[] {
  const state = cycle.filterState.get('PodTopologySpread') as FilterState;
  return state.constraints.map(({ topologyKey, selector, maxSkew }, i) => {
    const value = node.node.metadata.labels?.[topologyKey];
    return { topologyKey, value, here: state.counts[i]!.get(value ?? '') ?? 0, self: matches(selector, pod.labels) ? 1 : 0, fewest: minimum(state, i), maxSkew };
  });
}
/** What the score of a node is made of, after preScore. */
export function spreadScoreParts(pod: PodInfo, node: NodeInfo, cycle: Cycle): readonly { readonly topologyKey: string; readonly value: string | undefined; readonly pods: number; readonly weight: number }[] {
  const state = cycle.scoreState.get('PodTopologySpread') as ScoreState;
  return state.constraints.map(({ topologyKey, selector }, i) => {
    const value = node.node.metadata.labels?.[topologyKey];
    return { topologyKey, value, pods: topologyKey === HOSTNAME ? count(node, selector, pod.namespace) : (state.counts[i]!.get(value ?? '') ?? 0), weight: state.weights[i]! };
  });
}

export const podTopologySpread: Plugin = {
  name: 'PodTopologySpread',
  canHaveNoSay: true,

  preFilter(pod, cycle) {
    const constraints = constraintsOf(pod, 'DoNotSchedule', cycle);
    if (constraints.length === 0) return 'skip';
    const counts = constraints.map(() => new Map<string, number>());
    for (const node of cycle.snapshot.list) {
      if (!hasAllKeys(node.node, constraints)) continue;
      constraints.forEach((constraint, at) => {
        if (!takesPart(constraint, pod.pod, node.node)) return;
        const value = node.node.metadata.labels![constraint.topologyKey]!;
        const map = counts[at]!;
        map.set(value, (map.get(value) ?? 0) + count(node, constraint.selector, pod.namespace));
      });
    }
    cycle.filterState.set('PodTopologySpread', { constraints, counts, minima: constraints.map(() => undefined) } satisfies FilterState);
    return undefined;
  },
  addPod: (pod, added, node, cycle) => update(pod, added, node, cycle, 1),
  removePod: (pod, removed, node, cycle) => update(pod, removed, node, cycle, -1),
  cloneState(state) {
    const { constraints, counts, minima } = state as FilterState;
    return { constraints, counts: counts.map((each) => new Map(each)), minima: minima.slice() } satisfies FilterState;
  },
  filter(pod, node, cycle) {
    const state = cycle.filterState.get('PodTopologySpread') as FilterState;
    const labels = node.node.metadata.labels ?? NO_LABELS;
    for (let i = 0; i < state.constraints.length; i++) {
      const { topologyKey, selector, maxSkew } = state.constraints[i]!;
      if (!Object.hasOwn(labels, topologyKey)) return NO_LABEL;
      const self = matches(selector, pod.labels) ? 1 : 0;
      const here = state.counts[i]!.get(labels[topologyKey]!) ?? 0;
      if (here + self - minimum(state, i) > maxSkew) return SKEW;
    }
    return undefined;
  },

  preScore(pod, feasible, cycle) {
    const constraints = constraintsOf(pod, 'ScheduleAnyway', cycle);
    if (constraints.length === 0) return 'skip';
    // The built-in defaults also score nodes without a zone, by hostname alone.
    const needsAllKeys = (pod.pod.spec.topologySpreadConstraints?.length ?? 0) > 0;
    const ignored = new Set<string>();
    const counts = constraints.map(() => new Map<string, number>());
    for (const node of feasible) {
      if (needsAllKeys && !hasAllKeys(node.node, constraints)) {
        ignored.add(node.name);
        continue;
      }
      constraints.forEach(({ topologyKey }, at) => {
        if (topologyKey !== HOSTNAME) counts[at]!.set(node.node.metadata.labels?.[topologyKey] ?? '', 0);
      });
    }
    const weights = constraints.map(({ topologyKey }, at) => ln((topologyKey === HOSTNAME ? feasible.length - ignored.size : counts[at]!.size) + 2));
    if (constraints.some(({ topologyKey }) => topologyKey !== HOSTNAME)) {
      for (const node of cycle.snapshot.list) {
        if (needsAllKeys && !hasAllKeys(node.node, constraints)) continue;
        constraints.forEach((constraint, at) => {
          const map = counts[at]!;
          if (map.size === 0) return;
          const value = node.node.metadata.labels?.[constraint.topologyKey] ?? '';
          const sum = map.get(value);
          if (sum === undefined || !takesPart(constraint, pod.pod, node.node)) return;
          map.set(value, sum + count(node, constraint.selector, pod.namespace));
        });
      }
    }
    cycle.scoreState.set('PodTopologySpread', { constraints, ignored, counts, weights } satisfies ScoreState);
    return undefined;
  },
  score(pod, node, cycle) {
    const state = cycle.scoreState.get('PodTopologySpread') as ScoreState;
    if (state.ignored.has(node.name)) return NO_SAY;
    const labels = node.node.metadata.labels ?? NO_LABELS;
    let score = 0;
    for (let i = 0; i < state.constraints.length; i++) {
      const { topologyKey, selector, maxSkew } = state.constraints[i]!;
      if (!Object.hasOwn(labels, topologyKey)) continue;
      const here = topologyKey === HOSTNAME ? count(node, selector, pod.namespace) : (state.counts[i]!.get(labels[topologyKey]!) ?? 0);
      score += here * state.weights[i]! + (maxSkew - 1);
    }
    return round(score);
  },
  normalize: (raw, lowest, highest) => (highest <= 0 ? MAX_NODE_SCORE : Math.trunc((MAX_NODE_SCORE * (highest + lowest - raw)) / highest)),

  hotFilter(pod, cycle, hot) {
    const constraints = constraintsOf(pod, 'DoNotSchedule', cycle);
    if (constraints.length === 0) return 'skip';
    if (!allTakePart(constraints, pod, hot)) return 'ask';
    const { snapshot } = cycle;
    const topologies = constraints.map(({ topologyKey }) => topologyOf(hot, snapshot, topologyKey));
    // A node without one of the keys does not count for the others either: only the object-level code knows that.
    if (constraints.length > 1 && topologies.some(({ missing }) => missing > 0)) return 'ask';
    const counts = constraints.map(({ selector }, i) => liveCounts(hot, snapshot, topologies[i]!, selector, pod.namespace));
    const limits = constraints.map(({ maxSkew, minDomains, selector }, i) => {
      const { values } = topologies[i]!;
      const here = counts[i]!;
      let min = 2 ** 31 - 1;
      if (values < minDomains) min = 0;
      else for (let v = 0; v < values; v++) if (here[v]! < min) min = here[v]!;
      return maxSkew + min - (matches(selector, pod.labels) ? 1 : 0);
    });
    return (at) => {
      for (let i = 0; i < counts.length; i++) {
        const value = topologies[i]!.valueOf[at]!;
        if (value < 0) return NO_LABEL;
        if (counts[i]![value]! > limits[i]!) return SKEW;
      }
      return undefined;
    };
  },
  hotScore(pod, cycle, hot, feasible, count) {
    const constraints = constraintsOf(pod, 'ScheduleAnyway', cycle);
    if (constraints.length === 0) return 'skip';
    const { snapshot } = cycle;
    const needsAllKeys = (pod.pod.spec.topologySpreadConstraints?.length ?? 0) > 0;
    const topologies = constraints.map(({ topologyKey }) => topologyOf(hot, snapshot, topologyKey));
    const others = constraints.filter(({ topologyKey }) => topologyKey !== HOSTNAME);
    if (others.length > 0 && !allTakePart(others, pod, hot)) return 'ask';
    if (topologies.some(({ missing, hasEmptyValue }) => missing > 0 && (hasEmptyValue || (needsAllKeys && constraints.length > 1)))) return 'ask';
    // From here on a node is left out only if the single constraint's key is missing.
    let leftOut = 0;
    if (needsAllKeys && topologies[0]!.missing > 0) for (let i = 0; i < count; i++) if (topologies[0]!.valueOf[feasible[i]!]! < 0) leftOut++;
    const weights = constraints.map(({ topologyKey }, c) => ln((topologyKey === HOSTNAME ? count - leftOut : domainsOf(topologies[c]!, feasible, count, !needsAllKeys)) + 2));
    return (out) => {
      out.fill(0, 0, count);
      for (let c = 0; c < constraints.length; c++) {
        const { topologyKey, selector, maxSkew } = constraints[c]!;
        const { valueOf } = topologies[c]!;
        const perNode = topologyKey === HOSTNAME;
        const live = liveCounts(hot, snapshot, perNode ? topologyOf(hot, snapshot, EACH_NODE) : topologies[c]!, selector, pod.namespace);
        const weight = weights[c]!;
        for (let i = 0; i < count; i++) {
          const at = feasible[i]!;
          const value = valueOf[at]!;
          if (value >= 0) out[i]! += live[perNode ? at : value]! * weight + (maxSkew - 1);
        }
      }
      for (let i = 0; i < count; i++) out[i] = round(out[i]!);
      if (leftOut > 0) for (let i = 0; i < count; i++) if (topologies[0]!.valueOf[feasible[i]!]! < 0) out[i] = NO_SAY;
    };
  },

  events: [
    {
      kind: 'Pod',
      actions: ['Add', 'Delete', 'UpdatePodLabel', 'UpdatePodToleration'],
      // The built-in default constraints are soft and reject nothing, so only the Pod's own matter here.
      hint: hintFor<Pod>((pod, before, after) => {
        const involved = (other: Pod): boolean => isSamePod(pod, other) || (hasPlace(other) && other.metadata.namespace === pod.metadata.namespace);
        if ((after !== undefined && !involved(after)) || (before !== undefined && !involved(before))) return false;
        const constraints = ownConstraints(pod, 'DoNotSchedule');
        if (after !== undefined && before !== undefined) {
          if (isSamePod(pod, after) && !sameJson(before.spec.tolerations, after.spec.tolerations) && constraints.some((each) => each.honorsTaints)) return true;
          return constraints.some((each) => matches(each.selector, before.metadata.labels) !== matches(each.selector, after.metadata.labels));
        }
        const other = after ?? before;
        return constraints.some((each) => matches(each.selector, other?.metadata.labels));
      }),
    },
    {
      kind: 'Node',
      actions: ['Add', 'Delete', 'UpdateNodeLabel', 'UpdateNodeTaint'],
      hint: hintFor<Node>((pod, before, after) => {
        const constraints = ownConstraints(pod, 'DoNotSchedule');
        const had = before !== undefined && hasAllKeys(before, constraints);
        const has = after !== undefined && hasAllKeys(after, constraints);
        if (before === undefined || after === undefined) return had || has;
        if (had !== has) return true;
        return (
          has &&
          (constraints.some(({ topologyKey }) => before.metadata.labels?.[topologyKey] !== after.metadata.labels?.[topologyKey]) || !sameJson(before.spec?.taints, after.spec?.taints))
        );
      }),
    },
  ],
};

const sameJson = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a ?? []) === JSON.stringify(b ?? []);
