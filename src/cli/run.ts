import { stringify } from 'yaml';
import { actorOf } from '../sim/api/request.ts';
import type { Change } from '../sim/api/change.ts';
import { HOUR, type Micros } from '../sim/api/time.ts';
import { changeAt, headList } from '../sim/apiserver/store.ts';
import { portable } from '../kubectl/portable/objects.ts';
import { script } from '../kubectl/portable/script.ts';
import type { Tree } from '../kubectl/tree.ts';
import { digestOf, newTimeline, nextMoment, stepForward } from '../sim/index.ts';
import { followChapters, newChapterState } from '../sim/observe/chapters.ts';
import { scenarioOf, scenarios } from '../sim/scenarios/index.ts';
import { en } from '../ui/i18n/en.ts';
import type { ScenarioWords } from '../ui/i18n/index.ts';

export interface RunOptions {
  readonly id: string | undefined;
  readonly seed: number | undefined;
  /** In virtual seconds; absent: until a while after the last chapter. */
  readonly until: number | undefined;
  readonly json: boolean;
  /** Instead of the transcript: the story as a shell script, or what was wished for at its end as manifests. */
  readonly as?: 'transcript' | 'kind' | 'kwok' | 'manifests';
  readonly print: (line: string) => void;
}

/** What still happens after the last chapter belongs to the story: half a minute of it. */
const AFTERWARDS: Micros = 30_000_000;
const LONGEST: Micros = 2 * HOUR;

const seconds = (at: Micros): string => (at / 1e6).toFixed(3).padStart(10);

/** `orrery run`: plays a scenario without a screen; the chapters with their narration, and every write in between. Returns the exit code. */
export function runScenario({ id, seed, until, json, as = 'transcript', print }: RunOptions): number {
  const words = en.scenarios as Readonly<Record<string, ScenarioWords | undefined>>;
  if (id === undefined) {
    for (const scenario of scenarios) print(`${scenario.id.padEnd(20)} ${words[scenario.id]?.about ?? ''}`);
    print(`${'sandbox-N'.padEnd(20)} An empty cluster of N nodes`);
    return 0;
  }
  const scenario = scenarioOf(id);
  if (scenario === undefined) throw new Error(`there is no scenario ${JSON.stringify(id)}: see "orrery run --list"`);
  if (as === 'kind' || as === 'kwok') {
    print(script(as, { name: scenario.id, nodes: scenario.config.nodes, inputs: scenario.script }));
    return 0;
  }
  const chapters = words[id]?.chapters ?? {};
  const tells = as === 'transcript';
  const timeline = newTimeline({ ...scenario, ...(seed === undefined ? {} : { seed }) });
  timeline.spacing = Infinity;
  const state = newChapterState();
  let told = 0;
  let written = timeline.world.store.revision;
  let end = until === undefined ? (scenario.chapters.length === 0 ? 60_000_000 : LONGEST) : until * 1e6;
  while (nextMoment(timeline) <= end && stepForward(timeline, end)) {
    const { world } = timeline;
    followChapters(scenario.chapters, state, world);
    for (; told < state.reached.length; told++) {
      const { id: chapter, at, args } = state.reached[told]!;
      if (tells && !json) print(`\n${seconds(at)}  ${chapters[chapter]?.say(args) ?? chapter}`);
      if (until === undefined && told === scenario.chapters.length - 1) end = Math.min(LONGEST, at + AFTERWARDS);
    }
    for (; written < world.store.revision; written++) {
      const change = changeAt(world.store, written + 1);
      if (tells && change !== undefined) print(json ? jsonOf(change) : lineOf(change));
    }
  }
  if (as === 'manifests') {
    const { store } = timeline.world;
    const all = [...store.tables.keys()].flatMap((kind) => headList(store, kind) as readonly unknown[]) as readonly Tree[];
    print(portable(all).objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n'));
    return 0;
  }
  if (!json) print(`\n${seconds(timeline.world.now)}  ${timeline.world.steps} steps, ${timeline.world.store.revision} revisions, digest ${digestOf(timeline)}`);
  // A story that was played to its end and missed a chapter is not the story that is told.
  const missed = scenario.chapters.slice(state.reached.length);
  if (until !== undefined || missed.length === 0) return 0;
  print(`not reached: ${missed.map((chapter) => chapter.id).join(', ')}`);
  return 1;
}

const VERBS: Readonly<Record<string, string>> = { create: 'creates', update: 'updates', patch: 'patches', delete: 'deletes' };

const lineOf = (change: Change): string => `${seconds(change.at)}  ${actorOf(change.by).padEnd(28)} ${(VERBS[change.verb] ?? change.verb).padEnd(8)} ${change.kind} ${change.key}`;
const jsonOf = (change: Change): string => JSON.stringify({ at: change.at, revision: change.revision, by: actorOf(change.by), verb: change.verb, kind: change.kind, key: change.key, object: change.after ?? null });
