import { customColumns, customPrinter } from '../../api/columns/custom.ts';
import type { KubernetesObject } from '../../api/object.ts';
import type { CustomKinds } from '../beyond.ts';
import { invalid } from '../status.ts';
import { going } from './definition.ts';
import { decodeCustom, decodedBody, fromStorage, refusedWhileGoing, toStorage } from './decoding.ts';
import { customKind, customKinds, customOf, missingKind } from './served.ts';
import { atPath } from './strategy.ts';
import { isFields, set } from './structural.ts';

/** What the API server asks of the kinds that CustomResourceDefinitions add. */

const whole = (value: unknown): number => (typeof value === 'number' && Number.isInteger(value) ? value : 0);

/** An object with a value at a path of fields; what is missing on the way is made. */
function withAt(object: unknown, path: readonly string[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const out: Record<string, unknown> = isFields(object) ? { ...object } : {};
  set(out, first, withAt(out[first], rest, value));
  return out;
}

export const custom: CustomKinds = {
  kind: customKind,
  all: customKinds,
  decode: decodedBody,
  shown: fromStorage,
  decodePatched: (call, document) => {
    const { apiVersion, kind } = (isFields(document) ? document : {}) as { readonly apiVersion?: unknown; readonly kind?: unknown };
    if (typeof apiVersion === 'string' && apiVersion !== call.apiVersion && kind === call.info.kind) {
      const fault = { field: 'apiVersion', reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(apiVersion)}: must be ${call.apiVersion}` } as const;
      return { error: fault.message, refused: invalid(call.info, call.name ?? '', [fault]) };
    }
    const result = decodeCustom(call, document);
    return 'error' in result ? { error: result.whole?.message ?? result.error } : { ...result, object: toStorage(call.info, result.object) };
  },
  strategy: (info) => customOf(info).strategy,
  refuseCreate: refusedWhileGoing,
  missing: missingKind,
  going,
  deprecation: (info) => customOf(info).deprecation,
  printer: (info) => customPrinter(customColumns(customOf(info).definition, info.version)),
  scaleOf: (info, object) => {
    const { scale } = customOf(info);
    if (scale === undefined) return { replicas: 0, current: 0 };
    const selector = scale.labelSelectorPath === undefined ? undefined : atPath(object, scale.labelSelectorPath).value;
    return { replicas: whole(atPath(object, scale.specReplicasPath).value), current: whole(atPath(object, scale.statusReplicasPath).value), ...(typeof selector === 'string' ? { selector } : {}) };
  },
  scaled: (info, object, replicas) => withAt(object, (customOf(info).scale?.specReplicasPath ?? '.spec.replicas').slice(1).split('.'), replicas) as KubernetesObject,
};
