import { clusterReasons as clusterEn } from './cluster.en.ts';
import { clusterReasons as clusterZh } from './cluster.zh.ts';
import { nodeEn } from './node.en.ts';
import { nodeZh } from './node.zh.ts';
import { observeEn } from './observe.en.ts';
import { observeZh } from './observe.zh.ts';
import { workloadsEn } from './workloads.en.ts';
import { workloadsZh } from './workloads.zh.ts';

type Text = (args: Readonly<Record<string, string | number>>) => string;

/** Words for every reason code, by language. */
export const reasons: Readonly<Record<'en' | 'zh', Readonly<Record<string, Text>>>> = {
  en: { ...clusterEn, ...workloadsEn, ...nodeEn, ...observeEn },
  zh: { ...clusterZh, ...workloadsZh, ...nodeZh, ...observeZh },
};
