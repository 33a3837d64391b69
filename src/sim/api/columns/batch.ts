import type { Condition, KubernetesObject, LabelSelector } from '../object.ts';
import { parseTimestamp } from '../time.ts';
import type { Micros } from '../time.ts';
import type { Json } from '../object.ts';
import { dig, isList } from '../tree.ts';
import { templateContainers } from './apps.ts';
import type { Printer } from './column.ts';
import { columns, containerImages, containerNames, selectorText } from './column.ts';
import { humanDuration, since } from './duration.ts';

const holds = (object: KubernetesObject, type: string): boolean => {
  const conditions = dig(object, 'status', 'conditions');
  return isList(conditions) && (conditions as unknown as readonly Condition[]).some((one) => one.type === type && one.status === 'True');
};

function jobStatus(object: KubernetesObject): string {
  if (holds(object, 'Complete')) return 'Complete';
  if (holds(object, 'Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (holds(object, type)) return type;
  return 'Running';
}

/** How long a Job took, or has been running. */
export function jobDuration(object: KubernetesObject, now: Micros): string {
  const started = parseTimestamp(dig(object, 'status', 'startTime') as string | undefined);
  if (started === undefined) return '';
  return humanDuration((parseTimestamp(dig(object, 'status', 'completionTime') as string | undefined) ?? now) - started);
}

export const jobs: Printer = {
  columns: columns('Name|Status|Completions|Duration|Age|Containers*|Images*|Selector*'),
  cells: (object, now) => {
    const succeeded = Number(dig(object, 'status', 'succeeded') ?? 0);
    const wanted = dig(object, 'spec', 'completions');
    const parallelism = Number(dig(object, 'spec', 'parallelism') ?? 0);
    const completions = wanted !== undefined && wanted !== null ? `${succeeded}/${String(wanted)}` : parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
    const containers = templateContainers(object);
    return [object.metadata.name, jobStatus(object), completions, jobDuration(object, now), since(object.metadata.creationTimestamp, now), containerNames(containers), containerImages(containers), selectorText(dig(object, 'spec', 'selector') as LabelSelector | undefined)];
  },
};

const boolText = (value: Json | undefined): string => (value === undefined || value === null ? '<unset>' : value === true ? 'True' : 'False');

export const cronJobs: Printer = {
  columns: columns('Name|Schedule|Timezone|Suspend:boolean|Active:integer|Last Schedule|Age|Containers*|Images*|Selector*'),
  cells: (object, now) => {
    const active = dig(object, 'status', 'active');
    const last = dig(object, 'status', 'lastScheduleTime') as string | undefined;
    const containers = templateContainers(object, 'spec', 'jobTemplate', 'spec', 'template');
    return [
      object.metadata.name, String(dig(object, 'spec', 'schedule') ?? ''), String(dig(object, 'spec', 'timeZone') ?? '<none>'), boolText(dig(object, 'spec', 'suspend')), isList(active) ? active.length : 0, last === undefined ? '<none>' : since(last, now),
      since(object.metadata.creationTimestamp, now), containerNames(containers), containerImages(containers), selectorText(dig(object, 'spec', 'jobTemplate', 'spec', 'selector') as LabelSelector | undefined),
    ];
  },
};
