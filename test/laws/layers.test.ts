import { describe, expect, it } from 'vitest';
import { arrowsOf, codeOf, sourcesUnder, type Arrow } from './sources.ts';

/** What may import what (docs/architecture.md). What is not here is not allowed. A line is a folder or a file, and what it may see. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  'src/sim/api': [],
  'src/sim/kernel': ['src/sim/api'],
  'src/sim/apiserver': ['src/sim/api', 'src/sim/kernel'],
  'src/sim/reconcile': ['src/sim/api', 'src/sim/kernel'],
  'src/sim/scheduler': ['src/sim/api', 'src/sim/kernel'],
  'src/sim/kubelet': ['src/sim/api', 'src/sim/kernel'],
  'src/sim/machine': ['src/sim/api', 'src/sim/kernel'],
  'src/sim/proxy': ['src/sim/api', 'src/sim/kernel'],
  'src/sim/metrics': ['src/sim/api', 'src/sim/kernel'],
  'src/sim/controllers': ['src/sim/api', 'src/sim/reconcile/controller.ts'],
  'src/sim/cluster': ['src/sim/api', 'src/sim/kernel', 'src/sim/apiserver', 'src/sim/reconcile', 'src/sim/controllers', 'src/sim/scheduler', 'src/sim/kubelet', 'src/sim/machine', 'src/sim/proxy', 'src/sim/metrics'],
  'src/sim/record': ['src/sim/api', 'src/sim/kernel', 'src/sim/apiserver', 'src/sim/cluster'],
  'src/sim/observe': ['src/sim/api', 'src/sim/kernel'],
  'src/sim/scenarios': ['src/sim/api', 'src/sim/kernel', 'src/sim/observe'],
  'src/sim/invariants': ['src/sim/api', 'src/sim/kernel', 'src/sim/apiserver/store.ts'],
  'src/sim/index.ts': ['src/sim/record', 'src/sim/apiserver', 'src/sim/cluster', 'src/sim/kernel'],
  'src/sim/further.ts': ['src/sim/apiserver', 'src/sim/cluster', 'src/sim/controllers', 'src/sim/kernel', 'src/sim/kubelet', 'src/sim/machine', 'src/sim/metrics', 'src/sim/proxy', 'src/sim/scenarios'],
  'src/kubectl': ['src/sim/api'],
  'src/cli': ['src/sim', 'src/kubectl', 'src/ui/link/share.ts', 'src/ui/i18n'],
  'src/ui/i18n': [],
  'src/ui/stage': ['src/ui/i18n', 'src/sim/api'],
  'src/ui/link': ['src/sim', 'src/kubectl', 'src/ui/stage'],
  'src/ui/session': ['src/ui/link', 'src/ui/stage', 'src/ui/i18n', 'src/sim/api'],
  'src/ui/panels': ['src/ui/session', 'src/ui/link', 'src/ui/stage', 'src/ui/i18n', 'src/sim/api'],
  'src/ui/scheduler': ['src/ui/panels/timeText.ts', 'src/ui/panels/covering.ts', 'src/ui/panels/playing.ts', 'src/ui/session', 'src/ui/link', 'src/ui/stage', 'src/ui/i18n', 'src/sim/api'],
  'src/ui/lessons': ['src/ui/session', 'src/ui/i18n', 'src/sim/api'],
};
/** What may be seen besides, as types: nothing of them is there when the code runs. */
const MAY_SEE: Readonly<Record<string, readonly string[]>> = {
  'src/sim/invariants': ['src/sim/cluster/world.ts'],
  'src/ui/i18n': ['src/ui/stage', 'src/ui/session', 'src/ui/link', 'src/sim'],
  'src/ui/stage': ['src/sim'],
  'src/ui/session': ['src/sim'],
  'src/ui/panels': ['src/sim'],
  'src/ui/scheduler': ['src/sim'],
};

const within = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`);
/** The line of the list that a file stands under: the longest that fits. */
const lineOf = (path: string): string | undefined => Object.keys(MAY).filter((place) => within(path, place)).sort((a, b) => b.length - a.length)[0];

function breaks({ from, to, typeOnly }: Arrow): boolean {
  const own = lineOf(from);
  // The page itself sees all of the page, and of the simulation what panels see.
  if (own === undefined) return from.startsWith('src/sim/') || (to.startsWith('src/sim/') && !within(to, 'src/sim/api') && !typeOnly);
  if (within(to, own)) return false;
  if (!to.startsWith('src/')) return from.startsWith('src/sim/') || from.startsWith('src/kubectl/');
  return ![...MAY[own]!, ...(typeOnly ? (MAY_SEE[own] ?? []) : [])].some((place) => within(to, place));
}
const told = ({ from, to, line }: Arrow): string => `${from}:${line} -> ${to}`;
const arrows = sourcesUnder('src').flatMap(arrowsOf);

describe('layers', () => {
  it('nothing imports what it may not', () => {
    // kubectl's YAML comes from the yaml package; it is pure.
    const known = new Set(['yaml']);
    // CEL of the rules of custom resources: pure, and loaded with the further kinds.
    const cel = (arrow: Arrow): boolean => arrow.from === 'src/sim/apiserver/cel/engine.ts' && arrow.to === '@marcbachmann/cel-js';
    expect(arrows.filter((arrow) => breaks(arrow) && !cel(arrow) && !(arrow.from.startsWith('src/kubectl/') && known.has(arrow.to))).map(told)).toEqual([]);
  });

  it('an arrow that breaks the list is seen', () => {
    expect(breaks({ from: 'src/sim/kernel/agenda.ts', to: 'src/sim/cluster/world.ts', line: 1, typeOnly: true })).toBe(true);
    expect(breaks({ from: 'src/sim/controllers/podgc.ts', to: 'src/sim/controllers/namespace.ts', line: 1, typeOnly: false })).toBe(false);
    expect(breaks({ from: 'src/sim/controllers/podgc.ts', to: 'src/sim/reconcile/host.ts', line: 1, typeOnly: false })).toBe(true);
    expect(breaks({ from: 'src/sim/api/time.ts', to: 'node:fs', line: 1, typeOnly: false })).toBe(true);
    expect(breaks({ from: 'src/ui/panels/Dock.tsx', to: 'src/sim/index.ts', line: 1, typeOnly: false })).toBe(true);
    expect(breaks({ from: 'src/sim/observe/why.ts', to: 'src/sim/scenarios/index.ts', line: 1, typeOnly: true })).toBe(true);
  });

  it('controllers do not know each other', () => {
    const folder = 'src/sim/controllers/';
    const shared = arrows.filter(({ from, to }) => from.startsWith(folder) && to.startsWith(folder) && from !== `${folder}index.ts` && from !== `${folder}further.ts` && from.slice(folder.length).split('/')[0]!.replace('.ts', '') !== to.slice(folder.length).split('/')[0]!.replace('.ts', ''));
    // What several controllers share lies in api/.
    expect(shared.map(told)).toEqual([]);
  });

  it('no module of the simulation depends on itself', () => {
    const targets = new Map<string, readonly string[]>();
    for (const { path } of sourcesUnder('src/sim')) targets.set(path, arrows.filter(({ from, typeOnly }) => from === path && !typeOnly).map(({ to }) => to));
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') {
        circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
        return;
      }
      state.set(path, 'open');
      for (const to of targets.get(path) ?? []) visit(to, [...trail, path]);
      state.set(path, 'done');
    };
    for (const path of targets.keys()) visit(path, []);
    expect(circles).toEqual([]);
  });

  it('every index of a folder leads to all of its files', () => {
    const sim = sourcesUnder('src/sim').map(({ path }) => path);
    const missing: string[] = [];
    for (const index of sim.filter((path) => path.endsWith('/index.ts') && path !== 'src/sim/index.ts')) {
      const folder = index.slice(0, -'index.ts'.length);
      // What comes after the first picture has an index of its own.
      const reached = new Set<string>([index, `${folder}further.ts`]);
      for (let grew = true; grew; ) {
        grew = false;
        for (const { from, to } of arrows) {
          if (!reached.has(from) || reached.has(to) || !to.startsWith(folder)) continue;
          reached.add(to);
          grew = true;
        }
      }
      // What somebody outside asks for by name needs no list.
      for (const { to, from } of arrows) if (!from.startsWith(folder)) reached.add(to);
      for (const { path } of sourcesUnder(folder)) if (!reached.has(path)) missing.push(`${index} does not lead to ${path}`);
    }
    expect(missing).toEqual([]);
  });
});

/** What would make two runs differ, or tie the simulation to where it runs. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\bDate\b/, 'Date: time is virtual'],
  [/\bMath\.random\b/, 'Math.random: chance is drawn from the seed'],
  [/\bMath\.(?:sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|exp|expm1|log|log2|log10|log1p|pow|cbrt|hypot|fround)\b/, 'a function whose last digit differs between machines'],
  [/\blocaleCompare\b|\btoLocale\w*\b|\bIntl\b|\bnormalize\(\s*\)/, 'what a country or a language decides'],
  [/\.(?:sort|toSorted)\(\s*\)/, 'a sort without a comparator'],
  [/\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\brequestAnimationFrame\b|\bperformance\b/, 'a timer or a clock'],
  [/\b(?:async|await|Promise)\b/, 'what happens later'],
  [/\b(?:window|navigator|localStorage|fetch|crypto|globalThis|process\.(?:env|argv|hrtime))\b\s*[.([]|\bdocument\./, 'where it runs'],
  [/\bimport\.meta\b|\brequire\(/, 'what only a bundler knows'],
  [/\beval\(|\bnew Function\b/, 'code from text'],
  [/[:<|&,]\s*any\b(?!\()|\bas any\b/, 'any'],
];

/** Older caches whose comment stands elsewhere, and an empty constant. Their answers depend on nothing but the question. */
const CACHES: readonly string[] = ['src/sim/api/quantity.ts canonicalCache', 'src/sim/api/quantity.ts milliCache', 'src/sim/api/quantity.ts valueCache', 'src/sim/api/time.ts lastSecond', 'src/sim/api/time.ts lastText', 'src/sim/apiserver/decode.ts zeros', 'src/sim/apiserver/kinds/volumes.ts NO_VOLUMES'];

describe('the simulation is pure', () => {
  const sim = sourcesUnder('src/sim').map(({ path, text }) => ({ path, text, code: codeOf(text) }));
  it('nothing that would make two runs differ', () => {
    const found: string[] = [];
    for (const { path, code } of sim) code.split('\n').forEach((line, i) => {
      for (const [pattern, why] of BANNED) if (pattern.test(line)) found.push(`${path}:${i + 1} ${why}: ${line.trim()}`);
    });
    expect(found).toEqual([]);
  });

  it('sees what is banned, but not in comments and texts', () => {
    const hit = (text: string): boolean => BANNED.some(([pattern]) => pattern.test(codeOf(text)));
    expect(hit('const at = new Date();')).toBe(true);
    expect(hit('names.sort()')).toBe(true);
    expect(hit('const x = `${Math.random()}`;')).toBe(true);
    expect(hit('// no Date here')).toBe(false);
    expect(hit("const text = 'Math.random';")).toBe(false);
    expect(hit('const text = `a Date in a text`;')).toBe(false);
    expect(hit('names.sort((a, b) => a - b)')).toBe(false);
  });

  // What hangs on an immutable object (a WeakMap) says something about that object; anything else that a module keeps must be marked as an
  // invisible cache where it stands: somebody made sure that its answers depend on nothing but the question.
  it('no module keeps anything but caches', () => {
    const found: string[] = [];
    for (const { path, text, code } of sim) {
      const lines = text.split('\n');
      code.split('\n').forEach((line, i) => {
        const name = /^(?:export )?let (\w+)/.exec(line)?.[1] ?? (/ReadonlyMap|ReadonlySet/.test(line) ? undefined : /^(?:export )?const (\w+)[^=]*= new (?:Map|Set)(?:<.*>)?\(\)/.exec(line)?.[1]);
        if (name === undefined || lines.slice(Math.max(0, i - 5), i).some((above) => /invisible/i.test(above)) || CACHES.includes(`${path} ${name}`)) return;
        found.push(`${path}:${i + 1} ${name}`);
      });
    }
    expect(found).toEqual([]);
  });
});
