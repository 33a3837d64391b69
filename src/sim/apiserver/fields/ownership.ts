import type { Change } from '../../api/change.ts';
import { apiVersionOf, kindInfo, type KindInfo } from '../../api/kinds.ts';
import type { Managed, Manager } from '../../api/managedFields.ts';
import type { KubernetesObject } from '../../api/object.ts';
import { usualManager } from '../../api/request.ts';
import { timestamp } from '../../api/time.ts';
import { asVersion } from '../convert.ts';
import { zeroStruct } from '../decode.ts';
import { structType, typeOfKind } from '../schema.ts';
import { shapeOfCustom } from './customShape.ts';
import { EMPTY, setOf, type FieldSet } from './fieldSet.ts';
import { afterUpdate, NOBODY } from './managed.ts';
import { shapeOfStruct, shapeOfUnknownKind, type Shape } from './shape.ts';

/**
 * Who manages the fields of a stored object. A real API server works that out at every write and stores it in the object. Here the log of changes
 * is kept for ever and says who wrote what: so it is worked out from there when somebody asks, and only what cannot be seen
 * from a change (an apply) is kept with it. Compaction takes nothing away: it ends watches, not the log.
 */

// Invisible: what a change left is always the same.
const knownManaged = new WeakMap<Change, Managed>();

/** Changes that the API server makes to an object itself, past the field manager: marks of deletion, a Pod's node, the condition of an eviction. */
const isUnmanaged = (change: Change): boolean => change.verb === 'delete' || change.subresource === 'binding' || change.subresource === 'eviction';

/** `info`: the kind as a path names it, where a definition adds it. */
export function managedAfter(change: Change, info?: KindInfo): Managed {
  const chain: Change[] = [];
  let managed: Managed = NOBODY;
  for (let at: Change | undefined = change; at !== undefined && at.after !== undefined; at = at.previous) {
    const known = at.ownership?.managed ?? knownManaged.get(at);
    if (known !== undefined) {
      managed = known;
      break;
    }
    chain.push(at);
    // A create knows nothing of what had this name before.
    if (at.before === undefined) break;
  }
  for (let i = chain.length - 1; i >= 0; i--) managed = next(chain[i]!, managed, info);
  if (chain.length > 0) knownManaged.set(change, managed);
  return managed;
}

function next(change: Change, before: Managed, info: KindInfo | undefined): Managed {
  if (isUnmanaged(change)) return before;
  const apiVersion = change.ownership?.apiVersion ?? change.after!.apiVersion;
  const inVersion = (object: KubernetesObject): KubernetesObject => (info?.table === undefined ? asVersion(apiVersion, object) : object);
  const after = inVersion(change.ownership?.given ?? change.after!);
  const shape = info?.table === undefined ? shapeOfKind(change.kind, after.apiVersion) : shapeOfCustom(info);
  const old: unknown = change.before !== undefined ? inVersion(change.before) : zeroOfKind(change.kind, after.apiVersion);
  return afterUpdate(shape, old, after, before, managerOf(change), timestamp(change.at), resetFields(change.kind, change.subresource, info), change.before === undefined);
}

export function managerOf(change: Change): Manager {
  const info = kindInfo(change.kind);
  return {
    manager: change.ownership?.manager ?? usualManager(change.by),
    operation: 'Update',
    apiVersion: change.ownership?.apiVersion ?? change.after?.apiVersion ?? (info === undefined ? '' : apiVersionOf(info)),
    ...(change.subresource === undefined ? {} : { subresource: change.subresource }),
  };
}

const metaStruct = () => structType('ObjectMeta');
export function shapeOfKind(kind: string, apiVersion: string): Shape {
  const struct = typeOfKind(kind, apiVersion);
  return struct === undefined ? shapeOfUnknownKind(metaStruct()) : shapeOfStruct(struct);
}
export function zeroOfKind(kind: string, apiVersion: string): unknown {
  const struct = typeOfKind(kind, apiVersion);
  return struct === undefined ? { metadata: {} } : zeroStruct(struct);
}

const STATUS = setOf(['status']);
const SPEC = setOf(['spec']);
/** Of a custom kind's status endpoint: everything else is reset. Upstream names what a schema has; the usual fields stand for it. */
const ALL_BUT_STATUS = setOf(['spec'], ['metadata']);
const SPEC_AND_METADATA = setOf(['spec'], ['metadata']);
/** What a status cannot write besides the spec (GetResetFields of each status strategy). */
const STATUS_RESETS: Readonly<Record<string, FieldSet>> = {
  Deployment: setOf(['spec'], ['metadata', 'labels']),
  Pod: setOf(['spec'], ['metadata', 'deletionTimestamp'], ['metadata', 'ownerReferences']),
  CertificateSigningRequest: setOf(['spec'], ['status', 'conditions']),
  ServiceCIDR: SPEC_AND_METADATA, ResourceClaim: SPEC_AND_METADATA, VolumeAttachment: SPEC_AND_METADATA, FlowSchema: SPEC_AND_METADATA, PriorityLevelConfiguration: SPEC_AND_METADATA,
  APIService: SPEC_AND_METADATA, CustomResourceDefinition: SPEC_AND_METADATA,
};
/** The fields that a write through this face of a kind leaves alone, so that nobody manages them by it. */
export function resetFields(kind: string, subresource: string | undefined, info: KindInfo | undefined = kindInfo(kind)): FieldSet {
  if (info?.table !== undefined) return subresource === 'status' ? ALL_BUT_STATUS : info.subresources.includes('status') ? STATUS : EMPTY;
  if (subresource === 'status') return (Object.hasOwn(STATUS_RESETS, kind) ? STATUS_RESETS[kind] : undefined) ?? SPEC;
  if (subresource === 'approval') return setOf(['spec'], ['status', 'certificate']);
  if (kind === 'CertificateSigningRequest') return setOf(['spec'], ['status']);
  return info?.subresources.includes('status') === true || kind === 'PodDisruptionBudget' ? STATUS : EMPTY;
}

// Invisible: what a dry run would have written, for whoever shows it.
const dryChanges = new WeakMap<KubernetesObject, Change>();
export const rememberDry = (object: KubernetesObject, change: Change): void => {
  dryChanges.set(object, change);
};
export const dryChangeOf = (object: KubernetesObject): Change | undefined => dryChanges.get(object);
