/**
 * What the stage paints, as plain data: one still of the cluster at one moment.
 *
 * The session builds a new `StageModel` at every step (a structural share of the one before is welcome: parts that are `===` are not painted
 * again); between two steps only the canvas moves, and it asks nothing but the time (`StageProps.clock`). Numbers and names travel here, never
 * sentences: words come from the catalogue. The exceptions are what the cluster itself wrote (command lines, answers, names).
 */
import type { Micros } from '../../sim/api/time.ts';

/** A thing on stage that can be selected, or be the target of a verb. */
export type StageTarget =
  /** Any API object; `key` is `namespace/name`, or `name` for cluster-scoped kinds. */
  | { readonly on: 'object'; readonly kind: string; readonly key: string }
  /** A process: "user", "scheduler", "controller/deployment", "kubelet/node-1" (see `Endpoint`). */
  | { readonly on: 'process'; readonly process: Endpoint }
  /** One write in the log. */
  | { readonly on: 'change'; readonly revision: number }
  | { readonly on: 'message'; readonly id: string }
  | { readonly on: 'traffic' };

/** The text form of a target: a key for maps, DOM ids and comparisons. */
export function targetId(target: StageTarget): string {
  switch (target.on) {
    case 'object': return `object:${target.kind}:${target.key}`;
    case 'process': return `process:${target.process}`;
    case 'change': return `change:${target.revision}`;
    case 'message': return `message:${target.id}`;
    case 'traffic': return 'traffic';
  }
}

export function parseTarget(id: string): StageTarget | undefined {
  if (id === 'traffic') return { on: 'traffic' };
  const colon = id.indexOf(':');
  const rest = id.slice(colon + 1);
  switch (id.slice(0, colon)) {
    case 'object': {
      const second = rest.indexOf(':');
      return { on: 'object', kind: rest.slice(0, second), key: rest.slice(second + 1) };
    }
    case 'process': return { on: 'process', process: rest as Endpoint };
    case 'change': return { on: 'change', revision: Number(rest) };
    case 'message': return { on: 'message', id: rest };
    default: return undefined;
  }
}

export const sameTarget = (a: StageTarget | undefined, b: StageTarget | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && targetId(a) === targetId(b));

/** Who sends and who receives. Which wire that is, the layout knows. `pod/namespace/name` and `client` are the traffic's. */
export type Endpoint =
  | 'user'
  | 'apiserver'
  | 'scheduler'
  | `controller/${string}`
  | `kubelet/${string}`
  | `proxy/${string}`
  | 'client'
  | `pod/${string}`;

// ---- messages

export type MessageKind = 'request' | 'reply' | 'watch';

/** One message on its way. Its place is worked out from the time, so a paused stage and a running one need the same data. */
export interface MessageModel {
  readonly id: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly kind: MessageKind;
  readonly sentAt: Micros;
  readonly arrivesAt: Micros;
  /** What the tag says: "POST pods/web-7d9-4kx9p/binding", "MODIFIED pods/web-7d9-4kx9p", "409". */
  readonly label: string;
  /** A refusal (code >= 400), or a request of the traffic that failed: drawn in vermilion. */
  readonly refused?: boolean;
  /** It never arrives: it stops after this share of its way (the cut), falls and fades. */
  readonly droppedAfter?: number;
  /** Show its tag: it is what this step is about. */
  readonly tagged?: boolean;
}

/** 0 when sent, 1 when it arrives. */
export function progressOf(message: MessageModel, now: Micros): number {
  const way = message.arrivesAt - message.sentAt;
  const share = way <= 0 ? 1 : (now - message.sentAt) / way;
  const end = message.droppedAfter ?? 1;
  return share < 0 ? 0 : share > end ? end : share;
}

/** A message that has arrived and is still remembered at the end of its wire, newest first; at most 8 per wire are drawn. */
export interface EchoModel {
  readonly id: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly kind: MessageKind;
  readonly refused?: boolean;
}

// ---- the clients of the API server

/** One line under "you": the last command, then its answer. */
export interface YouLine {
  readonly text: string;
  readonly tone: 'command' | 'answer' | 'refusal' | 'prompt';
}

export type ControllerState = 'idle' | 'watching' | 'working' | 'alarm' | 'down';
export interface ControllerModel {
  /** The process's own name ("deployment-controller"); its `Endpoint` is `controller/` and this name. */
  readonly name: string;
  /** What the cell says, at most 14 characters; upstream's own name. */
  readonly label: string;
  /**
   * idle: nothing to do for a while; watching: it took part lately; working: a key is being reconciled or waits in its queue;
   * alarm: it has just acted on a fault; down: its process has crashed.
   */
  readonly state: ControllerState;
  readonly queueLength: number;
  /** Upstream's helper of another one: when cells are few, it is only counted. */
  readonly background?: boolean;
}

/** What is wrong with a process, or with its own wire to the API server. */
export type Trouble = 'down' | 'cut' | 'slow';

export interface SchedulerModel {
  readonly down?: boolean;
  /** The Pod of the cycle that runs, or whose decision was just made. */
  readonly podInHand?: { readonly key: string; readonly name: string; /** Where nothing was scored: the only node that was left, or '' when there was none. */ readonly only?: string };
  /** The best totals, best three in the order of the nodes. */
  readonly bars: readonly { readonly node: string; readonly total: number; readonly chosen: boolean }[];
  /** The largest total that the profile can give: the full length of a bar. */
  readonly most: number;
  /** Pods in its queues, those in back-off and unschedulable ones included, without the one in hand. */
  readonly waiting: readonly { readonly key: string; readonly queue: 'active' | 'backoff' | 'unschedulable' }[];
  /** When idle: Pods on silent nodes that still have their node, which is why there is nothing to place. */
  readonly heldOnSilentNodes: readonly string[];
}

export type ApiPhase = 'authenticate' | 'authorize' | 'admit' | 'validate' | 'store' | 'notify';
export interface ApiserverModel {
  readonly down?: boolean;
  readonly phase?: ApiPhase;
}

// ---- the log

export interface WriteTile {
  readonly type: 'write';
  readonly revision: number;
  /** The API kind; a Pod's write through the binding subresource is 'Binding'. */
  readonly kind: string;
  readonly key: string;
  readonly operation: 'create' | 'update' | 'delete';
  /** A write about a fault (a node NotReady, a taint): vermilion. */
  readonly alarm?: boolean;
}
/** Quiet time: folded writes (leases, events) and what lies before the strip. */
export interface GapTile {
  readonly type: 'gap';
  /** The writes that are folded into it; equal when it holds none. */
  readonly afterRevision: number;
  readonly upToRevision: number;
  readonly durationMicros: Micros;
  readonly leases: number;
  readonly events: number;
}
/** What a timer that exists now will lead to. */
export interface FutureTile {
  readonly type: 'future';
  readonly id: string;
  readonly kind: string;
  readonly expected: 'create' | 'update' | 'delete' | 'bind' | 'next';
}
export interface FutureGap {
  readonly type: 'wait';
  readonly id: string;
  readonly durationMicros: Micros;
}

/** Somebody with an informer: its flag stands behind the last write it has seen of those it watches. */
export interface WatcherModel {
  readonly process: Endpoint;
  /** Every write up to here that it watches has been delivered. */
  readonly seenRevision: number;
  /** How many writes that it watches are on their way or stuck. */
  readonly behind: number;
  /** Its process or machine is gone, or its wire is cut: the flag stays where it stopped. */
  readonly silent?: boolean;
}

export interface MarkModel {
  readonly id: string;
  /** It stands right of this revision. */
  readonly afterRevision: number;
  readonly kind: 'command' | 'fault' | 'decision' | 'branch';
  /** At most 16 characters, in words already ("kubectl apply" is the cluster's own; a fault's comes from the catalogue). */
  readonly text: string;
  readonly target?: StageTarget;
}

export interface StripModel {
  /** Oldest first. Writes right of `StageModel.revision` exist when the stage is rewound: they are drawn dashed. */
  readonly tiles: readonly (WriteTile | GapTile)[];
  readonly future: readonly (FutureTile | FutureGap)[];
  readonly watchers: readonly WatcherModel[];
  readonly marks: readonly MarkModel[];
  /** The chain whose tiles get a brass border. */
  readonly highlighted?: readonly number[];
}

// ---- the objects at this revision

export type PodLook =
  | 'pending'
  | 'chosen'
  | 'starting'
  | 'running'
  | 'ready'
  | 'other'
  | 'terminating'
  | 'succeeded'
  | 'failed'
  | 'unknown'
  | 'restarting';

export interface PodModel {
  readonly key: string;
  /** The name's last part ("4kx9p"), or the whole name if it is short. */
  readonly short: string;
  readonly name: string;
  readonly look: PodLook;
  /** The story is about this Pod now. */
  readonly focus?: boolean;
  /** A running timer: 1 just begun, 0 over. */
  readonly timer?: { readonly kind: 'eviction' | 'backoff' | 'grace'; readonly share: number; readonly leftMicros: Micros };
  readonly restarts?: number;
  /** On a silent node: nothing will evict it (a DaemonSet's Pod tolerates for ever). */
  readonly unlimited?: boolean;
}

export interface ReplicaSetModel {
  readonly key: string;
  readonly name: string;
  readonly wanted: number;
  readonly exist: number;
  readonly pods: readonly PodModel[];
}
/** An owner that is no Deployment: its Pods belong to it alone. */
export interface OwnerModel {
  readonly kind: string;
  readonly key: string;
  readonly name: string;
  readonly detail:
    | { readonly type: 'ready'; readonly ready: number; readonly wanted: number }
    /** One a node. */
    | { readonly type: 'nodes'; readonly ready: number; readonly wanted: number }
    /** `of` is absent where one success is enough. */
    | { readonly type: 'completions'; readonly done: number; readonly of: number | undefined; readonly failed: number; readonly state: 'running' | 'complete' | 'failed' | 'suspended' };
}
/** What acts on an owner from above: a schedule that makes Jobs, an autoscaler that sets replicas. */
export interface OwnerAbove {
  readonly kind: string;
  readonly key: string;
  readonly name: string;
  readonly detail:
    | { readonly type: 'schedule'; readonly schedule: string; readonly suspended: boolean; readonly jobs: number }
    | { readonly type: 'scaling'; readonly current: number; readonly desired: number; readonly metric: string; readonly value: string | undefined; readonly target: string | undefined };
}
/** What Pods use: a claim, a ConfigMap, a Secret; or the quota that they count against. */
export interface UsedModel {
  readonly kind: string;
  readonly key: string;
  readonly name: string;
  readonly state: 'there' | 'missing' | 'bound' | 'pending' | 'full';
}
/** The chain of one owner: Deployment, its ReplicaSets (newest first) and their Pods; and the Service that selects them. */
export interface ChainModel {
  readonly deployment?: { readonly key: string; readonly name: string; readonly ready: number; readonly wanted: number; readonly paused?: boolean };
  readonly replicaSets: readonly ReplicaSetModel[];
  /** Pods without a ReplicaSet. */
  readonly loosePods: readonly PodModel[];
  readonly service?: { readonly key: string; readonly name: string; readonly addresses: number };
  /** In place of a Deployment; its Pods are the `loosePods`. */
  readonly owner?: OwnerModel;
  readonly above?: OwnerAbove;
  readonly uses?: readonly UsedModel[];
}

// ---- nodes

export interface NodeModel {
  readonly name: string;
  /** Its Ready condition as stored. */
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly cordoned?: boolean;
  /** The machine is off. */
  readonly dead?: boolean;
  /** The machine runs, but its wire to the API server is cut. */
  readonly partitioned?: boolean;
  /** The kubelet's process has crashed; the machine and its containers go on. */
  readonly kubeletDown?: boolean;
  /** The scheduler has just chosen it. */
  readonly chosen?: boolean;
  /** Age of the last renewal seen, and what is left of the grace period: 1 just renewed, 0 over. */
  readonly heartbeat: { readonly ageMicros: Micros; readonly share: number };
  /** Requested and allocatable; `reserved` is asked for by Pods chosen for this node and not bound yet. */
  readonly cpuMillis: { readonly requested: number; readonly reserved: number; readonly allocatable: number };
  readonly memoryBytes: { readonly requested: number; readonly reserved: number; readonly allocatable: number };
  readonly pods: readonly PodModel[];
}

// ---- traffic

export type RequestOutcome = 'answered' | 'refused' | 'timedOut' | 'noEndpoints';
export interface TrafficModel {
  readonly from: 'inside' | 'outside';
  readonly serviceKey: string;
  /** "web:80" or "node-1:30080". */
  readonly target: string;
  readonly perSecond: number;
  readonly total: number;
  readonly failed: number;
  /** The last ones, oldest first; at most 20 are drawn. */
  readonly recent: readonly { readonly id: string; readonly outcome: RequestOutcome; readonly pod?: string }[];
}

// ---- the whole

export interface StageModel {
  readonly now: Micros;
  /** Where the hand stands: the last write that exists at this moment. */
  readonly revision: number;
  /** Set while the stage shows a "what if": hand, strip and rim turn plum. */
  readonly branch?: { readonly fromRevision: number };
  readonly you: readonly YouLine[];
  readonly controllers: readonly ControllerModel[];
  readonly scheduler: SchedulerModel;
  readonly apiserver: ApiserverModel;
  /** Faults of single components; those of whole machines are their nodes'. Absent: none. */
  readonly troubles?: readonly { readonly process: Endpoint; readonly is: Trouble }[];
  readonly strip: StripModel;
  readonly chain: ChainModel | undefined;
  readonly messages: readonly MessageModel[];
  readonly echoes: readonly EchoModel[];
  readonly nodes: readonly NodeModel[];
  readonly traffic?: TrafficModel;
  readonly selected?: StageTarget;
  /** While a verb looks for its target: what it may be done to (`targetId`s), outlined in dashed brass. */
  readonly verbTargets?: readonly StageTarget[];
  /** The clockwork stopped (its worker died): everything in grey. */
  readonly stopped?: boolean;
}
