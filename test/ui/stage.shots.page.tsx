/** The page that `stage.shots.ts` photographs: the frame with still panels around a sample of the stage. Not shipped. */
import { StrictMode, useEffect, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import '../../src/ui/fonts.css';
import '../../src/ui/tokens.css';
import '../../src/ui/base.css';
import { stageEn } from '../../src/ui/i18n/stage.en.ts';
import { stageZh } from '../../src/ui/i18n/stage.zh.ts';
import { Dial, GLYPH_NAMES, Icon, Logo, PodGlyph, Sprite } from '../../src/ui/stage/glyphs.tsx';
import { Stage } from '../../src/ui/stage/Stage.tsx';
import type { PodLook, StageModel, StageTarget } from '../../src/ui/stage/model.ts';
import * as samples from './samples.ts';
import { podCardSample, serviceCardSample } from './samples.cards.ts';
import { PodCard } from '../../src/ui/stage/PodCard.tsx';
import { ServiceCard } from '../../src/ui/stage/ServiceCard.tsx';

const query = new URLSearchParams(location.search);
const zh = query.get('lang') === 'zh';
document.documentElement.lang = zh ? 'zh-CN' : 'en';
document.documentElement.dataset['theme'] = query.get('theme') ?? 'light';
const words = zh ? stageZh : stageEn;
const name = query.get('sample') ?? 'deploy';

const models: Readonly<Record<string, () => StageModel>> = {
  deploy: () => samples.deploySample,
  failure: () => samples.failureSample,
  rollout: () => samples.rolloutSample,
  long: () => ({ ...samples.deploySample, revision: 300, strip: { ...samples.deploySample.strip, watchers: [], tiles: Array.from({ length: 300 }, (_, i) => ({ type: 'write' as const, revision: i + 1, kind: ['Pod', 'ReplicaSet', 'Deployment', 'Event'][i % 4] ?? 'Pod', key: 'default/x', operation: 'update' as const, alarm: i % 41 === 3 })) } }),
  empty: () => samples.emptySample,
  nodes1: () => ({ ...samples.deploySample, nodes: samples.deploySample.nodes.slice(0, 1) }),
  nodes4: () => samples.manyNodes(4, 9),
  nodes5: () => samples.manyNodes(5, 20),
  nodes10: () => samples.manyNodes(10, 20),
  nodes50: () => samples.manyNodes(50, 30),
  nodes400: () => samples.manyNodes(400, 3),
  busy: () => samples.busySample(1_000_000),
};

function App(): ReactElement {
  const [model, setModel] = useState(models[name] ?? (() => samples.deploySample));
  const select = (selected: StageTarget | undefined): void => setModel((old) => ({ ...old, selected }));
  const [start] = useState(() => performance.now());
  useEffect(() => {
    if (!query.has('steps')) return undefined;
    // New stills as fast as a lively story makes them, everything in them new.
    const timer = setInterval(() => setModel(structuredClone(samples.busySample(1_000_000 + ((performance.now() - start) * 100) % 300_000))), 250);
    return () => clearInterval(timer);
  }, [start]);
  const playing = query.has('playing');
  return (
    <>
      <Sprite />
      <div className="app">
        <header className="top">
          <div className="brand"><Logo />Orrery</div>
          <div className="crumb"><span>Lessons</span><span className="faint">/</span><b>Deploy nginx ×3 with a Service</b><Icon name="chev" size={14} /></div>
          <div className="grow" />
          <button className="btn line"><Icon name="share" />Share</button>
        </header>
        <nav className="rail">
          <h2>From Deployment to Pod</h2>
          <ol className="steps">
            {['You issue a command', 'The API server stores it', 'Controllers discover it', 'Those writes land in etcd', 'The scheduler chooses a node', 'The binding is stored', 'The node’s kubelet sees it', 'Kubelet starts the containers', 'kube-proxy opens the way', 'Controllers keep watching'].map((title, i) => (
              <li key={title} className={i < 4 ? 'done' : i === 4 ? 'on' : ''}>
                <span className="n">
                  {i < 4 ? <Icon name="check" size={12} /> : i + 1}
                  {i === 4 && <svg className="orbit" viewBox="0 0 35 35"><circle cx="17.5" cy="17.5" r="15.5" fill="none" stroke="var(--brass-fill)" strokeWidth="1.25" /><circle cx="29" cy="7.2" r="2.6" fill="var(--brass-fill)" /></svg>}
                </span>
                <div>
                  <div className="t">{title}</div>
                  {i === 4 ? <><div className="say">node-2 scored highest, 661. The scheduler now asks the API server to bind the Pod. Nothing runs yet.</div><div className="pips"><i className="d" /><i /><i /><span>Pod 1 of 3</span></div></> : <div className="w">kubectl</div>}
                </div>
              </li>
            ))}
          </ol>
        </nav>
        <main className="main">
          <div className="narration"><b>5 The scheduler chooses a node.</b> node-2 scored highest, 661. It asks the API server to bind the Pod.</div>
          <Stage model={model} words={words} onSelect={select} playing={playing} {...(playing ? { clock: () => 1_000_000 + ((performance.now() - start) * 100) % 300_000 } : {})} reducedMotion={query.has('reduced')} showTwin={query.has('twin')} />
        </main>
        <aside className="insp">
          <div className="hd"><div className="who"><svg className="i" style={{ width: 18, height: 18 }} viewBox="0 0 18 18"><PodGlyph cx={9} cy={9} r={7} look="pending" /></svg>web-7d9-4kx9p</div></div>
          <div className="tabs"><span className="on">Why</span><span>Object</span></div>
          <div className="body">
            {query.get('card') === 'pod' ? <PodCard {...podCardSample} words={words} /> : query.get('card') === 'service' ? <ServiceCard {...serviceCardSample} words={words} /> : <div className="q">Why node-2?</div>}
          </div>
        </aside>
        <footer className="dock">
          <div className="clock"><Dial micros={14_218} /><div><div className="t">00:00.014 218</div><div className="s">14 ms after your apply<br />story time, 1 ms = 2 s</div></div></div>
        </footer>
      </div>
    </>
  );
}

const LOOKS: readonly PodLook[] = ['pending', 'chosen', 'starting', 'running', 'ready', 'other', 'terminating', 'succeeded', 'failed', 'unknown', 'restarting'];
function Glyphs(): ReactElement {
  return (
    <>
      <Sprite />
      <div style={{ padding: 24, display: 'grid', gridTemplateColumns: 'repeat(6, 1fr)', gap: 12 }}>
        {GLYPH_NAMES.map((glyph) => <div key={glyph} style={{ display: 'flex', gap: 10, alignItems: 'center' }}><Icon name={glyph} size={12} /><Icon name={glyph} /><Icon name={glyph} size={28} />{glyph}</div>)}
        {LOOKS.map((look) => <svg key={look} width="120" height="44"><PodGlyph cx={20} cy={23} r={5.5} look={look} /><PodGlyph cx={48} cy={23} r={9} look={look} /><PodGlyph cx={82} cy={23} r={14} look={look} /></svg>)}
      </div>
    </>
  );
}

createRoot(document.getElementById('root')!).render(<StrictMode>{name === 'glyphs' ? <Glyphs /> : <App />}</StrictMode>);
