import { describe, expect, it } from 'vitest';
import { deploymentController } from '../../src/sim/controllers/deployment.ts';
import { countAnnotation, currentAnnotations, fenceposts, replicaSetName, sameTemplate, templateHash } from '../../src/sim/controllers/deployment/replicasets.ts';
import { proportion } from '../../src/sim/controllers/deployment/sync.ts';
import type { AnyObject, Deployment, Pod, ReplicaSet } from '../../src/sim/api/object.ts';
import { MINUTE, SECOND, timestamp } from '../../src/sim/api/time.ts';
import { context, deployment, eventsOf, fakeView, pod, replicaSet, template, transcript } from './fakeView.ts';
import { MiniCluster } from './miniCluster.ts';

const plan = (objects: readonly AnyObject[], now = 0, memory?: { createError?: string }) => deploymentController.reconcile('default/web', fakeView(objects, { now }), memory, context());
const hash = templateHash(template(), undefined);
const newHash = templateHash(template('nginx:1.28'), undefined);

describe('a new Deployment', () => {
  it('gets its ReplicaSet with its replicas, then the revision; the second status update of the sync meets a conflict', () => {
    const made = plan([deployment('web', 3)]);
    expect(transcript(made)).toEqual([
      'POST replicasets replicas=3',
      'PUT deployments/web/status Progressing=True(NewReplicaSetCreated)',
      'PUT deployments/web/status observedGeneration=1 unavailable=3 terminating=0 Progressing=True(NewReplicaSetCreated) Available=False(MinimumReplicasUnavailable)',
    ]);
    expect(eventsOf(made)).toEqual([`ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 3`]);
    expect(made.batches[0]![0]!.request.body).toMatchObject({
      metadata: {
        name: `web-${hash}`,
        labels: { app: 'web', 'pod-template-hash': hash },
        annotations: { 'deployment.kubernetes.io/revision': '1', 'deployment.kubernetes.io/desired-replicas': '3', 'deployment.kubernetes.io/max-replicas': '4' },
        ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true, blockOwnerDeletion: true }],
      },
      spec: { selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } }, template: { metadata: { labels: { app: 'web', 'pod-template-hash': hash } } } },
    });
    expect(made.batches[1]![0]!.request.body).toMatchObject({ metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } } });
    expect(made.because).toMatchObject({ code: 'deployment.firstReplicaSet', args: { replicas: 3 } });
    expect(plan([deployment('web', 3)]).batches.length).toBe(3);
  });

  it('copies its annotations, but not those that kubectl and the controller keep', () => {
    const web = deployment('web', 1, { metadata: { annotations: { team: 'a', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } } });
    expect((plan([web]).batches[0]![0]!.request.body as ReplicaSet).metadata.annotations).toMatchObject({ team: 'a' });
    expect((plan([web]).batches[0]![0]!.request.body as ReplicaSet).metadata.annotations).not.toHaveProperty('kubectl.kubernetes.io/last-applied-configuration');
  });

  it('counts a collision when another ReplicaSet has the name', () => {
    const made = plan([deployment('web', 1), replicaSet(`web-${hash}`, 1, undefined, { image: 'other', metadata: { labels: { app: 'other' } } })]);
    expect(transcript(made)).toEqual(['POST replicasets replicas=1', 'PUT deployments/web/status collisionCount=1']);
    expect(made.batches[0]![0]!.accept).toEqual([409]);
    expect(templateHash(template(), 1)).not.toBe(hash);
  });

  it('says in a condition that the ReplicaSet could not be created, and tries again', () => {
    const web = deployment('web', 1);
    const first = plan([web]);
    const memory = deploymentController.answered!('default/web', first.batches[0]![0]!, { code: 403, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'forbidden' } }, undefined, fakeView([web]));
    const second = plan([web], 0, memory);
    expect(transcript(second)).toEqual(['PUT deployments/web/status Progressing=False(ReplicaSetCreateError)']);
    const told = { ...web, status: (second.batches[0]![0]!.request.body as Deployment).status };
    expect(transcript(plan([told], 0, memory))[0]).toBe('POST replicasets replicas=1');
  });

  it('with an empty selector refuses to act', () => {
    const made = plan([deployment('web', 1, { spec: { selector: {} } })]);
    expect(made.events).toMatchObject([{ type: 'Warning', reason: 'SelectingAll' }]);
    expect(transcript(made)).toEqual(['PUT deployments/web/status observedGeneration=1']);
  });
});

describe('limits', () => {
  it.each<readonly [replicas: number, surge: number | string, unavailable: number | string, expected: readonly [number, number]]>([
    [4, '25%', '25%', [1, 1]],
    [3, '25%', '25%', [1, 0]],
    [10, '25%', '25%', [3, 2]],
    [1, '25%', '25%', [1, 0]],
    [10, 0, '5%', [0, 1]],
    [10, 2, 3, [2, 3]],
    [7, '100%', 0, [7, 0]],
    [0, '25%', '25%', [0, 1]],
  ])('%i replicas, surge %s, unavailable %s', (replicas, surge, unavailable, [most, least]) => {
    expect(fenceposts(surge, unavailable, replicas)).toEqual({ surge: most, unavailable: least });
  });
});

describe('a rolling update', () => {
  const rolled = (replicas: number, maxSurge: number | string, maxUnavailable: number | string): { cluster: MiniCluster; sizes: readonly string[] } => {
    const cluster = new MiniCluster(deployment('web', replicas, { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } } }));
    cluster.play();
    const limits = fenceposts(maxSurge, maxUnavailable, replicas);
    cluster.change('web', { template: template('nginx:1.28') });
    const sizes: string[] = [];
    cluster.play(() => {
      const old = cluster.get<ReplicaSet>('ReplicaSet', `web-${hash}`);
      const current = cluster.list<ReplicaSet>('ReplicaSet').find((one) => one.metadata.name === `web-${newHash}`);
      const size = `${current?.spec.replicas ?? 0}+${old.spec.replicas}`;
      if (sizes.at(-1) !== size) sizes.push(size);
      // What a rolling update promises.
      const pods = cluster.list<Pod>('Pod');
      expect((current?.spec.replicas ?? 0) + old.spec.replicas).toBeLessThanOrEqual(replicas + limits.surge);
      expect(pods.filter((one) => one.status.phase === 'Running').length).toBeGreaterThanOrEqual(replicas - limits.unavailable);
    });
    return { cluster, sizes };
  };

  it('of 4 with 25 % goes one up and one down at once, then as Pods become ready', () => {
    const { cluster, sizes } = rolled(4, '25%', '25%');
    expect(sizes).toEqual(['1+4', '1+3', '2+3', '2+2', '3+2', '3+1', '4+1', '4+0']);
    const web = cluster.get<Deployment>('Deployment', 'web');
    expect(web.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    expect(web.status).toMatchObject({ replicas: 4, updatedReplicas: 4, readyReplicas: 4, availableReplicas: 4, observedGeneration: 2, terminatingReplicas: 0 });
    expect(web.status.conditions?.map((condition) => `${condition.type} ${condition.status} ${condition.reason}`)).toEqual(['Available True MinimumReplicasAvailable', 'Progressing True NewReplicaSetAvailable']);
    expect(cluster.log.filter((message) => message.startsWith('Scaled')).slice(0, 4)).toEqual([
      `Scaled up replica set web-${hash} from 0 to 4`,
      `Scaled up replica set web-${newHash} from 0 to 1`,
      `Scaled down replica set web-${hash} from 4 to 3`,
      `Scaled up replica set web-${newHash} from 1 to 2`,
    ]);
  });

  it.each<readonly [replicas: number, surge: number | string, unavailable: number | string, sizes: readonly string[]]>([
    [3, '25%', '25%', ['1+3', '1+2', '2+2', '2+1', '3+1', '3+0']],
    [3, 1, 0, ['1+3', '1+2', '2+2', '2+1', '3+1', '3+0']],
    [3, 0, 1, ['0+3', '0+2', '1+2', '1+1', '2+1', '2+0', '3+0']],
    [2, '100%', 0, ['2+2', '2+1', '2+0']],
    [3, 0, '100%', ['0+3', '0+0', '3+0']],
    [1, '25%', '25%', ['1+1', '1+0']],
    [10, '25%', '25%', ['3+10', '3+8', '5+8', '5+7', '6+7', '6+6', '7+6', '7+5', '8+5', '8+4', '9+4', '9+3', '10+3', '10+2', '10+1', '10+0']],
  ])('of %i with surge %s and unavailable %s', (replicas, surge, unavailable, sizes) => {
    expect(rolled(replicas, surge, unavailable).sizes).toEqual(sizes);
  });

  it('keeps its promises for every combination, and ends', () => {
    for (const replicas of [1, 2, 5, 9]) for (const surge of [0, 1, '30%', '100%']) for (const unavailable of [0, 1, '30%', '100%']) {
      if (surge === 0 && unavailable === 0) continue;
      const { cluster } = rolled(replicas, surge, unavailable);
      expect(cluster.get<Deployment>('Deployment', 'web').status).toMatchObject({ updatedReplicas: replicas, replicas, availableReplicas: replicas });
    }
  });

  it('takes Pods that are not available first', () => {
    const web = deployment('web', 10, { spec: { template: template('nginx:1.28'), strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }, metadata: { annotations: { 'deployment.kubernetes.io/revision': '2' } }, status: { conditions: [{ type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' }] } });
    const annotations = { 'deployment.kubernetes.io/revision': '2', 'deployment.kubernetes.io/desired-replicas': '10', 'deployment.kubernetes.io/max-replicas': '13' };
    const current = replicaSet('new', 5, web, { image: 'nginx:1.28', metadata: { annotations }, status: { readyReplicas: 5, availableReplicas: 5, terminatingReplicas: 0 } });
    const old = replicaSet('old', 8, web, { metadata: { annotations: { ...annotations, 'deployment.kubernetes.io/revision': '1' } }, status: { readyReplicas: 6, availableReplicas: 6, terminatingReplicas: 0 } });
    const made = plan([web, current, old]);
    // Two that do nothing, and of the eleven available as many as leave eight.
    expect(transcript(made)[0]).toBe('PUT replicasets/old replicas=3');
    expect(made.because).toMatchObject({ code: 'deployment.scaleDownOld', args: { available: 11, atLeast: 8 } });
    const none = plan([web, { ...current, status: { replicas: 5 } }, old]);
    expect(transcript(none)[0]).toMatch(/^PUT deployments/);
    expect(none.because.code).toBe('deployment.waits');
    const broken = plan([web, { ...current, status: { replicas: 5, readyReplicas: 5, availableReplicas: 5 } }, { ...old, status: { replicas: 8, readyReplicas: 3, availableReplicas: 3 } }]);
    expect(transcript(broken)[0]).toBe('PUT replicasets/old replicas=3');
    expect(broken.because.code).toBe('deployment.cleanUpUnhealthy');
  });

  it('rolls back to the old ReplicaSet with a new revision and keeps the history of revisions', () => {
    const { cluster } = rolled(2, 1, 0);
    cluster.change('web', { template: template() });
    cluster.play();
    expect(cluster.get<ReplicaSet>('ReplicaSet', `web-${hash}`).metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' });
    expect(cluster.get<Deployment>('Deployment', 'web').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    expect(cluster.list('ReplicaSet')).toHaveLength(2);
  });

  it('deletes ReplicaSets beyond the limit of the history, the oldest revision first', () => {
    const cluster = new MiniCluster(deployment('web', 1, { spec: { revisionHistoryLimit: 1 } }));
    cluster.play();
    for (const image of ['b', 'c', 'd']) {
      cluster.change('web', { template: template(image) });
      cluster.play();
    }
    expect(cluster.list<ReplicaSet>('ReplicaSet').map((one) => `${one.spec.template.spec.containers[0]!.image} ${one.spec.replicas}`)).toEqual(['c 0', 'd 1']);
  });

  it('stays available when the new image never becomes ready', () => {
    const cluster = new MiniCluster(deployment('web', 4));
    cluster.play();
    cluster.change('web', { template: template('broken') });
    cluster.settle();
    expect(cluster.list<ReplicaSet>('ReplicaSet').map((one) => one.spec.replicas)).toEqual([3, 2]);
    cluster.settle();
  });
});

describe('Recreate', () => {
  const recreate = { strategy: { type: 'Recreate' } };
  it('ends the old Pods before it makes new ones', () => {
    const cluster = new MiniCluster(deployment('web', 2, { spec: recreate }));
    cluster.play();
    cluster.change('web', { template: template('nginx:1.28') });
    cluster.play(() => {
      const images = new Set(cluster.list<Pod>('Pod').map((one) => one.spec.containers[0]!.image));
      expect(images.size).toBeLessThanOrEqual(1);
    });
    expect(cluster.list<Pod>('Pod').map((one) => one.spec.containers[0]!.image)).toEqual(['nginx:1.28', 'nginx:1.28']);
  });

  it('waits for a Pod that is being deleted but still runs; one that has ended is no obstacle', () => {
    const web = deployment('web', 1, { spec: { ...recreate, template: template('nginx:1.28') } });
    const old = replicaSet('old', 0, web);
    const dying = pod('p', old, { metadata: { deletionTimestamp: timestamp(0) } });
    const waiting = plan([web, old, dying]);
    expect(waiting.because).toMatchObject({ code: 'deployment.waitsForOldPods', args: { pods: 1 } });
    expect(transcript(waiting).some((line) => line.startsWith('POST'))).toBe(false);
    expect(transcript(plan([web, old, { ...dying, status: { phase: 'Succeeded' } }]))[0]).toBe('POST replicasets replicas=1');
  });
});

describe('a change of size', () => {
  it('goes to the only active ReplicaSet', () => {
    const web = deployment('web', 5, { metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } }, status: { conditions: [{ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }] } });
    const one = replicaSet('one', 2, web, { metadata: { annotations: { 'deployment.kubernetes.io/revision': '1', 'deployment.kubernetes.io/desired-replicas': '2', 'deployment.kubernetes.io/max-replicas': '3' } } });
    const made = plan([web, one]);
    expect(transcript(made)[0]).toBe('PUT replicasets/one replicas=5');
    expect((made.batches[0]![0]!.request.body as ReplicaSet).metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/desired-replicas': '5', 'deployment.kubernetes.io/max-replicas': '7' });
    expect(made.because.code).toBe('deployment.scaled');
    expect(eventsOf(made)).toEqual(['ScalingReplicaSet: Scaled up replica set one from 2 to 5']);
  });

  it.each<readonly [from: number, to: number, sizes: readonly number[], expected: readonly number[]]>([
    // maxSurge 0 for round numbers; the example of the Kubernetes documentation is 10 -> 15 with surge 3, 5 new and 8 old.
    [10, 15, [8, 5], [11, 7]],
    [10, 5, [8, 5], [5, 3]],
    [10, 0, [8, 5], [0, 0]],
    [10, 30, [10, 3], [25, 8]],
  ])('amid a rollout from %i to %i is shared in proportion', (from, to, [old = 0, current = 0], expected) => {
    const annotations = { 'deployment.kubernetes.io/desired-replicas': String(from), 'deployment.kubernetes.io/max-replicas': String(from + 3) };
    const web = deployment('web', to, { spec: { template: template('nginx:1.28'), strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }, metadata: { annotations: { 'deployment.kubernetes.io/revision': '2' } } });
    const made = plan([
      web,
      replicaSet('old', old, web, { metadata: { annotations: { ...annotations, 'deployment.kubernetes.io/revision': '1' } } }),
      replicaSet('new', current, web, { image: 'nginx:1.28', metadata: { annotations: { ...annotations, 'deployment.kubernetes.io/revision': '2' } } }),
    ]);
    const sizes = Object.fromEntries(made.batches.flat().filter((write) => write.request.path.includes('/replicasets/')).map((write) => [(write.request.body as ReplicaSet).metadata.name, (write.request.body as ReplicaSet).spec.replicas]));
    expect([sizes['old'], sizes['new']]).toEqual(expected);
    expect(made.because.code).toBe('deployment.proportional');
  });

  it('never gives a ReplicaSet more than is left', () => {
    const web = deployment('web', 20);
    const one = replicaSet('one', 10, web, { metadata: { annotations: { 'deployment.kubernetes.io/max-replicas': '10' } } });
    expect(proportion(web, one, 12, 0)).toBe(12);
    expect(proportion(web, one, 12, 11)).toBe(1);
    expect(proportion(web, one, 0, 0)).toBe(0);
  });

  it('sets old ReplicaSets to 0 when the current one is saturated', () => {
    const web = deployment('web', 2, { spec: { paused: true, progressDeadlineSeconds: undefined, template: template('nginx:1.28') }, metadata: { annotations: { 'deployment.kubernetes.io/revision': '2' } } });
    const made = plan([web, replicaSet('old', 1, web), replicaSet('new', 2, web, { image: 'nginx:1.28', metadata: { annotations: { 'deployment.kubernetes.io/revision': '2', 'deployment.kubernetes.io/desired-replicas': '2' } } })]);
    expect(transcript(made)[0]).toBe('PUT replicasets/old replicas=0');
  });
});

describe('paused', () => {
  it('says so in the Progressing condition, makes no ReplicaSet, and says when it goes on', () => {
    const cluster = new MiniCluster(deployment('web', 2));
    cluster.play();
    const progressing = (): string | undefined => cluster.get<Deployment>('Deployment', 'web').status.conditions?.find((condition) => condition.type === 'Progressing')?.reason;
    cluster.change('web', { paused: true });
    cluster.settle();
    expect(progressing()).toBe('DeploymentPaused');
    cluster.change('web', { template: template('nginx:1.28'), replicas: 3 });
    cluster.play();
    expect(cluster.list<ReplicaSet>('ReplicaSet').map((one) => one.spec.replicas)).toEqual([3]);
    const reasons: (string | undefined)[] = [];
    cluster.change('web', { paused: false });
    cluster.play(() => {
      if (reasons.at(-1) !== progressing()) reasons.push(progressing());
    });
    expect(reasons).toEqual(['DeploymentResumed', 'ReplicaSetUpdated', 'NewReplicaSetAvailable']);
    expect(cluster.list<ReplicaSet>('ReplicaSet').map((one) => one.spec.replicas)).toEqual([0, 3]);
  });
});

describe('progress', () => {
  it('times out when nothing moves for progressDeadlineSeconds, and looks again then', () => {
    const cluster = new MiniCluster(deployment('web', 1, { spec: { progressDeadlineSeconds: 30 } }));
    cluster.settle();
    const made = (): ReturnType<typeof plan> => plan([...cluster.objects.values()], cluster.now);
    expect(made()).toMatchObject({ batches: [], requeueAfterMicros: 31 * SECOND });
    cluster.now = 29.5 * SECOND;
    expect(made()).toMatchObject({ batches: [], requeueAfterMicros: 5000 });
    cluster.now = 31 * SECOND;
    expect(made().batches[0]![0]!.because?.code).toBe('deployment.deadline');
    cluster.settle();
    expect(cluster.get<Deployment>('Deployment', 'web').status.conditions?.map((condition) => `${condition.type} ${condition.status} ${condition.reason}`)).toContain('Progressing False ProgressDeadlineExceeded');
    expect(made()).toEqual(expect.objectContaining({ batches: [] }));
    expect(made().requeueAfterMicros).toBeUndefined();
    cluster.now = 5 * MINUTE;
    cluster.play();
    expect(cluster.get<Deployment>('Deployment', 'web').status.conditions?.map((condition) => `${condition.type} ${condition.status} ${condition.reason}`)).toContain('Progressing True NewReplicaSetAvailable');
  });

  it("shows the ReplicaSet's failure to make Pods", () => {
    const web = deployment('web', 1, { metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } } });
    const failing = replicaSet('one', 1, web, { status: { replicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'no', lastTransitionTime: timestamp(0) }] } });
    expect(transcript(plan([web, failing])).at(-1)).toContain('ReplicaFailure=True(FailedCreate)');
  });
});

describe('ownership', () => {
  it('adopts a ReplicaSet that it selects and releases one that it no longer selects', () => {
    const web = deployment('web', 1);
    const orphan = replicaSet('orphan', 1, undefined);
    const stranger = replicaSet('stranger', 1, web, { metadata: { labels: { app: 'other' } } });
    const lines = transcript(plan([web, orphan, stranger]));
    expect(lines[0]).toMatch(/^PATCH replicasets\/orphan .*"uid":"uid-web","controller":true/);
    expect(lines[1]).toMatch(/^PATCH replicasets\/stranger .*"\$patch":"delete"/);
  });

  it('only keeps up the status of a Deployment that is being deleted', () => {
    const web = deployment('web', 3, { metadata: { deletionTimestamp: timestamp(0), annotations: { 'deployment.kubernetes.io/revision': '1' } }, status: { conditions: [{ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }] } });
    expect(transcript(plan([web, replicaSet('one', 1, web), replicaSet('orphan', 1, undefined)]))).toEqual([
      'PUT deployments/web/status observedGeneration=1 replicas=1 updated=1 ready=1 available=1 terminating=0 Progressing=True(NewReplicaSetAvailable) Available=False(MinimumReplicasUnavailable)',
    ]);
  });
});

describe('names and annotations', () => {
  it('hashes a template to letters that spell nothing, whatever the order of its keys', () => {
    expect(hash).toMatch(/^[bcdf456789]{6,10}$/);
    expect(templateHash({ spec: { containers: [{ image: 'nginx:1.27', name: 'app' }] }, metadata: { labels: { app: 'web' } } }, undefined)).toBe(hash);
    expect(newHash).not.toBe(hash);
  });
  it('shortens a name that would become too long', () => {
    expect(replicaSetName('x'.repeat(253), '12345')).toHaveLength(253);
  });
  it('takes templates for the same whatever hash label they carry, and whatever is empty in them', () => {
    const labelled = { metadata: { labels: { app: 'web', 'pod-template-hash': 'x' }, annotations: {} }, spec: { ...template().spec, volumes: [] } };
    expect(sameTemplate(template(), labelled)).toBe(true);
    expect(sameTemplate(template('other'), labelled)).toBe(false);
  });
  it('keeps the history of revisions within 2000 characters', () => {
    const long = Array.from({ length: 400 }, (_, i) => String(1000 + i)).join(',');
    const next = currentAnnotations(deployment('web', 1), { 'deployment.kubernetes.io/revision': '1400', 'deployment.kubernetes.io/revision-history': long }, 1401n);
    expect(next['deployment.kubernetes.io/revision-history']!.length).toBeLessThanOrEqual(2000);
    expect(next['deployment.kubernetes.io/revision-history']!.endsWith(',1399,1400')).toBe(true);
  });
  it('reads counts from annotations, and nothing else', () => {
    const of = (text: string): number | undefined => countAnnotation(replicaSet('x', 1, undefined, { metadata: { annotations: { n: text } } }), 'n');
    expect(['7', '-1', 'many', '2147483648', ''].map(of)).toEqual([7, undefined, undefined, undefined, undefined]);
  });
});
