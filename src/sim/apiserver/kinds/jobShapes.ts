import type { KubernetesObject, LabelSelector } from '../../api/object.ts';
import type { Meta } from './meta.ts';
import type { PodTemplateIn } from './podShapes.ts';

/** Jobs and CronJobs as they are after decoding. */

export interface OnExitCodesIn {
  readonly containerName?: string;
  readonly operator?: string;
  readonly values?: readonly number[] | null;
}
export interface OnPodConditionIn {
  readonly type?: string;
  readonly status?: string;
}
export interface FailureRuleIn {
  readonly action?: string;
  readonly onExitCodes?: OnExitCodesIn;
  readonly onPodConditions?: readonly OnPodConditionIn[] | null;
}
export interface SuccessRuleIn {
  readonly succeededIndexes?: string;
  readonly succeededCount?: number;
}
export interface JobSpecIn {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly activeDeadlineSeconds?: number;
  readonly podFailurePolicy?: { readonly rules?: readonly FailureRuleIn[] | null };
  readonly successPolicy?: { readonly rules?: readonly SuccessRuleIn[] | null };
  readonly backoffLimit?: number;
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  readonly selector?: LabelSelector;
  readonly manualSelector?: boolean;
  readonly template: PodTemplateIn;
  readonly ttlSecondsAfterFinished?: number;
  readonly completionMode?: string;
  readonly suspend?: boolean;
  readonly podReplacementPolicy?: string;
  readonly managedBy?: string;
}
export interface JobStatusIn {
  readonly conditions?: readonly { readonly type?: string; readonly status?: string }[];
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly active?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly terminating?: number;
  readonly completedIndexes?: string;
  readonly failedIndexes?: string;
  readonly uncountedTerminatedPods?: { readonly succeeded?: readonly string[]; readonly failed?: readonly string[] };
  readonly ready?: number;
}
export interface JobIn extends KubernetesObject {
  readonly spec: JobSpecIn;
  readonly status?: JobStatusIn;
}
export interface CronJobIn extends KubernetesObject {
  readonly spec: {
    readonly schedule?: string;
    readonly timeZone?: string;
    readonly startingDeadlineSeconds?: number;
    readonly concurrencyPolicy?: string;
    readonly suspend?: boolean;
    readonly jobTemplate: { readonly metadata?: Meta; readonly spec: JobSpecIn };
    readonly successfulJobsHistoryLimit?: number;
    readonly failedJobsHistoryLimit?: number;
  };
  readonly status?: object;
}
export const isIndexed = (spec: JobSpecIn): boolean => spec.completionMode === 'Indexed';
