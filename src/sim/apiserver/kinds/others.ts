import type { EndpointSlice, Lease, PodDisruptionBudget, PriorityClass, StorageClass, StringMap } from '../../api/object.ts';
import { utf8Length } from '../goText.ts';
import { validateAtMost100Percent, validateIntOrPercent } from './apps.ts';
import { duplicate, forbidden, invalid, invalidEach, nonNegative, notSupported, oneOf, required, tooLong, tooMany, type Errors } from './field.ts';
import { same, validateConditions, validateLabelName, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta.ts';
import { dns1123Label, dns1123Subdomain, endpointIPFaults, ipFaults, isIPv6, labelValue, parseIPv4, qualifiedName, subdomainName } from './names.ts';
import { mapSame } from './podDefaults.ts';
import { createdWithStatus, NO_ERRORS, statusUpdated, strategyFor, updatedKeepingStatus, withField, withGeneration } from './strategies.ts';

/** One kind each from policy, coordination, discovery, scheduling and storage. */

// ---- PodDisruptionBudget

function validateBudgetSpec(errors: Errors, spec: PodDisruptionBudget['spec']): void {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    invalid(errors, 'spec', { MinAvailable: minAvailable, Selector: selector ?? null, MaxUnavailable: maxUnavailable, UnhealthyPodEvictionPolicy: policy ?? null }, 'minAvailable and maxUnavailable cannot be both set');
  }
  for (const [name, value] of [['minAvailable', minAvailable], ['maxUnavailable', maxUnavailable]] as const) {
    if (value === undefined) continue;
    validateIntOrPercent(errors, value, `spec.${name}`);
    validateAtMost100Percent(errors, value, `spec.${name}`);
  }
  validateLabelSelector(errors, selector, 'spec.selector');
  if (policy !== undefined && policy !== 'AlwaysAllow' && policy !== 'IfHealthyBudget') notSupported(errors, 'spec.unhealthyPodEvictionPolicy', policy, ['AlwaysAllow', 'IfHealthyBudget']);
}

export const podDisruptionBudget = strategyFor<PodDisruptionBudget>({
  prepareForCreate: createdWithStatus('PodDisruptionBudget'),
  prepareForUpdate: updatedKeepingStatus,
  prepareForStatusUpdate: statusUpdated(false),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateBudgetSpec(errors, object.spec);
    return errors;
  },
  validateUpdate: (object) => {
    const errors: Errors = [];
    validateBudgetSpec(errors, object.spec);
    return errors;
  },
  validateStatusUpdate: (object) => {
    const errors: Errors = [];
    const { status } = object;
    validateConditions(errors, status?.conditions, 'status.conditions');
    for (const name of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const) nonNegative(errors, `status.${name}`, status?.[name]);
    return errors;
  },
});

// ---- Lease

function validateLeaseSpec(errors: Errors, spec: Lease['spec'] | undefined): void {
  const duration = spec?.leaseDurationSeconds;
  if (duration !== undefined && duration <= 0) invalid(errors, 'spec.leaseDurationSeconds', duration, 'must be greater than 0');
  const transitions = spec?.leaseTransitions;
  if (transitions !== undefined && transitions < 0) invalid(errors, 'spec.leaseTransitions', transitions, 'must be greater than or equal to 0');
}
/** Coordinated leader election is off by default: its two fields are dropped. */
const withoutElection = (object: Lease): Lease => {
  const spec = object.spec as Readonly<Record<string, unknown>> | undefined;
  if (spec === undefined || (spec['strategy'] === undefined && spec['preferredHolder'] === undefined)) return object;
  return { ...object, spec: withField(withField(spec, 'strategy', undefined), 'preferredHolder', undefined) as Lease['spec'] };
};

export const lease = strategyFor<Lease>({
  prepareForCreate: withoutElection,
  prepareForUpdate: withoutElection,
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName, 'generic');
    validateLeaseSpec(errors, object.spec);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata, 'generic');
    validateLeaseSpec(errors, object.spec);
    return errors;
  },
});

// ---- EndpointSlice

interface EndpointIn {
  readonly addresses: readonly string[] | null;
  readonly nodeName?: string;
  readonly hostname?: string;
  readonly deprecatedTopology?: StringMap;
  readonly hints?: { readonly forZones?: readonly { readonly name: string }[]; readonly forNodes?: readonly { readonly name: string }[] };
}

// Invisible: endpoints that were found right, and for which type of address. All but one or two of a slice stay as they are.
const rightEndpoints = new WeakMap<object, string>();

function validateEndpoint(errors: Errors, endpoint: EndpointIn, addressType: string, field: string): void {
  const addresses = endpoint.addresses ?? [];
  if (addresses.length === 0) required(errors, `${field}.addresses`, 'must contain at least 1 address');
  else if (addresses.length > 100) tooMany(errors, `${field}.addresses`, addresses.length, 100);
  addresses.forEach((address, i) => {
    const at = `${field}.addresses[${i}]`;
    if (addressType === 'IPv4' || addressType === 'IPv6') {
      const faults = ipFaults(address);
      if (faults.length > 0) return invalidEach(errors, at, address, faults);
      if (addressType === 'IPv4' ? parseIPv4(address) === undefined : !isIPv6(address)) invalid(errors, `${field}.addresses`, address, `must be an ${addressType} address`);
      return invalidEach(errors, at, address, endpointIPFaults(address));
    }
    if (addressType === 'FQDN') {
      if (address === '') return required(errors, at);
      const faults = dns1123Subdomain(address.replace(/\.$/, ''));
      if (faults.length > 0) return invalid(errors, at, address, faults.join(','));
      if (!address.replace(/\.$/, '').includes('.')) return invalid(errors, at, address.replace(/\.$/, ''), 'should be a domain with at least two segments separated by dots');
    }
    return undefined;
  });
  if (endpoint.nodeName !== undefined) invalidEach(errors, `${field}.nodeName`, endpoint.nodeName, dns1123Subdomain(endpoint.nodeName));
  if (endpoint.hostname !== undefined) invalidEach(errors, `${field}.hostname`, endpoint.hostname, dns1123Label(endpoint.hostname));
  for (const [list, check] of [['forZones', labelValue], ['forNodes', dns1123Subdomain]] as const) {
    const hints = endpoint.hints?.[list];
    if (hints === undefined) continue;
    if (hints.length > 8) {
      tooMany(errors, `${field}.hints.${list}`, hints.length, 8);
      continue;
    }
    const seen = new Set<string>();
    hints.forEach((hint, i) => {
      const at = `${field}.hints.${list}[${i}].name`;
      if (seen.has(hint.name)) duplicate(errors, at, hint.name);
      seen.add(hint.name);
      invalidEach(errors, at, hint.name, check(hint.name));
    });
  }
}

function validateSlice(errors: Errors, slice: EndpointSlice): void {
  validateMeta(errors, slice.metadata, true, subdomainName);
  const type = slice.addressType ?? '';
  if (type === '') required(errors, 'addressType');
  else if (!['FQDN', 'IPv4', 'IPv6'].includes(type)) notSupported(errors, 'addressType', type, ['FQDN', 'IPv4', 'IPv6']);
  const names = new Set<string>();
  slice.ports?.forEach((port, i) => {
    const at = `ports[${i}]`;
    const name = port.name ?? '';
    if (name !== '') invalidEach(errors, `${at}.name`, name, dns1123Label(name));
    if (names.has(name)) duplicate(errors, `${at}.name`, name);
    names.add(name);
    oneOf(errors, `${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']);
    if (port.appProtocol !== undefined) invalidEach(errors, `${at}.appProtocol`, port.appProtocol, qualifiedName(port.appProtocol));
  });
  const endpoints = (slice.endpoints ?? []) as readonly EndpointIn[];
  if (endpoints.length > 1000) return tooMany(errors, 'endpoints', endpoints.length, 1000);
  endpoints.forEach((endpoint, i) => {
    if (rightEndpoints.get(endpoint) === type) return;
    const before = errors.length;
    validateEndpoint(errors, endpoint, type, `endpoints[${i}]`);
    if (errors.length === before) rightEndpoints.set(endpoint, type);
  });
  return undefined;
}

export const endpointSlice = strategyFor<EndpointSlice>({
  default: (object) => withField(object, 'ports', mapSame(object.ports ?? undefined, (port) => (port.name !== undefined && port.protocol !== undefined ? port : { ...port, name: port.name ?? '', protocol: port.protocol ?? 'TCP' })) ?? null),
  // A field of v1beta1, which v1 shows and does not take.
  prepareForCreate: (object) => withGeneration(withField(object, 'endpoints', mapSame(object.endpoints ?? undefined, (endpoint) => withField(endpoint as EndpointIn, 'deprecatedTopology', undefined) as typeof endpoint) ?? object.endpoints), 1),
  prepareForUpdate: (object, old) => {
    const unchanged = same(object.endpoints, old.endpoints) && same(object.ports, old.ports) && object.addressType === old.addressType && same(object.metadata.labels ?? {}, old.metadata.labels ?? {});
    return withGeneration(object, unchanged ? old.metadata.generation : (old.metadata.generation ?? 0) + 1);
  },
  validateCreate: (object) => {
    const errors: Errors = [];
    validateSlice(errors, object);
    return errors;
  },
  warnings: (object) => (object.addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
  validateUpdate: (object, old) => {
    if (object === old) return NO_ERRORS;
    const errors: Errors = [];
    validateSlice(errors, object);
    if (object.addressType !== old.addressType) invalid(errors, 'addressType', object.addressType, 'field is immutable');
    return errors;
  },
});

// ---- PriorityClass

const SYSTEM_CLASSES: Readonly<Record<string, number>> = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 };

export const priorityClass = strategyFor<PriorityClass>({
  default: (object) => (object.preemptionPolicy === undefined ? { ...object, preemptionPolicy: 'PreemptLowerPriority' } : object),
  prepareForCreate: (object) => withGeneration(object, 1),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, false, subdomainName);
    const name = object.metadata.name ?? '';
    const prefix = "priority class names with 'system-' prefix are reserved for system use only. error: ";
    if (name.startsWith('system-')) {
      if (!Object.hasOwn(SYSTEM_CLASSES, name)) forbidden(errors, 'metadata.name', `${prefix}${name} is not a known system priority class`);
      else if (object.value !== SYSTEM_CLASSES[name]) forbidden(errors, 'metadata.name', `${prefix}value of ${name} PriorityClass must be ${SYSTEM_CLASSES[name]}`);
      else if (object.globalDefault === true) forbidden(errors, 'metadata.name', `${prefix}globalDefault of ${name} PriorityClass must be false`);
    } else if (object.value > 1_000_000_000) forbidden(errors, 'value', 'maximum allowed value of a user defined priority is 1000000000');
    if (object.preemptionPolicy !== undefined) oneOf(errors, 'preemptionPolicy', object.preemptionPolicy, ['PreemptLowerPriority', 'Never']);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    if (object.value !== old.value) forbidden(errors, 'value', 'may not be changed in an update.');
    if (object.preemptionPolicy !== old.preemptionPolicy) invalid(errors, 'preemptionPolicy', object.preemptionPolicy ?? null, 'field is immutable');
    return errors;
  },
});

// ---- StorageClass

interface StorageClassIn {
  readonly provisioner: string;
  readonly parameters?: StringMap;
  readonly reclaimPolicy?: string;
  readonly volumeBindingMode?: string;
  readonly allowedTopologies?: readonly { readonly matchLabelExpressions?: readonly { readonly key: string; readonly values: readonly string[] | null }[] }[];
}
const BINDING = ['Immediate', 'WaitForFirstConsumer'];

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function validateTopologies(errors: Errors, terms: StorageClassIn['allowedTopologies']): void {
  // Upstream compares with a list that starts with as many empty entries as there are terms: an empty term is always a duplicate.
  const seen: string[] = (terms ?? []).map(() => '[]');
  terms?.forEach((term, i) => {
    const field = `allowedTopologies[${i}].matchLabelExpressions`;
    const keys = new Set<string>();
    term.matchLabelExpressions?.forEach((expression, j) => {
      const at = `${field}[${j}]`;
      const values = expression.values ?? [];
      if (values.length === 0) required(errors, `${at}.values`);
      values.forEach((value, k) => {
        if (values.indexOf(value) < k) duplicate(errors, `${at}.values[${k}]`, value);
      });
      validateLabelName(errors, expression.key, `${at}.key`);
      if (keys.has(expression.key)) duplicate(errors, `${at}.key`, expression.key);
      keys.add(expression.key);
    });
    const shown = JSON.stringify((term.matchLabelExpressions ?? []).map((one) => [one.key, [...(one.values ?? [])].sort(byText)]).sort(([a], [b]) => byText(String(a), String(b))));
    for (const other of seen) if (other === shown) duplicate(errors, field, '');
    seen.push(shown);
  });
}

function validateStorageClass(object: StorageClass & StorageClassIn): Errors {
  const errors: Errors = [];
  validateMeta(errors, object.metadata, false, subdomainName);
  if ((object.provisioner ?? '') === '') required(errors, 'provisioner');
  else invalidEach(errors, 'provisioner', object.provisioner.toLowerCase(), qualifiedName(object.provisioner.toLowerCase()));
  const parameters = object.parameters ?? {};
  if (Object.keys(parameters).length > 512) tooLong(errors, 'parameters', 512);
  else {
    let size = 0;
    for (const key of Object.keys(parameters)) {
      if (key === '') invalid(errors, 'parameters', key, 'field can not be empty.');
      size += utf8Length(key) + utf8Length(parameters[key] ?? '');
    }
    if (size > 262_144) tooLong(errors, 'parameters', 262_144);
  }
  const reclaim = object.reclaimPolicy ?? '';
  if (reclaim !== '' && reclaim !== 'Delete' && reclaim !== 'Retain') notSupported(errors, 'reclaimPolicy', reclaim, ['Delete', 'Retain']);
  const binding = object.volumeBindingMode;
  if (binding === undefined) required(errors, 'volumeBindingMode');
  else if (!BINDING.includes(binding)) notSupported(errors, 'volumeBindingMode', binding, BINDING);
  validateTopologies(errors, object.allowedTopologies);
  return errors;
}

export const storageClass = strategyFor<StorageClass & StorageClassIn>({
  default: (object) => (object.reclaimPolicy !== undefined && object.volumeBindingMode !== undefined ? object : { ...object, reclaimPolicy: object.reclaimPolicy ?? 'Delete', volumeBindingMode: object.volumeBindingMode ?? 'Immediate' }),
  validateCreate: validateStorageClass,
  validateUpdate: (object, old) => {
    const errors = validateStorageClass(object);
    validateMetaUpdate(errors, object.metadata, old.metadata);
    for (const key of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) if (!same(object[key], old[key])) invalid(errors, key, object[key] ?? null, 'field is immutable');
    return errors;
  },
});
