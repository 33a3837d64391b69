import type { KubernetesObject } from '../../api/object.ts';
import { head, headList, type Store } from '../store.ts';

/** RBAC: which rules somebody has, and what a rule allows. After plugin/pkg/auth/authorizer/rbac, pkg/registry/rbac/validation and pkg/apis/rbac/v1. */
export interface PolicyRule {
  readonly verbs?: readonly string[] | null;
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}
export interface Role extends KubernetesObject {
  readonly rules?: readonly PolicyRule[] | null;
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly unknown[] };
}
export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}
export interface RoleRef {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
}
export interface Binding extends KubernetesObject {
  readonly subjects?: readonly Subject[];
  readonly roleRef: RoleRef;
}

/** Who asks. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}

/** What is asked: to do something with a resource, or with a path that is none. */
export interface Attributes {
  readonly verb: string;
  readonly namespace: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** Set: the question is about this path, and nothing else above counts but the verb. */
  readonly path?: string;
}

const hasAny = (list: readonly string[] | null | undefined, value: string): boolean => list?.some((one) => one === '*' || one === value) === true;

export function ruleAllows(rule: PolicyRule, asked: Attributes): boolean {
  if (!hasAny(rule.verbs, asked.verb)) return false;
  if (asked.path !== undefined) return rule.nonResourceURLs?.some((url) => url === '*' || url === asked.path || (url.endsWith('*') && asked.path!.startsWith(url.replace(/\*+$/, '')))) === true;
  if (!hasAny(rule.apiGroups, asked.group)) return false;
  const combined = asked.subresource === '' ? asked.resource : `${asked.resource}/${asked.subresource}`;
  if (rule.resources?.some((one) => one === '*' || one === combined || (asked.subresource !== '' && one === `*/${asked.subresource}`)) !== true) return false;
  return (rule.resourceNames?.length ?? 0) === 0 || rule.resourceNames!.includes(asked.name);
}

function isSubject({ user, groups }: Identity, subject: Subject, bindingNamespace: string): boolean {
  switch (subject.kind) {
    case 'User':
      return user === subject.name;
    case 'Group':
      return groups.includes(subject.name);
    case 'ServiceAccount': {
      const namespace = (subject.namespace ?? '') === '' ? bindingNamespace : subject.namespace!;
      return namespace !== '' && user === `system:serviceaccount:${namespace}:${subject.name}`;
    }
    default:
      return false;
  }
}

/** The rules of the role that a binding names, or why there are none. */
export function rulesOfRef(store: Store, ref: RoleRef, namespace: string): readonly PolicyRule[] | string {
  if (ref.kind !== 'Role' && ref.kind !== 'ClusterRole') return `unsupported role reference kind: ${JSON.stringify(ref.kind)}`;
  const role = head(store, ref.kind, ref.kind === 'Role' ? `${namespace}/${ref.name}` : ref.name) as Role | undefined;
  return role === undefined ? `${ref.kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(ref.name)} not found` : (role.rules ?? []);
}

export interface Granted {
  readonly rule: PolicyRule;
  readonly binding: Binding;
  readonly subject: Subject;
}

const byName = (a: KubernetesObject, b: KubernetesObject): number => (a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0);

/** Every rule that somebody has in a namespace ('': only those of the whole cluster), in order of the bindings' names; `stop` ends the search. */
export function visitRules(store: Store, who: Identity, namespace: string, visit: (granted: Granted) => boolean, fail: (why: string) => void): void {
  const through = (bindings: readonly Binding[], where: string): boolean => {
    for (const binding of bindings) {
      const subject = binding.subjects?.find((one) => isSubject(who, one, where));
      if (subject === undefined) continue;
      const rules = rulesOfRef(store, binding.roleRef, where);
      if (typeof rules === 'string') {
        fail(rules);
        continue;
      }
      for (const rule of rules) if (!visit({ rule, binding, subject })) return false;
    }
    return true;
  };
  if (!through([...(headList(store, 'ClusterRoleBinding') as readonly Binding[])].sort(byName), '') || namespace === '') return;
  through([...(headList(store, 'RoleBinding', { index: 'namespace', value: namespace }) as readonly Binding[])].sort(byName), namespace);
}

function described({ binding, subject }: Granted): string {
  const { name, namespace } = binding.metadata;
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${(subject.namespace ?? '') === '' ? (namespace ?? '') : subject.namespace}` : subject.name;
  return `${binding.kind} ${JSON.stringify(namespace === undefined ? name : `${name}/${namespace}`)} of ${binding.roleRef.kind} ${JSON.stringify(binding.roleRef.name)} to ${subject.kind} ${JSON.stringify(who)}`;
}

export interface Decision {
  readonly allowed: boolean;
  /** Upstream's reason: the binding that allows it; bindings to roles that are not there. */
  readonly reason: string;
}

export const aggregate = (errors: readonly string[]): string => {
  const all = [...new Set(errors)];
  return all.length === 1 ? all[0]! : `[${all.join(', ')}]`;
};

export function decide(store: Store, who: Identity, asked: Attributes): Decision {
  if (who.groups.includes('system:masters')) return { allowed: true, reason: '' };
  let found: Granted | undefined;
  const errors: string[] = [];
  visitRules(store, who, asked.path === undefined ? asked.namespace : '', (granted) => {
    if (ruleAllows(granted.rule, asked)) found = granted;
    return found === undefined;
  }, (why) => errors.push(why));
  if (found !== undefined) return { allowed: true, reason: `RBAC: allowed by ${described(found)}` };
  return { allowed: false, reason: errors.length === 0 ? '' : `RBAC: ${aggregate(errors)}` };
}
