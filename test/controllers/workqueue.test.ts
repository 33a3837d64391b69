import { describe, expect, it } from 'vitest';
import { add, addAfter, done, due, failuresOf, forget, newWorkqueue, nextAt, rateLimited, take } from '../../src/sim/reconcile/workqueue.ts';

describe('work queue', () => {
  it('hands keys out in the order of their arrival and merges what comes again', () => {
    const queue = newWorkqueue();
    add(queue, 'a', 1);
    add(queue, 'b', 2);
    add(queue, 'a', 3);
    expect(take(queue)).toEqual({ key: 'a', firstCause: 1, lastCause: 3, merged: 2 });
    expect(take(queue)).toEqual({ key: 'b', firstCause: 2, lastCause: 2, merged: 1 });
    expect(take(queue)).toBeUndefined();
  });

  it('does not hand a key out while it is worked on, and does so again afterwards if it was added meanwhile', () => {
    const queue = newWorkqueue();
    add(queue, 'a', 1);
    take(queue);
    add(queue, 'a', 2);
    add(queue, 'a', 3);
    expect(take(queue)).toBeUndefined();
    done(queue, 'a');
    expect(take(queue)).toEqual({ key: 'a', firstCause: 2, lastCause: 3, merged: 2 });
    done(queue, 'a');
    expect(take(queue)).toBeUndefined();
  });

  it('adds later, the earliest first, and keeps the earlier of two moments for one key', () => {
    const queue = newWorkqueue();
    addAfter(queue, 'a', 300, 1);
    addAfter(queue, 'b', 200, 2);
    addAfter(queue, 'c', 200, 3);
    addAfter(queue, 'a', 100, 4);
    addAfter(queue, 'b', 900, 5);
    expect(nextAt(queue)).toBe(100);
    expect(due(queue, 99)).toBe(0);
    expect(due(queue, 200)).toBe(3);
    expect(nextAt(queue)).toBe(Infinity);
    expect([take(queue), take(queue), take(queue)].map((item) => [item?.key, item?.firstCause, item?.lastCause])).toEqual([['a', 1, 4], ['c', 3, 3], ['b', 2, 5]]);
  });

  it('backs off from 5 ms, doubling, to 1000 s, until forgotten', () => {
    const queue = newWorkqueue();
    const delays: number[] = [];
    // 200 s apart, so that the bucket over all keys is never what decides.
    for (let i = 0; i < 20; i++) {
      const now = i * 2_000_000_000;
      delays.push((rateLimited(queue, 'a', now, i) - now) / 1000);
      due(queue, Infinity);
    }
    expect(delays).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240, 20480, 40960, 81920, 163840, 327680, 655360, 1_000_000, 1_000_000]);
    expect(failuresOf(queue, 'a')).toBe(20);
    forget(queue, 'a');
    expect(failuresOf(queue, 'a')).toBe(0);
    expect(rateLimited(queue, 'a', 1e12, 1)).toBe(1e12 + 5000);
  });

  it('lets 100 keys fail at once and spreads the rest over 10 a second', () => {
    const queue = newWorkqueue();
    const at = Array.from({ length: 130 }, (_, i) => rateLimited(queue, `key-${i}`, 0, 1));
    expect(at.slice(0, 100).every((moment) => moment === 5000)).toBe(true);
    expect(at[100]).toBe(100_000);
    expect(at[129]).toBe(3_000_000);
  });

  it('is plain data', () => {
    const queue = newWorkqueue();
    add(queue, 'a', 1);
    rateLimited(queue, 'b', 0, 2);
    const copy = structuredClone(queue);
    expect(take(copy)).toEqual(take(queue));
    expect(nextAt(copy)).toBe(nextAt(queue));
  });
});
