import type { Args, Catalogue } from './index.ts';
import { panelsZh } from './panels.zh.ts';
import { clusterReasons } from './reasons/cluster.zh.ts';
import { nodeZh } from './reasons/node.zh.ts';
import { workloadsZh } from './reasons/workloads.zh.ts';
import { stageZh } from './stage.zh.ts';

const reasons: Readonly<Record<string, (args: Args) => string>> = { ...clusterReasons, ...nodeZh, ...workloadsZh };

export const zh: Catalogue = {
  language: 'zh',
  stage: stageZh,
  panels: panelsZh,
  scenarios: { deploy: { title: '部署 nginx ×3 与 Service', chapters: {} } },
  tenSteps: [],
  reason: (code, args) => reasons[code]?.(args) ?? code,
};
