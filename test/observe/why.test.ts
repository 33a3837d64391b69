import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { headList } from '../../src/sim/apiserver/store.ts';
import type { Event, KubernetesObject, Pod } from '../../src/sim/api/object.ts';
import { keyOf } from '../../src/sim/api/object.ts';
import type { Timeline } from '../../src/sim/index.ts';
import { at as itemAt } from '../../src/sim/kernel/journal.ts';
import { questionsOf, why, type Link, type Question } from '../../src/sim/observe/why.ts';
import { reasons } from './reasons.ts';
import { byHand, deploymentYaml, scenarioAt } from './stories.ts';
import { story } from '../fuzz/faults.ts';

const FILE = new URL('../why.md', import.meta.url);

const pods = (timeline: Timeline): readonly Pod[] => headList(timeline.world.store, 'Pod') as readonly Pod[];
const podOn = (timeline: Timeline, node: string): Pod => pods(timeline).find((pod) => pod.spec.nodeName === node)!;
const youngest = (timeline: Timeline): Pod => pods(timeline).at(-1)!;
const event = (timeline: Timeline, reason: string): Event => (headList(timeline.world.store, 'Event') as readonly Event[]).find((each) => each.reason === reason)!;
const key = (object: KubernetesObject | undefined): string => keyOf(object!);

interface Asked {
  readonly title: string;
  readonly story: string;
  readonly timeline: () => Timeline;
  readonly question: (timeline: Timeline) => Question;
}

const killed = (seconds: number) => (): Timeline => scenarioAt('killNode', seconds);
const NGINX = 'containers:\n- name: nginx\n  image: nginx:1.27';
const crashing = (): Timeline =>
  byHand([{ at: 5, line: 'kubectl apply -f crash.yaml', file: deploymentYaml('crash', 1, 'containers:\n- name: app\n  image: example/app:1', `orrery.dev/behaviour: '{"app": {"exitAfterSeconds": 3, "exitCode": 1}}'`) }], 40);
const wrongImage = (): Timeline => byHand([{ at: 5, line: 'kubectl apply -f web.yaml', file: deploymentYaml('web', 1, 'containers:\n- name: nginx\n  image: nginx:1.161') }], 40);

const ASKED: readonly Asked[] = [
  { title: 'A node died. Why does this new Pod exist?', story: 'Kill a node, 9 s after the eviction', timeline: killed(380), question: (t) => ({ ask: 'exists', kind: 'Pod', key: key(youngest(t)) }) },
  { title: 'Why is the new Pod on that node?', story: 'Kill a node, 9 s after the eviction', timeline: killed(380), question: (t) => ({ ask: 'field', kind: 'Pod', key: key(youngest(t)), field: 'spec.nodeName' }) },
  { title: 'Why is the node NotReady?', story: 'Kill a node, a minute after', timeline: killed(85), question: () => ({ ask: 'field', kind: 'Node', key: 'node-2', field: 'status.conditions.Ready' }) },
  { title: 'Why did this request fail?', story: 'Kill a node, 20 s after: nobody has noticed', timeline: killed(45), question: () => ({ ask: 'request', client: 'traffic/client' }) },
  { title: 'Why has nothing replaced this Pod? (nobody has noticed yet)', story: 'Kill a node, 20 s after', timeline: killed(45), question: (t) => ({ ask: 'notReplaced', key: key(podOn(t, 'node-2')) }) },
  { title: 'Why has nothing replaced this Pod? (it is tolerated)', story: 'Kill a node, two minutes after', timeline: killed(145), question: (t) => ({ ask: 'notReplaced', key: key(podOn(t, 'node-2')) }) },
  { title: 'Why is this Pod still Terminating?', story: 'Kill a node, 9 s after the eviction', timeline: killed(380), question: (t) => ({ ask: 'terminating', key: key(podOn(t, 'node-2')) }) },
  { title: 'Why did the Service lose an endpoint?', story: 'Kill a node, a minute after', timeline: killed(85), question: (t) => ({ ask: 'field', kind: 'EndpointSlice', key: key(headList(t.world.store, 'EndpointSlice').find((slice) => slice.metadata.name.startsWith('nginx'))), field: 'endpoints' }) },
  { title: 'The node came back. Why is the old Pod gone?', story: 'Kill a node, and return it', timeline: killed(420), question: (t) => ({ ask: 'exists', kind: 'Pod', key: [...t.world.store.tables.get('Pod')!.gone.keys()][0]! }) },
  { title: 'Why is this Pod Pending?', story: 'A Pod that wants more than any node has', timeline: () => byHand([{ at: 5, line: 'kubectl apply -f big.yaml', file: deploymentYaml('big', 1, `${NGINX}\n  resources:\n    requests:\n      cpu: "16"`) }], 20), question: (t) => ({ ask: 'waiting', key: key(youngest(t)) }) },
  { title: 'Why does the old ReplicaSet have none?', story: 'Roll out, after the new image came', timeline: () => scenarioAt('rollout', 40), question: (t) => ({ ask: 'field', kind: 'ReplicaSet', key: key(headList(t.world.store, 'ReplicaSet')[0]), field: 'spec.replicas' }) },
  { title: 'Why did this request fail? (a rollout)', story: 'Roll out, while the new image comes', timeline: () => scenarioAt('rollout', 40), question: () => ({ ask: 'request', client: 'traffic/client' }) },
  { title: 'Undone: why does the old ReplicaSet have three again?', story: 'Roll out and back', timeline: () => scenarioAt('rollout', 60), question: (t) => ({ ask: 'field', kind: 'ReplicaSet', key: key(headList(t.world.store, 'ReplicaSet')[0]), field: 'spec.replicas' }) },
  { title: 'Why is there a second ReplicaSet?', story: 'Roll out, after the new image came', timeline: () => scenarioAt('rollout', 40), question: (t) => ({ ask: 'exists', kind: 'ReplicaSet', key: key(headList(t.world.store, 'ReplicaSet')[1]) }) },
  { title: 'Why was this Pod deleted?', story: 'Scale from six to two', timeline: () => scenarioAt('scale', 60), question: (t) => ({ ask: 'exists', kind: 'Pod', key: [...t.world.store.tables.get('Pod')!.gone.keys()][0]! }) },
  { title: 'Why is it Terminating?', story: 'Scale from six to two, 0.2 s after', timeline: () => scenarioAt('scale', 40.2), question: (t) => ({ ask: 'terminating', key: key(pods(t).find((pod) => pod.metadata.deletionTimestamp !== undefined)) }) },
  { title: 'Why does this container wait? (the image)', story: 'A version of nginx that does not exist', timeline: wrongImage, question: (t) => ({ ask: 'waiting', key: key(youngest(t)) }) },
  { title: 'Why does this container wait? (it crashes)', story: 'A program that ends after 3 s', timeline: crashing, question: (t) => ({ ask: 'waiting', key: key(youngest(t)) }) },
  { title: 'Why was this container restarted?', story: 'A program that is made to fall over once', timeline: () => {
    const timeline = byHand([{ at: 5, line: 'kubectl apply -f web.yaml', file: deploymentYaml('web', 1, NGINX) }], 15);
    return byHand([{ at: 5, line: 'kubectl apply -f web.yaml', file: deploymentYaml('web', 1, NGINX) }, { at: 15, fault: { type: 'crashContainer', pod: key(youngest(timeline)), container: 'nginx' } }], 30);
  }, question: (t) => ({ ask: 'field', kind: 'Pod', key: key(youngest(t)), field: 'status.containerStatuses' }) },
  { title: 'Why was this Event written? (FailedScheduling)', story: 'A Pod that wants more than any node has', timeline: () => byHand([{ at: 5, line: 'kubectl apply -f big.yaml', file: deploymentYaml('big', 1, `${NGINX}\n  resources:\n    requests:\n      cpu: "16"`) }], 20), question: (t) => ({ ask: 'event', key: key(event(t, 'FailedScheduling')) }) },
  { title: 'Why was this Event written? (SuccessfulCreate)', story: 'Deploy', timeline: () => scenarioAt('deploy', 20), question: (t) => ({ ask: 'event', key: key(event(t, 'SuccessfulCreate')) }) },
  { title: 'Why is this Pod ready?', story: 'Deploy', timeline: () => scenarioAt('deploy', 20), question: (t) => ({ ask: 'field', kind: 'Pod', key: key(youngest(t)), field: 'status.conditions.Ready' }) },
  { title: 'Why is this Pod gone?', story: 'Its Deployment was deleted', timeline: () => byHand([{ at: 5, line: 'kubectl apply -f web.yaml', file: deploymentYaml('web', 1, NGINX) }, { at: 15, line: 'kubectl delete deployment web' }], 30), question: (t) => ({ ask: 'exists', kind: 'Pod', key: [...t.world.store.tables.get('Pod')!.gone.keys()][0]! }) },
  { title: 'Why is this Pod Pending? (the scheduler is not there)', story: 'The scheduler crashed before the Deployment was applied', timeline: () => byHand([{ at: 5, fault: { type: 'crash', component: 'scheduler' } }, { at: 6, line: 'kubectl apply -f web.yaml', file: deploymentYaml('web', 1, NGINX) }], 20), question: (t) => ({ ask: 'waiting', key: key(youngest(t)) }) },
  { title: 'Why is this Pod gone? (a drain)', story: 'Its node was drained', timeline: () => byHand([{ at: 5, line: 'kubectl apply -f web.yaml', file: deploymentYaml('web', 1, NGINX) }, { at: 15, line: 'kubectl drain node-2' }, { at: 15.5, line: 'kubectl drain node-1' }, { at: 16, line: 'kubectl drain node-3' }], 30), question: (t) => ({ ask: 'exists', kind: 'Pod', key: [...t.world.store.tables.get('Pod')!.gone.keys()][0]! }) },
  { title: 'Why was this Pod deleted? (a taint)', story: 'Somebody put a NoExecute taint on all nodes', timeline: () => byHand([{ at: 5, line: 'kubectl apply -f web.yaml', file: deploymentYaml('web', 1, NGINX) }, { at: 15, line: 'kubectl taint nodes node-1 node-2 node-3 dedicated=x:NoExecute' }], 30), question: (t) => ({ ask: 'exists', kind: 'Pod', key: [...t.world.store.tables.get('Pod')!.gone.keys()][0]! }) },
  { title: 'Why is this Pod not ready?', story: 'Its readiness probe asks for a page that is not there', timeline: () => byHand([{ at: 5, line: 'kubectl apply -f web.yaml', file: deploymentYaml('web', 1, `${NGINX}\n  readinessProbe:\n    httpGet:\n      path: /none\n      port: 80\n    periodSeconds: 2`) }], 20), question: (t) => ({ ask: 'waiting', key: key(youngest(t)) }) },
  { title: 'Why does node-1 have a taint?', story: 'It was cordoned', timeline: () => byHand([{ at: 5, line: 'kubectl cordon node-1' }], 15), question: () => ({ ask: 'field', kind: 'Node', key: 'node-1', field: 'spec.taints' }) },
];

const clock = (micros: number): string => `${String(Math.floor(micros / 60_000_000)).padStart(2, '0')}:${((micros % 60_000_000) / 1_000_000).toFixed(3).padStart(6, '0')}`;
function lineOf({ at, by, glyph, revision, reason, merged }: Link): string {
  const words = reasons.en[reason.code];
  return `${clock(at)}  ${(by === '' ? glyph : by === 'user' ? 'you' : by).padEnd(26)} ${(revision === undefined ? '' : `r${revision}`).padEnd(5)} ${words === undefined ? `NO WORDS: ${reason.code}` : words(reason.args)}${merged === undefined ? '' : ` [${merged} stimuli in one]`}`;
}
/** One line of a question, then the chain. */
const render = (asked: Asked): string => {
  const timeline = asked.timeline();
  return [`## ${asked.title}`, '', `*${asked.story}.*`, '', '```', ...why(asked.question(timeline), timeline.world).map(lineOf), '```', ''].join('\n');
};

const HEAD = `# Why

What Orrery answers, complete: the newest cause first, down to the command or the fault with which it began. Each line: when, who, the
revision if something was written, and why. The tests play these stories and compare (UPDATE=1 writes this file anew).

`;

describe('why', () => {
  const chapters = ASKED.map((asked) => ({ title: asked.title, text: render(asked) }));
  if (process.env['UPDATE'] === '1') writeFileSync(FILE, HEAD + chapters.map(({ text }) => text).join('\n'));
  const written = readFileSync(FILE, 'utf8');
  it.each(chapters)('$title', ({ title, text }) => {
    const start = written.indexOf(`## ${title}\n`);
    const next = written.indexOf('\n## ', start + 3);
    expect(start, 'the question is not in why.md').toBeGreaterThanOrEqual(0);
    expect(text.trimEnd()).toBe(written.slice(start, next < 0 ? undefined : next).trimEnd());
  });
  it('ends every chain where something came from outside, or at the start', () => {
    for (const asked of ASKED) {
      const timeline = asked.timeline();
      const last = why(asked.question(timeline), timeline.world).at(-1);
      expect(['you', 'fault', 'start'], `${asked.title}: ${last?.reason.code}`).toContain(last?.glyph);
    }
  });
});

describe('every object has a why', () => {
  it.each(['deploy', 'scale', 'rollout', 'killPod', 'killNode', 'partitionNode'])('%s: no chain runs in a circle, is endless, or has no words', (id) => {
    const timeline = scenarioAt(id, id.endsWith('Node') ? 420 : 60);
    const { world } = timeline;
    for (const [kind, table] of world.store.tables) {
      for (const each of [...table.live.keys(), ...table.gone.keys()]) {
        for (const question of questionsOf(kind, each, world)) {
          const links = why(question, world);
          expect(links.length, JSON.stringify(question)).toBeGreaterThan(0);
          expect(links.length, JSON.stringify(question)).toBeLessThan(24);
          for (const link of links) expect(reasons.en[link.reason.code], link.reason.code).toBeDefined();
          const revisions = links.flatMap(({ revision, glyph }) => (revision === undefined || glyph === 'proxy' ? [] : [revision]));
          expect(new Set(revisions).size, JSON.stringify(question)).toBe(revisions.length);
        }
      }
    }
    for (let i = 0; i < world.store.log.length; i += 7) {
      const question: Question = { ask: 'change', revision: itemAt(world.store.log, i)!.revision };
      expect(why(question, world).length).toBeGreaterThan(0);
    }
  });
});

describe('whatever was done to a cluster', () => {
  it.each([2, 5, 9, 14, 20, 23])('every chain ends at a command, a fault or the start: seed %i', (seed) => {
    const { world } = story(seed).timeline;
    const odd: string[] = [];
    for (const [kind, table] of world.store.tables) {
      for (const each of [...table.live.keys(), ...table.gone.keys()]) {
        for (const question of questionsOf(kind, each, world)) {
          const links = why(question, world);
          const last = links.at(-1);
          if (last === undefined || !['you', 'fault', 'start'].includes(last.glyph) || links.length > 30) odd.push(`${JSON.stringify(question)}: ${links.map(({ reason }) => reason.code).join(' < ')}`);
        }
      }
    }
    expect(odd).toEqual([]);
  });

  it('asking changes nothing', () => {
    const timeline = scenarioAt('killNode', 90);
    const digest = JSON.stringify(timeline.world.digest);
    const { revision } = timeline.world.store;
    for (const [kind, table] of timeline.world.store.tables) for (const each of table.live.keys()) for (const question of questionsOf(kind, each, timeline.world)) why(question, timeline.world);
    expect(JSON.stringify(timeline.world.digest)).toBe(digest);
    expect(timeline.world.store.revision).toBe(revision);
  });
});
