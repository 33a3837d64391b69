import { civil, daysFromCivil } from './time.ts';
import { ZONES_BY_RULE } from './timeZones.generated.ts';

/** What clocks show in a time zone, by the rule that holds there from 2026 on. All in whole seconds since 1970. */

interface Turn {
  readonly month: number;
  /** 5: the last. */
  readonly week: number;
  readonly weekday: number;
  /** Seconds after the local midnight. */
  readonly at: number;
}
interface Rule {
  readonly standard: number;
  readonly daylight?: { readonly offset: number; readonly begins: Turn; readonly ends: Turn };
}

const DAY = 86_400;
const HOUR = 3600;

/** "2", "5:30", "-1": hours west of Greenwich in a rule, hours after midnight in a turn. */
function seconds(text: string): number {
  const [hours = '0', minutes = '0'] = text.replace(/^[+-]/, '').split(':');
  const value = Number(hours) * HOUR + Number(minutes) * 60;
  return text.startsWith('-') ? -value : value;
}
function turn(text: string): Turn {
  const [date = '', at = '2'] = text.slice(1).split('/');
  const [month = 1, week = 1, weekday = 0] = date.split('.').map(Number);
  return { month, week, weekday, at: seconds(at) };
}
function parse(text: string): Rule {
  const [names = '', begins, ends] = text.split(',');
  const [west = '0', saving] = names.slice(1).split('D');
  const standard = -seconds(west);
  if (saving === undefined || begins === undefined || ends === undefined) return { standard };
  return { standard, daylight: { offset: saving === '' ? standard + HOUR : -seconds(saving), begins: turn(begins), ends: turn(ends) } };
}

const ruleOf: ReadonlyMap<string, string> = new Map(
  ZONES_BY_RULE.trim().split('\n').flatMap((line) => {
    const [rule = '', ...names] = line.split(' ');
    return names.map((name): readonly [string, string] => [name, rule]);
  }),
);

/** A zone that is known by this name; the empty name is UTC. */
export type TimeZone = Rule;
export const UTC: TimeZone = { standard: 0 };
export function timeZone(name: string): TimeZone | undefined {
  if (name === '' || name === 'UTC') return UTC;
  const rule = ruleOf.get(name);
  return rule === undefined ? undefined : parse(rule);
}

/** When, in local seconds of that year's standard or daylight time, clocks are turned. */
function turnsAt(year: number, { month, week, weekday, at }: Turn): number {
  const first = daysFromCivil(year, month, 1);
  const nextMonth = month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1);
  // 1970-01-01 was a Thursday.
  const weekdayOfFirst = (((first + 4) % 7) + 7) % 7;
  let day = first + ((weekday - weekdayOfFirst + 7) % 7) + (week - 1) * 7;
  if (day >= nextMonth) day -= 7;
  return day * DAY + at;
}

/** Seconds east of Greenwich. */
export function offsetAt(zone: TimeZone, at: number): number {
  const { standard, daylight } = zone;
  if (daylight === undefined) return standard;
  const [year] = civil(Math.floor((at + standard) / DAY));
  const begins = turnsAt(year, daylight.begins) - standard;
  const ends = turnsAt(year, daylight.ends) - daylight.offset;
  const within = begins < ends ? at >= begins && at < ends : at >= begins || at < ends;
  return within ? daylight.offset : standard;
}

/** The moment at which clocks show this; of an hour that is skipped or comes twice, the one that Go's time.Date takes. */
export function momentOf(zone: TimeZone, local: number): number {
  const offset = offsetAt(zone, local);
  const guess = local - offset;
  return local - offsetAt(zone, guess);
}
