import { reject, type Plugin } from '../plugin.ts';

const OTHER = reject('NodeName', 'UnschedulableAndUnresolvable', "node(s) didn't match the requested node name");

/** A Pod that names its node fits nowhere else. */
export const nodeName: Plugin = {
  name: 'NodeName',
  filter(pod, node) {
    const wanted = pod.pod.spec.nodeName;
    return wanted === undefined || wanted === '' || wanted === node.name ? undefined : OTHER;
  },
  hotFilter: (pod) => ((pod.pod.spec.nodeName ?? '') === '' ? 'none' : 'ask'),
  events: [{ kind: 'Node', actions: ['Add'] }],
};
