import type { KindInfo } from '../../api/kinds.ts';
import type { KubernetesObject } from '../../api/object.ts';
import { goJson } from '../goText.ts';
import type { Errors } from '../kinds/field.ts';
import { same, validateMeta, validateMetaUpdate } from '../kinds/meta.ts';
import { qualifiedName, subdomainName } from '../kinds/names.ts';
import { withField, withGeneration } from '../kinds/strategies.ts';
import type { FieldError, Strategy } from '../strategy.ts';
import { validateLists } from './lists.ts';
import { hasRules, validateRules } from './rules.ts';
import { isFields, own, type Fields, type Schema } from './structural.ts';
import { validateValue } from './values.ts';

/** What a custom kind does with its objects (apiextensions-apiserver/pkg/registry/customresource: strategy.go, status_strategy.go, validator.go). */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const BLOCKING: ReadonlySet<string> = new Set(['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid']);
const NOT_CHECKED: FieldError = { field: '<nil>', reason: 'FieldValueInvalid', message: 'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation' };

/** A value at a path of fields (".spec.replicas"); what stands in the way is told as Go's unstructured accessors do. */
export function atPath(object: unknown, path: string): { readonly value?: unknown; readonly error?: string } {
  let at: unknown = object;
  for (const part of path.replace(/^\./, '').split('.')) {
    if (at === undefined || at === null) return {};
    if (!isFields(at)) return { error: `${path} accessor error: ${goValue(at)} is of the type ${goType(at)}, expected map[string]interface{}` };
    at = own(at, part);
  }
  return at === undefined ? {} : { value: at };
}
const goType = (value: unknown): string => (typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? (Number.isInteger(value) ? 'int64' : 'float64') : Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}');
const goValue = (value: unknown): string => (typeof value === 'object' ? goJson(value) : String(value));

function validateReplicas(errors: Errors, object: unknown, path: string): void {
  const { value, error } = atPath(object, path);
  if (error !== undefined) errors.push({ field: path, reason: 'FieldValueInvalid', message: `Invalid value: 0: ${error}` });
  else if (value === undefined) return;
  else if (typeof value !== 'number' || !Number.isInteger(value)) errors.push({ field: path, reason: 'FieldValueInvalid', message: `Invalid value: 0: ${path} accessor error: ${goValue(value)} is of the type ${goType(value)}, expected int64` });
  else if (value < 0) errors.push({ field: path, reason: 'FieldValueInvalid', message: `Invalid value: ${value}: should be a non-negative integer` });
  else if (value > 2_147_483_647) errors.push({ field: path, reason: 'FieldValueInvalid', message: `Invalid value: ${value}: should be less than or equal to 2147483647` });
}
function validateScaleStatus(errors: Errors, object: unknown, scale: ScalePaths): void {
  validateReplicas(errors, object, scale.statusReplicasPath);
  if (scale.labelSelectorPath === undefined || scale.labelSelectorPath === '') return;
  const { value, error } = atPath(object, scale.labelSelectorPath);
  if (error !== undefined || (value !== undefined && typeof value !== 'string')) {
    errors.push({ field: scale.labelSelectorPath, reason: 'FieldValueInvalid', message: `Invalid value: "": ${error ?? `${scale.labelSelectorPath} accessor error: ${goValue(value)} is of the type ${goType(value)}, expected string`}` });
  }
}

/** Where an object did not change, what is wrong with it may stay (CRDValidationRatcheting). */
function keepsWrong(error: FieldError, object: unknown, old: unknown): boolean {
  if (error.field === '<nil>' || error.field.startsWith('.')) return false;
  let now: unknown = object;
  let before: unknown = old;
  const parts = error.field.split(/\.|(?=\[)/);
  const reach = error.reason === 'FieldValueRequired' ? parts.length - 1 : parts.length;
  for (let i = 0; i < reach; i += 1) {
    const part = parts[i] ?? '';
    if (part.startsWith('[')) return false;
    if (!isFields(now) || !isFields(before) || !Object.hasOwn(now, part) || !Object.hasOwn(before, part)) return false;
    now = now[part];
    before = before[part];
    if (same(now, before)) return true;
  }
  return false;
}

const withoutMeta = ({ metadata: _metadata, ...rest }: KubernetesObject & Fields): Fields => rest;
const STANDARD = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

function finalizerWarnings(object: KubernetesObject, old: KubernetesObject | undefined): readonly string[] {
  const out: string[] = [];
  const added = (object.metadata.finalizers ?? []).filter((one) => old?.metadata.finalizers?.includes(one) !== true);
  for (const finalizer of [...new Set(added)].sort(byText)) {
    for (const fault of qualifiedName(finalizer)) out.push(`metadata.finalizers: ${JSON.stringify(finalizer)}: ${fault}`);
    if (finalizer.includes('/') || STANDARD.has(finalizer)) continue;
    out.push(`metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name ${finalizer.includes('.') ? 'including a path (/) ' : ''}to avoid accidental conflicts with other finalizer writers`);
  }
  return out;
}

/** Resources within the object have a kind, a version and metadata, too. */
function validateEmbedded(errors: Errors, value: unknown, schema: Schema | undefined, field: string, isRoot: boolean): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) {
    const items = Array.isArray(schema.items) ? undefined : (schema.items as Schema | undefined);
    value.forEach((item, i) => validateEmbedded(errors, item, items, `${field}[${i}]`, false));
    return;
  }
  if (!isFields(value)) return;
  if (!isRoot && schema['x-kubernetes-embedded-resource'] === true) {
    for (const key of ['apiVersion', 'kind']) {
      const text = own(value, key);
      if (text === undefined) errors.push({ field: `${field}.${key}`, reason: 'FieldValueRequired', message: 'Required value' });
      else if (text === '') errors.push({ field: `${field}.${key}`, reason: 'FieldValueInvalid', message: 'Invalid value: "": must not be empty' });
    }
  }
  for (const [key, property] of Object.entries(schema.properties ?? {})) if (Object.hasOwn(value, key)) validateEmbedded(errors, value[key], property, field === '' ? key : `${field}.${key}`, false);
}

export function strategyOfCustom(info: KindInfo, schema: Schema | undefined, hasStatus: boolean, scale: ScalePaths | undefined): Strategy {
  const ruled = hasRules(schema);
  const typed = (object: KubernetesObject): Errors => (object.kind === info.kind ? [] : [{ field: 'kind', reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(object.kind)}: must be ${info.kind}` }]);
  const rules = (errors: Errors, object: KubernetesObject, old: KubernetesObject | undefined): void => {
    if (!ruled) return;
    if (errors.some((error) => BLOCKING.has(error.reason))) errors.push(NOT_CHECKED);
    else validateRules(errors, object, old, schema);
  };
  return {
    prepareForCreate: (object) => withGeneration(hasStatus ? withField(object, 'status', undefined) : object, 1),
    prepareForUpdate: (object, old) => {
      const next = hasStatus ? withField(object, 'status', (old as KubernetesObject & Fields)['status']) : object;
      const unchanged = same(withoutMeta(next as KubernetesObject & Fields), withoutMeta(old as KubernetesObject & Fields));
      return withGeneration(next, unchanged ? old.metadata.generation : (old.metadata.generation ?? 0) + 1);
    },
    prepareForStatusUpdate: (object, old) => withField({ ...old, metadata: { ...old.metadata, ...(object.metadata.resourceVersion === undefined ? {} : { resourceVersion: object.metadata.resourceVersion }) } }, 'status', (object as KubernetesObject & Fields)['status']),
    validateCreate: (object) => {
      const errors = typed(object);
      if (errors.length === 0) {
        validateMeta(errors, object.metadata, info.namespaced, subdomainName, 'generic');
        if (schema !== undefined) validateValue(errors, object, schema, '');
        if (scale !== undefined) {
          validateReplicas(errors, object, scale.specReplicasPath);
          validateScaleStatus(errors, object, scale);
        }
      }
      validateEmbedded(errors, object, schema, '', true);
      validateLists(errors, object, schema);
      rules(errors, object, undefined);
      return errors;
    },
    validateUpdate: (object, old) => {
      const errors = typed(object);
      if (errors.length === 0) {
        // Twice, as upstream, with the rules that every kind has: the words are there once, the causes are not.
        validateMeta(errors, object.metadata, info.namespaced, subdomainName, 'generic');
        validateMetaUpdate(errors, object.metadata, old.metadata, 'generic');
        const found: Errors = [];
        if (schema !== undefined) validateValue(found, object, schema, '');
        errors.push(...found.filter((error) => !keepsWrong(error, object, old)));
        if (scale !== undefined) {
          validateReplicas(errors, object, scale.specReplicasPath);
          validateScaleStatus(errors, object, scale);
        }
      }
      validateEmbedded(errors, object, schema, '', true);
      const before: Errors = [];
      validateLists(before, old, schema);
      if (before.length === 0) validateLists(errors, object, schema);
      rules(errors, object, old);
      return errors;
    },
    validateStatusUpdate: (object, old) => {
      const errors = typed(object);
      if (errors.length === 0) {
        validateMetaUpdate(errors, object.metadata, old.metadata, 'generic');
        const status = (object as KubernetesObject & Fields)['status'];
        const below = own(schema?.properties, 'status');
        if (status !== undefined && below !== undefined) {
          const found: Errors = [];
          validateValue(found, status, below, '', 'status');
          errors.push(...found.filter((error) => !keepsWrong(error, object, old)));
        }
        if (scale !== undefined) validateScaleStatus(errors, object, scale);
      }
      const before: Errors = [];
      validateLists(before, old, schema);
      if (before.length === 0) validateLists(errors, object, schema);
      rules(errors, object, old);
      return errors;
    },
    warnings: finalizerWarnings,
  };
}
