import { compilationFault } from '../cel/faults.ts';
import { forbidden, invalid, notSupported, required, type Errors } from '../kinds/field.ts';
import { same } from '../kinds/meta.ts';
import { internalRule, internalSchema } from './internal.ts';
import { validateLists } from './lists.ts';
import { pruned, itemsOf, valuesOf, own, type Rule, type Schema } from './structural.ts';
import { patternOf, validateValue } from './values.ts';

/**
 * Is the schema of a definition structural, and does it keep to what schemas of custom kinds may say? After validation.go and schema/validation.go of
 * apiextensions-apiserver. Several faults of the structure are told in the order of their texts, as upstream sorts them.
 */
type Level = 'root' | 'item' | 'field';
const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const INT_OR_STRING: readonly Schema[] = [{ type: 'integer' }, { type: 'string' }];

const isIntOrString = (anyOf: readonly Schema[] | undefined): boolean => anyOf?.length === 2 && same(anyOf, INT_OR_STRING);

// ---- structure

function invariants(errors: Errors, schema: Schema, level: Level, field: string): void {
  const type = schema.type ?? '';
  const items = itemsOf(schema);
  if (type === 'array' && items === undefined) required(errors, `${field}.items`, 'must be specified');
  if (items !== undefined) invariants(errors, items, 'item', `${field}.items`);
  const properties = schema.properties ?? {};
  for (const key of Object.keys(properties)) invariants(errors, properties[key]!, 'field', `${field}.properties[${key}]`);
  if (schema.additionalProperties !== undefined) {
    if (level === 'root') forbidden(errors, `${field}.additionalProperties`, 'must not be used at the root');
    const values = valuesOf(schema);
    if (values !== undefined) invariants(errors, values, 'field', `${field}.additionalProperties`);
  }
  const [intOrString, preserves, embedded] = [schema['x-kubernetes-int-or-string'] === true, schema['x-kubernetes-preserve-unknown-fields'] === true, schema['x-kubernetes-embedded-resource'] === true];
  if (intOrString && preserves) invalid(errors, `${field}.x-kubernetes-preserve-unknown-fields`, true, 'must be false if x-kubernetes-int-or-string is true');
  if (intOrString && embedded) invalid(errors, `${field}.x-kubernetes-embedded-resource`, true, 'must be false if x-kubernetes-int-or-string is true');
  valueValidation(errors, schema, isIntOrString(schema.anyOf), isIntOrString(schema.allOf?.[0]?.anyOf), field);
  const checksMeta = level === 'root' || embedded;
  if (embedded && type !== 'object') {
    if (type === '') required(errors, `${field}.type`, 'must be object if x-kubernetes-embedded-resource is true');
    else invalid(errors, `${field}.type`, type, 'must be object if x-kubernetes-embedded-resource is true');
  } else if (type === '' && !intOrString && !preserves) {
    required(errors, `${field}.type`, level === 'root' ? 'must not be empty at the root' : level === 'item' ? 'must not be empty for specified array items' : 'must not be empty for specified object fields');
  }
  if (embedded && schema.additionalProperties !== undefined) forbidden(errors, `${field}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set');
  if (level === 'root' && type !== '' && type !== 'object') invalid(errors, `${field}.type`, type, 'must be object at the root');
  if (checksMeta) {
    for (const key of ['kind', 'apiVersion']) {
      const one = own(properties, key);
      if (one !== undefined && one.type !== 'string') invalid(errors, `${field}.properties[${key}].type`, one.type ?? '', 'must be string');
    }
  }
  const metadata = own(properties, 'metadata');
  if (metadata !== undefined) metadataInvariants(errors, metadata, checksMeta, level, `${field}.properties[metadata]`);
  if (embedded && !preserves && Object.keys(properties).length === 0) required(errors, `${field}.properties`, 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields');
}

function metadataInvariants(errors: Errors, schema: Schema, checks: boolean, level: Level, field: string): void {
  if (checks && schema.type !== 'object') invalid(errors, `${field}.type`, schema.type ?? '', 'must be object');
  if (level !== 'root') return;
  const keys = Object.keys(schema.properties ?? {});
  const onlyNames = keys.length > 0 && keys.every((key) => key === 'name' || key === 'generateName');
  const { type: _type, default: _default, description, ...rest } = schema;
  const left: Schema = onlyNames ? { ...rest, properties: {} } : rest;
  const others = Object.entries(left).filter(([key, value]) => !(key === 'properties' && Object.keys(value as object).length === 0));
  if (others.length > 0 || description !== undefined) forbidden(errors, field, 'must not specify anything other than name and generateName, but metadata is implicitly specified');
}

function valueValidation(errors: Errors, schema: Schema, skipAnyOf: boolean, skipFirst: boolean, field: string): void {
  if (!skipAnyOf) schema.anyOf?.forEach((one, i) => nested(errors, one, false, false, `${field}.anyOf[${i}]`, false));
  schema.allOf?.forEach((one, i) => nested(errors, one, skipFirst && i === 0, false, `${field}.allOf[${i}]`, false));
  schema.oneOf?.forEach((one, i) => nested(errors, one, false, false, `${field}.oneOf[${i}]`, false));
  if (schema.not !== undefined) nested(errors, schema.not, false, false, `${field}.not`, false);
  if (schema.pattern !== undefined && schema.pattern !== '' && patternOf(schema.pattern) === null) {
    const fault = regexpFault(schema.pattern);
    if (fault !== undefined) invalid(errors, `${field}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: error parsing regexp: ${fault}`);
  }
}

/** The commonest faults of a pattern, in Go's words; what this engine cannot read for another reason passes. */
function regexpFault(pattern: string): string | undefined {
  const bare = pattern.replace(/\\./g, '');
  if (/\[[^\]]*$/.test(bare)) return `missing closing ]: \`${bare.slice(bare.lastIndexOf('['))}\``;
  const opens = bare.replace(/\[[^\]]*\]/g, '');
  const depth = [...opens].reduce((sum, character) => sum + (character === '(' ? 1 : character === ')' ? -1 : 0), 0);
  if (depth > 0) return `missing closing ): \`${pattern}\``;
  if (depth < 0) return `unexpected ): \`${pattern}\``;
  const perl = /\(\?(?:[=!]|<[=!])/.exec(bare);
  if (perl !== null) return `invalid or unsupported Perl syntax: \`${perl[0].slice(0, perl[0].includes('<') ? 3 : 3)}\``;
  const repeat = /^[*+?]/.exec(bare);
  return repeat === null ? undefined : `missing argument to repetition operator: \`${repeat[0]}\``;
}

function nested(errors: Errors, schema: Schema, skipAnyOf: boolean, skipFirst: boolean, field: string, _rules: boolean): void {
  valueValidation(errors, schema, skipAnyOf, skipFirst, field);
  const items = itemsOf(schema);
  if (items !== undefined) nested(errors, items, false, false, `${field}.items`, false);
  for (const [key, one] of Object.entries(schema.properties ?? {})) nested(errors, one, false, false, `${field}.properties[${key}]`, false);
  const no = (condition: boolean, name: string, words: string): void => {
    if (condition) forbidden(errors, `${field}.${name}`, words);
  };
  no((schema.type ?? '') !== '', 'type', 'must be empty to be structural');
  no(schema.additionalProperties !== undefined, 'additionalProperties', 'must be undefined to be structural');
  no(schema.default !== undefined, 'default', 'must be undefined to be structural');
  no((schema.title ?? '') !== '', 'title', 'must be empty to be structural');
  no((schema.description ?? '') !== '', 'description', 'must be empty to be structural');
  no(schema.nullable === true, 'nullable', 'must be false to be structural');
  no(schema['x-kubernetes-preserve-unknown-fields'] === true, 'x-kubernetes-preserve-unknown-fields', 'must be false to be structural');
  no(schema['x-kubernetes-embedded-resource'] === true, 'x-kubernetes-embedded-resource', 'must be false to be structural');
  no(schema['x-kubernetes-int-or-string'] === true, 'x-kubernetes-int-or-string', 'must be false to be structural');
  no((schema['x-kubernetes-list-map-keys']?.length ?? 0) > 0, 'x-kubernetes-list-map-keys', 'must be empty to be structural');
  no(schema['x-kubernetes-list-type'] !== undefined, 'x-kubernetes-list-type', 'must be undefined to be structural');
  no(schema['x-kubernetes-map-type'] !== undefined, 'x-kubernetes-map-type', 'must be undefined to be structural');
  no((schema['x-kubernetes-validations']?.length ?? 0) > 0, 'x-kubernetes-validations', 'must be empty to be structural');
  no(own(schema.properties, 'metadata') !== undefined, 'properties[metadata]', 'must not be specified in a nested context');
}

/** Every field that a nested schema speaks of must be one that the schema itself has (complete.go). */
function completeness(errors: Errors, schema: Schema, field: string): void {
  for (const [i, one] of (schema.allOf ?? []).entries()) complete(errors, one, schema, field, `${field}.allOf[${i}]`);
  for (const [i, one] of (schema.anyOf ?? []).entries()) complete(errors, one, schema, field, `${field}.anyOf[${i}]`);
  for (const [i, one] of (schema.oneOf ?? []).entries()) complete(errors, one, schema, field, `${field}.oneOf[${i}]`);
  if (schema.not !== undefined) complete(errors, schema.not, schema, field, `${field}.not`);
  const items = itemsOf(schema);
  if (items !== undefined) completeness(errors, items, `${field}.items`);
  for (const [key, one] of Object.entries(schema.properties ?? {})) completeness(errors, one, `${field}.properties[${key}]`);
  const values = valuesOf(schema);
  if (values !== undefined) completeness(errors, values, `${field}.additionalProperties`);
}
function complete(errors: Errors, one: Schema, schema: Schema | undefined, field: string, at: string): void {
  if (schema === undefined) {
    required(errors, field, `because it is defined in ${at}`);
    return;
  }
  const items = itemsOf(one);
  if (items !== undefined) complete(errors, items, itemsOf(schema), `${field}.items`, `${at}.items`);
  for (const [key, below] of Object.entries(one.properties ?? {})) complete(errors, below, own(schema.properties, key) ?? valuesOf(schema), `${field}.properties[${key}]`, `${at}.properties[${key}]`);
  for (const part of ['allOf', 'anyOf', 'oneOf'] as const) one[part]?.forEach((below, i) => complete(errors, below, schema, field, `${at}.${part}[${i}]`));
  if (one.not !== undefined) complete(errors, one.not, schema, field, `${at}.not`);
}

// ---- defaults

function validateDefaults(errors: Errors, schema: Schema, field: string, isRoot: boolean): void {
  if (schema.default !== undefined) {
    const unknown: string[] = [];
    pruned(schema.default, schema, schema['x-kubernetes-embedded-resource'] === true, unknown);
    if (unknown.length > 0) invalid(errors, `${field}.default`, schema.default, 'must not have unknown fields');
    const found: Errors = [];
    validateValue(found, schema.default, schema, '', `${field}.default`);
    // The place is in the field; the message speaks of the value alone.
    errors.push(...found.map((one) => ({ ...one, message: one.message.replace(':  in body', ':  in body') })));
    if (found.length === 0) validateLists(errors, schema.default, schema, `${field}.default`);
  }
  const items = itemsOf(schema);
  if (items !== undefined) validateDefaults(errors, items, `${field}.items`, false);
  for (const [key, one] of Object.entries(schema.properties ?? {})) if (!(isRoot && ['metadata', 'kind', 'apiVersion'].includes(key))) validateDefaults(errors, one, `${field}.properties[${key}]`, false);
}

// ---- what else a schema may not say

interface Surrounding {
  readonly forbidsDefaults?: string;
  readonly inMeta?: boolean;
  readonly uncorrelatable?: string;
}

function standard(errors: Errors, schema: Schema, field: string, around: Surrounding): void {
  const type = schema.type ?? '';
  if (type !== '' && !TYPES.includes(type)) notSupported(errors, `${field}.type`, type, TYPES);
  if (schema.default !== undefined && around.forbidsDefaults !== undefined) forbidden(errors, `${field}.default`, `must not be set ${around.forbidsDefaults}`);
  const no = (condition: boolean, name: string, words = `${name} is not supported`): void => {
    if (condition) forbidden(errors, `${field}.${name}`, words);
  };
  no((schema.id ?? '') !== '', 'id');
  no(schema.additionalItems !== undefined, 'additionalItems');
  no(Object.keys(schema.patternProperties ?? {}).length > 0, 'patternProperties');
  no(Object.keys(schema.definitions ?? {}).length > 0, 'definitions');
  no(schema.dependencies !== undefined, 'dependencies');
  no(schema.$ref !== undefined, '$ref');
  no(type === 'null', 'type', 'type cannot be set to null, use nullable as an alternative');
  no(Array.isArray(schema.items) && schema.items.length > 0, 'items', 'items must be a schema object and not an array');
  no(around.inMeta === true && schema['x-kubernetes-embedded-resource'] === true, 'x-kubernetes-embedded-resource', 'must not be used inside of resource meta');
}

function lists(errors: Errors, schema: Schema, field: string): void {
  const listType = schema['x-kubernetes-list-type'];
  const mapType = schema['x-kubernetes-map-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const items = itemsOf(schema);
  const wrongType = (wanted: string, of: string): void => {
    const words = `must be ${wanted} if ${of} is specified`;
    if ((schema.type ?? '') === '') required(errors, `${field}.type`, words);
    else invalid(errors, `${field}.type`, schema.type, words);
  };
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) invalid(errors, `${field}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined');
  if (mapType !== undefined && schema.type !== 'object') wrongType('object', 'x-kubernetes-map-type');
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular') notSupported(errors, `${field}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']);
  if (listType !== undefined && schema.type !== 'array') wrongType('array', 'x-kubernetes-list-type');
  else if (listType === 'set' && items !== undefined) {
    const inner = items['x-kubernetes-list-type'];
    if (items.type === 'array' && inner !== undefined && inner !== 'atomic') invalid(errors, `${field}.items.x-kubernetes-list-type`, inner, 'must be atomic as item of a list with x-kubernetes-list-type=set');
    if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') invalid(errors, `${field}.items.x-kubernetes-map-type`, inner ?? null, 'must be atomic as item of a list with x-kubernetes-list-type=set');
  }
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) notSupported(errors, `${field}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']);
  if (keys.length > 0 && listType === undefined) required(errors, `${field}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty');
  else if (keys.length > 0 && listType !== 'map') invalid(errors, `${field}.x-kubernetes-list-type`, listType, 'must be map if x-kubernetes-list-map-keys is non-empty');
  if (listType === 'map') {
    if (keys.length === 0) required(errors, `${field}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map');
    if (schema.items === undefined) required(errors, `${field}.items`, 'must have a schema if x-kubernetes-list-type is map');
    if (items !== undefined && items.type !== 'object') invalid(errors, `${field}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map");
    if (items?.type === 'object') {
      keys.forEach((key, i) => {
        const one = own(items.properties, key);
        if (one === undefined) invalid(errors, `${field}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties');
        else if (one.type === 'array' || one.type === 'object') invalid(errors, `${field}.items.properties[${key}].type`, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map");
        if (keys.indexOf(key) < i) invalid(errors, `${field}.x-kubernetes-list-map-keys`, keys, 'must not contain duplicate entries');
      });
    }
  }
  if (items === undefined || (listType !== 'set' && listType !== 'map')) return;
  if (items.nullable === true) forbidden(errors, `${field}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`);
  if (listType !== 'map') return;
  for (const key of keys) {
    const one = own(items.properties, key);
    if (one === undefined) continue;
    if (items.required?.includes(key) !== true && one.default === undefined) required(errors, `${field}.items.properties[${key}].default`, 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property');
    if (one.nullable === true) forbidden(errors, `${field}.items.properties[${key}].nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable');
  }
}

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const hasBreaks = (text: string): boolean => /[\n\r]/.test(text);

function ruleShape(errors: Errors, rules: readonly Rule[], schema: Schema, field: string): void {
  rules.forEach((rule, i) => {
    const at = `${field}.x-kubernetes-validations[${i}]`;
    const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
    const text = rule.rule.trim();
    if (text === '') required(errors, `${at}.rule`, 'rule is not specified');
    else if (message !== '' && message.trim() === '') invalid(errors, `${at}.message`, message, 'must be non-empty if specified');
    else if (hasBreaks(message.trim())) invalid(errors, `${at}.message`, message, 'must not contain line breaks');
    else if (hasBreaks(text) && message.trim() === '') required(errors, `${at}.message`, 'message must be specified if rule contains line breaks');
    if (messageExpression !== '' && messageExpression.trim() === '') required(errors, `${at}.messageExpression`, 'messageExpression must be non-empty if specified');
    if (reason !== undefined && !REASONS.includes(reason)) notSupported(errors, `${at}.reason`, reason, REASONS);
    if (fieldPath !== '' && fieldPath.trim() === '') invalid(errors, `${at}.fieldPath`, fieldPath, 'must be non-empty if specified');
    if (hasBreaks(fieldPath)) invalid(errors, `${at}.fieldPath`, fieldPath, 'must not contain line breaks');
    if (fieldPath !== '' && !pathValid(schema, fieldPath)) invalid(errors, `${at}.fieldPath`, fieldPath, 'must be a valid path');
  });
}
function pathValid(schema: Schema, path: string): boolean {
  const tokens = path.match(/\.[^.[\]]+|\['(?:[^'\\]|\\.)*'\]/g);
  if (tokens === null || tokens.join('') !== path) return false;
  let at: Schema | undefined = schema;
  for (const token of tokens) {
    const name = token.startsWith('.') ? token.slice(1) : token.slice(2, -2).replace(/\\(.)/g, '$1');
    at = own(at?.properties, name) ?? (token.startsWith('[') ? valuesOf(at) : undefined);
    if (at === undefined) return false;
  }
  return true;
}

function ruleFaults(errors: Errors, rules: readonly Rule[], field: string, around: Surrounding): void {
  rules.forEach((rule, i) => {
    const at = `${field}.x-kubernetes-validations[${i}]`;
    const { type, fault } = compilationFault(rule.rule, ['self', 'oldSelf']);
    if (fault !== undefined) invalid(errors, `${at}.rule`, internalRule(rule), fault);
    else if (type !== undefined && type !== 'bool') invalid(errors, `${at}.rule`, internalRule(rule), 'cel expression must evaluate to a bool');
    if (rule.messageExpression !== undefined && rule.messageExpression.trim() !== '') {
      const message = compilationFault(rule.messageExpression, ['self', 'oldSelf']);
      if (message.fault !== undefined) invalid(errors, `${at}.messageExpression`, internalRule(rule), message.fault.replace('compilation failed', 'messageExpression compilation failed'));
      else if (message.type !== undefined && message.type !== 'string' && message.type !== 'dyn') invalid(errors, `${at}.messageExpression`, internalRule(rule), 'messageExpression must evaluate to a string');
    }
    if (/\boldSelf\b/.test(rule.rule)) {
      if (around.uncorrelatable !== undefined) invalid(errors, `${at}.rule`, rule.rule, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${around.uncorrelatable}`);
    } else if (rule.optionalOldSelf !== undefined) invalid(errors, `${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule');
  });
}

function openApi(errors: Errors, cel: Errors, schema: Schema, field: string, isRoot: boolean, around: Surrounding): void {
  standard(errors, schema, field, around);
  if (schema.uniqueItems === true) forbidden(errors, `${field}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
  const properties = Object.entries(schema.properties ?? {});
  const values = valuesOf(schema);
  if (schema.additionalProperties !== undefined) {
    if (properties.length > 0 && (schema.additionalProperties === false || values !== undefined)) forbidden(errors, `${field}.additionalProperties`, 'additionalProperties and properties are mutual exclusive');
    if (values !== undefined) openApi(errors, cel, values, `${field}.additionalProperties`, false, around.inMeta === true ? { ...around, forbidsDefaults: 'inside additionalProperties applying to object metadata' } : around);
  }
  const correlates = schema['x-kubernetes-map-type'] !== 'atomic';
  for (const [key, one] of properties) {
    let below: Surrounding = correlates || around.uncorrelatable !== undefined ? around : { ...around, uncorrelatable: field };
    if ((isRoot || schema['x-kubernetes-embedded-resource'] === true) && ['metadata', 'kind', 'apiVersion'].includes(key)) below = { ...below, inMeta: true, ...(isRoot ? { forbidsDefaults: `in top-level ${key}` } : {}) };
    openApi(errors, cel, one, `${field}.properties[${key}]`, false, below);
  }
  if (schema.not !== undefined) openApi(errors, cel, schema.not, `${field}.not`, false, around);
  for (const part of ['allOf', 'oneOf', 'anyOf'] as const) schema[part]?.forEach((one, i) => openApi(errors, cel, one, `${field}.${part}[${i}]`, false, around));
  const items = itemsOf(schema);
  if (items !== undefined) openApi(errors, cel, items, `${field}.items`, false, schema['x-kubernetes-list-type'] === 'map' || around.uncorrelatable !== undefined ? around : { ...around, uncorrelatable: field });
  lists(errors, schema, field);
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return;
  const before = errors.length;
  ruleShape(errors, rules, schema, field);
  if (errors.length === before) ruleFaults(cel, rules, field, around);
}

const AT_ROOT = ['Description', 'Type', 'Format', 'Title', 'Maximum', 'ExclusiveMaximum', 'Minimum', 'ExclusiveMinimum', 'MaxLength', 'MinLength', 'Pattern', 'MaxItems', 'MinItems', 'UniqueItems', 'MultipleOf', 'Required', 'Items', 'Properties', 'ExternalDocs', 'Example', 'XPreserveUnknownFields', 'XValidations'];

/** `field` is that of the validation: "spec.validation", or "spec.versions[0].schema". */
export function validateSchema(errors: Errors, schema: Schema, field: string, hasStatus: boolean): void {
  const at = `${field}.openAPIV3Schema`;
  if (hasStatus) {
    for (const [name, value] of Object.entries(internalSchema(schema))) {
      if (value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0)) continue;
      if (name === 'Type') {
        if (value === 'object') continue;
        invalid(errors, `${at}.type`, value, 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled');
        break;
      }
      if (AT_ROOT.includes(name)) continue;
      invalid(errors, at, internalSchema(schema), `only [${AT_ROOT.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`);
      break;
    }
  }
  if (schema.nullable === true) forbidden(errors, `${at}.nullable`, 'nullable cannot be true at the root');
  const structure: Errors = [];
  invariants(structure, schema, 'root', at);
  completeness(structure, schema, at);
  const text = (one: Errors[number]): string => `${one.field}: ${one.message}`;
  structure.sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
  const defaults: Errors = [];
  if (structure.length === 0) validateDefaults(defaults, schema, at, true);
  const shape: Errors = [];
  const cel: Errors = [];
  openApi(shape, cel, schema, at, true, {});
  errors.push(...structure, ...defaults, ...shape, ...(structure.length === 0 && defaults.length === 0 ? cel : []));
}
