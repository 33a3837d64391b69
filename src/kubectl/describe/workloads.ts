import type { KubernetesObject, LabelSelector, PodTemplateSpec, StringMap } from '../../sim/api/object.ts';
import { jobDuration } from '../../sim/api/columns/batch.ts';
import { labelsText, selectorText } from '../../sim/api/columns/column.ts';
import { longDate } from '../dates.ts';
import type { Json } from '../../sim/api/object.ts';
import { dig, isList } from '../tree.ts';
import type { Describer, Related } from './head.ts';
import { conditionLines, head, labelled, podCounts, templateLines } from './head.ts';
import { Writer, controllerText, eventLines, labelLines } from './text.ts';

/** ReplicationController, StatefulSet, DaemonSet, Job and CronJob (kubectl, pkg/describe). */
const spec = (object: KubernetesObject, ...path: readonly string[]): Json | undefined => dig(object, 'spec', ...path);
const status = (object: KubernetesObject, name: string): number => Number(dig(object, 'status', name) ?? 0);
const given = (value: Json | undefined): value is Exclude<Json, null> => value !== undefined && value !== null;
const templateOf = (object: KubernetesObject, ...path: readonly string[]): PodTemplateSpec => dig(object, ...(path.length === 0 ? ['spec', 'template'] : path)) as unknown as PodTemplateSpec;
const selector = (object: KubernetesObject): string => selectorText(spec(object, 'selector') as LabelSelector | undefined);
const end = (w: Writer, { events, now }: Related): void => eventLines(w, events, now);

const replicationController: Describer = (w, object, related) => {
  head(w, object);
  w.line(0, `Selector:\t${labelsText(spec(object, 'selector') as StringMap | undefined)}`);
  labelled(w, object);
  w.line(0, `Replicas:\t${status(object, 'replicas')} current / ${String(spec(object, 'replicas') ?? 0)} desired`).line(0, `Pods Status:\t${podCounts(related.pods)}`);
  templateLines(w, templateOf(object));
  conditionLines(w, object);
  end(w, related);
};

const statefulSet: Describer = (w, object, related) => {
  head(w, object);
  w.line(0, `CreationTimestamp:\t${longDate(object.metadata.creationTimestamp)}`).line(0, `Selector:\t${selector(object)}`);
  labelled(w, object);
  w.line(0, `Replicas:\t${String(spec(object, 'replicas') ?? 0)} desired | ${status(object, 'replicas')} total`).line(0, `Update Strategy:\t${String(spec(object, 'updateStrategy', 'type') ?? '')}`);
  const [partition, most] = [spec(object, 'updateStrategy', 'rollingUpdate', 'partition'), spec(object, 'updateStrategy', 'rollingUpdate', 'maxUnavailable')];
  if (given(partition)) {
    w.line(1, `Partition:\t${String(partition)}`);
    if (given(most)) w.line(1, `MaxUnavailable:\t${String(most)}`);
  }
  w.line(0, `Pods Status:\t${podCounts(related.pods)}`);
  templateLines(w, templateOf(object));
  const claims = spec(object, 'volumeClaimTemplates');
  if (!isList(claims) || claims.length === 0) w.line(0, 'Volume Claims:\t<none>');
  else {
    w.line(0, 'Volume Claims:');
    for (const claim of claims) {
      const size = dig(claim, 'spec', 'resources', 'requests', 'storage');
      const modes = dig(claim, 'spec', 'accessModes');
      w.line(1, `Name:\t${String(dig(claim, 'metadata', 'name'))}`).line(1, `StorageClass:\t${String(dig(claim, 'spec', 'storageClassName') ?? '')}`);
      labelLines(w, '  Labels', dig(claim, 'metadata', 'labels') as StringMap | undefined);
      labelLines(w, '  Annotations', dig(claim, 'metadata', 'annotations') as StringMap | undefined);
      w.line(1, `Capacity:\t${String(size ?? '<default>')}`).line(1, `Access Modes:\t[${(isList(modes) ? modes : []).map(String).join(' ')}]`);
    }
  }
  end(w, related);
};

const daemonSet: Describer = (w, object, related) => {
  head(w, object);
  w.line(0, `Selector:\t${selector(object)}`).line(0, `Node-Selector:\t${labelsText(spec(object, 'template', 'spec', 'nodeSelector') as StringMap | undefined)}`);
  labelled(w, object);
  // Upstream writes these without a tab, so that they take no part in the columns.
  for (const [title, name] of [
    ['Desired Number of Nodes Scheduled', 'desiredNumberScheduled'], ['Current Number of Nodes Scheduled', 'currentNumberScheduled'], ['Number of Nodes Scheduled with Up-to-date Pods', 'updatedNumberScheduled'],
    ['Number of Nodes Scheduled with Available Pods', 'numberAvailable'], ['Number of Nodes Misscheduled', 'numberMisscheduled'],
  ] as const) w.line(0, `${title}: ${status(object, name)}`);
  w.line(0, `Pods Status:\t${podCounts(related.pods)}`);
  templateLines(w, templateOf(object));
  end(w, related);
};

/** "1-3,5" cut to fifty numbers. */
function indexes(text: string): string {
  if (text === '') return '<none>';
  const parts = text.split(',');
  let count = 0;
  for (let i = 0; i < parts.length; i++) {
    if (count >= 50) return `${parts.slice(0, i).join(',')},...`;
    const [from, to] = parts[i]!.split('-').map(Number);
    count += to === undefined ? 1 : to - from! + 1;
  }
  return text;
}

const job: Describer = (w, object, related) => {
  const line = (title: string, value: Json | undefined, unit = ''): void => {
    if (given(value)) w.line(0, `${title}:\t${String(value)}${unit}`);
  };
  head(w, object);
  w.line(0, `Selector:\t${selector(object)}`);
  labelled(w, object);
  const owner = controllerText(object);
  if (owner !== undefined) w.line(0, `Controlled By:\t${owner}`);
  line('Parallelism', spec(object, 'parallelism'));
  w.line(0, `Completions:\t${String(spec(object, 'completions') ?? '<unset>')}`);
  line('Completion Mode', spec(object, 'completionMode'));
  line('Suspend', spec(object, 'suspend'));
  line('Backoff Limit', spec(object, 'backoffLimit'));
  line('TTL Seconds After Finished', spec(object, 'ttlSecondsAfterFinished'));
  const [started, done] = [dig(object, 'status', 'startTime'), dig(object, 'status', 'completionTime')];
  if (given(started)) w.line(0, `Start Time:\t${longDate(String(started))}`);
  if (given(done)) w.line(0, `Completed At:\t${longDate(String(done))}`);
  if (given(started) && given(done)) w.line(0, `Duration:\t${jobDuration(object, related.now)}`);
  line('Active Deadline Seconds', spec(object, 'activeDeadlineSeconds'), 's');
  const ready = dig(object, 'status', 'ready');
  w.line(0, `Pods Statuses:\t${status(object, 'active')} Active${given(ready) ? ` (${String(ready)} Ready)` : ''} / ${status(object, 'succeeded')} Succeeded / ${status(object, 'failed')} Failed`);
  if (spec(object, 'completionMode') === 'Indexed') w.line(0, `Completed Indexes:\t${indexes(String(dig(object, 'status', 'completedIndexes') ?? ''))}`);
  templateLines(w, templateOf(object));
  end(w, related);
};

const cronJob: Describer = (w, object, related) => {
  const unset = (value: Json | undefined, unit = ''): string => (given(value) ? `${String(value)}${unit}` : '<unset>');
  const suspend = spec(object, 'suspend');
  head(w, object);
  labelled(w, object);
  w.line(0, `Schedule:\t${String(spec(object, 'schedule') ?? '')}`).line(0, `Concurrency Policy:\t${String(spec(object, 'concurrencyPolicy') ?? '')}`).line(0, `Suspend:\t${given(suspend) ? (suspend === true ? 'True' : 'False') : '<unset>'}`);
  w.line(0, `Time Zone:\t${unset(spec(object, 'timeZone'))}`);
  w.line(0, `Successful Job History Limit:\t${unset(spec(object, 'successfulJobsHistoryLimit'))}`).line(0, `Failed Job History Limit:\t${unset(spec(object, 'failedJobsHistoryLimit'))}`);
  w.line(0, `Starting Deadline Seconds:\t${unset(spec(object, 'startingDeadlineSeconds'), 's')}`);
  const inner = spec(object, 'jobTemplate', 'spec');
  const chosen = dig(inner, 'selector');
  w.line(0, `Selector:\t${given(chosen) ? selectorText(chosen as LabelSelector) : '<unset>'}`).line(0, `Parallelism:\t${unset(dig(inner, 'parallelism'))}`).line(0, `Completions:\t${unset(dig(inner, 'completions'))}`);
  if (given(dig(inner, 'activeDeadlineSeconds'))) w.line(0, `Active Deadline Seconds:\t${String(dig(inner, 'activeDeadlineSeconds'))}s`);
  templateLines(w, templateOf(object, 'spec', 'jobTemplate', 'spec', 'template'));
  const last = dig(object, 'status', 'lastScheduleTime');
  w.line(0, `Last Schedule Time:\t${given(last) ? longDate(String(last)) : '<unset>'}`);
  const active = dig(object, 'status', 'active');
  w.line(0, `Active Jobs:\t${isList(active) && active.length > 0 ? active.map((one) => String(dig(one, 'name'))).join(', ') : '<none>'}`);
  end(w, related);
};

export const WORKLOADS: Readonly<Record<string, Describer>> = { ReplicationController: replicationController, StatefulSet: statefulSet, DaemonSet: daemonSet, Job: job, CronJob: cronJob };
