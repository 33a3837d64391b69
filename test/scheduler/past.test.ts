import { expect, it } from 'vitest';
import type { ClusterConfig, Command } from '../../src/sim/api/cluster.ts';
import type { Kind } from '../../src/sim/api/object.ts';
import { USERS } from '../../src/sim/api/request.ts';
import { MINUTE, SECOND } from '../../src/sim/api/time.ts';
import { listAt, positionAt, tableOf } from '../../src/sim/apiserver/store.ts';
import { newTimeline, playUntil } from '../../src/sim/index.ts';
import { at } from '../../src/sim/kernel/journal.ts';
import { choose } from '../../src/sim/scheduler/decide.ts';
import { momentOfNote, nothingInMind, remember, snapshotOf, type DecisionNote } from '../../src/sim/scheduler/moment.ts';
import { DEFAULT_PROFILE } from '../../src/sim/scheduler/profile.ts';

// What the scheduler decided in a simulation comes out again when its moment is rebuilt from the store and asked once more.

const config: ClusterConfig = { proxyMode: 'iptables', nodes: Array.from({ length: 4 }, (_, index) => ({ name: `node-${index + 1}`, cpu: '2', memory: '4Gi', pods: 20, index, hollow: true })) };
const deployment = (name: string, replicas: number, cpu: string, spec: object = {}): Command => ({
  type: 'request',
  request: {
    user: USERS.admin, method: 'POST', path: '/apis/apps/v1/namespaces/default/deployments',
    body: {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' },
      spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { ...spec, containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu } } }] } } },
    },
  },
});
const spread = { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'even' } } }] };
const apart = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'apart' } } }] } } };

it('every decision of a busy ten minutes is rebuilt from the record, to the last figure', () => {
  const timeline = newTimeline({
    config, seed: 3,
    script: [
      { at: SECOND, command: deployment('web', 12, '100m') },
      { at: 3 * SECOND, command: deployment('even', 7, '200m', spread) },
      { at: 5 * SECOND, command: deployment('apart', 6, '50m', apart) },
      { at: 30 * SECOND, command: { type: 'fault', fault: { type: 'killNode', node: 'node-2' } } },
      { at: 5 * MINUTE, command: deployment('big', 3, '1500m') },
      { at: 8 * MINUTE, command: { type: 'fault', fault: { type: 'returnNode', node: 'node-2' } } },
    ],
  });
  playUntil(timeline, 10 * MINUTE);
  const { trace, store } = timeline.world;
  const mind = nothingInMind();
  let chosen = 0;
  let refused = 0;
  for (let i = 0; i < trace.length; i++) {
    const record = at(trace, i)!;
    if (record.process !== 'scheduler') continue;
    for (const note of record.notes ?? []) {
      if (note.type === 'decision') {
        const noted = note as unknown as DecisionNote;
        const moment = momentOfNote(noted, DEFAULT_PROFILE, (kind: Kind, revision) => listAt(tableOf(store, kind), positionAt(tableOf(store, kind), revision)), mind)!;
        const again = choose(moment.pod, snapshotOf(moment), moment.lookups, moment.profile, { draw: moment.draw, start: moment.start });
        expect([record.step, again]).toEqual([record.step, noted.decision]);
        if (noted.decision.chosen === undefined) refused++;
        else chosen++;
      }
      remember(mind, note);
    }
  }
  expect(chosen).toBeGreaterThan(25);
  expect(refused).toBeGreaterThan(3);
});
