import { pathOf } from '../api/kinds.ts';
import { conditionOf } from '../api/object.ts';
import { MERGE_PATCH, STRATEGIC_MERGE_PATCH, USERS } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import type { Job, StatefulSet } from '../api/workloads.ts';
import { NAMESPACE } from './scenario.ts';
import type { Manifest, ScriptedCommand } from './scenario.ts';
import { written, type When } from './when.ts';

// What the stories of the further workloads are made of, and the signs by which their chapters are known.

const patch = (at: Micros, path: string, fieldManager: string, contentType: string, line: string, body: object): ScriptedCommand => ({
  at,
  command: { type: 'request', request: { user: USERS.admin, userAgent: 'kubectl', method: 'PATCH', path, query: { fieldManager }, contentType, body }, line },
});
/** `kubectl set image` of a StatefulSet. */
export const setImageOf = (at: Micros, name: string, container: string, image: string): ScriptedCommand =>
  patch(at, pathOf('StatefulSet', NAMESPACE, name), 'kubectl-set', STRATEGIC_MERGE_PATCH, `kubectl set image statefulset/${name} ${container}=${image}`, {
    spec: { template: { spec: { containers: [{ image, name: container }], '$setElementOrder/containers': [{ name: container }] } } },
  });
/** `kubectl scale` of a StatefulSet. */
export const scaleOf = (at: Micros, name: string, replicas: number): ScriptedCommand => patch(at, pathOf('StatefulSet', NAMESPACE, name, 'scale'), 'kubectl-scale', MERGE_PATCH, `kubectl scale statefulset/${name} --replicas=${replicas}`, { spec: { replicas } });
/** `kubectl patch` of a CronJob. */
export const suspended = (at: Micros, name: string): ScriptedCommand => patch(at, pathOf('CronJob', NAMESPACE, name), 'kubectl-patch', STRATEGIC_MERGE_PATCH, `kubectl patch cronjob ${name} -p '{"spec":{"suspend":true}}'`, { spec: { suspend: true } });

/** A Job whose Pods run a shell script. */
export const job = (name: string, script: string, cpu: string, spec: object): Manifest => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { ...spec, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox:1.36', command: ['sh', '-c', script], resources: { requests: { cpu } } }] } } },
});

export const jobIs = (condition: 'Complete' | 'Failed'): When =>
  written('Job', ({ before, after }) => {
    const now = conditionOf((after ?? {}) as Job, condition);
    return now?.status === 'True' && (before === undefined || conditionOf(before as Job, condition) === undefined) ? { name: after!.metadata.name, reason: now.reason ?? '' } : undefined;
  });

/** The status of a Job names Pods that have ended and are not counted yet. */
export const noted: When = written('Job', ({ after }) => {
  const { succeeded = [], failed = [] } = (after as Job | undefined)?.status.uncountedTerminatedPods ?? {};
  return succeeded.length + failed.length === 0 ? undefined : { name: after!.metadata.name, pods: succeeded.length + failed.length };
});

/** As many Pods of a StatefulSet are ready as are wanted, all of the newest revision; it was not so a moment ago. */
export const inPlace: When = written('StatefulSet', ({ before, after }) => {
  const is = (set: StatefulSet | undefined): boolean =>
    set !== undefined && set.spec.replicas > 0 && set.status.observedGeneration === set.metadata.generation && set.status.replicas === set.spec.replicas && set.status.readyReplicas === set.spec.replicas && set.status.updateRevision === set.status.currentRevision && set.status.updatedReplicas === set.spec.replicas;
  return is(after as StatefulSet | undefined) && !is(before as StatefulSet | undefined) ? { name: after!.metadata.name, replicas: (after as StatefulSet).spec.replicas } : undefined;
});
