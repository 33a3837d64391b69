import type { ReactElement } from 'react';
import type { NodeCells } from '../link/scheduling.ts';
import type { Catalogue } from '../i18n/index.ts';
import type { SchedulerMessages } from '../i18n/scheduler.en.ts';
import { Icon } from '../stage/glyphs.tsx';
import { rejectionOf, scoreOf, stateOf, totalOf, type Sheet } from './sheet.ts';
import { isShown, type Walk } from './steps.ts';
import { sayAll } from './words.ts';

/** The cell in focus, worked out: raw, normalised, weighted, and the sum so far; or the verdict with its reason. */
export function Cards({ sheet, walk, words, text, cells, upstream }: { readonly sheet: Sheet; readonly walk: Walk; readonly words: Catalogue; readonly text: SchedulerMessages; readonly cells: NodeCells | undefined; readonly upstream: boolean }): ReactElement | null {
  const { columns, filters, model } = sheet;
  const node = model.nodes[walk.row];
  if (node === undefined) return null;
  const { cards } = text;
  const column = columns[walk.column];
  const arrow = <div className="ar"><Icon name="next" size={18} /></div>;
  const numbers = Array.from({ length: columns.length - filters }, (_, i) => filters + i).filter((c) => sheet.among[walk.row]! >= 0 && isShown(sheet, walk, walk.row, c)).map((c) => scoreOf(sheet, walk.row, c)?.weighted ?? 0);
  if (column === undefined) {
    const total = totalOf(sheet, walk.row);
    return (
      <>
        <h3 className="ttl">{cards.choice}<span>{node}</span></h3>
        <div className="form two">
          <div className="card end"><span className="cap">{text.total}</span><div className="big">{walk.told ? (total ?? (walk.row === sheet.chosen ? text.only : '–')) : '?'}</div><p className="sum">{walk.told ? numbers.join(' + ') : ''}</p></div>
          {arrow}
          <div className="card"><span className="cap">{cards.choice}</span><p className="sayit">{!walk.told ? cards.hiddenText : model.chosen === undefined ? text.noNode : model.nominatedTaken ? text.nominatedTaken(model.chosen) : model.best.length > 1 ? cards.tie(few(model.best), model.best.length) : model.totals.length === 0 ? text.only : cards.best(model.chosen, totalOf(sheet, sheet.chosen) ?? 0)}</p>{model.message !== undefined && <p className="mono own">{model.message}</p>}</div>
        </div>
      </>
    );
  }
  const shown = isShown(sheet, walk, walk.row, walk.column);
  const state = stateOf(sheet, walk.row, walk.column);
  const title = <h3 className="ttl">{text.cell(node, column.name)}<span>{text.does[column.name] ?? ''}</span></h3>;
  if (!shown) return <>{title}<div className="form one"><div className="card"><span className="cap">{cards.hidden}</span><div className="big">?</div><p>{cards.hiddenText}</p></div></div></>;
  const score = column.kind === 'score' ? scoreOf(sheet, walk.row, walk.column) : undefined;
  if (score !== undefined) {
    const sentences = cells?.scores[column.at] ?? [];
    const upTo = numbers.slice(0, walk.column - filters + 1);
    return (
      <>
        {title}
        <div className="form">
          <div className="card"><span className="cap">{cards.raw}</span><div className="big">{score.raw}</div><p>{sayAll(words, sentences.slice(0, -1))}</p></div>
          {arrow}
          <div className="card"><span className="cap">{cards.normalized}</span><div className="big">{score.normalized}</div><p>{sayAll(words, sentences.slice(-1))}</p></div>
          {arrow}
          <div className="card"><span className="cap">{cards.weighted}</span><div className="big">{score.weighted}</div><p>{cards.weightIs(score.normalized, score.weight)}</p></div>
          {arrow}
          <div className="card end"><span className="cap">{text.soFar}</span><div className="big">{upTo.reduce((sum, each) => sum + each, 0)}</div><p className="sum">{upTo.join(' + ')}</p></div>
        </div>
      </>
    );
  }
  const rejection = rejectionOf(sheet, walk.row);
  const isOut = state === 'refused' || (column.kind === 'score' && rejection !== undefined);
  const sentences = column.kind === 'filter' ? cells?.filters[column.at] : (model.refusedBy[walk.row]! >= 0 ? cells?.filters[model.refusedBy[walk.row]!] : undefined);
  return (
    <>
      {title}
      <div className="form two wide">
        <div className={`card${isOut ? ' bad' : ''}`}><span className="cap">{cards.verdict}</span><div className="big">{text.verdicts[state === 'scored' ? 'ok' : isOut ? 'refused' : state]}</div>{!upstream && <p>{sayAll(words, sentences)}</p>}</div>
        {arrow}
        <div className="card"><span className="cap">{cards.words}</span>{isOut && rejection !== undefined ? <p className="mono own">{rejection.reasons.join('; ')}</p> : <p>{cards.none}</p>}</div>
      </div>
    </>
  );
}
const few = (names: readonly string[]): string => (names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} …`);
