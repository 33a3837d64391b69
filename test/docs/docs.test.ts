import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BEHAVIOUR_ANNOTATION } from '../../src/sim/machine/behaviour.ts';
import { KINDS } from '../../src/sim/api/kinds.ts';
import { scenarios } from '../../src/sim/scenarios/index.ts';
import { PLUGINS } from '../../src/sim/scheduler/plugins/index.ts';
import { controllers } from '../../src/sim/controllers/index.ts';
import { simplifiedEn } from '../../src/ui/i18n/simplified.en.ts';
import { simplifiedZh } from '../../src/ui/i18n/simplified.zh.ts';

// The documents are held to the code: what they name exists, and what exists they name.

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const PAGES = ['README.md', ...readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)].sort(byText);
/** Made by the browser tests, which come after this one. */

/** A page without its blocks of code, in which brackets and paths are no links. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');
/** Headings become anchors as code hosts make them. */
const slug = (heading: string): string => heading.trim().toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
export function anchorsOf(text: string): ReadonlySet<string> {
  const out = new Set<string>();
  for (const [, heading] of prose(text).matchAll(/^#{1,6} +(.*)$/gm)) {
    const base = slug(heading!);
    let anchor = base;
    for (let n = 1; out.has(anchor); n++) anchor = `${base}-${n}`;
    out.add(anchor);
  }
  return out;
}
export const linksOf = (text: string): readonly string[] => [...prose(text).matchAll(/!?\[[^\]]*\]\(([^)\s]+)\)/g)].map((match) => match[1]!);

/** What is wrong with the links of a page. */
export function brokenLinks(page: string, text: string): readonly string[] {
  return linksOf(text).flatMap((link) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : relative(root, join(root, dirname(page), path));
    if (!existsSync(join(root, target))) return [`${page}: ${link}: there is no ${target}`];
    if (anchor !== undefined && !anchorsOf(target === page ? text : read(target)).has(anchor)) return [`${page}: ${link}: ${target} has no heading #${anchor}`];
    return [];
  });
}

/** Paths that a page names in `code`, from the project's root: they must be there. Placeholders in capitals are not meant. */
export const namedPaths = (text: string): readonly string[] =>
  [...prose(text).matchAll(/`((?:src|test|docs|scripts|public)\/[\w./-]*)`/g)].map((match) => match[1]!).filter((path) => !/[A-Z]{4}/.test(path));

describe.each(PAGES)('%s', (page) => {
  const text = read(page);
  it('has links that lead somewhere', () => expect(brokenLinks(page, text)).toEqual([]));
  it('names files that exist', () => expect(namedPaths(text).filter((path) => !existsSync(join(root, path)))).toEqual([]));
  it('names commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const named = [...text.matchAll(/npm run ([\w-]+)/g)].map((match) => match[1]!);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

describe('the check itself', () => {
  it('notices a missing file, a missing heading and a path that is gone', () => {
    expect(brokenLinks('README.md', '[a](docs/nothing.md) [b](#nowhere) [c](https://example.com/) [d](docs/architecture.md#five-ideas)\n# Somewhere')).toEqual([
      'README.md: docs/nothing.md: there is no docs/nothing.md',
      'README.md: #nowhere: README.md has no heading #nowhere',
    ]);
    expect(namedPaths('`src/sim/gone.ts` and `scenarios/NAME.ts`, `src/sim/controllers/NAME.ts`\n```\n`src/code`\n```')).toEqual(['src/sim/gone.ts']);
  });
  it('makes anchors as code hosts do', () => expect([...anchorsOf('# What is `it`?\n## What is it\n```\n# no\n```\n### Time, chance')]).toEqual(['what-is-it', 'what-is-it-1', 'time-chance']));
});

/** All files of a folder, below it too, as the documents name them: "controllers/deployment/sync.ts" as "deployment/sync.ts" will do. */
function files(folder: string, below = ''): readonly string[] {
  return readdirSync(join(root, folder, below), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? files(folder, join(below, entry.name)) : entry.name.endsWith('.ts') ? [join(below, entry.name)] : []))
    .sort(byText);
}

describe('nothing is left out silently', () => {
  const both = read('docs/fidelity.md') + read('docs/architecture.md');
  it.each([
    ['src/sim/controllers', 'controllers'],
    ['src/sim/scheduler/plugins', 'plugins'],
    ['src/sim/apiserver/kinds', 'kinds'],
    ['src/sim/scenarios', 'scenarios'],
    ['src/sim/invariants', 'invariants'],
  ])('every file of %s is named', (folder, short) => {
    const missing = files(folder).filter((file) => !both.includes(`\`${file.includes('/') ? file : `${short}/${file}`}\``));
    expect(missing).toEqual([]);
  });
  it('every folder of the simulation has its line', () => {
    const architecture = read('docs/architecture.md');
    const folders = readdirSync(join(root, 'src/sim'), { withFileTypes: true }).filter((entry) => entry.isDirectory() && readdirSync(join(root, 'src/sim', entry.name)).length > 0).map(({ name }) => name);
    expect(folders.filter((name) => !architecture.includes(`\`src/sim/${name}/\``))).toEqual([]);
  });
  it('every law says where it is held', () => {
    const architecture = read('docs/architecture.md');
    expect(readdirSync(join(root, 'test/laws')).filter((file) => file.endsWith('.test.ts') && !architecture.includes(`\`test/laws/${file}\``))).toEqual([]);
  });
  it('every kind, plugin, controller and scenario is named', () => {
    const names = [...KINDS.map(({ kind }) => kind), ...PLUGINS.map(({ name }) => name), ...scenarios.map(({ id }) => id)];
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(both))).toEqual([]);
    // Those that sleep have tables of their own.
    const rows = read('docs/fidelity.md').split('\n').filter((line) => line.startsWith('| `controllers/'));
    expect(rows.length).toBeGreaterThanOrEqual(controllers.length);
  });
});

describe('the recordings', () => {
  const page = read('docs/recordings.md');
  const jsonl = (folder: string): number => readdirSync(join(root, folder)).filter((file) => file.endsWith('.jsonl') && file !== 'lessons.jsonl').reduce((sum, file) => sum + read(`${folder}/${file}`).split('\n').filter((line) => line !== '').length, 0);
  const traces = readdirSync(join(root, 'test/golden/traces')).map((file) => file.replace(/\.json$/, ''));
  it('every trace is named', () => {
    const first = page.split('\n').filter((line) => line.startsWith('| ')).map((line) => line.split('|')[1]!).join(',').split(',').map((name) => name.trim());
    expect(traces.filter((name) => !first.includes(name))).toEqual([]);
  });
  it('the totals of the figures are those of the recordings', () => {
    const totalOf = (family: string): number => {
      const row = read('docs/fidelity.md').split('\n').find((line) => line.startsWith(`| ${family}: `)) ?? '';
      return Number((/[\d,]+ of ([\d,]+)/.exec(row)?.[1] ?? '').replaceAll(',', ''));
    };
    expect(totalOf('traces')).toBe(traces.length);
    expect(totalOf('scheduler')).toBe(jsonl('test/golden/scheduler'));
    expect(totalOf('kubectl')).toBe(jsonl('test/golden/kubectl'));
  });
});

describe('the Simplified badge', () => {
  const anchors = anchorsOf(read('docs/fidelity.md'));
  it('has an anchor for each of its entries', () => expect(simplifiedEn.map(({ id }) => id).filter((id) => !anchors.has(id))).toEqual([]));
  it('says the same things in both languages, in few words', () => {
    expect(simplifiedZh.map(({ id }) => id)).toEqual(simplifiedEn.map(({ id }) => id));
    for (const { id, upstream, orrery, sothat } of simplifiedEn) for (const text of [upstream, orrery, sothat]) expect(text.length, `${id}: ${text}`).toBeLessThanOrEqual(120);
    for (const { id, upstream, orrery, sothat } of simplifiedZh) {
      for (const text of [upstream, orrery, sothat]) {
        expect(text.length, `${id}: ${text}`).toBeLessThanOrEqual(60);
        expect(text, id).toMatch(/\p{Script=Han}/u);
      }
    }
  });
});

describe('the annotation', () => {
  it('is documented with every field that it has', () => {
    const fields = [.../const FIELDS[^=]*= \{([\s\S]*?)\n\};/.exec(read('src/sim/machine/behaviour.ts'))![1]!.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1]!);
    expect(fields.length).toBeGreaterThan(5);
    const page = read('docs/fidelity.md');
    expect(page).toContain(BEHAVIOUR_ANNOTATION);
    expect([...fields, 'runs'].filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
  });
});
