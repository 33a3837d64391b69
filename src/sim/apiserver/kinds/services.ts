import type { Service, StringMap } from '../../api/object.ts';
import { duplicate, forbidden, invalid, invalidEach, notSupported, oneOf, required, type Errors } from './field.ts';
import { validateLabels, validateMeta, validateMetaUpdate } from './meta.ts';
import { cidrFaults, dns1123Label, dns1123Subdomain, endpointIPFaults, ipFaults, isIPv6, labelName, portNumber, qualifiedName } from './names.ts';
import { mapSame } from './podDefaults.ts';
import { validatePortOrName } from './podValidation.ts';
import { emptyStatus, settled, strategyFor, withField } from './strategies.ts';

/** Services (pkg/apis/core/v1/defaults.go, pkg/registry/core/service). Addresses and node ports are given out by `allocate.ts`. */

export interface ServicePortIn {
  readonly name?: string;
  readonly protocol?: string;
  readonly appProtocol?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly nodePort?: number;
}
export interface ServiceSpecIn {
  readonly ports?: readonly ServicePortIn[];
  readonly selector?: StringMap;
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly type?: string;
  readonly externalIPs?: readonly string[];
  readonly sessionAffinity?: string;
  readonly loadBalancerIP?: string;
  readonly loadBalancerSourceRanges?: readonly string[];
  readonly externalName?: string;
  readonly externalTrafficPolicy?: string;
  readonly healthCheckNodePort?: number;
  readonly publishNotReadyAddresses?: boolean;
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
  readonly ipFamilies?: readonly string[];
  readonly ipFamilyPolicy?: string;
  readonly allocateLoadBalancerNodePorts?: boolean;
  readonly loadBalancerClass?: string;
  readonly internalTrafficPolicy?: string;
  readonly trafficDistribution?: string;
}
interface LoadBalancerIn {
  readonly ingress?: readonly { readonly ip?: string; readonly ipMode?: string }[];
}
/** An address of a load balancer stands for itself, unless the status says that it is a proxy's. */
function withIPMode<T extends { readonly spec?: unknown; readonly status?: unknown }>(object: T): T {
  const balancer = (object.status as { readonly loadBalancer?: LoadBalancerIn } | undefined)?.loadBalancer;
  if ((object.spec as { readonly type?: string } | undefined)?.type !== 'LoadBalancer' || balancer?.ingress?.some((one) => (one.ip ?? '') !== '' && one.ipMode === undefined) !== true) return object;
  return { ...object, status: { ...(object.status as object), loadBalancer: { ...balancer, ingress: balancer.ingress.map((one) => ((one.ip ?? '') !== '' && one.ipMode === undefined ? { ...one, ipMode: 'VIP' } : one)) } } };
}

export const serviceSpec = (service: { readonly spec: unknown }): ServiceSpecIn => service.spec as ServiceSpecIn;

export const isHeadless = (spec: ServiceSpecIn): boolean => spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None';
const isExternal = (spec: ServiceSpecIn): boolean => spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
export const needsHealthCheck = (spec: ServiceSpecIn): boolean => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

function defaultSpec(spec: ServiceSpecIn): ServiceSpecIn {
  const type = spec.type || 'ClusterIP';
  const sessionAffinity = spec.sessionAffinity || 'None';
  let config = spec.sessionAffinityConfig;
  if (sessionAffinity === 'None') config = undefined;
  else if (sessionAffinity === 'ClientIP' && config?.clientIP?.timeoutSeconds === undefined) config = { clientIP: { timeoutSeconds: 10_800 } };
  const ports = mapSame(spec.ports, (port) => {
    const target = port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '' ? port.port : port.targetPort;
    const protocol = port.protocol || 'TCP';
    return target === port.targetPort && protocol === port.protocol ? port : { ...port, protocol, targetPort: target };
  });
  let next = withField(withField(withField(spec, 'type', type), 'sessionAffinity', sessionAffinity), 'sessionAffinityConfig', config);
  next = withField(next, 'ports', ports);
  if (isExternal(next) && (spec.externalTrafficPolicy ?? '') === '') next = withField(next, 'externalTrafficPolicy', 'Cluster');
  if (spec.internalTrafficPolicy === undefined && ['NodePort', 'LoadBalancer', 'ClusterIP'].includes(type)) next = withField(next, 'internalTrafficPolicy', 'Cluster');
  if (type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === undefined) next = withField(next, 'allocateLoadBalancerNodePorts', true);
  return next;
}

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const AFFINITIES = ['ClientIP', 'None'];
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function validatePort(errors: Errors, port: ServicePortIn, needsName: boolean, names: Set<string>, field: string): void {
  const name = port.name ?? '';
  if (needsName && name === '') required(errors, `${field}.name`);
  else if (name !== '') {
    invalidEach(errors, `${field}.name`, name, dns1123Label(name));
    if (names.has(name)) duplicate(errors, `${field}.name`, name);
    else names.add(name);
  }
  invalidEach(errors, `${field}.port`, port.port, portNumber(port.port));
  oneOf(errors, `${field}.protocol`, port.protocol, PROTOCOLS);
  validatePortOrName(errors, port.targetPort, `${field}.targetPort`);
  if (port.appProtocol !== undefined) invalidEach(errors, `${field}.appProtocol`, port.appProtocol, qualifiedName(port.appProtocol));
}

/** The internal type of a port as Go prints it. */
const goPort = (port: Partial<ServicePortIn>): unknown => ({ Name: port.name ?? '', Protocol: port.protocol ?? '', AppProtocol: port.appProtocol ?? null, Port: port.port ?? 0, TargetPort: port.targetPort ?? 0, NodePort: port.nodePort ?? 0 });

export function validateClusterIPs(errors: Errors, spec: ServiceSpecIn, old: ServiceSpecIn | undefined): void {
  if (spec.type === 'ExternalName') return;
  const field = 'spec.clusterIPs';
  const ips = spec.clusterIPs ?? [];
  const first = spec.clusterIP ?? '';
  if (first !== '') {
    if (ips.length === 0) required(errors, field);
    else if (ips[0] !== first) invalid(errors, field, ips, 'first value must match `clusterIP`');
  } else if (ips.length !== 0) invalid(errors, field, ips, 'must be empty when `clusterIP` is not specified');
  const seen = new Set<string>();
  spec.ipFamilies?.forEach((family, i) => {
    if (family !== 'IPv4' && family !== 'IPv6') notSupported(errors, `spec.ipFamilies[${i}]`, family, ['IPv4', 'IPv6']);
    if (seen.has(family)) duplicate(errors, `spec.ipFamilies[${i}]`, family);
    seen.add(family);
  });
  const policy = spec.ipFamilyPolicy;
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  if (policy !== undefined && !policies.includes(policy)) notSupported(errors, 'spec.ipFamilyPolicy', policy, policies);
  let bad = false;
  ips.forEach((ip, i) => {
    if (i === 0 && ip === 'None') {
      if (ips.length > 1) {
        bad = true;
        invalid(errors, field, ips, "'None' must be the first and only value");
      }
      return;
    }
    if (old?.clusterIPs?.includes(ip) === true) return;
    const faults = ipFaults(ip);
    if (faults.length > 0) bad = true;
    invalidEach(errors, `${field}[${i}]`, ip, faults);
  });
  if (ips.length > 2) invalid(errors, field, ips, 'may only hold up to 2 values');
  if (bad) return;
  if (ips.length > 1 && ips.every((ip) => isIPv6(ip) === isIPv6(ips[0] ?? ''))) invalid(errors, field, ips, 'may specify no more than one IP for each IP family');
  if (isHeadless(spec)) return;
  ips.forEach((ip, i) => {
    const family = spec.ipFamilies?.[i];
    if (family === 'IPv4' && isIPv6(ip)) invalid(errors, `${field}[${i}]`, ip, `expected an IPv4 value as indicated by \`ipFamilies[${i}]\``);
    if (family === 'IPv6' && !isIPv6(ip)) invalid(errors, `${field}[${i}]`, ip, `expected an IPv6 value as indicated by \`ipFamilies[${i}]\``);
  });
}

function validateService(errors: Errors, service: Service, old: Service | undefined): void {
  const spec = serviceSpec(service);
  const was = old === undefined ? undefined : serviceSpec(old);
  const ports = spec.ports ?? [];
  const annotations = service.metadata.annotations ?? {};
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') required(errors, 'spec.ports');
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) invalid(errors, 'spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`);
  if (spec.type === 'ExternalName') {
    if ((spec.clusterIPs?.length ?? 0) > 0) forbidden(errors, 'spec.clusterIPs', 'may not be set for ExternalName services');
    if ((spec.ipFamilies?.length ?? 0) > 0) forbidden(errors, 'spec.ipFamilies', 'may not be set for ExternalName services');
    if (spec.ipFamilyPolicy !== undefined) forbidden(errors, 'spec.ipFamilyPolicy', 'may not be set for ExternalName services');
    const name = (spec.externalName ?? '').replace(/\.$/, '');
    if (name === '') required(errors, 'spec.externalName');
    else invalidEach(errors, 'spec.externalName', name, dns1123Subdomain(name));
  }
  const names = new Set<string>();
  ports.forEach((port, i) => validatePort(errors, port, ports.length > 1, names, `spec.ports[${i}]`));
  validateLabels(errors, spec.selector, 'spec.selector');
  oneOf(errors, 'spec.sessionAffinity', spec.sessionAffinity, AFFINITIES);
  if (spec.sessionAffinity === 'ClientIP') {
    const timeout = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
    if (timeout === undefined) required(errors, 'spec.sessionAffinityConfig', 'when session affinity type is ClientIP');
    else if (timeout <= 0 || timeout > 86_400) invalid(errors, 'spec.sessionAffinityConfig.clientIP.timeoutSeconds', timeout, 'must be greater than 0 and less than 86400');
  } else if (spec.sessionAffinity === 'None' && spec.sessionAffinityConfig !== undefined) forbidden(errors, 'spec.sessionAffinityConfig', 'must not be set when session affinity is None');
  validateClusterIPs(errors, spec, was);
  spec.externalIPs?.forEach((ip, i) => {
    const faults = was?.externalIPs?.includes(ip) === true ? [] : ipFaults(ip);
    invalidEach(errors, `spec.externalIPs[${i}]`, ip, faults.length > 0 ? faults : endpointIPFaults(ip));
  });
  oneOf(errors, 'spec.type', spec.type, TYPES);
  if (spec.type === 'ClusterIP') ports.forEach((port, i) => {
    if ((port.nodePort ?? 0) !== 0) forbidden(errors, `spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'");
  });
  const nodePorts = new Set<string>();
  ports.forEach((port, i) => {
    if ((port.nodePort ?? 0) === 0) return;
    const key = `${port.protocol}/${port.nodePort}`;
    if (nodePorts.has(key)) duplicate(errors, `spec.ports[${i}].nodePort`, port.nodePort);
    nodePorts.add(key);
  });
  const numbers = new Set<string>();
  ports.forEach((port, i) => {
    const key = `${port.protocol}/${port.port}`;
    if (numbers.has(key)) duplicate(errors, `spec.ports[${i}]`, goPort({ ...(port.protocol === undefined ? {} : { protocol: port.protocol }), port: port.port }));
    numbers.add(key);
  });
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const ANNOTATED = 'service.beta.kubernetes.io/load-balancer-source-ranges';
  if (ranges.length > 0) {
    if (spec.type !== 'LoadBalancer') forbidden(errors, 'spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'");
    ranges.forEach((range, i) => {
      const text = range.trim();
      if (was?.loadBalancerSourceRanges?.some((one) => one.trim() === text) !== true) invalidEach(errors, `spec.LoadBalancerSourceRanges[${i}]`, text, cidrFaults(text));
    });
  } else if (Object.hasOwn(annotations, ANNOTATED)) {
    const field = `metadata.annotations[${ANNOTATED}]`;
    if (spec.type !== 'LoadBalancer') forbidden(errors, field, "may only be used when `type` is 'LoadBalancer'");
    const text = (annotations[ANNOTATED] ?? '').trim();
    if (text !== '' && old?.metadata.annotations?.[ANNOTATED] !== annotations[ANNOTATED]) for (const one of text.split(',')) invalidEach(errors, field, one.trim(), cidrFaults(one.trim()));
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') forbidden(errors, 'spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'");
  if (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === undefined) required(errors, 'allocateLoadBalancerNodePorts');
  if (spec.loadBalancerClass !== undefined) {
    if (spec.type === 'LoadBalancer') invalidEach(errors, 'spec.loadBalancerClass', spec.loadBalancerClass, qualifiedName(spec.loadBalancerClass));
    else forbidden(errors, 'spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'");
  }
  const policy = spec.externalTrafficPolicy ?? '';
  if (!isExternal(spec)) {
    if (policy !== '') invalid(errors, 'spec.externalTrafficPolicy', policy, 'may only be set for externally-accessible services');
  } else oneOf(errors, 'spec.externalTrafficPolicy', policy, ['Cluster', 'Local']);
  const health = spec.healthCheckNodePort ?? 0;
  if (!needsHealthCheck(spec)) {
    if (health !== 0) invalid(errors, 'spec.healthCheckNodePort', health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
  } else if (health === 0) required(errors, 'spec.healthCheckNodePort');
  else invalidEach(errors, 'spec.healthCheckNodePort', health, portNumber(health));
  const internal = spec.internalTrafficPolicy;
  if (internal === undefined) {
    if (['NodePort', 'LoadBalancer', 'ClusterIP'].includes(spec.type ?? '')) required(errors, 'spec.internalTrafficPolicy');
  } else if (internal !== 'Cluster' && internal !== 'Local') notSupported(errors, 'spec.internalTrafficPolicy', internal, ['Cluster', 'Local']);
  const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  if (spec.trafficDistribution !== undefined && !distributions.includes(spec.trafficDistribution)) notSupported(errors, 'spec.trafficDistribution', spec.trafficDistribution, distributions);
}

/** Addresses and families are fixed once given, except that a type change away from ExternalName starts anew. */
function validateFixed(errors: Errors, spec: ServiceSpecIn, old: ServiceSpecIn): void {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return;
  const [now, was] = [spec.clusterIPs ?? [], old.clusterIPs ?? []];
  if (!(isHeadless(spec) && isHeadless(old))) {
    if (now.length === was.length) was.forEach((ip, i) => {
      if (ip !== now[i]) invalid(errors, `spec.clusterIPs[${i}]`, now, 'may not change once set');
    });
    else if (was.length > now.length) {
      if (now.length === 0) invalid(errors, 'spec.clusterIPs[0]', spec.clusterIPs ?? null, 'primary clusterIP can not be unset');
      else if (now[0] !== was[0]) invalid(errors, 'spec.clusterIPs[0]', now, 'may not change once set');
      if (now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') invalid(errors, 'spec.ipFamilyPolicy', spec.ipFamilyPolicy ?? null, "must be set to 'SingleStack' when releasing the secondary clusterIP");
    } else if (was.length > 0 && now[0] !== was[0]) invalid(errors, 'spec.clusterIPs[0]', now, 'may not change once set');
  }
  if (isHeadless(spec) || isHeadless(old)) return;
  const [families, before] = [spec.ipFamilies ?? [], old.ipFamilies ?? []];
  if (families.length === before.length) before.forEach((family, i) => {
    if (family !== families[i]) invalid(errors, 'spec.ipFamilies[0]', families, 'may not change once set');
  });
}

/** Fields that only the old type had are dropped, if the user did not change them along with the type. */
function dropTypeDependent(spec: ServiceSpecIn, old: ServiceSpecIn): ServiceSpecIn {
  let next = spec;
  const needsIP = (one: ServiceSpecIn): boolean => one.type === 'ClusterIP' || one.type === 'NodePort' || one.type === 'LoadBalancer';
  const sameList = (a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean => (a ?? []).length === (b ?? []).length && (a ?? []).every((one, i) => one === b?.[i]);
  if (needsIP(old) && !needsIP(next) && next.clusterIP === old.clusterIP && sameList(next.clusterIPs, old.clusterIPs)) next = withField(withField(next, 'clusterIP', undefined), 'clusterIPs', undefined);
  if (needsIP(old) && !needsIP(next) && sameList(next.ipFamilies, old.ipFamilies)) next = withField(withField(next, 'ipFamilies', undefined), 'ipFamilyPolicy', next.ipFamilyPolicy === old.ipFamilyPolicy ? undefined : next.ipFamilyPolicy);
  const needsNodePort = (one: ServiceSpecIn): boolean => one.type === 'NodePort' || (one.type === 'LoadBalancer' && one.allocateLoadBalancerNodePorts !== false);
  if (needsNodePort(old) && !needsNodePort(next) && old.type !== next.type && sameList((next.ports ?? []).map((port) => port.nodePort ?? 0), (old.ports ?? []).map((port) => port.nodePort ?? 0))) {
    next = withField(next, 'ports', mapSame(next.ports, (port) => withField(port, 'nodePort', undefined)));
  }
  if (needsHealthCheck(old) && !needsHealthCheck(next) && next.healthCheckNodePort === old.healthCheckNodePort) next = withField(next, 'healthCheckNodePort', undefined);
  if (old.type === 'LoadBalancer' && next.type !== 'LoadBalancer') {
    if (next.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) next = withField(next, 'allocateLoadBalancerNodePorts', undefined);
    if (next.loadBalancerClass === old.loadBalancerClass) next = withField(next, 'loadBalancerClass', undefined);
  }
  if (isExternal(old) && !isExternal(next) && next.externalTrafficPolicy === old.externalTrafficPolicy) next = withField(next, 'externalTrafficPolicy', undefined);
  if (old.internalTrafficPolicy !== undefined && next.type === 'ExternalName' && next.internalTrafficPolicy === old.internalTrafficPolicy) next = withField(next, 'internalTrafficPolicy', undefined);
  return next;
}

const NO_WARNINGS: readonly string[] = [];
/** After pkg/api/service/warnings.go, but for addresses that are not spelt as they should be. */
function serviceWarnings(object: Service): readonly string[] {
  const spec = serviceSpec(object);
  const { type, externalIPs = [], externalName = '', trafficDistribution, loadBalancerIP = '', sessionAffinity } = spec;
  const hints = object.metadata.annotations?.['service.kubernetes.io/topology-aware-hints'] !== undefined;
  if (!hints && externalIPs.length === 0 && externalName === '' && trafficDistribution === undefined && !isHeadless(spec)) return NO_WARNINGS;
  const out: string[] = [];
  const headless = type === 'ClusterIP' && isHeadless(spec);
  const named = type === 'ExternalName';
  if (hints) out.push('annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead');
  if (headless && loadBalancerIP !== '') out.push('spec.loadBalancerIP is ignored for headless services');
  if (headless && externalIPs.length > 0) out.push('spec.externalIPs is ignored for headless services');
  if (headless && sessionAffinity !== 'None') out.push('spec.SessionAffinity is ignored for headless services');
  if (externalIPs.length > 0 && !headless && !named) out.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  if (named && externalIPs.length > 0) out.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (!named && externalName !== '') out.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (trafficDistribution === 'PreferClose') out.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return out;
}

export const service = strategyFor<Service>({
  default: (object) => {
    const spec = defaultSpec(serviceSpec(object));
    return spec === serviceSpec(object) ? object : { ...object, spec: settled('ServiceSpec', spec) as unknown as Service['spec'] };
  },
  prepareForCreate: (object) => withField(object, 'status', emptyStatus('Service')),
  prepareForUpdate: (object, old) => {
    const spec = dropTypeDependent(serviceSpec(object), serviceSpec(old));
    const next = withField(object, 'status', old.status);
    return spec === serviceSpec(next) ? next : { ...next, spec: spec as unknown as Service['spec'] };
  },
  prepareForStatusUpdate: (object, old) => withField(withIPMode(object), 'spec', old.spec),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, labelName);
    validateService(errors, object, undefined);
    return errors;
  },
  warnings: (object) => serviceWarnings(object),
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const [spec, was] = [serviceSpec(object), serviceSpec(old)];
    validateFixed(errors, spec, was);
    if (spec.type === 'LoadBalancer' && was.type === 'LoadBalancer' && spec.loadBalancerClass !== was.loadBalancerClass) invalid(errors, 'spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set');
    if (needsHealthCheck(spec) && needsHealthCheck(was) && spec.healthCheckNodePort !== was.healthCheckNodePort) forbidden(errors, 'spec.healthCheckNodePort', 'field is immutable');
    validateService(errors, object, old);
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const ingress = ((object.status ?? {}) as { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly ipMode?: string; readonly hostname?: string }[] } }).loadBalancer?.ingress ?? [];
    const field = 'status.loadBalancer.ingress';
    if (serviceSpec(object).type !== 'LoadBalancer' && ingress.length > 0) forbidden(errors, field, "may only be used when `spec.type` is 'LoadBalancer'");
    else ingress.forEach((one, i) => {
      if (one.ip !== undefined) invalidEach(errors, `${field}[${i}].ip`, one.ip, ipFaults(one.ip));
      if (one.ipMode !== undefined && one.ip === undefined) forbidden(errors, `${field}[${i}].ipMode`, 'may not be specified when `ip` is not set');
      else if (one.ipMode !== undefined && one.ipMode !== 'VIP' && one.ipMode !== 'Proxy') notSupported(errors, `${field}[${i}].ipMode`, one.ipMode, ['Proxy', 'VIP']);
      if (one.hostname !== undefined) invalidEach(errors, `${field}[${i}].hostname`, one.hostname, dns1123Subdomain(one.hostname));
    });
    return errors;
  },
});
