import { semanticallyEqual } from '../api/equal.ts';
import { LAST_CHANGE, isIPv6, selectsPods } from '../api/endpoints.ts';
import { pathOf, pathOfKey } from '../api/kinds.ts';
import { keyOf } from '../api/object.ts';
import type { Endpoint, EndpointAddress, Endpoints, EndpointSlice, StringMap } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { controllerReference, referenceTo } from '../api/references.ts';
import type { Controller, Plan, View, Write } from '../reconcile/controller.ts';

/**
 * Endpoints that somebody wrote by hand for a Service without a selector, as EndpointSlices: kube-proxy reads nothing else
 * (pkg/controller/endpointslicemirroring).
 *
 * | reason                          | it does so because                                              |
 * |---------------------------------|-----------------------------------------------------------------|
 * | endpointslicemirroring.nothing  | there is nothing to mirror: no Service, or one that has Pods    |
 * | endpointslicemirroring.upToDate | the slices say what the Endpoints say                           |
 * | endpointslicemirroring.mirrors  | they do not                                                     |
 *
 * Simplified: one slice for each set of ports and family (upstream packs 1,000 addresses of a subset into one, too, so there is never a second);
 * subsets are not repacked; addresses beyond 1,000 are left out without an Event.
 */
const MOST_ADDRESSES = 1_000;
const MANAGED_BY = 'endpointslicemirroring-controller.k8s.io';
const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
const SERVICE_LABEL = 'kubernetes.io/service-name';
const SKIP_LABEL = 'endpointslice.kubernetes.io/skip-mirror';
const WRITTEN_BY_LABEL = 'endpoints.kubernetes.io/managed-by';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Those of the endpoints controller are never mirrored: their Service has a selector, and slices of its own. */
const concerns = ({ metadata }: Endpoints): boolean =>
  metadata.labels?.[SKIP_LABEL] !== 'true' && metadata.labels?.[WRITTEN_BY_LABEL] === undefined && metadata.annotations?.[LEADER] === undefined && !(metadata.namespace === 'default' && metadata.name === 'kubernetes');
const mirrored = (slice: EndpointSlice): boolean => slice.metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY;
const serviceKey = ({ metadata }: EndpointSlice): string => `${metadata.namespace ?? ''}/${metadata.labels?.[SERVICE_LABEL] ?? ''}`;

type Ports = NonNullable<EndpointSlice['ports']>;
interface Wanted {
  readonly addressType: string;
  readonly ports: Ports;
  readonly endpoints: Endpoint[];
}

const groupOf = (addressType: string, ports: EndpointSlice['ports']): string => `${addressType} ${(ports ?? []).map(({ name, port, protocol }) => `${name ?? ''}:${port ?? ''}:${protocol ?? ''}`).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join(' ')}`;

function wantedOf({ subsets }: Endpoints): ReadonlyMap<string, Wanted> {
  const groups = new Map<string, Wanted>();
  for (const subset of subsets ?? []) {
    const ports: Ports = (subset.ports ?? []).map(({ name, port, protocol }) => ({ name: name ?? '', port, protocol: protocol ?? 'TCP' }));
    let count = 0;
    const add = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): void => {
      if (count++ >= MOST_ADDRESSES) return;
      const addressType = isIPv6(ip) ? 'IPv6' : 'IPv4';
      const group = groupOf(addressType, ports);
      let wanted = groups.get(group);
      if (wanted === undefined) groups.set(group, (wanted = { addressType, ports, endpoints: [] }));
      wanted.endpoints.push({ addresses: [ip], conditions: { ready }, ...(hostname === undefined || hostname === '' ? {} : { hostname }), ...(targetRef === undefined ? {} : { targetRef }), ...(nodeName === undefined ? {} : { nodeName }) });
    };
    for (const address of subset.addresses ?? []) add(address, true);
    for (const address of subset.notReadyAddresses ?? []) add(address, false);
  }
  return groups;
}

function copied({ metadata }: Endpoints): { readonly labels: StringMap; readonly annotations: StringMap } {
  const annotations: Record<string, string> = {};
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) if (key !== LAST_CHANGE && key !== LAST_APPLIED) annotations[key] = value;
  return { labels: { ...metadata.labels, [SERVICE_LABEL]: metadata.name, [MANAGED_BY_LABEL]: MANAGED_BY }, annotations };
}

function reconcile(key: string, view: View): Plan<undefined> {
  const endpoints = view.get('Endpoints', key);
  const service = view.get('Service', key);
  const namespace = key.slice(0, key.indexOf('/'));
  const slices = view.list('EndpointSlice', { index: 'namespace', value: namespace }).filter((slice) => mirrored(slice) && serviceKey(slice) === key);
  const isWanted = endpoints !== undefined && concerns(endpoints) && service !== undefined && !selectsPods(service);
  const groups = isWanted ? wantedOf(endpoints) : new Map<string, Wanted>();
  const because: Reason = { code: 'endpointslicemirroring.mirrors', args: { service: key, slices: groups.size }, refs: endpoints === undefined ? [] : [referenceTo(endpoints)] };
  const writes: Write[] = [];
  const kept = new Set<string>();
  for (const slice of slices) {
    const group = groupOf(slice.addressType, slice.ports);
    const wanted = kept.has(group) ? undefined : groups.get(group);
    if (wanted === undefined || endpoints === undefined) {
      writes.push({ request: { method: 'DELETE', path: pathOfKey('EndpointSlice', keyOf(slice)), body: { kind: 'DeleteOptions', apiVersion: 'v1' } }, because, accept: [404] });
      continue;
    }
    kept.add(group);
    const { labels, annotations } = copied(endpoints);
    const same = semanticallyEqual(slice.endpoints ?? [], wanted.endpoints) && semanticallyEqual(slice.metadata.labels ?? {}, labels) && semanticallyEqual(slice.metadata.annotations ?? {}, annotations);
    if (!same) writes.push({ request: { method: 'PUT', path: pathOfKey('EndpointSlice', keyOf(slice)), body: { ...slice, metadata: { ...slice.metadata, labels, annotations }, endpoints: wanted.endpoints } }, because });
  }
  if (isWanted && endpoints.metadata.deletionTimestamp === undefined) {
    const { labels, annotations } = copied(endpoints);
    for (const [group, { addressType, ports, endpoints: members }] of groups) {
      if (kept.has(group)) continue;
      const { name } = endpoints.metadata;
      const metadata = { namespace, generateName: name.length < 253 ? `${name}-` : name, labels, ...(Object.keys(annotations).length === 0 ? {} : { annotations }), ownerReferences: [controllerReference(endpoints)] };
      writes.push({ request: { method: 'POST', path: pathOf('EndpointSlice', namespace), body: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType, endpoints: members, ports: ports.length === 0 ? null : ports } }, because, accept: [403] });
    }
  }
  if (writes.length > 0) return { batches: writes.map((write) => [write]), because };
  return { batches: [], because: { code: isWanted ? 'endpointslicemirroring.upToDate' : 'endpointslicemirroring.nothing', args: { service: key } } };
}

export const endpointSliceMirroring: Controller<undefined> = {
  name: 'endpointslicemirroring-controller',
  sleepsUntil: ['Endpoints'],
  wakesFor: (object) => concerns(object as Endpoints),
  workers: 5,
  watches: {
    Endpoints: (endpoints) => (concerns(endpoints) ? [keyOf(endpoints)] : []),
    Service: (service, view) => {
      const endpoints = view.get('Endpoints', keyOf(service));
      return endpoints !== undefined && concerns(endpoints) ? [keyOf(service)] : [];
    },
    EndpointSlice: (slice) => (mirrored(slice) ? [serviceKey(slice)] : []),
  },
  reconcile,
};
