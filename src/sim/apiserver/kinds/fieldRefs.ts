import { invalid, invalidEach, notSupported, required, type Errors } from './field.ts';
import { qualifiedName } from './names.ts';
import type { FieldRefIn, ResourceFieldRefIn } from './podShapes.ts';

/** References of the downward API, as environment variables and volumes have them. */

const RESOURCE_FIELDS = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory'];
/** What ConvertDownwardAPIFieldLabel knows, besides the subscripted forms. */
const DOWNWARD_LABELS = new Set(['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.restartPolicy', 'spec.serviceAccountName', 'spec.schedulerName', 'status.phase', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs', 'spec.host']);

export function validateFieldRef(errors: Errors, ref: FieldRefIn, allowed: readonly string[], field: string): void {
  if (ref.apiVersion === undefined || ref.apiVersion === '') return required(errors, `${field}.apiVersion`);
  if (ref.fieldPath === '') return required(errors, `${field}.fieldPath`);
  if (ref.apiVersion !== 'v1') return invalid(errors, `${field}.fieldPath`, ref.fieldPath, `error converting fieldPath: unsupported pod version: ${ref.apiVersion}`);
  const subscript = /^([^[]+)\['([\s\S]*)'\]$/.exec(ref.fieldPath);
  if (subscript !== null) {
    const [, path = '', key = ''] = subscript;
    if (path === 'metadata.annotations') invalidEach(errors, field, key.toLowerCase(), qualifiedName(key.toLowerCase()));
    else if (path === 'metadata.labels') invalidEach(errors, field, key, qualifiedName(key));
    else invalid(errors, `${field}.fieldPath`, ref.fieldPath, `error converting fieldPath: field label does not support subscript: ${ref.fieldPath}`);
    return undefined;
  }
  if (!DOWNWARD_LABELS.has(ref.fieldPath)) return invalid(errors, `${field}.fieldPath`, ref.fieldPath, `error converting fieldPath: field label not supported: ${ref.fieldPath}`);
  if (!allowed.includes(ref.fieldPath)) notSupported(errors, `${field}.fieldPath`, ref.fieldPath, allowed);
  return undefined;
}

const SIZES = new Set(['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']);
export function validateResourceFieldRef(errors: Errors, ref: ResourceFieldRefIn, field: string, inVolume: boolean): void {
  const name = ref.resource;
  const hugePages = name.startsWith('requests.hugepages-') || name.startsWith('limits.hugepages-');
  if (inVolume && (ref.containerName === undefined || ref.containerName === '')) required(errors, `${field}.containerName`);
  else if (name === '') required(errors, `${field}.resource`);
  else if (!RESOURCE_FIELDS.includes(name) && !hugePages) notSupported(errors, `${field}.resource`, name, RESOURCE_FIELDS);
  const divisor = ref.divisor ?? '0';
  if (divisor === '0') return;
  const sizes = 'only divisor\'s values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the';
  if (name.endsWith('.cpu')) {
    if (divisor !== '1m' && divisor !== '1') invalid(errors, `${field}.divisor`, name, "only divisor's values 1m and 1 are supported with the cpu resource");
  } else if (!SIZES.has(divisor)) {
    if (name.endsWith('.memory')) invalid(errors, `${field}.divisor`, name, `${sizes} memory resource`);
    else if (name.endsWith('.ephemeral-storage')) invalid(errors, `${field}.divisor`, name, `${sizes} local ephemeral storage resource`);
    else if (hugePages) invalid(errors, `${field}.divisor`, name, `${sizes} hugepages resource`);
  }
}

