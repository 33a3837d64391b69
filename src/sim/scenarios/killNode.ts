import { MILLISECOND, SECOND } from '../api/time.ts';
import { nginxDeployment, nginxService, SERVICE } from './nginx.ts';
import { apply, fault as happens, THREE_NODES, traffic, type Scenario } from './scenario.ts';
import { created, fault, gone, marked, nodeReady, requestFailed, rules, settled, tainted } from './when.ts';

/** The power of a machine fails, and six minutes later it is back. */
export const killNode: Scenario = {
  id: 'killNode',
  config: THREE_NODES,
  seed: 1,
  script: [
    apply(5 * SECOND, nginxDeployment, 'nginx.yaml'),
    apply(5 * SECOND + 12 * MILLISECOND, nginxService, 'nginx.yaml'),
    traffic(15 * SECOND, { name: 'client', service: SERVICE, port: 80, perSecond: 5, from: { node: 'node-1' } }),
    happens(25 * SECOND, { type: 'killNode', node: 'node-2' }),
    happens(400 * SECOND, { type: 'returnNode', node: 'node-2' }),
  ],
  chapters: [
    { id: 'killNode.begin' },
    { id: 'killNode.three', when: settled },
    { id: 'killNode.killed', when: fault('killNode') },
    { id: 'killNode.failed', when: requestFailed },
    { id: 'killNode.notReady', when: nodeReady(false) },
    { id: 'killNode.tainted', when: tainted('NoExecute') },
    { id: 'killNode.rules', when: rules(false), after: 'killNode.notReady' },
    { id: 'killNode.evicted', when: marked, after: 'killNode.tainted' },
    { id: 'killNode.replaced', when: created('Pod') },
    { id: 'killNode.settled', when: settled },
    { id: 'killNode.back', when: nodeReady(true) },
    { id: 'killNode.gone', when: gone('Pod') },
  ],
};
