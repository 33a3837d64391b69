import { ASIDE, NOT_REACHED, PASSED, type MatrixModel } from '../link/scheduling.ts';

/** A matrix made ready to be walked through: which columns it has, what is in each cell, and in which order the scheduler filled them. */
export interface Column {
  readonly kind: 'filter' | 'score';
  readonly name: string;
  /** Its place among the model's filters, or scorers; -1: it had nothing to say there, and stands across from one that had. */
  readonly at: number;
  readonly weight: number;
}
export interface Sheet {
  readonly model: MatrixModel;
  readonly columns: readonly Column[];
  readonly filters: number;
  /** By node: its place among those that passed, or -1. */
  readonly among: Int32Array;
  /** The cells that were asked, row * columns + column, in the order of the scheduler: node by node through the filters, then plugin by plugin through the scores. */
  readonly order: Int32Array;
  /** By cell: its place in that order, or -1. */
  readonly placeOf: Int32Array;
  /** Row of the chosen node, or -1. */
  readonly chosen: number;
  /** What the highest possible total is. */
  readonly most: number;
  readonly tied: ReadonlySet<string>;
}
export type CellState = 'ok' | 'refused' | 'notAsked' | 'notReached' | 'absent' | 'scored' | 'unscored';

/** The columns that tell something: a filter that was asked, a scorer that gave any node anything. */
function columnsOf(model: MatrixModel): readonly Column[] {
  const { refusedBy, feasible } = model;
  // Columns in which nobody was asked anything teach nothing.
  let furthest = -1;
  let anyPassed = false;
  for (const by of refusedBy) {
    if (by === PASSED) anyPassed = true;
    else if (by > furthest) furthest = by;
  }
  const skipped = new Set(model.skippedFilters);
  const endedEarly = model.looked === 0;
  const columns: Column[] = [];
  model.filters.forEach((name, at) => {
    if (skipped.has(name) || (!anyPassed && at > furthest) || (endedEarly && at !== furthest)) return;
    columns.push({ kind: 'filter', name, at, weight: 0 });
  });
  if (model.totals.length > 0) {
    model.scorers.forEach(({ name, weight }, at) => {
      for (let i = 0; i < feasible.length; i++) {
        if (model.normalized[at * feasible.length + i] === 0 && model.raw[at * feasible.length + i] === 0) continue;
        columns.push({ kind: 'score', name, at, weight });
        return;
      }
    });
  }
  return columns;
}

/** With `beside`: with its columns too, each where it stands in the profile, so that two matrices can be read across. */
export function sheetOf(model: MatrixModel, beside?: MatrixModel): Sheet {
  const { nodes, refusedBy, feasible, start } = model;
  const among = new Int32Array(nodes.length).fill(-1);
  feasible.forEach((row, place) => (among[row] = place));
  const columns = beside === undefined ? columnsOf(model) : across(model, beside);
  const filters = columns.filter(({ kind }) => kind === 'filter').length;
  const order: number[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const row = (start + i) % nodes.length;
    const by = refusedBy[row]!;
    if (by === NOT_REACHED || by === ASIDE) continue;
    for (let column = 0; column < filters; column++) {
      if (columns[column]!.at < 0) continue;
      if (by !== PASSED && columns[column]!.at > by) break;
      order.push(row * columns.length + column);
    }
  }
  for (let column = filters; column < columns.length; column++) if (columns[column]!.at >= 0) for (const row of feasible) order.push(row * columns.length + column);
  const placeOf = new Int32Array(nodes.length * columns.length).fill(-1);
  order.forEach((cell, place) => (placeOf[cell] = place));
  return {
    model, columns, filters, among, placeOf,
    order: Int32Array.from(order),
    chosen: model.chosen === undefined ? -1 : nodes.indexOf(model.chosen),
    most: columns.reduce((sum, { weight }) => sum + 100 * weight, 0),
    tied: new Set(model.best.length > 1 ? model.best : []),
  };
}

/** Both are parts of one order: whichever comes first, the outcome is the same. */
function merged(a: readonly string[], b: readonly string[]): readonly string[] {
  const out: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    if (x === y) {
      out.push(x!);
      i++;
      j++;
      continue;
    }
    const onlyA = x !== undefined && !b.includes(x);
    const onlyB = y !== undefined && !a.includes(y);
    if (y === undefined || (onlyA && (!onlyB || x < y))) out.push(a[i++]!);
    else out.push(b[j++]!);
  }
  return [...new Set(out)];
}

function across(model: MatrixModel, beside: MatrixModel): readonly Column[] {
  const [own, others] = [columnsOf(model), columnsOf(beside)];
  const is = (kind: Column['kind'], name: string) => (column: Column): boolean => column.kind === kind && column.name === name;
  const filters = model.filters.flatMap((name) => own.find(is('filter', name)) ?? (others.some(is('filter', name)) ? { kind: 'filter' as const, name, at: model.skippedFilters.includes(name) ? -1 : model.filters.indexOf(name), weight: 0 } : []));
  const names = merged(model.scorers.map(({ name }) => name), beside.scorers.map(({ name }) => name));
  const scorers = names.flatMap((name): readonly Column[] => {
    const known = own.find(is('score', name));
    const other = others.find(is('score', name));
    if (known !== undefined) return [known];
    if (other === undefined) return [];
    const at = model.totals.length === 0 ? -1 : model.scorers.findIndex((each) => each.name === name);
    return [{ kind: 'score', name, at, weight: model.scorers[at]?.weight ?? other.weight }];
  });
  return [...filters, ...scorers];
}

export function stateOf({ model, columns, filters, among }: Sheet, row: number, column: number): CellState {
  if (columns[column]!.at < 0) return 'absent';
  if (column >= filters) return among[row]! < 0 ? 'unscored' : 'scored';
  const by = model.refusedBy[row]!;
  if (by === NOT_REACHED) return 'notReached';
  if (by === PASSED) return 'ok';
  const at = columns[column]!.at;
  return by === ASIDE || at > by ? 'notAsked' : at === by ? 'refused' : 'ok';
}

export interface Score {
  readonly raw: number;
  readonly normalized: number;
  readonly weight: number;
  readonly weighted: number;
}
export function scoreOf({ model, columns, among }: Sheet, row: number, column: number): Score | undefined {
  const place = among[row]!;
  const { at, weight, kind } = columns[column]!;
  if (kind !== 'score' || place < 0 || at < 0) return undefined;
  const i = at * model.feasible.length + place;
  const normalized = model.normalized[i] ?? 0;
  return { raw: model.raw[i] ?? 0, normalized, weight, weighted: normalized * weight };
}
export const totalOf = ({ model, among }: Sheet, row: number): number | undefined => (among[row]! < 0 ? undefined : model.totals[among[row]!]);

export function rejectionOf({ model }: Sheet, row: number): MatrixModel['rejections'][number] | undefined {
  return model.rejections[model.rejectionOf[row]!];
}

/** A filter or scorer that this sheet leaves out, because it said the same of every node: nothing. */
export const quietScorers = ({ model, columns }: Sheet): readonly string[] => [...model.skippedScorers, ...(model.totals.length === 0 ? [] : model.scorers.filter(({ name }) => !columns.some((column) => column.kind === 'score' && column.name === name)).map(({ name }) => name))];

/** How many passed with more: 0 is the first. */
export function rankOf(sheet: Sheet, row: number): number {
  const own = totalOf(sheet, row);
  if (own === undefined) return -1;
  let above = 0;
  for (const total of sheet.model.totals) if (total > own) above++;
  return above;
}

/** The scorer by which one node leads another most; undefined: by none. */
export function decisive(sheet: Sheet, winner: number, other: number): Column | undefined {
  let best: Column | undefined;
  let most = 0;
  for (let column = sheet.filters; column < sheet.columns.length; column++) {
    const lead = (scoreOf(sheet, winner, column)?.weighted ?? 0) - (scoreOf(sheet, other, column)?.weighted ?? 0);
    if (lead > most) {
      most = lead;
      best = sheet.columns[column];
    }
  }
  return best;
}

/** The best of those that were not chosen, or -1. */
export function runnerUp(sheet: Sheet): number {
  let best = -1;
  for (const row of sheet.model.feasible) if (row !== sheet.chosen && (best < 0 || (totalOf(sheet, row) ?? 0) > (totalOf(sheet, best) ?? 0))) best = row;
  return best;
}

// ---- which rows are drawn

export type Item =
  | { readonly type: 'node'; readonly row: number }
  /** How a node would have fared; `row` is that of the other sheet. */
  | { readonly type: 'whatIf'; readonly row: number; readonly node: string; readonly isNew: boolean }
  /** Nodes alike, in one line; `row`: one of them. */
  | { readonly type: 'group'; readonly row: number; readonly count: number; readonly of: 'refused' | 'notReached' | 'passed' };

/** Above so many nodes a decision opens as what matters of it. */
export const FEW = 12;
const WINNERS = 5;

export function itemsOf(sheet: Sheet, all: boolean, other: Sheet | undefined): readonly Item[] {
  const { nodes } = sheet.model;
  const rows = all || nodes.length <= FEW ? nodes.map((_, row) => row) : winners(sheet);
  const items: Item[] = [];
  const otherRows = other === undefined ? undefined : new Map(other.model.nodes.map((name, row) => [name, row]));
  for (const row of rows) {
    items.push({ type: 'node', row });
    const then = otherRows?.get(nodes[row]!);
    if (other !== undefined && then !== undefined && differs(sheet, row, other, then)) items.push({ type: 'whatIf', row: then, node: nodes[row]!, isNew: false });
  }
  if (other !== undefined && otherRows !== undefined) {
    const known = new Set(nodes);
    other.model.nodes.forEach((node, row) => {
      if (!known.has(node)) items.push({ type: 'whatIf', row, node, isNew: true });
    });
    // A winner of the what-if that is not among those shown is shown.
    const shown = new Set(rows);
    const won = other.model.chosen === undefined ? -1 : nodes.indexOf(other.model.chosen);
    if (won >= 0 && !shown.has(won)) items.push({ type: 'node', row: won }, { type: 'whatIf', row: other.chosen, node: nodes[won]!, isNew: false });
  }
  if (rows.length < nodes.length) items.push(...groups(sheet, new Set(rows)));
  return items;
}

function winners(sheet: Sheet): readonly number[] {
  const ranked = [...sheet.model.feasible].sort((a, b) => (totalOf(sheet, b) ?? 0) - (totalOf(sheet, a) ?? 0) || a - b);
  const first = sheet.chosen < 0 ? [] : [sheet.chosen];
  return [...first, ...ranked.filter((row) => row !== sheet.chosen).slice(0, WINNERS)];
}

/** One line for each reason, the most frequent first. */
function groups(sheet: Sheet, shown: ReadonlySet<number>): readonly Item[] {
  const refused = new Map<number, { row: number; count: number }>();
  let notReached: { row: number; count: number } | undefined;
  let passed: { row: number; count: number } | undefined;
  sheet.model.nodes.forEach((_, row) => {
    if (shown.has(row)) return;
    const by = sheet.model.refusedBy[row]!;
    if (by === NOT_REACHED) notReached = { row: notReached?.row ?? row, count: (notReached?.count ?? 0) + 1 };
    else if (by === PASSED) passed = { row: passed?.row ?? row, count: (passed?.count ?? 0) + 1 };
    else {
      const key = sheet.model.rejectionOf[row]!;
      const known = refused.get(key);
      if (known === undefined) refused.set(key, { row, count: 1 });
      else known.count++;
    }
  });
  return [
    ...(passed === undefined ? [] : [{ type: 'group' as const, of: 'passed' as const, row: passed.row, count: passed.count }]),
    ...[...refused.values()].sort((a, b) => b.count - a.count).map(({ row, count }) => ({ type: 'group' as const, of: 'refused' as const, row, count })),
    ...(notReached === undefined ? [] : [{ type: 'group' as const, of: 'notReached' as const, row: notReached.row, count: notReached.count }]),
  ];
}

function differs(a: Sheet, rowA: number, b: Sheet, rowB: number): boolean {
  return a.model.refusedBy[rowA] !== b.model.refusedBy[rowB] || totalOf(a, rowA) !== totalOf(b, rowB) || (a.chosen === rowA) !== (b.chosen === rowB);
}
