/**
 * How fast a served cluster answers over HTTP, on one core: client and server share this process, and what the client costs is measured apart
 * with a server that answers nothing, and taken off.
 */
import { Agent, createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve, type Serving } from '../../src/cli/serve.ts';

type Figure = (name: string, value: number, unit: string, aim?: string) => void;
const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
  readonly accept?: string;
}
function ask(port: number, { method, path, body, type, accept }: Asked): Promise<{ readonly code: number; readonly bytes: number }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, agent, headers: { Accept: accept ?? 'application/json', ...(body === undefined ? {} : { 'Content-Type': type ?? 'application/json', 'Content-Length': Buffer.byteLength(body) }) } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () => resolve({ code: response.statusCode ?? 0, bytes }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
async function inParallel<T>(items: readonly T[], n: number, work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: n }, async () => {
    while (next < items.length) await work(items[next++]!);
  }));
}

const PODS = '/api/v1/namespaces/default/pods';
const pod = (name: string): string => JSON.stringify({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'web' } },
  spec: { containers: [{ name: 'nginx', image: 'nginx:1.27', ports: [{ containerPort: 80 }], resources: { requests: { cpu: '10m', memory: '16Mi' } } }] },
});
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** What kubectl sends, about as often: gets of one, small and middling lists as tables, applies, patches, creates and deletes. */
function traffic(i: number): Asked {
  const name = `pod-${(i * 37) % 1_000}`;
  switch (i % 20) {
    case 0:
      return { method: 'GET', path: `${PODS}?limit=500`, accept: TABLE };
    case 1:
      return { method: 'POST', path: PODS, body: pod(`new-${i}`) };
    case 2:
      return { method: 'DELETE', path: `${PODS}/new-${i - 1}?gracePeriodSeconds=0` };
    case 3:
    case 4:
      return { method: 'PATCH', path: `${PODS}/${name}`, type: 'application/strategic-merge-patch+json', body: JSON.stringify({ metadata: { annotations: { turn: String(i) } } }) };
    case 5:
      return { method: 'PATCH', path: `/api/v1/namespaces/default/configmaps/c-${i % 50}?fieldManager=kubectl&force=true`, type: 'application/apply-patch+yaml', body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c-${i % 50}` }, data: { turn: String(i) } }) };
    case 6:
      return { method: 'GET', path: '/api/v1/nodes', accept: TABLE };
    case 7:
      return { method: 'GET', path: `${PODS}?labelSelector=app%3Dnone`, accept: TABLE };
    case 8:
      return { method: 'GET', path: '/apis', accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json' };
    case 9:
      return { method: 'GET', path: '/api/v1/namespaces/default/events?limit=500', accept: TABLE };
    default:
      return { method: 'GET', path: `${PODS}/${name}` };
  }
}

/** What asking costs by itself: the same requests to a server that answers at once with so many bytes. */
async function clientCost(requests: readonly Asked[], bytes: number): Promise<number> {
  const text = 'x'.repeat(bytes);
  const echo: Server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end(text));
  });
  await new Promise<void>((done) => void echo.listen(0, '127.0.0.1', done));
  const { port } = echo.address() as AddressInfo;
  const before = cpu();
  await inParallel(requests, 8, (one) => ask(port, one));
  const used = cpu() - before;
  echo.closeAllConnections();
  await new Promise<void>((done) => void echo.close(() => done()));
  return used;
}

async function served(work: (port: number, serving: Serving) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-'));
  const serving = await serve({ scenario: 'sandbox-3', port: 0, host: '127.0.0.1', speed: 1, kubeconfig: join(folder, 'kubeconfig'), record: undefined, without: ['scheduler'], print: () => undefined });
  try {
    await work(Number(new URL(serving.url).port), serving);
  } finally {
    await serving.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
const create = (port: number, count: number): Promise<void> => inParallel(Array.from({ length: count }, (_, i) => i), 16, (i) => ask(port, { method: 'POST', path: PODS, body: pod(`pod-${i}`) }));

/** CPU that the server uses for `events` changes of one ConfigMap with so many watchers, what the watchers read included. */
async function perEvent(port: number, watchers: number, events: number): Promise<number> {
  const path = '/api/v1/namespaces/default/configmaps';
  await ask(port, { method: 'POST', path, body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'seen' } }) });
  const open = await Promise.all(Array.from({ length: watchers }, () => new Promise<{ readonly close: () => void }>((resolve) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path: `${path}?watch=true&resourceVersion=0`, agent: false }, (response) => {
      response.resume();
      resolve({ close: () => sent.destroy() });
    });
    sent.on('error', () => undefined);
    sent.end();
  })));
  const before = cpu();
  // 50 at once, as a busy cluster has them: the news of one moment goes out together.
  await inParallel(Array.from({ length: events }, (_, i) => i), 50, (i) => ask(port, { method: 'PATCH', path: `${path}/seen`, type: 'application/merge-patch+json', body: JSON.stringify({ data: { turn: String(i) } }) }));
  const used = cpu() - before;
  for (const one of open) one.close();
  return used / events;
}

export async function serveFigures(figure: Figure): Promise<void> {
  await served(async (port) => {
    await create(port, 1_000);
    const warm = Array.from({ length: 400 }, (_, i) => traffic(100_000 + i));
    await inParallel(warm, 8, (one) => ask(port, one));
    const requests = Array.from({ length: 2_000 }, (_, i) => traffic(i));
    let bytes = 0;
    let refused = 0;
    const before = cpu();
    const began = performance.now();
    await inParallel(requests, 8, async (one) => {
      const got = await ask(port, one);
      bytes += got.bytes;
      // A delete may overtake its create.
      if (got.code >= 400 && got.code !== 404) refused++;
    });
    const wall = (performance.now() - began) / 1_000;
    const used = cpu() - before;
    const client = await clientCost(requests, Math.round(bytes / requests.length));
    figure('serve, mixed traffic, 1,000 Pods: requests a CPU second of the server', requests.length / Math.max(used - client, 1e-3), '/s', 'aim >= 500');
    figure('serve, mixed traffic: requests a second, client in the same process', requests.length / wall, '/s');
    if (refused > 0) figure('serve, mixed traffic: refused', refused, 'requests', 'expect 0');
    const one = await perEvent(port, 1, 400);
    const many = await perEvent(port, 100, 400);
    figure('serve, CPU for a change, 1 watcher', one * 1_000, 'ms');
    figure('serve, 100 watchers against one, their reading included', many / one, 'times', 'aim < 2');
  });
  await served(async (port) => {
    await create(port, 10_000);
    const times: number[] = [];
    let bytes = 0;
    for (let i = 0; i < 5; i++) {
      const began = cpu();
      bytes = (await ask(port, { method: 'GET', path: '/api/v1/pods' })).bytes;
      times.push((cpu() - began) * 1_000);
    }
    figure('serve, list of 10,000 Pods, first time: CPU, its reading included', times[0]!, 'ms', 'aim <= 300');
    figure('serve, list of 10,000 Pods, median of five: CPU', [...times].sort((a, b) => a - b)[2]!, 'ms', 'aim <= 300');
    figure('serve, list of 10,000 Pods: size', bytes / 1e6, 'MB');
  });
}
