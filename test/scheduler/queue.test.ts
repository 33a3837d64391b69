import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/sim/api/object.ts';
import { MINUTE, SECOND } from '../../src/sim/api/time.ts';
import { snapshot as copyOf } from '../../src/sim/kernel/snapshot.ts';
import { eventsOf } from '../../src/sim/scheduler/clusterEvents.ts';
import {
  add, addUnschedulable, done, flushBackoff, flushUnschedulable, moveOnEvent, newQueue, nextBackoffFlush, nextUnschedulableFlush, placeOf, pop, remove, update, type SchedulingQueue,
} from '../../src/sim/scheduler/queue.ts';
import { DEFAULT_PROFILE as P } from '../../src/sim/scheduler/profile.ts';
import { node, pod } from './objects.ts';

/** Fails a Pod once, rejected by these plugins. */
function rejected(queue: SchedulingQueue, subject: Pod, plugins: readonly string[], now: number): void {
  add(queue, subject, now, P);
  addUnschedulable(queue, pop(queue, P)!, subject, plugins, now, P);
}
const happen = (queue: SchedulingQueue, kind: string, before: Parameters<typeof eventsOf>[1], after: Parameters<typeof eventsOf>[2], now: number): readonly string[] =>
  eventsOf(kind, before, after).flatMap((event) => moveOnEvent(queue, event, now, P).map(({ key, to }) => `${key} -> ${to}`));

describe('the scheduling queue', () => {
  it('pops by priority, then by age, then in the order of arrival', () => {
    const queue = newQueue();
    for (const [name, priority, at] of [['late', 0, 2], ['early', 0, 1], ['urgent', 10, 3], ['also-early', 0, 1], ['idle', -1, 0]] as const) add(queue, pod(name, { spec: { priority } }), at * SECOND, P);
    const names: string[] = [];
    for (let next = pop(queue, P); next !== undefined; next = pop(queue, P)) names.push(next.pod.metadata.name);
    expect(names).toEqual(['urgent', 'early', 'also-early', 'late', 'idle']);
  });

  it('keeps its heap in order whatever is taken out of it', () => {
    const queue = newQueue();
    for (let i = 0; i < 60; i++) add(queue, pod(`p${i}`, { spec: { priority: (i * 37) % 11 } }), ((i * 53) % 17) * SECOND, P);
    for (let i = 0; i < 60; i += 3) remove(queue, `default/p${i}`, P);
    const order: (readonly [number, number, number])[] = [];
    for (let next = pop(queue, P); next !== undefined; next = pop(queue, P)) order.push([-next.priority, next.timestamp, next.order]);
    expect(order).toHaveLength(40);
    expect(order).toEqual([...order].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]));
  });

  it('brings back only whom an event can help', () => {
    const queue = newQueue();
    rejected(queue, pod('big', { cpu: '6' }), ['NodeResourcesFit'], 0);
    rejected(queue, pod('picky', { spec: { nodeSelector: { disk: 'ssd' } } }), ['NodeAffinity'], 0);
    const small = node('n1', { cpu: '4' });
    expect(happen(queue, 'Node', undefined, small, SECOND)).toEqual([]);
    const labelled = node('n1', { cpu: '4', labels: { disk: 'ssd' } });
    expect(happen(queue, 'Node', small, labelled, SECOND)).toEqual(['default/picky -> backoff']);
    expect(happen(queue, 'Node', labelled, node('n1', { cpu: '8', labels: { disk: 'ssd' } }), 4 * SECOND)).toEqual(['default/big -> active']);
    expect(happen(queue, 'Node', undefined, undefined, 5 * SECOND)).toEqual([]);
  });

  it('brings back on a changed taint whoever waits for new nodes', () => {
    const queue = newQueue();
    rejected(queue, pod('picky', { spec: { nodeSelector: { disk: 'ssd' } } }), ['NodeAffinity'], 0);
    rejected(queue, pod('intolerant'), ['TaintToleration'], 0);
    const tainted = (...keys: string[]) => node('n', { spec: { taints: keys.map((key) => ({ key, effect: 'NoSchedule' as const })) } });
    expect(happen(queue, 'Node', tainted('a', 'b'), tainted('b'), 0)).toEqual(['default/picky -> backoff']);
    expect(happen(queue, 'Node', tainted('b'), node('n'), 0)).toEqual(['default/intolerant -> backoff']);
  });

  it('lets a Pod out of backoff at the second after its end, or at once if nothing else is to do', () => {
    const queue = newQueue();
    rejected(queue, pod('a', { cpu: '6' }), ['NodeResourcesFit'], 400_000);
    happen(queue, 'Node', undefined, node('n', { cpu: '8' }), 500_000);
    expect(placeOf(queue, 'default/a')).toBe('backoff');
    expect(nextBackoffFlush(queue)).toBe(2 * SECOND);
    expect(flushBackoff(queue, 1_999_999, P)).toEqual([]);
    const other = copyOf(queue);
    expect(flushBackoff(queue, 2 * SECOND, P)).toEqual(['default/a']);
    expect(pop(other, P)?.key).toBe('default/a');
  });

  it('after an error waits out the delay, with nothing else to do or not', () => {
    const queue = newQueue();
    rejected(queue, pod('a'), [], 0);
    expect(placeOf(queue, 'default/a')).toBe('backoff');
    expect(pop(queue, P)).toBeUndefined();
    flushBackoff(queue, 2 * SECOND, P);
    expect(pop(queue, P)?.key).toBe('default/a');
  });

  it('tries a forgotten Pod again after five minutes', () => {
    const queue = newQueue();
    rejected(queue, pod('a'), ['NodeAffinity'], 10 * SECOND);
    expect(nextUnschedulableFlush(queue)).toBe(10 * SECOND + 5 * MINUTE);
    expect(flushUnschedulable(queue, 10 * SECOND + 5 * MINUTE, P)).toEqual([]);
    expect(flushUnschedulable(queue, 11 * SECOND + 5 * MINUTE, P)).toEqual(['default/a']);
    expect(placeOf(queue, 'default/a')).toBe('active');
  });

  it('does not miss what happens while a Pod is being tried', () => {
    const queue = newQueue();
    const a = pod('a', { cpu: '6' });
    add(queue, a, 0, P);
    const tried = pop(queue, P)!;
    happen(queue, 'Node', undefined, node('n', { cpu: '8' }), 10);
    expect(addUnschedulable(queue, tried, a, ['NodeResourcesFit'], 20, P)).toBe('backoff');
    expect(queue.events).toEqual([]);
    // What happened before it was taken out is no news.
    const b = pod('b', { cpu: '6' });
    add(queue, pod('keeps-events', { spec: { priority: 1 } }), 30, P);
    const first = pop(queue, P)!;
    happen(queue, 'Node', undefined, node('n2', { cpu: '8' }), 40);
    add(queue, b, 50, P);
    const second = pop(queue, P)!;
    expect(addUnschedulable(queue, second, b, ['NodeResourcesFit'], 60, P)).toBe('unschedulable');
    done(queue, first.key);
    expect([queue.events.length, queue.inFlight.size]).toEqual([0, 0]);
  });

  it('keeps a gated Pod out until its last gate is gone', () => {
    const queue = newQueue();
    const gates = (...names: string[]): Pod => pod('g', { spec: { schedulingGates: names.map((name) => ({ name })) } });
    const both = gates('a', 'b');
    expect(add(queue, both, 0, P)).toBe('unschedulable');
    expect(queue.unschedulable.get('default/g')).toMatchObject({ gatedBy: 'SchedulingGates', gateMessage: 'waiting for scheduling gates: [a b]' });
    expect(pop(queue, P)).toBeUndefined();
    expect(happen(queue, 'Node', undefined, node('n'), 1)).toEqual([]);
    expect(flushUnschedulable(queue, 10 * MINUTE, P)).toEqual([]);
    const one = gates('b');
    expect(update(queue, one, eventsOf('Pod', both, one), 2, P)).toBe('unschedulable');
    const none = gates();
    expect(update(queue, none, eventsOf('Pod', one, none), 3, P)).toBe('active');
    expect(pop(queue, P)?.gatedBy).toBeUndefined();
  });

  it('goes on from a copy as from itself', () => {
    const queue = newQueue();
    for (let i = 0; i < 9; i++) add(queue, pod(`p${i}`, { spec: { priority: i % 3 } }), i, P);
    rejected(queue, pod('stuck', { spec: { priority: 99 } }), ['NodeAffinity'], 9);
    const other = copyOf(queue);
    const names = (of: SchedulingQueue): string[] => {
      const found: string[] = [];
      for (let next = pop(of, P); next !== undefined; next = pop(of, P)) found.push(next.key);
      return found;
    };
    expect(names(queue)).toEqual(names(other));
  });
});

describe('what an update of a node is', () => {
  const before = node('n');
  it.each([
    ['a heartbeat', { ...before, status: { ...before.status, conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: 'x' }] } }, ['UpdateNodeCondition']],
    ['another label', node('n', { labels: { a: 'b' } }), ['UpdateNodeLabel']],
    ['more cpu', node('n', { cpu: '8' }), ['UpdateNodeAllocatable']],
    ['cordoned', node('n', { spec: { unschedulable: true } }), []],
    ['tainted', node('n', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }), ['UpdateNodeTaint']],
    ['nothing', { ...before, metadata: { ...before.metadata, resourceVersion: '2' } }, []],
  ] as const)('%s', (_, after, actions) => {
    expect(eventsOf('Node', before, after as typeof before).map((event) => event.action)).toEqual(actions);
  });
  it('of a Pod: it matters to others only while it has a place', () => {
    const waiting = pod('p');
    const bound = pod('p', { spec: { nodeName: 'n' } });
    const actions = (before?: Pod, after?: Pod) => eventsOf('Pod', before, after).map((event) => [event.action, event.before !== undefined]);
    expect([actions(undefined, waiting), actions(waiting, bound), actions(bound, undefined), actions(waiting, undefined)]).toEqual([[], [['Add', false]], [['Delete', true]], []]);
    expect(actions(pod('p', { status: { nominatedNodeName: 'n' } }), undefined)).toEqual([['Delete', true]]);
    expect(actions(bound, { ...bound, metadata: { ...bound.metadata, labels: { a: 'b' } } })).toEqual([['UpdatePodLabel', true]]);
  });
  it('uncordoned counts as a change of taints', () => {
    expect(eventsOf('Node', node('n', { spec: { unschedulable: true } }), before).map((event) => event.action)).toEqual(['UpdateNodeTaint']);
  });
});
