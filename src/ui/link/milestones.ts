/**
 * What happened in a history, in terms that two histories have in common. Names of Pods are drawn and differ; that an owner's second Pod became ready does
 * not. So a milestone is what, of whom, and for which time since the branch, and the same milestone of two histories can be laid side by side.
 */
import type { Change } from '../../sim/api/change.ts';
import { conditionOf, controllerOf, type KubernetesObject, type Node, type Pod } from '../../sim/api/object.ts';
import type { Micros } from '../../sim/api/time.ts';
import { changesAfter } from '../../sim/apiserver/store.ts';
import { at as itemAt } from '../../sim/kernel/journal.ts';
import type { World } from '../../sim/cluster/world.ts';

export type MilestoneCode =
  | 'podCreated' | 'podPlaced' | 'podReady' | 'podUnready' | 'podLeaves' | 'podGone' | 'podSucceeded' | 'podFailed'
  | 'nodeLost' | 'nodeReady' | 'nodeTainted' | 'nodeCordoned' | 'nodeUncordoned'
  | 'replicas' | 'allReady' | 'tooFew' | 'created' | 'changed' | 'deleted' | 'jobDone' | 'jobFailed'
  | 'firstFailed' | 'lastFailed';
export interface Milestone {
  readonly id: string;
  readonly code: MilestoneCode;
  /** "Deployment default/web": the owner, or the object itself. */
  readonly kind: string;
  readonly key: string;
  /** The how-manieth of its sort. */
  readonly n: number;
  readonly at: Micros;
  /** Among others, the write that says so. */
  readonly revision?: number;
}
export interface OwnerCourse {
  readonly kind: string;
  readonly key: string;
  /** Ready Pods and all Pods of it, whenever one of them changes. */
  readonly points: readonly { readonly at: Micros; readonly ready: number; readonly pods: number }[];
}
export interface Course {
  readonly milestones: readonly Milestone[];
  readonly owners: readonly OwnerCourse[];
}

/** Kinds whose writes only follow others'. */
const QUIET = new Set(['Lease', 'Event', 'EndpointSlice', 'Endpoints', 'ReplicaSet', 'ControllerRevision', 'Pod', 'Node', 'ServiceAccount', 'PodMetrics', 'NodeMetrics', 'CSINode']);
const OWNERS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicationController', 'Job', 'CronJob']);

type Specified = KubernetesObject & { readonly spec?: { readonly replicas?: number }; readonly status?: { readonly readyReplicas?: number; readonly numberReady?: number; readonly desiredNumberScheduled?: number; readonly conditions?: readonly { readonly type: string; readonly status: string }[] } };
const isReady = (pod: Pod | undefined): boolean => pod !== undefined && conditionOf(pod, 'Ready')?.status === 'True';
const holds = (object: Specified | undefined, type: string): boolean => object?.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;

/** The milestones after a revision, and the course of each owner's Pods. */
export function courseOf(world: World, afterRevision: number, afterMicros: Micros): Course {
  const milestones: Milestone[] = [];
  const counts = new Map<string, number>();
  const ownerOf = new Map<string, { readonly kind: string; readonly key: string }>();
  const parents = new Map<string, KubernetesObject>();
  const pods = new Map<string, { readonly owner: string; readonly ready: boolean }>();
  const courses = new Map<string, { readonly kind: string; readonly key: string; ready: number; pods: number; readonly points: OwnerCourse['points'][number][] }>();
  const put = (code: MilestoneCode, kind: string, key: string, change: { readonly at: Micros; readonly revision?: number }, value?: number): void => {
    const name = `${code} ${kind} ${key}`;
    const n = value ?? (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    milestones.push({ id: `${name} ${n}`, code, kind, key, n, at: change.at, ...(change.revision === undefined ? {} : { revision: change.revision }) });
  };
  /** Whose Pod it is in the end: a Deployment's, though a ReplicaSet made it. */
  function top(object: KubernetesObject): { readonly kind: string; readonly key: string } {
    const key = object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`;
    const controller = controllerOf(object);
    const parent = controller === undefined ? undefined : parents.get(controller.uid);
    return parent === undefined ? { kind: object.kind, key } : top(parent);
  }
  function courseFor(owner: { readonly kind: string; readonly key: string }): NonNullable<ReturnType<typeof courses.get>> {
    const id = `${owner.kind} ${owner.key}`;
    let course = courses.get(id);
    if (course === undefined) courses.set(id, (course = { ...owner, ready: 0, pods: 0, points: [] }));
    return course;
  }

  function podChange(change: Change, isLater: boolean): void {
    const [before, after] = [change.before as Pod | undefined, change.after as Pod | undefined];
    const pod = (after ?? before)!;
    let owner = ownerOf.get(pod.metadata.uid);
    if (owner === undefined) ownerOf.set(pod.metadata.uid, (owner = top(pod)));
    const ended = after?.status.phase === 'Succeeded' || after?.status.phase === 'Failed';
    const course = courseFor(owner);
    const was = pods.get(change.key);
    const now = after === undefined ? undefined : { owner: `${owner.kind} ${owner.key}`, ready: isReady(after) && after.metadata.deletionTimestamp === undefined };
    const there = (each: typeof now, over: boolean): number => (each === undefined || over ? 0 : 1);
    const wasOver = before?.status.phase === 'Succeeded' || before?.status.phase === 'Failed';
    course.pods += there(now, ended) - there(was, wasOver);
    course.ready += (now?.ready === true ? 1 : 0) - (was?.ready === true ? 1 : 0);
    if (now === undefined) pods.delete(change.key);
    else pods.set(change.key, now);
    const last = course.points.at(-1);
    if (last?.ready !== course.ready || last.pods !== course.pods) course.points.push({ at: change.at, ready: course.ready, pods: course.pods });
    if (!isLater) return;
    const say = (code: MilestoneCode): void => put(code, owner.kind, owner.key, change);
    if (before === undefined) say('podCreated');
    if (after === undefined) return say('podGone');
    if ((before?.spec.nodeName ?? '') === '' && (after.spec.nodeName ?? '') !== '') say('podPlaced');
    if (before?.metadata.deletionTimestamp === undefined && after.metadata.deletionTimestamp !== undefined) say('podLeaves');
    if (!isReady(before) && isReady(after)) say('podReady');
    // One that leaves is expected to become unready.
    if (isReady(before) && !isReady(after) && after.metadata.deletionTimestamp === undefined && !ended) say('podUnready');
    if (before?.status.phase !== after.status.phase && after.status.phase === 'Succeeded') say('podSucceeded');
    if (before?.status.phase !== after.status.phase && after.status.phase === 'Failed') say('podFailed');
  }

  function nodeChange(change: Change): void {
    const [before, after] = [change.before as Node | undefined, change.after as Node | undefined];
    if (before === undefined || after === undefined) return;
    const say = (code: MilestoneCode): void => put(code, 'Node', change.key, change);
    const [was, is] = [conditionOf(before, 'Ready')?.status, conditionOf(after, 'Ready')?.status];
    if (was === 'True' && is !== 'True') say('nodeLost');
    if (was !== 'True' && is === 'True') say('nodeReady');
    const taints = (node: Node): number => (node.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute').length;
    if (taints(before) === 0 && taints(after) > 0) say('nodeTainted');
    if (before.spec.unschedulable !== true && after.spec.unschedulable === true) say('nodeCordoned');
    if (before.spec.unschedulable === true && after.spec.unschedulable !== true) say('nodeUncordoned');
  }

  function otherChange(change: Change): void {
    const [before, after] = [change.before as Specified | undefined, change.after as Specified | undefined];
    const say = (code: MilestoneCode, value?: number): void => put(code, change.kind, change.key, change, value);
    if (before === undefined) return say('created');
    if (after === undefined) return say('deleted');
    if (OWNERS.has(change.kind)) {
      const wanted = (object: Specified): number => (change.kind === 'DaemonSet' ? (object.status?.desiredNumberScheduled ?? 0) : (object.spec?.replicas ?? 0));
      const ready = (object: Specified): number => object.status?.readyReplicas ?? object.status?.numberReady ?? 0;
      if (before.spec?.replicas !== after.spec?.replicas && after.spec?.replicas !== undefined) return say('replicas', after.spec.replicas);
      if (wanted(after) > 0 && ready(before) < wanted(before) && ready(after) >= wanted(after)) say('allReady');
      if (ready(before) >= wanted(before) && ready(after) < wanted(after) && ready(after) < ready(before)) say('tooFew');
      if (!holds(before, 'Complete') && holds(after, 'Complete')) say('jobDone');
      if (!holds(before, 'Failed') && holds(after, 'Failed')) say('jobFailed');
    }
    const specified = before.metadata.generation !== undefined || after.metadata.generation !== undefined;
    if (specified ? before.metadata.generation !== after.metadata.generation : change.subresource === undefined) say('changed');
  }

  for (const change of changesAfter(world.store, 0)) {
    const isLater = change.revision > afterRevision;
    const object = change.after ?? change.before;
    if (object !== undefined && change.kind !== 'Pod') parents.set(object.metadata.uid, object);
    if (change.kind === 'Pod') podChange(change, isLater);
    else if (isLater && change.kind === 'Node') nodeChange(change);
    else if (isLater && !QUIET.has(change.kind)) otherChange(change);
  }

  let lastFailed: Micros | undefined;
  for (let i = world.trace.length - 1; i >= 0; i--) {
    const record = itemAt(world.trace, i)!;
    if (record.at <= afterMicros) break;
    for (const note of record.notes ?? []) if (note.type === 'request' && note['outcome'] !== 'answered') lastFailed ??= record.at;
  }
  if (lastFailed !== undefined) {
    let firstFailed = lastFailed;
    for (let i = world.trace.length - 1; i >= 0; i--) {
      const record = itemAt(world.trace, i)!;
      if (record.at <= afterMicros) break;
      if (record.notes?.some((note) => note.type === 'request' && note['outcome'] !== 'answered') === true) firstFailed = record.at;
    }
    put('firstFailed', 'client', '', { at: firstFailed });
    put('lastFailed', 'client', '', { at: lastFailed });
  }
  return { milestones, owners: [...courses.values()].filter(({ points }) => points.length > 0).map(({ kind, key, points }) => ({ kind, key, points })) };
}
