import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EndpointSlice, PodDisruptionBudget } from '../../src/sim/api/object.ts';
import { MILLISECOND } from '../../src/sim/api/time.ts';
import { disruption } from '../../src/sim/controllers/disruption.ts';
import { endpointSlice } from '../../src/sim/controllers/endpointslice.ts';
import { context, fakeView } from './fakeView.ts';
import { goldenSteps } from './goldenState.ts';
import type { GoldenStep } from './goldenState.ts';

/**
 * Every EndpointSlice and every budget's status that the real controllers wrote, against what ours write in the same state. The real ones
 * saw the state with a lag, so any state of the last while will do, but one must.
 */
const LAG = 150;
const candidates = (steps: readonly GoldenStep[], index: number): readonly GoldenStep[] => {
  const from = steps[index]!.write.at - LAG;
  let first = index;
  while (first > 0 && steps[first - 1]!.write.at >= from) first--;
  return steps.slice(Math.max(0, first - 1), index).reverse();
};

const sliceText = (slice: { readonly endpoints: EndpointSlice['endpoints']; readonly ports: EndpointSlice['ports'] }): string =>
  JSON.stringify([(slice.endpoints ?? []).map((endpoint) => JSON.stringify([endpoint.targetRef?.name, endpoint.nodeName, endpoint.conditions?.ready, endpoint.conditions?.serving, endpoint.conditions?.terminating])).sort(), (slice.ports ?? []).map((port) => [port.name, port.port, port.protocol])]);

describe.each(['deploy', 'scale-up', 'scale-down', 'rollout', 'recreate-strategy', 'kill-pod', 'kill-node', 'node-returns', 'cordon-drain', 'delete-deployment', 'service-selector-change', 'namespace-delete'])('%s', (name) => {
  it.skipIf(!existsSync(join(import.meta.dirname, '../golden/traces', `${name}.json`)))('writes the EndpointSlices that were recorded', () => {
    const steps = goldenSteps(name);
    let compared = 0;
    const wrong: string[] = [];
    steps.forEach(({ write, objects }, index) => {
      if (write.actor !== 'endpointslice-controller') return;
      const real = objects.find((object) => object.kind === 'EndpointSlice' && object.metadata.name === write.name) as EndpointSlice;
      const service = `${write.namespace}/${real.metadata.labels!['kubernetes.io/service-name']}`;
      const ours = candidates(steps, index).map((step) => {
        const plan = endpointSlice.reconcile(service, fakeView(step.objects, { now: write.at * MILLISECOND }), { pods: {} }, context());
        return plan.batches.flat().map(({ request }) => `${request.method} ${sliceText(request.body as EndpointSlice)}`).join();
      });
      compared++;
      const wanted = `${write.verb === 'create' ? 'POST' : 'PUT'} ${sliceText({ endpoints: real.endpoints ?? null, ports: real.ports ?? null })}`;
      if (!ours.includes(wanted)) wrong.push(`${write.at} ms: real ${wanted}, ours ${ours[0]}`);
    });
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  });
});

it.skipIf(!existsSync(join(import.meta.dirname, '../golden/traces/cordon-drain.json')))('writes the status of the budget that was recorded', () => {
  const steps = goldenSteps('cordon-drain');
  const text = (status: PodDisruptionBudget['status']): string => JSON.stringify([status!.currentHealthy, status!.desiredHealthy, status!.expectedPods, status!.disruptionsAllowed, Object.keys(status!.disruptedPods ?? {}), status!.conditions!.map((condition) => [condition.status, condition.reason, condition.message, condition.lastTransitionTime])]);
  let compared = 0;
  const wrong: string[] = [];
  steps.forEach(({ write, objects }, index) => {
    if (write.actor !== 'disruption-controller') return;
    const real = objects.find((object) => object.kind === 'PodDisruptionBudget') as PodDisruptionBudget;
    // Pods and budgets have informers of their own: each may lag by itself.
    const past = candidates(steps, index);
    const ours = past.flatMap((step) => past.map((other) => {
      const seen = [...step.objects.filter((object) => object.kind !== 'PodDisruptionBudget'), ...other.objects.filter((object) => object.kind === 'PodDisruptionBudget')];
      const [put] = disruption.reconcile('default/web', fakeView(seen, { now: write.at * MILLISECOND }), undefined, context()).batches.flat();
      return put === undefined ? 'nothing' : text((put.request.body as PodDisruptionBudget).status);
    }));
    compared++;
    if (!ours.includes(text(real.status))) wrong.push(`${write.at} ms: real ${text(real.status)}, ours ${ours[0]}`);
  });
  expect(wrong).toEqual([]);
  expect(compared).toBe(12);
});
