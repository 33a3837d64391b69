import type { KindInfo } from '../../api/kinds.ts';
import type { KubernetesObject } from '../../api/object.ts';
import type { Status } from '../../api/request.ts';
import { decodeAs, parseJson, strictRefusal } from '../decode.ts';
import { goJson } from '../goText.ts';
import { structType } from '../schema.ts';
import { badRequest, forbidden } from '../status.ts';
import type { Call } from '../verbs-call.ts';
import { customOf, holds } from './served.ts';
import { defaulted, isFields, itemsOf, own, pruned, set, valuesOf, withoutNulls, type Fields, type Schema } from './structural.ts';

/** Between documents and custom objects: what is unknown goes, what is missing gets its default, and versions differ in their name alone. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The body as an object of this kind: metadata as typed as everywhere, the rest pruned and with its defaults. `patched`: it comes out of a patch. */
export function decodeCustom(call: Call, body: unknown): { readonly object: KubernetesObject; readonly strict: readonly string[] } | { readonly error: string; readonly whole?: Status } {
  const { info, apiVersion } = call;
  let document = body;
  let duplicates: readonly string[] = [];
  const whole = (why: string): { readonly error: string; readonly whole: Status } => ({ error: why, whole: badRequest(`the object provided is unrecognized (must be of type ${info.kind}): ${why} (${summary(body)})`) });
  if (typeof body === 'string') {
    const parsed = parseJson(body);
    if ('error' in parsed) return whole(`couldn't get version/kind; json parse error: ${parsed.error}`);
    document = parsed.value;
    duplicates = parsed.duplicates;
  }
  if (!isFields(document)) {
    const what = Array.isArray(document) ? 'array' : typeof document === 'boolean' ? 'bool' : typeof document;
    return whole(document === null || document === undefined ? "couldn't get version/kind; json parse error: unexpected end of JSON input" : `couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`);
  }
  const source = document as Fields;
  for (const key of ['kind', 'apiVersion'] as const) {
    if (typeof own(source, key) !== 'string' || source[key] === '') return whole(`Object '${key === 'kind' ? 'Kind' : 'apiVersion'}' is missing in '${goJson(source)}'`);
  }
  if (source['apiVersion'] !== apiVersion) {
    // No schema knows any field of a version that is none.
    const isOurs = source['kind'] === info.kind && String(source['apiVersion']).startsWith(`${info.group}/`);
    if (isOurs && call.validation === 'Warn') call.warnings.push(...Object.keys(source).filter((key) => !['apiVersion', 'kind', 'metadata'].includes(key)).sort(byText).map((key) => `unknown field ${JSON.stringify(key)}`));
  }
  if (source['apiVersion'] !== apiVersion) return { error: '', whole: badRequest(`the API version in the data (${String(source['apiVersion'])}) does not match the expected API version (${apiVersion})`) };
  const meta = decodeAs(structType('ObjectMeta'), source['metadata'] ?? {});
  if (meta.error !== undefined) return { error: meta.error };
  const { schema } = customOf(info);
  const unknown: string[] = meta.strict.map((one) => one.replace(/^unknown field "/, 'unknown field "metadata.'));
  const paths: string[] = [];
  // What says that it is of another kind is refused later; until then nobody knows its defaults.
  const kept = source['kind'] === info.kind ? (pruned(defaulted(withoutNulls(source, schema), schema), schema, true, paths) as Fields) : source;
  const embedded = embeddedMeta(kept, schema, '', unknown);
  if (embedded.error !== undefined) return { error: embedded.error };
  const strict = [...duplicates, ...[...unknown, ...paths.map((path) => `unknown field ${JSON.stringify(path)}`)].sort(byText)];
  const { apiVersion: _version, kind, metadata: _metadata, ...rest } = embedded.value as Fields;
  return { object: { apiVersion, kind, metadata: meta.value, ...rest } as unknown as KubernetesObject, strict };
}
/** The metadata of resources within the object is as typed as its own; what is unknown in it goes (apiextensions-apiserver, schema/objectmeta). */
function embeddedMeta(value: unknown, schema: Schema | undefined, path: string, unknown: string[]): { readonly value: unknown; readonly error?: string } {
  if (schema === undefined || !hasEmbedded(schema)) return { value };
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [i, item] of value.entries()) {
      const below = embeddedMeta(item, itemsOf(schema), `${path}[${i}]`, unknown);
      if (below.error !== undefined) return below;
      items.push(below.value);
    }
    return { value: items };
  }
  if (!isFields(value)) return { value };
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (path !== '' && key === 'metadata' && schema['x-kubernetes-embedded-resource'] === true && isFields(value[key])) {
      const meta = decodeAs(structType('ObjectMeta'), value[key]);
      if (meta.error !== undefined) return { value, error: `${at}: Invalid value: ${goJson(value[key])}: ${meta.error}` };
      unknown.push(...meta.strict.map((one) => one.replace(/^unknown field "/, `unknown field "${at}.`)));
      const { creationTimestamp, ...known } = meta.value as Fields;
      set(out, key, creationTimestamp === undefined || creationTimestamp === null ? known : meta.value);
      continue;
    }
    const below = embeddedMeta(value[key], own(schema.properties, key) ?? valuesOf(schema), at, unknown);
    if (below.error !== undefined) return below;
    set(out, key, below.value);
  }
  return { value: out };
}
// Invisible: whether resources stand anywhere below a schema.
const embedding = new WeakMap<Schema, boolean>();
function hasEmbedded(schema: Schema): boolean {
  let known = embedding.get(schema);
  if (known === undefined) {
    known = schema['x-kubernetes-embedded-resource'] === true || [...Object.values(schema.properties ?? {}), itemsOf(schema), valuesOf(schema)].some((below) => below !== undefined && hasEmbedded(below));
    embedding.set(schema, known);
  }
  return known;
}
function summary(body: unknown): string {
  const text = typeof body === 'string' ? body : goJson(body);
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
}

/** The decoded body, or the refusal; strict findings go where `fieldValidation` sends them. */
export function decodedBody(call: Call, body: unknown): KubernetesObject | Status {
  const result = decodeCustom(call, body);
  if ('error' in result) return result.whole ?? badRequest(`${call.info.kind} in version ${JSON.stringify(call.info.version)} cannot be handled as a ${call.info.kind}: ${result.error}`);
  if (result.strict.length > 0) {
    if (call.validation === 'Strict') return strictRefusal(call.info, call.apiVersion, result.strict);
    if (call.validation === 'Warn') call.warnings.push(...result.strict);
  }
  return toStorage(call.info, result.object);
}

/** Conversion None: the version is another, the object is the same, as far as the stored version's schema knows it. */
export function toStorage(info: KindInfo, object: KubernetesObject): KubernetesObject {
  const { storageVersion, stored } = customOf(info);
  const version = `${info.group}/${storageVersion}`;
  return object.apiVersion === version || object.kind !== info.kind ? object : asStored({ ...object, apiVersion: version }, stored);
}
function asStored(object: KubernetesObject, schema: Schema | undefined): KubernetesObject {
  const { metadata, ...rest } = object;
  const { apiVersion, kind, ...below } = pruned(defaulted(withoutNulls(rest, schema), schema), schema, true, []) as Omit<KubernetesObject, 'metadata'>;
  return { apiVersion, kind, metadata, ...below };
}

// Invisible: the same object under the same schema always reads the same.
const readings = new WeakMap<KubernetesObject, { readonly schema: Schema | undefined; readonly read: KubernetesObject }>();
/** What is read has the defaults of today's schema, and nothing that it does not know: definitions change after their objects. */
export function fromStorage(info: KindInfo, object: KubernetesObject): KubernetesObject {
  const { stored } = customOf(info);
  let known = readings.get(object);
  if (known === undefined || known.schema !== stored) {
    const unknown: string[] = [];
    const { metadata: _metadata, ...rest } = object;
    const filled = defaulted(rest, stored);
    const kept = pruned(filled, stored, true, unknown);
    known = { schema: stored, read: filled === rest && unknown.length === 0 ? object : ({ ...(kept as object), metadata: object.metadata } as KubernetesObject) };
    readings.set(object, known);
  }
  const apiVersion = `${info.group}/${info.version}`;
  return known.read.apiVersion === apiVersion ? known.read : { ...known.read, apiVersion };
}

/** Nothing new while the definition goes. */
export function refusedWhileGoing(call: Call, object: KubernetesObject): Status | undefined {
  return holds(customOf(call.info).definition, 'Terminating') ? forbidden(call.info, object.metadata.name, 'create not allowed while custom resource definition is terminating') : undefined;
}
