import { MILLISECOND, SECOND } from '../api/time.ts';
import { nginxDeployment, nginxService, SERVICE } from './nginx.ts';
import { apply, fault as happens, THREE_NODES, traffic, type Scenario } from './scenario.ts';
import { created, fault, gone, marked, nodeReady, requestFailed, rules, settled, tainted } from './when.ts';

/** A machine lives on, but the wire to it is cut; six minutes later it is whole again. */
export const partitionNode: Scenario = {
  id: 'partitionNode',
  config: THREE_NODES,
  seed: 1,
  script: [
    apply(5 * SECOND, nginxDeployment, 'nginx.yaml'),
    apply(5 * SECOND + 12 * MILLISECOND, nginxService, 'nginx.yaml'),
    traffic(15 * SECOND, { name: 'client', service: SERVICE, port: 80, perSecond: 5, from: { node: 'node-1' } }),
    happens(25 * SECOND, { type: 'partitionNode', node: 'node-3' }),
    happens(400 * SECOND, { type: 'healNode', node: 'node-3' }),
  ],
  chapters: [
    { id: 'partitionNode.begin' },
    { id: 'partitionNode.three', when: settled },
    { id: 'partitionNode.cut', when: fault('partitionNode') },
    { id: 'partitionNode.failed', when: requestFailed },
    { id: 'partitionNode.notReady', when: nodeReady(false) },
    { id: 'partitionNode.tainted', when: tainted('NoExecute') },
    { id: 'partitionNode.rules', when: rules(false), after: 'partitionNode.notReady' },
    { id: 'partitionNode.evicted', when: marked, after: 'partitionNode.tainted' },
    { id: 'partitionNode.replaced', when: created('Pod') },
    { id: 'partitionNode.settled', when: settled },
    { id: 'partitionNode.healed', when: fault('healNode') },
    { id: 'partitionNode.gone', when: gone('Pod') },
  ],
};
