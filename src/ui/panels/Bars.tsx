import { useEffect, useState, type ReactElement } from 'react';
import { Icon } from '../stage/glyphs.tsx';
import { useSession, useSessionState, useWords } from '../session/react.ts';

/** What hangs over the stage: the branch, a notice, and the question of a verb for its target. */
export function BranchBar(): ReactElement | null {
  const session = useSession();
  const { branch: text } = useWords().panels;
  const branch = useSessionState((state) => state.still?.branch);
  if (branch === undefined) return null;
  return (
    <div className="bar branch" role="region" aria-label={text.region}>
      <Icon name="branch" />
      <b>{text.bar(branch.fromRevision)}</b>
      {branch.lines.filter((line) => line !== '').map((line) => <span key={line} className="mono line">{line}</span>)}
      <span className="grow" />
      <button type="button" className="btn line" title={`${text.compare} (v)`} onClick={() => session.show({ type: 'compare' })}>{text.compare}</button>
      <button type="button" className="btn line" onClick={() => session.keepBranch()}>{text.keep}</button>
      <button type="button" className="btn line" onClick={() => session.discardBranch()}>{text.discard}</button>
    </div>
  );
}

export function VerbBar(): ReactElement | null {
  const { dock } = useWords().panels;
  const verb = useSessionState((state) => state.verb);
  if (verb === undefined) return null;
  return <div className="bar verbbar" role="status"><b>{dock.ask[verb]}</b> <span className="muted">{dock.leave}</span></div>;
}

export function NoticeBar(): ReactElement | null {
  const session = useSession();
  const { notice: text } = useWords().panels;
  const notice = useSessionState((state) => state.notice);
  const phase = useSessionState((state) => state.phase);
  const promised = useSessionState((state) => state.still?.promised);
  const digest = useSessionState((state) => state.still?.digest ?? '');
  const [first, setFirst] = useState<{ readonly promised: string; readonly digest: string } | undefined>(undefined);
  const [seen, setSeen] = useState<string | undefined>(undefined);
  // Both digests are of the moment that the link is about; the present one goes on changing.
  if (promised !== undefined && first?.promised !== promised.digest) setFirst({ promised: promised.digest, digest });
  if (notice === undefined && (promised === undefined || seen === promised.digest)) return null;
  const say = notice === undefined ? text.digests(promised!.digest, first?.digest ?? digest, promised!.sameEngine) : (text.codes[notice.code] ?? text.codes['other']!)(notice.args);
  return (
    <div className={`bar notice${notice === undefined ? '' : ' bad'}`} role="alert">
      <Icon name="warn" />
      <span>{say}</span>
      <span className="grow" />
      {phase === 'stopped' ? (
        <button type="button" className="btn line" onClick={() => session.restart()}>{text.restart}</button>
      ) : (
        <button type="button" className="btn line" onClick={() => { setSeen(promised?.digest); session.dismiss(); }}>{text.dismiss}</button>
      )}
    </div>
  );
}

/** Loading: the logo, its orbit once a second; after two seconds a sentence. */
export function Loading(): ReactElement {
  const { loading, loadingLong } = useWords().panels;
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 2_000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="loading" role="status">
      <svg viewBox="0 0 26 26" aria-hidden="true">
        <g fill="none" stroke="var(--brass-fill)" strokeWidth="1.2"><circle cx="13" cy="13" r="6.2" /><circle cx="13" cy="13" r="11.2" strokeOpacity=".6" /></g>
        <circle cx="13" cy="13" r="2.6" fill="var(--ink)" />
        <g className="turns"><circle cx="18.9" cy="11" r="2.2" fill="var(--brass-fill)" /></g>
      </svg>
      <p className="a">{long ? loadingLong : loading}</p>
    </div>
  );
}
