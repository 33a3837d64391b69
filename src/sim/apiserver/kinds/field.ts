import { goJson, goQuote } from '../goText.ts';
import type { FieldError } from '../strategy.ts';

/**
 * The ways to refuse a field, with the words of apimachinery's field.Error. Validators push into a list that they are given,
 * so that an object without faults costs no allocation. A value is printed as Go prints it; structs that Go prints with
 * its own field names are given as a `GoStruct`.
 */
export type Errors = FieldError[];

function printed(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return goJson(value);
}
const withDetail = (head: string, detail: string): string => (detail === '' ? head : `${head}: ${detail}`);

export function required(errors: Errors, field: string, detail = ''): void {
  errors.push({ field, reason: 'FieldValueRequired', message: withDetail('Required value', detail) });
}
export function invalid(errors: Errors, field: string, value: unknown, detail: string): void {
  errors.push({ field, reason: 'FieldValueInvalid', message: withDetail(`Invalid value: ${printed(value)}`, detail) });
}
/** A value that upstream does not print. */
export function invalidUnprinted(errors: Errors, field: string, detail: string): void {
  errors.push({ field, reason: 'FieldValueInvalid', message: `Invalid value: ${detail}` });
}
export function invalidEach(errors: Errors, field: string, value: unknown, details: readonly string[]): void {
  for (const detail of details) invalid(errors, field, value, detail);
}
export function forbidden(errors: Errors, field: string, detail: string): void {
  errors.push({ field, reason: 'FieldValueForbidden', message: withDetail('Forbidden', detail) });
}
export function notSupported(errors: Errors, field: string, value: unknown, supported: readonly string[]): void {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`;
  errors.push({ field, reason: 'FieldValueNotSupported', message: withDetail(`Unsupported value: ${typeof value === 'string' ? goJson(value) : printed(value)}`, detail) });
}
export function duplicate(errors: Errors, field: string, value: unknown, detail = ''): void {
  errors.push({ field, reason: 'FieldValueDuplicate', message: withDetail(`Duplicate value: ${printed(value)}`, detail) });
}
export function missing(errors: Errors, field: string, value: unknown, detail = ''): void {
  errors.push({ field, reason: 'FieldValueNotFound', message: withDetail(`Not found: ${printed(value)}`, detail) });
}
export function tooLong(errors: Errors, field: string, limitBytes: number): void {
  errors.push({ field, reason: 'FieldValueTooLong', message: `Too long: may not be more than ${limitBytes} byte${limitBytes === 1 ? '' : 's'}` });
}
export function tooMany(errors: Errors, field: string, actual: number, limit: number): void {
  errors.push({ field, reason: 'FieldValueTooMany', message: `Too many: ${actual}: must have at most ${limit} item${limit === 1 ? '' : 's'}` });
}
/** A value that is one of a fixed set, or empty where that is allowed to mean "unset" is refused as required. */
export function oneOf(errors: Errors, field: string, value: string | undefined, supported: readonly string[]): void {
  if (value === undefined || value === '') required(errors, field);
  else if (!supported.includes(value)) notSupported(errors, field, value, supported);
}
export function nonNegative(errors: Errors, field: string, value: number | undefined): void {
  if (value !== undefined && value < 0) invalid(errors, field, value, 'must be greater than or equal to 0');
}
