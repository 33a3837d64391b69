import type { KubernetesObject } from '../../api/object.ts';
import type { Strategy } from '../strategy.ts';
import { deployment, replicaSet } from './apps.ts';
import { horizontalPodAutoscaler } from './autoscalers.ts';
import { controllerRevision } from './controllerRevisions.ts';
import { cronJob } from './cronJobs.ts';
import { daemonSet } from './daemonSets.ts';
import { job } from './jobs.ts';
import { limitRange, resourceQuota } from './limits.ts';
import { appArmorWarnings, withAppArmor, withoutDisabled } from './podFeatures.ts';
import { pod } from './pods.ts';
import type { PodSpecIn } from './podShapes.ts';
import { controllerWarnings, podWarnings } from './podWarnings.ts';
import { podTemplate, replicationController } from './replicationControllers.ts';
import { statefulSet } from './statefulSets.ts';
import { persistentVolume, persistentVolumeClaim } from './storage.ts';
import { persistentClaimWarnings, volumeWarnings, withoutForeignSource } from './volumeWarnings.ts';

type Controlled = Parameters<typeof controllerWarnings>[0];
const warned = (strategy: Strategy): Strategy => ({ ...strategy, warnings: (object, old) => controllerWarnings(object as unknown as Controlled, old as unknown as Controlled | undefined) });

/** The strategy of a kind that has a Pod's spec somewhere: what is off by default goes before anybody looks at it. */
function gated(strategy: Strategy, ...path: readonly string[]): Strategy {
  const read = (object: unknown): PodSpecIn | undefined => path.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], object) as PodSpecIn | undefined;
  const written = (object: unknown, depth: number, spec: PodSpecIn): unknown => (depth === path.length ? spec : { ...(object as object), [path[depth]!]: written((object as Readonly<Record<string, unknown>>)[path[depth]!], depth + 1, spec) });
  const change = <T extends KubernetesObject>(object: T, old?: T): T => {
    const spec = read(object);
    const next = spec === undefined ? undefined : withoutDisabled(spec, old === undefined ? undefined : read(old));
    return next === spec || next === undefined ? object : (written(object, 0, next) as T);
  };
  return {
    ...strategy,
    prepareForCreate: (object, now) => strategy.prepareForCreate?.(change(object), now) ?? change(object),
    prepareForUpdate: (object, old) => strategy.prepareForUpdate?.(change(object, old), old) ?? change(object, old),
  };
}
const TEMPLATE = ['spec', 'template', 'spec'];

const specOf = <T>(object: unknown): T => (object as { readonly spec: T }).spec;

/** Workloads beyond the first scenario; the first kinds get their warnings, which nobody needs before somebody types. */
export const workloads: Readonly<Record<string, Strategy>> = {
  Pod: gated({
    ...pod,
    prepareForCreate: (object, now) => {
      const spec = withAppArmor(specOf<PodSpecIn>(object), object.metadata.annotations);
      return pod.prepareForCreate!(spec === specOf<PodSpecIn>(object) ? object : ({ ...object, spec } as KubernetesObject), now);
    },
    warnings: (object, old, given) => (old === undefined ? [
      ...(pod.warnings?.(object) ?? []),
      ...podWarnings(specOf<PodSpecIn>(object), object.metadata.annotations),
      ...appArmorWarnings(specOf<PodSpecIn>(given ?? object), object.metadata.annotations),
    ] : []),
  }, 'spec'),
  Deployment: gated(warned(deployment), ...TEMPLATE),
  ReplicaSet: gated(warned(replicaSet), ...TEMPLATE),
  PersistentVolume: { ...persistentVolume, warnings: (object) => volumeWarnings(specOf(object), object.metadata.annotations) },
  PersistentVolumeClaim: { ...persistentVolumeClaim, prepareForCreate: (object, now) => persistentVolumeClaim.prepareForCreate!(withoutForeignSource(object), now), warnings: (object) => persistentClaimWarnings(specOf(object), object.metadata.annotations) },
  StatefulSet: gated(statefulSet, ...TEMPLATE),
  DaemonSet: gated(daemonSet, ...TEMPLATE),
  ControllerRevision: controllerRevision,
  Job: gated(job, ...TEMPLATE),
  CronJob: gated(cronJob, 'spec', 'jobTemplate', ...TEMPLATE),
  ReplicationController: gated(replicationController, ...TEMPLATE),
  PodTemplate: gated(podTemplate, 'template', 'spec'),
  LimitRange: limitRange,
  ResourceQuota: resourceQuota,
  HorizontalPodAutoscaler: horizontalPodAutoscaler,
};
