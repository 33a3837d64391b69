import type { Node, Pod } from '../api/object.ts';
import { milliValue } from '../api/quantity.ts';
import { isScalarResource } from '../api/podrequests.ts';
import { podInfoOf, type PodInfo } from './podinfo.ts';

/** Pods on a node that nothing but their names tells apart for affinity and spreading. */
export interface PodGroup {
  /** Any of them. */
  info: PodInfo;
  count: number;
  /** Those that are not being deleted. */
  live: number;
}

/**
 * A node with what is on it. The sums are kept up as Pods come and go, never worked out anew: this is the scheduler's hot state
 * (upstream: framework/types.go, NodeInfo). Changed in place, by the functions of this file only.
 */
export interface NodeInfo {
  readonly name: string;
  node: Node;
  allocatableMilliCpu: number;
  allocatableMemory: number;
  allocatableEphemeralStorage: number;
  allowedPods: number;
  readonly allocatableScalars: Map<string, number>;
  requestedMilliCpu: number;
  requestedMemory: number;
  requestedEphemeralStorage: number;
  readonly requestedScalars: Map<string, number>;
  nonZeroMilliCpu: number;
  nonZeroMemory: number;
  /** By namespace/name, in the order they came. */
  readonly pods: Map<string, PodInfo>;
  readonly groups: Map<string, PodGroup>;
  /** How many Pods have Pod affinity of any kind, and how many required anti-affinity. */
  withAffinity: number;
  withRequiredAntiAffinity: number;
  /** "TCP/80" to the host addresses it is taken on. */
  readonly usedPorts: Map<string, Set<string>>;
}

const ANY_ADDRESS = '0.0.0.0';
const portKey = (protocol: string | undefined, port: number): string => `${protocol === undefined || protocol === '' ? 'TCP' : protocol}/${port}`;
const address = (ip: string | undefined): string => (ip === undefined || ip === '' ? ANY_ADDRESS : ip);

export function newNodeInfo(node: Node): NodeInfo {
  const info: NodeInfo = {
    name: node.metadata.name,
    node,
    allocatableMilliCpu: 0,
    allocatableMemory: 0,
    allocatableEphemeralStorage: 0,
    allowedPods: 0,
    allocatableScalars: new Map(),
    requestedMilliCpu: 0,
    requestedMemory: 0,
    requestedEphemeralStorage: 0,
    requestedScalars: new Map(),
    nonZeroMilliCpu: 0,
    nonZeroMemory: 0,
    pods: new Map(),
    groups: new Map(),
    withAffinity: 0,
    withRequiredAntiAffinity: 0,
    usedPorts: new Map(),
  };
  countAllocatable(info);
  return info;
}

export function setNode(info: NodeInfo, node: Node): void {
  const before = info.node.status?.allocatable;
  info.node = node;
  if (before !== node.status?.allocatable) countAllocatable(info);
}

function countAllocatable(info: NodeInfo): void {
  const list = info.node.status?.allocatable;
  info.allocatableMilliCpu = milliValue(list?.['cpu']);
  info.allocatableMemory = wholeOf(list?.['memory']);
  info.allocatableEphemeralStorage = wholeOf(list?.['ephemeral-storage']);
  info.allowedPods = wholeOf(list?.['pods']);
  info.allocatableScalars.clear();
  if (list !== undefined) {
    for (const name in list) {
      if (name !== 'cpu' && name !== 'memory' && name !== 'ephemeral-storage' && name !== 'pods' && isScalarResource(name)) info.allocatableScalars.set(name, wholeOf(list[name]));
    }
  }
}
const wholeOf = (quantity: string | undefined): number => Math.ceil(milliValue(quantity) / 1000);

function account(info: NodeInfo, pod: PodInfo, sign: 1 | -1): void {
  const { used } = pod;
  info.requestedMilliCpu += sign * used.milliCpu;
  info.requestedMemory += sign * used.memory;
  info.requestedEphemeralStorage += sign * used.ephemeralStorage;
  info.nonZeroMilliCpu += sign * pod.usedNonZeroMilliCpu;
  info.nonZeroMemory += sign * pod.usedNonZeroMemory;
  for (const [name, amount] of used.scalars) info.requestedScalars.set(name, (info.requestedScalars.get(name) ?? 0) + sign * amount);
  for (const port of pod.hostPorts) {
    const key = portKey(port.protocol, port.hostPort!);
    let taken = info.usedPorts.get(key);
    if (sign > 0) {
      if (taken === undefined) info.usedPorts.set(key, (taken = new Set()));
      taken.add(address(port.hostIP));
    } else if (taken !== undefined) {
      // As upstream (HostPortInfo): a set, not a count.
      taken.delete(address(port.hostIP));
      if (taken.size === 0) info.usedPorts.delete(key);
    }
  }
  if (pod.terms !== undefined) {
    info.withAffinity += sign;
    if (pod.terms.requiredAntiAffinity.length > 0) info.withRequiredAntiAffinity += sign;
  }
  const group = info.groups.get(pod.group);
  if (group === undefined) info.groups.set(pod.group, { info: pod, count: sign, live: pod.terminating ? 0 : sign });
  else {
    group.count += sign;
    if (!pod.terminating) group.live += sign;
    if (group.count === 0) info.groups.delete(pod.group);
  }
}

export function addPodInfo(info: NodeInfo, pod: PodInfo): void {
  const before = info.pods.get(pod.key);
  if (before !== undefined) account(info, before, -1);
  info.pods.set(pod.key, pod);
  account(info, pod, 1);
}
export function addPod(info: NodeInfo, pod: Pod): void {
  addPodInfo(info, podInfoOf(pod));
}

/** False: it was not there. */
export function removePod(info: NodeInfo, key: string): boolean {
  const pod = info.pods.get(key);
  if (pod === undefined) return false;
  info.pods.delete(key);
  account(info, pod, -1);
  return true;
}

/** For trying things out (preemption, nominated Pods): shares nothing that changes. */
export function cloneNodeInfo(info: NodeInfo): NodeInfo {
  return {
    ...info,
    allocatableScalars: new Map(info.allocatableScalars),
    requestedScalars: new Map(info.requestedScalars),
    pods: new Map(info.pods),
    groups: new Map([...info.groups].map(([key, group]) => [key, { ...group }])),
    usedPorts: new Map([...info.usedPorts].map(([key, taken]) => [key, new Set(taken)])),
  };
}

/** Whether a host port is taken: on its own address, or on all of them, on either side. */
export function isPortTaken(info: NodeInfo, ip: string | undefined, protocol: string | undefined, port: number): boolean {
  const taken = info.usedPorts.get(portKey(protocol, port));
  if (taken === undefined) return false;
  const wanted = address(ip);
  return wanted === ANY_ADDRESS || taken.has(ANY_ADDRESS) || taken.has(wanted);
}
