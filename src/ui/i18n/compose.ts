import type { Language } from '../session/preferences.ts';
import type { Args, Catalogue, ChapterWords as Words } from './index.ts';
import type { ChapterTitles } from './chapters.en.ts';
import type { PanelMessages } from './panels.en.ts';
import type { ChapterWords, ScenarioTitles, TenStepWords } from './scenarios.en.ts';
import type { ScalingStories } from './scaling-stories.en.ts';
import type { SchedulingStories } from './scheduling.en.ts';
import type { Simplification } from './simplified.en.ts';
import type { StageMessages } from './stage.en.ts';
import type { WorkloadStories } from './workload-stories.en.ts';

interface Parts {
  readonly language: Language;
  readonly stage: StageMessages;
  readonly panels: PanelMessages;
  readonly reasons: Readonly<Record<string, (args: Args) => string>>;
  readonly simplified: readonly Simplification[];
  readonly titles: ScenarioTitles;
  readonly chapters: ChapterWords;
  readonly chapterTitles: ChapterTitles;
  readonly scheduling: SchedulingStories;
  readonly workloads: WorkloadStories & ScalingStories;
  readonly tenSteps: TenStepWords;
  readonly stepNotes: readonly string[];
}

/** Puts the parts of one language together, by story and chapter. */
export function compose(parts: Parts): Catalogue {
  const chapters: Readonly<Record<string, (args: Args) => string>> = parts.chapters;
  const chapterTitles: Readonly<Record<string, string>> = parts.chapterTitles;
  const of = (story: string): Readonly<Record<string, Words>> =>
    Object.fromEntries(Object.keys(chapters).filter((id) => id.startsWith(`${story}.`)).map((id) => [id, { title: chapterTitles[id] ?? id, say: chapters[id]! }]));
  return {
    language: parts.language,
    stage: parts.stage,
    panels: parts.panels,
    simplified: parts.simplified,
    reasons: parts.reasons,
    scenarios: { ...Object.fromEntries(Object.entries(parts.titles).map(([id, { title, about }]) => [id, { title, about, chapters: of(id) }])), ...parts.scheduling, ...parts.workloads },
    shelves: [
      { name: 'first', stories: Object.keys(parts.titles) },
      { name: 'scheduler', stories: Object.keys(parts.scheduling) },
      { name: 'workloads', stories: Object.keys(parts.workloads) },
    ],
    tenSteps: Object.values(parts.tenSteps).map(({ title, text }, i) => ({ title, say: text, note: parts.stepNotes[i] ?? '' })),
    reason: (code, args) => parts.reasons[code]?.(args) ?? code,
  };
}
