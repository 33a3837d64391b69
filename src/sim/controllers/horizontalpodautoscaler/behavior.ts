import type { ScalingBehavior, ScalingRules } from '../../api/autoscaling.ts';
import { MINUTE, SECOND, type Micros } from '../../api/time.ts';

/**
 * What becomes of a recommendation: windows that hold an older one, policies that limit a step, the bounds of the spec
 * (pkg/controller/podautoscaler/horizontal.go: normalizeDesiredReplicas and normalizeDesiredReplicasWithBehaviors).
 */
export interface Recommendation {
  readonly replicas: number;
  readonly at: Micros;
}
export interface ScaleEvent {
  readonly change: number;
  readonly at: Micros;
}
/** What the controller remembers of an autoscaler; a crash loses it. */
export interface Recent {
  readonly recommendations: readonly Recommendation[];
  readonly ups: readonly ScaleEvent[];
  readonly downs: readonly ScaleEvent[];
}
interface Said {
  readonly reason: string;
  readonly message: string;
}
export interface Normalized {
  readonly replicas: number;
  readonly recommendations: readonly Recommendation[];
  /** Of the conditions AbleToScale and ScalingLimited. */
  readonly able: Said;
  readonly limited: Said & { readonly is: boolean };
}

/** --horizontal-pod-autoscaler-downscale-stabilization. */
const DOWNSCALE_STABILIZATION: Micros = 5 * MINUTE;
const READY: Said = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const HELD_DOWN: Said = { reason: 'ScaleDownStabilized', message: 'recent recommendations were higher than current one, applying the highest recent recommendation' };
const HELD_UP: Said = { reason: 'ScaleUpStabilized', message: 'recent recommendations were lower than current one, applying the lowest recent recommendation' };
const WITHIN: Said = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const TOO_FAST_UP: Said = { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' };
const TOO_FAST_DOWN: Said = { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' };
const TOO_MANY: Said = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' };
const TOO_FEW: Said = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' };

export interface Bounds {
  readonly current: number;
  readonly min: number;
  readonly max: number;
}

/** The newest of those that are too old is overwritten, so that the list stays short; its order is no order of time. */
function remembered(list: readonly Recommendation[], replicas: number, now: Micros, isOld: (one: Recommendation) => boolean): readonly Recommendation[] {
  const entry = { replicas, at: now };
  const old = list.findLastIndex(isOld);
  return old < 0 ? [...list, entry] : list.with(old, entry);
}

/** Without a behaviour: one window of five minutes, which holds a high recommendation, upwards too; at most twice as many, or four. */
export function normalize(recommendations: readonly Recommendation[], desired: number, { current, min, max }: Bounds, now: Micros): Normalized {
  const cutoff = now - DOWNSCALE_STABILIZATION;
  const held = recommendations.reduce((most, one) => (one.at >= cutoff && one.replicas > most ? one.replicas : most), desired);
  const limit = Math.max(2 * current, 4);
  const [most, why] = max > limit ? [limit, TOO_FAST_UP] : [max, TOO_MANY];
  const replicas = held < min ? min : held > most ? most : held;
  const limited = held < min ? TOO_FEW : held > most ? why : WITHIN;
  return { replicas, recommendations: remembered(recommendations, desired, now, ({ at }) => at < cutoff), able: held === desired ? READY : HELD_DOWN, limited: { ...limited, is: replicas !== held } };
}

/** With a behaviour: a window each way, and policies. */
export function normalizeBy(behavior: ScalingBehavior, recent: Recent, desired: number, bounds: Bounds, now: Micros): Normalized {
  const { current } = bounds;
  const up = behavior.scaleUp ?? {};
  const down = behavior.scaleDown ?? {};
  const upCutoff = now - (up.stabilizationWindowSeconds ?? 0) * SECOND;
  const downCutoff = now - (down.stabilizationWindowSeconds === undefined ? DOWNSCALE_STABILIZATION : down.stabilizationWindowSeconds * SECOND);
  let [lowest, highest] = [desired, desired];
  for (const { replicas, at } of recent.recommendations) {
    if (at > upCutoff) lowest = Math.min(lowest, replicas);
    if (at > downCutoff) highest = Math.max(highest, replicas);
  }
  const held = Math.min(Math.max(current, lowest), highest);
  const recommendations = remembered(recent.recommendations, desired, now, ({ at }) => at < upCutoff && at < downCutoff);
  const able = held === desired ? READY : desired >= current ? HELD_UP : HELD_DOWN;
  const { replicas, ...limited } = rated(behavior, recent, held, bounds, now);
  return { replicas, recommendations, able, limited: { ...limited, is: replicas !== held } };
}

function rated(behavior: ScalingBehavior, recent: Recent, held: number, { current, min, max }: Bounds, now: Micros): Said & { readonly replicas: number } {
  if (held > current) {
    const limit = Math.max(current, scaleUpLimit(current, recent, behavior.scaleUp ?? {}, now));
    const [most, why] = max > limit ? [limit, TOO_FAST_UP] : [max, TOO_MANY];
    if (held > most) return { replicas: most, ...why };
  } else if (held < current) {
    const limit = Math.min(current, scaleDownLimit(current, recent, behavior.scaleDown ?? {}, now));
    const [least, why] = min < limit ? [limit, TOO_FAST_DOWN] : [min, TOO_FEW];
    if (held < least) return { replicas: least, ...why };
  }
  return { replicas: held, ...WITHIN };
}

/** How many there were when a policy's period began. */
function atStart(current: number, { ups, downs }: Recent, periodSeconds: number, now: Micros): number {
  const within = (events: readonly ScaleEvent[]): number => events.reduce((sum, { change, at }) => (at > now - periodSeconds * SECOND ? sum + change : sum), 0);
  return current - within(ups) + within(downs);
}
export function scaleUpLimit(current: number, recent: Recent, { selectPolicy = 'Max', policies = [] }: ScalingRules, now: Micros): number {
  if (selectPolicy === 'Disabled') return current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = atStart(current, recent, periodSeconds, now);
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals);
}
export function scaleDownLimit(current: number, recent: Recent, { selectPolicy = 'Max', policies = [] }: ScalingRules, now: Micros): number {
  if (selectPolicy === 'Disabled') return current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = atStart(current, recent, periodSeconds, now);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  // The greater change is the smaller number.
  return selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals);
}

/** What policies will count: a step that was made. Without a behaviour nothing is kept. */
export function scaled(recent: Recent, behavior: ScalingBehavior | undefined, from: number, to: number, now: Micros): Recent {
  if (behavior === undefined || from === to) return recent;
  const rules = to > from ? behavior.scaleUp : behavior.scaleDown;
  const longest = (rules?.policies ?? []).reduce((most, { periodSeconds }) => Math.max(most, periodSeconds), 0) * SECOND;
  const kept = (events: readonly ScaleEvent[], change: number): readonly ScaleEvent[] => [...events.filter(({ at }) => at >= now - longest), { change, at: now }];
  return to > from ? { ...recent, ups: kept(recent.ups, to - from) } : { ...recent, downs: kept(recent.downs, from - to) };
}
