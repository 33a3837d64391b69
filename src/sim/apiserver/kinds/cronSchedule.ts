import { goQuote } from '../goText.ts';

/**
 * Why a crontab line is refused, in the words of the parser upstream uses (robfig/cron v3, ParseStandard): five fields, names of months and
 * days, descriptors. undefined: it is right. The parts of it that are never wrong (which minutes it means) are the controller's.
 */
interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}
const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);

/** strconv.Atoi, and no negative numbers. */
function parseNumber(text: string): number | string {
  if (!/^[+-]?\d+$/.test(text)) return `failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`;
  const value = Number(text);
  if (Math.abs(value) >= 2 ** 63) return `failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: value out of range`;
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}
function parseName(text: string, names: readonly string[]): number | string {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  return named >= 0 ? named : parseNumber(text);
}

function rangeFault(expression: string, { min, max, names }: Bounds): string | undefined {
  const [range = '', step, ...more] = expression.split('/');
  const [low = '', high, ...rest] = range.split('-');
  let start: number | string = min;
  let end: number | string = max;
  if (low !== '*' && low !== '?') {
    start = parseName(low, names);
    if (typeof start === 'string') return start;
    if (rest.length > 0) return `too many hyphens: ${expression}`;
    end = high === undefined ? start : parseName(high, names);
    if (typeof end === 'string') return end;
  }
  if (more.length > 0) return `too many slashes: ${expression}`;
  let by: number | string = 1;
  if (step !== undefined) {
    by = parseNumber(step);
    if (typeof by === 'string') return by;
    if (high === undefined) end = max;
  }
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${expression}`;
  if (end > max) return `end of range (${end}) above maximum (${max}): ${expression}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`;
  return by === 0 ? `step of range should be a positive number: ${expression}` : undefined;
}

/** time.ParseDuration's complaint. */
function durationFault(text: string): string | undefined {
  const bare = text.replace(/^[+-]/, '');
  if (bare === '0') return undefined;
  if (bare === '') return `time: invalid duration ${goQuote(text)}`;
  for (let rest = bare; rest !== ''; ) {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest);
    if (number === null) return `time: invalid duration ${goQuote(text)}`;
    rest = rest.slice(number[0].length);
    const unit = /^[^.\d]+/.exec(rest);
    if (unit === null) return `time: missing unit in duration ${goQuote(text)}`;
    if (!['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h'].includes(unit[0])) return `time: unknown unit ${goQuote(unit[0])} in duration ${goQuote(text)}`;
    rest = rest.slice(unit[0].length);
  }
  return undefined;
}

export function scheduleFault(schedule: string, zoneFault: (name: string) => string | undefined): string | undefined {
  let text = schedule;
  const zone = /^(?:CRON_)?TZ=/.exec(text);
  if (zone !== null) {
    const space = text.indexOf(' ');
    if (space < 0) return 'invalid schedule format: runtime error: slice bounds out of range [:-1]';
    const name = text.slice(zone[0].length, space);
    const fault = zoneFault(name);
    if (fault !== undefined) return `provided bad location ${name}: ${fault}`;
    text = text.slice(space).trim();
  }
  if (text.startsWith('@')) {
    if (DESCRIPTORS.has(text)) return undefined;
    if (!text.startsWith('@every ')) return `unrecognized descriptor: ${text}`;
    const fault = durationFault(text.slice('@every '.length));
    return fault === undefined ? undefined : `failed to parse duration ${text}: ${fault}`;
  }
  const fields = text.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [i, bounds] of FIELDS.entries()) {
    for (const range of fields[i]!.split(',')) {
      const fault = range === '' ? undefined : rangeFault(range, bounds);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}
