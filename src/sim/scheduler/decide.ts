import type { Pod } from '../api/object.ts';
import { runFilters, runFiltersWithNominated } from './filter.ts';
import { fitMessage, preFilterMessage } from './message.ts';
import { reject, type Code, type Cycle, type Lookups, type NodeInfo, type Plugin, type PodInfo, type Rejection, type Snapshot } from './plugin.ts';
import { podInfoOf } from './podinfo.ts';
import { preempt, type Candidate } from './preemption.ts';
import { compile, filtersWithout, scorersWithout, type CompiledProfile, type Profile } from './profile.ts';
import { nodeInfo, order } from './snapshot.ts';

/**
 * THE decision: one Pod, one moment, every node, every plugin. It gives the chosen node and the matrix that chose it; nothing is
 * reconstructed afterwards. The cells are few and flat so that every decision can be kept.
 */
export interface Decision {
  /** namespace/name of the Pod. */
  readonly pod: string;
  readonly result: 'fit' | 'nofit' | 'error';
  /** All nodes, in the order of the search; what follows is by place in it. */
  readonly nodes: readonly string[];
  readonly preFilter: PreFilterOutcome;
  /** By node: 'ok', the first rejection, or undefined where the search did not get to. Empty when preFilter ended the cycle. */
  readonly verdicts: readonly Verdict[];
  /** Places of the nodes that passed, in the order they were found. */
  readonly feasible: readonly number[];
  /** The plugins whose preScore had nothing to score. */
  readonly preScoreSkip: readonly string[];
  readonly scores: Scores;
  /** Names of the nodes with the highest total: the choice among them is the draw's. */
  readonly best: readonly string[];
  readonly chosen: string | undefined;
  /** The Pod's own nominated node passed, and no other was looked at. */
  readonly nominatedTaken: boolean;
  /** Where the next search begins. */
  readonly nextStart: number;
  readonly failure: Failure | undefined;
}

export type Verdict = 'ok' | Rejection | undefined;

export interface PreFilterOutcome {
  readonly skip: readonly string[];
  /** Only these nodes were left by preFilter; absent: all. */
  readonly nodes?: readonly string[];
  readonly narrowedBy?: readonly string[];
  /** It ended the cycle. */
  readonly rejected?: Rejection;
}

export interface Scores {
  /** Those that scored, with their weights, in order. None: with a single feasible node nothing is scored. */
  readonly plugins: readonly { readonly name: string; readonly weight: number }[];
  /** plugin * feasible.length + place in `feasible`. */
  readonly raw: readonly number[];
  readonly normalized: readonly number[];
  /** By place in `feasible`: the sum of normalized * weight. */
  readonly totals: readonly number[];
}

export interface Failure {
  readonly unschedulablePlugins: readonly string[];
  /** Why no node passed. */
  readonly filterMessage: string;
  /** The same with what PostFilter says: the text of the Pod's condition and of its FailedScheduling event. */
  readonly message: string;
  readonly postFilter: PostFilterOutcome;
}

export interface PostFilterOutcome {
  readonly code: 'Success' | Code;
  readonly candidates: readonly Candidate[];
  readonly hopeless: ReadonlyMap<string, Rejection>;
  /** The nodes that the rules of preemption leave. */
  readonly nominated: readonly string[];
  readonly chosen: Candidate | undefined;
}

export interface DecideOptions {
  /** An unsigned integer: breaks the tie among the best nodes, and says where preemption begins to look. */
  readonly draw: number;
  /** Where the search begins: the last decision's `nextStart`. */
  readonly start?: number;
  /** Look at every node and score even a single one, for explaining: the choice is the same but for a sampled search. */
  readonly everything?: boolean;
}

const NOTHING: readonly never[] = Object.freeze([]);
const NO_SCORES: Scores = Object.freeze({ plugins: NOTHING, raw: NOTHING, normalized: NOTHING, totals: NOTHING });

export function newCycle(snapshot: Snapshot, lookups: Lookups, profile: Profile): Cycle {
  return { snapshot, lookups, args: profile.args, filterState: new Map(), scoreState: new Map() };
}

/** schedule_one.go, numFeasibleNodesToFind. */
export function nodesToFind(nodes: number, percentageOfNodesToScore: number): number {
  if (nodes < 100) return nodes;
  const percentage = percentageOfNodesToScore === 0 ? Math.max(50 - Math.floor(nodes / 125), 5) : percentageOfNodesToScore;
  return Math.max(Math.floor((nodes * percentage) / 100), 100);
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface PreFiltered {
  readonly outcome: PreFilterOutcome;
  readonly filters: readonly Plugin[];
  readonly narrowed: ReadonlySet<string> | undefined;
}

function runPreFilter(pod: PodInfo, cycle: Cycle, profile: CompiledProfile): PreFiltered {
  let skipped = 0;
  let narrowed: Set<string> | undefined;
  let narrowedBy: string[] | undefined;
  let rejected: Rejection | undefined;
  for (let i = 0; i < profile.preFilter.length; i++) {
    const plugin = profile.preFilter[i]!;
    const answer = plugin.preFilter!(pod, cycle);
    if (answer === undefined) continue;
    if (answer === 'skip') {
      skipped |= 1 << i;
      continue;
    }
    if ('code' in answer) {
      rejected = answer;
      // After a rejection that preemption could lift the others still run: it needs their state.
      if (answer.code === 'Unschedulable') continue;
      break;
    }
    (narrowedBy ??= []).push(plugin.name);
    const { nodes } = answer;
    narrowed = narrowed === undefined ? new Set(nodes) : new Set([...narrowed].filter((name) => nodes.has(name)));
    if (narrowed.size === 0) {
      narrowedBy.sort(byName);
      const reason = narrowedBy.length === 1 ? `node(s) didn't satisfy plugin ${narrowedBy[0]}` : `node(s) didn't satisfy plugin(s) [${narrowedBy.join(' ')}] simultaneously`;
      rejected = reject('', 'UnschedulableAndUnresolvable', reason);
      break;
    }
  }
  const { skip, filters } = filtersWithout(profile, skipped);
  let outcome: PreFilterOutcome = { skip };
  if (narrowed !== undefined) outcome = { ...outcome, nodes: [...narrowed].sort(byName), narrowedBy: narrowedBy!.sort(byName) };
  if (rejected !== undefined) outcome = { ...outcome, rejected };
  return { outcome, filters, narrowed };
}

function score(pod: PodInfo, feasible: readonly NodeInfo[], cycle: Cycle, profile: CompiledProfile): { readonly skip: readonly string[]; readonly scores: Scores } {
  let skipped = 0;
  for (let i = 0; i < profile.preScore.length; i++) if (profile.preScore[i]!.preScore!(pod, feasible, cycle) === 'skip') skipped |= 1 << i;
  const { skip, scorers, weights, columns } = scorersWithout(profile, skipped);
  const count = feasible.length;
  const raw: number[] = [];
  const normalized: number[] = [];
  const totals: number[] = [];
  for (let i = 0; i < count; i++) totals.push(0);
  const column: number[] = [];
  for (let s = 0; s < scorers.length; s++) {
    const plugin = scorers[s]!;
    const weight = weights[s]!;
    for (let i = 0; i < count; i++) {
      const value = plugin.score!(pod, feasible[i]!, cycle);
      raw.push(value);
      column[i] = value;
    }
    plugin.normalize?.(column, feasible, cycle);
    for (let i = 0; i < count; i++) {
      normalized.push(column[i]!);
      totals[i]! += column[i]! * weight;
    }
  }
  return { skip, scores: { plugins: columns, raw, normalized, totals } };
}

export function decide(podOrInfo: Pod | PodInfo, snapshot: Snapshot, lookups: Lookups, profile: Profile, options: DecideOptions): Decision {
  const pod = 'pod' in podOrInfo ? podOrInfo : podInfoOf(podOrInfo);
  const everything = options.everything === true;
  order(snapshot);
  const nodes = snapshot.names;
  const base = { pod: pod.key, nodes, feasible: NOTHING, preScoreSkip: NOTHING, scores: NO_SCORES, best: NOTHING, chosen: undefined, nominatedTaken: false } as const;
  const start = options.start ?? 0;
  if (nodes.length === 0) {
    const message = 'no nodes available to schedule pods';
    return {
      ...base, result: 'nofit', preFilter: { skip: [] }, verdicts: [], nextStart: 0,
      failure: { unschedulablePlugins: [], filterMessage: message, message, postFilter: { code: 'Unschedulable', candidates: [], hopeless: new Map(), nominated: [], chosen: undefined } },
    };
  }
  const compiled = compile(profile);
  const cycle = newCycle(snapshot, lookups, profile);
  const { outcome, filters, narrowed } = runPreFilter(pod, cycle, compiled);
  if (outcome.rejected !== undefined) {
    const { rejected } = outcome;
    if (rejected.code === 'Error') return failed(base, outcome, [], start, `running PreFilter plugin "${rejected.plugin}": ${rejected.reasons.join(', ')}`);
    const filterMessage = preFilterMessage(nodes.length, rejected.reasons);
    const plugins = [...(outcome.narrowedBy ?? []), ...(rejected.plugin === '' ? [] : [rejected.plugin])].sort(byName);
    return { ...base, result: 'nofit', preFilter: outcome, verdicts: [], nextStart: start, failure: postFilter(pod, nodes.map(() => rejected), filters, cycle, compiled, profile, options, plugins, filterMessage) };
  }

  // Its own nominated node is tried first, and taken without looking further.
  const verdicts: Verdict[] = [];
  for (let i = 0; i < nodes.length; i++) verdicts.push(undefined);
  const feasible: number[] = [];
  let nominatedTaken = false;
  let nextStart = start;
  const nominated = pod.pod.status?.nominatedNodeName ?? '';
  if (nominated !== '') {
    const info = nodeInfo(snapshot, nominated);
    if (info !== undefined && runFiltersWithNominated(filters, pod, info, cycle, compiled) === undefined) nominatedTaken = true;
    if (nominatedTaken && !everything) {
      const at = snapshot.index.get(nominated)!;
      verdicts[at] = 'ok';
      feasible.push(at);
    }
  }
  if (!nominatedTaken || everything) {
    let candidates = nodes.length;
    if (narrowed !== undefined) {
      const aside = reject('PreFilter', 'UnschedulableAndUnresolvable', `node(s) didn't satisfy plugin(s) [${(outcome.narrowedBy ?? []).join(' ')}]`);
      for (let at = 0; at < nodes.length; at++) {
        if (narrowed.has(nodes[at]!)) continue;
        verdicts[at] = aside;
        candidates--;
      }
    }
    const enough = everything ? nodes.length : nodesToFind(candidates, profile.percentageOfNodesToScore);
    let processed = 0;
    for (let i = 0; i < nodes.length && feasible.length < enough; i++) {
      const at = (start + i) % nodes.length;
      const node = snapshot.list[at]!;
      if (narrowed !== undefined && !narrowed.has(node.name)) continue;
      processed++;
      const rejection = runFiltersWithNominated(filters, pod, node, cycle, compiled);
      if (rejection === undefined) {
        verdicts[at] = 'ok';
        feasible.push(at);
      } else if (rejection.code === 'Error') {
        return failed(base, outcome, verdicts, start, `running "${rejection.plugin}" filter plugin: ${rejection.reasons.join(', ')}`);
      } else verdicts[at] = rejection;
    }
    nextStart = (start + processed) % nodes.length;
  }

  if (feasible.length === 0) {
    const rejections = verdicts as readonly (Rejection | undefined)[];
    const plugins = new Set(outcome.narrowedBy ?? []);
    for (const rejection of rejections) if (rejection !== undefined && rejection.plugin !== 'PreFilter') plugins.add(rejection.plugin);
    const failure = postFilter(pod, rejections, filters, cycle, compiled, profile, options, [...plugins].sort(byName), fitMessage(nodes.length, rejections));
    return { ...base, result: 'nofit', preFilter: outcome, verdicts, nextStart, failure };
  }
  if (feasible.length === 1 && !everything) {
    const only = nodes[feasible[0]!]!;
    return { ...base, result: 'fit', preFilter: outcome, verdicts, feasible, best: [only], chosen: only, nominatedTaken, nextStart, failure: undefined };
  }
  const infos: NodeInfo[] = [];
  for (let i = 0; i < feasible.length; i++) infos.push(snapshot.list[feasible[i]!]!);
  const { skip, scores } = score(pod, infos, cycle, compiled);
  let best: string[] = [];
  let top = -Infinity;
  for (let i = 0; i < feasible.length; i++) {
    const total = scores.totals[i]!;
    if (total > top) {
      top = total;
      best = [];
    }
    if (total === top) best.push(nodes[feasible[i]!]!);
  }
  if (nominatedTaken) best = [nominated];
  return {
    pod: pod.key, result: 'fit', nodes, preFilter: outcome, verdicts, feasible, preScoreSkip: skip, scores, best, chosen: best[options.draw % best.length], nominatedTaken, nextStart, failure: undefined,
  };
}

function failed(base: Omit<Decision, 'result' | 'preFilter' | 'verdicts' | 'nextStart' | 'failure'>, preFilter: PreFilterOutcome, verdicts: readonly Verdict[], nextStart: number, message: string): Decision {
  const postFilter: PostFilterOutcome = { code: 'Error', candidates: [], hopeless: new Map(), nominated: [], chosen: undefined };
  return { ...base, result: 'error', preFilter, verdicts, nextStart, failure: { unschedulablePlugins: [], filterMessage: message, message, postFilter } };
}

/** The PostFilter plugins, in the profile's order, as far as their words and preemption go. */
function postFilter(
  pod: PodInfo,
  rejections: readonly (Rejection | undefined)[],
  filters: readonly Plugin[],
  cycle: Cycle,
  compiled: CompiledProfile,
  profile: Profile,
  options: DecideOptions,
  unschedulablePlugins: readonly string[],
  filterMessage: string,
): Failure {
  const nothing = { candidates: [], hopeless: new Map<string, Rejection>(), nominated: [], chosen: undefined } as const;
  const words: string[] = [];
  for (const name of profile.postFilter) {
    if (name === 'DynamicResources') {
      // It has no state when preFilter ended before its turn, and fails; preemption is not tried then. That is v1.36.3.
      if (!cycle.filterState.has('DynamicResources')) return { unschedulablePlugins, filterMessage, message: `${filterMessage} not found`, postFilter: { code: 'Error', ...nothing } };
      words.push('no new claims to deallocate');
    } else if (name === 'DefaultPreemption') {
      const { message, ...outcome } = preempt(pod, rejections, filters, cycle, compiled, options.draw, options.everything === true);
      if (message === undefined) return { unschedulablePlugins, filterMessage, message: filterMessage, postFilter: { code: 'Success', ...outcome } };
      words.push(`preemption: ${message}`);
      return { unschedulablePlugins, filterMessage, message: `${filterMessage} ${words.join(', ')}`, postFilter: { code: 'Unschedulable', ...outcome } };
    }
  }
  return { unschedulablePlugins, filterMessage, message: words.length === 0 ? filterMessage : `${filterMessage} ${words.join(', ')}`, postFilter: { code: 'Unschedulable', ...nothing } };
}

// ---- the whole table: every filter plugin on every node, none hidden by an earlier rejection, without nominated Pods

export type TableRow = 'skip' | { readonly preFilter: Rejection } | { readonly rejections: ReadonlyMap<string, Rejection>; readonly nodes?: readonly string[] };

export function filterTable(podOrInfo: Pod | PodInfo, snapshot: Snapshot, lookups: Lookups, profile: Profile): ReadonlyMap<string, TableRow> {
  const pod = 'pod' in podOrInfo ? podOrInfo : podInfoOf(podOrInfo);
  order(snapshot);
  const cycle = newCycle(snapshot, lookups, profile);
  const table = new Map<string, TableRow>();
  for (const plugin of compile(profile).filter) {
    const answer = plugin.preFilter?.(pod, cycle);
    if (answer === 'skip') {
      table.set(plugin.name, 'skip');
      continue;
    }
    if (answer !== undefined && 'code' in answer) {
      table.set(plugin.name, { preFilter: answer });
      continue;
    }
    const rejections = new Map<string, Rejection>();
    if (plugin.filter !== undefined) {
      for (const node of snapshot.list) {
        const rejection = runFilters([plugin], pod, node, cycle);
        if (rejection !== undefined) rejections.set(node.name, rejection);
      }
    }
    table.set(plugin.name, answer === undefined ? { rejections } : { rejections, nodes: [...answer.nodes].sort(byName) });
  }
  return table;
}
