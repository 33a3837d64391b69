import { civil, daysFromCivil, EPOCH_MILLIS, SECOND, type Micros } from '../../api/time.ts';

/** strftime, in UTC. */
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** A number of seconds since 1970 as virtual time. */
export const civilTime = (seconds: number): Micros => (seconds - EPOCH_MILLIS / 1000) * SECOND;

export function formatDate(format: string, at: Micros): string {
  const seconds = Math.floor(at / SECOND) + EPOCH_MILLIS / 1000;
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  const [year, month, day] = civil(days);
  const week = (((days + 4) % 7) + 7) % 7;
  const [hour, minute, second] = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  const parts: Readonly<Record<string, string>> = {
    Y: String(year), m: two(month), d: two(day), e: String(day).padStart(2), H: two(hour), M: two(minute), S: two(second), I: two(hour % 12 === 0 ? 12 : hour % 12), p: hour < 12 ? 'AM' : 'PM', y: two(year % 100), j: String(days - daysFromCivil(year, 1, 1) + 1).padStart(3, '0'),
    a: DAYS[week]!.slice(0, 3), A: DAYS[week]!, b: MONTHS[month - 1]!.slice(0, 3), h: MONTHS[month - 1]!.slice(0, 3), B: MONTHS[month - 1]!, s: String(seconds), N: String((((at % SECOND) + SECOND) % SECOND) * 1000).padStart(9, '0'), u: String(week === 0 ? 7 : week), w: String(week), Z: 'UTC', z: '+0000', n: '\n', t: '\t', '%': '%',
    T: `${two(hour)}:${two(minute)}:${two(second)}`, R: `${two(hour)}:${two(minute)}`, F: `${year}-${two(month)}-${two(day)}`, D: `${two(month)}/${two(day)}/${two(year % 100)}`, c: `${DAYS[week]!.slice(0, 3)} ${MONTHS[month - 1]!.slice(0, 3)} ${String(day).padStart(2)} ${two(hour)}:${two(minute)}:${two(second)} ${year}`,
  };
  return format.replace(/%[-_0]?(\d?)([A-Za-z%])/g, (all, digits: string, letter: string) => {
    const value = Object.hasOwn(parts, letter) ? parts[letter]! : all;
    if (letter === 'N' && digits !== '') return value.slice(0, Number(digits));
    return all.startsWith('%-') ? value.replace(/^[0 ]+(?=.)/, '') : value;
  });
}
