import type { KubernetesObject } from '../../api/object.ts';
import { utf8Length } from '../goText.ts';
import type { Strategy } from '../strategy.ts';
import { forbidden, invalid, invalidEach, notSupported, required, type Errors } from '../kinds/field.ts';
import { same, validateMeta, validateMetaUpdate } from '../kinds/meta.ts';
import { dns1035Label, dns1123Subdomain, subdomainName } from '../kinds/names.ts';
import { validateWebhookService, validateWebhookUrl } from '../kinds/policies.ts';
import { strategyFor, withField, withGeneration } from '../kinds/strategies.ts';
import { isFormat } from './formats.ts';
import { internalVersions } from './internal.ts';
import { validateSchema } from './definitionSchema.ts';
import { holds, type Definition, type DefinitionObject } from './served.ts';
import { isFields, itemsOf, set, valuesOf, type Schema } from './structural.ts';
import { decodeAs } from '../decode.ts';
import { structType } from '../schema.ts';

/**
 * CustomResourceDefinition itself: after apiextensions-apiserver/pkg/apis/apiextensions/validation. Not checked: the estimated cost of rules, the bundle
 * of a conversion webhook. A webhook is never called: objects are converted as with strategy None.
 */
type Conversion = {
  readonly strategy?: string;
  readonly webhook?: { readonly clientConfig?: { readonly url?: string; readonly service?: { readonly namespace?: string; readonly name?: string; readonly path?: string; readonly port?: number } }; readonly conversionReviewVersions?: readonly string[] | null };
};
interface ColumnIn {
  readonly name?: string;
  readonly type?: string;
  readonly format?: string;
  readonly jsonPath?: string;
}
type Version = Definition['versions'][number] & { readonly additionalPrinterColumns?: readonly ColumnIn[] };
type Names = Definition['names'];
interface DefinitionIn {
  readonly spec: Omit<Definition, 'versions'> & { readonly versions: readonly Version[] | null; readonly conversion?: Conversion; readonly preserveUnknownFields?: boolean };
  readonly status?: { readonly conditions?: readonly ConditionIn[] | null; readonly acceptedNames?: Names; readonly storedVersions?: readonly string[] | null };
}
interface ConditionIn {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null;
  readonly reason?: string;
  readonly message?: string;
}
type Object_ = KubernetesObject & DefinitionIn;

const versionsOf = (spec: DefinitionIn['spec']): readonly Version[] => spec.versions ?? [];
const joined = (faults: readonly string[]): string => faults.join(',');

// ---- names

function validateNames(errors: Errors, field: string, names: Partial<Names>): void {
  const label = (key: 'plural' | 'singular', value: string): void => {
    const faults = value === '' ? [] : dns1035Label(value);
    if (faults.length > 0) invalid(errors, `${field}.${key}`, value, joined(faults));
  };
  const mixed = (key: 'kind' | 'listKind', value: string): void => {
    const faults = value === '' ? [] : dns1035Label(value.toLowerCase());
    if (faults.length > 0) invalid(errors, `${field}.${key}`, value, `may have mixed case, but should otherwise match: ${joined(faults)}`);
  };
  label('plural', names.plural ?? '');
  label('singular', names.singular ?? '');
  mixed('kind', names.kind ?? '');
  mixed('listKind', names.listKind ?? '');
  names.shortNames?.forEach((name, i) => (dns1035Label(name).length > 0 ? invalid(errors, `${field}.shortNames[${i}]`, name, joined(dns1035Label(name))) : undefined));
  if ((names.kind ?? '') !== '' && names.kind === names.listKind) invalid(errors, `${field}.listKind`, names.listKind, 'kind and listKind may not be the same');
  names.categories?.forEach((name, i) => (dns1035Label(name).length > 0 ? invalid(errors, `${field}.categories[${i}]`, name, joined(dns1035Label(name))) : undefined));
}

// ---- what a version has

function validateSimplePath(errors: Errors, field: string, path: string, under: readonly string[], words: string): void {
  if (!path.startsWith('.')) return invalid(errors, field, path, 'must be a simple json path starting with .');
  if (under.length > 0 && !under.some((one) => path.startsWith(one))) invalid(errors, field, path, words);
  return undefined;
}

function validateSubresources(errors: Errors, field: string, subresources: Version['subresources']): void {
  const { scale } = subresources ?? {};
  if (scale === undefined) return;
  if ((scale.specReplicasPath ?? '') === '') required(errors, `${field}.scale.specReplicasPath`);
  else validateSimplePath(errors, `${field}.scale.specReplicasPath`, scale.specReplicasPath, ['.spec.'], 'should be a json path under .spec');
  if ((scale.statusReplicasPath ?? '') === '') required(errors, `${field}.scale.statusReplicasPath`);
  else validateSimplePath(errors, `${field}.scale.statusReplicasPath`, scale.statusReplicasPath, ['.status.'], 'should be a json path under .status');
  const selector = scale.labelSelectorPath ?? '';
  if (selector !== '') validateSimplePath(errors, `${field}.scale.labelSelectorPath`, selector, ['.spec.', '.status.'], 'should be a json path under either .spec or .status');
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function validateColumns(errors: Errors, field: string, columns: readonly ColumnIn[] | undefined): void {
  columns?.forEach(({ name = '', type = '', format = '', jsonPath = '' }, i) => {
    const at = `${field}[${i}]`;
    if (name === '') required(errors, `${at}.name`);
    const words = `must be one of ${COLUMN_TYPES.join(',')}`;
    if (type === '') required(errors, `${at}.type`, words);
    else if (!COLUMN_TYPES.includes(type)) invalid(errors, `${at}.type`, type, words);
    if (format !== '' && !COLUMN_FORMATS.includes(format)) invalid(errors, `${at}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`);
    if (jsonPath === '') required(errors, `${at}.JSONPath`);
    else validateSimplePath(errors, `${at}.JSONPath`, jsonPath, [], '');
  });
}

function validateSelectable(errors: Errors, field: string, fields: Version['selectableFields'], schema: Schema | undefined): void {
  if (fields === undefined || fields.length === 0) return;
  const seen = new Set<string>();
  fields.forEach(({ jsonPath = '' }, i) => {
    const at = `${field}[${i}].jsonPath`;
    if (jsonPath === '') return required(errors, at);
    if (jsonPath.includes('[')) return invalid(errors, at, jsonPath, 'is an invalid path: array notation is not allowed');
    let found: Schema | undefined = schema;
    for (const part of jsonPath.replace(/^\./, '').split('.')) found = found?.properties !== undefined && Object.hasOwn(found.properties, part) ? found.properties[part] : undefined;
    if (found === undefined) return invalid(errors, at, jsonPath, 'is an invalid path: does not refer to a valid field');
    if (jsonPath.startsWith('.metadata')) invalid(errors, at, jsonPath, 'must not point to fields in metadata');
    if (!['string', 'boolean', 'integer'].includes(found.type ?? '')) invalid(errors, at, jsonPath, 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.');
    if (seen.has(jsonPath)) errors.push({ field: at, reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(jsonPath)}` });
    seen.add(jsonPath);
    return undefined;
  });
  if (seen.size > 8) errors.push({ field, reason: 'FieldValueTooMany', message: `Too many: ${seen.size}: must have at most 8 items` });
}

function validateDeprecation(errors: Errors, field: string, { deprecated, deprecationWarning: warning }: Version): void {
  if (warning === undefined) return;
  const at = `${field}.deprecationWarning`;
  if (deprecated !== true) return invalid(errors, at, warning, 'can only be set for deprecated versions');
  if (utf8Length(warning) > 256) invalid(errors, at, warning, 'must be <= 256 characters long');
  if (warning === '') invalid(errors, at, warning, 'must not be an empty string');
  const odd = /[\u0000-\u001f\u007f-\u009f]/.exec(warning);
  if (odd !== null) invalid(errors, at, warning, `must only contain printable UTF-8 characters; non-printable character found at index ${odd.index}`);
  return undefined;
}

function validateConversion(errors: Errors, conversion: Conversion | undefined): void {
  if (conversion === undefined) return;
  const field = 'spec.conversion';
  const { strategy = '', webhook } = conversion;
  if (strategy === '') required(errors, `${field}.strategy`);
  else if (strategy !== 'None' && strategy !== 'Webhook') notSupported(errors, `${field}.strategy`, strategy, ['None', 'Webhook']);
  const versions = webhook?.conversionReviewVersions ?? [];
  if (strategy !== 'Webhook') {
    if (webhook?.clientConfig !== undefined) forbidden(errors, `${field}.webhookClientConfig`, 'should not be set when strategy is not set to Webhook');
    if (versions.length > 0) forbidden(errors, `${field}.conversionReviewVersions`, 'should not be set when strategy is not set to Webhook');
    return;
  }
  const config = webhook?.clientConfig;
  if (config === undefined) required(errors, `${field}.webhookClientConfig`, 'required when strategy is set to Webhook');
  else if ((config.url === undefined) === (config.service === undefined)) required(errors, `${field}.webhookClientConfig`, 'exactly one of url or service is required');
  else if (config.url !== undefined) validateWebhookUrl(errors, `${field}.webhookClientConfig.url`, config.url);
  else if (config.service !== undefined) validateWebhookService(errors, `${field}.webhookClientConfig.service`, config.service);
  const at = `${field}.conversionReviewVersions`;
  if (versions.length === 0) return required(errors, at);
  versions.forEach((version, i) => (versions.indexOf(version) < i ? invalid(errors, `${at}[${i}]`, version, 'duplicate version') : invalidEach(errors, `${at}[${i}]`, version, dns1035Label(version))));
  if (!versions.some((one) => one === 'v1' || one === 'v1beta1')) invalid(errors, at, versions, 'must include at least one of v1, v1beta1');
  return undefined;
}

// ---- the whole

/** What all versions have in common stands at the top of the internal form, and so does what is wrong with it. */
function hoisted<T>(versions: readonly Version[], part: (version: Version) => T | undefined): { readonly top: T | undefined } | undefined {
  const [first] = versions;
  if (first === undefined) return undefined;
  const value = part(first);
  return versions.every((version) => same(part(version), value)) ? { top: value } : undefined;
}

function validateSpec(errors: Errors, spec: DefinitionIn['spec'], old: DefinitionIn['spec'] | undefined): void {
  const { group = '', scope = '', names } = spec;
  if (group === '') required(errors, 'spec.group');
  else if (dns1123Subdomain(group).length > 0) invalid(errors, 'spec.group', group, joined(dns1123Subdomain(group)));
  else if (!group.includes('.')) invalid(errors, 'spec.group', group, 'should be a domain with at least one dot');
  if (scope === '') required(errors, 'spec.scope');
  else if (scope !== 'Cluster' && scope !== 'Namespaced') notSupported(errors, 'spec.scope', scope, ['Cluster', 'Namespaced']);
  const versions = versionsOf(spec);
  const schemas = hoisted(versions, (version) => version.schema);
  const subresources = hoisted(versions, (version) => version.subresources);
  const columns = hoisted(versions, (version) => version.additionalPrinterColumns);
  const selectable = hoisted(versions, (version) => version.selectableFields);
  if (schemas?.top?.openAPIV3Schema === undefined) versions.forEach((version, i) => (version.schema?.openAPIV3Schema === undefined ? required(errors, `spec.versions[${i}].schema.openAPIV3Schema`) : undefined));
  const unchanged = (version: Version): boolean => old !== undefined && same(versionsOf(old).find((one) => one.name === version.name)?.schema, version.schema);
  versions.forEach((version, i) => {
    const field = `spec.versions[${i}]`;
    const faults = dns1035Label(version.name);
    if (faults.length > 0) invalid(errors, `${field}.name`, version.name, joined(faults));
    validateDeprecation(errors, field, version);
    const schema = version.schema?.openAPIV3Schema;
    if (schemas === undefined && schema !== undefined && !unchanged(version)) validateSchema(errors, schema, `${field}.schema`, version.subresources?.status !== undefined);
    if (subresources === undefined) validateSubresources(errors, `${field}.subresources`, version.subresources);
    if (columns === undefined) validateColumns(errors, `${field}.additionalPrinterColumns`, version.additionalPrinterColumns);
    if (selectable === undefined) validateSelectable(errors, `${field}.selectableFields`, version.selectableFields, schema);
  });
  if (new Set(versions.map((version) => version.name)).size < versions.length) invalid(errors, 'spec.versions', internalVersions(versions, { schemas, subresources, columns, selectable }), 'must contain unique version names');
  if (versions.filter((version) => version.storage).length !== 1) invalid(errors, 'spec.versions', internalVersions(versions, { schemas, subresources, columns, selectable }), 'must have exactly one version marked as storage version');
  const [first] = versions;
  if (first !== undefined && dns1035Label(first.name).length > 0) invalid(errors, 'spec.version', first.name, joined(dns1035Label(first.name)));
  for (const key of ['plural', 'singular', 'kind', 'listKind'] as const) if ((names[key] ?? '') === '') required(errors, `spec.names.${key}`);
  validateNames(errors, 'spec.names', names);
  if (schemas?.top?.openAPIV3Schema !== undefined && first !== undefined && !unchanged(first)) validateSchema(errors, schemas.top.openAPIV3Schema, 'spec.validation', versions.some((version) => version.subresources?.status !== undefined));
  validateSubresources(errors, 'spec.subresources', subresources?.top);
  validateColumns(errors, 'spec.additionalPrinterColumns', columns?.top);
  validateSelectable(errors, 'spec.selectableFields', selectable?.top, first?.schema?.openAPIV3Schema);
  validateConversion(errors, spec.conversion);
}

function validateStored(errors: Errors, object: Object_): void {
  const field = 'status.storedVersions';
  const stored = object.status?.storedVersions ?? [];
  if (stored.length === 0) return invalid(errors, field, null, 'must have at least one stored version');
  const versions = versionsOf(object.spec);
  for (const version of versions) if (version.storage && !stored.includes(version.name)) invalid(errors, field, stored, `must have the storage version ${version.name}`);
  stored.forEach((name, i) => {
    if (!versions.some((version) => version.name === name)) {
      invalid(errors, `${field}[${i}]`, name, `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`);
    }
  });
  return undefined;
}

const APPROVAL = 'api-approved.kubernetes.io';
/** Groups that look like Kubernetes' own need a word from its community. */
function approvalOf(object: KubernetesObject): 'missing' | 'invalid' | 'right' {
  const text = object.metadata.annotations?.[APPROVAL] ?? '';
  if (text === '') return 'missing';
  return text.startsWith('unapproved') || /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/\s]+/.test(text) ? 'right' : 'invalid';
}
function validateApproval(errors: Errors, object: Object_, old: Object_ | undefined): void {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(object.spec.group ?? '')) return;
  const state = approvalOf(object);
  if (state === 'right' || (old !== undefined && approvalOf(old) === state)) return;
  const field = `metadata.annotations[${APPROVAL}]`;
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (state === 'missing') required(errors, field, `protected groups must have approval annotation "${APPROVAL}", ${see}`);
  else invalid(errors, field, object.metadata.annotations?.[APPROVAL], `protected groups must have approval annotation "${APPROVAL}" with either a URL or a reason starting with "unapproved", ${see}`);
}

function validateRest(errors: Errors, object: Object_, old: Object_ | undefined): void {
  validateNames(errors, 'status.acceptedNames', object.status?.acceptedNames ?? {});
  validateStored(errors, object);
  validateApproval(errors, object, old);
  if (object.spec.preserveUnknownFields === true && old?.spec.preserveUnknownFields !== true) {
    invalid(errors, 'spec.preserveUnknownFields', true, 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead');
  }
}

/** The storage version is one of those in which objects may be stored. */
function withStored<T extends Object_>(object: T, status: NonNullable<DefinitionIn['status']>): T {
  const storage = versionsOf(object.spec).find((version) => version.storage)?.name;
  const stored = status.storedVersions ?? [];
  const next = storage === undefined || stored.includes(storage) ? status : { ...status, storedVersions: [...stored, storage] };
  return withField(object, 'status', next);
}

function formatsOf(schema: Schema | undefined, out: string[] = []): readonly string[] {
  if (schema === undefined) return out;
  if (schema.type === 'string' && schema.format !== undefined && schema.format !== '' && !isFormat(schema.format)) out.push(schema.format);
  for (const below of [itemsOf(schema), valuesOf(schema), schema.not, ...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...Object.values(schema.properties ?? {})]) formatsOf(below, out);
  return out;
}
const unknownFormats = (object: DefinitionIn): readonly string[] => versionsOf(object.spec).flatMap((version) => formatsOf(version.schema?.openAPIV3Schema));

/** `items` and `additionalProperties` may be of several types, so the decoder leaves them as they came: what no schema has is dropped from them, too. */
function typed(schema: Schema): Schema {
  const inner = (value: unknown): unknown => (isFields(value) ? typed((decodeAs(structType('JSONSchemaProps'), value).value ?? value) as Schema) : Array.isArray(value) ? value.map(inner) : value);
  let out: Record<string, unknown> = { ...schema };
  for (const key of ['items', 'additionalProperties', 'additionalItems', 'not'] as const) if (schema[key] !== undefined) out[key] = inner(schema[key]);
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) if (schema[key] !== undefined) out = { ...out, [key]: schema[key].map(typed) };
  for (const key of ['properties', 'patternProperties', 'definitions'] as const) {
    const map = schema[key];
    if (map === undefined) continue;
    const next: Record<string, unknown> = {};
    for (const name of Object.keys(map)) set(next, name, typed(map[name]!));
    out[key] = next;
  }
  return out as Schema;
}

/** In the order in which the names stand in the type: what had no list kind gets it in its place. */
function ordered<T extends object>(names: T): T {
  const { plural, singular, shortNames, kind, listKind, categories } = names as Readonly<Record<string, unknown>>;
  const all = { plural, singular, shortNames, kind, listKind, categories };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T;
}

const definition = strategyFor<DefinitionIn>({
  default: (object) => {
    const { names } = object.spec;
    const singular = (names.singular ?? '') === '' ? (names.kind ?? '').toLowerCase() : names.singular!;
    const listKind = (names.listKind ?? '') === '' && (names.kind ?? '') !== '' ? `${names.kind}List` : names.listKind;
    let conversion = object.spec.conversion ?? { strategy: 'None' };
    const service = conversion.webhook?.clientConfig?.service;
    if (service !== undefined && service.port === undefined) conversion = { ...conversion, webhook: { ...conversion.webhook, clientConfig: { ...conversion.webhook?.clientConfig, service: { ...service, port: 443 } } } };
    const versions = object.spec.versions?.map((version) => (version.schema?.openAPIV3Schema === undefined ? version : { ...version, schema: { ...version.schema, openAPIV3Schema: typed(version.schema.openAPIV3Schema) } })) ?? null;
    return { ...object, spec: { ...object.spec, versions, names: ordered({ ...names, ...(singular === '' ? {} : { singular }), ...(listKind === undefined ? {} : { listKind }) }), conversion } };
  },
  prepareForCreate: (object) => withGeneration(withStored(object, { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null }), 1),
  prepareForUpdate: (object, old) => withGeneration(withStored(object, old.status ?? {}), same(object.spec, old.spec) ? old.metadata.generation : (old.metadata.generation ?? 0) + 1),
  prepareForStatusUpdate: (object, old) => withGeneration(withField(object, 'spec', old.spec), old.metadata.generation),
  validateCreate: (object) => {
    const errors: Errors = [];
    const wanted = `${object.spec.names.plural ?? ''}.${object.spec.group ?? ''}`;
    validateMeta(errors, object.metadata, false, (name, prefix) => [...subdomainName(name, prefix), ...(name === wanted ? [] : ['must be spec.names.plural+"."+spec.group'])], 'generic');
    validateSpec(errors, object.spec, undefined);
    validateRest(errors, object, undefined);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata, 'generic');
    validateSpec(errors, object.spec, old.spec);
    const immutable = (field: string, now: unknown, before: unknown): void => {
      if (now !== before) invalid(errors, field, now ?? '', 'field is immutable');
    };
    if (holds(old as unknown as DefinitionObject, 'Established')) {
      immutable('spec.scope', object.spec.scope, old.spec.scope);
      immutable('spec.names.kind', object.spec.names.kind, old.spec.names.kind);
    }
    immutable('spec.group', object.spec.group, old.spec.group);
    immutable('spec.names.plural', object.spec.names.plural, old.spec.names.plural);
    validateRest(errors, object, old);
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata, 'generic');
    validateNames(errors, 'status.acceptedNames', object.status?.acceptedNames ?? {});
    return errors;
  },
  warnings: (object, old) => {
    const before = old === undefined ? [] : unknownFormats(old);
    return unknownFormats(object).filter((format) => !before.includes(format)).map((format) => `unrecognized format ${JSON.stringify(format)}`);
  },
});

export const definitions: Readonly<Record<string, Strategy>> = { CustomResourceDefinition: definition };

export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/** One condition, in place if there is one of its type; its time moves only with its status (SetCRDCondition). */
export function withCondition(conditions: readonly ConditionIn[] | null | undefined, wanted: Omit<ConditionIn, 'lastTransitionTime'>, now: string): readonly ConditionIn[] {
  const have = conditions ?? [];
  const before = have.find((one) => one.type === wanted.type);
  const next: ConditionIn = { type: wanted.type, status: wanted.status, lastTransitionTime: before?.status === wanted.status ? (before.lastTransitionTime ?? now) : now, ...(wanted.reason === undefined ? {} : { reason: wanted.reason }), ...(wanted.message === undefined ? {} : { message: wanted.message }) };
  return before === undefined ? [...have, next] : have.map((one) => (one === before ? next : one));
}

/** A definition that was just asked to go: it waits for its objects (registry/customresourcedefinition/etcd.go, Delete). */
export function going(object: KubernetesObject, now: string): KubernetesObject {
  const { metadata, status } = object as Object_;
  const finalizers = metadata.finalizers ?? [];
  return {
    ...object,
    metadata: { ...metadata, deletionTimestamp: now, finalizers: finalizers.includes(CLEANUP) ? finalizers : [...finalizers, CLEANUP] },
    status: { ...status, conditions: withCondition(status?.conditions, { type: 'Terminating', status: 'True', reason: 'InstanceDeletionPending', message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon' }, now) },
  } as KubernetesObject;
}
