import { act, digestOf, newTimeline, seek, type Timeline } from '../../src/sim/index.ts';
import '../../src/sim/further.ts';
import { encode } from '../../src/sim/record/codec.ts';
import { contentOf, scenarioOf } from '../../src/sim/scenarios/index.ts';
import { USERS, type Method } from '../../src/sim/api/request.ts';
import { toFragment } from '../../src/ui/link/share.ts';

/** Histories made for a test, as the links that lead to them: what anybody could have done with kubectl. */
export interface Crafted {
  readonly timeline: Timeline;
  readonly send: (method: Method, path: string, body?: object, contentType?: string) => void;
  readonly wait: (seconds: number) => void;
  readonly node: (name: string, cpu: string, memory: string, more?: { readonly labels?: Readonly<Record<string, string>>; readonly taints?: readonly object[]; readonly unschedulable?: boolean; readonly images?: readonly object[] }) => void;
  readonly pod: (name: string, requests: Readonly<Record<string, string>>, more?: { readonly metadata?: object; readonly spec?: object }) => void;
  readonly link: () => string;
}

const SECOND = 1_000_000;

export function crafted(scenario = 'deploy'): Crafted {
  const story = scenarioOf(scenario)!;
  const timeline = newTimeline(story);
  const send: Crafted['send'] = (method, path, body, contentType) =>
    void act(timeline, { type: 'request', request: { user: USERS.admin, userAgent: 'kubectl', method, path, ...(contentType === undefined ? {} : { contentType }), ...(body === undefined ? {} : { body }) }, line: `kubectl ${method === 'POST' ? 'create' : method === 'DELETE' ? 'delete' : 'patch'}` });
  return {
    timeline,
    send,
    wait: (seconds) => void seek(timeline, { at: timeline.world.now + seconds * SECOND }),
    node(name, cpu, memory, { labels, taints, unschedulable, images } = {}) {
      const room = { cpu, memory, pods: '110' };
      send('POST', '/api/v1/nodes', {
        apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
        spec: { ...(taints === undefined ? {} : { taints }), ...(unschedulable === true ? { unschedulable } : {}) },
        status: { capacity: room, allocatable: room, conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ready', lastHeartbeatTime: '2026-01-05T08:00:00Z', lastTransitionTime: '2026-01-05T08:00:00Z' }], ...(images === undefined ? {} : { images }) },
      });
    },
    pod(name, requests, { metadata, spec } = {}) {
      send('POST', '/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { app: 'web' }, ...metadata }, spec: { containers: [{ name: 'web', image: 'nginx:1.14.2', resources: { requests } }], ...spec } });
    },
    link: () =>
      toFragment({
        recording: encode({ engine: 'crafted', scenario: story.id, content: contentOf(story as never), seed: story.seed, inputs: timeline.inputs.slice(0, timeline.played), cursor: { at: timeline.world.now, steps: timeline.world.steps }, digest: digestOf(timeline) }),
      }),
  };
}

/** Six nodes as different as those of a textbook, and Pods that meet them: one that is placed, one that nobody can take. */
export function sixNodes(): Crafted {
  const it = crafted();
  it.node('node-4', '4', '8Gi', { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] });
  it.node('node-5', '4', '8Gi');
  it.node('node-6', '2', '4Gi', { taints: [{ key: 'slow', value: 'disk', effect: 'PreferNoSchedule' }] });
  it.wait(8);
  it.send('PATCH', '/api/v1/nodes/node-5', { spec: { unschedulable: true } }, 'application/strategic-merge-patch+json');
  it.pod('filler-1', { cpu: '900m', memory: '1Gi' }, { spec: { nodeName: 'node-1' } });
  it.pod('filler-3', { cpu: '3700m', memory: '2Gi' }, { metadata: { labels: { app: 'filler' } }, spec: { nodeName: 'node-3' } });
  it.wait(3);
  it.pod('web-7d9-4kx9p', { cpu: '500m', memory: '512Mi' }, { spec: { topologySpreadConstraints: [{ maxSkew: 3, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { app: 'web' } } }] } });
  it.wait(2);
  it.pod('huge', { cpu: '3700m', memory: '1Gi' });
  it.wait(14);
  return it;
}

/** A thousand nodes that only the API server knows, some closed and some full, and Pods that are placed among them. */
export function thousandNodes(): Crafted {
  const it = crafted();
  for (let i = 4; i <= 1000; i++) {
    it.node(`node-${i}`, `${2 + (i % 4)}`, `${4 + (i % 5)}Gi`, { ...(i % 9 === 0 ? { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] } : {}), ...(i % 13 === 0 ? { unschedulable: true } : {}) });
  }
  it.wait(26);
  it.pod('small', { cpu: '500m', memory: '512Mi' });
  it.wait(2);
  it.pod('middling', { cpu: '3', memory: '5Gi' }, { spec: { topologySpreadConstraints: [{ maxSkew: 3, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { app: 'web' } } }] } });
  it.wait(2);
  it.pod('huge', { cpu: '9' });
  it.wait(2);
  return it;
}

/** Lesser Pods on every node, one of them under a budget, and then one that is more important than all. */
export function preempting(): Crafted {
  const it = crafted();
  it.wait(6);
  const filler = (name: string, node: string, cpu: string, priority: number, app: string): void => it.pod(name, { cpu, memory: '256Mi' }, { metadata: { labels: { app } }, spec: { nodeName: node, priorityClassName: priority > 0 ? 'middle' : 'low' } });
  for (const [name, value] of [['low', 0], ['middle', 100], ['high', 1000]] as const) it.send('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value });
  it.wait(1);
  filler('low-1a', 'node-1', '2', 0, 'spare');
  filler('low-1b', 'node-1', '1800m', 0, 'spare');
  filler('middle-2', 'node-2', '3500m', 100, 'spare');
  filler('guarded-3', 'node-3', '3500m', 0, 'guarded');
  it.send('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'guard', namespace: 'default' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } } });
  it.wait(6);
  it.pod('urgent', { cpu: '3', memory: '1Gi' }, { spec: { priorityClassName: 'high' } });
  it.wait(1);
  it.pod('gated', { cpu: '100m' }, { spec: { schedulingGates: [{ name: 'example.com/wait' }] } });
  it.wait(1);
  return it;
}
