import type { Job } from '../api/workloads.ts';
import { invariant } from './invariant.ts';

/** Each Pod of a Job that has ended is counted once: what the status has counted and what it still notes are together what it ever noted. */
export const jobsCountOnce = invariant<{ readonly noted: Map<string, { readonly succeeded: Set<string>; readonly failed: Set<string> }> }>({
  name: 'jobsCountOnce',
  init: () => ({ noted: new Map() }),
  check({ changes }, { noted }) {
    for (const { kind, key, after } of changes) {
      if (kind !== 'Job' || after === undefined) continue;
      const { metadata, spec, status } = after as Job;
      let known = noted.get(metadata.uid);
      if (known === undefined) noted.set(metadata.uid, (known = { succeeded: new Set(), failed: new Set() }));
      for (const how of ['succeeded', 'failed'] as const) {
        const waiting = status?.uncountedTerminatedPods?.[how] ?? [];
        for (const uid of waiting) known[how].add(uid);
        // The indexes of an indexed Job say themselves what has succeeded.
        if (how === 'succeeded' && spec.completionMode === 'Indexed') continue;
        const counted = (status?.[how] ?? 0) + waiting.length;
        if (counted !== known[how].size) return `${key} has counted or noted ${counted} Pods as ${how}, and has ever noted ${known[how].size}`;
      }
    }
    return undefined;
  },
});
