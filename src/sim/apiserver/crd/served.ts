import type { KindInfo } from '../../api/kinds.ts';
import type { KubernetesObject } from '../../api/object.ts';
import type { Status } from '../../api/request.ts';
import { decodeAs, parseJson, strictRefusal } from '../decode.ts';
import { goJson } from '../goText.ts';
import type { Errors } from '../kinds/field.ts';
import { same, validateMeta, validateMetaUpdate } from '../kinds/meta.ts';
import { qualifiedName, subdomainName } from '../kinds/names.ts';
import { withField, withGeneration } from '../kinds/strategies.ts';
import { structType } from '../schema.ts';
import { badRequest, forbidden, notFound } from '../status.ts';
import { head, headList, type Store } from '../store.ts';
import type { FieldError, Strategy } from '../strategy.ts';
import type { Call } from '../verbs-call.ts';
import { validateLists } from './lists.ts';
import { hasRules, validateRules } from './rules.ts';
import { defaulted, isFields, itemsOf, own, pruned, set, valuesOf, withoutNulls, type Fields, type Schema } from './structural.ts';
import { validateValue } from './values.ts';

/**
 * The kinds that the cluster's CustomResourceDefinitions add: read from the store when a path names none of the built-in ones, so each world has its
 * own, and a world without definitions pays nothing. After apiextensions-apiserver (customresource_handler.go, registry/customresource).
 * Simplified: conversion between versions changes nothing but the version (strategy None), also where a webhook is asked for.
 */
export interface Definition {
  readonly group: string;
  readonly scope: string;
  readonly names: { readonly plural: string; readonly singular?: string; readonly kind: string; readonly listKind?: string; readonly shortNames?: readonly string[]; readonly categories?: readonly string[] };
  readonly versions: readonly {
    readonly name: string;
    readonly served: boolean;
    readonly storage: boolean;
    readonly deprecated?: boolean;
    readonly deprecationWarning?: string;
    readonly schema?: { readonly openAPIV3Schema?: Schema };
    readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths };
    readonly selectableFields?: readonly { readonly jsonPath: string }[];
  }[];
}
interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}
export type DefinitionObject = KubernetesObject & {
  readonly spec: Definition;
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] | null; readonly acceptedNames?: Definition['names'] };
};

export interface Custom {
  readonly info: KindInfo;
  readonly definition: DefinitionObject;
  readonly schema: Schema | undefined;
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
  readonly storageVersion: string;
  /** The schema of the stored version. */
  readonly stored: Schema | undefined;
  readonly deprecation: string | undefined;
  readonly strategy: Strategy;
}

export const holds = (definition: DefinitionObject, type: string): boolean => definition.status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

// Invisible: what follows from a definition, which never changes, and the kind's own entry back to it.
const kindsOfDefinition = new WeakMap<object, readonly Custom[]>();
const byInfo = new WeakMap<KindInfo, Custom>();

function kindsOf(definition: DefinitionObject): readonly Custom[] {
  const known = kindsOfDefinition.get(definition);
  if (known !== undefined) return known;
  const { spec } = definition;
  const names = definition.status?.acceptedNames ?? spec.names;
  const storageVersion = spec.versions.find((version) => version.storage)?.name ?? '';
  const stored = spec.versions.find((version) => version.storage)?.schema?.openAPIV3Schema;
  const made = spec.versions.filter((version) => version.served).map((version): Custom => {
    const { scale } = version.subresources ?? {};
    const hasStatus = version.subresources?.status !== undefined;
    const schema = version.schema?.openAPIV3Schema;
    const info: KindInfo = {
      kind: spec.names.kind,
      group: spec.group,
      version: version.name,
      resource: spec.names.plural,
      singular: names.singular ?? '',
      shortNames: names.shortNames ?? [],
      namespaced: spec.scope === 'Namespaced',
      subresources: [...(hasStatus ? ['status'] : []), ...(scale === undefined ? [] : ['scale'])],
      inAll: names.categories?.includes('all') === true,
      categories: names.categories ?? [],
      verbs: VERBS,
      table: `${spec.names.kind}.${spec.group}`,
      selectable: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
    };
    const deprecation = version.deprecated === true ? (version.deprecationWarning ?? `${spec.group}/${version.name} ${spec.names.kind} is deprecated`) : undefined;
    const custom: Custom = { info, definition, schema, hasStatus, scale, storageVersion, stored, deprecation, strategy: strategyFor(info, schema, hasStatus, scale) };
    byInfo.set(info, custom);
    return custom;
  });
  kindsOfDefinition.set(definition, made);
  return made;
}

const isServed = (definition: DefinitionObject): boolean => holds(definition, 'NamesAccepted') || holds(definition, 'Established');

/** The kind at a path, if a definition serves it. */
export function customKind(store: Store, group: string, version: string, resource: string): KindInfo | undefined {
  const definition = head(store, 'CustomResourceDefinition', `${resource}.${group}`) as DefinitionObject | undefined;
  if (definition === undefined || !isServed(definition)) return undefined;
  return kindsOf(definition).find(({ info }) => info.version === version)?.info;
}
/** All of them, for discovery: only those that are established. */
export function customKinds(store: Store): readonly KindInfo[] {
  return (headList(store, 'CustomResourceDefinition') as readonly DefinitionObject[]).filter((definition) => holds(definition, 'Established')).flatMap((definition) => kindsOf(definition).map(({ info }) => info));
}
export const customOf = (info: KindInfo): Custom => byInfo.get(info)!;

/** What is answered below a group that definitions serve where `customKind` found nothing: only a subresource is refused by name. */
export function missingKind(store: Store, path: string): Status | undefined {
  const [, root, group = '', version = '', ...rest] = path.split('?')[0]!.split('/');
  if (root !== 'apis') return undefined;
  const infos = customKinds(store).filter((info) => info.group === group);
  if (infos.length === 0) return undefined;
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [resource, name, subresource] = isNamespaced ? rest.slice(2) : rest;
  const info = infos.find((one) => one.version === version && one.resource === resource);
  return info !== undefined && info.namespaced === isNamespaced && name !== undefined && subresource !== undefined ? notFound(info, name) : NO_PAGE;
}
const NO_PAGE: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: '404 page not found\n', code: 404 };

// ---- decoding

/** The body as an object of this kind: metadata as typed as everywhere, the rest pruned and with its defaults. `patched`: it comes out of a patch. */
export function decodeCustom(call: Call, body: unknown): { readonly object: KubernetesObject; readonly strict: readonly string[] } | { readonly error: string; readonly whole?: Status } {
  const { info, apiVersion } = call;
  let document = body;
  let duplicates: readonly string[] = [];
  const whole = (why: string): { readonly error: string; readonly whole: Status } => ({ error: why, whole: badRequest(`the object provided is unrecognized (must be of type ${info.kind}): ${why} (${summary(body)})`) });
  if (typeof body === 'string') {
    const parsed = parseJson(body);
    if ('error' in parsed) return whole(`couldn't get version/kind; json parse error: ${parsed.error}`);
    document = parsed.value;
    duplicates = parsed.duplicates;
  }
  if (!isFields(document)) {
    const what = Array.isArray(document) ? 'array' : typeof document === 'boolean' ? 'bool' : typeof document;
    return whole(document === null || document === undefined ? "couldn't get version/kind; json parse error: unexpected end of JSON input" : `couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`);
  }
  const source = document as Fields;
  for (const key of ['kind', 'apiVersion'] as const) {
    if (typeof own(source, key) !== 'string' || source[key] === '') return whole(`Object '${key === 'kind' ? 'Kind' : 'apiVersion'}' is missing in '${goJson(source)}'`);
  }
  if (source['apiVersion'] !== apiVersion) {
    // No schema knows any field of a version that is none.
    const isOurs = source['kind'] === info.kind && String(source['apiVersion']).startsWith(`${info.group}/`);
    if (isOurs && call.validation === 'Warn') call.warnings.push(...Object.keys(source).filter((key) => !['apiVersion', 'kind', 'metadata'].includes(key)).sort(byText).map((key) => `unknown field ${JSON.stringify(key)}`));
  }
  if (source['apiVersion'] !== apiVersion) return { error: '', whole: badRequest(`the API version in the data (${String(source['apiVersion'])}) does not match the expected API version (${apiVersion})`) };
  const meta = decodeAs(structType('ObjectMeta'), source['metadata'] ?? {});
  if (meta.error !== undefined) return { error: meta.error };
  const { schema } = customOf(info);
  const unknown: string[] = meta.strict.map((one) => one.replace(/^unknown field "/, 'unknown field "metadata.'));
  const paths: string[] = [];
  // What says that it is of another kind is refused later; until then nobody knows its defaults.
  const kept = source['kind'] === info.kind ? (pruned(defaulted(withoutNulls(source, schema), schema), schema, true, paths) as Fields) : source;
  const embedded = embeddedMeta(kept, schema, '', unknown);
  if (embedded.error !== undefined) return { error: embedded.error };
  const strict = [...duplicates, ...[...unknown, ...paths.map((path) => `unknown field ${JSON.stringify(path)}`)].sort(byText)];
  const { apiVersion: _version, kind, metadata: _metadata, ...rest } = embedded.value as Fields;
  return { object: { apiVersion, kind, metadata: meta.value, ...rest } as unknown as KubernetesObject, strict };
}
/** The metadata of resources within the object is as typed as its own; what is unknown in it goes (apiextensions-apiserver, schema/objectmeta). */
function embeddedMeta(value: unknown, schema: Schema | undefined, path: string, unknown: string[]): { readonly value: unknown; readonly error?: string } {
  if (schema === undefined || !hasEmbedded(schema)) return { value };
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [i, item] of value.entries()) {
      const below = embeddedMeta(item, itemsOf(schema), `${path}[${i}]`, unknown);
      if (below.error !== undefined) return below;
      items.push(below.value);
    }
    return { value: items };
  }
  if (!isFields(value)) return { value };
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (path !== '' && key === 'metadata' && schema['x-kubernetes-embedded-resource'] === true && isFields(value[key])) {
      const meta = decodeAs(structType('ObjectMeta'), value[key]);
      if (meta.error !== undefined) return { value, error: `${at}: Invalid value: ${goJson(value[key])}: ${meta.error}` };
      unknown.push(...meta.strict.map((one) => one.replace(/^unknown field "/, `unknown field "${at}.`)));
      const { creationTimestamp, ...known } = meta.value as Fields;
      set(out, key, creationTimestamp === undefined || creationTimestamp === null ? known : meta.value);
      continue;
    }
    const below = embeddedMeta(value[key], own(schema.properties, key) ?? valuesOf(schema), at, unknown);
    if (below.error !== undefined) return below;
    set(out, key, below.value);
  }
  return { value: out };
}
// Invisible: whether resources stand anywhere below a schema.
const embedding = new WeakMap<Schema, boolean>();
function hasEmbedded(schema: Schema): boolean {
  let known = embedding.get(schema);
  if (known === undefined) {
    known = schema['x-kubernetes-embedded-resource'] === true || [...Object.values(schema.properties ?? {}), itemsOf(schema), valuesOf(schema)].some((below) => below !== undefined && hasEmbedded(below));
    embedding.set(schema, known);
  }
  return known;
}
function summary(body: unknown): string {
  const text = typeof body === 'string' ? body : goJson(body);
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
}

/** The decoded body, or the refusal; strict findings go where `fieldValidation` sends them. */
export function decodedBody(call: Call, body: unknown): KubernetesObject | Status {
  const result = decodeCustom(call, body);
  if ('error' in result) return result.whole ?? badRequest(`${call.info.kind} in version ${JSON.stringify(call.info.version)} cannot be handled as a ${call.info.kind}: ${result.error}`);
  if (result.strict.length > 0) {
    if (call.validation === 'Strict') return strictRefusal(call.info, call.apiVersion, result.strict);
    if (call.validation === 'Warn') call.warnings.push(...result.strict);
  }
  return toStorage(call.info, result.object);
}

/** Conversion None: the version is another, the object is the same, as far as the stored version's schema knows it. */
export function toStorage(info: KindInfo, object: KubernetesObject): KubernetesObject {
  const { storageVersion, stored } = customOf(info);
  const version = `${info.group}/${storageVersion}`;
  return object.apiVersion === version || object.kind !== info.kind ? object : asStored({ ...object, apiVersion: version }, stored);
}
function asStored(object: KubernetesObject, schema: Schema | undefined): KubernetesObject {
  const { metadata, ...rest } = object;
  const { apiVersion, kind, ...below } = pruned(defaulted(withoutNulls(rest, schema), schema), schema, true, []) as Omit<KubernetesObject, 'metadata'>;
  return { apiVersion, kind, metadata, ...below };
}

// Invisible: the same object under the same schema always reads the same.
const readings = new WeakMap<KubernetesObject, { readonly schema: Schema | undefined; readonly read: KubernetesObject }>();
/** What is read has the defaults of today's schema, and nothing that it does not know: definitions change after their objects. */
export function fromStorage(info: KindInfo, object: KubernetesObject): KubernetesObject {
  const { stored } = customOf(info);
  let known = readings.get(object);
  if (known === undefined || known.schema !== stored) {
    const unknown: string[] = [];
    const { metadata: _metadata, ...rest } = object;
    const filled = defaulted(rest, stored);
    const kept = pruned(filled, stored, true, unknown);
    known = { schema: stored, read: filled === rest && unknown.length === 0 ? object : ({ ...(kept as object), metadata: object.metadata } as KubernetesObject) };
    readings.set(object, known);
  }
  const apiVersion = `${info.group}/${info.version}`;
  return known.read.apiVersion === apiVersion ? known.read : { ...known.read, apiVersion };
}

/** Nothing new while the definition goes. */
export function refusedWhileGoing(call: Call, object: KubernetesObject): Status | undefined {
  return holds(customOf(call.info).definition, 'Terminating') ? forbidden(call.info, object.metadata.name, 'create not allowed while custom resource definition is terminating') : undefined;
}

// ---- the strategy of a custom kind

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

function strategyFor(info: KindInfo, schema: Schema | undefined, hasStatus: boolean, scale: ScalePaths | undefined): Strategy {
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
