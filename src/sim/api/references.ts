import { keyOf } from './object.ts';
import type { KubernetesObject, ObjectReference, OwnerReference } from './object.ts';
import type { Reference } from './reason.ts';

/** The object at the revision it has here: what a reason rests on. */
export const referenceTo = (object: KubernetesObject): Reference => ({ kind: object.kind, key: keyOf(object), revision: Number(object.metadata.resourceVersion) });

/** What an Event says it is about (client-go tools/reference). */
export function objectReference(object: KubernetesObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return { kind: object.kind, ...(namespace === undefined ? {} : { namespace }), name, uid, apiVersion: object.apiVersion, resourceVersion };
}

/** metav1.NewControllerRef. */
export const controllerReference = (owner: KubernetesObject): OwnerReference => ({
  apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid, controller: true, blockOwnerDeletion: true,
});

/** The strategic merge patch with which a controller makes itself the owner. The uid makes it fail on another object of that name. */
export const adoptPatch = (owner: KubernetesObject, uid: string): unknown => ({ metadata: { ownerReferences: [controllerReference(owner)], uid } });

/** The strategic merge patch with which a controller lets go. */
export const releasePatch = (owner: KubernetesObject, uid: string): unknown => ({ metadata: { uid, ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }] } });

/** Whether the object is controlled by this very owner, not by another of that name. */
export function isControlledBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  for (const reference of object.metadata.ownerReferences ?? []) if (reference.controller === true) return reference.uid === owner.metadata.uid;
  return false;
}
