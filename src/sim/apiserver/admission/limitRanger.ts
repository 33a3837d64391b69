import { amountOf, amountsOf, podTotal, printAmount, type Amount, type Amounts } from '../../api/amounts.ts';
import type { KubernetesObject, PersistentVolumeClaim, Pod, ResourceList } from '../../api/object.ts';
import type { Status } from '../../api/request.ts';
import { forbidden } from '../status.ts';
import { headList } from '../store.ts';
import type { Call } from '../verbs-call.ts';
import type { ContainerIn, PodSpecIn } from '../kinds/podShapes.ts';

/** LimitRanger: what containers get that ask for nothing, and what nobody may ask for. After plugin/pkg/admission/limitranger. */
interface Limit {
  readonly type?: string;
  readonly min?: ResourceList;
  readonly max?: ResourceList;
  readonly default?: ResourceList;
  readonly defaultRequest?: ResourceList;
  readonly maxLimitRequestRatio?: ResourceList;
}
interface LimitRange extends KubernetesObject {
  readonly spec?: { readonly limits?: readonly Limit[] };
}

function rangesIn(call: Call, namespace: string | undefined): readonly LimitRange[] {
  if ((call.context.store.tables.get('LimitRange')?.live.size ?? 0) === 0) return [];
  return [...(headList(call.context.store, 'LimitRange', { index: 'namespace', value: namespace ?? '' }) as readonly LimitRange[])].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
const limitsOf = (range: LimitRange, type: string): readonly Limit[] => (range.spec?.limits ?? []).filter((limit) => limit.type === type);

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Defaults of requests and limits for the containers of a new Pod. */
export function limitDefaults(call: Call, object: KubernetesObject): KubernetesObject {
  if (call.info.kind !== 'Pod') return object;
  let pod = object;
  for (const range of rangesIn(call, object.metadata.namespace)) {
    const requests: Record<string, string> = {};
    const limits: Record<string, string> = {};
    for (const limit of limitsOf(range, 'Container')) {
      Object.assign(requests, limit.defaultRequest);
      Object.assign(limits, limit.default);
    }
    pod = merged(pod, requests, limits);
  }
  return pod;
}

function merged(object: KubernetesObject, requests: ResourceList, limits: ResourceList): KubernetesObject {
  const spec = (object as unknown as { readonly spec: PodSpecIn }).spec;
  const said: string[] = [];
  const filled = (container: ContainerIn, what: string): ContainerIn => {
    const resources = (container.resources ?? {}) as { readonly requests?: ResourceList; readonly limits?: ResourceList };
    const missing = (have: ResourceList | undefined, wanted: ResourceList): string[] => Object.keys(wanted).filter((name) => have === undefined || !Object.hasOwn(have, name)).sort((a, b) => (a < b ? -1 : 1));
    const addRequests = missing(resources.requests, requests);
    const addLimits = missing(resources.limits, limits);
    if (addRequests.length > 0) said.push(`${addRequests.join(', ')} request for ${what} ${container.name}`);
    if (addLimits.length > 0) said.push(`${addLimits.join(', ')} limit for ${what} ${container.name}`);
    if (addRequests.length + addLimits.length === 0) return container;
    const more = (have: ResourceList | undefined, names: readonly string[], from: ResourceList): ResourceList => ({ ...have, ...Object.fromEntries(names.map((name) => [name, from[name]!])) });
    return { ...container, resources: { ...resources, ...(addLimits.length === 0 ? {} : { limits: more(resources.limits, addLimits, limits) }), ...(addRequests.length === 0 ? {} : { requests: more(resources.requests, addRequests, requests) }) } } as ContainerIn;
  };
  const containers = spec.containers?.map((container) => filled(container, 'container')) ?? null;
  const initContainers = spec.initContainers?.map((container) => filled(container, 'init container'));
  if (said.length === 0) return object;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${said.join('; ')}` } },
    spec: { ...spec, containers, ...(initContainers === undefined ? {} : { initContainers }) },
  } as unknown as KubernetesObject;
}

/** What a Pod or a claim may not ask for. */
export function limitRefusal(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): Status | undefined {
  const { kind } = call.info;
  if ((kind !== 'Pod' && kind !== 'PersistentVolumeClaim') || (kind === 'Pod' && old !== undefined && call.subresource !== 'resize') || old?.metadata.deletionTimestamp !== undefined) return undefined;
  for (const range of rangesIn(call, object.metadata.namespace)) {
    const errors = [...new Set(kind === 'Pod' ? podErrors(range, object as Pod) : claimErrors(range, object as PersistentVolumeClaim))];
    if (errors.length > 0) return forbidden(call.info, object.metadata.name, errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);
  }
  return undefined;
}

function podErrors(range: LimitRange, pod: Pod): readonly string[] {
  const errors: string[] = [];
  const all = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])];
  for (const limit of range.spec?.limits ?? []) {
    if (limit.type === 'Container') for (const container of all) constrain(errors, limit, 'Container', amountsOf(container.resources?.requests), amountsOf(container.resources?.limits));
    else if (limit.type === 'Pod') constrain(errors, limit, 'Pod', podTotal(pod, 'requests', false), podTotal(pod, 'limits', false));
  }
  return errors;
}

function claimErrors(range: LimitRange, claim: PersistentVolumeClaim): readonly string[] {
  const errors: string[] = [];
  const requests = amountsOf(claim.spec.resources?.requests);
  for (const { min, max } of limitsOf(range, 'PersistentVolumeClaim')) {
    for (const [name, enforced] of inOrder(min)) below(errors, 'PersistentVolumeClaim', name, enforced, requests.get(name), undefined);
    for (const [name, enforced] of inOrder(max)) {
      const request = requests.get(name);
      if (request === undefined) errors.push(`maximum ${name} usage per PersistentVolumeClaim is ${printAmount(enforced)}.  No request is specified`);
      else if (request.nano > enforced.nano) errors.push(`maximum ${name} usage per PersistentVolumeClaim is ${printAmount(enforced)}, but request is ${printAmount(request)}`);
    }
  }
  return errors;
}

/** Upstream goes through its maps in no order; ours is that of the names. */
const inOrder = (list: ResourceList | undefined): readonly (readonly [string, Amount])[] => Object.keys(list ?? {}).sort((a, b) => (a < b ? -1 : 1)).map((name) => [name, amountOf(list![name]!)]);

function below(errors: string[], type: string, name: string, enforced: Amount, request: Amount | undefined, limit: Amount | undefined): void {
  const says = `minimum ${name} usage per ${type} is ${printAmount(enforced)}`;
  if (request === undefined) errors.push(`${says}.  No request is specified`);
  else if (request.nano < enforced.nano) errors.push(`${says}, but request is ${printAmount(request)}`);
  else if (limit !== undefined && limit.nano < enforced.nano) errors.push(`${says}, but limit is ${printAmount(limit)}`);
}

function constrain(errors: string[], { min, max, maxLimitRequestRatio }: Limit, type: string, requests: Amounts, limits: Amounts): void {
  for (const [name, enforced] of inOrder(min)) below(errors, type, name, enforced, requests.get(name), limits.get(name));
  for (const [name, enforced] of inOrder(max)) {
    const says = `maximum ${name} usage per ${type} is ${printAmount(enforced)}`;
    const limit = limits.get(name);
    const request = requests.get(name);
    if (limit === undefined) errors.push(`${says}.  No limit is specified`);
    else if (limit.nano > enforced.nano) errors.push(`${says}, but limit is ${printAmount(limit)}`);
    else if (request !== undefined && request.nano > enforced.nano) errors.push(`${says}, but request is ${printAmount(request)}`);
  }
  for (const [name, enforced] of inOrder(maxLimitRequestRatio)) {
    const says = `${name} max limit to request ratio per ${type} is ${printAmount(enforced)}`;
    const request = requests.get(name);
    const limit = limits.get(name);
    if (request === undefined || request.nano === 0n) errors.push(`${says}, but no request is specified or request is 0`);
    else if (limit === undefined || limit.nano === 0n) errors.push(`${says}, but no limit is specified or limit is 0`);
    else {
      const ratio = Number(limit.nano) / Number(request.nano);
      if (ratio * 1000 > Number(enforced.nano) / 1e6) errors.push(`${says}, but provided ratio is ${ratio.toFixed(6)}`);
    }
  }
}
