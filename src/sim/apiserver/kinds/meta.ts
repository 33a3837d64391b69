import type { KubernetesObject, LabelSelector, LabelSelectorRequirement, OwnerReference, StringMap } from '../../api/object.ts';
import { utf8Length } from '../goText.ts';
import { forbidden, invalid, invalidEach, nonNegative, notSupported, required, tooLong, type Errors } from './field.ts';
import { dns1123Label, labelValue, qualifiedName, type NameRule } from './names.ts';

/** Metadata, labels and selectors: apimachinery's api/validation/objectmeta.go and meta/v1/validation. */

/** Metadata as it is after decoding, before the API server has filled it in. */
export interface Meta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
}

// Invisible: label and annotation maps that were found right. They are immutable, and most of them are shared by hundreds of objects.
const rightLabels = new WeakSet<object>();
const rightAnnotations = new WeakSet<object>();

export function validateLabels(errors: Errors, labels: StringMap | undefined, field: string): void {
  if (labels === undefined || rightLabels.has(labels)) return;
  const before = errors.length;
  for (const key of Object.keys(labels)) {
    invalidEach(errors, field, key, qualifiedName(key));
    const value = labels[key] ?? '';
    invalidEach(errors, field, value, labelValue(value));
  }
  if (errors.length === before) rightLabels.add(labels);
}

export function validateLabelName(errors: Errors, name: string, field: string): void {
  invalidEach(errors, field, name, qualifiedName(name));
}

const ANNOTATIONS_LIMIT = 256 * 1024;

export function validateAnnotations(errors: Errors, annotations: StringMap | undefined, field: string): void {
  if (annotations === undefined || rightAnnotations.has(annotations)) return;
  const before = errors.length;
  let size = 0;
  for (const key of Object.keys(annotations)) {
    invalidEach(errors, field, key, qualifiedName(asciiLower(key)));
    size += utf8Length(key) + utf8Length(annotations[key] ?? '');
  }
  if (size > ANNOTATIONS_LIMIT) tooLong(errors, field, ANNOTATIONS_LIMIT);
  if (errors.length === before) rightAnnotations.add(annotations);
}

const asciiLower = (text: string): string => (/[A-Z]/.test(text) ? text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32)) : text);

function validateOwnerReferences(errors: Errors, owners: readonly OwnerReference[] | undefined, field: string): void {
  let controller = '';
  for (const owner of owners ?? []) {
    if (owner.apiVersion === '' || owner.apiVersion.endsWith('/')) invalid(errors, `${field}.apiVersion`, owner.apiVersion, 'version must not be empty');
    if (owner.kind === '') invalid(errors, `${field}.kind`, owner.kind, 'must not be empty');
    if (owner.name === '') invalid(errors, `${field}.name`, owner.name, 'must not be empty');
    if (owner.uid === '') invalid(errors, `${field}.uid`, owner.uid, 'must not be empty');
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') invalid(errors, field, owner, '/v1, Kind=Event is disallowed from being an owner');
    if (owner.controller !== true) continue;
    const one = `${owner.kind}/${owner.name}`;
    if (controller !== '') invalid(errors, field, owners, `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${one}`);
    else controller = one;
  }
}

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
export const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', ORPHAN, FOREGROUND]);
/** Most kinds follow pkg/apis/core, which asks more of finalizers than apimachinery does; the younger groups follow the latter. */
export type MetaRules = 'core' | 'generic';

export function validateFinalizers(errors: Errors, finalizers: readonly string[] | undefined, field: string, rules: MetaRules = 'core'): void {
  if (finalizers === undefined) return;
  for (const finalizer of finalizers) invalidEach(errors, field, finalizer, qualifiedName(finalizer));
  if (finalizers.includes(ORPHAN) && finalizers.includes(FOREGROUND)) invalid(errors, field, finalizers, `finalizer ${ORPHAN} and ${FOREGROUND} cannot be both set`);
  if (rules === 'core') {
    finalizers.forEach((finalizer, i) => {
      if (!finalizer.includes('/') && !STANDARD_FINALIZERS.has(finalizer)) invalid(errors, `${field}[${i}]`, finalizer, 'name is neither a standard finalizer name nor is it fully qualified');
    });
  }
}

export function validateMeta(errors: Errors, meta: Meta, namespaced: boolean, nameRule: NameRule, rules: MetaRules = 'core'): void {
  const field = 'metadata';
  if (meta.generateName !== undefined && meta.generateName !== '') invalidEach(errors, `${field}.generateName`, meta.generateName, nameRule(meta.generateName, true));
  if (meta.name === undefined || meta.name === '') required(errors, `${field}.name`, 'name or generateName is required');
  else invalidEach(errors, `${field}.name`, meta.name, nameRule(meta.name, false));
  if (namespaced) {
    if (meta.namespace === undefined || meta.namespace === '') required(errors, `${field}.namespace`);
    else invalidEach(errors, `${field}.namespace`, meta.namespace, dns1123Label(meta.namespace));
  } else if (meta.namespace !== undefined && meta.namespace !== '') forbidden(errors, `${field}.namespace`, 'not allowed on this type');
  nonNegative(errors, `${field}.generation`, meta.generation);
  validateLabels(errors, meta.labels, `${field}.labels`);
  validateAnnotations(errors, meta.annotations, `${field}.annotations`);
  validateOwnerReferences(errors, meta.ownerReferences, `${field}.ownerReferences`);
  validateFinalizers(errors, meta.finalizers, `${field}.finalizers`, rules);
}

export function validateMetaUpdate(errors: Errors, meta: Meta, old: Meta, rules: MetaRules = 'core'): void {
  if (meta === old) return;
  const field = 'metadata';
  if (old.deletionTimestamp !== undefined && meta.finalizers !== old.finalizers) {
    const added = [...new Set(meta.finalizers ?? [])].filter((one) => !(old.finalizers ?? []).includes(one)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    if (added.length > 0) forbidden(errors, `${field}.finalizers`, `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`);
  }
  if (meta.resourceVersion === undefined || meta.resourceVersion === '') invalid(errors, `${field}.resourceVersion`, '', 'must be specified for an update');
  if ((meta.generation ?? 0) < (old.generation ?? 0)) invalid(errors, `${field}.generation`, meta.generation ?? 0, 'must not be decremented');
  const immutable = (name: 'name' | 'namespace' | 'uid' | 'creationTimestamp' | 'deletionTimestamp' | 'deletionGracePeriodSeconds', empty: unknown): void => {
    if (meta[name] !== old[name]) invalid(errors, `${field}.${name}`, meta[name] ?? empty, 'field is immutable');
  };
  immutable('name', '');
  immutable('namespace', '');
  immutable('uid', '');
  immutable('creationTimestamp', null);
  immutable('deletionTimestamp', null);
  immutable('deletionGracePeriodSeconds', null);
  validateLabels(errors, meta.labels, `${field}.labels`);
  validateAnnotations(errors, meta.annotations, `${field}.annotations`);
  if (meta.ownerReferences !== old.ownerReferences) validateOwnerReferences(errors, meta.ownerReferences, `${field}.ownerReferences`);
  if (rules === 'core' && meta.finalizers !== old.finalizers) validateFinalizers(errors, meta.finalizers, `${field}.finalizers`);
}

export function validateSelectorRequirement(errors: Errors, requirement: LabelSelectorRequirement, field: string): void {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) required(errors, `${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) forbidden(errors, `${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      break;
    default:
      invalid(errors, `${field}.operator`, requirement.operator, 'not a valid selector operator');
  }
  validateLabelName(errors, requirement.key, `${field}.key`);
  values.forEach((value, index) => invalidEach(errors, `${field}.values[${index}]`, value, labelValue(value)));
}

export function validateLabelSelector(errors: Errors, selector: LabelSelector | null | undefined, field: string): void {
  if (selector === null || selector === undefined) return;
  validateLabels(errors, selector.matchLabels, `${field}.matchLabels`);
  selector.matchExpressions?.forEach((requirement, index) => validateSelectorRequirement(errors, requirement, `${field}.matchExpressions[${index}]`));
}

/** Can metav1.LabelSelectorAsSelector read it? Used where upstream says "invalid label selector" on top of the causes. */
export function selectorReadable(selector: LabelSelector): boolean {
  const errors: Errors = [];
  validateLabelSelector(errors, selector, '');
  return errors.length === 0;
}

export const isEmptySelector = (selector: LabelSelector): boolean =>
  (selector.matchLabels === undefined || Object.keys(selector.matchLabels).length === 0) && (selector.matchExpressions === undefined || selector.matchExpressions.length === 0);

/** Semantic equality of plain JSON: order of keys does not count, and absent equals empty where Go would not tell them apart. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (emptyValue(a) && emptyValue(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) if (!same(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key of Object.keys(left)) if (!same(left[key], Object.hasOwn(right, key) ? right[key] : undefined)) return false;
  for (const key of Object.keys(right)) if (!Object.hasOwn(left, key) && !emptyValue(right[key])) return false;
  return true;
}
const emptyValue = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0);

export const metaOf = (object: KubernetesObject): Meta => object.metadata;

const CONDITION_REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
/** metav1.Condition, as PodDisruptionBudget and Service have them. */
export function validateConditions(errors: Errors, conditions: readonly { readonly type?: string; readonly status?: string; readonly reason?: string; readonly message?: string; readonly lastTransitionTime?: string | null }[] | undefined, field: string): void {
  const seen = new Set<string>();
  conditions?.forEach((condition, index) => {
    const at = `${field}[${index}]`;
    const type = condition.type ?? '';
    if (seen.has(type)) errors.push({ field: `${at}.type`, reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(type)}` });
    seen.add(type);
    validateLabelName(errors, type, `${at}.type`);
    if (!['True', 'False', 'Unknown'].includes(condition.status ?? '')) notSupported(errors, `${at}.status`, condition.status ?? '', ['False', 'True', 'Unknown']);
    if (condition.lastTransitionTime === undefined || condition.lastTransitionTime === null) required(errors, `${at}.lastTransitionTime`);
    const reason = condition.reason ?? '';
    if (reason === '') required(errors, `${at}.reason`);
    else if (!/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/.test(reason)) {
      invalid(errors, `${at}.reason`, reason, `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${CONDITION_REASON}')`);
    }
    if (utf8Length(condition.message ?? '') > 32_768) tooLong(errors, `${at}.message`, 32_768);
  });
}
