/**
 * The log as a strip: what was written, who has seen it (flags), where you are (the hand), what is due (dashed tiles).
 * The strip is a window: its right end is what is yet to come, and older writes leave at its left as one gap.
 */
import type { StageMessages } from '../../i18n/stage.en.ts';
import type { Geometry } from '../geometry.ts';
import { BOUNDARY, ROW_END, ROW_X, TILE, TRAY, ZOOMS, type StripZoom } from '../geometry.ts';
import { glyphOfKind, type GlyphName } from '../glyphs.tsx';
import { sansWidth } from '../measure.ts';
import type { Endpoint, GapTile, MarkModel, StageTarget, StripModel, WatcherModel, WriteTile } from '../model.ts';

export interface TileScene {
  readonly id: string;
  readonly x: number;
  readonly glyph: GlyphName;
  /** "+" create, "~" update, "×" delete; nothing on an expected one. */
  readonly sign: string;
  readonly caption: string;
  readonly ghost: boolean;
  readonly hot: boolean;
  readonly alarm: boolean;
  readonly revision: number | undefined;
  readonly title: string;
}
export interface GapScene {
  readonly id: string;
  readonly x: number;
  readonly above: string;
  readonly below: string;
}
export interface FlagScene {
  readonly id: string;
  /** Where the pole stands; the cloth hangs to the left of it, over what was seen. */
  readonly x: number;
  readonly width: number;
  /** How far the words keep from the pole, when a mark's disc sits on it. */
  readonly inset: number;
  readonly side: 'above' | 'below';
  readonly label: string;
  readonly lag: string | undefined;
  readonly silent: boolean;
  readonly processes: readonly Endpoint[];
  readonly behind: number;
}
export interface MarkScene {
  readonly id: string;
  readonly x: number;
  readonly kind: MarkModel['kind'];
  readonly text: string;
  readonly target: StageTarget | undefined;
}
export interface StripScene {
  readonly trayY: number;
  readonly tilesY: number;
  readonly zoom: StripZoom;
  readonly tiles: readonly TileScene[];
  readonly gaps: readonly GapScene[];
  readonly flags: readonly FlagScene[];
  readonly marks: readonly MarkScene[];
  readonly handX: number;
  readonly branch: boolean;
  readonly future: { readonly x: number; readonly text: string } | undefined;
  /** The boundaries that the hand can be dragged to. */
  readonly stops: readonly { readonly x: number; readonly revision: number }[];
}

const SIGNS: Readonly<Record<WriteTile['operation'], string>> = { create: '+', update: '~', delete: '×' };

type Slot =
  | { readonly w: number; readonly tile: WriteTile; readonly ghost: boolean }
  | { readonly w: number; readonly gap: { readonly id: string; readonly above: string; readonly below: string }; readonly from: number; readonly upTo: number }
  | { readonly w: number; readonly future: { readonly id: string; readonly kind: string; readonly caption: string } };

const lastOf = (slot: Slot): number => ('tile' in slot ? slot.tile.revision : 'gap' in slot ? slot.upTo : Number.POSITIVE_INFINITY);

function gapText(gap: GapTile, words: StageMessages): string {
  if (gap.leases > 0 && gap.events === 0) return words.gapLeases(gap.leases);
  if (gap.events > 0 && gap.leases === 0) return words.gapEvents(gap.events);
  if (gap.leases > 0) return words.gapWrites(gap.leases + gap.events);
  return gap.upToRevision > gap.afterRevision ? words.gapRange(gap.afterRevision + 1, gap.upToRevision) : '';
}

const FUTURE_MOST = 236;

export function layoutStrip(strip: StripModel, revision: number, branch: boolean, geometry: Geometry, words: StageMessages, zoom: StripZoom = 0, labels: ReadonlyMap<string, string> = new Map()): StripScene {
  const scale = ZOOMS[zoom];
  const trayY = geometry.plateY + TRAY.top;
  const tilesY = geometry.plateY + TRAY.tiles;
  const slotOf = (tile: WriteTile | GapTile, ghost: boolean): Slot =>
    tile.type === 'write'
      ? { w: scale.pitch, tile, ghost }
      : { w: scale.gap, gap: { id: `gap${tile.afterRevision}-${tile.upToRevision}`, above: words.duration(tile.durationMicros), below: gapText(tile, words) }, from: tile.afterRevision, upTo: tile.upToRevision };
  const isPast = (tile: WriteTile | GapTile): boolean => (tile.type === 'write' ? tile.revision : tile.upToRevision) <= revision;
  const written = strip.tiles.map((tile) => slotOf(tile, !isPast(tile)));
  const handIndex = strip.tiles.filter(isPast).length;
  const rewound = handIndex < written.length;
  const expected = strip.future.map((item): Slot =>
    item.type === 'wait'
      ? { w: TILE.gap, gap: { id: item.id, above: words.duration(item.durationMicros), below: words.toCome }, from: revision, upTo: Number.POSITIVE_INFINITY }
      : { w: TILE.pitch, future: { id: item.id, kind: item.kind, caption: words.expected[item.expected] } },
  );

  // What is to come gets up to FUTURE_MOST; all the rest belongs to what is written, newest first; what remains is one gap. Rewound, the
  // place of what is to come stays free, so that the tiles do not slide away under the hand that is being dragged.
  const due: Slot[] = [];
  let dueWidth = 0;
  for (const slot of expected) {
    if (dueWidth + slot.w > FUTURE_MOST) break;
    due.push(slot);
    dueWidth += slot.w;
  }
  const dueText = due.length === 0 ? undefined : due.some((slot) => 'gap' in slot) || !strip.future.some((item) => item.type === 'future' && item.expected === 'next') ? words.futureExpected : words.futureNotWritten;
  const futureText = rewound ? undefined : dueText;
  const room = ROW_END - ROW_X - dueWidth - (dueText === undefined ? 0 : sansWidth(dueText, 12) + 14);
  let end = written.length;
  let start = end;
  let width = 0;
  for (;;) {
    if (start === 0) break;
    const slot = written[start - 1]!;
    if (width + slot.w + (start > 1 ? TILE.gap : 0) > room) break;
    width += slot.w;
    start--;
  }
  // The hand needs two tiles of the past before it; further back the window follows it.
  if (start > 0 && handIndex < start + 2) {
    start = Math.max(0, handIndex - 3);
    end = start;
    width = start > 0 ? TILE.gap : 0;
    while (end < written.length && width + written[end]!.w <= ROW_END - ROW_X) {
      width += written[end]!.w;
      end++;
    }
  }
  const shown: Slot[] = written.slice(start, handIndex);
  if (start > 0) {
    const upTo = lastOf(written[start - 1]!);
    shown.unshift({ w: TILE.gap, gap: { id: 'earlier', above: words.earlier, below: words.gapRange(1, upTo) }, from: 0, upTo });
  }
  const ahead: readonly Slot[] = rewound ? written.slice(handIndex, end) : due;

  const slots = [...shown, ...ahead];
  const tiles: TileScene[] = [];
  const gaps: GapScene[] = [];
  const hot = new Set(strip.highlighted ?? []);
  // `boundaries[i]` is left of slot i; the last one is right of all.
  const boundaries: number[] = [];
  const edge = zoom === 0 ? BOUNDARY : (scale.size - scale.pitch) / 2;
  let x = ROW_X;
  for (const slot of slots) {
    boundaries.push(x + edge);
    if ('tile' in slot) {
      const { tile, ghost } = slot;
      tiles.push({ id: `r${tile.revision}`, x, glyph: glyphOfKind(tile.kind), sign: SIGNS[tile.operation], caption: tile.revision % scale.numbers === 0 ? `r${tile.revision}` : '', ghost, hot: hot.has(tile.revision), alarm: tile.alarm === true, revision: tile.revision, title: words.twin.write(tile.revision, tile.kind, tile.key, words.operations[tile.operation]) });
    } else if ('gap' in slot) gaps.push({ id: slot.gap.id, x, above: slot.gap.above, below: slot.gap.below });
    else tiles.push({ id: `future:${slot.future.id}`, x, glyph: glyphOfKind(slot.future.kind), sign: '', caption: slot.future.caption, ghost: true, hot: false, alarm: false, revision: undefined, title: `${slot.future.kind}, ${slot.future.caption}` });
    x += slot.w;
  }
  boundaries.push(x + edge);
  const hand = shown.length;

  /** The boundary behind the last slot that is wholly at or before a revision. */
  const behind = (at: number): number => {
    let i = 0;
    while (i < slots.length && lastOf(slots[i]!) <= at) i++;
    return i;
  };
  const marks = layoutMarks(strip.marks, (at) => boundaries[Math.min(behind(at), slots.length)] ?? ROW_X, shown.length > 0 && 'gap' in shown[0]! ? shown[0].upTo : 0);
  const discs = marks.map((mark) => mark.x);
  const flags = [...layoutFlags(strip.watchers, 'above', revision, behind, hand, boundaries, discs, words, labels), ...layoutFlags(strip.watchers, 'below', revision, behind, hand, boundaries, [], words, labels)];
  const above = flags.filter((flag) => flag.side === 'above').map((flag) => ({ from: flag.x - flag.width, to: flag.x }));
  const stops: { x: number; revision: number }[] = [];
  slots.forEach((slot, i) => {
    const last = lastOf(slot);
    if (Number.isFinite(last)) stops.push({ x: boundaries[i + 1] ?? ROW_X, revision: last });
  });
  return {
    trayY,
    tilesY,
    zoom,
    tiles,
    gaps,
    flags,
    marks: marks.map((mark, i) => ({ ...mark, text: hasRoom(mark, marks[i + 1]?.x, above) ? mark.text : '' })),
    handX: boundaries[hand] ?? ROW_X,
    branch,
    future: futureText === undefined ? undefined : { x: x + 8, text: futureText },
    stops,
  };
}

function layoutMarks(marks: readonly MarkModel[], boundary: (revision: number) => number, earlierThan: number): MarkScene[] {
  const out: MarkScene[] = [];
  for (const mark of marks) {
    if (mark.afterRevision < earlierThan && earlierThan > 0) continue;
    const x = boundary(mark.afterRevision);
    // Two marks at one place: the newer stands, because only one disc fits on the pole.
    if (out.length > 0 && out[out.length - 1]!.x === x) out.pop();
    out.push({ id: mark.id, x, kind: mark.kind, text: mark.text, target: mark.target });
  }
  return out;
}
/** A mark's words stand only where 80 are free: not over the next mark, nor under a flag's cloth. */
function hasRoom(mark: MarkScene, nextX: number | undefined, cloths: readonly { readonly from: number; readonly to: number }[]): boolean {
  const from = mark.x + 10;
  const to = from + Math.max(80, sansWidth(mark.text, 11, 500) + 8);
  if (nextX !== undefined && nextX - 10 < to) return false;
  if (to > ROW_END + 8) return false;
  return cloths.every((cloth) => cloth.to < from || cloth.from > to);
}

const PENNANT = 24;
const isNode = (watcher: WatcherModel): boolean => watcher.process.startsWith('kubelet/') || watcher.process.startsWith('proxy/');
const afterSlash = (text: string): string => text.slice(text.indexOf('/') + 1);

function layoutFlags(watchers: readonly WatcherModel[], side: FlagScene['side'], revision: number, behindSlot: (revision: number) => number, hand: number, boundaries: readonly number[], discs: readonly number[], words: StageMessages, labels: ReadonlyMap<string, string>): FlagScene[] {
  const mine = watchers.filter((watcher) => isNode(watcher) === (side === 'below'));
  const groups = new Map<string, { at: number; behind: number; watchers: WatcherModel[] }>();
  for (const watcher of mine) {
    // Who has nothing to see stands at the hand: its cursor may be older, but it lacks nothing.
    const at = watcher.behind === 0 && watcher.silent !== true ? hand : Math.min(hand, behindSlot(Math.min(watcher.seenRevision, revision)));
    const key = `${at}:${watcher.behind >= 2 || watcher.silent === true ? watcher.behind : 0}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { at, behind: watcher.behind, watchers: [watcher] });
    else {
      group.behind = Math.max(group.behind, watcher.behind);
      group.watchers.push(watcher);
    }
  }
  // Where two groups stand at one boundary with different lag, the boundary has one flag, with the larger lag.
  const byPlace = new Map<number, { at: number; behind: number; watchers: WatcherModel[] }>();
  for (const group of groups.values()) {
    const other = byPlace.get(group.at);
    if (other === undefined) byPlace.set(group.at, group);
    else byPlace.set(group.at, { at: group.at, behind: Math.max(other.behind, group.behind), watchers: [...other.watchers, ...group.watchers] });
  }
  const places = [...byPlace.values()].sort((a, b) => a.at - b.at);
  const drawn: FlagScene[] = [];
  places.forEach((group, i) => {
    const x = boundaries[group.at] ?? ROW_X;
    const lag = group.behind >= 2 ? words.behind(group.behind) : undefined;
    const label = nameGroup(group.watchers, places.length > 1 && i === places.length - 1, words, labels);
    const inset = discs.some((disc) => Math.abs(disc - x) < 2) ? 8 : 0;
    const previous = i === 0 ? TRAY.x + 4 : (boundaries[places[i - 1]!.at] ?? ROW_X) + 3;
    // A mark's disc further left ends the room too: a cloth never hides one.
    const disc = Math.max(0, ...discs.filter((each) => each < x - 2).map((each) => each + 11));
    const room = x - Math.max(previous, disc);
    const base = { id: `${side}:${group.at}`, x, inset, side, silent: group.watchers.every((watcher) => watcher.silent === true), processes: group.watchers.map((watcher) => watcher.process), behind: group.behind };
    // The roomiest that fits: who and how far behind; only how far behind; only how many.
    const full = flagWidth(label, lag) + inset;
    const short = lag ?? String(group.watchers.length);
    const count = String(lag === undefined ? group.watchers.length : group.behind);
    if (full <= room) drawn.push({ ...base, width: full, label, lag });
    else if (flagWidth(short, undefined) + inset <= room) drawn.push({ ...base, width: flagWidth(short, undefined) + inset, label: short, lag: lag === undefined ? undefined : '' });
    else drawn.push({ ...base, width: Math.max(14, Math.min(room, PENNANT + inset)), label: room >= PENNANT + inset ? count : '', lag: lag === undefined ? undefined : '' });
  });
  return drawn;
}

export const flagWidth = (label: string, lag: string | undefined): number => sansWidth(label, 11) + 20 + (lag === undefined ? 0 : sansWidth(lag, 11, 500) + 4);

function nameGroup(group: readonly WatcherModel[], isRest: boolean, words: StageMessages, labels: ReadonlyMap<string, string>): string {
  const processes = group.map((watcher) => watcher.process);
  const n = processes.length;
  if (n === 1) {
    const only = processes[0]!;
    if (only.startsWith('kubelet/')) return `kubelet ${afterSlash(only)}`;
    if (only.startsWith('proxy/')) return `kube-proxy ${afterSlash(only)}`;
    return only.startsWith('controller/') ? (labels.get(afterSlash(only)) ?? afterSlash(only)) : only;
  }
  const kubelets = processes.filter((process) => process.startsWith('kubelet/')).length;
  const proxies = processes.filter((process) => process.startsWith('proxy/')).length;
  if (kubelets + proxies === n) {
    if (new Set(processes.map(afterSlash)).size === 1) return afterSlash(processes[0]!);
    return proxies === 0 ? words.flagKubelets(n) : kubelets === 0 ? words.flagProxies(n) : words.flagAgents(n);
  }
  if (isRest) return words.flagOthers(n);
  return processes.every((process) => process.startsWith('controller/')) ? words.flagControllers(n) : words.flagWatchers(n);
}
