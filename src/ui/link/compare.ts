/**
 * Two histories that parted, side by side on one clock: the story as it would have gone on, and the branch. Both are copies, played ahead as far as is
 * looked at; the story and the branch themselves stay where they are. Loaded when somebody compares.
 */
import type { Micros } from '../../sim/api/time.ts';
import { changeAt } from '../../sim/apiserver/store.ts';
import { fork, nextMoment, seek, stepForward, type Timeline } from '../../sim/index.ts';
import type { NodeModel, WriteTile } from '../stage/model.ts';
import type { Digested } from './digested.ts';
import { courseOf, type Course, type Milestone, type MilestoneCode } from './milestones.ts';
import { stageModel } from './stageModel.ts';

/** An owner's figures on one side: now, and the least and the most since the branch. */
export interface OwnerFigures {
  readonly ready: number;
  readonly pods: number;
  readonly leastReady: number;
  readonly mostPods: number;
}
export interface ComparedOwner {
  readonly kind: string;
  readonly key: string;
  /** Undefined: there is none on this side. */
  readonly sides: readonly [OwnerFigures | undefined, OwnerFigures | undefined];
}
export interface Difference {
  readonly id: string;
  readonly code: MilestoneCode;
  readonly kind: string;
  readonly key: string;
  readonly n: number;
  /** When it happened; undefined: it did not, as far as was looked. */
  readonly at: readonly [Micros | undefined, Micros | undefined];
}
export interface ComparedSide {
  readonly nodes: readonly NodeModel[];
  /** The newest first. */
  readonly writes: readonly (WriteTile & { readonly at: Micros })[];
  readonly waiting: number;
  readonly requests: { readonly total: number; readonly failed: number } | undefined;
}
export interface CompareModel {
  /** Where they part, and how far was looked. */
  readonly from: Micros;
  readonly until: Micros;
  readonly at: Micros;
  readonly fromRevision: number;
  readonly lines: readonly string[];
  readonly sides: readonly [ComparedSide, ComparedSide];
  readonly owners: readonly ComparedOwner[];
  /** In order of time. */
  readonly differences: readonly Difference[];
  /** How many milestones both have at the same time, and how many more differences there are than are told. */
  readonly same: number;
  readonly untold: number;
  /** Where it is worth to stop. */
  readonly moments: readonly Micros[];
}
export interface Comparison {
  readonly show: (at: Micros) => CompareModel;
  readonly from: Micros;
}

/** Ten minutes show an eviction with upstream's 300 s, and what follows. */
const AHEAD: Micros = 600_000_000;
const MOST_STEPS = 250_000;
const STEPS_IN_A_SLICE = 200;
/** Less apart than this is the wire's chance, not a difference. */
const SAME: Micros = 150_000;
const MOST_DIFFERENCES = 200;
const WRITES = 7;
const FOLDED = new Set(['Lease', 'Event']);

export interface CompareParts {
  readonly trunk: Timeline;
  readonly branch: Timeline;
  readonly fromRevision: number;
  readonly lines: readonly string[];
  readonly newDigested: () => Digested;
  readonly breathe: () => Promise<void>;
  readonly isWanted: () => boolean;
}

/** Both with all that was done in them, even beyond a rewind. */
const copyOf = (timeline: Timeline): Timeline => ({ ...fork(timeline), inputs: timeline.inputs.slice() });

export async function compare({ trunk, branch, fromRevision, lines, newDigested, breathe, isWanted }: CompareParts): Promise<Comparison | undefined> {
  const from = trunk.world.now;
  const two = [copyOf(trunk), copyOf(branch)] as const;
  let until = Math.max(from + AHEAD, branch.furthestAt);
  for (const side of two) {
    let steps = 0;
    while (nextMoment(side) <= until && stepForward(side, until)) {
      if (++steps > MOST_STEPS) {
        until = side.world.now;
        break;
      }
      if (steps % STEPS_IN_A_SLICE !== 0) continue;
      await breathe();
      if (!isWanted()) return undefined;
    }
  }
  const digests = [newDigested(), newDigested()] as const;
  const courses = two.map((side, i) => {
    digests[i]!.follow(side.world);
    return courseOf(side.world, fromRevision, from);
  }) as unknown as readonly [Course, Course];
  const { differences, same } = differencesOf(courses, until);
  const moments = momentsOf(courses, from, until);

  return {
    from,
    show(at) {
      const now = Math.max(from, Math.min(at, until));
      const sides = two.map((side, i) => {
        seek(side, { at: now });
        return sideOf(side, digests[i]!, fromRevision);
      }) as unknown as readonly [ComparedSide, ComparedSide];
      return { from, until, at: now, fromRevision, lines, sides, owners: ownersOf(courses, from, now), differences: differences.slice(0, MOST_DIFFERENCES), same, untold: Math.max(0, differences.length - MOST_DIFFERENCES), moments };
    },
  };
}

function sideOf(side: Timeline, digested: Digested, fromRevision: number): ComparedSide {
  const { world } = side;
  digested.follow(world);
  const { nodes, scheduler } = stageModel(world, { you: [], digested, later: [] });
  const { total, failed } = digested.traffic(world.steps, 0);
  const writes: ComparedSide['writes'][number][] = [];
  for (let revision = world.store.revision; revision > fromRevision && writes.length < WRITES; revision--) {
    const change = changeAt(world.store, revision);
    if (change === undefined || FOLDED.has(change.kind)) continue;
    writes.push({ type: 'write', revision, at: change.at, kind: change.subresource === 'binding' ? 'Binding' : change.kind, key: change.key, operation: change.before === undefined ? 'create' : change.after === undefined ? 'delete' : 'update' });
  }
  return { nodes, writes, waiting: scheduler.waiting.length, requests: total === 0 ? undefined : { total, failed } };
}

export function differencesOf([left, right]: readonly [Course, Course], until: Micros): { readonly differences: readonly Difference[]; readonly same: number } {
  const ids = new Map<string, [Milestone | undefined, Milestone | undefined]>();
  for (const [i, course] of [left, right].entries()) {
    for (const milestone of course.milestones) {
      if (milestone.at > until) continue;
      const pair = ids.get(milestone.id);
      if (pair === undefined) ids.set(milestone.id, i === 0 ? [milestone, undefined] : [undefined, milestone]);
      else pair[i] ??= milestone;
    }
  }
  const differences: Difference[] = [];
  let same = 0;
  for (const [id, [a, b]] of ids) {
    if (a !== undefined && b !== undefined && Math.abs(a.at - b.at) < SAME) same++;
    else differences.push({ id, code: (a ?? b)!.code, kind: (a ?? b)!.kind, key: (a ?? b)!.key, n: (a ?? b)!.n, at: [a?.at, b?.at] });
  }
  const first = ({ at: [a, b] }: Difference): Micros => Math.min(a ?? Infinity, b ?? Infinity);
  return { differences: differences.sort((a, b) => first(a) - first(b) || (a.id < b.id ? -1 : 1)), same };
}

function momentsOf([left, right]: readonly [Course, Course], from: Micros, until: Micros): readonly Micros[] {
  const all = new Set([from, until]);
  for (const { milestones } of [left, right]) for (const { at } of milestones) if (at > from && at <= until) all.add(at);
  return [...all].sort((a, b) => a - b);
}

function ownersOf([left, right]: readonly [Course, Course], from: Micros, now: Micros): readonly ComparedOwner[] {
  const known = new Map([...left.owners, ...right.owners].map(({ kind, key }) => [`${kind} ${key}`, { kind, key }]));
  const figures = (course: Course, kind: string, key: string): OwnerFigures | undefined => {
    const points = course.owners.find((owner) => owner.kind === kind && owner.key === key)?.points.filter(({ at }) => at <= now);
    if (points === undefined || points.length === 0) return undefined;
    // What stood at the branch counts for the least and the most since.
    const since = points.filter(({ at }, i) => at > from || (points[i + 1]?.at ?? Infinity) > from);
    const last = points.at(-1)!;
    return { ready: last.ready, pods: last.pods, leastReady: Math.min(...since.map(({ ready }) => ready)), mostPods: Math.max(...since.map(({ pods }) => pods)) };
  };
  return [...known.values()].map(({ kind, key }) => ({ kind, key, sides: [figures(left, kind, key), figures(right, kind, key)] as const })).filter(({ sides: [a, b] }) => [a, b].some((each) => each !== undefined && (each.mostPods > 0 || each.pods > 0)));
}
