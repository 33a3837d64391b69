import { nextAt } from '../kernel/agenda.ts';
import { invariant } from './invariant.ts';

/** Nothing is due in the past, and time never goes back. */
export const agendaAhead = invariant<{ at: number }>({
  name: 'agendaAhead',
  init: (world) => ({ at: world.now }),
  check({ world, records }, memory) {
    if (nextAt(world.agenda) < world.now) return `something is due at ${nextAt(world.agenda)}, and it is ${world.now}`;
    for (const { at, step } of records) {
      if (at < memory.at) return `step ${step} happened at ${at}, after something that happened at ${memory.at}`;
      memory.at = at;
    }
    return undefined;
  },
});
