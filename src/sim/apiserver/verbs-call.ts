import type { Change, StepId } from '../api/change.ts';
import { tableName, type KindInfo } from '../api/kinds.ts';
import type { Managed, Ownership } from '../api/managedFields.ts';
import type { KubernetesObject, ObjectMeta } from '../api/object.ts';
import type { Reason } from '../api/reason.ts';
import { usualManager, type Request, type Response, type Status } from '../api/request.ts';
import { timestamp, type Micros } from '../api/time.ts';
import { mix } from '../kernel/draw.ts';
import { beyond } from './beyond.ts';
import { OBJECT_META, trust } from './decodeQuick.ts';
import { typeOfKind } from './schema.ts';
import { inDecodedForm, type FieldValidation } from './decode.ts';
import { invalid } from './status.ts';
import { commit, head, type Store } from './store.ts';
import type { FieldError } from './strategy.ts';

/** The API server's way to the kubelets of nodes. */
export interface Kubelets {
  isUp(node: string): boolean;
  isMachineUp(node: string): boolean;
  /** What one life of a container wrote, by its id. */
  log(node: string, uid: string, container: string, id: string): readonly { readonly at: Micros; readonly text: string; readonly partial?: true }[] | undefined;
}

/** What the API server needs from the world for one request. */
export interface ApiContext {
  readonly store: Store;
  readonly now: Micros;
  /** The step in which this request is handled: every change that comes of it names it as its cause. */
  readonly step: StepId;
  readonly because?: Reason;
  /** The answer of an API server of its own, to which the paths of its groups are passed on (APIService); undefined: nobody serves them. */
  readonly aggregate?: (request: Request) => Response | undefined;
  readonly kubelets?: Kubelets;
  /** An unsigned 32-bit number: the next draw for this purpose about this object. */
  draw(purpose: string, key: string): number;
}

/** One request on its way through the API server. */
export interface Call {
  readonly context: ApiContext;
  readonly request: Request;
  readonly info: KindInfo;
  readonly apiVersion: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly query: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
  readonly validation: FieldValidation;
  /** Collected on the way; they go out with the answer, each once. */
  readonly warnings: string[];
  /** The length of the body, about; 0 for what the cluster's own components send. */
  readonly bytes: number;
  /** Who manages the object's fields after this call, where that is no matter of what changed: an apply says it. */
  readonly managed?: Managed;
}

export const keyIn = (namespace: string | undefined, name: string): string => (namespace === undefined || namespace === '' ? name : `${namespace}/${name}`);
export const keyOfCall = (call: Call): string => keyIn(call.namespace, call.name ?? '');

export const refuse = (status: Status): Response => ({ code: status.code ?? 500, body: status });
export function answer(call: Call, code: number, body: Response['body']): Response {
  return call.warnings.length === 0 ? { code, body } : { code, body, warnings: [...new Set(call.warnings)] };
}

const META_OPTIONS = 'meta.k8s.io';
/** 422 about the options of a request ("CreateOptions.meta.k8s.io"). */
export const badOptions = (kind: string, errors: readonly FieldError[]): Status => invalid({ kind, group: META_OPTIONS }, '', errors);

/** Tells a refusal from a result. */
export const isFailure = <T extends object>(value: T | Status): value is Status => (value as { readonly kind?: unknown }).kind === 'Status' && 'status' in value;

export const stored = (call: Call): KubernetesObject | undefined => head(call.context.store, tableName(call.info), keyOfCall(call));

export interface WriteOptions {
  readonly verb: Change['verb'];
  /** Who is named as the writer, when it is not who asked. */
  readonly by?: string;
  readonly subresource?: string;
  readonly kind?: string;
  /** The object as it was asked for, where admission and allocation changed it. */
  readonly given?: KubernetesObject;
}

/** What a write says about the managers of the object's fields beyond who wrote: mostly nothing. */
function ownershipOf(call: Call, { by, kind, given }: WriteOptions): Ownership | undefined {
  if (by !== undefined || kind !== undefined) return undefined;
  if (call.managed !== undefined) return { managed: call.managed };
  const manager = fieldManagerOf(call);
  const said = manager === usualManager(call.request.user) ? undefined : manager;
  const version = otherVersion(call);
  if (said === undefined && version === undefined) return given === undefined ? undefined : { given };
  return { ...(said === undefined ? {} : { manager: said }), ...(version === undefined ? {} : { apiVersion: version }), ...(given === undefined ? {} : { given }) };
}

/** The version of the path, where it is not the one in which the kind is stored. */
function otherVersion({ info, apiVersion }: Call): string | undefined {
  if (info.olderVersions === undefined && info.kind !== 'Event') return undefined;
  return apiVersion === (info.group === '' ? info.version : `${info.group}/${info.version}`) ? undefined : apiVersion;
}

/** The field manager of a write: the parameter, or the program that asks. */
export function fieldManagerOf(call: Call): string {
  const asked = call.query['fieldManager'];
  if (asked !== undefined && asked !== '') return asked;
  const agent = call.request.userAgent;
  if (agent === undefined) return usualManager(call.request.user);
  const slash = agent.indexOf('/');
  return slash < 0 ? agent : agent.slice(0, slash);
}

/** Writes one object (or its end). A dry run leaves the store alone and answers as if. */
export function write(call: Call, key: string, after: KubernetesObject | undefined, options: WriteOptions): KubernetesObject | undefined {
  const kind = options.kind ?? tableName(call.info);
  const struct = typeOfKind(kind);
  const settled = after === undefined || struct === undefined ? undefined : inDecodedForm(struct, after);
  const { context, request } = call;
  if (call.dryRun) {
    const shown = settled ?? after;
    if (request.managedFields === true && shown !== undefined) rememberDry(call, key, shown, options);
    return shown;
  }
  const subresource = options.subresource ?? call.subresource;
  const change = commit(context.store, {
    at: context.now,
    kind,
    key,
    after: settled ?? after,
    by: options.by ?? request.user,
    verb: options.verb,
    subresource,
    cause: context.step,
    because: context.because,
    ownership: ownershipOf(call, options),
  });
  const written = change.after;
  // What is stored is in its decoded form: whoever sends it back has only what he changed looked at.
  if (written !== undefined && settled !== undefined && struct !== undefined) {
    trust(written.metadata, OBJECT_META);
    trust(written, struct);
  }
  return written;
}

/** A change that is not made, so that the answer can show who would manage what. */
function rememberDry(call: Call, key: string, after: KubernetesObject, options: WriteOptions): void {
  const { context, request } = call;
  const kind = options.kind ?? tableName(call.info);
  const previous = context.store.tables.get(kind)?.live.get(key);
  beyond.rememberDry?.(after, {
    revision: context.store.revision, at: context.now, kind, key, before: previous?.after, after, by: options.by ?? request.user, verb: options.verb, subresource: options.subresource ?? call.subresource,
    cause: context.step, ownership: ownershipOf(call, options), previous, nth: 0, ordinal: 0, id: 0,
  });
}

/** An object as the answer to its removal shows it: as it last was, at the revision of its end. */
export function atItsEnd(call: Call, object: KubernetesObject): KubernetesObject {
  return call.dryRun ? object : { ...object, metadata: { ...object.metadata, resourceVersion: String(call.context.store.revision) } };
}

export const nowText = (call: Call): string => timestamp(call.context.now);

const hex = (value: number, width: number): string => (value >>> 0).toString(16).padStart(8, '0').slice(0, width);
/** A version 4 UUID of 64 drawn bits: enough that no two of a simulation's objects share one. */
export function newUid(context: ApiContext, key: string): string {
  const a = context.draw('uid', key);
  const b = context.draw('uid', key);
  const c = mix(a, b);
  const d = mix(b, c);
  const variant = '89ab'.charAt((c >>> 30) & 3);
  return `${hex(a, 8)}-${hex(b, 4)}-4${hex(b << 16, 3)}-${variant}${hex(c, 3)}-${hex(c << 12, 4)}${hex(d, 8)}`;
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const MAX_GENERATED_BASE = 58;
/** The API server's names: five characters without vowels behind the wanted beginning. */
export function generatedName(context: ApiContext, base: string, scope: string): string {
  const beginning = base.slice(0, MAX_GENERATED_BASE);
  let rest = context.draw('generateName', `${scope}/${beginning}`);
  let suffix = '';
  for (let i = 0; i < 5; i++) {
    suffix += ALPHABET.charAt(rest % 27);
    rest = Math.floor(rest / 27);
  }
  return beginning + suffix;
}

type Loose = { -readonly [K in keyof ObjectMeta]?: ObjectMeta[K] };
/**
 * Metadata with its fields in the order in which the API server writes them. `managedFields` and `selfLink` are never stored:
 * who manages which field is known only to server-side apply, which this server does not do yet.
 */
export function metaInOrder(meta: Loose): ObjectMeta {
  const out: Loose = {};
  if (meta.name !== undefined) out.name = meta.name;
  if (meta.generateName !== undefined) out.generateName = meta.generateName;
  if (meta.namespace !== undefined && meta.namespace !== '') out.namespace = meta.namespace;
  if (meta.uid !== undefined && meta.uid !== '') out.uid = meta.uid;
  if (meta.resourceVersion !== undefined) out.resourceVersion = meta.resourceVersion;
  if (meta.generation !== undefined && meta.generation !== 0) out.generation = meta.generation;
  if (meta.creationTimestamp !== undefined) out.creationTimestamp = meta.creationTimestamp;
  if (meta.deletionTimestamp !== undefined) out.deletionTimestamp = meta.deletionTimestamp;
  if (meta.deletionGracePeriodSeconds !== undefined) out.deletionGracePeriodSeconds = meta.deletionGracePeriodSeconds;
  if (meta.labels !== undefined) out.labels = meta.labels;
  if (meta.annotations !== undefined) out.annotations = meta.annotations;
  if (meta.ownerReferences !== undefined) out.ownerReferences = meta.ownerReferences;
  if (meta.finalizers !== undefined) out.finalizers = meta.finalizers;
  return out as ObjectMeta;
}
