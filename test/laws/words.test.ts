import { describe, expect, it } from 'vitest';
import { at as itemAt } from '../../src/sim/kernel/journal.ts';
import { newTimeline, playUntil } from '../../src/sim/index.ts';
import { scenarios } from '../../src/sim/scenarios/index.ts';
import { reasons } from '../observe/reasons.ts';
import { story } from '../fuzz/faults.ts';
import { endOf } from './digests.ts';
import { sourcesUnder } from './sources.ts';

const COMPONENTS = ['replicaset', 'deployment', 'scheduler', 'kubelet', 'machine', 'proxy', 'traffic', 'nodelifecycle', 'tainteviction', 'endpointslice', 'endpoints', 'garbagecollector', 'podgc', 'namespace', 'serviceaccount', 'rootca', 'disruption', 'volumebinder', 'volumeprotection', 'statefulset', 'daemonset', 'job', 'ttlafterfinished', 'cronjob', 'hpa', 'metrics', 'resourcequota', 'definition', 'why', 'you', 'object', 'event', 'cluster', 'process', 'fault'];
const CODE = new RegExp(`['\`]((?:${COMPONENTS.join('|')})\\.[a-z][A-Za-z]+)['\`]`, 'g');

/** Every reason code that stands in the simulation's text. */
function codes(): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const { path, text } of sourcesUnder('src/sim')) for (const match of text.matchAll(CODE)) out.set(match[1]!, path);
  return out;
}
/** Texts of that form that are no reasons. */
const NO_REASONS = new Set<string>([]);

describe('every reason has words', () => {
  it.each(['en', 'zh'] as const)('in the text of the simulation: %s', (language) => {
    const missing = [...codes()].filter(([code]) => !NO_REASONS.has(code) && reasons[language][code] === undefined).map(([code, path]) => `${code} (${path})`);
    expect(missing).toEqual([]);
  });

  it('both languages have the same', () => {
    const order = (a: string, b: string): number => (a < b ? -1 : 1);
    expect(Object.keys(reasons.zh).sort(order)).toEqual(Object.keys(reasons.en).sort(order));
  });

  it('as they occur: every name and number that the words ask for is there', () => {
    const odd = new Set<string>();
    const hear = (because: { readonly code: string; readonly args: Readonly<Record<string, string | number>> } | undefined): void => {
      if (because === undefined) return;
      for (const language of ['en', 'zh'] as const) {
        const words = reasons[language][because.code];
        const text = words === undefined ? 'no words' : words(because.args);
        if (words === undefined || /undefined|NaN/.test(text)) odd.add(`${language} ${because.code} ${JSON.stringify(because.args)}: ${text}`);
      }
    };
    const worlds = [
      ...scenarios.map((scenario) => {
        const timeline = newTimeline(scenario);
        playUntil(timeline, endOf(scenario));
        return timeline.world;
      }),
      ...Array.from({ length: 20 }, (_, i) => story(300 + i).timeline.world),
    ];
    for (const { trace, store } of worlds) {
      for (let i = 0; i < trace.length; i++) {
        const record = itemAt(trace, i)!;
        hear(record.because);
        for (const note of record.notes ?? []) hear(note.because);
      }
      for (let i = 0; i < store.log.length; i++) hear(itemAt(store.log, i)!.because);
    }
    expect([...odd]).toEqual([]);
  });
});
