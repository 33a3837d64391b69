import { describe, expect, it } from 'vitest';
import { newEngine } from '../../src/ui/link/engine.ts';
import { newParts } from '../../src/ui/link/parts.ts';
import * as later from '../../src/ui/link/later.ts';
import type { Answer, Ask, Still, Tell } from '../../src/ui/link/protocol.ts';
import type { Fault } from '../../src/sim/api/cluster.ts';
import { stageEn } from '../../src/ui/i18n/stage.en.ts';
import { faultOf, isReverse, targetsOf } from '../../src/ui/session/verbs.ts';
import { layout } from '../../src/ui/stage/layout.ts';
import { targetId, type ControllerModel, type Endpoint, type StageModel, type StageTarget } from '../../src/ui/stage/model.ts';
import { deploySample, controllers } from './samples.ts';

/** Faults of single components: done where the thing is, seen on stage, explained in the inspector. */
async function running(): Promise<{ readonly ask: (ask: Ask) => Promise<Answer | undefined>; readonly still: () => Still }> {
  let still: Still | undefined;
  const answers = new Map<number, Answer>();
  const tell = (message: Tell): void => {
    if (message.type === 'still') still = message.still;
    else if (message.type === 'answer') answers.set(message.id, message.value);
  };
  let ticks = 0;
  const engine = newEngine(newParts({ tell, clock: () => ticks++, breathe: () => Promise.resolve() }, () => later));
  let id = 0;
  const ask = async (what: Ask): Promise<Answer | undefined> => {
    await engine.ask(++id, what);
    return answers.get(id);
  };
  await ask({ type: 'open', scenario: 'deploy' });
  for (let i = 0; i < 20; i++) await ask({ type: 'beat' });
  return { ask, still: () => still! };
}
const process = (name: Endpoint): StageTarget => ({ on: 'process', process: name });
const sceneOf = (model: StageModel): ReturnType<typeof layout>['scene'] => layout(model, 'full', stageEn).scene;

describe('a component can be', () => {
  it.each([
    ['crash', 'scheduler', 'down', { type: 'crash', component: 'scheduler' }, { type: 'restart', component: 'scheduler' }],
    ['crash', 'apiserver', 'down', { type: 'crash', component: 'apiserver' }, { type: 'restart', component: 'apiserver' }],
    ['crash', 'kubelet/node-2', 'down', { type: 'crash', component: 'kubelet/node-2' }, { type: 'restart', component: 'kubelet/node-2' }],
    ['cut', 'controller/replicaset-controller', 'cut', { type: 'cutLink', component: 'replicaset-controller' }, { type: 'mendLink', component: 'replicaset-controller' }],
    ['cut', 'proxy/node-1', 'cut', { type: 'cutLink', component: 'proxy/node-1' }, { type: 'mendLink', component: 'proxy/node-1' }],
    ['slow', 'controller/deployment-controller', 'slow', { type: 'slowLink', component: 'deployment-controller', extraMicros: 1_000_000 }, { type: 'slowLink', component: 'deployment-controller', extraMicros: 0 }],
  ] as const)('%s: %s, and back', async (verb, name, is, there, back) => {
    const { ask, still } = await running();
    const target = process(name);
    const act = async (fault: Fault | undefined): Promise<void> => void (await ask({ type: 'act', command: { type: 'fault', fault: fault! } }));
    expect(targetsOf(verb, still().model).map(targetId)).toContain(targetId(target));
    expect(isReverse(verb, still().model, target)).toBe(false);
    expect(faultOf(verb, still().model, target)).toEqual(there);
    await act(there);
    expect(still().model.troubles).toEqual([{ process: name, is }]);
    const told = await ask({ type: 'inspect', target });
    expect(told?.type === 'inspection' ? told.inspection.why.map(({ question, links }) => [question, ...links.map(({ code }) => code)]) : told).toEqual([['component', `fault.${there.type}`]]);
    expect(isReverse(verb, still().model, target)).toBe(true);
    expect(faultOf(verb, still().model, target)).toEqual(back);
    await act(back);
    expect(still().model.troubles).toBeUndefined();
    const after = await ask({ type: 'inspect', target });
    expect(after?.type === 'inspection' ? after.inspection.why : after).toEqual([]);
  });

  it('of a machine without power the machine is the trouble, and its parts are no targets', async () => {
    const { ask, still } = await running();
    await ask({ type: 'act', command: { type: 'fault', fault: { type: 'killNode', node: 'node-2' } } });
    expect(still().model.troubles).toBeUndefined();
    expect(targetsOf('slow', still().model).map(targetId)).not.toContain('process:kubelet/node-2');
  });
});

describe('what ails a component is drawn', () => {
  it('a cut and a slow wire', () => {
    const scene = sceneOf({ ...deploySample, troubles: [{ process: 'scheduler', is: 'cut' }, { process: 'kubelet/node-1', is: 'slow' }, { process: 'proxy/node-3', is: 'down' }, { process: 'controller/replicaset', is: 'cut' }] });
    const wire = (id: string): readonly boolean[] => scene.wires.filter((each) => each.id === id).flatMap(({ cut, slow }) => [cut, slow]);
    expect([wire('scheduler'), wire('kubelet/node-1'), wire('kubelet/node-2'), wire('controllers')]).toEqual([[true, false], [false, true], [false, false], [false, false]]);
    expect(scene.scheduler.note).toBe('cut off');
    expect(scene.nodes.nodes.flatMap(({ ports }) => ports.filter(({ bad }) => bad).map(({ id }) => id))).toEqual(['proxy/node-3']);
    expect(scene.controllers.cells.filter(({ wire: own }) => own !== undefined).map(({ name, wire: own }) => [name, own])).toEqual([['replicaset', 'cut']]);
  });
});

describe('controllers that wake', () => {
  const woken = (name: string, more: Partial<ControllerModel> = {}): ControllerModel => ({ name, label: name, state: 'idle', queueLength: 0, ...more });
  const labels = (more: readonly ControllerModel[], busy: Parameters<typeof controllers>[0] = {}): readonly string[] => sceneOf({ ...deploySample, controllers: [...controllers(busy), ...more] }).controllers.cells.map(({ label }) => label);
  const first = labels([]);

  it('take the last cells, each the same one for good, and the first six never move', () => {
    const one = labels([woken('apple')]);
    const two = labels([woken('apple'), woken('pear'), woken('helper', { background: true })]);
    expect(one).toEqual([...first.slice(0, 10), 'apple', '2 more']);
    expect(two).toEqual([...first.slice(0, 9), 'pear', 'apple', '4 more']);
    const many = labels(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => woken(name)));
    expect(many.slice(0, 6)).toEqual(first.slice(0, 6));
    expect(many.slice(6)).toEqual(['e', 'd', 'c', 'b', 'a', '8 more']);
  });
  it('never hide what is down', () => {
    const seen = labels([woken('apple'), woken('helper', { background: true, state: 'down' })], { namespace: { state: 'down' } });
    expect(seen).toContain('helper');
    expect(seen).toContain('namespace');
    expect(sceneOf({ ...deploySample, controllers: controllers({ namespace: { state: 'down' } }) }).controllers.note).toBe('12 controllers, 1 down');
  });
});
