import { setOwn } from './decode.ts';
import { checkDepth, isList, isObject, own, PatchFailure, same, type Value } from './patch-values.ts';

/**
 * JSON patch, RFC 6902, with the habits of the library that the real API server uses (evanphx/json-patch v4): an index may count from
 * the end (-1), and `replace` of a key that an object does not have adds it.
 * Whatever goes wrong inside an operation, the API server says only "the server rejected our request due to an error in our request".
 */
export interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

export const MAX_OPERATIONS = 10_000;

const reject = (why: string): never => {
  throw new PatchFailure('Unprocessable', why);
};

/** The tokens of a JSON pointer; undefined for one that names the whole document or begins with no slash. */
function tokens(pointer: string): readonly string[] | undefined {
  if (!pointer.startsWith('/')) return undefined;
  checkDepth(pointer.length > 10_000 ? Infinity : 0);
  return pointer.slice(1).split('/').map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
}

/** An index as Go's strconv.Atoi reads it, counted from the end when negative; undefined: not one, or outside. `room`: one past the end is allowed. */
function indexIn(list: readonly unknown[], key: string, room: 0 | 1): number | undefined {
  if (!/^[+-]?\d{1,15}$/.test(key)) return undefined;
  let index = Number(key);
  const length = list.length + room;
  if (index < 0) index += length;
  return index >= 0 && index < length ? index : undefined;
}

/** The value at a key of a container; an object gives undefined for what it has not, a list fails. */
function child(container: Value, key: string, path: string): Value {
  if (isList(container)) {
    const index = indexIn(container, key, 0);
    return index === undefined ? reject(`${path}: invalid index: ${key}`) : container[index];
  }
  return isObject(container) ? own(container, key) : reject(`${path}: doc is missing path`);
}

/** A new container in which `change` was applied to the parent of the last token; the way there is copied, all else is shared. */
function along(container: Value, way: readonly string[], at: number, path: string, change: (parent: Value, key: string) => Value): Value {
  if (!isList(container) && !isObject(container)) return reject(`doc is missing path: ${path}`);
  const key = way[at]!;
  if (at === way.length - 1) return change(container, key);
  checkDepth(at);
  const below = child(container, key, path);
  if (below === undefined || below === null) return reject(`doc is missing path: ${path}`);
  const next = along(below, way, at + 1, path, change);
  if (next === below) return container;
  if (isList(container)) return container.with(indexIn(container, key, 0)!, next);
  const copy = { ...container };
  setOwn(copy, key, next);
  return copy;
}

const withKey = (parent: Value, key: string, value: Value): Value => {
  const copy = { ...(parent as Record<string, unknown>) };
  setOwn(copy, key, value);
  return copy;
};

function added(parent: Value, key: string, value: Value): Value {
  if (!isList(parent)) return withKey(parent, key, value);
  if (key === '-') return [...parent, value];
  const index = indexIn(parent, key, 1);
  return index === undefined ? reject(`invalid index: ${key}`) : parent.toSpliced(index, 0, value);
}

function removed(parent: Value, key: string): Value {
  if (isList(parent)) {
    const index = indexIn(parent, key, 0);
    return index === undefined ? reject(`invalid index: ${key}`) : parent.toSpliced(index, 1);
  }
  const object = parent as Record<string, unknown>;
  if (!Object.hasOwn(object, key)) return reject(`Unable to remove nonexistent key: ${key}`);
  const copy = { ...object };
  delete copy[key];
  return copy;
}

function replaced(parent: Value, key: string, value: Value): Value {
  if (!isList(parent)) return withKey(parent, key, value);
  const index = indexIn(parent, key, 0);
  return index === undefined ? reject(`invalid index: ${key}`) : parent.with(index, value);
}

function read(document: Value, pointer: string): Value {
  const way = tokens(pointer);
  if (way === undefined) return reject(`doc is missing path: ${pointer}`);
  let at = document;
  for (const key of way) at = child(at, key, pointer);
  return at;
}

function write(document: Value, pointer: string, change: (parent: Value, key: string) => Value): Value {
  const way = tokens(pointer);
  return way === undefined ? reject(`doc is missing path: ${pointer}`) : along(document, way, 0, pointer, change);
}

function apply(document: Value, operation: Operation): Value {
  const { op, path } = operation;
  const value = operation.value ?? null;
  switch (op) {
    case 'add':
      return write(document, path, (parent, key) => added(parent, key, value));
    case 'remove':
      return write(document, path, removed);
    case 'replace':
      if (path === '') return isObject(value) || isList(value) ? value : reject('replace operation value must be object or array');
      return write(document, path, (parent, key) => replaced(parent, key, value));
    case 'move': {
      const moved = read(document, operation.from ?? '');
      const without = write(document, operation.from ?? '', removed);
      return write(without, path, (parent, key) => added(parent, key, moved ?? null));
    }
    case 'copy': {
      const copied = read(document, operation.from ?? '');
      return write(document, path, (parent, key) => added(parent, key, copied ?? null));
    }
    case 'test': {
      const found = path === '' ? document : read(document, path);
      return same(found ?? null, value) ? document : reject(`testing value ${path} failed`);
    }
    default:
      return reject(`Unexpected kind: ${op}`);
  }
}

const KEYS = ['op', 'path', 'from', 'value'];
const named = (value: Value): string => (isList(value) ? 'array' : typeof value === 'boolean' ? 'bool' : value === null ? 'null' : typeof value);

/** The operations of a body, with unknown fields noted as the strict decoder of the API server does. */
export function operationsOf(body: Value): { readonly operations: readonly Operation[]; readonly strict: readonly string[] } {
  const bad = (why: string): never => {
    throw new PatchFailure('BadRequest', `error decoding patch: json: cannot unmarshal ${why}`);
  };
  // Go reads null as a list without items.
  if (body === null) return { operations: [], strict: [] };
  if (!isList(body)) return bad(`${named(body)} into Go value of type []handlers.jsonPatchOp`);
  if (body.length > MAX_OPERATIONS) throw new PatchFailure('TooLarge', `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${body.length}`);
  const strict: string[] = [];
  const operations = body.map((item, index): Operation => {
    if (!isObject(item)) return bad(`${named(item)} into Go value of type handlers.jsonPatchOp`);
    for (const key of ['op', 'path', 'from']) {
      const value = own(item, key);
      if (value !== undefined && value !== null && typeof value !== 'string') bad(`${named(value)} into Go struct field jsonPatchOp.${key} of type string`);
    }
    for (const key of Object.keys(item)) if (!KEYS.includes(key)) strict.push(`json patch unknown field "[${index}].${key}"`);
    const text = (key: string): string => (own(item, key) ?? '') as string;
    return { op: text('op'), path: text('path'), from: text('from'), value: own(item, 'value') };
  });
  return { operations, strict };
}

/** Applies every operation, or none: a failure throws. */
export function jsonPatch(document: Value, operations: readonly Operation[]): Value {
  let at = document;
  for (const operation of operations) at = apply(at, operation);
  return at;
}
