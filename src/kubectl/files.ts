import type { Input } from './steps.ts';

/** "a/./b/../c" from a folder, as one absolute path. */
export function resolvePath(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** A file's text: under the name as it was typed, or where that name leads from the working folder. */
export function fileAt(input: Input, path: string): string | undefined {
  if (Object.hasOwn(input.files, path)) return input.files[path];
  const whole = resolvePath(input.folder ?? '/', path);
  return Object.hasOwn(input.files, whole) ? input.files[whole] : undefined;
}

/** The files in a folder (with `deep`, in the folders below it too), in order; empty: no such folder. */
export function filesIn(input: Input, path: string, deep: boolean): readonly string[] {
  const whole = resolvePath(input.folder ?? '/', path);
  const prefix = whole === '/' ? '/' : `${whole}/`;
  return Object.keys(input.files).filter((name) => name.startsWith(prefix) && (deep || !name.slice(prefix.length).includes('/'))).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
