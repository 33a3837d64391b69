import type { Event } from '../../api/object.ts';
import type { FieldError } from '../strategy.ts';
import { validateLegacyEvent, validateNewEvent } from './core.ts';
import { invalid, type Errors } from './field.ts';
import { same } from './meta.ts';

/** An Event that came through events.k8s.io/v1, in its stored form: that door asks for more than core/v1 does. */
export function validateEventFromNewApi(event: Event): readonly FieldError[] {
  const errors: Errors = [];
  validateLegacyEvent(errors, event, true);
  validateNewEvent(errors, event);
  return errors;
}

const reference = (of: { readonly kind?: string; readonly namespace?: string; readonly name?: string; readonly uid?: string; readonly apiVersion?: string; readonly resourceVersion?: string; readonly fieldPath?: string } | undefined): unknown =>
  of === undefined ? null : { Kind: of.kind ?? '', Namespace: of.namespace ?? '', Name: of.name ?? '', UID: of.uid ?? '', APIVersion: of.apiVersion ?? '', ResourceVersion: of.resourceVersion ?? '', FieldPath: of.fieldPath ?? '' };

/** Through the newer door an Event is a fact: only its series and its metadata may change. */
export function validateEventUpdateFromNewApi(event: Event, old: Event): readonly FieldError[] {
  const errors: Errors = [];
  validateLegacyEvent(errors, event, true);
  validateNewEvent(errors, event);
  const kept = (field: string, now: unknown, before: unknown, shown: unknown = now): void => {
    if (!same(now, before)) invalid(errors, field, shown ?? '', 'field is immutable');
  };
  kept('involvedObject', event.involvedObject, old.involvedObject, reference(event.involvedObject));
  kept('reason', event.reason ?? '', old.reason ?? '');
  kept('message', event.message ?? '', old.message ?? '');
  kept('source', event.source, old.source);
  kept('firstTimestamp', event.firstTimestamp, old.firstTimestamp);
  kept('lastTimestamp', event.lastTimestamp, old.lastTimestamp);
  kept('count', event.count ?? 0, old.count ?? 0);
  kept('reportingComponent', event.reportingComponent ?? '', old.reportingComponent ?? '');
  kept('reportingInstance', event.reportingInstance ?? '', old.reportingInstance ?? '');
  kept('eventTime', event.eventTime, old.eventTime);
  kept('action', event.action ?? '', old.action ?? '');
  kept('related', event.related, old.related, reference(event.related));
  kept('type', event.type ?? '', old.type ?? '');
  return errors;
}
