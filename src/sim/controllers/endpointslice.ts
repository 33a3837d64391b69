import type { Change } from '../api/change.ts';
import { semanticallyEqual } from '../api/equal.ts';
import { HEADLESS, LAST_CHANGE, addressesOf, belongsInEndpoints, changesEndpoints, isHeadless, isIPv6, portAt, selectsPods, triggerTime } from '../api/endpoints.ts';
import type { TriggerMemory } from '../api/endpoints.ts';
import { pathOf, pathOfKey } from '../api/kinds.ts';
import { keyOf } from '../api/object.ts';
import type { Endpoint, EndpointSlice, Node, ObjectMeta, Pod, Service, StringMap } from '../api/object.ts';
import { isPodReady } from '../api/pods.ts';
import type { Reason } from '../api/reason.ts';
import { controllerReference, objectReference, referenceTo } from '../api/references.ts';
import { USERS } from '../api/request.ts';
import { selectsAll } from '../api/selector.ts';
import { MILLISECOND, SECOND } from '../api/time.ts';
import { idle } from '../reconcile/controller.ts';
import type { Controller, Plan, View, Write } from '../reconcile/controller.ts';

/**
 * Writes a Service's EndpointSlices (pkg/controller/endpointslice, k8s.io/endpointslice/reconciler.go): which Pods it has, where, and which of
 * them may be sent traffic. It never deletes a slice because the Service is gone: the garbage collector does.
 * Simplified: no topology hints and no trafficDistribution; a refused write is tried again with the common back-off (upstream: from 1 s on);
 * an informer that is behind its own writes is waited for a moment (upstream: an error, and 1 s).
 */

export const MAX_ENDPOINTS = 100;
export const MANAGED_BY = 'endpointslice-controller.k8s.io';
const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
const SERVICE_LABEL = 'kubernetes.io/service-name';
const RESERVED = new Set([MANAGED_BY_LABEL, SERVICE_LABEL, HEADLESS]);
const NAME = 'endpointslice-controller';

type Ports = NonNullable<EndpointSlice['ports']>;
type AddressType = 'IPv4' | 'IPv6';
/** A slice that is to be: without a name it is new. */
interface Draft {
  name: string | undefined;
  readonly base: EndpointSlice | undefined;
  /** Takes the place of `base` and is not made of it: its annotations go. */
  readonly anew?: boolean;
  readonly addressType: string;
  readonly ports: Ports;
  readonly labels: StringMap;
  endpoints: Endpoint[];
}

const managed = (slice: EndpointSlice): boolean => slice.metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY;
const serviceOf = (slice: EndpointSlice): string | undefined => {
  const name = slice.metadata.labels?.[SERVICE_LABEL];
  return name === undefined || name === '' ? undefined : `${slice.metadata.namespace ?? ''}/${name}`;
};
const ownedBy = (slice: EndpointSlice, service: Service): boolean => (slice.metadata.ownerReferences ?? []).some((owner) => owner.uid === service.metadata.uid);

function addressTypes(service: Service): readonly AddressType[] {
  const families = service.spec.ipFamilies ?? [];
  if (families.length > 0) return (['IPv4', 'IPv6'] as const).filter((family) => families.includes(family));
  const { clusterIP } = service.spec;
  if (clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None') return [isIPv6(clusterIP) ? 'IPv6' : 'IPv4'];
  return ['IPv4', 'IPv6'];
}

function portsFor(service: Service, pod: Pod): Ports {
  const out: { name: string; port: number; protocol?: string; appProtocol?: string }[] = [];
  for (const port of service.spec.ports ?? []) {
    const number = portAt(pod, port);
    if (number !== undefined) out.push({ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP', ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }) });
  }
  return out.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.port - b.port));
}
const portKey = (ports: EndpointSlice['ports']): string => (ports ?? []).map((port) => `${port.name ?? ''}:${port.port ?? ''}:${port.protocol ?? ''}:${port.appProtocol ?? ''}`).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join(' ');

function endpointFor(service: Service, pod: Pod, node: Node | undefined, addresses: readonly string[]): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
  return {
    addresses,
    conditions: { ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...((pod.spec.hostname ?? '') !== '' && pod.spec.subdomain === service.metadata.name ? { hostname: pod.spec.hostname } : {}),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
    ...((pod.spec.nodeName ?? '') === '' ? {} : { nodeName: pod.spec.nodeName }),
    ...(zone === '' ? {} : { zone }),
  };
}
/** endpointHash: what makes two entries the same endpoint; the rest may change in place. */
const endpointKey = (endpoint: Endpoint): string => `${endpoint.addresses.join(',')} ${endpoint.hostname ?? ''} ${endpoint.targetRef?.namespace ?? ''}/${endpoint.targetRef?.name ?? ''}`;
const sameEndpoint = (a: Endpoint, b: Endpoint): boolean =>
  a.nodeName === b.nodeName && a.zone === b.zone && a.conditions?.ready === b.conditions?.ready && a.conditions?.serving === b.conditions?.serving &&
  a.conditions?.terminating === b.conditions?.terminating && a.targetRef?.uid === b.targetRef?.uid && a.targetRef?.kind === b.targetRef?.kind;

function labelsFor(service: Service): StringMap {
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(service.metadata.labels ?? {})) if (!RESERVED.has(key)) labels[key] = value;
  if (isHeadless(service)) labels[HEADLESS] = '';
  labels[SERVICE_LABEL] = service.metadata.name;
  labels[MANAGED_BY_LABEL] = MANAGED_BY;
  return labels;
}
/** Whether the labels that a slice copies from its Service are still those; the reserved ones do not count. */
function labelsChanged(slice: EndpointSlice, wanted: StringMap): boolean {
  const have = slice.metadata.labels ?? {};
  const own = (labels: StringMap): string[] => Object.keys(labels).filter((key) => !RESERVED.has(key));
  return own(have).length !== own(wanted).length || own(wanted).some((key) => have[key] !== wanted[key]);
}

interface Changes {
  readonly create: Draft[];
  readonly update: Draft[];
  readonly remove: EndpointSlice[];
}

/** The three steps of reconcileByPortMapping: keep and change what is there, fill up what changes anyway, then fit the rest in. */
function fit(existing: readonly EndpointSlice[], desired: Map<string, Endpoint>, ports: Ports, labels: StringMap, addressType: AddressType): Changes {
  const update: Draft[] = [];
  const untouched: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  for (const slice of existing) {
    const endpoints: Endpoint[] = [];
    let updated = false;
    const have = slice.endpoints ?? [];
    for (const endpoint of have) {
      const key = endpointKey(endpoint);
      const wanted = desired.get(key);
      if (wanted === undefined) continue;
      // What is as it was is sent as it is stored: then only what changed is looked at, and kept.
      endpoints.push(semanticallyEqual(wanted, endpoint) ? endpoint : wanted);
      if (!sameEndpoint(wanted, endpoint)) updated = true;
      desired.delete(key);
    }
    if (updated || endpoints.length !== have.length) {
      if (endpoints.length === 0) remove.push(slice);
      else update.push({ name: slice.metadata.name, base: slice, addressType, ports: slice.ports ?? [], labels, endpoints });
    } else if (labelsChanged(slice, labels)) update.push({ name: slice.metadata.name, base: slice, addressType, ports: slice.ports ?? [], labels, endpoints });
    else untouched.push(slice);
  }
  const fill = (draft: Draft): void => {
    for (const [key, endpoint] of desired) {
      if (draft.endpoints.length >= MAX_ENDPOINTS) return;
      draft.endpoints.push(endpoint);
      desired.delete(key);
    }
  };
  for (const draft of [...update].sort((a, b) => b.endpoints.length - a.endpoints.length)) fill(draft);
  const create: Draft[] = [];
  while (desired.size > 0) {
    let target: EndpointSlice | undefined;
    if (desired.size < MAX_ENDPOINTS) {
      let closest = MAX_ENDPOINTS;
      for (const slice of untouched) {
        const room = MAX_ENDPOINTS - desired.size - (slice.endpoints ?? []).length;
        if (room < 0 || room >= closest) continue;
        closest = room;
        target = slice;
      }
    }
    const draft: Draft = { name: target?.metadata.name, base: target, addressType, ports: target?.ports ?? ports, labels, endpoints: [...(target?.endpoints ?? [])] };
    if (target !== undefined) untouched.splice(untouched.indexOf(target), 1);
    fill(draft);
    (target === undefined ? create : update).push(draft);
  }
  return { create, update, remove };
}

function changesFor(service: Service, pods: readonly Pod[], existing: readonly EndpointSlice[], addressType: AddressType, view: View): Changes & { readonly missingNode: boolean } {
  const labels = labelsFor(service);
  const create: Draft[] = [];
  const update: Draft[] = [];
  const remove: EndpointSlice[] = [];
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    if (!ownedBy(slice, service)) {
      remove.push(slice);
      continue;
    }
    const key = portKey(slice.ports);
    byPorts.set(key, [...(byPorts.get(key) ?? []), slice]);
  }
  const desired = new Map<string, { readonly ports: Ports; readonly endpoints: Map<string, Endpoint> }>();
  let missingNode = false;
  for (const pod of pods) {
    if (!belongsInEndpoints(pod, true)) continue;
    const ports = portsFor(service, pod);
    const key = portKey(ports);
    const group = desired.get(key) ?? { ports, endpoints: new Map<string, Endpoint>() };
    desired.set(key, group);
    const node = view.get('Node', pod.spec.nodeName ?? '');
    if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
      missingNode = true;
      continue;
    }
    const addresses = addressesOf(pod).filter((address) => isIPv6(address) === (addressType === 'IPv6'));
    if (addresses.length === 0) continue;
    const endpoint = endpointFor(service, pod, node, addresses);
    group.endpoints.set(endpointKey(endpoint), endpoint);
  }
  for (const [key, { ports, endpoints }] of desired) {
    const changes = fit(byPorts.get(key) ?? [], endpoints, ports, labels, addressType);
    create.push(...changes.create);
    update.push(...changes.update);
    remove.push(...changes.remove);
  }
  for (const [key, slices] of byPorts) if (!desired.has(key)) remove.push(...slices);
  // A Service always has a slice, be it an empty one: so one can tell "no endpoints" from "not yet looked".
  if (existing.length === remove.length && create.length === 0) {
    const only = remove.length === 1 ? remove[0]! : undefined;
    const isPlaceholder = only !== undefined && ownedBy(only, service) && (only.ports ?? []).length === 0 && (only.endpoints ?? []).length === 0 &&
      Object.keys(only.metadata.labels ?? {}).length === Object.keys(labels).length && Object.entries(labels).every(([key, value]) => only.metadata.labels?.[key] === value);
    if (isPlaceholder) remove.length = 0;
    else create.push({ name: undefined, base: undefined, addressType, ports: [], labels, endpoints: [] });
  }
  return { create, update, remove, missingNode };
}

function bodyOf(draft: Draft, service: Service, trigger: string | undefined): unknown {
  const { annotations: old, ...metadata }: Partial<ObjectMeta> = draft.base?.metadata ?? { namespace: service.metadata.namespace, ownerReferences: [controllerReference(service)] };
  const { [LAST_CHANGE]: _, ...others } = (draft.anew ? undefined : old) ?? {};
  const annotations = trigger === undefined ? others : { ...others, [LAST_CHANGE]: trigger };
  const prefix = service.metadata.name.length < 253 ? `${service.metadata.name}-` : service.metadata.name;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...metadata,
      ...(draft.name === undefined ? { generateName: prefix } : { name: draft.name }),
      labels: draft.labels,
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    addressType: draft.addressType,
    endpoints: draft.endpoints.length === 0 ? null : draft.endpoints,
    ports: draft.ports.length === 0 ? null : draft.ports,
  };
}

function reconcile(key: string, view: View, memory: TriggerMemory | undefined, settled: boolean): Plan<TriggerMemory> {
  const service = view.get('Service', key);
  if (service === undefined) return { batches: [], memory: null, because: { code: 'endpointslice.serviceGone', args: { service: key } } };
  const refs = [referenceTo(service)];
  if (!selectsPods(service)) return idle({ code: 'endpointslice.noSelector', args: { service: key }, refs });
  if (!settled) return { batches: [], because: { code: 'endpointslice.behind', args: { service: key }, refs }, requeueAfterMicros: MILLISECOND };
  const namespace = service.metadata.namespace ?? '';
  const selector = service.spec.selector!;
  const pods = view.list('Pod', { index: 'namespace', value: namespace }).filter((pod) => selectsAll(selector, pod.metadata.labels));
  const slices = view.list('EndpointSlice', { index: 'service', value: key }).filter((slice) => managed(slice) && slice.metadata.deletionTimestamp === undefined);
  const { trigger, memory: next } = triggerTime(service, pods, memory);

  const types = addressTypes(service);
  const create: Draft[] = [];
  const update: Draft[] = [];
  const remove: EndpointSlice[] = slices.filter((slice) => !types.includes(slice.addressType as AddressType));
  let missingNode = false;
  for (const type of types) {
    const changes = changesFor(service, pods, slices.filter((slice) => slice.addressType === type), type, view);
    missingNode ||= changes.missingNode;
    // What would be created takes the place of what would be deleted.
    const gone = changes.remove.filter((slice) => {
      const heir = ownedBy(slice, service) ? changes.create.pop() : undefined;
      if (heir === undefined) return true;
      update.push({ ...heir, name: slice.metadata.name, base: slice, anew: true });
      return false;
    });
    create.push(...changes.create);
    update.push(...changes.update);
    remove.push(...gone);
  }

  const ready = pods.filter((pod) => isPodReady(pod) && pod.metadata.deletionTimestamp === undefined).length;
  const because: Reason = { code: 'endpointslice.podsChanged', args: { service: key, pods: pods.length, ready }, refs };
  const writes: Write[][] = [];
  const failureEvent = (what: string): Write['failureEvent'] => ({
    regarding: objectReference(service), type: 'Warning', reason: 'FailedToUpdateEndpointSlices', message: `Error updating Endpoint Slices for Service ${key}: ${what} for Service ${key}: {error}`,
  });
  if (service.metadata.deletionTimestamp === undefined) {
    for (const draft of create) {
      // In a Namespace that is being deleted every creation is refused; then the Service goes too.
      writes.push([{ request: { method: 'POST', path: pathOf('EndpointSlice', namespace), body: bodyOf(draft, service, trigger) }, because, accept: [403], failureEvent: failureEvent('failed to create EndpointSlice') }]);
    }
  }
  for (const draft of update) {
    writes.push([{
      request: { method: 'PUT', path: pathOf('EndpointSlice', namespace, draft.name), body: bodyOf(draft, service, trigger) }, because, failureEvent: failureEvent(`failed to update ${draft.name} EndpointSlice`),
    }]);
  }
  for (const slice of remove) {
    writes.push([{ request: { method: 'DELETE', path: pathOfKey('EndpointSlice', keyOf(slice)), body: { kind: 'DeleteOptions', apiVersion: 'v1' } }, because, accept: [404] }]);
  }
  return {
    batches: writes,
    ...(next === memory ? {} : { memory: next }),
    because: writes.length > 0 ? because : { code: 'endpointslice.upToDate', args: { service: key, pods: pods.length, ready }, refs },
    ...(missingNode ? { requeueAfterMicros: SECOND } : {}),
  };
}

export const endpointSlice: Controller<TriggerMemory> = {
  name: NAME,
  source: 'endpoint-slice-controller',
  workers: 5,
  reads: ['Node'],
  watches: {
    Service: (service) => [keyOf(service)],
    Pod(pod, view) {
      const keys: string[] = [];
      for (const service of view.list('Service', { index: 'namespace', value: pod.metadata.namespace ?? '' })) {
        if (selectsPods(service) && selectsAll(service.spec.selector!, pod.metadata.labels)) keys.push(keyOf(service));
      }
      return keys;
    },
    /** Somebody else's hand in a slice: the Service is looked at a second later, so that many such changes are one. */
    EndpointSlice(slice, _view, change) {
      const service = serviceOf(slice);
      return change.by === USERS.controller(NAME) || change.by === '' || service === undefined || !managed(slice) ? [] : [{ key: service, afterMicros: SECOND }];
    },
  },
  onlyWith: { Pod: { kind: 'Service', such: (service) => selectsPods(service as Service) } },
  ignores(change: Change): boolean {
    if (change.kind === 'EndpointSlice') return change.by === USERS.controller(NAME);
    return change.kind === 'Pod' && !changesEndpoints(change);
  },
  reconcile: (key, view, memory, context) => reconcile(key, view, memory, context.settled),
};
