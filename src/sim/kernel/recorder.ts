import type { Event, KubernetesObject, ObjectReference } from '../api/object.ts';
import { pathOf } from '../api/kinds.ts';
import type { Request } from '../api/request.ts';
import { STRATEGIC_MERGE_PATCH } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import { EPOCH_MILLIS, MINUTE, SECOND, microTimestamp, timestamp } from '../api/time.ts';
import type { EventNote } from '../api/eventnote.ts';
import { hashText } from './draw.ts';
import { getIn, newLayers, setIn, valuesIn, type Layers } from './layers.ts';

/**
 * What stands between a component that has something to say and the Events that reach the API server, as plain data and pure functions.
 * `record` is client-go's correlator for core/v1 (tools/record/events_cache.go): similar Events are combined, equal ones counted, chatty
 * sources silenced. `recordV1` is its successor for events.k8s.io/v1 (tools/events/event_broadcaster.go), which the scheduler uses.
 *
 * Simplified: upstream drops Events when more than 1,000 wait to be sent, and tries 12 times with pauses of 10 s when no answer comes.
 */

/** A source may say 25 things about an object, then one every 5 minutes. */
const SPAM_BURST = 25;
const SPAM_REFILL: Micros = 300 * SECOND;
/** From the tenth different message of one reason within 10 minutes on, they share one Event. */
const SIMILAR_LIMIT = 10;
const SIMILAR_INTERVAL: Micros = 600 * SECOND;
/** Each of the three caches forgets what was not used for longest beyond this many entries; here now and then, upstream at once. */
const CACHE_ENTRIES = 4096;
const COMBINED = '(combined from similar events): ';

export interface EventSource {
  readonly component: string;
  readonly host?: string;
}

interface Similar {
  /** Different messages, the oldest first. */
  readonly messages: readonly string[];
  readonly at: Micros;
}
interface Said {
  /** The Event as it would be created: its count is how often it was said, sent or not. */
  readonly event: Event;
}

export interface Recorder {
  /** When each source's bucket would be empty of waiting time: (now - value) / SPAM_REFILL are its tokens. */
  readonly spam: Layers<string, Micros>;
  readonly similar: Layers<string, Similar>;
  readonly said: Layers<string, Said>;
  /** Tells names of one microsecond apart. */
  serial: number;
}

export const newRecorder = (): Recorder => ({ spam: newLayers(), similar: newLayers(), said: newLayers(), serial: 0 });

/** 2^20: nanoseconds since 1970 need 61 bits, so they are worked out in two halves, the lower of which are five hex digits. */
const HALF = 0x10_0000;
const EPOCH_HIGH = Math.floor((EPOCH_MILLIS * 1000) / HALF);
const EPOCH_LOW = (EPOCH_MILLIS * 1000) % HALF;

/** The object's name and the moment in nanoseconds since 1970, in hex; the nanoseconds within the microsecond come from a hash. */
function eventName(object: string, salt: string, now: Micros, serial: number): string {
  const micros = EPOCH_LOW + now;
  const low = (micros % HALF) * 1000 + (((hashText(salt) >>> 0) + serial) % 1000);
  const high = (EPOCH_HIGH + Math.floor(micros / HALF)) * 1000 + Math.floor(low / HALF);
  const nanos = high.toString(16) + (low % HALF).toString(16).padStart(5, '0');
  const name = `${object}.${nanos}`;
  // Upstream takes a random UUID when the name got too long for a name.
  return name.length <= 253 ? name : `${(hashText(name) >>> 0).toString(16).padStart(8, '0')}-${nanos}`;
}

/** Events about objects without a namespace are kept in "default". */
const namespaceOf = (regarding: ObjectReference): string => (regarding.namespace === undefined || regarding.namespace === '' ? 'default' : regarding.namespace);

function join(...parts: readonly (string | undefined)[]): string {
  let text = '';
  for (const part of parts) text += part === undefined ? '\u0000' : `${part}\u0000`;
  return text;
}

function spamAllows(state: Recorder, key: string, now: Micros): boolean {
  const empty = Math.max(getIn(state.spam, key) ?? -Infinity, now - SPAM_BURST * SPAM_REFILL);
  const allowed = now - empty >= SPAM_REFILL;
  setIn(state.spam, key, allowed ? empty + SPAM_REFILL : empty, CACHE_ENTRIES);
  return allowed;
}

/**
 * The request for one Event: a POST the first time, a PATCH of its count after that; undefined when it is silenced.
 * Requests of one recorder are sent one after the other. A PATCH that is answered with 404 is followed by what `instead` gives.
 */
export function record(state: Recorder, note: EventNote, source: EventSource, now: Micros): Omit<Request, 'user'> | undefined {
  const on = note.regarding;
  const namespace = namespaceOf(on);
  const about = join(source.component, source.host, on.kind, on.namespace, on.name, on.uid, on.apiVersion, note.type);
  const similarKey = join(about, note.reason);
  let key = join(about, on.fieldPath, note.reason, note.message);
  let message = note.message;

  const before = getIn(state.similar, similarKey);
  let messages = before === undefined || now - before.at > SIMILAR_INTERVAL ? [] : before.messages;
  if (!messages.includes(message)) messages = [...messages, message];
  if (messages.length >= SIMILAR_LIMIT) {
    // Upstream takes any one out of the set, by chance of the map's order; here it is the oldest.
    messages = messages.slice(1);
    key = similarKey;
    message = COMBINED + message;
  }
  setIn(state.similar, similarKey, Object.freeze({ messages: Object.freeze(messages), at: now }), CACHE_ENTRIES);

  const earlier = getIn(state.said, key)?.event;
  const event: Event = earlier === undefined
    ? ({
        kind: 'Event',
        apiVersion: 'v1',
        metadata: { name: eventName(on.name ?? '', about, now, state.serial++), namespace },
        involvedObject: on,
        reason: note.reason,
        message,
        source: source.host === undefined ? { component: source.component } : { component: source.component, host: source.host },
        firstTimestamp: timestamp(now),
        lastTimestamp: timestamp(now),
        count: 1,
        type: note.type,
        eventTime: null,
        reportingComponent: source.component,
        reportingInstance: source.host ?? '',
      } as unknown as Event) // The API server adds the rest of the metadata.
    : { ...earlier, message, lastTimestamp: timestamp(now), count: (earlier.count ?? 0) + 1 };
  // Upstream counts first and filters then: what was silenced still counts.
  setIn(state.said, key, Object.freeze({ event }), CACHE_ENTRIES);
  if (!spamAllows(state, about, now)) return undefined;
  if (earlier === undefined) return { method: 'POST', path: pathOf('Event', namespace), body: event };
  return {
    method: 'PATCH',
    path: pathOf('Event', namespace, event.metadata.name),
    contentType: STRATEGIC_MERGE_PATCH,
    body: { count: event.count, lastTimestamp: event.lastTimestamp, message: event.message },
  };
}

/** What to send after a PATCH was answered with 404 (the Event's hour was over, or it never got there): the whole Event, anew. */
export function instead(state: Recorder, patch: Pick<Request, 'method' | 'path'>): Omit<Request, 'user'> | undefined {
  if (patch.method !== 'PATCH') return undefined;
  for (const { event } of valuesIn(state.said)) {
    const namespace = event.metadata.namespace;
    if (patch.path === pathOf('Event', namespace, event.metadata.name)) return { method: 'POST', path: pathOf('Event', namespace), body: event };
  }
  return undefined;
}

// ---- events.k8s.io/v1

export interface EventNoteV1 extends EventNote {
  readonly action: string;
  readonly related?: ObjectReference;
}
export interface EventSourceV1 {
  readonly controller: string;
  readonly instance: string;
}
interface SeriesEvent extends KubernetesObject {
  readonly eventTime: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}
interface Isomorphic {
  readonly event: SeriesEvent;
  readonly lastAt: Micros;
}
export interface RecorderV1 {
  readonly cache: Map<string, Isomorphic>;
  serial: number;
}

/** How often `finishV1` is to be called, and how long ago an Event must have been for it to be over. */
export const FINISH_PERIOD: Micros = 6 * MINUTE;

export const newRecorderV1 = (): RecorderV1 => ({ cache: new Map(), serial: 0 });

const V1_VERSION = 'events.k8s.io/v1';
const pathV1 = (namespace: string, name?: string): string => `/apis/${V1_VERSION}/namespaces/${namespace}/events${name === undefined ? '' : `/${name}`}`;

const seriesPatch = (event: SeriesEvent): Omit<Request, 'user'> => ({
  method: 'PATCH',
  path: pathV1(event.metadata.namespace ?? 'default', event.metadata.name),
  contentType: STRATEGIC_MERGE_PATCH,
  body: { series: event.series },
});

/**
 * The first of its kind is POSTed, the second PATCHes it into a series of 2, every further one only counts until `finishV1`.
 * The object's resourceVersion is part of what makes two Events equal, and the text is not: so upstream's struct key has it.
 */
export function recordV1(state: RecorderV1, note: EventNoteV1, source: EventSourceV1, now: Micros): Omit<Request, 'user'> | undefined {
  const on = note.regarding;
  const related = note.related;
  const key = join(
    note.type, note.action, note.reason, source.controller, source.instance,
    on.kind, on.namespace, on.name, on.uid, on.apiVersion, on.resourceVersion, on.fieldPath,
    related?.kind, related?.namespace, related?.name, related?.uid, related?.apiVersion, related?.resourceVersion,
  );
  const known = state.cache.get(key);
  if (known === undefined) {
    const namespace = namespaceOf(on);
    const event = {
      kind: 'Event',
      apiVersion: V1_VERSION,
      metadata: { name: eventName(on.name ?? '', source.controller, now, state.serial++), namespace },
      eventTime: microTimestamp(now),
      reportingController: source.controller,
      reportingInstance: source.instance,
      action: note.action,
      reason: note.reason,
      regarding: on,
      ...(related === undefined ? {} : { related }),
      note: note.message,
      type: note.type,
    } as unknown as SeriesEvent; // The API server adds the rest of the metadata.
    state.cache.set(key, Object.freeze({ event, lastAt: now }));
    return { method: 'POST', path: pathV1(namespace), body: event };
  }
  const event: SeriesEvent = { ...known.event, series: { count: (known.event.series?.count ?? 1) + 1, lastObservedTime: microTimestamp(now) } };
  state.cache.set(key, Object.freeze({ event, lastAt: now }));
  return known.event.series === undefined ? seriesPatch(event) : undefined;
}

/**
 * Forgets what has not been said for 6 minutes, and writes the last count of a series. To be called every FINISH_PERIOD.
 * Simplified: the refresh of living series every 30 minutes, against the Events' hour of life, is done here as well (`refresh`).
 */
export function finishV1(state: RecorderV1, now: Micros, refresh = false): readonly Omit<Request, 'user'>[] {
  const requests: Omit<Request, 'user'>[] = [];
  for (const [key, { event, lastAt }] of state.cache) {
    const over = lastAt < now - FINISH_PERIOD;
    if (event.series !== undefined && (over || refresh)) requests.push(seriesPatch(event));
    if (over) state.cache.delete(key);
  }
  return requests;
}

/** What to send after a PATCH of a series was answered with 404. */
export function insteadV1(state: RecorderV1, patch: Pick<Request, 'method' | 'path'>): Omit<Request, 'user'> | undefined {
  if (patch.method !== 'PATCH') return undefined;
  for (const { event } of state.cache.values()) {
    const namespace = event.metadata.namespace ?? 'default';
    if (patch.path === pathV1(namespace, event.metadata.name)) return { method: 'POST', path: pathV1(namespace), body: event };
  }
  return undefined;
}
