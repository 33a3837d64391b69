import { MILLISECOND, SECOND } from '../api/time.ts';
import { nginxDeployment, nginxService } from './nginx.ts';
import { apply, deletePod, THREE_NODES, type Scenario } from './scenario.ts';
import { created, gone, marked, podPhase, rules, settled } from './when.ts';

/** Somebody deletes a Pod, and another takes its place. */
export const killPod: Scenario = {
  id: 'killPod',
  config: THREE_NODES,
  seed: 1,
  script: [
    apply(5 * SECOND, nginxDeployment, 'nginx.yaml'),
    apply(5 * SECOND + 12 * MILLISECOND, nginxService, 'nginx.yaml'),
    deletePod(20 * SECOND, 'nginx-deployment-cf4cd4db7-25h7x'),
  ],
  chapters: [
    { id: 'killPod.begin' },
    { id: 'killPod.three', when: settled },
    { id: 'killPod.marked', when: marked },
    { id: 'killPod.replaced', when: created('Pod') },
    { id: 'killPod.rules', when: rules(false), after: 'killPod.marked' },
    { id: 'killPod.gone', when: gone('Pod'), after: 'killPod.marked' },
    { id: 'killPod.running', when: podPhase('Running'), after: 'killPod.replaced' },
    { id: 'killPod.settled', when: settled },
  ],
};
