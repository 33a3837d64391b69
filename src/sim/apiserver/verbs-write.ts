import type { Event, KubernetesObject, ObjectMeta } from '../api/object.ts';
import { APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, USERS, type Response, type Status } from '../api/request.ts';
import { asVersion, toStored } from './convert.ts';
import { decode, decodeAs, strictRefusal } from './decode.ts';
import { OBJECT_META, trust } from './decodeQuick.ts';
import { goQuote } from './goText.ts';
import { validateMeta, validateMetaUpdate } from './kinds/meta.ts';
import { overLimits } from './limits.ts';
import { applyPatch, type Patched } from './patch.ts';
import { share } from './patch-values.ts';
import { restoreWords } from './restoreWords.ts';
import { typeOfKind } from './schema.ts';
import { alreadyExists, badRequest, conflict, generateNameConflict, invalid, notFound, plainError, uidConflict, unsupportedMediaType } from './status.ts';
import { head } from './store.ts';
import type { Author, FieldError } from './strategy.ts';
import { answer, atItsEnd, generatedName, isFailure, keyIn, keyOfCall, metaInOrder, newUid, nowText, refuse, stored, write, type Call } from './verbs-call.ts';
import { tableName, type KindInfo } from '../api/kinds.ts';
import { beyond } from './beyond.ts';
import { admitted, allocated, escalation, rulesOf } from './verbs-hooks.ts';

/** Which face of an object an update writes: each keeps what belongs to the others. */
export type Face = 'object' | 'status' | 'finalize' | 'approval' | 'ephemeralcontainers' | 'resize';

const EVENTS = 'events.k8s.io/v1';
/** A stored object as this path's version shows it. */
export const asAsked = (call: Call, object: KubernetesObject): KubernetesObject => (call.info.table === undefined ? asVersion(call.apiVersion, object) : beyond.custom!.shown(call.info, object));

/** Kinds that a PUT may create (AllowCreateOnUpdate upstream), and those that it must name the version of (AllowUnconditionalUpdate). */
const CREATED_BY_PUT = new Set([
  'Endpoints', 'Event', 'Lease', 'Service', 'LimitRange', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'RuntimeClass',
]);
/** A custom object is refused under the kind that it says it has. */
const asNamed = (info: KindInfo, object: KubernetesObject): { readonly kind: string; readonly group: string } => (info.table === undefined ? info : { kind: object.kind, group: info.group });
const NEEDS_VERSION = new Set([
  'PodDisruptionBudget', 'Lease', 'RuntimeClass', 'CSIDriver', 'CSINode', 'CSIStorageCapacity', 'VolumeAttachment', 'APIService', 'CustomResourceDefinition', 'FlowSchema', 'PriorityLevelConfiguration',
  'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'ValidatingAdmissionPolicy', 'MutatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicyBinding',
]);

/** The body as an object of this kind. Strict findings become a refusal or warnings, as `fieldValidation` says. */
function decoded(call: Call, body: unknown): KubernetesObject | Status {
  if (call.info.table !== undefined) return beyond.custom!.decode(call, body);
  const result = decode(call.info, body, call.apiVersion);
  if (isFailure(result)) return result;
  if (result.strict.length > 0) {
    if (call.validation === 'Strict') return strictRefusal(call.info, call.apiVersion, result.strict);
    if (call.validation === 'Warn') call.warnings.push(...result.strict);
  }
  return toStored(call.apiVersion, result.object);
}

export function inNamespace(call: Call, object: KubernetesObject): KubernetesObject | Status {
  const wanted = call.info.namespaced ? call.namespace : undefined;
  const has = object.metadata.namespace;
  if (has === wanted) return object;
  if (wanted !== undefined && has !== undefined && has !== '') return badRequest('the namespace of the provided object does not match the namespace sent on the request');
  return { ...object, metadata: wanted === undefined ? metaInOrder({ ...object.metadata, namespace: undefined }) : { ...object.metadata, namespace: wanted } };
}

const withMeta = (object: KubernetesObject, metadata: ObjectMeta): KubernetesObject => ({ ...object, metadata });
const empty = (text: string | undefined): boolean => text === undefined || text === '';

export function create(call: Call, body: unknown): Response {
  const object = decoded(call, body);
  if (isFailure(object)) return refuse(object);
  const made = createObject(call, object);
  return isFailure(made) ? refuse(made) : answer(call, 201, asAsked(call, made));
}

/** From a decoded object to a stored one, or to why not. */
export function createObject(asked: Call, given: KubernetesObject): KubernetesObject | Status {
  const { context, info } = asked;
  const strategy = rulesOf(info);
  const placed = inNamespace(asked, given);
  if (isFailure(placed)) return placed;
  // What only the server may set is wiped before anything looks at the object.
  const { uid: _uid, creationTimestamp: _created, deletionTimestamp: _deleted, deletionGracePeriodSeconds: _grace, ...wanted } = placed.metadata;
  let object: KubernetesObject = withMeta(placed, wanted as ObjectMeta);
  object = strategy.default?.(object) ?? object;
  const call = withSentManagers(asked, given, object, undefined);
  const defaulted = object;
  const generates = empty(object.metadata.name) && !empty(object.metadata.generateName);
  const draftKey = keyIn(object.metadata.namespace, generates ? object.metadata.generateName! : (object.metadata.name ?? ''));
  const admission = admitted(call, object, undefined, draftKey);
  if (isFailure(admission)) return admission;
  object = admission;
  const escalated = escalation(call, object, undefined);
  if (escalated !== undefined) return escalated;
  const base = object;
  // A generated name that is taken is drawn again, as the real server does since 1.32.
  for (let attempt = 1; ; attempt++) {
    const name = generates ? generatedName(context, base.metadata.generateName!, `${info.kind}/${base.metadata.namespace ?? ''}`) : strategy.namesItself === true && empty(base.metadata.name) ? newUid(context, `${info.kind}/${base.metadata.namespace ?? ''}`) : base.metadata.name;
    const key = keyIn(base.metadata.namespace, name ?? '');
    object = withMeta(base, { ...base.metadata, name, uid: newUid(context, `${info.kind}/${key}`), creationTimestamp: nowText(call) } as ObjectMeta);
    const withAddresses = allocated(call, object, undefined, key);
    if (isFailure(withAddresses)) return withAddresses;
    object = strategy.prepareForCreate?.(withAddresses, nowText(call), authorOf(call)) ?? withAddresses;
    const errors = call.apiVersion === EVENTS ? beyond.newEvent!(object as Event) : (strategy.validateCreate?.(object) ?? []);
    if (errors.length > 0) return invalid(asNamed(info, object), object.metadata.name ?? '', errors);
    if (WITHOUT_META_RULES.has(tableName(info))) {
      const general: FieldError[] = [];
      validateMeta(general, object.metadata, info.namespaced, pathSegment, 'generic');
      if (general.length > 0) return invalid(info, object.metadata.name ?? '', general);
    }
    // What is no number is no version, and is overlooked.
    if (/^\d+$/.test(object.metadata.resourceVersion ?? '') && Number(object.metadata.resourceVersion) !== 0) return plainError('resourceVersion should not be set on objects to be created');
    if (strategy.warnings !== undefined) call.warnings.push(...strategy.warnings(object, undefined, base));
    const existing = head(context.store, tableName(info), key);
    if (existing === undefined) {
      const refused = beyond.validate?.(call, object, undefined);
      if (refused !== undefined) return refused;
      const over = overLimits(call, object, undefined);
      if (over !== undefined) return over;
      object = withMeta(object, metaInOrder({ ...object.metadata, ...(call.dryRun ? {} : { resourceVersion: '' }) }));
      // Its parts were decoded, and it is in order: the store puts the version in its place.
      trust(object.metadata, OBJECT_META);
      return write(call, key, emptiesStored(object), { verb: call.request.method === 'PUT' ? 'update' : 'create', ...asGiven(defaulted, object) })!;
    }
    if (generates && attempt < 8) continue;
    const refusal = generates ? generateNameConflict(info, name!) : alreadyExists(info, name!);
    return existing.metadata.deletionTimestamp === undefined ? refusal : { ...refusal, message: `object is being deleted: ${refusal.message}` };
  }
}

/** What was asked for, if that is not what is stored: what admission and allocation add, nobody manages. */
function asGiven(defaulted: KubernetesObject, stored: KubernetesObject): { readonly given?: KubernetesObject } {
  for (const key in stored) {
    if (key === 'metadata' || key === 'status') continue;
    if ((stored as unknown as Record<string, unknown>)[key] !== (defaulted as unknown as Record<string, unknown>)[key]) return { given: defaulted };
  }
  const a = stored.metadata;
  const b = defaulted.metadata;
  return a.finalizers === b.finalizers && a.labels === b.labels && a.annotations === b.annotations && a.ownerReferences === b.ownerReferences ? {} : { given: defaulted };
}

/** An empty list says that nobody shall manage the object; decoding leaves it out. */
function sentEmpty(body: unknown): readonly unknown[] | undefined {
  if (typeof body === 'string') return /"managedFields"\s*:\s*\[\s*\]/.test(body) ? [] : undefined;
  const sent = (body as { readonly metadata?: { readonly managedFields?: unknown } } | null | undefined)?.metadata?.managedFields;
  return Array.isArray(sent) && sent.length === 0 ? [] : undefined;
}

/** A client may write managed fields itself, mostly those that it read. */
function withSentManagers(call: Call, given: KubernetesObject, next: KubernetesObject, old: KubernetesObject | undefined): Call {
  const sent = (given.metadata as { readonly managedFields?: unknown }).managedFields ?? sentEmpty(call.request.body);
  if (sent === undefined || call.managed !== undefined || beyond.sentManaged === undefined) return call;
  const managed = beyond.sentManaged(call, sent, next, old);
  return managed === undefined ? call : { ...call, managed };
}

function authorOf({ request }: Call): Author {
  const groups = request.groups ?? (request.user === USERS.admin ? ['system:masters'] : []);
  const isKnown = groups.includes('system:authenticated') || groups.includes('system:unauthenticated');
  return { user: request.user, ...(request.uid === undefined ? {} : { uid: request.uid }), groups: isKnown ? groups : [...groups, 'system:authenticated'] };
}

/** Kinds whose own validation does not look at metadata: for them only the rules hold that every kind has (BeforeCreate upstream). */
const WITHOUT_META_RULES = new Set(['PodDisruptionBudget', 'Event']);
/** A name becomes a part of a path. */
const pathSegment = (name: string): readonly string[] =>
  name === '.' || name === '..' ? [`may not be '${name}'`] : [...(name.includes('/') ? ["may not contain '/'"] : []), ...(name.includes('%') ? ["may not contain '%'"] : [])];

// ---- update

/** The path and the object must name the same thing. */
export function checkName(call: Call, object: KubernetesObject): Status | undefined {
  const name = call.name!;
  const { metadata } = object;
  if (empty(metadata.name)) return badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (metadata.name !== name) return badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  if (call.info.namespaced && metadata.namespace !== call.namespace) return badRequest(`the namespace of the object (${metadata.namespace ?? ''}) does not match the namespace on the URL (${call.namespace ?? ''})`);
  return undefined;
}

export function update(call: Call, body: unknown, face: Face = 'object'): Response {
  const object = decoded(call, body);
  if (isFailure(object)) return refuse(object);
  const placed = inNamespace(call, object);
  if (isFailure(placed)) return refuse(placed);
  const wrongName = checkName(call, placed);
  if (wrongName !== undefined) return refuse(wrongName);
  const old = stored(call);
  if (old === undefined) {
    if (face !== 'object' || !CREATED_BY_PUT.has(tableName(call.info))) return refuse(notFound(call.info, call.name!));
    const made = createObject(call, placed);
    return isFailure(made) ? refuse(made) : answer(call, 201, asAsked(call, made));
  }
  const done = updateObject(call, placed, old, face);
  return isFailure(done) ? refuse(done) : answer(call, 200, asAsked(call, done));
}

/** What no update may change, put back; what an update may leave out, filled in. */
function settledMeta(object: KubernetesObject, old: KubernetesObject): ObjectMeta {
  const meta = object.metadata;
  const before = old.metadata;
  if (meta === before) return before;
  const deletionTimestamp = before.deletionTimestamp ?? meta.deletionTimestamp;
  const settled = metaInOrder({
    ...meta,
    uid: empty(meta.uid) ? before.uid : meta.uid,
    resourceVersion: before.resourceVersion,
    generation: before.generation,
    creationTimestamp: before.creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds: meta.deletionGracePeriodSeconds ?? before.deletionGracePeriodSeconds,
  });
  return share(before, settled);
}

/** Defaults were set when the object was stored: where nothing but metadata and status differs from it, there are none to set. (A Node's status has some.) */
function hasItsDefaults(given: KubernetesObject, old: KubernetesObject): boolean {
  if (given.kind === 'Node') return false;
  for (const key in given) {
    if (key !== 'metadata' && key !== 'status' && (given as unknown as Record<string, unknown>)[key] !== (old as unknown as Record<string, unknown>)[key]) return false;
  }
  return true;
}

/** Replaces a stored object by a decoded one, through the strategy of the face that is written. */
export function updateObject(asked: Call, given: KubernetesObject, old: KubernetesObject, face: Face): KubernetesObject | Status {
  const { info } = asked;
  const name = old.metadata.name;
  const strategy = rulesOf(info);
  const { uid, resourceVersion } = given.metadata;
  // A patch is made on what is stored: a wrong uid in it is a change, not a precondition.
  if (!empty(uid) && uid !== old.metadata.uid && asked.request.method !== 'PATCH') return uidConflict(info, name, keyOfCall(asked), uid, old.metadata.uid);
  let next: KubernetesObject = strategy.default === undefined || hasItsDefaults(given, old) ? given : strategy.default(given);
  const isAnyVersion = resourceVersion === undefined || resourceVersion === '' || (resourceVersion !== old.metadata.resourceVersion && /^0+$/.test(resourceVersion));
  if (isAnyVersion) {
    if (info.table !== undefined || NEEDS_VERSION.has(info.kind)) return invalid({ kind: info.resource, group: info.group }, name, [{ field: 'metadata.resourceVersion', reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update' }]);
  } else if (resourceVersion !== old.metadata.resourceVersion) {
    return /^\d{1,19}$/.test(resourceVersion) ? conflict(info, name) : plainError(`strconv.ParseUint: parsing ${goQuote(resourceVersion)}: ${/^\d+$/.test(resourceVersion) ? 'value out of range' : 'invalid syntax'}`);
  }
  const settled = settledMeta(next, old);
  next = share(old, settled === next.metadata ? next : withMeta(next, settled));
  const shared = next;
  const call = face === 'object' ? withSentManagers(asked, given, next, old) : asked;
  if (face === 'object') {
    const admission = admitted(call, next, old, keyOfCall(call));
    if (isFailure(admission)) return admission;
    const withAddresses = allocated(call, admission, old, keyOfCall(call));
    if (isFailure(withAddresses)) return withAddresses;
    next = withAddresses;
    const escalated = escalation(call, next, old);
    if (escalated !== undefined) return escalated;
  }
  const prepared = prepare(call, next, old, face);
  // Generation and the like may have been set by the strategy: equal parts become the old ones again, so that no change is no write.
  next = prepared === old || prepared === shared ? prepared : share(old, prepared.metadata === next.metadata ? prepared : withMeta(prepared, metaInOrder(prepared.metadata)));
  let errors = check(call, next, old, face);
  // The rules of metadata hold for every kind, whatever its own strategy looks at (BeforeUpdate upstream).
  if (next.metadata !== old.metadata && (face === 'object' || face === 'status')) {
    const general: FieldError[] = [];
    validateMetaUpdate(general, next.metadata, old.metadata, 'generic');
    if (general.length > 0) errors = [...general, ...errors];
  }
  if (errors.length > 0) return invalid(asNamed(info, next), name, errors);
  const refused = beyond.validate?.(call, next, old);
  if (refused !== undefined) return refused;
  const over = overLimits(call, next, old);
  if (over !== undefined) return over;
  if (face === 'object' && strategy.warnings !== undefined) call.warnings.push(...strategy.warnings(next, old));
  return store(call, next, old, face === 'object' && next !== shared ? asGiven(shared, next) : {});
}

function prepare(call: Call, next: KubernetesObject, old: KubernetesObject, face: Face): KubernetesObject {
  const strategy = rulesOf(call.info);
  switch (face) {
    case 'status':
      return strategy.prepareForStatusUpdate?.(next, old, nowText(call)) ?? next;
    case 'approval':
      return strategy.prepareForApproval?.(next, old, nowText(call)) ?? next;
    case 'finalize':
      return onlySpec(next, old, ['finalizers']);
    case 'ephemeralcontainers':
      return onlySpec(next, old, ['ephemeralContainers']);
    case 'resize':
      return onlySpec(next, old, ['containers', 'initContainers']);
    default:
      return strategy.prepareForUpdate?.(next, old) ?? next;
  }
}

/** The old object with only some fields of the new spec. Metadata may change with them, as it does upstream for `finalize`. */
function onlySpec(next: KubernetesObject, old: KubernetesObject, fields: readonly string[]): KubernetesObject {
  const spec: Record<string, unknown> = { ...(old as { spec?: Record<string, unknown> }).spec };
  const wanted = (next as { spec?: Record<string, unknown> }).spec ?? {};
  for (const field of fields) {
    if (Object.hasOwn(wanted, field)) spec[field] = wanted[field];
    else delete spec[field];
  }
  return { ...old, metadata: next.metadata, spec } as KubernetesObject;
}

function check(call: Call, next: KubernetesObject, old: KubernetesObject, face: Face): readonly FieldError[] {
  const strategy = rulesOf(call.info);
  switch (face) {
    case 'object':
      if (call.apiVersion === EVENTS) return beyond.newEventUpdate!(next as Event, old as Event);
      return strategy.validateUpdate?.(next, old) ?? [];
    case 'status':
      return strategy.validateStatusUpdate?.(next, old) ?? [];
    case 'approval':
      return strategy.validateApproval?.(next, old) ?? [];
    default:
      return [];
  }
}

/** An object whose last finalizer went while it was being deleted is gone now. A Namespace waits for the finalizers of its spec, too. */
export function endsNow(next: KubernetesObject, old: KubernetesObject): boolean {
  if (old.metadata.deletionTimestamp === undefined || (next.metadata.finalizers?.length ?? 0) > 0) return false;
  if ((old.metadata.deletionGracePeriodSeconds ?? 0) !== 0) return false;
  if (next.kind !== 'Namespace') return true;
  return ((next as { spec?: { finalizers?: readonly string[] } }).spec?.finalizers?.length ?? 0) === 0;
}

function store(call: Call, next: KubernetesObject, old: KubernetesObject, given: { readonly given?: KubernetesObject }): KubernetesObject | Status {
  const verb = call.request.method === 'PATCH' ? 'patch' : 'update';
  if (endsNow(next, old)) {
    write(call, keyOfCall(call), undefined, { verb });
    return atItsEnd(call, next);
  }
  // An apply may change nothing but who manages what.
  return next === old && call.managed === undefined ? old : write(call, keyOfCall(call), emptiesStored(next), { verb, ...given })!;
}

/** Lists that are always written: what is stored knows no difference between an empty one and none (protobuf), and none is shown as null. */
const ALWAYS_WRITTEN: Readonly<Record<string, readonly string[]>> = { CSINode: ['spec', 'drivers'], EndpointSlice: ['endpoints'], ResourceClaim: ['spec', 'devices', 'requests'], ResourceClaimTemplate: ['spec', 'spec', 'devices', 'requests'], Role: ['rules'], ClusterRole: ['rules'] };

function emptiesStored(object: KubernetesObject): KubernetesObject {
  const path = ALWAYS_WRITTEN[object.kind];
  if (path === undefined) return object;
  const cleared = (value: unknown, depth: number): unknown => {
    if (depth === path.length) return Array.isArray(value) && value.length === 0 ? null : value;
    const key = path[depth]!;
    const before = (value as Readonly<Record<string, unknown>> | undefined)?.[key];
    const after = before === undefined || before === null ? before : cleared(before, depth + 1);
    return after === before ? value : { ...(value as object), [key]: after };
  };
  return cleared(object, 0) as KubernetesObject;
}

// ---- patch

const PATCH_TYPES: readonly string[] = [JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH];

const CUSTOM_PATCH_TYPES: readonly string[] = [JSON_PATCH, MERGE_PATCH];

export function patchRefusal(contentType: string, isCustom = false): Status | undefined {
  // Only Go types say how lists merge: a custom kind takes no strategic merge patch.
  if (isCustom) return CUSTOM_PATCH_TYPES.includes(contentType) ? undefined : unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${[...CUSTOM_PATCH_TYPES, APPLY_PATCH].join(', ')}`);
  return PATCH_TYPES.includes(contentType) ? undefined : unsupportedMediaType('415: Unsupported Media Type');
}

/** "application/merge-patch+json; charset=utf-8" without what comes behind. */
export const mediaType = (contentType: string | undefined): string => {
  const text = contentType ?? 'application/json';
  const semicolon = text.indexOf(';');
  return semicolon < 0 ? text : text.slice(0, semicolon);
};

export function patch(call: Call, body: unknown, face: Face = 'object'): Response {
  const contentType = mediaType(call.request.contentType);
  if (contentType === APPLY_PATCH && beyond.apply !== undefined) return beyond.apply(call, body, face);
  const refused = patchRefusal(contentType, call.info.table !== undefined);
  if (refused !== undefined) return refuse(refused);
  const old = stored(call);
  if (old === undefined) return refuse(notFound(call.info, call.name!));
  const struct = call.info.table === undefined ? typeOfKind(call.info.kind, call.apiVersion) : undefined;
  const patched = applyPatch(contentType, asAsked(call, old), body, struct, call.validation);
  if (isFailure(patched)) return refuse(patched);
  const shown = { shown: () => beyond.patchShown?.(call, old, body) ?? patched.shown() };
  let next: KubernetesObject;
  if (call.info.table !== undefined) {
    const result = beyond.custom!.decodePatched(call, patched.document);
    if ('error' in result) return refuse(result.refused ?? badPatch(shown, result.error));
    const strict = [...patched.strict, ...result.strict];
    if (strict.length > 0 && call.validation === 'Strict') return refuse(badPatch(shown, `strict decoding error: ${strict.join(', ')}`));
    if (call.validation === 'Warn') call.warnings.push(...strict);
    next = result.object;
  } else if (struct === undefined) next = patched.document as unknown as KubernetesObject;
  else {
    const { kind, apiVersion } = patched.document;
    if (typeof kind === 'string' && typeof apiVersion === 'string' && (kind !== call.info.kind || apiVersion !== call.apiVersion)) {
      return refuse(badPatch(shown, `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`));
    }
    const result = decodeAs(struct, patched.document);
    if (result.error !== undefined) return refuse(badPatch(shown, contentType === STRATEGIC_MERGE_PATCH ? restoreWords(result.error) : result.error));
    if (patched.strict.length > 0 || result.strict.length > 0) {
      // A merge is made of Go's maps, whose keys come out in order.
      const strict = [...patched.strict, ...(contentType === JSON_PATCH ? result.strict : [...result.strict].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))];
      if (call.validation === 'Strict') return refuse(badPatch(shown, `strict decoding error: ${strict.join(', ')}`));
      if (call.validation === 'Warn') call.warnings.push(...strict);
    }
    next = result.value as KubernetesObject;
  }
  if (call.info.table === undefined && next.kind === call.info.kind) next = toStored(call.apiVersion, next);
  if ((call.info.table === undefined && next.kind !== call.info.kind) || next.apiVersion !== old.apiVersion) next = { ...next, kind: old.kind, apiVersion: old.apiVersion };
  const placed = inNamespace(call, next);
  if (isFailure(placed)) return refuse(placed);
  const wrongName = checkName(call, placed);
  if (wrongName !== undefined) return refuse(wrongName);
  const done = updateObject(call, placed, old, face);
  return isFailure(done) ? refuse(done) : answer(call, 200, asAsked(call, done));
}

export function badPatch(patched: Pick<Patched, 'shown'>, why: string): Status {
  const message = `Invalid value: ${JSON.stringify(patched.shown())}: ${why}`;
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: ` "" is invalid: patch: ${message}`, reason: 'Invalid', details: { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] }, code: 422 };
}

