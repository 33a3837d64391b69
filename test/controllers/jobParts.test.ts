import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/sim/api/object.ts';
import { SECOND, timestamp } from '../../src/sim/api/time.ts';
import type { Job } from '../../src/sim/api/workloads.ts';
import { NO_FAILURES, recordOf, remaining } from '../../src/sim/controllers/job/backOff.ts';
import { firstOutside, formatIndexes, parseIndexes, total, withIndexes } from '../../src/sim/controllers/job/indexes.ts';
import { failMessage, judge, successMessage } from '../../src/sim/controllers/job/policies.ts';
import { pod } from './fakeView.ts';

describe('completion indexes', () => {
  it.each([
    ['', 5, '', 0], ['0', 5, '0', 1], ['0,1', 5, '0,1', 2], ['0-2,4', 5, '0-2,4', 4], ['0-9', 5, '0-4', 5], ['1,2,3', 5, '1-3', 3], ['7', 5, '', 0], ['0,x,2', 5, '0,2', 2],
  ])('"%s" of %d is "%s"', (text, completions, written, count) => {
    const intervals = parseIndexes(text, completions);
    expect(formatIndexes(intervals)).toBe(written);
    expect(total(intervals)).toBe(count);
  });
  it('grow together', () => expect(formatIndexes(withIndexes(parseIndexes('0,2,5-7', 10), [3, 1, 8]))).toBe('0-3,5-8'));
  it('the first that are missing', () => expect(firstOutside(parseIndexes('0,2,5-7', 10), 4, 10)).toEqual([1, 3, 4, 8]));
});

const ended = (name: string, at: number, code: number, more: object = {}): Pod =>
  pod(name, undefined, { status: { phase: code === 0 ? 'Succeeded' : 'Failed', containerStatuses: [{ name: 'app', ready: false, restartCount: 0, image: '', imageID: '', state: { terminated: { exitCode: code, finishedAt: timestamp(at * SECOND) } } }], ...more } });

describe('back-off after failures', () => {
  it.each([[1, 10], [2, 20], [3, 40], [6, 320], [7, 600], [20, 600]])('%d in a row: %d s from the last end', (failures, seconds) => {
    expect(remaining({ failures, at: 100 * SECOND }, 100 * SECOND)).toBe(seconds * SECOND);
    expect(remaining({ failures, at: 100 * SECOND }, (100 + seconds) * SECOND)).toBe(0);
  });
  it('a success starts the count anew; only failures after it count', () => {
    const after = recordOf({ failures: 4, at: 5 * SECOND }, [ended('good', 20, 0)], [ended('early', 10, 1), ended('late', 30, 1)]);
    expect(after).toEqual({ failures: 1, at: 30 * SECOND });
    expect(recordOf(after, [ended('good', 40, 0)], [])).toEqual(NO_FAILURES);
    expect(recordOf(after, [], [ended('bad', 50, 1)])).toEqual({ failures: 2, at: 50 * SECOND });
  });
});

const job = (spec: object): Job => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', namespace: 'default', uid: 'j', resourceVersion: '1', creationTimestamp: timestamp(0) }, spec: { template: { spec: { containers: [] } }, ...spec }, status: {} }) as unknown as Job;

describe('policies', () => {
  const rules = (...list: readonly object[]): Job => job({ podFailurePolicy: { rules: list } });
  it.each([
    ['a listed code', { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }, 42, 'FailJob', true],
    ['another code', { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }, 1, undefined, true],
    ['none of the codes', { action: 'Ignore', onExitCodes: { operator: 'NotIn', values: [42] } }, 1, 'Ignore', false],
    ['of another container', { action: 'FailJob', onExitCodes: { containerName: 'other', operator: 'In', values: [42] } }, 42, undefined, true],
  ] as const)('%s', (_, rule, code, action, counts) => expect(judge(rules(rule), ended('p', 1, code))).toMatchObject({ counts, ...(action === undefined ? {} : { action }) }));
  it('a condition', () => {
    const evicted = ended('p', 1, 137, { conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    expect(judge(rules({ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }), evicted).counts).toBe(false);
  });
  it('says which rule made the Job fail', () => expect(failMessage(rules({ action: 'Count', onExitCodes: { operator: 'In', values: [1] } }, { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }), [ended('p', 1, 42)])).toBe('Container app for pod default/p failed with exit code 42 matching FailJob rule at index 1'));
  it.each([
    [{ succeededIndexes: '0,2-4', succeededCount: 2 }, '0,3', 'Matched rules at index 0'], [{ succeededIndexes: '0,2-4' }, '0,3', undefined], [{ succeededIndexes: '0,2-4' }, '0-4', 'Matched rules at index 0'], [{ succeededCount: 3 }, '1,5,6', 'Matched rules at index 0'],
  ])('%j with %s', (rule, done, message) => expect(successMessage(job({ completions: 10, successPolicy: { rules: [rule] } }), parseIndexes(done, 10))).toBe(message));
});
