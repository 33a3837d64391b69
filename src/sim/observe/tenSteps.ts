import type { Change } from '../api/change.ts';
import type { KubernetesObject, Pod } from '../api/object.ts';
import type { Backend } from '../api/traffic.ts';
import type { Micros } from '../api/time.ts';
import { at as itemAt } from '../kernel/journal.ts';
import type { Note } from '../kernel/process.ts';
import type { StepRecord } from '../kernel/trace.ts';
import type { Args, Reached } from './chapters.ts';
import { changesOf, type History } from './history.ts';

/**
 * The ten steps of a Deployment, read off the record as it grows. Each step is the first record of a stated kind, and steps 4 to 8 follow
 * one Pod: the first that its first ReplicaSet got. Nothing here knows any scenario.
 *
 *   1 the request is sent            2 the Deployment's Change          3 its key leaves the Deployment controller's queue
 *   4 the first Pod's Change         5 the decision about it            6 it gets a node
 *   7 that kubelet is delivered it   8 its sandbox, until it is Running 9 the rules contain one of its Pods
 *   10 the first reconcile with nothing to write, then each repair
 */
export interface Moment {
  readonly step: number;
  readonly at: Micros;
  readonly revision?: number;
  /** Step 8 takes a while: until the Pod is Running. */
  readonly until?: { readonly step: number; readonly at: Micros; readonly revision: number };
  readonly args: Args;
}
/** Something was lost or too much, and it was put right. */
export interface Repair extends Moment {
  /** The Pod that was lost, where one was. */
  readonly replaces?: string;
  readonly created: readonly string[];
  readonly deleted: readonly string[];
}
export interface TenSteps {
  /** `namespace/name` of the Deployment. */
  readonly deployment: string;
  /** Undefined until it is stored. */
  uid: string | undefined;
  /** Step n is at place n - 1. */
  readonly moments: (Moment | undefined)[];
  /** ReplicaSets of this Deployment by uid, with their names. */
  readonly replicaSets: Map<string, string>;
  /** Pods of these by key, with the uid. */
  readonly pods: Map<string, string>;
  /** The Pod that is followed. */
  pod: string | undefined;
  /** Step 9, node by node: images take their time, so the first Pod to serve need not be the one that is followed. */
  readonly nodes: Map<string, Moment>;
  readonly repairs: Repair[];
  gone: boolean;
}

export interface TenStepsState {
  seen: number;
  /** By key; a Deployment that comes again under a name is another one, and takes its place. */
  readonly deployments: Map<string, TenSteps>;
}

export const newTenSteps = (): TenStepsState => ({ seen: 0, deployments: new Map() });

const begin = (deployment: string): TenSteps => ({
  deployment, uid: undefined, moments: Array.from({ length: 10 }, () => undefined), replicaSets: new Map(), pods: new Map(), pod: undefined, nodes: new Map(), repairs: [], gone: false,
});

/** The Deployment that a request wants to create, from the request alone. */
function creates(record: StepRecord): string | undefined {
  if (record.type !== 'command' || record.command.type !== 'request') return undefined;
  const { method, path, body } = record.command.request;
  const namespace = /^\/apis\/apps\/v1\/namespaces\/([^/]+)\/deployments$/.exec(path)?.[1];
  const name = (body as { readonly metadata?: { readonly name?: unknown } } | undefined)?.metadata?.name;
  return method === 'POST' && namespace !== undefined && typeof name === 'string' ? `${namespace}/${name}` : undefined;
}

const controllerOf = (object: KubernetesObject): string | undefined => object.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;

function mark(steps: TenSteps, n: number, record: StepRecord, args: Args, revision?: number): void {
  steps.moments[n - 1] ??= { step: record.step, at: record.at, args, ...(revision === undefined ? {} : { revision }) };
}
const has = (steps: TenSteps, n: number): boolean => steps.moments[n - 1] !== undefined;

/** Reads on to the end of what happened. */
export function followTenSteps(state: TenStepsState, history: History): void {
  for (; state.seen < history.trace.length; state.seen++) observe(state, itemAt(history.trace, state.seen)!, history);
}

/** Forgets what came after a step: another future begins there. */
export function cutTenSteps(state: TenStepsState, step: number, history: History): void {
  state.seen = 0;
  state.deployments.clear();
  const { trace } = history;
  while (state.seen < trace.length && itemAt(trace, state.seen)!.step <= step) observe(state, itemAt(trace, state.seen++)!, history);
}

/** Takes in one more record. */
export function observe(state: TenStepsState, record: StepRecord, history: History): void {
  switch (record.type) {
    case 'command': {
      const key = creates(record);
      if (key === undefined) return;
      const known = state.deployments.get(key);
      if (known !== undefined && !known.gone) return;
      const steps = begin(key);
      state.deployments.set(key, steps);
      mark(steps, 1, record, { deployment: key, line: record.command.type === 'request' ? (record.command.line ?? `POST ${record.command.request.path}`) : '' });
      return;
    }
    case 'request':
      if (record.response.code >= 300) refused(state, record);
      for (const change of changesOf(history, record)) written(state, record, change, history);
      return;
    default:
      for (const steps of state.deployments.values()) if (!steps.gone) noticed(steps, record);
  }
}

/** A creation that was refused never began. */
function refused(state: TenStepsState, record: Extract<StepRecord, { type: 'request' }>): void {
  for (const [key, steps] of state.deployments) if (steps.uid === undefined && steps.moments[0]?.step === record.cause) state.deployments.delete(key);
}

function written(state: TenStepsState, record: StepRecord, change: Change, history: History): void {
  if (change.kind === 'Deployment') {
    let steps = state.deployments.get(change.key);
    if (change.before === undefined && change.after !== undefined) {
      if (steps === undefined || steps.gone) {
        // Created by somebody who is no user of this cluster's: the writing itself is then the first that is known of it.
        steps = begin(change.key);
        state.deployments.set(change.key, steps);
      }
      steps.uid = change.after.metadata.uid;
      mark(steps, 2, record, { deployment: change.key, replicas: (change.after as { spec?: { replicas?: number } }).spec?.replicas ?? 1 }, change.revision);
    } else if (change.after === undefined && steps !== undefined) steps.gone = true;
    return;
  }
  if (change.kind !== 'ReplicaSet' && change.kind !== 'Pod') return;
  for (const steps of state.deployments.values()) {
    if (change.kind === 'ReplicaSet') {
      const { after } = change;
      if (after !== undefined && steps.uid !== undefined && controllerOf(after) === steps.uid) steps.replicaSets.set(after.metadata.uid, after.metadata.name);
    } else ofPod(steps, record, change, history);
  }
}

function ofPod(steps: TenSteps, record: StepRecord, change: Change, history: History): void {
  const object = (change.after ?? change.before) as Pod;
  const owner = controllerOf(object);
  if (owner === undefined || !steps.replicaSets.has(owner)) return;
  const { key } = change;
  const before = change.before as Pod | undefined;
  const after = change.after as Pod | undefined;
  if (before === undefined) {
    steps.pods.set(key, object.metadata.uid);
    steps.pod ??= key;
    mark(steps, 4, record, { deployment: steps.deployment, replicaSet: steps.replicaSets.get(owner)!, pod: object.metadata.name }, change.revision);
  } else if (after === undefined) {
    steps.pods.delete(key);
    if (steps.pod === key && steps.moments[7]?.until === undefined) followAnother(steps, record, history);
  }
  repair(steps, record, change);
  advance(steps, record, change);
}

/** The one that was followed is gone before it ran: the oldest of the others is followed on, from where it is by now. */
function followAnother(steps: TenSteps, record: StepRecord, history: History): void {
  steps.pod = [...steps.pods.keys()][0];
  const fourth = steps.moments[3];
  if (steps.pod === undefined || fourth === undefined) return;
  // What came of the lost one is forgotten, but for the decision that was made about it.
  steps.moments.fill(undefined, 5, 8);
  const { trace } = history;
  for (let i = Math.min(fourth.step, trace.length) - 1; i < trace.length; i++) {
    const earlier = itemAt(trace, i)!;
    if (earlier.step >= record.step) return;
    for (const change of changesOf(history, earlier)) if (change.kind === 'Pod') advance(steps, earlier, change);
    noticed(steps, earlier);
  }
}

/** Steps 6 and 8, as the API server sees them. */
function advance(steps: TenSteps, record: StepRecord, change: Change): void {
  const before = change.before as Pod | undefined;
  const after = change.after as Pod | undefined;
  if (change.key !== steps.pod || after === undefined) return;
  const node = after.spec.nodeName ?? '';
  if (node !== '' && (before?.spec.nodeName ?? '') === '') mark(steps, 6, record, { pod: after.metadata.name, node }, change.revision);
  const eighth = steps.moments[7];
  if (eighth !== undefined && eighth.until === undefined && after.status.phase === 'Running') {
    steps.moments[7] = { ...eighth, until: { step: record.step, at: record.at, revision: change.revision } };
  }
}

/** After the tenth step, every Pod that comes or goes by its ReplicaSet's hand. Those of one reconciliation are one repair. */
function repair(steps: TenSteps, record: StepRecord, change: Change): void {
  if (!has(steps, 10)) return;
  const reason = change.because?.code;
  const creates = reason === 'replicaset.tooFew' && change.before === undefined;
  const deletes = reason === 'replicaset.tooMany' && change.after?.metadata.deletionTimestamp !== undefined && change.before?.metadata.deletionTimestamp === undefined;
  if (!creates && !deletes) return;
  const { name } = (change.after ?? change.before)!.metadata;
  const last = steps.repairs.at(-1);
  const same = last !== undefined && last.args['cause'] === record.cause;
  const created = [...(same ? last.created : []), ...(creates ? [name] : [])];
  const deleted = [...(same ? last.deleted : []), ...(deletes ? [name] : [])];
  const lost = change.because?.refs?.find(({ kind }) => kind === 'Pod')?.key;
  const next: Repair = {
    ...(lost === undefined ? {} : { replaces: lost.slice(lost.indexOf('/') + 1) }),
    step: same ? last.step : record.step, at: same ? last.at : record.at, revision: same ? last.revision! : change.revision, created, deleted,
    args: { cause: record.cause, pod: name, created: created.length, deleted: deleted.length },
  };
  if (same) steps.repairs[steps.repairs.length - 1] = next;
  else steps.repairs.push(next);
}

interface DecisionNote extends Note {
  readonly decision: { readonly chosen?: string; readonly nodes: readonly unknown[]; readonly failure?: { readonly message: string } };
  readonly attempt: number;
}
interface RulesNote extends Note {
  readonly node: string;
  readonly backends: readonly Backend[];
}

function noticed(steps: TenSteps, record: StepRecord): void {
  const { pod } = steps;
  const sixth = steps.moments[5];
  if (record.type === 'watch' && sixth !== undefined && !has(steps, 7) && record.kind === 'Pod' && record.process === `kubelet/${sixth.args['node']}` && record.changes.some((change) => change.revision === sixth.revision)) {
    mark(steps, 7, record, { pod: sixth.args['pod']!, node: sixth.args['node']! });
  }
  if (record.type === 'message' && has(steps, 7) && !has(steps, 8) && record.message.type === 'RunPodSandbox' && record.message['uid'] === steps.pods.get(pod ?? '')) {
    mark(steps, 8, record, { pod: pod!.slice(pod!.indexOf('/') + 1), node: record.process.slice(record.process.indexOf('/') + 1) });
  }
  for (const note of record.notes ?? []) {
    if (note.type === 'reconcile' && note.subject?.kind === 'deployment-controller' && note.subject.key === steps.deployment) {
      if (has(steps, 2)) mark(steps, 3, record, { deployment: steps.deployment, merged: Number(note['merged']) });
      if (steps.moments[7]?.until !== undefined && note['writes'] === 0) mark(steps, 10, record, { deployment: steps.deployment });
    } else if (note.type === 'decision' && note.subject?.key === pod && pod !== undefined) {
      const { decision, attempt } = note as DecisionNote;
      mark(steps, 5, record, { pod: pod.slice(pod.indexOf('/') + 1), node: decision.chosen ?? '', nodes: decision.nodes.length, attempt, message: decision.failure?.message ?? '' });
      // It had no place at first, and now it has.
      if (decision.chosen !== undefined && steps.moments[4]!.args['node'] === '' && !has(steps, 6)) steps.moments[4] = { ...steps.moments[4]!, args: { ...steps.moments[4]!.args, pod: pod.slice(pod.indexOf('/') + 1), node: decision.chosen, attempt } };
    } else if (note.type === 'rules' && steps.pods.size > 0) {
      const { node, backends } = note as RulesNote;
      const backend = steps.nodes.has(node) ? undefined : backends.find((each) => each.pod !== undefined && steps.pods.has(each.pod));
      if (backend === undefined) continue;
      const key = backend.pod!;
      const moment: Moment = { step: record.step, at: record.at, args: { pod: key.slice(key.indexOf('/') + 1), node, service: note.subject?.key ?? '', endpoints: backends.length } };
      steps.nodes.set(node, moment);
      mark(steps, 9, record, moment.args);
    }
  }
}

/** As the rail shows them: of one Deployment, or of the first there is. A step that was not reached has no moment. */
export function railOf(state: TenStepsState, upTo: number, deployment?: string): readonly (Partial<Reached> & { readonly id: string; readonly args: Args })[] {
  const steps = deployment === undefined ? [...state.deployments.values()].find(({ gone }) => !gone) ?? [...state.deployments.values()][0] : state.deployments.get(deployment);
  return Array.from({ length: 10 }, (_, i) => {
    const id = `step${i + 1}`;
    const moment = steps?.moments[i];
    if (moment === undefined || moment.step > upTo) return { id, args: {} };
    // The tenth goes on: how often something was put right since.
    const args = i === 9 ? { ...moment.args, repairs: steps!.repairs.filter(({ step }) => step <= upTo).length } : moment.args;
    return { id, step: moment.step, at: moment.at, args, ...(moment.revision === undefined ? {} : { revision: moment.revision }) };
  });
}
