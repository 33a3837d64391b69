/**
 * The row of objects on stage: one owner and what belongs to it. A Deployment over its ReplicaSets, a StatefulSet with its Pods by ordinal, a DaemonSet, a Job
 * and the CronJob over it; an autoscaler stands over what it scales; beside the Pods stands what they use.
 */
import { controllerOf, keyOf, type Deployment, type EndpointSlice, type KubernetesObject, type Pod, type ReplicaSet, type Service } from '../../sim/api/object.ts';
import { milliValue } from '../../sim/api/quantity.ts';
import { selects, selectsAll } from '../../sim/api/selector.ts';
import type { CronJob, DaemonSet, Job, ReplicationController, StatefulSet } from '../../sim/api/workloads.ts';
import { head, headList, type Store } from '../../sim/apiserver/store.ts';
import type { ChainModel, OwnerAbove, OwnerModel, PodModel, StageTarget, UsedModel } from '../stage/model.ts';

/** What can stand at the head of a row, in the order in which one wins among those of the same second. */
const HEADS = ['ReplicaSet', 'ReplicationController', 'Job', 'CronJob', 'DaemonSet', 'StatefulSet', 'Deployment'] as const;
type HeadKind = (typeof HEADS)[number];
/** Those that came from no wish of the reader's. */
const OF_THE_SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

export interface ChainOptions {
  readonly selected: StageTarget | undefined;
  /** The Deployment (its key) or another owner ("StatefulSet default/db") that was chosen last; absent: the newest. */
  readonly chosen: string | undefined;
  readonly pods: readonly Pod[];
  readonly podModel: (pod: Pod) => PodModel;
}

const isHead = (kind: string): kind is HeadKind => (HEADS as readonly string[]).includes(kind);
const madeAt = (object: KubernetesObject): string => object.metadata.creationTimestamp ?? '';
const listOf = <T extends KubernetesObject>(store: Store, kind: string): readonly T[] => (store.tables.has(kind) ? (headList(store, kind) as readonly T[]) : []);

/** Up to the owner that nobody controls. */
function topOf(store: Store, object: KubernetesObject): KubernetesObject {
  const owner = controllerOf(object);
  if (owner === undefined) return object;
  const above = head(store, owner.kind, `${object.metadata.namespace}/${owner.name}`) as KubernetesObject | undefined;
  return above === undefined || above.metadata.uid !== owner.uid ? object : topOf(store, above);
}

function headOf(store: Store, { selected, chosen, pods }: ChainOptions): KubernetesObject | 'loose' | undefined {
  if (selected?.on === 'object' && (isHead(selected.kind) || selected.kind === 'Pod')) {
    const object = head(store, selected.kind, selected.key) as KubernetesObject | undefined;
    const top = object === undefined ? undefined : topOf(store, object);
    if (top !== undefined && isHead(top.kind)) return top;
    if (top !== undefined && top.metadata.namespace === 'default') return 'loose';
  }
  if (chosen !== undefined) {
    const [kind, key] = chosen.includes(' ') ? (chosen.split(' ') as [string, string]) : ['Deployment', chosen];
    const object = head(store, kind, key) as KubernetesObject | undefined;
    if (object !== undefined) return object;
  }
  let newest: KubernetesObject | undefined;
  for (const kind of HEADS) for (const object of listOf(store, kind)) if (controllerOf(object) === undefined && !OF_THE_SYSTEM.has(object.metadata.namespace ?? '') && (newest === undefined || madeAt(object) >= madeAt(newest))) newest = object;
  const bare = pods.filter((pod) => controllerOf(pod) === undefined && pod.metadata.namespace === 'default');
  if (bare.length > 0 && chosen === undefined && bare.some((pod) => newest === undefined || madeAt(pod) > madeAt(newest))) return 'loose';
  return newest ?? (bare.length > 0 ? 'loose' : undefined);
}

function serviceFor(store: Store, labels: Readonly<Record<string, string>> | undefined, namespace: string | undefined): ChainModel['service'] {
  const service = (headList(store, 'Service') as readonly Service[]).find((each) => each.metadata.namespace === namespace && each.spec.selector !== undefined && Object.keys(each.spec.selector).length > 0 && selectsAll(each.spec.selector, labels));
  if (service === undefined) return undefined;
  const slices = headList(store, 'EndpointSlice', { index: 'service', value: keyOf(service) }) as readonly EndpointSlice[];
  return { key: keyOf(service), name: service.metadata.name, addresses: slices.reduce((sum, slice) => sum + (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready !== false).length, 0) };
}

export function chainOf(store: Store, options: ChainOptions): ChainModel | undefined {
  const { pods, podModel } = options;
  const top = headOf(store, options);
  if (top === undefined) {
    const service = (headList(store, 'Service') as readonly Service[]).find((each) => each.metadata.name !== 'kubernetes');
    return service === undefined ? undefined : { replicaSets: [], loosePods: [], service: { key: keyOf(service), name: service.metadata.name, addresses: 0 } };
  }
  if (top === 'loose') {
    const loose = pods.filter((pod) => controllerOf(pod) === undefined && pod.metadata.namespace === 'default');
    const service = serviceFor(store, loose[0]?.metadata.labels, loose[0]?.metadata.namespace);
    return { replicaSets: [], loosePods: loose.map(podModel), ...(service === undefined ? {} : { service }), ...used(store, loose) };
  }
  const own = (uid: string): readonly Pod[] => pods.filter((pod) => controllerOf(pod)?.uid === uid);
  const above = scalerOf(store, top);
  if (top.kind === 'Deployment') {
    const deployment = top as Deployment;
    const sets = (headList(store, 'ReplicaSet', { index: 'controller', value: deployment.metadata.uid }) as readonly ReplicaSet[]).slice().reverse();
    const service = serviceFor(store, deployment.spec.template.metadata?.labels, deployment.metadata.namespace);
    return {
      deployment: { key: keyOf(deployment), name: deployment.metadata.name, ready: deployment.status?.readyReplicas ?? 0, wanted: deployment.spec.replicas, ...(deployment.spec.paused === true ? { paused: true } : {}) },
      replicaSets: sets.map((set) => {
        const its = own(set.metadata.uid).filter((pod) => selects(set.spec.selector, pod.metadata.labels));
        return { key: keyOf(set), name: set.metadata.name, wanted: set.spec.replicas, exist: its.length, pods: its.map(podModel) };
      }),
      loosePods: [],
      ...(service === undefined ? {} : { service }),
      ...(above === undefined ? {} : { above }),
      ...used(store, sets.flatMap((set) => own(set.metadata.uid))),
    };
  }
  if (top.kind === 'CronJob') {
    const cronJob = top as CronJob;
    const jobs = listOf<Job>(store, 'Job').filter((job) => controllerOf(job)?.uid === cronJob.metadata.uid);
    // The one that runs, or ran last; the one that is selected before all.
    const { selected } = options;
    const isSelected = (job: Job): boolean => selected?.on === 'object' && (selected.key === keyOf(job) || own(job.metadata.uid).some((pod) => keyOf(pod) === selected.key));
    const job = jobs.find(isSelected) ?? jobs.slice().sort((a, b) => (madeAt(a) < madeAt(b) ? -1 : madeAt(a) > madeAt(b) ? 1 : 0)).at(-1);
    const its = job === undefined ? [] : own(job.metadata.uid);
    return {
      above: { kind: 'CronJob', key: keyOf(cronJob), name: cronJob.metadata.name, detail: { type: 'schedule', schedule: cronJob.spec.schedule, suspended: cronJob.spec.suspend === true, jobs: jobs.length } },
      ...(job === undefined ? {} : { owner: ownerOf(job) }),
      replicaSets: [],
      loosePods: its.map(podModel),
      ...used(store, its),
    };
  }
  const its = own(top.metadata.uid);
  const ordered = top.kind === 'StatefulSet' ? its.slice().sort((a, b) => ordinalOf(a) - ordinalOf(b)) : its;
  const template = (top as StatefulSet).spec.template;
  const service = serviceFor(store, template.metadata?.labels, top.metadata.namespace);
  return {
    owner: ownerOf(top as StatefulSet | DaemonSet | Job | ReplicaSet | ReplicationController),
    replicaSets: [],
    loosePods: ordered.map((pod) => {
      const model = podModel(pod);
      // Its ordinal is what tells it from its sisters.
      return top.kind === 'StatefulSet' && model.name.length > 7 ? { ...model, short: `…-${ordinalOf(pod)}` } : model;
    }),
    ...(service === undefined ? {} : { service }),
    ...(above === undefined ? {} : { above }),
    ...used(store, its),
  };
}

const ordinalOf = (pod: Pod): number => Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? 0);

function ownerOf(object: StatefulSet | DaemonSet | Job | ReplicaSet | ReplicationController): OwnerModel {
  const base = { key: keyOf(object), name: object.metadata.name };
  switch (object.kind) {
    case 'Job': {
      const { spec, status } = object as Job;
      const over = status?.conditions?.find(({ type, status: holds }) => holds === 'True' && (type === 'Complete' || type === 'Failed'))?.type;
      return {
        ...base,
        kind: 'Job',
        // Without completions a Job is done when one of its Pods says so.
        detail: { type: 'completions', done: status?.succeeded ?? 0, of: spec.completions, failed: status?.failed ?? 0, state: over === 'Complete' ? 'complete' : over === 'Failed' ? 'failed' : spec.suspend === true ? 'suspended' : 'running' },
      };
    }
    case 'DaemonSet': {
      const { status } = object as DaemonSet;
      return { ...base, kind: 'DaemonSet', detail: { type: 'nodes', ready: status?.numberReady ?? 0, wanted: status?.desiredNumberScheduled ?? 0 } };
    }
    default: {
      const { spec, status } = object as StatefulSet | ReplicaSet | ReplicationController;
      return { ...base, kind: object.kind, detail: { type: 'ready', ready: status?.readyReplicas ?? 0, wanted: spec.replicas } };
    }
  }
}

interface Autoscaler extends KubernetesObject {
  readonly spec?: { readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string }; readonly maxReplicas?: number; readonly minReplicas?: number; readonly metrics?: readonly Metric[] };
  readonly status?: { readonly currentReplicas?: number; readonly desiredReplicas?: number; readonly currentMetrics?: readonly Metric[] };
}
interface Metric {
  readonly type?: string;
  readonly resource?: MetricValue;
  readonly pods?: MetricValue;
  readonly object?: MetricValue;
  readonly external?: MetricValue;
}
interface MetricValue {
  readonly name?: string;
  readonly metric?: { readonly name?: string };
  readonly target?: { readonly averageUtilization?: number; readonly averageValue?: string; readonly value?: string };
  readonly current?: { readonly averageUtilization?: number; readonly averageValue?: string; readonly value?: string };
}
const valueOf = (metric: Metric | undefined): MetricValue | undefined => metric?.resource ?? metric?.pods ?? metric?.object ?? metric?.external;
const shown = (value: MetricValue['target']): string | undefined => (value?.averageUtilization === undefined ? (value?.averageValue ?? value?.value) : `${value.averageUtilization}%`);

/** The autoscaler that sets an owner's replicas. */
function scalerOf(store: Store, owner: KubernetesObject): OwnerAbove | undefined {
  const hpa = listOf<Autoscaler>(store, 'HorizontalPodAutoscaler').find(({ metadata, spec }) => metadata.namespace === owner.metadata.namespace && spec?.scaleTargetRef?.kind === owner.kind && spec.scaleTargetRef.name === owner.metadata.name);
  if (hpa === undefined) return undefined;
  const { spec, status } = hpa;
  const target = valueOf(spec?.metrics?.[0]);
  const current = valueOf(status?.currentMetrics?.[0]);
  return {
    kind: 'HorizontalPodAutoscaler',
    key: keyOf(hpa),
    name: hpa.metadata.name,
    detail: { type: 'scaling', current: status?.currentReplicas ?? 0, desired: status?.desiredReplicas ?? 0, metric: target?.name ?? target?.metric?.name ?? '', value: shown(current?.current), target: shown(target?.target) },
  };
}

/** What the Pods use: claims, configuration, and the quota that they count against. */
function used(store: Store, pods: readonly Pod[]): { readonly uses?: readonly UsedModel[] } {
  const first = pods[0];
  if (first === undefined) return {};
  const namespace = first.metadata.namespace ?? '';
  const names = new Map<string, UsedModel>();
  const put = (kind: string, name: string | undefined, optional = false): void => {
    if (name === undefined || name === 'kube-root-ca.crt' || names.has(`${kind} ${name}`)) return;
    const object = head(store, kind, `${namespace}/${name}`) as (KubernetesObject & { readonly status?: { readonly phase?: string } }) | undefined;
    if (object === undefined && optional) return;
    const state = object === undefined ? 'missing' : kind === 'PersistentVolumeClaim' ? (object.status?.phase === 'Bound' ? 'bound' : 'pending') : 'there';
    names.set(`${kind} ${name}`, { kind, key: `${namespace}/${name}`, name, state });
  };
  interface Source {
    readonly persistentVolumeClaim?: { readonly claimName?: string };
    readonly configMap?: { readonly name?: string; readonly optional?: boolean };
    readonly secret?: { readonly secretName?: string; readonly optional?: boolean };
  }
  for (const pod of pods.slice(0, 50)) {
    for (const volume of (pod.spec.volumes ?? []) as readonly Source[]) {
      put('PersistentVolumeClaim', volume.persistentVolumeClaim?.claimName);
      put('ConfigMap', volume.configMap?.name, volume.configMap?.optional);
      put('Secret', volume.secret?.secretName, volume.secret?.optional);
    }
    for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers] as readonly { readonly env?: readonly { readonly valueFrom?: { readonly configMapKeyRef?: { readonly name?: string; readonly optional?: boolean }; readonly secretKeyRef?: { readonly name?: string; readonly optional?: boolean } } }[]; readonly envFrom?: readonly { readonly configMapRef?: { readonly name?: string; readonly optional?: boolean }; readonly secretRef?: { readonly name?: string; readonly optional?: boolean } }[] }[]) {
      for (const { valueFrom } of container.env ?? []) {
        put('ConfigMap', valueFrom?.configMapKeyRef?.name, valueFrom?.configMapKeyRef?.optional);
        put('Secret', valueFrom?.secretKeyRef?.name, valueFrom?.secretKeyRef?.optional);
      }
      for (const { configMapRef, secretRef } of container.envFrom ?? []) {
        put('ConfigMap', configMapRef?.name, configMapRef?.optional);
        put('Secret', secretRef?.name, secretRef?.optional);
      }
    }
  }
  for (const quota of listOf<KubernetesObject & { readonly status?: { readonly hard?: Readonly<Record<string, string>>; readonly used?: Readonly<Record<string, string>> } }>(store, 'ResourceQuota')) {
    if (quota.metadata.namespace !== namespace) continue;
    // The resource that is nearest to its end.
    let fullest: { readonly text: string; readonly share: number } | undefined;
    for (const [resource, hard] of Object.entries(quota.status?.hard ?? {})) {
      const taken = quota.status?.used?.[resource] ?? '0';
      const share = milliValue(hard) === 0 ? 1 : milliValue(taken) / milliValue(hard);
      if (fullest === undefined || share > fullest.share) fullest = { text: `${resource.replace(/^requests\./, '')} ${taken}/${hard}`, share };
    }
    names.set(`ResourceQuota ${quota.metadata.name}`, { kind: 'ResourceQuota', key: keyOf(quota), name: fullest?.text ?? quota.metadata.name, state: fullest !== undefined && fullest.share >= 1 ? 'full' : 'there' });
  }
  return names.size === 0 ? {} : { uses: [...names.values()] };
}
