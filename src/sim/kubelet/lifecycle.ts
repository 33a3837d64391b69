import type { Pod } from '../api/object.ts';
import type { ContainerRecord, PodWorker } from './state.ts';
import { shouldRestart } from './status.ts';

/**
 * Which containers are to be started now, in order (kuberuntime_manager.go: computePodActions). Init containers run one after another to
 * their good end; sidecars among them are kept running, and the next one starts when they have started; the Pod's own containers come last.
 *
 * | container | never created          | running, stopping       | ended well      | ended badly                          |
 * |-----------|------------------------|-------------------------|-----------------|--------------------------------------|
 * | init      | start, others wait     | others wait             | go on           | start again; policy Never: Pod fails |
 * | sidecar   | start, others wait     | go on once it started   | start again     | start again                          |
 * | app       | start                  | -                       | by restartPolicy| by restartPolicy                     |
 */
export function toStart(worker: PodWorker): readonly string[] {
  const { pod, containers } = worker;
  const out: string[] = [];
  let initialized = false;
  for (const record of containers.values()) if (record.kind === 'app' && record.attempt >= 0) initialized = true;
  for (const spec of pod.spec.initContainers ?? []) {
    const record = containers.get(spec.name)!;
    if (record.kind === 'init') {
      if (initialized || (record.phase === 'exited' && record.exitCode === 0)) continue;
      if (canStart(record) && (record.attempt < 0 || shouldRestart({ ...spec, restartPolicy: undefined }, pod, record.exitCode))) return [...out, spec.name];
      return out;
    }
    if (canStart(record)) {
      out.push(spec.name);
      if (!initialized) return out;
    } else if (!record.started && !initialized) return out;
  }
  for (const spec of pod.spec.containers) {
    const record = containers.get(spec.name)!;
    if (!canStart(record)) continue;
    if (record.phase !== 'exited' || shouldRestart(spec, pod, record.exitCode)) out.push(spec.name);
  }
  return out;
}

const canStart = (record: ContainerRecord): boolean => (record.phase === 'none' || record.phase === 'exited') && record.unseenExit === undefined;

/** Whether nothing of the Pod will ever run again: all its containers have ended for good, or an init container has failed for good. */
export function isOver(worker: PodWorker): boolean {
  const { pod, containers } = worker;
  for (const spec of pod.spec.initContainers ?? []) {
    const record = containers.get(spec.name)!;
    if (record.kind === 'init' && record.phase === 'exited' && record.exitCode !== 0 && record.unseenExit === undefined && !shouldRestart({ ...spec, restartPolicy: undefined }, pod, record.exitCode)) return true;
  }
  for (const spec of pod.spec.containers) {
    const record = containers.get(spec.name)!;
    if (record.phase !== 'exited' || shouldRestart(spec, pod, record.exitCode)) return false;
  }
  return true;
}

/** Which containers may be stopped now when the Pod ends: its own all at once, then the sidecars, the last one first. */
export function toStop(worker: PodWorker): readonly string[] {
  const { containers, pod } = worker;
  const alive = (record: ContainerRecord): boolean => record.phase === 'running' || record.phase === 'stopping' || record.phase === 'postStart' || record.phase === 'starting';
  const out: string[] = [];
  for (const record of containers.values()) if (record.kind !== 'sidecar' && alive(record)) out.push(record.name);
  if (out.length > 0) return out;
  for (const spec of [...(pod.spec.initContainers ?? [])].reverse()) {
    const record = containers.get(spec.name)!;
    if (record.kind === 'sidecar' && alive(record)) return [record.name];
  }
  return out;
}

export function newRecords(pod: Pod): Map<string, ContainerRecord> {
  const out = new Map<string, ContainerRecord>();
  const add = (name: string, kind: ContainerRecord['kind'], image: string): void => {
    out.set(name, {
      name, kind, phase: 'none', attempt: -1, containerId: '', image, imageId: '', startedAt: 0, finishedAt: 0, exitCode: 0, reason: '', message: '', last: undefined, lastFinishedAt: undefined, killed: false,
      waiting: undefined, started: false, ready: false, crashBackoff: { delayMicros: 0, updatedAt: 0 }, pullBackoff: { delayMicros: 0, updatedAt: 0 }, pullMessage: '', unseenExit: undefined,
      stopDeadline: 0, probes: new Map(),
    });
  };
  for (const spec of pod.spec.initContainers ?? []) add(spec.name, spec.restartPolicy === 'Always' ? 'sidecar' : 'init', spec.image);
  for (const spec of pod.spec.containers) add(spec.name, 'app', spec.image);
  return out;
}
