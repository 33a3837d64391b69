import { describe, expect, it } from 'vitest';
import { at as itemAt } from '../../src/sim/kernel/journal.ts';
import { story } from './faults.ts';
import { workloadCommand } from './workloads.ts';

/** 60 seeds of random deeds and faults about StatefulSets, DaemonSets, Jobs, CronJobs and ReplicationControllers. */
const SEEDS = 60;
const EACH = 10;

function tell(seed: number): string | undefined {
  try {
    const { violation } = story(seed, 30, 120, workloadCommand);
    return violation === undefined ? undefined : `seed ${seed}, step ${violation.step} at ${(violation.at / 1_000_000).toFixed(6)} s: ${violation.invariant}: ${violation.text}`;
  } catch (error) {
    return `seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

describe('whatever happens to the further workloads, the invariants hold', () => {
  it.each(Array.from({ length: SEEDS / EACH }, (_, i) => [1001 + i * EACH, 1000 + (i + 1) * EACH] as const))('seeds %i to %i', { timeout: 60_000 }, (from, to) => {
    expect(Array.from({ length: to - from + 1 }, (_, i) => tell(from + i)).filter((text) => text !== undefined)).toEqual([]);
  });
  it('much happens in them', () => {
    const actors = new Set<string>();
    for (let seed = 1001; seed <= 1010; seed++) for (const by of writersOf(seed)) actors.add(by);
    for (const name of ['statefulset-controller', 'daemon-set-controller', 'job-controller', 'cronjob-controller', 'replication-controller']) expect([...actors], name).toContain(`system:serviceaccount:kube-system:${name}`);
  });
});

function writersOf(seed: number): ReadonlySet<string> {
  const { store } = story(seed, 30, 120, workloadCommand).timeline.world;
  const by = new Set<string>();
  for (let i = 0; i < store.log.length; i++) by.add(itemAt(store.log, i)!.by);
  return by;
}
