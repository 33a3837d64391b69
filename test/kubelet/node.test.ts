import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeEn } from '../../src/ui/i18n/reasons/node.en.ts';
import { nodeZh } from '../../src/ui/i18n/reasons/node.zh.ts';

const root = new URL('../../src/sim/', import.meta.url).pathname;
const files = (dir: string): readonly string[] => readdirSync(join(root, dir), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(join(dir, entry.name)) : [join(dir, entry.name)]));
const text = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('hollow nodes', () => {
  it('are known to the kubelet and its machine only', () => {
    const knowing = files('').filter((file) => /\bhollow\b/.test(text(file)));
    // The configuration names the switch, scenarios set it, and the provisioning of a node says which runtime it has.
    expect(knowing.filter((file) => !/^(kubelet|machine|scenarios)\//.test(file)).sort((a, b) => (a < b ? -1 : 1))).toEqual(['api/cluster.ts', 'cluster/cluster.ts']);
  });
});

describe('every reason of the node', () => {
  const codes = new Set<string>();
  for (const file of [...files('kubelet'), ...files('machine'), ...files('proxy')]) for (const m of text(file).matchAll(/'((?:kubelet|proxy|traffic)\.\w+)'/g)) codes.add(m[1]!);
  for (const outcome of ['answered', 'refused', 'noEndpoints', 'noService', 'timedOut']) codes.add(`traffic.${outcome}`);
  for (const outcome of ['noEndpoints', 'noService']) codes.add(`proxy.${outcome}`);

  it('has words in both languages, and no words are left over', () => {
    const sorted = (list: Iterable<string>): readonly string[] => [...list].sort((a, b) => (a < b ? -1 : 1));
    expect(sorted(Object.keys(nodeEn))).toEqual(sorted(codes));
    expect(sorted(Object.keys(nodeZh))).toEqual(sorted(codes));
  });

  it('says something with its arguments', () => {
    const args = { node: 'node-1', pod: 'default/web', container: 'app', image: 'nginx', reason: 'R', object: 'o', service: 's', endpoints: 3, backend: 'b', of: 3, client: 'c', probe: 'liveness', ok: 'ok', code: 1 };
    for (const catalogue of [nodeEn, nodeZh]) for (const [code, say] of Object.entries(catalogue)) expect(say(args), code).not.toMatch(/undefined|NaN/);
  });
});
