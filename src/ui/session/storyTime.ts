/** Story time (stage design, 7): what the cluster does in microseconds gets time to be seen, and quiet stretches are passed over. */
const QUIET_MICROS = 2_000_000;

/** Screen seconds for a step that takes `micros` of cluster time, at a pace from 1/4 to 4. */
export function storySeconds(micros: number, pace: number): number {
  if (micros > QUIET_MICROS) return 1.2 / pace;
  return Math.min(2.2, Math.max(0.35, 0.6 + 0.35 * Math.log10(Math.max(micros, 1) / 100))) / pace;
}

/** The stretch is so long and quiet that the hand sweeps over it. */
export const isGap = (micros: number): boolean => micros > QUIET_MICROS;

/** Of the slider: seven stops, the middle one is the pace of the design. */
export const PACES = [0.25, 0.5, 0.75, 1, 1.5, 2.5, 4] as const;
