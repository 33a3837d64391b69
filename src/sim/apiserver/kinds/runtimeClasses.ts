import type { KubernetesObject, StringMap, Toleration } from '../../api/object.ts';
import type { Strategy } from '../strategy.ts';
import { duplicate, invalid, invalidEach, required, type Errors } from './field.ts';
import { validateLabels, validateMeta, validateMetaUpdate } from './meta.ts';
import { dns1123Label, subdomainName } from './names.ts';
import { validateTolerations } from './podValidation.ts';
import { validateResources } from './resources.ts';
import { strategyFor } from './strategies.ts';

/** RuntimeClass of node.k8s.io: after pkg/apis/node/validation. */
interface RuntimeClassIn {
  readonly handler: string;
  readonly overhead?: { readonly podFixed?: StringMap };
  readonly scheduling?: { readonly nodeSelector?: StringMap; readonly tolerations?: readonly Toleration[] };
}

function validateClass(errors: Errors, object: KubernetesObject & RuntimeClassIn): void {
  validateMeta(errors, object.metadata, false, subdomainName, 'generic');
  if (object.handler === '') required(errors, 'handler');
  else invalidEach(errors, 'handler', object.handler, dns1123Label(object.handler));
  if (object.overhead?.podFixed !== undefined) validateResources(errors, 'overhead', { limits: object.overhead.podFixed }, []);
  const { scheduling } = object;
  if (scheduling === undefined) return;
  validateLabels(errors, scheduling.nodeSelector, 'scheduling.nodeSelector');
  validateTolerations(errors, scheduling.tolerations, 'scheduling.tolerations');
  const seen = new Set<string>();
  scheduling.tolerations?.forEach((toleration, i) => {
    const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
    const id = JSON.stringify([key, operator, value, effect]);
    if (seen.has(id)) duplicate(errors, `scheduling.tolerations[${i}]`, { Key: key, Operator: operator, Value: value, Effect: effect, TolerationSeconds: tolerationSeconds ?? null });
    seen.add(id);
  });
}

const runtimeClass = strategyFor<RuntimeClassIn>({
  validateCreate: (object) => {
    const errors: Errors = [];
    validateClass(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateClass(errors, object);
    validateMetaUpdate(errors, object.metadata, old.metadata);
    if (object.handler !== old.handler) invalid(errors, 'handler', object.handler, 'field is immutable');
    return errors;
  },
});

export const runtimeClasses: Readonly<Record<string, Strategy>> = { RuntimeClass: runtimeClass };
