import type { Micros } from '../api/time.ts';
import { SECOND } from '../api/time.ts';

/**
 * How long to wait before the next try: 10 s, doubled up to 5 minutes, forgotten when twice the maximum has passed without trouble
 * (client-go: flowcontrol.Backoff, with the kubelet's numbers).
 */
export interface Backoff {
  /** 0: nothing has gone wrong yet. */
  delayMicros: Micros;
  updatedAt: Micros;
}

export const INITIAL_BACKOFF: Micros = 10 * SECOND;
export const MAX_BACKOFF: Micros = 300 * SECOND;

export const newBackoff = (): Backoff => ({ delayMicros: 0, updatedAt: 0 });

const isExpired = (backoff: Backoff, at: Micros): boolean => at - backoff.updatedAt > 2 * MAX_BACKOFF;

/** Whether something that ended at `endedAt` has to wait still. */
export function isInBackoff(backoff: Backoff, endedAt: Micros, now: Micros): boolean {
  return backoff.delayMicros > 0 && !isExpired(backoff, endedAt) && now - endedAt < backoff.delayMicros;
}

/** Counts one more try. */
export function raiseBackoff(backoff: Backoff, endedAt: Micros, now: Micros): void {
  backoff.delayMicros = backoff.delayMicros === 0 || isExpired(backoff, endedAt) ? INITIAL_BACKOFF : Math.min(2 * backoff.delayMicros, MAX_BACKOFF);
  backoff.updatedAt = now;
}

/** As Go writes a duration: "10s", "1m20s", "5m0s". */
export function goDuration(micros: Micros): string {
  if (micros < SECOND) return micros === 0 ? '0s' : `${Math.floor(micros / 1000)}ms`;
  const total = Math.floor(micros / 1000) / 1000;
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const rest = String(Math.round((total % 60) * 1000) / 1000);
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}s`;
}
