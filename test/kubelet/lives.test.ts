import { describe, expect, it } from 'vitest';
import { harness, NODE, pod } from './harness.ts';

/** Lives of Pods on one node, as the API server saw them: status patches in short, Events, and the deletion. Times are seconds. */

const nginx = { name: 'app', image: 'nginx:1.27', imagePullPolicy: 'IfNotPresent' };
const volumes = [{ name: 'data', emptyDir: {} }];

describe('a plain Pod', () => {
  it('runs and ends', () => {
    const h = harness();
    h.put(pod('web', { containers: [nginx], volumes }));
    h.run(8);
    h.deletePod('default/web');
    h.run(5);
    expect(h.transcript(/web/)).toMatchInlineSnapshot(`
      "   1.003 status default/web: PodReadyToStartContainers=False Initialized=True Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady app:waiting/ContainerCreating
         1.482 status default/web: PodReadyToStartContainers=True
         1.484 event Normal Pulling web spec.containers{app}: Pulling image "nginx:1.27"
         3.419 event Normal Pulled web spec.containers{app}: Successfully pulled image "nginx:1.27" in 1.932s (1.932s including waiting). Image size: 73600000 bytes.
         3.467 event Normal Created web spec.containers{app}: Container created
         3.467 event Normal Started web spec.containers{app}: Container started
         3.467 status default/web: Running Ready=True ContainersReady=True app:running+ready
         9.003 status default/web: 
         9.003 event Normal Killing web spec.containers{app}: Stopping container app
         9.085 status default/web: Succeeded PodReadyToStartContainers=False Ready=False/PodCompleted ContainersReady=False/PodCompleted app:terminated/Completed/0
         9.470 delete Pod/default/web 0"
    `);
  });

  it('on a hollow node starts at once, ends at once, and leaves no Events', () => {
    const h = harness({ ...NODE, hollow: true });
    h.put(pod('web', { containers: [nginx], volumes }));
    h.run(8);
    h.deletePod('default/web');
    h.run(5);
    expect(h.transcript()).toMatchInlineSnapshot(`
      "   1.003 status default/web: PodReadyToStartContainers=False Initialized=True Ready=True ContainersReady=True app:waiting/ContainerCreating+ready
         1.311 status default/web: PodReadyToStartContainers=True
         1.322 status default/web: Running app:running+ready
         9.003 status default/web: 
         9.006 status default/web: Succeeded PodReadyToStartContainers=False Ready=False/PodCompleted ContainersReady=False/PodCompleted app:terminated/0+ready
         9.470 delete Pod/default/web 0"
    `);
  });

  it('is stopped when its object is gone, and says nothing any more', () => {
    const h = harness();
    h.put(pod('web', { containers: [nginx] }));
    h.run(8);
    const before = h.lines.length;
    h.deletePod('default/web', 0);
    h.run(5);
    expect(h.lines.slice(before).map(({ text }) => text)).toEqual([expect.stringContaining('Stopping container app')]);
    expect((h.states.get('machine/node-1') as { pods: Map<string, unknown> }).pods.size).toBe(0);
    expect((h.states.get('kubelet/node-1') as { pods: Map<string, unknown>; usedPods: number }).pods.size).toBe(0);
    expect((h.states.get('kubelet/node-1') as { usedPods: number }).usedPods).toBe(0);
  });

  it('gets the address of the sandbox, and the next Pod the next one', () => {
    const h = harness();
    h.put(pod('a', { containers: [nginx] }));
    h.put(pod('b', { containers: [nginx] }));
    h.run(8);
    expect([h.pod('default/a').status.podIP, h.pod('default/b').status.podIP].sort((x, y) => (x! < y! ? -1 : 1))).toEqual(['10.244.1.2', '10.244.1.3']);
    expect(h.pod('default/a').status.hostIP).toBe('192.168.1.11');
  });
});

describe('init containers and sidecars', () => {
  it('run in order, and a sidecar stays until the others have ended', () => {
    const h = harness();
    h.put(pod('two', {
      initContainers: [{ name: 'init', image: 'busybox', command: ['sh', '-c', 'sleep 2'] }, { name: 'side', image: 'busybox', command: ['sh', '-c', 'sleep 3600'], restartPolicy: 'Always' }],
      containers: [{ name: 'app', image: 'nginx:1.27' }],
      terminationGracePeriodSeconds: 5,
    }));
    h.run(10);
    h.deletePod('default/two', 5);
    h.run(10);
    expect(h.transcript(/status|Killing|delete/)).toMatchInlineSnapshot(`
      "   1.003 status default/two: PodReadyToStartContainers=False Initialized=False/ContainersNotInitialized Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady init:waiting/PodInitializing side:waiting/PodInitializing app:waiting/PodInitializing
         1.125 status default/two: PodReadyToStartContainers=True
         1.760 status default/two: init:running side:waiting/PodInitializing
         4.470 status default/two: init:terminated/Completed/0+ready side:waiting/PodInitializing
         6.555 status default/two: Running Initialized=True Ready=True ContainersReady=True init:terminated/Completed/0+ready side:running+ready app:running+ready
        11.003 status default/two: 
        11.003 event Normal Killing two spec.containers{app}: Stopping container app
        11.085 event Normal Killing two spec.initContainers{side}: Stopping container side
        16.005 status default/two: Succeeded PodReadyToStartContainers=False Ready=False/PodCompleted ContainersReady=False/PodCompleted init:terminated/Completed/0+ready side:terminated/Error/137 app:terminated/Completed/0
        16.470 delete Pod/default/two 0"
    `);
  });

  it('that fail are tried again with growing pauses, and nothing else starts', () => {
    const h = harness();
    h.put(pod('bad', { initContainers: [{ name: 'init', image: 'busybox', command: ['sh', '-c', 'exit 3'] }], containers: [nginx] }));
    h.run(20);
    const { status } = h.pod('default/bad');
    expect(status.phase).toBe('Pending');
    expect(status.initContainerStatuses![0]).toMatchObject({ restartCount: 2, lastState: { terminated: { exitCode: 3 } } });
    expect(status.containerStatuses![0]!.state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(status.conditions!.find(({ type }) => type === 'Initialized')).toMatchObject({ status: 'False', reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [init]' });
  });

  it('fail the Pod when it must not restart', () => {
    const h = harness();
    h.put(pod('bad', { restartPolicy: 'Never', initContainers: [{ name: 'init', image: 'busybox', command: ['sh', '-c', 'exit 3'] }], containers: [nginx] }));
    h.run(8);
    expect(h.pod('default/bad').status.phase).toBe('Failed');
  });

  it('do not keep a finished Pod alive: sidecars are stopped', () => {
    const h = harness();
    h.put(pod('job', { restartPolicy: 'Never', initContainers: [{ name: 'side', image: 'nginx:1.27', restartPolicy: 'Always' }], containers: [{ name: 'app', image: 'busybox', command: ['sh', '-c', 'sleep 2'] }] }));
    h.run(12);
    const { status } = h.pod('default/job');
    expect(status.phase).toBe('Succeeded');
    expect(status.initContainerStatuses![0]!.state!.terminated!.exitCode).toBe(0);
  });
});

describe('a crash loop', () => {
  it('waits 10 s, 20 s, 40 s, and says so', () => {
    const h = harness();
    h.put(pod('crash', { containers: [{ name: 'app', image: 'busybox', command: ['sh', '-c', 'sleep 1; exit 2'] }] }));
    h.run(100);
    expect(h.transcript(/status/)).toMatchInlineSnapshot(`
      "   1.003 status default/crash: PodReadyToStartContainers=False Initialized=True Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady app:waiting/ContainerCreating
         1.175 status default/crash: PodReadyToStartContainers=True
         1.764 status default/crash: Running Ready=True ContainersReady=True app:running+ready
         3.470 status default/crash: Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady app:terminated/Error/2
         3.587 status default/crash: Ready=True ContainersReady=True app:running+ready#1
         5.470 status default/crash: Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady app:terminated/Error/2#1
         6.470 status default/crash: app:waiting/CrashLoopBackOff#1
        17.288 status default/crash: Ready=True ContainersReady=True app:running+ready#2
        18.470 status default/crash: Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady app:terminated/Error/2#2
        19.470 status default/crash: app:waiting/CrashLoopBackOff#2
        43.840 status default/crash: Ready=True ContainersReady=True app:running+ready#3
        45.470 status default/crash: Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady app:terminated/Error/2#3
        46.470 status default/crash: app:waiting/CrashLoopBackOff#3
        91.249 status default/crash: Ready=True ContainersReady=True app:running+ready#4
        92.470 status default/crash: Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady app:terminated/Error/2#4
        93.470 status default/crash: app:waiting/CrashLoopBackOff#4"
    `);
    expect(h.pod('default/crash').status.containerStatuses![0]!.state!.waiting!.message).toMatch(/^back-off 1m20s restarting failed container=app pod=crash_default\(uid-crash-\d+\)$/);
    expect(h.pod('default/crash').status.phase).toBe('Running');
  });

  it('is capped at 5 minutes and forgotten after 10 minutes of running', () => {
    const h = harness();
    h.put(pod('crash', { containers: [{ name: 'app', image: 'busybox', command: ['sh', '-c', 'exit 1'] }] }));
    h.run(1800);
    const starts = h.lines.filter(({ text }) => /app:running/.test(text)).map(({ at }) => at / 1e6);
    const gaps = starts.slice(1).map((at, i) => at - starts[i]!);
    // Upstream retries with up to half of the pause, at most 60 s at a time, on top.
    for (const [i, base] of [10, 20, 40, 80, 160, 300].entries()) expect(gaps[i + 1]).toBeGreaterThanOrEqual(base);
    expect(Math.max(...gaps)).toBeLessThan(300 + 60);
    const g = harness();
    g.put(pod('slow', { containers: [{ name: 'app', image: 'busybox', command: ['sh', '-c', 'sleep 660; exit 1'] }] }));
    g.run(2700);
    const kubelet = g.states.get('kubelet/node-1') as { pods: Map<string, { containers: Map<string, { crashBackoff: { delayMicros: number }; attempt: number }> }> };
    const record = [...kubelet.pods.values()][0]!.containers.get('app')!;
    expect(record.attempt).toBeGreaterThan(2);
    expect(record.crashBackoff.delayMicros).toBe(10e6);
  });
});

describe('images', () => {
  it('that cannot be pulled show why, and are tried again', () => {
    const h = harness();
    h.put(pod('bad', { containers: [{ name: 'app', image: 'nginx:1.161' }] }));
    h.run(30);
    expect(h.transcript(/bad/)).toMatchInlineSnapshot(`
      "   1.003 status default/bad: PodReadyToStartContainers=False Initialized=True Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady app:waiting/ContainerCreating
         1.244 status default/bad: PodReadyToStartContainers=True
         1.246 event Normal Pulling bad spec.containers{app}: Pulling image "nginx:1.161"
         1.804 event Warning Failed bad spec.containers{app}: Failed to pull image "nginx:1.161": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.161": failed to resolve reference "docker.io/library/nginx:1.161": docker.io/library/nginx:1.161: not found
         1.804 event Warning Failed bad spec.containers{app}: Error: ErrImagePull
         2.470 status default/bad: app:waiting/ErrImagePull
         2.472 event Normal BackOff bad spec.containers{app}: Back-off pulling image "nginx:1.161"
         2.472 event Warning Failed bad spec.containers{app}: Error: ImagePullBackOff
        12.501 status default/bad: app:waiting/ImagePullBackOff
        27.822 status default/bad: app:waiting/ErrImagePull"
    `);
  });

  it.each([
    ['Never', 'nginx:1.27', 'ErrImageNeverPull', /is not present with pull policy of Never/],
    ['IfNotPresent', 'Nginx', 'InvalidImageName', /repository name must be lowercase/],
    ['IfNotPresent', 'registry.invalid/x:1', 'ErrImagePull', /no such host/],
  ])('policy %s, image %s: %s', (imagePullPolicy, image, reason, message) => {
    const h = harness();
    h.put(pod('bad', { containers: [{ name: 'app', image, imagePullPolicy }] }));
    h.run(3.5);
    expect(h.pod('default/bad').status.containerStatuses![0]!.state!.waiting).toEqual({ reason, message: expect.stringMatching(message) });
  });

  it('share layers and are reported by the node', () => {
    const h = harness();
    h.put(pod('a', { containers: [nginx] }));
    h.run(5);
    h.put(pod('b', { containers: [{ ...nginx, image: 'httpd:2.4' }] }));
    h.run(20);
    const layers = h.notes.filter((note) => note.type === 'layer').map((note) => `${String(note.image)} ${String(note.state)} ${String(note.bytes)}`);
    expect(layers.filter((text) => text.startsWith('httpd'))[0]).toBe('httpd:2.4 present 28200000');
    const node = h.objects.get('Node/node-1') as unknown as { status: { images: { names: string[] }[] } };
    expect(node.status.images.map(({ names }) => names[1])).toEqual(['nginx:1.27', 'httpd:2.4']);
  });
});

describe('probes', () => {
  it('readiness decides about Ready, and a failing one takes it back', () => {
    const h = harness();
    const behaviour = JSON.stringify({ app: { readyAfterSeconds: 4, unhealthyAfterSeconds: 20 } });
    h.put(pod('web', { containers: [{ ...nginx, readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 2, failureThreshold: 2 } }] }, { annotations: { 'orrery.dev/behaviour': behaviour } }));
    h.run(45);
    expect(h.transcript(/status/)).toMatchInlineSnapshot(`
      "   1.003 status default/web: PodReadyToStartContainers=False Initialized=True Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady app:waiting/ContainerCreating
         1.181 status default/web: PodReadyToStartContainers=True
         3.181 status default/web: Running app:running
         7.473 status default/web: Ready=True ContainersReady=True app:running+ready
        26.472 status default/web: Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady app:running"
    `);
  });

  it('liveness restarts a container that hangs', () => {
    const h = harness();
    h.put(pod('web', { containers: [{ ...nginx, livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 2, failureThreshold: 2 } }] }, { annotations: { 'orrery.dev/behaviour': '{"app": {"unhealthyAfterSeconds": 8}}' } }));
    h.run(18);
    expect(h.pod('default/web').status.containerStatuses![0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 0 } } });
    expect(h.transcript()).toContain('Container app failed liveness probe, will be restarted');
    expect(h.transcript()).toMatch(/Liveness probe failed: dial tcp 10\.244\.1\.2:80: i\/o timeout/);
  });

  it('startup keeps the others waiting', () => {
    const h = harness();
    const behaviour = JSON.stringify({ app: { readyAfterSeconds: 12 } });
    h.put(pod('web', {
      containers: [{ ...nginx, startupProbe: { tcpSocket: { port: 80 }, periodSeconds: 3, failureThreshold: 30 }, livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 1 } }],
    }, { annotations: { 'orrery.dev/behaviour': behaviour } }));
    h.run(10);
    expect(h.pod('default/web').status.containerStatuses![0]).toMatchObject({ started: false, ready: false, restartCount: 0 });
    h.run(10);
    expect(h.pod('default/web').status.containerStatuses![0]).toMatchObject({ started: true, ready: true, restartCount: 0 });
  });

  it('exec finds the files of the documentation\'s example', () => {
    const h = harness();
    h.put(pod('liveness-exec', {
      containers: [{ name: 'liveness', image: 'registry.k8s.io/busybox:1.27.2', args: ['/bin/sh', '-c', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600'], livenessProbe: { exec: { command: ['cat', '/tmp/healthy'] }, initialDelaySeconds: 5, periodSeconds: 5 } }],
      terminationGracePeriodSeconds: 1,
    }));
    h.run(30);
    expect(h.transcript()).not.toContain('Unhealthy');
    h.run(30);
    expect(h.transcript()).toContain("Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory");
    expect(h.pod('default/liveness-exec').status.containerStatuses![0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 137 } } });
  });
});

describe('termination', () => {
  it('preStop first, then SIGTERM, then what is left of the grace', () => {
    const h = harness();
    h.put(pod('web', { containers: [{ name: 'app', image: 'busybox', command: ['sleep', '3600'], lifecycle: { preStop: { exec: { command: ['sh', '-c', 'sleep 4'] } } } }], terminationGracePeriodSeconds: 10 }));
    h.run(8);
    const from = h.now;
    h.deletePod('default/web', 10);
    h.run(20);
    const status = h.lines.find(({ text }) => /terminated/.test(text))!;
    // sleep has no handler for SIGTERM: 4 s of hook and 6 s of grace.
    expect((status.at - from) / 1e6).toBeCloseTo(10, 1);
    expect(status.text).toBe('status default/web: Failed PodReadyToStartContainers=False Ready=False/PodFailed ContainersReady=False/PodFailed app:terminated/Error/137');
  });

  it('a second, more impatient deletion shortens it', () => {
    const h = harness();
    h.put(pod('web', { containers: [{ name: 'app', image: 'busybox', command: ['sleep', '3600'] }], terminationGracePeriodSeconds: 300 }));
    h.run(8);
    const from = h.now;
    h.deletePod('default/web', 300);
    h.run(5);
    h.deletePod('default/web', 2);
    h.run(20);
    expect(h.objects.has('Pod/default/web')).toBe(false);
    expect(h.lines.find(({ text }) => /delete Pod/.test(text))!.at - from).toBeLessThan(9e6);
  });

  it('activeDeadlineSeconds', () => {
    const h = harness();
    h.put(pod('web', { containers: [nginx], activeDeadlineSeconds: 6 }));
    h.run(10);
    expect(h.pod('default/web').status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' });
  });
});

describe('what must be there first', () => {
  it('a ConfigMap of a volume', () => {
    const h = harness();
    h.put(pod('web', { containers: [nginx], volumes: [{ name: 'config', configMap: { name: 'settings' } }] }));
    h.run(4);
    expect(h.pod('default/web').status.containerStatuses![0]!.state!.waiting!.reason).toBe('ContainerCreating');
    expect(h.transcript(/event/)).toContain('FailedMount web: MountVolume.SetUp failed for volume "config" : configmap "settings" not found');
    h.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default', uid: 'c' } });
    h.run(8);
    expect(h.pod('default/web').status.phase).toBe('Running');
  });

  it('a Secret of an environment variable', () => {
    const h = harness();
    h.put(pod('web', { containers: [{ ...nginx, env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] }] }));
    h.run(6);
    expect(h.pod('default/web').status.containerStatuses![0]!.state!.waiting).toEqual({ reason: 'CreateContainerConfigError', message: 'secret "db" not found' });
    h.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: 'default', uid: 's' }, data: { password: 'eA==' } } as never);
    h.run(20);
    expect(h.pod('default/web').status.phase).toBe('Running');
  });

  it('a behaviour that can be read', () => {
    const h = harness();
    h.put(pod('web', { containers: [nginx] }, { annotations: { 'orrery.dev/behaviour': '{"app": {"exitCode": 1}}' } }));
    h.run(5);
    expect(h.pod('default/web').status.containerStatuses![0]!.state!.waiting).toEqual({ reason: 'CreateContainerError', message: 'annotation orrery.dev/behaviour: app.exitCode: needs exitAfterSeconds' });
  });
});

describe('admission', () => {
  it.each([
    ['too much CPU', { containers: [{ ...nginx, resources: { requests: { cpu: '5' } } }] }, 'OutOfcpu', "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000"],
    ['another node wanted', { containers: [nginx], nodeSelector: { disk: 'ssd' } }, 'NodeAffinity', "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"],
  ])('%s', (_, spec, reason, message) => {
    const h = harness();
    h.put(pod('web', spec));
    h.run(3);
    expect(h.pod('default/web').status).toMatchObject({ phase: 'Failed', reason, message });
    h.deletePod('default/web');
    h.run(1);
    expect(h.objects.has('Pod/default/web')).toBe(false);
  });

  it('a host port is given once, and again when its Pod has ended', () => {
    const h = harness();
    const spec = { containers: [{ ...nginx, ports: [{ containerPort: 80, hostPort: 8080 }] }] };
    h.put(pod('a', spec));
    h.put(pod('b', spec));
    h.run(5);
    expect(h.pod('default/b').status.reason).toBe('NodePorts');
    h.deletePod('default/a');
    h.run(5);
    h.put(pod('c', spec));
    h.run(5);
    expect(h.pod('default/c').status.phase).toBe('Running');
  });
});

describe('when the kubelet, the machine or the wire fails', () => {
  it('a restarted kubelet finds what runs, and changes nothing', () => {
    const h = harness();
    h.put(pod('web', { containers: [nginx] }));
    h.run(8);
    const before = JSON.stringify(h.pod('default/web').status);
    h.crash('kubelet/node-1');
    h.run(5);
    h.start('kubelet/node-1');
    h.run(5);
    expect(JSON.stringify(h.pod('default/web').status)).toBe(before);
    h.deletePod('default/web');
    h.run(5);
    expect(h.objects.has('Pod/default/web')).toBe(false);
  });

  it('a container that ended while the kubelet was away is restarted, and a Pod deleted meanwhile is taken down', () => {
    const h = harness();
    h.put(pod('web', { containers: [nginx] }));
    h.put(pod('gone', { containers: [nginx] }));
    h.run(8);
    h.crash('kubelet/node-1');
    h.send('machine/node-1', { type: 'crashContainer', pod: 'default/web', container: 'app' });
    h.deletePod('default/gone', 0);
    h.run(5);
    h.start('kubelet/node-1');
    h.run(5);
    expect(h.pod('default/web').status.containerStatuses![0]).toMatchObject({ restartCount: 1, ready: true, lastState: { terminated: { exitCode: 1, reason: 'Error' } } });
    expect((h.states.get('machine/node-1') as { pods: Map<string, unknown> }).pods.size).toBe(1);
  });

  it('after a power cut everything starts again, in a new sandbox with a new address', () => {
    const h = harness();
    h.put(pod('web', { containers: [nginx] }));
    h.run(8);
    h.crash('kubelet/node-1');
    h.crash('machine/node-1');
    h.run(30);
    h.start('machine/node-1');
    h.run(1);
    h.start('kubelet/node-1');
    h.run(5);
    const { status } = h.pod('default/web');
    expect(status).toMatchObject({ phase: 'Running', podIP: '10.244.1.3' });
    expect(status.containerStatuses![0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 255, reason: 'Unknown' } } });
    expect(h.transcript()).toContain('SandboxChanged');
    expect(h.transcript()).toContain('Rebooted node-1: Node node-1 has been rebooted');
  });

  it('statuses that could not be written are written when the wire is whole again', () => {
    const h = harness();
    h.put(pod('web', { containers: [nginx] }));
    h.run(8);
    h.cut = true;
    h.send('machine/node-1', { type: 'crashContainer', pod: 'default/web', container: 'app' });
    h.run(20);
    expect(h.pod('default/web').status.containerStatuses![0]!.restartCount).toBe(0);
    h.cut = false;
    h.run(25);
    expect(h.pod('default/web').status.containerStatuses![0]).toMatchObject({ restartCount: 1, ready: true });
  });

  it('a status that somebody else wrote is put right within a second', () => {
    const h = harness();
    h.put(pod('web', { containers: [nginx] }));
    h.run(8);
    const web = h.pod('default/web');
    const before = web.status.conditions!.find(({ type }) => type === 'Ready')!;
    h.put({ ...web, status: { ...web.status, conditions: web.status.conditions!.map((each) => (each.type === 'Ready' ? { ...each, status: 'False' } : each)) } } as never, 'system:serviceaccount:kube-system:node-controller');
    h.run(1.1);
    // With its old time: the kubelet never saw it change.
    expect(h.pod('default/web').status.conditions!.find(({ type }) => type === 'Ready')).toEqual(before);
  });
});

describe('the node', () => {
  it('renews its Lease about every 10 s and writes its status at first and every 5 minutes', () => {
    const h = harness();
    h.run(620);
    const leases = h.requests.filter(({ request }) => request.path.includes('/leases')).map(({ request, at }) => ({ method: request.method, at: at / 1e6 }));
    expect(leases.slice(0, 2).map(({ method }) => method)).toEqual(['GET', 'POST']);
    const gaps = leases.slice(3).map(({ at }, i) => at - leases[i + 2]!.at);
    expect(Math.min(...gaps)).toBeGreaterThan(10);
    expect(Math.max(...gaps)).toBeLessThan(10.5);
    expect(h.requests.filter(({ request }) => request.path.endsWith('/nodes/node-1/status')).length).toBe(3);
  });

  it('registers when the cluster does not know it, and is Ready at once after', () => {
    const h = harness();
    h.crash('kubelet/node-1');
    h.remove('Node', 'node-1');
    h.start('kubelet/node-1');
    h.run(1);
    const node = h.objects.get('Node/node-1') as unknown as { metadata: { labels: Record<string, string> }; status: { conditions: { type: string; status: string }[]; capacity: Record<string, string> } };
    expect(node.status.conditions.map(({ type, status }) => `${type}=${status}`)).toEqual(['MemoryPressure=False', 'DiskPressure=False', 'PIDPressure=False', 'Ready=True']);
    expect(node.metadata.labels['kubernetes.io/hostname']).toBe('node-1');
  });

  it('does not come back by itself when it is deleted under a kubelet that lives (recorded: live-node-deleted), only with a restart', () => {
    const h = harness();
    h.run(1);
    h.remove('Node', 'node-1');
    h.run(30);
    expect(h.objects.get('Node/node-1')).toBeUndefined();
    h.crash('kubelet/node-1');
    h.start('kubelet/node-1');
    h.run(1);
    expect(h.objects.get('Node/node-1')).toBeDefined();
  });
});
