import type { Change } from '../api/change.ts';
import type { Fault } from '../api/cluster.ts';
import type { Deployment, Node, Pod } from '../api/object.ts';
import type { Note } from '../kernel/process.ts';
import type { Args, Chapter } from '../observe/chapters.ts';
import { changesOf } from '../observe/history.ts';

/** Signs by which a chapter is known. Each is about kinds of objects and what they say, never about a particular moment. */
export type When = NonNullable<Chapter['when']>;

/** A write of which `test` has something to say. */
export const written =
  (kind: string, test: (change: Change) => Args | boolean | undefined): When =>
  (record, history) => {
    for (const change of changesOf(history, record)) {
      if (change.kind !== kind) continue;
      const found = test(change);
      if (found === true) return { name: nameOf(change) };
      if (found !== undefined && found !== false) return found;
    }
    return undefined;
  };

export const nameOf = (change: Change): string => (change.after ?? change.before)!.metadata.name;

export const created = (kind: string, test: (change: Change) => boolean = () => true): When => written(kind, (change) => change.before === undefined && change.after !== undefined && test(change));
export const gone = (kind: string): When => written(kind, (change) => change.after === undefined);

/** A request of the user's changed what is wanted of a Deployment. */
export const wanted = (test: (after: Deployment, before: Deployment) => Args | undefined): When =>
  written('Deployment', (change) => {
    const before = change.before as Deployment | undefined;
    const after = change.after as Deployment | undefined;
    return before === undefined || after === undefined || before.metadata.generation === after.metadata.generation ? undefined : test(after, before);
  });

export const scaledTo = (more: boolean): When =>
  wanted((after, before) => {
    const from = before.spec.replicas ?? 1;
    const to = after.spec.replicas ?? 1;
    return (more ? to > from : to < from) ? { name: after.metadata.name, from, to } : undefined;
  });

export const newTemplate: When = wanted((after, before) =>
  JSON.stringify(after.spec.template) === JSON.stringify(before.spec.template) ? undefined : { name: after.metadata.name, image: after.spec.template.spec.containers[0]?.image ?? '' },
);

/** All that the Deployment wants is there, is the newest, and is available; it was not so a moment ago. */
export const settled: When = written('Deployment', (change) => {
  const before = change.before as Deployment | undefined;
  const after = change.after as Deployment | undefined;
  if (after === undefined || isSettled(before) || !isSettled(after)) return undefined;
  return { name: after.metadata.name, replicas: after.spec.replicas ?? 1 };
});

function isSettled(deployment: Deployment | undefined): boolean {
  if (deployment === undefined) return false;
  const replicas = deployment.spec.replicas ?? 1;
  const { observedGeneration, replicas: all, updatedReplicas, availableReplicas } = deployment.status ?? {};
  return observedGeneration === deployment.metadata.generation && all === replicas && updatedReplicas === replicas && availableReplicas === replicas;
}

export const podPhase = (phase: string): When => written('Pod', ({ before, after }) => (before as Pod | undefined)?.status.phase !== phase && (after as Pod | undefined)?.status.phase === phase);

/** A Pod got its node. */
export const bound: When = written('Pod', ({ before, after }) => {
  const node = (after as Pod | undefined)?.spec.nodeName ?? '';
  return node === '' || (before as Pod | undefined)?.spec.nodeName === node ? undefined : { name: after!.metadata.name, node };
});

/** Somebody asked for the deletion of a Pod, and it is not over at once. */
export const marked: When = written('Pod', ({ before, after }) =>
  after?.metadata.deletionTimestamp !== undefined && before?.metadata.deletionTimestamp === undefined ? { name: after.metadata.name, seconds: (after as Pod).metadata.deletionGracePeriodSeconds ?? 30 } : undefined,
);

const readyOf = (node: Node | undefined): string | undefined => node?.status.conditions?.find(({ type }) => type === 'Ready')?.status;
export const nodeReady = (is: boolean): When =>
  written('Node', ({ before, after }) => {
    const now = readyOf(after as Node | undefined);
    return (now === 'True') === is && now !== undefined && before !== undefined && (readyOf(before as Node) === 'True') !== is ? { node: after!.metadata.name } : undefined;
  });

export const tainted = (effect: string): When =>
  written('Node', ({ before, after }) => {
    const has = (node: Node | undefined): boolean => node?.spec.taints?.some((taint) => taint.effect === effect) === true;
    return has(after as Node | undefined) && !has(before as Node | undefined) ? { node: after!.metadata.name } : undefined;
  });

export const fault =
  (type: Fault['type']): When =>
  (record) =>
    record.type === 'command' && record.command.type === 'fault' && record.command.fault.type === type ? (record.command.fault as unknown as Args) : undefined;

export const noted =
  (process: RegExp, test: (note: Note) => Args | undefined): When =>
  (record) => {
    if (record.notes === undefined || !process.test(record.process)) return undefined;
    for (const note of record.notes) {
      const found = test(note);
      if (found !== undefined) return found;
    }
    return undefined;
  };

/** A request that got no good answer. */
export const requestFailed: When = noted(/^traffic\//, (note) => (note.type === 'request' && note['outcome'] !== 'answered' ? { outcome: String(note['outcome']), service: String(note['service']) } : undefined));

interface Backends {
  readonly backends: readonly unknown[];
  readonly was: readonly unknown[];
  readonly node: string;
}
/** The rules of a node have more places to send to, or fewer. */
export const rules = (more: boolean): When =>
  noted(/^proxy\//, (note) => {
    if (note.type !== 'rules') return undefined;
    const { backends, was, node } = note as unknown as Backends;
    return (more ? backends.length > was.length : backends.length < was.length) ? { node, endpoints: backends.length } : undefined;
  });

/** A controller's reasoning. */
export const reasoned = (code: string): When =>
  (record) => {
    for (const note of record.notes ?? []) if (note.because?.code === code) return note.because.args;
    return undefined;
  };

export const all =
  (...tests: readonly When[]): When =>
  (record, history) => {
    let last: Args | undefined;
    for (const test of tests) {
      last = test(record, history);
      if (last === undefined) return undefined;
    }
    return last;
  };
