import type { KubernetesObject, LabelSelector } from '../../api/object.ts';
import type { Strategy } from '../strategy.ts';
import { invalid, invalidEach, notSupported, required, type Errors } from './field.ts';
import { same, selectorReadable, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta.ts';
import { pathSegmentName, subdomainName } from './names.ts';
import { mapSame } from './podDefaults.ts';
import { strategyFor } from './strategies.ts';

/** rbac.authorization.k8s.io: after pkg/apis/rbac/validation. That nobody grants more than he has is the authorizer's business, not theirs. */

const GROUP = 'rbac.authorization.k8s.io';

interface PolicyRuleIn {
  readonly verbs?: readonly string[] | null;
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}
interface RoleIn {
  readonly rules?: readonly PolicyRuleIn[] | null;
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}
interface SubjectIn {
  readonly kind?: string;
  readonly apiGroup?: string;
  readonly name?: string;
  readonly namespace?: string;
}
interface BindingIn {
  readonly roleRef: { readonly apiGroup?: string; readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly SubjectIn[];
}

const any = (list: readonly unknown[] | null | undefined): boolean => (list?.length ?? 0) > 0;

function validateRule(errors: Errors, field: string, rule: PolicyRuleIn, namespaced: boolean): void {
  if (!any(rule.verbs)) required(errors, `${field}.verbs`, 'verbs must contain at least one value');
  if (any(rule.nonResourceURLs)) {
    const at = `${field}.nonResourceURLs`;
    if (namespaced) invalid(errors, at, rule.nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs');
    if (any(rule.apiGroups) || any(rule.resources) || any(rule.resourceNames)) invalid(errors, at, rule.nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs');
    return;
  }
  if (!any(rule.apiGroups)) required(errors, `${field}.apiGroups`, 'resource rules must supply at least one api group');
  if (!any(rule.resources)) required(errors, `${field}.resources`, 'resource rules must supply at least one resource');
}

function validateRole(errors: Errors, role: KubernetesObject & RoleIn, namespaced: boolean): void {
  validateMeta(errors, role.metadata, namespaced, pathSegmentName);
  role.rules?.forEach((rule, i) => validateRule(errors, `rules[${i}]`, rule, namespaced));
  const aggregation = role.aggregationRule;
  if (namespaced || aggregation === undefined) return;
  const field = 'aggregationRule.clusterRoleSelectors';
  if (!any(aggregation.clusterRoleSelectors)) required(errors, field, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
  aggregation.clusterRoleSelectors?.forEach((selector, i) => {
    validateLabelSelector(errors, selector, `${field}[${i}]`);
    // Upstream prints the selector that could not be made, which is none.
    if (!selectorReadable(selector)) invalid(errors, `${field}[${i}]`, null, 'invalid label selector.');
  });
}

function validateSubject(errors: Errors, field: string, subject: SubjectIn, namespaced: boolean): void {
  const { name = '', kind = '', apiGroup = '', namespace = '' } = subject;
  if (name === '') required(errors, `${field}.name`);
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') invalidEach(errors, `${field}.name`, name, subdomainName(name, false));
      if (apiGroup !== '') notSupported(errors, `${field}.apiGroup`, apiGroup, ['']);
      if (!namespaced && namespace === '') required(errors, `${field}.namespace`);
      break;
    case 'User':
    case 'Group':
      if (apiGroup !== GROUP) notSupported(errors, `${field}.apiGroup`, apiGroup, [GROUP]);
      break;
    default:
      notSupported(errors, `${field}.kind`, kind, ['ServiceAccount', 'User', 'Group']);
  }
}

function validateBinding(errors: Errors, binding: KubernetesObject & BindingIn, namespaced: boolean): void {
  validateMeta(errors, binding.metadata, namespaced, pathSegmentName);
  const { apiGroup = '', kind = '', name = '' } = binding.roleRef;
  if (apiGroup !== GROUP) notSupported(errors, 'roleRef.apiGroup', apiGroup, [GROUP]);
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (!kinds.includes(kind)) notSupported(errors, 'roleRef.kind', kind, kinds);
  if (name === '') required(errors, 'roleRef.name');
  else invalidEach(errors, 'roleRef.name', name, pathSegmentName(name, false));
  binding.subjects?.forEach((subject, i) => validateSubject(errors, `subjects[${i}]`, subject, namespaced));
}

function defaultBinding<T extends KubernetesObject & BindingIn>(binding: T): T {
  const roleRef = (binding.roleRef.apiGroup ?? '') === '' ? { ...binding.roleRef, apiGroup: GROUP } : binding.roleRef;
  const subjects = mapSame(binding.subjects, (subject) => ((subject.apiGroup ?? '') === '' && (subject.kind === 'User' || subject.kind === 'Group') ? { ...subject, apiGroup: GROUP } : subject));
  return roleRef === binding.roleRef && subjects === binding.subjects ? binding : { ...binding, roleRef, ...(subjects === undefined ? {} : { subjects }) };
}

const roleStrategy = (namespaced: boolean): Strategy =>
  strategyFor<RoleIn>({
    validateCreate: (object) => {
      const errors: Errors = [];
      validateRole(errors, object, namespaced);
      return errors;
    },
    validateUpdate: (object, old) => {
      const errors: Errors = [];
      validateRole(errors, object, namespaced);
      validateMetaUpdate(errors, object.metadata, old.metadata);
      return errors;
    },
  });

const bindingStrategy = (namespaced: boolean): Strategy =>
  strategyFor<BindingIn>({
    default: defaultBinding,
    validateCreate: (object) => {
      const errors: Errors = [];
      validateBinding(errors, object, namespaced);
      return errors;
    },
    validateUpdate: (object, old) => {
      const errors: Errors = [];
      validateBinding(errors, object, namespaced);
      validateMetaUpdate(errors, object.metadata, old.metadata);
      const { apiGroup = '', kind = '', name = '' } = object.roleRef;
      if (!same(object.roleRef, old.roleRef)) invalid(errors, 'roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef');
      return errors;
    },
  });

export const rbac: Readonly<Record<string, Strategy>> = { Role: roleStrategy(true), ClusterRole: roleStrategy(false), RoleBinding: bindingStrategy(true), ClusterRoleBinding: bindingStrategy(false) };
