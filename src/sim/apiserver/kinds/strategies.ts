import type { KubernetesObject } from '../../api/object.ts';
import { decodeAs, zeroStruct } from '../decode.ts';
import { structType, typeOfKind } from '../schema.ts';
import type { FieldError, Strategy } from '../strategy.ts';
import { same } from './meta.ts';

/** What strategies of kinds with spec and status have in common. */

export interface Parts {
  readonly spec?: unknown;
  readonly status?: unknown;
}
export const NO_ERRORS: readonly FieldError[] = [];

/**
 * A value that was just filled in, in the form in which the API server writes it: fields in Go's order. It is known as decoded from
 * then on, so that whoever sends it back (a status patch, a controller) does not have it walked again.
 */
export function settled<T extends object>(type: string, value: T): T {
  return (decodeAs(structType(type), value).value as T | undefined) ?? value;
}

/** A strategy that is written for one kind's shape, as the table holds it. */
export function strategyFor<T>(strategy: Strategy<KubernetesObject & T>): Strategy {
  return strategy as unknown as Strategy;
}

/** The status of an object that was just created: the zero value of Go's type. */
export function emptyStatus(kind: string): unknown {
  const field = typeOfKind(kind)?.byName.get('status');
  return field?.type.is === 'struct' ? zeroStruct(field.type.struct) : undefined;
}

/** A field that was not there must not come back as undefined. */
export function withField<T extends object>(object: T, key: string, value: unknown): T {
  const before = (object as Record<string, unknown>)[key];
  if (before === value) return object;
  if (value !== undefined) return { ...object, [key]: value };
  const out: Record<string, unknown> = {};
  for (const name of Object.keys(object)) if (name !== key) out[name] = (object as Record<string, unknown>)[name];
  return out as T;
}

export function withGeneration<T extends KubernetesObject>(object: T, generation: number | undefined): T {
  const metadata = withField(object.metadata, 'generation', generation);
  return metadata === object.metadata ? object : { ...object, metadata };
}

export function createdWithStatus(kind: string): <T extends KubernetesObject>(object: T) => T {
  return (object) => withGeneration(withField(object, 'status', emptyStatus(kind)), 1);
}

/** Status is the status subresource's: an update keeps the old one; a changed spec is a new generation. */
export function updatedKeepingStatus<T extends KubernetesObject & Parts>(object: T, old: T): T {
  const next = withField(object, 'status', old.status);
  const generation = old.metadata.generation ?? 0;
  return withGeneration(next, same(object.spec, old.spec) ? old.metadata.generation : generation + 1);
}

/** An update of the status keeps everything else; `keep` names the metadata that the status endpoint may not touch either. */
export function statusUpdated<T extends KubernetesObject & Parts>(keepLabels: boolean): (object: T, old: T) => T {
  return (object, old) => {
    let metadata = withField(object.metadata, 'generation', old.metadata.generation);
    if (keepLabels) metadata = withField(metadata, 'labels', old.metadata.labels);
    const next = metadata === object.metadata ? object : { ...object, metadata };
    return withField(next, 'spec', old.spec);
  };
}
