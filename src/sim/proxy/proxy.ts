import type { Change } from '../api/change.ts';
import type { NodeConfig, ProxyMode } from '../api/cluster.ts';
import type { EndpointSlice } from '../api/object.ts';
import { MILLISECOND, SECOND, type Micros } from '../api/time.ts';
import type { Backend, TrafficMessage } from '../api/traffic.ts';
import { between } from '../kernel/draw.ts';
import type { Out, Process, Stimulus, View } from '../kernel/process.ts';
import { dialler } from './beyond.ts';
import { reasonOf, serviceSubject } from './reasons.ts';
import { route } from './route.ts';
import { rulesOf, type ServiceRules } from './rules.ts';

/**
 * The kube-proxy of one node: it watches Services and EndpointSlices, and some time after a change its node's rules follow. In iptables
 * mode at least a second lies between two synchronisations (minSyncPeriod), so rules lag behind by up to that, and requests go where they
 * still point. IPVS mode knows no such pause.
 *
 * Simplified: routing is done by the same process, so while a kube-proxy has crashed nothing is routed; on a real node the rules are in
 * the kernel and stay as they were.
 */
export interface ProxyState {
  /** As they are on the node now. */
  readonly rules: Map<string, ServiceRules>;
  /** Services whose rules may have changed. */
  readonly dirty: Set<string>;
  syncAt: Micros | undefined;
  syncedAt: Micros;
  /** What the synchronisation under way will put in place: by Service, the rules of its ports. */
  readonly writing: Map<string, readonly ServiceRules[]>;
  writingRevision: number;
  /** The revision of EndpointSlices that the rules are made from. */
  revision: number;
  /** IPVS: whose turn it is, by Service port. */
  readonly turns: Map<string, number>;
  /** sessionAffinity: where a client was sent last, by Service port and client. */
  readonly affinity: Map<string, { readonly to: Backend; readonly at: Micros }>;
}

const MIN_SYNC: Readonly<Record<ProxyMode, Micros>> = { iptables: SECOND, ipvs: 0 };
/** What one synchronisation takes: reading, writing the changed chains with iptables-restore. */
const SYNC_MICROS = [15 * MILLISECOND, 45 * MILLISECOND] as const;

export function proxy(node: NodeConfig, mode: ProxyMode): Process<ProxyState> {
  return {
    name: `proxy/${node.name}`,
    user: `system:serviceaccount:kube-system:kube-proxy`,
    watches: [
      { kind: 'Service', wakes: (change: Change) => (change.before as { spec?: unknown } | undefined)?.spec !== (change.after as { spec?: unknown } | undefined)?.spec },
      { kind: 'EndpointSlice', wakes: (change: Change) => (change.before as EndpointSlice | undefined)?.endpoints !== (change.after as EndpointSlice | undefined)?.endpoints || (change.before as EndpointSlice | undefined)?.ports !== (change.after as EndpointSlice | undefined)?.ports },
      // Whose the Pod network's ranges are.
      { kind: 'Node', wakes: () => false },
    ],
    limit: { perSecond: 5, burst: 10 },
    init: () => ({ rules: new Map(), dirty: new Set(), syncAt: undefined, syncedAt: -Infinity, writing: new Map(), writingRevision: 0, revision: 0, turns: new Map(), affinity: new Map() }),
    step: (state, on, view, out) => step(node, mode, state, on, view, out),
  };
}

const SERVICE_LABEL = 'kubernetes.io/service-name';

function step(node: NodeConfig, mode: ProxyMode, state: ProxyState | undefined, on: Stimulus, view: View, out: Out): void {
  if (state === undefined) return;
  switch (on.type) {
    case 'Started':
      state.syncedAt = -MIN_SYNC[mode];
      for (const service of view.list('Service')) state.dirty.add(`${service.metadata.namespace}/${service.metadata.name}`);
      schedule(mode, state, view.now, out);
      break;
    case 'Watched':
      if (on.relist) {
        for (const service of view.list('Service')) state.dirty.add(`${service.metadata.namespace}/${service.metadata.name}`);
        for (const rules of state.rules.values()) state.dirty.add(rules.service);
      }
      for (const change of on.changes) {
        if (change.kind === 'Service') state.dirty.add(change.key);
        else {
          const { metadata } = change.after ?? change.before!;
          const service = metadata.labels?.[SERVICE_LABEL];
          if (service !== undefined) state.dirty.add(`${metadata.namespace}/${service}`);
        }
      }
      schedule(mode, state, view.now, out);
      break;
    case 'TimerFired':
      if (on.name === 'sync') sync(node, state, view, out);
      else if (on.name === 'written') written(node, mode, state, view, out);
      break;
    case 'Received':
      if (on.message.type === 'dial') dialler.dial?.(node, mode, state, on.message, view, out);
      else if (on.message.type === 'connect') connect(node, mode, state, on.message as unknown as Extract<TrafficMessage, { type: 'connect' }>, view.now, out);
      break;
  }
}

/** At once if the last one is long enough ago; what comes until then is taken along, what comes later waits for the next one. */
function schedule(mode: ProxyMode, state: ProxyState, now: Micros, out: Out): void {
  if (state.syncAt !== undefined || state.writing.size > 0 || state.dirty.size === 0) return;
  state.syncAt = Math.max(now, state.syncedAt + MIN_SYNC[mode]);
  out.timer('sync', state.syncAt);
}

const same = (a: ServiceRules | undefined, b: ServiceRules): boolean => a !== undefined && JSON.stringify(a) === JSON.stringify(b);

/** Works out what has changed; writing it takes a moment, and until then the old rules hold. */
function sync(node: NodeConfig, state: ProxyState, view: View, out: Out): void {
  state.syncAt = undefined;
  state.writingRevision = view.revision('EndpointSlice');
  for (const key of state.dirty) {
    const service = view.get('Service', key);
    state.writing.set(key, service === undefined ? [] : rulesOf(service, view.list('EndpointSlice', { index: 'service', value: key }), node.name));
  }
  state.dirty.clear();
  const [low, high] = SYNC_MICROS;
  out.timer('written', view.now + between(out.draw('sync', node.name), low, high));
}

function written(node: NodeConfig, mode: ProxyMode, state: ProxyState, view: View, out: Out): void {
  state.syncedAt = view.now;
  state.revision = state.writingRevision;
  const writing = [...state.writing];
  state.writing.clear();
  for (const [key, now] of writing) {
    let changed = false;
    let before: ServiceRules | undefined;
    for (const rules of state.rules.values()) {
      if (rules.service !== key) continue;
      before ??= rules;
      if (now.some((each) => each.name === rules.name)) continue;
      state.rules.delete(rules.name);
      changed = true;
    }
    for (const rules of now) {
      if (same(state.rules.get(rules.name), rules)) continue;
      state.rules.set(rules.name, Object.freeze(rules));
      changed = true;
    }
    if (!changed) continue;
    const [first] = now;
    const subject = { kind: 'Service', key };
    out.note({
      type: 'rules',
      subject,
      node: node.name,
      revision: state.revision,
      backends: first === undefined ? [] : first.cluster,
      was: before === undefined ? [] : before.cluster,
      present: first !== undefined,
      because: {
        code: first === undefined ? 'proxy.removed' : before === undefined ? 'proxy.added' : 'proxy.changed',
        args: { node: node.name, service: key, endpoints: first?.cluster.length ?? 0 },
        refs: [{ kind: 'Service', key }, ...[first?.slice ?? before?.slice ?? ''].flatMap((slice) => (slice === '' ? [] : [{ kind: 'EndpointSlice', key: slice, revision: state.revision }]))],
      },
    });
  }
  schedule(mode, state, view.now, out);
}

/** A connection enters the node, from a Pod here or from outside through the node port. */
function connect(node: NodeConfig, mode: ProxyMode, state: ProxyState, message: Extract<TrafficMessage, { type: 'connect' }>, now: Micros, out: Out): void {
  const { service, port, viaNodePort, client } = message;
  const key = `${service}:${port}`;
  const path = message.path.concat({ at: now, process: `proxy/${node.name}` });
  const turn = mode === 'ipvs' ? (state.turns.get(key) ?? 0) : out.draw('route', key);
  let to = route(state.rules, { service, port }, viaNodePort, mode, turn);
  if ('to' in to) {
    if (mode === 'ipvs') state.turns.set(key, (turn + 1) % 0x4000_0000);
    for (const rules of state.rules.values()) {
      if (rules.service !== service || rules.port !== port || rules.affinitySeconds === undefined) continue;
      const last = state.affinity.get(`${key} ${client}`);
      const kept = last === undefined || now - last.at > rules.affinitySeconds * SECOND ? undefined : rules.cluster.find((each) => each.ip === last.to.ip && each.port === last.to.port);
      if (kept !== undefined) to = { to: kept, index: 0, of: rules.cluster.length };
      state.affinity.set(`${key} ${client}`, Object.freeze({ to: to.to, at: now }));
    }
    const because = reasonOf('proxy.routed', { node: node.name, service, backend: to.to.pod ?? to.to.ip, of: to.of });
    // What the client cannot know when nobody answers.
    out.note({ type: 'routed', subject: serviceSubject(service), client, id: message.id, node: node.name, backend: to.to, index: to.index, of: to.of, because });
    // An address that no machine of the cluster has (the API server's own) is beyond this network.
    if (to.to.node !== '') out.send(`machine/${to.to.node}`, { type: 'request', id: message.id, client, to: to.to, path }, { because });
    return;
  }
  if ('drop' in to) return;
  const outcome = 'reject' in to ? 'noEndpoints' : 'noService';
  out.send(client, { type: 'response', id: message.id, outcome, path }, { because: reasonOf(`proxy.${outcome}`, { node: node.name, service }) });
}
