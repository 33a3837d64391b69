import type { KubernetesObject, StringMap } from '../../api/object.ts';
import { validatePodTemplate } from './apps.ts';
import { forbidden, invalid, nonNegative, notSupported, required, type Errors } from './field.ts';
import { same, validateMeta, validateMetaUpdate } from './meta.ts';
import { subdomainName } from './names.ts';
import { defaultPodTemplate } from './podDefaults.ts';
import type { PodTemplateIn } from './podShapes.ts';
import { nameWarning, podTemplateWarnings } from './podWarnings.ts';
import { createdWithStatus, settled, statusUpdated, strategyFor, updatedKeepingStatus, withGeneration } from './strategies.ts';

/** ReplicationController and PodTemplate (pkg/apis/core). */

interface ControllerIn extends KubernetesObject {
  readonly spec: { readonly replicas?: number; readonly minReadySeconds?: number; readonly selector?: StringMap; readonly template?: PodTemplateIn };
  readonly status?: Readonly<Record<string, unknown>>;
}
type Spec = ControllerIn['spec'];

const some = (map: StringMap | undefined): map is StringMap => map !== undefined && Object.keys(map).length > 0;

function validateSpec(errors: Errors, spec: Spec): void {
  nonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  const { selector, template } = spec;
  if (!some(selector)) required(errors, 'spec.selector');
  nonNegative(errors, 'spec.replicas', spec.replicas);
  if (template === undefined) {
    required(errors, 'spec.template');
    return;
  }
  const labels = template.metadata?.labels;
  if (some(selector) && Object.entries(selector).some(([key, value]) => labels?.[key] !== value)) invalid(errors, 'spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`');
  validatePodTemplate(errors, template, 'spec.template');
  if (template.spec.restartPolicy !== 'Always') notSupported(errors, 'spec.template.spec.restartPolicy', template.spec.restartPolicy ?? '', ['Always']);
  if (template.spec.activeDeadlineSeconds !== undefined) forbidden(errors, 'spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in ReplicationController is not Supported');
}

export const replicationController = strategyFor<ControllerIn>({
  default: (object) => {
    const { spec } = object;
    const template = spec.template === undefined ? undefined : defaultPodTemplate(spec.template);
    const labels = template?.metadata?.labels;
    const next: Spec = {
      ...spec,
      replicas: spec.replicas ?? 1,
      ...(some(labels) && !some(spec.selector) ? { selector: labels } : {}),
      ...(template === undefined ? {} : { template }),
    };
    const metadata = some(labels) && !some(object.metadata.labels) ? { ...object.metadata, labels } : object.metadata;
    return { ...object, metadata, spec: settled('ReplicationControllerSpec', next) };
  },
  prepareForCreate: createdWithStatus('ReplicationController'),
  prepareForUpdate: updatedKeepingStatus,
  prepareForStatusUpdate: statusUpdated(false),
  validateCreate: (object) => {
    const errors: Errors = [];
    // Only the name is looked at, not the beginning of one that is generated.
    validateMeta(errors, object.metadata, true, (name, prefix) => (prefix ? [] : subdomainName(name, false)));
    validateSpec(errors, object.spec);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateSpec(errors, object.spec);
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const { status = {} } = object;
    const count = (name: string): number => (typeof status[name] === 'number' ? status[name] : 0);
    for (const name of ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration']) nonNegative(errors, `status.${name}`, count(name));
    for (const name of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']) if (count(name) > count('replicas')) invalid(errors, `status.${name}`, count(name), 'cannot be greater than status.replicas');
    if (count('availableReplicas') > count('readyReplicas')) invalid(errors, 'status.availableReplicas', count('availableReplicas'), 'cannot be greater than readyReplicas');
    return errors;
  },
  warnings: (object, old) => {
    // Upstream looks at the old template when there is one.
    const { template } = (old ?? object).spec;
    if (template === undefined || (old !== undefined && object.metadata.generation === old.metadata.generation)) return [];
    return [...(old === undefined ? nameWarning(object.metadata.name) : []), ...podTemplateWarnings('spec.template', template)];
  },
});

interface TemplateIn extends KubernetesObject {
  readonly template: PodTemplateIn;
}
export const podTemplate = strategyFor<TemplateIn>({
  default: (object) => {
    const template = defaultPodTemplate(object.template);
    return template === object.template ? object : { ...object, template };
  },
  prepareForCreate: (object) => withGeneration(object, 1),
  prepareForUpdate: (object, old) => withGeneration(object, same(object.template, old.template) ? old.metadata.generation : (old.metadata.generation ?? 0) + 1),
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMeta(errors, object.metadata, true, subdomainName);
    validatePodTemplate(errors, object.template, 'template');
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validatePodTemplate(errors, object.template, 'template');
    return errors;
  },
  warnings: (object, old) => (old === undefined || object.metadata.generation !== old.metadata.generation ? podTemplateWarnings('template', object.template) : []),
});
