import type { Condition, EndpointSlice, KubernetesObject, Lease, Namespace, Node, Pod, PodDisruptionBudget, Service, Taint } from '../../src/sim/api/object.ts';
import { controllerReference } from '../../src/sim/api/references.ts';
import type { Response } from '../../src/sim/api/request.ts';
import { microTimestamp, timestamp } from '../../src/sim/api/time.ts';
import type { Micros } from '../../src/sim/api/time.ts';
import type { Change } from '../../src/sim/api/change.ts';
import { keyOf } from '../../src/sim/api/object.ts';
import type { EventNote, Plan, Write } from '../../src/sim/reconcile/controller.ts';

/** The objects that the cluster's controllers look at, and their plans as lines. */

const meta = (name: string, namespace: string | undefined, more: object = {}): KubernetesObject['metadata'] => ({
  name, ...(namespace === undefined ? {} : { namespace }), uid: `uid-${name}`, resourceVersion: '50', creationTimestamp: timestamp(0), ...more,
});

const CONDITIONS = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'] as const;
export function node(name: string, over: { readonly ready?: Condition['status']; readonly taints?: readonly Taint[]; readonly unschedulable?: boolean; readonly labels?: Readonly<Record<string, string>>; readonly conditions?: readonly Condition[] } = {}): Node {
  const ready = over.ready ?? 'True';
  return {
    kind: 'Node', apiVersion: 'v1', metadata: { ...meta(name, undefined), labels: { ...over.labels } },
    spec: { ...(over.taints === undefined ? {} : { taints: over.taints }), ...(over.unschedulable === undefined ? {} : { unschedulable: over.unschedulable }) },
    status: {
      conditions: over.conditions ?? CONDITIONS.map((type) => ({
        type, status: ready === 'Unknown' ? 'Unknown' : type === 'Ready' ? ready : 'False', reason: 'Kubelet', message: '', lastHeartbeatTime: timestamp(0), lastTransitionTime: timestamp(0),
      })),
    },
  };
}

export const lease = (name: string, renewedAt: Micros): Lease => ({
  kind: 'Lease', apiVersion: 'coordination.k8s.io/v1', metadata: meta(name, 'kube-node-lease'), spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTimestamp(renewedAt) },
});

export const service = (name: string, over: { readonly spec?: object; readonly metadata?: object } = {}): Service => ({
  kind: 'Service', apiVersion: 'v1', metadata: { ...meta(name, 'default'), ...over.metadata },
  spec: { clusterIP: '10.96.0.10', ipFamilies: ['IPv4'], selector: { app: 'web' }, ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }], ...over.spec },
});

export const slice = (name: string, owner: Service, endpoints: EndpointSlice['endpoints'], ports: EndpointSlice['ports'] = [{ name: '', port: 80, protocol: 'TCP' }]): EndpointSlice => ({
  kind: 'EndpointSlice', apiVersion: 'discovery.k8s.io/v1',
  metadata: meta(name, 'default', {
    labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io', 'kubernetes.io/service-name': owner.metadata.name }, ownerReferences: [controllerReference(owner)],
  }),
  addressType: 'IPv4', endpoints, ports,
});

export const backend = (name: string, ip: string, over: { readonly ready?: boolean; readonly deleting?: boolean; readonly phase?: Pod['status']['phase']; readonly labels?: Readonly<Record<string, string>>; readonly spec?: object; readonly node?: string } = {}): Pod => ({
  kind: 'Pod', apiVersion: 'v1',
  metadata: { ...meta(name, 'default'), generation: 1, labels: over.labels ?? { app: 'web' }, ...(over.deleting === true ? { deletionTimestamp: timestamp(30_000_000), deletionGracePeriodSeconds: 30 } : {}) },
  spec: { containers: [{ name: 'app', image: 'nginx', ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] }], nodeName: over.node ?? 'node-1', ...over.spec },
  status: {
    phase: over.phase ?? 'Running', ...(ip === '' ? {} : { podIP: ip, podIPs: [{ ip }] }),
    conditions: [{ type: 'Ready', status: over.ready === false ? 'False' : 'True', lastTransitionTime: timestamp(1_000_000) }],
  },
});

export const budget = (spec: object, status?: PodDisruptionBudget['status']): PodDisruptionBudget => ({
  kind: 'PodDisruptionBudget', apiVersion: 'policy/v1', metadata: { ...meta('web', 'default'), generation: 1 }, spec: { selector: { matchLabels: { app: 'web' } }, ...spec }, ...(status === undefined ? {} : { status }),
});

export const namespaceNamed = (name: string, over: { readonly deletedAt?: Micros; readonly conditions?: readonly Condition[] } = {}): Namespace => ({
  kind: 'Namespace', apiVersion: 'v1',
  metadata: { ...meta(name, undefined), ...(over.deletedAt === undefined ? {} : { deletionTimestamp: timestamp(over.deletedAt) }) },
  spec: { finalizers: ['kubernetes'] }, status: { phase: over.deletedAt === undefined ? 'Active' : 'Terminating', ...(over.conditions === undefined ? {} : { conditions: over.conditions }) },
});

export function change(before: KubernetesObject | undefined, after: KubernetesObject | undefined, by = 'somebody'): Change {
  const object = (after ?? before)!;
  return { revision: 60, at: 0, kind: object.kind, key: keyOf(object), before, after, by, verb: after === undefined ? 'delete' : before === undefined ? 'create' : 'update', cause: 1, previous: undefined, nth: 0, ordinal: 0, id: 0 };
}

export const answer = (code: number, body: object = {}): Response => ({ code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, ...body } as Response['body'] });

/** "PATCH /api/v1/nodes/node-1 {...}", the body without what says nothing. */
export function full(write: Write): string {
  const { method, path, body } = write.request;
  return `${method} ${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`;
}
export const fullTranscript = (plan: Plan<unknown>): readonly string[] => plan.batches.filter((batch) => batch.length > 0).map((batch) => batch.map(full).join(' | '));
export const eventLine = (event: EventNote): string => `${event.type} ${event.reason} ${event.regarding.kind}/${event.regarding.name}: ${event.message}`;
