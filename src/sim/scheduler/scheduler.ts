import type { Change } from '../api/change.ts';
import type { SchedulerProfileConfig } from '../api/cluster.ts';
import { conditionOf, keyOf, type ByKind, type Condition, type Kind, type KubernetesObject, type ObjectReference, type Pod } from '../api/object.ts';
import { pathOfKey } from '../api/kinds.ts';
import type { Reason } from '../api/reason.ts';
import { STRATEGIC_MERGE_PATCH, USERS, type Request, type Status } from '../api/request.ts';
import { timestamp, type Micros } from '../api/time.ts';
import type { Out, Process, Stimulus, View } from '../kernel/process.ts';
import { FINISH_PERIOD, finishV1, insteadV1, newRecorderV1, recordV1, type RecorderV1 } from '../kernel/recorder.ts';
import { choose, type Choice } from './decide.ts';
import type { Lookups } from './plugin.ts';
import { DEFAULT_PROFILE, profileNamed } from './profile.ts';
import { SEEN_KINDS } from './moment.ts';
import { assume, forgetAssumed, LOOK_PERIOD, overlaid, prebindingOf, progressOf, writeOf, type AssumedObjects, type Prebinding } from './prebind.ts';
import { add, addUnschedulable, done, flushBackoff, flushUnschedulable, hasWork, moveOnEvent, newQueue, nextBackoffFlush, nextUnschedulableFlush, pop, remove, update, UNSCHEDULABLE_FLUSH_PERIOD, type QueuedPod, type SchedulingQueue } from './queue.ts';
import { eventsOf } from './clusterEvents.ts';
import { denominate, newSnapshot, nominate, putNode, putPod, removeNode, removePod, type Snapshot } from './snapshot.ts';
import { isAssigned, isOver, wakes } from './wakes.ts';

/**
 * The scheduler as a process: informers feed its queue and its cache, one Pod at a time goes through a scheduling cycle, and the binding goes
 * on beside the next cycle, with the Pod assumed to be on its node. Corresponds to pkg/scheduler: schedule_one.go and eventhandlers.go.
 *
 * Simplified: an assumed Pod does not expire (upstream's 15 minutes are off by default), and API calls of a failed attempt leave at once
 * instead of through the asynchronous API dispatcher.
 */
export interface SchedulerState {
  readonly queue: SchedulingQueue;
  readonly cache: Snapshot;
  /** Where the search among the nodes begins next. */
  start: number;
  /** Pods that were chosen a node and are being bound. */
  readonly assumed: Map<string, Assumed>;
  readonly recorder: RecorderV1;
  readonly events: { readonly request: Omit<Request, 'user'>; /** The step in which it was said. */ readonly cause: number }[];
  /** Volumes and claims as the scheduler wrote them, until its informers show it. */
  readonly volumes: AssumedObjects;
  sending: boolean;
  cycling: boolean;
  /** When the flush timers are set to. */
  flushAt: Micros;
}
interface Assumed {
  readonly queued: QueuedPod;
  readonly node: string;
  readonly pod: Pod;
  /** Its volumes are bound first. */
  readonly prebinding: Prebinding | undefined;
  readonly because: Reason;
}

/** What all profiles have in common: how the queue sorts, and which events bring Pods back. */
const PROFILE = DEFAULT_PROFILE;
type Profiles = readonly SchedulerProfileConfig[];
const nameOf = (pod: Pod): string => pod.spec.schedulerName ?? DEFAULT_PROFILE.schedulerName;
/** Kinds whose changes can make a Pod fit that did not; the scheduler has informers for them. */
const WATCHED: readonly Kind[] = ['Pod', 'Node', 'PersistentVolume', 'PersistentVolumeClaim', 'StorageClass'];
const READ: readonly Kind[] = ['Service', 'ReplicaSet', 'Namespace', 'PodDisruptionBudget', 'PriorityClass', 'StatefulSet', 'ReplicationController'];

const isOurs = (pod: Pod, profiles: Profiles): boolean => profileNamed(nameOf(pod), profiles) !== undefined;

const reference = (pod: Pod): ObjectReference => ({ kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid, apiVersion: 'v1', resourceVersion: pod.metadata.resourceVersion });

const NOTHING: readonly never[] = [];

function lookupsOf(view: View): Lookups {
  const has = (kind: string): kind is Kind => (WATCHED as readonly string[]).includes(kind) || (READ as readonly string[]).includes(kind);
  return {
    get: (kind, key) => (has(kind) ? view.get(kind, key) : undefined) as never,
    list: (kind) => (has(kind) ? view.list(kind) : NOTHING) as never,
  };
}

export function scheduler(profiles: Profiles = []): Process<SchedulerState> {
  return {
    name: 'scheduler',
    user: USERS.scheduler,
    limit: { perSecond: 50, burst: 100 },
    watches: [...WATCHED.map((kind) => ({ kind, wakes })), ...READ.map((kind) => ({ kind, wakes: (): boolean => false }))],
    init: () => ({ queue: newQueue(), cache: newSnapshot(), start: 0, assumed: new Map(), recorder: newRecorderV1(), events: [], volumes: new Map(), sending: false, cycling: false, flushAt: Infinity }),
    step(state, on, view, out) {
      switch (on.type) {
        case 'Started':
          for (const node of view.list('Node')) putNode(state.cache, node);
          for (const pod of view.list('Pod')) observePod(state, undefined, pod, view.now, profiles);
          out.timer('finish', view.now + FINISH_PERIOD);
          break;
        case 'Watched':
          for (const change of on.changes) observe(state, change, view.now, profiles);
          break;
        case 'TimerFired':
          if (on.name === 'cycle') {
            state.cycling = false;
            cycle(state, view, out, profiles);
          } else if (on.name === 'flush') {
            state.flushAt = Infinity;
            flushBackoff(state.queue, view.now, PROFILE);
            flushUnschedulable(state.queue, view.now, PROFILE);
          } else if (on.name.startsWith('volumes ')) lookAtVolumes(state, on.name.slice(8), view, out);
          else {
            for (const request of finishV1(state.recorder, view.now)) state.events.push({ request, cause: view.step });
            sendEvent(state, out);
            out.timer('finish', view.now + FINISH_PERIOD);
          }
          break;
        case 'Replied':
          replied(state, on, view, out);
          break;
        case 'Received':
          break;
      }
      arm(state, view, out);
    },
  };
}

/** Sets the timers that what waits needs. */
function arm(state: SchedulerState, view: View, out: Out): void {
  if (!state.cycling && hasWork(state.queue)) {
    state.cycling = true;
    // One cycle takes some hundred microseconds of a real CPU.
    out.timer('cycle', view.now + 250 + (out.draw('cycle', '') % 500));
  }
  const backoff = nextBackoffFlush(state.queue) ?? Infinity;
  const late = nextUnschedulableFlush(state.queue);
  // Upstream looks for late Pods every 30 s; looking at the end of the period that holds the moment comes to the same.
  const flushAt = Math.min(backoff, late === undefined ? Infinity : Math.ceil((late + 1) / UNSCHEDULABLE_FLUSH_PERIOD) * UNSCHEDULABLE_FLUSH_PERIOD);
  if (flushAt < state.flushAt) {
    state.flushAt = flushAt;
    out.timer('flush', flushAt);
  }
}

// ---- what informers bring

function observe(state: SchedulerState, change: Change, now: Micros, profiles: Profiles): void {
  const { kind, before, after } = change;
  if (kind === 'Pod') {
    observePod(state, before as Pod | undefined, after as Pod | undefined, now, profiles);
    return;
  }
  if (kind === 'Node') {
    if (after === undefined) removeNode(state.cache, before!.metadata.name);
    else putNode(state.cache, after as ByKind['Node']);
  }
  for (const event of eventsOf(kind, before, after)) moveOnEvent(state.queue, event, now, PROFILE);
}

/** Pods that have ended count as gone: the informer does not list them (its field selector leaves out Succeeded and Failed). */
function observePod(state: SchedulerState, before: Pod | undefined, after: Pod | undefined, now: Micros, profiles: Profiles): void {
  const was = before === undefined || isOver(before) ? undefined : before;
  const is = after === undefined || isOver(after) ? undefined : after;
  const pod = is ?? was;
  if (pod === undefined) return;
  const key = keyOf(pod);
  const wasAssigned = was !== undefined && isAssigned(was);
  if (is !== undefined && isAssigned(is)) {
    const assumed = state.assumed.get(key);
    if (assumed !== undefined) {
      state.assumed.delete(key);
      if (assumed.node !== is.spec.nodeName) removePod(state.cache, key, assumed.node);
    }
    putPod(state.cache, is);
    denominate(state.cache, key);
    if (!wasAssigned) {
      remove(state.queue, key, PROFILE);
      moveOnEvent(state.queue, { kind: 'Pod', action: 'Add', before: undefined, after: is }, now, PROFILE);
    } else if (was !== is) for (const event of eventsOf('Pod', was, is)) moveOnEvent(state.queue, event, now, PROFILE);
    return;
  }
  if (is === undefined) {
    denominate(state.cache, key);
    const assumed = state.assumed.get(key);
    if (wasAssigned) removePod(state.cache, key, was.spec.nodeName!);
    else if (assumed !== undefined) {
      removePod(state.cache, key, assumed.node);
      state.assumed.delete(key);
      if (assumed.prebinding !== undefined) forgetAssumed(state.volumes, assumed.prebinding);
    } else remove(state.queue, key, PROFILE);
    if (wasAssigned || (was?.status.nominatedNodeName ?? '') !== '' || assumed !== undefined) moveOnEvent(state.queue, { kind: 'Pod', action: 'Delete', before: was, after: undefined }, now, PROFILE);
    return;
  }
  // Waiting. One that is being deleted is still tried, as upstream does not look until its cycle.
  if (!isOurs(is, profiles) || state.assumed.has(key)) return;
  const nominated = is.status.nominatedNodeName ?? '';
  if (nominated !== '') nominate(state.cache, is, nominated);
  else if ((was?.status.nominatedNodeName ?? '') !== '') denominate(state.cache, key);
  if (was === undefined) add(state.queue, is, now, PROFILE);
  else update(state.queue, is, eventsOf('Pod', was, is), now, PROFILE);
}

// ---- the cycle

function cycle(state: SchedulerState, view: View, out: Out, profiles: Profiles): void {
  const queued = pop(state.queue, PROFILE);
  if (queued === undefined) return;
  const pod = view.get('Pod', queued.key);
  // It was deleted, is being deleted, or somebody bound it.
  if (pod === undefined || pod.metadata.uid !== queued.pod.metadata.uid || pod.metadata.deletionTimestamp !== undefined || isAssigned(pod)) {
    done(state.queue, queued.key);
    return;
  }
  const draw = out.draw('tie', queued.key);
  const lookups = overlaid(lookupsOf(view), state.volumes);
  const decision = choose(pod, state.cache, lookups, profileNamed(nameOf(pod), profiles) ?? PROFILE, { draw, start: state.start });
  state.start = decision.nextStart;
  const because = reasonOf(decision, pod);
  out.note({ type: 'decision', subject: { kind: 'Pod', key: queued.key }, because, decision, attempt: queued.attempts, podRevision: Number(pod.metadata.resourceVersion), draw, seen: SEEN_KINDS.map((kind) => view.revision(kind)) });
  if (decision.chosen === undefined) {
    failed(state, queued, pod, decision, because, view, out);
    return;
  }
  // From here on the Pod counts as being on its node, although nobody but the scheduler knows.
  const node = decision.chosen;
  putPod(state.cache, { ...pod, spec: { ...pod.spec, nodeName: node } });
  denominate(state.cache, queued.key);
  const prebinding = prebindingOf(pod, node, lookups, view);
  state.assumed.set(queued.key, { queued, node, pod, prebinding, because });
  done(state.queue, queued.key);
  if (prebinding === undefined) {
    bind(pod, node, because, out);
    return;
  }
  // Others may see where it is going while its volumes are bound (NominatedNodeNameForExpectation).
  if (pod.status.nominatedNodeName !== node) out.request({ method: 'PATCH', path: pathOfKey('Pod', queued.key, 'status'), contentType: STRATEGIC_MERGE_PATCH, body: { status: { nominatedNodeName: node } }, userAgent: 'kube-scheduler' }, 'status', because);
  assume(state.volumes, prebinding);
  prebind(state, queued.key, view, out);
}

function bind(pod: Pod, node: string, because: Reason, out: Out): void {
  const key = keyOf(pod);
  out.request(
    {
      method: 'POST',
      path: pathOfKey('Pod', key, 'binding'),
      body: { apiVersion: 'v1', kind: 'Binding', metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid }, target: { kind: 'Node', name: node } },
      userAgent: 'kube-scheduler',
    },
    `bind ${key}`,
    because,
  );
}

/** Writes the next volume or claim, or begins to wait for the volume controller. */
function prebind(state: SchedulerState, key: string, view: View, out: Out): void {
  const { prebinding, because } = state.assumed.get(key)!;
  const next = prebinding!.writes[0];
  if (next === undefined) out.timer(`volumes ${key}`, view.now + LOOK_PERIOD);
  else out.request(writeOf(next), `volume ${key}`, because);
}

function lookAtVolumes(state: SchedulerState, key: string, view: View, out: Out): void {
  const assumed = state.assumed.get(key);
  if (assumed?.prebinding === undefined) return;
  const progress = progressOf(assumed.prebinding, assumed.node, view);
  if (progress === 'wait') out.timer(`volumes ${key}`, view.now + LOOK_PERIOD);
  else if (progress === 'bound') {
    forgetAssumed(state.volumes, assumed.prebinding);
    bind(assumed.pod, assumed.node, assumed.because, out);
  } else bindingFailed(state, key, `running PreBind plugin "VolumeBinding": binding volumes: ${progress.error}`, view, out);
}

function reasonOf(decision: Choice, pod: Pod): Reason {
  const refs = [{ kind: 'Pod', key: decision.pod, revision: Number(pod.metadata.resourceVersion) }];
  const { name } = pod.metadata;
  if (decision.chosen === undefined) return { code: 'scheduler.noNode', args: { pod: name, nodes: decision.nodes.length, message: decision.failure?.message ?? '' }, refs };
  const { feasibleCount: feasible, ties, top, second } = decision;
  if (feasible === 1) return { code: 'scheduler.onlyNode', args: { pod: name, node: decision.chosen, nodes: decision.nodes.length }, refs };
  if (ties > 1 && !decision.nominatedTaken) return { code: 'scheduler.tie', args: { pod: name, node: decision.chosen, among: ties, score: top }, refs };
  return { code: 'scheduler.best', args: { pod: name, node: decision.chosen, feasible, nodes: decision.nodes.length, score: top, ahead: top - second }, refs };
}

/** handleSchedulingFailure: the Event, the Pod's condition, and back into the queue. */
function failed(state: SchedulerState, queued: QueuedPod, pod: Pod, decision: Choice, because: Reason, view: View, out: Out): void {
  const nominated = decision.failure?.postFilter.chosen;
  report(state, pod, decision.result === 'error' ? 'SchedulerError' : 'Unschedulable', decision.failure?.message ?? '', nominated?.node, because, view, out);
  if (nominated !== undefined) {
    nominate(state.cache, pod, nominated.node);
    for (const victim of nominated.victims) evict(state, victim.pod, pod, nominated.node, because, view, out);
  }
  addUnschedulable(state.queue, queued, pod, decision.failure?.unschedulablePlugins ?? [], view.now, PROFILE);
}

/** The Event and the condition; a condition that says so already is not written again. */
function report(state: SchedulerState, pod: Pod, reason: 'SchedulerError' | 'Unschedulable', message: string, nominated: string | undefined, because: Reason, view: View, out: Out): void {
  say(state, pod, 'Warning', 'FailedScheduling', 'Scheduling', message, view, out);
  const known = conditionOf(pod, 'PodScheduled');
  if (known?.status === 'False' && known.reason === reason && known.message === message && (nominated === undefined || pod.status.nominatedNodeName === nominated)) return;
  const condition: Condition = {
    type: 'PodScheduled',
    observedGeneration: pod.metadata.generation ?? 1,
    status: 'False',
    lastTransitionTime: known?.status === 'False' ? known.lastTransitionTime! : timestamp(view.now),
    reason,
    message,
  };
  out.request(
    {
      method: 'PATCH',
      path: pathOfKey('Pod', keyOf(pod), 'status'),
      contentType: STRATEGIC_MERGE_PATCH,
      body: { status: { ...(nominated === undefined ? {} : { nominatedNodeName: nominated }), conditions: [condition] } },
      userAgent: 'kube-scheduler',
    },
    'status',
    because,
  );
}

/** preemption/executor.go: the victim learns why, then it is deleted. */
function evict(state: SchedulerState, victim: Pod, preemptor: Pod, node: string, because: Reason, view: View, out: Out): void {
  const key = keyOf(victim);
  const why: Reason = { code: 'scheduler.preempted', args: { pod: victim.metadata.name, by: preemptor.metadata.name, node }, refs: because.refs ?? [] };
  const condition = { type: 'DisruptionTarget', observedGeneration: victim.metadata.generation ?? 1, status: 'True', reason: 'PreemptionByScheduler', message: `${nameOf(preemptor)}: preempting to accommodate a higher priority pod`, lastTransitionTime: timestamp(view.now) };
  out.request({ method: 'PATCH', path: pathOfKey('Pod', key, 'status'), contentType: STRATEGIC_MERGE_PATCH, body: { status: { conditions: [condition] } }, userAgent: 'kube-scheduler' }, 'status', why);
  out.request({ method: 'DELETE', path: pathOfKey('Pod', key), body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: victim.metadata.uid } }, userAgent: 'kube-scheduler' }, 'delete', why);
  say(state, victim, 'Normal', 'Preempted', 'Preempting', `Preempted by pod ${preemptor.metadata.uid} on node ${node}`, view, out, preemptor);
}

// ---- answers

function replied(state: SchedulerState, on: Extract<Stimulus, { type: 'Replied' }>, view: View, out: Out): void {
  if (on.tag === 'event') {
    state.sending = false;
    const anew = on.response.code === 404 ? insteadV1(state.recorder, on.request) : undefined;
    if (anew !== undefined) state.events.unshift({ request: anew, cause: view.step });
    sendEvent(state, out);
    return;
  }
  if (on.tag.startsWith('volume ')) {
    const key = on.tag.slice(7);
    const assumed = state.assumed.get(key);
    if (assumed?.prebinding === undefined) return;
    const { code, body } = on.response;
    if (code > 0 && code < 300) {
      assumed.prebinding.writes.shift();
      prebind(state, key, view, out);
    } else bindingFailed(state, key, `running PreBind plugin "VolumeBinding": ${(body as Status).message ?? 'the API server could not be reached'}`, view, out);
    return;
  }
  if (!on.tag.startsWith('bind ')) return;
  const key = on.tag.slice(5);
  const { code, body } = on.response;
  if (code > 0 && code < 300) {
    // The informer may have been faster than the answer.
    const pod = state.assumed.get(key)?.pod ?? view.get('Pod', key);
    const target = (on.request.body as { readonly target: { readonly name: string } }).target.name;
    if (pod !== undefined) say(state, pod, 'Normal', 'Scheduled', 'Binding', `Successfully assigned ${key} to ${target}`, view, out);
    return;
  }
  bindingFailed(state, key, `running Bind plugin "DefaultBinder": ${(body as Status).message ?? 'the API server could not be reached'}`, view, out);
}

/** handleBindingCycleError: the Pod is no longer on its node, and is tried again when its back-off is over. */
function bindingFailed(state: SchedulerState, key: string, message: string, view: View, out: Out): void {
  const assumed = state.assumed.get(key);
  if (assumed === undefined) return;
  state.assumed.delete(key);
  if (assumed.prebinding !== undefined) forgetAssumed(state.volumes, assumed.prebinding);
  removePod(state.cache, key, assumed.node);
  moveOnEvent(state.queue, { kind: 'Pod', action: 'Delete', before: assumed.pod, after: undefined }, view.now, PROFILE);
  const because: Reason = { code: 'scheduler.bindingFailed', args: { pod: assumed.pod.metadata.name, node: assumed.node, message } };
  out.note({ type: 'bindingFailed', subject: { kind: 'Pod', key }, because });
  const pod = view.get('Pod', key);
  if (pod === undefined || isAssigned(pod)) return;
  report(state, pod, 'SchedulerError', message, undefined, because, view, out);
  addUnschedulable(state.queue, assumed.queued, pod, [], view.now, PROFILE);
}

// ---- Events

function say(state: SchedulerState, pod: Pod, type: 'Normal' | 'Warning', reason: string, action: string, message: string, view: View, out: Out, decided = pod): void {
  const controller = nameOf(decided);
  const request = recordV1(state.recorder, { regarding: reference(pod), type, reason, action, message }, { controller, instance: `${controller}-control-plane` }, view.now);
  if (request === undefined) return;
  state.events.push({ request: { ...request, userAgent: 'kube-scheduler' }, cause: view.step });
  sendEvent(state, out);
}

function sendEvent(state: SchedulerState, out: Out): void {
  if (state.sending) return;
  const next = state.events.shift();
  if (next === undefined) return;
  state.sending = true;
  out.causedBy(next.cause);
  out.request(next.request, 'event');
  out.causedBy(0);
}

export type { KubernetesObject };
