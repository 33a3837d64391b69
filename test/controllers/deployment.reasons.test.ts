import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { workloadsEn } from '../../src/ui/i18n/reasons/workloads.en.ts';
import { workloadsZh } from '../../src/ui/i18n/reasons/workloads.zh.ts';

const folder = new URL('../../src/sim/controllers/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');

describe('reasons of the deployment and replicaset controllers', () => {
  it.each(['deployment', 'replicaset'])('%s: what the file lists, what the code gives and what has words are the same', (name) => {
    const main = read(`${name}.ts`);
    const listed = [...main.matchAll(/^ \* \| (\w+\.\w+)/gm)].map((match) => match[1]!);
    const worded = Object.keys(workloadsEn).filter((code) => code.startsWith(`${name}.`));
    expect(worded.sort()).toEqual(listed.sort());

    const source = [main, ...readdirSync(new URL(`${name}/`, folder)).map((file) => read(`${name}/${file}`))].join('\n');
    const given = new Set([...source.matchAll(/['"`](?:deployment|replicaset)\.(\w+)['"`]/g)].map((match) => match[1]!));
    for (const call of source.matchAll(/reason\(sync, ([^{]*)\{/g)) for (const quoted of call[1]!.matchAll(/'(\w+)'/g)) given.add(quoted[1]!);
    expect([...given].map((code) => `${name}.${code}`).sort()).toEqual(listed);
  });

  it('puts every one of them into words, with its numbers, in both languages', () => {
    const args = { deployment: 'web', replicaSet: 'web-1', pod: 'p', current: 'web-2', replicas: 3, wanted: 3, have: 2, ready: 1, from: 4, to: 3, pods: 5, atMost: 5, atLeast: 3, available: 4, revision: 2, limit: 10, seconds: 600, idle: 1, error: 'no', collisions: 1, updated: 1 };
    for (const [code, words] of [...Object.entries(workloadsEn), ...Object.entries(workloadsZh)]) {
      expect(words(args), code).not.toContain('undefined');
      expect(words(args), code).not.toContain('NaN');
    }
  });
});
