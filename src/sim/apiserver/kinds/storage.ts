import type { NodeSelector, PersistentVolume, PersistentVolumeClaim, StringMap } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { validateAccessModes, validateClaimSpec, validateVolumeMode } from './claims.ts';
import { forbidden, invalid, invalidEach, notSupported, required, type Errors } from './field.ts';
import { claimSpecDiff, volumeSourceDiff } from './goDiff.ts';
import { same, validateMeta, validateMetaUpdate } from './meta.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName, subdomainName } from './names.ts';
import { defaultClaimSpec, defaultVolume } from './podDefaults.ts';
import { validateNodeSelector } from './podValidation.ts';
import type { ClaimSpecIn, VolumeIn } from './podShapes.ts';
import { emptyStatus, strategyFor, withField } from './strategies.ts';
import { validateDriverName, validateFlocker, validateHostPath, validateIscsi, validateRequiredFields } from './volumes.ts';

/** PersistentVolume and PersistentVolumeClaim. */

interface VolumeSpecIn extends Omit<VolumeIn, 'name' | 'csi'> {
  readonly capacity?: StringMap;
  readonly accessModes?: readonly string[];
  readonly persistentVolumeReclaimPolicy?: string;
  readonly storageClassName?: string;
  readonly volumeMode?: string;
  readonly nodeAffinity?: { readonly required?: NodeSelector };
  readonly volumeAttributesClassName?: string;
  readonly claimRef?: unknown;
  readonly mountOptions?: unknown;
  readonly local?: { readonly path: string };
  readonly csi?: {
    readonly driver: string;
    readonly volumeHandle: string;
    readonly controllerPublishSecretRef?: SecretReference;
    readonly controllerExpandSecretRef?: SecretReference;
    readonly nodePublishSecretRef?: SecretReference;
    readonly nodeExpandSecretRef?: SecretReference;
  };
}
interface SecretReference {
  readonly name?: string;
  readonly namespace?: string;
}
function validateSecretReference(errors: Errors, reference: SecretReference | undefined, field: string): void {
  if (reference === undefined) return;
  const { name = '', namespace = '' } = reference;
  if (name === '') required(errors, `${field}.name`);
  else invalidEach(errors, `${field}.name`, name, dns1123Subdomain(name));
  if (namespace === '') required(errors, `${field}.namespace`);
  else invalidEach(errors, `${field}.namespace`, namespace, dns1123Label(namespace));
}
const volumeSpec = (volume: { readonly spec: unknown }): VolumeSpecIn => volume.spec as VolumeSpecIn;
const NOT_SOURCES = new Set(['capacity', 'accessModes', 'persistentVolumeReclaimPolicy', 'storageClassName', 'volumeMode', 'nodeAffinity', 'volumeAttributesClassName', 'claimRef', 'mountOptions']);
const SOURCE_ORDER = ['hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'flocker', 'nfs', 'rbd', 'quobyte', 'cephfs', 'iscsi', 'cinder', 'fc', 'flexVolume', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'scaleIO', 'local', 'storageos', 'csi'] as const;

function validateVolumeSpec(errors: Errors, spec: VolumeSpecIn): void {
  if ((spec.accessModes?.length ?? 0) === 0) required(errors, 'spec.accessModes');
  validateAccessModes(errors, spec.accessModes, 'spec.accessModes');
  const capacity = spec.capacity ?? {};
  const names = Object.keys(capacity);
  if (names.length === 0) required(errors, 'spec.capacity');
  // Decoding keeps no empty map: one is taken as sent where anything of the spec was.
  if (!names.includes('storage') || names.length > 1) notSupported(errors, 'spec.capacity', spec.capacity ?? (spec.accessModes === undefined ? null : {}), ['storage']);
  for (const name of names) {
    const amount = parseQuantity(capacity[name] ?? '0') ?? 0n;
    if (amount < 0n) invalid(errors, `spec.capacity[${name}]`, Number(amount / 1_000_000_000n), 'must be a valid resource quantity');
    if (amount <= 0n) invalid(errors, `spec.capacity[${name}]`, capacity[name], 'must be greater than zero');
  }
  const reclaim = spec.persistentVolumeReclaimPolicy ?? '';
  if (reclaim !== '' && !['Delete', 'Recycle', 'Retain'].includes(reclaim)) notSupported(errors, 'spec.persistentVolumeReclaimPolicy', reclaim, ['Delete', 'Recycle', 'Retain']);
  let affinity = false;
  if (spec.nodeAffinity !== undefined) {
    if (spec.nodeAffinity.required === undefined) required(errors, 'spec.nodeAffinity.required', 'must specify required node constraints');
    else {
      affinity = true;
      validateNodeSelector(errors, spec.nodeAffinity.required, 'spec.nodeAffinity.required');
    }
  }
  let count = 0;
  for (const key of SOURCE_ORDER) {
    const source = spec[key];
    if (source === undefined) continue;
    count += 1;
    // Upstream forgets to ask here whether there is another one.
    if (count > 1 && key !== 'flexVolume') {
      forbidden(errors, `spec.${key === 'cephfs' ? 'cephFS' : key}`, 'may not specify more than 1 volume type');
      continue;
    }
    if (key === 'hostPath') validateHostPath(errors, source as NonNullable<VolumeSpecIn['hostPath']>, 'spec.hostPath');
    else if (key === 'local') {
      const { path } = source as { readonly path: string };
      if (path === '') required(errors, 'spec.local.path');
      else if (path.split('/').includes('..')) invalid(errors, 'spec.local.path', path, "must not contain '..'");
      if (!affinity && spec.nodeAffinity === undefined) required(errors, 'spec.nodeAffinity', 'Local volume requires node affinity');
    } else if (key === 'csi') {
      validateDriverName(errors, spec.csi?.driver ?? '', 'spec.csi.driver');
      if ((spec.csi?.volumeHandle ?? '') === '') required(errors, 'spec.csi.volumeHandle');
      for (const name of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const) validateSecretReference(errors, spec.csi?.[name], `spec.csi.${name}`);
    } else if (key === 'flocker') validateFlocker(errors, source as Parameters<typeof validateFlocker>[1], 'spec.flocker');
    else {
      validateRequiredFields(errors, key, source, `spec.${key === 'gcePersistentDisk' ? 'persistentDisk' : key}`);
      if (key === 'iscsi') validateIscsi(errors, source as Parameters<typeof validateIscsi>[1], 'spec.iscsi', 'volume');
      if (key === 'storageos') {
        const volumeName = (source as { readonly volumeName?: string }).volumeName ?? '';
        if (volumeName !== '') invalidEach(errors, 'spec.storageos.volumeName', volumeName, dns1123Label(volumeName));
      }
    }
  }
  if (count === 0) required(errors, 'spec', 'must specify a volume type');
  if (spec.hostPath !== undefined && /^\/+$/.test(spec.hostPath.path) && reclaim === 'Recycle') forbidden(errors, 'spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'");
  const storageClass = spec.storageClassName ?? '';
  if (storageClass !== '') invalidEach(errors, 'spec.storageClassName', storageClass, dns1123Subdomain(storageClass));
  validateVolumeMode(errors, spec.volumeMode, 'spec.volumeMode');
  if (spec.volumeAttributesClassName !== undefined) {
    if (spec.volumeAttributesClassName === '') required(errors, 'spec.volumeAttributesClassName', 'an empty string is disallowed');
    else invalidEach(errors, 'spec.volumeAttributesClassName', spec.volumeAttributesClassName, dns1123Subdomain(spec.volumeAttributesClassName));
    if (spec.csi === undefined) required(errors, 'spec.csi', 'has to be specified when using volumeAttributesClassName');
  }
}

const sourcesOf = (spec: VolumeSpecIn): Readonly<Record<string, unknown>> => Object.fromEntries(Object.entries(spec).filter(([key]) => !NOT_SOURCES.has(key)));

export const persistentVolume = strategyFor<PersistentVolume>({
  default: (object) => {
    const spec = volumeSpec(object);
    let next: VolumeSpecIn = withField(spec, 'persistentVolumeReclaimPolicy', spec.persistentVolumeReclaimPolicy || 'Retain');
    next = withField(next, 'volumeMode', next.volumeMode ?? 'Filesystem');
    next = defaultSource(next);
    return next === spec ? object : { ...object, spec: next as unknown as PersistentVolume['spec'] };
  },
  prepareForCreate: (object, now?: string) => ({ ...object, status: { phase: 'Pending', ...(now === undefined ? {} : { lastPhaseTransitionTime: now }) } }),
  prepareForUpdate: (object, old) => withField(object, 'status', old.status),
  prepareForStatusUpdate: (object, old) => ({ ...withField(object, 'spec', old.spec), status: { phase: 'Pending', ...object.status } }),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, false, subdomainName);
    validateVolumeSpec(errors, volumeSpec(object));
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    const [spec, was] = [volumeSpec(object), volumeSpec(old)];
    validateMeta(errors, object.metadata, false, subdomainName);
    if (spec !== was) {
      validateVolumeSpec(errors, spec);
      if (!same(sourcesOf(spec), sourcesOf(was))) forbidden(errors, 'spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${volumeSourceDiff(was, spec)}`);
      if (spec.volumeMode !== was.volumeMode) invalid(errors, 'volumeMode', spec.volumeMode ?? null, 'field is immutable');
      if (was.nodeAffinity !== undefined && !same(spec.nodeAffinity, was.nodeAffinity)) invalid(errors, 'nodeAffinity', spec.nodeAffinity ?? null, 'field is immutable, except for updating from beta label to GA');
      if (was.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) forbidden(errors, 'spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden');
    }
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    return errors;
  },
});

/** The sources that a PersistentVolume shares with the volumes of a Pod have the same defaults. */
function defaultSource(spec: VolumeSpecIn): VolumeSpecIn {
  let next = spec;
  for (const key of ['hostPath', 'iscsi', 'rbd', 'azureDisk', 'scaleIO'] as const) {
    if (spec[key] === undefined) continue;
    const volume = defaultVolume({ name: '', [key]: spec[key] } as VolumeIn);
    if (!same(volume[key], spec[key])) next = { ...next, [key]: volume[key] };
  }
  return next;
}

const claimSpec = (claim: { readonly spec: unknown }): ClaimSpecIn => claim.spec as ClaimSpecIn;

/** dataSource and dataSourceRef mirror each other while no namespace is asked for. */
/** Before dataSourceRef there were two kinds of source; the old field is emptied of all others. */
const isOldSource = ({ apiGroup, kind }: { readonly apiGroup?: string | null; readonly kind: string }): boolean => ((apiGroup ?? '') === '' ? kind === 'PersistentVolumeClaim' : apiGroup === 'snapshot.storage.k8s.io' && kind === 'VolumeSnapshot');

function normalizeSources(spec: ClaimSpecIn): ClaimSpecIn {
  if (spec.dataSourceRef?.namespace !== undefined && spec.dataSourceRef.namespace !== '') return spec;
  if (spec.dataSource !== undefined && spec.dataSourceRef === undefined) return { ...spec, dataSourceRef: spec.dataSource };
  if (spec.dataSourceRef !== undefined && spec.dataSource === undefined) {
    const { apiGroup, kind, name } = spec.dataSourceRef;
    return { ...spec, dataSource: { ...(apiGroup === undefined ? {} : { apiGroup }), kind, name } };
  }
  return spec;
}

const withoutNewSource = (spec: ClaimSpecIn): ClaimSpecIn => (spec.dataSource === undefined || isOldSource(spec.dataSource) ? spec : withField(spec, 'dataSource', undefined));

interface ResizeIn {
  readonly allocatedResourceStatuses?: StringMap;
  readonly allocatedResources?: StringMap;
}
/** What is under way may be named after storage, or after a resource of one's own. */
function claimResize(errors: Errors, status: ResizeIn | undefined): void {
  const key = (name: string, field: string): boolean => {
    const faults = qualifiedName(name);
    if (faults.length > 0) invalidEach(errors, field, name, faults);
    else if (name !== 'storage' && (!name.includes('/') || name.includes('kubernetes.io/'))) notSupported(errors, field, name, ['storage']);
    else return true;
    return false;
  };
  const STATES = ['ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizePending', 'NodeResizeInProgress', 'NodeResizeInfeasible'];
  for (const [name, state] of Object.entries(status?.allocatedResourceStatuses ?? {})) {
    key(name, 'status.allocatedResourceStatuses');
    if (!STATES.includes(state)) notSupported(errors, 'status.allocatedResourceStatuses', name, [...STATES].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  }
  for (const name of Object.keys(status?.allocatedResources ?? {})) key(name, 'status.allocatedResources');
}

export const persistentVolumeClaim = strategyFor<PersistentVolumeClaim>({
  default: (object) => {
    const spec = defaultClaimSpec(claimSpec(object));
    const status = { phase: 'Pending', ...(object.status as object | undefined) };
    return { ...object, ...(spec === claimSpec(object) ? {} : { spec: spec as unknown as PersistentVolumeClaim['spec'] }), status: same(status, object.status) && object.status !== undefined ? object.status : status };
  },
  prepareForCreate: (object) => ({ ...object, spec: normalizeSources(withoutNewSource(claimSpec(object))) as unknown as PersistentVolumeClaim['spec'], status: { phase: 'Pending', ...(emptyStatus('PersistentVolumeClaim') as object) } }),
  prepareForUpdate: (object, old) => withField({ ...object, spec: normalizeSources(claimSpec(object)) as unknown as PersistentVolumeClaim['spec'] }, 'status', old.status),
  prepareForStatusUpdate: (object, old) => withField(object, 'spec', old.spec),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateClaimSpec(errors, claimSpec(object), 'spec');
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateMeta(errors, object.metadata, true, subdomainName);
    const [spec, was] = [claimSpec(object), claimSpec(old)];
    validateClaimSpec(errors, spec, 'spec');
    const ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
    const annotated = old.metadata.annotations?.[ANNOTATION];
    let [left, right] = [was, spec];
    if (was.volumeName === undefined && spec.volumeName !== undefined) left = { ...left, volumeName: spec.volumeName };
    if (annotated !== object.metadata.annotations?.[ANNOTATION] && !(annotated !== undefined && spec.storageClassName === annotated)) invalid(errors, `metadata.annotations[${ANNOTATION}]`, object.metadata.annotations?.[ANNOTATION] ?? '', 'field is immutable');
    if (was.storageClassName === undefined && annotated === undefined && spec.storageClassName !== undefined) left = { ...left, storageClassName: spec.storageClassName };
    if (object.status?.phase === 'Bound') {
      const storage = was.resources?.requests?.['storage'];
      if (right.resources?.requests !== undefined && storage !== undefined) right = { ...right, resources: { ...right.resources, requests: { ...right.resources.requests, storage } } };
      right = withField(right, 'volumeAttributesClassName', left.volumeAttributesClassName);
    }
    if (!same(left, right)) forbidden(errors, 'spec', `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${claimSpecDiff(left, right)}`);
    const size = (text: string | undefined): bigint => parseQuantity(text ?? '0') ?? 0n;
    const asked = size(spec.resources?.requests?.['storage']);
    if (asked < size(was.resources?.requests?.['storage']) && asked <= size(old.status?.capacity?.['storage'])) forbidden(errors, 'spec.resources.requests.storage', 'field can not be less than status.capacity');
    if (spec.volumeMode !== was.volumeMode) invalid(errors, 'volumeMode', spec.volumeMode ?? null, 'field is immutable');
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    claimResize(errors, object.status as unknown as ResizeIn | undefined);
    for (const [name, text] of Object.entries(object.status?.capacity ?? {})) if ((parseQuantity(text) ?? 0n) < 0n) invalid(errors, `status.capacity[${name}]`, text, 'must be a valid resource quantity');
    return errors;
  },
});
