import { parseTimestamp } from '../api/time.ts';
import type { PodDisruptionBudget } from '../api/object.ts';
import { cloneCycle, runFiltersWithNominated, tellAdded, tellRemoved, type Filters } from './filter.ts';
import { isEmpty, matcherOf, matches } from './matcher.ts';
import { fitMessage } from './message.ts';
import { addPodInfo, cloneNodeInfo, removePod } from './nodeinfo.ts';
import { reject, type Cycle, type NodeInfo, type PodInfo, type Rejection, type Snapshot } from './plugin.ts';
import type { CompiledProfile } from './profile.ts';
import { nodeInfo } from './snapshot.ts';

// After framework/preemption/preemption.go and plugins/defaultpreemption.

export interface Candidate {
  readonly node: string;
  /** The most important first. */
  readonly victims: readonly PodInfo[];
  /** How many of them a PodDisruptionBudget would protect. */
  readonly pdbViolations: number;
}

export interface Preemption {
  readonly candidates: readonly Candidate[];
  /** Nodes that were tried without success, by name. */
  readonly hopeless: ReadonlyMap<string, Rejection>;
  /** All that the rules leave; the real one picks any. Empty: no preemption. */
  readonly nominated: readonly string[];
  readonly chosen: Candidate | undefined;
  /** Why not; undefined when it is done. */
  readonly message: string | undefined;
}

/** Later than any time: a Pod that has not started counts as starting now. */
const NOW = Infinity;
const startOf = (pod: PodInfo): number => parseTimestamp(pod.pod.status?.startTime) ?? NOW;
const byImportance = (a: PodInfo, b: PodInfo): number => {
  if (a.priority !== b.priority) return b.priority - a.priority;
  const [x, y] = [startOf(a), startOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
};

/** Which of the Pods, in their order, no budget would let go. Each takes from the budgets it belongs to. */
function violating(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): ReadonlySet<PodInfo> {
  const allowed = budgets.map((budget) => budget.status?.disruptionsAllowed ?? 0);
  const found = new Set<PodInfo>();
  for (const pod of pods) {
    if (Object.keys(pod.labels).length === 0) continue;
    budgets.forEach((budget, at) => {
      if (budget.metadata.namespace !== pod.namespace) return;
      const selector = matcherOf(budget.spec.selector);
      if (selector === undefined || isEmpty(selector) || !matches(selector, pod.labels)) return;
      if (budget.status?.disruptedPods !== undefined && Object.hasOwn(budget.status.disruptedPods, pod.pod.metadata.name)) return;
      allowed[at]!--;
      if (allowed[at]! < 0) found.add(pod);
    });
  }
  return found;
}

const NO_VICTIMS = reject('DefaultPreemption', 'UnschedulableAndUnresolvable', 'No preemption victims found for incoming pod');

/** Whether any Pod on any node is less important. */
export function hasLesser(snapshot: Snapshot, priority: number): boolean {
  for (const each of snapshot.priorities.keys()) if (each < priority) return true;
  return false;
}

/** The fewest, least important Pods whose going makes room, or why none do. */
function selectVictims(pod: PodInfo, original: NodeInfo, budgets: readonly PodDisruptionBudget[], filters: Filters, base: Cycle, profile: CompiledProfile): Candidate | Rejection {
  const lesser: PodInfo[] = [];
  for (const other of original.pods.values()) if (other.priority < pod.priority) lesser.push(other);
  if (lesser.length === 0) return NO_VICTIMS;
  const node = cloneNodeInfo(original);
  const cycle = cloneCycle(base, profile);
  const take = (other: PodInfo): void => {
    removePod(node, other.key);
    tellRemoved(filters, pod, other, node, cycle);
  };
  for (const other of lesser) take(other);
  const rejection = runFiltersWithNominated(filters, pod, node, cycle, profile);
  if (rejection !== undefined) return rejection;
  lesser.sort(byImportance);
  const protectedOnes = violating(lesser, budgets);
  const victims: PodInfo[] = [];
  let pdbViolations = 0;
  // Reprieve as many as possible: first those a budget protects, in each part the most important first.
  for (const other of [...lesser.filter((each) => protectedOnes.has(each)), ...lesser.filter((each) => !protectedOnes.has(each))]) {
    addPodInfo(node, other);
    tellAdded(filters, pod, other, node, cycle);
    if (runFiltersWithNominated(filters, pod, node, cycle, profile) === undefined) continue;
    take(other);
    victims.push(other);
    if (protectedOnes.has(other)) pdbViolations++;
  }
  victims.sort(byImportance);
  return { node: original.name, victims, pdbViolations };
}

/** The rules by which one candidate is better, in order: more is better. */
export const RULES: readonly ((candidate: Candidate) => number)[] = [
  (candidate) => -candidate.pdbViolations,
  (candidate) => -candidate.victims[0]!.priority,
  // 2^31 is added to each priority so that fewer victims are better even with negative ones.
  (candidate) => -candidate.victims.reduce((sum, victim) => sum + victim.priority + 2 ** 31, 0),
  (candidate) => -candidate.victims.length,
  (candidate) => {
    const top = candidate.victims[0]!.priority;
    return Math.min(...candidate.victims.filter((victim) => victim.priority === top).map(startOf));
  },
];

export function bestCandidates(candidates: readonly Candidate[]): readonly Candidate[] {
  let left = candidates;
  for (const rule of RULES) {
    if (left.length <= 1) break;
    const scores = left.map(rule);
    let top = -Infinity;
    for (const score of scores) if (score > top) top = score;
    left = left.filter((_, at) => scores[at] === top);
  }
  return left;
}

/** A Pod may not preempt if it says so, or while victims of its last preemption are still going. */
function ineligible(pod: PodInfo, nominatedRejection: Rejection | undefined, cycle: Cycle): string | undefined {
  if (pod.pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const name = pod.pod.status?.nominatedNodeName ?? '';
  if (name === '' || nominatedRejection?.code === 'UnschedulableAndUnresolvable') return undefined;
  for (const other of nodeInfo(cycle.snapshot, name)?.pods.values() ?? []) {
    if (other.priority >= pod.priority || !other.terminating) continue;
    const condition = other.pod.status?.conditions?.find((each) => each.type === 'DisruptionTarget');
    if (condition?.status === 'True' && condition.reason === 'PreemptionByScheduler') return 'not eligible due to a terminating pod on the nominated node.';
  }
  return undefined;
}

/**
 * Whom to evict, where. `rejections` are those of the filters, in the order of the snapshot's nodes. `everything`: also dry-run
 * when the Pod may not preempt, and on all nodes, to show what would be.
 */
export function preempt(
  pod: PodInfo,
  rejections: readonly (Rejection | undefined)[],
  filters: Filters,
  cycle: Cycle,
  profile: CompiledProfile,
  draw: number,
  everything: boolean,
): Preemption {
  const { snapshot } = cycle;
  const nominatedAt = snapshot.index.get(pod.pod.status?.nominatedNodeName ?? '');
  const why = ineligible(pod, nominatedAt === undefined ? undefined : rejections[nominatedAt], cycle);
  if (why !== undefined && !everything) return { candidates: [], hopeless: new Map(), nominated: [], chosen: undefined, message: why };

  const potential = snapshot.list.filter((_, at) => rejections[at]?.code === 'Unschedulable');
  const { minCandidateNodesPercentage, minCandidateNodesAbsolute } = cycle.args.preemption;
  const enough = everything ? potential.length : Math.min(potential.length, Math.max(Math.floor((potential.length * minCandidateNodesPercentage) / 100), minCandidateNodesAbsolute));
  const budgets = potential.length === 0 ? [] : cycle.lookups.list('PodDisruptionBudget');
  const candidates: Candidate[] = [];
  const hopeless = new Map<string, Rejection>();
  let clean = 0;
  const hopelessAll = !hasLesser(snapshot, pod.priority);
  for (let i = 0; i < potential.length; i++) {
    const node = potential[((everything ? 0 : draw) + i) % potential.length]!;
    const answer = hopelessAll ? NO_VICTIMS : selectVictims(pod, node, budgets, filters, cycle, profile);
    if ('code' in answer) {
      hopeless.set(node.name, answer);
      continue;
    }
    candidates.push(answer);
    if (answer.pdbViolations === 0) clean++;
    if (clean > 0 && candidates.length >= enough) break;
  }
  if (why !== undefined) return { candidates, hopeless, nominated: [], chosen: undefined, message: why };
  if (candidates.length === 0) {
    const unhelpful = reject('DefaultPreemption', 'UnschedulableAndUnresolvable', 'Preemption is not helpful for scheduling');
    const message = fitMessage(snapshot.list.length, snapshot.list.map((node) => hopeless.get(node.name) ?? unhelpful));
    return { candidates, hopeless, nominated: [], chosen: undefined, message };
  }
  const best = bestCandidates(candidates);
  return { candidates, hopeless, nominated: best.map((each) => each.node), chosen: best[draw % best.length], message: undefined };
}
