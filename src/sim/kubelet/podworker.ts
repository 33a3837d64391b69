import type { Pod } from '../api/object.ts';
import { keyOf } from '../api/object.ts';
import { podRequests } from '../api/podrequests.ts';
import type { Reason } from '../api/reason.ts';
import type { RuntimeEvent, RuntimePod, RuntimeRequest } from '../api/runtime.ts';
import { EPOCH_MILLIS, MILLISECOND, SECOND, parseTimestamp, type Micros } from '../api/time.ts';
import type { Message } from '../kernel/process.ts';
import { admit, release, reserve } from './admission.ts';
import { goDuration, isInBackoff, raiseBackoff } from './backoff.ts';
import { podEvent } from './events.ts';
import { isOver, newRecords, toStart, toStop } from './lifecycle.ts';
import { armPleg, nextTick } from './pleg.ts';
import { probeDone, startProbes, stopLivenessProbes, stopProbes } from './probes.ts';
import { containerSpec, type ContainerRecord, type Context, type PodWorker } from './state.ts';
import { lastStateOf, rejectedStatus, shouldRestart, statusPatch } from './status.ts';
import { enqueue, learn, setStatus, updateStatus } from './statusmanager.ts';
import { configuration } from './beyond.ts';
import { subPathFault } from './subpaths.ts';
import { missingEnvironment, missingVolume } from './volumes.ts';

/**
 * One Pod on one node, from its binding to its end (pod_workers.go, kubelet.go: SyncPod, SyncTerminatingPod, SyncTerminatedPod;
 * kuberuntime_manager.go: SyncPod). The worker goes over the Pod in passes: status, volumes, sandbox, then every container that is to be
 * started, one after the other. What happens meanwhile waits for the next pass, and so does what the status says.
 *
 * Simplified: passes are not repeated every minute when nothing happened, for they would find nothing.
 */

/** The kubelet asks its volume manager this often whether everything is there, and finds it the second time. */
const MOUNT_POLL: Micros = 300 * MILLISECOND;
const MOUNT_RETRY: Micros = 500 * MILLISECOND;
const MAX_MOUNT_RETRY: Micros = 122 * SECOND;
const RETRY_MICROS: Micros = 10 * SECOND;
const MAX_RETRY: Micros = 60 * SECOND;
const MIN_GRACE: Micros = 2 * SECOND;

const because = (context: Context, worker: PodWorker, code: string, more: Readonly<Record<string, string | number>> = {}): Reason => ({ code, args: { node: context.node.name, pod: worker.key, ...more } });

const ask = (context: Context, request: RuntimeRequest, reason?: Reason): void => context.out.send(`machine/${context.node.name}`, request as unknown as Message, reason === undefined ? undefined : { because: reason });

/** A whole period times up to 1.5, as wait.Jitter makes it. */
const jitter = (context: Context, micros: Micros, key: string): Micros => micros + Math.floor(((micros * 0.5) / 0x1_0000_0000) * context.out.draw('retry', key));

// ---- coming and going

function newWorker(pod: Pod): PodWorker {
  return {
    uid: pod.metadata.uid, key: keyOf(pod), pod, stage: 'syncing', requests: podRequests(pod), counted: false, mountedAt: undefined, mountTries: 0, volumes: undefined,
    sandbox: { state: 'none', attempt: 0, ip: '' }, containers: newRecords(pod), busy: undefined, tried: new Set(), startedInPass: false, failedInPass: false, backoffUntil: undefined,
    lookedAgain: false, again: false, graceMicros: 0, terminatingSince: 0, deadlineExceeded: false, status: undefined, apiStatus: pod.status,
    apiRevision: Number(pod.metadata.resourceVersion), dirty: false, because: undefined, cause: 0, orphaned: false, reconcile: false,
  };
}

const isEnded = (pod: Pod): boolean => pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';

/** A Pod was given to this node. */
export function addPod(context: Context, pod: Pod): void {
  const { state, out, now } = context;
  const worker = newWorker(pod);
  state.pods.set(worker.uid, worker);
  if (isEnded(pod)) {
    // It ended in an earlier life of this kubelet, and nothing of it is left here.
    worker.stage = 'finished';
    worker.status = Object.freeze(pod.status);
    if (pod.metadata.deletionTimestamp !== undefined) enqueue(context, worker);
    return;
  }
  const refusal = pod.metadata.deletionTimestamp === undefined ? admit(context, worker) : undefined;
  if (refusal !== undefined) {
    worker.stage = 'rejected';
    podEvent(context, pod, undefined, 'Warning', refusal.reason, refusal.message);
    setStatus(context, worker, rejectedStatus(worker, refusal.reason, refusal.message, now), because(context, worker, 'kubelet.rejected', { reason: refusal.reason }));
    return;
  }
  reserve(state, worker);
  if (pod.metadata.deletionTimestamp !== undefined) {
    terminate(context, worker, because(context, worker, 'kubelet.terminating'));
    return;
  }
  armDeadline(context, worker);
  if (pod.spec.volumes === undefined || pod.spec.volumes.length === 0) worker.mountedAt = now;
  else out.timer(`mount/${worker.uid}`, now + MOUNT_POLL);
  sync(context, worker, because(context, worker, 'kubelet.seen'));
}

/** A Pod that runs here already, found again by a kubelet that has just started. */
export function adoptPod(context: Context, pod: Pod, found: RuntimePod): void {
  const { state, now } = context;
  const worker = newWorker(pod);
  state.pods.set(worker.uid, worker);
  reserve(state, worker);
  worker.mountedAt = now;
  worker.sandbox = { state: found.ready ? 'ready' : 'lost', attempt: found.attempt, ip: found.ip };
  for (const seen of found.containers) {
    const record = worker.containers.get(seen.name);
    if (record === undefined) continue;
    const said = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])].find(({ name }) => name === seen.name);
    record.attempt = seen.attempt;
    record.containerId = seen.containerId;
    record.image = seen.image;
    record.imageId = seen.imageId;
    record.startedAt = seen.startedAt;
    record.last = said?.restartCount === seen.attempt ? said.lastState : undefined;
    if (seen.state === 'exited') {
      record.phase = 'exited';
      record.finishedAt = seen.finishedAt;
      record.exitCode = seen.exitCode;
      record.reason = seen.reason;
      continue;
    }
    record.phase = 'running';
    // What was ready stays so until a probe says something else.
    record.started = said?.started !== false;
    record.ready = said?.ready === true;
    startProbes(context, worker, record, true);
  }
  if (!found.ready) podEvent(context, pod, undefined, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
  if (pod.metadata.deletionTimestamp !== undefined) terminate(context, worker, because(context, worker, 'kubelet.terminating'));
  else {
    armDeadline(context, worker);
    sync(context, worker, because(context, worker, 'kubelet.restarted'));
  }
}

/** Its object changed, by somebody else's hand. */
export function updatePod(context: Context, worker: PodWorker, pod: Pod): void {
  const { state } = context;
  worker.pod = pod;
  learn(worker, pod);
  if (worker.stage === 'rejected' || worker.stage === 'finished') {
    if (pod.metadata.deletionTimestamp !== undefined) enqueue(context, worker);
    return;
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    const grace = graceOf(pod);
    if (worker.stage === 'syncing') terminate(context, worker, because(context, worker, 'kubelet.terminating'));
    else if (worker.stage === 'terminating') {
      if (grace < worker.graceMicros) shorten(context, worker, grace);
      else updateStatus(context, worker, because(context, worker, 'kubelet.terminating'));
    }
    return;
  }
  if (worker.stage !== 'syncing') return;
  configuration.podChanged?.(context, worker);
  if (pod.metadata.generation !== worker.status?.observedGeneration) {
    armDeadline(context, worker);
    restartChanged(context, worker);
    sync(context, worker, because(context, worker, 'kubelet.specChanged'));
  } else if (worker.status !== undefined && statusPatch(worker.uid, worker.apiStatus, worker.status) !== undefined) {
    worker.reconcile = true;
    armPleg(context);
  } else void state;
}

/** Its object is gone: somebody deleted it by force, or it never came back from this kubelet's own deletion. */
export function removePod(context: Context, worker: PodWorker): void {
  const { state } = context;
  worker.orphaned = true;
  if (worker.stage === 'syncing') terminate(context, worker, because(context, worker, 'kubelet.forced'));
  else if (worker.stage !== 'terminating') {
    release(state, worker);
    state.pods.delete(worker.uid);
    cancelTimers(context, worker);
  }
}

function cancelTimers(context: Context, worker: PodWorker): void {
  const { out } = context;
  for (const what of ['mount', 'sync', 'gone', 'deadline', 'refresh']) out.cancel(`${what}/${worker.uid}`);
  for (const record of worker.containers.values()) {
    stopProbes(context, worker, record);
    out.cancel(`prestop/${worker.uid}/${record.name}`);
  }
}

function armDeadline(context: Context, worker: PodWorker): void {
  const { activeDeadlineSeconds } = worker.pod.spec;
  if (activeDeadlineSeconds === undefined) return;
  const from = parseTimestamp(worker.apiStatus.startTime) ?? context.now;
  context.out.timer(`deadline/${worker.uid}`, from + activeDeadlineSeconds * SECOND);
}

// ---- one pass

export function sync(context: Context, worker: PodWorker, reason: Reason): void {
  if (worker.stage !== 'syncing') return;
  if (worker.busy !== undefined) {
    worker.again = true;
    return;
  }
  if (isOver(worker)) {
    complete(context, worker);
    return;
  }
  updateStatus(context, worker, reason);
  if (worker.mountedAt === undefined) return;
  if (worker.sandbox.state === 'none' || worker.sandbox.state === 'lost') {
    if (worker.sandbox.state === 'lost') worker.sandbox.attempt++;
    worker.sandbox.state = 'starting';
    worker.busy = '';
    ask(context, { type: 'RunPodSandbox', uid: worker.uid, pod: worker.pod, attempt: worker.sandbox.attempt }, because(context, worker, 'kubelet.sandbox'));
    return;
  }
  continuePass(context, worker);
}

function continuePass(context: Context, worker: PodWorker): void {
  const { now, node } = context;
  worker.busy = undefined;
  for (const name of toStart(worker)) {
    if (worker.tried.has(name)) continue;
    worker.tried.add(name);
    const record = worker.containers.get(name)!;
    // Of one that was just stopped to be started again, the end before that counts: the pass that stopped it knew no later one.
    const endedAt = record.killed ? record.lastFinishedAt : record.finishedAt;
    record.killed = false;
    if (record.phase === 'exited' && endedAt !== undefined) {
      if (isInBackoff(record.crashBackoff, endedAt, now)) {
        const until = endedAt + record.crashBackoff.delayMicros;
        const pod = `${worker.pod.metadata.name}_${worker.pod.metadata.namespace}(${worker.uid})`;
        podEvent(context, worker.pod, name, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${pod}`);
        fail(worker, record, 'CrashLoopBackOff', `back-off ${goDuration(record.crashBackoff.delayMicros)} restarting failed container=${name} pod=${pod}`);
        worker.backoffUntil = Math.min(worker.backoffUntil ?? until, until);
        continue;
      }
      raiseBackoff(record.crashBackoff, endedAt, now);
    }
    worker.busy = name;
    if (node.hollow) startContainer(context, worker, record);
    else ask(context, { type: 'ImageStatus', uid: worker.uid, container: name, image: containerSpec(worker.pod, name)!.image });
    if (worker.busy !== undefined) return;
  }
  finishPass(context, worker);
}

function finishPass(context: Context, worker: PodWorker): void {
  const { out, now } = context;
  const { startedInPass, failedInPass, backoffUntil, again } = worker;
  worker.tried.clear();
  worker.startedInPass = false;
  worker.failedInPass = false;
  worker.backoffUntil = undefined;
  worker.again = false;
  if (failedInPass) {
    // Upstream's second look comes from whatever else the PLEG sees of the Pod about then; it is what shows the reason.
    if (!worker.lookedAgain || again) {
      worker.lookedAgain = true;
      out.timer(`sync/${worker.uid}`, nextTick(context));
    } else {
      const wait = backoffUntil === undefined ? RETRY_MICROS : Math.min(Math.max(backoffUntil - now, 0), MAX_RETRY);
      out.timer(`sync/${worker.uid}`, now + jitter(context, wait, worker.uid));
    }
    return;
  }
  worker.lookedAgain = false;
  if (startedInPass || again) sync(context, worker, because(context, worker, 'kubelet.containersStarted'));
}

/** A container could not be started: the reason goes into the status with the next pass. */
function fail(worker: PodWorker, record: ContainerRecord, reason: string, message: string): void {
  record.waiting = Object.freeze({ reason, message });
  record.phase = record.containerId === '' ? 'none' : 'exited';
  worker.failedInPass = true;
}

function imageFailed(context: Context, worker: PodWorker, record: ContainerRecord, reason: string, message: string): void {
  podEvent(context, worker.pod, record.name, 'Warning', 'Failed', `Error: ${reason}`);
  fail(worker, record, reason, message);
  continuePass(context, worker);
}

/** What its volumes from the API hold; the same object as long as that is the same. Undefined: it has none. */
function filledVolumes(context: Context, worker: PodWorker): PodWorker['volumes'] {
  worker.volumes ??= configuration.volumes?.(context, worker);
  return worker.volumes;
}

function startContainer(context: Context, worker: PodWorker, record: ContainerRecord): void {
  const spec = containerSpec(worker.pod, record.name)!;
  const made = configuration.environment === undefined || context.node.hollow ? { missing: missingEnvironment(context, worker.pod, spec) } : configuration.environment(context, worker, spec);
  const missing = made.missing ?? subPathFault(spec);
  if (missing !== undefined) {
    podEvent(context, worker.pod, record.name, 'Warning', 'Failed', `Error: ${missing}`);
    fail(worker, record, 'CreateContainerConfigError', missing);
    if (worker.busy === record.name) continuePass(context, worker);
    return;
  }
  record.phase = 'starting';
  const { environment } = made;
  const volumes = configuration.volumes === undefined || context.node.hollow ? undefined : filledVolumes(context, worker);
  ask(context, { type: 'StartContainer', uid: worker.uid, pod: worker.pod, container: record.name, attempt: record.attempt + 1, ...(environment === undefined ? {} : { environment }), ...(volumes === undefined ? {} : { volumes }) }, because(context, worker, record.attempt < 0 ? 'kubelet.start' : 'kubelet.restart', { container: record.name }));
}

// ---- what the runtime says

export function onRuntime(context: Context, event: Exclude<RuntimeEvent, { type: 'PodList' }>): void {
  const { state } = context;
  const worker = state.pods.get(event.uid);
  if (worker === undefined) return;
  if (event.type === 'SandboxReady') {
    sandboxReady(context, worker, event);
    return;
  }
  const record = worker.containers.get(event.container);
  if (record === undefined) return;
  switch (event.type) {
    case 'ImageStatus':
      imageStatus(context, worker, record, event);
      break;
    case 'ImagePulled':
      state.images.set(event.image, { id: event.imageId, bytes: event.sizeBytes });
      if (worker.busy !== record.name || worker.stage !== 'syncing') return;
      podEvent(context, worker.pod, record.name, 'Normal', 'Pulled', `Successfully pulled image "${event.image}" in ${goDuration(event.pullMicros)} (${goDuration(event.waitedMicros)} including waiting). Image size: ${event.sizeBytes} bytes.`);
      startContainer(context, worker, record);
      break;
    case 'ImagePullFailed': {
      if (worker.busy !== record.name || worker.stage !== 'syncing') return;
      const message = `rpc error: code = ${event.code} desc = ${event.message}`;
      podEvent(context, worker.pod, record.name, 'Warning', 'Failed', `Failed to pull image "${event.image}": ${message}`);
      raiseBackoff(record.pullBackoff, context.now, context.now);
      record.pullMessage = `ErrImagePull: ${message}`;
      imageFailed(context, worker, record, 'ErrImagePull', message);
      break;
    }
    case 'ContainerStarted':
      containerStarted(context, worker, record, event);
      break;
    case 'ContainerFailed':
      if (record.phase !== 'starting') return;
      if (event.containerId !== undefined) neverStarted(context, record, event.containerId, event.message);
      podEvent(context, worker.pod, record.name, 'Warning', 'Failed', `Error: ${event.message}`);
      fail(worker, record, event.reason, event.message);
      // One that is not to be started again has ended, and nothing more.
      if (event.containerId !== undefined && !shouldRestart(containerSpec(worker.pod, record.name)!, worker.pod, record.exitCode)) record.waiting = undefined;
      if (worker.stage === 'terminating') stopMore(context, worker);
      else continuePass(context, worker);
      break;
    case 'ContainerExited':
      containerExited(context, worker, record, event);
      break;
    case 'HookDone':
      hookDone(context, worker, record, event);
      break;
    case 'ProbeDone':
      switch (record.phase === 'running' || record.phase === 'stopping' ? probeDone(context, worker, record, event) : 'nothing') {
        case 'status':
          updateStatus(context, worker, because(context, worker, 'kubelet.probe', { container: record.name, probe: event.probe, ok: event.ok ? 'ok' : 'failed' }));
          // A sidecar that has started lets the next container start.
          if (event.probe === 'startup') sync(context, worker, because(context, worker, 'kubelet.probe', { container: record.name, probe: event.probe, ok: 'ok' }));
          break;
        case 'restart':
          if (worker.stage === 'syncing') killContainer(context, worker, record, `Container ${record.name} failed ${event.probe} probe, will be restarted`, probeGrace(worker, record, event.probe), because(context, worker, 'kubelet.probe', { container: record.name, probe: event.probe, ok: 'failed' }));
          break;
      }
      break;
  }
}

/** The container was made, and its program could not be started: its life is over before it began, in 1970, as the runtime reports it. */
function neverStarted(context: Context, record: ContainerRecord, containerId: string, message: string): void {
  if (record.containerId !== '') record.last = lastStateOf(record);
  record.attempt++;
  record.containerId = containerId;
  record.startedAt = -EPOCH_MILLIS * MILLISECOND;
  record.finishedAt = context.now;
  record.lastFinishedAt = context.now;
  record.exitCode = 128;
  record.reason = 'StartError';
  record.message = message;
}

function probeGrace(worker: PodWorker, record: ContainerRecord, probe: 'startup' | 'readiness' | 'liveness'): Micros {
  const spec = containerSpec(worker.pod, record.name)!;
  const own = (probe === 'startup' ? spec.startupProbe : spec.livenessProbe)?.terminationGracePeriodSeconds;
  return (own ?? worker.pod.spec.terminationGracePeriodSeconds ?? 30) * SECOND;
}

function sandboxReady(context: Context, worker: PodWorker, event: Extract<RuntimeEvent, { type: 'SandboxReady' }>): void {
  if (worker.stage !== 'syncing' || worker.sandbox.state !== 'starting' || event.attempt !== worker.sandbox.attempt) return;
  worker.sandbox.state = 'ready';
  worker.sandbox.ip = event.ip;
  updateStatus(context, worker, because(context, worker, 'kubelet.sandboxReady'));
  continuePass(context, worker);
}

function imageStatus(context: Context, worker: PodWorker, record: ContainerRecord, event: Extract<RuntimeEvent, { type: 'ImageStatus' }>): void {
  const { now } = context;
  if (worker.busy !== record.name || worker.stage !== 'syncing') return;
  const spec = containerSpec(worker.pod, record.name)!;
  const { image } = event;
  if (event.invalid !== undefined) {
    podEvent(context, worker.pod, record.name, 'Warning', 'InspectFailed', event.invalid);
    imageFailed(context, worker, record, 'InvalidImageName', event.invalid);
    return;
  }
  if (event.present && spec.imagePullPolicy !== 'Always') {
    podEvent(context, worker.pod, record.name, 'Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
    startContainer(context, worker, record);
    return;
  }
  if (spec.imagePullPolicy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    podEvent(context, worker.pod, record.name, 'Warning', 'ErrImageNeverPull', message);
    imageFailed(context, worker, record, 'ErrImageNeverPull', message);
    return;
  }
  if (isInBackoff(record.pullBackoff, record.pullBackoff.updatedAt, now)) {
    const message = `Back-off pulling image "${image}"`;
    podEvent(context, worker.pod, record.name, 'Normal', 'BackOff', message);
    imageFailed(context, worker, record, 'ImagePullBackOff', `${message}: ${record.pullMessage}`);
    return;
  }
  podEvent(context, worker.pod, record.name, 'Normal', 'Pulling', `Pulling image "${image}"`);
  record.phase = 'pulling';
  ask(context, { type: 'PullImage', uid: worker.uid, container: record.name, image }, because(context, worker, 'kubelet.pull', { container: record.name, image }));
}

function containerStarted(context: Context, worker: PodWorker, record: ContainerRecord, event: Extract<RuntimeEvent, { type: 'ContainerStarted' }>): void {
  if (record.phase !== 'starting' || event.attempt !== record.attempt + 1) return;
  if (record.containerId !== '') {
    record.last = lastStateOf(record);
    record.lastFinishedAt = record.finishedAt;
  }
  record.attempt = event.attempt;
  record.containerId = event.containerId;
  record.image = event.image;
  record.imageId = event.imageId;
  record.startedAt = event.at;
  record.finishedAt = 0;
  record.exitCode = 0;
  record.reason = '';
  record.message = '';
  record.waiting = undefined;
  podEvent(context, worker.pod, record.name, 'Normal', 'Created', 'Container created');
  podEvent(context, worker.pod, record.name, 'Normal', 'Started', 'Container started');
  const handler = containerSpec(worker.pod, record.name)!.lifecycle?.postStart;
  if (handler !== undefined && worker.stage === 'syncing') {
    record.phase = 'postStart';
    ask(context, { type: 'RunHook', uid: worker.uid, container: record.name, attempt: record.attempt, hook: 'postStart', handler });
    return;
  }
  isUp(context, worker, record);
}

function isUp(context: Context, worker: PodWorker, record: ContainerRecord): void {
  record.phase = 'running';
  if (worker.stage === 'terminating') {
    stopMore(context, worker);
    return;
  }
  startProbes(context, worker, record);
  worker.startedInPass = true;
  if (worker.busy === record.name) continuePass(context, worker);
}

function hookDone(context: Context, worker: PodWorker, record: ContainerRecord, event: Extract<RuntimeEvent, { type: 'HookDone' }>): void {
  if (event.attempt !== record.attempt) return;
  if (event.hook === 'preStop') {
    if (event.failure !== undefined) podEvent(context, worker.pod, record.name, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
    preStopOver(context, worker, record);
    return;
  }
  if (record.phase !== 'postStart') return;
  if (event.failure === undefined) {
    isUp(context, worker, record);
    return;
  }
  podEvent(context, worker.pod, record.name, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
  record.phase = 'running';
  worker.failedInPass = true;
  killContainer(context, worker, record, 'FailedPostStartHook', (worker.pod.spec.terminationGracePeriodSeconds ?? 30) * SECOND, because(context, worker, 'kubelet.postStart', { container: record.name }));
  if (worker.busy === record.name) continuePass(context, worker);
}

// ---- the end of a container

function containerExited(context: Context, worker: PodWorker, record: ContainerRecord, event: Extract<RuntimeEvent, { type: 'ContainerExited' }>): void {
  if (event.attempt !== record.attempt || record.phase === 'exited' || record.phase === 'none' || record.phase === 'starting') return;
  const exit = { at: event.at, exitCode: event.exitCode, reason: event.reason, message: event.message ?? '' };
  if (record.phase === 'stopping' || worker.stage !== 'syncing') {
    // Whoever stops a container waits for it, and needs no one to tell.
    const stopped = record.phase === 'stopping';
    applyExit(context, worker, record, exit);
    if (worker.stage === 'terminating') stopMore(context, worker);
    else if (stopped) sync(context, worker, because(context, worker, 'kubelet.exited', { container: record.name, code: exit.exitCode }));
    return;
  }
  record.unseenExit = exit;
  armPleg(context);
}

function applyExit(context: Context, worker: PodWorker, record: ContainerRecord, exit: NonNullable<ContainerRecord['unseenExit']>): void {
  stopProbes(context, worker, record);
  context.out.cancel(`prestop/${worker.uid}/${record.name}`);
  record.phase = 'exited';
  record.finishedAt = exit.at;
  record.exitCode = exit.exitCode;
  record.reason = exit.reason;
  record.message = exit.message ?? '';
  record.unseenExit = undefined;
  record.waiting = undefined;
  record.started = false;
  record.ready = false;
  record.stopDeadline = 0;
  worker.lookedAgain = false;
}

export function pleg(context: Context): void {
  context.state.plegAt = undefined;
  for (const worker of [...context.state.pods.values()]) {
    let seen: ContainerRecord | undefined;
    for (const record of worker.containers.values()) {
      if (record.unseenExit === undefined) continue;
      applyExit(context, worker, record, record.unseenExit);
      seen = record;
    }
    if (seen !== undefined) sync(context, worker, because(context, worker, 'kubelet.exited', { container: seen.name, code: seen.exitCode }));
    if (worker.reconcile) {
      worker.reconcile = false;
      if (worker.status !== undefined) {
        worker.because = because(context, worker, 'kubelet.reconcile');
        enqueue(context, worker);
      }
    }
  }
}

/** Stops one container: its hook, then SIGTERM, then what is left of its grace. */
function killContainer(context: Context, worker: PodWorker, record: ContainerRecord, message: string, graceMicros: Micros, reason: Reason): void {
  const { out, now, node } = context;
  if (record.phase === 'stopping') return;
  record.phase = 'stopping';
  record.killed = worker.stage === 'syncing';
  podEvent(context, worker.pod, record.name, 'Normal', 'Killing', message === '' ? `Stopping container ${record.name}` : message);
  const handler = containerSpec(worker.pod, record.name)?.lifecycle?.preStop;
  if (handler === undefined || graceMicros <= 0 || node.hollow) {
    sendStop(context, worker, record, Math.max(graceMicros, MIN_GRACE), reason);
    return;
  }
  record.stopDeadline = now + graceMicros;
  if (handler.sleep !== undefined) out.timer(`prestop/${worker.uid}/${record.name}`, now + Math.min(handler.sleep.seconds * SECOND, graceMicros));
  else {
    out.timer(`prestop/${worker.uid}/${record.name}`, now + graceMicros);
    ask(context, { type: 'RunHook', uid: worker.uid, container: record.name, attempt: record.attempt, hook: 'preStop', handler }, reason);
  }
}

export function preStopOver(context: Context, worker: PodWorker, record: ContainerRecord): void {
  const { out, now } = context;
  if (record.phase !== 'stopping' || record.stopDeadline === 0) return;
  out.cancel(`prestop/${worker.uid}/${record.name}`);
  const left = record.stopDeadline - now;
  record.stopDeadline = 0;
  sendStop(context, worker, record, Math.max(left, MIN_GRACE), because(context, worker, 'kubelet.stop', { container: record.name }));
}

function sendStop(context: Context, worker: PodWorker, record: ContainerRecord, graceMicros: Micros, reason: Reason): void {
  ask(context, { type: 'StopContainer', uid: worker.uid, container: record.name, attempt: record.attempt, graceMicros }, reason);
}

/** The image of a container was changed in place: it is stopped and started with the new one. */
function restartChanged(context: Context, worker: PodWorker): void {
  for (const record of worker.containers.values()) {
    if (record.phase !== 'running' || record.kind === 'init') continue;
    const { image } = containerSpec(worker.pod, record.name)!;
    if (record.image === image || record.image.endsWith(`/${image}`) || record.image.endsWith(`/${image}:latest`)) continue;
    killContainer(context, worker, record, `Container ${record.name} definition changed, will be restarted`, (worker.pod.spec.terminationGracePeriodSeconds ?? 30) * SECOND, because(context, worker, 'kubelet.specChanged'));
  }
}

// ---- the end of a Pod

function graceOf(pod: Pod): Micros {
  return (pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30) * SECOND;
}

/** All its containers have done their work, or one has failed for good: what is left, sidecars, is stopped. */
function complete(context: Context, worker: PodWorker): void {
  worker.graceMicros = (worker.pod.spec.terminationGracePeriodSeconds ?? 30) * SECOND;
  begin(context, worker, because(context, worker, 'kubelet.completed'));
}

function terminate(context: Context, worker: PodWorker, reason: Reason): void {
  worker.graceMicros = graceOf(worker.pod);
  begin(context, worker, reason);
}

function begin(context: Context, worker: PodWorker, reason: Reason): void {
  const { out, now } = context;
  worker.stage = 'terminating';
  worker.terminatingSince = now;
  for (const what of ['mount', 'sync', 'deadline', 'refresh']) out.cancel(`${what}/${worker.uid}`);
  stopLivenessProbes(context, worker);
  for (const record of worker.containers.values()) {
    if (record.unseenExit !== undefined) applyExit(context, worker, record, record.unseenExit);
    // A container that was still waiting for its image will not be started.
    if (record.phase === 'pulling') record.phase = record.containerId === '' ? 'none' : 'exited';
  }
  updateStatus(context, worker, reason);
  stopMore(context, worker);
}

function stopMore(context: Context, worker: PodWorker): void {
  if (worker.stage !== 'terminating') return;
  const names = toStop(worker);
  if (names.length === 0) {
    ended(context, worker);
    return;
  }
  const left = worker.graceMicros - (context.now - worker.terminatingSince);
  for (const name of names) {
    const record = worker.containers.get(name)!;
    // One that is just being created is stopped when it is there.
    if (record.phase === 'running' || record.phase === 'postStart') killContainer(context, worker, record, '', left, because(context, worker, 'kubelet.stop', { container: name }));
  }
}

function shorten(context: Context, worker: PodWorker, graceMicros: Micros): void {
  worker.graceMicros = graceMicros;
  updateStatus(context, worker, because(context, worker, 'kubelet.terminating'));
  for (const record of worker.containers.values()) {
    if (record.phase !== 'stopping') continue;
    if (record.stopDeadline > 0) record.stopDeadline = Math.min(record.stopDeadline, context.now + graceMicros);
    if (record.stopDeadline > 0 && graceMicros <= MIN_GRACE) preStopOver(context, worker, record);
    else if (record.stopDeadline === 0) sendStop(context, worker, record, Math.max(graceMicros, MIN_GRACE), because(context, worker, 'kubelet.stop', { container: record.name }));
  }
}

/** Nothing runs any more: the sandbox goes, and the last word about the containers is said. Volumes take a little longer. */
function ended(context: Context, worker: PodWorker): void {
  const { state, out } = context;
  for (const record of worker.containers.values()) stopProbes(context, worker, record);
  if (worker.sandbox.state !== 'none') ask(context, { type: 'RemovePodSandbox', uid: worker.uid }, because(context, worker, 'kubelet.sandboxGone'));
  worker.sandbox.state = 'lost';
  worker.stage = 'terminated';
  worker.busy = undefined;
  release(state, worker);
  updateStatus(context, worker, because(context, worker, 'kubelet.ended'));
  out.timer(`gone/${worker.uid}`, goneAt(context, worker));
}

/**
 * The worker takes its last step when the PLEG has looked once more. Volumes that are not down by then are asked for again after 300 ms:
 * so a Pod is gone 0.1 to 1.2 s after its containers have ended, as recorded.
 */
function goneAt(context: Context, worker: PodWorker): Micros {
  const { out, now } = context;
  const tick = nextTick(context);
  if (worker.pod.spec.volumes === undefined || worker.pod.spec.volumes.length === 0) return tick;
  const unmounted = now + 80 * MILLISECOND + (out.draw('unmount', worker.uid) % (110 * MILLISECOND));
  return tick >= unmounted ? tick : tick + MOUNT_POLL;
}

export function gone(context: Context, worker: PodWorker): void {
  worker.stage = 'finished';
  if (worker.orphaned) {
    context.state.pods.delete(worker.uid);
    return;
  }
  updateStatus(context, worker, because(context, worker, 'kubelet.ended'), true);
}

export function deadline(context: Context, worker: PodWorker): void {
  if (worker.stage !== 'syncing') return;
  worker.deadlineExceeded = true;
  podEvent(context, worker.pod, undefined, 'Normal', 'DeadlineExceeded', 'Pod was active on the node longer than the specified deadline');
  complete(context, worker);
}

// ---- volumes

export function mount(context: Context, worker: PodWorker): void {
  const { out, now } = context;
  if (worker.stage !== 'syncing' || worker.mountedAt !== undefined) return;
  const missing = missingVolume(context, worker.pod) ?? configuration.missingItem?.(context, worker);
  if (missing !== undefined) {
    podEvent(context, worker.pod, undefined, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${missing.volume}" : ${missing.message}`);
    let wait = MOUNT_RETRY;
    for (let i = 0; i < worker.mountTries && wait < MAX_MOUNT_RETRY; i++) wait = Math.min(2 * wait, MAX_MOUNT_RETRY);
    worker.mountTries++;
    out.timer(`mount/${worker.uid}`, now + wait);
    return;
  }
  worker.mountedAt = now;
  sync(context, worker, because(context, worker, 'kubelet.mounted'));
}

export { shouldRestart };
