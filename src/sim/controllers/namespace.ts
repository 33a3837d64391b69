import type { Change } from '../api/change.ts';
import { KINDS, kindInfo, pathOf } from '../api/kinds.ts';
import type { KindInfo } from '../api/kinds.ts';
import type { Condition, KubernetesObject, Namespace, Pod } from '../api/object.ts';
import { isPodTerminal } from '../api/pods.ts';
import type { Reason } from '../api/reason.ts';
import { referenceTo } from '../api/references.ts';
import { MICROSECOND, SECOND, parseTimestamp, timestamp } from '../api/time.ts';
import type { Micros } from '../api/time.ts';
import type { Controller, Plan, ReconcileContext, View, Write } from '../reconcile/controller.ts';

/**
 * Empties a Namespace that is being deleted, and then lets it go (pkg/controller/namespace). Pods come first; only when none is left, the
 * rest. Each kind is deleted as a collection and then listed, to see what stays.
 * The answers decide what is done next, so one pass of upstream is up to three plans here: Pods, everything else, and the end.
 * Simplified: kinds are those of this API server's table, in an order that is drawn anew for each pass, as upstream's
 * goes through a Go map; only the last one is always the same, by which the end of a pass is known.
 */

/** So long after the deletion nothing happens, so that every API server has seen it and nothing is created in the Namespace any more. */
const GRACE: Micros = 5 * SECOND;
/** For items with finalizers: how long to give others to remove them. */
const FINALIZER_ESTIMATE_SECONDS = 15;

const ORDER: readonly string[] = [
  'PersistentVolumeClaim', 'PodDisruptionBudget', 'Deployment', 'Event', 'ServiceAccount', 'Service', 'ReplicaSet', 'Secret', 'ConfigMap', 'EndpointSlice', 'Endpoints',
];
const others: readonly KindInfo[] = [
  ...ORDER.flatMap((kind) => kindInfo(kind) ?? []),
  ...KINDS.filter((info) => info.namespaced && info.kind !== 'Pod' && !ORDER.includes(info.kind)),
];

interface Left {
  readonly items: number;
  readonly finalizers: Readonly<Record<string, number>>;
}
export interface NamespaceMemory {
  /** What has been deleted and listed in this pass. */
  readonly done: 'nothing' | 'pods' | 'all';
  /** What the lists still showed, by "resource.group". */
  readonly left: Readonly<Record<string, Left>>;
  /** The longest time that the Pods may take to end, as asked before they were deleted. */
  readonly graceSeconds: number;
}

type Verdict = readonly [status: 'True' | 'False', reason: string, message: string];
const FINE: Readonly<Record<string, Verdict>> = {
  NamespaceDeletionDiscoveryFailure: ['False', 'ResourcesDiscovered', 'All resources successfully discovered'],
  NamespaceDeletionGroupVersionParsingFailure: ['False', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  NamespaceDeletionContentFailure: ['False', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
  NamespaceContentRemaining: ['False', 'ContentRemoved', 'All content successfully removed'],
  NamespaceFinalizersRemaining: ['False', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
};

const sorted = (texts: readonly string[]): readonly string[] => [...texts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** The conditions as they should be; undefined if they are. What remains is not told while Pods remain: upstream returns before it counts. */
function conditionsFor(namespace: Namespace, left: Readonly<Record<string, Left>>, now: Micros): readonly Condition[] | undefined {
  const verdicts: Record<string, Verdict> = { ...FINE };
  const resources = Object.keys(left);
  if (resources.length > 0) {
    verdicts.NamespaceContentRemaining = ['True', 'SomeResourcesRemain', `Some resources are remaining: ${sorted(resources.map((resource) => `${resource} has ${left[resource]!.items} resource instances`)).join(', ')}`];
    const finalizers: Record<string, number> = {};
    for (const resource of resources) for (const [finalizer, count] of Object.entries(left[resource]!.finalizers)) finalizers[finalizer] = (finalizers[finalizer] ?? 0) + count;
    if (Object.keys(finalizers).length > 0) {
      verdicts.NamespaceFinalizersRemaining = ['True', 'SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${sorted(Object.entries(finalizers).map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)).join(', ')}`];
    }
  }
  let changed = false;
  const conditions = [...(namespace.status?.conditions ?? [])];
  for (const [type, [status, reason, message]] of Object.entries(verdicts)) {
    const index = conditions.findIndex((condition) => condition.type === type);
    const old = conditions[index];
    if (old !== undefined && old.status === status && old.reason === reason && old.message === message) continue;
    changed = true;
    const condition: Condition = { type, status, lastTransitionTime: old?.status === status ? old.lastTransitionTime : timestamp(now), reason, message };
    if (old === undefined) conditions.push(condition);
    else conditions[index] = condition;
  }
  return changed ? conditions : undefined;
}

/** All but the last, which stays the last. Whether Deployments go before ReplicaSets decides whether the garbage collector gets anything to do. */
function inChanceOrder(kinds: readonly Collection[], context: ReconcileContext): readonly Collection[] {
  const drawn = kinds.map((info, index) => ({ info, index, rank: index === kinds.length - 1 ? Infinity : context.draw('order', info.kind) }));
  return drawn.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.index - b.index)).map(({ info }) => info);
}

type Collection = Pick<KindInfo, 'kind' | 'group' | 'version' | 'resource'>;
const resourceName = (info: Collection): string => `${info.resource}.${info.group}`;
const collectionPath = ({ group, version, resource }: Collection, namespace: string): string => `${group === '' ? `/api/${version}` : `/apis/${group}/${version}`}/namespaces/${namespace}/${resource}`;

interface Definition {
  readonly spec: { readonly group: string; readonly scope: string; readonly names: { readonly kind: string; readonly plural: string }; readonly versions: readonly { readonly name: string; readonly served: boolean }[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}
/** What CustomResourceDefinitions add to discovery: upstream asks it anew in each pass. */
function customCollections(view: View): readonly Collection[] {
  return (view.list('CustomResourceDefinition') as unknown as readonly Definition[]).flatMap(({ spec, status }) => {
    const version = spec.versions.find(({ served }) => served);
    const isServed = status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') === true;
    return spec.scope === 'Namespaced' && isServed && version !== undefined ? [{ kind: spec.names.kind, group: spec.group, version: version.name, resource: spec.names.plural }] : [];
  });
}

/** Delete the collection, then list what is left of it. */
const empty = (info: Collection, namespace: string, because: Reason): Write[][] => [
  [{ request: { method: 'DELETE', path: collectionPath(info, namespace), body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' } }, because, accept: [404, 405] }],
  [{ request: { method: 'GET', path: collectionPath(info, namespace) }, because: { ...because, args: { ...because.args, left: resourceName(info) } }, accept: [404, 405] }],
];

function statusWrites(namespace: Namespace, left: Readonly<Record<string, Left>>, now: Micros, because: Reason): Write[][] {
  const conditions = conditionsFor(namespace, left, now);
  if (conditions === undefined) return [];
  const body = { ...namespace, status: { ...namespace.status, conditions } };
  // Refused, it is only noted upstream; the next pass tries again.
  return [[{ request: { method: 'PUT', path: pathOf('Namespace', undefined, namespace.metadata.name, 'status'), body }, because, accept: [404, 409] }]];
}

export const namespace: Controller<NamespaceMemory> = {
  name: 'namespace-controller',
  workers: 10,
  reads: ['CustomResourceDefinition'],
  watches: {
    Namespace: (object, _view, change) => (change.after === undefined || object.metadata.deletionTimestamp === undefined ? [] : [{ key: object.metadata.name, afterMicros: GRACE }]),
  },
  ignores: (change: Change) => change.after === undefined || change.after.metadata.deletionTimestamp === undefined,
  reconcile(name, view, memory, context): Plan<NamespaceMemory> {
    const object = view.get('Namespace', name);
    const deletedAt = parseTimestamp(object?.metadata.deletionTimestamp);
    if (object === undefined || deletedAt === undefined || (object.spec?.finalizers ?? []).length === 0) return { batches: [], memory: null, because: { code: 'namespace.nothingToDo', args: { namespace: name } } };
    const refs = [referenceTo(object)];
    const done = memory?.done ?? 'nothing';
    const left = memory?.left ?? {};
    const podInfo = kindInfo('Pod')!;
    const nothing: NamespaceMemory = { done: 'nothing', left: {}, graceSeconds: 0 };

    if (done === 'nothing') {
      const because: Reason = { code: 'namespace.deletesPods', args: { namespace: name }, refs };
      const estimate: Write = { request: { method: 'GET', path: pathOf('Pod', name) }, because: { ...because, args: { ...because.args, estimate: 1 } } };
      return { batches: [[estimate], ...empty(podInfo, name, because)], memory: nothing, because, requeueAfterMicros: MICROSECOND };
    }
    const pods = left[resourceName(podInfo)];
    if (pods !== undefined) {
      const estimate = view.now >= deletedAt + memory!.graceSeconds * SECOND ? 0 : memory!.graceSeconds;
      const waitSeconds = Math.floor((estimate === 0 ? FINALIZER_ESTIMATE_SECONDS : estimate) / 2) + 1;
      const because: Reason = { code: 'namespace.podsRemain', args: { namespace: name, pods: pods.items, seconds: waitSeconds }, refs };
      return { batches: statusWrites(object, {}, view.now, because), memory: nothing, because, requeueAfterMicros: waitSeconds * SECOND };
    }
    if (done === 'pods') {
      const because: Reason = { code: 'namespace.deletesContent', args: { namespace: name }, refs };
      return { batches: inChanceOrder([...others.slice(0, -1), ...customCollections(view), others.at(-1)!], context).flatMap((info) => empty(info, name, because)), because, requeueAfterMicros: MICROSECOND };
    }
    const remaining = Object.keys(left);
    if (remaining.length > 0) {
      const waitSeconds = Math.floor(FINALIZER_ESTIMATE_SECONDS / 2) + 1;
      const because: Reason = { code: 'namespace.contentRemains', args: { namespace: name, resources: remaining.join(', '), seconds: waitSeconds }, refs };
      return { batches: statusWrites(object, left, view.now, because), memory: nothing, because, requeueAfterMicros: waitSeconds * SECOND };
    }
    const because: Reason = { code: 'namespace.empty', args: { namespace: name }, refs };
    const status = statusWrites(object, {}, view.now, because);
    const { resourceVersion, ...metadata } = object.metadata;
    const body = {
      apiVersion: 'v1', kind: 'Namespace',
      // After a write of the status the version would be an old one, and nobody else changes these finalizers.
      metadata: status.length === 0 ? { ...metadata, resourceVersion } : metadata,
      spec: { ...object.spec, finalizers: (object.spec?.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes') },
    };
    return { batches: [...status, [{ request: { method: 'PUT', path: pathOf('Namespace', undefined, name, 'finalize'), body }, because, accept: [404] }]], memory: nothing, because };
  },
  answered(_key, write, response, memory) {
    if (write.request.method !== 'GET' || memory === undefined) return memory;
    const items = (response.code < 300 ? ((response.body as { readonly items?: readonly KubernetesObject[] }).items ?? []) : []);
    if (write.because?.args.estimate !== undefined) {
      let graceSeconds = 0;
      for (const pod of items as readonly Pod[]) if (!isPodTerminal(pod)) graceSeconds = Math.max(graceSeconds, pod.spec.terminationGracePeriodSeconds ?? 0);
      return { ...memory, graceSeconds };
    }
    const resource = String(write.because?.args.left);
    const { [resource]: _, ...rest } = memory.left;
    const isPods = resource === resourceName(kindInfo('Pod')!);
    const done = isPods ? 'pods' : resource === resourceName(others.at(-1)!) ? 'all' : memory.done;
    if (items.length === 0) return { ...memory, done, left: rest };
    const finalizers: Record<string, number> = {};
    for (const item of items) for (const finalizer of item.metadata.finalizers ?? []) finalizers[finalizer] = (finalizers[finalizer] ?? 0) + 1;
    return { ...memory, done, left: { ...rest, [resource]: { items: items.length, finalizers } } };
  },
};

