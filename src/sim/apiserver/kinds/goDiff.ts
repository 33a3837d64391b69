/** Placeholder until the dump of Go's internal types is written: see below. */
export function podSpecDiff(_old: unknown, _now: unknown): string {
  return '';
}
export function claimSpecDiff(_old: unknown, _now: unknown): string {
  return '';
}
export function volumeSourceDiff(_old: unknown, _now: unknown): string {
  return '';
}
