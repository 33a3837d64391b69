import type { Container, ContainerPort, ContainerState, ContainerStatus, Pod, Probe, ResourceRequirements, TopologySpreadConstraint, Volume } from '../../sim/api/object.ts';
import { longDate } from '../dates.ts';
import { selectorText } from '../../sim/api/columns/column.ts';
import type { Tree } from '../tree.ts';
import { compareText, dig, isList, isTree, sortedKeys } from '../tree.ts';
import type { Writer } from './text.ts';

const ports = (list: readonly ContainerPort[], number: (port: ContainerPort) => number): string =>
  list.map((port) => `${number(port)}/${port.protocol ?? 'TCP'}${port.name === undefined || port.name === '' ? '' : ` (${port.name})`}`).join(', ');

function portLine(w: Writer, title: string, text: string): void {
  w.line(2, text.includes(',') ? `${title}s:\t${text}` : `${title}:\t${text === '' ? '<none>' : text}`);
}

export function probeText(probe: Probe): string {
  const numbers = `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds ?? 0}s period=${probe.periodSeconds ?? 0}s #success=${probe.successThreshold ?? 0} #failure=${probe.failureThreshold ?? 0}`;
  if (probe.exec !== undefined) return `exec [${(probe.exec.command ?? []).join(' ')}] ${numbers}`;
  if (probe.httpGet !== undefined) {
    const { scheme = '', host = '', port, path = '' } = probe.httpGet;
    return `http-get ${scheme === '' ? '' : `${scheme.toLowerCase()}:`}//${host}:${port}${path === '' || path.startsWith('/') ? path : `/${path}`} ${numbers}`;
  }
  if (probe.tcpSocket !== undefined) return `tcp-socket ${String(dig(probe.tcpSocket, 'host') ?? '')}:${probe.tcpSocket.port} ${numbers}`;
  if (probe.grpc !== undefined) return `grpc <pod>:${probe.grpc.port} ${probe.grpc.service ?? ''} ${numbers}`;
  return `unknown ${numbers}`;
}

export function resourceLines(w: Writer, resources: ResourceRequirements | undefined, level: number): void {
  for (const [title, list] of [['Limits', resources?.limits], ['Requests', resources?.requests]] as const) {
    if (list === undefined || Object.keys(list).length === 0) continue;
    w.line(level, `${title}:`);
    for (const name of sortedKeys(list)) w.line(level + 1, `${name}:\t${list[name]!}`);
  }
}

function stateLines(w: Writer, title: string, state: ContainerState | undefined): void {
  if (state?.running !== undefined) w.line(2, `${title}:\tRunning`).line(3, `Started:\t${longDate(state.running.startedAt)}`);
  else if (state?.terminated !== undefined) {
    const { reason, message, exitCode, signal, startedAt, finishedAt } = state.terminated;
    w.line(2, `${title}:\tTerminated`);
    if (reason !== undefined && reason !== '') w.line(3, `Reason:\t${reason}`);
    if (message !== undefined && message !== '') w.line(3, `Message:\t${message}`);
    w.line(3, `Exit Code:\t${exitCode}`);
    if (signal !== undefined && signal > 0) w.line(3, `Signal:\t${signal}`);
    w.line(3, `Started:\t${longDate(startedAt)}`).line(3, `Finished:\t${longDate(finishedAt)}`);
  } else {
    w.line(2, `${title}:\tWaiting`);
    if (state?.waiting?.reason !== undefined && state.waiting.reason !== '') w.line(3, `Reason:\t${state.waiting.reason}`);
  }
}

/** What a field reference gives in a running Pod; in a template it is not known. */
function fieldValue(pod: Pod | undefined, path: string): string {
  if (pod === undefined) return '';
  const key = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  const value = key === null ? dig(pod, ...path.split('.')) : dig(pod, 'metadata', key[1]!, key[2]!);
  return value === undefined || isTree(value) ? '' : String(value);
}

function resourceValue(container: Container, resource: string): string {
  const [kind, name] = resource.split('.');
  const list = kind === 'limits' ? container.resources?.limits : container.resources?.requests;
  const quantity = list?.[name ?? ''];
  if (quantity === undefined) return kind === 'limits' ? 'node allocatable' : '0';
  // The divisor is 1: whole cores, rounded up, or bytes.
  const milli = /^(\d+)m$/.exec(quantity);
  if (milli !== null) return String(Math.ceil(Number(milli[1]) / 1000));
  const bytes = /^(\d+)(Ki|Mi|Gi)$/.exec(quantity);
  return bytes === null ? quantity : String(Number(bytes[1]) * (bytes[2] === 'Ki' ? 1024 : bytes[2] === 'Mi' ? 1_048_576 : 1_073_741_824));
}

function environmentLines(w: Writer, container: Container, pod: Pod | undefined): void {
  const from = (container.envFrom ?? []) as readonly Tree[];
  if (from.length > 0) w.line(2, 'Environment Variables from:');
  for (const one of from) {
    const [kind, reference] = isTree(one.configMapRef) ? ['ConfigMap', one.configMapRef] : ['Secret', isTree(one.secretRef) ? one.secretRef : {}];
    const prefix = typeof one.prefix === 'string' && one.prefix !== '' ? ` with prefix '${one.prefix}'` : '';
    w.line(3, `${String(reference.name ?? '')}\t${kind}${prefix}\tOptional: ${String(reference.optional === true)}`);
  }
  const env = container.env ?? [];
  w.line(2, env.length === 0 ? 'Environment:\t<none>' : 'Environment:');
  for (const { name, value = '', valueFrom } of env) {
    if (!isTree(valueFrom)) {
      value.split('\n').forEach((part, i) => w.line(3, `${i === 0 ? `${name}:` : ''}\t${part}`));
      continue;
    }
    const part = (...path: string[]): string => String(dig(valueFrom, ...path) ?? '');
    const optional = (reference: string): string => String(dig(valueFrom, reference, 'optional') === true);
    if (valueFrom.fieldRef !== undefined) w.line(3, `${name}:\t${fieldValue(pod, part('fieldRef', 'fieldPath'))} (${part('fieldRef', 'apiVersion')}:${part('fieldRef', 'fieldPath')})`);
    else if (valueFrom.resourceFieldRef !== undefined) w.line(3, `${name}:\t${resourceValue(container, part('resourceFieldRef', 'resource'))} (${part('resourceFieldRef', 'resource')})`);
    else if (valueFrom.secretKeyRef !== undefined) w.line(3, `${name}:\t<set to the key '${part('secretKeyRef', 'key')}' in secret '${part('secretKeyRef', 'name')}'>\tOptional: ${optional('secretKeyRef')}`);
    else if (valueFrom.configMapKeyRef !== undefined) w.line(3, `${name}:\t<set to the key '${part('configMapKeyRef', 'key')}' of config map '${part('configMapKeyRef', 'name')}'>\tOptional: ${optional('configMapKeyRef')}`);
  }
}

function containerLines(w: Writer, container: Container, status: ContainerStatus | undefined, pod: Pod | undefined, nested: boolean): void {
  w.line(1, `${nested ? ' ' : ''}${container.name}:`);
  if (status !== undefined) w.line(2, `Container ID:\t${status.containerID ?? ''}`);
  w.line(2, `Image:\t${container.image}`);
  if (status !== undefined) w.line(2, `Image ID:\t${status.imageID}`);
  portLine(w, 'Port', ports(container.ports ?? [], (port) => port.containerPort));
  portLine(w, 'Host Port', ports(container.ports ?? [], (port) => port.hostPort ?? 0));
  for (const [title, words] of [['Command', container.command], ['Args', container.args]] as const) {
    if (words === undefined || words.length === 0) continue;
    w.line(2, `${title}:`);
    for (const word of words) for (const line of word.split('\n')) w.line(3, line);
  }
  if (status !== undefined) {
    stateLines(w, 'State', status.state);
    if (status.lastState?.terminated !== undefined) stateLines(w, 'Last State', status.lastState);
    w.line(2, `Ready:\t${status.ready ? 'True' : 'False'}`).line(2, `Restart Count:\t${status.restartCount}`);
  }
  resourceLines(w, container.resources, 2);
  for (const [title, probe] of [['Liveness', container.livenessProbe], ['Readiness', container.readinessProbe], ['Startup', container.startupProbe]] as const) if (probe !== undefined) w.line(2, `${title}:\t${probeText(probe)}`);
  environmentLines(w, container, pod);
  const mounts = [...(container.volumeMounts ?? [])].sort((a, b) => compareText(a.mountPath, b.mountPath));
  w.line(2, mounts.length === 0 ? 'Mounts:\t<none>' : 'Mounts:');
  for (const mount of mounts) w.line(3, `${mount.mountPath} from ${mount.name} (${mount.readOnly === true ? 'ro' : 'rw'}${mount.subPath === undefined || mount.subPath === '' ? '' : `,path=${JSON.stringify(mount.subPath)}`})`);
}

export function containersLines(w: Writer, title: string, containers: readonly Container[], statuses: readonly ContainerStatus[], pod: Pod | undefined, indent: string): void {
  w.line(0, `${indent}${title}:${containers.length === 0 ? ' <none>' : ''}`);
  for (const container of containers) containerLines(w, container, statuses.find((status) => status.name === container.name), pod, indent !== '');
}

const optional = (source: unknown): string => String(dig(source, 'optional') === true);

export function volumeLines(w: Writer, volume: Volume): void {
  const { hostPath, nfs, downwardAPI, csi, local, image, iscsi } = volume as { hostPath?: Tree; nfs?: Tree; downwardAPI?: Tree; csi?: Tree; local?: Tree; image?: Tree; iscsi?: Tree };
  const type = (text: string): Writer => w.line(2, `Type:\t${text}`);
  if (volume.emptyDir !== undefined) type("EmptyDir (a temporary directory that shares a pod's lifetime)").line(2, `Medium:\t${volume.emptyDir.medium ?? ''}`).line(2, `SizeLimit:\t${volume.emptyDir.sizeLimit ?? '<unset>'}`);
  else if (volume.configMap !== undefined) type('ConfigMap (a volume populated by a ConfigMap)').line(2, `Name:\t${volume.configMap.name ?? ''}`).line(2, `Optional:\t${optional(volume.configMap)}`);
  else if (volume.secret !== undefined) type('Secret (a volume populated by a Secret)').line(2, `SecretName:\t${volume.secret.secretName ?? ''}`).line(2, `Optional:\t${optional(volume.secret)}`);
  else if (volume.persistentVolumeClaim !== undefined) type('PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)').line(2, `ClaimName:\t${volume.persistentVolumeClaim.claimName}`).line(2, `ReadOnly:\t${String(volume.persistentVolumeClaim.readOnly ?? false)}`);
  else if (hostPath !== undefined) type('HostPath (bare host directory volume)').line(2, `Path:\t${String(hostPath.path ?? '')}`).line(2, `HostPathType:\t${String(hostPath.type ?? '<none>')}`);
  else if (nfs !== undefined) type('NFS (an NFS mount that lasts the lifetime of a pod)').line(2, `Server:\t${String(nfs.server ?? '')}`).line(2, `Path:\t${String(nfs.path ?? '')}`).line(2, `ReadOnly:\t${String(nfs.readOnly ?? false)}`);
  else if (downwardAPI !== undefined) {
    type('DownwardAPI (a volume populated by information about the pod)').line(2, 'Items:');
    for (const item of (isList(downwardAPI.items) ? downwardAPI.items : [])) w.line(3, `${String(dig(item, 'fieldRef', 'fieldPath') ?? dig(item, 'resourceFieldRef', 'resource') ?? '')} -> ${String(dig(item, 'path') ?? '')}`);
  } else if (volume.projected !== undefined) {
    type('Projected (a volume that contains injected data from multiple sources)');
    const sources = dig(volume.projected, 'sources');
    for (const source of isList(sources) ? sources : []) {
      if (dig(source, 'secret') !== undefined) w.line(2, `SecretName:\t${String(dig(source, 'secret', 'name') ?? '')}`).line(2, `Optional:\t${optional(dig(source, 'secret'))}`);
      else if (dig(source, 'downwardAPI') !== undefined) w.line(2, 'DownwardAPI:\ttrue');
      else if (dig(source, 'configMap') !== undefined) w.line(2, `ConfigMapName:\t${String(dig(source, 'configMap', 'name') ?? '')}`).line(2, `Optional:\t${optional(dig(source, 'configMap'))}`);
      else if (dig(source, 'serviceAccountToken') !== undefined) w.line(2, `TokenExpirationSeconds:\t${String(dig(source, 'serviceAccountToken', 'expirationSeconds') ?? 3600)}`);
    }
  } else if (csi !== undefined) {
    type('CSI (a Container Storage Interface (CSI) volume source)').line(2, `Driver:\t${String(csi.driver ?? '')}`).line(2, `FSType:\t${String(csi.fsType ?? '')}`);
    if (csi.volumeHandle !== undefined) w.line(2, `VolumeHandle:\t${String(csi.volumeHandle)}`);
    w.line(2, `ReadOnly:\t${String(csi.readOnly === true)}`);
    const attributes = isTree(csi.volumeAttributes) ? csi.volumeAttributes : {};
    const keys = sortedKeys(attributes);
    w.line(2, `VolumeAttributes:\t${keys.length === 0 ? '<none>' : `${keys[0]!}=${String(attributes[keys[0]!])}`}`);
    // The lines after the first are indented twice over, as upstream's are.
    for (const key of keys.slice(1)) w.line(2, `    \t${key}=${String(attributes[key])}`);
  } else if (local !== undefined) type('LocalVolume (a persistent volume backed by local storage on a node)').line(2, `Path:\t${String(local.path ?? '')}`);
  else if (image !== undefined) type('Image (a container image or OCI artifact)').line(2, `Reference:\t${String(image.reference ?? '')}`).line(2, `PullPolicy:\t${String(image.pullPolicy ?? '')}`);
  else if (iscsi !== undefined) iscsiLines(w, iscsi);
  else w.line(1, '<unknown>');
}

function iscsiLines(w: Writer, iscsi: Tree): void {
  const portals = isList(iscsi.portals) ? iscsi.portals.map(String).join(',') : '';
  w.line(2, 'Type:\tISCSI (an ISCSI Disk resource that is attached to a kubelet\'s host machine and then exposed to the pod)');
  for (const [title, value] of [
    ['TargetPortal', iscsi.targetPortal ?? ''], ['IQN', iscsi.iqn ?? ''], ['Lun', iscsi.lun ?? 0], ['ISCSIInterface', iscsi.iscsiInterface ?? ''], ['FSType', iscsi.fsType ?? ''], ['ReadOnly', iscsi.readOnly === true], ['Portals', `[${portals}]`], ['DiscoveryCHAPAuth', iscsi.chapAuthDiscovery === true],
    ['SessionCHAPAuth', iscsi.chapAuthSession === true], ['SecretRef', dig(iscsi.secretRef, 'name') ?? '<nil>'], ['InitiatorName', iscsi.initiatorName ?? '<none>'],
  ] as const) w.line(2, `${title}:\t${String(value)}`);
}

export function volumesLines(w: Writer, volumes: readonly Volume[] | undefined, indent: string): void {
  if (volumes === undefined || volumes.length === 0) {
    w.line(0, `${indent}Volumes:\t<none>`);
    return;
  }
  w.line(0, `${indent}Volumes:`);
  for (const volume of volumes) {
    w.line(1, `${indent === '' ? '' : ' '}${volume.name}:`);
    volumeLines(w, volume);
  }
}

export function spreadLines(w: Writer, constraints: readonly TopologySpreadConstraint[] | undefined, indent: string): void {
  [...(constraints ?? [])].sort((a, b) => compareText(a.topologyKey, b.topologyKey)).forEach((one, i) => {
    const selector = one.labelSelector === undefined || one.labelSelector === null ? '' : ` for selector ${selectorText(one.labelSelector)}`;
    w.line(0, `${indent}${i === 0 ? 'Topology Spread Constraints:' : ''}\t${one.topologyKey}:${one.whenUnsatisfiable} when max skew ${one.maxSkew} is exceeded${selector}`);
  });
}
