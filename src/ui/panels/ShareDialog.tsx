import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { encode } from 'uqr';
import { EASY_TO_SCAN, SAFE_EVERYWHERE } from '../link/share.ts';
import { Icon } from '../stage/glyphs.tsx';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import { Modal } from './Dialog.tsx';

/** The largest QR code holds 2,953 bytes. */
const MOST_IN_QR = 2_900;

export default function ShareDialog(): ReactElement {
  const session = useSession();
  const { share } = useWords().panels;
  const still = useSessionState((state) => state.still);
  const [from, setFrom] = useState<'start' | 'now'>('now');
  const [link, setLink] = useState('');
  const [copied, setCopied] = useState<'no' | 'yes' | 'cannot'>('no');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    let current = true;
    void session.share(from).then((fragment) => {
      if (current) setLink(`${location.origin}${location.pathname}${fragment}`);
    });
    return () => {
      current = false;
    };
  }, [session, from]);
  const copy = (): void => {
    const done = (how: 'yes' | 'cannot'): void => {
      setCopied(how);
      setTimeout(() => setCopied('no'), 2_000);
    };
    field.current?.select();
    if (navigator.clipboard === undefined) done('cannot');
    else navigator.clipboard.writeText(link).then(() => done('yes'), () => done('cannot'));
  };
  const options = [
    { id: 'start', title: share.atStart, note: share.atStartNote },
    { id: 'now', title: share.atNow, note: share.atNowNote(still?.model.revision ?? 0) },
  ] as const;
  const share01 = Math.min(1, link.length / SAFE_EVERYWHERE);
  return (
    <Modal label={share.title} className="share" onClose={() => session.show(undefined)}>
      <div className="l">
        <h2 className="h1">{share.title}</h2>
        <p className="lead">{share.lead}</p>
        <fieldset>
          <legend className="lab">{share.starts}</legend>
          <div className="opt">
            {options.map((option) => (
              <label key={option.id} className={option.id === from ? 'on' : ''}>
                <input type="radio" name="share-from" className="unseen" checked={option.id === from} onChange={() => setFrom(option.id)} />
                <b>{option.title}</b>
                {option.note}
              </label>
            ))}
          </div>
        </fieldset>
        <p className="muted holds">{share.holds(still?.inputs ?? 0)}</p>
        <div className="url">
          <input ref={field} className="mono" type="text" readOnly value={link} aria-label={share.link} onFocus={(event) => event.target.select()} />
          <button type="button" className="btn solid" data-first onClick={copy}>
            <Icon name={copied === 'yes' ? 'check' : 'copy'} size={15} />
            <span aria-live="polite">{copied === 'yes' ? share.copied : share.copy}</span>
          </button>
        </div>
        {copied === 'cannot' && <p className="muted" role="status">{share.cannotCopy}</p>}
        <div className="meter">
          <div className="b" />
          <div className="v" style={{ width: `${100 * share01}%` }} />
          <em style={{ left: `${(100 * EASY_TO_SCAN) / SAFE_EVERYWHERE}%`, height: 14 }} />
          <em style={{ left: '100%', height: 14 }} />
          <span style={{ left: 0 }}><b>{share.characters(link.length)}</b></span>
          <span className="easy">{share.easy}</span>
          <span style={{ right: 0 }}>{share.safe}</span>
        </div>
        {link.length > SAFE_EVERYWHERE && <p className="t-fail">{share.tooLong}</p>}
      </div>
      <div className="rr">
        <div className="headrow"><b>{share.scan}</b><button type="button" className="btn icon close" aria-label={share.close} onClick={() => session.show(undefined)}><Icon name="x" /></button></div>
        {link === '' ? null : link.length > MOST_IN_QR ? <p className="muted">{share.noQr}</p> : <Qr text={link} label={share.qr} />}
      </div>
    </Modal>
  );
}

/** Ink on white in both themes: scanners want it so. */
function Qr({ text, label }: { readonly text: string; readonly label: string }): ReactElement {
  const { size, d } = useMemo(() => {
    const { data, size: cells } = encode(text, { ecc: 'L', border: 0 });
    return { size: cells, d: data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : []))).join('') };
  }, [text]);
  return (
    <div className="qr">
      <svg viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" role="img" aria-label={label}><path d={d} fill="#24221D" /></svg>
    </div>
  );
}
