import { parseQuantity } from '../../api/quantity.ts';
import type { KubernetesObject, LabelSelector, StringMap } from '../../api/object.ts';
import { utf8Length } from '../goText.ts';
import type { Strategy } from '../strategy.ts';
import { duplicate, forbidden, invalid, invalidEach, nonNegative, notSupported, required, tooLong, type Errors } from './field.ts';
import { same, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta.ts';
import { dns1123Subdomain, qualifiedName, subdomainName } from './names.ts';
import { strategyFor, withField, withGeneration } from './strategies.ts';
import { validateDriverName } from './volumes.ts';

/** The kinds of storage.k8s.io beside StorageClass: after pkg/apis/storage/validation. An inline volume of a VolumeAttachment (migration from in-tree plugins) is not looked into. */

const IMMUTABLE = 'field is immutable';

// ---- CSIDriver

interface CSIDriverIn {
  readonly spec: {
    readonly attachRequired?: boolean;
    readonly podInfoOnMount?: boolean;
    readonly volumeLifecycleModes?: readonly string[];
    readonly storageCapacity?: boolean;
    readonly fsGroupPolicy?: string;
    readonly tokenRequests?: readonly { readonly audience?: string; readonly expirationSeconds?: number }[];
    readonly requiresRepublish?: boolean;
    readonly seLinuxMount?: boolean;
    readonly nodeAllocatableUpdatePeriodSeconds?: number;
    readonly serviceAccountTokenInSecrets?: boolean;
    readonly preventPodSchedulingIfMissing?: boolean;
  };
}

function validateDriverSpec(errors: Errors, spec: CSIDriverIn['spec']): void {
  // Upstream's own spelling: the field is attachRequired, its path attachedRequired.
  if (spec.attachRequired === undefined) required(errors, 'spec.attachedRequired');
  if (spec.podInfoOnMount === undefined) required(errors, 'spec.podInfoOnMount');
  if (spec.storageCapacity === undefined) required(errors, 'spec.storageCapacity');
  const policies = ['File', 'None', 'ReadWriteOnceWithFSType'];
  if (spec.fsGroupPolicy !== undefined && !policies.includes(spec.fsGroupPolicy)) notSupported(errors, 'spec.fsGroupPolicy', spec.fsGroupPolicy, policies);
  const audiences = new Set<string>();
  spec.tokenRequests?.forEach(({ audience = '', expirationSeconds }, i) => {
    const field = `spec.tokenRequests[${i}]`;
    if (audiences.has(audience)) return duplicate(errors, `${field}.audience`, audience);
    audiences.add(audience);
    if (expirationSeconds === undefined) return undefined;
    if (expirationSeconds < 600) invalid(errors, `${field}.expirationSeconds`, expirationSeconds, 'may not specify a duration less than 10 minutes');
    if (expirationSeconds > 2 ** 32) invalid(errors, `${field}.expirationSeconds`, expirationSeconds, 'may not specify a duration larger than 2^32 seconds');
    return undefined;
  });
  for (const mode of spec.volumeLifecycleModes ?? []) if (mode !== 'Persistent' && mode !== 'Ephemeral') notSupported(errors, 'spec.volumeLifecycleModes', mode, ['Persistent', 'Ephemeral']);
  if (spec.seLinuxMount === undefined) required(errors, 'spec.seLinuxMount');
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < 10) invalid(errors, 'spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds');
  if (spec.serviceAccountTokenInSecrets !== undefined && (spec.tokenRequests?.length ?? 0) === 0) {
    invalid(errors, 'spec.serviceAccountTokenInSecrets', spec.serviceAccountTokenInSecrets, 'serviceAccountTokenInSecrets is set but no tokenRequests are specified');
  }
}

/** VolumeLimitScaling is off by default: its field is dropped. */
const withoutScaling = <T extends CSIDriverIn>(object: T): T => ({ ...object, spec: withField(object.spec, 'preventPodSchedulingIfMissing', undefined) });
const TOKEN_WARNING = 'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';

const csiDriver = strategyFor<CSIDriverIn>({
  default: (object) => {
    const { spec } = object;
    return {
      ...object,
      spec: {
        ...spec,
        attachRequired: spec.attachRequired ?? true,
        podInfoOnMount: spec.podInfoOnMount ?? false,
        volumeLifecycleModes: (spec.volumeLifecycleModes?.length ?? 0) === 0 ? ['Persistent'] : spec.volumeLifecycleModes!,
        storageCapacity: spec.storageCapacity ?? false,
        fsGroupPolicy: spec.fsGroupPolicy ?? 'ReadWriteOnceWithFSType',
        requiresRepublish: spec.requiresRepublish ?? false,
        seLinuxMount: spec.seLinuxMount ?? false,
      },
    };
  },
  prepareForCreate: withoutScaling,
  prepareForUpdate: (object, old) => {
    const next = withoutScaling(object);
    return same(next.spec.tokenRequests, old.spec.tokenRequests) && next.spec.requiresRepublish === old.spec.requiresRepublish && next.spec.seLinuxMount === old.spec.seLinuxMount ? withGeneration(next, old.metadata.generation) : withGeneration(next, (old.metadata.generation ?? 0) + 1);
  },
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, false, subdomainName);
    validateDriverSpec(errors, object.spec);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateDriverSpec(errors, object.spec);
    if (object.spec.attachRequired !== old.spec.attachRequired) invalid(errors, 'spec.attachedRequired', object.spec.attachRequired ?? null, IMMUTABLE);
    if (!same(object.spec.volumeLifecycleModes, old.spec.volumeLifecycleModes)) invalid(errors, 'spec.volumeLifecycleModes', object.spec.volumeLifecycleModes ?? null, IMMUTABLE);
    return errors;
  },
  warnings: ({ spec }, old) => ((spec.tokenRequests?.length ?? 0) > 0 && spec.serviceAccountTokenInSecrets === undefined && !same(spec.tokenRequests, old?.spec.tokenRequests) ? [TOKEN_WARNING] : []),
});

// ---- CSINode

interface NodeDriverIn {
  readonly name: string;
  readonly nodeID: string;
  readonly topologyKeys?: readonly string[] | null;
  readonly allocatable?: { readonly count?: number };
}
interface CSINodeIn {
  readonly spec: { readonly drivers?: readonly NodeDriverIn[] | null };
}

function validateNode(errors: Errors, object: KubernetesObject & CSINodeIn): void {
  validateMeta(errors, object.metadata, false, subdomainName);
  const names = new Set<string>();
  object.spec.drivers?.forEach((driver, i) => {
    const field = `spec.drivers[${i}]`;
    validateDriverName(errors, driver.name, `${field}.name`);
    if (driver.nodeID === '') required(errors, `${field}.nodeID`);
    if (utf8Length(driver.nodeID) > 256) invalid(errors, `${field}.nodeID`, driver.nodeID, 'must be 256 characters or less');
    nonNegative(errors, `${field}.allocatable.count`, driver.allocatable?.count);
    if (names.has(driver.name)) duplicate(errors, `${field}.name`, driver.name);
    names.add(driver.name);
    const keys = new Set<string>();
    for (const key of driver.topologyKeys ?? []) {
      if (key === '') required(errors, field);
      if (keys.has(key)) duplicate(errors, field, key);
      keys.add(key);
      invalidEach(errors, field, key, qualifiedName(key));
    }
  });
}

const csiNode = strategyFor<CSINodeIn>({
  validateCreate: (object) => {
    const errors: Errors = [];
    validateNode(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateNode(errors, object);
    for (const before of old.spec.drivers ?? []) {
      for (const now of object.spec.drivers ?? []) {
        if (before.name !== now.name || same(withField(before, 'allocatable', undefined), withField(now, 'allocatable', undefined))) continue;
        invalid(errors, 'spec.drivers', { Name: now.name, NodeID: now.nodeID, TopologyKeys: now.topologyKeys ?? null, Allocatable: null }, IMMUTABLE);
      }
    }
    return errors;
  },
});

// ---- CSIStorageCapacity

interface CapacityIn {
  readonly nodeTopology?: LabelSelector;
  readonly storageClassName?: string;
  readonly capacity?: string;
}
function validateCapacity(errors: Errors, object: KubernetesObject & CapacityIn): void {
  validateMeta(errors, object.metadata, true, subdomainName);
  validateLabelSelector(errors, object.nodeTopology, 'nodeTopology');
  const name = object.storageClassName ?? '';
  invalidEach(errors, 'storageClassName', name, dns1123Subdomain(name));
  if (object.capacity !== undefined && (parseQuantity(object.capacity) ?? 0n) < 0n) invalid(errors, 'capacity', object.capacity, 'must be greater than or equal to 0');
}

const csiStorageCapacity = strategyFor<CapacityIn>({
  validateCreate: (object) => {
    const errors: Errors = [];
    validateCapacity(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateCapacity(errors, object);
    validateMetaUpdate(errors, object.metadata, old.metadata);
    if (!same(object.nodeTopology, old.nodeTopology)) invalid(errors, 'nodeTopology', object.nodeTopology ?? null, IMMUTABLE);
    if (object.storageClassName !== old.storageClassName) invalid(errors, 'storageClassName', object.storageClassName ?? '', IMMUTABLE);
    return errors;
  },
});

// ---- VolumeAttachment

interface VolumeErrorIn {
  readonly message?: string;
  readonly errorCode?: number;
}
interface AttachmentIn {
  readonly spec: {
    readonly attacher: string;
    readonly nodeName: string;
    readonly source: { readonly persistentVolumeName?: string; readonly inlineVolumeSpec?: unknown };
  };
  readonly status?: { readonly attached?: boolean; readonly attachmentMetadata?: StringMap; readonly attachError?: VolumeErrorIn; readonly detachError?: VolumeErrorIn };
}

function validateVolumeError(errors: Errors, field: string, error: VolumeErrorIn | undefined): void {
  if (error === undefined) return;
  if (utf8Length(error.message ?? '') > 1024) tooLong(errors, `${field}.message`, 262_144);
  if (error.errorCode !== undefined && error.errorCode < 0) invalid(errors, `${field}.errorCode`, error.errorCode, 'must be between 0 and 2147483647, inclusive');
}

function validateAttachment(errors: Errors, object: KubernetesObject & AttachmentIn): void {
  validateMeta(errors, object.metadata, false, subdomainName);
  const { spec, status } = object;
  validateDriverName(errors, spec.attacher, 'spec.attacher');
  const { persistentVolumeName: volume, inlineVolumeSpec: inline } = spec.source;
  if (inline === undefined && volume === undefined) required(errors, 'spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName');
  else if (inline !== undefined && volume !== undefined) forbidden(errors, 'spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName');
  else if (volume === '') required(errors, 'spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName');
  invalidEach(errors, 'spec.nodeName', spec.nodeName, dns1123Subdomain(spec.nodeName));
  let size = 0;
  for (const [key, value] of Object.entries(status?.attachmentMetadata ?? {})) size += utf8Length(key) + utf8Length(value);
  if (size > 262_144) tooLong(errors, 'status.attachmentMetadata', 262_144);
  validateVolumeError(errors, 'status.attachError', status?.attachError);
  validateVolumeError(errors, 'status.detachError', status?.detachError);
  if (volume !== undefined) invalidEach(errors, 'spec.source.persistentVolumeName', volume, dns1123Subdomain(volume));
}

const volumeAttachment = strategyFor<AttachmentIn>({
  prepareForCreate: (object) => ({ ...object, status: { attached: false } }),
  prepareForUpdate: (object, old) => withField(object, 'status', old.status),
  prepareForStatusUpdate: (object, old) => withField({ ...object, metadata: keepingMeta(object, old) }, 'spec', old.spec),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateAttachment(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateAttachment(errors, object);
    const { attacher, nodeName, source } = object.spec;
    if (!same(object.spec, old.spec)) invalid(errors, 'spec', { Attacher: attacher, Source: { PersistentVolumeName: source.persistentVolumeName ?? null, InlineVolumeSpec: source.inlineVolumeSpec ?? null }, NodeName: nodeName }, IMMUTABLE);
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateAttachment(errors, object);
    if (!same(object.spec, old.spec)) invalid(errors, 'spec', null, IMMUTABLE);
    return errors;
  },
});

/** metav1.ResetObjectMetaForStatus: through the status endpoint no metadata changes that a user may otherwise set. */
export function keepingMeta(object: KubernetesObject, old: KubernetesObject): KubernetesObject['metadata'] {
  let metadata = object.metadata;
  for (const key of ['deletionTimestamp', 'generation', 'labels', 'annotations', 'ownerReferences', 'finalizers'] as const) metadata = withField(metadata, key, old.metadata[key]);
  return metadata;
}

// ---- VolumeAttributesClass

interface AttributesClassIn {
  readonly driverName: string;
  readonly parameters?: StringMap;
}
function validateAttributesClass(errors: Errors, object: KubernetesObject & AttributesClassIn): void {
  validateMeta(errors, object.metadata, false, subdomainName);
  if (object.driverName === '') required(errors, 'driverName');
  else invalidEach(errors, 'driverName', object.driverName.toLowerCase(), qualifiedName(object.driverName.toLowerCase()));
  const entries = Object.entries(object.parameters ?? {});
  if (entries.length > 512) return tooLong(errors, 'parameters', 512);
  let size = 0;
  for (const [key, value] of entries) {
    if (key === '') invalid(errors, 'parameters', key, 'field can not be empty.');
    size += utf8Length(key) + utf8Length(value);
  }
  if (size > 262_144) tooLong(errors, 'parameters', 262_144);
  if (entries.length === 0) required(errors, 'parameters', 'must contain at least one key/value pair');
  return undefined;
}

const volumeAttributesClass = strategyFor<AttributesClassIn>({
  validateCreate: (object) => {
    const errors: Errors = [];
    validateAttributesClass(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    if (object.driverName !== old.driverName) forbidden(errors, 'driverName', 'updates to driverName are forbidden.');
    if (!same(object.parameters, old.parameters)) forbidden(errors, 'parameters', 'updates to parameters are forbidden.');
    validateAttributesClass(errors, object);
    return errors;
  },
});

export const attachments: Readonly<Record<string, Strategy>> = { CSIDriver: csiDriver, CSINode: csiNode, CSIStorageCapacity: csiStorageCapacity, VolumeAttachment: volumeAttachment, VolumeAttributesClass: volumeAttributesClass };
