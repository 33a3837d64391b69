import type { Change, StepId } from '../api/change.ts';
import type { Ownership } from '../api/managedFields.ts';
import type { KubernetesObject, ObjectMeta, OwnerReference } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import type { Micros } from '../api/time.ts';
import { hashText } from '../kernel/draw.ts';
import { append, at as itemAt, firstWhere, newJournal, snapshotJournal, type Journal } from '../kernel/journal.ts';
import type { Index, IndexName } from '../kernel/process.ts';

/**
 * MVCC, like etcd: one global revision, and every write appends one immutable Change. The log is the history; heads and indexes are kept
 * at the newest revision, and a read of the past undoes what came since. A lagging informer is a place in the log of its kind, not a copy.
 */
export interface Store {
  revision: number;
  /** Watches from before this revision are answered with 410. */
  compacted: number;
  log: Journal<Change>;
  readonly tables: Map<string, Table>;
}

/** All that the store holds of one kind. */
export interface Table {
  readonly kind: string;
  /** The last change of each object that exists, in order of creation. */
  readonly live: Map<string, Change>;
  /** The deletion of each key that existed once and does not now: how a lagging reader finds what was there. */
  readonly gone: Map<string, Change>;
  log: Journal<Change>;
  readonly indexes: Map<IndexName, Map<string, Set<string>>>;
}

/** A write that was admitted. `after` needs no resourceVersion: committing gives it. */
export interface Draft {
  readonly at: Micros;
  readonly kind: string;
  readonly key: string;
  readonly after: KubernetesObject | undefined;
  readonly by: string;
  readonly verb: Change['verb'];
  readonly subresource?: string;
  readonly cause: StepId;
  readonly because?: Reason;
  readonly ownership?: Ownership;
}

export const newStore = (): Store => ({ revision: 0, compacted: 0, log: newJournal(), tables: new Map() });

const INDEXES: Readonly<Record<string, readonly IndexName[]>> = {
  Pod: ['namespace', 'node', 'controller', 'owner'],
  ReplicaSet: ['namespace', 'controller', 'owner'],
  EndpointSlice: ['namespace', 'service', 'owner'],
  // There are many, nobody looks for some of them, and nothing owns them.
  Event: [],
};
const indexesOf = (kind: string): readonly IndexName[] => INDEXES[kind] ?? ['namespace', 'owner'];

/** The values under which an object stands in an index. */
function indexValues(index: IndexName, object: KubernetesObject): readonly string[] {
  const { metadata } = object;
  switch (index) {
    case 'namespace':
      return [metadata.namespace ?? ''];
    case 'node':
      return [(object as { spec?: { nodeName?: string } }).spec?.nodeName ?? ''];
    case 'controller':
      return [metadata.ownerReferences?.find((owner: OwnerReference) => owner.controller === true)?.uid ?? ''];
    case 'owner':
      return metadata.ownerReferences?.map((owner: OwnerReference) => owner.uid) ?? [];
    case 'service':
      return [`${metadata.namespace ?? ''}/${metadata.labels?.['kubernetes.io/service-name'] ?? ''}`];
  }
}
const matchesIndex = (by: Index, object: KubernetesObject): boolean => indexValues(by.index, object).includes(by.value);

/** Kinds of which the start of a cluster leaves objects that nobody looks at before somebody asks. Filled while modules load, never later: an invisible list. */
const seeds = new Map<string, (store: Store) => readonly Change[]>();
export function registerSeeds(kinds: readonly string[], changes: (store: Store, kind: string) => readonly Change[]): void {
  for (const kind of kinds) seeds.set(kind, (store) => changes(store, kind));
}
/** A table that is there, or would be if somebody had asked for what was there at the start. */
const known = (store: Store, kind: string): Table | undefined => store.tables.get(kind) ?? (seeds.has(kind) ? tableOf(store, kind) : undefined);

/** What was there at the start: changes before the first of the log, so that the log and all that is counted by it are the same whether somebody asks or not. */
function sow(table: Table, changes: readonly Change[]): void {
  for (const change of changes) {
    table.live.set(change.key, change);
    reindex(table, change.key, undefined, change.after);
  }
}

export function tableOf(store: Store, kind: string): Table {
  let table = store.tables.get(kind);
  if (table === undefined) {
    table = { kind, live: new Map(), gone: new Map(), log: newJournal(), indexes: new Map(indexesOf(kind).map((name) => [name, new Map<string, Set<string>>()])) };
    store.tables.set(kind, table);
    const seed = seeds.get(kind);
    if (seed !== undefined) sow(table, seed(store));
  }
  return table;
}

/** An index need not be touched where an update kept the part of the object that it reads. */
function sameIndexed(index: IndexName, before: KubernetesObject, after: KubernetesObject): boolean {
  const a: ObjectMeta = before.metadata;
  const b: ObjectMeta = after.metadata;
  switch (index) {
    case 'namespace':
      return true;
    case 'node':
      return (before as { spec?: { nodeName?: string } }).spec?.nodeName === (after as { spec?: { nodeName?: string } }).spec?.nodeName;
    case 'controller':
    case 'owner':
      return a.ownerReferences === b.ownerReferences;
    case 'service':
      return a.labels === b.labels;
  }
}

const NO_VALUES: readonly string[] = [];

function reindex(table: Table, key: string, before: KubernetesObject | undefined, after: KubernetesObject | undefined): void {
  for (const [name, index] of table.indexes) {
    if (before === undefined || after === undefined || !sameIndexed(name, before, after)) reindexOne(index, key, before === undefined ? NO_VALUES : indexValues(name, before), after === undefined ? NO_VALUES : indexValues(name, after));
  }
}

function reindexOne(index: Map<string, Set<string>>, key: string, old: readonly string[], now: readonly string[]): void {
  for (const value of old) if (!now.includes(value)) index.get(value)?.delete(key);
  for (const value of now) {
    const keys = index.get(value);
    if (keys === undefined) index.set(value, new Set<string>().add(key));
    else keys.add(key);
  }
}

/** Appends a change. Returns it, with the object as it is now stored. */
export function commit(store: Store, draft: Draft): Change {
  const table = tableOf(store, draft.kind);
  const previous = table.live.get(draft.key) ?? table.gone.get(draft.key);
  const before = previous?.after;
  const revision = ++store.revision;
  const after = draft.after === undefined ? undefined : { ...draft.after, metadata: { ...draft.after.metadata, resourceVersion: String(revision) } };
  const change: Change = {
    revision,
    at: draft.at,
    kind: draft.kind,
    key: draft.key,
    before,
    after,
    by: draft.by,
    verb: draft.verb,
    subresource: draft.subresource,
    cause: draft.cause,
    because: draft.because,
    ownership: draft.ownership,
    previous,
    nth: previous === undefined ? 0 : previous.nth + 1,
    ordinal: table.log.length,
    id: previous === undefined ? hashText(draft.key, hashText(draft.kind)) : previous.id,
  };
  append(store.log, change);
  append(table.log, change);
  reindex(table, draft.key, before, after);
  if (after === undefined) {
    table.live.delete(draft.key);
    table.gone.set(draft.key, change);
  } else {
    table.live.set(draft.key, change);
    if (before === undefined) table.gone.delete(draft.key);
  }
  return change;
}

/** The object as it is now. */
export function head(store: Store, kind: string, key: string): KubernetesObject | undefined {
  return known(store, kind)?.live.get(key)?.after;
}

/** All objects of a kind as they are now, in order of creation; of one namespace, or by another index, if asked. */
export function headList(store: Store, kind: string, by?: Index): readonly KubernetesObject[] {
  const table = known(store, kind);
  return table === undefined ? [] : listAt(table, table.log.length, by);
}

/** The object as it was when the log of its kind had `position` changes. */
export function getAt(table: Table, key: string, position: number): KubernetesObject | undefined {
  let change = table.live.get(key) ?? table.gone.get(key);
  while (change !== undefined && change.ordinal >= position) change = change.previous;
  return change?.after;
}

/** The objects that there were when the log of this kind had `position` changes. */
export function listAt(table: Table, position: number, by?: Index): readonly KubernetesObject[] {
  const index = by === undefined ? undefined : table.indexes.get(by.index);
  const keys: Iterable<string> = index === undefined ? table.live.keys() : (index.get(by!.value) ?? []);
  const out: KubernetesObject[] = [];
  const { length } = table.log;
  if (position >= length) {
    for (const key of keys) {
      const object = table.live.get(key)!.after!;
      if (by === undefined || index !== undefined || matchesIndex(by, object)) out.push(object);
    }
    return out;
  }
  // What changed since `position` is read again as it was; everything else is at head as it was then.
  const changed = new Set<string>();
  for (let i = position; i < length; i++) changed.add(itemAt(table.log, i)!.key);
  for (const key of keys) {
    if (changed.has(key)) continue;
    const object = table.live.get(key)!.after!;
    if (by === undefined || index !== undefined || matchesIndex(by, object)) out.push(object);
  }
  for (const key of changed) {
    const object = getAt(table, key, position);
    if (object !== undefined && (by === undefined || matchesIndex(by, object))) out.push(object);
  }
  return out;
}

/** How many changes of this kind there were at a revision (inclusive). */
export const positionAt = (table: Table, revision: number): number => firstWhere(table.log, (change) => change.revision <= revision);

/** Any object at any revision that is kept. */
export function objectAt(store: Store, kind: string, key: string, revision: number): KubernetesObject | undefined {
  const table = known(store, kind);
  return table === undefined ? undefined : getAt(table, key, positionAt(table, revision));
}

/** The change with this revision. */
export const changeAt = (store: Store, revision: number): Change | undefined => itemAt(store.log, revision - 1);

/** The changes after a revision, of one kind or of all. */
export function changesAfter(store: Store, revision: number, kind?: string): readonly Change[] {
  const out: Change[] = [];
  const log = kind === undefined ? store.log : store.tables.get(kind)?.log;
  if (log === undefined) return out;
  for (let i = kind === undefined ? revision : firstWhere(log, (change) => change.revision <= revision); i < log.length; i++) out.push(itemAt(log, i)!);
  return out;
}

/** Gives up what is older than a revision: watches from before it must list again. The history stays readable for Orrery's own eyes. */
export function compact(store: Store, revision: number): void {
  store.compacted = Math.max(store.compacted, Math.min(revision, store.revision));
}

/** `earlier`: a copy from before in the same history, which nobody changes. Tables in which nothing was written since are shared with it. */
export function snapshotStore(store: Store, earlier?: Store): Store {
  return {
    revision: store.revision,
    compacted: store.compacted,
    log: snapshotJournal(store.log),
    tables: new Map(
      [...store.tables].map(([kind, table]) => {
        const before = earlier?.tables.get(kind);
        return [kind, before?.log.length === table.log.length ? before : snapshotTable(table)];
      }),
    ),
  };
}

function snapshotTable(table: Table): Table {
  const indexes = new Map<IndexName, Map<string, Set<string>>>();
  for (const [name, index] of table.indexes) {
    const values = new Map<string, Set<string>>();
    for (const [value, keys] of index) if (keys.size > 0) values.set(value, new Set(keys));
    indexes.set(name, values);
  }
  return { kind: table.kind, live: new Map(table.live), gone: new Map(table.gone), log: snapshotJournal(table.log), indexes };
}
