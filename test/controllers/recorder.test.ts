import { describe, expect, it } from 'vitest';
import type { EventNote } from '../../src/sim/reconcile/controller.ts';
import { FINISH_PERIOD, finishV1, instead, insteadV1, newRecorder, newRecorderV1, record, recordV1 } from '../../src/sim/reconcile/recorder.ts';
import { MINUTE, SECOND } from '../../src/sim/api/time.ts';

const SOURCE = { component: 'replicaset-controller' };
const note = (message: string, type: 'Normal' | 'Warning' = 'Warning', name = 'web-1'): EventNote => ({
  regarding: { kind: 'ReplicaSet', apiVersion: 'apps/v1', namespace: 'default', name, uid: `uid-${name}`, resourceVersion: '7' }, type, reason: 'FailedCreate', message,
});
type Sent = { method: string; path: string; body: { message?: string; note?: string; count?: number; metadata?: { name: string } } } | undefined;
const line = (request: unknown): string => {
  const sent = request as Sent;
  return sent === undefined ? 'nothing' : `${sent.method} ${sent.body.message ?? ''} x${sent.body.count ?? 0}`;
};

describe('recorder of core/v1 Events', () => {
  it('creates an Event as the API server stores it', () => {
    const request = record(newRecorder(), note('no'), SOURCE, 1_500_000);
    expect(request).toMatchObject({
      method: 'POST',
      path: '/api/v1/namespaces/default/events',
      body: {
        kind: 'Event', apiVersion: 'v1', metadata: { namespace: 'default' },
        involvedObject: { kind: 'ReplicaSet', name: 'web-1', resourceVersion: '7' },
        reason: 'FailedCreate', message: 'no', type: 'Warning', count: 1, source: SOURCE,
        firstTimestamp: '2026-01-05T08:00:01Z', lastTimestamp: '2026-01-05T08:00:01Z', eventTime: null, reportingComponent: 'replicaset-controller', reportingInstance: '',
      },
    });
    expect((request?.body as { metadata: { name: string } }).metadata.name).toMatch(/^web-1\.[0-9a-f]{16}$/);
  });

  it('puts Events about objects without a namespace into "default"', () => {
    const request = record(newRecorder(), { ...note('gone'), regarding: { kind: 'Node', name: 'node-1', uid: 'node-1' } }, SOURCE, 0);
    expect(request?.path).toBe('/api/v1/namespaces/default/events');
  });

  it('counts equal ones with a patch of the first', () => {
    const state = newRecorder();
    const first = record(state, note('no'), SOURCE, 0) as Sent;
    const second = record(state, note('no'), SOURCE, 2 * SECOND);
    expect(second).toEqual({
      method: 'PATCH', path: `/api/v1/namespaces/default/events/${first!.body.metadata!.name}`, contentType: 'application/strategic-merge-patch+json',
      body: { count: 2, lastTimestamp: '2026-01-05T08:00:02Z', message: 'no' },
    });
    expect(instead(state, second!)).toMatchObject({ method: 'POST', body: { count: 2, metadata: first!.body.metadata, firstTimestamp: '2026-01-05T08:00:00Z', lastTimestamp: '2026-01-05T08:00:02Z' } });
    expect(instead(state, { method: 'PATCH', path: '/api/v1/namespaces/default/events/other' })).toBeUndefined();
  });

  it('combines from the tenth different message on, as the recorded quota trace shows', () => {
    const state = newRecorder();
    const lines = Array.from({ length: 12 }, (_, i) => line(record(state, note(`no ${i}`), SOURCE, i * SECOND)));
    expect(lines.slice(8)).toEqual([
      'POST no 8 x1',
      'POST (combined from similar events): no 9 x1',
      'PATCH (combined from similar events): no 10 x2',
      'PATCH (combined from similar events): no 11 x3',
    ]);
  });

  it('forgets similar ones when there was none for ten minutes', () => {
    const state = newRecorder();
    for (let i = 0; i < 12; i++) record(state, note(`no ${i}`), SOURCE, i * SECOND);
    expect(line(record(state, note('late'), SOURCE, 611 * SECOND + 1))).toBe('POST late x1');
  });

  it('lets a source say 25 things of a type about one object, then one in five minutes', () => {
    const state = newRecorder();
    const sent = (message: string, at: number, type?: 'Normal', name?: string): boolean => record(state, note(message, type, name), SOURCE, at) !== undefined;
    expect(Array.from({ length: 30 }, (_, i) => sent('no', i)).filter(Boolean)).toHaveLength(25);
    expect(sent('yes', 30, 'Normal')).toBe(true);
    expect(sent('no', 30, undefined, 'web-2')).toBe(true);
    expect(sent('no', 5 * MINUTE - 1)).toBe(false);
    // What was silenced counted: 25 sent, 6 silenced, this one.
    expect(line(record(state, note('no'), SOURCE, 5 * MINUTE))).toBe('PATCH no x32');
    expect(sent('no', 5 * MINUTE + 1)).toBe(false);
  });

  it('names the same Event the same way every time, and two of one moment differently', () => {
    const names = (): (string | undefined)[] => {
      const state = newRecorder();
      return ['a', 'b'].map((message) => (record(state, note(message), SOURCE, 5) as Sent)?.body.metadata?.name);
    };
    expect(names()).toEqual(names());
    expect(new Set(names()).size).toBe(2);
  });

  it('puts the moment into the name: nanoseconds since 1970 in hex', () => {
    for (const at of [0, 1, 999_999, 7 * 24 * 3600 * SECOND + 123_456]) {
      const name = (record(newRecorder(), note('x'), SOURCE, at) as Sent)!.body.metadata!.name;
      const nanos = BigInt(`0x${name.split('.')[1]}`);
      expect(nanos / 1000n).toBe(1_767_600_000_000_000n + BigInt(at));
    }
  });

  it('is plain data', () => {
    const state = newRecorder();
    for (let i = 0; i < 11; i++) record(state, note(`no ${i}`), SOURCE, i);
    const copy = structuredClone(state);
    expect(record(copy, note('more'), SOURCE, 99)).toEqual(record(state, note('more'), SOURCE, 99));
  });
});

describe('recorder of events.k8s.io/v1', () => {
  const scheduler = { controller: 'default-scheduler', instance: 'default-scheduler-control-plane' };
  const failed = (resourceVersion = '7', message = '0/3 nodes are available') => ({
    regarding: { kind: 'Pod', apiVersion: 'v1', namespace: 'default', name: 'big', uid: 'u', resourceVersion }, type: 'Warning' as const, reason: 'FailedScheduling', action: 'Scheduling', message,
  });

  it('creates, then makes a series of two, then only counts', () => {
    const state = newRecorderV1();
    const first = recordV1(state, failed(), scheduler, 0) as Sent;
    expect(first).toMatchObject({
      method: 'POST', path: '/apis/events.k8s.io/v1/namespaces/default/events',
      body: { apiVersion: 'events.k8s.io/v1', kind: 'Event', eventTime: '2026-01-05T08:00:00.000000Z', reportingController: 'default-scheduler', action: 'Scheduling', note: '0/3 nodes are available', type: 'Warning', regarding: { name: 'big' } },
    });
    // The text is not part of what makes two equal.
    const second = recordV1(state, failed('7', 'another text'), scheduler, 1_000_001);
    expect(second).toEqual({
      method: 'PATCH', path: `/apis/events.k8s.io/v1/namespaces/default/events/${first!.body.metadata!.name}`, contentType: 'application/strategic-merge-patch+json',
      body: { series: { count: 2, lastObservedTime: '2026-01-05T08:00:01.000001Z' } },
    });
    expect(recordV1(state, failed(), scheduler, 2_000_000)).toBeUndefined();
    expect(insteadV1(state, second!)).toMatchObject({ method: 'POST', body: { series: { count: 3 } } });
    expect(recordV1(state, failed('8'), scheduler, 2_000_000)).toMatchObject({ method: 'POST' });
  });

  it('writes the last count of a series that has been over for six minutes, and forgets', () => {
    const state = newRecorderV1();
    for (let i = 0; i < 5; i++) recordV1(state, failed(), scheduler, i);
    recordV1(state, failed('single'), scheduler, 0);
    expect(finishV1(state, FINISH_PERIOD)).toEqual([]);
    expect(finishV1(state, 2 * FINISH_PERIOD)).toMatchObject([{ method: 'PATCH', body: { series: { count: 5 } } }]);
    expect(state.cache.size).toBe(0);
  });
});
