import { JSON_PATCH, MERGE_PATCH } from '../api/request.ts';
import { managedNow } from './fields/apply.ts';
import { encodeManaged } from './fields/managed.ts';
import { goJson } from './goText.ts';
import { jsonPatch, operationsOf } from './patch-json.ts';
import { mergePatch } from './patch-merge.ts';
import { parseJson } from './decode.ts';
import { isList, isObject, type ObjectValue, type Value } from './patch-values.ts';
import type { KubernetesObject } from '../api/object.ts';
import { mediaType, asAsked } from './verbs-write.ts';
import type { Call } from './verbs-call.ts';

/**
 * What a merge or JSON patch made of an object, as the refusal of it prints it: with who manages its fields, and the keys in order
 * wherever the patch looked into an object, since there it was a map of Go's; what it passed by stands as it was written
 * (evanphx/json-patch: lazyNode, partialDoc).
 */
export function patchShown(call: Call, old: KubernetesObject, body: Value): string | undefined {
  const parsed = typeof body === 'string' ? parseJson(body) : { value: body };
  if ('error' in parsed) return undefined;
  const shown = asAsked(call, old);
  const managedFields = encodeManaged(managedNow(call));
  const original = (managedFields.length === 0 ? shown : { ...shown, metadata: { ...shown.metadata, managedFields } }) as unknown as ObjectValue;
  switch (mediaType(call.request.contentType)) {
    case MERGE_PATCH:
      return isObject(parsed.value) ? goJson(mergedInOrder(mergePatch(original, parsed.value), original, parsed.value)) : undefined;
    case JSON_PATCH: {
      const { operations } = operationsOf(parsed.value as Value);
      const looked = new Set<string>(['']);
      for (const { path, from } of operations) for (const pointer of [path ?? '', from ?? '']) for (let at = pointer.lastIndexOf('/'); at > 0; at = pointer.lastIndexOf('/', at - 1)) looked.add(pointer.slice(0, at));
      return goJson(lookedInOrder(jsonPatch(original, operations), '', looked));
    }
    default:
      return undefined;
  }
}

const sortedKeys = (value: ObjectValue): readonly string[] => Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** A merge looks into an object where the patch holds one, too; what it brings is looked through for nulls. */
function mergedInOrder(merged: Value, before: Value, patch: Value): Value {
  if (patch === undefined) return merged;
  if (!isObject(merged) || !isObject(patch)) return isObject(before) ? merged : wholeInOrder(merged);
  const wasObject = isObject(before);
  return Object.fromEntries(sortedKeys(merged).map((key) => [key, wasObject ? mergedInOrder(merged[key], before[key], patch[key]) : wholeInOrder(merged[key])]));
}

function wholeInOrder(value: Value): Value {
  if (isList(value)) return value.map(wholeInOrder);
  return isObject(value) ? Object.fromEntries(sortedKeys(value).map((key) => [key, wholeInOrder(value[key])])) : value;
}

function lookedInOrder(value: Value, at: string, looked: ReadonlySet<string>): Value {
  if (isList(value)) return looked.has(at) ? value.map((one, i) => lookedInOrder(one, `${at}/${i}`, looked)) : value;
  if (!isObject(value) || !looked.has(at)) return value;
  return Object.fromEntries(sortedKeys(value).map((key) => [key, lookedInOrder(value[key], `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, looked)]));
}
