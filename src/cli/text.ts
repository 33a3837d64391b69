/**
 * The JSON text of answers. Stored objects are immutable, and their parts outlive them: a new revision mostly has the spec of the one before, an
 * item of a list the parts of the object that it shows. So the text of each part is kept, as far as there is room, and whole answers are put together.
 */

/** Characters that are kept, about: twice as many at most. What was not asked for since is forgotten then. */
const ROOM = 48 * 1024 * 1024;

let recent = new WeakMap<object, string>();
let older = new WeakMap<object, string>();
let size = 0;

/** The text of one part, which must never change. */
function partText(part: object): string {
  const known = recent.get(part);
  if (known !== undefined) return known;
  const text = older.get(part) ?? JSON.stringify(part);
  size += text.length;
  if (size > ROOM) {
    older = recent;
    recent = new WeakMap();
    size = text.length;
  }
  recent.set(part, text);
  return text;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** An API object: its text is that of its parts. */
export function objectText(object: object): string {
  let out = '';
  for (const key in object) {
    const value = (object as Record<string, unknown>)[key];
    const text = isObject(value) ? partText(value) : JSON.stringify(value);
    if (text !== undefined) out += `${out === '' ? '{' : ','}${JSON.stringify(key)}:${text}`;
  }
  return out === '' ? '{}' : `${out}}`;
}

interface List {
  readonly kind?: unknown;
  readonly items?: unknown;
}

/** An answer: an object, or a list whose items are objects. */
export function bodyText(body: object): string {
  const { items } = body as List;
  if (!Array.isArray(items) || items.length === 0) return isApiObject(body) ? objectText(body) : JSON.stringify(body);
  let out = '';
  for (const key in body) {
    const value = (body as Record<string, unknown>)[key];
    const text = key === 'items' ? `[${items.map((item: object) => objectText(item)).join(',')}]` : JSON.stringify(value);
    if (text !== undefined) out += `${out === '' ? '{' : ','}${JSON.stringify(key)}:${text}`;
  }
  return `${out}}`;
}

/** What is stored has metadata with a version; everything else (reviews, documents, statuses) is made for one answer and not worth keeping. */
const isApiObject = (body: object): boolean => isObject((body as { readonly metadata?: unknown }).metadata) && (body as { readonly metadata: { readonly uid?: unknown } }).metadata.uid !== undefined;
