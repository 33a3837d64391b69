/**
 * The stage's layout: a still and a size in, absolute positions out. Pure, so that it is tested without a browser; the painters under
 * `paint/` add nothing but shapes. A part whose input is the very same as before is the very same scene again, and is not painted again.
 */
import type { StageMessages } from '../i18n/stage.en.ts';
import type { Box, Geometry, Point, StageSize, StripZoom } from './geometry.ts';
import { CONTROLLERS, LEFT, RIGHT, SCHEDULER, TRAY, YOU, ZOOMS, geometryOf } from './geometry.ts';
import { fitMiddle, monoWidth, sansWidth } from './measure.ts';
import type { ApiPhase, Endpoint, MessageKind, MessageModel, PodLook, StageModel, StageTarget } from './model.ts';
import { layoutChain, type ChainScene } from './layout/chain.ts';
import { layoutControllers, layoutScheduler, layoutYou, wireTrouble, type ControllersScene, type SchedulerScene, type YouScene } from './layout/clients.ts';
import { layoutNodes, type NodesScene } from './layout/nodes.ts';
import { layoutStrip, type StripScene } from './layout/strip.ts';
import { share } from './share.ts';
import { layoutTraffic, type TrafficScene } from './layout/traffic.ts';

export interface WireScene {
  readonly id: string;
  /** From the client's end to the plate's rim. */
  readonly points: readonly Point[];
  readonly cut: boolean;
  /** Every message on it takes longer. */
  readonly slow: boolean;
  /** Where the × of a cut wire stands. */
  readonly cutAt: Point | undefined;
  readonly sockets: boolean;
}
export interface PlateScene {
  readonly box: Box;
  readonly down: boolean;
  readonly phases: readonly { readonly phase: ApiPhase; readonly x: number; readonly w: number; readonly text: string; readonly on: boolean; readonly arrowX: number | undefined }[];
  readonly note: string;
  readonly branch: boolean;
}
export interface TagScene {
  readonly id: string;
  readonly box: Box;
  readonly text: string;
  readonly lineFrom: number;
  readonly lineTo: number;
  readonly kind: MessageKind;
  readonly refused: boolean;
}
/** Something that can be pointed at, and where. */
export interface Hit {
  readonly target: StageTarget;
  readonly box: Box;
  readonly row: number;
  /** What the tooltip says. */
  readonly title: string;
  /** Its selection is shown by its own drawing (a bold name, a brass frame), so it needs no outline. */
  readonly quiet: boolean;
}
/** A message with its way, in the direction it travels. */
export interface Flight {
  readonly message: MessageModel;
  readonly wire: string;
  readonly points: readonly Point[];
  readonly length: number;
}
/** What has lately arrived at the end of a wire, newest first. */
export interface EchoScene {
  readonly id: string;
  readonly wire: string;
  readonly at: Point;
  readonly kind: MessageKind;
  readonly refused: boolean;
  /** 0 the newest. */
  readonly age: number;
}

export interface Scene {
  readonly geometry: Geometry;
  readonly wires: readonly WireScene[];
  readonly you: YouScene;
  readonly controllers: ControllersScene;
  readonly scheduler: SchedulerScene;
  readonly plate: PlateScene;
  readonly strip: StripScene;
  readonly chain: ChainScene;
  readonly nodes: NodesScene;
  readonly traffic: TrafficScene | undefined;
  readonly flights: readonly Flight[];
  readonly echoes: readonly EchoScene[];
  readonly tags: readonly TagScene[];
  readonly hits: readonly Hit[];
}

export interface LaidOut {
  readonly model: StageModel;
  readonly size: StageSize;
  readonly words: StageMessages;
  readonly scene: Scene;
}

export function layout(model: StageModel, size: StageSize, words: StageMessages, before?: LaidOut, zoom: StripZoom = 0): LaidOut {
  const geometry = geometryOf(size);
  const old = before !== undefined && before.size === size && before.words === words ? before : undefined;
  const keep = <T>(same: (was: StageModel) => boolean, part: (scene: Scene) => T, make: () => T): T => (old !== undefined && same(old.model) ? part(old.scene) : make());

  const branch = model.branch !== undefined;
  const you = keep((was) => was.you === model.you, (scene) => scene.you, () => layoutYou(model.you, geometry));
  const controllers = keep((was) => was.controllers === model.controllers && was.troubles === model.troubles, (scene) => scene.controllers, () => layoutControllers(model.controllers, geometry, words, model.troubles));
  const scheduler = keep((was) => was.scheduler === model.scheduler && was.troubles === model.troubles, (scene) => scene.scheduler, () => layoutScheduler(model.scheduler, geometry, words, model.troubles));
  const plate = keep((was) => was.apiserver === model.apiserver && was.branch === model.branch, (scene) => scene.plate, () => layoutPlate(model, geometry, words));
  const strip = keep((was) => old?.scene.strip.zoom === zoom && was.strip === model.strip && was.revision === model.revision && was.branch === model.branch, (scene) => scene.strip, () => layoutStrip(model.strip, model.revision, branch, geometry, words, zoom, new Map(model.controllers.map((controller) => [controller.name, controller.label]))));
  const chain = keep((was) => was.chain === model.chain, (scene) => scene.chain, () => layoutChain(model.chain, geometry, words));
  const hasTraffic = model.traffic !== undefined;
  const nodes = keep((was) => was.nodes === model.nodes && was.troubles === model.troubles && (was.traffic !== undefined) === hasTraffic, (scene) => scene.nodes, () => layoutNodes(model.nodes, hasTraffic, geometry, words, model.troubles));
  const traffic = keep((was) => was.traffic === model.traffic, (scene) => scene.traffic, () => (model.traffic === undefined ? undefined : layoutTraffic(model.traffic, geometry, words)));
  const wires = old !== undefined && old.scene.nodes === nodes && old.model.troubles === model.troubles ? old.scene.wires : layoutWires(nodes, geometry, model.troubles);

  const places = new Places(wires, nodes, traffic);
  const flights = model.messages.flatMap((message): Flight[] => {
    const way = places.way(message.from, message.to);
    return way === undefined ? [] : [{ message, wire: way.wire, points: way.points, length: lengthOf(way.points) }];
  });
  const fresh: Scene = {
    geometry,
    wires,
    you,
    controllers,
    scheduler,
    plate,
    strip,
    chain,
    nodes,
    traffic,
    flights,
    echoes: layoutEchoes(model, places, geometry),
    tags: layoutTags(flights),
    hits: layoutHits({ you, controllers, scheduler, plate, strip, chain, nodes, traffic }, words),
  };
  // What came out equal stays identical, so that a step repaints only what it changed.
  return { model, size, words, scene: share(old?.scene, fresh) };
}

function layoutPlate(model: StageModel, geometry: Geometry, words: StageMessages): PlateScene {
  const box: Box = { x: LEFT, y: geometry.plateY, w: RIGHT - LEFT, h: geometry.plateHeight };
  const order: readonly ApiPhase[] = ['authenticate', 'authorize', 'admit', 'validate', 'store', 'notify'];
  const title = sansWidth(words.apiServer, 14, 600);
  let x = Math.max(130, 40 + title + 24);
  const phases = order.map((phase, i) => {
    const text = words.phases[phase];
    const w = Math.round(sansWidth(text, 12)) + 16;
    const item = { phase, x, w, text, on: model.apiserver.phase === phase && model.apiserver.down !== true, arrowX: i < order.length - 1 ? x + w : undefined };
    x += w + 10;
    return item;
  });
  const down = model.apiserver.down === true;
  return { box, down, phases, note: down ? words.down : model.branch !== undefined ? words.branchOf(model.branch.fromRevision) : words.onlyDoor, branch: model.branch !== undefined };
}

function layoutWires(nodes: NodesScene, geometry: Geometry, troubles: StageModel['troubles']): readonly WireScene[] {
  const bottom = geometry.clientsY + geometry.clientsHeight;
  const client = (id: string, x: number): WireScene => {
    const trouble = wireTrouble(troubles, id);
    return { id, points: [{ x, y: bottom }, { x, y: geometry.plateY }], cut: trouble === 'cut', slow: trouble === 'slow', cutAt: trouble === 'cut' ? { x, y: (bottom + geometry.plateY) / 2 } : undefined, sockets: true };
  };
  return [
    client('user', YOU.wire),
    client('controllers', CONTROLLERS.wire),
    client('scheduler', SCHEDULER.wire),
    ...nodes.wires.map((wire): WireScene => {
      const end = wire.points[wire.points.length - 1] ?? { x: 0, y: 0 };
      const near = wire.points[wire.points.length - 2] ?? end;
      // The × stands in the middle of the stretch between the plate and the nodes.
      return { id: wire.id, points: wire.points, cut: wire.cut, slow: wire.slow, cutAt: wire.cut ? { x: end.x, y: (end.y + Math.min(near.y, geometry.nodesY - 12)) / 2 } : undefined, sockets: false };
    }),
  ];
}

export function lengthOf(points: readonly Point[]): number {
  let length = 0;
  for (let i = 1; i < points.length; i++) length += Math.hypot(points[i]!.x - points[i - 1]!.x, points[i]!.y - points[i - 1]!.y);
  return length;
}
/** The point after a distance along a way. */
export function along(points: readonly Point[], distance: number): Point {
  let rest = distance;
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1]!;
    const b = points[i]!;
    const d = Math.hypot(b.x - a.x, b.y - a.y);
    if (rest <= d || i === points.length - 1) {
      const share = d === 0 ? 0 : Math.max(0, Math.min(1, rest / d));
      return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
    }
    rest -= d;
  }
  return points[0] ?? { x: 0, y: 0 };
}

/** Where everybody who sends or receives is, and the way between two of them. */
class Places {
  private readonly wires: ReadonlyMap<string, WireScene>;
  private readonly points = new Map<string, Point>();
  constructor(wires: readonly WireScene[], nodes: NodesScene, traffic: TrafficScene | undefined) {
    this.wires = new Map(wires.map((wire) => [wire.id, wire]));
    for (const node of nodes.nodes) {
      for (const pod of node.pods) this.points.set(`pod/${pod.key}`, { x: pod.x, y: pod.y });
      for (const port of node.ports) this.points.set(port.id, { x: port.box.x + port.box.w / 2, y: port.box.y + port.box.h });
    }
    if (traffic !== undefined) this.points.set('client', { x: 424, y: traffic.box.y });
  }
  private wireOf(endpoint: Endpoint): WireScene | undefined {
    if (endpoint.startsWith('controller/')) return this.wires.get('controllers');
    const own = this.wires.get(endpoint);
    if (own !== undefined) return own;
    return this.wires.get(endpoint.startsWith('kubelet/') ? 'kubelets' : endpoint.startsWith('proxy/') ? 'proxies' : '');
  }
  way(from: Endpoint, to: Endpoint): { readonly wire: string; readonly points: readonly Point[]; readonly sockets: boolean } | undefined {
    if (to === 'apiserver') {
      const wire = this.wireOf(from);
      return wire === undefined ? undefined : { wire: wire.id, points: wire.points, sockets: wire.sockets };
    }
    if (from === 'apiserver') {
      const wire = this.wireOf(to);
      return wire === undefined ? undefined : { wire: wire.id, points: [...wire.points].reverse(), sockets: wire.sockets };
    }
    const a = this.points.get(from);
    const b = this.points.get(to);
    if (a === undefined || b === undefined) return undefined;
    // A client's request leaves its bar below the place it goes to, so that the ways do not all cross in the middle.
    const start = from === 'client' ? { x: b.x + (424 - b.x) * 0.12, y: a.y } : a;
    const end = to === 'client' ? { x: a.x + (424 - a.x) * 0.12, y: b.y } : b;
    return { wire: `${from}>${to}`, points: [start, end], sockets: false };
  }
}

const ECHO_PITCH = { full: 12, compact: 10 } as const;
const ECHOES = 8;
function layoutEchoes(model: StageModel, places: Places, geometry: Geometry): readonly EchoScene[] {
  const counts = new Map<string, number>();
  const out: EchoScene[] = [];
  for (const echo of model.echoes) {
    const way = places.way(echo.from, echo.to);
    if (way === undefined) continue;
    const length = lengthOf(way.points);
    const end = `${way.wire}:${echo.to}`;
    const age = counts.get(end) ?? 0;
    const back = (way.sockets && geometry.size === 'full' ? 14 : 6) + age * ECHO_PITCH[geometry.size];
    // They wait where they arrived, one behind the other, on the half of the wire that is theirs.
    if (age >= ECHOES || back > length * 0.75) continue;
    counts.set(end, age + 1);
    out.push({ id: echo.id, wire: way.wire, at: along(way.points, length - back), kind: echo.kind, refused: echo.refused === true, age });
  }
  return out;
}

const TAG_HEIGHT = 24;
const TAG_MOST = 330;
/** A tag stands still beside the middle of its wire, on the side where there is more room. */
export function tagOf(flight: Flight, others: readonly TagScene[]): TagScene {
  const middle = along(flight.points, flight.length / 2);
  const text = fitMiddle(flight.message.label, 12, TAG_MOST - 24);
  const w = Math.ceil(monoWidth(text, 12) + 24);
  const left = middle.x > 424;
  const x = left ? Math.max(8, middle.x - 16 - w) : Math.min(840 - w, middle.x + 16);
  let y = middle.y - TAG_HEIGHT / 2 - 3;
  // Two tags over each other: the later one goes below; there are never more than a few.
  for (const other of others) if (Math.abs(other.box.y - y) < TAG_HEIGHT + 2 && x < other.box.x + other.box.w && other.box.x < x + w) y = other.box.y + TAG_HEIGHT + 3;
  return { id: flight.message.id, box: { x, y, w, h: TAG_HEIGHT }, text, lineFrom: left ? x + w : x, lineTo: left ? middle.x - 6 : middle.x + 6, kind: flight.message.kind, refused: flight.message.refused === true };
}
function layoutTags(flights: readonly Flight[]): readonly TagScene[] {
  const byWire = new Map<string, Flight>();
  for (const flight of flights) if (flight.message.tagged === true) byWire.set(flight.wire, flight);
  const tags: TagScene[] = [];
  for (const flight of byWire.values()) tags.push(tagOf(flight, tags));
  return tags;
}

type HitParts = Pick<Scene, 'you' | 'controllers' | 'scheduler' | 'plate' | 'strip' | 'chain' | 'nodes' | 'traffic'>;
const around = (x: number, y: number, half: number): Box => ({ x: x - half, y: y - half, w: 2 * half, h: 2 * half });

/** In the order of the drawing: what lies on top comes last. `row` is what the up and down keys walk. */
function layoutHits(parts: HitParts, words: StageMessages): readonly Hit[] {
  const hits: Hit[] = [];
  const add = (row: number, target: StageTarget, box: Box, title: string, quiet = false): void => void hits.push({ row, target, box, title, quiet });
  const process = (name: Endpoint): StageTarget => ({ on: 'process', process: name });
  const object = (kind: string, key: string): StageTarget => ({ on: 'object', kind, key });
  const look = (pod: { readonly look: PodLook }): string => words.looks[pod.look];
  add(0, process('user'), parts.you.box, words.you);
  parts.controllers.cells.forEach((cell, i) => cell.name !== undefined && add(Math.floor(i / 4), process(`controller/${cell.name}`), cell.box, words.twin.controller(cell.name, words.twin.controllerStates[cell.state], cell.queue)));
  add(0, process('scheduler'), parts.scheduler.box, 'scheduler');
  add(10, process('apiserver'), { x: parts.plate.box.x, y: parts.plate.box.y, w: parts.plate.box.w, h: TRAY.top - 2 }, words.apiServer);
  for (const tile of parts.strip.tiles) if (tile.revision !== undefined) add(20, { on: 'change', revision: tile.revision }, parts.strip.zoom === 0 ? { x: tile.x - 2, y: parts.strip.tilesY - 2, w: 42, h: 54 } : { x: tile.x - 0.7, y: parts.strip.tilesY, w: ZOOMS[parts.strip.zoom].pitch, h: 38 }, tile.title);
  for (const chip of parts.chain.chips) add(30, chip.target, chip.box, chip.title, true);
  for (const pod of parts.chain.pods) add(30, object('Pod', pod.key), pod.label === '' ? around(pod.x, pod.y, 6) : { x: pod.x - 22, y: pod.y - 11, w: 44, h: 34 }, words.twin.pod(pod.name, look(pod)), true);
  parts.nodes.nodes.forEach((node) => {
    const level = Math.round(node.box.y);
    add(100 + level, object('Node', node.name), node.box, words.twin.pod(node.name, node.stateFull), true);
    for (const port of node.ports) {
      const name = port.id.startsWith('kubelet/') ? 'kubelet' : 'kube-proxy';
      add(40 + level, process(port.id), port.label === '' ? around(port.box.x + 5, port.box.y + 5, 12) : port.box, `${name}, ${node.name}`);
    }
    for (const pod of node.pods) add(200 + Math.round(pod.y), object('Pod', pod.key), around(pod.x, pod.y, Math.max(pod.r + 3, 4)), `${words.twin.pod(pod.name, look(pod))}${pod.timeLeft === undefined ? '' : `, ${words.twin.podTimer(pod.timeLeft)}`}`, pod.label !== '');
  });
  if (parts.traffic !== undefined) add(2000, { on: 'traffic' }, parts.traffic.box, parts.traffic.title, true);
  return hits;
}

/** The neighbour of a hit: left and right along its row, up and down to the nearest of the next row. */
export function neighbour(hits: readonly Hit[], from: Hit | undefined, key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End'): Hit | undefined {
  const first = hits[0];
  if (from === undefined) return first;
  const middle = (hit: Hit): number => hit.box.x + hit.box.w / 2;
  const rows = [...new Set(hits.map((hit) => hit.row))].sort((a, b) => a - b);
  const row = (n: number): Hit[] => hits.filter((hit) => hit.row === n).sort((a, b) => middle(a) - middle(b));
  const mine = row(from.row);
  const at = mine.findIndex((hit) => hit === from);
  switch (key) {
    case 'ArrowLeft': return mine[at - 1] ?? from;
    case 'ArrowRight': return mine[at + 1] ?? from;
    case 'Home': return mine[0] ?? from;
    case 'End': return mine[mine.length - 1] ?? from;
    default: {
      const next = rows[rows.indexOf(from.row) + (key === 'ArrowDown' ? 1 : -1)];
      if (next === undefined) return from;
      let best: Hit | undefined;
      for (const hit of row(next)) if (best === undefined || Math.abs(middle(hit) - middle(from)) < Math.abs(middle(best) - middle(from))) best = hit;
      return best ?? from;
    }
  }
}
