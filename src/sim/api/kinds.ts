/** One kind as the API serves it. A new kind is one entry here and, if it has rules of its own, one entry in `apiserver/kinds/`. */
export interface KindInfo {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  /** The plural of URLs. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly subresources: readonly string[];
  /** In `kubectl get all`. */
  readonly inAll?: boolean;
  /** Only answered, never stored: TokenReview, SubjectAccessReview, Binding, ComponentStatus. */
  readonly transient?: boolean;
  /** Discovery's categories, where they are others than `all`. */
  readonly categories?: readonly string[];
  /** The verbs, where they are not all eight. */
  readonly verbs?: readonly string[];
  /** Versions that are served besides; objects are stored in `version`. */
  readonly olderVersions?: readonly string[];
  /** A kind that a CustomResourceDefinition adds: where its objects are stored ("Widget.example.com"), since two groups may have kinds of one name. */
  readonly table?: string;
  /** The kind of its lists, where that is not the kind with "List" behind it. */
  readonly listKind?: string;
  /** What a definition lets lists be selected by, besides the name: paths of fields ("spec.color"). */
  readonly selectable?: readonly string[];
}

/** The name under which the store keeps the objects of a kind, and by which changes name it. */
export const tableName = (info: KindInfo): string => info.table ?? info.kind;

const entry = (kind: string, group: string, version: string, resource: string, namespaced: boolean, shortNames: readonly string[] = [], subresources: readonly string[] = [], inAll = false): KindInfo => ({
  kind, group, version, resource, singular: kind.toLowerCase(), shortNames, namespaced, subresources, inAll,
});
/** What extends or restricts the API itself. */
const apiExtension = (...of: Parameters<typeof entry>): KindInfo => ({ ...entry(...of), categories: ['api-extensions'] });
const transient = (kind: string, group: string, version: string, resource: string, namespaced: boolean, verbs: readonly string[] = ['create'], shortNames: readonly string[] = []): KindInfo => ({
  ...entry(kind, group, version, resource, namespaced, shortNames), verbs, transient: true,
});

export const KINDS: readonly KindInfo[] = [
  entry('Namespace', '', 'v1', 'namespaces', false, ['ns'], ['finalize', 'status']),
  entry('Node', '', 'v1', 'nodes', false, ['no'], ['proxy', 'status']),
  entry('Pod', '', 'v1', 'pods', true, ['po'], ['status', 'binding', 'eviction', 'log', 'exec', 'ephemeralcontainers', 'resize', 'attach', 'portforward', 'proxy'], true),
  entry('Service', '', 'v1', 'services', true, ['svc'], ['proxy', 'status'], true),
  entry('Endpoints', '', 'v1', 'endpoints', true, ['ep']),
  entry('Event', '', 'v1', 'events', true, ['ev']),
  entry('ConfigMap', '', 'v1', 'configmaps', true, ['cm']),
  entry('Secret', '', 'v1', 'secrets', true),
  entry('ServiceAccount', '', 'v1', 'serviceaccounts', true, ['sa'], ['token']),
  entry('PersistentVolume', '', 'v1', 'persistentvolumes', false, ['pv'], ['status']),
  entry('PersistentVolumeClaim', '', 'v1', 'persistentvolumeclaims', true, ['pvc'], ['status']),
  entry('Deployment', 'apps', 'v1', 'deployments', true, ['deploy'], ['status', 'scale'], true),
  entry('ReplicaSet', 'apps', 'v1', 'replicasets', true, ['rs'], ['status', 'scale'], true),
  entry('Lease', 'coordination.k8s.io', 'v1', 'leases', true),
  entry('EndpointSlice', 'discovery.k8s.io', 'v1', 'endpointslices', true),
  entry('PodDisruptionBudget', 'policy', 'v1', 'poddisruptionbudgets', true, ['pdb'], ['status']),
  entry('PriorityClass', 'scheduling.k8s.io', 'v1', 'priorityclasses', false, ['pc']),
  entry('StorageClass', 'storage.k8s.io', 'v1', 'storageclasses', false, ['sc']),
  // Beyond the first scenario: their schemas and rules are in further.ts.
  entry('LimitRange', '', 'v1', 'limitranges', true, ['limits']),
  entry('PodTemplate', '', 'v1', 'podtemplates', true),
  entry('ReplicationController', '', 'v1', 'replicationcontrollers', true, ['rc'], ['status', 'scale'], true),
  entry('ResourceQuota', '', 'v1', 'resourcequotas', true, ['quota'], ['status']),
  entry('ControllerRevision', 'apps', 'v1', 'controllerrevisions', true),
  entry('DaemonSet', 'apps', 'v1', 'daemonsets', true, ['ds'], ['status'], true),
  entry('StatefulSet', 'apps', 'v1', 'statefulsets', true, ['sts'], ['status', 'scale'], true),
  apiExtension('APIService', 'apiregistration.k8s.io', 'v1', 'apiservices', false, [], ['status']),
  { ...entry('HorizontalPodAutoscaler', 'autoscaling', 'v2', 'horizontalpodautoscalers', true, ['hpa'], ['status'], true), olderVersions: ['v1'] },
  entry('CronJob', 'batch', 'v1', 'cronjobs', true, ['cj'], ['status'], true),
  entry('Job', 'batch', 'v1', 'jobs', true, [], ['status'], true),
  entry('CertificateSigningRequest', 'certificates.k8s.io', 'v1', 'certificatesigningrequests', false, ['csr'], ['approval', 'status']),
  entry('IngressClass', 'networking.k8s.io', 'v1', 'ingressclasses', false),
  entry('Ingress', 'networking.k8s.io', 'v1', 'ingresses', true, ['ing'], ['status']),
  entry('IPAddress', 'networking.k8s.io', 'v1', 'ipaddresses', false, ['ip']),
  entry('NetworkPolicy', 'networking.k8s.io', 'v1', 'networkpolicies', true, ['netpol']),
  entry('ServiceCIDR', 'networking.k8s.io', 'v1', 'servicecidrs', false, [], ['status']),
  entry('ClusterRoleBinding', 'rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', false),
  entry('ClusterRole', 'rbac.authorization.k8s.io', 'v1', 'clusterroles', false),
  entry('RoleBinding', 'rbac.authorization.k8s.io', 'v1', 'rolebindings', true),
  entry('Role', 'rbac.authorization.k8s.io', 'v1', 'roles', true),
  entry('CSIDriver', 'storage.k8s.io', 'v1', 'csidrivers', false),
  entry('CSINode', 'storage.k8s.io', 'v1', 'csinodes', false),
  entry('CSIStorageCapacity', 'storage.k8s.io', 'v1', 'csistoragecapacities', true),
  entry('VolumeAttachment', 'storage.k8s.io', 'v1', 'volumeattachments', false, [], ['status']),
  entry('VolumeAttributesClass', 'storage.k8s.io', 'v1', 'volumeattributesclasses', false, ['vac']),
  apiExtension('MutatingAdmissionPolicy', 'admissionregistration.k8s.io', 'v1', 'mutatingadmissionpolicies', false),
  apiExtension('MutatingAdmissionPolicyBinding', 'admissionregistration.k8s.io', 'v1', 'mutatingadmissionpolicybindings', false),
  apiExtension('MutatingWebhookConfiguration', 'admissionregistration.k8s.io', 'v1', 'mutatingwebhookconfigurations', false),
  apiExtension('ValidatingAdmissionPolicy', 'admissionregistration.k8s.io', 'v1', 'validatingadmissionpolicies', false, [], ['status']),
  apiExtension('ValidatingAdmissionPolicyBinding', 'admissionregistration.k8s.io', 'v1', 'validatingadmissionpolicybindings', false),
  apiExtension('ValidatingWebhookConfiguration', 'admissionregistration.k8s.io', 'v1', 'validatingwebhookconfigurations', false),
  apiExtension('CustomResourceDefinition', 'apiextensions.k8s.io', 'v1', 'customresourcedefinitions', false, ['crd', 'crds'], ['status']),
  entry('RuntimeClass', 'node.k8s.io', 'v1', 'runtimeclasses', false),
  entry('DeviceClass', 'resource.k8s.io', 'v1', 'deviceclasses', false),
  entry('ResourceClaim', 'resource.k8s.io', 'v1', 'resourceclaims', true, [], ['status']),
  entry('ResourceClaimTemplate', 'resource.k8s.io', 'v1', 'resourceclaimtemplates', true),
  entry('ResourceSlice', 'resource.k8s.io', 'v1', 'resourceslices', false),
  entry('FlowSchema', 'flowcontrol.apiserver.k8s.io', 'v1', 'flowschemas', false, [], ['status']),
  entry('PriorityLevelConfiguration', 'flowcontrol.apiserver.k8s.io', 'v1', 'prioritylevelconfigurations', false, [], ['status']),
];

/** Kinds that are asked and answered, and that no store holds. */
export const ANSWERED_KINDS: readonly KindInfo[] = [
  transient('Binding', '', 'v1', 'bindings', true),
  transient('ComponentStatus', '', 'v1', 'componentstatuses', false, ['get', 'list'], ['cs']),
  transient('SelfSubjectReview', 'authentication.k8s.io', 'v1', 'selfsubjectreviews', false),
  transient('TokenReview', 'authentication.k8s.io', 'v1', 'tokenreviews', false),
  transient('LocalSubjectAccessReview', 'authorization.k8s.io', 'v1', 'localsubjectaccessreviews', true),
  transient('SelfSubjectAccessReview', 'authorization.k8s.io', 'v1', 'selfsubjectaccessreviews', false),
  transient('SelfSubjectRulesReview', 'authorization.k8s.io', 'v1', 'selfsubjectrulesreviews', false),
  transient('SubjectAccessReview', 'authorization.k8s.io', 'v1', 'subjectaccessreviews', false),
];

const EVERY = [...KINDS, ...ANSWERED_KINDS];
const byKind = new Map(EVERY.map((info) => [info.kind, info]));
const byResource = new Map(EVERY.flatMap((info) => [info.version, ...(info.olderVersions ?? [])].map((version) => [`${info.group}/${version}/${info.resource}`, info])));

export const apiVersionOf = (info: KindInfo): string => (info.group === '' ? info.version : `${info.group}/${info.version}`);
export const kindInfo = (kind: string): KindInfo | undefined => byKind.get(kind);
/** events.k8s.io serves the same Events as the core group does. */
export const resourceInfo = (group: string, version: string, resource: string): KindInfo | undefined =>
  byResource.get(`${group === 'events.k8s.io' && resource === 'events' ? '' : group}/${version}/${resource}`);

/** "deployments.apps", or "pods": as the API server's messages name a resource. */
export const qualifiedResource = (info: KindInfo): string => (info.group === '' ? info.resource : `${info.resource}.${info.group}`);

/** The path of a collection, or of one object, or of its subresource. */
export function pathOf(kind: string, namespace: string | undefined, name?: string, subresource?: string): string {
  const info = byKind.get(kind);
  if (info === undefined) throw new Error(`no such kind: ${kind}`);
  const prefix = info.group === '' ? `/api/${info.version}` : `/apis/${info.group}/${info.version}`;
  const scope = info.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  return `${prefix}${scope}/${info.resource}${name === undefined ? '' : `/${name}`}${subresource === undefined ? '' : `/${subresource}`}`;
}
/** The path of an object by its key ("default/web", or "node-1"). */
export function pathOfKey(kind: string, key: string, subresource?: string): string {
  const slash = key.indexOf('/');
  return slash < 0 ? pathOf(kind, undefined, key, subresource) : pathOf(kind, key.slice(0, slash), key.slice(slash + 1), subresource);
}
