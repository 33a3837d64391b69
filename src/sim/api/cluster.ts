import type { ServedMetrics } from './metrics.ts';
import type { Request } from './request.ts';
import type { Micros } from './time.ts';

/** A machine of the cluster, as a scenario describes it. */
export interface NodeConfig {
  readonly name: string;
  /** Quantities: "4", "8Gi". */
  readonly cpu: string;
  readonly memory: string;
  readonly pods?: number;
  /** What the node reports as capacity and allocatable, if not the usual list made of the three above. */
  readonly capacity?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** What it registers with (--register-with-taints). */
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute' }[];
  /** The kubelet's --kube-api-qps and --kube-api-burst; absent: upstream's 50 and 100. The recorder's hollow nodes run with 10 and 20. */
  readonly kubeletLimit?: { readonly perSecond: number; readonly burst: number };
  /** Its place in the Pod network: Pods get 10.244.<index>.x; the machine 192.168.1.<10 + index>. */
  readonly index: number;
  /** As the recorder's nodes: containers start at once, end at once, and the kubelet writes no Events. Three things only. */
  readonly hollow: boolean;
}

export type ProxyMode = 'iptables' | 'ipvs';

export interface ClusterConfig {
  readonly nodes: readonly NodeConfig[];
  readonly proxyMode: ProxyMode;
  /** What its clocks show at the first moment, counted from the calendar's beginning (time.ts). Absent: 0. A served cluster shows today. */
  readonly startsAt?: Micros;
  /** Parts of the control plane that do not run here, because real ones work against this API server from outside. Absent: all run. */
  readonly without?: readonly ('scheduler' | 'controllers')[];
  /** A metrics server as a recording had it, or none. Absent: one that scrapes this cluster's nodes. */
  readonly metrics?: ServedMetrics | 'absent';
  /** Further profiles of the one scheduler (KubeSchedulerConfiguration): a Pod picks one by its schedulerName. */
  readonly schedulerProfiles?: readonly SchedulerProfileConfig[];
}

/** What a profile has that differs from the default one: its name, and how NodeResourcesFit scores. */
export interface SchedulerProfileConfig {
  readonly schedulerName: string;
  readonly scoringStrategy: 'LeastAllocated' | 'MostAllocated';
}

/** A steady client: `perSecond` requests to a Service, from a node's network or from outside through a node port. */
export interface TrafficConfig {
  readonly name: string;
  /** `namespace/name` of the Service. */
  readonly service: string;
  readonly port: number;
  readonly perSecond: number;
  readonly from: { readonly node: string } | { readonly outside: true };
}

/** What can go wrong. `component` is a process' name: "deployment-controller", "scheduler", "apiserver", "kubelet/node-1". */
export type Fault =
  | { readonly type: 'killNode'; readonly node: string }
  | { readonly type: 'returnNode'; readonly node: string }
  /** The machine stands still as if its power were frozen (SIGSTOP of everything on it), and goes on where it was. */
  | { readonly type: 'freezeNode'; readonly node: string }
  | { readonly type: 'thawNode'; readonly node: string }
  | { readonly type: 'partitionNode'; readonly node: string }
  | { readonly type: 'healNode'; readonly node: string }
  | { readonly type: 'crashContainer'; readonly pod: string; readonly container: string }
  | { readonly type: 'crash'; readonly component: string }
  | { readonly type: 'restart'; readonly component: string }
  /** Every message between this process and the API server takes so much longer; 0 ends it. */
  | { readonly type: 'slowLink'; readonly component: string; readonly extraMicros: Micros }
  | { readonly type: 'cutLink'; readonly component: string }
  | { readonly type: 'mendLink'; readonly component: string };

/** What comes from outside: the inputs that a recording holds. */
export type Command =
  | { readonly type: 'request'; readonly request: Request; /** What was typed or clicked, to be shown. */ readonly line?: string }
  | { readonly type: 'fault'; readonly fault: Fault }
  | { readonly type: 'traffic'; readonly on: TrafficConfig }
  | { readonly type: 'traffic'; readonly off: string };
