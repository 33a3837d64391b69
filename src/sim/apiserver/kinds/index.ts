import type { Strategy } from '../strategy.ts';
import { deployment, replicaSet } from './apps.ts';
import { configMap, endpoints, event, namespace, node, secret, serviceAccount } from './core.ts';
import { endpointSlice, lease, podDisruptionBudget, priorityClass, storageClass } from './others.ts';
import { pod } from './pods.ts';
import { service } from './services.ts';

const first: Readonly<Record<string, Strategy>> = {
  Namespace: namespace,
  Node: node,
  Pod: pod,
  Service: service,
  Endpoints: endpoints,
  Event: event,
  ConfigMap: configMap,
  Secret: secret,
  ServiceAccount: serviceAccount,
  Deployment: deployment,
  ReplicaSet: replicaSet,
  Lease: lease,
  EndpointSlice: endpointSlice,
  PodDisruptionBudget: podDisruptionBudget,
  PriorityClass: priorityClass,
  StorageClass: storageClass,
};

/** One entry a kind: its defaults and its rules. A kind without an entry is stored as it is sent. Filled while modules load, never later. */
const strategies = new Map(Object.entries(first));
export function registerStrategies(further: Readonly<Record<string, Strategy>>): void {
  for (const [kind, strategy] of Object.entries(further)) strategies.set(kind, strategy);
}

const NOTHING: Strategy = {};
export const strategyOf = (kind: string): Strategy => strategies.get(kind) ?? NOTHING;
