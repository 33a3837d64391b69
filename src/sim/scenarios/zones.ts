import { SECOND } from '../api/time.ts';
import { chose, leaving, refused } from './decisions.ts';
import { deployment, machine, on, pod, ZONE } from './pods.ts';
import { apply, deletePod, scale, type Scenario } from './scenario.ts';
import { scaledTo, settled } from './when.ts';

const even = [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } }];

/** Evenly over three zones, even if that means to wait for the one that is full. */
export const zones: Scenario = {
  id: 'zones',
  config: {
    proxyMode: 'iptables',
    nodes: [
      machine(0, '4', '8Gi', { labels: { [ZONE]: 'zone-a' } }),
      machine(1, '6', '12Gi', { labels: { [ZONE]: 'zone-a' } }),
      machine(2, '4', '10Gi', { labels: { [ZONE]: 'zone-b' } }),
      machine(3, '2', '4Gi', { labels: { [ZONE]: 'zone-c' } }),
    ],
  },
  seed: 1,
  script: [
    apply(3 * SECOND, pod('report', { cpu: '1', memory: '1Gi', spec: on('node-4') }), 'report.yaml'),
    apply(8 * SECOND, deployment('web', 3, { cpu: '700m', memory: '512Mi', spec: { topologySpreadConstraints: even } }), 'web.yaml'),
    scale(20 * SECOND, 'web', 6),
    deletePod(40 * SECOND, 'report'),
  ],
  chapters: [
    { id: 'zones.begin' },
    { id: 'zones.first', when: chose('web') },
    { id: 'zones.three', when: settled },
    { id: 'zones.scaled', when: scaledTo(true) },
    { id: 'zones.refused', when: refused('web') },
    { id: 'zones.leaving', when: leaving('report') },
    { id: 'zones.six', when: settled, after: 'zones.leaving' },
  ],
};
