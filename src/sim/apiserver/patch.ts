import type { KubernetesObject } from '../api/object.ts';
import { JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, type Status } from '../api/request.ts';
import { parseJson, type FieldValidation } from './decode.ts';
import { goJson, goValue } from './goText.ts';
import { jsonPatch, operationsOf } from './patch-json.ts';
import { mergePatch } from './patch-merge.ts';
import { strategicPatch } from './patch-strategic.ts';
import { isList, isObject, PatchFailure, type ObjectValue, type Value } from './patch-values.ts';
import type { StructType } from './schema.ts';
import { badRequest, plainError, tooLarge } from './status.ts';

/** An object with a patch applied, not yet decoded; `strict` is what the strict decoder has against the patch itself. */
export interface Patched {
  readonly document: ObjectValue;
  readonly strict: readonly string[];
  /** As error messages print what was patched: the patch for a strategic merge, the result for the others. */
  shown(): string;
}

const named = (value: Value): string => (isList(value) ? 'array' : typeof value === 'boolean' ? 'bool' : value === null ? 'null' : typeof value);

/** The patch itself, from text if it came as text. */
function bodyOf(body: Value, prefix: string): { readonly value: Value; readonly strict: readonly string[] } {
  if (typeof body !== 'string') return { value: body, strict: [] };
  const parsed = parseJson(body);
  if ('error' in parsed) throw new PatchFailure('BadRequest', `${prefix}${parsed.error}`);
  return { value: parsed.value, strict: parsed.duplicates };
}

function objectBody(body: Value, prefix: string): { readonly value: ObjectValue; readonly strict: readonly string[] } {
  const { value, strict } = bodyOf(body, prefix);
  if (isObject(value)) return { value, strict };
  throw new PatchFailure('BadRequest', `${prefix}json: cannot unmarshal ${named(value)} into Go value of type map[string]interface {}`);
}

/** What a client makes of a 422 that is no Status: whatever was wrong in a JSON patch, this is all that the API server says. */
const unprocessable = (): Status => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'the server rejected our request due to an error in our request', reason: 'Invalid', details: {}, code: 422 });

export function applyPatch(contentType: string, object: KubernetesObject, body: Value, struct: StructType | undefined, validation: FieldValidation): Patched | Status {
  const original = object as unknown as ObjectValue;
  const prefix = validation === 'Ignore' ? '' : 'error decoding patch: ';
  try {
    switch (contentType) {
      case JSON_PATCH: {
        const parsed = bodyOf(body, prefix);
        const { operations, strict } = operationsOf(parsed.value);
        const document = jsonPatch(original, operations);
        if (!isObject(document)) throw new PatchFailure('BadRequest', `json: cannot unmarshal ${named(document)} into Go value of type map[string]interface {}`);
        return { document, strict: [...parsed.strict, ...strict], shown: () => goJson(document) };
      }
      case MERGE_PATCH: {
        const { value, strict } = objectBody(body, prefix);
        const document = mergePatch(original, value) as ObjectValue;
        return { document, strict, shown: () => goJson(document) };
      }
      case STRATEGIC_MERGE_PATCH: {
        const { value, strict } = objectBody(body, '');
        return { document: strategicPatch(original, value, struct), strict, shown: () => goValue(value) };
      }
      default:
        return plainError(`unknown Content-Type header for patch: ${contentType}`);
    }
  } catch (failure) {
    if (!(failure instanceof PatchFailure)) throw failure;
    switch (failure.form) {
      case 'BadRequest':
        return badRequest(failure.message);
      case 'Unprocessable':
        return unprocessable();
      case 'TooLarge':
        return tooLarge(`Request entity too large: ${failure.message}`);
      case 'Plain':
        return plainError(failure.message);
    }
  }
}
