import type { Micros } from '../../sim/api/time.ts';
import type { WhatIf } from '../../sim/scheduler/whatIf.ts';
import type { Sentence } from './protocol.ts';

/**
 * What the scheduler's view asks of the worker, and what it is told. Everything is answered by the chunk of the worker that is loaded when
 * somebody looks (explain.ts). Figures of a matrix travel as columns, so that a thousand nodes cost a handful of arrays.
 */
export type Change = WhatIf;

export type SchedulerAsk =
  /** Who has been decided about, what waits, and the attempts of one Pod (without a name: of the newest); with the matrix of its newest one. */
  | { readonly about: 'overview'; readonly pod?: string; readonly matrix?: boolean }
  /** The matrix of the attempt made in this step; with changes: as it would have been. */
  | { readonly about: 'matrix'; readonly step: number; readonly changes?: readonly Change[] }
  /** The cells of these nodes in sentences. */
  | { readonly about: 'cells'; readonly step: number; readonly changes?: readonly Change[]; readonly nodes: readonly string[] }
  /** What could have been otherwise, what would come of it, and what would be enough to let it fit. */
  | { readonly about: 'offers'; readonly step: number };

export type SchedulerAnswer =
  | { readonly about: 'overview'; readonly overview: Overview }
  | { readonly about: 'matrix'; readonly matrix: MatrixModel | undefined }
  | { readonly about: 'cells'; readonly cells: readonly NodeCells[] }
  | { readonly about: 'offers'; readonly offers: Offers | undefined };

export interface Overview {
  readonly at: Micros;
  /** Whose attempts these are. */
  readonly pod?: string;
  /** Of its newest attempt, if it was asked for. */
  readonly matrix?: MatrixModel;
  /** The newest decision first. */
  readonly pods: readonly { readonly key: string; readonly at: Micros; readonly chosen?: string }[];
  /** The oldest first. */
  readonly attempts: readonly Attempt[];
  /** What became of the Pod after it was chosen a node. */
  readonly after: { readonly bound?: Mark; readonly running?: Mark; readonly gone?: Mark };
  readonly queue: readonly QueueEntry[];
}
export interface Mark {
  readonly at: Micros;
  readonly revision: number;
}
export interface Attempt {
  readonly step: number;
  readonly at: Micros;
  readonly number: number;
  readonly chosen?: string;
  readonly nominated?: string;
}

export type QueuePlace = 'active' | 'inFlight' | 'backoff' | 'unschedulable' | 'gated' | 'binding';
export interface QueueEntry {
  readonly key: string;
  readonly place: QueuePlace;
  readonly priority: number;
  readonly attempts: number;
  /** When it came to this place. */
  readonly since: Micros;
  /** When it leaves by itself: its delay is over, or it has waited so long that it is tried anyway. */
  readonly until?: Micros;
  /** The plugins that rejected it. */
  readonly plugins: readonly string[];
  /** What happens to which kind brings it back: "Node Add", "Pod Delete". */
  readonly waitsFor: readonly string[];
  readonly gate?: string;
  /** Room is being made for it there, or it is being bound there. */
  readonly node?: string;
}

/** In `refusedBy`, besides places of filters. */
export const PASSED = -1;
export const NOT_REACHED = -2;
/** By preFilter, before any node was looked at. */
export const ASIDE = -3;

export interface MatrixModel {
  readonly step: number;
  readonly at: Micros;
  readonly pod: PodAsked;
  /** In the order of the search, which goes round from `start`; what follows is by place in it. */
  readonly nodes: readonly string[];
  readonly start: number;
  readonly nextStart: number;
  /** How many nodes were looked at, and how many that pass are enough. */
  readonly looked: number;
  readonly enough: number;
  readonly filters: readonly string[];
  /** Filters and scorers that had nothing to say about this Pod. */
  readonly skippedFilters: readonly string[];
  readonly skippedScorers: readonly string[];
  readonly scorers: readonly { readonly name: string; readonly weight: number }[];
  /** The place of the filter that refused it; or PASSED, NOT_REACHED, ASIDE. */
  readonly refusedBy: Int16Array;
  readonly rejections: readonly { readonly plugin: string; readonly resolvable: boolean; readonly reasons: readonly string[] }[];
  /** Place in `rejections`, or -1. */
  readonly rejectionOf: Int32Array;
  /** Places of the nodes that passed, in the order they were found. */
  readonly feasible: Int32Array;
  /** Scorer * feasible.length + place in `feasible`. */
  readonly raw: Float64Array;
  readonly normalized: Float64Array;
  /** By place in `feasible`; empty: with one node nothing is scored. */
  readonly totals: Float64Array;
  readonly best: readonly string[];
  readonly chosen?: string;
  readonly nominatedTaken: boolean;
  readonly message?: string;
  readonly preemption?: PreemptionModel;
}
export interface PodAsked {
  readonly key: string;
  /** "500m cpu", "512Mi memory", as written. */
  readonly requests: readonly string[];
  readonly priority: number;
  readonly labels: number;
  readonly nominated?: string;
}

/** The rules by which one candidate is better than another, in the order in which they are tried. */
export const PREEMPTION_RULES = ['pdbViolations', 'highestPriority', 'prioritySum', 'victims', 'latestStart'] as const;
export interface PreemptionModel {
  /** Nodes that were not even tried: nobody's going would help there. */
  readonly hopeless: readonly { readonly node: string; readonly reason: string }[];
  readonly candidates: readonly {
    readonly node: string;
    /** The most important first. */
    readonly victims: readonly { readonly key: string; readonly priority: number }[];
    readonly pdbViolations: number;
    readonly highestPriority: number;
    readonly prioritySum: number;
    /** Of the most important victims, the one that started first; undefined: not started. */
    readonly latestStart?: Micros;
    /** The place of the rule that ruled it out; absent: none did. */
    readonly outBy?: number;
  }[];
  readonly chosen?: string;
}

export interface NodeCells {
  readonly node: string;
  /** By filter. */
  readonly filters: readonly (readonly Sentence[])[];
  /** By scorer; empty: it did not pass. */
  readonly scores: readonly (readonly Sentence[])[];
}

export interface Offers {
  /** It found a node as it was. */
  readonly fits: boolean;
  readonly remedies: readonly Offer[];
  /** How many changes were tried, by deciding anew; not all: there may be smaller ones. */
  readonly tried: number;
  readonly cutShort: boolean;
  readonly others: readonly Offer[];
}
export interface Offer {
  readonly changes: readonly Change[];
  readonly sentences: readonly Sentence[];
  readonly outcome: Outcome;
  /** The same as a kubectl line, where there is one. */
  readonly line?: string;
}
/** What a change leads to, beside what was. */
export interface Outcome {
  readonly chosen?: string;
  readonly before?: string;
  readonly total?: number;
  /** Of the node that was chosen in fact: what it would have now, if it still passes. */
  readonly rival?: number;
  readonly ties: number;
  readonly joins: readonly string[];
  readonly leaves: readonly string[];
  /** How many points the winner leads by, before and after. */
  readonly lead?: number;
  readonly leadBefore?: number;
  /** Where Pods would be evicted for it. */
  readonly preempts?: string;
}
