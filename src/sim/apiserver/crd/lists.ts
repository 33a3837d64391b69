import { goJson, goQuote } from '../goText.ts';
import type { Errors } from '../kinds/field.ts';
import { isFields, itemsOf, own, valuesOf, type Schema } from './structural.ts';

/** Lists that are sets or maps have no entry twice. After apiextensions-apiserver/pkg/apiserver/schema/listtype. */

/** Where a value stands the second time; a third time is not told again. */
function repeated(values: readonly unknown[]): readonly number[] {
  const times = new Map<string, number>();
  const out: number[] = [];
  values.forEach((value, i) => {
    const key = `${typeof value}:${goJson(value ?? null)}`;
    const before = times.get(key) ?? 0;
    times.set(key, before + 1);
    if (before === 1) out.push(i);
  });
  return out;
}

const duplicateAt = (errors: Errors, field: string, value: unknown): void => {
  errors.push({ field, reason: 'FieldValueDuplicate', message: `Duplicate value: ${typeof value === 'string' ? goQuote(value) : goJson(value)}` });
};

function validateList(errors: Errors, list: readonly unknown[], schema: Schema, field: string): void {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') for (const i of repeated(list)) duplicateAt(errors, `${field}[${i}]`, list[i]);
  if (type === 'map') {
    const wrong = list.findIndex((item) => item !== null && !isFields(item));
    if (wrong >= 0) errors.push({ field: `${field}[${wrong}]`, reason: 'FieldValueInvalid', message: `Invalid value: ${goJson(list[wrong])}: must be an object for an array of list-type map` });
    else {
      const keys = list.map((item) => {
        const key: Record<string, unknown> = {};
        if (isFields(item)) for (const name of schema['x-kubernetes-list-map-keys'] ?? []) if (Object.hasOwn(item, name)) key[name] = item[name];
        return key;
      });
      for (const i of repeated(keys)) duplicateAt(errors, `${field}[${i}]`, keys[i]);
    }
  }
  const items = itemsOf(schema);
  if (items !== undefined) list.forEach((item, i) => validateLists(errors, item, items, `${field}[${i}]`));
}

export function validateLists(errors: Errors, value: unknown, schema: Schema | undefined, field = ''): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) return validateList(errors, value, schema, field);
  if (!isFields(value)) return undefined;
  for (const key of Object.keys(value)) {
    const property = own(schema.properties, key);
    if (property !== undefined) validateLists(errors, value[key], property, field === '' ? key : `${field}.${key}`);
    else if (valuesOf(schema) !== undefined) validateLists(errors, value[key], valuesOf(schema), `${field}[${key}]`);
  }
  return undefined;
}
