import type { Controller } from '../reconcile/controller.ts';
import { deploymentController } from './deployment.ts';
import { replicaSetController } from './replicaset.ts';

/** A controller as the host sees it: what it remembers is its own business. */
export type AnyController = Controller<unknown>;

/** All that run in the control plane, in the order in which they start. */
export const controllers: readonly AnyController[] = [
  deploymentController,
  replicaSetController,
];
