import type { Pod } from '../../api/object.ts';
import { hasPlace, hintFor } from '../events.ts';
import { addPod, isPortTaken, newNodeInfo } from '../nodeinfo.ts';
import { reject, type NodeInfo, type Plugin, type PodInfo } from '../plugin.ts';
import { podInfoOf } from '../podinfo.ts';

const TAKEN = reject('NodePorts', 'Unschedulable', "node(s) didn't have free ports for the requested pod ports");

function clashes(pod: PodInfo, node: NodeInfo): boolean {
  for (const port of pod.hostPorts) if (isPortTaken(node, port.hostIP, port.protocol, port.hostPort!)) return true;
  return false;
}

/** A host port can be taken once per node, protocol and address. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  preFilter: (pod) => (pod.hostPorts.length === 0 ? 'skip' : undefined),
  filter: (pod, node) => (clashes(pod, node) ? TAKEN : undefined),
  events: [
    {
      kind: 'Pod',
      actions: ['Delete'],
      hint: hintFor<Pod>((pod, before) => {
        if (before === undefined || !hasPlace(before) || podInfoOf(before).hostPorts.length === 0) return false;
        const only = newNodeInfo({ apiVersion: 'v1', kind: 'Node', metadata: { name: '', uid: '', resourceVersion: '', creationTimestamp: '' }, spec: {}, status: {} });
        addPod(only, before);
        return clashes(podInfoOf(pod), only);
      }),
    },
    { kind: 'Node', actions: ['Add'] },
  ],
};
