import type { KubernetesObject } from '../api/object.ts';
import type { Status } from '../api/request.ts';

/** The words of `details.causes[].reason` (field.ErrorType upstream). */
export type FieldReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueDuplicate'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** One reason to refuse an object. `message` is exactly `details.causes[].message`; the whole Status puts `field: ` before it. */
export interface FieldError {
  readonly field: string;
  readonly reason: FieldReason;
  readonly message: string;
}

/** What admission may ask about the cluster. */
export interface AdmissionContext {
  /** An object of the store at head, by kind and key ("default/web", "node-1"). */
  lookup(kind: string, key: string): KubernetesObject | undefined;
  /** Every object of a kind: only asked where a default among them is looked for. */
  list?(kind: string): Iterable<KubernetesObject>;
  /** A keyed random draw: an integer in [0, n). */
  draw(purpose: string, n: number): number;
}

/** Who writes, for a kind that keeps it. */
export interface Author {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

/**
 * What one kind does beyond storing JSON. Every function is pure and returns a new object (or the same one when nothing is to do).
 * The order of a create: decode, default, admit, prepareForCreate, validateCreate, store; of an update: decode, default, prepareForUpdate, validateUpdate.
 * A missing function means: nothing special. `now` is the moment of the request as metav1.Time.
 */
export interface Strategy<T extends KubernetesObject = KubernetesObject> {
  default?(object: T): T;
  prepareForCreate?(object: T, now?: string, by?: Author): T;
  prepareForUpdate?(object: T, old: T): T;
  prepareForStatusUpdate?(object: T, old: T, now?: string): T;
  /** The third face that a CertificateSigningRequest has. */
  prepareForApproval?(object: T, old: T, now?: string): T;
  validateCreate?(object: T): readonly FieldError[];
  validateUpdate?(object: T, old: T): readonly FieldError[];
  validateStatusUpdate?(object: T, old: T): readonly FieldError[];
  validateApproval?(object: T, old: T): readonly FieldError[];
  /** `given` is a new object before it was prepared. */
  warnings?(object: T, old?: T, given?: T): readonly string[];
  /** A name is drawn where none is given: LimitRange. */
  readonly namesItself?: boolean;
}

export function isStatus(value: { readonly kind: string }): value is Status {
  return value.kind === 'Status';
}
