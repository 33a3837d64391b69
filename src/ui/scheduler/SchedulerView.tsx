import { Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from 'react';
import type { MatrixModel, NodeCells, Offer, Offers, Overview } from '../link/scheduling.ts';
import type { Catalogue } from '../i18n/index.ts';
import type { SchedulerMessages } from '../i18n/scheduler.en.ts';
import { useCovering, useViewKeys } from '../panels/covering.ts';
import { usePlaying } from '../panels/playing.ts';
import { shortClock } from '../panels/timeText.ts';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import { Icon } from '../stage/glyphs.tsx';
import { useMediaQuery } from '../stage/Stage.tsx';
import { COMPACT_QUERY } from '../stage/geometry.ts';
import { Aside, type AsideTab } from './Aside.tsx';
import { Cards } from './Cards.tsx';
import { Matrix } from './Matrix.tsx';
import { Preemption } from './Preemption.tsx';
import { SideBySide } from './SideBySide.tsx';
import { Transport, type StepUnit } from './Transport.tsx';
import { Twin } from './Twin.tsx';
import { decisive, FEW, itemsOf, quietScorers, rejectionOf, runnerUp, sheetOf, totalOf, type Sheet } from './sheet.ts';
import { backward, carriedOver, covered, forward, goTo, opened, predicting, tell, type Walk } from './steps.ts';
import { sayAll, useSchedulerWords } from './words.ts';
import './scheduler.css';

/**
 * A decision of the scheduler, large: in place of stage, rail, inspector and dock. The three phases are the frame; one walks through the cells, lets
 * a class predict, and asks what would have been otherwise. Everything comes from the record; the story stands still meanwhile.
 */
export default function SchedulerView({ pod, step }: { readonly pod?: string; readonly step?: number }): ReactElement {
  return (
    <Suspense fallback={<section className="decision sch" />}>
      <Loaded {...(pod === undefined ? {} : { pod })} {...(step === undefined ? {} : { step })} />
    </Suspense>
  );
}

function Loaded({ pod: wanted, step: wantedStep }: { readonly pod?: string; readonly step?: number }): ReactElement {
  const session = useSession();
  const words = useWords();
  const text = useSchedulerWords(words.language);
  const steps = useSessionState((state) => state.still?.steps);
  const [pod, setPod] = useState(wanted);
  const [overview, setOverview] = useState<Overview | undefined>(undefined);
  const [step, setStep] = useState(wantedStep);
  const [matrix, setMatrix] = useState<MatrixModel | 'none' | undefined>(undefined);
  // What stays from one attempt to the next.
  const [unit, setUnit] = useState<StepUnit>('cell');
  const [upstream, setUpstream] = useState(false);
  const [twin, setTwin] = useState(false);
  const [wantsAll, setWantsAll] = useState(false);
  useCovering();
  useEffect(() => {
    let current = true;
    void session.scheduler({ about: 'overview', ...(pod === undefined ? {} : { pod }), matrix: step === undefined }).then((answer) => {
      if (!current || answer === undefined) return;
      setOverview(answer.overview);
      // With the newest attempt: one way there and back, and it stands.
      if (step === undefined) setMatrix(answer.overview.matrix ?? 'none');
    });
    return () => {
      current = false;
    };
    // A new moment of the story may have another queue.
  }, [session, pod, steps, step]);
  const shownStep = matrix === undefined || matrix === 'none' ? step : matrix.step;
  useEffect(() => {
    if (step === undefined) return undefined;
    let current = true;
    void session.scheduler({ about: 'matrix', step }).then((answer) => {
      if (current) setMatrix(answer?.matrix ?? 'none');
    });
    return () => {
      current = false;
    };
  }, [session, step]);
  const chooseStep = useCallback((next: number) => setStep(next), []);
  const choosePod = useCallback((key: string) => {
    setPod(key);
    setStep(undefined);
    setMatrix(undefined);
  }, []);
  if (matrix === undefined || matrix === 'none') {
    const key = pod ?? overview?.pod;
    const untried = key !== undefined && overview?.attempts.length === 0;
    return (
      <Bare words={words} text={text} overview={overview} onPod={choosePod} lead={matrix === undefined ? text.loading : untried ? text.untried(key.slice(key.indexOf('/') + 1)) : overview?.pods.length === 0 ? text.nothing : text.gone}>
        {overview !== undefined && <Pickers overview={overview} pod={key} step={shownStep} text={text} onPod={choosePod} onStep={chooseStep} />}
      </Bare>
    );
  }
  return <Decision key={`${matrix.step}`} matrix={matrix} overview={overview} pod={pod ?? matrix.pod.key} words={words} text={text} unit={unit} upstream={upstream} twin={twin} wantsAll={wantsAll} onAll={setWantsAll} onUnit={setUnit} onUpstream={setUpstream} onTwin={setTwin} onPod={choosePod} onAttempt={chooseStep} />;
}

interface DecisionProps {
  readonly matrix: MatrixModel;
  readonly overview: Overview | undefined;
  readonly pod: string;
  readonly words: Catalogue;
  readonly text: SchedulerMessages;
  readonly unit: StepUnit;
  readonly upstream: boolean;
  readonly twin: boolean;
  /** All nodes, however many they are. */
  readonly wantsAll: boolean;
  readonly onAll: (all: boolean) => void;
  readonly onUnit: (unit: StepUnit) => void;
  readonly onUpstream: (on: boolean) => void;
  readonly onTwin: (on: boolean) => void;
  readonly onPod: (key: string) => void;
  readonly onAttempt: (step: number) => void;
}

/** Without a matrix, or before it: a sentence, and the queue. */
function Bare({ words, text, overview, lead, onPod, children }: { readonly words: Catalogue; readonly text: SchedulerMessages; readonly overview: Overview | undefined; readonly lead: string; readonly onPod: (key: string) => void; readonly children: ReactNode }): ReactElement {
  const session = useSession();
  useViewKeys((event) => {
    if (event.key === 'Escape') session.show(undefined);
    return event.key === 'Escape' || !(event.target instanceof HTMLElement && event.target.closest('.sch') !== null);
  });
  const nothing = (): void => undefined;
  return (
    <section className="decision sch" aria-label={text.region}>
      <div className="schmain">
        <div className="headrow"><h2 className="h1">{text.region}</h2>{children}<Close text={text} /></div>
        <p className="lead" role="status">{lead}</p>
      </div>
      <Aside tabs={['queue']} tab="queue" words={words} text={text} matrix={undefined} offers={undefined} on={undefined} overview={overview} told sideBySide={false} canBranch={false} onTab={nothing} onOffer={nothing} onSideBySide={nothing} onBranch={nothing} onPod={onPod} />
    </section>
  );
}

function Close({ text }: { readonly text: SchedulerMessages }): ReactElement {
  const session = useSession();
  return <button type="button" className="btn icon close" aria-label={text.close} title={text.close} onClick={() => session.show(undefined)}><Icon name="x" /></button>;
}

function Pickers({ overview, pod, step, text, onPod, onStep }: { readonly overview: Overview; readonly pod: string | undefined; readonly step: number | undefined; readonly text: SchedulerMessages; readonly onPod: (key: string) => void; readonly onStep: (step: number) => void }): ReactElement {
  const keys = overview.pods.map(({ key }) => key);
  const all = pod === undefined || keys.includes(pod) ? keys : [pod, ...keys];
  return (
    <div className="pickers">
      {all.length > 0 && <label><span>{text.podLabel}</span><select className="mono" value={pod} onChange={(event) => onPod(event.target.value)}>{all.map((key) => <option key={key} value={key}>{key.startsWith('default/') ? key.slice(8) : key}</option>)}</select></label>}
      {overview.attempts.length > 0 && <label><span>{text.attemptLabel}</span><select value={step} onChange={(event) => onStep(Number(event.target.value))}>{overview.attempts.map((attempt) => <option key={attempt.step} value={attempt.step}>{text.attempt(attempt, shortClock(attempt.at))}</option>)}</select></label>}
    </div>
  );
}

const NO_CELLS: ReadonlyMap<string, NodeCells> = new Map();

/** Sentences of the nodes in sight: asked for once each. */
function useCells(step: number, changes: Offer['changes'] | undefined, isWanted: boolean): readonly [ReadonlyMap<string, NodeCells>, (nodes: readonly string[]) => void] {
  const session = useSession();
  const key = JSON.stringify(changes ?? []);
  const [known, setKnown] = useState<{ readonly key: string; readonly cells: ReadonlyMap<string, NodeCells> }>({ key, cells: NO_CELLS });
  const asked = useRef<{ readonly key: string; readonly nodes: Set<string> }>({ key, nodes: new Set() });
  const want = useCallback((nodes: readonly string[]) => {
    if (!isWanted) return;
    if (asked.current.key !== key) asked.current = { key, nodes: new Set() };
    const missing = nodes.filter((node) => !asked.current.nodes.has(node));
    if (missing.length === 0) return;
    for (const node of missing) asked.current.nodes.add(node);
    void session.scheduler({ about: 'cells', step, nodes: missing, ...(changes === undefined ? {} : { changes }) }).then((answer) => {
      if (answer === undefined || asked.current.key !== key) return;
      setKnown((old) => ({ key, cells: new Map([...(old.key === key ? old.cells : []), ...answer.cells.map((each) => [each.node, each] as const)]) }));
    });
    // The key stands for the changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [session, step, key, isWanted]);
  return [known.key === key ? known.cells : NO_CELLS, want];
}

function Decision({ matrix, overview, pod, words, text, unit, upstream, twin, wantsAll, onAll: setAll, onUnit: setUnit, onUpstream: setUpstream, onTwin: setTwin, onPod, onAttempt }: DecisionProps): ReactElement {
  const session = useSession();
  const compact = useMediaQuery(COMPACT_QUERY);
  const pace = useSessionState((state) => state.preferences.pace);
  const letters = useSessionState((state) => state.preferences.letters);
  const branched = useSessionState((state) => state.still?.branch !== undefined);
  const fact = useMemo(() => sheetOf(matrix), [matrix]);
  const [walk, setWalk] = useState<Walk>(() => opened(fact));
  const all = wantsAll || matrix.nodes.length <= FEW;
  const [keysOpen, setKeysOpen] = useState(false);
  const [tab, setTab] = useState<AsideTab>(matrix.chosen === undefined ? 'why' : 'whatIf');
  const [offers, setOffers] = useState<Offers | undefined>(undefined);
  const [on, setOn] = useState<Offer | undefined>(undefined);
  const [other, setOther] = useState<{ readonly offer: Offer; readonly matrix: MatrixModel } | undefined>(undefined);
  const [sideBySide, setSideBySide] = useState(false);
  // The text follows the first picture.
  const settled = useDeferredValue(true, false);
  const root = useRef<HTMLElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  // A class that predicts is not told beforehand what would beat it.
  const hidden = !walk.told;
  const thenMatrix = !hidden && other !== undefined && other.offer === on ? other.matrix : undefined;
  const then = useMemo(() => (thenMatrix === undefined ? undefined : sheetOf(thenMatrix, matrix)), [thenMatrix, matrix]);
  const sheet = useMemo(() => (thenMatrix === undefined ? fact : sheetOf(matrix, thenMatrix)), [fact, matrix, thenMatrix]);
  const [drawn, setDrawn] = useState(sheet);
  if (drawn !== sheet) {
    setDrawn(sheet);
    setWalk(carriedOver(drawn, sheet, walk));
  }
  const [cells, wantCells] = useCells(matrix.step, undefined, true);
  const [otherCells, wantOtherCells] = useCells(matrix.step, on?.changes, on !== undefined);
  useEffect(() => grid.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    let current = true;
    // After the first picture: what would have been otherwise takes longer to work out.
    const timer = setTimeout(() => void session.scheduler({ about: 'offers', step: matrix.step }).then((answer) => {
      if (current) setOffers(answer?.offers);
    }), 60);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [session, matrix.step]);
  useEffect(() => {
    if (on === undefined) return undefined;
    let current = true;
    void session.scheduler({ about: 'matrix', step: matrix.step, changes: on.changes }).then((answer) => {
      if (current && answer?.matrix !== undefined) setOther({ offer: on, matrix: answer.matrix });
    });
    return () => {
      current = false;
    };
  }, [session, matrix.step, on]);

  const attempts = overview?.attempts ?? [];
  const attemptAt = attempts.findIndex(({ step }) => step === matrix.step);
  const tabs: readonly AsideTab[] = matrix.chosen === undefined ? ['why', 'whatIf', 'queue'] : ['whatIf', 'queue'];
  const items = useMemo(() => itemsOf(sheet, all || walk.mode !== 'open', then), [sheet, all, walk.mode, then]);
  const shownOffers = tab === 'why' ? (offers?.remedies ?? []) : tab === 'whatIf' ? (offers?.others ?? []) : [];
  const numbers = useMemo(() => new Map(walk.mode === 'predict' && !walk.told ? [...matrix.feasible].sort((a, b) => a - b).slice(0, 9).map((row, i) => [row, i + 1] as const) : []), [matrix, walk.mode, walk.told]);
  const onCell = useCallback((row: number, column: number) => setWalk((old) => ({ ...old, row, column })), []);
  const onGuess = useCallback((row: number) => setWalk((old) => ({ ...old, guess: row, row })), []);
  const onSight = useCallback((nodes: readonly string[], others: readonly string[]) => {
    wantCells(nodes);
    wantOtherCells(others);
  }, [wantCells, wantOtherCells]);
  useEffect(() => wantCells([matrix.nodes[walk.row] ?? ''].filter((node) => node !== '')), [matrix, walk.row, wantCells]);

  const toAttempt = (way: number): boolean => {
    const next = attempts[attemptAt + way];
    if (next === undefined) return false;
    onAttempt(next.step);
    return true;
  };
  const step = (way: 1 | -1): boolean => {
    if (unit === 'attempt') return toAttempt(way);
    const next = way > 0 ? forward(sheet, walk, unit) : backward(sheet, walk, unit);
    setWalk(next);
    return next.row !== walk.row || next.column !== walk.column || next.told !== walk.told || next.trail.length !== walk.trail.length;
  };
  const [playing, setPlaying] = usePlaying(() => step(1) && (walk.mode !== 'reveal' || !walk.told), pace);
  const play = (): void => {
    if (!playing && walk.mode === 'open' && unit !== 'attempt') setWalk(covered(sheet));
    setPlaying(!playing);
  };
  const onReveal = (): void => setWalk(walk.mode === 'reveal' && !walk.told ? { ...opened(sheet) } : covered(sheet));
  const onPredict = (): void => {
    setOn(undefined);
    setWalk(walk.mode === 'predict' && !walk.told ? opened(sheet) : predicting(sheet));
    grid.current?.focus({ preventScroll: true });
  };
  const project = (): void => {
    if (document.fullscreenElement !== null) void document.exitFullscreen();
    else void root.current?.requestFullscreen?.().catch(() => undefined);
  };
  const showOffers = (next: AsideTab): void => {
    setTab(next);
    // After the tab has been drawn.
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>('.schside .sbody [role=switch], .schside .sbody button')?.focus());
  };

  const move = (key: string): boolean => {
    const { columns } = sheet;
    const rows = items.flatMap((item) => (item.type === 'node' ? [item.row] : []));
    const at = Math.max(0, rows.indexOf(walk.row));
    const to = (row: number | undefined, column: number): boolean => {
      if (row !== undefined) onCell(row, Math.max(0, Math.min(columns.length, column)));
      return true;
    };
    switch (key) {
      case 'ArrowRight': return to(walk.row, walk.column + 1);
      case 'ArrowLeft': return to(walk.row, walk.column - 1);
      case 'ArrowDown': return to(rows[Math.min(rows.length - 1, at + 1)], walk.column);
      case 'ArrowUp': return to(rows[Math.max(0, at - 1)], walk.column);
      case 'Home': return to(rows[0], walk.column);
      case 'End': return to(rows.at(-1), walk.column);
      default: return false;
    }
  };
  const handle = (event: KeyboardEvent): boolean => {
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    const onGrid = target.closest('.mx') !== null;
    const control = target.closest('button, input, select, a, summary, [role=tab]') !== null;
    if (event.key === 'Escape') {
      if (keysOpen) setKeysOpen(false);
      else if (walk.mode !== 'open') setWalk(opened(sheet));
      else if (on !== undefined) setOn(undefined);
      else session.show(undefined);
      return true;
    }
    if (event.key === 'PageDown') return step(1), true;
    if (event.key === 'PageUp') return step(-1), true;
    if (control) {
      if (target.closest('select, input[type=range], [role=radiogroup], [role=tab]') !== null && /^(Arrow|Home|End)/.test(event.key)) return false;
      if (event.key === ' ' || event.key === 'Enter') return false;
    } else if (event.key === 'Enter') return step(event.shiftKey ? -1 : 1), true;
    else if (event.key === ' ') return play(), true;
    if (event.key === 'Backspace') return step(-1), true;
    if (/^(Arrow|Home|End)/.test(event.key)) return (onGrid || !control) && move(event.key);
    if (!letters || target instanceof HTMLSelectElement) return false;
    if (/^[1-9]$/.test(event.key)) {
      const nth = Number(event.key);
      const guessed = [...numbers].find(([, number]) => number === nth);
      if (guessed !== undefined) onGuess(guessed[0]);
      else if (walk.mode === 'open') {
        const offer = shownOffers[nth - 1];
        if (offer !== undefined) setOn(on === offer ? undefined : offer);
      }
      return true;
    }
    switch (event.key) {
      case '0': return setOn(undefined), true;
      case '?': return setKeysOpen(!keysOpen), true;
      case 'c': return setUnit('cell'), true;
      case 'n': return setUnit('node'), true;
      case 'p': return setUnit('plugin'), true;
      case 'a': return setUnit('attempt'), true;
      case 'r': return onReveal(), true;
      case 'h': return onPredict(), true;
      case 'g': return onGuess(walk.row), true;
      case 'w': return showOffers(tab === 'why' ? 'whatIf' : tabs[0]!), true;
      case 'q': return showOffers('queue'), true;
      case 's': return on !== undefined && setSideBySide(!sideBySide), true;
      case 'u': return setUpstream(!upstream), true;
      case 'm': return setAll(!all), true;
      case 't': return setTwin(!twin), true;
      case 'f': return project(), true;
      default: return false;
    }
  };

  useViewKeys(handle);

  const passed = matrix.feasible.length;
  const refused = matrix.rejectionOf.reduce((count, place) => count + (place >= 0 ? 1 : 0), 0);
  const sampled = matrix.looked < matrix.nodes.length && refused < matrix.nodes.length && !matrix.nominatedTaken;
  const name = pod.slice(pod.indexOf('/') + 1);
  const change = on === undefined ? '' : text.whatIf.sentence(on.sentences.map(({ code, args }) => words.reason(code, args)));
  const current = sheet.columns[walk.column];
  return (
    <section
      ref={root}
      className="decision sch"
      aria-label={text.region}
    >
      <div className="schmain">
        <div className="headrow">
          <h2 className="h1">{text.title}<span className="mono">{name}</span>{text.titleEnd}</h2>
          {overview !== undefined && <Pickers overview={overview} pod={pod} step={matrix.step} text={text} onPod={onPod} onStep={onAttempt} />}
          <Close text={text} />
        </div>
        <p className="lead">{text.asks(matrix.pod.requests)} {matrix.nominatedTaken && matrix.chosen !== undefined ? text.nominatedTaken(matrix.chosen) : (walk.mode === 'reveal' && hidden ? '' : text.lead(matrix.nodes.length, refused, passed))}{sampled && !(walk.mode === 'reveal' && hidden) && ` ${text.sampled(matrix.enough, matrix.looked, matrix.nodes.length, matrix.nodes[matrix.start] ?? '')}`}</p>
        {(walk.mode === 'predict' || (walk.guess !== undefined && walk.told)) && <Prediction sheet={sheet} walk={walk} text={text} onTell={() => setWalk(tell(sheet, walk))} onAgain={() => setWalk(predicting(sheet))} />}
        {sideBySide && then !== undefined ? <SideBySide before={sheet} after={then} text={text} change={change} /> : (
          <Matrix sheet={sheet} other={then} items={items} walk={walk} words={words} text={text} cells={cells} otherCells={otherCells} upstream={upstream} rowHeight={compact ? 46 : 55} numbers={numbers} gridRef={grid} onCell={onCell} onGuess={onGuess} onSight={onSight} />
        )}
        <p className="quiet">
          {matrix.nodes.length > FEW && walk.mode === 'open' && <button type="button" className="lnk" onClick={() => setAll(!all)}>{all ? text.summary.short : text.summary.toggle(matrix.nodes.length)}</button>}
          <span title={text.quiet(matrix.skippedFilters, quietScorers(sheet))}>{text.quiet(matrix.skippedFilters, quietScorers(sheet))}</span>
        </p>
        <div className="detail">
          <Cards sheet={sheet} walk={walk} words={words} text={text} cells={cells.get(matrix.nodes[walk.row] ?? '')} upstream={upstream} />
          {matrix.preemption !== undefined && walk.told && <Preemption preemption={matrix.preemption} text={text} />}
        </div>
        {settled && <Twin sheet={sheet} walk={walk} words={words} text={text} cells={cells} shown={twin} />}
        <div className="unseen" role="status" aria-live="polite">{spoken(sheet, walk, words, text, cells, current?.name)}</div>
        {keysOpen && <section className="schkeys" aria-label={text.keys.title}><h3>{text.keys.title}</h3><dl>{text.keys.list.map(([key, does]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{does}</dd></div>)}</dl></section>}
      </div>
      <Aside
        tabs={tabs} tab={tab} words={words} text={text} matrix={matrix} offers={offers} on={on} overview={overview} told={walk.told} sideBySide={sideBySide} canBranch={matrix.chosen === undefined && !branched}
        onTab={setTab} onOffer={setOn} onSideBySide={() => setSideBySide(!sideBySide)} onPod={onPod}
        onBranch={(line) => {
          session.show(undefined);
          session.branchAt(matrix.step, line);
        }}
      />
      <Transport
        sheet={sheet} walk={walk} text={text} unit={unit} playing={playing} upstream={upstream} keysOpen={keysOpen}
        onUnit={setUnit} onStep={step} onPlay={play} onGo={(place) => setWalk(goTo(sheet, walk, place))} onReveal={onReveal} onPredict={onPredict} onUpstream={() => setUpstream(!upstream)} onProject={project} onKeys={() => setKeysOpen(!keysOpen)}
      />
    </section>
  );
}

/** The cell's sentence for the ear; while it is hidden, only that. */
function spoken(sheet: Sheet, walk: Walk, words: Catalogue, text: SchedulerMessages, cells: ReadonlyMap<string, NodeCells>, plugin: string | undefined): string {
  const node = sheet.model.nodes[walk.row];
  const column = sheet.columns[walk.column];
  if (node === undefined || walk.mode === 'predict') return '';
  if (column === undefined || plugin === undefined) return walk.told && sheet.model.chosen !== undefined ? text.twin.chosen(sheet.model.chosen) : '';
  const own = cells.get(node);
  return sayAll(words, column.kind === 'filter' ? own?.filters[column.at] : own?.scores[column.at]);
}

/** The question to the class, and what came of its guess: no blame, and the column that decided. */
function Prediction({ sheet, walk, text, onTell, onAgain }: { readonly sheet: Sheet; readonly walk: Walk; readonly text: SchedulerMessages; readonly onTell: () => void; readonly onAgain: () => void }): ReactElement {
  const { model, chosen } = sheet;
  const { predictBar } = text;
  const guess = walk.guess === undefined ? undefined : model.nodes[walk.guess];
  const outcome = (): string => {
    if (guess === undefined || walk.guess === undefined) return '';
    if (model.chosen === undefined) return predictBar.none(guess);
    if (walk.guess === chosen) {
      const second = runnerUp(sheet);
      const by = second < 0 ? undefined : decisive(sheet, chosen, second);
      return by === undefined ? predictBar.right(guess) : predictBar.rightBy(guess, by.name);
    }
    const out = rejectionOf(sheet, walk.guess);
    if (out !== undefined) return predictBar.out(guess, out.plugin);
    const points = (totalOf(sheet, chosen) ?? 0) - (totalOf(sheet, walk.guess) ?? 0);
    if (points === 0) return predictBar.lot(guess, model.chosen);
    return predictBar.wrong(guess, model.chosen, points, decisive(sheet, chosen, walk.guess)?.name ?? '');
  };
  return (
    <div className="predict">
      <p role="status">{!walk.told ? (guess === undefined ? predictBar.ask : predictBar.guess(guess)) : outcome()}</p>
      {!walk.told ? <button type="button" className="btn solid" onClick={onTell}>{predictBar.tell}</button> : <button type="button" className="btn line" onClick={onAgain}>{predictBar.again}</button>}
    </div>
  );
}
