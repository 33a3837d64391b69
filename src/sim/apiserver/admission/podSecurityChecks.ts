import type { StringMap } from '../../api/object.ts';

/** The checks of the Pod security standards, with the version from which each holds. After k8s.io/pod-security-admission/policy. */
interface SecurityContext {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly procMount?: string;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly seccompProfile?: { readonly type?: string };
  readonly appArmorProfile?: { readonly type?: string };
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string };
  readonly windowsOptions?: { readonly hostProcess?: boolean };
  readonly sysctls?: readonly { readonly name: string }[];
}
interface Hosted {
  readonly httpGet?: { readonly host?: string };
  readonly tcpSocket?: { readonly host?: string };
}
interface ContainerLike {
  readonly name: string;
  readonly image?: string;
  readonly securityContext?: SecurityContext;
  readonly ports?: readonly { readonly hostPort?: number }[];
  readonly livenessProbe?: Hosted;
  readonly readinessProbe?: Hosted;
  readonly startupProbe?: Hosted;
  readonly lifecycle?: { readonly postStart?: Hosted; readonly preStop?: Hosted };
}
export interface SpecLike {
  readonly containers?: readonly ContainerLike[] | null;
  readonly initContainers?: readonly ContainerLike[];
  readonly ephemeralContainers?: readonly ContainerLike[];
  readonly volumes?: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
  readonly securityContext?: SecurityContext;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly hostUsers?: boolean;
  readonly os?: { readonly name?: string };
}
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}
type Check = (spec: SpecLike, annotations: StringMap, minor: number) => Violation | undefined;

const quoted = (items: readonly string[]): string => items.map((item) => `"${item}"`).join(', ');
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const distinct = (items: readonly string[]): readonly string[] => [...new Set(items)].sort(byText);
const plural = (one: string, many: string, items: readonly unknown[]): string => (items.length === 1 ? one : many);
const containersText = (names: readonly string[]): string => `${plural('container', 'containers', names)} ${quoted(names)}`;
const all = (spec: SpecLike): readonly ContainerLike[] => [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
const named = (spec: SpecLike, bad: (context: SecurityContext | undefined, container: ContainerLike) => boolean): string[] => all(spec).filter((container) => bad(container.securityContext, container)).map(({ name }) => name);
const isWindows = (spec: SpecLike): boolean => spec.os?.name === 'windows';
/** Since 1.35 a Pod with users of its own may be root among them. */
const hasOwnUsers = (spec: SpecLike, minor: number): boolean => minor >= 35 && spec.hostUsers === false;

/** Who set something that is not allowed: the Pod, its containers, or both. */
function setters(spec: SpecLike, bad: (context: SecurityContext | undefined) => boolean): string {
  const containers = named(spec, bad);
  return [...(bad(spec.securityContext) ? ['pod'] : []), ...(containers.length === 0 ? [] : [containersText(containers)])].join(' and ');
}
const contexts = (spec: SpecLike): readonly (SecurityContext | undefined)[] => [spec.securityContext, ...all(spec).map((container) => container.securityContext)];

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const appArmorProfile: Check = (spec, annotations) => {
  const bad = (context: SecurityContext | undefined): boolean => context?.appArmorProfile !== undefined && !['RuntimeDefault', 'Localhost'].includes(context.appArmorProfile.type ?? '');
  const forbidden = Object.entries(annotations).filter(([key, value]) => key.startsWith(APPARMOR) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/')).map(([key, value]) => `${key}=${JSON.stringify(value)}`).sort(byText);
  const values = [...distinct(contexts(spec).filter(bad).map((context) => context!.appArmorProfile!.type ?? '')), ...forbidden];
  const who = [setters(spec, bad), ...(forbidden.length === 0 ? [] : [plural('annotation', 'annotations', forbidden)])].filter((one) => one !== '').join(' and ');
  return who === '' ? undefined : { reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values), detail: `${who} must not set AppArmor profile type to ${quoted(values)}` };
};

const DEFAULT_CAPABILITIES = new Set(['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']);
const addedBy = (context: SecurityContext | undefined, isAllowed: (name: string) => boolean): readonly string[] => (context?.capabilities?.add ?? []).filter((name) => !isAllowed(name));
const mustNotAdd = (spec: SpecLike, isAllowed: (name: string) => boolean): string | undefined => {
  const containers = named(spec, (context) => addedBy(context, isAllowed).length > 0);
  return containers.length === 0 ? undefined : `${containersText(containers)} must not include ${quoted(distinct(all(spec).flatMap(({ securityContext }) => addedBy(securityContext, isAllowed))))} in securityContext.capabilities.add`;
};
const capabilitiesBaseline: Check = (spec) => {
  const detail = mustNotAdd(spec, (name) => DEFAULT_CAPABILITIES.has(name));
  return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
};
const capabilitiesRestricted: Check = (spec, _annotations, minor) => {
  if (minor >= 25 && isWindows(spec)) return undefined;
  const keeping = named(spec, (context) => context?.capabilities?.drop?.includes('ALL') !== true);
  const adding = mustNotAdd(spec, (name) => name === 'NET_BIND_SERVICE');
  const details = [...(keeping.length === 0 ? [] : [`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`]), ...(adding === undefined ? [] : [adding])];
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const hostNamespaces: Check = ({ hostNetwork, hostPID, hostIPC }) => {
  const set = [...(hostNetwork === true ? ['hostNetwork=true'] : []), ...(hostPID === true ? ['hostPID=true'] : []), ...(hostIPC === true ? ['hostIPC=true'] : [])];
  return set.length === 0 ? undefined : { reason: 'host namespaces', detail: set.join(', ') };
};
const hostPathVolumes: Check = ({ volumes }) => {
  const names = (volumes ?? []).filter((volume) => volume['hostPath'] !== undefined).map(({ name }) => name);
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names)} ${quoted(names)}` };
};
const hostPorts: Check = (spec) => {
  const used = (container: ContainerLike): readonly string[] => (container.ports ?? []).flatMap(({ hostPort }) => (hostPort === undefined || hostPort === 0 ? [] : [String(hostPort)]));
  const containers = named(spec, (_context, container) => used(container).length > 0);
  const ports = distinct(all(spec).flatMap(used));
  return containers.length === 0 ? undefined : { reason: 'hostPort', detail: `${containersText(containers)} ${plural('uses', 'use', containers)} ${plural('hostPort', 'hostPorts', ports)} ${ports.join(', ')}` };
};
const hostProbes: Check = (spec) => {
  const hosts = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: ContainerLike): readonly string[] =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((one) => [one?.httpGet?.host ?? '', one?.tcpSocket?.host ?? '']).filter((host) => host !== '');
  const containers = distinct(named(spec, (_context, container) => hosts(container).length > 0));
  const found = distinct(all(spec).flatMap(hosts));
  return containers.length === 0 ? undefined : { reason: 'probe or lifecycle host', detail: `${containersText(containers)} ${plural('uses', 'use', containers)} ${plural('probe or lifecycle host', 'probe or lifecycle hosts', found)} ${quoted(found)}` };
};
const privileged: Check = (spec) => {
  const containers = named(spec, (context) => context?.privileged === true);
  return containers.length === 0 ? undefined : { reason: 'privileged', detail: `${containersText(containers)} must not set securityContext.privileged=true` };
};
const anyProcMount: Check = (spec) => {
  const bad = (context: SecurityContext | undefined): boolean => context?.procMount !== undefined && context.procMount !== 'Default';
  const containers = named(spec, bad);
  return containers.length === 0 ? undefined : { reason: 'procMount', detail: `${containersText(containers)} must not set securityContext.procMount to ${quoted(distinct(all(spec).flatMap(({ securityContext }) => (bad(securityContext) ? [securityContext!.procMount!] : []))))}` };
};
const procMount: Check = (spec, annotations, minor) => (hasOwnUsers(spec, minor) ? undefined : anyProcMount(spec, annotations, minor));

const seLinuxOptions: Check = (spec, _annotations, minor) => {
  const allowed = ['', 'container_t', 'container_init_t', 'container_kvm_t', ...(minor >= 31 ? ['container_engine_t'] : [])];
  const options = contexts(spec).flatMap((context) => (context?.seLinuxOptions === undefined ? [] : [context.seLinuxOptions]));
  const types = distinct(options.map(({ type = '' }) => type).filter((type) => !allowed.includes(type)));
  const who = setters(spec, (context) => context?.seLinuxOptions !== undefined && (!allowed.includes(context.seLinuxOptions.type ?? '') || (context.seLinuxOptions.user ?? '') !== '' || (context.seLinuxOptions.role ?? '') !== ''));
  if (who === '') return undefined;
  const data = [...(types.length === 0 ? [] : [`${plural('type', 'types', types)} ${quoted(types)}`]), ...(options.some(({ user = '' }) => user !== '') ? ['user may not be set'] : []), ...(options.some(({ role = '' }) => role !== '') ? ['role may not be set'] : [])];
  return { reason: 'seLinuxOptions', detail: `${who} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}` };
};

const isSeccomp = (type: string | undefined): boolean => type === 'Localhost' || type === 'RuntimeDefault';
const badSeccomp = (context: SecurityContext | undefined): boolean => context?.seccompProfile !== undefined && !isSeccomp(context.seccompProfile.type);
const seccompBaseline: Check = (spec, annotations, minor) => {
  if (minor < 19) return seccompAnnotations(spec, annotations);
  const who = setters(spec, badSeccomp);
  return who === '' ? undefined : { reason: 'seccompProfile', detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(distinct(contexts(spec).filter(badSeccomp).map((context) => context!.seccompProfile!.type ?? '')))}` };
};
function seccompAnnotations(spec: SpecLike, annotations: StringMap): Violation | undefined {
  const keys = ['seccomp.security.alpha.kubernetes.io/pod', ...all(spec).map(({ name }) => `container.seccomp.security.alpha.kubernetes.io/${name}`)];
  const isValid = (value: string): boolean => value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
  const bad = distinct(keys.flatMap((key) => (Object.hasOwn(annotations, key) && !isValid(annotations[key]!) ? [`${key}=${JSON.stringify(annotations[key])}`] : [])));
  return bad.length === 0 ? undefined : { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', 'annotations', bad)} ${bad.join(', ')}` };
}
const seccompRestricted: Check = (spec, annotations, minor) => {
  if (minor >= 25 && isWindows(spec)) return undefined;
  const explicit = seccompBaseline(spec, annotations, Math.max(minor, 19));
  if (explicit !== undefined) return explicit;
  const missing = spec.securityContext?.seccompProfile === undefined ? named(spec, (context) => context?.seccompProfile === undefined) : [];
  return missing.length === 0 ? undefined : { reason: 'seccompProfile', detail: `pod or ${containersText(missing)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` };
};

const SYSCTLS: readonly (readonly [number, readonly string[]])[] = [
  [0, ['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start']],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [29, ['net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes']],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
];
const sysctls: Check = (spec, _annotations, minor) => {
  const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !SYSCTLS.some(([since, names]) => minor >= since && names.includes(name)));
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
};
const windowsHostProcess: Check = (spec) => {
  const who = setters(spec, (context) => context?.windowsOptions?.hostProcess === true);
  return who === '' ? undefined : { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
};

const allowPrivilegeEscalation: Check = (spec, _annotations, minor) => {
  if (minor >= 25 && isWindows(spec)) return undefined;
  const containers = named(spec, (context) => context?.allowPrivilegeEscalation !== false);
  return containers.length === 0 ? undefined : { reason: 'allowPrivilegeEscalation != false', detail: `${containersText(containers)} must set securityContext.allowPrivilegeEscalation=false` };
};

const ALLOWED_VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'];
const OTHER_VOLUMES = ['hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'gitRepo', 'nfs', 'iscsi', 'glusterfs', 'rbd', 'flexVolume', 'cinder', 'cephfs', 'flocker', 'fc', 'azureFile', 'vsphereVolume', 'quobyte', 'azureDisk', 'photonPersistentDisk', 'portworxVolume', 'scaleIO', 'storageos'];
const restrictedVolumes: Check = ({ volumes }) => {
  const bad = (volumes ?? []).filter((volume) => !ALLOWED_VOLUMES.some((type) => volume[type] !== undefined));
  if (bad.length === 0) return undefined;
  const types = distinct(bad.map((volume) => OTHER_VOLUMES.find((type) => volume[type] !== undefined) ?? 'unknown'));
  const names = bad.map(({ name }) => name);
  return { reason: 'restricted volume types', detail: `${plural('volume', 'volumes', names)} ${quoted(names)} ${plural('uses', 'use', names)} ${plural('restricted volume type', 'restricted volume types', types)} ${quoted(types)}` };
};
const runAsNonRoot: Check = (spec, _annotations, minor) => {
  if (hasOwnUsers(spec, minor)) return undefined;
  const who = setters(spec, (context) => context?.runAsNonRoot === false);
  if (who !== '') return { reason: 'runAsNonRoot != true', detail: `${who} must not set securityContext.runAsNonRoot=false` };
  const missing = spec.securityContext?.runAsNonRoot === true ? [] : named(spec, (context) => context?.runAsNonRoot === undefined);
  return missing.length === 0 ? undefined : { reason: 'runAsNonRoot != true', detail: `pod or ${containersText(missing)} must set securityContext.runAsNonRoot=true` };
};
const runAsUser: Check = (spec, _annotations, minor) => {
  if (hasOwnUsers(spec, minor)) return undefined;
  const who = setters(spec, (context) => context?.runAsUser === 0);
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` };
};

interface Listed {
  readonly id: string;
  readonly since: number;
  readonly check: Check;
  /** The baseline check whose place it takes. */
  readonly instead?: string;
}
const BASELINE: readonly Listed[] = [
  { id: 'appArmorProfile', since: 0, check: appArmorProfile }, { id: 'capabilities_baseline', since: 0, check: capabilitiesBaseline }, { id: 'hostNamespaces', since: 0, check: hostNamespaces },
  { id: 'hostPathVolumes', since: 0, check: hostPathVolumes }, { id: 'hostPorts', since: 0, check: hostPorts }, { id: 'hostProbesAndHostLifecycle', since: 34, check: hostProbes }, { id: 'privileged', since: 0, check: privileged },
  { id: 'procMount', since: 0, check: procMount }, { id: 'seLinuxOptions', since: 0, check: seLinuxOptions }, { id: 'seccompProfile_baseline', since: 0, check: seccompBaseline }, { id: 'sysctls', since: 0, check: sysctls },
  { id: 'windowsHostProcess', since: 0, check: windowsHostProcess },
];
const RESTRICTED: readonly Listed[] = [
  { id: 'allowPrivilegeEscalation', since: 8, check: allowPrivilegeEscalation }, { id: 'capabilities_restricted', since: 22, check: capabilitiesRestricted, instead: 'capabilities_baseline' },
  { id: 'procMount_restricted', since: 35, check: anyProcMount, instead: 'procMount' }, { id: 'restrictedVolumes', since: 0, check: restrictedVolumes, instead: 'hostPathVolumes' }, { id: 'runAsNonRoot', since: 0, check: runAsNonRoot },
  { id: 'runAsUser', since: 23, check: runAsUser }, { id: 'seccompProfile_restricted', since: 19, check: seccompRestricted, instead: 'seccompProfile_baseline' },
];

/** The newest version for which there are checks. */
export const NEWEST_MINOR = 35;

export function violations(level: string, minor: number, spec: SpecLike, annotations: StringMap): readonly Violation[] {
  if (level === 'privileged') return [];
  const version = Math.min(minor, NEWEST_MINOR);
  const restricted = level === 'restricted' ? RESTRICTED.filter(({ since }) => version >= since) : [];
  const checks = [...BASELINE.filter(({ id, since }) => version >= since && !restricted.some(({ instead }) => instead === id)), ...restricted];
  return checks.flatMap(({ check }) => check(spec, annotations, version) ?? []);
}
