import { hashText } from '../kernel/draw.ts';
import { deploy } from './deploy.ts';
import { killNode } from './killNode.ts';
import { killPod } from './killPod.ts';
import { partitionNode } from './partitionNode.ts';
import { rollout } from './rollout.ts';
import { sandboxOf } from './sandbox.ts';
import { scale } from './scale.ts';
import type { Scenario } from './scenario.ts';

export type { Scenario, ScriptedCommand, Manifest } from './scenario.ts';
export { nginxDeployment, nginxService } from './nginx.ts';

const first: readonly Scenario[] = [deploy, scale, rollout, killPod, killNode, partitionNode];
const all: Scenario[] = [...first];
/** In the order in which they are offered. */
export const scenarios: readonly Scenario[] = all;
/** Further scenarios are loaded after the first picture (further.ts). Called while modules load, never later. */
export function registerScenarios(further: readonly Scenario[]): void {
  all.push(...further.filter((scenario) => !all.includes(scenario)));
}
/** Can its first picture be shown with what is loaded first? */
export const isFirst = (id: string): boolean => first.some((scenario) => scenario.id === id);

export const scenarioOf = (id: string): Scenario | undefined => scenarios.find((scenario) => scenario.id === id) ?? sandboxOf(id);

const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');
/** What a scenario is made of, as 16 hex digits: a recording says which it was made with. */
export function contentOf(scenario: Scenario): string {
  const text = JSON.stringify([scenario.id, scenario.seed, scenario.config, scenario.script, scenario.chapters.map(({ id }) => id)]);
  return hex(hashText(text)) + hex(hashText(text, 0x9e3779b9));
}
