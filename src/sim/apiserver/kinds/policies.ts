import type { KubernetesObject, LabelSelector } from '../../api/object.ts';
import { celFault, compilationFault } from '../cel/faults.ts';
import { utf8Length } from '../goText.ts';
import type { Strategy } from '../strategy.ts';
import { duplicate, forbidden, invalid, invalidEach, notSupported, required, tooMany, type Errors } from './field.ts';
import { same, validateConditions, validateLabelSelector, validateMeta } from './meta.ts';
import { dns1035Label, dns1123Subdomain, pathSegmentName, portNumber, qualifiedName, subdomainName } from './names.ts';
import { mapSame } from './podDefaults.ts';
import { createdWithStatus, strategyFor, updatedKeepingStatus, withField, withGeneration } from './strategies.ts';
import { keepingMeta } from './attachments.ts';

/**
 * admissionregistration.k8s.io: after pkg/apis/admissionregistration/validation. Webhooks and policies are stored and checked, and then do
 * nothing: nobody is called, and no policy is evaluated. Of CEL only the syntax, the names of variables and obvious result types are checked.
 */
interface RuleIn {
  readonly operations?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly scope?: string;
}
interface MatchConditionIn {
  readonly name?: string;
  readonly expression?: string;
}

const has = (list: readonly string[], value: string): boolean => list.includes(value);

function validateRuleResources(errors: Errors, field: string, resources: readonly string[]): void {
  if (resources.length === 0) required(errors, field);
  const wildSubresources = new Set<string>();
  const wildResources = new Set<string>();
  let plain = false;
  resources.forEach((one, i) => {
    if (one === '') return required(errors, `${field}[${i}]`);
    const slash = one.indexOf('/');
    if (slash < 0) {
      plain = one !== '*';
      return undefined;
    }
    const [resource, sub] = [one.slice(0, slash), one.slice(slash + 1)];
    if (wildSubresources.has(resource)) invalid(errors, `${field}[${i}]`, one, `if '${resource}/*' is present, must not specify ${one}`);
    if (wildResources.has(sub)) invalid(errors, `${field}[${i}]`, one, `if '*/${sub}' is present, must not specify ${one}`);
    if (sub === '*') wildSubresources.add(resource);
    if (resource === '*') wildResources.add(sub);
    return undefined;
  });
  if (resources.length > 1 && has(resources, '*/*')) invalid(errors, field, resources, "if '*/*' is present, must not specify other resources");
  if (has(resources, '*') && plain) invalid(errors, field, resources, "if '*' is present, must not specify other resources without subresources");
}

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const MUTATING = ['*', 'CONNECT', 'CREATE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

function validateRule(errors: Errors, field: string, rule: RuleIn): void {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  if (operations.length === 0) required(errors, `${field}.operations`);
  if (operations.length > 1 && has(operations, '*')) invalid(errors, `${field}.operations`, operations, "if '*' is present, must not specify other operations");
  operations.forEach((one, i) => (has(OPERATIONS, one) ? undefined : notSupported(errors, `${field}.operations[${i}]`, one, OPERATIONS)));
  if (apiGroups.length === 0) required(errors, `${field}.apiGroups`);
  if (apiGroups.length > 1 && has(apiGroups, '*')) invalid(errors, `${field}.apiGroups`, apiGroups, "if '*' is present, must not specify other API groups");
  if (apiVersions.length === 0) required(errors, `${field}.apiVersions`);
  if (apiVersions.length > 1 && has(apiVersions, '*')) invalid(errors, `${field}.apiVersions`, apiVersions, "if '*' is present, must not specify other API versions");
  apiVersions.forEach((one, i) => (one === '' ? required(errors, `${field}.apiVersions[${i}]`) : undefined));
  validateRuleResources(errors, `${field}.resources`, resources);
  if (scope !== undefined && !has(SCOPES, scope)) notSupported(errors, `${field}.scope`, scope, SCOPES);
}

function expression(errors: Errors, field: string, text: string, wants: readonly ('bool' | 'string' | 'any')[], variables: readonly string[]): void {
  const fault = celFault(text, wants, variables);
  if (fault !== undefined) invalid(errors, field, text, fault);
}
const VARIABLES = ['object', 'oldObject', 'request', 'namespaceObject', 'authorizer'];
const variablesFor = (params: boolean, composed: boolean): readonly string[] => [...VARIABLES, ...(params ? ['params'] : []), ...(composed ? ['variables'] : [])];

function validateMatchConditions(errors: Errors, field: string, conditions: readonly MatchConditionIn[] | undefined, params: boolean): void {
  if (conditions === undefined) return;
  if (conditions.length > 64) tooMany(errors, field, conditions.length, 64);
  const names = new Set<string>();
  conditions.forEach(({ name = '', expression: text = '' }, i) => {
    const trimmed = text.trim();
    if (trimmed === '') required(errors, `${field}[${i}].expression`);
    else expression(errors, `${field}[${i}].expression`, trimmed, ['bool'], variablesFor(params, false));
    if (name === '') required(errors, `${field}[${i}].name`);
    else invalidEach(errors, `${field}[${i}].name`, name, qualifiedName(name));
    if (name !== '' && names.has(name)) duplicate(errors, `${field}[${i}].name`, name);
    names.add(name);
  });
}

// ---- webhook configurations

interface WebhookIn {
  readonly name?: string;
  readonly rules?: readonly RuleIn[];
  readonly failurePolicy?: string;
  readonly matchPolicy?: string;
  readonly sideEffects?: string | null;
  readonly timeoutSeconds?: number;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly reinvocationPolicy?: string;
  readonly clientConfig: { readonly url?: string; readonly service?: { readonly namespace?: string; readonly name?: string; readonly path?: string; readonly port?: number } };
  readonly admissionReviewVersions?: readonly string[] | null;
  readonly matchConditions?: readonly MatchConditionIn[];
}
interface WebhooksIn {
  readonly webhooks?: readonly WebhookIn[];
}

export function validateWebhookUrl(errors: Errors, field: string, text: string): void {
  const form = '; desired format: https://host[/path]';
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text);
  const [, scheme = '', authority = '', , query = '', fragment = ''] = match ?? [];
  if (scheme.toLowerCase() !== 'https') invalid(errors, field, scheme, `'https' is the only allowed URL scheme${form}`);
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (host === '') invalid(errors, field, host, `host must be specified${form}`);
  if (at >= 0) invalid(errors, field, authority.slice(0, at), 'user information is not permitted in the URL');
  if (fragment !== '') invalid(errors, field, fragment, 'fragments are not permitted in the URL');
  if (query !== '') invalid(errors, field, query, 'query parameters are not permitted in the URL');
}

export function validateWebhookService(errors: Errors, field: string, { namespace = '', name = '', path, port = 0 }: NonNullable<WebhookIn['clientConfig']['service']>): void {
  // The two are handed over in the other order upstream, so that each is missed under the other's name.
  if (namespace === '') required(errors, `${field}.name`);
  if (name === '') required(errors, `${field}.namespace`);
  const faults = portNumber(port);
  if (faults.length > 0) invalid(errors, `${field}.port`, port, `port is not valid: ${faults.join(', ')}`);
  if (path === undefined || path === '/' || path === '') return;
  const at = `${field}.path`;
  if (path === '//') return invalid(errors, at, path, 'segment[0] may not be empty');
  if (!path.startsWith('/')) invalid(errors, at, path, "must start with a '/'");
  path.slice(1).replace(/\/$/, '').split('/').forEach((step, i) => {
    if (step === '') invalid(errors, at, path, `segment[${i}] may not be empty`);
    else for (const fault of dns1123Subdomain(step)) invalid(errors, at, path, `segment[${i}]: ${fault}`);
  });
}

/** What an old object already had wrong may stay wrong. */
interface Leniency {
  readonly matchConditions: boolean;
  readonly sideEffects: boolean;
  readonly versions: boolean;
  readonly names: boolean;
}
const STRICT: Leniency = { matchConditions: false, sideEffects: false, versions: false, names: false };
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const REVIEWS = ['v1', 'v1beta1'];

function leniencyOf(now: WebhooksIn, old: WebhooksIn): Leniency {
  const hooks = old.webhooks ?? [];
  return {
    matchConditions: hooks.length === (now.webhooks ?? []).length && hooks.every((hook, i) => same(hook.matchConditions, now.webhooks?.[i]?.matchConditions)),
    sideEffects: hooks.some((hook) => !has(SIDE_EFFECTS, hook.sideEffects ?? '')),
    versions: hooks.some((hook) => (hook.admissionReviewVersions?.length ?? 0) > 0 && hook.admissionReviewVersions?.some((one) => has(REVIEWS, one)) !== true),
    names: new Set(hooks.map((hook) => hook.name)).size < hooks.length,
  };
}

function validateWebhook(errors: Errors, field: string, hook: WebhookIn, leniency: Leniency): void {
  const name = hook.name ?? '';
  if (name === '') required(errors, `${field}.name`);
  else {
    const faults = dns1123Subdomain(name);
    if (faults.length > 0) invalid(errors, `${field}.name`, name, faults.join(','));
    else if (name.split('.').length < 3) invalid(errors, `${field}.name`, name, 'should be a domain with at least three segments separated by dots');
  }
  hook.rules?.forEach((rule, i) => validateRule(errors, `${field}.rules[${i}]`, rule));
  const oneOf = (key: 'failurePolicy' | 'matchPolicy' | 'reinvocationPolicy', allowed: readonly string[]): void => {
    const value = hook[key];
    if (value !== undefined && !has(allowed, value)) notSupported(errors, `${field}.${key}`, value, allowed);
  };
  oneOf('failurePolicy', ['Fail', 'Ignore']);
  oneOf('matchPolicy', ['Equivalent', 'Exact']);
  const allowed = leniency.sideEffects ? ['None', 'NoneOnDryRun', 'Some', 'Unknown'] : SIDE_EFFECTS;
  if (hook.sideEffects === undefined || hook.sideEffects === null) required(errors, `${field}.sideEffects`, `must specify one of ${allowed.join(', ')}`);
  else if (!has(allowed, hook.sideEffects)) notSupported(errors, `${field}.sideEffects`, hook.sideEffects, allowed);
  const timeout = hook.timeoutSeconds;
  if (timeout !== undefined && (timeout > 30 || timeout < 1)) invalid(errors, `${field}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds');
  validateLabelSelector(errors, hook.namespaceSelector, `${field}.namespaceSelector`);
  validateLabelSelector(errors, hook.objectSelector, `${field}.objectSelector`);
  oneOf('reinvocationPolicy', ['IfNeeded', 'Never']);
  const { url, service } = hook.clientConfig;
  if ((url === undefined) === (service === undefined)) required(errors, `${field}.clientConfig`, 'exactly one of url or service is required');
  else if (url !== undefined) validateWebhookUrl(errors, `${field}.clientConfig.url`, url);
  else if (service !== undefined) validateWebhookService(errors, `${field}.clientConfig.service`, service);
  if (!leniency.matchConditions) validateMatchConditions(errors, `${field}.matchConditions`, hook.matchConditions, false);
}

function validateReviewVersions(errors: Errors, field: string, versions: readonly string[], lenient: boolean): void {
  if (versions.length === 0) return required(errors, field, `must specify one of ${REVIEWS.join(', ')}`);
  versions.forEach((version, i) => {
    if (versions.indexOf(version) < i) invalid(errors, `${field}[${i}]`, version, 'duplicate version');
    else invalidEach(errors, `${field}[${i}]`, version, dns1035Label(version));
  });
  if (!lenient && !versions.some((one) => has(REVIEWS, one))) invalid(errors, field, versions, `must include at least one of ${REVIEWS.join(', ')}`);
  return undefined;
}

function validateWebhooks(object: KubernetesObject & WebhooksIn, leniency: Leniency): Errors {
  const errors: Errors = [];
  validateMeta(errors, object.metadata, false, subdomainName, 'generic');
  const names = new Set<string>();
  object.webhooks?.forEach((hook, i) => {
    const field = `webhooks[${i}]`;
    validateWebhook(errors, field, hook, leniency);
    validateReviewVersions(errors, `${field}.admissionReviewVersions`, hook.admissionReviewVersions ?? [], leniency.versions);
    const name = hook.name ?? '';
    if (!leniency.names && name !== '' && names.has(name)) duplicate(errors, `${field}.name`, name);
    names.add(name);
  });
  return errors;
}

const withScopes = (rules: readonly RuleIn[] | undefined): readonly RuleIn[] | undefined => mapSame(rules, (rule) => (rule.scope === undefined ? { ...rule, scope: '*' } : rule));
const nextGeneration = <T extends KubernetesObject>(object: T, old: T, changed: boolean): T => withGeneration(object, changed ? (old.metadata.generation ?? 0) + 1 : old.metadata.generation);

const webhooksStrategy = (mutating: boolean): Strategy =>
  strategyFor<WebhooksIn>({
    default: (object) => {
      const webhooks = mapSame(object.webhooks, (hook) => {
        const { service } = hook.clientConfig;
        return {
          ...hook,
          ...(service === undefined || service.port !== undefined ? {} : { clientConfig: { ...hook.clientConfig, service: { ...service, port: 443 } } }),
          ...(hook.rules === undefined ? {} : { rules: withScopes(hook.rules)! }),
          failurePolicy: hook.failurePolicy ?? 'Fail',
          matchPolicy: hook.matchPolicy ?? 'Equivalent',
          namespaceSelector: hook.namespaceSelector ?? {},
          objectSelector: hook.objectSelector ?? {},
          timeoutSeconds: hook.timeoutSeconds ?? 10,
          ...(mutating ? { reinvocationPolicy: hook.reinvocationPolicy ?? 'Never' } : {}),
        };
      });
      return webhooks === undefined ? object : { ...object, webhooks };
    },
    prepareForCreate: (object) => withGeneration(object, 1),
    prepareForUpdate: (object, old) => nextGeneration(object, old, !same(object.webhooks, old.webhooks)),
    validateCreate: (object) => validateWebhooks(object, STRICT),
    validateUpdate: (object, old) => validateWebhooks(object, leniencyOf(object, old)),
  });

// ---- policies

interface MatchResourcesIn {
  readonly matchPolicy?: string;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly resourceRules?: readonly RuleIn[];
  readonly excludeResourceRules?: readonly RuleIn[];
}
interface ValidationIn {
  readonly expression?: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
}
interface MutationIn {
  readonly patchType?: string;
  readonly jsonPatch?: { readonly expression?: string };
  readonly applyConfiguration?: { readonly expression?: string };
}
interface PolicyIn {
  readonly spec: {
    readonly failurePolicy?: string;
    readonly paramKind?: { readonly apiVersion?: string; readonly kind?: string };
    readonly matchConstraints?: MatchResourcesIn;
    readonly matchConditions?: readonly MatchConditionIn[];
    readonly variables?: readonly { readonly name?: string; readonly expression?: string }[];
    readonly validations?: readonly ValidationIn[];
    readonly auditAnnotations?: readonly { readonly key?: string; readonly valueExpression?: string }[];
    readonly mutations?: readonly MutationIn[];
    readonly reinvocationPolicy?: string;
  };
  readonly status?: { readonly conditions?: readonly { readonly type?: string }[] };
}

function validateMatchResources(errors: Errors, field: string, match: MatchResourcesIn | undefined): void {
  if (match === undefined) return;
  if (match.matchPolicy === undefined) required(errors, `${field}.matchPolicy`);
  else if (match.matchPolicy !== 'Exact' && match.matchPolicy !== 'Equivalent') notSupported(errors, `${field}.matchPolicy`, match.matchPolicy, ['Equivalent', 'Exact']);
  if (match.namespaceSelector === undefined) required(errors, `${field}.namespaceSelector`);
  else validateLabelSelector(errors, match.namespaceSelector, `${field}.namespaceSelector`);
  if (match.objectSelector === undefined) required(errors, `${field}.objectSelector`);
  else validateLabelSelector(errors, match.objectSelector, `${field}.objectSelector`);
  for (const key of ['resourceRules', 'excludeResourceRules'] as const) {
    match[key]?.forEach((rule, i) => {
      const at = `${field}.${key}[${i}]`;
      rule.resourceNames?.forEach((name, j) => {
        invalidEach(errors, `${at}.resourceNames[${j}]`, name, pathSegmentName(name, false));
        if ((rule.resourceNames ?? []).indexOf(name) < j) duplicate(errors, `${at}.resourceNames[${j}]`, name);
      });
      validateRule(errors, at, rule);
    });
  }
}

function validateMutatingOperations(errors: Errors, field: string, match: MatchResourcesIn | undefined): void {
  for (const rule of match?.resourceRules ?? []) for (const operation of rule.operations ?? []) if (!has(MUTATING, operation)) notSupported(errors, `${field}.resourceRules.operations`, operation, MUTATING);
}

function validateParamKind(errors: Errors, { apiVersion = '', kind = '' }: NonNullable<PolicyIn['spec']['paramKind']>): void {
  const field = 'spec.paramKind';
  if (apiVersion === '') required(errors, `${field}.apiVersion`);
  else if (apiVersion.split('/').length > 2) invalid(errors, `${field}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  else {
    const slash = apiVersion.indexOf('/');
    const [group, version] = [slash < 0 ? '' : apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
    const groupFaults = group === '' ? [] : dns1123Subdomain(group);
    if (groupFaults.length > 0) invalid(errors, `${field}.apiVersion`, group, groupFaults.join(','));
    if (version === '') invalid(errors, `${field}.apiVersion`, apiVersion, 'version must be specified');
    else if (dns1035Label(version).length > 0) invalid(errors, `${field}.apiVersion`, version, dns1035Label(version).join(','));
  }
  if (kind === '') required(errors, `${field}.kind`);
  else if (dns1035Label(kind.toLowerCase()).length > 0) invalid(errors, `${field}.kind`, kind, `may have mixed case, but should otherwise match: ${dns1035Label(kind.toLowerCase()).join(',')}`);
}

const RESERVED = ['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'];
const FAILURES = ['Fail', 'Ignore'];

/** What both kinds of policies share, in upstream's order. */
function validatePolicy(errors: Errors, object: KubernetesObject & PolicyIn, old: PolicyIn | undefined, mutating: boolean): void {
  const { spec } = object;
  validateMeta(errors, object.metadata, false, subdomainName, 'generic');
  if (spec.failurePolicy === undefined) required(errors, 'spec.failurePolicy');
  else if (!has(FAILURES, spec.failurePolicy)) notSupported(errors, 'spec.failurePolicy', spec.failurePolicy, FAILURES);
  if (spec.paramKind !== undefined) validateParamKind(errors, spec.paramKind);
  if (spec.matchConstraints === undefined) required(errors, 'spec.matchConstraints');
  else {
    validateMatchResources(errors, 'spec.matchConstraints', spec.matchConstraints);
    if ((spec.matchConstraints.resourceRules?.length ?? 0) === 0) required(errors, 'spec.matchConstraints.resourceRules');
    if (mutating) validateMutatingOperations(errors, 'spec.matchConstraints', spec.matchConstraints);
  }
  const unchanged = old !== undefined && same(spec.paramKind, old.spec.paramKind) && same(spec.matchConditions, old.spec.matchConditions);
  if (!unchanged) validateMatchConditions(errors, 'spec.matchConditions', spec.matchConditions, spec.paramKind !== undefined);
  spec.variables?.forEach(({ name = '', expression: text = '' }, i) => {
    const field = `spec.variables[${i}]`;
    if (name.trim() === '') required(errors, `${field}.name`, 'name is not specified');
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || RESERVED.includes(name)) invalid(errors, `${field}.name`, name, 'must be a valid CEL identifier');
    if (text.trim() === '') required(errors, `${field}.expression`, 'expression is not specified');
    else expression(errors, `${field}.expression`, text, ['any'], variablesFor(spec.paramKind !== undefined, true));
  });
}

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

function validateValidation(errors: Errors, field: string, validation: ValidationIn, variables: readonly string[]): void {
  const { expression: text = '', message = '', messageExpression = '', reason } = validation;
  if (text.trim() === '') required(errors, `${field}.expression`, 'expression is not specified');
  else expression(errors, `${field}.expression`, text, ['bool'], variables);
  if (messageExpression !== '' && messageExpression.trim() === '') invalid(errors, `${field}.messageExpression`, messageExpression, 'must be non-empty if specified');
  else if (messageExpression !== '') expression(errors, `${field}.messageExpression`, messageExpression, ['string'], variables.filter((one) => one !== 'authorizer'));
  if (message !== '' && message.trim() === '') invalid(errors, `${field}.message`, message, 'must be non-empty if specified');
  else if (/[\n\r]/.test(message.trim())) invalid(errors, `${field}.message`, message, 'must not contain line breaks');
  if (reason !== undefined && !has(REASONS, reason)) notSupported(errors, `${field}.reason`, reason, REASONS);
}

function validateValidating(object: KubernetesObject & PolicyIn, old?: PolicyIn): Errors {
  const errors: Errors = [];
  validatePolicy(errors, object, old, false);
  const { validations = [], auditAnnotations = [], paramKind, variables } = object.spec;
  const known = variablesFor(paramKind !== undefined, (variables?.length ?? 0) > 0);
  if (validations.length === 0 && auditAnnotations.length === 0) {
    for (const key of ['validations', 'auditAnnotations']) required(errors, `spec.${key}`, 'validations or auditAnnotations must contain at least one item');
    return errors;
  }
  validations.forEach((validation, i) => validateValidation(errors, `spec.validations[${i}]`, validation, known));
  if (auditAnnotations.length > 20) invalid(errors, 'spec.auditAnnotations', auditAnnotations.map(({ key = '', valueExpression = '' }) => ({ Key: key, ValueExpression: valueExpression })), 'must not have more than 20 auditAnnotations');
  auditAnnotations.forEach(({ key = '', valueExpression = '' }, i) => {
    const field = `spec.auditAnnotations[${i}]`;
    const name = object.metadata.name ?? '';
    if (name === '') invalid(errors, `${field}.key`, key, 'requires metadata.name be non-empty');
    else invalidEach(errors, `${field}.key`, `${name}/${key}`, qualifiedName(`${name}/${key}`));
    const trimmed = valueExpression.trim();
    if (trimmed === '') required(errors, `${field}.valueExpression`, 'valueExpression is not specified');
    else if (utf8Length(trimmed) > 5120) required(errors, `${field}.valueExpression`, 'must not exceed 5120 bytes in length');
    else expression(errors, `${field}.valueExpression`, valueExpression, ['string', 'any'], known);
    if (auditAnnotations.findIndex((one) => one.key === key) < i) duplicate(errors, `${field}.key`, key);
  });
  return errors;
}

function validateMutating(object: KubernetesObject & PolicyIn, old?: PolicyIn): Errors {
  const errors: Errors = [];
  validatePolicy(errors, object, old, true);
  const { mutations = [], reinvocationPolicy = '', paramKind } = object.spec;
  const known = variablesFor(paramKind !== undefined, true);
  if (mutations.length === 0) required(errors, 'spec.mutations', 'mutations must contain at least one item');
  mutations.forEach((mutation, i) => {
    const field = `spec.mutations[${i}]`;
    const { patchType = '' } = mutation;
    if (patchType === '') return required(errors, `${field}.patchType`);
    if (patchType !== 'JSONPatch' && patchType !== 'ApplyConfiguration') return notSupported(errors, `${field}.patchType`, patchType, ['ApplyConfiguration', 'JSONPatch']);
    const [own, other] = patchType === 'JSONPatch' ? (['jsonPatch', 'applyConfiguration'] as const) : (['applyConfiguration', 'jsonPatch'] as const);
    const one = mutation[own];
    if (one === undefined) required(errors, `${field}.${own}`, `must be specified when patchType is ${patchType}`);
    else if ((one.expression ?? '').trim() === '') required(errors, `${field}.${own}.expression`);
    else mutationExpression(errors, `${field}.${own}.expression`, (one.expression ?? '').trim(), patchType === 'JSONPatch' ? 'list(JSONPatch)' : 'Object', known);
    if (mutation[other] !== undefined) invalid(errors, `${field}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`);
    return undefined;
  });
  if (reinvocationPolicy === '') required(errors, 'spec.reinvocationPolicy');
  else if (!['IfNeeded', 'Never'].includes(reinvocationPolicy)) notSupported(errors, 'spec.reinvocationPolicy', reinvocationPolicy, ['IfNeeded', 'Never']);
  return errors;
}

/** A mutation is built of typed objects, which the engine cannot read: what it can read is of another type. */
function mutationExpression(errors: Errors, field: string, text: string, wanted: string, known: readonly string[]): void {
  const { type, fault } = compilationFault(text, known);
  if (fault !== undefined) return invalid(errors, field, text, fault);
  if (type === undefined || type === 'dyn') return undefined;
  const got = type === 'list' ? 'list(dyn)' : type === 'map' ? 'map(dyn, dyn)' : type.replaceAll('<', '(').replaceAll('>', ')').replace(/\b[TKV]\b/g, 'dyn');
  return invalid(errors, field, text, `must evaluate to ${wanted} but got ${got}`);
}

const withMatchDefaults = (match: MatchResourcesIn): MatchResourcesIn => ({
  ...match,
  matchPolicy: match.matchPolicy ?? 'Equivalent',
  namespaceSelector: match.namespaceSelector ?? {},
  objectSelector: match.objectSelector ?? {},
  ...(match.resourceRules === undefined ? {} : { resourceRules: withScopes(match.resourceRules)! }),
  ...(match.excludeResourceRules === undefined ? {} : { excludeResourceRules: withScopes(match.excludeResourceRules)! }),
});

function defaultPolicy<T extends PolicyIn>(object: T): T {
  const { spec } = object;
  return { ...object, spec: { ...spec, failurePolicy: spec.failurePolicy ?? 'Fail', ...(spec.matchConstraints === undefined ? {} : { matchConstraints: withMatchDefaults(spec.matchConstraints) }) } };
}

const validatingPolicy = strategyFor<PolicyIn>({
  default: defaultPolicy,
  prepareForCreate: createdWithStatus('ValidatingAdmissionPolicy'),
  prepareForUpdate: updatedKeepingStatus,
  prepareForStatusUpdate: (object, old) => ({ ...object, metadata: keepingMeta(object, old), spec: old.spec }),
  validateCreate: (object) => validateValidating(object),
  validateUpdate: validateValidating,
  validateStatusUpdate: (object) => {
    const errors: Errors = [];
    validateConditions(errors, object.status?.conditions, 'status.conditions');
    return errors;
  },
});
const specGeneration = <T extends KubernetesObject & { readonly spec: unknown }>(object: T, old: T): T => nextGeneration(object, old, !same(object.spec, old.spec));
const mutatingPolicy = strategyFor<PolicyIn>({
  default: defaultPolicy,
  prepareForCreate: (object) => withGeneration(object, 1),
  prepareForUpdate: specGeneration,
  validateCreate: (object) => validateMutating(object),
  validateUpdate: validateMutating,
});

// ---- bindings

interface BindingIn {
  readonly spec: {
    readonly policyName?: string;
    readonly paramRef?: { readonly name?: string; readonly namespace?: string; readonly selector?: LabelSelector; readonly parameterNotFoundAction?: string };
    readonly matchResources?: MatchResourcesIn;
    readonly validationActions?: readonly string[];
  };
}
const ACTIONS = ['Audit', 'Deny', 'Warn'];

function validatePolicyBinding(object: KubernetesObject & BindingIn, mutating: boolean): Errors {
  const errors: Errors = [];
  validateMeta(errors, object.metadata, false, subdomainName, 'generic');
  const { policyName = '', paramRef, matchResources, validationActions = [] } = object.spec;
  if (policyName === '') required(errors, 'spec.policyName');
  else invalidEach(errors, 'spec.policyName', policyName, dns1123Subdomain(policyName));
  if (paramRef !== undefined) {
    const { name = '', selector, parameterNotFoundAction: action = '' } = paramRef;
    const field = 'spec.paramRef';
    if (name !== '') {
      invalidEach(errors, `${field}.name`, name, pathSegmentName(name, false));
      if (selector !== undefined) forbidden(errors, `${field}.name`, 'name and selector are mutually exclusive');
    }
    if (selector !== undefined) {
      validateLabelSelector(errors, selector, `${field}.selector`);
      if (name !== '') forbidden(errors, `${field}.selector`, 'name and selector are mutually exclusive');
    }
    if (name === '' && selector === undefined) required(errors, field, 'one of name or selector must be specified');
    if (action === '') required(errors, `${field}.parameterNotFoundAction`);
    else if (action !== 'Deny' && action !== 'Allow') notSupported(errors, `${field}.parameterNotFoundAction`, action, ['Deny', 'Allow']);
  }
  validateMatchResources(errors, 'spec.matchResources', matchResources);
  if (mutating) {
    validateMutatingOperations(errors, 'spec.matchResources', matchResources);
    return errors;
  }
  const field = 'spec.validationActions';
  validationActions.forEach((action, i) => {
    if (!has(ACTIONS, action)) notSupported(errors, `${field}[${i}]`, action, ACTIONS);
    if (validationActions.indexOf(action) < i) duplicate(errors, `${field}[${i}]`, action);
  });
  if (has(validationActions, 'Deny') && has(validationActions, 'Warn')) invalid(errors, field, validationActions, 'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)');
  if (validationActions.length === 0) required(errors, field, 'at least one validation action is required');
  return errors;
}

const bindingStrategy = (mutating: boolean): Strategy =>
  strategyFor<BindingIn>({
    default: (object) => (object.spec.matchResources === undefined ? object : { ...object, spec: withField(object.spec, 'matchResources', withMatchDefaults(object.spec.matchResources)) }),
    prepareForCreate: (object) => withGeneration(object, 1),
    prepareForUpdate: specGeneration,
    validateCreate: (object) => validatePolicyBinding(object, mutating),
    validateUpdate: (object) => validatePolicyBinding(object, mutating),
  });

export const policies: Readonly<Record<string, Strategy>> = {
  ValidatingWebhookConfiguration: webhooksStrategy(false),
  MutatingWebhookConfiguration: webhooksStrategy(true),
  ValidatingAdmissionPolicy: validatingPolicy,
  MutatingAdmissionPolicy: mutatingPolicy,
  ValidatingAdmissionPolicyBinding: bindingStrategy(false),
  MutatingAdmissionPolicyBinding: bindingStrategy(true),
};
