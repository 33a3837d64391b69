import { conditionOf, keyOf, type Container, type ContainerStatus, type EndpointSlice, type Node, type Pod, type Service } from '../../sim/api/object.ts';

import type { Micros } from '../../sim/api/time.ts';
import { changeAt, head, headList } from '../../sim/apiserver/store.ts';
import type { World } from '../../sim/cluster/world.ts';
import { at as itemAt } from '../../sim/kernel/journal.ts';
import type { ContainerRecord, KubeletState } from '../../sim/kubelet/state.ts';
import { lookUp } from '../../sim/machine/images.ts';
import type { MachineState } from '../../sim/machine/machine.ts';
import type { HostState } from '../../sim/reconcile/host.ts';
import type { ContainerLook, ContainerView, LayerView, ProbeLook } from '../stage/PodCard.tsx';
import type { Endpoint } from '../stage/model.ts';
import type { PodInside, ProcessInside, ServiceInside, WhatIf } from './protocol.ts';
import { nodeRulesOf } from './rules.ts';

const kubeletOf = (world: World, node: string | undefined): KubeletState | undefined => (node === undefined ? undefined : (world.slots.get(`kubelet/${node}`)?.state as KubeletState | undefined));
const machineStateOf = (world: World, node: string | undefined): MachineState | undefined => (node === undefined ? undefined : (world.slots.get(`machine/${node}`)?.state as MachineState | undefined));

// ---- a Pod

/** The layers of a container's image on its machine: which lay there before, which came for it, and what is on its way. */
function layersOf(image: string, machine: MachineState | undefined, container: string, uid: string, now: Micros, pulled: ReadonlySet<string>): readonly LayerView[] {
  const found = lookUp(image);
  if (!('image' in found)) return [];
  const pull = machine?.pulling;
  const pulling = pull !== undefined && pull.container === container && pull.uid === uid ? pull : undefined;
  return found.image.layers.map((layer, place) => {
    const megabytes = Math.max(0.1, Math.round(layer.bytes / 100_000) / 10);
    if (pulling !== undefined && pulling.layer === place) {
      const whole = (layer.bytes / 50_000_000) * 1_000_000;
      return { id: layer.digest, megabytes, state: 'pulling', share: whole <= 0 ? 1 : Math.min(1, Math.max(0, (now - pulling.startedAt) / whole)) };
    }
    return { id: layer.digest, megabytes, state: machine?.layers.has(layer.digest) === true ? (pulled.has(layer.digest) ? 'pulled' : 'present') : 'absent' };
  });
}

/** Layers that came over the network for this Pod. */
function pulledFor(world: World, key: string): ReadonlySet<string> {
  const out = new Set<string>();
  for (let i = world.trace.length - 1; i >= 0 && i > world.trace.length - 40_000; i--) {
    const record = itemAt(world.trace, i)!;
    if (!record.process.startsWith('machine/')) continue;
    for (const note of record.notes ?? []) if (note.type === 'layer' && note['state'] === 'pulled' && note.subject?.key === key) out.add(String(note['digest']));
  }
  return out;
}

const probeLook = (record: ContainerRecord | undefined, container: Container, probe: 'startup' | 'readiness' | 'liveness'): ProbeLook => {
  if (container[`${probe}Probe`] === undefined) return 'none';
  const result = record?.probes.get(probe)?.result;
  return result === undefined ? 'waiting' : result ? 'passing' : 'failing';
};

function lookOf(record: ContainerRecord | undefined, status: ContainerStatus | undefined, pulling: boolean): ContainerLook {
  const reason = status?.state?.waiting?.reason;
  if (reason === 'CrashLoopBackOff' || reason === 'ImagePullBackOff') return 'backoff';
  if (pulling || record?.phase === 'pulling') return 'pulling';
  switch (record?.phase) {
    case 'starting':
    case 'postStart':
      return 'created';
    case 'stopping':
      return 'killing';
    case 'running':
      return record.ready ? 'ready' : 'running';
    case 'exited':
      return 'terminated';
    case 'none':
    case undefined:
      break;
  }
  if (status?.state?.terminated !== undefined) return 'terminated';
  if (status?.state?.running !== undefined) return status.ready ? 'ready' : 'running';
  return 'waiting';
}

export function podInside(world: World, key: string): PodInside | undefined {
  const pod = head(world.store, 'Pod', key) as Pod | undefined;
  if (pod === undefined) return undefined;
  const { now } = world;
  const machine = machineStateOf(world, pod.spec.nodeName);
  const worker = kubeletOf(world, pod.spec.nodeName)?.pods.get(pod.metadata.uid);
  const sandbox = machine?.pods.get(pod.metadata.uid);
  const pull = machine?.pulling;
  const pulled = pulledFor(world, key);
  const off = world.slots.get(`machine/${pod.spec.nodeName ?? ''}`)?.running === false;
  const view = (container: Container, statuses: readonly ContainerStatus[] | undefined): ContainerView => {
    const record = worker?.containers.get(container.name);
    const status = statuses?.find((each) => each.name === container.name);
    const look = off ? 'terminated' : lookOf(record, status, pull?.uid === pod.metadata.uid && pull.container === container.name);
    const ended = record?.lastFinishedAt ?? record?.finishedAt ?? 0;
    const delay = record?.crashBackoff.delayMicros ?? 0;
    const left = ended + delay - now;
    const graceLeft = (record?.stopDeadline ?? 0) - now;
    const timer =
      look === 'backoff' && delay > 0 && left > 0
        ? ({ kind: 'backoff', share: left / delay, leftMicros: left } as const)
        : look === 'killing' && graceLeft > 0
          ? ({ kind: 'grace', share: Math.min(1, graceLeft / Math.max(1, (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1_000_000)), leftMicros: graceLeft } as const)
          : undefined;
    const ran = status?.state?.terminated ?? status?.lastState?.terminated;
    const reason = status?.state?.waiting?.reason ?? status?.state?.terminated?.reason;
    return {
      name: container.name,
      image: container.image ?? '',
      look,
      ...(reason === undefined ? {} : { reason }),
      ...(ran === undefined || (look !== 'terminated' && look !== 'backoff') ? {} : { exitCode: ran.exitCode }),
      restarts: status?.restartCount ?? Math.max(0, record?.attempt ?? 0),
      ...(timer === undefined ? {} : { timer }),
      layers: layersOf(container.image ?? '', machine, container.name, pod.metadata.uid, now, pulled),
      probes: { startup: probeLook(record, container, 'startup'), readiness: probeLook(record, container, 'readiness'), liveness: probeLook(record, container, 'liveness') },
    };
  };
  const inits = pod.spec.initContainers ?? [];
  const all = [...inits, ...pod.spec.containers];
  return {
    name: pod.metadata.name,
    ...(pod.status.podIP === undefined || pod.status.podIP === '' ? {} : { ip: pod.status.podIP }),
    sandbox: sandbox === undefined ? 'absent' : sandbox.ready && !off ? 'ready' : 'gone',
    init: inits.filter((container) => container.restartPolicy !== 'Always').map((container) => view(container, pod.status.initContainerStatuses)),
    sidecars: inits.filter((container) => container.restartPolicy === 'Always').map((container) => view(container, pod.status.initContainerStatuses)),
    apps: pod.spec.containers.map((container) => view(container, pod.status.containerStatuses)),
    volumes: (pod.spec.volumes ?? [])
      .filter((volume) => !volume.name.startsWith('kube-api-access'))
      .map((volume) => ({
        name: volume.name,
        kind: Object.keys(volume).find((field) => field !== 'name') ?? '',
        mountedBy: all.filter((container) => (container.volumeMounts ?? []).some((mount) => mount.name === volume.name)).map((container) => container.name),
      })),
  };
}

/** What a branch could change about a Pod whose node is silent. */
export function whatIfOf(world: World, key: string): WhatIf | undefined {
  const pod = head(world.store, 'Pod', key) as Pod | undefined;
  const name = pod?.spec.nodeName;
  if (pod === undefined || name === undefined) return undefined;
  const machine = world.slots.get(`machine/${name}`);
  const node = head(world.store, 'Node', name) as Node | undefined;
  const back = machine?.running === false ? 'returnNode' : machine?.frozen === true ? 'thawNode' : machine?.cut === true ? 'healNode' : undefined;
  if (back === undefined && (node === undefined || conditionOf(node, 'Ready')?.status === 'True')) return undefined;
  return { pod: pod.metadata.name, namespace: pod.metadata.namespace ?? 'default', node: name, back, tolerations: (pod.spec.tolerations ?? []) as unknown as WhatIf['tolerations'] };
}

// ---- a Service

const REQUESTS = 20;

export function serviceInside(world: World, key: string): ServiceInside | undefined {
  const service = head(world.store, 'Service', key) as Service | undefined;
  if (service === undefined) return undefined;
  const slices = headList(world.store, 'EndpointSlice', { index: 'service', value: key }) as readonly EndpointSlice[];
  const { spec } = service;
  return {
    name: service.metadata.name,
    type: spec.type ?? 'ClusterIP',
    ...(spec.clusterIP === undefined || spec.clusterIP === 'None' ? {} : { clusterIP: spec.clusterIP }),
    ports: (spec.ports ?? []).map((port) => `${port.port}/${port.protocol ?? 'TCP'}`),
    nodePorts: (spec.ports ?? []).flatMap((port) => (port.nodePort === undefined ? [] : [port.nodePort])),
    slices: slices.map((slice) => ({
      key: keyOf(slice),
      name: slice.metadata.name,
      revision: Number(slice.metadata.resourceVersion),
      endpoints: (slice.endpoints ?? []).map((endpoint) => ({
        address: endpoint.addresses[0] ?? '',
        ...(endpoint.targetRef?.kind === 'Pod' && endpoint.targetRef.name !== undefined ? { podKey: `${endpoint.targetRef.namespace ?? 'default'}/${endpoint.targetRef.name}`, pod: endpoint.targetRef.name } : {}),
        ...(endpoint.nodeName === undefined ? {} : { node: endpoint.nodeName }),
        ready: endpoint.conditions?.ready !== false,
        serving: endpoint.conditions?.serving !== false,
        terminating: endpoint.conditions?.terminating === true,
      })),
    })),
    rules: nodeRulesOf(world, key),
    mode: world.config.proxyMode,
    requests: requestsOf(world, key),
  };
}

const clockText = (at: Micros): string => {
  const total = Math.floor(at / 1000);
  return `${String(Math.floor(total / 60_000)).padStart(2, '0')}:${String(Math.floor(total / 1000) % 60).padStart(2, '0')}.${String(total % 1000).padStart(3, '0')}`;
};

function requestsOf(world: World, key: string): ServiceInside['requests'] {
  const out: ServiceInside['requests'][number][] = [];
  for (let i = world.trace.length - 1; i >= 0 && out.length < REQUESTS && i > world.trace.length - 20_000; i--) {
    const record = itemAt(world.trace, i)!;
    for (const note of record.notes ?? []) {
      if (note.type !== 'request' || note['service'] !== key) continue;
      const path = (note['path'] as readonly { readonly process: string }[] | undefined) ?? [];
      const backend = note['backend'] as { readonly ip: string; readonly port: number; readonly pod?: string } | undefined;
      const entry = path.find(({ process }) => process.startsWith('proxy/'))?.process.slice('proxy/'.length);
      const service = head(world.store, 'Service', key) as Service | undefined;
      const names = ['client', ...(entry === undefined ? [] : [entry]), ...(service?.spec.clusterIP === undefined ? [] : [service.spec.clusterIP]), ...(backend === undefined ? [] : [backend.pod === undefined ? `${backend.ip}:${backend.port}` : backend.pod.slice(backend.pod.indexOf('/') + 1)])];
      const sentAt = Number(note['sentAt']);
      const outcome = String(note['outcome']);
      out.push({
        id: `q${record.step}`,
        at: clockText(sentAt),
        path: names,
        outcome: (outcome === 'noService' ? 'noEndpoints' : outcome) as 'answered',
        tookMicros: Number(note['endedAt']) - sentAt,
        ...(backend?.pod === undefined ? {} : { target: { on: 'object', kind: 'Pod', key: backend.pod } as const }),
      });
    }
  }
  return out;
}

// ---- a process

export function processInside(world: World, endpoint: Endpoint): ProcessInside {
  const name = endpoint.startsWith('controller/') ? endpoint.slice('controller/'.length) : endpoint;
  const slot = world.slots.get(name);
  const state = slot?.state as Partial<HostState> | undefined;
  const queue = endpoint.startsWith('controller/') && state?.queue !== undefined ? [...state.queue.ready].map(String) : [];
  const actor = endpoint === 'user' ? 'user' : name;
  const writes: ProcessInside['writes'][number][] = [];
  for (let i = world.trace.length - 1; i >= 0 && writes.length < 12 && i > world.trace.length - 20_000; i--) {
    const record = itemAt(world.trace, i)!;
    if (record.type !== 'request' || record.from !== actor) continue;
    for (let revision = record.lastRevision; revision >= record.firstRevision && revision > 0; revision--) {
      const change = changeAt(world.store, revision);
      if (change === undefined || change.kind === 'Lease' || change.kind === 'Event') continue;
      writes.push({ revision, at: change.at, kind: change.kind, key: change.key, operation: change.before === undefined ? 'create' : change.after === undefined ? 'delete' : 'update', ...(change.because === undefined ? {} : { code: change.because.code, args: change.because.args }) });
    }
  }
  return { running: slot?.running !== false, queue: queue.slice(0, 20), writes };
}

