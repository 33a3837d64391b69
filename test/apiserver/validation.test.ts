import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { kindInfo } from '../../src/sim/api/kinds.ts';
import { canonicalQuantity } from '../../src/sim/api/quantity.ts';
import type { Status } from '../../src/sim/api/request.ts';
import { decode, MAX_DEPTH, type Decoded } from '../../src/sim/apiserver/decode.ts';
import { fieldAt, listKeysOf, mergeKeyOf, retainsKeys } from '../../src/sim/apiserver/schema.ts';
import { runPart } from '../parity/api.ts';

const golden = fileURLToPath(new URL('../golden/api', import.meta.url));
const fuzzed = fileURLToPath(new URL('../golden/api-fuzz', import.meta.url));
const workloads = fileURLToPath(new URL('../golden/api-workloads', import.meta.url));
const further = fileURLToPath(new URL('../golden/api-further', import.meta.url));
const gaps = fileURLToPath(new URL('../golden/api-gaps', import.meta.url));
const corpus = fileURLToPath(new URL('../../../shared/corpus/manifests', import.meta.url));

/** Of a disagreement only what it is about: the whole detail is for `npm run parity -- api`. */
const ids = (result: ReturnType<typeof runPart>): readonly string[] => (result === 'not run' ? ['not run'] : result.disagreements.map((one) => one.id));

describe('a real API server, recorded', () => {
  it('answers every recorded request as ours does', () => {
    const result = runPart('mutations', golden, corpus);
    expect(ids(result)).toEqual([]);
    expect(result !== 'not run' && result.total).toBeGreaterThan(400);
  });

  it('answers documents, patches and calls that were made at random to be wrong as ours does', () => {
    const result = runPart('mutations', fuzzed, corpus);
    expect(ids(result)).toEqual([]);
    expect(result !== 'not run' && result.total).toBeGreaterThan(300);
  });

  it('shows every kind in the columns in which ours does', () => {
    const result = runPart('tables', golden, corpus);
    expect(ids(result)).toEqual([]);
    expect(result !== 'not run' && result.total).toBe(42);
  });

  it('answers what was made at random about workloads, autoscalers, limits and quotas as ours does', () => {
    const result = runPart('mutations', workloads, corpus);
    expect(ids(result)).toEqual([]);
    expect(result !== 'not run' && result.total).toBeGreaterThan(500);
  });

  it('refuses what was made at random of the further kinds as ours does', () => {
    const result = runPart('mutations', further, corpus);
    expect(ids(result)).toEqual([]);
    expect(result !== 'not run' && result.total).toBeGreaterThan(300);
  });

  it('answers what was made at random of every kind in every way as ours does', () => {
    const result = runPart('mutations', gaps, corpus);
    expect(ids(result)).toEqual([]);
    expect(result !== 'not run' && result.total).toBeGreaterThan(350);
  });

  it.skipIf(!existsSync(corpus))('says of every manifest that people publish what ours says (skipped because ../shared/corpus is absent)', () => {
    const result = runPart('verdicts', golden, corpus);
    expect(ids(result)).toEqual([]);
    expect(result !== 'not run' && result.total).toBeGreaterThan(500);
  });
});

const info = (kind: string): NonNullable<ReturnType<typeof kindInfo>> => {
  const found = kindInfo(kind);
  if (found === undefined) throw new Error(kind);
  return found;
};
const pod = (over: object): unknown => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'nginx' }] }, ...over });
const refusal = (kind: string, body: unknown): string => {
  const result = decode(info(kind), body);
  return 'message' in result ? (result as Status).message ?? '' : `accepted; ${(result as Decoded).strict.join(', ')}`;
};

describe('decoding', () => {
  const prefix = 'Pod in version "v1" cannot be handled as a Pod: ';
  it.each<[string, unknown, string]>([
    ['a number for a text', pod({ metadata: { name: 5 } }), `${prefix}json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string`],
    ['a text for a list', pod({ spec: { containers: 'x' } }), `${prefix}json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container`],
    ['a named text type', pod({ spec: { restartPolicy: 1 } }), `${prefix}json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy`],
    ['a field of an embedded struct', pod({ spec: { volumes: [{ name: 'v', emptyDir: 'x' }] } }), `${prefix}json: cannot unmarshal string into Go struct field Volume.spec.volumes.VolumeSource.emptyDir of type v1.EmptyDirVolumeSource`],
    ['a number too large', pod({ spec: { priority: 2 ** 31 } }), `${prefix}json: cannot unmarshal number 2147483648 into Go struct field PodSpec.spec.priority of type int32`],
    ['a quantity', pod({ spec: { overhead: { cpu: '1 core' } } }), `${prefix}quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`],
    ['a time', pod({ metadata: { creationTimestamp: 'today' } }), `${prefix}parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"`],
    ['another kind', { apiVersion: 'v1', kind: 'Service', metadata: {} }, 'Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion'],
    ['an unknown version', { apiVersion: 'v9', kind: 'Pod' }, 'Pod in version "v9" cannot be handled as a Pod: no kind "Pod" is registered for version "v9" in scheme "pkg/runtime/scheme.go:111"'],
    ['a list', [1], 'the object provided is unrecognized (must be of type Pod): couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } ([1])'],
    ['broken JSON', '{"kind": oops}', 'the object provided is unrecognized (must be of type Pod): couldn\'t get version/kind; json parse error: invalid character \'o\' looking for beginning of value ({"kind": oops})'],
    ['unknown fields, in order', pod({ spec: { containers: [{ name: 'c', img: 'x' }], foo: 1 } }), 'accepted; unknown field "spec.containers[0].img", unknown field "spec.foo"'],
    ['a field twice', '{"kind":"Pod","apiVersion":"v1","spec":{"nodeName":"a","nodeName":"b"}}', 'accepted; duplicate field "spec.nodeName"'],
  ])('%s', (_name, body, wanted) => {
    expect(refusal('Pod', body)).toBe(wanted);
  });

  it('writes what Go would write: nulls and empty fields go, quantities get their one spelling', () => {
    const result = decode(info('Pod'), pod({ metadata: { name: 'p', labels: {}, annotations: null }, spec: { containers: [{ name: 'c', image: 'nginx', command: [], resources: { limits: { cpu: '1000m', memory: '1024Mi' } } }], nodeName: '' } })) as Decoded;
    expect(result.object).toEqual({ kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'nginx', resources: { limits: { cpu: '1', memory: '1Gi' } } }] }, status: {} });
  });

  it.each([['1000m', '1'], ['0.5', '500m'], ['1024Mi', '1Gi'], ['1.5Gi', '1536Mi'], ['1e3', '1e3'], ['1500', '1500'], ['3000000', '3M'], ['0.1m', '100u'], ['512Ki', '512Ki'], ['-1', '-1'], ['0Gi', '0']])('%s is stored as %s', (text, wanted) => {
    expect(canonicalQuantity(text)).toBe(wanted);
  });
});

describe('hostile documents', () => {
  it('takes __proto__ for the key that it is', () => {
    const body = JSON.parse('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"__proto__":"y"}},"__proto__":{"polluted":true},"data":{"__proto__":"v","constructor":"w"}}') as unknown;
    const result = decode(info('ConfigMap'), body) as Decoded;
    expect(result.strict).toEqual(['unknown field "__proto__"']);
    const data = (result.object as unknown as { data: object }).data;
    expect(Object.keys(data)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses a document that is nested too deep, with the limit', () => {
    let body: unknown = { name: 'x' };
    for (let i = 0; i < 5000; i += 1) body = { spec: body, list: [body] };
    expect(() => refusal('Pod', body)).not.toThrow();
    const deepText = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    expect(refusal('Pod', deepText)).toContain('exceeded max depth');
    expect(MAX_DEPTH).toBe(100);
  });

  it('finds a long name wrong without getting slow', () => {
    const name = `${'a-'.repeat(50_000)}!`;
    expect(refusal('Pod', pod({ metadata: { name } }))).toBe('accepted; ');
  });
});

describe('the table of fields', () => {
  it('knows the keys of lists', () => {
    const containers = ['spec', 'template', 'spec', 'containers'];
    expect(mergeKeyOf('Deployment', containers)).toBe('name');
    expect(mergeKeyOf('Deployment', [...containers, 'ports'])).toBe('containerPort');
    expect(listKeysOf('Deployment', [...containers, 'ports'])).toEqual(['containerPort', 'protocol']);
    expect(mergeKeyOf('Deployment', ['spec', 'template', 'spec', 'tolerations'])).toBeUndefined();
    expect(mergeKeyOf('Pod', ['metadata', 'finalizers'])).toBe('');
    expect(mergeKeyOf('Service', ['spec', 'ports'])).toBe('port');
    expect(retainsKeys('Deployment', ['spec', 'strategy'])).toBe(true);
    expect(retainsKeys('Pod', ['spec', 'volumes'])).toBe(true);
    expect(fieldAt('Pod', ['spec', 'nope'])).toBeUndefined();
  });
});
