import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { served } from './serving.ts';

/** A server that loses its patience soon, so that nobody has to wait for it. */
let cluster: Awaited<ReturnType<typeof served>>;
beforeAll(async () => {
  cluster = await served({ limits: { headersMillis: 150, requestMillis: 300, watchBytes: 256 * 1024 } });
});
afterAll(async () => {
  await cluster.stop();
});

const open = (): Promise<Socket> => {
  const { hostname, port } = new URL(cluster.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.on('error', () => undefined);
  });
};
const closed = (socket: Socket): Promise<{ readonly text: string; readonly bytes: number }> =>
  new Promise((resolve) => {
    let text = '';
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (text.length < 1_000) text += chunk.toString();
    });
    socket.on('close', () => resolve({ text, bytes }));
  });
const isReady = async (): Promise<number> => (await fetch(`${cluster.url}/readyz`)).status;

describe('whoever keeps the server waiting is shown the door', () => {
  it('headers that drip in', async () => {
    const socket = await open();
    const end = closed(socket);
    socket.write('GET /api HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    const drip = setInterval(() => socket.write('X-More: 1\r\n'), 20);
    const { text } = await end;
    clearInterval(drip);
    expect(text === '' || /^HTTP\/1\.1 (400|408) /.test(text)).toBe(true);
    expect(await isReady()).toBe(200);
  });

  it('a body that never ends', async () => {
    const socket = await open();
    const end = closed(socket);
    socket.write('POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{');
    const { text } = await end;
    expect(text === '' || /^HTTP\/1\.1 (400|408) /.test(text)).toBe(true);
    expect(await isReady()).toBe(200);
  });

  it('a watcher that never reads: its stream ends, and the others go on', async () => {
    const collection = `${cluster.url}/api/v1/namespaces/default/configmaps`;
    const headers = { 'Content-Type': 'application/json' };
    await fetch(collection, { method: 'POST', headers, body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'big' } }) });
    const deaf = await open();
    deaf.pause();
    deaf.write('GET /api/v1/namespaces/default/configmaps?watch=true HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    // More than the buffers of the operating system take.
    const size = 400_000;
    const turns = 60;
    for (let i = 0; i < turns; i++) {
      const answer = await fetch(`${collection}/big`, { method: 'PATCH', headers: { 'Content-Type': 'application/merge-patch+json' }, body: JSON.stringify({ data: { text: String(i % 10).repeat(size) } }) });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    }
    const end = closed(deaf);
    deaf.resume();
    expect((await end).bytes).toBeLessThan(size * turns);
    expect(await isReady()).toBe(200);
  });
});
