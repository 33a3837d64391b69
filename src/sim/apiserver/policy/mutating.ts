import type { KubernetesObject } from '../../api/object.ts';
import type { Status } from '../../api/request.ts';
import { toStored } from '../convert.ts';
import { decodeAs } from '../decode.ts';
import { shapeOfCustom } from '../fields/customShape.ts';
import { shapeOfKind } from '../fields/ownership.ts';
import type { Shape } from '../fields/shape.ts';
import { merge, misfits, misfitText } from '../fields/typed.ts';
import { jsonPatch, operationsOf } from '../patch-json.ts';
import { isObject, PatchFailure, same } from '../patch-values.ts';
import { typeOfKind } from '../schema.ts';
import { forbidden, internalError } from '../status.ts';
import { rulesOf } from '../verbs-hooks.ts';
import { asAsked } from '../verbs-write.ts';
import { isFailure, type Call } from '../verbs-call.ts';
import { evaluator, meetsConditions, plain, type Result } from './evaluate.ts';
import { withMaps } from './literals.ts';
import { isExempt, matches } from './match.ts';
import { paramsOf } from './params.ts';
import { bindingsOf } from './validating.ts';
import type { Attributes, Binding, Policy } from './shapes.ts';

/**
 * MutatingAdmissionPolicy: the patches of the policies that match a write, one after another, each over what the one before made of it. After
 * apiserver/pkg/admission/plugin/policy/mutating. A policy that may be invoked again is when a later one has changed the object.
 */
export function mutated(call: Call, object: KubernetesObject, old: KubernetesObject | undefined): KubernetesObject | Status {
  const bound = bindingsOf(call.context.store, 'Mutating');
  if (bound.length === 0 || isExempt(call)) return object;
  const operation = old === undefined ? 'CREATE' : 'UPDATE';
  let current = object;
  /** Invocations that may run once more, and how the object was after them. */
  const again: { readonly policy: Policy; readonly binding: Binding; readonly after: KubernetesObject }[] = [];
  const invoke = (policy: Policy, binding: Binding): Status | undefined => {
    const result = invoked(call, { operation, object: current, old }, policy, binding);
    if (isFailure(result)) return result;
    current = result;
    return undefined;
  };
  for (const [policy, bindings] of bound) {
    for (const binding of bindings) {
      const on: Attributes = { operation, object: current, old };
      if (!matches(call, on, policy.spec.matchConstraints) || !matches(call, on, binding.spec.matchResources)) continue;
      const refused = invoke(policy, binding);
      if (refused !== undefined) return refused;
      if (policy.spec.reinvocationPolicy === 'IfNeeded') again.push({ policy, binding, after: current });
    }
  }
  for (const { policy, binding, after } of again) {
    if (same(after, current)) continue;
    const refused = invoke(policy, binding);
    if (refused !== undefined) return refused;
  }
  return current;
}

function invoked(call: Call, on: Attributes & { readonly object?: KubernetesObject | undefined }, policy: Policy, binding: Binding): KubernetesObject | Status {
  const given = on.object!;
  const fail = (why: string): KubernetesObject | Status => {
    if (policy.spec.failurePolicy === 'Ignore') return given;
    const { name, generateName } = given.metadata;
    const message = `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${why}`;
    const refusal = forbidden(call.info, name || (generateName ?? ''), message);
    return { ...refusal, reason: 'Invalid', code: 422, details: { ...refusal.details, causes: [{ message }] } } as Status;
  };
  const params = paramsOf(call, policy, binding);
  if ('error' in params) return fail(`failed to configure binding: ${params.error}`);
  let current = given;
  for (const param of params) {
    const conditions = meetsConditions(evaluator(call, { ...on, object: current }, policy, param), policy);
    if (conditions === false) continue;
    if (conditions !== true) return fail(conditions.error);
    for (const mutation of policy.spec.mutations ?? []) {
      const expression = (mutation.patchType === 'JSONPatch' ? mutation.jsonPatch : mutation.applyConfiguration)?.expression ?? '';
      const { mismatch } = withMaps(expression);
      if (mismatch !== undefined) return fail(`type mismatch: ${mismatch}`);
      const result: Result = evaluator(call, { ...on, object: current }, policy, param)(expression);
      if (result === 'not evaluated') continue;
      if ('error' in result) return fail(result.error);
      const shown = asAsked(call, current) as unknown as Readonly<Record<string, unknown>>;
      const patch = plain(result.value);
      const made = mutation.patchType === 'JSONPatch' ? patched(shown, patch) : applied(call, shown, patch);
      if ('error' in made) return fail(made.error);
      // A test that does not hold leaves the object as it was.
      if (made.object === undefined) continue;
      const decoded = decodedAgain(call, made.object, current);
      if (isFailure(decoded)) return decoded;
      current = decoded;
    }
  }
  return current;
}

type Made = { readonly object: unknown } | { readonly error: string };

function patched(shown: unknown, patch: unknown): Made {
  if (!Array.isArray(patch)) return { error: 'type mismatch: JSONPatchType.expression should evaluate to array' };
  try {
    return { object: jsonPatch(shown, operationsOf(patch).operations) };
  } catch (failure) {
    if (!(failure instanceof PatchFailure)) throw failure;
    return /^testing |test failed/i.test(failure.message) ? { object: undefined } : { error: `JSON Patch: ${failure.message}` };
  }
}

const shapeOf = (call: Call): Shape => (call.info.table === undefined ? shapeOfKind(call.info.kind, call.apiVersion) : shapeOfCustom(call.info));

function applied(call: Call, shown: unknown, patch: unknown): Made {
  if (!isObject(patch)) return { error: `invalid return type: ${typeof patch}` };
  const shape = shapeOf(call);
  const config = { apiVersion: call.apiVersion, kind: call.info.kind, ...patch };
  const found = misfits(shape, config);
  if (found.length > 0) return { error: `error applying patch: failed to convert patch object to typed object: ${misfitText(found)}` };
  const atomic = atomics(shape, config);
  if (atomic.length > 0) return { error: `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(', ')}` };
  return { object: merge(shape, shown, config) };
}

/** The parts of a patch that would replace a whole list or map (findAtomics in patch/smd.go). */
function atomics(shape: Shape, value: unknown, path = ''): readonly string[] {
  if (shape.is === 'list' && Array.isArray(value)) return shape.keys === undefined ? [path] : value.flatMap((one, i) => atomics(shape.of, one, `${path}[${i}]`));
  if (shape.is !== 'map' || !isObject(value)) return [];
  return [...(shape.atomic ? [path] : []), ...Object.keys(value).flatMap((key) => {
    const below = shape.field(key);
    return below === undefined ? [] : atomics(below, value[key], `${path}.${key}`);
  })];
}

/** What a patch made, as an object of its kind with its defaults. */
function decodedAgain(call: Call, made: unknown, current: KubernetesObject): KubernetesObject | Status {
  const { info } = call;
  let next: KubernetesObject;
  if (info.table !== undefined) next = made as KubernetesObject;
  else {
    const struct = typeOfKind(info.kind, call.apiVersion);
    if (struct === undefined) next = made as KubernetesObject;
    else {
      const { value, error } = decodeAs(struct, made);
      if (error !== undefined) return internalError(error);
      next = toStored(call.apiVersion, { ...(value as KubernetesObject), kind: current.kind });
    }
    next = { ...next, kind: current.kind, apiVersion: current.apiVersion };
  }
  return rulesOf(info).default?.(next) ?? next;
}
