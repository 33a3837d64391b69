import type { Condition, KubernetesObject, LabelSelector, Pod, PodDisruptionBudget, StringMap } from '../api/object.ts';
import type { Response, Status } from '../api/request.ts';
import { USERS } from '../api/request.ts';
import { selects } from '../api/selector.ts';
import { MILLISECOND, SECOND, timestamp } from '../api/time.ts';
import { topologyLabels } from './admission.ts';
import { beyond } from './beyond.ts';
import { parseJson, placed } from './decode.ts';
import { applyPatch, type Patched } from './patch.ts';
import { isObject, share, type ObjectValue } from './patch-values.ts';
import { structType } from './schema.ts';
import { badRequest, conflict, forbidden, invalid, notFound, plainError, tooManyRequests } from './status.ts';
import { changeAt, head, headList } from './store.ts';
import type { FieldError } from './strategy.ts';
import { readOptions, removeObject, type DeleteOptions } from './verbs-delete.ts';
import { answer, isFailure, keyIn, keyOfCall, metaInOrder, nowText, refuse, stored, write, type Call } from './verbs-call.ts';
import { badPatch, mediaType, patchRefusal, updateObject } from './verbs-write.ts';
import { apiVersionOf, kindInfo } from '../api/kinds.ts';

const POD_SPEC = structType('PodSpec');

/** The answer of a subresource that makes something happen and has no object of its own. */
const CREATED: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** The internal package and the versions of the kinds that only subresources take. */
const GROUPS: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  Binding: ['core', ['v1']],
  Eviction: ['policy', ['policy/v1', 'policy/v1beta1']],
  Scale: ['autoscaling', ['autoscaling/v1', 'autoscaling/v2']],
  TokenRequest: ['authentication', ['authentication.k8s.io/v1']],
};

/** The body of a subresource's POST or PUT as an object of the kind that it takes. */
function bodyOf(body: unknown, kind: string): ObjectValue | Status {
  let value = body;
  if (typeof body === 'string') {
    const parsed = parseJson(body);
    if ('error' in parsed) return badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${parsed.error}`);
    value = parsed.value;
  }
  if (!isObject(value)) return badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: unexpected end of JSON input${body === undefined ? ' (<empty>)' : ''}`);
  const has = value['kind'] || kind;
  const [group, versions] = GROUPS[kind] ?? ['core', ['v1']];
  const version = value['apiVersion'] || versions[0]!;
  if (typeof has !== 'string' || typeof version !== 'string') return value;
  const head = `${has} in version "${version.slice(version.lastIndexOf('/') + 1)}" cannot be handled as a ${kind}`;
  const isOther = has !== kind && kindInfo(has) !== undefined && apiVersionOf(kindInfo(has)!) === version;
  if (isOther) return badRequest(`${head}: converting (v1.${has}) to (${group}.${kind}): unknown conversion`);
  if (has !== kind || !versions.includes(version)) return badRequest(`${head}: no kind "${has}" is registered for version "${version}" in scheme "pkg/runtime/scheme.go:111"`);
  return value;
}

const objectAt = (value: ObjectValue, key: string): ObjectValue => {
  const inner = Object.hasOwn(value, key) ? value[key] : undefined;
  return isObject(inner) ? inner : {};
};
const textAt = (value: ObjectValue, key: string): string => {
  const inner = Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof inner === 'string' ? inner : '';
};
function stringsAt(value: ObjectValue, key: string): StringMap {
  const out: Record<string, string> = {};
  for (const [name, text] of Object.entries(objectAt(value, key))) if (typeof text === 'string' && name !== '__proto__') out[name] = text;
  return out;
}

/** podutil.UpdatePodCondition: one condition, in place if there is one of its type; its transition time moves only with its status. */
export function withCondition(conditions: readonly Condition[] | undefined, now: string, wanted: { readonly type: string; readonly status: 'True' | 'False'; readonly reason?: string; readonly message?: string }): readonly Condition[] {
  const have = conditions ?? [];
  const index = have.findIndex((condition) => condition.type === wanted.type);
  const before = have[index];
  const next: Condition = {
    type: wanted.type,
    status: wanted.status,
    lastProbeTime: null,
    lastTransitionTime: before?.status === wanted.status ? (before.lastTransitionTime ?? now) : now,
    ...(wanted.reason === undefined ? {} : { reason: wanted.reason }),
    ...(wanted.message === undefined ? {} : { message: wanted.message }),
  };
  return index < 0 ? [...have, next] : have.with(index, next);
}

// ---- pods/binding

/** The scheduler's last word: gives the Pod its node, once (pkg/registry/core/pod/storage: BindingREST). */
export function bind(call: Call, body: unknown): Response {
  const binding = bodyOf(body, 'Binding');
  if (isFailure(binding)) return refuse(binding);
  const name = call.name!;
  const meta = objectAt(binding, 'metadata');
  if (textAt(meta, 'name') !== name) return refuse(badRequest('name in URL does not match name in Binding object'));
  const namespace = textAt(meta, 'namespace');
  if (namespace !== '' && namespace !== call.namespace) return refuse(badRequest('the namespace of the provided object does not match the namespace sent on the request'));
  const target = objectAt(binding, 'target');
  const given = binding['target'];
  if (given !== undefined && given !== null && !isObject(given)) return refuse(badRequest(`Binding in version "v1" cannot be handled as a Binding: json: cannot unmarshal ${Array.isArray(given) ? 'array' : typeof given === 'boolean' ? 'bool' : typeof given} into Go struct field Binding.target of type v1.ObjectReference`));
  const kind = textAt(target, 'kind');
  const node = textAt(target, 'name');
  const wrong: string[] = [];
  if (kind !== '' && kind !== 'Node') wrong.push(`target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`);
  if (node === '') wrong.push('target.name: Required value');
  if (wrong.length > 0) return refuse(plainError(wrong.length === 1 ? wrong[0]! : `[${wrong.join(', ')}]`));
  const pod = stored(call) as Pod | undefined;
  if (pod === undefined) return refuse(notFound(call.info, name));
  const refused = (why: string): Response => refuse(conflict(call.info, name, why, 'binding'));
  const uid = textAt(meta, 'uid');
  const version = textAt(meta, 'resourceVersion');
  const failed = (of: string, wanted: string, found: string): Response =>
    refuse(conflict(call.info, name, `StorageError: invalid object, Code: 4, Key: /registry/pods/${keyOfCall(call)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${of} in precondition: ${wanted}, ${of} in object meta: ${found}`));
  if (uid !== '' && uid !== pod.metadata.uid) return failed('UID', uid, pod.metadata.uid);
  if (version !== '' && version !== pod.metadata.resourceVersion) return failed('ResourceVersion', version, pod.metadata.resourceVersion);
  if (pod.metadata.deletionTimestamp !== undefined) return refused(`pod ${name} is being deleted, cannot be assigned to a host`);
  if ((pod.spec.nodeName ?? '') !== '') return refused(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if ((pod.spec.schedulingGates?.length ?? 0) > 0) return refused(`pod ${name} has non-empty .spec.schedulingGates`);
  const merged = (have: StringMap | undefined, more: StringMap): StringMap | undefined => {
    for (const _ in more) return { ...have, ...more };
    return have;
  };
  const { nominatedNodeName: _nominated, conditions, ...status } = pod.status;
  const { labels, annotations } = pod.metadata;
  // PodTopologyLabels: the Pod learns the zone and the region of its node.
  const moreLabels = merged(labels, { ...stringsAt(meta, 'labels'), ...topologyLabels(head(call.context.store, 'Node', node)) });
  const moreAnnotations = merged(annotations, stringsAt(meta, 'annotations'));
  const next: Pod = {
    ...pod,
    metadata: moreLabels === labels && moreAnnotations === annotations ? pod.metadata : metaInOrder({ ...pod.metadata, labels: moreLabels, annotations: moreAnnotations }),
    spec: placed(POD_SPEC, pod.spec, 'nodeName', node),
    status: { ...status, conditions: withCondition(conditions, nowText(call), { type: 'PodScheduled', status: 'True' }) },
  };
  write(call, keyOfCall(call), next, { verb: 'create' });
  return answer(call, 201, CREATED);
}

// ---- pods/eviction

const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";
const MAX_DISRUPTED_PODS = 2000;
const CAUSE = 'DisruptionBudget';
const RETRY_MICROS = 500 * MILLISECOND;
/** What a client's next eviction takes to get here, when it does not wait for anything but the answer to the one before. */
const BESIDE_MICROS = 8 * MILLISECOND;
const isReady = (pod: Pod): boolean => pod.status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;

/**
 * Deletes a Pod if its budget allows (pkg/registry/core/pod/storage/eviction.go). The budget is charged first, by the API server itself,
 * so that no second eviction can pass before the disruption controller has counted.
 */
export function evict(call: Call, body: unknown): Response {
  const eviction = bodyOf(body, 'Eviction');
  if (isFailure(eviction)) return refuse(eviction);
  const name = call.name!;
  if (textAt(objectAt(eviction, 'metadata'), 'name') !== name) return refuse(badRequest('name in URL does not match name in Eviction object'));
  const given = eviction['deleteOptions'];
  const options: DeleteOptions | Status = given === undefined || given === null ? {} : readOptions(given);
  if (isFailure(options)) return refuse(options);
  const on: Call = call.dryRun || options.dryRun?.includes('All') === true ? { ...call, dryRun: true } : call;
  const pod = stored(on) as Pod | undefined;
  if (pod === undefined) return refuse(notFound(call.info, name));
  const { phase } = pod.status;
  const isFree = phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;
  if (!isFree) {
    const budgets = (headList(call.context.store, 'PodDisruptionBudget', { index: 'namespace', value: call.namespace ?? '' }) as readonly PodDisruptionBudget[]).filter((budget) => selects(budget.spec.selector, pod.metadata.labels));
    if (budgets.length > 1) return refuse({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.', code: 500 });
    const budget = budgets[0];
    if (budget !== undefined && !sparesBudget(pod, budget)) {
      if (meetsAnother(on, budget)) return { ...refuse(conflict(kindInfo('PodDisruptionBudget')!, budget.metadata.name)), againMicros: RETRY_MICROS + Math.floor((on.context.draw('eviction again', keyOfCall(on)) % 1000) * (RETRY_MICROS / 10_000)) };
      const refused = charge(on, budget, name);
      if (refused !== undefined) return refuse(refused);
    }
  }
  const removed = withTargetAndDelete(on, pod, options);
  return removed === undefined ? answer(call, 201, CREATED) : refuse(removed);
}

/**
 * Of evictions side by side all read the budget before the first has charged it; the others then meet a conflict and try again inside the API
 * server (EvictionsRetry of eviction.go: 500 ms and up to a tenth more). Here requests are handled one after the other, so that an eviction was
 * beside another is seen from how shortly ago its budget was changed. One that read a budget without room is refused at once, without a conflict.
 */
function meetsAnother(call: Call, budget: PodDisruptionBudget): boolean {
  if (call.dryRun) return false;
  const { store, now } = call.context;
  for (let version: string | undefined = budget.metadata.resourceVersion; version !== undefined; ) {
    const change = changeAt(store, Number(version));
    if (change === undefined || change.at <= now - BESIDE_MICROS) return false;
    const before = change.before as PodDisruptionBudget | undefined;
    if (change.by === USERS.apiserver && (before?.status?.disruptionsAllowed ?? 0) > 0) return true;
    version = before?.metadata.resourceVersion;
  }
  return false;
}

/** A Pod that is not ready does not count as healthy: evicting it may cost the budget nothing. */
function sparesBudget(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (isReady(pod)) return false;
  if ((spec as { unhealthyPodEvictionPolicy?: string }).unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const desired = status?.desiredHealthy ?? 0;
  return (status?.currentHealthy ?? 0) >= desired && desired > 0;
}

/** Takes one allowed disruption from the budget and notes the Pod, or says why not. */
function charge(call: Call, budget: PodDisruptionBudget, podName: string): Status | undefined {
  const { name } = budget.metadata;
  const info = kindInfo('PodDisruptionBudget')!;
  const status: Partial<NonNullable<PodDisruptionBudget['status']>> = budget.status ?? {};
  const allowed = status.disruptionsAllowed ?? 0;
  if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    return tooManyRequests(VIOLATES, 10, [{ reason: CAUSE, message: `The disruption budget ${name} is still being processed by the server.` }]);
  }
  if (allowed < 0) return forbidden({ ...info, resource: 'poddisruptionbudget' }, name, 'pdb disruptions allowed is negative');
  const disrupted: StringMap = status.disruptedPods ?? {};
  if (Object.keys(disrupted).length > MAX_DISRUPTED_PODS) return forbidden({ ...info, resource: 'poddisruptionbudget' }, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  const condition = status.conditions?.find((one) => one.type === 'DisruptionAllowed');
  if (allowed === 0) {
    const current = status.currentHealthy ?? 0;
    const desired = status.desiredHealthy ?? 0;
    const said = condition?.status === 'False' && (condition.message ?? '') !== '' ? condition : undefined;
    const message = said?.reason === 'SyncFailed'
      ? `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${said.message}`
      : current <= desired
        ? `The disruption budget ${name} needs ${desired} healthy pods and has ${current} currently`
        : said !== undefined
          ? `The disruption budget ${name} does not allow evicting pods currently (${said.reason ?? ''}): ${said.message}`
          : `The disruption budget ${name} does not allow evicting pods currently`;
    return tooManyRequests(VIOLATES, 0, [{ reason: CAUSE, message }]);
  }
  if (call.dryRun) return undefined;
  const now = nowText(call);
  const left = allowed - 1;
  const next = {
    ...budget,
    status: {
      ...status,
      disruptedPods: { ...disrupted, [podName]: now },
      disruptionsAllowed: left,
      ...(left > 0 ? {} : { conditions: withExhausted(status.conditions, status.observedGeneration, now) }),
    },
  };
  write(call, keyIn(budget.metadata.namespace, name), next as KubernetesObject, { verb: 'update', by: USERS.apiserver, kind: 'PodDisruptionBudget', subresource: 'status' });
  return undefined;
}

function withExhausted(conditions: readonly Condition[] | undefined, observedGeneration: number | undefined, now: string): readonly Condition[] {
  const have = conditions ?? [];
  const index = have.findIndex((one) => one.type === 'DisruptionAllowed');
  const before = have[index];
  const next: Condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    lastTransitionTime: before?.status === 'False' ? (before.lastTransitionTime ?? now) : now,
    reason: 'InsufficientPods',
    message: '',
  };
  return index < 0 ? [...have, next] : have.with(index, next);
}

function withTargetAndDelete(call: Call, pod: Pod, options: DeleteOptions): Status | undefined {
  const { preconditions } = options;
  const about = { ...call.info, resource: 'Pod' };
  const { name, uid, resourceVersion } = pod.metadata;
  if ((preconditions?.uid ?? '') !== '' && preconditions?.uid !== uid) return conflict(about, name, `the UID in the precondition (${preconditions?.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`);
  if ((preconditions?.resourceVersion ?? '') !== '' && preconditions?.resourceVersion !== resourceVersion) return conflict(about, name, `the ResourceVersion in the precondition (${preconditions?.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`);
  let target: KubernetesObject = pod;
  if (!call.dryRun) {
    const conditions = withCondition(pod.status.conditions, nowText(call), { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' });
    const next = share(pod, { ...pod, status: { ...pod.status, conditions } });
    if (next !== pod) target = write(call, keyOfCall(call), next, { verb: 'update' })!;
  }
  // The version was checked above; the condition has changed it since.
  const removed = removeObject(call, target, { ...options, preconditions: preconditions?.uid === undefined ? {} : { uid: preconditions.uid } });
  return isFailure(removed) ? removed : undefined;
}

// ---- scale

interface Scale extends KubernetesObject {
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly replicas: number; readonly selector?: string };
}
interface Scalable extends KubernetesObject {
  readonly spec: { readonly replicas?: number; readonly selector?: LabelSelector };
  readonly status?: { readonly replicas?: number };
}

/** A label selector in the one-line form of the API: sorted by key. */
function selectorText(selector: LabelSelector | undefined): string {
  const terms: { readonly key: string; readonly text: string }[] = [];
  for (const [key, value] of Object.entries(selector?.matchLabels ?? {})) terms.push({ key, text: `${key}=${value}` });
  for (const { key, operator, values } of selector?.matchExpressions ?? []) {
    const set = [...(values ?? [])].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join(',');
    terms.push({ key, text: operator === 'In' ? `${key} in (${set})` : operator === 'NotIn' ? `${key} notin (${set})` : operator === 'Exists' ? key : `!${key}` });
  }
  return terms.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ text }) => text).join(',');
}

function scaleOf(object: Scalable): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = object.spec.replicas ?? 1;
  // A ReplicationController's selector is older than label selectors: a plain map.
  const selector = selectorText(object.kind === 'ReplicationController' ? { matchLabels: object.spec.selector as StringMap | undefined } : object.spec.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: metaInOrder({ name, namespace, uid, resourceVersion, creationTimestamp }),
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: object.status?.replicas ?? 0, ...(selector === '' ? {} : { selector }) },
  };
}

/** What strict decoding finds in a Scale; its metadata is not looked into. */
function unknownOfScale(scale: ObjectValue): readonly string[] {
  const out: string[] = [];
  for (const key of Object.keys(scale)) if (!['kind', 'apiVersion', 'metadata', 'spec', 'status'].includes(key)) out.push(`unknown field "${key}"`);
  for (const key of Object.keys(objectAt(scale, 'spec'))) if (key !== 'replicas') out.push(`unknown field "spec.${key}"`);
  for (const key of Object.keys(objectAt(scale, 'status'))) if (key !== 'replicas' && key !== 'selector') out.push(`unknown field "status.${key}"`);
  return out;
}

function scaleFor(call: Call, object: Scalable): Scale {
  if (call.info.table === undefined) return scaleOf(object);
  const { replicas, current, selector } = beyond.custom!.scaleOf(call.info, object);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as Scale['metadata'],
    spec: { ...(replicas === 0 ? {} : { replicas }) }, status: { replicas: current, ...(selector === undefined || selector === '' ? {} : { selector }) },
  };
}

/** GET, PUT and PATCH of `/scale`: the number of replicas, and nothing else of the object. */
export function scale(call: Call, body: unknown): Response {
  const { method } = call.request;
  const object = stored(call) as Scalable | undefined;
  if (method === 'GET') return object === undefined ? refuse(notFound(call.info, call.name!)) : answer(call, 200, scaleFor(call, object));
  let wanted: ObjectValue | Status;
  let patch: Patched | undefined;
  if (method === 'PATCH') {
    const contentType = mediaType(call.request.contentType);
    const refused = patchRefusal(contentType);
    if (refused !== undefined) return refuse(refused);
    if (object === undefined) return refuse(notFound(call.info, call.name!));
    const patched = applyPatch(contentType, scaleFor(call, object), body, undefined, call.validation);
    if (!isFailure(patched)) patch = patched;
    wanted = isFailure(patched) ? patched : patched.document;
  } else {
    wanted = bodyOf(body, 'Scale');
  }
  if (isFailure(wanted)) return refuse(wanted);
  if (object === undefined) return refuse(notFound(call.info, call.name!));
  const replicas = objectAt(wanted, 'spec')['replicas'] ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || Math.abs(replicas) > 2 ** 31 - 1) {
    const value = typeof replicas === 'number' ? `number ${replicas}` : Array.isArray(replicas) ? 'array' : typeof replicas === 'boolean' ? 'bool' : typeof replicas;
    const why = `json: cannot unmarshal ${value} into Go struct field ScaleSpec.spec.replicas of type int32`;
    return refuse(patch === undefined ? badRequest(`Scale in version "v1" cannot be handled as a Scale: ${why}`) : badPatch(patch, why));
  }
  const unknown = unknownOfScale(wanted);
  if (unknown.length > 0) {
    const strict = `strict decoding error: ${unknown.join(', ')}`;
    if (call.validation === 'Strict') return refuse(patch === undefined ? badRequest(`Scale in version "v1" cannot be handled as a Scale: ${strict}`) : badPatch(patch, strict));
    if (call.validation === 'Warn') call.warnings.push(...unknown);
  }
  const meta = objectAt(wanted, 'metadata');
  const name = call.name!;
  if (textAt(meta, 'name') === '') return refuse(badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`));
  if (textAt(meta, 'name') !== name) return refuse(badRequest(`the name of the object (${textAt(meta, 'name')}) does not match the name on the URL (${name})`));
  const namespace = textAt(meta, 'namespace');
  if (namespace !== '' && namespace !== call.namespace) return refuse(badRequest('the namespace of the provided object does not match the namespace sent on the request'));
  if (replicas < 0 && call.info.table === undefined) return refuse(invalid({ kind: 'Scale', group: 'autoscaling' }, name, [{ field: 'spec.replicas', reason: 'FieldValueInvalid', message: `Invalid value: ${replicas}: must be greater than or equal to 0` }]));
  const uid = textAt(meta, 'uid');
  if (uid !== '' && uid !== object.metadata.uid) return refuse(conflict(call.info, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid}`, 'scale'));
  const numbered = call.info.table === undefined ? { ...object, spec: { ...object.spec, replicas } } : beyond.custom!.scaled(call.info, object, replicas);
  const next = { ...numbered, metadata: { ...object.metadata, resourceVersion: textAt(meta, 'resourceVersion') } };
  const done = updateObject(call, next, object, 'object');
  return isFailure(done) ? refuse(done) : answer(call, 200, scaleFor(call, done as Scalable));
}

// ---- serviceaccounts/token

/**
 * A token for a ServiceAccount. There is nobody in the simulation who would check a signature: the token only says whose it is and
 * until when, and is marked as what it is.
 */
export function token(call: Call, body: unknown): Response {
  const request = bodyOf(body, 'TokenRequest');
  if (isFailure(request)) return refuse(request);
  const account = stored(call);
  if (account === undefined) return refuse(notFound(call.info, call.name!));
  const spec = objectAt(request, 'spec');
  const seconds = spec['expirationSeconds'] ?? 3600;
  const errors: FieldError[] = [];
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 600) errors.push({ field: 'spec.expirationSeconds', reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(seconds)}: may not specify a duration less than 10 minutes` });
  if (errors.length > 0) return refuse(invalid({ kind: 'TokenRequest', group: 'authentication.k8s.io' }, call.name!, errors));
  const { namespace, name, uid } = account.metadata;
  return answer(call, 201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: nowText(call) },
    spec: { audiences: ['https://kubernetes.default.svc.cluster.local'], ...spec, expirationSeconds: seconds },
    status: { token: `simulated.system:serviceaccount:${namespace ?? ''}:${name}.${uid}`, expirationTimestamp: timestamp(call.context.now + (seconds as number) * SECOND) },
  });
}

