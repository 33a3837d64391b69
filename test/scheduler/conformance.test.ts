import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check, vectors } from '../parity/scheduler.ts';

// Decisions recorded from the real kube-scheduler v1.36.3 (test/golden/scheduler/README.md): every verdict, reason, score, message, victim.

const DIR = join(import.meta.dirname, '../golden/scheduler');
const FAMILIES: Readonly<Record<string, number>> = {
  images: 24, 'interpod-filter': 30, 'interpod-score': 30, large: 1, mixed: 40, 'node-affinity': 24, 'node-basics': 24, 'node-ports': 24, 'nofit-messages': 36, nominated: 24,
  preemption: 48, 'preemption-pick': 36, queue: 145, 'real-looking': 24, resources: 36, 'resources-score': 24, 'spread-default': 24, 'spread-filter': 24, 'spread-score': 24, taints: 24, volumes: 60,
};

describe('the scheduler decides as the recorded one did', () => {
  it('has every family of recordings', () => {
    expect(readdirSync(DIR).filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -'.jsonl'.length)).sort((a, b) => (a < b ? -1 : 1))).toEqual(
      Object.keys(FAMILIES).sort((a, b) => (a < b ? -1 : 1)),
    );
  });
  for (const [family, count] of Object.entries(FAMILIES)) {
    it(`${family}: ${count} of ${count}`, () => {
      const differences: string[] = [];
      let total = 0;
      for (const vector of vectors(DIR, family)) {
        total++;
        const difference = check(vector);
        if (difference !== undefined) differences.push(difference);
      }
      expect(differences.slice(0, 3)).toEqual([]);
      expect(total).toBe(count);
    });
  }
  it('agrees on generated clusters (test/golden/scheduler-fuzz)', () => {
    const all = [...vectors(join(DIR, '../scheduler-fuzz'))];
    expect(all.map(check).filter((difference) => difference !== undefined)).toEqual([]);
    expect(all.length).toBe(47);
  });
  it('would notice a wrong score, a wrong word and a wrong victim', () => {
    const [fit] = vectors(DIR, 'resources-score');
    const total = fit!.expected['total'] as Record<string, number>;
    const name = Object.keys(total)[0]!;
    expect(check({ ...fit!, expected: { ...fit!.expected, total: { ...total, [name]: total[name]! + 1 } } })).toContain(`.total.${name}`);
    const [nofit] = vectors(DIR, 'preemption');
    expect(check({ ...nofit!, expected: { ...nofit!.expected, message: '0/6 nodes are available.' } })).toContain('.message');
    const postFilter = nofit!.expected['postFilter'] as object;
    expect(check({ ...nofit!, expected: { ...nofit!.expected, postFilter: { ...postFilter, candidates: {} } } })).toContain('.postFilter.candidates');
  });
});
