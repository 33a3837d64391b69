import type { Container, Pod, ResourceList } from './object.ts';
import { milliOfResource } from './quantity.ts';

/**
 * What a Pod asks for in total, by resource, in thousandths (of a core, of a byte, of a device): exact for every quantity that the
 * API server lets through, and for sums below 2^53 thousandths (about 9 TB; above, to a few bytes). After component-helpers/resource: PodRequests.
 */
export type MilliRequests = Map<string, number>;

export interface RequestOptions {
  /** Count what the kubelet reports for the containers that run (in-place resize): as the scheduler does for Pods already placed. */
  readonly useStatus?: boolean;
  /** What a container that does not name a resource is taken to ask for. */
  readonly nonMissing?: ReadonlyMap<string, number>;
  /** Leave out what spec.resources of the Pod itself says. */
  readonly skipPodLevel?: boolean;
}

const isPodLevelResource = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

/** Whether spec.resources of the Pod itself names a request that counts. */
export function hasPodLevelRequests(pod: Pod): boolean {
  const requests = pod.spec.resources?.requests;
  if (requests !== undefined) for (const name in requests) if (isPodLevelResource(name)) return true;
  return false;
}

function addList(to: MilliRequests, list: ResourceList | undefined): void {
  if (list !== undefined) for (const name in list) to.set(name, (to.get(name) ?? 0) + milliOfResource(name, list[name]));
}
function addMap(to: MilliRequests, from: ReadonlyMap<string, number>): void {
  for (const [name, value] of from) to.set(name, (to.get(name) ?? 0) + value);
}
function raise(to: MilliRequests, from: ReadonlyMap<string, number>): void {
  for (const [name, value] of from) {
    const have = to.get(name);
    if (have === undefined || value > have) to.set(name, value);
  }
}
const toMap = (list: ResourceList | undefined): MilliRequests => {
  const map: MilliRequests = new Map();
  addList(map, list);
  return map;
};

/** While a resize is under way a container counts for the most of: wanted, allocated, in force. */
function effective(pod: Pod, spec: ResourceList | undefined, actuated: ResourceList | undefined, allocated: ResourceList | undefined): MilliRequests {
  const resize = pod.status?.conditions?.find((condition) => condition.type === 'PodResizePending');
  const result = toMap(actuated);
  raise(result, toMap(allocated));
  if (resize?.reason !== 'Infeasible') raise(result, toMap(spec));
  return result;
}

function containerRequests(pod: Pod, container: Container, options: RequestOptions, mayHaveStatus: boolean): MilliRequests {
  let requests: MilliRequests | undefined;
  if (options.useStatus === true && mayHaveStatus) {
    const statuses = container.restartPolicy === 'Always' ? pod.status?.initContainerStatuses : pod.status?.containerStatuses;
    const status = statuses?.find((each) => each.name === container.name);
    if (status?.resources !== undefined) requests = effective(pod, container.resources?.requests, status.resources.requests, status.allocatedResources);
  }
  requests ??= toMap(container.resources?.requests);
  if (options.nonMissing !== undefined) for (const [name, value] of options.nonMissing) if (!requests.has(name)) requests.set(name, value);
  return requests;
}

/** The sum of the containers, or more if an init container needs more; sidecars count in both. Pod-level requests take their place; overhead comes on top. */
export function podRequests(pod: Pod, options: RequestOptions = {}): MilliRequests {
  const { spec } = pod;
  const total: MilliRequests = new Map();
  for (const container of spec.containers) addMap(total, containerRequests(pod, container, options, true));
  if (spec.initContainers !== undefined && spec.initContainers.length > 0) {
    const sidecars: MilliRequests = new Map();
    const most: MilliRequests = new Map();
    for (const container of spec.initContainers) {
      const isSidecar = container.restartPolicy === 'Always';
      const requests = containerRequests(pod, container, options, isSidecar);
      if (isSidecar) {
        addMap(total, requests);
        addMap(sidecars, requests);
        raise(most, sidecars);
      } else {
        addMap(requests, sidecars);
        raise(most, requests);
      }
    }
    raise(total, most);
  }
  const podLevel = options.skipPodLevel === true ? undefined : spec.resources?.requests;
  if (podLevel !== undefined) for (const name in podLevel) if (isPodLevelResource(name)) total.set(name, milliOfResource(name, podLevel[name]));
  if (spec.overhead !== undefined) addList(total, spec.overhead);
  return total;
}

/** Extended resources, huge pages and attachable volumes: whatever the scheduler counts one by one besides cpu, memory, ephemeral-storage and pods. */
export function isScalarResource(name: string): boolean {
  if (name.startsWith('hugepages-') || name.startsWith('attachable-volumes-')) return true;
  return name.includes('/') && (name.includes('kubernetes.io/') || !name.startsWith('requests.'));
}
