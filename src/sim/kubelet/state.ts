import type { Container, ContainerState, Lease, Node, Pod, PodStatus } from '../api/object.ts';
import type { MilliRequests } from '../api/podrequests.ts';
import type { Reason } from '../api/reason.ts';
import type { ProbeKind } from '../api/runtime.ts';
import type { Micros } from '../api/time.ts';
import type { NodeConfig } from '../api/cluster.ts';
import type { Out, View } from '../kernel/process.ts';
import type { Recorder } from '../kernel/recorder.ts';
import type { Backoff } from './backoff.ts';

/** All that a kubelet has in memory; a crash loses it. */
export interface KubeletState {
  /** Whether the runtime has said what runs: before that no Pod is touched. */
  synced: boolean;
  readonly pods: Map<string, PodWorker>;
  /** What admitted Pods ask for in total, so that admission needs no walk over all of them. */
  readonly used: Map<string, number>;
  usedPods: number;
  /** The PLEG (pod lifecycle event generator) looks at the runtime once a second; this is its phase. */
  plegPhase: Micros;
  plegAt: Micros | undefined;
  /** Pods whose status has to be written, in order; one write at a time, as the status manager's loop does it. */
  readonly statusQueue: string[];
  statusInFlight: string | undefined;
  /** `latest`: as the API server answered the last renewal; undefined: to be read first. */
  readonly lease: { latest: Lease | undefined; lastMicros: Micros };
  /** `registered`: the Node was there, or was made, since this kubelet came up. */
  readonly nodeStatus: { lastReportedAt: Micros; bootId: string; rebooted: boolean; registered: boolean };
  /** Images on the machine: name and id, and their size. */
  readonly images: Map<string, { readonly id: string; readonly bytes: number }>;
  readonly recorder: Recorder;
}

export type Stage =
  /** Refused: nothing of it is ever started. */
  | 'rejected'
  | 'syncing'
  /** Its containers are being stopped. */
  | 'terminating'
  /** They have ended; volumes are being taken down. */
  | 'terminated'
  /** Nothing is left but to write its last status, and to delete it if that was asked for. */
  | 'finished';

export interface PodWorker {
  readonly uid: string;
  readonly key: string;
  pod: Pod;
  stage: Stage;
  /** What it was counted with at admission. */
  readonly requests: MilliRequests;
  counted: boolean;
  /** When its volumes are there; undefined: not looked at yet. */
  mountedAt: Micros | undefined;
  mountTries: number;
  /** What its volumes from the API hold, by volume and path. Frozen. */
  volumes: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  sandbox: { state: 'none' | 'starting' | 'ready' | 'lost'; attempt: number; ip: string };
  readonly containers: Map<string, ContainerRecord>;
  /** A pass over the containers is under way: what it waits for ("" for the sandbox). */
  busy: string | undefined;
  /** Tried in this pass. */
  readonly tried: Set<string>;
  startedInPass: boolean;
  failedInPass: boolean;
  /** The moment until which the soonest crash back-off of the pass lasts. */
  backoffUntil: Micros | undefined;
  /** A failed pass is followed by another at the PLEG's next look, then only with pauses. */
  lookedAgain: boolean;
  /** Something happened during the pass: go over it again. */
  again: boolean;
  /** Grace of the termination under way. */
  graceMicros: Micros;
  terminatingSince: Micros;
  deadlineExceeded: boolean;
  /** The last status this kubelet worked out. Frozen. */
  status: PodStatus | undefined;
  /** What the API server has, as far as is known, and since which revision. */
  apiStatus: PodStatus;
  apiRevision: number;
  dirty: boolean;
  because: Reason | undefined;
  /** The step in which the status became so: its write may have to wait for those of other Pods. */
  cause: number;
  /** Its object is gone from the API already. */
  orphaned: boolean;
  /** Somebody else changed its status: to be put right at the PLEG's next look. */
  reconcile: boolean;
}

export interface ContainerRecord {
  readonly name: string;
  readonly kind: 'init' | 'sidecar' | 'app';
  phase: 'none' | 'pulling' | 'starting' | 'postStart' | 'running' | 'stopping' | 'exited';
  /** Its restart count; -1: never created. */
  attempt: number;
  containerId: string;
  image: string;
  imageId: string;
  startedAt: Micros;
  finishedAt: Micros;
  exitCode: number;
  reason: string;
  /** Its termination message; "": none. */
  message: string;
  /** The life before this one. Frozen. */
  last: ContainerState | undefined;
  lastFinishedAt: Micros | undefined;
  /** It was stopped to be started again. */
  killed: boolean;
  /** Why it could not be started: the reason cache. Frozen. */
  waiting: { readonly reason: string; readonly message?: string } | undefined;
  started: boolean;
  ready: boolean;
  readonly crashBackoff: Backoff;
  readonly pullBackoff: Backoff;
  pullMessage: string;
  /** An exit that the PLEG has not seen yet. */
  unseenExit: { readonly at: Micros; readonly exitCode: number; readonly reason: string; readonly message?: string } | undefined;
  /** While it is being stopped: its preStop hook is over at the latest then, and its grace. */
  stopDeadline: Micros;
  readonly probes: Map<ProbeKind, ProbeState>;
}

export interface ProbeState {
  result: boolean | undefined;
  run: number;
  last: boolean | undefined;
  onHold: boolean;
  inFlight: boolean;
}

/** What every part of the kubelet needs in a step. */
export interface Context {
  readonly node: NodeConfig;
  readonly state: KubeletState;
  readonly view: View;
  readonly out: Out;
  readonly now: Micros;
}

export const nodeObject = ({ node, view }: Context): Node | undefined => view.get('Node', node.name);

export function containerSpec(pod: Pod, name: string): Container | undefined {
  for (const container of pod.spec.containers) if (container.name === name) return container;
  for (const container of pod.spec.initContainers ?? []) if (container.name === name) return container;
  return undefined;
}
