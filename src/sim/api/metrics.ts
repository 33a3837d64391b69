import type { Micros } from './time.ts';

/** What one container has used since it started, as its node counts it (a kubelet's /metrics/resource). */
export interface ContainerUsage {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly startedAt: Micros;
  /** Core-microseconds in all. */
  readonly cpuMicros: number;
  readonly memoryBytes: number;
  /** Requests that it has taken, and what their answers took in all, from their arrival on. */
  readonly requests: number;
  readonly responseMicros: number;
}
/** What a node says when it is scraped. */
export interface UsageReport {
  readonly node: string;
  readonly at: Micros;
  readonly containers: readonly ContainerUsage[];
}

/** metrics-server -> kubelet -> machine -> metrics-server. */
export interface Scrape {
  readonly type: 'Scrape';
}
export interface Scraped {
  readonly type: 'Scraped';
  readonly report: UsageReport;
}
export const METRICS_SERVER = 'metrics-server';

/** A staircase: from each second on, this much in all. */
export type Curve = readonly (readonly [second: number, value: number])[];
/** What a metrics server of a recording served, so that a cluster can be compared with it (ClusterConfig.metrics). */
export interface ServedMetrics {
  /** When the curves' second 0 is. */
  readonly from: Micros;
  readonly cpu?: Curve;
  readonly pods?: Readonly<Record<string, Curve>>;
  /** The window that each sample claims, in seconds. */
  readonly window?: number;
  /** A pattern of the names of Pods that report nothing. */
  readonly without?: string;
  /** From which second on the API is there, answers 503, or is not there at all. */
  readonly api?: readonly (readonly [second: number, state: string])[];
}
