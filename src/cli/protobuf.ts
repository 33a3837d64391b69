import { typeOfKind, structBelow, type StructType } from '../sim/apiserver/schema.ts';
import { MESSAGES } from './protobuf.generated.ts';

/**
 * Reads a request body in Kubernetes' protobuf, as client-go sends it (apimachinery's runtime/serializer/protobuf): four bytes "k8s\0", then an
 * Unknown that names the type and carries the message. The result is the JSON that the same client would have sent. Answers stay JSON, which every
 * client that sends protobuf reads as well. Generated from the .proto files is a table: a message's line is `number:name:TYPE`, joined by "|"; TYPE is
 * `s` string, `i` int32, `l` int64, `b` bool, `y` bytes, `d` double, `@Message`, and `[T` a list, `{T` a map from strings.
 */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const MAGIC = 0x6b38_7300;
const MOST_DEPTH = 100;

class Broken extends Error {}

interface Reader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
}

function varint(reader: Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (reader.at >= reader.end) throw new Broken('a number ends too early');
    const byte = reader.bytes[reader.at++]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new Broken('a number is too long');
}
function chunk(reader: Reader): Reader {
  const length = Number(varint(reader));
  if (length > reader.end - reader.at) throw new Broken('a field ends too early');
  const part = { bytes: reader.bytes, at: reader.at, end: reader.at + length };
  reader.at += length;
  return part;
}
const rawOf = (part: Reader): Buffer => part.bytes.subarray(part.at, part.end);
const textDecoder = new TextDecoder('utf-8', { fatal: true });
const textOf = (part: Reader): string => textDecoder.decode(rawOf(part));

interface FieldLine {
  readonly name: string;
  readonly type: string;
}
const fieldsOf = new Map<string, ReadonlyMap<number, FieldLine>>();
function messageOf(name: string): ReadonlyMap<number, FieldLine> {
  let fields = fieldsOf.get(name);
  if (fields === undefined) {
    const line = Object.hasOwn(MESSAGES, name) ? MESSAGES[name]! : undefined;
    if (line === undefined) throw new Broken(`there is no message ${name}`);
    fields = new Map(
      line === ''
        ? []
        : line.split('|').map((field) => {
            const [number, title, ...type] = field.split(':');
            return [Number(number), { name: title!, type: type.join(':') }] as const;
          }),
    );
    fieldsOf.set(name, fields);
  }
  return fields;
}

/** Fields of a JSON schema have names of their own in JSON. */
function jsonName(message: string, name: string): string {
  if (!message.endsWith('.JSONSchemaProps')) return name;
  if (name === 'ref' || name === 'schema') return `$${name}`;
  return name.startsWith('xKubernetes') ? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^x-kubernetes/, 'x-kubernetes') : name;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const set = (target: { [key: string]: Json }, key: string, value: Json): void => {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
};

const pad = (n: number, width: number): string => String(n).padStart(width, '0');
function timeOf(part: Reader, micro: boolean): string | null {
  let seconds = 0n;
  let nanos = 0;
  while (part.at < part.end) {
    const number = Number(varint(part) >> 3n);
    const value = BigInt.asIntN(64, varint(part));
    if (number === 1) seconds = value;
    else if (number === 2) nanos = Number(value);
  }
  if (seconds === 0n && nanos === 0) return null;
  const millis = Number(seconds) * 1000;
  if (!Number.isFinite(millis) || Math.abs(millis) > 8.64e15) throw new Broken('a time is out of range');
  const text = new Date(millis).toISOString();
  return micro ? `${text.slice(0, 19)}.${pad(Math.floor(nanos / 1000), 6)}Z` : `${text.slice(0, 19)}Z`;
}

/** Messages that JSON writes in a way of their own; undefined: an ordinary one. */
function special(name: string, part: Reader, depth: number): Json | undefined {
  switch (name) {
    case 'meta.v1.Time':
      return timeOf(part, false);
    case 'meta.v1.MicroTime':
      return timeOf(part, true);
    case 'resource.Quantity':
    case 'resource.QuantityValue':
      return (plain(name, part, depth)['string'] as string | undefined) ?? '0';
    case 'util.intstr.IntOrString': {
      const { type, intVal, strVal } = plain(name, part, depth);
      return type === 1 ? ((strVal as string | undefined) ?? '') : ((intVal as number | undefined) ?? 0);
    }
    case 'runtime.RawExtension':
    case 'meta.v1.FieldsV1':
    case 'apiextensions.v1.JSON': {
      const raw = firstBytes(part);
      if (raw.length === 0) return null;
      return raw.length > 4 && raw.readUInt32BE(0) === MAGIC ? decodeEnvelope(raw, depth + 1) : (JSON.parse(textDecoder.decode(raw)) as Json);
    }
    case 'meta.v1.Verbs':
    case 'authentication.v1.ExtraValue':
    case 'authorization.v1.ExtraValue':
    case 'certificates.v1.ExtraValue':
      return (plain(name, part, depth)['items'] as Json[] | undefined) ?? [];
    case 'apiextensions.v1.JSONSchemaPropsOrArray': {
      const { schema, jSONSchemas } = plain(name, part, depth);
      return jSONSchemas ?? schema ?? null;
    }
    case 'apiextensions.v1.JSONSchemaPropsOrBool': {
      const { allows, schema } = plain(name, part, depth);
      return schema ?? allows ?? false;
    }
    case 'apiextensions.v1.JSONSchemaPropsOrStringArray': {
      const { schema, property } = plain(name, part, depth);
      return property ?? schema ?? null;
    }
    default:
      return undefined;
  }
}
function firstBytes(part: Reader): Buffer {
  while (part.at < part.end) {
    const tag = varint(part);
    if (tag === 10n) return rawOf(chunk(part));
    skip(part, Number(tag & 7n));
  }
  return Buffer.alloc(0);
}

function skip(reader: Reader, wire: number): void {
  if (wire === 0) varint(reader);
  else if (wire === 2) chunk(reader);
  else if (wire === 1) reader.at += 8;
  else if (wire === 5) reader.at += 4;
  else throw new Broken(`a field has wire type ${wire}`);
}

function value(type: string, reader: Reader, wire: number, struct: StructType | undefined, depth: number): Json {
  switch (type) {
    case 's':
      return textOf(chunk(reader));
    case 'y':
      return rawOf(chunk(reader)).toString('base64');
    case 'b':
      return varint(reader) !== 0n;
    case 'i':
      return Number(BigInt.asIntN(32, varint(reader)));
    case 'l':
      return Number(BigInt.asIntN(64, varint(reader)));
    case 'd': {
      if (wire !== 1 || reader.at + 8 > reader.end) throw new Broken('a number ends too early');
      const number = reader.bytes.readDoubleLE(reader.at);
      reader.at += 8;
      return number;
    }
    default: {
      const name = type.slice(1);
      const part = chunk(reader);
      return special(name, part, depth) ?? (isSpecial(name) ? null : plain(name, part, depth, struct));
    }
  }
}
const isSpecial = (name: string): boolean => name === 'meta.v1.Time' || name === 'meta.v1.MicroTime' || name === 'runtime.RawExtension' || name === 'apiextensions.v1.JSON';

/**
 * gogo writes every field that is no pointer, empty or not, where JSON leaves the empty ones out. Which is which the schema knows; for messages that
 * are in no schema (options) an empty text is nothing, and a number counts.
 */
function isNothing(found: Json, pointer: boolean | undefined): boolean {
  if (found === null) return true;
  if (pointer === true) return false;
  if (found === '') return true;
  if (typeof found === 'object') return !Array.isArray(found) && Object.keys(found).length === 0;
  return pointer === false && (found === 0 || found === false);
}

function plain(name: string, reader: Reader, depth: number, struct?: StructType): { [key: string]: Json } {
  if (depth > MOST_DEPTH) throw new Broken('it is nested too deep');
  const fields = messageOf(name);
  const out: { [key: string]: Json } = {};
  while (reader.at < reader.end) {
    const tag = varint(reader);
    const wire = Number(tag & 7n);
    const field = fields.get(Number(tag >> 3n));
    if (field === undefined) {
      skip(reader, wire);
      continue;
    }
    const key = jsonName(name, field.name);
    const known = struct?.byName.get(key);
    const below = structBelow(known?.type);
    if (field.type.startsWith('[')) {
      const item = value(field.type.slice(1), reader, wire, below, depth + 1);
      if (Object.hasOwn(out, key)) (out[key] as Json[]).push(item);
      else set(out, key, [item]);
    } else if (field.type.startsWith('{')) {
      const entry = chunk(reader);
      let of = '';
      let item: Json = field.type === '{s' ? '' : {};
      while (entry.at < entry.end) {
        const part = varint(entry);
        if (part >> 3n === 1n) of = textOf(chunk(entry));
        else if (part >> 3n === 2n) item = value(field.type.slice(1), entry, Number(part & 7n), below, depth + 1);
        else skip(entry, Number(part & 7n));
      }
      if (!Object.hasOwn(out, key)) set(out, key, {});
      set(out[key] as { [key: string]: Json }, of, item);
    } else {
      const item = value(field.type, reader, wire, below, depth + 1);
      if (!isNothing(item, known === undefined ? undefined : known.pointer || known.omit === 'never')) set(out, key, item);
    }
  }
  return out;
}

/** "apps/v1" and "Deployment": the message that stands for it. */
function messageName(apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion];
  const first = group === '' ? 'core' : group.split('.')[0]!;
  const candidates = [`${first}.${version}.${kind}`, `meta.v1.${kind}`];
  return candidates.find((name) => Object.hasOwn(MESSAGES, name)) ?? candidates[0]!;
}

function decodeEnvelope(bytes: Buffer, depth: number): Json {
  if (bytes.length < 4 || bytes.readUInt32BE(0) !== MAGIC) throw new Broken('it does not begin as Kubernetes\' protobuf does');
  const unknown: Reader = { bytes, at: 4, end: bytes.length };
  let apiVersion = '';
  let kind = '';
  let raw: Buffer = Buffer.alloc(0);
  let contentType = '';
  while (unknown.at < unknown.end) {
    const tag = varint(unknown);
    const number = Number(tag >> 3n);
    if (number === 1) {
      const meta = plain('runtime.TypeMeta', chunk(unknown), depth);
      apiVersion = String(meta['apiVersion'] ?? '');
      kind = String(meta['kind'] ?? '');
    } else if (number === 2) raw = rawOf(chunk(unknown));
    else if (number === 4) contentType = textOf(chunk(unknown));
    else skip(unknown, Number(tag & 7n));
  }
  if (contentType === 'application/json') return JSON.parse(textDecoder.decode(raw)) as Json;
  const name = messageName(apiVersion, kind);
  return { kind, apiVersion, ...plain(name, { bytes: raw, at: 0, end: raw.length }, depth, typeOfKind(kind, apiVersion)) };
}

/** The JSON of a body in protobuf, or what is wrong with it. */
export function decodeProtobuf(bytes: Buffer): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: decodeEnvelope(bytes, 0) };
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
