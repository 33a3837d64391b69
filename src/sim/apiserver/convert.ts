import type { KubernetesObject } from '../api/object.ts';

/**
 * Events are one kind with two faces: core/v1 and events.k8s.io/v1. The store holds the core form, as the real one does
 * (pkg/apis/events/v1/conversion.go); this turns one into the other at the door.
 */
type Fields = Readonly<Record<string, unknown>>;

const PAIRS: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];
/** The fields of each form in the order in which Go writes them. */
const CORE_ORDER = ['kind', 'apiVersion', 'metadata', 'involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'type', 'eventTime', 'series', 'action', 'related', 'reportingComponent', 'reportingInstance'];
const EVENTS_ORDER = ['kind', 'apiVersion', 'metadata', 'eventTime', 'series', 'reportingController', 'reportingInstance', 'action', 'reason', 'regarding', 'related', 'note', 'type', 'deprecatedSource', 'deprecatedFirstTimestamp', 'deprecatedLastTimestamp', 'deprecatedCount'];

/** How one form is made of the other: field by field, in its order, with what it always writes. */
interface Field {
  readonly name: string;
  readonly from: string;
  readonly absent: unknown;
}
const EMPTY: Fields = Object.freeze({});
const fieldsOf = (order: readonly string[], from: (name: string) => string, defaults: Fields): readonly Field[] =>
  order.map((name) => ({ name, from: from(name), absent: Object.hasOwn(defaults, name) ? defaults[name] : undefined }));
const TO_CORE = fieldsOf(CORE_ORDER, (core) => PAIRS.find((pair) => pair[0] === core)?.[1] ?? core, { involvedObject: EMPTY, source: EMPTY, firstTimestamp: null, lastTimestamp: null, eventTime: null, reportingComponent: '', reportingInstance: '' });
const FROM_CORE = fieldsOf(EVENTS_ORDER, (events) => PAIRS.find((pair) => pair[1] === events)?.[0] ?? events, { eventTime: null, regarding: EMPTY, deprecatedSource: EMPTY, deprecatedFirstTimestamp: null, deprecatedLastTimestamp: null });

function converted(event: KubernetesObject, fields: readonly Field[], apiVersion: string): Record<string, unknown> {
  const source = event as unknown as Fields;
  const out: Record<string, unknown> = {};
  for (const { name, from, absent } of fields) {
    const value = name === 'apiVersion' ? apiVersion : (source[from] ?? absent);
    if (value !== undefined) out[name] = value;
  }
  return out;
}

/** events.k8s.io/v1 to the stored form. What the core form always writes is there, if only empty. */
export const eventToCore = (event: KubernetesObject): KubernetesObject => converted(event, TO_CORE, 'v1') as unknown as KubernetesObject;

/** The stored form as events.k8s.io/v1 shows it. */
export function eventFromCore(event: KubernetesObject): KubernetesObject {
  const out = converted(event, FROM_CORE, 'events.k8s.io/v1');
  if (out['reportingController'] === '') delete out['reportingController'];
  if (out['reportingInstance'] === '') delete out['reportingInstance'];
  return out as unknown as KubernetesObject;
}

/** A version of a kind that is served besides the one in which the kind is stored. */
export interface Conversion {
  toStored(object: KubernetesObject): KubernetesObject;
  fromStored(object: KubernetesObject): KubernetesObject;
}
/** By version and kind. Filled while modules load, never later. */
const conversions = new Map<string, Conversion>([['events.k8s.io/v1/Event', { toStored: eventToCore, fromStored: eventFromCore }]]);
export function registerConversions(further: Readonly<Record<string, Conversion>>): void {
  for (const [version, conversion] of Object.entries(further)) conversions.set(version, conversion);
}
/** A stored object as a version of the API shows it; the version in which it is stored is shown as it is. */
export const asVersion = (apiVersion: string, object: KubernetesObject): KubernetesObject =>
  apiVersion === object.apiVersion ? object : (conversions.get(`${apiVersion}/${object.kind}`)?.fromStored(object) ?? object);
/** An object that came in a version of the API, as it is stored. */
export const toStored = (apiVersion: string, object: KubernetesObject): KubernetesObject => conversions.get(`${apiVersion}/${object.kind}`)?.toStored(object) ?? object;
