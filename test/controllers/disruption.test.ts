import { describe, expect, it } from 'vitest';
import type { AnyObject, Pod, PodDisruptionBudget } from '../../src/sim/api/object.ts';
import { MINUTE, SECOND, timestamp } from '../../src/sim/api/time.ts';
import { disruption } from '../../src/sim/controllers/disruption.ts';
import type { Plan } from '../../src/sim/reconcile/controller.ts';
import { backend, budget, change, eventLine } from './clusterObjects.ts';
import { context, deployment, fakeView, pod, replicaSet } from './fakeView.ts';

const sync = (objects: readonly AnyObject[], now = 0): Plan<never> => disruption.reconcile('default/web', fakeView(objects, { now }), undefined, context());
const show = (plan: Plan<never>): string => {
  const status = (plan.batches.flat()[0]?.request.body as PodDisruptionBudget | undefined)?.status;
  if (status === undefined) return 'nothing';
  const [condition] = status.conditions!;
  return `${status.currentHealthy} healthy, ${status.desiredHealthy} desired, ${status.expectedPods} expected, ${status.disruptionsAllowed} allowed, ${condition!.status} ${condition!.reason}${status.disruptedPods === undefined ? '' : `, disrupted ${Object.keys(status.disruptedPods).join(' ')}`}`;
};
const pods = (n: number, over: Parameters<typeof backend>[2] = {}): readonly Pod[] => Array.from({ length: n }, (_, i) => backend(`p${i}${over.deleting === true ? 'd' : ''}${over.ready === false ? 'n' : ''}`, 'x', over));
const web = deployment('web', 5);
const set = replicaSet('web-1', 5, web);
const owned = (n: number): readonly Pod[] => Array.from({ length: n }, (_, i) => pod(`o${i}`, set));

describe('the status of a budget', () => {
  it.each([
    ['a number', { minAvailable: 3 }, pods(4), '4 healthy, 3 desired, 4 expected, 1 allowed, True SufficientPods'],
    ['one that is being deleted counts as expected, not as healthy', { minAvailable: 3 }, [...pods(3), ...pods(2, { deleting: true })], '3 healthy, 3 desired, 5 expected, 0 allowed, False InsufficientPods'],
    ['one that is not ready', { minAvailable: 1 }, [...pods(1), ...pods(1, { ready: false })], '1 healthy, 1 desired, 2 expected, 0 allowed, False InsufficientPods'],
    ['no Pods', { minAvailable: 0 }, [], '0 healthy, 0 desired, 0 expected, 0 allowed, False InsufficientPods'],
    ['a percentage of what the Deployment asks for, rounded up', { minAvailable: '50%' }, [web, set, ...owned(4)], '4 healthy, 3 desired, 5 expected, 1 allowed, True SufficientPods'],
    ['how many may be missing', { maxUnavailable: 2 }, [web, set, ...owned(5)], '5 healthy, 3 desired, 5 expected, 2 allowed, True SufficientPods'],
    ['a share that may be missing, rounded up', { maxUnavailable: '30%' }, [web, set, ...owned(5)], '5 healthy, 3 desired, 5 expected, 2 allowed, True SufficientPods'],
    ['all may be missing', { maxUnavailable: '100%' }, [web, set, ...owned(2)], '2 healthy, 0 desired, 5 expected, 2 allowed, True SufficientPods'],
    ['owners that are gone', { maxUnavailable: 1 }, owned(1), '0 healthy, 0 desired, 0 expected, 0 allowed, False SyncFailed'],
  ] as const)('%s', (_, spec, objects, expected) => expect(show(sync([budget(spec), ...(objects as readonly AnyObject[])]))).toBe(expected));

  it('says what cannot be counted', () => {
    expect(sync([budget({ minAvailable: 1 })]).events!.map(eventLine)).toEqual(['Normal NoPods PodDisruptionBudget/web: No matching pods found']);
    expect(sync([budget({ maxUnavailable: 1 }), ...owned(1)]).events!.map(eventLine)).toEqual(['Warning CalculateExpectedPodCountFailed PodDisruptionBudget/web: Failed to calculate the number of expected pods: found no controllers for pod "o0"']);
    expect(sync([budget({ maxUnavailable: 1 }), ...pods(1)]).events!.map((event) => event.reason)).toEqual(['UnmanagedPods']);
  });

  const counted = (over: object): PodDisruptionBudget => budget({ minAvailable: 3 }, {
    currentHealthy: 4, desiredHealthy: 3, expectedPods: 4, disruptionsAllowed: 1, observedGeneration: 1,
    conditions: [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '', lastTransitionTime: timestamp(0), observedGeneration: 1 }], ...over,
  });
  it('is not written twice', () => expect(sync([counted({}), ...pods(4)])).toMatchObject({ batches: [], because: { code: 'disruption.upToDate' } }));

  it('counts an eviction that was granted for two minutes, or until its Pod is being deleted', () => {
    const granted = counted({ disruptionsAllowed: 0, disruptedPods: { p0: timestamp(0) } });
    const waits = sync([granted, ...pods(4)], 10 * SECOND);
    expect([show(waits), waits.requeueAfterMicros]).toEqual(['3 healthy, 3 desired, 4 expected, 0 allowed, False InsufficientPods, disrupted p0', 110 * SECOND + 1000]);
    const [first, ...rest] = pods(4);
    const going = { ...first!, metadata: { ...first!.metadata, deletionTimestamp: timestamp(SECOND) } };
    expect(show(sync([granted, going, ...rest], 10 * SECOND))).toBe('3 healthy, 3 desired, 4 expected, 0 allowed, False InsufficientPods');
    const stayed = sync([granted, ...pods(4)], 2 * MINUTE + SECOND);
    expect([show(stayed), stayed.events!.map(eventLine)]).toEqual(['4 healthy, 3 desired, 4 expected, 1 allowed, True SufficientPods', ["Warning NotDeleted Pod/p0: Pod was expected by PDB default/default to be deleted but it wasn't"]]);
  });

  it('moves the transition time only when the answer changes', () => {
    const still = sync([counted({ currentHealthy: 5 }), ...pods(4)], 9 * SECOND).batches.flat()[0]!.request.body as PodDisruptionBudget;
    const turned = sync([counted({}), ...pods(3)], 9 * SECOND).batches.flat()[0]!.request.body as PodDisruptionBudget;
    expect([still, turned].map((object) => object.status!.conditions![0]!.lastTransitionTime)).toEqual([timestamp(0), timestamp(9 * SECOND)]);
  });
});

describe('a Pod that was told it would be disrupted', () => {
  const told = (over: object = {}): Pod => ({ ...backend('p', 'x'), status: { phase: 'Running', conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', lastTransitionTime: timestamp(0), ...over }] } });
  it('is told otherwise two minutes later', () => {
    const at = (now: number, object = told()): Plan<never> => disruption.reconcile('stale default/p', fakeView([object], { now }), undefined, context());
    expect(at(MINUTE).requeueAfterMicros).toBe(MINUTE);
    expect((at(2 * MINUTE).batches.flat()[0]!.request.body as Pod).status.conditions).toEqual([{ type: 'DisruptionTarget', status: 'False', lastProbeTime: null, lastTransitionTime: timestamp(2 * MINUTE), observedGeneration: 1 }]);
    expect(at(2 * MINUTE, told({ reason: 'TerminationByKubelet' })).because.code).toBe('disruption.notStale');
  });
  it('is remembered when the condition comes', () => {
    const pod = told();
    expect(disruption.watches.Pod!(pod, fakeView([budget({ minAvailable: 1 })], { now: SECOND }), change(backend('p', 'x'), pod))).toEqual(['default/web', { key: 'stale default/p', afterMicros: 2 * MINUTE - SECOND }]);
  });
});

it('is woken by what can change a count', () => {
  const ready = backend('p', 'x');
  const same = { ...ready, status: { ...ready.status, phase: 'Pending' as const } };
  expect([change(ready, same), change(ready, { ...backend('p', 'x', { ready: false }), metadata: ready.metadata }), change(ready, undefined)].map((of) => disruption.ignores!(of))).toEqual([true, false, false]);
});
