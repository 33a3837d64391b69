import { SECOND } from '../api/time.ts';
import { chose, hasImage, left } from './decisions.ts';
import { machine, on, pod } from './pods.ts';
import { apply, deletePod, type Scenario } from './scenario.ts';

const MONGO = 'mongo:8.0';

/** An image that is there already is a reason, until a fuller machine is a better one. */
export const imageLocality: Scenario = {
  id: 'imageLocality',
  config: { proxyMode: 'iptables', nodes: [machine(0, '3', '8Gi'), machine(1, '4', '8Gi'), machine(2, '4', '8Gi')] },
  seed: 1,
  script: [
    apply(5 * SECOND, pod('probe', { cpu: '500m', memory: '1Gi', image: MONGO, spec: on('node-2') }), 'probe.yaml'),
    deletePod(30 * SECOND, 'probe'),
    apply(45 * SECOND, pod('db-1', { cpu: '1', memory: '2Gi', image: MONGO }), 'db-1.yaml'),
    apply(60 * SECOND, pod('db-2', { cpu: '1', memory: '2Gi', image: MONGO }), 'db-2.yaml'),
  ],
  chapters: [
    { id: 'imageLocality.begin' },
    { id: 'imageLocality.probe', when: chose('probe') },
    { id: 'imageLocality.reported', when: hasImage('mongo') },
    { id: 'imageLocality.gone', when: left('probe') },
    { id: 'imageLocality.local', when: chose('db-1') },
    { id: 'imageLocality.outweighed', when: chose('db-2') },
  ],
};
