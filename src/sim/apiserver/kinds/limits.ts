import type { KubernetesObject } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { duplicate, forbidden, invalid, invalidEach, required, type Errors } from './field.ts';
import { same, validateMeta, validateMetaUpdate } from './meta.ts';
import { qualifiedName, subdomainName } from './names.ts';
import { roundUp } from './podDefaults.ts';
import { containerResourceName, overcommits, resourceName, validateAmount } from './resources.ts';
import { settled, strategyFor, withField } from './strategies.ts';

/** LimitRange and ResourceQuota (pkg/apis/core). What admission does with them is elsewhere. */

type Amounts = Readonly<Record<string, string>>;
const NANO = 1_000_000_000n;
const nano = (text: string): bigint => parseQuantity(text) ?? 0n;
const ceil = (value: bigint, unit: bigint): bigint => (value > 0n ? (value + unit - 1n) / unit : value / unit);
const names = (amounts: Amounts | undefined): readonly string[] => Object.keys(amounts ?? {});

// ---- LimitRange

const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
type Limit = { readonly type?: string } & { readonly [K in (typeof LISTS)[number]]?: Amounts };
interface LimitRangeIn extends KubernetesObject {
  readonly spec: { readonly limits?: readonly Limit[] | null };
}

/** For containers: a limit follows the maximum, a request the limit, then the minimum. */
function defaultLimit(limit: Limit): Limit {
  const out: Record<string, unknown> = { ...limit };
  if (limit.type === 'Container') {
    const limits = { ...limit.max, ...limit.default };
    const requests = { ...limit.min, ...limits, ...limit.defaultRequest };
    if (Object.keys(limits).length > 0) out['default'] = limits;
    if (Object.keys(requests).length > 0) out['defaultRequest'] = requests;
  }
  for (const list of LISTS) if (out[list] !== undefined) out[list] = roundUp(out[list] as Amounts);
  return out as Limit;
}

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];

function validateAmounts(errors: Errors, limit: Limit, name: string, at: string): void {
  const { max, min, default: limits, defaultRequest: requests, maxLimitRequestRatio: ratios } = limit;
  const isPod = limit.type === 'Pod';
  const [most, least, ratio] = [max?.[name], min?.[name], ratios?.[name]];
  const [usual, request] = isPod ? [undefined, undefined] : [limits?.[name], requests?.[name]];
  const above = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && nano(a) > nano(b);
  if (above(least, most)) invalid(errors, `${at}.min[${name}]`, least, `min value ${least} is greater than max value ${most}`);
  if (above(least, request)) invalid(errors, `${at}.defaultRequest[${name}]`, request, `min value ${least} is greater than default request value ${request}`);
  if (above(request, most)) invalid(errors, `${at}.defaultRequest[${name}]`, request, `default request value ${request} is greater than max value ${most}`);
  if (above(request, usual)) invalid(errors, `${at}.defaultRequest[${name}]`, request, `default request value ${request} is greater than default limit value ${usual}`);
  if (above(least, usual)) invalid(errors, `${at}.default[${name}]`, least, `min value ${least} is greater than default value ${usual}`);
  if (above(usual, most)) invalid(errors, `${at}.default[${name}]`, most, `default value ${usual} is greater than max value ${most}`);
  if (ratio !== undefined && nano(ratio) < NANO) invalid(errors, `${at}.maxLimitRequestRatio[${name}]`, ratio, `ratio ${ratio} is less than 1`);
  if (ratio !== undefined && most !== undefined && least !== undefined) {
    const whole = [ratio, least, most].map((text) => ceil(nano(text), NANO));
    const fits = whole.every((value) => value < 9_223_372_036_854_775n);
    const milli = (text: string): number => Number(fits ? ceil(nano(text), 1_000_000n) : ceil(nano(text), NANO));
    const allowed = milli(most) / milli(least);
    const wanted = fits ? milli(ratio) / 1000 : milli(ratio);
    if (wanted > allowed) invalid(errors, `${at}.maxLimitRequestRatio[${name}]`, ratio, `ratio ${ratio} is greater than max/min = ${allowed.toFixed(6)}`);
  }
  if (!overcommits(name) && usual !== undefined && request !== undefined && nano(usual) !== nano(request)) invalid(errors, `${at}.defaultRequest[${name}]`, request, `default value ${usual} must equal to defaultRequest value ${request} in ${name}`);
}

function validateLimits(errors: Errors, limits: readonly Limit[]): void {
  const seen = new Set<string>();
  limits.forEach((limit, i) => {
    const at = `spec.limits[${i}]`;
    const type = limit.type ?? '';
    const faults = qualifiedName(type);
    if (faults.length > 0) invalidEach(errors, `${at}.type`, type, faults);
    else if (!type.includes('/') && !TYPES.includes(type)) invalid(errors, `${at}.type`, type, 'must be a standard limit type or fully qualified');
    if (seen.has(type)) duplicate(errors, `${at}.type`, type);
    seen.add(type);
    const forContainers = type === 'Pod' || type === 'Container';
    const keys = new Set<string>();
    const check = (list: (typeof LISTS)[number]): void => {
      for (const name of names(limit[list])) {
        if (forContainers) containerResourceName(errors, `${at}.${list}[${name}]`, name);
        else resourceName(errors, `${at}.${list}[${name}]`, name);
        keys.add(name);
      }
    };
    check('max');
    check('min');
    if (type === 'Pod') {
      for (const list of ['default', 'defaultRequest'] as const) if (names(limit[list]).length > 0) forbidden(errors, `${at}.${list}`, "may not be specified when `type` is 'Pod'");
    } else {
      check('default');
      check('defaultRequest');
    }
    if (type === 'PersistentVolumeClaim' && limit.min?.['storage'] === undefined && limit.max?.['storage'] === undefined) required(errors, `${at}.limits`, 'either minimum or maximum storage value is required, but neither was provided');
    check('maxLimitRequestRatio');
    for (const name of keys) validateAmounts(errors, limit, name, at);
  });
}

function validateLimitRange(object: LimitRangeIn): Errors {
  const errors: Errors = [];
  validateMeta(errors, object.metadata, true, subdomainName);
  validateLimits(errors, object.spec.limits ?? []);
  return errors;
}

export const limitRange = strategyFor<LimitRangeIn>({
  namesItself: true,
  default: (object) => (object.spec.limits === undefined || object.spec.limits === null ? object : { ...object, spec: settled('LimitRangeSpec', { ...object.spec, limits: object.spec.limits.length === 0 ? null : object.spec.limits.map(defaultLimit) }) }),
  validateCreate: validateLimitRange,
  validateUpdate: validateLimitRange,
});

// ---- ResourceQuota

interface ScopeTerm {
  readonly scopeName?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}
interface QuotaIn extends KubernetesObject {
  readonly spec: { readonly hard?: Amounts; readonly scopes?: readonly string[]; readonly scopeSelector?: { readonly matchExpressions?: readonly ScopeTerm[] } };
  readonly status?: { readonly hard?: Amounts; readonly used?: Amounts };
}

const OF_QUOTA = new Set([
  'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage', 'pods', 'resourcequotas', 'services',
  'replicationcontrollers', 'secrets', 'persistentvolumeclaims', 'configmaps', 'services.nodeports', 'services.loadbalancers',
]);
const isQuotaName = (name: string): boolean => OF_QUOTA.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');
const OF_PODS = new Set(['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']);
const OF_CLAIMS = new Set(['persistentvolumeclaims', 'requests.storage']);
/** The scopes, and what each can count. */
const SCOPES: Readonly<Record<string, ReadonlySet<string>>> = {
  Terminating: OF_PODS, NotTerminating: OF_PODS, BestEffort: new Set(['pods']), NotBestEffort: OF_PODS, PriorityClass: OF_PODS, CrossNamespacePodAffinity: OF_PODS, VolumeAttributesClass: OF_CLAIMS,
};
const isScope = (name: string): boolean => Object.hasOwn(SCOPES, name);
const PAIRS = [['BestEffort', 'NotBestEffort'], ['Terminating', 'NotTerminating']] as const;
/** Scopes that are there or not, and have no values. */
const PLAIN = new Set(['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']);

function validateHard(errors: Errors, amounts: Amounts | undefined, field: string): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    const at = `${field}[${name}]`;
    resourceName(errors, at, name);
    if (!name.includes('/') && !isQuotaName(name)) invalid(errors, at, name, 'must be a standard resource for quota');
    validateAmount(errors, at, name, amount);
  }
}

const sorted = (list: readonly string[]): readonly string[] => [...list].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
const uncountable = (scope: string, hard: readonly string[]): number => (isScope(scope) ? hard.filter((name) => isQuotaName(name) && !SCOPES[scope]!.has(name)).length : 0);

function validateScopes(errors: Errors, spec: QuotaIn['spec']): void {
  const hard = sorted(names(spec.hard));
  const scopes = spec.scopes ?? [];
  for (const scope of scopes) {
    if (!isScope(scope)) invalid(errors, 'spec.scopes', scopes, 'unsupported scope');
    for (let i = uncountable(scope, hard); i > 0; i -= 1) invalid(errors, 'spec.scopes', scopes, 'unsupported scope applied to resource');
  }
  for (const pair of PAIRS) if (pair.every((scope) => scopes.includes(scope))) invalid(errors, 'spec.scopes', scopes, 'conflicting scopes');
  if (spec.scopeSelector === undefined) return;
  const at = 'spec.scopeSelector.matchExpressions';
  const terms = spec.scopeSelector.matchExpressions ?? [];
  const shown = { MatchExpressions: spec.scopeSelector.matchExpressions?.map((term) => ({ ScopeName: term.scopeName ?? '', Operator: term.operator ?? '', Values: term.values ?? null })) ?? null };
  for (const { scopeName: scope = '', operator = '', values = [] } of terms) {
    if (!isScope(scope)) invalid(errors, `${at}.scopeName`, scope, 'unsupported scope');
    for (let i = uncountable(scope, hard); i > 0; i -= 1) invalid(errors, at, shown, 'unsupported scope applied to resource');
    if (PLAIN.has(scope) && operator !== 'Exists') {
      invalid(errors, `${at}.operator`, operator, "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
    }
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) required(errors, `${at}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) invalid(errors, `${at}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
    } else invalid(errors, `${at}.operator`, operator, 'not a valid selector operator');
  }
  for (const pair of PAIRS) if (pair.every((scope) => terms.some((term) => term.scopeName === scope))) invalid(errors, at, spec.scopes ?? null, 'conflicting scopes');
}

function quotaWarnings({ hard = {} }: QuotaIn['spec']): readonly string[] {
  const out: string[] = [];
  for (const resource of ['cpu', 'memory', 'storage', 'ephemeral-storage']) {
    const key = hard[`requests.${resource}`] === undefined && (resource === 'cpu' || resource === 'memory') ? resource : `requests.${resource}`;
    const request = hard[key];
    const limit = hard[`limits.${resource}`];
    if (request !== undefined && limit !== undefined && nano(request) > nano(limit)) out.push(`ResourceQuota ${key} (${request}) should be less than limits.${resource} (${limit})`);
  }
  return out;
}

export const resourceQuota = strategyFor<QuotaIn>({
  default: (object) => {
    const hard = roundUp(object.spec.hard);
    return hard === object.spec.hard || hard === undefined ? object : { ...object, spec: { ...object.spec, hard } };
  },
  prepareForCreate: (object) => ({ ...object, status: {} }),
  prepareForUpdate: (object, old) => withField(object, 'status', old.status),
  prepareForStatusUpdate: (object, old) => withField(object, 'spec', old.spec),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validateHard(errors, object.spec.hard, 'spec.hard');
    validateScopes(errors, object.spec);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateHard(errors, object.spec.hard, 'spec.hard');
    validateScopes(errors, object.spec);
    const set = (scopes: readonly string[] | undefined): readonly string[] => sorted([...new Set(scopes ?? [])]);
    if (!same(set(object.spec.scopes), set(old.spec.scopes))) invalid(errors, 'spec.scopes', object.spec.scopes ?? null, 'field is immutable');
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateHard(errors, object.status?.hard, 'status.hard');
    validateHard(errors, object.status?.used, 'status.used');
    return errors;
  },
  warnings: (object, old) => (old === undefined ? quotaWarnings(object.spec) : []),
});
