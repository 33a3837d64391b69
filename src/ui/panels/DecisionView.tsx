import { Fragment, useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import type { CellSentences, DecisionModel, Sentence } from '../link/protocol.ts';
import { Icon } from '../stage/glyphs.tsx';
import { useSession, useSessionState, useWords } from '../session/react.ts';

/** Nodes x plugins of one attempt: who refused, what the others scored, and how the total comes about. */
export default function DecisionView({ pod }: { readonly pod: string }): ReactElement | null {
  const session = useSession();
  const words = useWords();
  const decisions = useSessionState((state) => state.inspection?.decisions);
  const [attempt, setAttempt] = useState(0);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    close.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const { decision: text } = words.panels;
  const decision = decisions?.[Math.min(attempt, decisions.length - 1)];
  if (decision === undefined || decisions === undefined) return null;
  const refused = decision.rows.filter((row) => row.refusedBy !== undefined).length;
  return (
    <section
      className="decision"
      aria-label={text.title(pod)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        session.show(undefined);
      }}
    >
      <div className="headrow">
        <h2 className="h1">{text.title(pod)}</h2>
        <button ref={close} type="button" className="btn icon close" aria-label={text.close} onClick={() => session.show(undefined)}><Icon name="x" /></button>
      </div>
      <p className="lead">{text.lead(decision.rows.length, refused)}</p>
      {decisions.length > 1 && (
        <div className="seg" role="radiogroup" aria-label={text.attempts}>
          {decisions.slice(0, 8).map((each, i) => (
            <label key={each.step} className={i === attempt ? 'on' : ''}>
              <input type="radio" name="attempt" className="unseen" checked={i === attempt} onChange={() => setAttempt(i)} />
              {text.attempt(decisions.length - i)}
            </label>
          ))}
        </div>
      )}
      <Matrix key={decision.step} decision={decision} />
    </section>
  );
}

/** "NodeResourcesBalancedAllocation" may break between its words. */
function Name({ name }: { readonly name: string }): ReactElement {
  const parts = name.split(/(?=[A-Z])/);
  return <>{parts.map((part, i) => <Fragment key={i}>{i > 0 && <wbr />}{part}</Fragment>)}</>;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

function Matrix({ decision }: { readonly decision: DecisionModel }): ReactElement {
  const session = useSession();
  const words = useWords();
  const [cells, setCells] = useState<CellSentences | undefined>(undefined);
  useEffect(() => {
    let current = true;
    void session.explain(decision.step).then((found) => {
      if (current) setCells(found);
    });
    return () => {
      current = false;
    };
  }, [session, decision.step]);
  const say = (sentences: readonly Sentence[] | undefined): string => (sentences ?? []).map(({ code, args }) => words.reason(code, args)).join(words.language === 'zh' ? '；' : '; ');
  const { decision: text } = words.panels;
  // Columns in which nothing was asked of any node teach nothing.
  const filters = decision.filters.map((name, i) => ({ name, i })).filter(({ i }) => decision.rows.some((row) => row.filters[i] === 'ok' || row.filters[i] === 'refused'));
  const scorers = decision.scorers.map((scorer, i) => ({ ...scorer, i }));
  const scored = decision.rows.map((row, i) => ({ row, i })).filter(({ row }) => row.scores.length > 0);
  const chosenRow = decision.rows.findIndex((row) => row.node === decision.chosen);
  const [cell, setCell] = useState<Place>({ row: chosenRow < 0 ? (scored[0]?.i ?? 0) : chosenRow, column: 0 });
  const grid = useRef<HTMLDivElement>(null);
  const most = scorers.reduce((sum, scorer) => sum + 100 * scorer.weight, 0);
  const focusCell = (place: Place): void => {
    setCell(place);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${place.row}:${place.column}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = scored.findIndex(({ i }) => i === cell.row);
    const moves: Readonly<Record<string, Place | undefined>> = {
      ArrowRight: { row: cell.row, column: Math.min(scorers.length - 1, cell.column + 1) },
      ArrowLeft: { row: cell.row, column: Math.max(0, cell.column - 1) },
      ArrowDown: scored[at + 1] && { row: scored[at + 1]!.i, column: cell.column },
      ArrowUp: scored[at - 1] && { row: scored[at - 1]!.i, column: cell.column },
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    event.stopPropagation();
    const place = moves[event.key];
    if (place !== undefined) focusCell(place);
  };
  const focused = decision.rows[cell.row]?.scores[cell.column];
  const scorer = scorers[cell.column];
  const sentences = cells?.scores[cell.row]?.[cell.column];
  const soFar = decision.rows[cell.row]?.scores.slice(0, cell.column + 1) ?? [];
  const columns = `minmax(92px, 1fr) repeat(${Math.max(1, filters.length)}, minmax(74px, 92px))${scorers.length === 0 ? ' minmax(260px, 5fr)' : ` repeat(${scorers.length}, minmax(84px, 104px)) minmax(112px, 1.2fr)`}`;
  const verdicts = { ok: text.ok, refused: text.refused, skip: text.skip, notAsked: text.notAsked } as const;
  return (
    <>
      <div className="scroll" tabIndex={0} role="region" aria-label={text.score}>
        <div className="mx" role="table" ref={grid} style={{ gridTemplateColumns: columns }} onKeyDown={onKeyDown}>
          <div role="row" className="contents">
            <div role="columnheader" className="grp">{text.node}</div>
            <div role="columnheader" className="grp" style={{ gridColumn: `span ${Math.max(1, filters.length)}` }}>{text.filter} <span>{text.filterNote}</span></div>
            {scorers.length > 0 && <div role="columnheader" className="grp gap" style={{ gridColumn: `span ${scorers.length}` }}>{text.score} <span>{text.scoreNote}</span></div>}
            <div role="columnheader" className={`grp tot${scorers.length === 0 ? ' gap' : ''}`}>{scorers.length === 0 ? words.panels.inspector.tabs.why : text.total}</div>
          </div>
          <div role="row" className="contents">
            <div role="columnheader" className="h"><span className="unseen">{text.node}</span></div>
            {filters.length === 0 && <div role="columnheader" className="h"><span className="unseen">{text.filter}</span></div>}
            {filters.map(({ name }) => <div role="columnheader" className="h" key={name}><Name name={name} /></div>)}
            {scorers.map(({ name, weight, i }) => <div role="columnheader" className={`h${i === cell.column ? ' cur' : ''}${i === 0 ? ' gap' : ''}`} key={name}><Name name={name} /><small>{text.weight(weight)}</small></div>)}
            <div role="columnheader" className="h tot"><small>{scorers.length > 0 ? text.of(most) : <span className="unseen">{text.total}</span>}</small></div>
          </div>
          {decision.rows.map((row, r) => {
            const best = row.node === decision.chosen ? ' best' : '';
            return (
              <div role="row" className="contents" key={row.node}>
                <div role="rowheader" className={`nd${best}`}><Icon name="node" />{row.node}</div>
                {filters.length === 0 && <div role="cell" className="skip" />}
                {filters.map(({ name, i }) => {
                  const verdict = row.filters[i] ?? 'notAsked';
                  return <div role="cell" key={name} className={`${verdict === 'ok' ? 'ok' : verdict === 'refused' ? 'no' : 'skip'}${verdict === 'refused' ? '' : best}`} aria-label={verdicts[verdict]} title={say(cells?.filters[r]?.[i])}>{verdict === 'ok' ? <Icon name="check" /> : verdict === 'refused' ? <Icon name="x" /> : verdict === 'skip' ? '·' : '–'}</div>;
                })}
                {row.scores.length === 0 ? (
                  <div role="cell" className="why" style={{ gridColumn: `span ${scorers.length + 1}` }}>{say(cells?.filters[r]?.[decision.filters.indexOf(row.refusedBy ?? '')]) || (row.refusedBy ?? '')}<span className="mono">{(row.reasons ?? []).join('; ')}</span></div>
                ) : (
                  <>
                    {row.scores.map((score, c) => (
                      <div role="cell" key={c} className={`sc${best}${c === 0 ? ' gap' : ''}${cell.row === r && cell.column === c ? ' cur' : ''}`} style={{ ['--v' as string]: `${(100 * score.weighted) / Math.max(1, 100 * (scorers[c]?.weight ?? 1))}%` }}>
                        <button type="button" data-cell={`${r}:${c}`} tabIndex={cell.row === r && cell.column === c ? 0 : -1} aria-label={text.cell(row.node, scorers[c]?.name ?? '')} onClick={() => setCell({ row: r, column: c })}>
                          <b>{score.weighted}</b>
                          <small>{score.raw === score.normalized ? score.raw : `${score.raw} → ${score.normalized}`} ×{scorers[c]?.weight}</small>
                          <i />
                        </button>
                      </div>
                    ))}
                    <div role="cell" className={`tot${best}`} style={{ ['--v' as string]: `${(100 * (row.total ?? 0)) / Math.max(1, most)}%` }}>
                      <b>{row.total}</b><span className="k">{row.node === decision.chosen ? (decision.best.length > 1 ? text.tie(decision.best.length) : text.chosen) : ''}</span><i />
                    </div>
                  </>
                )}
              </div>
            );
          })}
        </div>
      </div>
      {decision.chosen === undefined && <p className="a">{text.none} <span className="mono">{decision.message}</span></p>}
      <p className="muted legend">{text.legend}</p>
      {focused !== undefined && scorer !== undefined && (
        <>
          <h3 className="ttl">{text.cell(decision.rows[cell.row]!.node, scorer.name)}</h3>
          <div className="form">
            <div className="card"><span className="cap">1 {text.raw}</span><div className="big">{focused.raw}</div><p>{say(sentences?.slice(0, 1))}</p></div>
            <div className="ar"><Icon name="next" /></div>
            <div className="card"><span className="cap">2 {text.normalized}</span><div className="big">{focused.normalized}</div><p>{say(sentences?.slice(1))}</p></div>
            <div className="ar"><Icon name="next" /></div>
            <div className="card"><span className="cap">3 {text.weighted}</span><div className="big">{focused.weighted}</div><p>{text.weightIs(scorer.weight)}</p></div>
            <div className="ar"><Icon name="next" /></div>
            <div className="card end"><span className="cap">{text.soFar}</span><div className="big">{soFar.reduce((sum, score) => sum + score.weighted, 0)}</div><p>{soFar.map((score) => score.weighted).join(' + ')}</p></div>
          </div>
        </>
      )}
    </>
  );
}
