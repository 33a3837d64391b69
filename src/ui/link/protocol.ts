import type { Change } from '../../sim/api/change.ts';
import type { Command } from '../../sim/api/cluster.ts';
import type { KubernetesObject } from '../../sim/api/object.ts';
import type { Micros } from '../../sim/api/time.ts';
import type { CompareModel } from './compare.ts';
import type { DumpSummary, ExportAs, Exported } from './crossing.ts';
import type { SchedulerAnswer, SchedulerAsk } from './scheduling.ts';
import type { PodCardProps } from '../stage/PodCard.tsx';
import type { ServiceCardProps } from '../stage/ServiceCard.tsx';
import type { StageModel, StageTarget } from '../stage/model.ts';

export type PodInside = Omit<PodCardProps, 'words' | 'onClose'>;
export type ServiceInside = Omit<ServiceCardProps, 'words' | 'onClose' | 'onSelect'>;
export interface ProcessInside {
  readonly running: boolean;
  readonly queue: readonly string[];
  readonly writes: readonly { readonly revision: number; readonly at: Micros; readonly kind: string; readonly key: string; readonly operation: 'create' | 'update' | 'delete'; readonly code?: string; readonly args?: Readonly<Record<string, string | number>> }[];
}
/** What a Pod on a silent node could wait for, in the objects' own words. */
export interface WhatIf {
  readonly pod: string;
  readonly namespace: string;
  readonly node: string;
  /** The machine can be switched on, or its wire mended. */
  readonly back: 'returnNode' | 'healNode' | 'thawNode' | undefined;
  readonly tolerations: readonly Readonly<Record<string, unknown>>[];
}

/** What is counted when one steps. */
export type Unit = 'message' | 'write' | 'decision' | 'chapter';

export type SeekTarget = { readonly at: Micros } | { readonly steps: number } | { readonly revision: number } | { readonly chapter: string } | { readonly end: true };

/** What the page asks of the worker. Every ask carries a number; a newer seek cancels an older one that still computes. */
export type Ask =
  | { readonly type: 'open'; readonly scenario: string; readonly recording?: string }
  /** Forward to the next moment of this unit; `beat`: of the playback, which leaves out nothing that is drawn. */
  | { readonly type: 'next'; readonly unit: Unit }
  | { readonly type: 'back'; readonly unit: Unit }
  | { readonly type: 'beat' }
  | { readonly type: 'seek'; readonly target: SeekTarget }
  | { readonly type: 'act'; readonly command: Command }
  | { readonly type: 'kubectl'; readonly line: string; readonly files?: Readonly<Record<string, string>> }
  /** Breaks off what runs in the terminal (Ctrl-C). */
  | { readonly type: 'interrupt' }
  /** A text that the terminal had opened in an editor comes back. */
  | { readonly type: 'edited'; readonly text: string }
  /** What may stand in the place of the last word. */
  | { readonly type: 'complete'; readonly line: string }
  | { readonly type: 'select'; readonly target?: StageTarget; readonly chain?: string }
  | { readonly type: 'inspect'; readonly target: StageTarget }
  /** Leaves the story for a branch: the command happens at this moment, and the stage goes on plum until it is kept or discarded. */
  | { readonly type: 'branch'; readonly lines: readonly string[]; readonly commands: readonly Command[] }
  | { readonly type: 'keepBranch' }
  | { readonly type: 'discardBranch' }
  | { readonly type: 'reset' }
  /** About decisions, the scheduler's queue, and what could have been otherwise: only read. */
  | { readonly type: 'scheduler'; readonly ask: SchedulerAsk }
  /** What the API server would say to these objects; nothing is written. */
  | { readonly type: 'check'; readonly objects: readonly unknown[] }
  /** A dump of another cluster, or any manifests: what of it an empty cluster takes. The start is kept until it is opened, or another dump comes. */
  | { readonly type: 'dump'; readonly text: string }
  | { readonly type: 'openDump' }
  | { readonly type: 'export'; readonly as: ExportAs }
  /** The story and its branch at one moment; without a moment: from where they part. */
  | { readonly type: 'compare'; readonly at?: Micros }
  | { readonly type: 'share'; readonly from: 'start' | 'now' };

/** Words are the catalogue's: an error is a code with its numbers and names. */
/** What is wrong with an object that is to be applied: in upstream's words, or (with a code) in Orrery's own. */
export interface Problem {
  readonly object: number;
  /** "spec.template.spec.containers[0].image"; empty: the whole of it. */
  readonly field: string;
  readonly message: string;
  readonly limit?: LinkError;
}
export interface LinkError {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
}

export type Tell =
  | { readonly type: 'answer'; readonly id: number; readonly value: Answer }
  | { readonly type: 'refused'; readonly id: number; readonly error: LinkError }
  /** Pushed whenever the present has changed. */
  | { readonly type: 'still'; readonly still: Still }
  | { readonly type: 'shell'; readonly text: string; readonly tone: 'command' | 'out' | 'err'; readonly done: boolean; /** Orrery's own words, from the catalogue. */ readonly limit?: LinkError;
    /** When it is done: what stands before the next line. */ readonly prompt?: string; /** The line lacks its end, and nothing was run. */ readonly more?: boolean; readonly clear?: boolean; /** A text to be edited; the program waits for it. */ readonly edit?: { readonly name: string; readonly text: string } };

export type Answer =
  | { readonly type: 'done' }
  /** `ended`: nothing more that the stage would show lies ahead. */
  | { readonly type: 'moved'; readonly ended: boolean }
  | { readonly type: 'share'; readonly recording: string }
  | { readonly type: 'scheduler'; readonly answer: SchedulerAnswer }
  /** Without a summary: a newer dump came. */
  | { readonly type: 'dump'; readonly summary?: DumpSummary }
  | { readonly type: 'export'; readonly exported: Exported }
  | { readonly type: 'compare'; readonly model?: CompareModel }
  | { readonly type: 'completion'; readonly from: number; readonly words: readonly string[] }
  | { readonly type: 'checked'; readonly problems: readonly Problem[] } | { readonly type: 'inspection'; readonly inspection: Inspection };

/** Where a story is: ten steps of a Deployment, or the chapters of a scenario. */
export interface ChapterModel {
  readonly id: string;
  /** Undefined: not reached yet. */
  readonly step?: number;
  readonly at?: Micros;
  readonly revision?: number;
  /** Names and numbers for the narration. */
  readonly args: Readonly<Record<string, string | number>>;
}

export interface Still {
  readonly scenario: string;
  readonly model: StageModel;
  readonly at: Micros;
  readonly steps: number;
  readonly furthestAt: Micros;
  readonly furthestSteps: number;
  readonly chapters: readonly ChapterModel[];
  readonly tenSteps: readonly ChapterModel[];
  /** The last chapter that was reached, by id. */
  readonly chapter: string | undefined;
  /** When the next thing happens, if anything will. */
  readonly nextAt: Micros | undefined;
  readonly branch: { readonly fromRevision: number; readonly lines: readonly string[] } | undefined;
  /** The last thing that was done from outside, and when. */
  readonly lastInput: { readonly at: Micros; readonly kind: 'command' | 'fault'; readonly text: string } | undefined;
  /** Names of the clients that send requests now. */
  readonly traffic: readonly string[];
  /** How many commands and faults a link to here would hold besides the scenario's own. */
  readonly inputs: number;
  /** A kubectl line is waiting for its answers. */
  readonly shellBusy: boolean;
  readonly digest: string;
  /** The digest that a shared link promised at its cursor, when the link is of another engine or the digests differ. */
  readonly promised?: { readonly digest: string; readonly sameEngine: boolean };
}

export interface ChangeModel {
  readonly revision: number;
  readonly at: Micros;
  readonly by: string;
  readonly verb: Change['verb'];
  readonly subresource?: string;
  /** Paths of fields that differ, with both values as short JSON. */
  readonly fields: readonly { readonly path: string; readonly before?: string; readonly after?: string }[];
}

export interface WhyLink {
  readonly at: Micros;
  readonly glyph?: string;
  /** The process that did it. */
  readonly by?: string;
  /** How many stimuli a controller's queue had merged into one. */
  readonly merged?: number;
  readonly step?: number;
  readonly revision?: number;
  readonly subject?: { readonly kind: string; readonly key: string };
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
}

export interface WhyModel {
  /** Which question this answers: "exists", "waiting", "node", "notReplaced", "terminating", ... */
  readonly question: string;
  readonly links: readonly WhyLink[];
}

export interface Sentence {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
}
/** The node x plugin matrix of one attempt, ready to be drawn. */
export interface DecisionModel {
  readonly step: number;
  readonly at: Micros;
  readonly attempt: number;
  readonly chosen: string | undefined;
  readonly best: readonly string[];
  readonly message: string | undefined;
  readonly filters: readonly string[];
  readonly scorers: readonly { readonly name: string; readonly weight: number }[];
  readonly rows: readonly {
    readonly node: string;
    /** By filter: passed, skipped (nothing to ask), not asked (an earlier one refused), or refused. */
    readonly filters: readonly ('ok' | 'skip' | 'notAsked' | 'refused')[];
    readonly refusedBy?: string;
    readonly reasons?: readonly string[];
    readonly scores: readonly { readonly raw: number; readonly normalized: number; readonly weighted: number }[];
    readonly total?: number;
  }[];
}

/** Pods of one maker. */
export interface OwnedPods {
  readonly kind: string;
  readonly key: string;
  readonly pods: readonly { readonly key: string; readonly name: string; readonly node: string }[];
  readonly more: number;
}
export interface Inspection {
  readonly target: StageTarget;
  readonly at: Micros;
  readonly object: KubernetesObject | undefined;
  /** The same object before its last change: what differs is highlighted. */
  readonly before: KubernetesObject | undefined;
  readonly gone: boolean;
  readonly changes: readonly ChangeModel[];
  readonly events: readonly { readonly at: Micros; readonly type: string; readonly reason: string; readonly message: string; readonly count: number; readonly from: string }[];
  readonly why: readonly WhyModel[];
  /** Newest first. */
  readonly decisions: readonly DecisionModel[];
  /** An owner of Pods, opened. */
  readonly owned?: readonly OwnedPods[];
  /** A Pod, opened. */
  readonly pod?: PodInside;
  /** A Service, opened. */
  readonly service?: ServiceInside;
  /** For a process: what it wrote last, newest first. */
  readonly work?: ProcessInside;
  /** For a Pod on a silent node: what a branch could change. */
  readonly whatIf?: WhatIf;
}
