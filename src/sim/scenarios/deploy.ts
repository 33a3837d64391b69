import { MILLISECOND, SECOND } from '../api/time.ts';
import { nginxDeployment, nginxService } from './nginx.ts';
import { apply, THREE_NODES, type Scenario } from './scenario.ts';
import { bound, created, podPhase, rules, settled } from './when.ts';

/** A Deployment and its Service come to life. */
export const deploy: Scenario = {
  id: 'deploy',
  config: THREE_NODES,
  seed: 1,
  script: [apply(5 * SECOND, nginxDeployment, 'nginx.yaml'), apply(5 * SECOND + 12 * MILLISECOND, nginxService, 'nginx.yaml')],
  chapters: [
    { id: 'deploy.begin' },
    { id: 'deploy.stored', when: created('Deployment') },
    { id: 'deploy.replicaSet', when: created('ReplicaSet') },
    { id: 'deploy.pods', when: created('Pod') },
    { id: 'deploy.bound', when: bound },
    { id: 'deploy.running', when: podPhase('Running') },
    { id: 'deploy.served', when: rules(true) },
    { id: 'deploy.settled', when: settled },
  ],
};
