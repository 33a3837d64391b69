import type { MetricSpec, ScalingBehavior } from '../../api/autoscaling.ts';
import { conditionOf, type Container, type Pod } from '../../api/object.ts';
import { milliValue, parseQuantity } from '../../api/quantity.ts';
import { isPodReady } from '../../api/pods.ts';
import { podTotal } from '../../api/amounts.ts';
import { MINUTE, SECOND, parseTimestamp, type Micros } from '../../api/time.ts';

/**
 * How many replicas a metric asks for (pkg/controller/podautoscaler/replica_calculator.go and metrics/utilization.go), in upstream's own arithmetic:
 * whole thousandths, whole percents, a ratio of them in floating point, rounded up. All values are thousandths.
 */
export interface Sample {
  readonly value: number;
  readonly at: Micros;
  readonly windowMicros: Micros;
}
export type Samples = ReadonlyMap<string, Sample>;
export interface Tolerances {
  readonly down: number;
  readonly up: number;
}
export interface Proposal {
  readonly replicas: number;
  /** Per Pod, or in all where the metric is one of an object. */
  readonly usage: number;
  /** Percent of what was requested. */
  readonly utilization?: number;
}
export type Proposed = Proposal | { readonly error: string };
export const failed = <T extends object>(value: T | { readonly error: string }): value is { readonly error: string } => 'error' in value;

/** --horizontal-pod-autoscaler-cpu-initialization-period, ...-initial-readiness-delay, ...-tolerance. */
const CPU_INITIALIZATION: Micros = 5 * MINUTE;
const INITIAL_READINESS_DELAY: Micros = 30 * SECOND;
const TOLERANCE = 0.1;
const MAX_INT32 = 2_147_483_647;

const share = (text: string | undefined): number => (text === undefined ? TOLERANCE : Number(parseQuantity(text) ?? 0n) / 1e9);
export const tolerancesOf = (behavior: ScalingBehavior | undefined): Tolerances => ({ down: share(behavior?.scaleDown?.tolerance), up: share(behavior?.scaleUp?.tolerance) });
const isWithin = ({ down, up }: Tolerances, ratio: number): boolean => 1 - down <= ratio && ratio <= 1 + up;
const ceil32 = (count: number): number => (count > MAX_INT32 ? MAX_INT32 : Math.ceil(count));

interface Groups {
  readonly ready: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
}

/** Of which Pods the samples count. A young Pod's CPU counts only when a whole window lies after it became ready: starting is not load. */
export function groupPods(pods: readonly Pod[], samples: Samples, resource: string, now: Micros): Groups {
  let ready = 0;
  const [unready, missing, ignored]: [string[], string[], string[]] = [[], [], []];
  for (const pod of pods) {
    const { name } = pod.metadata;
    if (pod.metadata.deletionTimestamp !== undefined || pod.status.phase === 'Failed') ignored.push(name);
    else if (pod.status.phase === 'Pending') unready.push(name);
    else {
      const sample = samples.get(name);
      if (sample === undefined) missing.push(name);
      else if (resource === 'cpu' && isStarting(pod, sample, now)) unready.push(name);
      else ready++;
    }
  }
  return { ready, unready, missing, ignored };
}
function isStarting(pod: Pod, sample: Sample, now: Micros): boolean {
  const condition = conditionOf(pod, 'Ready');
  const started = parseTimestamp(pod.status.startTime);
  if (condition === undefined || started === undefined) return true;
  const since = parseTimestamp(condition.lastTransitionTime) ?? 0;
  if (started + CPU_INITIALIZATION > now) return condition.status === 'False' || sample.at < since + sample.windowMicros;
  return condition.status === 'False' && started + INITIAL_READINESS_DELAY > since;
}

type Ratio = { readonly ratio: number; readonly usage: number; readonly utilization?: number } | { readonly error: string };
const total = (samples: Samples): number => [...samples.values()].reduce((sum, { value }) => sum + value, 0);

/** GetMetricUsageRatio. */
function usageRatio(samples: Samples, target: number): Ratio {
  const usage = Math.trunc(total(samples) / samples.size);
  return { ratio: usage / target, usage };
}
/** GetResourceUtilizationRatio. */
function utilizationRatio(samples: Samples, requests: ReadonlyMap<string, number>, target: number): Ratio {
  let used = 0;
  let requested = 0;
  let entries = 0;
  for (const [name, { value }] of samples) {
    const request = requests.get(name);
    if (request === undefined) continue;
    used += value;
    requested += request;
    entries++;
  }
  if (requested === 0) return { error: 'no metrics returned matched known pods' };
  const utilization = Math.trunc((used * 100) / requested);
  return { ratio: utilization / target, usage: Math.trunc(used / entries), utilization };
}

/**
 * The common way of both: without unready or missing Pods the ratio decides; else those count as idle where more is wanted and as busy where
 * less is, and a change that this turns around or makes small is not made.
 */
function propose(samples: Samples, groups: Groups, current: number, tolerances: Tolerances, ratioOf: (samples: Samples) => Ratio, busy: (pod: string) => number): Proposed {
  const counted = new Map(samples);
  for (const name of [...groups.ignored, ...groups.unready]) counted.delete(name);
  if (counted.size === 0) return { error: 'did not receive metrics for targeted pods (pods might be unready)' };
  const first = ratioOf(counted);
  if (failed(first)) return first;
  const { ratio, usage } = first;
  const as = (replicas: number): Proposal => ({ replicas, usage, ...(first.utilization === undefined ? {} : { utilization: first.utilization }) });
  const unreadyCount = groups.unready.length > 0 && ratio > 1;
  if (!unreadyCount && groups.missing.length === 0) return as(isWithin(tolerances, ratio) ? current : ceil32(ratio * groups.ready));
  const idle = (value: number): Sample => ({ value, at: 0, windowMicros: 0 });
  if (ratio !== 1) for (const name of groups.missing) counted.set(name, idle(ratio < 1 ? busy(name) : 0));
  if (unreadyCount) for (const name of groups.unready) counted.set(name, idle(0));
  const second = ratioOf(counted);
  if (failed(second)) return second;
  if (isWithin(tolerances, second.ratio) || (ratio < 1 && second.ratio > 1) || (ratio > 1 && second.ratio < 1)) return as(current);
  const replicas = ceil32(second.ratio * counted.size);
  return as((second.ratio < 1 && replicas > current) || (second.ratio > 1 && replicas < current) ? current : replicas);
}

const NO_PODS = { error: 'no pods returned by selector while calculating replica count' };

/** GetResourceReplicas: percent of what the Pods request. */
export function byUtilization(samples: Samples, pods: readonly Pod[], resource: string, container: string, target: number, current: number, tolerances: Tolerances, now: Micros): Proposed {
  if (pods.length === 0) return NO_PODS;
  const groups = groupPods(pods, samples, resource, now);
  if ([...samples.keys()].every((name) => groups.ignored.includes(name) || groups.unready.includes(name))) return { error: 'did not receive metrics for targeted pods (pods might be unready)' };
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const request = requestOf(pod, container, resource);
    if (typeof request === 'string') return { error: request };
    requests.set(pod.metadata.name, request);
  }
  return propose(samples, groups, current, tolerances, (counted) => utilizationRatio(counted, requests, target), (name) => Math.trunc(((requests.get(name) ?? 0) * Math.max(100, target)) / 100));
}

/** calcPlainMetricReplicas: an amount per Pod. `resource` is "" for a metric of Pods: its samples count from the first on. */
export function byAverage(samples: Samples, pods: readonly Pod[], resource: string, target: number, current: number, tolerances: Tolerances, now: Micros): Proposed {
  if (pods.length === 0) return NO_PODS;
  return propose(samples, groupPods(pods, samples, resource, now), current, tolerances, (counted) => usageRatio(counted, target), () => target);
}

/** GetObjectMetricReplicas, GetExternalMetricReplicas: one value for all. */
export function byValue(usage: number, pods: readonly Pod[], target: number, current: number, tolerances: Tolerances): Proposed {
  const ratio = usage / target;
  if (current === 0) return { replicas: ceil32(ratio), usage };
  if (isWithin(tolerances, ratio)) return { replicas: current, usage };
  if (pods.length === 0) return { error: `unable to calculate ready pods: ${NO_PODS.error}` };
  return { replicas: ceil32(ratio * pods.filter((pod) => pod.status.phase === 'Running' && isPodReady(pod)).length), usage };
}

/** GetObjectPerPodMetricReplicas, GetExternalPerPodMetricReplicas: one value, shared by the replicas there are. */
export function byShare(usage: number, target: number, replicas: number, tolerances: Tolerances): Proposal {
  return { replicas: isWithin(tolerances, usage / (target * replicas)) ? replicas : ceil32(usage / target), usage: Math.ceil(usage / replicas) };
}

/** What a Pod's containers (or one of them, or the Pod itself) request, or what is missing, in upstream's words. */
function requestOf(pod: Pod, container: string, resource: string): number | string {
  const { name } = pod.metadata;
  if (container === '' && Object.keys(pod.spec.resources?.requests ?? {}).length > 0) {
    const amount = podTotal(pod, 'requests').get(resource);
    return amount === undefined ? `missing pod-level request for ${resource} in Pod ${name}` : Number((amount.nano + 999_999n) / 1_000_000n);
  }
  const containers: readonly Container[] = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter((each) => each.restartPolicy === 'Always')];
  let sum = 0;
  for (const each of containers) {
    if (container !== '' && each.name !== container) continue;
    const request = each.resources?.requests?.[resource];
    if (request === undefined) return `missing request for ${resource} in container ${each.name} of Pod ${name}`;
    sum += milliValue(request);
    if (container === each.name) return sum;
  }
  return container === '' ? sum : `container ${container} not found in Pod ${name}`;
}

export const isOfObjects = (metrics: readonly MetricSpec[] | undefined): boolean => (metrics ?? []).some(({ type }) => type === 'Object' || type === 'External');
