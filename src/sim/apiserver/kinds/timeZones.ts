import { timeZone } from '../../api/timeZones.ts';

/** Why time.LoadLocation does not find what a CronJob's `timeZone` names; undefined: Go ships it (lib/time/zoneinfo.zip). */
export function zoneFault(name: string): string | undefined {
  if (name === '' || name === 'Local') return undefined;
  if (name.includes('..') || name.startsWith('/') || name.startsWith('\\')) return 'time: invalid location name';
  return timeZone(name) === undefined ? `unknown time zone ${name}` : undefined;
}
