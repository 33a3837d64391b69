import { pathOf, pathOfKey } from '../../api/kinds.ts';
import { keyOf } from '../../api/object.ts';
import type { KubernetesObject, OwnerReference, PersistentVolumeClaim } from '../../api/object.ts';
import type { Reason } from '../../api/reason.ts';
import { controllerReference, objectReference, referenceTo } from '../../api/references.ts';
import type { StatefulSet } from '../../api/workloads.ts';
import type { View, Write } from '../../reconcile/controller.ts';
import { claimName, inRange, ordinalOf } from './identity.ts';
import type { Replica } from './identity.ts';

/** The claims of a StatefulSet's templates: made before their Pod, owned as the retention policy says (stateful_pod_control.go). */

interface Policy {
  readonly whenDeleted: string;
  readonly whenScaled: string;
}
const policyOf = (set: StatefulSet): Policy => ({ whenDeleted: 'Retain', whenScaled: 'Retain', ...set.spec.persistentVolumeClaimRetentionPolicy });

const matches = (reference: OwnerReference, object: KubernetesObject): boolean => reference.apiVersion === object.apiVersion && reference.kind === object.kind && reference.name === object.metadata.name;
const owners = (claim: PersistentVolumeClaim): readonly OwnerReference[] => claim.metadata.ownerReferences ?? [];
const owns = (claim: PersistentVolumeClaim, object: KubernetesObject): boolean => object.metadata.uid !== undefined && owners(claim).some((reference) => reference.uid === object.metadata.uid);
const stale = (claim: PersistentVolumeClaim, object: KubernetesObject): boolean => {
  const reference = owners(claim).find((each) => matches(each, object));
  return reference !== undefined && reference.uid !== object.metadata.uid;
};

function hasUnexpectedController(claim: PersistentVolumeClaim, set: StatefulSet, pod: Replica): boolean {
  const { whenDeleted, whenScaled } = policyOf(set);
  if (whenDeleted === 'Retain' && whenScaled === 'Retain') return false;
  for (const reference of owners(claim)) {
    const own = matches(reference, set) ? set : matches(reference, pod) ? pod : undefined;
    if (own !== undefined) {
      if (reference.uid !== own.metadata.uid) return true;
    } else if (reference.controller === true) return true;
  }
  return false;
}

/** Who should own it: nobody, the set (deleted with it), or the Pod that is scaled down (deleted with that). */
function wantedOwner(set: StatefulSet, pod: Replica): KubernetesObject | undefined {
  const { whenDeleted, whenScaled } = policyOf(set);
  if (whenScaled === 'Delete' && !inRange(pod, set)) return pod;
  return whenDeleted === 'Delete' ? set : undefined;
}

function isUpToDate(claim: PersistentVolumeClaim, set: StatefulSet, pod: Replica): boolean {
  if (stale(claim, set) || stale(claim, pod)) return true;
  if (hasUnexpectedController(claim, set, pod)) return !owns(claim, set) && !owns(claim, pod);
  if (owners(claim).some((reference) => (reference.uid === set.metadata.uid || reference.uid === pod.metadata.uid) && reference.controller !== true)) return false;
  const wanted = wantedOwner(set, pod);
  return owns(claim, set) === (wanted === set) && owns(claim, pod) === (wanted === pod);
}

const templates = (set: StatefulSet): NonNullable<StatefulSet['spec']['volumeClaimTemplates']> => set.spec.volumeClaimTemplates ?? [];
const existing = (set: StatefulSet, pod: Replica, view: View): readonly PersistentVolumeClaim[] =>
  templates(set).flatMap(({ metadata }) => view.get('PersistentVolumeClaim', `${set.metadata.namespace}/${claimName(metadata.name, set, ordinalOf(pod))}`) ?? []);

/** A claim of another life of the Pod, about to be deleted with it, keeps the Pod from being made. */
export const hasStaleClaim = (set: StatefulSet, pod: Replica, view: View): boolean => policyOf(set).whenScaled !== 'Retain' && existing(set, pod, view).some((claim) => stale(claim, pod));

export const ownersAreRight = (set: StatefulSet, pod: Replica, view: View): boolean => existing(set, pod, view).every((claim) => isUpToDate(claim, set, pod));

/** The claims that a Pod needs and that are not there. `blocked`: one is being deleted, so the Pod cannot be made yet. */
export function missingClaims(set: StatefulSet, pod: Replica, view: View): { readonly writes: readonly Write[]; readonly blocked: string | undefined } {
  const writes: Write[] = [];
  let blocked: string | undefined;
  for (const template of templates(set)) {
    const name = claimName(template.metadata.name, set, ordinalOf(pod));
    const there = view.get('PersistentVolumeClaim', `${set.metadata.namespace}/${name}`);
    if (there !== undefined) {
      if (there.metadata.deletionTimestamp !== undefined) blocked = name;
      continue;
    }
    const words = `Claim ${name}`;
    writes.push({
      request: {
        method: 'POST',
        path: pathOf('PersistentVolumeClaim', set.metadata.namespace),
        body: { ...template, kind: 'PersistentVolumeClaim', apiVersion: 'v1', metadata: { ...template.metadata, name, namespace: set.metadata.namespace, labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels } } },
      },
      because: { code: 'statefulset.claims', args: { set: set.metadata.name, pod: pod.metadata.name, claim: name }, refs: [referenceTo(set)] },
      accept: [409],
      event: { regarding: objectReference(set), type: 'Normal', reason: 'SuccessfulCreate', message: `Create ${words} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} success` },
      failureEvent: { regarding: objectReference(set), type: 'Warning', reason: 'FailedCreate', message: `Create ${words} for Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} failed error: {error}` },
    });
  }
  return { writes, blocked };
}

/** Gives the claims that are there the owners that the policy wants. */
export function claimOwners(set: StatefulSet, pod: Replica, view: View): readonly Write[] {
  const writes: Write[] = [];
  for (const claim of existing(set, pod, view)) {
    if (isUpToDate(claim, set, pod)) continue;
    const others = owners(claim).filter((reference) => !matches(reference, set) && !matches(reference, pod));
    const wanted = hasUnexpectedController(claim, set, pod) ? undefined : wantedOwner(set, pod);
    const because: Reason = { code: 'statefulset.claimOwners', args: { set: set.metadata.name, claim: claim.metadata.name, owner: wanted === undefined ? '' : `${wanted.kind} ${wanted.metadata.name}` }, refs: [referenceTo(set), referenceTo(claim)] };
    writes.push({
      request: { method: 'PUT', path: pathOfKey('PersistentVolumeClaim', keyOf(claim)), body: { ...claim, metadata: { ...claim.metadata, ownerReferences: wanted === undefined ? others : [...others, controllerReference(wanted)] } } },
      because,
    });
  }
  return writes;
}

/** A claim that another controller owns is left alone, and an Event says so. */
export const conflictingClaims = (set: StatefulSet, pod: Replica, view: View): readonly string[] =>
  existing(set, pod, view).filter((claim) => hasUnexpectedController(claim, set, pod)).map((claim) => claim.metadata.name);
