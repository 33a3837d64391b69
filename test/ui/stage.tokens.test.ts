import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMPACT_QUERY } from '../../src/ui/stage/geometry.ts';

const read = (name: string): string => readFileSync(new URL(`../../src/ui/${name}`, import.meta.url), 'utf8');
const css = read('tokens.css');
type Tokens = Readonly<Record<string, string>>;
const block = (start: string): Tokens => {
  const body = css.slice(css.indexOf(start) + start.length);
  return Object.fromEntries([...body.slice(0, body.indexOf('}')).matchAll(/--([\w-]+):\s*([^;]+);/g)].map((m) => [m[1]!, m[2]!.trim()]));
};
const light = block('\n:root {');
const dark = block("\n[data-theme='dark'] {");
const bySystem = block("  :root:not([data-theme='light']) {");
const forced = block("@media (forced-colors: active) {\n  :root,\n  :root:not([data-theme='light']),\n  [data-theme='dark'] {");
const themes: readonly (readonly [string, Tokens])[] = [['light', light], ['dark', { ...light, ...dark }]];

const rgb = (hex: string): readonly number[] => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255);
const linear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const luminance = (hex: string): number => {
  const [r, g, b] = rgb(hex).map(linear);
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
};
const contrast = (a: string, b: string): number => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
};

describe('the colours can be read', () => {
  describe.each(themes)('%s', (_, tokens) => {
    it.each(['ink', 'ink-2', 'ink-3', 'brass', 'run', 'fail', 'req', 'watch', 'unk'])('%s is text on every ground', (name) => {
      for (const ground of ['paper', 'sheet', 'well']) expect(contrast(tokens[name]!, tokens[ground]!), ground).toBeGreaterThanOrEqual(4.5);
    });
    it.each(['edge', 'brass-fill'])('%s is a shape on every ground', (name) => {
      for (const ground of ['paper', 'sheet', 'well']) expect(contrast(tokens[name]!, tokens[ground]!), ground).toBeGreaterThanOrEqual(3);
    });
    it.each([['brass', 'brass-wash'], ['fail', 'fail-wash'], ['run', 'run-wash'], ['ink-2', 'unk-wash'], ['on-fill', 'brass'], ['on-fill', 'fail'], ['on-fill', 'run'], ['on-fill', 'req'], ['on-fill', 'watch'], ['paper', 'ink-2']])('%s on %s', (text, ground) => {
      expect(contrast(tokens[text]!, tokens[ground]!)).toBeGreaterThanOrEqual(4.5);
    });
  });
});

describe('the themes', () => {
  it('are the same whether the system or the reader asks for dark', () => {
    expect(bySystem).toEqual(dark);
  });
  it('dark changes every colour', () => {
    const colours = Object.keys(light).filter((name) => /^(#|rgba)/.test(light[name]!));
    expect(colours.filter((name) => dark[name] === undefined)).toEqual([]);
  });
  it('forced colours map every colour except the heat, which is a scale', () => {
    const colours = Object.keys(light).filter((name) => /^(#|rgba)/.test(light[name]!) && !/^h\d$/.test(name));
    expect(colours.filter((name) => forced[name] === undefined)).toEqual([]);
  });
});

describe('one condition for the projector', () => {
  it.each(['tokens.css', 'base.css'])('%s has that of the layout', (file) => {
    expect(read(file)).toContain(`@media ${COMPACT_QUERY}`);
  });
});

it('every custom property that a style uses exists', () => {
  const defined = new Set([...css.matchAll(/--([\w-]+):/g)].map((m) => m[1]));
  const used = ['base.css', 'stage/stage.css', 'stage/cards.css', 'tokens.css'].flatMap((file) => [...read(file).matchAll(/var\(--([\w-]+)\)/g)].map((m) => `${file}: ${m[1]}`));
  expect(used.filter((use) => !defined.has(use.split(': ')[1]) && !use.endsWith(': v'))).toEqual([]);
});

it('seven font files, Latin only', () => {
  const files = [...read('fonts.css').matchAll(/src: url\('([^']+)'\)/g)].map((m) => m[1]!);
  expect(files).toHaveLength(7);
  expect(files.every((file) => file.includes('latin') && !file.includes('latin-ext'))).toBe(true);
});
