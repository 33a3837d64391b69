import type { KubernetesObject } from '../../api/object.ts';
import { invalid, nonNegative, required, type Errors } from './field.ts';
import { same, validateMeta, validateMetaUpdate } from './meta.ts';
import { subdomainName } from './names.ts';
import { strategyFor } from './strategies.ts';

/** ControllerRevision (pkg/apis/apps): a note of what a template was. Its data never changes. */
interface RevisionIn extends KubernetesObject {
  readonly data?: unknown;
  readonly revision?: number;
}

function validateRevision(errors: Errors, object: RevisionIn): void {
  validateMeta(errors, object.metadata, true, subdomainName);
  nonNegative(errors, 'revision', object.revision);
}

export const controllerRevision = strategyFor<RevisionIn>({
  validateCreate: (object) => {
    const errors: Errors = [];
    validateRevision(errors, object);
    const { data } = object;
    if (data === undefined || data === null) required(errors, 'data', 'data is mandatory');
    else if (typeof data !== 'object' || Array.isArray(data)) required(errors, 'data', 'data must be a valid JSON object');
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateRevision(errors, object);
    if (!same(object.data, old.data)) invalid(errors, 'data', object.data ?? null, 'field is immutable');
    return errors;
  },
});
