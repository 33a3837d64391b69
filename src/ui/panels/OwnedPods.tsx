import type { ReactElement } from 'react';
import type { OwnedPods as Owned } from '../link/protocol.ts';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import { nameOf } from '../session/verbs.ts';
import { glyphOfKind, Icon, PodGlyph } from '../stage/glyphs.tsx';

/** An owner, opened: its Pods, by who made them. Each leads to its own why. */
export function OwnedPods({ groups }: { readonly groups: readonly Owned[] }): ReactElement {
  const session = useSession();
  const words = useWords();
  const model = useSessionState((state) => state.still?.model);
  const { inspector } = words.panels;
  const looks = new Map([...(model?.nodes.flatMap((node) => node.pods) ?? []), ...(model?.chain?.loosePods ?? []), ...(model?.chain?.replicaSets.flatMap((set) => set.pods) ?? [])].map((pod) => [pod.key, pod.look]));
  if (groups.length === 0) return <p className="muted">{words.stage.twin.none}</p>;
  return (
    <>
      {groups.map((group) => (
        <section className="owned" key={group.key}>
          <h4><Icon name={glyphOfKind(group.kind)} size={14} /><button type="button" className="lnk mono" onClick={() => session.select({ on: 'object', kind: group.kind, key: group.key })}>{nameOf(group.key)}</button></h4>
          <ul>
            {group.pods.map((pod) => {
              const look = looks.get(pod.key) ?? 'pending';
              return (
                <li key={pod.key}>
                  <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true"><PodGlyph cx={9} cy={9} r={6.5} look={look} /></svg>
                  <button type="button" className="lnk mono" onClick={() => session.select({ on: 'object', kind: 'Pod', key: pod.key })}>{pod.name}</button>
                  <span className="muted">{words.stage.looks[look]}, {pod.node === '' ? inspector.noNode : inspector.onNode(pod.node)}</span>
                </li>
              );
            })}
          </ul>
          {group.more > 0 && <p className="muted">{words.stage.morePods(group.more)}</p>}
        </section>
      ))}
    </>
  );
}
