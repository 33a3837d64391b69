import type { NodeConfig } from '../api/cluster.ts';
import { keyOf, type Container, type Pod } from '../api/object.ts';
import { METRICS_SERVER, type Scraped } from '../api/metrics.ts';
import { USERS } from '../api/request.ts';
import type { CrashContainer, HookKind, ProbeKind, RuntimeContainer, RuntimeEvent, RuntimePod, RuntimeRequest } from '../api/runtime.ts';
import { MILLISECOND, SECOND, type Micros } from '../api/time.ts';
import type { RequestOutcome, TrafficMessage } from '../api/traffic.ts';
import { between, hashText, mix } from '../kernel/draw.ts';
import type { Message, Note, Out, Process, Stimulus, View } from '../kernel/process.ts';
import { behaviourOf, isAnnotated, isProblem, type Behaviour } from './behaviour.ts';
import { readCommand } from './command.ts';
import { engine, type Place } from './programs.ts';
import type { Disk, Inside } from './shell/state.ts';
import { reportOf, takeRequest, type Load } from './usage.ts';
import { imageId, lookUp, pullMicros, repositoryName, RESOLVE_MICROS, type Layer } from './images.ts';

/**
 * A machine and its container runtime (containerd, in a real one): sandboxes, images by layer, running programs, emptyDir volumes. It lives
 * longer than the kubelet that talks to it: a crash of the kubelet changes nothing here. When the power goes, programs end and sandboxes
 * with them; images and volumes stay on the disk.
 */
export interface MachineState {
  boots: number;
  readonly pods: Map<string, Sandbox>;
  readonly byIp: Map<string, string>;
  lastIp: number;
  /** Digests of the layers on the disk. */
  readonly layers: Set<string>;
  /** Names of images all of whose layers are here, with their ids. */
  readonly images: Map<string, string>;
  /** One image at a time, as a kubelet with serializeImagePulls (the default) asks for them. */
  pulling: Pull | undefined;
  readonly waiting: Pull[];
  /** Disks of claims and of host paths, as this machine has them. */
  readonly disks: Map<string, Disk>;
  /** Questions to the network that wait for an answer: whose they are. */
  readonly dials: Map<number, { readonly uid: string; readonly container: string; readonly attempt: number; readonly at: Micros; readonly isPing: boolean }>;
  dialled: number;
  /** Of Pods whose containers have all ended: what they wrote, by uid. The API server knows which of them still exist. */
  readonly archive: Map<string, ReadonlyMap<string, Program>>;
}

interface Pull {
  readonly uid: string;
  readonly container: string;
  readonly image: string;
  readonly askedAt: Micros;
  startedAt: Micros;
  /** The layer that is on its way; -1: the registry has yet to say what the image is made of. */
  layer: number;
}

export interface Sandbox {
  readonly uid: string;
  /** Drawn once. */
  readonly chance: number;
  pod: Pod;
  ip: string;
  attempt: number;
  ready: boolean;
  readonly containers: Map<string, Program>;
  /** Volumes by name: the files in them. They outlive containers and go with the Pod. */
  readonly volumes: Map<string, Disk>;
}

export interface Program {
  readonly name: string;
  readonly attempt: number;
  readonly containerId: string;
  readonly image: string;
  readonly imageId: string;
  readonly behaviour: Behaviour;
  /** May lie ahead: creating a container takes a moment. */
  readonly startedAt: Micros;
  /** When it got its SIGTERM. */
  stoppingAt: Micros | undefined;
  /** What requests have cost it; absent: it has had none. */
  load?: Load;
  finishedAt: Micros | undefined;
  exitCode: number;
  reason: string;
  /** Its environment, if it is known. Frozen. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its processes, files and log, if its command is run, or somebody looked inside. */
  inside: Inside | undefined;
  /** What the life before this one wrote. */
  readonly previous: { readonly program: Program; readonly inside: Inside | undefined } | undefined;
  /** Its own program, not a command. */
  readonly isServer: boolean;
}

const SANDBOX_MICROS = [120 * MILLISECOND, 260 * MILLISECOND] as const;
const START_MICROS = [45 * MILLISECOND, 120 * MILLISECOND] as const;
const HOLLOW_SANDBOX_MICROS = [2 * MILLISECOND, 8 * MILLISECOND] as const;
const HOLLOW_START_MICROS = [4 * MILLISECOND, 14 * MILLISECOND] as const;

export function machine(node: NodeConfig): Process<MachineState> {
  return {
    name: `machine/${node.name}`,
    user: USERS.node(node.name),
    watches: [],
    init: () => ({ boots: 0, pods: new Map(), byIp: new Map(), lastIp: 1, layers: new Set(), images: new Map(), pulling: undefined, waiting: [], disks: new Map(), dials: new Map(), dialled: 0, archive: new Map() }),
    step: (state, on, view, out) => step(node, state, on, view, out),
  };
}

function step(node: NodeConfig, state: MachineState | undefined, on: Stimulus, view: View, out: Out): void {
  // Asked before its power is on: nobody hears it.
  if (state === undefined) return;
  switch (on.type) {
    case 'Started':
      powerOn(state, view.now);
      break;
    case 'TimerFired':
      timer(node, state, on.name, view.now, out);
      break;
    case 'Received':
      if (on.from.startsWith('kubelet/')) request(node, state, on.message as unknown as RuntimeRequest, view.now, out);
      else if (on.message.type === 'request') traffic(node, state, on.message as unknown as Extract<TrafficMessage, { type: 'request' }>, view.now, out);
      else if (on.message.type === 'response' || on.message.type === 'dialled') engine.answered?.(node, state, on.message, view.now, out);
      else if (on.message.type === 'Exec') engine.exec?.(node, state, on.message, view.now, out);
      else if (on.message.type === 'crashContainer') crash(node, state, on.message as unknown as CrashContainer, view.now, out);
      break;
  }
}

const tell = (node: NodeConfig, out: Out, event: RuntimeEvent, delayMicros = 0): void => out.send(`kubelet/${node.name}`, event as unknown as Message, delayMicros === 0 ? undefined : { delayMicros });

/** What ran when the power went is found ended, in the words containerd has for it. */
function powerOn(state: MachineState, now: Micros): void {
  state.boots++;
  state.pulling = undefined;
  state.waiting.length = 0;
  for (const sandbox of state.pods.values()) {
    sandbox.ready = false;
    for (const program of sandbox.containers.values()) {
      if (program.finishedAt !== undefined) continue;
      keepFiles(sandbox, program, now);
      program.finishedAt = now;
      program.exitCode = 255;
      program.reason = 'Unknown';
      program.inside?.procs.clear();
    }
  }
}

function request(node: NodeConfig, state: MachineState, message: RuntimeRequest, now: Micros, out: Out): void {
  switch (message.type) {
    case 'ListPods':
      tell(node, out, { type: 'PodList', pods: [...state.pods.values()].map((sandbox) => seen(sandbox, now)), bootId: `boot-${state.boots}` });
      break;
    case 'RunPodSandbox':
      runSandbox(node, state, message.uid, message.pod, message.attempt, out);
      break;
    case 'ImageStatus': {
      const found = lookUp(message.image);
      const invalid = 'failure' in found && found.invalidName === true ? found.failure : undefined;
      tell(node, out, { type: 'ImageStatus', uid: message.uid, container: message.container, image: message.image, present: 'image' in found && state.images.has(found.image.name), ...(invalid === undefined ? {} : { invalid }) });
      break;
    }
    case 'PullImage':
      state.waiting.push({ uid: message.uid, container: message.container, image: message.image, askedAt: now, startedAt: now, layer: -1 });
      nextPull(state, now, out);
      break;
    case 'StartContainer':
      startContainer(node, state, message.uid, message.pod, message.container, message.attempt, now, out, message.environment, message.volumes);
      break;
    case 'UpdateVolumes': {
      const sandbox = state.pods.get(message.uid);
      if (sandbox !== undefined) engine.volumes?.(state, sandbox, message.volumes);
      break;
    }
    case 'RunHook': {
      const { uid, container, attempt, hook } = message;
      const running = programOf(state, uid, container, attempt);
      const command = message.handler.exec?.command;
      if (engine.hook !== undefined && command !== undefined && running !== undefined && running.finishedAt === undefined) {
        engine.hook(placeOf(node, state, state.pods.get(uid)!, container, now, out), running, message, command);
        break;
      }
      const run = message.handler.exec?.command === undefined ? undefined : readCommand(message.handler.exec.command);
      const micros = run === undefined ? 2 * MILLISECOND : Math.min(run.endsAfterMicros, 3_600 * SECOND) + 5 * MILLISECOND;
      const failure = running === undefined || running.finishedAt !== undefined ? 'container not running' : run !== undefined && run.code !== 0 ? `command '${(message.handler.exec?.command ?? []).join(' ')}' exited with ${run.code}: ` : undefined;
      tell(node, out, { type: 'HookDone', uid, container, attempt, hook: hook satisfies HookKind, ...(failure === undefined ? {} : { failure }) }, micros);
      break;
    }
    case 'StopContainer':
      stopContainer(node, state, message.uid, message.container, message.attempt, message.graceMicros, now, out);
      break;
    case 'RunProbe':
      probe(node, state, message.uid, message.container, message.attempt, message.probe, now, out);
      break;
    case 'Scrape':
      out.send(METRICS_SERVER, { type: 'Scraped', report: reportOf(node.name, state.pods.values(), now) } satisfies Scraped);
      break;
    case 'RemovePodSandbox':
      removeSandbox(node, state, message.uid, now, out);
      break;
  }
}

function seen(sandbox: Sandbox, now: Micros): RuntimePod {
  const containers: RuntimeContainer[] = [...sandbox.containers.values()].map(({ name, attempt, containerId, image, imageId: id, startedAt, finishedAt, exitCode, reason }) => ({
    name, attempt, containerId, image, imageId: id, state: finishedAt !== undefined ? 'exited' : startedAt > now ? 'starting' : 'running', startedAt, finishedAt: finishedAt ?? 0, exitCode, reason,
  }));
  return { uid: sandbox.uid, ip: sandbox.ip, attempt: sandbox.attempt, ready: sandbox.ready, pod: sandbox.pod, containers };
}

// ---- sandboxes

/** The next free address of the node's range, in turn, as the host-local plugin gives them: one that was given back waits a whole round. */
function nextIp(node: NodeConfig, state: MachineState): string {
  for (let i = 0; i < 253; i++) {
    state.lastIp = state.lastIp >= 254 ? 2 : state.lastIp + 1;
    const ip = `10.244.${node.index}.${state.lastIp}`;
    if (!state.byIp.has(ip)) return ip;
  }
  // A /24 has fewer addresses than a node with many Pods wants: the next range of the same node.
  for (let i = 2; ; i++) {
    const ip = `10.${245 + (i >> 8)}.${node.index}.${i & 255}`;
    if (!state.byIp.has(ip)) return ip;
  }
}

function runSandbox(node: NodeConfig, state: MachineState, uid: string, pod: Pod, attempt: number, out: Out): void {
  let sandbox = state.pods.get(uid);
  if (sandbox === undefined) {
    const volumes = new Map<string, Disk>();
    for (const volume of pod.spec.volumes ?? []) if (volume.emptyDir !== undefined) volumes.set(volume.name, new Map());
    sandbox = { uid, chance: out.draw('sandbox', uid), pod, ip: '', attempt, ready: true, containers: new Map(), volumes };
    state.pods.set(uid, sandbox);
  } else if (sandbox.ip !== '') state.byIp.delete(sandbox.ip);
  // A Pod on the host's network has the machine's own address, which its kubelet knows.
  sandbox.ip = pod.spec.hostNetwork === true ? '' : nextIp(node, state);
  if (sandbox.ip !== '') state.byIp.set(sandbox.ip, uid);
  sandbox.attempt = attempt;
  sandbox.ready = true;
  const [low, high] = node.hollow ? HOLLOW_SANDBOX_MICROS : SANDBOX_MICROS;
  out.note({ type: 'sandbox', subject: { kind: 'Pod', key: keyOf(pod) }, uid, node: node.name, ip: sandbox.ip, state: 'created' });
  tell(node, out, { type: 'SandboxReady', uid, ip: sandbox.ip, attempt }, between(mix(sandbox.chance, attempt) >>> 0, low, high));
}

function removeSandbox(node: NodeConfig, state: MachineState, uid: string, now: Micros, out: Out): void {
  const sandbox = state.pods.get(uid);
  if (sandbox === undefined) return;
  for (const program of sandbox.containers.values()) {
    if (program.finishedAt === undefined) end(node, sandbox, program, 137, now, out, false);
    out.cancel(`exit/${uid}/${program.name}`);
  }
  if (sandbox.ip !== '') state.byIp.delete(sandbox.ip);
  state.pods.delete(uid);
  if (!node.hollow && engine.log !== undefined && sandbox.containers.size > 0) keepLogs(state, sandbox);
  out.note({ type: 'sandbox', subject: { kind: 'Pod', key: keyOf(sandbox.pod) }, uid, node: node.name, ip: sandbox.ip, state: 'removed' });
}

const MOST_ARCHIVED = 100;
/** Logs outlive containers, until the Pod goes. Simplified: the last hundred Pods of a machine, instead of those that still exist. */
function keepLogs(state: MachineState, sandbox: Sandbox): void {
  const kept = new Map<string, Program>();
  for (const [name, program] of sandbox.containers) kept.set(name, program.inside === undefined ? program : { ...program, inside: { ...program.inside, disk: new Map(), handles: new Map(), answers: new Map(), pinned: new Map() } });
  state.archive.set(sandbox.uid, kept);
  if (state.archive.size <= MOST_ARCHIVED) return;
  for (const uid of state.archive.keys()) {
    state.archive.delete(uid);
    break;
  }
}

// ---- images

function nextPull(state: MachineState, now: Micros, out: Out): void {
  if (state.pulling !== undefined) return;
  const next = state.waiting.shift();
  if (next === undefined) return;
  next.startedAt = now;
  state.pulling = next;
  out.timer('pull', now + RESOLVE_MICROS + (out.draw('resolve', next.image) % RESOLVE_MICROS));
}

/** One thing of the image that is being pulled is done: what the registry says about it, or a layer. */
function pulled(node: NodeConfig, state: MachineState, now: Micros, out: Out): void {
  const pull = state.pulling;
  if (pull === undefined) return;
  const found = lookUp(pull.image);
  const about = { uid: pull.uid, container: pull.container, image: pull.image };
  if ('failure' in found) {
    state.pulling = undefined;
    tell(node, out, { type: 'ImagePullFailed', ...about, message: found.failure, code: found.failure.endsWith(': not found') ? 'NotFound' : 'Unknown' });
    nextPull(state, now, out);
    return;
  }
  const { image } = found;
  const subject = { kind: 'Pod', key: state.pods.has(pull.uid) ? keyOf(state.pods.get(pull.uid)!.pod) : pull.uid };
  if (pull.layer >= 0) {
    const layer = image.layers[pull.layer]!;
    state.layers.add(layer.digest);
    out.note(layerNote(subject, node, pull.image, layer, 'pulled'));
  }
  pull.layer++;
  for (let layer = image.layers[pull.layer]; layer !== undefined; layer = image.layers[++pull.layer]) {
    if (!state.layers.has(layer.digest)) {
      out.note(layerNote(subject, node, pull.image, layer, 'pulling'));
      out.timer('pull', now + Math.max(pullMicros(layer.bytes), 1));
      return;
    }
    out.note(layerNote(subject, node, pull.image, layer, 'present'));
  }
  state.images.set(image.name, imageId(image));
  state.pulling = undefined;
  tell(node, out, { type: 'ImagePulled', ...about, imageId: imageId(image), pullMicros: now - pull.startedAt, waitedMicros: now - pull.askedAt, sizeBytes: image.bytes });
  nextPull(state, now, out);
}

const layerNote = (subject: { readonly kind: string; readonly key: string }, node: NodeConfig, image: string, layer: Layer, state: 'pulling' | 'pulled' | 'present'): Note => ({ type: 'layer', subject, node: node.name, image, digest: layer.digest, bytes: layer.bytes, state });

// ---- containers

function containerOf(pod: Pod, name: string): Container | undefined {
  for (const container of pod.spec.containers) if (container.name === name) return container;
  for (const container of pod.spec.initContainers ?? []) if (container.name === name) return container;
  return undefined;
}

const programOf = (state: MachineState, uid: string, name: string, attempt: number): Program | undefined => {
  const program = state.pods.get(uid)?.containers.get(name);
  return program?.attempt === attempt ? program : undefined;
};

/** All that is by chance about one life of a container follows from its Pod's one draw. */
const chanceOf = (sandbox: Sandbox, name: string, attempt: number): number => mix(sandbox.chance ^ hashText(name), attempt);

function newId(chance: number): string {
  let id = '';
  for (let i = 1; i <= 8; i++) id += (mix(chance, i) >>> 0).toString(16).padStart(8, '0');
  return id;
}

const placeOf = (node: NodeConfig, state: MachineState, sandbox: Sandbox, name: string, now: Micros, out: Out): Place => ({ node, state, sandbox, container: containerOf(sandbox.pod, name)!, now, out });

const NOTHING: Readonly<Record<string, never>> = Object.freeze({});

function startContainer(node: NodeConfig, state: MachineState, uid: string, pod: Pod, name: string, attempt: number, now: Micros, out: Out, environment: Readonly<Record<string, string>> = NOTHING, volumes?: Readonly<Record<string, Readonly<Record<string, string>>>>): void {
  const sandbox = state.pods.get(uid);
  const container = containerOf(pod, name);
  if (sandbox === undefined || container === undefined) {
    tell(node, out, { type: 'ContainerFailed', uid, container: name, attempt, reason: 'CreateContainerError', message: `failed to get sandbox container task: no running task found: task ${uid} not found` });
    return;
  }
  sandbox.pod = pod;
  const behaviour = behaviourOf(container, pod);
  if (isProblem(behaviour)) {
    tell(node, out, { type: 'ContainerFailed', uid, container: name, attempt, reason: 'CreateContainerError', message: behaviour.problem });
    return;
  }
  if (volumes !== undefined) engine.volumes?.(state, sandbox, volumes);
  const prepared = node.hollow ? undefined : engine.prepare?.(placeOf(node, state, sandbox, name, now, out), behaviour, environment);
  const found = lookUp(container.image);
  const [low, high] = node.hollow ? HOLLOW_START_MICROS : START_MICROS;
  const chance = chanceOf(sandbox, name, attempt);
  const delay = between(chance >>> 0, low, high);
  if (prepared !== undefined && 'startError' in prepared) {
    tell(node, out, { type: 'ContainerFailed', uid, container: name, attempt, reason: 'RunContainerError', message: prepared.startError, containerId: `containerd://${newId(chance)}` }, delay);
    return;
  }
  const { exit: _exit, ...rest } = behaviour;
  const last = sandbox.containers.get(name);
  const program: Program = {
    name,
    attempt,
    containerId: `containerd://${newId(chance)}`,
    // The recorder's runtime gives back what it was given.
    image: 'image' in found && !node.hollow ? found.image.name : container.image,
    imageId: 'image' in found ? imageId(found.image) : '',
    // A command that is run says itself when it ends.
    behaviour: prepared === undefined ? behaviour : { ...rest, files: [] },
    startedAt: now + delay,
    stoppingAt: undefined,
    finishedAt: undefined,
    exitCode: 0,
    reason: '',
    environment,
    inside: prepared?.inside,
    previous: last === undefined ? undefined : { program: { ...last, inside: undefined, previous: undefined }, inside: last.inside === undefined ? undefined : { ...last.inside, disk: new Map(), procs: new Map(), handles: new Map(), answers: new Map(), pinned: new Map(), sessions: new Map() } },
    isServer: (container.command ?? []).length === 0,
  };
  sandbox.containers.set(name, program);
  if (prepared !== undefined) out.timer(`run/${uid}/${name}`, program.startedAt);
  // The containers of a hollow node never end by themselves.
  else if (behaviour.exit !== undefined && !node.hollow) out.timer(`exit/${uid}/${name}`, program.startedAt + Math.max(behaviour.exit.afterMicros, 5 * MILLISECOND));
  out.note({ type: 'container', subject: { kind: 'Pod', key: keyOf(pod) }, uid, node: node.name, container: name, attempt, state: 'created' });
  tell(node, out, { type: 'ContainerStarted', uid, container: name, attempt, containerId: program.containerId, image: program.image, imageId: program.imageId, at: program.startedAt }, delay);
}

function stopContainer(node: NodeConfig, state: MachineState, uid: string, name: string, attempt: number, graceMicros: Micros, now: Micros, out: Out): void {
  const sandbox = state.pods.get(uid);
  const program = programOf(state, uid, name, attempt);
  if (sandbox === undefined || program === undefined || program.finishedAt !== undefined) {
    // It has ended already, or was never there: the runtime says so at once.
    tell(node, out, { type: 'ContainerExited', uid, container: name, attempt, at: program?.finishedAt ?? now, exitCode: program?.exitCode ?? 137, reason: program?.reason ?? 'ContainerStatusUnknown' });
    return;
  }
  if (node.hollow) {
    end(node, sandbox, program, 0, now, out, true);
    return;
  }
  if (program.inside?.procs.has(1) === true) {
    if (program.stoppingAt === undefined) out.note({ type: 'container', subject: { kind: 'Pod', key: keyOf(sandbox.pod) }, uid, node: node.name, container: name, attempt, state: 'stopping' });
    program.stoppingAt ??= now;
    out.timer(`kill/${uid}/${name}`, now + graceMicros);
    engine.terminate?.(placeOf(node, state, sandbox, name, now, out), program);
    return;
  }
  const { ignoresTerm, stopMicros } = program.behaviour;
  const first = program.stoppingAt === undefined;
  program.stoppingAt ??= now;
  // Whichever comes first: the program's own end (counted from its first SIGTERM), or SIGKILL when its grace is over.
  const own = ignoresTerm ? Infinity : program.stoppingAt + stopMicros;
  const killed = now + graceMicros;
  if (first) out.note({ type: 'container', subject: { kind: 'Pod', key: keyOf(sandbox.pod) }, uid, node: node.name, container: name, attempt, state: 'stopping' });
  const exits = program.behaviour.exit === undefined ? Infinity : program.startedAt + program.behaviour.exit.afterMicros;
  if (exits <= Math.min(own, killed)) return;
  if (own <= killed) out.timer(`exit/${uid}/${name}`, own);
  else out.timer(`kill/${uid}/${name}`, killed);
  if (own > killed) out.cancel(`exit/${uid}/${name}`);
}

/** What a program wrote into volumes stays there when it has ended. */
function keepFiles(sandbox: Sandbox, program: Program, now: Micros): void {
  const container = containerOf(sandbox.pod, program.name);
  for (const file of program.behaviour.files) {
    if (program.startedAt + file.afterMicros > now) continue;
    for (const mount of container?.volumeMounts ?? []) {
      const volume = sandbox.volumes.get(mount.name);
      if (volume === undefined || !file.path.startsWith(`${mount.mountPath}/`)) continue;
      const path = file.path.slice(mount.mountPath.length + 1);
      if (file.exists) volume.set(path, '');
      else volume.delete(path);
    }
  }
}

export function end(node: NodeConfig, sandbox: Sandbox, program: Program, exitCode: number, now: Micros, out: Out, say: boolean, reason = exitCode === 0 ? 'Completed' : 'Error', message?: string): void {
  keepFiles(sandbox, program, now);
  program.finishedAt = now;
  program.exitCode = exitCode;
  program.reason = reason;
  program.inside?.procs.clear();
  out.cancel(`run/${sandbox.uid}/${program.name}`);
  out.cancel(`exit/${sandbox.uid}/${program.name}`);
  out.cancel(`kill/${sandbox.uid}/${program.name}`);
  out.note({ type: 'container', subject: { kind: 'Pod', key: keyOf(sandbox.pod) }, uid: sandbox.uid, node: node.name, container: program.name, attempt: program.attempt, state: 'exited', exitCode });
  if (say) tell(node, out, { type: 'ContainerExited', uid: sandbox.uid, container: program.name, attempt: program.attempt, at: now, exitCode, reason, ...(message === undefined ? {} : { message }) });
}

function crash(node: NodeConfig, state: MachineState, message: CrashContainer, now: Micros, out: Out): void {
  for (const sandbox of state.pods.values()) {
    if (keyOf(sandbox.pod) !== message.pod) continue;
    const program = sandbox.containers.get(message.container);
    if (program !== undefined && program.finishedAt === undefined) end(node, sandbox, program, 1, now, out, true);
  }
}

function timer(node: NodeConfig, state: MachineState, name: string, now: Micros, out: Out): void {
  if (name === 'pull') {
    pulled(node, state, now, out);
    return;
  }
  const [what, uid, container] = name.split('/') as [string, string, string];
  const sandbox = state.pods.get(uid);
  const program = sandbox?.containers.get(container);
  if (sandbox === undefined || program === undefined || program.finishedAt !== undefined) return;
  if (what === 'run') engine.advance?.(placeOf(node, state, sandbox, container, now, out), program);
  else if (what === 'kill') end(node, sandbox, program, 137, now, out, true);
  else {
    const { exit } = program.behaviour;
    const byItself = exit !== undefined && now >= program.startedAt + exit.afterMicros;
    end(node, sandbox, program, byItself ? exit.code : program.behaviour.stopCode, now, out, true);
  }
}

// ---- what programs answer

export const isListening = (program: Program, now: Micros): boolean =>
  program.finishedAt === undefined && now >= program.startedAt + program.behaviour.readyAfterMicros && (program.inside === undefined || engine.listens?.(program) !== false);
const hangs = (program: Program, now: Micros): boolean => program.behaviour.unhealthyAfterMicros !== undefined && now >= program.startedAt + program.behaviour.unhealthyAfterMicros;

function portNumber(container: Container | undefined, port: number | string | undefined): number | undefined {
  if (typeof port === 'number') return port;
  for (const each of container?.ports ?? []) if (each.name === port) return each.containerPort;
  return undefined;
}

/** Whether a file is there for a container: its own files live as long as it does, those in volumes as long as the Pod. */
function fileExists(sandbox: Sandbox, program: Program, path: string, now: Micros): boolean {
  let exists = false;
  const container = containerOf(sandbox.pod, program.name);
  for (const mount of container?.volumeMounts ?? []) {
    if (path.startsWith(`${mount.mountPath}/`) && sandbox.volumes.get(mount.name)?.has(path.slice(mount.mountPath.length + 1)) === true) exists = true;
  }
  for (const file of program.behaviour.files) if (file.path === path && program.startedAt + file.afterMicros <= now) exists = file.exists;
  return exists;
}

function probe(node: NodeConfig, state: MachineState, uid: string, name: string, attempt: number, kind: ProbeKind, now: Micros, out: Out): void {
  const sandbox = state.pods.get(uid);
  const program = programOf(state, uid, name, attempt);
  const container = sandbox === undefined ? undefined : containerOf(sandbox.pod, name);
  const spec = kind === 'startup' ? container?.startupProbe : kind === 'readiness' ? container?.readinessProbe : container?.livenessProbe;
  const answer = (ok: boolean, output: string, delayMicros: Micros): void => tell(node, out, { type: 'ProbeDone', uid, container: name, attempt, probe: kind, ok, output }, delayMicros);
  if (sandbox === undefined || program === undefined || spec === undefined || program.finishedAt !== undefined) return;
  const { behaviour } = program;
  const listening = isListening(program, now);
  if (spec.exec !== undefined) {
    const argv = spec.exec.command ?? [];
    if (engine.probe !== undefined && !isAnnotated(sandbox.pod, name)) {
      engine.probe(placeOf(node, state, sandbox, name, now, out), program, kind, argv, (spec.timeoutSeconds ?? 1) * SECOND);
      return;
    }
    const path = argv[0] === 'cat' ? argv[1] : argv[0] === 'test' && argv[1] === '-f' ? argv[2] : undefined;
    if (path !== undefined && behaviour.files.some((file) => file.path === path)) {
      const ok = fileExists(sandbox, program, path, now);
      answer(ok, ok ? '' : `cat: can't open '${path}': No such file or directory\n`, 10 * MILLISECOND);
      return;
    }
    const run = readCommand(argv);
    const ok = listening && !hangs(program, now) && (run === undefined || run.endsAfterMicros === Infinity || run.code === 0);
    answer(ok, ok ? '' : `command "${argv.join(' ')}" exited with 1`, 10 * MILLISECOND);
    return;
  }
  const ip = sandbox.ip === '' ? '127.0.0.1' : sandbox.ip;
  const port = portNumber(container, spec.httpGet?.port ?? spec.tcpSocket?.port ?? spec.grpc?.port);
  const path = spec.httpGet?.path ?? '/';
  const url = `${(spec.httpGet?.scheme ?? 'HTTP').toLowerCase()}://${spec.httpGet?.host ?? ip}:${port ?? 0}${path.startsWith('/') ? path : `/${path}`}`;
  const open = listening && port !== undefined && (behaviour.ports === undefined || behaviour.ports.length === 0 ? behaviour.ports === undefined : behaviour.ports.includes(port));
  if (!open) {
    const dial = `dial tcp ${ip}:${port ?? 0}: connect: connection refused`;
    answer(false, spec.httpGet === undefined ? dial : `Get "${url}": ${dial}`, MILLISECOND);
    return;
  }
  if (hangs(program, now)) {
    const timeout = (spec.timeoutSeconds ?? 1) * SECOND;
    answer(false, spec.httpGet === undefined ? `dial tcp ${ip}:${port}: i/o timeout` : `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`, timeout);
    return;
  }
  const served = spec.httpGet === undefined || engine.answer === undefined || behaviour.paths === undefined ? undefined : engine.answer(placeOf(node, state, sandbox, name, now, out), program, { method: 'GET', path, agent: '', peer: '' });
  if (served !== undefined && served.status >= 400) {
    answer(false, `HTTP probe failed with statuscode: ${served.status}`, behaviour.answerMicros);
    return;
  }
  const known = served !== undefined || spec.httpGet === undefined || behaviour.paths === undefined || behaviour.paths.includes(path.split('?')[0] ?? path);
  if (known) answer(true, '', behaviour.answerMicros);
  else answer(false, 'HTTP probe failed with statuscode: 404', behaviour.answerMicros);
}

/** A request of the Pod network arrives. A program that was told to stop, and listens to that, takes no new ones; what it has it answers. */
function traffic(node: NodeConfig, state: MachineState, message: Extract<TrafficMessage, { type: 'request' }>, now: Micros, out: Out): void {
  const uid = state.byIp.get(message.to.ip);
  // Nobody has this address any more: packets to it are lost, and only the client's patience ends the wait.
  if (uid === undefined) return;
  const sandbox = state.pods.get(uid)!;
  let outcome: RequestOutcome = 'refused';
  let delay = 0;
  let content: { readonly status: number; readonly body: string } | undefined;
  for (const program of sandbox.containers.values()) {
    const { behaviour } = program;
    const ports = behaviour.ports ?? containerOf(sandbox.pod, program.name)?.ports?.map((port) => port.containerPort);
    if (!isListening(program, now) || (program.stoppingAt !== undefined && !behaviour.ignoresTerm) || (ports !== undefined && !ports.includes(message.to.port))) continue;
    if (hangs(program, now)) return;
    outcome = 'answered';
    const taken = takeRequest(program, now);
    // Its queue is full: the client's patience ends the wait.
    if (taken === undefined) return;
    delay = taken;
    if (message.http !== undefined) content = engine.answer?.(placeOf(node, state, sandbox, program.name, now, out), program, message.http);
    break;
  }
  const path = message.path.concat({ at: now, process: `machine/${node.name}` });
  out.send(message.client, { type: 'response', id: message.id, outcome, backend: message.to, path, ...content }, { delayMicros: delay });
}

/** For those who look at a machine: the layers of an image and which of them it has. */
export function imageLayers(state: MachineState, reference: string): readonly (Layer & { readonly present: boolean })[] {
  const found = lookUp(reference);
  return 'failure' in found ? [] : found.image.layers.map((layer) => ({ ...layer, present: state.layers.has(layer.digest) }));
}

export { repositoryName };
