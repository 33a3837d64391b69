import type { Args, Catalogue } from './index.ts';
import { panelsEn } from './panels.en.ts';
import { clusterReasons } from './reasons/cluster.en.ts';
import { nodeEn } from './reasons/node.en.ts';
import { workloadsEn } from './reasons/workloads.en.ts';
import { stageEn } from './stage.en.ts';

const reasons: Readonly<Record<string, (args: Args) => string>> = { ...clusterReasons, ...nodeEn, ...workloadsEn };

export const en: Catalogue = {
  language: 'en',
  stage: stageEn,
  panels: panelsEn,
  scenarios: { deploy: { title: 'Deploy nginx ×3 with a Service', chapters: {} } },
  tenSteps: [],
  reason: (code, args) => reasons[code]?.(args) ?? code,
};
