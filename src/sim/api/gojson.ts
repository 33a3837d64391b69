import { isList, isTree, sortedKeys } from './tree.ts';

/** Go's encoding/json writes these three characters, and the two line separators, as escapes. */
export const goEscapes = (text: string): string => text.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

export const inOrder = (value: unknown): unknown => {
  if (isList(value)) return value.map(inOrder);
  return isTree(value) ? Object.fromEntries(sortedKeys(value).filter((key) => value[key] !== undefined).map((key) => [key, inOrder(value[key])])) : value;
};

/** JSON as Go writes a map: keys in order. Integer-like keys come out in order too, because JavaScript puts them first anyway only among themselves. */
export function compactJson(value: unknown): string {
  if (isList(value)) return `[${value.map(compactJson).join(',')}]`;
  if (isTree(value)) return `{${sortedKeys(value).filter((key) => value[key] !== undefined).map((key) => `${goEscapes(JSON.stringify(key))}:${compactJson(value[key])}`).join(',')}}`;
  return goEscapes(JSON.stringify(value ?? null));
}
