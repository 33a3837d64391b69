import type { Container, Probe } from '../api/object.ts';
import type { Message } from '../kernel/process.ts';
import type { ProbeKind, RuntimeEvent } from '../api/runtime.ts';
import { SECOND, type Micros } from '../api/time.ts';
import { podEvent } from './events.ts';
import { nextTick } from './pleg.ts';
import { containerSpec, type ContainerRecord, type Context, type PodWorker } from './state.ts';

/**
 * Probes (prober/worker.go): each has its period and counts successes and failures in a row. A startup probe keeps the others waiting until
 * it has succeeded once; a failed liveness or startup probe means a restart. The result of a readiness probe changes the status at once.
 *
 * A worker ticks from before its container runs, so its first probe comes anywhere within a period. Readiness is asked for at the PLEG's
 * next look already, which finds a container that is not ready and triggers its probe.
 */
const KINDS: readonly ProbeKind[] = ['startup', 'readiness', 'liveness'];

export const probeSpec = (spec: Container, kind: ProbeKind): Probe | undefined => (kind === 'startup' ? spec.startupProbe : kind === 'readiness' ? spec.readinessProbe : spec.livenessProbe);

const timerName = (worker: PodWorker, record: ContainerRecord, kind: ProbeKind): string => `probe/${worker.uid}/${record.name}/${kind}`;

const period = (probe: Probe): Micros => (probe.periodSeconds ?? 10) * SECOND;

/** A container has started: what it has to show before it counts as started and ready. `resumed`: it ran before this kubelet did. */
export function startProbes(context: Context, worker: PodWorker, record: ContainerRecord, resumed = false): void {
  const spec = containerSpec(worker.pod, record.name)!;
  record.probes.clear();
  if (!resumed) {
    record.started = context.node.hollow || spec.startupProbe === undefined;
    record.ready = context.node.hollow || (record.started && spec.readinessProbe === undefined);
  }
  // The recorder's kubelet probes nothing: its containers have started, and are ready, at once.
  if (context.node.hollow || record.kind === 'init') return;
  for (const kind of KINDS) {
    const probe = probeSpec(spec, kind);
    if (probe === undefined) continue;
    record.probes.set(kind, { result: undefined, run: 0, last: undefined, onHold: false, inFlight: false });
    if (kind === 'startup' || record.started) schedule(context, worker, record, kind, probe, context.now);
  }
}

function schedule(context: Context, worker: PodWorker, record: ContainerRecord, kind: ProbeKind, probe: Probe, from: Micros): void {
  const first = record.startedAt + (probe.initialDelaySeconds ?? 0) * SECOND;
  const tick = kind === 'readiness' ? nextTick(context) : from + (context.out.draw('probe', timerName(worker, record, kind)) % period(probe));
  context.out.timer(timerName(worker, record, kind), Math.max(first, tick));
}

export function stopProbes(context: Context, worker: PodWorker, record: ContainerRecord): void {
  for (const kind of record.probes.keys()) context.out.cancel(timerName(worker, record, kind));
  record.probes.clear();
}

/** A Pod that ends is asked for its readiness still, but no longer for its life. */
export function stopLivenessProbes(context: Context, worker: PodWorker): void {
  for (const record of worker.containers.values()) {
    for (const kind of ['startup', 'liveness'] as const) {
      if (record.probes.delete(kind)) context.out.cancel(timerName(worker, record, kind));
    }
  }
}

/** It is time to ask. */
export function runProbe(context: Context, worker: PodWorker, record: ContainerRecord, kind: ProbeKind): void {
  const state = record.probes.get(kind);
  const probe = probeSpec(containerSpec(worker.pod, record.name)!, kind);
  if (state === undefined || probe === undefined || state.onHold || (record.phase !== 'running' && record.phase !== 'stopping')) return;
  context.out.timer(timerName(worker, record, kind), context.now + period(probe));
  if (state.inFlight) return;
  state.inFlight = true;
  context.out.send(`machine/${context.node.name}`, { type: 'RunProbe', uid: worker.uid, container: record.name, attempt: record.attempt, probe: kind } satisfies Message);
}

export type ProbeOutcome = 'nothing' | 'status' | 'restart';

/** What came of it, and what follows. */
export function probeDone(context: Context, worker: PodWorker, record: ContainerRecord, event: Extract<RuntimeEvent, { type: 'ProbeDone' }>): ProbeOutcome {
  const { probe: kind, ok } = event;
  const state = record.probes.get(kind);
  const spec = containerSpec(worker.pod, record.name)!;
  const probe = probeSpec(spec, kind);
  if (state === undefined || probe === undefined || event.attempt !== record.attempt) return 'nothing';
  state.inFlight = false;
  if (!ok) podEvent(context, worker.pod, record.name, 'Warning', 'Unhealthy', `${kind === 'startup' ? 'Startup' : kind === 'readiness' ? 'Readiness' : 'Liveness'} probe failed: ${event.output}`);
  if (state.last === ok) state.run++;
  else {
    state.last = ok;
    state.run = 1;
  }
  if (state.run < (ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3))) return 'nothing';
  state.result = ok;
  switch (kind) {
    case 'readiness':
      if (record.ready === ok) return 'nothing';
      record.ready = ok;
      return 'status';
    case 'startup':
      state.onHold = true;
      context.out.cancel(timerName(worker, record, kind));
      if (!ok) return 'restart';
      record.started = true;
      record.ready = spec.readinessProbe === undefined;
      for (const other of ['readiness', 'liveness'] as const) {
        const next = probeSpec(spec, other);
        if (next !== undefined) schedule(context, worker, record, other, next, context.now);
      }
      return 'status';
    case 'liveness':
      if (ok) return 'nothing';
      state.onHold = true;
      context.out.cancel(timerName(worker, record, kind));
      return 'restart';
  }
}
