import { describe, expect, it } from 'vitest';
import { newEngine } from '../../src/ui/link/engine.ts';
import { newParts } from '../../src/ui/link/parts.ts';
import * as later from '../../src/ui/link/later.ts';
import type { Answer, Ask, Still, Tell } from '../../src/ui/link/protocol.ts';
import { scenarios } from '../../src/sim/scenarios/index.ts';

/** The engine without a worker: one ask after another. */
function engine(): { readonly ask: (ask: Ask) => Promise<Answer>; readonly still: () => Still; readonly shell: string[]; readonly until: (fit: (still: Still) => boolean) => Promise<void> } {
  let still: Still | undefined;
  const answers = new Map<number, Answer>();
  const refusals = new Map<number, string>();
  const shell: string[] = [];
  const tell = (message: Tell): void => {
    if (message.type === 'still') still = message.still;
    else if (message.type === 'answer') answers.set(message.id, message.value);
    else if (message.type === 'refused') refusals.set(message.id, `${message.error.code} ${JSON.stringify(message.error.args)}`);
    else shell.push(message.text);
  };
  let ticks = 0;
  const { ask } = newEngine(newParts({ tell, clock: () => ticks++, breathe: () => Promise.resolve() }, () => later));
  let id = 0;
  const run = async (what: Ask): Promise<Answer> => {
    await ask(++id, what);
    const refused = refusals.get(id);
    if (refused !== undefined) throw new Error(refused);
    return answers.get(id)!;
  };
  return {
    ask: run,
    still: () => still!,
    shell,
    async until(fit) {
      for (let i = 0; i < 2_000 && !fit(still!); i++) {
        const answer = await run({ type: 'beat' });
        if (answer.type === 'moved' && answer.ended) break;
      }
      expect(fit(still!)).toBe(true);
    },
  };
}
const ready = (count: number) => ({ model }: Still): boolean => model.chain?.deployment?.ready === count;

describe('the engine behind the page', () => {
  it('a link brings another engine to the same digest', async () => {
    const one = engine();
    await one.ask({ type: 'open', scenario: 'deploy' });
    await one.until(ready(3));
    await one.ask({ type: 'kubectl', line: 'kubectl scale deployment/nginx-deployment --replicas=5' });
    await one.until(ready(5));
    const shared = await one.ask({ type: 'share', from: 'now' });
    const two = engine();
    await two.ask({ type: 'open', scenario: 'deploy', recording: shared.type === 'share' ? shared.recording : '' });
    expect(two.still().digest).toBe(one.still().digest);
    expect(two.still().promised).toBeUndefined();
    expect(two.still().at).toBe(one.still().at);
    expect(one.shell.join('')).toContain('deployment.apps/nginx-deployment scaled');
  });

  it('steps back are the steps forward, undone', async () => {
    const one = engine();
    await one.ask({ type: 'open', scenario: 'deploy' });
    for (const unit of ['message', 'write', 'decision'] as const) {
      // Three Pods are decided about: from step 4 there are three decisions ahead.
      await one.ask({ type: 'seek', target: { chapter: 'step4' } });
      const places = [one.still().steps];
      for (let i = 0; i < 3; i++) {
        await one.ask({ type: 'next', unit });
        places.push(one.still().steps);
      }
      for (let i = 2; i >= 1; i--) {
        await one.ask({ type: 'back', unit });
        expect(one.still().steps, unit).toBe(places[i]);
      }
    }
  });

  it('a branch leaves the story as it was', async () => {
    const one = engine();
    await one.ask({ type: 'open', scenario: 'deploy' });
    await one.until(ready(3));
    const before = one.still();
    await one.ask({ type: 'branch', lines: ['power off'], commands: [{ type: 'fault', fault: { type: 'killNode', node: 'node-1' } }] });
    await one.ask({ type: 'next', unit: 'write' });
    expect(one.still().branch?.fromRevision).toBe(before.model.revision);
    await one.ask({ type: 'discardBranch' });
    expect(one.still().digest).toBe(before.digest);
    expect(one.still().branch).toBeUndefined();
  });

  it('what was searched in vain is not where the story ends', async () => {
    const one = engine();
    await one.ask({ type: 'open', scenario: 'deploy' });
    await one.until(ready(3));
    for (let i = 0; i < 200; i++) {
      const answer = await one.ask({ type: 'beat' });
      if (answer.type === 'moved' && answer.ended) break;
    }
    const end = one.still();
    await one.ask({ type: 'seek', target: { chapter: 'step2' } });
    await one.ask({ type: 'seek', target: { end: true } });
    expect(one.still().at).toBe(end.at);
    expect(one.still().digest).toBe(end.digest);
  });

  it('a check says what the API server would say, and writes nothing', async () => {
    const one = engine();
    await one.ask({ type: 'open', scenario: 'deploy' });
    const before = one.still().digest;
    const objects = [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'X' } },
      { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'x' } },
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: { replicas: 1_000_000 } },
      'nothing',
    ];
    const answer = await one.ask({ type: 'check', objects });
    const problems = answer.type === 'checked' ? answer.problems : [];
    expect(problems.map(({ object, field, limit }) => `${object} ${field} ${limit?.code ?? ''}`)).toEqual(['1 metadata.name ', '2 apiVersion limit.kind', '3 spec.replicas limit.replicas', '4  ']);
    await one.ask({ type: 'select' });
    expect(one.still().digest).toBe(before);
  });

  it.each(scenarios.map(({ id }) => id))('%s: every chapter is reached by its number', async (id) => {
    const one = engine();
    await one.ask({ type: 'open', scenario: id });
    for (const chapter of one.still().chapters.map((each) => each.id)) {
      await one.ask({ type: 'seek', target: { chapter } });
      const reached = one.still().chapters.find((each) => each.id === chapter);
      expect(reached?.step, chapter).toBe(one.still().steps);
    }
  });
});
