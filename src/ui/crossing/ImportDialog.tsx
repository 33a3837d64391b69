import { Suspense, useCallback, useEffect, useRef, useState, type ReactElement } from 'react';
import type { DumpProblem, DumpSummary, LeftWhy } from '../link/crossing.ts';
import type { CrossingMessages } from '../i18n/crossing.en.ts';
import { Icon } from '../stage/glyphs.tsx';
import { Modal } from '../panels/Dialog.tsx';
import { useSession, useWords } from '../session/react.ts';
import { Left, ObjectList } from './Lists.tsx';
import { useCrossingWords } from './words.ts';
import './crossing.css';

/** What a text field shows without slowing the page down; a longer text is kept beside it. */
const MOST_SHOWN = 200_000;
/** Not even read: of a file. The worker says the same of a text. */
const MOST_BYTES = 80_000_000;
const MOST_PROBLEMS = 100;
const WAIT_MILLIS = 350;

export default function ImportDialog(): ReactElement {
  return <Suspense fallback={null}><Loaded /></Suspense>;
}

interface Held {
  /** What it is called; undefined: it stands in the text field. */
  readonly name: string | undefined;
  readonly text: string;
}
type Result = { readonly type: 'nothing' } | { readonly type: 'reading' } | { readonly type: 'read'; readonly summary: DumpSummary } | { readonly type: 'refused'; readonly message: string };

function Loaded(): ReactElement {
  const session = useSession();
  const text = useCrossingWords(useWords().language);
  const { into } = text;
  const [held, setHeld] = useState<Held>({ name: undefined, text: '' });
  const [result, setResult] = useState<Result>({ type: 'nothing' });
  const field = useRef<HTMLTextAreaElement>(null);
  const run = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => {
    clearTimeout(timer.current);
    run.current++;
  }, []);
  const take = useCallback((next: Held, wait: number) => {
    setHeld(next);
    clearTimeout(timer.current);
    const mine = ++run.current;
    if (next.text.trim() === '') return setResult({ type: 'nothing' });
    setResult({ type: 'reading' });
    timer.current = setTimeout(() => {
      void session.readDump(next.text).then((summary) => {
        if (mine === run.current) setResult(summary === undefined ? { type: 'nothing' } : { type: 'read', summary });
      });
    }, wait);
  }, [session]);
  const put = (given: string, name: string | undefined): void => {
    if (given.includes('\u0000')) return setResult({ type: 'refused', message: into.notText });
    take({ name: given.length > MOST_SHOWN ? (name ?? into.pasted) : undefined, text: given }, 0);
  };
  const openFile = (file: File | undefined): void => {
    if (file === undefined) return;
    if (file.size > MOST_BYTES) return setResult({ type: 'refused', message: text.limits['limit.dump']!({ megabytes: Math.round(file.size / 1e5) / 10, most: 20 }) });
    void file.text().then((given) => put(given, file.name), () => setResult({ type: 'refused', message: into.notText }));
  };
  const close = (): void => session.show(undefined);
  const summary = result.type === 'read' ? result.summary : undefined;
  const goTo = (line: number): void => {
    const element = field.current;
    if (element === null) return;
    let from = 0;
    for (let i = 1; i < line && from >= 0; i++) from = element.value.indexOf('\n', from) + 1;
    const end = element.value.indexOf('\n', from);
    element.focus();
    element.setSelectionRange(from, end < 0 ? element.value.length : end);
    // The field scrolls to its selection by itself in some browsers only.
    element.scrollTop = Math.max(0, (line - 4) * 18);
  };
  return (
    <Modal label={into.title} className="crossing" onClose={close}>
      <div
        className="cx"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          openFile(event.dataTransfer.files[0]);
        }}
      >
        <div className="headrow"><h2 className="h1">{into.title}</h2><button type="button" className="btn icon close" aria-label={into.close} onClick={close}><Icon name="x" /></button></div>
        <p className="lead">{into.lead}</p>
        <div className="cxgrid">
          <div className="cxin">
            <div className="cxrow">
              <label className="lab" htmlFor="dump">{into.label}</label>
              <label className="btn line filebutton"><Icon name="configmap" />{into.file}<input type="file" className="unseen" accept=".yaml,.yml,.json,text/*" onChange={(event) => openFile(event.target.files?.[0])} /></label>
            </div>
            {held.name === undefined ? (
              <textarea
                id="dump" ref={field} className="mono" data-first spellCheck={false} wrap="off" value={held.text} placeholder={into.get} aria-describedby="dump-how"
                onPaste={(event) => {
                  const pasted = event.clipboardData.getData('text');
                  if (pasted.length <= MOST_SHOWN) return;
                  event.preventDefault();
                  put(pasted, undefined);
                }}
                onChange={(event) => take({ name: undefined, text: event.target.value }, WAIT_MILLIS)}
              />
            ) : (
              <div className="cxheld">
                <b className="mono">{held.name}</b>
                <span>{into.holds((held.text.length / 1e6).toFixed(1))}</span>
                <button type="button" id="dump" className="btn line" onClick={() => take({ name: undefined, text: '' }, 0)}><Icon name="x" size={14} />{into.remove}</button>
              </div>
            )}
            <p id="dump-how" className="muted">{into.how}</p>
          </div>
          <div className="cxout" role="region" aria-label={into.title} tabIndex={0}>
            <div role="status" aria-live="polite">
              {result.type === 'nothing' && <p className="muted">{into.nothing}</p>}
              {result.type === 'reading' && <p className="muted">{into.reading}</p>}
              {result.type === 'refused' && <p className="t-fail">{result.message}</p>}
              {summary !== undefined && <Heads summary={summary} into={into} />}
            </div>
            {summary !== undefined && (
              <>
                {summary.problems.length > 0 && <Problems problems={summary.problems} text={text} onLine={held.name === undefined ? goTo : undefined} />}
                {summary.taken.length > 0 && <ObjectList title={into.taken(summary.taken.length)} objects={summary.taken} more={text.more} open={summary.problems.length === 0} />}
                {summary.left.length > 0 && <Left title={into.left(summary.left.length)} left={summary.left} why={text.why as Readonly<Record<LeftWhy, string>>} more={text.more} />}
              </>
            )}
          </div>
        </div>
        <div className="ends">
          <span className="cxlink">{summary !== undefined && summary.taken.length > 0 && <><span>{into.cluster(summary)}</span> <span className={summary.link.fits === 'no' ? 't-fail' : ''}>{into.link(summary)}</span></>}</span>
          <button type="button" className="btn" onClick={close}>{into.cancel}</button>
          <button
            type="button" className="btn solid" disabled={summary === undefined || summary.taken.length === 0}
            onClick={() => {
              close();
              void session.openDump();
            }}
          >
            {into.open(summary?.nodes ?? 3)}
          </button>
        </div>
      </div>
    </Modal>
  );
}

/** What the lists below say, in one breath for those who listen. */
function Heads({ summary, into }: { readonly summary: DumpSummary; readonly into: CrossingMessages['into'] }): ReactElement {
  const { taken, left, problems } = summary;
  if (taken.length + left.length + problems.length === 0) return <p className="muted">{into.empty}</p>;
  return <p className="unseen">{into.taken(taken.length)}. {into.left(left.length)}. {problems.length > 0 && into.problems(problems.length)}</p>;
}

function Problems({ problems, text, onLine }: { readonly problems: readonly DumpProblem[]; readonly text: CrossingMessages; readonly onLine: ((line: number) => void) | undefined }): ReactElement {
  const { into } = text;
  return (
    <section className="cxproblems">
      <h3 className="t-fail">{into.problems(problems.length)}</h3>
      <ul>
        {problems.slice(0, MOST_PROBLEMS).map((problem, i) => (
          <li key={i}>
            {onLine === undefined ? <b className="ln">{into.atLine(problem.line)}</b> : <button type="button" className="lnk ln" onClick={() => onLine(problem.line)}>{into.atLine(problem.line)}</button>}
            <span className="mono">{problem.object === '' ? into.unreadable : problem.object}</span>
            <span className="mono msg">{problem.limit === undefined ? problem.message : text.limits[problem.limit.code]!(problem.limit.args)}</span>
          </li>
        ))}
      </ul>
      {problems.length > MOST_PROBLEMS && <p className="muted">{text.more(problems.length - MOST_PROBLEMS)}</p>}
    </section>
  );
}
