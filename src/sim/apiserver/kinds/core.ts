import type { ConfigMap, Endpoints, Event, KubernetesObject, Namespace, Node, Secret, ServiceAccount, StringMap, Taint } from '../../api/object.ts';
import { base64Decode, base64Encode, base64Length, utf8Bytes, utf8Length } from '../goText.ts';
import { duplicate, forbidden, invalid, invalidEach, oneOf, required, tooLong, type Errors } from './field.ts';
import { same, STANDARD_FINALIZERS, validateMeta, validateMetaUpdate } from './meta.ts';
import { cidrFaults, configMapKey, dns1123Label, dns1123Subdomain, endpointIPFaults, ipFaults, labelName, portNumber, qualifiedName, subdomainName } from './names.ts';
import { defaultResources, mapSame } from './podDefaults.ts';
import { validateTaints } from './podValidation.ts';
import { validateAmount } from './resources.ts';
import { setOwn } from '../decode.ts';
import { NO_ERRORS, strategyFor, withField } from './strategies.ts';

/** The small kinds of the core group: Namespace, Node, ConfigMap, Secret, ServiceAccount, Endpoints, Event. */

// ---- Namespace

const NAME_LABEL = 'kubernetes.io/metadata.name';

function validateNamespaceFinalizers(errors: Errors, finalizers: readonly string[] | undefined, field: (i: number) => string): void {
  finalizers?.forEach((finalizer, i) => {
    invalidEach(errors, field(i), finalizer, qualifiedName(finalizer));
    if (!finalizer.includes('/') && !STANDARD_FINALIZERS.has(finalizer)) invalid(errors, field(i), finalizer, 'name is neither a standard finalizer name nor is it fully qualified');
  });
}

function named<T extends KubernetesObject>(object: T): T {
  const { name, labels } = object.metadata;
  return name === undefined || name === '' || labels?.[NAME_LABEL] === name ? object : { ...object, metadata: { ...object.metadata, labels: sorted({ ...labels, [NAME_LABEL]: name }) } };
}

export const namespace = strategyFor<Namespace>({
  default: (object) => {
    const labelled = named(object);
    return withField(labelled, 'status', { phase: 'Active', ...(labelled.status as object | undefined) });
  },
  prepareForCreate: (object) => {
    const finalizers = object.spec?.finalizers ?? [];
    // A generated name is known only now.
    return { ...named(object), spec: { ...object.spec, finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] }, status: { phase: 'Active' } };
  },
  prepareForUpdate: (object, old) => withField({ ...object, spec: withField(object.spec ?? {}, 'finalizers', old.spec?.finalizers) }, 'status', old.status),
  prepareForStatusUpdate: (object, old) => withField(object, 'spec', old.spec),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, false, labelName);
    validateNamespaceFinalizers(errors, object.spec?.finalizers, () => 'spec.finalizers');
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const phase = object.status?.phase ?? '';
    if (object.metadata.deletionTimestamp === undefined) {
      if (phase !== 'Active') invalid(errors, 'status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty");
    } else if (phase !== 'Terminating') invalid(errors, 'status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
    return errors;
  },
});

function sorted(map: StringMap): StringMap {
  const out: Record<string, string> = {};
  for (const key of Object.keys(map).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) setOwn(out, key, map[key]);
  return out;
}

// ---- Node

interface NodeSpecIn {
  readonly podCIDR?: string;
  readonly podCIDRs?: readonly string[];
  readonly providerID?: string;
  readonly unschedulable?: boolean;
  readonly taints?: readonly Taint[];
  readonly externalID?: string;
}
interface NodeStatusIn {
  readonly capacity?: StringMap;
  readonly allocatable?: StringMap;
  readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  readonly declaredFeatures?: readonly string[];
}
const nodeSpec = (node: { readonly spec?: unknown }): NodeSpecIn => (node.spec ?? {}) as NodeSpecIn;
const nodeStatus = (node: { readonly status?: unknown }): NodeStatusIn => (node.status ?? {}) as NodeStatusIn;

function validateNodeResources(errors: Errors, status: NodeStatusIn, old?: NodeStatusIn): void {
  for (const key of ['capacity', 'allocatable'] as const) {
    const list = status[key];
    if (list === undefined || list === old?.[key]) continue;
    for (const name of Object.keys(list)) validateAmount(errors, `status.${key}.${name}`, name, list[name] ?? '0');
  }
}
function validateNodeUpdate(errors: Errors, object: Node, old: Node): void {
  validateMetaUpdate(errors, object.metadata, old.metadata);
  const [spec, was] = [nodeSpec(object), nodeSpec(old)];
  const status = nodeStatus(object);
  validateNodeResources(errors, status, nodeStatus(old));
  const seen = new Set<string>();
  status.addresses?.forEach((address, i) => {
    const key = `${address.type}/${address.address}`;
    if (seen.has(key)) duplicate(errors, `status.addresses[${i}]`, { Type: address.type, Address: address.address });
    seen.add(key);
  });
  const cidrs = was.podCIDRs ?? [];
  const why = 'node updates may not change podCIDR except from "" to valid';
  if (cidrs.length > 0 && spec.podCIDRs !== was.podCIDRs) {
    if (cidrs.length !== (spec.podCIDRs?.length ?? 0)) forbidden(errors, 'spec.podCIDRs', why);
    else cidrs.forEach((cidr, i) => {
      if (cidr !== spec.podCIDRs?.[i]) forbidden(errors, 'spec.podCIDRs', why);
    });
  }
  if ((was.providerID ?? '') !== '' && was.providerID !== spec.providerID) forbidden(errors, 'spec.providerID', 'node updates may not change providerID except from "" to valid');
  if (spec.taints !== was.taints) validateTaints(errors, spec.taints, 'metadata.taints');
  if ((spec.externalID ?? '') !== (was.externalID ?? '')) forbidden(errors, 'spec.externalID', 'may not be updated');
}

export const node = strategyFor<Node>({
  default: (object) => {
    const spec = nodeSpec(object);
    const status = nodeStatus(object);
    let next: Node = object;
    // The first of podCIDRs and podCIDR are one value under two names.
    const cidr = spec.podCIDR ?? '';
    if (cidr !== '' && spec.podCIDRs === undefined) next = { ...next, spec: { ...next.spec, podCIDRs: [cidr] } as Node['spec'] };
    // Where they differ, the older name wins.
    else if (cidr !== '' && spec.podCIDRs?.[0] !== cidr) next = { ...next, spec: { ...next.spec, podCIDRs: [cidr] } as Node['spec'] };
    else if (cidr === '' && spec.podCIDRs?.[0] !== undefined) next = { ...next, spec: { ...next.spec, podCIDR: spec.podCIDRs[0] } as Node['spec'] };
    const resources = defaultResources({ ...(status.capacity === undefined ? {} : { limits: status.capacity }), ...(status.allocatable === undefined ? {} : { requests: status.allocatable }) });
    if (status.allocatable === undefined && status.capacity !== undefined) next = { ...next, status: { ...next.status, capacity: resources.limits, allocatable: resources.limits } as Node['status'] };
    return next;
  },
  prepareForUpdate: (object, old) => withField(object, 'status', old.status),
  prepareForStatusUpdate: (object, old) => withField(object, 'spec', old.spec),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, false, subdomainName);
    const spec = nodeSpec(object);
    validateTaints(errors, spec.taints, 'metadata.taints');
    validateNodeResources(errors, nodeStatus(object));
    const cidrs = spec.podCIDRs ?? [];
    cidrs.forEach((cidr, i) => invalidEach(errors, `spec.podCIDRs[${i}]`, cidr, cidrFaults(cidr)));
    if (cidrs.length > 1 && (cidrs.length > 2 || cidrs[0]?.includes(':') === cidrs[1]?.includes(':'))) invalid(errors, 'spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family');
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateNodeUpdate(errors, object, old);
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateNodeUpdate(errors, object, old);
    return errors;
  },
});

// ---- ConfigMap

const MAX_DATA = 1_048_576;
interface ConfigMapIn {
  readonly data?: StringMap;
  readonly binaryData?: StringMap;
  readonly immutable?: boolean;
}

function validateConfigMapData(errors: Errors, map: ConfigMapIn): void {
  let size = 0;
  for (const key of Object.keys(map.data ?? {})) {
    invalidEach(errors, `data[${key}]`, key, configMapKey(key));
    if (map.binaryData !== undefined && Object.hasOwn(map.binaryData, key)) invalid(errors, `data[${key}]`, key, 'duplicate of key present in binaryData');
    size += utf8Length(map.data?.[key] ?? '');
  }
  for (const key of Object.keys(map.binaryData ?? {})) {
    invalidEach(errors, `binaryData[${key}]`, key, configMapKey(key));
    size += base64Length(map.binaryData?.[key] ?? '');
  }
  // Upstream reports this at the empty path, which prints as [].
  if (size > MAX_DATA) tooLong(errors, '[]', MAX_DATA);
}

function validateImmutable(errors: Errors, now: ConfigMapIn, old: ConfigMapIn, keys: readonly ('data' | 'binaryData')[]): void {
  if (old.immutable !== true) return;
  if (now.immutable !== true) forbidden(errors, 'immutable', 'field is immutable when `immutable` is set');
  for (const key of keys) if (!same(now[key] ?? {}, old[key] ?? {})) forbidden(errors, key, 'field is immutable when `immutable` is set');
}

export const configMap = strategyFor<ConfigMap>({
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateConfigMapData(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateImmutable(errors, object, old, ['data', 'binaryData']);
    validateMeta(errors, object.metadata, true, subdomainName);
    if (object.data !== old.data || object.binaryData !== old.binaryData) validateConfigMapData(errors, object);
    return errors;
  },
});

// ---- Secret

const own = (map: StringMap | undefined, key: string): string | undefined => (map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined);

/** `stringData` is written into `data`, and never read back. */
function mergeStringData(object: KubernetesObject & { readonly data?: StringMap; readonly stringData?: StringMap; readonly type?: string }): KubernetesObject {
  const { stringData, ...rest } = object;
  if (stringData === undefined) return object;
  const data: Record<string, string> = {};
  for (const key of Object.keys(object.data ?? {})) setOwn(data, key, object.data?.[key]);
  for (const key of Object.keys(stringData)) setOwn(data, key, base64Encode(utf8Bytes(stringData[key] ?? '')));
  return { ...rest, data: sorted(data) } as KubernetesObject;
}

function goJsonFault(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return undefined;
    if (value === null) return undefined;
    return `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value} into Go value of type map[string]interface {}`;
  } catch {
    return text === '' ? 'unexpected end of JSON input' : `invalid character '${text.trimStart().charAt(0)}' looking for beginning of value`;
  }
}

function validateSecret(errors: Errors, secret: Secret): void {
  validateMeta(errors, secret.metadata, true, subdomainName);
  const { data } = secret;
  let size = 0;
  for (const key of Object.keys(data ?? {})) {
    invalidEach(errors, `data[${key}]`, key, configMapKey(key));
    size += base64Length(data?.[key] ?? '');
  }
  if (size > MAX_DATA) tooLong(errors, 'data', MAX_DATA);
  const needs = (key: string): boolean => {
    if (own(data, key) !== undefined) return false;
    required(errors, `data[${key}]`);
    return true;
  };
  const json = (key: string): void => {
    if (needs(key)) return;
    const fault = goJsonFault(base64Decode(own(data, key) ?? ''));
    if (fault !== undefined) invalid(errors, `data[${key}]`, '<secret contents redacted>', fault);
  };
  switch (secret.type) {
    case 'kubernetes.io/service-account-token':
      if ((own(secret.metadata.annotations, 'kubernetes.io/service-account.name') ?? '') === '') required(errors, 'metadata.annotations[kubernetes.io/service-account.name]');
      break;
    case 'kubernetes.io/dockercfg':
      json('.dockercfg');
      break;
    case 'kubernetes.io/dockerconfigjson':
      json('.dockerconfigjson');
      break;
    case 'kubernetes.io/basic-auth':
      if (own(data, 'username') === undefined && own(data, 'password') === undefined) {
        needs('username');
        needs('password');
      }
      break;
    case 'kubernetes.io/ssh-auth':
      if ((own(data, 'ssh-privatekey') ?? '') === '') required(errors, 'data[ssh-privatekey]');
      break;
    case 'kubernetes.io/tls':
      needs('tls.crt');
      needs('tls.key');
      break;
    default:
  }
}

export const secret = strategyFor<Secret>({
  default: (object) => {
    const merged = mergeStringData(object) as Secret;
    return merged.type === undefined ? ({ ...merged, type: 'Opaque' } as Secret) : merged;
  },
  validateCreate: (object) => {
    const errors: Errors = [];
    validateSecret(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    if (object.type !== old.type) invalid(errors, 'type', object.type ?? '', 'field is immutable');
    validateImmutable(errors, object, old, ['data']);
    validateSecret(errors, object);
    return errors;
  },
  warnings: (object) => {
    if (object.type !== 'kubernetes.io/tls') return [];
    const certificate = base64Decode(own(object.data, 'tls.crt') ?? '');
    return certificate.includes('-----BEGIN') ? [] : ['tls: failed to find any PEM data in certificate input'];
  },
});

// ---- ServiceAccount

export const serviceAccount = strategyFor<ServiceAccount>({
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateMeta(errors, object.metadata, true, subdomainName);
    return errors;
  },
  // References to secrets keep their name only.
  prepareForCreate: cleanSecretReferences,
  prepareForUpdate: cleanSecretReferences,
});
function cleanSecretReferences<T extends ServiceAccount>(object: T): T {
  const secrets = mapSame(object.secrets, (one) => (Object.keys(one).every((key) => key === 'name') ? one : { ...(one.name === undefined ? {} : { name: one.name }) }));
  return withField(object, 'secrets', secrets);
}

// ---- Endpoints

interface SubsetIn {
  readonly addresses?: readonly { readonly ip: string; readonly hostname?: string; readonly nodeName?: string }[];
  readonly notReadyAddresses?: SubsetIn['addresses'];
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string; readonly appProtocol?: string }[];
}

// Invisible: addresses that were found right. All but one or two of a Service's stay as they are.
const rightAddresses = new WeakSet<object>();

function validateSubsets(errors: Errors, subsets: readonly SubsetIn[] | undefined): void {
  subsets?.forEach((subset, i) => {
    const at = `subsets[${i}]`;
    if ((subset.addresses?.length ?? 0) === 0 && (subset.notReadyAddresses?.length ?? 0) === 0) required(errors, at, 'must specify `addresses` or `notReadyAddresses`');
    for (const list of ['addresses', 'notReadyAddresses'] as const) {
      subset[list]?.forEach((address, j) => {
        if (rightAddresses.has(address)) return;
        const before = errors.length;
        const field = `${at}.${list}[${j}]`;
        invalidEach(errors, `${field}.ip`, address.ip, ipFaults(address.ip));
        if (address.hostname !== undefined) invalidEach(errors, `${field}.hostname`, address.hostname, dns1123Label(address.hostname));
        if (address.nodeName !== undefined) invalidEach(errors, `${field}.nodeName`, address.nodeName, dns1123Subdomain(address.nodeName));
        invalidEach(errors, `${field}.ip`, address.ip, endpointIPFaults(address.ip));
        if (errors.length === before) rightAddresses.add(address);
      });
    }
    subset.ports?.forEach((port, j) => {
      const field = `${at}.ports[${j}]`;
      const name = port.name ?? '';
      if (name === '') {
        if ((subset.ports?.length ?? 0) > 1) required(errors, `${field}.name`);
      } else invalidEach(errors, `${field}.name`, name, dns1123Label(name));
      invalidEach(errors, `${field}.port`, port.port, portNumber(port.port));
      oneOf(errors, `${field}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']);
      if (port.appProtocol !== undefined) invalidEach(errors, `${field}.appProtocol`, port.appProtocol, qualifiedName(port.appProtocol));
    });
  });
}

export const endpoints = strategyFor<Endpoints>({
  default: (object) => withField(object, 'subsets', mapSame(object.subsets as readonly SubsetIn[] | undefined, (subset) => withField(subset, 'ports', mapSame(subset.ports, (port) => (port.protocol === undefined ? { ...port, protocol: 'TCP' } : port))))),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateSubsets(errors, object.subsets);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateMeta(errors, object.metadata, true, subdomainName);
    if (!same(object.subsets, old.subsets)) validateSubsets(errors, object.subsets);
    return errors;
  },
});

// ---- Event (stored as core/v1; `convert.ts` turns events.k8s.io/v1 into it and back)

const eventTimed = (event: Event): boolean => (event.eventTime ?? null) !== null;

/** The rules of core/v1 Events (legacyValidateEvent): little, unless eventTime says that a new client wrote it. */
export function validateLegacyEvent(errors: Errors, event: Event, fromNewApi: boolean): void {
  const involved = event.involvedObject?.namespace ?? '';
  const namespace = event.metadata.namespace ?? '';
  const why = 'does not match event.namespace';
  if (!eventTimed(event)) {
    if (involved === '' ? namespace !== '' && namespace !== 'default' : namespace !== involved) invalid(errors, 'involvedObject.namespace', involved, why);
  } else {
    if (involved === '' && namespace !== 'default' && namespace !== 'kube-system') invalid(errors, 'involvedObject.namespace', involved, why);
    const component = event.reportingComponent ?? '';
    const field = fromNewApi ? 'reportingController' : 'reportingComponent';
    if (component === '') required(errors, field);
    invalidEach(errors, field, component, qualifiedName(component));
    const text = (name: string, value: string | undefined, limit: number, needed: boolean): void => {
      if (needed && (value ?? '') === '') required(errors, name);
      if (utf8Length(value ?? '') > limit) invalid(errors, name, '', `can have at most ${limit} characters`);
    };
    text('reportingInstance', event.reportingInstance, 128, true);
    text('action', event.action, 128, true);
    text('reason', event.reason, 128, true);
    text('message', event.message, 1024, false);
  }
  invalidEach(errors, 'namespace', namespace, dns1123Subdomain(namespace));
}

/** What events.k8s.io/v1 asks on top. */
export function validateNewEvent(errors: Errors, event: Event): void {
  validateMeta(errors, event.metadata, true, subdomainName);
  if (event.series !== undefined) {
    if (event.series.count < 2) invalid(errors, 'series.count', '', 'should be at least 2');
    if ((event.series.lastObservedTime ?? null) === null) required(errors, 'series.lastObservedTime');
  }
  if (!eventTimed(event)) required(errors, 'eventTime');
  if (event.type !== 'Normal' && event.type !== 'Warning') invalid(errors, 'type', '', `has invalid value: ${event.type ?? ''}`);
  if ((event.firstTimestamp ?? null) !== null) invalid(errors, 'firstTimestamp', '', 'needs to be unset');
  if ((event.lastTimestamp ?? null) !== null) invalid(errors, 'lastTimestamp', '', 'needs to be unset');
  if ((event.count ?? 0) !== 0) invalid(errors, 'count', '', 'needs to be unset');
  if ((event.source?.component ?? '') !== '' || (event.source?.host ?? '') !== '') invalid(errors, 'source', '', 'needs to be unset');
}

export const event = strategyFor<Event>({
  validateCreate: (object) => {
    const errors: Errors = [];
    validateLegacyEvent(errors, object, false);
    return errors;
  },
  validateUpdate: (object, old) => {
    if (object === old) return NO_ERRORS;
    const errors: Errors = [];
    validateLegacyEvent(errors, object, false);
    return errors;
  },
});

