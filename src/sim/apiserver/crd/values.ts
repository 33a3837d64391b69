import type { Errors } from '../kinds/field.ts';
import { goJson, goQuote } from '../goText.ts';
import { formatFault, isFormat } from './formats.ts';
import { isFields, own, type Fields, type Schema } from './structural.ts';

/**
 * Is a value as its schema says? In the words and the order of kube-openapi's validator (pkg/validation/validate), which apiextensions-apiserver
 * turns into field errors. Of several alternatives (anyOf, oneOf) the faults of the one that failed last are told; upstream takes the best match.
 */
const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'object' ? 'object' : typeof value;
};

/** Values as Go prints them with %v in these messages. */
const shown = (value: number): string => (Math.abs(value) >= 1e21 || (value !== 0 && Math.abs(value) < 1e-4) ? value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2') : String(value));
const printed = (value: unknown): string => (typeof value === 'string' ? goQuote(value) : typeof value === 'number' || typeof value === 'boolean' ? String(value) : goJson(value));

// Invisible: patterns of schemas as regular expressions; null where this engine cannot read Go's syntax.
const patterns = new Map<string, RegExp | null>();
/** Go's RE2 as a regular expression of this engine: the same but for a few spellings. */
export function patternOf(pattern: string): RegExp | null {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  let made: RegExp | null = null;
  try {
    made = new RegExp(pattern.replaceAll('\\z', '$').replaceAll('\\A', '^').replaceAll('(?P<', '(?<').replaceAll('[[:alnum:]]', '[0-9A-Za-z]').replaceAll('[[:alpha:]]', '[A-Za-z]').replaceAll('[[:digit:]]', '[0-9]').replaceAll('[[:space:]]', '\\s'));
  } catch {
    made = null;
  }
  if (patterns.size > 2000) patterns.clear();
  patterns.set(pattern, made);
  return made;
}


type Sink = (reason: Errors[number]['reason'], message: string) => void;

/**
 * `path` names the value in messages ("spec.size"); `base` is what stands before it in fields, where only a part of an object is looked at.
 */
export function validateValue(errors: Errors, value: unknown, schema: Schema, path: string, base = ''): void {
  const field = base === '' ? (path === '' ? '<nil>' : path) : path === '' ? base : `${base}.${path}`;
  const name = path;
  const say: Sink = (reason, message) => errors.push({ field, reason, message });
  const invalid = (what: string): void => say('FieldValueInvalid', `Invalid value: ${isFields(value) || Array.isArray(value) ? goJson(value) : printed(value)}: ${name} in body ${what}`);

  const type = typeOf(value);
  const wanted = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : schema.type === undefined ? [] : [schema.type];
  if (value === null) {
    if (wanted.length > 0 && schema.nullable !== true) say('FieldValueTypeInvalid', `Invalid value: "null": ${name} in body must be of type ${wanted.join(',')}: "null"`);
    enumerated(schema, value, say);
    return;
  }
  const fits = wanted.length === 0 || wanted.includes(type) || (type === 'integer' && wanted.includes('number'));
  // A format that is known replaces the question for the type of a text.
  const typed = !fits && !(schema.format !== undefined && (type === 'string' || type === 'array') && !wanted.includes('number') && !wanted.includes('integer'));
  // What is no text where a format is asked for is compared with the format.
  const hasFormat = typed && type !== 'string' && type !== 'array' && schema.format !== undefined && isFormat(schema.format);
  const [must, is] = hasFormat ? [schema.format!, type === 'integer' ? 'int64' : type === 'number' ? 'double' : ''] : [wanted.join(','), type];
  if (typed) say('FieldValueTypeInvalid', `Invalid value: ${goQuote(is)}: ${name} in body must be of type ${must}: ${goQuote(is)}`);
  combined(errors, value, schema, path, base);
  if (typeof value === 'string') {
    const length = [...value].length;
    if (schema.maxLength !== undefined && length > schema.maxLength) say('FieldValueTooLong', `Too long: may not be more than ${schema.maxLength} byte${schema.maxLength === 1 ? '' : 's'}`);
    else if (schema.minLength !== undefined && length < schema.minLength) invalid(`should be at least ${schema.minLength} chars long`);
    else if (schema.pattern !== undefined && schema.pattern !== '' && patternOf(schema.pattern)?.test(value) === false) invalid(`should match '${schema.pattern}'`);
    const fault = schema.format === undefined ? undefined : formatFault(schema.format, value);
    if (fault === true) say('FieldValueTypeInvalid', `Invalid value: ${printed(value)}: ${name} in body must be of type ${schema.format ?? ''}: ${goQuote(value)}`);
  } else if (typeof value === 'number') {
    if (type === 'number' && schema.type === 'integer') errors.push({ field: base === '' ? '<nil>' : base, reason: 'FieldValueInvalid', message: `Invalid value: "": Checked value must be of type integer (default format) in ${name}` });
    else if (schema.format === 'int32' && (value > 2_147_483_647 || value < -2_147_483_648)) errors.push({ field: base === '' ? '<nil>' : base, reason: 'FieldValueInvalid', message: `Invalid value: "": Checked value must be of type integer with format int32 in ${name}` });
    const { multipleOf, maximum, minimum } = schema;
    if (multipleOf !== undefined && multipleOf > 0 && !Number.isInteger(value / multipleOf)) invalid(`should be a multiple of ${shown(multipleOf)}`);
    if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)) invalid(`should be greater than ${schema.exclusiveMinimum === true ? '' : 'or equal to '}${shown(minimum)}`);
    if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)) invalid(`should be less than ${schema.exclusiveMaximum === true ? '' : 'or equal to '}${shown(maximum)}`);
  } else if (Array.isArray(value)) {
    const items = schema.items;
    if (items !== undefined && !Array.isArray(items)) value.forEach((item, i) => validateValue(errors, item, items as Schema, `${path}[${i}]`, base));
    if (schema.minItems !== undefined && value.length < schema.minItems) say('FieldValueInvalid', `Invalid value: ${value.length}: ${name} in body should have at least ${schema.minItems} items`);
    if (schema.maxItems !== undefined && value.length > schema.maxItems) say('FieldValueTooMany', `Too many: ${value.length}: must have at most ${schema.maxItems} item${schema.maxItems === 1 ? '' : 's'}`);
  }
  enumerated(schema, value, say);
  if (isFields(value)) fieldsOf(errors, value, schema, path, base, say, invalid);
}

function enumerated(schema: Schema, value: unknown, say: Sink): void {
  if (schema.enum === undefined || schema.enum.length === 0) return;
  if (schema.enum.some((one) => one === value || (typeof one === 'object' && goJson(one) === goJson(value)))) return;
  if (value === null && schema.nullable === true) return;
  const supported = schema.enum.map((one) => JSON.stringify(typeof one === 'string' ? one : goJson(one))).join(', ');
  say('FieldValueNotSupported', `Unsupported value: ${printed(value)}: supported values: ${supported}`);
}

function fieldsOf(errors: Errors, value: Fields, schema: Schema, path: string, base: string, say: Sink, invalid: (what: string) => void): void {
  const keys = Object.keys(value);
  if (schema.minProperties !== undefined && keys.length < schema.minProperties) return invalid(`should have at least ${schema.minProperties} properties`);
  if (schema.maxProperties !== undefined && keys.length > schema.maxProperties) return say('FieldValueTooMany', `Too many: ${keys.length}: must have at most ${schema.maxProperties} item${schema.maxProperties === 1 ? '' : 's'}`);
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const rest = schema.additionalProperties;
  for (const key of keys) {
    if (own(schema.properties, key) !== undefined) continue;
    if (rest === false) errors.push({ field: base === '' ? (path === '' ? '<nil>' : path) : base, reason: 'FieldValueInvalid', message: `Invalid value: "": ${path}.${key} in body is a forbidden property` });
    else if (typeof rest === 'object') validateValue(errors, value[key], rest, below(key), base);
  }
  for (const [key, property] of Object.entries(schema.properties ?? {})) if (Object.hasOwn(value, key)) validateValue(errors, value[key], property, below(key), base);
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) errors.push({ field: base === '' ? below(key) : `${base}.${below(key)}`, reason: 'FieldValueRequired', message: 'Required value' });
  }
  return undefined;
}

/** allOf, anyOf, oneOf, not. */
function combined(errors: Errors, value: unknown, schema: Schema, path: string, base: string): void {
  const tried = (one: Schema): Errors => {
    const found: Errors = [];
    validateValue(found, value, one, path, base);
    return found;
  };
  // These messages are not about one value: upstream gives them no place.
  const nowhere = (message: string): void => {
    errors.push({ field: base === '' ? '<nil>' : base, reason: 'FieldValueInvalid', message: `Invalid value: "": ${message}` });
  };
  const where = JSON.stringify(path);
  const { anyOf = [], oneOf = [], allOf = [], not } = schema;
  if (anyOf.length > 0) {
    const results = anyOf.map(tried);
    if (!results.some((found) => found.length === 0)) {
      nowhere(`${where} must validate at least one schema (anyOf)`);
      errors.push(...(results[0] ?? []));
    }
  }
  if (oneOf.length > 0) {
    const results = oneOf.map(tried);
    const valid = results.filter((found) => found.length === 0).length;
    if (valid !== 1) {
      nowhere(`${where} must validate one and only one schema (oneOf). ${valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`}`);
      if (valid === 0) errors.push(...(results[0] ?? []));
    }
  }
  if (allOf.length > 0) {
    const results = allOf.map(tried);
    const valid = results.filter((found) => found.length === 0).length;
    for (const found of results) errors.push(...found);
    if (valid !== allOf.length) nowhere(`${where} must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  }
  if (not !== undefined && tried(not).length === 0) nowhere(`${where} must not validate the schema (not)`);
}

