import type { Node, Pod, Toleration } from '../../api/object.ts';
import { anyTolerates, untoleratedTaint } from '../../api/toleration.ts';
import { hintFor, isSamePod } from '../events.ts';
import { HARD_TAINT } from '../hot.ts';
import { reject, type Plugin } from '../plugin.ts';
import { byHighestReversed } from './normalize.ts';

const UNTOLERATED = reject('TaintToleration', 'UnschedulableAndUnresolvable', 'node(s) had untolerated taint(s)');

/** NoSchedule and NoExecute taints keep Pods away that do not tolerate them; PreferNoSchedule taints count against a node. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  filter(pod, node) {
    const taints = node.node.spec?.taints;
    return taints === undefined || untoleratedTaint(taints, pod.pod.spec.tolerations) === undefined ? undefined : UNTOLERATED;
  },
  preScore(pod, _feasible, cycle) {
    const soft = pod.pod.spec.tolerations?.filter((each) => each.effect === undefined || each.effect === '' || each.effect === 'PreferNoSchedule');
    cycle.scoreState.set('TaintToleration', soft);
    return undefined;
  },
  score(_pod, node, cycle) {
    const taints = node.node.spec?.taints;
    if (taints === undefined) return 0;
    const tolerations = cycle.scoreState.get('TaintToleration') as readonly Toleration[] | undefined;
    let count = 0;
    for (const taint of taints) if (taint.effect === 'PreferNoSchedule' && !anyTolerates(tolerations, taint)) count++;
    return count;
  },
  normalize: byHighestReversed,
  hotFilter(pod, cycle, hot) {
    if (hot.hardTainted === 0) return 'none';
    const { list } = cycle.snapshot;
    const { tolerations } = pod.pod.spec;
    return (at) => ((hot.flags[at]! & HARD_TAINT) === 0 || untoleratedTaint(list[at]!.node.spec?.taints, tolerations) === undefined ? undefined : UNTOLERATED);
  },
  hotScore: (_pod, _cycle, hot) => (hot.softTainted === 0 ? 0 : 'ask'),
  events: [
    {
      kind: 'Node',
      actions: ['Add', 'UpdateNodeTaint'],
      hint: hintFor<Node>((pod, before, after) => {
        const was = before === undefined || untoleratedTaint(before.spec?.taints, pod.spec.tolerations) !== undefined;
        return was && untoleratedTaint(after?.spec?.taints, pod.spec.tolerations) === undefined;
      }),
    },
    { kind: 'Pod', actions: ['UpdatePodToleration'], hint: hintFor<Pod>((pod, _before, after) => after !== undefined && isSamePod(pod, after)) },
  ],
};
