import type { Command } from '../../src/sim/api/cluster.ts';
import { pathOf, pathOfKey } from '../../src/sim/api/kinds.ts';
import { keyOf } from '../../src/sim/api/object.ts';
import { MERGE_PATCH } from '../../src/sim/api/request.ts';
import { headList } from '../../src/sim/apiserver/store.ts';
import type { World } from '../../src/sim/index.ts';
import { request, type Dice } from './faults.ts';

/** Deeds about the further workloads, for the same stories of chance. */

const KINDS = ['StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicationController'] as const;
type Workload = (typeof KINDS)[number];
const CONTROLLERS = ['statefulset-controller', 'daemonset-controller', 'job-controller', 'cronjob-controller', 'replication-controller', 'ttl-after-finished-controller'] as const;
const SCHEDULES = ['* * * * *', '@every 7s', '*/2 * * * *', '0 0 31 2 *'] as const;

function template(name: string, restartPolicy: string, roll: Dice): object {
  const ends = restartPolicy === 'Always' ? roll.chance(0.2) : roll.chance(0.7);
  const behaviour = JSON.stringify({ app: { exitAfterSeconds: 1 + roll.below(6), exitCode: roll.pick([0, 0, 1, 3])! } });
  const cpu = roll.pick(['50m', '400m', '1', '3'])!;
  return {
    metadata: { labels: { app: name }, ...(ends ? { annotations: { 'orrery.dev/behaviour': behaviour } } : {}) },
    spec: { restartPolicy, containers: [{ name: 'app', image: roll.pick(['nginx:1.27', 'redis:7', 'nginx:1.161'])!, resources: { requests: { cpu } } }] },
  };
}
function jobSpec(name: string, roll: Dice): object {
  return {
    parallelism: roll.below(4),
    ...(roll.chance(0.7) ? { completions: 1 + roll.below(5), ...(roll.chance(0.5) ? { completionMode: 'Indexed', ...(roll.chance(0.5) ? { backoffLimitPerIndex: 1 } : {}) } : {}) } : {}),
    ...(roll.chance(0.4) ? { backoffLimit: roll.below(3) } : {}),
    ...(roll.chance(0.3) ? { activeDeadlineSeconds: 3 + roll.below(20) } : {}),
    ...(roll.chance(0.3) ? { ttlSecondsAfterFinished: roll.below(8) } : {}),
    ...(roll.chance(0.3) ? { podReplacementPolicy: 'Failed' } : {}),
    template: template(name, roll.pick(['Never', 'Never', 'OnFailure'])!, roll),
  };
}
function made(kind: Workload, name: string, roll: Dice): object {
  const metadata = { name, namespace: 'default' };
  const selector = { matchLabels: { app: name } };
  switch (kind) {
    case 'StatefulSet':
      return {
        apiVersion: 'apps/v1', kind, metadata,
        spec: {
          replicas: roll.below(5), serviceName: name, selector, template: template(name, 'Always', roll),
          ...(roll.chance(0.4) ? { podManagementPolicy: 'Parallel' } : {}), ...(roll.chance(0.3) ? { minReadySeconds: 2 } : {}), ...(roll.chance(0.3) ? { ordinals: { start: 2 } } : {}),
          updateStrategy: roll.pick([{ type: 'OnDelete' }, { type: 'RollingUpdate' }, { type: 'RollingUpdate', rollingUpdate: { partition: 2 } }])!,
        },
      };
    case 'DaemonSet':
      return { apiVersion: 'apps/v1', kind, metadata, spec: { selector, revisionHistoryLimit: 1, template: template(name, 'Always', roll), updateStrategy: roll.pick([{ type: 'OnDelete' }, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } }, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }])! } };
    case 'Job':
      return { apiVersion: 'batch/v1', kind, metadata, spec: jobSpec(name, roll) };
    case 'CronJob':
      return { apiVersion: 'batch/v1', kind, metadata, spec: { schedule: roll.pick(SCHEDULES)!, concurrencyPolicy: roll.pick(['Allow', 'Forbid', 'Replace'])!, successfulJobsHistoryLimit: 1, jobTemplate: { spec: jobSpec(name, roll) } } };
    case 'ReplicationController':
      return { apiVersion: 'v1', kind, metadata, spec: { replicas: roll.below(4), selector: { app: name }, template: template(name, 'Always', roll) } };
  }
}
function change(kind: Workload, name: string, roll: Dice): object {
  if (kind === 'Job') return roll.chance(0.5) ? { suspend: roll.chance(0.5) } : { parallelism: roll.below(4) };
  if (kind === 'CronJob') return roll.chance(0.5) ? { suspend: roll.chance(0.5) } : { schedule: roll.pick(SCHEDULES)! };
  return kind === 'DaemonSet' || roll.chance(0.5) ? { template: template(name, 'Always', roll) } : { replicas: roll.below(5) };
}

export function workloadCommand(world: World, roll: Dice): Command {
  const kind = roll.pick(KINDS)!;
  const object = roll.pick(headList(world.store, kind));
  const pod = roll.pick(headList(world.store, 'Pod'));
  const name = `${roll.pick(['a', 'b'])!}-${kind.toLowerCase().slice(0, 2)}`;
  const create = (): Command => request('POST', pathOf(kind, 'default'), made(kind, name, roll));
  switch (roll.below(10)) {
    case 0:
      if (object !== undefined) return request('DELETE', pathOfKey(kind, keyOf(object)), { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: roll.pick(['Foreground', 'Background', 'Orphan'])! });
      break;
    case 1: case 2: case 3:
      if (object !== undefined) return request('PATCH', pathOfKey(kind, keyOf(object)), { spec: change(kind, object.metadata.name, roll) }, MERGE_PATCH);
      break;
    case 4:
      if (pod !== undefined) return request('DELETE', pathOfKey('Pod', keyOf(pod)), { kind: 'DeleteOptions', apiVersion: 'v1', ...(roll.chance(0.3) ? { gracePeriodSeconds: 0 } : {}) });
      break;
    case 5:
      if (pod !== undefined) return request('PATCH', pathOfKey('Pod', keyOf(pod)), { metadata: { labels: { app: roll.pick(['a-st', 'b-jo', 'loose'])! } } }, MERGE_PATCH);
      break;
    case 6: {
      const component = roll.pick(CONTROLLERS)!;
      const slot = world.slots.get(component);
      if (slot !== undefined) return { type: 'fault', fault: { type: slot.running ? 'crash' : 'restart', component } };
    }
  }
  return create();
}
