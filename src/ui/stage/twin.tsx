/**
 * The stage as text: always in the accessibility tree, and on screen when asked for. Everything that can be pointed at in the drawing is a
 * button here, with the same target; tests use these roles and names to find things, so the twin cannot rot.
 */
import { memo, type ReactElement } from 'react';
import type { StageMessages } from '../i18n/stage.en.ts';
import { nodeStateText } from './layout/nodes.ts';
import { sameTarget, targetId, type Endpoint, type PodModel, type StageModel, type StageTarget } from './model.ts';

export const twinId = (uid: string, target: StageTarget): string => `${uid}-${targetId(target)}`;

interface TwinProps {
  readonly model: StageModel;
  readonly words: StageMessages;
  readonly uid: string;
  readonly visible: boolean;
  readonly onSelect: (target: StageTarget) => void;
}

const WRITES = 20;

export const Twin = memo(function Twin({ model, words, uid, visible, onSelect }: TwinProps): ReactElement {
  const { twin } = words;
  // The same Pod is named in two places; the id for `aria-activedescendant` is given once, to the first.
  const named = new Set<string>();
  const item = (target: StageTarget, text: string): ReactElement => {
    const id = twinId(uid, target);
    const first = !named.has(id);
    named.add(id);
    const picked = sameTarget(target, model.selected);
    return (
      <button type="button" id={first ? id : undefined} tabIndex={visible ? 0 : -1} aria-pressed={picked} onClick={() => onSelect(target)}>
        {text}
      </button>
    );
  };
  const process = (name: Endpoint, text: string): ReactElement => item({ on: 'process', process: name }, text);
  const podText = (pod: PodModel): string => `${twin.pod(pod.name, words.looks[pod.look])}${pod.timer === undefined ? '' : `, ${twin.podTimer(words.duration(pod.timer.leftMicros))}`}`;
  const writes = model.strip.tiles.filter((tile) => tile.type === 'write' && tile.revision <= model.revision).slice(-WRITES).reverse();
  const late = model.strip.watchers.filter((watcher) => watcher.behind > 0);
  const { scheduler, chain } = model;
  return (
    <section className={`twin${visible ? '' : ' unseen'}`} aria-label={twin.title}>
      <h2>{twin.title}</h2>
      <h3>{twin.apiServer}</h3>
      <p>
        {process('apiserver', words.apiServer)}, {twin.revision(model.revision)}
        {model.apiserver.down === true ? `, ${words.down}` : model.apiserver.phase === undefined ? '' : `, ${twin.phase(words.phases[model.apiserver.phase])}`}
      </p>
      {chain !== undefined && (
        <>
          <h3>{twin.objects}</h3>
          <ul>
            {chain.deployment !== undefined && <li>{item({ on: 'object', kind: 'Deployment', key: chain.deployment.key }, `Deployment ${chain.deployment.name}, ${words.ofReady(chain.deployment.ready, chain.deployment.wanted)}`)}</li>}
            {chain.replicaSets.map((set) => (
              <li key={set.key}>
                {item({ on: 'object', kind: 'ReplicaSet', key: set.key }, `ReplicaSet ${set.name}, ${words.wantedExist(set.wanted, set.exist)}`)}
              </li>
            ))}
            {[...chain.replicaSets.flatMap((set) => set.pods), ...chain.loosePods].map((pod) => <li key={pod.key}>{item({ on: 'object', kind: 'Pod', key: pod.key }, `Pod ${podText(pod)}`)}</li>)}
            {chain.service !== undefined && <li>{item({ on: 'object', kind: 'Service', key: chain.service.key }, twin.service(chain.service.name, words.addresses(chain.service.addresses)))}</li>}
          </ul>
        </>
      )}
      <h3>{twin.writes}</h3>
      <ol>
        {writes.map((tile) => tile.type === 'write' && <li key={tile.revision}>{item({ on: 'change', revision: tile.revision }, twin.write(tile.revision, tile.kind, tile.key, words.operations[tile.operation]))}</li>)}
      </ol>
      {late.length > 0 && (
        <>
          <h3>{twin.cursors}</h3>
          <ul>{late.map((watcher) => <li key={watcher.process}>{twin.seen(watcher.process.startsWith('controller/') ? (model.controllers.find((controller) => `controller/${controller.name}` === watcher.process)?.label ?? watcher.process) : watcher.process, watcher.behind)}</li>)}</ul>
        </>
      )}
      <h3>{twin.clients}</h3>
      <ul>
        <li>{process('user', words.you)}{model.you.filter((line) => line.tone !== 'prompt').map((line, i) => <span key={i} className="row mono">{line.text}</span>)}</li>
        <li>{process('scheduler', scheduler.down === true ? `scheduler, ${words.down}` : scheduler.podInHand === undefined ? twin.schedulerIdle : twin.schedulerHolds(scheduler.podInHand.name))}{scheduler.waiting.length > 0 ? `, ${twin.schedulerWaiting(scheduler.waiting.length)}` : ''}</li>
        {model.controllers.map((controller) => <li key={controller.name}>{process(`controller/${controller.name}`, twin.controller(controller.label, twin.controllerStates[controller.state], controller.queueLength))}</li>)}
      </ul>
      {model.messages.length > 0 && (
        <>
          <h3>{twin.messages}</h3>
          <ul>
            {model.messages.map((message) => <li key={message.id}>{item({ on: 'message', id: message.id }, `${twin.message(message.label, message.from, message.to)}${message.droppedAfter === undefined ? '' : `, ${twin.dropped}`}`)}</li>)}
          </ul>
        </>
      )}
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
          <tbody>
            {model.nodes.map((node) => (
              <tr key={node.name}>
                <th scope="row">
                  {item({ on: 'object', kind: 'Node', key: node.name }, node.name)} {process(`kubelet/${node.name}`, 'kubelet')} {process(`proxy/${node.name}`, 'kube-proxy')}
                </th>
                <td>{nodeStateText(node, words)}</td>
                <td>{twin.heartbeat(words.duration(node.heartbeat.ageMicros))}</td>
                <td>
                  {node.pods.length === 0 ? twin.none : <ul>{node.pods.map((pod) => <li key={pod.key}>{item({ on: 'object', kind: 'Pod', key: pod.key }, podText(pod))}</li>)}</ul>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {model.traffic !== undefined && (
        <>
          <h3>{twin.traffic}</h3>
          <p>{item({ on: 'traffic' }, `${model.traffic.target}, ${words.perSecond(model.traffic.perSecond)}, ${words.failedOf(model.traffic.failed, model.traffic.total)}`)}</p>
        </>
      )}
    </section>
  );
});
