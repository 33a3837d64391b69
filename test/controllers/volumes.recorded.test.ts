import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event, KubernetesObject, Pod } from '../../src/sim/api/object.ts';
import { pathOf } from '../../src/sim/api/kinds.ts';
import { USERS } from '../../src/sim/api/request.ts';
import { MILLISECOND, SECOND } from '../../src/sim/api/time.ts';
import { headList } from '../../src/sim/apiserver/store.ts';
import { newTimeline, playUntil, type Timeline } from '../../src/sim/index.ts';
import { at as itemAt } from '../../src/sim/kernel/journal.ts';
import { apply, deletePod, type Manifest, type ScriptedCommand } from '../../src/sim/scenarios/scenario.ts';

// Claims and volumes as the real volume binder and the real scheduler brought them together (test/golden/volumes).

interface Written {
  readonly at: number;
  readonly actor: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name: string;
  readonly object?: KubernetesObject & { readonly spec?: { readonly [field: string]: unknown }; readonly status?: { readonly [field: string]: unknown } };
}
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/volumes/binding.json'), 'utf8')) as readonly Written[];

const storageClass = (name: string, provisioner: string, volumeBindingMode: string): Manifest => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner, volumeBindingMode });
const claim = (name: string, storageClassName: string): Manifest => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '3Gi' } } } });
const pod = (name: string): Manifest => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: `p-${name}` },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'nginx', volumeMounts: [{ name: 'd', mountPath: '/d' }] }], volumes: [{ name: 'd', persistentVolumeClaim: { claimName: name } }] },
});
const volume = (name: string, storageClassName: string, storage: string, more: object): Manifest => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], storageClassName, ...more } });
const onNode2 = { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-2'] }] }] } };
const remove = (at: number, name: string): ScriptedCommand => ({ at, command: { type: 'request', request: { user: USERS.admin, method: 'DELETE', path: pathOf('PersistentVolumeClaim', 'default', name), body: {} } } });

const CLASS_OF: Readonly<Record<string, string>> = { a: 'local', b: 'manual', c: 'csi', d: 'csinow', e: 'nosuch', f: '' };
const START = 2 * SECOND;
const node = (name: string, index: number): { readonly name: string; readonly index: number; readonly cpu: string; readonly memory: string; readonly hollow: true } => ({ name, index, cpu: '1', memory: '3840Mi', hollow: true });

function play(until: number): Timeline {
  const script: readonly ScriptedCommand[] = [
    ...[storageClass('local', 'kubernetes.io/no-provisioner', 'WaitForFirstConsumer'), storageClass('manual', 'kubernetes.io/no-provisioner', 'Immediate'), storageClass('csi', 'csi.example.com', 'WaitForFirstConsumer'), storageClass('csinow', 'csi.example.com', 'Immediate')].map((each, i) => apply(START - SECOND + i * MILLISECOND, each, 'classes.yaml')),
    apply(START, volume('pv-local', 'local', '10Gi', { persistentVolumeReclaimPolicy: 'Retain', local: { path: '/mnt/a' }, nodeAffinity: onNode2 }), 'pv.yaml'),
    apply(START + 6 * MILLISECOND, volume('pv-manual', 'manual', '5Gi', { persistentVolumeReclaimPolicy: 'Delete', hostPath: { path: '/mnt/b' } }), 'pv.yaml'),
    ...Object.entries(CLASS_OF).map(([name, className], i) => apply(START + 1188 * MILLISECOND + i * 10 * MILLISECOND, claim(name, className), 'claims.yaml')),
    ...Object.keys(CLASS_OF).map((name, i) => apply(START + 3506 * MILLISECOND + i * 10 * MILLISECOND, pod(name), 'pods.yaml')),
    deletePod(START + 23_966 * MILLISECOND, 'p-a'),
    deletePod(START + 23_991 * MILLISECOND, 'p-b'),
    remove(START + 24_164 * MILLISECOND, 'a'),
    remove(START + 24_171 * MILLISECOND, 'b'),
  ];
  // With this seed p-c gets the node it got in the recording: the two are equal for it.
  const timeline = newTimeline({ config: { proxyMode: 'iptables', nodes: [node('node-1', 0), node('node-2', 1)] }, seed: 3, script });
  playUntil(timeline, until);
  return timeline;
}

const ACTORS = new Set(['kube-scheduler', 'persistent-volume-binder', 'pvc-protection-controller']);
const RESOURCES: Readonly<Record<string, string>> = { persistentvolumes: 'persistentvolumes', persistentvolumeclaims: 'persistentvolumeclaims', pods: 'pods' };

/** The same of a played story: every request of these components, as it was sent. */
function written({ world }: Timeline): readonly Written[] {
  const out: Written[] = [];
  for (let i = 0; i < world.trace.length; i++) {
    const record = itemAt(world.trace, i)!;
    if (record.type !== 'request' || record.request.method === 'GET') continue;
    const { request } = record;
    const actor = request.user.replace('system:serviceaccount:kube-system:', '').replace('system:', '');
    const found = /^\/api\/v1\/(?:namespaces\/default\/)?(pods|persistentvolumes|persistentvolumeclaims)\/([\w-]+)(?:\/(\w+))?$/.exec(request.path);
    if (found === null || !ACTORS.has(actor) || RESOURCES[found[1]!] === undefined) continue;
    out.push({
      at: (record.at - START) / SECOND, actor, verb: request.method === 'PATCH' ? 'patch' : request.method === 'POST' ? 'create' : 'update', resource: found[1]!, name: found[2]!, ...(found[3] === undefined ? {} : { subresource: found[3] }),
      object: request.body as NonNullable<Written['object']>,
    });
  }
  return out;
}

const line = ({ actor, verb, resource, subresource, name }: Written): string => `${actor} ${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`} ${name}`;
/** By object, because who of several comes first is chance. */
function byObject(writes: readonly Written[]): Readonly<Record<string, readonly string[]>> {
  const out: Record<string, string[]> = {};
  for (const write of writes) if (ACTORS.has(write.actor)) (out[`${write.resource} ${write.name}`] ??= []).push(line(write));
  return out;
}
/** What a write says: the annotations of volumes, the spec without what a recording cannot know, the phase. */
function says({ object }: Written): unknown {
  const { ['kubectl.kubernetes.io/last-applied-configuration']: _, ...annotations } = object?.metadata?.annotations ?? {};
  const { claimRef, ...spec } = (object?.spec ?? {}) as { claimRef?: { uid?: string; resourceVersion?: string } };
  const { conditions, lastPhaseTransitionTime: _when, ...status } = (object?.status ?? {}) as { conditions?: readonly { message: string; reason: string }[]; lastPhaseTransitionTime?: string };
  return JSON.parse(JSON.stringify({ annotations, finalizers: object?.metadata?.finalizers, spec, claim: claimRef === undefined ? undefined : { ...claimRef, uid: '', resourceVersion: '' }, status, conditions: conditions?.map(({ message, reason }) => [reason, message]) }));
}

describe('claims and volumes', () => {
  const timeline = play(START + 40 * SECOND);
  const ours = written(timeline);

  it('are written about by the same components, in the same order for each object', () => {
    expect(byObject(ours)).toEqual(byObject(recorded));
  });

  it('and what they write is the same', () => {
    for (const write of recorded) {
      if (!ACTORS.has(write.actor) || write.object === undefined || write.subresource === 'binding') continue;
      const nth = recorded.filter((each) => line(each) === line(write)).indexOf(write);
      expect(says(ours.filter((each) => line(each) === line(write))[nth]!), `${line(write)} (${nth})`).toEqual(says(write));
    }
  });

  it('a Pod is bound a second after its volume was written, and one without a volume stays', () => {
    const at = (writes: readonly Written[], text: string): number => writes.find((write) => line(write) === text)!.at;
    for (const writes of [recorded, ours]) expect(at(writes, 'kube-scheduler create pods/binding p-a') - at(writes, 'kube-scheduler update persistentvolumes pv-local')).toBeCloseTo(1, 1);
    const pods = headList(timeline.world.store, 'Pod') as readonly Pod[];
    expect(pods.map(({ metadata, spec, status }) => `${metadata.name} ${spec.nodeName ?? '-'} ${status.phase}`)).toEqual(['p-c - Pending', 'p-d - Pending', 'p-e - Pending', 'p-f - Pending']);
  });

  it('says the same in Events', () => {
    const events = (headList(timeline.world.store, 'Event') as readonly Event[]).filter((event) => /^Persistent/.test(event.involvedObject?.kind ?? '')).map((event) => `${event.involvedObject?.name} ${event.type} ${event.reason}: ${event.message}`);
    const byText = (a: string, b: string): number => (a < b ? -1 : 1);
    expect([...new Set(events)].sort(byText)).toEqual([
      'a Normal WaitForFirstConsumer: waiting for first consumer to be created before binding',
      'c Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner \'csi.example.com\' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.',
      'c Normal WaitForFirstConsumer: waiting for first consumer to be created before binding',
      'd Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner \'csi.example.com\' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.',
      'e Warning ProvisioningFailed: storageclass.storage.k8s.io "nosuch" not found',
      'f Normal FailedBinding: no persistent volumes available for this claim and no storage class is set',
      'pv-manual Warning VolumeFailedDelete: host_path deleter only supports /tmp/.+ but received provided /mnt/b',
    ]);
  });
});
