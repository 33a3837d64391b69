import type { Json } from '../../sim/api/object.ts';
import type { Tree } from '../tree.ts';
import { field, isList, isTree } from '../tree.ts';

/**
 * The way out, and the way in: of all that a cluster holds, what somebody wished for, without what the cluster itself wrote into it. What remains is accepted
 * by another cluster, real or simulated. Left out are objects that a controller makes anew from their owner, and those that every cluster has.
 */
export type Why = 'owned' | 'system' | 'cluster' | 'generated';
export interface Portable {
  /** In an order in which they can be created. */
  readonly objects: readonly Tree[];
  readonly left: readonly { readonly kind: string; readonly name: string; readonly why: Why }[];
}

/** Written by the cluster about itself. */
const OF_THE_CLUSTER = new Set(['Node', 'Event', 'Lease', 'EndpointSlice', 'ControllerRevision', 'CSINode', 'VolumeAttachment', 'IPAddress', 'APIService', 'ComponentStatus', 'FlowSchema', 'PriorityLevelConfiguration', 'ResourceSlice', 'CSIStorageCapacity', 'CertificateSigningRequest', 'PodMetrics', 'NodeMetrics', 'Binding']);
const SYSTEM_NAMESPACES = new Set(['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage']);
const ORDER = [
  'CustomResourceDefinition', 'Namespace', 'PriorityClass', 'StorageClass', 'IngressClass', 'RuntimeClass', 'ServiceAccount', 'ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding', 'LimitRange', 'ResourceQuota', 'ConfigMap', 'Secret',
  'PersistentVolume', 'PersistentVolumeClaim', 'Service', 'Endpoints', 'NetworkPolicy', 'PodDisruptionBudget', 'Pod', 'ReplicationController', 'ReplicaSet', 'Deployment', 'DaemonSet', 'StatefulSet', 'Job', 'CronJob', 'HorizontalPodAutoscaler', 'Ingress',
];

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function whyLeft(object: Tree, services: ReadonlySet<string>): Why | undefined {
  const kind = text(object['kind']);
  const metadata = object['metadata'];
  const name = text(field(metadata, 'name'));
  const namespace = text(field(metadata, 'namespace'));
  const owners = field(metadata, 'ownerReferences');
  if (OF_THE_CLUSTER.has(kind)) return 'cluster';
  if (isList(owners) && owners.some((owner) => field(owner, 'controller') === true)) return 'owned';
  if (SYSTEM_NAMESPACES.has(namespace)) return 'system';
  if (isTree(field(metadata, 'labels')) && field(field(metadata, 'labels'), 'kubernetes.io/bootstrapping') === 'rbac-defaults') return 'system';
  switch (kind) {
    case 'Namespace':
      return name === 'default' || SYSTEM_NAMESPACES.has(name) ? 'system' : undefined;
    case 'PriorityClass':
      return name.startsWith('system-') ? 'system' : undefined;
    case 'ClusterRole':
    case 'ClusterRoleBinding':
    case 'Role':
    case 'RoleBinding':
      return name.startsWith('system:') || name.startsWith('kubeadm:') ? 'system' : undefined;
    case 'ServiceCIDR':
      return name === 'kubernetes' ? 'system' : undefined;
    case 'ConfigMap':
      return name === 'kube-root-ca.crt' ? 'generated' : undefined;
    case 'ServiceAccount':
      return name === 'default' ? 'generated' : undefined;
    case 'Secret':
      return object['type'] === 'kubernetes.io/service-account-token' ? 'generated' : undefined;
    case 'Service':
      return name === 'kubernetes' && namespace === 'default' ? 'system' : undefined;
    case 'Endpoints':
      return services.has(`${namespace}/${name}`) ? 'generated' : name === 'kubernetes' && namespace === 'default' ? 'system' : undefined;
    default:
      return undefined;
  }
}

const SERVER_METADATA = new Set(['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'selfLink', 'managedFields', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'ownerReferences']);
const SERVER_ANNOTATIONS = /^(?:kubectl\.kubernetes\.io\/last-applied-configuration|deployment\.kubernetes\.io\/.*|deprecated\.daemonset\.template\.generation|pv\.kubernetes\.io\/.*|volume\.kubernetes\.io\/(?:selected-node|storage-provisioner)|volume\.beta\.kubernetes\.io\/storage-provisioner|endpoints\.kubernetes\.io\/.*|kubernetes\.io\/psp|batch\.kubernetes\.io\/job-tracking)$/;
const SERVER_FINALIZERS = new Set(['kubernetes.io/pvc-protection', 'kubernetes.io/pv-protection', 'foregroundDeletion', 'orphan', 'customresourcecleanup.apiextensions.k8s.io']);
const GENERATED_LABELS = new Set(['controller-uid', 'batch.kubernetes.io/controller-uid', 'job-name', 'batch.kubernetes.io/job-name']);

const without = (tree: Tree, drop: (key: string, value: Json) => boolean): Tree => Object.fromEntries(Object.entries(tree).filter(([key, value]) => value !== undefined && !drop(key, value as Json))) as Tree;
const empty = (value: Json | undefined): boolean => value === undefined || value === null || (isTree(value) && Object.keys(value).length === 0) || (isList(value) && value.length === 0);

function metadataOf(object: Tree): Tree {
  const given = isTree(object['metadata']) ? object['metadata'] : {};
  const { annotations, finalizers, labels, ...rest } = without(given, (key) => SERVER_METADATA.has(key));
  const kept: Record<string, Json> = { ...rest } as Record<string, Json>;
  const keptLabels = isTree(labels) ? without(labels, (key) => key === 'kubernetes.io/metadata.name' || (object['kind'] === 'Job' && GENERATED_LABELS.has(key))) : undefined;
  if (!empty(keptLabels)) kept['labels'] = keptLabels!;
  const keptAnnotations = isTree(annotations) ? without(annotations, (key) => SERVER_ANNOTATIONS.test(key)) : undefined;
  if (!empty(keptAnnotations)) kept['annotations'] = keptAnnotations!;
  const keptFinalizers = isList(finalizers) ? finalizers.filter((finalizer) => !SERVER_FINALIZERS.has(text(finalizer))) : [];
  if (keptFinalizers.length > 0) kept['finalizers'] = keptFinalizers;
  return kept;
}

/** What admission mounts into each Pod for its service account. */
const isTokenVolume = (named: Json): boolean => text(field(named, 'name')).startsWith('kube-api-access-');
const isDefaultToleration = (one: Json): boolean => {
  const key = text(field(one, 'key'));
  return (key === 'node.kubernetes.io/not-ready' || key === 'node.kubernetes.io/unreachable') && field(one, 'effect') === 'NoExecute' && field(one, 'operator') === 'Exists' && field(one, 'tolerationSeconds') === 300;
};
function podSpec(spec: Tree): Tree {
  const containers = (value: Json | undefined): Json[] | undefined =>
    isList(value) ? value.map((container) => (isTree(container) && isList(container['volumeMounts']) ? trimmed(container, { volumeMounts: container['volumeMounts'].filter((mount) => !isTokenVolume(mount)) }) : container)) : undefined;
  return trimmed(without(spec, (key) => key === 'nodeName' || key === 'serviceAccount' || key === 'priority'), {
    containers: containers(spec['containers']),
    initContainers: containers(spec['initContainers']),
    volumes: isList(spec['volumes']) ? spec['volumes'].filter((volume) => !isTokenVolume(volume)) : undefined,
    tolerations: isList(spec['tolerations']) ? spec['tolerations'].filter((one) => !isDefaultToleration(one)) : undefined,
  });
}
/** With these fields in place of the old; the empty ones go. */
function trimmed(tree: Tree, fields: Readonly<Record<string, Json | undefined>>): Tree {
  const merged = { ...tree, ...fields } as Tree;
  return without(merged, (key, value) => Object.hasOwn(fields, key) && empty(value));
}

function specOf(kind: string, spec: Tree): Tree {
  switch (kind) {
    case 'Pod':
      return podSpec(spec);
    case 'Namespace':
      return without(spec, (key) => key === 'finalizers');
    case 'Service': {
      // "None" is a wish, an address an allocation.
      const headless = spec['clusterIP'] === 'None';
      return without(spec, (key) => key === 'healthCheckNodePort' || (!headless && (key === 'clusterIP' || key === 'clusterIPs')));
    }
    case 'PersistentVolumeClaim':
      return without(spec, (key) => key === 'volumeName');
    case 'PersistentVolume': {
      const claim = spec['claimRef'];
      return isTree(claim) ? { ...spec, claimRef: without(claim, (key) => key === 'uid' || key === 'resourceVersion') } : spec;
    }
    case 'Job': {
      if (spec['manualSelector'] === true) return spec;
      const template = isTree(spec['template']) ? spec['template'] : {};
      const labels = field(field(template, 'metadata'), 'labels');
      const metadata = isTree(template['metadata']) ? trimmed(template['metadata'], { labels: isTree(labels) ? without(labels, (key) => GENERATED_LABELS.has(key)) : undefined }) : undefined;
      return { ...without(spec, (key) => key === 'selector'), template: trimmed(template, { metadata }) };
    }
    default:
      return spec;
  }
}

function cleaned(object: Tree): Tree {
  const kind = text(object['kind']);
  const { apiVersion, kind: _kind, metadata: _metadata, spec, status: _status, ...rest } = object;
  const kept = { apiVersion: apiVersion ?? '', kind, metadata: metadataOf(object), ...(kind === 'ServiceAccount' ? without(rest as Tree, (key) => key === 'secrets') : rest) } as Record<string, Json>;
  if (isTree(spec)) {
    const wanted = specOf(kind, spec);
    if (!empty(wanted)) kept['spec'] = wanted;
  }
  return kept;
}

const place = (kind: string): number => {
  const at = ORDER.indexOf(kind);
  return at < 0 ? ORDER.length : at;
};

/** Of the objects of a cluster (a dump, or the store): those to create elsewhere, and what was left behind and why. */
export function portable(objects: readonly Tree[]): Portable {
  const services = new Set(objects.filter((object) => object['kind'] === 'Service' && !empty(field(object['spec'], 'selector'))).map((object) => `${text(field(object['metadata'], 'namespace'))}/${text(field(object['metadata'], 'name'))}`));
  const kept: Tree[] = [];
  const left: { kind: string; name: string; why: Why }[] = [];
  for (const object of objects) {
    const why = whyLeft(object, services);
    const namespace = text(field(object['metadata'], 'namespace'));
    if (why === undefined) kept.push(cleaned(object));
    else left.push({ kind: text(object['kind']), name: `${namespace === '' ? '' : `${namespace}/`}${text(field(object['metadata'], 'name'))}`, why });
  }
  // Stable: what belongs together stays together.
  return { objects: kept.map((object, i) => ({ object, i })).sort((a, b) => place(text(a.object['kind'])) - place(text(b.object['kind'])) || a.i - b.i).map(({ object }) => object), left };
}
