import type { Catalogue } from './index.ts';
import { chapterTitlesEn, stepNotesEn } from './chapters.en.ts';
import { compose } from './compose.ts';
import { panelsEn } from './panels.en.ts';
import { clusterReasons } from './reasons/cluster.en.ts';
import { extensionsEn } from './reasons/extensions.en.ts';
import { nodeEn } from './reasons/node.en.ts';
import { observeEn } from './reasons/observe.en.ts';
import { schedulerReasons } from './reasons/scheduler.en.ts';
import { volumesEn } from './reasons/volumes.en.ts';
import { scalingEn } from './reasons/scaling.en.ts';
import { workloadsFurtherEn } from './reasons/workloads-further.en.ts';
import { workloadsEn } from './reasons/workloads.en.ts';
import { chaptersEn, scenarioTitlesEn, tenStepsEn } from './scenarios.en.ts';
import { schedulingEn } from './scheduling.en.ts';
import { simplifiedEn } from './simplified.en.ts';
import { stageEn } from './stage.en.ts';
import { scalingStoriesEn } from './scaling-stories.en.ts';
import { workloadStoriesEn } from './workload-stories.en.ts';

// One language is loaded at a time.
export const en: Catalogue = compose({
  language: 'en',
  stage: stageEn,
  panels: panelsEn,
  reasons: { ...clusterReasons, ...workloadsEn, ...workloadsFurtherEn, ...scalingEn, ...nodeEn, ...observeEn, ...volumesEn, ...extensionsEn, ...schedulerReasons },
  simplified: simplifiedEn,
  titles: scenarioTitlesEn,
  chapters: chaptersEn,
  chapterTitles: chapterTitlesEn,
  scheduling: schedulingEn,
  workloads: { ...workloadStoriesEn, ...scalingStoriesEn },
  tenSteps: tenStepsEn,
  stepNotes: stepNotesEn,
});
