import { validatePodTemplate } from './apps.ts';
import { duplicate, invalid, invalidEach, invalidUnprinted, nonNegative, notSupported, required, tooLong, tooMany, type Errors } from './field.ts';
import { isIndexed, type FailureRuleIn, type JobSpecIn, type OnExitCodesIn, type SuccessRuleIn } from './jobShapes.ts';
import { dns1123Subdomain, qualifiedName, regexError } from './names.ts';

/** What a Job's spec must be, in a Job and in a CronJob's template (validateJobSpec of pkg/apis/batch/validation). */

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const STATUSES = ['False', 'True', 'Unknown'];
const OPERATORS = ['In', 'NotIn'];
/** fmt's %q of a list. */
const quotedList = (list: readonly string[]): string => `[${list.map((one) => JSON.stringify(one)).join(' ')}]`;

function validateExitCodes(errors: Errors, codes: OnExitCodesIn, field: string, containers: ReadonlySet<string>): void {
  const operator = codes.operator ?? '';
  if (operator === '') required(errors, `${field}.operator`, `valid values: ${quotedList(OPERATORS)}`);
  else if (!OPERATORS.includes(operator)) notSupported(errors, `${field}.operator`, operator, OPERATORS);
  if (codes.containerName !== undefined && !containers.has(codes.containerName)) invalid(errors, `${field}.containerName`, codes.containerName, 'must be one of the container or initContainer names in the pod template');
  const values = codes.values ?? [];
  if (values.length === 0) invalid(errors, `${field}.values`, codes.values ?? null, 'at least one value is required');
  else if (values.length > 255) tooMany(errors, `${field}.values`, values.length, 255);
  const seen = new Set<number>();
  values.forEach((value, i) => {
    if (operator === 'In' && value === 0) invalid(errors, `${field}.values[${i}]`, value, 'must not be 0 for the In operator');
    if (seen.has(value)) duplicate(errors, `${field}.values[${i}]`, value);
    seen.add(value);
  });
  if (values.some((value, i) => i > 0 && values[i - 1]! > value)) invalid(errors, `${field}.values`, values, 'must be ordered');
}

function validateFailureRule(errors: Errors, spec: JobSpecIn, rule: FailureRuleIn, field: string, containers: ReadonlySet<string>): void {
  const action = rule.action ?? '';
  if (action === '') required(errors, `${field}.action`, `valid values: ${quotedList(ACTIONS)}`);
  else if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) invalid(errors, `${field}.action`, action, 'requires the backoffLimitPerIndex to be set');
  } else if (!ACTIONS.includes(action)) notSupported(errors, `${field}.action`, action, ACTIONS);
  const conditions = rule.onPodConditions ?? [];
  if (rule.onExitCodes !== undefined) validateExitCodes(errors, rule.onExitCodes, `${field}.onExitCodes`, containers);
  if (conditions.length > 20) tooMany(errors, `${field}.onPodConditions`, conditions.length, 20);
  conditions.forEach((pattern, i) => {
    const at = `${field}.onPodConditions[${i}]`;
    invalidEach(errors, `${at}.type`, pattern.type ?? '', qualifiedName(pattern.type ?? ''));
    const status = pattern.status ?? '';
    if (status === '') required(errors, `${at}.status`, `valid values: ${quotedList(STATUSES)}`);
    else if (!STATUSES.includes(status)) notSupported(errors, `${at}.status`, status, STATUSES);
  });
  if (rule.onExitCodes !== undefined && conditions.length > 0) invalidUnprinted(errors, field, 'specifying both OnExitCodes and OnPodConditions is not supported');
  if (rule.onExitCodes === undefined && conditions.length === 0) invalidUnprinted(errors, field, 'specifying one of OnExitCodes and OnPodConditions is required');
}

function validateFailurePolicy(errors: Errors, spec: JobSpecIn, field: string): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > 20) tooMany(errors, `${field}.rules`, rules.length, 20);
  const containers = new Set([...(spec.template.spec.containers ?? []), ...(spec.template.spec.initContainers ?? [])].map(({ name }) => name ?? ''));
  rules.forEach((rule, i) => validateFailureRule(errors, spec, rule, `${field}.rules[${i}]`, containers));
}

// ---- indexes: "1,3-5,7"

const atoi = (text: string): number | undefined => (/^[+-]?\d{1,18}$/.test(text) ? Number(text) : undefined);
/** An interval of indexes, or why it is none. */
export function parseInterval(text: string, completions: number): readonly [number, number] | string {
  const limits = text.split('-');
  if (limits.length > 2) return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  const numbers: number[] = [];
  for (const limit of limits) {
    const number = atoi(limit);
    if (number === undefined) return `cannot convert string to integer for index: ${JSON.stringify(limit)}`;
    if (number >= completions) return `too large index: ${JSON.stringify(limit)}`;
    numbers.push(number);
  }
  const [first = 0, last = first] = numbers;
  if (limits.length > 1 && first >= last) return `non-increasing order, previous: ${first}, current: ${last}`;
  return [first, last];
}
/** How many indexes a text names, or why it is not right. */
export function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let last: number | undefined;
  let total = 0;
  for (const part of text.split(',')) {
    const interval = parseInterval(part, completions);
    if (typeof interval === 'string') return interval;
    if (last !== undefined && last >= interval[0]) return `non-increasing order, previous: ${last}, current: ${interval[0]}`;
    total += interval[1] - interval[0] + 1;
    last = interval[1];
  }
  return total;
}

function validateSuccessRule(errors: Errors, completions: number, rule: SuccessRuleIn, field: string): void {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined) required(errors, field, 'at least one of succeededCount or succeededIndexes must be specified');
  let total = 0;
  if (indexes !== undefined) {
    if (indexes.length > 64 * 1024) tooLong(errors, `${field}.succeededIndexes`, 64 * 1024);
    const found = countIndexes(indexes, completions);
    if (typeof found === 'string') invalid(errors, `${field}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${found}`);
    else total = found;
  }
  if (count === undefined) return;
  nonNegative(errors, `${field}.succeededCount`, count);
  if (count > completions) invalid(errors, `${field}.succeededCount`, count, `must be less than or equal to ${completions} (the number of specified completions)`);
  if (indexes !== undefined && count > total) invalid(errors, `${field}.succeededCount`, count, `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`);
}
/** The internal Go value of a success policy, as its JSON reads. */
export const goSuccessPolicy = (policy: JobSpecIn['successPolicy']): unknown =>
  policy === undefined ? null : { Rules: policy.rules?.map((rule) => ({ SucceededIndexes: rule.succeededIndexes ?? null, SucceededCount: rule.succeededCount ?? null })) ?? null };
export const goFailurePolicy = (policy: JobSpecIn['podFailurePolicy']): unknown =>
  policy === undefined ? null : {
    Rules: policy.rules?.map(({ action, onExitCodes: codes, onPodConditions }) => ({
      Action: action ?? '',
      OnExitCodes: codes === undefined ? null : { ContainerName: codes.containerName ?? null, Operator: codes.operator ?? '', Values: codes.values ?? null },
      OnPodConditions: onPodConditions?.map(({ type, status }) => ({ Type: type ?? '', Status: status ?? '' })) ?? null,
    })) ?? null,
  };

const MANY = 100_000;
const HIGH = 10_000;

function validateIndexedMode(errors: Errors, spec: JobSpecIn, field: string): void {
  const { completions, parallelism, maxFailedIndexes: most } = spec;
  if (completions === undefined) required(errors, `${field}.completions`, 'when completion mode is Indexed');
  if (parallelism !== undefined && parallelism > MANY) invalid(errors, `${field}.parallelism`, parallelism, `must be less than or equal to ${MANY} when completion mode is Indexed`);
  if (completions !== undefined && most !== undefined && most > completions) invalid(errors, `${field}.maxFailedIndexes`, most, 'must be less than or equal to completions');
  if (most !== undefined && most > MANY) invalid(errors, `${field}.maxFailedIndexes`, most, `must be less than or equal to ${MANY}`);
  if (completions === undefined || completions <= MANY || spec.backoffLimitPerIndex === undefined) return;
  const limit = `must be less than or equal to ${HIGH} when completions are above ${MANY} and used with backoff limit per index`;
  if (most === undefined) required(errors, `${field}.maxFailedIndexes`, `must be specified when completions is above ${MANY}`);
  if (parallelism !== undefined && parallelism > HIGH) invalid(errors, `${field}.parallelism`, parallelism, limit);
  if (most !== undefined && most > HIGH) invalid(errors, `${field}.maxFailedIndexes`, most, limit);
}

function validateManagedBy(errors: Errors, text: string, field: string): void {
  if (text === '') required(errors, field);
  else {
    const slash = text.indexOf('/');
    const [host, path] = slash < 0 ? ['', ''] : [text.slice(0, slash), text.slice(slash + 1)];
    if (host === '' || path === '') invalid(errors, field, text, 'must be a domain-prefixed path (such as "acme.io/foo")');
    else {
      invalidEach(errors, field, host, dns1123Subdomain(host));
      if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path)) invalid(errors, field, path, regexError('Invalid path', "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"));
    }
  }
  if (text.length > 63) tooLong(errors, field, 63);
}

export function validateJobSpecParts(errors: Errors, spec: JobSpecIn, field: string): void {
  for (const key of ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes'] as const) nonNegative(errors, `${field}.${key}`, spec[key]);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) required(errors, `${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified');
  if (spec.managedBy !== undefined) validateManagedBy(errors, spec.managedBy, `${field}.managedBy`);
  const mode = spec.completionMode;
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') notSupported(errors, `${field}.completionMode`, mode, ['NonIndexed', 'Indexed']);
  if (mode === 'Indexed') validateIndexedMode(errors, spec, field);
  if (mode === undefined || mode === 'NonIndexed') {
    for (const key of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) if (spec[key] !== undefined) invalid(errors, `${field}.${key}`, spec[key], 'requires indexed completion mode');
  }
  if (spec.podFailurePolicy !== undefined) validateFailurePolicy(errors, spec, `${field}.podFailurePolicy`);
  if (spec.successPolicy !== undefined) {
    const rules = spec.successPolicy.rules ?? [];
    const at = `${field}.successPolicy`;
    if (!isIndexed(spec)) invalid(errors, at, goSuccessPolicy(spec.successPolicy), 'requires indexed completion mode');
    else {
      if (rules.length === 0) required(errors, `${at}.rules`, 'at least one rules must be specified when the successPolicy is specified');
      if (rules.length > 20) tooMany(errors, `${at}.rules`, rules.length, 20);
      rules.forEach((rule, i) => validateSuccessRule(errors, spec.completions ?? 0, rule, `${at}.rules[${i}]`));
    }
  }
  const replacement = spec.podReplacementPolicy;
  if (replacement !== undefined) {
    const supported = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
    if (!supported.includes(replacement)) notSupported(errors, `${field}.podReplacementPolicy`, replacement, supported);
  }
  validatePodTemplate(errors, spec.template, `${field}.template`);
  const restart = spec.template.spec.restartPolicy ?? '';
  const at = `${field}.template.spec.restartPolicy`;
  if (restart === 'Always' || restart === '') required(errors, at, 'valid values: "OnFailure", "Never"');
  else if (restart !== 'OnFailure' && restart !== 'Never') notSupported(errors, at, restart, ['OnFailure', 'Never']);
  else if (spec.podFailurePolicy !== undefined && restart !== 'Never') invalid(errors, at, restart, 'only "Never" is supported when podFailurePolicy is specified');
}
