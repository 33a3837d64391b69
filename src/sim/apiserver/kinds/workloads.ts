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

type Controlled = Parameters<typeof controllerWarnings>[0];
const warned = (strategy: Strategy): Strategy => ({ ...strategy, warnings: (object, old) => controllerWarnings(object as unknown as Controlled, old as unknown as Controlled | undefined) });

/** Workloads beyond the first scenario; the first ones get their warnings, which nobody needs before somebody types. */
export const workloads: Readonly<Record<string, Strategy>> = {
  Pod: { ...pod, warnings: (object, old) => (old === undefined ? [...(pod.warnings?.(object) ?? []), ...podWarnings((object as unknown as { readonly spec: PodSpecIn }).spec, object.metadata.annotations)] : []) },
  Deployment: warned(deployment),
  ReplicaSet: warned(replicaSet),
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
