import type { KubernetesObject, NodeSelector, StringMap } from '../../api/object.ts';
import { celFault } from '../cel/faults.ts';
import { utf8Length } from '../goText.ts';
import type { Strategy } from '../strategy.ts';
import { duplicate, forbidden, invalid, invalidEach, notSupported, required, tooLong, tooMany, type Errors } from './field.ts';
import { same, validateAnnotations, validateConditions, validateLabels, validateMeta, validateMetaUpdate, type Meta } from './meta.ts';
import { keepingMeta } from './attachments.ts';
import { dns1123Label, dns1123Subdomain, subdomainName } from './names.ts';
import { mapSame } from './podDefaults.ts';
import { validateNodeSelector } from './podValidation.ts';
import { isExtended } from './resources.ts';
import { strategyFor, withField, withGeneration } from './strategies.ts';
import { validateDriverName } from './volumes.ts';

/**
 * resource.k8s.io, dynamic resource allocation: after pkg/apis/resource/validation. Nobody allocates devices here: claims stay as they are written.
 * Left out: the policies by which a device's capacity is shared (requestPolicy), mappings to a node's resources.
 */
interface SelectorIn {
  readonly cel?: { readonly expression?: string };
}
interface TolerationIn {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}
interface ExactIn {
  readonly name?: string;
  readonly deviceClassName?: string;
  readonly selectors?: readonly SelectorIn[];
  readonly allocationMode?: string;
  readonly count?: number;
  readonly tolerations?: readonly TolerationIn[];
  readonly adminAccess?: boolean;
  readonly capacity?: { readonly requests?: StringMap };
}
interface RequestIn {
  readonly name?: string;
  readonly exactly?: ExactIn;
  readonly firstAvailable?: readonly ExactIn[];
}
interface ConfigIn {
  readonly requests?: readonly string[];
  readonly source?: string;
  readonly opaque?: { readonly driver?: string; readonly parameters?: unknown };
}
interface DevicesIn {
  readonly requests?: readonly RequestIn[] | null;
  readonly constraints?: readonly { readonly requests?: readonly string[]; readonly matchAttribute?: string; readonly distinctAttribute?: string }[];
  readonly config?: readonly ConfigIn[];
}
interface ClaimSpecIn {
  readonly devices: DevicesIn;
}

const MOST = 32;
const IMMUTABLE = 'field is immutable';
const REFERENCE = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

/** validateSet: too many are refused as a whole, else each is checked, then what stands twice is named. */
function set<T>(errors: Errors, field: string, items: readonly T[] | null | undefined, most: number, check: (item: T, at: string) => void, key?: (item: T) => string): void {
  if (items === undefined || items === null) return;
  if (most >= 0 && items.length > most) return tooMany(errors, field, items.length, most);
  items.forEach((item, i) => check(item, `${field}[${i}]`));
  if (key === undefined) return undefined;
  const seen = new Set<string>();
  items.forEach((item, i) => {
    if (seen.has(key(item))) duplicate(errors, `${field}[${i}]`, key(item));
    seen.add(key(item));
  });
  return undefined;
}

function requiredLabel(errors: Errors, field: string, name: string): void {
  invalidEach(errors, field, name, dns1123Label(name));
}

function validateSelectors(errors: Errors, field: string, selectors: readonly SelectorIn[] | undefined): void {
  set(errors, field, selectors, MOST, (selector, at) => {
    if (selector.cel === undefined) return required(errors, `${at}.cel`);
    const text = selector.cel.expression ?? '';
    if (utf8Length(text) > 10_240) return tooLong(errors, `${at}.cel.expression`, 10_240);
    const fault = celFault(text, ['bool'], ['device']);
    if (fault !== undefined) invalid(errors, `${at}.cel.expression`, text, fault);
    return undefined;
  });
}

function validateExact(errors: Errors, field: string, exact: ExactIn): void {
  const { deviceClassName = '', allocationMode = '', count = 0 } = exact;
  if (deviceClassName === '') required(errors, `${field}.deviceClassName`);
  else invalidEach(errors, `${field}.deviceClassName`, deviceClassName, dns1123Subdomain(deviceClassName));
  validateSelectors(errors, `${field}.selectors`, exact.selectors);
  if (allocationMode === 'All') {
    if (count !== 0) invalid(errors, `${field}.count`, count, "must not be specified when allocationMode is 'All'");
  } else if (allocationMode === 'ExactCount') {
    if (count <= 0) invalid(errors, `${field}.count`, count, 'must be greater than zero');
  } else notSupported(errors, `${field}.allocationMode`, allocationMode, ['All', 'ExactCount']);
  exact.tolerations?.forEach((toleration, i) => validateToleration(errors, `${field}.tolerations[${i}]`, toleration));
}

function validateToleration(errors: Errors, field: string, { key = '', operator = '', value = '', effect = '' }: TolerationIn): void {
  if (operator === 'Exists') {
    if (value !== '') invalid(errors, `${field}.value`, value, 'must be empty for operator `Exists`');
  } else if (operator === 'Equal') {
    if (key === '') required(errors, `${field}.key`, 'required for operator `Equal`');
  } else if (operator === '') required(errors, `${field}.operator`);
  else notSupported(errors, `${field}.operator`, operator, ['Equal', 'Exists']);
  if (effect !== '' && !['None', 'NoSchedule', 'NoExecute'].includes(effect)) notSupported(errors, `${field}.effect`, effect, ['NoExecute', 'NoSchedule', 'None']);
}

type Names = ReadonlyMap<string, ReadonlySet<string>>;
const namesOf = (devices: DevicesIn): Names => new Map((devices.requests ?? []).map((request) => [request.name ?? '', new Set((request.firstAvailable ?? []).map((one) => one.name ?? ''))]));

function validateNameRef(errors: Errors, field: string, name: string, names: Names): void {
  const segments = name.split('/');
  if (segments.length > 2) return invalid(errors, field, name, REFERENCE);
  for (const segment of segments) requiredLabel(errors, field, segment);
  const sub = names.get(segments[0] ?? '');
  if (sub === undefined || (segments.length === 2 && !sub.has(segments[1] ?? ''))) invalid(errors, field, name, REFERENCE);
  return undefined;
}

const C_IDENTIFIER = "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";
function validateCIdentifier(errors: Errors, field: string, id: string): void {
  if (utf8Length(id) > 32) tooLong(errors, field, 32);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(id)) invalid(errors, field, id, C_IDENTIFIER);
}
function validateAttributeName(errors: Errors, field: string, name: string): void {
  const parts = name.split('/');
  const [first = '', second = ''] = parts;
  if (parts.length === 1) return validateCIdentifier(errors, field, first);
  if (parts.length > 2) return undefined;
  if (first === '') invalid(errors, field, '', 'the domain must not be empty');
  else validateDriverName(errors, first, field);
  if (second === '') invalid(errors, field, '', 'the name must not be empty');
  else validateCIdentifier(errors, field, second);
  return undefined;
}
function validateFullName(errors: Errors, field: string, name: string): void {
  validateAttributeName(errors, field, name);
  if (!name.includes('/')) invalid(errors, field, name, 'a fully qualified name must be a domain and a name separated by a slash');
}

function validateOpaque(errors: Errors, field: string, config: ConfigIn): void {
  if (config.opaque === undefined) return required(errors, `${field}.opaque`);
  validateDriverName(errors, config.opaque.driver ?? '', `${field}.opaque.driver`);
  const at = `${field}.opaque.parameters`;
  const { parameters } = config.opaque;
  if (parameters === undefined || parameters === null) required(errors, at);
  else if (utf8Length(JSON.stringify(parameters)) > 10_240) tooLong(errors, at, 10_240);
  else if (typeof parameters !== 'object' || Array.isArray(parameters)) invalid(errors, at, '<value omitted>', 'must be a valid JSON object');
  return undefined;
}

function validateClaimSpec(errors: Errors, field: string, { devices }: ClaimSpecIn): void {
  const at = `${field}.devices`;
  const names = namesOf(devices);
  set(errors, `${at}.requests`, devices.requests, MOST, (request, where) => {
    requiredLabel(errors, `${where}.name`, request.name ?? '');
    const some = request.firstAvailable ?? [];
    if (some.length === 0 && request.exactly === undefined) required(errors, where, 'exactly one of `exactly` or `firstAvailable` is required');
    else if (some.length > 0 && request.exactly !== undefined) invalid(errors, where, null, 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set');
    else if (request.exactly !== undefined) validateExact(errors, `${where}.exactly`, request.exactly);
    else {
      set(errors, `${where}.firstAvailable`, some, 8, (one, here) => {
        requiredLabel(errors, `${here}.name`, one.name ?? '');
        validateExact(errors, here, one);
      }, (one) => one.name ?? '');
    }
  }, (request) => request.name ?? '');
  const references = (where: string, requests: readonly string[] | undefined): void => set(errors, `${where}.requests`, requests, MOST, (name, here) => validateNameRef(errors, here, name, names), (name) => name);
  set(errors, `${at}.constraints`, devices.constraints, MOST, (constraint, where) => {
    references(where, constraint.requests);
    if (constraint.matchAttribute !== undefined) validateFullName(errors, `${where}.matchAttribute`, constraint.matchAttribute);
    else if (constraint.distinctAttribute !== undefined) validateFullName(errors, `${where}.distinctAttribute`, constraint.distinctAttribute);
    else required(errors, where, 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set');
  });
  set(errors, `${at}.config`, devices.config, MOST, (config, where) => {
    references(where, config.requests);
    validateOpaque(errors, where, config);
  });
}

const withCount = <T extends ExactIn>(exact: T): T => {
  const allocationMode = exact.allocationMode || 'ExactCount';
  return allocationMode === 'ExactCount' && (exact.count ?? 0) === 0 ? { ...exact, allocationMode, count: 1 } : { ...exact, allocationMode };
};
function defaultClaim(spec: ClaimSpecIn): ClaimSpecIn {
  const requests = mapSame(spec.devices.requests ?? undefined, (request) => ({
    ...request,
    ...(request.exactly === undefined ? {} : { exactly: withCount(request.exactly) }),
    ...(request.firstAvailable === undefined ? {} : { firstAvailable: request.firstAvailable.map(withCount) }),
  }));
  return requests === undefined ? spec : { ...spec, devices: { ...spec.devices, requests } };
}

// ---- ResourceClaim

interface AllocatedIn {
  readonly request?: string;
  readonly driver?: string;
  readonly pool?: string;
  readonly device?: string;
  readonly shareID?: string;
  readonly conditions?: readonly { readonly type?: string }[];
}
interface ClaimIn {
  readonly spec: ClaimSpecIn;
  readonly status?: {
    readonly allocation?: { readonly devices?: { readonly results?: readonly AllocatedIn[]; readonly config?: readonly ConfigIn[] }; readonly nodeSelector?: NodeSelector };
    readonly devices?: readonly AllocatedIn[];
    readonly reservedFor?: readonly { readonly resource?: string; readonly name?: string; readonly uid?: string }[];
  };
}

function validatePoolName(errors: Errors, field: string, name: string): void {
  if (name === '') return required(errors, field);
  if (utf8Length(name) > 253) tooLong(errors, field, 253);
  for (const part of name.split('/')) invalidEach(errors, field, part, dns1123Subdomain(part));
  return undefined;
}
const deviceId = (one: AllocatedIn): string => `${one.driver ?? ''}/${one.pool ?? ''}/${one.device ?? ''}${one.shareID === undefined ? '' : `/${one.shareID}`}`;

function validateClaimStatus(errors: Errors, object: KubernetesObject & ClaimIn, old: ClaimIn): void {
  const { reservedFor = [], allocation, devices } = object.status ?? {};
  set(errors, 'status.reservedFor', reservedFor, 256, (one, at) => {
    for (const key of ['resource', 'name', 'uid'] as const) if ((one[key] ?? '') === '') required(errors, `${at}.${key}`);
  }, (one) => one.uid ?? '');
  const given = new Set((allocation?.devices?.results ?? []).map(deviceId));
  const named = (one: AllocatedIn, at: string): void => {
    validateDriverName(errors, one.driver ?? '', `${at}.driver`);
    validatePoolName(errors, `${at}.pool`, one.pool ?? '');
    requiredLabel(errors, `${at}.device`, one.device ?? '');
  };
  set(errors, 'status.devices', devices, -1, (one, at) => {
    named(one, at);
    if (!given.has(deviceId(one))) invalid(errors, at, { Driver: one.driver ?? '', Pool: one.pool ?? '', Device: one.device ?? '', ShareID: one.shareID ?? '' }, 'must be an allocated device in the claim');
    if ((one.conditions?.length ?? 0) > 8) tooMany(errors, `${at}.conditions`, one.conditions?.length ?? 0, 8);
    validateConditions(errors, one.conditions, `${at}.conditions`);
  }, deviceId);
  if (reservedFor.length > 0) {
    if (allocation === undefined) forbidden(errors, 'status.reservedFor', 'may not be specified when `allocated` is not set');
    else if (object.metadata.deletionTimestamp !== undefined && reservedFor.some((one) => !(old.status?.reservedFor ?? []).some((other) => other.uid === one.uid))) {
      forbidden(errors, 'status.reservedFor', 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set');
    }
  }
  if (allocation === undefined) return;
  if (old.status?.allocation !== undefined) {
    if (!same(allocation, old.status.allocation)) invalid(errors, 'status.allocation', allocation, IMMUTABLE);
    return;
  }
  const names = namesOf(object.spec.devices);
  set(errors, 'status.allocation.devices.results', allocation.devices?.results, MOST, (one, at) => {
    validateNameRef(errors, `${at}.request`, one.request ?? '', names);
    named(one, at);
  });
  set(errors, 'status.allocation.devices.config', allocation.devices?.config, 64, (one, at) => {
    if ((one.source ?? '') === '') required(errors, `${at}.source`);
    else if (one.source !== 'FromClass' && one.source !== 'FromClaim') notSupported(errors, `${at}.source`, one.source, ['FromClaim', 'FromClass']);
    set(errors, `${at}.requests`, one.requests, MOST, (name, here) => validateNameRef(errors, here, name, names), (name) => name);
    validateOpaque(errors, at, one);
  });
  if (allocation.nodeSelector !== undefined) validateNodeSelector(errors, allocation.nodeSelector, 'status.allocation.nodeSelector');
}

const orNull = (value: unknown): unknown => value ?? null;
const goTolerations = (list: readonly TolerationIn[] | undefined): unknown =>
  list?.map(({ key, operator, value, effect, tolerationSeconds }) => ({ Key: key ?? '', Operator: operator ?? '', Value: value ?? '', Effect: effect ?? '', TolerationSeconds: orNull(tolerationSeconds) })) ?? null;
const goSelectors = (list: readonly SelectorIn[] | undefined): unknown => list?.map(({ cel }) => ({ CEL: cel === undefined ? null : { Expression: cel.expression ?? '' } })) ?? null;
const goCapacity = (capacity: ExactIn['capacity']): unknown => (capacity === undefined ? null : { Requests: orNull(capacity.requests) });
const goRequest = (one: ExactIn): object => ({ DeviceClassName: one.deviceClassName ?? '', Selectors: goSelectors(one.selectors), AllocationMode: one.allocationMode ?? '', Count: one.count ?? 0 });

/** A claim's spec as Go prints the internal type, whose fields have no names for JSON: each of them, as it is called in Go. */
function goClaimSpec({ devices }: ClaimSpecIn): unknown {
  return {
    Devices: {
      Requests: devices.requests?.map(({ name, exactly, firstAvailable }) => ({
        Name: name ?? '',
        Exactly: exactly === undefined ? null : { ...goRequest(exactly), AdminAccess: orNull(exactly.adminAccess), Tolerations: goTolerations(exactly.tolerations), Capacity: goCapacity(exactly.capacity) },
        FirstAvailable: firstAvailable?.map((one) => ({ Name: one.name ?? '', ...goRequest(one), Tolerations: goTolerations(one.tolerations), Capacity: goCapacity(one.capacity) })) ?? null,
      })) ?? null,
      Constraints: devices.constraints?.map(({ requests, matchAttribute, distinctAttribute }) => ({ Requests: orNull(requests), MatchAttribute: orNull(matchAttribute), DistinctAttribute: orNull(distinctAttribute) })) ?? null,
      Config: devices.config?.map(({ requests, opaque }) => ({ Requests: orNull(requests), Opaque: opaque === undefined ? null : { Driver: opaque.driver ?? '', Parameters: orNull(opaque.parameters) } })) ?? null,
    },
  };
}
/** Embedded metadata stands among the fields, under its names for JSON. */
const goMeta = (meta: Meta | undefined): object => ({ ...meta });

const resourceClaim = strategyFor<ClaimIn>({
  default: (object) => ({ ...object, spec: defaultClaim(object.spec) }),
  prepareForCreate: (object) => withField(object, 'status', {}),
  prepareForUpdate: (object, old) => withField(object, 'status', old.status),
  prepareForStatusUpdate: (object, old) => ({ ...object, metadata: keepingMeta(object, old), spec: old.spec }),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateClaimSpec(errors, 'spec', object.spec);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateMetaUpdate(errors, object.metadata, old.metadata);
    if (!same(object.spec, old.spec)) invalid(errors, 'spec', goClaimSpec(object.spec), IMMUTABLE);
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateClaimStatus(errors, object, old);
    return errors;
  },
});

// ---- ResourceClaimTemplate

interface TemplateIn {
  readonly spec: { readonly metadata?: Meta; readonly spec: ClaimSpecIn };
}
function validateTemplate(errors: Errors, object: KubernetesObject & TemplateIn): void {
  validateMeta(errors, object.metadata, true, subdomainName);
  validateLabels(errors, object.spec.metadata?.labels, 'spec.metadata.labels');
  validateAnnotations(errors, object.spec.metadata?.annotations, 'spec.metadata.annotations');
  validateClaimSpec(errors, 'spec.spec', object.spec.spec);
}
const resourceClaimTemplate = strategyFor<TemplateIn>({
  default: (object) => ({ ...object, spec: { ...object.spec, spec: defaultClaim(object.spec.spec) } }),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateTemplate(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateTemplate(errors, object);
    validateMetaUpdate(errors, object.metadata, old.metadata);
    if (!same(object.spec, old.spec)) invalid(errors, 'spec', { ...goMeta(object.spec.metadata), Spec: goClaimSpec(object.spec.spec) }, IMMUTABLE);
    return errors;
  },
});

// ---- DeviceClass

interface ClassIn {
  readonly spec: { readonly selectors?: readonly SelectorIn[]; readonly config?: readonly ConfigIn[]; readonly extendedResourceName?: string };
}
function validateClass(errors: Errors, object: KubernetesObject & ClassIn): void {
  validateMeta(errors, object.metadata, false, subdomainName);
  validateSelectors(errors, 'spec.selectors', object.spec.selectors);
  set(errors, 'spec.config', object.spec.config, MOST, (config, at) => validateOpaque(errors, at, config));
  const name = object.spec.extendedResourceName;
  if (name !== undefined && !isExtended(name)) invalid(errors, 'spec.extendedResourceName', name, 'must be a valid extended resource name');
}
const specGeneration = <T extends KubernetesObject & { readonly spec: unknown }>(object: T, old: T): T => withGeneration(object, same(object.spec, old.spec) ? old.metadata.generation : (old.metadata.generation ?? 0) + 1);

const deviceClass = strategyFor<ClassIn>({
  prepareForCreate: (object) => withGeneration(object, 1),
  prepareForUpdate: specGeneration,
  validateCreate: (object) => {
    const errors: Errors = [];
    validateClass(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateClass(errors, object);
    validateMetaUpdate(errors, object.metadata, old.metadata);
    return errors;
  },
});

// ---- ResourceSlice

interface AttributeIn {
  readonly bool?: boolean;
  readonly int?: number;
  readonly string?: string;
  readonly version?: string;
}
interface DeviceIn {
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, AttributeIn>>;
  readonly capacity?: Readonly<Record<string, { readonly value?: string; readonly requestPolicy?: unknown }>>;
  readonly consumesCounters?: readonly { readonly counterSet?: string; readonly counters?: Readonly<Record<string, unknown>> }[];
  readonly nodeName?: string;
  readonly nodeSelector?: NodeSelector;
  readonly allNodes?: boolean;
  readonly taints?: readonly { readonly key?: string; readonly value?: string; readonly effect?: string; readonly timeAdded?: string }[];
  readonly allowMultipleAllocations?: boolean;
}
interface SliceIn {
  readonly spec: {
    readonly driver?: string;
    readonly pool: { readonly name?: string; readonly generation?: number; readonly resourceSliceCount?: number };
    readonly nodeName?: string;
    readonly nodeSelector?: NodeSelector;
    readonly allNodes?: boolean;
    readonly perDeviceNodeSelection?: boolean;
    readonly devices?: readonly DeviceIn[];
    readonly sharedCounters?: readonly { readonly name?: string; readonly counters?: Readonly<Record<string, StringMap>> }[];
  };
}
const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

function validateAttribute(errors: Errors, field: string, attribute: AttributeIn): void {
  const { string, version } = attribute;
  if (string !== undefined && utf8Length(string) > 64) tooLong(errors, `${field}.string`, 64);
  if (version !== undefined) {
    if (utf8Length(version) > 64 || !SEMVER.test(version)) invalid(errors, `${field}.version`, version, 'must be a string compatible with semver.org spec 2.0.0');
    if (utf8Length(version) > 64) tooLong(errors, `${field}.version`, 64);
  }
  const count = Object.keys(attribute).length;
  if (count === 0) invalid(errors, field, '', 'exactly one value must be specified');
  else if (count > 1) invalid(errors, field, attribute, 'exactly one value must be specified');
}

const counters = (errors: Errors, field: string, map: Readonly<Record<string, unknown>> | undefined): void => {
  const keys = Object.keys(map ?? {});
  if (keys.length === 0) return required(errors, field);
  if (keys.length > MOST) return tooMany(errors, field, keys.length, MOST);
  for (const key of keys) requiredLabel(errors, field, key);
  return undefined;
};

function validateDevice(errors: Errors, field: string, device: DeviceIn, perDevice: boolean): void {
  requiredLabel(errors, `${field}.name`, device.name ?? '');
  const attributes = Object.entries(device.attributes ?? {});
  const capacity = Object.entries(device.capacity ?? {});
  if (attributes.length + capacity.length > 32) invalid(errors, field, attributes.length + capacity.length, 'the total number of attributes and capacities must not exceed 32');
  for (const [name, attribute] of attributes) {
    validateAttributeName(errors, `${field}.attributes`, name);
    validateAttribute(errors, `${field}.attributes[${name}]`, attribute);
  }
  for (const [name, one] of capacity) {
    validateAttributeName(errors, `${field}.capacity`, name);
    if (one.requestPolicy !== undefined && device.allowMultipleAllocations !== true) forbidden(errors, `${field}.capacity[${name}].requestPolicy`, 'allowMultipleAllocations must be true');
  }
  set(errors, `${field}.taints`, device.taints, 16, ({ key = '', value = '', effect = '' }, at) => {
    if (key === '') required(errors, `${at}.key`, 'name part must be non-empty');
    if (utf8Length(value) > 63) invalid(errors, `${at}.value`, value, 'must be no more than 63 bytes');
    if (effect === '') required(errors, `${at}.effect`);
    else if (!['None', 'NoSchedule', 'NoExecute'].includes(effect)) notSupported(errors, `${at}.effect`, effect, ['NoExecute', 'NoSchedule', 'None']);
  });
  set(errors, `${field}.consumesCounters`, device.consumesCounters, 2, (one, at) => {
    if ((one.counterSet ?? '') === '') required(errors, `${at}.counterSet`);
    else requiredLabel(errors, `${at}.counterSet`, one.counterSet ?? '');
    counters(errors, `${at}.counters`, one.counters);
  }, (one) => one.counterSet ?? '');
  const places = [device.nodeName === undefined ? '' : '`nodeName`', device.nodeSelector === undefined ? '' : '`nodeSelector`', device.allNodes === true ? '`allNodes`' : ''].filter((one) => one !== '');
  if (!perDevice) {
    if (device.nodeName !== undefined || device.nodeSelector !== undefined || device.allNodes !== undefined) invalid(errors, field, null, '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec');
    return;
  }
  if (device.nodeName !== undefined) invalidEach(errors, `${field}.nodeName`, device.nodeName, device.nodeName === '' ? ['must not be empty'] : dns1123Subdomain(device.nodeName));
  if (device.nodeSelector !== undefined) validateNodeSelector(errors, device.nodeSelector, `${field}.nodeSelector`);
  if (device.allNodes === false) invalid(errors, `${field}.allNodes`, false, 'must be either unset or set to true');
  const words = 'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (places.length === 0) required(errors, field, words);
  else if (places.length > 1) invalid(errors, field, `{${places.join(', ')}}`, words);
}

function validateSlice(errors: Errors, spec: SliceIn['spec'], old: SliceIn['spec'] | undefined): void {
  validateDriverName(errors, spec.driver ?? '', 'spec.driver');
  validatePoolName(errors, 'spec.pool.name', spec.pool.name ?? '');
  const { resourceSliceCount = 0, generation = 0 } = spec.pool;
  if (resourceSliceCount <= 0) invalid(errors, 'spec.pool.resourceSliceCount', resourceSliceCount, 'must be greater than zero');
  if (generation < 0) invalid(errors, 'spec.pool.generation', generation, 'must be greater than or equal to zero');
  if (old !== undefined) {
    if (spec.pool.name !== old.pool.name) invalid(errors, 'spec.pool.name', spec.pool.name ?? '', IMMUTABLE);
    if (spec.driver !== old.driver) invalid(errors, 'spec.driver', spec.driver ?? '', IMMUTABLE);
    if (spec.nodeName !== old.nodeName) invalid(errors, 'spec.nodeName', spec.nodeName ?? null, IMMUTABLE);
  }
  const places: string[] = [];
  if (spec.nodeName !== undefined) {
    if (spec.nodeName === '') invalid(errors, 'spec.nodeName', '', 'must be either unset or set to a non-empty string');
    else {
      places.push('`nodeName`');
      invalidEach(errors, 'spec.nodeName', spec.nodeName, dns1123Subdomain(spec.nodeName));
    }
  }
  if (spec.nodeSelector !== undefined) {
    places.push('`nodeSelector`');
    validateNodeSelector(errors, spec.nodeSelector, 'spec.nodeSelector');
    const terms = spec.nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1) invalid(errors, 'spec.nodeSelector.nodeSelectorTerms', terms, 'must have exactly one node selector term');
  }
  for (const key of ['allNodes', 'perDeviceNodeSelection'] as const) {
    if (spec[key] === true) places.push(`\`${key}\``);
    else if (spec[key] === false) invalid(errors, `spec.${key}`, false, 'must be either unset or set to true');
  }
  const words = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (places.length === 0) required(errors, 'spec', words);
  else if (places.length > 1) invalid(errors, 'spec', `{${places.join(', ')}}`, `${words}, but multiple fields are set`);
  if (spec.sharedCounters !== undefined && spec.devices !== undefined) invalid(errors, 'spec', '', 'only one of `sharedCounters` or `devices` is allowed');
  const advanced = spec.devices?.some((device) => (device.taints?.length ?? 0) > 0 || (device.consumesCounters?.length ?? 0) > 0) === true;
  set(errors, 'spec.devices', spec.devices, advanced ? 64 : 128, (device, at) => validateDevice(errors, at, device, spec.perDeviceNodeSelection === true), (device) => device.name ?? '');
  set(errors, 'spec.sharedCounters', spec.sharedCounters, 8, (one, at) => {
    if ((one.name ?? '') === '') required(errors, `${at}.name`);
    else requiredLabel(errors, `${at}.name`, one.name ?? '');
    counters(errors, `${at}.counters`, one.counters);
  }, (one) => one.name ?? '');
}

const resourceSlice = strategyFor<SliceIn>({
  prepareForCreate: (object, now) => {
    const devices = mapSame(object.spec.devices, (device) => (device.taints === undefined ? device : { ...device, taints: device.taints.map((taint) => (taint.timeAdded === undefined && now !== undefined ? { ...taint, timeAdded: now } : taint)) }));
    return withGeneration(devices === object.spec.devices ? object : { ...object, spec: withField(object.spec, 'devices', devices) }, 1);
  },
  prepareForUpdate: specGeneration,
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, false, subdomainName);
    validateSlice(errors, object.spec, undefined);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateSlice(errors, object.spec, old.spec);
    return errors;
  },
});

/** Which requests of a claim want access whoever else has the device: their Namespace must allow it. */
export function adminAccess(object: KubernetesObject): readonly string[] {
  const isTemplate = object.kind === 'ResourceClaimTemplate';
  const spec = isTemplate ? (object as KubernetesObject & TemplateIn).spec.spec : (object as KubernetesObject & ClaimIn).spec;
  return (spec.devices.requests ?? []).flatMap((request, i) => (request.exactly?.adminAccess === true ? [`${isTemplate ? 'spec.spec' : 'spec'}.devices.requests[${i}].adminAccess`] : []));
}

export const devices: Readonly<Record<string, Strategy>> = { ResourceClaim: resourceClaim, ResourceClaimTemplate: resourceClaimTemplate, DeviceClass: deviceClass, ResourceSlice: resourceSlice };
