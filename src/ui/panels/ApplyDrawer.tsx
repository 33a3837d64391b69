import { useEffect, useRef, useState, type ReactElement } from 'react';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { Catalogue } from '../i18n/index.ts';
import type { Problem } from '../link/protocol.ts';
import { nodeAt } from '../link/yamlPlace.ts';
import { Icon } from '../stage/glyphs.tsx';
import type { Session } from '../session/session.ts';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import { SAMPLES } from './samples.ts';
import { yamlHelp } from './yamlHelp.ts';

/** Orrery's own limit, named in the message: parsing more would hold the page up. */
const MOST_CHARACTERS = 1_000_000;
const MOST_DEPTH = 100;

const theme = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'var(--sheet)', color: 'var(--ink)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '19px' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--paper)', color: 'var(--ink-3)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--brass-wash) 40%, transparent)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--req-wash) !important' },
  '.cm-tooltip': { backgroundColor: 'var(--sheet)', border: '1px solid var(--edge)', color: 'var(--ink)' },
});
const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--req)' },
  { tag: tags.comment, color: 'var(--ink-3)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--watch)' },
  { tag: [tags.string, tags.content], color: 'var(--ink)' },
  { tag: [tags.punctuation, tags.separator, tags.meta], color: 'var(--ink-2)' },
]);

interface Found {
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly field: string;
  readonly message: string;
  /** The text cannot be read at all, or Orrery will not take it: nothing may be sent. */
  readonly blocks: boolean;
}
interface Checked {
  readonly objects: number;
  readonly found: readonly Found[];
}

const sizeText = (characters: number): string => `${(characters / 1_000_000).toFixed(1)} MB`;

function depthOf(value: unknown, depth = 0): number {
  if (depth > MOST_DEPTH || typeof value !== 'object' || value === null) return depth;
  let most = depth;
  for (const item of Object.values(value)) most = Math.max(most, depthOf(item, depth + 1));
  return most;
}

async function check(text: string, session: Session, words: Catalogue): Promise<Checked> {
  const { apply, limits } = words.panels;
  if (text.length > MOST_CHARACTERS) return { objects: 0, found: [{ from: 0, to: 1, line: 1, field: '', message: apply.tooBig(sizeText(text.length), sizeText(MOST_CHARACTERS)), blocks: true }] };
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { version: '1.1', lineCounter: lines, prettyErrors: false, merge: true, uniqueKeys: false, logLevel: 'error' });
  const documents = (Array.isArray(parsed) ? parsed : []) as Document[];
  const found: Found[] = [];
  const objects: { readonly value: unknown; readonly document: Document; readonly prefix: string }[] = [];
  const put = (at: { readonly from: number; readonly to: number }, field: string, message: string, blocks: boolean): void => void found.push({ ...at, line: lines.linePos(at.from).line, field, message, blocks });
  for (const document of documents) {
    for (const error of document.errors) put({ from: error.pos[0], to: Math.max(error.pos[0] + 1, error.pos[1]) }, '', `yaml: line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]!}`, true);
    if (document.errors.length > 0) continue;
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      put({ from: document.range?.[0] ?? 0, to: (document.range?.[0] ?? 0) + 1 }, '', `yaml: ${error instanceof Error ? error.message : String(error)}`, true);
      continue;
    }
    if (value === null || value === undefined) continue;
    if (depthOf(value) > MOST_DEPTH) {
      put({ from: document.range?.[0] ?? 0, to: (document.range?.[0] ?? 0) + 1 }, '', limits['limit.depth']!({ most: MOST_DEPTH }), true);
      continue;
    }
    const items = (value as { readonly kind?: unknown; readonly items?: unknown }).kind === 'List' ? (value as { readonly items?: unknown }).items : undefined;
    if (Array.isArray(items)) for (const [i, item] of items.entries()) objects.push({ value: item, document, prefix: `items[${i}]` });
    else objects.push({ value, document, prefix: '' });
  }
  if (found.length === 0 && objects.length > 0) {
    const problems: readonly Problem[] = await session.check(objects.map(({ value }) => JSON.parse(JSON.stringify(value)) as unknown));
    for (const problem of problems) {
      const object = objects[problem.object] ?? objects.at(-1)!;
      const at = nodeAt(object.document, `${object.prefix}${object.prefix === '' || problem.field === '' ? '' : '.'}${problem.field}`) ?? { from: 0, to: 1 };
      const own = problem.limit === undefined ? '' : limits[problem.limit.code]!(problem.limit.args);
      put(at, problem.field, [problem.message, own].filter((part) => part !== '').join('. '), problem.limit !== undefined);
    }
  }
  return { objects: objects.length, found };
}

/** The editor, over the lower half of the stage: what is written, what the log is, stay in sight. */
export default function ApplyDrawer(): ReactElement {
  const session = useSession();
  const words = useWords();
  const { apply } = words.panels;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const [checked, setChecked] = useState<Checked>({ objects: 0, found: [] });
  const [refused, setRefused] = useState<string | undefined>(undefined);
  const [sample, setSample] = useState('nginx');
  const [reading] = useState(() => new Compartment());
  const latest = useRef({ session, words });
  const steps = useSessionState((state) => state.phase);
  useEffect(() => {
    latest.current = { session, words };
  });

  useEffect(() => {
    if (place.current === null) return undefined;
    const before = document.activeElement;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let run = 0;
    const recheck = (): void => {
      const mine = ++run;
      const editor = view.current;
      if (editor === undefined) return;
      const text = editor.state.doc.toString();
      void check(text, latest.current.session, latest.current.words).then((result) => {
        if (mine !== run || view.current === undefined) return;
        setChecked(result);
        const length = view.current.state.doc.length;
        const diagnostics: Diagnostic[] = result.found.map((each) => ({ from: Math.min(each.from, length), to: Math.min(each.to, length), severity: 'error', message: each.message }));
        view.current.dispatch(setDiagnostics(view.current.state, diagnostics));
      }, () => undefined);
    };
    view.current = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: SAMPLES['nginx']!,
        extensions: [
          lineNumbers(), history(), drawSelection(), highlightActiveLine(), lintGutter(), yaml(), syntaxHighlighting(colours), indentUnit.of('  '), theme, EditorView.lineWrapping,
          keymap.of([{ key: 'Escape', run: () => { latest.current.session.show(undefined); return true; } }, ...defaultKeymap, ...historyKeymap, indentWithTab]),
          yamlHelp(() => latest.current.words.panels.apply),
          reading.of(EditorView.contentAttributes.of({ 'aria-label': apply.editor, tabindex: '0' })),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            clearTimeout(timer);
            timer = setTimeout(recheck, 250);
          }),
        ],
      }),
    });
    view.current.focus();
    recheck();
    return () => {
      clearTimeout(timer);
      run++;
      view.current?.destroy();
      view.current = undefined;
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
    // The editor is made once; words and session are read through `latest`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const setText = (text: string): void => {
    const editor = view.current;
    if (editor === undefined) return;
    if (text.length > MOST_CHARACTERS) return setRefused(apply.tooBig(sizeText(text.length), sizeText(MOST_CHARACTERS)));
    if (text.includes('\u0000')) return setRefused(apply.notText);
    setRefused(undefined);
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
    editor.focus();
  };
  const openFile = (file: File | undefined): void => {
    if (file === undefined) return;
    if (file.size > MOST_CHARACTERS) return setRefused(apply.tooBig(sizeText(file.size), sizeText(MOST_CHARACTERS)));
    void file.text().then(setText, () => setRefused(apply.notText));
  };
  const send = async (): Promise<void> => {
    const text = view.current?.state.doc.toString() ?? '';
    const result = await check(text, session, words);
    setChecked(result);
    if (result.objects === 0 || result.found.some((each) => each.blocks)) return;
    session.show(undefined);
    session.kubectl('kubectl apply -f -', { '-': text });
  };
  const blocked = checked.found.some((each) => each.blocks);
  return (
    <section
      className="drawer apply"
      aria-label={apply.title}
      onKeyDown={(event) => {
        if (event.key === 'Escape') session.show(undefined);
        event.stopPropagation();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        openFile(event.dataTransfer.files[0]);
      }}
    >
      <div className="editor" ref={place} />
      <div className="side">
        <div className="headrow"><h2 className="h1">{apply.title}</h2><button type="button" className="btn icon close" aria-label={apply.close} onClick={() => session.show(undefined)}><Icon name="x" /></button></div>
        <div className="field">
          <label htmlFor="sample">{apply.sample}</label>
          <select id="sample" value={sample} onChange={(event) => { setSample(event.target.value); setText(SAMPLES[event.target.value] ?? ''); }}>
            {Object.keys(SAMPLES).map((id) => <option key={id} value={id}>{apply.samples[id] ?? id}</option>)}
          </select>
        </div>
        <label className="btn line filebutton">
          <Icon name="configmap" />
          {apply.file}
          <input type="file" className="unseen" accept=".yaml,.yml,.json,text/*" onChange={(event) => openFile(event.target.files?.[0])} />
        </label>
        <div className="problems" role="status" aria-live="polite">
          {refused !== undefined && <p className="t-fail">{refused}</p>}
          {checked.found.length === 0 ? <p className="muted">{apply.good(checked.objects)}</p> : (
            <>
              <p className="t-fail"><b>{apply.problems(checked.found.length)}</b>{blocked ? ` ${apply.notSent}` : ''}</p>
              <ul>
                {checked.found.slice(0, 20).map((each, i) => (
                  <li key={i}>
                    <button type="button" className="lnk" onClick={() => { view.current?.dispatch({ selection: { anchor: Math.min(each.from, view.current.state.doc.length) }, scrollIntoView: true }); view.current?.focus(); }}>{apply.atLine(each.line)}</button>
                    {each.field !== '' && <span className="mono path">{each.field}</span>}
                    <span className="mono msg">{each.message}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
        <div className="ends">
          <span className="mono muted">{apply.line}</span>
          <button type="button" className="btn solid" disabled={steps !== 'ready' || blocked || checked.objects === 0} onClick={() => void send()}>{apply.run}</button>
        </div>
      </div>
    </section>
  );
}
