import { SECOND } from '../api/time.ts';
import { chose, labelled, refused } from './decisions.ts';
import { label } from './nodes.ts';
import { machine, pod } from './pods.ts';
import { apply, deletePod, type Scenario } from './scenario.ts';

/** A Pod that fits nowhere is not tried again and again: it waits for what could help, or for five minutes. */
export const backoff: Scenario = {
  id: 'backoff',
  config: { proxyMode: 'iptables', nodes: [machine(0, '4', '8Gi')] },
  seed: 1,
  script: [
    apply(3 * SECOND, pod('app-1', { cpu: '1', memory: '1Gi' }), 'app-1.yaml'),
    apply(5 * SECOND, pod('app-2', { cpu: '2', memory: '1Gi' }), 'app-2.yaml'),
    apply(15 * SECOND, pod('big', { cpu: '3500m', memory: '1Gi' }), 'big.yaml'),
    label(25 * SECOND, 'node-1', 'team', 'blue'),
    deletePod(35 * SECOND, 'app-1'),
    deletePod(400 * SECOND, 'app-2'),
  ],
  chapters: [
    { id: 'backoff.begin' },
    { id: 'backoff.refused', when: refused('big') },
    { id: 'backoff.ignored', when: labelled('team') },
    { id: 'backoff.again', when: refused('big') },
    { id: 'backoff.flushed', when: refused('big') },
    { id: 'backoff.placed', when: chose('big') },
  ],
};
