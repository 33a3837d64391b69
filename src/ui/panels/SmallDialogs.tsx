import type { ReactElement } from 'react';
import { Icon } from '../stage/glyphs.tsx';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import { Modal } from './Dialog.tsx';
import { simplifiedInView } from './simplified.ts';

function Close({ label }: { readonly label: string }): ReactElement {
  const session = useSession();
  return <button type="button" className="btn icon close" aria-label={label} onClick={() => session.show(undefined)}><Icon name="x" /></button>;
}

export function KeysDialog(): ReactElement {
  const session = useSession();
  const { keys } = useWords().panels;
  const letters = useSessionState((state) => state.preferences.letters);
  return (
    <Modal label={keys.title} className="keys" onClose={() => session.show(undefined)}>
      <div className="headrow"><h2 className="h1">{keys.title}</h2><Close label={keys.close} /></div>
      <div className="cols">
        {keys.groups.map((group) => (
          <section key={group.title}>
            <h3 className="cap">{group.title}</h3>
            <dl>
              {group.keys.map(([key, what]) => (
                <div key={key}>
                  <dt>{key.split(' ').map((each, i) => <kbd key={i}>{each}</kbd>)}</dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="check"><input type="checkbox" checked={letters} onChange={(event) => session.setLetters(event.target.checked)} /> {keys.letters} <span className="muted">{keys.lettersNote}</span></label>
    </Modal>
  );
}

export function SimplifiedDialog(): ReactElement {
  const session = useSession();
  const words = useWords();
  const { simplified } = words.panels;
  const model = useSessionState((state) => state.still?.model);
  const ids = model === undefined ? [] : simplifiedInView(model);
  return (
    <Modal label={simplified.title} className="simplified" onClose={() => session.show(undefined)}>
      <div className="headrow"><h2 className="h1">{simplified.title}</h2><Close label={simplified.close} /></div>
      <p className="lead">{simplified.lead}</p>
      <ul>
        {words.simplified.filter(({ id }) => ids.includes(id)).map(({ id, upstream, orrery, sothat }) => (
          <li key={id}>
            <p><b>{simplified.upstream}</b> {upstream}</p>
            <p><b>{simplified.here}</b> {orrery}</p>
            <p className="muted"><b>{simplified.so}</b> {sothat}</p>
          </li>
        ))}
      </ul>
      <p><a className="lnk" href="./docs/fidelity.md" target="_blank" rel="noreferrer">{simplified.more}</a></p>
    </Modal>
  );
}
