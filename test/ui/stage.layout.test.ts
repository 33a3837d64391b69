import { describe, expect, it } from 'vitest';
import { stageEn } from '../../src/ui/i18n/stage.en.ts';
import { stageZh } from '../../src/ui/i18n/stage.zh.ts';
import { LEFT, RIGHT, geometryOf, type Box, type StageSize } from '../../src/ui/stage/geometry.ts';
import { along, layout, neighbour, type Hit, type Scene } from '../../src/ui/stage/layout.ts';
import { fitMiddle, fitSans, monoWidth, sansWidth } from '../../src/ui/stage/measure.ts';
import { parseTarget, progressOf, targetId, type StageModel, type StageTarget, type WatcherModel, type WriteTile } from '../../src/ui/stage/model.ts';
import { share } from '../../src/ui/stage/share.ts';
import { busySample, deploySample, emptySample, failureSample, manyNodes, rolloutSample } from './samples.ts';

const SAMPLES: Readonly<Record<string, StageModel>> = {
  deploy: deploySample,
  failure: failureSample,
  rollout: rolloutSample,
  empty: emptySample,
  busy: busySample(1_000_000),
  'one node': { ...deploySample, nodes: deploySample.nodes.slice(0, 1) },
  'four nodes': manyNodes(4, 9),
  'ten nodes': manyNodes(10, 20),
  'fifty nodes': manyNodes(50, 30),
  'a thousand nodes': manyNodes(1000, 3),
};
const WORDS = { en: stageEn, zh: stageZh } as const;
const SIZES: readonly StageSize[] = ['full', 'compact'];
const CASES = Object.keys(SAMPLES).flatMap((name) => SIZES.flatMap((size) => (['en', 'zh'] as const).map((language) => [name, size, language] as const)));
const sceneOf = (model: StageModel, size: StageSize = 'full', language: 'en' | 'zh' = 'en'): Scene => layout(model, size, WORDS[language]).scene;
const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.w - 0.01 && b.x < a.x + a.w - 0.01 && a.y < b.y + b.h - 0.01 && b.y < a.y + a.h - 0.01;

describe('the drawing has the design’s numbers', () => {
  const scene = sceneOf(deploySample);
  it('puts boxes where the drawing has them', () => {
    expect(scene.you.box).toEqual({ x: 24, y: 18, w: 200, h: 132 });
    expect(scene.controllers.box).toEqual({ x: 240, y: 18, w: 384, h: 132 });
    expect(scene.scheduler.box).toEqual({ x: 640, y: 18, w: 184, h: 132 });
    expect(scene.plate.box).toEqual({ x: 24, y: 226, w: 800, h: 206 });
    expect(scene.nodes.nodes.map((node) => node.box)).toEqual([24, 296, 568].map((x) => ({ x, y: 506, w: 256, h: 244 })));
    expect(scene.nodes.nodes[1]?.tray).toEqual({ x: 306, y: 590, w: 236, h: 150 });
    expect(scene.nodes.nodes[1]?.ports.map((port) => port.box)).toEqual([{ x: 313, y: 494, w: 82, h: 24 }, { x: 406, y: 494, w: 100, h: 24 }]);
    expect(scene.wires.map((wire) => wire.points)).toContainEqual([{ x: 732, y: 150 }, { x: 732, y: 226 }]);
  });
  it('puts the log as drawn: first a gap, then tiles at a pitch of 44, the hand, and what is next', () => {
    expect(scene.strip.gaps).toEqual([{ id: 'gap0-99', x: 98, above: '2 min', below: 'r1–99' }]);
    expect(scene.strip.tiles.map((tile) => tile.x)).toEqual(Array.from({ length: 12 }, (_, i) => 162 + 44 * i));
    expect(scene.strip.tiles.at(-1)).toMatchObject({ caption: 'next', glyph: 'binding', ghost: true });
    expect(scene.strip.handX).toBe(162 + 44 * 11 - 3);
    expect(scene.strip.future?.text).toBe('not written yet');
    expect(scene.strip.flags.map((flag) => [flag.side, flag.label, flag.lag, flag.x])).toEqual([
      ['above', 'endpointslice', '4 behind', 162 + 44 * 7 - 3],
      ['above', '11 others', undefined, 162 + 44 * 11 - 3],
      ['below', '3 kube-proxies', '2 behind', 162 + 44 * 9 - 3],
      ['below', '3 kubelets', undefined, 162 + 44 * 11 - 3],
    ]);
    expect(scene.strip.marks).toMatchObject([{ kind: 'command', text: 'kubectl apply', x: 159 }]);
  });
  it('puts the chain of objects as drawn, within a few units', () => {
    expect(scene.chain.chips.map((chip) => [chip.name, chip.detail])).toEqual([['web', '0 of 3 ready'], ['web-7d9', '3 wanted, 3 exist'], ['web', '0 addresses']]);
    expect(scene.chain.podsBox?.w).toBe(150);
    const drawn = [98, 240, 588];
    scene.chain.chips.forEach((chip, i) => expect(Math.abs(chip.box.x - drawn[i]!)).toBeLessThan(8));
  });
  it('shows a silent node: cut wires, last known state, its timers, its flag where it stopped', () => {
    const failure = sceneOf(failureSample);
    const node = failure.nodes.nodes[1]!;
    expect(node).toMatchObject({ state: 'NotReady', trayNote: 'last known, 42 s old', silent: true });
    expect(node.notes.map((note) => note.text)).toEqual(['etcd says Running. Nobody can know.', 'log-agent is from a DaemonSet: no limit.']);
    expect(node.pods[1]).toMatchObject({ ring: 0.997, left: '4:59' });
    expect(failure.wires.filter((wire) => wire.cut).map((wire) => [wire.id, wire.cutAt])).toEqual([['kubelet/node-2', { x: 354, y: 463 }], ['proxy/node-2', { x: 456, y: 463 }]]);
    expect(failure.strip.flags.filter((flag) => flag.side === 'below').map((flag) => [flag.label, flag.lag, flag.silent])).toEqual([['node-2', '13 behind', true], ['4 node agents', undefined, false]]);
    expect(failure.strip.gaps.map((gap) => [gap.above, gap.below])).toEqual([['40 s', '8 leases'], ['4:59', 'to come']]);
    expect(failure.scheduler.lines.map((line) => line.text)).toEqual(['Nothing to place.', 'No Pod lacks a node:', 'web-7d9-q2m5t still has one.']);
  });
  it('keeps on a projector the busy controllers, the chosen bar and one row of Pods', () => {
    const small = sceneOf(deploySample, 'compact');
    expect(small.controllers.cells.map((cell) => cell.label)).toEqual(['deployment', 'replicaset', 'endpointslice', '9 idle']);
    expect(small.scheduler.bars.map((bar) => bar.node)).toEqual(['node-2']);
    expect(small.nodes.nodes[0]).toMatchObject({ box: { x: 24, y: 392, w: 256, h: 134 }, tray: { y: 442, h: 76 }, meters: [] });
    expect(new Set(small.nodes.nodes.flatMap((node) => node.pods.map((pod) => pod.y)))).toEqual(new Set([471]));
  });
});

describe('nothing leaves its place', () => {
  it.each(CASES)('%s, %s, %s', (name, size, language) => {
    const scene = sceneOf(SAMPLES[name]!, size, language);
    const { width, height } = geometryOf(size);
    for (const hit of scene.hits) {
      expect(hit.box.x, hit.title).toBeGreaterThanOrEqual(0);
      expect(hit.box.y, hit.title).toBeGreaterThanOrEqual(0);
      expect(hit.box.x + hit.box.w, hit.title).toBeLessThanOrEqual(width);
      expect(hit.box.y + hit.box.h, hit.title).toBeLessThanOrEqual(height);
      expect(Number.isFinite(hit.box.x + hit.box.y + hit.box.w + hit.box.h)).toBe(true);
    }
    const cards = scene.nodes.nodes.map((node) => node.box);
    if (cards.length < 100) cards.forEach((card, i) => cards.slice(i + 1).forEach((other) => expect(overlap(card, other)).toBe(false)));
    for (const node of scene.nodes.nodes) {
      const frame = node.tray ?? node.box;
      for (const pod of node.pods) {
        expect(pod.x - pod.r).toBeGreaterThanOrEqual(frame.x - 0.01);
        expect(pod.x + pod.r).toBeLessThanOrEqual(frame.x + frame.w + 0.01);
        expect(pod.y - pod.r).toBeGreaterThanOrEqual(frame.y - 0.01);
        expect(pod.y + pod.r).toBeLessThanOrEqual(frame.y + frame.h + 0.01);
      }
    }
    const chips = [...scene.chain.chips.map((chip) => chip.box), ...(scene.chain.podsBox === undefined ? [] : [scene.chain.podsBox])];
    chips.forEach((chip, i) => {
      expect(chip.x + chip.w).toBeLessThanOrEqual(RIGHT - 9);
      chips.slice(i + 1).forEach((other) => expect(overlap(chip, other)).toBe(false));
    });
  });
  it.each(CASES)('every text of %s, %s, %s is shorter than its box', (name, size, language) => {
    const scene = sceneOf(SAMPLES[name]!, size, language);
    for (const line of scene.you.lines) expect(monoWidth(line.text, 11), line.text).toBeLessThanOrEqual(174);
    expect(sansWidth('controller-manager', 13, 600) + sansWidth(scene.controllers.note, 12) + 40).toBeLessThan(384);
    for (const cell of scene.controllers.cells) expect(sansWidth(cell.label, 11.5, 500), cell.label).toBeLessThanOrEqual(83);
    for (const line of scene.scheduler.lines) expect(sansWidth(line.text, 12), line.text).toBeLessThanOrEqual(166);
    const last = scene.plate.phases.at(-1)!;
    expect(last.x + last.w).toBeLessThan(RIGHT - 16 - sansWidth(scene.plate.note, 12, 500));
    for (const chip of scene.chain.chips) expect(sansWidth(chip.detail, 11), chip.detail).toBeLessThanOrEqual(chip.box.w - (chip.half ? 30 : 36));
    for (const node of scene.nodes.nodes.filter((each) => each.level === 'full')) {
      expect(sansWidth(node.title, 14, 600) + 38, node.title).toBeLessThan(node.heartbeat.x - node.box.x - 40);
      if (node.tray !== undefined) expect(sansWidth(node.trayNote, 11) + sansWidth(node.trayTitle, 11) + 24, node.trayNote).toBeLessThanOrEqual(node.tray.w);
      for (const note of node.notes) expect(sansWidth(note.text, note.small ? 11 : 12), note.text).toBeLessThanOrEqual(220);
    }
    for (const tag of scene.tags) expect(tag.box.x >= 0 && tag.box.x + tag.box.w <= 848, tag.text).toBe(true);
    if (scene.traffic !== undefined) expect(scene.traffic.rate.x + 40).toBeLessThan(scene.traffic.ticks[0]?.x ?? RIGHT);
  });
});

const write = (revision: number): WriteTile => ({ type: 'write', revision, kind: 'Pod', key: `default/p${revision}`, operation: 'update' });
const stripOf = (head: number, hand: number, watchers: readonly WatcherModel[] = []): Scene['strip'] =>
  sceneOf({ ...deploySample, revision: hand, strip: { tiles: Array.from({ length: head }, (_, i) => write(i + 1)), future: [{ type: 'future', id: 'n', kind: 'Pod', expected: 'next' }], watchers, marks: [] } }).strip;

describe('the strip is a window on the log', () => {
  it.each([1, 5, 12, 13, 14, 40, 300])('with %i writes the hand and what is next stay in it', (head) => {
    const strip = stripOf(head, head);
    expect(strip.handX).toBeLessThan(720);
    expect(strip.tiles.at(-1)?.ghost).toBe(true);
    expect(strip.tiles.filter((tile) => !tile.ghost).at(-1)?.caption).toBe(`r${head}`);
    expect(strip.future!.x + sansWidth(strip.future!.text, 12)).toBeLessThanOrEqual(814);
    if (head > 12) expect(strip.gaps[0]).toMatchObject({ id: 'earlier', above: 'earlier' });
    else expect(strip.gaps).toEqual([]);
  });
  it('rewound, the same tiles stay and those right of the hand are dashed; the future is not guessed', () => {
    const head = stripOf(20, 20);
    const strip = stripOf(20, 15);
    expect(strip.tiles.filter((tile) => tile.ghost).map((tile) => tile.caption)).toEqual(['r16', 'r17', 'r18', 'r19', 'r20']);
    expect(strip.tiles.map((tile) => [tile.caption, tile.x])).toEqual(head.tiles.filter((tile) => tile.revision !== undefined).map((tile) => [tile.caption, tile.x]));
    expect(strip.future).toBeUndefined();
    expect(strip.stops.map((stop) => stop.revision)).toContain(20);
  });
  it('far back the window follows the hand', () => {
    for (const hand of [0, 1, 2, 3, 50, 150]) {
      const strip = stripOf(300, hand);
      expect(strip.handX).toBeGreaterThanOrEqual(95);
      expect(strip.handX).toBeLessThan(400);
      expect(strip.tiles.filter((tile) => !tile.ghost).at(-1)?.revision ?? 0).toBe(hand);
      expect(strip.tiles.at(-1)!.x).toBeLessThanOrEqual(768);
    }
  });
  it('the earlier gap names exactly what it hides', () => {
    const strip = stripOf(40, 40);
    const first = Number(strip.tiles[0]?.caption.slice(1));
    expect(strip.gaps[0]?.below).toBe(`r1–${first - 1}`);
  });
  it('cloths of one side never cover each other', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const watchers: WatcherModel[] = Array.from({ length: 12 }, (_, i) => {
        const behind = (seed * 31 + i * i * 7) % 9;
        return { process: i % 3 === 0 ? `kubelet/node-${i}` : i % 3 === 1 ? `proxy/node-${i}` : `controller/c${i}`, seenRevision: 20 - behind, behind };
      });
      for (const side of ['above', 'below'] as const) {
        const flags = stripOf(20, 20, watchers).flags.filter((flag) => flag.side === side);
        flags.forEach((flag, i) => {
          expect(flag.width).toBeGreaterThanOrEqual(14);
          if (i > 0) expect(flag.x - flag.width, `seed ${seed}`).toBeGreaterThanOrEqual(flags[i - 1]!.x);
        });
        expect(flags.reduce((sum, flag) => sum + flag.processes.length, 0)).toBe(watchers.filter((watcher) => watcher.process.startsWith('controller/') === (side === 'above')).length);
      }
    }
  });
  it('a flag says what the cell of its controller says', () => {
    const scene = sceneOf({ ...deploySample, controllers: [{ name: 'generic-garbage-collector', label: 'garbage-coll.', state: 'idle', queueLength: 0 }], strip: { ...deploySample.strip, watchers: [{ process: 'controller/generic-garbage-collector', seenRevision: 106, behind: 2 }] } });
    expect(scene.strip.flags).toMatchObject([{ label: 'garbage-coll.', lag: '2 behind' }]);
  });
  it('who has nothing to see stands at the hand, whatever its cursor says', () => {
    const strip = stripOf(10, 10, [{ process: 'controller/namespace', seenRevision: 2, behind: 0 }]);
    expect(strip.flags).toMatchObject([{ x: strip.handX, label: 'namespace' }]);
  });
});

describe('the strip from further away', () => {
  it.each([[1, 20, 20], [2, 5, 80]] as const)('zoom %i has a pitch of %i and shows at least %i writes', (zoom, pitch, least) => {
    const model: StageModel = { ...deploySample, revision: 300, strip: { ...deploySample.strip, tiles: Array.from({ length: 300 }, (_, i) => write(i + 1)) } };
    const strip = layout(model, 'full', stageEn, layout(model, 'full', stageEn), zoom).scene.strip;
    const written = strip.tiles.filter((tile) => tile.revision !== undefined);
    expect(written.length).toBeGreaterThanOrEqual(least);
    expect(written[1]!.x - written[0]!.x).toBe(pitch);
    expect(written.filter((tile) => tile.caption !== '').every((tile) => tile.revision! % 5 === 0)).toBe(true);
    expect(strip.handX).toBeGreaterThan(written.at(-1)!.x);
    expect(strip.handX).toBeLessThan(720);
  });
});

describe('a part that did not change is not laid out again', () => {
  it('keeps the scene of equal inputs', () => {
    const first = layout(deploySample, 'full', stageEn);
    const second = layout({ ...deploySample, now: 15_000, you: deploySample.you.slice(1) }, 'full', stageEn, first);
    expect(second.scene.nodes).toBe(first.scene.nodes);
    expect(second.scene.strip).toBe(first.scene.strip);
    expect(second.scene.wires).toBe(first.scene.wires);
    expect(second.scene.you).not.toBe(first.scene.you);
    expect(layout(deploySample, 'compact', stageEn, first).scene.nodes).not.toBe(first.scene.nodes);
    expect(layout(deploySample, 'full', stageZh, first).scene.nodes).not.toBe(first.scene.nodes);
  });
  it('keeps what a fresh copy did not change, down to the single Pod', () => {
    const first = layout(failureSample, 'full', stageEn);
    const copy = structuredClone(failureSample);
    const second = layout({ ...copy, nodes: copy.nodes.map((each, i) => (i === 0 ? { ...each, pods: each.pods.map((p, j) => (j === 1 ? { ...p, look: 'failed' as const } : p)) } : each)) }, 'full', stageEn, first);
    expect(second.scene.strip).toBe(first.scene.strip);
    expect(second.scene.nodes.nodes[1]).toBe(first.scene.nodes.nodes[1]);
    expect(second.scene.nodes.nodes[0]).not.toBe(first.scene.nodes.nodes[0]);
    expect(second.scene.nodes.nodes[0]!.pods.map((pod, i) => pod === first.scene.nodes.nodes[0]!.pods[i])).toEqual([true, false, true, true]);
  });
  it.each([[{ a: 1 }, { a: 1, b: undefined }], [[1, 2], [1]], [{ a: [1] }, { a: { 0: 1 } }], [undefined, { a: 1 }], [{ a: 1 }, null], [new Map([[1, 2]]), new Map([[1, 3]])], [JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":2}}')]])('sharing never changes a value: %j, %j', (old, next) => {
    expect(share(old, next)).toEqual(next);
    expect(share(old, next)).not.toBe(old);
    expect(share(next, structuredClone(next))).toEqual(next);
  });
  it('gives the same as from nothing', () => {
    const first = layout(deploySample, 'full', stageEn);
    expect(layout(failureSample, 'full', stageEn, first).scene).toEqual(layout(failureSample, 'full', stageEn).scene);
  });
});

describe('messages', () => {
  it('travel at constant speed from sender to receiver', () => {
    const scene = sceneOf(deploySample);
    const flight = scene.flights[0]!;
    expect(flight.points).toEqual([{ x: 732, y: 150 }, { x: 732, y: 226 }]);
    expect(along(flight.points, progressOf(flight.message, deploySample.now) * flight.length)).toEqual({ x: 732, y: 200 });
    expect(progressOf(flight.message, 0)).toBe(0);
    expect(progressOf(flight.message, 1e9)).toBe(1);
    expect(progressOf({ ...flight.message, droppedAfter: 0.5 }, 1e9)).toBe(0.5);
  });
  it('a delivery runs the wire the other way', () => {
    const scene = sceneOf(rolloutSample);
    const down = scene.flights.find((flight) => flight.message.id === 'w')!;
    expect(down.points[0]!.y).toBeLessThan(down.points[1]!.y);
  });
  it('of somebody who is not on stage are not drawn', () => {
    const scene = sceneOf({ ...deploySample, messages: [{ id: 'x', from: 'kubelet/gone', to: 'apiserver', kind: 'request', sentAt: 0, arrivesAt: 1, label: '' }] });
    expect(scene.flights).toEqual([]);
  });
});

describe('the keyboard reaches everything', () => {
  it.each(['deploy', 'failure', 'rollout', 'ten nodes'])('%s', (name) => {
    const { hits } = sceneOf(SAMPLES[name]!);
    const seen = new Set<Hit>([hits[0]!]);
    const queue = [hits[0]!];
    while (queue.length > 0) {
      const from = queue.pop()!;
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] as const) {
        const next = neighbour(hits, from, key)!;
        if (!seen.has(next)) {
          seen.add(next);
          queue.push(next);
        }
      }
    }
    expect(hits.filter((hit) => !seen.has(hit)).map((hit) => hit.title)).toEqual([]);
  });
});

describe('targets and texts', () => {
  const targets: readonly StageTarget[] = [
    { on: 'object', kind: 'Pod', key: 'default/a:b' },
    { on: 'object', kind: 'Node', key: 'node-1' },
    { on: 'process', process: 'kubelet/node-1' },
    { on: 'change', revision: 12 },
    { on: 'message', id: 'm:1' },
    { on: 'traffic' },
  ];
  it('a target survives its text form', () => {
    for (const target of targets) expect(parseTarget(targetId(target))).toEqual(target);
    expect(parseTarget('nonsense')).toBeUndefined();
  });
  it.each([
    [850, '850 µs', '850 微秒'], [14_218, '14 ms', '14 毫秒'], [6_900_000, '6 s', '6 秒'], [120_000_000, '2 min', '2 分钟'], [299_000_000, '4:59', '4:59'], [3_900_000_000, '1 h 5 min', '1 小时 5 分'],
  ])('%i µs is said %s', (micros, en, zh) => {
    expect([stageEn.duration(micros), stageZh.duration(micros)]).toEqual([en, zh]);
  });
  it('shortens from the end, or in the middle', () => {
    expect(fitSans('node-1', 12, 100)).toBe('node-1');
    expect(fitSans('a very long name of a node', 12, 60)).toMatch(/^a very.*…$/);
    expect(fitMiddle('POST pods/web-7d9-4kx9p/binding', 12, 110)).toMatch(/^POST po.*….*nding$/);
  });
  it('flags, marks and expectations keep to sixteen characters, zh to eight', () => {
    const length = (text: string): number => [...text].length;
    for (const n of [1, 12, 300]) {
      for (const flag of ['flagControllers', 'flagKubelets', 'flagProxies', 'flagAgents', 'flagOthers', 'flagWatchers', 'behind'] as const) {
        expect(length(stageEn[flag](n)), flag).toBeLessThanOrEqual(16);
        expect(sansWidth(stageZh[flag](n), 11), flag).toBeLessThanOrEqual(100);
      }
    }
    for (const text of Object.values(stageEn.expected)) expect(length(text)).toBeLessThanOrEqual(7);
    for (const text of Object.values(stageZh.expected)) expect(length(text)).toBeLessThanOrEqual(4);
  });
});

it('all wires of the node area start under the plate', () => {
  for (const model of Object.values(SAMPLES)) for (const wire of sceneOf(model).nodes.wires) {
    const end = wire.points.at(-1)!;
    expect(end.y).toBe(432);
    expect(end.x >= LEFT && end.x <= RIGHT).toBe(true);
  }
});
