import { SECOND, parseTimestamp } from '../time.ts';
import type { Micros } from '../time.ts';

/** apimachinery's duration.HumanDuration: two units at most, and less of them the longer it is. */
export function humanDuration(micros: Micros): string {
  const seconds = micros < 0 ? -Math.floor(-micros / SECOND) : Math.floor(micros / SECOND);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years >= 8 || days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`;
}

export function since(time: string | null | undefined, now: Micros): string {
  const at = parseTimestamp(time);
  return at === undefined ? '<unknown>' : humanDuration(now - at);
}
