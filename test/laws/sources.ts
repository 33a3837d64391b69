import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Source {
  /** From the project's folder: "src/sim/api/time.ts". */
  readonly path: string;
  readonly text: string;
}

export function sourcesUnder(folder: string): readonly Source[] {
  const out: Source[] = [];
  const visit = (dir: string): void => {
    for (const name of readdirSync(dir).sort((a, b) => (a < b ? -1 : 1))) {
      const path = join(dir, name);
      if (statSync(path).isDirectory()) visit(path);
      else if (/\.tsx?$/.test(name)) out.push({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') });
    }
  };
  visit(join(ROOT, folder));
  return out;
}

/** The code alone: comments and what stands in quotes are blanked, lines kept. */
export function codeOf(text: string): string {
  let out = '';
  let i = 0;
  const blank = (from: number, to: number): string => text.slice(from, to).replace(/[^\n]/g, ' ');
  /** Inside ${ } of a template there is code again; its braces are counted. */
  const templates: number[] = [];
  const template = (from: number): number => {
    let j = from;
    while (j < text.length && text[j] !== '`') {
      if (text[j] === '\\') j++;
      else if (text[j] === '$' && text[j + 1] === '{') return j;
      j++;
    }
    return j;
  };
  while (i < text.length) {
    const two = text.slice(i, i + 2);
    const one = text[i]!;
    let end = -1;
    if (two === '//') end = (text.indexOf('\n', i) + 1 || text.length + 1) - 1;
    else if (two === '/*') end = text.indexOf('*/', i) + 2;
    else if (one === "'" || one === '"') {
      end = i + 1;
      while (end < text.length && text[end] !== one) end += text[end] === '\\' ? 2 : 1;
      end++;
    } else if (one === '/' && /[=(,:[!&|?{};\n]\s*$/.test(out.slice(-20))) {
      // A regular expression: only where a value can begin.
      end = i + 1;
      let group = false;
      while (end < text.length && (text[end] !== '/' || group)) {
        if (text[end] === '[') group = true;
        else if (text[end] === ']') group = false;
        end += text[end] === '\\' ? 2 : 1;
      }
      end++;
    } else if (one === '`' || (one === '}' && templates.at(-1) === 0)) {
      if (one === '}') templates.pop();
      const stop = template(i + 1);
      if (text[stop] === '$') {
        templates.push(0);
        end = stop + 2;
      } else end = stop + 1;
    } else if (templates.length > 0 && (one === '{' || one === '}')) templates[templates.length - 1]! += one === '{' ? 1 : -1;
    if (end < 0) {
      out += one;
      i++;
    } else {
      out += blank(i, end);
      i = end;
    }
  }
  return out;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly line: number;
  /** Only types: nothing of it is there when the code runs. */
  readonly typeOnly: boolean;
}

const IMPORT = /^[ \t]*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
/** What a file imports or passes on; packages by their name. */
export function arrowsOf({ path, text }: Source): readonly Arrow[] {
  const out: Arrow[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const target = match[2]!;
    const to = target.startsWith('.') ? relative(ROOT, join(ROOT, path, '..', target.replace(/\?.*$/, ''))) : target;
    out.push({ from: path, to, line: text.slice(0, match.index).split('\n').length, typeOnly: match[1] !== undefined });
  }
  for (const match of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    const target = match[1]!;
    out.push({ from: path, to: target.startsWith('.') ? relative(ROOT, join(ROOT, path, '..', target)) : target, line: text.slice(0, match.index).split('\n').length, typeOnly: false });
  }
  return out;
}
