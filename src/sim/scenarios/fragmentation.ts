import { SECOND } from '../api/time.ts';
import { chose, leaving, made, refused } from './decisions.ts';
import { machine, pod } from './pods.ts';
import { apply, deletePod, type Scenario } from './scenario.ts';

/** Three cores are free in all, and a Pod that asks for one and a half fits nowhere. */
export const fragmentation: Scenario = {
  id: 'fragmentation',
  config: { proxyMode: 'iptables', nodes: [machine(0, '2', '4Gi'), machine(1, '2', '6Gi'), machine(2, '2', '10Gi')] },
  seed: 1,
  script: [
    apply(5 * SECOND, pod('app-1', { cpu: '1', memory: '1Gi' }), 'app-1.yaml'),
    apply(8 * SECOND, pod('app-2', { cpu: '1', memory: '1Gi' }), 'app-2.yaml'),
    apply(11 * SECOND, pod('app-3', { cpu: '1', memory: '1Gi' }), 'app-3.yaml'),
    apply(20 * SECOND, pod('big', { cpu: '1500m', memory: '1Gi' }), 'big.yaml'),
    deletePod(35 * SECOND, 'app-2'),
  ],
  chapters: [
    { id: 'fragmentation.begin' },
    { id: 'fragmentation.first', when: chose('app-1') },
    { id: 'fragmentation.spread', when: chose('app-3') },
    { id: 'fragmentation.big', when: made('big') },
    { id: 'fragmentation.refused', when: refused('big') },
    { id: 'fragmentation.leaving', when: leaving('app-2') },
    { id: 'fragmentation.fits', when: chose('big') },
  ],
};
