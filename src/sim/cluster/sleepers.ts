import type { Kind, KubernetesObject } from '../api/object.ts';
import type { AnyController } from '../controllers/index.ts';
import type { AnyProcess } from '../kernel/process.ts';

/** A process that is no controller, and sleeps as they do: the metrics server. */
export interface SleepingProcess {
  readonly name: string;
  readonly sleepsUntil: readonly Kind[];
  /** As a controller's. */
  readonly wakesFor?: (object: KubernetesObject) => boolean;
  readonly process: AnyProcess;
}
export type Sleeper = AnyController | SleepingProcess;

/**
 * Controllers whose process starts when the first object of one of their kinds is written (upstream runs all from the start; one without
 * objects of its kind has nothing to do but to follow Pods). So a controller that is not used costs nothing, and its code can come later.
 * Filled while modules load, never later, and so invisible to a world: it asks by name and by kind, and the answer is the same in every world.
 */
const sleepers: Sleeper[] = [];
const byKind = new Map<string, readonly Sleeper[]>();

export function registerSleepers(further: readonly Sleeper[]): void {
  for (const controller of further) {
    if (sleepers.includes(controller)) continue;
    sleepers.push(controller);
    for (const kind of controller.sleepsUntil ?? []) byKind.set(kind, [...(byKind.get(kind) ?? []), controller]);
  }
}

const NOBODY: readonly Sleeper[] = [];
/** Whom an object of this kind wakes, in the order in which they were registered. */
export const wokenBy = (kind: string): readonly Sleeper[] => byKind.get(kind) ?? NOBODY;
export const sleeperNamed = (name: string): Sleeper | undefined => sleepers.find((controller) => controller.name === name);
/** Where its informers stand among the others: after all that never sleep, in the order of registration, whenever each was woken. */
export const rankOf = (name: string): number => sleepers.findIndex((controller) => controller.name === name);
