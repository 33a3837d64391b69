import { SECOND } from '../api/time.ts';
import { chose, made, runs } from './decisions.ts';
import { machine, on, pod } from './pods.ts';
import { apply, type Scenario } from './scenario.ts';

/** One Pod, five machines, and a winner that a class can name before it is revealed. */
export const whyNode3: Scenario = {
  id: 'whyNode3',
  config: {
    proxyMode: 'iptables',
    nodes: [
      machine(0, '4', '8Gi'),
      machine(1, '4', '8Gi', { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] }),
      machine(2, '4', '8Gi', { labels: { disktype: 'ssd' } }),
      machine(3, '2', '4Gi'),
      machine(4, '4', '8Gi'),
    ],
  },
  seed: 1,
  script: [
    apply(3 * SECOND, pod('api', { cpu: '3', memory: '4Gi', spec: on('node-1') }), 'api.yaml'),
    apply(3.4 * SECOND, pod('logs', { cpu: '1', memory: '2Gi', spec: on('node-3') }), 'logs.yaml'),
    apply(3.8 * SECOND, pod('batch', { cpu: '1800m', memory: '2Gi', spec: on('node-4') }), 'batch.yaml'),
    apply(4.2 * SECOND, pod('cache', { cpu: '500m', memory: '1Gi', spec: on('node-5') }), 'cache.yaml'),
    apply(
      15 * SECOND,
      pod('web', {
        cpu: '500m', memory: '1Gi', image: 'nginx:1.27',
        spec: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, preference: { matchExpressions: [{ key: 'disktype', operator: 'In', values: ['ssd'] }] } }] } } },
      }),
      'web.yaml',
    ),
  ],
  chapters: [
    { id: 'whyNode3.begin' },
    { id: 'whyNode3.busy', when: runs('cache') },
    { id: 'whyNode3.asked', when: made('web') },
    { id: 'whyNode3.chosen', when: chose('web') },
    { id: 'whyNode3.runs', when: runs('web') },
  ],
};
