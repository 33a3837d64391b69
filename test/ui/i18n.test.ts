import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en } from '../../src/ui/i18n/en.ts';
import { zh } from '../../src/ui/i18n/zh.ts';
import { scenarios } from '../../src/sim/scenarios/index.ts';
import { simplifiedInView } from '../../src/ui/panels/simplified.ts';
import { SAMPLES } from '../../src/ui/panels/samples.ts';
import { VERBS } from '../../src/ui/session/verbs.ts';

/** Every place in a catalogue that holds words, by its path. */
function places(value: unknown, path = ''): readonly string[] {
  if (typeof value === 'function' || typeof value === 'string') return [path];
  if (Array.isArray(value)) return [`${path}[]`, ...value.flatMap((item) => (typeof item === 'object' ? places(item, `${path}[]`) : []))];
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, item]) => places(item, path === '' ? key : `${path}.${key}`));
  return [];
}
const strings = (value: unknown, path = ''): readonly (readonly [string, string])[] => {
  if (typeof value === 'string') return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((item, i) => strings(item, `${path}[${i}]`));
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, item]) => strings(item, path === '' ? key : `${path}.${key}`));
  return [];
};

describe('the catalogue', () => {
  it('has the same places in both languages', () => {
    for (const part of ['stage', 'panels', 'scenarios'] as const) {
      const there = new Set(places(en[part]));
      const here = new Set(places(zh[part]));
      expect([...there].filter((place) => !here.has(place)), `${part}: missing in zh`).toEqual([]);
      expect([...here].filter((place) => !there.has(place)), `${part}: only in zh`).toEqual([]);
    }
    expect(Object.keys(en.reasons).filter((code) => zh.reasons[code] === undefined), 'reasons missing in zh').toEqual([]);
    expect(zh.tenSteps.length).toBe(10);
  });

  it('loads one language at a time: no catalogue imports the other', () => {
    const folder = new URL('../../src/ui/i18n/', import.meta.url);
    expect(readFileSync(new URL('en.ts', folder), 'utf8')).not.toMatch(/\.zh\.ts/);
    expect(readFileSync(new URL('zh.ts', folder), 'utf8')).not.toMatch(/\.en\.ts/);
    const files = readdirSync(new URL('reasons/', folder)).filter((name) => name.endsWith('.en.ts'));
    for (const name of files) {
      expect(readFileSync(new URL('en.ts', folder), 'utf8'), name).toContain(`./reasons/${name}`);
      expect(readFileSync(new URL('zh.ts', folder), 'utf8'), name).toContain(`./reasons/${name.replace('.en.', '.zh.')}`);
    }
  });

  it.each([['en', en], ['zh', zh]] as const)('%s: every story, chapter, verb, sample and simplification has words', (_, { scenarios: stories, panels, simplified }) => {
    for (const scenario of scenarios) {
      expect(stories[scenario.id]?.title, scenario.id).toBeTruthy();
      for (const { id } of scenario.chapters) expect(stories[scenario.id]?.chapters[id]?.title, id).toBeTruthy();
    }
    for (const { id } of VERBS) expect(panels.dock.verbs[id], id).toBeTruthy();
    for (const id of Object.keys(SAMPLES)) expect(panels.apply.samples[id], id).toBeTruthy();
    const everything = simplifiedInView({ nodes: [{ pods: [{}] }], chain: { service: {} }, traffic: {} } as never);
    expect(simplified.map(({ id }) => id).sort()).toEqual([...everything].sort());
  });

  it('keeps to its measures: verbs, units, step titles', () => {
    const tooLong: string[] = [];
    const fits = (text: string, most: number, place: string): void => void (text.length > most && tooLong.push(`${place}: ${text} (${text.length} > ${most})`));
    for (const [language, catalogue, verb, title] of [['en', en, 9, 60], ['zh', zh, 7, 28]] as const) {
      for (const text of [...Object.values(catalogue.panels.dock.verbs), ...Object.values(catalogue.panels.dock.reverse)]) fits(text, verb, `${language} verb`);
      for (const { title: text } of catalogue.tenSteps) fits(text, title, `${language} step`);
      for (const story of Object.values(catalogue.scenarios)) for (const { title: text } of Object.values(story.chapters)) fits(text, language === 'en' ? 30 : 18, `${language} chapter`);
    }
    expect(tooLong).toEqual([]);
  });

  it('zh: nothing of the panels was left in English', () => {
    const english = strings(zh.panels).filter(([place, text]) => !/keys\.|samples|simplified\.(upstream|here)|verbs\.kubectl|placeholder|\.line$|otherLanguage|shell\.title|\.letters/.test(place) && text !== '' && !/[\u4e00-\u9fff]/.test(text));
    expect(english).toEqual([]);
  });
});
