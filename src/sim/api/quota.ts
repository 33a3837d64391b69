import { add, count, podTotal, type Amount, type Amounts } from './amounts.ts';
import { amountsOf } from './amounts.ts';
import { kindInfo } from './kinds.ts';
import type { KubernetesObject, PersistentVolumeClaim, Pod, PodAffinityTerm, ResourceList, Service } from './object.ts';
import { parseTimestamp, SECOND, type Micros } from './time.ts';

/**
 * What objects count against a ResourceQuota: for admission, which charges them, and for the controller, which counts them again.
 * After pkg/quota/v1/evaluator/core and apiserver/pkg/quota/v1. Left out: quotas of device classes.
 */
export interface ScopeSelector {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}
export interface ResourceQuota extends KubernetesObject {
  readonly spec?: { readonly hard?: ResourceList; readonly scopes?: readonly string[]; readonly scopeSelector?: { readonly matchExpressions?: readonly ScopeSelector[] } };
  readonly status?: { readonly hard?: ResourceList; readonly used?: ResourceList };
}

const STORAGE_CLASS = '.storageclass.storage.k8s.io/';
const POD_RESOURCES = new Set(['count/pods', 'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage', 'pods']);
const SERVICE_RESOURCES = new Set(['count/services', 'services', 'services.nodeports', 'services.loadbalancers']);
const CLAIM_RESOURCES = ['persistentvolumeclaims', 'requests.storage'];
/** Kinds that had a name for their number before "count/...". */
const ALIASES: Readonly<Record<string, string>> = { ConfigMap: 'configmaps', ResourceQuota: 'resourcequotas', ReplicationController: 'replicationcontrollers', Secret: 'secrets' };
/** What no quota counts. */
const IGNORED = new Set(['Event', 'Binding', 'ComponentStatus', 'TokenReview', 'SelfSubjectReview', 'LocalSubjectAccessReview', 'SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview']);

/** "count/deployments.apps" */
export function countName(kind: string): string {
  const info = kindInfo(kind);
  return info === undefined ? `count/${kind}` : `count/${info.resource}${info.group === '' ? '' : `.${info.group}`}`;
}
export const isCounted = (kind: string): boolean => !IGNORED.has(kind) && kindInfo(kind)?.namespaced === true;

const isExtended = (name: string): boolean => name.startsWith('requests.') && name.slice('requests.'.length).includes('/') && !name.includes('kubernetes.io/');

/** Does this kind use up what a quota names so? */
export function concerns(kind: string, name: string): boolean {
  switch (kind) {
    case 'Pod':
      return POD_RESOURCES.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-') || isExtended(name);
    case 'Service':
      return SERVICE_RESOURCES.has(name);
    case 'PersistentVolumeClaim':
      return name === 'count/persistentvolumeclaims' || CLAIM_RESOURCES.some((one) => name === one || name.endsWith(`${STORAGE_CLASS}${one}`));
    default:
      return name === countName(kind) || (Object.hasOwn(ALIASES, kind) && name === ALIASES[kind]);
  }
}

const ONE = count(1);

/** What one object uses. */
export function usageOf(object: KubernetesObject, now: Micros): Amounts {
  const { kind } = object;
  switch (kind) {
    case 'Pod':
      return podUsage(object as Pod, now);
    case 'Service':
      return serviceUsage(object as Service);
    case 'PersistentVolumeClaim':
      return claimUsage(object as PersistentVolumeClaim);
    default:
      return new Map([[countName(kind), ONE], ...(Object.hasOwn(ALIASES, kind) ? [[ALIASES[kind]!, ONE] as const] : [])]);
  }
}

/** The names under which requests and limits count. */
export function podResources(requests: Amounts, limits: Amounts): Amounts {
  const out = new Map<string, Amount>([['pods', ONE]]);
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
    const request = requests.get(name);
    if (request !== undefined) out.set(name, request).set(`requests.${name}`, request);
    const limit = limits.get(name);
    if (limit !== undefined) out.set(`limits.${name}`, limit);
  }
  for (const [name, request] of requests) {
    if (name.startsWith('hugepages-')) out.set(name, request).set(`requests.${name}`, request);
    else if (isExtended(`requests.${name}`)) out.set(`requests.${name}`, request);
  }
  return out;
}

function podUsage(pod: Pod, now: Micros): Amounts {
  const counted: Amounts = new Map([['count/pods', ONE]]);
  const { phase } = pod.status ?? {};
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  const isOver = deletionTimestamp !== undefined && deletionGracePeriodSeconds !== undefined && now > (parseTimestamp(deletionTimestamp) ?? now) + deletionGracePeriodSeconds * SECOND;
  if (phase === 'Failed' || phase === 'Succeeded' || isOver) return counted;
  return add(counted, podResources(podTotal(pod, 'requests'), podTotal(pod, 'limits')));
}

function serviceUsage({ spec }: Service): Amounts {
  const ports = spec.ports ?? [];
  const balanced = spec.type === 'LoadBalancer';
  const named = (spec as { readonly allocateLoadBalancerNodePorts?: boolean }).allocateLoadBalancerNodePorts === false ? ports.filter((port) => (port.nodePort ?? 0) !== 0).length : ports.length;
  return new Map([['count/services', ONE], ['services', ONE], ['services.loadbalancers', count(balanced ? 1 : 0)], ['services.nodeports', count(balanced ? named : spec.type === 'NodePort' ? ports.length : 0)]]);
}

function claimUsage(claim: PersistentVolumeClaim): Amounts {
  const out = new Map<string, Amount>([['persistentvolumeclaims', ONE], ['count/persistentvolumeclaims', ONE]]);
  const storageClass = claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? claim.spec.storageClassName ?? '';
  if (storageClass !== '') out.set(`${storageClass}${STORAGE_CLASS}persistentvolumeclaims`, ONE);
  const storage = amountsOf(claim.spec.resources?.requests).get('storage');
  if (storage === undefined) return out;
  out.set('requests.storage', storage);
  if (storageClass !== '') out.set(`${storageClass}${STORAGE_CLASS}requests.storage`, storage);
  return out;
}

// ---- scopes

export const scopesOf = ({ spec }: ResourceQuota): readonly ScopeSelector[] => [
  ...(spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })),
  ...(spec?.scopeSelector?.matchExpressions ?? []),
];

/** Is this object of those that the quota is about? One with scopes is about Pods (and, by its class of attributes, claims) only. */
export const inScopes = (quota: ResourceQuota, object: KubernetesObject): boolean => scopesOf(quota).every((scope) => isInScope(scope, object));

function isInScope({ scopeName, operator, values }: ScopeSelector, object: KubernetesObject): boolean {
  if (object.kind === 'PersistentVolumeClaim' && scopeName === 'VolumeAttributesClass') return matches(operator, values, (object as { readonly spec?: { readonly volumeAttributesClassName?: string } }).spec?.volumeAttributesClassName ?? '');
  if (object.kind !== 'Pod') return false;
  const pod = object as Pod;
  switch (scopeName) {
    case 'Terminating':
      return (pod.spec.activeDeadlineSeconds ?? -1) >= 0;
    case 'NotTerminating':
      return (pod.spec.activeDeadlineSeconds ?? -1) < 0;
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      return matches(operator, values, pod.spec.priorityClassName ?? '');
    case 'CrossNamespacePodAffinity':
      return looksAcross(pod);
    default:
      return false;
  }
}

function matches(operator: string, values: readonly string[] | undefined, has: string): boolean {
  switch (operator) {
    case 'Exists':
      return has !== '';
    case 'DoesNotExist':
      return has === '';
    case 'In':
      return has !== '' && values?.includes(has) === true;
    default:
      return values?.includes(has) !== true;
  }
}

const isBestEffort = (pod: Pod): boolean =>
  [pod.spec.resources, ...(pod.spec.containers ?? []).map((one) => one.resources), ...(pod.spec.initContainers ?? []).map((one) => one.resources)].every((resources) =>
    [...amountsOf(resources?.requests), ...amountsOf(resources?.limits)].every(([name, { nano }]) => (name !== 'cpu' && name !== 'memory') || nano === 0n));

function looksAcross({ spec: { affinity } }: Pod): boolean {
  const isAcross = (term: PodAffinityTerm): boolean => (term.namespaces?.length ?? 0) > 0 || (term.namespaceSelector !== undefined && term.namespaceSelector !== null);
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some((one) =>
    one?.requiredDuringSchedulingIgnoredDuringExecution?.some(isAcross) === true || one?.preferredDuringSchedulingIgnoredDuringExecution?.some(({ podAffinityTerm }) => isAcross(podAffinityTerm)) === true);
}
