import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Deployment, EndpointSlice, KubernetesObject, Lease, Pod, ReplicaSet, Service } from '../../src/sim/api/object.ts';
import { keyOf } from '../../src/sim/api/object.ts';
import { USERS } from '../../src/sim/api/request.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import { commit, head, headList, type Draft } from '../../src/sim/apiserver/store.ts';
import { newTimeline, playUntil, type StepRecord, type World } from '../../src/sim/index.ts';
import { append } from '../../src/sim/kernel/journal.ts';
import { push } from '../../src/sim/kernel/agenda.ts';
import { invariants, look, watch } from '../../src/sim/invariants/index.ts';
import { scenarioOf } from '../../src/sim/scenarios/index.ts';

/** Three Pods of a Deployment run behind a Service. Each test breaks one thing, by hand, past everything that would prevent it. */
const pods = (world: World): readonly Pod[] => headList(world.store, 'Pod') as readonly Pod[];
const firstPod = (world: World): Pod => pods(world)[0]!;
const changed = <T extends KubernetesObject>(object: T, change: object): T => ({ ...object, ...change });

/** A step as it would be recorded, so that only what is planted is wrong. */
function record(world: World, what: object): StepRecord {
  world.steps++;
  const made = { step: world.steps, at: world.now, process: 'apiserver', cause: world.steps - 1, ...what } as StepRecord;
  append(world.trace, made);
  return made;
}
function write(world: World, draft: Omit<Draft, 'at' | 'cause' | 'verb'> & Partial<Draft>, from = 'user'): void {
  const before = world.store.revision;
  const step = world.steps + 1;
  commit(world.store, { at: world.now, cause: step, verb: 'update', ...draft });
  record(world, { type: 'request', from, id: 1_000_000 + step, sentAt: world.now, request: { user: draft.by, method: 'PUT', path: '/' }, response: { code: 200, body: {} }, firstRevision: before + 1, lastRevision: world.store.revision });
}
const put = (world: World, object: KubernetesObject, by: string = USERS.admin, more: Partial<Draft> = {}, from = 'user'): void =>
  write(world, { kind: object.kind, key: keyOf(object), after: object, by, ...more }, from);

const PLANTS: Readonly<Record<string, (world: World) => void>> = {
  revisionsGrow: (world) => {
    world.store.revision += 3;
    const pod = firstPod(world);
    commit(world.store, { at: world.now, kind: 'Pod', key: keyOf(pod), after: pod, by: USERS.admin, verb: 'update', cause: world.steps });
  },
  goneStaysGone: (world) => {
    const pod = firstPod(world);
    write(world, { kind: 'Pod', key: keyOf(pod), after: undefined, by: USERS.admin, verb: 'delete' });
    put(world, pod);
  },
  indexesAgree: (world) => {
    const pod = firstPod(world);
    put(world, pod);
    world.store.tables.get('Pod')!.indexes.get('node')!.get(pod.spec.nodeName!)!.delete(keyOf(pod));
  },
  writesHaveCauses: (world) => put(world, firstPod(world), USERS.controller('replicaset-controller'), {}, 'replicaset-controller'),
  cachesGoForward: (world) => {
    const slot = world.slots.get('scheduler')!;
    slot.connections[0]!.position -= 2;
    record(world, { process: 'scheduler', type: 'timer', name: 'cycle' });
  },
  nobodyOvertakes: (world) => {
    record(world, { type: 'request', from: 'scheduler', id: 900, sentAt: 0, request: { user: 'x', method: 'GET', path: '/' }, response: { code: 200, body: {} }, firstRevision: 1, lastRevision: 0 });
    record(world, { type: 'request', from: 'scheduler', id: 899, sentAt: 0, request: { user: 'x', method: 'GET', path: '/' }, response: { code: 200, body: {} }, firstRevision: 1, lastRevision: 0 });
  },
  agendaAhead: (world) => void push(world.agenda, world.now - 1, { type: 'timer', to: 'scheduler', epoch: 0, cause: 0, name: 'late' }),
  requestsFit: (world) => {
    const pod = firstPod(world);
    const greedy = { name: 'greedy', namespace: 'default', uid: 'greedy', creationTimestamp: pod.metadata.creationTimestamp! };
    const spec = { ...pod.spec, nodeName: undefined, containers: [{ ...pod.spec.containers[0]!, resources: { requests: { cpu: '5' } } }] };
    const waiting = { ...pod, metadata: greedy, spec: { ...spec } } as unknown as Pod;
    delete (waiting.spec as { nodeName?: string }).nodeName;
    put(world, waiting, USERS.admin, { verb: 'create' });
    put(world, { ...waiting, spec: { ...waiting.spec, nodeName: 'node-1' } } as Pod, USERS.scheduler, { because: { code: 'scheduler.onlyNode', args: {} } }, 'scheduler');
  },
  bindingStays: (world) => {
    const pod = firstPod(world);
    put(world, changed(pod, { spec: { ...pod.spec, nodeName: pod.spec.nodeName === 'node-1' ? 'node-2' : 'node-1' } }));
  },
  containersAtHome: (world) => {
    const pod = firstPod(world);
    const elsewhere = pod.spec.nodeName === 'node-1' ? 'node-2' : 'node-1';
    record(world, { process: `machine/${elsewhere}`, type: 'message', from: `kubelet/${elsewhere}`, sentAt: world.now, message: { type: 'StartContainer', uid: pod.metadata.uid, pod, container: 'nginx', attempt: 0 } });
  },
  readyContainersReady: (world) => {
    const pod = firstPod(world);
    put(world, changed(pod, { status: { ...pod.status, containerStatuses: pod.status.containerStatuses!.map((status) => ({ ...status, ready: false })) } }), USERS.node(pod.spec.nodeName!), { because: { code: 'kubelet.probe', args: {} } }, `kubelet/${pod.spec.nodeName}`);
  },
  leasesOfTheLiving: (world) => {
    world.slots.get('kubelet/node-1')!.running = false;
    world.now += SECOND;
    put(world, head(world.store, 'Lease', 'kube-node-lease/node-1') as Lease, USERS.node('node-1'), { because: { code: 'kubelet.lease', args: {} } }, 'kubelet/node-1');
  },
  ownersExist: (world) => {
    const set = headList(world.store, 'ReplicaSet')[0] as ReplicaSet;
    const pod = firstPod(world);
    put(world, changed(pod, { metadata: { ...pod.metadata, ownerReferences: pod.metadata.ownerReferences!.map((owner) => ({ ...owner })) } }));
    write(world, { kind: 'ReplicaSet', key: keyOf(set), after: undefined, by: USERS.admin, verb: 'delete' });
  },
  rolloutKeepsBounds: (world) => {
    const set = headList(world.store, 'ReplicaSet')[0] as ReplicaSet;
    const deployment = headList(world.store, 'Deployment')[0] as Deployment;
    put(world, changed(set, { spec: { ...set.spec, replicas: 6 } }), USERS.controller('deployment-controller'), {
      because: { code: 'deployment.scaleUpNew', args: { pods: 3, from: 3, to: 6 }, refs: [{ kind: 'Deployment', key: keyOf(deployment), revision: Number(deployment.metadata.resourceVersion) }] },
    }, 'deployment-controller');
  },
  routedWereReady: (world) => {
    const backend = { ip: '10.244.9.9', port: 80, node: 'node-1' };
    const slice = (headList(world.store, 'EndpointSlice') as readonly EndpointSlice[]).find(({ metadata }) => metadata.name.startsWith('nginx'))!;
    record(world, { process: 'proxy/node-1', type: 'timer', name: 'sync', notes: [{ type: 'rules', subject: { kind: 'Service', key: 'default/nginx-service' }, node: 'node-1', revision: Number(slice.metadata.resourceVersion), backends: [backend], was: [] }] });
  },
  addressesUnique: (world) => {
    const service = head(world.store, 'Service', 'default/nginx-service') as Service;
    put(world, { ...service, metadata: { ...service.metadata, name: 'thief', uid: 'thief' } } as Service, USERS.admin, { verb: 'create' });
  },
  ordinalsInOrder: (world) => {
    const pod = firstPod(world);
    const meta = (name: string): object => ({ name, namespace: 'default', uid: name, creationTimestamp: pod.metadata.creationTimestamp });
    put(world, { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: meta('db'), spec: { replicas: 2, selector: {}, template: pod.spec }, status: {} } as unknown as KubernetesObject);
    put(world, { ...pod, metadata: meta('db-1') } as Pod, USERS.controller('statefulset-controller'), { verb: 'create', because: { code: 'statefulset.createsNext', args: { ordinal: 1 }, refs: [{ kind: 'StatefulSet', key: 'default/db', revision: world.store.revision }] } }, 'statefulset-controller');
  },
  jobsCountOnce: (world) => {
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'sum', namespace: 'default', uid: 'sum', creationTimestamp: firstPod(world).metadata.creationTimestamp }, spec: { completionMode: 'NonIndexed' }, status: { uncountedTerminatedPods: { succeeded: ['one'] } } };
    put(world, job as unknown as KubernetesObject, USERS.admin, { verb: 'create' });
    put(world, { ...job, status: { succeeded: 2, uncountedTerminatedPods: {} } } as unknown as KubernetesObject);
  },
};

describe('invariants', () => {
  it('are one a file, all listed', () => {
    const files = readdirSync(new URL('../../src/sim/invariants/', import.meta.url)).filter((file) => file !== 'index.ts' && file !== 'invariant.ts').map((file) => file.replace('.ts', ''));
    expect(invariants.map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1))).toEqual(files.sort((a, b) => (a < b ? -1 : 1)));
    expect(Object.keys(PLANTS).sort((a, b) => (a < b ? -1 : 1))).toEqual(files);
    expect(files.length).toBeGreaterThanOrEqual(12);
  });

  it.each(invariants.map((invariant) => [invariant.name, invariant] as const))('%s sees what was planted, and nothing before', (name, invariant) => {
    // From the first moment on, so that it knows what it would know.
    const fresh = newTimeline(scenarioOf('deploy')!);
    const from = watch(fresh.world, [invariant]);
    playUntil(fresh, 15 * SECOND);
    expect(look(from, fresh.world)).toBeUndefined();
    PLANTS[name]!(fresh.world);
    let found = look(from, fresh.world);
    // The garbage collector has its time; here it stands still, and then that is over.
    if (found === undefined && name === 'ownersExist') {
      fresh.world.now += 200 * SECOND;
      found = look(from, fresh.world);
    }
    expect(found?.invariant, 'it saw nothing').toBe(name);
    expect(found?.text).toMatch(/\w/);
  });
});
