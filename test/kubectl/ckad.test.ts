import { describe, expect, it } from 'vitest';
import { present, runExercises } from './ckad.ts';

// Other people's exercises are read where they lie beside the project, and never copied into it.
describe.skipIf(!present)(`published exercises${present ? '' : ' (skipped because ../shared/corpus is absent)'}`, () => {
  it('most solution commands run with their effect', () => {
    const outcomes = runExercises();
    const good = outcomes.filter(({ ok }) => ok).length;
    console.log(`${good} of ${outcomes.length} solution commands run\n${outcomes.filter(({ ok }) => !ok).map(({ place, line, text }) => `  ${place} $ ${line.split('\n')[0]!}\n    ${text.split('\n')[0]!}`).join('\n')}`);
    expect(good / outcomes.length).toBeGreaterThanOrEqual(0.96);
  }, 300_000);
});
