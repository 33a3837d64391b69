import type { ReactElement } from 'react';
import type { ComparedSide } from '../link/compare.ts';
import type { CompareMessages } from '../i18n/compare.en.ts';
import { shortClock } from '../panels/timeText.ts';
import { glyphOfKind, Icon, PodGlyph } from '../stage/glyphs.tsx';
import type { NodeModel } from '../stage/model.ts';

const MOST_NODES = 12;
const MOST_PODS = 18;

export function stateOf(node: NodeModel, { states }: CompareMessages): string {
  const ready = node.dead === true ? states.dead : node.partitioned === true ? states.cut : node.ready === 'True' ? states.ready : states.notReady;
  return node.cordoned === true ? `${ready}, ${states.cordoned}` : ready;
}
/** What a picture of a node shows: names of Pods are drawn, so they do not count. */
const lookOf = (node: NodeModel | undefined): string =>
  node === undefined ? '' : [node.ready, node.dead, node.partitioned, node.cordoned, ...node.pods.map(({ look }) => look).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))].join(' ');

/** One of the two clusters at the moment that both are at. */
export function Side({ side, other, text }: { readonly side: ComparedSide; readonly other: ComparedSide; readonly text: CompareMessages }): ReactElement {
  const differs = (node: NodeModel): boolean => lookOf(node) !== lookOf(other.nodes.find(({ name }) => name === node.name));
  const nodes = side.nodes.length <= MOST_NODES ? side.nodes : side.nodes.map((node, i) => ({ node, i, first: differs(node) ? 0 : 1 })).sort((a, b) => a.first - b.first || a.i - b.i).slice(0, MOST_NODES).map(({ node }) => node);
  const { requests } = side;
  return (
    <>
      <ul className="cmpnodes" aria-label={text.nodes}>
        {nodes.map((node) => {
          const state = stateOf(node, text);
          const broken = node.ready !== 'True' || node.dead === true || node.partitioned === true;
          return (
            <li key={node.name} className={`${broken ? 'bad' : ''}${differs(node) ? ' differs' : ''}`} aria-label={`${text.node(node.name, state, node.pods.length)}${differs(node) ? `, ${text.differs}` : ''}`}>
              <div className="n"><b className="mono">{node.name}</b><span>{broken && <Icon name="warn" size={12} />}{state}</span></div>
              <PodRow node={node} text={text} />
            </li>
          );
        })}
      </ul>
      {side.nodes.length > MOST_NODES && <p className="muted">{text.moreNodes(side.nodes.length - MOST_NODES)}</p>}
      <p className="cmpfacts">
        {side.waiting > 0 && <span className={side.waiting !== other.waiting ? 'differs' : ''}>{text.waiting(side.waiting)}</span>}
        {requests !== undefined && <span className={requests.failed !== other.requests?.failed ? 'differs' : ''}>{text.requests(requests.total, requests.failed)}</span>}
      </p>
      <div className="cmpwrites">
        <h4>{text.writes}</h4>
        {side.writes.length === 0 ? <p className="muted">{text.noWrites}</p> : (
          <ol>
            {side.writes.map((write) => (
              <li key={write.revision}><span className="faint mono">{shortClock(write.at)}</span><Icon name={glyphOfKind(write.kind)} size={13} /><span className="mono">{text.write(write.revision, text.operations[write.operation], write.kind, write.key)}</span></li>
            ))}
          </ol>
        )}
      </div>
    </>
  );
}

function PodRow({ node, text }: { readonly node: NodeModel; readonly text: CompareMessages }): ReactElement {
  const pods = node.pods.slice(0, MOST_PODS);
  const perRow = 9;
  const rows = Math.max(1, Math.ceil(pods.length / perRow));
  return (
    <div className="p">
      <svg viewBox={`0 0 ${perRow * 20} ${rows * 20}`} width={perRow * 20} height={rows * 20} role="img" aria-label={pods.length === 0 ? '–' : pods.map((pod) => text.pod(pod.short, pod.look)).join(', ')}>
        {pods.map((pod, i) => <PodGlyph key={pod.key} cx={10 + (i % perRow) * 20} cy={10 + Math.floor(i / perRow) * 20} r={7} look={pod.look} />)}
      </svg>
      {node.pods.length > MOST_PODS && <span className="faint">{text.morePods(node.pods.length - MOST_PODS)}</span>}
    </div>
  );
}
