/** The three clients above the plate: you, the controller-manager with a cell for each controller, the scheduler. */
import type { StageMessages } from '../../i18n/stage.en.ts';
import type { Box, Geometry } from '../geometry.ts';
import { CONTROLLERS, SCHEDULER, YOU } from '../geometry.ts';
import { fitMono, fitSans, monoWidth } from '../measure.ts';
import type { ControllerModel, ControllerState, SchedulerModel, StageModel, Trouble, YouLine } from '../model.ts';

export interface YouScene {
  readonly box: Box;
  readonly lines: readonly { readonly x: number; readonly y: number; readonly text: string; readonly tone: YouLine['tone'] }[];
}

/** A command may take two lines, an answer one. The last command is whole; older ones are there as far as they fit with their answers. */
export function layoutYou(you: readonly YouLine[], geometry: Geometry): YouScene {
  const box: Box = { x: YOU.x, y: geometry.clientsY, w: YOU.w, h: geometry.clientsHeight };
  const most = geometry.size === 'full' ? 4 : 2;
  const width = YOU.w - 28 + 1;
  const wrapped: { text: string; tone: YouLine['tone'] }[] = [];
  for (const line of you) {
    if (line.tone === 'command' && monoWidth(line.text, 11) > width && geometry.size === 'full') {
      const perLine = Math.floor(width / 6.6);
      const space = line.text.lastIndexOf(' ', perLine);
      const cut = space > perLine / 2 ? space : perLine;
      wrapped.push({ text: line.text.slice(0, cut), tone: line.tone }, { text: fitMono(`  ${line.text.slice(cut).trim()}`, 11, width), tone: line.tone });
    } else wrapped.push({ text: fitMono(line.text, 11, width), tone: line.tone });
  }
  const last = wrapped.findLastIndex((line, i) => line.tone === 'command' && wrapped[i - 1]?.tone !== 'command');
  let from = 0;
  // Older commands go one by one, each with its answers, until the last one and its first answer fit.
  while (from < last && wrapped.length - from > most) from = wrapped.findIndex((line, i) => i > from && line.tone === 'command' && wrapped[i - 1]?.tone !== 'command');
  return { box, lines: wrapped.slice(from, from + most).map((line, i) => ({ x: YOU.x + 14, y: geometry.clientsY + 48 + i * 18, ...line })) };
}

export interface CellScene {
  readonly box: Box;
  readonly name: string | undefined;
  readonly label: string;
  readonly state: ControllerState;
  readonly queue: number;
  /** Its own wire is cut or slow: a mark at the right of the cell. */
  readonly wire: Exclude<Trouble, 'down'> | undefined;
}
export interface ControllersScene {
  readonly box: Box;
  readonly note: string;
  readonly bad: boolean;
  readonly cells: readonly CellScene[];
}

const COLUMNS = 4;
/** Of the twelve that always run, those that keep their cells when others wake; the rest are worth less to look at. */
const KEPT = 6;
/** What a cell must not hide. */
const isUrgent = ({ state }: ControllerModel): boolean => state === 'down' || state === 'alarm';

/**
 * More controllers than cells. The first six keep theirs; those that woke take the cells of the last of the twelve, each the same one for good,
 * so that nothing moves when another wakes; the rest is a number in the last cell. One that is down or acts on a fault gets a cell for as long.
 */
function seated(controllers: readonly ControllerModel[], most: number, always: number): readonly ControllerModel[] {
  const seats = controllers.slice(0, most);
  const woken = controllers.slice(always).filter((controller) => controller.background !== true);
  for (const [i, controller] of woken.slice(0, most - KEPT).entries()) seats[most - 1 - i] = controller;
  const urgent = controllers.filter((controller) => isUrgent(controller) && !seats.includes(controller));
  for (let i = most - 1; i >= 0 && urgent.length > 0; i--) if (!isUrgent(seats[i]!)) seats[i] = urgent.shift()!;
  return seats;
}

/** What ails somebody's own wire. */
export const wireTrouble = (troubles: StageModel['troubles'], process: string): Exclude<Trouble, 'down'> | undefined => {
  const own = troubles?.filter((trouble) => trouble.process === process).map(({ is }) => is) ?? [];
  return own.includes('cut') ? 'cut' : own.includes('slow') ? 'slow' : undefined;
};

export function layoutControllers(controllers: readonly ControllerModel[], geometry: Geometry, words: StageMessages, troubles?: StageModel['troubles']): ControllersScene {
  const box: Box = { x: CONTROLLERS.x, y: geometry.clientsY, w: CONTROLLERS.w, h: geometry.clientsHeight };
  const place = (i: number): Box => ({ x: 250 + (i % COLUMNS) * 91.3, y: geometry.clientsY + 38 + Math.floor(i / COLUMNS) * 30, w: 88, h: 26 });
  const working = controllers.filter((controller) => controller.state === 'working' || controller.state === 'alarm').length;
  const down = controllers.filter((controller) => controller.state === 'down').length;
  const most = geometry.size === 'full' ? 12 : COLUMNS;
  // On a projector only the busy ones have a cell, the most urgent first; the others are one number.
  let shown = controllers;
  let rest: string | undefined;
  if (geometry.size === 'compact') {
    const urgency: Readonly<Record<ControllerState, number>> = { down: 0, alarm: 1, working: 2, watching: 3, idle: 4 };
    const busy = controllers.filter((controller) => controller.state !== 'idle');
    const kept = new Set([...busy].sort((a, b) => urgency[a.state] - urgency[b.state]).slice(0, most - 1));
    shown = controllers.filter((controller) => kept.has(controller));
    if (controllers.length > shown.length) rest = busy.length > shown.length ? words.moreControllers(controllers.length - shown.length) : words.idleControllers(controllers.length - shown.length);
  } else if (controllers.length > most) {
    shown = seated(controllers, most - 1, most);
    rest = words.moreControllers(controllers.length - shown.length);
  }
  const cells: CellScene[] = shown.map((controller, i) => ({
    box: place(i),
    name: controller.name,
    label: fitSans(controller.label, 11.5, wireTrouble(troubles, `controller/${controller.name}`) !== undefined ? 62 : controller.queueLength > 0 ? 74 : 80),
    state: controller.state,
    queue: controller.queueLength,
    wire: wireTrouble(troubles, `controller/${controller.name}`),
  }));
  if (rest !== undefined) cells.push({ box: place(cells.length), name: undefined, label: rest, state: 'idle', queue: 0, wire: undefined });
  return { box, note: words.controllersNote(controllers.length, working, down), bad: down > 0, cells };
}

export interface SchedulerScene {
  readonly box: Box;
  readonly active: boolean;
  readonly note: string;
  readonly down: boolean;
  /** Its title's note speaks of a fault. */
  readonly bad: boolean;
  /** Dashed glyphs at the right of the title; a number when there are more than four. */
  readonly waiting: readonly { readonly x: number; readonly y: number; readonly key: string }[];
  readonly waitingX: number;
  readonly waitingMore: string | undefined;
  readonly pod: { readonly x: number; readonly y: number; readonly key: string; readonly name: string } | undefined;
  readonly bars: readonly { readonly y: number; readonly node: string; readonly total: string; readonly share: number; readonly chosen: boolean }[];
  readonly lines: readonly { readonly x: number; readonly y: number; readonly text: string }[];
}

/** A cycle in which nothing was scored has no bars: one node was left, or none. */
const unscored = ({ podInHand }: SchedulerModel, words: StageMessages): readonly string[] => (podInHand?.only === undefined ? [] : [podInHand.only === '' ? words.noNodeFits : words.onlyNode(podInHand.only)]);

export function layoutScheduler(scheduler: SchedulerModel, geometry: Geometry, words: StageMessages, troubles?: StageModel['troubles']): SchedulerScene {
  const y = geometry.clientsY;
  const box: Box = { x: SCHEDULER.x, y, w: SCHEDULER.w, h: geometry.clientsHeight };
  const active = scheduler.podInHand !== undefined && scheduler.down !== true;
  const shown = scheduler.waiting.length > 4 ? 1 : scheduler.waiting.length;
  const waiting = scheduler.waiting.slice(0, shown).map((pod, i) => ({ x: 805 - (shown - 1 - i) * 17, y: y + 20, key: pod.key }));
  const waitingMore = scheduler.waiting.length > 4 ? String(scheduler.waiting.length) : undefined;
  const numberWidth = waitingMore === undefined ? 0 : 6.6 * waitingMore.length + 6;
  const moved = waiting.map((pod) => ({ ...pod, x: pod.x - numberWidth }));
  const waitingX = (moved[0]?.x ?? 821) - 16;
  const rows = geometry.size === 'full' ? scheduler.bars : scheduler.bars.filter((bar) => bar.chosen).slice(0, 1);
  const ailing = wireTrouble(troubles, 'scheduler');
  const note = scheduler.down === true ? words.down : ailing !== undefined ? words.troubles[ailing] : active || waiting.length > 0 ? (waiting.length > 0 ? words.waiting : '') : words.idle;
  const queued = (queue: SchedulerModel['waiting'][number]['queue']): number => scheduler.waiting.filter((pod) => pod.queue === queue).length;
  const idleLines = waiting.length > 0 ? words.queues(queued('active'), queued('backoff'), queued('unschedulable')) : scheduler.heldOnSilentNodes.length > 0 ? words.heldOnSilentNodes(scheduler.heldOnSilentNodes[0] ?? '', scheduler.heldOnSilentNodes.length) : words.nothingToPlace;
  return {
    box,
    active,
    note,
    down: scheduler.down === true,
    bad: scheduler.down === true || ailing === 'cut',
    waiting: scheduler.down === true ? [] : moved,
    waitingX,
    waitingMore: scheduler.down === true ? undefined : waitingMore,
    pod: active && scheduler.podInHand !== undefined ? { x: 661, y: y + 48, key: scheduler.podInHand.key, name: fitMono(scheduler.podInHand.name, 12, 142) } : undefined,
    bars: active ? rows.slice(0, 3).map((bar, i) => ({ y: y + 67 + i * 19, node: fitSans(bar.node, 12, 42, 600), total: String(bar.total), share: scheduler.most <= 0 ? 0 : Math.min(1, bar.total / scheduler.most), chosen: bar.chosen })) : [],
    lines: (active ? unscored(scheduler, words) : scheduler.down === true ? words.schedulerDown : idleLines).slice(0, geometry.size === 'full' ? 3 : waiting.length > 0 ? 2 : 1).map((text, i) => ({ x: 654, y: y + (active ? 75 : 52) + i * 18, text: fitSans(text, 12, 162) })),
  };
}
