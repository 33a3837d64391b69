import type { Micros } from './time.ts';

/** One place that a request passed, and when. */
export interface Hop {
  readonly at: Micros;
  /** "traffic/shop", "proxy/node-1", "machine/node-2". */
  readonly process: string;
}

/** Where a rule sends a connection. */
export interface Backend {
  readonly ip: string;
  readonly port: number;
  readonly node: string;
  /** `namespace/name` of the Pod; absent for endpoints that are no Pods. */
  readonly pod?: string;
}

/**
 * A request on its way: client -> kube-proxy of the node it enters -> the machine of the chosen endpoint -> client. Rules do not answer;
 * what they refuse is refused by the node's kernel at once, and what nobody answers ends with the client's patience.
 */
export type TrafficMessage =
  | { readonly type: 'connect'; readonly id: number; readonly client: string; readonly service: string; readonly port: number; readonly viaNodePort: boolean; readonly path: readonly Hop[] }
  | { readonly type: 'request'; readonly id: number; readonly client: string; readonly to: Backend; readonly path: readonly Hop[]; /** Asked by a program in a container, which reads the answer. */ readonly http?: { readonly method: string; readonly path: string; readonly agent: string; readonly peer: string } }
  | { readonly type: 'response'; readonly id: number; readonly outcome: RequestOutcome; readonly backend?: Backend; readonly path: readonly Hop[]; readonly status?: number; readonly body?: string };

/**
 * answered: by a Pod. refused: somebody said no (nothing listens there, or the Pod's processes have ended). noEndpoints: the rules reject,
 * because the Service has none. timedOut: silence.
 */
export type RequestOutcome = 'answered' | 'refused' | 'noEndpoints' | 'noService' | 'timedOut';

/** How one request ended, as it is noted for observers. */
export interface RequestNote {
  readonly type: 'request';
  readonly client: string;
  readonly id: number;
  readonly service: string;
  readonly outcome: RequestOutcome;
  readonly backend?: Backend;
  readonly path: readonly Hop[];
  readonly sentAt: Micros;
  readonly endedAt: Micros;
}
