import type { Strategy } from '../strategy.ts';

/**
 * The defaults and rules of each kind, by its name; a kind without an entry is stored as it is sent. The table itself (further.ts) is loaded after the
 * first picture and before anything is played: until then nothing is written. Filled while modules load, never later, and so invisible to a world.
 */
const strategies = new Map<string, Strategy>();
export function registerStrategies(all: Readonly<Record<string, Strategy>>): void {
  for (const [kind, strategy] of Object.entries(all)) strategies.set(kind, strategy);
}

const NOTHING: Strategy = {};
export const strategyOf = (kind: string): Strategy => strategies.get(kind) ?? NOTHING;
