import type { ByKind, KubernetesObject, LabelSelector, ResourceList } from '../api/object.ts';
import type { ClusterEvent, Registration } from './events.ts';
import type { Hot } from './hot.ts';
import type { NodeInfo } from './nodeinfo.ts';
import type { PodInfo } from './podinfo.ts';
import type { Snapshot } from './snapshot.ts';

export type { NodeInfo, PodInfo, Snapshot };

// ---- what plugins read besides nodes and Pods

export interface CSINode extends KubernetesObject {
  readonly spec: { readonly drivers: readonly { readonly name: string; readonly nodeID?: string; readonly topologyKeys?: readonly string[]; readonly allocatable?: { readonly count?: number } }[] };
}
export interface CSIDriver extends KubernetesObject {
  readonly spec: { readonly storageCapacity?: boolean };
}
export interface CSIStorageCapacity extends KubernetesObject {
  readonly storageClassName: string;
  readonly nodeTopology?: LabelSelector | null;
  readonly capacity?: string;
  readonly maximumVolumeSize?: string;
}
export interface LookupKinds extends ByKind {
  readonly CSINode: CSINode;
  readonly CSIDriver: CSIDriver;
  readonly CSIStorageCapacity: CSIStorageCapacity;
}
/** The scheduler's other informers. A kind that the cluster does not have is empty. */
export interface Lookups {
  get<K extends keyof LookupKinds>(kind: K, key: string): LookupKinds[K] | undefined;
  list<K extends keyof LookupKinds>(kind: K): readonly LookupKinds[K][];
}

// ---- answers

/** `Unschedulable`: removing Pods could help; `UnschedulableAndUnresolvable`: it could not. */
export type Code = 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Error';

export interface Rejection {
  readonly plugin: string;
  readonly code: Code;
  readonly reasons: readonly string[];
}
export const reject = (plugin: string, code: Code, ...reasons: readonly string[]): Rejection => ({ plugin, code, reasons });

/** Undefined: go on. `skip`: this plugin has nothing to say about this Pod, on any node. `nodes`: only these can do. */
export type PreFilterAnswer = undefined | 'skip' | Rejection | { readonly nodes: ReadonlySet<string> };

// ---- the cycle

/** What one attempt to place one Pod knows. */
export interface Cycle {
  readonly snapshot: Snapshot;
  readonly lookups: Lookups;
  readonly args: ProfileArgs;
  /** What plugins worked out in preFilter, by plugin; preemption works on copies. */
  readonly filterState: Map<string, unknown>;
  readonly scoreState: Map<string, unknown>;
}

export interface ProfileArgs {
  readonly resourcesFit: {
    readonly strategy: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
    readonly resources: readonly { readonly name: string; readonly weight: number }[];
    /** Of RequestedToCapacityRatio: score (0 to 10) by utilization (0 to 100), straight lines between the points. */
    readonly shape?: readonly { readonly utilization: number; readonly score: number }[];
  };
  readonly balancedAllocation: { readonly resources: readonly { readonly name: string; readonly weight: number }[] };
  readonly hardPodAffinityWeight: number;
  readonly defaultSpreadConstraints: readonly { readonly topologyKey: string; readonly maxSkew: number; readonly whenUnsatisfiable: string }[];
  readonly preemption: { readonly minCandidateNodesPercentage: number; readonly minCandidateNodesAbsolute: number };
}

/** `none`: takes part, and rejects no node of this cluster. `ask`: not a case for columns, ask preFilter and filter. Else what it says of the node at a place. */
export type HotFilter = 'skip' | 'none' | 'ask' | ((at: number) => Rejection | undefined);
/** A number: the raw score of every node. Else writes the raw scores, by place in `feasible`. */
export type HotScore = 'skip' | 'ask' | number | ((out: Float64Array) => void);
/** The raw score of a node on which a plugin has nothing to say; only for plugins whose scores are not negative. */
export const NO_SAY = -1;

/** A Pod in the queue, as QueueSort compares them. */
export interface QueueOrder {
  readonly priority: number;
  readonly timestamp: number;
}

/**
 * The scheduling framework's extension points, by their names. A plugin is stateless: what it remembers of a cycle is in the cycle.
 * Adding one is a file in plugins/, a line in plugins/index.ts and its name in a profile.
 */
export interface Plugin {
  readonly name: string;
  /** Keeps a Pod out of the queue altogether. */
  preEnqueue?(pod: PodInfo): Rejection | undefined;
  less?(a: QueueOrder, b: QueueOrder): boolean;

  preFilter?(pod: PodInfo, cycle: Cycle): PreFilterAnswer;
  /** Keep the preFilter state up to date when a Pod is tried on or off a node. */
  addPod?(pod: PodInfo, added: PodInfo, node: NodeInfo, cycle: Cycle): void;
  removePod?(pod: PodInfo, removed: PodInfo, node: NodeInfo, cycle: Cycle): void;
  /** A copy of the preFilter state for that; absent: the state does not change. */
  cloneState?(state: unknown): unknown;
  filter?(pod: PodInfo, node: NodeInfo, cycle: Cycle): Rejection | undefined;

  preScore?(pod: PodInfo, feasible: readonly NodeInfo[], cycle: Cycle): 'skip' | undefined;
  /** NO_SAY: this node gets 0 whatever the others have. */
  score?(pod: PodInfo, node: NodeInfo, cycle: Cycle): number;
  readonly canHaveNoSay?: true;
  /** A raw score into 0..100, by the lowest and the highest of all nodes. Absent: it is already. */
  normalize?(raw: number, lowest: number, highest: number): number;

  /** The same as preFilter and filter over columns. Absent: those are asked. It must not differ from them in anything but speed. */
  hotFilter?(pod: PodInfo, cycle: Cycle, hot: Hot): HotFilter;
  /** The same as preScore and score over columns. `feasible`: places, the first `count` of them. */
  hotScore?(pod: PodInfo, cycle: Cycle, hot: Hot, feasible: Int32Array, count: number): HotScore;

  /** The events that can make a Pod schedulable that this plugin rejected. */
  readonly events?: readonly Registration[];
}

export const MAX_NODE_SCORE = 100;
export type { ClusterEvent, Registration, ResourceList };
