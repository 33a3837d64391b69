import type { Managed, ManagedEntry, Manager } from '../../api/managedFields.ts';
import { difference, fromFieldsV1, intersection, isEmpty, pathsOf, printPath, sameSet, setOf, toFieldsV1, union, EMPTY, has, type FieldSet, type FieldsV1 } from './fieldSet.ts';
import { same } from '../patch-values.ts';
import type { Shape } from './shape.ts';
import { compare, fieldsOf, merge, without, withNamedFields, type Comparison } from './typed.ts';

/**
 * Who manages which fields of one object, and what an apply or an update makes of that. After structured-merge-diff/merge (update.go) and
 * apimachinery/pkg/util/managedfields/internal. Left out: conversion between versions (the fields of a kind's versions here are the same),
 * and schemas that change under stored objects.
 */
export type { Managed, Manager };
type Entry = ManagedEntry;
export const NOBODY: ReadonlyMap<string, ManagedEntry> = new Map();

/** metav1.ManagedFieldsEntry. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldsV1;
  readonly subresource?: string;
}

/** An applier is the same in every version. */
export const idOf = ({ manager, operation, apiVersion, subresource }: Manager): string =>
  JSON.stringify({ manager, operation, ...(operation === 'Apply' ? {} : { apiVersion }), ...(subresource === undefined ? {} : { subresource }) });

/** What nobody manages: every object has it, or the server sets it. */
const STRIPPED = setOf(['apiVersion'], ['kind'], ['metadata'], ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map((name) => ['metadata', name]));
/** More updaters than these, and the oldest become one. */
const MAX_UPDATERS = 10;
const OLD_UPDATERS = 'ancient-changes';
const BEFORE_FIRST_APPLY = 'before-first-apply';

const filtered = ({ removed, modified, added }: Comparison, reset: FieldSet): Comparison => ({ removed: difference(removed, reset, true), modified: difference(modified, reset, true), added: difference(added, reset, true) });

const changedIn = (found: Comparison): boolean => !isEmpty(found.added) || !isEmpty(found.modified) || !isEmpty(found.removed);

export interface Conflict {
  readonly with: Manager;
  readonly path: readonly string[];
}

/** Takes from all others what changed; without force, says with whom that would be a conflict. */
function taken(managed: Managed, self: string, found: Comparison, force: boolean): { readonly managed: Map<string, Entry>; readonly conflicts: readonly Conflict[] } {
  const out = new Map<string, Entry>();
  const conflicts: Conflict[] = [];
  const changed = union(found.modified, found.added);
  for (const [id, entry] of managed) {
    if (id === self) {
      if (!isEmpty(entry.fields)) out.set(id, entry);
      continue;
    }
    const lost = intersection(entry.fields, changed);
    if (!isEmpty(lost) && !force) for (const path of pathsOf(lost)) conflicts.push({ with: entry, path });
    const fields = difference(difference(entry.fields, lost), found.removed);
    if (!isEmpty(fields)) out.set(id, fields === entry.fields ? entry : { ...entry, fields });
  }
  return { managed: out, conflicts };
}

/** What an update that was not an apply makes of the managers. `reset`: fields that this face of the object does not write. */
export function afterUpdate(shape: Shape, before: unknown, after: unknown, managed: Managed, who: Manager, time: string, reset: FieldSet, isCreate: boolean): Managed {
  // An object that nobody managed is not managed from its next update on, but from its next apply.
  if (managed.size === 0 && !isCreate) return managed;
  const found = filtered(compare(shape, before, after), reset);
  if (!changedIn(found)) return managed;
  const id = idOf(who);
  const others = taken(managed, '', found, true).managed;
  const own = difference(union(found.modified, found.added), STRIPPED);
  if (!isEmpty(own)) {
    const had = others.get(id);
    // An entry that is written again stands at its own place: who came later comes later.
    others.delete(id);
    others.set(id, { ...who, time, fields: had === undefined ? own : union(own, had.fields) });
  }
  return capped(others);
}

const bySeniority = (a: readonly [string, Entry], b: readonly [string, Entry]): number => {
  const at = a[1].time ?? '';
  const bt = b[1].time ?? '';
  if (at !== bt) return at < bt ? -1 : 1;
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
};

function capped(managed: Map<string, Entry>): Managed {
  const updaters = [...managed].filter(([, entry]) => entry.operation === 'Update');
  if (updaters.length <= MAX_UPDATERS) return managed;
  updaters.sort(bySeniority);
  const first = new Map<string, string>();
  let left = updaters.length;
  for (const [id, entry] of updaters) {
    if (left <= MAX_UPDATERS) break;
    const oldest = first.get(entry.apiVersion);
    if (oldest === undefined) {
      first.set(entry.apiVersion, id);
      continue;
    }
    const bucket: Manager = { manager: OLD_UPDATERS, operation: 'Update', apiVersion: entry.apiVersion };
    const bucketId = idOf(bucket);
    const sofar = managed.get(bucketId) ?? managed.get(oldest);
    if (!managed.has(bucketId)) managed.delete(oldest);
    managed.delete(id);
    managed.set(bucketId, { ...bucket, ...(entry.time === undefined ? {} : { time: entry.time }), fields: union(entry.fields, sofar?.fields ?? EMPTY) });
    left--;
  }
  return managed;
}

export interface Applied {
  /** undefined: nothing of the object changes. */
  readonly object: unknown;
  readonly managed: Managed;
  readonly conflicts: readonly Conflict[];
}

/** An apply: lays the configuration over the object, takes away what this applier no longer wants and nobody else has. `zero` is an object of which nothing is set. */
export function afterApply(shape: Shape, live: unknown, config: unknown, zero: unknown, given: Managed, who: Manager, time: string, reset: FieldSet, force: boolean): Applied {
  const before: Managed = given.size > 0 ? given : afterUpdate(shape, zero, live, NOBODY, { manager: BEFORE_FIRST_APPLY, operation: 'Update', apiVersion: who.apiVersion, ...(who.subresource === undefined ? {} : { subresource: who.subresource }) }, time, reset, true);
  const id = idOf(who);
  const last = before.get(id)?.fields;
  const managed = new Map(before);
  const fields = difference(fieldsOf(shape, config), reset, true);
  const had = before.get(id)?.time;
  managed.set(id, { ...who, ...(had === undefined ? {} : { time: had }), fields });
  const merged = merge(shape, live, config);
  const next = last === undefined || isEmpty(last) ? merged : pruned(shape, merged, managed, last);
  const found = filtered(compare(shape, live, next), reset);
  const { managed: others, conflicts } = taken(managed, id, found, force);
  const own = others.get(id);
  others.delete(id);
  const kept = own === undefined ? EMPTY : difference(own.fields, STRIPPED);
  // Also the order of a list may change, which no set of fields shows.
  const isChanged = !same(live, next);
  if (!isEmpty(kept)) others.set(id, { ...who, ...(isChanged || had === undefined ? (isChanged ? { time } : {}) : { time: had }), fields: kept });
  return { object: isChanged ? next : undefined, managed: others, conflicts };
}

/** Takes away what was applied last time and is not now, unless somebody else has it or it was never the applier's alone. */
function pruned(shape: Shape, merged: unknown, managed: Managed, last: FieldSet): unknown {
  const lastNamed = withNamedFields(shape, last);
  const mergedSet = withNamedFields(shape, fieldsOf(shape, merged));
  let all: FieldSet = EMPTY;
  for (const entry of managed.values()) all = union(all, entry.fields);
  let next = without(shape, merged, lastNamed);
  let nextSet = withNamedFields(shape, fieldsOf(shape, next));
  next = without(shape, merged, difference(mergedSet, union(nextSet, withNamedFields(shape, all))));
  nextSet = withNamedFields(shape, fieldsOf(shape, next));
  return without(shape, merged, intersection(difference(mergedSet, nextSet), lastNamed));
}

export const KUBECTL = 'kubectl';
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** From client-side to server-side apply: with what the last client-side apply left as it was, kubectl has no conflict. */
export function allowedByLastApplied(shape: Shape, live: unknown, lastApplied: unknown): FieldSet {
  const { removed, modified, added } = compare(shape, lastApplied, live);
  return difference(difference(difference(fieldsOf(shape, lastApplied), modified), added), removed);
}
export const remaining = (conflicts: readonly Conflict[], allowed: FieldSet): readonly Conflict[] => conflicts.filter(({ path }) => !has(allowed, path));

export function sameManaged(a: Managed, b: Managed): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [id, entry] of a) {
    const other = b.get(id);
    if (other === undefined || other.time !== entry.time || other.apiVersion !== entry.apiVersion || !sameSet(entry.fields, other.fields)) return false;
  }
  return true;
}

// ---- as the API writes them

const order = (a: Entry, b: Entry): number => {
  for (const key of ['operation', 'time', 'manager', 'apiVersion', 'subresource'] as const) {
    const x = a[key] ?? '';
    const y = b[key] ?? '';
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
};

export const encodeManaged = (managed: Managed): readonly ManagedFieldsEntry[] =>
  [...managed.values()].sort(order).map(({ manager, operation, apiVersion, time, fields, subresource }) => ({
    manager, operation, apiVersion, ...(time === undefined ? {} : { time }), fieldsType: 'FieldsV1', fieldsV1: toFieldsV1(fields), ...(subresource === undefined ? {} : { subresource }),
  }));

/** 'reset': whoever sent this wants nobody to manage the object; undefined: it cannot be read, or says nothing. */
export function decodeManaged(value: unknown): Managed | 'reset' | undefined {
  if (!Array.isArray(value)) return undefined;
  if (value.length === 0 || (value.length === 1 && typeof value[0] === 'object' && value[0] !== null && Object.keys(value[0] as object).length === 0)) return 'reset';
  const out = new Map<string, Entry>();
  for (const one of value as readonly (ManagedFieldsEntry | null)[]) {
    if (one === null || (one.operation !== 'Apply' && one.operation !== 'Update') || typeof one.apiVersion !== 'string' || one.apiVersion === '' || one.fieldsType !== 'FieldsV1') return undefined;
    const fields = fromFieldsV1(one.fieldsV1 ?? {});
    if (fields === undefined) return undefined;
    const entry: Entry = {
      manager: typeof one.manager === 'string' ? one.manager : '', operation: one.operation, apiVersion: one.apiVersion, fields,
      ...(typeof one.time === 'string' ? { time: one.time } : {}), ...(typeof one.subresource === 'string' && one.subresource !== '' ? { subresource: one.subresource } : {}),
    };
    out.set(idOf(entry), entry);
  }
  return out.size === 0 ? undefined : out;
}

// ---- conflicts in words

const named = ({ manager, operation, apiVersion, subresource }: Manager): string =>
  `${JSON.stringify(manager)}${subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;

/** The 409 of an apply that would take fields from others. */
export function conflictWords(conflicts: readonly Conflict[]): { readonly message: string; readonly causes: readonly { readonly reason: string; readonly message: string; readonly field: string }[] } {
  const sorted = [...conflicts].sort((a, b) => (idOf(a.with) < idOf(b.with) ? -1 : idOf(a.with) > idOf(b.with) ? 1 : 0));
  const causes = sorted.map((one) => ({ reason: 'FieldManagerConflict', message: `conflict with ${named(one.with)}`, field: printPath(one.path) }));
  if (sorted.length === 1) return { message: `Apply failed with 1 conflict: conflict with ${named(sorted[0]!.with)}: ${printPath(sorted[0]!.path)}`, causes };
  const lines: string[] = [];
  let last = '';
  for (const one of sorted) {
    const id = idOf(one.with);
    if (id !== last) lines.push(`conflicts with ${named(one.with)}:`);
    last = id;
    lines.push(`- ${printPath(one.path)}`);
  }
  return { message: `Apply failed with ${sorted.length} conflicts: ${lines.join('\n')}`, causes };
}
