import { execFile } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { served } from './serving.ts';

/** A real kubectl, where there is one on the PATH (or at KUBECTL). */
const program = process.env['KUBECTL'] ?? 'kubectl';
const there = spawnSync(program, ['version', '--client']).status === 0;
if (!there) console.log('not run: there is no kubectl on the PATH');

describe.skipIf(!there)('a real kubectl', () => {
  let cluster: Awaited<ReturnType<typeof served>>;
  beforeAll(async () => {
    cluster = await served();
  });
  afterAll(async () => {
    await cluster.stop();
  });

  const run = (line: string, input?: string): Promise<string> =>
    new Promise((resolve) => {
      const child = execFile(program, line.split(' '), { env: { ...process.env, KUBECONFIG: cluster.kubeconfig, HOME: dirname(cluster.kubeconfig) }, timeout: 30_000 }, (_, out, err) => resolve(`${out}${err}`.replace(/[ \t]+$/gm, '').trim()));
      if (input !== undefined) child.stdin!.end(input);
    });

  const manifest = (image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: "${image}"}]}
`;

  it('works as at work', async () => {
    const file = join(dirname(cluster.kubeconfig), 'web.yaml');
    writeFileSync(file, manifest('nginx:1.26'));
    expect(await run(`apply -f ${file}`)).toBe('deployment.apps/web created');
    expect(await run('rollout status deployment/web')).toContain('deployment "web" successfully rolled out');
    expect(await run('get deployment web')).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +2\/2 +2 +2 +\d+s$/);
    writeFileSync(file, manifest('nginx:1.27'));
    expect(await run(`diff -f ${file}`)).toMatch(/-\s+- image: nginx:1\.26\n\+\s+- image: nginx:1\.27/);
    expect(await run(`apply -f ${file}`)).toBe('deployment.apps/web configured');
    expect(await run('rollout status deployment/web')).toContain('successfully rolled out');
    expect(await run('rollout undo deployment/web')).toBe('deployment.apps/web rolled back');
    expect(await run('rollout status deployment/web')).toContain('successfully rolled out');
    expect(await run('scale deployment web --replicas=4')).toBe('deployment.apps/web scaled');
    expect(await run('wait deployment/web --for=condition=Available --timeout=20s')).toBe('deployment.apps/web condition met');
    expect(await run('describe deployment web')).toContain('Image:         nginx:1.26');
    expect(await run('explain deployment.spec.replicas')).toContain('FIELD: replicas <integer>');
    expect(await run('auth can-i create pods')).toBe('yes');
    expect(await run('auth can-i create pods --as=jane')).toBe('no');
    expect(await run('apply --server-side -f -', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: side}\ndata: {a: b}\n')).toBe('configmap/side serverside-applied');
    expect(await run('drain node-1 --ignore-daemonsets')).toMatch(/^node\/node-1 cordoned\n[\s\S]*node\/node-1 drained$/);
    expect(await run('get nodes')).toMatch(/node-1 +Ready,SchedulingDisabled/);
    expect(await run('apply -f -', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replica: 2}\n')).toContain('unknown field "spec.replica"');
    // Older ones do not name the namespace.
    expect(await run('delete deployment web')).toMatch(/^deployment\.apps "web" deleted/);
  }, 120_000);
});
