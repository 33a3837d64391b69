import type { Change } from '../../src/sim/api/change.ts';
import type { NodeConfig } from '../../src/sim/api/cluster.ts';
import { keyOf, type Kind, type KubernetesObject, type Node, type Pod } from '../../src/sim/api/object.ts';
import type { Request, Response } from '../../src/sim/api/request.ts';
import { SECOND, timestamp, type Micros } from '../../src/sim/api/time.ts';
import { draw, newChance } from '../../src/sim/kernel/draw.ts';
import type { AnyProcess, Message, Note, Out, Stimulus, View } from '../../src/sim/kernel/process.ts';
import { snapshot } from '../../src/sim/kernel/snapshot.ts';
import { kubelet } from '../../src/sim/kubelet/kubelet.ts';
import { machine } from '../../src/sim/machine/machine.ts';

/**
 * One node and a pretend API server: just enough to let a kubelet and its machine run, and to write down what they did. It knows the
 * latency of nothing but messages (1 ms) and requests (2 ms there, 1 ms back).
 */
type Due = { at: Micros; seq: number; to: string } & ({ type: 'stimulus'; stimulus: Stimulus } | { type: 'timer'; name: string } | { type: 'request'; id: number; tag: string; request: Request });

export interface Line {
  readonly at: Micros;
  readonly text: string;
}

export interface Harness {
  readonly objects: Map<string, KubernetesObject>;
  readonly lines: Line[];
  readonly requests: { readonly at: Micros; readonly request: Request }[];
  readonly notes: Note[];
  readonly states: Map<string, unknown>;
  now: Micros;
  /** No request is answered. */
  cut: boolean;
  put(object: Omit<KubernetesObject, 'metadata'> & { metadata: object }, by?: string): void;
  remove(kind: Kind, key: string, by?: string): void;
  deletePod(key: string, graceSeconds?: number): void;
  run(seconds: number): void;
  crash(process: string): void;
  start(process: string): void;
  send(to: string, message: Message): void;
  pod(key: string): Pod;
  transcript(filter?: RegExp): string;
}

export const NODE: NodeConfig = { name: 'node-1', cpu: '4', memory: '8Gi', index: 1, hollow: false };

export function harness(node: NodeConfig = NODE): Harness {
  const processes = new Map<string, AnyProcess>([kubelet(node) as AnyProcess, machine(node) as AnyProcess].map((process) => [process.name, process]));
  const states = new Map<string, unknown>();
  const running = new Set<string>();
  const timers = new Map<string, number>();
  const chance = newChance(7);
  const objects = new Map<string, KubernetesObject>();
  const lines: Line[] = [];
  const requests: Harness['requests'] = [];
  const notes: Note[] = [];
  let agenda: Due[] = [];
  let seq = 0;
  let revision = 100;
  let steps = 0;
  let nextId = 1;
  const push = (due: Record<string, unknown> & { at: Micros; to: string }): number => {
    agenda.push({ ...due, seq: ++seq } as unknown as Due);
    return seq;
  };
  const line = (text: string): void => void lines.push({ at: self.now, text });

  function change(kind: string, key: string, before: KubernetesObject | undefined, after: KubernetesObject | undefined, by: string): void {
    const made = { revision, at: self.now, kind, key, before, after, by, verb: 'update', cause: 1, previous: undefined, nth: 0, ordinal: 0, id: 0 } as Change;
    const process = processes.get(`kubelet/${node.name}`)!;
    const subscription = process.watches.find((each) => each.kind === kind);
    if (subscription === undefined || (subscription.wakes !== undefined && !subscription.wakes(made))) return;
    push({ type: 'stimulus', at: self.now + 1000, to: process.name, stimulus: { type: 'Watched', kind: kind as Kind, changes: [made], relist: false, cause: 1 } });
  }
  function store(object: KubernetesObject, by: string): KubernetesObject {
    const id = `${object.kind}/${keyOf(object)}`;
    const before = objects.get(id);
    const after = { ...object, metadata: { ...object.metadata, resourceVersion: String(++revision) } };
    objects.set(id, after);
    change(object.kind, keyOf(object), before, after, by);
    return after;
  }
  function drop(id: string, by: string): void {
    const before = objects.get(id);
    if (before === undefined) return;
    objects.delete(id);
    revision++;
    change(before.kind, keyOf(before), before, undefined, by);
  }

  const merge = (before: unknown, patch: unknown): unknown => {
    if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
    const out: Record<string, unknown> = typeof before === 'object' && before !== null && !Array.isArray(before) ? { ...(before as object) } : {};
    for (const [key, value] of Object.entries(patch)) {
      if (key.startsWith('$setElementOrder/')) continue;
      if (value === null) delete out[key];
      else if ((key === 'conditions' || key === 'podIPs') && Array.isArray(value)) {
        const by = key === 'conditions' ? 'type' : 'ip';
        const items = [...((out[key] as Record<string, unknown>[] | undefined) ?? [])];
        for (const item of value as Record<string, unknown>[]) {
          const i = items.findIndex((each) => each[by] === item[by]);
          if (i < 0) items.push(merge({}, item) as Record<string, unknown>);
          else items[i] = merge(items[i], item) as Record<string, unknown>;
        }
        const order = (patch as Record<string, unknown>)[`$setElementOrder/${key}`] as Record<string, unknown>[] | undefined;
        if (order !== undefined) items.sort((a, b) => order.findIndex((each) => each[by] === a[by]) - order.findIndex((each) => each[by] === b[by]));
        out[key] = items;
      } else out[key] = merge(out[key], value);
    }
    return out;
  };

  function handle(request: Request): Response {
    const status = (code: number): Response => ({ code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code } });
    const m = /^\/api(?:s\/[^/]+)?\/[^/]+(?:\/namespaces\/([^/]+))?\/(pods|nodes|leases|events)(?:\/([^/]+))?(?:\/(status))?$/.exec(request.path);
    if (m === null) return status(404);
    const kind = { pods: 'Pod', nodes: 'Node', leases: 'Lease', events: 'Event' }[m[2]!]!;
    const id = `${kind}/${m[1] === undefined ? '' : `${m[1]}/`}${m[3] ?? ''}`;
    const before = objects.get(id);
    if (kind === 'Event') {
      const body = request.body as { reason?: string; message?: string; type?: string; involvedObject?: { name?: string; fieldPath?: string }; count?: number };
      line(request.method === 'POST' ? `event ${body.type} ${body.reason} ${body.involvedObject?.name}${body.involvedObject?.fieldPath === undefined ? '' : ` ${body.involvedObject.fieldPath}`}: ${body.message}` : `event again: ${body.message} x${body.count}`);
      return { code: 201, body: request.body as never };
    }
    switch (request.method) {
      case 'GET':
        return before === undefined ? status(404) : { code: 200, body: before };
      case 'POST':
        return { code: 201, body: store({ ...(request.body as KubernetesObject) }, request.user) };
      case 'PUT':
        return { code: 200, body: store(request.body as KubernetesObject, request.user) };
      case 'PATCH': {
        if (before === undefined) return status(404);
        const after = merge(before, request.body) as KubernetesObject;
        if (kind === 'Pod') line(`status ${keyOf(before)}: ${shown((request.body as { status: Record<string, unknown> }).status)}`);
        return { code: 200, body: store(after, request.user) };
      }
      case 'DELETE':
        line(`delete ${id} ${JSON.stringify((request.body as { gracePeriodSeconds?: number }).gracePeriodSeconds)}`);
        drop(id, request.user);
        return { code: 200, body: before as never };
    }
  }

  function step(name: string, stimulus: Stimulus): void {
    const process = processes.get(name)!;
    steps++;
    const view: View = {
      now: self.now,
      step: steps,
      get: (kind, key) => objects.get(`${kind}/${key}`) as never,
      list: (kind) => [...objects.values()].filter((object) => object.kind === kind) as never,
      revision: () => revision,
    };
    const out: Out = {
      request(request, tag) {
        const id = nextId++;
        push({ type: 'request', at: self.now + 2000, to: name, id, tag, request: { ...request, user: process.user } });
        return id;
      },
      timer: (timer, at) => void timers.set(`${name} ${timer}`, push({ type: 'timer', at: Math.max(at, self.now), to: name, name: timer })),
      cancel: (timer) => void timers.delete(`${name} ${timer}`),
      send: (to, message, options) => void (processes.has(to) && push({ type: 'stimulus', at: self.now + 1000 + (options?.delayMicros ?? 0), to, stimulus: { type: 'Received', from: name, message, cause: 1 } })),
      note: (note) => void notes.push(note),
      draw: (purpose, key) => draw(chance, name, purpose, key),
      causedBy: () => undefined,
    };
    process.step(states.get(name), stimulus, view, out);
    // State is plain data: a copy must do as well as the original.
    states.set(name, snapshot(states.get(name)));
  }

  const self: Harness = {
    objects, lines, requests, notes, states,
    now: 0,
    cut: false,
    put: (object, by = 'kubernetes-admin') => void store(object as KubernetesObject, by),
    remove: (kind, key, by = 'kubernetes-admin') => drop(`${kind}/${key}`, by),
    deletePod(key, graceSeconds = 30) {
      const pod = objects.get(`Pod/${key}`) as Pod;
      if (graceSeconds === 0) drop(`Pod/${key}`, 'kubernetes-admin');
      else store({ ...pod, metadata: { ...pod.metadata, generation: 2, deletionTimestamp: timestamp(self.now + graceSeconds * SECOND), deletionGracePeriodSeconds: graceSeconds } } as Pod, 'kubernetes-admin');
    },
    run(seconds) {
      const until = self.now + Math.round(seconds * SECOND);
      for (;;) {
        agenda.sort((a, b) => a.at - b.at || a.seq - b.seq);
        const due = agenda[0];
        if (due === undefined || due.at > until) break;
        agenda.shift();
        self.now = due.at;
        if (due.type === 'request') {
          requests.push({ at: self.now, request: due.request });
          if (self.cut) push({ type: 'stimulus', at: self.now + 10 * SECOND, to: due.to, stimulus: { type: 'Replied', id: due.id, tag: due.tag, request: due.request, response: { code: 0, body: { kind: 'Status', apiVersion: 'v1' } }, cause: 1 } });
          else push({ type: 'stimulus', at: self.now + 1000, to: due.to, stimulus: { type: 'Replied', id: due.id, tag: due.tag, request: due.request, response: handle(due.request), cause: 1 } });
          continue;
        }
        if (!running.has(due.to)) continue;
        if (due.type === 'timer') {
          if (timers.get(`${due.to} ${due.name}`) !== due.seq) continue;
          timers.delete(`${due.to} ${due.name}`);
          step(due.to, { type: 'TimerFired', name: due.name, cause: 1 });
        } else step(due.to, due.stimulus);
      }
      self.now = until;
    },
    crash(name) {
      running.delete(name);
      for (const timer of [...timers.keys()]) if (timer.startsWith(`${name} `)) timers.delete(timer);
      agenda = agenda.filter((due) => due.to !== name);
    },
    start(name) {
      running.add(name);
      if (!name.startsWith('machine/') || states.get(name) === undefined) states.set(name, processes.get(name)!.init());
      push({ type: 'stimulus', at: self.now, to: name, stimulus: { type: 'Started', cause: 1 } });
    },
    send: (to, message) => void push({ type: 'stimulus', at: self.now, to, stimulus: { type: 'Received', from: 'user', message, cause: 1 } }),
    pod: (key) => objects.get(`Pod/${key}`) as Pod,
    transcript: (filter) => lines.filter(({ text }) => filter === undefined || filter.test(text)).map(({ at, text }) => `${(at / SECOND).toFixed(3).padStart(8)} ${text}`).join('\n'),
  };

  const capacity = { cpu: node.cpu, memory: node.memory, pods: '110' };
  const ready = (type: string, status: string, reason: string, message: string): object => ({ type, status, reason, message, lastHeartbeatTime: timestamp(0), lastTransitionTime: timestamp(0) });
  self.put({
    apiVersion: 'v1', kind: 'Node', metadata: { name: node.name, uid: 'uid-node', labels: { 'kubernetes.io/hostname': node.name }, creationTimestamp: timestamp(0) }, spec: {},
    status: {
      capacity, allocatable: capacity, addresses: [{ type: 'InternalIP', address: '192.168.1.11' }],
      conditions: [
        ready('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'), ready('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        ready('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'), ready('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
    },
  } as unknown as Node);
  self.start(`machine/${node.name}`);
  self.start(`kubelet/${node.name}`);
  self.run(1);
  return self;
}

/** A status patch in one line. */
function shown(status: Record<string, unknown>): string {
  const parts: string[] = [];
  if (status.phase !== undefined) parts.push(String(status.phase));
  if (status.reason !== undefined) parts.push(`(${String(status.reason)})`);
  for (const condition of (status.conditions as { type: string; status?: string; reason?: string }[] | undefined) ?? []) {
    if (condition.status !== undefined && condition.type !== 'PodScheduled') parts.push(`${condition.type}=${condition.status}${condition.reason === undefined || condition.reason === null ? '' : `/${condition.reason}`}`);
  }
  for (const field of ['initContainerStatuses', 'containerStatuses'] as const) {
    for (const each of (status[field] as { name: string; ready: boolean; restartCount: number; state: Record<string, { reason?: string; exitCode?: number }> }[] | undefined) ?? []) {
      const [state] = Object.keys(each.state) as [string];
      const { reason, exitCode } = each.state[state]!;
      parts.push(`${each.name}:${state}${reason === undefined ? '' : `/${reason}`}${exitCode === undefined ? '' : `/${exitCode}`}${each.ready ? '+ready' : ''}${each.restartCount > 0 ? `#${each.restartCount}` : ''}`);
    }
  }
  return parts.join(' ');
}

let serial = 0;
export function pod(name: string, spec: Partial<Pod['spec']>, metadata: object = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}-${++serial}`, resourceVersion: '1', generation: 1, creationTimestamp: timestamp(0), ...metadata },
    spec: { containers: [{ name: 'app', image: 'nginx:1.27', imagePullPolicy: 'IfNotPresent' }], nodeName: 'node-1', restartPolicy: 'Always', terminationGracePeriodSeconds: 30, ...spec },
    status: { phase: 'Pending', qosClass: 'BestEffort', conditions: [{ type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp(0) }] },
  } as Pod;
}
