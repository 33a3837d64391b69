import type { Kind, Pod } from '../../sim/api/object.ts';
import { listAt, positionAt, tableOf } from '../../sim/apiserver/store.ts';
import { at as itemAt } from '../../sim/kernel/journal.ts';
import { matrixOf, type Choice, type Decision } from '../../sim/scheduler/decide.ts';
import { explain, filterCell, scoreCell, type Explanation } from '../../sim/scheduler/explain.ts';
import { momentOfNote, nothingInMind, remember, type DecisionNote, type Moment } from '../../sim/scheduler/moment.ts';
import { compile, DEFAULT_PROFILE, profileNamed } from '../../sim/scheduler/profile.ts';
import { changed, decisionAt } from '../../sim/scheduler/whatIf.ts';
import type { World } from '../../sim/cluster/world.ts';
import { matrixModel } from './explainMatrix.ts';
import { offersOf } from './explainOffers.ts';
import { queueOf } from './explainQueue.ts';
import type { Attempt, Change, MatrixModel, NodeCells, Overview, SchedulerAnswer, SchedulerAsk } from './scheduling.ts';

/**
 * What the scheduler's view asks. Loaded when somebody looks: the moment of a decision is rebuilt from the record, and a question "what if" is
 * answered from a copy of it. The history is only read.
 */
export async function answerScheduler(world: World, ask: SchedulerAsk, breathe: () => Promise<void> = () => Promise.resolve()): Promise<SchedulerAnswer> {
  switch (ask.about) {
    case 'overview':
      return { about: 'overview', overview: overviewOf(world, ask) };
    case 'matrix':
      return { about: 'matrix', matrix: matrixAt(world, ask.step, ask.changes) };
    case 'cells': {
      const it = momentAt(world, ask.step);
      return { about: 'cells', cells: it === undefined ? [] : cellsOf(considered(it, ask.changes), ask.nodes) };
    }
    case 'offers': {
      const it = momentAt(world, ask.step);
      return { about: 'offers', offers: it === undefined ? undefined : await offersOf(it.moment, it.decision, breathe) };
    }
  }
}

function matrixAt(world: World, step: number, changes?: readonly Change[]): MatrixModel | undefined {
  const it = momentAt(world, step);
  if (it === undefined) return undefined;
  const { moment, decision } = considered(it, changes);
  return matrixModel(step, it.at, moment, decision);
}

// ---- moments

interface Considered {
  readonly moment: Moment;
  readonly decision: Decision;
  about: Explanation | undefined;
}
interface Remembered extends Considered {
  readonly at: number;
  readonly others: Map<string, Considered>;
}
/** By the note itself: another history has other notes, even in the same step. */
const remembered = new WeakMap<object, Remembered>();
const MOST_OTHERS = 12;

const isScheduler = (process: string): boolean => process === 'scheduler' || process.startsWith('scheduler/');

function momentAt(world: World, step: number): Remembered | undefined {
  const target = itemAt(world.trace, step - 1);
  const noted = target?.notes?.find((note) => note.type === 'decision') as (DecisionNote & object) | undefined;
  if (target === undefined || noted === undefined) return undefined;
  const known = remembered.get(noted);
  if (known !== undefined) return known;
  const mind = nothingInMind();
  for (let i = 0; i < step - 1; i++) {
    const record = itemAt(world.trace, i)!;
    if (record.process !== target.process) continue;
    if (record.type === 'start') {
      mind.assumed.clear();
      mind.nominations.clear();
    }
    for (const note of record.notes ?? []) remember(mind, note);
  }
  const moment = momentOfNote(noted, (pod) => profileNamed(pod.spec.schedulerName ?? DEFAULT_PROFILE.schedulerName, world.config.schedulerProfiles) ?? DEFAULT_PROFILE, (kind: Kind, revision) => listAt(tableOf(world.store, kind), positionAt(tableOf(world.store, kind), revision)), mind);
  if (moment === undefined) return undefined;
  const made: Remembered = { at: target.at, moment, decision: matrixOf(noted.decision), about: undefined, others: new Map() };
  remembered.set(noted, made);
  return made;
}

/** The decision as it was, or as it would have been: searched and scored as the scheduler does it. */
function considered(it: Remembered, changes: readonly Change[] | undefined): Considered {
  if (changes === undefined || changes.length === 0) return it;
  const key = JSON.stringify(changes);
  const known = it.others.get(key);
  if (known !== undefined) return known;
  const moment = changes.reduce(changed, it.moment);
  const made: Considered = { moment, decision: decisionAt(moment, { sampled: true }), about: undefined };
  if (it.others.size >= MOST_OTHERS) it.others.delete(it.others.keys().next().value!);
  it.others.set(key, made);
  return made;
}

function cellsOf(it: Considered, nodes: readonly string[]): readonly NodeCells[] {
  const about = (it.about ??= explain(it.moment, it.decision));
  const filters = compile(it.moment.profile).filter.map((plugin) => plugin.name);
  const passed = new Set(it.decision.feasible.map((place) => it.decision.nodes[place]!));
  return nodes.map((node) => ({
    node,
    filters: filters.map((plugin) => filterCell(about, plugin, node).sentences),
    scores: passed.has(node) ? it.decision.scores.plugins.map(({ name }) => scoreCell(about, name, node).sentences) : [],
  }));
}

// ---- the overview

const MOST_PODS = 200;
const MOST_ATTEMPTS = 500;

function overviewOf(world: World, ask: Extract<SchedulerAsk, { readonly about: 'overview' }>): Overview {
  let key = ask.pod;
  const pods = new Map<string, Overview['pods'][number]>();
  const attempts: Attempt[] = [];
  for (let i = world.trace.length - 1; i >= 0; i--) {
    const record = itemAt(world.trace, i)!;
    if (!isScheduler(record.process) || record.notes === undefined) continue;
    for (const note of record.notes) {
      if (note.type !== 'decision') continue;
      const { pod, chosen, failure } = note['decision'] as Choice;
      key ??= pod;
      if (pods.size < MOST_PODS && !pods.has(pod)) pods.set(pod, { key: pod, at: record.at, ...(chosen === undefined ? {} : { chosen }) });
      if (pod !== key || attempts.length >= MOST_ATTEMPTS) continue;
      const nominated = failure?.postFilter.chosen?.node;
      attempts.push({ step: record.step, at: record.at, number: Number(note['attempt'] ?? 0), ...(chosen === undefined ? {} : { chosen }), ...(nominated === undefined ? {} : { nominated }) });
    }
  }
  const [newest] = attempts;
  const matrix = ask.matrix === true && newest !== undefined ? matrixAt(world, newest.step) : undefined;
  return { at: world.now, ...(key === undefined ? {} : { pod: key }), ...(matrix === undefined ? {} : { matrix }), pods: [...pods.values()], attempts: attempts.reverse(), after: key === undefined ? {} : afterwards(world, key), queue: queueOf(world) };
}

/** When the binding was written, and when the Pod ran: from its own life. */
function afterwards(world: World, key: string): Overview['after'] {
  const table = world.store.tables.get('Pod');
  const out: { bound?: { at: number; revision: number }; running?: { at: number; revision: number }; gone?: { at: number; revision: number } } = {};
  const newest = table?.live.get(key) ?? table?.gone.get(key);
  for (let change = newest; change !== undefined; change = change.previous) {
    const { at, revision } = change;
    const [before, after] = [change.before as Pod | undefined, change.after as Pod | undefined];
    if (after === undefined) {
      // An earlier life of the same name is another Pod.
      if (change !== newest) break;
      out.gone = { at, revision };
    } else {
      if ((after.spec.nodeName ?? '') !== '' && (before?.spec.nodeName ?? '') === '') out.bound = { at, revision };
      if (after.status?.phase === 'Running' && before?.status?.phase !== 'Running') out.running = { at, revision };
    }
    if (before === undefined) break;
  }
  return out;
}

