import type { ReactElement } from 'react';
import type { ChapterModel, Still } from '../link/protocol.ts';
import type { Catalogue, ChapterWords } from '../i18n/index.ts';
import { Icon } from '../stage/glyphs.tsx';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import { shortClock } from './timeText.ts';

export interface RailItem {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly note: string;
  readonly say: string;
  readonly state: 'done' | 'active' | 'next';
}
export interface RailModel {
  readonly title: string;
  readonly label: string;
  readonly items: readonly RailItem[];
}

/** The rail of a story: ten steps for the first lesson, chapters for others. The active one is the last that was reached. */
export function railOf(still: Still, words: Catalogue): RailModel {
  const story = words.scenarios[still.scenario];
  const { rail } = words.panels;
  const tenSteps = still.scenario === 'deploy' || still.chapters.length === 0;
  const list: readonly ChapterModel[] = tenSteps ? still.tenSteps : still.chapters;
  const wordsOf = (chapter: ChapterModel, i: number): ChapterWords => (tenSteps ? words.tenSteps[i] : story?.chapters[chapter.id]) ?? { title: chapter.id, say: () => '' };
  let active = -1;
  let latest = -1;
  for (const [i, chapter] of list.entries()) {
    if (chapter.step === undefined || chapter.step > still.steps || chapter.step < latest) continue;
    latest = chapter.step;
    active = i;
  }
  return {
    title: tenSteps ? rail.tenSteps : (story?.title ?? still.scenario),
    label: tenSteps ? rail.tenStepsLabel : rail.chapters,
    items: list.map((chapter, i) => {
      const { title, say, note } = wordsOf(chapter, i);
      const reached = chapter.step !== undefined && chapter.step <= still.steps;
      return {
        id: chapter.id,
        number: i + 1,
        title,
        note: !tenSteps && reached && chapter.at !== undefined ? shortClock(chapter.at) : (note ?? ''),
        say: reached ? say(chapter.args) : '',
        state: i === active ? 'active' : reached ? 'done' : 'next',
      };
    }),
  };
}

export function Rail(): ReactElement {
  const session = useSession();
  const words = useWords();
  const still = useSessionState((state) => state.still);
  if (still === undefined) return <nav className="rail" aria-label={words.panels.rail.tenStepsLabel} />;
  const rail = railOf(still, words);
  const ready = still.model.chain?.deployment;
  return (
    <nav className="rail" aria-label={rail.label}>
      <h2>{rail.title}</h2>
      <ol className="steps">
        {rail.items.map((item) => (
          <li key={item.id} className={item.state === 'done' ? 'done' : item.state === 'active' ? 'on' : ''} {...(item.state === 'active' ? { 'aria-current': 'step' as const } : {})}>
            <button type="button" className="n" aria-label={`${item.number}. ${item.title}, ${item.state === 'next' ? words.panels.rail.notYet : words.panels.rail.done}`} title={item.title} onClick={() => session.seek({ chapter: item.id })}>
              {item.state === 'done' ? <Icon name="check" size={12} /> : item.number}
              {item.state === 'active' && (
                <svg className="orbit" viewBox="0 0 35 35" aria-hidden="true">
                  <circle cx="17.5" cy="17.5" r="15.5" fill="none" stroke="var(--brass-fill)" strokeWidth="1.25" />
                  <circle cx="29" cy="7.2" r="2.6" fill="var(--brass-fill)" />
                </svg>
              )}
            </button>
            <div>
              <div className="t">{item.title}</div>
              {item.state === 'active' ? (
                <>
                  <div className="say">{item.say}</div>
                  {ready !== undefined && ready.wanted > 0 && ready.wanted <= 12 && (
                    <div className="pips">
                      {Array.from({ length: ready.wanted }, (_, i) => <i key={i} className={i < ready.ready ? 'd' : ''} />)}
                      <span>{words.stage.ofReady(ready.ready, ready.wanted)}</span>
                    </div>
                  )}
                </>
              ) : (
                <div className="w">{item.note}</div>
              )}
            </div>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** On a projector the rail keeps its numbers only, and what it says stands above the stage. */
export function Narration(): ReactElement {
  const words = useWords();
  const still = useSessionState((state) => state.still);
  const active = still === undefined ? undefined : railOf(still, words).items.find((item) => item.state === 'active');
  return (
    // Measured in letters: a Chinese one is about twice as wide.
    <p className={`narration${active !== undefined && (active.title.length + active.say.length) * (words.language === 'zh' ? 2 : 1) > 112 ? ' long' : ''}`}>
      {active !== undefined && (
        <>
          <b>{active.number} {active.title}{words.language === 'zh' ? '。' : '.'}</b> {active.say}
        </>
      )}
    </p>
  );
}
