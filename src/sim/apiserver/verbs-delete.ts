import { tableName } from '../api/kinds.ts';
import type { KubernetesObject, Namespace, Pod } from '../api/object.ts';
import type { Response, Status } from '../api/request.ts';
import { parseTimestamp, SECOND, timestamp } from '../api/time.ts';
import { beyond } from './beyond.ts';
import { parseJson } from './decode.ts';
import { isObject } from './patch-values.ts';
import { badRequest, conflict, forbidden, notFound } from './status.ts';
import type { FieldError } from './strategy.ts';
import { answer, atItsEnd, badOptions, isFailure, keyIn, metaInOrder, nowText, refuse, stored, write, type Call } from './verbs-call.ts';
import { listBody, selected, selectionOf } from './verbs-read.ts';
import { asAsked } from './verbs-write.ts';

/** metav1.DeleteOptions. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
/** Kinds whose removal is answered with the object; the others say only that they are gone (ReturnDeletedObject upstream). */
const RETURNED = new Set(['Namespace', 'PersistentVolume', 'PersistentVolumeClaim', 'Pod', 'Service', 'ServiceAccount', 'StorageClass', 'PodTemplate', 'ResourceQuota', 'CSIDriver', 'CSINode', 'VolumeAttachment', 'VolumeAttributesClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice', 'DeviceClass']);
/** Kinds whose dependents stay unless their owner's end is asked for otherwise: older than the garbage collector. */
const ORPHANING = new Set(['Job', 'ReplicationController']);
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

const noBody = (body: unknown): boolean => body === undefined || body === null || body === '';

/** The options of a delete: the body's when there is one, else those of the query. */
export function deleteOptionsOf(call: Call, body: unknown): DeleteOptions | Status {
  let given = body;
  if (typeof body === 'string' && body !== '') {
    const parsed = parseJson(body);
    if ('error' in parsed) return badRequest(`couldn't get version/kind; json parse error: ${parsed.error}`);
    given = parsed.value;
  }
  const { query } = call;
  if (noBody(given)) {
    const { gracePeriodSeconds, propagationPolicy, orphanDependents, dryRun } = query;
    if (gracePeriodSeconds !== undefined && !/^[+-]?\d{1,18}$/.test(gracePeriodSeconds)) return badRequest(`strconv.ParseInt: parsing ${JSON.stringify(gracePeriodSeconds)}: invalid syntax`);
    return checked({
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: Number(gracePeriodSeconds) }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      ...(orphanDependents === undefined ? {} : { orphanDependents: orphanDependents !== 'false' && orphanDependents !== '0' }),
      ...(dryRun === undefined || dryRun === '' ? {} : { dryRun: [dryRun] }),
    });
  }
  return readOptions(given);
}

/** DeleteOptions as a body or an Eviction carries them. */
export function readOptions(given: unknown): DeleteOptions | Status {
  const wrong = (value: unknown, field: string, type: string): Status => badRequest(`json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value} into Go struct field DeleteOptions.${field} of type ${type}`);
  if (isObject(given) && typeof given['kind'] === 'string' && given['kind'] !== '' && given['kind'] !== 'DeleteOptions') return badRequest(`no kind "${given['kind']}" is registered for version "${String(given['apiVersion'] ?? '')}" in scheme "pkg/runtime/scheme.go:111"`);
  if (!isObject(given)) return badRequest(`couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(given) ? 'array' : typeof given} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`);
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun } = given;
  const present = (value: unknown): boolean => value !== undefined && value !== null;
  if (present(gracePeriodSeconds) && !Number.isInteger(gracePeriodSeconds)) return wrong(gracePeriodSeconds, 'gracePeriodSeconds', 'int64');
  if (present(propagationPolicy) && typeof propagationPolicy !== 'string') return wrong(propagationPolicy, 'propagationPolicy', 'v1.DeletionPropagation');
  if (present(orphanDependents) && typeof orphanDependents !== 'boolean') return wrong(orphanDependents, 'orphanDependents', 'bool');
  if (present(preconditions) && !isObject(preconditions)) return wrong(preconditions, 'preconditions', 'v1.Preconditions');
  if (present(dryRun) && !(Array.isArray(dryRun) && dryRun.every((one) => typeof one === 'string'))) return wrong(dryRun, 'dryRun', '[]string');
  const conditions = isObject(preconditions) ? preconditions : {};
  for (const key of ['uid', 'resourceVersion']) if (present(conditions[key]) && typeof conditions[key] !== 'string') return wrong(conditions[key], `preconditions.${key}`, 'string');
  return checked({
    ...(present(gracePeriodSeconds) ? { gracePeriodSeconds: gracePeriodSeconds as number } : {}),
    ...(present(propagationPolicy) ? { propagationPolicy: propagationPolicy as string } : {}),
    ...(present(orphanDependents) ? { orphanDependents: orphanDependents as boolean } : {}),
    ...(present(preconditions) ? { preconditions: conditions as { uid?: string; resourceVersion?: string } } : {}),
    ...(present(dryRun) ? { dryRun: dryRun as readonly string[] } : {}),
  });
}

function checked(options: DeleteOptions): DeleteOptions | Status {
  const errors: FieldError[] = [];
  const policy = options.propagationPolicy;
  if (policy !== undefined && options.orphanDependents !== undefined) errors.push({ field: 'propagationPolicy', reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(policy)}: orphanDependents and deletionPropagation cannot be both set` });
  if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(policy)) errors.push({ field: 'propagationPolicy', reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"` });
  if (options.dryRun?.some((one) => one !== 'All') === true) errors.push({ field: 'dryRun', reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(options.dryRun)}: supported values: "All"` });
  return errors.length === 0 ? options : badOptions('DeleteOptions', errors);
}

export function remove(call: Call, body: unknown): Response {
  const options = deleteOptionsOf(call, body);
  if (isFailure(options)) return refuse(options);
  const dry = options.dryRun?.includes('All') === true;
  const on = dry !== call.dryRun ? { ...call, dryRun: dry } : call;
  const object = stored(on);
  if (tableName(call.info) === 'Namespace' && IMMORTAL.has(call.name!)) return refuse(forbidden(call.info, call.name!, 'this namespace may not be deleted'));
  warnOfOrphans(call, options);
  if (object === undefined) return refuse(notFound(call.info, call.name!));
  const result = removeObject(on, object, options);
  if (isFailure(result)) return refuse(result);
  if (result.left !== undefined) return answer(call, 200, asAsked(call, result.left));
  const { info } = call;
  return answer(call, 200, RETURNED.has(tableName(info))
    ? asAsked(call, result.last)
    : {
        kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success',
        details: { name: object.metadata.name, ...(info.group === '' ? {} : { group: info.group }), kind: info.resource, uid: object.metadata.uid },
      });
}

/** What came of a delete: the object that is still there (waiting for its grace period or its finalizers), or how it last was. */
export type Removal = { readonly left: KubernetesObject; readonly last?: undefined } | { readonly left?: undefined; readonly last: KubernetesObject };

/**
 * Deletes one object: now, or after its grace period, or when its finalizers are done. After registry/generic/registry/store.go
 * (Delete) and registry/rest/delete.go (BeforeDelete). An object that goes with a grace period of 0 is written once more before it is
 * removed, so that whoever watches sees both, as with the real server.
 */
export function removeObject(call: Call, object: KubernetesObject, given: DeleteOptions): Removal | Status {
  const { info } = call;
  const { metadata } = object;
  const { preconditions } = given;
  const about = info.kind === 'Namespace' ? info : { ...info, resource: info.kind };
  const wantedUid = preconditions?.uid;
  if (wantedUid !== undefined && wantedUid !== metadata.uid) {
    return conflict(about, metadata.name, info.kind === 'Namespace'
      ? `Precondition failed: UID in precondition: ${wantedUid}, UID in object meta: ${metadata.uid}`
      : `the UID in the precondition (${wantedUid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`);
  }
  const wantedVersion = preconditions?.resourceVersion;
  if (wantedVersion !== undefined && wantedVersion !== metadata.resourceVersion) {
    return conflict(about, metadata.name, info.kind === 'Namespace'
      ? `Precondition failed: ResourceVersion in precondition: ${wantedVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`
      : `the ResourceVersion in the precondition (${wantedVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`);
  }
  const barred = beyond.refuseDelete?.(call, object);
  if (barred !== undefined) return barred;
  if (tableName(info) === 'Namespace') return removeNamespace(call, object as Namespace, given);

  // A definition waits until its objects are gone (crd/definition.ts).
  if (info.kind === 'CustomResourceDefinition' && metadata.deletionTimestamp === undefined && beyond.custom !== undefined) {
    return { left: write(call, metadata.name, beyond.custom.going(object, nowText(call)), { verb: 'delete' })! };
  }

  const key = keyIn(metadata.namespace, metadata.name);
  const graceful = tableName(info) === 'Pod' ? gracefully(call, object as Pod, given) : undefined;
  if (graceful === 'pending') return { left: object };
  let next = graceful?.object ?? object;
  const finalizers = finalizersAfter(tableName(info), next, given);
  if (finalizers !== next.metadata.finalizers) next = { ...next, metadata: metaInOrder({ ...next.metadata, finalizers }) };
  const waits = (next.metadata.finalizers?.length ?? 0) > 0;
  if (graceful === undefined && waits) next = markedAsDeleting(call, next);
  if (next !== object) next = write(call, key, next, { verb: 'delete' })!;
  if (waits || (graceful !== undefined && graceful.seconds > 0)) return { left: next };
  write(call, key, undefined, { verb: 'delete' });
  return { last: atItsEnd(call, next) };
}

function warnOfOrphans(call: Call, options: DeleteOptions): void {
  if (tableName(call.info) !== 'Job' || options.propagationPolicy !== undefined || options.orphanDependents !== undefined) return;
  call.warnings.push('child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning');
}

/** A Pod's end: by default after the grace period of its spec; at once when nothing of it runs anywhere. undefined: no (further) grace. */
function gracefully(call: Call, pod: Pod, options: DeleteOptions): { readonly object: Pod; readonly seconds: number } | 'pending' | undefined {
  const asked = options.gracePeriodSeconds === undefined ? undefined : options.gracePeriodSeconds < 0 ? 1 : options.gracePeriodSeconds;
  const { metadata } = pod;
  if (metadata.deletionTimestamp !== undefined) {
    const running = metadata.deletionGracePeriodSeconds ?? 0;
    if (running === 0) return undefined;
    // A second delete can only shorten what is left.
    if (asked === undefined || asked >= running) return 'pending';
    const deadline = (parseTimestamp(metadata.deletionTimestamp) ?? call.context.now) + (asked - running) * SECOND;
    const isPast = deadline < call.context.now;
    const seconds = isPast && asked !== 0 ? 1 : asked;
    return { object: ending(pod, timestamp(isPast ? call.context.now : deadline), seconds, metadata.generation), seconds };
  }
  const isIdle = (pod.spec.nodeName ?? '') === '' || pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded';
  const wanted = asked ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  const seconds = isIdle ? 0 : wanted < 0 ? 1 : wanted;
  return { object: ending(pod, timestamp(call.context.now + seconds * SECOND), seconds, raised(metadata.generation)), seconds };
}

const raised = (generation: number | undefined): number | undefined => (generation === undefined || generation === 0 ? generation : generation + 1);
const ending = <T extends KubernetesObject>(object: T, deletionTimestamp: string, deletionGracePeriodSeconds: number, generation: number | undefined): T => ({
  ...object,
  metadata: metaInOrder({ ...object.metadata, generation, deletionTimestamp, deletionGracePeriodSeconds }),
});

function markedAsDeleting(call: Call, object: KubernetesObject): KubernetesObject {
  const { metadata } = object;
  const since = metadata.deletionTimestamp;
  const now = nowText(call);
  const at = since === undefined || since > now ? now : since;
  if (at === since && metadata.deletionGracePeriodSeconds === 0) return object;
  return ending(object, at, 0, since === undefined ? raised(metadata.generation) : metadata.generation);
}

/** The finalizers with which the garbage collector is told what to do with the dependents. The same list when nothing changes. */
function finalizersAfter(kind: string, object: KubernetesObject, { orphanDependents, propagationPolicy }: DeleteOptions): readonly string[] | undefined {
  const have = object.metadata.finalizers;
  // Events are no business of the garbage collector.
  if (kind === 'Event') return have;
  const hadOrphan = have?.includes(ORPHAN) === true;
  const hadForeground = have?.includes(FOREGROUND) === true;
  let orphan: boolean;
  let foreground: boolean;
  if (orphanDependents !== undefined) {
    orphan = orphanDependents;
    foreground = false;
  } else if (propagationPolicy !== undefined) {
    orphan = propagationPolicy === 'Orphan';
    foreground = propagationPolicy === 'Foreground';
  } else {
    orphan = hadOrphan || hadForeground ? hadOrphan && !(hadForeground && have!.indexOf(FOREGROUND) < have!.indexOf(ORPHAN)) : ORPHANING.has(kind);
    foreground = hadForeground && !orphan;
  }
  if (orphan === hadOrphan && foreground === hadForeground) return have;
  const others = (have ?? []).filter((one) => one !== ORPHAN && one !== FOREGROUND);
  const next = [...others, ...(orphan ? [ORPHAN] : []), ...(foreground ? [FOREGROUND] : [])];
  return next.length === 0 ? undefined : next;
}

/** A Namespace is first marked, its content goes, its spec's finalizers go (`/finalize`), and then it goes. */
function removeNamespace(call: Call, namespace: Namespace, options: DeleteOptions): Removal | Status {
  const { metadata } = namespace;
  if (metadata.deletionTimestamp === undefined) {
    const finalizers = namespaceFinalizers(namespace, options);
    const next = {
      ...namespace,
      metadata: metaInOrder({ ...metadata, deletionTimestamp: nowText(call), finalizers }),
      status: { ...namespace.status, phase: 'Terminating' as const },
    };
    return { left: write(call, metadata.name, next, { verb: 'delete' })! };
  }
  if ((namespace.spec?.finalizers?.length ?? 0) > 0 || (metadata.finalizers?.length ?? 0) > 0) return { left: namespace };
  write(call, metadata.name, undefined, { verb: 'delete' });
  return { last: atItsEnd(call, namespace) };
}

function namespaceFinalizers(namespace: Namespace, { orphanDependents, propagationPolicy }: DeleteOptions): readonly string[] | undefined {
  const have = namespace.metadata.finalizers;
  const want = (name: string, byFlag: boolean | undefined, byPolicy: string): boolean => byFlag ?? (propagationPolicy === undefined ? have?.includes(name) === true : propagationPolicy === byPolicy);
  const orphan = want(ORPHAN, orphanDependents, 'Orphan');
  const foreground = want(FOREGROUND, orphanDependents === undefined ? undefined : !orphanDependents, 'Foreground');
  if (orphan === (have?.includes(ORPHAN) === true) && foreground === (have?.includes(FOREGROUND) === true)) return have;
  const next = [...(have ?? []).filter((one) => one !== ORPHAN && one !== FOREGROUND), ...(orphan ? [ORPHAN] : []), ...(foreground ? [FOREGROUND] : [])];
  return next.length === 0 ? undefined : next;
}

/** Deletes all that the selectors name, each with its own grace period; the answer lists what they were. */
export function removeCollection(call: Call, body: unknown): Response {
  const options = deleteOptionsOf(call, body);
  if (isFailure(options)) return refuse(options);
  const selection = selectionOf(call);
  if (isFailure(selection)) return refuse(selection);
  const dry = options.dryRun?.includes('All') === true;
  const on = dry !== call.dryRun ? { ...call, dryRun: dry } : call;
  warnOfOrphans(call, options);
  const { revision } = call.context.store;
  const items = selected(call, selection);
  for (const item of items) {
    const result = removeObject(on, item, options);
    if (isFailure(result)) return refuse(result);
  }
  return answer(call, 200, listBody(call, items, { resourceVersion: String(revision) }));
}
