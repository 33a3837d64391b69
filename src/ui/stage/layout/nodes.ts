/**
 * The nodes under the plate. One to three stand as full cards, four to ten as small ones (two rows of five), more as a grid of names and
 * dots, and beyond that as marks: by the width that is left for a card, not by name.
 */
import type { StageMessages } from '../../i18n/stage.en.ts';
import type { Box, Geometry, Point } from '../geometry.ts';
import { LEFT, RIGHT } from '../geometry.ts';
import { fitSans, sansWidth } from '../measure.ts';
import type { NodeModel, PodLook, PodModel, StageModel, Trouble } from '../model.ts';

/** full: ≥ 200 wide; small: ≥ 120, no labels; dots: ≥ 48; mark: a rectangle. */
export type CardLevel = 'full' | 'small' | 'dots' | 'mark';

export interface NodePodScene {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly look: PodLook;
  readonly label: string;
  readonly focus: boolean;
  readonly ring: number | undefined;
  /** The time left, where there is room for it under the name. */
  readonly left: string | undefined;
  readonly timeLeft: string | undefined;
  readonly restarts: number;
  readonly name: string;
}
export interface PortScene {
  readonly id: `kubelet/${string}` | `proxy/${string}`;
  readonly box: Box;
  readonly label: string;
  readonly bad: boolean;
}
export interface MeterScene {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly name: string;
  readonly text: string;
  readonly share: number;
  readonly reserved: number;
}
export interface NodeScene {
  readonly name: string;
  readonly level: CardLevel;
  readonly box: Box;
  readonly silent: boolean;
  readonly dead: boolean;
  readonly partitioned: boolean;
  readonly cordoned: boolean;
  readonly chosen: boolean;
  readonly ready: NodeModel['ready'];
  readonly ports: readonly PortScene[];
  readonly title: string;
  readonly stateX: number;
  readonly state: string;
  readonly stateFull: string;
  readonly heartbeat: { readonly x: number; readonly y: number; readonly r: number; readonly share: number; readonly text: string };
  readonly meters: readonly MeterScene[];
  readonly tray: Box | undefined;
  readonly trayTitle: string;
  readonly trayNote: string;
  readonly pods: readonly NodePodScene[];
  /** Free places in the tray, as specks. */
  readonly specks: readonly Point[];
  readonly more: { readonly x: number; readonly y: number; readonly text: string } | undefined;
  readonly notes: readonly { readonly x: number; readonly y: number; readonly text: string; readonly small: boolean }[];
  /** 0 to 4, by requested cpu: what a mark is filled with. */
  readonly heat: number;
}

export interface NodeWire {
  readonly id: string;
  readonly points: readonly Point[];
  readonly cut: boolean;
  readonly slow: boolean;
}
export interface NodesScene {
  readonly nodes: readonly NodeScene[];
  readonly wires: readonly NodeWire[];
  readonly empty: { readonly x: number; readonly y: number; readonly text: string } | undefined;
  /** More than ten: one frame around all, to which the wires go. */
  readonly group: { readonly box: Box; readonly title: string; readonly note: string; readonly bad: boolean } | undefined;
}

/** A node's state in words: its condition as stored, then what is known of its machine. */
export function nodeStateText(node: NodeModel, words: StageMessages): string {
  const parts = [node.ready === 'True' ? words.nodeReady : words.nodeNotReady];
  if (node.cordoned === true) parts.push(words.cordoned);
  if (node.dead === true) parts.push(words.powerOff);
  else if (node.partitioned === true) parts.push(words.cutOff);
  else if (node.kubeletDown === true) parts.push(words.kubeletDown);
  return parts.join(', ');
}
const isSilent = (node: NodeModel): boolean => node.dead === true || node.partitioned === true || node.kubeletDown === true;

const GiB = 1_073_741_824;
const decimals = (value: number): string => String(Math.round(value * 100) / 100);

/** What is wrong with a kubelet or a kube-proxy itself. */
const hasTrouble = (troubles: StageModel['troubles'], id: string, is: Trouble): boolean => troubles?.some((trouble) => trouble.process === id && trouble.is === is) === true;

export function layoutNodes(nodes: readonly NodeModel[], traffic: boolean, geometry: Geometry, words: StageMessages, troubles?: StageModel['troubles']): NodesScene {
  const height = geometry.nodesHeight - (traffic ? geometry.trafficHeight : 0);
  const top = geometry.nodesY;
  const n = nodes.length;
  if (n === 0) return { nodes: [], wires: [], empty: { x: 424, y: top + height / 2, text: words.noNodes }, group: undefined };
  if (n <= 3) {
    const left = LEFT + (3 - n) * 136;
    const scenes = nodes.map((node, i) => fullCard(node, { x: left + 272 * i, y: top, w: 256, h: height }, traffic, geometry, words, troubles));
    return { nodes: scenes, wires: scenes.flatMap((scene, i) => scene.ports.map((port) => fullWire(port, nodes[i]!, geometry, troubles))), empty: undefined, group: undefined };
  }
  if (n <= 10) return smallCards(nodes, height, geometry, words, troubles);
  return grid(nodes, height, geometry, words);
}

function fullWire(port: PortScene, node: NodeModel, geometry: Geometry, troubles: StageModel['troubles']): NodeWire {
  const x = port.box.x + port.box.w / 2;
  return { id: port.id, points: [{ x, y: port.box.y }, { x, y: geometry.plateY + geometry.plateHeight }], cut: node.dead === true || node.partitioned === true || hasTrouble(troubles, port.id, 'cut'), slow: hasTrouble(troubles, port.id, 'slow') };
}

function common(node: NodeModel, words: StageMessages): Pick<NodeScene, 'name' | 'silent' | 'dead' | 'partitioned' | 'cordoned' | 'chosen' | 'ready' | 'state' | 'stateFull' | 'heat'> {
  const share = node.cpuMillis.allocatable <= 0 ? 0 : node.cpuMillis.requested / node.cpuMillis.allocatable;
  const state = node.ready === 'True' ? (node.cordoned === true ? words.cordoned : words.nodeReady) : words.nodeNotReady;
  return {
    name: node.name,
    silent: isSilent(node),
    dead: node.dead === true,
    partitioned: node.partitioned === true,
    cordoned: node.cordoned === true,
    chosen: node.chosen === true,
    ready: node.ready,
    state,
    stateFull: nodeStateText(node, words),
    heat: Math.max(0, Math.min(4, Math.floor(share * 5))),
  };
}

/** Pods in a tray: the largest planets that leave room for all, with names while there is room for those. */
interface Packing {
  readonly columns: number;
  readonly rows: number;
  readonly pitchX: number;
  readonly pitchY: number;
  readonly r: number;
  readonly label: boolean;
  readonly firstX: number;
  readonly firstY: number;
  /** There is room for a second line under the last row. */
  readonly deep: boolean;
}
function packingOf(count: number, tray: Box, header: number): Packing {
  const h = tray.h - header;
  // The drawn one: 4 columns of 59, r 13.5, the first at (30, 18) of what the header leaves, each name 30 under its planet.
  const options: readonly { r: number; pitchX: number; pitchY: number; label: boolean; under: number }[] = [
    { r: 13.5, pitchX: 59, pitchY: 64, label: true, under: 33 },
    { r: 11, pitchX: 59, pitchY: 48, label: true, under: 27 },
    { r: 10, pitchX: 47, pitchY: 43, label: true, under: 25 },
    { r: 9, pitchX: 28, pitchY: 26, label: false, under: 10 },
    { r: 7, pitchX: 18, pitchY: 18, label: false, under: 8 },
    { r: 5, pitchX: 13.4, pitchY: 13.4, label: false, under: 6 },
    { r: 2.8, pitchX: 7.6, pitchY: 7.6, label: false, under: 4 },
  ];
  for (const [i, option] of options.entries()) {
    const columns = Math.max(1, Math.floor((tray.w - (option.label ? 0 : 12)) / option.pitchX));
    const rows = Math.max(0, Math.floor((h - (option.r + (i === 0 ? 4 : 2)) - option.under) / option.pitchY) + 1);
    if (columns * rows >= count || i === options.length - 1) {
      const width = (columns - 1) * option.pitchX;
      const firstX = option.label ? tray.x + (tray.w - width) / 2 : tray.x + 6 + option.pitchX / 2;
      return { columns, rows: Math.max(rows, 1), pitchX: option.pitchX, pitchY: option.pitchY, r: option.r, label: option.label, firstX, firstY: tray.y + header + option.r + (i === 0 ? 4 : 2), deep: h - (option.r + 4) - (Math.max(rows, 1) - 1) * option.pitchY >= 52 || (rows >= 2 && count <= columns) };
    }
  }
  throw new Error('unreachable: the last packing takes what there is');
}

function placePods(pods: readonly PodModel[], packing: Packing, words: StageMessages): Pick<NodeScene, 'pods' | 'specks' | 'more'> {
  const places = packing.columns * packing.rows;
  const overflow = pods.length > places;
  const shown = overflow ? pods.slice(0, places - 1) : pods;
  const at = (i: number): Point => ({ x: packing.firstX + (i % packing.columns) * packing.pitchX, y: packing.firstY + Math.floor(i / packing.columns) * packing.pitchY });
  const roomy = packing.pitchY >= 64 && packing.deep;
  const scenes = shown.map((pod, i): NodePodScene => {
    const { x, y } = at(i);
    const left = pod.timer === undefined ? undefined : words.duration(pod.timer.leftMicros);
    // In a tight tray a running timer stands beside the name, or takes its place.
    const both = `${pod.short} ${left ?? ''}`;
    const label = !packing.label ? '' : roomy || left === undefined ? fitSans(pod.short, 11, packing.pitchX - 2) : sansWidth(both, 11) <= packing.pitchX + 4 ? both : left;
    return { key: pod.key, x, y, r: packing.r, look: pod.look, label, focus: pod.focus === true, ring: pod.timer?.share, left: roomy ? left : undefined, timeLeft: left, restarts: pod.restarts ?? 0, name: pod.name };
  });
  const specks: Point[] = [];
  if (packing.label) for (let i = shown.length; i < places; i++) specks.push(at(i));
  const last = at(places - 1);
  return { pods: scenes, specks, more: overflow ? { x: last.x, y: last.y + 4, text: words.morePods(pods.length - shown.length) } : undefined };
}

function fullCard(node: NodeModel, box: Box, traffic: boolean, geometry: Geometry, words: StageMessages, troubles: StageModel['troubles']): NodeScene {
  const { x, y, w, h } = box;
  const compact = geometry.size === 'compact';
  const base = common(node, words);
  const age = words.duration(node.heartbeat.ageMicros);
  const alarm = node.ready !== 'True';
  const port = (id: PortScene['id'], cx: number, pw: number, label: string): PortScene => ({ id, box: { x: cx - pw / 2, y: y - 12, w: pw, h: 24 }, label, bad: node.dead === true || node.partitioned === true || hasTrouble(troubles, id, 'down') || (label === 'kubelet' && node.kubeletDown === true) });
  const stateRoom = x + 233 - 14 - age.length * 6.6 - 8;
  const titleMost = stateRoom - (x + 38) - 26;
  const title = fitSans(node.name, 14, Math.max(40, titleMost), 600);
  const stateX = Math.max(x + 96, x + 38 + sansWidth(title, 14, 600) + 12);
  const meterY = y + 54;
  const meters: MeterScene[] = compact
    ? []
    : [
        meter('cpu', x + 14, node.cpuMillis.requested / 1000, node.cpuMillis.reserved / 1000, node.cpuMillis.allocatable / 1000, ''),
        meter('mem', x + 132, node.memoryBytes.requested / GiB, node.memoryBytes.reserved / GiB, node.memoryBytes.allocatable / GiB, ' Gi'),
      ];
  function meter(name: string, mx: number, used: number, reserved: number, most: number, unit: string): MeterScene {
    return { x: mx, y: meterY, w: 108, name, text: `${decimals(used)} / ${decimals(most)}${unit}`, share: most <= 0 ? 0 : Math.min(1, used / most), reserved: most <= 0 ? 0 : Math.min(1 - Math.min(1, used / most), reserved / most) };
  }
  const trayY = compact ? y + 50 : y + 84;
  const tray: Box = { x: x + 10, y: trayY, w: 236, h: y + h - 10 - trayY + (compact ? 2 : 0) };
  const silentNote = node.dead === true || node.partitioned === true ? (alarm ? words.lastKnown(age) : node.dead === true ? words.powerOff : words.cutOff) : node.kubeletDown === true ? words.kubeletDown : '';
  const trayNote = silentNote !== '' ? silentNote : node.chosen === true && node.pods.some((pod) => pod.look === 'chosen') ? words.chosenNotBound : '';
  const notes = alarm && !compact && !traffic && node.pods.length <= 4 ? silentNotes(node, x, trayY, words) : [];
  // The sentences of a silent node stand where the second row of planets would.
  const packing = packingOf(Math.max(node.pods.length, 1), tray, compact ? (traffic ? 0 : 11.5) : 26.5);
  const placed = placePods(node.pods, packing, words);
  const specks = notes.length > 0 ? placed.specks.filter((speck) => speck.y < trayY + 60) : placed.specks;
  return {
    ...base,
    level: 'full',
    box,
    ports: [port(`kubelet/${node.name}`, x + 58, 82, 'kubelet'), port(`proxy/${node.name}`, x + 160, 100, 'kube-proxy')],
    title,
    stateX,
    state: sansWidth(base.state, 12, 500) + 20 <= stateRoom - stateX ? base.state : '',
    heartbeat: { x: x + 233, y: y + 32, r: 8, share: node.heartbeat.share, text: age },
    meters,
    tray,
    trayTitle: compact ? '' : 'containerd',
    trayNote: compact ? '' : fitSans(trayNote, 11, w - 40 - 66),
    ...placed,
    specks,
    notes,
  };
}

function silentNotes(node: NodeModel, x: number, trayY: number, words: StageMessages): NodeScene['notes'] {
  const unknown = node.pods.some((pod) => pod.look === 'unknown');
  const unlimited = node.pods.find((pod) => pod.unlimited === true);
  const lines: NodeScene['notes'][number][] = [];
  if (unknown) lines.push({ x: x + 20, y: trayY + 112, text: fitSans(words.nobodyCanKnow, 12, 220), small: false });
  if (unlimited !== undefined) lines.push({ x: x + 20, y: trayY + 131, text: fitSans(words.unlimited(unlimited.short), 11, 220), small: true });
  return lines;
}

function smallCards(nodes: readonly NodeModel[], height: number, geometry: Geometry, words: StageMessages, troubles: StageModel['troubles']): NodesScene {
  const n = nodes.length;
  const rows = n <= 5 ? 1 : 2;
  const columns = rows === 1 ? n : 5;
  // With two rows the lower one's wires pass between the upper cards, left of the card they end on.
  const gap = 12;
  const lead = rows === 2 ? gap : 0;
  const w = (RIGHT - LEFT - lead - (columns - 1) * gap) / columns;
  const h = (height - (rows - 1) * gap) / rows;
  const bottom = geometry.plateY + geometry.plateHeight;
  const scenes: NodeScene[] = [];
  const wires: NodeWire[] = [];
  nodes.forEach((node, i) => {
    const row = Math.floor(i / columns);
    const box: Box = { x: LEFT + lead + (i % columns) * (w + gap), y: geometry.nodesY + row * (h + gap), w, h };
    const low = h < 80;
    const header = low ? 22 : 32;
    const tray: Box = { x: box.x + 7, y: box.y + header + 2, w: w - 14, h: h - header - 9 };
    const base = common(node, words);
    const dot = (id: PortScene['id'], cx: number, cy: number): PortScene => ({ id, box: { x: cx - 5, y: cy - 5, w: 10, h: 10 }, label: '', bad: node.dead === true || node.partitioned === true || hasTrouble(troubles, id, 'down') || (id.startsWith('kubelet') && node.kubeletDown === true) });
    const cut = node.dead === true || node.partitioned === true;
    const ports =
      row === 0
        ? [dot(`kubelet/${node.name}`, box.x + w * 0.36, box.y), dot(`proxy/${node.name}`, box.x + w * 0.64, box.y)]
        : [dot(`kubelet/${node.name}`, box.x, box.y + h * 0.4), dot(`proxy/${node.name}`, box.x, box.y + h * 0.7)];
    ports.forEach((port, j) => {
      const cx = port.box.x + 5;
      const cy = port.box.y + 5;
      const laneX = row === 0 ? cx : box.x - 9 + j * 4;
      wires.push({ id: port.id, points: row === 0 ? [{ x: cx, y: cy - 5 }, { x: cx, y: bottom }] : [{ x: cx - 5, y: cy }, { x: laneX, y: cy }, { x: laneX, y: bottom }], cut: cut || hasTrouble(troubles, port.id, 'cut'), slow: hasTrouble(troubles, port.id, 'slow') });
    });
    const ring = low ? 5 : 7;
    const heartbeat = { x: box.x + w - 8 - ring, y: box.y + header / 2 + (low ? 1 : 2), r: ring, share: node.heartbeat.share, text: '' };
    const titleX = low ? 10 : 32;
    const title = fitSans(node.name, low ? 12 : 13, w - titleX - 2 * ring - 34, 600);
    scenes.push({
      ...base,
      level: 'small',
      box,
      ports,
      title,
      stateX: box.x + titleX + sansWidth(title, low ? 12 : 13, 600) + 6,
      state: '',
      heartbeat,
      meters: [],
      tray,
      trayTitle: '',
      trayNote: '',
      ...placePods(node.pods, packingOf(Math.max(1, node.pods.length), tray, 2), words),
      specks: [],
      notes: [],
    });
  });
  return { nodes: scenes, wires, empty: undefined, group: undefined };
}

function grid(nodes: readonly NodeModel[], height: number, geometry: Geometry, words: StageMessages): NodesScene {
  const box: Box = { x: LEFT, y: geometry.nodesY, w: RIGHT - LEFT, h: height };
  const header = 28;
  const area = { x: box.x + 10, y: box.y + header, w: box.w - 20, h: box.h - header - 8 };
  const n = nodes.length;
  // The most columns that keep a card at least as wide as its level asks for.
  const choose = (): { columns: number; gap: number; level: CardLevel } => {
    const dots = { gap: 6, minH: 22 };
    for (let columns = 6; columns <= 14; columns++) {
      const w = (area.w - (columns - 1) * dots.gap) / columns;
      const rows = Math.ceil(n / columns);
      if (w >= 50 && rows * (dots.minH + dots.gap) - dots.gap <= area.h) return { columns, gap: dots.gap, level: 'dots' };
    }
    const rowsAt = (columns: number): number => Math.ceil(n / columns);
    let columns = 30;
    while (columns < 400 && (rowsAt(columns) * (area.w / columns) * 0.76 > area.h)) columns++;
    return { columns, gap: columns > 120 ? 1 : 3, level: 'mark' };
  };
  const { columns, gap, level } = choose();
  const rows = Math.ceil(n / columns);
  const w = (area.w - (columns - 1) * gap) / columns;
  const h = level === 'dots' ? Math.min(60, (area.h - (rows - 1) * gap) / rows) : Math.min(13, (area.h - (rows - 1) * gap) / rows);
  const scenes = nodes.map((node, i): NodeScene => {
    const card: Box = { x: area.x + (i % columns) * (w + gap), y: area.y + Math.floor(i / columns) * (h + gap), w, h };
    const tray: Box = { x: card.x + 4, y: card.y + 14, w: w - 8, h: Math.max(6, h - 16) };
    const packing = dotPacking(tray);
    // The dots show what fits; how many there are stands beside the name.
    const placed = level === 'dots' ? { ...placePods(node.pods.slice(0, packing.columns * packing.rows), packing, words), more: { x: card.x + w - 5, y: card.y + 12, text: String(node.pods.length) } } : { pods: [], specks: [], more: undefined };
    return {
      ...common(node, words),
      level,
      box: card,
      ports: [],
      title: level === 'dots' ? fitSans(node.name, 11, w - 34) : '',
      stateX: card.x,
      state: '',
      heartbeat: { x: card.x, y: card.y, r: 0, share: node.heartbeat.share, text: '' },
      meters: [],
      tray: undefined,
      trayTitle: '',
      trayNote: '',
      ...placed,
      specks: [],
      notes: [],
    };
  });
  const bad = nodes.filter((node) => node.ready !== 'True').length;
  const bottom = geometry.plateY + geometry.plateHeight;
  // The wires merge: one for all kubelets, one for all kube-proxies.
  const wires: NodeWire[] = [
    { id: 'kubelets', points: [{ x: 318, y: box.y }, { x: 318, y: bottom }], cut: false, slow: false },
    { id: 'proxies', points: [{ x: 530, y: box.y }, { x: 530, y: bottom }], cut: false, slow: false },
  ];
  return { nodes: scenes, wires, empty: undefined, group: { box, title: words.nodes(n), note: bad === 0 ? '' : words.notReadyNodes(bad), bad: bad > 0 } };
}
const dotPacking = (tray: Box): Packing => ({ columns: Math.max(1, Math.floor(tray.w / 7.6)), rows: Math.max(1, Math.floor(tray.h / 7.6)), pitchX: 7.6, pitchY: 7.6, r: 2.8, label: false, firstX: tray.x + 3.4, firstY: tray.y + 3.6, deep: false });
