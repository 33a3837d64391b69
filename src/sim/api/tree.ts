import type { Json } from './object.ts';

/** A JSON object. Trees are rebuilt with `Object.fromEntries`, never by assignment, so that a key like `__proto__` stays a plain key. */
export type Tree = { readonly [key: string]: Json };

export const isTree = (x: unknown): x is Tree => typeof x === 'object' && x !== null && !Array.isArray(x);
export const isList = (x: unknown): x is readonly Json[] => Array.isArray(x);
export const has = (tree: object, key: string): boolean => Object.hasOwn(tree, key);
export const field = (tree: unknown, key: string): Json | undefined => (isTree(tree) && has(tree, key) ? tree[key] : undefined);

/** The value at a path of names; undefined when any part is missing. */
export function dig(tree: unknown, ...path: readonly string[]): Json | undefined {
  let at: unknown = tree;
  for (const key of path) at = field(at, key);
  return at as Json | undefined;
}

/** The tree with one value set (or, with undefined, taken out) at a path; the parts on the way are made if they are missing. */
export function withValue(tree: Tree, path: readonly string[], value: Json | undefined): Tree {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  const inner = rest.length === 0 ? value : withValue((field(tree, key) ?? {}) as Tree, rest, value);
  const entries = Object.entries(tree).filter(([name]) => name !== key);
  if (inner !== undefined) entries.push([key, inner]);
  return Object.fromEntries(entries);
}

export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((x, i) => equal(x, b[i]));
  if (!isTree(a) || !isTree(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => has(b, key) && equal(a[key], b[key]));
}

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
export const sortedKeys = (tree: object): string[] => Object.keys(tree).sort(compareText);
