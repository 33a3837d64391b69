import type { KubernetesObject } from '../api/object.ts';
import { SECOND, type Micros } from '../api/time.ts';
import { head } from '../apiserver/store.ts';
import type { World } from '../cluster/world.ts';
import { invariant } from './invariant.ts';

/** How long the garbage collector has: its own back-off after conflicts, and its share of requests. */
const PATIENCE: Micros = 120 * SECOND;
const COLLECTOR = 'generic-garbage-collector';

interface Memory {
  /** Objects that have owners, by the owner's uid. */
  readonly owned: Map<string, Map<string, string>>;
  /** Since when an owner is gone and something of it is left. */
  readonly due: Map<string, Micros>;
  nextAt: Micros;
}
const idOf = (kind: string, key: string): string => `${kind} ${key}`;
const works = (world: World): boolean => {
  const slot = world.slots.get(COLLECTOR);
  return slot?.running === true && !slot.cut && !slot.frozen && world.slots.get('apiserver')!.running;
};

/** Nothing outlives all its owners for long: the garbage collector takes it. */
export const ownersExist = invariant<Memory>({
  name: 'ownersExist',
  init: () => ({ owned: new Map(), due: new Map(), nextAt: 0 }),
  check({ world, changes }, memory) {
    for (const { kind, key, before, after, at } of changes) {
      if (before?.metadata.ownerReferences !== after?.metadata.ownerReferences) {
        for (const { uid } of before?.metadata.ownerReferences ?? []) memory.owned.get(uid)?.delete(idOf(kind, key));
        for (const { uid } of after?.metadata.ownerReferences ?? []) {
          const owned = memory.owned.get(uid) ?? new Map<string, string>();
          owned.set(idOf(kind, key), after!.metadata.uid);
          memory.owned.set(uid, owned);
        }
      }
      if (before !== undefined && after === undefined && (memory.owned.get(before.metadata.uid)?.size ?? 0) > 0) memory.due.set(before.metadata.uid, at);
    }
    // The collector's time runs only while it works; a look once a second is often enough.
    if (!works(world)) for (const uid of memory.due.keys()) memory.due.set(uid, world.now);
    if (world.now < memory.nextAt) return undefined;
    memory.nextAt = world.now + SECOND;
    for (const [uid, since] of memory.due) {
      for (const [id, own] of memory.owned.get(uid) ?? []) {
        const space = id.indexOf(' ');
        const object: KubernetesObject | undefined = head(world.store, id.slice(0, space), id.slice(space + 1));
        if (object === undefined || object.metadata.uid !== own || object.metadata.deletionTimestamp !== undefined) memory.owned.get(uid)!.delete(id);
        else if (world.now - since > PATIENCE) return `${id} has had no owner for ${Math.floor((world.now - since) / SECOND)} s`;
      }
      if ((memory.owned.get(uid)?.size ?? 0) === 0) memory.due.delete(uid);
    }
    return undefined;
  },
});
