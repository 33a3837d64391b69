import { SECOND } from '../api/time.ts';
import { chose, refused } from './decisions.ts';
import { machine } from './pods.ts';
import { apply, type Manifest, type Scenario } from './scenario.ts';
import { podPhase, reasoned } from './when.ts';
import { job, jobIs, noted, suspended } from './workloads.ts';

const tick: Manifest = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick' },
  spec: { schedule: '* * * * *', successfulJobsHistoryLimit: 1, jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox:1.36', command: ['sh', '-c', 'sleep 2'], resources: { requests: { cpu: '100m' } } }] } } } } },
};

/** Jobs on a cluster that is too small for all of them at once; one that fails; one that comes every minute. */
export const batch: Scenario = {
  id: 'batch',
  config: { proxyMode: 'iptables', nodes: [machine(0, '2', '4Gi'), machine(1, '2', '4Gi')] },
  seed: 1,
  script: [
    apply(5 * SECOND, job('primes', 'sleep 8', '900m', { parallelism: 4, completions: 6 }), 'primes.yaml'),
    apply(7 * SECOND, job('report', 'sleep 4', '500m', {}), 'report.yaml'),
    apply(25 * SECOND, job('flaky', 'sleep 1; exit 3', '100m', { backoffLimit: 1 }), 'flaky.yaml'),
    apply(40 * SECOND, tick, 'tick.yaml'),
    suspended(135 * SECOND, 'tick'),
  ],
  chapters: [
    { id: 'batch.begin' },
    { id: 'batch.pods', when: reasoned('job.tooFew') },
    { id: 'batch.full', when: refused('report') },
    { id: 'batch.first', when: podPhase('Succeeded') },
    { id: 'batch.room', when: chose('report') },
    { id: 'batch.noted', when: noted },
    { id: 'batch.complete', when: jobIs('Complete') },
    { id: 'batch.failed', when: podPhase('Failed') },
    { id: 'batch.backOff', when: reasoned('job.awaitsBackOff') },
    { id: 'batch.gaveUp', when: jobIs('Failed') },
    { id: 'batch.due', when: reasoned('cronjob.due') },
    { id: 'batch.again', when: reasoned('cronjob.due'), after: 'batch.due' },
    { id: 'batch.forgets', when: reasoned('cronjob.forgets') },
    { id: 'batch.suspended', when: reasoned('cronjob.suspended') },
  ],
};
