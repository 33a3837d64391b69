import { decisive, runnerUp, stateOf, type Sheet } from './sheet.ts';

/**
 * Walking through a decision. `open`: everything is shown and one looks about. `reveal`: cells appear one after another. `predict`: the filters
 * are shown and the scores are hidden until somebody has said which node it will be.
 */
export type Unit = 'cell' | 'node' | 'plugin';
export interface Walk {
  readonly mode: 'open' | 'reveal' | 'predict';
  readonly row: number;
  /** The number of columns: the total. */
  readonly column: number;
  /** By cell, 1: shown; only while revealing. */
  readonly shown: Uint8Array;
  readonly told: boolean;
  readonly guess: number | undefined;
  readonly trail: readonly { readonly row: number; readonly column: number; readonly cells: readonly number[]; readonly told: boolean }[];
}

const NONE = new Uint8Array(0);

/** Where the eye goes first: to the cell that decided, or to the first refusal. */
export function opened(sheet: Sheet): Walk {
  const { chosen, filters, columns, order } = sheet;
  let row = chosen >= 0 ? chosen : Math.floor((order[0] ?? 0) / Math.max(1, columns.length));
  let column = 0;
  if (chosen >= 0 && columns.length > filters) {
    const second = runnerUp(sheet);
    const found = second < 0 ? undefined : decisive(sheet, chosen, second);
    column = found === undefined ? filters : columns.indexOf(found);
  } else {
    // With one node left, what ruled the others out is what decided.
    const place = order.findIndex((cell) => stateOf(sheet, Math.floor(cell / columns.length), cell % columns.length) === 'refused');
    if (place >= 0) {
      if (chosen < 0) row = Math.floor(order[place]! / columns.length);
      column = order[place]! % columns.length;
    }
  }
  return { mode: 'open', row, column, shown: NONE, told: true, guess: undefined, trail: [] };
}

/** Nothing is shown yet. */
export function covered(sheet: Sheet): Walk {
  const first = sheet.order[0] ?? 0;
  const width = Math.max(1, sheet.columns.length);
  return { mode: 'reveal', row: Math.floor(first / width), column: first % width, shown: new Uint8Array(sheet.model.nodes.length * sheet.columns.length), told: false, guess: undefined, trail: [] };
}
export function predicting(sheet: Sheet): Walk {
  return { mode: 'predict', row: sheet.model.feasible[0] ?? 0, column: Math.min(sheet.filters, sheet.columns.length), shown: NONE, told: false, guess: undefined, trail: [] };
}

/** The same place, when columns have come or gone. */
export function carriedOver(from: Sheet, to: Sheet, walk: Walk): Walk {
  const column = from.columns[walk.column];
  const found = column === undefined ? to.columns.length : to.columns.findIndex(({ kind, name }) => kind === column.kind && name === column.name);
  return { ...walk, column: found < 0 ? Math.min(walk.column, to.columns.length) : found };
}

export function isShown(sheet: Sheet, walk: Walk, row: number, column: number): boolean {
  if (walk.told || walk.mode === 'open') return true;
  if (walk.mode === 'predict') return column < sheet.filters;
  const cell = row * sheet.columns.length + column;
  // What was never asked appears with the refusal that spared it.
  if (sheet.placeOf[cell]! < 0) return isRowDone(sheet, walk, row);
  return walk.shown[cell] === 1;
}
/** The node's verdict is on the table: its last filter cell is shown. */
export function isRowDone(sheet: Sheet, walk: Walk, row: number): boolean {
  if (walk.told || walk.mode !== 'reveal') return true;
  let asked = false;
  for (let column = sheet.filters - 1; column >= 0; column--) {
    const cell = row * sheet.columns.length + column;
    if (sheet.placeOf[cell]! < 0) continue;
    asked = true;
    return walk.shown[cell] === 1;
  }
  return asked || walk.trail.length > 0;
}

/** How far one is: the cell's number in the order of the scheduler, from 1; 0: it was not asked. */
export function placeOf(sheet: Sheet, walk: Walk): number {
  if (walk.column >= sheet.columns.length) return sheet.order.length + 1;
  return (sheet.placeOf[walk.row * sheet.columns.length + walk.column] ?? -1) + 1;
}

const at = (sheet: Sheet, walk: Walk, cell: number): Walk => ({ ...walk, row: Math.floor(cell / sheet.columns.length), column: cell % sheet.columns.length });
const atChoice = (sheet: Sheet, walk: Walk): Walk => ({ ...walk, row: sheet.chosen >= 0 ? sheet.chosen : walk.row, column: sheet.columns.length });

export function forward(sheet: Sheet, walk: Walk, unit: Unit): Walk {
  if (walk.mode === 'predict' && !walk.told) return tell(sheet, walk);
  if (walk.mode === 'reveal' && !walk.told) return reveal(sheet, walk, unit);
  return look(sheet, walk, unit, 1);
}

export function backward(sheet: Sheet, walk: Walk, unit: Unit): Walk {
  if (walk.mode === 'reveal' && walk.trail.length > 0) {
    const { row, column, cells, told } = walk.trail.at(-1)!;
    const shown = walk.shown.slice();
    for (const cell of cells) shown[cell] = 0;
    return { ...walk, row, column, shown, told, trail: walk.trail.slice(0, -1) };
  }
  if (walk.mode === 'predict') return walk.told ? { ...walk, told: false } : walk;
  return walk.mode === 'reveal' ? walk : look(sheet, walk, unit, -1);
}

/** Everything is on the table. */
export function tell(sheet: Sheet, walk: Walk): Walk {
  if (walk.mode === 'reveal') {
    const cells = [...sheet.order].filter((cell) => walk.shown[cell] === 0);
    const shown = new Uint8Array(walk.shown.length).fill(1);
    return { ...atChoice(sheet, walk), shown, told: true, trail: [...walk.trail, { row: walk.row, column: walk.column, cells, told: walk.told }] };
  }
  return { ...atChoice(sheet, walk), told: true };
}

function reveal(sheet: Sheet, walk: Walk, unit: Unit): Walk {
  const hidden = sheet.order.find((cell) => walk.shown[cell] !== 1);
  if (hidden === undefined) return { ...atChoice(sheet, walk), told: true, trail: [...walk.trail, { row: walk.row, column: walk.column, cells: [], told: false }] };
  const width = sheet.columns.length;
  const next = unit === 'cell' || unit === 'node' ? hidden : leftmost(sheet, walk) ?? hidden;
  const cells =
    unit === 'cell' ? [next] : unit === 'node' ? [...sheet.order].filter((cell) => walk.shown[cell] !== 1 && Math.floor(cell / width) === Math.floor(next / width)) : [...sheet.order].filter((cell) => walk.shown[cell] !== 1 && cell % width === next % width);
  const shown = walk.shown.slice();
  for (const cell of cells) shown[cell] = 1;
  return { ...at(sheet, walk, unit === 'node' ? cells.at(-1)! : next), shown, trail: [...walk.trail, { row: walk.row, column: walk.column, cells, told: false }] };
}
/** The first hidden cell of the leftmost column that has one. */
function leftmost(sheet: Sheet, walk: Walk): number | undefined {
  let best: number | undefined;
  for (const cell of sheet.order) if (walk.shown[cell] !== 1 && (best === undefined || cell % sheet.columns.length < best % sheet.columns.length)) best = cell;
  return best;
}

/** With everything shown a step moves the eye. */
function look(sheet: Sheet, walk: Walk, unit: Unit, way: 1 | -1): Walk {
  const { columns, order } = sheet;
  const { nodes } = sheet.model;
  if (unit === 'cell') {
    if (order.length === 0) return walk;
    const place = placeOf(sheet, walk) - 1;
    if (place < 0) return at(sheet, walk, order[0]!);
    if (place + way >= order.length) return atChoice(sheet, walk);
    if (place + way < 0) return walk;
    return at(sheet, walk, order[place + way]!);
  }
  if (unit === 'node') return { ...walk, row: Math.max(0, Math.min(nodes.length - 1, walk.row + way)) };
  return { ...walk, column: Math.max(0, Math.min(columns.length, walk.column + way)) };
}

/** To a place in the order; one past its end is the choice. While revealing, everything up to there is shown. */
export function goTo(sheet: Sheet, walk: Walk, place: number): Walk {
  if (walk.mode === 'predict' && !walk.told) return walk;
  const isChoice = place >= sheet.order.length;
  if (walk.mode !== 'reveal') return isChoice ? atChoice(sheet, walk) : at(sheet, walk, sheet.order[Math.max(0, place)] ?? 0);
  const shown = new Uint8Array(walk.shown.length);
  for (let i = 0; i <= Math.min(place, sheet.order.length - 1); i++) shown[sheet.order[i]!] = 1;
  const moved = isChoice ? atChoice(sheet, walk) : at(sheet, walk, sheet.order[Math.max(0, place)] ?? 0);
  // What came by other steps is forgotten: back goes cell by cell from here.
  const trail = Array.from({ length: Math.min(place + 1, sheet.order.length) }, (_, i) => {
    const before = at(sheet, walk, sheet.order[Math.max(0, i - 1)]!);
    return { row: before.row, column: before.column, cells: [sheet.order[i]!], told: false };
  });
  return { ...moved, shown, told: isChoice, trail: isChoice ? [...trail, { ...at(sheet, walk, sheet.order.at(-1) ?? 0), cells: [], told: false }].map(({ row, column, cells, told }) => ({ row, column, cells, told })) : trail };
}
