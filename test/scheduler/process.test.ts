import { describe, expect, it } from 'vitest';
import type { ClusterConfig } from '../../src/sim/api/cluster.ts';
import { conditionOf, type Event, type PersistentVolume, type Pod } from '../../src/sim/api/object.ts';
import { MINUTE, SECOND, type Micros } from '../../src/sim/api/time.ts';
import { head, headList } from '../../src/sim/apiserver/store.ts';
import { act, newTimeline, playUntil, type Timeline } from '../../src/sim/index.ts';
import { machine, pod } from '../../src/sim/scenarios/pods.ts';
import { apply, type Manifest, type ScriptedCommand } from '../../src/sim/scenarios/scenario.ts';

// The scheduler as a process among others: what it takes for granted while it binds, and what it does when that fails.

const TWO: ClusterConfig = { proxyMode: 'iptables', nodes: [machine(0, '4', '8Gi'), machine(1, '2', '4Gi')] };
const play = (script: readonly ScriptedCommand[], until: Micros, config = TWO): Timeline => {
  const timeline = newTimeline({ config, seed: 1, script });
  playUntil(timeline, until);
  return timeline;
};
const podOf = ({ world }: Timeline, name: string): Pod | undefined => head(world.store, 'Pod', `default/${name}`) as Pod | undefined;
const eventsOf = ({ world }: Timeline, name: string): readonly string[] =>
  (headList(world.store, 'Event') as readonly Event[]).filter((event) => event.involvedObject?.name === name && /Schedul/.test(event.reason ?? '')).map((event) => `${event.reason}: ${event.message}`);

const wish = { cpu: '100m', memory: '64Mi' };
const storageClass: Manifest = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'local' }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' };
const volume = (name: string, node: string): Manifest => ({
  apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name },
  spec: {
    capacity: { storage: '10Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'local', local: { path: `/mnt/${name}` },
    nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] }] } },
  },
});
const claim = (name: string): Manifest => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec: { storageClassName: 'local', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } });
const user = (name: string, claimName: string): Manifest => pod(name, { ...wish, spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] } });
const script = (...manifests: readonly Manifest[]): readonly ScriptedCommand[] => manifests.map((manifest, i) => apply(2 * SECOND + i * 1000, manifest, 'all.yaml'));

describe('volumes before Pods', () => {
  it('two Pods at once do not get one volume: what was chosen for the first counts before anybody has heard of it', () => {
    const timeline = play(script(storageClass, volume('one', 'node-1'), volume('two', 'node-2'), claim('a'), claim('b'), user('first', 'a'), user('second', 'b')), 20 * SECOND);
    const volumes = headList(timeline.world.store, 'PersistentVolume') as readonly PersistentVolume[];
    expect(volumes.map(({ metadata, spec, status }) => `${metadata.name} ${spec.claimRef?.name} ${status?.phase}`)).toEqual(['one a Bound', 'two b Bound']);
    expect([podOf(timeline, 'first')!.spec.nodeName, podOf(timeline, 'second')!.spec.nodeName]).toEqual(['node-1', 'node-2']);
  });

  it('three Pods for two volumes: the third waits, and says why', () => {
    const timeline = play(script(storageClass, volume('one', 'node-1'), volume('two', 'node-2'), claim('a'), claim('b'), claim('c'), user('first', 'a'), user('second', 'b'), user('third', 'c')), 20 * SECOND);
    expect(podOf(timeline, 'third')!.spec.nodeName).toBeUndefined();
    expect([...new Set(eventsOf(timeline, 'third'))]).toEqual(["FailedScheduling: 0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."]);
  });

  it('while nobody binds volumes the Pod has a nominated node and nothing more; after ten minutes it is tried again', () => {
    const timeline = newTimeline({ config: TWO, seed: 1, script: script(storageClass, volume('one', 'node-1'), claim('a')) });
    playUntil(timeline, 10 * SECOND);
    act(timeline, { type: 'fault', fault: { type: 'cutLink', component: 'persistent-volume-binder' } });
    act(timeline, apply(0, user('first', 'a'), 'pod.yaml').command);
    playUntil(timeline, 5 * MINUTE);
    expect([podOf(timeline, 'first')!.spec.nodeName, podOf(timeline, 'first')!.status.nominatedNodeName, eventsOf(timeline, 'first')]).toEqual([undefined, 'node-1', []]);
    playUntil(timeline, 10 * MINUTE + 15 * SECOND);
    const message = 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded';
    expect(eventsOf(timeline, 'first')).toEqual([`FailedScheduling: ${message}`]);
    expect(conditionOf(podOf(timeline, 'first')!, 'PodScheduled')).toMatchObject({ status: 'False', reason: 'SchedulerError', message });
    act(timeline, { type: 'fault', fault: { type: 'mendLink', component: 'persistent-volume-binder' } });
    playUntil(timeline, 11 * MINUTE);
    expect([podOf(timeline, 'first')!.spec.nodeName, podOf(timeline, 'first')!.status.nominatedNodeName, podOf(timeline, 'first')!.status.phase]).toEqual(['node-1', undefined, 'Running']);
  });

  it('a scheduler that crashes in between forgets, and finds the volume that it had reserved', () => {
    const timeline = newTimeline({ config: TWO, seed: 1, script: script(storageClass, volume('one', 'node-2'), claim('a'), user('first', 'a')) });
    playUntil(timeline, 2.1 * SECOND);
    expect(podOf(timeline, 'first')!.spec.nodeName).toBeUndefined();
    act(timeline, { type: 'fault', fault: { type: 'crash', component: 'scheduler' } });
    playUntil(timeline, 5 * SECOND);
    act(timeline, { type: 'fault', fault: { type: 'restart', component: 'scheduler' } });
    playUntil(timeline, 20 * SECOND);
    expect([podOf(timeline, 'first')!.spec.nodeName, podOf(timeline, 'first')!.status.phase]).toEqual(['node-2', 'Running']);
  });
});

describe('profiles', () => {
  it('a Pod of a scheduler that nobody is stays Pending, without an Event or a condition', () => {
    const timeline = play(script(pod('lost', { ...wish, spec: { schedulerName: 'nobody' } })), 7 * MINUTE);
    expect([podOf(timeline, 'lost')!.status.phase, podOf(timeline, 'lost')!.status.conditions, eventsOf(timeline, 'lost')]).toEqual(['Pending', undefined, []]);
  });
  it('each speaks under its own name', () => {
    const timeline = play(script(pod('packed', { ...wish, spec: { schedulerName: 'packing' } }), pod('plain', wish)), 10 * SECOND, { ...TWO, schedulerProfiles: [{ schedulerName: 'packing', scoringStrategy: 'MostAllocated' }] });
    const said = (headList(timeline.world.store, 'Event') as readonly Event[]).filter(({ reason }) => reason === 'Scheduled').map((event) => `${event.involvedObject?.name}: ${(event as { reportingComponent?: string }).reportingComponent}`);
    expect([...said].sort((a, b) => (a < b ? -1 : 1))).toEqual(['packed: packing', 'plain: default-scheduler']);
    // The smaller machine is the fuller one with it.
    expect([podOf(timeline, 'packed')!.spec.nodeName, podOf(timeline, 'plain')!.spec.nodeName]).toEqual(['node-2', 'node-1']);
  });
});
