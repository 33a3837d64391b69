import { Suspense, useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import type { ComparedOwner, CompareModel, Difference } from '../link/compare.ts';
import type { CompareMessages } from '../i18n/compare.en.ts';
import type { Catalogue } from '../i18n/index.ts';
import { useCovering, useViewKeys } from '../panels/covering.ts';
import { usePlaying } from '../panels/playing.ts';
import { clockText, shortClock } from '../panels/timeText.ts';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import { Dial, glyphOfKind, Icon } from '../stage/glyphs.tsx';
import { Side, stateOf } from './Side.tsx';
import { useCompareWords } from './words.ts';
import './compare.css';

/**
 * Two histories that parted, on one clock: the story as it goes on by itself, and the branch. What differs is marked, and listed with its times; a step,
 * playing and a place on the scale are of both. The stage stands still meanwhile.
 */
export default function CompareView(): ReactElement {
  return (
    <Suspense fallback={<section className="decision cmp" />}>
      <Loaded />
    </Suspense>
  );
}

function Loaded(): ReactElement {
  const session = useSession();
  const words = useWords();
  const text = useCompareWords(words.language);
  const [model, setModel] = useState<CompareModel | 'none' | undefined>(undefined);
  const wanted = useRef<number | undefined>(undefined);
  const asking = useRef(false);
  useCovering();
  /** One ask at a time; what is wanted meanwhile comes next, so that a dragged hand never queues. */
  const go = useCallback((at: number | undefined) => {
    wanted.current = at;
    if (asking.current) return;
    asking.current = true;
    const ask = (): void => {
      const mine = wanted.current;
      void session.compare(mine).then((answer) => {
        if (wanted.current !== mine) return ask();
        asking.current = false;
        setModel(answer ?? 'none');
      });
    };
    ask();
  }, [session]);
  useEffect(() => go(undefined), [go]);
  if (model === undefined || model === 'none') return <Bare text={text} lead={model === undefined ? text.loading : text.none} />;
  return <Both model={model} words={words} text={text} go={go} />;
}

function Bare({ text, lead }: { readonly text: CompareMessages; readonly lead: string }): ReactElement {
  const session = useSession();
  useViewKeys((event) => {
    if (event.key === 'Escape') session.show(undefined);
    return event.key === 'Escape';
  });
  return (
    <section className="decision cmp" aria-label={text.region}>
      <div className="cmpmain"><div className="headrow"><h2 className="h1">{text.region}</h2><Close text={text} /></div><p className="lead" role="status">{lead}</p></div>
    </section>
  );
}

function Close({ text }: { readonly text: CompareMessages }): ReactElement {
  const session = useSession();
  return <button type="button" className="btn icon close" aria-label={text.close} title={text.close} onClick={() => session.show(undefined)}><Icon name="x" /></button>;
}

/** The first moment of a difference: where one side has it and the other not yet. */
const firstOf = ({ at: [a, b] }: Difference): number => Math.min(a ?? Infinity, b ?? Infinity);

function Both({ model, words, text, go }: { readonly model: CompareModel; readonly words: Catalogue; readonly text: CompareMessages; readonly go: (at: number) => void }): ReactElement {
  const session = useSession();
  const pace = useSessionState((state) => state.preferences.pace);
  const [twin, setTwin] = useState(false);
  const { at, moments, differences, until, from, sides } = model;
  const next = (): boolean => {
    const moment = moments.find((each) => each > at);
    if (moment !== undefined) go(moment);
    return moment !== undefined && moment < until;
  };
  const back = (): void => go(moments.findLast((each) => each < at) ?? from);
  const nextDifference = (): void => {
    const moment = differences.map(firstOf).find((each) => each > at);
    if (moment !== undefined) go(moment);
  };
  const [playing, setPlaying] = usePlaying(next, pace);
  useViewKeys((event) => {
    const onControl = event.target instanceof HTMLElement && event.target.closest('button, input, select, summary, [role=region]') !== null;
    switch (event.key) {
      case 'Escape':
        session.show(undefined);
        return true;
      case ' ':
        if (onControl) return false;
        setPlaying(!playing);
        return true;
      case 'ArrowRight':
      case 'ArrowLeft':
        if (event.target instanceof HTMLInputElement) return false;
        setPlaying(false);
        if (event.key === 'ArrowRight') next();
        else back();
        return true;
      case 'd':
        nextDifference();
        return true;
      case 't':
        setTwin((on) => !on);
        return true;
      default:
        // The rest of the page's keys rest.
        return event.key.length === 1;
    }
  });
  const duration = words.panels.duration;
  const reached = differences.filter((each) => firstOf(each) <= at).length;
  const jump = (moment: number): void => {
    setPlaying(false);
    go(moment);
  };
  return (
    <section className="decision cmp" aria-label={text.region}>
      <div className="cmpmain">
        <div className="headrow"><h2 className="h1">{text.region}</h2><Close text={text} /></div>
        <p className="lead">{text.lead(model.fromRevision, shortClock(from))}</p>
        <div className="cmptwo">
          {([0, 1] as const).map((i) => (
            <section key={i} className={i === 0 ? 'cmpside' : 'cmpside then'} aria-label={text.sides[i]}>
              <h3><Icon name={i === 0 ? 'clock' : 'branch'} size={15} /><b>{text.sides[i]}</b><span className={i === 0 || model.lines.every((line) => line === '') ? '' : 'mono'}>{i === 0 ? text.asItWas : model.lines.filter((line) => line !== '').join('; ')}</span></h3>
              <Owners owners={model.owners} side={i} text={text} />
              <Side side={sides[i]} other={sides[1 - i]!} text={text} />
            </section>
          ))}
        </div>
        {twin && <NodesAsText model={model} text={text} />}
        <Differences model={model} text={text} duration={duration} onGo={jump} />
      </div>
      <footer className="cmpdock">
        <div className="clock">
          <Dial micros={at} />
          <div><div className="t">{clockText(at)}</div><div className="s">{at === from ? text.parting : text.since(duration(at - from))}<br />{text.bothClocks}</div></div>
        </div>
        <div className="trans">
          <div className="row">
            <button type="button" className="round" aria-label={text.back} title={text.back} disabled={at <= from} onClick={() => { setPlaying(false); back(); }}><Icon name="back" /></button>
            <button type="button" className="play" aria-label={playing ? text.pause : text.play} title={playing ? text.pause : text.play} disabled={at >= until && !playing} onClick={() => setPlaying(!playing)}><Icon name={playing ? 'pause' : 'play'} size={18} /></button>
            <button type="button" className="round" aria-label={text.next} title={text.next} disabled={at >= until} onClick={() => { setPlaying(false); next(); }}><Icon name="next" /></button>
            <button type="button" className="btn line" disabled={!differences.some((each) => firstOf(each) > at)} onClick={() => { setPlaying(false); nextDifference(); }}>{text.nextDifference}</button>
          </div>
          <Scale model={model} text={text} onGo={jump} />
        </div>
        <div className="cmpverbs">
          <button type="button" className="btn line" aria-pressed={twin} onClick={() => setTwin(!twin)}><Icon name="endpointslice" size={15} />{twin ? text.picture : text.twin}</button>
          <span className="cmpkeys">{text.keys}</span>
        </div>
      </footer>
      <div className="unseen" role="status" aria-live="polite">{text.soFar(shortClock(at), reached, differences.length)}</div>
    </section>
  );
}

/** The way from the parting to as far as was looked, with a mark wherever one side has what the other has not. */
function Scale({ model: { from, until, at, differences }, text, onGo }: { readonly model: CompareModel; readonly text: CompareMessages; readonly onGo: (at: number) => void }): ReactElement {
  const share = (moment: number): number => (until <= from ? 0 : (100 * (moment - from)) / (until - from));
  const marks = useMemo(() => [...new Set(differences.map((each) => Math.round(share(firstOf(each)) * 4) / 4))], [differences, from, until]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <div className="cmpscale">
      <div className="marks" aria-hidden="true">{marks.map((mark) => <i key={mark} style={{ left: `${mark}%` }} />)}</div>
      <input type="range" min={from} max={until} step={100_000} value={at} aria-label={text.scrub} aria-valuetext={shortClock(at)} onChange={(event) => onGo(Number(event.target.value))} />
    </div>
  );
}

const nameOf = (key: string): string => (key.startsWith('default/') ? key.slice(8) : key);

/** What each owner has of its Pods: now, and at its worst since they parted. */
function Owners({ owners, side, text }: { readonly owners: readonly ComparedOwner[]; readonly side: 0 | 1; readonly text: CompareMessages }): ReactElement | null {
  if (owners.length === 0) return null;
  return (
    <table className="cmpowners">
      <thead><tr><th scope="col">{text.owner}</th><th scope="col">{text.now}</th><th scope="col">{text.least}</th><th scope="col">{text.most}</th></tr></thead>
      <tbody>
        {owners.slice(0, 8).map(({ kind, key, sides }) => {
          const [mine, other] = [sides[side], sides[1 - side]];
          const cell = (value: number | undefined, theirs: number | undefined, shown: string): ReactElement => <td className={value !== theirs ? 'differs' : ''}>{shown}{value !== theirs && <span className="unseen"> ({text.differs})</span>}</td>;
          return (
            <tr key={`${kind} ${key}`}>
              <th scope="row"><Icon name={glyphOfKind(kind)} size={14} /><span className="unseen">{kind} </span><span className="mono">{nameOf(key)}</span></th>
              {mine === undefined ? <td colSpan={3} className={other === undefined ? '' : 'differs'}>{text.absent}</td> : (
                <>
                  {cell(mine.ready * 10_000 + mine.pods, other === undefined ? undefined : other.ready * 10_000 + other.pods, `${mine.ready}/${mine.pods}`)}
                  {cell(mine.leastReady, other?.leastReady, String(mine.leastReady))}
                  {cell(mine.mostPods, other?.mostPods, String(mine.mostPods))}
                </>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Differences({ model, text, duration, onGo }: { readonly model: CompareModel; readonly text: CompareMessages; readonly duration: (micros: number) => string; readonly onGo: (at: number) => void }): ReactElement {
  const { differences, at, same, until, untold } = model;
  return (
    <section className="cmplist">
      <h3><b>{text.differences(differences.length)}</b><span>{text.differencesNote(same, shortClock(until))}</span></h3>
      {differences.length === 0 ? <p className="muted">{text.noDifferences}</p> : (
        <div className="hscroll" tabIndex={0} role="region" aria-label={text.differences(differences.length)}>
          <table>
            <thead><tr><th scope="col">{text.what}</th><th scope="col">{text.sides[0]}</th><th scope="col">{text.sides[1]}</th><th scope="col">{text.apart}</th></tr></thead>
            <tbody>
              {differences.map((each) => {
                const [a, b] = each.at;
                const time = (moment: number | undefined): ReactElement => (moment === undefined ? <span className="faint">{text.never}</span> : <button type="button" className="lnk mono" aria-label={`${text.says(each)}: ${text.goTo(shortClock(moment))}`} onClick={() => onGo(moment)}>{shortClock(moment)}</button>);
                return (
                  <tr key={each.id} className={firstOf(each) > at ? 'ahead' : ''} {...(firstOf(each) === at ? { 'aria-current': 'step' as const } : {})}>
                    <th scope="row"><Icon name={glyphOfKind(each.code.startsWith('pod') ? 'Pod' : each.kind)} size={13} />{text.says(each)}</th>
                    <td>{time(a)}</td>
                    <td>{time(b)}</td>
                    <td className="apart">{a === undefined || b === undefined ? text.only(a === undefined ? 1 : 0) : b < a ? text.sooner(duration(a - b)) : text.later(duration(b - a))}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          {untold > 0 && <p className="muted">{text.untold(untold)}</p>}
        </div>
      )}
    </section>
  );
}

/** The nodes and their Pods as a table: what the pictures show. */
function NodesAsText({ model: { sides }, text }: { readonly model: CompareModel; readonly text: CompareMessages }): ReactElement {
  const names = [...new Set(sides.flatMap(({ nodes }) => nodes.map(({ name }) => name)))];
  const cell = (side: 0 | 1, name: string): ReactElement => {
    const node = sides[side].nodes.find((each) => each.name === name);
    if (node === undefined) return <td>{text.absent}</td>;
    return <td>{stateOf(node, text)}{node.pods.length > 0 && <ul>{node.pods.map((pod) => <li key={pod.key} className="mono">{text.pod(pod.name, pod.look)}</li>)}</ul>}</td>;
  };
  return (
    <table className="cmptwin">
      <caption className="unseen">{text.nodes}</caption>
      <thead><tr><th scope="col">{text.nodes}</th><th scope="col">{text.sides[0]}</th><th scope="col">{text.sides[1]}</th></tr></thead>
      <tbody>{names.map((name) => <tr key={name}><th scope="row" className="mono">{name}</th>{cell(0, name)}{cell(1, name)}</tr>)}</tbody>
    </table>
  );
}
