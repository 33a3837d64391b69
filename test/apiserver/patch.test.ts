import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, type Status } from '../../src/sim/api/request.ts';
import { applyPatch } from '../../src/sim/apiserver/patch.ts';
import { jsonPatch, type Operation } from '../../src/sim/apiserver/patch-json.ts';
import { mergePatch } from '../../src/sim/apiserver/patch-merge.ts';
import { strategicPatch } from '../../src/sim/apiserver/patch-strategic.ts';
import { same, share, type ObjectValue } from '../../src/sim/apiserver/patch-values.ts';
import { typeOfKind } from '../../src/sim/apiserver/schema.ts';
import type { KubernetesObject } from '../../src/sim/api/object.ts';

/** Freezes all the way down: whoever writes into a stored object fails loudly. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, depthIdentifier: 'json' }, fc.constantFrom(null, true, false, 0, 1, 2, 'a', 'b', ''), fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'json' }), fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), tie('value'), { maxKeys: 3, depthIdentifier: 'json' })),
})).value;
const object = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), json, { maxKeys: 3 });

describe('merge patch', () => {
  // The test cases of RFC 7396, appendix A.
  it.each<[string, string, string]>([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s with %s is %s', (target, patch, expected) => {
    expect(JSON.stringify(mergePatch(frozen(JSON.parse(target)), frozen(JSON.parse(patch))))).toBe(expected);
  });

  it('applied twice is applied once, and what did not change is the same value', () => {
    fc.assert(fc.property(object, object, (target, patch) => {
      const once = mergePatch(frozen(target), frozen(patch));
      expect(mergePatch(frozen(once), patch)).toBe(once);
      expect(mergePatch(target, {})).toBe(target);
    }));
  });

  it('leaves untouched branches as they are', () => {
    const target = frozen({ metadata: { labels: { a: 'b' } }, spec: { replicas: 1, template: { x: [1, 2] } } });
    const next = mergePatch(target, { spec: { replicas: 2 } }) as typeof target;
    expect(next).not.toBe(target);
    expect(next.metadata).toBe(target.metadata);
    expect(next.spec.template).toBe(target.spec.template);
  });

  it('takes __proto__ for a key like any other', () => {
    const next = mergePatch({}, JSON.parse('{"data":{"__proto__":{"polluted":"yes"}}}')) as { data: Record<string, unknown> };
    expect(Object.keys(next.data)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(next.data)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('JSON patch', () => {
  const document = frozen({ spec: { replicas: 3, list: ['a', 'b'], 'a/b': 1, 'm~n': 2 }, nothing: null });
  const fails = Symbol('refused');
  it.each<[string, Operation[], unknown]>([
    ['add a key', [{ op: 'add', path: '/spec/x', value: 1 }], { ...document, spec: { ...document.spec, x: 1 } }],
    ['add at an index', [{ op: 'add', path: '/spec/list/1', value: 'x' }], { ...document, spec: { ...document.spec, list: ['a', 'x', 'b'] } }],
    ['add at the end', [{ op: 'add', path: '/spec/list/-', value: 'x' }], { ...document, spec: { ...document.spec, list: ['a', 'b', 'x'] } }],
    ['add one past the end', [{ op: 'add', path: '/spec/list/2', value: 'x' }], { ...document, spec: { ...document.spec, list: ['a', 'b', 'x'] } }],
    ['add two past the end', [{ op: 'add', path: '/spec/list/3', value: 'x' }], fails],
    ['an index from the end', [{ op: 'replace', path: '/spec/list/-1', value: 'x' }], { ...document, spec: { ...document.spec, list: ['a', 'x'] } }],
    ['an index too far from the end', [{ op: 'remove', path: '/spec/list/-3' }], fails],
    ['an index that is no number', [{ op: 'remove', path: '/spec/list/one' }], fails],
    ['an index of a thousand digits', [{ op: 'remove', path: `/spec/list/${'9'.repeat(1000)}` }], fails],
    ['add below what is not there', [{ op: 'add', path: '/spec/no/x', value: 1 }], fails],
    ['add below a scalar', [{ op: 'add', path: '/spec/replicas/x', value: 1 }], fails],
    ['remove', [{ op: 'remove', path: '/spec/list/0' }], { ...document, spec: { ...document.spec, list: ['b'] } }],
    ['remove what is not there', [{ op: 'remove', path: '/spec/no' }], fails],
    ['replace of a missing key adds it (as the real one does)', [{ op: 'replace', path: '/spec/no', value: 1 }], { ...document, spec: { ...document.spec, no: 1 } }],
    ['escaped keys', [{ op: 'replace', path: '/spec/a~1b', value: 9 }, { op: 'replace', path: '/spec/m~0n', value: 8 }], { ...document, spec: { ...document.spec, 'a/b': 9, 'm~n': 8 } }],
    ['move', [{ op: 'move', from: '/spec/replicas', path: '/count' }], { spec: { list: ['a', 'b'], 'a/b': 1, 'm~n': 2 }, nothing: null, count: 3 }],
    ['copy', [{ op: 'copy', from: '/spec/list/0', path: '/first' }], { ...document, first: 'a' }],
    ['test that holds', [{ op: 'test', path: '/spec/list', value: ['a', 'b'] }], document],
    ['test of null', [{ op: 'test', path: '/nothing', value: null }], document],
    ['test that fails', [{ op: 'test', path: '/spec/replicas', value: 4 }], fails],
    ['all or nothing', [{ op: 'remove', path: '/spec' }, { op: 'test', path: '/spec', value: 1 }], fails],
    ['an unknown operation', [{ op: 'increment', path: '/spec/replicas' }], fails],
    ['a path without a slash', [{ op: 'remove', path: 'spec' }], fails],
    ['the prototype is no parent', [{ op: 'add', path: '/__proto__/polluted', value: 1 }], fails],
    ['constructor is no key', [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }], fails],
  ])('%s', (_name, operations, expected) => {
    if (expected === fails) expect(() => jsonPatch(document, operations)).toThrow();
    else expect(jsonPatch(document, operations)).toEqual(expected);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('shares what it did not touch', () => {
    const next = jsonPatch(document, [{ op: 'replace', path: '/spec/replicas', value: 4 }]) as typeof document;
    expect(next.spec.list).toBe(document.spec.list);
  });

  it('never throws anything but a refusal, whatever the path', () => {
    const part = fc.constantFrom('a', 'b', '0', '1', '-', '-1', '', '~', '~0', '~1', '~01', '__proto__', 'length');
    fc.assert(fc.property(object, fc.array(fc.record({ op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'), path: fc.array(part).map((parts) => parts.map((one) => `/${one}`).join('')), from: fc.array(part).map((parts) => parts.map((one) => `/${one}`).join('')), value: json }), { maxLength: 4 }), (document, operations) => {
      frozen(document);
      const result = applyPatch(JSON_PATCH, document as unknown as KubernetesObject, operations, undefined, 'Strict');
      if ('kind' in result) expect([400, 422]).toContain((result as Status).code);
    }));
  });
});

describe('strategic merge patch', () => {
  const struct = typeOfKind('Deployment');
  const container = (name: string, more: object = {}): object => ({ name, image: 'nginx', ...more });
  const deployment = (containers: readonly object[], spec: object = {}): ObjectValue => frozen({ spec: { replicas: 3, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } }, ...spec, template: { spec: { containers } } } });
  const containersOf = (value: ObjectValue): unknown => (value as { spec: { template: { spec: { containers: unknown } } } }).spec.template.spec.containers;
  const base = deployment([container('web', { env: [{ name: 'A', value: 'a' }], ports: [{ containerPort: 80, protocol: 'TCP' }] })]);
  const toContainers = (containers: unknown, more: object = {}): ObjectValue => ({ spec: { template: { spec: { containers, ...more } } } });

  it.each<[string, ObjectValue, unknown]>([
    ['a new item comes first, as the real one puts it', toContainers([{ name: 'side', image: 'busybox' }]), [{ name: 'side', image: 'busybox' }, container('web', { env: [{ name: 'A', value: 'a' }], ports: [{ containerPort: 80, protocol: 'TCP' }] })]],
    ['an item that is there is merged', toContainers([{ name: 'web', image: 'nginx:2' }]), [{ name: 'web', image: 'nginx:2', env: [{ name: 'A', value: 'a' }], ports: [{ containerPort: 80, protocol: 'TCP' }] }]],
    ['$patch: delete takes an item away', toContainers([{ name: 'web', env: [{ name: 'A', $patch: 'delete' }] }]), [container('web', { env: [], ports: [{ containerPort: 80, protocol: 'TCP' }] })]],
    ['$patch: replace in a list replaces all of it', toContainers([{ $patch: 'replace' }, { name: 'only', image: 'x' }]), [{ name: 'only', image: 'x' }]],
    ['$patch: replace in an item replaces the item', toContainers([{ name: 'web', ports: [{ containerPort: 81 }], env: [{ $patch: 'replace' }] }]), [container('web', { env: [], ports: [{ containerPort: 81 }, { containerPort: 80, protocol: 'TCP' }] })]],
    ['null takes a field away', toContainers([{ name: 'web', env: null }]), [container('web', { ports: [{ containerPort: 80, protocol: 'TCP' }] })]],
    ['a merge key that is a number', toContainers([{ name: 'web', ports: [{ containerPort: 80, name: 'http' }] }]), [container('web', { env: [{ name: 'A', value: 'a' }], ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] })]],
    ['$setElementOrder decides the order', toContainers([{ name: 'side', image: 'b' }], { '$setElementOrder/containers': [{ name: 'web' }, { name: 'side' }] }), [container('web', { env: [{ name: 'A', value: 'a' }], ports: [{ containerPort: 80, protocol: 'TCP' }] }), { name: 'side', image: 'b' }]],
  ])('%s', (_name, patch, expected) => {
    expect(containersOf(strategicPatch(base, frozen(patch), struct))).toEqual(expected);
  });

  it('$retainKeys leaves only what it names', () => {
    const next = strategicPatch(base, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }, struct) as { spec: { strategy: unknown } };
    expect(next.spec.strategy).toEqual({ type: 'Recreate' });
  });

  it('$deleteFromPrimitiveList takes values from a set', () => {
    const next = strategicPatch(frozen({ metadata: { finalizers: ['a/b', 'x/y'] } }), { metadata: { '$deleteFromPrimitiveList/finalizers': ['x/y'] } }, struct);
    expect(next).toEqual({ metadata: { finalizers: ['a/b'] } });
  });

  it('merges sets of scalars', () => {
    const next = strategicPatch(frozen({ metadata: { finalizers: ['a/b'] } }), { metadata: { finalizers: ['x/y', 'a/b'] } }, struct);
    expect([...(next as { metadata: { finalizers: string[] } }).metadata.finalizers].sort((a, b) => (a < b ? -1 : 1))).toEqual(['a/b', 'x/y']);
  });

  it('replaces lists that have no merge key', () => {
    const tolerating = deployment([container('web')], {});
    const once = strategicPatch(tolerating, toContainers([], { tolerations: [{ key: 'x', operator: 'Exists' }] }), struct);
    const twice = strategicPatch(once, toContainers([], { tolerations: [{ key: 'y', operator: 'Exists' }] }), struct);
    expect((twice as { spec: { template: { spec: { tolerations: unknown } } } }).spec.template.spec.tolerations).toEqual([{ key: 'y', operator: 'Exists' }]);
  });

  it.each<[string, unknown, number, string]>([
    ['an unknown directive', toContainers([{ name: 'web', $patch: 'explode' }]), 500, 'unknown patch type: explode in map: map[$patch:explode name:web]'],
    ['an item without its key', toContainers([{ image: 'x' }]), 500, 'map: map[image:x] does not contain declared merge key: name'],
    ['$retainKeys that is no list', { spec: { strategy: { $retainKeys: 'type' } } }, 400, 'invalid patch format of retainKeys'],
    ['$retainKeys that contradicts the patch', { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: {} } } }, 400, 'invalid patch format of retainKeys'],
    ['a list in place of an object', [1], 400, 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['text that is no JSON', '{oops', 400, "invalid character 'o' looking for beginning of object key string"],
  ])('refuses %s', (_name, patch, code, message) => {
    expect(applyPatch(STRATEGIC_MERGE_PATCH, base as unknown as KubernetesObject, patch, struct, 'Warn')).toMatchObject({ code, message });
  });

  it('refuses what is nested without end', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 5000; i++) deep = { a: deep };
    for (const type of [MERGE_PATCH, STRATEGIC_MERGE_PATCH]) expect(applyPatch(type, base as unknown as KubernetesObject, deep, struct, 'Warn')).toMatchObject({ code: 400 });
  });

  const env = fc.uniqueArray(fc.record({ name: fc.constantFrom('A', 'B', 'C', 'D'), value: fc.constantFrom('1', '2') }), { selector: (one) => one.name, maxLength: 4 });
  const containers = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c'), image: fc.constantFrom('x', 'y'), env }, { requiredKeys: ['name'] }), { selector: (one) => one.name, minLength: 1, maxLength: 3 });
  it('applied twice is applied once; what it names is there; what it does not name stays, the very same value', () => {
    fc.assert(fc.property(containers, containers, (have, wanted) => {
      const original = deployment(have);
      const once = strategicPatch(original, frozen(toContainers(wanted)), struct);
      expect(strategicPatch(frozen(once), toContainers(wanted), struct)).toBe(once);
      const after = containersOf(once) as { name: string; image?: string }[];
      expect(new Set(after.map((one) => one.name))).toEqual(new Set([...have, ...wanted].map((one) => one.name)));
      for (const one of wanted) if (one.image !== undefined) expect(after.find((item) => item.name === one.name)?.image).toBe(one.image);
      for (const one of have) if (!wanted.some((item) => item.name === one.name)) expect(after).toContain(one);
      expect((once['spec'] as ObjectValue)['strategy']).toBe((original['spec'] as ObjectValue)['strategy']);
    }));
  });

  it('a patch with nothing in it gives back the object itself', () => {
    fc.assert(fc.property(containers, (have) => {
      const original = deployment(have);
      expect(strategicPatch(original, {}, struct)).toBe(original);
      expect(strategicPatch(original, { spec: { template: { spec: {} } } }, struct)).toBe(original);
    }));
  });
});

describe('sharing', () => {
  it('equal values become the old value, unequal ones keep their equal parts', () => {
    fc.assert(fc.property(json, json, (old, next) => {
      frozen(old);
      const copy: unknown = JSON.parse(JSON.stringify(old));
      expect(share(old, frozen(copy))).toBe(old);
      const shared = share(old, frozen(next));
      expect(same(shared, next)).toBe(true);
      expect(shared).toEqual(next);
    }));
  });
  it('knows the difference between absent and null, list and object', () => {
    expect(same({ a: null }, {})).toBe(false);
    expect(same({}, { a: null })).toBe(false);
    expect(same([], {})).toBe(false);
    expect(same({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
  });
});
