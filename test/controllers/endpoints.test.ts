import { describe, expect, it } from 'vitest';
import type { AnyObject, Endpoint, EndpointSlice, Endpoints, Pod, Service } from '../../src/sim/api/object.ts';
import { timestamp } from '../../src/sim/api/time.ts';
import { endpointSlice } from '../../src/sim/controllers/endpointslice.ts';
import { endpoints } from '../../src/sim/controllers/endpoints.ts';
import type { Plan } from '../../src/sim/reconcile/controller.ts';
import { backend, change, node, service, slice } from './clusterObjects.ts';
import { context, fakeView } from './fakeView.ts';

const web = service('web');
const entry = (pod: Pod, conditions: readonly [boolean, boolean, boolean], more: object = {}): Endpoint => ({
  addresses: [pod.status.podIP!], conditions: { ready: conditions[0], serving: conditions[1], terminating: conditions[2] },
  targetRef: { kind: 'Pod', namespace: 'default', name: pod.metadata.name, uid: pod.metadata.uid }, nodeName: pod.spec.nodeName, ...more,
});
const plan = (objects: readonly AnyObject[], of: Service = web, memory = { pods: {} }): Plan<unknown> => endpointSlice.reconcile('default/web', fakeView([of, node('node-1'), ...objects]), memory, context());
/** "PUT web-x [a RST, b --T] 80" */
const show = (of: Plan<unknown>): readonly string[] => of.batches.flat().map(({ request }) => {
  const body = request.body as EndpointSlice;
  const name = request.path.split('/endpointslices')[1]!.slice(1) || body.metadata.generateName;
  if (request.method === 'DELETE') return `DELETE ${name}`;
  const flags = (endpoint: Endpoint): string => `${endpoint.conditions!.ready ? 'R' : '-'}${endpoint.conditions!.serving ? 'S' : '-'}${endpoint.conditions!.terminating ? 'T' : '-'}`;
  const list = body.endpoints === null ? 'null' : `[${body.endpoints.map((endpoint) => `${endpoint.targetRef!.name} ${flags(endpoint)}`).join(', ')}]`;
  return `${request.method} ${name} ${list} ${body.ports === null ? 'null' : body.ports.map((port) => port.port).join(',')}`;
});
const a = backend('a', '10.244.1.2');
const b = backend('b', '10.244.1.3');
const empty = slice('web-x', web, null, null);

describe('endpointslice', () => {
  it.each([
    ['no Pod yet', [], ['POST web- null null']],
    ['a Pod without an address', [backend('a', '')], ['POST web- null null']],
    ['nothing new on an empty slice', [empty], []],
    ['the first Pod takes over the empty slice', [empty, a], ['PUT web-x [a RS-] 80']],
    ['a second joins', [slice('web-x', web, [entry(a, [true, true, false])]), a, b], ['PUT web-x [a RS-, b RS-] 80']],
    ['nothing new', [slice('web-x', web, [entry(a, [true, true, false])]), a], []],
    ['not ready', [slice('web-x', web, [entry(a, [true, true, false])]), backend('a', '10.244.1.2', { ready: false })], ['PUT web-x [a ---] 80']],
    ['being deleted, still serving', [slice('web-x', web, [entry(a, [true, true, false])]), backend('a', '10.244.1.2', { deleting: true })], ['PUT web-x [a -ST] 80']],
    ['ended: the last one goes and leaves an empty slice', [slice('web-x', web, [entry(a, [true, true, false])]), backend('a', '10.244.1.2', { phase: 'Succeeded' })], ['PUT web-x null null']],
    ['another Pod of the same name', [slice('web-x', web, [entry(a, [true, true, false], { targetRef: { ...entry(a, [true, true, false]).targetRef, uid: 'old' } })]), a], ['PUT web-x [a RS-] 80']],
    ['on a Node that is not there: as empty as before', [empty, backend('a', '10.244.9.2', { node: 'node-9' })], []],
    ['a slice of an older Service of that name', [{ ...slice('web-x', web, [entry(a, [true, true, false])]), metadata: { ...empty.metadata, ownerReferences: [{ ...empty.metadata.ownerReferences![0]!, uid: 'older' }] } }, a], ['POST web- [a RS-] 80', 'DELETE web-x']],
    ["somebody else's slice is left alone", [{ ...slice('mine', web, [entry(a, [true, true, false])]), metadata: { ...empty.metadata, name: 'mine', labels: { 'kubernetes.io/service-name': 'web' } } }, empty], []],
  ] as const)('%s', (_, objects, lines) => expect(show(plan(objects as readonly AnyObject[]))).toEqual(lines));

  it('writes what the recorded one is', () => {
    const [write] = plan([]).batches.flat();
    expect(write!.request.body).toEqual({
      apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
      metadata: {
        generateName: 'web-', namespace: 'default', labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io', 'kubernetes.io/service-name': 'web' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'uid-web', controller: true, blockOwnerDeletion: true }],
      },
      addressType: 'IPv4', endpoints: null, ports: null,
    });
  });

  it.each([
    ['by name', { ports: [{ name: 'web', port: 80, targetPort: 'http', protocol: 'TCP' }] }, [{ name: 'web', port: 8080, protocol: 'TCP' }]],
    ['by a name that it has not', { ports: [{ port: 80, targetPort: 'nope', protocol: 'TCP' }] }, null],
    ['two', { ports: [{ name: 'b', port: 81, targetPort: 9000 }, { name: 'a', port: 80, targetPort: 'http' }] }, [{ name: 'a', port: 8080, protocol: 'TCP' }, { name: 'b', port: 9000, protocol: 'TCP' }]],
  ] as const)('ports %s', (_, spec, ports) => {
    const body = plan([a], service('web', { spec })).batches.flat()[0]!.request.body as EndpointSlice;
    expect(body.ports).toEqual(ports);
  });

  it('marks the slices of a headless Service, copies labels, gives hostnames and zones, and publishes the unready when told so', () => {
    const headless = service('web', { spec: { clusterIP: 'None', publishNotReadyAddresses: true }, metadata: { labels: { team: 'x' } } });
    const pod = backend('a', '10.244.1.2', { ready: false, deleting: true, spec: { hostname: 'a-0', subdomain: 'web' } });
    const view = fakeView([headless, node('node-1', { labels: { 'topology.kubernetes.io/zone': 'z1' } }), pod]);
    const body = endpointSlice.reconcile('default/web', view, undefined, context()).batches.flat()[0]!.request.body as EndpointSlice;
    expect(body.metadata.labels).toEqual({ team: 'x', 'service.kubernetes.io/headless': '', 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' });
    expect(body.endpoints).toEqual([entry(pod, [true, false, true], { hostname: 'a-0', zone: 'z1' })]);
  });

  it('fills slices of at most 100, the fullest that has room first', () => {
    const pods = Array.from({ length: 250 }, (_, i) => backend(`p${String(i).padStart(3, '0')}`, `10.244.${i >> 7}.${i & 127}`));
    const made = plan(pods).batches.flat().map(({ request }) => (request.body as EndpointSlice).endpoints!.length);
    expect(made).toEqual([100, 100, 50]);
    const filled = (name: string, from: number, to: number): EndpointSlice => slice(name, web, pods.slice(from, to).map((pod) => entry(pod, [true, true, false])));
    expect(show(plan([...pods.slice(0, 171), filled('web-a', 0, 80), filled('web-b', 80, 170)])).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['PUT web-b']);
    expect(show(plan([...pods.slice(0, 190), filled('web-a', 0, 80), filled('web-b', 80, 170)])).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['PUT web-a']);
  });

  it('follows a changed selector', () => {
    const green = backend('g', '10.244.1.9', { labels: { app: 'green' } });
    const after = service('web', { spec: { selector: { app: 'green' } } });
    expect(show(plan([slice('web-x', web, [entry(a, [true, true, false])]), a, green], after))).toEqual(['PUT web-x [g RS-] 80']);
  });

  it('annotates the moment that started it: the creation of the Service, then the change of readiness', () => {
    const key = 'endpoints.kubernetes.io/last-change-trigger-time';
    const annotation = (of: Plan<unknown>): string | undefined => (of.batches.flat()[0]!.request.body as EndpointSlice).metadata.annotations?.[key];
    const first = endpointSlice.reconcile('default/web', fakeView([web, node('node-1')]), undefined, context());
    expect([annotation(first), first.memory]).toEqual([timestamp(0), { pods: {} }]);
    const second = endpointSlice.reconcile('default/web', fakeView([web, node('node-1'), empty, a]), { pods: {} }, context());
    expect([annotation(second), second.memory]).toEqual([timestamp(1_000_000), { pods: { a: timestamp(1_000_000) } }]);
    const third = endpointSlice.reconcile('default/web', fakeView([web, node('node-1'), slice('web-x', web, [entry(a, [true, true, false])]), backend('a', '10.244.1.2', { deleting: true })]), { pods: { a: timestamp(1_000_000) } }, context());
    expect([annotation(third), third.memory]).toEqual([undefined, undefined]);
  });

  it('waits for its own last write, and leaves Services alone that others fill', () => {
    expect(endpointSlice.reconcile('default/web', fakeView([web, a]), undefined, context({ settled: false }))).toMatchObject({ batches: [], because: { code: 'endpointslice.behind' }, requeueAfterMicros: 1000 });
    expect(plan([a], service('web', { spec: { type: 'ExternalName' } })).because.code).toBe('endpointslice.noSelector');
    expect(plan([a], service('web', { spec: { selector: undefined } })).because.code).toBe('endpointslice.noSelector');
  });
});

describe('what wakes both', () => {
  const later = { ...a, status: { ...a.status, phase: 'Pending' as const } };
  it.each([
    ['a new Pod that has an address', undefined, a, false],
    ['a new Pod that has none yet', undefined, backend('a', ''), true],
    ['readiness before there is an address', backend('a', '', { ready: false }), backend('a', ''), true],
    ['an ended Pod that goes', backend('a', '10.244.1.2', { phase: 'Succeeded' }), backend('a', '10.244.1.2', { phase: 'Succeeded', deleting: true }), true],
    ['a status that says nothing new', a, later, true],
    ['readiness', a, backend('a', '10.244.1.2', { ready: false }), false],
    ['an address', backend('a', ''), a, false],
    ['any change while it is being deleted', backend('a', '10.244.1.2', { deleting: true }), backend('a', '10.244.1.2', { deleting: true }), false],
    ['labels', a, { ...a, metadata: { ...a.metadata, labels: {} } }, false],
  ] as const)('%s', (_, before, after, ignored) => {
    const same = before === undefined ? after : { ...after, metadata: { ...after.metadata, labels: _ === 'labels' ? {} : before.metadata.labels } };
    expect([endpointSlice, endpoints].map((controller) => controller.ignores!(change(before, same)))).toEqual([ignored, ignored]);
  });
  it('finds the Services that select a Pod', () => {
    const view = fakeView([web, service('none', { spec: { selector: { app: 'x' } } }), service('all', { spec: { selector: {} } }), service('hand', { spec: { selector: undefined } })]);
    expect(endpointSlice.watches.Pod!(a, view, change(undefined, a))).toEqual(['default/web', 'default/all']);
  });
});

describe('endpoints', () => {
  const write = (objects: readonly AnyObject[], of: Service = web): string | undefined => {
    const [first] = endpoints.reconcile('default/web', fakeView([of, ...objects]), { pods: {} }, context()).batches.flat();
    return first === undefined ? undefined : `${first.request.method} ${JSON.stringify((first.request.body as Endpoints).subsets ?? null)}`;
  };
  const at = (pod: Pod): object => ({ ip: pod.status.podIP, nodeName: 'node-1', targetRef: { kind: 'Pod', namespace: 'default', name: pod.metadata.name, uid: pod.metadata.uid } });
  it('lists the ready and the others, by address, without those that end', () => {
    const objects = [backend('z', '10.244.1.10'), a, backend('u', '10.244.1.4', { ready: false }), backend('t', '10.244.1.5', { deleting: true })];
    expect(write(objects)).toBe(`POST ${JSON.stringify([{ addresses: [at(a), at(objects[0] as Pod)], notReadyAddresses: [at(objects[2] as Pod)], ports: [{ port: 80, protocol: 'TCP' }] }])}`);
  });
  it('is created empty, labelled by its maker', () => {
    expect(write([])).toBe('POST null');
    const body = endpoints.reconcile('default/web', fakeView([service('web', { spec: { clusterIP: 'None' }, metadata: { labels: { team: 'x' } } })]), undefined, context()).batches.flat()[0]!.request.body as Endpoints;
    expect(body.metadata.labels).toEqual({ team: 'x', 'service.kubernetes.io/headless': '', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' });
  });
  it('says nothing twice', () => {
    const body = endpoints.reconcile('default/web', fakeView([web, a]), { pods: {} }, context()).batches.flat()[0]!.request.body as Endpoints;
    expect(write([a, { ...body, metadata: { ...body.metadata, uid: 'u', resourceVersion: '1', creationTimestamp: '' } }])).toBeUndefined();
  });
  it('goes with its Service', () => {
    const plan = endpoints.reconcile('default/web', fakeView([]), { pods: {} }, context());
    expect([plan.memory, plan.batches.flat().map(({ request }) => `${request.method} ${request.path}`)]).toEqual([null, ['DELETE /api/v1/namespaces/default/endpoints/web']]);
  });
});
