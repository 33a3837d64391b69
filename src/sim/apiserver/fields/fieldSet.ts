import type { FieldSet } from '../../api/managedFields.ts';

/** Sets of field paths (`FieldSet`), their algebra and their form in the API. After structured-merge-diff/fieldpath (set.go, serialize.go). */
export type { FieldSet };

/** A set that is being built. */
export interface Growing {
  readonly members: Set<string>;
  readonly children: Map<string, Growing>;
}
/** What FieldsV1 looks like in JSON. */
export interface FieldsV1 {
  readonly [element: string]: FieldsV1;
}

export const growing = (): Growing => ({ members: new Set(), children: new Map() });
export const EMPTY: FieldSet = growing();
export const isEmpty = (set: FieldSet): boolean => set.members.size === 0 && set.children.size === 0;

export function insert(set: Growing, path: readonly string[]): void {
  if (path.length === 0) return;
  let at = set;
  for (let i = 0; i < path.length - 1; i++) {
    const element = path[i]!;
    let next = at.children.get(element);
    if (next === undefined) at.children.set(element, (next = growing()));
    at = next;
  }
  at.members.add(path[path.length - 1]!);
}

export const setOf = (...paths: readonly (readonly string[])[]): FieldSet => {
  const out = growing();
  for (const path of paths) insert(out, path.map((name) => `f:${name}`));
  return out;
};

export function has(set: FieldSet, path: readonly string[]): boolean {
  let at: FieldSet | undefined = set;
  for (let i = 0; i < path.length - 1 && at !== undefined; i++) at = at.children.get(path[i]!);
  return at !== undefined && path.length > 0 && at.members.has(path[path.length - 1]!);
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a)) return b;
  if (isEmpty(b) || a === b) return a;
  const children = new Map(a.children);
  for (const [element, child] of b.children) {
    const other = children.get(element);
    children.set(element, other === undefined ? child : union(other, child));
  }
  return { members: new Set([...a.members, ...b.members]), children };
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [element, child] of a.children) {
    const other = b.children.get(element);
    const both = other === undefined ? EMPTY : intersection(child, other);
    if (!isEmpty(both)) children.set(element, both);
  }
  return { members: new Set([...a.members].filter((element) => b.members.has(element))), children };
}

/** What is in `a` and not in `b`; `whole`: a member of `b` takes away what is below it, too. */
export function difference(a: FieldSet, b: FieldSet, whole = false): FieldSet {
  if (isEmpty(b)) return a;
  const children = new Map<string, FieldSet>();
  for (const [element, child] of a.children) {
    if (whole && b.members.has(element)) continue;
    const other = b.children.get(element);
    const rest = other === undefined ? child : difference(child, other, whole);
    if (!isEmpty(rest)) children.set(element, rest);
  }
  return { members: new Set([...a.members].filter((element) => !b.members.has(element))), children };
}

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.members.size !== b.members.size || a.children.size !== b.children.size) return false;
  for (const element of a.members) if (!b.members.has(element)) return false;
  for (const [element, child] of a.children) {
    const other = b.children.get(element);
    if (other === undefined || !sameSet(child, other)) return false;
  }
  return true;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Every path of the set: at each node its members first, then what is below, both in order. */
export function pathsOf(set: FieldSet, prefix: readonly string[] = []): (readonly string[])[] {
  const out = [...set.members].sort(byText).map((element) => [...prefix, element]) as (readonly string[])[];
  for (const element of [...set.children.keys()].sort(byText)) out.push(...pathsOf(set.children.get(element)!, [...prefix, element]));
  return out;
}

export function toFieldsV1(set: FieldSet): FieldsV1 {
  const out: Record<string, FieldsV1> = {};
  for (const element of [...new Set([...set.members, ...set.children.keys()])].sort(byText)) {
    const child = set.children.get(element);
    const below = child === undefined ? {} : toFieldsV1(child);
    // An element that stands for itself and has something below it says so with a dot.
    out[element] = child !== undefined && set.members.has(element) ? { '.': {}, ...below } : below;
  }
  return out;
}

const DEEPEST = 100;
/** undefined: these are no FieldsV1. */
export function fromFieldsV1(fields: unknown, depth = 0): FieldSet | undefined {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields) || depth > DEEPEST) return undefined;
  const out = growing();
  for (const [element, below] of Object.entries(fields as Readonly<Record<string, unknown>>)) {
    if (element === '.') continue;
    if (!/^[fkvi]:/.test(element)) return undefined;
    const child = fromFieldsV1(below, depth + 1);
    if (child === undefined) return undefined;
    if (isEmpty(child) || Object.hasOwn(below as object, '.')) out.members.add(element);
    if (!isEmpty(child)) out.children.set(element, child as Growing);
  }
  return out;
}

/** A path as conflicts print it: `.spec.containers[name="web"].image`. */
export const printPath = (path: readonly string[]): string => path.map(printElement).join('');
export function printElement(element: string): string {
  const rest = element.slice(2);
  switch (element.charAt(0)) {
    case 'f':
      return `.${rest}`;
    case 'k':
      return `[${Object.entries(JSON.parse(rest) as Readonly<Record<string, unknown>>).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    case 'v':
      return `[=${rest}]`;
    default:
      return `[${rest}]`;
  }
}
