import type { KubernetesObject } from '../../api/object.ts';
import { environment } from '../cel/engine.ts';
import { head } from '../store.ts';
import { asAsked } from '../verbs-write.ts';
import type { Call } from '../verbs-call.ts';
import { withMaps } from './literals.ts';
import type { Attributes, Policy } from './shapes.ts';

/**
 * The expressions of one policy over one write, with one parameter. Objects are dynamic, as they are upstream: whole numbers are integers, and times
 * and quantities are texts. `authorizer` is not there; what the engine lacks (../cel/engine.ts) is not evaluated and counts as true.
 */
export type Result = { readonly value: unknown } | { readonly error: string } | 'not evaluated';

/** A policy sees what was sent in the version of the request. */
const shown = (call: Call, object: KubernetesObject | undefined): unknown => {
  if (object === undefined) return null;
  return celValue(asAsked(call, object));
};

/** JSON as the engine takes it. */
function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const one = (value as Record<string, unknown>)[key];
    if (one !== undefined && key !== '__proto__') out[key] = celValue(one);
  }
  return out;
}

/** A value of the engine as JSON. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [String(key), plain(one)]));
  if (typeof value !== 'object' || value === null) return value;
  const { constructor } = value as object;
  // What CEL counts without a sign is an object of the engine's own.
  if (constructor !== Object && constructor !== undefined && typeof (value as { valueOf(): unknown }).valueOf() === 'bigint') return Number((value as { valueOf(): bigint }).valueOf());
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

const requestOf = (call: Call, { operation, object, old }: Attributes): unknown => {
  const { info, apiVersion, request } = call;
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const kind = { group: info.group, version, kind: info.kind };
  const resource = { group: info.group, version, resource: info.resource };
  const sub = call.subresource;
  return {
    kind, resource, requestKind: kind, requestResource: resource,
    ...(sub === undefined ? {} : { subResource: sub, requestSubResource: sub }),
    name: (object ?? old)?.metadata.name ?? '',
    ...(call.namespace === undefined ? {} : { namespace: call.namespace }),
    operation,
    userInfo: { username: request.user, groups: request.groups ?? ['system:masters', 'system:authenticated'], uid: '', extra: {} },
    dryRun: call.dryRun,
    options: {},
  };
};

const NAMES = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables'];

export function evaluator(call: Call, on: Attributes, policy: Policy, param: KubernetesObject | undefined): (expression: string) => Result {
  const engine = environment(NAMES);
  const { namespace, context, info } = call;
  const space = namespace === undefined || (info.kind === 'Namespace' && info.group === '') ? undefined : head(context.store, 'Namespace', namespace);
  const variables: Record<string, unknown> = {};
  const bound = {
    object: shown(call, on.object),
    oldObject: shown(call, on.old),
    request: requestOf(call, on),
    params: param === undefined ? null : celValue(param),
    namespaceObject: space === undefined ? null : celValue(space),
    variables,
  };
  const run = (expression: string): Result => engine.evaluate(withMaps(expression).text, bound);
  for (const { name, expression } of policy.spec.variables ?? []) {
    // A variable is worked out when it is asked for, and what goes wrong in it goes wrong there.
    let result: Result | undefined;
    Object.defineProperty(variables, name, {
      enumerable: true,
      get(): unknown {
        result ??= run(expression);
        if (result === 'not evaluated') throw new Error('no matching overload');
        if ('error' in result) throw new Error(`composited variable "${name}" fails to evaluate: ${result.error}`);
        return result.value;
      },
    });
  }
  return (expression) => {
    const result = run(expression);
    return result !== 'not evaluated' && 'error' in result ? { error: `expression '${expression.trim()}' resulted in error: ${result.error}` } : result;
  };
}

/** Whether all conditions hold; an error counts as the policy says (matchconditions.Match). */
export function meetsConditions(evaluate: (expression: string) => Result, { spec }: Policy): boolean | { readonly error: string } {
  let error: string | undefined;
  for (const { expression } of spec.matchConditions ?? []) {
    const result = evaluate(expression);
    if (result === 'not evaluated') continue;
    if ('error' in result) error ??= result.error;
    else if (result.value !== true) return false;
  }
  if (error === undefined) return true;
  return spec.failurePolicy === 'Ignore' ? false : { error };
}

