import type { Pod } from '../api/object.ts';
import { invariant } from './invariant.ts';

/** A Pod's containers run only on its node: no machine is asked to start what is another's. */
export const containersAtHome = invariant<undefined>({
  name: 'containersAtHome',
  init: () => undefined,
  check({ records }) {
    for (const record of records) {
      if (record.type !== 'message' || (record.message.type !== 'RunPodSandbox' && record.message.type !== 'StartContainer')) continue;
      const pod = record.message['pod'] as Pod;
      if (`machine/${pod.spec.nodeName}` !== record.process) return `${record.process} was asked to run Pod ${pod.metadata.name} of ${pod.spec.nodeName ?? 'no node'}`;
    }
    return undefined;
  },
});
