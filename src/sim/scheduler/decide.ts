import type { Pod } from '../api/object.ts';
import { runFilters, runFiltersWithNominated } from './filter.ts';
import { columnOf, hotOf, type Hot } from './hot.ts';
import { fitMessage, preFilterMessage } from './message.ts';
import { pluginOf } from './plugins/index.ts';
import { NO_SAY, reject, type Code, type Cycle, type HotFilter, type HotScore, type Lookups, type NodeInfo, type Plugin, type PodInfo, type Rejection, type Snapshot } from './plugin.ts';
import { podInfoOf } from './podinfo.ts';
import { hasLesser, preempt, type Candidate } from './preemption.ts';
import { compile, filtersWithout, scorersWithout, type CompiledProfile, type Profile } from './profile.ts';
import { nodeInfo, order } from './snapshot.ts';

/**
 * THE decision: one Pod, one moment, every node, every plugin. `choose` takes it and keeps what it computed in a compact form, so that
 * every decision can be kept; `matrixOf` lays the same figures out as the node x plugin matrix for whoever looks.
 */
export interface Choice {
  /** namespace/name of the Pod. */
  readonly pod: string;
  readonly result: 'fit' | 'nofit' | 'error';
  /** All nodes, in the order of the search; shared by the decisions between two changes of the nodes. */
  readonly nodes: readonly string[];
  readonly preFilter: PreFilterOutcome;
  /** The search began at this place and looked at so many nodes. */
  readonly start: number;
  readonly processed: number;
  /** Of those it looked at: the places of the rejected ones, in its order, and why. All others passed. */
  readonly rejectedAt: readonly number[];
  readonly rejections: readonly Rejection[];
  readonly feasibleCount: number;
  readonly preScoreSkip: readonly string[];
  /** The plugins that scored. */
  readonly columns: Scores['plugins'];
  /** By plugin: the raw score that all nodes have; null: they differ, and are the next part of `cells`, by order of passing. */
  readonly uniform: readonly (number | null)[];
  readonly cells: Uint8Array | Int32Array | Float64Array;
  /** The highest total, how many nodes have it, and the highest total below it (0: none). */
  readonly top: number;
  readonly ties: number;
  readonly second: number;
  readonly chosen: string | undefined;
  readonly nominatedTaken: boolean;
  readonly nextStart: number;
  readonly failure: Failure | undefined;
}

/** A decision laid out. */
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
  /** Ask every plugin about every node one by one, without columns: slow, and the test of the fast way. */
  readonly objects?: boolean;
  /** Only whether it fits: when nothing does, do not look for Pods to evict. */
  readonly withoutPostFilter?: boolean;
}

const NOTHING: readonly never[] = Object.freeze([]);
const NO_CELLS = new Uint8Array(0);
const UNSCORED = { preScoreSkip: NOTHING, columns: NOTHING, uniform: NOTHING, cells: NO_CELLS, top: 0, ties: 0, second: 0 } as const;

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

/** Says of the node at a place why it is out. */
type Check = (at: number) => Rejection | undefined;

interface PreFiltered {
  readonly outcome: PreFilterOutcome;
  readonly filters: readonly Plugin[];
  readonly narrowed: ReadonlySet<string> | undefined;
  /** With columns: the filters that may reject something here, in order. */
  readonly checks: readonly Check[];
}

function runPreFilter(pod: PodInfo, cycle: Cycle, profile: CompiledProfile, hot: Hot | undefined): PreFiltered {
  let skipped = 0;
  let narrowed: Set<string> | undefined;
  let narrowedBy: string[] | undefined;
  let rejected: Rejection | undefined;
  const hotAnswers: (HotFilter | undefined)[] = [];
  for (let i = 0; i < profile.preFilter.length; i++) {
    const plugin = profile.preFilter[i]!;
    const quick = hot === undefined ? undefined : plugin.hotFilter?.(pod, cycle, hot);
    hotAnswers.push(quick);
    if (quick === 'skip') {
      skipped |= 1 << i;
      continue;
    }
    if (quick !== undefined && quick !== 'ask') continue;
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
  const { filters, outcome: plain } = filtersWithout(profile, skipped);
  let outcome: PreFilterOutcome = plain;
  if (narrowed !== undefined) outcome = { ...outcome, nodes: [...narrowed].sort(byName), narrowedBy: narrowedBy!.sort(byName) };
  if (rejected !== undefined) outcome = { ...outcome, rejected };
  const checks: Check[] = [];
  if (hot !== undefined && rejected === undefined) {
    const { list } = cycle.snapshot;
    for (let i = 0; i < profile.filter.length; i++) {
      const plugin = profile.filter[i]!;
      const before = profile.preFilterOf[i]!;
      if (before >= 0 && (skipped & (1 << before)) !== 0) continue;
      const quick = before >= 0 ? hotAnswers[before] : plugin.hotFilter?.(pod, cycle, hot);
      if (quick === 'none') continue;
      checks.push(typeof quick === 'function' ? quick : (at) => plugin.filter!(pod, list[at]!, cycle));
    }
  }
  return { outcome, filters, narrowed, checks };
}

/** The places of the nodes that preFilter left, in the order in which the search from `start` meets them. */
function placesOf(narrowed: Iterable<string>, placeOf: (name: string) => number | undefined, count: number, start: number): readonly number[] {
  const places: number[] = [];
  for (const name of narrowed) {
    const at = placeOf(name);
    if (at !== undefined) places.push(at);
  }
  return places.sort((a, b) => ((a - start + count) % count) - ((b - start + count) % count));
}

// ---- scores

type Scored = Pick<Choice, 'preScoreSkip' | 'columns' | 'uniform' | 'cells' | 'top' | 'ties' | 'second'>;

function score(pod: PodInfo, feasible: Int32Array, count: number, cycle: Cycle, profile: CompiledProfile, hot: Hot | undefined, totals: Float64Array): Scored {
  let infos: readonly NodeInfo[] | undefined;
  const { list } = cycle.snapshot;
  const infosOf = (): readonly NodeInfo[] => (infos ??= Array.from(feasible.subarray(0, count), (at) => list[at]!));
  let skipped = 0;
  const answers: HotScore[] = [];
  for (let i = 0; i < profile.preScore.length; i++) {
    const plugin = profile.preScore[i]!;
    let answer: HotScore = hot === undefined ? 'ask' : (plugin.hotScore?.(pod, cycle, hot, feasible, count) ?? 'ask');
    if (answer === 'ask' && plugin.preScore!(pod, infosOf(), cycle) === 'skip') answer = 'skip';
    if (answer === 'skip') skipped |= 1 << i;
    answers.push(answer);
  }
  const { skip, scorers, columns } = scorersWithout(profile, skipped);
  totals.fill(0, 0, count);
  let base = 0;
  const uniform: (number | null)[] = [];
  const written: Float64Array[] = [];
  let lowestOfAll = 0;
  let highestOfAll = 0;
  let areWhole = true;
  for (let s = 0; s < scorers.length; s++) {
    const { plugin, weight } = profile.score[scorers[s]!]!;
    const before = profile.preScoreOf[scorers[s]!]!;
    const answer: HotScore = before >= 0 ? answers[before]! : hot === undefined ? 'ask' : (plugin.hotScore?.(pod, cycle, hot, feasible, count) ?? 'ask');
    if (typeof answer === 'number') {
      base += weight * normalized(plugin, answer, answer, answer);
      uniform.push(answer);
      continue;
    }
    const column = hot === undefined ? new Float64Array(count) : columnOf(hot, written.length);
    if (typeof answer === 'function') answer(column);
    else for (let i = 0; i < count; i++) column[i] = plugin.score!(pod, list[feasible[i]!]!, cycle);
    const { lowest, highest, noSay } = rangeOf(column, count, plugin);
    if (lowest === highest && !noSay) {
      base += weight * normalized(plugin, lowest, lowest, highest);
      uniform.push(lowest);
      continue;
    }
    if (lowest < lowestOfAll) lowestOfAll = lowest;
    if (highest > highestOfAll) highestOfAll = highest;
    if (noSay) lowestOfAll = Math.min(lowestOfAll, NO_SAY);
    if (areWhole && (!Number.isInteger(lowest) || !Number.isInteger(highest))) areWhole = false;
    addTo(totals, column, count, plugin, weight, lowest, highest);
    uniform.push(null);
    written.push(column);
  }
  const { top, ties, second } = summit(totals, count, base);
  return { preScoreSkip: skip, columns, uniform, cells: pack(written, count, areWhole, lowestOfAll, highestOfAll), top, ties, second };
}

// Small functions: an engine that is still warming up makes each of them fast by itself, long before it has come to the whole.

function rangeOf(column: Float64Array, count: number, plugin: Plugin): { readonly lowest: number; readonly highest: number; readonly noSay: boolean } {
  let lowest = Infinity;
  let highest = -Infinity;
  let noSay = false;
  const canHaveNoSay = plugin.canHaveNoSay === true;
  for (let i = 0; i < count; i++) {
    const raw = column[i]!;
    if (canHaveNoSay && raw === NO_SAY) {
      noSay = true;
      continue;
    }
    if (raw < lowest) lowest = raw;
    if (raw > highest) highest = raw;
  }
  return { lowest, highest, noSay };
}

function addTo(totals: Float64Array, column: Float64Array, count: number, plugin: Plugin, weight: number, lowest: number, highest: number): void {
  if (plugin.normalize === undefined) for (let i = 0; i < count; i++) totals[i]! += weight * column[i]!;
  else for (let i = 0; i < count; i++) totals[i]! += weight * normalized(plugin, column[i]!, lowest, highest);
}

/** The figures of the columns that differ, one after the other, in the smallest form that holds them. */
function pack(columns: readonly Float64Array[], count: number, areWhole: boolean, lowest: number, highest: number): Choice['cells'] {
  const size = columns.length * count;
  if (size === 0) return NO_CELLS;
  const cells = areWhole && lowest >= 0 && highest < 256 ? new Uint8Array(size) : areWhole && lowest >= -(2 ** 31) && highest < 2 ** 31 ? new Int32Array(size) : new Float64Array(size);
  for (let c = 0; c < columns.length; c++) cells.set(columns[c]!.subarray(0, count), c * count);
  return cells;
}

/** Adds what all nodes have alike, and finds the highest total, how many have it, and the next. */
function summit(totals: Float64Array, count: number, base: number): Pick<Choice, 'top' | 'ties' | 'second'> {
  let top = -Infinity;
  let second = 0;
  let ties = 0;
  for (let i = 0; i < count; i++) {
    const total = totals[i]! + base;
    totals[i] = total;
    if (total > top) {
      if (top > second) second = top;
      top = total;
      ties = 1;
    } else if (total === top) ties++;
    else if (total > second) second = total;
  }
  return { top, ties, second };
}

function normalized(plugin: Plugin, raw: number, lowest: number, highest: number): number {
  if (raw === NO_SAY && plugin.canHaveNoSay === true) return 0;
  return plugin.normalize === undefined ? raw : plugin.normalize(raw, lowest, highest);
}

// ---- the decision

const unplaced = (pod: PodInfo, nodes: readonly string[], preFilter: PreFilterOutcome, start: number): Omit<Choice, 'result' | 'processed' | 'rejectedAt' | 'rejections' | 'nextStart' | 'failure'> => ({
  ...UNSCORED, pod: pod.key, nodes, preFilter, start, feasibleCount: 0, chosen: undefined, nominatedTaken: false,
});

export function choose(podOrInfo: Pod | PodInfo, snapshot: Snapshot, lookups: Lookups, profile: Profile, options: DecideOptions): Choice {
  const pod = 'pod' in podOrInfo ? podOrInfo : podInfoOf(podOrInfo);
  const everything = options.everything === true;
  order(snapshot);
  const nodes = snapshot.names;
  const count = nodes.length;
  const start = options.start ?? 0;
  if (count === 0) {
    const message = 'no nodes available to schedule pods';
    return {
      ...UNSCORED, pod: pod.key, result: 'nofit', nodes, preFilter: { skip: NOTHING }, start: 0, processed: 0, rejectedAt: NOTHING, rejections: NOTHING, feasibleCount: 0, chosen: undefined, nominatedTaken: false, nextStart: 0,
      failure: { unschedulablePlugins: [], filterMessage: message, message, postFilter: { code: 'Unschedulable', candidates: [], hopeless: new Map(), nominated: [], chosen: undefined } },
    };
  }
  const compiled = compile(profile);
  const cycle = newCycle(snapshot, lookups, profile);
  const hot = options.objects === true ? undefined : hotOf(snapshot);
  // Nominated Pods are tried on and off nodes: that is for the object-level filters.
  const nominated = pod.pod.status?.nominatedNodeName ?? '';
  const hotFilters = snapshot.nominated.size === 0 && nominated === '' ? hot : undefined;
  const { outcome, filters, narrowed, checks } = runPreFilter(pod, cycle, compiled, hotFilters);
  if (outcome.rejected !== undefined) {
    const { rejected } = outcome;
    const none = { ...unplaced(pod, nodes, outcome, start), processed: 0, rejectedAt: NOTHING, rejections: NOTHING, nextStart: start };
    if (rejected.code === 'Error') return { ...none, result: 'error', failure: failureOf(`running PreFilter plugin "${rejected.plugin}": ${rejected.reasons.join(', ')}`) };
    const filterMessage = preFilterMessage(count, rejected.reasons);
    // A plugin that ends it for good is named alone, whoever narrowed the nodes before (RunPreFilterPlugins then returns no other names).
    const narrowing = rejected.plugin === '' || rejected.code === 'Unschedulable' ? (outcome.narrowedBy ?? []) : NOTHING;
    const plugins = [...narrowing, ...(rejected.plugin === '' ? [] : [rejected.plugin])].sort(byName);
    return { ...none, result: 'nofit', failure: afterwards(pod, nodes.map(() => rejected), filters, cycle, compiled, profile, options, plugins, filterMessage, hotFilters !== undefined) };
  }

  const feasible = hot === undefined ? new Int32Array(count) : hot.feasible;
  const rejectedAt: number[] = [];
  const rejections: Rejection[] = [];
  let found = 0;
  let nominatedTaken = false;
  let processed = 0;
  let nextStart = start;
  // Its own nominated node is tried first, and taken without looking further.
  if (nominated !== '') {
    const info = nodeInfo(snapshot, nominated);
    if (info !== undefined && runFiltersWithNominated(filters, pod, info, cycle, compiled) === undefined) nominatedTaken = true;
    if (nominatedTaken && !everything) feasible[found++] = snapshot.index.get(nominated)!;
  }
  if (!nominatedTaken || everything) {
    const places = narrowed === undefined ? undefined : placesOf(narrowed, (name) => snapshot.index.get(name), count, start);
    const candidates = places === undefined ? count : places.length;
    const enough = everything ? count : nodesToFind(candidates, profile.percentageOfNodesToScore);
    const { list } = snapshot;
    let at = start - 1;
    for (let i = 0; i < candidates && found < enough; i++) {
      if (places === undefined) {
        at++;
        if (at >= count) at -= count;
      } else at = places[i]!;
      let rejection: Rejection | undefined;
      if (hotFilters === undefined) rejection = runFiltersWithNominated(filters, pod, list[at]!, cycle, compiled);
      else {
        for (let c = 0; c < checks.length; c++) {
          rejection = checks[c]!(at);
          if (rejection !== undefined) break;
        }
      }
      if (rejection === undefined) feasible[found++] = at;
      else if (rejection.code === 'Error') {
        return { ...unplaced(pod, nodes, outcome, start), processed, rejectedAt, rejections, nextStart: start, result: 'error', failure: failureOf(`running "${rejection.plugin}" filter plugin: ${rejection.reasons.join(', ')}`) };
      } else {
        rejectedAt.push(at);
        rejections.push(rejection);
      }
      processed++;
    }
    nextStart = (start + processed) % count;
  }

  if (found === 0) {
    const all = verdictsOf({ nodes, preFilter: outcome, start, processed, rejectedAt, rejections }) as readonly (Rejection | undefined)[];
    const plugins = new Set(outcome.narrowedBy ?? []);
    for (const rejection of rejections) plugins.add(rejection.plugin);
    const failure = afterwards(pod, all, filters, cycle, compiled, profile, options, [...plugins].sort(byName), fitMessage(count, all), hotFilters !== undefined);
    return { ...unplaced(pod, nodes, outcome, start), result: 'nofit', processed, rejectedAt, rejections, nextStart, failure };
  }
  if (found === 1 && !everything) {
    return { ...UNSCORED, pod: pod.key, result: 'fit', nodes, preFilter: outcome, start, processed, rejectedAt, rejections, feasibleCount: 1, ties: 1, chosen: nodes[feasible[0]!], nominatedTaken, nextStart, failure: undefined };
  }
  const totals = hot === undefined ? new Float64Array(found) : hot.totals;
  const scored = score(pod, feasible, found, cycle, compiled, hot, totals);
  let chosen = nominated;
  if (!nominatedTaken) {
    let nth = options.draw % scored.ties;
    for (let i = 0; i < found; i++) {
      if (totals[i] !== scored.top || nth-- > 0) continue;
      chosen = nodes[feasible[i]!]!;
      break;
    }
  }
  return {
    pod: pod.key, result: 'fit', nodes, preFilter: outcome, start, processed, rejectedAt, rejections, feasibleCount: found, preScoreSkip: scored.preScoreSkip, columns: scored.columns, uniform: scored.uniform, cells: scored.cells,
    top: scored.top, ties: scored.ties, second: scored.second, chosen, nominatedTaken, nextStart, failure: undefined,
  };
}

/** The decision with its matrix: for whoever looks at it at once. */
export function decide(podOrInfo: Pod | PodInfo, snapshot: Snapshot, lookups: Lookups, profile: Profile, options: DecideOptions): Decision {
  return matrixOf(choose(podOrInfo, snapshot, lookups, profile, options));
}

// ---- the matrix

/** By place, in the order of the search from `start`: the nodes that were looked at. */
function visited(choice: Pick<Choice, 'nodes' | 'preFilter' | 'start' | 'processed'>): readonly number[] {
  const { nodes, preFilter, start, processed } = choice;
  if (preFilter.nodes !== undefined) {
    const index = new Map(nodes.map((name, at) => [name, at]));
    return placesOf(preFilter.nodes, (name) => index.get(name), nodes.length, start).slice(0, processed);
  }
  return Array.from({ length: processed }, (_, i) => (start + i) % nodes.length);
}

function verdictsOf(choice: Pick<Choice, 'nodes' | 'preFilter' | 'start' | 'processed' | 'rejectedAt' | 'rejections'>): readonly Verdict[] {
  const verdicts: Verdict[] = choice.nodes.map(() => undefined);
  const { nodes, narrowedBy } = choice.preFilter;
  if (nodes !== undefined) {
    const left = new Set(nodes);
    const aside = reject('PreFilter', 'UnschedulableAndUnresolvable', `node(s) didn't satisfy plugin(s) [${(narrowedBy ?? []).join(' ')}]`);
    choice.nodes.forEach((name, at) => {
      if (!left.has(name)) verdicts[at] = aside;
    });
  }
  for (const at of visited(choice)) verdicts[at] = 'ok';
  for (let i = 0; i < choice.rejectedAt.length; i++) verdicts[choice.rejectedAt[i]!] = choice.rejections[i]!;
  return verdicts;
}

/** Lays a decision out: every node, every plugin, raw and normalized scores. */
export function matrixOf(choice: Choice): Decision {
  const { nodes, preFilter, columns, uniform, cells, feasibleCount: count, nominatedTaken, chosen } = choice;
  const endedEarly = preFilter.rejected !== undefined || nodes.length === 0;
  const onlyNominated = nominatedTaken && choice.processed === 0;
  const verdicts = endedEarly ? NOTHING : [...verdictsOf(choice)];
  let feasible: number[] = [];
  if (onlyNominated) {
    const at = nodes.indexOf(chosen!);
    (verdicts as Verdict[])[at] = 'ok';
    feasible = [at];
  } else if (choice.result === 'fit') feasible = visited(choice).filter((at) => verdicts[at] === 'ok');
  const raw: number[] = [];
  const normal: number[] = [];
  const totals: number[] = columns.length === 0 ? [] : feasible.map(() => 0);
  let part = 0;
  columns.forEach(({ name, weight }, c) => {
    const plugin = pluginOf(name);
    const same = uniform[c];
    const from = part * count;
    if (same === null) part++;
    const values = Array.from({ length: count }, (_, i) => (same === null || same === undefined ? cells[from + i]! : same));
    let lowest = Infinity;
    let highest = -Infinity;
    for (const value of values) {
      if (value === NO_SAY && plugin.canHaveNoSay === true) continue;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
    values.forEach((value, i) => {
      const score = normalized(plugin, value, lowest, highest);
      raw.push(value === NO_SAY && plugin.canHaveNoSay === true ? 0 : value);
      normal.push(score);
      totals[i]! += score * weight;
    });
  });
  const best = nominatedTaken ? [chosen!] : totals.length === 0 ? (chosen === undefined ? [] : [chosen]) : feasible.filter((_, i) => totals[i] === choice.top).map((at) => nodes[at]!);
  return {
    pod: choice.pod, result: choice.result, nodes, preFilter, verdicts, feasible, preScoreSkip: choice.preScoreSkip, scores: { plugins: columns, raw, normalized: normal, totals }, best, chosen, nominatedTaken,
    nextStart: choice.nextStart, failure: choice.failure,
  };
}

// ---- when nothing fits

const failureOf = (message: string): Failure => ({ unschedulablePlugins: [], filterMessage: message, message, postFilter: { code: 'Error', candidates: [], hopeless: new Map(), nominated: [], chosen: undefined } });

/** PostFilter needs the state of the object-level filters, if a Pod could make room at all. */
function afterwards(
  pod: PodInfo, rejections: readonly (Rejection | undefined)[], filters: readonly Plugin[], cycle: Cycle, compiled: CompiledProfile, profile: Profile, options: DecideOptions, plugins: readonly string[], filterMessage: string, wasHot: boolean,
): Failure {
  if (options.withoutPostFilter === true) return { unschedulablePlugins: plugins, filterMessage, message: filterMessage, postFilter: { code: 'Unschedulable', candidates: [], hopeless: new Map(), nominated: [], chosen: undefined } };
  if (!wasHot || !hasLesser(cycle.snapshot, pod.priority)) return postFilter(pod, rejections, filters, cycle, compiled, profile, options, plugins, filterMessage);
  const anew = newCycle(cycle.snapshot, cycle.lookups, profile);
  const again = runPreFilter(pod, anew, compiled, undefined);
  return postFilter(pod, rejections, again.filters, anew, compiled, profile, options, plugins, filterMessage);
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
