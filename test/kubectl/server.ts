import type { KubernetesObject } from '../../src/sim/api/object.ts';
import type { ObjectList, Request, Response, Status } from '../../src/sim/api/request.ts';
import type { Micros } from '../../src/sim/api/time.ts';
import { timestamp } from '../../src/sim/api/time.ts';
import { applyPatch } from '../../src/sim/apiserver/patch.ts';
import { discoveryDocument } from '../../src/sim/apiserver/discovery.ts';
import { route } from '../../src/sim/apiserver/routing.ts';
import { typeOfKind } from '../../src/sim/apiserver/schema.ts';
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector } from '../../src/sim/apiserver/selectors.ts';
import { alreadyExists, badRequest, conflict, notFound } from '../../src/sim/apiserver/status.ts';
import { kubectl } from '../../src/kubectl/kubectl.ts';
import type { Input } from '../../src/kubectl/kubectl.ts';

/**
 * An API server for kubectl's own tests: a map of objects behind the real paths, selectors, patches and refusals, with no admission, defaulting or
 * validation and nobody who reacts. What needs those is tested against the whole simulation.
 */
export interface Server {
  readonly objects: Map<string, KubernetesObject>;
  readonly requests: Request[];
  now: Micros;
  handle(request: Request): Response;
  /** Called after every passed time: what controllers and kubelets would have done meanwhile. */
  meanwhile: (server: Server) => void;
}

const keyOf = (kind: string, namespace: string | undefined, name: string): string => `${kind}/${namespace ?? ''}/${name}`;
const refuse = (status: Status): Response => ({ code: status.code ?? 500, body: status });
type Loose = Record<string, unknown> & { metadata: Record<string, unknown>; spec?: Record<string, unknown>; status?: Record<string, unknown> };

export function newServer(objects: readonly KubernetesObject[], now: Micros): Server {
  let version = 5000;
  const store = new Map<string, KubernetesObject>();
  for (const object of objects) store.set(keyOf(object.kind, object.metadata.namespace, object.metadata.name), object);
  const put = (key: string, object: Loose, before: KubernetesObject | undefined): KubernetesObject => {
    const bare = (one: unknown): string => JSON.stringify({ ...(one as Loose), metadata: { ...(one as Loose).metadata, resourceVersion: '', generation: 0 } });
    if (before !== undefined && bare(before) === bare(object)) return before;
    const specChanged = before !== undefined && JSON.stringify(object.spec) !== JSON.stringify((before as unknown as Loose).spec);
    const generation = before === undefined ? (['Deployment', 'ReplicaSet', 'Pod', 'PodDisruptionBudget'].includes(String(object.kind)) ? { generation: 1 } : {}) : specChanged ? { generation: (before.metadata.generation ?? 0) + 1 } : {};
    const made = { ...object, metadata: { ...object.metadata, ...generation, resourceVersion: String(++version) } } as unknown as KubernetesObject;
    store.set(key, made);
    return made;
  };
  const server: Server = {
    objects: store,
    requests: [],
    now,
    meanwhile: () => undefined,
    handle(request) {
      server.requests.push(request);
      const found = route(request.path);
      if (found === undefined) return refuse({ ...notFound({ resource: '', group: '' } as never, ''), message: 'the server could not find the requested resource', details: {} });
      if (found.type === 'document') {
        const body = discoveryDocument(found.path);
        return body === undefined ? refuse({ ...notFound({ resource: '', group: '' } as never, ''), message: '404 page not found\n', details: {} }) : { code: 200, body };
      }
      const { info, namespace, name, subresource } = found;
      const query = request.query ?? {};
      const dry = query.dryRun === 'All';
      if (request.method === 'GET' && name === undefined) {
        const labels = parseLabelSelector(query.labelSelector ?? '');
        if ('error' in labels) return refuse(badRequest(labels.error));
        const fields = parseFieldSelector(query.fieldSelector ?? '', info);
        if ('error' in fields) return refuse(badRequest(fields.error));
        const items = [...store.values()]
          .filter((one) => one.kind === info.kind && (namespace === undefined || one.metadata.namespace === namespace) && matchesLabels(labels.requirements, one.metadata.labels) && matchesFields(fields.requirements, info.kind, one))
          .sort((a, b) => {
            const [x, y] = [a, b].map((one) => `${one.metadata.namespace ?? ''}/${one.metadata.name}`) as [string, string];
            return x < y ? -1 : x > y ? 1 : 0;
          });
        const body: ObjectList = { kind: `${info.kind}List`, apiVersion: found.apiVersion, metadata: { resourceVersion: String(version) }, items };
        return { code: 200, body, ...(info.kind === 'Endpoints' ? { warnings: ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'] } : {}) };
      }
      if (request.method === 'POST' && name === undefined) {
        const body = request.body as Loose;
        const made = String(body.metadata.name ?? `${String(body.metadata.generateName)}abcde`);
        if (namespace !== undefined && !store.has(keyOf('Namespace', undefined, namespace))) return refuse(notFound({ ...info, group: '', resource: 'namespaces' }, namespace));
        const key = keyOf(info.kind, namespace, made);
        if (store.has(key)) return refuse(alreadyExists(info, made));
        const object: Loose = { ...body, metadata: { creationTimestamp: timestamp(server.now), uid: `uid-${version}`, resourceVersion: '', ...body.metadata, name: made, ...(namespace === undefined ? {} : { namespace }) } };
        return { code: 201, body: dry ? (object as unknown as KubernetesObject) : put(key, object, undefined) };
      }
      const key = keyOf(info.kind, namespace, name ?? '');
      const old = store.get(key);
      if (old === undefined) return refuse(notFound(info, name ?? ''));
      const warnings = info.kind === 'Endpoints' ? { warnings: ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'] } : {};
      const loose = old as unknown as Loose;
      const scaleOf = (object: Loose): KubernetesObject => ({ kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: object.metadata, spec: { replicas: object.spec?.replicas ?? 0 }, status: { replicas: 0 } }) as unknown as KubernetesObject;
      switch (request.method) {
        case 'GET':
          return { code: 200, body: subresource === 'scale' ? scaleOf(loose) : old, ...warnings };
        case 'PUT':
        case 'PATCH': {
          const base = subresource === 'scale' ? scaleOf(loose) : old;
          const patched = request.method === 'PUT' ? { document: { ...(request.body as Loose), metadata: { ...(request.body as Loose).metadata, uid: old.metadata.uid, creationTimestamp: old.metadata.creationTimestamp } } } : applyPatch(request.contentType ?? '', base, request.body as never, typeOfKind(subresource === 'scale' ? 'Scale' : info.kind), 'Ignore');
          if ('code' in patched) return refuse(patched as Status);
          const document = (patched as { document: unknown }).document as Loose;
          if (document.metadata.resourceVersion !== undefined && document.metadata.resourceVersion !== old.metadata.resourceVersion) return refuse(conflict(info, name ?? ''));
          if (subresource === 'scale') {
            const object = { ...loose, spec: { ...loose.spec, replicas: document.spec?.replicas } };
            return { code: 200, body: scaleOf((dry ? object : put(key, object, old)) as unknown as Loose) };
          }
          return { code: 200, body: dry ? (document as unknown as KubernetesObject) : put(key, document, old) };
        }
        case 'POST':
        case 'DELETE': {
          if (subresource !== undefined && subresource !== 'eviction') return refuse(notFound(info, name ?? ''));
          const options = ((subresource === 'eviction' ? (request.body as { deleteOptions?: object })?.deleteOptions : request.body) ?? {}) as { gracePeriodSeconds?: number; propagationPolicy?: string };
          const done = (old as { status?: { phase?: string } }).status?.phase;
          const grace = options.gracePeriodSeconds ?? 30;
          const stays = (info.kind === 'Pod' && grace > 0 && done !== 'Succeeded' && done !== 'Failed' && (loose.spec?.nodeName ?? '') !== '') || options.propagationPolicy === 'Orphan' || info.kind === 'Namespace';
          if (dry) return { code: 200, body: old };
          if (stays) put(key, { ...loose, metadata: { ...loose.metadata, deletionTimestamp: timestamp(server.now + grace * 1e6), deletionGracePeriodSeconds: grace } }, old);
          else store.delete(key);
          return { code: subresource === 'eviction' ? 201 : 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name, uid: old.metadata.uid } } };
        }
      }
    },
  };
  return server;
}

export interface Transcript {
  readonly out: string;
  readonly err: string;
  readonly code: number | 'never';
}

/** Runs a line to its end against a server. `patience`: how much time may pass before a waiting line is given up, as the recorder did. */
export function run<S extends Pick<Server, 'now' | 'handle'> & { meanwhile: (server: S) => void }>(server: S, args: readonly string[], input: Partial<Input> = {}, patience = 15e6, edit: (text: string) => string = (text) => text): Transcript {
  const steps = kubectl(args, { files: {}, now: () => server.now, ...input });
  const until = server.now + patience;
  let [out, err] = ['', ''];
  let next = steps.next();
  while (next.done !== true) {
    const step = next.value;
    let answer: Response | string | undefined;
    if ('out' in step) out += step.out;
    else if ('err' in step) err += step.err;
    else if ('sleepMicros' in step) {
      server.now += step.sleepMicros;
      if (server.now > until) return { out, err, code: 'never' };
      server.meanwhile(server);
    } else if ('edit' in step) answer = edit(step.edit.text);
    else if ('request' in step) answer = server.handle(step.request);
    next = steps.next(answer);
  }
  return { out, err, code: next.value };
}
