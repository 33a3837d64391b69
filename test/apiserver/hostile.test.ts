import { beforeEach, describe, expect, it } from 'vitest';
import { pathOf } from '../../src/sim/api/kinds.ts';
import { JSON_PATCH, MERGE_PATCH, USERS, type Method, type Response, type Status } from '../../src/sim/api/request.ts';
import { handle } from '../../src/sim/apiserver/handle.ts';
import { MAX_PODS } from '../../src/sim/apiserver/limits.ts';
import { changesAfter, newStore, type Store } from '../../src/sim/apiserver/store.ts';

/** Input that is too much, or made to do harm: each is answered in words that name the place and the remedy, and nothing of it stays. */

let store: Store;
const ask = (method: Method, path: string, body?: unknown, contentType?: string, user: string = USERS.admin): Response =>
  handle({ store, now: 0, step: 0, draw: () => 0 }, { user, method, path, ...(body === undefined ? {} : { body }), ...(contentType === undefined ? {} : { contentType }) });
const said = ({ code, body }: Response): string => `${code} ${(body as Status).reason ?? ''}: ${(body as Status).message ?? ''}`;

const DEPLOYMENTS = pathOf('Deployment', 'default');
const REPLICASETS = pathOf('ReplicaSet', 'default');
const MAPS = pathOf('ConfigMap', 'default');
const workload = (kind: string, name: string, replicas: number, more: object = {}): object => ({
  apiVersion: 'apps/v1', kind, metadata: { name, ...more },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx', args: ['-v'] }] } } },
});
const withArgument = (bytes: number): object => {
  const object = workload('Deployment', 'wordy', 1) as { spec: { template: { spec: { containers: { args: string[] }[] } } } };
  object.spec.template.spec.containers[0]!.args = ['x'.repeat(bytes)];
  return object;
};

beforeEach(() => {
  store = newStore();
  for (const name of ['default', 'kube-system']) ask('POST', pathOf('Namespace', undefined), { metadata: { name } });
  ask('POST', DEPLOYMENTS, workload('Deployment', 'web', 3));
});

describe('more Pods than one tab holds', () => {
  const OWN = (asked: number, left: number, others: number): string =>
    `403 Forbidden: deployments.apps "%" is forbidden: spec.replicas: ${asked} Pods${others === 0 ? '' : `, beside the ${others} that other workloads ask for`} are more than Orrery can hold in one browser tab: at most ${MAX_PODS} in all. This limit is Orrery's own, and a real cluster would accept the request. Set spec.replicas to ${left} or less`;
  it.each<[string, Method, string, unknown, string | undefined, string]>([
    ['a million in a new Deployment', 'POST', DEPLOYMENTS, workload('Deployment', 'big', 1_000_000), undefined, OWN(1_000_000, MAX_PODS - 3, 3).replace('%', 'big')],
    ['a few too many', 'POST', DEPLOYMENTS, workload('Deployment', 'big', MAX_PODS - 2), undefined, OWN(MAX_PODS - 2, MAX_PODS - 3, 3).replace('%', 'big')],
    ['in a ReplicaSet', 'POST', REPLICASETS, workload('ReplicaSet', 'big', 1_000_000), undefined, OWN(1_000_000, MAX_PODS - 3, 3).replace('deployments.apps "%"', 'replicasets.apps "big"')],
    ['in a StatefulSet', 'POST', '/apis/apps/v1/namespaces/default/statefulsets', workload('StatefulSet', 'big', 1_000_000), undefined, OWN(1_000_000, MAX_PODS - 3, 3).replace('deployments.apps "%"', 'statefulsets.apps "big"')],
    ['in a ReplicationController', 'POST', '/api/v1/namespaces/default/replicationcontrollers', { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'big' }, spec: { replicas: 1_000_000, selector: { app: 'a' }, template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } }, undefined, OWN(1_000_000, MAX_PODS - 3, 3).replace('deployments.apps "%"', 'replicationcontrollers "big"')],
    ['in a Job', 'POST', '/apis/batch/v1/namespaces/default/jobs', { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'big' }, spec: { parallelism: 1_000_000, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } } }, undefined, OWN(1_000_000, MAX_PODS - 3, 3).replace('deployments.apps "%"', 'jobs.batch "big"').replaceAll('spec.replicas', 'spec.parallelism')],
    ['by scale', 'PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 1_000_000 } }, MERGE_PATCH, OWN(1_000_000, MAX_PODS, 0).replace('%', 'web')],
    ['by a patch', 'PATCH', `${DEPLOYMENTS}/web`, [{ op: 'replace', path: '/spec/replicas', value: MAX_PODS + 1 }], JSON_PATCH, OWN(MAX_PODS + 1, MAX_PODS, 0).replace('%', 'web')],
  ])('%s is refused at once, and says whose limit it is', (_name, method, path, body, type, wanted) => {
    const before = store.revision;
    const response = ask(method, path, body, type);
    expect(said(response)).toBe(wanted);
    expect((response.body as Status).details?.causes).toMatchObject([{ reason: 'FieldValueForbidden', field: expect.stringMatching(/^spec\.(replicas|parallelism)$/) as unknown }]);
    expect(changesAfter(store, before)).toEqual([]);
  });

  it.each<[string, Method, string, unknown, string | undefined, number]>([
    ['as many as fit', 'POST', DEPLOYMENTS, workload('Deployment', 'big', MAX_PODS - 3), undefined, 201],
    ['the ReplicaSet of a Deployment, which counts once', 'POST', REPLICASETS, workload('ReplicaSet', 'web-1', MAX_PODS, { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u', controller: true }] }), undefined, 201],
    ['scaling down', 'PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 0 } }, MERGE_PATCH, 200],
  ])('%s is accepted', (_name, method, path, body, type, code) => {
    expect(said(ask(method, path, body, type)).slice(0, 3)).toBe(String(code));
  });

  it('what is wrong besides is said first, as a real server would', () => {
    expect(said(ask('POST', DEPLOYMENTS, workload('Deployment', 'Not-A-Name', 1_000_000))).slice(0, 4)).toBe('422 ');
    expect(said(ask('POST', DEPLOYMENTS, workload('Deployment', 'big', 2 ** 31))).slice(0, 4)).toBe('400 ');
  });
});

describe('bodies that are too long, as recorded from a real server', () => {
  it.each<[string, Method, string, unknown, string | undefined, string]>([
    ['5 MB of JSON', 'POST', DEPLOYMENTS, withArgument(5_000_000), undefined, '413 RequestEntityTooLarge: Request entity too large: limit is 3145728'],
    ['5 MB of text', 'POST', MAPS, JSON.stringify({ metadata: { name: 'x' }, data: { a: 'x'.repeat(5_000_000) } }), undefined, '413 RequestEntityTooLarge: Request entity too large: limit is 3145728'],
    ['5 MB in a patch', 'PATCH', `${DEPLOYMENTS}/web`, { metadata: { annotations: { a: 'x'.repeat(5_000_000) } } }, MERGE_PATCH, '413 RequestEntityTooLarge: Request entity too large: limit is 3145728'],
    ['a million small keys', 'POST', MAPS, { metadata: { name: 'x' }, data: Object.fromEntries(Array.from({ length: 400_000 }, (_, i) => [`k${i}`, 'v'])) }, undefined, '413 RequestEntityTooLarge: Request entity too large: limit is 3145728'],
    ['more than etcd takes', 'POST', DEPLOYMENTS, withArgument(1_600_000), undefined, '500 : etcdserver: request is too large'],
    ['an annotation of 300 kB', 'PATCH', `${DEPLOYMENTS}/web`, { metadata: { annotations: { a: 'x'.repeat(300_000) } } }, MERGE_PATCH, '422 Invalid: Deployment.apps "web" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes'],
  ])('%s', (_name, method, path, body, type, wanted) => {
    const before = store.revision;
    expect(said(ask(method, path, body, type))).toBe(wanted);
    expect(changesAfter(store, before)).toEqual([]);
  });
  it('1 MB is stored', () => {
    expect(ask('POST', DEPLOYMENTS, withArgument(1_200_000)).code).toBe(201);
  });
});

describe('markup and control characters in names', () => {
  const MARKUP = '<img src=x onerror="alert(1)">';
  it.each<[string, string, unknown, string]>([
    ['a name with markup', DEPLOYMENTS, workload('Deployment', MARKUP, 1), '422 Invalid: Deployment.apps "<img src=x onerror=\\"alert(1)\\">" is invalid: '],
    ['a line separator', MAPS, { metadata: { name: 'a\u2028b' } }, '422 Invalid: ConfigMap "a\\u2028b" is invalid: '],
    ['a control character', MAPS, { metadata: { name: 'a\u0007b' } }, '422 Invalid: ConfigMap "a\\ab" is invalid: '],
    ['a path as a name', pathOf('PodDisruptionBudget', 'default'), { metadata: { name: '../web' }, spec: { maxUnavailable: 1, selector: {} } }, '422 Invalid: PodDisruptionBudget.policy "../web" is invalid: metadata.name: Invalid value: "../web": may not contain \'/\''],
  ])('%s is only text', (_name, path, body, begin) => {
    const before = store.revision;
    expect(said(ask('POST', path, body)).slice(0, begin.length)).toBe(begin);
    expect(changesAfter(store, before)).toEqual([]);
  });
  it('data may hold what it likes', () => {
    expect(ask('POST', MAPS, { metadata: { name: 'x' }, data: { page: MARKUP } }).body).toMatchObject({ data: { page: MARKUP } });
  });
});
