import { lazy, Suspense, useCallback, useEffect, useMemo, useState, type ReactElement } from 'react';
import { Sprite } from './stage/glyphs.tsx';
import { Stage, useMediaQuery } from './stage/Stage.tsx';
import type { StageModel, StageTarget } from './stage/model.ts';
import type { Session } from './session/session.ts';
import { SessionContext, useSession, useSessionState, useWords } from './session/react.ts';
import { isReverse, nameOf, targetsOf, VERBS } from './session/verbs.ts';
import { BranchBar, Loading, NoticeBar, VerbBar } from './panels/Bars.tsx';
import { Dock } from './panels/Dock.tsx';
import { FormDialog } from './panels/FormDialog.tsx';
import { Inspector } from './panels/Inspector.tsx';
import { Menu, type MenuItem } from './panels/Menu.tsx';
import { Narration, Rail } from './panels/Rail.tsx';
import { KeysDialog, SimplifiedDialog } from './panels/SmallDialogs.tsx';
import { TopBar } from './panels/TopBar.tsx';
import { doVerb } from './panels/actions.ts';
import { useKeys } from './panels/useKeys.ts';
import { targetId } from './stage/model.ts';

const ApplyDrawer = lazy(() => import('./panels/ApplyDrawer.tsx'));
const TerminalDrawer = lazy(() => import('./terminal/TerminalDrawer.tsx'));
const ShareDialog = lazy(() => import('./panels/ShareDialog.tsx'));
const ImportDialog = lazy(() => import('./crossing/ImportDialog.tsx'));
const ExportDialog = lazy(() => import('./crossing/ExportDialog.tsx'));
const CompareView = lazy(() => import('./compare/CompareView.tsx'));
const SchedulerView = lazy(() => import('./scheduler/SchedulerView.tsx'));

export function App({ session }: { readonly session: Session }): ReactElement {
  return (
    <SessionContext value={session}>
      <Page />
    </SessionContext>
  );
}

function Page(): ReactElement {
  const phase = useSessionState((state) => state.phase);
  const dark = useSessionState((state) => state.dark);
  const theme = useSessionState((state) => state.preferences.theme);
  const language = useSessionState((state) => state.preferences.language);
  const branch = useSessionState((state) => state.still?.branch !== undefined);
  const has = useSessionState((state) => state.still !== undefined);
  const words = useWords();
  useEffect(() => {
    const root = document.documentElement;
    root.lang = language === 'zh' ? 'zh-CN' : 'en';
    if (theme === 'system') root.removeAttribute('data-theme');
    else root.setAttribute('data-theme', dark ? 'dark' : 'light');
  }, [dark, language, theme]);
  useKeys();
  return (
    <div className={`app${branch ? ' inbranch' : ''}`}>
      <Sprite />
      <TopBar />
      <Rail />
      <main className="main" aria-label={words.stage.stage}>
        <Narration />
        {has ? <World /> : phase === 'loading' ? <Loading /> : null}
        <Over />
      </main>
      <Inspector />
      <Dock />
      <Live />
    </div>
  );
}

/** What is on stage, with the session's own marks on it: what is selected, and what a verb may be done to. */
function World(): ReactElement {
  const session = useSession();
  const words = useWords();
  const still = useSessionState((state) => state.still);
  const selected = useSessionState((state) => state.selected);
  const verb = useSessionState((state) => state.verb);
  const busy = useSessionState((state) => state.busy);
  const twin = useSessionState((state) => state.twin);
  const stopped = useSessionState((state) => state.phase === 'stopped');
  const reduced = useMediaQuery('(prefers-reduced-motion: reduce)');
  const [menu, setMenu] = useState<{ readonly target: StageTarget; readonly x: number; readonly y: number } | undefined>(undefined);
  const base = still?.model;
  const model = useMemo((): StageModel | undefined => {
    if (base === undefined) return undefined;
    const { selected: _, ...rest } = base;
    void _;
    const marks = base.strip.marks.map((mark) => (mark.kind === 'fault' ? { ...mark, text: words.panels.mark(mark.text) } : mark));
    return {
      ...rest,
      strip: { ...base.strip, marks },
      ...(selected === undefined ? {} : { selected }),
      ...(verb === undefined ? {} : { verbTargets: targetsOf(verb, base) }),
      ...(stopped ? { stopped: true } : {}),
    };
  }, [base, selected, verb, stopped, words]);
  const onSelect = useCallback((target: StageTarget | undefined) => session.select(target), [session]);
  const onOpen = useCallback((target: StageTarget) => {
    session.select(target);
    session.setTab('inside');
  }, [session]);
  const onMenu = useCallback((target: StageTarget, at: { readonly x: number; readonly y: number }) => {
    session.select(target);
    setMenu({ target, ...at });
  }, [session]);
  const onHand = useCallback((revision: number, final: boolean) => {
    if (final) session.seek({ revision });
  }, [session]);
  if (model === undefined || base === undefined) return <Loading />;
  return (
    <>
      <Stage
        model={model}
        words={words.stage}
        clock={session.clock}
        playing={busy}
        reducedMotion={reduced}
        showTwin={twin}
        onSelect={onSelect}
        onOpen={onOpen}
        onMenu={onMenu}
        onHand={onHand}
        onVerbTarget={(target) => {
          if (verb !== undefined) doVerb(session, verb, target);
        }}
      />
      {menu !== undefined && <Menu label={words.panels.menu.label(menu.target.on === 'object' ? nameOf(menu.target.key) : menu.target.on === 'process' ? menu.target.process.replace(/^controller\//, '') : '')} at={menu} onClose={() => setMenu(undefined)} items={menuItems(session, base, menu.target)} />}
    </>
  );
}

function menuItems(session: Session, model: StageModel, target: StageTarget): readonly MenuItem[] {
  const { words } = session.get();
  const { dock, menu } = words.panels;
  const verbs = VERBS.filter((verb) => verb.group !== 'line' && verb.id !== 'apply' && targetsOf(verb.id, model).some((each) => targetId(each) === targetId(target)));
  return [
    // A component answers in the inspector, which is open by now.
    ...(target.on === 'process' && verbs.length > 0 ? [] : [{ id: 'why', label: menu.why, glyph: 'help' as const, act: () => session.setTab('why') }]),
    ...(target.on === 'object' && target.kind === 'Pod' ? [{ id: 'decision', label: menu.decision, glyph: 'node' as const, act: () => session.show({ type: 'decision', pod: target.key }) }] : []),
    ...verbs.map((verb): MenuItem => ({ id: verb.id, label: (isReverse(verb.id, model, target) ? dock.reverse[verb.id] : undefined) ?? dock.verbs[verb.id], glyph: verb.glyph, bad: verb.group === 'faults', act: () => doVerb(session, verb.id, target) })),
  ];
}

function Over(): ReactElement {
  const words = useWords();
  const dialog = useSessionState((state) => state.dialog);
  const shellOpen = useSessionState((state) => state.shellOpen);
  return (
    <>
      <div className="bars">
        <NoticeBar />
        <BranchBar />
        <VerbBar />
      </div>
      <Suspense fallback={<div className="drawer shell waiting" role="status">{words.panels.shell.loading}</div>}>{shellOpen && dialog?.type !== 'apply' && <TerminalDrawer />}</Suspense>
      <Suspense fallback={dialog?.type === 'apply' ? <div className="drawer apply waiting" role="status">{words.panels.apply.loading}</div> : null}>
        {dialog?.type === 'apply' && <ApplyDrawer />}
        {dialog?.type === 'share' && <ShareDialog />}
        {dialog?.type === 'import' && <ImportDialog />}
        {dialog?.type === 'export' && <ExportDialog />}
        {dialog?.type === 'compare' && <CompareView />}
        {dialog?.type === 'decision' && <SchedulerView {...(dialog.pod === undefined ? {} : { pod: dialog.pod })} {...(dialog.step === undefined ? {} : { step: dialog.step })} />}
      </Suspense>
      {dialog?.type === 'keys' && <KeysDialog />}
      {dialog?.type === 'simplified' && <SimplifiedDialog />}
      {dialog?.type === 'form' && <FormDialog verb={dialog.verb} target={dialog.target} />}
    </>
  );
}

/** One voice for each step; faults interrupt. */
function Live(): ReactElement {
  const spoken = useSessionState((state) => state.spoken);
  return (
    <>
      <div className="unseen" role="status" aria-live="polite">{spoken.assertive ? '' : spoken.text}</div>
      <div className="unseen" role="alert">{spoken.assertive ? spoken.text : ''}</div>
    </>
  );
}
