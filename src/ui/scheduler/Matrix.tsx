import { Fragment, memo, useEffect, useLayoutEffect, useRef, useState, type ReactElement, type Ref } from 'react';
import type { MatrixModel, NodeCells } from '../link/scheduling.ts';
import type { Catalogue } from '../i18n/index.ts';
import type { SchedulerMessages } from '../i18n/scheduler.en.ts';
import { Icon } from '../stage/glyphs.tsx';
import { rankOf, rejectionOf, scoreOf, stateOf, totalOf, type CellState, type Item, type Sheet } from './sheet.ts';
import { isRowDone, isShown, type Walk } from './steps.ts';
import { sayAll } from './words.ts';

/** "NodeResourcesBalancedAllocation" may break between its words. */
export function Name({ name }: { readonly name: string }): ReactElement {
  return <>{name.split(/(?=[A-Z])/).map((part, i) => <Fragment key={i}>{i > 0 && <wbr />}{part}</Fragment>)}</>;
}

/** In a narrow column the long name goes without its beginning. */
export const columnName = (name: string): string => name.replace(/^NodeResources(?=Balanced)/, '');

export interface MatrixProps {
  readonly sheet: Sheet;
  readonly other: Sheet | undefined;
  readonly items: readonly Item[];
  readonly walk: Walk;
  readonly words: Catalogue;
  readonly text: SchedulerMessages;
  readonly cells: ReadonlyMap<string, NodeCells>;
  readonly otherCells: ReadonlyMap<string, NodeCells>;
  readonly upstream: boolean;
  readonly rowHeight: number;
  /** The numbers by which a class names nodes. */
  readonly numbers: ReadonlyMap<number, number>;
  readonly gridRef: Ref<HTMLDivElement>;
  readonly onCell: (row: number, column: number) => void;
  readonly onGuess: (row: number) => void;
  /** The nodes that are in sight, so that their sentences can be asked for. */
  readonly onSight: (nodes: readonly string[], others: readonly string[]) => void;
}

const OVERSCAN = 4;
const HEAD = 90;

export const cellId = (row: number, column: number): string => `sch-${row}-${column}`;

/** Nodes by plugins. Only the rows in sight are drawn: a thousand nodes cost as much as thirty. */
export function Matrix(props: MatrixProps): ReactElement {
  const { sheet, items, walk, text, rowHeight, gridRef, onSight, other } = props;
  const { columns, filters } = sheet;
  const scroll = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 640 });
  useLayoutEffect(() => {
    const element = scroll.current;
    if (element === null) return undefined;
    const measure = (): void => setView((old) => (element.clientHeight === 0 || (old.height === element.clientHeight && old.top === element.scrollTop) ? old : { top: element.scrollTop, height: element.clientHeight }));
    measure();
    if (typeof ResizeObserver !== 'function') return undefined;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const place = items.findIndex((item) => item.type === 'node' && item.row === walk.row);
  useLayoutEffect(() => {
    const element = scroll.current;
    if (element === null || place < 0) return;
    const [top, bottom] = [place * rowHeight, (place + 1) * rowHeight];
    const room = element.clientHeight - HEAD;
    if (room <= 0) return;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + room) element.scrollTop = bottom - room;
  }, [place, rowHeight]);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);
  const sight = items.slice(first, last);
  const names = sight.flatMap((item) => (item.type === 'whatIf' ? [] : [sheet.model.nodes[item.row]!])).join('\n');
  const others = sight.flatMap((item) => (item.type === 'whatIf' ? [item.node] : [])).join('\n');
  useEffect(() => {
    onSight(names === '' ? [] : names.split('\n'), others === '' ? [] : others.split('\n'));
  }, [names, others, onSight]);

  const scores = columns.length - filters;
  const template = `minmax(104px, 1.05fr) repeat(${Math.max(1, filters)}, minmax(84px, ${scores === 0 ? '1fr' : '.84fr'}))${scores === 0 ? ' minmax(300px, 5fr)' : ` repeat(${scores}, minmax(82px, .9fr)) minmax(138px, 1.5fr)`}`;
  const phase = walk.column >= columns.length ? 'run' : walk.column < filters ? 'filter' : 'score';
  const span = { gridColumn: `span ${Math.max(1, filters)}` };
  const choice = walk.column === columns.length;
  return (
    <div className="mxscroll" ref={scroll} onScroll={(event) => setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })} style={{ ['--cols' as string]: template, ['--row' as string]: `${rowHeight}px` }}>
      <div
        ref={gridRef}
        className="mx"
        role="grid"
        tabIndex={0}
        aria-label={text.twin.rows}
        aria-rowcount={items.length + 2}
        aria-colcount={columns.length + 2}
        aria-activedescendant={place >= first && place < last ? cellId(walk.row, walk.column) : undefined}
      >
        <div role="rowgroup" className="mxhead">
          <div role="row" className="mxr">
            <div role="columnheader" className="grp">{text.node}</div>
            <div role="columnheader" className={`grp${phase === 'filter' ? ' now' : ''}`} style={span}>{text.phases.filter[0]} <span>{text.phases.filter[1]}</span></div>
            {scores > 0 && <div role="columnheader" className={`grp gap${phase === 'score' ? ' now' : ''}`} style={{ gridColumn: `span ${scores}` }}>{text.phases.score[0]} <span>{text.phases.score[1]}</span></div>}
            <div role="columnheader" className={`grp${scores === 0 ? ' gap' : ' last'}${phase === 'run' ? ' now' : ''}`}>{text.phases.run[0]}</div>
          </div>
          <div role="row" className="mxr">
            <div role="columnheader" className="h"><span className="unseen">{text.node}</span></div>
            {filters === 0 && <div role="columnheader" className="h"><span className="unseen">{text.phases.filter[0]}</span></div>}
            {columns.map(({ name, kind, weight }, c) => (
              <div role="columnheader" className={`h${c === walk.column ? ' cur' : ''}${c === filters ? ' gap' : ''}`} key={`${kind} ${name}`} title={name}><Name name={columnName(name)} /><small>{kind === 'filter' ? (text.questions[name] ?? '') : text.weight(weight)}</small></div>
            ))}
            <div role="columnheader" className={`h${choice ? ' cur' : ''}${scores === 0 ? ' gap' : ' last'}`}>{scores > 0 ? <>{text.total}<small>{text.of(sheet.most)}</small></> : <span className="unseen">{text.total}</span>}</div>
          </div>
        </div>
        <div role="rowgroup" className="mxbody" style={{ height: items.length * rowHeight }}>
          {sight.map((item, i) => (
            <div role="row" aria-rowindex={first + i + 3} className="mxr at" key={keyOf(item)} style={{ top: (first + i) * rowHeight }}>
              {item.type === 'node' ? <NodeRow {...props} row={item.row} isCursor={item.row === walk.row} /> : item.type === 'whatIf' ? <WhatIfRow {...props} sheet={other ?? sheet} row={item.row} node={item.node} isNew={item.isNew} /> : <GroupRow {...props} item={item} />}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** Not all nodes are looked at: then it matters where the search begins. */
const isSampled = ({ looked, nodes, start, rejectionOf: of, nominatedTaken }: MatrixModel): boolean => start !== 0 || (looked < nodes.length && !nominatedTaken && looked > 0 && of.length > 0 && nodes.length >= 100);

const keyOf = (item: Item): string => (item.type === 'whatIf' ? `w${item.node}` : item.type === 'node' ? `n${item.row}` : `g${item.of}${item.row}`);

const NodeRow = memo(function NodeRow({ sheet, walk, words, text, cells, upstream, numbers, row, isCursor, onCell, onGuess }: MatrixProps & { readonly row: number; readonly isCursor: boolean }): ReactElement {
  const { model, columns, filters } = sheet;
  const node = model.nodes[row]!;
  const told = walk.told;
  const best = told && sheet.chosen === row ? ' best' : '';
  const guessed = walk.guess === row;
  const own = cells.get(node);
  const rejection = rejectionOf(sheet, row);
  const number = numbers.get(row);
  const isStart = row === model.start && isSampled(model);
  const cur = (column: number): string => (isCursor && walk.column === column ? ' cur' : '');
  const done = isRowDone(sheet, walk, row);
  // Whether a node passes is not to be seen before its verdict is.
  const scored = columns.length > filters && (!done || (sheet.among[row]! >= 0 && sheet.model.totals.length > 0));
  return (
    <>
      <div role="rowheader" className={`nd${best}${guessed ? ' guess' : ''}`} onClick={() => (walk.mode === 'predict' && !told ? onGuess(row) : onCell(row, walk.column))}>
        {number === undefined ? <Icon name="node" size={17} /> : <span className="num">{number}</span>}
        <span className="nm" title={node}>{node}</span>
        {isStart && <span className="start" title={text.searchStart}><span className="unseen">{text.searchStart}</span><Icon name="next" size={11} /></span>}
      </div>
      {filters === 0 && <div role="gridcell" className="skip" />}
      {columns.slice(0, filters).map(({ name, at }, c) => {
        const state = stateOf(sheet, row, c);
        const shown = isShown(sheet, walk, row, c);
        const label = shown ? text.verdicts[state === 'scored' ? 'ok' : state] : text.verdicts.hidden;
        return (
          <div role="gridcell" id={cellId(row, c)} key={name} className={`${!shown ? 'hid' : state === 'ok' ? 'ok' : state === 'refused' ? 'no' : 'skip'}${state === 'refused' ? '' : best}${cur(c)}`} aria-selected={isCursor && walk.column === c} aria-label={`${text.cell(node, name)}: ${label}`} title={shown ? sayAll(words, own?.filters[at]) : undefined} onClick={() => onCell(row, c)}>
            {!shown ? '' : <Mark state={state} />}
          </div>
        );
      })}
      {scored ? (
        <>
          {columns.slice(filters).map(({ name, at }, i) => {
            const c = filters + i;
            const score = scoreOf(sheet, row, c);
            const shown = done && isShown(sheet, walk, row, c);
            return (
              <div role="gridcell" id={cellId(row, c)} key={name} className={`sc${best}${i === 0 ? ' gap' : ''}${cur(c)}${shown ? '' : ' hid'}`} aria-selected={isCursor && walk.column === c} aria-label={`${text.cell(node, name)}: ${!shown ? text.verdicts.hidden : score === undefined ? text.verdicts.absent : text.score(score.raw, score.normalized, score.weight, score.weighted)}`} title={shown ? sayAll(words, own?.scores[at]) : undefined} onClick={() => onCell(row, c)} style={{ ['--v' as string]: `${shown ? Math.max(0, Math.min(100, score?.normalized ?? 0)) : 0}%` }}>
                {shown && score !== undefined && <Points score={score} />}
                <i />
              </div>
            );
          })}
          <Total sheet={sheet} walk={walk} text={text} row={row} className={`${best}${cur(columns.length)}`} selected={isCursor && walk.column === columns.length} onClick={() => onCell(row, columns.length)} />
        </>
      ) : (
        <div role="gridcell" id={cellId(row, isCursor ? Math.max(filters, walk.column) : filters)} className={`why gap${best}${isCursor && walk.column >= filters ? ' cur' : ''}`} aria-selected={isCursor && walk.column >= filters} onClick={() => onCell(row, filters)} style={{ gridColumn: `span ${columns.length - filters + 1}` }}>
          {!done ? null : best !== '' ? <p><b>{text.chosen}</b> {text.only}</p> : <Why words={words} text={text} sheet={sheet} row={row} cells={own} upstream={upstream} reasons={rejection?.reasons ?? []} />}
        </div>
      )}
    </>
  );
}, (a, b) => a.row === b.row && a.isCursor === b.isCursor && !a.isCursor && a.sheet === b.sheet && a.words === b.words && a.text === b.text && a.upstream === b.upstream && a.numbers === b.numbers && a.walk.shown === b.walk.shown && a.walk.told === b.walk.told && a.walk.mode === b.walk.mode && a.walk.guess === b.walk.guess && a.cells.get(a.sheet.model.nodes[a.row]!) === b.cells.get(b.sheet.model.nodes[b.row]!) && a.onCell === b.onCell && a.onGuess === b.onGuess);

function Mark({ state }: { readonly state: CellState }): ReactElement {
  return state === 'ok' ? <Icon name="check" size={20} /> : state === 'refused' ? <Icon name="x" size={20} /> : <>{state === 'absent' ? '·' : '–'}</>;
}

function Points({ score: { raw, normalized, weight, weighted } }: { readonly score: { readonly raw: number; readonly normalized: number; readonly weight: number; readonly weighted: number } }): ReactElement {
  return (
    <>
      <b>{weighted}</b>
      <small>{raw === normalized ? raw : `${short(raw)} → ${normalized}`} ×{weight}</small>
    </>
  );
}
/** A raw score may be large (affinity sums, Pods times a weight): what does not fit is in the sentence. */
const short = (raw: number): string => (Math.abs(raw) >= 100_000 ? `${Math.round(raw / 1000)}k` : String(raw));

function Why({ words, text, sheet, row, cells, upstream, reasons }: { readonly words: Catalogue; readonly text: SchedulerMessages; readonly sheet: Sheet; readonly row: number; readonly cells: NodeCells | undefined; readonly upstream: boolean; readonly reasons: readonly string[] }): ReactElement {
  const { refusedBy, filters } = sheet.model;
  const by = refusedBy[row]!;
  const own = by >= 0 ? cells?.filters[by] : cells?.filters.find((each, at) => each.length > 0 && !sheet.model.skippedFilters.includes(filters[at]!));
  const said = sayAll(words, own);
  return (
    <>
      {!upstream && <p title={said} className={said.length > 56 ? 'long' : ''}>{said === '' ? text.verdicts[by >= -1 ? 'refused' : 'notReached'] : said}</p>}
      {reasons.length > 0 && <span className="mono" title={reasons.join('; ')}>{reasons.join('; ')}</span>}
    </>
  );
}

function Total({ sheet, walk, text, row, className, selected, onClick }: { readonly sheet: Sheet; readonly walk: Walk; readonly text: SchedulerMessages; readonly row: number; readonly className: string; readonly selected: boolean; readonly onClick: () => void }): ReactElement {
  const { columns, filters, chosen, model } = sheet;
  const told = walk.told;
  let sum = 0;
  let any = false;
  for (let c = filters; c < columns.length; c++) {
    if (!isRowDone(sheet, walk, row) || !isShown(sheet, walk, row, c)) continue;
    any = true;
    sum += scoreOf(sheet, row, c)?.weighted ?? 0;
  }
  const node = model.nodes[row]!;
  const tied = sheet.tied.has(node);
  const rank = told ? rankOf(sheet, row) : -1;
  const note = !told ? (any ? text.soFar : '') : row === chosen ? (tied && !model.nominatedTaken ? text.lot(model.best.length) : text.chosen) : tied ? text.tied(model.best.length) : (text.rankings[rank] ?? '');
  const shown = told ? (totalOf(sheet, row) ?? sum) : sum;
  return (
    <div role="gridcell" id={cellId(row, columns.length)} className={`tot${className}`} aria-selected={selected} aria-label={any ? `${text.total2(node)} ${shown} ${note}` : `${text.total2(node)}: ${text.verdicts.hidden}`} onClick={onClick} style={{ ['--v' as string]: `${(100 * shown) / Math.max(1, sheet.most)}%` }}>
      {any && <><b>{shown}</b><span className="k">{note}</span></>}
      <i />
    </div>
  );
}

function WhatIfRow({ sheet, row, node, isNew, words, text, otherCells, upstream }: MatrixProps & { readonly row: number; readonly node: string; readonly isNew: boolean }): ReactElement {
  const { columns, filters, chosen } = sheet;
  const cells = otherCells.get(node);
  const won = row === chosen;
  const scored = sheet.among[row]! >= 0 && sheet.model.totals.length > 0;
  return (
    <>
      <div role="rowheader" className="nd wi"><Icon name="branch" size={15} /><span className="nm">{isNew ? node : text.whatIfRow}</span></div>
      {filters === 0 && <div role="gridcell" className="skip wi" />}
      {columns.slice(0, filters).map(({ name, at }, c) => {
        const state = stateOf(sheet, row, c);
        return <div role="gridcell" key={name} className={`${state === 'ok' ? 'ok' : state === 'refused' ? 'no' : 'skip'} wi`} aria-label={`${text.cell(node, name)}: ${text.verdicts[state === 'scored' ? 'ok' : state]}`} title={sayAll(words, cells?.filters[at])}>{<Mark state={state} />}</div>;
      })}
      {scored ? (
        <>
          {columns.slice(filters).map(({ name, at }, i) => {
            const score = scoreOf(sheet, row, filters + i);
            return <div role="gridcell" key={name} className={`sc wi${i === 0 ? ' gap' : ''}`} aria-label={`${text.cell(node, name)}: ${score === undefined ? text.verdicts.absent : text.score(score.raw, score.normalized, score.weight, score.weighted)}`} title={sayAll(words, cells?.scores[at])} style={{ ['--v' as string]: `${Math.max(0, Math.min(100, score?.normalized ?? 0))}%` }}>{score !== undefined && <Points score={score} />}<i /></div>;
          })}
          <div role="gridcell" className="tot wi" style={{ ['--v' as string]: `${(100 * (totalOf(sheet, row) ?? 0)) / Math.max(1, sheet.most)}%` }}><b>{totalOf(sheet, row)}</b><span className="k">{won ? text.wouldWin : sheet.tied.has(node) ? text.tied(sheet.model.best.length) : (text.rankings[rankOf(sheet, row)] ?? '')}</span><i /></div>
        </>
      ) : (
        <div role="gridcell" className="why gap wi" style={{ gridColumn: `span ${columns.length - filters + 1}` }}>
          {won ? <p><b>{text.wouldWin}</b></p> : sheet.among[row]! >= 0 ? <p>{text.verdicts.ok}</p> : <Why words={words} text={text} sheet={sheet} row={row} cells={cells} upstream={upstream} reasons={rejectionOf(sheet, row)?.reasons ?? []} />}
        </div>
      )}
    </>
  );
}

function GroupRow({ sheet, item, text, words, cells, walk }: MatrixProps & { readonly item: Extract<Item, { readonly type: 'group' }> }): ReactElement {
  const { columns, filters, model } = sheet;
  const rejection = rejectionOf(sheet, item.row);
  const node = model.nodes[item.row]!;
  const by = model.refusedBy[item.row]!;
  return (
    <>
      <div role="rowheader" className="nd many">{text.summary.group(item.count)}</div>
      {filters === 0 && <div role="gridcell" className="skip" />}
      {columns.slice(0, filters).map(({ name }, c) => {
        const state = stateOf(sheet, item.row, c);
        return <div role="gridcell" key={name} className={`${state === 'ok' ? 'ok' : state === 'refused' ? 'no' : 'skip'}`} aria-label={text.verdicts[state === 'scored' ? 'ok' : state]}>{walk.mode === 'reveal' && !walk.told ? '' : <Mark state={state} />}</div>;
      })}
      <div role="gridcell" className="why gap" style={{ gridColumn: `span ${columns.length - filters + 1}` }}>
        {item.of === 'notReached' ? <p>{text.summary.notReached(item.count)}</p> : item.of === 'passed' ? <p>{text.summary.more(item.count)}</p> : <><p title={node}>{by >= 0 ? sayAll(words, cells.get(node)?.filters[by]) : (rejection?.reasons ?? []).join('; ')}{item.count > 1 ? ' …' : ''}</p><span className="mono">{(rejection?.reasons ?? []).join('; ')}</span></>}
      </div>
    </>
  );
}
