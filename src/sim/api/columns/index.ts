import type { KubernetesObject } from '../object.ts';
import * as apps from './apps.ts';
import { horizontalPodAutoscalers } from './autoscaling.ts';
import * as batch from './batch.ts';
import * as cluster from './cluster.ts';
import type { Column, Printer } from './column.ts';
import { columns } from './column.ts';
import * as core from './core.ts';
import * as groups from './groups.ts';
import * as networking from './networking.ts';
import { pods } from './pods.ts';
import { bindings } from './rbac.ts';

/** What a kind without columns of its own shows: apiserver's default table convertor. */
export const PLAIN: Printer = { columns: columns('Name|Created At:date'), cells: (object) => [object.metadata.name, object.metadata.creationTimestamp] };

const PRINTERS: Readonly<Record<string, unknown>> = {
  Namespace: core.namespaces, Node: core.nodes, Pod: pods, Service: core.services, Endpoints: core.endpoints, Event: core.events, ConfigMap: core.configMaps, Secret: core.secrets, ServiceAccount: core.serviceAccounts,
  PersistentVolume: core.persistentVolumes, PersistentVolumeClaim: core.persistentVolumeClaims, ResourceQuota: cluster.resourceQuotas, ReplicationController: apps.replicationControllers, PodTemplate: apps.podTemplates,
  Deployment: apps.deployments, ReplicaSet: apps.replicaSets, DaemonSet: apps.daemonSets, StatefulSet: apps.statefulSets, ControllerRevision: apps.controllerRevisions, Job: batch.jobs, CronJob: batch.cronJobs,
  HorizontalPodAutoscaler: horizontalPodAutoscalers, Ingress: networking.ingresses, IngressClass: networking.ingressClasses, NetworkPolicy: networking.networkPolicies, IPAddress: networking.ipAddresses, ServiceCIDR: networking.serviceCidrs,
  RoleBinding: bindings, ClusterRoleBinding: bindings, Lease: groups.leases, EndpointSlice: groups.endpointSlices, PodDisruptionBudget: groups.podDisruptionBudgets, PriorityClass: groups.priorityClasses, StorageClass: groups.storageClasses,
  CertificateSigningRequest: cluster.certificateSigningRequests, RuntimeClass: cluster.runtimeClasses, CSINode: cluster.csiNodes, CSIDriver: cluster.csiDrivers, VolumeAttachment: cluster.volumeAttachments, VolumeAttributesClass: cluster.volumeAttributesClasses,
  MutatingWebhookConfiguration: cluster.webhookConfigurations, ValidatingWebhookConfiguration: cluster.webhookConfigurations, ValidatingAdmissionPolicy: cluster.validatingAdmissionPolicies, ValidatingAdmissionPolicyBinding: cluster.admissionPolicyBindings,
  MutatingAdmissionPolicy: cluster.mutatingAdmissionPolicies, MutatingAdmissionPolicyBinding: cluster.admissionPolicyBindings, FlowSchema: cluster.flowSchemas, PriorityLevelConfiguration: cluster.priorityLevels, APIService: cluster.apiServices,
  DeviceClass: cluster.onlyAge, ResourceClaim: cluster.resourceClaims, ResourceClaimTemplate: cluster.onlyAge, ResourceSlice: cluster.resourceSlices,
};

/** The columns of a built-in kind. */
export const printerOf = (kind: string): Printer<KubernetesObject> => (Object.hasOwn(PRINTERS, kind) ? (PRINTERS[kind] as Printer<KubernetesObject>) : PLAIN);
export { customColumns, customPrinter } from './custom.ts';
export type { Column, Printer };
