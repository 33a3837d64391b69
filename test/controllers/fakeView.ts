import { controllerOf, keyOf } from '../../src/sim/api/object.ts';
import type { AnyObject, ByKind, Deployment, Kind, Pod, ReplicaSet } from '../../src/sim/api/object.ts';
import { controllerReference } from '../../src/sim/api/references.ts';
import type { Micros } from '../../src/sim/api/time.ts';
import { timestamp } from '../../src/sim/api/time.ts';
import type { Index, View } from '../../src/sim/kernel/process.ts';
import type { Plan, ReconcileContext, Write } from '../../src/sim/reconcile/controller.ts';

/** A controller's window on a handful of objects, all frozen: a controller that writes into one throws. */

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) freeze(item);
  }
  return value;
}

function indexed(object: AnyObject, by: Index): boolean {
  switch (by.index) {
    case 'namespace':
      return (object.metadata.namespace ?? '') === by.value;
    case 'node':
      return object.kind === 'Pod' && ((object as Pod).spec.nodeName ?? '') === by.value;
    case 'controller':
      return (controllerOf(object)?.uid ?? '') === by.value;
    case 'owner':
      return object.metadata.ownerReferences?.some((owner) => owner.uid === by.value) ?? false;
    case 'service':
      return `${object.metadata.namespace}/${object.metadata.labels?.['kubernetes.io/service-name']}` === by.value;
  }
}

export function fakeView(objects: readonly AnyObject[], options: { readonly now?: Micros; readonly step?: number; readonly revisions?: Partial<Record<Kind, number>> } = {}): View {
  const all = freeze([...objects]);
  const highest = Math.max(0, ...all.map((object) => Number(object.metadata.resourceVersion)));
  return {
    now: options.now ?? 0,
    step: options.step ?? 1,
    get: <K extends Kind>(kind: K, key: string) => all.find((object) => object.kind === kind && keyOf(object) === key) as ByKind[K] | undefined,
    list: <K extends Kind>(kind: K, by?: Index) => all.filter((object) => object.kind === kind && (by === undefined || indexed(object, by))) as unknown as readonly ByKind[K][],
    revision: (kind) => options.revisions?.[kind] ?? highest,
  };
}

export const context = (over: Partial<ReconcileContext> = {}): ReconcileContext => ({ settled: true, failures: 0, draw: () => 7, ...over });

let revision = 100;
const meta = (name: string, more: object = {}): AnyObject['metadata'] => ({
  name, namespace: 'default', uid: `uid-${name}`, resourceVersion: String(++revision), creationTimestamp: timestamp(0), generation: 1, ...more,
});

type Over<T> = { readonly metadata?: object; readonly spec?: object; readonly status?: object } & Partial<Omit<T, 'metadata' | 'spec' | 'status'>>;

export const template = (image = 'nginx:1.27'): Deployment['spec']['template'] => ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image }] } });

export function deployment(name: string, replicas: number, over: Over<Deployment> = {}): Deployment {
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { ...meta(name), ...over.metadata },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: template(),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...over.spec,
    },
    status: { ...over.status },
  };
}

/** A ReplicaSet, of this Deployment if it is given. All its Pods exist and are available unless the status says otherwise. */
export function replicaSet(name: string, replicas: number, owner: Deployment | undefined, over: Over<ReplicaSet> & { readonly image?: string } = {}): ReplicaSet {
  const labels = { app: 'web', 'pod-template-hash': name };
  const { image, metadata, spec, status } = over;
  return {
    kind: 'ReplicaSet',
    apiVersion: 'apps/v1',
    metadata: {
      ...meta(name),
      labels,
      ...(owner === undefined ? {} : {
        ownerReferences: [controllerReference(owner)],
        annotations: { 'deployment.kubernetes.io/revision': '1', 'deployment.kubernetes.io/desired-replicas': String(owner.spec.replicas), 'deployment.kubernetes.io/max-replicas': String(owner.spec.replicas) },
      }),
      ...metadata,
    },
    spec: { replicas, selector: { matchLabels: labels }, template: { ...template(image), metadata: { labels } }, ...spec },
    status: status === undefined
      ? { replicas, ...(replicas === 0 ? {} : { fullyLabeledReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas }), terminatingReplicas: 0, observedGeneration: 1 }
      : { replicas, ...status },
  };
}

/** A Pod on node-1, ready since t = 0, of this ReplicaSet if it is given. */
export function pod(name: string, owner: ReplicaSet | undefined, over: Over<Pod> & { readonly ready?: boolean; readonly readyAt?: Micros } = {}): Pod {
  const ready = over.ready ?? true;
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      ...meta(name),
      ...(owner === undefined ? {} : { labels: owner.spec.template.metadata?.labels, ownerReferences: [controllerReference(owner)] }),
      ...over.metadata,
    },
    spec: { containers: [{ name: 'app', image: 'nginx:1.27' }], nodeName: 'node-1', ...over.spec },
    status: { phase: ready ? 'Running' : 'Pending', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: timestamp(over.readyAt ?? 0) }], ...over.status },
  };
}

/** One write as a line: "PUT /apis/apps/v1/namespaces/default/replicasets/web-1 replicas=2". */
export function line(write: Write): string {
  const { method, path, body } = write.request;
  const short = path.replace(/^\/apis?\/(?:apps\/)?v1\/(?:namespaces\/default\/)?/, '');
  const object = body as { spec?: { replicas?: number }; status?: object } | undefined;
  if (method === 'DELETE') return `${method} ${short}`;
  if (path.endsWith('/status')) return `${method} ${short} ${statusLine(object?.status as Record<string, unknown>)}`;
  if (method === 'PATCH') return `${method} ${short} ${JSON.stringify(body)}`;
  return `${method} ${short}${object?.spec?.replicas === undefined ? '' : ` replicas=${object.spec.replicas}`}`;
}
function statusLine(status: Record<string, unknown>): string {
  return Object.entries(status)
    .map(([name, value]) => (name === 'conditions' ? (value as { type: string; status: string; reason?: string }[]).map((condition) => `${condition.type}=${condition.status}(${condition.reason})`).join(' ') : `${name.replace('Replicas', '')}=${String(value)}`))
    .join(' ');
}

/** The plan as lines; batches of several writes have an indented line each. */
export const transcript = (plan: Plan<unknown>): readonly string[] => plan.batches.flatMap((batch) => (batch.length === 1 ? [line(batch[0]!)] : batch.map((write, i) => `${i === 0 ? '*' : ' '} ${line(write)}`)));

export const eventsOf = (plan: Plan<unknown>): readonly string[] => plan.batches.flat().flatMap((write) => (write.event === undefined ? [] : [`${write.event.reason}: ${write.event.message}`]));
