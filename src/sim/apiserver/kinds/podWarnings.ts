import type { StringMap } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { goQuote } from '../goText.ts';
import { same } from './meta.ts';
import { dns1123Label, labelValue } from './names.ts';
import type { ContainerIn, PodSpecIn, PodTemplateIn, VolumeIn } from './podShapes.ts';

/**
 * What the API server warns of in a Pod or a template that it accepts (pkg/api/pod/warnings.go). Left out: the forms of IP addresses with
 * leading zeros, and AppArmor profiles that say the same as their annotation.
 */

const DEPRECATED_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};
export const deprecatedLabel = (key: string): string | undefined => (Object.hasOwn(DEPRECATED_LABELS, key) ? DEPRECATED_LABELS[key] : undefined);

const ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};
const VOLUMES: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};
const VOLUME_FIELD: Readonly<Record<string, string>> = { storageos: 'storageOS' };

interface Term {
  readonly matchExpressions?: readonly { readonly key: string; readonly values?: readonly string[] }[];
}
export function ofNodeTerm(out: string[], term: Term | undefined, checksValues: boolean, field: string): void {
  term?.matchExpressions?.forEach((expression, i) => {
    const message = deprecatedLabel(expression.key);
    if (message !== undefined) out.push(`${field}.matchExpressions[${i}].key: ${expression.key} is ${message}`);
    if (checksValues) expression.values?.forEach((value, j) => out.push(...labelValue(value).map((fault) => `${field}.matchExpressions[${i}].values[${j}]: ${value} is invalid, ${fault}`)));
  });
}

export const isFractional = (text: string | undefined): boolean => text !== undefined && /m$|u$|n$/.test(text) && (parseQuantity(text) ?? 0n) % 1_000_000_000n !== 0n;

/** A claim's amounts are whole bytes. */
export function claimWarnings(field: string, spec: { readonly resources?: { readonly requests?: StringMap; readonly limits?: StringMap } }): readonly string[] {
  return (['requests', 'limits'] as const).flatMap((list) => {
    const amount = spec.resources?.[list]?.['storage'];
    return isFractional(amount) ? [`${field}.resources.${list}[storage]: fractional byte value ${goQuote(amount!)} is invalid, must be an integer`] : [];
  });
}

interface PathOf {
  readonly path: string;
  readonly source: string;
}
const shown = ({ path, source }: PathOf): string => (source === '' ? goQuote(path) : `${goQuote(path)} (${source})`);
/** Those of `all` that write to the same place as one more path does. */
function overlaps(all: readonly PathOf[], one: PathOf): readonly PathOf[] {
  if (one.path === '') return [];
  return all.filter(({ path }) => path !== '' && (path === one.path || path.startsWith(`${one.path}/`) || one.path.startsWith(`${path}/`)));
}
function ofPaths(out: string[], volume: string, about: string, paths: readonly PathOf[], all: PathOf[] = []): void {
  for (const given of paths) {
    const one = { ...given, path: given.path.replace(/\/+$/, '') };
    for (const other of overlaps(all, one)) out.push(`volume ${goQuote(volume)} (${about}): overlapping paths: ${shown(one)} with ${shown(other)}`);
    all.push(one);
  }
}
const pathsOf = (items: readonly { readonly path: string }[] | undefined, source: string): readonly PathOf[] => (items ?? []).map(({ path }) => ({ path, source }));

function ofVirtualPaths(out: string[], volumes: readonly VolumeIn[]): void {
  for (const { name, configMap, secret, downwardAPI, projected } of volumes) {
    if (configMap?.items !== undefined) ofPaths(out, name, `ConfigMap ${goQuote(configMap.name ?? '')}`, pathsOf(configMap.items, ''));
    if (secret?.items !== undefined) ofPaths(out, name, `Secret ${goQuote(secret.secretName ?? '')}`, pathsOf(secret.items, ''));
    if (downwardAPI?.items !== undefined) ofPaths(out, name, 'DownwardAPI', pathsOf(downwardAPI.items, ''));
    const all: PathOf[] = [];
    for (const source of projected?.sources ?? []) {
      if (Object.keys(source).length === 0) out.push(`volume ${goQuote(name)} (Projected) has no sources provided`);
      const { configMap: map, secret: secretOf, downwardAPI: downward, serviceAccountToken: token } = source;
      const paths = map?.items !== undefined ? pathsOf(map.items, `ConfigMap ${goQuote(map.name ?? '')}`)
        : secretOf?.items !== undefined ? pathsOf(secretOf.items, `Secret ${goQuote(secretOf.name ?? '')}`)
        : downward?.items !== undefined ? pathsOf(downward.items, 'DownwardAPI')
        : token !== undefined ? [{ path: token.path, source: 'ServiceAccountToken' }] : [];
      ofPaths(out, name, 'Projected', paths, all);
    }
  }
}

function eachContainer(spec: PodSpecIn, field: string, visit: (container: ContainerIn, field: string) => void): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) spec[list]?.forEach((container, i) => visit(container, `${field}.${list}[${i}]`));
}

function ofContainer(out: string[], container: ContainerIn, field: string): void {
  const { limits, requests } = container.resources ?? {};
  for (const resource of ['memory', 'ephemeral-storage']) {
    for (const [key, amounts] of [['limits', limits], ['requests', requests]] as const) {
      const amount = amounts?.[resource];
      if (isFractional(amount)) out.push(`${field}.resources.${key}[${resource}]: fractional byte value ${goQuote(amount!)} is invalid, must be an integer`);
    }
  }
  const names = new Set<string>();
  container.env?.forEach((env, i) => {
    const reference = `$(${env.name})`;
    // A value that contains the one before it builds on it; every other one hides it.
    if (names.has(env.name) && (env.valueFrom !== undefined || env.value === reference || !(env.value ?? '').includes(reference))) out.push(`${field}.env[${i}]: hides previous definition of ${goQuote(env.name)}, which may be dropped when using apply`);
    names.add(env.name);
  });
}

interface PortAt {
  readonly field: string;
  readonly hostIP: string;
  readonly hostPort: number;
}
function ofPorts(out: string[], spec: PodSpecIn, field: string): void {
  const all = new Map<string, PortAt[]>();
  eachContainer(spec, field, (container, at) =>
    container.ports?.forEach((port, i) => {
      const here: PortAt = { field: `${at}.ports[${i}]`, hostIP: port.hostIP ?? '', hostPort: port.hostPort ?? 0 };
      if (here.hostIP !== '' && here.hostPort === 0) out.push(`${here.field}: hostIP set without hostPort: {Name:${port.name ?? ''} HostPort:0 ContainerPort:${port.containerPort} Protocol:${port.protocol ?? ''} HostIP:${here.hostIP}}`);
      const key = `${port.containerPort}/${port.protocol ?? ''}`;
      const others = all.get(key) ?? [];
      for (const other of others) {
        if (here.hostIP === other.hostIP && here.hostPort === other.hostPort) out.push(`${here.field}: duplicate port definition with ${other.field}`);
        else if (here.hostPort === 0 || other.hostPort === 0) out.push(`${here.field}: overlapping port definition with ${other.field}`);
        else if (here.hostPort === other.hostPort && (here.hostIP === '') !== (other.hostIP === '')) out.push(`${here.field}: dangerously ambiguous port definition with ${other.field}`);
      }
      all.set(key, [...others, here]);
    }),
  );
  const names = new Map<string, string>();
  eachContainer(spec, field, (container, at) =>
    container.ports?.forEach((port, i) => {
      if (!port.name) return;
      const other = names.get(port.name);
      if (other === undefined) names.set(port.name, `${at}.ports[${i}]`);
      else out.push(`${at}.ports[${i}]: duplicate port name ${goQuote(port.name)} with ${other}, services and probes that select ports by name will use ${other}`);
    }),
  );
}

/** `field` is where the spec stands ("spec.template.spec"), `metaField` where its metadata does. */
function warningsOf(spec: PodSpecIn, annotations: StringMap | undefined, field: string, metaField: string, isTemplate: boolean): readonly string[] {
  const out: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const message = deprecatedLabel(key);
    if (message !== undefined) out.push(`${field}.nodeSelector[${key}]: ${message}`);
  }
  const node = spec.affinity?.nodeAffinity;
  node?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.forEach((term, i) => ofNodeTerm(out, term, false, `${field}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`));
  node?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => ofNodeTerm(out, term.preference, true, `${field}.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`));
  spec.topologySpreadConstraints?.forEach((constraint, i) => {
    const message = deprecatedLabel(constraint.topologyKey ?? '');
    if (message !== undefined) out.push(`${field}.topologySpreadConstraints[${i}].topologyKey: ${constraint.topologyKey} is ${message}`);
    if (constraint.labelSelector === undefined) out.push(`${field}.topologySpreadConstraints[${i}].labelSelector: a null labelSelector results in matching no pod`);
  });
  for (const [key, message] of Object.entries(ANNOTATIONS)) if (annotations?.[key] !== undefined) out.push(`${metaField}.annotations[${key}]: ${message}`);
  spec.volumes?.forEach((volume, i) => {
    for (const [key, message] of Object.entries(VOLUMES)) if ((volume as unknown as Record<string, unknown>)[key] !== undefined) out.push(`${field}.volumes[${i}].${VOLUME_FIELD[key] ?? key}: ${message}`);
    const claim = volume.ephemeral?.volumeClaimTemplate;
    if (claim !== undefined) out.push(...claimWarnings(`${field}.volumes[${i}].ephemeral.volumeClaimTemplate.spec`, claim.spec));
  });
  ofVirtualPaths(out, spec.volumes ?? []);
  const addresses = new Set<string>();
  spec.hostAliases?.forEach(({ ip }, i) => {
    if (addresses.has(ip)) out.push(`${field}.hostAliases[${i}].ip: duplicate ip ${goQuote(ip)}`);
    addresses.add(ip);
  });
  const secrets = new Set<string>();
  spec.imagePullSecrets?.forEach(({ name = '' }, i) => {
    if (secrets.has(name)) out.push(`${field}.imagePullSecrets[${i}].name: duplicate name ${goQuote(name)}`);
    secrets.add(name);
  });
  spec.imagePullSecrets?.forEach(({ name = '' }, i) => {
    if (name === '') out.push(`${field}.imagePullSecrets[${i}].name: invalid empty name ""`);
  });
  for (const resource of ['memory', 'ephemeral-storage']) {
    const amount = spec.overhead?.[resource];
    if (isFractional(amount)) out.push(`${field}.overhead[${resource}]: fractional byte value ${goQuote(amount!)} is invalid, must be an integer`);
  }
  const SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod';
  if (annotations?.[SECCOMP] !== undefined && spec.securityContext?.seccompProfile === undefined) out.push(`${metaField}.annotations[${SECCOMP}]: non-functional in v1.27+; use the "seccompProfile" field instead`);
  eachContainer(spec, field, (container, at) => {
    const seccomp = `container.seccomp.security.alpha.kubernetes.io/${container.name}`;
    if (annotations?.[seccomp] !== undefined && container.securityContext?.seccompProfile === undefined) out.push(`${metaField}.annotations[${seccomp}]: non-functional in v1.27+; use the "seccompProfile" field instead`);
    const appArmor = `container.apparmor.security.beta.kubernetes.io/${container.name}`;
    if (isTemplate && annotations?.[appArmor] !== undefined && container.securityContext?.appArmorProfile === undefined) out.push(`${metaField}.annotations[${appArmor}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
    ofContainer(out, container, at);
  });
  ofPorts(out, spec, field);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) out.push(`${field}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`);
  for (const key of ['podAffinity', 'podAntiAffinity'] as const) {
    const affinity = spec.affinity?.[key];
    const none = (at: string): number => out.push(`${field}.affinity.${key}.${at}.labelSelector: a null labelSelector results in matching no pod`);
    affinity?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => term.labelSelector === undefined && none(`requiredDuringSchedulingIgnoredDuringExecution[${i}]`));
    affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => term.podAffinityTerm.labelSelector === undefined && none(`preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm`));
  }
  return out;
}

export const podTemplateWarnings = (field: string, template: PodTemplateIn): readonly string[] => warningsOf(template.spec, template.metadata?.annotations, `${field}.spec`, `${field}.metadata`, true);
export const podWarnings = (spec: PodSpecIn, annotations: StringMap | undefined): readonly string[] => warningsOf(spec, annotations, 'spec', 'metadata', false);

/** A name that is no DNS label is no host name, either. */
export const nameWarning = (name: string): readonly string[] => {
  const faults = dns1123Label(name);
  return faults.length === 0 ? [] : [`metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${faults.join(' ')}]`];
};

/** The warnings of a controller kind: its name's when it is new, its template's when that is new. */
export function controllerWarnings(object: { readonly metadata: { readonly name: string }; readonly spec: { readonly template: unknown } }, old: typeof object | undefined): readonly string[] {
  if (old !== undefined && same(object.spec, old.spec)) return [];
  return [...(old === undefined ? nameWarning(object.metadata.name) : []), ...podTemplateWarnings('spec.template', object.spec.template as PodTemplateIn)];
}
