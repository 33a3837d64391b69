import type { Change } from '../api/change.ts';
import { HEADLESS, LAST_CHANGE, addressesOf, belongsInEndpoints, changesEndpoints, isHeadless, isIPv6, portAt, selectsPods, triggerTime } from '../api/endpoints.ts';
import type { TriggerMemory } from '../api/endpoints.ts';
import { semanticallyEqual } from '../api/equal.ts';
import { pathOf, pathOfKey } from '../api/kinds.ts';
import { keyOf } from '../api/object.ts';
import type { EndpointAddress, Endpoints, Pod, Service } from '../api/object.ts';
import { isPodReady } from '../api/pods.ts';
import type { Reason } from '../api/reason.ts';
import { objectReference, referenceTo } from '../api/references.ts';
import { selectsAll } from '../api/selector.ts';
import { MILLISECOND } from '../api/time.ts';
import { idle } from '../reconcile/controller.ts';
import type { Controller, Plan, View } from '../reconcile/controller.ts';

/**
 * Writes the legacy Endpoints of a Service (pkg/controller/endpoint), which nothing here reads but people and old programs.
 * Simplified: subsets and their ports are ordered by port instead of by a hash; Endpoints left over from before a start are not looked for.
 */

/** More addresses than this are cut off. */
const MAX_ADDRESSES = 1000;
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const NAME = 'endpoint-controller';

type Subset = NonNullable<Endpoints['subsets']>[number];
type Port = NonNullable<Subset['ports']>[number];

function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const family = service.spec.ipFamilies?.[0] ?? (isIPv6(service.spec.clusterIP ?? '') ? 'IPv6' : 'IPv4');
  const ip = addressesOf(pod).find((address) => isIPv6(address) === (family === 'IPv6'));
  if (ip === undefined) return undefined;
  return {
    ip,
    ...((pod.spec.hostname ?? '') !== '' && pod.spec.subdomain === service.metadata.name ? { hostname: pod.spec.hostname } : {}),
    nodeName: pod.spec.nodeName,
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  };
}

// An invisible cache: addresses are sorted at every change of any of them.
const sortable = new Map<string, string>();
function octets(ip: string): string {
  let text = sortable.get(ip);
  if (text === undefined) {
    if (sortable.size >= 4096) sortable.clear();
    sortable.set(ip, (text = ip.split('.').map((part) => part.padStart(3, '0')).join('.')));
  }
  return text;
}
const byAddress = (a: EndpointAddress, b: EndpointAddress): number => {
  const [x, y] = [octets(a.ip), octets(b.ip)];
  return x < y ? -1 : x > y ? 1 : (a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1;
};

/** The addresses of all Pods, grouped by the ports that they have (endpoints.RepackSubsets). */
function subsetsFor(service: Service, pods: readonly Pod[], current: Endpoints | undefined): { readonly subsets: readonly Subset[]; readonly truncated: boolean } {
  const groups = new Map<string, { readonly ports: readonly Port[]; readonly ready: EndpointAddress[]; readonly not: EndpointAddress[] }>();
  const known = new Map<string, EndpointAddress>();
  for (const subset of current?.subsets ?? []) {
    for (const address of subset.addresses ?? []) known.set(address.ip, address);
    for (const address of subset.notReadyAddresses ?? []) known.set(address.ip, address);
  }
  for (const pod of pods) {
    if (!belongsInEndpoints(pod, service.spec.publishNotReadyAddresses === true)) continue;
    const address = addressOf(service, pod);
    if (address === undefined) continue;
    // What is as it was is sent as it is stored: then only what changed is looked at, and kept.
    const before = known.get(address.ip);
    const ports: Port[] = [];
    for (const port of service.spec.ports ?? []) {
      const number = portAt(pod, port);
      if (number !== undefined) ports.push({ ...(port.name === undefined ? {} : { name: port.name }), port: number, protocol: port.protocol ?? 'TCP' });
    }
    if (ports.length === 0 && ((service.spec.ports ?? []).length > 0 || service.spec.clusterIP !== 'None')) continue;
    ports.sort((a, b) => a.port - b.port || ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, ready: [], not: [] };
    groups.set(key, group);
    (service.spec.publishNotReadyAddresses === true || isPodReady(pod) ? group.ready : group.not).push(before !== undefined && semanticallyEqual(before, address) ? before : address);
  }
  let room = MAX_ADDRESSES;
  let truncated = false;
  const cut = (addresses: EndpointAddress[]): readonly EndpointAddress[] => {
    const kept = addresses.sort(byAddress).slice(0, room);
    if (kept.length < addresses.length) truncated = true;
    room -= kept.length;
    return kept;
  };
  const ordered = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  // Ready ones first: they are the last to be cut off.
  const ready = ordered.map((group) => cut(group.ready));
  const subsets = ordered.map((group, i): Subset => {
    const not = cut(group.not);
    return { ...(ready[i]!.length > 0 ? { addresses: ready[i]! } : {}), ...(not.length > 0 ? { notReadyAddresses: not } : {}), ...(group.ports.length > 0 ? { ports: group.ports } : {}) };
  });
  return { subsets: subsets.filter((subset) => subset.addresses !== undefined || subset.notReadyAddresses !== undefined), truncated };
}

function reconcile(key: string, view: View, memory: TriggerMemory | undefined, settled: boolean): Plan<TriggerMemory> {
  const service = view.get('Service', key);
  if (service === undefined) {
    const because: Reason = { code: 'endpoints.serviceGone', args: { service: key } };
    return { batches: [[{ request: { method: 'DELETE', path: pathOfKey('Endpoints', key), body: { kind: 'DeleteOptions', apiVersion: 'v1' } }, because, accept: [404] }]], memory: null, because };
  }
  const refs = [referenceTo(service)];
  if (!selectsPods(service)) return idle({ code: 'endpoints.noSelector', args: { service: key }, refs });
  if (!settled) return { batches: [], because: { code: 'endpoints.behind', args: { service: key }, refs }, requeueAfterMicros: MILLISECOND };
  const { name, namespace, labels } = service.metadata;
  const pods = view.list('Pod', { index: 'namespace', value: namespace ?? '' }).filter((pod) => selectsAll(service.spec.selector!, pod.metadata.labels));
  const { trigger, memory: next } = triggerTime(service, pods, memory);
  const current = view.get('Endpoints', key);
  const { subsets, truncated } = subsetsFor(service, pods, current);
  const wanted: Record<string, string> = { ...labels };
  delete wanted[HEADLESS];
  if (isHeadless(service)) wanted[HEADLESS] = '';
  wanted[MANAGED_BY] = NAME;
  const remembered = next === memory ? {} : { memory: next };
  const because: Reason = { code: 'endpoints.podsChanged', args: { service: key, addresses: subsets.reduce((sum, subset) => sum + (subset.addresses?.length ?? 0), 0) }, refs };
  if (current !== undefined && semanticallyEqual(current.subsets, subsets) && semanticallyEqual(current.metadata.labels, wanted) && (current.metadata.annotations?.[OVER_CAPACITY] !== undefined) === truncated) {
    return { ...idle<TriggerMemory>({ ...because, code: 'endpoints.upToDate' }), ...remembered };
  }
  const { annotations: old, ...metadata } = current?.metadata ?? { name, namespace };
  const annotations: Record<string, string> = { ...old };
  delete annotations[LAST_CHANGE];
  delete annotations[OVER_CAPACITY];
  if (trigger !== undefined) annotations[LAST_CHANGE] = trigger;
  if (truncated) annotations[OVER_CAPACITY] = 'truncated';
  const body = {
    apiVersion: 'v1', kind: 'Endpoints',
    metadata: { ...metadata, labels: wanted, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    ...(subsets.length > 0 ? { subsets } : {}),
  };
  const created = current === undefined;
  return {
    ...remembered,
    because,
    batches: [[{
      request: created ? { method: 'POST', path: pathOf('Endpoints', namespace), body } : { method: 'PUT', path: pathOfKey('Endpoints', key), body },
      because,
      ...(created ? { accept: [403] } : {}),
      failureEvent: {
        regarding: created ? { kind: 'Endpoints', apiVersion: 'v1', namespace, name } : objectReference(current), type: 'Warning',
        reason: created ? 'FailedToCreateEndpoint' : 'FailedToUpdateEndpoint',
        message: created ? `Failed to create endpoint for service ${key}: {error}` : `Failed to update endpoint ${key}: {error}`,
      },
    }]],
  };
}

export const endpoints: Controller<TriggerMemory> = {
  name: NAME,
  workers: 5,
  watches: {
    Service: (service) => [keyOf(service)],
    Endpoints: (object, _view, change) => (change.after === undefined ? [keyOf(object)] : []),
    Pod(pod, view) {
      const keys: string[] = [];
      for (const service of view.list('Service', { index: 'namespace', value: pod.metadata.namespace ?? '' })) {
        if (selectsPods(service) && selectsAll(service.spec.selector!, pod.metadata.labels)) keys.push(keyOf(service));
      }
      return keys;
    },
  },
  onlyWith: { Pod: { kind: 'Service', such: (service) => selectsPods(service as Service) } },
  ignores: (change: Change) => (change.kind === 'Endpoints' ? change.after !== undefined : change.kind === 'Pod' && !changesEndpoints(change)),
  reconcile: (key, view, memory, context) => reconcile(key, view, memory, context.settled),
};
