import { describe, expect, it } from 'vitest';
import type { Pod, Taint, Toleration } from '../../src/sim/api/object.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import { taintEviction, toleratedFor } from '../../src/sim/controllers/tainteviction.ts';
import type { EvictionMemory } from '../../src/sim/controllers/tainteviction.ts';
import type { Plan } from '../../src/sim/reconcile/controller.ts';
import { answer, backend, change, eventLine, full, node } from './clusterObjects.ts';
import { context, fakeView } from './fakeView.ts';

const broken: Taint = { key: 'broken', value: 'yes', effect: 'NoExecute' };
const other: Taint = { key: 'other', effect: 'NoExecute' };
const exists = (key: string, tolerationSeconds?: number): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }) });

describe('how long taints are tolerated', () => {
  it.each([
    ['not at all', [broken], [], 0],
    ['for ever', [broken], [exists('broken')], Infinity],
    ['10 s', [broken], [exists('broken', 10)], 10 * SECOND],
    ['the shortest of two counts', [broken, other], [exists('broken', 10), exists('other', 4)], 4 * SECOND],
    ['one for ever, one for a time', [broken, other], [exists('broken'), exists('other', 4)], 4 * SECOND],
    ['one of two not tolerated', [broken, other], [exists('broken', 10)], 0],
    ['zero and less are at once', [broken], [exists('broken', -1)], 0],
    ['the first that matches counts', [broken], [exists('broken', 7), exists('broken', 3)], 7 * SECOND],
    ['another value', [broken], [{ key: 'broken', operator: 'Equal', value: 'no', effect: 'NoExecute' }], 0],
  ] as const)('%s', (_, taints, tolerations, expected) => expect(toleratedFor(taints, tolerations)).toBe(expected));
});

const pod = (tolerations: readonly Toleration[], over: Partial<Pod['status']> = {}): Pod => {
  const base = backend('p', '10.244.1.2', { spec: { tolerations } });
  return { ...base, status: { ...base.status, ...over } };
};
const plan = (object: Pod | undefined, taints: readonly Taint[], now: number, memory?: EvictionMemory): Plan<EvictionMemory> =>
  taintEviction.reconcile('default/p', fakeView([...(object === undefined ? [] : [object]), node('node-1', { taints })], { now }), memory, context());
const said = (of: Plan<EvictionMemory>): readonly string[] => (of.events ?? []).map(eventLine);
const MARKING = 'Normal TaintManagerEviction Pod/p: Marking for deletion Pod default/p';
const CANCELLING = 'Normal TaintManagerEviction Pod/p: Cancelling deletion of Pod default/p';
const waiting: EvictionMemory = { createdAt: 0, fireAt: 300 * SECOND };

describe('a Pod on a tainted node', () => {
  it('is told, gets its condition, and is deleted', () => {
    const evicted = plan(pod([]), [broken], 6 * SECOND);
    expect(said(evicted)).toEqual([MARKING]);
    expect(evicted.batches.map((batch) => batch.map(full))).toEqual([
      ['PATCH /api/v1/namespaces/default/pods/p/status {"metadata":{"uid":"uid-p"},"status":{"conditions":[{"type":"DisruptionTarget","status":"True","reason":"DeletionByTaintManager","message":"Taint manager: deleting due to NoExecute taint","lastProbeTime":null,"lastTransitionTime":"2026-01-05T08:00:06Z","observedGeneration":1}]}}'],
      ['DELETE /api/v1/namespaces/default/pods/p {"kind":"DeleteOptions","apiVersion":"v1"}'],
    ]);
    expect(evicted.because).toMatchObject({ code: 'tainteviction.notTolerated', args: { pod: 'default/p', node: 'node-1', taint: 'broken' } });
  });

  it('waits as long as it tolerates, counted from the first taint, and not longer because a second comes', () => {
    const first = plan(pod([exists('broken', 300), exists('other', 400)]), [broken], 0);
    expect([first.batches, first.memory, first.requeueAfterMicros]).toEqual([[], waiting, 300 * SECOND]);
    const second = plan(pod([exists('broken', 300), exists('other', 400)]), [broken, other], 100 * SECOND, waiting);
    expect([second.memory, second.requeueAfterMicros]).toEqual([waiting, 200 * SECOND]);
    const third = plan(pod([exists('broken', 300)]), [broken], 300 * SECOND, waiting);
    expect([said(third), third.batches.length, third.because.args.seconds]).toEqual([[MARKING], 2, 300]);
  });

  it.each([
    ['the taint goes', pod([exists('broken', 300)]), [], waiting, [CANCELLING]],
    ['the Pod goes', undefined, [broken], waiting, [CANCELLING]],
    ['it comes to tolerate for ever', pod([exists('broken')]), [broken], waiting, [CANCELLING]],
    ['a taint comes that it does not tolerate', pod([exists('broken', 300)]), [broken, other], waiting, [CANCELLING, MARKING]],
    ['nothing waited', pod([]), [], undefined, []],
  ] as const)('when %s', (_, object, taints, memory, events) => expect(said(plan(object, taints, SECOND, memory))).toEqual(events));

  it('does not get the same condition twice, and is marked once though the deletion is tried again', () => {
    const marked = pod([], { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' }] });
    const again = taintEviction.reconcile('default/p', fakeView([marked, node('node-1', { taints: [broken] })]), { createdAt: 0, fireAt: 0 }, context({ failures: 1 }));
    expect([again.batches.flat().map((write) => write.request.method), said(again)]).toEqual([['DELETE'], []]);
  });

  it('is forgotten when it was deleted', () => {
    const evicted = plan(pod([]), [broken], 0);
    const [patch, deletion] = evicted.batches.flat();
    expect([patch, deletion].map((write) => taintEviction.answered!('default/p', write!, answer(200), evicted.memory!, fakeView([])))).toEqual([evicted.memory, undefined]);
    expect(taintEviction.answered!('default/p', deletion!, answer(409), evicted.memory!, fakeView([]))).toEqual(evicted.memory);
  });
});

describe('what wakes it', () => {
  const view = fakeView([node('node-1', { taints: [broken] }), pod([]), { ...pod([]), metadata: { ...pod([]).metadata, name: 'q' } }, backend('r', '', { node: 'node-2' })]);
  it('hands on the Pods of a Node whose NoExecute taints changed', () => {
    const [before, after] = [node('node-1'), node('node-1', { taints: [broken] })];
    expect(taintEviction.ignores!(change(before, after))).toBe(false);
    expect(taintEviction.watches.Node!(after, view, change(before, after))).toEqual(['default/p', 'default/q']);
    expect(taintEviction.ignores!(change(before, node('node-1', { taints: [{ key: 'k', effect: 'NoSchedule' }] })))).toBe(true);
  });
  it('looks at a Pod only on a tainted Node', () => {
    const bound = pod([]);
    const elsewhere = backend('r', '', { node: 'node-2' });
    expect(taintEviction.watches.Pod!(bound, view, change(undefined, bound))).toEqual(['default/p']);
    expect(taintEviction.watches.Pod!(elsewhere, view, change(undefined, elsewhere))).toEqual([]);
    expect(taintEviction.ignores!(change(bound, { ...bound, status: {} } as Pod))).toBe(true);
  });
});
