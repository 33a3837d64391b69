import type { Controller } from '../reconcile/controller.ts';
import { deploymentController } from './deployment.ts';
import { disruption } from './disruption.ts';
import { endpoints } from './endpoints.ts';
import { endpointSlice } from './endpointslice.ts';
import { garbageCollector } from './garbagecollector.ts';
import { namespace } from './namespace.ts';
import { nodeLifecycle } from './nodelifecycle.ts';
import { podGC } from './podgc.ts';
import { replicaSetController } from './replicaset.ts';
import { rootCA } from './rootca.ts';
import { serviceAccount } from './serviceaccount.ts';
import { taintEviction } from './tainteviction.ts';

/** A controller as the host sees it: what it remembers is its own business. */
export type AnyController = Controller<unknown>;

/** All that run in the control plane, in the order in which they start. */
export const controllers: readonly AnyController[] = [
  deploymentController,
  replicaSetController,
  endpointSlice,
  endpoints,
  nodeLifecycle,
  taintEviction,
  garbageCollector,
  podGC,
  namespace,
  serviceAccount,
  rootCA,
  disruption,
];
