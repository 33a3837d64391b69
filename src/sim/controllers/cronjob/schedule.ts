import { civil, daysFromCivil } from '../../api/time.ts';
import { UTC, momentOf, offsetAt, timeZone } from '../../api/timeZones.ts';
import type { TimeZone } from '../../api/timeZones.ts';

/**
 * When a crontab line is due, as the library that upstream uses works it out (robfig/cron v3: parser.go, spec.go, constantdelay.go): five fields, names,
 * ranges, steps, descriptors, @every. All in whole seconds since 1970. That a line is right is the API server's business; undefined: it is not.
 */
export type Schedule =
  | { readonly every: number }
  | { readonly minutes: Field; readonly hours: Field; readonly days: Field; readonly months: Field; readonly weekdays: Field; readonly zone: TimeZone };
interface Field {
  readonly values: ReadonlySet<number>;
  /** A star among its ranges: then days of the month and of the week must both fit, otherwise one is enough. */
  readonly star: boolean;
}
/** Go's zero time: what the library answers when it finds nothing within five years. */
export const NEVER = daysFromCivil(1, 1, 1) * 86_400;

const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *',
};
const UNITS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, µs: 1e-6, μs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

function number(text: string, names: readonly string[]): number | undefined {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

function field(text: string, min: number, max: number, names: readonly string[] = []): Field | undefined {
  const values = new Set<number>();
  let star = false;
  for (const expression of text.split(',')) {
    if (expression === '') continue;
    const [range = '', step] = expression.split('/');
    const [low = '', high] = range.split('-');
    const every = low === '*' || low === '?';
    const start = every ? min : number(low, names);
    let end = every ? max : high === undefined ? start : number(high, names);
    const by = step === undefined ? 1 : number(step, []);
    if (step !== undefined && high === undefined) end = max;
    if (start === undefined || end === undefined || by === undefined || by === 0 || start < min || end > max || start > end) return undefined;
    // A star with a step is no star any more.
    if (every && by === 1) star = true;
    for (let value = start; value <= end; value += by) values.add(value);
  }
  return { values, star };
}

function duration(text: string): number | undefined {
  let rest = text.replace(/^\+/, '');
  let sum = 0;
  if (rest === '0') return 0;
  for (;;) {
    const part = /^(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/.exec(rest);
    if (part === null) return undefined;
    sum += Number(part[1]) * UNITS[part[2]!]!;
    rest = rest.slice(part[0].length);
    if (rest === '') return sum;
  }
}

export function parseSchedule(line: string): Schedule | undefined {
  let zone: TimeZone = UTC;
  let text = line;
  const prefix = /^(?:CRON_)?TZ=(\S*) +/.exec(text);
  if (prefix !== null) {
    const found = timeZone(prefix[1] ?? '');
    if (found === undefined) return undefined;
    zone = found;
    text = text.slice(prefix[0].length).trim();
  }
  if (text.startsWith('@every ')) {
    const every = duration(text.slice('@every '.length));
    return every === undefined ? undefined : { every: Math.max(1, Math.floor(every)) };
  }
  const described = text.startsWith('@') ? DESCRIPTORS[text] : text;
  const parts = described?.split(/\s+/).filter((part) => part !== '');
  if (parts?.length !== 5) return undefined;
  const minutes = field(parts[0]!, 0, 59);
  const hours = field(parts[1]!, 0, 23);
  const days = field(parts[2]!, 1, 31);
  const months = field(parts[3]!, 1, 12, MONTHS);
  const weekdays = field(parts[4]!, 0, 6, WEEKDAYS);
  return minutes === undefined || hours === undefined || days === undefined || months === undefined || weekdays === undefined ? undefined : { minutes, hours, days, months, weekdays, zone };
}

interface Clock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly weekday: number;
}
function clockAt(zone: TimeZone, at: number): Clock {
  const local = at + offsetAt(zone, at);
  const days = Math.floor(local / 86_400);
  const rest = local - days * 86_400;
  const [year, month, day] = civil(days);
  return { year, month, day, hour: Math.floor(rest / 3600), minute: Math.floor(rest / 60) % 60, weekday: (((days + 4) % 7) + 7) % 7 };
}
/** time.Date: days beyond the month run on into the next. */
const at = (zone: TimeZone, year: number, month: number, day: number, hour: number): number => momentOf(zone, (daysFromCivil(month > 12 ? year + 1 : year, month > 12 ? month - 12 : month, 1) + day - 1) * 86_400 + hour * 3600);

/** The first time after this one; NEVER: none within five years. `since` may have a fraction. */
export function next(schedule: Schedule, since: number): number {
  if ('every' in schedule) return Math.floor(since) + schedule.every;
  const { zone, months, days, weekdays, hours, minutes } = schedule;
  const dayFits = (clock: Clock): boolean => {
    const day = days.values.has(clock.day);
    const weekday = weekdays.values.has(clock.weekday);
    return days.star || weekdays.star ? day && weekday : day || weekday;
  };
  let now = Math.floor(since) + 1;
  // It only counts up: once something was advanced, what is smaller begins from its first value. Seconds are always 0.
  let clock = clockAt(zone, now);
  const limit = clock.year + 5;
  let added = false;
  const go = (to: number): void => {
    now = to;
    clock = clockAt(zone, now);
  };
  wrap: for (;;) {
    if (clock.year > limit) return NEVER;
    while (!months.values.has(clock.month)) {
      if (!added) go(at(zone, clock.year, clock.month, 1, 0));
      added = true;
      go(at(zone, clock.year, clock.month + 1, 1, clock.hour));
      if (clock.month === 1) continue wrap;
    }
    while (!dayFits(clock)) {
      if (!added) go(at(zone, clock.year, clock.month, clock.day, 0));
      added = true;
      go(at(zone, clock.year, clock.month, clock.day + 1, clock.hour));
      // Where clocks were turned at midnight.
      if (clock.hour !== 0) go(now + (clock.hour > 12 ? 24 - clock.hour : -clock.hour) * 3600);
      if (clock.day === 1) continue wrap;
    }
    while (!hours.values.has(clock.hour)) {
      if (!added) go(at(zone, clock.year, clock.month, clock.day, clock.hour));
      added = true;
      go(now + 3600);
      if (clock.hour === 0) continue wrap;
    }
    while (!minutes.values.has(clock.minute)) {
      if (!added) go(Math.floor(now / 60) * 60);
      added = true;
      go(now + 60);
      if (clock.minute === 0) continue wrap;
    }
    if (now % 60 !== 0) {
      added = true;
      go(Math.floor(now / 60) * 60 + 60);
      continue;
    }
    return now;
  }
}
