import { useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { conditionOf, keyOf, type KubernetesObject, type Node, type Pod, type Condition } from '../../sim/api/object.ts';
import type { ChangeModel, DecisionModel, Inspection, WhyLink, WhyModel } from '../link/protocol.ts';
import { glyphOfKind, Icon, PodGlyph, type GlyphName } from '../stage/glyphs.tsx';
import { PodCard } from '../stage/PodCard.tsx';
import { ServiceCard } from '../stage/ServiceCard.tsx';
import { sameTarget, type PodModel, type StageModel, type StageTarget } from '../stage/model.ts';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import type { SessionState } from '../session/session.ts';
import { isReverse, nameOf, targetsOf, VERBS } from '../session/verbs.ts';
import { doVerb } from './actions.ts';
import { OwnedPods } from './OwnedPods.tsx';
import { shortClock } from './timeText.ts';
import { decisionAnswer, linkGlyph, linkText, ownerName, questionText } from './whyText.ts';
import { yamlLines } from './yamlLines.ts';

type Tab = SessionState['tab'];
const tabsOf = (inspection: Inspection): readonly Tab[] => (inspection.pod === undefined && inspection.service === undefined && inspection.owned === undefined ? ['why', 'object', 'changes', 'events'] : ['why', 'inside', 'object', 'changes', 'events']);

export function Inspector(): ReactElement {
  const { inspector } = useWords().panels;
  const selected = useSessionState((state) => state.selected);
  const inspection = useSessionState((state) => state.inspection);
  return (
    <aside className="insp" aria-label={inspector.region} data-open={selected !== undefined}>
      {selected === undefined ? <Now /> : inspection === undefined ? <Header target={selected} /> : selected.on === 'process' ? <ProcessPanel inspection={inspection} target={selected} /> : selected.on === 'message' ? <MessagePanel id={selected.id} /> : <ObjectPanel inspection={inspection} target={selected} />}
    </aside>
  );
}

// ---- nothing is selected

function Now(): ReactElement {
  const { inspector } = useWords().panels;
  const model = useSessionState((state) => state.still?.model);
  const lines = model === undefined ? [] : nowLines(model, inspector);
  return (
    <div className="body">
      <h2 className="q">{inspector.nowTitle}</h2>
      {lines.map((line) => <p className="a" key={line}>{line}</p>)}
      <hr />
      <p className="muted">{inspector.nothing}</p>
    </div>
  );
}
function nowLines(model: StageModel, words: ReturnType<typeof useWords>['panels']['inspector']): readonly string[] {
  const lost = model.nodes.filter((node) => node.ready === 'Unknown').map((node) => node.name);
  const owner = model.chain?.owner;
  const deployment = model.chain?.deployment ?? (owner === undefined || owner.detail.type === 'completions' ? undefined : { ...owner.detail, name: owner.name });
  const lines = [
    ...(lost.length > 0 ? [words.nowLost(lost.join(', '))] : []),
    ...(deployment === undefined ? [] : [words.nowReady(deployment.ready, deployment.wanted, deployment.name)]),
    ...(model.scheduler.waiting.length > 0 ? [words.nowPending(model.scheduler.waiting.length)] : []),
    ...(model.messages.length > 0 ? [words.nowMessages(model.messages.length)] : []),
  ];
  return lines.length === 0 ? [words.nowIdle] : lines;
}

// ---- the head of a panel

function podModelOf(model: StageModel | undefined, key: string): PodModel | undefined {
  return model?.nodes.flatMap((node) => node.pods).find((pod) => pod.key === key) ?? model?.chain?.replicaSets.flatMap((set) => set.pods).find((pod) => pod.key === key) ?? model?.chain?.loosePods.find((pod) => pod.key === key);
}

function Header({ target, inspection }: { readonly target: StageTarget; readonly inspection?: Inspection }): ReactElement {
  const words = useWords();
  const model = useSessionState((state) => state.still?.model);
  const { inspector } = words.panels;
  const object = inspection?.object;
  const shown = target.on === 'object' ? target : object === undefined ? undefined : { kind: object.kind, key: object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}` };
  const pod = shown?.kind === 'Pod' ? podModelOf(model, shown.key) : undefined;
  const name = target.on === 'change' ? `r${target.revision} ${shown === undefined ? '' : nameOf(shown.key)}` : shown === undefined ? inspector.traffic : nameOf(shown.key);
  return (
    <div className="hd">
      <h2 className="who">
        {pod === undefined ? <Icon name={shown === undefined ? 'traffic' : glyphOfKind(shown.kind)} size={18} /> : <svg className="i" style={{ width: 18, height: 18 }} viewBox="0 0 18 18" aria-hidden="true"><PodGlyph cx={9} cy={9} r={7} look={pod.look} /></svg>}
        <span className={`name${name.length > 27 ? ' long' : ''}`} title={name}>{name}</span>
      </h2>
      <div className="chips">
        {shown !== undefined && shown.kind !== 'Pod' && <span className="chip">{shown.kind}</span>}
        {inspection?.gone === true && <span className="chip fail">{inspector.gone}</span>}
        {object !== undefined && inspection?.gone !== true && <Chips object={object} pod={pod} model={model} />}
      </div>
    </div>
  );
}

function Chips({ object, pod, model }: { readonly object: KubernetesObject; readonly pod: PodModel | undefined; readonly model: StageModel | undefined }): ReactElement {
  const words = useWords();
  const { inspector } = words.panels;
  if (object.kind === 'Pod') {
    const it = object as Pod;
    const { nodeName } = it.spec;
    const lost = model?.nodes.some((node) => node.name === nodeName && node.ready === 'Unknown') === true;
    const phase = it.metadata.deletionTimestamp === undefined ? (it.status?.phase ?? 'Pending') : inspector.terminating;
    const first = it.spec.containers[0]?.resources?.requests;
    return (
      <>
        <span className={`chip ${lost ? '' : phase === 'Pending' ? 'brass' : phase === 'Running' ? 'run' : phase === 'Failed' ? 'fail' : ''}`}>{lost ? inspector.saysEtcd(phase) : phase}</span>
        {lost && <span className="chip fail"><Icon name="warn" size={12} />{inspector.unreachable}</span>}
        <span className="chip">{nodeName === undefined || nodeName === '' ? inspector.noNode : inspector.onNode(nodeName)}</span>
        {pod?.timer !== undefined && <span className="chip brass"><Icon name="timer" size={12} />{words.stage.duration(pod.timer.leftMicros)}</span>}
        {pod?.restarts !== undefined && pod.restarts > 0 && <span className="chip fail">{inspector.restarts(pod.restarts)}</span>}
        {first !== undefined && <span className="chip">{Object.entries(first).map(([resource, amount]) => `${amount} ${resource}`).join(', ')}</span>}
      </>
    );
  }
  if (object.kind === 'Node') {
    const ready = conditionOf(object as Node, 'Ready')?.status;
    return (
      <>
        <span className={`chip ${ready === 'True' ? 'run' : 'fail'}`}>{ready === 'True' ? inspector.ready : 'NotReady'}</span>
        {(object as Node).spec.unschedulable === true && <span className="chip">{words.stage.cordoned}</span>}
      </>
    );
  }
  return <></>;
}

// ---- an object

function Tabs({ tab, tabs, children }: { readonly tab: Tab; readonly tabs: readonly Tab[]; readonly children: ReactNode }): ReactElement {
  const session = useSession();
  const { inspector } = useWords().panels;
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = tabs[(tabs.indexOf(tab) + way + tabs.length) % tabs.length]!;
    session.setTab(next);
    event.currentTarget.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <>
      <div className="tabs" role="tablist" aria-label={inspector.region} onKeyDown={onKeyDown}>
        {tabs.map((each) => (
          <button key={each} id={`tab-${each}`} type="button" role="tab" aria-selected={each === tab} aria-controls="tab-body" tabIndex={each === tab ? 0 : -1} className={each === tab ? 'on' : ''} onClick={() => session.setTab(each)}>
            {inspector.tabs[each]}
          </button>
        ))}
      </div>
      <div className="body" id="tab-body" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {children}
      </div>
    </>
  );
}

function ObjectPanel({ inspection, target }: { readonly inspection: Inspection; readonly target: StageTarget }): ReactElement {
  const wanted = useSessionState((state) => state.tab);
  const tabs = tabsOf(inspection);
  const tab = tabs.includes(wanted) ? wanted : 'why';
  const panel: Readonly<Record<SessionState['tab'], () => ReactElement>> = {
    why: () => <Why inspection={inspection} />,
    inside: () => <Inside inspection={inspection} />,
    object: () => <ObjectYaml inspection={inspection} />,
    changes: () => <Changes inspection={inspection} revision={target.on === 'change' ? target.revision : undefined} />,
    events: () => <Events inspection={inspection} />,
  };
  return (
    <>
      <Header target={target} inspection={inspection} />
      <Tabs tab={tab} tabs={tabs}>{panel[tab]()}</Tabs>
    </>
  );
}

const MOST_LINKS = 7;

function Why({ inspection }: { readonly inspection: Inspection }): ReactElement {
  const session = useSession();
  const words = useWords();
  const { inspector } = words.panels;
  const [decision] = inspection.decisions;
  const object = inspection.object;
  const revision = object?.metadata.resourceVersion;
  const branch = useSessionState((state) => state.still?.branch);
  return (
    <>
      {inspection.why.length === 0 && <p className="a">{inspector.noWhy}</p>}
      {inspection.why.map((why, i) => (
        <section key={`${why.question}:${i}`}>
          {i > 0 && <hr />}
          <h3 className="q">{questionText(why.question, inspection, words)}</h3>
          <Answer why={{ ...why, links: ownLinks(why, inspection.why) }} known={why.links.length > 0} inspection={inspection} decision={decision} />
        </section>
      ))}
      {inspection.whatIf !== undefined && <WhatIfs inspection={inspection} />}
      <div className="after">
        {branch === undefined && inspection.whatIf === undefined && <button type="button" className="btn line" onClick={() => session.branchHere()}><Icon name="branch" size={14} />{inspector.branchHere}</button>}
        {object !== undefined && revision !== undefined && <button type="button" className="btn" onClick={() => session.setTab('object')}>{inspector.readObject(`r${revision}`)}</button>}
      </div>
    </>
  );
}

/** A Pod, a Service or an owner of Pods, opened. */
function Inside({ inspection }: { readonly inspection: Inspection }): ReactElement {
  const session = useSession();
  const words = useWords();
  return (
    <>
      <h3 className="unseen">{words.panels.inspector.tabs.inside}</h3>
      {inspection.pod !== undefined && <PodCard words={words.stage} {...inspection.pod} />}
      {inspection.owned !== undefined && <OwnedPods groups={inspection.owned} />}
      {inspection.service !== undefined && <ServiceCard words={words.stage} {...inspection.service} onSelect={session.select} />}
    </>
  );
}

/** What the last question explains anyway is not said twice. */
function ownLinks(why: WhyModel, all: readonly WhyModel[]): readonly WhyLink[] {
  const last = all.at(-1);
  if (last === undefined || last === why) return why.links;
  const said = new Set(last.links.map((link) => `${link.step ?? ''}:${link.revision ?? ''}:${link.code}`));
  return why.links.filter((link) => !said.has(`${link.step ?? ''}:${link.revision ?? ''}:${link.code}`));
}

/** At most two sentences, then the chain of causes, newest first. */
function Answer({ why, known, inspection, decision }: { readonly why: WhyModel; readonly known: boolean; readonly inspection: Inspection; readonly decision: DecisionModel | undefined }): ReactElement {
  const session = useSession();
  const words = useWords();
  const { inspector } = words.panels;
  const pod = inspection.object as Pod | undefined;
  const owner = ownerName(inspection.object);
  if (why.question === 'node' && decision !== undefined) {
    return (
      <>
        <p className="a">{decisionAnswer(decision, words)}</p>
        <Bars decision={decision} />
        <p className="more"><button type="button" className="lnk" onClick={() => session.show({ type: 'decision', ...(pod === undefined ? {} : { pod: keyOf(pod) }) })}>{inspector.stepThrough}</button></p>
      </>
    );
  }
  return (
    <>
      {why.question === 'waiting' && decision !== undefined && (pod?.spec.nodeName ?? '') === '' && (
        <>
          <p className="a">{decisionAnswer(decision, words)}</p>
          {decision.chosen === undefined && <p className="mono own">{decision.message ?? conditionOf(pod as { status: { conditions?: readonly Condition[] } }, 'PodScheduled')?.message ?? ''}</p>}
          <p className="more"><button type="button" className="lnk" onClick={() => session.show({ type: 'decision', ...(pod === undefined ? {} : { pod: keyOf(pod) }) })}>{inspector.stepThrough}</button></p>
        </>
      )}
      {why.question === 'notReplaced' && <p className="a">{owner === undefined ? inspector.answers.notReplacedBare : inspector.answers.notReplaced(owner)}</p>}
      {why.question === 'terminating' && pod?.spec.nodeName !== undefined && <p className="a">{inspector.answers.terminating(pod.spec.nodeName)}</p>}
      {!known ? <p className="a muted">{inspector.noWhy}</p> : why.links.length > 0 ? <Chain links={why.links} /> : null}
    </>
  );
}

function Bars({ decision }: { readonly decision: DecisionModel }): ReactElement {
  const rows = decision.rows.filter((row) => row.total !== undefined).slice(0, 6);
  const most = Math.max(1, ...rows.map((row) => row.total ?? 0));
  return (
    <div className="scores" role="list">
      {rows.map((row) => {
        const won = row.node === decision.chosen;
        const name = won ? <b>{row.node}</b> : <span>{row.node}</span>;
        return (
          <div key={row.node} role="listitem">
            {name}
            <span className={`b${won ? ' w' : ''}`}><i style={{ width: `${(100 * (row.total ?? 0)) / most}%` }} /></span>
            {won ? <b className="v">{row.total}</b> : <span className="v">{row.total}</span>}
          </div>
        );
      })}
    </div>
  );
}

function Chain({ links }: { readonly links: readonly WhyLink[] }): ReactElement {
  const { inspector } = useWords().panels;
  const [open, setOpen] = useState(false);
  const folded = !open && links.length > MOST_LINKS ? links.length - MOST_LINKS + 1 : 0;
  const head = folded === 0 ? links : links.slice(0, 4);
  const tail = folded === 0 ? [] : links.slice(4 + folded);
  return (
    <ol className="chain">
      {head.map((link, i) => <Cause key={`${i}:${link.step ?? ''}`} link={link} />)}
      {folded > 0 && (
        <li>
          <span className="g">⋮</span>
          <div><button type="button" className="lnk" onClick={() => setOpen(true)}>{inspector.fold(folded)}</button></div>
        </li>
      )}
      {tail.map((link, i) => <Cause key={`t${i}:${link.step ?? ''}`} link={link} />)}
    </ol>
  );
}

const TINT: Readonly<Partial<Record<GlyphName, string>>> = { kill: 'k-fail', warn: 'k-fail', cut: 'k-fail', timer: 'k-brass', term: 'k-req' };

function Cause({ link }: { readonly link: WhyLink }): ReactElement {
  const session = useSession();
  const words = useWords();
  const { inspector } = words.panels;
  const now = useSessionState((state) => Math.max(state.still?.at ?? 0, state.inspection?.at ?? 0));
  const glyph = linkGlyph(link);
  const you = link.glyph === 'you' || link.glyph === 'fault';
  const place = link.revision !== undefined ? `r${link.revision}` : you ? inspector.you : shortClock(link.at);
  return (
    <li>
      <span className={`g ${TINT[glyph] ?? ''}`}><Icon name={glyph} size={15} /></span>
      <div>
        <p>{linkText(link, words)}{link.merged !== undefined && link.merged > 1 && <small className="faint"> {inspector.merged(link.merged)}</small>}</p>
        <div className="r">
          <button type="button" className="lnk" onClick={() => session.seek(link.step !== undefined && link.step > 0 ? { steps: link.step } : link.revision !== undefined ? { revision: link.revision } : { at: link.at })}>{place}</button>
          <span>{link.at > now ? inspector.ahead(words.stage.duration(link.at - now)) : inspector.ago(words.stage.duration(now - link.at))}</span>
          {link.subject !== undefined && link.subject.key !== '' && <button type="button" className="lnk quiet" onClick={() => session.select({ on: 'object', kind: link.subject!.kind, key: link.subject!.key })}>{link.subject.kind}</button>}
        </div>
      </div>
    </li>
  );
}

function WhatIfs({ inspection }: { readonly inspection: Inspection }): ReactElement | null {
  const session = useSession();
  const { inspector } = useWords().panels;
  const { whatIf } = inspection;
  if (whatIf === undefined) return null;
  const namespace = whatIf.namespace === 'default' ? '' : ` -n ${whatIf.namespace}`;
  const shorter = whatIf.tolerations.map((toleration) => (toleration['effect'] === 'NoExecute' && toleration['tolerationSeconds'] !== undefined ? { ...toleration, tolerationSeconds: 30 } : toleration));
  const tolerate = `kubectl patch pod ${whatIf.pod}${namespace} --type=merge -p '${JSON.stringify({ spec: { tolerations: shorter } })}'`;
  return (
    <>
      <hr />
      <h3 className="q small">{inspector.whatIfTitle}</h3>
      <div className="after">
        <button type="button" className="btn line" onClick={() => session.branch(tolerate)}><Icon name="branch" size={14} />{inspector.whatIf.tolerate}</button>
        <button type="button" className="btn line" onClick={() => session.branch(`kubectl delete pod ${whatIf.pod}${namespace} --wait=false`)}><Icon name="branch" size={14} />{inspector.whatIf.delete}</button>
        {whatIf.back !== undefined && (
          <button type="button" className="btn line" onClick={() => session.branch('', { type: whatIf.back!, node: whatIf.node })}><Icon name="branch" size={14} />{whatIf.back === 'returnNode' ? inspector.whatIf.back(whatIf.node) : inspector.whatIf.mend(whatIf.node)}</button>
        )}
      </div>
    </>
  );
}

// ---- the other tabs

function ObjectYaml({ inspection }: { readonly inspection: Inspection }): ReactElement {
  const { inspector } = useWords().panels;
  const { object, before } = inspection;
  if (object === undefined) return <p className="a">{inspector.noObject}</p>;
  const lines = yamlLines(object, before);
  const changed = lines.filter((line) => line.changed).length;
  return (
    <>
      <p className="muted">{inspector.objectAt(`r${object.metadata.resourceVersion ?? '?'}`)}; {inspector.changedLines(changed)}</p>
      <pre className="yaml" aria-label={inspector.object} tabIndex={0}>
        {lines.map((line, i) => (line.changed ? <mark key={i}>{`${line.text}\n`}</mark> : <span key={i}>{`${line.text}\n`}</span>))}
      </pre>
    </>
  );
}

function Changes({ inspection, revision }: { readonly inspection: Inspection; readonly revision: number | undefined }): ReactElement {
  const session = useSession();
  const words = useWords();
  const { inspector } = words.panels;
  const text = (change: ChangeModel): string => (change.fields.length > 0 ? '' : change.verb === 'create' ? inspector.created : change.verb === 'delete' ? inspector.deleted : '');
  if (inspection.changes.length === 0) return <p className="a">{inspector.noChanges}</p>;
  return (
    <ol className="list" aria-label={inspector.changes}>
      {inspection.changes.map((change) => (
        <li key={change.revision} className={change.revision === revision ? 'on' : ''}>
          <div className="r">
            <button type="button" className="lnk" onClick={() => session.seek({ revision: change.revision })}>{`r${change.revision}`}</button>
            <span>{inspector.ago(words.stage.duration(Math.max(0, inspection.at - change.at)))}</span>
            <span className="who2">{change.by}</span>
          </div>
          {text(change) !== '' && <p>{text(change)}</p>}
          {change.fields.slice(0, 12).map((field) => (
            <p key={field.path} className="field mono">
              <span className="path">{field.path}</span>
              {field.before !== undefined && <del>{field.before}</del>}
              {field.after !== undefined && <ins>{field.after}</ins>}
            </p>
          ))}
          {change.fields.length > 12 && <p className="muted">{inspector.fold(change.fields.length - 12)}</p>}
        </li>
      ))}
    </ol>
  );
}

function Events({ inspection }: { readonly inspection: Inspection }): ReactElement {
  const words = useWords();
  const { inspector } = words.panels;
  if (inspection.events.length === 0) return <p className="a">{inspector.noEvents}</p>;
  return (
    <ol className="list" aria-label={inspector.events}>
      {inspection.events.map((event, i) => (
        <li key={i}>
          <div className="r">
            <b className={event.type === 'Warning' ? 't-fail' : ''}>{event.reason}</b>
            {event.count > 1 && <span>{inspector.times(event.count)}</span>}
            <span>{inspector.ago(words.stage.duration(Math.max(0, inspection.at - event.at)))}</span>
          </div>
          <p className="mono msg">{event.message}</p>
          <p className="muted">{event.from}</p>
        </li>
      ))}
    </ol>
  );
}

// ---- processes and messages

function ProcessPanel({ inspection, target }: { readonly inspection: Inspection; readonly target: Extract<StageTarget, { readonly on: 'process' }> }): ReactElement {
  const session = useSession();
  const words = useWords();
  const { inspector } = words.panels;
  const { process } = target;
  const family = process === 'user' || process === 'apiserver' || process === 'scheduler' || process === 'client' ? process : process.startsWith('controller/') ? 'controller' : process.startsWith('kubelet/') ? 'kubelet' : 'proxy';
  const name = process === 'user' ? words.stage.you : process.startsWith('proxy/') ? `kube-proxy, ${process.slice(6)}` : process.startsWith('kubelet/') ? `kubelet, ${process.slice(8)}` : process.startsWith('controller/') ? process.slice(11) : process;
  const { work } = inspection;
  const model = useSessionState((state) => state.still?.model);
  const troubles = model?.troubles?.filter((trouble) => trouble.process === process) ?? [];
  const verbs = model === undefined ? [] : VERBS.filter((verb) => verb.group === 'faults' && targetsOf(verb.id, model).some((each) => sameTarget(each, target)));
  return (
    <>
      <div className="hd">
        <h2 className="who"><Icon name={process === 'user' ? 'term' : 'hand'} size={18} /><span className="name">{name}</span></h2>
        {(work?.running === false || troubles.length > 0) && (
          <div className="chips">
            {work?.running === false && <span className="chip fail">{inspector.down}</span>}
            {troubles.filter(({ is }) => is !== 'down').map(({ is }) => <span key={is} className={`chip ${is === 'cut' ? 'fail' : 'brass'}`}>{words.stage.troubles[is]}</span>)}
          </div>
        )}
      </div>
      <div className="body">
        <p className="a">{inspector.process[family]}</p>
        {work?.running === false && inspector.without[family] !== undefined && <p className="a">{inspector.without[family]}</p>}
        {inspection.why.map((why) => (
          <section key={why.question} aria-label={questionText(why.question, inspection, words)}>
            <hr />
            <h3 className="q small">{questionText(why.question, inspection, words)}</h3>
            <Chain links={why.links} />
          </section>
        ))}
        {verbs.length > 0 && model !== undefined && (
          <div className="after" role="group" aria-label={words.panels.dock.faults}>
            {verbs.map((verb) => (
              <button key={verb.id} type="button" className="btn line" title={verb.key === '' ? undefined : `(${verb.key})`} onClick={() => doVerb(session, verb.id, target)}>
                <Icon name={verb.glyph} size={14} />
                {(isReverse(verb.id, model, target) ? words.panels.dock.reverse[verb.id] : undefined) ?? words.panels.dock.verbs[verb.id]}
              </button>
            ))}
          </div>
        )}
        {process === 'scheduler' && <p className="more"><button type="button" className="lnk" onClick={() => session.show({ type: 'decision' })}>{inspector.stepThrough}</button></p>}
        {work !== undefined && work.queue.length > 0 && (
          <>
            <hr />
            <h3 className="q small">{inspector.queue(work.queue.length)}</h3>
            {work.queue.map((key) => <p key={key} className="mono">{key}</p>)}
          </>
        )}
        <hr />
        <h3 className="q small">{inspector.wrote}</h3>
        {work === undefined || work.writes.length === 0 ? <p className="muted">{inspector.wroteNothing}</p> : (
          <ol className="list">
            {work.writes.map((write) => (
              <li key={write.revision}>
                <div className="r">
                  <button type="button" className="lnk" onClick={() => session.seek({ revision: write.revision })}>{`r${write.revision}`}</button>
                  <span>{inspector.ago(words.stage.duration(Math.max(0, inspection.at - write.at)))}</span>
                  <button type="button" className="lnk quiet" onClick={() => session.select({ on: 'object', kind: write.kind, key: write.key })}>{`${write.kind} ${nameOf(write.key)}`}</button>
                </div>
                <p>{write.code === undefined ? words.stage.operations[write.operation] : words.reason(write.code, write.args ?? {})}</p>
              </li>
            ))}
          </ol>
        )}
      </div>
    </>
  );
}

function MessagePanel({ id }: { readonly id: string }): ReactElement {
  const words = useWords();
  const message = useSessionState((state) => state.still?.model.messages.find((each) => each.id === id));
  const { inspector } = words.panels;
  return (
    <>
      <div className="hd"><h2 className="who"><Icon name="share" size={18} /><span className="name">{inspector.message}</span></h2></div>
      <div className="body">
        {message === undefined ? <p className="a">{inspector.noObject}</p> : <><p className="mono">{message.label}</p><p className="a">{words.stage.twin.message('', message.from, message.to).replace(/^[,，]\s*/, '')}</p></>}
      </div>
    </>
  );
}
