import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '../../src/sim/api/object.ts';
import { actorOf, USERS, type Request } from '../../src/sim/api/request.ts';
import { KINDS } from '../../src/sim/api/kinds.ts';
import type { ServedMetrics } from '../../src/sim/api/metrics.ts';
import { EPOCH_MILLIS, MILLISECOND, SECOND, type Micros } from '../../src/sim/api/time.ts';
import { kubectl } from '../../src/kubectl/kubectl.ts';
import { changeAt, headList } from '../../src/sim/apiserver/store.ts';
import { act, newTimeline, perform, playUntil, read, type StepRecord, type Timeline } from '../../src/sim/index.ts';
import { at as itemAt } from '../../src/sim/kernel/journal.ts';
import { canonicalTrace } from './canonical.mjs';
import { compare, type Level } from './compare.mjs';
import { TICKS, scriptedNode, tick, type Exit, type ScriptedNode } from './scripted.ts';

/** How long the cluster is left to itself before t = 0: the recorded ones are about 14 s old then, which decides the phases of leases and monitors. */
const WARM_UP: Micros = 14 * SECOND;
/** By seed, how much sooner or later the node controller came up: every recording has a phase of its own of that monitor's five seconds. */
const MONITOR_SHIFT: readonly Micros[] = [0, -500 * MILLISECOND, -1 * SECOND, 500 * MILLISECOND];
/** When it comes up by itself, a period later; a restart takes half a second. */
const MONITOR_RESTARTS: Micros = 5_650 * MILLISECOND;
const pick = <T>(list: readonly T[], seed: number, every: number): T => list[Math.floor((seed - 1) / every) % list.length]!;
/** What kubectl takes to start, by seed; the recorded one takes 0.1 to 0.8 s. */
const KUBECTL_STARTS: readonly Micros[] = [120 * MILLISECOND, 120 * MILLISECOND, 450 * MILLISECOND];

/** The recorder's hollow nodes are kubemark's: their client is limited so. */
const HOLLOW_LIMIT = { perSecond: 10, burst: 20 } as const;

/** What kubectl does between two requests, by seed; the recorded one takes 2 to 70 ms, and what it applies is met by controllers sooner or later. */
const KUBECTL_THINKS: readonly Micros[] = [20 * MILLISECOND, 2 * MILLISECOND, 50 * MILLISECOND];

interface GoldenStep {
  readonly at: number;
  readonly kubectl?: readonly string[];
  readonly stdin?: unknown;
  readonly fault?: string;
  readonly node?: string;
  readonly out?: string;
  readonly err?: string;
  readonly code?: number;
}
export interface Golden {
  readonly name: string;
  readonly until: number;
  readonly setup?: readonly GoldenStep[];
  readonly nodes: readonly { readonly metadata: { readonly name: string; readonly labels?: Record<string, string> }; readonly status: { readonly capacity?: Record<string, string>; readonly allocatable?: Record<string, string> } }[];
  readonly steps: readonly GoldenStep[];
  /** What the metrics server of the recorder served. */
  readonly metrics?: Omit<ServedMetrics, 'from'>;
  /** The nodes that the recorder played itself. */
  readonly scripted?: { readonly nodes: readonly string[]; readonly exits: readonly Exit[] };
  readonly [field: string]: unknown;
}
export interface Played extends Record<string, unknown> {
  readonly steps: readonly GoldenStep[];
}

/** A kubectl line under way: where it stands, and when it goes on. */
interface Running {
  readonly args: readonly string[];
  readonly program: ReturnType<typeof kubectl>;
  readonly done: (result: { readonly out: string; readonly err: string; readonly code: number }) => void;
  at: Micros;
  request?: Request;
  /** How long it takes between two requests. */
  readonly thinks: Micros;
  out: string;
  err: string;
}

/** Takes a kubectl line on to its next wait (for an answer or for time), or to its end: then it is no longer running. */
function proceed(timeline: Timeline, line: Running): boolean {
  const { request } = line;
  delete line.request;
  let turn = request === undefined ? line.program.next() : line.program.next(request.method === 'GET' ? read(timeline.world, request) : perform(timeline, request, `kubectl ${line.args.join(' ')}`));
  while (!turn.done) {
    const step = turn.value;
    if ('sleepMicros' in step) {
      line.at = timeline.world.now + step.sleepMicros;
      return true;
    }
    if ('request' in step) {
      line.request = step.request;
      // A drain's evictions go out side by side.
      line.at = timeline.world.now + (step.request.path.endsWith('/eviction') ? 0 : line.thinks);
      return true;
    }
    if ('out' in step) line.out += step.out;
    else if ('err' in step) line.err += step.err;
    turn = line.program.next();
  }
  line.done({ out: line.out, err: line.err, code: turn.value });
  return false;
}

/** Lets a timeline move on to a time, with the kubectl lines that are under way meanwhile: a drain may wait for what the next line does. */
function moveOn(timeline: Timeline, running: Running[], until: Micros, scripted: readonly ScriptedNode[]): void {
  for (;;) {
    const node = scripted.reduce<ScriptedNode | undefined>((first, each) => (first === undefined || each.nextTick < first.nextTick ? each : first), undefined);
    const next = running.reduce<Running | undefined>((first, line) => (first === undefined || line.at < first.at ? line : first), undefined);
    if (node !== undefined && node.nextTick <= until && (next === undefined || node.nextTick <= next.at)) {
      playUntil(timeline, Math.max(timeline.world.now, node.nextTick));
      tick(timeline, node);
      continue;
    }
    if (next === undefined || next.at > until) break;
    playUntil(timeline, Math.max(timeline.world.now, next.at));
    if (!proceed(timeline, next)) running.splice(running.indexOf(next), 1);
  }
  playUntil(timeline, Math.max(timeline.world.now, until));
}

/** The kinds that a recording lists at the end; namespaces only where the scenario is about one. */
const LISTED = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ControllerRevision', 'Job', 'CronJob', 'Pod', 'Service', 'Endpoints', 'EndpointSlice', 'PodDisruptionBudget', 'HorizontalPodAutoscaler', 'ResourceQuota', 'Event', 'Node']);
const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };
interface Target {
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}
function target(request: Request): Target {
  const parts = request.path.split('/').filter((part) => part !== '').slice(request.path.startsWith('/api/') ? 2 : 3);
  const namespaced = parts[0] === 'namespaces' && parts.length > 2 && parts[2] !== 'finalize' && parts[2] !== 'status';
  // The audit log counts a request about one Namespace as one in it.
  const namespace = namespaced || (parts[0] === 'namespaces' && parts[1] !== undefined) ? parts[1] : undefined;
  const [resource, name, subresource] = namespaced ? parts.slice(2) : parts;
  return { resource: resource!, ...(name === undefined ? {} : { name }), ...(subresource === undefined ? {} : { subresource }), ...(namespace === undefined ? {} : { namespace }) };
}

/** The writes of a timeline, in the form that `canonicalTrace` takes. */
export function rawWrites(timeline: Timeline, t0: Micros): readonly unknown[] {
  const { world } = timeline;
  const out: unknown[] = [];
  const millis = (at: Micros): number => Math.round((at - t0) / MILLISECOND);
  // What was there before the first step was written when the cluster was made.
  for (let revision = 1; changeAt(world.store, revision)?.cause === 0; revision++) {
    const { after, kind } = changeAt(world.store, revision)!;
    const info = KINDS.find((each) => each.kind === kind)!;
    out.push({ at: millis(0), actor: 'apiserver', verb: 'create', resource: info.resource, namespace: after?.metadata.namespace, name: after?.metadata.name, code: 201, response: after, request: {} });
  }
  for (let i = 0; i < world.trace.length; i++) {
    const record = itemAt(world.trace, i) as StepRecord;
    if (record.type !== 'request' || record.request.method === 'GET') continue;
    const { request, response } = record;
    const to = target(request);
    // The budget that an eviction takes from is written by the API server itself, before the Pod.
    for (let revision = record.firstRevision; revision <= record.lastRevision; revision++) {
      const change = changeAt(world.store, revision)!;
      if (change.by !== USERS.apiserver) continue;
      const info = KINDS.find((each) => each.kind === change.kind)!;
      out.push({ at: millis(record.at), actor: 'apiserver', verb: 'update', resource: info.resource, subresource: change.subresource, namespace: change.after?.metadata.namespace, name: change.after?.metadata.name, code: 200, response: change.after });
    }
    const verb = request.method === 'DELETE' ? (to.name === undefined ? 'deletecollection' : 'delete') : VERBS[request.method]!;
    const body = response.body as { message?: string };
    const actor = actorOf(request.user);
    out.push({
      at: millis(record.at),
      actor: actor.startsWith('kubelet/') ? 'kubelet' : actor,
      verb,
      ...to,
      code: response.code,
      ...(response.code >= 300 ? { error: body.message } : {}),
      response: response.body,
      request: request.body ?? {},
    });
  }
  return out;
}

/** What the clock showed at t = 0 decides when a CronJob is due: the first time for which a Job was made is a whole minute (or hour, or day). */
function clockAt(golden: Golden): Micros {
  const text = /"lastScheduleTime":\s?(\d+)/.exec(JSON.stringify(golden['writes'] ?? []))?.[1];
  if (text === undefined) return 0;
  const minute = 60 * SECOND;
  return ((((-Number(text) * MILLISECOND - WARM_UP) % minute) + minute) % minute);
}

/** Plays a recording's steps on a cluster of the same nodes. */
export function play(golden: Golden, seed = 1): { readonly candidate: Played; readonly timeline: Timeline } {
  const startsAt = clockAt(golden);
  const timeline = newTimeline({
    config: {
      proxyMode: 'iptables',
      // A recorded cluster has no metrics but those that its recorder served.
      metrics: golden.metrics === undefined ? 'absent' : { ...golden.metrics, from: startsAt + WARM_UP },
      ...(startsAt === 0 ? {} : { startsAt }),
      nodes: golden.nodes.map((node, index) => ({
        name: node.metadata.name,
        cpu: node.status.capacity?.['cpu'] ?? node.status.allocatable?.['cpu'] ?? '1',
        memory: node.status.capacity?.['memory'] ?? node.status.allocatable?.['memory'] ?? '3840Mi',
        ...(node.status.capacity === undefined ? {} : { capacity: node.status.capacity }),
        ...(node.metadata.labels === undefined ? {} : { labels: node.metadata.labels }),
        index,
        hollow: true,
        kubeletLimit: HOLLOW_LIMIT,
      })),
    },
    seed,
    script: [],
  });
  const t0 = startsAt + WARM_UP;
  const scripted = (golden.scripted?.nodes ?? []).map((name) => scriptedNode(timeline, name, golden.scripted?.exits ?? [], pick(TICKS, seed, 1)));
  const shift = pick(MONITOR_SHIFT, seed, 3);
  if (shift !== 0) {
    playUntil(timeline, startsAt + MONITOR_RESTARTS + shift);
    act(timeline, { type: 'fault', fault: { type: 'crash', component: 'node-controller' } });
    act(timeline, { type: 'fault', fault: { type: 'restart', component: 'node-controller' } });
  }
  const nodes = structuredClone(headList(timeline.world.store, 'Node'));
  const steps: GoldenStep[] = [];
  const running: Running[] = [];
  const runStep = (step: GoldenStep): void => {
    moveOn(timeline, running, t0 + step.at * MILLISECOND, scripted);
    const at = Math.round((timeline.world.now - t0) / MILLISECOND);
    const index = steps.push({ ...step, at }) - 1;
    if (step.kubectl !== undefined) {
      const stdin = step.stdin === undefined ? undefined : typeof step.stdin === 'string' ? step.stdin : JSON.stringify(step.stdin);
      const program = kubectl(step.kubectl, { ...(stdin === undefined ? {} : { stdin }), files: {}, now: () => timeline.world.now });
      running.push({ args: step.kubectl, program, thinks: pick(KUBECTL_THINKS, seed, 1), at: timeline.world.now + pick(KUBECTL_STARTS, seed, 1), out: '', err: '', done: (result) => (steps[index] = { ...step, at, ...result }) });
    } else {
      act(timeline, { type: 'fault', fault: { type: step.fault === 'continue-node' ? 'thawNode' : 'freezeNode', node: step.node! } });
    }
  };
  for (const step of golden.setup ?? []) {
    runStep({ ...step, at: -10_000 });
    while (running.length > 0) moveOn(timeline, running, running[0]!.at, scripted);
  }
  for (const step of golden.steps) runStep(step);
  moveOn(timeline, running, t0 + golden.until * MILLISECOND, scripted);
  const final: KubernetesObject[] = KINDS.filter(({ kind }) => LISTED.has(kind) || (kind === 'Namespace' && golden.name.startsWith('namespace'))).flatMap((info) => headList(timeline.world.store, info.kind).slice());
  const canonical = canonicalTrace({ t0: EPOCH_MILLIS + t0 / MILLISECOND, writes: rawWrites(timeline, t0), final, steps });
  return { candidate: { name: golden.name, nodes: golden.nodes, ...canonical, steps }, timeline: Object.assign(timeline, { nodes }) };
}

export interface TraceResult {
  readonly name: string;
  readonly seed: number;
  readonly levels: readonly Level[];
}
/**
 * Which of several equal nodes a Pod gets is chance in the recording and chance here, and what a drain or a lost node then meets depends on
 * it. So a trace is played with up to 48 seeds, and the first that agrees, else the best, counts.
 */
const SEEDS = Array.from({ length: 48 }, (_, i) => i + 1);
export function compareTrace(golden: Golden): TraceResult {
  let best: TraceResult | undefined;
  const worth = (result: TraceResult): number => result.levels.reduce((sum, level) => sum + level.score, 0);
  for (const seed of SEEDS) {
    const result = { name: golden.name, seed, levels: compare(golden, play(golden, seed).candidate).levels };
    if (best === undefined || worth(result) > worth(best)) best = result;
    if (result.levels.every((level) => level.score === 1)) break;
  }
  return best!;
}

/** A trace agrees when every level is at score 1. */
export function run(dir: string, only?: string): { readonly agreed: number; readonly total: number; readonly first?: string; readonly lines: readonly string[] } {
  const files = existsSync(dir) ? readdirSync(dir).filter((file) => file.endsWith('.json') && (only === undefined || file === `${only}.json`)).sort() : [];
  let agreed = 0;
  let first: string | undefined;
  const lines: string[] = [];
  for (const file of files) {
    const golden = JSON.parse(readFileSync(join(dir, file), 'utf8')) as Golden;
    try {
      const { levels, seed } = compareTrace(golden);
      const good = levels.every((level) => level.score === 1);
      if (good) agreed++;
      else {
        const bad = levels.find((level) => level.score < 1)!;
        first ??= `${golden.name} ${bad.level}: ${bad.differences[0]}`;
      }
      lines.push(`${golden.name.padEnd(26)} ${levels.map((level) => `${level.level} ${(100 * level.score).toFixed(0).padStart(3)} %`).join('  ')}${seed === 1 ? '' : `  (seed ${seed})`}`);
      if (only !== undefined) for (const level of levels) for (const difference of level.differences) lines.push(`  ${level.level} ${difference}`);
    } catch (error) {
      lines.push(`${golden.name.padEnd(26)} did not play: ${error instanceof Error ? (only === undefined ? error.message : error.stack) : String(error)}`);
      first ??= `${golden.name} did not play`;
    }
  }
  return { agreed, total: files.length, ...(first === undefined ? {} : { first }), lines };
}
