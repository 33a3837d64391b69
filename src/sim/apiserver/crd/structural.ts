/**
 * The schema of a custom kind, as a CustomResourceDefinition carries it, and what is done by it to an object before it is looked at: fields that it
 * does not know are pruned, nulls that it does not allow go, defaults come in. After apiextensions-apiserver/pkg/apiserver/schema (pruning, defaulting).
 */
export interface Rule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly maximum?: number;
  readonly exclusiveMaximum?: boolean;
  readonly minimum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly maxItems?: number;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly multipleOf?: number;
  readonly enum?: readonly unknown[];
  readonly maxProperties?: number;
  readonly minProperties?: number;
  readonly required?: readonly string[];
  readonly items?: Schema | readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly not?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly dependencies?: Readonly<Record<string, unknown>>;
  readonly additionalItems?: unknown;
  readonly id?: string;
  readonly $ref?: string;
  readonly $schema?: string;
  readonly nullable?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly Rule[];
}

export type Fields = Readonly<Record<string, unknown>>;
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
export const own = <T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined => (map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined);
export const itemsOf = (schema: Schema | undefined): Schema | undefined => (schema?.items === undefined || Array.isArray(schema.items) ? undefined : (schema.items as Schema));
/** What the values of a map must be; undefined: nothing is said about them. */
export const valuesOf = (schema: Schema | undefined): Schema | undefined => (typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined);
const takesAnyKey = (schema: Schema): boolean => schema.additionalProperties !== undefined && schema.additionalProperties !== false;

const META: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);
const pathOf = (parent: string, key: string): string => (parent === '' ? key : `${parent}.${key}`);

/** Without what the schema does not know; `unknown` collects where that was. */
export function pruned(value: unknown, schema: Schema | undefined, isRoot: boolean, unknown: string[], path = ''): unknown {
  const keeps = schema?.['x-kubernetes-preserve-unknown-fields'] === true;
  const embedded = isRoot || schema?.['x-kubernetes-embedded-resource'] === true;
  if (Array.isArray(value)) return value.map((item, i) => (keeps && itemsOf(schema) === undefined ? item : pruned(item, itemsOf(schema), false, unknown, `${path}[${i}]`)));
  if (!isFields(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = value[key];
    const at = pathOf(path, key);
    const known = own(schema?.properties, key);
    if (embedded && META.has(key)) set(out, key, item);
    else if (known !== undefined) set(out, key, pruned(item, known, false, unknown, at));
    else if (schema !== undefined && takesAnyKey(schema)) set(out, key, valuesOf(schema) === undefined && schema.additionalProperties === true ? item : pruned(item, valuesOf(schema), false, unknown, at));
    else if (keeps) set(out, key, item);
    else unknown.push(at);
  }
  return out;
}

/** A key of a custom object may have any name; "__proto__" is one like others. */
export function set(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

const schemaOf = (schema: Schema | undefined, key: string): Schema | undefined => own(schema?.properties, key) ?? valuesOf(schema);
const nullGoes = (value: unknown, schema: Schema | undefined): boolean => value === null && schema !== undefined && schema.nullable !== true;

/** Nulls where the schema allows none vanish, unless a default takes their place. */
export function withoutNulls(value: unknown, schema: Schema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, itemsOf(schema)));
  if (!isFields(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const below = schemaOf(schema, key);
    if (nullGoes(value[key], below) && below!.default === undefined) continue;
    set(out, key, withoutNulls(value[key], below));
  }
  return out;
}

/** The same value where nothing was missing. */
export function defaulted(value: unknown, schema: Schema | undefined): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    const out = value.map((item) => defaulted(nullGoes(item, items) && items?.default !== undefined ? items.default : item, items));
    return out.every((item, i) => item === value[i]) ? value : out;
  }
  if (!isFields(value)) return value;
  let out: Record<string, unknown> | undefined;
  const changed = (): Record<string, unknown> => (out ??= { ...value });
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue;
    if (!Object.hasOwn(value, key) || nullGoes(value[key], property)) set(changed(), key, property.default);
  }
  for (const key of Object.keys(out ?? value)) {
    const below = schemaOf(schema, key);
    const item = (out ?? value)[key];
    const start = nullGoes(item, below) && below?.default !== undefined && own(schema.properties, key) === undefined ? below.default : item;
    const next = defaulted(start, below);
    if (next !== item) set(changed(), key, next);
  }
  return out ?? value;
}
