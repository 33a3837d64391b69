import { beforeEach, describe, expect, it } from 'vitest';
import type { Method, Response } from '../../src/sim/api/request.ts';
import { withMaps } from '../../src/sim/apiserver/policy/literals.ts';
import { handle } from '../../src/sim/apiserver/handle.ts';
import { newStore } from '../../src/sim/apiserver/store.ts';
import { hashText } from '../../src/sim/kernel/draw.ts';

/** Policies over writes: what they refuse, warn of and change. The words are those of the real one's dispatcher. */
let ask: (method: Method, path: string, body?: unknown) => Response;
beforeEach(() => {
  const store = newStore();
  let step = 1;
  ask = (method, path, body) => {
    step += 1;
    return handle({ store, now: step, step, draw: (purpose, key) => hashText(`${step} ${purpose} ${key}`) }, { user: 'kubernetes-admin', method, path, ...(body === undefined ? {} : { body }) });
  };
  ask('POST', '/api/v1/namespaces', { metadata: { name: 'default' } });
});

const POLICIES = '/apis/admissionregistration.k8s.io/v1';
const rules = (resource: string, operations: readonly string[] = ['CREATE', 'UPDATE']) => ({ resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations, resources: [resource] }] });
function policy(kind: 'Validating' | 'Mutating', name: string, spec: object, binding: object = {}): void {
  const plural = `${kind.toLowerCase()}admissionpolic`;
  const made = [
    ask('POST', `${POLICIES}/${plural}ies`, { apiVersion: 'admissionregistration.k8s.io/v1', kind: `${kind}AdmissionPolicy`, metadata: { name }, spec: kind === 'Mutating' ? { reinvocationPolicy: 'Never', ...spec } : spec }),
    ask('POST', `${POLICIES}/${plural}ybindings`, { apiVersion: 'admissionregistration.k8s.io/v1', kind: `${kind}AdmissionPolicyBinding`, metadata: { name: `${name}-binding` }, spec: { policyName: name, ...(kind === 'Validating' ? { validationActions: ['Deny'] } : {}), ...binding } }),
  ];
  for (const { code, body } of made) expect(code === 201 ? '' : (body as { message?: string }).message).toBe('');
}
const map = (name: string, data: Readonly<Record<string, string>> = {}, labels?: object): Response => ask('POST', '/api/v1/namespaces/default/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(labels === undefined ? {} : { labels }) }, data });
const deployment = (name: string, replicas: number): Response =>
  ask('POST', '/apis/apps/v1/namespaces/default/deployments', {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } } },
  });
const said = ({ code, body }: Response): string => `${code} ${(body as { reason?: string }).reason ?? ''} ${(body as { message?: string }).message ?? ''}`.trim();

describe('validating', () => {
  it('refuses with its message, in the words of the dispatcher', () => {
    policy('Validating', 'p', { matchConstraints: rules('deployments'), validations: [{ expression: 'object.spec.replicas > 1', messageExpression: "'wants more than 1, got ' + string(object.spec.replicas)" }] });
    expect(said(deployment('one', 1))).toBe(`422 Invalid deployments.apps "one" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p-binding' denied request: wants more than 1, got 1`);
    expect(deployment('two', 2).code).toBe(201);
    expect(map('other').code).toBe(201);
  });
  it.each([
    ['without a message', { expression: 'false' }, '422 Invalid', 'failed expression: false'],
    ['with a reason', { expression: 'false', message: 'no', reason: 'Forbidden' }, '403 Forbidden', 'no'],
    ['that goes wrong', { expression: 'object.data.missing == "x"' }, '422 Invalid', `expression 'object.data.missing == "x"' resulted in error: no such key: data`],
  ])('an expression %s', (_, validation, code, why) => {
    policy('Validating', 'p', { matchConstraints: rules('configmaps'), validations: [validation] });
    expect(said(map('a'))).toBe(`${code} configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p-binding' denied request: ${why}`);
  });
  it('what goes wrong is let pass where failures are ignored', () => {
    policy('Validating', 'p', { failurePolicy: 'Ignore', matchConstraints: rules('configmaps'), validations: [{ expression: 'object.data.missing == "x"' }] });
    expect(map('a').code).toBe(201);
  });
  it('variables are worked out one from another, when they are asked for', () => {
    policy('Validating', 'p', {
      matchConstraints: rules('deployments'), variables: [{ name: 'n', expression: 'object.spec.replicas' }, { name: 'odd', expression: 'variables.n % 2 == 1' }, { name: 'wrong', expression: 'object.nothing' }],
      validations: [{ expression: 'variables.odd' }, { expression: 'variables.n > 0 || variables.wrong' }],
    });
    expect([deployment('two', 2).code, deployment('three', 3).code]).toEqual([422, 201]);
  });
  it('conditions, selectors and names narrow it', () => {
    policy('Validating', 'p', { matchConstraints: { ...rules('configmaps'), objectSelector: { matchLabels: { watched: 'yes' } } }, matchConditions: [{ name: 'not-mine', expression: "!object.metadata.name.startsWith('free')" }], validations: [{ expression: 'false' }] });
    expect([map('a', {}, { watched: 'yes' }).code, map('b').code, map('free', {}, { watched: 'yes' }).code]).toEqual([422, 201, 201]);
  });
  it('warns, if that is what its binding says', () => {
    policy('Validating', 'p', { matchConstraints: rules('configmaps'), validations: [{ expression: 'false', message: 'better not' }] }, { validationActions: ['Warn', 'Audit'] });
    const answer = map('a');
    expect([answer.code, answer.warnings]).toEqual([201, ["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p-binding': better not"]]);
  });
  it('a parameter is an object of its own; without it the binding says what holds', () => {
    const params = (action: string) => ({ paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: action } });
    const spec = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, matchConstraints: rules('deployments'), validations: [{ expression: 'object.spec.replicas <= int(params.data.most)' }] };
    policy('Validating', 'p', spec, params('Deny'));
    expect(said(deployment('a', 9))).toMatch(/failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction$/);
    map('limits', { most: '3' });
    expect([deployment('a', 4).code, deployment('b', 3).code]).toEqual([422, 201]);
  });
  it('looks at what goes, and at what was', () => {
    policy('Validating', 'p', { matchConstraints: rules('configmaps', ['DELETE', 'UPDATE']), validations: [{ expression: "request.operation != 'DELETE' || !('keep' in oldObject.data)" }] });
    map('kept', { keep: 'yes' });
    map('loose', { a: 'b' });
    expect(['kept', 'loose'].map((name) => ask('DELETE', `/api/v1/namespaces/default/configmaps/${name}`).code)).toEqual([422, 200]);
  });
});

describe('mutating', () => {
  const apply = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
  it('applies a configuration, and what it makes gets its defaults', () => {
    policy('Mutating', 'm', { matchConstraints: rules('deployments'), mutations: [apply('Object{metadata: Object.metadata{annotations: {"mutated-by": "policy"}}, spec: Object.spec{replicas: object.spec.replicas + 4}}')] });
    const made = deployment('a', 1).body as unknown as { metadata: { annotations: object }; spec: { replicas: number; strategy: { type: string } } };
    expect([made.metadata.annotations, made.spec.replicas, made.spec.strategy.type]).toEqual([{ 'mutated-by': 'policy' }, 5, 'RollingUpdate']);
  });
  it('patches, with escaped keys', () => {
    policy('Mutating', 'm', { matchConstraints: rules('configmaps'), mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: `[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("example.com/b"), value: "x"}]` } }] });
    expect((map('a', {}, { k: 'v' }).body as unknown as { metadata: { labels?: object } }).metadata.labels).toEqual({ 'example.com/b': 'x', k: 'v' });
  });
  it('a literal in the wrong place is refused', () => {
    policy('Mutating', 'm', { matchConstraints: rules('deployments'), mutations: [apply('Object{spec: Object.wrong{replicas: 1}}')] });
    expect(said(deployment('a', 1))).toMatch(/^422 Invalid .* policy 'm' with binding 'm-binding' denied request: type mismatch: unexpected type name "Object.wrong"/);
  });
  it('what it adds is validated, too', () => {
    policy('Mutating', 'm', { matchConstraints: rules('deployments'), mutations: [apply('Object{spec: Object.spec{replicas: -1}}')] });
    expect(said(deployment('a', 1))).toMatch(/^422 Invalid .*spec.replicas: Invalid value: -1/);
  });
});

it.each([
  ['Object{a: "}"}', '{"a": "}"}'],
  ['Object{spec: Object.spec{list: [1, 2], text: "Object{"}}', '{"spec": {"list": [1, 2],"text": "Object{"}}'],
  ['object.spec == {"Object": 1}', 'object.spec == {"Object": 1}'],
  ['has(object.x) ? Object{} : Object{a: f(1, 2)}', 'has(object.x) ? {} : {"a": f(1, 2)}'],
])('%s is a map', (given, wanted) => {
  expect(withMaps(given)).toEqual({ text: wanted });
});
