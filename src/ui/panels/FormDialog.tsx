import { useEffect, useState, type ReactElement } from 'react';
import type { Deployment } from '../../sim/api/object.ts';
import type { StageTarget } from '../stage/model.ts';
import { useSession, useSessionState, useWords } from '../session/react.ts';
import { lineOf, nameOf, type VerbId } from '../session/verbs.ts';
import { Modal } from './Dialog.tsx';

/** The little that a verb has to know: how many, or which image. The line that it becomes stands below. */
export function FormDialog({ verb, target }: { readonly verb: VerbId; readonly target: StageTarget }): ReactElement | null {
  const session = useSession();
  const { form } = useWords().panels;
  const model = useSessionState((state) => state.still?.model);
  const [containers, setContainers] = useState<readonly { readonly name: string; readonly image: string }[]>([]);
  const [container, setContainer] = useState('');
  const [value, setValue] = useState('');
  useEffect(() => {
    let current = true;
    void session.inspect(target).then((inspection) => {
      const deployment = inspection?.object as Deployment | undefined;
      if (!current || deployment === undefined) return;
      const all = deployment.spec.template.spec.containers.map(({ name, image }) => ({ name, image: image ?? '' }));
      setContainers(all);
      setContainer(all[0]?.name ?? '');
      setValue(verb === 'scale' ? String(deployment.spec.replicas) : nextTag(all[0]?.image ?? ''));
    });
    return () => {
      current = false;
    };
  }, [session, target, verb]);
  if (model === undefined || target.on !== 'object') return null;
  const name = nameOf(target.key);
  const title = verb === 'scale' ? form.scaleTitle(name) : form.imageTitle(name);
  const line = lineOf(verb, model, target, value.trim(), container) ?? '';
  const good = verb === 'scale' ? /^\d{1,7}$/.test(value.trim()) : value.trim() !== '' && !/[\s'"\\]/.test(value.trim());
  const close = (): void => session.show(undefined);
  return (
    <Modal label={title} className="small" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!good) return;
          close();
          session.kubectl(line);
        }}
      >
        <h2 className="h1">{title}</h2>
        {verb === 'scale' ? (
          <div className="field">
            <label htmlFor="form-value">{form.replicas}</label>
            <input id="form-value" className="mono" type="number" min="0" max="1000000" value={value} data-first onChange={(event) => setValue(event.target.value)} />
          </div>
        ) : (
          <>
            {containers.length > 1 && (
              <div className="field">
                <label htmlFor="form-container">{form.container}</label>
                <select id="form-container" value={container} onChange={(event) => { setContainer(event.target.value); setValue(nextTag(containers.find((each) => each.name === event.target.value)?.image ?? '')); }}>
                  {containers.map((each) => <option key={each.name}>{each.name}</option>)}
                </select>
              </div>
            )}
            <div className="field">
              <label htmlFor="form-value">{form.image}</label>
              <input id="form-value" className="mono" type="text" value={value} data-first spellCheck={false} onChange={(event) => setValue(event.target.value)} />
            </div>
          </>
        )}
        <pre className="code">{line}</pre>
        <div className="ends">
          <button type="button" className="btn" onClick={close}>{form.cancel}</button>
          <button type="submit" className="btn solid" disabled={!good}>{form.go}</button>
        </div>
      </form>
    </Modal>
  );
}

/** Something to roll to: the next minor version, where the tag has one. */
function nextTag(image: string): string {
  const found = /^(.*:\d+\.)(\d+)(\.\d+)?$/.exec(image);
  return found === null ? image : `${found[1]}${Number(found[2]) + (found[3] === undefined ? 1 : 2)}${found[3] === undefined ? '' : '.1'}`;
}
