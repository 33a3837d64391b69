import { claim } from '../../api/claiming.ts';
import { REVISION_HASH_LABEL, byRevision, createRevision, dataText, renumberRevision, revisionData, safeHash, templateText } from '../../api/controllerRevisions.ts';
import { pathOfKey } from '../../api/kinds.ts';
import { keyOf } from '../../api/object.ts';
import type { Pod } from '../../api/object.ts';
import { adoptPatch, referenceTo, releasePatch } from '../../api/references.ts';
import { STRATEGIC_MERGE_PATCH } from '../../api/request.ts';
import type { ControllerRevision, DaemonSet } from '../../api/workloads.ts';
import type { View, Write } from '../../reconcile/controller.ts';

/**
 * A DaemonSet's revisions (pkg/controller/daemon/update.go: constructHistory, cleanupHistory). Their hash is worked out of the revision's data;
 * upstream prints Go structs, so the letters differ from a real cluster's. Left out: two revisions of the same template, which upstream merges.
 */

export interface History {
  /** What new Pods are labelled with. */
  readonly hash: string;
  readonly name: string;
  readonly old: readonly ControllerRevision[];
  readonly writes: readonly (readonly Write[])[];
}

const hashOf = (revision: ControllerRevision): string => revision.metadata.labels?.[REVISION_HASH_LABEL] ?? revision.metadata.name;

export function historyOf(daemonSet: DaemonSet, view: View): History {
  const { name, uid, namespace } = daemonSet.metadata;
  const refs = [referenceTo(daemonSet)];
  const candidates = [...view.list('ControllerRevision', { index: 'controller', value: uid }), ...view.list('ControllerRevision', { index: 'controller', value: '' }).filter((each) => each.metadata.namespace === namespace)];
  const { own, adopts, releases } = claim(daemonSet, daemonSet.spec.selector, candidates);
  const patch = (revision: ControllerRevision, body: unknown, code: string): Write => ({
    request: { method: 'PATCH', path: pathOfKey('ControllerRevision', keyOf(revision)), contentType: STRATEGIC_MERGE_PATCH, body },
    because: { code, args: { daemonSet: name, revision: revision.metadata.name }, refs: [...refs, referenceTo(revision)] },
    accept: [404, 422],
  });
  const writes: (readonly Write[])[] = [
    ...releases.map((revision) => [patch(revision, releasePatch(daemonSet, revision.metadata.uid), 'daemonset.releasesRevision')]),
    ...adopts.map((revision) => [patch(revision, adoptPatch(daemonSet, revision.metadata.uid), 'daemonset.adoptsRevision')]),
  ];
  const text = templateText(daemonSet.spec.template);
  const sorted = [...own].sort(byRevision);
  const current = sorted.filter((revision) => dataText(revision.data) === text).at(-1);
  const old = sorted.filter((revision) => dataText(revision.data) !== text);
  const number = (old.at(-1)?.revision ?? 0) + 1;
  if (current !== undefined) {
    if (current.revision < number) writes.push([{ request: renumberRevision(current, number), because: { code: 'daemonset.goesBack', args: { daemonSet: name, revision: current.metadata.name, number }, refs: [...refs, referenceTo(current)] } }]);
    return { hash: hashOf(current), name: current.metadata.name, old, writes };
  }
  const { collisionCount } = daemonSet.status;
  const hash = safeHash(text + (collisionCount === undefined ? '' : String(collisionCount)));
  const made = `${name}-${hash}`;
  writes.push([{
    request: createRevision(daemonSet, { name: made, labels: { ...daemonSet.spec.template.metadata?.labels, [REVISION_HASH_LABEL]: hash }, data: revisionData(daemonSet.spec.template), revision: number }),
    because: { code: 'daemonset.newRevision', args: { daemonSet: name, revision: made, number }, refs },
    // Of that name there is one already, of an earlier DaemonSet: it says the same.
    accept: [409],
  }]);
  return { hash, name: made, old, writes };
}

/** Old revisions beyond the limit that no Pod has; the oldest go. */
export function forgotten(daemonSet: DaemonSet, pods: readonly Pod[], history: History): readonly Write[] {
  const limit = daemonSet.spec.revisionHistoryLimit ?? 10;
  let surplus = history.old.length - limit;
  const live = new Set(pods.map((pod) => pod.metadata.labels?.[REVISION_HASH_LABEL] ?? ''));
  const writes: Write[] = [];
  for (const revision of history.old) {
    if (surplus <= 0) break;
    if (live.has(hashOf(revision))) continue;
    surplus--;
    writes.push({
      request: { method: 'DELETE', path: pathOfKey('ControllerRevision', keyOf(revision)) },
      because: { code: 'daemonset.forgetsRevision', args: { daemonSet: daemonSet.metadata.name, revision: revision.metadata.name, limit }, refs: [referenceTo(daemonSet), referenceTo(revision)] },
    });
  }
  return writes;
}
