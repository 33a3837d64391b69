import { MILLISECOND, SECOND } from '../api/time.ts';
import { DEPLOYMENT, nginxDeployment, nginxService, nginxTemplate, SERVICE } from './nginx.ts';
import { apply, setImage, THREE_NODES, traffic, undo, type Scenario } from './scenario.ts';
import { created, gone, marked, newTemplate, requestFailed, settled } from './when.ts';

/** A new image comes in Pod by Pod, while a client asks; then the old one comes back. */
export const rollout: Scenario = {
  id: 'rollout',
  config: THREE_NODES,
  seed: 1,
  script: [
    apply(5 * SECOND, nginxDeployment, 'nginx.yaml'),
    apply(5 * SECOND + 12 * MILLISECOND, nginxService, 'nginx.yaml'),
    traffic(15 * SECOND, { name: 'client', service: SERVICE, port: 80, perSecond: 10, from: { node: 'node-1' } }),
    setImage(20 * SECOND, DEPLOYMENT, 'nginx', 'nginx:1.16.1'),
    undo(45 * SECOND, nginxDeployment, nginxTemplate, 2),
  ],
  chapters: [
    { id: 'rollout.begin' },
    { id: 'rollout.three', when: settled },
    { id: 'rollout.image', when: newTemplate },
    { id: 'rollout.newReplicaSet', when: created('ReplicaSet') },
    { id: 'rollout.firstNew', when: created('Pod') },
    { id: 'rollout.firstOld', when: marked },
    { id: 'rollout.failed', when: requestFailed, after: 'rollout.firstOld' },
    { id: 'rollout.oldGone', when: gone('Pod'), after: 'rollout.firstOld' },
    { id: 'rollout.done', when: settled },
    { id: 'rollout.undo', when: newTemplate },
    { id: 'rollout.back', when: settled },
  ],
};
