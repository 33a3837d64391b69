import type { Pod } from '../../src/sim/api/object.ts';
import { MERGE_PATCH, STRATEGIC_MERGE_PATCH, USERS, type Request } from '../../src/sim/api/request.ts';
import { MILLISECOND, SECOND, microTimestamp, timestamp, type Micros } from '../../src/sim/api/time.ts';
import { headList } from '../../src/sim/apiserver/store.ts';
import { act, type Timeline } from '../../src/sim/index.ts';

/** Which containers end, when, and how: `after` seconds after they began to run. */
export interface Exit {
  readonly pod: string;
  readonly index?: number;
  readonly after: number;
  readonly exit: number;
}
interface Seen {
  readonly at: Micros;
  step: 0 | 1 | 2;
  started: string;
  deleted: boolean;
}
/** A node that the recorder played itself, because the containers of a hollow node never end. Here the same: its kubelet is stopped, and this writes in its place. */
export interface ScriptedNode {
  readonly name: string;
  readonly exits: readonly Exit[];
  readonly every: Micros;
  readonly seen: Map<string, Seen>;
  nextTick: Micros;
  nextRenewal: Micros;
}

/** It slept 100 ms and then asked and wrote, which took some more. By seed: which of two things that are whole seconds apart comes first depends on it. */
export const TICKS: readonly Micros[] = [106 * MILLISECOND, 113 * MILLISECOND, 103 * MILLISECOND, 109 * MILLISECOND];

export function scriptedNode(timeline: Timeline, name: string, exits: readonly Exit[], every: Micros): ScriptedNode {
  act(timeline, { type: 'fault', fault: { type: 'crash', component: `kubelet/${name}` } });
  const { now } = timeline.world;
  return { name, exits, every, seen: new Map(), nextTick: now + every, nextRenewal: now + 10 * SECOND };
}

/** What the recorder does about every 100 ms: a Pod runs 1 s after it was bound, ends as it should, and is deleted at once when it is being deleted. */
export function tick(timeline: Timeline, node: ScriptedNode): void {
  const { world } = timeline;
  const { now } = world;
  const send = (request: Omit<Request, 'user'>): void => void act(timeline, { type: 'request', request: { ...request, user: USERS.node(node.name) } });
  node.nextTick = now + node.every;
  if (now >= node.nextRenewal) {
    node.nextRenewal = now + 10 * SECOND;
    send({ method: 'PATCH', path: `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node.name}`, contentType: MERGE_PATCH, body: { spec: { renewTime: microTimestamp(now) } } });
  }
  for (const pod of headList(world.store, 'Pod') as readonly Pod[]) {
    if (pod.spec.nodeName !== node.name) continue;
    const { uid, name, namespace, generation } = pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    let seen = node.seen.get(uid);
    if (seen === undefined) node.seen.set(uid, (seen = { at: now, step: 0, started: '', deleted: false }));
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (!seen.deleted) send({ method: 'DELETE', path, body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, preconditions: { uid } } });
      seen.deleted = true;
      continue;
    }
    const rule = node.exits.find((exit) => new RegExp(exit.pod).test(name) && (exit.index === undefined || String(exit.index) === pod.metadata.labels?.['batch.kubernetes.io/job-completion-index']));
    const each = (state: object, ready: boolean): object => pod.spec.containers.map(({ name: container, image }) => ({ name: container, image, imageID: '', restartCount: 0, ready, started: ready, state }));
    const conditions = (ready: boolean, why?: string): object =>
      ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady'].map((type) => {
        const yes = ready || type === 'Initialized';
        return { type, status: yes ? 'True' : 'False', reason: yes ? null : why, lastTransitionTime: timestamp(now), observedGeneration: generation };
      });
    const patch = (status: object): void => send({ method: 'PATCH', path: `${path}/status`, contentType: STRATEGIC_MERGE_PATCH, body: { status } });
    if (seen.step === 0 && now - seen.at >= SECOND) {
      seen.step = 1;
      seen.started = timestamp(now);
      patch({ phase: 'Running', startTime: seen.started, conditions: conditions(true), containerStatuses: each({ running: { startedAt: seen.started } }, true) });
    } else if (seen.step === 1 && rule !== undefined && now - seen.at >= SECOND + rule.after * SECOND) {
      seen.step = 2;
      const good = rule.exit === 0;
      patch({
        phase: good ? 'Succeeded' : 'Failed',
        conditions: conditions(false, good ? 'PodCompleted' : 'PodFailed'),
        containerStatuses: each({ running: null, terminated: { exitCode: rule.exit, reason: good ? 'Completed' : 'Error', startedAt: seen.started, finishedAt: timestamp(now) } }, false),
      });
    }
  }
}
