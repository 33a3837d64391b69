import type { ClusterConfig, NodeConfig } from '../api/cluster.ts';
import type { KubernetesObject } from '../api/object.ts';
import { timestamp, microTimestamp, MINUTE, type Micros } from '../api/time.ts';
import { USERS } from '../api/request.ts';
import { commit } from '../apiserver/store.ts';
import { push } from '../kernel/agenda.ts';
import { draw } from '../kernel/draw.ts';
import { CONTROL_PLANE } from './processes.ts';
import { addSlot } from './step.ts';
import { emptyWorld, type World } from './world.ts';

/**
 * A cluster whose installation is over: namespaces, default service accounts, the `kubernetes` Service, and nodes that have been Ready for
 * a while. What kubeadm and the first seconds of a real cluster do is left out; a lesson begins where a teacher's terminal would.
 */
export function newCluster(config: ClusterConfig, seed: number): World {
  const world = emptyWorld(config, seed);
  world.now = config.startsAt ?? 0;
  provision(world);
  addSlot(world, 'apiserver');
  addSlot(world, 'user');
  push(world.agenda, world.now + 5 * MINUTE, { type: 'timer', to: 'apiserver', epoch: 0, cause: 0, name: 'compaction' });
  const runs = (name: string): boolean => config.without?.includes(name === 'scheduler' ? 'scheduler' : 'controllers') !== true;
  const names = [...CONTROL_PLANE.filter(runs), ...config.nodes.flatMap(({ name }) => [`machine/${name}`, `kubelet/${name}`, `proxy/${name}`])];
  for (const name of names) {
    const slot = addSlot(world, name);
    // Components do not come up in one instant, and the controller manager a second after the nodes: fitted, so that the node monitor's round falls where two recordings show it.
    const after = CONTROLLERS.has(name) ? CONTROLLERS_AFTER : 0;
    push(world.agenda, world.now + after + (draw(world.chance, name, 'start', '') % 50_000), { type: 'start', to: name, epoch: slot.epoch, cause: 0 });
  }
  return world;
}

const CONTROLLERS: ReadonlySet<string> = new Set(CONTROL_PLANE.filter((name) => name !== 'scheduler'));
const CONTROLLERS_AFTER: Micros = 1_150_000;

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const;

function provision(world: World): void {
  const created = timestamp(world.now);
  const put = (object: Omit<KubernetesObject, 'metadata'> & { readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>>; readonly [field: string]: unknown }; readonly [field: string]: unknown }): void => {
    const { namespace, name } = object.metadata;
    const key = namespace === undefined ? name : `${namespace}/${name}`;
    commit(world.store, {
      at: world.now,
      kind: object.kind,
      key,
      after: { ...object, metadata: { ...object.metadata, uid: uid(world, `${object.kind}/${key}`), creationTimestamp: created } } as unknown as KubernetesObject,
      by: USERS.apiserver,
      verb: 'create',
      cause: 0,
    });
  };
  for (const name of NAMESPACES) {
    put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name } }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
    put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } });
    put({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-root-ca.crt', namespace: name, annotations: { 'kubernetes.io/description': 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.' } },
      data: { 'ca.crt': '-----BEGIN CERTIFICATE-----\nThis cluster is simulated: there is nothing to trust.\n-----END CERTIFICATE-----\n' },
    });
  }
  for (const [name, value, description] of [
    ['system-cluster-critical', 2_000_000_000, 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.'],
    ['system-node-critical', 2_000_001_000, 'Used for system critical pods that must not be moved from their current node.'],
  ] as const)
    put({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name, generation: 1 }, value, description, preemptionPolicy: 'PreemptLowerPriority' });
  put({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  });
  put({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: '192.168.1.2' }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
  });
  put({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', generation: 1, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.168.1.2'], conditions: { ready: true } }],
    ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
  });
  for (const node of world.config.nodes) provisionNode(put, node, world.now);
}

export const nodeAddress = (node: NodeConfig): string => `192.168.${1 + Math.floor((10 + node.index) / 250)}.${(10 + node.index) % 250}`;

function provisionNode(put: (object: never) => void, node: NodeConfig, at: Micros): void {
  const now = timestamp(at);
  const capacity = node.capacity ?? { cpu: node.cpu, 'ephemeral-storage': '100Gi', 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', memory: node.memory, pods: String(node.pods ?? 110) };
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string): object => ({ type, status, lastHeartbeatTime: now, lastTransitionTime: now, reason, message });
  put({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: { 'beta.kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': node.name, 'kubernetes.io/os': 'linux', ...node.labels },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: { podCIDR: `10.244.${node.index}.0/24`, podCIDRs: [`10.244.${node.index}.0/24`], ...(node.taints === undefined ? {} : { taints: node.taints }) },
    status: {
      addresses: [{ type: 'InternalIP', address: nodeAddress(node) }, { type: 'Hostname', address: node.name }],
      allocatable: capacity,
      capacity,
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: 'amd64', bootID: '', containerRuntimeVersion: node.hollow ? 'fakeRuntime://0.1.0' : 'containerd://2.1.4', kernelVersion: '6.12.0', kubeProxyVersion: '', kubeletVersion: 'v1.36.3', machineID: '', operatingSystem: 'linux', osImage: 'Orrery', systemUUID: '',
      },
    },
  } as never);
  put({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: node.name, namespace: 'kube-node-lease' },
    spec: { holderIdentity: node.name, leaseDurationSeconds: 40, renewTime: microTimestamp(at) },
  } as never);
}

const hex = (n: number, width: number): string => n.toString(16).padStart(8, '0').slice(0, width);
/** A version 4 UUID from draws. */
export function uid(world: World, key: string): string {
  const word = (): number => draw(world.chance, 'apiserver', 'uid', key);
  const [a, b, c, d] = [word(), word(), word(), word()];
  return `${hex(a, 8)}-${hex(b, 4)}-4${hex(b >>> 4, 8).slice(5)}-${(8 + (c & 3)).toString(16)}${hex(c >>> 2, 8).slice(5)}-${hex(d, 8)}${hex(c, 4)}`;
}
