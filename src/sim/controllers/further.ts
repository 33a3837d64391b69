import type { AnyController } from './index.ts';
import { statefulSetController } from './statefulset.ts';

/** Controllers that sleep until an object of their kind exists: one line a controller, loaded after the first picture. */
export const furtherControllers: readonly AnyController[] = [
  statefulSetController,
];
