import type { ContainerStatus, Pod } from '../object.ts';
import { conditionOf } from '../object.ts';
import { parseTimestamp } from '../time.ts';
import type { Micros } from '../time.ts';
import { humanDuration, since } from './duration.ts';
import { columns, orNone } from './column.ts';
import type { Printer } from './column.ts';

const latest = (a: Micros | undefined, b: Micros | undefined): Micros | undefined => (a === undefined ? b : b === undefined ? a : Math.max(a, b));
const endOf = (status: ContainerStatus): Micros | undefined => parseTimestamp(status.lastState?.terminated?.finishedAt);

/** The STATUS, READY and RESTARTS of a Pod, which no field of it says: the API server works them out for tables (printPod). */
export function podSummary(pod: Pod, now: Micros): { readonly status: string; readonly ready: string; readonly restarts: string } {
  const status = pod.status ?? {};
  const sidecars = new Set((pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always').map((container) => container.name));
  const total = pod.spec.containers.length + sidecars.size;
  let reason: string = status.reason ?? status.phase ?? '';
  if ((status.conditions ?? []).some((condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated')) reason = 'SchedulingGated';
  let readyCount = 0;
  let restarts = 0;
  let restartedAt: Micros | undefined;
  let sidecarRestarts = 0;
  let sidecarRestartedAt: Micros | undefined;
  let initializing = false;
  const inits = status.initContainerStatuses ?? [];
  for (let i = 0; i < inits.length; i++) {
    const init = inits[i]!;
    restarts += init.restartCount;
    restartedAt = latest(restartedAt, endOf(init));
    if (sidecars.has(init.name)) {
      sidecarRestarts += init.restartCount;
      sidecarRestartedAt = latest(sidecarRestartedAt, endOf(init));
    }
    const { terminated, waiting } = init.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecars.has(init.name) && init.started === true) {
      if (init.ready) readyCount++;
      continue;
    }
    if (terminated !== undefined) {
      reason = terminated.reason !== undefined && terminated.reason !== '' ? `Init:${terminated.reason}` : terminated.signal !== undefined && terminated.signal !== 0 ? `Init:Signal:${terminated.signal}` : `Init:ExitCode:${terminated.exitCode}`;
    } else if (waiting?.reason !== undefined && waiting.reason !== '' && waiting.reason !== 'PodInitializing') reason = `Init:${waiting.reason}`;
    else reason = `Init:${i}/${pod.spec.initContainers?.length ?? 0}`;
    initializing = true;
    break;
  }
  if (!initializing || conditionOf(pod, 'Initialized')?.status === 'True') {
    restarts = sidecarRestarts;
    restartedAt = sidecarRestartedAt;
    let running = false;
    let failure = '';
    for (const container of [...(status.containerStatuses ?? [])].reverse()) {
      restarts += container.restartCount;
      restartedAt = latest(restartedAt, endOf(container));
      const { waiting, terminated } = container.state ?? {};
      if (waiting?.reason !== undefined && waiting.reason !== '') reason = waiting.reason;
      else if (terminated !== undefined) {
        reason = terminated.reason !== undefined && terminated.reason !== '' ? terminated.reason : terminated.signal !== undefined && terminated.signal !== 0 ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
        if (terminated.exitCode !== 0) failure = reason;
      } else if (container.ready && container.state?.running !== undefined) {
        running = true;
        readyCount++;
      }
    }
    if (reason === 'Completed') {
      if (running && conditionOf(pod, 'Ready')?.status === 'True') reason = 'Running';
      else if (failure !== '') reason = failure;
      else if (running) reason = 'NotReady';
    }
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status.reason === 'NodeLost') reason = 'Unknown';
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') reason = 'Terminating';
  }
  return { status: reason, ready: `${readyCount}/${total}`, restarts: restarts !== 0 && restartedAt !== undefined ? `${restarts} (${humanDuration(now - restartedAt)} ago)` : String(restarts) };
}

export const pods: Printer<Pod> = {
  columns: columns('Name|Ready|Status|Restarts|Age|IP*|Node*|Nominated Node*|Readiness Gates*'),
  cells: (pod, now) => {
    const { status, ready, restarts } = podSummary(pod, now);
    const gates = pod.spec.readinessGates ?? [];
    const met = gates.filter((gate) => conditionOf(pod, gate.conditionType)?.status === 'True').length;
    return [
      pod.metadata.name, ready, status, restarts, since(pod.metadata.creationTimestamp, now),
      orNone(pod.status?.podIPs?.[0]?.ip), orNone(pod.spec.nodeName), orNone(pod.status?.nominatedNodeName), gates.length === 0 ? '<none>' : `${met}/${gates.length}`,
    ];
  },
};
