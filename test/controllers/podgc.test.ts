import { describe, expect, it } from 'vitest';
import type { AnyObject, Pod } from '../../src/sim/api/object.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import { podGC } from '../../src/sim/controllers/podgc.ts';
import type { PodGCMemory } from '../../src/sim/controllers/podgc.ts';
import type { Plan } from '../../src/sim/reconcile/controller.ts';
import { backend, change, full, node } from './clusterObjects.ts';
import { context, fakeView } from './fakeView.ts';

const run = (objects: readonly AnyObject[], now: number, memory?: PodGCMemory): Plan<PodGCMemory> => podGC.reconcile('sweep', fakeView(objects, { now }), memory, context({ draw: () => 0x4000_0000 }));
const due = (quarantine: PodGCMemory['quarantine'] = {}): PodGCMemory => ({ phase: 5 * SECOND, dueAt: 0, quarantine });
const lines = (plan: Plan<unknown>): readonly string[] => plan.batches.flat().map(({ request }) => `${request.method} ${request.path.replace('/api/v1/namespaces/default/', '')}`);

describe('pod garbage collection', () => {
  it('keeps the rhythm of 20 s, but sweeps only when there may be something', () => {
    const first = run([], 31 * SECOND);
    expect([first.memory, first.requeueAfterMicros]).toEqual([{ phase: 5 * SECOND, dueAt: 45 * SECOND, quarantine: {} }, 14 * SECOND]);
    const sweep = run([], 45 * SECOND, first.memory!);
    expect([sweep.memory!.dueAt, sweep.requeueAfterMicros]).toEqual([undefined, undefined]);
    // Not sooner than a second after what asked for it.
    expect(run([], 64.5 * SECOND, sweep.memory!).memory!.dueAt).toBe(85 * SECOND);
  });

  it('gives a Node that is gone 40 s to turn up, then fails and deletes its Pods', () => {
    const orphan = backend('a', '10.244.9.2', { node: 'node-9' });
    let memory: PodGCMemory | undefined = due();
    const seen: string[] = [];
    for (let at = 0; at <= 40; at += 20) {
      const plan: Plan<PodGCMemory> = run([orphan, node('node-1')], at * SECOND, memory);
      memory = plan.memory ?? undefined;
      seen.push(`${at} s ${plan.because.code} ${lines(plan).join(', ')}`);
      if (at === 40) {
        expect(full(plan.batches.flat()[0]!)).toBe('PATCH /api/v1/namespaces/default/pods/a/status {"metadata":{"uid":"uid-a"},"status":{"phase":"Failed","observedGeneration":1,"conditions":[{"type":"DisruptionTarget","status":"True","reason":"DeletionByPodGC","message":"PodGC: node no longer exists","lastProbeTime":null,"lastTransitionTime":"2026-01-05T08:00:40Z","observedGeneration":1}]}}');
        expect(full(plan.batches.flat()[1]!)).toBe('DELETE /api/v1/namespaces/default/pods/a {"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}');
      }
    }
    expect(seen).toEqual(['0 s podgc.quarantine ', '20 s podgc.quarantine ', '40 s podgc.nodeGone PATCH pods/a/status, DELETE pods/a']);
    expect(run([node('node-1')], 60 * SECOND, memory)).toMatchObject({ batches: [], memory: { quarantine: {} } });
  });

  it.each([
    ['being deleted, never scheduled', [backend('a', '', { node: '', deleting: true, phase: 'Pending' })], ['PATCH pods/a/status', 'DELETE pods/a']],
    ['never scheduled, and wanted', [backend('a', '', { node: '', phase: 'Pending' })], []],
    ['being deleted on a Node out of service', [node('node-1', { ready: 'Unknown', taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] }), backend('a', 'x', { deleting: true })], ['PATCH pods/a/status', 'DELETE pods/a']],
    ['being deleted on a Node that is only lost', [node('node-1', { ready: 'Unknown' }), backend('a', 'x', { deleting: true })], []],
    ['ended long ago, few of them', [node('node-1'), backend('a', 'x', { phase: 'Succeeded' })], []],
  ] as const)('%s', (_, objects, expected) => expect(lines(run(objects as readonly AnyObject[], SECOND, due()))).toEqual(expected));

  it('keeps 12,500 that ended, evicted ones last', () => {
    const ended = Array.from({ length: 12_502 }, (_, i): Pod => {
      const pod = backend(`p${String(i).padStart(5, '0')}`, 'x', { phase: 'Succeeded' });
      return i === 12_000 ? { ...pod, status: { ...pod.status, phase: 'Failed', reason: 'Evicted' } } : pod;
    });
    expect(lines(run([node('node-1'), ...ended], SECOND, due()))).toEqual(['DELETE pods/p12000', 'DELETE pods/p00000']);
  });

  it('is not woken by the life of ordinary Pods', () => {
    const pod = backend('a', 'x');
    const running = { ...pod, status: { ...pod.status, phase: 'Running' as const } };
    expect([change(undefined, backend('b', '', { node: '' })), change(pod, running), change(pod, undefined), change(undefined, node('n')), change(node('n'), node('n'))].map((of) => podGC.ignores!(of))).toEqual([true, true, true, true, true]);
    expect([change(node('n'), undefined), change(pod, backend('a', 'x', { deleting: true }))].map((of) => podGC.ignores!(of))).toEqual([false, false]);
    expect(podGC.watches.Pod!(backend('a', 'x', { deleting: true }), fakeView([node('node-1')]), change(pod, backend('a', 'x', { deleting: true })))).toEqual([]);
  });
});
