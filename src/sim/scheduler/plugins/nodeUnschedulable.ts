import type { Node, Pod, Taint } from '../../api/object.ts';
import { anyTolerates } from '../../api/toleration.ts';
import { hintFor, isSamePod } from '../events.ts';
import { reject, type Plugin } from '../plugin.ts';

const CORDONED = reject('NodeUnschedulable', 'UnschedulableAndUnresolvable', 'node(s) were unschedulable');
const TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** A cordoned node takes only Pods that tolerate its taint, whether the taint is there yet or not. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  hotFilter: (_pod, _cycle, hot) => (hot.cordoned === 0 ? 'none' : 'ask'),
  filter: (pod, node) => (node.node.spec?.unschedulable !== true || anyTolerates(pod.pod.spec.tolerations, TAINT) ? undefined : CORDONED),
  events: [
    {
      kind: 'Node',
      actions: ['Add', 'UpdateNodeTaint'],
      hint: hintFor<Node>((_pod, before, after) => after?.spec?.unschedulable !== true && (before === undefined || before.spec?.unschedulable === true)),
    },
    {
      kind: 'Pod',
      actions: ['UpdatePodToleration'],
      hint: hintFor<Pod>((pod, _before, after) => after !== undefined && isSamePod(pod, after) && anyTolerates(after.spec.tolerations, TAINT)),
    },
  ],
};
