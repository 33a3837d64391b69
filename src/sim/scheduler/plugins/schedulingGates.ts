import type { Pod } from '../../api/object.ts';
import { hintFor, isSamePod } from '../events.ts';
import { reject, type Plugin } from '../plugin.ts';

/** A Pod with scheduling gates is not even tried until the last gate is removed. */
export const schedulingGates: Plugin = {
  name: 'SchedulingGates',
  preEnqueue(pod) {
    const gates = pod.pod.spec.schedulingGates ?? [];
    if (gates.length === 0) return undefined;
    return reject('SchedulingGates', 'UnschedulableAndUnresolvable', `waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]`);
  },
  events: [
    { kind: 'Pod', actions: ['UpdatePodSchedulingGatesEliminated'], hint: hintFor<Pod>((pod, _before, after) => after !== undefined && isSamePod(pod, after)) },
  ],
};
