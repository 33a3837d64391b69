import type { Event, KubernetesObject } from '../../api/object.ts';
import type { FieldError } from '../strategy.ts';
import { validateLegacyEvent, validateNewEvent } from './core.ts';
import type { Errors } from './field.ts';

/** events.k8s.io/v1 serves the very Events of the core group, under other names of the fields. */

const NAMES: readonly (readonly [newName: string, coreName: string])[] = [
  ['regarding', 'involvedObject'], ['note', 'message'], ['reportingController', 'reportingComponent'], ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'], ['deprecatedLastTimestamp', 'lastTimestamp'], ['deprecatedCount', 'count'],
];
const toCore = new Map(NAMES);
const toNew = new Map(NAMES.map(([newName, coreName]) => [coreName, newName]));

function renamed(object: KubernetesObject, names: ReadonlyMap<string, string>, apiVersion: string): KubernetesObject {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) out[names.get(key) ?? key] = value;
  out['apiVersion'] = apiVersion;
  return out as unknown as KubernetesObject;
}
const EMPTY = {};
/** As stored: fields that the core type always writes are there. */
export function eventFromNewApi(object: KubernetesObject): Event {
  const event = renamed(object, toCore, 'v1') as Event;
  return { ...event, involvedObject: event.involvedObject ?? EMPTY, source: event.source ?? EMPTY, reportingComponent: event.reportingComponent ?? '', reportingInstance: event.reportingInstance ?? '' };
}
export function eventToNewApi(object: KubernetesObject): KubernetesObject {
  const out = { ...renamed(object, toNew, 'events.k8s.io/v1') } as unknown as Record<string, unknown>;
  for (const key of ['reportingController', 'reportingInstance']) if (out[key] === '') delete out[key];
  return out as unknown as KubernetesObject;
}
export function validateEventFromNewApi(event: Event): readonly FieldError[] {
  const errors: Errors = [];
  validateLegacyEvent(errors, event, true);
  validateNewEvent(errors, event);
  return errors;
}
