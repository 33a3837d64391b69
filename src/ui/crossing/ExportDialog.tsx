import { Suspense, useEffect, useState, type ReactElement } from 'react';
import type { ExportAs, Exported, LeftWhy } from '../link/crossing.ts';
import { Icon } from '../stage/glyphs.tsx';
import { Modal } from '../panels/Dialog.tsx';
import { useSession, useWords } from '../session/react.ts';
import { Left } from './Lists.tsx';
import { useCrossingWords } from './words.ts';
import './crossing.css';

const MOST_LINES = 1_500;
const FILES: Readonly<Record<ExportAs, readonly [name: string, type: string]>> = { manifests: ['orrery.yaml', 'application/yaml'], kind: ['orrery-kind.sh', 'text/x-shellscript'], kwok: ['orrery-kwok.sh', 'text/x-shellscript'] };

export default function ExportDialog(): ReactElement {
  return <Suspense fallback={null}><Loaded /></Suspense>;
}

function Loaded(): ReactElement {
  const session = useSession();
  const text = useCrossingWords(useWords().language);
  const { out } = text;
  const [as, setAs] = useState<ExportAs>('manifests');
  const [made, setMade] = useState<{ readonly as: ExportAs; readonly exported: Exported } | undefined>(undefined);
  const [copied, setCopied] = useState<'no' | 'yes' | 'cannot'>('no');
  useEffect(() => {
    let current = true;
    void session.exportAs(as).then((exported) => {
      if (current && exported !== undefined) setMade({ as, exported });
    });
    return () => {
      current = false;
    };
  }, [session, as]);
  const ready = made?.as === as ? made.exported : undefined;
  const whole = ready === undefined ? '' : ready.text === '' ? `${out.none}\n` : ready.text;
  const lines = whole.split('\n');
  const close = (): void => session.show(undefined);
  const copy = (): void => {
    const done = (how: 'yes' | 'cannot'): void => {
      setCopied(how);
      setTimeout(() => setCopied('no'), 2_000);
    };
    if (navigator.clipboard === undefined) done('cannot');
    else navigator.clipboard.writeText(whole).then(() => done('yes'), () => done('cannot'));
  };
  const download = (): void => {
    const [name, type] = FILES[as];
    const url = URL.createObjectURL(new Blob([whole], { type }));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return (
    <Modal label={out.title} className="crossing" onClose={close}>
      <div className="cx">
        <div className="headrow"><h2 className="h1">{out.title}</h2><button type="button" className="btn icon close" aria-label={out.close} onClick={close}><Icon name="x" /></button></div>
        <p className="lead">{out.lead}</p>
        <fieldset>
          <legend className="unseen">{out.as}</legend>
          <div className="opt">
            {(['manifests', 'kind', 'kwok'] as const).map((each, i) => (
              <label key={each} className={each === as ? 'on' : ''}>
                <input type="radio" name="export-as" className="unseen" checked={each === as} {...(i === 0 ? { 'data-first': true } : {})} onChange={() => setAs(each)} />
                <b>{out.options[each][0]}</b>
                {out.options[each][1]}
              </label>
            ))}
          </div>
        </fieldset>
        <p className="muted cxsum" role="status">{ready === undefined ? out.making : as === 'manifests' ? out.objects(ready.objects, ready.left.length) : out.commands(ready.objects)}</p>
        <pre className="code cxtext" tabIndex={0} role="region" aria-label={out.text}>{lines.slice(0, MOST_LINES).join('\n')}</pre>
        {lines.length > MOST_LINES && <p className="muted">{out.shown(MOST_LINES, lines.length)}</p>}
        {ready !== undefined && ready.left.length > 0 && <Left title={out.left} left={ready.left} why={text.why as Readonly<Record<LeftWhy, string>>} more={text.more} />}
        <div className="ends">
          <span className="mono muted">{out.use[as]}</span>
          {copied === 'cannot' && <span className="muted" role="status">{out.cannotCopy}</span>}
          <button type="button" className="btn line" disabled={ready === undefined} onClick={copy}><Icon name={copied === 'yes' ? 'check' : 'copy'} size={15} /><span aria-live="polite">{copied === 'yes' ? out.copied : out.copy}</span></button>
          <button type="button" className="btn solid" disabled={ready === undefined} onClick={download}>{out.download}</button>
        </div>
      </div>
    </Modal>
  );
}
