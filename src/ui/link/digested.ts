import type { Fault } from '../../sim/api/cluster.ts';
import type { Micros } from '../../sim/api/time.ts';
import type { World } from '../../sim/cluster/world.ts';
import { at as itemAt } from '../../sim/kernel/journal.ts';
import type { StepRecord } from '../../sim/kernel/trace.ts';
import { matrixOf, type Choice } from '../../sim/scheduler/decide.ts';
import type { MarkModel } from '../stage/model.ts';

/** A decision as the stage shows it in small. */
export interface SmallDecision {
  readonly step: number;
  readonly at: Micros;
  readonly pod: string;
  readonly chosen: string | undefined;
  readonly totals: readonly { readonly node: string; readonly total: number }[];
}
export interface TrafficOutcome {
  readonly step: number;
  readonly outcome: string;
  readonly pod?: string;
}

/**
 * What the page asks of the trace again and again, gathered while the trace grows. Every list is in order of steps, so the answer for an
 * earlier moment of the same history is a prefix; when the history is branched, what lies beyond the branch is cut off.
 */
export interface Digested {
  /** Reads what is new. */
  follow(world: World): void;
  /** Forgets everything after a step: the history goes another way from there. */
  cut(step: number): void;
  recentDecisions(upTo: number): readonly SmallDecision[];
  lastWriteOf(process: string, upTo: number): Micros | undefined;
  marks(upTo: number): readonly MarkModel[];
  /** The last thing that was done from outside. */
  lastInput(upTo: number): { readonly at: Micros; readonly kind: 'command' | 'fault'; readonly text: string } | undefined;
  traffic(upTo: number, last: number): { readonly total: number; readonly failed: number; readonly recent: readonly TrafficOutcome[] };
}

const upToIndex = <T extends { readonly step: number }>(list: readonly T[], step: number): number => {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.step <= step) low = middle + 1;
    else high = middle;
  }
  return low;
};

const podOf = (note: { readonly [field: string]: unknown }): string | undefined => (note['backend'] as { readonly pod?: string } | undefined)?.pod;
const faultTarget = (fault: Fault): string => ('node' in fault ? fault.node : 'pod' in fault ? fault.pod.slice(fault.pod.indexOf('/') + 1) : fault.component);

export function newDigested(describeFault: (fault: Fault, target: string) => string): Digested {
  let seen = 0;
  let revision = 0;
  const decisions: SmallDecision[] = [];
  const marks: { step: number; mark: MarkModel }[] = [];
  const inputs: { step: number; at: Micros; kind: 'command' | 'fault'; text: string }[] = [];
  const outcomes: (TrafficOutcome & { readonly failedSoFar: number })[] = [];
  const writes = new Map<string, { step: number; at: Micros }[]>();

  function take(record: StepRecord): void {
    if (record.type === 'request' && record.lastRevision >= record.firstRevision) {
      revision = record.lastRevision;
      const list = writes.get(record.from);
      if (list === undefined) writes.set(record.from, [{ step: record.step, at: record.at }]);
      else list.push({ step: record.step, at: record.at });
    }
    if (record.type === 'command') {
      const { command } = record;
      const mark: MarkModel | undefined =
        command.type === 'request'
          ? { id: `c${record.step}`, afterRevision: revision, kind: 'command', text: (command.line ?? `${command.request.method}`).split(' ').slice(0, 2).join(' ').slice(0, 16) }
          : command.type === 'fault'
            ? { id: `f${record.step}`, afterRevision: revision, kind: 'fault', text: describeFault(command.fault, faultTarget(command.fault)) }
            : undefined;
      if (mark !== undefined) {
        marks.push({ step: record.step, mark });
        if (mark.kind === 'command' || mark.kind === 'fault') inputs.push({ step: record.step, at: record.at, kind: mark.kind, text: mark.text });
      }
    }
    for (const note of record.notes ?? []) {
      if (note.type === 'decision') {
        const decision = matrixOf(note['decision'] as Choice);
        decisions.push({
          step: record.step,
          at: record.at,
          pod: decision.pod,
          chosen: decision.chosen,
          totals: decision.feasible.flatMap((place, i) => (decision.scores.totals[i] === undefined ? [] : [{ node: decision.nodes[place]!, total: decision.scores.totals[i]! }])),
        });
        marks.push({ step: record.step, mark: { id: `d${record.step}`, afterRevision: revision, kind: 'decision', text: decision.chosen ?? '', target: { on: 'object', kind: 'Pod', key: decision.pod } } });
      } else if (note.type === 'request') {
        const outcome = String(note['outcome']);
        const failedSoFar = (outcomes.at(-1)?.failedSoFar ?? 0) + (outcome === 'answered' ? 0 : 1);
        outcomes.push({ step: record.step, outcome, failedSoFar, ...(podOf(note) === undefined ? {} : { pod: podOf(note)! }) });
      }
    }
  }

  return {
    follow(world) {
      for (; seen < world.trace.length; seen++) take(itemAt(world.trace, seen)!);
    },
    cut(step) {
      seen = Math.min(seen, step);
      const trim = <T extends { readonly step: number }>(list: T[]): void => void list.splice(upToIndex(list, step));
      trim(decisions);
      trim(marks);
      trim(outcomes);
      trim(inputs);
      for (const list of writes.values()) trim(list);
      revision = marks.at(-1)?.mark.afterRevision ?? 0;
    },
    recentDecisions(upTo) {
      const end = upToIndex(decisions, upTo);
      return decisions.slice(Math.max(0, end - 50), end);
    },
    lastWriteOf(process, upTo) {
      const list = writes.get(process);
      return list === undefined ? undefined : list[upToIndex(list, upTo) - 1]?.at;
    },
    marks: (upTo) => marks.slice(0, upToIndex(marks, upTo)).map(({ mark }) => mark),
    lastInput: (upTo) => inputs[upToIndex(inputs, upTo) - 1],
    traffic(upTo, last) {
      const end = upToIndex(outcomes, upTo);
      return { total: end, failed: outcomes[end - 1]?.failedSoFar ?? 0, recent: outcomes.slice(Math.max(0, end - last), end) };
    },
  };
}
