import { expect, it } from 'vitest';
import { MILLISECOND } from '../../src/sim/api/time.ts';
import { controllers } from '../../src/sim/controllers/index.ts';
import type { Write } from '../../src/sim/reconcile/controller.ts';
import { change } from './clusterObjects.ts';
import { context, fakeView } from './fakeView.ts';
import { goldenSteps } from './goldenState.ts';

const WAITS_FOR_NO_VERSION = new Set(['finalize']);

/** What must hold of every controller, in every state that recorded clusters were in. The views are frozen: who writes into one throws. */
it.each(['cordon-drain', 'node-returns', 'namespace-delete', 'delete-orphan', 'rollout'])('%s: the same view gives the same plan, updates carry the version they were made from, and every write has its reason', (name) => {
  let plans = 0;
  for (const { write, objects } of goldenSteps(name).filter((_, index) => index % 3 === 0)) {
    const view = fakeView(objects, { now: write.at * MILLISECOND });
    for (const controller of controllers) {
      const keys = new Set(Object.keys(controller.ticks ?? {}));
      for (const object of objects) {
        const handler = (controller.watches as Readonly<Record<string, unknown>>)[object.kind] as ((object: unknown, view: unknown, change: unknown) => readonly (string | { key: string })[]) | undefined;
        for (const item of handler?.(object, view, change(undefined, object)) ?? []) keys.add(typeof item === 'string' ? item : item.key);
      }
      for (const key of keys) {
        const once = controller.reconcile(key, view, undefined, context());
        expect(controller.reconcile(key, view, undefined, context())).toEqual(once);
        plans++;
        expect(once.because.code).toMatch(/^[a-z]+\.[a-zA-Z]+$/);
        for (const each of once.batches.flat() as readonly Write[]) {
          expect(JSON.parse(JSON.stringify(each.request))).toEqual(each.request);
          if (each.request.method === 'PUT' && !WAITS_FOR_NO_VERSION.has(each.request.path.split('/').at(-1)!)) expect((each.request.body as { metadata: { resourceVersion?: string } }).metadata.resourceVersion).toMatch(/^\d+$/);
        }
      }
    }
  }
  expect(plans).toBeGreaterThan(50);
});
