import type { Condition, Deployment } from '../../api/object.ts';
import { timestamp } from '../../api/time.ts';
import type { Micros } from '../../api/time.ts';

/** Conditions of a Deployment, as pkg/controller/deployment/util/deployment_util.go sets them. */

export type Conditions = readonly Condition[];

export const find = (conditions: Conditions | undefined, type: string): Condition | undefined => conditions?.find((condition) => condition.type === type);

export const condition = (type: string, status: Condition['status'], reason: string, message: string, now: Micros): Condition => ({
  type, status, lastUpdateTime: timestamp(now), lastTransitionTime: timestamp(now), reason, message,
});

export const without = (conditions: Conditions, type: string): Conditions => conditions.filter((other) => other.type !== type);

/** A condition with the status and the reason that it had stays as it is; one that keeps its status keeps the time of its transition. */
export function set(conditions: Conditions, next: Condition): Conditions {
  const current = find(conditions, next.type);
  if (current?.status === next.status && current.reason === next.reason) return conditions;
  return [...without(conditions, next.type), current?.status === next.status ? { ...next, lastTransitionTime: current.lastTransitionTime } : next];
}

const FOREVER = 2_147_483_647;
export const hasProgressDeadline = (deployment: Deployment): boolean => (deployment.spec.progressDeadlineSeconds ?? FOREVER) !== FOREVER;
export const hasHistoryLimit = (deployment: Deployment): boolean => (deployment.spec.revisionHistoryLimit ?? FOREVER) !== FOREVER;
