import { SECOND } from '../api/time.ts';
import { DEPLOYMENT, nginxDeployment } from './nginx.ts';
import { apply, scale as scaleTo, THREE_NODES, type Scenario } from './scenario.ts';
import { created, gone, marked, scaledTo, settled } from './when.ts';

/** Three Pods, then six, then two. */
export const scale: Scenario = {
  id: 'scale',
  config: THREE_NODES,
  seed: 1,
  script: [apply(5 * SECOND, nginxDeployment, 'nginx.yaml'), scaleTo(20 * SECOND, DEPLOYMENT, 6), scaleTo(40 * SECOND, DEPLOYMENT, 2)],
  chapters: [
    { id: 'scale.begin' },
    { id: 'scale.three', when: settled },
    { id: 'scale.up', when: scaledTo(true) },
    { id: 'scale.more', when: created('Pod') },
    { id: 'scale.six', when: settled },
    { id: 'scale.down', when: scaledTo(false) },
    { id: 'scale.chosen', when: marked },
    { id: 'scale.gone', when: gone('Pod') },
    { id: 'scale.two', when: settled, after: 'scale.chosen' },
  ],
};
