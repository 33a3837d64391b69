import { pathOf } from '../api/kinds.ts';
import { conditionOf, type Condition, type Lease, type Node } from '../api/object.ts';
import { STRATEGIC_MERGE_PATCH, type Response } from '../api/request.ts';
import { MINUTE, SECOND, microTimestamp, timestamp, type Micros } from '../api/time.ts';
import { nodeEvent } from './events.ts';
import { nodeObject, type Context } from './state.ts';
import { same } from './status.ts';

/**
 * How a node says that it lives: its Lease every 10 s, and its status, looked at every 10 s and written when it changed or every 5 minutes
 * (kubelet_node_status.go, component-helpers/apimachinery/lease). Left out: pressure on memory, disk and processes, which never comes here.
 */
/** Heartbeats have a client of their own (upstream's HeartbeatClient): a busy kubelet does not look like a dead one. */
const OWN_CLIENT = 0;
const LEASE_MICROS = 10 * SECOND;
const LEASE_SECONDS = 40;
const CHECK_MICROS = 10 * SECOND;
const REPORT_MICROS = 5 * MINUTE;
const JITTER = 0.04;
/** How many of the largest images the status names. */
const MAX_IMAGES = 50;

const jittered = (context: Context, micros: Micros, purpose: string): Micros => micros + Math.floor(((micros * JITTER) / 0x1_0000_0000) * context.out.draw(purpose, context.node.name));

// ---- the lease

const LEASE_NAMESPACE = 'kube-node-lease';
const leasePath = (name?: string): string => pathOf('Lease', LEASE_NAMESPACE, name);

export function renewLease(context: Context): void {
  const { node, state, out, now } = context;
  if (state.lease.latest === undefined) {
    out.request({ method: 'GET', path: leasePath(node.name) }, 'lease', { code: 'kubelet.leaseRead', args: { node: node.name } }, OWN_CLIENT);
    return;
  }
  out.request({ method: 'PUT', path: leasePath(node.name), body: renewed(context, state.lease.latest) }, 'lease', { code: 'kubelet.lease', args: { node: node.name } }, OWN_CLIENT);
  state.lease.lastMicros = now;
}

/** What the API server answered last, with a new time (component-helpers' lease controller keeps `latestLease` the same way). */
function renewed(context: Context, latest: Lease): unknown {
  const spec = { ...latest.spec, renewTime: microTimestamp(context.now) };
  if (latest.metadata.ownerReferences !== undefined) return { ...latest, spec };
  return { ...latest, metadata: { ...latest.metadata, ...ownedByNode(context) }, spec };
}
/** The Lease goes when its Node goes. */
function ownedByNode(context: Context): object | undefined {
  const owner = nodeObject(context);
  return owner === undefined ? undefined : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: context.node.name, uid: owner.metadata.uid }] };
}

function newLease(context: Context): unknown {
  const { node, now } = context;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: node.name,
      namespace: LEASE_NAMESPACE,
      ...ownedByNode(context),
    },
    spec: { holderIdentity: node.name, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTimestamp(now) },
  };
}

export function leaseAnswered(context: Context, method: string, response: Response): void {
  const { node, state, out, now } = context;
  if (method === 'GET' && response.code === 404) {
    out.request({ method: 'POST', path: leasePath(), body: newLease(context) }, 'lease', { code: 'kubelet.lease', args: { node: node.name } }, OWN_CLIENT);
    return;
  }
  if (response.code >= 200 && response.code < 300) {
    state.lease.latest = response.body as Lease;
    if (method === 'GET') renewLease(context);
    else out.timer('lease', now + jittered(context, LEASE_MICROS, 'lease'));
    return;
  }
  // Somebody else wrote it: read it again. No answer: again at once, a client has waited long enough.
  state.lease.latest = undefined;
  if (response.code === 0 && now > state.lease.lastMicros + SECOND) {
    state.lease.lastMicros = now;
    renewLease(context);
  } else out.timer('lease', now + (response.code === 409 || method === 'POST' ? 100_000 : LEASE_MICROS));
}

// ---- the status

const condition = (type: string, status: 'True' | 'False', reason: string, message: string): Omit<Condition, 'lastHeartbeatTime'> => ({ type, status, reason, message });

const CONDITIONS: readonly Omit<Condition, 'lastHeartbeatTime'>[] = [
  condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
  condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
  condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
  condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
];

function conditions(context: Context, old: readonly Condition[] | undefined): readonly Condition[] {
  const now = timestamp(context.now);
  return CONDITIONS.map((each) => {
    const before = old?.find(({ type }) => type === each.type);
    return { ...each, lastHeartbeatTime: now, lastTransitionTime: before?.status === each.status ? (before.lastTransitionTime ?? now) : now };
  });
}

const NO_IMAGES: readonly unknown[] = [];
function images(context: Context): readonly unknown[] {
  const all = [...context.state.images].map(([name, { id, bytes }]) => ({ names: [id, name], sizeBytes: bytes }));
  all.sort((a, b) => b.sizeBytes - a.sizeBytes || (a.names[1]! < b.names[1]! ? -1 : 1));
  return all.slice(0, MAX_IMAGES);
}

export function checkNodeStatus(context: Context): void {
  const { node, state, out, now } = context;
  const object = nodeObject(context);
  if (object === undefined) {
    // A kubelet registers once (registrationCompleted of kubelet_node_status.go): who deletes the Node of one that lives has to restart it.
    if (state.nodeStatus.registered) out.timer('nodeStatus', now + jittered(context, CHECK_MICROS, 'nodeStatus'));
    else register(context);
    return;
  }
  state.nodeStatus.registered = true;
  out.timer('nodeStatus', now + jittered(context, CHECK_MICROS, 'nodeStatus'));
  // Asked every ten seconds by every kubelet, and mostly there is nothing to say: what would be said is made only then.
  const changed = CONDITIONS.some((each) => {
    const before = conditionOf(object, each.type);
    return before?.status !== each.status || before.reason !== each.reason || before.message !== each.message;
  });
  const nextImages = state.images.size === 0 ? NO_IMAGES : images(context);
  const imagesChanged = nextImages.length > 0 && !same(nextImages, object.status.images);
  const bootId = object.status.nodeInfo?.bootID;
  const rebooted = state.nodeStatus.bootId !== '' && bootId !== undefined && bootId !== '' && bootId !== state.nodeStatus.bootId;
  const bootChanged = state.nodeStatus.bootId !== '' && bootId !== state.nodeStatus.bootId && !node.hollow;
  if (rebooted && !state.nodeStatus.rebooted) nodeEvent(context, 'Warning', 'Rebooted', `Node ${node.name} has been rebooted, boot id: ${state.nodeStatus.bootId}`);
  if (rebooted) state.nodeStatus.rebooted = true;
  if (!changed && !imagesChanged && !bootChanged && now - state.nodeStatus.lastReportedAt < REPORT_MICROS) return;
  state.nodeStatus.lastReportedAt = now;
  const status = {
    conditions: conditions(context, object.status.conditions).map((each) => {
      const before = object.status.conditions?.find(({ type }) => type === each.type);
      // A patch has what changed, which of a condition that stays the same is its heartbeat.
      return before?.status === each.status && before.reason === each.reason && before.message === each.message ? { type: each.type, lastHeartbeatTime: each.lastHeartbeatTime } : each;
    }),
    ...(imagesChanged ? { images: nextImages } : undefined),
    ...(bootChanged ? { nodeInfo: { bootID: state.nodeStatus.bootId } } : undefined),
  };
  out.request({ method: 'PATCH', path: pathOf('Node', undefined, node.name, 'status'), contentType: STRATEGIC_MERGE_PATCH, body: { status } }, 'nodeStatus', { code: changed ? 'kubelet.nodeStatusChanged' : 'kubelet.nodeStatus', args: { node: node.name } }, OWN_CLIENT);
}

/** A machine that the cluster does not know yet introduces itself; it becomes Ready with the first status. */
function register(context: Context): void {
  const { node, out, now, state } = context;
  const capacity = { cpu: node.cpu, 'ephemeral-storage': '100Gi', 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', memory: node.memory, pods: String(node.pods ?? 110) };
  const ready = condition('Ready', 'False', 'KubeletNotReady', '[container runtime status check may not have completed yet]');
  const body: Omit<Node, 'metadata' | 'spec'> & { readonly metadata: unknown; readonly spec: unknown } = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: { 'beta.kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': node.name, 'kubernetes.io/os': 'linux', ...node.labels },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: node.taints === undefined ? {} : { taints: node.taints },
    status: {
      capacity,
      allocatable: capacity,
      addresses: [{ type: 'InternalIP', address: `192.168.1.${10 + node.index}` }, { type: 'Hostname', address: node.name }],
      conditions: [...CONDITIONS.slice(0, 3), ready].map((each) => ({ ...each, lastHeartbeatTime: timestamp(now), lastTransitionTime: timestamp(now) })),
      nodeInfo: {
        architecture: 'amd64', bootID: state.nodeStatus.bootId, containerRuntimeVersion: 'containerd://2.1.4', kernelVersion: '6.12.0', kubeProxyVersion: '', kubeletVersion: 'v1.36.3', machineID: '', operatingSystem: 'linux', osImage: 'Orrery', systemUUID: '',
      },
    },
  };
  out.request({ method: 'POST', path: pathOf('Node', undefined), body }, 'register', { code: 'kubelet.register', args: { node: node.name } });
  out.timer('nodeStatus', now + 400_000);
}
