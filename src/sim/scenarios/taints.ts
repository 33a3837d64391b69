import { SECOND } from '../api/time.ts';
import { chose, leaving, made } from './decisions.ts';
import { taint } from './nodes.ts';
import { deployment, machine, pod } from './pods.ts';
import { apply, type Scenario } from './scenario.ts';
import { tainted } from './when.ts';

/** A taint keeps Pods away, a toleration lets them in, and NoExecute sends away who is there. */
export const taints: Scenario = {
  id: 'taints',
  config: { proxyMode: 'iptables', nodes: [machine(0, '8', '16Gi'), machine(1, '4', '8Gi'), machine(2, '2', '4Gi')] },
  seed: 1,
  script: [
    taint(5 * SECOND, 'node-1', { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }),
    apply(10 * SECOND, deployment('plain', 1, { cpu: '500m', memory: '1Gi' }), 'plain.yaml'),
    apply(20 * SECOND, pod('tolerant', { cpu: '500m', memory: '1Gi', spec: { tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' }] } }), 'tolerant.yaml'),
    taint(35 * SECOND, 'node-2', { key: 'maintenance', value: 'now', effect: 'NoExecute' }),
  ],
  chapters: [
    { id: 'taints.begin' },
    { id: 'taints.tainted', when: tainted('NoSchedule') },
    { id: 'taints.avoided', when: chose('plain') },
    { id: 'taints.tolerated', when: chose('tolerant') },
    { id: 'taints.noExecute', when: tainted('NoExecute') },
    { id: 'taints.evicted', when: leaving('plain') },
    { id: 'taints.replaced', when: made('plain'), after: 'taints.evicted' },
    { id: 'taints.moved', when: chose('plain'), after: 'taints.replaced' },
  ],
};
