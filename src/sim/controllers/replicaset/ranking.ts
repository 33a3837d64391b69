import type { Pod } from '../../api/object.ts';
import { isPodActive, isPodReady, readySince } from '../../api/pods.ts';
import { parseTimestamp } from '../../api/time.ts';
import type { Micros } from '../../api/time.ts';

/**
 * Which Pods go first when a ReplicaSet has too many (pkg/controller/controller_utils.go: ActivePodsWithRanks). In this order of importance:
 * without a node; pending, then unknown, then running; not ready; the lower deletion cost; more of its kin on the same node; ready for a
 * shorter time; more restarts; younger. Times are compared by their binary logarithm, so that of Pods of about the same age chance
 * decides, which is: the order of their uids.
 */

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  if (text === undefined || !/^(0|-?[1-9]\d*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost < -2_147_483_648 || cost > 2_147_483_647 ? 0 : cost;
}

/** The whole part of the binary logarithm of an age in nanoseconds; -1 for what is not in the past. Halving is exact; Math.log2 may differ between engines. */
export function logarithm(ageMicros: Micros): number {
  if (ageMicros <= 0) return -1;
  let rank = 0;
  for (let n = ageMicros * 1000; n >= 2; n /= 2) rank++;
  return rank;
}

function mostRestarts(pod: Pod): readonly [regular: number, sidecar: number] {
  let regular = 0;
  for (const status of pod.status.containerStatuses ?? []) regular = Math.max(regular, status.restartCount);
  let sidecar = 0;
  for (const status of pod.status.initContainerStatuses ?? []) {
    const container = pod.spec.initContainers?.find((candidate) => candidate.name === status.name);
    if (container?.restartPolicy === 'Always') sidecar = Math.max(sidecar, status.restartCount);
  }
  return [regular, sidecar];
}

interface Candidate {
  readonly pod: Pod;
  readonly assigned: number;
  readonly phase: number;
  readonly ready: number;
  readonly cost: number;
  readonly kin: number;
  readonly readySince: Micros | undefined;
  readonly regular: number;
  readonly sidecar: number;
  readonly created: Micros | undefined;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A time that is missing counts as the youngest; 0 when the logarithms of the two ages agree and the uids are to decide. */
function byAge(a: Micros | undefined, b: Micros | undefined, now: Micros): number {
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  return logarithm(now - a) - logarithm(now - b);
}

function compare(a: Candidate, b: Candidate, now: Micros): number {
  const first =
    a.assigned - b.assigned ||
    a.phase - b.phase ||
    a.ready - b.ready ||
    a.cost - b.cost ||
    b.kin - a.kin;
  if (first !== 0) return first;
  const uids = byText(a.pod.metadata.uid, b.pod.metadata.uid);
  if (a.ready === 1 && a.readySince !== b.readySince) return byAge(a.readySince, b.readySince, now) || uids;
  const restarts = b.regular - a.regular || b.sidecar - a.sidecar;
  if (restarts !== 0) return restarts;
  if (a.created !== b.created) return byAge(a.created, b.created, now) || uids;
  // Upstream leaves the order of equals to its unstable sort.
  return uids;
}

/** The first `count` of the Pods to delete. `related` are the active Pods of all ReplicaSets of the same owner, this one's included. */
export function podsToDelete(pods: readonly Pod[], related: readonly Pod[], count: number, now: Micros): readonly Pod[] {
  if (count >= pods.length) return pods;
  const perNode = new Map<string, number>();
  for (const pod of related) if (isPodActive(pod)) perNode.set(pod.spec.nodeName ?? '', (perNode.get(pod.spec.nodeName ?? '') ?? 0) + 1);
  const candidates = pods.map((pod): Candidate => {
    const [regular, sidecar] = mostRestarts(pod);
    return {
      pod,
      assigned: (pod.spec.nodeName ?? '') === '' ? 0 : 1,
      phase: PHASES[pod.status.phase ?? ''] ?? 0,
      ready: isPodReady(pod) ? 1 : 0,
      cost: deletionCost(pod),
      kin: perNode.get(pod.spec.nodeName ?? '') ?? 0,
      readySince: readySince(pod),
      regular,
      sidecar,
      created: parseTimestamp(pod.metadata.creationTimestamp),
    };
  });
  return candidates.sort((a, b) => compare(a, b, now)).slice(0, count).map((candidate) => candidate.pod);
}
