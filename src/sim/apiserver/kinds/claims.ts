import { parseQuantity } from '../../api/quantity.ts';
import { forbidden, invalid, invalidEach, notSupported, required, type Errors } from './field.ts';
import { validateLabelSelector } from './meta.ts';
import { dns1123Label, dns1123Subdomain } from './names.ts';
import type { ClaimSpecIn } from './podShapes.ts';

/** The spec of a PersistentVolumeClaim, also inside an ephemeral volume. */

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function validateAccessModes(errors: Errors, modes: readonly string[] | undefined, field: string): void {
  for (const mode of modes ?? []) if (!ACCESS_MODES.includes(mode)) notSupported(errors, field, mode, ACCESS_MODES);
  if (modes?.includes('ReadWriteOncePod') === true && modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))) forbidden(errors, field, 'may not use ReadWriteOncePod with other access modes');
}

export function validateVolumeMode(errors: Errors, mode: string | undefined, field: string): void {
  if (mode !== undefined && mode !== 'Block' && mode !== 'Filesystem') notSupported(errors, field, mode, ['Block', 'Filesystem']);
}

export function validateClaimSpec(errors: Errors, spec: ClaimSpecIn, field: string): void {
  if (spec.accessModes === undefined) required(errors, `${field}.accessModes`, 'at least 1 access mode is required');
  validateLabelSelector(errors, spec.selector, `${field}.selector`);
  validateAccessModes(errors, spec.accessModes, `${field}.accessModes`);
  const storage = spec.resources?.requests?.['storage'];
  const at = `${field}.resources[storage]`;
  if (storage === undefined) required(errors, at);
  else if ((parseQuantity(storage) ?? 0n) <= 0n) invalid(errors, at, storage, 'must be greater than zero');
  if (spec.storageClassName !== undefined && spec.storageClassName !== '') invalidEach(errors, `${field}.storageClassName`, spec.storageClassName, dns1123Subdomain(spec.storageClassName));
  validateVolumeMode(errors, spec.volumeMode, `${field}.volumeMode`);
  for (const key of ['dataSource', 'dataSourceRef'] as const) {
    const source = spec[key];
    if (source === undefined) continue;
    if (source.name === '') required(errors, `${field}.${key}.name`);
    if (source.kind === '') required(errors, `${field}.${key}.kind`);
    const group = source.apiGroup ?? '';
    if (group === '' && source.kind !== 'PersistentVolumeClaim') invalid(errors, `${field}.${key}`, source.kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
    if (group !== '') invalidEach(errors, `${field}.${key}.apiGroup`, group, dns1123Subdomain(group));
  }
  const namespace = spec.dataSourceRef?.namespace ?? '';
  if (namespace !== '') invalidEach(errors, `${field}.dataSourceRef.namespace`, namespace, dns1123Label(namespace));
  if (spec.dataSource !== undefined && spec.dataSourceRef !== undefined) {
    if (namespace !== '') invalid(errors, field, {}, 'may not be specified when dataSourceRef.namespace is specified');
    else if (spec.dataSource.apiGroup !== spec.dataSourceRef.apiGroup || spec.dataSource.kind !== spec.dataSourceRef.kind || spec.dataSource.name !== spec.dataSourceRef.name) invalid(errors, field, {}, 'must match dataSourceRef');
  }
  const attributes = spec.volumeAttributesClassName ?? '';
  if (attributes !== '') invalidEach(errors, `${field}.volumeAttributesClassName`, attributes, dns1123Subdomain(attributes));
}
