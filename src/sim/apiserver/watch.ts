import type { Change } from '../api/change.ts';
import { tableName } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { Request, Status } from '../api/request.ts';
import { MINUTE, type Micros } from '../api/time.ts';
import { at as itemAt } from '../kernel/journal.ts';
import { asVersion } from './convert.ts';
import { routeIn, type Route } from './routing.ts';
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector, type FieldTerm, type Requirement } from './selectors.ts';
import type { FieldError } from './strategy.ts';
import { badRequest, expired, plainError } from './status.ts';
import { beyond } from './beyond.ts';
import { isTrusted, unauthorized } from './verbs-authorize.ts';
import { badOptions, type Call } from './verbs-call.ts';
import { byKey } from './verbs-read.ts';
import { headList, positionAt, tableOf, type Store } from './store.ts';

/**
 * A watch is a place in the log: `openWatch` answers `GET ...?watch=true` with one, and `readWatch` takes what has come since. Plain data, so it
 * can be kept, checkpointed, and served over a stream. The informers of the cluster's own components go the same way through the same log
 * (cluster/network.ts); this is the door for whoever speaks HTTP. Corresponds to the cacher of apiserver/pkg/storage/cacher.
 */
export interface Watch {
  readonly kind: string;
  readonly namespace: string | undefined;
  /** As objects of this kind call themselves; `kind` is the store's table. */
  readonly kindName: string;
  /** The version that was asked for, if it is compacted. */
  readonly tooOld: number | undefined;
  readonly name: string | undefined;
  readonly labels: readonly Requirement[];
  readonly fields: readonly FieldTerm[];
  /** Changes of the kind that were read. */
  position: number;
  /** Until the initial events were sent: the revision of their list. */
  initial: number | undefined;
  readonly bookmarks: boolean;
  /** The stream was opened with sendInitialEvents: their end is marked. */
  readonly marksInitial: boolean;
  bookmarkAt: Micros;
  readonly apiVersion: string;
}
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubernetesObject | Status | { readonly kind: string; readonly apiVersion: string; readonly metadata: { readonly resourceVersion: string; readonly annotations?: Readonly<Record<string, string>> } };
}

/** The cacher sends a bookmark about once a minute to whoever asked for them. */
const BOOKMARK_PERIOD: Micros = MINUTE;
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** Any text but these says yes, as apimachinery converts it. */
const truth = (value: string | undefined): boolean => value !== undefined && value !== 'false' && value !== '0';

/** apimachinery/pkg/apis/meta/internalversion/validation: of a watch. */
function optionErrors(query: Readonly<Record<string, string>>): readonly FieldError[] {
  const errors: FieldError[] = [];
  const no = (message: string): void => {
    errors.push({ field: 'resourceVersionMatch', reason: 'FieldValueForbidden', message: `Forbidden: ${message}` });
  };
  const match = query['resourceVersionMatch'] ?? '';
  const isSaid = (query['sendInitialEvents'] ?? '') !== '';
  if (isSaid && match !== 'NotOlderThan') no('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match !== '') {
    if (!isSaid) no('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
    if (match !== 'NotOlderThan') errors.push({ field: 'resourceVersionMatch', reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(match)}: supported values: "NotOlderThan"` });
  }
  if ((query['continue'] ?? '') !== '' && (match !== '' || (query['resourceVersion'] ?? '') === '')) no('resourceVersionMatch is forbidden when continue is provided');
  return errors;
}

function mayWatch(store: Store, request: Pick<Request, 'path' | 'query' | 'user' | 'groups'>, at: Extract<Route, { type: 'resource' }>, now: Micros): Status | undefined {
  if (isTrusted(request)) return undefined;
  const call: Call = {
    context: { store, now, step: 0, draw: () => 0 }, request: { ...request, method: 'GET' }, info: at.info, apiVersion: at.apiVersion, namespace: at.namespace, name: at.name, subresource: at.subresource,
    query: { ...request.query, watch: 'true' }, dryRun: false, validation: 'Ignore', warnings: [], bytes: 0,
  };
  return beyond.authorize === undefined ? unauthorized(call) : beyond.authorize(call);
}

/**
 * Opens a watch, or says why not. `user`: RBAC is asked, as for any request. That the log before the asked version is compacted is the stream's first
 * and last event, as upstream's cacher has it.
 */
export function openWatch(store: Store, request: Pick<Request, 'path' | 'query'> & Partial<Pick<Request, 'user' | 'groups'>>, now: Micros): Watch | Status {
  const found = routeIn(store, request.path);
  if (found === undefined || found.type !== 'resource' || found.subresource !== undefined) return badRequest('a watch names a collection or an object');
  const query = request.query ?? {};
  const labels = parseLabelSelector(query['labelSelector'] ?? '');
  if ('error' in labels) return badRequest(labels.error);
  const fields = parseFieldSelector(query['fieldSelector'] ?? '', found.info, found.apiVersion === 'events.k8s.io/v1');
  if ('error' in fields) return badRequest(fields.error);
  const version = query['resourceVersion'] ?? '';
  if (!/^\d{0,16}$/.test(version)) return plainError(`resourceVersion: Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
  const wrong = optionErrors(query);
  if (wrong.length > 0) return badOptions('ListOptions', wrong);
  if (request.user !== undefined) {
    const refused = mayWatch(store, { ...request, user: request.user }, found, now);
    if (refused !== undefined) return refused;
  }
  const from = Number(version);
  const isTooOld = from > 0 && from < store.compacted;
  // Without a version the initial events are sent, and marked for whoever takes bookmarks.
  const asked = query['sendInitialEvents'] ?? '';
  const sendInitialEvents = asked === '' ? from === 0 : truth(asked);
  const table = tableOf(store, tableName(found.info));
  // Without a version, or from 0, what there is comes first, as if it were just created.
  const initial = asked === '' ? from === 0 : sendInitialEvents;
  return {
    kind: tableName(found.info),
    namespace: found.namespace,
    name: found.name,
    labels: labels.requirements,
    fields: fields.requirements,
    kindName: found.info.kind,
    tooOld: isTooOld ? from : undefined,
    position: initial || from === 0 ? table.log.length : positionAt(table, from),
    initial: initial ? store.revision : undefined,
    bookmarks: truth(query['allowWatchBookmarks']),
    marksInitial: sendInitialEvents,
    bookmarkAt: now + BOOKMARK_PERIOD,
    apiVersion: found.apiVersion,
  };
}

function holds(watch: Watch, object: KubernetesObject | undefined): object is KubernetesObject {
  return (
    object !== undefined &&
    (watch.namespace === undefined || object.metadata.namespace === watch.namespace) &&
    (watch.name === undefined || object.metadata.name === watch.name) &&
    (watch.labels.length === 0 || matchesLabels(watch.labels, object.metadata.labels)) &&
    (watch.fields.length === 0 || matchesFields(watch.fields, watch.kind, object))
  );
}

/** What a change is to this watcher: an object that no longer matches is gone, one that begins to match is new. */
function eventOf(watch: Watch, change: Change): WatchEvent | undefined {
  const was = holds(watch, change.before);
  const is = holds(watch, change.after);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: asVersion(watch.apiVersion, change.after!) };
  if (!was) return undefined;
  // The last state that matched, at the revision of its end.
  return { type: 'DELETED', object: asVersion(watch.apiVersion, { ...change.before!, metadata: { ...change.before!.metadata, resourceVersion: String(change.revision) } }) };
}

const bookmark = (watch: Watch, revision: number, annotations?: Readonly<Record<string, string>>): WatchEvent => ({
  type: 'BOOKMARK',
  object: { kind: watch.kindName, apiVersion: watch.apiVersion, metadata: { resourceVersion: String(revision), ...(annotations === undefined ? {} : { annotations }) } },
});

/** Takes what has come since the last time, at most `most` events. The watch moves on. */
export function readWatch(store: Store, watch: Watch, now: Micros, most = 1_000): readonly WatchEvent[] {
  const out: WatchEvent[] = [];
  if (watch.tooOld !== undefined) return [{ type: 'ERROR', object: expired(`too old resource version: ${watch.tooOld} (${store.compacted + 1})`) }];
  if (watch.initial !== undefined) {
    for (const object of [...headList(store, watch.kind, watch.namespace === undefined ? undefined : { index: 'namespace', value: watch.namespace })].sort(byKey)) if (holds(watch, object)) out.push({ type: 'ADDED', object: asVersion(watch.apiVersion, object) });
    watch.position = tableOf(store, watch.kind).log.length;
    if (watch.marksInitial && watch.bookmarks) out.push(bookmark(watch, store.revision, { [INITIAL_EVENTS_END]: 'true' }));
    watch.initial = undefined;
    return out;
  }
  const { log } = tableOf(store, watch.kind);
  const next = itemAt(log, watch.position);
  // It slept so long that the log before its place is compacted: it has to list again.
  if (next !== undefined && next.revision <= store.compacted) return [{ type: 'ERROR', object: expired(`too old resource version: ${next.revision - 1} (${store.compacted + 1})`) }];
  for (; watch.position < log.length && out.length < most; watch.position++) {
    const event = eventOf(watch, itemAt(log, watch.position)!);
    if (event !== undefined) out.push(event);
  }
  if (watch.bookmarks && watch.position === log.length && now >= watch.bookmarkAt) {
    out.push(bookmark(watch, store.revision));
    watch.bookmarkAt = now + BOOKMARK_PERIOD;
  }
  return out;
}

