import { describe, expect, it } from 'vitest';
import { at, append, newJournal, snapshotJournal } from '../../src/sim/kernel/journal.ts';
import { getIn, newLayers, setIn, snapshotLayers, valuesIn } from '../../src/sim/kernel/layers.ts';
import { snapshot } from '../../src/sim/kernel/snapshot.ts';

const state = () => ({
  pods: new Map([['a', { phase: 'Running', containers: [{ name: 'app', restarts: 0 }] }], ['b', { phase: 'Pending', containers: [] as { name: string; restarts: number }[] }]]),
  queue: ['a', 'b'],
  seen: new Set(['a']),
  object: { apiVersion: 'v1', kind: 'Pod' },
  at: 0,
});

describe('snapshot', () => {
  it('shares nothing that can change, and everything that cannot', () => {
    const value = state();
    const copy = snapshot(value);
    expect(copy).toEqual(value);
    expect(copy.pods).not.toBe(value.pods);
    expect(copy.pods.get('a')!.containers[0]).not.toBe(value.pods.get('a')!.containers[0]);
    expect(copy.object).toBe(value.object);
  });

  it('shares with an earlier copy what is as it was then, and only that', () => {
    const value = state();
    const first = snapshot(value);
    value.pods.get('a')!.containers[0]!.restarts++;
    value.at = -0;
    const second = snapshot(value, first);
    expect(second.pods.get('a')!.containers[0]).toEqual({ name: 'app', restarts: 1 });
    expect(first.pods.get('a')!.containers[0]).toEqual({ name: 'app', restarts: 0 });
    expect(second.pods.get('b')).toBe(first.pods.get('b'));
    expect(second.pods.get('b')).not.toBe(value.pods.get('b'));
    expect(second.queue).toBe(first.queue);
    expect(Object.is(second.at, -0)).toBe(true);
  });

  it('keeps the order of entries and of fields', () => {
    const value = { map: new Map([['a', 1], ['b', 2]]), fields: { x: 1, y: 2 } as Record<string, number> };
    const first = snapshot(value);
    value.map.delete('a');
    value.map.set('a', 1);
    value.fields = { y: 2, x: 1 };
    const second = snapshot(value, first);
    expect([...second.map.keys()]).toEqual(['b', 'a']);
    expect(Object.keys(second.fields)).toEqual(['y', 'x']);
  });

  it('sees a field that went and one that came', () => {
    const value: { fields: Record<string, number | undefined> } = { fields: { x: 1, y: undefined } };
    const first = snapshot(value);
    value.fields = { x: 1, z: undefined };
    expect(Object.keys(snapshot(value, first).fields)).toEqual(['x', 'z']);
    value.fields = { x: 1 };
    expect(Object.keys(snapshot(value, first).fields)).toEqual(['x']);
  });
});

describe('a journal', () => {
  it('branches: each branch sees its own', () => {
    const one = newJournal<number>();
    for (let i = 0; i < 1500; i++) append(one, i);
    const two = snapshotJournal(one);
    const three = snapshotJournal(one);
    append(one, 1);
    append(two, 2);
    expect(at(three, 1500)).toBeUndefined();
    append(three, 3);
    for (let i = 0; i < 1000; i++) append(two, 20 + i);
    expect([one, two, three].map((journal) => [journal.length, at(journal, 1499), at(journal, 1500)])).toEqual([[1501, 1499, 1], [2501, 1499, 2], [1501, 1499, 3]]);
    expect(at(two, 2500)).toBe(1019);
  });
});

describe('layers', () => {
  it('are a map, whatever has settled, and forget what was set longest ago', () => {
    const layers = newLayers<number, number>();
    for (let i = 0; i < 1000; i++) setIn(layers, i % 700, i);
    const copy = snapshotLayers(layers);
    setIn(layers, 5, -1);
    expect([getIn(copy, 5), getIn(layers, 5), getIn(layers, 650), getIn(layers, 700)]).toEqual([705, -1, 650, undefined]);
    expect([...valuesIn(layers)].length).toBe(700);

    const few = newLayers<number, number>();
    for (let i = 0; i < 1000; i++) setIn(few, i, i, 200);
    expect(getIn(few, 0)).toBeUndefined();
    expect(getIn(few, 999)).toBe(999);
    expect([...valuesIn(few)].length).toBeLessThan(400);
  });
});
