import type { World } from '../../sim/cluster/world.ts';
import { SECOND } from '../../sim/api/time.ts';
import { compile, DEFAULT_PROFILE } from '../../sim/scheduler/profile.ts';
import { MAX_UNSCHEDULABLE, registrationsOf, UNSCHEDULABLE_FLUSH_PERIOD, type QueuedPod } from '../../sim/scheduler/queue.ts';
import type { SchedulerState } from '../../sim/scheduler/scheduler.ts';
import type { QueueEntry, QueuePlace } from './scheduling.ts';

/** Who waits for the scheduler at this moment, where, why, and what brings each of them back. */
export function queueOf(world: World): readonly QueueEntry[] {
  const out: QueueEntry[] = [];
  for (const [name, slot] of world.slots) {
    if (name !== 'scheduler' && !name.startsWith('scheduler/')) continue;
    const state = slot.state as SchedulerState | undefined;
    if (state?.queue === undefined) continue;
    const { queue, cache, assumed } = state;
    const nominations = new Map<string, string>();
    for (const [node, pods] of cache.nominated) for (const pod of pods) nominations.set(pod.key, node);
    const entry = (pod: QueuedPod, place: QueuePlace, more: { readonly until?: number; readonly node?: string } = {}): QueueEntry => {
      const node = more.node ?? nominations.get(pod.key);
      return {
        key: pod.key, place, priority: pod.priority, attempts: pod.attempts, since: pod.timestamp, plugins: pod.plugins, waitsFor: place === 'unschedulable' || place === 'gated' ? waitsFor(pod) : [],
        ...(more.until === undefined ? {} : { until: more.until }),
        ...(pod.gateMessage === undefined ? {} : { gate: pod.gateMessage }),
        ...(node === undefined ? {} : { node }),
      };
    };
    for (const { queued } of queue.inFlight.values()) out.push(entry(queued, 'inFlight'));
    const less = (a: QueuedPod, b: QueuedPod): number => b.priority - a.priority || a.timestamp - b.timestamp || a.order - b.order;
    for (const pod of [...queue.active].sort(less)) out.push(entry(pod, 'active'));
    for (const pod of queue.backoff.values()) out.push(entry(pod, 'backoff', { until: pod.backoffUntil + SECOND }));
    for (const pod of queue.unschedulable.values()) {
      if (pod.gatedBy !== undefined) out.push(entry(pod, 'gated'));
      else out.push(entry(pod, 'unschedulable', { until: Math.ceil((pod.timestamp + MAX_UNSCHEDULABLE + 1) / UNSCHEDULABLE_FLUSH_PERIOD) * UNSCHEDULABLE_FLUSH_PERIOD }));
    }
    for (const { queued, node } of assumed.values()) out.push(entry(queued, 'binding', { node }));
  }
  return out;
}

/** The events that its plugins wait for, each once, as "Node Add". */
function waitsFor(pod: QueuedPod): readonly string[] {
  const found = new Set<string>();
  for (const plugin of compile(DEFAULT_PROFILE).all) {
    if (!pod.plugins.includes(plugin.name)) continue;
    for (const { kind, actions } of registrationsOf(plugin)) for (const action of actions) found.add(`${kind} ${action}`);
  }
  return [...found];
}
