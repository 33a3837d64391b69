import type { NodeConfig } from '../api/cluster.ts';
import { keyOf, type Container } from '../api/object.ts';
import type { ProbeKind, RuntimeEvent, RuntimeRequest } from '../api/runtime.ts';
import { MILLISECOND, SECOND, type Micros } from '../api/time.ts';
import type { TrafficMessage } from '../api/traffic.ts';
import type { Message, Out } from '../kernel/process.ts';
import { isAnnotated, type Behaviour } from './behaviour.ts';
import { absolute, expanded, filesOf, pin } from './disks.ts';
import { repositoryName } from './images.ts';
import { end, isListening, type Program, type Sandbox } from './machine.ts';
import type { Engine, Place } from './programs.ts';
import { isThere } from './programs/index.ts';
import type { Around, Facts, Question } from './programs/program.ts';
import { memoryLimit } from './programs/works.ts';
import { accessLine, answerOf, bannerOf } from './servers.ts';
import { advance as advanceProcesses, newHandle, newInside, signal, spawn } from './shell/run.ts';
import { linesOf, LOG, NULL, writeLog, type Inside, type LogLine, type NetAnswer, type Session } from './shell/state.ts';

/** Commands of containers as processes: the container's own one, and those of probes, hooks and `exec`. */
const tell = (node: NodeConfig, out: Out, event: RuntimeEvent): void => out.send(`kubelet/${node.name}`, event as unknown as Message);

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** What the runtime and the image put in front of what the kubelet gives. */
const completed = (sandbox: Sandbox, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> => Object.freeze({ PATH, HOSTNAME: sandbox.pod.metadata.name, ...given, HOME: given['HOME'] ?? '/root' });

const argvOf = (container: Container, behaviour: Behaviour, environment: Readonly<Record<string, string>>): readonly string[] => {
  const { command, args } = container;
  // Arguments alone go to the image's own program, which is a shell or an interpreter if it ends by itself.
  const argv = command !== undefined && command.length > 0 ? [...command, ...(args ?? [])] : behaviour.entry === true ? (args ?? []) : [];
  // A shell whose input is held open waits for somebody.
  if (argv.length === 0 && behaviour.entry === true && (container as { readonly stdin?: boolean }).stdin === true) return ['sh'];
  return argv.map((word) => expanded(word, environment));
};

const workingDir = (container: Container): string => absolute((container as { readonly workingDir?: string }).workingDir ?? '/');

function aroundOf({ node, state, sandbox, container, now, out }: Place, program: Pick<Program, 'behaviour' | 'attempt' | 'name'> & { readonly inside: Inside | undefined; readonly whole?: Program }, inside: Inside): Around {
  const { pod } = sandbox;
  const repository = repositoryName(container.image);
  const security = (container as { readonly securityContext?: { readonly runAsUser?: number } }).securityContext;
  const facts: Facts = {
    hostname: (pod.spec as { readonly hostname?: string }).hostname ?? pod.metadata.name,
    ip: sandbox.ip,
    node: node.name,
    namespace: pod.metadata.namespace ?? 'default',
    repository,
    user: security?.runAsUser ?? (pod.spec.securityContext as { readonly runAsUser?: number } | undefined)?.runAsUser ?? 0,
    isWork: pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job') === true,
    isInteractive: (container as { readonly stdin?: boolean }).stdin === true,
    memoryBytes: memoryLimit(container.resources?.limits?.['memory']),
    stopMicros: program.behaviour.stopMicros,
    stopCode: program.behaviour.stopCode,
    ports: program.behaviour.ports ?? container.ports?.map(({ containerPort }) => containerPort) ?? [],
    draw: (purpose) => out.draw(purpose, `${sandbox.uid}/${container.name}`),
    listening: () => program.whole !== undefined && isListening(program.whole, now),
    outOfMemory: () => void (inside.killed = true),
  };
  return { now, files: filesOf(state, sandbox, container, inside, repository), facts, dial: (question) => dial({ node, state, sandbox, container, now, out }, program.attempt, inside, question) };
}
const around = (place: Place, program: Program, inside: Inside): Around => aroundOf(place, { behaviour: program.behaviour, attempt: program.attempt, name: program.name, inside, whole: program }, inside);

const prepare: NonNullable<Engine['prepare']> = (place, behaviour, given) => {
  const { sandbox, container, state } = place;
  if (isAnnotated(sandbox.pod, container.name)) return undefined;
  const environment = completed(sandbox, given);
  const argv = argvOf(container, behaviour, environment);
  if (argv.length === 0) return undefined;
  const inside = newInside(environment);
  pin(state, sandbox, container, inside);
  const facts = aroundOf(place, { behaviour, attempt: 0, name: container.name, inside }, inside);
  if (!isThere(argv[0]!, facts)) {
    const why = argv[0]!.includes('/') ? `stat ${argv[0]!}: no such file or directory` : 'executable file not found in $PATH';
    return { startError: `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: ${JSON.stringify(argv[0]!)}: ${why}` };
  }
  spawn(inside, argv, workingDir(container), [NULL, LOG, LOG]);
  return { inside };
};

/** What is inside a container whose own program is only known by its behaviour. */
function insideOf(place: Place, program: Program): Inside {
  if (program.inside !== undefined) return program.inside;
  const inside = newInside(completed(place.sandbox, program.environment));
  // Process 1 is the image's own.
  inside.nextPid = 20;
  pin(place.state, place.sandbox, place.container, inside);
  program.inside = inside;
  return inside;
}

function advance(place: Place, program: Program): void {
  const { node, sandbox, now, out } = place;
  const { inside } = program;
  if (inside === undefined || program.finishedAt !== undefined) return;
  const hadMain = inside.procs.has(1);
  const known = inside.unknown;
  let next = advanceProcesses(inside, around(place, program, inside));
  if (inside.unknown !== known) out.note({ type: 'simplified', subject: { kind: 'Pod', key: keyOf(sandbox.pod) }, container: program.name, program: inside.unknown });
  for (const [pid, session] of inside.sessions) {
    const proc = inside.procs.get(pid);
    if (proc === undefined || proc.ended !== undefined) sessionOver(place, program, inside, pid, session, proc?.ended ?? 137);
    else if (session.for === 'probe') {
      if (session.until <= now) {
        const { probe } = session;
        forget(inside, pid, session);
        const command = specOf(place.container, probe)?.exec?.command ?? [];
        tell(node, out, { type: 'ProbeDone', uid: sandbox.uid, container: program.name, attempt: program.attempt, probe, ok: false, output: `command ${JSON.stringify(command.join(' '))} timed out` });
      } else next = Math.min(next, session.until);
    }
  }
  const main = inside.procs.get(1);
  if (inside.killed || main?.ended !== undefined) {
    const code = inside.killed ? 137 : main!.ended!;
    if (hadMain || inside.killed) {
      const message = closed(place, program, code);
      end(node, sandbox, program, code, now, out, true, inside.killed ? 'OOMKilled' : undefined, message);
      return;
    }
  }
  if (next < Infinity) out.timer(`run/${sandbox.uid}/${program.name}`, Math.max(next, now + 1));
  else out.cancel(`run/${sandbox.uid}/${program.name}`);
}

const specOf = (container: Container, kind: ProbeKind): Container['readinessProbe'] => (kind === 'startup' ? container.startupProbe : kind === 'readiness' ? container.readinessProbe : container.livenessProbe);

/** A process of a session and all that it started. */
function forget(inside: Inside, pid: number, session: Session): void {
  inside.sessions.delete(pid);
  const gone = new Set([pid]);
  for (const proc of inside.procs.values()) if (gone.has(proc.parent)) gone.add(proc.pid);
  for (const each of gone) inside.procs.delete(each);
  for (const handle of session.for === 'exec' ? [session.out, session.err] : [session.pipe]) inside.handles.delete(handle);
}
const textOf = (inside: Inside, handle: number): string => {
  const pipe = inside.handles.get(handle);
  return pipe?.is === 'pipe' ? pipe.text : '';
};

function sessionOver({ node, sandbox, out }: Place, program: Program, inside: Inside, pid: number, session: Session, code: number): void {
  const about = { uid: sandbox.uid, container: program.name, attempt: program.attempt };
  switch (session.for) {
    case 'probe':
      tell(node, out, { type: 'ProbeDone', ...about, probe: session.probe, ok: code === 0, output: code === 0 ? '' : textOf(inside, session.pipe) });
      break;
    case 'hook':
      tell(node, out, { type: 'HookDone', ...about, hook: session.hook, ...(code === 0 ? {} : { failure: `command '${session.command}' exited with ${code}: ${textOf(inside, session.pipe)}` }) });
      break;
    case 'exec':
      out.send('apiserver', { type: 'ExecDone', reply: session.reply, code, stdout: textOf(inside, session.out), stderr: textOf(inside, session.err) });
      break;
  }
  forget(inside, pid, session);
}

const MOST_MESSAGE = 4096;
/** What is left to say when the container ends: an unfinished line, open sessions, and the termination message. */
function closed(place: Place, program: Program, code: number): string | undefined {
  const { inside } = program;
  if (inside === undefined) return undefined;
  if (inside.open !== '') writeLog(inside.log, { at: place.now, text: inside.open, partial: true });
  inside.open = '';
  for (const [pid, session] of [...inside.sessions]) sessionOver(place, program, inside, pid, session, 137);
  const { container } = place as { readonly container: Container & { readonly terminationMessagePath?: string; readonly terminationMessagePolicy?: string } };
  const written = around(place, program, inside).files.read(absolute(container.terminationMessagePath ?? '/dev/termination-log'));
  if (written !== undefined && written !== '') return written.slice(0, MOST_MESSAGE);
  if (container.terminationMessagePolicy !== 'FallbackToLogsOnError' || code === 0) return undefined;
  const lines = linesOf(inside.log).slice(-80).map(({ text, partial }) => `${text}${partial === true ? '' : '\n'}`).join('');
  return lines === '' ? undefined : lines.slice(-2048);
}

function terminate(place: Place, program: Program): void {
  const { inside } = program;
  const main = inside?.procs.get(1);
  if (inside === undefined || main === undefined) return;
  signal(around(place, program, inside), main, 'TERM');
  advance(place, program);
}

// ---- probes, hooks, exec

const probe: NonNullable<Engine['probe']> = (place, program, kind, command, timeoutMicros) => {
  const { node, sandbox, now, out } = place;
  const inside = insideOf(place, program);
  const pipe = newHandle(inside, { is: 'pipe', text: '' });
  const proc = spawn(inside, command, workingDir(place.container), [NULL, pipe, pipe]);
  if (!isThere(command[0] ?? '', around(place, program, inside))) {
    forget(inside, proc.pid, { for: 'probe', probe: kind, pipe, until: 0 });
    tell(node, out, { type: 'ProbeDone', uid: sandbox.uid, container: program.name, attempt: program.attempt, probe: kind, ok: false, output: notFound(command[0] ?? '') });
    return;
  }
  inside.sessions.set(proc.pid, Object.freeze({ for: 'probe', probe: kind, pipe, until: now + timeoutMicros }));
  advance(place, program);
};
const notFound = (name: string): string => `OCI runtime exec failed: exec failed: unable to start container process: exec: ${JSON.stringify(name)}: ${name.includes('/') ? `stat ${name}: no such file or directory` : 'executable file not found in $PATH'}`;

const hook: NonNullable<Engine['hook']> = (place, program, message: Extract<RuntimeRequest, { type: 'RunHook' }>, command) => {
  const inside = insideOf(place, program);
  const pipe = newHandle(inside, { is: 'pipe', text: '' });
  const proc = spawn(inside, command, workingDir(place.container), [NULL, pipe, pipe]);
  inside.sessions.set(proc.pid, Object.freeze({ for: 'hook', hook: message.hook, pipe, command: command.join(' ') }));
  // The container itself may still be coming up.
  if (program.startedAt > place.now) place.out.timer(`run/${place.sandbox.uid}/${program.name}`, program.startedAt);
  else advance(place, program);
};

interface Exec extends Message {
  readonly type: 'Exec';
  readonly uid: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly stdin: string;
  readonly reply: unknown;
}
const exec: NonNullable<Engine['exec']> = (node, state, message, now, out) => {
  const { uid, container: name, command, stdin, reply } = message as Exec;
  const sandbox = state.pods.get(uid);
  const program = sandbox?.containers.get(name);
  const container = sandbox === undefined ? undefined : [...sandbox.pod.spec.containers, ...(sandbox.pod.spec.initContainers ?? [])].find((each) => each.name === name);
  const refuse = (error: string): void => out.send('apiserver', { type: 'ExecDone', reply, error });
  if (sandbox === undefined || container === undefined || program === undefined || program.finishedAt !== undefined || program.startedAt > now) {
    refuse(`unable to upgrade connection: container not found (${JSON.stringify(name)})`);
    return;
  }
  const place: Place = { node, state, sandbox, container, now, out };
  const inside = insideOf(place, program);
  if (!isThere(command[0] ?? '', around(place, program, inside))) {
    refuse(`Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: ${notFound(command[0] ?? '')}`);
    return;
  }
  const [stdout, stderr] = [newHandle(inside, { is: 'pipe', text: '' }), newHandle(inside, { is: 'pipe', text: '' })];
  const proc = spawn(inside, command, workingDir(container), [stdin === '' ? NULL : newHandle(inside, { is: 'pipe', text: stdin }), stdout, stderr]);
  inside.sessions.set(proc.pid, Object.freeze({ for: 'exec', out: stdout, err: stderr, reply }));
  advance(place, program);
};

// ---- the network

const FORGOTTEN: Micros = 130 * SECOND;

function dial(place: Place, attempt: number, inside: Inside, question: Question): number {
  const { node, state, sandbox, container, now, out } = place;
  const id = ++state.dialled;
  for (const [old, asked] of state.dials) {
    if (asked.at > now - FORGOTTEN) break;
    state.dials.delete(old);
  }
  const { host, port, purpose } = question;
  if (host === 'localhost' || host === '127.0.0.1' || host === sandbox.pod.metadata.name) {
    inside.answers.set(id, Object.freeze(here(place, question, host === sandbox.pod.metadata.name ? sandbox.ip : '127.0.0.1')));
    return id;
  }
  state.dials.set(id, Object.freeze({ uid: sandbox.uid, container: container.name, attempt, at: now, isPing: purpose === 'ping' }));
  out.send(`proxy/${node.name}`, {
    type: 'dial', id, client: `machine/${node.name}`, namespace: sandbox.pod.metadata.namespace ?? 'default', host, port, purpose, pod: keyOf(sandbox.pod),
    http: { method: question.method ?? 'GET', path: question.path ?? '/', agent: question.agent ?? '', peer: sandbox.ip },
  });
  return id;
}

/** The same Pod, over its loopback. */
function here(place: Place, { port, purpose, method = 'GET', path = '/', agent = '' }: Question, address: string): NetAnswer {
  if (purpose === 'name') return { is: 'named', name: 'localhost', addresses: [address] };
  if (purpose === 'ping') return { is: 'answered', address, status: 0, body: '' };
  for (const program of place.sandbox.containers.values()) {
    const container = place.sandbox.pod.spec.containers.find(({ name }) => name === program.name);
    const ports = program.behaviour.ports ?? container?.ports?.map((each) => each.containerPort);
    if (container === undefined || !isListening(program, place.now) || (ports !== undefined && !ports.includes(port))) continue;
    return { is: 'answered', address, ...(purpose === 'http' ? answer({ ...place, container }, program, { method, path, agent, peer: address }) : { status: 0, body: '' }) };
  }
  return { is: 'refused', address };
}

const answered: NonNullable<Engine['answered']> = (node, state, message, now, out) => {
  const { id } = message as Message & { readonly id: number };
  const asked = state.dials.get(id);
  const sandbox = asked === undefined ? undefined : state.pods.get(asked.uid);
  const program = asked === undefined ? undefined : sandbox?.containers.get(asked.container);
  if (asked === undefined || sandbox === undefined || program?.inside === undefined || program.attempt !== asked.attempt || program.finishedAt !== undefined) {
    state.dials.delete(id);
    return;
  }
  const { inside } = program;
  const before = inside.answers.get(id);
  let found: NetAnswer;
  if (message.type === 'dialled') found = (message as Message & { readonly answer: NetAnswer }).answer;
  else {
    const { outcome, backend, status = 200, body = '' } = message as unknown as Extract<TrafficMessage, { type: 'response' }>;
    const address = before?.is === 'silent' ? before.address : (backend?.ip ?? '');
    found = outcome === 'answered' || asked.isPing ? { is: 'answered', address, status, body } : { is: 'refused', address };
  }
  inside.answers.set(id, Object.freeze(found));
  if (found.is === 'silent') return;
  state.dials.delete(id);
  const container = [...sandbox.pod.spec.containers, ...(sandbox.pod.spec.initContainers ?? [])].find(({ name }) => name === program.name)!;
  advance({ node, state, sandbox, container, now, out }, program);
};

function answer(place: Place, program: Program, http: NonNullable<Extract<TrafficMessage, { type: 'request' }>['http']>): { readonly status: number; readonly body: string } {
  const repository = repositoryName(place.container.image);
  const inside = program.inside ?? newInside(program.environment);
  if (program.inside === undefined) pin(place.state, place.sandbox, place.container, inside);
  const served = answerOf(repository, place.container, place.sandbox, filesOf(place.state, place.sandbox, place.container, inside, repository), http.path);
  if (http.peer !== '' && (repository === 'nginx' || repository === 'httpd')) writeLog(insideOf(place, program).log, accessLine(place.now, http.peer, http.method, http.path, served, http.agent));
  return served;
}

/** What it has written, oldest first. */
function log(program: Program): readonly LogLine[] {
  const repository = repositoryName(program.image);
  const own = program.inside === undefined ? [] : linesOf(program.inside.log);
  const banner = !program.isServer ? [] : bannerOf(repository, program.startedAt, program.startedAt + Math.min(program.behaviour.readyAfterMicros, MILLISECOND * 60_000));
  const open = program.inside === undefined || program.inside.open === '' ? [] : [{ at: own.at(-1)?.at ?? program.startedAt, text: program.inside.open, partial: true as const }];
  return [...banner, ...own, ...open];
}

const volumes: NonNullable<Engine['volumes']> = (_state, sandbox, files) => {
  for (const [name, content] of Object.entries(files)) sandbox.volumes.set(name, new Map(Object.entries(content)));
};

/** A container that runs a shell script listens only while something in it serves. */
function listens({ inside }: Program): boolean {
  if (inside === undefined || !inside.procs.has(1)) return true;
  for (const proc of inside.procs.values()) if (proc.ended === undefined && proc.waits?.for === 'ever') return true;
  return false;
}

export const programs: Engine = { prepare, advance, terminate, listens, probe, hook, exec, answer, answered, volumes, log };
