import type { TrafficConfig } from '../api/cluster.ts';
import { SECOND, type Micros } from '../api/time.ts';
import type { Backend, Hop, RequestNote, RequestOutcome, TrafficMessage } from '../api/traffic.ts';
import type { Note, Out, Process, Stimulus, View } from '../kernel/process.ts';
import { reasonOf, serviceSubject } from './reasons.ts';

/**
 * A steady client of one Service. Each request is its own connection, and waits a second for its answer. A client inside is a program on a
 * node, so its requests go by that node's rules. A client outside comes in through the node port of one node, and takes the next node when
 * nothing came back through this one for as long as it waits for a request.
 */
export interface TrafficState {
  startedAt: Micros;
  sent: number;
  /** Requests on their way, the oldest first. */
  readonly open: Map<number, Open>;
  entry: number;
  answeredAt: Micros;
}
interface Open {
  readonly sentAt: Micros;
  readonly entry: string;
  readonly path: readonly Hop[];
}

/** How long a client waits for an answer. */
export const PATIENCE: Micros = SECOND;

export function traffic(config: TrafficConfig): Process<TrafficState> {
  return {
    name: `traffic/${config.name}`,
    user: 'system:anonymous',
    // Only to know which nodes there are to come in through; read when a request leaves.
    watches: [{ kind: 'Node', wakes: () => false }],
    init: () => ({ startedAt: 0, sent: 0, open: new Map(), entry: 0, answeredAt: 0 }),
    step: (state, on, view, out) => step(config, state, on, view, out),
  };
}

function step(config: TrafficConfig, state: TrafficState | undefined, on: Stimulus, view: View, out: Out): void {
  if (state === undefined) return;
  switch (on.type) {
    case 'Started':
      state.startedAt = view.now;
      state.sent = 0;
      out.timer('send', view.now);
      break;
    case 'TimerFired':
      if (on.name === 'send') send(config, state, view, out);
      else expire(config, state, view, out);
      break;
    case 'Received':
      if (on.message.type === 'response') answered(config, state, on.message as unknown as Extract<TrafficMessage, { type: 'response' }>, view, out);
      break;
  }
}

function send(config: TrafficConfig, state: TrafficState, view: View, out: Out): void {
  const { now } = view;
  // A request that was not answered before the next one leaves is watched from here on; the others need no timer.
  for (const { sentAt } of state.open.values()) {
    out.timer('patience', sentAt + PATIENCE);
    break;
  }
  const id = ++state.sent;
  out.timer('send', state.startedAt + Math.floor((state.sent * SECOND) / config.perSecond));
  const outside = 'outside' in config.from;
  const nodes = outside ? view.list('Node') : [];
  const node = 'node' in config.from ? config.from.node : nodes[state.entry % Math.max(nodes.length, 1)]?.metadata.name;
  const path: readonly Hop[] = [{ at: now, process: `traffic/${config.name}` }];
  if (node === undefined) return;
  state.open.set(id, Object.freeze({ sentAt: now, entry: node, path }));
  const message: TrafficMessage = { type: 'connect', id, client: `traffic/${config.name}`, service: config.service, port: config.port, viaNodePort: outside, path };
  out.send(`proxy/${node}`, message, { because: reasonOf('traffic.sent', { client: config.name, service: config.service, node }) });
}

function expire(config: TrafficConfig, state: TrafficState, view: View, out: Out): void {
  for (const [id, open] of state.open) {
    if (open.sentAt + PATIENCE > view.now) {
      out.timer('patience', open.sentAt + PATIENCE);
      return;
    }
    if ('outside' in config.from) {
      const nodes = view.list('Node');
      if (state.answeredAt <= open.sentAt && nodes[state.entry % Math.max(nodes.length, 1)]?.metadata.name === open.entry) state.entry++;
    }
    finish(config, state, id, open, 'timedOut', undefined, open.path, view, out);
  }
}

function answered(config: TrafficConfig, state: TrafficState, message: Extract<TrafficMessage, { type: 'response' }>, view: View, out: Out): void {
  const open = state.open.get(message.id);
  // Too late: nobody waits for it any more.
  if (open === undefined) return;
  state.answeredAt = view.now;
  finish(config, state, message.id, open, message.outcome, message.backend, message.path, view, out);
}

function finish(config: TrafficConfig, state: TrafficState, id: number, open: Open, outcome: RequestOutcome, backend: Backend | undefined, path: readonly Hop[], view: View, out: Out): void {
  state.open.delete(id);
  const client = `traffic/${config.name}`;
  const { service } = config;
  const { now } = view;
  const way = path.concat({ at: now, process: client });
  const subject = serviceSubject(service);
  // Two literals: what is made in one piece takes no more room than its fields.
  if (backend === undefined) {
    const because = reasonOf(`traffic.${outcome}`, { client: config.name, service });
    out.note({ type: 'request', client, id, service, outcome, path: way, sentAt: open.sentAt, endedAt: now, subject, because } satisfies RequestNote & Note);
  } else {
    const because = reasonOf(`traffic.${outcome}`, { client: config.name, service, pod: backend.pod ?? backend.ip });
    out.note({ type: 'request', client, id, service, outcome, backend, path: way, sentAt: open.sentAt, endedAt: now, subject, because } satisfies RequestNote & Note);
  }
}
