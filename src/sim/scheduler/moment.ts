import { keyOf, type Node, type Pod } from '../api/object.ts';
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
  readonly assumed?: Iterable<{ readonly key: string; readonly node: string }>;
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
  const assumed = new Map<string, string>();
  for (const { key, node } of known.assumed ?? []) assumed.set(key, node);
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
