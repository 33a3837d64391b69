import { targetId, type StageTarget } from '../stage/model.ts';
import type { Session } from '../session/session.ts';
import { faultOf, lineOf, targetsOf, type VerbId } from '../session/verbs.ts';

/** A verb was pressed: with a fitting thing in hand it happens, with one only target too; else it asks for one. */
export function startVerb(session: Session, verb: VerbId): void {
  const { still, selected, verb: asking, shellOpen, dialog } = session.get();
  if (still === undefined) return;
  if (verb === 'kubectl') return session.openShell(!shellOpen);
  if (verb === 'apply') return session.show(dialog?.type === 'apply' ? undefined : { type: 'apply' });
  if (asking === verb) return session.chooseVerb(undefined);
  const targets = targetsOf(verb, still.model);
  const inHand = selected === undefined ? undefined : targets.find((target) => targetId(target) === targetId(selected));
  const only = targets.length === 1 ? targets[0] : undefined;
  const target = inHand ?? only;
  if (target === undefined) session.chooseVerb(verb);
  else doVerb(session, verb, target);
}

export function doVerb(session: Session, verb: VerbId, target: StageTarget): void {
  const { still } = session.get();
  session.chooseVerb(undefined);
  if (still === undefined) return;
  if (verb === 'scale' || verb === 'image') return session.show({ type: 'form', verb, target });
  if (verb === 'traffic') return void session.traffic(target);
  if (verb === 'crash' && target.on === 'object') return void session.crash(target);
  const line = lineOf(verb, still.model, target);
  if (line !== undefined) return session.kubectl(line);
  const fault = faultOf(verb, still.model, target);
  if (fault !== undefined) session.fault(fault);
}
