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
const TO_CORE = new Map(PAIRS.map(([core, events]) => [events, core]));

/** The fields of each form in the order in which Go writes them. */
const CORE_ORDER = ['kind', 'apiVersion', 'metadata', 'involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'type', 'eventTime', 'series', 'action', 'related', 'reportingComponent', 'reportingInstance'];
const EVENTS_ORDER = ['kind', 'apiVersion', 'metadata', 'eventTime', 'series', 'reportingController', 'reportingInstance', 'action', 'reason', 'regarding', 'related', 'note', 'type', 'deprecatedSource', 'deprecatedFirstTimestamp', 'deprecatedLastTimestamp', 'deprecatedCount'];

function ordered(fields: ReadonlyMap<string, unknown>, order: readonly string[], defaults: Fields): KubernetesObject {
  const out: Record<string, unknown> = {};
  for (const key of order) {
    const value = fields.get(key) ?? (Object.hasOwn(defaults, key) ? defaults[key] : undefined);
    if (value !== undefined) out[key] = value;
  }
  return out as unknown as KubernetesObject;
}

/** events.k8s.io/v1 to the stored form. What the core form always writes is there, if only empty. */
export function eventToCore(event: KubernetesObject): KubernetesObject {
  const fields = new Map<string, unknown>();
  for (const [key, value] of Object.entries(event)) fields.set(TO_CORE.get(key) ?? key, value);
  fields.set('apiVersion', 'v1');
  return ordered(fields, CORE_ORDER, { involvedObject: {}, source: {}, firstTimestamp: null, lastTimestamp: null, eventTime: null, reportingComponent: '', reportingInstance: '' });
}

/** The stored form as events.k8s.io/v1 shows it. */
export function eventFromCore(event: KubernetesObject): KubernetesObject {
  const source = event as unknown as Fields;
  const fields = new Map<string, unknown>();
  for (const key of CORE_ORDER) if (Object.hasOwn(source, key)) fields.set(key, source[key]);
  for (const [core, events] of PAIRS) {
    if (!fields.has(core)) continue;
    const value = fields.get(core);
    fields.delete(core);
    if (!(events === 'reportingController' && value === '')) fields.set(events, value);
  }
  if (fields.get('reportingInstance') === '') fields.delete('reportingInstance');
  fields.set('apiVersion', 'events.k8s.io/v1');
  return ordered(fields, EVENTS_ORDER, { eventTime: null, regarding: {}, deprecatedSource: {}, deprecatedFirstTimestamp: null, deprecatedLastTimestamp: null });
}
