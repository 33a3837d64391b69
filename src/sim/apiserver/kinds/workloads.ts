import type { Strategy } from '../strategy.ts';
import { deployment, replicaSet } from './apps.ts';
import { horizontalPodAutoscaler } from './autoscalers.ts';
import { controllerRevision } from './controllerRevisions.ts';
import { cronJob } from './cronJobs.ts';
import { daemonSet } from './daemonSets.ts';
import { job } from './jobs.ts';
import { limitRange, resourceQuota } from './limits.ts';
import { pod } from './pods.ts';
import type { PodSpecIn } from './podShapes.ts';
import { controllerWarnings, podWarnings } from './podWarnings.ts';
import { podTemplate, replicationController } from './replicationControllers.ts';
import { statefulSet } from './statefulSets.ts';
import { persistentVolume, persistentVolumeClaim } from './storage.ts';
import { persistentClaimWarnings, volumeWarnings } from './volumeWarnings.ts';

type Controlled = Parameters<typeof controllerWarnings>[0];
const warned = (strategy: Strategy): Strategy => ({ ...strategy, warnings: (object, old) => controllerWarnings(object as unknown as Controlled, old as unknown as Controlled | undefined) });

const specOf = <T>(object: unknown): T => (object as { readonly spec: T }).spec;

/** Workloads beyond the first scenario; the first kinds get their warnings, which nobody needs before somebody types. */
export const workloads: Readonly<Record<string, Strategy>> = {
  Pod: { ...pod, warnings: (object, old) => (old === undefined ? [...(pod.warnings?.(object) ?? []), ...podWarnings(specOf<PodSpecIn>(object), object.metadata.annotations)] : []) },
  Deployment: warned(deployment),
  ReplicaSet: warned(replicaSet),
  PersistentVolume: { ...persistentVolume, warnings: (object) => volumeWarnings(specOf(object), object.metadata.annotations) },
  PersistentVolumeClaim: { ...persistentVolumeClaim, warnings: (object) => persistentClaimWarnings(specOf(object), object.metadata.annotations) },
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
  ControllerRevision: controllerRevision,
  Job: job,
  CronJob: cronJob,
  ReplicationController: replicationController,
  PodTemplate: podTemplate,
  LimitRange: limitRange,
  ResourceQuota: resourceQuota,
  HorizontalPodAutoscaler: horizontalPodAutoscaler,
};
