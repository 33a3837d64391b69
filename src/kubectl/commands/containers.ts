import { labelsText, selectorText } from '../../sim/api/columns/column.ts';
import { pathOf } from '../../sim/api/kinds.ts';
import type { Container, ContainerStatus, KubernetesObject, LabelSelector, Pod, StringMap } from '../../sim/api/object.ts';
import { conditionOf } from '../../sim/api/object.ts';
import { SECOND, parseTimestamp, timestamp } from '../../sim/api/time.ts';
import type { Micros } from '../../sim/api/time.ts';
import { STRATEGIC_MERGE_PATCH } from '../../sim/api/request.ts';
import { parseDuration } from '../dates.ts';
import { Failure } from '../failure.ts';
import { fileAt } from '../files.ts';
import type { FlagSpecs } from '../flags.ts';
import { given, kinds, number, text, truth } from '../flags.ts';
import { keep } from '../inside/files.ts';
import type { LogLine } from '../inside/run.ts';
import { logOf, preparedInside, runInside } from '../inside/run.ts';
import type { Found } from '../resources.ts';
import { fetchEvery, targets } from '../resources.ts';
import type { Context, Run } from '../steps.ts';
import { POLL_MICROS, call, list, read, readIfAny, send } from '../steps.ts';
import { compareText, dig, isList } from '../tree.ts';

/** logs, exec, attach, port-forward, cp and debug: what a kubelet would be asked for. Containers run no programs here; `inside/` says what is played instead. */
export const LOGS_FLAGS: FlagSpecs = {
  container: kinds.string('c'), follow: kinds.bool('f'), previous: kinds.bool('p'), tail: kinds.int(), since: kinds.string(), 'since-time': kinds.string(), timestamps: kinds.bool(), 'all-containers': kinds.bool(), selector: kinds.string('l'), 'all-pods': kinds.bool(), prefix: kinds.bool(), 'limit-bytes': kinds.int(), 'max-log-requests': kinds.int(), 'ignore-errors': kinds.bool(), 'pod-running-timeout': kinds.duration, 'insecure-skip-tls-verify-backend': kinds.bool(),
};
export const EXEC_FLAGS: FlagSpecs = { container: kinds.string('c'), stdin: kinds.bool('i'), tty: kinds.bool('t'), quiet: kinds.bool('q'), filename: kinds.strings('f'), 'pod-running-timeout': kinds.duration, address: kinds.strings(), 'no-preserve': kinds.bool(), retries: kinds.int() };
export const DEBUG_FLAGS: FlagSpecs = { ...EXEC_FLAGS, image: kinds.string(), 'copy-to': kinds.string(), target: kinds.string(), profile: kinds.string(), 'share-processes': kinds.bool(), attach: kinds.bool(), env: kinds.strings(), 'image-pull-policy': kinds.string(), replace: kinds.bool(), 'same-node': kinds.bool(), 'set-image': kinds.strings(), 'keep-labels': kinds.bool(), 'keep-annotations': kinds.bool() };

/** kubectl prefers Pods that are placed, running, ready for long, and old. */
function better(a: Pod, b: Pod): number {
  const placed = (pod: Pod): number => (pod.spec.nodeName === undefined || pod.spec.nodeName === '' ? 1 : 0);
  const phase = (pod: Pod): number => ['Running', 'Unknown', 'Pending'].indexOf(pod.status?.phase ?? 'Pending');
  const ready = (pod: Pod): number => (conditionOf(pod, 'Ready')?.status === 'True' ? 0 : 1);
  const since = (pod: Pod): string => (ready(pod) === 0 ? (conditionOf(pod, 'Ready')?.lastTransitionTime ?? '') : '');
  const restarts = (pod: Pod): number => Math.max(0, ...(pod.status?.containerStatuses ?? []).map((one) => one.restartCount));
  return placed(a) - placed(b) || phase(a) - phase(b) || ready(a) - ready(b) || compareText(since(a), since(b)) || restarts(b) - restarts(a) || compareText(a.metadata.creationTimestamp, b.metadata.creationTimestamp) || compareText(a.metadata.name, b.metadata.name);
}

function selectorOf(object: KubernetesObject, doing: 'get the logs from' | 'attach to' = 'attach to'): string {
  const selector = dig(object, 'spec', 'selector');
  if (selector === undefined || selector === null) {
    if (object.kind === 'Service') throw new Failure(`error: cannot ${doing} *v1.Service: invalid service '${object.metadata.name}': Service is defined without a selector`);
    throw new Failure(`error: cannot get the logs from ${object.apiVersion}, Kind=${object.kind}: selector for ${object.kind.toLowerCase()} "${object.metadata.name}" is missing`);
  }
  return object.kind === 'Service' || object.kind === 'ReplicationController' ? labelsText(selector as StringMap) : selectorText(selector as LabelSelector);
}

/** The Pod that POD or TYPE/NAME means; of several the best, which is said. Without any it is waited for. */
function* podFor(context: Context, words: readonly string[], purpose: 'logs' | 'attach'): Run<Pod> {
  const spec = words[0]!.includes('/') ? [words[0]!] : words.length > 1 ? words.slice(0, 2) : ['pods', words[0]!];
  const wanted = yield* targets(context, spec);
  let found: Found;
  try {
    [found] = (yield* fetchEvery(context, wanted)) as [Found];
  } catch (error) {
    // logs says where it looked.
    throw purpose === 'logs' && error instanceof Failure && error.text.startsWith('Error from server (NotFound): ') ? new Failure(`error: error from server (NotFound): ${error.text.slice('Error from server (NotFound): '.length)} in namespace "${context.namespace}"`) : error;
  }
  const { object } = found;
  if (object.kind === 'Pod') return object as Pod;
  const labelSelector = selectorOf(object, purpose === 'logs' ? 'get the logs from' : 'attach to');
  for (;;) {
    const pods = ((yield* list(context, pathOf('Pod', object.metadata.namespace), { labelSelector })) as readonly Pod[]).filter((pod) => purpose === 'logs' || pod.status?.phase !== 'Succeeded');
    if (pods.length > 0) {
      const [best] = [...pods].sort(better);
      if (pods.length > 1 && purpose === 'logs') yield { err: `Found ${pods.length} pods, using pod/${best!.metadata.name}\n` };
      return best!;
    }
    yield { sleepMicros: POLL_MICROS };
  }
}

const containersOf = (pod: Pod): readonly Container[] => [...pod.spec.containers, ...(pod.spec.initContainers ?? []), ...((dig(pod, 'spec', 'ephemeralContainers') ?? []) as unknown as readonly Container[])];
const listed = (pod: Pod): string => [...pod.spec.containers.map((one) => one.name), ...(pod.spec.initContainers ?? []).map((one) => `${one.name} (init)`), ...((dig(pod, 'spec', 'ephemeralContainers') ?? []) as unknown as readonly Container[]).map((one) => `${one.name} (ephem)`)].join(', ');

function* containerFor(context: Context, pod: Pod, purpose: 'logs' | 'exec'): Run<Container> {
  const wanted = text(context.flags, 'container');
  const all = containersOf(pod);
  if (wanted !== undefined) {
    const found = all.find((one) => one.name === wanted);
    if (found !== undefined) return found;
    throw new Failure(purpose === 'logs' ? `error: container ${wanted} is not valid for pod ${pod.metadata.name} out of: ${listed(pod)}` : `error: container ${wanted} is not valid for pod ${pod.metadata.name} out of: ${listed(pod)}`);
  }
  const named = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  const chosen = all.find((one) => one.name === named) ?? pod.spec.containers[0]!;
  if (all.length > 1 && named === undefined && !truth(context.flags, 'quiet')) yield { err: `Defaulted container "${chosen.name}" out of: ${listed(pod)}\n` };
  return chosen;
}

const statusOf = (pod: Pod, name: string): ContainerStatus | undefined => [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? []), ...((dig(pod, 'status', 'ephemeralContainerStatuses') ?? []) as unknown as readonly ContainerStatus[])].find((one) => one.name === name);

/** A kubelet that does not answer: its node is not ready. */
function* reachable(context: Context, pod: Pod, path: string): Run<void> {
  const node = yield* readIfAny(context, pathOf('Node', undefined, pod.spec.nodeName ?? ''));
  if (node !== undefined && conditionOf(node as never, 'Ready')?.status === 'True') return;
  const address = pod.status?.hostIP ?? pod.spec.nodeName ?? '';
  throw new Failure(path === '' ? `error: unable to upgrade connection: error dialing backend: dial tcp ${address}:10250: connect: no route to host` : `Error from server: Get "https://${address}:10250${path}": dial tcp ${address}:10250: connect: no route to host`);
}

interface Log {
  readonly lines: readonly LogLine[];
  readonly done: boolean;
}
function* logFor(context: Context, pod: Pod, container: Container): Run<Log> {
  if (pod.spec.nodeName === undefined || pod.spec.nodeName === '') return { lines: [], done: false };
  const previous = truth(context.flags, 'previous');
  yield* reachable(context, pod, `/containerLogs/${pod.metadata.namespace ?? ''}/${pod.metadata.name}/${container.name}${previous ? '?previous=true' : ''}`);
  const status = statusOf(pod, container.name);
  const now = context.input.now();
  const terminated = previous ? status?.lastState?.terminated : (status?.state?.terminated ?? status?.lastState?.terminated);
  const running = previous ? undefined : status?.state?.running;
  if (previous && terminated === undefined) throw new Failure(`Error from server (BadRequest): previous terminated container "${container.name}" in pod "${pod.metadata.name}" not found`);
  if (running === undefined && terminated === undefined) throw new Failure(`Error from server (BadRequest): container "${container.name}" in pod "${pod.metadata.name}" is waiting to start: ${status?.state?.waiting?.reason ?? 'ContainerCreating'}`);
  // Commands of containers are run by the cluster, which keeps what they write. Without a machine behind the API they are played here.
  const kept = yield* keptLog(context, pod, container, previous);
  if (kept !== undefined) return { lines: kept, done: running === undefined };
  const started = parseTimestamp(running?.startedAt ?? terminated?.startedAt) ?? now;
  const until: Micros = running === undefined ? (parseTimestamp(terminated?.finishedAt) ?? now) : now;
  // A program that never started (its file is not in the image) has written nothing.
  if (terminated?.reason === 'StartError' || terminated?.reason === 'ContainerCannotRun') return { lines: [], done: true };
  const disks = context.input.disks ?? new Map();
  const inside = yield* preparedInside(context, pod, container, disks);
  const before = new Map(inside.files);
  const lines = yield* logOf(context, inside, started, Math.max(0, until - started) + SECOND, disks);
  keep(inside, before, disks);
  return { lines, done: running === undefined };
}

function* keptLog(context: Context, pod: Pod, container: Container, previous: boolean): Run<readonly LogLine[] | undefined> {
  const { body } = yield* send(context, { method: 'GET', path: pathOf('Pod', pod.metadata.namespace, pod.metadata.name, 'log'), query: { container: container.name, timestamps: 'true', ...(previous ? { previous: 'true' } : {}) } });
  if (body.kind !== 'Log') return undefined;
  const content = (body as { readonly text?: unknown }).text;
  return String(content ?? '').split('\n').filter((line) => line !== '').map((line) => ({ at: parseTimestamp(line.slice(0, line.indexOf(' '))) ?? 0, text: line.slice(line.indexOf(' ') + 1) }));
}

export function* logs(context: Context): Run<number> {
  const { flags } = context;
  const selector = text(flags, 'selector');
  if (flags.args.length === 0 && selector === undefined) throw new Failure("error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples");
  if (flags.args.length > 0 && selector !== undefined) throw new Failure('error: only a selector (-l) or a POD name is allowed');
  if (flags.args.length > 2) throw new Failure("error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples");
  let pods: readonly Pod[];
  if (selector !== undefined) {
    pods = (yield* list(context, pathOf('Pod', context.namespace), { labelSelector: selector })) as readonly Pod[];
    if (pods.length === 0) {
      yield { err: `No resources found in ${context.namespace} namespace.\n` };
      return 0;
    }
  } else if (truth(flags, 'all-pods')) {
    const [found] = yield* fetchEvery(context, yield* targets(context, flags.args));
    pods = found!.object.kind === 'Pod' ? [found!.object as Pod] : ((yield* list(context, pathOf('Pod', context.namespace), { labelSelector: selectorOf(found!.object) })) as readonly Pod[]);
  } else pods = [yield* podFor(context, flags.args, 'logs')];
  // With a selector only the last ten lines are shown, unless said otherwise.
  const tail = number(flags, 'tail') ?? (selector === undefined ? -1 : 10);
  const after = given(flags, 'since-time') ? (parseTimestamp(text(flags, 'since-time')) ?? 0) : given(flags, 'since') ? context.input.now() - (parseDuration(text(flags, 'since')!) ?? 0) : -Infinity;
  const named = flags.args.length === 2 && !flags.args[0]!.includes('/') ? flags.args[1] : undefined;
  const parts: { readonly pod: Pod; readonly container: Container }[] = [];
  for (const pod of pods) {
    if (truth(flags, 'all-containers')) parts.push(...containersOf(pod).map((container) => ({ pod, container })));
    else {
      const own = named === undefined ? undefined : containersOf(pod).find((one) => one.name === named);
      parts.push({ pod, container: own ?? (yield* containerFor(context, pod, 'logs')) });
    }
  }
  const prefix = truth(flags, 'prefix');
  const show = ({ pod, container }: (typeof parts)[number], line: LogLine): string => `${prefix ? `[pod/${pod.metadata.name}/${container.name}] ` : ''}${truth(flags, 'timestamps') ? `${timestamp(line.at).replace('Z', `.${String(line.at % SECOND).padStart(6, '0')}000Z`)} ` : ''}${line.text}\n`;
  const seen: number[] = [];
  const open: boolean[] = [];
  for (const [i, part] of parts.entries()) {
    const { lines, done } = yield* logFor(context, part.pod, part.container);
    const recent = lines.filter((line) => line.at >= after);
    const shown = tail < 0 ? recent : tail === 0 ? [] : recent.slice(-tail);
    if (shown.length > 0) yield { out: shown.map((line) => show(part, line)).join('') };
    seen[i] = lines.length;
    open[i] = !done;
  }
  if (!truth(flags, 'follow')) return 0;
  while (open.some(Boolean)) {
    yield { sleepMicros: POLL_MICROS };
    for (const [i, part] of parts.entries()) {
      if (open[i] !== true) continue;
      const pod = (yield* readIfAny(context, pathOf('Pod', part.pod.metadata.namespace, part.pod.metadata.name))) as Pod | undefined;
      if (pod === undefined) {
        open[i] = false;
        continue;
      }
      const { lines, done } = yield* logFor(context, pod, part.container);
      for (const line of lines.slice(seen[i])) yield { out: show(part, line) };
      seen[i] = Math.max(seen[i]!, lines.length);
      open[i] = !done;
    }
  }
  return 0;
}

function* ready(context: Context, pod: Pod, container: Container): Run<void> {
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') throw new Failure(`error: cannot exec into a container in a completed pod; current phase is ${phase}`);
  if (pod.spec.nodeName === undefined || pod.spec.nodeName === '') throw new Failure(`error: unable to upgrade connection: pod ${pod.metadata.name} does not have a host assigned`);
  yield* reachable(context, pod, '');
  if (statusOf(pod, container.name)?.state?.running === undefined) throw new Failure(`error: Internal error occurred: unable to upgrade connection: container not found ("${container.name}")`);
}

const SHELLS = ['sh', 'bash', 'ash', '/bin/sh', '/bin/bash', '/bin/ash', '/usr/bin/bash', '/usr/bin/sh'];

export function* exec(context: Context): Run<number> {
  const { flags } = context;
  const before = flags.dash === undefined ? flags.args : flags.args.slice(0, flags.dash);
  const command = flags.dash === undefined ? before.slice(1) : flags.args.slice(flags.dash);
  if (before.length === 0) throw new Failure('error: pod, type/name or --filename must be specified');
  if (command.length === 0) throw new Failure('error: you must specify at least one command for the container');
  if (flags.dash === undefined) throw new Failure("error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples");
  const pod = yield* podFor(context, before.slice(0, 1), 'attach');
  const container = yield* containerFor(context, pod, 'exec');
  yield* ready(context, pod, container);
  const interactive = truth(flags, 'tty') || truth(flags, 'stdin');
  if (interactive && command.length === 1 && SHELLS.includes(command[0]!) && context.input.terminal === true && context.input.stdin === undefined) {
    yield { enter: { namespace: pod.metadata.namespace ?? context.namespace, pod: pod.metadata.name, container: container.name } };
    return 0;
  }
  const code = yield* runInside(context, pod, container, command, {
    stdin: truth(flags, 'stdin') ? (context.input.stdin ?? '') : '', piped: true,
    *out(out) { yield { out }; },
    *err(err) { yield { err }; },
  });
  if (code !== 0) yield { err: `command terminated with exit code ${code}\n` };
  return code;
}

/** attach: what the container writes from now on. */
export function* attach(context: Context): Run<number> {
  if (context.flags.args.length === 0) throw new Failure("error: at least 1 argument is required for attach\nSee 'kubectl attach -h' for help and examples");
  const pod = yield* podFor(context, context.flags.args, 'attach');
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') throw new Failure(`error: cannot attach a container in a completed pod; current phase is ${pod.status.phase}`);
  const container = yield* containerFor(context, pod, 'exec');
  yield { err: "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n" };
  yield* ready(context, pod, container);
  let seen = (yield* logFor(context, pod, container)).lines.length;
  for (;;) {
    yield { sleepMicros: POLL_MICROS };
    const now = (yield* readIfAny(context, pathOf('Pod', pod.metadata.namespace, pod.metadata.name))) as Pod | undefined;
    if (now === undefined) return 0;
    const { lines, done } = yield* logFor(context, now, container);
    for (const line of lines.slice(seen)) yield { out: `${line.text}\n` };
    seen = lines.length;
    if (done) return 0;
  }
}

export function* portForward(context: Context): Run<number> {
  const { args } = context.flags;
  if (args.length < 2) throw new Failure("error: TYPE/NAME and list of ports are required for port-forward\nSee 'kubectl port-forward -h' for help and examples");
  const [found] = yield* fetchEvery(context, yield* targets(context, args[0]!.includes('/') ? [args[0]!] : ['pods', args[0]!]));
  const pod = yield* podFor(context, args.slice(0, 1), 'attach');
  const pairs = args.slice(1).map((spec) => {
    const [local = '', remote = local] = spec.split(':');
    const wanted = /^\d+$/.test(remote) ? Number(remote) : undefined;
    let port = wanted ?? pod.spec.containers.flatMap((one) => one.ports ?? []).find((one) => one.name === remote)?.containerPort;
    if (found!.object.kind === 'Service') {
      const ports = dig(found!.object, 'spec', 'ports');
      const own = (isList(ports) ? ports : []).find((one) => dig(one, 'port') === wanted || dig(one, 'name') === remote);
      if (own === undefined) throw new Failure(wanted === undefined ? `error: Service '${found!.object.metadata.name}' does not have a named port '${remote}'` : `error: Service ${found!.object.metadata.name} does not have a service port ${remote}`);
      const target = dig(own, 'targetPort') ?? dig(own, 'port');
      port = typeof target === 'number' ? target : pod.spec.containers.flatMap((one) => one.ports ?? []).find((one) => one.name === target)?.containerPort;
    }
    if (port === undefined) throw new Failure(`error: Pod '${pod.metadata.name}' does not have a named port '${remote}'`);
    return { local: local === '' ? port : Number(local), port };
  });
  if (pod.status?.phase !== 'Running') throw new Failure(`error: unable to forward port because pod is not running. Current status=${pod.status?.phase ?? ''}`);
  for (const { local, port } of pairs) yield { out: `Forwarding from 127.0.0.1:${local} -> ${port}\nForwarding from [::1]:${local} -> ${port}\n` };
  for (;;) yield { sleepMicros: 5 * SECOND };
}

export function* cp(context: Context): Run<number> {
  const [from, to] = context.flags.args;
  if (from === undefined || to === undefined) throw new Failure("error: source and destination are required\nSee 'kubectl cp -h' for help and examples");
  const remote = (spec: string): { readonly pod: string; readonly namespace: string; readonly path: string } | undefined => {
    const [, place, path] = /^([^:/]+(?:\/[^:/]+)?):(.*)$/.exec(spec) ?? [];
    if (place === undefined) return undefined;
    const [a = '', b] = place.split('/');
    return { pod: b ?? a, namespace: b === undefined ? context.namespace : a, path: path! };
  };
  const [source, target] = [remote(from), remote(to)];
  if (source !== undefined && target !== undefined) throw new Failure('error: one of src or dest must be a local file specification');
  const place = source ?? target;
  if (place === undefined) throw new Failure('error: one of src or dest must be a remote file specification');
  const pod = (yield* read(context, pathOf('Pod', place.namespace, place.pod))) as Pod;
  const container = yield* containerFor(context, pod, 'exec');
  yield* ready(context, pod, container);
  if (source !== undefined) {
    const path = source.path.startsWith('/') ? source.path : `/${source.path}`;
    let content = '';
    const code = yield* runInside(context, pod, container, ['cat', path], { stdin: '', piped: true, *out(more) { content += more; }, *err() {} });
    if (code !== 0) throw new Failure(`error: tar: ${source.path.replace(/^\//, '')}: Cannot stat: No such file or directory`);
    yield { write: { path: to.endsWith('/') || to === '.' ? `${to}/${path.split('/').at(-1)!}` : to, text: content } };
    if (path.startsWith('/')) yield { err: "tar: removing leading '/' from member names\n" };
    return 0;
  }
  const content = fileAt(context.input, from);
  if (content === undefined) throw new Failure(`error: ${from} doesn't exist in local filesystem`);
  const path = target!.path.endsWith('/') ? `${target!.path}${from.split('/').at(-1)!}` : target!.path;
  return yield* runInside(context, pod, container, ['tee', path], { stdin: content, piped: true, *out() {}, *err(err) { yield { err }; } });
}

/** A suffix as the API server's names have them, of the moment: the same line at the same moment gives the same name. */
function suffix(seed: string): string {
  let hash = 2_166_136_261;
  for (const c of seed) hash = Math.imul(hash ^ c.charCodeAt(0), 16_777_619) >>> 0;
  return Array.from({ length: 5 }, (_, i) => 'bcdfghjklmnpqrstvwxz2456789'[Math.floor(hash / 27 ** i) % 27]!).join('');
}

export function* debug(context: Context): Run<number> {
  const { flags } = context;
  const [name] = flags.args;
  if (name === undefined) throw new Failure(given(flags, 'image') || given(flags, 'copy-to') ? 'error: NAME is required for debug' : 'error: you must specify --image when not using --copy-to.');
  if (text(flags, 'image') === undefined && !given(flags, 'copy-to')) throw new Failure('error: you must specify --image when not using --copy-to.');
  if (/^nodes?\//.test(name)) throw new Failure('error: kubectl debug of a node is not in this version of Orrery: its nodes have no file system to look at');
  const pod = (yield* read(context, pathOf('Pod', context.namespace, name.replace(/^(?:pods?|po)\//, '')))) as Pod;
  const image = text(flags, 'image') ?? '';
  if (given(flags, 'copy-to')) throw new Failure('error: kubectl debug --copy-to is not in this version of Orrery; use --image to add a container to the Pod');
  const own = text(flags, 'container');
  const container = own ?? `debugger-${suffix(`${pod.metadata.uid}${context.input.now()}`)}`;
  if (own === undefined) yield { out: `Defaulting debug container name to ${container}.\n` };
  const command = flags.dash === undefined ? [] : flags.args.slice(flags.dash);
  const target = text(flags, 'target');
  const added = { name: container, image, ...(command.length === 0 ? {} : { command }), resources: {}, ...(truth(flags, 'stdin') ? { stdin: true } : {}), ...(truth(flags, 'tty') ? { tty: true } : {}), ...(target === undefined ? {} : { targetContainerName: target }), terminationMessagePolicy: 'File', imagePullPolicy: text(flags, 'image-pull-policy') ?? 'Always' };
  yield* call(context, { method: 'PATCH', path: pathOf('Pod', pod.metadata.namespace, pod.metadata.name, 'ephemeralcontainers'), query: { fieldManager: 'kubectl-debug' }, contentType: STRATEGIC_MERGE_PATCH, body: { spec: { ephemeralContainers: [added] } } });
  return 0;
}
