/* eslint-disable @typescript-eslint/no-explicit-any -- answers are JSON of any shape, and the tests look into them */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Method, Response, Status } from '../../src/sim/api/request.ts';
import { JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH } from '../../src/sim/api/request.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import { handle } from '../../src/sim/apiserver/handle.ts';
import { changeAt, changesAfter, compact, head, newStore, type Store } from '../../src/sim/apiserver/store.ts';
import { draw, newChance, type Chance } from '../../src/sim/kernel/draw.ts';

/** A server with a clock that the test moves, and the line of a transcript for every change that came of a request. */
class Server {
  readonly store: Store = newStore();
  readonly chance: Chance = newChance(7);
  now = 5 * SECOND;
  user = 'kubernetes-admin';
  constructor() {
    for (const name of ['default', 'kube-system']) this.ok('POST', '/api/v1/namespaces', { metadata: { name } });
    this.ok('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  }
  ask(method: Method, path: string, body?: unknown, contentType?: string): Response {
    return handle({ store: this.store, now: this.now, step: 3, draw: (purpose, key) => draw(this.chance, 'apiserver', purpose, key) }, { user: this.user, method, path, ...(body === undefined ? {} : { body }), ...(contentType === undefined ? {} : { contentType }) });
  }
  ok(method: Method, path: string, body?: unknown, contentType?: string): Record<string, any> {
    const response = this.ask(method, path, body, contentType);
    if (response.code >= 300) throw new Error(`${method} ${path}: ${response.code} ${(response.body as Status).message ?? ''}`);
    return response.body as Record<string, any>;
  }
  /** "422 Invalid: the message" */
  refusal(method: Method, path: string, body?: unknown, contentType?: string): string {
    const { code, body: status } = this.ask(method, path, body, contentType);
    if (code < 300) return `${code}`;
    const { reason, message } = status as Status;
    return `${code}${reason === undefined ? '' : ` ${reason}`}: ${message ?? ''}`;
  }
  /** "kubernetes-admin update Pod/status default/a" for every change since. */
  changes(since: number): string[] {
    return changesAfter(this.store, since).map((change) => `${change.by} ${change.verb} ${change.kind}${change.subresource === undefined ? '' : `/${change.subresource}`} ${change.key}${change.after === undefined ? ' (gone)' : ''}`);
  }
}
let server: Server;
beforeEach(() => {
  server = new Server();
});

const PODS = '/api/v1/namespaces/default/pods';
const MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const pod = (name: string, more: object = {}): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name }, ...more }, spec: { containers: [{ name: 'c', image: 'nginx' }] } });
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } } } };
const binding = (name: string, node = 'n1'): object => ({ apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { apiVersion: 'v1', kind: 'Node', name: node } });

describe('paths', () => {
  it.each<[Method, string, string]>([
    ['GET', '/apis/nope.example.com/v1/things', '404: 404 page not found\n'],
    ['GET', '/api/v1/nopes', '404 NotFound: the server could not find the requested resource'],
    ['GET', '/api/v1/pods/a', '404 NotFound: the server could not find the requested resource'],
    ['GET', '/api/v1/namespaces/default/nodes', '404 NotFound: the server could not find the requested resource'],
    ['GET', `${PODS}/a/nope`, '404 NotFound: the server could not find the requested resource'],
    ['GET', `${PODS}/a/status/more`, '404 NotFound: the server could not find the requested resource'],
    ['GET', '/', '404: 404 page not found\n'],
    ['GET', 'api/v1/pods', '404: 404 page not found\n'],
    ['GET', `${PODS}/%E0%A4%A`, '404 NotFound: the server could not find the requested resource'],
    ['GET', `${PODS}/a`, '404 NotFound: pods "a" not found'],
    ['PUT', PODS, '405 MethodNotAllowed: the server does not allow this method on the requested resource'],
    ['POST', `${PODS}/a`, '405 MethodNotAllowed: the server does not allow this method on the requested resource'],
    ['POST', '/api/v1/pods', '405 MethodNotAllowed: the server does not allow this method on the requested resource'],
    ['DELETE', '/api/v1/namespaces', '405 MethodNotAllowed: the server does not allow this method on the requested resource'],
    ['DELETE', '/version', '405 MethodNotAllowed: the server does not allow this method on the requested resource'],
    ['GET', `${PODS}?watch=true`, `400 BadRequest: a watch of ${PODS}?watch=true is a stream of changes, and this request takes one answer: listen to the cluster's changes instead`],
  ])('%s %s', (method, path, expected) => {
    expect(server.refusal(method, path)).toBe(expected);
  });

  it('says what there is', () => {
    expect(server.ok('GET', '/version')).toMatchObject({ gitVersion: 'v1.36.3' });
    expect(server.ok('GET', '/apis')['groups'].map((group: { name: string }) => group.name)).toContain('apps');
    expect(server.ok('GET', '/apis/apps/v1')['resources'].map((resource: { name: string }) => resource.name)).toEqual([
      'controllerrevisions', 'daemonsets', 'daemonsets/status', 'deployments', 'deployments/scale', 'deployments/status', 'replicasets', 'replicasets/scale', 'replicasets/status', 'statefulsets', 'statefulsets/scale', 'statefulsets/status',
    ]);
    expect(server.ok('GET', '/apis/events.k8s.io/v1')['resources']).toHaveLength(1);
    expect(server.ok('GET', '/apis/apps')).toMatchObject({ kind: 'APIGroup', preferredVersion: { version: 'v1' } });
  });

  it('lets nobody in whom it does not know', () => {
    server.user = 'jane';
    expect(server.refusal('GET', `${PODS}/a/log`)).toBe('403 Forbidden: pods "a" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "default"');
    expect(server.refusal('DELETE', DEPLOYMENTS)).toBe('403 Forbidden: deployments.apps is forbidden: User "jane" cannot deletecollection resource "deployments" in API group "apps" in the namespace "default"');
    expect(server.refusal('GET', '/version')).toBe('200');
  });
});

describe('create', () => {
  it('gives name, uid, version and moment, and says who wrote and why', () => {
    const before = server.store.revision;
    const made = server.ok('POST', PODS, pod('a', { uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z', deletionTimestamp: '2001-01-01T00:00:00Z', managedFields: [{ manager: 'x' }] }));
    expect(made['metadata']).toMatchObject({ name: 'a', namespace: 'default', resourceVersion: String(before + 1), creationTimestamp: '2026-01-05T08:00:05Z' });
    expect(made['metadata'].uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(made['metadata'].deletionTimestamp).toBeUndefined();
    expect(made['metadata'].managedFields).toBeUndefined();
    expect(changeAt(server.store, before + 1)).toMatchObject({ kind: 'Pod', key: 'default/a', by: 'kubernetes-admin', verb: 'create', cause: 3, at: 5 * SECOND });
  });

  it('makes up names with five characters, never one that is taken', () => {
    const names = new Set<string>();
    for (let i = 0; i < 200; i++) names.add(server.ok('POST', PODS, { ...pod(''), metadata: { generateName: 'web-' } })['metadata'].name);
    expect(names.size).toBe(200);
    for (const name of names) expect(name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it.each<[string, string, object, string]>([
    ['a name that is taken', MAPS, { metadata: { name: 'taken' } }, '409 AlreadyExists: configmaps "taken" already exists'],
    ['another namespace than the path', MAPS, { metadata: { name: 'x', namespace: 'other' } }, '400 BadRequest: the namespace of the provided object does not match the namespace sent on the request'],
    ['a resource version', MAPS, { metadata: { name: 'x', resourceVersion: '5' } }, '500: resourceVersion should not be set on objects to be created'],
    ['a dry run of another sort', `${MAPS}?dryRun=Some`, { metadata: { name: 'x' } }, '422 Invalid: CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"'],
    ['a field that does not exist, strictly', `${MAPS}?fieldValidation=Strict`, { metadata: { name: 'x' }, bogus: 1 }, '400 BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "bogus"'],
  ])('refuses %s', (_name, path, body, expected) => {
    server.ok('POST', MAPS, { metadata: { name: 'taken' } });
    expect(server.refusal('POST', path, body)).toBe(expected);
  });

  it('warns of a field that does not exist, unless told otherwise', () => {
    expect(server.ask('POST', MAPS, { metadata: { name: 'x' }, bogus: 1 }).warnings).toEqual(['unknown field "bogus"']);
    expect(server.ask('POST', `${MAPS}?fieldValidation=Ignore`, { metadata: { name: 'y' }, bogus: 1 }).warnings).toBeUndefined();
  });

  it('a dry run answers and writes nothing', () => {
    const before = server.store.revision;
    expect(server.ok('POST', `${MAPS}?dryRun=All`, { metadata: { name: 'x' } })['metadata'].name).toBe('x');
    expect(server.store.revision).toBe(before);
  });
});

describe('update', () => {
  it('needs the latest version', () => {
    const made = server.ok('POST', MAPS, { metadata: { name: 'x' }, data: { a: '1' } });
    server.ok('PUT', `${MAPS}/x`, { ...made, data: { a: '2' } });
    expect(server.refusal('PUT', `${MAPS}/x`, { ...made, data: { a: '3' } })).toBe('409 Conflict: Operation cannot be fulfilled on configmaps "x": the object has been modified; please apply your changes to the latest version and try again');
    const { resourceVersion: _version, ...metadata } = made['metadata'];
    expect(server.ok('PUT', `${MAPS}/x`, { ...made, metadata, data: { a: '4' } })['data']).toEqual({ a: '4' });
  });

  it.each<[string, (made: any) => object, string]>([
    ['another name', (made) => ({ ...made, metadata: { ...made.metadata, name: 'y' } }), '400 BadRequest: the name of the object (y) does not match the name on the URL (x)'],
    ['no name', (made) => ({ ...made, metadata: {} }), '400 BadRequest: the name of the object (x based on URL) was undeterminable: name must be provided'],
    ['another uid', (made) => ({ ...made, metadata: { ...made.metadata, uid: 'other' } }), '409 Conflict: Operation cannot be fulfilled on configmaps "x": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/x, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: UID'],
  ])('refuses %s', (_name, change, expected) => {
    const made = server.ok('POST', MAPS, { metadata: { name: 'x' } });
    expect(server.refusal('PUT', `${MAPS}/x`, change(made)).replace(made['metadata'].uid, 'UID')).toBe(expected);
  });

  it('creates where the real one does, and nowhere else', () => {
    const lease = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    expect(server.ask('PUT', `${lease}/l`, { metadata: { name: 'l' }, spec: {} }).code).toBe(201);
    expect(server.refusal('PUT', `${MAPS}/x`, { metadata: { name: 'x' } })).toBe('404 NotFound: configmaps "x" not found');
    expect(server.refusal('PUT', `${lease}/l`, { metadata: { name: 'l' }, spec: {} })).toBe('422 Invalid: leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update');
  });

  it('what changes nothing writes nothing', () => {
    const made = server.ok('POST', DEPLOYMENTS, deployment);
    const before = server.store.revision;
    expect(server.ok('PUT', `${DEPLOYMENTS}/web`, JSON.parse(JSON.stringify(made)))).toBe(head(server.store, 'Deployment', 'default/web'));
    server.ok('PATCH', `${DEPLOYMENTS}/web`, {}, STRATEGIC_MERGE_PATCH);
    server.ok('PATCH', `${DEPLOYMENTS}/web`, { spec: { replicas: 3 } }, MERGE_PATCH);
    server.ok('PATCH', `${DEPLOYMENTS}/web`, [{ op: 'test', path: '/spec/replicas', value: 3 }], JSON_PATCH);
    expect(server.store.revision).toBe(before);
  });

  it('counts generations: for the spec, not for labels, and not on the status path', () => {
    const generation = (): number => server.ok('GET', `${DEPLOYMENTS}/web`)['metadata'].generation as number;
    server.ok('POST', DEPLOYMENTS, deployment);
    expect(generation()).toBe(1);
    server.ok('PATCH', `${DEPLOYMENTS}/web`, { metadata: { labels: { a: 'b' } } }, MERGE_PATCH);
    expect(generation()).toBe(1);
    server.ok('PATCH', `${DEPLOYMENTS}/web`, { spec: { replicas: 4 } }, MERGE_PATCH);
    expect(generation()).toBe(2);
    const status = server.ok('PATCH', `${DEPLOYMENTS}/web/status`, { spec: { replicas: 9 }, status: { replicas: 2 } }, MERGE_PATCH);
    expect(status).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 4 }, status: { replicas: 2 } });
    expect(server.ok('PATCH', `${DEPLOYMENTS}/web`, { spec: { replicas: 5 }, status: { replicas: 77 } }, MERGE_PATCH)).toMatchObject({ status: { replicas: 2 } });
  });

  it('keeps what did not change as the same value', () => {
    server.ok('POST', DEPLOYMENTS, deployment);
    const before = head(server.store, 'Deployment', 'default/web') as any;
    server.ok('PUT', `${DEPLOYMENTS}/web`, { ...JSON.parse(JSON.stringify(before)), spec: { ...before.spec, replicas: 5 } });
    const after = head(server.store, 'Deployment', 'default/web') as any;
    expect(after.spec.template).toBe(before.spec.template);
    expect(after.status).toBe(before.status);
  });

  it.each<[string, string, unknown, string]>([
    ['a type that is no patch', 'application/json', {}, '415 UnsupportedMediaType: 415: Unsupported Media Type'],
    ['an operation that fails', JSON_PATCH, [{ op: 'remove', path: '/spec/nope' }], '422 Invalid: the server rejected our request due to an error in our request'],
    ['an index out of range', JSON_PATCH, [{ op: 'remove', path: '/spec/template/spec/containers/9' }], '422 Invalid: the server rejected our request due to an error in our request'],
    ['a stale version', STRATEGIC_MERGE_PATCH, { metadata: { resourceVersion: '1' } }, '409 Conflict: Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again'],
    ['no list of operations', JSON_PATCH, {}, '400 BadRequest: error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
  ])('a patch with %s', (_name, contentType, body, expected) => {
    server.ok('POST', DEPLOYMENTS, deployment);
    expect(server.refusal('PATCH', `${DEPLOYMENTS}/web`, body, contentType)).toBe(expected);
  });
});

describe('delete', () => {
  const left = (key: string): any => head(server.store, 'Pod', key);
  it('a Pod that runs somewhere goes after its grace period, when its kubelet says so', () => {
    server.ok('POST', PODS, pod('a'));
    server.ok('POST', `${PODS}/a/binding`, binding('a'));
    server.now = 10 * SECOND;
    const before = server.store.revision;
    expect(server.ok('DELETE', `${PODS}/a`)['metadata']).toMatchObject({ generation: 2, deletionTimestamp: '2026-01-05T08:00:40Z', deletionGracePeriodSeconds: 30 });
    // A second one changes nothing, a shorter one moves the end.
    server.ok('DELETE', `${PODS}/a`);
    server.ok('DELETE', `${PODS}/a`, { gracePeriodSeconds: 60 });
    expect(server.store.revision).toBe(before + 1);
    expect(server.ok('DELETE', `${PODS}/a`, { gracePeriodSeconds: 5 })['metadata']).toMatchObject({ generation: 2, deletionTimestamp: '2026-01-05T08:00:15Z', deletionGracePeriodSeconds: 5 });
    server.user = 'system:node:n1';
    server.ok('DELETE', `${PODS}/a`, { gracePeriodSeconds: 0, preconditions: { uid: left('default/a').metadata.uid } });
    expect(left('default/a')).toBeUndefined();
    expect(server.changes(before)).toEqual([
      'kubernetes-admin delete Pod default/a',
      'kubernetes-admin delete Pod default/a',
      'system:node:n1 delete Pod default/a',
      'system:node:n1 delete Pod default/a (gone)',
    ]);
  });

  it('a Pod that runs nowhere goes at once', () => {
    server.ok('POST', PODS, pod('a'));
    expect(server.ok('DELETE', `${PODS}/a`)['metadata']).toMatchObject({ deletionGracePeriodSeconds: 0 });
    expect(left('default/a')).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ['another uid', { preconditions: { uid: 'other' } }, '409 Conflict: Operation cannot be fulfilled on ConfigMap "x": the UID in the precondition (other) does not match the UID in record (UID). The object might have been deleted and then recreated'],
    ['another version', { preconditions: { resourceVersion: '1' } }, '409 Conflict: Operation cannot be fulfilled on ConfigMap "x": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (4). The object might have been modified'],
    ['a policy that does not exist', { propagationPolicy: 'Sideways' }, '422 Invalid: DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"'],
    ['a grace period that is no number', { gracePeriodSeconds: 'soon' }, '400 BadRequest: json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64'],
  ])('refuses %s', (_name, options, expected) => {
    const made = server.ok('POST', MAPS, { metadata: { name: 'x' } });
    expect(server.refusal('DELETE', `${MAPS}/x`, options).replace(made['metadata'].uid, 'UID')).toBe(expected);
  });

  it('answers with what went, as the real one does for each kind', () => {
    const made = server.ok('POST', DEPLOYMENTS, deployment);
    expect(server.ok('DELETE', `${DEPLOYMENTS}/web`)).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name: 'web', group: 'apps', kind: 'deployments', uid: made['metadata'].uid } });
    expect(server.refusal('DELETE', `${DEPLOYMENTS}/web`)).toBe('404 NotFound: deployments.apps "web" not found');
  });

  it.each([['Foreground', ['foregroundDeletion']], ['Orphan', ['orphan']]])('%s leaves it to the garbage collector', (propagationPolicy, finalizers) => {
    server.ok('POST', DEPLOYMENTS, deployment);
    const marked = server.ok('DELETE', `${DEPLOYMENTS}/web`, { propagationPolicy });
    expect(marked['metadata']).toMatchObject({ generation: 2, deletionTimestamp: '2026-01-05T08:00:05Z', deletionGracePeriodSeconds: 0, finalizers });
    // The last finalizer takes the object with it.
    server.ok('PATCH', `${DEPLOYMENTS}/web`, { metadata: { finalizers: null } }, MERGE_PATCH);
    expect(head(server.store, 'Deployment', 'default/web')).toBeUndefined();
  });

  it('a Namespace is marked, finalized, gone', () => {
    server.ok('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
    const marked = server.ok('DELETE', '/api/v1/namespaces/team');
    expect(marked).toMatchObject({ metadata: { deletionTimestamp: '2026-01-05T08:00:05Z' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Terminating' } });
    expect(server.ok('DELETE', '/api/v1/namespaces/team')['metadata'].resourceVersion).toBe(marked['metadata'].resourceVersion);
    server.ok('PUT', '/api/v1/namespaces/team/finalize', { ...marked, spec: {} });
    expect(server.refusal('GET', '/api/v1/namespaces/team')).toBe('404 NotFound: namespaces "team" not found');
    expect(server.refusal('DELETE', '/api/v1/namespaces/default')).toBe('403 Forbidden: namespaces "default" is forbidden: this namespace may not be deleted');
  });

  it('a whole collection, by its labels', () => {
    for (const name of ['a', 'b', 'c']) server.ok('POST', MAPS, { metadata: { name, labels: { keep: name === 'b' ? 'yes' : 'no' } } });
    const gone = server.ok('DELETE', `${MAPS}?labelSelector=keep%21%3Dyes,keep`);
    expect(gone['items'].map((item: any) => item.metadata.name)).toEqual(['a', 'c']);
    expect(server.ok('GET', MAPS)['items'].map((item: any) => item.metadata.name)).toEqual(['b']);
  });

  it('a dry run leaves it', () => {
    server.ok('POST', MAPS, { metadata: { name: 'x' } });
    server.ok('DELETE', `${MAPS}/x`, { dryRun: ['All'] });
    server.ok('DELETE', `${MAPS}/x?dryRun=All`);
    server.ok('GET', `${MAPS}/x`);
  });
});

describe('binding', () => {
  it('gives a Pod its node, once', () => {
    server.ok('POST', PODS, pod('a'));
    expect(server.ok('POST', `${PODS}/a/binding`, binding('a'))).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
    expect(server.ok('GET', `${PODS}/a`)).toMatchObject({ metadata: { generation: 1 }, spec: { nodeName: 'n1' }, status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: '2026-01-05T08:00:05Z' }] } });
    expect(server.refusal('POST', `${PODS}/a/binding`, binding('a', 'n2'))).toBe('409 Conflict: Operation cannot be fulfilled on pods/binding "a": pod a is already assigned to node "n1"');
  });
  it.each<[string, object, string]>([
    ['no target', { metadata: { name: 'a' } }, '500: target.name: Required value'],
    ['a target of another kind', { metadata: { name: 'a' }, target: { kind: 'Pod', name: 'x' } }, '500: target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"'],
    ['another name', binding('b'), '400 BadRequest: name in URL does not match name in Binding object'],
    ['a Binding of a kind that is none', { kind: 'Pod', metadata: { name: 'a' } }, '400 BadRequest: Pod in version "v1" cannot be handled as a Binding: converting (v1.Pod) to (core.Binding): unknown conversion'],
  ])('refuses %s', (_name, body, expected) => {
    server.ok('POST', PODS, pod('a'));
    expect(server.refusal('POST', `${PODS}/a/binding`, body)).toBe(expected);
  });
  it('refuses a Pod that is ending or gated', () => {
    server.ok('POST', PODS, pod('a', { finalizers: ['x.example/y'] }));
    server.ok('DELETE', `${PODS}/a`);
    expect(server.refusal('POST', `${PODS}/a/binding`, binding('a'))).toBe('409 Conflict: Operation cannot be fulfilled on pods/binding "a": pod a is being deleted, cannot be assigned to a host');
    server.ok('POST', PODS, { ...pod('g'), spec: { schedulingGates: [{ name: 'x.example/g' }], containers: [{ name: 'c', image: 'nginx' }] } });
    expect(server.refusal('POST', `${PODS}/g/binding`, binding('g'))).toBe('409 Conflict: Operation cannot be fulfilled on pods/binding "g": pod g has non-empty .spec.schedulingGates');
  });
});

describe('eviction', () => {
  const eviction = (name: string, more: object = {}): object => ({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' }, ...more });
  const running = (name: string, ready = 'True'): void => {
    server.ok('POST', PODS, { ...pod(name), metadata: { name, labels: { app: 'web' } } });
    server.ok('POST', `${PODS}/${name}/binding`, binding(name));
    server.ok('PATCH', `${PODS}/${name}/status`, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] } }, STRATEGIC_MERGE_PATCH);
  };
  const budget = (name: string, status: object, spec: object = {}): void => {
    server.ok('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', { metadata: { name }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } }, ...spec } });
    server.ok('PATCH', `/apis/policy/v1/namespaces/default/poddisruptionbudgets/${name}/status`, { status: { observedGeneration: 1, currentHealthy: 0, desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 2, ...status } }, MERGE_PATCH);
  };

  it('charges the budget first, as the API server, then ends the Pod', () => {
    running('a');
    budget('b', { disruptionsAllowed: 1, currentHealthy: 2 });
    const before = server.store.revision;
    expect(server.ok('POST', `${PODS}/a/eviction`, eviction('a'))).toMatchObject({ status: 'Success', code: 201 });
    expect(server.changes(before)).toEqual([
      'system:apiserver update PodDisruptionBudget/status default/b',
      'kubernetes-admin update Pod/eviction default/a',
      'kubernetes-admin delete Pod/eviction default/a',
    ]);
    expect(head(server.store, 'PodDisruptionBudget', 'default/b')).toMatchObject({ status: { disruptionsAllowed: 0, disruptedPods: { a: '2026-01-05T08:00:05Z' }, conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }] } });
    expect(head(server.store, 'Pod', 'default/a')).toMatchObject({ metadata: { deletionGracePeriodSeconds: 30 }, status: { conditions: [{ type: 'Ready' }, { type: 'PodScheduled' }, { type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' }] } });
  });

  it('of two side by side one charges the budget; the other meets a conflict, is tried again half a second later, and is no answer until then', () => {
    running('a');
    running('b');
    budget('b', { disruptionsAllowed: 2, currentHealthy: 3 });
    server.now += SECOND;
    server.ok('POST', `${PODS}/a/eviction`, eviction('a'));
    server.now += 3_000;
    const before = server.store.revision;
    const met = server.ask('POST', `${PODS}/b/eviction`, eviction('b'));
    expect(met).toMatchObject({ code: 409, body: { message: 'Operation cannot be fulfilled on poddisruptionbudgets.policy "b": the object has been modified; please apply your changes to the latest version and try again' } });
    expect(met.againMicros).toBeGreaterThanOrEqual(500_000);
    expect(met.againMicros).toBeLessThan(550_000);
    expect(server.store.revision).toBe(before);
    server.now += met.againMicros!;
    expect(server.ask('POST', `${PODS}/b/eviction`, eviction('b'))).toMatchObject({ code: 201 });
  });

  it('of two side by side under a budget without room both are refused at once', () => {
    running('a');
    running('b');
    budget('b', { currentHealthy: 1 });
    for (const name of ['a', 'b']) expect(server.ask('POST', `${PODS}/${name}/eviction`, eviction(name)).code).toBe(429);
  });

  it.each<[string, object, string, string, number | undefined]>([
    ['too few are healthy', { currentHealthy: 1 }, 'True', 'The disruption budget b needs 1 healthy pods and has 1 currently', undefined],
    ['the controller has not looked yet', { observedGeneration: 0 }, 'True', 'The disruption budget b is still being processed by the server.', 10],
    ['the Pod is not ready and the others are too few', { currentHealthy: 0 }, 'False', 'The disruption budget b needs 1 healthy pods and has 0 currently', undefined],
    ['more than enough, but none allowed', { currentHealthy: 2 }, 'True', 'The disruption budget b does not allow evicting pods currently', undefined],
  ])('is put off when %s', (_name, status, ready, cause, retryAfterSeconds) => {
    running('a', ready);
    budget('b', status);
    const before = server.store.revision;
    const response = server.ask('POST', `${PODS}/a/eviction`, eviction('a'));
    expect(response).toMatchObject({ code: 429, body: { reason: 'TooManyRequests', message: "Cannot evict pod as it would violate the pod's disruption budget.", details: { causes: [{ reason: 'DisruptionBudget', message: cause }] } } });
    expect((response.body as Status).details?.retryAfterSeconds).toBe(retryAfterSeconds);
    expect(server.store.revision).toBe(before);
  });

  it.each<[string, object, object]>([
    ['a Pod that is not ready while the others suffice', { currentHealthy: 1 }, {}],
    ['a Pod that is not ready, when the budget does not mind', { currentHealthy: 0 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' }],
  ])('lets %s go without charge', (_name, status, spec) => {
    running('a', 'False');
    budget('b', status, spec);
    server.ok('POST', `${PODS}/a/eviction`, eviction('a'));
    expect(head(server.store, 'PodDisruptionBudget', 'default/b')).toMatchObject({ status: { disruptionsAllowed: 0 } });
    expect(head(server.store, 'Pod', 'default/a')!.metadata.deletionTimestamp).toBeDefined();
  });

  it('two budgets for one Pod are one too many', () => {
    running('a');
    budget('b', {});
    budget('c', {});
    expect(server.refusal('POST', `${PODS}/a/eviction`, eviction('a'))).toBe('500: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  });

  it('a dry run charges nobody', () => {
    running('a');
    budget('b', { disruptionsAllowed: 1, currentHealthy: 2 });
    const before = server.store.revision;
    server.ok('POST', `${PODS}/a/eviction`, eviction('a', { deleteOptions: { dryRun: ['All'] } }));
    expect(server.store.revision).toBe(before);
    expect(server.refusal('POST', `${PODS}/no/eviction`, eviction('no'))).toBe('404 NotFound: pods "no" not found');
  });
});

describe('scale', () => {
  it('shows and sets the number of replicas, and nothing else', () => {
    const made = server.ok('POST', DEPLOYMENTS, deployment);
    const scale = server.ok('GET', `${DEPLOYMENTS}/web/scale`);
    const { name, namespace, uid, resourceVersion, creationTimestamp } = made['metadata'];
    expect(scale).toEqual({ kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name, namespace, uid, resourceVersion, creationTimestamp }, spec: { replicas: 3 }, status: { replicas: 0, selector: 'app=web' } });
    expect(server.ok('PUT', `${DEPLOYMENTS}/web/scale`, { ...scale, spec: { replicas: 5 } })['spec']).toEqual({ replicas: 5 });
    expect(server.ok('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 0 } }, MERGE_PATCH)['spec']).toEqual({});
    expect(server.ok('GET', `${DEPLOYMENTS}/web`)).toMatchObject({ metadata: { generation: 3 }, spec: { replicas: 0 } });
    expect(server.refusal('PUT', `${DEPLOYMENTS}/web/scale`, { ...scale, spec: { replicas: 5 } })).toMatch(/^409 Conflict: Operation cannot be fulfilled on deployments.apps "web": the object has been modified/);
    expect(server.refusal('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: -1 } }, MERGE_PATCH)).toBe('422 Invalid: Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0');
    expect(server.refusal('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 'many' } }, MERGE_PATCH)).toMatch(/^422 Invalid: .*cannot unmarshal string/);
    expect(server.refusal('GET', `${DEPLOYMENTS}/no/scale`)).toBe('404 NotFound: deployments.apps "no" not found');
  });
});

describe('list', () => {
  const names = (path: string): string[] => server.ok('GET', path)['items'].map((item: any) => item.metadata.name);
  beforeEach(() => {
    for (const [name, labels] of [['c', { tier: 'web', env: 'prod' }], ['a', { tier: 'web', env: 'test' }], ['b', { tier: 'db' }], ['d', {}]] as const) {
      server.ok('POST', PODS, { ...pod(name), metadata: { name, labels } });
    }
    server.ok('POST', `${PODS}/b/binding`, binding('b'));
  });

  it.each<[string, string[]]>([
    ['', ['a', 'b', 'c', 'd']],
    ['labelSelector=tier=web', ['a', 'c']],
    ['labelSelector=tier%3D%3Dweb,env!=prod', ['a']],
    ['labelSelector=tier in (web, db)', ['a', 'b', 'c']],
    ['labelSelector=env notin (prod)', ['a', 'b', 'd']],
    ['labelSelector=env', ['a', 'c']],
    ['labelSelector=!env', ['b', 'd']],
    ['labelSelector=tier,!env', ['b']],
    ['labelSelector=tier in (in,web)', ['a', 'c']],
    ['fieldSelector=metadata.name=a', ['a']],
    ['fieldSelector=metadata.name!=a,metadata.namespace=default', ['b', 'c', 'd']],
    ['fieldSelector=spec.nodeName=n1', ['b']],
    ['fieldSelector=spec.nodeName=', ['a', 'c', 'd']],
    ['fieldSelector=status.phase!=Pending', []],
  ])('%s', (query, expected) => {
    expect(names(`${PODS}?${query}`)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['labelSelector=a b c', "400 BadRequest: unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['labelSelector=a,', "400 BadRequest: found '', expected: identifier after ','"],
    ['labelSelector=a in x', "400 BadRequest: unable to parse requirement: found 'x' expected: '('"],
    ['labelSelector=a in (x', "400 BadRequest: unable to parse requirement: found '', expected: ',' or ')'"],
    ['labelSelector==', "400 BadRequest: found '=', expected: !, identifier, or 'end of string'"],
    ['fieldSelector=spec.image=x', '400 BadRequest: field label not supported: spec.image'],
    ['fieldSelector=nope', "400 BadRequest: invalid selector: 'nope'; can't understand 'nope'"],
    ['fieldSelector=__proto__=x', '400 BadRequest: field label not supported: __proto__'],
    ['limit=many', '400 BadRequest: strconv.ParseInt: parsing "many": invalid syntax'],
    ['continue=zzz', "400 BadRequest: invalid continue token: continue key is not valid: invalid character 'Ï' looking for beginning of value"],
    ['resourceVersion=abc', '400 BadRequest: invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'],
    ['resourceVersion=999999&resourceVersionMatch=Exact', '504 Timeout: Timeout: Too large resource version: 999999, current: 8'],
    ['resourceVersionMatch=Exact', '422 Invalid: ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided'],
  ])('refuses %s', (query, expected) => {
    expect(server.refusal('GET', `${PODS}?${query}`)).toBe(expected);
  });

  it('in pages that all show one moment', () => {
    const first = server.ok('GET', `${PODS}?limit=3`);
    expect(first['metadata']).toMatchObject({ remainingItemCount: 1 });
    server.ok('DELETE', `${PODS}/d`);
    server.ok('POST', PODS, pod('e'));
    const second = server.ok('GET', `${PODS}?limit=3&continue=${first['metadata'].continue}`);
    expect(second['items'].map((item: any) => item.metadata.name)).toEqual(['d']);
    expect(second['metadata']).toEqual({ resourceVersion: first['metadata'].resourceVersion });
    compact(server.store, server.store.revision);
    expect(server.refusal('GET', `${PODS}?limit=3&continue=${first['metadata'].continue}`)).toMatch(/^410 Expired/);
  });

  it('of a moment that was', () => {
    const then = server.store.revision;
    server.ok('DELETE', `${PODS}/a`);
    expect(names(`${PODS}?resourceVersion=${then}&resourceVersionMatch=Exact`)).toEqual(['a', 'b', 'c', 'd']);
    expect(names(PODS)).toEqual(['b', 'c', 'd']);
  });

  it('items do not repeat what the list says', () => {
    const list = server.ok('GET', PODS);
    expect(list).toMatchObject({ kind: 'PodList', apiVersion: 'v1' });
    expect(Object.keys(list['items'][0])).toEqual(['metadata', 'spec', 'status']);
  });
});

describe('events', () => {
  const EVENTS = '/api/v1/namespaces/default/events';
  const NEW = '/apis/events.k8s.io/v1/namespaces/default/events';
  it('are one kind with two faces', () => {
    server.ok('POST', NEW, { metadata: { name: 'e' }, eventTime: '2026-01-05T08:00:05.000000Z', action: 'Binding', reason: 'Scheduled', note: 'assigned', type: 'Normal', reportingController: 'default-scheduler', reportingInstance: 'default-scheduler-0', regarding: { kind: 'Pod', name: 'a', namespace: 'default' } });
    expect(server.ok('GET', `${EVENTS}/e`)).toMatchObject({ apiVersion: 'v1', involvedObject: { kind: 'Pod', name: 'a' }, message: 'assigned', reportingComponent: 'default-scheduler', source: {} });
    expect(server.ok('GET', `${NEW}/e`)).toMatchObject({ apiVersion: 'events.k8s.io/v1', regarding: { kind: 'Pod', name: 'a' }, note: 'assigned', reportingController: 'default-scheduler' });
    expect(server.ok('GET', `${NEW}?fieldSelector=regarding.name=a`)['items']).toHaveLength(1);
    expect(server.ok('GET', `${EVENTS}?fieldSelector=involvedObject.name=a,reason=Scheduled,type=Normal`)['items']).toHaveLength(1);
    expect(server.refusal('GET', `${NEW}?fieldSelector=involvedObject.name=a`)).toBe('400 BadRequest: field label not supported: involvedObject.name');
    expect(server.refusal('POST', NEW, { metadata: { name: 'x' }, regarding: { kind: 'Pod', name: 'a', namespace: 'default' } })).toMatch(/^422 Invalid: Event "x" is invalid: .*eventTime: Required value/);
  });
});

describe('tokens', () => {
  it('are for a ServiceAccount and for a while', () => {
    const answer = server.ok('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { spec: { expirationSeconds: 600 } });
    expect(answer['status'].expirationTimestamp).toBe('2026-01-05T08:10:05Z');
    expect(server.refusal('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { spec: { expirationSeconds: 1 } })).toMatch(/^422 Invalid: TokenRequest/);
  });
});

describe('hostile input', () => {
  it.each<[string, Method, string, unknown, string | undefined]>([
    ['nothing at all', 'POST', PODS, undefined, undefined],
    ['text that is no JSON', 'POST', PODS, '{', undefined],
    ['a number', 'POST', PODS, 5, undefined],
    ['a list', 'POST', PODS, [], undefined],
    ['metadata that is a list', 'POST', MAPS, { metadata: [] }, undefined],
    ['a prototype', 'POST', MAPS, JSON.parse('{"__proto__":{"polluted":1},"metadata":{"name":"x","__proto__":{"polluted":1}}}'), undefined],
    ['a patch of the prototype', 'PATCH', `${MAPS}/there`, JSON.parse('{"__proto__":{"polluted":1}}'), MERGE_PATCH],
    ['a patch that removes the metadata', 'PATCH', `${MAPS}/there`, [{ op: 'remove', path: '/metadata' }], JSON_PATCH],
    ['a patch to nothing', 'PATCH', `${MAPS}/there`, [{ op: 'replace', path: '', value: [] }], JSON_PATCH],
    ['a patch that changes the kind', 'PATCH', `${MAPS}/there`, { kind: 'Secret' }, MERGE_PATCH],
    ['a patch of null', 'PATCH', `${MAPS}/there`, null, MERGE_PATCH],
    ['a name of 10,000 characters', 'POST', MAPS, { metadata: { name: 'x'.repeat(10_000) } }, undefined],
    ['markup in a name', 'POST', MAPS, { metadata: { name: '<script>alert(1)</script>' } }, undefined],
    ['delete options that are none', 'DELETE', `${MAPS}/there`, 'now', undefined],
    ['4 MB of text', 'POST', MAPS, 'x'.repeat(4_000_000), undefined],
    ['a selector of 100,000 terms', 'GET', `${MAPS}?labelSelector=${'a=b,'.repeat(100_000)}`, undefined, undefined],
  ])('%s is answered, and nothing of it stays', (_name, method, path, body, contentType) => {
    server.ok('POST', MAPS, { metadata: { name: 'there' }, data: { a: 'b' } });
    const before = JSON.stringify(head(server.store, 'ConfigMap', 'default/there'));
    const { code, body: answer } = server.ask(method, path, body, contentType);
    expect([200, 201, 400, 413, 422]).toContain(code);
    if (code >= 400) expect((answer as Status).message).not.toBe('');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    if (code >= 300) expect(JSON.stringify(head(server.store, 'ConfigMap', 'default/there'))).toBe(before);
  });

  it('a data key named __proto__ is data', () => {
    server.ok('POST', MAPS, JSON.parse('{"metadata":{"name":"x"},"data":{"__proto__":"value"}}'));
    expect(JSON.stringify(server.ok('GET', `${MAPS}/x`)['data'])).toBe('{"__proto__":"value"}');
  });

  it('an object nested 20,000 deep is refused in words', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 20_000; i++) deep = { a: deep };
    server.ok('POST', MAPS, { metadata: { name: 'there' } });
    for (const [method, path, type] of [['POST', MAPS, undefined], ['PATCH', `${MAPS}/there`, MERGE_PATCH], ['PATCH', `${MAPS}/there`, STRATEGIC_MERGE_PATCH]] as const) {
      expect(server.ask(method, path, { metadata: { name: 'deep' }, data: deep }, type).code).toBe(400);
    }
  });

  const junk: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(null, [], {}, '', 'x', 0, -1, 1e300, 0.5, true, [null], [[]], [{}], { a: null }, ['a', 1], JSON.parse('{"__proto__":{"polluted":1}}'));
  /** Every place of a JSON value, as paths. */
  function places(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
    if (typeof value !== 'object' || value === null) return [path];
    return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, Array.isArray(value) ? Number(key) : key]))];
  }
  function withJunk(value: any, path: readonly (string | number)[], put: unknown): unknown {
    if (path.length === 0) return put;
    const copy: any = Array.isArray(value) ? [...value] : { ...value };
    copy[path[0]!] = withJunk(copy[path[0]!], path.slice(1), put);
    return copy;
  }
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort: 30080 }] } };
  const full = { ...pod('p'), spec: { nodeSelector: { a: 'b' }, tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 3 }], volumes: [{ name: 'v', emptyDir: {} }], initContainers: [{ name: 'i', image: 'busybox', command: ['true'] }], containers: [{ name: 'c', image: 'nginx', env: [{ name: 'A', value: 'a' }], ports: [{ containerPort: 80 }], resources: { requests: { cpu: '100m' }, limits: { cpu: '1' } }, readinessProbe: { httpGet: { path: '/', port: 80 } }, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] } };
  const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'b' }, spec: { minAvailable: '50%', selector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] } } };
  it.each<[string, string, any]>([
    ['Pod', PODS, full],
    ['Deployment', DEPLOYMENTS, { ...deployment, spec: { ...deployment.spec, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } } } }],
    ['Service', '/api/v1/namespaces/default/services', service],
    ['PodDisruptionBudget', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', budget],
  ])('a %s with junk anywhere in it is created or refused, never a crash', (_kind, path, valid) => {
    const everywhere = places(valid);
    fc.assert(fc.property(fc.integer({ min: 0, max: everywhere.length - 1 }), junk, fc.constantFrom('POST', 'PUT', 'PATCH'), (index, put, method) => {
      const world = new Server();
      if (method !== 'POST') world.ok('POST', path, valid);
      const body = withJunk(valid, everywhere[index]!, put);
      const { code, body: answer } = world.ask(method as Method, method === 'POST' ? path : `${path}/${valid.metadata.name}`, body, method === 'PATCH' ? STRATEGIC_MERGE_PATCH : undefined);
      expect(`${code} ${(answer as Status).message ?? ''}`).not.toMatch(/^500 Internal error/);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    }), { numRuns: 300 });
  });
});
