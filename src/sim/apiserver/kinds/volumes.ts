import { parseQuantity } from '../../api/quantity.ts';
import { validateClaimSpec } from './claims.ts';
import { duplicate, forbidden, invalid, invalidEach, notSupported, required, type Errors } from './field.ts';
import { validateAnnotations, validateLabels, type Meta } from './meta.ts';
import { dns1123Label, dns1123Subdomain } from './names.ts';
import { validateFieldRef, validateResourceFieldRef } from './fieldRefs.ts';
import type { DownwardItemIn, KeyToPathIn, ProjectionIn, VolumeIn } from './podShapes.ts';

/** Volumes of a Pod. The sources of retired in-tree drivers are only checked for their required fields. */

export type Volumes = ReadonlyMap<string, VolumeIn>;
const NO_VOLUMES: Volumes = new Map();
// Invisible: the table of volumes of a list in which nothing is wrong.
const right = new WeakMap<object, Volumes>();

export function validateVolumes(errors: Errors, volumes: readonly VolumeIn[] | undefined, meta: Meta | undefined, field: string, isPod: boolean): Volumes {
  if (volumes === undefined || volumes.length === 0) return NO_VOLUMES;
  const known = right.get(volumes);
  if (known !== undefined) return known;
  const before = errors.length;
  const out = new Map<string, VolumeIn>();
  let ephemeral = false;
  volumes.forEach((volume, i) => {
    const at = `${field}[${i}]`;
    const start = errors.length;
    validateVolumeSource(errors, volume, meta, at, isPod);
    if (volume.name === '') required(errors, `${at}.name`);
    else invalidEach(errors, `${at}.name`, volume.name, dns1123Label(volume.name));
    if (out.has(volume.name)) duplicate(errors, `${at}.name`, volume.name);
    if (errors.length === start) out.set(volume.name, volume);
    if (volume.ephemeral !== undefined || volume.image !== undefined) ephemeral = true;
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && meta?.name !== undefined && volumes.some((other) => other.ephemeral !== undefined && `${meta.name}-${other.name}` === claim)) {
      invalid(errors, `${at}.persistentVolumeClaim.claimName`, claim, 'must not reference a PVC that gets created for an ephemeral volume');
    }
  });
  if (errors.length === before && !ephemeral) right.set(volumes, out);
  return out;
}

export function isMatchedDevice(volumes: Volumes, name: string): 'claim' | 'other' | undefined {
  const volume = volumes.get(name);
  if (volume === undefined) return undefined;
  return volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined ? 'claim' : 'other';
}

export function validatePathNoBacksteps(errors: Errors, path: string, field: string): void {
  if (path.split('/').includes('..')) invalid(errors, field, path, "must not contain '..'");
}
export function validateRelativePath(errors: Errors, path: string, field: string): void {
  if (path.startsWith('/')) invalid(errors, field, path, 'must be a relative path');
  validatePathNoBacksteps(errors, path, field);
}
function validateNonReservedPath(errors: Errors, path: string, field: string): void {
  validateRelativePath(errors, path, field);
  if (path.startsWith('..') && !path.startsWith('../')) invalid(errors, field, path, "must not start with '..'");
}

const MODE = 'must be a number between 0 and 0777 (octal), both inclusive';
function validateMode(errors: Errors, mode: number | undefined, field: string): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) invalid(errors, field, mode, MODE);
}

function validateKeyToPath(errors: Errors, item: KeyToPathIn, field: string): void {
  if (item.key === '') required(errors, `${field}.key`);
  if (item.path === '') required(errors, `${field}.path`);
  validateNonReservedPath(errors, item.path, `${field}.path`);
  validateMode(errors, item.mode, `${field}.mode`);
}

const VOLUME_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
function validateDownwardItem(errors: Errors, item: DownwardItemIn, field: string): void {
  if (item.path === '') required(errors, `${field}.path`);
  validateNonReservedPath(errors, item.path, `${field}.path`);
  if (item.fieldRef !== undefined) {
    validateFieldRef(errors, item.fieldRef, VOLUME_FIELDS, `${field}.fieldRef`);
    if (item.resourceFieldRef !== undefined) invalid(errors, field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
  } else if (item.resourceFieldRef !== undefined) validateResourceFieldRef(errors, item.resourceFieldRef, `${field}.resourceFieldRef`, true);
  else required(errors, field, 'one of fieldRef and resourceFieldRef is required');
  validateMode(errors, item.mode, `${field}.mode`);
}

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

export function validateHostPath(errors: Errors, source: NonNullable<VolumeIn['hostPath']>, field: string): void {
  if (source.path === '') return required(errors, `${field}.path`);
  validatePathNoBacksteps(errors, source.path, `${field}.path`);
  if (source.type !== undefined && !HOST_PATH_TYPES.includes(source.type)) notSupported(errors, `${field}.type`, source.type, HOST_PATH_TYPES);
  return undefined;
}

/** Sources of which only some fields must be there. */
const REQUIRED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  gcePersistentDisk: ['pdName'], awsElasticBlockStore: ['volumeID'], nfs: ['server', 'path'], persistentVolumeClaim: ['claimName'], glusterfs: ['endpoints', 'path'], rbd: ['monitors', 'image'],
  cinder: ['volumeID'], cephfs: ['monitors'], azureFile: ['secretName', 'shareName'], vsphereVolume: ['volumePath'], photonPersistentDisk: ['pdID'], portworxVolume: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'], storageos: ['volumeName'], flexVolume: ['driver'], quobyte: ['registry', 'volume'], iscsi: ['targetPortal', 'iqn'], scaleIO: ['gateway', 'system', 'volumeName'],
};
const REGISTRY = 'must be a host:port pair or multiple pairs separated by commas';
export function validateRequiredFields(errors: Errors, key: string, source: object, field: string): void {
  for (const name of REQUIRED_FIELDS[key] ?? []) {
    const value = (source as Record<string, unknown>)[name];
    if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) required(errors, `${field}.${name}`, name === 'registry' ? REGISTRY : '');
  }
  if (key === 'nfs') {
    const { path } = source as { readonly path: string };
    if (!path.startsWith('/')) invalid(errors, `${field}.path`, path, 'must be an absolute path');
  }
  if (key === 'fc') validateFibreChannel(errors, source as FibreChannelIn, field);
  if (key === 'quobyte') {
    const { registry } = source as { readonly registry: string };
    if (registry !== '' && registry.split(',').some((one) => !/^[^:]*:[^:]*$/.test(one) && !/^\[[^\]]*\]:[^:]*$/.test(one))) invalid(errors, `${field}.registry`, registry, REGISTRY);
  }
  if (key === 'azureDisk') {
    const { diskURI, kind } = source as { readonly diskURI: string; readonly kind?: string };
    const isManaged = kind === 'Managed';
    const [prefix, shown] = isManaged ? ['/subscriptions/', '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'] : ['https://', 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'];
    if (!diskURI.startsWith(prefix)) notSupported(errors, `${field}.diskURI`, diskURI, [shown]);
  }
}

interface FibreChannelIn {
  readonly targetWWNs?: readonly string[];
  readonly wwids?: readonly string[];
  readonly lun?: number;
}
function validateFibreChannel(errors: Errors, { targetWWNs = [], wwids = [], lun }: FibreChannelIn, field: string): void {
  if (targetWWNs.length === 0 && wwids.length === 0) required(errors, `${field}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both');
  if (targetWWNs.length > 0 && wwids.length > 0) invalid(errors, `${field}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously');
  if (targetWWNs.length === 0) return;
  if (lun === undefined) required(errors, `${field}.lun`, 'lun is required if targetWWNs is specified');
  else if (lun < 0 || lun > 255) invalid(errors, `${field}.lun`, lun, 'must be between 0 and 255, inclusive');
}

interface IscsiIn {
  readonly iqn: string;
  readonly lun: number;
  readonly initiatorName?: string;
  readonly chapAuthDiscovery?: boolean;
  readonly chapAuthSession?: boolean;
  readonly secretRef?: { readonly name?: string };
}
const IQN = /^iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/;
const EUI = /^eui\.[A-Fa-f0-9]{16}$/;
const NAA = /^naa\.[A-Fa-f0-9]{32}$/;

/** `kind`: the words differ between the volumes of a Pod and a PersistentVolume. */
export function validateIscsi(errors: Errors, source: IscsiIn, field: string, kind: 'pod' | 'volume'): void {
  const named = (name: string, text: string): void => {
    const starts = /^(iqn|eui|naa)/.exec(text)?.[1];
    if (starts === undefined) invalid(errors, `${field}.${name}`, text, kind === 'pod' ? 'must be valid format starting with iqn, eui, or naa' : 'must be valid format');
    else if (!(starts === 'iqn' ? IQN : starts === 'eui' ? EUI : NAA).test(text)) invalid(errors, `${field}.${name}`, text, 'must be valid format');
  };
  if (source.iqn !== '') named('iqn', source.iqn);
  if (source.lun < 0 || source.lun > 255) invalid(errors, `${field}.lun`, source.lun, 'must be between 0 and 255, inclusive');
  if ((source.chapAuthDiscovery === true || source.chapAuthSession === true) && source.secretRef === undefined) required(errors, `${field}.secretRef`);
  if (source.initiatorName !== undefined) named('initiatorname', source.initiatorName);
}

/** Upstream's order of the sources, which decides which of two is "more than 1 volume type". */
const ORDER = [
  'emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi', 'glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder', 'cephfs', 'quobyte', 'downwardAPI',
  'fc', 'flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'storageos', 'projected', 'scaleIO', 'csi', 'ephemeral', 'image',
] as const;
/** Where upstream's path is not the field's name. */
const SPELLING: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

function validateVolumeSource(errors: Errors, volume: VolumeIn, meta: Meta | undefined, field: string, isPod: boolean): void {
  let count = 0;
  for (const key of ORDER) {
    const source = volume[key];
    if (source === undefined) continue;
    count += 1;
    if (count > 1) {
      forbidden(errors, `${field}.${SPELLING[key] ?? key}`, 'may not specify more than 1 volume type');
      continue;
    }
    validateSource(errors, volume, key, meta, `${field}.${key}`, isPod);
  }
  if (count === 0) required(errors, field, 'must specify a volume type');
}

function validateSource(errors: Errors, volume: VolumeIn, key: (typeof ORDER)[number], meta: Meta | undefined, field: string, isPod: boolean): void {
  const { emptyDir, hostPath, gitRepo, secret, configMap, downwardAPI, projected, csi, ephemeral, image, flocker } = volume;
  switch (key) {
    case 'emptyDir':
      if (emptyDir?.sizeLimit !== undefined && (parseQuantity(emptyDir.sizeLimit) ?? 0n) < 0n) forbidden(errors, `${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity');
      return;
    case 'hostPath':
      if (hostPath !== undefined) validateHostPath(errors, hostPath, field);
      return;
    case 'gitRepo':
      if (gitRepo?.repository === '') required(errors, `${field}.repository`);
      if (gitRepo?.directory !== undefined) validateNonReservedPath(errors, gitRepo.directory, `${field}.directory`);
      return;
    case 'secret':
    case 'configMap': {
      const source = key === 'secret' ? secret : configMap;
      const name = key === 'secret' ? secret?.secretName : configMap?.name;
      if (name === undefined || name === '') required(errors, key === 'secret' ? `${field}.secretName` : `${field}.name`);
      validateMode(errors, source?.defaultMode, `${field}.defaultMode`);
      source?.items?.forEach((item, i) => validateKeyToPath(errors, item, `${field}.items[${i}]`));
      return;
    }
    case 'downwardAPI':
      validateMode(errors, downwardAPI?.defaultMode, `${field}.defaultMode`);
      for (const item of downwardAPI?.items ?? []) validateDownwardItem(errors, item, field);
      return;
    case 'projected':
      validateMode(errors, projected?.defaultMode, `${field}.defaultMode`);
      validateProjections(errors, projected?.sources ?? [], field);
      return;
    case 'flocker':
      if (flocker !== undefined) validateFlocker(errors, flocker, field);
      return;
    case 'csi':
      validateDriverName(errors, csi?.driver ?? '', `${field}.driver`);
      if (csi?.nodePublishSecretRef !== undefined) {
        const name = csi.nodePublishSecretRef.name ?? '';
        if (name === '') required(errors, `${field}.nodePublishSecretRef.name`);
        else invalidEach(errors, `${field}.name`, name, dns1123Subdomain(name));
      }
      return;
    case 'ephemeral': {
      const template = ephemeral?.volumeClaimTemplate;
      if (template === undefined) required(errors, `${field}.volumeClaimTemplate`);
      else {
        validateAnnotations(errors, template.metadata?.annotations, `${field}.volumeClaimTemplate.metadata.annotations`);
        validateLabels(errors, template.metadata?.labels, `${field}.volumeClaimTemplate.metadata.labels`);
        for (const name of Object.keys(template.metadata ?? {})) if (name !== 'annotations' && name !== 'labels') forbidden(errors, `${field}.volumeClaimTemplate.metadata.${name}`, 'cannot be set');
        validateClaimSpec(errors, template.spec, `${field}.volumeClaimTemplate.spec`);
      }
      if (meta?.name !== undefined && meta.name !== '' && volume.name !== '') {
        const claim = `${meta.name}-${volume.name}`;
        for (const fault of dns1123Subdomain(claim)) invalid(errors, `${field.slice(0, -'.ephemeral'.length)}.name`, volume.name, `PVC name ${JSON.stringify(claim)}: ${fault}`);
      }
      return;
    }
    case 'image':
      if (isPod && (image?.reference === undefined || image.reference === '')) required(errors, `${field}.reference`);
      if (image?.pullPolicy !== undefined && !['Always', 'IfNotPresent', 'Never'].includes(image.pullPolicy)) notSupported(errors, `${field}.pullPolicy`, image.pullPolicy, ['Always', 'IfNotPresent', 'Never']);
      return;
    default:
      validateRequiredFields(errors, key, volume[key] ?? {}, field);
      if (key === 'iscsi') validateIscsi(errors, volume.iscsi as IscsiIn, field, 'pod');
  }
}

export function validateFlocker(errors: Errors, { datasetName = '', datasetUUID = '' }: { readonly datasetName?: string; readonly datasetUUID?: string }, field: string): void {
  if (datasetName === '' && datasetUUID === '') required(errors, field, 'one of datasetName and datasetUUID is required');
  if (datasetName !== '' && datasetUUID !== '') invalid(errors, field, 'resource', 'datasetName and datasetUUID can not be specified simultaneously');
  if (datasetName.includes('/')) invalid(errors, `${field}.datasetName`, datasetName, "must not contain '/'");
}

export function validateDriverName(errors: Errors, name: string, field: string): void {
  if (name === '') return required(errors, field);
  if (name.length > 63) errors.push({ field, reason: 'FieldValueTooLong', message: 'Too long: may not be more than 63 bytes' });
  return invalidEach(errors, field, name, dns1123Subdomain(name.toLowerCase()));
}

function validateProjections(errors: Errors, sources: readonly ProjectionIn[], field: string): void {
  const paths = new Set<string>();
  const claim = (path: string, shown: string): void => {
    if (paths.has(path)) invalid(errors, field, shown, 'conflicting duplicate paths');
    paths.add(path);
  };
  sources.forEach((source, i) => {
    const at = `${field}.sources[${i}]`;
    let count = 0;
    for (const key of ['secret', 'configMap'] as const) {
      const one = source[key];
      if (one === undefined) continue;
      count += 1;
      if (one.name === undefined || one.name === '') required(errors, `${at}.${key}.name`);
      one.items?.forEach((item, j) => {
        validateKeyToPath(errors, item, `${at}.${key}.items[${j}]`);
        if (item.path !== '') claim(item.path, one.name ?? '');
      });
    }
    if (source.downwardAPI !== undefined) {
      count += 1;
      for (const item of source.downwardAPI.items ?? []) {
        validateDownwardItem(errors, item, `${at}.downwardAPI`);
        if (item.path !== '') claim(item.path, item.path);
      }
    }
    const token = source.serviceAccountToken;
    if (token !== undefined) {
      count += 1;
      const seconds = token.expirationSeconds ?? 0;
      if (seconds < 600) invalid(errors, `${at}.serviceAccountToken.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes');
      if (seconds > 2 ** 32) invalid(errors, `${at}.serviceAccountToken.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds');
      if (token.path === '') required(errors, `${field}.path`);
      else validateNonReservedPath(errors, token.path, `${field}.path`);
    }
    const bundle = source.clusterTrustBundle;
    if (bundle !== undefined) {
      count += 1;
      if (bundle.name === undefined && bundle.signerName === undefined) required(errors, `${at}.clusterTrustBundle`, 'either name or signerName must be specified');
      if (bundle.name === '') required(errors, `${at}.clusterTrustBundle.name`, 'must be a valid object name');
      if (bundle.signerName === '') required(errors, `${at}.clusterTrustBundle.signerName`, 'must be a valid signer name');
      if (bundle.path === '') required(errors, `${at}.clusterTrustBundle.path`);
      validateNonReservedPath(errors, bundle.path, `${at}.clusterTrustBundle.path`);
      claim(bundle.path, bundle.path);
    }
    if (source.podCertificate !== undefined) count += 1;
    if (count > 1) forbidden(errors, at, 'may not specify more than 1 volume type per source');
  });
}
