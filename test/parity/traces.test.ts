import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compareTrace, type Golden } from './traces.ts';

const folder = fileURLToPath(new URL('../golden/traces/', import.meta.url));

describe('recorded traces: every level of the comparison at score 1', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
    it(file.slice(0, -5), { timeout: 120_000 }, () => {
      const { levels } = compareTrace(JSON.parse(readFileSync(folder + file, 'utf8')) as Golden);
      expect(levels.flatMap((level) => level.differences.map((difference) => `${level.level} ${difference}`))).toEqual([]);
    });
  }
});
