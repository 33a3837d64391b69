import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode, digestOf, newTimeline, seek } from '../../src/sim/index.ts';
import { scenarioOf } from '../../src/sim/scenarios/index.ts';
import { fromFragment } from '../../src/ui/link/share.ts';
import { deployment, eventually, served } from './serving.ts';

let cluster: Awaited<ReturnType<typeof served>>;
beforeAll(async () => {
  cluster = await served();
});
afterAll(async () => {
  await cluster.stop();
});

interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}
/** Node's own client: fetch would not let us say who the host is. */
function ask(path: string, { method = 'GET', body, headers = {} }: { readonly method?: string; readonly body?: string | Buffer; readonly headers?: Readonly<Record<string, string>> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${cluster.url}${path}`, { method, headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ code: response.statusCode!, headers: response.headers, text: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
const json = (answer: Answer): Record<string, never> => JSON.parse(answer.text) as Record<string, never>;

describe('a served cluster', () => {
  it('says what it is', async () => {
    expect(cluster.said[0]).toMatch(/^A cluster of 3 nodes listens on http:\/\/127\.0\.0\.1:\d+ /);
    expect(readFileSync(cluster.kubeconfig, 'utf8')).toContain(`server: ${cluster.url}`);
    expect(json(await ask('/version'))).toMatchObject({ gitVersion: 'v1.36.3' });
    expect((await ask('/readyz')).text).toBe('ok');
    expect(await ask('/nothing')).toMatchObject({ code: 404, text: '404 page not found\n' });
  });

  it('runs what is created, and its clock shows today', async () => {
    const created = await ask('/apis/apps/v1/namespaces/default/deployments', { method: 'POST', body: JSON.stringify(deployment('web', 2)) });
    expect(created.code).toBe(201);
    const { metadata } = json(created) as unknown as { readonly metadata: { readonly creationTimestamp: string } };
    expect(Math.abs(Date.parse(metadata.creationTimestamp) - Date.now())).toBeLessThan(600_000);
    const found = await eventually(
      async () => json(await ask('/apis/apps/v1/namespaces/default/deployments/web')) as unknown as { readonly status?: { readonly readyReplicas?: number } },
      ({ status }) => status?.readyReplicas === 2,
    );
    expect(found.status).toMatchObject({ readyReplicas: 2 });
  });

  it('streams a watch, as objects and as rows of a Table', async () => {
    const lines = async (accept: string): Promise<readonly { readonly type: string; readonly object: { readonly kind: string; readonly columnDefinitions?: unknown } }[]> => {
      const response = await fetch(`${cluster.url}/api/v1/namespaces?watch=true&timeoutSeconds=1`, { headers: { Accept: accept } });
      return (await response.text()).trim().split('\n').map((line) => JSON.parse(line) as never);
    };
    expect((await lines('application/json')).map(({ type, object }) => `${type} ${object.kind}`)).toEqual(['ADDED Namespace', 'ADDED Namespace', 'ADDED Namespace', 'ADDED Namespace']);
    const rows = await lines('application/json;as=Table;v=v1;g=meta.k8s.io');
    expect(rows.map(({ object }) => `${object.kind} ${Array.isArray(object.columnDefinitions)}`)).toEqual(['Table true', 'Table false', 'Table false', 'Table false']);
  });

  it('reads protobuf, as client-go sends it', async () => {
    // k8s\0, then an Unknown of v1 ConfigMap {metadata {name: "wire"}, data {a: b}}: written by hand, a byte a thought.
    const field = (number: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
    const text = (number: number, value: string): Buffer => field(number, Buffer.from(value));
    const map = Buffer.concat([field(1, Buffer.concat([text(1, 'wire'), text(2, '')])), field(2, Buffer.concat([text(1, 'a'), text(2, 'b')]))]);
    const body = Buffer.concat([Buffer.from('k8s\0'), field(1, Buffer.concat([text(1, 'v1'), text(2, 'ConfigMap')])), field(2, map)]);
    const answer = await ask('/api/v1/namespaces/default/configmaps', { method: 'POST', body, headers: { 'Content-Type': 'application/vnd.kubernetes.protobuf' } });
    expect(answer.code).toBe(201);
    expect(json(answer)).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'wire' }, data: { a: 'b' } });
    const cut = await ask('/api/v1/namespaces/default/configmaps', { method: 'POST', body: body.subarray(0, 30), headers: { 'Content-Type': 'application/vnd.kubernetes.protobuf' } });
    expect(cut.code).toBe(400);
    expect(json(cut)['message']).toContain('cannot be read: a field ends too early');
  });

  it('reads YAML', async () => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-yaml}\ndata: {a: "1"}\n';
    expect((await ask('/api/v1/namespaces/default/configmaps', { method: 'POST', body, headers: { 'Content-Type': 'application/yaml' } })).code).toBe(201);
  });
});

describe('who knocks', () => {
  it.each([
    ['a page that has rebound its name', { Host: 'evil.example' }, 403, /Host "evil.example" is not served here/],
    ['a page that just asks', { Origin: 'https://evil.example' }, 403, /came from "https:\/\/evil.example"/],
    ['a token of nobody', { Authorization: 'Bearer nonsense' }, 401, /Unauthorized/],
  ])('%s is refused', async (_, headers, code, message) => {
    const answer = await ask('/api/v1/namespaces', { headers });
    expect(answer.code).toBe(code);
    expect(json(answer)['message']).toMatch(message);
  });

  it('somebody else, when the administrator says so', async () => {
    const answer = await ask('/api/v1/secrets', { headers: { 'Impersonate-User': 'jane' } });
    expect(answer.code).toBe(403);
    expect(json(answer)['message']).toBe('secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" at the cluster scope');
  });
});

describe('what is sent to hurt', () => {
  const post = (body: string | Buffer, type = 'application/json'): Promise<Answer> => ask('/api/v1/namespaces/default/configmaps', { method: 'POST', body, headers: { 'Content-Type': type } });
  const bomb = `a: &a [${'x,'.repeat(9)}x]\n${'bcdefgh'.split('').map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]!},`.repeat(9)}*${'abcdefgh'[i]!}]`).join('\n')}\n`;
  it.each([
    ['ten megabytes', () => post(Buffer.alloc(10 * 1024 * 1024, 0x20)), 413, /limit is 3145728/],
    ['what is not UTF-8', () => post(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])), 400, /not valid UTF-8/],
    ['aliases that grow', () => post(bomb, 'application/yaml'), 400, /alias/i],
    ['deep nesting', () => post(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`), 400, /.+/],
    ['a prototype', () => post('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"proto"},"__proto__":{"polluted":true}}'), 201, undefined],
    ['CBOR', () => post('x', 'application/cbor'), 415, /unknown format/],
  ])('%s', async (_, send, code, message) => {
    const answer = await send();
    expect(answer.code).toBe(code);
    if (message !== undefined) expect(json(answer)['message']).toMatch(message);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((await ask('/readyz')).code).toBe(200);
  });

  it('what is not HTTP', async () => {
    const { hostname, port } = new URL(cluster.url);
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => socket.write('\u0000\u0001 nonsense\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(said).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a recorded session', () => {
  it('replays from its link to the same digest', async () => {
    const record = join(mkdtempSync(join(tmpdir(), 'orrery-')), 'session.txt');
    const own = await served({ record });
    const created = await fetch(`${own.url}/apis/apps/v1/namespaces/default/deployments`, { method: 'POST', body: JSON.stringify(deployment('web', 2)), headers: { 'Content-Type': 'application/json' } });
    expect(created.status).toBe(201);
    await own.stop();
    const link = fromFragment(readFileSync(record, 'utf8').trim());
    if (link === undefined || 'error' in link) throw new Error('not a link');
    const read = decode(link.recording);
    if ('error' in read) throw new Error(read.error.code);
    const { recording } = read;
    expect(recording.scenario).toBe('sandbox');
    const timeline = newTimeline(scenarioOf('sandbox')!, recording.inputs);
    seek(timeline, { steps: recording.cursor.steps });
    expect(digestOf(timeline)).toBe(recording.digest);
  });
});
