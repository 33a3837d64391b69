import { controllerOf } from './object.ts';
import type { KubernetesObject, LabelSelector, StringMap } from './object.ts';
import { selects } from './selector.ts';

/** What an owner makes of objects that it may or may not own (pkg/controller/controller_ref_manager.go), as data. */
export interface Claimed<T> {
  /** Its own, with those that it adopts. */
  readonly own: readonly T[];
  readonly adopts: readonly T[];
  readonly releases: readonly T[];
}

/**
 * `candidates` are those that it controls and those that nobody controls. It keeps what it controls while the selector (and `fits`) selects it,
 * releases it otherwise, and adopts what is selected, not being deleted, and controlled by nobody. Who is being deleted itself does neither.
 */
export function claim<T extends KubernetesObject>(owner: KubernetesObject, selector: LabelSelector | undefined, candidates: readonly T[], fits: (object: T) => boolean = () => true): Claimed<T> {
  const own: T[] = [];
  const adopts: T[] = [];
  const releases: T[] = [];
  const dying = owner.metadata.deletionTimestamp !== undefined;
  const matches = (object: T): boolean => selects(selector, object.metadata.labels as StringMap | undefined) && fits(object);
  for (const object of candidates) {
    const controller = controllerOf(object);
    if (controller !== undefined) {
      if (controller.uid !== owner.metadata.uid) continue;
      if (matches(object)) own.push(object);
      else if (!dying) releases.push(object);
    } else if (!dying && matches(object) && object.metadata.deletionTimestamp === undefined && object.metadata.namespace === owner.metadata.namespace) {
      adopts.push(object);
      own.push(object);
    }
  }
  return { own, adopts, releases };
}
