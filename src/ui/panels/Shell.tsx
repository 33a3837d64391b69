import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { Icon } from '../stage/glyphs.tsx';
import { useSession, useSessionState, useWords } from '../session/react.ts';

/** One kubectl line with its history, and what came of it. */
export function Shell(): ReactElement {
  const session = useSession();
  const { shell } = useWords().panels;
  const lines = useSessionState((state) => state.shell);
  const history = useSessionState((state) => state.history);
  const busy = useSessionState((state) => state.still?.shellBusy === true && !state.playing);
  const [text, setText] = useState('');
  const [place, setPlace] = useState<number | undefined>(undefined);
  const output = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
  }, []);
  useEffect(() => {
    if (output.current !== null) output.current.scrollTop = output.current.scrollHeight;
  }, [lines]);
  const recall = (way: number): void => {
    const next = (place ?? history.length) + way;
    if (next < 0) return;
    setPlace(next >= history.length ? undefined : next);
    setText(history[next]?.replace(/^kubectl\s+/, '') ?? '');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowUp') recall(-1);
    else if (event.key === 'ArrowDown') recall(1);
    else if (event.key === 'Escape') session.openShell(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section className="drawer shell" aria-label={shell.title}>
      <div className="out mono" ref={output} role="log" aria-label={shell.output} tabIndex={0}>
        {lines.length === 0 && <p className="hint">{shell.empty}</p>}
        {lines.map((line) => <pre key={line.id} className={line.tone}>{line.tone === 'command' ? `$ ${line.text.startsWith('kubectl') ? line.text : `kubectl ${line.text}`}` : line.text.replace(/\n$/, '')}</pre>)}
        {busy && <p className="hint">{shell.busy}</p>}
      </div>
      <form
        className="line"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() === '') return;
          session.kubectl(`kubectl ${text.trim().replace(/^kubectl\s+/, '')}`);
          setText('');
          setPlace(undefined);
        }}
      >
        <span className="mono prompt" aria-hidden="true">$ kubectl</span>
        <input ref={input} className="mono" type="text" value={text} aria-label={shell.label} placeholder={shell.placeholder} spellCheck={false} autoComplete="off" autoCapitalize="off" onChange={(event) => setText(event.target.value)} onKeyDown={onKeyDown} />
        <button type="submit" className="btn line">{shell.run}</button>
        <button type="button" className="btn icon" aria-label={shell.close} title={shell.close} onClick={() => session.openShell(false)}><Icon name="x" /></button>
      </form>
    </section>
  );
}
