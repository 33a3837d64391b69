import type { Condition, Container, ContainerState, ContainerStatus, Pod, PodPhase, PodStatus, ResourceList } from '../api/object.ts';
import { timestamp, type Micros } from '../api/time.ts';
import { containerSpec, type ContainerRecord, type PodWorker } from './state.ts';

/**
 * What the kubelet says about a Pod, worked out from what it knows of its containers (kubelet_pods.go: generateAPIPodStatus, getPhase;
 * status/generate.go). Left out: ephemeral containers, resize, and the user that a container runs as.
 */

/** The conditions that only a kubelet writes, in the order in which it does. */
const OWN_CONDITIONS: readonly string[] = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

export interface StatusOptions {
  readonly now: Micros;
  /** Addresses of the machine. */
  readonly hostIp: string | undefined;
  /** Every container counts as ready, and whether it has started is not said: what the recorder's kubelet, which probes nothing, writes. */
  readonly hollow: boolean;
  /** Nothing runs any more and nothing will. */
  readonly ended: boolean;
}

const NO_LAST: ContainerState = Object.freeze({});
const NO_RESOURCES = Object.freeze({});

const terminatedState = (record: ContainerRecord, hollow: boolean): ContainerState =>
  Object.freeze({
    terminated: {
      exitCode: record.exitCode,
      ...(hollow ? {} : { reason: record.reason }),
      ...(record.message === '' ? {} : { message: record.message }),
      startedAt: timestamp(record.startedAt),
      finishedAt: timestamp(record.finishedAt),
      containerID: record.containerId,
    },
  });

/** What becomes `lastState` when a container is started again. */
export const lastStateOf = (record: ContainerRecord): ContainerState => terminatedState(record, false);

type Making<T> = { -readonly [K in keyof T]: T[K] } & { volumeMounts?: unknown; allocatedResources?: unknown };

function mountsOf(spec: Container): readonly unknown[] | undefined {
  const mounts = spec.volumeMounts;
  if (mounts === undefined || mounts.length === 0) return undefined;
  return mounts.map((mount) => (mount.readOnly === true ? { mountPath: mount.mountPath, name: mount.name, readOnly: true, recursiveReadOnly: 'Disabled' } : { mountPath: mount.mountPath, name: mount.name }));
}

function containerStatus(spec: Container, record: ContainerRecord | undefined, options: StatusOptions, waitingReason: string): ContainerStatus {
  const { hollow } = options;
  const mounts = mountsOf(spec);
  if (record === undefined || record.attempt < 0 || record.containerId === '') {
    const status: Making<ContainerStatus> = { name: spec.name, state: { waiting: record?.waiting ?? { reason: waitingReason } }, lastState: NO_LAST, ready: hollow && record?.kind !== 'init', restartCount: 0, image: spec.image, imageID: '' };
    if (!hollow) status.started = false;
    if (mounts !== undefined) status.volumeMounts = mounts;
    return status;
  }
  const running = record.phase === 'running' || record.phase === 'stopping';
  let state: ContainerState;
  let last = record.last ?? NO_LAST;
  if (running) state = { running: { startedAt: timestamp(record.startedAt) } };
  else if (record.waiting !== undefined) {
    // It ended and could not be started again: waiting, with its end as the last state.
    state = { waiting: record.waiting };
    last = terminatedState(record, hollow);
  } else state = terminatedState(record, hollow);
  const endedWell = record.kind === 'init' && record.phase === 'exited' && record.exitCode === 0;
  const status: Making<ContainerStatus> = {
    name: spec.name, state, lastState: last, ready: record.kind === 'init' ? endedWell : hollow || (running && record.ready), restartCount: record.attempt, image: record.image, imageID: record.imageId, containerID: record.containerId,
  };
  if (!hollow) status.started = running && record.started;
  const requests = spec.resources?.requests;
  if (requests !== undefined) status.allocatedResources = requests;
  status.resources = spec.resources ?? NO_RESOURCES;
  if (mounts !== undefined) status.volumeMounts = mounts;
  return status;
}

export function restartPolicyOf(spec: Container, pod: Pod): string {
  return spec.restartPolicy ?? pod.spec.restartPolicy ?? 'Always';
}

/** Whether a container that ended with this code is to be started again. */
export function shouldRestart(spec: Container, pod: Pod, exitCode: number): boolean {
  switch (restartPolicyOf(spec, pod)) {
    case 'Always':
      return true;
    case 'OnFailure':
      return exitCode !== 0;
    default:
      return false;
  }
}

const isSidecar = (spec: Container): boolean => spec.restartPolicy === 'Always';

const stoppedCode = (status: ContainerStatus): number | undefined => status.state?.terminated?.exitCode ?? (status.state?.waiting === undefined ? undefined : status.lastState?.terminated?.exitCode);

function phaseOf(pod: Pod, inits: readonly ContainerStatus[], apps: readonly ContainerStatus[], ended: boolean, appStarted: boolean): PodPhase {
  let pendingInits = 0;
  let pendingSidecars = 0;
  let failedForGood = false;
  let waiting = 0;
  let running = 0;
  let stopped = 0;
  let stoppedForGood = 0;
  let succeeded = 0;
  (pod.spec.initContainers ?? []).forEach((spec, i) => {
    const status = inits[i]!;
    const code = stoppedCode(status);
    if (isSidecar(spec)) {
      if (status.state?.running !== undefined) {
        if (status.started === false) pendingSidecars++;
        running++;
      } else if (code === undefined) {
        pendingSidecars++;
        waiting++;
      }
    } else if (code === undefined) pendingInits++;
    else if (code !== 0 && !shouldRestart(spec, pod, code)) failedForGood = true;
  });
  for (const status of apps) {
    const spec = containerSpec(pod, status.name)!;
    const code = stoppedCode(status);
    if (status.state?.running !== undefined) running++;
    else if (code === undefined) waiting++;
    else {
      stopped++;
      if (code === 0) succeeded++;
      if (!shouldRestart(spec, pod, code)) stoppedForGood++;
    }
  }
  if (failedForGood) return 'Failed';
  if (pendingInits > 0 || (pendingSidecars > 0 && !appStarted)) return 'Pending';
  if (waiting > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return 'Pending';
  if (!ended && stopped !== stoppedForGood) return 'Running';
  return stopped === succeeded ? 'Succeeded' : 'Failed';
}

const list = (names: readonly string[]): string => `[${names.join(' ')}]`;

interface Draft {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

function initializedDraft(pod: Pod, inits: readonly ContainerStatus[], phase: PodPhase, appStarted: boolean): Draft {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  if (appStarted) return { type, status: 'True' };
  const incomplete: string[] = [];
  (pod.spec.initContainers ?? []).forEach((spec, i) => {
    const status = inits[i]!;
    // A sidecar counts from when it has started, any other from its good end.
    if (isSidecar(spec) ? status.started !== true : status.ready !== true) incomplete.push(spec.name);
  });
  return incomplete.length === 0 ? { type, status: 'True' } : { type, status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: ${list(incomplete)}` };
}

function containersReadyDraft(pod: Pod, inits: readonly ContainerStatus[], apps: readonly ContainerStatus[], phase: PodPhase): Draft {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const unready: string[] = [];
  (pod.spec.initContainers ?? []).forEach((spec, i) => {
    if (isSidecar(spec) && !inits[i]!.ready) unready.push(spec.name);
  });
  for (const spec of pod.spec.containers) if (!apps.some((status) => status.name === spec.name && status.ready)) unready.push(spec.name);
  return unready.length === 0 ? { type, status: 'True' } : { type, status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${list(unready)}` };
}

function readyDraft(pod: Pod, containersReady: Draft, others: readonly Condition[]): Draft {
  if (containersReady.status !== 'True') return { ...containersReady, type: 'Ready' };
  const missing: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const condition = others.find((each) => each.type === conditionType);
    if (condition === undefined) missing.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (condition.status !== 'True') missing.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`);
  }
  return missing.length === 0 ? { type: 'Ready', status: 'True' } : { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: missing.join(', ') };
}

function condition(draft: Draft, old: readonly Condition[] | undefined, generation: number | undefined, now: Micros): Condition {
  let before: Condition | undefined;
  if (old !== undefined) for (const each of old) if (each.type === draft.type) before = each;
  if (before !== undefined && before.status === draft.status && before.reason === draft.reason && before.message === draft.message && before.observedGeneration === generation) return before;
  const made: Making<Condition> = { type: draft.type, status: draft.status, lastProbeTime: null };
  if (generation !== undefined) made.observedGeneration = generation;
  made.lastTransitionTime = before?.status === draft.status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : timestamp(now);
  if (draft.reason !== undefined) made.reason = draft.reason;
  if (draft.message !== undefined) made.message = draft.message;
  return oneOf(made);
}

// An invisible cache: Pods that come up together say the same, and what is one object is known as such wherever it goes.
const said = new Map<string, Condition>();
const SAID = 512;
function oneOf(made: Condition): Condition {
  const text = `${made.type} ${made.status} ${made.observedGeneration} ${made.lastTransitionTime} ${made.reason} ${made.message}`;
  let one = said.get(text);
  if (one === undefined) {
    if (said.size >= SAID) said.clear();
    said.set(text, (one = Object.freeze(made)));
  }
  return one;
}

/** The sum of what the containers name, as spec.resources of the Pod would have it. */
function podResources(pod: Pod, which: 'requests' | 'limits'): ResourceList | undefined {
  const own = pod.spec.resources?.[which];
  if (own !== undefined) return own;
  const { containers } = pod.spec;
  if (containers.length === 1) return containers[0]!.resources?.[which];
  return undefined;
}

/** The whole status. `worker.status`, or what the API has, is what it goes on from. */
export function generateStatus(worker: PodWorker, options: StatusOptions): PodStatus {
  const { pod } = worker;
  const { now, ended } = options;
  const old = worker.status ?? worker.apiStatus;
  const initSpecs = pod.spec.initContainers ?? [];
  const waitingReason = initSpecs.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const inits = initSpecs.map((spec) => containerStatus(spec, worker.containers.get(spec.name), options, waitingReason));
  const apps = pod.spec.containers.map((spec) => containerStatus(spec, worker.containers.get(spec.name), options, waitingReason));
  if (apps.length > 1) apps.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

  let appStarted = false;
  let someRun = false;
  for (const record of worker.containers.values()) {
    if (record.kind === 'app' && record.containerId !== '') appStarted = true;
    if (record.phase === 'running' || record.phase === 'stopping') someRun = true;
  }
  let phase = phaseOf(pod, inits, apps, ended, appStarted);
  const isEnd = phase === 'Succeeded' || phase === 'Failed';
  const wasEnd = old.phase === 'Succeeded' || old.phase === 'Failed';
  if (wasEnd) phase = old.phase!;
  // It is told apart from one that may still use what is its own only when nothing runs any more.
  else if (isEnd && someRun) phase = old.phase ?? 'Pending';
  let { reason, message } = old.phase === phase ? old : { reason: undefined, message: undefined };
  if (worker.deadlineExceeded && !someRun) {
    phase = 'Failed';
    reason = 'DeadlineExceeded';
    message = 'Pod was active on the node longer than the specified deadline';
  }
  if (worker.stage === 'finished' && phase !== 'Succeeded' && phase !== 'Failed') phase = 'Failed';

  const generation = pod.metadata.generation;
  const conditions: Condition[] = [];
  for (const each of worker.apiStatus.conditions ?? []) if (!OWN_CONDITIONS.includes(each.type)) conditions.push(each);
  const containersReady = containersReadyDraft(pod, inits, apps, phase);
  const ready = readyDraft(pod, containersReady, conditions);
  const oldConditions = old.conditions;
  conditions.push(
    condition(worker.sandbox.state === 'ready' ? SANDBOX_READY : SANDBOX_MISSING, oldConditions, generation, now),
    condition(initializedDraft(pod, inits, phase, appStarted), oldConditions, generation, now),
    condition(ready, oldConditions, generation, now),
    condition(containersReady, oldConditions, generation, now),
    condition(SCHEDULED, oldConditions, generation, now),
  );
  const status: Making<PodStatus> = { phase, conditions };
  if (generation !== undefined) status.observedGeneration = generation;
  if (message !== undefined) status.message = message;
  if (reason !== undefined) status.reason = reason;
  const { hostIp } = options;
  if (hostIp !== undefined) {
    status.hostIP = hostIp;
    status.hostIPs = old.hostIP === hostIp && old.hostIPs !== undefined ? old.hostIPs : [{ ip: hostIp }];
  }
  const podIp = pod.spec.hostNetwork === true ? hostIp : worker.sandbox.ip !== '' ? worker.sandbox.ip : undefined;
  if (podIp !== undefined) {
    status.podIP = podIp;
    status.podIPs = old.podIP === podIp && old.podIPs !== undefined ? old.podIPs : [{ ip: podIp }];
  }
  status.startTime = old.startTime ?? timestamp(now);
  if (inits.length > 0) status.initContainerStatuses = inits;
  status.containerStatuses = apps;
  if (old.qosClass !== undefined) status.qosClass = old.qosClass;
  const allocated = podResources(pod, 'requests');
  const limits = podResources(pod, 'limits');
  if (allocated !== undefined) status.allocatedResources = allocated;
  // What it had is given back when it has ended.
  const requests = worker.stage === 'terminated' || worker.stage === 'finished' ? undefined : allocated;
  status.resources = limits === undefined && requests === undefined ? NO_RESOURCES : { ...(limits === undefined ? undefined : { limits }), ...(requests === undefined ? undefined : { requests }) };
  return Object.freeze(status);
}

const SANDBOX_READY: Draft = { type: 'PodReadyToStartContainers', status: 'True' };
const SANDBOX_MISSING: Draft = { type: 'PodReadyToStartContainers', status: 'False' };
const SCHEDULED: Draft = { type: 'PodScheduled', status: 'True' };

/** The status of a Pod that this kubelet will not run (rejectPod). */
export function rejectedStatus(worker: PodWorker, reason: string, message: string, now: Micros): PodStatus {
  const { generation } = worker.pod.metadata;
  return Object.freeze({
    ...(generation === undefined ? undefined : { observedGeneration: generation }),
    phase: 'Failed',
    reason,
    message: `Pod was rejected: ${message}`,
    startTime: worker.apiStatus.startTime ?? timestamp(now),
    conditions: worker.apiStatus.conditions,
    ...(worker.apiStatus.qosClass === undefined ? undefined : { qosClass: worker.apiStatus.qosClass }),
  }) as PodStatus;
}

// ---- what to send

export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  for (const key in left) if (!same(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}

type Fields = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What of `now` differs from `before`, as a strategic merge patch wants it: maps field by field, what is gone as null, lists whole. */
function difference(before: Fields, now: Fields): Record<string, unknown> | undefined {
  let out: Record<string, unknown> | undefined;
  for (const key in now) {
    const value = now[key];
    const was = before[key];
    if (value === undefined || (value === null && was === undefined) || same(was, value)) continue;
    out ??= {};
    out[key] = isMap(value) && isMap(was) ? difference(was, value) : value;
  }
  for (const key in before) if (before[key] !== undefined && before[key] !== null && now[key] === undefined) (out ??= {})[key] = null;
  return out;
}

/** Lists of these fields are merged by a key. */
const MERGE_KEYS: Readonly<Record<string, string>> = { conditions: 'type', podIPs: 'ip' };

/** The body of the PATCH that makes the API's status this one; undefined: it is so already. */
export function statusPatch(uid: string, before: PodStatus, now: PodStatus): unknown {
  const old = before as unknown as Fields;
  const next = now as unknown as Fields;
  const status: Record<string, unknown> = {};
  for (const key in next) {
    if (key in MERGE_KEYS || key === 'qosClass') continue;
    const value = next[key];
    const was = old[key];
    if (value === undefined || same(was, value)) continue;
    status[key] = isMap(value) && isMap(was) ? difference(was, value) : value;
  }
  for (const key in old) if (!(key in MERGE_KEYS) && key !== 'qosClass' && key !== 'nominatedNodeName' && old[key] !== undefined && old[key] !== null && next[key] === undefined) status[key] = null;
  for (const field in MERGE_KEYS) {
    const key = MERGE_KEYS[field]!;
    const items = (next[field] ?? []) as readonly Fields[];
    const olds = (old[field] ?? []) as readonly Fields[];
    const changed: unknown[] = [];
    for (const item of items) {
      const was = olds.find((each) => each[key] === item[key]);
      const fields = was === undefined ? item : difference(was, item);
      if (fields !== undefined) changed.push(was === undefined ? item : { ...fields, [key]: item[key] });
    }
    for (const was of olds) if (!items.some((each) => each[key] === was[key])) changed.push({ $patch: 'delete', [key]: was[key] });
    if (changed.length === 0) continue;
    status[`$setElementOrder/${field}`] = items.map((item) => ({ [key]: item[key] }));
    status[field] = changed;
  }
  for (const _ in status) return { metadata: { uid }, status };
  return undefined;
}
