import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scalingEn } from '../../src/ui/i18n/reasons/scaling.en.ts';
import { scalingZh } from '../../src/ui/i18n/reasons/scaling.zh.ts';

const read = (path: string): string => readFileSync(new URL(`../../src/sim/controllers/${path}`, import.meta.url), 'utf8');
const order = (a: string, b: string): number => (a < b ? -1 : 1);

describe('reasons of scaling and quotas', () => {
  it.each([['hpa', 'horizontalpodautoscaler.ts'], ['resourcequota', 'resourcequota.ts']])('%s: what the file lists, what the code gives and what has words are the same', (name, file) => {
    const source = read(file);
    const listed = [...source.matchAll(/^ \* \| (\w+\.\w+)/gm)].map((match) => match[1]!).sort(order);
    expect(Object.keys(scalingEn).filter((code) => code.startsWith(`${name}.`)).sort(order)).toEqual(listed);
    expect([...new Set([...source.matchAll(new RegExp(`'(${name}\\.[a-zA-Z]+)'`, 'g'))].map((match) => match[1]!))].sort(order)).toEqual(listed);
  });

  it('have words in both languages, with their numbers', () => {
    const args = { autoscaler: 'web', target: 'web', metrics: 1, replicas: 2, error: 'x', from: 2, to: 4, why: '', wanted: 5, held: 'x', able: 'x', limited: 'x', quota: 'two', used: 'pods=1', node: 'node-1' };
    for (const [code, words] of [...Object.entries(scalingEn), ...Object.entries(scalingZh)]) expect(words(args), code).not.toMatch(/undefined|NaN/);
  });
});
