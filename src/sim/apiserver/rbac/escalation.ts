import type { KubernetesObject } from '../../api/object.ts';
import type { Status } from '../../api/request.ts';
import { same } from '../patch-values.ts';
import { forbidden, notFound, plainError } from '../status.ts';
import type { Call } from '../verbs-call.ts';
import { identityOf } from './identity.ts';
import { aggregate, decide, rulesOfRef, visitRules, type Binding, type Identity, type PolicyRule, type Role } from './rules.ts';

/** Nobody grants what he does not have himself, unless he may `escalate` or `bind`. After pkg/registry/rbac (policybased storages, escalation_check.go). */
export function escalates(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): Status | undefined {
  const who = identityOf(call.request);
  if (who.groups.includes('system:masters') || (old !== undefined && onlyMetadataOfOwners(object, old))) return undefined;
  switch (call.info.kind) {
    case 'Role':
    case 'ClusterRole':
      return ofRole(call, who, object as Role, old as Role | undefined);
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return ofBinding(call, who, object as Binding);
    default:
      return undefined;
  }
}

/** Changes that only let the garbage collector finish need no rights. */
function onlyMetadataOfOwners(object: KubernetesObject, old: KubernetesObject): boolean {
  const bare = ({ metadata: { ownerReferences: _o, finalizers: _f, ...metadata }, ...rest }: KubernetesObject): unknown => ({ ...rest, metadata });
  return same(bare(object), bare(old));
}

const FULL: readonly PolicyRule[] = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] }];
const selects = (role: Role | undefined): boolean => (role?.aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0;

function ofRole(call: Call, who: Identity, role: Role, old: Role | undefined): Status | undefined {
  const namespace = call.namespace ?? '';
  const { info } = call;
  if (decide(call.context.store, who, { verb: 'escalate', namespace, group: info.group, resource: info.resource, subresource: '', name: call.name ?? '' }).allowed) return undefined;
  const lacks = missing(call, who, namespace, role.rules ?? []);
  if (lacks !== undefined) return forbidden(info, role.metadata.name, lacks);
  if ((selects(role) || selects(old)) && missing(call, who, namespace, FULL) !== undefined) return forbidden(info, role.metadata.name, 'must have cluster-admin privileges to use the aggregationRule');
  return undefined;
}

function ofBinding(call: Call, who: Identity, binding: Binding): Status | undefined {
  const namespace = call.namespace ?? '';
  const { roleRef } = binding;
  const resource = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  if (decide(call.context.store, who, { verb: 'bind', namespace, group: roleRef.apiGroup ?? '', resource, subresource: '', name: roleRef.name }).allowed) return undefined;
  const rules = rulesOfRef(call.context.store, roleRef, namespace);
  if (typeof rules === 'string') return rules.startsWith('unsupported') ? plainError(rules) : notFound(call.info, roleRef.name);
  const lacks = missing(call, who, namespace, rules);
  return lacks === undefined ? undefined : forbidden(call.info, binding.metadata.name, lacks);
}

/** What of these rules somebody does not have, in upstream's words. */
function missing(call: Call, who: Identity, namespace: string, wanted: readonly PolicyRule[]): string | undefined {
  const own: PolicyRule[] = [];
  const errors: string[] = [];
  visitRules(call.context.store, who, namespace, ({ rule }) => own.push(rule) > 0, (why) => errors.push(why));
  const lacking = wanted.flatMap(brokenDown).filter((rule) => !own.some((mine) => covers(mine, rule)));
  if (lacking.length === 0) return undefined;
  const said = [...new Set(compacted(lacking).map(printed))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const quoted = who.groups.map((group) => JSON.stringify(group)).join(' ');
  return `user ${JSON.stringify(who.user)} (groups=[${quoted}]) is attempting to grant RBAC permissions not currently held:\n${said.join('\n')}${errors.length === 0 ? '' : `; resolution errors: [${aggregate(errors)}]`}`;
}

function brokenDown(rule: PolicyRule): readonly PolicyRule[] {
  const out: PolicyRule[] = [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs ?? []) {
        const one = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if ((rule.resourceNames?.length ?? 0) === 0) out.push(one);
        else for (const name of rule.resourceNames!) out.push({ ...one, resourceNames: [name] });
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) for (const verb of rule.verbs ?? []) out.push({ verbs: [verb], nonResourceURLs: [url] });
  return out;
}

const holds = (list: readonly string[] | null | undefined, wanted: readonly string[] | null | undefined): boolean => (wanted ?? []).every((one) => list?.includes(one) === true || list?.includes('*') === true);

function covers(owner: PolicyRule, part: PolicyRule): boolean {
  if (!holds(owner.verbs, part.verbs) || !holds(owner.apiGroups, part.apiGroups)) return false;
  if (!(part.resources ?? []).every((one) => owner.resources?.some((have) => have === '*' || have === one || (one.includes('/') && have === `*/${one.slice(one.indexOf('/') + 1)}`)) === true)) return false;
  if (!(part.nonResourceURLs ?? []).every((one) => owner.nonResourceURLs?.some((have) => have === one || (have.endsWith('*') && one.startsWith(have.replace(/\*+$/, '')))) === true)) return false;
  const names = owner.resourceNames ?? [];
  return names.length === 0 || ((part.resourceNames?.length ?? 0) > 0 && part.resourceNames!.every((one) => names.includes(one)));
}

/** Rules about one resource that differ only by verb become one. */
function compacted(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const out: PolicyRule[] = [];
  const simple = new Map<string, PolicyRule>();
  for (const rule of rules) {
    if (rule.resources === undefined) {
      out.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames]);
    const have = simple.get(key);
    simple.set(key, have === undefined ? rule : { ...have, verbs: [...(have.verbs ?? []), ...(rule.verbs ?? [])] });
  }
  return [...out, ...simple.values()];
}

function printed(rule: PolicyRule): string {
  const list = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
  const parts: string[] = [];
  for (const [label, values] of [['APIGroups', rule.apiGroups], ['Resources', rule.resources], ['NonResourceURLs', rule.nonResourceURLs], ['ResourceNames', rule.resourceNames], ['Verbs', rule.verbs]] as const) if ((values?.length ?? 0) > 0) parts.push(`${label}:${list(values!)}`);
  return `{${parts.join(', ')}}`;
}
