import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { Method, Request, Response, Status } from '../sim/api/request.ts';
import { bodyOf } from './body.ts';
import { failure, refusalOf, userOf, type Door } from './door.ts';
import type { Live } from './live.ts';
import { openApi } from './openapi.ts';
import { PROTOBUF } from './protobuf.ts';
import { isWatch, newWatches } from './streams.ts';
import { bodyText } from './text.ts';

/** HTTP in front of a simulated cluster: what a real kubectl, client-go or a controller from outside speaks. */
export interface ServerOptions {
  readonly live: Live;
  readonly door: Door;
  /** The user that a token of the cluster's own (a TokenRequest) names. */
  readonly ofToken: (token: string) => string | undefined;
  readonly version: unknown;
  readonly limits?: Partial<Limits>;
}

/** What one client may take of the server. */
export interface Limits {
  /** So long it may take to send its headers. */
  readonly headersMillis: number;
  /** So long it may take to send a whole request. */
  readonly requestMillis: number;
  /** So many bytes of a watch may wait for it. */
  readonly watchBytes: number;
}
const LIMITS: Limits = { headersMillis: 10_000, requestMillis: 60_000, watchBytes: 8 * 1024 * 1024 };

/** So many connections at once. */
const MOST_CONNECTIONS = 1_024;
/** So often is looked for those that take too long; half a minute, as Node has it, would let them stay four times as long. */
const LOOK_MILLIS = 2_000;

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
/** What a real server tells anybody (the role system:public-info-viewer). */
const PUBLIC: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/']);
const HEALTH = /^\/(healthz|livez|readyz)(\/.*)?$/;

export function newServer({ live, door, ofToken, version, limits }: ServerOptions): Server {
  const { headersMillis, requestMillis, watchBytes } = { ...LIMITS, ...limits };
  const watches = newWatches(live, watchBytes);
  const server = createServer({ headersTimeout: headersMillis, requestTimeout: requestMillis, connectionsCheckingInterval: Math.min(LOOK_MILLIS, headersMillis), maxHeaderSize: 64 * 1024, keepAlive: true }, (request, response) => {
    answer(request, response).catch((thrown: unknown) => {
      if (!response.headersSent) write(response, { code: 500, body: failure(500, 'InternalError', thrown instanceof Error ? thrown.message : String(thrown)) });
      else response.destroy();
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.keepAliveTimeout = 60_000;
  // What is not HTTP at all gets one line and no more of our time.
  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  });
  server.on('close', () => watches.close());

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const barred = refusalOf(door, request);
    if (barred !== undefined) {
      refuse(request, response, barred);
      return;
    }
    let url: URL;
    try {
      url = new URL(request.url ?? '/', 'http://cluster');
    } catch {
      refuse(request, response, failure(400, 'BadRequest', 'the URL of the request cannot be read'));
      return;
    }
    const path = url.pathname;
    const who = userOf(request, ofToken);
    if ('kind' in who) {
      refuse(request, response, who);
      return;
    }
    if (HEALTH.test(path) && request.method === 'GET') {
      plain(response, 200, 'ok');
      return;
    }
    if (PUBLIC.has(path)) {
      write(response, { code: 200, body: version as Response['body'] });
      return;
    }
    if (path.startsWith('/openapi/')) {
      const found = openApi(path, live.world());
      if (found === undefined) plain(response, 404, '404 page not found\n');
      else write(response, { code: 200, body: found as Response['body'] });
      return;
    }
    if (!METHODS.has(request.method ?? '')) {
      refuse(request, response, failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource'));
      return;
    }
    const body = await bodyOf(request, url.searchParams.get('fieldValidation'));
    if ('kind' in body) {
      refuse(request, response, body);
      return;
    }
    const query: Record<string, string> = {};
    for (const [key, value] of url.searchParams) if (!Object.hasOwn(query, key) && key !== '__proto__') query[key] = value;
    const asked: Request = {
      user: who.user,
      ...(who.groups === undefined ? {} : { groups: who.groups }),
      method: request.method as Method,
      managedFields: true,
      path,
      ...(Object.keys(query).length === 0 ? {} : { query }),
      ...(body.text === undefined ? {} : { body: body.text }),
      ...contentTypeOf(request),
      ...(request.headers.accept === undefined ? {} : { accept: request.headers.accept }),
      ...(request.headers['user-agent'] === undefined ? {} : { userAgent: request.headers['user-agent'] }),
    };
    const watch = isWatch(asked);
    if (watch !== undefined) {
      const refused = watches.open(watch, response);
      if (refused !== undefined) refuse(request, response, refused);
      return;
    }
    write(response, asked.method === 'GET' ? live.read(asked) : await live.send(asked));
  }
  return server;
}

function contentTypeOf(request: IncomingMessage): { readonly contentType?: string } {
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim();
  // Bodies of other forms are JSON by now, but apply keeps its name: it says what is meant.
  if (type === '' || type === 'application/yaml' || type === PROTOBUF) return {};
  return { contentType: type };
}

function refuse(request: IncomingMessage, response: ServerResponse, status: Status): void {
  // What is still to come of the body is not read: the connection ends with this answer.
  if (!request.complete) response.setHeader('Connection', 'close');
  write(response, { code: status.code ?? 500, body: status });
}

function plain(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

const NOT_FOUND = '404 page not found\n';

export function write(response: ServerResponse, { code, body, warnings }: Response): void {
  if (code === 404 && (body as Status).message === NOT_FOUND) {
    plain(response, 404, NOT_FOUND);
    return;
  }
  const { kind } = body as { readonly kind?: string };
  if (kind === 'Log') {
    plain(response, code, String((body as { readonly text?: unknown }).text ?? ''));
    return;
  }
  const text = Buffer.from(`${bodyText(body)}\n`);
  response.setHeader('Audit-Id', randomUUID());
  response.setHeader('Cache-Control', 'no-cache, private');
  for (const warning of warnings ?? []) response.appendHeader('Warning', `299 - ${JSON.stringify(warning)}`);
  if (code === 429) response.setHeader('Retry-After', String((body as Status).details?.retryAfterSeconds ?? 1));
  // A client knows the aggregated form of discovery by its type alone.
  response.writeHead(code, { 'Content-Type': kind === 'APIGroupDiscoveryList' ? 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' : 'application/json', 'Content-Length': text.length });
  response.end(text);
}
