import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/sim/api/object.ts';
import { APPLY_PATCH, MERGE_PATCH, type Method, type Response, type Status } from '../../src/sim/api/request.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import { difference, fromFieldsV1, intersection, sameSet, toFieldsV1, union } from '../../src/sim/apiserver/fields/fieldSet.ts';
import type { ManagedFieldsEntry } from '../../src/sim/apiserver/fields/managed.ts';
import { handle } from '../../src/sim/apiserver/handle.ts';
import { compact, newStore, type Store } from '../../src/sim/apiserver/store.ts';
import { runPart } from '../parity/api.ts';

const recorded = fileURLToPath(new URL('../golden/api-apply', import.meta.url));

it('a real API server, asked who manages what, says what ours says', () => {
  const result = runPart('mutations', recorded, '');
  expect(result === 'not run' ? ['not run'] : result.disagreements.map((one) => one.id)).toEqual([]);
  expect(result !== 'not run' && result.total).toBeGreaterThan(187);
});

const MAPS = '/api/v1/namespaces/default/configmaps';
let store: Store;
let now = 0;
const ask = (method: Method, path: string, body?: unknown, contentType?: string): Response => {
  const [at = '', search = ''] = path.split('?');
  return handle({ store, now, step: 1, draw: () => 7 }, { user: 'kubernetes-admin', managedFields: true, method, path: at, query: Object.fromEntries(new URLSearchParams(search)), ...(body === undefined ? {} : { body }), ...(contentType === undefined ? {} : { contentType }) });
};
const map = (data: Readonly<Record<string, string>>): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data });
const apply = (manager: string, data: Readonly<Record<string, string>>, more = ''): Response => ask('PATCH', `${MAPS}/c?fieldManager=${manager}${more}`, map(data), APPLY_PATCH);
/** "alice Apply data.a 00:05" for every field that somebody manages. */
const managers = (): string[] => {
  const { metadata } = ask('GET', `${MAPS}/c`).body as KubernetesObject & { metadata: { managedFields?: readonly ManagedFieldsEntry[] } };
  return (metadata.managedFields ?? []).map(({ manager, operation, time, fieldsV1 }) => `${manager} ${operation} ${Object.keys((fieldsV1 as { 'f:data'?: object })['f:data'] ?? {}).join(' ')} ${time?.slice(14, 19) ?? '-'}`);
};

describe('server-side apply', () => {
  beforeEach(() => {
    store = newStore();
    now = 0;
    ask('POST', '/api/v1/namespaces', { metadata: { name: 'default' } });
  });

  it('creates what is not there, and writes nothing when nothing changes', () => {
    expect(apply('alice', { a: '1' }).code).toBe(201);
    const { revision } = store;
    now = 5 * SECOND;
    expect(apply('alice', { a: '1' }).code).toBe(200);
    expect(store.revision).toBe(revision);
    expect(managers()).toEqual(['alice Apply f:a 00:00']);
  });

  it('a second applier of the same value shares it, and whoever leaves it out then leaves it to the other', () => {
    apply('alice', { a: '1', b: '1' });
    apply('bob', { a: '1' });
    apply('alice', { b: '1' });
    // Bob changed nothing, so that nothing says when.
    expect(managers()).toEqual(['bob Apply f:a -', 'alice Apply f:b 00:00']);
    apply('bob', {});
    expect((ask('GET', `${MAPS}/c`).body as { data?: object } & KubernetesObject).data).toEqual({ b: '1' });
  });

  it('takes nothing from another without force', () => {
    apply('alice', { a: '1' });
    const refused = apply('bob', { a: '2' });
    expect([refused.code, (refused.body as Status).message]).toEqual([409, 'Apply failed with 1 conflict: conflict with "alice": .data.a']);
    expect(apply('bob', { a: '2' }, '&force=true').code).toBe(200);
    expect(managers()).toEqual(['bob Apply f:a 00:00']);
  });

  it('an update takes what it changes; who manages what is the same however often and whenever one asks, also after compaction', () => {
    const writes = fc.array(fc.tuple(fc.constantFrom('alice', 'bob', 'carol'), fc.constantFrom('apply', 'patch'), fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'), { maxKeys: 3 })), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(writes, (all) => {
      const play = (looksEachTime: boolean): string[] => {
        store = newStore();
        ask('POST', '/api/v1/namespaces', { metadata: { name: 'default' } });
        for (const [who, how, data] of all) {
          now += SECOND;
          if (how === 'apply') apply(who, data, '&force=true');
          else ask('PATCH', `${MAPS}/c?fieldManager=${who}`, { data }, MERGE_PATCH);
          if (looksEachTime) managers();
        }
        if (!looksEachTime) compact(store, store.revision);
        return managers();
      };
      now = 0;
      const often = play(true);
      now = 0;
      expect(play(false)).toEqual(often);
    }), { numRuns: 60 });
  });

  it('a dry run shows who would manage what, and changes nothing', () => {
    apply('alice', { a: '1' });
    const shown = apply('bob', { b: '1' }, '&dryRun=All').body as KubernetesObject & { metadata: { managedFields: readonly ManagedFieldsEntry[] } };
    expect(shown.metadata.managedFields.map(({ manager }) => manager)).toEqual(['alice', 'bob']);
    expect(managers()).toEqual(['alice Apply f:a 00:00']);
  });

  it('an answer has no managed fields unless they are asked for', () => {
    apply('alice', { a: '1' });
    const plain = handle({ store, now, step: 1, draw: () => 7 }, { user: 'kubernetes-admin', method: 'GET', path: `${MAPS}/c` });
    expect(Object.keys((plain.body as KubernetesObject).metadata)).not.toContain('managedFields');
  });
});

describe('sets of fields', () => {
  const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:"y"');
  const fields = fc.letrec<{ set: Record<string, object> }>((tie) => ({ set: fc.dictionary(element, fc.oneof({ maxDepth: 3 }, fc.constant({}), tie('set').map((below) => ({ '.': {}, ...below })), tie('set')), { maxKeys: 4 }) })).set.map((json) => fromFieldsV1(json)!);
  it('are read as they are written, and obey the laws of sets', () => {
    fc.assert(fc.property(fields, fields, (a, b) => {
      expect(sameSet(fromFieldsV1(toFieldsV1(a))!, a)).toBe(true);
      expect(sameSet(union(a, b), union(b, a))).toBe(true);
      expect(sameSet(union(difference(a, b), intersection(a, b)), a)).toBe(true);
      expect(sameSet(difference(a, a), fromFieldsV1({})!)).toBe(true);
    }));
  });
  it('what is no set of fields is not read', () => {
    for (const wrong of [null, [], 'x', { a: {} }, { 'f:a': 1 }]) expect(fromFieldsV1(wrong)).toBeUndefined();
  });
});
