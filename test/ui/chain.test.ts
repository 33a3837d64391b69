import { describe, expect, it } from 'vitest';
import '../../src/sim/further.ts';
import type { Pod } from '../../src/sim/api/object.ts';
import { USERS } from '../../src/sim/api/request.ts';
import { headList } from '../../src/sim/apiserver/store.ts';
import { newTimeline, perform, playUntil, type Timeline } from '../../src/sim/index.ts';
import { scenarioOf } from '../../src/sim/scenarios/index.ts';
import { stageEn } from '../../src/ui/i18n/stage.en.ts';
import { stageZh } from '../../src/ui/i18n/stage.zh.ts';
import { chainOf } from '../../src/ui/link/chainModel.ts';
import { ownedPods } from '../../src/ui/link/owned.ts';
import { geometryOf } from '../../src/ui/stage/geometry.ts';
import { layoutChain } from '../../src/ui/stage/layout/chain.ts';
import type { ChainModel, StageTarget } from '../../src/ui/stage/model.ts';

const at = (id: string, seconds: number): Timeline => {
  const timeline = newTimeline(scenarioOf(id)!);
  playUntil(timeline, seconds * 1_000_000);
  return timeline;
};
const chain = ({ world }: Timeline, selected?: StageTarget, chosen?: string): ChainModel | undefined =>
  chainOf(world.store, { selected, chosen, pods: headList(world.store, 'Pod') as readonly Pod[], podModel: (pod) => ({ key: `${pod.metadata.namespace}/${pod.metadata.name}`, name: pod.metadata.name, short: pod.metadata.name.slice(-5), look: 'ready' }) });
const object = (kind: string, name: string): StageTarget => ({ on: 'object', kind, key: `default/${name}` });
const create = (timeline: Timeline, path: string, body: unknown): void => {
  const answer = perform(timeline, { user: USERS.admin, method: 'POST', path, body });
  expect(answer?.code, JSON.stringify(answer?.body)).toBe(201);
};

describe('the row of objects', () => {
  it('a StatefulSet: its Pods by ordinal, and its Service', () => {
    const model = chain(at('ordered', 33));
    expect(model?.owner).toEqual({ kind: 'StatefulSet', key: 'default/db', name: 'db', detail: { type: 'ready', ready: 3, wanted: 3 } });
    expect(model?.loosePods.map(({ name }) => name)).toEqual(['db-0', 'db-1', 'db-2']);
    expect(model?.service?.name).toBe('db');
    expect(ownedPods(at('ordered', 33).world.store, 'StatefulSet', 'default/db')?.map(({ key, pods }) => [key, pods.map(({ name }) => name)])).toEqual([['default/db', ['db-0', 'db-1', 'db-2']]]);
  });

  it('Jobs: completions, and a CronJob over its newest; what is selected comes before what is newest', () => {
    const timeline = at('batch', 118);
    const model = chain(timeline);
    expect(model?.above).toMatchObject({ kind: 'CronJob', name: 'tick', detail: { type: 'schedule', schedule: '* * * * *', suspended: false } });
    expect(model?.owner).toMatchObject({ kind: 'Job', detail: { type: 'completions', done: 1, of: 1, failed: 0, state: 'complete' } });
    const primes = chain(timeline, object('Job', 'primes'));
    expect(primes?.owner?.detail).toEqual({ type: 'completions', done: 6, of: 6, failed: 0, state: 'complete' });
    expect(primes?.above).toBeUndefined();
    // A CronJob's Pods are told by Job; what owns none, and what is no owner.
    expect(ownedPods(timeline.world.store, 'CronJob', 'default/tick')?.map(({ kind, pods }) => [kind, pods.length])).toEqual([['Job', 1]]);
    expect(ownedPods(timeline.world.store, 'Deployment', 'default/none')).toBeUndefined();
    expect(ownedPods(timeline.world.store, 'Service', 'default/kubernetes')).toBeUndefined();
    expect(chain(timeline, undefined, 'Job default/flaky')?.owner?.detail).toMatchObject({ state: 'failed', failed: 2 });
    const pod = (headList(timeline.world.store, 'Pod') as readonly Pod[]).find(({ metadata }) => metadata.name.startsWith('report-'))!;
    expect(chain(timeline, object('Pod', pod.metadata.name))?.owner?.name).toBe('report');
  });

  it('a DaemonSet has one a node; what its Pods use stands beside, and says when it is missing', () => {
    const timeline = at('sandbox', 5);
    create(timeline, '/apis/apps/v1/namespaces/default/daemonsets', {
      apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' },
      spec: { selector: { matchLabels: { app: 'agent' } }, template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'agent', image: 'busybox', command: ['sleep', '3600'], envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'keys', optional: true } }] }] } } },
    });
    playUntil(timeline, timeline.world.now + 5_000_000);
    const model = chain(timeline);
    expect(model?.owner?.detail).toMatchObject({ type: 'nodes', wanted: 3 });
    expect(model?.loosePods).toHaveLength(3);
    expect(model?.uses).toEqual([{ kind: 'ConfigMap', key: 'default/settings', name: 'settings', state: 'missing' }]);
  });

  it('an autoscaler stands over what it scales; a claim and a quota beside the Pods', () => {
    const timeline = at('ordered', 33);
    create(timeline, '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'db' }, spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' }, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }] } });
    create(timeline, '/api/v1/namespaces/default/resourcequotas', { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'limit' }, spec: { hard: { pods: '4' } } });
    const model = chain(timeline);
    expect(model?.above).toMatchObject({ kind: 'HorizontalPodAutoscaler', detail: { type: 'scaling', metric: 'cpu', target: '50%' } });
    expect(model?.uses?.map(({ kind }) => kind)).toEqual(['ResourceQuota']);
  });

  it.each([['en', stageEn], ['zh', stageZh]] as const)('%s: fits its room, however much stands in it', (_, words) => {
    const pods = Array.from({ length: 12 }, (_each, i) => ({ key: `default/p${i}`, name: `very-long-name-of-a-set-${i}`, short: `…-${i}`, look: 'ready' as const }));
    const model: ChainModel = {
      above: { kind: 'HorizontalPodAutoscaler', key: 'default/a', name: 'a-very-long-name-of-an-autoscaler', detail: { type: 'scaling', current: 3, desired: 12, metric: 'http_requests_per_second', value: '120', target: '50' } },
      owner: { kind: 'StatefulSet', key: 'default/s', name: 'very-long-name-of-a-set', detail: { type: 'ready', ready: 3, wanted: 12 } },
      replicaSets: [], loosePods: pods, service: { key: 'default/s', name: 'a-service-with-a-long-name', addresses: 12 },
      uses: [{ kind: 'Secret', key: 'default/x', name: 'a-secret-with-a-long-name', state: 'missing' }, { kind: 'ConfigMap', key: 'default/y', name: 'y', state: 'there' }, { kind: 'ConfigMap', key: 'default/z', name: 'z', state: 'there' }],
    };
    const scene = layoutChain(model, geometryOf('full'), words);
    const boxes = [...scene.chips.map(({ box }) => box), scene.podsBox!];
    for (const box of boxes) expect(box.x + box.w).toBeLessThanOrEqual(824);
    const sorted = boxes.filter(({ h }) => h > 20).sort((a, b) => a.x - b.x);
    for (const [i, box] of sorted.entries()) if (i > 0) expect(box.x).toBeGreaterThanOrEqual(sorted[i - 1]!.x + sorted[i - 1]!.w);
    const roomy = layoutChain({ owner: model.owner!, uses: model.uses!, replicaSets: [], loosePods: pods.slice(0, 2) }, geometryOf('full'), words);
    expect(roomy.chips.filter(({ half }) => half)).toHaveLength(2);
  });
});
