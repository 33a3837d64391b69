import { describe, expect, it } from 'vitest';
import { newTimeline, playUntil } from '../../src/sim/index.ts';
import { THREE_NODES } from '../../src/sim/scenarios/scenario.ts';
import { checkObjects } from '../../src/ui/link/check.ts';

const timeline = newTimeline({ config: THREE_NODES, seed: 1, script: [] });
playUntil(timeline, 2_000_000);

const deployment = (change: (spec: Record<string, unknown>, container: Record<string, unknown>) => void): object => {
  const container: Record<string, unknown> = { name: 'app', image: 'nginx' };
  const spec: Record<string, unknown> = { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'first', image: 'nginx' }, container] } } };
  change(spec, container);
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec };
};

describe('a document is checked before it is sent, and its faults are placed', () => {
  const table: readonly (readonly [what: string, object: unknown, fields: readonly string[]])[] = [
    ['nothing wrong', deployment(() => undefined), []],
    ['a word for a number', deployment((spec) => (spec['replicas'] = 'three')), ['spec.replicas']],
    ['a word for a number, in the second container', deployment((_, container) => (container['ports'] = [{ containerPort: 'http' }])), ['spec.template.spec.containers[1].ports[0].containerPort']],
    ['an unknown field', deployment((_, container) => (container['immage'] = 'x')), ['spec.template.spec.containers[1].immage']],
    ['a rule broken', deployment((spec) => (spec['replicas'] = -1)), ['spec.replicas']],
    ['more than a tab can hold', deployment((spec) => (spec['replicas'] = 1_000_000)), ['spec.replicas']],
    ['a kind that is not here', { apiVersion: 'example.com/v1', kind: 'CronTab', metadata: { name: 'x' } }, ['kind']],
    ['a kind in a version that is not here', { apiVersion: 'apps/v1beta1', kind: 'Deployment', metadata: { name: 'x' } }, ['apiVersion']],
    ['a kind of today with half of it', { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'x' } }, ['spec.template.spec.containers', 'spec.template.spec.restartPolicy']],
    ['an older version that is served', { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name: 'x' }, spec: { maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' } } }, []],
    ['no kind', { apiVersion: 'v1' }, ['kind']],
    ['a list', [], ['']],
  ];
  it.each(table)('%s', (_, object, fields) => {
    expect(checkObjects(timeline.world, [object]).map((problem) => problem.field)).toEqual(fields);
  });
  it('writes nothing', () => {
    const { revision } = timeline.world.store;
    checkObjects(timeline.world, table.map(([, object]) => object));
    expect(timeline.world.store.revision).toBe(revision);
  });
});
