/** A Pod, opened: the sandbox with its pause container, init containers in order, sidecars and app containers, images layer by layer, volumes. */
import type { ReactElement } from 'react';
import type { StageMessages } from '../i18n/stage.en.ts';
import { Arc } from './glyphs.tsx';
import './cards.css';

export type ContainerLook = 'waiting' | 'pulling' | 'created' | 'running' | 'ready' | 'terminated' | 'backoff' | 'killing';
export type ProbeLook = 'none' | 'waiting' | 'passing' | 'failing';
export interface LayerView {
  readonly id: string;
  readonly megabytes: number;
  /** present: it was on the node already, for another image; pulled: it came for this one. */
  readonly state: 'present' | 'pulled' | 'pulling' | 'absent';
  /** While it is being pulled: how much of it is here. */
  readonly share?: number;
}
export interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly look: ContainerLook;
  /** Upstream's own reason, in mono: "CrashLoopBackOff", "OOMKilled". */
  readonly reason?: string;
  readonly exitCode?: number;
  readonly restarts: number;
  /** A running timer: back-off until the next start, or grace until it is killed. */
  readonly timer?: { readonly kind: 'backoff' | 'grace'; readonly share: number; readonly leftMicros: number };
  readonly layers: readonly LayerView[];
  readonly probes?: { readonly startup: ProbeLook; readonly readiness: ProbeLook; readonly liveness: ProbeLook };
}
export interface PodCardProps {
  readonly words: StageMessages;
  readonly name: string;
  readonly ip?: string;
  /** The sandbox and its pause container exist. */
  readonly sandbox: 'absent' | 'ready' | 'gone';
  readonly init: readonly ContainerView[];
  readonly sidecars: readonly ContainerView[];
  readonly apps: readonly ContainerView[];
  readonly volumes: readonly { readonly name: string; readonly kind: string; readonly mountedBy: readonly string[] }[];
  readonly onClose?: () => void;
}

/** The state of a container by shape, as for Pods: hollow, half, core, full, cross, ring. */
function Lamp({ look, timer }: { readonly look: ContainerLook; readonly timer: ContainerView['timer'] }): ReactElement {
  const body = (): ReactElement => {
    switch (look) {
      case 'waiting': return <rect x="8" y="8" width="14" height="14" rx="3" fill="var(--sheet)" stroke="var(--edge)" strokeWidth="1.75" strokeDasharray="3 2.5" />;
      case 'pulling': return <><rect x="8" y="8" width="14" height="14" rx="3" fill="var(--sheet)" stroke="var(--brass)" strokeWidth="1.75" /><path d="M15 11v6m-2.6-2.4L15 17.4l2.6-2.8" fill="none" stroke="var(--brass)" strokeWidth="1.5" /></>;
      case 'created': return <><rect x="8" y="8" width="14" height="14" rx="3" fill="var(--sheet)" stroke="var(--brass)" strokeWidth="1.75" /><path d="M9 15h12v4a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2z" fill="var(--brass-fill)" /></>;
      case 'running': return <><rect x="8" y="8" width="14" height="14" rx="3" fill="var(--sheet)" stroke="var(--run)" strokeWidth="1.75" /><rect x="12" y="12" width="6" height="6" rx="1.5" fill="var(--run)" /></>;
      case 'ready': return <rect x="7" y="7" width="16" height="16" rx="3.5" fill="var(--run)" />;
      case 'terminated': return <><rect x="8" y="8" width="14" height="14" rx="3" fill="var(--sheet)" stroke="var(--ink-3)" strokeWidth="1.75" /><path d="m11.6 15.4 2.4 2.6 4.4-5.6" fill="none" stroke="var(--ink-2)" strokeWidth="1.75" /></>;
      case 'killing': return <><rect x="8" y="8" width="14" height="14" rx="3" fill="var(--sheet)" stroke="var(--ink-2)" strokeWidth="1.75" /><path d="M12 15h6" stroke="var(--ink-2)" strokeWidth="1.75" /></>;
      case 'backoff': return <><rect x="8" y="8" width="14" height="14" rx="3" fill="var(--sheet)" stroke="var(--fail)" strokeWidth="1.75" /><path d="m12 12 6 6m0-6-6 6" stroke="var(--fail)" strokeWidth="1.75" /></>;
    }
  };
  return (
    <svg className="lamp" viewBox="0 0 30 30" aria-hidden="true" focusable="false">
      {timer !== undefined && <><circle cx="15" cy="15" r="13.2" fill="none" stroke="var(--line)" strokeWidth="2.5" /><Arc cx={15} cy={15} r={13.2} share={timer.share} stroke="var(--brass-fill)" width={2.5} /></>}
      {body()}
    </svg>
  );
}

function Layers({ layers, words }: { readonly layers: readonly LayerView[]; readonly words: StageMessages }): ReactElement {
  const { podCard } = words;
  const here = layers.filter((layer) => layer.state === 'present' || layer.state === 'pulled').length;
  const text = { present: podCard.layerPresent, pulled: podCard.layerPulled, pulling: podCard.layerPulling, absent: podCard.layerAbsent };
  return (
    <div className="layers">
      <ol aria-label={podCard.layers(here, layers.length)}>
        {layers.map((layer) => (
          <li key={layer.id} className={layer.state} style={{ flexGrow: Math.max(1, Math.sqrt(layer.megabytes)) }} title={`${layer.id.slice(0, 19)}, ${layer.megabytes} MB, ${text[layer.state]}`}>
            {layer.state === 'pulling' && <i style={{ width: `${Math.round((layer.share ?? 0) * 100)}%` }} />}
          </li>
        ))}
      </ol>
      <span>{podCard.layers(here, layers.length)}</span>
    </div>
  );
}

function Container({ container, words }: { readonly container: ContainerView; readonly words: StageMessages }): ReactElement {
  const { podCard } = words;
  const notes = [
    container.exitCode === undefined ? undefined : podCard.exit(container.exitCode),
    container.restarts > 0 ? podCard.restarts(container.restarts) : undefined,
    container.timer === undefined ? undefined : (container.timer.kind === 'backoff' ? podCard.again : podCard.grace)(words.duration(container.timer.leftMicros)),
  ].filter((note) => note !== undefined);
  return (
    <li className={`container ${container.look}`}>
      <Lamp look={container.look} timer={container.timer} />
      <div>
        <div className="line"><b className="mono">{container.name}</b><span className="look">{podCard.states[container.look]}</span>{container.reason !== undefined && <span className="mono faint">{container.reason}</span>}</div>
        <div className="mono image" title={podCard.image}>{container.image}</div>
        {notes.length > 0 && <div className="notes">{notes.join(' · ')}</div>}
        {container.layers.length > 0 && <Layers layers={container.layers} words={words} />}
        {container.probes !== undefined && (
          <ul className="probes">
            {(['startup', 'readiness', 'liveness'] as const).filter((probe) => container.probes?.[probe] !== 'none').map((probe) => (
              <li key={probe} className={container.probes?.[probe]}>
                <svg viewBox="0 0 12 12" aria-hidden="true" focusable="false">
                  {container.probes?.[probe] === 'passing' ? <path d="m2 6.4 2.6 2.6L10 3.4" /> : container.probes?.[probe] === 'failing' ? <path d="m3 3 6 6m0-6-6 6" /> : <circle cx="6" cy="6" r="3" />}
                </svg>
                {podCard.probes[probe]} {podCard.probeStates[container.probes?.[probe] ?? 'none']}
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

function Group({ title, ordered, containers, words }: { readonly title: string; readonly ordered?: boolean; readonly containers: readonly ContainerView[]; readonly words: StageMessages }): ReactElement | null {
  if (containers.length === 0) return null;
  const items = containers.map((container) => <Container key={container.name} container={container} words={words} />);
  return (
    <section>
      <h4 className="cap">{title}</h4>
      {ordered === true ? <ol className="containers chained">{items}</ol> : <ul className="containers">{items}</ul>}
    </section>
  );
}

export function PodCard({ words, name, ip, sandbox, init, sidecars, apps, volumes, onClose }: PodCardProps): ReactElement {
  const { podCard } = words;
  return (
    <article className="opened" aria-label={podCard.title(name)}>
      {onClose !== undefined && <button type="button" className="btn close" onClick={onClose}>{podCard.close}</button>}
      <div className={`sandbox ${sandbox}`}>
        <header>
          <span className="cap">{podCard.sandbox}</span>
          <span className="grow" />
          {ip !== undefined && <span className="mono">{ip}</span>}
        </header>
        <div className="pause">
          <Lamp look={sandbox === 'ready' ? 'running' : sandbox === 'gone' ? 'terminated' : 'waiting'} timer={undefined} />
          <div><b className="mono">{podCard.pause}</b><div className="notes">{podCard.pauseNote}</div></div>
        </div>
        <Group title={podCard.init} ordered containers={init} words={words} />
        <Group title={podCard.sidecars} containers={sidecars} words={words} />
        <Group title={podCard.apps} containers={apps} words={words} />
        {volumes.length > 0 && (
          <section>
            <h4 className="cap">{podCard.volumes}</h4>
            <ul className="volumes">
              {volumes.map((volume) => <li key={volume.name}><b className="mono">{volume.name}</b> <span className="mono faint">{volume.kind}</span><span className="notes"> {volume.mountedBy.join(', ')}</span></li>)}
            </ul>
          </section>
        )}
      </div>
    </article>
  );
}
