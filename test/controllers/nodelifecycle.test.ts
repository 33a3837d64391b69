import { describe, expect, it } from 'vitest';
import type { AnyObject, Node, Pod } from '../../src/sim/api/object.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import { nodeLifecycle } from '../../src/sim/controllers/nodelifecycle.ts';
import type { MonitorMemory, NodeLifecycleMemory } from '../../src/sim/controllers/nodelifecycle.ts';
import type { Plan } from '../../src/sim/reconcile/controller.ts';
import { answer, backend, change, eventLine, fullTranscript, lease, node } from './clusterObjects.ts';
import { context, fakeView } from './fakeView.ts';

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const NOT_READY = 'node.kubernetes.io/not-ready';
const round = (objects: readonly AnyObject[], now: number, memory: NodeLifecycleMemory | undefined): Plan<NodeLifecycleMemory> => nodeLifecycle.reconcile('monitor', fakeView(objects, { now }), memory, context());
const keep = (plan: Plan<NodeLifecycleMemory>, old: NodeLifecycleMemory | undefined): NodeLifecycleMemory | undefined => (plan.memory === undefined ? old : (plan.memory ?? undefined));
const others = [node('node-1'), node('node-3')];
const paths = (plan: Plan<unknown>): readonly string[] => plan.batches.flat().map((write) => `${write.request.method} ${write.request.path}`);

describe('the round over all nodes', () => {
  it('takes a kubelet for silent when 50 s have passed since a renewal was last seen, not since it was made', () => {
    let memory: NodeLifecycleMemory | undefined;
    const silentAt: number[] = [];
    for (let at = 0; at <= 70; at += 5) {
      // node-2's last renewal is of 4 s, and is first seen at 5 s; the others go on.
      const leases = [lease('node-1', at * SECOND), lease('node-2', Math.min(at, 4) * SECOND), lease('node-3', at * SECOND)];
      const plan = round([...others, node('node-2'), ...leases], at * SECOND, memory);
      memory = keep(plan, memory);
      if (plan.batches.length > 0) silentAt.push(at);
      if (at === 60) expect(plan.because).toMatchObject({ code: 'nodelifecycle.leaseTooOld', args: { node: 'node-2', silentSeconds: 55, graceSeconds: 50 } });
    }
    expect(silentAt).toEqual([60, 65, 70]);
  });

  const lost: MonitorMemory = { type: 'monitor', nodes: Object.fromEntries(['node-1', 'node-2', 'node-3'].map((name) => [name, { heardAt: name === 'node-2' ? 0 : 47 * SECOND, renewTime: '', heartbeat: '2026-01-05T08:00:00Z' }])), unmarked: {}, allDisrupted: false };
  const pods = [backend('a', '10.244.2.2', { node: 'node-2' }), backend('b', '10.244.2.3', { node: 'node-2', ready: false }), backend('c', '10.244.1.2', { node: 'node-1' })];

  it('writes four conditions, then takes the readiness of the Pods there, and says both', () => {
    const plan = round([...others, node('node-2'), ...pods], 51 * SECOND, lost);
    expect(paths(plan)).toEqual(['PUT /api/v1/nodes/node-2/status', 'PUT /api/v1/namespaces/default/pods/a/status']);
    const [nodeWrite, podWrite] = plan.batches.flat();
    expect((nodeWrite!.request.body as Node).status.conditions!.map(({ type, status, reason, message, lastTransitionTime }) => [type, status, reason, message, lastTransitionTime])).toEqual(
      ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => [type, 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.', '2026-01-05T08:00:51Z']));
    expect((podWrite!.request.body as Pod).status.conditions).toEqual([{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-05T08:00:51Z' }]);
    expect([eventLine(nodeWrite!.event!), eventLine(podWrite!.event!)]).toEqual(['Normal NodeNotReady Node/node-2: Node node-2 status is now: NodeNotReady', 'Warning NodeNotReady Pod/a: Node is not ready']);
  });

  it('tries a Pod again in the next round only if it was refused', () => {
    const plan = round([...others, node('node-2'), ...pods], 51 * SECOND, lost);
    const podWrite = plan.batches.flat()[1]!;
    const after = (code: number): MonitorMemory => nodeLifecycle.answered!('monitor', podWrite, answer(code), plan.memory!, fakeView([])) as MonitorMemory;
    expect([200, 404, 409].map((code) => after(code).unmarked)).toEqual([{}, {}, { 'node-2': 1 }]);
    const unknown = [...others, node('node-2', { ready: 'Unknown' }), ...pods];
    expect([200, 409].map((code) => paths(round(unknown, 56 * SECOND, after(code))))).toEqual([[], ['PUT /api/v1/namespaces/default/pods/a/status']]);
  });

  it('takes the NoExecute taint off a Node that is ready again', () => {
    const back = node('node-2', { taints: [{ key: UNREACHABLE, effect: 'NoExecute', timeAdded: 'then' }] });
    expect(fullTranscript(round([...others, back], 48 * SECOND, lost))).toEqual(['PATCH /api/v1/nodes/node-2 {"metadata":{"resourceVersion":"50"},"spec":{"taints":null}}']);
  });

  it('evicts nobody when all nodes go silent at once, and starts anew when one comes back', () => {
    const tainted = node('node-1', { ready: 'Unknown', taints: [{ key: UNREACHABLE, effect: 'NoExecute' }] });
    const all = [tainted, node('node-2', { ready: 'Unknown' })];
    const entering = round(all, 60 * SECOND, { ...lost, nodes: { 'node-1': lost.nodes['node-1']!, 'node-2': lost.nodes['node-2']! } });
    expect(fullTranscript(entering)).toEqual(['PATCH /api/v1/nodes/node-1 {"metadata":{"resourceVersion":"50"},"spec":{"taints":null}}']);
    expect(entering.memory).toMatchObject({ allDisrupted: true });
    expect(nodeLifecycle.reconcile('noexecute', fakeView(all, { now: 61 * SECOND }), undefined, context()).batches).toEqual([[]]);
    const leaving = round([node('node-1'), all[1]!], 65 * SECOND, entering.memory!);
    expect(leaving.memory).toMatchObject({ allDisrupted: false, nodes: { 'node-1': { heardAt: 65 * SECOND }, 'node-2': { heardAt: 65 * SECOND } } });
  });

  it('introduces and dismisses nodes', () => {
    const first = round(others, 0, undefined);
    expect(first.events!.map(eventLine)).toEqual(['node-1', 'node-3'].map((name) => `Normal RegisteredNode Node/${name}: Node ${name} event: Registered Node ${name} in Controller`));
    expect(round([others[0]!], 5 * SECOND, first.memory!).events!.map(eventLine)).toEqual(['Normal RemovingNode Node/node-3: Node node-3 event: Removing Node node-3 from Controller']);
  });

  it('remembers nothing new and writes nothing when nothing is new', () => {
    const first = round(others, 0, undefined);
    expect(round(others, 5 * SECOND, first.memory!)).toEqual({ batches: [], because: { code: 'nodelifecycle.allHeard', args: { nodes: 2 } } });
  });
});

describe('NoSchedule taints', () => {
  const taint = (key: string, effect: 'NoSchedule' | 'NoExecute' = 'NoSchedule'): { key: string; effect: 'NoSchedule' | 'NoExecute'; timeAdded: string } => ({ key, effect, timeAdded: 'then' });
  const now = { key: '', effect: 'NoSchedule', timeAdded: '2026-01-05T08:00:09Z' };
  it.each([
    ['silent', node('n', { ready: 'Unknown' }), [{ ...now, key: UNREACHABLE }]],
    ['not ready', node('n', { ready: 'False' }), [{ ...now, key: NOT_READY }]],
    ['cordoned', node('n', { unschedulable: true }), [{ ...now, key: 'node.kubernetes.io/unschedulable' }]],
    ['uncordoned', node('n', { taints: [taint('node.kubernetes.io/unschedulable')] }), null],
    ['ready again, NoExecute stays until the next round', node('n', { taints: [taint(UNREACHABLE), taint(UNREACHABLE, 'NoExecute')] }), [taint(UNREACHABLE, 'NoExecute')]],
    ['silent after not ready', node('n', { ready: 'Unknown', taints: [taint(NOT_READY)] }), [{ ...now, key: UNREACHABLE }]],
    ['one of the user is left alone', node('n', { taints: [taint('mine')] }), undefined],
    ['all said already', node('n', { ready: 'Unknown', taints: [taint(UNREACHABLE)] }), undefined],
    ['out of disk', node('n', { conditions: [{ type: 'Ready', status: 'True' }, { type: 'DiskPressure', status: 'True' }] }), [{ ...now, key: 'node.kubernetes.io/disk-pressure' }]],
  ] as const)('%s', (_, object, taints) => {
    const plan = nodeLifecycle.reconcile('node/n', fakeView([object], { now: 9 * SECOND }), undefined, context());
    expect(plan.batches.flat().map((write) => write.request.body)).toEqual(taints === undefined ? [] : [{ metadata: { resourceVersion: '50' }, spec: { taints } }]);
  });
});

describe('NoExecute taints', () => {
  const gone = (name: string, labels = {}): Node => node(name, { ready: 'Unknown', labels });
  it('comes within 100 ms for a node found silent, one in 10 s a zone', () => {
    const nodes = [node('a'), gone('b'), gone('c'), gone('d', { 'topology.kubernetes.io/zone': 'z' }), node('e', { labels: { 'topology.kubernetes.io/zone': 'z' } })];
    let memory: NodeLifecycleMemory | undefined;
    let now = 0;
    const tainted: string[] = [];
    for (let i = 0; i < 6; i++) {
      const have = nodes.map((object) => (tainted.some((line) => line.endsWith(object.metadata.name)) ? { ...object, spec: { taints: [{ key: UNREACHABLE, effect: 'NoExecute' as const }] } } : object));
      const plan = nodeLifecycle.reconcile('noexecute', fakeView(have, { now }), memory, context({ draw: (_purpose, name) => (name === 'c' ? 3_000_000_000 : 1_000_000_000) }));
      memory = keep(plan, memory);
      for (const write of plan.batches.flat()) tainted.push(`${Math.floor(now / 1000)} ms ${write.request.path.split('/').at(-1)}`);
      if (plan.requeueAfterMicros === undefined) break;
      now += plan.requeueAfterMicros;
    }
    expect(tainted).toEqual(['23 ms b', '23 ms d', '10023 ms c']);
  });

  it('waits for the next round when the kubelet itself says that it is not ready', () => {
    const plan = nodeLifecycle.reconcile('noexecute', fakeView([node('a'), node('b', { ready: 'False' })]), undefined, context({ draw: () => 0x8000_0000 }));
    expect(plan.requeueAfterMicros).toBe(2.55 * SECOND);
  });

  it('is exchanged without a turn when the silence becomes a "not ready"', () => {
    const object = node('b', { ready: 'False', taints: [{ key: UNREACHABLE, effect: 'NoExecute' }] });
    const plan = nodeLifecycle.reconcile('noexecute', fakeView([node('a'), object], { now: 60 * SECOND }), { type: 'noexecute', due: { b: 0 }, nextAt: { ':': 70 * SECOND }, granted: {} }, context());
    expect(fullTranscript(plan)).toEqual([`PATCH /api/v1/nodes/b {"metadata":{"resourceVersion":"50"},"spec":{"taints":[{"key":"${NOT_READY}","effect":"NoExecute","timeAdded":"2026-01-05T08:01:00Z"}]}}`]);
  });

  it('stops in a small zone of which more than half is lost', () => {
    const nodes = [node('a'), node('f'), gone('b'), gone('c'), gone('d')];
    const memory: NodeLifecycleMemory = { type: 'noexecute', due: { b: 0, c: 0, d: 0 }, nextAt: {}, granted: {} };
    const writes = (list: readonly Node[]): number => nodeLifecycle.reconcile('noexecute', fakeView(list, { now: SECOND }), memory, context()).batches.flat().length;
    expect([writes(nodes), writes([...nodes, node('g')])]).toEqual([0, 1]);
  });
});

describe('what wakes it', () => {
  it.each([
    ['a heartbeat', node('n'), node('n', { conditions: node('n').status.conditions!.map((condition) => ({ ...condition, lastHeartbeatTime: 'later' })) }), true],
    ['Ready turning Unknown', node('n'), node('n', { ready: 'Unknown' }), false],
    ['a cordon', node('n'), node('n', { unschedulable: true }), false],
    ['a new node', undefined, node('n'), false],
  ] as const)('%s', (_, before, after, ignored) => {
    const same = before === undefined ? after : ({ ...after, metadata: before.metadata, spec: after.spec.unschedulable === true ? after.spec : before.spec } as Node);
    expect(nodeLifecycle.ignores!(change(before, same))).toBe(ignored);
  });
});
