import type { ServerResponse } from 'node:http';
import type { Request, Status } from '../sim/api/request.ts';
import { openWatch, readWatch, type Watch, type WatchEvent } from '../sim/index.ts';
import { presentEvent } from '../sim/apiserver/present.ts';
import type { World } from '../sim/cluster/world.ts';
import type { Live } from './live.ts';
import { objectText } from './text.ts';

/** Watch streams: each a place in the log, and all of them read when there is news. One that does not read what it asked for is closed. */

/** Streams that were asked to end by nobody end after half an hour to an hour, as upstream's (--min-request-timeout). */
const LONGEST_SECONDS = 3_000;

/** A request for a stream, with the old form `/api/v1/watch/...` made into the new one; undefined if it is none. */
export function isWatch(request: Request): Request | undefined {
  if (request.method !== 'GET') return undefined;
  const old = /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)\/watch(\/.+)$/.exec(request.path);
  if (old !== null) {
    // The old form may name an object: the stream is then about it alone.
    const [, root, rest] = old as unknown as readonly [string, string, string];
    const name = nameIn(rest);
    const query = { ...request.query, watch: 'true' };
    return name === undefined ? { ...request, path: `${root}${rest}`, query } : { ...request, path: `${root}${rest.slice(0, rest.lastIndexOf('/'))}`, query: { ...query, fieldSelector: `metadata.name=${name}` } };
  }
  const watch = request.query?.['watch'];
  if (watch !== 'true' && watch !== '1' && watch !== '') return undefined;
  // Upstream streams collections only: one object is just read.
  const rest = /^(?:\/api\/v1|\/apis\/[^/]+\/[^/]+)(\/.+)$/.exec(request.path)?.[1];
  return rest !== undefined && nameIn(rest) !== undefined ? undefined : request;
}

/** The name of the one object that a path within a version is about: "/pods", "/namespaces/a/pods" are about many. */
function nameIn(rest: string): string | undefined {
  const parts = rest.split('/').filter((part) => part !== '');
  const isIn = parts[0] === 'namespaces' && parts.length >= 3;
  return (isIn ? parts.slice(2) : parts)[1];
}

interface Stream {
  readonly watch: Watch;
  readonly request: Request;
  readonly response: ServerResponse;
  /** A Table names its columns in its first event. */
  told: boolean;
  readonly endsAt: number;
}

/** The line of an event in one form: many watchers of one kind share it. */
const lines = new WeakMap<object, Map<string, string>>();
function lineOf(world: World, stream: Stream, event: WatchEvent): string {
  const { request } = stream;
  const isFirst = !stream.told;
  stream.told = true;
  let known = lines.get(event.object);
  if (known === undefined) lines.set(event.object, (known = new Map()));
  const form = `${event.type} ${request.accept?.includes('as=') === true ? `${request.accept} ${request.query?.['includeObject'] ?? ''} ${isFirst}` : ''}`;
  let line = known.get(form);
  if (line === undefined) {
    const { type, object } = presentEvent(world.store, world.now, request, event, isFirst);
    line = `{"type":${JSON.stringify(type)},"object":${type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' ? objectText(object) : JSON.stringify(object)}}\n`;
    // Bookmarks are objects of their own, and an age in a Table grows.
    known.set(form, line);
  }
  return line;
}

export interface Watches {
  /** Begins to stream, or says why not. */
  readonly open: (request: Request, response: ServerResponse) => Status | undefined;
  readonly close: () => void;
  readonly count: () => number;
}

/** `mostWaiting`: bytes that may wait for a reader before its stream is closed; it lists again, as after any broken watch. */
export function newWatches(live: Live, mostWaiting: number): Watches {
  const streams = new Set<Stream>();

  function end(stream: Stream): void {
    streams.delete(stream);
    stream.response.end();
  }

  function feed(stream: Stream): void {
    const { watch, response } = stream;
    const world = live.world();
    if (response.destroyed) {
      streams.delete(stream);
      return;
    }
    for (;;) {
      const events = readWatch(world.store, watch, world.now);
      let text = '';
      for (const event of events) text += lineOf(world, stream, event);
      if (text !== '') response.write(text);
      if (events.some(({ type }) => type === 'ERROR')) {
        end(stream);
        return;
      }
      if (response.writableLength > mostWaiting) {
        streams.delete(stream);
        response.destroy();
        return;
      }
      if (events.length < 1_000) break;
    }
    if (world.now / 1e6 >= stream.endsAt) end(stream);
  }

  const off = live.onNews(() => {
    for (const stream of streams) feed(stream);
  });

  return {
    open(request, response) {
      // What comes next is answered at the present moment.
      live.read({ user: request.user, method: 'GET', path: '/version' });
      const world = live.world();
      const opened = openWatch(world.store, request, world.now);
      if ('status' in opened) return opened as Status;
      const seconds = Number(request.query?.['timeoutSeconds'] ?? 0);
      const stream: Stream = { watch: opened as Watch, request, response, told: false, endsAt: world.now / 1e6 + (seconds > 0 ? Math.min(seconds, 1e9) : LONGEST_SECONDS) };
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private', 'Transfer-Encoding': 'chunked' });
      response.flushHeaders();
      streams.add(stream);
      response.on('close', () => streams.delete(stream));
      feed(stream);
      return undefined;
    },
    close() {
      off();
      for (const stream of streams) stream.response.end();
      streams.clear();
    },
    count: () => streams.size,
  };
}
