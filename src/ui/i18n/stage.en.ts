/**
 * The words of the stage. Names of kinds, components and objects, and what Kubernetes itself writes, are not here: they are never translated.
 * Budgets (stage design, "Words"): flags and marks 16 characters, cells 14, chips 18.
 */
import type { ApiPhase, FutureTile, PodLook, RequestOutcome } from '../stage/model.ts';

const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
const two = (n: number): string => String(n).padStart(2, '0');

/** A length of time as the stage says it: "850 µs", "14 ms", "6 s", "2 min", "4:59", "1 h 5 min". */
export function durationEn(micros: number): string {
  if (micros < 1_000) return `${Math.round(micros)} µs`;
  if (micros < 1_000_000) return `${Math.floor(micros / 1_000)} ms`;
  const seconds = Math.floor(micros / 1_000_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  const minutes = Math.floor((seconds % 3_600) / 60);
  return minutes === 0 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 3_600)} h ${minutes} min`;
}

const phases: Readonly<Record<ApiPhase, string>> = {
  authenticate: 'authenticate',
  authorize: 'authorize',
  admit: 'admit',
  validate: 'validate',
  store: 'store',
  notify: 'notify watchers',
};
const looks: Readonly<Record<PodLook, string>> = {
  pending: 'Pending, no node',
  chosen: 'chosen, not bound',
  starting: 'starting',
  running: 'running, not ready',
  ready: 'ready',
  other: 'ready',
  terminating: 'terminating',
  succeeded: 'succeeded',
  failed: 'failed',
  unknown: 'unknown',
  restarting: 'restarting',
};
const expected: Readonly<Record<FutureTile['expected'], string>> = { create: 'create', update: 'update', delete: 'delete', bind: 'bind', next: 'next' };
const outcomes: Readonly<Record<RequestOutcome, string>> = { answered: 'answered', refused: 'refused', timedOut: 'timed out', noEndpoints: 'no endpoints' };

export const stageEn = {
  duration: durationEn,

  stage: 'Stage',
  stageHelp: 'Arrow keys move along the wires, Enter selects, Shift F10 opens what can be done.',
  you: 'you',
  controllersNote: (total: number, working: number, down: number): string => `${plural(total, 'controller', 'controllers')}, ${down > 0 ? `${down} down` : `${working} working`}`,
  idleControllers: (n: number): string => `${n} idle`,
  moreControllers: (n: number): string => `${n} more`,
  waiting: 'waiting',
  idle: 'idle',
  down: 'down',
  troubles: { down: 'down', cut: 'cut off', slow: 'slow wire' } as Readonly<Record<'down' | 'cut' | 'slow', string>>,
  onlyNode: (node: string): string => `${node}, the only one`,
  noNodeFits: 'No node fits.',
  schedulerDown: ['Nobody chooses nodes.', 'What runs goes on.'] as readonly string[],
  restarting: 'restarting',
  nothingToPlace: ['Nothing to place.', 'Every Pod has a node.'] as readonly string[],
  queues: (active: number, backoff: number, unschedulable: number): readonly string[] => [
    ...(active > 0 ? [`${active} to be placed next`] : []),
    ...(backoff > 0 ? [`${backoff} in back-off`] : []),
    ...(unschedulable > 0 ? [`${unschedulable} fit nowhere now`] : []),
  ],
  heldOnSilentNodes: (first: string, n: number): readonly string[] => ['Nothing to place.', 'No Pod lacks a node:', n === 1 ? `${first} still has one.` : `${n} still have a silent one.`],

  apiServer: 'API server',
  phases,
  onlyDoor: 'only door to etcd',
  branchOf: (revision: number): string => `what if, from r${revision}`,
  logOf: ['log of', 'writes'] as readonly string[],
  state: 'state',

  gapRange: (from: number, to: number): string => (from === to ? `r${from}` : `r${from}–${to}`),
  gapLeases: (n: number): string => plural(n, 'lease', 'leases'),
  gapEvents: (n: number): string => plural(n, 'event', 'events'),
  gapWrites: (n: number): string => plural(n, 'write', 'writes'),
  earlier: 'earlier',
  toCome: 'to come',
  expected,
  futureExpected: 'expected',
  futureNotWritten: 'not written yet',
  operations: { create: 'created', update: 'changed', delete: 'deleted' } as Readonly<Record<'create' | 'update' | 'delete', string>>,

  behind: (n: number): string => `${n} behind`,
  flagControllers: (n: number): string => plural(n, 'controller', 'controllers'),
  flagKubelets: (n: number): string => plural(n, 'kubelet', 'kubelets'),
  flagProxies: (n: number): string => plural(n, 'kube-proxy', 'kube-proxies'),
  flagAgents: (n: number): string => plural(n, 'node agent', 'node agents'),
  flagOthers: (n: number): string => plural(n, 'other', 'others'),
  flagWatchers: (n: number): string => plural(n, 'watcher', 'watchers'),

  ofReady: (ready: number, wanted: number): string => `${ready} of ${wanted} ready`,
  paused: 'paused',
  wantedExist: (wanted: number, exist: number): string => `${wanted} wanted, ${exist} exist`,
  onNodes: (ready: number, wanted: number): string => `one a node, ${ready}/${wanted}`,
  completions: (done: number, of: number | undefined, failed: number): string => `${of === undefined ? (done === 0 ? 'until one succeeds' : 'succeeded') : `${done} of ${of} done`}${failed === 0 ? '' : `, ${failed} failed`}`,
  jobStates: { running: '', complete: 'complete', failed: 'failed', suspended: 'suspended' },
  schedule: (schedule: string, suspended: boolean): string => (suspended ? `${schedule}, suspended` : schedule),
  scaling: (current: number, desired: number, metric: string, value: string | undefined, target: string | undefined): string => `${current === desired ? current : `${current} → ${desired}`}, ${metric} ${value ?? '?'}/${target ?? '?'}`,
  uses: { there: '', missing: 'missing', bound: 'bound', pending: 'waits', full: 'full' },
  moreUses: (n: number): string => `and ${n} more`,
  addresses: (n: number): string => plural(n, 'address', 'addresses'),
  noObjects: 'Nothing here yet: apply something.',
  morePods: (n: number): string => `+${n}`,

  noNodes: 'No nodes yet. Add one, or open a lesson.',
  nodeReady: 'Ready',
  nodeNotReady: 'NotReady',
  cordoned: 'cordoned',
  chosenNotBound: 'chosen, not yet bound',
  lastKnown: (age: string): string => `last known, ${age} old`,
  powerOff: 'power off',
  cutOff: 'cut off, still running',
  kubeletDown: 'kubelet down, containers go on',
  nobodyCanKnow: 'etcd says Running. Nobody can know.',
  unlimited: (pod: string): string => `${pod} is from a DaemonSet: no limit.`,
  nodes: (n: number): string => plural(n, 'node', 'nodes'),
  notReadyNodes: (n: number): string => `${n} NotReady`,

  clientInside: 'client, inside',
  clientOutside: 'client, outside',
  perSecond: (n: number): string => `${n}/s`,
  failedOf: (failed: number, total: number): string => (failed === 0 ? `${total} answered` : `${failed} of ${total} failed`),
  outcomes,
  looks,

  stopped: (revision: number): string => `The clockwork stopped at r${revision}.`,

  twin: {
    title: 'The stage as text',
    apiServer: 'API server',
    clients: 'Clients',
    nodes: 'Nodes',
    writes: 'Writes, newest first',
    messages: 'On their way',
    objects: 'Objects',
    traffic: 'Traffic',
    revision: (revision: number): string => `at revision ${revision}`,
    phase: (phase: string): string => `now: ${phase}`,
    controller: (label: string, state: string, queue: number): string => `${label}, ${state}${queue > 0 ? `, ${queue} in its queue` : ''}`,
    controllerStates: { idle: 'idle', watching: 'watching', working: 'working', alarm: 'acting on a fault', down: 'down' } as Readonly<Record<'idle' | 'watching' | 'working' | 'alarm' | 'down', string>>,
    schedulerHolds: (pod: string): string => `scheduler, placing ${pod}`,
    schedulerIdle: 'scheduler, idle',
    schedulerWaiting: (n: number): string => `${plural(n, 'Pod waits', 'Pods wait')} for a node`,
    nodeColumns: { node: 'Node', state: 'State', heartbeat: 'Heartbeat', pods: 'Pods' },
    heartbeat: (age: string): string => `${age} ago`,
    pod: (name: string, look: string): string => `${name}, ${look}`,
    podTimer: (left: string): string => `${left} left`,
    write: (revision: number, kind: string, key: string, operation: string): string => `r${revision}: ${kind} ${key} ${operation}`,
    seen: (who: string, behind: number): string => `${who}: ${behind === 0 ? 'has seen everything' : `${behind} behind`}`,
    cursors: 'Who has seen what',
    message: (label: string, from: string, to: string): string => `${label}, from ${from} to ${to}`,
    dropped: 'lost on the way',
    service: (name: string, addresses: string): string => `Service ${name}, ${addresses}`,
    none: 'none',
  },

  podCard: {
    title: (name: string): string => `Inside ${name}`,
    sandbox: 'sandbox',
    pause: 'pause',
    pauseNote: 'holds the network and the IP address',
    init: 'init, one after another',
    sidecars: 'sidecars',
    apps: 'containers',
    image: 'image',
    layers: (pulled: number, total: number): string => `${pulled} of ${plural(total, 'layer', 'layers')}`,
    layerPresent: 'already there',
    layerPulled: 'pulled',
    layerPulling: 'being pulled',
    layerAbsent: 'not yet there',
    volumes: 'volumes, shared by all of them',
    states: { waiting: 'waiting', pulling: 'pulling', created: 'created', running: 'running', ready: 'ready', terminated: 'ended', backoff: 'back-off', killing: 'stopping' },
    restarts: (n: number): string => plural(n, 'restart', 'restarts'),
    exit: (code: number): string => `exit code ${code}`,
    again: (left: string): string => `again in ${left}`,
    grace: (left: string): string => `killed in ${left}`,
    probes: { startup: 'startup', readiness: 'readiness', liveness: 'liveness' },
    probeStates: { none: 'none', waiting: 'not yet', passing: 'passes', failing: 'fails' },
    close: 'Close',
  },

  serviceCard: {
    title: (name: string): string => `Inside ${name}`,
    virtualAddress: 'virtual address',
    noVirtualAddress: 'none (headless)',
    nodePort: 'node port',
    external: 'external address',
    pending: '<pending>',
    pendingWhy: 'No cloud provider watches this cluster, so nobody will ever write an address here.',
    slices: 'EndpointSlices',
    address: 'address',
    pod: 'Pod',
    ready: 'ready',
    serving: 'serving',
    terminating: 'terminating',
    yes: 'yes',
    no: 'no',
    rules: 'rules on',
    iptables: 'iptables',
    ipvs: 'IPVS',
    ipvsNote: 'Upstream deprecates the IPVS mode in favour of nftables; it is here because courses teach it.',
    seen: (revision: number, behind: number): string => (behind === 0 ? `as of r${revision}` : `as of r${revision}, ${behind} behind`),
    requests: 'last requests',
    noRequests: 'No traffic yet.',
    took: (time: string): string => time,
    close: 'Close',
  },
};

export type StageMessages = typeof stageEn;
