import type { KubernetesObject, Pod } from '../../src/sim/api/object.ts';
import { MILLISECOND, SECOND } from '../../src/sim/api/time.ts';
import { eventsOf } from '../../src/sim/scheduler/clusterEvents.ts';
import { activate, add, addUnschedulable, find, moveOnEvent, newQueue, placeOf, pop, update } from '../../src/sim/scheduler/queue.ts';
import { podInfoOf } from '../../src/sim/scheduler/podinfo.ts';
import { compile, DEFAULT_PROFILE } from '../../src/sim/scheduler/profile.ts';
import type { Vector } from './scheduler.ts';

const podNamed = (name: string, priority?: number): Pod => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: name, resourceVersion: '', creationTimestamp: '' },
  spec: { containers: [{ name: 'c', image: 'img' }], ...(priority === undefined ? {} : { priority }) }, status: {},
});

function sorted(input: readonly { name: string; priority?: number; timestampMs: number }[]): unknown {
  const queue = newQueue();
  for (const { name, priority, timestampMs } of input) add(queue, podNamed(name, priority), timestampMs * MILLISECOND, DEFAULT_PROFILE);
  const names: string[] = [];
  for (let next = pop(queue, DEFAULT_PROFILE); next !== undefined; next = pop(queue, DEFAULT_PROFILE)) names.push(next.pod.metadata.name);
  return names;
}

/** The recorder's steps: fail, let an event bring the Pod out, look, and wait 13 to 19 seconds. */
function backoff({ startOffsetMs, error }: { startOffsetMs: number; error: boolean }, failures: number): unknown {
  const queue = newQueue();
  const pod = podNamed('p');
  let now = startOffsetMs * MILLISECOND;
  add(queue, pod, now, DEFAULT_PROFILE);
  const rows: unknown[] = [];
  for (let n = 1; n <= failures; n++) {
    const queued = pop(queue, DEFAULT_PROFILE);
    if (queued === undefined) return `nothing to pop before failure ${n}`;
    addUnschedulable(queue, queued, pod, error ? [] : ['NodeResourcesFit'], now, DEFAULT_PROFILE);
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {}, status: { allocatable: { pods: '110' } } } as unknown as KubernetesObject;
    for (const event of eventsOf('Node', undefined, node)) moveOnEvent(queue, event, now, DEFAULT_PROFILE);
    const { timestamp, backoffUntil } = find(queue, queued.key)!;
    const place = placeOf(queue, queued.key);
    rows.push({ failure: n, queue: place === 'backoff' ? 'backoffQ' : place, failedAtMs: timestamp / MILLISECOND, backoffExpiresMs: backoffUntil / MILLISECOND });
    if (error) activate(queue, queued.key, DEFAULT_PROFILE);
    now += (12 + n) * SECOND;
  }
  return rows;
}

function preEnqueue({ schedulingGates }: { schedulingGates: readonly string[] | null }): unknown {
  const pod = podNamed('p');
  const info = podInfoOf({ ...pod, spec: { ...pod.spec, schedulingGates: (schedulingGates ?? []).map((name) => ({ name })) } });
  const rejections: Record<string, unknown> = {};
  for (const plugin of compile(DEFAULT_PROFILE).preEnqueue) {
    const rejection = plugin.preEnqueue?.(info);
    if (rejection !== undefined) rejections[plugin.name] = { code: rejection.code, reasons: rejection.reasons };
  }
  return rejections;
}

function registrations(): unknown {
  const table: Record<string, string[]> = {};
  for (const plugin of compile(DEFAULT_PROFILE).all) {
    if (plugin.events === undefined) continue;
    table[plugin.name] = plugin.events.map(({ kind, actions, hint }) => `${kind} ${[...actions].sort((a, b) => (a < b ? -1 : 1)).join('|')}: ${hint === undefined ? 'always' : 'hint'}`).sort((a, b) => (a < b ? -1 : 1));
  }
  return table;
}

interface RequeueInput {
  readonly cluster: { readonly pod: Pod };
  readonly rejectedBy: readonly string[];
  readonly event: { readonly kind: string; readonly type: string; readonly old?: KubernetesObject; readonly new?: KubernetesObject };
}

function requeued({ cluster, rejectedBy, event }: RequeueInput): unknown {
  const queue = newQueue();
  const now = 3600 * SECOND;
  const { pod } = cluster;
  add(queue, pod, now, DEFAULT_PROFILE);
  const queued = pop(queue, DEFAULT_PROFILE)!;
  addUnschedulable(queue, queued, pod, rejectedBy, now, DEFAULT_PROFILE);
  const events = eventsOf(event.kind, event.old, event.new);
  const changed = event.new ?? event.old!;
  if (event.kind === 'Pod' && event.type === 'MODIFIED' && changed.metadata.name === pod.metadata.name) update(queue, changed as Pod, events, now, DEFAULT_PROFILE);
  else for (const each of events) moveOnEvent(queue, each, now, DEFAULT_PROFILE);
  const place = placeOf(queue, queued.key);
  return { queue: place === 'backoff' ? 'backoffQ' : place === 'unschedulable' ? 'unschedulablePods' : 'activeQ' };
}

/** What the queue does in a recorded situation, in the form of the recordings. */
export function answerQueue(vector: Vector): unknown {
  const input = vector.input as unknown;
  switch (vector.kind) {
    case 'sort':
      return sorted(input as Parameters<typeof sorted>[0]);
    case 'backoff':
      return backoff(input as Parameters<typeof backoff>[0], (vector.expected as unknown as readonly unknown[]).length);
    case 'preEnqueue':
      return preEnqueue(input as Parameters<typeof preEnqueue>[0]);
    case 'registrations':
      return registrations();
    case 'requeue':
      return requeued(input as RequeueInput);
    default:
      throw new Error(`no such kind of queue recording: ${vector.kind}`);
  }
}
