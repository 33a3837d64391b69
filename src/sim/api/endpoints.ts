import type { Change } from './change.ts';
import type { Pod, Service, ServicePort } from './object.ts';
import { isPodReady, isPodTerminal, readyCondition } from './pods.ts';

/** What the two endpoint controllers share (k8s.io/endpointslice/util). */

export const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time';
export const HEADLESS = 'service.kubernetes.io/headless';

export const isHeadless = (service: Service): boolean => service.spec.clusterIP === undefined || service.spec.clusterIP === '' || service.spec.clusterIP === 'None';

/** Whether this Service's endpoints are found by its selector, and not written by somebody else. */
export const selectsPods = (service: Service): boolean => service.spec.type !== 'ExternalName' && service.spec.selector !== undefined && service.spec.selector !== null;

/** Has an address, and has not ended. */
export function belongsInEndpoints(pod: Pod, evenTerminating: boolean): boolean {
  if (isPodTerminal(pod) || ((pod.status.podIP ?? '') === '' && (pod.status.podIPs ?? []).length === 0)) return false;
  return evenTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** The number of a Service's port at this Pod; a name is looked up among its containers' ports. Undefined: the Pod has no such port. */
export function portAt(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  for (const container of [...pod.spec.containers, ...sidecars]) {
    for (const candidate of container.ports ?? []) if (candidate.name === target && (candidate.protocol ?? 'TCP') === (port.protocol ?? 'TCP')) return candidate.containerPort;
  }
  return undefined;
}

export const addressesOf = (pod: Pod): readonly string[] => pod.status.podIPs?.map(({ ip }) => ip) ?? (pod.status.podIP === undefined || pod.status.podIP === '' ? [] : [pod.status.podIP]);

export const isIPv6 = (address: string): boolean => address.includes(':');

const sameLabels = (a: Pod, b: Pod): boolean => a.metadata.labels === b.metadata.labels && a.spec.hostname === b.spec.hostname && a.spec.subdomain === b.spec.subdomain;

/**
 * Whether a Pod's change can matter to any endpoint. A Pod that is being deleted always does: upstream compares the two timestamps by pointer
 * (podEndpointsChanged), and so syncs once more for each of its changes.
 */
export function changesEndpoints(change: Change): boolean {
  const before = change.before as Pod | undefined;
  const after = change.after as Pod | undefined;
  // Who is in no endpoints before and after does not change any, though upstream would look.
  if ((before === undefined || !belongsInEndpoints(before, true)) && (after === undefined || !belongsInEndpoints(after, true))) return false;
  if (before === undefined || after === undefined) return true;
  if (after.metadata.deletionTimestamp !== undefined || before.metadata.deletionTimestamp !== undefined) return true;
  if (!sameLabels(before, after)) return true;
  if (before.status === after.status) return false;
  if (isPodReady(before) !== isPodReady(after)) return true;
  const left = before.status.podIPs ?? [];
  const right = after.status.podIPs ?? [];
  return left.length !== right.length || left.some(({ ip }, i) => ip !== right[i]!.ip);
}

export interface TriggerMemory {
  /** The last transition of each Pod's readiness, as it was at the last sync. */
  readonly pods: Readonly<Record<string, string>>;
}

/**
 * TriggerTimeTracker: the earliest of the moments that changed since the last sync, for the annotation by which clients measure the lag;
 * undefined when nothing did. At first it is the Service's creation.
 */
export function triggerTime(service: Service, pods: readonly Pod[], memory: TriggerMemory | undefined): { readonly trigger: string | undefined; readonly memory: TriggerMemory } {
  let trigger: string | undefined;
  let changed = memory === undefined || Object.keys(memory.pods).length !== pods.length;
  for (const pod of pods) {
    const at = readyCondition(pod)?.lastTransitionTime;
    const known = memory?.pods[pod.metadata.name];
    if (at === (known === '' ? undefined : known)) {
      if (known === undefined) changed = true;
      continue;
    }
    changed = true;
    if (at !== undefined && at > (known ?? '') && (trigger === undefined || at < trigger)) trigger = at;
  }
  if (!changed && memory !== undefined) return { trigger, memory };
  const times: Record<string, string> = {};
  for (const pod of pods) times[pod.metadata.name] = readyCondition(pod)?.lastTransitionTime ?? '';
  return { trigger: memory === undefined ? service.metadata.creationTimestamp : trigger, memory: { pods: times } };
}
