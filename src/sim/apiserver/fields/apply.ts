import { tableName } from '../../api/kinds.ts';
import type { Managed, Manager } from '../../api/managedFields.ts';
import type { KubernetesObject } from '../../api/object.ts';
import type { Response, Status } from '../../api/request.ts';
import { beyond } from '../beyond.ts';
import { toStored } from '../convert.ts';
import { decodeAs, parseJson, setOwn } from '../decode.ts';
import { goJson } from '../goText.ts';
import { isObject, type ObjectValue } from '../patch-values.ts';
import { restoreWords } from '../restoreWords.ts';
import { typeOfKind } from '../schema.ts';
import { badRequest, conflict, notFound, plainError } from '../status.ts';
import { tableOf } from '../store.ts';
import { answer, fieldManagerOf, isFailure, keyOfCall, nowText, refuse, stored, type Call } from '../verbs-call.ts';
import { asAsked, checkName, createObject, inNamespace, updateObject, type Face } from '../verbs-write.ts';
import { afterApply, afterUpdate, allowedByLastApplied, conflictWords, decodeManaged, KUBECTL, LAST_APPLIED, NOBODY, remaining, sameManaged } from './managed.ts';
import { managedAfter, resetFields, shapeOfKind, zeroOfKind } from './ownership.ts';
import { shapeOfCustom } from './customShape.ts';
import type { Shape } from './shape.ts';
import { misfits, misfitText } from './typed.ts';

/**
 * Server-side apply: PATCH with application/apply-patch+yaml (apiserver/pkg/endpoints/handlers/patch.go: applyPatcher). The body is an object, or
 * JSON text; whoever speaks HTTP reads YAML before it gets here.
 */
export function apply(call: Call, body: unknown, face: string): Response {
  const sent = configOf(body);
  if (isFailure(sent)) return refuse(sent);
  const { config, duplicates } = sent;
  const live = stored(call);
  if (live === undefined && face !== 'object') return refuse(notFound(call.info, call.name!));
  const wrong = wrongConfig(call, config);
  if (wrong !== undefined) return refuse(wrong);
  const shape = shapeOf(call);
  const found = misfits(shape, config);
  if (found.length > 0) {
    return refuse(plainError(`failed to create typed patch object (${nameIn(config)}; ${typeText(call.apiVersion, call.info.kind)}): ${misfitText(found)}`));
  }
  const zero = (call.info.table === undefined ? zeroOfKind(call.info.kind, call.apiVersion) : { metadata: {} });
  const shown = live === undefined ? zero : asAsked(call, live);
  const who: Manager = { manager: fieldManagerOf(call), operation: 'Apply', apiVersion: call.apiVersion, ...(call.subresource === undefined ? {} : { subresource: call.subresource }) };
  const before = live === undefined ? NOBODY : managedNow(call);
  const reset = resetFields(call.info.kind, call.subresource, call.info);
  const isForced = call.query['force'] === 'true' || call.query['force'] === '1';
  const laid = (force: boolean): ReturnType<typeof afterApply> =>
    live === undefined
      ? afterApply(shape, zero, config, zero, new Map([['', { manager: '', operation: 'Update', apiVersion: '', fields: NOTHING }]]), who, nowText(call), reset, force)
      : afterApply(shape, shown, config, zero, before, who, nowText(call), reset, force);
  let result = laid(isForced);
  if (result.conflicts.length > 0) {
    const left = who.manager === KUBECTL ? conflictsLeft(call, shown, result.conflicts) : result.conflicts;
    if (left.length > 0) return refuse(conflictStatus(left));
    result = laid(true);
  }
  if (duplicates.length > 0) {
    if (call.validation === 'Strict') return refuse(badRequest(`error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  ${duplicates.join('\n  ')}`));
    if (call.validation === 'Warn') call.warnings.push(...duplicates);
  }
  const { managed } = result;
  let document = (result.object ?? shown) as ObjectValue;
  if (who.manager === KUBECTL) document = withLastApplied(document, config);
  const next = decodedDocument(call, document, config);
  if (isFailure(next)) return refuse(next);
  const uid = (next.metadata as { readonly uid?: string }).uid;
  if (live === undefined && uid !== undefined && uid !== '') return refuse(conflict(call.info, call.name!, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`));
  const placed = inNamespace(call, next);
  if (isFailure(placed)) return refuse(placed);
  const named = checkName(call, placed);
  if (named !== undefined) return refuse(named);
  if (live === undefined) {
    const made = createObject({ ...call, managed }, placed);
    return isFailure(made) ? refuse(made) : answer(call, 201, asAsked(call, made));
  }
  // Where neither the object nor its managers change, nothing is written.
  const on: Call = result.object === undefined && sameManaged(managed, before) ? call : { ...call, managed };
  const done = updateObject(on, placed, live, face as Face);
  return isFailure(done) ? refuse(done) : answer(call, 200, asAsked(call, done));
}

/** A type as Go prints it: the core group has an empty name. */
const typeText = (apiVersion: string, kind: string): string => `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) setOwn(out, key, sorted(value[key]));
  return out;
}

const NOTHING = { members: new Set<string>(), children: new Map() };

function configOf(body: unknown): { readonly config: ObjectValue; readonly duplicates: readonly string[] } | Status {
  if (typeof body === 'string') {
    const parsed = parseJson(body);
    if ('error' in parsed) return badRequest(`error decoding YAML: error converting YAML to JSON: ${parsed.error}`);
    return isObject(parsed.value) ? { config: parsed.value, duplicates: parsed.duplicates } : badRequest('error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type map[string]interface {}');
  }
  return isObject(body) ? { config: body, duplicates: [] } : badRequest('error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type map[string]interface {}');
}

/** As the configuration itself says it, which need not name its namespace. */
function nameIn({ metadata }: ObjectValue): string {
  const meta = isObject(metadata) ? metadata : {};
  const text = (key: string): string => (typeof meta[key] === 'string' ? (meta[key] as string) : '');
  return `${text('namespace')}/${text('name')}`;
}

/** What is wrong with what is applied before anything is looked at. */
function wrongConfig(call: Call, config: ObjectValue): Status | undefined {
  const { kind, apiVersion } = config;
  const metadata = config['metadata'];
  if (kind !== call.info.kind || apiVersion !== call.apiVersion) return badRequest(`invalid object type: ${typeText(typeof apiVersion === 'string' ? apiVersion : '', typeof kind === 'string' ? kind : '')}`);
  if (isObject(metadata)) {
    if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) return badRequest('metadata.managedFields must be nil');
  }
  return undefined;
}

const shapeOf = (call: Call): Shape => (call.info.table === undefined ? shapeOfKind(call.info.kind, call.apiVersion) : shapeOfCustom(call.info));

export function managedNow(call: Call): Managed {
  const change = tableOf(call.context.store, tableName(call.info)).live.get(keyOfCall(call));
  return change === undefined ? NOBODY : managedAfter(change, call.info);
}

/** kubectl, going over from client-side apply, has no conflict about what its last client-side apply set and nobody changed. */
function conflictsLeft(call: Call, live: unknown, conflicts: ReturnType<typeof afterApply>['conflicts']): ReturnType<typeof afterApply>['conflicts'] {
  const text = (live as Partial<KubernetesObject>).metadata?.annotations?.[LAST_APPLIED];
  if (text === undefined || text === '') return conflicts;
  const parsed = parseJson(text);
  if ('error' in parsed || !isObject(parsed.value) || parsed.value['apiVersion'] !== call.apiVersion) return conflicts;
  const shape = shapeOf(call);
  if (misfits(shape, parsed.value).length > 0) return conflicts;
  return remaining(conflicts, allowedByLastApplied(shape, live, parsed.value));
}

/** kubectl's annotation goes on saying what was applied last, for whoever applies client-side again. */
function withLastApplied(document: ObjectValue, config: ObjectValue): ObjectValue {
  const meta = document['metadata'];
  if (!isObject(meta) || !isObject(meta['annotations']) || typeof meta['annotations'][LAST_APPLIED] !== 'string' || meta['annotations'][LAST_APPLIED] === '') return document;
  const own = isObject(config['metadata']) ? config['metadata'] : {};
  const annotations = isObject(own['annotations']) ? Object.fromEntries(Object.entries(own['annotations']).filter(([key]) => key !== LAST_APPLIED)) : undefined;
  const { annotations: _old, ...rest } = own;
  const text = `${goJson(sorted({ ...config, metadata: { ...rest, ...(annotations === undefined ? {} : { annotations }) } }))}\n`;
  return { ...document, metadata: { ...meta, annotations: { ...meta['annotations'], [LAST_APPLIED]: text } } };
}

function decodedDocument(call: Call, document: ObjectValue, config: ObjectValue): KubernetesObject | Status {
  if (call.info.table !== undefined) {
    const result = beyond.custom!.decodePatched(call, { ...document, apiVersion: call.apiVersion, kind: call.info.kind });
    if ('error' in result) return plainError(result.error);
    return result.object;
  }
  const struct = typeOfKind(call.info.kind, call.apiVersion);
  let next: KubernetesObject;
  if (struct === undefined) next = document as unknown as KubernetesObject;
  else {
    const result = decodeAs(struct, document);
    if (result.error !== undefined) {
      const type = typeText(call.apiVersion, call.info.kind);
      return plainError(`failed to convert new object (${nameIn(config)}; ${type}) to proper version: unable to convert unstructured object to ${type}: ${restoreWords(result.error)}`);
    }
    next = result.value as KubernetesObject;
  }
  if (next.metadata === undefined) next = { ...next, metadata: {} as KubernetesObject['metadata'] };
  next = toStored(call.apiVersion, next.kind === call.info.kind ? next : { ...next, kind: call.info.kind, apiVersion: call.apiVersion });
  return next;
}

function conflictStatus(conflicts: Parameters<typeof conflictWords>[0]): Status {
  const { message, causes } = conflictWords(conflicts);
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'Conflict', details: { causes }, code: 409 };
}

/** A client that sends managed fields with an update may have changed them: then they count from here on. */
export function sentManaged(call: Call, sent: unknown, next: KubernetesObject, old: KubernetesObject | undefined): Managed | undefined {
  const decoded = decodeManaged(sent);
  if (decoded === undefined) return undefined;
  const before = old === undefined ? NOBODY : managedNow(call);
  if (decoded !== 'reset' && sameManaged(decoded, before)) return undefined;
  const shape = shapeOf(call);
  const who: Manager = { manager: fieldManagerOf(call), operation: 'Update', apiVersion: call.apiVersion };
  const start = decoded === 'reset' ? NOBODY : decoded;
  return afterUpdate(shape, old ?? (call.info.table === undefined ? zeroOfKind(call.info.kind, call.apiVersion) : { metadata: {} }), next, start, who, nowText(call), resetFields(call.info.kind, call.subresource, call.info), old === undefined);
}
