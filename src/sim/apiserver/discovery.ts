import { ANSWERED_KINDS, KINDS, type KindInfo } from '../api/kinds.ts';
import type { Document } from './beyond.ts';

/**
 * The documents that say what the API has, from the table of kinds: the old form (APIGroupList, APIResourceList) and the aggregated one
 * (apidiscovery.k8s.io/v2). What a real server says of its build is what the recorded one said.
 */

/** In the order in which a real server lists them (GroupPriorityMinimum of its APIServices); custom groups come behind. */
const GROUPS: readonly string[] = [
  'apiregistration.k8s.io', 'apps', 'events.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io', 'autoscaling', 'batch', 'certificates.k8s.io', 'networking.k8s.io', 'policy', 'rbac.authorization.k8s.io', 'storage.k8s.io',
  'admissionregistration.k8s.io', 'apiextensions.k8s.io', 'scheduling.k8s.io', 'coordination.k8s.io', 'node.k8s.io', 'discovery.k8s.io', 'resource.k8s.io', 'flowcontrol.apiserver.k8s.io',
];
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const PROXY = ['create', 'delete', 'get', 'patch', 'update'];
const READ_WRITE = ['get', 'patch', 'update'];
interface Below {
  readonly verbs: readonly string[];
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
}
const SUBRESOURCES: Readonly<Record<string, Below>> = {
  status: { verbs: READ_WRITE },
  approval: { verbs: READ_WRITE },
  ephemeralcontainers: { verbs: READ_WRITE },
  resize: { verbs: READ_WRITE },
  scale: { verbs: READ_WRITE, group: 'autoscaling', version: 'v1', kind: 'Scale' },
  binding: { verbs: ['create'], kind: 'Binding' },
  eviction: { verbs: ['create'], group: 'policy', version: 'v1', kind: 'Eviction' },
  token: { verbs: ['create'], group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
  finalize: { verbs: ['update'] },
  log: { verbs: ['get'] },
  attach: { verbs: ['create', 'get'], kind: 'PodAttachOptions' },
  exec: { verbs: ['create', 'get'], kind: 'PodExecOptions' },
  portforward: { verbs: ['create', 'get'], kind: 'PodPortForwardOptions' },
};
const PROXIES: Readonly<Record<string, string>> = { Node: 'NodeProxyOptions', Pod: 'PodProxyOptions', Service: 'ServiceProxyOptions' };

/** What a real server is called in its own discovery by the form in which it stores each kind. */
const HASHES: Readonly<Record<string, string>> = {
  '/ConfigMap': 'qFsyl6wFWjQ=', '/Endpoints': 'fWeeMqaN/OA=', '/Event': 'r2yiGXH7wu8=', '/LimitRange': 'EBKMFVe6cwo=', '/Namespace': 'Q3oi5N2YM8M=', '/Node': 'XwShjMxG9Fs=', '/PersistentVolumeClaim': 'QWTyNDq0dC4=',
  '/PersistentVolume': 'HN/zwEC+JgM=', '/Pod': 'xPOwRZ+Yhw8=', '/PodTemplate': 'LIXB2x4IFpk=', '/ReplicationController': 'Jond2If31h0=', '/ResourceQuota': '8uhSgffRX6w=', '/Secret': 'S6u1pOWzb84=',
  '/ServiceAccount': 'pbx9ZvyFpBE=', '/Service': '0/CO1lhkEBI=', 'apiregistration.k8s.io/APIService': 'InPBPD7+PqM=', 'apps/ControllerRevision': '85nkx63pcBU=', 'apps/DaemonSet': 'dd7pWHUlMKQ=', 'apps/Deployment': '8aSe+NMegvE=',
  'apps/ReplicaSet': 'P1RzHs8/mWQ=', 'apps/StatefulSet': 'H+vl74LkKdo=', 'autoscaling/HorizontalPodAutoscaler': 'qwQve8ut294=', 'batch/CronJob': 'sd5LIXh4Fjs=', 'batch/Job': 'mudhfqk/qZY=',
  'certificates.k8s.io/CertificateSigningRequest': '95fRKMXA+00=', 'networking.k8s.io/IngressClass': 'l/iqIbDgFyQ=', 'networking.k8s.io/Ingress': '39NQlfNR+bo=', 'networking.k8s.io/IPAddress': '3f/plJFChNE=',
  'networking.k8s.io/NetworkPolicy': 'YpfwF18m1G8=', 'networking.k8s.io/ServiceCIDR': 'gNLvruQhW2g=', 'policy/PodDisruptionBudget': 'EVWiDmWqyJw=', 'rbac.authorization.k8s.io/ClusterRoleBinding': '48tpQ8gZHFc=',
  'rbac.authorization.k8s.io/ClusterRole': 'bYE5ZWDrJ44=', 'rbac.authorization.k8s.io/RoleBinding': 'eGsCzGH6b1g=', 'rbac.authorization.k8s.io/Role': '7FuwZcIIItM=', 'storage.k8s.io/CSIDriver': 'hL6j/rwBV5w=',
  'storage.k8s.io/CSINode': 'Pe62DkZtjuo=', 'storage.k8s.io/CSIStorageCapacity': 'xeVl+2Ly1kE=', 'storage.k8s.io/StorageClass': 'K+m6uJwbjGY=', 'storage.k8s.io/VolumeAttachment': 'tJx/ezt6UDU=',
  'storage.k8s.io/VolumeAttributesClass': 'tIjydgKBC5w=', 'admissionregistration.k8s.io/MutatingAdmissionPolicy': 'LYmCf+UMVdg=', 'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': '90V5FRZZ3Zg=',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': 'Sqi0GUgDaX0=', 'admissionregistration.k8s.io/ValidatingAdmissionPolicy': '6OxvlMmQ6is=',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': 'v9715VZqakg=', 'admissionregistration.k8s.io/ValidatingWebhookConfiguration': 'B0wHjQmsGNk=', 'apiextensions.k8s.io/CustomResourceDefinition': 'jfWCUB31mvA=',
  'scheduling.k8s.io/PriorityClass': '1QwjyaZjj3Y=', 'coordination.k8s.io/Lease': 'gqkMMb/YqFM=', 'node.k8s.io/RuntimeClass': 'WQTu1GL3T2Q=', 'discovery.k8s.io/EndpointSlice': 'qgS0xkrxYAI=',
  'resource.k8s.io/DeviceClass': 'Yk2PTc1Ybxk=', 'resource.k8s.io/ResourceClaim': 'wgAZaHcZxUg=', 'resource.k8s.io/ResourceClaimTemplate': 'TuzjC49aUfM=', 'resource.k8s.io/ResourceSlice': 'KsC072WgaEY=',
  'flowcontrol.apiserver.k8s.io/FlowSchema': 'GJVAJZSZBIw=', 'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': 'Kir5PVfvNeI=',
};

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const versionsOf = (info: KindInfo): readonly string[] => [info.version, ...(info.olderVersions ?? [])];

/** All that is served under one group and version, by name. */
function served(group: string, version: string, custom: readonly KindInfo[]): readonly KindInfo[] {
  const all = [...KINDS, ...ANSWERED_KINDS, ...custom];
  const own = all.filter((info) => (group === 'events.k8s.io' ? info.kind === 'Event' && info.group === '' : info.group === group) && versionsOf(info).includes(version));
  return own.sort((a, b) => byText(a.resource, b.resource));
}
function groupsOf(custom: readonly KindInfo[]): readonly string[] {
  return [...GROUPS, ...[...new Set(custom.map((info) => info.group))].filter((group) => !GROUPS.includes(group)).sort(byText)];
}
/** Versions by how settled they are, then the newest first (apimachinery, version.CompareKubeAwareVersionStrings). */
function byPriority(a: string, b: string): number {
  const rank = (version: string): readonly number[] | undefined => {
    const [, major, stage, minor] = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version) ?? [];
    return major === undefined ? undefined : [stage === undefined ? 2 : stage === 'beta' ? 1 : 0, Number(major), Number(minor ?? 0)];
  };
  const x = rank(a);
  const y = rank(b);
  if (x === undefined || y === undefined) return x !== undefined ? -1 : y !== undefined ? 1 : byText(a, b);
  return y[0]! - x[0]! || y[1]! - x[1]! || y[2]! - x[2]!;
}
/** The versions of a group, the preferred one first. */
function versionsOfGroup(group: string, custom: readonly KindInfo[]): readonly string[] {
  if (group === 'events.k8s.io') return ['v1'];
  const versions = [...new Set([...KINDS, ...ANSWERED_KINDS, ...custom].filter((info) => info.group === group).flatMap(versionsOf))];
  return GROUPS.includes(group) ? versions : versions.sort(byPriority);
}
// A Namespace's deletion has its own rules: there is no way to delete all of them.
const verbsOf = (info: KindInfo): readonly string[] => info.verbs ?? (info.kind === 'Namespace' ? VERBS.filter((verb) => verb !== 'deletecollection') : VERBS);
const categoriesOf = (info: KindInfo): { readonly categories?: readonly string[] } => {
  const categories = info.categories ?? (info.inAll === true ? ['all'] : []);
  return categories.length === 0 ? {} : { categories };
};
const shortNamesOf = ({ shortNames }: KindInfo): { readonly shortNames?: readonly string[] } => (shortNames.length === 0 ? {} : { shortNames });
/** Subresources by name; what the simulation answers only with "not implemented" is there all the same. */
function below(info: KindInfo): readonly (Below & { readonly name: string; readonly kind: string })[] {
  return (info.table === undefined ? [...info.subresources].sort(byText) : info.subresources).map((name) => {
    const { verbs, kind, ...version } = name === 'proxy' ? { verbs: PROXY, kind: PROXIES[info.kind] ?? '' } : (SUBRESOURCES[name] ?? { verbs: READ_WRITE });
    return { name, ...version, kind: kind ?? info.kind, verbs };
  });
}

function groupEntry(group: string, custom: readonly KindInfo[]): Record<string, unknown> {
  const versions = versionsOfGroup(group, custom).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function resourceList(group: string, version: string, custom: readonly KindInfo[]): readonly unknown[] {
  return served(group, version, custom).flatMap((info) => {
    const hash = HASHES[`${info.group}/${info.kind}`];
    return [
      { name: info.resource, singularName: info.singular, namespaced: info.namespaced, kind: info.kind, verbs: verbsOf(info), ...shortNamesOf(info), ...categoriesOf(info), ...(hash === undefined ? {} : { storageVersionHash: hash }) },
      ...below(info).map(({ name, verbs, kind, ...of }) => ({ name: `${info.resource}/${name}`, singularName: '', namespaced: info.namespaced, ...of, kind, verbs })),
    ];
  });
}

/** One version of a group in the aggregated form. */
function aggregatedVersion(group: string, version: string, custom: readonly KindInfo[]): unknown {
  const responseKind = (kind: string, of: { readonly group?: string; readonly version?: string } = {}): unknown => ({ group: of.group ?? '', version: of.version ?? '', kind });
  return {
    version,
    resources: served(group, version, custom).map((info) => {
      const subresources = below(info).map(({ name, verbs, kind, ...of }) => ({ subresource: name, responseKind: responseKind(kind, of), verbs }));
      return {
        resource: info.resource, responseKind: responseKind(info.kind), scope: info.namespaced ? 'Namespaced' : 'Cluster', singularResource: info.singular, verbs: verbsOf(info), ...shortNamesOf(info), ...categoriesOf(info),
        ...(subresources.length === 0 ? {} : { subresources }),
      };
    }),
    freshness: 'Current',
  };
}
const AGGREGATED = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {} };
/** Does an Accept header prefer the aggregated form? */
const wantsAggregated = (accept: string | undefined): boolean => /\bg=apidiscovery\.k8s\.io\b/.test(accept ?? '') && /\bas=APIGroupDiscoveryList\b/.test(accept ?? '') && /\bv=v2\b/.test(accept ?? '');

const untyped = (body: Record<string, unknown>): Document => body as unknown as Document;

/** The document at a path, or undefined. `custom` are the kinds that the cluster's CustomResourceDefinitions add. */
export function discoveryDocument(path: string, accept?: string, custom: readonly KindInfo[] = []): Document | undefined {
  switch (path) {
    case '/version':
      return untyped({
        major: '1', minor: '36', emulationMajor: '1', emulationMinor: '36', minCompatibilityMajor: '1', minCompatibilityMinor: '35', gitVersion: 'v1.36.3', gitCommit: '$Format:%H$', gitTreeState: '',
        buildDate: '1970-01-01T00:00:00Z', goVersion: 'go1.26.8', compiler: 'gc', platform: 'linux/amd64',
      });
    case '/api':
      if (wantsAggregated(accept)) return { ...AGGREGATED, items: [{ metadata: {}, versions: [aggregatedVersion('', 'v1', custom)] }] };
      return untyped({ kind: 'APIVersions', versions: ['v1'] });
    case '/apis':
      if (wantsAggregated(accept)) {
        const items = groupsOf(custom).map((group) => ({ metadata: { name: group }, versions: versionsOfGroup(group, custom).map((version) => aggregatedVersion(group, version, custom)) }));
        return { ...AGGREGATED, items };
      }
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(custom).map((group) => groupEntry(group, custom)) };
    default: {
      const [, root, group = '', version, more] = path.split('/');
      if (more !== undefined) return undefined;
      if (root === 'api' && group === 'v1' && version === undefined) return untyped({ kind: 'APIResourceList', groupVersion: 'v1', resources: resourceList('', 'v1', custom) });
      if (root !== 'apis' || !groupsOf(custom).includes(group)) return undefined;
      if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, custom) };
      if (!versionsOfGroup(group, custom).includes(version)) return undefined;
      return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}`, resources: resourceList(group, version, custom) };
    }
  }
}
