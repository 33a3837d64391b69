import { pathOfKey } from '../api/kinds.ts';
import { keyOf } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { referenceTo } from '../api/references.ts';
import { SECOND, parseTimestamp } from '../api/time.ts';
import type { Job } from '../api/workloads.ts';
import type { Controller, Plan, View } from '../reconcile/controller.ts';

/**
 * Deletes Jobs some time after they have finished (pkg/controller/ttlafterfinished).
 *
 * | reason                      | it does so because                                   |
 * |-----------------------------|------------------------------------------------------|
 * | ttlafterfinished.nothing    | the Job is gone, being deleted, or stays             |
 * | ttlafterfinished.notYet     | it has not been finished for that long               |
 * | ttlafterfinished.expired    | it has been finished for ttlSecondsAfterFinished     |
 *
 * Simplified: before it deletes, upstream reads the Job once more from the API server.
 */

const finish = (job: Job): string | undefined => job.status.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')?.lastTransitionTime;
const concerns = (job: Job): boolean => job.metadata.deletionTimestamp === undefined && job.spec.ttlSecondsAfterFinished !== undefined && finish(job) !== undefined;

function reconcile(key: string, view: View): Plan<undefined> {
  const job = view.get('Job', key);
  if (job === undefined || !concerns(job)) return { batches: [], because: { code: 'ttlafterfinished.nothing', args: { job: key } } };
  const seconds = job.spec.ttlSecondsAfterFinished ?? 0;
  const left = (parseTimestamp(finish(job)) ?? 0) + seconds * SECOND - view.now;
  const reason = (code: string): Reason => ({ code, args: { job: job.metadata.name, seconds }, refs: [referenceTo(job)] });
  if (left > 0) return { batches: [], because: reason('ttlafterfinished.notYet'), requeueAfterMicros: left };
  const because = reason('ttlafterfinished.expired');
  return {
    batches: [[{
      request: { method: 'DELETE', path: pathOfKey('Job', key), body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground', preconditions: { uid: job.metadata.uid } } },
      because,
      accept: [404],
    }]],
    because,
  };
}

export const ttlAfterFinished: Controller<undefined> = {
  name: 'ttl-after-finished-controller',
  sleepsUntil: ['Job'],
  workers: 5,
  watches: { Job: (job) => (concerns(job) ? [keyOf(job)] : []) },
  reconcile,
};
