import { describe, expect, it } from 'vitest';
import type { Timeline } from '../../src/sim/index.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import { act, playUntil, seek } from '../../src/sim/index.ts';
import { cutTenSteps, followTenSteps, newTenSteps, railOf, type TenSteps } from '../../src/sim/observe/tenSteps.ts';
import { recordOf } from '../../src/sim/observe/history.ts';
import { byHand, deploymentYaml, kubectlLine } from './stories.ts';

/** Deployments typed by hand; nothing here comes from a scenario. */
const service = (name: string): string => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app: ${name}
  ports:
  - port: 80
`;

function observed(timeline: Timeline, key: string): TenSteps {
  const state = newTenSteps();
  followTenSteps(state, timeline.world);
  return state.deployments.get(key)!;
}
/** When each step came, in milliseconds after the first, and what it says. */
const told = ({ moments }: TenSteps): readonly string[] =>
  moments.map((moment, i) => (moment === undefined ? `${i + 1} -` : `${i + 1} ${Object.entries(moment.args).filter(([name]) => !['line', 'message', 'attempt', 'merged'].includes(name)).map(([name, value]) => `${name}=${String(value).replace(/-[a-f0-9]{6,10}(-[a-z0-9]{5})?$/, (_, pod: string | undefined) => (pod === undefined ? '-HASH' : '-HASH-POD'))}`).join(' ')}`));

const order = ({ moments }: TenSteps): readonly number[] => moments.flatMap((moment) => (moment === undefined ? [] : [moment.step]));

describe('ten steps', () => {
  it('of a Pod with two containers, behind a Service', () => {
    const timeline = byHand([{ at: 3, line: 'kubectl apply -f pair.yaml', file: `${deploymentYaml('pair', 2, 'containers:\n- name: web\n  image: nginx:1.27\n- name: cache\n  image: redis:7')}---\n${service('pair')}` }], 40);
    const steps = observed(timeline, 'default/pair');
    expect(told(steps)).toEqual([
      '1 deployment=default/pair',
      '2 deployment=default/pair replicas=2',
      '3 deployment=default/pair',
      '4 deployment=default/pair replicaSet=pair-HASH pod=pair-HASH-POD',
      `5 pod=pair-HASH-POD node=${steps.moments[5]!.args['node']} nodes=3`,
      `6 pod=pair-HASH-POD node=${steps.moments[5]!.args['node']}`,
      `7 pod=pair-HASH-POD node=${steps.moments[5]!.args['node']}`,
      `8 pod=pair-HASH-POD node=${steps.moments[5]!.args['node']}`,
      `9 pod=pair-HASH-POD node=${steps.moments[8]!.args['node']} service=default/pair endpoints=${steps.moments[8]!.args['endpoints']}`,
      '10 deployment=default/pair',
    ]);
    const first = order(steps).slice(0, 8);
    expect(first).toEqual([...first].sort((a, b) => a - b));
    // Each is the first record of its kind.
    const { moments } = steps;
    expect(recordOf(timeline.world, moments[0]!.step)).toMatchObject({ type: 'command' });
    expect(recordOf(timeline.world, moments[1]!.step)).toMatchObject({ type: 'request', from: 'user' });
    expect(recordOf(timeline.world, moments[2]!.step)).toMatchObject({ type: 'timer', process: 'deployment-controller' });
    expect(recordOf(timeline.world, moments[3]!.step)).toMatchObject({ type: 'request', from: 'replicaset-controller' });
    expect(recordOf(timeline.world, moments[4]!.step)).toMatchObject({ type: 'timer', process: 'scheduler' });
    expect(recordOf(timeline.world, moments[5]!.step)).toMatchObject({ type: 'request', from: 'scheduler' });
    expect(recordOf(timeline.world, moments[6]!.step)).toMatchObject({ type: 'watch', process: `kubelet/${moments[5]!.args['node']}` });
    expect(recordOf(timeline.world, moments[7]!.step)).toMatchObject({ type: 'message', process: `machine/${moments[5]!.args['node']}`, message: { type: 'RunPodSandbox' } });
    expect(moments[7]!.until!.at).toBeGreaterThan(moments[7]!.at);
    // Every node's rules come to contain it, each in its own time.
    expect([...steps.nodes.keys()].sort((a, b) => (a < b ? -1 : 1))).toEqual(['node-1', 'node-2', 'node-3']);
    expect(steps.repairs).toEqual([]);
  });

  it('of a Pod with an init container: it is Running only after that', () => {
    const annotation = `orrery.dev/behaviour: '{"prepare": {"exitAfterSeconds": 4, "exitCode": 0}}'`;
    const timeline = byHand([{ at: 3, line: 'kubectl apply -f init.yaml', file: deploymentYaml('init', 1, 'initContainers:\n- name: prepare\n  image: example/prepare:1\ncontainers:\n- name: web\n  image: nginx:1.27', annotation) }], 40);
    const { moments } = observed(timeline, 'default/init');
    expect(moments[7]!.until!.at - moments[7]!.at).toBeGreaterThan(4 * SECOND);
    // No Service selects it, so no rules ever do; the tenth step comes all the same.
    expect(moments[8]).toBeUndefined();
    expect(moments[9]).toBeDefined();
  });

  it('of one that no node can take: the decision is made, and nothing follows until there is room', () => {
    const timeline = byHand([{ at: 3, line: 'kubectl apply -f big.yaml', file: deploymentYaml('big', 1, 'containers:\n- name: web\n  image: nginx:1.27\n  resources:\n    requests:\n      cpu: "16"') }], 20);
    const before = observed(timeline, 'default/big');
    expect(before.moments.map((moment) => moment !== undefined)).toEqual([true, true, true, true, true, false, false, false, false, false]);
    expect(before.moments[4]!.args).toMatchObject({ node: '', nodes: 3 });
    expect(before.moments[4]!.args['message']).toContain('3 Insufficient cpu');
    kubectlLine(timeline, 'kubectl set resources deployment big --requests=cpu=1');
    kubectlLine(timeline, `kubectl patch deployment big -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","resources":{"requests":{"cpu":"1"}}}]}}}}'`);
    playUntil(timeline, 60 * SECOND);
    const after = observed(timeline, 'default/big');
    // The first Pod went away with its ReplicaSet; another is followed on.
    expect(after.moments[5]).toBeDefined();
    expect(after.moments[7]?.until).toBeDefined();
    expect(after.moments[9]).toBeDefined();
  });

  it('of two Deployments at once, each its own', () => {
    const timeline = byHand([{ at: 3, line: 'kubectl apply -f a.yaml', file: deploymentYaml('a', 1, 'containers:\n- name: web\n  image: nginx:1.27') }, { at: 3, line: 'kubectl apply -f b.yaml', file: deploymentYaml('b', 2, 'containers:\n- name: web\n  image: nginx:1.27') }], 30);
    for (const name of ['a', 'b']) {
      const steps = observed(timeline, `default/${name}`);
      for (const n of [5, 6, 7, 8]) expect(String(steps.moments[n - 1]!.args['pod'])).toMatch(new RegExp(`^${name}-`));
    }
  });

  it('refused: it never began', () => {
    const timeline = byHand([{ at: 3, line: 'kubectl create -f bad.yaml', file: deploymentYaml('bad', -1, 'containers:\n- name: web\n  image: nginx:1.27') }], 10);
    const state = newTenSteps();
    followTenSteps(state, timeline.world);
    expect([...state.deployments.keys()]).toEqual([]);
  });

  it('the tenth goes on: every repair is one', () => {
    const timeline = byHand([{ at: 3, line: 'kubectl apply -f web.yaml', file: deploymentYaml('web', 3, 'containers:\n- name: web\n  image: nginx:1.27') }], 30);
    const lost = [...timeline.world.store.tables.get('Pod')!.live.keys()][1]!;
    kubectlLine(timeline, `kubectl delete pod ${lost.slice(8)} --wait=false`);
    playUntil(timeline, 60 * SECOND);
    const state = newTenSteps();
    followTenSteps(state, timeline.world);
    const { repairs } = state.deployments.get('default/web')!;
    expect(railOf(state, Infinity)[9]!.args).toMatchObject({ repairs: 1 });
    expect(railOf(state, repairs[0]!.step - 1)[9]!.args).toMatchObject({ repairs: 0 });
    expect(repairs.map(({ created, deleted, replaces }) => ({ created: created.length, deleted, replaces }))).toEqual([{ created: 1, deleted: [], replaces: lost.slice(8) }]);
  });

  it('is the same whether followed step by step, at once, or after a rewind', () => {
    const timeline = byHand([{ at: 3, line: 'kubectl apply -f web.yaml', file: deploymentYaml('web', 2, 'containers:\n- name: web\n  image: nginx:1.27') }], 3.1);
    const live = newTenSteps();
    for (let at = 3.1; at < 20; at += 0.37) {
      playUntil(timeline, Math.round(at * SECOND));
      followTenSteps(live, timeline.world);
    }
    const once = newTenSteps();
    followTenSteps(once, timeline.world);
    expect(live).toEqual(once);
    const middle = once.deployments.get('default/web')!.moments[5]!.step;
    seek(timeline, { steps: middle });
    cutTenSteps(live, middle, timeline.world);
    expect(railOf(live, Infinity).map(({ step }) => step !== undefined)).toEqual([true, true, true, true, true, true, false, false, false, false]);
    act(timeline, { type: 'fault', fault: { type: 'crash', component: 'scheduler' } });
    playUntil(timeline, 20 * SECOND);
    followTenSteps(live, timeline.world);
    const again = newTenSteps();
    followTenSteps(again, timeline.world);
    expect(live).toEqual(again);
  });
});
