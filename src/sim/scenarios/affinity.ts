import { SECOND } from '../api/time.ts';
import { chose, refused } from './decisions.ts';
import { deployment, HOST, machine, on, pod, ZONE } from './pods.ts';
import { apply, scale, type Scenario } from './scenario.ts';
import { scaledTo } from './when.ts';

const near = { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app: 'cache' } }, topologyKey: ZONE }] };
const apart = { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app: 'web' } }, topologyKey: HOST }] };

/** In the zone of the cache, and no two on one machine: two rules that can leave no place at all. */
export const affinity: Scenario = {
  id: 'affinity',
  config: { proxyMode: 'iptables', nodes: [machine(0, '4', '8Gi', { labels: { [ZONE]: 'zone-a' } }), machine(1, '8', '16Gi', { labels: { [ZONE]: 'zone-b' } }), machine(2, '6', '12Gi', { labels: { [ZONE]: 'zone-a' } })] },
  seed: 1,
  script: [
    apply(5 * SECOND, pod('cache', { cpu: '500m', memory: '1Gi', spec: { nodeSelector: { [ZONE]: 'zone-a' } } }), 'cache.yaml'),
    apply(12 * SECOND, deployment('web', 1, { cpu: '500m', memory: '512Mi', spec: { affinity: { podAffinity: near, podAntiAffinity: apart } } }), 'web.yaml'),
    scale(20 * SECOND, 'web', 2),
    scale(28 * SECOND, 'web', 3),
    apply(45 * SECOND, pod('cache-b', { cpu: '500m', memory: '1Gi', labels: { app: 'cache' }, spec: on('node-2') }), 'cache-b.yaml'),
  ],
  chapters: [
    { id: 'affinity.begin' },
    { id: 'affinity.cache', when: chose('cache') },
    { id: 'affinity.first', when: chose('web') },
    { id: 'affinity.second', when: chose('web') },
    { id: 'affinity.third', when: scaledTo(true) },
    { id: 'affinity.refused', when: refused('web') },
    { id: 'affinity.company', when: chose('cache-b') },
    { id: 'affinity.fits', when: chose('web'), after: 'affinity.company' },
  ],
};
