import { describe, expect, it } from 'vitest';
import type { Container, Pod } from '../../src/sim/api/object.ts';
import { behaviourOf, isProblem, type Behaviour } from '../../src/sim/machine/behaviour.ts';
import { readCommand } from '../../src/sim/machine/command.ts';
import { imageId, lookUp, repositoryName } from '../../src/sim/machine/images.ts';

const pod = (annotation?: string): Pod => ({ metadata: { annotations: annotation === undefined ? undefined : { 'orrery.dev/behaviour': annotation } } }) as unknown as Pod;
const of = (container: Partial<Container>, annotation?: string): Behaviour | { readonly problem: string } => behaviourOf({ name: 'app', image: 'x', ...container } as Container, pod(annotation));

describe('a command line', () => {
  it.each([
    [['sleep', '30'], 30, 0],
    [['sleep', 'infinity'], Infinity, 0],
    [['sleep', '2m'], 120, 0],
    [['sh', '-c', 'echo hello; sleep 5; exit 3'], 5, 3],
    [['/bin/sh', '-c', 'sleep 1 && sleep 2'], 3, 0],
    [['sh', '-c', 'while true; do date; sleep 1; done'], Infinity, 0],
    [['sh', '-c', 'sleep 2; while true; do sleep 1; done'], Infinity, 0],
    [['bash', '-ec', 'false'], 0, 1],
    [['sh', '-c', 'until nslookup db; do sleep 2; done'], Infinity, 0],
    [['python3', 'app.py'], Infinity, 0],
    [['sh', '-c', 'exec nginx -g "daemon off;"'], Infinity, 0],
    [['sh'], 0, 0],
    [['true'], 0, 0],
    [['echo', 'hello world'], 0, 0],
  ])('%j runs %d s and ends with %d', (argv, seconds, code) => {
    const run = readCommand(argv)!;
    expect(run.endsAfterMicros / 1e6).toBe(seconds);
    expect(run.code).toBe(code);
  });

  it('leaves files', () => {
    expect(readCommand(['sh', '-c', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; echo x > /data/index.html; sleep 600'])!.files).toEqual([
      { afterMicros: 0, path: '/tmp/healthy', exists: true },
      { afterMicros: 30e6, path: '/tmp/healthy', exists: false },
      { afterMicros: 30e6, path: '/data/index.html', exists: true },
    ]);
  });
});

describe('a behaviour', () => {
  it.each<[string, Partial<Container>, Partial<Behaviour>]>([
    ['nginx listens at 80 until it is stopped', { image: 'nginx:1.27' }, { ports: [80], exit: undefined, ignoresTerm: false }],
    ['busybox without a command ends at once', { image: 'busybox' }, { exit: { afterMicros: 0, code: 0 } }],
    ['busybox that sleeps has no handler for SIGTERM', { image: 'busybox:1.36', command: ['sleep', '3600'] }, { exit: { afterMicros: 3600e6, code: 0 }, ignoresTerm: true }],
    ['args alone are a command for an image that has none', { image: 'registry.k8s.io/busybox', args: ['/bin/sh', '-c', 'exit 1'] }, { exit: { afterMicros: 0, code: 1 } }],
    ['the Job of the documentation', { image: 'perl:5.34.0', command: ['perl', '-Mbignum=bpi', '-wle', 'print bpi(2000)'] }, { exit: { afterMicros: 4e6, code: 0 } }],
    ['mysql takes its time', { image: 'docker.io/library/mysql:8' }, { readyAfterMicros: 8e6 }],
    ['a program nobody knows runs on', { image: 'ghcr.io/acme/shop:2' }, { exit: undefined, ports: undefined }],
  ])('%s', (_, container, expected) => {
    expect(of(container)).toMatchObject(JSON.parse(JSON.stringify(expected)));
    for (const key in expected) if (expected[key as keyof Behaviour] === undefined) expect(of(container)).not.toHaveProperty(key, expect.anything());
  });

  it('is set by the annotation, for the container it names', () => {
    const annotation = '{"app": {"readyAfterSeconds": 1.5, "exitAfterSeconds": 20, "exitCode": 7, "stopSeconds": 3, "cpu": "250m", "ports": [8080], "answerSeconds": 0.02}}';
    expect(of({ image: 'nginx' }, annotation)).toMatchObject({ readyAfterMicros: 1.5e6, exit: { afterMicros: 20e6, code: 7 }, stopMicros: 3e6, cpuMilli: 250, ports: [8080], answerMicros: 20_000 });
    expect(of({ image: 'nginx', name: 'other' }, annotation)).toEqual(of({ image: 'nginx', name: 'other' }));
    expect(of({ image: 'busybox' }, '{"app": {"runs": true}}')).not.toHaveProperty('exit');
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'must be a map from container names to behaviours'],
    ['{"app": 1}', 'app: must be a map'],
    ['{"app": {"speed": 1}}', 'app.speed: is not one of readyAfterSeconds, exitAfterSeconds, exitCode, stopSeconds, stopCode, ignoresTerm, unhealthyAfterSeconds, answerSeconds, workers, cpu, ports, runs'],
    ['{"app": {"stopSeconds": "3"}}', 'app.stopSeconds: must be a number of seconds, 0 or more'],
    ['{"app": {"stopSeconds": -1}}', 'app.stopSeconds: must be a number of seconds, 0 or more'],
    ['{"app": {"exitCode": 300, "exitAfterSeconds": 1}}', 'app.exitCode: must be a whole number from 0 to 255'],
    ['{"app": {"__proto__": {"cpu": "1"}}}', 'app.__proto__: is not one of'],
    ['{"app": {"cpu": "fast"}}', 'app.cpu: must be a quantity like "250m"'],
  ])('%s: %s', (annotation, problem) => {
    const result = of({}, annotation);
    expect(isProblem(result) && result.problem).toContain(`annotation orrery.dev/behaviour: ${problem}`);
  });
});

describe('images', () => {
  const image = (reference: string): Extract<ReturnType<typeof lookUp>, { image: unknown }>['image'] => {
    const found = lookUp(reference);
    if ('failure' in found) throw new Error(found.failure);
    return found.image;
  };

  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['bitnami/redis:7', 'docker.io/bitnami/redis:7'],
    ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
    ['localhost:5000/a/b', 'localhost:5000/a/b:latest'],
  ])('%s is %s', (reference, name) => {
    expect(image(reference).name).toBe(name);
    expect(imageId(image(reference))).toMatch(/^[^@]+@sha256:[0-9a-f]{64}$/);
  });

  it('are made of layers that they share', () => {
    const digests = (reference: string): readonly string[] => image(reference).layers.map(({ digest }) => digest);
    const shared = (a: string, b: string): number => digests(a).filter((digest) => digests(b).includes(digest)).length;
    expect(shared('nginx:1.27', 'nginx:1.27')).toBe(4);
    expect(shared('nginx:1.27', 'nginx:1.28')).toBe(1);
    expect(shared('nginx:1.27', 'httpd:2.4')).toBe(1);
    expect(shared('nginx:1.27', 'busybox')).toBe(0);
    // The versions of one application differ in its last layer.
    const count = digests('acme/shop:1').length;
    expect(shared('acme/shop:1', 'acme/shop:2')).toBe(count - 1);
    expect(image('nginx:1.27').bytes).toBe(73_600_000);
  });

  it.each([
    ['nginx:doesnotexist', 'failed to pull and unpack image "docker.io/library/nginx:doesnotexist": failed to resolve reference "docker.io/library/nginx:doesnotexist": docker.io/library/nginx:doesnotexist: not found'],
    ['nginx:1.161', 'failed to pull and unpack image "docker.io/library/nginx:1.161": failed to resolve reference "docker.io/library/nginx:1.161": docker.io/library/nginx:1.161: not found'],
    ['acme/nonexistent', 'failed to pull and unpack image "docker.io/acme/nonexistent:latest": failed to resolve reference "docker.io/acme/nonexistent:latest": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'],
    ['reg.invalid/a:1', 'failed to pull and unpack image "reg.invalid/a:1": failed to resolve reference "reg.invalid/a:1": failed to do request: Head "https://reg.invalid/v2/a/manifests/1": dial tcp: lookup reg.invalid: no such host'],
    ['Nginx', 'Failed to apply default image tag "Nginx": couldn\'t parse image name "Nginx": invalid reference format: repository name must be lowercase'],
    ['a b', 'Failed to apply default image tag "a b": couldn\'t parse image name "a b": invalid reference format'],
  ])('%s cannot be had', (reference, failure) => {
    expect(lookUp(reference)).toMatchObject({ failure });
  });

  it('are known by the last part of their name', () => {
    expect(['nginx', 'a/nginx:1', 'localhost:5000/nginx', 'r.io/nginx@sha256:0'].map(repositoryName)).toEqual(['nginx', 'nginx', 'nginx', 'nginx']);
  });
});
