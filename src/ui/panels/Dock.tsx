import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { Unit } from '../link/protocol.ts';
import { Dial, Icon } from '../stage/glyphs.tsx';
import { onFrame } from '../stage/frame.ts';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import { PACES } from '../session/storyTime.ts';
import { isReverse, targetsOf, VERBS, type Verb, type VerbGroup } from '../session/verbs.ts';
import { startVerb } from './actions.ts';
import { clockText } from './timeText.ts';

const UNITS: readonly Unit[] = ['message', 'write', 'decision', 'chapter'];

export function Dock(): ReactElement {
  const { dock } = useWords().panels;
  return (
    <footer className="dock" aria-label={dock.region}>
      <Clock />
      <Transport />
      <Verbs />
    </footer>
  );
}

/** The clock moves with the frames while something plays; React draws it only when it stands. */
function Clock(): ReactElement {
  const session = useSession();
  const words = useWords();
  const still = useSessionState((state) => state.still);
  const busy = useSessionState((state) => state.busy);
  const gap = useSessionState((state) => state.gapMicros);
  const text = useRef<HTMLDivElement>(null);
  const [, setFrame] = useState(0);
  useEffect(() => {
    if (!busy) return undefined;
    let since = 0;
    return onFrame((_, delta) => {
      if (text.current !== null) text.current.textContent = clockText(session.clock());
      since += delta;
      // The hands follow ten times a second: nobody sees more of a hand.
      if (since >= 100) {
        since = 0;
        setFrame((count) => count + 1);
      }
    });
  }, [busy, session]);
  const { dock, duration } = words.panels;
  const now = still === undefined ? 0 : session.clock();
  const input = still?.lastInput;
  const line1 = gap !== undefined ? dock.pass(duration(gap)) : still === undefined ? '' : input === undefined || input.at > still.at ? dock.sinceStart : dock.after(duration(still.at - input.at), input.kind === 'fault' ? dock.theFault : dock.yourCommand);
  const line2 = still?.nextAt === undefined || busy ? (busy ? dock.running : dock.stopped) : dock.nextIn(duration(Math.max(0, still.nextAt - still.at)));
  return (
    <div className="clock">
      <Dial micros={now} />
      <div>
        <div className="t" ref={text} role="timer" aria-label={dock.clock(clockText(now))}>{clockText(now)}</div>
        <div className="s">{line1}<br />{line2}</div>
      </div>
    </div>
  );
}

function Transport(): ReactElement {
  const session = useSession();
  const { dock } = useWords().panels;
  const playing = useSessionState((state) => state.playing);
  const fresh = useSessionState((state) => state.fresh && state.phase === 'ready' && state.still?.steps === 0);
  const unit = useSessionState((state) => state.preferences.unit);
  const pace = useSessionState((state) => state.preferences.pace);
  const ready = useSessionState((state) => state.phase === 'ready');
  const place = Math.max(0, PACES.findIndex((each) => each === pace));
  return (
    <div className="trans">
      <div className="row">
        <button type="button" className="round small" aria-label={dock.reset} title={dock.reset} disabled={!ready} onClick={() => session.reset()}>
          <svg className="i" viewBox="0 0 16 16" aria-hidden="true"><path d="M4 3.4v9.2M12 3.4 6.6 8l5.4 4.6" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" /></svg>
        </button>
        <button type="button" className="round" aria-label={dock.back(dock.units[unit])} title={dock.back(dock.units[unit])} disabled={!ready} onClick={() => session.back()}>
          <Icon name="back" />
        </button>
        <button type="button" className={`play${fresh ? ' invites' : ''}`} aria-label={playing ? dock.pause : dock.play} title={playing ? dock.pause : dock.play} disabled={!ready} onClick={() => session.toggle()}>
          <Icon name={playing ? 'pause' : 'play'} size={18} />
        </button>
        <button type="button" className="round" aria-label={dock.nextUnit(dock.units[unit])} title={dock.nextUnit(dock.units[unit])} disabled={!ready} onClick={() => session.step()}>
          <Icon name="next" />
        </button>
        <div className="seg" role="radiogroup" aria-label={dock.unit}>
          {UNITS.map((each) => (
            <label key={each} className={each === unit ? 'on' : ''}>
              <input type="radio" name="unit" className="unseen" checked={each === unit} onChange={() => session.setUnit(each)} />
              {dock.units[each]}
            </label>
          ))}
        </div>
      </div>
      <div className="pace">
        <label htmlFor="pace">{dock.pace}</label>
        <input id="pace" type="range" min="0" max={PACES.length - 1} step="1" value={place} aria-valuetext={dock.paceValue(pace)} onChange={(event) => session.setPace(PACES[Number(event.target.value)] ?? 1)} />
        <span className="value">{dock.paceValue(pace)}</span>
        <span className="faint">·</span>
        <span className="note">{dock.paceNote}</span>
      </div>
    </div>
  );
}

const GROUPS: readonly VerbGroup[] = ['commands', 'faults', 'load', 'line'];

function Verbs(): ReactElement {
  const { dock } = useWords().panels;
  const captions: Readonly<Record<VerbGroup, string>> = { commands: dock.commands, faults: dock.faults, load: dock.load, line: '' };
  return (
    <div className="verbs">
      {GROUPS.map((group) => (
        <div className="vg" key={group} role="group" {...(captions[group] === '' ? {} : { 'aria-label': captions[group] })}>
          <div className="cap">{captions[group] === '' ? '\u00a0' : captions[group]}</div>
          <div className="row">
            {VERBS.filter((verb) => verb.group === group && verb.aside !== true).map((verb) => <VerbButton key={verb.id} verb={verb} />)}
          </div>
        </div>
      ))}
    </div>
  );
}

function VerbButton({ verb }: { readonly verb: Verb }): ReactElement {
  const session = useSession();
  const { dock } = useWords().panels;
  const model = useSessionState((state) => state.still?.model);
  const selected = useSessionState((state) => state.selected);
  const chosen = useSessionState((state) => state.verb === verb.id || (verb.id === 'kubectl' && state.shellOpen) || (verb.id === 'apply' && state.dialog?.type === 'apply'));
  const possible = model !== undefined && targetsOf(verb.id, model).length > 0;
  const reversed = model !== undefined && isReverse(verb.id, model, selected);
  const label = (reversed ? dock.reverse[verb.id] : undefined) ?? dock.verbs[verb.id];
  return (
    <button
      type="button"
      className={`verb${verb.group === 'faults' ? ' bad' : ''}${chosen ? ' sel' : ''}`}
      aria-pressed={chosen}
      aria-disabled={!possible}
      title={possible ? `${dock.hints[verb.id]}${verb.key === '' ? '' : ` (${verb.key})`}` : dock.nothingFor(label)}
      onClick={() => {
        if (possible) startVerb(session, verb.id);
      }}
    >
      <Icon name={verb.glyph} size={18} />
      {label}
    </button>
  );
}
