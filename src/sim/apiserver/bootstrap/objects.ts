import { apiVersionOf, kindInfo } from '../../api/kinds.ts';
import type { KubernetesObject } from '../../api/object.ts';
import { API_SERVICES, CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, FLOW_SCHEMAS, PRIORITY_LEVELS, ROLE_BINDINGS, ROLES, SERVICE_CIDRS } from './objects.generated.ts';

/**
 * What an API server makes when it starts for the first time: default roles and bindings (plugin/pkg/auth/authorizer/rbac/bootstrappolicy), flow
 * schemas and priority levels, the Service CIDR, the list of its own groups. The rules of aggregated roles are there already, as the
 * aggregation controller fills them within the first second.
 */
type Made = { readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown }; readonly [field: string]: unknown };

const GROUP = 'rbac.authorization.k8s.io';
const listOf = (text: string | undefined): readonly string[] | undefined => (text === undefined || text === '' ? undefined : text.split(','));
/** "" is the core group; a list of none is no list. */
const groupsOf = (text: string | undefined): readonly string[] => (text ?? '').split(',');

/** "verbs;groups;resources;names;paths" */
function ruleOf(text: string): Readonly<Record<string, readonly string[]>> {
  const [verbs, groups, resources, names, paths] = text.split(';');
  const out: Record<string, readonly string[]> = { verbs: listOf(verbs) ?? [] };
  const of = listOf(resources);
  if (of !== undefined) {
    out['apiGroups'] = groupsOf(groups);
    out['resources'] = of;
  }
  const only = listOf(names);
  if (only !== undefined) out['resourceNames'] = only;
  const urls = listOf(paths);
  if (urls !== undefined) out['nonResourceURLs'] = urls;
  return out;
}

function placed(key: string): { readonly name: string; readonly namespace?: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { name: key.slice(slash + 1), namespace: key.slice(0, slash) };
}
const meta = (key: string, labels: Readonly<Record<string, string>> = {}): Made['metadata'] => ({
  ...placed(key),
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
});

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';

function clusterRoles(): readonly Made[] {
  const texts = new Map<string, readonly string[]>();
  const aggregated = (to: string): readonly string[] => {
    const out: string[] = [];
    const from = CLUSTER_ROLES.filter(([, labels = '']) => labels.split(',').includes(to)).sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
    for (const role of from) for (const rule of rulesOf(role)) if (!out.includes(rule)) out.push(rule);
    return out;
  };
  const rulesOf = ([name = '', , ...rules]: readonly string[]): readonly string[] => {
    const known = texts.get(name);
    if (known !== undefined) return known;
    const own = rules.flatMap((rule) => (rule.startsWith('+') ? aggregated(rule.slice(1)) : [rule]));
    texts.set(name, own);
    return own;
  };
  return CLUSTER_ROLES.map((line) => {
    const [name = '', labels, ...rules] = line;
    const to = rules.find((rule) => rule.startsWith('+'))?.slice(1);
    const own = (listOf(labels) ?? []).map((label) => [label.includes('/') ? label : `${AGGREGATE}${label}`, 'true'] as const);
    return {
      metadata: meta(name, Object.fromEntries(own)),
      rules: rulesOf(line).map(ruleOf),
      ...(to === undefined ? {} : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${AGGREGATE}${to}`]: 'true' } }] } }),
    };
  });
}

const KINDS_OF_SUBJECTS: Readonly<Record<string, string>> = { G: 'Group', U: 'User', S: 'ServiceAccount' };
const bindings = (lines: readonly (readonly string[])[]): readonly Made[] =>
  lines.map(([key = '', role = '', ...subjects]) => ({
    metadata: meta(key),
    subjects: subjects.map((text) => {
      const kind = KINDS_OF_SUBJECTS[text.charAt(0)]!;
      return kind === 'ServiceAccount' ? { kind, ...placed(text.slice(2)) } : { kind, apiGroup: GROUP, name: text.slice(2) };
    }),
    roleRef: { apiGroup: GROUP, kind: role.slice(0, role.indexOf('/')), name: role.slice(role.indexOf('/') + 1) },
  }));

/** JSON with the moment of the start in the place of "{time}". */
function at(value: unknown, created: string): unknown {
  if (value === '{time}') return created;
  if (Array.isArray(value)) return value.map((one) => at(one, created));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, at(one, created)]));
}
type Plain = (typeof SERVICE_CIDRS)[number];
const plain = (lines: readonly Plain[], created: string, generation?: number): readonly Made[] =>
  lines.map(({ name, annotations, spec, status }) => ({
    metadata: { name, ...(generation === undefined ? {} : { generation }), ...(annotations === undefined ? {} : { annotations }) },
    spec,
    status: at(status, created),
  }));

const apiServices = (created: string): readonly Made[] =>
  API_SERVICES.map(([name, groupPriorityMinimum, versionPriority]) => {
    const dot = name.indexOf('.');
    const group = name.slice(dot + 1);
    return {
      metadata: { name, labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
      spec: { ...(group === '' ? {} : { group }), version: name.slice(0, dot), groupPriorityMinimum, versionPriority },
      status: { conditions: [{ type: 'Available', status: 'True', lastTransitionTime: created, reason: 'Local', message: 'Local APIServices are always available' }] },
    };
  });

const MADE: Readonly<Record<string, (created: string) => readonly Made[]>> = {
  ClusterRole: clusterRoles,
  ClusterRoleBinding: () => bindings(CLUSTER_ROLE_BINDINGS),
  Role: () => ROLES.map(([key = '', , ...rules]) => ({ metadata: meta(key), rules: rules.map(ruleOf) })),
  RoleBinding: () => bindings(ROLE_BINDINGS),
  FlowSchema: (created) => plain(FLOW_SCHEMAS, created, 1),
  PriorityLevelConfiguration: (created) => plain(PRIORITY_LEVELS, created, 1),
  ServiceCIDR: (created) => plain(SERVICE_CIDRS, created),
  APIService: apiServices,
};

export const SEEDED_KINDS: readonly string[] = Object.keys(MADE);
/** The objects of a kind as the start of the cluster leaves them; they get their uid from whoever stores them. */
export function startObjects(kind: string, created: string): readonly KubernetesObject[] {
  const apiVersion = apiVersionOf(kindInfo(kind)!);
  return (MADE[kind]?.(created) ?? []).map((object) => ({ kind, apiVersion, ...object, metadata: { ...object.metadata, creationTimestamp: created } }) as unknown as KubernetesObject);
}
