import { invariant } from './invariant.ts';

interface Place {
  epoch: number;
  readonly position: number[];
  readonly given: number[];
}
/** An informer's revision never goes back while its process lives. */
export const cachesGoForward = invariant<Map<string, Place>>({
  name: 'cachesGoForward',
  init: () => new Map(),
  check({ world, records }, memory) {
    // Only who took a step, or read, can have moved.
    const moved = new Set(records.map(({ process }) => process));
    for (const name of moved) {
      const slot = world.slots.get(name);
      if (slot === undefined) continue;
      const before = memory.get(name);
      if (before?.epoch === slot.epoch && before.position.length === slot.connections.length) {
        for (let i = 0; i < slot.connections.length; i++) {
          const connection = slot.connections[i]!;
          if (connection.position < before.position[i]!) return `${name} had seen ${before.position[i]} changes of ${connection.kind}, and now ${connection.position}`;
          if (connection.given < before.given[i]!) return `${name} was given ${before.given[i]} changes of ${connection.kind}, and now ${connection.given}`;
          before.position[i] = connection.position;
          before.given[i] = connection.given;
        }
      } else memory.set(name, { epoch: slot.epoch, position: slot.connections.map(({ position }) => position), given: slot.connections.map(({ given }) => given) });
    }
    return undefined;
  },
});
