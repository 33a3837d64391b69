import { persistentVolume, persistentVolumeClaim } from './storage.ts';
import { definitions } from '../crd/definition.ts';
import type { Strategy } from '../strategy.ts';
import { apiServices } from './apiServices.ts';
import { deployment, replicaSet } from './apps.ts';
import { attachments } from './attachments.ts';
import { certificates } from './certificates.ts';
import { configMap, endpoints, event, namespace, node, secret, serviceAccount } from './core.ts';
import { devices } from './devices.ts';
import { flowcontrol } from './flowcontrol.ts';
import { networking } from './networking.ts';
import { endpointSlice, lease, podDisruptionBudget, priorityClass, storageClass } from './others.ts';
import { pod } from './pods.ts';
import { policies } from './policies.ts';
import { rbac } from './rbac.ts';
import { runtimeClasses } from './runtimeClasses.ts';
import { service } from './services.ts';
import { workloads } from './workloads.ts';

/** The defaults and rules of all kinds: one entry a kind. */
export const furtherStrategies: Readonly<Record<string, Strategy>> = {
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
  PersistentVolume: persistentVolume,
  PersistentVolumeClaim: persistentVolumeClaim,
  ...networking,
  ...rbac,
  ...attachments,
  ...runtimeClasses,
  ...certificates,
  ...policies,
  ...apiServices,
  ...devices,
  ...flowcontrol,
  ...definitions,
  ...workloads,
};
