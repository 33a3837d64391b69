import { EPOCH_MILLIS, parseTimestamp, SECOND, timestamp } from '../sim/api/time.ts';
import type { Micros } from '../sim/api/time.ts';

export { humanDuration, since } from '../sim/api/columns/duration.ts';

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Go's RFC1123Z in UTC: "Mon, 09 Nov 2026 12:00:15 +0000". */
export function longDate(time: string | null | undefined): string {
  const at = parseTimestamp(time);
  if (at === undefined) return 'Mon, 01 Jan 0001 00:00:00 +0000';
  const text = timestamp(at);
  const day = Math.floor((Math.floor(at / SECOND) + EPOCH_MILLIS / 1000) / 86_400);
  return `${WEEKDAYS[((day % 7) + 7) % 7]!}, ${text.slice(8, 10)} ${MONTHS[Number(text.slice(5, 7)) - 1]!} ${text.slice(0, 4)} ${text.slice(11, 19)} +0000`;
}

const UNITS: Readonly<Record<string, number>> = { ns: 0.001, us: 1, µs: 1, ms: 1_000, s: SECOND, m: 60 * SECOND, h: 3600 * SECOND };

/** time.ParseDuration ("1m30s"); undefined: not a duration. */
export function parseDuration(text: string): Micros | undefined {
  if (/^[-+]?0$/.test(text)) return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[-+]/, '');
  if (!/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(body)) return undefined;
  let total = 0;
  for (const [, number, unit] of body.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) total += Number(number) * UNITS[unit!]!;
  return sign * Math.round(total);
}

/** time.Duration.String(), for whole milliseconds. */
export function durationText(micros: Micros): string {
  if (micros === 0) return '0s';
  if (micros < SECOND) return `${micros / 1000}ms`;
  const seconds = micros / SECOND;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds % 60}s`;
}
