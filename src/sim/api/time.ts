/** Virtual time in integer microseconds since the scenario's first moment. */
export type Micros = number;

export const MICROSECOND = 1;
export const MILLISECOND = 1_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** The calendar: virtual time 0 is this instant, in milliseconds since 1970 (2026-01-05T08:00:00Z, a Monday). */
export const EPOCH_MILLIS = 1_767_600_000_000;

const pad = (n: number, width: number): string => String(n).padStart(width, '0');

/**
 * Days since 1970 to a civil date, in integers, because `Date` is banned from the simulation
 * (Howard Hinnant's civil_from_days: the Gregorian calendar in a closed form).
 */
export function civil(days: number): readonly [year: number, month: number, day: number] {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

let lastSecond = -1;
let lastText = '';
/** metav1.Time: RFC 3339 in whole seconds. The cache of the last answer is invisible: the same input gives the same text. */
export function timestamp(at: Micros): string {
  const second = Math.floor(at / SECOND) + EPOCH_MILLIS / 1000;
  if (second === lastSecond) return lastText;
  const days = Math.floor(second / 86_400);
  const rest = second - days * 86_400;
  const [year, month, day] = civil(days);
  lastSecond = second;
  lastText = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${pad(Math.floor(rest / 3600), 2)}:${pad(Math.floor(rest / 60) % 60, 2)}:${pad(rest % 60, 2)}Z`;
  return lastText;
}

/** metav1.MicroTime: with six digits of a second, as leases and new events have it. */
export function microTimestamp(at: Micros): string {
  return `${timestamp(at).slice(0, -1)}.${pad(((at % SECOND) + SECOND) % SECOND, 6)}Z`;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
/** The inverse of both; undefined if the text is not RFC 3339. */
export function parseTimestamp(text: string | undefined | null): Micros | undefined {
  if (text === undefined || text === null) return undefined;
  const m = RFC3339.exec(text);
  if (m === null) return undefined;
  const seconds = daysFromCivil(Number(m[1]), Number(m[2]), Number(m[3])) * 86_400 + Number(m[4]) * 3600 + Number(m[5]) * 60 + Number(m[6]);
  const offset = m[8] === undefined ? 0 : (Number(m[9]) * 3600 + Number(m[10]) * 60) * (m[8] === '-' ? -1 : 1);
  const micros = m[7] === undefined ? 0 : Number(m[7].padEnd(6, '0').slice(0, 6));
  return (seconds - offset - EPOCH_MILLIS / 1000) * SECOND + micros;
}
