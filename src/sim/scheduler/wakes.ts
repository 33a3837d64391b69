import type { Change } from '../api/change.ts';
import type { ByKind, Pod } from '../api/object.ts';
import { hasItsSize } from './podinfo.ts';

/** Which news the scheduler gets up for (eventhandlers.go sees everything, and finds in most of it nothing to do). */

export const isOver = (pod: Pod): boolean => pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
export const isAssigned = (pod: Pod): boolean => (pod.spec.nodeName ?? '') !== '';

/** A node's heartbeat and a Pod's own progress on its node change nothing that the scheduler decides by: the news comes along with the next that does. */
export function wakes({ before, after, kind }: Change): boolean {
  if (before === undefined || after === undefined) return true;
  if (kind === 'Pod') return !isProgress(before as Pod, after as Pod);
  if (kind === 'Node') return before.metadata.labels !== after.metadata.labels || before.metadata.annotations !== after.metadata.annotations || (before as ByKind['Node']).spec !== (after as ByKind['Node']).spec || (before as ByKind['Node']).status !== (after as ByKind['Node']).status;
  return true;
}

/** A Pod that has its node keeps it, its size and its labels, and says how far it has come. */
function isProgress(before: Pod, after: Pod): boolean {
  if (before.spec !== after.spec || !isAssigned(after) || isOver(before) !== isOver(after)) return false;
  const [was, is] = [before.metadata, after.metadata];
  return was.uid === is.uid && was.labels === is.labels && was.deletionTimestamp === is.deletionTimestamp && (is.deletionTimestamp === undefined || before.status === after.status) && hasItsSize(before) && hasItsSize(after);
}
