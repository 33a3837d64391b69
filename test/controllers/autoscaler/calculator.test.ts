import { describe, expect, it } from 'vitest';
import type { ScalingRules } from '../../../src/sim/api/autoscaling.ts';
import type { Pod } from '../../../src/sim/api/object.ts';
import { SECOND, timestamp } from '../../../src/sim/api/time.ts';
import { normalize, normalizeBy, scaled, scaleDownLimit, scaleUpLimit, type Recent } from '../../../src/sim/controllers/horizontalpodautoscaler/behavior.ts';
import { byAverage, byShare, byUtilization, byValue, tolerancesOf, type Samples } from '../../../src/sim/controllers/horizontalpodautoscaler/calculator.ts';

/**
 * The rules are those of the documentation ("Horizontal Pod Autoscaling": algorithm details, scaling policies, stabilization window, tolerance) and of
 * v1.36.3, pkg/controller/podautoscaler (replica_calculator.go, horizontal.go); the figures are worked out from them by hand.
 */
const NOW = 1_000 * SECOND;
type State = 'ready' | 'unready' | 'pending' | 'failed' | 'deleted' | 'young';
const pod = (name: string, state: State, cpu = '100m'): Pod => ({
  kind: 'Pod', apiVersion: 'v1',
  metadata: { name, namespace: 'default', uid: name, resourceVersion: '1', ...(state === 'deleted' ? { deletionTimestamp: timestamp(NOW) } : {}) },
  spec: { containers: [{ name: 'app', image: 'nginx', resources: cpu === '' ? {} : { requests: { cpu } } }] },
  status: {
    phase: state === 'pending' ? 'Pending' : state === 'failed' ? 'Failed' : 'Running', startTime: timestamp(state === 'young' ? NOW - 10 * SECOND : NOW - 600 * SECOND),
    conditions: [{ type: 'Ready', status: state === 'unready' ? 'False' : 'True', lastTransitionTime: timestamp(state === 'young' ? NOW - 5 * SECOND : NOW - 590 * SECOND) }],
  },
}) as unknown as Pod;
const pods = (...states: readonly State[]): readonly Pod[] => states.map((state, i) => pod(`p${i}`, state));
/** Thousandths for each Pod; undefined: it reports nothing. */
const samples = (...values: readonly (number | undefined)[]): Samples => new Map(values.flatMap((value, i) => (value === undefined ? [] : [[`p${i}`, { value, at: NOW, windowMicros: 15 * SECOND }] as const])));
const USUAL = tolerancesOf(undefined);

describe('replicas by utilisation of what is requested (100m each)', () => {
  it.each<readonly [string, readonly State[], readonly (number | undefined)[], number, number, number, number]>([
    // what, Pods, samples, target %, current; replicas, utilisation
    ['twice the target: twice as many', ['ready', 'ready'], [100, 100], 50, 2, 4, 100],
    ['rounded up', ['ready', 'ready', 'ready'], [60, 60, 60], 50, 3, 4, 60],
    ['within a tenth: nothing', ['ready', 'ready'], [54, 55], 50, 2, 2, 54],
    ['just beyond a tenth', ['ready', 'ready'], [56, 56], 50, 2, 3, 56],
    ['half the target: half as many', ['ready', 'ready', 'ready', 'ready'], [25, 25, 25, 25], 50, 4, 2, 25],
    ['scale up: an unready Pod counts as idle', ['ready', 'ready', 'unready'], [100, 100, 100], 50, 3, 4, 100],
    ['scale up: what is pending counts as idle, and that may make it no change', ['ready', 'pending'], [100, undefined], 50, 2, 2, 100],
    ['scale down: an unready Pod does not count', ['ready', 'ready', 'pending'], [20, 20, undefined], 50, 3, 1, 20],
    ['scale up: a missing Pod counts as idle', ['ready', 'ready', 'ready'], [100, 100, undefined], 50, 3, 4, 100],
    ['scale down: a missing Pod counts as busy', ['ready', 'ready', 'ready'], [10, 10, undefined], 50, 3, 3, 10],
    ['what is deleted or failed does not exist', ['ready', 'deleted', 'failed'], [100, 100, 100], 50, 1, 2, 100],
    ['a young Pod whose window began before it was ready does not count', ['ready', 'young'], [100, 500], 50, 2, 2, 100],
  ])('%s', (_what, states, values, target, current, replicas, utilization) => {
    // A Pod that was unready from its start on, within the readiness delay.
    expect(byUtilization(samples(...values), pods(...states).map(asUnready), 'cpu', '', target, current, USUAL, NOW)).toMatchObject({ replicas, utilization });
  });
  /** Never ready: its last transition is that of its start. */
  const asUnready = (one: Pod): Pod => (one.status.conditions?.[0]?.status === 'False' ? ({ ...one, status: { ...one.status, conditions: [{ ...one.status.conditions[0], lastTransitionTime: one.status.startTime }] } } as Pod) : one);

  it('says what is wrong', () => {
    expect(byUtilization(samples(), [], 'cpu', '', 50, 1, USUAL, NOW)).toEqual({ error: 'no pods returned by selector while calculating replica count' });
    expect(byUtilization(samples(5), [pod('p0', 'ready', '')], 'cpu', '', 50, 1, USUAL, NOW)).toEqual({ error: 'missing request for cpu in container app of Pod p0' });
    expect(byUtilization(samples(5), pods('ready'), 'cpu', 'other', 50, 1, USUAL, NOW)).toEqual({ error: 'container other not found in Pod p0' });
    expect(byUtilization(samples(5), pods('young'), 'cpu', '', 50, 1, USUAL, NOW)).toEqual({ error: 'did not receive metrics for targeted pods (pods might be unready)' });
  });
});

describe('replicas by other targets', () => {
  it('an average of a metric of Pods: the first sample counts', () => expect(byAverage(samples(380_000, 380_000), pods('young', 'young'), '', 200_000, 2, USUAL, NOW)).toEqual({ replicas: 4, usage: 380_000 }));
  it('a missing Pod counts as at the target when there is less', () => expect(byAverage(samples(100_000, undefined), pods('ready', 'ready'), '', 200_000, 2, USUAL, NOW)).toMatchObject({ replicas: 2 }));
  it('one value for all: by the Pods that are ready', () => expect(byValue(30_000, pods('ready', 'ready', 'pending'), 10_000, 3, USUAL)).toEqual({ replicas: 6, usage: 30_000 }));
  it('one value, of no replicas: the ratio itself', () => expect(byValue(25_000, [], 10_000, 0, USUAL)).toEqual({ replicas: 3, usage: 25_000 }));
  it('one value, shared', () => {
    expect(byShare(100_000, 30_000, 2, USUAL)).toEqual({ replicas: 4, usage: 50_000 });
    expect(byShare(62_000, 30_000, 2, USUAL)).toEqual({ replicas: 2, usage: 31_000 });
  });
  it('a tolerance of its own, each way', () => {
    const own = tolerancesOf({ scaleUp: { tolerance: '0' }, scaleDown: { tolerance: '500m' } });
    expect(own).toEqual({ up: 0, down: 0.5 });
    expect(byAverage(samples(101), pods('ready'), '', 100, 1, own, NOW)).toMatchObject({ replicas: 2 });
    expect(byAverage(samples(51, 51), pods('ready', 'ready'), '', 100, 2, own, NOW)).toMatchObject({ replicas: 2 });
  });
});

const ago = (seconds: number): number => NOW - seconds * SECOND;
const NONE: Recent = { recommendations: [], ups: [], downs: [] };

describe('what becomes of it without a behaviour', () => {
  it.each<readonly [string, readonly (readonly [number, number])[], number, number, number, string, string]>([
    // what, older recommendations [seconds ago, replicas], wanted, current; replicas, AbleToScale, ScalingLimited
    ['at most twice as many, or four', [], 12, 1, 4, 'ReadyForNewScale', 'ScaleUpLimit'],
    ['at most the maximum', [], 30, 8, 10, 'ReadyForNewScale', 'TooManyReplicas'],
    ['at least the minimum', [], 1, 4, 2, 'ReadyForNewScale', 'TooFewReplicas'],
    ['five minutes hold a higher one', [[300, 6]], 3, 6, 6, 'ScaleDownStabilized', 'DesiredWithinRange'],
    ['and no longer', [[301, 6]], 3, 6, 3, 'ReadyForNewScale', 'DesiredWithinRange'],
    ['upwards too', [[15, 12]], 4, 4, 8, 'ScaleDownStabilized', 'ScaleUpLimit'],
  ])('%s', (_what, older, wanted, current, replicas, able, limited) => {
    const done = normalize(older.map(([seconds, count]) => ({ at: ago(seconds), replicas: count })), wanted, { current, min: 2, max: 10 }, NOW);
    expect([done.replicas, done.able.reason, done.limited.reason]).toEqual([replicas, able, limited]);
  });
  it('the last of those that are too old is overwritten', () => expect(normalize([{ at: ago(400), replicas: 1 }, { at: ago(350), replicas: 2 }], 5, { current: 5, min: 1, max: 9 }, NOW).recommendations).toEqual([{ at: ago(400), replicas: 1 }, { at: NOW, replicas: 5 }]));
});

describe('what becomes of it by a behaviour', () => {
  const by = (rules: { up?: ScalingRules; down?: ScalingRules }, recent: Partial<Recent>, wanted: number, current: number): readonly unknown[] => {
    const policies = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };
    const done = normalizeBy({ scaleUp: { stabilizationWindowSeconds: 0, ...policies, ...rules.up }, scaleDown: { ...policies, ...rules.down } }, { ...NONE, ...recent }, wanted, { current, min: 1, max: 20 }, NOW);
    return [done.replicas, done.able.reason, done.limited.reason];
  };
  it('windows hold it back each way', () => {
    expect(by({ up: { stabilizationWindowSeconds: 60 } }, { recommendations: [{ at: ago(30), replicas: 4 }] }, 6, 3)).toEqual([4, 'ScaleUpStabilized', 'DesiredWithinRange']);
    expect(by({ down: { stabilizationWindowSeconds: 60 } }, { recommendations: [{ at: ago(59), replicas: 7 }] }, 3, 8)).toEqual([7, 'ScaleDownStabilized', 'DesiredWithinRange']);
    expect(by({ down: { stabilizationWindowSeconds: 60 } }, { recommendations: [{ at: ago(60), replicas: 7 }] }, 4, 8)).toEqual([4, 'ReadyForNewScale', 'DesiredWithinRange']);
    expect(by({}, { recommendations: [{ at: ago(299), replicas: 8 }] }, 4, 8)).toEqual([8, 'ScaleDownStabilized', 'DesiredWithinRange']);
  });
  it('policies limit a step', () => {
    expect(by({ up: { policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }] } }, {}, 9, 3)).toEqual([5, 'ReadyForNewScale', 'ScaleUpLimit']);
    expect(by({ up: { policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }] } }, { ups: [{ at: ago(29), change: 2 }] }, 9, 5)).toEqual([5, 'ReadyForNewScale', 'ScaleUpLimit']);
    expect(by({ up: { selectPolicy: 'Disabled' } }, {}, 9, 3)).toEqual([3, 'ReadyForNewScale', 'ScaleUpLimit']);
    expect(by({ down: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }] } }, {}, 1, 15)).toEqual([13, 'ReadyForNewScale', 'ScaleDownLimit']);
  });
  it('the greater change counts, or the smaller one', () => {
    const policies = [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }];
    expect([scaleUpLimit(3, NONE, { policies }, NOW), scaleUpLimit(6, NONE, { policies }, NOW), scaleUpLimit(6, NONE, { selectPolicy: 'Min', policies }, NOW)]).toEqual([7, 12, 10]);
    const down = [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 10, periodSeconds: 15 }];
    expect([scaleDownLimit(20, NONE, { policies: down }, NOW), scaleDownLimit(20, NONE, { selectPolicy: 'Min', policies: down }, NOW)]).toEqual([16, 18]);
  });
  it('steps are remembered as long as a policy counts them', () => {
    const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }] }, scaleDown: {} };
    expect(scaled({ ...NONE, ups: [{ at: ago(31), change: 9 }, { at: ago(30), change: 1 }] }, behavior, 3, 5, NOW).ups).toEqual([{ at: ago(30), change: 1 }, { at: NOW, change: 2 }]);
    expect(scaled(NONE, undefined, 3, 5, NOW)).toEqual(NONE);
  });
});
