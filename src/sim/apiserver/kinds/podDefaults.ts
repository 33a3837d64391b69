import type { ResourceList } from '../../api/object.ts';
import { canonicalQuantity, formatNano, parseQuantity } from '../../api/quantity.ts';
import { settled } from './strategies.ts';
import type { ClaimSpecIn, ContainerIn, EnvIn, HandlerIn, PodSpecIn, PodTemplateIn, ProbeIn, ProjectionIn, ResourcesIn, VolumeIn } from './podShapes.ts';

/**
 * What the API server fills into a Pod and into a Pod template (pkg/apis/core/v1/defaults.go). Each function gives back the very
 * object that it was given when nothing was missing, so that what was defaulted once is recognised by identity.
 */

/** The list itself if no item changed. */
export function mapSame<T>(list: readonly T[] | undefined, change: (item: T) => T): readonly T[] | undefined {
  if (list === undefined) return undefined;
  let out: T[] | undefined;
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i] as T;
    const next = change(item);
    if (next !== item) {
      out ??= [...list];
      out[i] = next;
    }
  }
  return out ?? list;
}
/** `{...object, key: value}`, or the object itself if it has that value. */
function set<T, K extends keyof T>(object: T, key: K, value: T[K]): T {
  return object[key] === value ? object : { ...object, [key]: value };
}
const absent = (value: unknown): boolean => value === undefined || value === '' || value === 0;

/** The tag of an image, "latest" when there is neither tag nor digest (parsers.ParseImageName). */
export function isLatest(image: string): boolean {
  if (image === '' || image.includes('@')) return false;
  const name = image.slice(image.lastIndexOf('/') + 1);
  // A name with upper case letters, blanks or the like is no reference: then upstream gets an empty tag.
  if (!/^(?:[A-Za-z0-9.-]+(?::\d+)?\/)?(?:[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*\/)*[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$/.test(image)) return false;
  const colon = name.indexOf(':');
  // Nor is one whose path (behind the registry; "library/" stands before a bare name) is too long.
  if (image.length > 240) {
    const slash = image.indexOf('/');
    const hasRegistry = slash > 0 && /[.:A-Z]|^localhost$/.test(image.slice(0, slash));
    const path = image.length - (colon < 0 ? 0 : name.length - colon) - (hasRegistry ? slash + 1 : 0) + (slash < 0 ? 'library/'.length : 0);
    if (path > 255) return false;
  }
  return colon < 0 || name.slice(colon + 1) === 'latest';
}

/** Requests and limits are kept to thousandths, rounded up. */
export function roundUp(list: ResourceList | undefined): ResourceList | undefined {
  if (list === undefined) return undefined;
  let out: Record<string, string> | undefined;
  for (const key of Object.keys(list)) {
    const text = list[key] ?? '0';
    const tiny = /(?:[nu]|(e)-[69])$/.exec(text);
    if (tiny === null) continue;
    const nano = parseQuantity(text) ?? 0n;
    const milli = nano >= 0n ? (nano + 999_999n) / 1_000_000n : nano / 1_000_000n;
    out ??= { ...list };
    out[key] = formatNano(milli * 1_000_000n, tiny[1] === undefined ? 'decimal' : 'exponent');
  }
  return out ?? list;
}
export function defaultResources<T extends ResourcesIn | undefined>(resources: T): T {
  if (resources === undefined) return resources;
  const limits = roundUp(resources.limits);
  const requests = roundUp(resources.requests);
  if (limits === resources.limits && requests === resources.requests) return resources;
  return { ...resources, ...(limits === undefined ? {} : { limits }), ...(requests === undefined ? {} : { requests }) };
}

function defaultProbe(probe: ProbeIn | undefined): ProbeIn | undefined {
  if (probe === undefined) return undefined;
  const httpGet = defaultHttpGet(probe.httpGet);
  // Go writes this pointer as null when it is not set.
  const grpc = probe.grpc !== undefined && (probe.grpc.service ?? undefined) === undefined ? { ...probe.grpc, service: '' } : probe.grpc;
  if (httpGet === probe.httpGet && grpc === probe.grpc && !absent(probe.timeoutSeconds) && !absent(probe.periodSeconds) && !absent(probe.successThreshold) && !absent(probe.failureThreshold)) return probe;
  return {
    ...probe,
    ...(httpGet === undefined ? {} : { httpGet }),
    ...(grpc === undefined ? {} : { grpc }),
    timeoutSeconds: probe.timeoutSeconds || 1,
    periodSeconds: probe.periodSeconds || 10,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  };
}
function defaultHttpGet(action: ProbeIn['httpGet']): ProbeIn['httpGet'] {
  if (action === undefined || (!absent(action.path) && !absent(action.scheme))) return action;
  return { ...action, path: action.path || '/', scheme: action.scheme || 'HTTP' };
}
function defaultHandler(handler: HandlerIn | undefined): HandlerIn | undefined {
  return handler === undefined ? undefined : set(handler, 'httpGet', defaultHttpGet(handler.httpGet));
}
function defaultEnv(env: EnvIn): EnvIn {
  const from = env.valueFrom;
  if (from === undefined) return env;
  if (from.fieldRef !== undefined && absent(from.fieldRef.apiVersion)) return { ...env, valueFrom: { ...from, fieldRef: { apiVersion: 'v1', fieldPath: from.fieldRef.fieldPath } } };
  if (from.fileKeyRef !== undefined && from.fileKeyRef.optional === undefined) return { ...env, valueFrom: { ...from, fileKeyRef: { ...from.fileKeyRef, optional: false } } };
  return env;
}

/** A key that is undefined must not stay: a stored object has no undefined in it. */
function defined<T extends object>(object: T): T {
  for (const key of Object.keys(object)) {
    if ((object as Record<string, unknown>)[key] === undefined) {
      const out: Record<string, unknown> = {};
      for (const one of Object.keys(object)) if ((object as Record<string, unknown>)[one] !== undefined) out[one] = (object as Record<string, unknown>)[one];
      return out as T;
    }
  }
  return object;
}

// Invisible: containers, volumes and whole specs that have all their defaults already; Pods' specs that have those of Pods only, too;
// and what became of the spec of a template, which hundreds of Pods share.
const complete = new WeakSet<object>();
const completePods = new WeakSet<object>();
const podOfTemplate = new WeakMap<object, PodSpecIn>();

/** Notes that a Pod's spec, as admission left it, needs no defaults. */
export function markComplete(spec: PodSpecIn): void {
  completePods.add(spec);
  for (const container of spec.containers ?? []) complete.add(container);
  for (const container of spec.initContainers ?? []) complete.add(container);
}

export function defaultContainer(container: ContainerIn, type = 'Container'): ContainerIn {
  if (complete.has(container)) return container;
  const ports = mapSame(container.ports, (port) => (absent(port.protocol) ? { ...port, protocol: 'TCP' } : port));
  const env = mapSame(container.env, defaultEnv);
  const resources = defaultResources(container.resources);
  const livenessProbe = defaultProbe(container.livenessProbe);
  const readinessProbe = defaultProbe(container.readinessProbe);
  const startupProbe = defaultProbe(container.startupProbe);
  let { lifecycle } = container;
  if (lifecycle !== undefined) {
    const postStart = defaultHandler(lifecycle.postStart);
    const preStop = defaultHandler(lifecycle.preStop);
    if (postStart !== lifecycle.postStart || preStop !== lifecycle.preStop) lifecycle = defined({ ...lifecycle, postStart, preStop });
  }
  const out = settled(type, defined({
    ...container,
    ports,
    env,
    resources,
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle,
    terminationMessagePath: container.terminationMessagePath || '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy || 'File',
    imagePullPolicy: container.imagePullPolicy || (isLatest(container.image ?? '') ? 'Always' : 'IfNotPresent'),
  }));
  complete.add(out);
  return out;
}

const SOURCES = (volume: VolumeIn): number => {
  let count = 0;
  for (const key of Object.keys(volume)) if (key !== 'name') count += 1;
  return count;
};

/** Sources of features that are off by default (ClusterTrustBundleProjection, PodCertificateRequest) are dropped, and leave an empty source. */
function defaultProjection(given: ProjectionIn): ProjectionIn {
  let source = given;
  if (given.clusterTrustBundle !== undefined || given.podCertificate !== undefined) {
    const { clusterTrustBundle: _bundle, podCertificate: _certificate, ...rest } = given;
    source = rest;
  }
  if (source.serviceAccountToken !== undefined && source.serviceAccountToken.expirationSeconds === undefined) {
    const { audience, path } = source.serviceAccountToken;
    return { ...source, serviceAccountToken: { ...(audience === undefined ? {} : { audience }), expirationSeconds: 3600, path } };
  }
  const items = source.downwardAPI?.items;
  const next = mapSame(items, defaultDownwardItem);
  return next === items || next === undefined ? source : { ...source, downwardAPI: { ...source.downwardAPI, items: next } };
}
function defaultDownwardItem<T extends { readonly fieldRef?: { readonly apiVersion?: string; readonly fieldPath: string } }>(item: T): T {
  return item.fieldRef !== undefined && absent(item.fieldRef.apiVersion) ? { ...item, fieldRef: { apiVersion: 'v1', fieldPath: item.fieldRef.fieldPath } } : item;
}

export function defaultClaimSpec<T extends ClaimSpecIn>(spec: T): T {
  const resources = defaultResources(spec.resources);
  if (spec.volumeMode !== undefined && resources === spec.resources) return spec;
  return defined({ ...spec, resources, volumeMode: spec.volumeMode ?? 'Filesystem' });
}

export function defaultVolume(volume: VolumeIn): VolumeIn {
  if (complete.has(volume)) return volume;
  const out = settled('Volume', defaultVolumeSource(volume));
  complete.add(out);
  return out;
}
function defaultVolumeSource(volume: VolumeIn): VolumeIn {
  if (SOURCES(volume) === 0) return { name: volume.name, emptyDir: {} };
  const { secret, configMap, hostPath, downwardAPI, projected, image, ephemeral, iscsi, rbd, azureDisk, scaleIO } = volume;
  if (secret !== undefined) return set(volume, 'secret', set(secret, 'defaultMode', secret.defaultMode ?? 420));
  if (configMap !== undefined) return set(volume, 'configMap', set(configMap, 'defaultMode', configMap.defaultMode ?? 420));
  if (hostPath !== undefined) return set(volume, 'hostPath', set(hostPath, 'type', hostPath.type ?? ''));
  if (downwardAPI !== undefined) {
    const items = mapSame(downwardAPI.items, defaultDownwardItem);
    return set(volume, 'downwardAPI', set(items === undefined ? downwardAPI : set(downwardAPI, 'items', items), 'defaultMode', downwardAPI.defaultMode ?? 420));
  }
  if (projected !== undefined) {
    const sources = mapSame(projected.sources ?? undefined, defaultProjection);
    // An empty list does not outlive being stored.
    return set(volume, 'projected', set(sources === undefined ? projected : set(projected, 'sources', sources.length === 0 ? null : sources), 'defaultMode', projected.defaultMode ?? 420));
  }
  if (image !== undefined) return set(volume, 'image', set(image, 'pullPolicy', image.pullPolicy || (isLatest(image.reference ?? '') ? 'Always' : 'IfNotPresent')));
  if (ephemeral?.volumeClaimTemplate !== undefined) {
    const template = ephemeral.volumeClaimTemplate;
    return set(volume, 'ephemeral', set(ephemeral, 'volumeClaimTemplate', set(template, 'spec', defaultClaimSpec(template.spec))));
  }
  if (iscsi !== undefined) return set(volume, 'iscsi', set(iscsi, 'iscsiInterface', iscsi.iscsiInterface || 'default'));
  if (rbd !== undefined) return set(volume, 'rbd', { ...rbd, pool: rbd.pool || 'rbd', user: rbd.user || 'admin', keyring: rbd.keyring || '/etc/ceph/keyring' });
  if (azureDisk !== undefined) {
    return set(volume, 'azureDisk', { ...azureDisk, cachingMode: azureDisk.cachingMode ?? 'ReadWrite', fsType: azureDisk.fsType ?? 'ext4', readOnly: azureDisk.readOnly ?? false, kind: azureDisk.kind ?? 'Shared' });
  }
  if (scaleIO !== undefined) return set(volume, 'scaleIO', { ...scaleIO, storageMode: scaleIO.storageMode || 'ThinProvisioned', fsType: scaleIO.fsType || 'xfs' });
  return volume;
}

/** The defaults of a PodSpec wherever it stands. The deprecated field `serviceAccount` mirrors `serviceAccountName` in every answer. */
export function defaultPodSpec(spec: PodSpecIn): PodSpecIn {
  if (complete.has(spec)) return spec;
  const account = spec.serviceAccountName || spec.serviceAccount;
  const out = settled('PodSpec', defined({
    ...spec,
    volumes: mapSame(spec.volumes, defaultVolume),
    initContainers: mapSame(spec.initContainers, (container) => defaultContainer(container)),
    containers: spec.containers === null ? null : (mapSame(spec.containers, (container) => defaultContainer(container)) ?? null),
    ephemeralContainers: mapSame(spec.ephemeralContainers, (container) => defaultContainer(container, 'EphemeralContainer')),
    overhead: roundUp(spec.overhead),
    resources: defaultResources(spec.resources),
    restartPolicy: spec.restartPolicy || 'Always',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    dnsPolicy: spec.dnsPolicy || 'ClusterFirst',
    serviceAccountName: account,
    serviceAccount: account,
    securityContext: spec.securityContext ?? {},
    schedulerName: spec.schedulerName || 'default-scheduler',
  }));
  complete.add(out);
  return out;
}

export function defaultPodTemplate<T extends PodTemplateIn>(template: T): T {
  return set(template, 'spec', defaultPodSpec(template.spec));
}

/** A limit without a request is the request too. */
function requestsFromLimits(container: ContainerIn): ContainerIn {
  const limits = container.resources?.limits;
  if (limits === undefined) return container;
  const requests = container.resources?.requests;
  const added: Record<string, string> = {};
  let any = false;
  for (const key of Object.keys(limits)) {
    if (requests !== undefined && Object.hasOwn(requests, key)) continue;
    added[key] = limits[key] ?? '0';
    any = true;
  }
  if (!any) return container;
  const merged: Record<string, string> = {};
  for (const key of [...Object.keys(added), ...Object.keys(requests ?? {})].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) merged[key] = (requests !== undefined && Object.hasOwn(requests, key) ? requests[key] : added[key]) ?? '0';
  const out = settled('Container', { ...container, resources: { ...container.resources, requests: merged } });
  complete.add(out);
  return out;
}

const hostPorts = (container: ContainerIn): ContainerIn => {
  const ports = mapSame(container.ports, (port) => (absent(port.hostPort) && port.containerPort !== 0 ? { ...port, hostPort: port.containerPort } : port));
  if (ports === container.ports || ports === undefined) return container;
  const out = settled('Container', { ...container, ports });
  complete.add(out);
  return out;
};

/** All defaults of a Pod's spec: those of any PodSpec, and what only a Pod gets and a template does not. */
export function defaultPod(spec: PodSpecIn): PodSpecIn {
  if (completePods.has(spec)) return spec;
  const known = podOfTemplate.get(spec);
  if (known !== undefined) return known;
  const out = defaultPodOnly(defaultPodSpec(spec));
  completePods.add(out);
  podOfTemplate.set(spec, out);
  return out;
}

/** Requests from limits, service links, host ports under host networking. */
function defaultPodOnly(spec: PodSpecIn): PodSpecIn {
  let containers = spec.containers === null ? null : (mapSame(spec.containers, requestsFromLimits) ?? null);
  let initContainers = mapSame(spec.initContainers, requestsFromLimits);
  if (spec.hostNetwork === true) {
    containers = containers === null ? null : (mapSame(containers, hostPorts) ?? null);
    initContainers = mapSame(initContainers, hostPorts);
  }
  const resources = defaultPodLevelResources({ ...spec, containers });
  if (containers === spec.containers && initContainers === spec.initContainers && spec.enableServiceLinks !== undefined && resources === spec.resources) return spec;
  const out = settled('PodSpec', defined({ ...spec, containers, initContainers, resources, enableServiceLinks: spec.enableServiceLinks ?? true }));
  complete.add(out);
  return out;
}

const POD_LEVEL = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
/** Pod-level resources: limits become requests, and requests of the containers are summed up where the Pod has none (cpu and memory only). */
function defaultPodLevelResources(spec: PodSpecIn): ResourcesIn | undefined {
  const { resources } = spec;
  const limits = resources?.limits;
  if (resources === undefined || limits === undefined || Object.keys(limits).length === 0) return resources;
  const requests: Record<string, string> = { ...resources.requests };
  let changed = false;
  const sums = new Map<string, bigint>();
  for (const container of spec.containers ?? []) {
    for (const [key, value] of Object.entries(container.resources?.requests ?? {})) sums.set(key, (sums.get(key) ?? 0n) + (parseQuantity(value) ?? 0n));
  }
  for (const [key, sum] of sums) {
    if (Object.hasOwn(requests, key) || (key !== 'cpu' && key !== 'memory')) continue;
    requests[key] = formatNano(sum, key === 'memory' ? 'binary' : 'decimal');
    changed = true;
  }
  for (const key of Object.keys(limits)) {
    if (Object.hasOwn(requests, key) || !POD_LEVEL(key)) continue;
    requests[key] = canonicalQuantity(limits[key] ?? '0') ?? '0';
    changed = true;
  }
  return changed ? { ...resources, requests } : resources;
}
