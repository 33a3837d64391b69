import { kindInfo, type KindInfo } from '../api/kinds.ts';
import type { KubernetesObject, PriorityClass, ServiceAccount, Toleration } from '../api/object.ts';
import type { Status } from '../api/request.ts';
import { goQuote } from './goText.ts';
import { markComplete } from './kinds/podDefaults.ts';
import { twinOf } from './kinds/podTwins.ts';
import { settled, withField } from './kinds/strategies.ts';
import type { ContainerIn, MountIn, PodSpecIn, VolumeIn } from './kinds/podShapes.ts';
import { forbidden, namespaceTerminating, notFound } from './status.ts';
import type { AdmissionContext } from './strategy.ts';

/**
 * The admission plugins that are on by default, as far as they concern the kinds that are here, in upstream's order: NamespaceLifecycle, ServiceAccount,
 * TaintNodesByCondition, Priority, DefaultTolerationSeconds, StorageObjectInUseProtection, RuntimeClass, DefaultStorageClass.
 * Left out: LimitRanger and ResourceQuota (their kinds are not here yet), PodSecurity (every namespace counts as privileged), webhooks and policies.
 * They see an object after defaulting and before it is prepared and validated.
 */
export function admit(kind: string, object: KubernetesObject, operation: 'CREATE' | 'UPDATE', context: AdmissionContext, old?: KubernetesObject): KubernetesObject | Status {
  if (operation === 'CREATE') {
    const refusal = namespaceLifecycle(infoOf(kind), object, context);
    if (refusal !== undefined) return refusal;
  }
  switch (kind) {
    case 'Pod':
      return operation === 'CREATE' ? admitPod(object, context) : admitPodUpdate(object, old);
    case 'Node':
      return operation === 'CREATE' ? taintNewNode(object) : object;
    case 'PersistentVolume':
      return operation === 'CREATE' ? withFinalizer(object, 'kubernetes.io/pv-protection') : object;
    case 'PersistentVolumeClaim':
      return operation === 'CREATE' ? withFinalizer(defaultStorageClass(object, context), 'kubernetes.io/pvc-protection') : object;
    case 'PriorityClass':
      return onlyOneDefault(object as PriorityClass, operation, context);
    default:
      return object;
  }
}

const infoOf = (kind: string): NonNullable<ReturnType<typeof kindInfo>> => {
  const info = kindInfo(kind);
  if (info === undefined) throw new Error(`no such kind: ${kind}`);
  return info;
};
const refused = (object: KubernetesObject, why: string): Status => forbidden(infoOf(object.kind), calledSo(object), why);
/** A name that is still to be generated is shown by its beginning. */
const calledSo = ({ metadata }: KubernetesObject): string => metadata.name || (metadata.generateName ?? '');

// ---- NamespaceLifecycle

const NAMESPACE = infoOf('Namespace');

export function namespaceLifecycle(info: KindInfo, object: KubernetesObject, context: Pick<AdmissionContext, 'lookup'>): Status | undefined {
  const { namespace } = object.metadata;
  if (namespace === undefined || namespace === '' || !info.namespaced) return undefined;
  const found = context.lookup('Namespace', namespace) as (KubernetesObject & { readonly status?: { readonly phase?: string } }) | undefined;
  if (found === undefined) return notFound(NAMESPACE, namespace);
  if (found.status?.phase !== 'Terminating') return undefined;
  return namespaceTerminating(info, calledSo(object), namespace);
}

// ---- Pods

const specOf = (object: KubernetesObject): PodSpecIn => (object as unknown as { readonly spec: PodSpecIn }).spec;
const withSpec = (object: KubernetesObject, spec: PodSpecIn): KubernetesObject => (spec === specOf(object) ? object : ({ ...object, spec } as unknown as KubernetesObject));

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIXES = 27 ** 5;
/** Five characters, as the API server's name generator makes them. */
export function randomSuffix(context: Pick<AdmissionContext, 'draw'>, purpose: string): string {
  let rest = context.draw(purpose, SUFFIXES);
  let suffix = '';
  for (let i = 0; i < 5; i += 1) {
    suffix += ALPHABET.charAt(rest % ALPHABET.length);
    rest = Math.floor(rest / ALPHABET.length);
  }
  return suffix;
}

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
/** The one content of every kube-api-access volume. 3607 s: an hour, and a sign by which the token is recognised as one of these. */
const TOKEN_SOURCE: NonNullable<VolumeIn['projected']> = {
  sources: [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ],
  defaultMode: 420,
};

function mountToken(spec: PodSpecIn, context: AdmissionContext): PodSpecIn {
  const existing = spec.volumes?.find((volume) => volume.name.startsWith(VOLUME_PREFIX))?.name;
  const mounted = (container: ContainerIn): boolean => container.volumeMounts?.some((mount) => mount.mountPath === TOKEN_PATH) === true;
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  if (all.every(mounted)) return spec;
  const name = existing ?? `${VOLUME_PREFIX}${randomSuffix(context, VOLUME_PREFIX)}`;
  const mount: MountIn = { name, readOnly: true, mountPath: TOKEN_PATH };
  const add = (container: ContainerIn): ContainerIn => (mounted(container) ? container : { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] });
  return {
    ...spec,
    ...(existing === undefined ? { volumes: [...(spec.volumes ?? []), { name, projected: TOKEN_SOURCE }] } : {}),
    containers: spec.containers === null ? null : spec.containers.map(add),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(add) }),
  };
}

const isMirror = ({ metadata: { annotations } }: KubernetesObject): boolean => annotations !== undefined && Object.hasOwn(annotations, 'kubernetes.io/config.mirror');

function serviceAccount(object: KubernetesObject, context: AdmissionContext): KubernetesObject | Status {
  const before = specOf(object);
  if (isMirror(object)) {
    return (before.serviceAccountName ?? '') === '' ? object : refused(object, 'a mirror pod may not reference service accounts');
  }
  const name = before.serviceAccountName || 'default';
  const namespace = object.metadata.namespace ?? '';
  const account = context.lookup('ServiceAccount', `${namespace}/${name}`) as ServiceAccount | undefined;
  if (account === undefined) return refused(object, `error looking up service account ${namespace}/${name}: serviceaccount ${goQuote(name)} not found`);
  let spec: PodSpecIn = before.serviceAccountName === name && before.serviceAccount === name ? before : { ...before, serviceAccountName: name, serviceAccount: name };
  if ((spec.automountServiceAccountToken ?? account.automountServiceAccountToken) !== false) spec = mountToken(spec, context);
  if ((spec.imagePullSecrets?.length ?? 0) === 0 && (account.imagePullSecrets?.length ?? 0) > 0) spec = { ...spec, imagePullSecrets: (account.imagePullSecrets ?? []).map((one) => ({ ...(one.name === undefined ? {} : { name: one.name }) })) };
  return withSpec(object, spec);
}

const SYSTEM_CLASSES: Readonly<Record<string, number>> = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 };

/** The class of which there may be one: the lowest of several, if they were made before the rule was enforced. */
function defaultPriorityClass(context: AdmissionContext): PriorityClass | undefined {
  let found: PriorityClass | undefined;
  for (const one of context.list?.('PriorityClass') ?? []) {
    const candidate = one as PriorityClass;
    if (candidate.globalDefault === true && (found === undefined || candidate.value < found.value)) found = candidate;
  }
  return found;
}

function priority(object: KubernetesObject, context: AdmissionContext): KubernetesObject | Status {
  const spec = specOf(object);
  let className = spec.priorityClassName ?? '';
  let value = 0;
  let policy = 'PreemptLowerPriority';
  const found = className === '' ? defaultPriorityClass(context) : (context.lookup('PriorityClass', className) as PriorityClass | undefined);
  if (found !== undefined) {
    className = found.metadata.name;
    value = found.value;
    policy = found.preemptionPolicy ?? policy;
  } else if (Object.hasOwn(SYSTEM_CLASSES, className)) value = SYSTEM_CLASSES[className] ?? 0;
  else if (className !== '') return refused(object, `no PriorityClass with name ${className} was found`);
  if (spec.priority !== undefined && spec.priority !== value) return refused(object, `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`);
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) return refused(object, `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`);
  if (spec.priority === value && spec.preemptionPolicy === policy && (spec.priorityClassName ?? '') === className) return object;
  return withSpec(object, { ...spec, ...(className === '' ? {} : { priorityClassName: className }), priority: value, preemptionPolicy: policy });
}

const UNTIL_EVICTION_SECONDS = 300;
const NOT_READY: Toleration = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: UNTIL_EVICTION_SECONDS };
const UNREACHABLE: Toleration = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: UNTIL_EVICTION_SECONDS };
const BOTH: readonly Toleration[] = [NOT_READY, UNREACHABLE];

function defaultTolerations(object: KubernetesObject): KubernetesObject {
  const spec = specOf(object);
  const { tolerations } = spec;
  if (tolerations === undefined) return withSpec(object, { ...spec, tolerations: BOTH });
  const covers = (key: string | undefined): boolean => tolerations.some((one) => ((one.key ?? '') === '' || one.key === key) && ((one.effect ?? '') === '' || one.effect === 'NoExecute'));
  const added = BOTH.filter((one) => !covers(one.key));
  return added.length === 0 ? object : withSpec(object, { ...spec, tolerations: [...tolerations, ...added] });
}

function runtimeClass(object: KubernetesObject, context: AdmissionContext): KubernetesObject | Status {
  const spec = specOf(object);
  const name = spec.runtimeClassName;
  if (name === undefined) return spec.overhead === undefined ? object : refused(object, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  return context.lookup('RuntimeClass', name) === undefined ? refused(object, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`) : object;
}

// Invisible: what admission made of the spec of a template, and what it went by.
interface Admitted {
  readonly account: KubernetesObject;
  readonly priorityClass: KubernetesObject | undefined;
  readonly spec: PodSpecIn;
  /** The token's volume, if admission added one. */
  readonly volume: string | undefined;
}
const admittedSpecs = new WeakMap<PodSpecIn, Admitted>();

const accountOf = (object: KubernetesObject, context: AdmissionContext): KubernetesObject | undefined => context.lookup('ServiceAccount', `${object.metadata.namespace ?? ''}/${specOf(object).serviceAccountName || 'default'}`);
function priorityClassOf(spec: PodSpecIn, context: AdmissionContext): KubernetesObject | undefined {
  const name = spec.priorityClassName ?? '';
  return name === '' ? defaultPriorityClass(context) : context.lookup('PriorityClass', name);
}

/** A Pod of a template of which another was admitted, as long as that went by nothing that has changed since. */
function admitTwin(object: KubernetesObject, context: AdmissionContext): KubernetesObject | undefined {
  const known = admittedSpecs.get(specOf(object));
  if (known === undefined || isMirror(object) || accountOf(object, context) !== known.account || priorityClassOf(specOf(object), context) !== known.priorityClass) return undefined;
  return withSpec(object, known.volume === undefined ? known.spec : twinOf(known.spec, known.volume, `${VOLUME_PREFIX}${randomSuffix(context, VOLUME_PREFIX)}`));
}
function rememberAdmitted(given: KubernetesObject, spec: PodSpecIn, context: AdmissionContext): void {
  const before = specOf(given);
  const account = accountOf(given, context);
  if (account === undefined || isMirror(given) || before.runtimeClassName !== undefined) return;
  const tokenIn = (volumes: PodSpecIn['volumes']): string | undefined => volumes?.find((volume) => volume.name.startsWith(VOLUME_PREFIX))?.name;
  const volume = tokenIn(spec.volumes);
  // One that was there before is not admission's to name.
  if (volume !== undefined && tokenIn(before.volumes) !== undefined) return;
  admittedSpecs.set(before, { account, priorityClass: priorityClassOf(before, context), spec, volume });
}

function admitPod(given: KubernetesObject, context: AdmissionContext): KubernetesObject | Status {
  const twin = admitTwin(given, context);
  if (twin !== undefined) return twin;
  let object: KubernetesObject | Status = given;
  for (const plugin of [serviceAccount, priority]) {
    object = plugin(object, context);
    if (isStatus(object)) return object;
  }
  object = runtimeClass(defaultTolerations(object), context);
  if (isStatus(object)) return object;
  const spec = settled('PodSpec', specOf(object));
  markComplete(spec);
  rememberAdmitted(given, spec, context);
  return withSpec(object, spec);
}

function admitPodUpdate(object: KubernetesObject, old: KubernetesObject | undefined): KubernetesObject {
  if (old !== undefined && specOf(object) === specOf(old)) return object;
  let spec = specOf(object);
  const before = old === undefined ? undefined : specOf(old);
  if (spec.priority === undefined && before?.priority !== undefined) spec = { ...spec, priority: before.priority };
  if (spec.preemptionPolicy === undefined && before?.preemptionPolicy !== undefined) spec = { ...spec, preemptionPolicy: before.preemptionPolicy };
  return defaultTolerations(withSpec(object, spec));
}

const isStatus = (value: KubernetesObject | Status): value is Status => value.kind === 'Status';

/** PodTopologyLabels: what a Pod is told about its node's place when it is bound. */
export function topologyLabels(node: KubernetesObject | undefined): Readonly<Record<string, string>> | undefined {
  const labels = node?.metadata.labels;
  if (labels === undefined) return undefined;
  const out: Record<string, string> = {};
  let any = false;
  for (const key of ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone']) {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (value === undefined) continue;
    out[key] = value;
    any = true;
  }
  return any ? out : undefined;
}

// ---- other kinds

const NOT_READY_TAINT = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
/** A new node takes no Pods until its kubelet has reported that it is ready. */
function taintNewNode(object: KubernetesObject): KubernetesObject {
  const spec = ((object as { readonly spec?: unknown }).spec ?? {}) as { readonly taints?: readonly { readonly key: string; readonly effect: string }[] };
  if (spec.taints?.some((taint) => taint.key === NOT_READY_TAINT.key && taint.effect === NOT_READY_TAINT.effect) === true) return object;
  return withField(object, 'spec', { ...spec, taints: [...(spec.taints ?? []), NOT_READY_TAINT] });
}

function withFinalizer(object: KubernetesObject, finalizer: string): KubernetesObject {
  const finalizers = object.metadata.finalizers ?? [];
  return finalizers.includes(finalizer) ? object : { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
}

function defaultStorageClass(object: KubernetesObject, context: AdmissionContext): KubernetesObject {
  const spec = (object as unknown as { readonly spec: { readonly storageClassName?: string } }).spec;
  const annotated = object.metadata.annotations;
  if (spec.storageClassName !== undefined || (annotated !== undefined && Object.hasOwn(annotated, 'volume.beta.kubernetes.io/storage-class'))) return object;
  let found: KubernetesObject | undefined;
  for (const one of context.list?.('StorageClass') ?? []) {
    if (one.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] !== 'true' && one.metadata.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] !== 'true') continue;
    // The newest default wins; among equals the first by name.
    if (found === undefined || one.metadata.creationTimestamp > found.metadata.creationTimestamp || (one.metadata.creationTimestamp === found.metadata.creationTimestamp && one.metadata.name < found.metadata.name)) found = one;
  }
  return found === undefined ? object : ({ ...object, spec: { ...spec, storageClassName: found.metadata.name } } as unknown as KubernetesObject);
}

function onlyOneDefault(object: PriorityClass, operation: 'CREATE' | 'UPDATE', context: AdmissionContext): KubernetesObject | Status {
  if (object.globalDefault !== true) return object;
  const found = defaultPriorityClass(context);
  if (found === undefined || (operation === 'UPDATE' && found.metadata.name === object.metadata.name)) return object;
  return refused(object, `PriorityClass ${found.metadata.name} is already marked as default. Only one default can exist`);
}

