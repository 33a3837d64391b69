import { SECOND, type Micros } from '../api/time.ts';
import type { Context } from './state.ts';

/**
 * The pod lifecycle event generator: once a second the kubelet looks at the runtime and finds out what ended by itself. Here the runtime
 * tells at once and the kubelet waits for its next look, so that nothing ticks while nothing happens.
 */
const PLEG_PERIOD: Micros = SECOND;

/** The moment of the next look. */
export function nextTick({ state, now }: Context): Micros {
  return now + PLEG_PERIOD - ((((now - state.plegPhase) % PLEG_PERIOD) + PLEG_PERIOD) % PLEG_PERIOD);
}

export function armPleg(context: Context): void {
  if (context.state.plegAt !== undefined) return;
  context.state.plegAt = nextTick(context);
  context.out.timer('pleg', context.state.plegAt);
}
