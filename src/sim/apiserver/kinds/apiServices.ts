import type { KubernetesObject } from '../../api/object.ts';
import { base64Length } from '../goText.ts';
import type { Strategy } from '../strategy.ts';
import { invalid, invalidEach, notSupported, required, type Errors } from './field.ts';
import { validateMeta, validateMetaUpdate } from './meta.ts';
import { dns1035Label, dns1123Subdomain, pathSegmentName, portNumber } from './names.ts';
import { strategyFor, withField } from './strategies.ts';

/** APIService of apiregistration.k8s.io: after kube-aggregator's validation. Nothing is aggregated here: one with a Service is stored, and never becomes available. */
interface APIServiceIn {
  readonly spec: {
    readonly service?: { readonly namespace?: string; readonly name?: string; readonly port?: number };
    readonly group?: string;
    readonly version?: string;
    readonly insecureSkipTLSVerify?: boolean;
    readonly caBundle?: string;
    readonly groupPriorityMinimum: number;
    readonly versionPriority: number;
  };
  readonly status?: { readonly conditions?: readonly { readonly status?: string }[] };
}

function validateService(errors: Errors, object: KubernetesObject & APIServiceIn): void {
  const { group = '', version = '', groupPriorityMinimum, versionPriority, service, caBundle, insecureSkipTLSVerify } = object.spec;
  const wanted = `${version}.${group}`;
  validateMeta(errors, object.metadata, false, (name, prefix) => {
    const faults = pathSegmentName(name, prefix);
    return faults.length > 0 || name === wanted ? faults : [`must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`];
  });
  if (group === '' && version !== 'v1') required(errors, 'spec.group', 'only v1 may have an empty group and it better be legacy kube');
  if (group !== '') invalidEach(errors, 'spec.group', group, dns1123Subdomain(group));
  invalidEach(errors, 'spec.version', version, dns1035Label(version));
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000) invalid(errors, 'spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000');
  if (versionPriority <= 0 || versionPriority > 1000) invalid(errors, 'spec.versionPriority', versionPriority, 'must be positive and less than 1000');
  const bundle = base64Length(caBundle ?? '');
  if (service === undefined) {
    if (bundle > 0) invalid(errors, 'spec.caBundle', `${bundle} bytes`, 'local APIServices may not have a caBundle');
    if (insecureSkipTLSVerify === true) invalid(errors, 'spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify');
    return;
  }
  if ((service.namespace ?? '') === '') required(errors, 'spec.service.namespace');
  if ((service.name ?? '') === '') required(errors, 'spec.service.name');
  const port = service.port ?? 0;
  const faults = portNumber(port);
  if (faults.length > 0) invalid(errors, 'spec.service.port', port, `port is not valid: ${faults.join(', ')}`);
  if (insecureSkipTLSVerify === true && bundle > 0) invalid(errors, 'spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present');
}

const apiService = strategyFor<APIServiceIn>({
  default: (object) => {
    const { service } = object.spec;
    return service === undefined || service.port !== undefined ? object : { ...object, spec: { ...object.spec, service: { ...service, port: 443 } } };
  },
  // One without a Service is the API server's own, and so available at once.
  prepareForCreate: (object, now?: string) =>
    ({ ...object, status: object.spec.service === undefined ? { conditions: [{ type: 'Available', status: 'True', lastTransitionTime: now ?? null, reason: 'Local', message: 'Local APIServices are always available' }] } : {} }) as typeof object,
  prepareForUpdate: (object, old) => withField(object, 'status', old.status),
  prepareForStatusUpdate: (object, old) => {
    let { metadata } = object;
    for (const key of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) metadata = withField(metadata, key, old.metadata[key]);
    return { ...object, metadata, spec: old.spec };
  },
  validateCreate: (object) => {
    const errors: Errors = [];
    validateService(errors, object);
    return errors;
  },
  validateUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    validateService(errors, object);
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    object.status?.conditions?.forEach(({ status = '' }, i) => {
      if (!['True', 'False', 'Unknown'].includes(status)) notSupported(errors, `status.conditions[${i}].status`, status, ['True', 'False', 'Unknown']);
    });
    return errors;
  },
});

export const apiServices: Readonly<Record<string, Strategy>> = { APIService: apiService };
