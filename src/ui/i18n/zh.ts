import type { Catalogue } from './index.ts';
import { chapterTitlesZh, stepNotesZh } from './chapters.zh.ts';
import { compose } from './compose.ts';
import { panelsZh } from './panels.zh.ts';
import { clusterReasons } from './reasons/cluster.zh.ts';
import { extensionsZh } from './reasons/extensions.zh.ts';
import { nodeZh } from './reasons/node.zh.ts';
import { observeZh } from './reasons/observe.zh.ts';
import { schedulerReasons } from './reasons/scheduler.zh.ts';
import { volumesZh } from './reasons/volumes.zh.ts';
import { scalingZh } from './reasons/scaling.zh.ts';
import { workloadsFurtherZh } from './reasons/workloads-further.zh.ts';
import { workloadsZh } from './reasons/workloads.zh.ts';
import { chaptersZh, scenarioTitlesZh, tenStepsZh } from './scenarios.zh.ts';
import { schedulingZh } from './scheduling.zh.ts';
import { simplifiedZh } from './simplified.zh.ts';
import { stageZh } from './stage.zh.ts';
import { scalingStoriesZh } from './scaling-stories.zh.ts';
import { workloadStoriesZh } from './workload-stories.zh.ts';

// One language is loaded at a time.
export const zh: Catalogue = compose({
  language: 'zh',
  stage: stageZh,
  panels: panelsZh,
  reasons: { ...clusterReasons, ...workloadsZh, ...workloadsFurtherZh, ...scalingZh, ...nodeZh, ...observeZh, ...volumesZh, ...extensionsZh, ...schedulerReasons },
  simplified: simplifiedZh,
  titles: scenarioTitlesZh,
  chapters: chaptersZh,
  chapterTitles: chapterTitlesZh,
  scheduling: schedulingZh,
  workloads: { ...workloadStoriesZh, ...scalingStoriesZh },
  tenSteps: tenStepsZh,
  stepNotes: stepNotesZh,
});
