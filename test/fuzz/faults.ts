import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Command, Fault } from '../../src/sim/api/cluster.ts';
import { pathOf, pathOfKey } from '../../src/sim/api/kinds.ts';
import { keyOf } from '../../src/sim/api/object.ts';
import { MERGE_PATCH, STRATEGIC_MERGE_PATCH, USERS, type Method, type Request } from '../../src/sim/api/request.ts';
import { MILLISECOND, SECOND } from '../../src/sim/api/time.ts';
import { headList } from '../../src/sim/apiserver/store.ts';
import { CONTROL_PLANE } from '../../src/sim/cluster/processes.ts';
import { act, newTimeline, nextMoment, playUntil, stepForward, type Timeline, type World } from '../../src/sim/index.ts';
import { invariants, look, watch, type Violation } from '../../src/sim/invariants/index.ts';
import { THREE_NODES } from '../../src/sim/scenarios/scenario.ts';

/** Anything may happen to a cluster, in any order: commands and faults by chance, all from one number. */

/** mulberry32: a small generator for tests, so that a seed is a whole story. */
export function chanceOf(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Dice {
  readonly below: (n: number) => number;
  readonly pick: <T>(from: readonly T[]) => T | undefined;
  readonly chance: (p: number) => boolean;
}
function dice(seed: number): Dice {
  const next = chanceOf(seed);
  const below = (n: number): number => Math.floor(next() * n);
  return { below, pick: (from) => (from.length === 0 ? undefined : from[below(from.length)]), chance: (p) => next() < p };
}

export const request = (method: Method, path: string, body?: unknown, contentType?: string): Command => {
  const made: Request = { user: USERS.admin, userAgent: 'fuzz', method, path, ...(body === undefined ? {} : { body }), ...(contentType === undefined ? {} : { contentType }) };
  return { type: 'request', request: made };
};

const NAMES = ['red', 'green', 'blue'] as const;
const IMAGES = ['nginx:1.27', 'nginx:1.28', 'redis:7', 'example/app:1', 'nginx:1.161'] as const;
const NODES = THREE_NODES.nodes.map(({ name }) => name);

function deployment(name: string, roll: Dice): object {
  const labels = { app: name };
  const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 1 + roll.below(3) };
  const cpu = roll.pick(['50m', '400m', '1', '3'])!;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: roll.below(7),
      selector: { matchLabels: labels },
      ...(roll.chance(0.2) ? { strategy: { type: 'Recreate' } } : roll.chance(0.4) ? { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: roll.pick([0, 1, 2, '50%'])!, maxUnavailable: roll.pick([1, 2, '34%'])! } } } : {}),
      ...(roll.chance(0.2) ? { minReadySeconds: 2 } : {}),
      template: {
        metadata: { labels, ...(roll.chance(0.15) ? { annotations: { 'orrery.dev/behaviour': '{"app": {"exitAfterSeconds": 4, "exitCode": 1}}' } } : {}) },
        spec: {
          ...(roll.chance(0.3) ? { terminationGracePeriodSeconds: roll.below(10) } : {}),
          ...(roll.chance(0.2) ? { initContainers: [{ name: 'init', image: 'example/init:1', command: ['sleep', '1'] }] } : {}),
          ...(roll.chance(0.2) ? { tolerations: [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }] } : {}),
          containers: [{ name: 'app', image: roll.pick(IMAGES)!, ports: [{ containerPort: 80 }], resources: { requests: { cpu } }, ...(roll.chance(0.3) ? { readinessProbe: probe } : {}), ...(roll.chance(0.2) ? { lifecycle: { preStop: { sleep: { seconds: 2 } } } } : {}) }],
        },
      },
    },
  };
}
const service = (name: string, nodePort: boolean): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 80 }], ...(nodePort ? { type: 'NodePort' } : {}) } });
const budget = (name: string): object => ({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name, namespace: 'default' }, spec: { minAvailable: 1, selector: { matchLabels: { app: name } } } });

function someCommand(world: World, roll: Dice): Command {
  const name = roll.pick(NAMES)!;
  const path = pathOf('Deployment', 'default', name);
  const pod = roll.pick(headList(world.store, 'Pod'));
  const node = roll.pick(NODES)!;
  switch (roll.below(14)) {
    case 0: case 1: case 2:
      return request('POST', pathOf('Deployment', 'default'), deployment(name, roll));
    case 3:
      return request('POST', pathOf('Service', 'default'), service(name, roll.chance(0.5)));
    case 4: case 5:
      return request('PATCH', `${path}/scale`, { spec: { replicas: roll.below(9) } }, MERGE_PATCH);
    case 6:
      return request('PATCH', path, { spec: { template: { spec: { containers: [{ name: 'app', image: roll.pick(IMAGES)! }] } } } }, STRATEGIC_MERGE_PATCH);
    case 7:
      return request('PATCH', path, { spec: { paused: roll.chance(0.5) } }, MERGE_PATCH);
    case 8:
      if (pod !== undefined) return request('DELETE', pathOfKey('Pod', keyOf(pod)), { kind: 'DeleteOptions', apiVersion: 'v1', ...(roll.chance(0.3) ? { gracePeriodSeconds: 0 } : {}) });
      break;
    case 9:
      if (pod !== undefined) return request('POST', pathOfKey('Pod', keyOf(pod), 'eviction'), { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod.metadata.name, namespace: 'default' } });
      break;
    case 10:
      return request('DELETE', path, { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: roll.pick(['Background', 'Foreground', 'Orphan'])! });
    case 11:
      return request('PATCH', pathOf('Node', undefined, node), { spec: { unschedulable: roll.chance(0.5) } }, MERGE_PATCH);
    case 12:
      return request('POST', pathOf('PodDisruptionBudget', 'default'), budget(name));
    default:
      return world.traffic.has(name) ? { type: 'traffic', off: name } : { type: 'traffic', on: { name, service: `default/${name}`, port: 80, perSecond: 1 + roll.below(4), from: roll.chance(0.5) ? { outside: true } : { node } } };
  }
  return request('POST', pathOf('Service', 'default'), service(name, false));
}

const COMPONENTS = [...CONTROL_PLANE, 'apiserver', ...NODES.flatMap((node) => [`kubelet/${node}`, `proxy/${node}`])];
function someFault(world: World, roll: Dice): Fault {
  const node = roll.pick(NODES)!;
  const component = roll.pick(COMPONENTS)!;
  const pod = roll.pick(headList(world.store, 'Pod'));
  switch (roll.below(9)) {
    case 0: return { type: world.slots.get(`machine/${node}`)!.running ? 'killNode' : 'returnNode', node };
    case 1: return { type: world.slots.get(`kubelet/${node}`)!.frozen ? 'thawNode' : 'freezeNode', node };
    case 2: return { type: world.slots.get(`kubelet/${node}`)!.cut ? 'healNode' : 'partitionNode', node };
    case 3: case 4: return { type: world.slots.get(component)!.running ? 'crash' : 'restart', component };
    case 5: return { type: 'slowLink', component, extraMicros: roll.below(3_000) * MILLISECOND };
    case 6: return { type: world.slots.get(component)!.cut ? 'mendLink' : 'cutLink', component };
    case 7: if (pod !== undefined) return { type: 'crashContainer', pod: keyOf(pod), container: 'app' };
  }
  return { type: 'returnNode', node };
}

/** Everything is put right again: what is off is switched on, what is cut is mended. */
export function heal(timeline: Timeline): void {
  const { world } = timeline;
  for (const node of NODES) for (const type of ['thawNode', 'healNode', 'returnNode'] as const) act(timeline, { type: 'fault', fault: { type, node } });
  for (const [name, slot] of world.slots) {
    if (slot.extraMicros > 0) act(timeline, { type: 'fault', fault: { type: 'slowLink', component: name, extraMicros: 0 } });
    if (slot.cut) act(timeline, { type: 'fault', fault: { type: 'mendLink', component: name } });
    if (!slot.running && !name.startsWith('traffic/')) act(timeline, { type: 'fault', fault: { type: 'restart', component: name } });
  }
}

export interface Outcome {
  readonly seed: number;
  readonly timeline: Timeline;
  readonly violation: Violation | undefined;
}

/** One story of a minute and a half: two dozen deeds and misdeeds, and all invariants looked at after every step. */
export function story(seed: number, deeds = 24, seconds = 90, next: (world: World, roll: Dice) => Command = someCommand): Outcome {
  const roll = dice(seed);
  const timeline = newTimeline({ config: { ...THREE_NODES, proxyMode: roll.chance(0.5) ? 'iptables' : 'ipvs' }, seed, script: [] });
  const eye = watch(timeline.world, invariants);
  let violation: Violation | undefined;
  const until = (at: number): boolean => {
    while (nextMoment(timeline) <= at) {
      stepForward(timeline);
      violation = look(eye, timeline.world);
      if (violation !== undefined) return false;
    }
    playUntil(timeline, at);
    return true;
  };
  for (let i = 0; i < deeds; i++) {
    const gap = roll.chance(0.4) ? roll.below(200 * MILLISECOND) : roll.below(Math.floor((2 * seconds * SECOND) / deeds));
    if (!until(timeline.world.now + gap)) return { seed, timeline, violation };
    // A cluster has something to do before things go wrong in it.
    const command: Command = i < 4 || roll.chance(0.65) ? (i < 4 ? request('POST', pathOf(i % 2 === 0 ? 'Deployment' : 'Service', 'default'), i % 2 === 0 ? deployment(NAMES[i / 2]!, roll) : service(NAMES[(i - 1) / 2]!, roll.chance(0.5))) : next(timeline.world, roll)) : { type: 'fault', fault: someFault(timeline.world, roll) };
    act(timeline, command);
  }
  until(timeline.world.now + 5 * SECOND);
  return { seed, timeline, violation };
}

const KEPT = new URL('./seeds.json', import.meta.url);
/** Seeds that failed once: they are tried for ever. */
export const keptSeeds = (): readonly number[] => (existsSync(KEPT) ? (JSON.parse(readFileSync(KEPT, 'utf8')) as number[]) : []);
export function keep(seed: number): void {
  const seeds = new Set([...keptSeeds(), seed]);
  writeFileSync(KEPT, `${JSON.stringify([...seeds].sort((a, b) => a - b))}\n`);
}
