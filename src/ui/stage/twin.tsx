/**
 * The stage as text: always in the accessibility tree, and on screen when asked for. Everything that can be pointed at in the drawing is a
 * button here, with the same target; tests use these roles and names to find things, so the twin cannot rot.
 */
import { createContext, memo, useContext, useMemo, type ReactElement } from 'react';
import type { StageMessages } from '../i18n/stage.en.ts';
import { nodeStateText } from './layout/nodes.ts';
import { targetId, type ChainModel, type ControllerModel, type Endpoint, type MessageModel, type NodeModel, type PodModel, type SchedulerModel, type StageModel, type StageTarget, type StripModel, type YouLine } from './model.ts';
import { aboveText, ownerText, usedText } from './ownerText.ts';

export const twinId = (uid: string, target: StageTarget): string => `${uid}-${targetId(target)}`;

interface TwinProps {
  readonly model: StageModel;
  readonly words: StageMessages;
  readonly uid: string;
  readonly visible: boolean;
  readonly onSelect: (target: StageTarget) => void;
}

/** What every item needs, and what changes seldom. The selection is apart, because it reaches two items at a time. */
interface Common {
  readonly words: StageMessages;
  readonly uid: string;
  readonly visible: boolean;
  readonly onSelect: (target: StageTarget) => void;
}
const CommonContext = createContext<Common | undefined>(undefined);
const SelectedContext = createContext<string | undefined>(undefined);
const TroublesContext = createContext<StageModel['troubles']>(undefined);
function useCommon(): Common {
  const common = useContext(CommonContext);
  if (common === undefined) throw new Error('an item of the twin stands outside it');
  return common;
}

const WRITES = 20;

/** A Pod is named under its owner and on its node: the id for `aria-activedescendant` is given once, to the first. */
function Item({ target, text, named = true }: { readonly target: StageTarget; readonly text: string; readonly named?: boolean }): ReactElement {
  const { uid, visible, onSelect } = useCommon();
  const selected = useContext(SelectedContext) === targetId(target);
  return (
    <button type="button" id={named ? twinId(uid, target) : undefined} tabIndex={visible ? 0 : -1} aria-pressed={selected} onClick={() => onSelect(target)}>
      {text}
    </button>
  );
}
/** A component, with what is wrong with it or its wire; that one is down its own words say already, but for kube-proxy. */
function ProcessItem({ process, text }: { readonly process: Endpoint; readonly text: string }): ReactElement {
  const { words } = useCommon();
  const troubles = useContext(TroublesContext)?.filter((trouble) => trouble.process === process && (trouble.is !== 'down' || process.startsWith('proxy/'))) ?? [];
  return <Item target={{ on: 'process', process }} text={[text, ...troubles.map(({ is }) => words.troubles[is])].join(', ')} />;
}
const ObjectItem = ({ kind, of, text, named = true }: { readonly kind: string; readonly of: string; readonly text: string; readonly named?: boolean }): ReactElement => <Item target={{ on: 'object', kind, key: of }} text={text} named={named} />;

const podText = (pod: PodModel, words: StageMessages): string => `${words.twin.pod(pod.name, words.looks[pod.look])}${pod.timer === undefined ? '' : `, ${words.twin.podTimer(words.duration(pod.timer.leftMicros))}`}`;
const podsOf = (chain: ChainModel | undefined): readonly PodModel[] => (chain === undefined ? [] : [...chain.replicaSets.flatMap((set) => set.pods), ...chain.loosePods]);

const Objects = memo(function Objects({ chain }: { readonly chain: ChainModel }): ReactElement {
  const { words } = useCommon();
  const { deployment, service, owner, above, uses } = chain;
  return (
    <>
      <h3>{words.twin.objects}</h3>
      <ul>
        {above !== undefined && <li><ObjectItem kind={above.kind} of={above.key} text={`${above.kind} ${above.name}, ${aboveText(above, words)}`} /></li>}
        {owner !== undefined && <li><ObjectItem kind={owner.kind} of={owner.key} text={`${owner.kind} ${owner.name}, ${ownerText(owner, words)}`} /></li>}
        {deployment !== undefined && <li><ObjectItem kind="Deployment" of={deployment.key} text={`Deployment ${deployment.name}, ${words.ofReady(deployment.ready, deployment.wanted)}`} /></li>}
        {chain.replicaSets.map((set) => <li key={set.key}><ObjectItem kind="ReplicaSet" of={set.key} text={`ReplicaSet ${set.name}, ${words.wantedExist(set.wanted, set.exist)}`} /></li>)}
        {podsOf(chain).map((pod) => <li key={pod.key}><ObjectItem kind="Pod" of={pod.key} text={`Pod ${podText(pod, words)}`} /></li>)}
        {uses?.map((use) => <li key={`${use.kind} ${use.key}`}><ObjectItem kind={use.kind} of={use.key} text={[`${use.kind} ${use.name}`, usedText(use, words)].filter((part) => part !== '').join(', ')} /></li>)}
        {service !== undefined && <li><ObjectItem kind="Service" of={service.key} text={words.twin.service(service.name, words.addresses(service.addresses))} /></li>}
      </ul>
    </>
  );
});

const Writes = memo(function Writes({ tiles, revision }: { readonly tiles: StripModel['tiles']; readonly revision: number }): ReactElement {
  const { words } = useCommon();
  const writes = tiles.filter((tile) => tile.type === 'write' && tile.revision <= revision).slice(-WRITES).reverse();
  return (
    <>
      <h3>{words.twin.writes}</h3>
      <ol>{writes.map((tile) => tile.type === 'write' && <li key={tile.revision}><Item target={{ on: 'change', revision: tile.revision }} text={words.twin.write(tile.revision, tile.kind, tile.key, words.operations[tile.operation])} /></li>)}</ol>
    </>
  );
});

const Clients = memo(function Clients({ you, scheduler, controllers }: { readonly you: readonly YouLine[]; readonly scheduler: SchedulerModel; readonly controllers: readonly ControllerModel[] }): ReactElement {
  const { words } = useCommon();
  const { twin } = words;
  return (
    <>
      <h3>{twin.clients}</h3>
      <ul>
        <li><ProcessItem process="user" text={words.you} />{you.filter((line) => line.tone !== 'prompt').map((line, i) => <span key={i} className="row mono">{line.text}</span>)}</li>
        <li><ProcessItem process="scheduler" text={scheduler.down === true ? `scheduler, ${words.down}` : scheduler.podInHand === undefined ? twin.schedulerIdle : twin.schedulerHolds(scheduler.podInHand.name)} />{scheduler.waiting.length > 0 ? `, ${twin.schedulerWaiting(scheduler.waiting.length)}` : ''}</li>
        {controllers.map((controller) => <li key={controller.name}><ProcessItem process={`controller/${controller.name}`} text={twin.controller(controller.label, twin.controllerStates[controller.state], controller.queueLength)} /></li>)}
      </ul>
    </>
  );
});

const Cursors = memo(function Cursors({ watchers, controllers }: { readonly watchers: StripModel['watchers']; readonly controllers: readonly ControllerModel[] }): ReactElement | null {
  const { words } = useCommon();
  const late = watchers.filter((watcher) => watcher.behind > 0);
  if (late.length === 0) return null;
  const labels = new Map(controllers.map((controller) => [`controller/${controller.name}`, controller.label]));
  return (
    <>
      <h3>{words.twin.cursors}</h3>
      <ul>{late.map((watcher) => <li key={watcher.process}>{words.twin.seen(labels.get(watcher.process) ?? watcher.process, watcher.behind)}</li>)}</ul>
    </>
  );
});

const Messages = memo(function Messages({ messages }: { readonly messages: readonly MessageModel[] }): ReactElement | null {
  const { words } = useCommon();
  if (messages.length === 0) return null;
  return (
    <>
      <h3>{words.twin.messages}</h3>
      <ul>{messages.map((message) => <li key={message.id}><Item target={{ on: 'message', id: message.id }} text={`${words.twin.message(message.label, message.from, message.to)}${message.droppedAfter === undefined ? '' : `, ${words.twin.dropped}`}`} /></li>)}</ul>
    </>
  );
});

const NodeRow = memo(function NodeRow({ node, elsewhere }: { readonly node: NodeModel; readonly elsewhere: ReadonlySet<string> }): ReactElement {
  const { words } = useCommon();
  const { twin } = words;
  return (
    <tr>
      <th scope="row">
        <ObjectItem kind="Node" of={node.name} text={node.name} /> <ProcessItem process={`kubelet/${node.name}`} text="kubelet" /> <ProcessItem process={`proxy/${node.name}`} text="kube-proxy" />
      </th>
      <td>{nodeStateText(node, words)}</td>
      <td>{twin.heartbeat(words.duration(node.heartbeat.ageMicros))}</td>
      <td>{node.pods.length === 0 ? twin.none : <ul>{node.pods.map((pod) => <li key={pod.key}><ObjectItem kind="Pod" of={pod.key} text={podText(pod, words)} named={!elsewhere.has(pod.key)} /></li>)}</ul>}</td>
    </tr>
  );
});

export const Twin = memo(function Twin({ model, words, uid, visible, onSelect }: TwinProps): ReactElement {
  const { twin } = words;
  const common = useMemo(() => ({ words, uid, visible, onSelect }), [words, uid, visible, onSelect]);
  const { chain, apiserver, traffic } = model;
  const elsewhere = useMemo(() => new Set(podsOf(chain).map((pod) => pod.key)), [chain]);
  return (
    <CommonContext value={common}>
      <TroublesContext value={model.troubles}><SelectedContext value={model.selected === undefined ? undefined : targetId(model.selected)}>
        <section className={`twin${visible ? '' : ' unseen'}`} aria-label={twin.title}>
          <h2>{twin.title}</h2>
          <h3>{twin.apiServer}</h3>
          <p>
            <ProcessItem process="apiserver" text={words.apiServer} />, {twin.revision(model.revision)}
            {apiserver.down === true ? `, ${words.down}` : apiserver.phase === undefined ? '' : `, ${twin.phase(words.phases[apiserver.phase])}`}
          </p>
          {chain !== undefined && <Objects chain={chain} />}
          <Writes tiles={model.strip.tiles} revision={model.revision} />
          <Cursors watchers={model.strip.watchers} controllers={model.controllers} />
          <Clients you={model.you} scheduler={model.scheduler} controllers={model.controllers} />
          <Messages messages={model.messages} />
          <h3>{twin.nodes}</h3>
          {model.nodes.length === 0 ? <p>{words.noNodes}</p> : (
            <table>
              <thead>
                <tr>
                  <th scope="col">{twin.nodeColumns.node}</th>
                  <th scope="col">{twin.nodeColumns.state}</th>
                  <th scope="col">{twin.nodeColumns.heartbeat}</th>
                  <th scope="col">{twin.nodeColumns.pods}</th>
                </tr>
              </thead>
              <tbody>{model.nodes.map((node) => <NodeRow key={node.name} node={node} elsewhere={elsewhere} />)}</tbody>
            </table>
          )}
          {traffic !== undefined && (
            <>
              <h3>{twin.traffic}</h3>
              <p><Item target={{ on: 'traffic' }} text={`${traffic.target}, ${words.perSecond(traffic.perSecond)}, ${words.failedOf(traffic.failed, traffic.total)}`} /></p>
            </>
          )}
        </section>
      </SelectedContext></TroublesContext>
    </CommonContext>
  );
});
