/** The row of objects at this revision: Deployment → ReplicaSets → their Pods, and the Service that selects them. */
import type { StageMessages } from '../../i18n/stage.en.ts';
import type { Box, Geometry } from '../geometry.ts';
import { RIGHT, ROW_X, STATE_ROW } from '../geometry.ts';
import { fitMono, fitSans, monoWidth, sansWidth } from '../measure.ts';
import type { ChainModel, PodLook, PodModel, ReplicaSetModel, StageTarget } from '../model.ts';
import { glyphOfKind, type GlyphName } from '../glyphs.tsx';
import { aboveText, ownerText, usedText } from '../ownerText.ts';

export interface ChipScene {
  readonly box: Box;
  readonly glyph: GlyphName;
  readonly name: string;
  readonly detail: string;
  readonly target: StageTarget;
  readonly title: string;
  /** Two ReplicaSets share the height of one chip. */
  readonly half: boolean;
}
export interface ChainPodScene {
  readonly key: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly look: PodLook;
  readonly label: string;
  readonly focus: boolean;
}
export interface ChainScene {
  readonly y: number;
  readonly chips: readonly ChipScene[];
  readonly arrows: readonly { readonly from: number; readonly to: number; readonly y: number }[];
  readonly podsBox: Box | undefined;
  readonly pods: readonly ChainPodScene[];
  readonly more: { readonly x: number; readonly y: number; readonly text: string } | undefined;
  readonly empty: string | undefined;
}

const kindOf = (target: StageTarget): string => (target.on === 'object' ? target.kind : '');

const ARROW = 26;
const END = RIGHT - 10;
const MOST_HALVES = 2;

/** As drawn: 7.3 a letter of the name or 6 of the detail, and 44 around them. */
const chipWidth = (name: string, detail: string): number => Math.ceil(Math.max(monoWidth(name, 12) * 1.014, sansWidth(detail, 11) * 1.17) + 44);

export function layoutChain(chain: ChainModel | undefined, geometry: Geometry, words: StageMessages): ChainScene {
  const y = geometry.plateY + STATE_ROW.top;
  const nothing: ChainScene = { y, chips: [], arrows: [], podsBox: undefined, pods: [], more: undefined, empty: words.noObjects };
  if (chain === undefined || (chain.deployment === undefined && chain.replicaSets.length === 0 && chain.loosePods.length === 0 && chain.service === undefined && chain.owner === undefined && chain.above === undefined)) return nothing;

  const sets = chain.replicaSets.slice(0, MOST_HALVES);
  const pods: readonly PodModel[] = [...chain.replicaSets.flatMap((set) => set.pods), ...chain.loosePods];
  const { deployment, service, above } = chain;
  // A Deployment stands over ReplicaSets; any other owner over its Pods. What is drawn is the same.
  const lead = deployment !== undefined ? { kind: 'Deployment', key: deployment.key, name: deployment.name, detail: deployment.paused === true ? `${words.paused}, ${deployment.ready}/${deployment.wanted}` : words.ofReady(deployment.ready, deployment.wanted) } : chain.owner === undefined ? undefined : { ...chain.owner, detail: ownerText(chain.owner, words) };
  const aboveDetail = above === undefined ? '' : aboveText(above, words);
  const uses = (chain.uses ?? []).slice(0, (chain.uses?.length ?? 0) > MOST_HALVES ? MOST_HALVES - 1 : MOST_HALVES);
  const moreUses = (chain.uses?.length ?? 0) - uses.length;
  const rows: readonly (readonly PodModel[])[] = sets.length > 1 ? [sets[0]!.pods, [...chain.replicaSets.slice(1).flatMap((set) => set.pods), ...chain.loosePods]] : [pods];

  const serviceDetail = service === undefined ? '' : words.addresses(service.addresses);
  const setDetail = (set: ReplicaSetModel): string => words.wantedExist(set.wanted, set.exist);
  const short = (set: ReplicaSetModel): string => (deployment !== undefined && set.name.startsWith(`${deployment.name}-`) ? `…-${set.name.slice(deployment.name.length + 1)}` : set.name);
  const halfText = (set: ReplicaSetModel): string => `${set.exist}/${set.wanted}`;

  // Three ways to fill the row, the roomiest that fits: full names with named Pods; short names; short names with Pods as small planets.
  const named = (n: number): number => n * 48 + 6;
  const small = Math.max(1, Math.max(...rows.map((row) => (sets.length > 1 ? row.length : Math.ceil(row.length / 2)))));
  const usesText = words.moreUses(moreUses);
  const usesWidth = uses.length === 0 ? 0 : Math.min(150, Math.max(...uses.map((use) => monoWidth(use.name, 11) + (usedText(use, words) === '' ? 0 : sansWidth(usedText(use, words), 11) + 8) + 34), moreUses > 0 ? sansWidth(usesText, 11) + 16 : 0));
  const measure = (names: 'full' | 'short', podNames: boolean): { a: number; d: number; s: number; p: number; u: number; v: number; total: number } => {
    const a = above === undefined ? 0 : chipWidth(names === 'full' ? above.name : fitMono(above.name, 12, 80), aboveDetail);
    const d = lead === undefined ? 0 : chipWidth(names === 'full' ? lead.name : fitMono(lead.name, 12, 96), lead.detail);
    const s = sets.length === 0 ? 0 : sets.length > 1 ? Math.max(...sets.map((set) => monoWidth(short(set), 11) + sansWidth(halfText(set), 11) + 42)) : chipWidth(names === 'full' ? sets[0]!.name : short(sets[0]!), setDetail(sets[0]!));
    const p = pods.length === 0 ? 40 : podNames ? named(pods.length) : Math.min(small, 14) * 12 + 16 + (small > 14 ? 34 : 0);
    const v = service === undefined ? 0 : chipWidth(names === 'full' ? service.name : fitMono(service.name, 12, 80), serviceDetail);
    const u = usesWidth;
    const parts = [a, d, s, p, u, v].filter((part) => part > 0);
    return { a, d, s, p, u, v, total: parts.reduce((sum, part) => sum + part, 0) + (parts.length - 1) * ARROW };
  };
  const room = END - ROW_X;
  let names: 'full' | 'short' = 'full';
  let podNames = sets.length <= 1 && pods.length <= 6;
  let widths = measure(names, podNames);
  if (widths.total > room) widths = measure((names = 'short'), podNames);
  if (widths.total > room && podNames) widths = measure(names, (podNames = false));
  // What is used gives way first: it can be read in the inspector and in the twin.
  if (widths.total > room && widths.u > 0) widths = { ...widths, total: widths.total - widths.u - ARROW, u: 0 };
  // Still too wide (very long names): the chips give way, in proportion.
  if (widths.total > room) {
    const over = widths.total - room;
    const chips = widths.a + widths.d + widths.s + widths.v;
    const squeeze = (w: number): number => (w === 0 ? 0 : Math.max(70, w - (over * w) / chips));
    widths = { ...widths, a: squeeze(widths.a), d: squeeze(widths.d), s: squeeze(widths.s), v: squeeze(widths.v) };
  }

  const chips: ChipScene[] = [];
  const arrows: { from: number; to: number; y: number }[] = [];
  const { h } = STATE_ROW;
  let x: number = ROW_X;
  const chip = (glyph: GlyphName, name: string, detail: string, w: number, target: StageTarget): void => {
    chips.push({ box: { x, y, w, h }, glyph, name: fitMono(name, 12, w - 40), detail: fitSans(detail, 11, w - 38), target, title: `${kindOf(target)} ${name}, ${detail}`, half: false });
    x += w;
  };
  const arrow = (): void => {
    arrows.push({ from: x, to: x + ARROW, y: y + h / 2 });
    x += ARROW;
  };
  if (above !== undefined) {
    chip(glyphOfKind(above.kind), above.name, aboveDetail, widths.a, { on: 'object', kind: above.kind, key: above.key });
    if (lead !== undefined) arrow();
  }
  if (lead !== undefined) chip(glyphOfKind(lead.kind), lead.name, lead.detail, widths.d, { on: 'object', kind: lead.kind, key: lead.key });
  if (sets.length > 0) {
    if (lead !== undefined) arrow();
    if (sets.length === 1) {
      const set = sets[0]!;
      chip('replicaset', names === 'full' ? set.name : short(set), setDetail(set), widths.s, { on: 'object', kind: 'ReplicaSet', key: set.key });
    } else {
      sets.forEach((set, i) => chips.push({ box: { x, y: y + i * 20, w: widths.s, h: 18 }, glyph: 'replicaset', name: fitMono(short(set), 11, widths.s - 30 - sansWidth(halfText(set), 11)), detail: halfText(set), target: { on: 'object', kind: 'ReplicaSet', key: set.key }, title: `ReplicaSet ${set.name}, ${setDetail(set)}`, half: true }));
      x += widths.s;
    }
  }
  let podsBox: Box | undefined;
  const planets: ChainPodScene[] = [];
  let more: ChainScene['more'];
  if (lead !== undefined || sets.length > 0 || pods.length > 0) {
    if (x > ROW_X) arrow();
    podsBox = { x, y, w: widths.p, h };
    if (podNames) pods.forEach((pod, i) => planets.push({ key: pod.key, name: pod.name, x: x + 27 + i * 48, y: y + 13, r: 7, look: pod.look, label: fitMono(pod.short, 11, 47), focus: pod.focus === true }));
    else {
      const perRow = sets.length > 1 ? rows : [pods.slice(0, Math.ceil(pods.length / 2)), pods.slice(Math.ceil(pods.length / 2))];
      let left = 0;
      perRow.forEach((row, j) => {
        row.slice(0, 14).forEach((pod, i) => planets.push({ key: pod.key, name: pod.name, x: x + 14 + i * 12, y: y + (j === 0 ? 10 : 28), r: 4.2, look: pod.look, label: '', focus: pod.focus === true }));
        left += Math.max(0, row.length - 14);
      });
      if (left > 0) more = { x: x + widths.p - 8, y: y + 23, text: words.morePods(left) };
    }
    x += widths.p;
  }
  if (widths.u > 0) {
    x += ARROW;
    const down = uses.length + (moreUses > 0 ? 1 : 0) === 1 ? (h - 18) / 2 : 0;
    const half = (i: number, glyph: GlyphName, name: string, detail: string, target: StageTarget, title: string): void => void chips.push({ box: { x, y: y + down + i * 20, w: widths.u, h: 18 }, glyph, name, detail, target, title, half: true });
    uses.forEach((use, i) => {
      const state = usedText(use, words);
      half(i, glyphOfKind(use.kind), fitMono(use.name, 11, widths.u - 32 - (state === '' ? 0 : sansWidth(state, 11) + 6)), state, { on: 'object', kind: use.kind, key: use.key }, [`${use.kind} ${use.name}`, state].filter((part) => part !== '').join(', '));
    });
    const next = chain.uses?.[uses.length];
    if (moreUses > 0 && next !== undefined) half(uses.length, glyphOfKind(next.kind), usesText, '', { on: 'object', kind: next.kind, key: next.key }, usesText);
    x += widths.u;
  }
  if (service !== undefined) {
    if (x > ROW_X) x += ARROW;
    chip('service', service.name, serviceDetail, widths.v, { on: 'object', kind: 'Service', key: service.key });
  }
  return { y, chips, arrows, podsBox, pods: planets, more, empty: undefined };
}
