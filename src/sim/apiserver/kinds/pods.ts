import type { Condition, Pod, Toleration } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { forbidden, invalid, invalidEach, required, type Errors } from './field.ts';
import { beyond } from '../beyond.ts';
import { same, validateMeta, validateMetaUpdate } from './meta.ts';
import { dns1123Label, dns1123Subdomain, ipFaults, qualifiedName, subdomainName } from './names.ts';
import { defaultPod } from './podDefaults.ts';
import { isRight, noteRight } from './podTwins.ts';
import type { ContainerIn, PodSpecIn } from './podShapes.ts';
import { validateImageText, validatePodAnnotations, validatePodSpec, validateTolerations } from './podValidation.ts';
import { NO_ERRORS, strategyFor, withField, withGeneration } from './strategies.ts';

/** Pods (pkg/registry/core/pod/strategy.go and ValidatePod... of pkg/apis/core/validation). */

const specOf = (pod: { readonly spec: unknown }): PodSpecIn => pod.spec as PodSpecIn;
type Status = { readonly qosClass?: string } & Readonly<Record<string, unknown>>;
const statusOf = (pod: { readonly status?: unknown }): Status => (pod.status ?? {}) as Status;

const QOS_RESOURCES = ['cpu', 'memory'] as const;

/** ComputePodQOS: Guaranteed when every container has cpu and memory limits that are its requests too. */
export function qosClass(spec: PodSpecIn): string {
  const parts: readonly ContainerIn[] = spec.resources !== undefined && (spec.resources.requests !== undefined || spec.resources.limits !== undefined) ? [{ name: '', resources: spec.resources }] : [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const requests = new Map<string, bigint>();
  const limits = new Map<string, bigint>();
  let guaranteed = true;
  for (const part of parts) {
    if (part.resources?.requests === undefined && part.resources?.limits === undefined) {
      guaranteed = false;
      continue;
    }
    let found = 0;
    for (const name of QOS_RESOURCES) {
      const request = parseQuantity(part.resources?.requests?.[name] ?? '0') ?? 0n;
      const limit = parseQuantity(part.resources?.limits?.[name] ?? '0') ?? 0n;
      if (request > 0n) requests.set(name, (requests.get(name) ?? 0n) + request);
      if (limit > 0n) {
        found += 1;
        limits.set(name, (limits.get(name) ?? 0n) + limit);
      }
    }
    if (found < QOS_RESOURCES.length) guaranteed = false;
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  if (guaranteed) for (const [name, request] of requests) if (limits.get(name) !== request) guaranteed = false;
  return guaranteed && requests.size === limits.size ? 'Guaranteed' : 'Burstable';
}

/** Match label keys of (anti-)affinity terms and spread constraints become part of the selector when the Pod is made. */
function applyLabelKeys<T extends { readonly labelSelector?: unknown; readonly matchLabelKeys?: readonly string[]; readonly mismatchLabelKeys?: readonly string[] }>(term: T, labels: Readonly<Record<string, string>>): T {
  if (((term.matchLabelKeys?.length ?? 0) === 0 && (term.mismatchLabelKeys?.length ?? 0) === 0) || term.labelSelector === undefined || term.labelSelector === null) return term;
  const selector = term.labelSelector as { readonly matchLabels?: unknown; readonly matchExpressions?: readonly unknown[] };
  const added: unknown[] = [];
  for (const [keys, operator] of [[term.matchLabelKeys, 'In'], [term.mismatchLabelKeys, 'NotIn']] as const) {
    for (const key of keys ?? []) if (Object.hasOwn(labels, key)) added.push({ key, operator, values: [labels[key]] });
  }
  if (added.length === 0) return term;
  return { ...term, labelSelector: { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] } };
}
function mergeLabelKeys(spec: PodSpecIn, labels: Readonly<Record<string, string>> | undefined): PodSpecIn {
  const { affinity, topologySpreadConstraints: spread } = spec;
  if ((affinity?.podAffinity === undefined && affinity?.podAntiAffinity === undefined && spread === undefined) || labels === undefined) return spec;
  const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
  const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
  const terms = <T extends NonNullable<NonNullable<PodSpecIn['affinity']>['podAffinity']>>(one: T | undefined): T | undefined =>
    one === undefined ? undefined : {
      ...one,
      ...(one[REQUIRED] === undefined ? {} : { [REQUIRED]: one[REQUIRED].map((term) => applyLabelKeys(term, labels)) }),
      ...(one[PREFERRED] === undefined ? {} : { [PREFERRED]: one[PREFERRED].map((term) => ({ ...term, podAffinityTerm: applyLabelKeys(term.podAffinityTerm, labels) })) }),
    };
  const hasKeys = JSON.stringify([affinity?.podAffinity, affinity?.podAntiAffinity, spread]).includes('atchLabelKeys');
  if (!hasKeys) return spec;
  return {
    ...spec,
    ...(affinity === undefined ? {} : { affinity: { ...affinity, ...(affinity.podAffinity === undefined ? {} : { podAffinity: terms(affinity.podAffinity) }), ...(affinity.podAntiAffinity === undefined ? {} : { podAntiAffinity: terms(affinity.podAntiAffinity) }) } }),
    ...(spread === undefined ? {} : { topologySpreadConstraints: spread.map((one) => applyLabelKeys(one, labels)) }),
  };
}

function validateMetadataAndSpec(errors: Errors, pod: Pod, isNew: boolean): void {
  const spec = specOf(pod);
  if (isNew) validateMeta(errors, pod.metadata, true, subdomainName);
  validatePodAnnotations(errors, pod.metadata.annotations, spec, 'metadata.annotations');
  if (isRight(spec)) return;
  const before = errors.length;
  validatePodSpec(errors, spec, pod.metadata, 'spec', { isPod: true });
  if (spec.serviceAccountName === undefined) {
    spec.volumes?.forEach((volume, i) =>
      volume.projected?.sources?.forEach((source, j) => {
        if (source.serviceAccountToken !== undefined) forbidden(errors, `spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`, 'must not be specified when serviceAccountName is not set');
      }),
    );
  }
  spec.containers?.forEach((container, i) => validateImageText(errors, container, `spec.containers[${i}]`));
  spec.initContainers?.forEach((container, i) => validateImageText(errors, container, `spec.initContainers[${i}]`));
  if (errors.length === before) noteRight(spec);
}

const UPDATABLE = '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function validateTolerationsKept(errors: Errors, tolerations: readonly Toleration[] | undefined, old: readonly Toleration[] | undefined): void {
  if (tolerations === old) return;
  for (const one of old ?? []) {
    if ((tolerations ?? []).some((next) => same({ ...next, tolerationSeconds: null }, { ...one, tolerationSeconds: null }))) continue;
    forbidden(errors, 'spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds');
    return;
  }
  validateTolerations(errors, tolerations, 'spec.tolerations');
}

/** Of a Pod's spec only a handful of fields may ever change; the others are put back and the rest must be as it was. */
function validateSpecUpdate(errors: Errors, spec: PodSpecIn, old: PodSpecIn): void {
  for (const list of ['containers', 'initContainers'] as const) {
    const now = spec[list] ?? [];
    if (now.length !== (old[list] ?? []).length) {
      forbidden(errors, `spec.${list}`, 'pod updates may not add or remove containers');
      return;
    }
    now.forEach((container, i) => {
      if (container.image === undefined) required(errors, `spec.${list}[${i}].image`);
      validateImageText(errors, container, `spec.${list}[${i}]`);
    });
  }
  const [deadline, before] = [spec.activeDeadlineSeconds, old.activeDeadlineSeconds];
  if (deadline !== undefined) {
    if (deadline < 0 || deadline > 2_147_483_647) return invalid(errors, 'spec.activeDeadlineSeconds', deadline, 'must be between 0 and 2147483647, inclusive');
    if (before !== undefined && before < deadline) return invalid(errors, 'spec.activeDeadlineSeconds', deadline, 'must be less than or equal to previous value');
  } else if (before !== undefined) invalid(errors, 'spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value');
  validateTolerationsKept(errors, spec.tolerations, old.tolerations);
  if (spec.schedulingGates !== old.schedulingGates) {
    spec.schedulingGates?.forEach((gate, i) => {
      if (!(old.schedulingGates ?? []).some((one) => one.name === gate.name)) forbidden(errors, `spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${gate.name}'`);
    });
  }
  if (same(spec, old)) return;
  const image = (container: ContainerIn, was: ContainerIn | undefined): ContainerIn => withField(container, 'image', was?.image);
  let munged: PodSpecIn = { ...spec, containers: (spec.containers ?? []).map((one, i) => image(one, old.containers?.[i])) };
  if (spec.initContainers !== undefined) munged = { ...munged, initContainers: spec.initContainers.map((one, i) => image(one, old.initContainers?.[i])) };
  munged = withField(munged, 'activeDeadlineSeconds', old.activeDeadlineSeconds);
  munged = withField(munged, 'schedulingGates', old.schedulingGates);
  munged = withField(munged, 'tolerations', old.tolerations);
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && munged.terminationGracePeriodSeconds === 1) munged = withField(munged, 'terminationGracePeriodSeconds', old.terminationGracePeriodSeconds);
  if ((old.schedulingGates?.length ?? 0) > 0) munged = validateGatedUpdate(errors, munged, old);
  if (!same(munged, old)) forbidden(errors, 'spec', `pod updates may not change fields other than ${UPDATABLE}\n${beyond.podSpecDiff!(old, munged)}`);
}

/** While a Pod is gated its node selector and required node affinity may still be narrowed. */
function validateGatedUpdate(errors: Errors, spec: PodSpecIn, old: PodSpecIn): PodSpecIn {
  let munged = spec;
  const selector = spec.nodeSelector ?? {};
  if (!same(spec.nodeSelector, old.nodeSelector)) {
    for (const key of Object.keys(old.nodeSelector ?? {})) {
      if (selector[key] === old.nodeSelector?.[key]) continue;
      invalid(errors, 'spec.nodeSelector', selector, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)');
      break;
    }
    munged = withField(munged, 'nodeSelector', old.nodeSelector);
  }
  const [now, was] = [spec.affinity?.nodeAffinity, old.affinity?.nodeAffinity];
  if (!same(now, was)) {
    const terms = now?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
    const oldTerms = was?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
    const field = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
    if (oldTerms.length > 0 && oldTerms.length !== terms.length) invalid(errors, field, terms, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed');
    else {
      oldTerms.forEach((term, i) => {
        const next = terms[i];
        const kept = (list: 'matchExpressions' | 'matchFields'): boolean => same((next?.[list] ?? []).slice(0, term[list]?.length ?? 0), term[list] ?? []);
        const wasEmpty = (term.matchExpressions?.length ?? 0) === 0 && (term.matchFields?.length ?? 0) === 0;
        const isEmpty = (next?.matchExpressions?.length ?? 0) === 0 && (next?.matchFields?.length ?? 0) === 0;
        if ((wasEmpty && !isEmpty) || !kept('matchExpressions') || !kept('matchFields')) invalid(errors, `${field}[${i}]`, next, 'only additions are allowed (no mutations or deletions)');
      });
    }
    munged = withField(munged, 'affinity', spec.affinity === undefined ? old.affinity : old.affinity === undefined && spec.affinity.podAffinity === undefined && spec.affinity.podAntiAffinity === undefined ? undefined : withField(spec.affinity, 'nodeAffinity', was));
  }
  return munged;
}

interface ContainerStateIn {
  readonly name: string;
  readonly state?: { readonly terminated?: { readonly exitCode: number } };
}

/** A container that ended for good must not be reported as running again. */
function validateStateTransition(errors: Errors, statuses: readonly ContainerStateIn[] | undefined, old: readonly ContainerStateIn[] | undefined, field: string, spec: PodSpecIn, init: boolean): void {
  if (statuses === old || old === undefined) return;
  if (!init && spec.restartPolicy === 'Always') return;
  old.forEach((was, i) => {
    const ended = was.state?.terminated;
    if (ended === undefined) return;
    const container = (init ? spec.initContainers : spec.containers)?.find((one) => one.name === was.name);
    const policy = container?.restartPolicy ?? (init && spec.restartPolicy === 'Always' ? 'OnFailure' : spec.restartPolicy);
    if (policy === 'Always' || (ended.exitCode !== 0 && policy === 'OnFailure')) return;
    if (container?.restartPolicyRules !== undefined || (spec.containers ?? []).some((one) => one.restartPolicyRules !== undefined)) return;
    const now = statuses?.find((one) => one.name === was.name);
    if (now !== undefined && now.state?.terminated === undefined) forbidden(errors, `${field}[${i}].state`, 'may not be transitioned to non-terminated state');
  });
}

const SYSTEM_CONDITIONS = new Set(['PodScheduled', 'Ready', 'Initialized']);

export const pod = strategyFor<Pod>({
  default: (object) => {
    const spec = defaultPod(specOf(object));
    return spec === specOf(object) ? object : { ...object, spec: spec as unknown as Pod['spec'] };
  },
  prepareForCreate: (object) => {
    const spec = mergeLabelKeys(specOf(object), object.metadata.labels);
    const conditions: readonly Condition[] | undefined =
      (spec.schedulingGates?.length ?? 0) === 0 ? undefined : [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates', lastProbeTime: null }];
    const status = { phase: 'Pending', ...(conditions === undefined ? {} : { conditions }), qosClass: qosClass(spec) };
    return withGeneration({ ...object, spec: spec as unknown as Pod['spec'], status: status as unknown as Pod['status'] }, 1);
  },
  prepareForUpdate: (object, old) => {
    const next = withField(object, 'status', old.status);
    return withGeneration(next, same(object.spec, old.spec) ? old.metadata.generation : (old.metadata.generation ?? 0) + 1);
  },
  prepareForStatusUpdate: (object, old) => {
    const status = statusOf(object);
    let metadata = withField(object.metadata, 'generation', old.metadata.generation);
    metadata = withField(withField(metadata, 'ownerReferences', old.metadata.ownerReferences), 'deletionTimestamp', old.metadata.deletionTimestamp);
    const next = withField(metadata === object.metadata ? object : { ...object, metadata }, 'spec', old.spec);
    return status.qosClass === undefined && statusOf(old).qosClass !== undefined ? { ...next, status: { ...status, qosClass: statusOf(old).qosClass } as unknown as Pod['status'] } : next;
  },
  validateCreate: (object) => {
    const errors: Errors = [];
    validateMetadataAndSpec(errors, object, true);
    const spec = specOf(object);
    if (spec.ephemeralContainers !== undefined) forbidden(errors, 'spec.ephemeralContainers', 'cannot be set on create');
    if (spec.nodeName !== undefined && (spec.schedulingGates?.length ?? 0) > 0) forbidden(errors, 'spec.nodeName', 'cannot be set until all schedulingGates have been cleared');
    return errors;
  },
  validateUpdate: (object, old) => {
    if (object.spec === old.spec && object.metadata === old.metadata) return NO_ERRORS;
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    if (object.spec === old.spec) return errors;
    validateMetadataAndSpec(errors, object, false);
    validateSpecUpdate(errors, specOf(object), specOf(old));
    return errors;
  },
  validateStatusUpdate: (object, old) => {
    const errors: Errors = [];
    validateMetaUpdate(errors, object.metadata, old.metadata);
    const status = (object.status ?? {}) as Readonly<Partial<NonNullable<Pod['status']>>> & { readonly observedGeneration?: number; readonly qosClass?: string };
    const before = (old.status ?? {}) as typeof status;
    if (status.conditions !== before.conditions) {
      status.conditions?.forEach((condition, i) => {
        if ((condition.observedGeneration ?? 0) < 0) invalid(errors, `status.conditions[${i}].observedGeneration`, condition.observedGeneration, 'must be a non-negative integer');
        if (!SYSTEM_CONDITIONS.has(condition.type)) invalidEach(errors, `status.conditions[${i}].Type`, condition.type, qualifiedName(condition.type));
      });
    }
    const nominated = status.nominatedNodeName ?? '';
    if (nominated !== (before.nominatedNodeName ?? '') && nominated !== '') {
      invalidEach(errors, 'status.nominatedNodeName', nominated, dns1123Subdomain(nominated));
      if ((old.spec.nodeName ?? '') !== '') forbidden(errors, 'status.nominatedNodeName', 'may not be set on pods that are already bound to a node');
    }
    if ((status.observedGeneration ?? 0) < 0) invalid(errors, 'status.observedGeneration', status.observedGeneration, 'must be a non-negative integer');
    if ((status.qosClass ?? '') !== (before.qosClass ?? '')) invalid(errors, 'status.qosClass', status.qosClass ?? '', 'field is immutable');
    validateStateTransition(errors, status.containerStatuses, before.containerStatuses, 'status.containerStatuses', specOf(old), false);
    validateStateTransition(errors, status.initContainerStatuses, before.initContainerStatuses, 'status.initContainerStatuses', specOf(old), true);
    if (status.podIPs !== before.podIPs) validateIPs(errors, status.podIPs, before.podIPs, 'status.podIPs');
    if (status.hostIPs !== before.hostIPs) {
      if (status.hostIPs?.[0] !== undefined && status.hostIPs[0].ip !== status.hostIP) invalid(errors, 'status.hostIPs[0].ip', status.hostIPs[0].ip, 'must be equal to `hostIP`');
      validateIPs(errors, status.hostIPs, before.hostIPs, 'status.hostIPs');
    }
    return errors;
  },
  warnings: (object, old) => {
    if (old !== undefined || dns1123Label(object.metadata.name).length === 0) return [];
    return [`metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${dns1123Label(object.metadata.name).join(' ')}]`];
  },
});

function validateIPs(errors: Errors, list: readonly { readonly ip: string }[] | undefined, old: readonly { readonly ip: string }[] | undefined, field: string): void {
  list?.forEach((one, i) => {
    if (!(old ?? []).some((was) => was.ip === one.ip)) invalidEach(errors, `${field}[${i}]`, one.ip, ipFaults(one.ip));
  });
  if (list !== undefined && list.length > 1 && (list.length > 2 || list[0]?.ip.includes(':') === list[1]?.ip.includes(':'))) invalid(errors, field, list.map((one) => ({ IP: one.ip })), 'may specify no more than one IP for each IP family');
}
