import { pathOf } from '../../sim/api/kinds.ts';
import { Failure } from '../failure.ts';
import { texts, text } from '../flags.ts';
import type { Context, Run } from '../steps.ts';
import { fetchEvery, targets } from '../resources.ts';
import { read } from '../steps.ts';
import type { Tree } from '../tree.ts';
import { dig, isTree } from '../tree.ts';
import { afterDash, make, oneName, only } from './make.ts';

const containerOf = (context: Context, name: string, image: string): Tree => {
  const command = afterDash(context);
  return only({ command: command.length === 0 ? undefined : command, image, name, resources: {} });
};

/** create job: from an image, or from a CronJob's template, which then owns it. */
export function* createJob(context: Context, words: readonly string[]): Run<void> {
  const { flags } = context;
  const name = oneName(context, words, 'job');
  const [image, from] = [texts(flags, 'image')[0], text(flags, 'from')];
  if (image === undefined && from === undefined) throw new Failure('error: either --image or --from must be specified');
  if (image !== undefined && from !== undefined) throw new Failure('error: either --image or --from must be specified');
  if (image !== undefined) {
    yield* make(context, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template: { metadata: {}, spec: { containers: [containerOf(context, name, image)], restartPolicy: 'Never' } } }, status: {} }, 'job');
    return;
  }
  if (afterDash(context).length > 0) throw new Failure('error: cannot specify --from and command');
  const [type = '', source, ...more] = from!.split('/');
  if (source === undefined || more.length > 0) throw new Failure(`error: from must be an existing cronjob`);
  if (!/^(?:cronjobs?|cj)(?:\.v1)?(?:\.batch)?$/i.test(type)) {
    const [other] = yield* fetchEvery(context, yield* targets(context, [from!]));
    throw new Failure(`error: unknown object type *${other!.info.version}.${other!.info.kind}`);
  }
  const cron = yield* read(context, pathOf('CronJob', context.namespace, source));
  const template = dig(cron, 'spec', 'jobTemplate');
  const labels = dig(template, 'metadata', 'labels');
  const own = dig(template, 'metadata', 'annotations');
  yield* make(context, {
    apiVersion: 'batch/v1', kind: 'Job',
    metadata: only({
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...(isTree(own) ? own : {}) }, labels: isTree(labels) ? labels : undefined, name,
      ownerReferences: [{ apiVersion: 'batch/v1', controller: true, kind: 'CronJob', name: cron.metadata.name, uid: cron.metadata.uid }],
    }),
    spec: dig(template, 'spec') ?? {}, status: {},
  }, 'job');
}

export function* createCronJob(context: Context, words: readonly string[]): Run<void> {
  const { flags } = context;
  const missing = [...(texts(flags, 'image').length === 0 ? ['image'] : []), ...(text(flags, 'schedule') === undefined ? ['schedule'] : [])];
  if (missing.length > 0) throw new Failure(`error: required flag(s) ${missing.map((flag) => `"${flag}"`).join(', ')} not set`);
  const name = oneName(context, words, 'cronjob');
  const container = containerOf(context, name, texts(flags, 'image')[0]!);
  yield* make(context, {
    apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name },
    spec: { jobTemplate: { metadata: { name }, spec: { template: { metadata: {}, spec: { containers: [container], restartPolicy: text(flags, 'restart') ?? 'OnFailure' } } } }, schedule: text(flags, 'schedule')! }, status: {},
  }, 'cronjob');
}
