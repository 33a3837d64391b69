import { utf8Length } from '../goText.ts';
import type { Status } from '../../api/request.ts';
import { forbidden } from '../status.ts';
import { head, headList, type Store } from '../store.ts';
import type { Call } from '../verbs-call.ts';
import { evaluator, meetsConditions } from './evaluate.ts';
import { isExempt, matches } from './match.ts';
import { paramsOf } from './params.ts';
import type { Attributes, Binding, Policy } from './shapes.ts';

/**
 * ValidatingAdmissionPolicy: every binding of a policy that matches a write has the policy's expressions evaluated over it, once for each parameter.
 * After apiserver/pkg/admission/plugin/policy/validating (dispatcher.go, validator.go). A policy holds from the moment it is stored, upstream some
 * hundred milliseconds later; there is no audit log, so the action Audit and audit annotations come to nothing unless they fail.
 */
export function bindingsOf(store: Store, kind: 'Validating' | 'Mutating'): readonly (readonly [Policy, readonly Binding[]])[] {
  const bindingKind = `${kind}AdmissionPolicyBinding`;
  if (!store.tables.has(bindingKind)) return NONE;
  const bindings = headList(store, bindingKind) as readonly Binding[];
  if (bindings.length === 0) return NONE;
  const byPolicy = new Map<string, Binding[]>();
  for (const one of bindings) {
    const list = byPolicy.get(one.spec.policyName);
    if (list === undefined) byPolicy.set(one.spec.policyName, [one]);
    else list.push(one);
  }
  const found: (readonly [Policy, readonly Binding[]])[] = [];
  for (const [name, of] of byPolicy) {
    const policy = head(store, `${kind}AdmissionPolicy`, name) as Policy | undefined;
    if (policy !== undefined) found.push([policy, of]);
  }
  return found.sort(([a], [b]) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
const NONE: readonly never[] = [];

interface Denial {
  readonly message: string;
  readonly reason: string;
}
const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 };
/** celconfig.MaxEvaluatedMessageExpressionSizeBytes */
const LONGEST_MESSAGE = 5 * 1024;

export function policyRefusal(call: Call, on: Attributes): Status | undefined {
  const bound = bindingsOf(call.context.store, 'Validating');
  if (bound.length === 0 || isExempt(call)) return undefined;
  let denied: Denial | undefined;
  for (const [policy, bindings] of bound) {
    if (!matches(call, on, policy.spec.matchConstraints)) continue;
    for (const binding of bindings) {
      if (!matches(call, on, binding.spec.matchResources)) continue;
      const said = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
      const params = paramsOf(call, policy, binding);
      if ('error' in params) {
        if (policy.spec.failurePolicy !== 'Ignore') denied ??= { message: `${said} denied request: failed to configure binding: ${params.error}`, reason: 'Invalid' };
        continue;
      }
      for (const param of params) {
        for (const { message, reason, always } of decisions(call, on, policy, param)) {
          const actions = binding.spec.validationActions ?? [];
          if (always === true || actions.includes('Deny')) denied ??= { message: `${said} denied request: ${message}`, reason };
          if (always !== true && actions.includes('Warn')) call.warnings.push(`Validation failed for ${said}: ${message}`);
        }
      }
    }
  }
  if (denied === undefined) return undefined;
  const named = (on.object ?? on.old)?.metadata;
  const refusal = forbidden(call.info, named?.name || (named?.generateName ?? ''), denied.message);
  return { ...refusal, reason: denied.reason, code: CODES[denied.reason] ?? 422, details: { ...refusal.details, causes: [{ message: denied.message }] } } as Status;
}

/** What a policy has against a write; `always`: whatever the binding's actions are. */
function decisions(call: Call, on: Attributes, policy: Policy, param: Parameters<typeof evaluator>[3]): readonly (Denial & { readonly always?: boolean })[] {
  const evaluate = evaluator(call, on, policy, param);
  const conditions = meetsConditions(evaluate, policy);
  if (conditions === false) return [];
  if (conditions !== true) return [{ message: conditions.error, reason: '' }];
  const out: (Denial & { readonly always?: boolean })[] = [];
  const ignores = policy.spec.failurePolicy === 'Ignore';
  for (const validation of policy.spec.validations ?? []) {
    const result = evaluate(validation.expression);
    if (result === 'not evaluated') continue;
    if ('error' in result) {
      if (!ignores) out.push({ message: result.error, reason: 'Invalid' });
      continue;
    }
    if (result.value === true) continue;
    let message = '';
    if (validation.messageExpression !== undefined && validation.messageExpression !== '') {
      const told = evaluate(validation.messageExpression);
      if (told !== 'not evaluated' && 'value' in told && typeof told.value === 'string') message = told.value.trim();
      if (message.includes('\n') || utf8Length(message) > LONGEST_MESSAGE) message = '';
    }
    message ||= (validation.message ?? '').trim() || `failed expression: ${validation.expression.trim()}`;
    out.push({ message, reason: validation.reason ?? 'Invalid' });
  }
  for (const { valueExpression } of policy.spec.auditAnnotations ?? []) {
    const result = evaluate(valueExpression);
    if (result !== 'not evaluated' && 'error' in result && !ignores) out.push({ message: result.error, reason: 'Invalid', always: true });
  }
  return out;
}
