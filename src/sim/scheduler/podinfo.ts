import type { Affinity, Container, ContainerPort, ContainerStatus, Pod, PodAffinityTerm, ResourceList, StringMap } from '../api/object.ts';
import { keyOf } from '../api/object.ts';
import { hasPodLevelRequests, isScalarResource, podRequests, type MilliRequests } from '../api/podrequests.ts';
import { matcherOf, matches, type Matcher } from './matcher.ts';

/** Amounts in the units the scheduler counts in: thousandths of a core, bytes, whole devices. `scalars` is sorted by name and has no zeros. */
export interface Resources {
  readonly milliCpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  readonly scalars: readonly (readonly [name: string, amount: number])[];
}

/** A Pod affinity term, ready to be matched. `namespaces` and `namespaceSelector` are alternatives. */
export interface AffinityTerm {
  readonly namespaces: readonly string[];
  readonly selector: Matcher;
  readonly namespaceSelector: Matcher;
  readonly topologyKey: string;
  /** Of preferred terms; 1 otherwise. */
  readonly weight: number;
}
export interface AffinityTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
}

/** What the scheduler keeps about a Pod. Never changed and frozen, so that checkpoints share it. */
export interface PodInfo {
  readonly pod: Pod;
  readonly key: string;
  readonly namespace: string;
  readonly labels: StringMap;
  readonly priority: number;
  readonly terminating: boolean;
  /** Pods of one group have the same namespace, labels and Pod affinity: they are counted together. */
  readonly group: string;
  readonly terms: AffinityTerms | undefined;
  /** What it asks for while it waits (in-place resizes do not count yet). */
  readonly requests: Resources;
  /** What it takes on its node. */
  readonly used: Resources;
  /** The same with 100m and 200Mi for each container that names none: what LeastAllocated sees on nodes. */
  readonly usedNonZeroMilliCpu: number;
  readonly usedNonZeroMemory: number;
  /** What LeastAllocated takes the waiting Pod to ask for: its containers alone, not what the Pod as a whole names. */
  readonly wantedNonZeroMilliCpu: number;
  readonly wantedNonZeroMemory: number;
  readonly hostPorts: readonly ContainerPort[];
  /** Names of the claims its volumes name, with repetitions. */
  readonly claims: readonly string[];
}

const DEFAULT_MILLI_CPU = 100;
const DEFAULT_MEMORY = 200 * 1024 * 1024;
const NON_ZERO: ReadonlyMap<string, number> = new Map([['cpu', DEFAULT_MILLI_CPU], ['memory', DEFAULT_MEMORY * 1000]]);
const NO_LABELS: StringMap = {};
const NONE: readonly never[] = [];

const whole = (milli: number | undefined): number => (milli === undefined ? 0 : Math.ceil(milli / 1000));

export function resourcesOf(requests: MilliRequests): Resources {
  let scalars: [string, number][] | undefined;
  for (const [name, milli] of requests) {
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || name === 'pods' || !isScalarResource(name)) continue;
    const amount = whole(milli);
    if (amount !== 0) (scalars ??= []).push([name, amount]);
  }
  scalars?.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  return {
    milliCpu: Math.ceil(requests.get('cpu') ?? 0),
    memory: whole(requests.get('memory')),
    ephemeralStorage: whole(requests.get('ephemeral-storage')),
    scalars: scalars ?? NONE,
  };
}

interface Amounts {
  readonly requests: Resources;
  readonly used: Resources;
  readonly usedNonZeroMilliCpu: number;
  readonly usedNonZeroMemory: number;
  readonly wantedNonZeroMilliCpu: number;
  readonly wantedNonZeroMemory: number;
}

function amountsOf(pod: Pod): Amounts {
  const plain = podRequests(pod);
  const inForce = hasReportedResources(pod) ? podRequests(pod, { useStatus: true }) : plain;
  // fit.go makes its scorer without the gates for Pod-level requests and in-place resizes: it sees neither.
  const wanted = podRequests(pod, { nonMissing: NON_ZERO, skipPodLevel: true });
  // types.go, getNonMissingContainerRequests: with Pod-level requests the stand-ins are only for what nobody names.
  let usedNonZero = wanted;
  if (hasPodLevelRequests(pod)) {
    const missing = new Map<string, number>();
    for (const [name, amount] of NON_ZERO) if (!inForce.has(name)) missing.set(name, amount);
    usedNonZero = podRequests(pod, { useStatus: true, nonMissing: missing });
  } else if (inForce !== plain) usedNonZero = podRequests(pod, { useStatus: true, nonMissing: NON_ZERO });
  return {
    requests: resourcesOf(plain),
    used: resourcesOf(inForce),
    usedNonZeroMilliCpu: Math.ceil(usedNonZero.get('cpu') ?? 0),
    usedNonZeroMemory: whole(usedNonZero.get('memory')),
    wantedNonZeroMilliCpu: Math.ceil(wanted.get('cpu') ?? 0),
    wantedNonZeroMemory: whole(wanted.get('memory')),
  };
}

function hasReportedResources(pod: Pod): boolean {
  if (pod.status?.containerStatuses !== undefined) for (const status of pod.status.containerStatuses) if (status.resources !== undefined) return true;
  if (pod.status?.initContainerStatuses !== undefined) for (const status of pod.status.initContainerStatuses) if (status.resources !== undefined) return true;
  return false;
}

/** The node gives its containers what they ask for: no resize is under way, in which they count for more. */
export const hasItsSize = ({ spec, status }: Pod): boolean => gives(spec.containers, status?.containerStatuses) && (spec.initContainers === undefined || gives(spec.initContainers, status?.initContainerStatuses));
function gives(containers: readonly Container[], statuses: readonly ContainerStatus[] | undefined): boolean {
  if (statuses === undefined) return true;
  for (const { name, resources, allocatedResources } of statuses) {
    if (resources === undefined) continue;
    const wanted = containers.find((each) => each.name === name)?.resources?.requests;
    if (!sameAmounts(wanted, resources.requests) || !sameAmounts(wanted, allocatedResources ?? wanted)) return false;
  }
  return true;
}
function sameAmounts(a: ResourceList | undefined, b: ResourceList | undefined): boolean {
  if (a === b) return true;
  for (const key in a) if (b?.[key] !== a[key]) return false;
  for (const key in b) if (a?.[key] === undefined) return false;
  return true;
}

/**
 * Worked out once for all Pods whose parts are the same objects: the copies of one Pod (binding and status updates keep the containers), and
 * the Pods of a template, of which each has containers of its own but all have the same sizes. The caches are invisible.
 */
interface Known {
  readonly init: unknown;
  readonly overhead: unknown;
  readonly resources: unknown;
  readonly amounts: Amounts;
}
const ofContainers = new WeakMap<readonly Container[], Known>();
const ofSize = new WeakMap<object, Known>();

function cachedAmounts(pod: Pod): Amounts {
  if (!hasItsSize(pod) || (pod.spec.resources !== undefined && hasReportedResources(pod))) return amountsOf(pod);
  const { containers, initContainers, overhead, resources } = pod.spec;
  const size = containers.length === 1 && initContainers === undefined ? containers[0]!.resources : undefined;
  const cached = size === undefined ? ofContainers.get(containers) : ofSize.get(size);
  if (cached !== undefined && cached.init === initContainers && cached.overhead === overhead && cached.resources === resources) return cached.amounts;
  const known = { init: initContainers, overhead, resources, amounts: amountsOf(pod) };
  if (size === undefined) ofContainers.set(containers, known);
  else ofSize.set(size, known);
  return known.amounts;
}

function hostPortsOf(pod: Pod): readonly ContainerPort[] {
  let ports: ContainerPort[] | undefined;
  const take = (container: Container): void => {
    if (container.ports !== undefined) for (const port of container.ports) if (port.hostPort !== undefined && port.hostPort > 0) (ports ??= []).push(port);
  };
  if (pod.spec.initContainers !== undefined) for (const container of pod.spec.initContainers) if (container.restartPolicy === 'Always') take(container);
  for (const container of pod.spec.containers) take(container);
  return ports ?? NONE;
}

function claimsOf(pod: Pod): readonly string[] {
  let claims: string[] | undefined;
  if (pod.spec.volumes !== undefined) for (const volume of pod.spec.volumes) if (volume.persistentVolumeClaim !== undefined) (claims ??= []).push(volume.persistentVolumeClaim.claimName);
  return claims ?? NONE;
}

function termOf(term: PodAffinityTerm, namespace: string, weight: number): AffinityTerm {
  const named = term.namespaces ?? NONE;
  const own = named.length === 0 && (term.namespaceSelector === null || term.namespaceSelector === undefined);
  return {
    namespaces: own ? [namespace] : named,
    selector: matcherOf(term.labelSelector),
    namespaceSelector: matcherOf(term.namespaceSelector),
    topologyKey: term.topologyKey,
    weight,
  };
}

export function termsOf(affinity: Affinity | undefined, namespace: string): AffinityTerms | undefined {
  if (affinity === undefined || (affinity.podAffinity === undefined && affinity.podAntiAffinity === undefined)) return undefined;
  const required = (terms: readonly PodAffinityTerm[] | undefined): readonly AffinityTerm[] => (terms ?? NONE).map((term) => termOf(term, namespace, 1));
  const preferred = (terms: readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[] | undefined): readonly AffinityTerm[] =>
    (terms ?? NONE).map((term) => termOf(term.podAffinityTerm, namespace, term.weight));
  return {
    requiredAffinity: required(affinity.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAntiAffinity: required(affinity.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: preferred(affinity.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: preferred(affinity.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
  };
}

/** Whether a term is about a Pod with these labels in this namespace. `namespaceLabels` undefined: the term's own namespace selector is already resolved. */
export function termMatches(term: AffinityTerm, namespace: string, labels: StringMap, namespaceLabels: StringMap | undefined): boolean {
  return (term.namespaces.includes(namespace) || matches(term.namespaceSelector, namespaceLabels)) && matches(term.selector, labels);
}

function groupOf(namespace: string, labels: StringMap, affinity: Affinity | undefined): string {
  const names = Object.keys(labels);
  let text = namespace;
  if (names.length > 1) names.sort((a, b) => (a < b ? -1 : 1));
  for (const name of names) text += `\n${name}=${labels[name]}`;
  return affinity?.podAffinity === undefined && affinity?.podAntiAffinity === undefined ? text : `${text}\n\n${JSON.stringify([affinity.podAffinity, affinity.podAntiAffinity])}`;
}

const cache = new WeakMap<Pod, PodInfo>();

export function podInfoOf(pod: Pod): PodInfo {
  const known = cache.get(pod);
  if (known !== undefined) return known;
  const namespace = pod.metadata.namespace ?? '';
  const labels = pod.metadata.labels ?? NO_LABELS;
  const amounts = cachedAmounts(pod);
  const info: PodInfo = Object.freeze({
    pod,
    key: keyOf(pod),
    namespace,
    labels,
    priority: pod.spec.priority ?? 0,
    terminating: pod.metadata.deletionTimestamp !== undefined,
    group: groupOf(namespace, labels, pod.spec.affinity),
    terms: termsOf(pod.spec.affinity, namespace),
    requests: amounts.requests,
    used: amounts.used,
    usedNonZeroMilliCpu: amounts.usedNonZeroMilliCpu,
    usedNonZeroMemory: amounts.usedNonZeroMemory,
    wantedNonZeroMilliCpu: amounts.wantedNonZeroMilliCpu,
    wantedNonZeroMemory: amounts.wantedNonZeroMemory,
    hostPorts: hostPortsOf(pod),
    claims: claimsOf(pod),
  });
  cache.set(pod, info);
  return info;
}
