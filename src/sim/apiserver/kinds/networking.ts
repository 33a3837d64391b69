import type { KubernetesObject, LabelSelector } from '../../api/object.ts';
import type { Strategy } from '../strategy.ts';
import { forbidden, invalid, invalidEach, notSupported, required, tooLong, type Errors } from './field.ts';
import { same, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta.ts';
import { cidrFaults, dns1123Label, dns1123Subdomain, isCIDR, isIP, ipFaults, parseIPv4, parseIPv6, pathSegmentName, portName, portNumber, regexError, subdomainName, type NameRule } from './names.ts';
import { mapSame } from './podDefaults.ts';
import { createdWithStatus, statusUpdated, strategyFor, updatedKeepingStatus, withField, withGeneration } from './strategies.ts';

/** networking.k8s.io: after pkg/apis/networking/validation and pkg/registry/networking. */

const SUBDOMAIN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const WILDCARD = `\\*\\.${SUBDOMAIN}`;

function wildcardFaults(value: string): readonly string[] {
  const faults: string[] = [];
  if (value.length > 253) faults.push('must be no more than 253 characters');
  if (!value.startsWith('*.') || dns1123Subdomain(value.slice(2)).some((fault) => !fault.startsWith('must be no more'))) {
    faults.push(regexError("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character", WILDCARD, '*.example.com'));
  }
  return faults;
}

const segment = (name: string): readonly string[] => pathSegmentName(name, false);

/** A text that is a part of a path: required, or its faults. */
function validateSegment(errors: Errors, field: string, value: string): void {
  if (value === '') required(errors, field);
  else invalidEach(errors, field, value, segment(value));
}

// ---- Ingress

interface ReferenceIn {
  readonly apiGroup?: string;
  readonly kind?: string;
  readonly name?: string;
}
interface BackendIn {
  readonly resource?: ReferenceIn;
  readonly service?: { readonly name?: string; readonly port?: { readonly name?: string; readonly number?: number } };
}
interface PathIn {
  readonly path?: string;
  readonly pathType?: string | null;
  readonly backend: BackendIn;
}
interface RuleIn {
  readonly host?: string;
  readonly http?: { readonly paths?: readonly PathIn[] | null };
}
interface IngressIn {
  readonly spec: {
    readonly defaultBackend?: BackendIn;
    readonly rules?: readonly RuleIn[];
    readonly ingressClassName?: string;
    readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] } };
}

function validateReference(errors: Errors, field: string, reference: ReferenceIn): void {
  if (reference.apiGroup !== undefined) invalidEach(errors, `${field}.apiGroup`, reference.apiGroup, dns1123Subdomain(reference.apiGroup));
  validateSegment(errors, `${field}.kind`, reference.kind ?? '');
  validateSegment(errors, `${field}.name`, reference.name ?? '');
}

function validateBackend(errors: Errors, field: string, backend: BackendIn): void {
  const { resource, service } = backend;
  if (resource !== undefined && service !== undefined) return invalid(errors, field, '', 'cannot set both resource and service backends');
  if (resource !== undefined) return validateReference(errors, `${field}.resource`, resource);
  if (service === undefined) return invalid(errors, field, '', 'resource or service backend is required');
  const name = service.name ?? '';
  if (name === '') required(errors, `${field}.service.name`);
  else invalidEach(errors, `${field}.service.name`, name, dns1123Label(name));
  const port = service.port?.name ?? '';
  const number = service.port?.number ?? 0;
  if (port !== '' && number !== 0) return invalid(errors, field, '', 'cannot set both port name & port number');
  if (port !== '') return invalidEach(errors, `${field}.service.port.name`, port, portName(port));
  if (number !== 0) return invalidEach(errors, `${field}.service.port.number`, number, portNumber(number));
  return required(errors, field, 'port name or number is required');
}

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

function validatePath(errors: Errors, field: string, { path = '', pathType, backend }: PathIn): void {
  if (pathType === undefined || pathType === null) return required(errors, `${field}.pathType`, 'pathType must be specified');
  const at = `${field}.path`;
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!path.startsWith('/')) invalid(errors, at, path, 'must be an absolute path');
    for (const sequence of ['//', '/./', '/../', '%2f', '%2F']) if (path.includes(sequence)) invalid(errors, at, path, `must not contain '${sequence}'`);
    for (const suffix of ['/..', '/.']) if (path.endsWith(suffix)) invalid(errors, at, path, `cannot end with '${suffix}'`);
  } else if (pathType === 'ImplementationSpecific') {
    if (path !== '' && !path.startsWith('/')) invalid(errors, at, path, 'must be an absolute path');
  } else notSupported(errors, `${field}.pathType`, pathType, PATH_TYPES);
  return validateBackend(errors, `${field}.backend`, backend);
}

function validateRuleValue(errors: Errors, field: string, rule: RuleIn): void {
  if (rule.http === undefined) return;
  const paths = rule.http.paths ?? [];
  if (paths.length === 0) required(errors, `${field}.http.paths`);
  paths.forEach((path, i) => validatePath(errors, `${field}.http.paths[${i}]`, path));
}

function validateHost(errors: Errors, field: string, host: string): void {
  invalidEach(errors, field, host, host.includes('*') ? wildcardFaults(host) : dns1123Subdomain(host));
}

/** What an old object already had wrong may stay wrong (IngressValidationOptions upstream). */
interface IngressLeniency {
  readonly secretNames: boolean;
  readonly wildcardRules: boolean;
}
function leniencyOf(old: IngressIn): IngressLeniency {
  const wrong = (rule: RuleIn): boolean => {
    const errors: Errors = [];
    validateRuleValue(errors, '', rule);
    return errors.length > 0;
  };
  return {
    secretNames: old.spec.tls?.some((tls) => (tls.secretName ?? '') !== '' && dns1123Subdomain(tls.secretName ?? '').length > 0) === true,
    wildcardRules: old.spec.rules?.some((rule) => rule.host?.includes('*') === true && wrong(rule)) === true,
  };
}

function validateIngressSpec(errors: Errors, spec: IngressIn['spec'], leniency: IngressLeniency, given: boolean): void {
  const rules = spec.rules ?? [];
  if (rules.length === 0 && spec.defaultBackend === undefined) invalid(errors, 'spec', given ? [] : null, 'either `defaultBackend` or `rules` must be specified');
  if (spec.defaultBackend !== undefined) validateBackend(errors, 'spec.defaultBackend', spec.defaultBackend);
  rules.forEach((rule, i) => {
    const host = rule.host ?? '';
    if (host !== '') {
      if (isIP(host)) invalid(errors, `spec.rules[${i}].host`, host, 'must be a DNS name, not an IP address');
      validateHost(errors, `spec.rules[${i}].host`, host);
    }
    if (!host.includes('*') || !leniency.wildcardRules) validateRuleValue(errors, `spec.rules[${i}]`, rule);
  });
  spec.tls?.forEach((tls, i) => {
    tls.hosts?.forEach((host, j) => validateHost(errors, `spec.tls[${i}].hosts[${j}]`, host));
    const secret = tls.secretName ?? '';
    if (secret !== '' && !leniency.secretNames) invalidEach(errors, `spec.tls[${i}].secretName`, secret, dns1123Subdomain(secret));
  });
  if (spec.ingressClassName !== undefined) invalidEach(errors, 'spec.ingressClassName', spec.ingressClassName, dns1123Subdomain(spec.ingressClassName));
}

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const STRICT: IngressLeniency = { secretNames: false, wildcardRules: false };

export const ingress = strategyFor<IngressIn>({
  prepareForCreate: createdWithStatus('Ingress'),
  prepareForUpdate: updatedKeepingStatus,
  prepareForStatusUpdate: statusUpdated(false),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateIngressSpec(errors, object.spec, STRICT, object.spec.rules !== undefined);
    const annotated = object.metadata.annotations?.[CLASS_ANNOTATION];
    if (annotated !== undefined && object.spec.ingressClassName !== undefined && annotated !== object.spec.ingressClassName) {
      invalid(errors, `annotations.${CLASS_ANNOTATION}`, annotated, 'must match `ingressClassName` when both are specified');
    }
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateMeta(errors, object.metadata, true, subdomainName);
    validateIngressSpec(errors, object.spec, leniencyOf(old), object.spec.rules !== undefined);
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const known = new Set(old.status?.loadBalancer?.ingress?.map((one) => one.ip));
    object.status?.loadBalancer?.ingress?.forEach((one, i) => {
      const field = `status.loadBalancer.ingress[${i}]`;
      if ((one.ip ?? '') !== '' && !known.has(one.ip)) invalidEach(errors, `${field}.ip`, one.ip, ipFaults(one.ip ?? ''));
      const host = one.hostname ?? '';
      if (host === '') return;
      invalidEach(errors, `${field}.hostname`, host, dns1123Subdomain(host));
      if (isIP(host)) invalid(errors, `${field}.hostname`, host, 'must be a DNS name, not an IP address');
    });
    return errors;
  },
  warnings: (object, old) => (old === undefined && object.metadata.annotations?.[CLASS_ANNOTATION] !== undefined && object.spec.ingressClassName === undefined ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`] : []),
});

// ---- IngressClass

interface IngressClassIn {
  readonly spec: { readonly controller?: string; readonly parameters?: ReferenceIn & { readonly scope?: string | null; readonly namespace?: string } };
}
const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const HTTP_PATH_RE = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

function validateDomainPath(errors: Errors, field: string, value: string): void {
  if (value === '') return required(errors, field);
  const slash = value.indexOf('/');
  const [host, path] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash < 0 || host === '' || path === '') return invalid(errors, field, value, 'must be a domain-prefixed path (such as "acme.io/foo")');
  invalidEach(errors, field, host, dns1123Subdomain(host));
  if (!HTTP_PATH_RE.test(path)) invalid(errors, field, path, regexError('Invalid path', HTTP_PATH));
  return undefined;
}

function validateClass(errors: Errors, object: KubernetesObject & IngressClassIn): void {
  validateMeta(errors, object.metadata, false, subdomainName);
  const controller = object.spec.controller ?? '';
  if (controller.length > 250) tooLong(errors, 'spec.controller', 250);
  validateDomainPath(errors, 'spec.controller', controller);
  const { parameters } = object.spec;
  if (parameters === undefined) return;
  const field = 'spec.parameters';
  validateReference(errors, field, parameters);
  const { scope, namespace } = parameters;
  if (scope === undefined || scope === null) required(errors, `${field}.scope`);
  else if (scope === 'Namespace') {
    if (namespace === undefined) required(errors, `${field}.namespace`, "`parameters.scope` is set to 'Namespace'");
    else invalidEach(errors, `${field}.namespace`, namespace, dns1123Label(namespace));
  } else if (scope !== 'Cluster') notSupported(errors, `${field}.scope`, scope, ['Cluster', 'Namespace']);
  else if (namespace !== undefined) forbidden(errors, `${field}.namespace`, "`parameters.scope` is set to 'Cluster'");
}

export const ingressClass = strategyFor<IngressClassIn>({
  default: (object) => {
    const { parameters } = object.spec;
    return parameters === undefined || (parameters.scope ?? null) !== null ? object : { ...object, spec: { ...object.spec, parameters: { ...parameters, scope: 'Cluster' } } };
  },
  prepareForCreate: (object) => withGeneration(object, 1),
  prepareForUpdate: newGeneration,
  validateCreate: (object) => {
    const errors: Errors = [];
    validateClass(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    if (object.spec.controller !== old.spec.controller) invalid(errors, 'spec.controller', object.spec.controller ?? '', 'field is immutable');
    validateClass(errors, object);
    return errors;
  },
});

/** A changed spec is a new generation; there is no status to keep. */
function newGeneration<T extends KubernetesObject & { readonly spec: unknown }>(object: T, old: T): T {
  return withGeneration(object, same(object.spec, old.spec) ? old.metadata.generation : (old.metadata.generation ?? 0) + 1);
}

// ---- NetworkPolicy

interface PortIn {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}
interface PeerIn {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr?: string; readonly except?: readonly string[] };
}
interface PolicyIn {
  readonly spec: {
    readonly podSelector?: LabelSelector;
    readonly ingress?: readonly { readonly ports?: readonly PortIn[]; readonly from?: readonly PeerIn[] }[];
    readonly egress?: readonly { readonly ports?: readonly PortIn[]; readonly to?: readonly PeerIn[] }[];
    readonly policyTypes?: readonly string[];
  };
}

function validatePolicyPort(errors: Errors, field: string, { protocol, port, endPort }: PortIn): void {
  if (protocol !== undefined && !['TCP', 'UDP', 'SCTP'].includes(protocol)) notSupported(errors, `${field}.protocol`, protocol, ['TCP', 'UDP', 'SCTP']);
  if (port === undefined) {
    if (endPort !== undefined) invalid(errors, `${field}.endPort`, endPort, 'may not be specified when `port` is not specified');
  } else if (typeof port === 'number') {
    invalidEach(errors, `${field}.port`, port, portNumber(port));
    if (endPort === undefined) return;
    // Upstream prints the port here, not the endPort.
    if (endPort < port) invalid(errors, `${field}.endPort`, port, 'must be greater than or equal to `port`');
    invalidEach(errors, `${field}.endPort`, endPort, portNumber(endPort));
  } else {
    if (endPort !== undefined) invalid(errors, `${field}.endPort`, endPort, 'may not be specified when `port` is non-numeric');
    invalidEach(errors, `${field}.port`, port, portName(port));
  }
}

interface Range {
  readonly bits: number;
  readonly width: number;
  readonly groups: readonly number[];
}
function rangeOf(cidr: string): Range | undefined {
  if (!isCIDR(cidr)) return undefined;
  const slash = cidr.lastIndexOf('/');
  const address = cidr.slice(0, slash);
  const v4 = parseIPv4(address);
  return { bits: Number(cidr.slice(slash + 1)), width: v4 === undefined ? 16 : 8, groups: v4 ?? parseIPv6(address) ?? [] };
}
function holds(outer: Range, inner: Range): boolean {
  if (outer.width !== inner.width) return false;
  return outer.groups.every((group, index) => {
    const kept = Math.max(0, Math.min(outer.width, outer.bits - index * outer.width));
    const shift = outer.width - kept;
    return group >> shift === (inner.groups[index] ?? 0) >> shift;
  });
}

function validateBlock(errors: Errors, field: string, block: NonNullable<PeerIn['ipBlock']>, known: ReadonlySet<string>): void {
  const cidr = block.cidr ?? '';
  if (cidr === '') return required(errors, `${field}.cidr`);
  if (!known.has(cidr)) invalidEach(errors, `${field}.cidr`, cidr, cidrFaults(cidr));
  const outer = rangeOf(cidr);
  if (outer === undefined) return undefined;
  block.except?.forEach((except, i) => {
    if (!known.has(except)) invalidEach(errors, `${field}.except[${i}]`, except, cidrFaults(except));
    const inner = rangeOf(except);
    if (inner !== undefined && (!holds(outer, inner) || outer.bits >= inner.bits)) invalid(errors, `${field}.except[${i}]`, except, 'must be a strict subset of `cidr`');
  });
  return undefined;
}

function validatePeer(errors: Errors, field: string, peer: PeerIn, known: ReadonlySet<string>): void {
  validateLabelSelector(errors, peer.podSelector, `${field}.podSelector`);
  validateLabelSelector(errors, peer.namespaceSelector, `${field}.namespaceSelector`);
  if (peer.ipBlock !== undefined) validateBlock(errors, `${field}.ipBlock`, peer.ipBlock, known);
  const others = peer.podSelector !== undefined || peer.namespaceSelector !== undefined;
  if (!others && peer.ipBlock === undefined) required(errors, field, 'must specify a peer');
  else if (others && peer.ipBlock !== undefined) forbidden(errors, field, 'may not specify both ipBlock and another peer');
}

function validatePolicySpec(errors: Errors, spec: PolicyIn['spec'], known: ReadonlySet<string>): void {
  validateLabelSelector(errors, spec.podSelector, 'spec.podSelector');
  spec.ingress?.forEach((rule, i) => {
    rule.ports?.forEach((port, j) => validatePolicyPort(errors, `spec.ingress[${i}].ports[${j}]`, port));
    rule.from?.forEach((peer, j) => validatePeer(errors, `spec.ingress[${i}].from[${j}]`, peer, known));
  });
  spec.egress?.forEach((rule, i) => {
    rule.ports?.forEach((port, j) => validatePolicyPort(errors, `spec.egress[${i}].ports[${j}]`, port));
    rule.to?.forEach((peer, j) => validatePeer(errors, `spec.egress[${i}].to[${j}]`, peer, known));
  });
  const types = spec.policyTypes ?? [];
  if (types.length > 2) return invalid(errors, 'spec.policyTypes', types, 'may not specify more than two policyTypes');
  types.forEach((type, i) => {
    if (type !== 'Ingress' && type !== 'Egress') notSupported(errors, `spec.policyTypes[${i}]`, type, ['Ingress', 'Egress']);
  });
  return undefined;
}

/** Every range that the old object had: those are not looked at again. */
function rangesOf({ spec }: PolicyIn): ReadonlySet<string> {
  const out = new Set<string>();
  for (const peer of [...(spec.ingress ?? []).flatMap((rule) => rule.from ?? []), ...(spec.egress ?? []).flatMap((rule) => rule.to ?? [])]) {
    if (peer.ipBlock?.cidr !== undefined) out.add(peer.ipBlock.cidr);
    for (const except of peer.ipBlock?.except ?? []) out.add(except);
  }
  return out;
}

const withProtocols = <R extends { readonly ports?: readonly PortIn[] }>(rules: readonly R[] | undefined): readonly R[] | undefined =>
  mapSame(rules, (rule) => {
    const ports = mapSame(rule.ports, (port) => (port.protocol === undefined ? { ...port, protocol: 'TCP' } : port));
    return ports === rule.ports ? rule : { ...rule, ports };
  });

export const networkPolicy = strategyFor<PolicyIn>({
  default: (object) => {
    let { spec } = object;
    spec = withField(withField(spec, 'ingress', withProtocols(spec.ingress)), 'egress', withProtocols(spec.egress));
    if ((spec.policyTypes?.length ?? 0) === 0) spec = { ...spec, policyTypes: (spec.egress?.length ?? 0) > 0 ? ['Ingress', 'Egress'] : ['Ingress'] };
    return spec === object.spec ? object : { ...object, spec };
  },
  prepareForCreate: (object) => withGeneration(object, 1),
  prepareForUpdate: newGeneration,
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validatePolicySpec(errors, object.spec, new Set());
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validatePolicySpec(errors, object.spec, rangesOf(old));
    return errors;
  },
});

// ---- IPAddress and ServiceCIDR

/** The one spelling of an address (RFC 5952 for IPv6): newer kinds take no other. */
function canonicalIP(text: string): string | undefined {
  const v4 = parseIPv4(text);
  if (v4 !== undefined) return v4.join('.');
  const groups = parseIPv6(text);
  if (groups === undefined) return undefined;
  let best = -1;
  let length = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > length) [best, length] = [start, end - start];
  }
  const shown = groups.map((group) => group.toString(16));
  return best < 0 ? shown.join(':') : `${shown.slice(0, best).join(':')}::${shown.slice(best + length).join(':')}`;
}

const ipName: NameRule = (name) => {
  const faults = ipFaults(name);
  if (faults.length > 0) return faults;
  const canonical = canonicalIP(name);
  return canonical === name ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
};

interface IPAddressIn {
  readonly spec: { readonly parentRef?: { readonly group?: string; readonly resource?: string; readonly namespace?: string; readonly name?: string } };
}
function validateAddress(errors: Errors, object: KubernetesObject & IPAddressIn): void {
  validateMeta(errors, object.metadata, false, ipName);
  const parent = object.spec.parentRef;
  const field = 'spec.parentRef';
  if (parent === undefined) return required(errors, field);
  if ((parent.group ?? '') !== '') invalidEach(errors, `${field}.group`, parent.group, dns1123Subdomain(parent.group ?? ''));
  validateSegment(errors, `${field}.resource`, parent.resource ?? '');
  validateSegment(errors, `${field}.name`, parent.name ?? '');
  if ((parent.namespace ?? '') !== '') invalidEach(errors, `${field}.namespace`, parent.namespace, segment(parent.namespace ?? ''));
  return undefined;
}

export const ipAddress = strategyFor<IPAddressIn>({
  validateCreate: (object) => {
    const errors: Errors = [];
    validateAddress(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateAddress(errors, object);
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const { parentRef } = object.spec;
    if (!same(parentRef, old.spec.parentRef)) invalid(errors, 'spec.parentRef', parentRef === undefined ? null : { Group: parentRef.group ?? '', Resource: parentRef.resource ?? '', Namespace: parentRef.namespace ?? '', Name: parentRef.name ?? '' }, 'field is immutable');
    return errors;
  },
});

interface ServiceCIDRIn {
  readonly spec: { readonly cidrs?: readonly string[] };
  readonly status?: unknown;
}
function strictCidrFaults(cidr: string): readonly string[] {
  const faults = cidrFaults(cidr);
  if (faults.length > 0) return faults;
  const slash = cidr.lastIndexOf('/');
  const canonical = `${canonicalIP(cidr.slice(0, slash)) ?? ''}${cidr.slice(slash)}`;
  return canonical === cidr ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
}
function validateCidrs(errors: Errors, cidrs: readonly string[]): void {
  const field = 'spec.cidrs';
  if (cidrs.length === 0) return required(errors, field, 'at least one CIDR required');
  if (cidrs.length > 2) return invalid(errors, field, { CIDRs: cidrs }, 'may only hold up to 2 values');
  cidrs.forEach((cidr, i) => invalidEach(errors, `${field}[${i}]`, cidr, strictCidrFaults(cidr)));
  const [first, second] = cidrs.map(rangeOf);
  if (cidrs.length === 2 && first !== undefined && second !== undefined && first.width === second.width) invalid(errors, field, cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64');
  return undefined;
}

export const serviceCIDR: Strategy = strategyFor<ServiceCIDRIn>({
  prepareForCreate: (object) => withField(object, 'status', {}),
  prepareForUpdate: (object, old) => withField(object, 'status', old.status),
  prepareForStatusUpdate: (object, old) => withField({ ...object, metadata: { ...old.metadata, ...(object.metadata.resourceVersion === undefined ? {} : { resourceVersion: object.metadata.resourceVersion }) } }, 'spec', old.spec),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, false, subdomainName);
    validateCidrs(errors, object.spec.cidrs ?? []);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const [now, before] = [object.spec.cidrs ?? [], old.spec.cidrs ?? []];
    const immutable = (i: number): void => invalid(errors, `spec.cidrs[${i}]`, now[i], 'field is immutable');
    if (now.length === before.length) now.forEach((cidr, i) => (cidr === before[i] ? undefined : immutable(i)));
    else if (before.length === 1 && now.length === 2) {
      if (now[0] !== before[0]) immutable(0);
      validateCidrs(errors, now);
    } else invalid(errors, 'spec.cidrs', object.spec.cidrs ?? null, 'field is immutable');
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    return errors;
  },
});

export const networking: Readonly<Record<string, Strategy>> = { Ingress: ingress, IngressClass: ingressClass, NetworkPolicy: networkPolicy, IPAddress: ipAddress, ServiceCIDR: serviceCIDR };
