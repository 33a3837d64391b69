import { SECOND } from '../api/time.ts';
import { chose, refused } from './decisions.ts';
import { deployment, machine } from './pods.ts';
import { apply, scale, type Scenario } from './scenario.ts';
import { scaledTo } from './when.ts';

/** Four are needed together and three find a place: they hold it, do nothing, and keep out two that could have worked. */
export const gang: Scenario = {
  id: 'gang',
  config: { proxyMode: 'iptables', nodes: [machine(0, '2', '4Gi'), machine(1, '2', '6Gi'), machine(2, '2', '10Gi')] },
  seed: 1,
  script: [
    apply(5 * SECOND, deployment('train', 4, { cpu: '1500m', memory: '1Gi' }), 'train.yaml'),
    apply(20 * SECOND, deployment('render', 2, { cpu: '1', memory: '1Gi' }), 'render.yaml'),
    scale(40 * SECOND, 'train', 0),
  ],
  chapters: [
    { id: 'gang.begin' },
    { id: 'gang.first', when: chose('train') },
    { id: 'gang.refused', when: refused('train') },
    { id: 'gang.blocked', when: refused('render') },
    { id: 'gang.givenUp', when: scaledTo(false) },
    { id: 'gang.placed', when: chose('render') },
  ],
};
