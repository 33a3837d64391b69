import type { KubernetesObject } from '../../api/object.ts';
import { ln } from '../../kernel/ln.ts';
import type { Strategy } from '../strategy.ts';
import { duplicate, forbidden, invalid, invalidEach, notSupported, required, type Errors } from './field.ts';
import { validateMeta } from './meta.ts';
import { dns1123Label, dns1123Subdomain, subdomainName } from './names.ts';
import { createdWithStatus, strategyFor, updatedKeepingStatus, withField } from './strategies.ts';

/**
 * FlowSchema and PriorityLevelConfiguration: after pkg/apis/flowcontrol/validation. Requests are not queued by them here, so the objects that a
 * real server makes for itself (exempt, catch-all and others), and the rule that these keep their fixed value, are left out.
 */
interface SubjectIn {
  readonly kind: string;
  readonly user?: { readonly name: string };
  readonly group?: { readonly name: string };
  readonly serviceAccount?: { readonly name: string; readonly namespace: string };
}
interface FlowRuleIn {
  readonly verbs?: readonly string[] | null;
  readonly apiGroups?: readonly string[] | null;
  readonly resources?: readonly string[] | null;
  readonly clusterScope?: boolean;
  readonly namespaces?: readonly string[] | null;
  readonly nonResourceURLs?: readonly string[] | null;
}
interface ConditionsIn {
  readonly conditions?: readonly { readonly type?: string }[];
}
interface FlowSchemaIn {
  readonly spec: {
    readonly priorityLevelConfiguration: { readonly name: string };
    readonly matchingPrecedence: number;
    readonly distinguisherMethod?: { readonly type: string };
    readonly rules?: readonly { readonly subjects?: readonly SubjectIn[] | null; readonly resourceRules?: readonly FlowRuleIn[]; readonly nonResourceRules?: readonly FlowRuleIn[] }[];
  };
  readonly status?: ConditionsIn;
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function validateFlowSubject(errors: Errors, field: string, subject: SubjectIn): void {
  const { kind, user, group, serviceAccount } = subject;
  const others = (names: readonly ('user' | 'group' | 'serviceAccount')[]): void => {
    for (const name of names) if (subject[name] !== undefined) forbidden(errors, `${field}.${name}`, `${name} is forbidden when subject kind is not '${name.charAt(0).toUpperCase()}${name.slice(1)}'`);
  };
  const named = (key: 'user' | 'group', value: { readonly name: string } | undefined): void => {
    if (value === undefined) required(errors, `${field}.${key}`, `${key} is required when subject kind is '${kind}'`);
    else if (value.name === '') required(errors, `${field}.${key}.name`);
  };
  switch (kind) {
    case 'ServiceAccount': {
      const at = `${field}.serviceAccount`;
      if (serviceAccount === undefined) required(errors, at, "serviceAccount is required when subject kind is 'ServiceAccount'");
      else {
        if (serviceAccount.name === '') required(errors, `${at}.name`);
        else if (serviceAccount.name !== '*') invalidEach(errors, `${at}.name`, serviceAccount.name, dns1123Subdomain(serviceAccount.name));
        if (serviceAccount.namespace === '') required(errors, `${at}.namespace`, 'must specify namespace for service account');
        else invalidEach(errors, `${at}.namespace`, serviceAccount.namespace, dns1123Label(serviceAccount.namespace));
      }
      return others(['user', 'group']);
    }
    case 'User':
      named('user', user);
      return others(['serviceAccount', 'group']);
    case 'Group':
      named('group', group);
      return others(['serviceAccount', 'user']);
    default:
      return notSupported(errors, `${field}.kind`, kind, ['Group', 'ServiceAccount', 'User']);
  }
}

function validateVerbs(errors: Errors, field: string, verbs: readonly string[]): void {
  if (verbs.length === 0) required(errors, field, 'verbs must contain at least one value');
  else if (verbs.includes('*')) {
    if (verbs.length > 1) invalid(errors, field, verbs, "if '*' is present, must not specify other verbs");
  } else if (verbs.some((verb) => !VERBS.includes(verb))) notSupported(errors, field, verbs, VERBS);
}

function validateUrl(errors: Errors, field: string, path: string): void {
  if (path === '') return invalid(errors, field, path, 'must not be empty');
  if (path === '/') return undefined;
  if (!path.startsWith('/')) return invalid(errors, field, path, 'must start with slash');
  if (path.includes(' ')) return invalid(errors, field, path, 'must not contain white-space');
  if (path.includes('//')) return invalid(errors, field, path, 'must not contain double slash');
  const stars = path.split('*').length - 1;
  if (stars > 1 || (stars === 1 && !path.endsWith('/*'))) invalid(errors, field, path, 'wildcard can only do suffix matching');
  return undefined;
}

function validateFlowRule(errors: Errors, field: string, rule: FlowRuleIn): void {
  validateVerbs(errors, `${field}.verbs`, rule.verbs ?? []);
  const starred = (name: 'apiGroups' | 'resources', one: string, many: string): void => {
    const list = rule[name] ?? [];
    if (list.length === 0) required(errors, `${field}.${name}`, `resource rules must supply at least one ${one}`);
    else if (list.length > 1 && list.includes('*')) invalid(errors, `${field}.${name}`, list, `if '*' is present, must not specify other ${many}`);
  };
  starred('apiGroups', 'api group', 'api groups');
  starred('resources', 'resource', 'resources');
  const namespaces = rule.namespaces ?? [];
  if (namespaces.length === 0 && rule.clusterScope !== true) required(errors, `${field}.namespaces`, 'resource rules that are not cluster scoped must supply at least one namespace');
  else if (namespaces.includes('*')) {
    if (namespaces.length > 1) invalid(errors, `${field}.namespaces`, namespaces, "if '*' is present, must not specify other namespaces");
  } else namespaces.forEach((one, i) => invalidEach(errors, `${field}.namespaces[${i}]`, one, dns1123Label(one).map((fault) => `each member of this list must be '*' or a DNS-1123 label; ${fault}`)));
}

function validateUrlRule(errors: Errors, field: string, rule: FlowRuleIn): void {
  validateVerbs(errors, `${field}.verbs`, rule.verbs ?? []);
  const urls = rule.nonResourceURLs ?? [];
  if (urls.length === 0) required(errors, `${field}.nonResourceURLs`, 'nonResourceURLs must contain at least one value');
  else if (urls.includes('*')) {
    if (urls.length > 1) invalid(errors, `${field}.nonResourceURLs`, urls, "if '*' is present, must not specify other non-resource URLs");
  } else urls.forEach((url, i) => validateUrl(errors, `${field}.nonResourceURLs[${i}]`, url));
}

function validateFlowConditions(errors: Errors, status: ConditionsIn | undefined): void {
  const seen = new Set<string>();
  status?.conditions?.forEach(({ type = '' }, i) => {
    const field = `status.conditions[${i}].type`;
    if (seen.has(type)) duplicate(errors, field, type);
    seen.add(type);
    if (type === '') required(errors, field);
  });
}

function validateSchema(object: KubernetesObject & FlowSchemaIn): Errors {
  const errors: Errors = [];
  validateMeta(errors, object.metadata, false, subdomainName);
  const { spec } = object;
  const precedence = spec.matchingPrecedence;
  const at = 'spec.matchingPrecedence';
  if (precedence <= 0) invalid(errors, at, precedence, 'must be a positive value');
  if (precedence > 10_000) invalid(errors, at, precedence, 'must not be greater than 10000');
  if (precedence === 1 && object.metadata.name !== 'exempt') invalid(errors, at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
  const method = spec.distinguisherMethod;
  if (method !== undefined && method.type !== 'ByNamespace' && method.type !== 'ByUser') notSupported(errors, 'spec.distinguisherMethod.type', { Type: method.type }, ['ByNamespace', 'ByUser']);
  const { name } = spec.priorityLevelConfiguration;
  if (name === '') required(errors, 'spec.priorityLevelConfiguration.name', 'must reference a priority level');
  else invalidEach(errors, 'spec.priorityLevelConfiguration.name', name, dns1123Subdomain(name));
  spec.rules?.forEach((rule, i) => {
    const field = `spec.rules[${i}]`;
    const subjects = rule.subjects ?? [];
    if (subjects.length === 0) required(errors, `${field}.subjects`, 'subjects must contain at least one value');
    subjects.forEach((subject, j) => validateFlowSubject(errors, `${field}.subjects[${j}]`, subject));
    if ((rule.resourceRules?.length ?? 0) === 0 && (rule.nonResourceRules?.length ?? 0) === 0) required(errors, field, 'at least one of resourceRules and nonResourceRules has to be non-empty');
    rule.resourceRules?.forEach((one, j) => validateFlowRule(errors, `${field}.resourceRules[${j}]`, one));
    rule.nonResourceRules?.forEach((one, j) => validateUrlRule(errors, `${field}.nonResourceRules[${j}]`, one));
  });
  validateFlowConditions(errors, object.status);
  return errors;
}

/** Through the status endpoint nothing but the status changes. */
const onlyStatus = <T extends KubernetesObject & { readonly spec: unknown }>(object: T, old: T): T => ({ ...object, metadata: old.metadata, spec: old.spec });
const statusErrors = (object: { readonly status?: ConditionsIn }): Errors => {
  const errors: Errors = [];
  validateFlowConditions(errors, object.status);
  return errors;
};

const flowSchema = strategyFor<FlowSchemaIn>({
  default: (object) => (object.spec.matchingPrecedence === 0 ? { ...object, spec: { ...object.spec, matchingPrecedence: 1000 } } : object),
  prepareForCreate: createdWithStatus('FlowSchema'),
  prepareForUpdate: updatedKeepingStatus,
  prepareForStatusUpdate: onlyStatus,
  validateCreate: validateSchema,
  validateUpdate: validateSchema,
  validateStatusUpdate: statusErrors,
});

// ---- PriorityLevelConfiguration

const LN2 = 0.693147180559945309417232121458176568;

interface QueuingIn {
  readonly queues?: number;
  readonly handSize?: number;
  readonly queueLengthLimit?: number;
}
interface SharesIn {
  readonly nominalConcurrencyShares?: number;
  readonly lendablePercent?: number;
}
interface LimitedIn extends SharesIn {
  readonly limitResponse?: { readonly type?: string; readonly queuing?: QueuingIn };
  readonly borrowingLimitPercent?: number;
}
interface PriorityLevelIn {
  readonly spec: { readonly type: string; readonly limited?: LimitedIn; readonly exempt?: SharesIn };
  readonly status?: ConditionsIn;
}

/** shufflesharding.RequiredEntropyBits: how many bits it takes to deal a hand. */
function entropyBits(queues: number, handSize: number): number {
  let fraction = queues;
  let exponent = 0;
  for (; fraction >= 1; exponent++) fraction /= 2;
  // Powers of two are exact, as in Go.
  return Math.ceil((fraction === 0.5 ? exponent - 1 : ln(fraction) / LN2 + exponent) * handSize);
}

function validateQueuing(errors: Errors, field: string, { queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingIn): void {
  if (queueLengthLimit <= 0) invalid(errors, `${field}.queueLengthLimit`, queueLengthLimit, 'must be positive');
  if (queues <= 0) invalid(errors, `${field}.queues`, queues, 'must be positive');
  else if (queues > 10_000_000) invalid(errors, `${field}.queues`, queues, 'must not be greater than 10000000');
  if (handSize <= 0) invalid(errors, `${field}.handSize`, handSize, 'must be positive');
  else if (handSize > queues) invalid(errors, `${field}.handSize`, handSize, `should not be greater than queues (${queues})`);
  else if (entropyBits(queues, handSize) > 60) invalid(errors, `${field}.handSize`, handSize, `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than 60`);
}

function validateShares(errors: Errors, field: string, { nominalConcurrencyShares: shares, lendablePercent: lendable }: SharesIn, between: () => void = () => undefined): void {
  if (shares !== undefined && shares < 0) invalid(errors, `${field}.nominalConcurrencyShares`, shares, 'must be a non-negative integer');
  between();
  if (lendable !== undefined && (lendable < 0 || lendable > 100)) invalid(errors, `${field}.lendablePercent`, lendable, 'must be between 0 and 100, inclusive');
}

const KEEP_ZERO = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';

function validateLevel(object: KubernetesObject & PriorityLevelIn): Errors {
  const errors: Errors = [];
  validateMeta(errors, object.metadata, false, subdomainName);
  if (object.metadata.annotations?.[KEEP_ZERO] !== undefined) forbidden(errors, 'metadata.annotations', `annotation '${KEEP_ZERO}' is forbidden`);
  const { type, limited, exempt } = object.spec;
  if ((object.metadata.name === 'exempt') !== (type === 'Exempt')) invalid(errors, 'spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'");
  if (type === 'Exempt') {
    if (limited !== undefined) forbidden(errors, 'spec.limited', 'must be nil if the type is not Limited');
    if (exempt !== undefined) validateShares(errors, 'spec.exempt', exempt);
  } else if (type === 'Limited') {
    if (exempt !== undefined) forbidden(errors, 'spec.exempt', 'must be nil if the type is Limited');
    if (limited === undefined) required(errors, 'spec.limited', 'must not be empty when type is Limited');
    else {
      const field = 'spec.limited.limitResponse';
      validateShares(errors, 'spec.limited', limited, () => {
        const { type: response = '', queuing } = limited.limitResponse ?? {};
        if (response === 'Reject') {
          if (queuing !== undefined) forbidden(errors, `${field}.queuing`, 'must be nil if limited.limitResponse.type is not Limited');
        } else if (response === 'Queue') {
          if (queuing === undefined) required(errors, `${field}.queuing`, 'must not be empty if limited.limitResponse.type is Limited');
          else validateQueuing(errors, `${field}.queuing`, queuing);
        } else if (response === '') required(errors, `${field}.type`);
        else notSupported(errors, `${field}.type`, response, ['Queue', 'Reject']);
      });
      const borrowing = limited.borrowingLimitPercent;
      if (borrowing !== undefined && borrowing < 0) invalid(errors, 'spec.limited.borrowingLimitPercent', borrowing, 'if specified, must be a non-negative integer');
    }
  } else if (type === '') required(errors, 'spec.type');
  else notSupported(errors, 'spec.type', type, ['Exempt', 'Limited']);
  validateFlowConditions(errors, object.status);
  return errors;
}

const priorityLevel = strategyFor<PriorityLevelIn>({
  default: (object) => {
    let { spec } = object;
    const { limited, exempt } = spec;
    if (exempt !== undefined) spec = { ...spec, exempt: { ...exempt, nominalConcurrencyShares: exempt.nominalConcurrencyShares ?? 0, lendablePercent: exempt.lendablePercent ?? 0 } };
    if (limited !== undefined) {
      let response = limited.limitResponse;
      const queuing = response?.queuing;
      if (queuing !== undefined) response = { ...response, queuing: { ...queuing, queues: queuing.queues || 64, handSize: queuing.handSize || 8, queueLengthLimit: queuing.queueLengthLimit || 50 } };
      spec = { ...spec, limited: withField({ ...limited, nominalConcurrencyShares: limited.nominalConcurrencyShares ?? 30, lendablePercent: limited.lendablePercent ?? 0 }, 'limitResponse', response) };
    }
    return spec === object.spec ? object : { ...object, spec };
  },
  prepareForCreate: createdWithStatus('PriorityLevelConfiguration'),
  prepareForUpdate: updatedKeepingStatus,
  prepareForStatusUpdate: onlyStatus,
  validateCreate: validateLevel,
  validateUpdate: validateLevel,
  validateStatusUpdate: statusErrors,
});

export const flowcontrol: Readonly<Record<string, Strategy>> = { FlowSchema: flowSchema, PriorityLevelConfiguration: priorityLevel };
