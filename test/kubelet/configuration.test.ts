import { describe, expect, it } from 'vitest';
import type { Container, Pod } from '../../src/sim/api/object.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import type { MachineState } from '../../src/sim/machine/machine.ts';
import { engine } from '../../src/sim/machine/programs.ts';
import { harness, pod, type Harness } from './harness.ts';

/** ConfigMaps, Secrets, the Pod's own fields and Services, as a container sees them. */
const config = (h: Harness, name: string, data: Readonly<Record<string, string>>, kind: 'ConfigMap' | 'Secret' = 'ConfigMap'): void => h.put({ apiVersion: 'v1', kind, metadata: { name, namespace: 'default', uid: `uid-${name}`, creationTimestamp: '' }, data } as never);
const logOf = (h: Harness): string => {
  const state = h.states.get('machine/node-1') as MachineState;
  const uid = h.pod('default/p').metadata.uid;
  const program = (state.pods.get(uid)?.containers ?? state.archive.get(uid))?.get('app');
  return program === undefined ? '' : engine.log!(program).map(({ text }) => text).join('\n');
};
function run(h: Harness, script: string, container: Partial<Container> = {}, spec: Partial<Pod['spec']> = {}, metadata: object = {}): void {
  h.put(pod('p', { restartPolicy: 'Never', containers: [{ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', script], ...container } as Container], ...spec }, metadata) as never);
  h.run(6);
}

describe('the environment', () => {
  it('from keys, whole maps with a prefix, secrets, fields, resources, Services and other variables', () => {
    const h = harness();
    config(h, 'settings', { COLOR: 'blue', 'not a name': 'x', size: 'L' });
    config(h, 'keys', { password: 'czNjcmV0' }, 'Secret');
    h.put({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'my-db', namespace: 'default', uid: 'u', creationTimestamp: '' }, spec: { clusterIP: '10.96.7.7', ports: [{ port: 5432, name: 'sql', protocol: 'TCP' }] } } as never);
    run(h, 'env | grep -v "^PATH\\|^HOME\\|_TCP" | sort', {
      envFrom: [{ prefix: 'S_', configMapRef: { name: 'settings' } }] as never,
      env: [
        { name: 'ONE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'COLOR' } } }, { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'keys', key: 'password' } } }, { name: 'MAYBE', valueFrom: { configMapKeyRef: { name: 'gone', key: 'x', optional: true } } },
        { name: 'ME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }, { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }, { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } }, { name: 'SUM', value: '$(ONE)-$(ME)-$$(ONE)-$(NOBODY)' },
      ] as never,
      resources: { limits: { memory: '64Mi' } } as never,
    });
    expect(logOf(h)).toBe(['HOSTNAME=p', 'IP=10.244.1.2', 'ME=p', 'MEMORY=64', 'MY_DB_PORT=tcp://10.96.7.7:5432', 'MY_DB_SERVICE_HOST=10.96.7.7', 'MY_DB_SERVICE_PORT=5432', 'MY_DB_SERVICE_PORT_SQL=5432', 'ONE=blue', 'SECRET=s3cret', 'SUM=blue-p-$(ONE)-$(NOBODY)', 'S_COLOR=blue', 'S_size=L'].join('\n'));
  });

  it.each([
    [{ env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'settings', key: 'b' } } }] }, "couldn't find key b in ConfigMap default/settings"],
    [{ env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'nope', key: 'b' } } }] }, 'secret "nope" not found'],
    [{ envFrom: [{ configMapRef: { name: 'nope' } }] }, 'configmap "nope" not found'],
  ])('%j: %s', (container, message) => {
    const h = harness();
    config(h, 'settings', { a: '1' });
    run(h, 'env', container as never);
    expect(h.pod('default/p').status.containerStatuses?.[0]?.state?.waiting).toEqual({ reason: 'CreateContainerConfigError', message });
    expect(h.transcript(/event/)).toContain(`Warning Failed p spec.containers{app}: Error: ${message}`);
  });

  it('begins when what was missing comes', () => {
    const h = harness();
    run(h, 'echo $X', { envFrom: [{ configMapRef: { name: 'late' } }] as never });
    config(h, 'late', { X: 'here' });
    h.run(30);
    expect(logOf(h)).toBe('here');
  });
});

describe('volumes', () => {
  it('a changed ConfigMap reaches its files within 90 s, but neither the environment nor a subPath', () => {
    const h = harness();
    config(h, 'settings', { color: 'blue', size: 'L' });
    run(h, 'while true; do echo "$(cat /etc/config/color) $COLOR $(cat /etc/one)"; sleep 10; done', {
      env: [{ name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } }] as never,
      volumeMounts: [{ name: 'config', mountPath: '/etc/config' }, { name: 'config', mountPath: '/etc/one', subPath: 'color' }],
    }, { volumes: [{ name: 'config', configMap: { name: 'settings' } }] });
    h.run(20);
    const changedAt = h.now;
    config(h, 'settings', { color: 'green', size: 'L' });
    h.run(100);
    const lines = logOf(h).split('\n');
    expect(new Set(lines)).toEqual(new Set(['blue blue blue', 'green blue blue']));
    const first = (lines.indexOf('green blue blue') * 10 * SECOND) - changedAt;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(100 * SECOND);
  });

  it('items, secrets, projected sources and the downward API are files, and cannot be written', () => {
    const h = harness();
    config(h, 'settings', { color: 'blue', size: 'L' });
    config(h, 'keys', { password: 'czNjcmV0' }, 'Secret');
    run(h, 'cd /v; find . -type f; cat all/password; echo; cat all/labels; echo; cat items/deep/c; echo; echo x > items/new', {
      volumeMounts: [{ name: 'items', mountPath: '/v/items' }, { name: 'all', mountPath: '/v/all' }],
    }, {
      volumes: [
        { name: 'items', configMap: { name: 'settings', items: [{ key: 'color', path: 'deep/c' }] } },
        { name: 'all', projected: { sources: [{ secret: { name: 'keys' } }, { configMap: { name: 'none', optional: true } }, { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } }] } },
      ] as never,
    }, { labels: { app: 'p', tier: 'x' } });
    expect(logOf(h)).toBe("./all/labels\n./all/password\n./items/deep/c\ns3cret\napp=\"p\"\ntier=\"x\"\nblue\nsh: can't create items/new: Read-only file system");
  });

  it('a key that is not there keeps the Pod from being mounted', () => {
    const h = harness();
    config(h, 'settings', { color: 'blue' });
    run(h, 'true', {}, { volumes: [{ name: 'v', configMap: { name: 'settings', items: [{ key: 'nope', path: 'x' }] } }] as never });
    expect(h.transcript(/FailedMount/)).toContain('MountVolume.SetUp failed for volume "v" : configmap references non-existent config key: nope');
  });

  it('an emptyDir is shared by the containers of a Pod', () => {
    const h = harness();
    run(h, 'cat /data/from-init', { volumeMounts: [{ name: 'd', mountPath: '/data' }] }, { volumes: [{ name: 'd', emptyDir: {} }], initContainers: [{ name: 'init', image: 'busybox:1.36', command: ['sh', '-c', 'echo hello > /data/from-init'], volumeMounts: [{ name: 'd', mountPath: '/data' }] }] as never });
    h.run(5);
    expect(logOf(h)).toBe('hello');
  });
});

describe('what follows from a program', () => {
  const stateOf = (h: Harness): unknown => h.pod('default/p').status.containerStatuses?.[0]?.state?.terminated ?? h.pod('default/p').status.containerStatuses?.[0]?.state?.waiting;
  it('a program that takes more memory than its limit is killed', () => {
    const h = harness();
    run(h, '', { image: 'polinux/stress', command: ['stress', '--vm', '1', '--vm-bytes', '250M'], resources: { limits: { memory: '100Mi' } } as never });
    expect(stateOf(h)).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
  });
  it('a program that is not in the image', () => {
    const h = harness();
    run(h, '', { command: ['bash', '-c', 'true'] });
    expect(stateOf(h)).toMatchObject({ reason: 'StartError', exitCode: 128, startedAt: '1970-01-01T00:00:00Z' });
    expect(h.transcript(/Failed/)).toContain('exec: "bash": executable file not found in $PATH');
  });
  it('a termination message', () => {
    const h = harness();
    run(h, 'echo because > /dev/termination-log; exit 2');
    expect(stateOf(h)).toMatchObject({ reason: 'Error', exitCode: 2, message: 'because\n' });
  });
  it('pi of the Job in the documentation', () => {
    const h = harness();
    run(h, '', { image: 'perl:5.34', command: ['perl', '-Mbignum=bpi', '-wle', 'print bpi(30)'] });
    h.run(20);
    expect(logOf(h)).toBe('3.14159265358979323846264338327');
  });
  it('an exec probe that reads a file: ready for 15 s, then restarted', () => {
    const h = harness();
    run(h, 'touch /tmp/healthy; sleep 15; rm -f /tmp/healthy; sleep 600', { livenessProbe: { exec: { command: ['cat', '/tmp/healthy'] }, periodSeconds: 5 } }, { restartPolicy: 'Always', terminationGracePeriodSeconds: 5 });
    h.run(60);
    expect(h.transcript(/Unhealthy|Killing/)).toContain("Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory");
    expect(h.pod('default/p').status.containerStatuses?.[0]?.restartCount).toBeGreaterThan(0);
  });
});
