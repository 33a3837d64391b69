import type { KubernetesObject } from './object.ts';

/**
 * A set of field paths, as a tree: at each node the elements that are in the set themselves, and those under which something is.
 * An element is written as in FieldsV1: `f:name` a field or a map key, `k:{"name":"web"}` an item of a keyed list, `v:"x"` an item of a set.
 */
export interface FieldSet {
  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;
}
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
}
export interface ManagedEntry extends Manager {
  readonly time?: string;
  readonly fields: FieldSet;
}
/** Who manages which fields of one object, by an identity that is made of the manager. */
export type Managed = ReadonlyMap<string, ManagedEntry>;

/** What a change says about who manages the object's fields, where it cannot be read from the change itself. */
export interface Ownership {
  /** The field manager, where it is not the usual one of who wrote. */
  readonly manager?: string;
  /** The version through which it was written, where that is not the one in which the object is stored. */
  readonly apiVersion?: string;
  /** The object as it was asked for, before admission and allocation added what nobody manages. */
  readonly given?: KubernetesObject;
  /** An apply, or a client that wrote managed fields itself: who manages what from here on. */
  readonly managed?: Managed;
}
