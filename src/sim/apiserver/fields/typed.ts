import { setOwn } from '../decode.ts';
import { same as sameJson } from '../patch-values.ts';
import { EMPTY, growing, insert, isEmpty, printElement, type FieldSet, type Growing } from './fieldSet.ts';
import { ANY, mapOf, type Shape } from './shape.ts';

/**
 * Values looked at through their shape: comparing, merging, taking away, and which fields there are. `undefined` is what is not there, null is a value.
 * After structured-merge-diff/typed (compare.go, merge.go, remove.go, tofieldset.go, validate.go).
 */
type ListShape = Extract<Shape, { is: 'list' }>;
type MapShape = Extract<Shape, { is: 'map' }>;
type Plain = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);
const ANY_MAP = mapOf(ANY);
const ANY_LIST: Shape = { is: 'list', keys: undefined, of: ANY, keyDefault: () => undefined };
const SCALAR: Shape = { is: 'scalar', scalar: 'untyped' };

/** What an unknown value is, it shows. */
function known(shape: Shape, ...values: readonly unknown[]): Exclude<Shape, { is: 'any' }> {
  if (shape.is !== 'any') return shape;
  if (shape.atomic === true) return SCALAR as Exclude<Shape, { is: 'any' }>;
  const value = values.find((one) => one !== undefined && one !== null);
  return (Array.isArray(value) ? ANY_LIST : isPlain(value) ? ANY_MAP : SCALAR) as Exclude<Shape, { is: 'any' }>;
}

const mapIn = (value: unknown): Plain => (isPlain(value) ? value : {});
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** An item's place in a keyed list or a set, as an element of a path; or why it has none. */
export function elementOf(shape: ListShape, item: unknown): { readonly element: string } | { readonly error: string } {
  const keys = shape.keys ?? [];
  if (keys.length === 0) {
    if (isPlain(item)) return { error: "associative list without keys has an element that's a map type" };
    if (Array.isArray(item)) return { error: 'not supported: associative list with lists as elements' };
    if (item === null || item === undefined) return { error: "associative list without keys has an element that's an explicit null" };
    return { element: `v:${JSON.stringify(item)}` };
  }
  if (item === null || item === undefined) return { error: 'associative list with keys may not have a null element' };
  if (!isPlain(item)) return { error: 'associative list with keys may not have non-map elements' };
  const found: Record<string, unknown> = {};
  let any = false;
  for (const key of [...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const value = Object.hasOwn(item, key) ? item[key] : shape.keyDefault(key);
    if (value === undefined) continue;
    found[key] = value;
    any = true;
  }
  if (!any) return { error: `associative list with keys has an element that omits all key fields [${keys.map((key) => JSON.stringify(key)).join(' ')}] (and doesn't have default values for any key fields)` };
  return { element: `k:${JSON.stringify(found)}` };
}
const elementsOf = (shape: ListShape, list: readonly unknown[]): readonly (string | undefined)[] =>
  list.map((item) => {
    const found = elementOf(shape, item);
    return 'error' in found ? undefined : found.element;
  });

// ---- what differs

export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

export function compare(shape: Shape, before: unknown, after: unknown): Comparison {
  const out = { removed: growing(), modified: growing(), added: growing() };
  compareAt(shape, before, after, [], out);
  return out;
}

function compareAt(given: Shape, l: unknown, r: unknown, path: string[], out: { removed: Growing; modified: Growing; added: Growing }): void {
  // What both share did not change.
  if (l === r) return;
  const shape = known(given, r, l);
  const leaf = (): void => {
    if (l === undefined) insert(out.added, path);
    else if (r === undefined) insert(out.removed, path);
    else if (!sameJson(l, r)) insert(out.modified, path);
  };
  if (shape.is === 'scalar') {
    leaf();
    return;
  }
  if (shape.is === 'list') {
    const left = listIn(l);
    const right = listIn(r);
    if (shape.keys === undefined || (left.length === 0 && right.length === 0)) {
      leaf();
      return;
    }
    compareItems(shape, left, right, path, out);
  } else {
    const left = mapIn(l);
    const right = mapIn(r);
    const names = Object.keys(right);
    for (const name in left) if (!Object.hasOwn(right, name)) names.push(name);
    if (shape.atomic || names.length === 0) {
      leaf();
      return;
    }
    for (const name of names) {
      path.push(`f:${name}`);
      compareAt(shape.field(name) ?? ANY, Object.hasOwn(left, name) ? left[name] : undefined, Object.hasOwn(right, name) ? right[name] : undefined, path, out);
      path.pop();
    }
  }
  if (l === undefined) insert(out.added, path);
  else if (r === undefined) insert(out.removed, path);
}

function compareItems(shape: ListShape, left: readonly unknown[], right: readonly unknown[], path: string[], out: { removed: Growing; modified: Growing; added: Growing }): void {
  const gather = (list: readonly unknown[]): Map<string, unknown[]> => {
    const found = new Map<string, unknown[]>();
    elementsOf(shape, list).forEach((element, i) => {
      if (element === undefined) return;
      const same = found.get(element);
      if (same === undefined) found.set(element, [list[i]]);
      else same.push(list[i]);
    });
    return found;
  };
  const l = gather(left);
  const r = gather(right);
  for (const element of new Set([...l.keys(), ...r.keys()])) {
    const before = l.get(element) ?? [];
    const after = r.get(element) ?? [];
    path.push(element);
    if (before.length <= 1 && after.length <= 1) compareAt(shape.of, before[0], after[0], path, out);
    else if (before.length >= 2 && after.length >= 2) {
      // Items that share a place count as one value.
      if (!sameJson(before, after)) insert(out.modified, path);
    } else if (before.length >= 2) {
      if (after.length > 0) compareAt(shape.of, undefined, after[0], path, out);
      insert(out.removed, path);
    } else {
      if (before.length > 0) compareAt(shape.of, before[0], undefined, path, out);
      insert(out.added, path);
    }
    path.pop();
  }
}

// ---- merging

/** What was applied, laid over what there is. undefined: nothing is left. */
export function merge(given: Shape, l: unknown, r: unknown): unknown {
  const shape = known(given, r, l);
  const whole = (): unknown => (r === undefined ? l : r);
  if (shape.is === 'scalar') return whole();
  if (shape.is === 'list') {
    const left = listIn(l);
    const right = listIn(r);
    return shape.keys === undefined || (left.length === 0 && right.length === 0) ? whole() : mergeItems(shape, left, right);
  }
  const left = mapIn(l);
  const right = mapIn(r);
  const names = Object.keys(left);
  for (const name in right) if (!Object.hasOwn(left, name)) names.push(name);
  if (shape.atomic || names.length === 0) return whole();
  const out: Record<string, unknown> = {};
  let any = false;
  for (const name of names) {
    const value = merge(shape.field(name) ?? ANY, Object.hasOwn(left, name) ? left[name] : undefined, Object.hasOwn(right, name) ? right[name] : undefined);
    if (value === undefined) continue;
    setOwn(out, name, value);
    any = true;
  }
  return any ? out : undefined;
}

/** What only one side has keeps its place; what both have stands in the order in which it was applied. */
function mergeItems(shape: ListShape, left: readonly unknown[], right: readonly unknown[]): unknown {
  const leftElements = elementsOf(shape, left).map((one, i) => one ?? `?${i}`);
  const rightElements = elementsOf(shape, right).map((one, i) => one ?? `!${i}`);
  const l = new Map<string, unknown>();
  // Items that share a place are not merged with the new one.
  leftElements.forEach((element, i) => l.set(element, l.has(element) ? undefined : left[i]));
  const r = new Map(rightElements.map((element, i) => [element, right[i]] as const));
  const shared = rightElements.filter((element) => l.has(element));
  let next = shared.shift();
  const merged = new Set<string>();
  const out: unknown[] = [];
  const put = (a: unknown, b: unknown): void => {
    const value = a === undefined && b === undefined ? undefined : merge(shape.of, a, b);
    if (value !== undefined) out.push(value);
  };
  for (let i = 0, j = 0; i < leftElements.length || j < rightElements.length; ) {
    if (i < leftElements.length && j < rightElements.length) {
      const element = leftElements[i]!;
      if (element === rightElements[j]) {
        merged.add(element);
        put(l.get(element), r.get(element));
        i++;
        j++;
        next = shared.shift();
        continue;
      }
      if (r.has(element) && next !== undefined && next !== element) {
        i++;
        continue;
      }
    }
    if (i < leftElements.length) {
      const element = leftElements[i]!;
      if (!r.has(element)) {
        put(left[i], undefined);
        i++;
        continue;
      }
      if (merged.has(element)) i++;
    }
    if (j < rightElements.length) {
      const element = rightElements[j]!;
      merged.add(element);
      put(l.get(element), r.get(element));
      j++;
      if (next === element) next = shared.shift();
    }
  }
  return out.length === 0 ? undefined : out;
}

// ---- which fields there are, and taking some away

export function fieldsOf(shape: Shape, value: unknown): FieldSet {
  const out = growing();
  fieldsAt(shape, value, [], out);
  return out;
}

function fieldsAt(given: Shape, value: unknown, path: string[], out: Growing): void {
  const shape = known(given, value);
  if (shape.is === 'scalar' || (shape.is === 'list' && shape.keys === undefined) || (shape.is === 'map' && shape.atomic)) {
    insert(out, path);
    return;
  }
  if (shape.is === 'list') {
    const list = listIn(value);
    const elements = elementsOf(shape, list);
    elements.forEach((element, i) => {
      if (element === undefined) return;
      path.push(element);
      if (elements.indexOf(element) === i && elements.lastIndexOf(element) === i) fieldsAt(shape.of, list[i], path, out);
      insert(out, path);
      path.pop();
    });
    return;
  }
  for (const [name, below] of Object.entries(mapIn(value))) {
    path.push(`f:${name}`);
    fieldsAt(shape.field(name) ?? ANY, below, path, out);
    // An empty map and a key of a map stand for themselves; a field of a struct stands for what is in it.
    if (below === null || (isPlain(below) && Object.keys(below).length === 0) || !shape.isNamed(name)) insert(out, path);
    path.pop();
  }
}

/** The value without the fields of a set; null when nothing is left of it. */
export function without(given: Shape, value: unknown, set: FieldSet): unknown {
  const shape = known(given, value);
  if (shape.is === 'scalar') return value;
  if (shape.is === 'list') {
    const list = listIn(value);
    if (list.length === 0 || shape.keys === undefined) return null;
    const elements = elementsOf(shape, list);
    const out: unknown[] = [];
    list.forEach((item, i) => {
      const element = elements[i] ?? '';
      if (set.members.has(element)) return;
      const below = set.children.get(element);
      out.push(below === undefined ? item : without(shape.of, item, below));
    });
    return out.length === 0 ? null : out;
  }
  const entries = Object.entries(mapIn(value));
  if (entries.length === 0 || shape.atomic) return null;
  const out: Record<string, unknown> = {};
  let any = false;
  for (const [name, below] of entries) {
    const element = `f:${name}`;
    if (set.members.has(element)) continue;
    const inner = set.children.get(element);
    setOwn(out, name, inner === undefined ? below : without(shape.field(name) ?? ANY, below, inner));
    any = true;
  }
  return any ? out : null;
}

/** The set, in which every named field with something below it stands for itself, too. */
export function withNamedFields(given: Shape, set: FieldSet): FieldSet {
  if (isEmpty(set)) return EMPTY;
  const members = new Set(set.members);
  const children = new Map<string, FieldSet>();
  for (const [element, child] of set.children) {
    let below: Shape = ANY;
    if (element.startsWith('f:')) {
      if (given.is === 'map') {
        const name = element.slice(2);
        if (given.isNamed(name)) members.add(element);
        below = given.field(name) ?? ANY;
      }
    } else if (given.is === 'list') below = given.of;
    children.set(element, withNamedFields(below, child));
  }
  return { members, children };
}

// ---- does a value fit its shape?

export interface Misfit {
  readonly path: string;
  readonly message: string;
}

/** What an applied object may not have: fields that are not there, values of another type, items with one key twice. */
export function misfits(given: Shape, value: unknown, path = '', out: Misfit[] = []): readonly Misfit[] {
  const no = (message: string, at = path): void => {
    out.push({ path: at, message });
  };
  if (given.is === 'any' || value === null || value === undefined) return out;
  if (given.is === 'scalar') {
    const type = typeof value;
    if (given.scalar === 'numeric' && type !== 'number') no(`expected numeric (int or float), got ${goType(value)}`);
    else if (given.scalar === 'string' && type !== 'string') no(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
    else if (given.scalar === 'boolean' && type !== 'boolean') no(`expected boolean, got &{${goPlain(value)}}`);
    else if (given.scalar === 'untyped' && type === 'object') no(`expected any scalar, got &{${goPlain(value)}}`);
    return out;
  }
  if (given.is === 'list') {
    if (!Array.isArray(value)) {
      no(`expected list, got &{${goPlain(value)}}`);
      return out;
    }
    const seen = new Set<string>();
    for (const [i, item] of value.entries()) {
      let place = `[${i}]`;
      if (given.keys !== undefined) {
        const found = elementOf(given, item);
        if ('error' in found) {
          no(`element ${i}: ${found.error}`);
          return out;
        }
        place = printElement(found.element);
        if (seen.has(found.element)) no(`duplicate entries for key ${place}`);
        seen.add(found.element);
      }
      misfits(given.of, item, path + place, out);
    }
    return out;
  }
  if (!isPlain(value)) {
    no(`expected map, got &{${goPlain(value)}}`);
    return out;
  }
  for (const [name, below] of Object.entries(value)) {
    const shape = (given as MapShape).field(name);
    if (shape === undefined) {
      no('field not declared in schema', `${path}.${name}`);
      return out;
    }
    misfits(shape, below, `${path}.${name}`, out);
  }
  return out;
}

/** Several misfits as Go prints them. */
export const misfitText = (all: readonly Misfit[]): string => {
  const said = all.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return said.length === 1 ? said[0]! : ['errors:', ...said.map((one) => `  ${one}`)].join('\n');
};

const goType = (value: unknown): string => (Array.isArray(value) ? '[]interface {}' : typeof value === 'boolean' ? 'bool' : typeof value === 'object' ? 'map[string]interface {}' : typeof value === 'number' ? (Number.isInteger(value) ? 'int64' : 'float64') : 'string');
function goPlain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`;
  if (isPlain(value)) return `map[${Object.keys(value).sort((a, b) => (a < b ? -1 : 1)).map((key) => `${key}:${goPlain(value[key])}`).join(' ')}]`;
  return value === null ? '<nil>' : String(value);
}
function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (isPlain(value)) return `map[string]interface {}{${Object.keys(value).sort((a, b) => (a < b ? -1 : 1)).map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`).join(', ')}}`;
  return value === null ? 'interface {}(nil)' : JSON.stringify(value);
}
