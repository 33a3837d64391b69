import { describe, expect, it } from 'vitest';
import { conditionOf, type Deployment, type Node, type Pod, type ReplicaSet } from '../../src/sim/api/object.ts';
import { MERGE_PATCH, USERS } from '../../src/sim/api/request.ts';
import { MINUTE, SECOND } from '../../src/sim/api/time.ts';
import { head, headList } from '../../src/sim/apiserver/store.ts';
import { act, digestOf, newTimeline, perform, playUntil, type Timeline } from '../../src/sim/index.ts';
import { createDeployment, hollowNodes } from '../bench/stories.ts';

function running(replicas: number): Timeline {
  const timeline = newTimeline({ config: hollowNodes(3, '4', '8Gi', 110), seed: 3, script: [] });
  playUntil(timeline, 2 * SECOND);
  act(timeline, createDeployment(replicas));
  playUntil(timeline, 5 * SECOND);
  expect(ready(timeline)).toBe(replicas);
  return timeline;
}
const ready = (timeline: Timeline): number | undefined => (head(timeline.world.store, 'Deployment', 'default/web') as Deployment).status.readyReplicas;
const pods = (timeline: Timeline): readonly Pod[] => headList(timeline.world.store, 'Pod') as readonly Pod[];
const scale = (timeline: Timeline, replicas: number): number | undefined =>
  perform(timeline, { user: USERS.admin, method: 'PATCH', path: '/apis/apps/v1/namespaces/default/deployments/web/scale', contentType: MERGE_PATCH, body: { spec: { replicas } } })?.code;
const wait = (timeline: Timeline, micros: number): void => playUntil(timeline, timeline.world.now + micros);

describe('faults of components', () => {
  for (const component of ['deployment-controller', 'replicaset-controller', 'scheduler', 'kubelet/node-1', 'kubelet/node-2', 'kubelet/node-3']) {
    it(`${component} crashes: its part of the work waits; restarted it lists again and does it`, () => {
      const timeline = running(3);
      act(timeline, { type: 'fault', fault: { type: 'crash', component } });
      expect(scale(timeline, 9)).toBe(200);
      wait(timeline, 10 * SECOND);
      expect(ready(timeline)).toBeLessThan(9);
      act(timeline, { type: 'fault', fault: { type: 'restart', component } });
      wait(timeline, 60 * SECOND);
      expect(ready(timeline)).toBe(9);
    });
  }

  it('the API server crashes: nothing is written, commands get no answer; restarted, everybody goes on', () => {
    const timeline = running(3);
    const { revision } = timeline.world.store;
    act(timeline, { type: 'fault', fault: { type: 'crash', component: 'apiserver' } });
    expect(scale(timeline, 5)).toBe(0);
    wait(timeline, 20 * SECOND);
    expect(timeline.world.store.revision).toBe(revision);
    act(timeline, { type: 'fault', fault: { type: 'restart', component: 'apiserver' } });
    wait(timeline, 60 * SECOND);
    expect(scale(timeline, 5)).toBe(200);
    wait(timeline, 10 * SECOND);
    expect(ready(timeline)).toBe(5);
    for (const node of headList(timeline.world.store, 'Node') as readonly Node[]) expect(conditionOf(node, 'Ready')?.status).toBe('True');
  });

  it('a slow link delays one component only', () => {
    const timeline = running(3);
    act(timeline, { type: 'fault', fault: { type: 'slowLink', component: 'scheduler', extraMicros: 5 * SECOND } });
    scale(timeline, 4);
    wait(timeline, 4 * SECOND);
    expect(pods(timeline).filter((pod) => (pod.spec.nodeName ?? '') === '')).toHaveLength(1);
    wait(timeline, 20 * SECOND);
    expect(ready(timeline)).toBe(4);
  });

  it('a cut link to the ReplicaSet controller loses nothing once it is mended', () => {
    const timeline = running(3);
    act(timeline, { type: 'fault', fault: { type: 'cutLink', component: 'replicaset-controller' } });
    scale(timeline, 6);
    wait(timeline, 10 * SECOND);
    expect((headList(timeline.world.store, 'ReplicaSet') as readonly ReplicaSet[]).map((set) => [set.spec.replicas, set.status.replicas])).toEqual([[6, 3]]);
    act(timeline, { type: 'fault', fault: { type: 'mendLink', component: 'replicaset-controller' } });
    wait(timeline, 30 * SECOND);
    expect(ready(timeline)).toBe(6);
  });

  it('a killed node comes back after its Pods were replaced: the old ones go, the count stays', () => {
    const timeline = running(6);
    act(timeline, { type: 'fault', fault: { type: 'killNode', node: 'node-2' } });
    wait(timeline, 7 * MINUTE);
    expect(ready(timeline)).toBe(6);
    expect(pods(timeline).filter((pod) => pod.metadata.deletionTimestamp !== undefined).length).toBeGreaterThan(0);
    act(timeline, { type: 'fault', fault: { type: 'returnNode', node: 'node-2' } });
    wait(timeline, 2 * MINUTE);
    expect(pods(timeline).filter((pod) => pod.metadata.deletionTimestamp !== undefined)).toEqual([]);
    expect(conditionOf(head(timeline.world.store, 'Node', 'node-2') as Node, 'Ready')?.status).toBe('True');
    expect(ready(timeline)).toBe(6);
  });

  it('the same faults come to the same digest', () => {
    const once = (): string => {
      const timeline = running(4);
      act(timeline, { type: 'fault', fault: { type: 'partitionNode', node: 'node-3' } });
      wait(timeline, 2 * MINUTE);
      act(timeline, { type: 'fault', fault: { type: 'healNode', node: 'node-3' } });
      wait(timeline, MINUTE);
      return digestOf(timeline);
    };
    expect(once()).toBe(once());
  });
});
