import type { ContainerStatus, Pod } from '../../api/object.ts';
import type { Job, PodFailurePolicyRule } from '../../api/workloads.ts';
import { overlap, parseIndexes, total } from './indexes.ts';
import type { Intervals } from './indexes.ts';
import { isFailed } from './pods.ts';

/** What the user said about failures and success (pkg/controller/job/pod_failure_policy.go, success_policy.go). */

export interface Verdict {
  /** Whether the failure counts towards the limits. */
  readonly counts: boolean;
  readonly action?: string;
  /** The Job fails, with this message. */
  readonly failsJob?: string;
}
const COUNTS: Verdict = { counts: true };

function exited(pod: Pod, rule: NonNullable<PodFailurePolicyRule['onExitCodes']>): ContainerStatus | undefined {
  const fits = ({ name, state }: ContainerStatus): boolean => {
    const code = state?.terminated?.exitCode;
    if (code === undefined || code === 0 || (rule.containerName !== undefined && rule.containerName !== name)) return false;
    return rule.operator === 'In' ? rule.values.includes(code) : rule.operator === 'NotIn' && !rule.values.includes(code);
  };
  return pod.status.containerStatuses?.find(fits) ?? pod.status.initContainerStatuses?.find(fits);
}

/** The first rule that fits. */
export function judge(job: Job, pod: Pod): Verdict {
  const which = `${pod.metadata.namespace}/${pod.metadata.name}`;
  for (const [i, { action, onExitCodes, onPodConditions }] of (job.spec.podFailurePolicy?.rules ?? []).entries()) {
    let message: string;
    if (onExitCodes !== undefined) {
      const status = exited(pod, onExitCodes);
      if (status === undefined) continue;
      message = `Container ${status.name} for pod ${which} failed with exit code ${status.state!.terminated!.exitCode} matching ${action} rule at index ${i}`;
    } else {
      const condition = pod.status.conditions?.find(({ type, status }) => onPodConditions?.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === status) === true);
      if (condition === undefined) continue;
      message = `Pod ${which} has condition ${condition.type} matching ${action} rule at index ${i}`;
    }
    if (action === 'Ignore') return { counts: false, action };
    if (action === 'FailIndex' || action === 'Count') return { counts: true, action };
    if (action === 'FailJob') return { counts: true, action, failsJob: message };
  }
  return COUNTS;
}

/** Why the Job fails at once, if a Pod failed in a way that the policy does not allow. */
export function failMessage(job: Job, pods: readonly Pod[]): string | undefined {
  if (job.spec.podFailurePolicy === undefined) return undefined;
  for (const pod of pods) {
    const message = isFailed(pod, job) ? judge(job, pod).failsJob : undefined;
    if (message !== undefined) return message;
  }
  return undefined;
}

/** The message of the first rule by which the indexes that have succeeded are enough. */
export function successMessage(job: Job, succeeded: Intervals): string | undefined {
  if (succeeded.length === 0) return undefined;
  for (const [i, { succeededIndexes, succeededCount }] of (job.spec.successPolicy?.rules ?? []).entries()) {
    const message = `Matched rules at index ${i}`;
    if (succeededIndexes !== undefined) {
      const required = parseIndexes(succeededIndexes, job.spec.completions ?? 0);
      if (required.length === 0) continue;
      const have = overlap(required, succeeded);
      if (have === total(required) || (succeededCount !== undefined && have >= succeededCount)) return message;
    } else if (succeededCount !== undefined && total(succeeded) >= succeededCount) return message;
  }
  return undefined;
}
