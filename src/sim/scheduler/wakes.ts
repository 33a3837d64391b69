import type { Change } from '../api/change.ts';
import type { ByKind, Container, ContainerStatus, Pod, ResourceList } from '../api/object.ts';

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
/** The node gives its containers what they ask for: no resize is under way, in which they count for more. */
const hasItsSize = ({ spec, status }: Pod): boolean => gives(spec.containers, status.containerStatuses) && (spec.initContainers === undefined || gives(spec.initContainers, status.initContainerStatuses));
function gives(containers: readonly Container[], statuses: readonly ContainerStatus[] | undefined): boolean {
  if (statuses === undefined) return true;
  for (const { name, resources, allocatedResources } of statuses) {
    if (resources === undefined) continue;
    const wanted = containers.find((each) => each.name === name)?.resources?.requests;
    if (!sameAmounts(wanted, resources.requests) || !sameAmounts(wanted, allocatedResources ?? wanted)) return false;
  }
  return true;
}
function sameAmounts(a: ResourceList | undefined, b: ResourceList | undefined): boolean {
  if (a === b) return true;
  for (const key in a) if (b?.[key] !== a[key]) return false;
  for (const key in b) if (a?.[key] === undefined) return false;
  return true;
}
