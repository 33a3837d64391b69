const two = (n: number): string => String(n).padStart(2, '0');
const three = (n: number): string => String(n).padStart(3, '0');

/** "01:41.000 218": minutes, seconds, milliseconds and microseconds of virtual time. */
export function clockText(micros: number): string {
  const whole = Math.max(0, Math.floor(micros));
  const hours = Math.floor(whole / 3_600_000_000);
  const minutes = Math.floor(whole / 60_000_000) % 60;
  return `${hours > 0 ? `${hours}:` : ''}${two(minutes)}:${two(Math.floor(whole / 1_000_000) % 60)}.${three(Math.floor(whole / 1000) % 1000)} ${three(whole % 1000)}`;
}
/** "01:41.0": enough for a list. */
export function shortClock(micros: number): string {
  const whole = Math.max(0, Math.floor(micros / 100_000));
  return `${two(Math.floor(whole / 600))}:${two(Math.floor(whole / 10) % 60)}.${whole % 10}`;
}
