import type { StepId } from '../api/change.ts';
import type { ClusterConfig, Command } from '../api/cluster.ts';
import type { Micros } from '../api/time.ts';
import { command as applyCommand, step } from '../cluster/step.ts';
import { newCluster } from '../cluster/cluster.ts';
import { snapshotWorld, type World } from '../cluster/world.ts';
import { nextAt } from '../kernel/agenda.ts';
import { digestHex } from '../kernel/digest.ts';

/** Something from outside, and when: `steps` is the number of steps that had been taken; another engine goes by the time alone. */
export interface Input {
  readonly at: Micros;
  readonly steps: StepId;
  readonly command: Command;
}
/** An input that a scenario brings itself, by its time. */
export interface ScriptedInput {
  readonly at: Micros;
  readonly command: Command;
}

export interface Story {
  readonly config: ClusterConfig;
  readonly seed: number;
  /** In order of time. */
  readonly script: readonly ScriptedInput[];
}

interface Checkpoint {
  /** The present, and how many of the script's and of the later inputs had been played. */
  readonly world: World;
  readonly scripted: number;
  readonly played: number;
}

/**
 * A story that can be played, stopped, rewound and branched. The present is `world`; the past is reached through checkpoints and replay, and
 * the future is what the inputs that are already known lead to.
 */
export interface Timeline {
  readonly story: Story;
  world: World;
  scripted: number;
  played: number;
  /** What was done from outside, in order; beyond `played` lies the future that a rewind left behind. */
  inputs: Input[];
  /** In order of their steps. */
  checkpoints: Checkpoint[];
  /** How much effort lies between two of them. */
  spacing: number;
  /** Inputs of another engine's recording are placed by time. */
  readonly byTime: boolean;
  /** How far it has ever been played. */
  furthestSteps: StepId;
  furthestAt: Micros;
}

/** What it takes to play a stretch again, in steps: a write costs about as much as so many steps without one (measured). */
const WRITE_STEPS = 8;
const effort = (world: World): number => world.steps + WRITE_STEPS * world.store.revision;
/** A checkpoint looks at the state of every Pod, which takes about a step's time for each: about a fortieth of the effort goes into them. */
const EFFORT_FOR_POD = 40;
const FIRST_SPACING = 1_900;
const MOST_CHECKPOINTS = 192;

export function newTimeline(story: Story, inputs: readonly Input[] = [], byTime = false): Timeline {
  const world = newCluster(story.config, story.seed);
  const timeline: Timeline = { story, world, scripted: 0, played: 0, inputs: inputs.slice(), checkpoints: [], spacing: FIRST_SPACING, byTime, furthestSteps: 0, furthestAt: 0 };
  timeline.checkpoints.push(checkpointOf(timeline));
  return timeline;
}

const checkpointOf = (timeline: Timeline, earlier?: Checkpoint): Checkpoint => ({ world: snapshotWorld(timeline.world, earlier?.world), scripted: timeline.scripted, played: timeline.played });

function keepCheckpoint(timeline: Timeline): void {
  const { checkpoints, world } = timeline;
  const last = checkpoints.at(-1)!;
  const since = effort(world) - effort(last.world);
  if (since < timeline.spacing || since < EFFORT_FOR_POD * (world.store.tables.get('Pod')?.live.size ?? 0)) return;
  checkpoints.push(checkpointOf(timeline, last));
  if (checkpoints.length > MOST_CHECKPOINTS) {
    // Twice as far apart: a long story costs no more memory than a short one.
    timeline.checkpoints = checkpoints.filter((_, i) => i % 2 === 0);
    timeline.spacing *= 2;
  }
}

/** The next input that is already known, and whether it comes before the next event. */
function nextInput(timeline: Timeline): { readonly command: Command; readonly at: Micros; readonly from: 'script' | 'inputs' } | undefined {
  const { world } = timeline;
  const due = nextAt(world.agenda);
  const played = timeline.inputs[timeline.played];
  if (played !== undefined && (timeline.byTime ? played.at <= due : played.steps <= world.steps)) return { command: played.command, at: played.at, from: 'inputs' };
  const scripted = timeline.story.script[timeline.scripted];
  if (scripted !== undefined && scripted.at <= due) return { command: scripted.command, at: scripted.at, from: 'script' };
  return undefined;
}

/** When something happens next; Infinity: never. */
export function nextMoment(timeline: Timeline): Micros {
  return nextInput(timeline)?.at ?? nextAt(timeline.world.agenda);
}

/** Takes one step: an input that is due, or the next event. False when nothing will happen, or nothing up to a moment. */
export function stepForward(timeline: Timeline, until: Micros = Infinity): boolean {
  const { world } = timeline;
  for (;;) {
    // Asked anew each time: behind what was overtaken an input may be due before the next event.
    const input = nextInput(timeline);
    if (input !== undefined) {
      world.now = Math.max(world.now, input.at);
      applyCommand(world, input.command);
      if (input.from === 'inputs') timeline.played++;
      else timeline.scripted++;
      break;
    }
    // What is on the agenda may have been overtaken (a timer set anew): then nothing is counted, and the next is tried.
    const before = world.steps;
    if (nextAt(world.agenda) > until || !step(world)) return false;
    if (world.steps !== before) break;
  }
  keepCheckpoint(timeline);
  if (world.steps > timeline.furthestSteps) {
    timeline.furthestSteps = world.steps;
    timeline.furthestAt = world.now;
  }
  return true;
}

/** Plays up to and including a moment, which then is the present. */
export function playUntil(timeline: Timeline, at: Micros): void {
  while (nextMoment(timeline) <= at) stepForward(timeline, at);
  const { world } = timeline;
  if (at > world.now) world.now = at;
  if (at > timeline.furthestAt) timeline.furthestAt = at;
}

export type Target = { readonly steps: StepId } | { readonly at: Micros };

/** Goes to a moment or to a step, backwards or forwards. */
export function seek(timeline: Timeline, target: Target): void {
  const reached = (world: World): boolean => ('steps' in target ? world.steps <= target.steps : world.now <= target.at);
  // By time the end of the instant is meant: a checkpoint within it is not past it.
  let best: Checkpoint | undefined;
  for (const checkpoint of timeline.checkpoints) if (reached(checkpoint.world)) best = checkpoint;
  best ??= timeline.checkpoints[0]!;
  if (!reached(timeline.world) || best.world.steps > timeline.world.steps) restore(timeline, best);
  if ('steps' in target) {
    while (timeline.world.steps < target.steps && stepForward(timeline));
  } else playUntil(timeline, target.at);
}

function restore(timeline: Timeline, checkpoint: Checkpoint): void {
  timeline.world = snapshotWorld(checkpoint.world);
  timeline.scripted = checkpoint.scripted;
  timeline.played = checkpoint.played;
}

/**
 * Something from outside happens now. What had been done later, in a future that was rewound, is given up: to keep it, fork first.
 * The script goes on.
 */
export function act(timeline: Timeline, command: Command): { readonly step: StepId; readonly id: number } {
  const { world } = timeline;
  if (timeline.played < timeline.inputs.length) timeline.inputs = timeline.inputs.slice(0, timeline.played);
  timeline.inputs.push({ at: world.now, steps: world.steps, command });
  timeline.played = timeline.inputs.length;
  timeline.checkpoints = timeline.checkpoints.filter((checkpoint) => checkpoint.world.steps <= world.steps);
  const done = applyCommand(world, command);
  timeline.furthestSteps = world.steps;
  timeline.furthestAt = world.now;
  return done;
}

/** A branch: the same story up to now, with checkpoints shared, and a future of its own. */
export function fork(timeline: Timeline): Timeline {
  const { world } = timeline;
  return {
    ...timeline,
    world: snapshotWorld(world),
    inputs: timeline.inputs.slice(0, timeline.played),
    checkpoints: timeline.checkpoints.filter((checkpoint) => checkpoint.world.steps <= world.steps),
    furthestSteps: world.steps,
    furthestAt: world.now,
  };
}

export const digestOf = (timeline: Timeline): string => digestHex(timeline.world.digest);
