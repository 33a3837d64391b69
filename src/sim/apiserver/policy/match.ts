import type { KubernetesObject } from '../../api/object.ts';
import { selects } from '../../api/selector.ts';
import { head } from '../store.ts';
import type { Call } from '../verbs-call.ts';
import type { Attributes, MatchResources, NamedRule } from './shapes.ts';

/**
 * Which writes a policy or a binding is about: apiserver/pkg/admission/plugin/policy/matching, webhook/predicates. Of matchPolicy Equivalent:
 * other versions of the same resource; a resource that is served by two groups (Events) matches by the group that was asked.
 */
export function matches(call: Call, { operation, object, old }: Attributes, match: MatchResources | undefined): boolean {
  if (match === undefined) return true;
  if (!inNamespace(call, object ?? old, match)) return false;
  const { objectSelector } = match;
  if (objectSelector !== undefined && !isEverything(objectSelector) && ![object, old].some((one) => one !== undefined && selects(objectSelector, one.metadata.labels))) return false;
  const by = (rules: readonly NamedRule[] | undefined): boolean => rules?.some((rule) => meetsRule(call, operation, rule, (object ?? old)?.metadata.name, match.matchPolicy !== 'Exact')) === true;
  if (by(match.excludeResourceRules)) return false;
  return (match.resourceRules?.length ?? 0) === 0 || by(match.resourceRules);
}

const isEverything = ({ matchLabels, matchExpressions }: NonNullable<MatchResources['objectSelector']>): boolean => Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions?.length ?? 0) === 0;

function inNamespace({ context, info, namespace }: Call, object: KubernetesObject | undefined, { namespaceSelector }: MatchResources): boolean {
  if (namespaceSelector === undefined || isEverything(namespaceSelector)) return true;
  // A Namespace is judged by its own labels; what is in none is never excluded.
  if (info.kind === 'Namespace' && info.group === '') return selects(namespaceSelector, object?.metadata.labels);
  if (!info.namespaced || namespace === undefined) return true;
  const found = head(context.store, 'Namespace', namespace);
  return found === undefined || selects(namespaceSelector, found.metadata.labels);
}

const has = (list: readonly string[] | undefined, value: string): boolean => list?.some((one) => one === '*' || one === value) === true;

function meetsRule(call: Call, operation: string, rule: NamedRule, name: string | undefined, equivalent: boolean): boolean {
  const { info, apiVersion, subresource } = call;
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  if (!has(rule.operations, operation) || !has(rule.apiGroups, info.group)) return false;
  if (!has(rule.apiVersions, version) && !(equivalent && [info.version, ...(info.olderVersions ?? [])].some((one) => has(rule.apiVersions, one)))) return false;
  if (rule.scope === 'Namespaced' && !info.namespaced) return false;
  if (rule.scope === 'Cluster' && info.namespaced) return false;
  if ((rule.resourceNames?.length ?? 0) > 0 && !rule.resourceNames!.includes(name ?? '')) return false;
  return (
    rule.resources?.some((one) => {
      const slash = one.indexOf('/');
      const [resource, sub] = slash < 0 ? [one, ''] : [one.slice(0, slash), one.slice(slash + 1)];
      return (resource === '*' || resource === info.resource) && (sub === '*' || sub === (subresource ?? ''));
    }) === true
  );
}

/** Policies and bindings are never judged by policies, and neither are reviews: nobody could mend a policy that refuses everything. */
export const isExempt = ({ info }: Call): boolean => (info.group === 'admissionregistration.k8s.io' && /^(Validating|Mutating)(AdmissionPolicy|AdmissionPolicyBinding|WebhookConfiguration)$/.test(info.kind)) || info.transient === true;
