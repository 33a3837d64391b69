/** Stills of the stage that reproduce the design's drawings, and some that go beyond them: many nodes, a rollout, traffic, faults. */
import type { ControllerModel, EchoModel, Endpoint, MessageModel, NodeModel, PodLook, PodModel, StageModel, WatcherModel } from '../../src/ui/stage/model.ts';

const GiB = 1_073_741_824;
const SECOND = 1_000_000;

export const pod = (short: string, look: PodLook, more: Partial<PodModel> = {}): PodModel => ({ key: `default/${more.name ?? short}`, short, name: short, look, ...more });
const web = (short: string, look: PodLook, more: Partial<PodModel> = {}): PodModel => pod(short, look, { ...more, name: `web-7d9-${short}` });

export const CONTROLLERS: readonly (readonly [name: string, label: string])[] = [
  ['deployment', 'deployment'], ['replicaset', 'replicaset'], ['endpointslice', 'endpointslice'], ['node-lifecycle', 'node-lifecycle'],
  ['taint-eviction', 'taint-eviction'], ['garbage-collector', 'garbage-coll.'], ['job', 'job'], ['cronjob', 'cronjob'],
  ['daemonset', 'daemonset'], ['statefulset', 'statefulset'], ['autoscaler', 'autoscaler'], ['namespace', 'namespace'],
];
export const controllers = (busy: Readonly<Record<string, Partial<ControllerModel>>>): readonly ControllerModel[] =>
  CONTROLLERS.map(([name, label]) => ({ name, label, state: 'idle', queueLength: 0, ...busy[name] }));

export const node = (name: string, more: Partial<NodeModel> & { readonly cpu?: readonly [used: number, reserved?: number]; readonly mem?: readonly [used: number, reserved?: number] } = {}): NodeModel => {
  const { cpu = [1], mem = [2], ...rest } = more;
  return {
    name,
    ready: 'True',
    heartbeat: { ageMicros: SECOND, share: 0.9 },
    cpuMillis: { requested: cpu[0] * 1000, reserved: (cpu[1] ?? 0) * 1000, allocatable: 4000 },
    memoryBytes: { requested: mem[0] * GiB, reserved: (mem[1] ?? 0) * GiB, allocatable: 8 * GiB },
    pods: [],
    ...rest,
  };
};

const watchers = (head: number, nodes: readonly string[], lag: Readonly<Record<string, number>>, silent: readonly string[] = []): readonly WatcherModel[] =>
  ([...CONTROLLERS.map(([name]) => `controller/${name}`), ...nodes.flatMap((name) => [`kubelet/${name}`, `proxy/${name}`])] as readonly Endpoint[]).map((process) => ({
    process,
    seenRevision: head - (lag[process] ?? 0),
    behind: lag[process] ?? 0,
    silent: silent.includes(process),
  }));

const echoes = (list: readonly (readonly [from: Endpoint, to: Endpoint, kind: EchoModel['kind'], n: number])[]): readonly EchoModel[] =>
  list.flatMap(([from, to, kind, n]) => Array.from({ length: n }, (_, i) => ({ id: `${from}>${to}:${i}`, from, to, kind })));

const NODES = ['node-1', 'node-2', 'node-3'] as const;

const trio = (looks: readonly [PodLook, PodLook, PodLook], focus: number): readonly PodModel[] => ['4kx9p', 'q2m5t', 'x7b2d'].map((short, i) => web(short, looks[i] ?? 'pending', { focus: i === focus }));

export const deploySample: StageModel = {
  now: 14_218,
  revision: 110,
  you: [
    { text: '$ kubectl apply -f web.yml', tone: 'command' },
    { text: 'deployment/web created', tone: 'answer' },
    { text: 'service/web created', tone: 'answer' },
    { text: '$ ▏', tone: 'prompt' },
  ],
  controllers: controllers({ deployment: { state: 'watching' }, replicaset: { state: 'watching' }, endpointslice: { state: 'working', queueLength: 1 } }),
  scheduler: {
    podInHand: { key: 'default/web-7d9-4kx9p', name: 'web-7d9-4kx9p' },
    bars: [{ node: 'node-1', total: 649, chosen: false }, { node: 'node-2', total: 661, chosen: true }, { node: 'node-3', total: 636, chosen: false }],
    most: 700,
    waiting: [{ key: 'default/web-7d9-q2m5t', queue: 'active' }, { key: 'default/web-7d9-x7b2d', queue: 'active' }],
    heldOnSilentNodes: [],
  },
  apiserver: {},
  strip: {
    tiles: [
      { type: 'gap', afterRevision: 0, upToRevision: 99, durationMicros: 120 * SECOND, leases: 0, events: 0 },
      { type: 'write', revision: 100, kind: 'Deployment', key: 'default/web', operation: 'create' },
      { type: 'write', revision: 101, kind: 'Service', key: 'default/web', operation: 'create' },
      { type: 'write', revision: 102, kind: 'EndpointSlice', key: 'default/web-x', operation: 'create' },
      { type: 'write', revision: 103, kind: 'ReplicaSet', key: 'default/web-7d9', operation: 'create' },
      { type: 'write', revision: 104, kind: 'Deployment', key: 'default/web', operation: 'update' },
      { type: 'write', revision: 105, kind: 'Pod', key: 'default/web-7d9-4kx9p', operation: 'create' },
      { type: 'write', revision: 106, kind: 'Pod', key: 'default/web-7d9-q2m5t', operation: 'create' },
      { type: 'write', revision: 107, kind: 'Pod', key: 'default/web-7d9-x7b2d', operation: 'create' },
      { type: 'write', revision: 108, kind: 'ReplicaSet', key: 'default/web-7d9', operation: 'update' },
      { type: 'write', revision: 109, kind: 'Deployment', key: 'default/web', operation: 'update' },
      { type: 'write', revision: 110, kind: 'Event', key: 'default/web-7d9.1', operation: 'create' },
    ],
    future: [{ type: 'future', id: 'bind', kind: 'Binding', expected: 'next' }],
    watchers: watchers(110, NODES, { 'controller/endpointslice': 4, 'proxy/node-1': 2, 'proxy/node-2': 2, 'proxy/node-3': 2 }),
    marks: [{ id: 'apply', afterRevision: 99, kind: 'command', text: 'kubectl apply' }],
  },
  chain: {
    deployment: { key: 'default/web', name: 'web', ready: 0, wanted: 3 },
    replicaSets: [{ key: 'default/web-7d9', name: 'web-7d9', wanted: 3, exist: 3, pods: trio(['pending', 'pending', 'pending'], 0) }],
    loosePods: [],
    service: { key: 'default/web', name: 'web', addresses: 0 },
  },
  messages: [{ id: 'm1', from: 'scheduler', to: 'apiserver', kind: 'request', sentAt: 13_718, arrivesAt: 14_478, label: 'POST pods/web-7d9-4kx9p/binding', tagged: true }],
  echoes: echoes([['apiserver', 'user', 'reply', 4], ['apiserver', 'controller/deployment', 'watch', 4], ['apiserver', 'kubelet/node-1', 'watch', 3], ['apiserver', 'kubelet/node-3', 'watch', 2]]),
  nodes: [
    node('node-1', { cpu: [1.5], mem: [2], pods: [pod('log-agent', 'other'), pod('api-0', 'other'), pod('cache-0', 'other')] }),
    node('node-2', { cpu: [1, 0.5], mem: [1.5, 0.5], chosen: true, heartbeat: { ageMicros: 6 * SECOND, share: 0.42 }, pods: [pod('log-agent', 'other', { key: 'default/la2' }), web('4kx9p', 'chosen', { focus: true })] }),
    node('node-3', { cpu: [2], mem: [4], heartbeat: { ageMicros: 3 * SECOND, share: 0.65 }, pods: [pod('log-agent', 'other', { key: 'default/la3' }), pod('db-0', 'other'), pod('api-1', 'other')] }),
  ],
  selected: { on: 'object', kind: 'Pod', key: 'default/web-7d9-4kx9p' },
};

const write = (revision: number, kind: string, key: string, operation: 'create' | 'update' | 'delete', alarm?: boolean): StageModel['strip']['tiles'][number] => ({ type: 'write', revision, kind, key, operation, ...(alarm === true ? { alarm } : {}) });

export const failureSample: StageModel = {
  now: 101 * SECOND,
  revision: 153,
  you: [
    { text: '$ kubectl get nodes', tone: 'command' },
    { text: 'node-1   Ready', tone: 'answer' },
    { text: 'node-2   NotReady', tone: 'refusal' },
    { text: 'node-3   Ready', tone: 'answer' },
  ],
  controllers: controllers({ 'node-lifecycle': { state: 'alarm' }, 'taint-eviction': { state: 'working', queueLength: 1 }, endpointslice: { state: 'watching' } }),
  scheduler: { bars: [], most: 700, waiting: [], heldOnSilentNodes: ['web-7d9-q2m5t'] },
  apiserver: {},
  strip: {
    tiles: [
      write(138, 'Pod', 'default/web-7d9-x7b2d', 'update'),
      write(139, 'EndpointSlice', 'default/web-x', 'update'),
      write(140, 'Lease', 'kube-node-lease/node-2', 'update'),
      { type: 'gap', afterRevision: 140, upToRevision: 148, durationMicros: 40 * SECOND, leases: 8, events: 0 },
      write(149, 'Node', 'node-2', 'update', true),
      write(150, 'Node', 'node-2', 'update', true),
      write(151, 'Pod', 'default/log-agent', 'update'),
      write(152, 'Pod', 'default/web-7d9-q2m5t', 'update'),
      write(153, 'EndpointSlice', 'default/web-x', 'update'),
    ],
    future: [
      { type: 'wait', id: 'eviction', durationMicros: 299 * SECOND },
      { type: 'future', id: 'delete', kind: 'Pod', expected: 'delete' },
      { type: 'future', id: 'create', kind: 'Pod', expected: 'create' },
      { type: 'future', id: 'bind', kind: 'Binding', expected: 'bind' },
    ],
    watchers: watchers(153, NODES, { 'kubelet/node-2': 13, 'proxy/node-2': 13 }, ['kubelet/node-2', 'proxy/node-2']),
    marks: [{ id: 'kill', afterRevision: 140, kind: 'fault', text: 'you killed node-2' }],
  },
  chain: {
    deployment: { key: 'default/web', name: 'web', ready: 2, wanted: 3 },
    replicaSets: [{ key: 'default/web-7d9', name: 'web-7d9', wanted: 3, exist: 3, pods: trio(['ready', 'unknown', 'ready'], 1) }],
    loosePods: [],
    service: { key: 'default/web', name: 'web', addresses: 2 },
  },
  messages: [],
  echoes: echoes([['apiserver', 'controller/node-lifecycle', 'watch', 4], ['apiserver', 'kubelet/node-1', 'reply', 3], ['apiserver', 'proxy/node-1', 'watch', 4], ['apiserver', 'proxy/node-3', 'watch', 4]]),
  nodes: [
    node('node-1', { cpu: [1.75], mem: [2.25], pods: [pod('log-agent', 'other'), pod('api-0', 'other'), pod('cache-0', 'other'), web('x7b2d', 'ready')] }),
    node('node-2', { cpu: [1.25], mem: [1.75], ready: 'Unknown', dead: true, heartbeat: { ageMicros: 42 * SECOND, share: 0 }, pods: [pod('log-agent', 'unknown', { key: 'default/la2', unlimited: true }), web('q2m5t', 'unknown', { timer: { kind: 'eviction', share: 0.997, leftMicros: 299 * SECOND } })] }),
    node('node-3', { cpu: [2.25], mem: [4.25], heartbeat: { ageMicros: 5 * SECOND, share: 0.5 }, pods: [pod('log-agent', 'other', { key: 'default/la3' }), pod('db-0', 'other'), pod('api-1', 'other'), web('4kx9p', 'ready')] }),
  ],
  selected: { on: 'object', kind: 'Pod', key: 'default/web-7d9-q2m5t' },
};

/** A rolling update with traffic, seen from a "what if", with a verb that looks for a node. */
const LOOKS: readonly PodLook[] = ['pending', 'chosen', 'starting', 'running', 'ready', 'other', 'terminating', 'succeeded', 'failed', 'unknown', 'restarting'];
export const rolloutSample: StageModel = {
  ...deploySample,
  now: 62 * SECOND,
  revision: 207,
  branch: { fromRevision: 204 },
  you: [{ text: '$ kubectl set image deployment/nginx-deployment nginx=nginx:1.16.1', tone: 'command' }, { text: 'deployment.apps/nginx-deployment image updated', tone: 'answer' }, { text: '$ ▏', tone: 'prompt' }],
  controllers: controllers({ deployment: { state: 'working', queueLength: 1 }, replicaset: { state: 'working', queueLength: 7 }, endpointslice: { state: 'watching' }, 'garbage-collector': { state: 'down' } }),
  scheduler: { bars: [], most: 700, waiting: Array.from({ length: 6 }, (_, i) => ({ key: `default/w${i}`, queue: 'unschedulable' as const })), heldOnSilentNodes: [] },
  apiserver: { phase: 'validate' },
  strip: {
    tiles: Array.from({ length: 30 }, (_, i) => write(180 + i, ['Pod', 'ReplicaSet', 'Deployment', 'EndpointSlice', 'Event'][i % 5] ?? 'Pod', `default/o${i}`, i % 3 === 0 ? 'create' : i % 7 === 0 ? 'delete' : 'update')),
    future: [],
    watchers: watchers(207, NODES, { 'controller/endpointslice': 3, 'controller/replicaset': 1, 'proxy/node-3': 9 }),
    marks: [{ id: 'a', afterRevision: 196, kind: 'command', text: 'set image' }, { id: 'b', afterRevision: 204, kind: 'branch', text: 'what if' }],
    highlighted: [198, 200],
  },
  chain: {
    deployment: { key: 'default/nginx-deployment', name: 'nginx-deployment', ready: 3, wanted: 4, paused: true },
    replicaSets: [
      { key: 'default/nginx-deployment-66b6c48dd5', name: 'nginx-deployment-66b6c48dd5', wanted: 3, exist: 2, pods: [pod('aaaaa', 'ready'), pod('bbbbb', 'starting')] },
      { key: 'default/nginx-deployment-5d59d67564', name: 'nginx-deployment-5d59d67564', wanted: 2, exist: 3, pods: [pod('ccccc', 'ready'), pod('ddddd', 'ready'), pod('eeeee', 'terminating')] },
    ],
    loosePods: [],
    service: { key: 'default/nginx', name: 'nginx', addresses: 3 },
  },
  messages: [
    { id: 'w', from: 'apiserver', to: 'kubelet/node-1', kind: 'watch', sentAt: 61.9 * SECOND, arrivesAt: 62.1 * SECOND, label: 'ADDED pods/nginx-deployment-66b6c48dd5-bbbbb', tagged: true },
    { id: 'r', from: 'apiserver', to: 'controller/deployment', kind: 'reply', sentAt: 61.9 * SECOND, arrivesAt: 62.1 * SECOND, label: '409 Conflict', refused: true, tagged: true },
    { id: 'd', from: 'kubelet/node-3', to: 'apiserver', kind: 'request', sentAt: 61.9 * SECOND, arrivesAt: 62.05 * SECOND, label: 'PATCH', droppedAfter: 0.5 },
    { id: 't1', from: 'client', to: 'pod/default/p4', kind: 'request', sentAt: 61.9 * SECOND, arrivesAt: 62.1 * SECOND, label: 'GET /' },
    { id: 't2', from: 'client', to: 'pod/default/q2', kind: 'request', sentAt: 61.9 * SECOND, arrivesAt: 62.1 * SECOND, label: 'GET /', refused: true },
  ],
  echoes: echoes([['user', 'apiserver', 'request', 3], ['apiserver', 'kubelet/node-1', 'watch', 6]]),
  nodes: [
    node('node-1', { pods: LOOKS.slice(0, 8).map((look, i) => pod(`p${i}`, look, i === 6 ? { timer: { kind: 'grace', share: 0.4, leftMicros: 12 * SECOND } } : {})) }),
    node('worker-node-2.local', { cordoned: true, pods: LOOKS.map((look, i) => pod(`q${i}`, look, look === 'restarting' ? { restarts: 5, timer: { kind: 'backoff', share: 0.7, leftMicros: 80 * SECOND } } : {})) }),
    node('node-3', { partitioned: true, pods: Array.from({ length: 26 }, (_, i) => pod(`s${i}`, LOOKS[i % LOOKS.length] ?? 'ready')) }),
  ],
  traffic: { from: 'outside', serviceKey: 'default/nginx', target: 'node-1:30080', perSecond: 10, total: 118, failed: 37, recent: Array.from({ length: 20 }, (_, i) => ({ id: `q${i}`, outcome: (['answered', 'answered', 'timedOut', 'answered', 'refused', 'noEndpoints'] as const)[i % 6] ?? 'answered' })) },
  selected: { on: 'object', kind: 'Node', key: 'node-1' },
  verbTargets: NODES.map((name) => ({ on: 'object', kind: 'Node', key: name })),
};

export const manyNodes = (n: number, podsEach: number): StageModel => ({
  ...deploySample,
  selected: undefined,
  messages: [],
  nodes: Array.from({ length: n }, (_, i) =>
    node(`node-${i + 1}`, {
      ready: i % 17 === 4 ? 'Unknown' : 'True',
      dead: i % 17 === 4,
      cordoned: i % 13 === 6,
      cpu: [(i * 7) % 5 * 0.9],
      heartbeat: { ageMicros: (i % 10) * SECOND, share: 1 - (i % 10) / 12 },
      pods: Array.from({ length: podsEach }, (_, j) => pod(`p${i}-${j}`, i % 17 === 4 ? 'unknown' : (LOOKS[(i + j) % 7] ?? 'ready'))),
    }),
  ),
});

/** 100 Pods and 100 messages in flight, for the frame measurement: all wires busy. */
export function busySample(now: number): StageModel {
  const base = manyNodes(5, 20);
  const wires: readonly Endpoint[] = ['user', 'scheduler', 'controller/deployment', ...base.nodes.flatMap((each) => [`kubelet/${each.name}`, `proxy/${each.name}`] as Endpoint[])];
  const messages: MessageModel[] = Array.from({ length: 100 }, (_, i) => {
    const wire = wires[i % wires.length] ?? 'user';
    const down = i % 3 !== 0;
    const phase = (i * 37) % 100;
    return { id: `m${i}`, from: down ? 'apiserver' : wire, to: down ? wire : 'apiserver', kind: down ? (i % 3 === 1 ? 'watch' : 'reply') : 'request', sentAt: now - phase * 10_000, arrivesAt: now + (100 - phase) * 10_000, label: `message ${i}` };
  });
  return { ...base, now, nodes: base.nodes.map((each) => ({ ...each, dead: false, ready: 'True' })), messages };
}

export const emptySample: StageModel = {
  ...deploySample,
  revision: 0,
  you: [{ text: '$ ▏', tone: 'prompt' }],
  controllers: controllers({}),
  scheduler: { bars: [], most: 700, waiting: [], heldOnSilentNodes: [] },
  strip: { tiles: [], future: [], watchers: [], marks: [] },
  chain: undefined,
  messages: [],
  echoes: [],
  nodes: [],
  selected: undefined,
};
