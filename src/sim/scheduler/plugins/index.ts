import type { Plugin } from '../plugin.ts';
import { defaultPreemption } from './defaultPreemption.ts';
import { dynamicResources } from './dynamicResources.ts';
import { imageLocality } from './imageLocality.ts';
import { interPodAffinity } from './interPodAffinity.ts';
import { nodeAffinity } from './nodeAffinity.ts';
import { nodeDeclaredFeatures } from './nodeDeclaredFeatures.ts';
import { nodeName } from './nodeName.ts';
import { nodePorts } from './nodePorts.ts';
import { nodeResourcesBalancedAllocation } from './nodeResourcesBalancedAllocation.ts';
import { nodeResourcesFit } from './nodeResourcesFit.ts';
import { nodeUnschedulable } from './nodeUnschedulable.ts';
import { nodeVolumeLimits } from './nodeVolumeLimits.ts';
import { podTopologySpread } from './podTopologySpread.ts';
import { prioritySort } from './prioritySort.ts';
import { schedulingGates } from './schedulingGates.ts';
import { taintToleration } from './taintToleration.ts';
import { volumeBinding } from './volumeBinding.ts';
import { volumeRestrictions } from './volumeRestrictions.ts';
import { volumeZone } from './volumeZone.ts';

/** Every plugin there is; a profile says which take part, in which order and with which weight. */
export const PLUGINS: readonly Plugin[] = [
  prioritySort,
  schedulingGates,
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
  volumeRestrictions,
  nodeVolumeLimits,
  volumeBinding,
  volumeZone,
  podTopologySpread,
  interPodAffinity,
  dynamicResources,
  nodeDeclaredFeatures,
  defaultPreemption,
  nodeResourcesBalancedAllocation,
  imageLocality,
];

const byName = new Map(PLUGINS.map((plugin) => [plugin.name, plugin]));

export function pluginOf(name: string): Plugin {
  const plugin = byName.get(name);
  if (plugin === undefined) throw new Error(`no such scheduler plugin: ${name}`);
  return plugin;
}
