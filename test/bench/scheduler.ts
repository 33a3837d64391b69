/**
 * How fast the scheduler decides, measured as the real one was: Pods one after the other through the whole
 * cycle, each put on its node in the cache; nothing is bound. Pods per CPU second.
 */
import type { Node, Pod } from '../../src/sim/api/object.ts';
import { choose } from '../../src/sim/scheduler/decide.ts';
import type { Lookups } from '../../src/sim/scheduler/plugin.ts';
import { DEFAULT_PROFILE } from '../../src/sim/scheduler/profile.ts';
import { newSnapshot, putNode, putPod, type Snapshot } from '../../src/sim/scheduler/snapshot.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
export type Workload = 'plain' | 'zone spread' | 'preferred anti-affinity';
/** The real scheduler's Pods per CPU second on the same class of machine: shared/design/measured.md. */
export const REAL: Readonly<Record<Workload, Readonly<Record<number, number>>>> = {
  plain: { 100: 3119, 1000: 911, 5000: 730 },
  'zone spread': { 100: 1932, 1000: 426, 5000: 267 },
  'preferred anti-affinity': { 100: 803, 1000: 258, 5000: 245 },
};
const NO_LOOKUPS: Lookups = { get: () => undefined, list: () => [] };
const CREATED = '2026-01-05T08:00:00Z';

export function clusterOf(nodes: number): Snapshot {
  const snapshot = newSnapshot();
  for (let i = 0; i < nodes; i++) {
    const name = `node-${i}`;
    const node: Node = {
      apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: CREATED, labels: { [HOST]: name, [ZONE]: `zone-${i % 3}`, 'topology.kubernetes.io/region': 'r' } }, spec: {},
      status: { allocatable: { cpu: '32', memory: '128Gi', pods: '110', 'ephemeral-storage': '100Gi' } },
    };
    putNode(snapshot, node);
  }
  return snapshot;
}

const SELECTOR = { matchLabels: { app: 'web' } };
export function podOf(workload: Workload, i: number): Pod {
  const name = `p-${i}`;
  return {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: CREATED, labels: { app: 'web' } },
    spec: {
      containers: [{ name: 'c', image: 'img', resources: { requests: { cpu: '100m', memory: '128Mi' } } }],
      ...(workload === 'zone spread' ? { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector: SELECTOR }] } : {}),
      ...(workload === 'preferred anti-affinity'
        ? { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { labelSelector: SELECTOR, topologyKey: HOST } }] } } }
        : {}),
    },
    status: {},
  };
}

/** A function that schedules the next Pods and says how many CPU seconds that took. */
export function runner(workload: Workload, nodes: number, cpuSeconds: (work: () => void) => number): (pods: number) => number {
  const snapshot = clusterOf(nodes);
  let start = 0;
  let next = 0;
  let draw = 12345;
  return (pods) =>
    cpuSeconds(() => {
      for (let i = 0; i < pods; i++) {
        const pod = podOf(workload, next++);
        draw = (Math.imul(draw, 1103515245) + 12345) >>> 0;
        const { chosen, nextStart } = choose(pod, snapshot, NO_LOOKUPS, DEFAULT_PROFILE, { draw, start });
        start = nextStart;
        if (chosen === undefined) throw new Error(`no node for ${pod.metadata.name}`);
        putPod(snapshot, { ...pod, spec: { ...pod.spec, nodeName: chosen } });
      }
    });
}

export function schedulerFigures(figure: (name: string, value: number, unit: string, aim?: string) => void, cpuSeconds: (work: () => void) => number): void {
  const cold = runner('plain', 100, cpuSeconds)(300);
  figure('scheduler: first 300 Pods in this process, 100 nodes: CPU', 1000 * cold, 'ms');
  for (const workload of ['plain', 'zone spread', 'preferred anti-affinity'] as const) {
    for (const nodes of [100, 1000, 5000]) {
      const run = runner(workload, nodes, cpuSeconds);
      run(2500);
      const pods = 1500;
      // As for the real one, what was thrown away before is no part of it.
      const runs = Array.from({ length: 5 }, () => {
        globalThis.gc?.();
        return pods / run(pods);
      }).sort((a, b) => a - b);
      const real = REAL[workload][nodes]!;
      figure(`scheduler: ${workload}, ${nodes.toLocaleString('en')} nodes, median of five`, runs[2]!, 'Pods/s', `aim >= ${(10 * real).toLocaleString('en')} (real: ${real})`);
    }
  }
}
