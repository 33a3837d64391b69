import type { Pod } from '../api/object.ts';
import { invariant } from './invariant.ts';

/** A kubelet calls a Pod ready only when every one of its containers is. */
export const readyContainersReady = invariant<undefined>({
  name: 'readyContainersReady',
  init: () => undefined,
  check({ changes }) {
    for (const { kind, key, after, by } of changes) {
      if (kind !== 'Pod' || after === undefined || !by.startsWith('system:node:')) continue;
      const { status, spec } = after as Pod;
      if (status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') !== true) continue;
      for (const { name } of spec.containers) if (status.containerStatuses?.find((each) => each.name === name)?.ready !== true) return `Pod ${key} is Ready, and its container ${name} is not`;
    }
    return undefined;
  },
});
