import { useState, type ReactElement } from 'react';
import { Icon, Logo } from '../stage/glyphs.tsx';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import { Menu } from './Menu.tsx';
import { simplifiedInView } from './simplified.ts';

/** How many nodes an empty cluster has, by its story's name. */
const nodesOf = (scenario: string): number | undefined => (scenario === 'sandbox' ? 3 : /^sandbox-(\d+)$/.test(scenario) ? Number(scenario.slice(8)) : undefined);
/** Those that are offered; a dump brings its own size. */
const SANDBOXES = ['sandbox', 'sandbox-12'];

export function TopBar(): ReactElement {
  const session = useSession();
  const words = useWords();
  const scenario = useSessionState((state) => state.still?.scenario);
  const dark = useSessionState((state) => state.dark);
  const twin = useSessionState((state) => state.twin);
  const language = useSessionState((state) => state.preferences.language);
  const simplified = useSessionState((state) => (state.still === undefined ? 0 : simplifiedInView(state.still.model).length));
  const [menu, setMenu] = useState<{ readonly x: number; readonly y: number } | undefined>(undefined);
  const [crossing, setCrossing] = useState<{ readonly x: number; readonly y: number } | undefined>(undefined);
  const { top } = words.panels;
  const nodes = scenario === undefined ? undefined : nodesOf(scenario);
  const sandboxes = scenario !== undefined && nodes !== undefined && !SANDBOXES.includes(scenario) ? [...SANDBOXES, scenario] : SANDBOXES;
  return (
    <header className="top">
      <div className="brand">
        <Logo />
        <h1>Orrery</h1>
      </div>
      <div className="crumb">
        <span className="lessons">{top.lessons}</span>
        <span className="faint lessons">/</span>
        <button
          type="button"
          className="picker"
          aria-haspopup="menu"
          aria-expanded={menu !== undefined}
          title={top.choose}
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            setMenu(menu === undefined ? { x: box.left - 8, y: box.bottom + 6 } : undefined);
          }}
        >
          <b>{scenario === undefined ? '…' : nodes !== undefined ? top.sandbox(nodes) : (words.scenarios[scenario]?.title ?? scenario)}</b>
          <Icon name="chev" size={14} />
        </button>
        {menu !== undefined && (
          <Menu
            label={top.choose}
            at={menu}
            onClose={() => setMenu(undefined)}
            items={[...words.shelves.flatMap(({ name, stories }) =>
              stories.map((id) => ({ id, group: top.shelves[name], label: words.scenarios[id]?.title ?? id, note: words.scenarios[id]?.about ?? '', checked: id === scenario, act: () => session.open(id) })),
            ), ...sandboxes.map((id) => ({ id, group: top.shelves.own, label: top.sandbox(nodesOf(id) ?? 3), note: top.sandboxAbout, checked: id === scenario, act: () => session.open(id) }))]}
            // What is chosen wants to be played: the keys go to the stage.
            then={() => document.querySelector<HTMLElement>('.stage')?.focus()}
          />
        )}
      </div>
      <div className="grow" />
      <button type="button" className="badge" onClick={() => session.show({ type: 'simplified' })}>
        <Icon name="eye" size={14} />
        {top.simplified(simplified)}
      </button>
      <button type="button" className="btn line" onClick={() => session.show({ type: 'share' })}>
        <Icon name="share" />
        {top.share}
      </button>
      <button
        type="button"
        className="btn icon"
        aria-haspopup="menu"
        aria-expanded={crossing !== undefined}
        aria-label={top.inOut}
        title={top.inOut}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setCrossing(crossing === undefined ? { x: box.left - 8, y: box.bottom + 6 } : undefined);
        }}
      >
        <Icon name="traffic" />
      </button>
      {crossing !== undefined && (
        <Menu
          label={top.inOut}
          at={crossing}
          onClose={() => setCrossing(undefined)}
          items={[
            { id: 'import', label: top.import, note: `${top.importNote} (o)`, glyph: 'drain', act: () => session.show({ type: 'import' }) },
            { id: 'export', label: top.export, note: `${top.exportNote} (m)`, glyph: 'apply', act: () => session.show({ type: 'export' }) },
          ]}
        />
      )}
      <button type="button" className="btn icon wide" lang={language === 'en' ? 'zh-CN' : 'en'} onClick={() => session.setLanguage(language === 'en' ? 'zh' : 'en')}>
        {top.otherLanguage}
      </button>
      <button type="button" className="btn icon" aria-label={twin ? top.stage : top.twin} title={twin ? top.stage : top.twin} aria-pressed={twin} onClick={() => session.setTwin(!twin)}>
        <Icon name="endpointslice" />
      </button>
      <button type="button" className="btn icon" aria-label={dark ? top.toLight : top.toDark} title={dark ? top.toLight : top.toDark} onClick={() => session.setTheme(dark ? 'light' : 'dark')}>
        <Icon name={dark ? 'sun' : 'moon'} />
      </button>
      <button type="button" className="btn icon" aria-label={top.keys} title={top.keys} onClick={() => session.show({ type: 'keys' })}>
        <Icon name="help" />
      </button>
    </header>
  );
}
