import { useEffect, useRef, useState, type ReactElement } from 'react';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal, type ITheme } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import './terminal.css';
import { Icon } from '../stage/glyphs.tsx';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import { Modal } from '../panels/Dialog.tsx';
import { LineEditor } from './lineEditor.ts';

const FIRST_PROMPT = 'default $ ';

/** The page's own colours, as they are now. */
function colours(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return { background: of('--sheet'), foreground: of('--ink'), cursor: of('--brass-fill'), cursorAccent: of('--sheet'), selectionBackground: of('--req-wash'), red: of('--fail'), brightBlack: of('--ink-3'), blue: of('--req'), brightRed: of('--fail') };
}
const lines = (text: string): string => text.replace(/\r?\n/g, '\r\n');
const RED = '\u001b[31m';
const GREY = '\u001b[90m';
const PLAIN = '\u001b[0m';

/** A terminal for kubectl. What is typed runs in the worker; its requests travel on the stage like any other. */
export default function TerminalDrawer(): ReactElement {
  const session = useSession();
  const { shell } = useWords().panels;
  const dark = useSessionState((state) => state.dark);
  const busy = useSessionState((state) => state.still?.shellBusy === true && !state.playing);
  const history = useSessionState((state) => state.history);
  const backlog = useSessionState((state) => state.shell);
  const [editing, setEditing] = useState<{ readonly name: string; readonly text: string } | undefined>(undefined);
  const box = useRef<HTMLDivElement>(null);
  const screen = useRef<Terminal | undefined>(undefined);
  const past = useRef(history);
  past.current = history;
  const early = useRef(backlog);
  const words = useRef(shell);
  words.current = shell;

  useEffect(() => {
    const host = box.current!;
    const terminal = new Terminal({ fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono').trim(), fontSize: 13, lineHeight: 1.25, cursorBlink: false, screenReaderMode: true, scrollback: 5000, theme: colours(), convertEol: false });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.open(host);
    screen.current = terminal;
    fit.fit();
    terminal.textarea?.setAttribute('aria-label', words.current.label);
    let prompt = FIRST_PROMPT;
    let buffer = '';
    let column = false;
    const editor = new LineEditor(
      { write: (text) => terminal.write(text), columns: () => terminal.cols },
      {
        enter(line) {
          const whole = buffer === '' ? line : `${buffer}\n${line}`;
          if (whole.trim() === '') {
            buffer = '';
            editor.open(prompt);
            return;
          }
          buffer = whole;
          column = false;
          session.kubectl(whole);
        },
        interrupt() {
          buffer = '';
          session.interrupt();
          if (!editor.isOpen && session.get().still?.shellBusy !== true) editor.open(prompt);
        },
        complete: (line) => session.complete(line),
        wipe: () => terminal.write('\u001b[2J\u001b[3J\u001b[H'),
        close: () => session.openShell(false),
      },
      () => past.current,
    );
    terminal.write(`${GREY}${lines(words.current.empty)}${PLAIN}\r\n`);
    for (const { text, tone } of early.current) terminal.write(tone === 'command' ? `${GREY}$ ${PLAIN}${lines(text)}\r\n` : `${tone === 'err' ? RED : ''}${lines(text)}${tone === 'err' ? PLAIN : ''}${text.endsWith('\n') ? '' : '\r\n'}`);
    const off = session.onTerminal(({ text, tone, done, more, clear, edit, prompt: next }) => {
      if (clear === true) terminal.write('\u001b[2J\u001b[3J\u001b[H');
      if (edit !== undefined) setEditing(edit);
      if (text !== '' && text.trim() !== '' && tone === 'command' && editor.isOpen) terminal.write(`\r\u001b[J${GREY}$ ${PLAIN}${lines(text)}\r\n`);
      else if (text !== '' && tone !== 'command') {
        terminal.write(`${tone === 'err' ? RED : ''}${lines(text)}${tone === 'err' ? PLAIN : ''}`);
        column = !text.endsWith('\n');
      }
      if (!done) return;
      if (next !== undefined) prompt = next;
      if (more === true) {
        editor.open('> ');
        return;
      }
      buffer = '';
      if (column) terminal.write('\r\n');
      column = false;
      editor.open(prompt);
    });
    terminal.attachCustomKeyEventHandler((event) => {
      // The page's own keys stay out of the line; what is selected is copied, not broken off.
      if (event.type === 'keydown' && (event.ctrlKey || event.metaKey) && event.key === 'c' && terminal.hasSelection()) return false;
      if ((event.ctrlKey || event.metaKey) && event.key === 'v') return false;
      event.stopPropagation();
      // Tab completes here, so Esc is the way out for whoever has only keys; Alt and the rest still make escape sequences.
      if (event.key === 'Escape' && !event.altKey && !event.ctrlKey && !event.metaKey) {
        if (event.type === 'keydown') session.openShell(false);
        return false;
      }
      return true;
    });
    const typed = terminal.onData((data) => editor.type(data));
    const observer = new ResizeObserver(() => fit.fit());
    observer.observe(host);
    editor.open(prompt);
    terminal.focus();
    return () => {
      off();
      typed.dispose();
      observer.disconnect();
      terminal.dispose();
      screen.current = undefined;
    };
  }, [session]);
  useEffect(() => {
    if (screen.current !== undefined) screen.current.options.theme = colours();
  }, [dark]);

  const leave = (text: string): void => {
    setEditing(undefined);
    session.edited(text);
    screen.current?.focus();
  };
  return (
    <section className="drawer shell terminal" aria-label={shell.title}>
      <header>
        <h2>{shell.title}</h2>
        <span className="hint" role="status">{busy ? shell.busy : ''}</span>
        <button type="button" className="btn line" onClick={() => session.interrupt()}>{shell.stop}</button>
        <button type="button" className="btn icon" aria-label={shell.close} title={shell.close} onClick={() => session.openShell(false)}><Icon name="x" /></button>
      </header>
      <div className="screen" ref={box} onKeyDown={(event) => event.stopPropagation()} />
      {editing !== undefined && <TextDialog {...editing} onLeave={leave} />}
    </section>
  );
}

/** vi, nano and kubectl edit open this: a text, and two ways out of it. */
function TextDialog({ name, text, onLeave }: { readonly name: string; readonly text: string; readonly onLeave: (text: string) => void }): ReactElement {
  const { shell } = useWords().panels;
  const [now, setNow] = useState(text);
  return (
    <Modal label={shell.editing(name)} className="edit" onClose={() => onLeave(text)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onLeave(now);
        }}
      >
        <h2>{shell.editing(name)}</h2>
        <textarea data-first className="mono" aria-label={name} value={now} spellCheck={false} rows={24} cols={90} onChange={(event) => setNow(event.target.value)} onKeyDown={(event) => event.stopPropagation()} />
        <p className="buttons">
          <button type="button" className="btn line" onClick={() => onLeave(text)}>{shell.cancel}</button>
          <button type="submit" className="btn">{shell.save}</button>
        </p>
      </form>
    </Modal>
  );
}
