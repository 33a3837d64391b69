import type { UsageReport } from '../api/metrics.ts';
import { METRICS_SERVER } from '../api/metrics.ts';
import type { Node, Pod } from '../api/object.ts';
import type { Request, Response } from '../api/request.ts';
import { headList } from '../apiserver/store.ts';
import type { MachineState } from '../machine/machine.ts';
import { reportOf } from '../machine/usage.ts';
import type { MetricsScene } from '../metrics/answers.ts';
import type { MetricsState } from '../metrics/server.ts';
import type { World } from './world.ts';

/**
 * The aggregation layer: what is asked of the metrics' groups is passed on to the metrics server, and answered from what it remembers. While it
 * sleeps, because nothing is scaled by metrics, the nodes are asked at once; so looking needs nobody to keep count.
 * Simplified: the answer comes within the step of the request, and there is no APIService object for it.
 */
interface Aggregation {
  answer?(request: Request, scene: MetricsScene): Response | undefined;
}
/** Filled while modules load, never later. */
export const aggregation: Aggregation = {};
export function registerAggregation(answer: NonNullable<Aggregation['answer']>): void {
  aggregation.answer = answer;
}

function ask(world: World): readonly UsageReport[] {
  return world.config.nodes.flatMap(({ name }) => {
    const slot = world.slots.get(`machine/${name}`);
    return slot === undefined || !slot.running || slot.frozen || slot.cut || slot.state === undefined ? [] : [reportOf(name, (slot.state as MachineState).pods.values(), world.now)];
  });
}

const answers = new WeakMap<World, (request: Request) => Response | undefined>();
/** One function a world: requests are many, and hardly one of them asks for metrics. */
export function aggregateOf(world: World): (request: Request) => Response | undefined {
  const known = answers.get(world);
  if (known !== undefined) return known;
  const made = (request: Request): Response | undefined => {
    const slot = world.slots.get(METRICS_SERVER);
    if (slot !== undefined && (!slot.running || slot.frozen)) return { code: 503, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'the server is currently unable to handle the request', reason: 'ServiceUnavailable', code: 503 } };
    return aggregation.answer?.(request, {
      now: world.now,
      state: slot?.state as MetricsState | undefined,
      served: world.config.metrics,
      pods: () => headList(world.store, 'Pod') as readonly Pod[],
      nodes: () => headList(world.store, 'Node') as readonly Node[],
      ask: () => ask(world),
    });
  };
  answers.set(world, made);
  return made;
}
