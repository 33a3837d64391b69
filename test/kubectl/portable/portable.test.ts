import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/sim/api/object.ts';
import { KINDS, pathOf } from '../../../src/sim/api/kinds.ts';
import { USERS } from '../../../src/sim/api/request.ts';
import { headList } from '../../../src/sim/apiserver/store.ts';
import { newTimeline, perform, playUntil, type Timeline } from '../../../src/sim/index.ts';
import { scenarioOf, scenarios } from '../../../src/sim/scenarios/index.ts';
import { portable } from '../../../src/kubectl/portable/objects.ts';
import { script } from '../../../src/kubectl/portable/script.ts';
import type { Tree } from '../../../src/kubectl/tree.ts';

const everything = ({ world }: Timeline): readonly Tree[] => KINDS.flatMap(({ kind }) => (world.store.tables.has(kind) ? (headList(world.store, kind) as readonly KubernetesObject[]).slice() : [])) as unknown as readonly Tree[];
const named = (tree: Tree): string => `${String(tree['kind'])}/${String((tree['metadata'] as { readonly name?: string }).name)}`;
const at60 = (id: string): Timeline => {
  const timeline = newTimeline(scenarioOf(id)!);
  playUntil(timeline, 60_000_000);
  return timeline;
};

describe('the way out of one cluster and into another', () => {
  it('of a cluster that has lived, what was wished for remains', () => {
    const { objects, left } = portable(everything(at60('deploy')));
    expect(objects.map(named)).toEqual(['Service/nginx-service', 'Deployment/nginx-deployment']);
    expect(objects[1]).toMatchObject({ apiVersion: 'apps/v1', metadata: { name: 'nginx-deployment', namespace: 'default' }, spec: { replicas: 3 } });
    expect(JSON.stringify(objects)).not.toMatch(/uid|resourceVersion|creationTimestamp|managedFields|"status"|last-applied|clusterIP"/);
    const why = new Map(left.map(({ kind, name, why: reason }) => [`${kind} ${name}`, reason]));
    expect(why.get('ConfigMap default/kube-root-ca.crt')).toBe('generated');
    expect(why.get('Service default/kubernetes')).toBe('system');
    expect([...why].filter(([key]) => key.startsWith('Pod ')).map(([, reason]) => reason)).toEqual(['owned', 'owned', 'owned']);
    expect([...why].find(([key]) => key.startsWith('Endpoints default/nginx'))?.[1]).toBe('generated');
  });

  it.each(scenarios.map(({ id }) => [id] as const))('%s: another cluster takes all of it, and a second time it is the same', (id) => {
    const first = portable(everything(at60(id))).objects;
    const fresh = newTimeline(scenarioOf('sandbox')!);
    playUntil(fresh, 3_000_000);
    for (const object of first) {
      const { namespace } = object['metadata'] as { readonly namespace?: string };
      const answer = perform(fresh, { user: USERS.admin, method: 'POST', path: pathOf(String(object['kind']), namespace), query: { fieldValidation: 'Strict' }, body: object });
      expect(answer?.code, `${named(object)}: ${JSON.stringify(answer?.body).slice(0, 400)}`).toBe(201);
    }
    expect(portable(everything(fresh)).objects.map(named).sort()).toEqual(first.map(named).sort());
  });

  it('a Pod and a Job lose what admission and their controller wrote', () => {
    const volume = { name: 'kube-api-access-x', projected: {} };
    const { objects } = portable([
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare', namespace: 'default', uid: 'u' }, spec: { nodeName: 'node-1', volumes: [volume], containers: [{ name: 'a', image: 'a', volumeMounts: [{ name: 'kube-api-access-x', mountPath: '/x' }] }], tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }] }, status: {} },
      { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job', labels: { 'job-name': 'job', mine: 'yes' } }, spec: { selector: { matchLabels: { 'controller-uid': 'u' } }, template: { metadata: { labels: { 'controller-uid': 'u', mine: 'yes' } }, spec: {} } } },
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'claim', finalizers: ['kubernetes.io/pvc-protection'], annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }, spec: { volumeName: 'pv', accessModes: ['ReadWriteOnce'] } },
    ]);
    expect(objects).toEqual([
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'claim' }, spec: { accessModes: ['ReadWriteOnce'] } },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare', namespace: 'default' }, spec: { containers: [{ name: 'a', image: 'a' }] } },
      { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job', labels: { mine: 'yes' } }, spec: { template: { metadata: { labels: { mine: 'yes' } }, spec: {} } } },
    ]);
  });
});

describe('a story as a script', () => {
  const of = (id: string): { name: string; nodes: NonNullable<ReturnType<typeof scenarioOf>>['config']['nodes']; inputs: NonNullable<ReturnType<typeof scenarioOf>>['script'] } => {
    const { config, script: inputs } = scenarioOf(id)!;
    return { name: id, nodes: config.nodes, inputs };
  };
  it('says what was done, when', () => {
    const lines = script('kind', of('killNode')).split('\n');
    expect(lines[0]).toBe('#!/usr/bin/env bash');
    expect(lines.filter((line) => /^(?:sleep|docker|kubectl (?:apply|scale|run))/.test(line)).map((line) => line.slice(0, 40))).toMatchInlineSnapshot(`
      [
        "sleep 5",
        "kubectl apply -f - <<'EOF'",
        "kubectl apply -f - <<'EOF'",
        "sleep 10",
        "kubectl run traffic-client -n default --",
        "sleep 10",
        "docker stop -t 0 orrery-worker2",
        "sleep 375",
        "docker start orrery-worker2",
      ]
    `);
  });
  it.each(scenarios.flatMap(({ id }) => (['kind', 'kwok'] as const).map((target) => [id, target] as const)))('%s for %s is a script that a shell can read', (id, target) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: script(target, of(id)) });
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
  });
  it('a manifest cannot break out of its place', () => {
    const evil = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'evil' }, data: { text: "a\nEOF\nrm -rf /\n'; rm -rf /; '" } };
    const text = script('kind', { name: 'x\nrm -rf /', nodes: [], inputs: [{ at: 0, command: { type: 'request', request: { user: 'u', method: 'POST', path: '/api/v1/namespaces/default/configmaps', body: evil } } }] });
    expect(text.split('\n').filter((line) => line.startsWith('rm'))).toEqual([]);
    expect(spawnSync('bash', ['-n'], { input: text }).status).toBe(0);
  });
});
