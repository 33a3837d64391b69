import { REVISION_HASH_LABEL } from '../../api/controllerRevisions.ts';
import { scaledValue } from '../../api/intOrString.ts';
import type { Pod } from '../../api/object.ts';
import { isPodAvailable } from '../../api/pods.ts';
import type { Micros } from '../../api/time.ts';
import type { DaemonSet } from '../../api/workloads.ts';
import type { Belongs } from './placement.ts';

/** The rolling update of a DaemonSet (pkg/controller/daemon/update.go: rollingUpdate). Nodes come in the order of their names; upstream's is chance. */

export const TEMPLATE_GENERATION = 'pod-template-generation';
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';

export function templateGeneration(daemonSet: DaemonSet): string | undefined {
  const text = daemonSet.metadata.annotations?.[GENERATION_ANNOTATION];
  return text !== undefined && /^-?\d+$/.test(text) ? text : undefined;
}
export function isUpdated(daemonSet: DaemonSet, pod: Pod, hash: string): boolean {
  const generation = templateGeneration(daemonSet);
  const labels = pod.metadata.labels;
  return labels?.[REVISION_HASH_LABEL] === hash || (generation !== undefined && labels?.[TEMPLATE_GENERATION] === generation);
}

export const surgeOf = (daemonSet: DaemonSet, nodes: number): number => {
  const { type, rollingUpdate } = daemonSet.spec.updateStrategy;
  return type !== 'RollingUpdate' || rollingUpdate?.maxSurge === undefined ? 0 : (scaledValue(rollingUpdate.maxSurge, nodes, true) ?? 0);
};
const unavailableOf = (daemonSet: DaemonSet, nodes: number): number => {
  const { type, rollingUpdate } = daemonSet.spec.updateStrategy;
  return type !== 'RollingUpdate' || rollingUpdate === undefined ? 0 : (scaledValue(rollingUpdate.maxUnavailable ?? 0, nodes, true) ?? 0);
};

/** At most one of the new revision and one of an older; undefined when there are more: then the surplus has to go first. */
function pairOn(daemonSet: DaemonSet, pods: readonly Pod[], hash: string): { readonly fresh: Pod | undefined; readonly old: Pod | undefined } | undefined {
  let fresh: Pod | undefined;
  let old: Pod | undefined;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    if (isUpdated(daemonSet, pod, hash)) {
      if (fresh !== undefined) return undefined;
      fresh = pod;
    } else {
      if (old !== undefined) return undefined;
      old = pod;
    }
  }
  return { fresh, old };
}

export interface Update {
  readonly deletes: readonly Pod[];
  readonly createsOn: readonly string[];
}

/** `byNode` has every node that has a Pod or should have one. */
export function rollingUpdate(daemonSet: DaemonSet, byNode: ReadonlyMap<string, readonly Pod[]>, belongsOn: (node: string) => Belongs, desired: number, hash: string, now: Micros): Update {
  const minReadySeconds = daemonSet.spec.minReadySeconds ?? 0;
  const available = (pod: Pod): boolean => isPodAvailable(pod, minReadySeconds, now);
  const maxSurge = surgeOf(daemonSet, desired);
  let maxUnavailable = unavailableOf(daemonSet, desired);
  if (desired > 0 && maxUnavailable === 0 && maxSurge === 0) maxUnavailable = 1;
  return maxSurge === 0 ? replacing() : surging();

  /** Just as many old Pods are deleted as may be unavailable; those that are unavailable anyway at once. */
  function replacing(): Update {
    let unavailable = 0;
    const anyway: Pod[] = [];
    const candidates: Pod[] = [];
    for (const pods of byNode.values()) {
      const pair = pairOn(daemonSet, pods, hash);
      if (pair === undefined || (pair.fresh === undefined) === (pair.old === undefined)) unavailable++;
      else if (pair.fresh !== undefined) {
        if (!available(pair.fresh)) unavailable++;
      } else if (!available(pair.old!)) {
        anyway.push(pair.old!);
        unavailable++;
      } else if (unavailable < maxUnavailable) candidates.push(pair.old!);
    }
    return { deletes: [...anyway, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))], createsOn: [] };
  }

  /** New Pods are made beside old ones, as many as may be more; an old one goes when its successor is available. */
  function surging(): Update {
    const deletes: Pod[] = [];
    const misplaced: Pod[] = [];
    const anyway: string[] = [];
    const candidates: string[] = [];
    let surge = 0;
    let availableNodes = 0;
    for (const [node, pods] of byNode) {
      const pair = pairOn(daemonSet, pods, hash);
      if (pair === undefined) {
        surge++;
        continue;
      }
      const { fresh, old } = pair;
      const shown = old ?? fresh;
      if (shown !== undefined && available(shown)) availableNodes++;
      if (old === undefined) continue;
      if (fresh === undefined) {
        const { starts } = belongsOn(node);
        if (!available(old)) {
          if (starts) anyway.push(node);
          else deletes.push(old);
        } else if (!starts) misplaced.push(old);
        else if (surge < maxSurge) candidates.push(node);
      } else if (!available(fresh)) surge++;
      else deletes.push(old);
    }
    deletes.push(...misplaced.slice(0, Math.max(0, availableNodes - desired)));
    return { deletes, createsOn: [...anyway, ...candidates.slice(0, Math.max(0, maxSurge - surge))] };
  }
}
