import { KINDS, apiVersionOf, type KindInfo } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import { canonicalQuantity } from '../api/quantity.ts';
import type { Status } from '../api/request.ts';
import { decodeQuick, withScalar } from './decodeQuick.ts';
import { base64Fault, canonicalBase64, parseGoTime, goQuote } from './goText.ts';
import { typeOfKind, type StructType, type TypeNode } from './schema.ts';
import { badRequest } from './status.ts';

/**
 * What Go's decoder and encoder do to a document on its way through the API server: types are checked with the words of sigs.k8s.io/json,
 * unknown and duplicate fields are noted, null and empty optional fields vanish, quantities and times get their one spelling,
 * and the fields of a struct stand in the order of the Go type. What is decoded once is known by identity and not walked again.
 */

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';
export interface Decoded {
  readonly object: KubernetesObject;
  /** `unknown field "spec.foo"`: an error under Strict, a warning each under Warn. */
  readonly strict: readonly string[];
}

/** Our own limit, well above any real manifest: recursion must not be a way to stop the page. */
export const MAX_DEPTH = 100;

class DecodeFailure extends Error {}

interface Context {
  /** Go's names of the fields on the way, and the struct that each belongs to: UnmarshalTypeError prints both. */
  readonly goPath: string[];
  readonly structs: string[];
  /** The way as strict errors print it, with list positions and map keys. */
  readonly path: (string | number)[];
  readonly strict: string[];
  saved: string | undefined;
}

// Invisible: remembers which struct values are already in their decoded form, so that an unchanged part of an object is not walked again.
const decoded = new WeakMap<object, StructType>();

function strictPath(context: Context, last: string): string {
  let text = '';
  for (const part of context.path) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`;
  return text === '' ? last : `${text}.${last}`;
}

function typeError(context: Context, value: string, goName: string): string {
  const into = context.goPath.length === 0 ? `Go value of type ${goName}` : `Go struct field ${context.structs.at(-1)}.${context.goPath.join('.')} of type ${goName}`;
  return `json: cannot unmarshal ${value} into ${into}`;
}

const describe = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value);

function mismatch(context: Context, value: unknown, goName: string): undefined {
  context.saved ??= typeError(context, describe(value), goName);
  return undefined;
}

function scalar(node: Extract<TypeNode, { is: 'scalar' }>, value: unknown, context: Context): unknown {
  switch (node.scalar) {
    case 's':
      return typeof value === 'string' ? value : mismatch(context, value, node.goName);
    case 'b':
      return typeof value === 'boolean' ? value : mismatch(context, value, node.goName);
    case 'i':
    case 'l': {
      if (typeof value !== 'number') return mismatch(context, value, node.goName);
      const limit = node.scalar === 'i' ? 2 ** 31 : 2 ** 63;
      if (Number.isInteger(value) && value < limit && value >= -limit) return value === 0 ? 0 : value;
      context.saved ??= typeError(context, `number ${numberText(value)}`, node.goName);
      return undefined;
    }
    case 'f':
      return typeof value === 'number' ? value : mismatch(context, value, node.goName);
    case 'y': {
      if (Array.isArray(value)) {
        for (const item of value) if (typeof item !== 'number') mismatch(context, item, 'uint8');
        return undefined;
      }
      if (typeof value !== 'string') return mismatch(context, value, node.goName);
      const fault = base64Fault(value);
      if (fault === undefined) return canonicalBase64(value);
      context.saved ??= `illegal base64 data at input byte ${fault}`;
      return undefined;
    }
    case 'q': {
      const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? numberText(value) : '{}';
      const canonical = canonicalQuantity(text);
      if (canonical !== undefined) return canonical;
      throw new DecodeFailure(quantityFault(text));
    }
    case 'x': {
      if (typeof value === 'string') return value;
      if (typeof value !== 'number') throw new DecodeFailure(typeError(context, describe(value), 'int32'));
      if (Number.isInteger(value) && Math.abs(value) <= 2 ** 31) return value;
      throw new DecodeFailure(typeError(context, `number ${numberText(value)}`, 'int32'));
    }
    case 't':
    case 'u': {
      if (typeof value !== 'string') throw new DecodeFailure(typeError(context, describe(value), 'string'));
      const time = parseGoTime(value, node.scalar === 'u');
      if ('error' in time) throw new DecodeFailure(time.error);
      return time.text;
    }
    default:
      return value;
  }
}

/** A number as JSON would have carried it. */
const numberText = (value: number): string => String(value);

/** Why resource.ParseQuantity refuses a text. */
function quantityFault(text: string): string {
  const m = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text);
  if (m === null) return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  if (/\..*\./.test(m[1] ?? '') || !/\d/.test(m[1] ?? '')) return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  return "unable to parse quantity's suffix";
}

/** What Go writes for the zero value of a field that is never left out. */
function zeroOf(node: TypeNode): unknown {
  if (node.is === 'struct') return zeroStruct(node.struct);
  if (node.is !== 'scalar') return null;
  switch (node.scalar) {
    case 's':
      return '';
    case 'b':
      return false;
    case 'i':
    case 'l':
    case 'f':
    case 'x':
      return 0;
    case 'q':
      return '0';
    default:
      return null;
  }
}

const zeros = new Map<string, Readonly<Record<string, unknown>>>();
/** A struct of which nothing is set, as Go writes it: `{}`, or with the fields that are never left out. Shared, and never changed. */
export function zeroStruct(struct: StructType): Readonly<Record<string, unknown>> {
  const known = zeros.get(struct.name);
  if (known !== undefined) return known;
  const out: Record<string, unknown> = {};
  for (const field of struct.fields) {
    if (field.omit === 'never') out[field.name] = field.pointer ? null : zeroOf(field.type);
    else if (field.omit === 'empty' && !field.pointer && field.type.is === 'struct') out[field.name] = zeroStruct(field.type.struct);
    else if (field.omit === 'empty' && !field.pointer && field.type.is === 'scalar' && 'tuxq'.includes(field.type.scalar)) out[field.name] = zeroOf(field.type);
  }
  zeros.set(struct.name, out);
  return out;
}

function isZero(node: TypeNode, value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true;
  if (node.is === 'list') return (value as readonly unknown[]).length === 0;
  if (node.is === 'map') {
    for (const _ in value as object) return false;
    return true;
  }
  return false;
}

const sortedKeys = (keys: string[]): boolean => {
  for (let i = 1; i < keys.length; i += 1) if (keys[i - 1]! > keys[i]!) return false;
  return true;
};

/** Sets a key even if its name is __proto__, which a plain assignment would take for the prototype. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

function decodeNode(node: TypeNode, value: unknown, context: Context): unknown {
  if (value === null || value === undefined) return undefined;
  switch (node.is) {
    case 'scalar':
      return scalar(node, value, context);
    case 'struct':
      if (typeof value !== 'object' || Array.isArray(value)) return mismatch(context, value, node.goName);
      return decodeStruct(node.struct, value as Record<string, unknown>, context);
    case 'list': {
      if (!Array.isArray(value)) return mismatch(context, value, node.goName);
      let same = true;
      const out = value.map((item, index) => {
        context.path.push(index);
        const one = decodeNode(node.of, item, context) ?? zeroOf(node.of);
        context.path.pop();
        if (one !== item) same = false;
        return one;
      });
      return same ? value : out;
    }
    case 'map': {
      if (typeof value !== 'object' || Array.isArray(value)) return mismatch(context, value, node.goName);
      const source = value as Record<string, unknown>;
      const keys = Object.keys(source);
      let same = sortedKeys(keys);
      const out: Record<string, unknown> = {};
      for (const key of keys) {
        context.path.push(key);
        const item = decodeNode(node.of, source[key], context) ?? zeroOf(node.of);
        context.path.pop();
        if (item !== source[key]) same = false;
        setOwn(out, key, item);
      }
      if (same) return value;
      const ordered: Record<string, unknown> = {};
      for (const key of keys.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) setOwn(ordered, key, out[key]);
      return ordered;
    }
  }
}

function decodeStruct(struct: StructType, source: Record<string, unknown>, context: Context): object {
  if (decoded.get(source) === struct) return source;
  if (context.path.length > MAX_DEPTH) throw new DecodeFailure(`the document is nested more than ${MAX_DEPTH} levels deep`);
  const found = new Map<string, unknown>();
  for (const key of Object.keys(source)) {
    const field = struct.byName.get(key);
    if (field === undefined) {
      if (context.strict.length < 100) context.strict.push(`unknown field ${goQuote(strictPath(context, key))}`);
      continue;
    }
    context.structs.push(struct.name.slice(struct.name.indexOf('.') + 1));
    context.goPath.push(field.goPath);
    context.path.push(key);
    const value = decodeNode(field.type, source[key], context);
    context.path.pop();
    context.goPath.pop();
    context.structs.pop();
    if (value !== undefined) found.set(key, value);
  }
  const out: Record<string, unknown> = {};
  for (const field of struct.fields) {
    const value = found.get(field.name);
    if (field.pointer) {
      if (value !== undefined) out[field.name] = value;
      else if (field.omit === 'never') out[field.name] = null;
    } else if (field.omit === 'never') out[field.name] = value === undefined ? zeroOf(field.type) : value;
    else if (field.type.is === 'struct') {
      if (field.omit === 'empty') out[field.name] = value ?? zeroStruct(field.type.struct);
      else if (value !== undefined && Object.keys(value as object).length > 0) out[field.name] = value;
    } else if (field.omit === 'empty' && field.type.is === 'scalar' && 'tuxq'.includes(field.type.scalar)) out[field.name] = value ?? zeroOf(field.type);
    else if (value !== undefined && ((field.type.is === 'scalar' && field.type.scalar === 'r') || !isZero(field.type, value))) out[field.name] = value;
  }
  decoded.set(out, struct);
  return out;
}

/** Notes that a value is in its decoded form: for parts that the API server itself built (defaults, allocated values). */
export function trustDecoded(value: object, struct: StructType): void {
  decoded.set(value, struct);
}

/** A decoded value with a text in one more field. */
export const placed = <T extends object>(struct: StructType, object: T, field: string, text: string): T => withScalar(struct, object, field, text, HELPERS);

const HELPERS = { zeroOf, zeroStruct, setOwn };
const NOTHING: readonly string[] = [];
/** An object in its decoded form: what the server itself put together gets Go's order of fields. undefined: something about it is unusual. */
export function inDecodedForm<T extends object>(struct: StructType, object: T): T | undefined {
  return decodeQuick(struct, object as unknown as Record<string, unknown>, HELPERS) as T | undefined;
}

/** Decodes one value of a known type; `object` is undefined when `error` is there. */
export function decodeAs(struct: StructType, value: unknown): { readonly value?: object; readonly error?: string; readonly strict: readonly string[] } {
  const context: Context = { goPath: [], structs: [], path: [], strict: [], saved: undefined };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { error: typeError(context, describe(value), `v1.${struct.name}`), strict: [] };
  const quick = decodeQuick(struct, value as Record<string, unknown>, HELPERS);
  if (quick !== undefined) return { value: quick, strict: NOTHING };
  try {
    const out = decodeStruct(struct, value as Record<string, unknown>, context);
    return context.saved === undefined ? { value: out, strict: context.strict } : { error: context.saved, strict: context.strict };
  } catch (failure) {
    if (failure instanceof DecodeFailure) return { error: failure.message, strict: context.strict };
    throw failure;
  }
}

const TOP = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
const registered = new Set(KINDS.flatMap((info) => [`${apiVersionOf(info)}/${info.kind}`, `${apiVersionOf(info)}/${info.kind}List`]).concat('v1/Status'));

const summary = (body: unknown): string => {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
};

/**
 * The body of a create or an update: the decoded object, or the 400 of the real API server. A body that is a string is JSON text
 * (only there can a field occur twice).
 */
export function decode(info: KindInfo, body: unknown, apiVersion: string = apiVersionOf(info)): Decoded | Status {
  let document = body;
  let duplicates: readonly string[] = [];
  const unrecognized = (why: string): Status => badRequest(`the object provided is unrecognized (must be of type ${info.kind}): ${why} (${summary(body)})`);
  if (typeof body === 'string') {
    const parsed = parseJson(body);
    if ('error' in parsed) return unrecognized(`couldn't get version/kind; json parse error: ${parsed.error}`);
    document = parsed.value;
    duplicates = parsed.duplicates;
  }
  if (document === null || typeof document !== 'object' || Array.isArray(document)) {
    if (document === null || document === undefined) return unrecognized("couldn't get version/kind; json parse error: unexpected end of JSON input");
    return unrecognized(`couldn't get version/kind; json parse error: json: cannot unmarshal ${describe(document)} into Go value of type ${TOP}`);
  }
  const source = document as Record<string, unknown>;
  for (const [key, name] of [['apiVersion', 'APIVersion'], ['kind', 'Kind']] as const) {
    const value = Object.hasOwn(source, key) ? source[key] : undefined;
    if (value !== undefined && value !== null && typeof value !== 'string') return unrecognized(`couldn't get version/kind; json parse error: json: cannot unmarshal ${describe(value)} into Go struct field .${name === 'Kind' ? 'kind' : 'apiVersion'} of type string`);
  }
  const kind = typeof source['kind'] === 'string' && source['kind'] !== '' ? source['kind'] : info.kind;
  const version = typeof source['apiVersion'] === 'string' && source['apiVersion'] !== '' ? source['apiVersion'] : apiVersion;
  if (version.split('/').length > 2) return unrecognized(`unexpected GroupVersion string: ${version}`);
  const refuse = (why: string): Status => badRequest(`${kind} in version ${goQuote(version.slice(version.lastIndexOf('/') + 1))} cannot be handled as a ${info.kind}: ${why}`);
  if (!registered.has(`${version}/${kind}`) && !(kind === info.kind && version === apiVersion)) return refuse(`no kind ${goQuote(kind)} is registered for version ${goQuote(version)} in scheme "pkg/runtime/scheme.go:111"`);
  if (kind !== info.kind) return refuse(`converting (v1.${kind}) to (${internalGroup(info.group)}.${info.kind}): unknown conversion`);
  if (version !== apiVersion) return badRequest(`the API version in the data (${version}) does not match the expected API version (${apiVersion})`);
  const struct = typeOfKind(kind, version);
  if (struct === undefined) return { object: source as unknown as KubernetesObject, strict: duplicates };
  const result = decodeAs(struct, source);
  if (result.error !== undefined) return refuse(result.error);
  const plain = result.value as KubernetesObject;
  // Go's own decoder leaves kind and apiVersion as they came; the answer always has both.
  const object = plain.kind === kind && plain.apiVersion === version ? plain : ({ ...plain, kind, apiVersion: version } as KubernetesObject);
  return { object, strict: duplicates.length === 0 ? result.strict : [...duplicates, ...result.strict] };
}

/** What `fieldValidation` makes of strict errors: a refusal, warnings, or nothing. */
export function strictRefusal(info: KindInfo, apiVersion: string, strict: readonly string[]): Status {
  return badRequest(`${info.kind} in version "${apiVersion.slice(apiVersion.lastIndexOf('/') + 1)}" cannot be handled as a ${info.kind}: strict decoding error: ${strict.join(', ')}`);
}

const internalGroup = (group: string): string => (group === '' ? 'core' : (group.split('.')[0] ?? ''));

/** JSON text with Go's words for its faults, and with the places of fields that occur twice in one object (JSON.parse keeps the last, as Go does). */
export function parseJson(text: string): { readonly value: unknown; readonly duplicates: readonly string[] } | { readonly error: string } {
  const error = jsonFault(text);
  if (error !== undefined) return { error };
  const duplicates: string[] = [];
  findDuplicates(text, duplicates);
  return { value: JSON.parse(text) as unknown, duplicates };
}

/** encoding/json's scanner as a small state machine: only used on texts that a person or a program sent as text. */
function jsonFault(text: string): string | undefined {
  let depth = 0;
  for (const character of text) {
    if (character === '[' || character === '{') {
      depth += 1;
      if (depth > 10_000) return 'exceeded max depth';
    } else if (character === ']' || character === '}') depth -= 1;
  }
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return scanFault(text);
  }
}

function scanFault(text: string): string {
  let at = 0;
  const END = 'unexpected end of JSON input';
  const bad = (where: string): string => (at >= text.length ? END : `invalid character ${goCharacter(text[at] ?? '')} ${where}`);
  const skip = (): void => {
    while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1;
  };
  const string = (): string | undefined => {
    at += 1;
    for (; at < text.length; at += 1) {
      const c = text[at] ?? '';
      if (c === '"') {
        at += 1;
        return undefined;
      }
      if (c < ' ') return bad('in string literal');
      if (c !== '\\') continue;
      at += 1;
      const e = text[at] ?? '';
      if (at >= text.length) return END;
      if (e === 'u') {
        for (let i = 0; i < 4; i += 1) {
          at += 1;
          if (!/[0-9a-fA-F]/.test(text[at] ?? '')) return bad('in \\u hexadecimal character escape');
        }
      } else if (!'bfnrt\\/"'.includes(e)) return bad('in string escape code');
    }
    return END;
  };
  const value = (): string | undefined => {
    skip();
    const c = text[at] ?? '';
    if (c === '"') return string();
    if (c === '{') {
      at += 1;
      skip();
      if (text[at] === '}') {
        at += 1;
        return undefined;
      }
      for (;;) {
        skip();
        if (text[at] !== '"') return bad('looking for beginning of object key string');
        const key = string();
        if (key !== undefined) return key;
        skip();
        if (text[at] !== ':') return bad('after object key');
        at += 1;
        const inner = value();
        if (inner !== undefined) return inner;
        skip();
        if (text[at] === '}') {
          at += 1;
          return undefined;
        }
        if (text[at] !== ',') return bad('after object key:value pair');
        at += 1;
      }
    }
    if (c === '[') {
      at += 1;
      skip();
      if (text[at] === ']') {
        at += 1;
        return undefined;
      }
      for (;;) {
        const inner = value();
        if (inner !== undefined) return inner;
        skip();
        if (text[at] === ']') {
          at += 1;
          return undefined;
        }
        if (text[at] !== ',') return bad('after array element');
        at += 1;
      }
    }
    for (const word of ['true', 'false', 'null']) {
      if (c !== word[0]) continue;
      for (const letter of word) {
        if (text[at] !== letter) return bad(`in literal ${word} (expecting ${goCharacter(letter)})`);
        at += 1;
      }
      return undefined;
    }
    const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(text.slice(at, at + 400));
    if (number !== null) {
      at += number[0].length;
      return undefined;
    }
    return c === '-' ? ((at += 1), bad('in numeric literal')) : bad('looking for beginning of value');
  };
  const fault = value();
  if (fault !== undefined) return fault;
  skip();
  return bad('after top-level value');
}

const goCharacter = (c: string): string => (c === "'" ? `'\\''` : c === '"' ? `'"'` : `'${c}'`);

/** A walk over JSON text that is known to be well formed. */
function findDuplicates(text: string, out: string[]): void {
  let at = 0;
  const skip = (): void => {
    while (' \t\r\n'.includes(text[at] ?? 'x')) at += 1;
  };
  const string = (): string => {
    const start = at;
    at += 1;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at += 1;
    return JSON.parse(text.slice(start, at)) as string;
  };
  const value = (path: string, depth: number): void => {
    skip();
    const c = text[at];
    if (c === '"') string();
    else if (c === '{' || c === '[') {
      const close = c === '{' ? '}' : ']';
      const seen = new Set<string>();
      at += 1;
      skip();
      for (let index = 0; text[at] !== close; index += 1) {
        let below = `${path}[${index}]`;
        if (c === '{') {
          skip();
          const key = string();
          below = path === '' ? key : `${path}.${key}`;
          if (seen.has(key)) out.push(`duplicate field ${goQuote(below)}`);
          seen.add(key);
          skip();
          at += 1;
        }
        if (depth > 1000) return;
        value(below, depth + 1);
        skip();
        if (text[at] === ',') at += 1;
        skip();
      }
      at += 1;
    } else while (at < text.length && !',]} \t\r\n'.includes(text[at] ?? ',')) at += 1;
  };
  value('', 0);
}
