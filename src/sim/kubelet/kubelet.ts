import type { Change } from '../api/change.ts';
import type { NodeConfig } from '../api/cluster.ts';
import type { Pod } from '../api/object.ts';
import { USERS } from '../api/request.ts';
import type { ProbeKind, RuntimeEvent, RuntimePod } from '../api/runtime.ts';
import { SECOND } from '../api/time.ts';
import type { Message, Out, Process, Stimulus, View } from '../kernel/process.ts';
import { instead, newRecorder } from '../kernel/recorder.ts';
import { configuration } from './beyond.ts';
import { nodeEvent } from './events.ts';
import { checkNodeStatus, leaseAnswered, renewLease } from './nodestatus.ts';
import { addPod, adoptPod, deadline, gone, mount, onRuntime, pleg, preStopOver, removePod, sync, updatePod } from './podworker.ts';
import { runProbe } from './probes.ts';
import type { Context, KubeletState, PodWorker } from './state.ts';
import { deleteAnswered, retryStatuses, statusAnswered } from './statusmanager.ts';

/**
 * The kubelet of one node: it watches the Pods that are given to its node, has its machine run them, and says what became of them.
 * It has its own client, limited to 50 requests a second with bursts of 100, as upstream's.
 */
export function kubelet(node: NodeConfig): Process<KubeletState> {
  const user = USERS.node(node.name);
  const never = (): boolean => false;
  return {
    name: `kubelet/${node.name}`,
    user,
    watches: [
      // Its own status writes come back too, and tell it nothing.
      { kind: 'Pod', nodeName: node.name, wakes: (change: Change) => change.by !== user },
      { kind: 'Node', key: node.name, wakes: never },
      // Upstream watches only those that its Pods name. A new content reaches the volumes of those Pods with their next regular pass.
      { kind: 'ConfigMap', wakes: isNewContent },
      { kind: 'Secret', wakes: isNewContent },
      // For the variables that name Services.
      { kind: 'Service', wakes: never },
    ],
    limit: node.kubeletLimit ?? { perSecond: 50, burst: 100 },
    init: () => ({
      synced: false, pods: new Map(), used: new Map(), usedPods: 0, plegPhase: 0, plegAt: undefined, statusQueue: [], statusInFlight: undefined,
      lease: { latest: undefined, lastMicros: 0 }, nodeStatus: { lastReportedAt: 0, bootId: '', rebooted: false, registered: false }, images: new Map(), recorder: newRecorder(),
    }),
    step: (state, on, view, out) => step(node, state, on, view, out),
  };
}

const isNewContent = ({ before, after, key }: Change): boolean => {
  const contentOf = (object: Change['after']): unknown => (object as { readonly data?: unknown } | undefined)?.data;
  return contentOf(before) !== contentOf(after) && after !== undefined && !key.endsWith('/kube-root-ca.crt');
};

function step(node: NodeConfig, state: KubeletState, on: Stimulus, view: View, out: Out): void {
  const context: Context = { node, state, view, out, now: view.now };
  switch (on.type) {
    case 'Started':
      started(context);
      break;
    case 'Watched':
      if (on.kind === 'Pod' && state.synced) watched(context, on.changes, on.relist);
      else if (state.synced) for (const change of on.changes) configuration.changed?.(context, change);
      break;
    case 'Replied':
      replied(context, on);
      break;
    case 'TimerFired':
      timer(context, on.name);
      break;
    case 'Received': {
      if (on.message.type === 'Scrape') {
        out.send(`machine/${node.name}`, on.message);
        break;
      }
      const event = on.message as unknown as RuntimeEvent;
      if (event.type === 'PodList') podList(context, event.pods, event.bootId);
      else onRuntime(context, event);
      break;
    }
  }
}

function started(context: Context): void {
  const { node, state, out, now } = context;
  state.plegPhase = out.draw('pleg', node.name) % SECOND;
  // What was reported before this process lived counts from now on.
  state.nodeStatus.lastReportedAt = now;
  nodeEvent(context, 'Normal', 'Starting', 'Starting kubelet.');
  listPods(context);
  renewLease(context);
}

/** Until the runtime has said what runs, nothing can be started; a machine that is still coming up is asked again. */
function listPods({ node, out, now }: Context): void {
  out.send(`machine/${node.name}`, { type: 'ListPods' } satisfies Message);
  out.timer('list', now + SECOND);
}

function podList(context: Context, pods: readonly RuntimePod[], bootId: string): void {
  const { node, state, view, out } = context;
  out.cancel('list');
  if (state.synced) return;
  state.synced = true;
  state.nodeStatus.bootId = bootId;
  // A node whose runtime does not answer is not ready: its status waits for this.
  checkNodeStatus(context);
  const found = new Map(pods.map((pod) => [pod.uid, pod]));
  for (const pod of view.list('Pod', { index: 'node', value: node.name })) {
    const running = found.get(pod.metadata.uid);
    found.delete(pod.metadata.uid);
    if (running === undefined || pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') {
      if (running !== undefined) out.send(`machine/${node.name}`, { type: 'RemovePodSandbox', uid: running.uid } satisfies Message);
      addPod(context, pod);
    } else adoptPod(context, pod, running);
  }
  // What runs without an object was deleted while nobody looked.
  for (const { uid } of found.values()) out.send(`machine/${node.name}`, { type: 'RemovePodSandbox', uid } satisfies Message);
}

const here = (context: Context, object: Change['after']): Pod | undefined => ((object as Pod | undefined)?.spec.nodeName === context.node.name ? (object as Pod) : undefined);

function watched(context: Context, changes: readonly Change[], relist: boolean): void {
  const { state, view, node } = context;
  if (relist) {
    const now = new Map(view.list('Pod', { index: 'node', value: node.name }).map((pod) => [pod.metadata.uid, pod]));
    for (const worker of [...state.pods.values()]) if (!now.has(worker.uid)) removePod(context, worker);
    for (const pod of now.values()) seen(context, pod);
    return;
  }
  const self = USERS.node(node.name);
  for (const change of changes) {
    if (change.by === self) continue;
    const before = here(context, change.before);
    const after = here(context, change.after);
    if (before !== undefined && after?.metadata.uid !== before.metadata.uid) {
      const worker = state.pods.get(before.metadata.uid);
      if (worker !== undefined) removePod(context, worker);
    }
    if (after !== undefined) seen(context, after);
  }
}

function seen(context: Context, pod: Pod): void {
  const worker = context.state.pods.get(pod.metadata.uid);
  if (worker === undefined) addPod(context, pod);
  else updatePod(context, worker, pod);
}

function replied(context: Context, on: Extract<Stimulus, { type: 'Replied' }>): void {
  const { state, out } = context;
  const slash = on.tag.indexOf('/');
  const what = slash < 0 ? on.tag : on.tag.slice(0, slash);
  const about = on.tag.slice(slash + 1);
  switch (what) {
    case 'status':
      statusAnswered(context, about, on.response, on.request);
      break;
    case 'delete':
      deleteAnswered(context, about, on.response);
      break;
    case 'lease':
      leaseAnswered(context, on.request.method, on.response);
      break;
    case 'event': {
      // The Event's hour was over: it is written anew.
      const again = on.response.code === 404 ? instead(state.recorder, on.request) : undefined;
      if (again !== undefined) out.request(again, 'event');
      break;
    }
  }
}

function timer(context: Context, name: string): void {
  const { state } = context;
  const [what, uid, container, kind] = name.split('/') as [string, string?, string?, string?];
  switch (what) {
    case 'lease':
      renewLease(context);
      return;
    case 'nodeStatus':
      checkNodeStatus(context);
      return;
    case 'status':
      retryStatuses(context);
      return;
    case 'pleg':
      pleg(context);
      return;
    case 'list':
      listPods(context);
      return;
  }
  const worker: PodWorker | undefined = uid === undefined ? undefined : state.pods.get(uid);
  if (worker === undefined) return;
  switch (what) {
    case 'mount':
      mount(context, worker);
      break;
    case 'refresh':
      configuration.refresh?.(context, worker);
      break;
    case 'sync':
      sync(context, worker, { code: 'kubelet.retry', args: { node: context.node.name, pod: worker.key } });
      break;
    case 'gone':
      gone(context, worker);
      break;
    case 'deadline':
      deadline(context, worker);
      break;
    case 'prestop': {
      const record = worker.containers.get(container ?? '');
      if (record !== undefined) preStopOver(context, worker, record);
      break;
    }
    case 'probe': {
      const record = worker.containers.get(container ?? '');
      if (record !== undefined) runProbe(context, worker, record, kind as ProbeKind);
      break;
    }
  }
}
