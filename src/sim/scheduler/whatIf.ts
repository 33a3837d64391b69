import { keyOf, type Affinity, type Container, type Node, type Pod, type PodSpec, type Taint, type Toleration } from '../api/object.ts';
import { milliValue } from '../api/quantity.ts';
import { anyTolerates } from '../api/toleration.ts';
import { podRequests } from '../api/podrequests.ts';
import { choose, decide, type Decision } from './decide.ts';
import { momentOf, snapshotOf, type Moment } from './moment.ts';
import type { ProfileArgs, Rejection } from './plugin.ts';
import { podInfoOf, type PodInfo } from './podinfo.ts';
import { arrange, nodeInfo, putNode, putPod, removeNode, removePod, type Snapshot } from './snapshot.ts';

/** One thing that could have been otherwise. */
export type WhatIf =
  | { readonly type: 'removeTaint'; readonly node: string; readonly key: string; readonly effect: string }
  | { readonly type: 'uncordon'; readonly node: string }
  | { readonly type: 'label'; readonly node: string; readonly key: string; readonly value: string }
  | { readonly type: 'tolerate'; readonly key: string; readonly value?: string; readonly effect: string }
  /** Everything the Pod asks for of this resource, times the factor. */
  | { readonly type: 'scaleRequest'; readonly resource: string; readonly factor: number }
  /** The Pod as a whole asks for at most this: thousandths of a core or of a unit, by resource. Its containers give up in proportion. */
  | { readonly type: 'shrink'; readonly node?: string; readonly toMilli: Readonly<Record<string, number>> }
  | { readonly type: 'drop'; readonly constraint: ConstraintRef }
  | { readonly type: 'removePod'; readonly pod: string }
  | { readonly type: 'addNode'; readonly like: string; readonly name: string }
  | { readonly type: 'strategy'; readonly resourcesFit: ProfileArgs['resourcesFit'] }
  /** What a plugin's score counts for; 0: it does not score. */
  | { readonly type: 'weight'; readonly plugin: string; readonly weight: number }
  | { readonly type: 'priority'; readonly priority: number };

/** A constraint of the Pod under test, by its place in the spec. */
export type ConstraintRef =
  | { readonly in: 'nodeSelector'; readonly key: string }
  | { readonly in: 'nodeAffinity' }
  | { readonly in: 'spread'; readonly at: number }
  | { readonly in: 'podAffinity' | 'podAntiAffinity'; readonly at: number }
  | { readonly in: 'hostPort'; readonly port: number };

const EVERYTHING = { everything: true } as const;

/** The decision of a moment, with every node looked at; `sampled`: as large clusters really are searched. */
export function decisionAt(moment: Moment, options: { readonly sampled?: boolean } = {}): Decision {
  return decide(moment.pod, snapshotOf(moment), moment.lookups, moment.profile, { draw: moment.draw, start: moment.start, ...(options.sampled === true ? {} : EVERYTHING) });
}

/** The decision if these things had been otherwise, all at once. */
export function whatIf(moment: Moment, ...changes: readonly WhatIf[]): Decision {
  return decisionAt(changes.reduce(changed, moment));
}

// ---- making a change

const withSpec = (pod: Pod, spec: Partial<PodSpec>): Pod => ({ ...pod, spec: { ...pod.spec, ...spec } });
/** What a change makes of the node that it is about; undefined: it is about no node there is. */
function nodeChange(change: WhatIf): { readonly name: string; readonly after: (node: Node) => Node } | undefined {
  switch (change.type) {
    case 'removeTaint':
      return { name: change.node, after: (node) => ({ ...node, spec: { ...node.spec, taints: (node.spec?.taints ?? []).filter((taint) => taint.key !== change.key || taint.effect !== change.effect) } }) };
    case 'uncordon':
      return { name: change.node, after: (node) => ({ ...node, spec: { ...node.spec, unschedulable: false, taints: (node.spec?.taints ?? []).filter(({ key }) => key !== 'node.kubernetes.io/unschedulable') } }) };
    case 'label':
      return { name: change.node, after: (node) => ({ ...node, metadata: { ...node.metadata, labels: { ...node.metadata.labels, [change.key]: change.value } } }) };
    default:
      return undefined;
  }
}

/** The moment with one thing otherwise. The given one is untouched. */
export function changed(moment: Moment, change: WhatIf): Moment {
  switch (change.type) {
    case 'removeTaint':
    case 'uncordon':
    case 'label': {
      const { name, after } = nodeChange(change)!;
      return { ...moment, nodes: moment.nodes.map((node) => (node.metadata.name === name ? after(node) : node)) };
    }
    case 'tolerate': {
      const toleration: Toleration = { key: change.key, effect: change.effect, ...(change.value === undefined || change.value === '' ? { operator: 'Exists' } : { operator: 'Equal', value: change.value }) };
      return { ...moment, pod: withSpec(moment.pod, { tolerations: [...(moment.pod.spec.tolerations ?? []), toleration] }) };
    }
    case 'scaleRequest':
      return { ...moment, pod: scaled(moment.pod, change.resource, change.factor) };
    case 'shrink': {
      let { pod } = moment;
      const asked = podRequests(moment.pod);
      for (const resource of Object.keys(change.toMilli)) {
        const now = asked.get(resource) ?? 0;
        if (now > 0) pod = scaled(pod, resource, change.toMilli[resource]! / now);
      }
      return { ...moment, pod };
    }
    case 'drop':
      return { ...moment, pod: without(moment.pod, change.constraint) };
    case 'removePod':
      return { ...moment, pods: moment.pods.filter((pod) => keyOf(pod) !== change.pod), nominated: moment.nominated.filter((pod) => keyOf(pod) !== change.pod) };
    case 'addNode': {
      const like = moment.nodes.find((node) => node.metadata.name === change.like);
      return like === undefined ? moment : { ...moment, nodes: [...moment.nodes, copyOfNode(like, change.name)] };
    }
    case 'strategy':
      return { ...moment, profile: { ...moment.profile, args: { ...moment.profile.args, resourcesFit: change.resourcesFit } } };
    case 'weight':
      return { ...moment, profile: { ...moment.profile, score: moment.profile.score.flatMap(([name, weight]): readonly (readonly [string, number])[] => (name !== change.plugin ? [[name, weight]] : change.weight === 0 ? [] : [[name, change.weight]])) } };
    case 'priority':
      return { ...moment, pod: withSpec(moment.pod, { priority: change.priority }) };
  }
}

/** A new node of the same kind: its own name and hostname, no Pods, open to all. */
function copyOfNode(like: Node, name: string): Node {
  const labels = like.metadata.labels;
  return {
    ...like,
    metadata: { ...like.metadata, name, uid: `${like.metadata.uid}-${name}`, ...(labels === undefined ? {} : { labels: Object.hasOwn(labels, 'kubernetes.io/hostname') ? { ...labels, 'kubernetes.io/hostname': name } : labels }) },
    spec: { ...like.spec, unschedulable: false, taints: (like.spec?.taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/')) },
  };
}

const isWhole = (resource: string): boolean => resource !== 'cpu';
/** Down to what can be written: whole thousandths of a core, whole units of the rest. */
const quantityOf = (resource: string, milli: number): string => (isWhole(resource) ? `${Math.floor(milli / 1000)}` : `${Math.floor(milli)}m`);

function scaled(pod: Pod, resource: string, factor: number): Pod {
  const container = (each: Container): Container => {
    const asked = each.resources?.requests?.[resource];
    return asked === undefined ? each : { ...each, resources: { ...each.resources, requests: { ...each.resources!.requests, [resource]: quantityOf(resource, milliValue(asked) * factor) } } };
  };
  const { containers, initContainers, resources } = pod.spec;
  const whole = resources?.requests?.[resource];
  return withSpec(pod, {
    containers: containers.map(container),
    ...(initContainers === undefined ? {} : { initContainers: initContainers.map(container) }),
    ...(whole === undefined ? {} : { resources: { ...resources, requests: { ...resources!.requests, [resource]: quantityOf(resource, milliValue(whole) * factor) } } }),
  });
}

function without(pod: Pod, constraint: ConstraintRef): Pod {
  const { spec } = pod;
  const affinity: Affinity = spec.affinity ?? {};
  switch (constraint.in) {
    case 'nodeSelector': {
      const { [constraint.key]: _gone, ...nodeSelector } = spec.nodeSelector ?? {};
      return withSpec(pod, { nodeSelector });
    }
    case 'nodeAffinity': {
      const { requiredDuringSchedulingIgnoredDuringExecution: _gone, ...nodeAffinity } = affinity.nodeAffinity ?? {};
      return withSpec(pod, { affinity: { ...affinity, nodeAffinity } });
    }
    case 'spread':
      return withSpec(pod, { topologySpreadConstraints: (spec.topologySpreadConstraints ?? []).filter((_, at) => at !== constraint.at) });
    case 'podAffinity':
    case 'podAntiAffinity': {
      const terms = affinity[constraint.in]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
      return withSpec(pod, { affinity: { ...affinity, [constraint.in]: { ...affinity[constraint.in], requiredDuringSchedulingIgnoredDuringExecution: terms.filter((_, at) => at !== constraint.at) } } });
    }
    case 'hostPort': {
      const container = (each: Container): Container =>
        each.ports === undefined
          ? each
          : {
              ...each,
              ports: each.ports.map((port) => {
                if (port.hostPort !== constraint.port) return port;
                const { hostPort: _gone, ...rest } = port;
                return rest;
              }),
            };
      return withSpec(pod, { containers: spec.containers.map(container), ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(container) }) });
    }
  }
}

// ---- the smallest change

export interface Remedy {
  readonly changes: readonly WhatIf[];
  /** Less is smaller: COSTS, and for a smaller request the share that is given up. */
  readonly cost: number;
  /** Where the Pod would go. */
  readonly node: string;
}
export interface Remedies {
  /** It fits as it is. */
  readonly fits: boolean;
  /** What would make it fit, the smallest first: the smallest of each kind. Single changes; pairs if no single one does. */
  readonly remedies: readonly Remedy[];
  /** How many changes were tried by deciding anew. */
  readonly tried: number;
  /** Not all were tried: there may be smaller ones. */
  readonly cutShort: boolean;
}

/** How far each kind of change goes: asking for less, opening what was closed, giving up a wish, then other people's Pods, then new machines. */
const COSTS: Readonly<Record<WhatIf['type'], number>> = { shrink: 1, scaleRequest: 1, uncordon: 2, tolerate: 2.1, removeTaint: 2.2, label: 2.3, drop: 2.5, removePod: 4, addNode: 6, strategy: 9, weight: 9, priority: 9 };

interface Candidate {
  readonly change: WhatIf;
  readonly cost: number;
  /** Changes of one kind compete; the best of each is told. */
  readonly kind: string;
}
interface Found {
  readonly remedies: readonly Remedy[];
  readonly cutShort: boolean;
}

/**
 * Searches the single changes that the rejections point to, then pairs of them, in order of cost; each is tried by deciding anew. It never
 * infers that a change helps. `most`: how many to try at most.
 */
export function smallestChange(moment: Moment, most = 400): Remedies {
  const base = snapshotOf(moment);
  const options = { draw: moment.draw, start: moment.start, withoutPostFilter: true };
  const first = choose(moment.pod, base, moment.lookups, moment.profile, options);
  if (first.result === 'fit') return { fits: true, remedies: [], tried: 0, cutShort: false };
  const candidates = candidatesOf(moment, base, first.rejectedAt.map((at, i) => ({ node: base.list[at]!.node, rejection: first.rejections[i]! })));
  const podsByKey = new Map(moment.pods.map((pod) => [keyOf(pod), pod]));
  let tried = 0;
  /** Where the Pod goes then. What can be done to the cache and undone is, so that a try costs a decision and not a new cache. */
  const nodeAfter = (changes: readonly WhatIf[]): string | undefined => {
    tried++;
    let { pod, profile } = moment;
    const undo: (() => void)[] = [];
    for (const change of changes) {
      const node = nodeChange(change);
      const before = node === undefined ? undefined : nodeInfo(base, node.name)?.node;
      if (node !== undefined && before !== undefined) {
        putNode(base, node.after(before));
        undo.push(() => putNode(base, before));
      } else if (change.type === 'removePod') {
        const gone = podsByKey.get(change.pod);
        if (gone === undefined) continue;
        removePod(base, change.pod, gone.spec.nodeName!);
        undo.push(() => putPod(base, gone));
      } else if (change.type === 'addNode') {
        const like = nodeInfo(base, change.like)?.node;
        if (like === undefined) continue;
        putNode(base, copyOfNode(like, change.name));
        undo.push(() => {
          removeNode(base, change.name);
          arrange(base, moment.nodes.map(({ metadata }) => metadata.name));
        });
      } else ({ pod, profile } = changed({ ...moment, pod, profile }, change));
    }
    const { chosen } = choose(pod, base, moment.lookups, profile, options);
    for (const back of undo.reverse()) back();
    return chosen;
  };
  const search = (lists: readonly { readonly changes: readonly WhatIf[]; readonly cost: number; readonly kind: string }[]): Found => {
    const remedies: Remedy[] = [];
    const done = new Set<string>();
    for (const { changes, cost, kind } of lists) {
      if (done.has(kind)) continue;
      if (tried >= most) return { remedies, cutShort: true };
      const node = nodeAfter(changes);
      if (node === undefined) continue;
      remedies.push({ changes, cost, node });
      done.add(kind);
    }
    return { remedies, cutShort: false };
  };
  const singles = search(candidates.map(({ change, cost, kind }) => ({ changes: [change], cost, kind })));
  if (singles.remedies.length > 0) return { fits: false, ...singles, tried };
  const pairs: { changes: readonly WhatIf[]; cost: number; kind: string }[] = [];
  // Of many alike (Pods to remove, nodes to shrink for) only the cheapest are paired.
  const ofKind = new Map<string, number>();
  const few = candidates.filter(({ kind }) => {
    const count = (ofKind.get(kind) ?? 0) + 1;
    ofKind.set(kind, count);
    return count <= 12;
  });
  for (let i = 0; i < few.length; i++) {
    for (let j = i + 1; j < few.length; j++) {
      const [a, b] = [few[i]!, few[j]!];
      if (a.kind === b.kind && (a.change.type === 'shrink' || a.change.type === 'addNode')) continue;
      pairs.push({ changes: [a.change, b.change], cost: a.cost + b.cost, kind: `${a.kind} ${b.kind}` });
    }
  }
  pairs.sort((a, b) => a.cost - b.cost);
  const found = search(pairs);
  // One pair is enough: the others are near relatives of it.
  return { fits: false, remedies: found.remedies.slice(0, 3), cutShort: singles.cutShort || found.cutShort || few.length < candidates.length, tried };
}

/** Changes that concern what was rejected, the cheapest first. */
function candidatesOf(moment: Moment, base: Snapshot, rejected: readonly { readonly node: Node; readonly rejection: Rejection }[]): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  const put = (change: WhatIf, extra = 0, kind: string = change.type): void => {
    const key = change.type === 'shrink' ? `shrink ${JSON.stringify(change.toMilli)}` : JSON.stringify(change);
    if (!found.has(key)) found.set(key, { change, cost: COSTS[change.type] + extra, kind });
  };
  const { spec } = moment.pod;
  // The Pod's own wishes.
  for (const key of Object.keys(spec.nodeSelector ?? {})) put({ type: 'drop', constraint: { in: 'nodeSelector', key } }, 0, `drop nodeSelector ${key}`);
  if (spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined) put({ type: 'drop', constraint: { in: 'nodeAffinity' } }, 0.1, 'drop nodeAffinity');
  (spec.topologySpreadConstraints ?? []).forEach(({ whenUnsatisfiable }, at) => {
    if (whenUnsatisfiable === 'DoNotSchedule') put({ type: 'drop', constraint: { in: 'spread', at } }, 0, `drop spread ${at}`);
  });
  for (const which of ['podAffinity', 'podAntiAffinity'] as const) (spec.affinity?.[which]?.requiredDuringSchedulingIgnoredDuringExecution ?? []).forEach((_, at) => put({ type: 'drop', constraint: { in: which, at } }, 0, `drop ${which} ${at}`));
  const own = podInfoOf(moment.pod);
  for (const { hostPort } of own.hostPorts) put({ type: 'drop', constraint: { in: 'hostPort', port: hostPort! } }, 0, `drop hostPort ${hostPort}`);
  // What is the matter with each node.
  const shapes = new Set<string>();
  for (const node of moment.nodes) {
    const { name } = node.metadata;
    if (node.spec?.unschedulable === true) put({ type: 'uncordon', node: name });
    for (const taint of node.spec?.taints ?? []) openTaint(put, name, taint, spec.tolerations);
    for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) if (node.metadata.labels?.[key] !== value) put({ type: 'label', node: name, key, value });
    const shape = JSON.stringify([node.status?.allocatable, node.spec?.taints, { ...node.metadata.labels, 'kubernetes.io/hostname': '' }]);
    if (!shapes.has(shape)) {
      if (shapes.size < 20) put({ type: 'addNode', like: name, name: freshName(moment) });
      shapes.add(shape);
    }
    const shrink = shrinkFor(own, base, name);
    if (shrink !== undefined) put({ type: 'shrink', node: name, toMilli: shrink.toMilli }, shrink.givenUp);
  }
  // Other Pods, where their going could help: the smallest and least important first.
  for (const { node, rejection } of rejected) {
    if (rejection.code !== 'Unschedulable') continue;
    const info = nodeInfo(base, node.metadata.name)!;
    for (const other of info.pods.values()) {
      const share = Math.max(other.used.milliCpu / Math.max(info.allocatableMilliCpu, 1), other.used.memory / Math.max(info.allocatableMemory, 1));
      put({ type: 'removePod', pod: other.key }, Math.min(share, 1) + (other.priority > own.priority ? 0.9 : other.priority < own.priority ? 0 : 0.4));
    }
  }
  return [...found.values()].sort((a, b) => a.cost - b.cost);
}

function openTaint(put: (change: WhatIf, extra?: number, kind?: string) => void, node: string, taint: Taint, tolerations: readonly Toleration[] | undefined): void {
  if (taint.effect === 'PreferNoSchedule' || anyTolerates(tolerations, taint)) return;
  put({ type: 'removeTaint', node, key: taint.key, effect: taint.effect });
  put({ type: 'tolerate', key: taint.key, effect: taint.effect, ...(taint.value === undefined ? {} : { value: taint.value }) });
}

function freshName(moment: Moment): string {
  const names = new Set(moment.nodes.map((node) => node.metadata.name));
  let n = moment.nodes.length + 1;
  while (names.has(`node-new-${n}`)) n++;
  return `node-new-${n}`;
}

/** What the Pod could ask for so that it fits into what is free on a node, and the share of its wishes that it gives up. Undefined: it has room, or nothing is free. */
function shrinkFor(pod: PodInfo, base: Snapshot, name: string): { readonly toMilli: Readonly<Record<string, number>>; readonly givenUp: number } | undefined {
  const node = nodeInfo(base, name)!;
  const toMilli: Record<string, number> = {};
  let givenUp = 0;
  const look = (resource: string, asked: number, free: number, unit: number): boolean => {
    if (asked <= free) return true;
    if (free <= 0) return false;
    toMilli[resource] = free * unit;
    givenUp += (asked - free) / asked;
    return true;
  };
  const { milliCpu, memory, ephemeralStorage, scalars } = pod.requests;
  const possible =
    look('cpu', milliCpu, node.allocatableMilliCpu - node.requestedMilliCpu, 1) &&
    look('memory', memory, node.allocatableMemory - node.requestedMemory, 1000) &&
    look('ephemeral-storage', ephemeralStorage, node.allocatableEphemeralStorage - node.requestedEphemeralStorage, 1000) &&
    scalars.every(([resource, asked]) => look(resource, asked, (node.allocatableScalars.get(resource) ?? 0) - (node.requestedScalars.get(resource) ?? 0), 1000));
  return possible && givenUp > 0 ? { toMilli, givenUp: Math.min(givenUp, 0.99) } : undefined;
}

export { momentOf, snapshotOf, type Moment };
