import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clusterReasons as en } from '../../src/ui/i18n/reasons/cluster.en.ts';
import { clusterReasons as zh } from '../../src/ui/i18n/reasons/cluster.zh.ts';

const FILES = ['disruption', 'endpoints', 'endpointslice', 'garbagecollector', 'namespace', 'nodelifecycle', 'podgc', 'rootca', 'serviceaccount', 'tainteviction'];
const given = new Set(FILES.flatMap((file) => [...readFileSync(join(import.meta.dirname, '../../src/sim/controllers', `${file}.ts`), 'utf8').matchAll(new RegExp(`'(${file}\\.[a-zA-Z]+)'`, 'g'))].map((match) => match[1]!)));

it('has words for every reason that is given, in both languages, and no others', () => {
  expect(Object.keys(en).sort()).toEqual([...given].sort());
  expect(Object.keys(zh).sort()).toEqual([...given].sort());
  for (const text of Object.values(en)) expect(text({}).length).toBeGreaterThan(10);
});
