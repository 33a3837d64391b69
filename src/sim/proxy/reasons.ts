import type { Reason } from '../api/reason.ts';

// Invisible caches: of thousands of requests most have the same reason, and one object for all of them keeps the record of an hour small.
const reasons = new Map<string, Reason>();
const subjects = new Map<string, { readonly kind: string; readonly key: string }>();
const MOST = 4096;

export function reasonOf(code: string, args: NonNullable<Reason['args']>): Reason {
  let text = code;
  for (const name in args) text += ` ${name}=${String(args[name])}`;
  let reason = reasons.get(text);
  if (reason === undefined) {
    if (reasons.size >= MOST) reasons.clear();
    reasons.set(text, (reason = Object.freeze({ code, args: Object.freeze(args) })));
  }
  return reason;
}

export function serviceSubject(key: string): { readonly kind: string; readonly key: string } {
  let subject = subjects.get(key);
  if (subject === undefined) {
    if (subjects.size >= MOST) subjects.clear();
    subjects.set(key, (subject = Object.freeze({ kind: 'Service', key })));
  }
  return subject;
}
