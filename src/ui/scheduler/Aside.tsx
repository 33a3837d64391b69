import { Fragment, useRef, type KeyboardEvent, type ReactElement } from 'react';
import type { MatrixModel, Offer, Offers, Overview, QueueEntry } from '../link/scheduling.ts';
import type { Catalogue } from '../i18n/index.ts';
import type { SchedulerMessages } from '../i18n/scheduler.en.ts';
import { clockText } from '../panels/timeText.ts';
import { Icon } from '../stage/glyphs.tsx';

export type AsideTab = 'whatIf' | 'why' | 'queue';

export interface AsideProps {
  readonly tabs: readonly AsideTab[];
  readonly tab: AsideTab;
  readonly words: Catalogue;
  readonly text: SchedulerMessages;
  readonly matrix: MatrixModel | undefined;
  readonly offers: Offers | undefined;
  readonly on: Offer | undefined;
  readonly overview: Overview | undefined;
  readonly told: boolean;
  readonly sideBySide: boolean;
  readonly canBranch: boolean;
  readonly onTab: (tab: AsideTab) => void;
  readonly onOffer: (offer: Offer | undefined) => void;
  readonly onSideBySide: () => void;
  readonly onBranch: (line: string) => void;
  readonly onPod: (key: string) => void;
}

/** Beside the decision: what could have been otherwise, why a Pod waits, and the queue. */
export function Aside(props: AsideProps): ReactElement {
  const { tabs, tab, text, onTab } = props;
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = tabs[(tabs.indexOf(tab) + way + tabs.length) % tabs.length]!;
    onTab(next);
    list.current?.querySelector<HTMLElement>(`#schtab-${next}`)?.focus();
  };
  return (
    <aside className="schside" aria-label={text.aside}>
      <div className="tabs" role="tablist" aria-label={text.aside} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((each) => (
          <button key={each} id={`schtab-${each}`} type="button" role="tab" aria-selected={each === tab} aria-controls="schtab-body" tabIndex={each === tab ? 0 : -1} className={each === tab ? 'on' : ''} onClick={() => onTab(each)}>{text.tabs[each]}</button>
        ))}
      </div>
      <div className="sbody" id="schtab-body" role="tabpanel" aria-labelledby={`schtab-${tab}`} tabIndex={0}>
        {tab === 'queue' ? <Queue {...props} /> : tab === 'why' ? <Waits {...props} /> : <WhatIfs {...props} />}
      </div>
    </aside>
  );
}

function Switches({ offers, on, words, text, onOffer, first }: { readonly offers: readonly Offer[]; readonly on: Offer | undefined; readonly words: Catalogue; readonly text: SchedulerMessages; readonly onOffer: (offer: Offer | undefined) => void; readonly first?: string }): ReactElement {
  return (
    <ul className="wl">
      {offers.map((offer, i) => {
        const active = on !== undefined && JSON.stringify(on.changes) === JSON.stringify(offer.changes);
        const won = text.outcomeWon(offer.outcome);
        const title = text.whatIf.sentence(offer.sentences.map(({ code, args }) => words.reason(code, args)));
        const id = `sw-${offer.changes.map((change) => JSON.stringify(change)).join('').replace(/[^\w]/g, '')}`;
        return (
          <li key={id}>
            <button type="button" role="switch" className={`sw${active ? ' on' : ''}`} aria-checked={active} aria-labelledby={`${id}-t`} aria-describedby={`${id}-d`} onClick={() => onOffer(active ? undefined : offer)} />
            <div>
              <b id={`${id}-t`}>{title}</b>
              <p id={`${id}-d`}>{i === 0 && first !== undefined && <span className="tag">{first}</span>}{text.outcome(offer.outcome)} {won !== '' && <span className="won">{won}</span>}</p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Buttons({ on, text, sideBySide, canBranch, onOffer, onSideBySide, onBranch }: AsideProps): ReactElement | null {
  if (on === undefined) return null;
  const { line } = on;
  return (
    <div className="acts">
      <button type="button" className="btn line" aria-pressed={sideBySide} onClick={onSideBySide}>{sideBySide ? text.whatIf.oneMatrix : text.whatIf.sideBySide}</button>
      {canBranch && line !== undefined && <button type="button" className="btn line" title={line} onClick={() => onBranch(line)}><Icon name="branch" size={14} />{text.whatIf.play}</button>}
      <button type="button" className="btn" onClick={() => onOffer(undefined)}>{text.whatIf.reset}</button>
    </div>
  );
}

/** While a class predicts, nothing beside the matrix gives the answer away. */
function Patience({ text }: { readonly text: SchedulerMessages }): ReactElement {
  return <p className="a muted">{text.patience}</p>;
}

function WhatIfs(props: AsideProps): ReactElement {
  const { offers, on, words, text, onOffer, matrix, overview, told } = props;
  return (
    <>
      <h3 className="q">{text.tabs.whatIf}</h3>
      <p className="a muted">{text.whatIf.note}</p>
      {!told ? <Patience text={text} /> : offers === undefined ? <p className="muted wait" role="status">{text.whatIf.waiting}</p> : offers.others.length === 0 ? <p className="a">{text.whatIf.none}</p> : <Switches offers={offers.others} on={on} words={words} text={text} onOffer={onOffer} />}
      <Buttons {...props} />
      {matrix?.chosen !== undefined && told && (
        <>
          <hr />
          <h3 className="q small">{text.after.title}</h3>
          <p className="a">{text.after.assumed(matrix.chosen)} {overview?.after.bound === undefined || overview.after.bound.at < matrix.at ? text.after.unbound : text.after.bound(words.stage.duration(overview.after.bound.at - matrix.at), overview.after.bound.revision)}{overview?.after.running !== undefined && overview.after.running.at >= matrix.at && ` ${text.after.running(words.stage.duration(overview.after.running.at - matrix.at), overview.after.running.revision)}`}</p>
        </>
      )}
    </>
  );
}

/** Why a Pod waits: how many nodes for each reason, upstream's sentence, and what would be enough. */
function Waits(props: AsideProps): ReactElement {
  const { matrix, offers, on, words, text, onOffer, told } = props;
  if (matrix === undefined) return <></>;
  if (!told) return <><h3 className="q">{text.waits.title}</h3><Patience text={text} /></>;
  const counts = new Map<string, number>();
  for (const place of matrix.rejectionOf) if (place >= 0) for (const reason of matrix.rejections[place]!.reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return (
    <>
      <h3 className="q">{text.waits.title}</h3>
      <p className="a">{text.waits.none(matrix.nodes.length)}</p>
      <ul className="reasons">{[...counts].sort((a, b) => b[1] - a[1]).map(([reason, count]) => <li key={reason}><b>{text.summary.group(count)}</b><span className="mono">{reason}</span></li>)}</ul>
      {matrix.message !== undefined && <p className="mono own">{matrix.message}</p>}
      <hr />
      <h3 className="q small">{text.remedies.title}</h3>
      {offers === undefined ? <p className="muted wait" role="status">{text.whatIf.waiting}</p> : offers.remedies.length === 0 ? <p className="a">{text.remedies.none}</p> : <Switches offers={offers.remedies} on={on} words={words} text={text} onOffer={onOffer} first={text.remedies.smallest} />}
      {offers !== undefined && <p className="muted tried">{text.remedies.tried(offers.tried)} {offers.cutShort && text.remedies.cutShort}</p>}
      <Buttons {...props} />
    </>
  );
}

const PLACES = ['inFlight', 'active', 'backoff', 'unschedulable', 'gated', 'binding'] as const;

function Queue({ overview, words, text, onPod }: AsideProps): ReactElement {
  if (overview === undefined) return <></>;
  return (
    <>
      <h3 className="q">{text.tabs.queue}</h3>
      <p className="a muted">{text.queue.at(clockText(overview.at))}</p>
      {overview.queue.length === 0 && <p className="a">{text.queue.empty}</p>}
      {PLACES.map((place) => {
        const waiting = overview.queue.filter((entry) => entry.place === place);
        if (waiting.length === 0) return <Fragment key={place} />;
        return (
          <section key={place} className="place" aria-label={text.queue.places[place]}>
            <h4>{text.queue.places[place]}<span className="count">{waiting.length}</span></h4>
            <p className="muted">{text.queue.notes[place]}</p>
            <ul>
              {waiting.slice(0, 30).map((entry) => <Waiting key={entry.key} entry={entry} at={overview.at} words={words} text={text} onPod={onPod} />)}
              {waiting.length > 30 && <li className="muted">+ {waiting.length - 30}</li>}
            </ul>
          </section>
        );
      })}
    </>
  );
}

function Waiting({ entry, at, words, text, onPod }: { readonly entry: QueueEntry; readonly at: number; readonly words: Catalogue; readonly text: SchedulerMessages; readonly onPod: (key: string) => void }): ReactElement {
  const { queue } = text;
  const name = entry.key.slice(entry.key.indexOf('/') + 1);
  const left = entry.until === undefined ? undefined : words.stage.duration(Math.max(0, entry.until - at));
  const facts = [
    queue.tries(entry.attempts),
    ...(entry.priority === 0 ? [] : [queue.priority(entry.priority)]),
    ...(left === undefined ? [] : [entry.place === 'backoff' ? queue.untilBackoff(left) : queue.until(left)]),
    ...(entry.node === undefined ? [] : [entry.place === 'binding' ? queue.bindingTo(entry.node) : queue.nominated(entry.node)]),
  ];
  const back = [...new Set(entry.waitsFor.map((event) => {
    const [kind, action] = event.split(' ') as [string, string];
    return text.events[event] ?? text.event(kind, action);
  }))];
  return (
    <li>
      <button type="button" className="lnk mono" title={queue.look(name)} onClick={() => onPod(entry.key)}>{name}</button>
      <p>{facts.join(' · ')}</p>
      {entry.gate !== undefined && <p className="mono own">{entry.gate}</p>}
      {entry.plugins.length > 0 && entry.gate === undefined && <p className="muted">{queue.by(entry.plugins.join(', '))}</p>}
      {back.length > 0 && <p className="muted">{queue.back(back.join(words.language === 'zh' ? '、' : ', '))}</p>}
    </li>
  );
}
