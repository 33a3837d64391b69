import { clusterReasons as clusterEn } from '../../src/ui/i18n/reasons/cluster.en.ts';
import { clusterReasons as clusterZh } from '../../src/ui/i18n/reasons/cluster.zh.ts';
import { nodeEn } from '../../src/ui/i18n/reasons/node.en.ts';
import { nodeZh } from '../../src/ui/i18n/reasons/node.zh.ts';
import { observeEn } from '../../src/ui/i18n/reasons/observe.en.ts';
import { observeZh } from '../../src/ui/i18n/reasons/observe.zh.ts';
import { extensionsEn } from '../../src/ui/i18n/reasons/extensions.en.ts';
import { extensionsZh } from '../../src/ui/i18n/reasons/extensions.zh.ts';
import { scalingEn } from '../../src/ui/i18n/reasons/scaling.en.ts';
import { scalingZh } from '../../src/ui/i18n/reasons/scaling.zh.ts';
import { volumesEn } from '../../src/ui/i18n/reasons/volumes.en.ts';
import { volumesZh } from '../../src/ui/i18n/reasons/volumes.zh.ts';
import { workloadsFurtherEn } from '../../src/ui/i18n/reasons/workloads-further.en.ts';
import { workloadsEn } from '../../src/ui/i18n/reasons/workloads.en.ts';
import { workloadsFurtherZh } from '../../src/ui/i18n/reasons/workloads-further.zh.ts';
import { workloadsZh } from '../../src/ui/i18n/reasons/workloads.zh.ts';

type Text = (args: Readonly<Record<string, string | number>>) => string;

/** Words for every reason code, by language. */
export const reasons: Readonly<Record<'en' | 'zh', Readonly<Record<string, Text>>>> = {
  en: { ...clusterEn, ...workloadsEn, ...workloadsFurtherEn, ...nodeEn, ...observeEn, ...volumesEn, ...extensionsEn, ...scalingEn },
  zh: { ...clusterZh, ...workloadsZh, ...workloadsFurtherZh, ...nodeZh, ...observeZh, ...volumesZh, ...extensionsZh, ...scalingZh },
};
