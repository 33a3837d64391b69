import { fromBase64 } from '../api/base64.ts';
import type { Change } from '../api/change.ts';
import type { Container, Json, Pod, Service } from '../api/object.ts';
import type { RuntimeRequest } from '../api/runtime.ts';
import { milliValue, wholeValue } from '../api/quantity.ts';
import { SECOND, type Micros } from '../api/time.ts';
import type { Message } from '../kernel/process.ts';
import { registerConfiguration, type Configuration } from './beyond.ts';
import type { Context, PodWorker } from './state.ts';
import { subPathFault } from './subpaths.ts';

/**
 * What a container gets from the API: its environment (kubelet_pods.go: makeEnvironmentVariables, getServiceEnvVarMap), and the files of
 * volumes that come from ConfigMaps, Secrets and the Pod itself (pkg/volume: configmap, secret, projected, downwardapi). The environment is
 * made when the container starts and never again; files follow a change with the Pod's next regular pass, except behind a subPath.
 *
 * Simplified: regular passes are worked out only where something has changed; binary data is left out; a projected token is a text.
 */
type Fields = Readonly<Record<string, unknown>>;
type Files = Record<string, string>;
const fields = (value: unknown): Fields | undefined => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined);
const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as readonly Json[]).map(fields).filter((each) => each !== undefined) : []);
const string = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const isIdentifier = (name: string): boolean => /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name);

interface Source {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly optional: boolean;
}
const sourceOf = (kind: Source['kind'], ref: Fields | undefined, field = 'name'): Source | undefined => (ref === undefined ? undefined : { kind, name: string(ref[field]) ?? '', optional: ref['optional'] === true });

function dataOf(context: Context, pod: Pod, { kind, name }: Source): Readonly<Record<string, string>> | undefined {
  const object = context.view.get(kind, `${pod.metadata.namespace}/${name}`);
  if (object === undefined) return undefined;
  const data = (object as { readonly data?: Readonly<Record<string, string>> }).data ?? {};
  if (kind === 'ConfigMap') return data;
  const out: Record<string, string> = {};
  for (const [key, value] of Object.entries(data)) out[key] = fromBase64(value) ?? '';
  return out;
}
const absent = ({ kind, name }: Source): string => `${kind === 'ConfigMap' ? 'configmap' : 'secret'} ${JSON.stringify(name)} not found`;

// ---- the environment

/** Services of the Pod's namespace, and the API server's, as Docker's links once named them (pkg/kubelet/envvars). */
function serviceVariables({ view }: Context, pod: Pod): Files {
  const out: Files = {};
  const { namespace } = pod.metadata;
  const chosen = new Map<string, Service>();
  for (const service of view.list('Service') as readonly Service[]) {
    const { clusterIP } = service.spec;
    if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None') continue;
    const isMaster = service.metadata.namespace === 'default' && service.metadata.name === 'kubernetes';
    if (isMaster && !chosen.has('kubernetes')) chosen.set('kubernetes', service);
    else if (service.metadata.namespace === namespace && pod.spec.enableServiceLinks !== false) chosen.set(service.metadata.name, service);
  }
  for (const [name, { spec }] of [...chosen].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const ports = spec.ports ?? [];
    const [first] = ports;
    if (first === undefined) continue;
    const head = name.toUpperCase().replaceAll('-', '_');
    const ip = spec.clusterIP!;
    out[`${head}_SERVICE_HOST`] = ip;
    out[`${head}_SERVICE_PORT`] = String(first.port);
    for (const port of ports) if (port.name !== undefined && port.name !== '') out[`${head}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`] = String(port.port);
    ports.forEach((port, i) => {
      const protocol = port.protocol ?? 'TCP';
      const url = `${protocol.toLowerCase()}://${ip}:${port.port}`;
      if (i === 0) out[`${head}_PORT`] = url;
      const stem = `${head}_PORT_${port.port}_${protocol}`;
      out[stem] = url;
      out[`${stem}_PROTO`] = protocol.toLowerCase();
      out[`${stem}_PORT`] = String(port.port);
      out[`${stem}_ADDR`] = ip;
    });
  }
  return out;
}

/** third_party/forked/golang/expansion: $(NAME), $$ is a dollar, what is not known stays as it is. */
const expand = (text: string, known: Files): string => text.replace(/\$\$|\$\(([^)]*)\)/g, (all, name: string | undefined) => (name === undefined ? '$' : Object.hasOwn(known, name) ? known[name]! : all));

const quoted = (text: string): string => JSON.stringify(text);
/** fieldpath.ExtractFieldPathAsString, and what only the kubelet knows. */
export function fieldOf({ node, view }: Context, worker: PodWorker, path: string): string {
  const { pod } = worker;
  const { metadata, spec } = pod;
  const lines = (map: Readonly<Record<string, string>> | undefined): string => Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${quoted(value)}`).join('\n');
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript !== null) return metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2]!] ?? '';
  const hostIp = view.get('Node', node.name)?.status.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  const podIp = spec.hostNetwork === true ? hostIp : worker.sandbox.ip;
  switch (path) {
    case 'metadata.name': return metadata.name;
    case 'metadata.namespace': return metadata.namespace ?? '';
    case 'metadata.uid': return metadata.uid;
    case 'metadata.labels': return lines(metadata.labels);
    case 'metadata.annotations': return lines(metadata.annotations);
    case 'spec.nodeName': return spec.nodeName ?? '';
    case 'spec.serviceAccountName': return spec.serviceAccountName ?? 'default';
    case 'status.hostIP': case 'status.hostIPs': return hostIp;
    case 'status.podIP': case 'status.podIPs': return podIp;
    default: return '';
  }
}

/** resource.ExtractContainerResourceValue: a limit that is not set is what the node has. */
function resourceOf({ node, view }: Context, pod: Pod, own: Container, ref: Fields): string {
  const name = string(ref['containerName']);
  const container = name === undefined || name === '' ? own : [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((each) => each.name === name);
  const [kind = '', resource = ''] = (string(ref['resource']) ?? '').split(/\.(.*)/s);
  const limit = container?.resources?.limits?.[resource];
  const given = kind === 'limits' ? (limit ?? (resource === 'cpu' || resource === 'memory' || resource === 'ephemeral-storage' ? view.get('Node', node.name)?.status.allocatable?.[resource] : undefined)) : (container?.resources?.requests?.[resource] ?? limit);
  const divisor = string(ref['divisor']);
  const by = divisor === undefined || divisor === '' || divisor === '0' ? '1' : divisor;
  const value = resource === 'cpu' ? milliValue(given ?? '0') : wholeValue(given ?? '0');
  const unit = resource === 'cpu' ? milliValue(by) : wholeValue(by);
  return String(Math.ceil(value / Math.max(unit, 1)));
}

const environment: NonNullable<Configuration['environment']> = (context, worker, container) => {
  const { pod } = worker;
  const out: Files = {};
  for (const from of list(container.envFrom)) {
    const source = sourceOf('ConfigMap', fields(from['configMapRef'])) ?? sourceOf('Secret', fields(from['secretRef']));
    if (source === undefined) continue;
    const data = dataOf(context, pod, source);
    if (data === undefined) {
      if (source.optional) continue;
      return { missing: absent(source) };
    }
    const prefix = string(from['prefix']) ?? '';
    for (const key of Object.keys(data).sort((a, b) => (a < b ? -1 : 1))) if (isIdentifier(prefix + key)) out[prefix + key] = data[key]!;
  }
  const services = serviceVariables(context, pod);
  const known: Files = { ...services };
  const result: Files = {};
  for (const { name, value, valueFrom } of container.env ?? []) {
    let text = value ?? '';
    const from = fields(valueFrom);
    if (from === undefined) text = expand(text, { ...known, ...out, ...result });
    else {
      const field = fields(from['fieldRef']);
      const resource = fields(from['resourceFieldRef']);
      const ref = fields(from['configMapKeyRef']) ?? fields(from['secretKeyRef']);
      if (field !== undefined) text = fieldOf(context, worker, string(field['fieldPath']) ?? '');
      else if (resource !== undefined) text = resourceOf(context, pod, container, resource);
      else if (ref !== undefined) {
        const source = sourceOf(from['configMapKeyRef'] === undefined ? 'Secret' : 'ConfigMap', ref)!;
        const key = string(ref['key']) ?? '';
        const data = dataOf(context, pod, source);
        if (data === undefined || !Object.hasOwn(data, key)) {
          if (source.optional) continue;
          return { missing: data === undefined ? absent(source) : `couldn't find key ${key} in ${source.kind} ${pod.metadata.namespace}/${source.name}` };
        }
        text = data[key]!;
      }
    }
    result[name] = text;
  }
  const fault = subPathFault(container);
  return fault === undefined ? { environment: Object.freeze({ ...services, ...out, ...result }) } : { missing: fault };
};

// ---- volumes

interface Problem {
  readonly problem: string;
}

/** Keys of a ConfigMap or a Secret as files: all of them, or the `items`. */
function keyed(context: Context, pod: Pod, source: Source, items: unknown, into: Files): Problem | undefined {
  const data = dataOf(context, pod, source);
  if (data === undefined) return source.optional ? undefined : { problem: absent(source) };
  if (!Array.isArray(items) || items.length === 0) {
    Object.assign(into, data);
    return undefined;
  }
  for (const item of list(items)) {
    const [key, path] = [string(item['key']) ?? '', string(item['path']) ?? ''];
    if (Object.hasOwn(data, key)) into[path] = data[key]!;
    else if (!source.optional) return { problem: `${source.kind === 'ConfigMap' ? 'configmap references non-existent config key' : 'references non-existent secret key'}: ${key}` };
  }
  return undefined;
}

function downward(context: Context, worker: PodWorker, items: unknown, into: Files): void {
  for (const item of list(items)) {
    const path = string(item['path']) ?? '';
    const field = fields(item['fieldRef']);
    const resource = fields(item['resourceFieldRef']);
    if (field !== undefined) into[path] = fieldOf(context, worker, string(field['fieldPath']) ?? '');
    else if (resource !== undefined) into[path] = resourceOf(context, worker.pod, worker.pod.spec.containers[0]!, resource);
  }
}

function fill(context: Context, worker: PodWorker, volume: Fields): Files | Problem | undefined {
  const { pod } = worker;
  const out: Files = {};
  const [configMap, secret, downwardApi, projected] = [fields(volume['configMap']), fields(volume['secret']), fields(volume['downwardAPI']), fields(volume['projected'])];
  let problem: Problem | undefined;
  if (configMap !== undefined) problem = keyed(context, pod, sourceOf('ConfigMap', configMap)!, configMap['items'], out);
  else if (secret !== undefined) problem = keyed(context, pod, sourceOf('Secret', secret, 'secretName')!, secret['items'], out);
  else if (downwardApi !== undefined) downward(context, worker, downwardApi['items'], out);
  else if (projected !== undefined) {
    for (const each of list(projected['sources'])) {
      const source = sourceOf('ConfigMap', fields(each['configMap'])) ?? sourceOf('Secret', fields(each['secret']));
      if (source !== undefined) problem ??= keyed(context, pod, source, fields(each[source.kind === 'ConfigMap' ? 'configMap' : 'secret'])!['items'], out);
      downward(context, worker, fields(each['downwardAPI'])?.['items'], out);
      const token = fields(each['serviceAccountToken']);
      if (token !== undefined) out[string(token['path']) ?? 'token'] = 'a.simulated.token';
    }
  } else return undefined;
  return problem ?? out;
}

const volumes: NonNullable<Configuration['volumes']> = (context, worker) => {
  let out: Record<string, Readonly<Record<string, string>>> | undefined;
  for (const volume of worker.pod.spec.volumes ?? []) {
    const files = fill(context, worker, volume as unknown as Fields);
    // What is gone meanwhile stays as it was.
    if (files === undefined) continue;
    const kept = 'problem' in files ? worker.volumes?.[volume.name] : files;
    (out ??= {})[volume.name] = Object.freeze((kept ?? {}) as Files);
  }
  return out === undefined ? undefined : Object.freeze(out);
};

const missingItem: NonNullable<Configuration['missingItem']> = (context, worker) => {
  for (const volume of worker.pod.spec.volumes ?? []) {
    const files = fill(context, worker, volume as unknown as Fields);
    if (files !== undefined && 'problem' in files) return { volume: volume.name, message: (files as unknown as Problem).problem };
  }
  return undefined;
};

// ---- changes

/** A Pod's regular pass comes every 60 s and up to half of that later (the kubelet's syncFrequency with its jitter), each Pod at its own time. */
const PERIOD: Micros = 60 * SECOND;

function names(pod: Pod, kind: string, name: string): boolean {
  for (const volume of pod.spec.volumes ?? []) {
    if (kind === 'ConfigMap' ? volume.configMap?.name === name : volume.secret?.secretName === name) return true;
    for (const source of list(fields((volume as unknown as Fields)['projected'])?.['sources'])) if (fields(source[kind === 'ConfigMap' ? 'configMap' : 'secret'])?.['name'] === name) return true;
  }
  return false;
}

function later(context: Context, worker: PodWorker): void {
  const { out, now } = context;
  const from = worker.mountedAt ?? now;
  const period = PERIOD + (hashed(worker.uid) % (PERIOD / 2));
  out.timer(`refresh/${worker.uid}`, from + (Math.floor((now - from) / period) + 1) * period);
}
function hashed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

const changed: NonNullable<Configuration['changed']> = (context, change: Change) => {
  if (change.kind !== 'ConfigMap' && change.kind !== 'Secret') return;
  const slash = change.key.indexOf('/');
  const [namespace, name] = [change.key.slice(0, slash), change.key.slice(slash + 1)];
  for (const worker of context.state.pods.values()) if (worker.stage === 'syncing' && worker.volumes !== undefined && worker.pod.metadata.namespace === namespace && names(worker.pod, change.kind, name)) later(context, worker);
};

/** Labels and annotations may stand in files, and follow in the next pass, which a change of the Pod itself brings about. */
const podChanged: NonNullable<Configuration['podChanged']> = (context, worker) => {
  if (worker.volumes !== undefined) refresh(context, worker);
};

function refresh(context: Context, worker: PodWorker): void {
  if (worker.stage !== 'syncing' || worker.volumes === undefined) return;
  const now = volumes(context, worker);
  if (now === undefined || JSON.stringify(now) === JSON.stringify(worker.volumes)) return;
  worker.volumes = now;
  const request: RuntimeRequest = { type: 'UpdateVolumes', uid: worker.uid, volumes: now };
  const because = { code: 'kubelet.volumes', args: { node: context.node.name, pod: worker.key } };
  context.out.note({ type: 'volumes', subject: { kind: 'Pod', key: worker.key }, node: context.node.name, because });
  context.out.send(`machine/${context.node.name}`, request as unknown as Message, { because });
}

export const registered: Configuration = { environment, volumes, missingItem, changed, podChanged, refresh };
registerConfiguration(registered);
