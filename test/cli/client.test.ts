import { AppsV1Api, CoreV1Api, KubeConfig, KubernetesObjectApi, PatchStrategy, makeInformer, type V1ConfigMap, type V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, served } from './serving.ts';

/** The official JavaScript client against a served cluster: it must not notice what it talks to. */
let cluster: Awaited<ReturnType<typeof served>>;
const config = new KubeConfig();
beforeAll(async () => {
  cluster = await served();
  config.loadFromFile(cluster.kubeconfig);
});
afterAll(async () => {
  await cluster.stop();
});

describe('the official JavaScript client', () => {
  it('creates a Deployment and sees its Pods through an informer', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const apps = config.makeApiClient(AppsV1Api);
    const seen: string[] = [];
    const informer = makeInformer<V1Pod>(config, '/api/v1/namespaces/default/pods', () => core.listNamespacedPod({ namespace: 'default' }));
    informer.on('add', () => seen.push('add'));
    informer.on('update', () => seen.push('update'));
    informer.on('delete', () => seen.push('delete'));
    await informer.start();
    await apps.createNamespacedDeployment({
      namespace: 'default',
      body: { metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx:1.27' }] } } } },
    });
    await eventually(() => apps.readNamespacedDeployment({ name: 'web', namespace: 'default' }), ({ status }) => status?.readyReplicas === 2);
    await apps.deleteNamespacedDeployment({ name: 'web', namespace: 'default' });
    await eventually(() => Promise.resolve(seen), (events) => events.filter((event) => event === 'delete').length === 2);
    await informer.stop();
    expect(seen.filter((event) => event === 'add')).toHaveLength(2);
    expect(seen.filter((event) => event === 'update').length).toBeGreaterThan(2);
  });

  it('patches in each form, applies, and meets a conflict', async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const map = (data: Record<string, string>): V1ConfigMap & { apiVersion: string; kind: string; metadata: { name: string; namespace: string } } => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace: 'default' }, data });
    const apply = (data: Record<string, string>, manager: string, force?: boolean): Promise<V1ConfigMap> => objects.patch(map(data), undefined, undefined, manager, force, PatchStrategy.ServerSideApply);
    expect((await apply({ a: '1', b: '1' }, 'one')).data).toEqual({ a: '1', b: '1' });
    await expect(apply({ a: '2' }, 'two')).rejects.toThrow(/Apply failed with 1 conflict: conflict with [\\"]+one[\\"]+: \.data\.a/);
    expect((await apply({ a: '2' }, 'two', true)).data).toEqual({ a: '2', b: '1' });
    // What nobody applies any more goes.
    expect((await apply({}, 'one')).data).toEqual({ a: '2' });
    expect((await objects.patch(map({ c: '3' }), undefined, undefined, undefined, undefined, PatchStrategy.MergePatch)).data).toEqual({ a: '2', c: '3' });
    const read = await objects.read<V1ConfigMap>(map({}));
    expect(read.metadata?.managedFields?.map(({ manager, operation }) => `${manager ?? ''} ${operation ?? ''}`)).toContain('two Apply');
  });

  it('is refused as by a real server', async () => {
    const core = config.makeApiClient(CoreV1Api);
    await expect(core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'Not A Name' } } })).rejects.toThrow(/a lowercase RFC 1123 subdomain must consist of/);
    await expect(core.readNamespacedPod({ name: 'none', namespace: 'default' })).rejects.toThrow(/pods [\\"]+none[\\"]+ not found/);
  });
});
