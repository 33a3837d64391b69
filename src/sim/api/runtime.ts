import type { LifecycleHandler, Pod } from './object.ts';
import type { Scrape } from './metrics.ts';
import type { Micros } from './time.ts';

/**
 * What a kubelet and the container runtime of its machine say to each other: the Container Runtime Interface with the parts that decide
 * anything here. Every message is about a Pod by uid; `attempt` tells the lives of one container apart (it is its restart count).
 */

export type ProbeKind = 'startup' | 'readiness' | 'liveness';
export type HookKind = 'postStart' | 'preStop';

export type RuntimeRequest =
  /** The metrics server asked the kubelet what its containers have used; the runtime's figures go straight back to it. */
  | Scrape
  /** A kubelet that has just started asks what is there. */
  | { readonly type: 'ListPods' }
  | { readonly type: 'RunPodSandbox'; readonly uid: string; readonly pod: Pod; readonly attempt: number }
  | { readonly type: 'ImageStatus'; readonly uid: string; readonly container: string; readonly image: string }
  | { readonly type: 'PullImage'; readonly uid: string; readonly container: string; readonly image: string }
  | { readonly type: 'StartContainer'; readonly uid: string; readonly pod: Pod; readonly container: string; readonly attempt: number; /** Frozen. */ readonly environment?: Readonly<Record<string, string>>; /** Files of volumes that come from the API, by volume and path. Frozen. */ readonly volumes?: Readonly<Record<string, Readonly<Record<string, string>>>> }
  /** ConfigMaps, Secrets or the Pod's own fields have changed. */
  | { readonly type: 'UpdateVolumes'; readonly uid: string; readonly volumes: Readonly<Record<string, Readonly<Record<string, string>>>> }
  | { readonly type: 'RunHook'; readonly uid: string; readonly container: string; readonly attempt: number; readonly hook: HookKind; readonly handler: LifecycleHandler }
  | { readonly type: 'StopContainer'; readonly uid: string; readonly container: string; readonly attempt: number; readonly graceMicros: Micros }
  | { readonly type: 'RunProbe'; readonly uid: string; readonly container: string; readonly attempt: number; readonly probe: ProbeKind }
  /** Stops what still runs of the Pod and takes it apart, volumes included. */
  | { readonly type: 'RemovePodSandbox'; readonly uid: string };

export interface RuntimeContainer {
  readonly name: string;
  readonly attempt: number;
  readonly containerId: string;
  /** As the runtime names it: with registry and repository. */
  readonly image: string;
  readonly imageId: string;
  readonly state: 'starting' | 'running' | 'exited';
  readonly startedAt: Micros;
  readonly finishedAt: Micros;
  readonly exitCode: number;
  readonly reason: string;
}
export interface RuntimePod {
  readonly uid: string;
  readonly ip: string;
  readonly attempt: number;
  readonly ready: boolean;
  readonly pod: Pod;
  readonly containers: readonly RuntimeContainer[];
}

export type RuntimeEvent =
  | { readonly type: 'PodList'; readonly pods: readonly RuntimePod[]; readonly bootId: string }
  | { readonly type: 'SandboxReady'; readonly uid: string; readonly ip: string; readonly attempt: number }
  | { readonly type: 'ImagePulled'; readonly uid: string; readonly container: string; readonly image: string; readonly imageId: string; readonly pullMicros: Micros; readonly waitedMicros: Micros; readonly sizeBytes: number }
  | { readonly type: 'ImageStatus'; readonly uid: string; readonly container: string; readonly image: string; readonly present: boolean; /** The reference cannot be read at all. */ readonly invalid?: string }
  | { readonly type: 'ImagePullFailed'; readonly uid: string; readonly container: string; readonly image: string; readonly message: string; readonly code: 'NotFound' | 'Unknown' }
  | { readonly type: 'ContainerStarted'; readonly uid: string; readonly container: string; readonly attempt: number; readonly containerId: string; readonly image: string; readonly imageId: string; readonly at: Micros }
  | { readonly type: 'ContainerFailed'; readonly uid: string; readonly container: string; readonly attempt: number; readonly reason: 'CreateContainerError' | 'RunContainerError'; readonly message: string; /** It was made, and could not be started. */ readonly containerId?: string }
  | { readonly type: 'ContainerExited'; readonly uid: string; readonly container: string; readonly attempt: number; readonly at: Micros; readonly exitCode: number; readonly reason: string; /** The termination message. */ readonly message?: string }
  | { readonly type: 'HookDone'; readonly uid: string; readonly container: string; readonly attempt: number; readonly hook: HookKind; readonly failure?: string }
  | { readonly type: 'ProbeDone'; readonly uid: string; readonly container: string; readonly attempt: number; readonly probe: ProbeKind; readonly ok: boolean; readonly output: string };

/** From outside to a machine: a container falls over. */
export interface CrashContainer {
  readonly type: 'crashContainer';
  readonly pod: string;
  readonly container: string;
}
