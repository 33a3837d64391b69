import { keyOf, type Kind, type KubernetesObject, type Node, type Pod } from '../api/object.ts';
import type { Choice } from './decide.ts';
import type { Lookups } from './plugin.ts';
import type { Profile } from './profile.ts';
import { arrange, newSnapshot, nominate, putNode, putPod, type Snapshot } from './snapshot.ts';

/**
 * Everything a decision was made from, as plain lists: what a past moment is rebuilt from, and what a question "what if" changes a copy
 * of. Nothing in it is ever changed in place.
 */
export interface Moment {
  readonly pod: Pod;
  /** In the order of the search, where it matters. */
  readonly nodes: readonly Node[];
  /** On nodes, or assumed to be. */
  readonly pods: readonly Pod[];
  /** Waiting, with a nominated node. */
  readonly nominated: readonly Pod[];
  readonly lookups: Lookups;
  readonly profile: Profile;
  readonly start: number;
  readonly draw: number;
}

/** What the store had at the scheduler's revision, and what the scheduler alone knew. */
export interface Known {
  readonly pod: Pod;
  readonly nodes: Iterable<Node>;
  /** All Pods: bound, waiting and ended. */
  readonly pods: Iterable<Pod>;
  readonly lookups: Lookups;
  readonly profile: Profile;
  /** Chosen by earlier decisions: the binding may not have come back yet. Those that it has, or that are gone, count by what the store says. */
  readonly assumed?: Iterable<readonly [key: string, node: string]>;
  /** Waiting Pods that victims were evicted for: their status may not say so yet. */
  readonly nominations?: Iterable<readonly [key: string, node: string]>;
  readonly draw?: number;
}

const isOver = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** The moment of a decision: the nodes in its order, the Pods where the scheduler took them to be. */
export function momentOf(known: Known, decision?: Pick<Choice, 'nodes' | 'start'>): Moment {
  const byName = new Map<string, Node>();
  for (const node of known.nodes) byName.set(node.metadata.name, node);
  const nodes: Node[] = [];
  for (const name of decision?.nodes ?? []) {
    const node = byName.get(name);
    if (node === undefined) continue;
    nodes.push(node);
    byName.delete(name);
  }
  nodes.push(...byName.values());
  const assumed = new Map(known.assumed ?? []);
  const nominations = new Map(known.nominations ?? []);
  const own = keyOf(known.pod);
  const pods: Pod[] = [];
  const nominated: Pod[] = [];
  for (const pod of known.pods) {
    const key = keyOf(pod);
    if (isOver(pod) || key === own) continue;
    const nodeName = pod.spec.nodeName ?? '';
    if (nodeName !== '') pods.push(pod);
    else if (assumed.has(key)) pods.push({ ...pod, spec: { ...pod.spec, nodeName: assumed.get(key)! } });
    else if ((pod.status?.nominatedNodeName ?? '') !== '') nominated.push(pod);
    else if (nominations.has(key)) nominated.push({ ...pod, status: { ...pod.status, nominatedNodeName: nominations.get(key)! } });
  }
  return { pod: known.pod, nodes, pods, nominated, lookups: known.lookups, profile: known.profile, start: decision?.start ?? 0, draw: known.draw ?? 0 };
}

/** The scheduler's cache at that moment, built from nothing. */
export function snapshotOf(moment: Pick<Moment, 'nodes' | 'pods' | 'nominated'>): Snapshot {
  const snapshot = newSnapshot();
  for (const node of moment.nodes) putNode(snapshot, node);
  for (const pod of moment.pods) putPod(snapshot, pod);
  for (const pod of moment.nominated) nominate(snapshot, pod, pod.status?.nominatedNodeName ?? '');
  arrange(snapshot, moment.nodes.map((node) => node.metadata.name));
  return snapshot;
}

// ---- from the record of a simulation

/** The kinds the scheduler has informers for, in the order in which a decision's note says how far each was. */
export const SEEN_KINDS: readonly Kind[] = ['Pod', 'Node', 'PersistentVolume', 'PersistentVolumeClaim', 'StorageClass', 'Service', 'ReplicaSet', 'Namespace', 'PodDisruptionBudget', 'PriorityClass', 'StatefulSet', 'ReplicationController'];

/** What the scheduler notes with a decision. */
export interface DecisionNote {
  readonly type: string;
  readonly decision: Choice;
  readonly draw: number;
  /** By place in SEEN_KINDS: the revision its informer had reached. */
  readonly seen: readonly number[];
}

/** What it had in mind beyond the store: from its own notes before that moment, in order; a restart forgets it all. */
export interface InMind {
  readonly assumed: Map<string, string>;
  readonly nominations: Map<string, string>;
}
export const nothingInMind = (): InMind => ({ assumed: new Map(), nominations: new Map() });

export function remember(mind: InMind, note: { readonly type: string; readonly subject?: { readonly key: string }; readonly [field: string]: unknown }): void {
  if (note.type === 'bindingFailed' && note.subject !== undefined) mind.assumed.delete(note.subject.key);
  if (note.type !== 'decision') return;
  const { pod, chosen, failure } = (note as unknown as DecisionNote).decision;
  const nominated = failure?.postFilter.chosen?.node;
  if (chosen !== undefined) {
    mind.assumed.set(pod, chosen);
    mind.nominations.delete(pod);
  } else if (nominated !== undefined) mind.nominations.set(pod, nominated);
}

/** The moment of a noted decision. `listAt`: all objects of a kind at a revision. Undefined: the record does not reach back to it. */
export function momentOfNote(note: DecisionNote, profile: Profile | ((pod: Pod) => Profile), listAt: (kind: Kind, revision: number) => readonly KubernetesObject[], mind: InMind): Moment | undefined {
  const lists = new Map<string, ReadonlyMap<string, KubernetesObject>>();
  const objects = (kind: string): ReadonlyMap<string, KubernetesObject> => {
    const known = lists.get(kind);
    if (known !== undefined) return known;
    const at = SEEN_KINDS.indexOf(kind as Kind);
    const made = new Map((at < 0 ? [] : listAt(kind as Kind, note.seen[at] ?? 0)).map((object) => [keyOf(object), object]));
    lists.set(kind, made);
    return made;
  };
  const pod = objects('Pod').get(note.decision.pod) as Pod | undefined;
  if (pod === undefined) return undefined;
  const lookups: Lookups = { get: (kind, key) => objects(kind).get(key) as never, list: (kind) => [...objects(kind).values()] as never };
  const known: Known = { pod, nodes: objects('Node').values() as Iterable<Node>, pods: objects('Pod').values() as Iterable<Pod>, lookups, profile: typeof profile === 'function' ? profile(pod) : profile, assumed: mind.assumed, nominations: mind.nominations, draw: note.draw };
  return momentOf(known, note.decision);
}
