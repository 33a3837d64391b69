import type { Service } from '../api/object.ts';
import type { Status } from '../api/request.ts';
import { invalid as invalidField, type Errors } from './kinds/field.ts';
import { parseIPv4 } from './kinds/names.ts';
import { mapSame } from './kinds/podDefaults.ts';
import { needsHealthCheck, serviceSpec, validateClusterIPs, type ServicePortIn, type ServiceSpecIn } from './kinds/services.ts';
import { settled, withField } from './kinds/strategies.ts';
import { internalError, invalid } from './status.ts';

/**
 * Cluster IPs and node ports (pkg/registry/core/service/storage/alloc.go and storage.go). What is in use is not kept anywhere:
 * it is what the Services that exist have, so that nothing can leak. One address family, IPv4, as in the recorded clusters.
 */
export interface InUse {
  readonly clusterIPs: ReadonlySet<string>;
  readonly nodePorts: ReadonlySet<number>;
}
/** An integer in [0, n). */
export type Draw = (purpose: string, n: number) => number;

/** 10.96.0.0/16. The first addresses are left to who asks for one by hand (min(max(16, size/16), 256) of them), as upstream does. */
const NETWORK = [10, 96] as const;
const SIZE = 65_536;
const BY_HAND = 256;
const FIRST_PORT = 30_000;
const LAST_PORT = 32_767;
/** min(max(16, size/32), 128) of the node ports are left alone as well. */
const PORTS_BY_HAND = 86;

/** What is taken, read off the Services that there are; the one that is being written is left out by the caller. */
export function inUse(services: Iterable<{ readonly spec: unknown }>): InUse {
  const clusterIPs = new Set<string>();
  const nodePorts = new Set<number>();
  for (const service of services) {
    const spec = serviceSpec(service);
    for (const ip of spec.clusterIPs ?? []) if (ip !== 'None') clusterIPs.add(ip);
    for (const port of spec.ports ?? []) if ((port.nodePort ?? 0) !== 0) nodePorts.add(port.nodePort ?? 0);
    if ((spec.healthCheckNodePort ?? 0) !== 0) nodePorts.add(spec.healthCheckNodePort ?? 0);
  }
  return { clusterIPs, nodePorts };
}

const address = (offset: number): string => `${NETWORK[0]}.${NETWORK[1]}.${offset >> 8}.${offset & 255}`;
const inRange = (ip: string): boolean => {
  const bytes = parseIPv4(ip);
  return bytes !== undefined && bytes[0] === NETWORK[0] && bytes[1] === NETWORK[1];
};

/** From a random place upwards, wrapping round; the part that is left to hand only when the rest is full. */
function next(taken: (offset: number) => boolean, first: number, reserved: number, last: number, draw: number): number | undefined {
  const size = last - reserved + 1;
  for (let i = 0; i < size; i += 1) {
    const offset = reserved + ((draw + i) % size);
    if (!taken(offset)) return offset;
  }
  for (let offset = first; offset < reserved; offset += 1) if (!taken(offset)) return offset;
  return undefined;
}

const needsIP = (spec: ServiceSpecIn): boolean => spec.type === 'ClusterIP' || spec.type === 'NodePort' || spec.type === 'LoadBalancer';
const needsNodePort = (spec: ServiceSpecIn): boolean => spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
const sameList = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean => (a ?? []).length === (b ?? []).length && (a ?? []).every((one, i) => one === b?.[i]);

/** What an update left out, because the API server had given it (patchAllocatedValues). */
function carryOver(spec: ServiceSpecIn, old: ServiceSpecIn): ServiceSpecIn {
  let out = spec;
  if (needsIP(old) && needsIP(out)) {
    if ((out.clusterIP ?? '') === '') out = withField(out, 'clusterIP', old.clusterIP);
    if ((out.clusterIPs?.length ?? 0) === 0 && (old.clusterIPs?.length ?? 0) > 0) out = withField(out, 'clusterIPs', old.clusterIPs);
  }
  if (needsNodePort(old) && needsNodePort(out)) {
    const ports = (one: ServiceSpecIn): readonly number[] => (one.ports ?? []).map((port) => port.nodePort ?? 0).filter((port) => port !== 0);
    const kept = new Set(ports(old).filter((port) => ports(out).includes(port)));
    const byName = new Map((old.ports ?? []).map((port) => [port.name ?? '', port.nodePort ?? 0]));
    out = withField(out, 'ports', mapSame(out.ports, (port) => {
      const given = byName.get(port.name ?? '') ?? 0;
      return (port.nodePort ?? 0) === 0 && given !== 0 && !kept.has(given) ? { ...port, nodePort: given } : port;
    }));
  }
  if (needsHealthCheck(old) && needsHealthCheck(out) && (out.healthCheckNodePort ?? 0) === 0) out = withField(out, 'healthCheckNodePort', old.healthCheckNodePort);
  return out;
}

/** clusterIP and the first of clusterIPs are one value: a client that knows only the older field is helped (normalizeClusterIPs). */
function normalize(spec: ServiceSpecIn, old: ServiceSpecIn | undefined): ServiceSpecIn {
  const ip = spec.clusterIP ?? '';
  if (old === undefined) return ip !== '' && (spec.clusterIPs?.length ?? 0) === 0 ? withField(spec, 'clusterIPs', [ip]) : spec;
  const was = old.clusterIP ?? '';
  let out = spec;
  if ((old.clusterIPs?.length ?? 0) > 0 && (spec.clusterIPs?.length ?? 0) === 0 && was === ip) out = withField(out, 'clusterIPs', old.clusterIPs);
  if (was !== ip && sameList(old.clusterIPs, out.clusterIPs)) out = withField(out, 'clusterIPs', was !== '' && ip === '' ? undefined : [ip]);
  return out;
}

const KIND = { kind: 'Service', group: '' };

/** initIPFamilyFields, for a cluster with IPv4 only. */
function families(spec: ServiceSpecIn, old: ServiceSpecIn | undefined, name: string): ServiceSpecIn | Status {
  if (spec.type === 'ExternalName') return spec;
  const errors: Errors = [];
  const selectorless = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0;
  let out = spec.ipFamilyPolicy !== undefined ? spec : withField(spec, 'ipFamilyPolicy', old?.ipFamilyPolicy ?? (selectorless ? 'RequireDualStack' : 'SingleStack'));
  validateClusterIPs(errors, out, old);
  if (errors.length > 0) return invalid(KIND, name, errors);
  if (out.ipFamilyPolicy === 'SingleStack') {
    const why = 'must be \'RequireDualStack\' or \'PreferDualStack\' when multiple';
    if (out.clusterIPs?.length === 2) invalidField(errors, 'spec.ipFamilyPolicy', out.ipFamilyPolicy, `${why} cluster IPs are specified`);
    if (out.ipFamilies?.length === 2) invalidField(errors, 'spec.ipFamilyPolicy', out.ipFamilyPolicy, `${why} IP families are specified`);
  }
  let list = out.ipFamilies ?? [];
  (out.clusterIPs ?? []).forEach((ip, i) => {
    if (ip === 'None' || i < list.length) return;
    if (ip.includes(':')) invalidField(errors, `spec.clusterIPs[${i}]`, out.clusterIPs, 'IPv6 is not configured on this cluster');
    else list = [...list, 'IPv4'];
  });
  if (errors.length > 0) return invalid(KIND, name, errors);
  if (selectorless) {
    if (list.length === 0) list = ['IPv4'];
    if (list.length < 2 && out.ipFamilyPolicy !== 'SingleStack') list = [list[0] ?? 'IPv4', list[0] === 'IPv6' ? 'IPv4' : 'IPv6'];
  } else {
    if (out.ipFamilyPolicy === 'RequireDualStack') invalidField(errors, 'spec.ipFamilyPolicy', out.ipFamilyPolicy, 'this cluster is not configured for dual-stack services');
    list.forEach((family, i) => {
      if (family !== 'IPv4') invalidField(errors, `spec.ipFamilies[${i}]`, family, 'not configured on this cluster');
    });
    if (errors.length > 0) return invalid(KIND, name, errors);
    if (list.length === 0) list = ['IPv4'];
  }
  if (!sameList(list, out.ipFamilies)) out = withField(out, 'ipFamilies', list);
  return out;
}

function clusterIP(spec: ServiceSpecIn, old: ServiceSpecIn | undefined, name: string, used: InUse, draw: Draw): ServiceSpecIn | Status {
  if (!needsIP(spec) || spec.clusterIP === 'None' || (old !== undefined && needsIP(old) && (spec.clusterIPs?.length ?? 0) > 0)) return spec;
  const asked = spec.clusterIPs?.[0] ?? '';
  const refuse = (why: string): Status => {
    const errors: Errors = [];
    invalidField(errors, 'spec.clusterIPs', spec.clusterIPs ?? [''], why);
    return invalid(KIND, name, errors);
  };
  if (asked !== '') {
    if (!inRange(asked)) return refuse(`failed to allocate IP ${asked}: the provided network does not match the current range`);
    return used.clusterIPs.has(asked) ? refuse(`failed to allocate IP ${asked}: provided IP is already allocated`) : spec;
  }
  const last = SIZE - 2;
  const offset = next((one) => used.clusterIPs.has(address(one)), 1, BY_HAND + 1, last, draw('clusterIP', last - BY_HAND));
  if (offset === undefined) return internalError(`failed to allocate a serviceIP for Service ${JSON.stringify(name)}: range is full`);
  const ip = address(offset);
  // An address belongs to an object that names its Service, and an object without a name cannot be named.
  if (name === '') return refuse(`failed to allocate IP: IPAddress.networking.k8s.io ${JSON.stringify(ip)} is invalid: spec.parentRef.name: Required value`);
  return withField(withField(spec, 'clusterIP', ip), 'clusterIPs', [ip]);
}

function nodePorts(spec: ServiceSpecIn, old: ServiceSpecIn | undefined, name: string, used: InUse, draw: Draw): ServiceSpecIn | Status {
  const mine = new Set<number>();
  const hadPorts = old !== undefined && (old.type === 'NodePort' || old.type === 'LoadBalancer');
  const before = new Set(hadPorts ? (old.ports ?? []).map((port) => port.nodePort ?? 0).filter((port) => port !== 0) : []);
  const refuse = (i: number, port: number, why: string): Status => {
    const errors: Errors = [];
    invalidField(errors, `spec.ports[${i}].nodePort`, port, why);
    return invalid(KIND, name, errors);
  };
  const fault = (port: number): string | undefined => {
    if (port < FIRST_PORT || port > LAST_PORT) return `provided port is not in the valid range. The range of valid ports is ${FIRST_PORT}-${LAST_PORT}`;
    return used.nodePorts.has(port) && !before.has(port) ? 'provided port is already allocated' : undefined;
  };
  const fresh = (): number | undefined => {
    const reserved = FIRST_PORT + PORTS_BY_HAND;
    const port = next((one) => used.nodePorts.has(one) || mine.has(one) || before.has(one), FIRST_PORT, reserved, LAST_PORT, draw('nodePort', LAST_PORT - reserved + 1));
    if (port !== undefined) mine.add(port);
    return port;
  };
  let out = spec;
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
    // A port under two protocols has one node port.
    const byPort = new Map<number, number>();
    const ports: ServicePortIn[] = [];
    for (const [i, port] of (spec.ports ?? []).entries()) {
      let given = port.nodePort ?? 0;
      if (given === 0 && !needsNodePort(spec)) {
        ports.push(port);
        continue;
      }
      if (given === 0) given = byPort.get(port.port) ?? (spec.ports ?? []).find((other) => other.port === port.port && (other.nodePort ?? 0) !== 0)?.nodePort ?? 0;
      if (given === 0) {
        const found = fresh();
        if (found === undefined) return internalError('failed to allocate a nodePort: range is full');
        given = found;
      } else if (!mine.has(given)) {
        const why = fault(given);
        if (why !== undefined) return refuse(i, given, why);
        mine.add(given);
      }
      byPort.set(port.port, given);
      ports.push(port.nodePort === given ? port : { ...port, nodePort: given });
    }
    if (spec.ports !== undefined && ports.some((port, i) => port !== spec.ports?.[i])) out = withField(out, 'ports', ports);
  }
  if (needsHealthCheck(out) && !(old !== undefined && needsHealthCheck(old) && old.healthCheckNodePort === out.healthCheckNodePort)) {
    const asked = out.healthCheckNodePort ?? 0;
    if (asked !== 0) {
      const why = fault(asked) ?? (mine.has(asked) ? 'provided port is already allocated' : undefined);
      if (why !== undefined) return internalError(`failed to allocate requested HealthCheck NodePort ${asked}: ${why}`);
    } else out = withField(out, 'healthCheckNodePort', fresh());
  }
  return out;
}

/** What a Service is given, or keeps, before it is prepared and validated. `used` is what the other Services have. */
export function allocateService(service: Service, old: Service | undefined, used: InUse, draw: Draw): Service | Status {
  const before = old === undefined ? undefined : serviceSpec(old);
  const name = service.metadata.name ?? '';
  let spec = serviceSpec(service);
  if (spec === before) return service;
  if (before !== undefined) spec = carryOver(spec, before);
  spec = normalize(spec, before);
  for (const step of [(one: ServiceSpecIn) => families(one, before, name), (one: ServiceSpecIn) => clusterIP(one, before, name, used, draw), (one: ServiceSpecIn) => nodePorts(one, before, name, used, draw)]) {
    const done = step(spec);
    if ('kind' in done) return done;
    spec = done;
  }
  return spec === serviceSpec(service) ? service : { ...service, spec: settled('ServiceSpec', spec) as unknown as Service['spec'] };
}
