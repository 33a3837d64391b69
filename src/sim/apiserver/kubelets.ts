import type { ContainerStatus, Pod } from '../api/object.ts';
import type { Response, Status } from '../api/request.ts';
import { parseTimestamp, SECOND, timestamp, type Micros } from '../api/time.ts';
import { badRequest, notFound } from './status.ts';
import { refuse, stored, type Call } from './verbs-call.ts';

/**
 * What the API server asks a node's kubelet for: logs and exec (pkg/registry/core/pod/strategy.go: LogLocation, streamLocation;
 * kubelet_pods.go: validateContainerLogStatus). Logs are read off the machine at once; exec travels there and takes its time.
 */
const containersOf = (pod: Pod): readonly string[] => [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ name }) => name);

/** The container that is meant, or why that is not clear. */
function chosen(pod: Pod, wanted: string | undefined): string | Status {
  const { name } = pod.metadata;
  if (wanted !== undefined && wanted !== '') return containersOf(pod).includes(wanted) ? wanted : badRequest(`container ${wanted} is not valid for pod ${name}`);
  const [only, ...others] = pod.spec.containers;
  const init = pod.spec.initContainers ?? [];
  if (others.length === 0 && init.length === 0) return only!.name;
  const annotated = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (annotated !== undefined && containersOf(pod).includes(annotated)) return annotated;
  const list = (names: readonly { readonly name: string }[]): string => `[${names.map((each) => each.name).join(' ')}]`;
  return badRequest(`a container name must be specified for pod ${name}, choose one of: ${list(pod.spec.containers)}${init.length === 0 ? '' : ` or one of the init containers: ${list(init)}`}`);
}

const unreachable = (call: Call, pod: Pod, path: string): Response => refuse({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 500, message: `Get "https://${pod.status.hostIP ?? ''}:10250${path}": dial tcp ${pod.status.hostIP ?? ''}:10250: connect: ${call.context.kubelets?.isMachineUp(pod.spec.nodeName ?? '') === true ? 'connection refused' : 'no route to host'}` });

const statusOf = (pod: Pod, name: string): ContainerStatus | undefined => [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])].find((each) => each.name === name);

/** Which life of the container is meant: its id, or why there is none to read. */
function lifeOf(pod: Pod, name: string, previous: boolean): { readonly id: string | undefined } | Status {
  const status = statusOf(pod, name);
  const last = status?.lastState?.terminated;
  if (previous) return last === undefined ? badRequest(`previous terminated container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.metadata.name)} not found`) : { id: last.containerID };
  const { running, terminated, waiting } = status?.state ?? {};
  if (running !== undefined) return { id: status!.containerID };
  if (terminated !== undefined) return { id: terminated.containerID };
  if (last !== undefined) return { id: last.containerID };
  const failed = waiting?.reason === 'ErrImagePull' ? 'image can\'t be pulled' : waiting?.reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : (waiting?.reason ?? 'ContainerCreating');
  return badRequest(`container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.metadata.name)} is waiting to start: ${failed}`);
}

const isSet = (text: string | undefined): boolean => text === 'true' || text === '1';
const isStatus = (value: object): value is Status => (value as { readonly kind?: string }).kind === 'Status';
const nano = (at: Micros): string => `${timestamp(at).slice(0, -1)}.${String(((at % SECOND) + SECOND) % SECOND).padStart(6, '0')}000`.replace(/0+$/, '').replace(/\.$/, '') + 'Z';

function logs(call: Call, pod: Pod): Response {
  const { query } = call;
  const bad = (['tailLines', 'sinceSeconds', 'limitBytes'] as const).find((name) => query[name] !== undefined && !/^\d+$/.test(query[name]!));
  if (bad !== undefined) return refuse(badRequest(`${bad}: Invalid value: ${JSON.stringify(query[bad])}: must be a whole number, 0 or more`));
  const container = chosen(pod, query['container']);
  if (typeof container !== 'string') return refuse(container);
  const node = pod.spec.nodeName ?? '';
  const text = (value: string): Response => ({ code: 200, body: { kind: 'Log', apiVersion: 'v1', text: value } });
  if (node === '') return text('');
  if (call.context.kubelets?.isUp(node) !== true) return unreachable(call, pod, `/containerLogs/${call.namespace ?? ''}/${pod.metadata.name}/${container}`);
  const life = lifeOf(pod, container, isSet(query['previous']));
  if (isStatus(life)) return refuse(life);
  const since = query['sinceSeconds'] !== undefined ? call.context.now - Number(query['sinceSeconds']) * SECOND : (parseTimestamp(query['sinceTime']) ?? -Infinity);
  let lines = (call.context.kubelets.log(node, pod.metadata.uid, container, life.id ?? '') ?? []).filter(({ at }) => at >= since && at <= call.context.now);
  if (query['tailLines'] !== undefined) lines = Number(query['tailLines']) === 0 ? [] : lines.slice(-Number(query['tailLines']));
  const out = lines.map((line) => `${isSet(query['timestamps']) ? `${nano(line.at)} ` : ''}${line.text}${line.partial === true ? '' : '\n'}`).join('');
  return text(query['limitBytes'] === undefined ? out : out.slice(0, Number(query['limitBytes'])));
}

/** POST with `command` (several) in the query, or as a list in the body besides `stdin`. Upstream upgrades the connection to streams; here one answer has it all. */
function exec(call: Call, pod: Pod, body: unknown): Response {
  const sent = typeof body === 'object' && body !== null ? (body as { readonly command?: unknown; readonly stdin?: unknown; readonly container?: unknown }) : {};
  const container = chosen(pod, call.query['container'] ?? (typeof sent.container === 'string' ? sent.container : undefined));
  if (typeof container !== 'string') return refuse(container);
  const inPath = [...call.request.path.matchAll(/[?&]command=([^&]*)/g)].map((m) => decodeURIComponent(m[1]!.replaceAll('+', ' ')));
  const command = Array.isArray(sent.command) ? sent.command.map((word) => String(word)) : inPath.length > 0 ? inPath : call.query['command'] === undefined ? [] : [call.query['command']];
  if (command.length === 0) return refuse(badRequest('you must specify at least one command for the container'));
  const node = pod.spec.nodeName ?? '';
  if (node === '') return refuse(badRequest(`pod ${pod.metadata.name} does not have a host assigned`));
  if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') return refuse(badRequest(`cannot exec into a container in a completed pod; current phase is ${pod.status.phase}`));
  if (call.context.kubelets?.isUp(node) !== true) return unreachable(call, pod, `/exec/${call.namespace ?? ''}/${pod.metadata.name}/${container}`);
  return { code: 0, body: { kind: 'Status', apiVersion: 'v1' }, forward: { to: `machine/${node}`, message: { type: 'Exec', uid: pod.metadata.uid, container, command, stdin: typeof sent.stdin === 'string' ? sent.stdin : '' } } };
}

/** undefined: nobody here answers that. */
export function askKubelet(call: Call, what: string, body: unknown): Response | undefined {
  if (call.info.kind !== 'Pod' || (what !== 'log' && what !== 'exec')) return undefined;
  const pod = stored(call) as Pod | undefined;
  if (pod === undefined) return refuse(notFound(call.info, call.name ?? ''));
  if (what === 'log') return call.request.method === 'GET' ? logs(call, pod) : undefined;
  return call.request.method === 'POST' || call.request.method === 'GET' ? exec(call, pod, body) : undefined;
}
