import type { Event } from '../../api/object.ts';
import type { FieldError } from '../strategy.ts';
import { validateLegacyEvent, validateNewEvent } from './core.ts';
import type { Errors } from './field.ts';

/** An Event that came through events.k8s.io/v1, in its stored form: that door asks for more than core/v1 does. */
export function validateEventFromNewApi(event: Event): readonly FieldError[] {
  const errors: Errors = [];
  validateLegacyEvent(errors, event, true);
  validateNewEvent(errors, event);
  return errors;
}
