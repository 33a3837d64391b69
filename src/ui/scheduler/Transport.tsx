import type { ReactElement } from 'react';
import type { SchedulerMessages } from '../i18n/scheduler.en.ts';
import { clockText } from '../panels/timeText.ts';
import { Dial, Icon } from '../stage/glyphs.tsx';
import type { Sheet } from './sheet.ts';
import { placeOf, type Unit, type Walk } from './steps.ts';

export type StepUnit = Unit | 'attempt';
export const STEP_UNITS: readonly StepUnit[] = ['cell', 'node', 'plugin', 'attempt'];

export interface TransportProps {
  readonly sheet: Sheet | undefined;
  readonly walk: Walk | undefined;
  readonly text: SchedulerMessages;
  readonly unit: StepUnit;
  readonly playing: boolean;
  readonly upstream: boolean;
  readonly onUnit: (unit: StepUnit) => void;
  readonly onStep: (way: 1 | -1) => void;
  readonly onPlay: () => void;
  readonly onGo: (place: number) => void;
  readonly onReveal: () => void;
  readonly onPredict: () => void;
  readonly onUpstream: () => void;
  readonly onProject: () => void;
  readonly keysOpen: boolean;
  readonly onKeys: () => void;
}

/** The dock while one is inside a decision: time stands still, and a step is a cell, a node, a plugin or an attempt. */
export function Transport({ sheet, walk, text, unit, playing, upstream, onUnit, onStep, onPlay, onGo, onReveal, onPredict, onUpstream, onProject, keysOpen, onKeys }: TransportProps): ReactElement {
  const at = sheet?.model.at ?? 0;
  const cells = sheet?.order.length ?? 0;
  const place = sheet === undefined || walk === undefined ? 0 : placeOf(sheet, walk);
  const revealing = walk?.mode === 'reveal';
  const predicting = walk?.mode === 'predict' && !walk.told;
  return (
    <footer className="schdock">
      <div className="clock">
        <Dial micros={at} />
        <div><div className="t">{clockText(at)}</div><div className="s">{text.still[0]}<br />{text.still[1]}</div></div>
      </div>
      <div className="trans">
        <div className="row">
          <button type="button" className="round" aria-label={text.back} title={text.back} onClick={() => onStep(-1)}><Icon name="back" /></button>
          <button type="button" className="play" aria-label={playing ? text.pause : text.play} title={playing ? text.pause : text.play} onClick={onPlay}><Icon name={playing ? 'pause' : 'play'} size={18} /></button>
          <button type="button" className="round" aria-label={text.forward} title={text.forward} onClick={() => onStep(1)}><Icon name="next" /></button>
          <div className="seg" role="radiogroup" aria-label={text.unitLabel}>
            <span aria-hidden="true">{text.next}</span>
            {STEP_UNITS.map((each) => (
              <label key={each} className={each === unit ? 'on' : ''}><input type="radio" name="sch-unit" className="unseen" checked={each === unit} onChange={() => onUnit(each)} />{text.units[each]}</label>
            ))}
          </div>
        </div>
        <div className="pace">
          <input type="range" min={1} max={Math.max(1, cells + 1)} value={Math.max(1, place)} aria-label={text.scrub} aria-valuetext={place > cells ? text.whereChoice : text.where(place, cells)} disabled={cells === 0 || predicting} onChange={(event) => onGo(Number(event.target.value) - 1)} />
          <span>{place > cells ? text.whereChoice : text.where(place, cells)}</span>
          <span className="faint" aria-hidden="true">·</span>
          <span className="faint leg">{text.legend}</span>
        </div>
      </div>
      <div className="schverbs">
        <button type="button" className="btn line" aria-pressed={revealing} onClick={onReveal}><Icon name="eye" size={15} />{revealing && walk.told === false ? text.showAll : text.reveal}</button>
        <button type="button" className="btn line" aria-pressed={predicting} onClick={onPredict} title={text.predict}><span className="long">{text.predict}</span><span className="short" aria-hidden="true">{text.predictShort}</span></button>
        <button type="button" className="btn line" aria-pressed={upstream} onClick={onUpstream}>{text.upstream}</button>
        <button type="button" className="btn" onClick={onProject}><Icon name="screen" />{text.project}</button>
        <button type="button" className="btn icon" aria-label={text.keysShow} title={text.keysShow} aria-expanded={keysOpen} onClick={onKeys}><Icon name="help" /></button>
      </div>
    </footer>
  );
}
