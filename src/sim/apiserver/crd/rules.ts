import { environment } from '../cel/engine.ts';
import { goJson, goQuote } from '../goText.ts';
import type { Errors } from '../kinds/field.ts';
import { same } from '../kinds/meta.ts';
import { isFields, itemsOf, own, valuesOf, type Fields, type Rule, type Schema } from './structural.ts';

/**
 * The rules of a schema (x-kubernetes-validations) over an object. After apiextensions-apiserver/pkg/apiserver/schema/cel. A rule that uses what the
 * engine does not have (../cel/engine.ts) is let pass; the costs of rules are not counted.
 */
const RESERVED = new Set(['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while']);
/** How the name of a field is spelled in a rule. */
export function celName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  return name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__');
}

/** A value as the engine takes it: whole numbers are CEL's integers, fields have the names by which rules know them. */
function celValue(value: unknown, schema: Schema | undefined): unknown {
  if (typeof value === 'number') return schema?.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);
  if (Array.isArray(value)) return value.map((item) => celValue(item, itemsOf(schema)));
  if (!isFields(value)) return value;
  const isMap = schema?.properties === undefined;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const name = isMap ? key : celName(key);
    if (name !== undefined && name !== '__proto__') out[name] = celValue(value[key], own(schema?.properties, key) ?? valuesOf(schema));
  }
  return out;
}

const usesOld = (rule: string): boolean => /\boldSelf\b/.test(rule);
const told = ({ rule, message }: Rule): string => (message ?? '').trim() || rule.trim();

function report(errors: Errors, rule: Rule, value: unknown, field: string, detail: string): void {
  const where = rule.fieldPath === undefined || rule.fieldPath === '' ? field : `${field === '<nil>' ? '' : field}${rule.fieldPath}`.replace(/^\./, '');
  const compound = isFields(value) || Array.isArray(value);
  const shown = compound ? '' : `${typeof value === 'string' ? goQuote(value) : goJson(value)}: `;
  switch (rule.reason) {
    case 'FieldValueForbidden':
      errors.push({ field: where, reason: 'FieldValueForbidden', message: `Forbidden: ${detail}` });
      break;
    case 'FieldValueRequired':
      errors.push({ field: where, reason: 'FieldValueRequired', message: `Required value: ${detail}` });
      break;
    case 'FieldValueDuplicate':
      errors.push({ field: where, reason: 'FieldValueDuplicate', message: compound ? 'Duplicate value' : `Duplicate value: ${shown.slice(0, -2)}` });
      break;
    default:
      errors.push({ field: where, reason: 'FieldValueInvalid', message: `Invalid value: ${shown}${detail}` });
  }
}

function rulesAt(errors: Errors, rules: readonly Rule[], value: unknown, old: unknown, schema: Schema, field: string, correlates: boolean): void {
  const self = celValue(value, schema);
  for (const rule of rules) {
    const optional = rule.optionalOldSelf === true;
    if (usesOld(rule.rule) && (old === undefined || !correlates) && !optional) continue;
    if (optional && usesOld(rule.rule)) continue;
    // What did not change may stay as it was (CRDValidationRatcheting).
    if (!usesOld(rule.rule) && old !== undefined && correlates && same(value, old)) continue;
    const variables = { self, ...(usesOld(rule.rule) ? { oldSelf: celValue(old, schema) } : {}) };
    const names = Object.keys(variables);
    const result = environment(names).evaluate(rule.rule, variables);
    if (result === 'not evaluated') continue;
    if ('error' in result) {
      errors.push({ field, reason: 'FieldValueInvalid', message: `Invalid value: ${goQuote(schema.type ?? '')}: ${result.error} evaluating rule: ${told(rule)}` });
      continue;
    }
    if (result.value === true) continue;
    let detail = (rule.message ?? '').trim() || `failed rule: ${rule.rule.trim()}`;
    if (rule.messageExpression !== undefined && rule.messageExpression !== '') {
      const message = environment(names).evaluate(rule.messageExpression, variables);
      if (message !== 'not evaluated' && 'value' in message && typeof message.value === 'string' && message.value.trim() !== '' && !message.value.includes('\n')) detail = message.value.trim();
    }
    report(errors, rule, value, field, detail);
  }
}

/** Of the root object rules see the name and what the schema has. */
function rootView(value: Fields): Fields {
  const metadata = isFields(value['metadata']) ? value['metadata'] : {};
  const { name, generateName } = metadata;
  return { ...value, metadata: { ...(name === undefined ? {} : { name }), ...(generateName === undefined ? {} : { generateName }) } };
}
const ROOT_PROPERTIES: Readonly<Record<string, Schema>> = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } } };

export function validateRules(errors: Errors, value: unknown, old: unknown, schema: Schema | undefined, field = '', isRoot = true, correlates = true): void {
  if (schema === undefined || value === null || value === undefined) return;
  const rules = schema['x-kubernetes-validations'];
  const view = isRoot || schema['x-kubernetes-embedded-resource'] === true ? { ...schema, properties: { ...schema.properties, ...ROOT_PROPERTIES } } : schema;
  if (rules !== undefined && rules.length > 0) {
    const seen = (one: unknown): unknown => (view !== schema && isFields(one) ? rootView(one) : one);
    rulesAt(errors, rules, seen(value), old === undefined || old === null ? undefined : seen(old), view, field === '' ? '<nil>' : field, correlates);
  }
  for (const one of schema.allOf ?? []) if (one['x-kubernetes-validations'] !== undefined) rulesAt(errors, one['x-kubernetes-validations'], value, old ?? undefined, { ...schema, ...one }, field === '' ? '<nil>' : field, correlates);
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items === undefined) return;
    const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : undefined;
    const before = Array.isArray(old) ? old : [];
    value.forEach((item, i) => {
      const match = keys === undefined || !isFields(item) ? undefined : before.find((one) => isFields(one) && keys.every((key) => one[key] === item[key]));
      validateRules(errors, item, match, items, `${field}[${i}]`, false, correlates && keys !== undefined);
    });
    return;
  }
  if (!isFields(value)) return;
  for (const key of Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const property = own(schema.properties, key);
    const below = property ?? valuesOf(schema);
    if (below === undefined) continue;
    const at = property === undefined ? `${field}[${key}]` : field === '' ? key : `${field}.${key}`;
    validateRules(errors, value[key], isFields(old) && Object.hasOwn(old, key) ? old[key] : undefined, below, at, false, correlates && schema['x-kubernetes-map-type'] !== 'atomic');
  }
}

/** Has a schema any rule at all? */
export function hasRules(schema: Schema | undefined): boolean {
  if (schema === undefined) return false;
  if ((schema['x-kubernetes-validations']?.length ?? 0) > 0 || (schema.allOf ?? []).some(hasRules)) return true;
  return hasRules(itemsOf(schema)) || hasRules(valuesOf(schema)) || Object.values(schema.properties ?? {}).some(hasRules);
}
