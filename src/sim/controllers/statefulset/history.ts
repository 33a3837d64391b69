import { byRevision, createRevision, dataText, renumberRevision, revisionData, revisionName, safeHash, templateOf, templateText } from '../../api/controllerRevisions.ts';
import { pathOfKey } from '../../api/kinds.ts';
import { controllerOf, keyOf } from '../../api/object.ts';
import type { PodTemplateSpec } from '../../api/object.ts';
import { STRATEGIC_MERGE_PATCH } from '../../api/request.ts';
import { adoptPatch, referenceTo } from '../../api/references.ts';
import { selects } from '../../api/selector.ts';
import type { ControllerRevision, StatefulSet } from '../../api/workloads.ts';
import type { View, Write } from '../../reconcile/controller.ts';
import { revisionOf } from './identity.ts';
import type { Replica } from './identity.ts';

/** A StatefulSet's revisions (stateful_set_control.go: getStatefulSetRevisions, truncateHistory). */

export interface Revision {
  readonly name: string;
  readonly template: PodTemplateSpec;
}
export interface History {
  readonly current: Revision;
  readonly update: Revision;
  readonly collisionCount: number;
  /** Orphans are adopted, and a revision is made or numbered anew, before anything else. */
  readonly writes: readonly Write[];
  readonly revisions: readonly ControllerRevision[];
}

const known = (revision: ControllerRevision): Revision => ({ name: revision.metadata.name, template: templateOf(revision) });

export function historyOf(set: StatefulSet, view: View): History {
  const { uid, namespace } = set.metadata;
  const mine = [...view.list('ControllerRevision', { index: 'controller', value: uid }), ...view.list('ControllerRevision', { index: 'controller', value: '' }).filter((revision) => revision.metadata.namespace === namespace)]
    .filter((revision) => selects(set.spec.selector, revision.metadata.labels));
  const writes: Write[] = [];
  for (const revision of mine)
    if (controllerOf(revision) === undefined)
      writes.push({
        request: { method: 'PATCH', path: pathOfKey('ControllerRevision', keyOf(revision)), contentType: STRATEGIC_MERGE_PATCH, body: adoptPatch(set, revision.metadata.uid) },
        because: { code: 'statefulset.adoptsRevision', args: { set: set.metadata.name, revision: revision.metadata.name }, refs: [referenceTo(set), referenceTo(revision)] },
      });
  const revisions = [...mine].sort(byRevision);
  const last = revisions.at(-1);
  const collisionCount = set.status.collisionCount ?? 0;
  const text = templateText(set.spec.template);
  const next = (last?.revision ?? 0) + 1;
  const equal = revisions.filter((revision) => dataText(revision.data) === text);
  const newest = equal.at(-1);
  let update: Revision;
  if (newest !== undefined) {
    update = known(newest);
    if (last !== newest && dataText(last!.data) !== text)
      writes.push({ request: renumberRevision(newest, next), because: { code: 'statefulset.goesBack', args: { set: set.metadata.name, revision: newest.metadata.name, number: next }, refs: [referenceTo(set), referenceTo(newest)] } });
  } else {
    const hash = safeHash(text + String(collisionCount));
    const name = revisionName(set.metadata.name, hash);
    update = { name, template: set.spec.template };
    const labels = { ...set.spec.template.metadata?.labels, 'controller.kubernetes.io/hash': hash };
    writes.push({
      request: createRevision(set, { name, labels, data: revisionData(set.spec.template), revision: next }),
      because: { code: 'statefulset.newRevision', args: { set: set.metadata.name, revision: name, number: next }, refs: [referenceTo(set)] },
      // Of that name there may be one already that the cache does not show; upstream looks whether it is the same.
      accept: [409],
    });
  }
  const named = revisions.find((revision) => revision.metadata.name === set.status.currentRevision);
  return { current: named === undefined ? update : known(named), update, collisionCount, writes, revisions };
}

/** What is neither current nor to come nor any Pod's, beyond the limit: the oldest go. */
export function truncated(set: StatefulSet, pods: readonly Replica[], history: History): readonly Write[] {
  const live = new Set([history.current.name, history.update.name, ...pods.map(revisionOf)]);
  const old = history.revisions.filter((revision) => !live.has(revision.metadata.name));
  const limit = set.spec.revisionHistoryLimit ?? 10;
  if (limit < 0 || old.length <= limit) return [];
  return old.slice(0, old.length - limit).map((revision): Write => ({
    request: { method: 'DELETE', path: pathOfKey('ControllerRevision', keyOf(revision)) },
    because: { code: 'statefulset.forgetsRevision', args: { set: set.metadata.name, revision: revision.metadata.name, limit }, refs: [referenceTo(set), referenceTo(revision)] },
  }));
}
